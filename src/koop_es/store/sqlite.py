"""The store in an SQLite file: transactions, and what its errors mean."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from eventsourcing.persistence import ConnectionPoolClosedError, ConnectionUnavailableError
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor

from koop_es.domain.errors import StoreUnusable
from koop_es.store import errors, private, sidefiles
from koop_es.store.address import SqliteAddress
from koop_es.store.record import NewRow
from koop_es.store.sqlite_recorder import OVERWRITTEN, KoopSQLiteDatastore, KoopSQLiteRecorder, primary
from koop_es.store.statements import statements
from koop_es.store.store import OPEN_READER
from koop_es.store.transaction import Row, Tx
from koop_es.store.wal import logged

OLDEST_SQLITE = (3, 37)
"""First SQLite with STRICT tables, which refuse what PostgreSQL would refuse; RETURNING came with 3.35."""

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What the driver raises; the second where a message of SQLite quotes bytes of a damaged file."""

_S = statements("sqlite")


class _Reading(dict[str, str]):
    """The statements that only read; any other is refused.

    ``PRAGMA query_only`` refuses them as well, but has SQLite compile each statement of the connection anew.
    """

    def __missing__(self, name: str) -> str:
        raise errors.ReadingOnly(statement=name)


_READING = _Reading((name, text) for name, text in _S.items() if text.startswith(("SELECT", "PRAGMA")))


class SqliteTx(Tx):
    """A transaction on an SQLite connection."""

    def __init__(self, cursor: sqlite3.Cursor, engine: SqliteEngine, *, writable: bool) -> None:
        """Work through the cursor of a connection that has begun its transaction."""
        super().__init__(writable=writable)
        self._cursor = cursor
        self._engine = engine
        self._texts: Mapping[str, str] = _S if writable else _READING

    def rows(self, name: str, **params: Any) -> list[Row]:
        """Run a named statement and return all its rows; a list is handed over as JSON text."""
        try:
            return self._cursor.execute(self._texts[name], _bound(params)).fetchall()
        except FAULTS as error:
            raise self._engine.fault(error, name) from None

    def each(self, name: str, **params: Any) -> Iterator[Row]:
        """Run a named statement and give its rows one by one."""
        cursor = self._cursor.connection.cursor()
        cursor.row_factory = None
        try:
            yield from cursor.execute(self._texts[name], _bound(params))
        except FAULTS as error:
            raise self._engine.fault(error, name) from None
        finally:
            cursor.close()

    def copy(self, path: Path) -> None:
        """Copy the store as this transaction sees it into a new file; others may go on writing.

        Raises OSError where it is the copy that cannot be written.
        """
        target = sqlite3.connect(path)
        try:
            self._cursor.connection.backup(target)
        except sqlite3.Error as error:
            if primary(error) in _UNWRITTEN or getattr(error, "sqlite_errorname", "").startswith(_UNWRITTEN_NAMES):
                raise OSError(0, _MEANING[primary(error)][1]) from None
            raise self._engine.fault(error, "copy") from None
        finally:
            target.close()

    def run(self, name: str, **params: Any) -> int:
        """Run a named statement and return how many rows it touched."""
        try:
            return self._cursor.execute(self._texts[name], _bound(params)).rowcount
        except FAULTS as error:
            raise self._engine.fault(error, name) from None

    def run_many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a named statement once for each set of parameters."""
        try:
            self._cursor.executemany(self._texts[name], (_bound(row) for row in rows))
        except FAULTS as error:
            raise self._engine.fault(error, name) from None

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows in bulk."""
        try:
            self._cursor.executemany(self._texts[name], rows)
        except FAULTS as error:
            raise self._engine.fault(error, name) from None

    def discard(self, prefix: str) -> None:
        """Empty tables and leave the bytes in the pages that come free, instead of writing all of these as zeros."""
        self._engine.control(self._cursor, "PRAGMA secure_delete = FAST")
        try:
            self.run_series(prefix)
        finally:
            self._engine.control(self._cursor, OVERWRITTEN)

    @property
    def schemas(self) -> Sequence[str]:
        """Name the only one there is."""
        return ("main",)

    def create_log(self) -> None:
        """Make the library's table."""
        try:
            self._engine.recorder._create_table(SQLiteCursor(self._cursor))  # the library's hook for exactly this
        except FAULTS as error:
            raise self._engine.fault(error, "create_log") from None

    def lock_log(self) -> None:
        """Do nothing: BEGIN IMMEDIATE keeps every other writer out."""

    def _insert(self, rows: Sequence[NewRow]) -> int:
        try:
            return self._engine.recorder.insert_rows(self._cursor, rows)
        except FAULTS as error:
            raise self._engine.fault(error, "event_insert") from None


class SqliteEngine:
    """Transactions on one SQLite file, for any number of threads and processes."""

    def __init__(self, address: SqliteAddress, *, wait_seconds: int, create: bool) -> None:
        """Open nothing yet; a missing file is made only with ``create``. Raises StoreMissing, StoreUnreachable."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreUnusable(f"SQLite {sqlite3.sqlite_version} is too old: use a Python with SQLite 3.37 or later")
        self.shown, self.address = address.shown, address
        self._path = address.path.resolve()  # SQLite keeps its log beside the file itself, not beside a link to it
        self._log = self._path.with_name(f"{self._path.name}-wal")
        self._counts = False
        self._wait_seconds = wait_seconds
        self._writer = threading.Lock()
        self._kept = deque[SQLiteConnection]()
        if create and not address.path.parent.is_dir():
            raise errors.at(errors.StoreUnreachable, self.shown, f"the folder {address.path.parent} does not exist")
        if not create and not address.path.is_file():
            raise self._lost() or errors.at(errors.StoreMissing, self.shown)
        if create:
            self._make()
        if sidefiles.is_emptied(self._path):  # SQLite would throw the log away
            raise errors.at(errors.StoreDamaged, self.shown, "the file is empty, and there is a log beside it")
        self._seen = self._identity()
        self._still = self._stamp() if not create and sidefiles.is_still(self._path) else None
        name = f"{address.path.as_uri()}?{'mode=rw' if self._still is None else 'immutable=1'}"
        place = self._path if self._still is None else None
        self.datastore = KoopSQLiteDatastore(name, lock_timeout=wait_seconds, place=place)
        self.recorder = KoopSQLiteRecorder(self.datastore)

    def _make(self) -> None:
        """Make the file if there is none; SQLite gives the files it makes beside it the rights that this one has."""
        try:
            with sidefiles.placing(self._path):
                if not self._path.exists() and (lost := self._lost()) is not None:
                    raise lost
                private.ensure(self._path)
        except OSError as error:
            raise errors.at(
                _REFUSED.get(error.errno or 0, errors.StoreUnreachable), self.shown, str(error.strerror)
            ) from None

    def _lost(self) -> StoreUnusable | None:
        """Say that a store was here: what SQLite kept beside its file must reach no other one."""
        if not (left := sidefiles.holding(self._path)):
            return None
        names = ", ".join(file.name for file in left)
        return errors.at(errors.StoreLost, self.shown, f"{names} of a store whose file is gone lies here")

    def _identity(self) -> tuple[int, int] | None:
        """Tell which file lies at the path; None where there is none."""
        with suppress(FileNotFoundError):
            found = self._path.stat()
            return found.st_dev, found.st_ino
        return None

    def _stamp(self) -> tuple[int, ...]:
        """Give what changes when somebody writes into the file or begins a log beside it."""
        found = self._path.stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, self._log.exists()

    def _check_still(self) -> None:
        """Make sure that a file which nobody can write was written by nobody while it was read; raises StoreBusy.

        What is mounted read-only here may be written elsewhere.
        """
        if self._still is not None and self._stamp() != self._still:
            raise errors.at(
                errors.StoreBusy, self.shown, "it is mounted read-only, and was written elsewhere meanwhile"
            )

    def _check_there(self) -> None:
        """Make sure that what was just committed lies where the next one will look for it; raises StoreGone."""
        if self._identity() != self._seen or not self._log.exists():
            raise errors.at(errors.StoreGone, self.shown)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Tx]:
        """Begin a transaction, commit it on a clean exit, roll it back on any other.

        Raises StoreGone where the file was taken away or replaced meanwhile.
        """
        if write and self._still is not None:
            raise errors.at(errors.StoreReadOnly, self.shown, "its file system is mounted read-only")
        with self._leased(write=write) as connection:
            cursor = connection.cursor()
            cursor.row_factory = None
            if write:  # each time, because whatever broke off on this connection may have left it otherwise
                self.control(cursor, OVERWRITTEN)
            try:
                self.control(cursor, "BEGIN IMMEDIATE" if write else "BEGIN")
                before = connection.total_changes
                yield SqliteTx(cursor, self, writable=write)
                if connection.total_changes > before:
                    self._count(cursor)
                self.control(cursor, "COMMIT")
                self._check_there() if write else self._check_still()
            finally:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):  # the first error says what went wrong, this one would hide it
                        cursor.execute("ROLLBACK")

    @contextmanager
    def glance(self) -> Iterator[Tx]:
        """Read with single statements, each on its own; cheaper than a transaction for one of them."""
        with self._leased(write=False) as connection:
            cursor = connection.cursor()
            cursor.row_factory = None
            yield SqliteTx(cursor, self, writable=False)

    def scrub(self, *, log: bool) -> str:
        """Write the tables anew that held persons and empty the write-ahead log, which nobody may be reading.

        With the ``log`` the whole file is written anew.

        What is deleted is overwritten, but copies that SQLite left when it moved rows between pages are not.
        """
        with self.transaction(write=True) as tx:
            tx.run_series("anew_")
        with self._leased(write=True) as connection:
            try:
                if log:
                    connection.execute(_S["log_scrub"])
                busy = connection.execute(_S["persons_scrub"]).fetchone()[0]
            except sqlite3.Error as error:
                raise self.fault(error, "persons_scrub") from None
        return OPEN_READER if busy else ""

    @contextmanager
    def alone(self) -> Iterator[Callable[[], None]]:
        """Hold the lock of a file beside the store; the system lets go of it when the process dies."""
        file = Path(f"{self._path}-rebuild")
        with suppress(OSError):  # SQLite says below what is wrong
            private.ensure(file)
        try:
            lock = sqlite3.connect(file, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise self.fault(error, "rebuild_alone") from None
        try:
            try:
                lock.execute("PRAGMA journal_mode = MEMORY")  # else a kill leaves a second file
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error as error:
                if primary(error) == sqlite3.SQLITE_BUSY:
                    raise errors.at(errors.RebuildRunning, self.shown) from None
                raise self.fault(error, "rebuild_alone") from None
            try:
                yield lambda: None
            finally:
                with suppress(OSError):  # Windows keeps a file that is open
                    file.unlink()
        finally:
            lock.close()

    def whole(self) -> bool:
        """See that no page is missing or cut off: SQLite takes what is missing of the last one for zeros.

        What is still in its log is not missed in the file: a write that was broken off may have left half a page there.
        """
        with self.glance() as tx:
            page, count = (int(tx.rows(name)[0][0]) for name in ("page_size", "page_count"))
            missing = range(self._path.stat().st_size // page + 1, count + 1)
            return not missing or set(missing) <= logged(self._log, page)

    def warnings(self) -> list[dict[str, str]]:
        """Name the files of the store, and those of former ones kept beside it, that others may read or write."""
        kept = sidefiles.former(self._path)
        return private.warnings([self._path, self._log, self._path.with_name(f"{self._path.name}-shm"), *kept])

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    def fault(self, error: Exception, statement: str = "") -> StoreUnusable:
        """Say what an error of SQLite means; its text is left out where it could quote a row."""
        if isinstance(error, ConnectionUnavailableError):
            return errors.at(errors.StoreBusy, self.shown, f"no connection came free within {self._wait_seconds} s")
        if isinstance(error, UnicodeDecodeError):
            return errors.at(errors.StoreDamaged, self.shown, "the file holds text that is none", statement=statement)
        code = getattr(error, "sqlite_errorname", type(error).__name__)
        unknown = errors.StatementFailed, f"statement {statement} failed with {code}"
        kind, reason = _MEANING.get(primary(error), unknown)
        if getattr(error, "sqlite_errorcode", 0) in _WRITES:
            kind, reason = errors.StoreFull, _REFUSED_WRITE
        if primary(error) == sqlite3.SQLITE_CANTOPEN and not os.access(self._path.parent, os.W_OK):
            kind, reason = errors.StoreReadOnly, "nobody may write into its folder, where files of its own have to be"
        return errors.at(kind, self.shown, reason, sqlite=code, statement=statement)

    def _count(self, cursor: sqlite3.Cursor) -> None:
        """Count this transaction: the proof for a later check that none has written since a seal."""
        try:
            if not self._counts:  # tables of version 1 have no count yet
                self._counts = cursor.execute(_S["commit_known"]).fetchone() is not None
            if self._counts:
                cursor.execute(_S["commit_counted"])
        except FAULTS as error:
            raise self.fault(error, "commit_counted") from None

    def control(self, cursor: sqlite3.Cursor, command: str) -> None:
        """Run a command of SQLite itself."""
        try:
            cursor.execute(command)
        except FAULTS as error:
            raise self.fault(error, command) from None

    def _connection(self) -> SQLiteConnection:
        with suppress(IndexError):
            kept = self._kept.popleft()
            if not kept.closed:
                return kept
        try:
            return self.datastore.pool.get_connection()
        except ConnectionPoolClosedError:
            raise StoreUnusable(f"{self.shown}: the store was closed; open it again") from None
        except (*FAULTS, ConnectionUnavailableError) as error:
            raise self.fault(error, "connect") from None

    @contextmanager
    def _leased(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """Borrow a connection; writers queue up here and not in the pool, where they would hold up readers.

        One that was given back is kept for whoever comes next: of the pool it stays in use, which closes it at the end.
        """
        if write and not self._writer.acquire(timeout=self._wait_seconds):
            raise errors.at(errors.StoreBusy, self.shown, f"another thread wrote for more than {self._wait_seconds} s")
        try:
            leased = self._connection()
            try:
                yield leased._sqlite_conn  # the cursor the library would give has no row factory of its own
            finally:
                if self._kept:
                    self.datastore.pool.put_connection(leased)
                else:
                    self._kept.append(leased)
        finally:
            if write:
                self._writer.release()


_MEANING: dict[int, tuple[type[StoreUnusable], str]] = {
    sqlite3.SQLITE_BUSY: (errors.StoreBusy, "the file is locked"),
    sqlite3.SQLITE_LOCKED: (errors.StoreBusy, "the file is locked"),
    sqlite3.SQLITE_FULL: (errors.StoreFull, "the disk is full"),
    sqlite3.SQLITE_NOMEM: (errors.StoreFull, "out of memory"),
    sqlite3.SQLITE_IOERR: (errors.StoreUnreachable, "the disk answered with an error"),
    sqlite3.SQLITE_CANTOPEN: (errors.StoreUnreachable, "the file or its folder cannot be opened"),
    sqlite3.SQLITE_CORRUPT: (errors.StoreDamaged, "the file is damaged"),
    sqlite3.SQLITE_NOTADB: (errors.StoreDamaged, "the file is no SQLite database"),
    sqlite3.SQLITE_READONLY: (errors.StoreReadOnly, "the file or its folder is read-only"),
    sqlite3.SQLITE_PERM: (errors.StoreReadOnly, "access is denied"),
}


_REFUSED: dict[int, type[StoreUnusable]] = {
    errno.EACCES: errors.StoreReadOnly,
    errno.EPERM: errors.StoreReadOnly,
    errno.EROFS: errors.StoreReadOnly,
    errno.ENOSPC: errors.StoreFull,
    errno.EDQUOT: errors.StoreFull,
}
"""What the system says that does not let a store be made -> what it means."""

_WRITES = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_REFUSED_WRITE = "the disk refused to write: no room, a quota or a limit on the size of files (ulimit -f), or a fault"
"""Said of errors of writing, of which SQLite keeps the cause to itself."""

_UNWRITTEN = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_UNWRITTEN_NAMES = "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE"
"""Errors of a copy that are those of the file it goes to: of the store it is only read."""


def _bound(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give parameters as SQLite takes them, with lists as JSON texts."""
    for value in params.values():
        if isinstance(value, (list, tuple)):
            return {name: _text(given) for name, given in params.items()}
    return params


def _text(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, (list, tuple)) else value
