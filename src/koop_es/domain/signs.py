"""Signs of a program that went back, noted while an export is observed as any other (D20): what is gone of what its VHS
acknowledged, and what is shown as before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from koop_es.domain.absences import is_over
from koop_es.domain.acknowledged import (
    as_cancelled,
    fact_first_shown,
    fact_was_shown,
    first_shown,
    person_name,
    was_shown,
)
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import changed
from koop_es.domain.draft import Draft
from koop_es.domain.moves import is_elsewhere, is_its_row, stands_elsewhere
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, CourseRow, Status, actor_of
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import wanted_fields, wanted_status
from koop_es.domain.weight import Sign
from koop_es.domain.witnesses import has_zeros_again, is_same_id
from koop_es.domain.witnesses import moment as moment_of


def note_course(draft: Draft, lane: Lane, row: CourseRow) -> None:
    """Note the fields of a course that a complete export shows as before, and not because it was told to."""
    for name, value in changed(lane.row, row.facts).items() if draft.complete and lane.acked else ():
        count = fact_first_shown(lane, name, getattr(lane.row, name))
        if fact_was_shown(lane, name, value, count - 1) and not is_told(draft.state, lane, name, value):
            draft.weight.signs.append(Sign(count))
            draft.off_as_before |= name == "cancelled" and value is True


def is_told(state: Cooperation, lane: Lane, name: str, value: Any) -> bool:
    """Tell whether a course is to show this very value: then it is written, and not of former times.

    An Abo-Kurs is to show what counts, its Master's what counts again after an export was withdrawn (D32).
    """
    if lane.vhs == state.master:
        return name in lane.withdrawn and bool(getattr(lane.facts, name) == value)
    return bool(wanted_fields(state, lane).get(name) == value)


def note_missing_course(draft: Draft, lane: Lane) -> None:
    """Note an Abo-Kurs that a complete export lacks, and the rows that stood in it."""
    if not draft.complete_courses or lane.vhs == draft.state.master:
        return
    draft.weight.signs.append(Sign(lane.since, course=True))
    for booking in draft.state.bookings.values():
        seat = booking.seats.get(lane.vhs)
        if seat is not None and seat.held and seat.live:
            draft.weight.signs.append(Sign(seat.since, row=True))


def note_missing(draft: Draft, part: Slice, missing: Iterable[str]) -> None:
    """Note the rows a complete export lacks for the first time, or since one that lacked too many to be believed (D19);
    of a course that is over that proves nothing (D17), and what stands in another course is not gone (D25), unless it
    stands where it was before it came here. Whom others cancelled meanwhile is gone as anybody, whichever was read
    first; whose course is cancelled may have been taken out for that, but an Ausfall that is back as before has ended
    nobody yet (D24).
    """
    for ref in () if is_over(draft) else missing:
        booking = draft.state.bookings[ref]
        seat = booking.seats[draft.moment.vhs]
        if not seat.live or seat.taken_back or seat.doubted or (draft.state.cancelled and not draft.off_as_before):
            continue
        if seat.absences and not (seat.foreseen or seat.withheld):
            continue
        row = stands_elsewhere(draft, part, booking, seat)
        moved_back = row is not None and part.was_there(row)
        if moved_back or not is_elsewhere(draft, part, booking, seat):
            at, mirror = moment_of(seat.booked_at), booking.owner != draft.moment.vhs
            times: dict[str, Any] = {"gone": seat.gone, "again": seat.again, "booked": at, "mirror": mirror}
            draft.weight.signs.append(Sign(seat.since, row=True, anew=moved_back, **times))


def note_moved_back(draft: Draft, shown: Mapping[str, BookingRow]) -> None:
    """Note the own bookings that moved to another course and whose row stands again where it was (D25), as they did
    before; they lack nowhere, and alone that is no restore, unless two of them have the editor they had there,
    and are not asked about yet.
    """
    state, vhs = draft.state, draft.moment.vhs
    moved = [booking for booking in state.bookings.values() if booking.moved] if draft.complete else []
    new = {row.booking_id: row for ref, row in shown.items() if ref not in state.bookings} if moved else {}
    for booking in moved if new else ():
        seat = booking.seats.get(vhs)
        if seat is None or booking.owner != vhs or (row := new.get(seat.booking_id)) is None:
            continue
        if row.booked_at == seat.booked_at and is_its_row(draft, booking, seat, row):
            asked = (vhs, row.booking_id) in state.held
            exact = actor_of(row.edited_by) == seat.actor is not None and not asked
            draft.weight.signs.append(Sign(seat.gone, anew=True, exact=exact))


def note_anew(draft: Draft, shown: Mapping[str, BookingRow], rekeyed: Collection[str]) -> frozenset[str]:
    """Note the own bookings whose row is gone and that were entered anew since, at another time, and mirrors that were
    written anew; gives all that go on in a row that no export showed yet: they do not stand (D20).
    """
    state, vhs, fresh = draft.state, draft.moment.vhs, set(rekeyed)
    bookings = state.bookings
    for ref, row in shown.items() if draft.complete and bookings else ():
        if (booking := bookings.get(ref)) is None or (seat := booking.seats.get(vhs)) is None:
            continue
        if booking.owner != vhs:
            if _is_written_anew(seat, row):
                fresh.add(ref)
                draft.weight.signs.append(Sign(seat.since, row=True, anew=True))
            continue
        if row.booked_at == seat.booked_at:
            continue
        if not seat.live or not (before := moment_of(seat.booked_at)) or moment_of(row.booked_at) <= before:
            continue
        fresh.add(ref)
        if not (seat.absences or state.is_cancelled(booking)):
            draft.weight.signs.append(Sign(seat.since, row=True, anew=True))
    return frozenset(fresh)


def _is_written_anew(seat: Seat, row: BookingRow) -> bool:
    """Tell whether a connector made a mirror a second time: its former row went, if a list that was on its way
    to a program that went back was carried out there (D22), and more may have gone with it.
    """
    if not seat.live or seat.absences or seat.lost or seat.doubles or actor_of(row.edited_by) != WEB_SERVICE_USER:
        return False
    return row.booking_id != seat.booking_id and not is_same_id(row.participant_no, seat.participant_no)


def note_letter(draft: Draft, booking: Booking, seat: Seat, row: BookingRow, status: Status) -> None:
    """Note a letter of a row that a complete export shows as before, and not because it was told to.

    Nobody was told yet to write over the "S" of an Ausfall that the same export takes back: where all of them show what
    they showed before, together with the course, nothing tells staff from a program that went back, and that is asked
    (D24, D31e). So it is with the "S" of an Ausfall that is back in the same export. An "S" that a person has set since
    is none of before.
    """
    if seat.status is None or (status is CANCELLED and not as_cancelled(seat, actor_of(row.edited_by))):
        return
    written_over = draft.reinstated and seat.status is CANCELLED
    called_off = draft.off_as_before and status is CANCELLED and not booking.cancelled
    if written_over or called_off or status is not wanted_status(draft.state, booking, draft.moment.vhs):
        note_value(draft, seat, seat.status.value, status.value)


def note_value(draft: Draft, seat: Seat, now: str, shown: str) -> None:
    """Note a letter or person of a row that a complete export shows as before."""
    count = first_shown(seat, now)
    if draft.complete and was_shown(seat, shown, now, count - 1):
        draft.weight.signs.append(Sign(count))


def note_former_person(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Note person data of an own booking that a complete export shows as before, unless they count again (D32), or only
    the zeros are back that a spreadsheet took away (D18d): that is a repair.
    """
    now = draft.person(booking.person_id, booking.person_version)
    if row.person is None or row.person == now or has_zeros_again(row.person, now):
        return
    for name, _ in seat.acked if draft.complete else ():
        if name.startswith("p") and row.person == draft.person(booking.person_id, int(name[1:])):
            note_value(draft, seat, person_name(seat.person_version), name)
            return
