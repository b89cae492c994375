"""Echoes: what a row shows only because its VHS was told so.

In another history it would have been told something else, or nothing. So an echo is kept as
what it is, "as told", while a local edit is kept as the value it had (D6).
"""

from __future__ import annotations

from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import given, to_text
from koop_es.domain.observation import WEB_SERVICE_USER, Status
from koop_es.domain.wanted import creation_fields, wanted_fields

ROW = "row"
"""The row itself is there because its VHS was told to make it."""

ALIVE = "alive"
"""It was told to make it while the booking was alive."""

STATUS = "status"
PERSON = "person"

NONE: frozenset[str] = frozenset()


def echoes(state: Cooperation, event: e.Event, *, adopting: bool) -> frozenset[str]:
    """Name the parts of an event that are echoes: ``row``, ``alive``, ``status``, ``person``, or fields of the course.

    ``state`` is what the cooperation was before the export. What a VHS shows while it is ``adopting`` a course was
    there before anybody could tell it anything.
    """
    lane = state.active_lane(event.vhs)
    if adopting or lane is None:
        return NONE
    if isinstance(event, e.CourseDelivered):
        return frozenset({ROW}) | _created(event, told_fields(state, lane)) if not lane.adopted else NONE
    if isinstance(event, e.CourseReported):
        return _fields(event, told_fields(state, lane))
    booking = state.bookings.get(getattr(event, "ref", ""))
    return _of_booking(state, booking, event) if booking is not None and booking.claimed else NONE


def _created(event: e.CourseDelivered, told: dict[str, Any]) -> frozenset[str]:
    """List the fields of a new Abo-Kurs that are as they were told, nothing and empty being the same."""
    shown = given(event.facts).items()
    return frozenset(
        name for name, value in shown if name in told and to_text(name, told[name]) == to_text(name, value)
    )


def _fields(event: e.CourseReported, told: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in given(event.facts).items() if name in told and told[name] == value)


def _of_booking(state: Cooperation, booking: Booking, event: e.Event) -> frozenset[str]:
    parts = set()
    cancelled = state.is_cancelled(booking)
    seat = booking.seats.get(event.vhs)
    by_hand = seat is not None and _by_hand(event, seat)
    if isinstance(event, e.BookingDelivered):
        parts |= {ROW} if cancelled else {ROW, ALIVE}
        parts |= {STATUS} if event.status is told_status(state, booking) else set()
    elif isinstance(event, e.CancellationDelivered) and cancelled and not by_hand:
        parts.add(STATUS)
    elif isinstance(event, e.BookingReappeared) and seat is not None and seat.lost and not (cancelled or by_hand):
        parts |= {ROW, ALIVE}
    elif isinstance(event, e.BookingReported) and event.status is not None and not by_hand:
        is_new = seat is not None and seat.status is not event.status
        parts |= {STATUS} if is_new and event.status is told_status(state, booking) else set()
    if isinstance(event, e.BookingDelivered | e.BookingReported) and event.person_version == booking.person_version:
        parts.add(PERSON)
    return frozenset(parts)


def _by_hand(event: e.Event, seat: Seat) -> bool:
    """Tell whether somebody of the staff edited the row since it was last shown, as far as it says who (T6, ADR
    0006).
    """
    return event.actor not in (None, WEB_SERVICE_USER, seat.actor)


def told_status(state: Cooperation, booking: Booking) -> Status:
    """Tell the status that everybody who holds a booking is told to show."""
    return Status.CANCELLED if state.is_cancelled(booking) else booking.status


def told_fields(state: Cooperation, lane: Lane) -> dict[str, Any]:
    """Give the fields a VHS is told to show of the course; the Master is told none."""
    if state.master is None or lane.vhs == state.master:
        return {}
    fields = wanted_fields(state, lane) if lane.delivered else creation_fields(state, lane)
    return fields | ({"cancelled": True} if state.cancelled else {})
