"""G8: what a backup that was broken off leaves of names is known to the store, wherever it lies, and cleared away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from koop_es.store import Store, leftovers
from tests.acceptance.console import Console, clean_environment
from tests.acceptance.network import COOP, NEAR, NUMBERS, booked
from tests.acceptance.told import Programs, pour
from tests.conftest import Place, PostgresServer
from tests.faults.picture import picture

REF = f"{NEAR}:5050"
AT = "2026-03-20T08:00:00+01:00"


def with_a_person(koop: Console, folder: Path) -> Programs:
    """Let a VHS report that has somebody booked."""
    network = booked(folder)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", Name="Unverwechselbar")
    koop.take_in(network[NEAR].export())
    return network


@pytest.fixture
def filled(any_koop: Console, any_place: Place, tmp_path: Path) -> Console:
    """A store with a person in it."""
    pour(any_place, with_a_person, any_koop, tmp_path / "exports")
    return any_koop


def on_disk(koop: Console, *folders: Path) -> set[str]:
    """Find what was left: workplaces with anything in them, and scratch databases."""
    found = {str(path.parent) for folder in folders for path in folder.glob(".koop-*.part/*")}
    if koop.db.startswith("postgresql"):
        with psycopg.connect(koop.db) as connection:
            asked = "SELECT datname FROM pg_database WHERE datname ~ (SELECT format('^koop_proof_%s_', oid)"
            asked += " FROM pg_database WHERE datname = current_database())"
            found |= {name for (name,) in connection.execute(asked.encode())}
    return found


def settled(koop: Console) -> None:
    """Wait until the server has noticed that a killed program is gone."""
    if koop.db.startswith("sqlite"):
        return
    with psycopg.connect(koop.db, autocommit=True) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '^koop_' AND pid <> pg_backend_pid()"
        for _ in range(400):
            if connection.execute(asked).fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("somebody is still connected")


def named(koop: Console) -> set[str]:
    """Give what status names; verify has to name the same."""
    reply = koop.call("status")
    found = {item["what"] for item in reply.answer["data"]["left_behind"]}
    (check,) = [item for item in koop.call("verify").answer["data"]["checks"] if item["name"] == "erasure"]
    assert check["ok"] is not bool(found)
    assert all(what in check["detail"] for what in found)
    assert reply.status == 1 or not found
    return found


KILLED_AFTER = """
import os, signal, sys
from pathlib import Path
from koop_es.store import Store, backup
step = getattr(backup, sys.argv[4])
def last(*given, **more):
    step(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(backup, sys.argv[4], last)
with Store.open(sys.argv[1]) as store:
    backup.make(store, Path(sys.argv[2]), sys.argv[3])
"""

STEPS = ("_copied", "_pack", "unpack", "compare", "_begun", "_note_since", "_place")
"""What a backup does one after the other; while it compares, PostgreSQL has a scratch database."""

APART = ("_copied", "compare", "_place")
"""Before that database is there, while it is, and after it: all else is files, as on SQLite."""


@pytest.mark.parametrize(
    ("any_place", "steps"),
    [("sqlite", STEPS), ("postgres", APART), pytest.param("postgres", STEPS, marks=pytest.mark.soak)],
    indirect=["any_place"],
    ids=["sqlite", "postgres", "postgres, every step"],
)
def test_g8_a_backup_killed_at_any_moment_is_known_and_what_it_left_is_cleared_away(
    filled: Console, tmp_path: Path, steps: tuple[str, ...]
) -> None:
    there, other = tmp_path / "there", tmp_path / "other"
    for folder in (there, other):
        folder.mkdir()
    ways: list[tuple[str | Path, ...]] = [
        ("forget", "--finish"), ("backup", other / "koop.backup"), ("forget", "--booking", REF),
    ]  # fmt: skip
    for number, step in enumerate(steps):
        words = [sys.executable, "-c", KILLED_AFTER, filled.db, str(there / "koop.backup"), AT, step]
        assert subprocess.run(words, env=clean_environment(), check=False).returncode == -9
        settled(filled)
        left = on_disk(filled, there)
        assert len(left) == 1 + (step == "compare" and filled.db.startswith("postgresql")), step
        assert named(filled) == left
        shown = filled.read("status").out.replace("\n", "").replace(" ", "")
        assert all(f"leftnamesin{what}" in shown for what in left)
        assert filled.call(*ways[number % len(ways)]).status == 0, ways[number % len(ways)]
        assert (on_disk(filled, there, other), named(filled)) == (set(), set())
        assert "workplace" not in repr(picture(filled.db)["koop_meta"])
        for made in (there, other):
            (made / "koop.backup").unlink(missing_ok=True)


BROKEN_OFF = """
import os, signal, sys
from pathlib import Path
from koop_es.store import Store, leftovers
with Store.open(sys.argv[1]) as store, leftovers.working(store, Path(sys.argv[2]), sys.argv[3]) as folder:
    (folder / "store").write_text("Unverwechselbar")
    if len(sys.argv) > 4:
        (folder / "lock").unlink()  # as whoever clears a folder away in another order and is killed
    os.kill(os.getpid(), signal.SIGKILL)
"""


def broken_off(koop: Console, target: Path, *unlocked: str) -> str:
    """Break a backup off with a copy in its workplace; gives the path of that."""
    words = [sys.executable, "-c", BROKEN_OFF, koop.db, str(target), AT, *unlocked]
    assert subprocess.run(words, env=clean_environment(), check=False).returncode == -9
    (found,) = target.parent.glob(".koop-*.part")
    return str(found)


@pytest.mark.parametrize("unlocked", [(), ("unlocked",)])
def test_g8_a_workplace_that_is_worked_in_is_left_alone_and_one_that_is_left_goes(
    filled: Console, tmp_path: Path, unlocked: tuple[str, ...]
) -> None:
    there, at_work = tmp_path / "there", tmp_path / "work"
    for folder in (there, at_work):
        folder.mkdir()
    left = broken_off(filled, there / "koop.backup", *unlocked)
    with Store.open(filled.db) as store, leftovers.working(store, at_work / "koop.backup", AT) as busy:
        (busy / "store").write_text("")
        assert named(filled) == {left}
        assert filled.ask("forget", "--booking", REF)["remains"]["left_behind"] == []
        assert busy.exists()
        assert named(filled) == set()
    assert not list(tmp_path.glob("*/.koop-*"))


def test_g8_what_lies_out_of_sight_is_named_until_it_is_seen_or_said_to_be_gone(
    filled: Console, tmp_path: Path
) -> None:
    there, away = tmp_path / "there", tmp_path / "away"
    there.mkdir()
    left = broken_off(filled, there / "koop.backup")
    there.rename(away)
    for mounted in (False, True):  # nothing stands there, or the bare folder on which the disk was mounted
        if mounted:
            there.mkdir()
        (item,) = filled.ask("forget", "--finish", status=1)["remains"]["left_behind"]
        assert (item["what"], item["since"]) == (left, AT)
        assert item["host"]
        said = " ".join(filled.read("forget", "--finish").out.split())
        assert f"NOT CLEARED AWAY: {left}" in said
        assert f"--gone {left}" in said
        assert named(filled) == {left}
    there.rmdir()
    away.rename(there)
    assert filled.ask("forget", "--finish")["remains"]["left_behind"] == []
    assert not Path(left).exists()
    left = broken_off(filled, there / "koop.backup")
    assert filled.refused("forget", "--booking", REF, "--gone", left, status=2)["code"] == "wrong_usage"
    shutil.rmtree(there)
    assert named(filled) == {left}
    assert "immer weg" in filled.read("forget", "--finish", "--lang", "de").out.replace("\n", " ")
    assert filled.ask("forget", "--finish", "--gone", left)["remains"]["left_behind"] == []
    assert named(filled) == set()


def test_g8_a_restored_store_looks_for_no_workplace_of_its_own_backup(
    filled: Console, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    there, other = tmp_path / "there", tmp_path / "other"
    there.mkdir()
    other.mkdir()
    filled.ask("backup", there / "koop.backup")
    (there / "koop.backup").rename(other / "koop.backup")
    shutil.rmtree(there)
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    if filled.db.startswith("postgresql"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    restored = Console(url, filled.capsys)
    restored.ask("restore", other / "koop.backup")
    assert named(restored) == set()
    assert "workplace" not in repr(picture(restored.db)["koop_meta"])


def test_g8_a_scratch_database_that_this_role_may_not_drop_is_named(
    postgres_server: PostgresServer, postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    koop = Console(postgres_url, capsys)
    koop.ask("init")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        ((number,),) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
        left = f"koop_proof_{number}_0"
        connection.execute(f"CREATE DATABASE {left}".encode())
        connection.execute(f"CREATE ROLE mate_{number} LOGIN CREATEDB".encode())
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO mate_{number}".encode())
        connection.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO mate_{number}".encode())
    mate = Console(postgres_url.replace("postgres@", f"mate_{number}@"), capsys)
    found: dict[str, Any] = mate.ask("forget", "--finish", status=1)["remains"]
    assert [item["what"] for item in found["left_behind"]] == [left]
    mate.ask("backup", tmp_path / "koop.backup")
    assert named(koop) == {left}
    assert koop.ask("forget", "--finish")["remains"]["left_behind"] == []
    assert named(koop) == set()


def test_g8_a_scratch_database_beside_a_database_that_is_gone_is_cleared_away(
    postgres_server: PostgresServer, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    koop = Console(postgres_url, capsys)
    koop.ask("init")
    postgres_server.run("CREATE DATABASE koop_proof_4000000000_0")
    postgres_server.run("CREATE DATABASE koop_proof_none_0")  # of somebody else
    try:
        assert named(koop) == {"koop_proof_4000000000_0"}
        koop.ask("forget", "--finish")
        assert named(koop) == set()
    finally:
        postgres_server.run("DROP DATABASE koop_proof_none_0")
