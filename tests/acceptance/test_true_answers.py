"""What an operator is told at night holds if it is followed word for word (D30)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle

NOTHING = "There is nothing to do."
REF = f"{NEAR}:500"


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree."""
    found = booked(tmp_path / "exports")
    for program in found.values():
        koop.take_in(program.export())
    settle(koop, found.values())
    return found


def why(koop: Console, *words: str) -> dict[str, Any]:
    return koop.ask("why", COOP, *words)


# --- what is acknowledged (D30) -------------------------------------------------------------------------------------


def test_d30_an_acknowledged_letter_counts_again_when_the_booking_is_cancelled(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].row(REF)["Status"] = "X"
    koop.take_in(network[NEAR].export())
    koop.ask("acknowledge", COOP, "UNKNOWN_STATUS", "--vhs", NEAR, "--booking", REF, "--reason", "X means invoiced")
    settle(koop, network.values())
    assert koop.violations() == []
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    (found,) = koop.violations()
    assert (found["code"], found["vhs"]) == ("UNKNOWN_STATUS", NEAR)
    assert "What should be written there meanwhile is not: Status S." in found["text"]
    assert koop.status()[NEAR]["state"] == "frozen"
    assert network[NEAR].row(REF)["Status"] == "X"
    koop.ask("verify")


def test_d30_an_acknowledged_letter_counts_again_when_the_person_changes(
    koop: Console, network: dict[str, Program]
) -> None:
    network[MASTER].row(REF)["Status"] = "X"
    koop.take_in(network[MASTER].export())
    koop.ask("acknowledge", COOP, "UNKNOWN_STATUS", "--vhs", MASTER, "--booking", REF, "--reason", "X means invoiced")
    network[NEAR].row(REF)["Telefon"] = "0941 999"
    koop.take_in(network[NEAR].export())
    (found,) = koop.violations()
    assert "What should be written there meanwhile is not: Person." in found["text"]


@pytest.mark.parametrize(("code", "foreign"), [("COOP_ID_CHANGED", "999-COOP-1"), ("COURSE_VANISHED", None)])
def test_d30_an_acknowledged_course_counts_again_when_a_booking_in_it_is_cancelled(
    koop: Console, network: dict[str, Program], code: str, foreign: str | None
) -> None:
    near = network[NEAR]
    (row,) = (row for row in near.courses if row["Kursnummer"] == NUMBERS[NEAR][COOP])
    if foreign is None:
        near.courses.remove(row)
        near.bookings = {name: row for name, row in near.bookings.items() if row["Kursnummer"] != NUMBERS[NEAR][COOP]}
    else:
        row["Externe Kurs-Nr."] = foreign
    koop.ask("ingest", near.export())
    koop.ask("acknowledge", COOP, code, "--vhs", NEAR, "--reason", "they are at it")
    assert koop.violations() == []
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    (found,) = koop.violations()
    assert found["code"] == code
    assert f"What should be written there meanwhile is not: {REF}." in found["text"]
    koop.ask("verify")
