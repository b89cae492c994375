"""The mass guard (D4): an export that would orphan too many bookings at once waits for an operator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import Row
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place

LOST = 12
"""More than ten bookings, and more than a tenth of the thirty that the VHS holds."""


def thirty(koop: Console, folder: Path) -> dict[str, Program]:
    """Let three VHSs agree about thirty bookings of one of them."""
    network = programs(folder)
    for program in network.values():
        for row in program.courses:
            row["TN max"] = "40"
    for count in range(30):
        network[NEAR].book(NUMBERS[NEAR][COOP], f"{100 + count}")
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    return network


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    return pour(sqlite_place, thirty, koop, tmp_path / "exports")


def lose(network: dict[str, Program], count: int = LOST) -> list[Row]:
    """Filter the export wrongly: the first bookings are not in it."""
    return [network[NEAR].remove(f"{NEAR}:{100 + number}") for number in range(count)]


def withheld_of(koop: Console, network: dict[str, Program]) -> str:
    """Let the second complete export without the bookings come in; gives the id of what is withheld."""
    koop.take_in(network[NEAR].export(), status=1)  # the first absence of so many is said (D19)
    export = koop.take_in(network[NEAR].export(), status=1)
    assert export["withheld_cancellations"] == LOST
    (item,) = koop.ask("withheld", "list", status=1)["withheld"]
    assert item.keys() >= {"id", "vhs", "export", "cancellations", "refs"}
    assert (item["vhs"], item["export"], item["cancellations"]) == (NEAR, f"{NEAR}#{network[NEAR].sequence}", LOST)
    assert sorted(item["refs"]) == [f"{NEAR}:{100 + number}" for number in range(LOST)]
    name: str = item["id"]
    return name


def cancelled(koop: Console, vhs: str) -> int:
    return sum(status == "S" for status in koop.held(vhs).values())


def test_d4_too_many_orphans_at_once_are_withheld_and_all_else_is_applied(
    koop: Console, network: dict[str, Program]
) -> None:
    lose(network)
    network[NEAR].book(NUMBERS[NEAR][COOP], "990")
    network[NEAR].cancel(f"{NEAR}:129")
    withheld_of(koop, network)
    assert koop.held(MASTER)[f"{NEAR}:990"] == "A"
    assert [ref for ref, status in koop.held(MASTER).items() if status == "S"] == [f"{NEAR}:129"]
    assert koop.status()[NEAR]["withheld"] == LOST


def test_d4_approval_below_what_is_withheld_is_refused_and_changes_nothing(
    koop: Console, network: dict[str, Program]
) -> None:
    lose(network)
    name = withheld_of(koop, network)
    before = {vhs: (koop.view(vhs), koop.changes(vhs)) for vhs in NUMBERS}
    error = koop.refused("withheld", "approve", name, "--up-to", str(LOST - 1), status=3)
    assert error["details"]["rule"] == "D4"
    assert str(LOST) in error["message"]
    assert koop.refused("withheld", "approve", name, status=3)["details"]["withheld"] == LOST
    assert {vhs: (koop.view(vhs), koop.changes(vhs)) for vhs in NUMBERS} == before
    assert koop.ask("withheld", "list", status=1)["withheld"][0]["cancellations"] == LOST


def test_d4_approval_of_enough_sets_s_everywhere(koop: Console, network: dict[str, Program]) -> None:
    lose(network)
    name = withheld_of(koop, network)
    assert len(koop.ask("withheld", "approve", name, "--up-to", str(LOST))["cancelled"]) == LOST
    assert koop.ask("withheld", "list")["withheld"] == []
    assert koop.refused("withheld", "approve", name, "--up-to", str(LOST), status=4)["code"] == "withheld_unknown"
    assert (cancelled(koop, MASTER), cancelled(koop, FAR)) == (LOST, LOST)
    assert settle(koop, network.values()) == 1
    assert sum(row["Status"] == "S" for row in network[FAR].bookings.values()) == LOST


def test_d4_restored_before_the_approval_nothing_is_withheld_any_more(
    koop: Console, network: dict[str, Program]
) -> None:
    lost = lose(network)
    name = withheld_of(koop, network)
    for row in lost:
        network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    assert koop.ask("withheld", "list")["withheld"] == []
    assert koop.refused("withheld", "approve", name, "--up-to", "99", status=4)["code"] == "withheld_unknown"
    assert [cancelled(koop, vhs) for vhs in NUMBERS] == [0, 0, 0]
    assert koop.open_codes() == set()
    assert settle(koop, network.values()) == 0


def test_d4_what_is_withheld_stays_so_however_often_it_is_reported(koop: Console, network: dict[str, Program]) -> None:
    lose(network)
    name = withheld_of(koop, network)
    for _ in range(3):
        koop.ingest(network[NEAR].export())
    (item,) = koop.ask("withheld", "list", status=1)["withheld"]
    assert (item["id"], item["cancellations"]) == (name, LOST)
    assert cancelled(koop, MASTER) == 0


def test_d4_ten_bookings_or_a_tenth_trip_nothing(koop: Console, network: dict[str, Program]) -> None:
    lose(network, 10)
    for _ in range(2):
        assert koop.take_in(network[NEAR].export())["withheld_cancellations"] == 0
    assert cancelled(koop, MASTER) == 10


def test_d4_the_limits_are_settings(
    koop: Console, network: dict[str, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOP_GUARD_BOOKINGS", "0")
    monkeypatch.setenv("KOOP_GUARD_PERCENT", "0")
    lose(network, 1)
    koop.take_in(network[NEAR].export(), status=1)
    assert koop.take_in(network[NEAR].export(), status=1)["withheld_cancellations"] == 1


def test_d4_one_approval_among_withheld_of_two_exports_leaves_the_other(
    koop: Console, network: dict[str, Program]
) -> None:
    for count in range(13):
        network[FAR].book(NUMBERS[FAR][COOP], f"{700 + count}")
    koop.take_in(network[FAR].export())
    network[FAR].book(NUMBERS[FAR][COOP], "790")  # younger than those who go, so that no program went back (D20)
    koop.take_in(network[FAR].export())
    lose(network)
    name = withheld_of(koop, network)
    for count in range(13):
        network[FAR].remove(f"{FAR}:{700 + count}")
    koop.take_in(network[FAR].export(), status=1)
    koop.take_in(network[FAR].export(), status=1)
    assert len(koop.ask("withheld", "list", status=1)["withheld"]) == 2
    koop.ask("withheld", "approve", name, "--up-to", str(LOST))
    (left,) = koop.ask("withheld", "list", status=1)["withheld"]
    assert (left["vhs"], left["cancellations"]) == (FAR, 13)
