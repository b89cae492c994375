"""Many writers at once: nothing lost, nothing doubled, and a reader by position misses nothing (G4)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import psycopg
import pytest

from koop_es.domain.events import BookingMade
from koop_es.store import Append, Store
from koop_es.store.errors import StoreUnreachable, VersionConflict
from tests.integration.store.samples import append, booking, bookings, follow

WRITERS = 8
EACH = 20
STREAMS = 3


def test_concurrent_writers_lose_nothing_and_a_follower_misses_nothing(store: Store) -> None:
    done = Event()
    seen: list[int] = []

    def reader() -> None:
        while True:
            last_round = done.is_set()
            seen.extend(follow(store, seen[-1] if seen else 0))
            if last_round:
                return

    def writer(number: int) -> None:
        for event in range(EACH):
            stream = f"hot-{(number + event) % STREAMS}"

            def once(stream: str = stream, event: int = event) -> None:
                version = len(store.load([stream])[stream])
                append(store, Append(stream, version, [booking(event, vhs=str(number))]))

            store.retrying(once)

    following = Thread(target=reader)
    following.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writer, range(WRITERS)))
    done.set()
    following.join()

    log = store.read(0, 1_000)
    assert seen == [recorded.position for recorded in log]
    assert len(log) == WRITERS * EACH
    assert len({r.event.ref for r in log if isinstance(r.event, BookingMade)}) == WRITERS * EACH
    for events in store.load(f"hot-{number}" for number in range(STREAMS)).values():
        assert [r.version for r in events] == list(range(1, len(events) + 1))


def test_processes_that_write_to_one_stream_lose_nothing(any_db_url: str) -> None:
    with Store.create(any_db_url) as store:
        command = [sys.executable, "-m", "tests.integration.store.writer", any_db_url, "single"]
        processes = [subprocess.Popen([*command, str(number), "10"]) for number in range(4)]
        assert [process.wait() for process in processes] == [0] * 4
        events = store.load(["hot"])["hot"]
    assert [r.version for r in events] == list(range(1, 41))
    assert Counter(r.event.vhs for r in events) == {str(number): 10 for number in range(4)}


def test_a_reader_is_not_overtaken_while_a_transaction_is_held_open(store: Store) -> None:
    started = Event()

    def late() -> None:
        started.set()
        append(store, Append("late", 0, bookings(1)))

    other = Thread(target=late)
    with store.write() as tx:
        tx.append([Append("early", 0, bookings(2))])
        other.start()
        started.wait()
        other.join(0.5)  # long enough to overtake, if it could
        assert store.read(0, 10) == []
    other.join()
    assert [r.stream for r in store.read(0, 10)] == ["early", "early", "late"]


def test_of_two_that_saw_the_same_version_one_gets_a_conflict_and_then_through(store: Store) -> None:
    attempts: list[int] = []

    def work() -> list[list[int]]:
        version = len(store.load(["a"])["a"])
        attempts.append(version)
        if version == 0:
            append(store, Append("a", 0, bookings(1)))  # somebody is faster
        return append(store, Append("a", version, bookings(1)))

    assert store.retrying(work) == [[2]]
    assert attempts == [0, 1]


def test_a_conflict_that_never_ends_is_given_up(store: Store) -> None:
    append(store, Append("a", 0, bookings(1)))
    with pytest.raises(VersionConflict):
        store.retrying(lambda: append(store, Append("a", 0, bookings(1))), attempts=3)
    with pytest.raises(ValueError, match="at least 1"):
        store.retrying(lambda: None, attempts=0)


def test_an_answer_lost_after_the_commit_writes_nothing_twice(store: Store) -> None:
    attempts: list[str] = []

    def work() -> None:
        known = store.load(["a"])["a"]
        attempts.append("nothing new" if known else "new")
        if not known:
            append(store, Append("a", 0, bookings(1)))
            raise StoreUnreachable

    store.retrying(work)
    assert attempts == ["new", "nothing new"]
    assert store.head() == 1


def test_a_connection_lost_within_a_transaction_is_made_good_by_a_repetition(postgres_url: str) -> None:
    def cut_off() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    hits: list[Callable[[], None]] = [cut_off, cut_off]
    with Store.create(postgres_url) as store:

        def work() -> list[list[int]]:
            with store.write() as tx:
                positions = tx.append([Append("a", 0, bookings(3))])
                if hits:
                    hits.pop()()
                tx.run("number_adopt", vhs="563", number=3)
                return positions

        assert len(store.retrying(work)[0]) == 3
        assert [r.version for r in store.read(0, 10)] == [1, 2, 3]


def test_a_reader_is_served_while_writers_queue_up(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool, store.write() as tx:
        tx.append([Append("a", 0, bookings(1))])
        waiting = [pool.submit(append, store, Append(f"b{n}", 0, bookings(1))) for n in range(4)]
        assert store.head() == 0
        assert not any(future.done() for future in waiting)
    assert store.head() == 5
