"""Consoles on empty stores."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.conftest import Place, PostgresServer, empty_store


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's settings and nobody's store reach into a test."""
    for name in [name for name in os.environ if name.startswith("KOOP_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def koop(sqlite_place: Place, capsys: pytest.CaptureFixture[str]) -> Console:
    """A console on an empty SQLite store."""
    sqlite_place.pour(empty_store)
    return Console(sqlite_place.url, capsys)


@pytest.fixture
def any_koop(any_place: Place, capsys: pytest.CaptureFixture[str]) -> Console:
    """A console on an empty store, once of each kind."""
    any_place.pour(empty_store)
    return Console(any_place.url, capsys)


@pytest.fixture
def elsewhere(any_koop: Console, request: pytest.FixtureRequest, tmp_path: Path) -> Console:
    """A console on a place of the same kind where there is no store yet."""
    if any_koop.db.startswith("sqlite"):
        return Console(f"sqlite:///{tmp_path / 'elsewhere.db'}", any_koop.capsys)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Console(server.url(server.create_database()), any_koop.capsys)
