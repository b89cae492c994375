"""Diff: what changed between two points of the history, and which event did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import WrongUsage
from koop_es.domain.evolve import apply, fold
from koop_es.replay.paths import Paths, booking_of, concerns, flatten, flatten_booking
from koop_es.replay.timeline import Timeline
from koop_es.replay.words import text
from koop_es.store import Recorded, Store

STREAMS_AT_ONCE = 500
"""Cooperations whose events are in memory together: some 25,000 events of a usual course, below 50 MB."""


class Traced(NamedTuple):
    """The values at the end of a stretch of history, and for each path that changed in it the event that did so last.

    A path that holds nothing at the end but did before has its event as well.
    """

    paths: Paths
    last: dict[str, Recorded]


class Backwards(WrongUsage):
    """The point to compare from lies after the one to compare to; exchange them."""

    code = "backwards"


def diff(store: Store, coop_id: str, start: int, end: int, *, vhs: str | None = None) -> list[dict[str, Any]]:
    """Tell what changed in a cooperation between two positions of the log, in the order of the events that did it.

    ``vhs`` leaves only what concerns that VHS or all. Raises CooperationUnknown and Backwards.
    """
    _check_order(start, end)
    return _changed(coop_id, Timeline.load(store, coop_id, upto=end).recorded, start, vhs)


def diff_of_vhs(store: Store, vhs: str, start: int, end: int) -> list[dict[str, Any]]:
    """Tell what changed for one VHS in all its cooperations; only those with events in between are read.

    Raises Backwards.
    """
    _check_order(start, end)
    found: list[dict[str, Any]] = []
    with store.reading() as tx:
        touched = iter([row[0] for row in tx.rows("members_touched", vhs=vhs, after=start, upto=end)])
        while page := list(islice(touched, STREAMS_AT_ONCE)):
            for coop_id, recorded in tx.load(page, upto=end).items():
                found += _changed(coop_id, recorded, start, vhs)
    return sorted(found, key=lambda item: (item["event"], item["path"]))


def _check_order(start: int, end: int) -> None:
    if start > end:
        raise Backwards(f"position {start}, to compare from, lies after {end}, to compare to; exchange them")


def _changed(coop_id: str, recorded: Sequence[Recorded], start: int, vhs: str | None) -> list[dict[str, Any]]:
    """Compare a cooperation at a position with what it is after all the events given."""
    state = fold(coop_id, (item.event for item in recorded if item.position <= start))
    before = flatten(state)
    traced = trace(state, (item for item in recorded if item.position > start), before)
    found = differences(before, traced.paths, lambda path: cause_of(coop_id, traced.last[path]))
    return [item for item in found if vhs is None or concerns(item["path"], vhs)]


def trace(state: Cooperation, recorded: Iterable[Recorded], paths: Paths) -> Traced:
    """Carry a state along and remember the last event that changed each path; ``paths`` is ``flatten`` of the state."""
    now, last = dict(paths), dict[str, Recorded]()
    for item in recorded:
        ref = booking_of(item.event)
        # An event about one booking changes nothing else: the others need not be laid flat again.
        old = dict(now) if ref is None else flatten_booking(state, ref)
        apply(state, item.event)
        new = flatten(state) if ref is None else flatten_booking(state, ref)
        for path in old.keys() | new.keys():
            if old.get(path) != new.get(path):
                last[path] = item
        for path in old:
            del now[path]
        now |= new
    return Traced(now, last)


def differences(before: Paths, after: Paths, cause: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    """List the paths whose values differ, in the order of the events behind them; without event they come last."""
    found = [
        {"path": path, "before": before.get(path), "after": after.get(path), **cause(path)}
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    ]
    return sorted(found, key=lambda item: (item["event"] is None, item["event"] or 0, item["path"]))


def cause_of(coop_id: str, item: Recorded | None) -> dict[str, Any]:
    """Name the event behind a change by its position, and say in words what happened."""
    if item is None:
        return {"coop_id": coop_id, "event": None, "type": None, "rule": None, "vhs": None, "text": None}
    event = item.event
    return {
        "coop_id": coop_id,
        "event": item.position,
        "type": event.type,
        "rule": event.rule,
        "vhs": event.vhs,
        "text": text(event),
    }
