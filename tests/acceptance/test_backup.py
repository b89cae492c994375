"""A backup is proven or is not there; what is put back from it is what was copied, and who was forgotten stays so."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.store import Store, private
from tests.acceptance.console import Console
from tests.acceptance.exports import course
from tests.acceptance.gallows import KILLED, Gallows, gallows
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place, on_sqlite
from tests.faults.picture import Picture, picture
from tests.integration.ingest.conftest import NOW

Network = dict[str, Program]
REF = f"{NEAR}:5050"
NAME = "Unverwechselbar"

KILLS = 11
"""Spread evenly over the length of a backup."""


def with_a_person(koop: Console, folder: Path) -> Network:
    """Let three VHSs agree, about a person among others."""
    network = booked(folder)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", Name=NAME)
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    return network


@pytest.fixture
def network(any_koop: Console, any_place: Place, tmp_path: Path) -> Network:
    return pour(any_place, with_a_person, any_koop, tmp_path / "exports")


NOTES = {"koop_backups", "koop_commits"}
"""What a backup writes into the store it is of: that it was made, and the count of transactions."""


def said(koop: Console) -> Picture:
    """Give what a store holds, but for the notes that a backup was made of it, and that it was put back (D21)."""
    return {
        table: [row for row in rows if "STORE_PUT_BACK" not in repr(row)]
        for table, rows in picture(koop.db).items()
        if table not in NOTES
    }


def test_a_restored_store_is_the_one_that_was_backed_up_and_goes_on(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    made = any_koop.ask("backup", target)
    assert made["events"] == len(said(any_koop)["events"])
    assert elsewhere.ask("restore", target)["digest"] == made["digest"]
    assert said(elsewhere) == said(any_koop)
    network[MASTER].cancel(f"{MASTER}:8800")
    for koop in (any_koop, elsewhere):
        copy = {vhs: Program(vhs, tmp_path / "copies", p.sequence, p.courses, p.bookings) for vhs, p in network.items()}
        for program in copy.values():
            path = program.folder / f"{program.vhs}-{program.sequence + 1}"
            shutil.rmtree(path, ignore_errors=True)
            assert koop.call("ingest", program.export()).status == 0
    assert elsewhere.view(NEAR) == any_koop.view(NEAR)
    assert any(b["status"] == "S" for course in elsewhere.view(NEAR)["courses"] for b in course["bookings"])


def test_d21_nobody_is_cancelled_by_what_connectors_wrote_after_the_backup(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    (row,) = (row for row in network[MASTER].courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    row["Ausfall"] = "W"
    any_koop.take_in(network[MASTER].export())
    settle(any_koop, network.values())
    row["Ausfall"] = "F"
    assert elsewhere.ask("restore", target)["to_tell"] == len(network)
    assert {item["vhs"] for item in elsewhere.ask("violations", status=1)["violations"]} == set(network)
    restored = Console(elsewhere.db, elsewhere.capsys, "2026-04-28T08:00")
    for program in network.values():
        program.month = "2026-04"
        restored.ingest(program.export())
    (course,) = (course for course in restored.view(NEAR)["courses"] if course["coop_id"] == COOP)
    assert {booking["status"] for booking in course["bookings"]} == {"A"}
    found = restored.ask("violations", status=1)["violations"]
    assert {(item["code"], item["vhs"]) for item in found} >= {("CANCELLATION_UNCLEAR", vhs) for vhs in network}
    assert "STORE_PUT_BACK" not in {item["code"] for item in found}


@on_sqlite
def test_d21_an_export_that_says_nothing_new_settles_that_the_store_was_put_back(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    elsewhere.ask("restore", target)
    assert {item["state"] for item in elsewhere.ask("status", status=1)["vhs"]} == {"late"}
    for program in network.values():
        elsewhere.take_in(program.export(), outcome="unchanged")  # made before the restore
    assert elsewhere.ask("violations", status=1)["violations"]
    restored = Console(elsewhere.db, elsewhere.capsys, "2026-04-28T08:00")
    for program in network.values():
        program.month = "2026-04"
        restored.take_in(program.export(), outcome="unchanged")
    assert not restored.ask("violations")["violations"]
    assert {item["state"] for item in restored.ask("status")["vhs"]} == {"agrees"}


@pytest.fixture
def restored(any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path) -> Console:
    """The store as it was before the Master released a course that has its COOP-Id now, put back a while later."""
    network[MASTER].courses += [course("26-1"), course("26-2")]
    any_koop.take_in(network[MASTER].export())
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    any_koop.ask(*release("26-1"))
    settle(any_koop, network.values())
    elsewhere.ask("restore", target)
    for program in network.values():
        program.month = "2026-04"
    return Console(elsewhere.db, elsewhere.capsys, "2026-04-13T08:00")


def test_d22_no_change_has_the_id_of_another_that_was_given_out_after_the_backup(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    """Connectors carry an id out once: what counts events anew after a restore is another change."""
    (other,) = network.keys() - {NEAR, MASTER}
    target, own = tmp_path / "koop.backup", f"{NEAR}:5050"
    any_koop.ask("backup", target)
    network[NEAR].row(own)["Telefon"] = "0941 123456"
    any_koop.take_in(network[NEAR].export())
    before = {change["id"]: change["kind"] for change in any_koop.changes(MASTER)}
    elsewhere.ask("restore", target)
    restored = Console(elsewhere.db, elsewhere.capsys, "2026-04-28T08:00")
    network[NEAR].row(own)["Telefon"] = "0721 100"
    network[other].row(own).update({"Status": "S", "Bearbeitet von": "Maier"})
    network[other].month = "2026-04"
    restored.ingest(network[other].export())
    after = {change["id"]: change["kind"] for change in restored.changes(MASTER)}
    assert (list(before.values()), list(after.values())) == (["booking.update"], ["booking.cancel"])
    assert before.keys().isdisjoint(after)
    assert {change["id"] for change in restored.changes(MASTER)} == after.keys(), "as long as it is listed"


def release(number: str) -> tuple[str, ...]:
    return ("release", "--vhs", MASTER, "--course", number, "--period", "26F", "--own-offer")


def test_d16_no_coop_id_is_given_out_again_that_was_given_out_after_the_backup(
    restored: Console, network: Network
) -> None:
    given = network[MASTER].courses[-2]["Externe Kurs-Nr."]
    for program in network.values():
        error = restored.refused(*release("26-2"), status=3)
        assert (error["details"]["rule"], program.vhs in error["details"]["vhs"]) == ("D16", True)
        restored.refused(*release("26-2"), "--dry-run", status=3)
        restored.ingest(program.export())
    assert restored.ask(*release("26-2"))["coop_id"] == f"{MASTER}-COOP-{int(given.split('-')[-1]) + 1}"
    assert settle(restored, network.values())
    assert not restored.violations()


@on_sqlite
def test_d16_whoever_answers_for_a_vhs_that_reports_no_more_lets_coop_ids_be_given_out(
    restored: Console, network: Network
) -> None:
    for program in (network[MASTER], network[NEAR]):
        restored.ingest(program.export())
    (silent,) = restored.refused(*release("26-2"), status=3)["details"]["vhs"]
    restored.ask("acknowledge", f"vhs:{silent}", "STORE_PUT_BACK", "--vhs", silent, "--reason", "takes no part now")
    assert restored.ask(*release("26-2"))["coop_id"]


@on_sqlite
def test_d16_a_coop_id_in_a_row_that_is_set_aside_is_not_given_out_after_a_restore(
    restored: Console, network: Network
) -> None:
    given, typed = network[MASTER].courses[-2]["Externe Kurs-Nr."], f"{MASTER}-COOP-230"
    for number in ("26-3", "26-4"):
        network[MASTER].courses.append(course(number) | {"Externe Kurs-Nr.": given})  # copied: whose is it?
    network[NEAR].courses.append(course("K-3") | {"Externe Kurs-Nr.": typed})  # no Abo-Kurs by its mark
    for program in network.values():
        assert restored.call("ingest", program.export()).status in {0, 1}
    restored.ask("quarantine", "list", status=1)
    assert restored.ask(*release("26-2"))["coop_id"] == f"{MASTER}-COOP-231"


def test_status_tells_the_age_of_the_last_proof(any_koop: Console, network: Network, tmp_path: Path) -> None:
    assert any_koop.ask("status")["last_proof"] is None
    made = any_koop.ask("backup", tmp_path / "koop.backup")
    later = Console(any_koop.db, any_koop.capsys, "2026-03-20T09:00")
    proof = later.ask("status")["last_proof"]
    assert (proof["age_seconds"], proof["position"]) == (3600, made["position"])
    assert "last proven backup: 1 h 0 min ago, " in later.read("status").out
    before = Console(any_koop.db, any_koop.capsys, "2026-03-20T07:00").run("status").out
    assert "last proven backup: by a clock that ran ahead of this one, " in " ".join(before.split())


@on_sqlite
def test_status_knows_which_proven_backup_a_store_was_put_back_from(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    first, later = tmp_path / "first.backup", tmp_path / "later.backup"
    for target in (first, later):
        any_koop.ask("backup", target)
    for source in (first, later) if elsewhere.db.startswith("sqlite") else (first,):
        elsewhere.ask("restore", source, *(() if source == first else ("--replace",)))
        proof = elsewhere.ask("status", status=1)["last_proof"]
        assert (proof["target"], proof["age_seconds"]) == (str(source), 0)
    moved = Console(f"sqlite:///{tmp_path / 'moved.db'}", any_koop.capsys, now="2026-03-22T08:00")
    if elsewhere.db.startswith("sqlite"):
        first.unlink()
        later.rename(first)  # under the name of one that the copy in it knows
        moved.ask("restore", first)
        proof = moved.ask("status", status=1)["last_proof"]
        assert (proof["target"], proof["age_seconds"]) == (str(first), 2 * 86_400), "as old as what is in it"


def test_a_backup_is_of_one_moment_although_an_ingest_goes_on(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    enough = threading.Event()
    failed: list[BaseException] = []

    def go_on() -> None:
        try:
            with Store.open(any_koop.db) as store:
                for number in count():
                    network[MASTER].book(NUMBERS[MASTER][COOP], f"99{number}")
                    ingest(store, network[MASTER].export(), Policy(), now=NOW)
                    if enough.is_set():
                        return
        except BaseException as error:
            failed.append(error)

    ingesting = threading.Thread(target=go_on)
    ingesting.start()
    taken: dict[int, tuple[Path, str]] = {}
    try:
        while len(taken) < 3 and not failed:
            target = tmp_path / f"{len(list(tmp_path.glob('*.backup')))}.backup"
            made = any_koop.ask("backup", target)
            taken[made["position"]] = target, made["digest"]
    finally:
        enough.set()
        ingesting.join()
    assert not failed
    last, digest = taken[max(taken)]
    assert elsewhere.ask("restore", last)["digest"] == digest


def test_a_backup_that_was_flipped_or_cut_anywhere_is_refused(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    whole = target.read_bytes()
    step = len(whole) // 25
    for at in range(40, len(whole), step):
        target.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert elsewhere.refused("restore", target, status=4)["code"] == "backup_unusable", at
        target.write_bytes(whole[:at])
        assert any_koop.refused("restore", target, "--check", status=4)["code"] == "backup_unusable", at
    target.write_bytes(whole)
    assert any_koop.ask("restore", target, "--check")["bytes"]
    assert any_koop.refused("restore", tmp_path / "none", status=4)["code"] == "backup_unusable"


def test_a_store_is_not_overwritten_unawares(any_koop: Console, network: Network, tmp_path: Path) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    before, backed_up = picture(any_koop.db), said(any_koop)
    network[MASTER].cancel(f"{MASTER}:8800")
    any_koop.take_in(network[MASTER].export())
    now = picture(any_koop.db)
    assert now != before
    assert any_koop.refused("restore", target, status=4)["code"] == "store_not_empty"
    assert any_koop.refused("backup", target, status=4)["code"] == "backup_exists"
    if any_koop.db.startswith("sqlite"):
        kept = any_koop.ask("restore", target, "--replace")["kept"]
        assert said(any_koop) == backed_up
        assert picture(f"sqlite:///{kept}") == now
    else:
        assert any_koop.refused("restore", target, "--replace", status=4)["code"] == "store_not_empty"
        assert picture(any_koop.db) == now


def test_a_restore_may_be_repeated_until_something_else_happens_in_the_store(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    done = elsewhere.ask("restore", target)
    before = picture(elsewhere.db)
    assert elsewhere.ask("restore", target) == done
    assert picture(elsewhere.db) == before
    elsewhere.ask("acknowledge", f"vhs:{NEAR}", "STORE_PUT_BACK", "--vhs", NEAR, "--reason", "reports no more")
    assert elsewhere.refused("restore", target, status=4)["code"] == "store_not_empty"


def test_g8_who_was_forgotten_since_stays_so_in_a_restored_backup(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    found = any_koop.ask("forget", "--booking", REF)
    assert [item["target"] for item in found["remains"]["backups"]] == [str(target)]
    assert elsewhere.ask("restore", target)["forgotten"] == 1
    assert NAME not in repr(picture(elsewhere.db))
    assert NAME.encode() not in Path(f"{target}.forgotten").read_bytes()
    assert not private.open_to_others(Path(f"{target}.forgotten"))
    again = tmp_path / "again.backup"
    elsewhere.ask("backup", again)
    assert NAME.encode() not in again.read_bytes()
    assert elsewhere.call("ingest", network[NEAR].export()).status == 0
    assert NAME not in repr(picture(elsewhere.db))


def test_g8_the_fences_of_the_store_that_is_replaced_stand_in_the_new_one(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", Name=NAME)
    koop.take_in(network[NEAR].export())
    target = tmp_path / "koop.backup"
    koop.ask("backup", target)
    koop.ask("forget", "--booking", REF)
    Path(f"{target}.forgotten").unlink()
    assert koop.ask("restore", target, "--replace")["forgotten"] == 1


@on_sqlite
def test_g8_a_restore_that_finds_no_list_of_the_forgotten_says_so_aloud(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    any_koop.ask("backup", target)
    any_koop.ask("forget", "--booking", REF)
    moved = target.rename(tmp_path / "moved.backup")
    reply = elsewhere.call("restore", moved)
    assert (reply.status, reply.answer["data"]["list_of_forgotten"]) == (0, False)
    assert "ATTENTION: no list was found of who was forgotten since the backup (moved.backup.forgotten)" in reply.err


@on_sqlite
def test_g8_a_restore_says_that_names_are_back_where_no_list_tells_of_them(
    any_koop: Console, elsewhere: Console, network: Network, tmp_path: Path
) -> None:
    any_koop.ask("backup", tmp_path / "koop.backup")
    reply = elsewhere.call("restore", tmp_path / "koop.backup")
    assert "and names that were taken out are back" in reply.err
    assert (reply.answer["data"]["names_erased"], reply.answer["data"]["names_left"]) == (0, 0)


def test_a_store_that_is_a_link_is_replaced_where_it_lies(koop: Console, tmp_path: Path) -> None:
    file, link = Path(koop.db.removeprefix("sqlite:///")), tmp_path / "link.db"
    link.symlink_to(file)
    linked = Console(f"sqlite:///{link}", koop.capsys)
    linked.ask("backup", tmp_path / "koop.backup")
    koop.take_in(booked(tmp_path / "exports")[NEAR].export())
    assert linked.ask("restore", tmp_path / "koop.backup", "--replace")["kept"] == f"{file}.before-1"
    assert link.is_symlink()
    assert koop.ask("status")["vhs"] == []


def test_g10_status_warns_of_a_store_and_a_backup_that_others_may_read(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    koop.take_in(network[NEAR].export())
    file, target = Path(koop.db.removeprefix("sqlite:///")), tmp_path / "koop.backup"
    file.chmod(0o600)
    koop.ask("backup", target)
    assert koop.call("status").answer["data"]["warnings"] == []
    for path in (file, target):
        path.chmod(0o640)
        (warning,) = koop.call("status").answer["data"]["warnings"]
        assert (warning["code"], str(path) in warning["text"]) == ("open_to_others", True)
        assert warning["text"] in koop.read("status").out
        path.chmod(0o600)
    assert NAME not in repr(picture(koop.db))
    Path(koop.db.removeprefix("sqlite:///")).write_bytes(b"no database at all " * 100)
    assert koop.refused("restore", target, status=4)["code"] == "store_not_empty"
    assert koop.refused("restore", target, "--replace", status=4)["code"] == "fences_unreadable"
    (tmp_path / "fences").write_text("{")
    error = koop.refused("restore", target, "--replace", "--fences", tmp_path / "fences", status=4)
    assert error["code"] == "fences_unreadable"
    (tmp_path / "fences").write_text("")
    assert koop.ask("restore", target, "--replace", "--fences", tmp_path / "fences")["forgotten"] == 0


@pytest.fixture
def hangman() -> Iterator[Gallows]:
    yield from gallows(500)


def test_a_killed_backup_leaves_nothing_under_its_name_and_can_be_repeated(
    any_koop: Console, network: Network, hangman: Gallows, tmp_path: Path
) -> None:
    target = tmp_path / "koop.backup"
    words, landed = any_koop.words("backup", target), 0
    status, took = hangman.run(*words)
    assert status == 0
    target.unlink()
    for part in range(1, KILLS + 1):
        status, needed = hangman.run(*words, after=took * part / (KILLS + 1))
        assert status in {0, KILLED}
        landed += status == KILLED
        if status == 0:  # it got through: the first one was held up by others
            took = min(took, needed)
        if target.exists():
            assert any_koop.ask("restore", target, "--check")["bytes"], "what stands there is whole"
            target.unlink()
    assert landed >= KILLS / 2
    any_koop.ask("backup", target)
    assert any_koop.ask("restore", target, "--check")["bytes"]
    assert not list(tmp_path.glob(".*.part"))


def test_a_backup_of_the_other_database_is_refused(koop: Console, postgres_url: str, tmp_path: Path) -> None:
    koop.ask("backup", tmp_path / "koop.backup")
    other = Console(postgres_url, koop.capsys)
    assert other.refused("restore", tmp_path / "koop.backup", status=4)["code"] == "backup_unusable"
    assert other.refused("restore", tmp_path / "koop.backup", "--check", status=4)["code"] == "backup_unusable"
    assert koop.refused("backup", tmp_path / "no" / "folder", status=4)["code"] == "bad_input"


def test_what_a_backup_says_of_itself_is_readable_and_names_nobody(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    koop.take_in(network[NEAR].export())
    koop.ask("backup", tmp_path / "koop.backup")
    with zipfile.ZipFile(tmp_path / "koop.backup") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["format"], manifest["kind"]) == ("koop-backup/1", "sqlite")
    assert (tmp_path / "koop.backup").stat().st_mode & 0o077 == 0
