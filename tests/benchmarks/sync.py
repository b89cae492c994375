"""Bar P9: four Volkshochschulen from an empty store to agreement, against engines that copy whole replicas.

The clock runs while exports are taken in, change lists read and the changes put into the programs' data, until all
four lists are empty. It stands while a program writes its export: that is the program's own work, as the bookings of a
replica are there before the controls begin. The first export of a VHS holds everything, the next ones what has changed.

The controls bring the same rows as documents to four replicas in a star: pycrdt in memory, every update logged with
fdatasync, and PouchDB on LevelDB. Where one is not installed (``scripts/peers.sh``), nothing is judged against it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from koop_es.domain.terms import Policy
from koop_es.ingest import give_out, ingest
from koop_es.store import Store
from tests.benchmarks.bars import Bar, Fresh, Size, settle
from tests.benchmarks.centres import Centre, centres, documents
from tests.benchmarks.peers import jobs
from tests.benchmarks.workload import NOW

BOOKINGS: dict[Size, int] = {"small": 4_000, "medium": 20_000, "large": 100_000}
"""A fifth of what the bar speaks of at medium size, because the slowest control takes minutes for all of it."""

MOST_ROUNDS = 8
"""The engine needs two; four times as many mean that it does not converge."""

ROUND = timedelta(minutes=5)
CONTROLS = {"pycrdt": 1.0, "PouchDB": 10.0}
"""Engine -> how many times its bookings per second are asked of koop-es."""

SLOW = ("PouchDB",)
"""Measured once: it takes minutes, and a spread of some per cent is nothing beside the factor asked."""


@dataclass(slots=True)
class Took:
    """How long a sync took, in seconds: exports taken in, change lists read, changes put into the programs' data."""

    ingesting: float = 0.0
    listing: float = 0.0
    applying: float = 0.0
    rounds: int = 0

    @property
    def seconds(self) -> float:
        """Everything together."""
        return self.ingesting + self.listing + self.applying


class NotConverged(Exception):
    """The change lists were not empty after as many rounds as there may be."""


def converge(store: Store, network: list[Centre], folder: Path, now: datetime) -> Took:
    """Let all export and all carry out their change lists until these are empty; raises NotConverged."""
    took = Took()
    while took.rounds < MOST_ROUNDS:
        took.rounds += 1
        now += ROUND
        exports = [centre.export(folder, now) for centre in network]
        settle()
        for path in exports:
            started = time.perf_counter()
            result = ingest(store, path, Policy(), now=now)
            took.ingesting += time.perf_counter() - started
            assert result.status in {"applied", "unchanged"} and not result.quarantined_rows, result
        if not sum(_carry_out(store, centre, now, took) for centre in network):
            return took
    raise NotConverged(f"after {MOST_ROUNDS} rounds")


def _carry_out(store: Store, centre: Centre, now: datetime, took: Took) -> int:
    started = time.perf_counter()
    changes = give_out(store, centre.vhs, now=now)
    listed = time.perf_counter()
    centre.apply(changes)
    took.applying += time.perf_counter() - listed
    took.listing += listed - started
    return len(changes)


def check(network: list[Centre]) -> None:
    """Make sure that everybody shows every booking of anybody, and as its owner does."""
    owners = {
        ref: status
        for centre in network
        for ref, status in centre.statuses().items()
        if ref.startswith(f"{centre.vhs}:")
    }
    for centre in network:
        assert centre.statuses() == owners, f"VHS {centre.vhs} shows other bookings than their owners"


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases and beside them, each round, the controls that are there."""
    bookings = BOOKINGS[size]
    ours: dict[str, list[float]] = {"sqlite": [], "postgres": []}
    controls: dict[str, list[float]] = {name: [] for name in CONTROLS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data"
        jobs.write_data(data, [], documents(centres(bookings)), "")
        for number in range(rounds):
            for database, figures in ours.items():
                with Store.create(fresh[database]()) as store:
                    took = _synced(store, bookings, folder / f"{database}-{number}")
                figures.append(bookings / took.seconds)
                _tell(database, took)
            for engine, figures in controls.items():
                job = jobs.job(engine)
                if job.missing() is None and (engine not in SLOW or number == 0):
                    figures += [item.value for item in jobs.run(job, data, "-", ["W4 full"])]
    for database, figures in ours.items():
        for engine in CONTROLS:
            yield _bar(database, figures, engine, controls[engine], bookings)


def _synced(store: Store, bookings: int, folder: Path) -> Took:
    network = centres(bookings)
    took = converge(store, network, folder, NOW)
    check(network)
    return took


def _tell(database: str, took: Took) -> None:
    sys.stderr.write(
        f"P9  {database}: {took.rounds} rounds; {took.ingesting:.1f} s taking in, {took.listing:.1f} s listing,"
        f" {took.applying:.1f} s carrying out\n"
    )


def _bar(database: str, ours: list[float], engine: str, controls: list[float], bookings: int) -> Bar:
    what, median, least = f"sync of {bookings:,} against {engine}", statistics.median(ours), CONTROLS[engine]
    if not controls:
        spread = (min(ours), max(ours))
        note = f"no control ({jobs.job(engine).missing()})"
        return Bar("P9", what, database, "bookings/s", median, None, median, least, True, spread, note)
    control = statistics.median(controls)
    # A control that was measured once stands beside every round.
    ratios = [value / (controls[n] if len(controls) == len(ours) else control) for n, value in enumerate(ours)]
    return Bar(
        "P9", what, database, "bookings/s", median, control, statistics.median(ratios), least, True,
        (min(ratios), max(ratios)),
    )  # fmt: skip
