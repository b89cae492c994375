"""What happens to databases: each gives a typed error with place and remedy, and none shows a password."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from koop_es.domain.errors import StoreUnusable
from koop_es.store import Append, Store, fences, vault
from koop_es.store.errors import (
    StatementCancelled,
    StatementFailed,
    StoreAddressInvalid,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreMissing,
    StoreReadOnly,
    StoreScattered,
    StoreUnreachable,
    StoreUnreadable,
)
from tests.integration.store.samples import AT, append, bookings


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_a_missing_file_is_not_made_by_opening(sqlite_url: str) -> None:
    with pytest.raises(StoreMissing):
        Store.open(sqlite_url)
    assert not file_of(sqlite_url).exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="nowhere does not exist"):
        Store.create(f"sqlite:///{tmp_path}/nowhere/koop.db")


def test_a_file_that_is_no_database_is_said_to_be_none(sqlite_url: str) -> None:
    file_of(sqlite_url).write_bytes(b"Kursnummer;Titel\n" * 500)
    for call in (Store.open, Store.create):
        with pytest.raises(StoreDamaged, match="no SQLite database"):
            call(sqlite_url)


def test_half_a_page_is_missed_only_where_the_log_has_it_not(sqlite_url: str, tmp_path: Path) -> None:
    """A write that finds no room leaves half a page in the file, and the whole one in the log beside it."""
    copy = tmp_path / "copy.db"
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(200)))
        for end in ("", "-wal"):
            copy.with_name(f"{copy.name}{end}").write_bytes(Path(f"{file_of(sqlite_url)}{end}").read_bytes())
    os.truncate(copy, 4096 + 1500)
    with Store.open(f"sqlite:///{copy}") as store:
        assert store.whole()
        assert len(store.read(0, 300)) == 200
    os.truncate(copy, copy.stat().st_size - 1500)  # its log was emptied into it when it was closed
    with Store.open(f"sqlite:///{copy}") as store:
        assert not store.whole()
    with copy.open("ab") as file:
        file.write(bytes(1500 + 700))  # the last page, and a part of one that does not count
    with Store.open(f"sqlite:///{copy}") as store:
        assert store.whole()


def test_a_damaged_file_is_noticed_where_it_is_read(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(5_000)))
    content = bytearray(file_of(sqlite_url).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 65_536] = b"\xff" * 65_536
    file_of(sqlite_url).write_bytes(content)
    with Store.open(sqlite_url) as store, pytest.raises(StoreDamaged, match="restore the last backup"):
        store.read(0, 5_000)


def test_a_locked_file_is_waited_for_and_then_reported(sqlite_url: str) -> None:
    Store.create(sqlite_url).close()
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(sqlite_url, wait_seconds=0) as store:
        with pytest.raises(StoreBusy, match="locked"):
            append(store, Append("a", 0, bookings(1)))
        assert store.head() == 0
        other.close()
        assert append(store, Append("a", 0, bookings(1))) == [[1]]


@pytest.mark.parametrize("hold", ["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"])
def test_a_new_file_that_another_program_holds_is_reported(sqlite_url: str, hold: str) -> None:
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    other.execute("CREATE TABLE anything (x)")
    other.execute(hold)
    with pytest.raises(StoreBusy, match="locked"):
        Store.create(sqlite_url, wait_seconds=0)
    other.execute("ROLLBACK")
    other.execute("DROP TABLE anything")
    other.close()
    Store.create(sqlite_url, wait_seconds=0).close()


def test_a_thread_that_writes_too_long_is_reported_to_the_others(sqlite_url: str) -> None:
    with (
        Store.create(sqlite_url, wait_seconds=0) as store,
        store.write(),
        pytest.raises(StoreBusy, match="another thread"),
    ):
        append(store, Append("a", 0, bookings(1)))


def test_a_full_disk_damages_nothing(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(1)))
        with pytest.raises(StoreFull, match="nothing was changed"), store.write() as tx:
            tx._cursor.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]
            tx.append([Append("b", 0, bookings(5_000))])
        with store.write() as tx:
            tx._cursor.execute("PRAGMA max_page_count = 100000")  # type: ignore[attr-defined]
            assert tx.append([Append("b", 0, bookings(2))]) == [[2, 3]]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_to_be_read_only(sqlite_url: str) -> None:
    Store.create(sqlite_url).close()
    folder = file_of(sqlite_url).parent
    folder.chmod(0o500)
    try:
        with pytest.raises((StoreReadOnly, StoreUnreachable)):
            Store.open(sqlite_url)
    finally:
        folder.chmod(0o700)


def test_a_connection_that_may_not_write_is_said_to_be_read_only(sqlite_url: str) -> None:
    with Store.create(sqlite_url) as store, pytest.raises(StoreReadOnly), store.write() as tx:
        tx._cursor.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]
        tx.append([Append("a", 0, bookings(1))])


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnusable, match="closed"):
        store.head()


def test_a_locked_table_is_waited_for_and_then_reported(postgres_url: str) -> None:
    Store.create(postgres_url).close()
    with Store.open(postgres_url, wait_seconds=1) as store, psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE koop_events IN EXCLUSIVE MODE")
        with pytest.raises(StoreBusy, match="55P03"):
            append(store, Append("a", 0, bookings(1)))
        other.rollback()
        assert append(store, Append("a", 0, bookings(1))) == [[1]]


def test_a_server_that_only_reads_is_said_to_be_read_only(postgres_url: str) -> None:
    Store.create(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET default_transaction_read_only = on".encode())
    with Store.open(postgres_url) as store, pytest.raises(StoreReadOnly):
        append(store, Append("a", 0, bookings(1)))


def test_a_user_without_rights_is_told_so(postgres_url: str) -> None:
    Store.create(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS guest")
        admin.execute("CREATE ROLE guest LOGIN")
        with pytest.raises(StoreUnreadable, match=r"42501.*may not read"):
            Store.open(postgres_url.replace("postgres@", "guest@"))
        admin.execute("DROP ROLE guest")


def test_a_statement_that_the_server_ends_is_not_told_as_anothers_lock(postgres_url: str) -> None:
    Store.create(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin, psycopg.connect(postgres_url) as other:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET statement_timeout = 300".encode())
        with Store.open(postgres_url) as store:
            other.execute("LOCK TABLE koop_events IN EXCLUSIVE MODE")
            with pytest.raises(StatementCancelled, match=r"57014.*statement_timeout") as caught:
                append(store, Append("a", 0, bookings(1)))
            assert "Another program" not in caught.value.message
            other.rollback()
            append(store, Append("a", 0, bookings(1)))


@pytest.mark.parametrize("write", [False, True], ids=["reading", "writing"])
def test_a_statement_that_a_role_may_not_read_with_is_told_apart_from_one_that_writes(
    postgres_url: str, write: bool
) -> None:
    Store.create(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS half")
        admin.execute("CREATE ROLE half LOGIN")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO half")
        admin.execute("REVOKE SELECT ON koop_persons FROM half")
        try:
            with Store.open(postgres_url.replace("postgres@", "half@")) as store:
                with (
                    pytest.raises(StoreUnreadable, match=r"42501.*may not read"),
                    store.write() if write else store.reading() as tx,
                ):
                    vault.held(tx, ["x"], [])
                with pytest.raises(StoreReadOnly, match=r"42501.*may not be written to"), store.write() as tx:
                    fences.put(tx, ["x"], AT)
        finally:
            admin.execute("DROP OWNED BY half")
            admin.execute("DROP ROLE half")


def test_a_search_path_to_nowhere_is_named(postgres_url: str) -> None:
    with pytest.raises(StoreUnreachable, match="search path"):
        Store.create(f"{postgres_url}&options=-csearch_path%3Dnowhere")


def test_the_tables_lie_in_the_schema_of_the_search_path(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE SCHEMA other")
    with Store.create(f"{postgres_url}&options=-csearch_path%3Dother") as store:
        append(store, Append("a", 0, bookings(1)))
    with pytest.raises(StoreScattered, match="schema other, but the search path begins with public"):
        Store.open(postgres_url)


def test_a_refused_statement_is_named_without_its_values(store: Store) -> None:
    with pytest.raises(StatementFailed, match="number_adopt") as refused, store.write() as tx:
        tx.run("number_adopt", vhs="geheimnis", number=None)
    assert "geheimnis" not in repr(refused.value) + repr(refused.value.details)
    assert refused.value.__suppress_context__, "the driver's own error, which quotes the row, is not shown"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgresql://koop:geheimnis@/db?host=/nowhere", StoreUnreachable),
        ("postgresql://koop:geheimnis@127.0.0.1:1/db", StoreUnreachable),
        ("postgresql://koop:geheimnis@host:port:geheimnis/db", StoreAddressInvalid),
        ("postgresql://koop:x@geheimnis@host/db", StoreAddressInvalid),
        ("postgresql://koop:12/geheimnis@host/db", StoreAddressInvalid),
        ("postgresql://koop:geheimnis@host/db?nonsense=geheimnis", StoreAddressInvalid),
        ("mysql://koop:geheimnis@host/db", StoreAddressInvalid),
    ],
)
@pytest.mark.parametrize("call", [Store.open, Store.create])
def test_no_message_shows_a_password(call: Callable[[str], Store], url: str, error: type[StoreUnusable]) -> None:
    with pytest.raises(error) as refused:
        call(url)
    shown = str(refused.value) + repr(refused.value) + repr(refused.value.details)
    assert "geheimnis" not in shown
    assert refused.value.__cause__ is None


def test_a_database_that_does_not_exist_is_named(postgres_url: str) -> None:
    with pytest.raises(StoreUnreachable, match="nonesuch"):
        Store.open(postgres_url.replace("/koop_", "/nonesuch_"))
