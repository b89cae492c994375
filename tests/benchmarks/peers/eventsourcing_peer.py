"""The eventsourcing library's own way: an application with aggregates, its recorder, and its projection runner.

The recorder is the same storage without aggregates: the fastest the library offers. Its SQLite recorder has no
subscriptions, so there the projection is fed by a loop over the notification log in place of the runner.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactory, StoredEvent, Tracking, TrackingRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder
from eventsourcing.utils import Environment

from tests.benchmarks.peers.driver import (
    PAGE,
    SINGLE_STREAMS,
    TABLE_ROWS,
    TABLES,
    Fold,
    Given,
    batches,
    beside,
    check,
    chunks,
    digest,
    dumped,
    say,
    say_singles,
    statement,
    timed,
)

MOST_SECONDS = 3_000
Data = dict[str, Any]


class Course(Aggregate):
    """A shared course, with the bookings it has."""

    @staticmethod
    def create_id(coop_id: str) -> UUID:
        """Name the aggregate after its COOP-Id."""
        return uuid5(NAMESPACE_URL, coop_id)

    @event("CourseReleased")
    def __init__(self, coop_id: str, data: Data) -> None:
        self.coop_id = coop_id
        self.taking_part = {data["vhs"]}
        self.bookings: dict[str, str] = {}

    @event("CourseSubscribed")
    def subscribe(self, data: Data) -> None:
        """Let another VHS take part."""
        self.taking_part.add(data["vhs"])

    @event("CourseDelivered")
    def deliver(self, data: Data) -> None:
        """Note that it shows the course."""

    @event("BookingMade")
    def book(self, data: Data) -> None:
        """Take a booking."""
        self.bookings[data["ref"]] = "A"

    @event("BookingDelivered")
    def deliver_booking(self, data: Data) -> None:
        """Note that another VHS shows it."""

    @event("BookingCancelled")
    def cancel(self, data: Data) -> None:
        """Cancel a booking."""
        self.bookings[data["ref"]] = "S"

    @event("CancellationDelivered")
    def deliver_cancellation(self, data: Data) -> None:
        """Note that another VHS shows that."""


COMMANDS: dict[str, Callable[[Course, Data], None]] = {
    "CourseSubscribed": Course.subscribe,
    "CourseDelivered": Course.deliver,
    "BookingMade": Course.book,
    "BookingDelivered": Course.deliver_booking,
    "BookingCancelled": Course.cancel,
    "CancellationDelivered": Course.deliver_cancellation,
}


class Courses(Application[UUID]):
    """All shared courses."""

    def take_in(self, batch: list[Data]) -> None:
        """Do with one course what one export says."""
        coop_id, rest = batch[0]["stream"], batch
        if batch[0]["type"] == "CourseReleased":
            course, rest = Course(coop_id, batch[0]["data"]), batch[1:]
        else:
            course = self.repository.get(Course.create_id(coop_id))
        for item in rest:
            COMMANDS[item["type"]](course, item["data"])
        self.save(course)


class Tables(TrackingRecorder):
    """The view of the projection: both tables, written in the transaction that notes the position."""

    def process(self, kind: str, data: Data, tracking: Tracking) -> None:
        """Write what one event changes."""
        raise NotImplementedError


class SqliteTables(SQLiteTrackingRecorder, Tables):
    """The view in SQLite."""

    def construct_create_table_statements(self) -> list[str]:
        """Add the tables of the view."""
        return [*super().construct_create_table_statements(), *TABLES]

    def process(self, kind: str, data: Data, tracking: Tracking) -> None:
        """Write what one event changes."""
        with self.datastore.transaction(commit=True) as cursor:
            if (found := statement(kind, data["vhs"], data.get("ref", ""))) is not None:
                cursor.execute(*found)
            self._insert_tracking(cursor, tracking)

    def rows(self) -> list[Any]:
        """Read the rows of the fold."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(TABLE_ROWS)
            return [list(row) for row in cursor.fetchall()]


class PostgresTables(PostgresTrackingRecorder, Tables):
    """The view in PostgreSQL."""

    def create_table(self) -> None:
        """Add the tables of the view."""
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            for table in TABLES:
                cursor.execute(table.encode())

    def process(self, kind: str, data: Data, tracking: Tracking) -> None:
        """Write what one event changes."""
        with self.datastore.transaction(commit=True) as cursor:
            if (found := statement(kind, data["vhs"], data.get("ref", ""))) is not None:
                cursor.execute(found[0].replace("?", "%s").encode(), found[1], prepare=True)
            self._insert_tracking(cursor, tracking)


class Shown(Projection[Tables]):
    """What each VHS shows."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Hand an event to the view."""
        self.view.process(type(domain_event).__name__, domain_event.data, tracking)


def main(arguments: list[str]) -> None:
    """Do all workloads through the recorder and through the application."""
    given = Given(arguments)
    parsed = given.events()
    environments = _environments(given)
    _recorder(given, parsed, environments)
    _application(given, parsed, next(environments))


def _environments(given: Given) -> Iterator[dict[str, str]]:
    """Give empty databases, one after the other."""
    for number in count():
        if given.database == "-":
            name = str(given.scratch / f"{number}.db")
            yield {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": name}
            continue
        import psycopg
        from psycopg.conninfo import conninfo_to_dict

        name = f"{given.scratch.name.lower()}_{number}"
        with psycopg.connect(given.database, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": name,
            "POSTGRES_HOST": str(conninfo_to_dict(given.database)["host"]),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "-",
            "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
        }


# --- without aggregates -----------------------------------------------------------------------------------------------


def _recorder(given: Given, parsed: list[Data], environments: Iterator[dict[str, str]]) -> None:
    app = Courses(next(environments))
    per_stream = batches(parsed)
    with timed() as clock:
        for batch in per_stream:
            app.recorder.insert_events(_stored(batch))
    check(app.recorder.max_notification_id() == len(parsed), "count")
    say("W1 per stream", "recorder", len(parsed), clock.seconds)
    app.close()
    app = Courses(next(environments))
    with timed() as clock:
        for part in chunks(parsed):
            app.recorder.insert_events(_stored(part))
    check(app.recorder.max_notification_id() == len(parsed), "count")
    say("W1 bulk", "recorder", len(parsed), clock.seconds)
    found, after = Fold(), 0
    with timed() as clock:
        while page := app.recorder.select_notifications(start=after + 1, limit=PAGE):
            for item in page:
                data = json.loads(item.state)
                found.apply(item.topic, data["vhs"], data.get("ref", ""))
            after = page[-1].id
    check(digest(found.rows()) == given.expected["digest"], "fold")
    say("W2", "recorder", len(parsed), clock.seconds)

    def single(number: int) -> None:
        place = {"stream": f"single-{number % SINGLE_STREAMS}", "version": number // SINGLE_STREAMS + 1}
        app.recorder.insert_events(_stored([parsed[number] | place]))

    say_singles("recorder", single)
    app.close()


def _stored(batch: list[Data]) -> list[StoredEvent]:
    return [
        StoredEvent(
            originator_id=Course.create_id(item["stream"]),
            originator_version=item["version"],
            topic=item["type"],
            state=dumped(item["data"]),
        )
        for item in batch
    ]


# --- with aggregates --------------------------------------------------------------------------------------------------


def _application(given: Given, parsed: list[Data], environment: dict[str, str]) -> None:
    app = Courses(environment)
    per_stream = batches(parsed)
    with timed() as clock:
        for batch in per_stream:
            app.take_in(batch)
    check(app.recorder.max_notification_id() == len(parsed), "count")
    say("W1 per stream", "application", len(parsed), clock.seconds)
    found = Fold()
    with timed() as clock:
        for _, item in _notified(app):
            found.apply(type(item).__name__, item.data["vhs"], item.data.get("ref", ""))
    wanted = given.expected["digest"]
    check(digest(found.rows()) == wanted, "fold")
    say("W2", "application", len(parsed), clock.seconds)
    if given.database == "-":
        with timed() as clock:
            view = InfrastructureFactory[SqliteTables].construct(Environment(Shown.name, environment))
            tables = view.tracking_recorder(SqliteTables)
            projection = Shown(tables)
            for position, item in _notified(app):
                projection.process_event(item, Tracking(app.name, position))
        check(digest(tables.rows()) == wanted, "projection")
        say("W3", "projection, own loop", len(parsed), clock.seconds)
    app.close()
    if given.database != "-":
        _run_projection(given, environment, len(parsed))


def _notified(app: Courses) -> Iterator[tuple[int, Any]]:
    after = 0
    while page := app.recorder.select_notifications(start=after + 1, limit=PAGE):
        for item in page:
            yield item.id, app.mapper.to_domain_event(item)
        after = page[-1].id


def _run_projection(given: Given, environment: dict[str, str], total: int) -> None:
    import psycopg

    with timed() as clock:
        runner = ProjectionRunner(
            application_class=Courses, projection_class=Shown, view_class=PostgresTables, env=environment
        )
        with runner:
            runner.wait(total, timeout=MOST_SECONDS)
    address = beside(given.database, environment["POSTGRES_DBNAME"])
    with psycopg.connect(address) as connection:
        rows = [[row[0], *map(int, row[1:])] for row in connection.execute(TABLE_ROWS.encode())]
    check(digest(rows) == given.expected["digest"], "projection")
    say("W3", "ProjectionRunner", total, clock.seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
