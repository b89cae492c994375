"""A backup whose disk is away is not one that is gone: that it lacks a note of who was forgotten stays said (G8)."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest

from koop_es.cli import forget_words
from koop_es.ingest import erasure
from koop_es.store import Store, noted
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.told import Programs, pour
from tests.conftest import Place, mostly_on_sqlite, on_sqlite
from tests.faults.picture import picture
from tests.integration.ingest.conftest import NOW

REFS = (f"{NEAR}:5050", f"{NEAR}:5051")
NAMES = ("Unverwechselbar", "Einzigartig")


class Disk:
    """A disk on which backups lie, which can be taken away and put back; what is under its place is another folder."""

    def __init__(self, place: Path) -> None:
        """Begin with an empty disk in its place."""
        self.place, self._away = place, place.with_name(f"{place.name}-away")
        place.mkdir()

    def unmount(self, *, empty: bool = True) -> None:
        self.place.rename(self._away)
        if empty:
            self.place.mkdir()

    def mount(self) -> None:
        if self.place.exists():
            shutil.rmtree(self.place)
        self._away.rename(self.place)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "disk")


def with_people(koop: Console, folder: Path) -> Programs:
    """Let two VHSs report, one of which has people booked."""
    network = booked(folder)
    for ref, name in zip(REFS, NAMES, strict=True):
        network[NEAR].book(NUMBERS[NEAR][COOP], ref.partition(":")[2], Name=name)
    for vhs in (MASTER, NEAR):
        koop.take_in(network[vhs].export())
    return network


@pytest.fixture
def told(any_koop: Console, any_place: Place, tmp_path: Path) -> Console:
    pour(any_place, with_people, any_koop, tmp_path / "exports")
    return any_koop


def unnoted(koop: Console) -> list[str]:
    found: list[str] = koop.call("status").answer["data"]["unnoted_backups"]
    checks = {check["name"]: check for check in koop.call("verify").answer["data"]["checks"]}
    assert checks["erasure"]["ok"] is not bool(found)
    return found


FINISHED = (["forget", "--finish"], ["forget", "--booking", REFS[1]], ["backup"])


@mostly_on_sqlite(("finish", "empty"), [*product(FINISHED, (True, False))], [(FINISHED[0], True), (FINISHED[2], False)])
def test_g8_who_is_forgotten_while_a_backup_is_out_of_sight_is_noted_once_it_is_back(
    told: Console, elsewhere: Console, disk: Disk, tmp_path: Path, finish: list[str], empty: bool
) -> None:
    target = disk.place / "koop.backup"
    told.ask("backup", target)
    assert unnoted(told) == []
    disk.unmount(empty=empty)
    assert told.ask("forget", "--booking", REFS[0], status=1)["remains"]["unnoted_backups"] == [str(target)]
    assert unnoted(told) == [str(target)]
    assert told.ask("forget", "--finish", status=1)["remains"]["unnoted_backups"] == [str(target)]
    disk.mount()
    told.ask(*finish, *((tmp_path / "new.backup",) if finish == ["backup"] else ()))
    assert unnoted(told) == []
    elsewhere.ask("restore", target)
    assert NAMES[0] not in repr(picture(elsewhere.db))


@on_sqlite
def test_g8_a_backup_that_was_removed_is_not_waited_for(told: Console, disk: Disk) -> None:
    first, second = disk.place / "first.backup", disk.place / "second.backup"
    for target in (first, second):
        told.ask("backup", target)
    first.unlink()
    assert told.ask("forget", "--booking", REFS[0])["remains"]["unnoted_backups"] == []
    second.unlink()
    assert told.ask("forget", "--booking", REFS[1])["remains"]["unnoted_backups"] == []


def test_g8_a_backup_made_while_the_disk_was_away_does_not_stand_for_those_on_it(told: Console, disk: Disk) -> None:
    lost = disk.place / "koop.backup"
    told.ask("backup", lost)
    disk.unmount()
    told.ask("backup", disk.place / "on-the-wrong-disk.backup")
    assert told.ask("forget", "--booking", REFS[0], status=1)["remains"]["unnoted_backups"] == [str(lost)]


def test_g8_of_backups_that_an_older_koop_es_made_one_that_is_there_tells_of_the_folder(
    told: Console, disk: Disk
) -> None:
    first, second = disk.place / "first.backup", disk.place / "second.backup"
    for target in (first, second):
        told.ask("backup", target)
    with Store.open(told.db) as store, store.write() as tx:
        for target in (first, second):
            tx.run("note_delete", key=f"{noted.PLACE}{target}")
    first.unlink()
    assert told.ask("forget", "--booking", REFS[0])["remains"]["unnoted_backups"] == []
    disk.unmount()
    left = told.ask("forget", "--booking", REFS[1], status=1)["remains"]["unnoted_backups"]
    assert left == [str(first), str(second)], "neither is there that would tell that this is the folder"


@on_sqlite
@pytest.mark.parametrize("folder", [True, False])
def test_g8_a_backup_that_went_with_its_disk_is_given_up_for_good(told: Console, disk: Disk, folder: bool) -> None:
    target = disk.place / "koop.backup"
    told.ask("backup", target)
    disk.unmount()
    told.ask("forget", "--booking", REFS[0], status=1)
    told.ask("forget", "--finish", "--gone", disk.place if folder else target)
    assert unnoted(told) == []
    assert told.ask("forget", "--booking", REFS[1])["remains"]["unnoted_backups"] == []
    disk.mount()
    told.ask("forget", "--booking", REFS[1])
    assert REFS[1] in noted.beside(target).read_text()


@on_sqlite
def test_g8_people_are_told_how_a_backup_out_of_sight_is_noted(told: Console, disk: Disk) -> None:
    target = disk.place / "koop.backup"
    told.ask("backup", target)
    disk.unmount()
    with Store.open(told.db) as store:
        found = erasure.finish_begun(store, now=NOW)
        assert not forget_words.left(found, "en")
    told.ask("forget", "--booking", REFS[0], status=1)
    with Store.open(told.db) as store:
        found = erasure.finish_begun(store, now=NOW)
    for lang, word in (("en", "NOT NOTED"), ("de", "NICHT VERMERKT")):
        (said,) = forget_words.left(found, lang)
        assert said.startswith(f"{word} beside {target}" if lang == "en" else f"{word} neben {target}")
        assert f"koop-es forget --finish --gone {target}" in said


def test_g8_a_restore_whose_list_lacks_somebody_says_so_aloud(
    told: Console, elsewhere: Console, disk: Disk, tmp_path: Path
) -> None:
    target, near = disk.place / "koop.backup", tmp_path / "near.backup"
    told.ask("backup", target)
    told.ask("backup", near)
    told.ask("forget", "--booking", REFS[0])
    disk.unmount()
    Console(told.db, told.capsys, "2026-03-21T08:00").ask("forget", "--booking", REFS[1], status=1)
    disk.mount()
    brought = tmp_path / "brought.backup"
    for suffix in ("", ".forgotten"):
        shutil.copy(f"{target}{suffix}", f"{brought}{suffix}")
    reply = elsewhere.call("restore", brought)
    assert (reply.status, reply.answer["data"]["list_lacks"], reply.answer["data"]["forgotten"]) == (0, 1, 2)
    assert "ATTENTION: brought.backup.forgotten lacks 1 of those" in reply.err
    assert not {name for name in NAMES if name in repr(picture(elsewhere.db))}


@pytest.mark.parametrize("away", [True, False])
def test_g8_a_restored_store_tells_its_backups_that_are_gone_from_those_out_of_sight(
    told: Console, elsewhere: Console, disk: Disk, away: bool
) -> None:
    first, later = disk.place / "first.backup", disk.place / "later.backup"
    for target in (first, later):
        told.ask("backup", target)
    elsewhere.ask("restore", first)
    if away:
        disk.unmount()
    else:
        first.unlink()
        later.unlink()
    lacking = [str(first), str(later)] if away else []
    found = elsewhere.ask("forget", "--booking", REFS[0], status=int(away))
    assert found["remains"]["unnoted_backups"] == lacking
    assert unnoted(elsewhere) == lacking


def test_g8_a_former_store_kept_aside_is_named_as_long_as_it_holds_who_was_forgotten_since(
    koop: Console, tmp_path: Path
) -> None:
    network = booked(tmp_path / "exports")
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", Name=NAMES[0])
    koop.take_in(network[NEAR].export())
    target = tmp_path / "koop.backup"
    koop.ask("backup", target)
    kept = koop.ask("restore", target, "--replace")["kept"]
    assert koop.call("status").answer["data"]["left_behind"] == [], "nobody was forgotten since"
    left = koop.ask("forget", "--booking", REFS[0], status=1)["remains"]["left_behind"]
    assert [(item["what"], item["former"]) for item in left] == [(kept, True)]
    assert [item["what"] for item in koop.ask("status", status=1)["left_behind"]] == [kept]
    (check,) = (check for check in koop.ask("verify", status=1)["checks"] if check["name"] == "erasure")
    assert kept in check["detail"]
    Path(kept).unlink()
    assert koop.ask("forget", "--finish")["remains"]["left_behind"] == []
    assert koop.call("status").answer["data"]["left_behind"] == []


@pytest.mark.parametrize("keyed", [True, False])
def test_g8_people_are_told_whether_a_restore_leaves_an_instructor_out(
    koop: Console, tmp_path: Path, keyed: bool
) -> None:
    if not keyed:
        with Store.open(koop.db) as store, store.write() as tx:
            tx.run("note_delete", key="secret")
    koop.take_in(booked(tmp_path / "exports")[MASTER].export())
    koop.ask("backup", tmp_path / "koop.backup")
    plain = koop.read("forget", "--instructor", "Vogel, Petra", "--yes").out
    assert "leaves the person out" not in plain
    said = "restore takes them out again where that is noted" if keyed else "after koop-es restore repeat the command"
    assert said in " ".join(plain.split())
