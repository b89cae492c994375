"""``claim-seat`` and ``withheld``: seats that are freed, and cancellations that wait for an operator."""

from __future__ import annotations

import click

from koop_es import ingest, views
from koop_es.cli.answer import DONE, FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id


@command("claim-seat")
@click.argument("coop_id", metavar="COOP-ID")
@click.option("--vhs", metavar="V", required=True, help="The owner of the booking.")
@click.option("--booking", metavar="REF", required=True, help="The waiting booking, such as 301:55.")
def claim_seat(desk: Desk, coop_id: str, vhs: str, booking: str) -> Answer:
    """Claim a freed seat ("Windhundverfahren"): of several rivals exactly one gets it, the others exit with 3.

    \b
    Example:
      koop-es claim-seat 563-COOP-219 --vhs 301 --booking 301:55
    """
    with desk.store() as store:
        status = ingest.claim_seat(
            store, now=desk.now, vhs=vhs_id(vhs), coop_id=checked_coop_id(coop_id), ref=parse_ref(booking)
        )
    return Answer({"coop_id": coop_id, "ref": booking, "status": status}, lines(f"booking {booking} has a seat"))


@click.group("withheld")
def withheld() -> None:
    """See and approve cancellations the mass guard holds back.

    An export that would cancel unusually many bookings as orphans is applied without these cancellations: it may be cut
    off or wrongly filtered. They wait here, and go away by themselves when the bookings are reported again.
    """


@command("withheld list", withheld)
def list_(desk: Desk) -> Answer:
    """List what is withheld, by export; the exit status is 1 if there is any.

    \b
    Example:
      koop-es withheld list
    """
    with desk.store() as store:
        items = views.withheld(store)
    rows = [
        (i["id"], i["vhs"], i["cancellations"], ", ".join(i["refs"][:5]) + (" …" if len(i["refs"]) > 5 else ""))
        for i in items
    ]
    show = table("Withheld cancellations", ("id", "VHS", "bookings", "which"), rows)
    return Answer({"withheld": items}, show, FOUND if items else DONE)


@command("withheld approve", withheld)
@click.argument("withheld_id", metavar="ID")
@click.option(
    "--up-to", metavar="N", type=click.IntRange(0, 10**9), help="Refuse if more than N bookings would be cancelled."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def approve(desk: Desk, withheld_id: str, up_to: int | None, yes: bool) -> Answer:
    """Cancel what is withheld under an id, all of it or, above the ceiling, nothing.

    \b
    Example:
      koop-es withheld approve 563#42 --up-to 25
    """
    with desk.store() as store:
        count = sum(item["cancellations"] for item in views.withheld(store) if item["id"] == withheld_id)
        if up_to is None and not yes:
            if desk.as_json:
                raise Refused(
                    f"{count} bookings would be cancelled; approve with --up-to {count}", rule="D4", withheld=count
                )
            click.confirm(f"cancel {count} bookings at all other VHSs for good?", abort=True, err=True)
        refs = ingest.approve(store, now=desk.now, withheld_id=withheld_id, up_to=up_to if up_to is not None else count)
    return Answer({"id": withheld_id, "cancelled": refs}, lines(f"{len(refs)} bookings become S at the other VHSs"))
