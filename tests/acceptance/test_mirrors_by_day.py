"""D18, D26: a mirror that was given out is told by its name and day where a program keeps no time of day.

Neither references nor editors need be kept for that. What may as well be a walk-in of the same name waits, or is a
registration: nobody gets two seats, and nobody loses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Program
from tests.acceptance.sparse import DAY, MIDNIGHT, SECOND, ZEROS, Sparse

NOBODY = {"Telefon": "", "E-Mail": ""}
OTTO = {"Name": "Kern", "Vorname": "Otto"}


@dataclass
class World:
    """Three VHSs: people book at the near one; of the others the Master alone gets their names."""

    koop: Console
    network: dict[str, Program]

    def rounds(self, count: int = 4) -> None:
        for _ in range(count):
            self.report()
            self.obey()

    def report(self) -> None:
        for program in self.network.values():
            self.koop.call("ingest", program.export())

    def obey(self) -> None:
        for program in self.network.values():
            program.obey(self.koop.changes(program.vhs))

    def book(self, *people: dict[str, str], at: str) -> None:
        for count, person in enumerate(people):
            moment = f"{at[:-2]}{count:02}" if at == SECOND else at
            self.network[NEAR].book(NUMBERS[NEAR][COOP], f"500{count}", **(person | {"Gebucht am": moment}))

    def live(self, vhs: str) -> list[str]:
        rows = self.network[vhs].bookings.values()
        return sorted(row["Koop-Beleg-ID"] or f"{vhs}:{row['Beleg-ID']}" for row in rows if row["Status"] != "S")

    def held(self) -> bool:
        return (MASTER, "REGISTRATION_HELD") in self.koop.open_codes()

    def is_at_rest(self) -> bool:
        return not any(self.koop.changes(vhs) for vhs in self.network)


def make(koop: Console, folder: Path, *, editors: bool = False, moment: str = DAY) -> World:
    network = programs(folder / "exports")
    for vhs in (MASTER, FAR):
        known = network[vhs]
        network[vhs] = Sparse(
            vhs,
            known.folder,
            courses=known.courses,
            editors=editors,
            references=False,
            moment=moment,
            word="Teilnehmer" if vhs == FAR else "",
        )
    world = World(koop, network)
    world.rounds(2)
    return world


def people(*, reached: bool) -> list[dict[str, str]]:
    """Give one person, two of one name, and a family, all of one day."""
    reach = [{"Telefon": f"08031 77{count}", "E-Mail": f"p{count}@example.org"} for count in range(6)]
    names = (("Kern", "Otto"), ("Lang", "Eva"), ("Lang", "Eva"), ("Bauer", "Ida"), ("Bauer", "Max"), ("Bauer", "Ute"))
    return [
        {"Name": name, "Vorname": first} | (reach[min(count, 3)] if reached else NOBODY)
        for count, (name, first) in enumerate(names)
    ]


@pytest.mark.parametrize("reached", [True, False], ids=["reached", "no mail"])
@pytest.mark.parametrize("moment", [DAY, ZEROS, MIDNIGHT, SECOND], ids=["day", "zeros", "midnight", "second"])
@pytest.mark.parametrize("editors", [True, False], ids=["editors", "no editors"])
def test_d26_whoever_is_given_out_has_one_seat_at_each_vhs(
    koop: Console, tmp_path: Path, *, editors: bool, moment: str, reached: bool
) -> None:
    world = make(koop, tmp_path, editors=editors, moment=moment)
    world.book(*people(reached=reached), at=moment if moment == MIDNIGHT else SECOND)
    world.rounds()
    refs = sorted(f"{NEAR}:500{count}" for count in range(6))
    assert {vhs: world.live(vhs) for vhs in world.network} == dict.fromkeys(world.network, refs)
    assert world.is_at_rest()
    assert {code for _, code in koop.open_codes()} <= {"MIRROR_WITHOUT_REFERENCE"}

    world.network[NEAR].cancel(f"{NEAR}:5000")
    world.rounds()
    assert world.live(MASTER) == world.live(NEAR) == refs[1:]
    assert len(world.live(FAR)) == 5
    assert world.is_at_rest()


@pytest.mark.parametrize("moment", [DAY, ZEROS, MIDNIGHT])
@pytest.mark.parametrize("editors", [True, False])
def test_d26_one_mirror_is_known_by_its_name_and_day(
    koop: Console, tmp_path: Path, *, editors: bool, moment: str
) -> None:
    world = make(koop, tmp_path, editors=editors, moment=moment)
    world.book(OTTO | NOBODY, at=moment if moment == MIDNIGHT else SECOND)
    world.rounds()
    assert koop.held(MASTER) == {f"{NEAR}:5000": "A"}
    assert {vhs: len(world.live(vhs)) for vhs in world.network} == dict.fromkeys(world.network, 1)
    assert not world.held()


def walk_in(world: World, person: dict[str, str], *, status: str = "A", editor: str = "Büro") -> None:
    """Let somebody be booked at the Master by hand on the day, before its connector has written the mirror."""
    world.report()
    world.network[NEAR].obey(world.koop.changes(NEAR))
    given = world.koop.changes(MASTER)
    row = {"Gebucht am": SECOND, "Bearbeitet von": editor}
    world.network[MASTER].book(NUMBERS[MASTER][COOP], "8801", status, **(person | row))
    world.report()
    assert world.koop.held(NEAR)[f"{NEAR}:5000"] == "A", "who was given out keeps the seat"
    world.network[MASTER].obey(given)


REACHED = OTTO | {"Telefon": "08031 771", "E-Mail": "otto@example.org"}
OTHER = OTTO | {"Telefon": "089 4711", "E-Mail": ""}


@pytest.mark.parametrize(
    ("given", "comes", "status", "editors"),
    [
        pytest.param(REACHED, OTHER, "A", False, id="reached otherwise"),
        pytest.param(OTTO | NOBODY, OTHER, "A", False, id="reached at all"),
        pytest.param(REACHED, OTTO | NOBODY, "A", False, id="not reached"),
        pytest.param(REACHED, OTTO | NOBODY, "A", True, id="signed"),
        pytest.param(OTTO | NOBODY, OTTO | NOBODY, "A", True, id="nothing but signed"),
        pytest.param(OTTO | NOBODY, OTTO | NOBODY, "A", False, id="nothing tells"),
        pytest.param(OTTO | NOBODY, OTTO | NOBODY, "S", False, id="cancelled"),
    ],
)
def test_d26_a_walk_in_of_the_same_name_and_day_keeps_the_seat(
    koop: Console, tmp_path: Path, given: dict[str, str], comes: dict[str, str], status: str, *, editors: bool
) -> None:
    world = make(koop, tmp_path, editors=editors)
    world.book(given, at=SECOND)
    walk_in(world, comes, status=status)
    world.rounds()
    seats = 2 if status == "A" else 1
    assert {vhs: len(world.live(vhs)) for vhs in world.network} == dict.fromkeys(world.network, seats)
    assert not world.held()
    assert not koop.changes(MASTER)
    assert not koop.changes(NEAR)


@pytest.mark.parametrize(("comes", "status"), [(OTTO | NOBODY, "A"), (REACHED, "S")], ids=["not reached", "cancelled"])
def test_d26_what_may_be_a_walk_in_waits(koop: Console, tmp_path: Path, comes: dict[str, str], status: str) -> None:
    world = make(koop, tmp_path)
    world.book(REACHED, at=SECOND)
    walk_in(world, comes, status=status)
    assert world.held()
    assert world.live(NEAR) == [f"{NEAR}:5000"]
