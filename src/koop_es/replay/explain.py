"""The seam between stepping and telling: what the stepper asks of those who put events and reasons into words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import KoopError
from koop_es.replay.grid import BOOKING, FIELD, Row
from koop_es.replay.history import line, role
from koop_es.replay.why import Question
from koop_es.replay.why import why as ask
from koop_es.replay.words import WORDS
from koop_es.store import Recorded, Store

if TYPE_CHECKING:
    from koop_es.replay.frames import Frames

Why = Callable[["Frames", int, Row, str], list[str]]
"""Tells, in lines, why a cell (a row at a VHS) holds what it holds after the event of a version."""

PLACE_FIELDS = ("number", "period", "coop_id")
"""Rows that name the course at a VHS; they can be asked about as fields can."""


def told(item: Recorded, state: Cooperation) -> dict[str, Any]:
    """Tell one event as ``history`` does; ``state`` is the one after it."""
    return line(item, role(state, item.event.vhs), WORDS["en"])


def sentence(told: dict[str, Any]) -> str:
    """Say an event that was told in one line."""
    source = ", ".join(filter(None, (told["export"], told["row"])))
    return f"{told['position']} {told['type']} [{told['rule']}]{f' ({source})' if source else ''}: {told['text']}"


def why(store: Store) -> Why:
    """Give the one who explains a cell as ``why`` does."""

    def explained(frames: Frames, version: int, row: Row, vhs: str) -> list[str]:
        question = Question(
            frames.timeline.coop_id,
            row.label if row.kind == BOOKING else None,
            vhs,
            row.key if row.kind == FIELD or row.key in PLACE_FIELDS else None,
            frames.timeline.event(version).position,
        )
        try:
            answer = ask(store, question)
        except KoopError as error:
            return [error.message]
        links = [sentence(frames.told[frames.timeline.version_at(link["position"]) - 1]) for link in answer["chain"]]
        return [answer["value"]["text"], *answer["now"], "", *links]

    return explained
