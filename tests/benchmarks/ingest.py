"""Bars P2, P3 and P4: a great export for the first time, again byte for byte, and with one row in a hundred changed."""

from __future__ import annotations

import csv
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from koop_es.ingest import ingest
from koop_es.store import Store
from tests.benchmarks.append import booking
from tests.benchmarks.bars import Bar, Fresh, Size, settle
from tests.benchmarks.export import Export, write
from tests.benchmarks.workload import NOW, UNLIMITED

ROWS: dict[Size, int] = {"small": 20_000, "medium": 200_000, "large": 1_000_000}
"""The bars speak of a million; a fifth of it takes a minute a round."""


AFTER = NOW + timedelta(days=60)
"""A clock that no export is ahead of (D23)."""

WORKERS = 2
"""Processes of the second line of P2, as many as the machine the bars were set on has processors."""


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases, each round on databases of its own."""
    rows = ROWS[size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exports = {
            "first": write(folder / "1", rows, sequence=1),
            "again": write(folder / "2", rows, sequence=2),
            "together": write(folder / "3", rows, sequence=3, change="together"),
            "spread": write(folder / "4", rows, sequence=4, change="spread"),
        }
        for database in ("sqlite", "postgres"):
            yield from _compare(database, fresh[database], exports, rounds)


def _compare(database: str, fresh: Fresh, exports: dict[str, Export], rounds: int) -> Iterator[Bar]:
    rows = exports["first"].rows
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        took = {
            "insert": _seconds(lambda: _insert(fresh, rows)),
            "digest": _seconds(lambda: [hashlib.sha256(file.read_bytes()).digest() for file in exports["again"].files]),
            "csv": _seconds(lambda: [_rows(file) for file in exports["spread"].files]),
        }
        with Store.create(fresh()) as store:
            for name in ("first", "again", "together"):
                took[name] = _seconds(lambda name=name: _take_in(store, exports[name]))  # type: ignore[misc]
            took["append"] = _seconds(lambda: _append(store, rows // 100))
        with Store.create(fresh()) as store:
            took["shared"] = _seconds(lambda: _take_in(store, exports["first"], WORKERS))
            # Where it was cancelled together before, this would show a program that went back (D20).
            took["spread"] = _seconds(lambda: _take_in(store, exports["spread"]))
        took["read"] = took["csv"] + took["append"] / 3
        found.append(took)

    def pairs(control: str, ours: str) -> list[tuple[float, float]]:
        return [(took[control], took[ours]) for took in found]

    yield _bar("P2", "first ingest", database, rows, pairs("insert", "first"), 0.2, at_least=True)
    yield _bar("P2", "first ingest, two processes", database, rows, pairs("insert", "shared"), 0.2, at_least=True)
    yield _bar("P3", "the same again", database, rows, pairs("digest", "again"), 2.0, at_least=False)
    yield _bar(
        "P4", "1 % changed, in 5 % of the courses", database, rows, pairs("read", "together"), 3.0, at_least=False
    )
    yield _bar("P4", "1 % changed, in 40 % of them", database, rows, pairs("read", "spread"), 3.0, at_least=False)


def _bar(
    name: str, what: str, database: str, rows: int, pairs: list[tuple[float, float]], bar: float, *, at_least: bool
) -> Bar:
    values = [control / ours if at_least else ours / control for control, ours in pairs]
    control, ours = (statistics.median(rows / pair[i] for pair in pairs) for i in (0, 1))
    spread = (min(values), max(values))
    return Bar(name, what, database, "rows/s", ours, control, statistics.median(values), bar, at_least, spread)


def _seconds(work: Callable[[], object]) -> float:
    settle()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _take_in(store: Store, export: Export, workers: int = 1) -> None:
    result = ingest(store, export.path, UNLIMITED, now=AFTER, workers=workers)
    assert result.status in {"applied", "unchanged"}, result


def _insert(fresh: Fresh, rows: int) -> None:
    """The control of P2: as many rows of the size of events, ready, with nothing else to do."""
    from koop_es.store.codec import encode

    ready = [(f"563-COOP-{n // 40}", n % 40 + 1, "koop.BookingMade.1", encode(booking(n))) for n in range(1_000)]
    with Store.create(fresh()) as store, store.write() as tx:
        for start in range(0, rows, 1_000):
            tx._insert([(f"{stream}-{start}", version, topic, state) for stream, version, topic, state in ready])


def _append(store: Store, events: int) -> None:
    """The appends of what has changed, which P4 allows beside the reading."""
    from koop_es.store import Append

    with store.write() as tx:
        tx.append([Append("control", 0, [booking(n) for n in range(events)])])


def _rows(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream, delimiter=";"))
