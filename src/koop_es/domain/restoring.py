"""Restoring: somebody decides about what is missing or as before, where that proves nothing (D20, D24)."""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.acknowledged import former_facts
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import parse_export
from koop_es.domain.merges import is_same_person
from koop_es.domain.observation import CONFIRMED
from koop_es.domain.observe_course import REVISED_FIELDS


def restore_booking(draft: Draft, ref: str, reason: str) -> None:
    """Decide that a booking which is asked about lives as it was: it is written again (D20, D24).

    Raises Refused where nothing is asked, or somebody decided already, or the person was forgotten, or was entered
    anew meanwhile: written again as well, one person would have two seats.
    """
    booking, seat = _asked(draft, ref)
    asked, what = seat.asked, seat.ask
    _refuse_second_seat(draft, booking, seat)
    if what != "orphan" and booking.person_id in draft.erased:
        raise Refused(
            f"who booked {ref} was forgotten and cannot be written again: book anew, or decide with --reject",
            rule="D20",
            ref=ref,
        )
    version = draft.add(e.BookingRestored, "D20", cause=asked, ref=ref, reason=reason)
    if what == "orphan" and draft.moment.vhs in booking.orphaned_by:
        draft.add(e.BookingReinstated, "D20", cause=version, ref=ref, status=seat.status or booking.status)
    draft.settle_violations()


def waits_for_restoring(booking: Booking | None) -> bool:
    """Tell whether somebody decided that a booking is written again at its owner, and it is not there yet (D20)."""
    seat = booking.seats.get(booking.owner) if booking is not None else None
    return seat is not None and seat.restoring


def end_restoring(draft: Draft, ref: str) -> None:
    """Ask again about a booking that was to be written again, and whose person is forgotten (D20, D15).

    Nothing without a name is written at its owner; that it was removed may still be said.
    """
    booking = draft.state.bookings.get(ref)
    if booking is not None and waits_for_restoring(booking):
        answered = booking.seats[booking.owner].answered
        draft.add(e.BookingQuestioned, "D20", vhs=booking.owner, cause=answered, ref=ref)
        draft.settle_violations()


def _refuse_second_seat(draft: Draft, booking: Booking, seat: Seat) -> None:
    """Refuse to write again whoever was entered anew since, or may be (D20). Raises Refused."""
    if seat.ask != "row":
        return
    state, vhs, ref = draft.state, draft.moment.vhs, booking.ref
    row = next(
        (booking_id for (where, booking_id), of in sorted(state.held.items()) if (where, of) == (vhs, ref)), None
    )
    if row is not None:
        raise Refused(
            f"the row under Beleg-ID {row} may be booking {ref}, entered anew: the next complete export tells",
            rule="D20",
            ref=ref,
        )
    lacked = parse_export(seat.absent_first or seat.absent_export)
    person = draft.person(booking.person_id, booking.person_version)
    if person is None or lacked is None:
        return
    for other in sorted(state.bookings.keys() - {ref}):
        again = state.bookings[other]
        there = again.seats.get(vhs)
        if again.owner != vhs or there is None or not (there.held and there.live) or there.since < lacked[1]:
            continue
        known = draft.person(again.person_id, again.person_version)
        if known is not None and is_same_person(known, person):
            raise Refused(
                f"who booked {ref} stands there again as {other}, entered anew: written again, one person would have "
                f"two seats; decide with --reject, and {other} stays, or take {other} out first",
                rule="D20",
                ref=ref,
            )


def reject_booking(draft: Draft, ref: str, reason: str) -> None:
    """Decide that what a row shows, or that it is gone, is meant (D20, D24): one that was really removed is "S" at all
    others at once. Raises Refused.
    """
    booking, seat = _asked(draft, ref)
    asked, what = seat.asked, seat.ask
    version = draft.add(e.RemovalConfirmed, "D20", cause=asked, ref=ref, reason=reason)
    if what == "row":
        draft.add(e.OrphanDetected, "D20", cause=version, ref=ref, approved=True)
    elif what == "shown":
        _mean_what_is_shown(draft, booking, seat, version)
    draft.settle_violations()


def _mean_what_is_shown(draft: Draft, booking: Booking, seat: Seat, cause: int) -> None:
    """Take the former letter and person in an owner's row for what it wants."""
    ref, status, person = booking.ref, seat.status, seat.person_version
    if status is not None and status is not booking.status:
        if seat.live and status is CONFIRMED:
            draft.add(e.BookingPromoted, "D20", cause=cause, ref=ref)
        elif seat.live:
            draft.add(e.BookingAmended, "D20", cause=cause, ref=ref, status=status)
        else:
            draft.add(e.BookingCancelled, "D20", cause=cause, ref=ref)
    if person and person != booking.person_version:
        draft.add(e.BookingAmended, "D20", cause=cause, ref=ref, person_version=person)


def restore_course(draft: Draft, reason: str) -> None:
    """Decide that what a Master's program lost of its course is written there again (D20). Raises Refused."""
    lane = _asked_course(draft)
    cause = lane.back.version if lane.back is not None else None
    draft.add(e.CourseRestored, "D20", cause=cause, reason=reason)
    draft.settle_violations()


def reject_course(draft: Draft, reason: str) -> None:
    """Decide that the former values in a Master's program are meant: they count for all (D20). Raises Refused."""
    lane = _asked_course(draft)
    facts = former_facts(lane)
    cause = lane.back.version if lane.back is not None else None
    version = draft.add(e.FormerFactsConfirmed, "D20", cause=cause, reason=reason)
    cancelled = facts.pop("cancelled", None)
    if cancelled is False and draft.state.cancelled:
        draft.add(e.CourseReinstated, "D20", cause=version)
    elif cancelled and not draft.state.cancelled:
        draft.add(e.CourseCancelled, "D20", cause=version)
    # What had only waited never counted, so that the former value is none that anybody has to be told (D31).
    told = {name: value for name, value in facts.items() if getattr(lane.facts, name) != value}
    revised = {name: value for name, value in told.items() if name in REVISED_FIELDS}
    if revised:
        draft.add(e.CourseRevised, "D20", cause=version, facts=CourseFacts(**revised))
    draft.settle_violations()


def _asked(draft: Draft, ref: str) -> tuple[Booking, Seat]:
    """Find the seat a question is open about; of two decisions the first stands, and the second is refused (11.1)."""
    state, vhs = draft.state, draft.moment.vhs
    booking = state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is None or seat is None:
        raise Refused(f"{state.coop_id} has no booking {ref} at VHS {vhs}", rule="D20", ref=ref)
    if not seat.asked:
        decided = draft.position(seat.answered) if seat.answered else None
        raise Refused(_settled(state, seat, ref, decided), rule="D20", ref=ref, decided=decided)
    if booking.cancelled_by:
        by = ", ".join(f"VHS {other}" for other in sorted(booking.cancelled_by))
        raise Refused(f"booking {ref} was cancelled at {by} meanwhile, which is final: book anew", rule="D5", ref=ref)
    return booking, seat


def _settled(state: Cooperation, seat: Seat, ref: str, decided: int | None) -> str:
    if seat.held and seat.live and seat.status is not None and decided is None:
        return f"nothing is asked about booking {ref}: it stands there, under Beleg-ID {seat.booking_id}"
    if decided is not None:
        return f"booking {ref} was decided about before, by event {decided} of {state.coop_id}; that stands"
    return f"nothing is asked about booking {ref}: koop-es violations shows what is"


def _asked_course(draft: Draft) -> Lane:
    state, vhs = draft.state, draft.moment.vhs
    lane = state.active_lane(vhs)
    if lane is None or not lane.asked_facts:
        decided = draft.position(lane.restored_version) if lane is not None and lane.restored_version else 0
        said = (
            f"it was decided before, by event {decided}; that stands" if decided else "koop-es violations shows what is"
        )
        raise Refused(f"nothing is asked about course {state.coop_id} at VHS {vhs}: {said}", rule="D20")
    return lane
