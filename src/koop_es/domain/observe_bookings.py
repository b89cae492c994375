"""The bookings of a slice: new, changed, cancelled, vanished, merged, back again.

A lane's rows are read in the order (booked at, reference), so that the same slice always gives the same events.
"""

from __future__ import annotations

from typing import Any

from koop_es.domain import events as e
from koop_es.domain.absences import (
    archive,
    is_over,
    missed,
    note_strays,
    note_unclaimed,
    stood,
    take_absence,
    take_filed,
    take_sights,
    tell_suspension,
    weigh_course,
)
from koop_es.domain.acknowledged import person_name
from koop_es.domain.alike import is_one_of_many, take_one_of_many
from koop_es.domain.another_person import (
    ask_of_another,
    is_another_citizen,
    is_of_another,
    was_another_citizen,
    was_of_another,
)
from koop_es.domain.as_before import note_as_before
from koop_es.domain.cooperation import ANOTHER, PERSON_DIFFERS, Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.echoes import (
    ask_about_former,
    ask_about_late,
    is_acknowledged,
    is_echo,
    keep_cells,
    may_be_late,
    note_what_is_seen,
    question,
    question_alone,
    take_echo,
    told_anything,
    withdrawn_s,
)
from koop_es.domain.evolve_echo import APART, LATE, PUT_BACK, REPLACED, SOMEBODY_ELSE
from koop_es.domain.exchanged import named_instead, take_exchanged
from koop_es.domain.former_values import take_former_rows
from koop_es.domain.judgement import Effect
from koop_es.domain.merges import same_name
from koop_es.domain.moves import comes_late, is_meant, take_carried, take_strays_back
from koop_es.domain.observation import (
    CANCELLED,
    CONFIRMED,
    WEB_SERVICE_USER,
    BookingRow,
    Person,
    Status,
    actor_of,
    letter_of,
)
from koop_es.domain.observe_identity import (
    let_movers_wait,
    rekey,
    take_doubles,
    take_holds,
    take_ids,
    take_new_doubles,
    take_references,
    take_twins,
)
from koop_es.domain.older import leave_later
from koop_es.domain.paired import Pairing
from koop_es.domain.pairing import pair
from koop_es.domain.put_back import (
    ask_about_standing,
    ask_whether_it_lives,
    ask_whose,
    may_be_forgotten,
    may_be_written_since,
)
from koop_es.domain.replaced import ask_whom, means_former, take_replaced
from koop_es.domain.signs import (
    note_anew,
    note_former_person,
    note_letter,
    note_missing,
    note_moved_back,
    note_value,
)
from koop_es.domain.slices import Slice
from koop_es.domain.standing import note_lacking, note_standing
from koop_es.domain.terms import Policy
from koop_es.domain.typed_over import ask_whom as ask_whom_typed
from koop_es.domain.typed_over import take_typed_over
from koop_es.domain.unstated import last_stated
from koop_es.domain.waiting_rows import let_wait
from koop_es.domain.wanted import sees_identity
from koop_es.domain.withhold import (
    end_forgotten,
    former_letter,
    former_person,
    holds_letters,
    letter_is_withheld,
    person_is_withheld,
    waiting,
)
from koop_es.domain.witnesses import is_same_id


def observe_bookings(draft: Draft, part: Slice, policy: Policy) -> None:
    """Take in every booking row, then what is absent where the export proves absence (B11, D3)."""
    pairing = pair(draft, part)
    shown = pairing.shown
    leave_later(part, pairing)
    take_sights(draft, part, shown)
    take_strays_back(draft, part, shown)
    bookings = draft.state.bookings
    lacking = part.proves_absence and not bookings.keys() <= shown.keys()
    if lacking:
        take_filed(draft, part, shown)
    missing = missed(draft, part, shown) if lacking else []
    draft.emptied = bookings.keys().isdisjoint(shown)
    if missing:
        note_missing(draft, part, missing)
    note_moved_back(draft, shown)
    if lacking:
        note_lacking(draft, shown)
    fresh = note_anew(draft, shown, pairing.rekeyed) if not pairing.plain else frozenset()
    note_as_before(draft, pairing.reused, shown)
    if draft.judgement.went_back is not None:
        take_former_rows(draft, part, shown, missing)
    let_movers_wait(draft, part, pairing, draft.judgement)
    before = stood(draft) if missing else {}
    let_wait(draft, pairing, missing)
    tell_suspension(draft, part, shown)
    take_ids(draft, pairing)
    take_doubles(draft, part, pairing)
    if missing:
        take_twins(draft, part, pairing, missing)
    was_wrong = withdrawn_s(draft)
    for _, ref in sorted((row.booked_at, ref) for ref, row in shown.items() if ref not in part.read_later):
        _take_row(draft, part, ref, shown[ref], pairing)
    if pairing.doubled:
        take_new_doubles(draft, pairing)
    take_references(draft, pairing)
    if pairing.held or draft.state.held:
        take_holds(draft, part, pairing)
    question_alone(draft, was_wrong, shown)
    note_what_is_seen(draft, part, shown)
    over = bool(missing) and is_over(draft)
    for ref in missing:
        booking = bookings[ref]
        if over and not draft.state.is_final(booking):
            archive(draft, booking)  # a cancelled one is gone, and needs no "S"
        else:
            take_absence(draft, part, booking, policy)
    if draft.weight.absent:
        weigh_course(draft, before, shown, missing)
    if part.proves_absence and not bookings.keys() <= shown.keys():
        note_strays(draft, part, shown)
        note_unclaimed(draft, part, shown)
    if draft.weight.signs or draft.weight.lacks:
        note_standing(draft, part, shown, fresh)


def observe_acknowledged(draft: Draft, part: Slice) -> None:
    """Take in, of the rows of a course that is frozen, the "S" that WS wrote in a cancelled booking (R15, B3, T6).

    A row that has it is removed as a cancelled one later, and nobody has lost the booking then (D5).
    """
    state, vhs = draft.state, draft.moment.vhs
    for ref, row in sorted(pair(draft, part).shown.items()):
        booking = state.bookings.get(ref)
        seat = booking.seats.get(vhs) if booking is not None else None
        if booking is None or seat is None or row.status is not CANCELLED or row.booking_id != seat.booking_id:
            continue
        if seat.live and seat.held and is_acknowledged(draft, booking, seat, row):
            draft.add(e.CancellationDelivered, "B3", row=row, cause=booking.changed or None, ref=ref)
            keep_cells(draft, booking, seat, row, (False, False))


# --- rows -----------------------------------------------------------------------------------------------------------


def _take_row(draft: Draft, part: Slice, ref: str, row: BookingRow, pairing: Pairing) -> None:
    """Take in one row: the owner's own booking or the mirror of another VHS's (B1, B3)."""
    vhs = draft.moment.vhs
    booking = draft.state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is not None and seat is not None and ref not in pairing.replaced:  # noqa: SIM102 - asked of every row
        if _is_unchanged(draft, booking, seat, row):
            return
    if row.unstated:
        row = last_stated(draft, booking, seat, row)
    if row.status is None:
        letter = letter_of(row.raw_status)
        if seat is None or seat.unknown_status != letter or (seat.absences and not seat.orphaned):
            draft.add(e.UnknownStatusSeen, "B6", row=row, ref=ref, raw_status=letter)
        if booking is not None and seat is not None and ref.startswith(f"{vhs}:"):
            note_former_person(draft, booking, seat, row)
        return
    owned = ref.startswith(f"{vhs}:")
    if owned and (booking is None or not booking.claimed):
        if booking is None and row.status is CANCELLED and _waits_unmade(draft, part, row):
            return
        _make(draft, part, ref, row, row.status)
        if ref in pairing.reused:
            values: dict[str, Any] = {"former": pairing.reused[ref], "booking_id": row.booking_id}
            draft.add(e.BelegIdReused, "D18", row=row, cause=draft.state.version, ref=ref, **values)
    elif booking is None or seat is None or seat.status is None:
        _deliver(draft, ref, row, row.status)
    else:
        _take_change(draft, part, booking, seat, row, row.status, joined=ref in pairing.joined)
        if ref in pairing.replaced:
            take_replaced(draft, booking, row)
        if seat.unreferenced and row.ref == ref:
            draft.add(e.MirrorReferenced, "D26", row=row, ref=ref)


def _is_unchanged(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell at once of most rows that they say nothing: one of the VHS's own live bookings, as it was shown before and
    stands, with nothing open about it.
    """
    status, person = row.status, row.person
    if status is not seat.status or status is CANCELLED or status is None or person is None:
        return False
    if seat.absences or seat.lost or seat.orphaned or seat.archived or seat.told or seat.taken_back or seat.waiting:
        return False
    if seat.unknown_status is not None or seat.survivor is not None or seat.reused_by is not None:
        return False
    if seat.unreferenced or row.unstated or (draft.judgement.put_back and draft.state.is_cancelled(booking)):
        return False
    return (
        row.participant_no == seat.participant_no
        and row.booked_at == booking.booked_at
        and booking.claimed
        and booking.owner == draft.moment.vhs
        and seat.person_version == (version := booking.person_version) != PERSON_DIFFERS
        and person == draft.person(booking.person_id, version)
    )


def _waits_unmade(draft: Draft, part: Slice, row: BookingRow) -> bool:
    """Tell whether a new booking that begins with an "S" does so in an export whose letters are withheld (D31a).

    Nobody knows of it, so nobody misses it; its next letter is its first, and the VHS itself is told no "S" over it.
    """
    if part.letter_left(row) is not None:
        return False
    return holds_letters(draft, Effect.CANCELLATION) or _others_wait(draft)


def _others_wait(draft: Draft) -> bool:
    """Tell whether letters of other rows of the course wait for an answer."""
    seats = (booking.seats.get(draft.moment.vhs) for booking in draft.state.bookings.values())
    return any(waiting(seat, Effect.CANCELLATION) is not None for seat in seats if seat is not None)


def _make(draft: Draft, part: Slice, ref: str, row: BookingRow, status: Status) -> None:
    """Make a booking that its owner reports for the first time (B1); one already cancelled somewhere stays so (B3, D5).

    One that moved here with the "S" of the course it left has the letter it had there (D25); one with an "S" that may
    be of a list which went with the store lives until somebody has said whose it is (D21). Of somebody who was
    forgotten nothing is kept, in whichever course the row is now (D15, D18e).
    """
    person_id = None
    left = part.letter_left(row) if status is CANCELLED else None
    asked = status is CANCELLED and left is None and may_be_forgotten(draft, row)
    if asked:
        status = CONFIRMED  # nobody knows which letter it had before
    if row.person is not None:
        person_id = draft.new_person_id()
        if part.forgotten(row):
            draft.fence(person_id, ref)
        else:
            draft.keep_person(person_id, 1, ref, row.person)
    moment = draft.moment
    version = draft.take(
        e.BookingMade(
            vhs=moment.vhs,
            rule="B3" if left is None else "D25",
            at=moment.at,
            recorded_at=moment.recorded_at,
            origin=moment.origin_of(row),
            actor=actor_of(row.edited_by),
            ref=ref,
            booking_id=row.booking_id,
            participant_no=row.participant_no,
            status=left or status,
            booked_at=row.booked_at,
            person_id=person_id,
        )
    )
    seats = draft.state.bookings[ref].seats
    if left is not None:
        take_carried(draft, ref, row, at_once=True)
    elif asked:
        ask_whose(draft, ref, row)
    if status is CANCELLED or asked:
        keep_cells(draft, draft.state.bookings[ref], seats[moment.vhs], row, (False, False))
    if (status is CANCELLED and left is None) or len(seats) == 1:
        return
    booking = draft.state.bookings[ref]
    for vhs, seat in sorted(seats.items()):
        if vhs != moment.vhs and seat.live and was_another_citizen(draft, booking, vhs, seat):
            draft.add(e.BookingReported, "D18", vhs=vhs, cause=version, ref=ref, person_version=ANOTHER)
    told = booking.cancelled_by
    for vhs in sorted(vhs for vhs, seat in seats.items() if seat.status is CANCELLED and vhs != moment.vhs):
        if _is_asked(draft.state, vhs, ref):
            continue
        if was_of_another(draft, booking, vhs, seats[vhs]):
            draft.add(e.CancellationUnclear, "D18", vhs=vhs, cause=version, ref=ref, why=SOMEBODY_ELSE)
        elif vhs not in told:
            draft.add(e.BookingCancelled, "B3", vhs=vhs, cause=version, ref=ref)


def _is_asked(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether it is asked whose the "S" of a booking at a VHS is: then it is no claim (D21)."""
    lane = state.lanes.get(vhs)
    return lane is not None and ref in lane.unclear


def _deliver(draft: Draft, ref: str, row: BookingRow, status: Status) -> None:
    """Acknowledge a mirror seen for the first time; an "S" in it that nobody asked for is the VHS's own (B3)."""
    state, vhs = draft.state, draft.moment.vhs
    booking = state.bookings.get(ref)
    moment = draft.moment
    # What was never given out cannot have been written by WS: a mirror is told "S" only after it was seen (D21).
    over = state.cancelled if booking is None else state.is_cancelled(booking) or booking.ever_cancelled
    claims = status is CANCELLED and (not over or told_anything(draft))
    # Where many such letters are withheld the mirror is there all the same, with the letter it was made with (D31a).
    another = claims and booking is not None and is_of_another(draft, booking, row, first=True)
    waits = claims and booking is not None and booking.claimed and not state.is_cancelled(booking)
    apart = claims and booking is not None and vhs in booking.left_by
    waits = (
        waits and not (another or apart or may_be_forgotten(draft, row)) and holds_letters(draft, Effect.CANCELLATION)
    )
    stranger = status is not CANCELLED and booking is not None and is_another_citizen(draft, booking, row)
    version = draft.take(
        e.BookingDelivered(
            vhs=vhs,
            rule="B3",
            at=moment.at,
            recorded_at=moment.recorded_at,
            origin=moment.origin_of(row),
            actor=actor_of(row.edited_by),
            ref=ref,
            booking_id=row.booking_id,
            participant_no=row.participant_no,
            status=booking.status if waits and booking is not None else status,
            person_version=ANOTHER if stranger else _shown_person(draft, booking, row),
            booked_at=row.booked_at if booking is None or row.booked_at != booking.booked_at else None,
        )
    )
    booking = state.bookings[ref]
    seat = booking.seats[vhs]
    if seat.status is CANCELLED or seat.person_version == PERSON_DIFFERS:
        keep_cells(draft, booking, seat, row, (False, False))
    if claims and means_former(state, booking, vhs, _named(draft, booking, row)):
        draft.add(e.CancellationUnclear, "D18", row=row, cause=version, ref=ref, why=REPLACED)
    elif another:
        draft.add(e.CancellationUnclear, "D18", row=row, cause=version, ref=ref, why=SOMEBODY_ELSE)
    elif apart:  # of before, or its VHS cleaned up while it took no part: nobody was cancelled by that (D8)
        if not (state.is_cancelled(booking) and actor_of(row.edited_by) == WEB_SERVICE_USER):  # else it is ours
            draft.add(e.CancellationUnclear, "D21", row=row, ref=ref, why=APART)
    elif claims and may_be_forgotten(draft, row):
        ask_whose(draft, ref, row, delivered=True)
    elif claims and not letter_is_withheld(draft, booking, seat, row, Effect.CANCELLATION):
        draft.add(e.BookingCancelled, "B3", row=row, cause=version, vhs=vhs, ref=ref)


def _take_change(
    draft: Draft, part: Slice, booking: Booking, seat: Seat, row: BookingRow, status: Status, *, joined: bool
) -> None:
    """Compare a row with what this VHS showed before and was told: presence, status, then person and number."""
    ref, absent, stamp = booking.ref, seat.absences > 0 or seat.lost, seat.actor
    was = seat.status is CANCELLED, seat.person_version in (PERSON_DIFFERS, ANOTHER)
    take_typed_over(draft, booking, seat, row)
    echo = status is CANCELLED and (absent or status is not seat.status) and is_echo(draft, booking, seat, row)
    _take_presence(draft, booking, seat, row, status, echo=echo)
    if status is seat.status:
        former_letter(draft, booking, seat, row)
    if may_be_written_since(draft, booking, seat, row):
        ask_whether_it_lives(draft, booking, row, status)
        _take_letter_of(draft, booking, row, status)
    elif status is not seat.status:
        _take_status(draft, part, booking, seat, row, status, echo=echo)
    elif seat.unknown_status is not None:
        draft.add(e.BookingReported, "B6", row=row, ref=ref, status=status)
        if status is CANCELLED:
            question(draft, booking, row, stamp, anew=True)
    elif seat.told:
        draft.add(e.BookingReported, "D5", row=row, ref=ref, status=status)
    elif status is CANCELLED:
        question(draft, booking, row, stamp)
        ask_about_standing(draft, booking, row)
    if not absent or joined:
        _take_number(draft, booking, seat, row, joined=joined)
    if draft.moment.vhs == booking.owner:
        _take_own_details(draft, booking, seat, row)
    else:
        _take_mirror_details(draft, booking, seat, row)
    if status is CANCELLED or seat.person_version == PERSON_DIFFERS or True in was:
        keep_cells(draft, booking, seat, row, was)


def _take_presence(draft: Draft, booking: Booking, seat: Seat, row: BookingRow, status: Status, *, echo: bool) -> None:
    """Take in that a row is there which was missing, or went up in another, and what it means for a lost booking (D3,
    D5, D21).
    """
    absent = seat.absences > 0 or seat.lost
    # A lost row is back with an "S" of ours only where another VHS had lost the booking too (D5).
    came_back_as_told = echo and (told_anything(draft) or actor_of(row.edited_by) == WEB_SERVICE_USER)
    late = seat.orphaned and status is CANCELLED and not echo and may_be_late(draft, booking, row)
    forgotten = seat.orphaned and status is CANCELLED and not came_back_as_told and may_be_forgotten(draft, row)
    if seat.orphaned and status is CANCELLED and not (came_back_as_told or late or forgotten):
        draft.add(e.BookingCancelled, "B3", row=row, ref=booking.ref)
    elif seat.orphaned and not booking.cancelled_by:
        draft.add(e.BookingReinstated, "D5", row=row, ref=booking.ref, status=status)
        _take_letter_of(draft, booking, row, status)
        if late or forgotten:
            draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=LATE if late else PUT_BACK)
    elif absent or seat.survivor is not None or seat.reused_by is not None or (seat.taken_back and seat.live):
        draft.add(e.BookingReappeared, "D3", row=row, ref=booking.ref, status=seat.status or status)
    elif seat.archived:
        draft.add(e.BookingReappeared, "D17", row=row, ref=booking.ref, status=seat.status or status)


def _take_status(
    draft: Draft, part: Slice, booking: Booking, seat: Seat, row: BookingRow, status: Status, *, echo: bool
) -> None:
    """Decide what a changed letter means: an acknowledgement, a claim of its one writer, or an edit to be overwritten
    (D6). An "S" that is an ``echo`` is our own; any other is a claim, whoever cancelled the booking before (D21).
    """
    ref, state, vhs = booking.ref, draft.state, draft.moment.vhs
    if seat.acked:
        note_letter(draft, booking, seat, row, status)
    if status is CANCELLED:
        # The Master knows of its own Ausfall without being told (D24).
        known = booking.cancelled_by and not told_anything(draft)
        if echo or known or (state.cancelled and vhs == state.master):
            if is_meant(draft, booking, row):
                draft.add(e.BookingCancelled, "B3", row=row, ref=ref)
            else:
                take_echo(draft, booking, seat, row)
                ask_about_standing(draft, booking, row)
        elif comes_late(draft, part, booking, seat, row):
            take_carried(draft, ref, row, at_once=False)
        elif row.ref is not None and (other := named_instead(draft, booking, row)) is not None:
            take_exchanged(draft, booking, other, row)
        elif row.ref is None and is_one_of_many(state, vhs, booking, seat):
            take_one_of_many(draft, booking, row)
        elif seat.shows_another:
            ask_whom_typed(draft, booking, row)
        elif means_former(state, booking, vhs, _named(draft, booking, row)):
            ask_whom(draft, booking, row)
        elif not (
            _asks_whose(draft, booking, seat, row) or letter_is_withheld(draft, booking, seat, row, Effect.CANCELLATION)
        ):
            draft.add(e.BookingCancelled, "B3", row=row, ref=ref)
    elif (
        seat.status is CANCELLED
        and state.is_cancelled(booking)
        and letter_is_withheld(draft, booking, seat, row, Effect.LETTER)
    ):
        return
    elif vhs != booking.owner or not booking.claimed or booking.cancelled_by or booking.status is status:
        rule = "D5" if state.is_cancelled(booking) else "D6"
        draft.add(e.BookingReported, rule, row=row, ref=ref, status=status)
    else:
        _take_letter(draft, ref, row, status)


def _asks_whose(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Ask whose an "S" is whose row names somebody else (D18), that may be of a list which went with the store or is
    of former times (D21); tells whether it is asked.
    """
    if draft.moment.vhs != booking.owner and is_of_another(draft, booking, row, first=False):
        ask_of_another(draft, booking.ref, row)
    elif may_be_forgotten(draft, row):
        ask_whose(draft, booking.ref, row)
    else:
        return ask_about_late(draft, booking, row) or ask_about_former(draft, booking, seat, row)
    return True


def _take_letter_of(draft: Draft, booking: Booking, row: BookingRow, status: Status) -> None:
    """Take in the letter with which the owner shows a booking that lives again (D5, D21)."""
    if draft.moment.vhs == booking.owner and status not in (CANCELLED, booking.status):
        _take_letter(draft, booking.ref, row, status)


def _take_letter(draft: Draft, ref: str, row: BookingRow, status: Status) -> None:
    """Take in the letter the owner gives its booking: a seat, or a place on the waiting list (B19, D6).

    In a course in Ausfall it is the one that counts when the course lives again, whichever of the two is reported
    first; until then "S" is told again (D5, D24).
    """
    if status is CONFIRMED:
        draft.add(e.BookingPromoted, "B19", row=row, ref=ref)
    else:
        draft.add(e.BookingAmended, "D6", row=row, ref=ref, status=status)


def _take_number(draft: Draft, booking: Booking, seat: Seat, row: BookingRow, *, joined: bool) -> None:
    """Tell a merge by the participant number that changed while the person did not, or that became the one of somebody
    who is booked in the course as well (B13, B15).

    A mirror that was written again after its program went back, and stands in its former row after another restore, was
    merged by nobody (D20).
    """
    if row.participant_no in (seat.participant_no, seat.merged_from):
        return
    if (row.booking_id, row.participant_no) in seat.went_with:
        return
    if is_same_id(row.participant_no, seat.participant_no):
        if draft.moment.vhs == booking.owner:
            rekey(draft, booking.ref, row)
        return
    known = draft.person(booking.person_id, booking.person_version)
    if joined or row.person is None or known is None or same_name(row.person, known):
        values: dict[str, Any] = {"participant_no": row.participant_no, "booking_id": row.booking_id}
        draft.add(e.ParticipantsMerged, "B13", row=row, ref=booking.ref, **values)


def _take_own_details(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Take in person, number and day of booking from the owner, which decides them (D6)."""
    number = row.participant_no if row.participant_no != seat.participant_no else None
    if number is not None and number == seat.merged_from:
        draft.add(e.BookingReported, "B13", row=row, ref=booking.ref, participant_no=number)
        number = None
    known = draft.person(booking.person_id, booking.person_version)
    version = None
    shown = known if seat.person_version == booking.person_version else _shown_last(draft, booking, seat, known)
    if row.person is None or known is None or booking.person_id is None:
        end_forgotten(draft, booking, seat, row)
    elif row.person in (known, shown):
        former_person(draft, booking, seat, row)
        version = booking.person_version if row.person == known != shown else None
    elif not person_is_withheld(draft, booking, seat, row, known, row.person):
        note_former_person(draft, booking, seat, row)
        version = booking.last_person + 1
        draft.keep_person(booking.person_id, version, booking.ref, row.person)
    booked_at = row.booked_at if row.booked_at != booking.booked_at else None
    if version is not None or number is not None or booked_at is not None:
        values: dict[str, Any] = {"person_version": version, "participant_no": number, "booked_at": booked_at}
        draft.add(e.BookingAmended, "D6", row=row, ref=booking.ref, **values)


def _shown_last(draft: Draft, booking: Booking, seat: Seat, known: Person | None) -> Person | None:
    """Find the person the owner showed last, where that is not the one that counts: its export was withdrawn (D32)."""
    return draft.person(booking.person_id, seat.person_version or 0) or known


def _take_mirror_details(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Take in person and number of a mirror: reported, and overwritten where its owner has them otherwise (D6)."""
    version = None if seat.shows_another else _shown_person(draft, booking, row)
    if seat.acked and version not in (None, seat.person_version, booking.person_version):
        note_value(draft, seat, person_name(seat.person_version), person_name(version))
    values: dict[str, Any] = {
        "person_version": version if version != seat.person_version else None,
        "participant_no": row.participant_no if row.participant_no != seat.participant_no else None,
        "booking_id": row.booking_id if row.booking_id != seat.booking_id else None,
    }
    if any(value is not None for value in values.values()):
        draft.add(e.BookingReported, "D6", row=row, ref=booking.ref, **values)


def _named(draft: Draft, booking: Booking, row: BookingRow) -> int | None:
    """Tell which version of the person a row names, None where it names nobody."""
    return _shown_person(draft, booking, row) if row.person is not None else None


def _shown_person(draft: Draft, booking: Booking | None, row: BookingRow) -> int | None:
    """Tell which version of the person a mirror shows.

    A row without names is taken to show the present one, and so is any of a person who was erased (D15).
    """
    if booking is None or not booking.claimed or booking.person_id is None:
        return None if row.person is None else PERSON_DIFFERS
    lane = draft.state.lanes.get(draft.moment.vhs)
    if lane is None or not sees_identity(draft.state, lane, booking):
        return None
    if row.person is None or booking.person_id in draft.erased:
        return booking.person_version
    for version in range(booking.person_version, 0, -1):
        if row.person == draft.person(booking.person_id, version):
            return version
    return PERSON_DIFFERS
