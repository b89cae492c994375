"""Courses that were shared before the engine was connected become events as their VHSs report them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from koop_es.domain.cooperation import Role
from koop_es.domain.errors import Refused
from koop_es.domain.events import CourseReleased
from koop_es.domain.release import Candidate, release
from koop_es.domain.subscription import close_release, terminate_subscription, withdraw_release
from koop_es.domain.terms import Policy, Terms
from tests.unit.domain.world import (
    ABO,
    ABO_FACTS,
    MASTER,
    MASTER_FACTS,
    PERIOD,
    THIRD,
    World,
    booked,
    held,
    network,
    row,
    types,
)


@pytest.mark.parametrize("others", [(), (THIRD,)])
def test_r19_abo_that_nobody_else_ever_showed_ends_though_somebody_is_booked(others: tuple[str, ...]) -> None:
    world = World()
    for vhs in (ABO, *others):
        world.report(vhs, *([held(vhs)] if vhs == ABO else []))
    if others:
        with pytest.raises(Refused, match="1 live bookings"):
            world.decide(ABO, lambda draft: terminate_subscription(draft, ABO))
    else:
        world.decide(ABO, lambda draft: terminate_subscription(draft, ABO))
        assert world.state.active_lane(ABO) is None


def test_r14_row_with_an_unknown_coop_id_is_a_release() -> None:
    world = World()
    assert types(world.report(MASTER)) == ["CourseReleased"]
    assert world.state.master == MASTER
    assert world.state.master_lane is not None
    assert world.state.master_lane.released_terms == Terms(9000, 1200, "80")


def test_r28_row_with_marker_100_is_an_abo() -> None:
    world = World()
    world.report(MASTER)
    assert types(world.report(ABO)) == ["CourseSubscribed", "CourseDelivered"]
    assert world.state.role(ABO) is Role.SUBSCRIBER
    assert world.changes(ABO) == []


def test_d6_an_abo_may_arrive_before_its_release() -> None:
    world = World()
    world.report(ABO)
    assert [document.role for document in world.documents()] == ["subscriber"]
    assert world.changes(ABO) == []
    world.report(MASTER)
    assert [document.role for document in world.documents()] == ["subscriber", "master"]
    assert world.open == set()


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO, THIRD))))
def test_d6_first_exports_in_every_order_end_in_the_same_views(order: tuple[str, ...]) -> None:
    exports = {
        MASTER: [booked("1"), held(MASTER, "301:7")],
        ABO: [booked("7"), held(ABO, "412:4"), held(ABO, "563:1")],
        THIRD: [booked("4", "W"), held(THIRD, "563:1", "S")],
    }
    world, expected = World(), World()
    for target, arrival in ((expected, (MASTER, ABO, THIRD)), (world, order)):
        for _ in range(2):  # the second time every VHS says the same again, so that all have seen all
            for vhs in arrival:
                target.report(vhs, *exports[vhs])
    assert world.documents() == expected.documents()
    assert world.open == expected.open


def test_d16_a_vhs_whose_number_the_coop_id_does_not_begin_with_is_never_its_master() -> None:
    world = World()
    assert world.report(ABO, booked("7"), markers=()) == []
    world.report(THIRD, booked("4"))
    assert [document.role for document in world.documents()] == ["subscriber"]
    world.report(MASTER)
    assert world.report(ABO, booked("7"), markers=()) == []
    assert ABO not in world.state.lanes, "a COOP-Id that was typed in shows nobody's people to the Master (D1)"
    assert types(world.report(ABO, booked("7")))[:2] == ["CourseSubscribed", "CourseDelivered"]
    assert world.state.role(MASTER) is Role.MASTER
    world.report(ABO, booked("7"), markers=())
    assert "MARKER_MISSING" in world.codes


def test_d16_without_a_column_for_the_marker_only_the_vhs_in_the_coop_id_releases() -> None:
    world = World()
    assert types(world.report(ABO, markers=None)) == ["CourseSubscribed", "CourseDelivered"]
    assert types(world.report(MASTER, markers=None)) == ["CourseReleased"]


def test_r14_in_a_store_where_another_was_taken_for_the_master_the_number_in_the_coop_id_decides() -> None:
    world = World()
    world.decide(
        ABO,
        lambda draft: draft.add(
            CourseReleased,
            "R14",
            course_number="K-9",
            period=PERIOD,
            facts=ABO_FACTS,
            reported=ABO_FACTS,
            adopted=True,
        ),
    )
    assert world.state.master == ABO
    assert types(world.report(MASTER)) == ["CourseReleased"]
    assert world.state.master == MASTER


RELEASED = Candidate(MASTER, "26-10009", PERIOD, "", MASTER_FACTS, "kufersql")


@pytest.mark.parametrize("then", ["open", "closed", "withdrawn"])
def test_r31_of_a_course_released_through_the_engine_no_typed_coop_id_is_an_abo(then: str) -> None:
    world = World()
    world.decide(MASTER, lambda draft: release(draft, RELEASED, Terms(9000, 1200, "80"), ("oberpfalz",)))
    if then != "open":
        world.decide(MASTER, close_release if then == "closed" else withdraw_release)
    for markers in (("100",), (), None):
        assert world.report(ABO, booked("7"), held(ABO, "563:1", "S"), markers=markers) == []
    assert set(world.state.lanes) == {MASTER}


def test_d9_abo_that_was_ended_does_not_begin_again_by_itself() -> None:
    world = network()
    world.decide(MASTER, lambda draft: terminate_subscription(draft, ABO))
    assert world.report(ABO, booked("7")) == []
    assert world.state.active_lane(ABO) is None


@pytest.mark.parametrize("then", ["open", "closed"])
def test_r28_abo_of_a_release_from_before_is_adopted_whenever_it_is_first_shown(then: str) -> None:
    world = World()
    world.report(MASTER)
    if then == "closed":
        world.decide(MASTER, close_release)
    assert types(world.report(ABO)) == ["CourseSubscribed", "CourseDelivered"]


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
def test_d6_ausfall_of_an_abo_without_marker_never_cancels_the_course(order: tuple[str, ...]) -> None:
    world = World()
    odd: dict[str, dict[str, Any]] = {ABO: {"markers": (), "cancelled": True}}
    for vhs in order:
        world.report(vhs, **odd.get(vhs, {}))
    assert ABO not in world.state.lanes, "it is set aside (D16)"
    for vhs in order:
        world.report(vhs)
    world.report(ABO, **odd[ABO])
    assert not world.state.cancelled
    assert "CANCELLED_ONLY_AT_SUBSCRIBER" in world.codes


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
def test_d6_an_abo_without_marker_is_asked_for_the_same_in_both_orders(order: tuple[str, ...]) -> None:
    world = World(Policy(bavaria=frozenset({ABO})))
    odd: dict[str, dict[str, Any]] = {ABO: {"markers": (), "venue": "Keller", "instructor": "Frau Beispiel"}}
    for vhs in (*order, *order):
        world.report(vhs, **odd.get(vhs, {}) | ({"markers": ("100",)} if vhs == ABO else {}))
    world.report(ABO, **odd[ABO])
    assert world.to_do(ABO) == [("course.update", "Kennzeichen, Veranstaltungsart, Kooperation")]


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
def test_r39_instructor_of_an_abo_without_marker_is_its_first_one_in_both_orders(order: tuple[str, ...]) -> None:
    world = World()
    odd: dict[str, dict[str, Any]] = {ABO: {"markers": (), "instructor": "VHS 563"}}
    for vhs in order:
        world.report(vhs, **odd.get(vhs, {}) | ({"markers": ("100",)} if vhs == ABO else {}))
    world.report(ABO, **odd[ABO])
    world.report(ABO, instructor="Frau Beispiel")
    assert world.codes == {"INSTRUCTOR_REPLACED"}


def test_r4_row_of_another_coop_id_is_not_adopted() -> None:
    world = World()
    assert world.report(MASTER, course=row(MASTER, coop_id="563-COOP-220")) == []
    assert world.state.lanes == {}


def test_r4_neither_key_nor_rate_releases_a_course() -> None:
    world = World()
    assert world.report(MASTER, course=row(MASTER, coop_id="", koop_key=True, rate="80")) == []
    assert world.state.master is None


def test_r47_release_that_is_cancelled_already_is_adopted_as_cancelled() -> None:
    world = World()
    assert types(world.report(MASTER, cancelled=True)) == ["CourseReleased", "CourseCancelled"]


def test_release_without_a_fee_has_no_terms() -> None:
    world = World()
    world.report(MASTER, fee_cents=None)
    assert world.state.terms_of(MASTER) is None


def test_r6a_blank_rate_of_a_free_course_is_read_as_none_to_pay() -> None:
    world = World()
    world.report(MASTER, fee_cents=0, pass_through_cents=0, rate="")
    assert world.state.terms_of(MASTER) == Terms(0, 0, "0")


def test_export_that_says_nothing_new_leaves_no_event() -> None:
    world = network()
    for vhs in (MASTER, ABO, THIRD):
        assert world.report(vhs) == []


def test_t3_adopted_abo_in_bavaria_gets_its_codes() -> None:
    world = network(Policy(bavaria=frozenset({"*"})))
    assert world.to_do(ABO) == [("course.update", "Veranstaltungsart, Kooperation")]
    assert world.codes == {"COUNTED_TWICE"}
    world.report(ABO, event_kind="76", cooperation_code="04")
    assert world.to_do(ABO) == []


def test_r38_venue_of_an_adopted_abo_is_its_own() -> None:
    world = World()
    world.report(MASTER)
    world.report(ABO, venue="Außenstelle")
    assert world.changes(ABO) == []


@pytest.mark.parametrize("order", [(MASTER, MASTER, ABO), (MASTER, ABO, MASTER), (ABO, MASTER, MASTER)])
def test_d6_venue_changed_by_the_master_reaches_an_abo_adopted_before_or_after(order: tuple[str, ...]) -> None:
    world = World()
    venues = iter(["Raum 1", "Raum 2"])
    for vhs in order:
        world.report(vhs, venue=next(venues) if vhs == MASTER else "Raum 1")
    assert world.to_do(ABO) == [("course.update", "Kursort")]


def test_an_adopted_lane_keeps_number_and_period() -> None:
    lane = network().state.lanes[ABO]
    assert (lane.number, lane.period, lane.adopted, lane.exists) == ("K-9", PERIOD, True, True)
