"""The eventsourcing library's own recorder tests, on our recorders as the library builds them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests import persistence as library
from psycopg import sql

from koop_es.store import Store
from koop_es.store.library import Koop, environment
from koop_es.store.postgres_recorder import KoopPostgresRecorder


class OnOurRecorder:
    """Hands the library's test cases our recorder, as the library itself builds it."""

    @pytest.fixture(autouse=True)
    def _application(self, any_db_url: str) -> Iterator[None]:
        Store.create(any_db_url).close()
        with Koop(env=environment(any_db_url)) as self.application:
            yield
            # The library tells its readers to stop and does not wait; SQLite dies if a connection is closed under them.
            for thread in threading.enumerate():
                if "read_continuously" in thread.name:
                    thread.join()

    def create_recorder(self) -> ApplicationRecorder:
        return self.application.recorder

    def new_originator_id(self) -> str:
        return f"563-COOP-{uuid4().int}"


# unittest's classes cannot be parametrised, so each kind of database is named by a class.
class OnSqlite(OnOurRecorder):
    @pytest.fixture
    def any_db_url(self, sqlite_url: str) -> str:
        return sqlite_url


class OnPostgres(OnOurRecorder):
    @pytest.fixture
    def any_db_url(self, postgres_url: str) -> str:
        return postgres_url


class TestSqliteRecorder(OnSqlite, library.ApplicationRecorderTestCase[Any]):
    pass


class TestPostgresRecorder(OnPostgres, library.ApplicationRecorderTestCase[Any]):
    def test_insert_subscribe(self) -> None:
        """The library misses what is written before it listens until the next write: here there always is one."""
        over = threading.Event()
        waking = threading.Thread(target=self._wake, args=(over,))
        waking.start()
        try:
            self.optional_test_insert_subscribe()
        finally:
            over.set()
            waking.join()

    def _wake(self, over: threading.Event) -> None:
        recorder = self.application.recorder
        assert isinstance(recorder, KoopPostgresRecorder)
        with recorder.datastore.get_connection() as connection:
            while not over.wait(0.1):
                connection.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(recorder.channel_name)))


class TestSqlitePositions(OnSqlite, library.NonInterleavingNotificationIDsBaseCase):
    pass


class TestPostgresPositions(OnPostgres, library.NonInterleavingNotificationIDsBaseCase):
    pass
