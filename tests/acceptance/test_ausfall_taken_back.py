"""D24: a Master cancels its course and takes that back; nobody may stay cancelled, and nobody be booked unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS
from tests.acceptance.program import Program, settle
from tests.acceptance.told import agreed, pour
from tests.conftest import Place


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree about twelve bookings in two courses."""
    return pour(sqlite_place, agreed, koop, tmp_path / "exports")


def set_ausfall(network: dict[str, Program], letter: str) -> None:
    (row,) = (row for row in network[MASTER].courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    row["Ausfall"] = letter


def of_course(koop: Console, vhs: str) -> dict[str, str]:
    (course,) = (course for course in koop.view(vhs)["courses"] if course["coop_id"] == COOP)
    return {booking["ref"]: booking["status"] for booking in course["bookings"]}


def codes(koop: Console) -> set[tuple[str, str]]:
    answer = koop.call("violations").answer
    return {(item["code"], item["vhs"]) for item in answer["data"]["violations"]}


def test_d24_ausfall_that_is_taken_back_ends_with_everybody_booked_as_before(
    koop: Console, network: dict[str, Program]
) -> None:
    before = {vhs: of_course(koop, vhs) for vhs in NUMBERS}
    set_ausfall(network, "W")
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    assert {row["Status"] for row in network[FAR].bookings.values() if row["Kursnummer"] == NUMBERS[FAR][COOP]} == {"S"}
    set_ausfall(network, "F")
    koop.take_in(network[MASTER].export())
    assert {vhs for code, vhs in codes(koop) if code == "AUSFALL_TAKEN_BACK"} == {MASTER, NEAR, FAR}
    settle(koop, network.values())
    assert {vhs: of_course(koop, vhs) for vhs in NUMBERS} == before
    for vhs in (NEAR, FAR):
        assert {row["Ausfall"] for row in network[vhs].courses} == {"F"}
        assert {row["Status"] for row in network[vhs].bookings.values()} == {"A"}
    assert codes(koop) == set()


def test_d9_who_was_booked_where_the_abo_ended_meanwhile_stays_cancelled_and_is_asked_about(
    koop: Console, network: dict[str, Program]
) -> None:
    set_ausfall(network, "W")
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    koop.ask("terminate-abo", COOP, "--vhs", FAR, "--yes")
    set_ausfall(network, "F")
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    letters = {of_course(koop, vhs)[ref] for vhs in (MASTER, NEAR) for ref in of_course(koop, vhs) if ref[:3] == FAR}
    assert letters == {"S"}
    assert codes(koop) == {("BOOKINGS_WITHOUT_ABO", MASTER)}
    ref = next(ref for ref in of_course(koop, MASTER) if ref.startswith(f"{FAR}:"))
    why = koop.ask("why", COOP, "--vhs", MASTER, "--booking", ref)
    assert any(f"The Abo of VHS {FAR} has ended" in text for text in why["now"])
    koop.ask("acknowledge", COOP, "BOOKINGS_WITHOUT_ABO", "--vhs", MASTER, "--reason", "they do not come")
    assert codes(koop) == set()


def test_d24_what_was_tidied_away_meanwhile_is_delivered_again_or_asked_about(
    koop: Console, network: dict[str, Program]
) -> None:
    set_ausfall(network, "W")
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    mine, *others = of_course(koop, NEAR)
    gone = [ref for ref in (mine, *others) if ref.startswith(f"{NEAR}:")]
    for ref in list(of_course(koop, NEAR)):
        network[NEAR].remove(ref)
    koop.take_in(network[NEAR].export(), outcome="unchanged")
    set_ausfall(network, "F")
    koop.take_in(network[MASTER].export())
    koop.take_in(network[NEAR].export())
    for _ in range(3):
        for program in network.values():
            program.obey(koop.changes(program.vhs))
        for program in network.values():
            koop.ingest(program.export())
    assert set(of_course(koop, FAR).values()) == {"A"}
    assert ("BOOKING_REMOVED", NEAR) in codes(koop)
    held = {ref for ref in of_course(koop, NEAR) if network[NEAR]._find(ref)}
    assert held == set(of_course(koop, NEAR)) - set(gone)
    keep, drop = gone
    why = koop.ask("why", COOP, "--booking", keep, "--vhs", NEAR)
    assert any("restore-booking" in said for said in why["now"]), why["now"]
    decided = koop.ask("restore-booking", COOP, "--booking", keep, "--vhs", NEAR, "--reason", "she comes")
    assert decided["decided"] == "restored"
    koop.ask("restore-booking", COOP, "--booking", drop, "--vhs", NEAR, "--reason", "refunded", "--reject")
    error = koop.refused("restore-booking", COOP, "--booking", keep, "--vhs", NEAR, "--reason", "no", status=3)
    assert "that stands" in error["message"]
    settle(koop, network.values())
    assert of_course(koop, FAR)[keep] == "A"
    assert of_course(koop, FAR)[drop] == "S"
    assert network[NEAR].row(keep)["Status"] == "A"
