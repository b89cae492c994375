"""Removed bookings: suspicion, orphan, "S" for the others, and the way back."""

from __future__ import annotations

import pytest

from koop_es.domain.observation import BookingRow
from koop_es.domain.seats import approve_withheld, withheld_refs
from koop_es.domain.terms import Policy
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    mirror,
    network,
    shared,
    types,
)

ALL = (MASTER, ABO, THIRD)
OWNER_ONLY = Policy(orphan_policy="owner_only")


def orphaned(at: str, policy: Policy | None = None) -> World:
    world = shared(policy=policy)
    world.report(at)
    world.report(at)
    return world


@pytest.mark.parametrize("vhs", ALL)
def test_d3_first_absence_is_a_suspicion_without_effect_on_others(vhs: str) -> None:
    world = shared()
    assert types(world.report(vhs)) == ["BookingVanished"]
    for other in ALL:
        assert world.changes(other) == []
    assert world.open == {("BOOKING_REMOVED", vhs, "301:7")}


@pytest.mark.parametrize("vhs", ALL)
def test_b10_second_absence_makes_an_orphan_and_s_at_all_the_others(vhs: str) -> None:
    world = orphaned(vhs)
    assert types(world.events[-1:]) == ["OrphanDetected"]
    assert world.changes(vhs) == []
    for other in set(ALL) - {vhs}:
        assert world.to_do(other) == [("booking.cancel", "301:7")]
        assert types(world.report(other, held(other, status="S"))) == ["CancellationDelivered"]
    assert {other: world.to_do(other) for other in ALL} == {MASTER: [], ABO: [], THIRD: []}


def test_b9_removal_is_reported_until_the_booking_is_cancelled_for_good() -> None:
    world = orphaned(THIRD)
    assert world.open == {("BOOKING_REMOVED", THIRD, "301:7")}
    assert world.severity("BOOKING_REMOVED") == "warning"
    world.report(THIRD, held(THIRD, status="S"))
    assert world.open == set()


def test_d3_the_same_export_never_counts_twice() -> None:
    world = shared()
    world.report(ABO)
    assert world.report(ABO, again=True) == []
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d3_export_that_proves_nothing_does_not_count() -> None:
    world = shared()
    world.report(ABO)
    assert world.report(ABO, full=False) == []
    assert types(world.report(ABO)) == ["OrphanDetected"]


def test_b11a_partial_export_proves_no_absence() -> None:
    world = shared()
    assert world.report(ABO, full=False) == []
    assert world.report(ABO, full=False) == []


@pytest.mark.parametrize("full", [True, False])
def test_d3_booking_seen_again_starts_anew(full: bool) -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, held(ABO), full=full)) == ["BookingReappeared"]
    assert world.open == set()
    assert types(world.report(ABO)) == ["BookingVanished"]


def test_d3_booking_seen_again_as_cancelled_is_a_cancellation() -> None:
    world = shared()
    world.report(ABO)
    world.report(ABO, held(ABO, status="S"))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.state.is_final(world.state.bookings["301:7"])


def test_d3_third_absence_says_nothing_new() -> None:
    world = orphaned(ABO)
    assert world.report(ABO) == []


def test_d3_one_confirmation_can_be_enough() -> None:
    world = shared(policy=Policy(orphan_confirmations=1))
    assert types(world.report(ABO)) == ["BookingVanished", "OrphanDetected"]


def test_b11c_set_aside_rows_are_never_absent() -> None:
    world = shared()
    assert world.report(ABO, protected=["7"]) == []
    assert world.report(MASTER, protected=["M563-7"]) == []


def test_b11_sight_of_a_row_that_was_set_aside_takes_the_suspicion_back() -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, protected=["7"])) == ["BookingReappeared"]
    assert world.report(ABO, protected=["7"]) == []
    assert types(world.report(ABO)) == ["BookingVanished"]
    assert world.statuses(MASTER) == {"301:7": "A"}


@pytest.mark.parametrize("others", [(), (booked("6", person=BERND),)])
def test_b11_sight_in_an_export_that_proves_nothing_takes_the_suspicion_back_too(
    others: tuple[BookingRow, ...],
) -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, *others, full=False, protected=["7"]))[0] == "BookingReappeared"
    world.report(ABO, *others)
    assert world.statuses(MASTER)["301:7"] == "A"


def test_b11_sight_says_nothing_of_the_s_that_was_told() -> None:
    world = orphaned(MASTER)
    world.report(MASTER, held(MASTER))
    world.report(THIRD)
    world.report(THIRD, protected=[f"M{THIRD}-7"])
    world.report(THIRD, held(THIRD, status="S"))
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d5_s_that_was_told_is_no_cancellation_either_where_its_row_was_absent_before() -> None:
    world = orphaned(MASTER)
    world.report(MASTER, held(MASTER))
    world.report(THIRD)
    assert types(world.report(THIRD, held(THIRD, status="S"))) == ["BookingReappeared", "CancellationDelivered"]
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d5_s_by_hand_counts_although_its_row_was_absent_before() -> None:
    world = shared()
    world.report(THIRD, held(THIRD, edited_by="WS"))
    world.report(THIRD)
    world.report(ABO)
    world.report(ABO)
    world.report(THIRD, held(THIRD, status="S", edited_by="Kollegin"))
    world.report(ABO, held(ABO))
    assert world.statuses(ABO) == {"301:7": "S"}


@pytest.mark.parametrize("absences", [0, 1])
def test_b11_mirror_that_stands_in_another_course_is_delivered_again(absences: int) -> None:
    world = shared()
    for _ in range(absences):
        world.report(THIRD)
    assert types(world.report(THIRD, elsewhere=["301:7"]))[0] == "MirrorLost"
    assert world.to_do(THIRD) == [("booking.create", "301:7")]
    assert world.report(THIRD) == []
    assert world.statuses(ABO) == {"301:7": "A"}
    assert types(world.report(THIRD, held(THIRD)))[0] == "BookingReappeared"


def test_d25_lost_mirror_that_is_back_in_another_course_lives_again() -> None:
    """Staff filed it there, removed it and put it back: it is reported again, and is written where it belongs."""
    world = orphaned(THIRD)
    assert world.statuses(ABO) == {"301:7": "S"}
    assert types(world.report(THIRD, strays=[held(THIRD)])) == ["BookingReinstated", "MirrorLost"]
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.to_do(THIRD) == [("booking.create", "301:7")]
    assert world.report(THIRD, strays=[held(THIRD)]) == []


def test_d25_lost_mirror_is_not_back_where_somebody_cancelled_it_or_the_export_proves_nothing() -> None:
    world = orphaned(THIRD)
    assert world.report(THIRD, elsewhere=["301:7"]) == [], "its row there shows S"
    assert world.report(THIRD, strays=[held(THIRD)], full=False) == []
    world.report(ABO, held(ABO, status="S", edited_by="Kollegin"))
    world.report(THIRD, strays=[held(THIRD)])
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_b11_own_booking_that_moved_to_another_course_is_gone_from_its_own() -> None:
    world = shared()
    for _ in range(2):
        world.report(ABO, elsewhere=["301:7"])
    assert world.to_do(MASTER) == [("booking.cancel", "301:7")]


def test_b11d_bookings_of_a_missing_course_do_not_vanish() -> None:
    world = shared()
    for _ in range(3):
        world.report_without_course(ABO)
    assert world.statuses(ABO) == {"301:7": "A"}
    assert "BookingVanished" not in types(world.events)


def test_b11a_booking_never_held_cannot_vanish() -> None:
    world = network()
    world.report(ABO, booked("7"))
    assert world.report(THIRD) == world.report(THIRD) == []
    assert world.to_do(THIRD) == [("booking.create", "301:7")]


# --- back again -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vhs", ALL)
def test_d5_orphan_reported_again_where_it_was_lost_lives_again(vhs: str) -> None:
    world = orphaned(vhs)
    for other in set(ALL) - {vhs}:
        world.report(other, held(other, status="S"))
    assert types(world.report(vhs, held(vhs))) == ["BookingReinstated"]
    for other in set(ALL) - {vhs}:
        assert world.to_do(other) == [("booking.update", "301:7")]
        world.report(other, held(other))
        assert world.changes(other) == []
    assert world.open == set()


def test_d5_orphan_lives_again_only_when_all_who_lost_it_have_it_again() -> None:
    world = orphaned(THIRD)
    world.report(MASTER)
    world.report(MASTER)
    world.report(THIRD, held(THIRD))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.to_do(THIRD) == [("booking.cancel", "301:7")]
    world.report(MASTER, held(MASTER))
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.changes(THIRD) == []


def test_d5_another_vhs_cannot_reinstate_an_orphan() -> None:
    world = orphaned(THIRD)
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.open == {("BOOKING_REMOVED", THIRD, "301:7"), ("CANCELLED_BOOKING_REACTIVATED", ABO, "301:7")}


def test_d5_orphan_that_was_also_cancelled_stays_cancelled() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(THIRD)
    assert types(world.report(THIRD, held(THIRD))) == ["BookingReappeared"]
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_d5_orphan_cancelled_afterwards_is_not_reinstated() -> None:
    world = orphaned(THIRD)
    world.report(THIRD, held(THIRD, status="S"))
    world.report(THIRD, held(THIRD))
    assert world.statuses(ABO) == {"301:7": "S"}


def test_d5_s_that_arrives_late_after_a_reinstatement_is_an_echo() -> None:
    world = orphaned(THIRD)
    world.report(THIRD, held(THIRD))
    assert types(world.report(ABO, held(ABO, status="S", edited_by="WS"))) == ["CancellationDelivered"]
    assert world.to_do(ABO) == [("booking.update", "301:7")]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_b3_s_long_after_a_reinstatement_is_a_cancellation() -> None:
    world = orphaned(THIRD)
    world.report(THIRD, held(THIRD))
    for vhs in ALL:
        world.report(vhs, held(vhs))
    world.report(ABO, held(ABO, status="S", edited_by="Meier"))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.to_do(MASTER) == [("booking.cancel", "301:7")]


def test_t6_late_echo_after_a_reinstatement_never_cancels() -> None:
    world = orphaned(THIRD)
    world.report(THIRD, held(THIRD))
    world.report(MASTER, held(MASTER, person=BERND))  # news about the row, before the connector has written anything
    world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    assert world.statuses(ABO) == {"301:7": "A"}


@pytest.mark.parametrize("first", [ABO, THIRD])
def test_t6_s_set_by_hand_while_the_booking_is_an_orphan_is_final(first: str) -> None:
    """The customer cancelled at the owner; that the row was lost elsewhere at the same time changes nothing."""
    world = shared()
    world.report(THIRD)
    for vhs in (first, *({ABO, THIRD} - {first})):
        world.report(vhs, *([held(ABO, status="S", edited_by="Meier")] if vhs == ABO else []))
    world.report(THIRD, held(THIRD))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.statuses(ABO) == {"301:7": "S"}


def test_b9_mirror_removed_while_it_showed_s_is_made_again_after_a_reinstatement() -> None:
    world = orphaned(THIRD)
    world.report(MASTER, held(MASTER, status="S"))
    world.report(MASTER)
    world.report(THIRD, held(THIRD))
    for _ in range(3):
        world.report(MASTER)
    # Either it is missed here now and the booking is an orphan once more, or it is delivered anew: never a vain update.
    assert ("booking.update", "301:7") not in world.to_do(MASTER)


def test_b1_booking_that_its_owner_has_removed_does_not_live_on_elsewhere() -> None:
    world = orphaned(THIRD)
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO)
    world.report(THIRD, held(THIRD))
    for _ in range(2):
        world.report(ABO)
    assert world.statuses(MASTER) == {"301:7": "S"}
    world.report(ABO, held(ABO))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d5_s_by_another_vhs_while_the_booking_is_an_orphan_stays_final() -> None:
    world = orphaned(THIRD)
    world.report(MASTER, held(MASTER, status="S", edited_by="Frau Berg"))
    world.report(THIRD, held(THIRD))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.to_do(THIRD) == [("booking.cancel", "301:7")]


def test_d5_lost_row_that_comes_back_with_an_s_of_ours_claims_nothing() -> None:
    world = orphaned(THIRD)
    world.report(ABO)
    world.report(ABO)
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    world.report(THIRD, held(THIRD))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.to_do(ABO) == [("booking.update", "301:7")]


@pytest.mark.parametrize("first", [ABO, MASTER])
def test_d5_s_of_the_owner_in_a_row_that_was_lost_is_final_in_either_order(first: str) -> None:
    world = shared()
    for vhs in (ABO, ABO, MASTER, MASTER):
        world.report(vhs)
    rows = {ABO: held(ABO, status="S", edited_by="Frau Berg"), MASTER: held(MASTER)}
    for vhs in (first, MASTER if first == ABO else ABO):
        world.report(vhs, rows[vhs])
    assert world.state.bookings["301:7"].cancelled_by == {ABO}


def test_d5_lost_row_that_comes_back_with_an_s_of_the_staff_is_cancelled() -> None:
    world = orphaned(THIRD)
    world.report(THIRD, held(THIRD, status="S", edited_by="Frau Berg"))
    assert types(world.events)[-1] != "BookingReinstated"
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.state.bookings["301:7"].cancelled_by == {THIRD}


def test_b13_merge_of_a_row_we_wrote_s_into_is_no_cancellation_by_its_editor() -> None:
    world = orphaned(ABO)
    world.report(ABO, held(ABO))
    merged = held(MASTER, status="S", tnr="other", edited_by="Frau Berg")
    world.report(MASTER, merged)
    assert world.state.bookings["301:7"].cancelled_by == set()
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d6_letter_the_owner_gave_while_its_booking_was_an_orphan_counts_when_it_lives_again() -> None:
    world = orphaned(THIRD)
    world.report(ABO, held(ABO, status="W"))
    world.report(THIRD, held(THIRD))
    assert world.statuses(MASTER) == {"301:7": "W"}
    again = orphaned(ABO)
    again.report(ABO, held(ABO, status="W"))
    assert again.statuses(MASTER) == {"301:7": "W"}


def test_d3_absences_around_a_vanished_course_are_not_consecutive() -> None:
    world = shared()
    world.report(ABO)
    world.report_without_course(ABO)
    assert world.state.bookings["301:7"].seats[ABO].absences == 0
    assert "OrphanDetected" not in types(world.report(ABO, held(ABO)))
    assert "OrphanDetected" not in types(world.report(ABO))
    assert "OrphanDetected" in types(world.report(ABO))


@pytest.mark.parametrize("seen_first", ["in a delta", "in a full export"])
def test_b11d_what_went_with_a_course_that_is_back_is_no_loss(seen_first: str) -> None:
    """Its program dropped the bookings with the course: mirrors are delivered again, its own are asked about."""
    world = shared()
    world.report(ABO, held(ABO), mirror("M8", "563:8"))
    world.report(MASTER, held(MASTER), booked("8"))
    world.report(ABO, held(ABO), mirror("M8", "563:8"))
    world.report_without_course(ABO)
    if seen_first == "in a delta":
        world.report(ABO, full=False)
    for _ in range(4):
        world.report(ABO)
    assert "OrphanDetected" not in types(world.events)
    assert world.statuses(MASTER) == {"301:7": "A", "563:8": "A"}
    assert [(change.kind, change.ref) for change in world.changes(ABO)] == [("booking.create", "563:8")]
    assert ("BOOKING_REMOVED", ABO, "301:7") in world.open


def test_b11d_what_is_missing_in_a_course_that_is_back_with_others_is_missing() -> None:
    """A filter left the course out, and one booking was removed: that one is lost."""
    world = shared()
    other = booked("9", person=BERND)
    world.report(ABO, held(ABO), other)
    world.report_without_course(ABO)
    world.report(ABO)
    world.report(ABO, other)
    assert world.statuses(MASTER) == {"301:7": "S", "301:9": "A"}


def test_b11d_what_went_with_a_course_that_was_entered_anew_under_another_number_is_no_loss() -> None:
    world = shared()
    world.report(ABO, held(ABO), mirror("M8", "563:8"))
    world.report(MASTER, held(MASTER), booked("8"))
    for _ in range(3):
        world.report(ABO, number="K-NEW")
    assert not {"OrphanDetected", "BookingVanished"} & set(types(world.events))
    assert world.statuses(MASTER) == {"301:7": "A", "563:8": "A"}
    assert [(change.kind, change.ref) for change in world.changes(ABO)] == [("booking.create", "563:8")]


def test_b11_what_is_missing_in_a_renumbered_course_to_which_others_followed_is_missing() -> None:
    world = shared()
    other = booked("9", person=BERND)
    world.report(ABO, held(ABO), other)
    for _ in range(2):
        world.report(ABO, other, number="K-NEW")
    assert world.statuses(MASTER)["301:7"] == "S"


def test_d3_row_with_an_unknown_status_is_not_absent() -> None:
    world = shared()
    for _ in range(3):
        world.report(ABO)
        world.report(ABO, held(ABO, status="X"))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.open == {("UNKNOWN_STATUS", ABO, "301:7")}
    assert world.report(ABO, held(ABO, status="X")) == []


def test_b1_mirror_is_not_missed_at_an_owner_that_shows_no_bookings_at_all() -> None:
    world = network()
    world.report(ABO, full=False)
    world.report(MASTER, mirror("M1", "301:7", person=ANNA))
    assert world.open == set()


@pytest.mark.parametrize("first", [ABO, MASTER])
def test_b9_mirror_of_a_booking_that_its_owner_never_showed_is_said_once_a_complete_export_lacks_it(first: str) -> None:
    """What was removed before the engine was connected is an orphan elsewhere, also where the owner has no row."""
    world, said = network(), ("BOOKING_REMOVED", ABO, "301:7")
    if first == ABO:
        world.report(ABO)
    world.report(MASTER, mirror("M1", "301:7", person=ANNA))
    world.report(ABO, protected=["301:7"])
    assert said not in world.open, "a row that was set aside may be it"
    assert types(world.report(ABO)) == ["BookingUnclaimed"]
    assert said in world.open
    assert world.report(ABO) == []
    assert world.statuses(MASTER) == {"301:7": "A"}, "nobody is cancelled by it"
    world.report(ABO, booked("7", person=ANNA))
    assert said not in world.open


def test_b1_mirror_that_its_owner_does_not_have_is_said() -> None:
    world = shared()
    world.report(THIRD, held(THIRD), mirror("M9", "301:9"))
    assert ("BOOKING_REMOVED", ABO, "301:9") in world.open
    world.report(ABO, held(ABO), booked("9", person=BERND))
    assert ("BOOKING_REMOVED", ABO, "301:9") not in world.open


def test_d5_registration_after_a_removal_is_a_new_booking() -> None:
    world = orphaned(ABO)
    world.report(ABO, booked("8", person=ANNA))
    assert world.statuses(MASTER) == {"301:7": "S", "301:8": "A"}
    assert world.to_do(MASTER) == [("booking.cancel", "301:7"), ("booking.create", "301:8")]


# --- owner only -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d2_owner_only_delivers_a_removed_mirror_again_and_cancels_nobody(vhs: str) -> None:
    world = orphaned(vhs, OWNER_ONLY)
    assert types(world.events)[-1] == "MirrorLost"
    assert world.to_do(vhs) == [("booking.create", "301:7")]
    assert {other: world.to_do(other) for other in set(ALL) - {vhs}} == {o: [] for o in set(ALL) - {vhs}}
    assert world.open == {("BOOKING_REMOVED", vhs, "301:7")}
    assert world.report(vhs) == []
    again = mirror("950", "301:7", person=ANNA if vhs == MASTER else None)
    world.report(vhs, again)
    assert world.changes(vhs) == []
    assert world.open == set()
    assert world.report(vhs, again) == []


def test_b12_owner_only_still_cancels_what_the_owner_removed() -> None:
    world = orphaned(ABO, OWNER_ONLY)
    assert world.to_do(MASTER) == [("booking.cancel", "301:7")]


def test_d2_lost_mirror_of_a_cancelled_booking_is_not_made_again() -> None:
    world = orphaned(THIRD, OWNER_ONLY)
    world.report(ABO, held(ABO, status="S"))
    assert world.changes(THIRD) == []


# --- mass guard -------------------------------------------------------------------------------------------------------


def test_d4_withheld_orphans_cancel_nobody_until_approved() -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, withhold=True)) == ["OrphanWithheld"]
    assert world.statuses(MASTER) == {"301:7": "A"}
    [withheld_id] = {b.seats[ABO].withheld for b in world.state.bookings.values()}
    assert withheld_id is not None
    assert withheld_refs(world.state, ABO, withheld_id) == ["301:7"]
    assert world.decide(ABO, lambda draft: approve_withheld(draft, withheld_id)) == ["301:7"]
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.decide(ABO, lambda draft: approve_withheld(draft, withheld_id)) == []


def test_d4_withheld_once_is_not_withheld_again() -> None:
    world = shared()
    world.report(ABO)
    world.report(ABO, withhold=True)
    assert world.report(ABO, withhold=True) == []


def test_d4_withheld_waits_for_an_operator_even_when_the_guard_would_not_trip_any_more() -> None:
    world = shared()
    world.report(ABO)
    world.report(ABO, withhold=True)
    assert world.report(ABO) == []
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d4_booking_seen_again_is_no_longer_withheld() -> None:
    world = shared()
    world.report(ABO)
    world.report(ABO, withhold=True)
    assert types(world.report(ABO, held(ABO))) == ["BookingReappeared"]
    assert world.state.bookings["301:7"].seats[ABO].withheld is None


@pytest.mark.parametrize(
    ("orphans", "live", "trips"),
    [(10, 10, False), (11, 110, False), (11, 109, True), (100, 10_000, False), (101, 10_000, True), (0, 0, False)],
)
def test_d4_guard_trips_above_ten_bookings_and_ten_percent_or_above_a_hundred(
    orphans: int, live: int, trips: bool
) -> None:
    assert Policy().guard_trips(orphans, live) is trips
