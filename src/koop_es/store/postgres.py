"""The store in a PostgreSQL database: connections, recorder and transactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError, PersistenceError, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg import Connection, Cursor, sql
from psycopg.rows import dict_row, tuple_row
from psycopg_pool import PoolTimeout

from koop_es.domain.errors import StoreUnusable
from koop_es.store import errors, pg_tools
from koop_es.store.address import PostgresAddress
from koop_es.store.library import notification
from koop_es.store.record import NewRow
from koop_es.store.statements import statements
from koop_es.store.transaction import MAX_POSITION, Row, Tx

POOL_SIZE = 0
"""Connections the pool opens unasked: one command works with the one it came with; threads ask for more."""

MAX_CONNECTIONS = 16
"""Connections one process may open: six such processes fit into PostgreSQL's default of 100."""

CONNECT_SECONDS = 10
"""How long a connection may take, the first or a new one: a server that boots or fails over answers within that."""

IDLE_SECONDS = 300
"""How long a transaction may sit while Python works: the greatest export is folded in a minute; five times that."""

STOCK_ATTEMPTS = 3
"""Attempts where a stock application calls the recorder: the library's ten would wait for a held lock for minutes."""

ROWS_AT_ONCE = 1_000
"""Rows fetched together where a whole table is read: a row has some kilobytes at most."""

_S: Mapping[str, bytes] = {name: text.encode() for name, text in statements("postgres").items()}
"""As bytes, because psycopg wants literal strings or bytes."""

_COPY = re.compile(r"COPY \w+ \((.+)\) FROM STDIN")
_NO_TEXT = dict.fromkeys(
    ("originator_version", "version", "position", "pending", "suspects", "live", "alone", "since", "opened_position",
     "closed_position"),
    "int8",
) | {"state": "bytea"}  # fmt: skip
"""Column -> its type, of all columns that rows are copied into; any other holds text."""

COPIED: Mapping[str, tuple[str, ...]] = {
    name: tuple(_NO_TEXT.get(column, "text") for column in found[1].split(", "))
    for name, text in statements("postgres").items()
    if (found := _COPY.match(text))
}
"""Statement that copies rows -> the types of its columns: in its binary form a number says nothing of its width."""

TOGETHER = frozenset(
    name
    for name, text in statements("postgres").items()
    if re.match(r"(INSERT|UPDATE)\b.*\bFROM unnest\(%", text, re.DOTALL)
)
"""Statements that take all rows at once, of each column an array of its values."""


class FirstConnection:
    """Stands in the pool for the class of its connections: the first one it gives out is there already."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Keep the connection until the pool asks for one."""
        self._kept = [connection]

    def connect(self, conninfo: str, **given: Any) -> Connection[Any]:
        """Give out the connection that is there, or make another."""
        return self._kept.pop() if self._kept else Connection.connect(conninfo, **given)


class KoopPostgresDatastore(PostgresDatastore):
    """The library's datastore on a connection that is there, with bounded waiting for locks and more connections."""

    def __init__(self, address: PostgresAddress, first: Connection[Any], *, lock_timeout: int) -> None:
        """Take over ``first``, a connection to this address; ``lock_timeout`` is in seconds."""
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            connect_timeout=CONNECT_SECONDS,
            idle_in_transaction_session_timeout=IDLE_SECONDS,
            pool_size=POOL_SIZE,
            max_overflow=MAX_CONNECTIONS - POOL_SIZE,
            pre_ping=True,  # after a restart of the server every kept connection is dead
            lock_timeout=lock_timeout,
            originator_id_type="text",
        )
        self.pool.kwargs = _conninfo(address)
        self.pool.connection_class = FirstConnection(first)  # type: ignore[assignment]  # only its connect is called

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Bound the waiting for row locks too; the library bounds only the lock of its table."""
        prepare = super().after_connect_func()
        bound = sql.SQL("SET lock_timeout = {}").format(f"{self.lock_timeout}s")

        def after_connect(connection: Connection[Any]) -> None:
            prepare(connection)
            connection.execute(bound)

        return after_connect


class KoopPostgresRecorder(PostgresApplicationRecorder):
    """The library's recorder, writing by binary COPY under the library's lock, and giving positions with each stream.

    The stock one sends its INSERT through a pipeline and hangs for ever, holding the lock, once a batch outgrows the
    socket buffers. The database functions of the library, which leave the lock out, are neither made nor used.
    """

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "koop_events") -> None:
        """Refuse ids that are not text and any table but ``koop_events``, that of an application named ``koop``."""
        if datastore.originator_id_type != "text" or events_table_name != "koop_events":
            raise ProgrammingError("the koop-es store needs ORIGINATOR_ID_TYPE=text and an application named koop")
        super().__init__(datastore, events_table_name=events_table_name)
        del self.sql_create_statements[self.create_insert_function_statement_index]
        notify = sql.SQL("NOTIFY {}").format(sql.Identifier(self.channel_name))
        self._locking = sql.SQL("; ").join([*self.lock_table_statements, notify])

    @retry((InterfaceError, OperationalError), max_attempts=STOCK_ATTEMPTS, wait=0.2)
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Write events in one transaction of their own and return their positions."""
        rows = [(str(s.originator_id), s.originator_version, s.topic, s.state) for s in stored_events]
        if not rows:
            return []
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as cursor:
            self.lock(cursor)
            self._insert_events(cursor, stored_events, **kwargs)
            last = self.insert_rows(cursor, rows)
        return list(range(last - len(rows) + 1, last + 1))

    def lock(self, cursor: Cursor[Any]) -> None:
        """Keep other writers out until the transaction ends, and tell the subscribers when it does."""
        cursor.connection.execute(
            self._locking, prepare=False
        )  # three statements at once, which no parameter may be in

    def insert_rows(self, cursor: Cursor[Any], rows: Sequence[NewRow]) -> int:
        """Write events under the lock and return the position of the last; nobody else takes any in between."""
        _copy(cursor, "event_insert", rows)
        found = cursor.execute(_S["event_last_position"]).fetchone()
        return int(next(iter(found.values())) if isinstance(found, dict) else found[0])  # type: ignore[index]  # one row

    @retry((InterfaceError, OperationalError), max_attempts=STOCK_ATTEMPTS, wait=0.2)
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
        bounds = {
            "stream": originator_id,
            "after": -1 if gt is None else gt,
            "upto": MAX_POSITION if lte is None else lte,
            "limit": MAX_POSITION if limit is None else limit,
        }
        statement = _S["event_stream_backward" if desc else "event_stream"]
        with self.datastore.get_connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return [notification(row) for row in cursor.execute(statement, bounds)]


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
            return self._cursor.execute(_S[name], _bound(params)).fetchall()
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def each(self, name: str) -> Iterator[Row]:
        """Run a named statement and give its rows one by one, from a cursor of the server's."""
        try:
            with self._cursor.connection.cursor(name, row_factory=tuple_row, binary=True) as cursor:
                cursor.itersize = ROWS_AT_ONCE
                yield from cursor.execute(_S[name])
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def copy(self, path: Path) -> None:
        """Dump the database as this transaction sees it into a new file; others may go on writing."""
        snapshot = self.rows("snapshot_export")[0][0]
        # Asked now and then, so that the server does not take the transaction for forgotten (IDLE_SECONDS).
        pg_tools.dump(self._engine.address, snapshot, path, meanwhile=lambda: self.rows("schema_known"))

    def run(self, name: str, **params: Any) -> int:
        """Run a named statement and return how many rows it touched."""
        try:
            return self._cursor.execute(_S[name], _bound(params)).rowcount
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def run_many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a named statement for many sets of parameters, once for all of them where it can take them together."""
        try:
            if name not in TOGETHER:
                _each(self._cursor, name, map(_bound, rows))
            elif sets := list(rows):
                self._cursor.execute(_S[name], {param: [row[param] for row in sets] for param in sets[0]})
        except psycopg.Error as error:
            raise self._fault(error, name) from None

    def write_rows(self, name: str, rows: Iterable[Row]) -> None:
        """Write rows in bulk, by binary COPY where the statement is one, and together where it can take them so."""
        try:
            if name in TOGETHER:
                if columns := list(map(list, zip(*rows, strict=True))):
                    self._cursor.execute(_S[name], columns)
            elif name not in COPIED:
                _each(self._cursor, name, rows)
            elif first := next(left := iter(rows), None):  # COPY asks the server twice, also with nothing to write
                _copy(self._cursor, name, chain((first,), left))
        except psycopg.Error as error:
            raise self._fault(error, name) from None

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
        return self._engine.fault(error, name)


class PostgresEngine:
    """Transactions on one PostgreSQL database, for any number of threads and processes."""

    def __init__(self, address: PostgresAddress, *, wait_seconds: int, create: bool) -> None:
        """Connect once, so that a wrong address is found here and not in the pool. Raises StoreUnreachable."""
        del create  # the database itself is made by its administrator
        self.shown = address.shown
        self.address = address
        try:
            first = Connection.connect(**_conninfo(address))
        except psycopg.Error as error:
            raise self.fault(error, "connect") from None
        self.datastore = KoopPostgresDatastore(address, first, lock_timeout=wait_seconds)
        try:
            self.datastore.schema = self._schema()
            self.recorder = KoopPostgresRecorder(self.datastore)
        except StoreUnusable:
            self.datastore.close()
            raise
        except PersistenceError as error:
            self.datastore.close()
            raise self.fault(error, "connect") from None

    def _schema(self) -> str:
        """Find the schema that new tables go to."""
        with self.glance() as tx:
            found = tx.row("schema_current")
        if not found or not found[0]:
            raise errors.at(errors.StoreUnreachable, self.shown, "the search path names no schema that exists")
        return str(found[0])

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Tx]:
        """Begin a transaction, commit it on a clean exit, roll it back on any other.

        Where nobody answers the COMMIT, the log tells whether it was carried out.
        """
        ending: PostgresTx | None = None
        try:
            with self._leased() as connection, connection.transaction() if write else _reading(connection):
                cursor = connection.cursor(row_factory=tuple_row, binary=True)
                tx = PostgresTx(cursor, self, writable=write)
                yield tx
                ending = tx
        except errors.StoreUnreachable:
            if ending is None or ending.last is None or not self._holds(*ending.last):
                raise

    def _holds(self, position: int, row: NewRow) -> bool:
        """Tell whether the log holds an event; a transaction that was cut off writing it has then ended."""
        with self.transaction(write=True) as tx:
            return tx.holds(position, row)

    @contextmanager
    def glance(self) -> Iterator[Tx]:
        """Read with single statements, each on its own; cheaper than a transaction for one of them."""
        with self._leased() as connection:
            yield PostgresTx(connection.cursor(row_factory=tuple_row, binary=True), self, writable=False)

    def scrub(self) -> bool:
        """Write the tables anew that held persons; False where somebody holds them, or may still see the old rows."""
        try:
            with self._leased() as connection:
                seen = connection.execute(_S["persons_seen"]).fetchone()
                connection.execute(_S["persons_scrub"], prepare=False)
        except errors.StoreBusy:
            return False
        return seen is None

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

    def close(self) -> None:
        """Close all connections."""
        self.datastore.close()

    def fault(self, error: BaseException, statement: str = "") -> StoreUnusable:
        """Say what an error of the driver means; its text is used only for connections, else it could quote a row."""
        if isinstance(error, PersistenceError) and isinstance(error.__cause__, psycopg.Error):
            error = error.__cause__
        state = getattr(error, "sqlstate", None)
        details = {"sqlstate": state, "statement": statement}
        if state is not None:
            kind = _MEANING.get(state) or _MEANING.get(state[:2]) or errors.StatementFailed
            reason = f"statement {statement} ended with SQLSTATE {state}" if statement else f"SQLSTATE {state}"
        elif isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            kind = errors.StoreBusy if _CROWDED.search(str(error)) else errors.StoreUnreachable
            reason = self.address.scrub(str(error))
            if isinstance(error, PoolTimeout):
                details["waited_seconds"] = CONNECT_SECONDS
        else:
            kind, reason = errors.StatementFailed, f"statement {statement} failed"
        return errors.at(kind, self.shown, reason, **details)

    @contextmanager
    def _leased(self) -> Iterator[Connection[Any]]:
        try:
            with self.datastore.get_connection() as connection:
                yield connection
        except (PersistenceError, psycopg.Error) as error:
            raise self.fault(error) from None


@contextmanager
def _reading(connection: Connection[Any]) -> Iterator[None]:
    """Begin a transaction that only reads in one trip to the server, where the driver's own would take two."""
    try:
        connection.execute(_BEGIN_READING, prepare=False)
        yield
    finally:
        with suppress(psycopg.Error):  # there is nothing to keep, and the first error says what went wrong
            connection.rollback()


_BEGIN_READING = b"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
LOCK TABLE koop_views, koop_violations, koop_withheld, koop_members IN ACCESS SHARE MODE
"""
"""A rebuild exchanges these tables by their names: without the lock a reader whose moment lies before the exchange
would find the new ones, and in them only what had been written by then.
"""

_READ_ONLY_TRANSACTION = "25006"

_MEANING: dict[str, type[StoreUnusable]] = {
    "08": errors.StoreUnreachable,  # connection exceptions
    "28": errors.StoreUnreachable,  # invalid authorization
    "3D000": errors.StoreUnreachable,  # no such database
    "57": errors.StoreUnreachable,  # operator intervention: shutdown, crash of another backend
    "57014": errors.StoreBusy,  # query cancelled, such as by statement_timeout
    "25P03": errors.StoreUnreachable,  # the transaction sat idle for too long and was cut off
    "53": errors.StoreBusy,  # too many connections, out of memory
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

_CROWDED = re.compile(r"too many (clients|connections)|connection slots|zu viele Verbindungen|Verbindungsslots")
"""What a server says that has no connection left; a driver that is being connected is not told the SQLSTATE."""


def _conninfo(address: PostgresAddress) -> dict[str, Any]:
    """Say how to connect; what the address says itself comes before our own."""
    ours = {"fallback_application_name": "koop-es", "connect_timeout": CONNECT_SECONDS}
    return {**ours, **address.conninfo, "autocommit": True, "row_factory": dict_row}


def _each(cursor: Cursor[Any], name: str, rows: Iterable[Mapping[str, Any] | Row]) -> None:
    """Run a statement for each row; the driver asks the server twice for many, also for one and for none."""
    ahead = list(islice(left := iter(rows), 2))
    if len(ahead) == 1:
        cursor.execute(_S[name], ahead[0])
    elif ahead:
        cursor.executemany(_S[name], chain(ahead, left))


def _copy(cursor: Cursor[Any], name: str, rows: Iterable[Row]) -> None:
    with cursor.copy(_S[name]) as copy:
        copy.set_types(COPIED[name])
        for row in rows:
            copy.write_row(row)


def _bound(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}
