"""``rebuild``: the views anew from the log, beside the live ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import click
import msgspec

from koop_es.cli.answer import DONE, FOUND, Answer, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.progress import progress
from koop_es.cli.workers import workers_option
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import vhs_id

if TYPE_CHECKING:
    from rich.console import Console

    from koop_es.views.rebuild import Rebuilt


@command("rebuild")
@workers_option
@click.option("--vhs", metavar="V", help="Only the cooperations this VHS had to do with, in place.")
@click.option("--coop-id", metavar="C", help="Only this cooperation, in place.")
@click.option("--check", is_flag=True, help="Only build and compare; nothing is written.")
@click.option("--back", is_flag=True, help="Go back to the views that were live before the last rebuild.")
def rebuild(desk: Desk, workers: int, vhs: str | None, coop_id: str | None, check: bool, back: bool) -> Answer:
    """Build all views anew from the log, beside the live ones, and exchange them in one step.

    Ingests and readers go on meanwhile. What was kept is compared with what the log says; every row that differed is
    named, with the event that completes the right value, and the exit status is then 1. A rebuild that is broken off
    leaves the views as they were. The former views are kept until the next rebuild, for --back.

    \b
    Examples:
      koop-es rebuild
      koop-es rebuild --workers 4
      koop-es rebuild --check --json
      koop-es rebuild --coop-id 563-COOP-219
      koop-es rebuild --back
    """
    from koop_es.views.rebuild import go_back, rebuild_some
    from koop_es.views.rebuild import rebuild as rebuild_all

    _one_way(vhs=vhs, coop_id=coop_id, check=check, back=back)
    began = time.monotonic()
    with desk.store() as store:
        if back:
            result = go_back(store)
        elif vhs is not None or coop_id is not None:
            place = vhs_id(vhs) if vhs is not None else None
            course = checked_coop_id(coop_id) if coop_id is not None else None
            result = rebuild_some(store, vhs=place, coop_id=course, only_check=check)
        else:
            with progress() as told:
                url = desk.settings.db_url
                result = rebuild_all(store, url, workers=workers, only_check=check, progress=told)
    seconds = round(time.monotonic() - began, 3)
    data = {
        "events": result.events,
        "seconds": seconds,
        "views": result.views,
        "position": result.position,
        "written": result.written,
        "differences": result.findings.count,
        "found": msgspec.to_builtins(result.findings.listed),
    }
    shown: Callable[[Console], None] = partial(_show_back if back else _show, result=result, seconds=seconds)
    return Answer(data, shown, FOUND if result.findings.count else DONE)


def _one_way(*, vhs: str | None, coop_id: str | None, check: bool, back: bool) -> None:
    if vhs is not None and coop_id is not None:
        raise WrongUsage("give --vhs or --coop-id, not both")
    if back and (check or vhs is not None or coop_id is not None):
        raise WrongUsage("--back goes back with all views; leave out --check, --vhs and --coop-id")


def _show(out: Console, result: Rebuilt, seconds: float) -> None:
    found = result.findings
    if found.count:
        rows = [
            (item.kind, item.table, item.coop_id, item.vhs, item.about, ", ".join(item.columns), item.event)
            for item in found.listed
        ]
        headings = ("what", "table", "COOP-Id", "VHS", "row", "columns", "by event")
        table("What was kept differed from what the log says", headings, rows)(out)
        if found.count > len(rows):
            out.print(f"... and {found.count - len(rows)} more rows", markup=False)
    words = f"{result.views} views from {result.events} events in {seconds:.1f} s, up to position {result.position}"
    done = "written" if result.written else "compared, nothing was written"
    out.print(f"{words}: {done}; {found.count} rows differed", markup=False)


def _show_back(out: Console, result: Rebuilt, seconds: float) -> None:
    out.print(f"the former views are live again after {seconds:.1f} s, up to position {result.position}", markup=False)
