"""What SQLite left beside a store whose file was lost or cut reaches no other store, and nothing of it is lost (G1)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from koop_es.store import Store, sidefiles
from tests.acceptance.console import SRC, Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.faults.picture import picture

LEFT = ("-wal", "-shm")


class Lost:
    """A store after the machine stopped while somebody read and somebody wrote, and a backup of the day before."""

    def __init__(self, koop: Console, folder: Path) -> None:
        """Make both from an empty store."""
        network = booked(folder / "exports")
        for vhs in (MASTER, NEAR):
            koop.take_in(network[vhs].export())
        self.backup = folder / "koop.backup"
        koop.ask("backup", self.backup)
        place = koop.db.removeprefix("sqlite:///")
        with closing(sqlite3.connect(place, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM stored_events").fetchone()
            network[NEAR].book(NUMBERS[NEAR][COOP], "5050", Name="Unverwechselbar")
            for vhs in (NEAR, FAR):
                koop.take_in(network[vhs].export())
            (folder / "lost").mkdir()
            self.file = folder / "lost" / "koop.db"
            for suffix in ("", *LEFT):
                shutil.copy(f"{place}{suffix}", f"{self.file}{suffix}")
        self.koop = Console(f"sqlite:///{self.file}", koop.capsys)
        self.log = self.beside("-wal").read_bytes()

    def beside(self, suffix: str) -> Path:
        return self.file.with_name(f"{self.file.name}{suffix}")

    def files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.file.parent.iterdir()}


@pytest.fixture
def lost(koop: Console, tmp_path: Path) -> Lost:
    return Lost(koop, tmp_path)


@pytest.mark.parametrize("replace", [False, True])
def test_g1_a_restored_store_is_the_backup_whatever_log_a_lost_one_left_there(
    lost: Lost, tmp_path: Path, replace: bool
) -> None:
    lost.file.rename(lost.beside(".broken"))
    lost.beside("-journal").write_bytes(b"a journal")
    clean = Console(f"sqlite:///{tmp_path / 'clean.db'}", lost.koop.capsys)
    clean.ask("restore", lost.backup)
    done = lost.koop.ask("restore", lost.backup, *(("--replace",) if replace else ()))
    kept = [f"{lost.file}.before-1{suffix}" for suffix in ("-wal", "-shm", "-journal")]
    assert (done["set_aside"], done["kept"]) == (kept, None)
    assert (Path(kept[0]).read_bytes(), Path(kept[2]).read_bytes()) == (lost.log, b"a journal")
    assert picture(lost.koop.db) == picture(clean.db)
    assert not [check for check in lost.koop.ask("verify", status=7)["checks"] if check["ok"] is False]
    again = lost.koop.ask("restore", lost.backup, "--replace")
    assert again["kept"] == f"{lost.file}.before-2", "no store comes to lie beside the log of another"
    assert picture(f"sqlite:///{again['kept']}") == picture(clean.db)


def test_g1_people_are_told_where_the_log_of_a_lost_store_is_kept(lost: Lost) -> None:
    lost.file.unlink()
    assert run(lost.koop.words("restore", lost.backup), as_json=False) == 0
    said = " ".join(lost.koop.capsys.readouterr().out.split())
    assert f"kept as: {lost.file}.before-1-wal" in said
    assert "may hold its last changes" in said


@pytest.mark.parametrize("words", [["init"], ["demo"], ["status"], ["ingest", "exports"]])
def test_g1_no_store_is_made_where_the_file_of_one_is_gone(lost: Lost, tmp_path: Path, words: list[str]) -> None:
    words = [str(tmp_path / "exports") if word == "exports" else word for word in words]
    lost.file.unlink()
    before = lost.files()
    error = lost.koop.refused(*words, status=5)
    assert error["code"] == "store_lost"
    assert "koop.db-wal of a store whose file is gone" in error["message"]
    assert lost.files() == before
    lost.beside("-wal").unlink()  # the other says nothing of its own
    lost.koop.ask("init")


@pytest.mark.parametrize("words", [["init"], ["demo"], ["status"], ["verify"]])
def test_g1_the_log_of_a_store_whose_file_was_emptied_is_not_thrown_away(lost: Lost, words: list[str]) -> None:
    os.truncate(lost.file, 0)
    assert lost.koop.refused(*words, status=5)["code"] == "store_damaged"
    assert lost.beside("-wal").read_bytes() == lost.log
    lost.koop.ask("restore", lost.backup, "--replace", "--fences", os.devnull)
    assert lost.beside(".before-1-wal").read_bytes() == lost.log


@pytest.mark.parametrize("part", [0.1, 0.4, 0.5, 0.9])
@pytest.mark.parametrize("log", [True, False])
def test_g1_a_store_that_was_cut_off_is_replaced_unless_another_program_has_it_open(
    lost: Lost, tmp_path: Path, part: float, log: bool
) -> None:
    clean = Console(f"sqlite:///{tmp_path / 'clean.db'}", lost.koop.capsys)
    clean.ask("restore", lost.backup)
    cut = int(lost.file.stat().st_size * part)
    if not log:
        for suffix in LEFT:
            lost.beside(suffix).unlink()
    with another_program(lost.file) as busy:
        os.truncate(lost.file, cut)
        for fences in ((), ("--fences", os.devnull)):
            error = lost.koop.refused("restore", lost.backup, "--replace", *fences, status=5)
            assert (error["code"], "another program has it open" in error["message"]) == ("store_busy", True)
        busy.kill()
        busy.wait()
    os.truncate(lost.file, cut)
    kept = lost.koop.ask("restore", lost.backup, "--replace", "--fences", os.devnull)["kept"]
    assert kept == f"{lost.file}.before-1"
    assert Path(kept).stat().st_size >= cut
    assert picture(lost.koop.db) == picture(clean.db)


def another_program(file: Path) -> subprocess.Popen[str]:
    """Start a program that has a store open and reads nothing at the moment."""
    reads = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('SELECT count(*) FROM stored_events').fetchone(); print('open', flush=True); sys.stdin.read()"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", reads, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "open\n"
    return started


def test_g1_a_store_that_is_whole_is_not_taken_from_whoever_reads_it(koop: Console, tmp_path: Path) -> None:
    lost = Lost(koop, tmp_path)
    with another_program(lost.file) as busy:
        before = picture(lost.koop.db)
        assert lost.koop.refused("restore", lost.backup, "--replace", status=5)["code"] == "store_busy"
        assert picture(lost.koop.db) == before
        busy.kill()
        busy.wait()
    assert lost.koop.ask("restore", lost.backup, "--replace")["kept"]


MADE_AT_ONCE = 8
MAKING = "import sys; from koop_es.store import Store; Store.create(sys.argv[1]).close()"


def test_g1_many_who_make_one_store_at_once_take_nobodys_log_for_one_that_was_left(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(SRC)}
    url = f"sqlite:///{tmp_path / 'koop.db'}"
    started = [
        subprocess.Popen([sys.executable, "-c", MAKING, url], env=env, stderr=subprocess.PIPE)
        for _ in range(MADE_AT_ONCE)
    ]
    said = [one.communicate()[1] for one in started]
    assert (said, {one.returncode for one in started}) == ([b""] * MADE_AT_ONCE, {0})
    with Store.open(url) as store:
        assert store.head() == 0
    assert not sidefiles.leftovers(tmp_path / "koop.db")


@pytest.mark.parametrize(
    "name",
    [
        lambda lost: lost.file,
        lambda lost: lost.file.with_name("other.db-wal"),
        lambda lost: lost.file.with_name("other.db-journal"),
    ],
)
def test_g1_no_backup_takes_a_name_that_sqlite_reads_with_a_store(
    koop: Console, lost: Lost, name: Callable[[Lost], Path]
) -> None:
    lost.file.unlink()
    before = lost.files()
    assert koop.refused("backup", name(lost), status=4)["code"] == "backup_unwritten"
    assert lost.files() == before
