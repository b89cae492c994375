"""Making the tables, and refusing those of other versions."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from koop_es.store import Append, Store, schema
from koop_es.store.codec import encode_all
from koop_es.store.digest import HALF_MADE, of_store
from koop_es.store.errors import SchemaTooNew, SchemaTooOld, StoreMissing, VersionConflict
from koop_es.store.postgres_recorder import COPIED
from koop_es.store.statements import statements
from koop_es.store.times import microseconds
from koop_es.views.derived import COLUMNS
from koop_es.views.rebuild import rebuild
from tests.integration.store.samples import AT, append, bookings


def test_a_store_may_be_made_again_and_keeps_what_it_holds(any_db_url: str) -> None:
    with Store.create(any_db_url) as store:
        append(store, Append("a", 0, bookings(2)))
    with Store.create(any_db_url) as store:
        assert store.head() == 2
    with Store.open(any_db_url) as store, pytest.raises(VersionConflict):
        append(store, Append("a", 0, bookings(1)))


def test_several_may_make_the_store_at_once(any_db_url: str) -> None:
    def create(_: int) -> int:
        with Store.create(any_db_url) as store:
            return store.head()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(create, range(12))) == [0] * 12


def test_opening_what_was_never_made_says_how_to_make_it(any_db_url: str) -> None:
    with pytest.raises(StoreMissing, match="koop-es init"):
        Store.open(any_db_url)


def test_tables_of_a_newer_version_are_refused_and_left_alone(any_db_url: str) -> None:
    with Store.create(any_db_url) as store, store.write() as tx:
        tx.run("schema_mark", version="99")
    for call in (Store.open, Store.create):
        with pytest.raises(SchemaTooNew, match=f"version 99, this koop-es knows {schema.SCHEMA_VERSION}"):
            call(any_db_url)


def test_tables_of_an_older_version_are_refused_until_they_are_migrated(
    any_db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.create(any_db_url).close()
    following = schema.SCHEMA_VERSION + 1
    monkeypatch.setattr(schema, "SCHEMA_VERSION", following)  # its only step is the mark
    with pytest.raises(SchemaTooOld, match="koop-es init"):
        Store.open(any_db_url)
    with Store.create(any_db_url) as store:
        with pytest.raises(SchemaTooOld, match=f"its views are still those of version {following - 1}"):
            Store.open(any_db_url)
        rebuild(store, any_db_url)
    with Store.open(any_db_url) as store, store.reading() as tx:
        assert schema.version(tx) == following
        assert not schema.has_outdated_views(tx)


def test_tables_of_version_1_learn_who_had_to_do_with_what(any_db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 1)
    streams = {"563-COOP-1": 2, "563-COOP-2": 1, "market:ober-pfalz": 1, "vhs:563": 1}
    with Store.create(any_db_url) as store, store.write() as tx:  # as its program wrote: it kept no times
        tx._insert(encode_all([Append(stream, 0, bookings(count)) for stream, count in streams.items()]))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", now)
    with Store.create(any_db_url) as store, store.reading() as tx:
        assert tx.rows("side_times") == [(5, microseconds(AT))], "the times of its events are kept from now on"
        assert tx.rows("members", upto=99) == [("563-COOP-1", "563"), ("563-COOP-2", "563")]
        assert tx.rows("members_of_vhs", vhs="563", upto=2) == [("563-COOP-1",)]


def test_tables_of_version_2_keep_what_vhs_see(any_db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    columns = [*COLUMNS["views"]]
    row = ["563", "563-COOP-1", "master", "K1", "26F", None, None, "2026-05-30", 7, 2, 1, 3, 0, "{}", "[]"]
    marks = ", ".join("?" if any_db_url.startswith("sqlite") else "%s" for _ in row)
    with Store.create(any_db_url) as store, store.write() as tx:
        for table in ("koop_views", "koop_views_back"):
            tx._cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)  # type: ignore[attr-defined]  # noqa: S608
    monkeypatch.setattr(schema, "SCHEMA_VERSION", now)
    with Store.create(any_db_url) as store, store.reading() as tx:
        for name in ("whole_views", "side_views_back"):
            assert tx.rows(name) == [tuple(row)], "the wide columns come last"
        assert tx.rows("side_views_next") == []


def test_what_is_open_at_a_vhs_is_read_from_an_index_alone(store: Store) -> None:
    sqlite = store.address.startswith("sqlite")
    sql = statements("sqlite" if sqlite else "postgres")["view_open_ends"]
    with store.write() as tx:
        assert tx.row("view_open_ends", vhs="563") is None
        for number, (pending, suspects) in enumerate([(0, 0), (0, 1), (2, 0)], 1):
            row = (f"{number}", f"{number}-COOP-1", "master", "K1", "26F", None, None, None, 7)
            tx.write_rows("view_insert", [(*row, pending, suspects, 0, 0, "{}", "[]")])
        assert [tx.row("view_open_ends", vhs=vhs) for vhs in ("1", "2", "3")] == [None, (1,), (1,)]
        cursor = tx._cursor  # type: ignore[attr-defined]
        if sqlite:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", {"vhs": "1"})]
            assert sum("USING COVERING INDEX" in step for step in plan) == 2
        else:
            for way in ("seqscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            plan = [row[0] for row in cursor.execute(f"EXPLAIN {sql}", {"vhs": "1"})]
            assert sum("Index Only Scan" in step for step in plan) == 2


@pytest.mark.parametrize("name", ["violation_close", "violation_shown"])
def test_a_violation_is_found_by_its_cooperation_not_among_all_of_its_vhs(store: Store, name: str) -> None:
    sqlite = store.address.startswith("sqlite")
    sql = statements("sqlite" if sqlite else "postgres")[name]
    values: dict[str, str | int] = {key: 1 if key == "position" else "1" for key in _parameters(sql, sqlite=sqlite)}
    with store.write() as tx:
        cursor = tx._cursor  # type: ignore[attr-defined]
        if sqlite:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = [row[0] for row in cursor.execute(f"EXPLAIN {sql}", values)]
    assert any("coop_id=?" in step or "Index Cond: (coop_id = " in step for step in plan), plan


def test_rows_are_copied_in_the_types_of_their_columns(postgres_url: str) -> None:
    with Store.create(postgres_url) as store, store.reading() as tx:
        for name, types in COPIED.items():
            table, columns = re.findall(r"COPY (\w+) \((.+?)\)", statements("postgres")[name])[0]
            cursor = tx._cursor.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # type: ignore[attr-defined]  # noqa: S608
            found = [column.type_code for column in cursor.description]
            assert [psycopg.adapters.types[kind].oid for kind in types] == found, name


UNEXPLAINED = ("COPY", "ALTER", "TRUNCATE", "ANALYZE", "SET", "LOCK", "VACUUM")
"""What a database cannot be asked about without doing it; the tests of the rebuild run these."""

BY_EXTENSION = {"check_file"}
"""Statements that PostgreSQL understands with amcheck alone; the tests of verify run these beside a stand-in for it."""


def test_every_statement_is_understood_by_its_database(store: Store) -> None:
    sqlite = store.address.startswith("sqlite")
    with store.write() as tx:
        for name, text in statements("sqlite" if sqlite else "postgres").items():
            passed_over = not sqlite and name in BY_EXTENSION
            if passed_over or name.startswith(("migration_", "anew_")) or text.startswith(UNEXPLAINED):
                continue
            names = dict.fromkeys(_parameters(text, sqlite=sqlite))
            explained = f"EXPLAIN {text}"
            places = re.findall(r"\?" if sqlite else r"(?<!%)%s", text)
            values = [None] * len(places) if places else names
            tx._cursor.execute(explained if sqlite else explained.encode(), values)  # type: ignore[attr-defined]


def _parameters(text: str, *, sqlite: bool) -> list[str]:
    return re.findall(r"(?<!:):(\w+)" if sqlite else r"%\((\w+)\)s", text)


def test_every_table_is_digested(store: Store) -> None:
    made = {
        table
        for name, text in statements("sqlite").items()
        if name.startswith("migration_")
        for table in re.findall(r"CREATE TABLE koop_(\w+)", text)
        if not table.endswith(HALF_MADE)
    }
    with store.reading() as tx:
        assert of_store(tx).keys() == made - {"commits"} | {"log"}, "the count of transactions is no content"
