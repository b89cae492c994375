"""D20, D32: a wrong export shows former values, as a program does that was put back, and is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.judgement import Judgement, WentBack
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.restoring import reject_booking, reject_course
from koop_es.domain.withdraw import Stays, withdraw
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, held, shared, types

MARRIED = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)
TO = 2
"""The export to which the program seems to have gone back."""


class Case(NamedTuple):
    """What a VHS showed first, and shows since; ``asked`` is what the wrong export says of the first."""

    vhs: str
    former: tuple[BookingRow, dict[str, Any]]
    now: tuple[BookingRow, dict[str, Any]]
    asked: str


CASES = {
    "letter": Case(ABO, (held(ABO, status="W"), {}), (held(ABO), {}), "BookingQuestioned"),
    "person": Case(ABO, (held(ABO), {}), (held(ABO, person=MARRIED), {}), "BookingQuestioned"),
    "both": Case(ABO, (held(ABO, status="W"), {}), (held(ABO, person=MARRIED), {}), "BookingQuestioned"),
    "facts": Case(MASTER, (held(MASTER), {}), (held(MASTER), {"venue": "Raum 2"}), "CourseWentBack"),
    "Ausfall": Case(MASTER, (held(MASTER), {}), (held(MASTER), {"cancelled": True}), "CourseWentBack"),
}


def show(world: World, case: Case, *, former: bool, **how: Any) -> list[str]:
    row, facts = case.former if former else case.now
    return types(world.report(case.vhs, row, **facts, **how))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def asked_about(case: Case) -> tuple[World, str]:
    """Give a network in which an export shows former values, which is asked about, and the name of that export."""
    world = shared(status=case.former[0].raw_status)
    world.give(MASTER, ABO, THIRD)
    show(world, case, former=False)
    for vhs in (MASTER, ABO, THIRD):
        world.give(vhs)
    back = Judgement(went_back=WentBack(f"{case.vhs}#{TO}", (), TO, 2))
    assert case.asked in show(world, case, former=True, judgement=back)
    assert is_asked(world, case)
    return world, f"{case.vhs}#{world.exports[case.vhs]}"


def is_asked(world: World, case: Case) -> bool:
    seat = world.state.bookings["301:7"].seats[case.vhs]
    return bool(seat.asked or world.state.lanes[case.vhs].asked_facts)


def told(world: World, case: Case) -> bool:
    """Tell whether what is asked about is to be written: the course where facts are, else the booking."""
    kind = "course." if case.vhs == MASTER else "booking."
    return [change.kind for change in world.changes(case.vhs) if change.kind.startswith(kind)] != []


def take_back(world: World, case: Case, export: str, later: Sequence[str] = ()) -> list[Stays]:
    stays: list[Stays] = world.decide(case.vhs, lambda draft: withdraw(draft, export, list(world.events), later=later))
    return stays


def wanted(world: World) -> tuple[Any, ...]:
    booking, lane = world.state.bookings["301:7"], world.state.lanes[MASTER]
    return booking.status, booking.person_version, lane.facts.venue, world.state.cancelled


def test_d20_d32_what_is_asked_about_former_values_ends_with_the_export_that_showed_them(case: Case) -> None:
    world, export = asked_about(case)
    before = wanted(world)
    assert take_back(world, case, export) == []
    assert not is_asked(world, case)
    assert wanted(world) == before, "what counted counts on"
    world.give(case.vhs)
    assert told(world, case), "and is written over what the export showed"
    for reject in (lambda draft: reject_booking(draft, "301:7", "so"), lambda draft: reject_course(draft, "so")):
        with pytest.raises(Refused):  # nobody is told a former value by an answer that comes late
            world.decide(case.vhs, reject)
    show(world, case, former=False)
    assert wanted(world) == before
    assert "PROGRAM_WENT_BACK" not in world.codes
    assert not told(world, case)


def test_d20_d32_former_values_that_the_next_complete_export_shows_as_well_are_asked_about_on(case: Case) -> None:
    """The program may have been put back all the same."""
    world, export = asked_about(case)
    show(world, case, former=True)
    later = f"{case.vhs}#{world.exports[case.vhs]}"
    (stays,) = take_back(world, case, export, [later])
    assert f"{later} shows it as well" in stays.why
    assert is_asked(world, case)
    assert not told(world, case)
    assert take_back(world, case, export) == [], "where that export was withdrawn itself"
    assert not is_asked(world, case)


def test_d20_d32_row_that_the_next_complete_export_lacks_does_not_show_it_as_well() -> None:
    case = CASES["letter"]
    world, export = asked_about(case)
    world.report(case.vhs)
    assert take_back(world, case, export, [f"{case.vhs}#{world.exports[case.vhs]}"]) == []
    assert wanted(world)[0] == "A"


def test_d20_d32_former_values_that_a_later_export_put_right_are_not_answered_again(case: Case) -> None:
    world, export = asked_about(case)
    show(world, case, former=False)
    before, count = wanted(world), len(world.events)
    assert take_back(world, case, export, [f"{case.vhs}#{world.exports[case.vhs]}"]) == []
    assert (wanted(world), len(world.events)) == (before, count)


def test_d20_d32_next_export_with_former_values_after_a_withdrawal_is_written_over(case: Case) -> None:
    world, export = asked_about(case)
    take_back(world, case, export)
    before = wanted(world)
    world.give(case.vhs)
    for _ in range(2):
        show(world, case, former=True)
        assert wanted(world) == before
        assert told(world, case)


def test_d20_d32_other_export_answers_nothing(case: Case) -> None:
    world, _ = asked_about(case)
    assert take_back(world, case, f"{case.vhs}#1") == []
    assert is_asked(world, case)
