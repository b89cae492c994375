"""What the events about bookings do to the state: the booking itself, and the seat each VHS shows of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.acknowledged import count_of_export, letter_of, note_letter, note_person, person_name, take_back
from koop_es.domain.cooperation import Booking, Cooperation, Double, Lane, Seat
from koop_es.domain.evolve_echo import (
    ask_whether_meant,
    close_questions,
    keep_replaced,
    live_again,
    reask,
    settle,
    take_over_unseen,
)
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED, CONFIRMED, Status


def _booking(state: Cooperation, ref: str) -> Booking:
    return state.bookings.get(ref) or state.bookings.setdefault(ref, Booking(ref, owner_of(ref)))


def _seat(booking: Booking, event: e.Event) -> Seat:
    """Find the seat an event of a VHS's row is about; whoever edited that row is remembered (T6)."""
    seat = booking.seats.get(event.vhs)
    if seat is None:
        seat = booking.seats[event.vhs] = Seat()
    if event.actor is not None:
        seat.actor = event.actor
    return seat


def _show(
    state: Cooperation, booking: Booking, seat: Seat, status: Status | None, event: e.Event, *, told: int = 0
) -> None:
    """Take over a status a row shows: the booking is there, its letter is known, what it was told before is settled
    unless it is still ``told`` an "S" that was taken back.
    """
    if seat.absences or seat.lost or seat.archived or (status is not None and status is not seat.status):
        seat.version = state.version
        if seat.absences:
            seat.again = count_of_export(event)
            if (lane := state.lanes.get(event.vhs)) is not None and lane.sparing == "B11":
                lane.sparing = ""  # not all went with the course
        if seat.status is None or (seat.lost and _is_made_again(state.lanes.get(event.vhs), booking)):
            seat.since_before = seat.since_before or seat.since
            seat.since, seat.acked, seat.acked_before = count_of_export(event), (), ()
        elif status is not None and status is not seat.status:
            note_letter(seat, status, count_of_export(event), cancelled=state.is_cancelled(booking))
    gone = seat.absences or seat.absent_export or seat.withheld is not None or seat.orphaned or seat.lost
    elsewhere = seat.survivor is not None or seat.reused_by is not None or seat.archived
    if gone or elsewhere or seat.spared or seat.doubted or seat.told != told:  # most rows were there before
        seat.absences, seat.absent_export, seat.withheld, seat.survivor = 0, "", None, None
        seat.orphaned, seat.lost, seat.told, seat.reused_by = False, False, told, None
        seat.archived, seat.spared, seat.doubted = False, False, False
    if seat.asked or seat.back:
        _settle_question(booking, seat, event.vhs, status or seat.status)
    if status is not None:
        if seat.waiting:
            seat.waiting = tuple(held for held in seat.waiting if held.effect == Effect.PERSON)
        was, seat.over_s, seat.status = seat.status, seat.over_s if seat.status is status else None, status
        if seat.unknown_status is not None:
            seat.unknown_status = None
        seat.taken_back = seat.taken_back and status is CANCELLED
        if status is CANCELLED:
            seat.shown_cancelled, seat.cancelled_as = True, seat.actor
            booking.unseen_s -= {event.vhs}
            return
        if was is CANCELLED and state.is_cancelled(booking):
            take_back(seat, CANCELLED.value)  # "S" is written again (D5), maybe into a program that went back (D20)
        lane = state.lanes.get(event.vhs)
        if seat.given is not None or seat.shown_cancelled or (lane is not None and booking.ref in lane.unclear):
            settle(state, booking, event.vhs, seat)
        if seat.shown_cancelled and not state.is_cancelled(booking):
            seat.shown_cancelled = False


def _is_made_again(lane: Lane | None, booking: Booking) -> bool:
    """Tell a row that is made again, which is acknowledged anew, from one that is back as it was (D20).

    What was not given out cannot have been written: then the program has again what it had before it went back.
    """
    return lane is not None and lane.creates_given.pop(booking.ref, None) is not None


def _settle_question(booking: Booking, seat: Seat, vhs: str, status: Status | None) -> None:
    """Close the question about a row that is there and shows a ``status``, unless it is open still (D20).

    A row of former times that was gone and is back is asked about as before.
    """
    if _is_asked_still(booking, seat, vhs, status):
        return
    if seat.back and seat.asked and seat.ask == "row" and vhs == booking.owner and status is not CANCELLED:
        seat.ask = "shown"
        if _is_asked_still(booking, seat, vhs, status):
            return
    seat.asked = seat.back = 0


def _settle_sight(booking: Booking, seat: Seat, vhs: str) -> None:
    """Close the question whether a row is gone that is there, whatever it shows; what else was asked is open still."""
    if not seat.returned:
        back = seat.back
        _settle_question(booking, seat, vhs, seat.status)
        seat.back = back


def _is_asked_still(booking: Booking, seat: Seat, vhs: str, status: Status | None) -> bool:
    """Tell whether a row that is there and shows a ``status`` leaves its question open (D20).

    An orphan that is back waits for a decision, unless somebody sets it to "S"; of a former letter and person nothing
    is asked once the row shows what counts.
    """
    if not seat.asked or status is CANCELLED or seat.ask == "row":
        return False
    if seat.returned:
        return vhs in booking.orphaned_by
    return status is not booking.status or (seat.person_version or 0) != booking.person_version


def _show_row(
    state: Cooperation, booking: Booking, event: e.BookingMade | e.BookingDelivered, person_version: int | None
) -> None:
    """Take over a whole row; the first one a VHS shows leaves nothing to settle."""
    vhs, status, booking_id = event.vhs, event.status, event.booking_id
    if (booked_at := event.booked_at) is None:
        booked_at = booking.booked_at
    if state.held:
        state.held.pop((vhs, booking_id), None)
    if vhs in (seats := booking.seats):
        seat = _seat(booking, event)
        seat.booking_id, seat.participant_no, seat.booked_at = booking_id, event.participant_no, booked_at
        seat.person_version = person_version
        _show(state, booking, seat, status, event)
        return
    seats[vhs] = Seat(  # by place, because a fold makes so many
        status, booking_id, event.participant_no, booked_at, person_version, status is CANCELLED, event.actor,
        state.version, 0 if (origin := event.origin) is None else origin.sequence or 0,  # as count_of_export tells
    )  # fmt: skip


def _miss(state: Cooperation, seat: Seat, event: e.Event, absences: int) -> None:
    """Count an absence; the export is remembered, so that it never counts twice."""
    if seat.absences == 0:
        seat.absent_first, seat.gone = _export(event), count_of_export(event)
    seat.absences, seat.absent_export, seat.version = absences, _export(event), state.version
    seat.unknown_status, seat.archived = None, False


def _made(state: Cooperation, event: e.BookingMade) -> None:
    ref, status, now, person_id, booked_at = event.ref, event.status, state.version, event.person_id, event.booked_at
    version, booking = 1 if person_id else 0, state.bookings.get(ref)
    if booking is None:  # by place, because a fold makes so many
        begun, owner = CONFIRMED if status is CANCELLED else status, owner_of(ref)
        booking = state.bookings[ref] = Booking(ref, owner, True, False, begun, booked_at, person_id, version, now)
    else:
        booking.claimed, booking.booked_at, booking.changed = True, booked_at, now
        booking.person_id, booking.person_version = person_id, version
        booking.status = booking.status if status is CANCELLED else status
    if status is CANCELLED:
        booking.cancelled_by |= {event.vhs}
    _show_row(state, booking, event, version)
    if "~" in ref:
        take_over_unseen(state, booking, event.vhs)


def _amended(state: Cooperation, event: e.BookingAmended) -> None:
    booking = _booking(state, event.ref)
    if event.status is not None or event.person_version is not None or event.booked_at is not None:
        booking.changed = state.version
    seat = _seat(booking, event)
    if event.status is not None:
        booking.status = event.status
        _show(state, booking, seat, event.status, event)
    if event.person_version is not None:
        note_person(seat, event.person_version, event)
        booking.withheld_person = booking.last_person  # a former version may count again (D20); numbers are not reused
        booking.person_version = seat.person_version = event.person_version
        _settle_question(booking, seat, event.vhs, seat.status)
        seat.waiting = tuple(held for held in seat.waiting if held.effect != Effect.PERSON)
    if event.participant_no is not None:
        seat.participant_no = event.participant_no
    if event.booked_at is not None:
        booking.booked_at = seat.booked_at = event.booked_at


def _promoted(state: Cooperation, event: e.BookingPromoted) -> None:
    booking = _booking(state, event.ref)
    booking.status, booking.changed = CONFIRMED, state.version
    if not event.claimed:
        _show(state, booking, _seat(booking, event), CONFIRMED, event)


def _cancelled(state: Cooperation, event: e.BookingCancelled) -> None:
    booking = _booking(state, event.ref)
    reask(state, booking, event.vhs)
    booking.cancelled_by |= {event.vhs}
    booking.changed = state.version
    _show(state, booking, _seat(booking, event), CANCELLED, event)
    close_questions(state, event.ref)


def _moved(state: Cooperation, event: e.BookingMoved) -> None:
    booking = _booking(state, event.ref)
    booking.cancelled_by |= {event.vhs}
    booking.moved, booking.changed = True, state.version
    reask(state, booking, event.vhs)
    booking.moved_to = f"{event.course_number} ({event.period})" if event.period else event.course_number
    _miss(state, seat := booking.seats.setdefault(event.vhs, Seat()), event, 2)
    seat.actor = seat.actor if seat.actor != event.actor else None  # kept where another one moved the row (T6, D20)
    seat.absent_version, seat.withheld = state.version, None


def _booking_delivered(state: Cooperation, event: e.BookingDelivered) -> None:
    booking = state.bookings.get(ref := event.ref) or _booking(state, ref)
    if booking.left_by:
        booking.left_by -= {event.vhs}
    _show_row(state, booking, event, event.person_version)
    lane = state.lanes.get(event.vhs)
    if lane is not None and (given := lane.told.get(ref)) is not None:
        lane.creates_given.pop(ref, None)
        if not given.seen:  # as note_report does
            given.seen = (origin := event.origin) is not None and origin.vhs == event.vhs


def _booking_reported(state: Cooperation, event: e.BookingReported) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    if event.participant_no is not None:
        if event.participant_no == seat.merged_from:
            seat.merged_from = None
        seat.participant_no = event.participant_no
    if event.booking_id is not None:
        seat.booking_id = event.booking_id
    if event.person_version is not None:
        note_person(seat, event.person_version, event)
        seat.person_version, seat.person_changed = event.person_version, state.version
    told = 0
    if event.status is not CANCELLED:
        told = max(seat.told - 1, 0) if event.rule == "D5" else seat.told
    _show(state, booking, seat, event.status, event, told=told)


def _cancellation_delivered(state: Cooperation, event: e.CancellationDelivered) -> None:
    """Take over an "S" of ours; one that arrives late, when the booking lives again, may be a person's (D21)."""
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    _show(state, booking, seat, CANCELLED, event)
    ask_whether_meant(state, booking, event.vhs, seat)


def _vanished(state: Cooperation, event: e.BookingVanished) -> None:
    _miss(state, seat := _seat(_booking(state, event.ref), event), event, min(seat.absences + 1, 2))
    seat.absent_version, seat.foreseen = state.version, event.rule == "D19"


def _archived(state: Cooperation, event: e.BookingArchived) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.archived, seat.unknown_status, seat.version = True, None, state.version


def _reappeared(state: Cooperation, event: e.BookingReappeared) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    if event.rule == "B11":  # of a row that was set aside nothing is known but that it is there
        seat.absences, seat.absent_export, seat.withheld, seat.version = 0, "", None, state.version
        _settle_sight(booking, seat, event.vhs)
    else:
        _show(state, booking, seat, event.status, event)


def _orphaned(state: Cooperation, event: e.OrphanDetected) -> None:
    booking = _booking(state, event.ref)
    booking.orphaned_by |= {event.vhs}
    booking.changed = state.version
    _miss(state, seat := _seat(booking, event), event, 2)
    seat.withheld, seat.orphaned, seat.waiting, seat.asked = None, True, (), 0


def _withheld(state: Cooperation, event: e.OrphanWithheld) -> None:
    _miss(state, seat := _seat(_booking(state, event.ref), event), event, 2)
    seat.withheld = event.withheld_id


def _mirror_lost(state: Cooperation, event: e.MirrorLost) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    if event.vhs in booking.orphaned_by:  # that ended somebody who takes part since in place of another (D18c)
        booking.orphaned_by -= {event.vhs}
        seat.orphaned = False
        live_again(state, booking, noted=True)
    _miss(state, seat, event, 2)
    before = seat.back if seat.doubted else 0  # a further export lacks it, and it is still to be seen again (D20)
    seat.lost, seat.doubted, seat.withheld = True, event.doubted, None
    seat.back = _back(state, event) or before
    if seat.back and not before:
        seat.went_with = (*seat.went_with, (seat.booking_id, seat.participant_no))
        seat.booking_id = seat.participant_no = ""  # its program gives these numbers to somebody else (D20)


def _reinstated(state: Cooperation, event: e.BookingReinstated) -> None:
    booking = _booking(state, event.ref)
    booking.orphaned_by -= {event.vhs}
    if event.reason:
        _take_back(state, booking, event)
        return
    live_again(state, booking)
    _show(state, booking, _seat(booking, event), event.status, event)


def revive(state: Cooperation, booking: Booking) -> None:
    """Let a booking live again that was cancelled only with its course (D24).

    What was removed meanwhile is no loss: a mirror is delivered again, of the owner's own row it is asked.
    """
    live_again(state, booking, noted=True)
    for vhs, seat in booking.seats.items():
        as_it_counts = seat.status is booking.status and seat.person_version in (None, booking.person_version)
        if seat.live and seat.held and not seat.asked and as_it_counts:
            seat.back = 0  # all that went with its program was the "S" (D20)
        seat.spared = seat.status is CANCELLED
        if seat.spared or not seat.absences or seat.orphaned or seat.lost or seat.withheld:
            continue
        seat.version = state.version
        if vhs == booking.owner:
            seat.asked, seat.ask = state.version, "row"
        else:
            seat.absences, seat.absent_export, seat.lost = 0, "", True


def _questioned(state: Cooperation, event: e.BookingQuestioned) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    if event.what == "row":
        _miss(state, seat, event, 1)
        seat.absent_version, seat.lost = state.version, False  # nothing is written before it is answered
    else:
        _show_former(state, booking, seat, event)
    seat.asked, seat.ask, seat.back = state.version, event.what, _back(state, event) or seat.back
    seat.withheld = None


def _went_back(state: Cooperation, event: e.BookingWentBack) -> None:
    booking = _booking(state, event.ref)
    _show_former(state, booking, seat := _seat(booking, event), event)
    seat.back = _back(state, event)


def _show_former(
    state: Cooperation, booking: Booking, seat: Seat, event: e.BookingWentBack | e.BookingQuestioned
) -> None:
    """Take over what a row shows of former times; what it showed since is acknowledged anew when it is back (D20)."""
    if event.person_version is not None:
        take_back(seat, person_name(seat.person_version))
        seat.person_version, seat.person_changed = event.person_version, state.version
    lost = letter_of(seat) if event.status is not seat.status else None
    _show(state, booking, seat, event.status, event)
    seat.version = state.version
    if event.status is not None and lost is not None:
        take_back(seat, lost)


def go_with_course(state: Cooperation, booking: Booking, seat: Seat, event: e.Event) -> None:
    """Let a row go that went with the Abo-Kurs it stood in: a mirror is made again, an own booking asked about (D20).

    What is cancelled is not missed.
    """
    if state.is_cancelled(booking) or seat.lost or seat.asked or seat.status is None:
        return
    _miss(state, seat, event, 1)
    seat.back = state.version
    if event.vhs == booking.owner:
        seat.asked, seat.ask = state.version, "row"
    else:
        seat.lost = True


def _back(state: Cooperation, event: e.Event) -> int:
    """Give the version of an event that says what its program lost when it went back, 0 of any other (D20)."""
    lane = state.lanes.get(event.vhs)
    return state.version if lane is not None and lane.back is not None and lane.back.export == _export(event) else 0


def _restored(state: Cooperation, event: e.BookingRestored) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    booking.changed = seat.version = state.version
    seat.absences, seat.absent_export, seat.asked = 0, "", 0
    seat.answered, seat.lost = state.version, seat.ask == "row"


def _removal_confirmed(state: Cooperation, event: e.RemovalConfirmed) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.answered, seat.asked, seat.back = state.version, 0, 0


def _take_back(state: Cooperation, booking: Booking, event: e.BookingReinstated) -> None:
    """Let a booking live again whose cancellation was withdrawn with its export (D32).

    The row of that VHS shows what it showed, which is known to be wrong: no question stands there, and nothing it
    lacked counts.
    """
    lived = not state.is_cancelled(booking)
    booking.status, booking.withdrawn = event.status, state.version
    _count_no_longer(state, booking, event)
    live_again(state, booking, noted=True, lived=lived)
    lane = state.lanes.get(event.vhs)
    if lane is not None:
        lane.unclear.pop(booking.ref, None)


def _cancellation_withdrawn(state: Cooperation, event: e.CancellationWithdrawn) -> None:
    booking = _booking(state, event.ref)
    booking.orphaned_by -= {event.vhs}
    _count_no_longer(state, booking, event)


def _count_no_longer(
    state: Cooperation, booking: Booking, event: e.BookingReinstated | e.CancellationWithdrawn
) -> None:
    """Let an "S" or a loss of an export that was withdrawn count no longer; what its row shows is no claim (D32).

    Nor was its row ever moved: when it stands here again, it is this booking (D25). Where the last export lacks it that
    stays so, for nobody to say that it is there (D30).
    """
    booking.cancelled_by -= {event.vhs}
    if event.vhs == booking.owner:
        booking.moved, booking.moved_to = False, ""
    seat = booking.seats.get(event.vhs)
    if seat is not None:
        seat.version = state.version
        seat.absences, seat.withheld, seat.orphaned, seat.lost = min(seat.absences, 1), None, False, False
        seat.doubted, seat.taken_back = False, True
        if seat.returned:
            seat.asked = seat.back = 0
        if seat.status is CANCELLED:
            seat.shown_cancelled = False


def _amendment_withdrawn(state: Cooperation, event: e.AmendmentWithdrawn) -> None:
    booking = _booking(state, event.ref)
    booking.changed = state.version
    if event.status is not None:
        booking.status = event.status
    if event.person_version is not None:
        booking.withheld_person = booking.last_person
        booking.person_version = event.person_version
        keep_replaced(booking)
    for seat in booking.seats.values():
        _settle_former(booking, seat)


def _settle_former(booking: Booking, seat: Seat) -> None:
    """Let go of what a program seemed to have lost where its row shows what counts again: what was asked about the
    former letter or person is answered by taking back the export that gave the others (D20, D32).
    """
    as_wanted = seat.status is booking.status and seat.person_version in (None, booking.person_version)
    if seat.back and seat.held and as_wanted and not (seat.asked and seat.ask != "shown"):
        seat.asked = seat.back = 0


def _merged(state: Cooperation, event: e.ParticipantsMerged) -> None:
    seat = _seat(_booking(state, event.ref), event)
    if event.survivor is not None:
        seat.survivor = event.survivor
        return
    seat.merged_from = seat.merged_from or seat.participant_no
    seat.booking_id, seat.participant_no, seat.reused_by = event.booking_id, event.participant_no, None
    state.held.pop((event.vhs, event.booking_id), None)


def _rekeyed(state: Cooperation, event: e.BookingRekeyed) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.booking_id, seat.reused_by = event.booking_id, None
    if event.participant_no is not None:
        seat.participant_no = event.participant_no
    state.held.pop((event.vhs, event.booking_id), None)


def _reused(state: Cooperation, event: e.BelegIdReused) -> None:
    former = _booking(state, event.former).seats.get(event.vhs)
    if former is not None:
        former.reused_by, former.version, former.waiting = event.ref, state.version, ()  # the row is the other's
    _seat(_booking(state, event.ref), event).former = event.former


def _merge_suspected(state: Cooperation, event: e.MergeSuspected) -> None:
    _seat(_booking(state, event.ref), event).suspected = event.booking_id
    state.held[event.vhs, event.booking_id] = event.ref


def _registration_held(state: Cooperation, event: e.RegistrationHeld) -> None:
    state.held[event.vhs, event.booking_id] = event.ref


def _hold_ended(state: Cooperation, event: e.HoldEnded) -> None:
    state.held.pop((event.vhs, event.booking_id), None)


def _unreferenced(state: Cooperation, event: e.MirrorUnreferenced) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.booking_id, seat.unreferenced = event.booking_id, True


def _referenced(state: Cooperation, event: e.MirrorReferenced) -> None:
    _seat(_booking(state, event.ref), event).unreferenced = False


def _doubled(state: Cooperation, event: e.MirrorDoubled) -> None:
    seat = _seat(_booking(state, event.ref), event)
    rows, numbers = sorted(event.rows.items()), event.participants
    seat.doubles = tuple(Double(booking_id, letter, numbers.get(booking_id, "")) for booking_id, letter in rows)
    seat.version = state.version
    state.doubled.add((event.vhs, event.ref))


def _single(state: Cooperation, event: e.MirrorSingle) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.doubles, seat.version = (), state.version
    state.doubled.discard((event.vhs, event.ref))


def _unknown_status(state: Cooperation, event: e.UnknownStatusSeen) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    seat.unknown_status, seat.archived = event.raw_status, False
    if not seat.orphaned:  # whatever it says, the row is there: what was absent is not (D3)
        seat.absences, seat.absent_export, seat.withheld, seat.lost, seat.doubted = 0, "", None, False, False
        _settle_sight(booking, seat, event.vhs)


def _export(event: e.Event) -> str:
    return event.origin.export if event.origin is not None else ""


APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    e.BookingMade: _made,
    e.BookingAmended: _amended,
    e.BookingPromoted: _promoted,
    e.BookingCancelled: _cancelled,
    e.BookingMoved: _moved,
    e.BookingDelivered: _booking_delivered,
    e.BookingReported: _booking_reported,
    e.CancellationDelivered: _cancellation_delivered,
    e.BookingVanished: _vanished,
    e.BookingArchived: _archived,
    e.BookingReappeared: _reappeared,
    e.OrphanDetected: _orphaned,
    e.OrphanWithheld: _withheld,
    e.MirrorLost: _mirror_lost,
    e.BookingReinstated: _reinstated,
    e.BookingQuestioned: _questioned,
    e.BookingWentBack: _went_back,
    e.BookingRestored: _restored,
    e.RemovalConfirmed: _removal_confirmed,
    e.CancellationWithdrawn: _cancellation_withdrawn,
    e.AmendmentWithdrawn: _amendment_withdrawn,
    e.ParticipantsMerged: _merged,
    e.MergeSuspected: _merge_suspected,
    e.RegistrationHeld: _registration_held,
    e.HoldEnded: _hold_ended,
    e.BookingRekeyed: _rekeyed,
    e.BelegIdReused: _reused,
    e.MirrorUnreferenced: _unreferenced,
    e.MirrorReferenced: _referenced,
    e.MirrorDoubled: _doubled,
    e.MirrorSingle: _single,
    e.UnknownStatusSeen: _unknown_status,
}
"""Event -> what it does."""
