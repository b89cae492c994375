"""Bar P7: questions about the past over a million events; no control, because the bars are times a person waits."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from koop_es.replay.frames import Frames
from koop_es.replay.moments import position_of
from koop_es.replay.timeline import Timeline
from koop_es.replay.why import Question, why
from koop_es.store import Store
from koop_es.views import view
from tests.benchmarks.bars import Bar, Fresh, Size
from tests.benchmarks.workload import FIRST_VHS, NAMES, NOW, fill, template

EVENTS: dict[Size, int] = {"small": 100_000, "medium": 1_000_000, "large": 1_000_000}
VHS = 200
PEOPLE = 4
"""Bookings at each of four VHSs: streams of some hundred events, as a course with twenty participants has."""

LONG = 12
"""The same for a stream of some three hundred."""


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases, and the start of the program itself."""
    yield _help(rounds)
    with tempfile.TemporaryDirectory() as folder, Store.create(fresh["sqlite"]()) as first:
        found = template(first, Path(folder), people=PEOPLE)
    for name in ("sqlite", "postgres"):
        with Store.create(fresh[name]()) as store:
            fill(store, found, EVENTS[size], VHS)
            yield from _looks(name, store, rounds)
        with tempfile.TemporaryDirectory() as folder, Store.create(fresh[name]()) as store:
            yield from _one_stream(name, store, Path(folder), rounds)


def _looks(name: str, store: Store, rounds: int) -> Iterator[Bar]:
    head = store.head()
    vhs = str(FIRST_VHS + VHS // 2)
    middle = head // 2
    yield _timed("view --at POSITION, half of the log", name, 200, rounds, lambda: view(store, vhs, at=middle))
    yield _timed("view --at POSITION, all of the log", name, 200, rounds, lambda: view(store, vhs, at=head))
    yield _timed("finding a TIME", name, 200, rounds, lambda: position_of(store, NOW.isoformat()))


def _one_stream(name: str, store: Store, folder: Path, rounds: int) -> Iterator[Bar]:
    """Explain and step through one long cooperation, which lies in a log of its own: its length is what costs."""
    rows = template(store, folder, people=LONG).rows
    coop_id = rows[0][0]
    booking = Question(coop_id, ref=f"{NAMES[0]}:1", vhs=NAMES[1])
    frames = Frames(Timeline.load(store, coop_id))
    last = len(rows)
    what = f"of {last} events"
    yield _timed(f"why, booking {what}", name, 50, rounds, lambda: why(store, booking))
    yield _timed(f"why, course {what}", name, 50, rounds, lambda: why(store, Question(coop_id, vhs=NAMES[1])))
    steps = iter(range(1, last))
    yield _timed(f"step forward {what}", name, 10, 30 * rounds, lambda: frames.frame(next(steps)))
    jumps = iter(range(1, 1_000))
    yield _timed(f"jump {what}", name, 10, 30 * rounds, lambda: frames.frame(next(jumps) * 97 % last + 1))


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
