"""Addresses of stores, and what of them is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.store.address import PostgresAddress, SqliteAddress, parse
from koop_es.store.errors import StoreAddressInvalid
from koop_es.store.library import environment


def test_three_slashes_are_a_relative_and_four_an_absolute_path() -> None:
    assert parse("sqlite:///koop.db") == SqliteAddress(Path.cwd() / "koop.db")
    assert parse("sqlite:////var/lib/koop.db") == SqliteAddress(Path("/var/lib/koop.db"))
    assert parse("sqlite:////var/lib/koop.db").shown == "sqlite:////var/lib/koop.db"


def test_a_connection_uri_is_shown_without_password() -> None:
    address = parse("postgresql://koop:s%40cret@db.example.org:5433/koop?sslmode=require")
    assert isinstance(address, PostgresAddress)
    assert address.shown == "postgresql://koop@db.example.org:5433/koop"
    assert "s@cret" not in repr(address)
    assert address.scrub('password "s@cret" is wrong\nand more') == 'password "***" is wrong'


def test_a_connection_uri_may_name_a_socket_folder_or_nothing() -> None:
    assert parse("postgresql:///koop?host=/run/postgresql").shown == "postgresql:///run/postgresql/koop"
    assert parse("postgres://").shown == "postgresql:///"
    address = parse("postgresql:///koop")
    assert isinstance(address, PostgresAddress)
    assert address.scrub("refused") == "refused"


@pytest.mark.parametrize(
    "url", ["", "koop.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a\0b", "mysql://x"]
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(StoreAddressInvalid, match=r"sqlite:///file\.db"):
        parse(url)


def test_the_library_is_given_the_same_database() -> None:
    assert environment("sqlite:////x/koop.db")["SQLITE_DBNAME"] == "/x/koop.db"
    given = environment("postgresql://koop:s%40cret@db:5433/store")
    names = ("USER", "PASSWORD", "HOST", "PORT", "DBNAME")
    assert [given[f"POSTGRES_{name}"] for name in names] == ["koop", "s@cret", "db", "5433", "store"]
    assert environment("postgresql://")["POSTGRES_PORT"] == "5432"
