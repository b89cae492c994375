"""Rows whose Koop-Beleg-ID cannot be theirs: it names another's booking, or one of a VHS that takes no part (D17)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle

REF = f"{NEAR}:9000"


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Give a network that agrees, with one more booking of VHS 301 everywhere."""
    found = booked(tmp_path / "exports")
    found[NEAR].book(NUMBERS[NEAR][COOP], "9000", TNR="900", Name="Öztürk", Vorname="Ada")
    for program in found.values():
        koop.take_in(program.export())
    settle(koop, found.values())
    return found


def aside(koop: Console) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = koop.call("quarantine", "list").answer["data"]["quarantine"]
    return found


@pytest.mark.parametrize("stray", ["999:1", "412:9999"])
def test_d17_an_own_row_with_the_reference_of_nobody_is_not_removed(
    koop: Console, network: dict[str, Program], stray: str
) -> None:
    near = network[NEAR]
    near.row(REF)["Koop-Beleg-ID"] = stray
    for _ in range(3):
        koop.take_in(near.export(), outcome="unchanged", status=1)
    (item,) = aside(koop)
    assert (item["vhs"], item["column"]) == (NEAR, "Koop-Beleg-ID")
    assert f"own booking {REF} names {stray}" in item["reason"]
    assert item["remedy"] == "empty Koop-Beleg-ID in a booking of your own"
    assert koop.held(MASTER)[REF] == "A"
    assert koop.changes(MASTER) == koop.changes(NEAR) == koop.changes(FAR) == []
    assert koop.status()[NEAR]["state"] == "quarantined"

    near.row(REF)["Koop-Beleg-ID"] = ""
    koop.ingest(near.export())
    assert aside(koop) == []
    assert koop.status()[NEAR]["state"] == "agrees"


def test_d17_an_own_row_that_went_under_another_beleg_id_with_such_a_reference_is_protected(
    koop: Console, network: dict[str, Program]
) -> None:
    row = network[NEAR].remove(REF)
    network[NEAR].restore(row | {"Beleg-ID": "9900", "Koop-Beleg-ID": "999:1"})
    for _ in range(2):
        koop.take_in(network[NEAR].export(), outcome="unchanged", status=1)
    assert koop.held(MASTER)[REF] == "A"
    assert koop.changes(MASTER) == []


def test_d17_a_registration_with_the_reference_of_a_vhs_that_takes_no_part_is_set_aside(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    near.book(NUMBERS[NEAR][COOP], "9001", TNR="901", Name="Verloren", Vorname="Vera", **{"Koop-Beleg-ID": "999:1"})
    koop.take_in(near.export(), outcome="unchanged", status=1)
    (item,) = aside(koop)
    assert "999:1 names a booking of VHS 999, which takes no part in" in item["reason"]
    assert koop.status()[NEAR]["state"] == "quarantined"

    near.bookings["9001"]["Koop-Beleg-ID"] = ""
    koop.take_in(near.export())
    assert aside(koop) == []
    settle(koop, network.values())
    assert koop.held(MASTER)[f"{NEAR}:9001"] == "A"


def test_d26_a_copy_with_the_reference_of_a_vhs_that_takes_no_part_is_what_it_was(
    koop: Console, network: dict[str, Program]
) -> None:
    network[FAR].row(REF)["Koop-Beleg-ID"] = "999:1"
    koop.take_in(network[FAR].export())
    assert aside(koop) == []
    codes = {item["code"] for item in koop.call("violations").answer["data"]["violations"]}
    assert codes == {"MIRROR_WITHOUT_REFERENCE"}


def test_b3_copies_of_those_who_report_later_are_taken_from_a_first_export(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    near = network[NEAR]
    near.book(NUMBERS[NEAR][COOP], "M1", Name="", Vorname="", **{"Koop-Beleg-ID": f"{FAR}:70040"})
    koop.take_in(network[MASTER].export())
    koop.take_in(near.export())
    assert aside(koop) == []
