"""In whichever order the exports of different VHSs arrive, the network ends in the same place (D6)."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, booked
from tests.acceptance.program import Program, settle

ORDERS = list(permutations((MASTER, NEAR, FAR)))
each_order = pytest.mark.parametrize("order", ORDERS, ids=" ".join)


def views(koop: Console) -> dict[str, Any]:
    return {vhs: koop.view(vhs) for vhs in NUMBERS}


def wanted(koop: Console) -> dict[str, list[dict[str, Any]]]:
    """Give the change lists without what names the event behind a change, which is another one in another order."""
    lists = {vhs: koop.changes(vhs) for vhs in NUMBERS}
    return {
        vhs: sorted(
            ({name: part for name, part in change.items() if name not in {"id", "because"}} for change in changes),
            key=str,
        )
        for vhs, changes in lists.items()
    }


def arrive(koop: Console, network: dict[str, Program], order: tuple[str, ...]) -> None:
    for vhs in order:
        assert koop.ingest(network[vhs].export())[0]["status"] in {"applied", "unchanged"}


def first_round(koop: Console, folder: Path, order: tuple[str, ...]) -> dict[str, Program]:
    network = booked(folder)
    arrive(koop, network, order)
    return network


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the first order that ran has led to; every other must lead to the same."""
    return {}


@each_order
def test_d6_release_and_abo_are_adopted_the_same_in_every_order(
    koop: Console, tmp_path: Path, order: tuple[str, ...], seen: dict[str, Any]
) -> None:
    first_round(koop, tmp_path / "exports", order)
    found = views(koop)
    for vhs in NUMBERS:
        (course, _) = found[vhs]["courses"]
        assert course["coop_id"] == COOP
        assert course["role"] == ("master" if vhs == MASTER else "subscriber")
        assert course["course_number"] == NUMBERS[vhs][COOP]
        assert (course["confirmed"], course["waitlisted"], course["cancelled"]) == (6, 0, 0)
        assert [b["owner"] for b in course["bookings"]] == [NEAR] * 2 + [FAR] * 2 + [MASTER] * 2
    assert koop.open_codes() == set()
    assert seen.setdefault("adopted", (found, wanted(koop))) == (found, wanted(koop))


@each_order
def test_d6_bookings_cancellations_and_removals_settle_the_same_in_every_order(
    koop: Console, tmp_path: Path, order: tuple[str, ...], seen: dict[str, Any]
) -> None:
    network = first_round(koop, tmp_path / "exports", order)
    assert settle(koop, network.values()) <= 2
    refs = sorted(koop.held(MASTER))
    near, far, own = (next(r for r in refs if r.startswith(f"{vhs}:")) for vhs in (NEAR, FAR, MASTER))
    network[NEAR].cancel(near)
    network[MASTER].cancel(near)
    network[FAR].cancel(own)
    network[FAR].remove(far)
    network[MASTER].book(NUMBERS[MASTER][COOP], "990")
    network[NEAR].book(NUMBERS[NEAR][OTHER], "991", "W")
    arrive(koop, network, order)
    assert koop.held(MASTER)[far] == "A", "one absence is a suspicion only"
    arrive(koop, network, order)
    assert settle(koop, network.values()) <= 3
    found = views(koop)
    for vhs in NUMBERS:
        held = koop.held(vhs)
        assert held[own] == "S"
        assert held[near] == "S"
        assert held[f"{MASTER}:990"] == "A"
        assert held[f"{NEAR}:991"] == "W"
        assert vhs == FAR or held[far] == "S"
    assert seen.setdefault("settled", found) == found
    assert koop.open_codes() == {(FAR, "BOOKING_REMOVED")}, "it stays open until the booking is back or S"


@each_order
def test_d6_a_place_or_day_changed_by_the_master_reaches_all_in_every_order(
    koop: Console, tmp_path: Path, order: tuple[str, ...], seen: dict[str, Any]
) -> None:
    network = first_round(koop, tmp_path / "exports", order)
    settle(koop, network.values())
    network[MASTER].courses[0] |= {"Kursort": "Stadtbücherei", "Datum bis": "07.07.2026", "TN max": "14"}
    network[NEAR].courses[0] |= {"Datum bis": "01.07.2026", "Gebühr": "99,00", "TN max": "20"}
    arrive(koop, network, order)
    settle(koop, network.values())
    for program in network.values():
        row = program.courses[0]
        assert (row["Kursort"], row["Datum bis"], row["TN max"]) == ("Stadtbücherei", "07.07.2026", "14")
        assert row["Gebühr"] == "90,00"
    found = views(koop)
    assert seen.setdefault("moved", found) == found
    assert koop.open_codes() == set()
