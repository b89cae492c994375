"""The store in a PostgreSQL database: transactions, and what its errors mean."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection, Cursor, sql
from psycopg.rows import tuple_row
from psycopg_pool import PoolTimeout

from koop_es.domain.errors import StoreUnusable
from koop_es.store import errors, pg_tools, private
from koop_es.store.address import PostgresAddress
from koop_es.store.postgres_recorder import (
    CONNECT_SECONDS,
    COPIED,
    MAX_CONNECTIONS,
    SQL,
    KoopPostgresDatastore,
    KoopPostgresRecorder,
    conninfo,
    copy_rows,
)
from koop_es.store.record import NewRow
from koop_es.store.statements import series, statements
from koop_es.store.store import NO_RIGHT, OPEN_READER, STATISTICS_KEPT
from koop_es.store.transaction import Row, Tx

ROWS_AT_ONCE = 1_000
"""Rows fetched together where a whole table is read: a row has some kilobytes at most."""

TOGETHER = frozenset(
    name
    for name, text in statements("postgres").items()
    if re.match(r"(INSERT|DELETE)\b.*\bFROM unnest\(%", text, re.DOTALL)
)
"""Statements that take all rows at once, of each column an array of its values."""


class PostgresTx(Tx):
    """A transaction on a PostgreSQL connection."""

    def __init__(self, cursor: Cursor[Row], engine: PostgresEngine, *, writable: bool) -> None:
        """Work through the cursor of a connection that has begun its transaction."""
        super().__init__(writable=writable)
        self._cursor = cursor
        self._engine = engine

    def rows(self, name: str, **params: Any) -> list[Row]:
        """Run a named statement and return all its rows; a list is handed over as an array."""
        try:
            return self._cursor.execute(SQL[name], _bound(params)).fetchall()
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def each(self, name: str, **params: Any) -> Iterator[Row]:
        """Run a named statement and give its rows one by one, from a cursor of the server's."""
        try:
            with self._cursor.connection.cursor(name, row_factory=tuple_row, binary=True) as cursor:
                cursor.itersize = ROWS_AT_ONCE
                yield from cursor.execute(SQL[name], _bound(params) or None)
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def copy(self, path: Path) -> None:
        """Dump the database as this transaction sees it into a new file; others may go on writing."""
        snapshot = self.rows("snapshot_export")[0][0]
        # Asked now and then, so that the server does not take the transaction for forgotten (IDLE_SECONDS).
        pg_tools.dump(self._engine.address, snapshot, path, meanwhile=lambda: self.rows("schema_there"))

    def run(self, name: str, **params: Any) -> int:
        """Run a named statement and return how many rows it touched."""
        try:
            return self._cursor.execute(SQL[name], _bound(params)).rowcount
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def run_series(self, prefix: str) -> None:
        """Run the statements that begin alike in one trip to the server; none of them has parameters."""
        together = b";\n".join(SQL[name] for name in series(prefix))
        try:
            self._cursor.connection.execute(together, prepare=False)
        except psycopg.Error as error:
            raise self._fault(error, prefix) from None

    def run_many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a named statement for many sets of parameters, once for all of them where it can take them together."""
        try:
            if name not in TOGETHER:
                _each(self._cursor, name, map(_bound, rows))
            elif sets := list(rows):
                self._cursor.execute(SQL[name], {param: [row[param] for row in sets] for param in sets[0]})
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows in bulk, by binary COPY where the statement is one, and together where it can take them so."""
        try:
            if name in TOGETHER:
                if columns := list(map(list, zip(*rows, strict=True))):
                    self._cursor.execute(SQL[name], columns)
            elif name not in COPIED:
                _each(self._cursor, name, rows)
            elif first := next(left := iter(rows), None):  # COPY asks the server twice, also with nothing to write
                copy_rows(self._cursor, name, chain((first,), left))
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    @property
    def schemas(self) -> Sequence[str]:
        """Name those of the search path that a connection begins with."""
        return self._engine.schemas

    def create_log(self) -> None:
        """Make the library's table, index and type."""
        known = self.row("event_type_known") is not None
        try:
            for statement in self._engine.recorder.sql_create_statements:
                if not (known and statement.as_string().startswith("CREATE TYPE")):
                    self._cursor.execute(statement, prepare=False)
        except psycopg.Error as error:
            raise self._fault(error, "create_log") from None

    def lock_log(self) -> None:
        """Take the library's lock of its table."""
        try:
            self._engine.recorder.lock(self._cursor)
        except psycopg.Error as error:
            raise self._fault(error, "lock_log") from None

    def _insert(self, rows: Sequence[NewRow]) -> int:
        try:
            return self._engine.recorder.insert_rows(self._cursor, rows)
        except psycopg.Error as error:
            raise self._fault(error, "event_insert") from None

    def _fault(self, error: psycopg.Error, name: str) -> StoreUnusable:
        if not self.writable and error.sqlstate == _READ_ONLY_TRANSACTION:
            return errors.ReadingOnly(statement=name)
        if error.sqlstate == _NO_RIGHT and (not self.writable or _only_reads(name)):
            return self._engine.unreadable(name)
        return self._engine.fault(error, name)


class PostgresEngine:
    """Transactions on one PostgreSQL database, for any number of threads and processes."""

    def __init__(self, address: PostgresAddress, *, wait_seconds: int, create: bool) -> None:
        """Connect once, so that a wrong address is found here and not in the pool; the database itself is made by its
        administrator. Raises StoreUnreachable and, where a store is to be made, DatabaseNotUtf8 and ClientNotUtf8.
        """
        self.shown = address.shown
        self.address = address
        try:
            first = Connection.connect(**conninfo(address))
        except psycopg.Error as error:
            raise self.fault(error, "connect") from None
        try:
            self.schemas, commit = self._found(first, create=create)
            self.datastore = KoopPostgresDatastore(
                address, first, lock_timeout=wait_seconds, schema=self.schemas[0], commit=commit
            )
        except BaseException:
            first.close()
            raise
        try:
            self.recorder = KoopPostgresRecorder(self.datastore)
        except PersistenceError as error:
            self.datastore.close()
            raise self.fault(error, "connect") from None

    def _found(self, first: Connection[Any], *, create: bool) -> tuple[list[str], str]:
        """Find, once, the schemas of the search path, in the first of which all tables are, and which
        synchronous_commit to ask for: what the server says itself where that is safer still. A new store is refused in
        a database that cannot hold every name.
        """
        try:
            cursor = first.cursor(row_factory=tuple_row).execute(SQL["server_found"])
            ((schemas, encoding, commit),) = cursor.fetchall()
        except psycopg.Error as error:
            raise self.fault(error, "server_found") from None
        if create:
            self._check_encodings(str(encoding))
        if not schemas:
            raise errors.at(errors.StoreUnreachable, self.shown, "the search path names no schema that exists")
        return schemas, commit if commit == "remote_apply" else "on"

    def _check_encodings(self, encoding: str) -> None:
        """Raise DatabaseNotUtf8 or ClientNotUtf8."""
        if encoding != pg_tools.ENCODING:
            raise errors.at(errors.DatabaseNotUtf8, self.shown, f"its encoding is {encoding}", encoding=encoding)
        asked = {
            "PGCLIENTENCODING": os.environ.get("PGCLIENTENCODING"),
            "client_encoding in the address": self.address.conninfo.get("client_encoding"),
        }
        for where, value in asked.items():
            if value and re.sub(r"[^a-z0-9]", "", str(value).lower()) not in _UTF8:
                raise errors.at(errors.ClientNotUtf8, self.shown, f"{where} is {value}")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Tx]:
        """Begin a transaction, commit it on a clean exit, roll it back on any other.

        Where nobody answers the COMMIT, the log tells whether it was carried out.
        """
        ending: PostgresTx | None = None
        try:
            with self._leased() as connection, self._writing(connection) if write else self._reading(connection):
                cursor = connection.cursor(row_factory=tuple_row, binary=True)
                tx = PostgresTx(cursor, self, writable=write)
                yield tx
                ending = tx
        except errors.StoreUnreachable:
            if ending is None or ending.last is None or not self._holds(*ending.last):
                raise

    @contextmanager
    def _writing(self, connection: Connection[Any]) -> Iterator[None]:
        """Begin a transaction whose COMMIT is answered when it is on the disk, and end it.

        Both in one trip; once more for each transaction, because a pooler may hand out another session. Raises
        StoreNotDurable where the server refuses.
        """
        try:
            connection.execute(self.datastore.begin_writing, prepare=False)
        except (
            psycopg.errors.InsufficientPrivilege,
            psycopg.errors.UndefinedObject,
            psycopg.NotSupportedError,
        ) as error:
            connection.rollback()
            raise errors.at(errors.StoreNotDurable, self.shown, f"SQLSTATE {error.sqlstate}") from None
        try:
            yield
        except BaseException:
            with suppress(psycopg.Error):  # the first error says what went wrong
                connection.rollback()
            raise
        connection.commit()

    @contextmanager
    def _reading(self, connection: Connection[Any]) -> Iterator[None]:
        """Begin a transaction that only reads in one trip to the server, where the driver's own would take two."""
        try:
            try:
                connection.execute(_BEGIN_READING, prepare=False)
            except psycopg.errors.InsufficientPrivilege:
                raise self.unreadable("begin_reading") from None
            yield
        finally:
            with suppress(psycopg.Error):  # there is nothing to keep, and the first error says what went wrong
                connection.rollback()

    def _holds(self, position: int, row: NewRow) -> bool:
        """Tell whether the log holds an event; a transaction that was cut off writing it has then ended."""
        with self.transaction(write=True) as tx:
            return tx.holds(position, row)

    @contextmanager
    def glance(self) -> Iterator[Tx]:
        """Read with single statements, each on its own; cheaper than a transaction for one of them."""
        with self._leased() as connection:
            yield PostgresTx(connection.cursor(row_factory=tuple_row, binary=True), self, writable=False)

    def scrub(self, *, log: bool) -> str:
        """Write the tables anew that held persons, and what the server knows of their values; of both it only warns
        where the role may not.

        So what counts is whether every table lies in another file than before.
        """
        kinds = ("persons", "log") if log else ("persons",)
        before, after = list[Row](), list[Row]()
        try:
            with self._leased() as connection:
                cursor = connection.cursor(row_factory=tuple_row)
                seen = cursor.execute(SQL["persons_seen"]).fetchone()
                for kind in kinds:
                    before += cursor.execute(SQL[f"{kind}_files"]).fetchall()
                    cursor.execute(SQL[f"{kind}_scrub"], prepare=False)
                    after += cursor.execute(SQL[f"{kind}_files"]).fetchall()
                clearable = cursor.execute(SQL["statistics_clearable"]).fetchone() is not None
                known = forget_statistics(cursor, kinds, clearable=clearable)
        except errors.StoreBusy:
            return OPEN_READER
        if any(then[:2] == now[:2] for then, now in zip(before, after, strict=True)):
            return NO_RIGHT
        if not known:
            return STATISTICS_KEPT
        return "" if seen is None else OPEN_READER

    @contextmanager
    def alone(self) -> Iterator[Callable[[], None]]:
        """Hold a lock of the database in a transaction that does nothing else."""
        with self.transaction(write=True) as tx:
            if tx.rows("rebuild_alone") != [(1,)]:
                raise errors.at(errors.RebuildRunning, self.shown)

            def stay() -> None:
                tx.rows("rebuild_position")

            yield stay

    def whole(self) -> bool:
        """Leave its files to the server."""
        return True

    def warnings(self) -> list[dict[str, str]]:
        """Say whether the server may lose in a power cut what it has written, and who may read the vault."""
        with self.glance() as tx:
            unsafe = ", ".join(row[0] for row in tx.rows("server_unsafe"))
            public = tx.row("persons_public") is not None
        texts = {
            "server_not_durable": f"what is acknowledged may be lost in a power cut: the server has {unsafe} = off"
            if unsafe
            else "",
            private.OPEN: "every user of the server may read or write names: REVOKE ALL ON koop_persons FROM PUBLIC"
            if public
            else "",
        }
        return [{"code": code, "text": text} for code, text in texts.items() if text]

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    def fault(self, error: BaseException, statement: str = "") -> StoreUnusable:
        """Say what an error of the driver means; its text is used only for connections, else it could quote a row."""
        if isinstance(error, PersistenceError) and isinstance(error.__cause__, psycopg.Error):
            error = error.__cause__
        if isinstance(error, PoolTimeout):
            return self._unconnected()
        state = getattr(error, "sqlstate", None)
        details = {"sqlstate": state, "statement": statement}
        if state is not None:
            kind = _MEANING.get(state) or _MEANING.get(state[:2]) or errors.StatementFailed
            reason = f"statement {statement} ended with SQLSTATE {state}" if statement else f"SQLSTATE {state}"
        elif isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            kind = errors.NoConnectionFree if pg_tools.CROWDED.search(str(error)) else errors.StoreUnreachable
            reason = self.address.scrub(str(error))
        else:
            kind, reason = errors.StatementFailed, f"statement {statement} failed"
        return errors.at(kind, self.shown, reason, **details)

    def unreadable(self, statement: str) -> StoreUnusable:
        """Say that the role may not read what a statement asks for."""
        reason = f"statement {statement} ended with SQLSTATE {_NO_RIGHT}"
        return errors.at(errors.StoreUnreadable, self.shown, reason, sqlstate=_NO_RIGHT, statement=statement)

    def _unconnected(self) -> StoreUnusable:
        """Say why no connection was given in time: the pool keeps to itself what the server answered, so ask again."""
        try:
            Connection.connect(**conninfo(self.address)).close()
        except psycopg.Error as error:
            found = self.fault(error, "connect")
        else:
            reason = f"all {MAX_CONNECTIONS} connections of this process are in use"
            found = errors.at(errors.NoConnectionFree, self.shown, reason)
        found.details["waited_seconds"] = CONNECT_SECONDS
        return found

    @contextmanager
    def _leased(self) -> Iterator[Connection[Any]]:
        try:
            with self.datastore.get_connection() as connection:
                yield connection
        except (PersistenceError, psycopg.Error) as error:
            raise self.fault(error) from None


def forget_statistics(cursor: Cursor[Row], kinds: Iterable[str], *, clearable: bool) -> bool:
    """Have the server forget the values of tables in which no row is left, and take what it knew out of its files.

    Returns whether it did: where the role may not, it warns or refuses. A server before version 18 is not
    ``clearable``: it forgets what it knows of a column whose type is said once more.
    """
    try:
        for kind in kinds:
            for table, column, type_ in cursor.execute(SQL[f"{kind}_stale"]).fetchall():
                if clearable:
                    cursor.execute(SQL["statistics_clear"], {"table": table, "column": column})
                else:
                    names = sql.Identifier(table), sql.Identifier(column), sql.SQL(type_)
                    cursor.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}").format(*names))
    except psycopg.errors.InsufficientPrivilege:
        return False
    before = cursor.execute(SQL["statistics_file"]).fetchone()
    cursor.execute(SQL["statistics_scrub"], prepare=False)
    return cursor.execute(SQL["statistics_file"]).fetchone() != before


_BEGIN_READING = b"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
LOCK TABLE koop_views, koop_violations, koop_withheld, koop_members IN ACCESS SHARE MODE
"""
"""A rebuild exchanges these tables by their names: without the lock a reader whose moment lies before the exchange
would find the new ones, and in them only what had been written by then.
"""

_READ_ONLY_TRANSACTION, _NO_RIGHT = "25006", "42501"

_MEANING: dict[str, type[StoreUnusable]] = {
    "08": errors.StoreUnreachable,  # connection exceptions
    "28": errors.StoreUnreachable,  # invalid authorization
    "3D000": errors.StoreUnreachable,  # no such database
    "57": errors.StoreUnreachable,  # operator intervention: shutdown, crash of another backend
    "57014": errors.StatementCancelled,  # by statement_timeout or by somebody
    "25P03": errors.StoreUnreachable,  # the transaction sat idle for too long and was cut off
    "22P05": errors.DatabaseNotUtf8,  # a letter that the encoding of the database does not have
    "53": errors.ServerExhausted,  # out of memory, a limit of its configuration
    "53300": errors.NoConnectionFree,
    "53100": errors.StoreFull,
    "55P03": errors.StoreBusy,  # lock not available within lock_timeout
    "40": errors.StoreContended,  # deadlock, serialization failure
    "23505": errors.StoreContended,  # two wrote the same new row; the second finds it when it tries again
    "58": errors.StoreUnreachable,  # system error: the disk of the server
    "XX001": errors.StoreDamaged,
    "XX002": errors.StoreDamaged,
    "42501": errors.StoreReadOnly,  # insufficient privilege
    "25006": errors.StoreReadOnly,  # a standby, or default_transaction_read_only
}
"""SQLSTATE or its class -> what it means for the store."""

_UTF8 = {"utf8", "unicode"}
"""Names of UTF-8 in PostgreSQL, without what stands between their letters."""


def _each(cursor: Cursor[Any], name: str, rows: Iterable[Mapping[str, Any] | Row]) -> None:
    """Run a statement for each row; the driver asks the server twice for many, also for one and for none."""
    ahead = list(islice(left := iter(rows), 2))
    if len(ahead) == 1:
        cursor.execute(SQL[name], ahead[0])
    elif ahead:
        cursor.executemany(SQL[name], chain(ahead, left))


def _only_reads(name: str) -> bool:
    """Return whether a named statement needs no right but to read."""
    text = SQL.get(name, b"")
    return text.startswith(b"SELECT") and b" FOR " not in text


def _bound(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}
