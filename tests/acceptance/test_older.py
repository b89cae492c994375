"""Exports that are sent after others although they were made before them: what was read since then stands (D23)."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle

REF = f"{NEAR}:9000"
DAY = "2026-03-20"


def at(time: str, day: str = DAY) -> str:
    return f"{day}T{time}:00+01:00"


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Give a network that agrees since some days."""
    found = booked(tmp_path / "exports")
    for program in found.values():
        koop.take_in(program.export())
    settle(koop, found.values())
    return found


def book_today(koop: Console, program: Program) -> Console:
    """Book at ten, shown by an export of ten; gives the console at eleven."""
    program.book(NUMBERS[NEAR][COOP], "9000", Name="Neu", Vorname="Nora", **{"Gebucht am": "20.03.2026 09:58:00"})
    ten = replace(koop, now=at("10:00"))
    ten.take_in(program.export(exported_at=at("10:00")))
    return replace(koop, now=at("11:00"))


def test_d23_what_was_read_before_a_booking_was_first_seen_proves_no_absence(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    koop = book_today(koop, near)
    network[MASTER].obey(koop.changes(MASTER))
    row = near.remove(REF)
    for minute in range(3):
        found = koop.take_in(near.export(exported_at=at(f"02:0{minute}")), outcome="unchanged")
        (notice,) = found["notices"]
        assert f"before export {NEAR}#" in notice["text"]
        assert at("10:00") in notice["text"]
    assert koop.status()[NEAR]["suspects"] == 0
    assert koop.held(MASTER)[REF] == "A"

    near.restore(row)
    assert koop.take_in(near.export(exported_at=at("10:30")), outcome="unchanged")["notices"] == []
    near.remove(REF)
    for time in ("10:40", "10:50"):
        koop.take_in(near.export(exported_at=at(time)))
    assert koop.booking(NEAR, REF)["status"] == "S"  # type: ignore[index]


def test_d23_removals_count_as_ever_once_a_clock_that_ran_ahead_is_right(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    near.book(NUMBERS[NEAR][COOP], "9000", Name="Neu", Vorname="Nora")
    replace(koop, now=at("10:00")).take_in(near.export(exported_at=at("23:30")))
    near.remove(REF)
    for time in ("10:05", "10:10"):
        found = replace(koop, now=at(time)).take_in(near.export(exported_at=at(time)))
        assert found["notices"] == []
    assert koop.booking(NEAR, REF)["status"] == "S"  # type: ignore[index]


def test_d23_a_reading_of_before_takes_no_ausfall_back(koop: Console, network: dict[str, Program]) -> None:
    master = network[MASTER]
    before = deepcopy(master.courses)
    (course,) = (row for row in master.courses if row["Externe Kurs-Nr."] == COOP)
    course["Ausfall"] = "W"
    replace(koop, now=at("10:00")).take_in(master.export(exported_at=at("10:00")))
    koop = replace(koop, now=at("11:00"))
    master.courses = before
    koop.take_in(master.export(exported_at=at("02:00")), outcome="unchanged")
    assert "CourseReinstated" not in {event["type"] for event in koop.ask("history", COOP)["events"]}
    assert {change["kind"] for change in koop.changes(FAR)} >= {"course.cancel"}

    koop.take_in(master.export(exported_at=at("10:30")))
    assert "CourseReinstated" in {event["type"] for event in koop.ask("history", COOP)["events"]}


def test_d23_what_a_program_shows_whose_clock_is_days_behind_is_read(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    koop = book_today(koop, near)
    near.cancel(REF)
    found = koop.take_in(near.export(exported_at=at("02:00", "2026-03-10")))
    assert len(found["notices"]) == 1
    assert koop.booking(NEAR, REF)["status"] == "S"  # type: ignore[index]
