"""Moved bookings: a VHS's own row that stands in another of its courses (D25).

Where it left, the booking is cancelled for good; where it is, it is another booking, with a reference of its own. Both
sides read it out of one complete export, and neither knows the state of the other.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.merges import same_name
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.slices import Slice


def stands_elsewhere(draft: Draft, part: Slice, booking: Booking, seat: Seat) -> BookingRow | None:
    """Find the row of another course in which a VHS's own live booking stands: same Beleg-ID, TNR and person (D25).

    Of a person who was erased TNR and time of booking are left to go by (D15). A booking that shows the "S" of an
    Ausfall moved where its row lives elsewhere: somebody has decided for the other course (D24).
    """
    vhs = draft.moment.vhs
    if vhs != booking.owner or vhs in booking.cancelled_by or seat.status is None or seat.orphaned:
        return None
    row = part.stands(seat.booking_id)
    if row is None or row.participant_no != seat.participant_no:
        return None
    if seat.status is CANCELLED and (row.status is CANCELLED or not _by_course(draft, booking, seat)):
        return None
    if booking.person_id in draft.erased:
        return row if row.booked_at == booking.booked_at else None
    known = draft.person(booking.person_id, booking.person_version)
    return row if known is not None and row.person is not None and same_name(known, row.person) else None


def mirror_stands_elsewhere(part: Slice, booking: Booking, seat: Seat) -> bool:
    """Tell whether a mirror stands in another course of its VHS, with its reference or, where the program keeps none,
    under the same Beleg-ID and TNR (D25, D26). Staff who file somebody else's citizen elsewhere cancel nobody.
    """
    if part.elsewhere(booking.ref):
        return True
    row = part.stands(seat.booking_id)
    return row is not None and row.participant_no == seat.participant_no


def _by_course(draft: Draft, booking: Booking, seat: Seat) -> bool:
    """Tell whether the "S" a VHS shows is that of an Ausfall, taken back or not, and nobody else's (D24)."""
    return not booking.cancelled_by and (draft.state.cancelled or seat.spared)


def move(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Cancel a booking where its row left; nobody has to wait for a second look (D25)."""
    draft.add(e.BookingMoved, "D25", row=row, ref=booking.ref, course_number=row.number, period=row.period)
