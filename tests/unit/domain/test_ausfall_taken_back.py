"""D24: the Master takes its Ausfall back, and what only the Ausfall had cancelled lives again."""

from __future__ import annotations

from datetime import date

import pytest

from koop_es.domain.cooperation import Reason
from koop_es.domain.errors import Refused
from koop_es.domain.restoring import reject_booking, restore_booking
from tests.unit.domain.world import ABO, MASTER, THIRD, World, booked, held, network, shared, types

ALL = (MASTER, ABO, THIRD)
REF = "301:7"


def cancelled(*, told: bool = True) -> World:
    """Give a world whose course the Master cancelled; with ``told`` every program shows it, written by WS."""
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    for vhs in ALL if told else ():
        world.report(vhs, held(vhs, status="S", edited_by="WS"), cancelled=True, edited_by="WS")
    return world


def test_d24_course_and_bookings_live_again_when_the_master_takes_the_ausfall_back() -> None:
    world = cancelled()
    events = world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    assert types(events) == ["CourseReinstated", "ReinstatementDelivered"]
    assert not world.state.cancelled
    assert world.statuses(ABO) == {REF: "A"}
    assert world.to_do(ABO) == [("course.update", "Ausfall"), ("booking.update", REF)]
    assert world.to_do(MASTER) == [("booking.update", REF)]
    assert [change.status for change in world.changes(ABO) if change.ref] == ["A"]


def test_d24_all_who_take_part_are_told_until_all_show_the_course_live() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER))
    assert {vhs for code, vhs, _ in world.open if code == "AUSFALL_TAKEN_BACK"} == set(ALL)
    assert world.severity("AUSFALL_TAKEN_BACK") == "critical"
    assert world.detail("AUSFALL_TAKEN_BACK") == {"found": "VHS 301, 412"}
    world.report(ABO, held(ABO))
    assert world.detail("AUSFALL_TAKEN_BACK") == {"found": "VHS 412"}
    world.report(THIRD, held(THIRD))
    assert world.open == set()
    assert [world.changes(vhs) for vhs in ALL] == [[], [], []]


def test_d24_an_ausfall_the_subscribers_never_showed_is_told_all_the_same() -> None:
    world = cancelled(told=False)
    world.report(MASTER, held(MASTER))
    assert world.codes == {"AUSFALL_TAKEN_BACK"}
    world.report(ABO, held(ABO))
    world.report(THIRD, held(THIRD))
    assert world.open == set()


def test_d24_the_mark_of_the_ausfall_is_no_ausfall_of_an_abo_alone() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER))
    assert "CANCELLED_ONLY_AT_SUBSCRIBER" not in world.codes


def test_d24_booking_cancelled_by_somebody_else_as_well_stays_cancelled() -> None:
    world = shared()
    world.report(THIRD, held(THIRD, status="S", edited_by="Kern"))
    world.report(MASTER, held(MASTER), cancelled=True)
    world.report(MASTER, held(MASTER))
    assert world.state.reason(world.state.bookings[REF]) is Reason.PARTICIPANT
    assert world.statuses(MASTER) == {REF: "S"}


def test_d24_s_a_person_set_before_it_heard_of_the_ausfall_is_a_claim() -> None:
    world = cancelled(told=False)
    world.report(ABO, held(ABO, status="S", edited_by="Kern"))
    world.report(MASTER, held(MASTER))
    assert world.statuses(MASTER) == {REF: "S"}


def test_d24_s_that_was_never_given_out_is_a_claim_also_after_the_reset() -> None:
    world = cancelled(told=False)
    world.report(MASTER, held(MASTER))
    assert "BookingCancelled" in types(world.report(ABO, held(ABO, status="S")))
    assert world.statuses(MASTER) == {REF: "S"}


def test_d24_s_in_the_rows_of_the_master_is_part_of_its_own_ausfall() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S", edited_by="Kern"), cancelled=True)
    world.report(MASTER, held(MASTER), cancelled=False)
    assert world.statuses(MASTER) == {REF: "A"}


@pytest.mark.parametrize("editor", [None, "Kern"])
def test_d21_d24_s_of_the_master_that_was_never_given_out_is_asked_about(
    editor: str | None,
) -> None:
    world = network()
    world.report(MASTER, booked("3"))
    world.report(MASTER, booked("3", status="S", edited_by=editor), cancelled=True)
    world.report(MASTER, booked("3", status="S", edited_by=editor))
    assert world.give(MASTER) == []
    assert ("CANCELLATION_UNCLEAR", MASTER, "") in world.open
    assert [change.status for change in world.give(ABO) if change.ref] == ["A"], "nobody is cancelled for that"
    world.report(MASTER, booked("3", edited_by=editor))
    assert ("CANCELLATION_UNCLEAR", MASTER, "") not in world.open


def test_d24_booking_made_during_the_ausfall_lives() -> None:
    world = network()
    world.report(MASTER, cancelled=True)
    world.report(ABO, booked("7"), cancelled=True)
    world.report(MASTER)
    assert world.statuses(THIRD) == {REF: "A"}
    assert ("booking.create", REF) in world.to_do(THIRD)


def test_d24_letter_the_owner_gave_during_the_ausfall_counts() -> None:
    world = shared(status="W")
    world.report(MASTER, held(MASTER, status="W"), cancelled=True)
    assert "BookingPromoted" in types(world.report(ABO, held(ABO, status="A")))
    world.report(MASTER, held(MASTER, status="W"))
    assert world.statuses(THIRD) == {REF: "A"}


@pytest.mark.parametrize("letter_first", [True, False])
def test_d24_letter_the_owner_gave_over_the_s_of_the_ausfall_counts_whichever_is_reported_first(
    letter_first: bool,
) -> None:
    world = shared(status="W")
    world.report(MASTER, held(MASTER, status="W"), cancelled=True)
    world.report(ABO, held(ABO, status="S", edited_by="WS"), cancelled=True, edited_by="WS")
    for lives in (False, True) if letter_first else (True, False):
        if lives:
            world.report(MASTER, held(MASTER, status="W"))
        else:
            world.report(ABO, held(ABO, status="A", edited_by="Kern"), cancelled=True)
            if letter_first:
                assert "CANCELLED_BOOKING_REACTIVATED" in world.codes
                assert ("booking.cancel", REF) in world.to_do(ABO)
    assert world.statuses(ABO) == {REF: "A"}


def test_d24_a_change_is_never_given_under_an_id_it_had_before() -> None:
    world = network()
    world.report(ABO, booked("7"))
    before = {change.id for change in world.changes(THIRD)}
    world.report(MASTER, cancelled=True)
    world.report(MASTER)
    assert ("booking.create", REF) in world.to_do(THIRD)
    assert not before & {change.id for change in world.changes(THIRD)}


@pytest.mark.parametrize("day", [date(2026, 5, 31), date(2026, 9, 1)])
def test_d24_flag_reset_after_the_last_day_revives_nothing(day: date) -> None:
    world = cancelled()
    assert types(world.report(MASTER, held(MASTER, status="S"), on=day)) == ["CourseReported"]
    assert world.state.cancelled
    assert world.detail("CONTENT_CHANGED_AFTER_RELEASE") == {"found": "cancelled"}


def test_d24_course_lives_again_on_its_last_day() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER, status="S"), on=date(2026, 5, 30))
    assert not world.state.cancelled


def test_d24_dates_moved_with_the_reset_flag_do_not_make_the_last_day_later() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER, status="S"), on=date(2026, 9, 1), ends_on=date(2026, 12, 1))
    assert world.state.cancelled


def test_d24_orphan_stays_cancelled_with_its_own_cause() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(MASTER, held(MASTER), cancelled=True)
    world.report(MASTER, held(MASTER))
    assert world.state.reason(world.state.bookings[REF]) is Reason.ORPHAN


def test_d24_orphan_shown_again_during_the_ausfall_lives_when_it_is_taken_back() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(MASTER, held(MASTER), cancelled=True)
    world.report(THIRD, held(THIRD))
    world.report(MASTER, held(MASTER))
    assert world.statuses(MASTER) == {REF: "A"}


# --- what was removed meanwhile ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seen", [True, False], ids=["seen during the Ausfall", "seen afterwards"])
@pytest.mark.parametrize("status", ["A", "S"])
def test_d24_mirror_removed_while_cancelled_is_delivered_again(status: str, seen: bool) -> None:
    world = cancelled(told=status == "S")
    if seen:
        world.report(THIRD, cancelled=True, edited_by="WS")
    world.report(MASTER, held(MASTER, status=status))
    for _ in range(3):
        events = world.report(THIRD)
        assert "BookingVanished" not in types(events)
        assert "OrphanDetected" not in types(events)
    assert world.to_do(THIRD) == [("booking.create", REF)]
    assert world.statuses(ABO) == {REF: "A"}
    world.report(THIRD, held(THIRD))
    assert world.open - {("AUSFALL_TAKEN_BACK", vhs, "") for vhs in ALL} == set()


@pytest.mark.parametrize("seen", [True, False], ids=["seen during the Ausfall", "seen afterwards"])
@pytest.mark.parametrize("status", ["A", "S"])
def test_d24_own_booking_removed_while_cancelled_is_asked_about_and_never_an_orphan(status: str, seen: bool) -> None:
    world = cancelled(told=status == "S")
    if seen:
        world.report(ABO, cancelled=True, edited_by="WS")
    world.report(MASTER, held(MASTER, status=status))
    for _ in range(4):
        assert "OrphanDetected" not in types(world.report(ABO))
    assert ("BOOKING_REMOVED", ABO, REF) in world.open
    assert world.statuses(THIRD) == {REF: "A"}
    assert world.to_do(ABO) == []
    world.report(ABO, held(ABO))
    assert ("BOOKING_REMOVED", ABO, REF) not in world.open


def asked() -> World:
    world = cancelled()
    world.report(MASTER, held(MASTER, status="S"))
    world.report(ABO)
    return world


def test_d24_restored_booking_is_written_again_at_its_owner() -> None:
    world = asked()
    world.decide(ABO, lambda draft: restore_booking(draft, REF, "she comes"))
    assert ("BOOKING_REMOVED", ABO, REF) not in world.open
    assert world.to_do(ABO) == [("booking.create", REF)]
    for _ in range(3):
        assert types(world.report(ABO)) == []
    world.report(ABO, held(ABO))
    assert world.to_do(ABO) == []


def test_d24_rejected_booking_is_cancelled_at_once() -> None:
    world = asked()
    world.decide(ABO, lambda draft: reject_booking(draft, REF, "she knew"))
    assert world.statuses(MASTER) == {REF: "S"}
    assert ("BOOKING_REMOVED", ABO, REF) not in world.open


@pytest.mark.parametrize("first", [restore_booking, reject_booking])
@pytest.mark.parametrize("second", [restore_booking, reject_booking])
def test_d24_of_two_decisions_the_first_stands(first: type, second: type) -> None:
    world = asked()
    world.decide(ABO, lambda draft: first(draft, REF, "one"))
    with pytest.raises(Refused, match="decided about before, by event"):
        world.decide(ABO, lambda draft: second(draft, REF, "two"))


@pytest.mark.parametrize(("ref", "vhs"), [("301:9", ABO), (REF, MASTER), (REF, "999")])
def test_d24_nothing_is_decided_where_nothing_is_asked(ref: str, vhs: str) -> None:
    world = asked()
    with pytest.raises(Refused):
        world.decide(vhs, lambda draft: restore_booking(draft, ref, "why"))


def test_d24_what_is_missing_after_the_course_was_shown_live_counts_again() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER))
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs))
    assert "BookingVanished" in types(world.report(ABO))
    assert "OrphanDetected" in types(world.report(ABO))


def test_d24_partial_export_that_shows_the_course_live_proves_nothing_of_what_was_removed() -> None:
    world = cancelled(told=False)
    world.report(MASTER, held(MASTER))
    assert types(world.report(ABO, full=False)) == ["ReinstatementDelivered"]
    assert types(world.report(ABO)) == ["BookingQuestioned", "ReinstatementDelivered"]


def test_d24_a_second_ausfall_cancels_again() -> None:
    world = asked()
    world.report(MASTER, held(MASTER), cancelled=True)
    assert world.state.cancelled
    assert world.statuses(MASTER) == {REF: "S"}
    assert "AUSFALL_TAKEN_BACK" not in world.codes
    world.report(MASTER, held(MASTER))
    assert world.statuses(MASTER) == {REF: "A"}
