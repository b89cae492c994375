"""What operators are told is true now: nothing is green while something waits, and nobody shows what is gone (D30)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS
from tests.acceptance.program import Program
from tests.acceptance.told import agreed, pour
from tests.conftest import Place

NOTHING = "There is nothing to do."
REF = f"{NEAR}:500"
KEYS = {
    "vhs", "name", "state", "converged", "last_sequence", "last_export_at", "age_seconds", "pending_changes",
    "open_violations", "withheld", "quarantined", "suspended", "suspects", "superseded_since",
}  # fmt: skip


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree."""
    return pour(sqlite_place, agreed, koop, tmp_path / "exports")


def states(koop: Console, *words: str) -> dict[str, str]:
    reply = koop.call("status", *words)
    items = reply.answer["data"]["vhs"]
    assert all(item.keys() >= KEYS for item in items)
    assert all(item["converged"] is (item["state"] == "agrees") for item in items)
    assert reply.status == int(any(item["state"] != "agrees" for item in items))
    return {item["vhs"]: item["state"] for item in items}


def why(koop: Console, *words: str) -> dict[str, Any]:
    return koop.ask("why", COOP, *words)


def course(koop: Console, vhs: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in koop.view(vhs)["courses"] if c["coop_id"] == COOP)
    return found


def test_d30_all_agree_and_there_is_nothing_to_do(koop: Console, network: dict[str, Program]) -> None:
    assert states(koop) == dict.fromkeys(network, "agrees")
    assert why(koop, "--booking", REF, "--vhs", NEAR)["now"] == [NOTHING]
    assert course(koop, NEAR)["open"] == []


def test_d30_a_first_absence_is_shown_before_it_counts(koop: Console, network: dict[str, Program]) -> None:
    row = network[NEAR].remove(REF)
    koop.take_in(network[NEAR].export())
    assert states(koop)[NEAR] == "behind"
    assert koop.status()[NEAR]["suspects"] == 1
    found = koop.booking(NEAR, REF)
    assert found is not None
    assert (found["reported"], found["open"]) == (None, ["BOOKING_REMOVED"])
    answer = why(koop, "--booking", REF, "--vhs", MASTER)
    assert [(item["kind"], item["vhs"]) for item in answer["open"]] == [("suspected", NEAR)]
    assert NOTHING not in answer["now"]
    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    assert states(koop)[NEAR] == "agrees"


def test_d30_the_sentence_about_a_removed_booking_is_that_of_the_present(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].remove(REF)
    koop.take_in(network[NEAR].export())
    (violation,) = koop.violations("--vhs", NEAR)
    assert "at the second complete export" in violation["text"]
    koop.take_in(network[NEAR].export())
    (violation,) = koop.violations("--vhs", NEAR)
    assert "at the second complete export" not in violation["text"]
    assert "lives again when the next export shows it" in violation["text"]


def test_d30_a_frozen_course_is_neither_shown_nor_called_in_step(koop: Console, network: dict[str, Program]) -> None:
    number = NUMBERS[NEAR][COOP]
    row = next(row for row in network[NEAR].courses if row["Kursnummer"] == number)
    row["Externe Kurs-Nr."] = ""
    koop.take_in(network[NEAR].export())
    assert states(koop)[NEAR] == "frozen"
    shown = course(koop, NEAR)
    assert shown["open"] == ["COOP_ID_LOST"]
    assert {booking["reported"] for booking in shown["bookings"]} == {None}, "what its rows hold is not read"
    answer = why(koop, "--booking", REF, "--vhs", NEAR)
    assert answer["value"]["shown"] is None
    assert any("Put the COOP-Id back" in text for text in answer["now"])
    reply = koop.call("diff", COOP, "--between", f"{MASTER},{NEAR}")
    assert reply.status == 1
    data = reply.answer["data"]
    assert "course/Externe Kurs-Nr." in {item["path"] for item in data["differences"]}
    assert [item["kind"] for item in data["open"]] == ["frozen"]


def test_d30_why_of_a_booking_in_a_frozen_course_says_what_keeps_it_from_being_seen(
    koop: Console, network: dict[str, Program]
) -> None:
    number = NUMBERS[NEAR][COOP]
    row = next(row for row in network[NEAR].courses if row["Kursnummer"] == number)
    row["Externe Kurs-Nr."] = ""
    network[NEAR].book(number, "77")
    koop.take_in(network[NEAR].export())
    error = koop.refused("why", COOP, "--booking", f"{NEAR}:77", status=4)
    assert "The course is frozen at VHS 301" in error["message"]


def test_d30_a_connector_that_sends_the_same_old_export_for_days_is_not_green(
    koop: Console, network: dict[str, Program]
) -> None:
    old = network[NEAR].folder / f"{NEAR}-1"
    later = replace(koop, now="2026-03-22T08:00")
    for _ in range(3):
        later.take_in(old, outcome="superseded")
    assert later.status()[NEAR]["superseded_since"] == 3
    assert states(later)[NEAR] == "late"
    (said,) = why(later, "--vhs", NEAR)["now"]
    assert "handed over only exports that are not newer (3," in said
    error = later.refused("why", COOP, "--booking", f"{NEAR}:4711", status=4)
    assert "handed over only exports that are not newer" in error["message"]


def test_d30_late_is_who_is_older_than_asked(koop: Console, network: dict[str, Program]) -> None:
    assert states(koop, "--max-age", "999d") == dict.fromkeys(network, "agrees")
    assert states(koop, "--max-age", "1h") == dict.fromkeys(network, "late")
    assert koop.refused("status", "--max-age", "soon", status=2)["code"] == "invalid_time"


def test_d30_a_count_that_began_anew_blocks_and_why_says_so(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].sequence = 0
    folder = replace_folder(network[NEAR])
    koop.take_in(folder.export(exported_at="2026-03-19T02:00:00+01:00"), outcome="superseded", status=1)
    assert states(koop)[NEAR] == "blocked"
    assert any("SEQUENCE_RESTARTED" in text for text in why(koop, "--vhs", NEAR)["now"])


def replace_folder(program: Program) -> Program:
    """Let a program write its exports elsewhere, so that a number comes twice."""
    return replace(program, folder=program.folder / "again")


def test_d30_what_is_set_aside_is_no_agreement_until_it_is_discarded(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].bookings["77"] = network[NEAR].row(REF) | {"Beleg-ID": "77", "Status": "A", "Gebucht am": "never"}
    koop.take_in(network[NEAR].export(), outcome="unchanged", status=1)
    assert states(koop)[NEAR] == "quarantined"
    for item in koop.ask("quarantine", "list", status=1)["quarantine"]:
        koop.ask("quarantine", "discard", str(item["id"]), "--yes")
    assert states(koop)[NEAR] == "agrees"


def test_d30_row_of_a_booking_that_lives_is_not_discarded_unasked(koop: Console, network: dict[str, Program]) -> None:
    """Nothing would tell any more that what its VHS shows cannot be read."""
    network[NEAR].row(REF)["Gebucht am"] = "never"
    koop.take_in(network[NEAR].export(), outcome="unchanged", status=1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    error = koop.refused("quarantine", "discard", str(item["id"]), "--yes", status=4)
    assert (error["code"], error["details"]["ref"]) == ("stands_for_booking", REF)
    assert states(koop)[NEAR] == "quarantined"
    koop.ask("quarantine", "discard", str(item["id"]), "--yes", "--anyway")
    assert koop.ask("quarantine", "list")["quarantine"] == []


def test_d30_who_takes_part_and_never_reported_is_silent(koop: Console, network: dict[str, Program]) -> None:
    assert FAR in network
    koop.ask("subscribe", COOP, "--vhs", "777", "--number", "N-1", "--period", "26F", "--accept-rate", "80")
    assert states(koop)["777"] == "silent"


def renumbered(koop: Console, network: dict[str, Program]) -> tuple[str, ...]:
    """Renumber a course, which stays open as long as it is so; gives what names the matter."""
    old, new = NUMBERS[FAR][COOP], "99-9NEW"
    for row in (*network[FAR].courses, *network[FAR].bookings.values()):
        if row["Kursnummer"] == old:
            row["Kursnummer"] = new
    koop.take_in(network[FAR].export())
    return (COOP, "COURSE_RENUMBERED", "--vhs", FAR)


def test_d30_what_somebody_answers_for_does_not_count_until_it_changes(
    koop: Console, network: dict[str, Program]
) -> None:
    matter = renumbered(koop, network)
    assert koop.open_codes() == {(FAR, "COURSE_RENUMBERED")}
    assert NOTHING not in why(koop, "--vhs", FAR)["now"]
    koop.ask("acknowledge", *matter, "--reason", "meant so")
    assert koop.violations() == []
    assert koop.status()[FAR]["open_violations"] == 0
    assert why(koop, "--vhs", FAR)["now"] == [NOTHING]
    assert course(koop, FAR)["open"] == []
    (shown,) = koop.ask("violations", "--acknowledged")["violations"]
    assert (shown["open"], shown["acknowledged"]["reason"]) == (True, "meant so")
    assert koop.events(COOP)[-1]["text"] == f"COURSE_RENUMBERED at VHS {FAR} acknowledged: meant so"
    assert koop.ask("rebuild", "--check")["differences"] == 0, "built anew it is the same"
    for row in (*network[FAR].courses, *network[FAR].bookings.values()):
        if row["Kursnummer"] == "99-9NEW":
            row["Kursnummer"] = "99-8NEW"
    koop.take_in(network[FAR].export())
    assert koop.open_codes() == {(FAR, "COURSE_RENUMBERED")}, "it shows something else now"


def test_d30_an_answer_ends_on_its_day_and_the_first_one_stands(koop: Console, network: dict[str, Program]) -> None:
    matter = renumbered(koop, network)
    koop.ask("acknowledge", *matter, "--reason", "asked them", "--until", "2026-03-25")
    error = koop.refused("acknowledge", *matter, "--reason", "me too", status=3)
    assert "asked them" in error["message"]
    assert replace(koop, now="2026-03-24T08:00").violations() == []
    later = replace(koop, now="2026-03-25T08:00")
    assert later.open_codes() == {(FAR, "COURSE_RENUMBERED")}
    later.ask("acknowledge", *matter, "--reason", "again")
    assert later.violations() == []


def test_d30_only_what_stands_open_is_answered_for(koop: Console, network: dict[str, Program]) -> None:
    assert FAR in network
    words = ("acknowledge", COOP, "COURSE_RENUMBERED", "--vhs", FAR, "--reason", "meant so")
    assert koop.refused(*words, status=4)["code"] == "violation_not_open"
    assert (
        koop.refused("acknowledge", COOP, "NOTHING", "--vhs", FAR, "--reason", "x", status=2)["code"] == "wrong_usage"
    )


def test_d30_what_is_open_about_a_vhs_as_a_whole_is_answered_for_too(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].sequence = 0
    folder = replace_folder(network[NEAR])
    koop.take_in(folder.export(exported_at="2026-03-19T02:00:00+01:00"), outcome="superseded", status=1)
    koop.ask("acknowledge", f"vhs:{NEAR}", "SEQUENCE_RESTARTED", "--vhs", NEAR, "--reason", "a test machine")
    assert koop.violations() == []
    assert states(koop)[NEAR] == "late", "no longer blocked; and its last export is as old as it is"
    assert koop.ask("rebuild", "--check")["differences"] == 0


def incident(koop: Console, name: str, *words: str) -> dict[str, Any]:
    koop.call("demo", "--incident", name)
    return koop.ask("why", "563-COOP-1", *words)


def test_d30_a_booking_of_which_nobody_knows_whether_it_is_cancelled_has_something_to_do(koop: Console) -> None:
    answer = incident(koop, "unclear-cancellation", "--booking", "301:4", "--vhs", "412")
    assert (answer["value"]["shown"], answer["value"]["condition"]) == ("S", "unclear")
    assert [item["code"] for item in answer["violations"]] == ["CANCELLATION_UNCLEAR"]
    assert "confirm-cancellation" in answer["now"][0]


def test_d30_a_letter_that_is_withheld_is_told_as_it_is_shown(koop: Console) -> None:
    answer = incident(koop, "wrong-letter", "--booking", "301:4", "--vhs", "301")
    assert (answer["value"]["wanted"], answer["value"]["shown"]) == ("A", "S")
    assert answer["value"]["condition"] == "letter_waits"
    assert {item["vhs"]: item["shown"] for item in answer["seen"]} == {"301": "S", "412": "A", "563": "A"}
    assert "withheld approve 301#13/cancellation" in answer["now"][0]


def test_d30_a_count_that_began_anew_is_not_told_to_go_on_with_the_former_one(koop: Console) -> None:
    answer = incident(koop, "connector-anew", "--vhs", "301")
    assert [text for text in answer["now"] if "next sequence number" in text] == []
    assert "restart-sequence" in " ".join(answer["now"])
