"""Bookings of which others want to cancel what their owner has moved to another course (D25)."""

from __future__ import annotations

from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.observation import CANCELLED


def moved_in_doubt(state: Cooperation, booking: Booking) -> bool:
    """Tell whether others set "S" in a booking that its owner, not knowing of it, moved to another course (D25).

    Whether the "S" is meant for the person or for the course that was left, nobody can tell: it is asked, whichever of
    the two was reported first, and whether the owner still has its Abo or not (D9).
    """
    if not booking.moved or not booking.claimed:
        return False
    lane = state.lanes.get(booking.owner)
    return lane is not None and booking.ref not in lane.decided and bool(setting_s(state, booking))


def setting_s(state: Cooperation, booking: Booking) -> frozenset[str]:
    """Name the VHSs other than the owner that set "S" in a booking, or of which it is asked whether they did (D21), or
    whose "S" is withheld and waits for an answer (D31).
    """
    asked = {vhs for vhs, lane in state.lanes.items() if booking.ref in lane.unclear}
    held = {vhs for vhs, seat in booking.seats.items() if withholds_s(seat)}
    return (booking.cancelled_by | asked | held) - {booking.owner}


def withholds_s(seat: Seat) -> bool:
    """Tell whether the "S" a row shows is withheld and waits for an answer (D31a)."""
    return bool(seat.waiting) and any(held.status is CANCELLED for held in seat.waiting)
