"""Moved bookings: a VHS's own row that stands in another of its courses (D25).

Where it left, the booking is cancelled for good; where it is, it is another booking, with a reference of its own. Both
sides read it out of one complete export, and neither knows the state of the other.
"""

from __future__ import annotations

from collections.abc import Collection

from koop_es.domain import events as e
from koop_es.domain.acknowledged import row_stands_since
from koop_es.domain.cooperation import TOLD, Booking, Reason, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.merges import same_name
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, Status, actor_of
from koop_es.domain.registrations import is_registration
from koop_es.domain.slices import Slice
from koop_es.domain.witnesses import is_same_id, moment


def stands_elsewhere(draft: Draft, part: Slice, booking: Booking, seat: Seat) -> BookingRow | None:
    """Find the row of another course in which a VHS's own live booking stands: same Beleg-ID, TNR and person (D25).

    Of a person who was erased TNR and time of booking are left to go by (D15). A booking that shows the "S" of an
    Ausfall moved where its row lives elsewhere: somebody has decided for the other course (D24). One whose row stands
    here as another registration has not moved (D18a).
    """
    vhs = draft.moment.vhs
    if vhs != booking.owner or vhs in booking.cancelled_by or seat.status is None or seat.orphaned:
        return None
    row = part.stands(seat.booking_id)
    if row is None or not is_its_row(draft, booking, seat, row):
        return None
    if any(here.booking_id == seat.booking_id for here in part.bookings):
        return None
    if seat.status is CANCELLED and (row.status is CANCELLED or not _by_course(draft, booking, seat)):
        return None
    return row


def is_its_row(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row has TNR and person of a booking, of one who was erased its time (D25, D15)."""
    if row.participant_no != seat.participant_no:
        return False
    if booking.person_id in draft.erased:
        return row.booked_at == booking.booked_at
    known = draft.person(booking.person_id, booking.person_version)
    return known is not None and row.person is not None and same_name(known, row.person)


def is_whole(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row is all that is known of a booking: Beleg-ID and TNR, and the person or the time (D25)."""
    if row.booking_id != seat.booking_id or row.participant_no != seat.participant_no:
        return False
    same_time = row.booked_at == seat.booked_at and bool(moment(row.booked_at))
    return same_time or is_its_row(draft, booking, seat, row)


def has_left(draft: Draft, part: Slice, booking: Booking, seat: Seat, rows: Collection[BookingRow]) -> bool:
    """Tell whether the whole row of a VHS's own booking stands in another course, and none of the ``rows`` that are new
    here has its TNR and person: weaker witnesses make nobody else's row the one of who has left (D25 before D18).

    One that somebody decided is written again here has not left: the row there is a booking of its own (D20).
    """
    owned = booking.owner == draft.moment.vhs and not seat.restoring
    if not owned or any(row.booking_id == seat.booking_id for row in part.bookings):
        return False
    row = part.stands(seat.booking_id)
    if row is None or not is_whole(draft, booking, seat, row) or is_left_behind(draft, part, seat, row):
        return False
    return not any(is_its_row(draft, booking, seat, other) for other in rows)


def has_come(former: Draft, ref: str, row: BookingRow) -> bool:
    """Tell whether a row is the whole row of a booking in another course, and not of one that moved before (D25)."""
    vhs, booking = former.moment.vhs, former.state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is None or seat is None or booking.owner != vhs or booking.moved or seat.status is None:
        return False
    return is_whole(former, booking, seat, row)


def is_forgotten(former: Draft, part: Slice, ref: str, row: BookingRow) -> bool:
    """Tell whether a row shows somebody who was forgotten under a booking of any course: TNR and moment of booking are
    the same (D18e, D15).

    Under another Beleg-ID the moment needs its time of day, and where the other booking stands as it was, this is one
    more of the same order.
    """
    booking = former.state.bookings.get(ref)
    seat = booking.seats.get(former.moment.vhs) if booking is not None else None
    if booking is None or seat is None or booking.person_id not in former.erased:
        return False
    if row.participant_no != seat.participant_no or row.booked_at != booking.booked_at:
        return False
    return row.booking_id == seat.booking_id or (bool(moment(row.booked_at)) and part.stands(seat.booking_id) is None)


def may_have_moved(former: Draft, ref: str, row: BookingRow) -> bool:
    """Tell whether a row may be that of a booking in another course: its TNR or its name (of a forgotten person the
    time) is the same, or says nothing (D25). Else it is somebody to whom the Beleg-ID was given since (D18a).
    """
    booking = former.state.bookings.get(ref)
    seat = booking.seats.get(former.moment.vhs) if booking is not None else None
    if booking is None or seat is None or is_same_id(row.participant_no, seat.participant_no):
        return True
    if booking.person_id in former.erased:
        return not row.booked_at or row.booked_at == booking.booked_at
    known = former.person(booking.person_id, booking.person_version)
    return known is None or row.person is None or same_name(known, row.person)


def is_left_behind(draft: Draft, part: Slice, seat: Seat, row: BookingRow) -> bool:
    """Tell whether the row of a booking stands under a number that its course had before (R20, D25).

    Whoever copies a course to a new number moves the people over one by one, and the COOP-Id is gone already: nobody
    can tell who was left there from who was moved back. An "S" that was set there is one all the same. And who came
    by that number alone, since the last complete export, is where the number belongs to another course by now.
    """
    lane = draft.state.lanes[draft.moment.vhs]
    if row.status is not CANCELLED and (row.number, row.period) in lane.former_keys:
        complete = part.complete_before()
        came_since = complete is not None and row_stands_since(seat) > complete
        return not (came_since and part.is_another(row))
    return False


def is_elsewhere(draft: Draft, part: Slice, booking: Booking, seat: Seat) -> bool:
    """Tell whether a booking that is missing stands in another course of its VHS, its own or a mirror (D25)."""
    if booking.owner == draft.moment.vhs:
        return stands_elsewhere(draft, part, booking, seat) is not None
    return mirror_stands_elsewhere(draft, part, booking, seat)


def mirror_stands_elsewhere(draft: Draft, part: Slice, booking: Booking, seat: Seat) -> bool:
    """Tell whether a mirror stands in another course of its VHS, with its reference or, where the program keeps none,
    under the same Beleg-ID and TNR (D25, D26). Staff who file somebody else's citizen elsewhere cancel nobody.

    A row of this very course was told already, and whose numbers went to another registration stands nowhere (D18a).
    """
    if part.elsewhere(booking.ref):
        return True
    row = part.stands(seat.booking_id)
    if row is None or row.participant_no != seat.participant_no:
        return False
    here = any(other.booking_id == row.booking_id for other in part.bookings)
    return not here and not is_registration(draft, booking, seat, row)


def take_strays_back(draft: Draft, part: Slice, shown: Collection[str]) -> None:
    """Let mirrors live again that this VHS lost, as it reports them again, if in another course (D5, D25).

    Staff who had filed them there and removed them there have taken that back; as any other that was filed elsewhere
    they are delivered again. What a program shows that went back is no claim (D20).
    """
    vhs, state = draft.moment.vhs, draft.state
    if not part.proves_absence or draft.judgement.back_at(state.coop_id) is not None:
        return
    lost = (ref for ref, booking in state.bookings.items() if vhs in booking.orphaned_by and booking.owner != vhs)
    for ref in sorted(lost):
        if ref in shown or ref in part.seen_later or state.bookings[ref].cancelled_by:
            continue
        if (row := part.strays(ref)) is not None and row.status is not None:
            draft.add(e.BookingReinstated, "D5", row=row, ref=ref, status=row.status)


def _by_course(draft: Draft, booking: Booking, seat: Seat) -> bool:
    """Tell whether the "S" a VHS shows is that of an Ausfall, taken back or not, and nobody else's (D24)."""
    return not booking.cancelled_by and (draft.state.cancelled or seat.spared)


def move(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Cancel a booking where its row left; nobody has to wait for a second look (D25)."""
    draft.add(e.BookingMoved, "D25", row=row, ref=booking.ref, course_number=row.number, period=row.period)


def is_meant(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Tell whether an "S" of which this VHS was told because the owner moved the booking may be meant for the person:
    somebody here edited the row last (D21).

    It was set before the list was carried out, or after: that nobody can tell, and it is asked as if it had been shown
    before the list was fetched (D25).
    """
    moved = draft.state.reason(booking) is Reason.MOVED and draft.moment.vhs != booking.owner
    return moved and by_person(actor_of(row.edited_by))


# --- an "S" that moves along ------------------------------------------------------------------------------------------


def letter_left(former: Draft, ref: str, row: BookingRow) -> Status | None:
    """Give the letter of a booking in the course it left, where the "S" its row shows elsewhere is the one that was
    given out there and never shown: it says nothing of the course in which the row is now (D21, D25).

    Whether that course has heard of the move yet makes no difference.
    """
    vhs, booking = former.moment.vhs, former.state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is None or seat is None or booking.owner != vhs or not seat.live or seat.orphaned:
        return None
    if seat.booking_id != row.booking_id:
        return None
    given = _was_given_out(former, booking, seat, row) and is_its_row(former, booking, seat, row)
    return seat.status if given else None


def _was_given_out(former: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a VHS was told an "S", or where nothing was ever given out, whether WS wrote one (ADR 0006)."""
    by_us, lane = actor_of(row.edited_by) == WEB_SERVICE_USER, former.state.lanes.get(former.moment.vhs)
    if lane is not None and lane.given:
        if former.moment.vhs in booking.unseen_s and not by_person(actor_of(row.edited_by)):
            return True
        return bool(seat.told or seat.given is CANCELLED or (seat.given_version and seat.given is None and by_us))
    others = booking.cancelled_by - {booking.owner} or booking.orphaned_by or booking.ever_cancelled
    return by_us and bool(others or former.state.cancelled)


def comes_late(draft: Draft, part: Slice, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether an "S" that was given out for the course a booking left may be written only now (D25).

    Soon after the move it may be, whoever edited the row since; later only the connector itself can be so late, which
    a row that names no editor may show.
    """
    if draft.moment.vhs != booking.owner or draft.state.is_cancelled(booking):
        return False
    if any(shown == CANCELLED.value for shown, _ in seat.acked):
        return False
    origin = draft.moment.origin
    soon = (origin.sequence or 0) - seat.since <= TOLD if origin is not None else False
    if not soon and by_person(actor_of(row.edited_by)):
        return False
    return part.letter_left(row) is not None


def take_carried(draft: Draft, ref: str, row: BookingRow, *, at_once: bool) -> None:
    """Take in an "S" of the course that was left: the booking lives, and its letter is written (D25).

    Where a person edited the row, or nobody is said to have and it was not there ``at_once``, it may be meant: that is
    a question, and nothing is written over it (D21).
    """
    draft.add(e.CancellationDelivered, "D25", row=row, cause=draft.state.bookings[ref].changed or None, ref=ref)
    actor = actor_of(row.edited_by)
    if by_person(actor) or (actor is None and not at_once):
        draft.add(e.CancellationUnclear, "D25", row=row, ref=ref, why="moved")
