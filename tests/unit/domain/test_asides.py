"""Rows that were set aside: whom they protect, which absences they suspend, and what becomes of a suspicion (D17)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from koop_es.domain.asides import (
    COURSE_UNKNOWN,
    COURSE_UNREADABLE,
    ROW_UNREADABLE,
    Aside,
    KnownSeat,
    Weighed,
    aside_of,
    weigh,
)
from koop_es.domain.cancellations import NothingToConfirm, confirm_cancellation
from koop_es.domain.observation import ILLEGIBLE, Person, Rejected, Told
from koop_es.domain.slices import Key, Suspension
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    network,
    shared,
    types,
)

ONE, TWO = "563-COOP-1", "563-COOP-2"
COURSES: dict[Key, str] = {("N1", "26F"): ONE, ("N2", "26F"): TWO}
KNOWN = {
    ONE: [KnownSeat("563:1", "1", "T1", ANNA), KnownSeat("301:5", "M5", "T5", None)],
    TWO: [KnownSeat("563:2", "2", "T2", BERND)],
}
UNTOLD = Suspension(ROW_UNREADABLE, "belegungen.csv", 9)


def seats(coop_ids: Collection[str]) -> Iterator[tuple[str, list[KnownSeat]]]:
    return ((coop_id, KNOWN[coop_id]) for coop_id in coop_ids)


def is_local(key: Key) -> bool:
    return key[0] == "LOCAL"


def weighed(*rows: Aside) -> Weighed:
    return weigh(rows, {ONE, TWO}, COURSES.get, is_local, seats)._replace(fits=())


def at(number: str = "N1", *, line: int = 9, **legible: Any) -> Aside:
    return Aside("belegungen.csv", line, number=number, period="26F", **legible)


# --- whom a row protects ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "refs"),
    [
        (at(booking_id="1"), {"563:1"}),
        (at(booking_id="new", ref="301:5"), {"301:5"}),
        (at(participant_no="T1"), {"563:1"}),
        (at(name="MUSTER ", first_name="anna"), {"563:1"}),
        (at(name="Muster"), {"563:1"}),
    ],
    ids=["Beleg-ID", "Koop-Beleg-ID", "TNR", "name", "name without the first"],
)
def test_d17_row_protects_whom_it_legibly_is_and_suspends_nobody(row: Aside, refs: set[str]) -> None:
    assert weighed(row) == Weighed({ONE: frozenset(refs)}, {})


def test_d17_names_in_other_courses_are_not_protected_by_a_row_whose_course_is_known() -> None:
    found = weighed(at("N1", booking_id="77", participant_no="T77", name=BERND.name, first_name=BERND.first_name))
    assert found == Weighed({}, {}), "legible and fitting nobody of its course: a new one, who protects nobody"


def test_d17_name_with_another_first_name_does_not_fit() -> None:
    assert weighed(at(booking_id="77", participant_no="T77", name="Muster", first_name="Bea")) == Weighed({}, {})


def test_d17_row_of_a_course_that_was_never_reported_protects_in_all_courses() -> None:
    rows = (
        at("261", booking_id="x1", participant_no="1", name="Muster", first_name="Anna"),
        at("261", booking_id="x2", participant_no="2", name="Beispiel", first_name="Bernd"),
    )
    assert weighed(*rows) == Weighed({ONE: frozenset({"563:1"}), TWO: frozenset({"563:2"})}, {})


def test_d17_company_without_first_name_is_new_and_protects_nobody() -> None:
    assert weighed(at(booking_id="88", participant_no="T88", name="Müller GmbH")) == Weighed({}, {})


def test_d17_row_of_a_course_that_nobody_shares_concerns_nobody() -> None:
    assert weighed(at("LOCAL")) == Weighed({}, {})


def test_d17_all_that_is_legible_of_a_row_is_weighed() -> None:
    told = Told(booking_id="1", ref="", number="N1", period="26F", participant_no=None, name="Muster", first_name="")
    item = Rejected(file="f", line=9, reason="?", remedy="?", raw=b"", about="booking", told=told)
    assert aside_of(item) == Aside("f", 9, "1", "", "N1", "26F", "", "Muster", "")
    assert aside_of(msgspec.structs.replace(item, told=ILLEGIBLE)) == Aside("f", 9)


# --- what nobody can tell ---------------------------------------------------------------------------------------------


def test_d17_row_that_says_not_whose_it_is_suspends_its_course_only() -> None:
    assert weighed(at(participant_no="T9")) == Weighed({}, {ONE: Suspension(ROW_UNREADABLE, "belegungen.csv", 9)})


@pytest.mark.parametrize(
    ("row", "reason"), [(at("", name="Neu"), COURSE_UNREADABLE), (at("999", name="Neu"), COURSE_UNKNOWN)]
)
def test_d17_row_of_no_known_course_that_says_not_whose_it_is_suspends_the_file(row: Aside, reason: str) -> None:
    assert {coop_id: found.reason for coop_id, found in weighed(row).suspended.items()} == {ONE: reason, TWO: reason}


def test_d17_nearest_reason_and_its_first_row_are_named() -> None:
    found = weighed(at("999", line=2), at(line=7), at(line=5))
    assert found.suspended == {
        ONE: Suspension(ROW_UNREADABLE, "belegungen.csv", 5),
        TWO: Suspension(COURSE_UNKNOWN, "belegungen.csv", 2),
    }


# --- suspicions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vhs", [MASTER, ABO, THIRD])
def test_d17_suspended_absence_is_neither_counted_nor_forgotten(vhs: str) -> None:
    world = shared()
    assert types(world.report(vhs)) == ["BookingVanished"]
    assert types(world.report(vhs, suspended=UNTOLD)) == ["AbsencesSuspended"]
    assert types(world.report(vhs, suspended=UNTOLD)) == [], "it is said once"
    assert types(world.report(vhs)) == ["AbsencesResumed", "OrphanDetected"]


def test_d17_suspension_says_of_whom_why_and_since_when() -> None:
    world = shared()
    world.report(ABO, suspended=UNTOLD)
    assert ("ABSENCES_SUSPENDED", ABO, "") in world.open
    detail = {"found": f"301#{world.exports[ABO]}", "reason": ROW_UNREADABLE, "refs": "301:7"}
    assert world.detail("ABSENCES_SUSPENDED") == detail
    [event] = [event for event in world.events if event.type == "AbsencesSuspended"]
    assert event.origin is not None
    assert (event.origin.file, event.origin.line) == ("belegungen.csv", 9)
    world.report(ABO, suspended=Suspension(COURSE_UNREADABLE, "belegungen.csv", 4))
    assert world.detail("ABSENCES_SUSPENDED") == detail | {"reason": COURSE_UNREADABLE}, "since when it stays"
    world.report(ABO, held(ABO))
    assert world.open == set()


def test_d17_nothing_is_suspended_where_nobody_is_missing() -> None:
    world = shared()
    assert types(world.report(ABO, held(ABO), suspended=UNTOLD)) == []
    world.report(ABO, suspended=UNTOLD)
    assert types(world.report(ABO, held(ABO), suspended=UNTOLD)) == ["AbsencesResumed"]


def test_d17_what_is_cancelled_for_good_is_not_looked_for() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    assert types(world.report(ABO, suspended=UNTOLD)) == []


def test_d17_partial_export_leaves_a_suspension_as_it_is() -> None:
    world = shared()
    world.report(ABO, suspended=UNTOLD)
    assert types(world.report(ABO, full=False)) == []
    assert ("ABSENCES_SUSPENDED", ABO, "") in world.open


def test_d17_suspension_ends_with_the_course() -> None:
    world = shared()
    world.report(ABO, suspended=UNTOLD)
    world.report_without_course(ABO)
    assert world.codes == {"COURSE_VANISHED"}


def test_d17_legible_beleg_id_or_reference_takes_a_suspicion_back() -> None:
    for sight in ("M563-7", "301:7"):
        world = shared()
        world.report(MASTER)
        assert types(world.report(MASTER, protected=[sight])) == ["BookingReappeared"]
        assert types(world.report(MASTER)) == ["BookingVanished"]


def test_d17_same_name_or_tnr_only_does_not_count() -> None:
    world = shared()
    world.report(ABO)
    assert types(world.report(ABO, shielded=["301:7"])) == [], "neither counted"
    assert types(world.report(ABO, shielded=["301:7"], protected=["8"])) == [], "also beside a row that is legible"
    assert types(world.report(ABO)) == ["OrphanDetected"], "nor forgotten"


def test_d17_alternating_nights_do_not_hide_a_removal() -> None:
    world = shared()
    said = [types(world.report(ABO, shielded=["301:7"] if night % 2 else [])) for night in range(4)]
    assert said == [["BookingVanished"], [], ["OrphanDetected"], []]


# --- after the last day -----------------------------------------------------------------------------------------------


def ended(world: World, *bookings: str) -> list[str]:
    rows = [held(ABO, ref) for ref in bookings]
    return types(world.report(ABO, *rows, on=date(2026, 6, 1)))


def test_d17_after_the_last_day_absence_proves_nothing_and_bookings_are_billed() -> None:
    world = shared()
    assert [ended(world), ended(world), ended(world)] == [["BookingArchived"], [], []]
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert not world.codes


def test_d17_archived_row_shows_its_unknown_letter_no_more_until_it_is_back() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="X"), on=date(2026, 6, 1))
    assert world.open == {("UNKNOWN_STATUS", ABO, "301:7")}
    assert ended(world) == ["BookingArchived"]
    assert world.open == set(), "nobody can put that row right any more"
    assert types(world.report(ABO, held(ABO, status="X"), on=date(2026, 6, 1))) == ["UnknownStatusSeen"]
    assert not world.state.bookings["301:7"].seats[ABO].archived
    assert ended(world) == ["BookingArchived"]


def test_d17_nothing_is_told_of_a_booking_that_left_the_exports_after_the_last_day() -> None:
    world = shared()
    world.report(MASTER, on=date(2026, 6, 1))
    world.report(ABO, held(ABO, person=Person("Muster", "Anna", "0721 5")), on=date(2026, 6, 1))
    assert world.changes(MASTER) == []
    world.exports[MASTER] += 200
    assert types(world.report(MASTER, held(MASTER)))[0] == "BookingReappeared"
    assert world.to_do(MASTER) == [("booking.update", "301:7")]


def test_d17_archived_booking_is_missed_once_its_master_sets_a_later_day() -> None:
    world = shared()
    assert ended(world) == ["BookingArchived"]
    world.exports[ABO] += 200
    world.report(MASTER, held(MASTER), ends_on=date(2099, 1, 1))
    assert types(world.report(ABO, ends_on=date(2099, 1, 1)))[-1] == "BookingVanished"
    assert types(world.report(ABO, ends_on=date(2099, 1, 1))) == ["OrphanDetected"]


def test_d17_on_the_last_day_it_still_does() -> None:
    world = shared()
    assert types(world.report(ABO, on=date(2026, 5, 30))) == ["BookingVanished"]


def test_d17_suspicion_of_before_is_not_confirmed_after_the_last_day() -> None:
    world = shared()
    world.report(ABO)
    assert ended(world) == []


def test_d17_a_wrong_last_day_at_one_vhs_ends_nothing() -> None:
    world = shared()
    assert types(world.report(ABO, ends_on=date(2020, 1, 1))) == ["CourseReported", "BookingVanished"]


def test_d17_course_that_is_archived_after_its_last_day_has_not_vanished() -> None:
    world = shared()
    world.report(ABO, held(ABO), on=date(2026, 6, 1))
    world.exports[ABO] += 200
    assert types(world.report_without_course(ABO)) == ["CourseArchived"]
    assert not world.codes
    assert world.report_without_course(ABO) == []


def over() -> World:
    """Give a course that is over and that the Abo-VHS has archived."""
    world = shared()
    world.report(ABO, held(ABO), on=date(2026, 6, 1))
    world.exports[ABO] += 200
    world.report_without_course(ABO)
    return world


def test_d17_nothing_is_told_to_a_vhs_that_archived_the_course() -> None:
    world = over()
    world.report(MASTER, held(MASTER), booked("8"))
    assert world.state.bookings[f"{MASTER}:8"].claimed
    assert world.changes(ABO) == []
    assert world.changes(THIRD) != []


def test_d17_archived_course_that_is_back_is_told_again() -> None:
    world = over()
    world.report(MASTER, held(MASTER), booked("8"))
    assert types(world.report(ABO, held(ABO)))[0] == "CourseReappeared"
    assert [change.kind for change in world.changes(ABO)] == ["booking.create"]


def test_d17_archived_course_has_vanished_once_its_master_sets_a_later_day() -> None:
    world = over()
    world.report(MASTER, held(MASTER), ends_on=date(2099, 1, 1))
    assert types(world.report_without_course(ABO)) == ["CourseVanished"]
    assert world.codes == {"COURSE_VANISHED"}


def test_d28_bookings_of_an_archived_course_cannot_be_ended() -> None:
    """Archived is not deleted: they are billed (D17)."""
    world = over()
    with pytest.raises(NothingToConfirm):
        world.decide(ABO, lambda draft: confirm_cancellation(draft, "301:7", "tidying"))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d17_merge_is_recognised_after_the_last_day_too() -> None:
    world = network()
    world.report(ABO, booked("7"))
    assert types(world.report(ABO, booked("9"), on=date(2026, 6, 1))) == ["ParticipantsMerged"]


def test_d17_new_row_of_the_same_person_waits_while_absences_are_suspended() -> None:
    world = network()
    world.report(ABO, booked("7"))
    said = types(world.report(ABO, booked("9", person=Person("Muster", "Anna", ANNA.phone)), suspended=UNTOLD))
    assert sorted(said) == ["AbsencesSuspended", "MergeSuspected"]
    assert types(world.report(ABO, booked("9", person=Person("Muster", "Anna", ANNA.phone))))[:2] == [
        "AbsencesResumed",
        "ParticipantsMerged",
    ]


def test_d17_mirror_under_a_new_beleg_id_in_a_row_set_aside_is_no_loss() -> None:
    """Case 98i: the reference is legible, so the participant of another VHS is not gone."""
    world = shared()
    for _ in range(3):
        assert types(world.report(MASTER, protected=["new-id", "301:7"])) == []
    assert world.to_do(ABO) == []
    assert world.statuses(MASTER) == {"301:7": "A"}
