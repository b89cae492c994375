"""What an error of a driver means."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import ConnectionUnavailableError, IntegrityError

from koop_es.domain.errors import StoreUnusable
from koop_es.store import errors
from koop_es.store.address import PostgresAddress, SqliteAddress
from koop_es.store.postgres import PostgresEngine
from koop_es.store.sqlite import SqliteEngine


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, errors.StoreBusy),
        (sqlite3.SQLITE_FULL, errors.StoreFull),
        (sqlite3.SQLITE_IOERR_WRITE, errors.StoreFull),
        (sqlite3.SQLITE_IOERR_SHMSIZE, errors.StoreFull),
        (sqlite3.SQLITE_IOERR_FSYNC, errors.StoreUnreachable),
        (sqlite3.SQLITE_CORRUPT, errors.StoreDamaged),
        (sqlite3.SQLITE_READONLY_DIRECTORY, errors.StoreReadOnly),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, errors.StatementFailed),
    ],
)
def test_sqlite_codes_are_told_apart_by_their_primary_code(
    tmp_path: Path, code: int, kind: type[StoreUnusable]
) -> None:
    engine = SqliteEngine(SqliteAddress(tmp_path / "koop.db"), wait_seconds=1, create=True)
    error = sqlite3.OperationalError("a row with Anna")
    error.sqlite_errorcode = code
    found = engine.fault(error, "person_insert")
    assert type(found) is kind
    assert "Anna" not in found.message
    assert type(engine.fault(ConnectionUnavailableError())) is errors.StoreBusy


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DeadlockDetected, errors.StoreContended),
        (psycopg.errors.SerializationFailure, errors.StoreContended),
        (psycopg.errors.UniqueViolation, errors.StoreContended),
        (psycopg.errors.NotNullViolation, errors.StatementFailed),
        (psycopg.errors.UndefinedTable, errors.StatementFailed),
        (psycopg.errors.DiskFull, errors.StoreFull),
        (psycopg.errors.TooManyConnections, errors.NoConnectionFree),
        (psycopg.errors.LockNotAvailable, errors.StoreBusy),
        (psycopg.errors.QueryCanceled, errors.StatementCancelled),
        (psycopg.errors.OutOfMemory, errors.ServerExhausted),
        (psycopg.errors.AdminShutdown, errors.StoreUnreachable),
        (psycopg.errors.IdleInTransactionSessionTimeout, errors.StoreUnreachable),
        (psycopg.errors.IndexCorrupted, errors.StoreDamaged),
        (psycopg.errors.InsufficientPrivilege, errors.StoreReadOnly),
        (psycopg.OperationalError, errors.StoreUnreachable),
        (psycopg.ProgrammingError, errors.StatementFailed),
    ],
)
def test_postgres_states_are_told_apart(error: type[psycopg.Error], kind: type[StoreUnusable]) -> None:
    engine = PostgresEngine.__new__(PostgresEngine)
    engine.address = PostgresAddress({"password": "geheim"})
    engine.shown = engine.address.shown
    wrapped = IntegrityError("Anna")
    wrapped.__cause__ = error("geheim\nAnna")
    for raised in (error("geheim\nAnna"), wrapped):
        found = engine.fault(raised, "person_insert")
        assert type(found) is kind
        assert "Anna" not in found.message
        assert "geheim" not in found.message


def test_codes_of_errors_are_unique() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StoreUnusable)]
    assert len({kind.code for kind in kinds}) == len(kinds)
