"""What one export after another does to the network: twice, late, cut, partial, and what really proves an absence."""

from __future__ import annotations

import shutil
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import FILES, booking, write_export
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS
from tests.acceptance.program import Program, settle
from tests.acceptance.told import agreed, pour
from tests.conftest import Place


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree about twelve bookings in two courses."""
    return pour(sqlite_place, agreed, koop, tmp_path / "exports")


def everything(koop: Console) -> dict[str, Any]:
    """Give all that anybody sees, change lists with their ids included."""
    return {vhs: (koop.view(vhs), koop.changes(vhs)) for vhs in NUMBERS}


def positions(koop: Console) -> int:
    position: int = koop.ask("view", "--vhs", MASTER)["position"]
    return position


# --- nothing new ------------------------------------------------------------------------------------------------------


def test_c6_the_same_export_twice_writes_no_event(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "990")
    path = network[NEAR].export()
    assert koop.take_in(path)["events"] > 0
    before, position = everything(koop), positions(koop)
    again = koop.take_in(path, outcome="superseded")
    assert (again["events"], again["withheld_cancellations"]) == (0, 0)
    assert (everything(koop), positions(koop)) == (before, position)


def test_c6_every_export_ever_applied_comes_again_without_effect(koop: Console, network: dict[str, Program]) -> None:
    before, position = everything(koop), positions(koop)
    for path in sorted(network[NEAR].folder.iterdir()):
        assert koop.take_in(path, outcome="superseded")["events"] == 0
    assert (everything(koop), positions(koop)) == (before, position)


def test_the_same_bytes_under_a_new_sequence_are_unchanged(koop: Console, network: dict[str, Program]) -> None:
    position = positions(koop)
    for program in network.values():
        export = koop.take_in(program.export(), outcome="unchanged")
        assert (export["events"], export["sequence"]) == (0, program.sequence)
        assert koop.status()[program.vhs]["last_sequence"] == program.sequence
    assert positions(koop) == position


def test_rows_in_another_order_and_another_encoding_say_nothing_new(koop: Console, network: dict[str, Program]) -> None:
    program = network[MASTER]
    program.bookings = dict(reversed(program.bookings.items()))
    program.courses.reverse()
    for encoding in ("utf-8-sig", "windows-1252", "utf-16"):
        path = program.export(encoding=encoding)
        if encoding == "utf-8-sig":
            manifest = path / "manifest.json"
            manifest.write_text(manifest.read_text().replace("utf-8-sig", "utf-8"))
        assert koop.take_in(path, outcome="unchanged")["events"] == 0


def test_an_older_sequence_is_superseded_whatever_it_says(koop: Console, network: dict[str, Program]) -> None:
    program = network[NEAR]
    before = everything(koop)
    bookings = [row | {"Status": "S"} for row in program.bookings.values()]
    for sequence in (1, program.sequence):
        path = write_export(program.folder / f"late-{sequence}", NEAR, sequence, program.courses, bookings)
        second = int(sequence > 1)  # two in a row that nobody reads are said (D23)
        assert koop.take_in(path, outcome="superseded", status=second)["sequence"] == sequence
    assert everything(koop) == before


def test_an_archive_says_the_same_as_its_directory(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "990")
    folder = network[NEAR].export()
    packed = folder.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, f"{folder.name}/{path.name}")
    assert koop.take_in(packed)["events"] > 0
    assert koop.take_in(folder, outcome="superseded")["events"] == 0
    assert koop.held(MASTER)[f"{NEAR}:990"] == "A"


# --- not whole --------------------------------------------------------------------------------------------------------


def cut(path: Path) -> None:
    file = path / FILES["bookings"]
    file.write_bytes(file.read_bytes()[:-40])


def wrong_sum(path: Path) -> None:
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sha256": "', '"sha256": "00')[:-1] + "}")
    text = manifest.read_text()
    start = text.index('"sha256": "') + len('"sha256": "')
    manifest.write_text(text[:start] + "0" * 64 + text[text.index('"', start) :])


def wrong_count(path: Path) -> None:
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"rows": 2,', '"rows": 3,'))


def lacking(path: Path) -> None:
    (path / FILES["bookings"]).unlink()


def half_a_manifest(path: Path) -> None:
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text()[:-20])


@pytest.mark.parametrize("damage", [cut, wrong_sum, wrong_count, lacking, half_a_manifest])
def test_an_export_that_is_not_whole_is_quarantined_and_changes_nothing(
    koop: Console, network: dict[str, Program], damage: Any
) -> None:
    before, position = everything(koop), positions(koop)
    network[NEAR].remove(f"{NEAR}:500")
    network[NEAR].cancel(f"{NEAR}:511")
    path = network[NEAR].export()
    good = path.with_name("good")
    shutil.copytree(path, good)
    damage(path)
    (export,) = koop.ingest(path, status=4)
    assert export["status"] == "quarantined"
    assert (export["events"], export["rows"]) == (0, 0)
    assert export["reason"]
    assert (everything(koop), positions(koop)) == (before, position)
    if damage is not half_a_manifest:
        (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
        assert (item["vhs"], item["sequence"], item["about"]) == (NEAR, network[NEAR].sequence, "export")
        assert koop.status()[NEAR]["quarantined"] == 1
    koop.take_in(good)
    assert koop.held(MASTER)[f"{NEAR}:511"] == "S"
    assert koop.held(MASTER)[f"{NEAR}:500"] == "A"


def test_one_bad_export_keeps_none_of_the_others_back(koop: Console, network: dict[str, Program]) -> None:
    paths = {}
    for vhs, program in network.items():
        program.book(NUMBERS[vhs][COOP], "990")
        paths[vhs] = program.export()
    cut(paths[NEAR])
    exports = koop.ingest(*(paths[vhs] for vhs in (MASTER, NEAR, FAR)), status=1)
    assert [export["status"] for export in exports] == ["applied", "quarantined", "applied"]


# --- absence ----------------------------------------------------------------------------------------------------------


def test_d3_two_complete_absences_make_an_orphan_and_s_elsewhere(koop: Console, network: dict[str, Program]) -> None:
    ref = f"{NEAR}:500"
    network[NEAR].remove(ref)
    koop.take_in(network[NEAR].export())
    assert (koop.held(MASTER)[ref], koop.held(FAR)[ref]) == ("A", "A")
    assert koop.open_codes() == {(NEAR, "BOOKING_REMOVED")}
    koop.take_in(network[NEAR].export())
    for vhs in (MASTER, FAR):
        seen = koop.booking(vhs, ref)
        assert seen is not None
        assert (seen["status"], seen["reported"], seen["reason"]) == ("S", "A", "orphan")
        (change,) = koop.changes(vhs)
        assert (change["kind"], change["booking"]["ref"], change["because"]["rule"]) == ("booking.cancel", ref, "D3")
    types = [event["type"] for event in koop.events(COOP)]
    assert types.index("BookingVanished") < types.index("OrphanDetected")
    assert settle(koop, network.values()) == 1


@pytest.mark.parametrize("vhs", [MASTER, FAR])
def test_d2_a_mirror_removed_for_good_cancels_at_the_owner_too(
    koop: Console, network: dict[str, Program], vhs: str
) -> None:
    ref = f"{NEAR}:500"
    network[vhs].remove(ref)
    koop.take_in(network[vhs].export())
    koop.ingest(network[vhs].export())
    assert koop.held(NEAR)[ref] == "S"
    assert {change["booking"]["ref"] for change in koop.changes(NEAR)} == {ref}


def test_d2_owner_only_delivers_a_removed_mirror_again(
    koop: Console, network: dict[str, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOP_ORPHAN_POLICY", "owner_only")
    ref = f"{NEAR}:500"
    network[MASTER].remove(ref)
    for _ in range(2):
        koop.ingest(network[MASTER].export())
    assert koop.held(NEAR)[ref] == "A"
    assert [change["kind"] for change in koop.changes(MASTER)] == ["booking.create"]
    assert settle(koop, network.values()) == 1


def test_d3_seen_again_after_one_absence_nobody_is_cancelled(koop: Console, network: dict[str, Program]) -> None:
    ref = f"{NEAR}:500"
    row = network[NEAR].remove(ref)
    koop.take_in(network[NEAR].export())
    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    network[NEAR].remove(ref)
    koop.take_in(network[NEAR].export())
    assert koop.held(MASTER)[ref] == "A"
    assert "BookingReappeared" in {event["type"] for event in koop.events(COOP)}


def test_d5_a_booking_cancelled_only_as_an_orphan_is_reinstated_by_the_vhs_that_lost_it(
    koop: Console, network: dict[str, Program]
) -> None:
    ref = f"{NEAR}:500"
    row = network[NEAR].remove(ref)
    for _ in range(2):
        koop.ingest(network[NEAR].export())
    settle(koop, network.values())
    assert network[FAR].row(ref)["Status"] == "S"
    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    assert settle(koop, network.values()) <= 2
    assert {vhs: koop.held(vhs)[ref] for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "A")
    assert network[FAR].row(ref)["Status"] == "A"
    assert koop.open_codes() == set()


def test_d5_s_is_final_for_a_booking_cancelled_by_anybody(koop: Console, network: dict[str, Program]) -> None:
    ref = f"{NEAR}:500"
    network[FAR].cancel(ref)
    koop.take_in(network[FAR].export())
    settle(koop, network.values())
    network[NEAR].row(ref)["Status"] = "A"
    koop.take_in(network[NEAR].export())
    assert {vhs: koop.held(vhs)[ref] for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "S")
    assert koop.open_codes() == {(NEAR, "CANCELLED_BOOKING_REACTIVATED")}
    assert settle(koop, network.values()) == 1
    assert koop.open_codes() == set()


def test_an_occupancy_export_says_nothing_but_counts(koop: Console, network: dict[str, Program]) -> None:
    program = network[MASTER]
    blank = [row | {"Titel": "", "Typ": "", "Gebühr": "", "Info": "", "TN max": "7"} for row in program.courses]
    program.sequence += 1
    path = write_export(program.folder / "counts", MASTER, program.sequence, blank, kind="occupancy")
    koop.take_in(path, outcome="applied")
    assert {course["capacity"] for course in koop.view(MASTER)["courses"]} == {7}
    assert {tuple(change["course"]["fields"]) for change in koop.changes(NEAR)} == {("TN max",)}
    assert koop.open_codes() == set()


PARTIAL: dict[str, dict[str, Any]] = {
    "a delta": {"kind": "delta"},
    "an occupancy status": {"kind": "occupancy"},
    "no proof at all": {"proof": ()},
    "no checksum": {"proof": ("rows",)},
    "no row count": {"proof": ("sha256",)},
    "a scope behind the course": {"scope": {"courses_ending_from": "2026-08-01"}},
}


@pytest.mark.parametrize("manifest", PARTIAL.values(), ids=PARTIAL)
def test_b11a_what_proves_nothing_never_makes_an_absence(
    koop: Console, network: dict[str, Program], manifest: dict[str, Any]
) -> None:
    before = everything(koop)
    program = network[NEAR]
    courses, bookings = program.courses, list(program.bookings.values())
    for left in (bookings[1:], bookings[2:], []):
        program.sequence += 1
        path = write_export(program.folder / f"p{program.sequence}", NEAR, program.sequence, courses, left, **manifest)
        assert koop.take_in(path, outcome="unchanged")["events"] == 0
    assert everything(koop) == before
    assert koop.open_codes() == set()


def test_b11a_a_full_export_without_the_booking_file_proves_nothing_about_bookings(
    koop: Console, network: dict[str, Program]
) -> None:
    before = everything(koop)
    program = network[NEAR]
    for _ in range(3):
        program.sequence += 1
        path = write_export(program.folder / f"c{program.sequence}", NEAR, program.sequence, program.courses)
        assert koop.take_in(path, outcome="unchanged")["events"] == 0
    assert everything(koop) == before


def test_b11d_a_course_that_is_gone_orphans_none_of_its_bookings(koop: Console, network: dict[str, Program]) -> None:
    program = network[NEAR]
    gone = program.courses.pop(0)
    kept = {key: row for key, row in program.bookings.items() if row["Kursnummer"] != gone["Kursnummer"]}
    program.bookings, lost = kept, program.bookings
    for _ in range(3):
        koop.ingest(program.export())
    assert set(koop.held(MASTER).values()) == {"A"}
    assert koop.open_codes() == {(NEAR, "COURSE_VANISHED")}
    assert {vhs: koop.changes(vhs) for vhs in NUMBERS} == {vhs: [] for vhs in NUMBERS}
    program.courses.insert(0, gone)
    program.bookings = lost
    koop.take_in(program.export())
    assert koop.open_codes() == set()


def test_a_delta_adds_and_cancels_what_it_shows(koop: Console, network: dict[str, Program]) -> None:
    number = NUMBERS[NEAR][COOP]
    program = network[NEAR]
    program.sequence += 1
    rows = [booking(number, "990") | {"Telefon": "0721 99 00"}, program.row(f"{NEAR}:500") | {"Status": "S"}]
    delta = write_export(program.folder / "delta", NEAR, program.sequence, None, rows, kind="delta")
    koop.take_in(delta)
    held = koop.held(MASTER)
    assert (held[f"{NEAR}:990"], held[f"{NEAR}:500"], held[f"{NEAR}:511"]) == ("A", "S", "A")


def test_a_quarantined_row_never_counts_as_absent(koop: Console, network: dict[str, Program]) -> None:
    ref = f"{NEAR}:500"
    network[NEAR].row(ref)["Gebucht am"] = "31.02.2026 09:15"
    for count in range(3):
        network[NEAR].book(NUMBERS[NEAR][COOP], f"99{count}")
        (export,) = koop.ingest(network[NEAR].export(), status=1)
        assert (export["status"], export["quarantined_rows"]) == ("applied", 1)
    assert {vhs: koop.held(vhs)[ref] for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "A")
    network[NEAR].row(ref)["Gebucht am"] = "02.02.2026 09:15"
    koop.ingest(network[NEAR].export())
    assert koop.ask("quarantine", "list")["quarantine"] == []
    assert koop.open_codes() == set()


def test_b6_an_unknown_status_freezes_that_one_booking(koop: Console, network: dict[str, Program]) -> None:
    ref = f"{NEAR}:500"
    network[NEAR].row(ref)["Status"] = "X"
    koop.take_in(network[NEAR].export())
    assert koop.open_codes() == {(NEAR, "UNKNOWN_STATUS")}
    assert {vhs: koop.held(vhs)[ref] for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "A")
    network[MASTER].cancel(ref)
    koop.take_in(network[MASTER].export())
    assert [change["kind"] for change in koop.changes(FAR)] == ["booking.cancel"]
    assert koop.changes(NEAR) == []
    network[NEAR].row(ref)["Status"] = "A"
    koop.take_in(network[NEAR].export())
    assert settle(koop, network.values()) <= 2
    assert network[NEAR].row(ref)["Status"] == "S"


def test_d7_a_waiting_booking_promoted_by_its_owner_is_a_everywhere(koop: Console, network: dict[str, Program]) -> None:
    ref = network[NEAR].book(NUMBERS[NEAR][COOP], "990", "W")
    koop.take_in(network[NEAR].export())
    settle(koop, network.values())
    assert network[FAR].row(ref)["Status"] == "W"
    network[NEAR].row(ref)["Status"] = "A"
    koop.take_in(network[NEAR].export())
    settle(koop, network.values())
    assert {vhs: koop.held(vhs)[ref] for vhs in NUMBERS} == dict.fromkeys(NUMBERS, "A")


def test_d11_the_masters_ausfall_cancels_everywhere(koop: Console, network: dict[str, Program]) -> None:
    network[MASTER].courses[0]["Ausfall"] = "W"
    koop.take_in(network[MASTER].export())
    assert "course.cancel" in {change["kind"] for change in koop.changes(NEAR)}
    assert settle(koop, network.values()) <= 2
    for vhs in NUMBERS:
        (cancelled, other) = koop.view(vhs)["courses"]
        assert {(b["status"], b["reason"]) for b in cancelled["bookings"]} == {("S", "course")}
        assert {b["status"] for b in other["bookings"]} == {"A"}
        assert network[vhs].courses[0]["Ausfall"] == "W"
    assert koop.open_codes() == set()


def test_the_sum_in_the_manifest_may_be_written_in_capitals(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "990")
    path = network[NEAR].export()
    total = sha256((path / FILES["bookings"]).read_bytes()).hexdigest()
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text().replace(total, total.upper()))
    koop.take_in(path)
