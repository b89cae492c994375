"""``confirm-cancellation``: whether a booking is cancelled, where no export can tell."""

from __future__ import annotations

import click

from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id
from koop_es.ingest import cancelling

LONGEST_REASON = 500
"""Characters of a reason: some sentences."""


@command("confirm-cancellation")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--booking", metavar="REF", required=True, help="The booking, such as 301:55.")
@click.option("--vhs", metavar="V", required=True, help="Where the question stands.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays in the log, so name no person in it.")
@click.option("--reject", is_flag=True, help="It is not cancelled: write A over the S.")
def confirm_cancellation(desk: Desk, coop_id: str, booking: str, vhs: str, reason: str, reject: bool) -> Answer:
    """Answer a CANCELLATION_UNCLEAR or MOVED_AND_CANCELLED, or a single "S" that is withheld: the booking is cancelled,
    S everywhere and final, or with --reject it is not.

    Also ends the bookings of a course that their own VHS really deleted. Of two operators' decisions the first stands,
    the second exits with 3 and names it.

    \b
    Examples:
      koop-es confirm-cancellation 563-COOP-219 --booking 301:55 --vhs 412 --reason "asked Kern: cancelled by phone"
      koop-es confirm-cancellation 563-COOP-219 --booking 301:55 --vhs 412 --reason "nobody cancelled" --reject
    """
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON:
        raise WrongUsage(f"--reason must say why, in 1 to {LONGEST_REASON} characters")
    where, ref, course = vhs_id(vhs), parse_ref(booking), checked_coop_id(coop_id)
    with desk.store() as store:
        before = [] if reject else cancelling.rejected_elsewhere(store, vhs=where, coop_id=course, ref=ref)
        status = cancelling.confirm(store, now=desk.now, vhs=where, coop_id=course, ref=ref, reason=text, reject=reject)
    data = {"coop_id": course, "ref": ref, "vhs": where, "decision": "rejected" if reject else "confirmed"}
    said = "not cancelled: its letter is written" if reject else "cancelled: S everywhere"
    if reject and status == "S":
        said = "cancelled where it is now, whoever asked here: nothing is written; who wants to come is booked anew"
    texts = [f"booking {ref} is {said}"]
    texts += [
        f"that it is not, as event {position} of {course} said of the S at VHS {other}, counts no longer"
        for other, position in before
    ]
    overridden = [{"vhs": other, "event": position} for other, position in before]
    return Answer(data | {"status": status, "overridden": overridden}, lines(*texts))
