"""Rows with a Koop-Beleg-ID that cannot be theirs: a VHS's own booking that names another, and one that names a
booking of a VHS that never took part (D17, D18, B3).

Such a row is nobody's mirror. Taken for one it would make its own booking look removed, and its registration would
have a seat nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.draft import People
from koop_es.domain.identifiers import owner_of
from koop_es.domain.merges import same_name
from koop_es.domain.observation import BookingRow

OWN_IS_NAMED_BY_NONE = "empty Koop-Beleg-ID in a booking of your own"
"""What to do where a booking of the VHS's own has a reference."""


class Misnamed(NamedTuple):
    """A row whose Koop-Beleg-ID cannot be its own, why, and what to do."""

    row: BookingRow
    reason: str
    remedy: str


def misnamed(
    state: Cooperation, vhs: str, rows: Iterable[BookingRow], people: People, *, settled: bool
) -> Iterator[Misnamed]:
    """Find them among the rows of a course; ``settled`` says that its VHS has shown all it holds before (D17, D18)."""
    known = state.reported_seats(vhs)
    for row in rows:
        if row.ref is None or owner_of(row.ref) == vhs:
            continue
        booking = known.get(row.booking_id)
        if booking is not None and is_own(state, vhs, booking, row, people):
            reason = f"this VHS's own booking {booking.ref} names {row.ref} in Koop-Beleg-ID"
            yield Misnamed(row, reason, OWN_IS_NAMED_BY_NONE)
        elif settled and _is_nobodys(state, vhs, booking, row):
            owner = owner_of(row.ref)
            reason = f"Koop-Beleg-ID {row.ref} names a booking of VHS {owner}, which takes no part in {state.coop_id}"
            remedy = f"{OWN_IS_NAMED_BY_NONE}; in a copy put its Koop-Beleg-ID right"
            yield Misnamed(row, reason, remedy)


def is_own(state: Cooperation, vhs: str, booking: Booking, row: BookingRow, people: People) -> bool:
    """Tell whether a row is one of the VHS's own bookings by Beleg-ID, TNR and name, whatever reference it has (D17).

    One that was given out and not seen yet may have been written under a Beleg-ID that was free (D26).
    """
    lane, seat = state.lanes.get(vhs), booking.seats[vhs]
    if booking.owner != vhs or lane is None or row.ref in lane.creates_given:
        return False
    if seat.participant_no != row.participant_no:
        return False
    known = people.get((booking.person_id, booking.person_version)) if booking.person_id is not None else None
    return row.person is None or known is None or same_name(row.person, known)


def _is_nobodys(state: Cooperation, vhs: str, booking: Booking | None, row: BookingRow) -> bool:
    """Tell whether a row names a booking that nobody knows, of a VHS that never took part (B3, D1).

    Before the Master is known everybody may be yet to report; and a mirror under its own Beleg-ID and TNR is that,
    whatever it names (D26).
    """
    ref = row.ref or ""
    if state.master is None or ref in state.bookings or owner_of(ref) in state.lanes:
        return False
    return booking is None or booking.owner == vhs or booking.seats[vhs].participant_no != row.participant_no
