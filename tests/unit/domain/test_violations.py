"""Every violation opens once where it stands and closes when the proper state is shown again."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Any

import pytest

from koop_es.domain.observe_course import is_urgent
from koop_es.domain.terms import Policy, Terms
from koop_es.domain.violation_texts import REMEDIES, TEXTS, text
from tests.unit.domain.world import (
    ABO,
    LABELS,
    MASTER,
    STARTS_ON,
    THIRD,
    booked,
    held,
    network,
    row,
    shared,
    types,
)

BAVARIA = Policy(bavaria=frozenset({ABO}))
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("NEVER_FLAG_AFTER_RELEASE", MASTER, {"never_share": True}),
    ("RATE_CHANGED", MASTER, {"rate": "90"}),
    ("RATE_CHANGED", MASTER, {"rate": ""}),
    ("RATE_CHANGED", MASTER, {"rate": "Link"}),
    ("MASTER_PRICE_CHANGED", MASTER, {"fee_cents": 9500}),
    ("MASTER_PRICE_CHANGED", MASTER, {"pass_through_cents": 0}),
    ("CONTENT_CHANGED_AFTER_RELEASE", MASTER, {"title": "Öl"}),
    ("CONTENT_CHANGED_AFTER_RELEASE", MASTER, {"info": "Nichts mitbringen"}),
    ("TYPE_NO_LONGER_SHAREABLE", MASTER, {"course_type": "Kinderkurs"}),
    ("TYPE_NO_LONGER_SHAREABLE", MASTER, {"bamf": True}),
    ("SUBSCRIBER_PRICE_DIFFERS", ABO, {"fee_cents": 9500}),
    ("SUBSCRIBER_PRICE_DIFFERS", ABO, {"pass_through_cents": 0}),
    ("SUFFIX_LINES_MISSING", ABO, {"info": "Farben mitbringen"}),
    ("SUFFIX_LINES_MISSING", ABO, {"info": LABELS.replace("Kursleitung:", "")}),
    ("INSTRUCTOR_REPLACED", ABO, {"instructor": "Frau Beispiel"}),
    ("MAX_GUARD_OFF", ABO, {"max_guard": False}),
    ("MARKER_MISSING", ABO, {"markers": ("7",)}),
    ("COUNTED_TWICE", ABO, {"countable": True}),
    ("CANCELLED_ONLY_AT_SUBSCRIBER", ABO, {"cancelled": True}),
]
SEVERITIES = {
    "NEVER_FLAG_AFTER_RELEASE": "critical",
    "RATE_CHANGED": "critical",
    "MASTER_PRICE_CHANGED": "critical",
    "CONTENT_CHANGED_AFTER_RELEASE": "warning",
    "TYPE_NO_LONGER_SHAREABLE": "critical",
    "SUBSCRIBER_PRICE_DIFFERS": "critical",
    "SUFFIX_LINES_MISSING": "warning",
    "INSTRUCTOR_REPLACED": "warning",
    "MAX_GUARD_OFF": "warning",
    "MARKER_MISSING": "warning",
    "COUNTED_TWICE": "critical",
    "CANCELLED_ONLY_AT_SUBSCRIBER": "warning",
}


@pytest.mark.parametrize(
    ("code", "vhs", "shown"), CASES, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_a_violation_opens_once_and_closes_with_the_proper_state(code: str, vhs: str, shown: dict[str, Any]) -> None:
    world = network()
    world.report(vhs, **shown)
    assert world.open == {(code, vhs, "")}
    assert world.severity(code) == SEVERITIES[code]
    assert world.report(vhs, **shown) == []
    world.report(vhs)
    assert world.open == set()


@pytest.mark.parametrize(
    ("code", "vhs", "shown", "detail"),
    [
        ("RATE_CHANGED", MASTER, {"rate": ""}, {"expected": "80", "found": "empty"}),
        (
            "MASTER_PRICE_CHANGED",
            MASTER,
            {"pass_through_cents": 0},
            {"expected": "90,00 (12,00)", "found": "90,00 (0,00)"},
        ),
        (
            "SUBSCRIBER_PRICE_DIFFERS",
            ABO,
            {"fee_cents": 9500},
            {"expected": "90,00 (12,00)", "found": "95,00 (12,00)"},
        ),
        (
            "SUBSCRIBER_PRICE_DIFFERS",
            ABO,
            {"fee_cents": None, "pass_through_cents": 0},
            {"expected": "90,00 (12,00)", "found": "90,00 (0,00)"},
        ),
        ("INSTRUCTOR_REPLACED", ABO, {"instructor": "Frau B."}, {"expected": "VHS 563", "found": "Frau B."}),
        ("INSTRUCTOR_REPLACED", ABO, {"instructor": ""}, {"expected": "VHS 563", "found": "none"}),
        ("COUNTED_TWICE", ABO, {"countable": True}, {"found": "Anrechenbar"}),
        ("COOP_ID_CHANGED", ABO, {"coop_id": "COOP-9"}, {"expected": "563-COOP-219", "found": "COOP-9"}),
        ("COOP_ID_LOST", MASTER, {"coop_id": ""}, {"expected": "563-COOP-219", "found": ""}),
        ("COURSE_RENUMBERED", ABO, {"number": "K-10"}, {"expected": "K-9 (26F)", "found": "K-10 (26F)"}),
        ("COURSE_RENUMBERED", ABO, {"period": "26H"}, {"expected": "K-9 (26F)", "found": "K-9 (26H)"}),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_violation_says_what_was_expected_and_what_was_found(
    code: str, vhs: str, shown: dict[str, Any], detail: dict[str, str]
) -> None:
    world = network()
    world.report(vhs, course=row(vhs, **shown))
    assert world.detail(code) == detail


@pytest.mark.parametrize(
    ("vhs", "rule", "course"), [(MASTER, "R19", "26-10009 (26F)"), (ABO, "R34", "K-9 (26F)")], ids=["R19", "R34"]
)
def test_r19_r34_missing_course_is_named_as_its_vhs_names_it(vhs: str, rule: str, course: str) -> None:
    world = network()
    world.report_without_course(vhs)
    of_abo = {"abo": "563-COOP-219", "at": ABO} if vhs == ABO else {}
    assert world.detail("COURSE_VANISHED") == {"course": course} | of_abo
    assert world.events[-1].rule == rule


@pytest.mark.parametrize(
    ("shown", "rule"), [({"course_type": "Kinderkurs"}, "R9"), ({"bamf": True}, "R10")], ids=["R9", "R10"]
)
def test_r9_r10_the_rule_says_why_a_course_cannot_be_shared_any_more(shown: dict[str, Any], rule: str) -> None:
    world = network()
    world.report(MASTER, **shown)
    assert world.events[-1].rule == rule


def test_b1_b9_text_tells_a_removed_booking_from_one_its_owner_never_had() -> None:
    assert text("BOOKING_REMOVED", {}, "301:7").startswith("Booking 301:7 was removed instead of cancelled")
    assert text("BOOKING_REMOVED", {"found": "VHS 563"}, "301:7").startswith("Booking 301:7 is held at VHS 563 and")


def test_b13_merge_names_both_numbers() -> None:
    world = shared()
    world.report(ABO, booked("7", tnr="T8"))
    assert world.detail("PARTICIPANTS_MERGED") == {"found": "TNR T7 became T8; the booking goes on"}


def test_b6_unknown_letter_is_named() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="X"))
    assert world.detail("UNKNOWN_STATUS") == {"found": "X"}


def test_d5_revived_booking_shows_its_letter() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO, status="W"))
    assert world.detail("CANCELLED_BOOKING_REACTIVATED") == {"found": "W"}


def test_every_text_can_be_said() -> None:
    for code in TEXTS:
        detail = dict.fromkeys(re.findall(r"\{(\w+)\}", TEXTS[code] + REMEDIES.get(code, "")), "?")
        assert "{" not in text(code, detail, "301:7")


# --- Master -----------------------------------------------------------------------------------------------------------


def test_r3_never_flag_after_release_ends_nothing() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), never_share=True)
    assert world.codes == {"NEVER_FLAG_AFTER_RELEASE"}
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.changes(ABO) == []


def test_r16_changed_rate_opens_a_violation() -> None:
    world = network()
    world.report(MASTER, rate="90")
    assert world.detail("RATE_CHANGED") == {"expected": "80", "found": "90"}
    assert world.state.terms_of(ABO) == Terms(9000, 1200, "80")
    assert world.changes(ABO) == []


def test_r16_rate_is_compared_as_a_number() -> None:
    world = network()
    world.report(MASTER, rate="080")
    assert world.codes == set()


def test_r16_rate_nobody_ever_carried_is_not_missed() -> None:
    world = network()
    world.report(MASTER, rate=None)
    assert world.codes == set()


def test_r17_changed_fee_opens_a_violation_and_reaches_nobody() -> None:
    world = network()
    world.report(MASTER, fee_cents=9500)
    assert world.detail("MASTER_PRICE_CHANGED") == {"expected": "90,00 (12,00)", "found": "95,00 (12,00)"}
    assert world.changes(ABO) == []


def test_r18_changed_content_is_pointed_out_and_synced_fields_pass_on() -> None:
    world = network()
    world.report(MASTER, title="Öl", dvv_category="2.07")
    assert world.codes == {"CONTENT_CHANGED_AFTER_RELEASE"}
    assert world.detail("CONTENT_CHANGED_AFTER_RELEASE") == {"found": "title, dvv_category"}
    assert world.to_do(ABO) == [("course.update", "DVV-Fachbereich")]


def test_r18_changed_dates_are_no_violation() -> None:
    world = network()
    world.report(MASTER, starts_at="19:00", venue="Raum 2")
    assert world.codes == set()


def test_r18_content_no_export_carried_at_the_release_is_no_change() -> None:
    world = network(vhss=())
    world.report(MASTER, info=None)
    world.report(MASTER, info="Farben mitbringen")
    assert world.codes == set()


def test_r9_type_that_turns_into_another_is_told_and_reported() -> None:
    world = network()
    world.report(MASTER, course_type="Eltern-Kind-Kurs")
    assert world.detail("TYPE_NO_LONGER_SHAREABLE") == {"found": "of type Eltern-Kind-Kurs"}


def test_r10_funding_is_named() -> None:
    world = network()
    world.report(MASTER, bamf=True)
    assert world.detail("TYPE_NO_LONGER_SHAREABLE") == {"found": "BAMF-funded"}


# --- subscriber -------------------------------------------------------------------------------------------------------


def test_r33_abo_price_is_told_back() -> None:
    world = network()
    world.report(ABO, fee_cents=9500)
    assert world.to_do(ABO) == [("course.update", "Gebühr")]
    assert world.changes(ABO)[0].fields == {"Gebühr": "90,00"}


def test_r36_additions_to_title_and_info_are_free() -> None:
    world = network()
    world.report(ABO, title="Aquarell am See", programme_title="Neu", info=f"Mit Picknick.\n{LABELS}")
    assert world.open == set()
    assert world.changes(ABO) == []


def test_r38_the_abos_own_venue_is_nobodys_business() -> None:
    world = network()
    world.report(ABO, venue="Außenstelle")
    assert world.open == set()
    assert world.changes(ABO) == []


def test_r39_second_instructor_may_be_added() -> None:
    world = network()
    world.report(ABO, instructor="VHS 563, Frau Beispiel")
    assert world.open == set()
    assert world.changes(ABO) == []


def test_r39_master_is_put_back_beside_the_other_instructor() -> None:
    world = network()
    world.report(ABO, instructor="Frau Beispiel")
    assert world.changes(ABO)[0].fields == {"Dozent": "VHS 563, Frau Beispiel"}


def test_r40_maximum_is_guarded_again() -> None:
    world = network()
    world.report(ABO, max_guard=False)
    assert world.open == {("MAX_GUARD_OFF", ABO, "")}
    assert world.changes(ABO)[0].fields == {"Belegen nur bis Maximum": "W"}


def test_r37_labels_that_are_gone_are_named() -> None:
    world = network()
    world.report(ABO, info="Farben mitbringen\nKursleitung: R. Muster")
    assert world.detail("SUFFIX_LINES_MISSING") == {"found": "Veranstaltungsort: Ausführende vhs:"}
    assert world.changes(ABO) == []


def test_r41_other_markers_stay_beside_the_100() -> None:
    world = network()
    world.report(ABO, markers=("7",))
    assert world.changes(ABO)[0].fields == {"Kennzeichen": "7,100"}


def test_t4_marker_100_among_others_is_enough() -> None:
    world = network()
    world.report(ABO, markers=("7", "100"))
    assert world.open == set()
    assert world.changes(ABO) == []


def test_t5_abo_made_countable_by_its_program_is_found_and_corrected() -> None:
    world = network()
    world.report(ABO, countable=True)
    assert world.open == {("COUNTED_TWICE", ABO, "")}
    assert world.changes(ABO)[0].fields == {"Anrechenbar": "F"}


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"event_kind": "10", "cooperation_code": "04"}, "Veranstaltungsart 10"),
        ({"event_kind": "75", "cooperation_code": ""}, "Kooperation empty"),
        ({"event_kind": "", "cooperation_code": "03"}, "Veranstaltungsart empty, Kooperation 03"),
    ],
)
def test_t3_bavarian_abo_with_other_codes_would_be_counted(shown: dict[str, Any], found: str) -> None:
    world = network(BAVARIA)
    world.report(ABO, event_kind="75", cooperation_code="04")
    world.report(ABO, **shown)
    assert world.detail("COUNTED_TWICE") == {"found": found}
    assert set(world.changes(ABO)[0].fields or ()) <= {"Veranstaltungsart", "Kooperation"}


@pytest.mark.parametrize("kind", ["75", "76"])
def test_d14_either_of_the_two_kinds_is_right(kind: str) -> None:
    world = network(BAVARIA)
    world.report(ABO, event_kind=kind, cooperation_code="04")
    assert world.open == set()
    assert world.changes(ABO) == []


def test_t3_codes_matter_in_bavaria_only() -> None:
    world = network(BAVARIA)
    assert {vhs for _, vhs, _ in world.open} == {ABO}


def test_violation_of_a_frozen_course_stands_as_it_was() -> None:
    world = network()
    world.report(ABO, max_guard=False)
    world.report(ABO, coop_id="")
    assert world.codes == {"MAX_GUARD_OFF", "COOP_ID_LOST"}


# --- seats ------------------------------------------------------------------------------------------------------------


def test_b8_overbooking_opens_and_closes() -> None:
    world = network()
    world.report(MASTER, capacity=1)
    world.report(ABO, booked("7"), capacity=1)
    world.report(MASTER, booked("1"), capacity=1)
    assert world.open == {("OVERBOOKED", MASTER, "")}
    assert world.severity("OVERBOOKED") == "critical"
    assert world.statuses(THIRD) == {"301:7": "A", "563:1": "A"}
    world.report(ABO, booked("7", "S"), capacity=1)
    assert world.open == set()


def test_b7_overbooking_is_a_fact_and_refuses_nothing() -> None:
    world = network()
    for number in range(12):
        world.report(ABO, *(booked(str(n), tnr=f"T{n}") for n in range(number + 1)))
    assert len(world.state.confirmed()) == 12
    assert world.codes == {"OVERBOOKED"}


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO, THIRD))))
def test_d7_those_beyond_capacity_are_named_by_day_owner_and_booking(order: tuple[str, ...]) -> None:
    rows = {
        MASTER: [booked("1", at="2026-01-03T09:00:00+01:00")],
        ABO: [booked("7", at="2026-01-02T09:00:00+01:00"), booked("8", tnr="X", at="2026-01-03T09:00:00+01:00")],
        THIRD: [booked("4", at="2026-01-01T09:00:00+01:00")],
    }
    world = network()
    world.report(MASTER, capacity=2)
    for vhs in order:
        world.report(vhs, *rows[vhs], capacity=2)
    assert [booking.ref for booking in world.state.confirmed()] == ["412:4", "301:7", "301:8", "563:1"]
    assert world.state.beyond_capacity() == ["301:8", "563:1"]


def test_d7_growing_overbooking_names_the_newcomer_too() -> None:
    world = network()
    world.report(MASTER, capacity=0)
    first, second = booked("7"), booked("8", tnr="X", at="2026-01-06T09:00:00+01:00")
    world.report(ABO, first, capacity=0)
    world.report(ABO, first, second, capacity=0)
    assert world.detail("OVERBOOKED")["refs"] == "301:7, 301:8"
    world.report(ABO, booked("7", "S"), second, capacity=0)
    assert world.detail("OVERBOOKED")["refs"] == "301:8"


def test_b8_waiting_list_takes_no_seat() -> None:
    world = network()
    world.report(MASTER, capacity=1)
    world.report(ABO, booked("7"), booked("8", "W", tnr="X"), capacity=1)
    assert world.open == set()


def test_b8_fewer_seats_can_overbook_a_course() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), capacity=0)
    assert world.detail("OVERBOOKED") == {"expected": "0", "found": "1", "refs": "301:7"}


def test_b8_course_without_maximum_is_never_overbooked() -> None:
    world = network(vhss=())
    world.report(MASTER, booked("1"), capacity=None)
    assert world.codes == set()


# --- urgency ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "urgent"), [(-1, False), (0, True), (7, True), (8, False)])
def test_d11_change_within_seven_days_before_the_start_is_urgent(days: int, urgent: bool) -> None:
    world = network()
    day = STARTS_ON.fromordinal(STARTS_ON.toordinal() - days)
    [event] = world.report(MASTER, venue="Raum 2", on=day)
    assert (event.type, getattr(event, "urgent", None)) == ("CourseRevised", urgent)


def test_d11_course_moved_to_the_coming_days_is_urgent() -> None:
    world = network()
    day = STARTS_ON.fromordinal(STARTS_ON.toordinal() - 20)
    soon = STARTS_ON.fromordinal(STARTS_ON.toordinal() - 18)
    [event] = world.report(MASTER, starts_on=soon, on=day)
    assert getattr(event, "urgent", None) is True


def test_d11_text_changed_in_the_last_week_is_not_urgent() -> None:
    world = network()
    world.report(MASTER, info="Pinsel mitbringen", on=STARTS_ON)
    assert not any(getattr(event, "urgent", False) for event in world.events)


def test_b20_contact_week_of_a_course_without_a_day_is_never() -> None:
    assert not is_urgent(None, "2026-03-30T02:00:00+01:00")


def test_d6_which_violations_are_open_does_not_depend_on_the_order() -> None:
    shown: dict[str, dict[str, Any]] = {
        MASTER: {"rate": "90", "cancelled": True, "venue": "Raum 2"},
        ABO: {"cancelled": True, "countable": True, "venue": "Keller"},
        THIRD: {"coop_id": "", "max_guard": False},
    }
    results = []
    for order in permutations(shown):
        world = shared()
        for vhs in order:
            world.report(vhs, held(vhs), **shown[vhs])
        results.append((world.open, world.documents()))
    assert all(result == results[0] for result in results)


def test_violations_are_said_after_what_caused_them() -> None:
    world = network()
    events = world.report(MASTER, rate="90")
    assert [event.type for event in events] == ["CourseReported", "ViolationOpened"]
    assert events[1].cause == world.state.version - 1
    assert types(events) == ["CourseReported"]
