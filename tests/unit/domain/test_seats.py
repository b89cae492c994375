"""A freed seat goes to the first accepted claim ("Windhundverfahren")."""

from __future__ import annotations

import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import owner_of
from koop_es.domain.seats import claim_seat
from tests.unit.domain.world import ABO, MASTER, THIRD, World, booked, mirror, network, types


def full(capacity: int = 1) -> World:
    """One seat, taken by the Master's own booking; two Abo-VHSs have people waiting."""
    world = network()
    world.report(MASTER, booked("1"), capacity=capacity)
    world.report(ABO, booked("7", "W"), capacity=capacity)
    world.report(THIRD, booked("4", "W"), capacity=capacity)
    return world


def claim(world: World, vhs: str, ref: str) -> str:
    return str(world.decide(vhs, lambda draft: claim_seat(draft, ref)))


def refusal(world: World, vhs: str, ref: str) -> str:
    with pytest.raises(Refused) as refused:
        claim(world, vhs, ref)
    return refused.value.rule


def freed() -> World:
    world = full()
    world.report(MASTER, booked("1", "S"), capacity=1)
    return world


def test_b17_every_vhs_may_put_people_on_the_waiting_list() -> None:
    world = full()
    assert world.statuses(MASTER) == {"301:7": "W", "412:4": "W", "563:1": "A"}
    assert world.open == set()


def test_b19_nobody_is_promoted_automatically() -> None:
    world = freed()
    assert world.statuses(MASTER) == {"301:7": "W", "412:4": "W", "563:1": "S"}


@pytest.mark.parametrize(("won", "lost"), [("301:7", "412:4"), ("412:4", "301:7")])
def test_d7_first_accepted_claim_gets_the_seat(won: str, lost: str) -> None:
    world = freed()
    assert claim(world, owner_of(won), won) == "A"
    assert refusal(world, owner_of(lost), lost) == "D7"
    assert world.open == set()
    assert (world.state.bookings[won].status, world.state.bookings[lost].status) == ("A", "W")


def test_d7_claimed_seat_is_told_to_all_the_owner_included() -> None:
    world = freed()
    world.report(MASTER, booked("1", "S"), mirror("M7", "301:7", "W"), capacity=1)
    claim(world, ABO, "301:7")
    for vhs in (ABO, MASTER):
        assert ("booking.update", "301:7") in world.to_do(vhs)
    assert types(world.report(ABO, booked("7"), capacity=1)) == ["BookingReported"]
    assert ("booking.update", "301:7") not in world.to_do(ABO)


def test_d7_no_seat_no_claim() -> None:
    assert refusal(full(), ABO, "301:7") == "D7"


def test_d7_seat_that_is_held_is_kept() -> None:
    world = full()
    events = len(world.events)
    assert claim(world, MASTER, "563:1") == "A"
    assert len(world.events) == events


def test_b19_only_the_owner_claims() -> None:
    assert refusal(freed(), MASTER, "301:7") == "B19"


def test_d5_cancelled_booking_claims_nothing() -> None:
    assert refusal(freed(), MASTER, "563:1") == "D5"


@pytest.mark.parametrize("ref", ["301:999", "999:1"])
def test_d7_unknown_booking_claims_nothing(ref: str) -> None:
    assert refusal(freed(), ABO, ref) == "D7"


def test_d7_mirror_whose_owner_never_reported_claims_nothing() -> None:
    world = freed()
    world.report(MASTER, booked("1", "S"), mirror("M9", "301:9", "W"), capacity=1)
    assert refusal(world, ABO, "301:9") == "D7"


def test_b7_promotion_in_the_owners_program_is_a_fact_even_beyond_capacity() -> None:
    world = full()
    world.report(ABO, booked("7"), capacity=1)
    assert world.codes == {"OVERBOOKED"}
    assert world.statuses(THIRD)["301:7"] == "A"


def test_d7_claim_in_a_course_without_maximum_is_granted() -> None:
    world = network(vhss=())
    world.report(MASTER, capacity=None)
    world.report(ABO, booked("7", "W"), capacity=None)
    assert claim(world, ABO, "301:7") == "A"


def test_d7_cancelled_course_has_no_seats() -> None:
    world = freed()
    world.report(MASTER, booked("1", "S"), capacity=1, cancelled=True)
    assert refusal(world, ABO, "301:7") == "D5"


def test_b19_owner_that_still_shows_the_list_is_told_until_it_shows_the_seat() -> None:
    world = freed()
    claim(world, ABO, "301:7")
    before = world.changes(ABO)
    assert world.report(ABO, booked("7", "W"), capacity=1) == []
    assert world.changes(ABO) == before
