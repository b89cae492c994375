"""``backup`` and ``restore``: a store is copied with proof, and put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from koop_es.audit import recovery
from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.cli.output import ask, say
from koop_es.domain.errors import WrongUsage
from koop_es.store import backup as backups
from koop_es.store.backup import Manifest
from koop_es.store.leftovers import Left
from koop_es.store.noted import beside

if TYPE_CHECKING:
    from rich.console import Console


PUT_BACK = (
    "{count} VHSs are to export in full once: what was given out since the backup is not known here, and an S that no "
    "person signed, or another letter over an S, is asked about until then (STORE_PUT_BACK), and no COOP-Id is given "
    "out"
)
"""What is said of a store that was put back (D21)."""

DECIDED_SINCE = (
    "what operators decided since the backup (withdrawals, confirmations, approvals, Abos) is gone: decide it again"
)
"""What is said further of one (D21, D32)."""

BY_NAME = "names that were taken out since by forget --instructor or --in-quarantine"

NAMES_AGAIN = BY_NAME + " are taken out again: {count}"

NAMES_LEFT = (
    "ATTENTION: {count} " + BY_NAME + " are back, since the store is one without a secret, or the list is of another "
    "one, and nobody can tell which they are: repeat these commands"
)
"""What is said on standard error, also with --json, of names that a list can only count (D15)."""

NAMES_UNKNOWN = BY_NAME + " of an older koop-es, which made this backup, are back: repeat that"
"""What is said of a backup beside which they may not be noted."""


LACKING = (
    "ATTENTION: {list} lacks {count} of those who stand in the lists of other backups of this store beside it: they "
    "stay forgotten, but nobody can tell who else was forgotten after {made_at} while this backup was out of reach: "
    "forget them anew (koop-es forget)"
)
"""The same where the list beside a backup is known not to be whole."""

UNLISTED = (
    "ATTENTION: no list was found of who was forgotten since the backup ({list}), so whoever was forgotten after "
    "{made_at} is known again, and names that were taken out are back: forget them anew (koop-es forget), or restore "
    "once more with --fences FILE"
)
"""What is said on standard error, also with --json, where nobody can tell who was forgotten since (D15)."""


SET_ASIDE = (
    "of a store whose file is gone lay here, and are kept as: {files}; they may hold its last changes, with names: "
    "remove them once all is well"
)
"""What is said of files that SQLite would have read with the store that was put back."""


@command("backup")
@click.argument("target", type=click.Path(path_type=Path))
def backup(desk: Desk, target: Path) -> Answer:
    """Copy the store into a new file while ingests go on, put the copy back into a scratch store, compare every row.

    Only a backup that was proven so comes to stand under its name, and `status` tells the age of the last one. With
    PostgreSQL this needs pg_dump and pg_restore, and the right CREATEDB. The file holds the vault: keep it as safe as
    the store.

    \b
    Examples:
      koop-es backup /mnt/backup/koop-2026-03-02.backup
      koop-es backup koop.backup --db postgresql://koop@localhost/koop
    """
    with desk.store() as store:
        manifest = backups.make(store, target, desk.now.isoformat())
    return _answer(target, manifest, "proven: ")


@command("restore")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only prove the backup; the store at --db is not touched.")
@click.option("--replace", is_flag=True, help="Take the place of the store at --db, which is kept aside (SQLite only).")
@click.option(
    "--fences",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Who was forgotten since: JSON lines, as beside a backup.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(desk: Desk, source: Path, check: bool, replace: bool, fences: Path | None, yes: bool) -> Answer:
    """Put a backup back into an empty store, after every row in it was compared with what was copied.

    Whoever was forgotten since stays forgotten: the fences of the store that is replaced, those noted beside the backup
    and those in --fences are put up before anybody can read the store, and names noted there that were taken out by
    forget --instructor or --in-quarantine are taken out again. Where there is no such list at all, that is said on
    standard error: nobody can tell then who was forgotten since.

    The store does not know what it gave out after the backup. Until a VHS has exported in full once (STORE_PUT_BACK),
    an "S" there that no person signed is nobody's cancellation, but asked about, and nothing is released. Nor does it
    know what was decided after the backup: exports that were withdrawn, questions answered, Abos made. Do that again.

    \b
    Examples:
      koop-es restore koop.backup --check
      koop-es restore koop.backup --db sqlite:///new.db
      koop-es restore koop.backup --replace
    """
    url = desk.settings.db_url
    if check:
        if replace or fences is not None:
            raise WrongUsage("--check touches nothing: leave out --replace and --fences")
        return _answer(source, recovery.check(source, url), "sound: ")
    if replace and not (yes or desk.as_json):
        ask("put the backup in the place of the store?")
    done = recovery.restore(source, url, now=desk.now, replace=replace, known=fences)
    answer = _answer(source, done.manifest, "restored from ")
    kept = str(done.kept) if done.kept is not None else None
    data = {
        **answer.data, "forgotten": done.fences, "kept": kept, "to_tell": done.vhss, "list_of_forgotten": done.listed,
        "set_aside": [str(file) for file in done.aside], "list_lacks": done.lacking,
        "former": [str(file) for file in done.former], "names_erased": done.names.done, "names_left": done.names.left,
    }  # fmt: skip
    if done.lacking:
        say("koop-es: " + LACKING.format(list=beside(source).name, count=done.lacking, made_at=done.manifest.made_at))
    if not done.listed:
        attention = UNLISTED.format(list=beside(source).name, made_at=done.manifest.made_at)
        say(f"koop-es: {attention}")
    if done.names.left:
        say("koop-es: " + NAMES_LEFT.format(count=done.names.left))
    texts = [f"who was forgotten stays so: {done.fences} persons"] if done.fences else []
    texts += [NAMES_AGAIN.format(count=done.names.done)] if done.names.done else []
    texts += [] if done.manifest.names else [NAMES_UNKNOWN]
    texts += [PUT_BACK.format(count=done.vhss), DECIDED_SINCE] if done.vhss else []
    texts += [f"the old store is kept as {kept}; remove it once all is well, it holds the vault"] if kept else []
    texts += [Left(str(file), former=True).told for file in done.former]
    texts += [SET_ASIDE.format(files=", ".join(data["set_aside"]))] if done.aside else []

    def show(out: Console) -> None:
        answer.show(out)
        lines(*texts)(out)

    return Answer(data, show)


def _answer(path: Path, manifest: Manifest, what: str) -> Answer:
    data = {
        "path": str(path.absolute()),
        "made_at": manifest.made_at,
        "position": manifest.position,
        "events": manifest.tables["log"].rows,
        "bytes": manifest.bytes,
        "digest": manifest.digest,
        "tables": msgspec.to_builtins(manifest.tables),
    }
    events = f"{data['events']} events up to position {manifest.position}"
    return Answer(data, lines(f"{what}{path}: {events}, {len(manifest.tables)} tables, digest {manifest.digest[:12]}"))
