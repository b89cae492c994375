"""The store: one log of events, the tables beside it, and transactions over both."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from hashlib import sha256
from types import TracebackType
from typing import Protocol, Self, TypeVar

from koop_es.domain.errors import StoreUnusable
from koop_es.store import schema
from koop_es.store.address import Address, SqliteAddress, parse
from koop_es.store.errors import StoreContended, StoreUnreachable, VersionConflict
from koop_es.store.record import Recorded
from koop_es.store.transaction import Tx

WAIT_SECONDS = 30
"""How long to wait for a lock: the longest transaction, a batch of 5,000 events with its views, takes under a second;
thirty of them may stand in line."""

ATTEMPTS = 100
"""How often work is repeated after a conflict: of 64 writers on one stream (G4) one wins every round, so the last one
loses 63 times where each has one thing to write; half as many again for those that come back."""

LOST_ATTEMPTS = 5
"""How often work is repeated after a lost connection; the pauses add up to three seconds. A server that restarts is
waited for where connections are made, and not again here."""

SECRET_BYTES = 16
"""Bytes of the secret of a store: nobody tries all of 2^128."""

OPEN_READER = "open_reader"
"""What ``scrub`` says where another program has a transaction open."""

NO_RIGHT = "no_right_to_rewrite"
"""What ``scrub`` says where the database left a table as it was, since it belongs to another role."""

STATISTICS_KEPT = "statistics_kept"
"""What ``scrub`` says where the server keeps values of rows that are gone, and the role may not change that."""

T = TypeVar("T")


class Engine(Protocol):
    """What the two databases have in common."""

    shown: str

    @property
    def address(self) -> Address:
        """Where the database is; may hold a password."""

    def transaction(self, *, write: bool) -> AbstractContextManager[Tx]:
        """Begin a transaction, commit it on a clean exit, roll it back on any other."""

    def glance(self) -> AbstractContextManager[Tx]:
        """Read with single statements, each on its own."""

    def scrub(self, *, log: bool) -> str:
        """Take what was erased out of the files, the log as well; says what keeps that from being done, if anything."""

    def alone(self) -> AbstractContextManager[Callable[[], None]]:
        """Be the only one that rebuilds; gives what to call now and then, so that the lock is kept."""

    def whole(self) -> bool:
        """Tell whether the file of the store ends where a page ends; True where there is no such file."""

    def warnings(self) -> list[dict[str, str]]:
        """Say, with a code and a text, what is not safe about where the store lies."""

    def close(self) -> None:
        """Close all connections."""


class Store:
    """A store of cooperations in an SQLite file or a PostgreSQL database; may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        """Use ``create`` or ``open`` instead."""
        self._engine = engine
        self._secret: str | None = None

    @classmethod
    def create(cls, url: str, *, wait_seconds: int = WAIT_SECONDS, keyed: bool = False) -> Self:
        """Make the tables, or bring those of an older version up to date, and open the store.

        A new one that is ``keyed`` gets a secret, by which staff have their pseudonyms. May be repeated, and two may do
        it at once. Raises SchemaTooNew and the errors of ``open``.
        """
        store = cls(_engine(parse(url), wait_seconds, create=True))
        try:
            with store.write() as tx:
                tx.rows("schema_lock")
                if schema.migrate(tx, store.address) == 0 and keyed:
                    tx.run("secret_put", value=secrets.token_hex(SECRET_BYTES))
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open(cls, url: str, *, wait_seconds: int = WAIT_SECONDS) -> Self:
        """Open a store that was made with ``create``.

        ``wait_seconds`` bounds the waiting for locks and connections. Raises StoreAddressInvalid, StoreMissing,
        SchemaTooNew, SchemaTooOld, StoreBusy, StoreUnreachable, StoreDamaged or StoreReadOnly, never with a password.
        """
        return cls.at(parse(url), wait_seconds=wait_seconds)

    @classmethod
    def at(cls, address: Address, *, wait_seconds: int = WAIT_SECONDS) -> Self:
        """Open a store at an address that was parsed already; raises what ``open`` raises."""
        store = cls(_engine(address, wait_seconds, create=False))
        try:
            with store._engine.glance() as tx:
                schema.check(tx, store.address)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def address(self) -> str:
        """The address as messages may show it, without password."""
        return self._engine.shown

    @property
    def place(self) -> Address:
        """The address itself, which may hold a password."""
        return self._engine.address

    @property
    def secret(self) -> str:
        """The secret by which staff have their pseudonyms, empty in a store that was made without one (D15)."""
        if self._secret is None:
            with self._engine.glance() as tx:
                row = tx.row("secret")
            self._secret = str(row[0]) if row is not None else ""
        return self._secret

    @property
    def known_as(self) -> str:
        """Name the store by what nobody can guess of it, the same in all its backups; empty for one without secret."""
        return sha256(f"koop-es store {self.secret}".encode()).hexdigest()[:32] if self.secret else ""

    def close(self) -> None:
        """Close all connections."""
        self._engine.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()

    def write(self) -> AbstractContextManager[Tx]:
        """Begin one atomic transaction; it is committed on a clean exit and rolled back on any other.

        On SQLite it keeps other writers out from here on, on PostgreSQL from the first ``append`` on: append first and
        write the other tables afterwards, then two transactions cannot wait for each other. Where the connection is
        lost in the COMMIT, the log is asked whether the events were written, and nothing is raised if they were.
        """
        return self._engine.transaction(write=True)

    def reading(self) -> AbstractContextManager[Tx]:
        """Begin a transaction that only reads and sees the store as it was at its first statement."""
        return self._engine.transaction(write=False)

    def scrub(self, *, log: bool = False) -> str:
        """Take the bytes of what was erased out of the files of the store, once it is committed.

        SQLite empties its write-ahead log; PostgreSQL writes the tables anew that held persons, and they are locked
        meanwhile. With the ``log``, that is written anew too. Returns an empty text where the bytes were rewritten, and
        else what keeps that from being done: the code of an error, or ``open_reader`` where another program, with a
        transaction of its own, may still see them.
        """
        try:
            return self._engine.scrub(log=log)
        except StoreUnusable as error:  # what is erased is committed: only its bytes are still there
            return error.code

    def alone(self) -> AbstractContextManager[Callable[[], None]]:
        """Be the only one that rebuilds views, until the block ends or the process dies.

        Gives what to call every few minutes at least, so that the database does not take the lock for forgotten.
        Raises RebuildRunning.
        """
        return self._engine.alone()

    def whole(self) -> bool:
        """Tell whether the file of the store ends where a page ends; PostgreSQL sees to its files itself."""
        return self._engine.whole()

    def warnings(self) -> list[dict[str, str]]:
        """Say, with a code and a text, what is not safe about where the store lies: who else may read it (G10), and
        whether its server may lose what was acknowledged.
        """
        return self._engine.warnings()

    def head(self) -> int:
        """Return the highest position of the log, 0 when it is empty."""
        with self._engine.glance() as tx:
            return tx.head()

    def load(self, streams: Iterable[str], *, upto: int | None = None) -> dict[str, list[Recorded]]:
        """Read whole streams of one moment in version order; a stream without events has an empty list."""
        with self.reading() as tx:
            return tx.load(streams, upto=upto)

    def read(self, after: int, limit: int) -> list[Recorded]:
        """Read the log after a position, at most ``limit`` events in the order of their positions.

        A reader that goes on from the last position it was given misses none: positions become visible in their order.
        They may have gaps, where a transaction was rolled back.
        """
        with self._engine.glance() as tx:
            return tx.read(after, limit)

    def retrying(self, work: Callable[[], T], attempts: int = ATTEMPTS) -> T:
        """Call ``work`` until it gets through, and return what it returns.

        It is repeated after a VersionConflict, after a deadlock and, at most LOST_ATTEMPTS times, after a lost
        connection; it must read again each time. A connection lost after COMMIT was sent leaves open whether anything
        was written: ``write`` asks the log for the events. Where it cannot, or there were none, the work is repeated
        though it is done: it must find nothing new to say then.
        """
        lost = 0
        for attempt in range(1, attempts + 1):
            try:
                return work()
            except (VersionConflict, StoreContended):
                if attempt == attempts:
                    raise
                time.sleep(min(0.001 * attempt, 0.02))  # a conflict means that somebody else got on: soon is best
            except StoreUnreachable as error:
                lost += 1
                if attempt == attempts or lost == LOST_ATTEMPTS or "waited_seconds" in error.details:
                    raise
                time.sleep(0.1 * 2**lost)
        raise ValueError("attempts must be at least 1")


def _engine(address: Address, wait_seconds: int, *, create: bool) -> Engine:
    # Late, so that a store in a file never loads the PostgreSQL driver, nor the other way round.
    if isinstance(address, SqliteAddress):
        from koop_es.store.sqlite import SqliteEngine  # noqa: PLC0415

        return SqliteEngine(address, wait_seconds=wait_seconds, create=create)
    from koop_es.store.postgres import PostgresEngine  # noqa: PLC0415

    return PostgresEngine(address, wait_seconds=wait_seconds, create=create)
