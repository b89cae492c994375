"""Bar P6: one changed booking as a delta export, in process, until it is durable and in every change list.

No control, because the bar is a time: what is booked here must be seen there before anybody else takes the seat.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from koop_es.store import Store
from tests.benchmarks.bars import Bar, Fresh, Size, settle
from tests.benchmarks.region import Region, delta, is_told, settle_in, take_in
from tests.benchmarks.workload import Template, template

LOGS: dict[Size, tuple[int, int]] = {"small": (100_000, 20), "medium": (1_000_000, 200), "large": (10_000_000, 2_000)}
"""Events and Volkshochschulen: as many as let each take part in 200 cooperations of a hundred events."""

CATALOGUE = 1_000
"""Courses of a VHS that it shares with nobody, in a middle-sized one's half-year."""

PEOPLE = 4
"""Bookings at each of four VHSs: streams of a hundred events."""

DELTAS = 400
WARM_UP = 20
"""Deltas before we measure: the first ones read tables and import modules that no later one waits for."""

MOST_MS = {"sqlite": 10, "postgres": 15}


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases; every round takes in deltas of its own."""
    with tempfile.TemporaryDirectory() as folder, Store.create(fresh["sqlite"]()) as first:
        found = template(first, Path(folder), people=PEOPLE)
    for name in ("sqlite", "postgres"):
        yield from _deltas(name, fresh[name](), found, rounds, size)


def _deltas(name: str, url: str, found: Template, rounds: int, size: Size) -> Iterator[Bar]:
    events, vhs = LOGS[size]
    with tempfile.TemporaryDirectory() as folder, Store.create(url) as store:
        region = settle_in(store, url, found, events=events, vhs=vhs, catalogue=CATALOGUE)
        _milliseconds(region, Path(folder), WARM_UP)
        runs = [_milliseconds(region, Path(folder), DELTAS) for _ in range(rounds)]
    for what, which in (("median", 50), ("p99", 99)):
        values = [statistics.quantiles(times, n=100)[which - 1] for times in runs]
        value = statistics.median(values)
        yield Bar(
            "P6", f"one booking as a delta, {what}", name, "ms", value, None, value, MOST_MS[name], False,
            (min(values), max(values)),
        )  # fmt: skip


def _milliseconds(region: Region, folder: Path, count: int) -> list[float]:
    times = []
    news = [delta(region, folder) for _ in range(count)]
    settle()
    for item in news:
        started = time.perf_counter()
        take_in(region, item)
        times.append((time.perf_counter() - started) * 1_000)
        assert is_told(region, item), item
    return times
