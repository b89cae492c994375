"""A store that is replaced: what is done in it meanwhile counts, and what it knew goes on (D15, G2, G8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from koop_es.audit import recovery
from koop_es.ingest import erasure
from koop_es.store import Store, backup, sidefiles
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, NEAR, NUMBERS, booked
from tests.faults.picture import picture
from tests.integration.ingest.conftest import NOW

REFS = (f"{NEAR}:5050", f"{NEAR}:5051")
NAMES = ("Unverwechselbar", "Einzigartig")


@pytest.fixture
def told(koop: Console, tmp_path: Path) -> Console:
    """A store that knows two people and has a backup in which both are."""
    near = booked(tmp_path / "exports")[NEAR]
    for ref, name in zip(REFS, NAMES, strict=True):
        near.book(NUMBERS[NEAR][COOP], ref.partition(":")[2], Name=name)
    koop.take_in(near.export())
    koop.ask("backup", tmp_path / "koop.backup")
    return koop


def file_of(koop: Console) -> Path:
    return Path(koop.db.removeprefix("sqlite:///"))


def kept(koop: Console) -> list[str]:
    return [file.name for file in sidefiles.former(file_of(koop))]


def named(koop: Console) -> list[str]:
    """List the former stores that status, verify and forget name alike."""
    found = [item["what"] for item in koop.call("status").answer["data"]["left_behind"]]
    (check,) = (one for one in koop.call("verify").answer["data"]["checks"] if one["name"] == "erasure")
    assert check["ok"] is not bool(found)
    assert all(what in check["detail"] for what in found)
    finished = koop.call("forget", "--finish").answer["data"]["remains"]["left_behind"]
    assert [item["what"] for item in finished] == found
    return [Path(what).name for what in found]


def proving(patch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Have something happen while a restore proves the backup, once."""
    prove, left = backup.prove, [meanwhile]

    def slowly(*words: Any) -> Any:
        found = prove(*words)
        if left:
            left.pop()()
        return found

    patch.setattr(backup, "prove", slowly)


def test_g8_who_is_forgotten_while_a_restore_proves_its_backup_stays_so(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proving(monkeypatch, lambda: told.ask("forget", "--booking", REFS[0]))
    done = told.ask("restore", tmp_path / "koop.backup", "--replace")
    assert done["forgotten"] == 1
    assert NAMES[0] not in repr(picture(told.db))
    assert NAMES[1] in repr(picture(told.db))
    assert NAMES[0].encode() not in Path(done["kept"]).read_bytes()
    assert named(told) == [], "nobody is left in the store that is kept"


def test_g8_a_restore_waits_for_whoever_has_the_store_open_when_it_is_to_be_replaced(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Store] = []

    def forgotten() -> None:
        erasure.forget(opened[0], [], [REFS[0]], now=NOW)
        opened.pop().close()

    def opening() -> None:
        opened.append(Store.open(told.db))
        threading.Timer(0.5, forgotten).start()

    proving(monkeypatch, opening)
    done = told.ask("restore", tmp_path / "koop.backup", "--replace")
    assert (done["forgotten"], opened) == (1, [])
    assert NAMES[0] not in repr(picture(told.db))


def test_g2_a_store_that_stays_open_is_not_replaced_and_nothing_is_changed(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Store] = []
    monkeypatch.setattr(recovery, "WAIT_SECONDS", 0.2)
    proving(monkeypatch, lambda: opened.append(Store.open(told.db)))
    before = picture(told.db)
    refused = told.refused("restore", tmp_path / "koop.backup", "--replace", status=5)
    assert (refused["code"], "another program has it open" in refused["message"]) == ("store_busy", True)
    opened.pop().close()
    assert (picture(told.db), kept(told)) == (before, [])


def test_g8_nobody_opens_a_store_while_another_one_takes_its_place(told: Console) -> None:
    opened = threading.Event()

    def opening() -> None:
        with Store.open(told.db):
            opened.set()

    with sidefiles.placing(file_of(told)):
        thread = threading.Thread(target=opening)
        thread.start()
        assert not opened.wait(0.3)
    assert opened.wait(10)
    thread.join()


class Killed(BaseException):
    pass


def broken_off(*_: object, **__: object) -> Any:
    raise Killed


def test_g8_a_former_store_whose_erasure_was_broken_off_is_named_after_the_restore(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(told.db) as store, monkeypatch.context() as patch:
        patch.setattr(erasure, "conclude", broken_off)
        with pytest.raises(Killed):
            erasure.forget(store, [], [REFS[0]], now=NOW)
    reply = told.run("restore", tmp_path / "koop.backup", "--replace", "--yes")
    assert "koop.db.before-1, a former store kept aside, holds whoever was forgotten" in " ".join(reply.out.split())
    assert NAMES[0] not in repr(picture(told.db))
    assert NAMES[0].encode() in Path(f"{file_of(told)}.before-1").read_bytes()
    assert named(told) == ["koop.db.before-1"]
    Path(f"{file_of(told)}.before-1").unlink()
    assert named(told) == []


@pytest.mark.parametrize("readable", [True, False])
def test_g8_a_former_store_that_does_not_know_who_was_forgotten_is_named_after_the_restore(
    told: Console, tmp_path: Path, readable: bool
) -> None:
    """Another store of the same people forgot somebody, and noted that beside the backup."""
    other = Console(f"sqlite:///{tmp_path / 'other.db'}", told.capsys)
    other.ask("restore", tmp_path / "koop.backup")
    other.ask("forget", "--booking", REFS[0])
    words = []
    if not readable:
        with file_of(told).open("r+b") as file:
            file.write(b"no store at all ")
        words = ["--fences", str(tmp_path / "koop.backup.forgotten")]
    told.ask("restore", tmp_path / "koop.backup", "--replace", *words)
    assert named(told) == ["koop.db.before-1"]


def test_g8_what_a_store_knew_of_former_stores_and_backups_goes_on_in_the_one_that_replaces_it(
    told: Console, tmp_path: Path
) -> None:
    first, disk, away = tmp_path / "koop.backup", tmp_path / "disk", tmp_path / "away"
    told.ask("restore", first, "--replace")
    disk.mkdir()
    told.ask("backup", disk / "later.backup")
    told.ask("backup", tmp_path / "disk.backup")
    disk.rename(away)
    told.ask("forget", "--booking", REFS[0], status=1)
    assert named(told) == ["koop.db.before-1"]
    told.ask("restore", first, "--replace")
    assert named(told) == ["koop.db.before-1"], "before-2 has nobody in it who was forgotten"
    lacking = [str(disk / "later.backup")]
    assert told.call("status").answer["data"]["unnoted_backups"] == lacking
    assert told.ask("forget", "--booking", REFS[1], status=1)["remains"]["unnoted_backups"] == lacking
    away.rename(disk)
    told.ask("forget", "--finish", status=1)
    assert told.call("status").answer["data"]["unnoted_backups"] == []
    listed = (disk / "later.backup.forgotten").read_text()
    assert [ref for ref in REFS if ref in listed] == list(REFS)


def test_g2_a_restore_that_is_done_twice_keeps_the_former_store_once(told: Console, tmp_path: Path) -> None:
    first = told.ask("restore", tmp_path / "koop.backup", "--replace")
    again = told.ask("restore", tmp_path / "koop.backup", "--replace")
    assert (again, kept(told)) == (first, ["koop.db.before-1"])
    with Store.open(told.db) as store, store.write() as tx:
        tx.run("persons_erase", person_ids=[row[0] for row in tx.rows("persons_held", person_ids=[], refs=REFS[:1])])
    done = told.ask("restore", tmp_path / "koop.backup", "--replace")
    assert (Path(done["kept"]).name, NAMES[0] in repr(picture(told.db))) == ("koop.db.before-2", True)
    later = Console(told.db, told.capsys, "2026-03-21T08:00")
    later.ask("backup", tmp_path / "later.backup")
    assert Path(later.ask("restore", tmp_path / "later.backup", "--replace")["kept"]).name == "koop.db.before-3"


def test_g2_a_restore_that_is_killed_before_the_new_store_has_its_name_keeps_the_former_one_once(
    told: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = picture(told.db)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", broken_off)
        with pytest.raises(Killed):
            recovery.restore(tmp_path / "koop.backup", told.db, now=NOW, replace=True)
    assert (picture(told.db), kept(told)) == (before, ["koop.db.before-1"])
    done = told.ask("restore", tmp_path / "koop.backup", "--replace")
    assert ([Path(done["kept"]).name], picture(f"sqlite:///{done['kept']}")) == (kept(told), before)
