"""Courses that stand beside a shared one: what they are while its own row cannot be used or is out of scope (D28)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from koop_es.domain.belongings import Trace
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Rejected, Told
from koop_es.domain.route import route
from koop_es.domain.slices import Routing
from tests.unit.domain.test_route import ENDS, LANES, ONE, TWO, at, export, one, traces_of_ids, two
from tests.unit.domain.world import PERIOD

BESIDE = "N9"
"""The number of a course that was reported beside the shared ones, in the catalogue since."""


def routed(*rows: Any, known: frozenset[str] = frozenset(), beside: bool = True, **how: Any) -> Routing:
    def is_local(key: Any) -> bool:
        return beside and key[0] == BESIDE

    def traces(coop_id: str) -> tuple[Trace, ...]:
        return traces_of_ids(known) if coop_id == ONE else ()

    return route(export(*rows, **how), LANES, is_local, is_local, traces=traces)


def aside(number: str = "N1", external_number: str = ONE) -> Rejected:
    told = Told(number=number, period=PERIOD, external_number=external_number)
    key = (number, PERIOD)
    return Rejected(file="kurse.csv", line=2, reason="?", remedy="?", raw=b"", about="course", key=key, told=told)


def said(routing: Routing) -> list[str]:
    return [item.reason for item in routing.rejected]


def local(routing: Routing) -> list[str]:
    return [row.number for row in routing.catalogue]


def sibling(**changed: Any) -> CourseRow:
    return one(BESIDE, "", **changed)


def test_d28_course_whose_row_was_set_aside_is_not_lost() -> None:
    """Case 01e: a local course of the same title and first day is left alone."""
    for beside in (True, False):
        routing = routed(sibling(), two(), rejected=(aside(),), beside=beside)
        assert said(routing) == []
        assert local(routing) == [BESIDE]
        assert ONE not in routing.slices or not routing.slices[ONE].course_absent


def test_d28_nor_is_one_whose_number_was_another_in_the_row_set_aside() -> None:
    routing = routed(two(), rejected=(aside("N77"),))
    assert ONE not in routing.slices


def test_d28_course_that_left_the_scope_is_not_lost() -> None:
    """Case 01h: the sibling runs on."""
    assert ENDS is not None
    later = date(ENDS.year, 12, 31)
    routing = routed(sibling(ends_on=later), two(ends_on=later), scope_from=date(ENDS.year, 9, 1), beside=False)
    assert said(routing) == []
    assert local(routing) == [BESIDE]
    assert ONE not in routing.slices


def test_d28_course_reported_beside_it_does_not_become_a_vanished_one() -> None:
    routing = routed(sibling(), two())
    assert said(routing) == []
    assert local(routing) == [BESIDE]
    assert routing.slices[ONE].course_absent


def test_d28_unless_its_bookings_stand_there_and_the_old_row_is_gone() -> None:
    routing = routed(one(BESIDE), two(), at(BESIDE, "1"), known=frozenset({"1"}))
    part = routing.slices[ONE]
    assert part.course is not None
    assert part.course.number == BESIDE, "copied, the bookings moved over, the original deleted, the COOP-Id put in"
    lost = routed(sibling(), two(), at(BESIDE, "1"), known=frozenset({"1"}))
    assert said(lost) == [f"the course is {ONE}; its COOP-Id was altered or lost"]


def test_d28_another_registration_under_a_beleg_id_of_the_course_is_no_booking_of_it() -> None:
    """Its program gave the Beleg-ID of a removed booking to somebody in the course that the COOP-Id was copied to."""
    other = at(BESIDE, "1", tnr="T9", at="2026-01-09T11:00:00+01:00")
    routing = routed(one(BESIDE), two(), other, known=frozenset({"1"}))
    assert said(routing) == [f"COOP-Id {ONE} is a copy: it belongs to N1 ({PERIOD})"]
    assert local(routing) == [BESIDE]
    assert routing.slices[ONE].course_absent
    assert routing.slices[ONE].bookings == []


@pytest.mark.parametrize("same", [{"at": "2026-01-09T11:00:00+01:00"}, {"tnr": "T9"}], ids=["TNR", "time"])
def test_d28_one_witness_beside_the_beleg_id_tells_that_a_booking_of_the_course_stands_there(same: Any) -> None:
    routing = routed(one(BESIDE), two(), at(BESIDE, "1", **same), known=frozenset({"1"}))
    assert routing.slices[ONE].course is not None


@pytest.mark.parametrize(
    ("there", "how"),
    [
        ((at(BESIDE, "1"),), {}),
        ((at(BESIDE, "1"), at(BESIDE, "2"), at(BESIDE, "9")), {}),
        ((at(BESIDE, "1"), at(BESIDE, "2")), {"kind": Kind.DELTA}),
        ((at(BESIDE, "1", status="S"), at(BESIDE, "9")), {}),
    ],
    ids=["one of two", "beside others", "in a partial export", "cancelled"],
)
@pytest.mark.parametrize("coop_id", [ONE, ""])
def test_d28_course_beside_it_becomes_it_only_with_all_its_bookings_and_nobody_elses(
    coop_id: str, there: tuple[BookingRow, ...], how: dict[str, Any]
) -> None:
    """Who booked the other course is nobody's business, and whose booking was moved there is not told "S" (D15)."""
    routing = routed(one(BESIDE, coop_id), two(), *there, known=frozenset({"1", "2"}), **how)
    assert [part.bookings for part in routing.slices.values() if part.course is None or part.bookings] in ([[]], [])
    assert local(routing) == [BESIDE]
    assert ["is a copy" in reason for reason in said(routing)] == [True] * bool(coop_id), "nobody moves a COOP-Id to it"


def test_d28_mirror_that_nobody_reported_yet_tells_nothing_against_the_course() -> None:
    mirror = at(BESIDE, "77", of="301:5")
    routing = routed(one(BESIDE), two(), at(BESIDE, "1"), mirror, known=frozenset({"1"}))
    assert routing.slices[ONE].course is not None


def test_d28_nor_is_there_anything_to_take_over_where_nobody_booked() -> None:
    assert routed(one(BESIDE), two()).slices[ONE].course is None


def test_d28_bookings_alone_do_not_move_the_coop_id_while_the_old_row_stands() -> None:
    routing = routed(one("N1", ""), one(BESIDE), two(), at(BESIDE, "1"), known=frozenset({"1"}))
    assert [row.number for row in routing.catalogue] == [BESIDE]
    course = routing.slices[ONE].course
    assert course is not None
    assert course.number == "N1"


OTHER: dict[str, Any] = {"title": "Töpfern", "starts_on": date(2026, 9, 1)}


@pytest.mark.parametrize("neighbour", [OTHER, {}], ids=["another title", "alike"])
def test_d28_course_that_exchanged_numbers_with_one_that_nobody_shares_is_followed(neighbour: dict[str, Any]) -> None:
    """All that was booked stands with the COOP-Id under the other number: the neighbour's people stay its own."""
    rows = one("N1", "", **neighbour), one(BESIDE), two()
    routing = routed(*rows, at("N1", "9"), at(BESIDE, "1"), at(BESIDE, "2"), known=frozenset({"1", "2"}))
    course = routing.slices[ONE].course
    assert course is not None and course.number == BESIDE
    assert [row.booking_id for row in routing.slices[ONE].bookings] == ["1", "2"]
    assert local(routing) == ["N1"]
    assert said(routing) == []


@pytest.mark.parametrize(
    ("there", "known"),
    [(("1", "2", "9"), {"1", "2"}), (("1",), {"1", "2"}), ((), set())],
    ids=["somebody new", "one has gone", "nobody booked"],
)
def test_d28_exchange_of_numbers_that_people_do_not_tell_is_held_and_shares_nobody(
    there: tuple[str, ...], known: set[str]
) -> None:
    rows = one("N1", "", **OTHER), one(BESIDE), two()
    stand = [at(BESIDE, booking_id) for booking_id in there]
    mirror = at(BESIDE, "77", of="301:5")
    routing = routed(*rows, at("N1", "8"), *stand, mirror, known=frozenset(known))
    assert ONE not in routing.slices, "no COOP-Id is lost or altered, and nobody is missing"
    assert sorted(item.key[0] for item in routing.rejected if item.key and item.about == "course") == ["N1", BESIDE]
    assert any("give both courses their former numbers" in item.remedy for item in routing.rejected)
    assert not any("status S" in item.remedy for item in routing.rejected), "nobody is cancelled by hand for it"


def test_d28_coop_id_in_a_course_reported_beside_it_is_a_copy() -> None:
    routing = routed(one(BESIDE), two())
    assert said(routing) == [f"COOP-Id {ONE} is a copy: it belongs to N1 ({PERIOD})"]
    assert routing.slices[ONE].course_absent


def test_d28_row_beside_one_that_was_set_aside_is_not_it_though_it_has_its_number() -> None:
    routing = routed(one("N1", ""), two(), rejected=(aside(),))
    assert ONE not in routing.slices or routing.slices[ONE].course is None, "no COOP_ID_LOST"
    assert TWO in routing.slices
