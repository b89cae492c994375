"""Where the tables of a store lie, and in what a server keeps them: one schema, UTF-8, on its disk (G1, G8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from koop_es.audit import objects
from koop_es.domain.draft import VaultEntry
from koop_es.domain.errors import StoreUnusable
from koop_es.domain.observation import Person
from koop_es.store import Append, Store, backup, vault
from koop_es.store.errors import (
    ClientNotUtf8,
    DatabaseNotUtf8,
    NoConnectionFree,
    PlaceTaken,
    StoreDamaged,
    StoreScattered,
)
from tests.conftest import PostgresServer
from tests.integration.store.samples import AT, append, bookings

BOTH = pytest.mark.parametrize("call", [Store.open, Store.create])
Call = Callable[[str], Store]


def admin(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@BOTH
def test_a_schema_that_appears_later_is_refused_with_both_names(postgres_url: str, call: Call) -> None:
    Store.create(postgres_url).close()
    admin(postgres_url, "CREATE SCHEMA postgres")  # the search path begins with that of the user
    with pytest.raises(StoreScattered, match="schema public, but the search path begins with postgres"):
        call(postgres_url)
    with call(f"{postgres_url}&options=-csearch_path%3Dpublic") as store:
        assert append(store, Append("a", 0, bookings(1))) == [[1]]


@BOTH
def test_there_is_one_log_in_a_database_whatever_the_search_path(postgres_url: str, call: Call) -> None:
    Store.create(postgres_url).close()
    admin(postgres_url, "CREATE SCHEMA other")
    with pytest.raises(StoreScattered, match="schema public, but the search path begins with other"):
        call(f"{postgres_url}&options=-csearch_path%3Dother")
    admin(postgres_url, "CREATE TABLE other.koop_events (LIKE koop_events)")
    call(postgres_url).close()  # a copy that nobody looks up does no harm
    with pytest.raises(StoreScattered, match="schema other, but the search path begins with public"):
        call(f"{postgres_url}&options=-csearch_path%3Dpublic,other")


WRAPPED = (
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE {} (n int) SERVER s"
)


@pytest.mark.parametrize("name", ["other", "koop_events", "koop_meta", "koop_persons"])
@pytest.mark.parametrize(
    "made",
    ["CREATE TABLE {} (n int)", "CREATE VIEW {} AS SELECT 1 AS n", "CREATE MATERIALIZED VIEW {} AS SELECT 1 AS n",
     "CREATE SEQUENCE {}", WRAPPED],
)  # fmt: skip
def test_g7_no_store_is_made_beside_what_is_not_of_koop_es_where_verify_would_call_it_broken(
    postgres_url: str, made: str, name: str
) -> None:
    admin(postgres_url, *made.format(name).split("; "))
    unmade = (PlaceTaken, StoreDamaged) if name in {"koop_events", "koop_meta"} else PlaceTaken
    with pytest.raises(unmade) as refused:
        Store.create(postgres_url)
    if refused.type is PlaceTaken:
        assert f"the schema public holds {name}, which is not of koop-es" in str(refused.value)
        assert "CREATE SCHEMA koop" in str(refused.value)
    with psycopg.connect(postgres_url) as connection:
        asked = "SELECT relname FROM pg_class WHERE relname LIKE 'koop%' AND relkind <> 'i'"
        assert [found for (found,) in connection.execute(asked) if found != name] == [], "nothing was made"
    admin(postgres_url, "CREATE SCHEMA koop")
    if name not in {"koop_events", "koop_meta"}:
        with Store.create(f"{postgres_url}&options=-csearch_path%3Dkoop") as store, store.reading() as tx:
            assert list(objects.faults(tx)) == []


@pytest.mark.parametrize("made", ["CREATE TABLE other (n)", "CREATE VIEW koop_events AS SELECT 1"])
def test_g7_no_store_is_made_in_the_file_of_another_program(tmp_path: Path, made: str) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(made)
    with pytest.raises(PlaceTaken, match=r"the file holds .*, which is not of koop-es"):
        Store.create(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        assert len(connection.execute("SELECT name FROM sqlite_master").fetchall()) == 1


def test_who_has_a_store_open_finds_its_tables_when_a_schema_appears_before_them(postgres_url: str) -> None:
    with Store.create(postgres_url) as store:
        append(store, Append("a", 0, bookings(1)))
        admin(postgres_url, "CREATE SCHEMA postgres", "CREATE TABLE postgres.koop_events (LIKE koop_events)")
        append(store, Append("b", 0, bookings(1)))
        assert store.head() == 2
    admin(postgres_url, "DROP SCHEMA postgres CASCADE")
    with Store.open(postgres_url) as store:
        assert store.head() == 2


@pytest.mark.parametrize("table", ["the log", "koop_meta", "koop_persons"])
@BOTH
def test_half_a_set_of_tables_is_refused_and_not_made_whole(any_db_url: str, table: str, call: Call) -> None:
    Store.create(any_db_url).close()
    sqlite = any_db_url.startswith("sqlite")
    name = ("stored_events" if sqlite else "koop_events") if table == "the log" else table
    if sqlite:
        with sqlite3.connect(any_db_url.removeprefix("sqlite:///")) as file:
            file.execute(f"DROP TABLE {name}")
    else:
        admin(any_db_url, f"DROP TABLE {name} CASCADE")
    with pytest.raises(StoreDamaged, match=f"{table} is missing|{table} missing|table of {table} is missing"):
        call(any_db_url)


@pytest.fixture
def latin_url(postgres_server: PostgresServer) -> Iterator[str]:
    name = postgres_server.new_name()
    postgres_server.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


def test_a_database_that_is_not_utf_8_is_refused_before_anything_is_made(latin_url: str) -> None:
    with pytest.raises(DatabaseNotUtf8, match=r"encoding is LATIN1.*createdb -E UTF8 -T template0"):
        Store.create(latin_url)
    with psycopg.connect(latin_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_another_encoding_that_is_asked_for_is_refused_at_first_and_never_used(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with pytest.raises(ClientNotUtf8, match="PGCLIENTENCODING is LATIN1"):
        Store.create(postgres_url)
    monkeypatch.setenv("PGCLIENTENCODING", "utf-8")
    with pytest.raises(ClientNotUtf8, match="client_encoding in the address is win1252"):
        Store.create(f"{postgres_url}&client_encoding=win1252")
    Store.create(postgres_url).close()
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    who = Person("Łukasiewicz", "Šárka")
    with Store.open(f"{postgres_url}&client_encoding=win1252") as store:
        with store.write() as tx:
            vault.put(tx, [VaultEntry("p", 1, "563-COOP-1", "301:1", who)])
        with store.reading() as tx:
            assert vault.of_ids(tx, ["p"]) == {("p", 1): who}


@pytest.mark.parametrize(("chosen", "asked"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_g1_what_is_acknowledged_is_on_the_disk_whatever_the_server_does_by_itself(
    postgres_url: str, chosen: str, asked: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = {chosen}".encode())
    with Store.create(postgres_url) as store, store.write() as tx:
        shown = tx._cursor.execute("SHOW synchronous_commit").fetchone()  # type: ignore[attr-defined]
    assert shown == (asked,)


def test_g1_g10_a_server_that_does_not_wait_for_its_disk_or_shows_names_to_all_is_said(postgres_url: str) -> None:
    with Store.create(postgres_url) as store:
        assert [item["code"] for item in store.warnings()] == ["server_not_durable"], "tests run without fsync"
        for right in ("SELECT", "SELECT (name)", "UPDATE (email)", "INSERT", "DELETE", "TRUNCATE", "TRIGGER"):
            admin(postgres_url, f"GRANT {right} ON koop_persons TO PUBLIC")
            assert [item["code"] for item in store.warnings()] == ["server_not_durable", "open_to_others"], right
            admin(postgres_url, "REVOKE ALL ON koop_persons FROM PUBLIC")
            assert [item["code"] for item in store.warnings()] == ["server_not_durable"], right


def test_no_connection_that_is_free_is_said_as_that(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Store.create(postgres_url).close()
    name = "few"
    admin(
        postgres_url,
        f"DROP ROLE IF EXISTS {name}",
        f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 1",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT INSERT, UPDATE, DELETE ON koop_meta TO {name}",
    )
    try:
        with Store.open(postgres_url.replace("postgres@", f"{name}@")) as store:
            store._engine.datastore.pool.timeout = 0.5  # type: ignore[attr-defined]
            with store.reading() as tx, pytest.raises(NoConnectionFree, match="too many connections for role"):
                assert tx.head() == 0
                store.head()
            with pytest.raises(NoConnectionFree, match=r"pg_dump: .*too many connections for role"):
                backup.make(store, tmp_path / "koop.backup", AT)
        with Store.open(postgres_url) as store:
            pool = store._engine.datastore.pool  # type: ignore[attr-defined]
            pool.timeout, pool._max_size = 0.5, 1
            with store.reading(), pytest.raises(NoConnectionFree, match="connections of this process are in use"):
                store.head()
    finally:
        admin(postgres_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_every_refusal_is_one_that_a_command_can_answer_with() -> None:
    for error in (ClientNotUtf8, DatabaseNotUtf8, NoConnectionFree, StoreScattered):
        assert issubclass(error, StoreUnusable)
