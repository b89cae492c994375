"""D20, D18a: a program that was put back gives the numbers of mirrors it lost to whoever registers next."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle

PEOPLE = (("Neukirch", "neukirch@example.org"), ("Neumann", ""), ("Neuber", "neuber@example.org"))


class Counting(Program):
    """A program that numbers the rows of its connector as its own; the count goes back with a backup."""

    count = 8000

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    def _booking(self, verb: str, change: Mapping[str, Any]) -> None:
        super()._booking(verb, change)
        row = self.row(change["booking"]["ref"])
        if verb == "create":
            self.bookings.pop(row["Beleg-ID"])
            row["Beleg-ID"] = number = self.number()
            row["TNR"] = f"9{number}"
            self.bookings[number] = row


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree about twelve bookings in two courses."""
    programs = booked(tmp_path / "exports")
    for program in programs.values():
        koop.take_in(program.export())
    settle(koop, programs.values())
    return programs


@pytest.mark.parametrize("again", [0, 1, 2, 3])
@pytest.mark.parametrize(("vhs", "owner"), [(NEAR, MASTER), (MASTER, NEAR)])
def test_d20_numbers_given_again_after_a_restore_cost_nobody_a_seat(
    koop: Console, network: dict[str, Program], vhs: str, owner: str, again: int
) -> None:
    program = network[vhs] = Counting(**vars(network[vhs]))
    copy = deepcopy(program.bookings)
    refs = [network[owner].book(NUMBERS[owner][COOP], str(number)) for number in (9001, 9002, 9003)]
    koop.take_in(network[owner].export())
    settle(koop, network.values())
    lost = {(row["Beleg-ID"], row["TNR"]) for row in map(program.row, refs)}
    assert len(lost) == program.count - 8000 == len(refs)

    program.bookings, program.count, new = copy, 8000, []
    for name, mail in PEOPLE[:again]:
        number = program.number()
        person = {"TNR": f"9{number}", "Name": name, "Vorname": "Nele", "Telefon": "", "E-Mail": mail}
        assert (number, person["TNR"]) in lost
        new.append(program.book(NUMBERS[vhs][COOP], number, **person, **{"Gebucht am": "05.03.2026 10:20:30"}))
    koop.take_in(program.export(), status=1)
    assert {item["code"] for item in koop.call("violations").answer["data"]["violations"]} >= {"PROGRAM_WENT_BACK"}
    for _ in range(2):
        koop.ingest(program.export())
    settle(koop, network.values())
    for where in NUMBERS:
        shown = koop.held(where)
        assert {shown[ref] for ref in (*refs, *new)} == {"A"}, "everybody has a seat everywhere"
    assert koop.call("violations").answer["data"]["violations"] == []

    for ref in new:
        program.cancel(ref)
    koop.ingest(program.export())
    settle(koop, network.values())
    for where in NUMBERS:
        shown = koop.held(where)
        assert {shown[ref] for ref in refs} == {"A"}
        assert {shown[ref] for ref in new} <= {"S"}, "and whoever cancels cancels nobody else"
