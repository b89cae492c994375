"""The connection to PostgreSQL is lost, there is none to be had, or only one is wanted (G2, G4).

Between program and server is the wire of ``tests.faults``, which breaks where a test says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from koop_es.store import Append, Store
from koop_es.store.errors import StoreBusy, StoreUnreachable
from koop_es.store.postgres_recorder import CONNECT_SECONDS
from tests.conftest import PostgresServer
from tests.faults.wire import STARTUP, Break, Side, Snap, Wire
from tests.integration.store.samples import append, bookings

ENDS = {Side.CLIENT: b"Q", Side.SERVER: b"C"}
"""What COMMIT is sent in, and what it is answered with."""


@pytest.fixture
def wire(postgres_server: PostgresServer) -> Iterator[Wire]:
    with tempfile.TemporaryDirectory(prefix="kw", dir="/tmp") as home:  # a socket's path is short
        made = Wire(Path(home), postgres_server.home)
        yield made
        made.close()


@pytest.fixture
def wired_url(wire: Wire, postgres_url: str) -> str:
    """The URL of an empty database, over the wire."""
    return wire.url(str(conninfo_to_dict(postgres_url)["dbname"]))


@pytest.fixture
def wired(wired_url: str) -> Iterator[Store]:
    """A store over the wire, with an event in it."""
    with Store.create(wired_url) as made:
        append(made, Append("before", 0, bookings(1)))
        yield made


def last_message(wire: Wire, side: Side, work: Callable[[], object]) -> int:
    """Count the messages of a calm run in which a COMMIT is sent or answered; the last one is that."""
    wire.arm(calm := Snap(side, 0, letters=ENDS[side]))
    work()
    return calm.points


def test_a_commit_whose_answer_is_lost_is_looked_up_in_the_log(wired: Store, wire: Wire) -> None:
    last = last_message(wire, Side.SERVER, lambda: append(wired, Append("a", 0, bookings(3))))
    wire.arm(snap := Snap(Side.SERVER, last, letters=ENDS[Side.SERVER]))
    ((first, *_),) = append(wired, Append("b", 0, bookings(3)))
    assert snap.commits == 1
    assert [(found.stream, found.position) for found in wired.read(first - 1, 9)] == [
        ("b", first + n) for n in range(3)
    ]


def test_a_commit_that_is_lost_on_its_way_is_an_error(wired: Store, wire: Wire) -> None:
    last = last_message(wire, Side.CLIENT, lambda: append(wired, Append("a", 0, bookings(3))))
    wire.arm(snap := Snap(Side.CLIENT, last, letters=ENDS[Side.CLIENT]))
    with pytest.raises(StoreUnreachable):
        append(wired, Append("b", 0, bookings(3)))
    assert snap.points > last, "the log was asked"
    assert wired.load(["b"])["b"] == []


def test_a_commit_without_events_whose_answer_is_lost_is_an_error(wired: Store, wire: Wire) -> None:
    def note() -> None:
        with wired.write() as tx:
            tx.run("number_adopt", vhs="563", number=3)

    last = last_message(wire, Side.SERVER, note)
    wire.arm(snap := Snap(Side.SERVER, last, letters=ENDS[Side.SERVER]))
    with pytest.raises(StoreUnreachable):
        note()
    assert snap.commits == 1


def test_a_log_that_somebody_else_went_on_writing_tells_what_is_ours(store: Store) -> None:
    with store.write() as tx:
        tx.append([Append("a", 0, bookings(2))])
        assert tx.last is not None
        position, row = tx.last
    append(store, Append("a", 2, bookings(2, first=3)))
    with store.write() as tx:
        assert tx.holds(position, row)
        assert not tx.holds(position + 1, row)
        assert not tx.holds(position + 9, row)
        assert not tx.holds(position, ("b", *row[1:]))


def test_a_server_that_stays_away_is_waited_for_once(wired: Store, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wired._engine.datastore.pool, "timeout", 0.2)  # type: ignore[attr-defined]
    calls: list[int] = []

    def work() -> None:
        calls.append(len(calls))
        wired.load(["a"])

    wire.arm(Snap(Side.CLIENT, 2, Break.DOWN, b"Q"))  # after the question whether the connection still holds
    with pytest.raises(StoreUnreachable, match="server closed the connection") as refused:
        wired.retrying(work)
    assert len(calls) == 2
    assert refused.value.details["waited_seconds"] == CONNECT_SECONDS


def test_a_new_connection_is_waited_for_as_long_as_for_the_first_one(postgres_url: str) -> None:
    with Store.create(postgres_url, wait_seconds=30) as store:
        assert store._engine.datastore.pool.timeout == CONNECT_SECONDS  # type: ignore[attr-defined]


def test_a_program_that_does_one_thing_after_the_other_opens_one_connection(wired_url: str, wire: Wire) -> None:
    Store.create(wired_url).close()
    wire.arm(counted := Snap(Side.CLIENT, 0, letters=STARTUP))
    with Store.open(wired_url) as store:
        append(store, Append("a", 0, bookings(3)))
        assert len(store.load(["a"])["a"]) == 3
        assert counted.points == 1
        with store.reading() as tx:
            assert tx.head() == store.head()
        assert counted.points == 2, "one thing within the other"


def test_a_server_without_a_free_connection_is_busy(postgres_url: str) -> None:
    Store.create(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
        with pytest.raises(StoreBusy, match="too many connections"):
            Store.open(postgres_url.replace("postgres@", "crowd@"))
        admin.execute("DROP ROLE crowd")
