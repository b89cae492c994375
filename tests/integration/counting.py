"""Counts what an operation asks of the database, between ``Tx`` and the driver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from koop_es.domain.events import Event
from koop_es.store import Row, Tx, codec
from koop_es.store.postgres import PostgresTx
from koop_es.store.record import NewRow, StoredRow
from koop_es.store.sqlite import SqliteTx
from koop_es.store.statements import statements

_STATEMENTS = statements("sqlite")
EVENTS_READ = frozenset(name for name, text in _STATEMENTS.items() if "topic, state FROM stored_events" in text)
"""The statements that give whole events."""

CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass(slots=True)
class Costs:
    """What was asked for while somebody counted.

    ``statements`` counts by name, where one that runs for many rows at once is one; ``loaded`` are the streams whose
    events were read, each as often as it was, and ``read`` the positions of these events.
    """

    statements: Counter[str] = field(default_factory=Counter)
    loaded: Counter[str] = field(default_factory=Counter)
    read: Counter[int] = field(default_factory=Counter)
    rows_read: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0
    rows_written: int = 0
    decoded: int = 0

    @property
    def count(self) -> int:
        """How many statements were run."""
        return self.statements.total()

    def note_read(self, name: str, rows: Sequence[Row]) -> None:
        """Count rows a statement gave."""
        self.rows_read[name] += len(rows)
        self.bytes_read += sum(len(cell) for row in rows for cell in row if isinstance(cell, str | bytes))
        if name in EVENTS_READ:
            self.read.update(row[0] for row in rows)
            self.loaded.update({str(row[1]) for row in rows})


class Meter:
    """Counts in every transaction of either database, as long as the test lasts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._costs: list[Costs] = []
        for kind in (SqliteTx, PostgresTx):
            self._watch(monkeypatch, kind)
        events_of = codec.events_of

        def counted(rows: Sequence[StoredRow]) -> list[Event]:
            found = events_of(rows)
            for costs in self._costs:
                costs.decoded += len(found)
            return found

        monkeypatch.setattr(codec, "events_of", counted)

    @contextmanager
    def __call__(self) -> Iterator[Costs]:
        """Count what happens in the block."""
        costs = Costs()
        self._costs.append(costs)
        yield costs
        self._costs.remove(costs)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, kind: type[SqliteTx] | type[PostgresTx]) -> None:
        rows, each, run, insert = kind.rows, kind.each, kind.run, kind._insert
        meter = self

        def watched_rows(tx: Any, name: str, **params: Any) -> list[Row]:
            found = rows(tx, name, **params)
            for costs in meter._costs:
                costs.statements[name] += 1
                costs.note_read(name, found)
                if _STATEMENTS[name].startswith(CHANGES):
                    costs.rows_written += len(found)
            return found

        def watched_each(tx: Any, name: str) -> Iterator[Row]:
            for costs in meter._costs:
                costs.statements[name] += 1
            for row in each(tx, name):
                for costs in meter._costs:
                    costs.note_read(name, [row])
                yield row

        def watched_run(tx: Any, name: str, **params: Any) -> int:
            touched = run(tx, name, **params)
            for costs in meter._costs:
                costs.statements[name] += 1
                costs.rows_written += max(0, touched) if _STATEMENTS[name].startswith(CHANGES) else 0
            return touched

        def bulk(write: Callable[[Any, str, list[Any]], None]) -> Callable[[Any, str, Iterable[Any]], None]:
            def watched(tx: Any, name: str, given: Iterable[Any]) -> None:
                ready = list(given)
                write(tx, name, ready)
                for costs in meter._costs:
                    costs.statements[name] += 1
                    costs.rows_written += len(ready)

            return watched

        def watched_insert(tx: Any, ready: Sequence[NewRow]) -> int:
            last = insert(tx, ready)
            for costs in meter._costs:
                costs.statements["event_insert"] += 1
                costs.rows_written += len(ready)
            return last

        for name, watched in (
            ("rows", watched_rows),
            ("each", watched_each),
            ("run", watched_run),
            ("run_many", bulk(kind.run_many)),
            ("write_rows", bulk(kind.write_rows)),
            ("_insert", watched_insert),
        ):
            assert hasattr(Tx, name)
            monkeypatch.setattr(kind, name, watched)
