"""Rows that show cancelled bookings as before, where neither name nor time says whose they are (D18, D20, D31e)."""

from __future__ import annotations

import pytest

from koop_es.domain.judgement import Effect, Judgement, WentBack
from koop_es.domain.observation import BookingRow, Person
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, World, booked, held, mirror, shared, types

DAY = "2026-01-05T00:00:00+01:00"
MARRIED = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)
REVIVED = Judgement(effects=(Effect.LETTER,))


def own(status: str = "A", *, at: str, person: Person = ANNA) -> BookingRow:
    return booked("7", status, at=at, person=person)


def cancelled(at: str, person: Person) -> World:
    """Let Anna be cancelled under the name of ``person``, by a program whose times say ``at``."""
    world = shared()
    if at == DAY:
        world.report(ABO, own(at=DAY))
    if person != ANNA:
        world.report(ABO, own(at=at, person=person))
    world.report(ABO, own("S", at=at, person=person))
    world.give(MASTER)
    world.report(MASTER, held(MASTER, status="S", person=person))
    return world


TIMED = "2026-01-05T10:00:00+01:00"
UNTOLD = pytest.mark.parametrize(("at", "person"), [(DAY, ANNA), (TIMED, MARRIED)], ids=["no time", "other name"])


@UNTOLD
def test_d31e_new_registrations_that_show_who_is_cancelled_as_before_count_as_letters(at: str, person: Person) -> None:
    weight = cancelled(at, person).weigh(ABO, own(at=at))
    assert weight.revived == ["301:7"]
    assert [sign.row for sign in weight.signs] == [False] * (1 if person == ANNA else 2)


@UNTOLD
def test_d31e_while_the_letters_wait_nobody_is_booked_anew(at: str, person: Person) -> None:
    world = cancelled(at, person)
    assert "EffectWithheld" in types(world.report(ABO, own(at=at), judgement=REVIVED))
    assert "BookingMade" not in types(world.report(ABO, own(at=at))), "nor by the next export"
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert types(world.report(ABO, own("S", at=at, person=person)))[0] == "EffectDropped"


@UNTOLD
def test_d20_a_program_that_went_back_shows_no_new_registration(at: str, person: Person) -> None:
    world = cancelled(at, person)
    before = world.exports[ABO] - (1 if person == ANNA else 2)
    back = Judgement(went_back=WentBack("2026-01-06T02:00:00+01:00", (), before, 2))
    assert types(world.report(ABO, own(at=at), judgement=back))[:2] == ["CourseWentBack", "BookingWentBack"]
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert ("booking.cancel", "301:7") in world.to_do(ABO)


@UNTOLD
def test_d18_d5_a_lone_one_is_a_new_registration_as_ever(at: str, person: Person) -> None:
    world = cancelled(at, person)
    assert "BookingMade" in types(world.report(ABO, own(at=at)))
    assert world.statuses(MASTER)["301:7~2"] == "A"


def test_d18_somebody_else_under_the_beleg_id_is_no_letter_of_before() -> None:
    weight = cancelled(DAY, ANNA).weigh(ABO, booked("7", at=DAY, person=BERND), mirror("M1", "563:1"))
    assert (weight.revived, weight.signs) == ([], [])


def test_d18_a_new_registration_of_another_day_is_no_letter_of_before() -> None:
    weight = cancelled(DAY, ANNA).weigh(ABO, own(at="2026-01-09T00:00:00+01:00"))
    assert weight.revived == []
