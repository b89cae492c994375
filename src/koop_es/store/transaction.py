"""One transaction: appends to the log and runs named statements beside it, all or nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from koop_es.domain.events import Event
from koop_es.store import times
from koop_es.store.codec import decode_all, encode_all, stories
from koop_es.store.errors import ReadingOnly, VersionConflict
from koop_es.store.record import Append, NewRow, Recorded, StoredRow, Story
from koop_es.store.statements import series

MAX_POSITION = 2**63 - 1
"""Highest position either database can count to: a signed 64-bit integer."""

STREAMS_PER_QUERY = 1_000
"""Streams that one query loads: enough that its overhead is lost in the reading, small enough to stay in a packet."""

Row = tuple[Any, ...]


class Tx(ABC):
    """A transaction of the store; ``writable`` is False in one that only reads."""

    def __init__(self, *, writable: bool) -> None:
        """Say whether the transaction may write."""
        self.writable = writable
        self.last: tuple[int, NewRow] | None = None
        """The event this transaction wrote last, with its position."""

    # --- the log --------------------------------------------------------------------------------------------------

    def append(self, appends: Sequence[Append]) -> list[list[int]]:
        """Write new events and return their positions, one list for each append.

        The log is locked to the end of the transaction, so positions become visible in their order. The heads of all
        streams are compared before anything is written: a conflict uses up no position. Raises VersionConflict, and
        ReadingOnly in a transaction that only reads.
        """
        if not self.writable:
            raise ReadingOnly
        if not appends:
            return []
        rows = encode_all(appends)
        self.lock_log()
        self._check_heads(appends)
        if not rows:
            return [[] for _ in appends]
        self.last = self._insert(rows), rows[-1]
        position = self.last[0] - len(rows) + 1
        positions: list[list[int]] = []
        for append in appends:
            positions.append(list(range(position, position + len(append.events))))
            position += len(append.events)
        times.note(self, appends, self.last[0])
        return positions

    def head(self) -> int:
        """Return the highest position of the log, 0 when it is empty; behind what was appended there is nothing yet."""
        if self.last is not None:
            return self.last[0]
        row = self.row("event_head")
        return int(row[0] or 0) if row else 0

    def version(self, stream: str) -> int:
        """Return the version of the last event of a stream, 0 where there is none."""
        ((_, version),) = self.rows("event_heads", streams=[stream])
        return int(version or 0)

    def load(self, streams: Iterable[str], *, upto: int | None = None) -> dict[str, list[Recorded]]:
        """Read whole streams in version order, up to a position if one is given; of an unknown stream an empty list."""
        found: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        names = list(found)
        for start in range(0, len(names), STREAMS_PER_QUERY):
            for recorded in decode_all(self._rows_of(names[start : start + STREAMS_PER_QUERY], upto)):
                found[recorded.stream].append(recorded)
        return found

    def stories(self, streams: Iterable[str], *, upto: int | None = None) -> dict[str, Story]:
        """Read whole streams, up to a position if one is given; of an unknown one an empty story."""
        names = list(streams)
        found = dict.fromkeys(names, Story((), ()))
        for start in range(0, len(names), STREAMS_PER_QUERY):
            found |= stories(self._rows_of(names[start : start + STREAMS_PER_QUERY], upto))
        return found

    def beginnings(self, streams: Iterable[str]) -> dict[str, Event]:
        """Read the first event of each stream that there is."""
        names, found = list(streams), list[Recorded]()
        for start in range(0, len(names), STREAMS_PER_QUERY):
            some = names[start : start + STREAMS_PER_QUERY]
            found += decode_all(self.rows("events_by_version", streams=some, versions=[1]))
        return {recorded.stream: recorded.event for recorded in found}

    def _rows_of(self, streams: list[str], upto: int | None) -> list[Row]:
        return self.rows("event_load", streams=streams, upto=MAX_POSITION if upto is None else upto)

    def read(self, after: int, limit: int) -> list[Recorded]:
        """Read the log after a position, at most ``limit`` events, in the order of their positions."""
        return decode_all(self.rows("event_read", after=after, limit=limit))

    def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        """Read one stream after a version, at most ``limit`` events, in version order."""
        return decode_all(self.rows("event_stream", stream=stream, after=after, upto=MAX_POSITION, limit=limit))

    def rows_by_stream(self, stream: str, version: int, upto: str, limit: int) -> list[StoredRow]:
        """Read the rows of the log stream by stream, from behind one event to the end of the stream ``upto``.

        The streams come in the order of the database, in which no other program should compare them.
        """
        return self.rows("event_page", stream=stream, version=version, upto=upto, limit=limit)

    def run_series(self, prefix: str) -> None:
        """Run the statements whose names begin so, one after the other."""
        for name in series(prefix):
            self.run(name)

    def discard(self, prefix: str) -> None:
        """Run statements that empty tables without personal data, of which nothing has to be overwritten (D15)."""
        self.run_series(prefix)

    def holds(self, position: int, row: NewRow) -> bool:
        """Tell whether the log holds this very event, once nobody else is writing to it."""
        self.lock_log()
        return self.rows("event_read", after=position - 1, limit=1) == [(position, *row)]

    def _check_heads(self, appends: Sequence[Append]) -> None:
        found = self.rows("event_heads", streams=[append.stream for append in appends])
        heads = {stream: version or 0 for stream, version in found}
        for stream, expected, events in appends:
            if heads[stream] != expected:
                raise VersionConflict(stream, expected, heads[stream])
            heads[stream] = expected + len(events)

    # --- named statements -----------------------------------------------------------------------------------------

    @abstractmethod
    def rows(self, name: str, **params: Any) -> list[Row]:
        """Run a named statement and return all its rows; a parameter may be a list."""

    def row(self, name: str, **params: Any) -> Row | None:
        """Run a named statement and return its first row, None if there is none."""
        rows = self.rows(name, **params)
        return rows[0] if rows else None

    @abstractmethod
    def each(self, name: str, **params: Any) -> Iterator[Row]:
        """Run a named statement and give its rows one by one, however many they are."""

    def notes(self, kind: str) -> dict[str, str]:
        """Read what is noted under keys that begin alike, in their order, by what follows there."""
        rows = self.rows("notes", since=kind, until=kind[:-1] + chr(ord(kind[-1]) + 1))
        return {str(key).removeprefix(kind): str(value) for key, value in rows}

    @abstractmethod
    def run(self, name: str, **params: Any) -> int:
        """Run a named statement and return how many rows it touched."""

    @abstractmethod
    def run_many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a named statement for many sets of parameters, all with the same names, each about a row of its own."""

    @abstractmethod
    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows in bulk with a named statement that takes its values by place, in the order of its columns."""

    # --- what the databases do differently ------------------------------------------------------------------------

    @property
    @abstractmethod
    def schemas(self) -> Sequence[str]:
        """Name the schemas in which tables were looked up when the store was opened; new ones lie in the first."""

    @abstractmethod
    def create_log(self) -> None:
        """Make the library's table, if it is not there."""

    @abstractmethod
    def copy(self, path: Path) -> None:
        """Copy the whole store, as this transaction sees it, into a new file."""

    @abstractmethod
    def lock_log(self) -> None:
        """Keep other writers out of the log to the end of the transaction; what it holds by then is all there is."""

    @abstractmethod
    def _insert(self, rows: Sequence[NewRow]) -> int:
        """Write events and return the position of the last; positions of one call are contiguous."""
