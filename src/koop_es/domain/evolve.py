"""The fold: what each event does to the state of its cooperation, and nothing else.

No clock, no setting, no randomness: replay gives the same state for ever. ``evolve`` leaves its argument alone;
``fold`` builds a state of its own in place, which is what loading a stream does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import given, merged
from koop_es.domain.identifiers import issuer, owner_of
from koop_es.domain.observation import WEB_SERVICE_USER, Status

LOCAL_FIELDS = frozenset({"venue"})
"""Fields an Abo-VHS may change without harm; its value stands until the Master changes the field (R38)."""


def evolve(state: Cooperation, event: e.Event) -> Cooperation:
    """Give the state after one event; the state given stays as it is."""
    after = deepcopy(state)
    apply(after, event)
    return after


def fold(coop_id: str, events: Iterable[e.Event]) -> Cooperation:
    """Give the state after a stream's events, from the first on."""
    state = Cooperation(coop_id)
    for event in events:
        apply(state, event)
    return state


def apply(state: Cooperation, event: e.Event) -> None:
    """Let one event act on a state in place; the next version is the event's."""
    state.version += 1
    _APPLY[type(event)](state, event)


# --- course ---------------------------------------------------------------------------------------------------------


def _lane(state: Cooperation, vhs: str) -> Lane:
    lane = state.lanes.get(vhs)
    if lane is None:
        lane = state.lanes[vhs] = Lane(vhs)
    return lane


def _name(lane: Lane, number: str, period: str) -> None:
    lane.number, lane.period = number, period
    if not lane.first_number:
        lane.first_number, lane.first_period = number, period


def _outranks(state: Cooperation, vhs: str) -> bool:
    """Tell whether a VHS's claim to be the Master beats the present one: the number in the COOP-Id decides, then the
    lower.
    """
    if state.master is None or state.master == vhs:
        return True
    first = issuer(state.coop_id)
    return vhs == first or (state.master != first and vhs < state.master)


def _released(state: Cooperation, event: e.CourseReleased) -> None:
    lane = _lane(state, event.vhs)
    _name(lane, event.course_number, event.period)
    lane.claims_release = True
    lane.system = event.system
    lane.released = lane.facts = event.facts
    lane.released_row = lane.row = event.reported
    lane.released_terms = event.terms
    lane.markets = event.markets
    lane.delivered = True
    lane.id_held = lane.adopted = event.adopted
    lane.identity, lane.event_kind = event.identity, event.event_kind
    lane.instructor = event.facts.instructor or None
    if event.adopted:
        _keep_local(state, lane)
    if _outranks(state, event.vhs):
        state.master, state.released_version = event.vhs, state.version


def _closed(state: Cooperation, event: e.ReleaseClosed) -> None:
    state.closed = True


def _withdrawn(state: Cooperation, event: e.ReleaseWithdrawn) -> None:
    state.withdrawn = True


def _subscribed(state: Cooperation, event: e.CourseSubscribed) -> None:
    before = state.lanes.get(event.vhs)
    if before is not None and not before.active:
        del state.lanes[event.vhs]  # an Abo that was ended and is made again begins from nothing
    lane = _lane(state, event.vhs)
    _name(lane, event.course_number, event.period)
    lane.terms, lane.system, lane.identity = event.terms, event.system, event.identity
    lane.event_kind, lane.instructor, lane.keyword = event.event_kind, event.instructor, event.keyword
    lane.active, lane.adopted, lane.subscribed_version = True, event.adopted, state.version


def _terminated(state: Cooperation, event: e.SubscriptionTerminated) -> None:
    _lane(state, event.vhs).active = False
    for booking in state.bookings.values():
        if booking.owner != event.vhs:
            booking.seats.pop(event.vhs, None)


def _terms_confirmed(state: Cooperation, event: e.TermsConfirmed) -> None:
    state.confirmed_terms[event.vhs, event.subscriber] = event.terms


def _terms_amended(state: Cooperation, event: e.TermsAmended) -> None:
    lane = _lane(state, event.subscriber)
    lane.terms = event.terms
    lane.facts_changed |= dict.fromkeys(("fee_cents", "pass_through_cents"), state.version)
    for side in (event.subscriber, state.master or ""):
        state.confirmed_terms.pop((side, event.subscriber), None)


def _revised(state: Cooperation, event: e.CourseRevised) -> None:
    lane = _lane(state, event.vhs)
    lane.facts, lane.row = merged(lane.facts, event.facts), merged(lane.row, event.facts)
    for name in given(event.facts):
        lane.facts_changed[name] = state.version
        for other in state.lanes.values():
            other.kept.discard(name)


def _reported(state: Cooperation, event: e.CourseReported) -> None:
    lane = _lane(state, event.vhs)
    master = state.master_lane
    if master is not None and lane is not master and event.actor != WEB_SERVICE_USER:
        edited = LOCAL_FIELDS & given(event.facts).keys()
        # A local edit of a field the Master has changed meanwhile loses, whichever of the two was reported first.
        lane.kept.update(name for name in edited if getattr(lane.row, name) == getattr(master.facts, name))
    lane.row = merged(lane.row, event.facts)
    lane.row_changed |= dict.fromkeys(given(event.facts), state.version)


def _delivered(state: Cooperation, event: e.CourseDelivered) -> None:
    lane = _lane(state, event.vhs)
    lane.row, lane.delivered, lane.id_held = event.facts, True, event.id_held
    if lane.instructor is None:
        lane.instructor = event.facts.instructor or None
    if lane.adopted:
        _keep_local(state, lane)


def _keep_local(state: Cooperation, lane: Lane) -> None:
    """Leave an adopted Abo the local values of harmless fields that the Master has not changed since (R38)."""
    master = state.master_lane
    lane.kept.update(name for name in LOCAL_FIELDS if master is None or not master.facts_changed.get(name))


def _renumbered(state: Cooperation, event: e.CourseRenumbered) -> None:
    _name(_lane(state, event.vhs), event.course_number, event.period)


def _course_cancelled(state: Cooperation, event: e.CourseCancelled) -> None:
    lane = _lane(state, event.vhs)
    lane.row = merged(lane.row, type(lane.row)(cancelled=True))
    lane.cancelled_version = state.version


def _course_vanished(state: Cooperation, event: e.CourseVanished) -> None:
    _lane(state, event.vhs).present = False


def _course_reappeared(state: Cooperation, event: e.CourseReappeared) -> None:
    _lane(state, event.vhs).present = True


def _id_delivered(state: Cooperation, event: e.CoopIdDelivered) -> None:
    lane = _lane(state, event.vhs)
    lane.id_held, lane.altered = True, None


def _id_altered(state: Cooperation, event: e.CoopIdAltered) -> None:
    lane = _lane(state, event.vhs)
    lane.id_held, lane.altered, lane.identity_version = False, event.found, state.version


def _id_assigned(state: Cooperation, event: e.CoopIdAssigned) -> None:
    state.successor = event.successor


# --- bookings -------------------------------------------------------------------------------------------------------


def _booking(state: Cooperation, ref: str) -> Booking:
    booking = state.bookings.get(ref)
    if booking is None:
        booking = state.bookings[ref] = Booking(ref, owner_of(ref))
    return booking


def _seat(booking: Booking, event: e.Event) -> Seat:
    """Find the seat an event of a VHS's row is about; whoever edited that row is remembered (T6)."""
    seat = booking.seats.get(event.vhs)
    if seat is None:
        seat = booking.seats[event.vhs] = Seat()
    if event.actor is not None:
        seat.actor = event.actor
    return seat


def _show(state: Cooperation, booking: Booking, seat: Seat, status: Status | None) -> None:
    """Take over a status a row shows: the booking is there, its letter is known, what it was told before is settled."""
    if seat.absences or seat.lost or (status is not None and status is not seat.status):
        seat.version = state.version
    seat.absences, seat.absent_export, seat.withheld = 0, "", None
    seat.orphaned = seat.lost = seat.told_cancelled = False
    seat.survivor = None
    if status is not None:
        seat.status, seat.unknown_status = status, None
        if status is Status.CANCELLED:
            seat.shown_cancelled = True
        elif not state.is_cancelled(booking):
            seat.shown_cancelled = False


def _miss(state: Cooperation, seat: Seat, event: e.Event, absences: int) -> None:
    """Count an absence; the export is remembered, so that it never counts twice."""
    seat.absences, seat.absent_export, seat.version = absences, _export(event), state.version


def _made(state: Cooperation, event: e.BookingMade) -> None:
    booking = _booking(state, event.ref)
    booking.claimed, booking.booked_at, booking.changed = True, event.booked_at, state.version
    booking.person_id, booking.person_version = event.person_id, 1 if event.person_id else 0
    if event.status is Status.CANCELLED:
        booking.cancelled_by.add(event.vhs)
    else:
        booking.status = event.status
    seat = _seat(booking, event)
    seat.booking_id, seat.participant_no = event.booking_id, event.participant_no
    seat.person_version = booking.person_version
    _show(state, booking, seat, event.status)


def _amended(state: Cooperation, event: e.BookingAmended) -> None:
    booking = _booking(state, event.ref)
    if event.status is not None or event.person_version is not None or event.booked_at is not None:
        booking.changed = state.version
    seat = _seat(booking, event)
    if event.status is not None:
        booking.status = event.status
        _show(state, booking, seat, event.status)
    if event.person_version is not None:
        booking.person_version = seat.person_version = event.person_version
    if event.participant_no is not None:
        seat.participant_no = event.participant_no
    if event.booked_at is not None:
        booking.booked_at = event.booked_at


def _promoted(state: Cooperation, event: e.BookingPromoted) -> None:
    booking = _booking(state, event.ref)
    booking.status, booking.changed = Status.CONFIRMED, state.version
    if not event.claimed:
        _show(state, booking, _seat(booking, event), Status.CONFIRMED)


def _cancelled(state: Cooperation, event: e.BookingCancelled) -> None:
    booking = _booking(state, event.ref)
    booking.cancelled_by.add(event.vhs)
    booking.changed = state.version
    _show(state, booking, _seat(booking, event), Status.CANCELLED)


def _booking_delivered(state: Cooperation, event: e.BookingDelivered) -> None:
    booking = _booking(state, event.ref)
    seat = _seat(booking, event)
    seat.booking_id, seat.participant_no = event.booking_id, event.participant_no
    seat.person_version = event.person_version
    _show(state, booking, seat, event.status)


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
        seat.person_version, seat.person_changed = event.person_version, state.version
    _show(state, booking, seat, event.status)


def _cancellation_delivered(state: Cooperation, event: e.CancellationDelivered) -> None:
    booking = _booking(state, event.ref)
    _show(state, booking, _seat(booking, event), Status.CANCELLED)


def _vanished(state: Cooperation, event: e.BookingVanished) -> None:
    seat = _seat(_booking(state, event.ref), event)
    _miss(state, seat, event, 1)
    seat.absent_version = state.version


def _reappeared(state: Cooperation, event: e.BookingReappeared) -> None:
    booking = _booking(state, event.ref)
    _show(state, booking, _seat(booking, event), event.status)


def _orphaned(state: Cooperation, event: e.OrphanDetected) -> None:
    booking = _booking(state, event.ref)
    booking.orphaned_by.add(event.vhs)
    booking.changed = state.version
    seat = _seat(booking, event)
    _miss(state, seat, event, 2)
    seat.withheld, seat.orphaned = None, True


def _withheld(state: Cooperation, event: e.OrphanWithheld) -> None:
    seat = _seat(_booking(state, event.ref), event)
    _miss(state, seat, event, 2)
    seat.withheld = event.withheld_id


def _mirror_lost(state: Cooperation, event: e.MirrorLost) -> None:
    seat = _seat(_booking(state, event.ref), event)
    _miss(state, seat, event, 2)
    seat.lost = True


def _reinstated(state: Cooperation, event: e.BookingReinstated) -> None:
    booking = _booking(state, event.ref)
    booking.orphaned_by.discard(event.vhs)
    booking.changed, booking.ever_cancelled = state.version, True
    for seat in booking.seats.values():
        seat.told_cancelled = seat.status is not Status.CANCELLED
    _show(state, booking, _seat(booking, event), event.status)


def _merged(state: Cooperation, event: e.ParticipantsMerged) -> None:
    seat = _seat(_booking(state, event.ref), event)
    if event.survivor is not None:
        seat.survivor = event.survivor
        return
    seat.merged_from = seat.merged_from or seat.participant_no
    seat.booking_id, seat.participant_no = event.booking_id, event.participant_no


def _unknown_status(state: Cooperation, event: e.UnknownStatusSeen) -> None:
    seat = _seat(_booking(state, event.ref), event)
    seat.unknown_status = event.raw_status


def _export(event: e.Event) -> str:
    return event.origin.export if event.origin is not None else ""


# --- violations -----------------------------------------------------------------------------------------------------


def _violation_opened(state: Cooperation, event: e.ViolationOpened) -> None:
    state.violations[event.code, event.vhs, event.ref] = state.version


def _violation_closed(state: Cooperation, event: e.ViolationClosed) -> None:
    state.violations.pop((event.code, event.vhs, event.ref), None)


_APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    e.CourseReleased: _released,
    e.ReleaseClosed: _closed,
    e.ReleaseWithdrawn: _withdrawn,
    e.CourseSubscribed: _subscribed,
    e.SubscriptionTerminated: _terminated,
    e.TermsConfirmed: _terms_confirmed,
    e.TermsAmended: _terms_amended,
    e.CourseRevised: _revised,
    e.CourseReported: _reported,
    e.CourseDelivered: _delivered,
    e.CourseRenumbered: _renumbered,
    e.CourseCancelled: _course_cancelled,
    e.CourseVanished: _course_vanished,
    e.CourseReappeared: _course_reappeared,
    e.CoopIdDelivered: _id_delivered,
    e.CoopIdAltered: _id_altered,
    e.CoopIdAssigned: _id_assigned,
    e.BookingMade: _made,
    e.BookingAmended: _amended,
    e.BookingPromoted: _promoted,
    e.BookingCancelled: _cancelled,
    e.BookingDelivered: _booking_delivered,
    e.BookingReported: _booking_reported,
    e.CancellationDelivered: _cancellation_delivered,
    e.BookingVanished: _vanished,
    e.BookingReappeared: _reappeared,
    e.OrphanDetected: _orphaned,
    e.OrphanWithheld: _withheld,
    e.MirrorLost: _mirror_lost,
    e.BookingReinstated: _reinstated,
    e.ParticipantsMerged: _merged,
    e.UnknownStatusSeen: _unknown_status,
    e.ViolationOpened: _violation_opened,
    e.ViolationClosed: _violation_closed,
}
