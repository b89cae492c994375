"""Pairing: which row of an export is which of the VHS's own known bookings (D18), and which are mirrors (D26).

Rows and bookings are paired one to one, best witnesses first. A *witness* is a cell that says something: an empty
cell, a sentinel, a time without time of day is none, neither equal nor other. What a row is depends on this VHS's rows
alone, never on what others did meanwhile. Only rows that are not found under their Beleg-ID and TNR are weighed.
"""

from __future__ import annotations

from collections.abc import Iterable

from koop_es.domain.absences import is_gone
from koop_es.domain.cooperation import Booking, Double, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.paired import Pairing
from koop_es.domain.registrations import is_registration, witness_of_seat
from koop_es.domain.second_rows import is_copy
from koop_es.domain.slices import Slice, no_references
from koop_es.domain.weighing import Weighing
from koop_es.domain.witnesses import is_silent, witness_of_row


def pair(draft: Draft, part: Slice) -> Pairing:
    """Tell what every row of a slice is (D18, D26)."""
    vhs, state = draft.moment.vhs, draft.state
    known, own = state.reported_seats(vhs), f"{vhs}:"
    copies = _copies(draft)
    back = draft.judgement.back_at(state.coop_id) is not None
    result = Pairing()
    new = not (known or copies) and all(row.ref is None for row in part.bookings)  # a course's first rows
    shown, odd, foreign = result.shown, list(part.bookings) if new else [], 0
    for row in part.bookings if not new else ():
        ref = row.ref
        if ref is None or ref.startswith(own):
            booking = known.get(row.booking_id)
            copy = copies.get(row.booking_id) if copies else None
            if copy is not None and copy[0] is not booking and is_copy(draft, *copy, row):
                booking = copy[0]
            elif (
                booking is None
                or not _is_plainly(seat := booking.seats[vhs], row)
                or ((back or seat.lost or seat.asked) and is_gone(draft, seat))
                or (booking.owner != vhs and is_registration(draft, booking, seat, row))
            ):
                odd.append(row)
                continue
            ref = booking.ref
            if booking.owner != vhs and row.ref is None and "ref" not in row.unstated:
                result.unreferenced.add(ref)
        else:
            foreign += 1
            booking = known.get(row.booking_id)
            if booking is not None and booking.ref != ref and _is_misnamed(draft, booking, row):
                ref = booking.ref
                result.unreferenced.add(ref)
        if ref in shown:
            result.doubled.setdefault(ref, [shown[ref]]).append(row)
        else:
            shown[ref] = row
    forgotten = draft.judgement.put_back or bool(state.held)
    if odd and (state.bookings or forgotten or not _are_first(part, own, odd, shown)):
        Weighing(draft, part, known, result).weigh(odd)
    for ref, rows in result.doubled.items():
        shown[ref] = nearest(state.bookings.get(ref), vhs, rows)
    result.plain = not (odd or foreign)
    return result


def _are_first(part: Slice, own: str, rows: list[BookingRow], shown: dict[str, BookingRow]) -> bool:
    """Take the rows of a course that has no bookings yet for new registrations under their Beleg-IDs, unless one of
    these was another's in any course (D18a).
    """
    found = {own + row.booking_id: row for row in rows}
    if len(found) < len(rows):
        return False
    if part.references is not no_references and any(part.references(row.booking_id) for row in rows):
        return False
    shown.update(found)
    return True


def _copies(draft: Draft) -> dict[str, tuple[Booking, Double]]:
    """Find the further rows of bookings that stand there twice, by Beleg-ID (D26)."""
    state, vhs = draft.state, draft.moment.vhs
    noted = [ref for where, ref in state.doubled if where == vhs]
    return {
        double.booking_id: (state.bookings[ref], double)
        for ref in sorted(noted)
        for double in state.bookings[ref].seats[vhs].doubles
    }


def nearest(booking: Booking | None, vhs: str, rows: Iterable[BookingRow]) -> BookingRow:
    """Choose the row that speaks for a mirror that stands there twice: an "S" only where all rows show it (D26).

    Among equals it is the one under the Beleg-ID reported before, else one with its reference, the lowest Beleg-ID
    first.
    """
    seat = booking.seats.get(vhs) if booking is not None else None
    known = seat.booking_id if seat is not None else ""
    return min(
        rows, key=lambda row: (row.status is CANCELLED, row.booking_id != known, row.ref is None, row.booking_id)
    )


def _is_plainly(seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row under a known Beleg-ID is it without a second look: TNR, time and letter agree (D18)."""
    return (
        seat.participant_no == row.participant_no
        and seat.booked_at == row.booked_at
        and (row.status is CANCELLED or seat.status is not CANCELLED)
        and not seat.absences
        and seat.reused_by is None
    )


def _is_misnamed(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Tell whether a row is the mirror it was although its Koop-Beleg-ID names another booking: a slip (D26).

    It has Beleg-ID, TNR and time of a live mirror, or of one that stays "S" or was misnamed before; without a time
    nothing else in it may say that it is another's. Nor is a create open for the booking it names.
    """
    vhs = draft.moment.vhs
    seat, lane = booking.seats[vhs], draft.state.lanes[vhs]
    if booking.owner == vhs or seat.status is None or seat.lost or seat.participant_no != row.participant_no:
        return False
    if not (seat.live or row.status is CANCELLED or seat.unreferenced) or row.ref in lane.creates_given:
        return False
    before, now = witness_of_seat(draft, booking, seat), witness_of_row(row)
    return now.time == before.time if now.time and before.time else is_silent(before, now)
