"""A store that is put back is there wholly, with nobody in it who was forgotten, or not there at all (D15, G2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from koop_es.store import pg_tools
from koop_es.store.address import PostgresAddress, parse
from tests.acceptance.console import Console
from tests.acceptance.gallows import KILLED, Gallows, gallows
from tests.acceptance.network import COOP, NEAR, NUMBERS, booked
from tests.conftest import PostgresServer
from tests.faults.picture import picture

REF = f"{NEAR}:5050"
NAME = "Unverwechselbar"

KILLS = {"sqlite": 6, "postgresql": 3}
"""Spread evenly over the length of a restore."""

AS_ADDRESS = {"%": "%25", "=": "%3D", '"': "%22", " ": "%20", "\\": "%5C"}


def in_schema(url: str, schema: str) -> str:
    """Name a schema in an address as a person would write it."""
    quoted = '"' + schema.replace("\\", "\\\\").replace(" ", "\\ ") + '"'
    option = f"-csearch_path={quoted}"
    return f"{url}&options=" + "".join(AS_ADDRESS.get(letter, letter) for letter in option)


def schemas(url: str) -> dict[str, bool]:
    """Name the schemas in which there are tables of koop-es, and tell whether the name of the forgotten is there."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'koop_persons'").fetchall()
        asked = 'SELECT count(*) FROM "{}".koop_persons WHERE name = %s'
        return {name: connection.execute(asked.format(name).encode(), [NAME]).fetchone() != (0,) for (name,) in found}


def made(koop: Console, folder: Path) -> Path:
    """Back a store up in which there is somebody who is forgotten afterwards."""
    near = booked(folder / "exports")[NEAR]
    near.book(NUMBERS[NEAR][COOP], "5050", Name=NAME)
    koop.take_in(near.export())
    koop.ask("backup", folder / "koop.backup")
    koop.ask("forget", "--booking", REF)
    return folder / "koop.backup"


@pytest.mark.parametrize("schema", ["Koop es-1\\", "koopa"])
def test_g8_a_store_comes_to_lie_where_the_address_looks_for_it_whichever_schema_it_was_in(
    postgres_server: PostgresServer, capsys: pytest.CaptureFixture[str], tmp_path: Path, schema: str
) -> None:
    former, plain, named = (postgres_server.url(postgres_server.create_database()) for _ in range(3))
    with psycopg.connect(former) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
    koop = Console(in_schema(former, schema), capsys)
    koop.ask("init")
    backup = made(koop, tmp_path)
    assert {check["name"]: check["ok"] for check in koop.ask("verify", status=7)["checks"]}["schema"] is True
    for url, lies, db in ((plain, "public", plain), (named, schema, in_schema(named, schema))):
        restored = Console(db, capsys)
        done = restored.ask("restore", backup)
        assert (done["forgotten"], schemas(url)) == (1, {lies: False})
        assert restored.ask("restore", backup) == done
        checks = restored.ask("verify", status=7)["checks"]
        assert not [check for check in checks if check["ok"] is False]
        assert restored.booking(NEAR, REF)


def test_g2_a_restore_that_is_killed_has_put_all_back_or_nothing(
    any_koop: Console, request: pytest.FixtureRequest, hangman: Gallows, tmp_path: Path
) -> None:
    backup = made(any_koop, tmp_path)
    kind, landed = any_koop.db.partition(":")[0], 0

    def empty(number: int) -> Console:
        if kind == "sqlite":
            return Console(f"sqlite:///{tmp_path / str(number)}.db", any_koop.capsys)
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return Console(server.url(server.create_database()), any_koop.capsys)

    whole = empty(0)
    status, took = hangman.run(*whole.words("restore", backup))
    assert status == 0
    right = picture(whole.db)
    for part in range(1, KILLS[kind] + 1):
        place = empty(part)
        status, _ = hangman.run(*place.words("restore", backup), after=took * part / (KILLS[kind] + 1))
        assert status in {0, KILLED}
        landed += status == KILLED
        if kind != "sqlite":
            settled(place)
        assert picture(place.db) in ({}, right)
        done = place.ask("restore", backup)
        assert (done["forgotten"], picture(place.db)) == (1, right)
    assert landed, "the first, which tells when to kill, may have taken much longer on a machine at work"


def test_g2_a_restore_into_a_database_that_is_no_place_for_it_leaves_nothing(
    postgres_server: PostgresServer, postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Console(postgres_url, capsys).ask("init")
    backup = made(Console(postgres_url, capsys), tmp_path)
    latin, taken = postgres_server.new_name(), postgres_server.create_database()
    postgres_server.run(f"CREATE DATABASE {latin} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    with psycopg.connect(postgres_server.url(taken)) as connection:
        connection.execute("CREATE TABLE koop_views (of_somebody_else int)")
    for name, code, status in ((latin, "database_not_utf8", 5), (taken, "store_not_empty", 4)):
        url = postgres_server.url(name)
        assert Console(url, capsys).refused("restore", backup, status=status)["code"] == code
        assert schemas(url) == {}


@pytest.mark.parametrize(
    "made_there",
    [
        "TABLE other (n int)",
        "VIEW other AS SELECT 1 AS n",
        "SEQUENCE other",
        "MATERIALIZED VIEW other AS SELECT 1 AS n",
    ],
)
def test_g7_nothing_is_put_back_beside_what_is_not_of_koop_es_where_verify_would_call_it_broken(
    postgres_server: PostgresServer,
    postgres_url: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    made_there: str,
) -> None:
    Console(postgres_url, capsys).ask("init")
    backup, url = made(Console(postgres_url, capsys), tmp_path), postgres_server.url(postgres_server.create_database())
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE {made_there}".encode())
    refused = Console(url, capsys).refused("restore", backup, status=4)
    assert refused["code"] == "store_not_empty"
    assert "the schema public holds other, which is not of koop-es" in refused["message"]
    assert schemas(url) == {}
    beside = Console(in_schema(url, "koop"), capsys)
    beside.ask("restore", backup)
    assert not [check for check in beside.ask("verify", status=7)["checks"] if check["ok"] is False]
    assert schemas(url) == {"koop": False}


def settled(place: Console) -> None:
    """Wait until the server has noticed that the programs are gone which the killed one had started."""
    with psycopg.connect(place.db, autocommit=True) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        for _ in range(200):
            if connection.execute(asked).fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("somebody is still connected")


@pytest.fixture
def hangman() -> Iterator[Gallows]:
    yield from gallows(500)


def test_two_proofs_beside_one_database_do_not_share_a_scratch_database(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    place = parse(postgres_url)
    assert isinstance(place, PostgresAddress)

    def there() -> set[str]:
        with psycopg.connect(postgres_url) as connection:
            asked = "SELECT datname FROM pg_database WHERE datname LIKE 'koop_proof_%'"
            return {name for (name,) in connection.execute(asked)}

    before = there()
    with pg_tools.scratch(place) as first:
        with pg_tools.scratch(place) as second:
            names = {str(address.conninfo["dbname"]) for address in (first, second)}
            assert len(names) == 2
            assert there() == before | names
        assert there() == before | {first.conninfo["dbname"]}
    postgres_server.run(f'CREATE DATABASE "{second.conninfo["dbname"]}"')  # as a killed run leaves one
    with pg_tools.scratch(place) as third:
        assert there() == before | {third.conninfo["dbname"]}
    assert there() == before
