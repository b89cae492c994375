"""After a restore of the store: an "S" that may have been given out since the backup is asked about (D21, T6)."""

from __future__ import annotations

from itertools import permutations

import pytest

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.domain.judgement import Judgement
from tests.unit.domain.world import ABO, MASTER, THIRD, World, held, network, types

REF = "301:7"
KERN = "Kern am 17.07.2026, 09:42"
WS = "WS am 17.07.2026, 10:00"
PUT_BACK = Judgement(put_back=True)
EVERYWHERE = (MASTER, ABO, THIRD)


def listed() -> World:
    """Give the booking of VHS 301 everywhere, in a network whose change lists were given out."""
    world = network()
    world.report(ABO, held(ABO))
    world.give(MASTER, THIRD)
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs, edited_by=WS))
    return world


def told(world: World) -> dict[str, str]:
    """Read which letter each VHS should hold."""
    return {vhs: world.statuses(vhs)[REF] for vhs in EVERYWHERE}


@pytest.mark.parametrize("editor", [WS, None])
@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
def test_d21_s_that_no_person_signed_is_no_claim_after_the_store_was_put_back(
    editor: str | None, order: tuple[str, ...]
) -> None:
    world = listed()
    for vhs in order:
        world.report(vhs, held(vhs, status="S", edited_by=editor), judgement=PUT_BACK)
    assert set(told(world).values()) == {"A"}
    assert {vhs for code, vhs, _ in world.open if code == "CANCELLATION_UNCLEAR"} == set(EVERYWHERE)
    assert world.detail("CANCELLATION_UNCLEAR")["put_back"] == REF
    assert not any(change.status for vhs in EVERYWHERE for change in world.give(vhs)), "nothing is written over it"
    for vhs in EVERYWHERE:
        world.report(vhs, held(vhs, status="S", edited_by=editor))
    assert set(told(world).values()) == {"A"}, "the question stands in later exports"


def test_d21_what_a_person_signed_is_a_claim_after_the_store_was_put_back() -> None:
    world = listed()
    world.report(MASTER, held(MASTER, status="S", edited_by=WS), judgement=PUT_BACK)
    assert types(world.report(ABO, held(ABO, status="S", edited_by=KERN), judgement=PUT_BACK)) == ["BookingCancelled"]
    assert set(told(world).values()) == {"S"}
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d21_without_a_restore_an_s_that_was_not_given_out_is_a_claim_whoever_signed_it() -> None:
    world = listed()
    assert types(world.report(ABO, held(ABO, status="S", edited_by=WS))) == ["BookingCancelled"]


@pytest.mark.parametrize("meant", [False, True])
def test_d21_an_operator_says_whose_s_it_is_after_a_restore(meant: bool) -> None:
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=WS), judgement=PUT_BACK)
    answer = confirm_cancellation if meant else reject_cancellation
    world.decide(ABO, lambda draft: answer(draft, REF, "the list of yesterday says so"))
    assert set(told(world).values()) == {"S" if meant else "A"}
    [change] = [change for change in world.changes(MASTER if meant else ABO) if change.ref == REF]
    assert change.status == ("S" if meant else "A")


@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
def test_d21_booking_that_the_backup_did_not_know_is_asked_about_in_every_order(order: tuple[str, ...]) -> None:
    world = network()
    for vhs in order:
        world.report(vhs, held(vhs, status="S", edited_by=WS), judgement=PUT_BACK)
    assert set(told(world).values()) == {"A"}
    assert {vhs for code, vhs, _ in world.open if code == "CANCELLATION_UNCLEAR"} == set(EVERYWHERE)


def test_d21_question_of_a_restore_ends_when_the_row_shows_its_letter_again() -> None:
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=WS), judgement=PUT_BACK)
    world.report(ABO, held(ABO, edited_by=KERN))
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert set(told(world).values()) == {"A"}
