"""Seats: the claim to a freed one ("Windhundverfahren") and the cancellations an operator approves."""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.observation import CONFIRMED
from koop_es.domain.withhold import approve_effects


def claim_seat(draft: Draft, ref: str) -> str:
    """Give a freed seat to a waiting booking if there is one; the first accepted claim wins (B17, B19, D7).

    Returns the status of the booking, ``A``; a booking that has a seat already keeps it. Raises Refused otherwise.
    """
    state, vhs = draft.state, draft.moment.vhs
    booking = state.bookings.get(ref)
    if booking is None or not booking.claimed:
        raise Refused(f"{state.coop_id} has no booking {ref}", rule="D7", ref=ref)
    if booking.owner != vhs:
        raise Refused(
            f"booking {ref} belongs to VHS {booking.owner}; only it can claim a seat for it", rule="B19", ref=ref
        )
    if state.is_cancelled(booking):
        raise Refused(f"booking {ref} is cancelled; a new registration is a new booking", rule="D5", ref=ref)
    if booking.status is CONFIRMED:
        return CONFIRMED.value
    capacity, taken = state.capacity, len(state.confirmed())
    if capacity is not None and taken >= capacity:
        raise Refused(
            f"no seat is free in {state.coop_id}: {taken} of {capacity} are taken; {ref} stays on the waiting list",
            rule="D7",
            ref=ref,
        )
    draft.add(e.BookingPromoted, "D7", ref=ref, claimed=True)
    draft.settle_violations()
    return CONFIRMED.value


def withheld_refs(state: Cooperation, vhs: str, withheld_id: str) -> list[str]:
    """List the bookings whose cancellation the mass guard holds back under one id (D4)."""
    return sorted(
        ref
        for ref, booking in state.bookings.items()
        if (seat := booking.seats.get(vhs)) and seat.withheld == withheld_id
    )


def approve_withheld(draft: Draft, withheld_id: str) -> list[str]:
    """Let what is withheld of the draft's VHS happen: its bookings become orphans now (D4), effects take place (D31).

    Returns the bookings that it changes, and the course where it is about that; who was cancelled meanwhile is not
    among them.
    """
    waiting = withheld_refs(draft.state, draft.moment.vhs, withheld_id)
    refs = [ref for ref in waiting if not draft.state.is_final(draft.state.bookings[ref])]
    for ref in waiting:
        seat = draft.state.bookings[ref].seats[draft.moment.vhs]
        draft.add(e.OrphanDetected, "D4", cause=seat.absent_version, ref=ref, approved=True)
    refs += approve_effects(draft, withheld_id)
    if draft.events:
        draft.settle_violations()
    return refs
