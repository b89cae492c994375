"""``restore-booking`` and ``restore-course``: what went with a program or a course is written again, or let go."""

from __future__ import annotations

import click

from koop_es import ingest
from koop_es.cli.answer import Answer, lines
from koop_es.cli.frame import Desk, command
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id


@command("restore-booking")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--booking", metavar="REF", required=True, help="The booking that is asked about, such as 301:55.")
@click.option("--vhs", metavar="V", required=True, help="The VHS whose program no longer shows it.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stands in the history, so name nobody.")
@click.option(
    "--reject",
    is_flag=True,
    help="What is shown is meant: one that is gone was really removed, and all others get S at once.",
)
def restore_booking(desk: Desk, coop_id: str, booking: str, vhs: str, reason: str, reject: bool) -> Answer:
    """Decide about a booking that is missing where that proves nothing: its program went back, its course lives again.

    It is written again at its VHS by the next change list. Who was forgotten cannot be restored. The first decision
    stands; a second one exits with 3.

    \b
    Example:
      koop-es restore-booking 563-COOP-219 --booking 301:55 --vhs 301 --reason "confirmed by phone"
    """
    with desk.store() as store:
        lives = ingest.restore_booking(
            store,
            now=desk.now,
            vhs=vhs_id(vhs),
            coop_id=checked_coop_id(coop_id),
            ref=parse_ref(booking),
            reason=reason,
            reject=reject,
        )
    decided = "rejected" if reject else "restored"
    text = f"booking {booking} is written again at VHS {vhs}"
    if reject:
        text = (
            f"what VHS {vhs} shows of booking {booking} counts"
            if lives
            else f"booking {booking} is cancelled everywhere"
        )
    return Answer({"coop_id": coop_id, "ref": booking, "vhs": vhs, "decided": decided}, lines(text))


@command("restore-course")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The Master whose program went back.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stands in the history, so name nobody.")
@click.option("--reject", is_flag=True, help="The former values are meant: they go to all.")
def restore_course(desk: Desk, coop_id: str, vhs: str, reason: str, reject: bool) -> Answer:
    """Decide about the facts of a course that its Master's program lost when it went back: they are written again.

    The first decision stands; a second one exits with 3.

    \b
    Example:
      koop-es restore-course 563-COOP-219 --vhs 563 --reason "the room of the new plan counts"
    """
    with desk.store() as store:
        ingest.restore_course(
            store, now=desk.now, vhs=vhs_id(vhs), coop_id=checked_coop_id(coop_id), reason=reason, reject=reject
        )
    text = "the former values count" if reject else f"they are written again at VHS {vhs}"
    return Answer({"coop_id": coop_id, "vhs": vhs, "decided": "rejected" if reject else "restored"}, lines(text))
