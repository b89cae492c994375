"""Whose "S" is it: what was given out tells (D21), what nobody can tell is asked, and what a change expects (D22)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from koop_es.domain.cancellations import (
    CancellationDecided,
    NothingToConfirm,
    confirm_cancellation,
    reject_cancellation,
)
from koop_es.domain.events import BookingCancelled, CancellationDelivered, ChangesGivenOut, ChangesNotSeen
from koop_es.domain.given_out import GIVEN_ANEW, REFUSED_IN
from koop_es.domain.observation import Status
from koop_es.domain.wanted import Change
from koop_es.domain.withdraw import withdraw
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    COOP,
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

REF = "301:7"
KERN, LATER = "Kern am 17.07.2026, 09:42", "Kern am 18.07.2026, 08:00"
WS = "WS am 17.07.2026, 10:00"


def network_with_lists() -> World:
    """Give the booking of VHS 301 everywhere, in a network whose change lists were given out."""
    world = network()
    world.report(ABO, held(ABO))
    assert [change.kind for change in world.give(MASTER, THIRD)] == ["booking.create"]
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs, edited_by=WS))
    assert all(lane.given and not lane.creates_given for lane in (world.state.lanes[v] for v in (MASTER, THIRD)))
    return world


def lost(world: World) -> World:
    """Let VHS 301 lose its booking in two complete exports."""
    world.report(ABO)
    world.report(ABO)
    assert world.statuses(THIRD)[REF] == "S"
    return world


def acknowledged(editor: str | None, vhs: str = THIRD, standing: str | None = WS) -> World:
    """Give out the orphan's "S", let a VHS show it under an editor, and let the lost row return."""
    world = lost(network_with_lists())
    world.give(MASTER, THIRD)
    for other in (MASTER, THIRD):
        world.report(other, held(other, status="S", edited_by=editor if other == vhs else standing))
    world.report(ABO, held(ABO))
    assert not world.state.bookings[REF].cancelled
    return world


def change_at(world: World, vhs: str) -> Change | None:
    return next((change for change in world.changes(vhs) if change.ref == REF), None)


# --- given out ------------------------------------------------------------------------------------------------------


def test_d21_a_list_is_noted_as_given_out_once_and_the_same_list_again_adds_nothing() -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    told = world.events[-1]
    assert isinstance(told, ChangesGivenOut) and list(told.cancelled) == [REF]
    seat = world.state.bookings[REF].seats[THIRD]
    assert (seat.given, seat.given_version) == (Status.CANCELLED, world.state.version)
    before = len(world.events)
    world.give(THIRD)
    assert len(world.events) == before
    assert world.changes(THIRD)[0].given


def test_d21_a_mirror_that_was_given_out_is_remembered_until_it_is_there() -> None:
    world = network()
    world.report(ABO, held(ABO))
    world.give(THIRD)
    assert world.state.lanes[THIRD].creates_given.keys() == {REF}
    world.report(THIRD, held(THIRD))
    assert world.state.lanes[THIRD].creates_given == {}


# --- whose S --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("editor", [KERN, WS, None])
def test_d21_an_s_shown_before_it_was_given_out_is_a_claim_whoever_edited_it(editor: str | None) -> None:
    world = lost(network_with_lists())
    events = world.report(THIRD, held(THIRD, status="S", edited_by=editor))
    assert types(events) == ["BookingCancelled"]
    world.report(ABO, held(ABO))
    assert world.statuses(MASTER)[REF] == "S", "somebody cancelled it, so it does not live again"


@pytest.mark.parametrize("editor", [KERN, WS, None])
def test_d21_an_s_shown_after_it_was_given_out_is_an_acknowledgement_whoever_edited_it(editor: str | None) -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=editor))) == ["CancellationDelivered"]
    world.report(ABO, held(ABO))
    assert world.statuses(MASTER)[REF] == "A"


def test_d21_an_s_of_two_vhss_is_noted_of_both_also_where_the_first_made_it_final() -> None:
    world = network_with_lists()
    world.report(MASTER, held(MASTER, status="S", edited_by=KERN))
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=KERN))) == ["BookingCancelled"]
    assert world.state.bookings[REF].cancelled_by == {MASTER, THIRD}


@pytest.mark.parametrize("first", [ABO, THIRD])
def test_d21_an_orphan_and_a_real_s_end_the_same_in_both_orders_of_arrival(first: str) -> None:
    world = network_with_lists()
    world.report(ABO)
    acts: dict[str, Any] = {
        ABO: lambda: world.report(ABO),
        THIRD: lambda: world.report(THIRD, held(THIRD, status="S", edited_by=KERN)),
    }
    for vhs in (first, *sorted({ABO, THIRD} - {first})):
        acts[vhs]()
    world.report(ABO, held(ABO))
    assert {vhs: world.statuses(vhs)[REF] for vhs in (MASTER, ABO, THIRD)} == {MASTER: "S", ABO: "S", THIRD: "S"}
    assert world.state.bookings[REF].cancelled_by == {THIRD}


def test_d21_where_nothing_was_ever_given_out_the_editor_tells_as_before() -> None:
    world = shared()
    assert not any(lane.given for lane in world.state.lanes.values())
    lost(world)
    events = world.report(THIRD, held(THIRD, status="S", edited_by=WS))
    assert types(events) == ["CancellationDelivered"], "an S in flight at the upgrade is no claim"


def test_d21_a_late_s_of_ours_is_an_acknowledgement_after_its_orphan_lives_again() -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    world.report(ABO, held(ABO))
    events = world.report(THIRD, held(THIRD, status="S", edited_by=WS))
    assert types(events) == ["CancellationDelivered"]
    change = change_at(world, THIRD)
    assert change is not None and change.status is Status.CONFIRMED and change.writes_over_s


def test_d21_an_s_that_two_reports_do_not_show_is_settled_and_one_set_later_is_a_claim() -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    world.report(ABO, held(ABO))
    for _ in range(2):
        world.report(THIRD, held(THIRD))
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=KERN))) == ["BookingCancelled"]


# --- after a reinstatement ------------------------------------------------------------------------------------------


def test_d21_a_is_given_out_over_an_s_that_ws_acknowledged_and_nobody_is_asked() -> None:
    world = acknowledged(WS)
    change = change_at(world, THIRD)
    assert change is not None and (change.kind, change.status) == ("booking.update", Status.CONFIRMED)
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d21_a_is_given_out_over_an_s_acknowledged_under_a_person_and_the_question_stays_open() -> None:
    world = acknowledged(KERN)
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open
    change = change_at(world, THIRD)
    assert change is not None and change.status is Status.CONFIRMED
    world.give(THIRD)
    assert "A was given out over it" in world.detail("CANCELLATION_UNCLEAR")["found"]
    world.report(THIRD, held(THIRD, edited_by=WS))
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open, "what was written over it is no answer"


def test_d21_nothing_is_written_over_an_s_at_the_owner_that_was_acknowledged_under_a_person() -> None:
    world = network_with_lists()
    world.report(ABO, held(ABO))
    world.report(THIRD)
    world.report(THIRD)  # the orphan of the other Abo-VHS
    world.give(ABO, MASTER)
    world.report(ABO, held(ABO, status="S", edited_by=KERN))
    world.report(THIRD, held(THIRD))
    assert world.statuses(ABO)[REF] == "A"
    assert change_at(world, ABO) is None
    assert "Nothing is written over it" in world.detail("CANCELLATION_UNCLEAR")["found"]
    world.report(ABO, held(ABO, edited_by=LATER))
    assert "CANCELLATION_UNCLEAR" not in world.codes, "its own staff has answered"


def test_d21_an_s_with_another_stamp_than_acknowledged_is_unclear_and_nothing_is_written_over_it() -> None:
    world = acknowledged(WS)
    events = world.report(THIRD, held(THIRD, status="S", edited_by=KERN))
    assert types(events) == ["CancellationUnclear"]
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open
    assert change_at(world, THIRD) is None
    assert world.statuses(MASTER)[REF] == "A", "nobody is cancelled"
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=LATER))) == [], "asked once"


@pytest.mark.parametrize("editor", [None, WS, KERN], ids=["nobody signs", "in our name", "a person"])
def test_d21_b6_an_s_after_a_letter_that_nobody_knows_is_asked_about(editor: str | None) -> None:
    """Whoever wrote it did so over the other letter, and nothing was given out since."""
    world = acknowledged(WS)
    world.report(THIRD, held(THIRD, status="X", edited_by=editor))
    events = world.report(THIRD, held(THIRD, status="S", edited_by=editor))
    assert "CancellationUnclear" in types(events)
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open
    assert world.statuses(MASTER)[REF] == "A", "nobody is cancelled"
    assert change_at(world, THIRD) is None


def test_d21_mirror_that_goes_with_an_s_that_is_asked_about_is_not_written_again_before_the_answer() -> None:
    world = acknowledged(WS)
    world.report(THIRD, held(THIRD, status="S", edited_by=KERN))
    assert "MirrorLost" in types(world.report(THIRD))
    assert change_at(world, THIRD) is None
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open
    world.decide(THIRD, lambda draft: reject_cancellation(draft, REF, "asked"))
    made = change_at(world, THIRD)
    assert made is not None
    assert (made.kind, made.status) == ("booking.create", "A")


def test_d21_without_editors_an_s_two_complete_exports_after_a_was_given_out_is_unclear() -> None:
    world = acknowledged(None, standing=None)
    world.state.bookings[REF].seats[THIRD].actor = None  # a program that never says who edited a row
    world.give(THIRD)
    assert types(world.report(THIRD, held(THIRD, status="S"))) == ["ChangesNotSeen"]
    assert change_at(world, THIRD) is not None
    assert types(world.report(THIRD, held(THIRD, status="S"))) == ["CancellationUnclear"]
    assert change_at(world, THIRD) is None


@pytest.mark.parametrize("editor", ["Kern", None], ids=["the same name", "no editor now"])
def test_d21_s_that_stays_two_complete_exports_after_a_was_given_out_is_asked_about(editor: str | None) -> None:
    """Somebody may have cancelled in earnest once the wrong "S" was written over, under the same name or none."""
    world = network_with_lists()
    world.report(ABO, held(ABO, edited_by="Kern"))
    world.report(ABO, held(ABO, status="S", edited_by=editor))
    export = world.events[-1].origin.export if world.events[-1].origin else ""
    world.give(MASTER, THIRD)
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events)))
    for answered in (False, True):
        assert change_at(world, ABO) is not None
        world.give(ABO)
        world.report(ABO, held(ABO, status="S", edited_by=editor))
        assert "CANCELLATION_UNCLEAR" not in world.codes, "the connector may be late"
        world.report(ABO, held(ABO, status="S", edited_by=editor))
        assert "CANCELLATION_UNCLEAR" in world.codes, answered
        assert change_at(world, ABO) is None, "nothing is given out anew over it"
        world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "nobody cancelled"))


def test_d21_an_s_set_again_after_a_was_shown_is_a_claim() -> None:
    world = acknowledged(WS)
    world.give(THIRD)
    world.report(THIRD, held(THIRD, edited_by=WS))
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=KERN))) == ["BookingCancelled"]
    assert world.statuses(MASTER)[REF] == "S"


# --- operators ------------------------------------------------------------------------------------------------------


def test_d21_confirming_makes_it_an_s_everywhere() -> None:
    world = acknowledged(KERN)
    world.decide(THIRD, lambda draft: confirm_cancellation(draft, REF, "asked Kern"))
    assert {vhs: world.statuses(vhs)[REF] for vhs in (MASTER, ABO, THIRD)} == {MASTER: "S", ABO: "S", THIRD: "S"}
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d21_rejecting_writes_a_under_a_new_id() -> None:
    world = acknowledged(WS)
    before = change_at(world, THIRD)
    world.report(THIRD, held(THIRD, status="S", edited_by=KERN))
    world.decide(THIRD, lambda draft: reject_cancellation(draft, REF, "nobody cancelled"))
    change = change_at(world, THIRD)
    assert change is not None and before is not None and change.status is Status.CONFIRMED
    assert change.id != before.id and change.decided
    assert "CANCELLATION_UNCLEAR" not in world.codes


@pytest.mark.parametrize(
    ("first", "second"), [(confirm_cancellation, reject_cancellation), (reject_cancellation, confirm_cancellation)]
)
def test_d21_of_two_decisions_the_first_stands_and_the_second_is_refused_and_names_it(first: Any, second: Any) -> None:
    world = acknowledged(KERN)
    world.decide(THIRD, lambda draft: first(draft, REF, "one"))
    how = "confirmed" if first is confirm_cancellation else "rejected"
    for again in (first, second):
        with pytest.raises(
            CancellationDecided, match=f"{how} at VHS 412 by event {world.state.lanes[THIRD].decided[REF][1]}"
        ):
            world.decide(THIRD, partial(again, ref=REF, reason="two"))


def test_d21_nothing_can_be_confirmed_that_nobody_asks() -> None:
    world = network_with_lists()
    for ref in (REF, "301:99"):
        with pytest.raises(NothingToConfirm):
            world.decide(THIRD, partial(confirm_cancellation, ref=ref, reason="so"))
    with pytest.raises(NothingToConfirm, match="question stands at VHS 412"):
        acknowledged(KERN).decide(MASTER, lambda draft: reject_cancellation(draft, REF, "so"))


def test_d28_the_bookings_of_a_course_its_owner_deleted_can_be_ended() -> None:
    world = network_with_lists()
    world.report_without_course(ABO)
    assert not world.state.lanes[ABO].present
    with pytest.raises(NothingToConfirm):
        world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "so"))
    world.decide(ABO, lambda draft: confirm_cancellation(draft, REF, "course deleted"))
    assert {vhs: world.statuses(vhs)[REF] for vhs in (MASTER, THIRD)} == {MASTER: "S", THIRD: "S"}


# --- what a change expects ------------------------------------------------------------------------------------------


def test_d22_a_cancellation_expects_tnr_and_letter() -> None:
    change = change_at(lost(network_with_lists()), THIRD)
    assert change is not None and change.expects == {"TNR": "TM412-7", "Status": "A"}


def test_d22_a_correction_carries_no_status_and_says_which_person_it_replaces() -> None:
    world = network_with_lists()
    world.report(ABO, held(ABO, person=ANNA.__class__("Muster", "Anna", "0721 9999", "anna@example.org")))
    change = change_at(world, MASTER)
    assert change is not None and change.status is None
    assert (change.kind, change.shown_version, change.person_version) == ("booking.update", 1, 2)


def test_d22_what_is_to_be_made_expects_nothing() -> None:
    world = network()
    world.report(ABO, held(ABO))
    [change] = world.changes(THIRD)
    assert change.kind == "booking.create" and change.expects is None


def test_d22_a_change_of_the_course_expects_the_fields_it_writes() -> None:
    world = network()
    world.report(MASTER, capacity=20)
    [change] = world.changes(ABO)
    assert (change.fields, change.expects) == ({"TN max": "20"}, {"TN max": "10"})
    world.report(MASTER, capacity=20, cancelled=True)
    assert {c.kind: c.expects for c in world.changes(ABO)}["course.cancel"] == {"Ausfall": "F"}
    world.report(THIRD, coop_id="563-COOP-9")
    [change] = world.changes(THIRD)
    assert (change.kind, change.expects) == ("course.set_external_number", {"Externe Kurs-Nr.": "563-COOP-9"})
    assert COOP in change.id


def test_d22_a_change_refused_in_three_complete_exports_is_said_and_closes_when_it_is_written() -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    for count in range(1, 4):
        assert "APPLIED_NOT_SEEN" not in world.codes
        events = world.report(THIRD, held(THIRD))
        assert [type(event) for event in events[:1]] == [ChangesNotSeen], count
        assert types(world.report(THIRD, held(THIRD), again=True)) == [], "one export counts once"
    assert ("APPLIED_NOT_SEEN", THIRD, "") in world.open
    assert types(world.report(THIRD, held(THIRD))) == [], "said once"
    events = world.report(THIRD, held(THIRD, status="S", edited_by=WS))
    assert isinstance(events[0], CancellationDelivered)
    assert "APPLIED_NOT_SEEN" not in world.codes


@pytest.mark.parametrize("listed", [False, True], ids=["no list", "a list about another"])
def test_d21_what_nobody_gave_out_is_a_claim_although_its_editor_is_who_edited_the_row_before(listed: bool) -> None:
    world = network()
    world.report(ABO, held(ABO, edited_by=KERN))
    world.give(THIRD)
    world.report(THIRD, held(THIRD, edited_by=WS))
    for _ in range(2):
        world.report(THIRD)
    world.report(THIRD, held(THIRD, edited_by=WS))
    if listed:
        world.report(THIRD, held(THIRD, edited_by=WS), booked("9"))
        world.give(ABO)
    assert types(world.report(ABO, held(ABO, status="S", edited_by=KERN)))[0] == "BookingCancelled"
    assert world.statuses(THIRD)[REF] == "S"


def test_d22_what_is_refused_is_given_out_anew_under_another_id_and_goes_on_being_said() -> None:
    world = lost(network_with_lists())
    ids = set()
    for _ in range(1 + GIVEN_ANEW):
        [change] = world.give(THIRD)
        ids.add(change.id)
        for _ in range(REFUSED_IN):
            world.report(THIRD, held(THIRD))
        assert ("APPLIED_NOT_SEEN", THIRD, "") in world.open
    world.give(THIRD)
    assert ("APPLIED_NOT_SEEN", THIRD, "") in world.open
    assert len(ids) == 1 + GIVEN_ANEW, "an id is carried out once"
    last = world.changes(THIRD)
    assert {change.id for change in last} <= ids, "twice it is given out anew, and no more"
    assert types(world.report(THIRD, held(THIRD))) == [], "somebody has to look, and the log does not grow for ever"
    assert world.changes(THIRD) == last
    world.report(THIRD, held(THIRD, status="S", edited_by=WS))
    assert "APPLIED_NOT_SEEN" not in world.codes


def test_d22_a_create_keeps_its_id_until_it_is_seen_and_what_changed_since_follows() -> None:
    world = network()
    world.report(ABO, held(ABO, status="W"))
    [first] = world.give(MASTER)
    world.report(ABO, held(ABO, person=BERND))
    assert world.give(MASTER) == [first], "the same change, carried out once"
    assert (first.status, first.person_version) == (Status.WAITLISTED, 1)
    world.report(MASTER, held(MASTER, status="W", edited_by=WS))
    [rest] = world.changes(MASTER)
    assert (rest.kind, rest.status, rest.person_version) == ("booking.update", Status.CONFIRMED, 2)
    assert rest.id != first.id


def test_d22_a_mirror_that_nobody_sees_is_said_and_given_out_anew_with_what_counts_by_then() -> None:
    world = network()
    world.report(ABO, held(ABO, status="W"))
    [first] = world.give(THIRD)
    world.report(ABO, held(ABO))
    for _ in range(REFUSED_IN):
        assert "APPLIED_NOT_SEEN" not in world.codes
        world.report(THIRD)
    assert ("APPLIED_NOT_SEEN", THIRD, "") in world.open
    [again] = world.give(THIRD)
    assert (again.kind, again.status) == ("booking.create", Status.CONFIRMED)
    assert again.id != first.id
    world.report(THIRD, held(THIRD, edited_by=WS))
    assert world.changes(THIRD) == []
    assert "APPLIED_NOT_SEEN" not in world.codes


def test_d22_an_export_made_before_the_list_counts_for_nothing_nor_does_a_partial_one() -> None:
    world = lost(network_with_lists())
    world.give(THIRD)
    day = date(2026, 1, 1)
    assert types(world.report(THIRD, held(THIRD), on=day)) == []
    assert types(world.report(THIRD, held(THIRD), full=False)) == []


def test_d22_who_cannot_compare_is_told_nothing_over_an_s_before_an_operator_says_so() -> None:
    world = acknowledged(WS)
    assert world.give(THIRD, compares=False) == []
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open
    world.decide(THIRD, lambda draft: reject_cancellation(draft, REF, "ours"))
    assert [change.status for change in world.give(THIRD, compares=False)] == [Status.CONFIRMED]


def test_d5_an_s_is_given_out_again_to_a_row_that_shows_a_under_a_new_id() -> None:
    world = network_with_lists()
    world.report(MASTER, held(MASTER, status="S", edited_by=KERN))
    world.give(THIRD)
    first = change_at(world, THIRD)
    world.report(THIRD, held(THIRD, status="S", edited_by=WS))
    world.report(THIRD, held(THIRD, edited_by=KERN))
    assert "CANCELLED_BOOKING_REACTIVATED" in world.codes
    again = change_at(world, THIRD)
    assert first is not None and again is not None and again.id != first.id
    assert (again.status, again.given) == (Status.CANCELLED, False)
    world.give(THIRD)
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=WS))) == ["CancellationDelivered"]


def test_d22_a_mirror_with_a_stranger_is_put_right_by_what_it_shows() -> None:
    world = network_with_lists()
    world.report(MASTER, mirror("M563-7", REF, person=ANNA.__class__("Fremd", "Otto"), edited_by=KERN))
    change = change_at(world, MASTER)
    assert change is not None and (change.status, change.shown_version) == (None, 0)
    assert BookingCancelled not in {type(event) for event in world.events}
