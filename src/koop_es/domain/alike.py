"""Mirrors that nothing tells apart: anonymous ones of one owner, moment and letter at a VHS without references (D26).

As many rows as were given out are their seats, whichever is whose. So nobody is ended by one of these rows alone: an
"S" in it is asked about, and one that is removed is given out again.
"""

from __future__ import annotations

from collections import defaultdict

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import ALIKE
from koop_es.domain.given_mirrors import Fits, Given
from koop_es.domain.observation import WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import witness_of_row


def fit_alike(rows: list[BookingRow], given: list[Given]) -> Fits:
    """Pair anonymous rows with the mirrors of their moment, in the order of Beleg-IDs and references, where as many
    stand there with each letter as were given out, all by one owner: no cell tells these apart (D26).
    """
    rows_at: dict[str, list[int]] = defaultdict(list)
    given_at: dict[str, list[Given]] = defaultdict(list)
    for number, row in enumerate(rows):
        rows_at[witness_of_row(row).time].append(number)
    for mirror in given:
        for time in sorted({wanted.time for wanted in mirror.witnesses}):
            given_at[time].append(mirror)
    pairs: list[tuple[int, str]] = []
    for time, mirrors in given_at.items():
        numbers = rows_at.get(time, [])
        if not time or len(numbers) != len(mirrors) or not _are_alike(mirrors):
            continue
        if any(rows[number].person or actor_of(rows[number].edited_by) != WEB_SERVICE_USER for number in numbers):
            continue
        numbers.sort(key=lambda number: (_letter(rows[number]), len(rows[number].booking_id), rows[number].booking_id))
        mirrors.sort(key=lambda mirror: (mirror.letter.value, len(mirror.booking.ref), mirror.booking.ref))
        if [_letter(rows[number]) for number in numbers] == [mirror.letter.value for mirror in mirrors]:
            pairs += [(number, mirror.booking.ref) for number, mirror in zip(numbers, mirrors, strict=True)]
    return Fits(pairs, [])


def _are_alike(mirrors: list[Given]) -> bool:
    """Tell whether mirrors are of one owner, show nobody's name, and were given out with one moment only."""
    one_moment = all(len({wanted.time for wanted in mirror.witnesses}) == 1 for mirror in mirrors)
    nameless = not any(wanted.name for mirror in mirrors for wanted in mirror.witnesses)
    return one_moment and nameless and len({mirror.booking.owner for mirror in mirrors}) == 1


def _letter(row: BookingRow) -> str:
    return row.status.value if row.status is not None else ""


def is_one_of_many(state: Cooperation, vhs: str, booking: Booking, seat: Seat) -> bool:
    """Tell whether other mirrors of living bookings at a VHS look like this one: anonymous, of its owner and moment,
    none of them with a reference (D26).
    """
    lane = state.lanes.get(vhs)
    if lane is None or not seat.unreferenced or not booking.claimed or sees_identity(state, lane, booking):
        return False
    return any(
        other is not booking
        and other.owner == booking.owner
        and (at := other.seats.get(vhs)) is not None
        and at.booked_at == seat.booked_at
        and at.unreferenced
        and (at.held or at.lost)
        and not state.is_cancelled(other)
        for other in state.bookings.values()
    )


def take_one_of_many(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Ask whom an "S" means in one of several rows that nothing tells apart: all live until it is answered (D26)."""
    draft.add(e.CancellationDelivered, "D26", row=row, cause=booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D26", row=row, ref=booking.ref, why=ALIKE)
