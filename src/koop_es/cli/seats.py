"""``claim-seat`` and ``withheld``: seats that are freed, and cancellations that wait for an operator."""

from __future__ import annotations

from typing import Any

import click

from koop_es import ingest, views
from koop_es.cli.answer import DONE, FOUND, Answer, lines, table
from koop_es.cli.frame import Desk, command
from koop_es.cli.output import ask
from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import coop_id as checked_coop_id
from koop_es.domain.identifiers import parse_ref, vhs_id
from koop_es.domain.judgement import Effect, effect_of


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
    """See and approve what the guards hold back.

    An export that would do unusually much to others at once - cancel many bookings, because they are missing or by
    their letter, cancel or move courses, rename people, revive what is cancelled - is applied without that: it may be
    cut off, wrongly filtered, or read with a wrong profile. It waits here, and goes away by itself when the former
    values are reported again.
    """


@command("withheld list", withheld, reads=True)
def list_(desk: Desk) -> Answer:
    """List what is withheld, by export and kind; the exit status is 1 if there is any.

    What concerns a course that starts within 48 hours stands first.

    \b
    Example:
      koop-es withheld list
    """
    with desk.store() as store:
        items = views.withheld(store, desk.now)
    rows = [(i["id"], i["vhs"], i["kind"], i["items"], "soon" if i["soon"] else "", _which(i)) for i in items]
    show = table("Withheld", ("id", "VHS", "kind", "items", "starts", "which"), rows)
    return Answer({"withheld": items}, show, FOUND if items else DONE)


def _which(item: dict[str, Any]) -> str:
    named = item["refs"] or item["coop_ids"]
    return ", ".join(named[:5]) + (" …" if len(named) > 5 else "")


@command("withheld approve", withheld)
@click.argument("withheld_id", metavar="ID")
@click.option(
    "--up-to", metavar="N", type=click.IntRange(0, 10**9), help="Refuse if more than N items are withheld under it."
)
@click.option("--vhs", metavar="V", help="The VHS that confirms its own; without it an operator confirms anybody's.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def approve(desk: Desk, withheld_id: str, up_to: int | None, vhs: str | None, yes: bool) -> Answer:
    """Let happen what is withheld under an id, all of it or, above the ceiling, nothing. It happens at once.

    \b
    Example:
      koop-es withheld approve 563#42 --up-to 25
    """
    effect = effect_of(withheld_id)
    with desk.store() as store:
        items = [item for item in views.withheld(store) if item["id"] == withheld_id]
        count, cancels = sum(item["items"] for item in items), any(item["cancellations"] for item in items)
        if up_to is None and not yes:
            if desk.as_json:
                raise Refused(f"{count} items are withheld; approve with --up-to {count}", rule="D4", withheld=count)
            if count:
                ask(f"{_what(effect, count)}: let that happen at once?")
        gone = ingest.of_forgotten(store, withheld_id)
        done = ingest.approve(
            store,
            now=desk.now,
            withheld_id=withheld_id,
            up_to=up_to if up_to is not None else count,
            by=vhs_id(vhs) if vhs is not None else None,
        )
    forgotten = [ref for ref in gone if ref not in done]
    texts = [_what(effect, len(done))] if done else []
    if forgotten:
        texts.append(
            f"{len(forgotten)} of {count} are of people who were forgotten: nothing is written, and none waits"
        )
    if left := count - len(done) - len(forgotten):
        texts.append(f"{left} of {count} were decided meanwhile or are asked about, and nothing changes for them")
    data = {"id": withheld_id, "cancelled": done if cancels else [], "approved": done, "forgotten": forgotten}
    return Answer(data, lines("; ".join(texts or ["nothing waited any more"])))


HAPPENS = {
    "": "{n} bookings that are missing become S at all other VHSs, and are final there",
    Effect.CANCELLATION: "{n} bookings become S at all VHSs, which is final",
    Effect.AUSFALL: "{n} courses are called off, and all their bookings become S at all VHSs",
    Effect.REVISION: "{n} courses get what their Master shows at all VHSs that share them",
    Effect.PERSON: "{n} bookings get the persons their VHS shows, wherever persons are named",
    Effect.LETTER: "{n} cancelled bookings stay cancelled, and S is written over what their rows show",
}
"""Kind of what is withheld -> what comes of it when it is approved."""


def _what(effect: str, count: int) -> str:
    """Say what comes of an approval."""
    return HAPPENS[effect].format(n=count)
