"""What is withheld waits until somebody approves it, or until the VHS shows the former values again (D31)."""

from __future__ import annotations

import pytest

from koop_es.domain.cooperation import shows
from koop_es.domain.events import EffectWithheld
from koop_es.domain.judgement import Effect, Judgement
from koop_es.domain.observation import Person
from koop_es.domain.withhold import approve_effects
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, shared, types

LETTERS = Judgement(effects=(Effect.CANCELLATION,))
AUSFALL = Judgement(effects=(Effect.AUSFALL,))
PERSONS = Judgement(effects=(Effect.PERSON,))
REVIVED = Judgement(effects=(Effect.LETTER,))


def withheld(world: World) -> str:
    return next(event.withheld_id for event in reversed(world.events) if isinstance(event, EffectWithheld))


def test_d31_withheld_letter_cancels_nobody_is_said_once_and_is_void_when_it_is_right_again() -> None:
    world = shared()
    assert types(world.report(ABO, held(ABO, status="S"), judgement=LETTERS)) == ["EffectWithheld"]
    assert types(world.report(ABO, held(ABO, status="S"))) == [], "also where the next export is not withheld"
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert types(world.report(ABO, held(ABO))) == ["EffectDropped"]
    assert types(world.report(ABO, held(ABO, status="S"))) == ["BookingCancelled"]


def test_d31_withheld_letter_that_was_meant_counts_once_it_is_approved() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"), judgement=LETTERS)
    assert world.decide(ABO, lambda draft: approve_effects(draft, withheld(world))) == ["301:7"]
    assert world.statuses(THIRD) == {"301:7": "S"}


def test_d31_d22_nothing_is_written_into_a_row_whose_letter_is_withheld() -> None:
    world = shared()
    world.report(MASTER, booked("3", status="W", person=BERND), held(MASTER))
    world.give(ABO)
    world.report(ABO, held(ABO), mirror("M3", "563:3", "W"))
    world.report(ABO, held(ABO), mirror("M3", "563:3", "S"), judgement=LETTERS)
    world.report(MASTER, booked("3", person=BERND), held(MASTER))
    assert world.to_do(ABO) == [], "its row is not as the log has it"
    world.report(ABO, held(ABO), mirror("M3", "563:3", "W"))
    assert world.to_do(ABO) == [("booking.update", "563:3")]


def test_d31a_a_mirror_that_is_first_shown_with_s_is_weighed_and_withheld_as_any_other() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), booked("3", person=BERND))
    world.give(ABO)
    wrong = mirror("M3", "563:3", "S")
    assert world.weigh(ABO, held(ABO), wrong).cancelled == ["563:3"]
    assert types(world.report(ABO, held(ABO), wrong, judgement=LETTERS)) == ["BookingDelivered", "EffectWithheld"]
    assert world.statuses(MASTER)["563:3"] == "A"
    assert types(world.report(ABO, held(ABO), mirror("M3", "563:3", "A"))) == ["EffectDropped"]
    assert world.to_do(ABO) == []


def test_d31a_a_new_booking_with_s_waits_unmade_while_letters_are_withheld() -> None:
    world = shared()
    wrong = held(ABO, status="S"), booked("8", status="S", person=BERND)
    assert types(world.report(ABO, *wrong, judgement=LETTERS)) == ["EffectWithheld"]
    assert types(world.report(ABO, *wrong)) == [], "also where the next export is not withheld"
    assert types(world.report(ABO, held(ABO), booked("8", person=BERND))) == ["EffectDropped", "BookingMade"]
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "A"}
    assert world.to_do(ABO) == [], "nor is its own VHS told S over the right letter"


def test_d31b_letters_come_with_the_ausfall_that_is_withheld() -> None:
    world = shared()
    said = types(world.report(MASTER, held(MASTER, status="S"), cancelled=True, judgement=AUSFALL))
    assert said == ["EffectWithheld", "EffectWithheld"]
    assert world.statuses(ABO) == {"301:7": "A"}
    assert not world.state.cancelled


@pytest.mark.parametrize("judgement", [PERSONS, LETTERS])
def test_d31_what_is_of_another_kind_happens(judgement: Judgement) -> None:
    world = shared()
    married = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)
    said = types(world.report(ABO, held(ABO, person=married), judgement=judgement))
    assert said == (["EffectWithheld"] if judgement is PERSONS else ["BookingAmended"])


def test_d31e_revived_letters_that_are_withheld_get_no_s_before_they_are_answered() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.give(MASTER, ABO)
    world.report(MASTER, held(MASTER, status="S"))
    assert types(world.report(MASTER, held(MASTER), judgement=REVIVED)) == ["EffectWithheld"]
    assert world.to_do(MASTER) == [], "neither D5 writes"
    assert world.statuses(THIRD) == {"301:7": "S"}, "nor does anybody live again"


def test_d30_d31_view_shows_the_letter_that_waits_because_the_row_shows_it() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"), judgement=LETTERS)
    shown = {doc.vhs: doc.course.bookings[0].reported for doc in world.documents()}
    assert (shown[ABO], shown[MASTER]) == ("S", "A")
    assert shows(world.state.lanes[ABO], world.state.bookings["301:7"]) == "S"
