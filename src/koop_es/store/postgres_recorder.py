"""The library's side of a PostgreSQL database: connections as the store wants them, and the recorder of the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg import Connection, Cursor, sql
from psycopg.rows import dict_row, tuple_row

from koop_es.store.address import PostgresAddress
from koop_es.store.library import bounds, notification
from koop_es.store.pg_tools import ENCODING
from koop_es.store.record import NewRow
from koop_es.store.statements import statements
from koop_es.store.transaction import Row

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

PLAIN = {
    "quote_all_identifiers": "off",  # how the server describes a table, which is compared
    "standard_conforming_strings": "on",
    "backslash_quote": "safe_encoding",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "bytea_output": "hex",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "xmloption": "content",
    "row_security": "on",
}
"""What a user or database may have set otherwise, and on which hangs what statements mean and how values are written:
as the server has it where nobody has set anything.
"""

SQL: Mapping[str, bytes] = {name: text.encode() for name, text in statements("postgres").items()}
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


def conninfo(address: PostgresAddress) -> dict[str, Any]:
    """Say how to connect; what the address says itself comes before our own, but for the encoding."""
    ours = {"fallback_application_name": "koop-es", "connect_timeout": CONNECT_SECONDS}
    return {**ours, **address.conninfo, "client_encoding": ENCODING, "autocommit": True, "row_factory": dict_row}


def copy_rows(cursor: Cursor[Any], name: str, rows: Iterable[Row]) -> None:
    """Write rows by binary COPY, with a statement of COPIED."""
    with cursor.copy(SQL[name]) as copy:
        copy.set_types(COPIED[name])
        for row in rows:
            copy.write_row(row)


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

    def __init__(
        self, address: PostgresAddress, first: Connection[Any], *, lock_timeout: int, schema: str, commit: str
    ) -> None:
        """Take over ``first``, a connection to this address; ``lock_timeout`` is in seconds, ``schema`` the only one in
        which tables are looked up, ``commit`` the value of synchronous_commit.
        """
        own = {"lock_timeout": f"{lock_timeout}s", "synchronous_commit": commit, **PLAIN}
        self._session = sql.SQL("; ").join(
            [
                sql.SQL("SET search_path = {}, pg_temp").format(sql.Identifier(schema)),
                *(sql.SQL("SET {} = {}").format(sql.Identifier(name), value) for name, value in own.items()),
            ]
        )
        self.begin_writing = sql.SQL("BEGIN; SET LOCAL synchronous_commit = {}").format(commit)
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
            schema=schema,
            originator_id_type="text",
        )
        self.pool.kwargs = conninfo(address)
        self.pool.connection_class = FirstConnection(first)  # type: ignore[assignment]  # only its connect is called

    def register_type_adapters(self) -> None:
        """Look up no type: rows are copied in, and the library would name the schema without quotes."""

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """Bound the waiting for row locks too; the library bounds only the lock of its table. Look tables up in one
        schema alone, also when another one appears before it, have commits wait for the disk, and nothing else hang on
        what the database or the role has set.
        """
        prepare, session = super().after_connect_func(), self._session

        def after_connect(connection: Connection[Any]) -> None:
            prepare(connection)
            connection.execute(session, prepare=False)

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
        copy_rows(cursor, "event_insert", rows)
        found = cursor.execute(SQL["event_last_position"]).fetchone()
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
        asked = bounds(originator_id, gt, lte, limit)
        statement = SQL["event_stream_backward" if desc else "event_stream"]
        with self.datastore.get_connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return [notification(row) for row in cursor.execute(statement, asked)]
