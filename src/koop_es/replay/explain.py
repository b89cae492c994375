"""The seam between stepping and telling: what the stepper asks of those who put events and reasons into words."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import KoopError
from koop_es.domain.wanted import last_change
from koop_es.replay.grid import BOOKING, FIELD, Row
from koop_es.replay.history import line
from koop_es.store import Recorded, Store

if TYPE_CHECKING:
    from koop_es.replay.frames import Frames

Why = Callable[["Frames", int, Row, str], list[str]]
"""Tells, in lines, why a cell (a row at a VHS) holds what it holds after the event of a version."""

PLACE_FIELDS = ("number", "period", "coop_id")
"""Rows that name the course at a VHS; they can be asked about as fields can."""

ABOUT_THE_COURSE = ("CourseReleased", "CourseSubscribed", "CourseDelivered", "CourseRenumbered", "CourseVanished",
                    "CourseReappeared", "CoopIdDelivered", "CoopIdAltered", "SubscriptionTerminated")  # fmt: skip
"""Events that decide whether a VHS has the course, and under which names."""


def told(item: Recorded, state: Cooperation) -> dict[str, Any]:
    """Tell one event as ``history`` does; ``state`` is the one after it."""
    return line(item)


def sentence(told: dict[str, Any]) -> str:
    """Say an event that was told in one line."""
    source = ", ".join(filter(None, (told["export"], told["row"])))
    return f"{told['position']} {told['type']} [{told['rule']}]{f' ({source})' if source else ''}: {told['text']}"


def why(store: Store) -> Why:
    """Give the one who explains: ``koop_es.replay.why`` where it is there, else the chain of causes."""
    if find_spec("koop_es.replay.why") is None:
        return causes
    explainer = import_module("koop_es.replay.why")

    def explained(frames: Frames, version: int, row: Row, vhs: str) -> list[str]:
        question = explainer.Question(
            frames.timeline.coop_id,
            row.label if row.kind == BOOKING else None,
            vhs,
            row.key if row.kind == FIELD or row.key in PLACE_FIELDS else None,
            frames.timeline.event(version).position,
        )
        try:
            answer = explainer.why(store, question)
        except KoopError as error:
            return [error.message]
        links = [sentence(frames.told[frames.timeline.version_at(link["position"]) - 1]) for link in answer["chain"]]
        return [answer["value"]["text"], *answer["now"], "", *links]

    return explained


def causes(frames: Frames, version: int, row: Row, vhs: str) -> list[str]:
    """Tell the last event that said something about a cell, and those it follows from, the newest first."""
    lines: list[str] = []
    at: int | None = _last_touch(frames, version, row, vhs)
    while at:
        lines.append(sentence(frames.told[at - 1]))
        at = frames.told[at - 1]["cause"]
    return lines or ["no event has said anything about it yet"]


def _last_touch(frames: Frames, version: int, row: Row, vhs: str) -> int:
    """Find the version of the last event that said something about a cell, 0 for none."""
    state = frames.timeline.state(version)
    lane = state.lanes.get(vhs)
    if row.kind == BOOKING:
        booking = state.bookings[row.label]
        seat = booking.seats.get(vhs)
        return max(booking.changed, seat.version if seat is not None else 0, state.cancelled_version)
    found = 0
    if row.kind == FIELD and lane is not None:
        found = max(last_change(state, lane, row.key), lane.row_changed.get(row.key, 0))
    about = (told for told in reversed(frames.told[:version]) if told["vhs"] == vhs)
    return found or next((told["version"] for told in about if told["type"] in ABOUT_THE_COURSE), 0)
