"""The eventsourcing library's own way to a view, the second control of bar P5: event by event, each with its tracking.

The view holds what each VHS last reported of each booking: less than ours, which also says what it should hold and
has to write. On PostgreSQL the library's ``ProjectionRunner`` drives it; for SQLite the library has no subscription, so
that a loop pulls pages of notifications and hands them to the same projection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder
from eventsourcing.utils import Environment

from koop_es.domain.events import BookingCancelled, CancellationDelivered
from koop_es.store import Recorded
from koop_es.store.library import Koop, environment

PULLED = 1_000
"""Notifications of one page; the library's own subscription takes as many where it catches up."""

WAIT_SECONDS = 600.0

TABLE = """
CREATE TABLE IF NOT EXISTS library_seats (
    coop_id text NOT NULL, vhs text NOT NULL, ref text NOT NULL, status text, position bigint NOT NULL,
    PRIMARY KEY (coop_id, vhs, ref)
)
"""
UPSERT = """
INSERT INTO library_seats (coop_id, vhs, ref, status, position) VALUES ({0}, {0}, {0}, {0}, {0})
ON CONFLICT (coop_id, vhs, ref) DO UPDATE SET status = excluded.status, position = excluded.position
"""


class Seats(Protocol):
    """The view that the projection writes."""

    def note(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        """Write one row and up to where the log is read, in one transaction."""


class PostgresSeats(PostgresTrackingRecorder):
    """The view on PostgreSQL."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        """Have the table made with the library's own."""
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(_sql(TABLE))

    def note(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        """Write one row and its tracking in one transaction."""
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(UPSERT.format("%s").encode(), row, prepare=True)


class SqliteSeats(SQLiteTrackingRecorder):
    """The view on SQLite."""

    def __init__(self, datastore: SQLiteDatastore, **kwargs: Any) -> None:
        """Have the table made with the library's own."""
        super().__init__(datastore, **kwargs)
        self.create_table_statements.append(TABLE)

    def note(self, row: tuple[Any, ...], tracking: Tracking) -> None:
        """Write one row and its tracking in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(UPSERT.format("?"), row)


class SeatsProjection(Projection[Any]):
    """What each VHS last reported of each booking."""

    name = "seats"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write what the event says."""
        assert isinstance(domain_event, Recorded)
        event = domain_event.event
        over = isinstance(event, BookingCancelled | CancellationDelivered)
        status = "S" if over else getattr(event, "status", None)
        row = (domain_event.stream, event.vhs, getattr(event, "ref", ""), status, domain_event.position)
        self.view.note(row, tracking)


def seconds(url: str, head: int) -> float:
    """Project the whole log, up to ``head``, and return how long it took."""
    env = environment(url) | {"SEATS_CREATE_TABLE": "y"}
    return (_pulled if url.startswith("sqlite") else _run)(env, head)


def _run(env: Mapping[str, str], head: int) -> float:
    started = time.perf_counter()
    runner = ProjectionRunner(
        application_class=Koop, projection_class=SeatsProjection, view_class=PostgresSeats, env=env
    )
    with runner:
        runner.wait(head, timeout=WAIT_SECONDS)
    return time.perf_counter() - started


def _pulled(env: Mapping[str, str], head: int) -> float:
    started = time.perf_counter()
    factory = InfrastructureFactory[Any].construct(env=Environment(name=SeatsProjection.name, env=dict(env)))
    projection = SeatsProjection(view=factory.tracking_recorder(SqliteSeats))
    with Koop(env=dict(env)) as app:
        position = 0
        while position < head:
            for item in app.recorder.select_notifications(position, PULLED, inclusive_of_start=False):
                position = item.id
                projection.process_event(app.mapper.to_domain_event(item), Tracking(Koop.name, position))
    factory.close()
    return time.perf_counter() - started


def _sql(text: str) -> Any:
    from psycopg.sql import SQL

    make: Callable[[Any], Any] = SQL
    return make(text)
