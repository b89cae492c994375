"""An export that is taken back: only what it did alone is undone (D32)."""

from __future__ import annotations

from typing import Any

import pytest

from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.withdraw import DECIDED, Stays, withdraw
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, booked, held, shared, types

MARRIED = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)


def told() -> World:
    """Give a shared booking, and lists that were given out to all: from here on an "S" not given out is a claim."""
    world = shared()
    world.report(THIRD, held(THIRD), booked("9"))
    world.give(MASTER, ABO, THIRD)
    return world


def take_back(world: World, export: str, vhs: str = ABO) -> list[Stays]:
    stays: list[Stays] = world.decide(vhs, lambda draft: withdraw(draft, export, list(world.events)))
    return stays


def wrong(world: World, *rows: BookingRow, **how: Any) -> str:
    """Let 301 export what is wrong, and give the name of the export."""
    assert world.report(ABO, *rows, **how) != []
    return f"{ABO}#{world.exports[ABO]}"


def test_d32_booking_that_only_the_export_cancelled_lives_again() -> None:
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert take_back(world, export) == []
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d32_booking_that_somebody_else_cancelled_as_well_stays_cancelled() -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    assert types(world.report(MASTER, held(MASTER, status="S"))) == ["BookingCancelled"]
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER)["301:7"] == "S"


def test_d32_orphan_that_somebody_cancelled_as_well_stays_cancelled() -> None:
    world = told()
    wrong(world)
    export = wrong(world)
    world.report(MASTER, held(MASTER, status="S"))
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER)["301:7"] == "S"


@pytest.mark.parametrize("later", ["A", ""])
def test_d32_letter_that_the_owner_gave_since_stays(later: str) -> None:
    world = shared()
    export = wrong(world, held(ABO, status="W"))
    if later:
        world.report(ABO, held(ABO, status=later))
        world.report(ABO, held(ABO, status="W"))
    stays = [item.why for item in take_back(world, export)]
    assert (stays, world.statuses(MASTER)) == (([DECIDED], {"301:7": "W"}) if later else ([], {"301:7": "A"}))


@pytest.mark.parametrize("later", [True, False])
def test_d32_person_that_the_owner_gave_since_stays(later: bool) -> None:
    world = shared()
    export = wrong(world, held(ABO, person=MARRIED))
    if later:
        world.report(ABO, held(ABO, person=ANNA))
        world.report(ABO, held(ABO, person=MARRIED))
    stays = [item.why for item in take_back(world, export)]
    booking = world.state.bookings["301:7"]
    shown = world.people[booking.person_id or "", booking.person_version]
    assert (stays, shown) == (([DECIDED], MARRIED) if later else ([], ANNA))


def test_d32_other_export_undoes_nothing_of_it() -> None:
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    assert take_back(world, f"{export}0") == []
    assert world.statuses(MASTER) == {"301:7": "S"}


@pytest.mark.parametrize("again", [True, False])
def test_d32_ausfall_that_the_master_set_again_since_stays(again: bool) -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    export = f"{MASTER}#{world.exports[MASTER]}"
    if again:
        world.report(MASTER, held(MASTER))
        world.report(MASTER, held(MASTER), cancelled=True)
    stays = [item.why for item in take_back(world, export, MASTER)]
    assert (stays, world.state.cancelled) == (([DECIDED], True) if again else ([], False))
