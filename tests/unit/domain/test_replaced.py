"""An "S" set elsewhere for somebody who was replaced meanwhile: whom does it mean (D18c, D21)?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from koop_es.domain.cancellations import CancellationDecided, confirm_cancellation, reject_cancellation
from koop_es.domain.withdraw import withdraw
from tests.unit.domain.world import ABO, BERND, MASTER, THIRD, World, held, listed, network, types

REF = "301:7"
KERN = "Kern am 17.07.2026, 09:42"


def replace(world: World, letter: str = "A") -> list[str]:
    """Let VHS 301 give the booking to Bernd."""
    return types(world.report(ABO, held(ABO, status=letter, person=BERND, tnr="T99")))


def set_s(world: World, vhs: str) -> list[str]:
    """Let a VHS set "S" in the row as it still has it."""
    return types(world.report(vhs, held(vhs, status="S", edited_by=KERN)))


def in_either_order(vhs: str, *, cancel_first: bool) -> World:
    world = listed()
    steps: list[Callable[[], Any]] = [lambda: replace(world), lambda: set_s(world, vhs)]
    for step in reversed(steps) if cancel_first else steps:
        step()
    return world


@pytest.mark.parametrize("cancel_first", [False, True])
@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d18c_s_for_somebody_who_was_replaced_is_asked_in_every_order(vhs: str, cancel_first: bool) -> None:
    world = in_either_order(vhs, cancel_first=cancel_first)
    assert {world.statuses(other)[REF] for other in (MASTER, ABO, THIRD)} == {"A"}
    assert ("CANCELLATION_UNCLEAR", vhs, "") in world.open
    assert world.detail("CANCELLATION_UNCLEAR")["replaced"] == REF
    told = [change.status for other in (MASTER, ABO, THIRD) for change in world.give(other)]
    assert not any(told), "nobody is told a letter"


@pytest.mark.parametrize("cancel_first", [False, True])
@pytest.mark.parametrize("meant", [False, True])
def test_d18c_an_operator_says_whom_the_s_means(cancel_first: bool, meant: bool) -> None:
    world = in_either_order(MASTER, cancel_first=cancel_first)
    answer = confirm_cancellation if meant else reject_cancellation
    world.decide(MASTER, lambda draft: answer(draft, REF, "Bernd was asked"))
    assert world.statuses(ABO)[REF] == ("S" if meant else "A")
    assert "CANCELLATION_UNCLEAR" not in world.codes
    [change] = [change for change in world.changes(ABO if meant else MASTER) if change.ref == REF]
    assert change.status == ("S" if meant else "A")
    with pytest.raises(CancellationDecided):
        world.decide(MASTER, lambda draft: answer(draft, REF, "once more"))


def test_d18c_who_knows_the_new_person_cancels_that_one() -> None:
    world = listed()
    replace(world)
    world.give(MASTER, THIRD)
    world.report(MASTER, held(MASTER, person=BERND))
    assert types(world.report(MASTER, held(MASTER, status="S", person=BERND))) == ["BookingCancelled"]
    world = listed()
    replace(world)
    world.give(MASTER)
    events = world.report(MASTER, held(MASTER, status="S", person=BERND))
    assert types(events)[0] == "BookingCancelled", "its connector has written it, and somebody set S"


@pytest.mark.parametrize("cancel_first", [False, True])
def test_d18c_who_has_heard_of_the_new_person_only_by_phone_is_asked_in_every_order(cancel_first: bool) -> None:
    world = listed()
    in_row = held(MASTER, status="S", person=BERND)
    steps: list[Callable[[], Any]] = [lambda: replace(world), lambda: world.report(MASTER, in_row)]
    for step in reversed(steps) if cancel_first else steps:
        step()
    assert world.statuses(ABO)[REF] == "A" and "CANCELLATION_UNCLEAR" in world.codes


def test_d18c_s_that_the_owner_shows_ends_the_booking_whoever_takes_part() -> None:
    world = listed()
    set_s(world, MASTER)
    replace(world, "S")
    assert world.statuses(THIRD)[REF] == "S" and "CANCELLATION_UNCLEAR" not in world.codes


@pytest.mark.parametrize("place", range(3))
def test_d18c_s_of_two_vhss_is_asked_at_both(place: int) -> None:
    world = listed()
    steps: list[Callable[[], Any]] = [lambda: set_s(world, MASTER), lambda: set_s(world, THIRD)]
    steps.insert(place, lambda: replace(world))
    for step in steps:
        step()
    assert {vhs for code, vhs, _ in world.open if code == "CANCELLATION_UNCLEAR"} == {MASTER, THIRD}
    assert world.statuses(ABO)[REF] == "A"
    assert not [change for vhs in (MASTER, THIRD) for change in world.changes(vhs)], "nothing is written over it"


def test_d18c_s_that_was_told_meanwhile_is_taken_back_where_it_arrives_late() -> None:
    world = listed()
    set_s(world, MASTER)
    world.give(ABO, THIRD)
    replace(world)
    world.report(THIRD, held(THIRD, status="S", edited_by="WS am 18.07.2026, 10:00"))
    world.report(ABO, held(ABO, status="S", person=BERND, tnr="T99", edited_by="WS am 18.07.2026, 10:00"))
    assert world.statuses(MASTER)[REF] == "A"
    assert {change.status for vhs in (ABO, THIRD) for change in world.changes(vhs)} == {"A"}


def test_d18c_the_former_person_who_takes_part_again_is_in_no_doubt() -> None:
    world = listed()
    replace(world)
    world.decide(ABO, lambda draft: withdraw(draft, f"{ABO}#{world.exports[ABO]}", world.events))
    assert set_s(world, MASTER) == ["BookingCancelled"]


def test_d18c_mirror_that_is_first_shown_with_an_s_is_asked_about() -> None:
    world = network()
    world.report(ABO, held(ABO))
    world.give(MASTER)
    replace(world)
    set_s(world, MASTER)
    assert world.statuses(ABO)[REF] == "A" and "CANCELLATION_UNCLEAR" in world.codes


@pytest.mark.parametrize("vhs", [MASTER, THIRD])
@pytest.mark.parametrize("place", range(3))
def test_d18c_mirror_of_somebody_who_was_replaced_ends_nobody_when_it_is_removed(vhs: str, place: int) -> None:
    world = listed()
    steps: list[Callable[[], Any]] = [lambda: world.report(vhs), lambda: world.report(vhs)]
    steps.insert(place, lambda: replace(world))
    for step in steps:
        step()
    assert world.statuses(ABO)[REF] == "A"
    change = next(change for change in world.give(vhs) if change.ref == REF)
    assert (change.kind, change.status) == ("booking.create", "A")
    if vhs == MASTER:
        assert change.person_version == 2
    world.report(vhs, held(vhs, person=BERND if vhs == MASTER else None))
    assert not world.codes
    world.report(vhs)
    world.report(vhs)
    assert world.statuses(ABO)[REF] == "S", "this one is the mirror of who takes part now"
