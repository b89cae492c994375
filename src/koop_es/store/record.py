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
