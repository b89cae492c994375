"""Counts and clocks that go wrong, as connectors and operators meet them (D23)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import write_export
from tests.acceptance.network import COOP, NEAR, NUMBERS
from tests.acceptance.program import Program
from tests.acceptance.told import pour, reported
from tests.conftest import Place

REASON = "connector set up anew"


def one_twice(koop: Console, folder: Path) -> dict[str, Program]:
    """Let three VHSs report, one of them twice; the second time on 3 March."""
    network = reported(koop, folder)
    koop.take_in(network[NEAR].export(), outcome="unchanged")
    return network


@pytest.fixture
def near(koop: Console, sqlite_place: Place, tmp_path: Path) -> Program:
    """The VHS that has reported twice."""
    return pour(sqlite_place, one_twice, koop, tmp_path / "exports")[NEAR]


def export(near: Program, sequence: int, at: str, name: str = "") -> Path:
    folder = near.folder / f"{near.vhs}-{name or at}-{sequence}"
    rows = near.courses, list(near.bookings.values())
    return write_export(folder, near.vhs, sequence, *rows, exported_at=f"2026-03-{at}:00+01:00")


def restart(koop: Console, *words: str) -> dict[str, Any]:
    return koop.ask("vhs", "restart-sequence", NEAR, "--reason", REASON, *words)


def test_d23_a_sequence_that_begins_anew_is_no_old_export(koop: Console, near: Program) -> None:
    found = koop.take_in(export(near, 1, "10T02:00"), outcome="superseded", status=1)
    assert found["code"] == "SEQUENCE_RESTARTED"
    assert f"koop-es vhs restart-sequence {NEAR}" in found["reason"]
    (violation,) = koop.violations("--vhs", NEAR)
    assert (violation["code"], violation["vhs"], violation["coop_id"], violation["ref"]) == (
        "SEQUENCE_RESTARTED", NEAR, None, None,
    )  # fmt: skip
    koop.take_in(export(near, 2, "11T02:00"), outcome="superseded", status=1)
    assert len(koop.violations("--vhs", NEAR, "--all")) == 1, "it is open once, however many come"


def test_d23_an_old_export_again_is_only_superseded(koop: Console, near: Program) -> None:
    path = near.folder / f"{NEAR}-1"
    for _ in range(2):
        assert koop.take_in(path, outcome="superseded")["code"] is None
    koop.take_in(export(near, 1, "02T01:00"), outcome="superseded")
    assert koop.violations("--vhs", NEAR) == []


def test_d23_a_new_count_behind_a_clock_that_ran_ahead_is_said_from_the_second_export_on(
    koop: Console, near: Program
) -> None:
    koop.take_in(export(near, 3, "11T00:00"), outcome="unchanged")
    near.cancel(f"{NEAR}:{next(iter(near.bookings))}")
    koop.take_in(export(near, 1, "10T02:00", "anew"), outcome="superseded")
    assert koop.status()[NEAR]["state"] != "blocked", "one that comes late is nothing"
    found = koop.take_in(export(near, 2, "10T05:00", "anew"), outcome="superseded", status=1)
    assert found["code"] == "SEQUENCE_RESTARTED"
    assert "2. in a row" in found["reason"]
    assert koop.status()[NEAR]["state"] == "blocked"
    assert restart(koop)["since"] == "2026-03-10T02:00:00+01:00"
    koop.take_in(near.folder / f"{NEAR}-anew-1")
    koop.take_in(near.folder / f"{NEAR}-anew-2", outcome="unchanged")
    assert koop.status()[NEAR]["state"] != "blocked"


def test_d23_several_old_exports_in_a_row_that_nobody_reads_are_said_and_no_new_count(
    koop: Console, near: Program
) -> None:
    koop.take_in(export(near, 9, "20T02:00"), outcome="unchanged")
    assert koop.status()[NEAR]["state"] == "behind"
    koop.take_in(export(near, 7, "18T02:00"), outcome="superseded")
    assert koop.status()[NEAR]["state"] == "behind"
    koop.take_in(export(near, 7, "18T02:00", "again"), outcome="superseded")
    assert koop.status()[NEAR]["state"] == "behind", "the same bytes twice are one"
    found = koop.take_in(export(near, 8, "19T02:00"), outcome="superseded", status=1)
    assert found["code"] is None
    assert "not read" in found["reason"]
    assert koop.violations("--vhs", NEAR) == []
    assert koop.status()[NEAR]["state"] == "late"
    koop.take_in(export(near, 10, "20T03:00"), outcome="unchanged")
    assert koop.status()[NEAR]["state"] == "behind"


def test_d23_an_old_export_of_a_clock_that_ran_ahead_is_known_by_its_bytes(koop: Console, near: Program) -> None:
    ahead = export(near, 3, "12T02:00")
    koop.take_in(ahead, outcome="unchanged")
    koop.take_in(export(near, 4, "11T02:00"), outcome="unchanged")
    assert koop.take_in(ahead, outcome="superseded")["code"] is None, "made later than the last, and nothing new"


def test_d23_an_equal_sequence_with_later_news_is_a_count_that_began_anew(koop: Console, near: Program) -> None:
    near.book(NUMBERS[NEAR][COOP], "77")
    assert koop.take_in(export(near, 2, "10T02:00"), outcome="superseded", status=1)["code"] == "SEQUENCE_RESTARTED"


def test_d23_the_former_count_goes_on_and_the_matter_is_closed(koop: Console, near: Program) -> None:
    koop.take_in(export(near, 1, "10T02:00"), outcome="superseded", status=1)
    near.book(NUMBERS[NEAR][COOP], "77")
    koop.take_in(export(near, 3, "11T02:00"))
    assert koop.violations("--vhs", NEAR) == []
    (closed,) = koop.violations("--vhs", NEAR, "--all")
    assert not closed["open"]


def test_d23_an_operator_accepts_the_new_count_and_its_exports_have_names_of_their_own(
    koop: Console, near: Program
) -> None:
    first = export(near, 1, "10T02:00")
    koop.take_in(first, outcome="superseded", status=1)
    answer = restart(koop)
    assert (answer["count"], answer["last"], answer["since"]) == (2, 2, "2026-03-10T02:00:00+01:00")
    assert koop.violations("--vhs", NEAR) == []
    assert koop.take_in(first, outcome="unchanged")["export"] == f"{NEAR}#2/1", "ingested again it is taken in"
    near.book(NUMBERS[NEAR][COOP], "77")
    found = koop.take_in(export(near, 2, "11T02:00"))
    assert (found["sequence"], found["export"]) == (2, f"{NEAR}#2/2")
    made = koop.events(COOP)[-1]
    assert (made["type"], made["export"]) == ("BookingMade", f"{NEAR}#2/2")
    told = koop.ask("why", COOP, "--booking", f"{NEAR}:77", "--vhs", NEAR)
    assert told["last_export"]["export"] == f"{NEAR}#2/2"
    item = koop.call("status", "--vhs", NEAR).answer["data"]["vhs"][0]
    assert item["last_sequence"] == 2
    for name, booking in ((f"{NEAR}#2/2", True), (f"{NEAR}#2", False), (f"{NEAR}#1/2", False)):
        view = koop.ask("view", "--vhs", NEAR, "--at", name)
        refs = {b["ref"] for course in view["courses"] for b in course["bookings"]}
        assert (f"{NEAR}:77" in refs) is booking, "the same number is another export in every count"


def test_d23_what_was_made_before_the_new_count_stays_superseded(koop: Console, near: Program) -> None:
    koop.take_in(export(near, 1, "10T02:00"), outcome="superseded", status=1)
    restart(koop)
    near.remove(f"{NEAR}:500")
    late = koop.take_in(export(near, 43, "09T02:00"), outcome="superseded")
    assert late["export"] == f"{NEAR}#43", "it belongs to the former count"
    assert koop.violations("--vhs", NEAR) == []
    near.book(NUMBERS[NEAR][COOP], "77")
    assert koop.take_in(export(near, 2, "11T02:00"))["export"] == f"{NEAR}#2/2"


def test_d23_the_first_of_two_operators_decides(koop: Console, near: Program) -> None:
    koop.take_in(export(near, 1, "10T02:00"), outcome="superseded", status=1)
    restart(koop)
    error = koop.refused("vhs", "restart-sequence", NEAR, "--reason", "me too", status=3)
    assert error["details"]["rule"] == "D23"
    assert "count 2" in error["message"]
    events = koop.ask("history", "--vhs", NEAR)["events"]
    assert [e["type"] for e in events[-3:]] == ["ViolationOpened", "SequenceRestarted", "ViolationClosed"]
    assert REASON in events[-2]["text"]


def test_d23_a_mark_can_be_set_back_before_anything_came(koop: Console, near: Program) -> None:
    answer = restart(koop, "--since", "2026-03-05T00:00")
    assert answer["since"].startswith("2026-03-05T00:00")
    koop.take_in(export(near, 1, "04T02:00"), outcome="superseded")
    koop.take_in(export(near, 1, "06T02:00"), outcome="unchanged")


def test_d23_only_a_vhs_that_reported_has_a_mark(koop: Console, near: Program) -> None:
    assert near.vhs == NEAR
    error = koop.refused("vhs", "restart-sequence", "999", "--reason", REASON, status=4)
    assert error["code"] == "never_reported"
    assert koop.refused("vhs", "restart-sequence", NEAR, "--reason", " ", status=2)["code"] == "wrong_usage"


def test_d23_an_export_from_the_future_is_set_aside_and_taken_in_by_itself(koop: Console, near: Program) -> None:
    near.book(NUMBERS[NEAR][COOP], "77")
    ahead = export(near, 3, "25T02:00")
    found = koop.take_in(ahead, outcome="quarantined", status=4)
    assert "more than a day ahead of the clock" in found["reason"]
    assert koop.booking(NEAR, f"{NEAR}:77") is None
    assert koop.call("status", "--vhs", NEAR).answer["data"]["vhs"][0]["quarantined"] == 1
    later = replace(koop, now="2026-03-26T08:00")
    near.book(NUMBERS[NEAR][COOP], "78")
    result = later.take_in(export(near, 4, "26T02:00"))
    assert [(item["export"], item["status"]) for item in result["taken_up"]] == [(f"{NEAR}#3", "applied")]
    exports = {event["export"] for event in later.events(COOP) if event["type"] == "BookingMade"}
    assert {f"{NEAR}#3", f"{NEAR}#4"} <= exports, "in their order, although one of them had to wait"
    assert later.ask("quarantine", "list")["quarantine"] == []


def test_d23_where_the_engine_s_own_clock_was_wrong_everything_is_tried_again(koop: Console, near: Program) -> None:
    wrong = replace(koop, now="1970-01-02T00:00")
    for sequence in (3, 4, 5):
        near.book(NUMBERS[NEAR][COOP], f"7{sequence}")
        wrong.take_in(export(near, sequence, f"1{sequence}T02:00"), outcome="quarantined", status=4)
    answer = koop.ask("quarantine", "retry")
    assert [item["status"] for item in answer["exports"]] == ["applied"] * 3
    assert answer["open"] == 0
    assert {f"{NEAR}:7{sequence}" for sequence in (3, 4, 5)} <= koop.held(NEAR).keys()


def test_d23_a_sequence_that_no_program_can_count_is_set_aside(koop: Console, near: Program) -> None:
    found = koop.take_in(export(near, 2**53, "10T02:00"), outcome="quarantined", status=4)
    assert "sequence" in found["reason"]
    assert koop.take_in(export(near, 2**53 - 1, "11T02:00"), outcome="unchanged")["sequence"] == 2**53 - 1


def test_d23_an_export_set_aside_whole_is_settled_by_the_next_full_one(koop: Console, near: Program) -> None:
    koop.take_in(export(near, 2**53, "10T02:00"), outcome="quarantined", status=4)
    assert koop.call("quarantine", "list").status == 1
    koop.take_in(export(near, 3, "11T02:00"), outcome="unchanged")
    assert koop.ask("quarantine", "list")["quarantine"] == []


def open_vhs(folder: Path, number: str, made: str) -> Path:
    """Write a file of a program that numbers no exports; it says when it was made, and nothing else orders it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"open-{number}.xml"
    path.write_text(
        '<openvhs:veranstaltungen version="1.2" xmlns:openvhs="http://www.dvv-vhs.de/Open-VHS">'
        f"<export><erstellungszeitpunkt>{made}T03:00:00</erstellungszeitpunkt></export><veranstaltung><guid>0F48F5A8-C22C-4AFF-B891-{number:0>12}"
        f"</guid><nummer>VG{number}</nummer><name>Windows</name><dvv_kategorie>5.01</dvv_kategorie>"
        "<maximale_teilnehmerzahl>12</maximale_teilnehmerzahl><beginn_datum>2026-04-03</beginn_datum>"
        "</veranstaltung></openvhs:veranstaltungen>",
        encoding="utf-8",
    )
    return path


def test_d23_the_mark_of_files_that_nobody_counts_can_be_set_back(koop: Console, tmp_path: Path) -> None:
    later = replace(koop, now="2026-04-20T08:00")
    (first,) = later.ingest_of(NEAR, open_vhs(tmp_path, "1", "2026-04-20"))
    assert first["status"] == "applied"
    real = open_vhs(tmp_path, "2", "2026-03-10")
    (found,) = koop.ingest_of(NEAR, real)
    assert found["status"] == "superseded", "a file of April was applied already"
    answer = koop.ask("vhs", "restart-sequence", NEAR, "--files", "--reason", "the clock was a month ahead")
    assert (answer["count"], answer["since"][:10]) == (None, "2026-03-10")
    assert koop.ingest_of(NEAR, real)[0]["status"] == "applied"
    assert koop.ingest_of(NEAR, open_vhs(tmp_path, "3", "2026-03-09"))[0]["status"] == "superseded"
    (event,) = [e for e in koop.ask("history", "--vhs", NEAR)["events"] if e["type"] == "SequenceRestarted"]
    assert "a month ahead" in event["text"]
