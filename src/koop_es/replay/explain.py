"""The seam between stepping and telling: what the stepper asks of those who put events and reasons into words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.wanted import last_change
from koop_es.replay.grid import BOOKING, FIELD, Row
from koop_es.replay.history import line
from koop_es.replay.timeline import Timeline
from koop_es.store import Recorded

ABOUT_THE_COURSE = ("CourseReleased", "CourseSubscribed", "CourseDelivered", "CourseRenumbered", "CourseVanished",
                    "CourseReappeared", "CoopIdDelivered", "CoopIdAltered", "SubscriptionTerminated")  # fmt: skip
"""Events that decide whether a VHS has the course, and under which names."""


def told(item: Recorded, state: Cooperation) -> dict[str, Any]:
    """Tell one event as ``history`` does; ``state`` is the one after it."""
    return line(item)


def why(timeline: Timeline, version: int, row: Row, vhs: str) -> list[Recorded]:
    """Give the events that led to what a cell holds after a version, the newest first: each the cause of the one
    before; nothing where no event ever touched the cell.
    """
    chain: list[Recorded] = []
    at: int | None = _last_touch(timeline, timeline.state(version), row, vhs)
    while at:
        chain.append(timeline.event(at))
        at = chain[-1].event.cause
    return chain


def _last_touch(timeline: Timeline, state: Cooperation, row: Row, vhs: str) -> int:
    """Find the version of the last event that said something about a cell, 0 for none."""
    lane = state.lanes.get(vhs)
    if row.kind == BOOKING:
        booking = state.bookings[row.label]
        seat = booking.seats.get(vhs)
        return max(booking.changed, seat.version if seat is not None else 0, state.cancelled_version)
    if lane is None:
        return 0
    if row.kind == FIELD:
        found = max(last_change(state, lane, row.key), lane.row_changed.get(row.key, 0))
        if found:
            return found
    return next(_about_the_course(timeline, state.version, vhs), 0)


def _about_the_course(timeline: Timeline, version: int, vhs: str) -> Iterator[int]:
    for at in range(version, 0, -1):
        event = timeline.event(at).event
        if event.vhs == vhs and event.type in ABOUT_THE_COURSE:
            yield at
