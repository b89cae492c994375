"""Stock applications of the eventsourcing library on the same database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.sqlite import SQLiteDatastore
from psycopg import sql

from koop_es.domain.errors import StoreUnusable
from koop_es.store import Append, Recorded, Store
from koop_es.store.errors import StoreDamaged, UnknownEvent
from koop_es.store.library import Koop, KoopMapper, environment
from koop_es.store.postgres_recorder import KoopPostgresRecorder
from koop_es.store.sqlite_recorder import KoopSQLiteRecorder
from tests.integration.store.samples import append, booking, bookings

WAIT_SECONDS = 30
"""How long a notification is waited for that comes at once."""


@pytest.fixture
def stock(any_db_url: str, store: Store) -> Iterator[Koop]:
    append(store, Append("563-COOP-1", 0, bookings(3)), Append("563-COOP-2", 0, bookings(1)))
    with Koop(env=environment(any_db_url)) as application:
        yield application


def collected(_: Any, events: Any) -> Any:
    """Project a stream to the list of its events."""
    return list(events) or None


def test_a_stock_application_reads_streams_and_the_log(stock: Koop, store: Store) -> None:
    assert stock.repository.get("563-COOP-1", projector_func=collected) == store.load(["563-COOP-1"])["563-COOP-1"]
    assert stock.repository.get("563-COOP-1", version=2, projector_func=collected) == store.read(0, 2)
    notifications = stock.recorder.select_notifications(start=None, limit=10)
    assert [stock.mapper.to_domain_event(notification) for notification in notifications] == store.read(0, 10)


def test_a_part_of_a_stream_is_selected_in_both_directions(stock: Koop) -> None:
    def versions(**bounds: Any) -> Sequence[int]:
        return [event.originator_version for event in stock.recorder.select_events("563-COOP-1", **bounds)]

    assert versions() == [1, 2, 3]
    assert versions(desc=True, limit=2) == [3, 2]
    assert versions(gt=1, lte=2) == [2]


def test_a_stock_application_writes_what_the_store_reads(stock: Koop, store: Store) -> None:
    recording = stock.save(Recorded(0, "563-COOP-2", 2, booking(9)))[0]
    assert store.read(4, 10) == [Recorded(recording.notification.id, "563-COOP-2", 2, booking(9))]
    with pytest.raises(IntegrityError):
        stock.save(Recorded(0, "563-COOP-2", 2, booking(10)))
    assert stock.recorder.insert_events([]) == []


def test_whoever_listens_is_told_of_every_append(postgres_url: str) -> None:
    with (
        Store.create(postgres_url) as store,
        Koop(env=environment(postgres_url)) as application,
        psycopg.connect(postgres_url, autocommit=True) as listening,
    ):
        recorder = application.recorder
        assert isinstance(recorder, KoopPostgresRecorder)
        listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(recorder.channel_name)))
        append(store, Append("563-COOP-1", 0, bookings(1)))
        assert len(list(listening.notifies(timeout=WAIT_SECONDS, stop_after=1))) == 1
        application.save(Recorded(0, "563-COOP-1", 2, booking(9)))
        assert len(list(listening.notifies(timeout=WAIT_SECONDS, stop_after=1))) == 1


def test_fifty_thousand_events_through_a_stock_application_do_not_hang(stock: Koop, store: Store) -> None:
    recordings = stock.events.put([Recorded(0, "a", number, booking(number)) for number in range(1, 50_001)])
    assert recordings[-1].notification.id == store.head()


def test_events_of_another_program_and_broken_ones_are_told_apart(stock: Koop, store: Store) -> None:
    good = stock.mapper.to_stored_event(Recorded(0, "b", 1, booking(1)))
    stock.recorder.insert_events([type(good)("b", 1, "koop.FromTheFuture.1", good.state)])
    with pytest.raises(UnknownEvent, match="position 5"):
        store.read(0, 10)
    stock.recorder.insert_events([type(good)("c", 1, good.topic, good.state[:-9])])
    with pytest.raises(StoreDamaged, match="c version 1, position 6"):
        store.read(5, 10)


def test_what_would_not_be_readable_is_refused() -> None:
    with pytest.raises(StoreUnusable, match="plain JSON"):
        KoopMapper(None, cipher=object())
    with pytest.raises(StoreUnusable, match="no Recorded"):
        KoopMapper(None).to_stored_event(booking(1))  # type: ignore[arg-type]
    with pytest.raises(ProgrammingError, match="named koop"):
        KoopPostgresRecorder(PostgresDatastore("", "", "", "", "", originator_id_type="text"), events_table_name="x")
    with pytest.raises(ProgrammingError, match="ORIGINATOR_ID_TYPE"):
        KoopSQLiteRecorder(SQLiteDatastore(":memory:"))
