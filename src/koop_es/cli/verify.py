"""``seal`` and ``verify``: whether the store holds what was written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
import msgspec

from koop_es.cli.answer import DONE, FOUND, UNPROVEN, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.progress import progress
from koop_es.connectors import plain_files
from koop_es.domain.errors import FileUnusable, WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id

MOST_BYTES = 256 * 1024
"""Size of a witness at most: digests of some twenty tables, and the last number of each of 840 VHSs in 20 bytes."""

STATUS = {True: DONE, False: FOUND, None: UNPROVEN}
SHOWN = {True: "ok", False: "NOT OK", None: "not provable"}


@command("seal")
@click.option(
    "--head",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write position and digests to this file as well, for another VHS to keep.",
)
@click.option("--anyway", is_flag=True, help="Also where something beside the log is not what was sealed.")
def seal(desk: Desk, file: Path | None, anyway: bool) -> Answer:
    """Seal the log: extend the chain of digests to its end, and digest all other tables.

    Ingests go on meanwhile. Whoever keeps the file elsewhere can prove later, with verify --witness, that the log up to
    there was not touched, nor the vault; the line POSITION:DIGEST proves it of the log alone. Where vault or numbers
    are not what the last seal says, or all is at rest since and a table is not, nothing is sealed (exit status 5).

    \b
    Examples:
      koop-es seal
      koop-es seal --head koop-head.json
    """
    from koop_es.audit import chain

    if file is not None and not file.absolute().parent.is_dir():
        raise WrongUsage(f"the folder of {file} does not exist: make it, or name another file; nothing was sealed")
    with desk.store() as store:
        made, events = chain.seal(store, desk.now, anyway=anyway)
    head = {"position": made.position, "digest": made.digest}
    if file is not None:
        try:
            file.write_bytes(msgspec.json.encode(chain.head(made)) + b"\n")
        except OSError as error:
            raise FileUnusable.of(error, file, "the log is sealed: name another file and call it again") from None
    tables = "with all other tables" if made.commits is not None else "without the other tables: others wrote meanwhile"
    words = f"sealed {events} events up to position {made.position}, {tables}"
    data = {**head, "events": events, "sealed_at": made.sealed_at, "tables": made.commits is not None}
    return Answer(data, lines(words, f"{made.position}:{made.digest}"))


@command("verify", reads=True)
@click.option("--witness", metavar="HEAD", help="File of seal --head, or POSITION:DIGEST: it must be of this store.")
@click.option("--coop-id", metavar="C", help="Only this cooperation: its events, views and persons.")
def verify(desk: Desk, witness: str | None, coop_id: str | None) -> Answer:
    """Check the whole store: structure, every event, views, vault, ledger, quarantine, and the log against its seals.

    Nothing is written. There are three answers: proven (exit status 0), broken (1), and not provable (7): nothing is
    found wrong, but something was written since the last seal, or cannot be checked here. It is 5 if the store cannot
    be opened. Of one cooperation only what must fit is looked at: no seal is.

    \b
    Examples:
      koop-es verify
      koop-es verify --witness koop-head.json
      koop-es verify --coop-id 563-COOP-219 --json
    """
    from koop_es.audit import verify as audit

    if witness is not None and coop_id is not None:
        raise WrongUsage("give --witness or --coop-id: a witness is of the whole log")
    seen = audit.witness(_read(witness)) if witness is not None else None
    with desk.store() as store:
        if coop_id is not None:
            checks = audit.verify_one(store, checked_coop_id(coop_id))
        else:
            with progress() as told:
                head = store.head()
                checks = audit.verify(store, seen, lambda done: told(done, max(done, head)) if told else None)
    rows = [(check.name, SHOWN[check.ok], check.detail) for check in checks]
    ok = audit.verdict(checks)
    found = [{"name": check.name, "ok": check.ok, "state": check.state, "detail": check.detail} for check in checks]
    data = {"checks": found, "ok": ok}
    return Answer(data, table("Checks", ("check", "", "what was found"), rows), STATUS[ok])


def _read(witness: str) -> str:
    """Read the file of a witness, or take what was given for the witness itself."""
    with suppress(OSError, ValueError):
        return plain_files.content(Path(witness), MOST_BYTES).decode(errors="replace")
    return witness
