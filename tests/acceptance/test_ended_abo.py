"""A course is still booked at a VHS whose Abo an operator has ended: it is said, and not passed over (D9)."""

from __future__ import annotations

from pathlib import Path

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
