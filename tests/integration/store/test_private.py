"""Whose files a store's are: its owner's alone from their first byte, in any umask; and where they lie (G10)."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from koop_es.store import Append, Store, backup, private
from koop_es.store.errors import StoreGone
from tests.integration.store.samples import AT, append, bookings


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=["open to all", "usual", "takes from the owner too"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def rights(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_g10_every_file_of_a_store_is_its_owners_alone(umask: int, sqlite_url: str, tmp_path: Path) -> None:
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(1)))
        with store.alone():
            found = rights(tmp_path)
        backup.make(store, tmp_path / "koop.backup", AT)
    assert found.keys() == {"koop.db", "koop.db-wal", "koop.db-shm", "koop.db-rebuild"}
    assert set(found.values()) == {0o600}
    assert set(rights(tmp_path).values()) == {0o600}


def test_g10_a_file_is_nobody_elses_before_its_first_byte(umask: int, tmp_path: Path) -> None:
    file = tmp_path / "koop.db"
    with private.new(file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        private.new(file)
    file.chmod(0o644)
    assert private.open_to_others(file)
    private.ensure(file)
    assert private.open_to_others(file), "what is there already is not changed unasked"
    private.more(file).close()
    assert not private.open_to_others(file)
    assert not private.open_to_others(tmp_path / "none")


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_g2_a_store_that_is_taken_away_while_somebody_writes_is_noticed(
    sqlite_url: str, tmp_path: Path, replaced: bool
) -> None:
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(1)))
        file = tmp_path / "koop.db"
        if replaced:
            shutil.copy(file, tmp_path / "copy")
            (tmp_path / "copy").rename(file)
        else:
            file.unlink()
        with pytest.raises(StoreGone, match=r"koop\.db"):
            append(store, Append("b", 0, bookings(1)))


def test_g2_a_log_that_is_taken_away_while_somebody_writes_is_noticed(sqlite_url: str, tmp_path: Path) -> None:
    with Store.create(sqlite_url) as store:
        append(store, Append("a", 0, bookings(1)))
        (tmp_path / "koop.db-wal").unlink()
        with pytest.raises(StoreGone):
            append(store, Append("b", 0, bookings(1)))
