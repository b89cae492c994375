"""D20, D26: what a connector writes by a list it fetched before is the booking of that list, whatever stands there."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, booked
from tests.acceptance.program import Bare, Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place


def agreed(koop: Console, folder: Path) -> dict[str, Program]:
    """Let three VHSs agree about twelve bookings in two courses; the Master keeps no references."""
    programs = booked(folder)
    master = programs[MASTER]
    programs[MASTER] = Bare(MASTER, master.folder, courses=master.courses, bookings=master.bookings)
    for program in programs.values():
        koop.take_in(program.export())
    settle(koop, programs.values(), rounds=5)
    return programs


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    return pour(sqlite_place, agreed, koop, tmp_path / "exports")


def everybody(koop: Console) -> dict[str, dict[str, str]]:
    return {vhs: koop.held(vhs) for vhs in NUMBERS}


def doubled(koop: Console) -> list[tuple[str, str]]:
    found = koop.call("violations").answer["data"]["violations"]
    return sorted((item["vhs"], item["ref"]) for item in found if item["code"] == "MIRROR_DOUBLED")


def live_rows(program: Program) -> int:
    return sum(row["Status"] in {"A", "W"} for row in program.bookings.values())


@pytest.mark.parametrize("at_once", [False, True], ids=["typed first", "in one export"])
def test_d20_d26_who_is_typed_again_and_written_by_order_has_one_seat(
    koop: Console, network: dict[str, Program], *, at_once: bool
) -> None:
    """The operator answers, the connector fetches its list and is slow, and staff type the same people meanwhile."""
    near, copy = network[NEAR], deepcopy(network[NEAR].bookings)
    near.book(NUMBERS[NEAR][COOP], "9101", **{"Gebucht am": "03.02.2026 09:15:31"})
    near.book(NUMBERS[NEAR][OTHER], "9102", **{"Gebucht am": "03.02.2026 09:40:02"})
    settle(koop, network.values(), rounds=5)
    koop.take_in(near.export())
    settle(koop, network.values(), rounds=5)
    wanted, refs = everybody(koop), [f"{NEAR}:9101", f"{NEAR}:9102"]
    people = [deepcopy(near.row(ref)) for ref in refs]
    near.bookings = copy
    koop.take_in(near.export(), status=1)
    for coop_id, ref in zip((COOP, OTHER), refs, strict=True):
        koop.ask("restore-booking", coop_id, "--booking", ref, "--vhs", NEAR, "--reason", "backup of the night")
    list_of_then = koop.changes(NEAR)
    for row, booking_id in zip(people, ("9901", "9902"), strict=True):
        near.restore(row | {"Beleg-ID": booking_id, "TNR": f"4{booking_id}", "Gebucht am": "05.02.2026 11:20:00"})
    if not at_once:
        koop.ingest(near.export())
    near.obey(list_of_then)
    assert {"9101", "9102", "9901", "9902"} <= near.bookings.keys()
    koop.ingest(near.export())
    settle(koop, [network[MASTER], network[FAR]], rounds=5)
    assert everybody(koop) == wanted, "nobody has a second seat"
    assert doubled(koop) == [(NEAR, ref) for ref in refs]
    assert live_rows(network[FAR]) == live_rows(near) - 2

    for booking_id in ("9101", "9902"):
        del near.bookings[booking_id]
    for _ in range(2):
        koop.ingest(near.export())
    settle(koop, network.values(), rounds=5)
    assert everybody(koop) == wanted
    assert doubled(koop) == []


@pytest.mark.parametrize("exported", [False, True], ids=["list first", "export first"])
def test_d20_d26_a_list_for_an_old_copy_is_carried_out_by_the_right_program(
    koop: Console, network: dict[str, Program], *, exported: bool
) -> None:
    """An old copy was opened by mistake, and its list was fetched; the program keeps no Koop-Beleg-ID."""
    master, copy = network[MASTER], deepcopy(network[MASTER].bookings)
    for vhs, booking_id, at in ((NEAR, "9101", "09:15:31"), (NEAR, "9102", "09:40:02"), (FAR, "9201", "10:05:47")):
        network[vhs].book(NUMBERS[vhs][COOP], booking_id, **{"Gebucht am": f"03.02.2026 {at}"})
    for vhs in (NEAR, FAR):
        koop.take_in(network[vhs].export())
    settle(koop, network.values(), rounds=5)
    wanted, right = everybody(koop), master.bookings
    master.bookings = copy
    koop.take_in(master.export(), status=1)
    list_of_then = koop.changes(MASTER)
    assert [change["kind"] for change in list_of_then] == ["booking.create"] * 3
    master.bookings = right
    if exported:
        koop.ingest(master.export())
    written = {row["Beleg-ID"]: row for row in _written(master, list_of_then)}
    master.bookings |= written
    koop.ingest(master.export())
    settle(koop, [network[NEAR], network[FAR]], rounds=5)
    assert everybody(koop) == wanted, "nobody has a second seat"
    assert doubled(koop) == [(MASTER, change["booking"]["ref"]) for change in list_of_then]

    for booking_id in written:
        del master.bookings[booking_id]
    for _ in range(2):
        koop.ingest(master.export())
    settle(koop, network.values(), rounds=5)
    assert everybody(koop) == wanted
    assert doubled(koop) == []


def _written(program: Program, changes: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Give the rows that a connector writes that cannot see that the mirrors stand there."""
    aside = Program(program.vhs, program.folder, courses=program.courses)
    aside.obey(changes)
    rows = list(aside.bookings.values())
    return [row | {"Beleg-ID": f"8{number}", "TNR": f"48{number}"} for number, row in enumerate(rows)]
