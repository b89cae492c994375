"""Courses shared before there were COOP-Ids: taken up under a name of their own, moved to a COOP-Id later (D12)."""

from __future__ import annotations

from typing import Any, NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Lane
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.evolve_echo import was_ours
from koop_es.domain.observation import CANCELLED
from koop_es.domain.open_matters import refuse_unanswered
from koop_es.domain.terms import Policy, Terms


class LegacyAbo(NamedTuple):
    """One Abo of a course without COOP-Id, as its VHS keeps it."""

    vhs: str
    number: str
    period: str
    system: str | None = None


def adopt_legacy(
    draft: Draft, policy: Policy, *, number: str, period: str, facts: CourseFacts, terms: Terms, abos: list[LegacyAbo]
) -> None:
    """Take up a course that is shared without a COOP-Id, its Abos included; its number is its identity (D12, R20)."""
    draft.add(
        e.CourseReleased,
        "D12",
        course_number=number,
        period=period,
        facts=facts,
        reported=facts,
        terms=terms,
        adopted=True,
    )
    for abo in abos:
        if abo.vhs == draft.moment.vhs or abo.vhs in draft.state.lanes:
            raise Refused(f"VHS {abo.vhs} cannot have an Abo of this course twice, nor of its own", rule="R32")
        draft.add(
            e.CourseSubscribed,
            "D12",
            vhs=abo.vhs,
            course_number=abo.number,
            period=abo.period,
            system=abo.system,
            adopted=True,
            identity=policy.identity_sharing == "all",
            event_kind=policy.event_kind(facts.course_type) if policy.is_bavarian(abo.vhs) else None,
        )
    draft.settle_violations()


def carry_over(old: Cooperation, new: Draft) -> None:
    """Tell the story so far once more under a real COOP-Id; the change lists then bring the id to every VHS (D12, R14).

    Raises Refused for a cooperation that has a COOP-Id, or that has none but is not the Master's to move, and while
    something waits for an answer.
    """
    master = old.master_lane
    if not old.legacy or old.ended or master is None or master.vhs != new.moment.vhs:
        raise Refused(f"{old.coop_id} is no course of VHS {new.moment.vhs} that lacks a COOP-Id", rule="D12")
    refuse_unanswered(old, old.lanes, "no COOP-Id is assigned", "D12")
    new.add(
        e.CourseReleased,
        "D12",
        course_number=master.number,
        period=master.period,
        facts=master.facts,
        reported=master.row,
        terms=master.released_terms,
        markets=master.markets,
        system=master.system,
        predecessor=old.coop_id,
    )
    for lane in old.subscribers():
        _carry_abo(lane, new)
    for ref in sorted(old.bookings):
        _carry_booking(old, old.bookings[ref], new)
    for vhs in sorted(old.lanes):
        _carry_given(old, vhs, new)
    for ref in sorted(old.bookings):
        _carry_acknowledged(old, old.bookings[ref], new)
        _carry_answers(old, old.bookings[ref], new)
    if old.closed:
        new.add(e.ReleaseClosed, "D12")
    if old.cancelled:
        new.add(e.CourseCancelled, "D12")
    new.settle_violations()


def _carry_abo(lane: Lane, new: Draft) -> None:
    new.add(
        e.CourseSubscribed,
        "D12",
        vhs=lane.vhs,
        course_number=lane.number,
        period=lane.period,
        terms=lane.terms,
        system=lane.system,
        adopted=True,
        identity=lane.identity,
        event_kind=lane.event_kind,
        instructor=lane.instructor,
        keyword=lane.keyword,
    )
    if lane.delivered:
        new.add(e.CourseDelivered, "D12", vhs=lane.vhs, facts=lane.row, id_held=False)


def _carry_booking(old: Cooperation, booking: Booking, new: Draft) -> None:
    """Tell one booking once more: made, delivered, cancelled, as far as it came, and what was asked and answered."""
    own = booking.seats.get(booking.owner)
    if booking.claimed and own is not None:
        new.add(
            e.BookingMade,
            "D12",
            vhs=booking.owner,
            ref=booking.ref,
            booking_id=own.booking_id,
            participant_no=own.participant_no,
            status=booking.status,
            booked_at=booking.booked_at,
            person_id=booking.person_id,
        )
        if booking.person_version > 1:
            version = booking.person_version
            new.add(e.BookingAmended, "D12", vhs=booking.owner, ref=booking.ref, person_version=version)
    for vhs in sorted(booking.seats):
        seat = booking.seats[vhs]
        if vhs != booking.owner and seat.status is not None:
            new.add(
                e.BookingDelivered,
                "D12",
                vhs=vhs,
                ref=booking.ref,
                booking_id=seat.booking_id,
                participant_no=seat.participant_no,
                status=seat.status,
                person_version=seat.person_version,
                booked_at=seat.booked_at if seat.booked_at != booking.booked_at else None,
            )
    confirmed = _confirmed(old, booking)
    for vhs in sorted(booking.cancelled_by):
        if booking.moved and vhs == booking.owner:
            new.add(e.BookingMoved, "D12", vhs=vhs, ref=booking.ref, course_number=booking.moved_to, period="")
        elif vhs not in confirmed:  # somebody said so, whatever its row shows
            new.add(e.BookingCancelled, "D12", vhs=vhs, ref=booking.ref)
    if booking.without_abo and booking.owner not in booking.cancelled_by:  # which nobody takes back any more (D9)
        new.add(e.BookingCancelled, "D12", vhs=booking.owner, ref=booking.ref)
    for vhs in sorted(booking.orphaned_by):
        new.add(e.OrphanDetected, "D12", vhs=vhs, ref=booking.ref)


FORMERLY = 0
"""What the id of a change ends with that was given out under the former name of a course: no new one does."""


def _carry_given(old: Cooperation, vhs: str, new: Draft) -> None:
    """Tell once more which "S" and which mirrors were given out to a VHS, may they be on their way or written (D21).

    Their rows are the same under the COOP-Id, and so is the old list: an "S" that comes of it is no claim.
    """
    lane = old.active_lane(vhs)
    if lane is None or not lane.given:
        return
    cancelled = [
        ref
        for ref, booking in old.bookings.items()
        if vhs in booking.unseen_s or ((seat := booking.seats.get(vhs)) is not None and was_ours(seat))
    ]
    creates = [ref for ref in lane.creates_given if old.bookings[ref].claimed]
    told = {"cancelled": sorted(cancelled), "creates": sorted(creates)}
    given: dict[str, Any] = {name: dict.fromkeys(refs, FORMERLY) for name, refs in told.items()}
    new.add(e.ChangesGivenOut, "D21", vhs=vhs, **given)


def _carry_acknowledged(old: Cooperation, booking: Booking, new: Draft) -> None:
    counted = booking.cancelled_by - _confirmed(old, booking)
    for vhs, seat in sorted(booking.seats.items()):
        if seat.status is CANCELLED and seat.held and vhs not in counted:
            new.add(e.CancellationDelivered, "D12", vhs=vhs, ref=booking.ref)


def _confirmed(old: Cooperation, booking: Booking) -> set[str]:
    """Name the VHSs at which somebody said that the booking is cancelled, whatever its row shows there (D21)."""
    return {vhs for vhs in booking.cancelled_by if old.lanes[vhs].decided.get(booking.ref, ("", 0))[0] == "confirmed"}


def _carry_answers(old: Cooperation, booking: Booking, new: Draft) -> None:
    """Tell once more what is asked about an "S" and waits for the end of an Ausfall, and what somebody has answered:
    the first decision stands under the COOP-Id as well (D12, D21).
    """
    for vhs, lane in sorted(old.lanes.items()):
        if vhs not in new.state.lanes:
            continue
        if not booking.cancelled and (why := lane.unclear.get(booking.ref)) is not None:
            new.add(e.CancellationUnclear, "D12", vhs=vhs, ref=booking.ref, why=why)
        how = lane.decided.get(booking.ref, ("", 0))[0]
        if how == "rejected" or (how == "confirmed" and booking.cancelled):
            kind = e.CancellationConfirmed if how == "confirmed" else e.CancellationRejected
            new.add(kind, "D12", vhs=vhs, ref=booking.ref, reason=f"answered in {old.coop_id}")
