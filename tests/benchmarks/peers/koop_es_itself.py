"""koop-es through its public calls: append, read, rebuild, and for the sync the engine from export to change list."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import structlog

from koop_es.domain.events import EVENTS, Event
from koop_es.store import Append, Store
from koop_es.views import open_violations, view
from koop_es.views.rebuild import rebuild
from tests.benchmarks import sync
from tests.benchmarks.centres import BOOKINGS_PER_COURSE, NAMES, Centre, centres
from tests.benchmarks.peers.driver import (
    PAGE,
    SINGLE_STREAMS,
    Fold,
    Given,
    batches,
    beside,
    check,
    chunks,
    digest,
    say,
    say_ms,
    say_singles,
    timed,
)
from tests.benchmarks.workload import NOW

Line = tuple[str, int, Event]
"""Stream, version, event: what a driver of a peer has as plain data."""

TYPES = {topic.split(".")[1]: kind for topic, kind in EVENTS.items()}
KEPT_FOR = timedelta(days=1)
"""Between two phases of a sync, so that the exports of one are not older than those before."""


def main(arguments: list[str]) -> None:
    """Do all workloads; the databases are SQLite files in the scratch folder, or made beside the one given."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    given = Given(arguments)
    names = count()

    def fresh() -> str:
        return _fresh(given, next(names))

    if given.asks("W1"):
        _log(given, fresh)
    if given.asks("W4 full"):
        with Store.create(fresh()) as store:
            _sync(given, store)


def _fresh(given: Given, number: int) -> str:
    if given.database == "-":
        return f"sqlite:///{given.scratch}/{number}.db"
    import psycopg

    name = f"{given.scratch.name.lower()}_{number}"
    with psycopg.connect(given.database, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return beside(given.database, name)


# --- the log ----------------------------------------------------------------------------------------------------------


def _log(given: Given, fresh: Any) -> None:
    events = given.events()
    total, wanted = len(events), given.expected["digest"]
    per_stream = [appends(map(parsed, batch)) for batch in batches(events)]
    lines = [parsed(item) for item in events]
    with Store.create(fresh()) as store:
        with timed() as clock:
            for part in per_stream:
                append(store, part)
        check(store.head() == total, "count")
        say("W1 per stream", "Store.write", total, clock.seconds)
    url = fresh()
    with Store.create(url) as store:
        bulk = [appends(part) for part in chunks(lines)]
        with timed() as clock:
            for part in bulk:
                append(store, part)
        check(store.head() == total, "count")
        say("W1 bulk", "Store.write", total, clock.seconds)
        with timed() as clock:
            found = folded(store)
        check(digest(found.rows()) == wanted, "fold")
        say("W2", "Store.read", total, clock.seconds)
        for workers in (1, 2):
            with timed() as clock:
                rebuild(store, url, workers=workers)
            check(shown(store, found) == wanted, "rebuild")
            say("W3", f"rebuild, {workers} worker{'s'[: workers - 1]}", total, clock.seconds)
        say_singles("Store.write", lambda number: append(store, [_single(number, lines[number][2])]))


def parsed(item: dict[str, Any]) -> Line:
    """Make an event again of what the drivers of the peers read."""
    return item["stream"], item["version"], msgspec.convert(item["data"], TYPES[item["type"]])


def appends(lines: Iterable[Line]) -> list[Append]:
    """Bring lines together by stream."""
    streams: dict[str, tuple[int, list[Event]]] = {}
    for stream, version, event in lines:
        streams.setdefault(stream, (version - 1, []))[1].append(event)
    return [Append(stream, before, events) for stream, (before, events) in streams.items()]


def append(store: Store, events: list[Append]) -> None:
    """Write events in one durable commit."""
    with store.write() as tx:
        tx.append(events)


def _single(number: int, event: Event) -> Append:
    return Append(f"500-COOP-{900_000 + number % SINGLE_STREAMS}", number // SINGLE_STREAMS, [event])


def folded(store: Store) -> Fold:
    """Read the whole log and fold it."""
    found, after = Fold(), 0
    while page := store.read(after, PAGE):
        for item in page:
            found.apply(item.event.type, item.event.vhs, getattr(item.event, "ref", ""))
        after = page[-1].position
    return found


def shown(store: Store, wanted: Fold) -> str:
    """Read the fold out of the views, by what each VHS last showed."""
    found = Fold()
    for vhs in wanted.courses:
        for course in view(store, vhs)["courses"]:
            found.apply("CourseReleased" if course["role"] == "master" else "CourseSubscribed", vhs, "")
            shown = {booking["ref"]: booking["reported"] for booking in course["bookings"] if booking["reported"]}
            found.bookings.setdefault(vhs, {}).update(shown)
    return digest(found.rows())


# --- the sync ---------------------------------------------------------------------------------------------------------


def _sync(given: Given, store: Store) -> None:
    documents = given.documents()
    network = centres(len(documents))
    assert len(documents) % BOOKINGS_PER_COURSE == 0
    folder, now = given.scratch / "exports", NOW
    took = sync.converge(store, network, folder, now)
    check(not open_violations(store), "violations")
    _check(network, documents)
    say("W4 full", "exports to change lists", len(documents), took.seconds, "bookings/s")
    for phase in (0, 50):
        now += KEPT_FOR
        for number, (at, document) in enumerate(documents):
            if number % 100 == phase:
                network[at].cancel(document["id"])
        took = sync.converge(store, network, folder, now)
        sync.check(network)
    say_ms("W4 delta", "exports to change lists", took.seconds)
    say_ms("W4 no-op", "exports to change lists", sync.converge(store, network, folder, now + KEPT_FOR).seconds)


def _check(network: list[Centre], documents: list[tuple[int, dict[str, str]]]) -> None:
    sync.check(network)
    everybody = {document["id"] for _, document in documents}
    check(all(centre.bookings.keys() == everybody for centre in network) and len(network) == len(NAMES), "sync")


if __name__ == "__main__":
    main(sys.argv[1:])
