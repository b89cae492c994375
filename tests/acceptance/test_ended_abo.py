"""A course is still booked at a VHS whose Abo an operator has ended: it is said, and not passed over (D9)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import settle


def test_d9_bookings_in_a_course_whose_abo_has_ended_are_set_aside_until_it_is_no_such_course(
    koop: Console, tmp_path: Path
) -> None:
    network = programs(tmp_path / "exports")
    network[MASTER].book(NUMBERS[MASTER][COOP], "1")
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    koop.ask("terminate-abo", COOP, "--vhs", FAR, "--yes")
    assert koop.take_in(network[FAR].export(), outcome="unchanged")["quarantined_rows"] == 0

    network[FAR].book(NUMBERS[FAR][COOP], "7001")
    assert koop.take_in(network[FAR].export(), outcome="unchanged", status=1)["quarantined_rows"] == 1
    (item,) = koop.call("quarantine", "list").answer["data"]["quarantine"]
    assert "Abo of this VHS has ended" in item["reason"]
    assert any("Abo of this VHS has ended" in text for text in koop.ask("why", COOP, "--vhs", FAR)["now"])
    states = {row["vhs"]: row["state"] for row in koop.call("status").answer["data"]["vhs"]}
    assert states[FAR] == "quarantined"
    assert states[NEAR] == "agrees"

    course = next(row for row in network[FAR].courses if row["Externe Kurs-Nr."] == COOP)
    course["Externe Kurs-Nr."], course["Kennzeichen"] = "", ""
    network[FAR].remove(f"{MASTER}:1")
    koop.ingest(network[FAR].export())
    assert koop.ask("quarantine", "list")["quarantine"] == []


def test_d9_what_ends_with_an_abo_is_shown_before_it_does_and_changes_nothing(
    any_koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    koop, network = any_koop, programs(tmp_path / "exports")
    network[MASTER].book(NUMBERS[MASTER][COOP], "1")
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    network[MASTER].book(NUMBERS[MASTER][COOP], "2")
    koop.take_in(network[MASTER].export())
    before = koop.events(COOP)

    shown = koop.ask("terminate-abo", COOP, "--vhs", FAR, "--dry-run")
    assert (shown["terminated"], shown["dry_run"]) == (False, True)
    assert shown["ends"]["course_number"] == NUMBERS[FAR][COOP]
    assert (shown["ends"]["copies"], shown["ends"]["unwritten"]) == ([f"{MASTER}:1"], [f"{MASTER}:2"])
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(koop.words("terminate-abo", COOP, "--vhs", FAR), as_json=False) == 130
    asked = koop.capsys.readouterr().err
    assert f"would hear no more of 1 bookings of others that it shows: {MASTER}:1" in asked
    assert f"end the Abo of VHS {FAR} for {COOP} for good?" in asked
    assert koop.events(COOP) == before

    done = koop.ask("terminate-abo", COOP, "--vhs", FAR, "--yes")
    assert done["terminated"]
    assert done["ends"] == shown["ends"]
    for dry in ((), ("--dry-run",)):
        again = koop.refused("terminate-abo", COOP, "--vhs", FAR, "--yes", *dry, status=3)
        assert again["message"] == f"VHS {FAR} has no Abo of {COOP}"
