"""When positions of the log were reached: by the earliest time of their own events and of all later ones (D23).

A clock that ran ahead wrote times that later events lie before. So the time of a position is no running maximum, which
would hide what came after, but looks ahead: kept are only positions behind which no event is as early as their own.
They rise together with their times, so that either is found by the other with one step into an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from koop_es.store.record import Append

if TYPE_CHECKING:  # every transaction notes the times of what it writes
    from koop_es.store.transaction import Tx

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_recorded_at = attrgetter("recorded_at")

EVER = "9999-12-31T23:59:59+00:00"
"""A moment after all others."""

Step = tuple[int, int]
"""A position and the time by which it was reached, in microseconds since 1970."""


def microseconds(recorded_at: str) -> int:
    """Count a time as an event has it, ISO with offset."""
    return (datetime.fromisoformat(recorded_at) - _EPOCH) // _MICROSECOND


def steps(newest_first: Iterable[tuple[int, str]]) -> list[Step]:
    """Give the positions that are kept, the newest first, out of positions with the times of their events."""
    found: list[Step] = []
    told, at = "", 0
    for position, recorded_at in newest_first:
        if recorded_at != told:  # events of one export or command have the same
            told, at = recorded_at, microseconds(recorded_at)
        if not found or at < found[-1][1]:
            found.append((position, at))
    return found


def note(tx: Tx, appends: Sequence[Append], head: int) -> None:
    """Keep the times of events that were written last; ``head`` is the position of the last of them."""
    told = set(map(_recorded_at, chain.from_iterable(append.events for append in appends)))
    if len(told) == 1:  # what one export or command writes
        put(tx, [(head, microseconds(told.pop()))])
        return
    newest = (event.recorded_at for append in reversed(appends) for event in reversed(append.events))
    put(tx, steps(zip(range(head, 0, -1), newest, strict=False)))


def put(tx: Tx, found: Sequence[Step]) -> None:
    """Keep steps, and drop the earlier ones that are no later than these."""
    if found:
        tx.run("time_forget", at=found[-1][1])
        tx.run_many("time_put", ({"position": position, "at": at} for position, at in reversed(found)))


def fill(tx: Tx) -> None:
    """Read the times of the whole log, where they were never kept."""
    put(tx, steps((row[0], row[1]) for row in tx.each("event_times")))


def position_at(tx: Tx, moment: datetime) -> int:
    """Find the last position reached by a moment, 0 if there is none: all that was so by then, and nothing later."""
    row = tx.row("time_position", at=(moment - _EPOCH) // _MICROSECOND)
    return int(row[0]) if row is not None else 0


def time_of(tx: Tx, position: int) -> datetime | None:
    """Tell by when a position was reached, None beyond the end of the log."""
    row = tx.row("time_of", position=position)
    return _EPOCH + timedelta(microseconds=row[0]) if row is not None else None
