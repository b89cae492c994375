"""Restoring: somebody decides about a booking that its owner no longer shows, where that proves nothing (D20, D24)."""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused


def restore_booking(draft: Draft, ref: str, reason: str) -> None:
    """Decide that a booking which is asked about lives: it is written again at its owner (D20, D24). Raises Refused."""
    _, seat = _asked(draft, ref)
    draft.add(e.BookingRestored, "D20", cause=seat.asked, ref=ref, reason=reason)
    draft.settle_violations()


def reject_booking(draft: Draft, ref: str, reason: str) -> None:
    """Decide that a booking which is asked about was really removed: all others get "S" at once (D20, D24).

    Raises Refused.
    """
    _, seat = _asked(draft, ref)
    version = draft.add(e.RemovalConfirmed, "D20", cause=seat.asked, ref=ref, reason=reason)
    draft.add(e.OrphanDetected, "D20", cause=version, ref=ref, approved=True)
    draft.settle_violations()


def _asked(draft: Draft, ref: str) -> tuple[Booking, Seat]:
    """Find the seat a question is open about; of two decisions the first stands, and the second is refused (11.1)."""
    state, vhs = draft.state, draft.moment.vhs
    booking = state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is None or seat is None:
        raise Refused(f"{state.coop_id} has no booking {ref} at VHS {vhs}", rule="D20", ref=ref)
    if not seat.asked:
        raise Refused(_settled(state, seat, ref), rule="D20", ref=ref, decided=seat.answered or None)
    return booking, seat


def _settled(state: Cooperation, seat: Seat, ref: str) -> str:
    if seat.answered:
        return f"booking {ref} was decided about before, by event {seat.answered} of {state.coop_id}; that stands"
    return f"nothing is asked about booking {ref}: koop-es violations shows what is"
