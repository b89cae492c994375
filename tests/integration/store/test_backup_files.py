"""Where backups are made: each in a workplace of its own, and what cannot be written is said as that (G2)."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from koop_es.store import Append, Store, backup, workplace
from koop_es.store.backup import BackupExists, BackupUnnoted, BackupUnproven, BackupUnusable, BackupUnwritten
from tests.integration.store.samples import AT, append, bookings

PAGE = 4096
SHARED = 32_768
"""Bytes of the file that SQLite shares memory in: less, and the store itself could not be opened."""


@pytest.fixture
def filled(sqlite_url: str) -> Store:
    store = Store.create(sqlite_url, wait_seconds=0)
    append(store, Append("a", 0, bookings(5)))
    return store


def sound(target: Path, store: Store, folder: Path) -> bool:
    """Prove a backup once more."""
    folder.mkdir()
    return backup.prove(target, store.place, folder).position == store.head()


def test_two_backups_to_one_name_do_not_share_a_workplace(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, begun = tmp_path / "koop.backup", backup._begun

    def meanwhile(*given: object) -> int:
        """Let another one be made while this one, which was proven, waits for the store."""
        monkeypatch.setattr(backup, "_begun", begun)
        backup.make(filled, target, AT)
        return begun(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_begun", meanwhile)
    with pytest.raises(BackupExists, match="there by now"):
        backup.make(filled, target, AT)
    assert sound(target, filled, tmp_path / "again")
    assert not list(tmp_path.glob(".koop*"))


def test_what_a_killed_run_left_is_cleared_away_and_what_is_worked_in_is_not(tmp_path: Path) -> None:
    killed = [sys.executable, "-c", KILLED, str(tmp_path / "koop.backup")]
    assert subprocess.run(killed, check=False).returncode == -9
    (left,) = tmp_path.glob(".koop-*.part")
    (tmp_path / ".koop-never.part").mkdir()  # killed before it held its lock
    (tmp_path / ".koop-other.part").write_text("a file of somebody else")
    with (
        workplace.workplace(tmp_path / "koop.backup") as first,
        workplace.workplace(tmp_path / "koop.backup") as second,
    ):
        assert {item.name for item in tmp_path.glob(".koop-*.part")} == {first.name, second.name, ".koop-other.part"}
        assert first != second
    assert not left.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from koop_es.store.workplace import workplace
with workplace(Path(sys.argv[1])) as folder:
    (folder / "store").write_bytes(b"x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(filled: Store, tmp_path: Path) -> None:
    filled.close()
    size = (tmp_path / "koop.db").stat().st_size
    (tmp_path / "to").mkdir()
    for room in (
        SHARED,
        size - PAGE,
        size + 1,
    ):  # for a few pages, for nearly the copy, for the copy and not its packing
        said = subprocess.run(
            [sys.executable, "-c", NO_ROOM, str(tmp_path / "koop.db"), str(tmp_path / "to" / "koop.backup")],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda room=room: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),  # type: ignore[misc]
        )
        assert said.stdout.startswith("backup_unwritten ") and "nothing was changed" in said.stdout, said
        assert not list((tmp_path / "to").iterdir())


NO_ROOM = """
import sys
import zipfile
from pathlib import Path
from koop_es.domain.errors import KoopError
from koop_es.store import Store, backup
with Store.open("sqlite:///" + sys.argv[1]) as store:
    try:
        backup.make(store, Path(sys.argv[2]), "2026-03-20T08:00:00+01:00")
    except KoopError as error:
        print(error.code, error.message)
"""


@pytest.mark.parametrize("name", ["n" * 256, "n" * 250, "koop.db-journal", "koop.db-wal2", "a\0b"])
def test_a_name_that_no_backup_can_have_is_refused(filled: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupUnwritten):
        backup.make(filled, tmp_path / name, AT)
    assert not list(tmp_path.glob(".koop*"))


def test_a_backup_the_store_cannot_note_stands_and_is_said_to_stand(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, place = tmp_path / "koop.backup", backup._place
    other = sqlite3.connect(tmp_path / "koop.db", isolation_level=None)

    def held(packed: Path, name: Path) -> None:
        place(packed, name)
        other.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(backup, "_place", held)
    with pytest.raises(BackupUnnoted, match="stands in its place and was proven"):
        backup.make(filled, target, AT)
    other.close()
    assert sound(target, filled, tmp_path / "again")


def test_what_is_no_plain_file_is_no_backup(filled: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/zero"), tmp_path / "pipe", tmp_path):
        with pytest.raises(BackupUnusable, match="no plain file"):
            backup.read(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [("made_at", "x"), ("made_at", "2026-03-20T08:00"), ("position", -1), ("position", 4), ("schema_version", -6)],
)
def test_a_backup_that_says_of_itself_what_cannot_be_is_refused(
    filled: Store, tmp_path: Path, key: str, value: object
) -> None:
    target, odd = tmp_path / "koop.backup", tmp_path / "odd.backup"
    backup.make(filled, target, AT)
    with zipfile.ZipFile(target) as archive, zipfile.ZipFile(odd, "w") as changed:
        said = json.loads(archive.read(backup.MANIFEST)) | {key: value}
        changed.writestr(backup.MANIFEST, json.dumps(said))
        changed.writestr(backup.COPY, archive.read(backup.COPY))
    with pytest.raises((BackupUnusable, BackupUnproven)):
        sound(odd, filled, tmp_path / "again")
