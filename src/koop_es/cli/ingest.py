"""``ingest``: take in exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from koop_es.cli.answer import BAD_INPUT, DONE, FOUND, Answer, console, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.language import LANG
from koop_es.cli.output import say
from koop_es.cli.workers import workers_option
from koop_es.connectors import ExportQuarantined, open_export
from koop_es.connectors.exports import mode_of
from koop_es.domain.errors import BadInput, StoreUnusable
from koop_es.ingest import ExportResult
from koop_es.ingest import ingest as take_in
from koop_es.replay.words.readers import said
from koop_es.store import Store
from koop_es.store.errors import StoreMissing

if TYPE_CHECKING:
    from rich.console import Console


@command("ingest")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only plan: list the events that would be written.")
@click.option(
    "--profile", metavar="P", help="Connector profile: kufersql, itm-manager, cmx-organize, native or a TOML file."
)
@click.option("--vhs", metavar="V", help="Whose file it is, for sources that do not say (XML).")
@workers_option
@LANG
def ingest(
    desk: Desk, paths: tuple[Path, ...], dry_run: bool, profile: str | None, vhs: str | None, workers: int, lang: str
) -> Answer:
    """Take in exports in the order given: directories or .zip files of koop-export/1, KuferSQL Internet-XML, Open-vhs
    XML.

    An export that was applied already is superseded, one that cannot be used is quarantined; a rerun after a kill
    finishes the work. One made more than a day ahead of the clock is set aside and left where it lies: it is taken in
    by itself before the next export of its VHS once the clock is right. A store in a file is made if there is none.
    Of several the others go on where one cannot be used, or is not there; if none is, nothing is begun.
    With --workers large exports, such as the first one of a great VHS, are decided by several processes; what is
    written is the same.

    The exit status is 1 if rows were quarantined, if something is withheld or would be at the next export, if
    exports came under a new count (koop-es vhs restart-sequence), or if it is not the first in a row that is new and
    superseded, 4 if no export could be used.

    \b
    Examples:
      koop-es ingest exports/563/0042
      koop-es ingest exports/*.zip --dry-run
      koop-es ingest internet.xml --vhs 563
      koop-es ingest exports/563/first.zip --workers 2
    """
    _look_for(paths)
    with _store(desk, paths, dry_run=dry_run, profile=profile, vhs=vhs) as store, _progress(desk) as progress:

        def one(path: Path) -> ExportResult:
            return take_in(
                store,
                path,
                desk.policy,
                now=desk.now,
                profile=profile,
                vhs=vhs,
                dry_run=dry_run,
                max_events=desk.settings.max_events_per_transaction,
                workers=workers,
                progress=progress,
            )

        results = [one(paths[0])] if len(paths) == 1 else _each(one, paths)
    data: dict[str, Any] = {"exports": [result.answer() for result in results]}
    if dry_run:
        data["plan"] = [{"export": result.path, **item} for result in results for item in result.plan]
    return Answer(data, lambda out: _show(out, results, lang), _status(results))


def _look_for(paths: tuple[Path, ...]) -> None:
    """Raise BadInput where none of some paths is there: no new store is left behind then. Of several the others go on
    where one is missing.
    """
    missing: list[BadInput] = []
    for path in paths:
        try:
            mode_of(path)
        except BadInput as error:
            missing.append(error)
    if len(missing) == len(paths):
        raise missing[0]


def _each(one: Callable[[Path], ExportResult], paths: Iterable[Path]) -> list[ExportResult]:
    """Take in several exports; where the store cannot go on, its error says what became of those before."""
    results: list[ExportResult] = []
    try:
        for path in paths:
            results.append(_kept_going(one, path))
    except StoreUnusable as error:
        if results:
            done = ", ".join(f"{result.path} {result.status}" for result in results)
            error.message = f"{error.message} This concerns {path}; before it: {done}."
            error.details["exports"] = [result.answer() for result in results]
        raise
    return results


def _kept_going(one: Callable[[Path], ExportResult], path: Path) -> ExportResult:
    """Take in one of several exports: a file that is none must not hide what became of the others."""
    try:
        return one(path)
    except BadInput as error:
        return ExportResult(str(path), None, None, None, "quarantined", reason=error.message)


@contextmanager
def _store(
    desk: Desk, paths: tuple[Path, ...], *, dry_run: bool, profile: str | None, vhs: str | None
) -> Iterator[Store]:
    """Open the store; the file that is meant where none is named is made, so that a first look needs no second command.
    One that somebody named has been lost, or another was meant: a new one would hide that.
    """
    try:
        store = desk.store()
    except StoreMissing:
        if dry_run or "db" in desk.settings.model_fields_set:
            raise
        if len(paths) == 1:
            with suppress(ExportQuarantined), open_export(paths[0], profile=profile, vhs=vhs):
                pass  # what is no export at all must not leave a new store behind
        store = desk.create()
        say(f"made a new store: {store.address}")
    with store:
        yield store


@contextmanager
def _progress(desk: Desk) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal for what takes longer than a moment."""
    err = console(stderr=True)
    if not err.is_terminal:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("cooperations", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _status(results: list[ExportResult]) -> int:
    quarantined = [result for result in results if result.status == "quarantined"]
    if len(quarantined) == len(results):
        return BAD_INPUT
    found = any(
        result.quarantined_rows
        or result.withheld_cancellations
        or result.suspended
        or result.foreseen
        or result.code
        or result.unheard
        for result in results
    )
    return FOUND if quarantined or found else DONE


def _show(out: Console, results: list[ExportResult], lang: str) -> None:
    headings = ("export", "VHS", "sequence", "kind", "status", "rows", "events", "quarantined", "withheld")
    rows = [
        (r.path, r.vhs, r.sequence, r.kind, r.status, r.rows, r.events, r.quarantined_rows, r.withheld_cancellations)
        for r in results
    ]
    table("Exports", headings, rows)(out)
    for result in results:
        if result.reason:
            out.print(f"{result.path}: {said(result.reason, lang)}", markup=False)
        for notice in result.notices:
            place = f"{notice['file']}:{notice['line']}: " if notice["file"] else ""
            out.print(f"  {place}{said(notice['text'], lang)}", markup=False)
        for item in result.plan:
            ref = f" {item['ref']}" if item["ref"] else ""
            out.print(
                f"  would write {item['coop_id']} {item['type']}{ref} ({item['rule']}, VHS {item['vhs']})", markup=False
            )
        if result.quarantined_rows:
            out.print(f"  {result.quarantined_rows} rows set aside: koop-es quarantine list", markup=False)
        if result.suspended:
            out.print(f"  {result.suspended} absences suspended: koop-es violations", markup=False)
        if result.withheld_cancellations:
            out.print(f"  {result.withheld_cancellations} withheld: koop-es withheld list", markup=False)
