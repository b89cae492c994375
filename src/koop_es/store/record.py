"""What goes into the log and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from koop_es.domain.events import Event


class Recorded(NamedTuple):
    """An event with its place: position in the log, stream and version within the stream.

    It satisfies the event protocol of the eventsourcing library, so that its stock readers and savers take it.
    """

    position: int
    stream: str
    version: int
    event: Event

    @property
    def originator_id(self) -> str:
        """The stream, under the name the library uses."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version, under the name the library uses."""
        return self.version


class Append(NamedTuple):
    """New events of one stream; ``expected`` is the version of the last event the writer has seen, 0 for none."""

    stream: str
    expected: int
    events: Sequence[Event]


StoredRow = tuple[int, str, int, str, bytes]
"""Position, stream, version, topic, state: an event as a database returns it."""

NewRow = tuple[str, int, str, bytes]
"""Stream, version, topic, state: an event as a database takes it."""


class Story(NamedTuple):
    """One stream from its first event on: its rows in version order, and the events in them."""

    rows: Sequence[StoredRow]
    events: Sequence[Event]

    @property
    def positions(self) -> list[int]:
        """The positions of the events in the log."""
        return [row[0] for row in self.rows]

    def recorded(self) -> list[Recorded]:
        """Give every event with its place."""
        return [Recorded(row[0], row[1], row[2], event) for row, event in zip(self.rows, self.events, strict=True)]
