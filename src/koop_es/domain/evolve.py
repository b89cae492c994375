"""The fold: what each event does to the state of its cooperation, and nothing else.

No clock, no setting, no randomness: replay gives the same state for ever. ``evolve`` leaves its argument alone;
``fold`` builds a state of its own in place, which is what loading a stream does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from koop_es.domain import events as e
from koop_es.domain import evolve_bookings, evolve_course, evolve_echo, evolve_waiting
from koop_es.domain.cooperation import Acknowledgement, Cooperation
from koop_es.domain.evolve_echo import note_report


def evolve(state: Cooperation, event: e.Event) -> Cooperation:
    """Give the state after one event; the state given stays as it is."""
    after = deepcopy(state)
    apply(after, event)
    return after


def fold(coop_id: str, events: Iterable[e.Event]) -> Cooperation:
    """Give the state after a stream's events, from the first on."""
    state = Cooperation(coop_id)
    lanes = state.lanes
    event: Any
    for state.version, event in enumerate(events, 1):  # apply() written out: every rebuild does it with every event
        act, noted = _STEPS[type(event)]
        act(state, event)
        if noted and (lane := lanes.get(event.vhs)) is not None and lane.told:
            note_report(lane, event)
    return state


def apply(state: Cooperation, event: Any) -> None:
    """Let one event act on a state in place; the next version is the event's."""
    state.version += 1
    act, noted = _STEPS[type(event)]
    act(state, event)
    if noted and (lane := state.lanes.get(event.vhs)) is not None and lane.told:
        note_report(lane, event)


def _violation_opened(state: Cooperation, event: e.ViolationOpened) -> None:
    state.violations[event.code, event.vhs, event.ref] = state.version


def _violation_closed(state: Cooperation, event: e.ViolationClosed) -> None:
    state.violations.pop((event.code, event.vhs, event.ref), None)
    state.acknowledged.pop((event.code, event.vhs, event.ref), None)


def _violation_acknowledged(state: Cooperation, event: e.ViolationAcknowledged) -> None:
    key = (event.code, event.vhs, event.ref)
    state.acknowledged[key] = Acknowledgement(event.reason, event.detail, event.until)


_APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    **evolve_course.APPLY,
    **evolve_bookings.APPLY,
    **evolve_echo.APPLY,
    **evolve_waiting.APPLY,
    e.ViolationOpened: _violation_opened,
    e.ViolationClosed: _violation_closed,
    e.ViolationAcknowledged: _violation_acknowledged,
}

_NOTED: set[type[e.Event]] = {
    *evolve_course.APPLY,
    *evolve_bookings.APPLY,
    *evolve_waiting.APPLY,
    e.CancellationUnclear,
}
_NOTED -= {e.HoldEnded, e.BookingDelivered}
"""Events that say what an export shows of the course, or of the booking they name; that of which there are most notes
it itself.
"""

_STEPS = {kind: (act, kind in _NOTED) for kind, act in _APPLY.items()}
"""Event -> what it does, and whether it is noted."""
