"""G7: a sound store on PostgreSQL is called sound, whatever its server, database or role has set or installed."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from koop_es.audit import verify
from koop_es.store import Store
from tests.conftest import Place
from tests.integration.audit.test_verify import sealed, wrong
from tests.integration.views.test_rebuild import execute

AMCHECK = (
    "CREATE SCHEMA checks",
    """CREATE FUNCTION checks.bt_index_check(index regclass, heapallindexed boolean) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE found text; BEGIN
    SELECT c.relname INTO found FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_am AS a ON a.oid = c.relam
    WHERE c.oid = index AND c.relkind = 'i' AND a.amname = 'btree' AND c.relname LIKE 'koop%';
    IF found IS NULL THEN RAISE EXCEPTION 'asked of % as well', index USING ERRCODE = 'XX002'; END IF;
    IF found = current_setting('koop.damaged', true) THEN RAISE EXCEPTION 'damaged' USING ERRCODE = 'XX002'; END IF;
    END $$""",
    "SET allow_system_table_mods = on; INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, "
    "extversion) VALUES (99999, 'amcheck', 10, 'checks'::regnamespace, true, '1.3')",
)
"""Stands for the extension, which not every server has, and refuses whatever is no index of the store."""

PLANS = (
    "SELECT 1",
    "ANALYZE",
    "VACUUM FULL pg_class",
    *(
        f"ALTER DATABASE {{name}} SET {setting}"
        for setting in (
            "enable_hashjoin = off",
            "enable_nestloop = off",
            "enable_mergejoin = off",
            "enable_indexscan = off",
        )
    ),
)


def test_g7_only_indices_of_the_store_are_checked_however_the_server_plans_that(postgres_place: Place) -> None:
    postgres_place.pour(sealed)
    url = postgres_place.url
    with psycopg.connect(url) as connection:
        database = connection.info.dbname
    for statement in AMCHECK:
        execute(url, statement)
    for change in PLANS:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(change.format(name=database).encode())
        with Store.open(url) as store:
            found = {check.name: check for check in verify.verify(store)}
        assert found["file"].ok, (change, found["file"])
        assert {name for name, check in found.items() if check.ok is False} == set(), change
    execute(url, f"ALTER DATABASE {database} SET koop.damaged = 'koop_persons_by_stream'")
    assert wrong(url) == {"file"}


SETTINGS = (
    "quote_all_identifiers = on",
    "extra_float_digits = -15",
    "DateStyle = 'SQL, DMY'",
    "IntervalStyle = 'iso_8601'",
    "bytea_output = 'escape'",
    "standard_conforming_strings = off",
    "backslash_quote = on",
    "transform_null_equals = on",
    "array_nulls = off",
    "xmloption = 'document'",
    "TimeZone = 'Pacific/Kiritimati'",
    "lc_messages = 'C'",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_deferrable = on",
    "row_security = off",
    "enable_seqscan = off",
)


@pytest.mark.parametrize("of", ["database", "role"])
@pytest.mark.parametrize("made", ["before", "after"])
def test_g7_what_a_database_or_role_has_set_changes_nothing_of_a_store(
    postgres_url: str, tmp_path: Path, of: str, made: str
) -> None:
    if made == "before":
        sealed(postgres_url, tmp_path)
    with psycopg.connect(postgres_url) as connection:
        name = connection.info.dbname
    url, role = postgres_url, f"koop_set_{name}"
    if of == "role":
        execute(postgres_url, f"CREATE ROLE {role} LOGIN SUPERUSER")
        url = postgres_url.replace("postgres@", f"{role}@")
    try:
        for setting in SETTINGS:
            execute(postgres_url, f"ALTER {of} {role if of == 'role' else name} SET {setting}")
            if made == "before":
                assert wrong(url) == set(), setting
        if made == "after":
            sealed(url, tmp_path)
        assert wrong(url) == wrong(postgres_url) == set()
    finally:
        if of == "role":
            execute(postgres_url, f"DROP OWNED BY {role} CASCADE")
            execute(postgres_url, f"DROP ROLE {role}")
