"""A row that shows a cancelled booking as it was before its "S": an export with many of them is asked about (D31), or
its program went back (D20). A lone one is a new registration where its time or name does not tell (D18, D5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from koop_es.domain.acknowledged import first_shown, letter_of
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.judgement import Effect
from koop_es.domain.merges import same_name
from koop_es.domain.observation import CANCELLED, BookingRow, Person
from koop_es.domain.signs import note_former_person, note_letter
from koop_es.domain.withhold import waiting
from koop_es.domain.witnesses import is_same_id


def is_as_before(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row shows a booking with letter, Beleg-ID, TNR, time and a name that it had before its "S"."""
    if seat.status is not CANCELLED or row.status in (None, CANCELLED) or row.person is None:
        return False
    if not is_same_id(row.booking_id, seat.booking_id) or not is_same_id(row.participant_no, seat.participant_no):
        return False
    if row.booked_at != seat.booked_at or all(name != row.status.value for name, _ in seat.acked):
        return False
    return any(same_name(row.person, person) for person in _former_persons(draft, booking, seat))


def _former_persons(draft: Draft, booking: Booking, seat: Seat) -> Iterator[Person]:
    versions = {
        seat.person_version or 0,
        booking.person_version,
        *(int(name[1:]) for name, _ in seat.acked if name.startswith("p")),
    }
    for version in sorted(versions) if booking.person_id not in draft.erased else ():
        person = draft.person(booking.person_id, version)
        if person is not None:
            yield person


def goes_on_as_before(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a cancelled booking goes on in a row that shows it as before: its program went back to a moment
    before the "S" (D20), or so many came back that their letters wait for an answer (D31e).
    """
    if not is_as_before(draft, booking, seat, row):
        return False
    if waiting(seat, Effect.LETTER) is not None or draft.judgement.withholds(Effect.LETTER):
        return True
    back = draft.judgement.back_at(draft.state.coop_id)
    return back is not None and first_shown(seat, letter_of(seat)) > back.count


def stands_as_before_its_merge(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a program that went back shows an own booking, cancelled since, in the row in which it was booked,
    with the TNR it had before it was merged or entered anew, and no later: what its row showed then is no claim (D20,
    B15).
    """
    if draft.judgement.back_at(draft.state.coop_id) is None or booking.owner != draft.moment.vhs or row.person is None:
        return False
    if booking.ref != booking_ref(booking.owner, row.booking_id) or row.participant_no != seat.merged_from:
        return False
    if not "" < row.booked_at <= seat.booked_at:
        return False
    return any(same_name(row.person, person) for person in _former_persons(draft, booking, seat))


def note_as_before(draft: Draft, reused: Mapping[str, str], shown: Mapping[str, BookingRow]) -> None:
    """Weigh new registrations that show a cancelled booking as before like its own letter and person (D31e, D20)."""
    for ref in sorted(reused):
        row, booking = shown[ref], draft.state.bookings[reused[ref]]
        seat = booking.seats[draft.moment.vhs]
        if row.status is None or not is_as_before(draft, booking, seat, row):
            continue
        if draft.state.is_cancelled(booking):
            draft.weight.revived.append(booking.ref)
        note_letter(draft, booking, seat, row, row.status)
        note_former_person(draft, booking, seat, row)
