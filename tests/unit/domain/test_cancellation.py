"""Status "S" flows everywhere and is final; the Master's Ausfall cancels everything."""

from __future__ import annotations

from datetime import date

import pytest

from koop_es.domain.cooperation import Reason
from tests.unit.domain.world import ABO, MASTER, THIRD, World, booked, held, mirror, network, shared, types

ALL = (MASTER, ABO, THIRD)


@pytest.mark.parametrize("canceller", ALL)
def test_b3_s_set_anywhere_goes_to_all_others(canceller: str) -> None:
    world = shared()
    assert types(world.report(canceller, held(canceller, status="S"))) == ["BookingCancelled"]
    for vhs in set(ALL) - {canceller}:
        assert world.to_do(vhs) == [("booking.cancel", "301:7")]
        assert types(world.report(vhs, held(vhs, status="S"))) == ["CancellationDelivered"]
        assert world.changes(vhs) == []
    assert world.changes(canceller) == []
    assert world.open == set()


def test_t6_an_s_that_was_told_is_an_echo_and_no_new_cancellation() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    assert world.state.bookings["301:7"].cancelled_by == {ABO}


def test_t6_echo_of_a_delivery_is_no_booking_of_its_own() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.report(MASTER, mirror("900", "301:7", edited_by="WS"))
    assert list(world.state.bookings) == ["301:7"]


def test_d5_cancelled_booking_that_shows_a_again_is_a_violation_and_gets_s_again() -> None:
    world = shared()
    for vhs in (ABO, MASTER, THIRD):
        world.report(vhs, held(vhs, status="S"))
    assert types(world.report(MASTER, held(MASTER))) == ["BookingReported"]
    assert world.open == {("CANCELLED_BOOKING_REACTIVATED", MASTER, "301:7")}
    assert world.severity("CANCELLED_BOOKING_REACTIVATED") == "critical"
    assert world.to_do(MASTER) == [("booking.cancel", "301:7")]
    assert world.changes(ABO) == world.changes(THIRD) == []
    world.report(MASTER, held(MASTER, status="S"))
    assert world.open == set()
    assert world.changes(MASTER) == []


def test_d5_not_even_the_owner_revives_a_cancelled_booking() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]
    assert world.codes == {"CANCELLED_BOOKING_REACTIVATED"}


def test_d5_row_that_has_not_got_its_s_yet_is_no_violation() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    assert world.report(MASTER, held(MASTER)) == []
    assert world.open == set()


def test_d5_waiting_list_does_not_revive_either() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO, status="W"))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.codes == {"CANCELLED_BOOKING_REACTIVATED"}


def test_d5_new_registration_is_a_new_booking() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO, status="S"), booked("8", tnr="T7"))
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}
    assert world.to_do(THIRD) == [("booking.cancel", "301:7"), ("booking.create", "301:8")]


def test_cancelled_booking_may_be_removed() -> None:
    world = shared()
    for vhs in (ABO, MASTER, THIRD):
        world.report(vhs, held(vhs, status="S"))
    for vhs in ALL:
        assert world.report(vhs) == []


def test_two_cancellations_in_one_round_are_one() -> None:
    first, second = shared(), shared()
    for world, order in ((first, (ABO, MASTER)), (second, (MASTER, ABO))):
        for vhs in order:
            world.report(vhs, held(vhs, status="S"))
    assert first.documents() == second.documents()


def test_r47_ausfall_of_the_master_cancels_the_course_everywhere() -> None:
    world = shared()
    assert types(world.report(MASTER, held(MASTER), cancelled=True)) == ["CourseCancelled"]
    assert world.to_do(ABO) == [("course.cancel", ""), ("booking.cancel", "301:7")]
    assert world.to_do(MASTER) == [("booking.cancel", "301:7")]
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.COURSE


def test_d11_bookings_of_a_cancelled_course_are_final() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    world.report(ABO, held(ABO, status="S"), cancelled=True)
    assert world.changes(ABO) == []
    world.report(ABO, held(ABO), cancelled=True)
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]
    assert world.codes == {"CANCELLED_BOOKING_REACTIVATED"}


def test_d11_booking_made_after_the_ausfall_is_cancelled_at_once() -> None:
    world = network()
    world.report(MASTER, cancelled=True)
    world.report(ABO, booked("7"), cancelled=True)
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]
    assert world.changes(THIRD) == [c for c in world.changes(THIRD) if c.kind == "course.cancel"]
    assert world.state.confirmed() == []


def test_d11_abo_that_was_never_made_is_not_made_for_a_cancelled_course() -> None:
    world = World()
    world.report(MASTER)
    world.report(MASTER, cancelled=True)
    assert world.changes(ABO) == []


def test_r47_ausfall_is_final_after_the_last_day() -> None:
    world = network()
    world.report(MASTER, cancelled=True)
    world.report(MASTER, cancelled=False, on=date(2026, 6, 1))
    assert world.state.cancelled
    assert world.to_do(MASTER) == [("course.cancel", "")]
    assert world.detail("CONTENT_CHANGED_AFTER_RELEASE") == {"found": "cancelled"}


def test_r47_ausfall_of_an_abo_alone_is_a_violation_and_taken_back() -> None:
    world = network()
    world.report(ABO, cancelled=True)
    assert not world.state.cancelled
    assert world.open == {("CANCELLED_ONLY_AT_SUBSCRIBER", ABO, "")}
    assert world.to_do(ABO) == [("course.update", "Ausfall")]
    world.report(ABO, cancelled=False)
    assert world.open == set()


def test_r44_cancelled_course_that_leaves_the_export_is_no_deletion() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    assert types(world.report_without_course(MASTER)) == ["CourseVanished"]
    assert types(world.report_without_course(ABO)) == ["CourseVanished"]
    assert world.codes == set()
    assert world.to_do(ABO) == []


def test_r44_course_gone_and_then_cancelled_is_no_violation_any_more() -> None:
    world = network()
    world.report_without_course(ABO)
    world.report(MASTER, cancelled=True)
    assert world.codes == set()


@pytest.mark.parametrize("first", [MASTER, ABO])
def test_d6_s_and_ausfall_in_one_round_commute(first: str) -> None:
    world = shared()
    for vhs in (first, *({MASTER, ABO} - {first})):
        if vhs == MASTER:
            world.report(MASTER, held(MASTER), cancelled=True)
        else:
            world.report(ABO, held(ABO, status="S"))
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.COURSE
    assert world.statuses(THIRD) == {"301:7": "S"}


def test_b3_s_that_a_mirror_showed_during_an_ausfall_counts_as_soon_as_the_owner_reports() -> None:
    world = network()
    world.report(MASTER, cancelled=True)
    world.report(THIRD, mirror("5", "301:7", "S"))
    events = world.report(ABO, booked("7"))
    assert types(events) == ["BookingMade", "BookingCancelled"]
    assert (events[1].vhs, events[1].cause) == (THIRD, len(world.events) - 1)
