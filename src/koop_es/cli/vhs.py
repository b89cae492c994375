"""``vhs``: what is decided about a VHS as a whole."""

from __future__ import annotations

from typing import Any

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import vhs_id
from koop_es.ingest.counting import restart_files, restart_sequence
from koop_es.settings import parse_time


@click.group("vhs")
def vhs() -> None:
    """Decide what concerns a VHS as a whole."""


@command("vhs restart-sequence", vhs)
@click.argument("number", metavar="V")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays in the history of the VHS.")
@click.option("--since", metavar="TIME", help="What was made before stays superseded; default: see above.")
@click.option(
    "--files", is_flag=True, help="Of files that nobody counts (XML): set back the time they are compared by."
)
def restart(desk: Desk, number: str, reason: str, since: str | None, files: bool) -> Answer:
    """Accept that a VHS counts its exports anew: the next one is taken in whatever its sequence.

    For a connector that was set up again, or whose counter a backup brought back. Exports of the new count are named
    301#2/42. What was made before the new count stays superseded: by default before the first export that came under
    it. Ingest again what was superseded meanwhile. With --files the mark of files without a count is set back, where a
    wrong clock had dated one ahead.

    \b
    Examples:
      koop-es vhs restart-sequence 301 --reason "connector set up anew on 28.11."
      koop-es vhs restart-sequence 301 --files --since 2026-11-28 --reason "file dated 2062"
    """
    if not reason.strip():
        raise WrongUsage("--reason must say why: it is all that those who read the history later have")
    moment = parse_time(since) if since is not None else None
    decide = restart_files if files else restart_sequence
    with desk.store() as store:
        event = decide(store, now=desk.now, vhs=vhs_id(number), reason=reason.strip(), since=moment)
    data: dict[str, Any] = {
        "vhs": event.vhs, "count": event.count, "last": event.last, "since": event.since, "reason": event.reason,
    }  # fmt: skip
    what = f"count {event.count} begins" if event.count is not None else "files count anew"
    told = f"VHS {event.vhs}: {what} with what is made since {event.since}; ingest what was superseded meanwhile again"
    return Answer(data, lines(told))
