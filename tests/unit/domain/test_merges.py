"""Merged participants keep their booking: nobody is cancelled because a number changed."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.domain.cooperation import shows
from koop_es.domain.merges import is_same_person, same_name
from koop_es.domain.observation import BookingRow, Person
from koop_es.replay.subjects import booking_subject
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, network, shared, types

MERGED = ("PARTICIPANTS_MERGED", ABO, "301:7")


def test_b15_new_number_and_new_beleg_id_are_the_same_booking() -> None:
    world = shared()
    assert types(world.report(ABO, booked("8", tnr="T8"))) == ["ParticipantsMerged"]
    assert list(world.state.bookings) == ["301:7"]
    for vhs in (MASTER, ABO, THIRD):
        assert world.changes(vhs) == []
    assert world.open == {MERGED}
    assert world.report(ABO, booked("8", tnr="T8")) == []


def test_b14_a_merge_is_not_read_as_one_booking_gone_and_one_new() -> None:
    world = shared()
    said = [event for _ in range(3) for event in world.report(ABO, booked("8", tnr="T8"))]
    assert types(said) == ["ParticipantsMerged"]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_b13_new_number_under_the_same_beleg_id_is_a_merge() -> None:
    world = shared()
    assert types(world.report(ABO, booked("7", tnr="T8"))) == ["ParticipantsMerged"]
    assert world.open == {MERGED}
    assert world.severity("PARTICIPANTS_MERGED") == "critical"


def test_b13_merge_that_is_undone_is_no_violation_any_more() -> None:
    world = shared()
    world.report(ABO, booked("7", tnr="T8"))
    world.report(ABO, booked("7"))
    assert world.open == set()


def both_booked() -> World:
    """Anna and Bernd of 301 are booked, as 301:7 and 301:8."""
    world = shared()
    world.report(ABO, held(ABO), booked("8", tnr="T8", person=BERND))
    return world


@pytest.mark.parametrize("phone", [BERND.phone, ANNA.phone, ""])
def test_b15_two_who_are_booked_and_merged_are_no_substitute_but_a_question(phone: str) -> None:
    """All cells of Anna's row become Bernd's."""
    world = both_booked()
    survivor = booked("8", tnr="T8", person=BERND)
    merged = booked("7", tnr="T8", person=msgspec.structs.replace(BERND, phone=phone))
    said = types(world.report(ABO, merged, survivor))
    assert "ParticipantsMerged" in said
    assert "ParticipantReplaced" not in said
    assert world.open == {MERGED}
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "A"}
    world.report(ABO, held(ABO), survivor)
    assert world.open == set(), "undone"


@pytest.mark.parametrize(("mail", "expected"), [("", {"PARTICIPANTS_MERGED"}), (BERND.email, {"REGISTRATION_HELD"})])
def test_b15_merge_of_two_who_are_booked_is_told_where_only_one_row_is_exported(mail: str, expected: set[str]) -> None:
    """With Bernd's mail it may be his row under another Beleg-ID, which waits for a complete export."""
    world, later = shared(), "2026-01-07T11:30:00+01:00"
    survivor = booked("8", tnr="T8", person=BERND, at=later)
    world.report(ABO, held(ABO), survivor)
    merged = Person(BERND.name, BERND.first_name, "", mail)
    world.report(ABO, booked("7", tnr="T8", person=merged), full=False)
    assert {code for code, _, _ in world.open} == expected
    world.report(ABO, booked("7", tnr="T8", person=merged), survivor)
    assert world.open == {MERGED}


def test_d18c_somebody_whose_own_booking_is_cancelled_is_a_substitute() -> None:
    world = both_booked()
    gone = booked("8", "S", tnr="T8", person=BERND)
    world.report(ABO, held(ABO), gone)
    said = types(world.report(ABO, booked("7", tnr="T8", person=BERND), gone))
    assert "ParticipantReplaced" in said
    assert "ParticipantsMerged" not in said


def test_b13_merge_ends_with_the_booking() -> None:
    world = shared()
    world.report(ABO, booked("7", tnr="T8"))
    world.report(ABO, booked("7", "S", tnr="T8"))
    assert world.open == set()
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_b13_merge_of_a_mirror_at_the_master_is_found() -> None:
    world = shared()
    merged = mirror("M563-7", "301:7", person=ANNA, tnr="other")
    assert types(world.report(MASTER, merged)) == ["ParticipantsMerged"]
    assert world.open == {("PARTICIPANTS_MERGED", MASTER, "301:7")}


def test_b15_mirror_merged_into_a_row_without_reference_keeps_its_booking() -> None:
    world = shared()
    world.report(MASTER, booked("999", tnr="other"))
    assert list(world.state.bookings) == ["301:7"]
    assert world.changes(MASTER) == []
    assert world.report(MASTER, booked("999", tnr="other")) == []


def test_b15_survivor_that_was_booked_already_is_for_a_human() -> None:
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    for _ in range(3):
        world.report(ABO, twin)
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "A"}
    assert world.open == {MERGED}
    assert "301:8" in world.detail("PARTICIPANTS_MERGED")["found"]


@pytest.mark.parametrize("at", ["2026-01-05T10:00:00+01:00", "2026-01-06T11:12:13+01:00"], ids=["same second", "later"])
@pytest.mark.parametrize("first", [None, "delta", "full"], ids=["at once", "seen by a delta", "and removed later"])
@pytest.mark.parametrize("gone", ["7", "8"])
def test_b15_survivor_that_takes_over_the_number_of_the_other_is_for_a_human(
    gone: str, first: str | None, at: str
) -> None:
    """Whichever TNR is left: nobody has cancelled either of the two bookings."""
    world = shared()
    rows = {"7": held(ABO), "8": booked("8", tnr="T8", person=ANNA, at=at)}
    world.report(ABO, *rows.values())
    left = "8" if gone == "7" else "7"
    merged = msgspec.structs.replace(rows[left], participant_no=rows[gone].participant_no)
    if first is not None:
        world.report(ABO, merged, rows[gone], full=first == "full")
    for _ in range(3):
        world.report(ABO, merged)
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "A"}
    assert ("PARTICIPANTS_MERGED", ABO) in {key[:2] for key in world.open}
    assert not [item for item in world.events if "OrphanDetected" in types([item])]


def test_b15_of_two_bookings_under_one_number_the_one_that_is_removed_is_gone() -> None:
    world = shared()
    twin = booked("8", tnr=held(ABO).participant_no, person=ANNA)
    world.report(ABO, held(ABO), twin)
    for _ in range(2):
        world.report(ABO, twin)
    assert world.statuses(MASTER) == {"301:7": "S", "301:8": "A"}


@pytest.mark.parametrize("gone", ["own", "mirror"])
def test_b15_own_booking_and_mirror_of_one_person_that_a_master_merges_are_for_a_human(gone: str) -> None:
    world = shared()
    own = booked("5", tnr="T5", person=ANNA, at="2026-01-06T11:12:13+01:00")
    theirs = mirror("M563-7", "301:7", person=ANNA)
    world.report(MASTER, theirs, own)
    left, number = (theirs, own.participant_no) if gone == "own" else (own, theirs.participant_no)
    for _ in range(3):
        world.report(MASTER, msgspec.structs.replace(left, participant_no=number))
    assert world.statuses(ABO) | world.statuses(THIRD) == {"301:7": "A", "563:5": "A"}
    assert ("PARTICIPANTS_MERGED", MASTER, "301:7" if gone == "mirror" else "563:5") in world.open


def test_b15_double_booking_is_settled_when_the_row_is_back() -> None:
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    world.report(ABO, twin)
    assert types(world.report(ABO, held(ABO), twin)) == ["BookingReappeared"]
    assert world.open == set()


def test_b15_double_booking_is_settled_by_an_s_elsewhere() -> None:
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    world.report(ABO, twin)
    world.report(MASTER, held(MASTER, status="S"))
    assert world.open == set()


def test_b15_double_booking_that_ends_elsewhere_asks_nothing_of_the_missing_row() -> None:
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    world.report(ABO, twin)
    world.report(MASTER, held(MASTER, status="S"))
    assert ("booking.cancel", "301:7") not in world.to_do(ABO)


def double() -> World:
    """Give a network in which two bookings of one person became one row at their VHS."""
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    world.report(MASTER, held(MASTER), mirror("M8", "301:8"))
    world.report(ABO, twin)
    return world


@pytest.mark.parametrize("reject", [False, True])
def test_b15_operator_decides_which_booking_of_one_person_goes(reject: bool) -> None:
    world, twin = double(), booked("8", tnr="T8", person=ANNA)
    decide = reject_cancellation if reject else confirm_cancellation
    world.decide(ABO, lambda draft: decide(draft, "301:7", "asked on the phone"))
    assert world.statuses(MASTER) == {"301:7": "A" if reject else "S", "301:8": "A"}
    assert world.to_do(ABO) == ([("booking.create", "301:7")] if reject else [])
    assert world.open == set()
    world.report(ABO, *([held(ABO), twin] if reject else [twin]))
    assert world.open == set()
    assert world.to_do(ABO) == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_d30_a_booking_that_went_up_in_another_row_is_shown_by_nobody(confirmed: bool) -> None:
    world = double()
    if confirmed:
        world.decide(ABO, lambda draft: confirm_cancellation(draft, "301:7", "asked on the phone"))
    assert shows(world.state.lanes[ABO], world.state.bookings["301:7"]) is None
    [document] = [document for document in world.documents() if document.vhs == ABO]
    assert {booking.ref: booking.reported for booking in document.course.bookings} == {"301:7": None, "301:8": "A"}
    value = booking_subject("301:7", ABO, "status")(world.state)
    assert (value.shown, value.condition) == (None, "absent_final" if confirmed else "double")


@pytest.mark.parametrize("then", ["is removed as well", "is cancelled"])
def test_b15_booking_whose_other_row_is_gone_too_is_missing_as_any_other(then: str) -> None:
    world, twin = double(), booked("8", "S", tnr="T8", person=ANNA)
    for _ in range(3):
        world.report(ABO, *([] if then == "is removed as well" else [twin]))
    assert world.statuses(MASTER) == {"301:7": "S", "301:8": "S"}


def test_b15_nobody_goes_on_in_a_booking_that_is_cancelled() -> None:
    world = shared()
    cancelled = booked("8", "S", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), cancelled)
    for _ in range(2):
        world.report(ABO, cancelled)
    assert world.statuses(MASTER)["301:7"] == "S"
    assert "PARTICIPANTS_MERGED" not in world.codes


def test_b15_vhs_that_holds_no_name_cannot_have_merged_it() -> None:
    world = shared()
    world.report(THIRD, booked("8", tnr="T8", person=ANNA))
    assert set(world.state.bookings) == {"301:7", "412:8"}
    assert ("BOOKING_REMOVED", THIRD, "301:7") in world.open


@pytest.mark.parametrize(
    ("phone", "email", "merges"),
    [
        ("0721 1234", "other@example.org", True),
        ("+49 (721) 1234", "", True),
        ("0999", "ANNA@Example.org ", True),
        ("0999", "other@example.org", False),
        ("", "", False),
    ],
)
def test_b15_equal_name_needs_equal_mail_or_phone(phone: str, email: str, merges: bool) -> None:
    """Where the second is another; name and second are enough where nothing else is stated (D18, D29)."""
    world, at = shared(), "2026-01-05T10:00:01+01:00"
    world.report(ABO, booked("8", tnr="T8", person=Person("Muster", "Anna", phone, email), at=at))
    assert ("BookingVanished" in types(world.events)) is not merges
    assert ("301:8" in world.state.bookings) is not merges


@pytest.mark.parametrize("at", ["2026-01-05T10:00:01+01:00", "2026-01-05T00:00:00+01:00"], ids=["other", "none"])
def test_b15_equal_mail_needs_an_equal_name_or_time(at: str) -> None:
    """Families share an address."""
    world = shared()
    world.report(ABO, booked("8", tnr="T8", person=Person("Muster", "Bernd", ANNA.phone, ANNA.email), at=at))
    assert world.open == {("BOOKING_REMOVED", ABO, "301:7")}


def test_d18b_row_under_the_same_number_is_the_booking_under_another_beleg_id() -> None:
    """The participant number did not change, so nothing was merged: the program numbered its rows anew."""
    world = shared()
    assert types(world.report(ABO, booked("8", tnr="T7"))) == ["BookingRekeyed"]
    assert set(world.state.bookings) == {"301:7"}
    assert world.open == set()


def test_b15_of_two_rows_that_fit_the_new_one_is_taken() -> None:
    world = shared()
    twin = booked("8", tnr="T8", person=ANNA)
    world.report(ABO, held(ABO), twin)
    world.report(ABO, twin, booked("9", tnr="T9", person=ANNA))
    assert set(world.state.bookings) == {"301:7", "301:8"}
    assert world.state.bookings["301:7"].seats[ABO].booking_id == "9"


def test_b15_one_row_takes_over_one_booking_only() -> None:
    world = shared()
    world.report(ABO, held(ABO), booked("8", tnr="T8", person=ANNA))
    world.report(ABO, booked("9", tnr="T9", person=ANNA))
    assert types(world.events[-6:]).count("ParticipantsMerged") == 1
    assert "BookingVanished" in types(world.events)


def test_b15_partial_export_proves_no_merge_and_no_new_booking_either() -> None:
    world = shared()
    assert types(world.report(ABO, booked("8", tnr="T8"), full=False)) == ["MergeSuspected"]
    assert world.report(ABO, booked("8", tnr="T8"), full=False) == []
    assert world.statuses(ABO) == {"301:7": "A"}


def test_b15_merged_row_that_a_filtered_export_lacked_is_still_the_same_booking() -> None:
    world = shared()
    assert types(world.report(ABO))[0] == "BookingVanished"
    assert types(world.report(ABO, booked("8", tnr="T8")))[:2] == ["ParticipantsMerged", "BookingReappeared"]
    assert list(world.state.bookings) == ["301:7"]
    assert world.changes(MASTER) == []


def test_b15_merged_row_seen_first_in_a_delta_after_an_absence_waits_for_a_complete_export() -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, booked("8", tnr="T8"), full=False)) == ["MergeSuspected"]
    world.report(ABO, booked("8", tnr="T8"))
    assert list(world.state.bookings) == ["301:7"]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d5_registration_on_the_day_of_a_cancelled_one_is_new_where_no_time_is_kept() -> None:
    day = "2026-01-05T00:00:00+01:00"
    world = network()
    world.report(ABO, booked("7", at=day))
    world.report(ABO, booked("7", "S", at=day))
    assert "BookingMade" in types(world.report(ABO, booked("8", at=day)))
    assert world.statuses(MASTER) == {"301:8": "A"}


def test_b15_registration_after_a_first_absence_is_a_booking_of_its_own() -> None:
    world = shared()
    world.report(ABO)
    assert "BookingMade" in types(world.report(ABO, booked("8", at="2026-01-20T10:00:00+01:00")))


def test_b15_row_that_waited_is_the_merged_booking_where_the_old_row_is_gone() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    assert "ParticipantsMerged" in types(world.report(ABO, booked("8", tnr="T8")))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_b15_row_that_waited_is_a_booking_of_its_own_where_the_old_row_is_there() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"), full=False)
    world.report(ABO, booked("7"), booked("8", tnr="T8"))
    assert world.statuses(ABO) == {"301:7": "A", "301:8": "A"}


def test_b15_complete_export_says_what_a_suspected_merge_was() -> None:
    merged, second = shared(), shared()
    new = booked("8", tnr="T8")
    for world in (merged, second):
        world.report(ABO, new, full=False)
    assert types(merged.report(ABO, new)) == ["ParticipantsMerged"]
    assert merged.statuses(MASTER) == {"301:7": "A"}
    assert types(second.report(ABO, held(ABO), new)) == ["BookingMade"]
    assert second.statuses(MASTER) == {"301:7": "A", "301:8": "A"}


def test_b15_new_row_of_somebody_else_is_made_at_once() -> None:
    world = shared()
    assert types(world.report(ABO, booked("8", person=BERND), full=False)) == ["BookingMade"]


def test_b15_new_row_beside_the_old_one_is_made_at_once() -> None:
    world = shared()
    assert types(world.report(ABO, held(ABO, status="S"), booked("8"), full=False)) == [
        "BookingCancelled",
        "BookingMade",
    ]


@pytest.mark.parametrize("merge_first", [True, False])
def test_d18_merge_beside_an_s_elsewhere_ends_the_same_in_both_orders(merge_first: bool) -> None:
    """The program rewrites the time of booking. What the row is depends on the owner's rows alone (11.1)."""
    world = shared()
    merged, cancelled = booked("8", tnr="T8", at="2026-02-20T10:00:00+01:00"), held(MASTER, status="S")
    for vhs, one in [(ABO, merged), (MASTER, cancelled)][:: 1 if merge_first else -1]:
        world.report(vhs, one)
    assert world.statuses(ABO) == world.statuses(MASTER) == {"301:7": "S"}
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]


def test_b15_merged_row_of_a_cancelled_booking_keeps_its_s() -> None:
    """It was booked on the very same day and minute, so it is no new registration."""
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    world.report(ABO, booked("8", tnr="T8"))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]


@pytest.mark.parametrize(
    ("at", "statuses"),
    [
        ("2026-01-05T10:00:00+01:00", {"301:7": "S"}),
        ("2026-02-20T10:00:00+01:00", {"301:7": "S", "301:8": "A"}),
    ],
    ids=["merged", "registered anew"],
)
def test_d5_s_that_was_shown_goes_on_in_a_merged_row_and_in_no_other(at: str, statuses: dict[str, str]) -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, booked("8", tnr="T8", at=at))
    assert world.statuses(ABO) == statuses


@pytest.mark.parametrize(
    ("at", "mirrors"),
    [
        ("2026-01-05T10:00:00+01:00", {"301:7": "A"}),
        ("2026-02-20T10:00:00+01:00", {"301:7": "A", "301:8": "A"}),
    ],
    ids=["merged", "registered anew"],
)
def test_d5_s_of_an_orphan_goes_on_in_a_merged_row_and_is_taken_back_there(at: str, mirrors: dict[str, str]) -> None:
    """Staff undid the orphan's "S" and merged the person; then the VHS that lost the row shows it again."""
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, held(ABO, status="S"))
    new = booked("8", tnr="T8", at=at)
    assert ("ParticipantsMerged" in types(world.report(ABO, new))) == (len(mirrors) == 1)
    world.report(THIRD, held(THIRD))
    world.report(ABO, new)
    assert world.statuses(MASTER) == mirrors


def test_b15_partial_export_holds_what_may_be_the_merged_row_of_an_orphan() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, held(ABO, status="S"))
    assert types(world.report(ABO, booked("8", tnr="T8"), full=False)) == ["MergeSuspected"]


def test_b15_partial_export_holds_the_merged_row_of_a_booking_that_lives_again() -> None:
    """The "S" of an orphan was written and taken back, and its row merged before it showed anything else."""
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(THIRD, held(THIRD))
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    merged = booked("8", "S", tnr="T8", edited_by="WS")
    assert types(world.report(ABO, merged, full=False)) == ["MergeSuspected"]
    world.report(ABO, merged)
    assert world.to_do(ABO) == [("booking.update", "301:7")]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_b15_booking_that_lives_again_and_is_merged_into_another_is_for_a_human() -> None:
    world = shared()
    other = booked("6", tnr="T6", at="2026-01-06T10:00:00+01:00")
    world.report(ABO, held(ABO), other)
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, held(ABO, status="S", edited_by="WS"), other)
    world.report(THIRD, held(THIRD))
    for _ in range(3):
        world.report(ABO, other)
    assert world.statuses(MASTER) == {"301:7": "A", "301:6": "A"}
    assert "PARTICIPANTS_MERGED" in world.codes


def test_b15_orphan_merged_under_its_s_lives_again_in_the_merged_row() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    merged = booked("8", "S", tnr="T8", edited_by="WS")
    assert types(world.report(ABO, merged))[0] == "ParticipantsMerged"
    world.report(THIRD, held(THIRD))
    world.report(ABO, merged)
    assert world.to_do(ABO) == [("booking.update", "301:7")]
    assert world.statuses(MASTER) == {"301:7": "A"}


@pytest.mark.parametrize("lost_at", [ABO, THIRD])
def test_b13_s_in_a_merged_row_is_a_cancellation_where_the_vhs_was_told_none_or_has_shown_twice_that_it_has_none(
    lost_at: str,
) -> None:
    world = shared()
    world.report(ABO, held(ABO, edited_by="Büro"))
    for _ in range(2):
        world.report(lost_at)
    world.report(lost_at, held(lost_at, edited_by="Büro"))
    for _ in range(2):
        world.report(ABO, held(ABO, edited_by="Büro"))
    assert world.report(ABO, held(ABO, edited_by="Büro")) == []
    world.report(ABO, booked("8", "S", tnr="T8", edited_by="Kollegin"))
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_b13_s_in_a_row_merged_after_an_old_export_showed_it_alive_is_no_cancellation() -> None:
    """WS wrote the orphan's "S", an export from before it came late, and staff merged the person under the "S"."""
    world = shared()
    world.report(ABO, held(ABO, edited_by="Büro"))
    for _ in range(2):
        world.report(THIRD)
    world.report(THIRD, held(THIRD))
    world.report(ABO, held(ABO, edited_by="Büro"))
    world.report(ABO, booked("8", "S", tnr="T8", edited_by="Büro"))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.to_do(ABO) == [("booking.update", "301:7")]
    world.report(ABO, booked("8", tnr="T8", edited_by="WS"))
    world.report(ABO, booked("8", "S", tnr="T8", edited_by="Büro"))
    assert world.statuses(MASTER) == {"301:7": "S"}


@pytest.mark.parametrize(("edited_by", "asked"), [("Büro", True), ("WS", False)])
def test_d21_s_that_was_taken_back_in_a_row_that_staff_merged_since_is_asked_about(edited_by: str, asked: bool) -> None:
    """A may have been written over it, and somebody have cancelled in the merged row: nothing tells."""
    world = shared()
    world.give(MASTER, ABO, THIRD)
    for _ in range(2):
        world.report(THIRD)
    world.give(MASTER, ABO)
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    world.report(THIRD, held(THIRD))
    world.give(MASTER, ABO)
    world.report(ABO, booked("8", "S", tnr="T8", edited_by=edited_by))
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert ("CANCELLATION_UNCLEAR" in world.codes) is asked
    assert world.to_do(ABO) == ([] if asked else [("booking.update", "301:7")])


def test_b15_partial_export_does_not_hold_a_registration_with_a_moment_of_its_own() -> None:
    """The booking shows an "S" that was taken back; who registers then has another day of booking."""
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    world.report(THIRD, held(THIRD))
    new = booked("8", tnr="T8", at="2026-02-20T10:00:00+01:00")
    assert types(world.report(ABO, new, full=False)) == ["BookingMade"]


def test_d5_partial_export_does_not_say_in_which_row_an_s_goes_on() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S"))
    said = world.report(ABO, booked("8", tnr="T8"), full=False)
    assert "ParticipantsMerged" not in types(said)


def test_b13_number_that_changed_with_the_person_is_a_correction() -> None:
    world = shared()
    assert types(world.report(ABO, booked("7", tnr="T8", person=BERND))) == ["BookingAmended", "ParticipantReplaced"]


def test_b16_merged_booking_can_be_cancelled_under_its_new_beleg_id() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"))
    world.report(ABO, booked("8", "S", tnr="T8"))
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_b16_only_the_owner_is_told_the_new_beleg_id() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"))
    world.report(THIRD, held(THIRD, status="S"))
    told = {vhs: [(change.ref, change.booking_id) for change in world.changes(vhs)] for vhs in (MASTER, ABO)}
    assert told == {MASTER: [("301:7", None)], ABO: [("301:7", "8")]}


def test_b16_merge_after_a_merge_is_followed() -> None:
    world = shared()
    world.report(ABO, booked("8", tnr="T8"))
    world.report(ABO, booked("9", tnr="T9"))
    assert list(world.state.bookings) == ["301:7"]
    world.report(ABO, booked("9", tnr="T7"))
    assert world.open == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [("MUSTER", "Muster"), ("Müller", "Mu\u0308ller"), ("  von  Muster", "von Muster"), ("Straße", "STRASSE")],
)
def test_b15_names_are_compared_without_case_blanks_and_encoding(one: str, other: str) -> None:
    assert same_name(Person(one, "Anna"), Person(other, "Anna"))


def test_b15_same_person_is_symmetric() -> None:
    people = [ANNA, BERND, Person("Muster", "Anna"), Person("Muster", "Anna", "+49 721 1234")]
    for one, other in product(people, people):
        assert is_same_person(one, other) == is_same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("Muster", "Anna", "0721 1", ""), Person("Muster", "Anna", "0721 2", "")),
        (Person("Muster", "Anna", "", "a@example.org"), Person("Muster", "Anna", "", "b@example.org")),
        (Person("Muster", "Anna", "+43 721 1234"), Person("Muster", "Anna", "0721 1234")),
        (Person("Muster", "Anna", "49 721 1234"), Person("Muster", "Anna", "0721 1234")),
    ],
    ids=["no mail", "no phone", "phone of another country", "local number that begins with 49"],
)
def test_b15_what_is_empty_or_only_alike_joins_nobody(one: Person, other: Person) -> None:
    assert not is_same_person(one, other)


@pytest.mark.parametrize(
    ("vhs", "first"),
    [(ABO, booked("7")), (THIRD, mirror("5", "301:7")), (MASTER, mirror("5", "301:7"))],
    ids=["of somebody else", "whose name this VHS never got", "whose person nobody has told"],
)
def test_b15_merge_is_found_behind_a_booking_that_is_truly_gone(vhs: str, first: BookingRow) -> None:
    world = shared() if vhs == THIRD else network()
    world.report(vhs, first, booked("8", tnr="T8", person=BERND))
    world.report(vhs, booked("9", tnr="T9", person=BERND))
    assert "ParticipantsMerged" in types(world.events)
    assert f"{vhs}:9" not in world.state.bookings


def test_b15_merge_is_found_behind_an_orphan() -> None:
    world = shared()
    other = booked("8", tnr="T8", person=BERND)
    for rows in ([held(ABO), other], [other], [other]):
        world.report(ABO, *rows)
    assert world.statuses(MASTER)["301:7"] == "S"
    assert "ParticipantsMerged" in types(world.report(ABO, booked("9", tnr="T9", person=BERND)))


def test_b15_booking_without_a_known_person_is_never_matched() -> None:
    world = network()
    world.report(THIRD, mirror("5", "301:7"))
    world.report(THIRD, booked("6", tnr="T6"))
    assert world.open == {("BOOKING_REMOVED", THIRD, "301:7")}
