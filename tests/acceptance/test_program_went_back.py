"""D20: an admin program is restored from an older copy; nobody is cancelled anywhere, and the change list heals it."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.store import Store
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER
from tests.acceptance.program import Program, settle
from tests.acceptance.told import agreed, pour
from tests.conftest import Place


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree about twelve bookings in two courses."""
    return pour(sqlite_place, agreed, koop, tmp_path / "exports")


class Copy:
    """A backup of an admin program: its rows, not the count of its exports."""

    def __init__(self, program: Program) -> None:
        self.courses, self.bookings = deepcopy(program.courses), deepcopy(program.bookings)

    def restore(self, program: Program) -> None:
        program.courses, program.bookings = deepcopy(self.courses), deepcopy(self.bookings)


def everybody(koop: Console) -> dict[str, dict[str, str]]:
    return {vhs: koop.held(vhs) for vhs in NUMBERS}


def codes(koop: Console) -> set[tuple[str, str]]:
    answer = koop.call("violations").answer
    return {(item["code"], item["vhs"]) for item in answer["data"]["violations"]}


def rounds(koop: Console, network: dict[str, Program], count: int = 2) -> None:
    """Let everybody carry out its list and report, whatever stands open."""
    for _ in range(count):
        for program in network.values():
            program.obey(koop.changes(program.vhs))
        for program in network.values():
            koop.ingest(program.export())


def work_since(koop: Console, network: dict[str, Program]) -> None:
    """Let a day pass: bookings are made at all three, and one is cancelled."""
    for vhs, booking_id in ((MASTER, "9001"), (NEAR, "9101"), (NEAR, "9102"), (FAR, "9201")):
        network[vhs].book(NUMBERS[vhs][COOP], booking_id)
    network[FAR].cancel(f"{FAR}:70000")
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())


def why(koop: Console, vhs: str, ref: str) -> list[str]:
    now: list[str] = koop.ask("why", COOP, "--booking", ref, "--vhs", vhs)["now"]
    return now


def test_d20_restored_program_is_healed_by_its_change_list_and_nobody_is_cancelled(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    wanted = everybody(koop)
    copy.restore(network[NEAR])
    first = koop.take_in(network[NEAR].export(), status=1)
    assert any("put back to what export 301#" in notice["text"] for notice in first["notices"])
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert everybody(koop) == wanted
    for _ in range(3):  # nothing is written yet: the same copy again and again proves nothing either
        koop.ingest(network[NEAR].export())
    assert everybody(koop) == wanted
    kinds = {(change["kind"], change["booking"]["ref"]) for change in koop.changes(NEAR)}
    assert ("booking.create", f"{MASTER}:9001") in kinds
    assert ("booking.cancel", f"{FAR}:70000") in kinds
    assert not any(ref.startswith(f"{NEAR}:") for _, ref in kinds)
    rounds(koop, network)
    assert everybody(koop) == wanted
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        assert any("restore-booking" in said for said in why(koop, NEAR, ref))
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup of the night")
    settle(koop, network.values())
    assert everybody(koop) == wanted
    assert codes(koop) == set()
    assert network[NEAR].row(f"{NEAR}:9101")["Status"] == "A"
    assert network[NEAR].row(f"{FAR}:70000")["Status"] == "S"


def test_d20_what_is_written_again_under_its_own_beleg_id_stands_first_in_the_change_list(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(network[NEAR])
    koop.take_in(network[NEAR].export(), status=1)
    for ref in (f"{NEAR}:9102", f"{NEAR}:9101"):
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup of the night")
    told = [(change["kind"], change["booking"].get("booking_id")) for change in koop.changes(NEAR)]
    assert told[:2] == [("booking.create", "9102"), ("booking.create", "9101")]
    assert ("booking.create", None) in told[2:], "whatever asked for it first"


def test_d20_the_copy_of_before_and_after_cost_nobody_a_second_restore(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    wanted = everybody(koop)
    for _ in range(2):
        copy.restore(network[NEAR])
        koop.take_in(network[NEAR].export(), status=1)
        rounds(koop, network, 1)
    assert everybody(koop) == wanted
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup")
    settle(koop, network.values())
    assert everybody(koop) == wanted


def test_d20_a_beleg_id_that_a_row_of_another_course_has_by_now_is_not_named_again(
    koop: Console, network: dict[str, Program]
) -> None:
    """Neither one's own booking nor a mirror there may be written over."""
    near, copy = network[NEAR], Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(near)
    koop.take_in(near.export(), status=1)
    near.book(NUMBERS[NEAR][OTHER], "9101", **{"Name": "Zander", "Gebucht am": "05.03.2026 08:15:00"})
    koop.ingest(near.export())
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup")
    again = {c["booking"]["ref"]: c["booking"] for c in koop.changes(NEAR) if c["kind"] == "booking.create"}
    assert "booking_id" not in again[f"{NEAR}:9101"]
    assert again[f"{NEAR}:9102"]["booking_id"] == "9102"
    network[MASTER].book(NUMBERS[MASTER][OTHER], "9003")
    koop.take_in(network[MASTER].export())
    near.book(NUMBERS[NEAR][OTHER], "9102", **{"Koop-Beleg-ID": f"{MASTER}:9003", "Bearbeitet von": "WS"})
    koop.ingest(near.export())
    again = {c["booking"]["ref"]: c["booking"] for c in koop.changes(NEAR) if c["kind"] == "booking.create"}
    assert "booking_id" not in again[f"{NEAR}:9102"], "whoever has it, and since when"


@pytest.mark.parametrize("coop_id", [COOP, OTHER])
def test_d20_d22_the_beleg_id_of_a_row_that_waits_is_not_named_again(
    koop: Console, network: dict[str, Program], coop_id: str
) -> None:
    """It has name and mail of somebody booked there, and a partial export does not tell whether it is that (B15)."""
    near, copy = network[NEAR], Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(near)
    koop.take_in(near.export(), status=1)
    number = NUMBERS[NEAR][coop_id]
    who = next(row for row in near.bookings.values() if row["Kursnummer"] == number and not row["Koop-Beleg-ID"])
    near.bookings = {"9101": who | {"Beleg-ID": "9101", "TNR": "79999", "Gebucht am": "05.03.2026 08:15:00"}}
    koop.ingest(near.export(kind="delta"))
    assert "MergeSuspected" in {event["type"] for event in koop.events(coop_id)}
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup")
    again = {c["booking"]["ref"]: c["booking"] for c in koop.changes(NEAR) if c["kind"] == "booking.create"}
    assert "booking_id" not in again[f"{NEAR}:9101"]
    assert again[f"{NEAR}:9102"]["booking_id"] == "9102"


def test_d20_the_beleg_id_of_a_second_row_of_a_mirror_is_not_named_again(
    koop: Console, network: dict[str, Program]
) -> None:
    near, copy = network[NEAR], Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(near)
    koop.take_in(near.export(), status=1)
    near.bookings["9101"] = near.row(f"{FAR}:70000") | {"Beleg-ID": "9101"}
    koop.ingest(near.export())
    for ref in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup")
    again = {c["booking"]["ref"]: c["booking"] for c in koop.changes(NEAR) if c["kind"] == "booking.create"}
    assert "booking_id" not in again[f"{NEAR}:9101"]
    assert again[f"{NEAR}:9102"]["booking_id"] == "9102"


def test_d20_really_removed_is_s_at_once_everywhere(koop: Console, network: dict[str, Program]) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(network[NEAR])
    koop.take_in(network[NEAR].export(), status=1)
    koop.ask("restore-booking", COOP, "--booking", f"{NEAR}:9101", "--vhs", NEAR, "--reason", "test", "--reject")
    koop.ask("restore-booking", COOP, "--booking", f"{NEAR}:9102", "--vhs", NEAR, "--reason", "test")
    error = koop.refused(
        "restore-booking", COOP, "--booking", f"{NEAR}:9101", "--vhs", NEAR, "--reason", "no", status=3
    )
    assert "that stands" in error["message"]
    assert koop.held(FAR)[f"{NEAR}:9101"] == "S"
    settle(koop, network.values())
    assert koop.held(MASTER)[f"{NEAR}:9102"] == "A"


def test_d20_a_booking_removed_since_the_copy_waits_until_somebody_decides_about_it(
    koop: Console, network: dict[str, Program]
) -> None:
    near, ref = network[NEAR], f"{NEAR}:500"
    copy = Copy(near)
    near.row(ref)["Telefon"] = "0941 777"
    near.book(NUMBERS[NEAR][COOP], "9101")
    rounds(koop, network)
    near.remove(ref)
    rounds(koop, network, 3)
    assert koop.held(MASTER)[ref] == "S"
    copy.restore(near)
    koop.take_in(near.export(), status=1)
    rounds(koop, network)
    koop.ask("restore-booking", COOP, "--booking", f"{NEAR}:9101", "--vhs", NEAR, "--reason", "paper")
    rounds(koop, network, 3)
    assert codes(koop) == {("PROGRAM_WENT_BACK", NEAR)}, "it is listed until somebody decides"
    assert "restore the same booking" not in " ".join(why(koop, NEAR, ref)), "its row stands there again"
    assert any("restore-booking" in said for said in why(koop, NEAR, ref))
    koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "she comes")
    settle(koop, network.values())
    assert codes(koop) == set()
    assert koop.held(MASTER)[ref] == "A"
    assert near.row(ref)["Telefon"] == "0941 777"


def test_d20_staff_who_enter_part_of_what_was_lost_again_hide_nothing_and_double_nobody(
    koop: Console, network: dict[str, Program]
) -> None:
    near, number = network[NEAR], NUMBERS[NEAR][COOP]
    copy = Copy(near)
    people = {
        name: {"Name": name, "Vorname": "Nora", "Telefon": "", "E-Mail": f"{name}@example.org"}
        for name in ("Neumann", "Nolte", "Novak")
    }
    refs = {name: near.book(number, str(9101 + place), **texts) for place, (name, texts) in enumerate(people.items())}
    koop.take_in(near.export())
    settle(koop, network.values())
    copy.restore(near)
    near.book(number, "9301", **people["Neumann"], **{"Gebucht am": "02.03.2026 08:15:00"})
    koop.take_in(near.export(), status=1)
    rounds(koop, network)
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert {koop.held(MASTER)[ref] for ref in refs.values()} == {"A"}

    near.book(number, "9302", **people["Nolte"] | {"E-Mail": "slip@example.org"})
    koop.ingest(near.export())
    near.bookings["9302"]["E-Mail"] = people["Nolte"]["E-Mail"]
    koop.ingest(near.export())
    words = ("restore-booking", COOP, "--vhs", NEAR, "--reason", "paper", "--booking")
    assert "stands there, under Beleg-ID 9301" in koop.refused(*words, refs["Neumann"], status=3)["message"]
    assert "stands there again as 301:9302" in koop.refused(*words, refs["Nolte"], status=3)["message"]
    koop.ask(*words, refs["Nolte"], "--reject")
    koop.ask(*words, refs["Novak"])
    settle(koop, network.values())
    assert ("PROGRAM_WENT_BACK", NEAR) not in codes(koop)
    live = [row["Name"] for row in near.bookings.values() if row["Name"] in people and row["Status"] == "A"]
    assert sorted(live) == sorted(people)


def edit(program: Program, coop_id: str, **texts: str) -> None:
    (row,) = (row for row in program.courses if row["Kursnummer"] == NUMBERS[program.vhs][coop_id])
    row.update({name.replace("_", " "): text for name, text in texts.items()})


def test_d20_the_masters_program_went_back_and_nobody_is_told_the_old_room(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[MASTER])
    edit(network[MASTER], COOP, Kursort="Raum 9", Uhrzeit_von="19:00")
    edit(network[MASTER], OTHER, Ausfall="W")
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    wanted = everybody(koop)
    copy.restore(network[MASTER])
    koop.take_in(network[MASTER].export(), status=1)  # so many S as A again are one question (D31e)
    assert {("PROGRAM_WENT_BACK", MASTER), ("LETTERS_CHANGED_TOGETHER", MASTER)} <= codes(koop)
    assert everybody(koop) == wanted, "no Ausfall is taken back"
    assert [koop.changes(vhs) for vhs in NUMBERS] == [[], [], []], "nothing is written before somebody answers"
    (held,) = koop.ask("withheld", "list", status=1)["withheld"]
    koop.ask("withheld", "approve", held["id"], "--up-to", "6")
    assert {change["kind"] for change in koop.changes(MASTER)} == {"booking.cancel"}
    koop.ask("restore-course", COOP, "--vhs", MASTER, "--reason", "the new room counts")
    koop.ask("restore-course", OTHER, "--vhs", MASTER, "--reason", "it is cancelled")
    settle(koop, network.values())
    assert everybody(koop) == wanted
    (row,) = (row for row in network[MASTER].courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    assert (row["Kursort"], row["Uhrzeit von"]) == ("Raum 9", "19:00")
    assert codes(koop) == set()


def test_d20_forgotten_people_cannot_be_restored_and_the_answer_says_so(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(network[NEAR])
    koop.take_in(network[NEAR].export(), status=1)
    koop.ask("forget", "--booking", f"{NEAR}:9101", "--yes")
    error: dict[str, Any] = koop.refused(
        "restore-booking", COOP, "--booking", f"{NEAR}:9101", "--vhs", NEAR, "--reason", "x", status=3
    )
    assert "forgotten" in error["message"]
    ref = f"{NEAR}:9101"
    offer = f"koop-es restore-booking {COOP} --booking {ref} --vhs {NEAR} --reason TEXT"
    said = [item["text"] for item in koop.ask("violations", status=1)["violations"] if item["ref"] == ref]
    told = koop.ask("why", COOP, "--booking", ref, "--vhs", NEAR)
    said += [*told["now"], *(item["text"] for item in told["violations"])]
    offers = [text for text in said if offer in text]
    assert len(offers) == 3 and all(f"{offer} --reject" in text for text in offers), "what cannot work is not offered"
    assert all("booked anew" in text for text in offers)


def test_d20_who_is_forgotten_before_the_list_goes_out_is_not_written_again_without_a_name(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    copy.restore(network[NEAR])
    koop.take_in(network[NEAR].export(), status=1)
    ref = f"{NEAR}:9101"
    koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup of the night")
    listed = koop.ask("changes", "--vhs", NEAR, "--preview")["changes"]
    assert ("booking.create", ref) in {(change["kind"], change["booking"]["ref"]) for change in listed}
    assert koop.ask("forget", "--booking", ref, "--dry-run")["erased"][0]["restoring"]
    assert koop.ask("forget", "--booking", ref)["erased"][0]["restoring"], "the answer says that it ends"
    assert ref not in {change["booking"]["ref"] for change in koop.changes(NEAR)}
    assert ("BOOKING_REMOVED", NEAR) in codes(koop), "nobody is cancelled, and it is asked"
    koop.refused("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "again", status=3)
    koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "removed", "--reject")
    assert everybody(koop)[NEAR][ref] == "S"


def test_d20_the_count_of_exports_may_go_back_with_it(koop: Console, network: dict[str, Program]) -> None:
    copy, sequence = Copy(network[NEAR]), network[NEAR].sequence
    work_since(koop, network)
    wanted = everybody(koop)
    copy.restore(network[NEAR])
    network[NEAR].sequence, network[NEAR].folder = sequence, network[NEAR].folder / "again"
    path = network[NEAR].export(exported_at="2026-03-19T02:00:00+01:00")
    assert koop.ingest(path, status=1)[0]["status"] == "superseded"
    assert ("SEQUENCE_RESTARTED", NEAR) in codes(koop)
    koop.ask("vhs", "restart-sequence", NEAR, "--reason", "restored")
    koop.take_in(path, status=1)
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    koop.ingest(network[NEAR].export(exported_at="2026-03-19T03:00:00+01:00"))
    assert everybody(koop) == wanted


def test_d20_a_delta_after_the_restore_says_nothing_of_what_was_lost(
    koop: Console, network: dict[str, Program]
) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    wanted = everybody(koop)
    copy.restore(network[NEAR])
    koop.take_in(network[NEAR].export(), status=1)
    assert koop.ingest(network[NEAR].export(kind="delta"))[0]["events"] == 0
    assert everybody(koop) == wanted


def test_d20_a_large_export_that_is_applied_in_parts_is_judged_once(koop: Console, network: dict[str, Program]) -> None:
    copy = Copy(network[NEAR])
    work_since(koop, network)
    network[NEAR].book(NUMBERS[NEAR][OTHER], "9103")
    koop.take_in(network[NEAR].export())
    settle(koop, network.values())
    wanted = everybody(koop)
    copy.restore(network[NEAR])
    with Store.open(koop.db) as store:
        path, now = network[NEAR].export(), datetime.fromisoformat(f"{koop.now}:00+01:00")
        found = ingest(store, path, Policy(), now=now, max_events=1)
    assert found.status == "applied"
    koop.ingest(network[NEAR].export())
    assert everybody(koop) == wanted
    asked = {item["ref"] for item in koop.call("violations").answer["data"]["violations"] if item["ref"]}
    assert asked == {f"{NEAR}:9101", f"{NEAR}:9102", f"{NEAR}:9103"}


@pytest.mark.parametrize("booking_id", ["9301", "9101"])
def test_d20_what_was_entered_and_reported_by_a_delta_since_the_restore_does_not_hide_it(
    koop: Console, network: dict[str, Program], booking_id: str
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    work_since(koop, network)
    wanted = everybody(koop)
    copy.restore(near)
    new = {"Name": "Zander", "Vorname": "Zoe", "E-Mail": "zoe@example.org", "Gebucht am": "03.03.2026 08:15:00"}
    near.book(NUMBERS[NEAR][COOP], booking_id, **new)
    path = near.export(kind="delta")
    koop.ingest(path)
    koop.ingest(near.export(), status=1)
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    koop.ingest(near.export())
    after = everybody(koop)
    assert {vhs: {ref: after[vhs][ref] for ref in refs} for vhs, refs in wanted.items()} == wanted


def test_d20_more_entered_and_reported_by_deltas_since_the_restore_than_was_lost_does_not_hide_it(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    near.book(NUMBERS[NEAR][COOP], "9101")
    network[MASTER].book(NUMBERS[MASTER][COOP], "9001")
    rounds(koop, network)
    settle(koop, network.values())
    copy.restore(near)
    for place in range(3):
        new = {"Name": f"Zander{place}", "Vorname": "Zoe", "Gebucht am": f"03.03.2026 08:15:0{place}"}
        near.book(NUMBERS[NEAR][COOP], f"930{place}", **new)
        koop.ingest(near.export(kind="delta"))
    koop.ingest(near.export(), status=1)
    koop.ingest(near.export())
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert [koop.held(FAR)[ref] for ref in (f"{NEAR}:9101", f"{MASTER}:9001", f"{NEAR}:9302")] == ["A", "A", "A"]


def test_d20_a_letter_put_right_by_a_delta_since_the_restore_does_not_hide_it(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    near.book(NUMBERS[NEAR][COOP], "9101")
    network[MASTER].book(NUMBERS[MASTER][COOP], "9001")
    rounds(koop, network)
    settle(koop, network.values())
    copy.restore(near)
    own = next(ref for ref in koop.held(NEAR) if ref.startswith(f"{NEAR}:") and ref != f"{NEAR}:9101")
    near.cancel(own)
    koop.ingest(near.export(kind="delta"))
    koop.ingest(near.export(), status=1)
    koop.ingest(near.export())
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert [koop.held(FAR)[ref] for ref in (f"{NEAR}:9101", f"{MASTER}:9001", own)] == ["A", "A", "S"]


def test_d20_an_s_written_again_after_an_export_without_proof_does_not_hide_a_restore(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    near.book(NUMBERS[NEAR][COOP], "9101")
    network[MASTER].book(NUMBERS[MASTER][COOP], "9001")
    network[FAR].cancel(f"{FAR}:70000")
    rounds(koop, network)
    settle(koop, network.values())
    copy.restore(near)
    koop.ingest(near.export(proof=()))
    near.obey(koop.changes(NEAR))
    koop.ingest(near.export(), status=1)
    koop.ingest(near.export())
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert [koop.held(FAR)[ref] for ref in (f"{NEAR}:9101", f"{MASTER}:9001", f"{FAR}:70000")] == ["A", "A", "S"]


@pytest.mark.parametrize("frozen_before", [False, True], ids=["since the restore", "before it"])
def test_d20_what_a_frozen_course_showed_last_does_not_stand_against_a_restore(
    koop: Console, network: dict[str, Program], *, frozen_before: bool
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    for coop_id, booking_id in ((COOP, "9101"), (COOP, "9102"), (OTHER, "9103")):
        near.book(NUMBERS[NEAR][coop_id], booking_id)
    koop.take_in(near.export())
    if frozen_before:
        _alter(near)
        koop.ingest(near.export())
    copy.restore(near)
    _alter(near)
    koop.ingest(near.export(), status=1)
    koop.ingest(near.export())
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    assert [koop.held(FAR)[f"{NEAR}:{number}"] for number in ("9101", "9102", "9103")] == ["A", "A", "A"]


@pytest.mark.parametrize("really", [False, True], ids=["restored", "really removed"])
def test_d20_what_a_course_lacks_that_was_frozen_during_a_restore_went_with_it(
    koop: Console, network: dict[str, Program], *, really: bool
) -> None:
    near = network[NEAR]
    copy = Copy(near)
    for coop_id, booking_id in ((COOP, "9101"), (COOP, "9102"), (OTHER, "9103")):
        near.book(NUMBERS[NEAR][coop_id], booking_id)
    koop.take_in(near.export())
    copy.restore(near)
    _alter(near)
    koop.ingest(near.export(), status=1)
    _alter(near, OTHER)
    koop.ingest(near.export(), status=1)
    for _ in range(2):
        koop.ingest(near.export())
    assert koop.held(FAR)[f"{NEAR}:9103"] == "A", "it is asked about, and nobody is cancelled"
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    how = ("--reject",) if really else ()
    koop.ask("restore-booking", OTHER, "--vhs", NEAR, "--booking", f"{NEAR}:9103", "--reason", "backup", *how)
    assert koop.held(FAR).get(f"{NEAR}:9103") == (None if really else "A"), "nothing was ever given out (D1)"


@pytest.mark.parametrize("first_only", [False, True], ids=["a filter on mirrors", "a file that was cut"])
@pytest.mark.parametrize("cancelled", [False, True])
def test_d20_mirrors_of_a_file_that_may_have_been_cut_wait_for_a_second_one(
    koop: Console, network: dict[str, Program], *, first_only: bool, cancelled: bool
) -> None:
    near = network[NEAR]
    whole = Copy(near)
    own = [booking_id for booking_id, row in near.bookings.items() if not row["Koop-Beleg-ID"]]
    kept = own[:1] if first_only else own
    near.bookings = {booking_id: near.bookings[booking_id] for booking_id in kept}
    wanted = everybody(koop)
    koop.ingest(near.export(), status=1)
    assert koop.changes(NEAR) == [], "nobody is written a second time"
    assert everybody(koop) == wanted
    whole.restore(near)
    if cancelled:
        near.cancel(f"{FAR}:70000")
        near.cancel(f"{NEAR}:511")
    koop.ingest(near.export())
    if not cancelled:
        assert everybody(koop) == wanted
    settle(koop, network.values())
    assert everybody(koop)[MASTER] == wanted[MASTER] | ({f"{FAR}:70000": "S", f"{NEAR}:511": "S"} if cancelled else {})
    assert codes(koop) == set()


def test_d20_mirrors_that_a_second_export_lacks_as_well_are_written_again(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    own = {booking_id: row for booking_id, row in near.bookings.items() if not row["Koop-Beleg-ID"]}
    wanted, near.bookings = everybody(koop), own
    koop.ingest(near.export(), status=1)
    assert koop.changes(NEAR) == []
    assert "may have been cut" in str(koop.ask("why", COOP, "--booking", f"{FAR}:70000", "--vhs", NEAR))
    koop.ingest(near.export())
    assert len([change for change in koop.changes(NEAR) if change["kind"] == "booking.create"]) == 8
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop), "until they stand there again"
    settle(koop, network.values())
    assert everybody(koop) == wanted
    assert codes(koop) == set()


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
@pytest.mark.parametrize("left", ["first", "second"])
def test_d20_who_was_written_again_after_an_old_file_has_one_seat(
    koop: Console, network: dict[str, Program], left: str, *, late: bool
) -> None:
    near, ref = network[NEAR], f"{NEAR}:9101"
    old = Copy(near)
    work_since(koop, network)
    wanted, whole = everybody(koop), Copy(near)
    old.restore(near)
    koop.take_in(near.export(), status=1)
    koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "backup of the night")
    list_of_then = koop.changes(NEAR)
    whole.restore(near)
    if late:
        koop.ingest(near.export())
    (told,) = [change for change in list_of_then if change["booking"]["ref"] == ref]
    assert told["booking"]["booking_id"] == "9101"
    first = near.bookings.pop("9101")
    near.obey([told | {"booking": told["booking"] | {"booking_id": "9909"}}])
    near.bookings["9909"]["Koop-Beleg-ID"] = ""
    near.bookings["9101"] = first  # it was there all the time: the connector wrote under another Beleg-ID
    koop.ingest(near.export())
    assert everybody(koop) == wanted, "nobody has a second seat"
    assert ("MIRROR_DOUBLED", NEAR) in codes(koop)
    del near.bookings["9909" if left == "first" else "9101"]
    koop.ingest(near.export())
    settle(koop, network.values())
    assert everybody(koop) == wanted
    assert codes(koop) == set()


@pytest.mark.parametrize("answer", ["moved again", "rejected"])
def test_d20_who_was_moved_since_the_copy_keeps_the_seat_until_somebody_decides(
    koop: Console, network: dict[str, Program], answer: str
) -> None:
    """The row stands in the course it had left, which nobody wants (D25): it waits there, and the seat lives on."""
    near = network[NEAR]
    copy = Copy(near)
    work_since(koop, network)
    ref = next(
        ref
        for ref in koop.held(NEAR)
        if ref.startswith(f"{NEAR}:5") and near.row(ref)["Kursnummer"] == NUMBERS[NEAR][COOP]
    )
    near.row(ref)["Kursnummer"] = NUMBERS[NEAR][OTHER]
    koop.take_in(near.export())
    settle(koop, network.values())
    moved = f"{ref}~2"
    wanted = everybody(koop)
    assert (wanted[FAR][ref], wanted[FAR][moved]) == ("S", "A")
    copy.restore(near)
    koop.take_in(near.export(), status=1)
    rounds(koop, network, 3)
    assert everybody(koop) == wanted
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    decision = (OTHER, "--booking", moved, "--vhs", NEAR, "--reason", "backup")
    error = koop.refused("restore-booking", *decision, status=3)
    assert f"stands in course {NUMBERS[NEAR][COOP]}" in error["message"]
    for asked in (ref, moved):  # the row is there and waits, under whichever name somebody asks
        told = koop.ask("why", COOP, "--booking", asked, "--vhs", NEAR)
        assert [item["code"] for item in told["open"] if item["ref"] == moved] == ["REGISTRATION_HELD"]
        assert any("REGISTRATION_HELD" in text for text in told["now"])
    if answer == "moved again":
        near.row(ref)["Kursnummer"] = NUMBERS[NEAR][OTHER]
    else:
        koop.ask("restore-booking", *decision, "--reject")
        wanted = {vhs: held | {moved: "S", f"{ref}~3": "A"} for vhs, held in wanted.items()}
    for lost in (f"{NEAR}:9101", f"{NEAR}:9102"):
        koop.ask("restore-booking", COOP, "--booking", lost, "--vhs", NEAR, "--reason", "backup")
    settle(koop, network.values())
    assert everybody(koop) == wanted
    assert codes(koop) == set()


@pytest.mark.parametrize("by", ["copy", "staff", "the same clerk", "nobody"])
def test_d20_two_moved_people_whose_rows_are_as_they_were_before_went_back_with_their_program(
    koop: Console, network: dict[str, Program], by: str
) -> None:
    """Staff who move people back leave a stamp of their own, and are believed (D25)."""
    near = network[NEAR]
    rows = [row for row in near.bookings.values() if row["Kursnummer"] == NUMBERS[NEAR][COOP]][:2]
    for row in rows:
        row["Bearbeitet von"] = "" if by == "nobody" else "maier am 01.03.2026, 09:00"
        row["Telefon"] = "0721 4711"
    rounds(koop, network)
    copy = Copy(near)
    for row in rows:
        row["Kursnummer"] = NUMBERS[NEAR][OTHER]
        row["Bearbeitet von"] = {"nobody": "", "the same clerk": row["Bearbeitet von"]}.get(by, "kern")
    rounds(koop, network, 3)
    moved = [f"{NEAR}:{row['Beleg-ID']}~2" for row in rows]
    assert [koop.held(FAR)[ref] for ref in moved] == ["A", "A"]
    copy.restore(near)
    for row in rows if by == "staff" else ():
        near.bookings[row["Beleg-ID"]]["Bearbeitet von"] = "maier am 03.03.2026, 11:00"
    koop.ingest(near.export(), status=int(by == "copy"))
    assert (("PROGRAM_WENT_BACK", NEAR) in codes(koop)) is (by == "copy")
    rounds(koop, network, 3)
    assert [koop.held(FAR)[ref] for ref in moved] == ["A" if by == "copy" else "S"] * 2


def test_d20_d32_what_is_written_again_beside_the_row_of_a_withdrawn_move_is_written_once(
    koop: Console, network: dict[str, Program]
) -> None:
    """Beleg-ID and TNR stand in the other course, so that the connector gives the new row its own."""
    near, ref = network[NEAR], f"{NEAR}:500"
    near.row(ref)["Kursnummer"] = NUMBERS[NEAR][OTHER]
    koop.take_in(near.export())
    koop.ask("withdraw-export", f"{NEAR}#{near.sequence}", "--reason", "shifted column", "--yes")
    koop.take_in(near.export())
    koop.ask("restore-booking", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "takes part in both")
    settle(koop, network.values())
    assert (koop.held(MASTER)[ref], koop.held(MASTER)[f"{ref}~2"]) == ("A", "A")
    assert not codes(koop)


def _alter(program: Program, text: str = "Raum 5") -> None:
    """Write something else over the COOP-Id of the second course (R15), or put it back."""
    (course,) = (row for row in program.courses if row["Kursnummer"] == NUMBERS[program.vhs][OTHER])
    course["Externe Kurs-Nr."] = text


# --- an "S" that was taken back --------------------------------------------------------------------------------------


def called_off(koop: Console, network: dict[str, Program], vhs: str) -> Copy:
    """Let a course be called off and take place again, all of it carried out; gives the copy made meanwhile."""
    (course,) = (row for row in network[MASTER].courses if row["Externe Kurs-Nr."] == COOP)
    copies = []
    for cancelled in ("W", "F"):
        course["Ausfall"] = cancelled
        koop.ingest(network[MASTER].export())
        rounds(koop, network, 3)
        copies.append(Copy(network[vhs]))
    assert not codes(koop)
    return copies[0]


@pytest.mark.parametrize("vhs", [NEAR, MASTER])
@pytest.mark.parametrize("since", [0, 2])
@pytest.mark.parametrize("editors", [True, False])
def test_d20_d21_the_s_of_an_ausfall_that_was_taken_back_come_back_with_a_copy_and_cancel_nobody(
    koop: Console, network: dict[str, Program], vhs: str, since: int, editors: bool
) -> None:
    copy = called_off(koop, network, vhs)
    for place in range(since):
        network[vhs].book(NUMBERS[vhs][OTHER], f"930{place}", Name=f"Neu{place}")
    rounds(koop, network)
    wanted = everybody(koop)
    copy.restore(network[vhs])
    if not editors:
        for row in network[vhs].bookings.values():
            row["Bearbeitet von"] = ""
    koop.take_in(network[vhs].export(), status=1)
    assert ("PROGRAM_WENT_BACK", vhs) in codes(koop)
    rounds(koop, network)
    others = {other: held for other, held in everybody(koop).items() if other != vhs}
    assert others == {other: held for other, held in wanted.items() if other != vhs}


@pytest.mark.parametrize("kind", ["delta", "full"])
@pytest.mark.parametrize("answer", ["right program", "confirmed", "rejected"])
def test_d21_a_lone_s_of_the_connector_that_was_taken_back_and_is_shown_again_is_asked_about(
    koop: Console, network: dict[str, Program], kind: str, answer: str
) -> None:
    """An old state that one export shows, or somebody who cancels on the web: nobody can tell."""
    near = network[NEAR]
    ref = next(ref for ref in koop.held(NEAR) if ref.startswith(f"{MASTER}:"))
    row = network[MASTER].remove(ref)
    for _ in range(2):
        koop.ingest(network[MASTER].export())
    rounds(koop, network)
    assert near.row(ref)["Status"] == "S"
    network[MASTER].restore(row)
    rounds(koop, network, 3)
    assert near.row(ref)["Status"] == "A"
    wanted = everybody(koop)
    near.cancel(ref)
    assert near.row(ref)["Bearbeitet von"] == "WS"
    koop.ingest(near.export(kind=kind))
    assert codes(koop) == {("CANCELLATION_UNCLEAR", NEAR)}
    rounds(koop, network)
    assert koop.held(FAR)[ref] == wanted[FAR][ref] == "A"
    assert near.row(ref)["Status"] == "S", "nothing is written over it"
    if answer == "right program":
        near.row(ref)["Status"] = "A"
    else:
        reject = ["--reject"] if answer == "rejected" else []
        koop.ask("confirm-cancellation", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "asked", *reject)
    rounds(koop, network, 3)
    assert codes(koop) == set()
    assert {held[ref] for held in everybody(koop).values()} == {"S" if answer == "confirmed" else "A"}


def test_d20_citizens_who_cancel_after_an_ausfall_was_taken_back_are_cancelled(
    koop: Console, network: dict[str, Program]
) -> None:
    """Others live on, whose letters were written over their S as well: no copy of then shows that."""
    called_off(koop, network, NEAR)
    refs = [
        ref
        for ref in koop.held(NEAR)
        if ref.startswith(f"{NEAR}:") and network[NEAR].row(ref)["Kursnummer"] == NUMBERS[NEAR][COOP]
    ]
    for ref in refs[:2]:
        network[NEAR].row(ref).update({"Status": "S", "Bearbeitet von": ""})
    koop.ingest(network[NEAR].export())
    assert codes(koop) == set()
    rounds(koop, network)
    assert [koop.held(FAR)[ref] for ref in refs[:2]] == ["S", "S"]


# --- what a partial export showed first ------------------------------------------------------------------------------


@pytest.mark.parametrize("course", [COOP, OTHER])
def test_d20_what_a_delta_showed_as_before_is_a_sign_beside_what_the_next_complete_export_lacks(
    koop: Console, network: dict[str, Program], course: str
) -> None:
    near = network[NEAR]
    for place, coop_id in enumerate((COOP, course)):
        near.book(NUMBERS[NEAR][coop_id], f"930{place}", "W", Name=f"Wart{place}")
    rounds(koop, network)
    copy = Copy(near)
    for place in range(2):
        near.bookings[f"930{place}"]["Status"] = "A"
    lost = near.book(NUMBERS[NEAR][COOP], "9101")
    rounds(koop, network)
    copy.restore(near)
    rows, near.bookings = near.bookings, {key: near.bookings[key] for key in ("9300", "9301")}
    koop.ingest(near.export(kind="delta"))
    near.bookings = rows
    koop.ingest(near.export(), status=1)
    assert ("PROGRAM_WENT_BACK", NEAR) in codes(koop)
    rounds(koop, network, 3)
    assert koop.held(FAR)[lost] == koop.held(MASTER)[lost] == "A"


def test_d20_letters_that_a_delta_showed_as_before_are_claims_where_the_next_complete_export_lacks_nothing(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    refs = [near.book(NUMBERS[NEAR][COOP], f"930{place}", "W", Name=f"Wart{place}") for place in range(3)]
    rounds(koop, network)
    for status in ("A", "W"):
        for place in range(3):
            near.bookings[f"930{place}"]["Status"] = status
        koop.ingest(near.export(kind="delta" if status == "W" else "full"))
    rounds(koop, network)
    assert codes(koop) == set()
    assert {koop.held(FAR)[ref] for ref in refs} == {"W"}


@pytest.mark.parametrize("vhs", [NEAR, MASTER])
def test_d20_a_copy_made_after_the_connector_wrote_and_before_the_next_export_cancels_nobody(
    koop: Console, network: dict[str, Program], vhs: str
) -> None:
    """What stands of that export is a mirror; gone are own bookings, at the Master's the mirrors of others."""
    program, hours = network[vhs], iter(range(10, 20))

    def book(at: str, number: str) -> str:
        return network[at].book(NUMBERS[at][COOP], number, **{"Gebucht am": f"02.03.2026 {next(hours)}:00:00"})

    def report(*others: str) -> None:
        for other in others:
            koop.ingest(network[other].export())
        program.obey(koop.changes(vhs))

    book(FAR, "9201")
    report(FAR)
    copy = Copy(program)
    owners = [NEAR] * 3 if vhs == NEAR else [NEAR, FAR, NEAR, FAR]
    refs = [book(owner, f"930{place}") for place, owner in enumerate(owners)]
    if vhs == MASTER:
        report(NEAR, FAR)
    koop.ingest(program.export())
    rounds(koop, network)
    wanted = everybody(koop)
    copy.restore(program)
    koop.ingest(program.export(), status=1)
    assert ("PROGRAM_WENT_BACK", vhs) in codes(koop)
    for _ in range(2):
        koop.ingest(program.export())
    assert [koop.held(FAR)[ref] for ref in refs] == ["A"] * len(refs) == [wanted[FAR][ref] for ref in refs]
