"""Courses shared before there were COOP-Ids (D12)."""

from __future__ import annotations

from functools import partial

import pytest

from koop_es.domain.cancellations import CancellationDecided, confirm_cancellation, reject_cancellation
from koop_es.domain.errors import Refused
from koop_es.domain.events import CancellationUnclear, CoopIdAssigned, ReleaseClosed
from koop_es.domain.legacy import LegacyAbo, adopt_legacy, carry_over
from koop_es.domain.subscription import confirm_terms
from koop_es.domain.terms import Policy, Terms
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
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
    types,
)

LEGACY = "563-KNR-26F-26-10009"
REF = "301:7"


def legacy_world(*abos: LegacyAbo) -> World:
    world = World(coop_id=LEGACY)
    world.decide(
        MASTER,
        lambda draft: adopt_legacy(
            draft,
            Policy(),
            number="26-10009",
            period=PERIOD,
            facts=MASTER_FACTS,
            terms=Terms(9000, 1200, "80"),
            abos=list(abos) or [LegacyAbo(ABO, "K-9", PERIOD)],
        ),
    )
    return world


def running() -> World:
    world = legacy_world()
    world.report(MASTER, coop_id="")
    world.report(ABO, booked("7"), coop_id="")
    world.report(MASTER, mirror("M563-7", REF, person=ANNA), coop_id="")
    return world


def moved(old: World) -> World:
    new = World()
    new.people, new.exports = old.people, old.exports
    new.decide(MASTER, lambda draft: carry_over(old.state, old.events, draft))
    return new


def test_d12_course_without_coop_id_is_taken_up_with_its_abos() -> None:
    world = legacy_world()
    assert types(world.events) == ["CourseReleased", "CourseSubscribed"]
    assert world.to_do(MASTER) == world.to_do(ABO) == []


def test_d12_abo_is_not_taken_up_twice() -> None:
    with pytest.raises(Refused) as refused:
        legacy_world(LegacyAbo(ABO, "K-9", PERIOD), LegacyAbo(ABO, "K-8", PERIOD))
    assert refused.value.rule == "R32"


def test_d12_abo_is_not_made_again_but_only_seen() -> None:
    world = legacy_world()
    assert types(world.report(ABO, coop_id="")) == ["CourseDelivered"]
    assert world.changes(ABO) == []


def test_d12_bookings_flow_without_a_coop_id() -> None:
    world = running()
    assert world.statuses(MASTER) == {REF: "A"}
    assert world.changes(MASTER) == world.changes(ABO) == []


def test_d12_r20_renumbering_a_course_without_coop_id_is_critical() -> None:
    world = running()
    world.report(ABO, booked("7"), coop_id="", number="K-10")
    assert world.severity("COURSE_RENUMBERED") == "critical"


def test_d12_r20_a_number_that_changed_before_the_coop_id_is_no_longer_critical() -> None:
    old = running()
    old.report(ABO, booked("7"), coop_id="", number="K-10")
    new = moved(old)
    assert new.open == {("COURSE_RENUMBERED", ABO, "")}
    assert new.severity("COURSE_RENUMBERED") == "info"
    new.report(ABO, booked("7"), coop_id="", number="K-9")
    assert new.open == set()


def test_d12_course_without_coop_id_can_be_missing_too() -> None:
    world = running()
    world.report_without_course(ABO)
    assert world.open == {("COURSE_VANISHED", ABO, "")}


def test_d12_coop_id_assigned_later_is_brought_to_all() -> None:
    world = moved(running())
    assert world.to_do(MASTER) == [("course.set_external_number", "")]
    assert world.to_do(ABO) == [("course.set_external_number", "")]
    for vhs in (MASTER, ABO):
        assert world.report(vhs, held(vhs), coop_id="") == []
        assert types(world.report(vhs, held(vhs))) == ["CoopIdDelivered"]
        assert world.changes(vhs) == []
    assert world.open == set()


def test_d12_abo_not_seen_yet_waits_for_its_coop_id_too() -> None:
    world = moved(legacy_world())
    world.report(ABO, coop_id="")
    world.report(ABO, coop_id="")
    assert world.open == set()
    assert world.to_do(ABO) == [("course.set_external_number", "")]


def test_d12_bookings_move_along_with_person_and_status() -> None:
    old = running()
    old.report(ABO, booked("7", person=BERND), booked("8", "S"), booked("9", "W"), coop_id="")
    new = moved(old)
    assert new.statuses(MASTER) == {REF: "A", "301:9": "W"}
    assert new.statuses(ABO) == {REF: "A", "301:8": "S", "301:9": "W"}
    assert new.state.bookings[REF].person_version == 2
    assert new.report(ABO, booked("7", person=BERND), booked("8", "S"), booked("9", "W"), coop_id="") == []


def test_d12_d21_what_somebody_answered_stands_under_the_coop_id_as_well() -> None:
    for reject in (True, False):
        old = running()
        old.give(MASTER, ABO)
        old.decide(MASTER, lambda draft: (draft.add(CancellationUnclear, "D21", ref=REF, why="went"), None))
        answer = reject_cancellation if reject else confirm_cancellation
        old.decide(MASTER, partial(answer, ref=REF, reason="asked"))
        new = moved(old)
        assert new.open == set()
        assert new.state.is_cancelled(new.state.bookings[REF]) is not reject
        assert new.to_do(MASTER)[1:] == ([] if reject else [("booking.cancel", REF)]), "its row shows A"
        with pytest.raises(CancellationDecided, match="rejected" if reject else "confirmed"):
            new.decide(MASTER, lambda draft: confirm_cancellation(draft, REF, "asked once more"))


def test_d12_d25_a_question_about_a_move_names_the_course_and_is_not_asked_again_under_the_coop_id() -> None:
    old = running()
    old.report(ABO, coop_id="", stands=[booked("7", number="K-2")])
    old.report(MASTER, mirror("M563-7", REF, "S", person=ANNA, edited_by="Blau"), coop_id="")
    with pytest.raises(Refused, match="wait for an answer"):
        moved(old)
    old.decide(ABO, lambda draft: reject_cancellation(draft, REF, "asked"))
    new = moved(old)
    assert new.open == set()
    assert new.state.bookings[REF].moved_to == f"K-2 ({PERIOD})"


def test_d5_orphan_can_be_reinstated_after_the_move() -> None:
    old = running()
    old.report(MASTER, coop_id="")
    old.report(MASTER, coop_id="")
    new = moved(old)
    assert new.statuses(ABO) == {REF: "S"}
    assert types(new.report(MASTER, held(MASTER), coop_id="")) == ["BookingReinstated"]
    assert new.statuses(ABO) == {REF: "A"}


def test_d5_cancelled_booking_stays_cancelled_after_the_move() -> None:
    old = running()
    old.report(MASTER, mirror("M563-7", REF, "S", person=ANNA), coop_id="")
    new = moved(old)
    assert new.to_do(ABO)[-1] == ("booking.cancel", REF)
    new.report(MASTER, held(MASTER), coop_id="")
    assert new.statuses(ABO) == {REF: "S"}


def test_d12_what_was_told_before_the_move_is_not_told_again() -> None:
    old = running()
    old.report(MASTER, mirror("M563-7", REF, "S", person=ANNA), coop_id="")
    old.report(ABO, booked("7", "S"), coop_id="")
    new = moved(old)
    assert new.to_do(ABO) == [("course.set_external_number", "")]
    assert new.statuses(ABO) == {REF: "S"}


def test_d12_the_story_is_told_as_it_happened_and_only_recorded_now() -> None:
    old = running()
    new = moved(old)
    assert types(new.events) == [*types(old.events), "CoopIdTaken"]
    told = new.events[: len(old.events)]
    assert {event.recorded_at for event in new.events} == {new.events[-1].recorded_at}
    assert [(event.at, event.origin, event.cause) for event in told] == [
        (event.at, event.origin, event.cause) for event in old.events
    ]


def test_d9_closed_release_stays_closed_after_the_move() -> None:
    old = running()
    old.decide(MASTER, lambda draft: draft.add(ReleaseClosed, "D9"))
    assert moved(old).state.closed


def test_d11_cancelled_course_stays_cancelled_after_the_move() -> None:
    old = running()
    old.report(MASTER, held(MASTER), coop_id="", cancelled=True)
    assert moved(old).state.cancelled


def test_d12_only_the_master_moves_a_course_that_has_no_coop_id() -> None:
    with pytest.raises(Refused):
        moved(network())
    old = running()
    with pytest.raises(Refused):
        World(coop_id=COOP).decide(ABO, lambda draft: carry_over(old.state, old.events, draft))


def test_d12_what_was_agreed_and_set_for_an_abo_moves_along() -> None:
    policy = Policy(identity_sharing="all", bavaria=frozenset({ABO}))
    dearer = Terms(9500, 1200, "75")
    old = World(policy, coop_id=LEGACY)
    abos = [LegacyAbo(ABO, "K-9", PERIOD, "kufersql"), LegacyAbo(THIRD, "X123", PERIOD)]
    old.decide(
        MASTER,
        lambda draft: adopt_legacy(
            draft,
            policy,
            number="26-10009",
            period=PERIOD,
            facts=MASTER_FACTS,
            terms=Terms(9000, 1200, "80"),
            abos=abos,
        ),
    )
    old.report(ABO, coop_id="")
    for side in (MASTER, ABO):
        old.decide(side, lambda draft: confirm_terms(draft, ABO, dearer))
    new = moved(old)
    for world in (old, new):
        lane, other = world.state.lanes[ABO], world.state.lanes[THIRD]
        assert (lane.identity, lane.event_kind, lane.system) == (True, policy.event_kind("Normalkurs"), "kufersql")
        assert (other.identity, other.event_kind, other.system) == (True, None, None)
        assert (world.state.terms_of(ABO), world.state.terms_of(THIRD)) == (dearer, Terms(9000, 1200, "80"))


def test_d12_cooperation_that_has_moved_is_over() -> None:
    world = running()
    world.decide(MASTER, lambda draft: draft.add(CoopIdAssigned, "D12", successor=COOP))
    assert (world.state.successor, world.state.ended) == (COOP, True)
    assert world.changes(ABO) == []
    assert world.report(ABO, booked("7", "S"), coop_id="") == []


def test_d12_refusals_name_the_vhs_and_the_course() -> None:
    with pytest.raises(Refused) as twice:
        legacy_world(LegacyAbo(ABO, "K-9", PERIOD), LegacyAbo(ABO, "K-10", PERIOD))
    assert twice.value.message == "VHS 301 cannot have an Abo of this course twice, nor of its own"
    with pytest.raises(Refused) as moved_already:
        moved(network())
    assert moved_already.value.message == f"{COOP} is no course of VHS {MASTER} that lacks a COOP-Id"
