"""A course is its COOP-Id: numbers may change, the COOP-Id may not, and a course that is gone is never deleted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from koop_es.domain.identifiers import coop_id, is_issued, is_legacy, issue, issuer, legacy, running_number
from koop_es.domain.release import Candidate, release
from koop_es.domain.subscription import subscribe
from koop_es.domain.terms import Policy, Terms
from tests.unit.domain.world import (
    ABO,
    COOP,
    MASTER,
    MASTER_FACTS,
    PERIOD,
    THIRD,
    World,
    booked,
    held,
    mirror,
    network,
    shared,
    types,
)


def released() -> World:
    world = World()
    candidate = Candidate(MASTER, "26-10009", PERIOD, "", MASTER_FACTS)
    world.decide(MASTER, lambda draft: release(draft, candidate, Terms(9000, 1200, "80"), ()))
    return world


def test_r14_release_asks_for_the_coop_id_until_it_is_there() -> None:
    world = released()
    assert world.to_do(MASTER) == [("course.set_external_number", "")]
    assert world.report(MASTER, coop_id="") == []
    assert world.to_do(MASTER) == [("course.set_external_number", "")]
    assert types(world.report(MASTER)) == ["CoopIdDelivered"]
    assert world.changes(MASTER) == []


def test_r14_bookings_count_before_the_coop_id_is_written() -> None:
    world = released()
    assert types(world.report(MASTER, booked("1"), coop_id="")) == ["BookingMade"]


@pytest.mark.parametrize("vhs", [MASTER, ABO])
@pytest.mark.parametrize(
    ("found", "code"), [("", "COOP_ID_LOST"), ("563-COOP-9", "COOP_ID_CHANGED"), ("X", "COOP_ID_CHANGED")]
)
def test_r15_lost_or_altered_coop_id_freezes_the_course_at_this_vhs(vhs: str, found: str, code: str) -> None:
    world = shared()
    world.report(vhs, coop_id=found, title="anders", fee_cents=1)
    assert world.open == {(code, vhs, "")}
    assert world.severity(code) == "critical"
    assert world.detail(code) == {"expected": COOP, "found": found}
    world.report(vhs, coop_id=found, title="anders", fee_cents=1)
    assert world.statuses(THIRD) == {"301:7": "A"}
    assert "BookingVanished" not in types(world.events)
    assert ("course.set_external_number", "") in world.to_do(vhs)


def test_r15_frozen_course_is_asked_for_its_coop_id_and_nothing_else() -> None:
    world = shared()
    world.report(ABO, coop_id="")
    world.report(MASTER, held(MASTER, status="S"), venue="Raum 2")
    assert world.to_do(ABO) == [("course.set_external_number", "")]


@pytest.mark.parametrize("found", ["", "999-COOP-9"])
def test_r15_d22_coop_id_that_is_lost_again_before_an_export_showed_it_is_told_under_a_new_id(found: str) -> None:
    """A connector carries an id out once, and would never write it again."""
    world = shared()
    world.report(ABO, coop_id=found)
    (first,) = world.give(ABO)
    for _ in range(2):
        world.report(ABO, coop_id=found)
        assert [change.id for change in world.give(ABO)] == [first.id]
    assert types(world.report(ABO, coop_id=found))[0] == "ChangesNotSeen"
    (again,) = world.give(ABO)
    assert (again.kind, again.id == first.id) == (first.kind, False)
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d22_r28_course_that_was_made_and_deleted_before_an_export_showed_it_is_told_under_a_new_id() -> None:
    """A connector carries an id out once, and would never make the course again, nor the mirrors that went with it."""
    world = released()
    world.report(MASTER, booked("1"))
    terms: dict[str, Any] = {"accepted_rate": "80", "system": None, "markets": frozenset(), "number_taken": False}
    world.decide(ABO, lambda draft: subscribe(draft, Policy(), number="K-9", period=PERIOD, **terms))
    first = world.give(ABO)
    assert [change.kind for change in first] == ["course.create", "booking.create"]
    for _ in range(2):
        world.report_without_course(ABO)
        assert [change.id for change in world.give(ABO)] == [change.id for change in first]
    world.report_without_course(ABO, absent=False)  # no complete export proves nothing
    assert types(world.report_without_course(ABO)) == ["ChangesNotSeen"]
    again = world.give(ABO)
    assert [change.kind for change in again] == ["course.create", "booking.create"]
    assert not {change.id for change in again} & {change.id for change in first}
    assert "APPLIED_NOT_SEEN" in world.codes
    world.report(ABO, mirror("9", "563:1"))
    assert world.changes(ABO) == []
    assert "APPLIED_NOT_SEEN" not in world.codes


def test_r15_restored_coop_id_ends_the_freeze() -> None:
    world = shared()
    world.report(ABO, coop_id="")
    assert types(world.report(ABO, held(ABO, status="S"))) == ["CoopIdDelivered", "BookingCancelled"]
    assert world.open == set()


def test_r15_absences_before_a_freeze_do_not_count_on_after_it() -> None:
    world = shared()
    world.report(THIRD)
    world.report(THIRD, held(THIRD), coop_id="")
    world.report(THIRD)
    assert world.statuses(ABO) == {"301:7": "A"}
    world.report(THIRD)
    assert world.statuses(ABO) == {"301:7": "S"}


@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_r15_s_that_was_told_is_read_in_a_frozen_course_and_its_row_may_go_then(vhs: str) -> None:
    """The booking was an orphan meanwhile; staff tidied its "S" away, and then it came back (D5)."""
    world = shared()
    world.report(ABO)
    world.report(ABO)
    told = held(vhs, status="S", edited_by="WS")
    assert types(world.report(vhs, told, coop_id=""))[:2] == ["CoopIdAltered", "CancellationDelivered"]
    assert world.report(vhs, told, coop_id="") == []
    world.report(vhs)
    world.report(ABO, held(ABO))
    for _ in range(2):
        world.report(vhs)
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.to_do(vhs) == [("booking.create", "301:7")]


def test_r15_no_other_s_is_read_in_a_frozen_course() -> None:
    world = shared()
    assert types(world.report(THIRD, held(THIRD, status="S"), coop_id="")) == ["CoopIdAltered"]
    world.report(ABO)
    world.report(ABO)
    other = mirror("99", "301:7", "S", edited_by="WS")
    assert world.report(THIRD, held(THIRD), coop_id="") == world.report(THIRD, other, coop_id="") == []


def test_r35_subscriber_has_to_keep_the_coop_id_as_well() -> None:
    world = network()
    world.report(ABO, coop_id="301-COOP-1")
    assert world.to_do(ABO) == [("course.set_external_number", "")]


def test_r15_altered_twice_is_two_findings() -> None:
    world = network()
    world.report(ABO, coop_id="")
    world.report(ABO, coop_id="X")
    assert world.codes == {"COOP_ID_CHANGED"}


def test_r15_source_without_such_a_column_does_not_thaw_a_course() -> None:
    world = shared()
    world.report(ABO, coop_id="")
    assert world.report(ABO, coop_id=None, title="anders") == []


def test_r20_renumbered_course_is_followed_by_its_coop_id() -> None:
    world = shared()
    assert types(world.report(ABO, held(ABO), number="K-10")) == ["CourseRenumbered"]
    assert world.open == {("COURSE_RENUMBERED", ABO, "")}
    assert world.severity("COURSE_RENUMBERED") == "info"
    assert world.state.lanes[ABO].number == "K-10"
    world.report(ABO, held(ABO))
    assert world.open == set()


def test_r20_abo_first_shown_under_another_number_was_renumbered() -> None:
    world = released()
    terms: dict[str, Any] = {"accepted_rate": "80", "system": None, "markets": frozenset(), "number_taken": False}
    world.decide(ABO, lambda draft: subscribe(draft, Policy(), number="K-9", period=PERIOD, **terms))
    assert types(world.report(ABO, number="K-10"))[:2] == ["CourseDelivered", "CourseRenumbered"]
    assert world.state.lanes[ABO].number == "K-10"


def subscribed() -> World:
    world = released()
    terms: dict[str, Any] = {"accepted_rate": "80", "system": None, "markets": frozenset(), "number_taken": False}
    world.decide(ABO, lambda draft: subscribe(draft, Policy(), number="K-9", period=PERIOD, **terms))
    return world


@pytest.mark.parametrize("found", ["", "999-COOP-9", "Raum 5"])
def test_r15_abo_whose_coop_id_was_altered_before_it_was_seen_is_asked_for_it(found: str) -> None:
    """Told to be made again, its number would be taken for ever; who booked it is read when the COOP-Id is back."""
    world = subscribed()
    world.give(ABO)
    assert types(world.report(ABO, booked("1"), coop_id=found)) == ["CourseDelivered", "CoopIdAltered"]
    assert world.to_do(ABO) == [("course.set_external_number", "")]
    assert world.changes(ABO)[0].expects == {"Externe Kurs-Nr.": found}
    assert types(world.report(ABO, booked("1"))) == ["CoopIdDelivered", "BookingMade"]


@pytest.mark.parametrize(
    "other",
    [{"markers": ()}, {"title": "Töpfern"}, {"starts_on": date(2026, 9, 1)}, {"number": "K-10"}, {"period": "26H"}],
)
def test_r26_course_under_the_number_of_an_abo_that_is_none_yet_is_another(other: dict[str, Any]) -> None:
    world = subscribed()
    world.give(ABO)
    assert world.report(ABO, booked("1"), coop_id="", **other) == []
    assert [kind for kind, _ in world.to_do(ABO)] == ["course.create"]


def test_r26_nobody_has_made_an_abo_that_was_not_given_out() -> None:
    world = subscribed()
    assert world.report(ABO, booked("1"), coop_id="") == []
    assert [kind for kind, _ in world.to_do(ABO)] == ["course.create"]


def test_r20_another_period_is_a_renumbering() -> None:
    world = network()
    world.report(ABO, period="26H")
    assert world.detail("COURSE_RENUMBERED") == {"expected": "K-9 (26F)", "found": "K-9 (26H)"}


def test_r20_source_without_periods_renumbers_nothing() -> None:
    world = network()
    assert world.report(ABO, period=None) == []


@pytest.mark.parametrize("vhs", [MASTER, ABO])
def test_r19_r34_missing_course_is_a_violation_and_never_a_deletion(vhs: str) -> None:
    world = shared()
    assert types(world.report_without_course(vhs)) == ["CourseVanished"]
    assert world.open == {("COURSE_VANISHED", vhs, "")}
    assert world.severity("COURSE_VANISHED") == "critical"
    assert world.report_without_course(vhs) == []
    for other in (MASTER, ABO, THIRD):
        assert world.changes(other) == []
        assert world.statuses(other) == {"301:7": "A"}


def test_r19_course_that_is_back_is_no_violation() -> None:
    world = shared()
    world.report_without_course(ABO)
    assert types(world.report(ABO, held(ABO))) == ["CourseReappeared"]
    assert world.open == set()


def test_r19_export_that_proves_nothing_says_nothing_of_a_missing_course() -> None:
    world = shared()
    assert world.report_without_course(ABO, absent=False) == []


def test_bookings_may_be_reported_without_the_course() -> None:
    world = shared()
    assert types(world.report_without_course(ABO, held(ABO, status="S"), absent=False)) == ["BookingCancelled"]


def test_r34_abo_that_was_never_made_cannot_be_missing() -> None:
    world = released()
    assert world.report_without_course(ABO) == []


def test_withdrawn_cooperation_takes_nothing_in() -> None:
    world = released()
    world.state.withdrawn = True
    assert world.report(MASTER, title="anders") == []
    assert world.changes(MASTER) == []


def test_d16_coop_ids_are_the_masters_number_and_a_running_number() -> None:
    assert issue(MASTER, 219) == COOP
    assert (issuer(COOP), running_number(COOP)) == (MASTER, 219)
    assert is_issued(COOP)
    assert not is_legacy(COOP)


def test_d12_legacy_ids_are_no_issued_ones() -> None:
    name = legacy(MASTER, PERIOD, "26-10009")
    assert (name, is_issued(name), is_legacy(name)) == ("563-KNR-26F-26-10009", False, True)
    assert coop_id(name) == name
    assert running_number(name) is None
