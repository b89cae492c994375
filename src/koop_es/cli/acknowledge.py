"""``acknowledge``: somebody answers for an open violation."""

from __future__ import annotations

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import institution_stream, is_institution, parse_ref, vhs_id
from koop_es.domain.violation_texts import TEXTS
from koop_es.ingest import acknowledging
from koop_es.settings import parse_time

LONGEST_REASON = 500
"""Characters of a reason: some sentences."""


@command("acknowledge")
@click.argument("coop_id", metavar="COOP-ID")
@click.argument("code", metavar="CODE")
@click.option("--vhs", metavar="V", required=True, help="The VHS at which it stands open.")
@click.option("--booking", metavar="REF", help="The booking it is about, such as 301:8841.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays in the log, so name no person in it.")
@click.option("--until", metavar="DATE", help="The day from which it counts again; without it until it changes.")
def acknowledge(
    desk: Desk, coop_id: str, code: str, vhs: str, booking: str | None, reason: str, until: str | None
) -> Answer:
    """Answer for an open violation: it stays open, but lists, alarms and status leave it out.

    So it is until it shows something else, or the day comes; violations --acknowledged shows it. What is open about a
    VHS as a whole is named vhs:301 in place of a COOP-Id.

    \b
    Examples:
      koop-es acknowledge 563-COOP-219 COURSE_RENUMBERED --vhs 301 --reason "meant so, see mail of 3 March"
      koop-es acknowledge 563-COOP-219 PARTICIPANTS_MERGED --vhs 563 --booking 563:1 --reason checked --until 2026-07-01
    """
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON:
        raise WrongUsage(f"--reason must say why, in 1 to {LONGEST_REASON} characters")
    if code not in TEXTS:
        raise WrongUsage(f"{code} is no violation; there are {', '.join(sorted(TEXTS))}")
    stream = institution_stream(vhs_id(coop_id[4:])) if is_institution(coop_id) else checked_coop_id(coop_id)
    where, ref = vhs_id(vhs), parse_ref(booking) if booking is not None else ""
    day = parse_time(until).date() if until is not None else None
    with desk.store() as store:
        acknowledging.acknowledge(
            store, now=desk.now, stream=stream, code=code, vhs=where, ref=ref, reason=text, until=day
        )
    data = {
        "coop_id": coop_id, "code": code, "vhs": where, "ref": ref or None, "reason": text,
        "until": day.isoformat() if day is not None else None,
    }  # fmt: skip
    return Answer(data, lines(f"{code} at VHS {where} is acknowledged{f' until {day}' if day is not None else ''}"))
