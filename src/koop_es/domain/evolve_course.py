"""What the events about a course do to the state: release, Abo, terms, what each VHS shows of the course."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.acknowledged import count_of_export, note_fact, take_fact_back
from koop_es.domain.cooperation import Back, Cooperation, Lane, Suspended, let_go
from koop_es.domain.course import given, merged
from koop_es.domain.evolve_bookings import go_with_course, revive
from koop_es.domain.evolve_echo import give_anew, was_ours
from koop_es.domain.given_out import Create
from koop_es.domain.identifiers import issuer
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import WEB_SERVICE_USER
from koop_es.domain.wanted import differing_fields

LOCAL_FIELDS = frozenset({"venue"})
"""Fields an Abo-VHS may change without harm; its value stands until the Master changes the field (R38)."""


def _lane(state: Cooperation, vhs: str) -> Lane:
    lane = state.lanes.get(vhs)
    if lane is None:
        lane = state.lanes[vhs] = Lane(vhs)
    return lane


def _name(lane: Lane, number: str, period: str) -> None:
    if lane.number:
        lane.former_keys.add((lane.number, lane.period))
    lane.former_keys.discard((number, period))
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
    lane.delivered, lane.since = True, count_of_export(event)
    lane.id_held = lane.adopted = event.adopted
    lane.identity, lane.event_kind = event.identity, event.event_kind
    lane.instructor = event.facts.instructor or None
    if event.adopted:
        _keep_local(state, lane)
    state.unnamed = event.adopted and event.origin is None
    if _outranks(state, event.vhs):
        state.master, state.released_version = event.vhs, state.version


def _closed(state: Cooperation, event: e.ReleaseClosed) -> None:
    state.closed = True


def _withdrawn(state: Cooperation, event: e.ReleaseWithdrawn) -> None:
    state.withdrawn = True


def _subscribed(state: Cooperation, event: e.CourseSubscribed) -> None:
    before = state.lanes.get(event.vhs)
    again = before is not None and not before.active
    if again:
        del state.lanes[event.vhs]  # an Abo that was ended and is made again begins from nothing
    lane = _lane(state, event.vhs)
    lane.renewed = state.version if again else 0
    if again and before is not None:  # but what is asked of it, and what somebody said of its own (D21, D25)
        lane.unclear = before.unclear
        lane.decided = {ref: how for ref, how in before.decided.items() if ref.startswith(f"{event.vhs}:")}
        lane.creates_given = before.creates_given  # a row in the copy that stayed may be one of these mirrors (D26)
    _name(lane, event.course_number, event.period)
    lane.terms, lane.system, lane.identity = event.terms, event.system, event.identity
    lane.event_kind, lane.instructor, lane.keyword = event.event_kind, event.instructor, event.keyword
    lane.active, lane.adopted, lane.subscribed_version = True, event.adopted, state.version
    for booking in state.bookings.values() if again else ():
        if booking.owner == event.vhs and booking.without_abo:
            booking.without_abo = False
            if not state.is_cancelled(booking):
                revive(state, booking)


def _terminated(state: Cooperation, event: e.SubscriptionTerminated) -> None:
    """End an Abo. Of its VHS's own bookings that live nobody else ever knew, nor is anybody told of them now (R19);
    those that are cancelled stay so without it, whatever is taken back (D9, B1).
    """
    lane = _lane(state, event.vhs)
    lane.active = False
    for booking in state.bookings.values():
        if booking.owner == event.vhs:
            booking.without_abo = booking.claimed and state.is_cancelled(booking)
            booking.claimed = booking.without_abo
        state.doubled.discard((event.vhs, booking.ref))  # its rows are known no more (D26)
        if booking.owner != event.vhs and (seat := booking.seats.pop(event.vhs, None)) is not None and seat.status:
            booking.left_by |= {event.vhs}
            if seat.unreferenced:  # in a copy that stays nothing but person and moment tells whose its row is (D26)
                known = Create(0, seat.status, seat.person_version or booking.person_version, (seat.booked_at,))
                lane.creates_given.setdefault(booking.ref, known)
            if was_ours(seat):
                booking.unseen_s |= {event.vhs}


def _terms_confirmed(state: Cooperation, event: e.TermsConfirmed) -> None:
    state.confirmed_terms[event.vhs, event.subscriber] = event.terms


def _terms_amended(state: Cooperation, event: e.TermsAmended) -> None:
    lane = _lane(state, event.subscriber)
    lane.terms = event.terms
    lane.facts_changed |= dict.fromkeys(("fee_cents", "pass_through_cents"), state.version)
    master = state.master_lane
    if master is not None and all(state.terms_of(other.vhs) == event.terms for other in state.subscribers()):
        master.former_terms, master.terms_version = master.released_terms, state.version
        master.released_terms = event.terms  # everybody agreed: what the Master shows is what is accepted
    for side in (event.subscriber, state.master or ""):
        state.confirmed_terms.pop((side, event.subscriber), None)


def _revised(state: Cooperation, event: e.CourseRevised) -> None:
    lane = _lane(state, event.vhs)
    _acknowledge(lane, event, given(event.facts))
    lane.facts, lane.row = merged(lane.facts, event.facts), merged(lane.row, event.facts)
    if lane.waiting:
        lane.waiting = let_go(lane.waiting, Effect.REVISION, given(event.facts).keys())
    lane.withdrawn -= given(event.facts).keys()
    for name in given(event.facts):
        lane.facts_changed[name] = state.version
        for other in state.lanes.values():
            other.kept.discard(name)


def _revision_withdrawn(state: Cooperation, event: e.RevisionWithdrawn) -> None:
    """Let the former facts count again; the Master's row shows the others until they are written (D32).

    What was asked about them after its program seemed to have gone back is answered by that (D20). Of those that had
    waited nobody was told anything else (D31).
    """
    lane, names = _lane(state, event.vhs), given(event.facts)
    told = {name for name, value in names.items() if name == "cancelled" or getattr(lane.facts, name) != value}
    lane.facts = merged(lane.facts, event.facts)
    lane.withdrawn |= names.keys()
    for name in names:
        lane.asked_facts.pop(name, None)
        lane.restoring.pop(name, None)
    for name in told:
        lane.facts_changed[name] = state.version
        for other in state.lanes.values():
            other.kept.discard(name)
    for at in state.lanes.values():
        if at.back_fields:
            at.back_fields &= differing_fields(state, at).keys()


def _acknowledge(lane: Lane, event: e.Event, news: dict[str, Any]) -> None:
    """Note which values a row shows from an export on, and what of a program that went back is settled by it (D20)."""
    count = count_of_export(event)
    for name, value in news.items():
        note_fact(lane, name, getattr(lane.row, name), value, count)
        if lane.back is not None:
            lane.back_fields.discard(name)
            lane.asked_facts.pop(name, None)
            lane.restoring.pop(name, None)


def _went_back(state: Cooperation, event: e.CourseWentBack) -> None:
    """Take over what a program that was put back shows of the course: neither is it the Master's will, nor kept (D20).

    An Abo-Kurs that is gone is made again, and its bookings with it.
    """
    lane, news, lost = _lane(state, event.vhs), given(event.facts), given(event.lost)
    lane.back = Back(event.moment, event.origin.export if event.origin is not None else "", state.version)
    give_anew(lane, state.version)
    for name, value in lost.items():
        take_fact_back(lane, name, value)
    lane.row = replace(lane.row, **news)
    lane.row_changed |= dict.fromkeys(news, state.version)
    lane.back_fields |= news.keys() & differing_fields(state, lane).keys()
    if lane.vhs == state.master:
        lane.asked_facts |= {name: lane.asked_facts.get(name, value) for name, value in lost.items()}
    if event.abo_lost:
        lane.abo_lost, lane.delivered, lane.adopted, lane.row = True, False, False, type(lane.row)()
        lane.subscribed_version = state.version
        for booking in state.bookings.values():
            if (seat := booking.seats.get(event.vhs)) is not None:
                go_with_course(state, booking, seat, event)


def _restored(state: Cooperation, event: e.CourseRestored) -> None:
    lane = _lane(state, event.vhs)
    lane.restoring, lane.asked_facts, lane.restored_version = dict(lane.asked_facts), {}, state.version


def _former_confirmed(state: Cooperation, event: e.FormerFactsConfirmed) -> None:
    lane = _lane(state, event.vhs)
    lane.back_fields -= lane.asked_facts.keys()
    lane.asked_facts, lane.restored_version = {}, state.version


def _reported(state: Cooperation, event: e.CourseReported) -> None:
    lane = _lane(state, event.vhs)
    master, news = state.master_lane, given(event.facts)
    if master is not None and lane is not master and event.actor != WEB_SERVICE_USER:
        edited = LOCAL_FIELDS & news.keys()
        # A local edit of a field the Master has changed meanwhile loses, whichever of the two was reported first.
        lane.kept.update(name for name in edited if getattr(lane.row, name) == getattr(master.facts, name))
    _acknowledge(lane, event, news)
    lane.row = replace(lane.row, **news)
    lane.withdrawn -= news.keys()
    lane.row_changed |= dict.fromkeys(news, state.version)


def _delivered(state: Cooperation, event: e.CourseDelivered) -> None:
    lane = _lane(state, event.vhs)
    lane.row, lane.delivered, lane.id_held = event.facts, True, event.id_held
    lane.since_before = lane.since_before or lane.since
    lane.since, lane.acked, lane.acked_before, lane.abo_lost = count_of_export(event), {}, {}, False
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
    _acknowledge(lane, event, {"cancelled": True})
    lane.row = merged(lane.row, type(lane.row)(cancelled=True))
    lane.cancelled_version = state.version
    lane.waiting = let_go(lane.waiting, Effect.AUSFALL)
    for other in state.lanes.values():
        other.untold, other.sparing = False, ""


def _reinstated(state: Cooperation, event: e.CourseReinstated) -> None:
    """Let the course live again, and with it whatever was cancelled by nothing else (D24).

    That is acknowledged as for the first time: it is decided, and no value that comes and goes. A copy of before shows
    the Ausfall once more (D20).
    """
    lane = _lane(state, event.vhs)
    if event.origin is not None:
        take_fact_back(lane, "cancelled", lost=False)
    _acknowledge(lane, event, {"cancelled": False})
    lane.row = merged(lane.row, type(lane.row)(cancelled=False))
    lane.cancelled_version, lane.facts_changed["cancelled"] = 0, state.version
    for other in state.lanes.values():
        other.untold, other.sparing = other is not lane and other.exists, "D24"
        if other.row.cancelled:
            take_fact_back(other, "cancelled", lost=False)
    for booking in state.bookings.values():
        if not booking.cancelled:
            revive(state, booking)


def _reinstatement_delivered(state: Cooperation, event: e.ReinstatementDelivered) -> None:
    lane = _lane(state, event.vhs)
    lane.untold, lane.sparing = False, "" if event.complete else lane.sparing


def _course_vanished(state: Cooperation, event: e.CourseVanished) -> None:
    lane = _lane(state, event.vhs)
    lane.present, lane.archived, lane.gone_version = False, False, state.version
    _forget_absences(state, event.vhs)


def _course_archived(state: Cooperation, event: e.CourseArchived) -> None:
    lane = _lane(state, event.vhs)
    lane.present, lane.archived = False, True
    _forget_absences(state, event.vhs)


def _suspended(state: Cooperation, event: e.AbsencesSuspended) -> None:
    lane = _lane(state, event.vhs)
    since = lane.suspended.export if lane.suspended is not None else event.origin.export if event.origin else ""
    lane.suspended = Suspended(event.refs, event.reason, since)


def _resumed(state: Cooperation, event: e.AbsencesResumed) -> None:
    _lane(state, event.vhs).suspended = None


def _forget_absences(state: Cooperation, vhs: str) -> None:
    """Let go of absences that were only suspicions: without the course between them they are not consecutive (D3).

    Whoever has moved has left for good, and no row of theirs is here any more (D25).
    """
    _lane(state, vhs).suspended = None
    for booking in state.bookings.values():
        seat = booking.seats.get(vhs)
        if seat is None or not seat.absences or (booking.moved and vhs == booking.owner):
            continue
        if not (seat.orphaned or seat.lost or seat.withheld or seat.asked):
            seat.absences, seat.absent_export, seat.absent_version = 0, "", 0


def _course_reappeared(state: Cooperation, event: e.CourseReappeared) -> None:
    lane = _lane(state, event.vhs)
    lane.present, lane.archived = True, False
    if event.empty:
        lane.sparing = lane.sparing or "B11"
        give_anew(lane, state.version)


def _id_delivered(state: Cooperation, event: e.CoopIdDelivered) -> None:
    lane = _lane(state, event.vhs)
    lane.id_held, lane.altered = True, None


def _id_altered(state: Cooperation, event: e.CoopIdAltered) -> None:
    lane = _lane(state, event.vhs)
    lane.id_held, lane.altered, lane.identity_version = False, event.found, state.version
    _forget_absences(state, event.vhs)


def _id_assigned(state: Cooperation, event: e.CoopIdAssigned) -> None:
    state.successor = event.successor


def _id_taken(state: Cooperation, event: e.CoopIdTaken) -> None:
    """Let nobody hold the COOP-Id yet, and the course be one that was released through the engine (R14, R31).

    An "S" that a connector wrote once may come of a list of before, whose changes have other ids than any since (D21).
    """
    for lane in state.lanes.values():
        lane.id_held, lane.identity_version = False, state.version
        for booking in state.bookings.values() if lane.given else ():
            if (seat := booking.seats.get(lane.vhs)) is not None and was_ours(seat):
                booking.unseen_s |= {lane.vhs}
    state.unnamed = False
    if state.master is not None:
        state.lanes[state.master].adopted = False


APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    e.CourseReleased: _released,
    e.ReleaseClosed: _closed,
    e.ReleaseWithdrawn: _withdrawn,
    e.CourseSubscribed: _subscribed,
    e.SubscriptionTerminated: _terminated,
    e.TermsConfirmed: _terms_confirmed,
    e.TermsAmended: _terms_amended,
    e.CourseRevised: _revised,
    e.RevisionWithdrawn: _revision_withdrawn,
    e.CourseReported: _reported,
    e.CourseDelivered: _delivered,
    e.CourseRenumbered: _renumbered,
    e.CourseCancelled: _course_cancelled,
    e.CourseReinstated: _reinstated,
    e.CourseWentBack: _went_back,
    e.CourseRestored: _restored,
    e.FormerFactsConfirmed: _former_confirmed,
    e.ReinstatementDelivered: _reinstatement_delivered,
    e.CourseVanished: _course_vanished,
    e.CourseArchived: _course_archived,
    e.AbsencesSuspended: _suspended,
    e.AbsencesResumed: _resumed,
    e.CourseReappeared: _course_reappeared,
    e.CoopIdDelivered: _id_delivered,
    e.CoopIdAltered: _id_altered,
    e.CoopIdAssigned: _id_assigned,
    e.CoopIdTaken: _id_taken,
}
"""Event -> what it does."""
