"""Bar P7: questions about the past over a million events; no control, because the bars are times a person waits."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from koop_es.replay.moments import position_of
from koop_es.store import Store
from koop_es.views import view
from tests.benchmarks.bars import Bar, Fresh
from tests.benchmarks.workload import FIRST_VHS, NOW, fill, template

EVENTS = 1_000_000
VHS = 200
PEOPLE = 4
"""Bookings at each of four VHSs: streams of some fifty events, as a usual course has."""


def measure(fresh: dict[str, Fresh], rounds: int) -> Iterator[Bar]:
    """Measure on both databases, and the start of the program itself."""
    yield _help(rounds)
    with tempfile.TemporaryDirectory() as folder, Store.create(fresh["sqlite"]()) as first:
        rows = template(first, Path(folder), people=PEOPLE)
    for name in ("sqlite", "postgres"):
        with Store.create(fresh[name]()) as store:
            fill(store, rows, EVENTS, VHS)
            yield from _looks(name, store, rounds)


def _looks(name: str, store: Store, rounds: int) -> Iterator[Bar]:
    head = store.head()
    vhs = str(FIRST_VHS + VHS // 2)
    middle = head // 2
    yield _timed("view --at POSITION, half of the log", name, 200, rounds, lambda: view(store, vhs, at=middle))
    yield _timed("view --at POSITION, all of the log", name, 200, rounds, lambda: view(store, vhs, at=head))
    yield _timed("finding a TIME", name, 200, rounds, lambda: position_of(store, NOW.isoformat()))


def _help(rounds: int) -> Bar:
    command = [sys.executable, "-m", "koop_es", "--help"]
    return _timed(
        "koop-es --help", "-", 150, 3 * rounds, lambda: subprocess.run(command, capture_output=True, check=True)
    )


def _timed(what: str, database: str, most_ms: float, rounds: int, work: Callable[[], object]) -> Bar:
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1_000)
    kept = times[1:]  # the first finds cold caches
    median = statistics.median(kept)
    return Bar("P7", what, database, "ms", median, None, median, most_ms, False, (min(kept), max(kept)))
