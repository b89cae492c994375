"""The library's side of an SQLite file: connections as the store wants them, and the recorder of the log."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from eventsourcing.persistence import ProgrammingError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from koop_es.domain.errors import StoreUnusable
from koop_es.store import sidefiles
from koop_es.store.library import bounds, notification
from koop_es.store.record import NewRow
from koop_es.store.statements import migration, statements

POOL_SIZE = 5
"""Connections kept open: the library's own default."""

MAX_READERS = 10
"""Further connections at once, each with a cache of 2 MiB: with the first one's they stay below 48 MiB."""

FIRST_CACHE = "PRAGMA cache_size = -16384"
"""KiB of cache for the connection that a process with a single thread does everything with: it holds the upper pages of
a large index, so that with two million events a batch for old streams reads a fifth of what it did with 2 MiB."""

FURTHER_CACHE = "PRAGMA cache_size = -2048"

OVERWRITTEN = "PRAGMA secure_delete = ON"
"""Erased persons are overwritten, not only unlinked (D15)."""

SETTINGS = (
    "PRAGMA synchronous = FULL",  # an acknowledged commit survives a power cut
    "PRAGMA foreign_keys = ON",
    OVERWRITTEN,
    "PRAGMA journal_size_limit = 67108864",  # bytes: one great transaction does not leave its log behind for ever
    # Pages, as many as the limit above lets lie: the more wait, the more often one that changed again is moved once.
    "PRAGMA wal_autocheckpoint = 16000",
)

_S = statements("sqlite")


def primary(error: BaseException) -> int:
    """Give the primary result code of SQLite, which puts details into the higher bytes; 0 for another error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


class KoopSQLitePool(SQLiteConnectionPool):
    """Connections as the store wants them; the library's are left at the defaults of SQLite."""

    _cache = FIRST_CACHE
    place: Path | None = None
    """Where the file lies, if somebody may write or replace it: then it has a write-ahead log."""

    def _create_connection(self) -> SQLiteConnection:
        with sidefiles.opening(self.place) if self.place is not None else nullcontext():
            return self._connected()

    def _connected(self) -> SQLiteConnection:
        connection = sqlite3.connect(
            self.db_name,
            uri=True,
            check_same_thread=False,  # the pool hands a connection to one thread at a time
            isolation_level=None,
            timeout=self.lock_timeout or 0,
        )
        try:
            connection.row_factory = sqlite3.Row
            if self.place is not None:
                self._enter_wal(connection)
            for setting in (*SETTINGS, self._cache):
                connection.execute(setting)
            self._cache = FURTHER_CACHE
        except BaseException:
            connection.close()
            raise
        return SQLiteConnection(sqlite_conn=connection, max_age=self.max_age)

    def _enter_wal(self, connection: sqlite3.Connection) -> None:
        """Switch a new file to the write-ahead log; of two at once one gets BUSY without waiting, so we wait here."""
        deadline = time.monotonic() + (self.lock_timeout or 0)
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
                if mode != "wal":  # SQLite gives no error where the file system cannot share memory
                    raise StoreUnusable("the folder of the store cannot hold a write-ahead log: use a local disk")
            except sqlite3.OperationalError as error:
                if primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


class KoopSQLiteDatastore(SQLiteDatastore):
    """The library's datastore over our pool."""

    def __init__(self, db_name: str, *, lock_timeout: int, place: Path | None = None) -> None:
        """Open nothing yet; ``lock_timeout`` is in seconds, and a file without a ``place`` can be written by nobody."""
        super().__init__(db_name, originator_id_type="text")
        self.pool = KoopSQLitePool(
            db_name=db_name,
            lock_timeout=lock_timeout,
            pool_size=POOL_SIZE,
            max_overflow=MAX_READERS,
            pool_timeout=lock_timeout,
        )
        self.pool.place = place


class KoopSQLiteRecorder(SQLiteApplicationRecorder):
    """The library's recorder with bulk inserts, and with positions also where one stream is read."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events") -> None:
        """Refuse ids that are not text and any table but the library's usual one."""
        if datastore.originator_id_type != "text" or events_table_name != "stored_events":
            raise ProgrammingError("the koop-es store needs ORIGINATOR_ID_TYPE=text and the table stored_events")
        super().__init__(datastore, events_table_name)

    def insert_rows(self, cursor: sqlite3.Cursor | SQLiteCursor, rows: Sequence[NewRow]) -> int:
        """Write events within the caller's transaction and return the position of the last; all are contiguous."""
        cursor.executemany(_S["event_insert"], rows)
        cursor.execute(_S["event_last_position"])
        return int(cursor.fetchone()[0])

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        if not stored_events:
            return []
        rows = [(str(s.originator_id), s.originator_version, s.topic, s.state) for s in stored_events]
        last = self.insert_rows(c, rows)
        return list(range(last - len(rows) + 1, last + 1))

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read a part of one stream as notifications, which also hold the position."""
        asked = bounds(originator_id, gt, lte, limit)
        with self.datastore.transaction(commit=False) as c:
            c.execute(_S["event_stream_backward" if desc else "event_stream"], asked)
            return [notification((row[0], row[1], row[2], row[3], row[4])) for row in c.fetchall()]


@cache
def fresh_schema(version: int) -> tuple[tuple[str, str], ...]:
    """Give the names of tables and indices of an empty store, and how SQLite says that they were made."""
    log = SQLiteApplicationRecorder(SQLiteDatastore(":memory:", originator_id_type="text")).create_table_statements
    steps = [name for number in range(1, version + 1) for name in migration(number)]
    with closing(sqlite3.connect(":memory:")) as fresh:
        for statement in (*log, *(_S[name] for name in steps)):
            fresh.execute(statement)
        return tuple((str(name), str(sql)) for name, sql in fresh.execute(_S["objects_made"]))
