"""Bar P1: append of real events through the store against the bare database, both in one run.

The control writes ready rows into the same table with the same settings, ``executemany`` on SQLite and binary COPY on
PostgreSQL, and nothing else: no encoding, no version check, no reading of positions.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from koop_es.domain.events import BookingMade, Event
from koop_es.domain.observation import Origin, Status
from koop_es.store import Append, Store
from koop_es.store.codec import encode_all
from tests.benchmarks.bars import Bar, Fresh, Size, settle

BATCH = 5_000
EVENTS_PER_STREAM = 10
BATCHES: dict[Size, int] = {"small": 4, "medium": 40, "large": 200}
"""Two hundred thousand events are long enough for checkpoints and index splits to count."""

AT = "2026-02-03T17:05:00+01:00"


def booking(number: int) -> Event:
    """Make an event of ordinary size, about 330 bytes of JSON."""
    return BookingMade(
        vhs="563",
        rule="B1",
        at=AT,
        recorded_at=AT,
        origin=Origin(vhs="563", sha256="9f" * 32, sequence=42, file="belegung.csv", line=number),
        ref=f"563:{number}",
        booking_id=str(number),
        participant_no=str(number * 7),
        status=Status.CONFIRMED,
        booked_at=AT,
        person_id=f"{number:032x}",
    )


def batches(prefix: str, count: int) -> list[list[Append]]:
    """Make the batches of one run: new streams of EVENTS_PER_STREAM events."""
    streams = BATCH // EVENTS_PER_STREAM
    return [
        [
            Append(f"{prefix}-COOP-{batch * streams + n}", 0, [booking(n * 10 + i) for i in range(EVENTS_PER_STREAM)])
            for n in range(streams)
        ]
        for batch in range(count)
    ]


def ours(store: Store, work: list[list[Append]]) -> float:
    """Append every batch in a transaction of its own and return the seconds."""
    settle()
    started = time.perf_counter()
    for batch in work:
        with store.write() as tx:
            tx.append(batch)
    return time.perf_counter() - started


def control(store: Store, work: list[list[Append]]) -> float:
    """Write the ready rows of every batch in a transaction of its own and return the seconds."""
    ready = [encode_all(batch) for batch in work]
    settle()
    started = time.perf_counter()
    for rows in ready:
        with store.write() as tx:
            tx._insert(rows)
    return time.perf_counter() - started


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Compare on both databases, each round on databases of its own."""
    for name, least in (("sqlite", 0.6), ("postgres", 0.7)):
        yield _compare(name, fresh[name], least, rounds, BATCHES[size])


def _compare(name: str, fresh: Fresh, least: float, rounds: int, count: int) -> Bar:
    figures: list[tuple[float, float]] = []
    for number in range(rounds):
        seconds = {}
        for run in (control, ours) if number % 2 else (ours, control):  # in turn, as the first finds the machine colder
            with Store.create(fresh()) as store:
                seconds[run.__name__] = run(store, batches(str(number), count))
        figures.append((seconds["control"], seconds["ours"]))
    total = BATCH * count
    ratios = [bare / store for bare, store in figures]
    bare, stored = (statistics.median(total / pair[i] for pair in figures) for i in (0, 1))
    return Bar(
        "P1", "append of events", name, "events/s", stored, bare, statistics.median(ratios), least, True,
        (min(ratios), max(ratios)),
    )  # fmt: skip
