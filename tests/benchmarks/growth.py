"""Bar P8: what an event costs does not grow with the log, and memory grows with neither the log nor a file.

Logs of all lengths are filled first and then measured in turn, and of all turns the least counts: what else the machine
does can only add to it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from koop_es.domain.events import Event
from koop_es.store import Append, Store
from koop_es.store.address import SqliteAddress
from koop_es.store.codec import encode_all
from koop_es.views.rebuild import rebuild
from tests.benchmarks import memory
from tests.benchmarks.append import BATCH, EVENTS_PER_STREAM, booking
from tests.benchmarks.bars import Bar, Fresh, Size, settle
from tests.benchmarks.export import PER_COURSE, write
from tests.benchmarks.region import Region, delta, rest, settle_in, take_in
from tests.benchmarks.workload import Template, template

LENGTHS: dict[Size, tuple[int, ...]] = {
    "small": (10_000, 100_000),
    "medium": (10_000, 100_000, 1_000_000),
    "large": (10_000, 100_000, 1_000_000, 10_000_000),
}
"""Events of the logs; the first is what the others are compared with."""

FILE_BYTES: dict[Size, int] = {"small": 15_000_000, "medium": 150_000_000, "large": 5_000_000_000}
"""Size of the very large export."""

ROW_BYTES = 100
"""Bytes of a booking row as ``export.write`` writes it."""

SHARED = 10
"""One course in ten is shared in the very large export, as at a large VHS; the others are the catalogue."""

MOST_COURSES = 20_000
"""Courses of the very large export at most, twice as many as the largest VHS has (domain 9)."""

MOST_RATIO = 1.3
MOST_MIB = 256
PEOPLE = 4
EVENTS_PER_VHS = 2_500
"""A VHS for so many events takes part in a hundred cooperations, in a short log as in a long one."""

CATALOGUE = 200
MOST_ANEW = 100_000
"""Longest log that is filled anew for every turn of appends, in about a second."""

STREAMS_PER_BATCH = BATCH // EVENTS_PER_STREAM
BATCHES = 4
PAGES = 4
STREAMS = 200
DELTAS = 40


@dataclass(slots=True)
class Bare:
    """A log with nothing but events, to append to; ``appends`` counts those to the streams it was filled with."""

    store: Store
    streams: int
    appends: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """One log: a store with all its tables, and another with nothing but events, to append to.

    A short log would be a longer one after the first turn, so it is filled anew for each (``kept`` is None).
    """

    events: int
    url: str
    region: Region
    fresh: Fresh
    kept: Bare | None

    @contextmanager
    def bare(self) -> Iterator[Bare]:
        """Open the log to append to."""
        if self.kept is not None:
            yield self.kept
            return
        with Store.create(self.fresh()) as store:
            yield _filled(store, self.events)


class Piece(NamedTuple):
    """A piece of work, which returns microseconds for each event or delta; ``turns`` of it make a round."""

    what: str
    unit: str
    turns: int
    work: Callable[[Log], float]


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Store.create(fresh["sqlite"]()) as first:
            found = template(first, folder / "template", people=PEOPLE)
        rows = FILE_BYTES[size] // ROW_BYTES
        per_course = max(PER_COURSE, -(-rows // MOST_COURSES))
        great = write(folder / "great", rows, sequence=1, shared=SHARED, per_course=per_course)
        for database in ("sqlite", "postgres"):
            with ExitStack() as stores:
                logs = [_log(stores, fresh[database], found, events) for events in LENGTHS[size]]
                for piece in _pieces(folder / database):
                    yield from _compare(database, piece, logs, rounds)
                for what in memory.OVER_THE_LOG:
                    yield _memory(database, f"{what}, {logs[-1].events:,} events", what, logs[-1].url)
            of = f"ingest, {FILE_BYTES[size] // 1_000_000:,} MB"
            yield _memory(database, of, "ingest", fresh[database](), great.path)


def _log(stores: ExitStack, fresh: Fresh, found: Template, events: int) -> Log:
    url = fresh()
    store = stores.enter_context(Store.create(url))
    vhs = max(4, events // EVENTS_PER_VHS)
    region = settle_in(store, url, found, events=events, vhs=vhs, catalogue=CATALOGUE)
    kept = None
    if events > MOST_ANEW:
        bare = fresh()
        kept = _filled(stores.enter_context(Store.create(bare)), events)
        rest(bare)
    return Log(events, url, region, fresh, kept)


def _filled(store: Store, events: int) -> Bare:
    for first in range(0, events // EVENTS_PER_STREAM, STREAMS_PER_BATCH):
        numbers = range(first, first + STREAMS_PER_BATCH)
        with store.write() as tx:
            tx._insert(encode_all([Append(f"old-{number}", 0, _events(number)) for number in numbers]))
    return Bare(store, events // EVENTS_PER_STREAM)


def _events(number: int) -> list[Event]:
    return [booking(number * EVENTS_PER_STREAM + count) for count in range(EVENTS_PER_STREAM)]


def _pieces(folder: Path) -> list[Piece]:
    each = iter(range(1_000_000))
    return [
        Piece("append to new streams", "us/event", 3, lambda log: _append(log, f"new-{next(each)}")),
        Piece("append to streams of all ages", "us/event", 3, lambda log: _append(log, None)),
        Piece("a stream", "us/event", 5, _streams),
        Piece("the log in pages", "us/event", 5, _pages),
        Piece("a delta", "us/delta", 3, lambda log: _deltas(log, folder / f"{log.events}-{next(each)}")),
        Piece("rebuild", "us/event", 1, _rebuild),
    ]


def _append(log: Log, prefix: str | None) -> float:
    """Append to streams whose names begin so, or to those the log was filled with."""
    with log.bare() as bare:
        numbers = range(BATCHES * STREAMS_PER_BATCH)
        if prefix is None:
            appends = [_to_old(bare, number) for number in range(bare.appends, bare.appends + len(numbers))]
            bare.appends += len(numbers)
        else:
            appends = [Append(f"{prefix}-{number}", 0, _events(number)) for number in numbers]
        work = [appends[first : first + STREAMS_PER_BATCH] for first in range(0, len(appends), STREAMS_PER_BATCH)]
        _checkpoint(bare)
        settle()
        started = time.perf_counter()
        for batch in work:
            with bare.store.write() as tx:
                tx.append(batch)
        _checkpoint(bare)
        return (time.perf_counter() - started) / (BATCH * BATCHES) * 1e6


def _checkpoint(bare: Bare) -> None:
    """Have SQLite move what was written into its file: in the long run all of it is, in a short one perhaps nothing."""
    if isinstance(bare.store.place, SqliteAddress):
        bare.store.scrub()


def _to_old(bare: Bare, number: int) -> Append:
    # A step of a large prime: streams of all ages, hence all over the index, each as often as the others.
    expected = EVENTS_PER_STREAM * (1 + number // bare.streams)
    return Append(f"old-{number * 7_919 % bare.streams}", expected, _events(number))


def _streams(log: Log) -> float:
    coop_ids = log.region.coop_ids
    chosen = [coop_ids[number * 7_919 % len(coop_ids)] for number in range(STREAMS)]
    settle()
    started = time.perf_counter()
    read = sum(len(log.region.store.load([coop_id])[coop_id]) for coop_id in chosen)
    return (time.perf_counter() - started) / read * 1e6


def _pages(log: Log) -> float:
    read, after = 0, 0
    settle()
    started = time.perf_counter()
    for number in range(PAGES):
        # The shortest log has two pages: each is read as often as a page of the longer ones.
        after = max(0, log.events - BATCH * 2) // 2 + number % 2 * BATCH
        read += len(log.region.store.read(after, BATCH))
    return (time.perf_counter() - started) / read * 1e6


def _deltas(log: Log, folder: Path) -> float:
    news = [delta(log.region, folder) for _ in range(DELTAS)]
    settle()
    started = time.perf_counter()
    for item in news:
        take_in(log.region, item)
    return (time.perf_counter() - started) / DELTAS * 1e6


def _rebuild(log: Log) -> float:
    settle()
    started = time.perf_counter()
    done = rebuild(log.region.store, log.url)
    return (time.perf_counter() - started) / done.events * 1e6


def _compare(database: str, piece: Piece, logs: list[Log], rounds: int) -> Iterator[Bar]:
    for log in logs:
        piece.work(log)  # the first time finds caches cold and modules not imported
    costs = [[piece.work(log) for log in logs] for _ in range(piece.turns * rounds)]
    least = [min(turn[place] for turn in costs) for place in range(len(logs))]
    for place, log in enumerate(logs[1:], 1):
        ratios = [turn[place] / turn[0] for turn in costs]
        what = f"{piece.what}, {log.events:,} events to {logs[0].events:,}"
        yield Bar(
            "P8", what, database, piece.unit, least[place], least[0], least[place] / least[0], MOST_RATIO, False,
            (min(ratios), max(ratios)),
        )  # fmt: skip


def _memory(database: str, shown: str, what: memory.What, url: str, path: Path | None = None) -> Bar:
    peak = memory.peak_mib(what, url, path)
    return Bar("P8", f"memory: {shown}", database, "MiB", peak, None, peak, MOST_MIB, False, (peak, peak))
