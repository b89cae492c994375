"""An Abo that ended and is made again: the copy of the course that stayed has the rows of before (D8, D26)."""

from __future__ import annotations

from typing import Any

import pytest

from koop_es.domain.draft import Draft
from koop_es.domain.subscription import subscribe, terminate_subscription
from koop_es.domain.terms import Policy
from tests.unit.domain.world import ABO, MASTER, NUMBERS, PERIOD, THIRD, World, booked, network, types


def made_again(*, seen: bool) -> tuple[World, str]:
    """Let an Abo end and be made again where a mirror was written without its reference, and gives the id by which it
    was given out; ``seen`` tells that an export showed it before.
    """
    world = network(Policy(identity_sharing="all"))
    world.report(ABO, booked("7"))
    (create,) = world.give(THIRD)
    if seen:
        world.report(THIRD, booked("900"))
    world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))

    def again(draft: Draft) -> None:
        draft.state.lanes[MASTER].markets = ("general",)  # a course that is known from exports alone has no market
        how: dict[str, Any] = {"accepted_rate": "80", "system": "kufersql", "markets": frozenset({"general"})}
        subscribe(draft, world.policy, number=NUMBERS[THIRD], period=PERIOD, number_taken=False, **how)

    world.decide(THIRD, again)
    return world, create.id


@pytest.mark.parametrize("seen", [False, True], ids=["given out", "seen"])
@pytest.mark.parametrize("listed", [False, True], ids=["before its list", "after its list"])
def test_d26_d8_mirror_without_reference_in_a_copy_that_stayed_is_no_registration(seen: bool, listed: bool) -> None:
    world, _ = made_again(seen=seen)
    if listed:
        world.give(THIRD)
    said = types(world.report(THIRD, booked("900")))
    assert "BookingDelivered" in said
    assert "BookingMade" not in said
    assert world.statuses(THIRD) == {"301:7": "A"}
    assert [change.ref for change in world.changes(THIRD) if change.ref] == []


@pytest.mark.parametrize("seen", [False, True], ids=["given out", "seen"])
def test_d22_mirror_of_an_abo_that_ended_is_given_out_under_a_new_id_where_no_copy_stayed(seen: bool) -> None:
    world, former = made_again(seen=seen)
    world.report(THIRD)
    (change,) = [change for change in world.give(THIRD) if change.ref]
    assert (change.kind, change.ref) == ("booking.create", "301:7")
    assert change.id != former, "an id is carried out once"


@pytest.mark.parametrize("seen", [False, True], ids=["given out", "seen"])
def test_d26_d8_registration_in_a_copy_that_stayed_is_one(seen: bool) -> None:
    world, _ = made_again(seen=seen)
    world.report(THIRD, booked("50", at="2026-02-20T11:30:00+01:00"))
    assert world.statuses(MASTER) == {"301:7": "A", "412:50": "A"}


def test_d21_d8_s_in_a_mirror_without_reference_of_a_copy_that_stayed_is_no_claim() -> None:
    world, _ = made_again(seen=True)
    world.report(THIRD, booked("900", "S"))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.statuses(ABO) == {"301:7": "A"}
