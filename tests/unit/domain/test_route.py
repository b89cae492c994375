"""Which rows of an export belong to which cooperation, and what their absence proves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
import pytest

from koop_es.domain.asides import KnownSeat
from koop_es.domain.belongings import Trace, trace_of_booking, trace_of_row
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Person, Rejected, Report
from koop_es.domain.route import COPIED, route
from koop_es.domain.slices import Former, KnownLane, Routing
from tests.unit.domain.world import ANNA, BERND, MASTER, MASTER_FACTS, PERIOD, booked, mirror, row, shared

ONE, TWO = "563-COOP-1", "563-COOP-2"
ENDS = MASTER_FACTS.ends_on
FIRST = KnownLane(ONE, "N1", PERIOD, ENDS, "Aquarell", MASTER_FACTS.starts_on)
SECOND = KnownLane(TWO, "N2", PERIOD, ENDS, "Yoga", date(2026, 4, 1))
LANES = {ONE: FIRST, TWO: SECOND}
YOGA: dict[str, Any] = {"title": "Yoga", "starts_on": date(2026, 4, 1)}


def export(
    *rows: CourseRow | BookingRow, kind: Kind = Kind.FULL, rejected: tuple[Rejected, ...] = (), **how: Any
) -> Report:
    proof: dict[str, Any] = dict.fromkeys(("has_bookings", "courses_complete", "bookings_complete"), True)
    return Report(
        source="export",
        vhs=MASTER,
        system="kufersql",
        sequence=1,
        kind=kind,
        exported_at=None,
        sha256="x",
        digest="x",
        courses=[item for item in rows if isinstance(item, CourseRow)],
        bookings=[item for item in rows if isinstance(item, BookingRow)],
        rejected=list(rejected),
        notices=[],
        **({"scope_from": None} | proof | how),
    )


def routed(*rows: CourseRow | BookingRow, lanes: dict[str, KnownLane] | None = None, **how: Any) -> Routing:
    return route(export(*rows, **how), LANES if lanes is None else lanes, lambda key: key[0] == "LOCAL")


def one(number: str = "N1", coop_id: str | None = ONE, **facts: Any) -> CourseRow:
    return row(MASTER, number=number, coop_id=coop_id, **facts)


def two(number: str = "N2", coop_id: str | None = TWO, **facts: Any) -> CourseRow:
    return row(MASTER, number=number, coop_id=coop_id, **(YOGA | facts))


def at(number: str, booking_id: str = "1", **more: Any) -> BookingRow:
    return booked(booking_id, number=number, **more)


def aside(about: str, key: tuple[str, ...] | None) -> Rejected:
    return Rejected(file="f", line=9, reason="?", remedy="?", raw=b"", about=about, key=key)  # type: ignore[arg-type]


def taken(routing: Routing, coop_id: str) -> tuple[str | None, list[str]]:
    part = routing.slices[coop_id]
    return (part.course.number if part.course else None, [booking.booking_id for booking in part.bookings])


def test_course_is_found_by_coop_id_and_bookings_by_course() -> None:
    routing = routed(one(), two(), at("N1"), at("N2", "2"))
    assert taken(routing, ONE) == ("N1", ["1"])
    assert taken(routing, TWO) == ("N2", ["2"])
    assert routing.slices[ONE].proves_absence


def test_course_without_coop_id_is_catalogue() -> None:
    routing = routed(one(), two(), one("N3", ""), one("N4", "LOKAL"))
    assert [course.number for course in routing.catalogue] == ["N3", "N4"]


def test_r1_unknown_coop_id_is_a_slice_of_its_own() -> None:
    assert taken(routed(one("N9", "563-COOP-9"), lanes={}), "563-COOP-9") == ("N9", [])


def test_r1_courses_of_a_catalogue_source_are_catalogue() -> None:
    routing = routed(one("N9", "563-COOP-9"), lanes={}, kind=Kind.CATALOGUE)
    assert [course.number for course in routing.catalogue] == ["N9"]


def test_d15_bookings_of_courses_nobody_shares_are_passed_over() -> None:
    routing = routed(one(), two(), one("N3", ""), at("N3"), at("LOCAL"))
    assert [part.bookings for part in routing.slices.values()] == [[], []]
    assert routing.rejected == []


def test_booking_of_a_course_never_reported_is_set_aside() -> None:
    routing = routed(one(), two(), at("N99"))
    assert [item.about for item in routing.rejected] == ["booking"]
    assert "N99" in routing.rejected[0].reason


# --- COOP-Ids and numbers ---------------------------------------------------------------------------------------------


def test_r15_lost_coop_id_is_found_by_number() -> None:
    assert taken(routed(one(coop_id=""), two(), at("N1")), ONE) == ("N1", ["1"])


def test_r15_coop_id_altered_into_an_unknown_one_is_not_adopted() -> None:
    routing = routed(one(coop_id="563-COOP-77"), two())
    assert set(routing.slices) == {ONE, TWO}


def test_r15_coop_id_altered_into_that_of_another_course_stays_with_its_number() -> None:
    routing = routed(one(coop_id=TWO), two(), at("N1"), at("N2", "2"))
    assert taken(routing, ONE) == ("N1", ["1"])
    assert taken(routing, TWO) == ("N2", ["2"])


def test_r15_copied_coop_id_is_set_aside_and_the_original_goes_on() -> None:
    routing = routed(one(), two(), one("N5"), at("N5", "5"), at("N1"))
    assert taken(routing, ONE) == ("N1", ["1"])
    assert [item.key for item in routing.rejected] == [("N5", PERIOD)]


def test_r15_exchanged_coop_ids_move_no_booking() -> None:
    routing = routed(one(coop_id=TWO), two(coop_id=ONE), at("N1"), at("N2", "2"))
    assert taken(routing, ONE) == ("N1", ["1"])
    assert taken(routing, TWO) == ("N2", ["2"])


def test_r15_two_courses_with_one_unknown_coop_id_are_both_set_aside() -> None:
    routing = routed(one("N8", "563-COOP-8"), one("N9", "563-COOP-8"), lanes={})
    assert routing.slices == {}
    assert len(routing.rejected) == 2


def test_r20_renumbered_course_is_followed_with_its_bookings() -> None:
    routing = routed(one("N3"), two(), at("N3"))
    assert taken(routing, ONE) == ("N3", ["1"])


def test_r20_bookings_of_a_local_course_under_a_freed_number_stay_local() -> None:
    routing = routed(one("N3"), one("N1", ""), two(), at("N3"), at("N1", "99"))
    assert taken(routing, ONE) == ("N3", ["1"])
    assert [course.number for course in routing.catalogue] == ["N1"]


def test_r20_course_moved_into_another_period_is_followed_while_it_is_in_scope() -> None:
    moved = row(MASTER, number="N1", period="26H", coop_id=ONE)
    assert taken(routed(moved, two()), ONE) == ("N1", [])
    lane = KnownLane(ONE, "N1", PERIOD, date(2026, 2, 1))
    assert taken(routed(one("N3"), lanes={ONE: lane}, scope_from=date(2026, 3, 1)), ONE) == ("N3", [])


def test_r20_bookings_under_a_number_that_is_nobodys_any_more_are_set_aside() -> None:
    routing = routed(one("N3"), two(), at("N3"), at("N1", "99"))
    assert taken(routing, ONE) == ("N3", ["1"])
    assert [item.key for item in routing.rejected] == [("99", "N1", PERIOD)]


def test_r20_two_courses_that_change_numbers_take_their_bookings_along() -> None:
    routing = routed(one("N2"), two("N1"), at("N2"), at("N1", "2"))
    assert taken(routing, ONE) == ("N2", ["1"])
    assert taken(routing, TWO) == ("N1", ["2"])


def test_r20_number_taken_over_by_another_shared_course() -> None:
    routing = routed(one("N3"), two("N1"), at("N3"), at("N1", "2"))
    assert taken(routing, ONE) == ("N3", ["1"])
    assert taken(routing, TWO) == ("N1", ["2"])


def test_r20_numbers_are_text_and_case_matters() -> None:
    routing = routed(one("n1"), two(), at("n1"))
    assert taken(routing, ONE) == ("n1", ["1"])


def test_r15_course_that_lost_coop_id_and_number_is_missing_and_nothing_more() -> None:
    routing = routed(one("N3", ""), two(), at("N3"))
    assert routing.slices[ONE].course_absent
    assert routing.catalogue == []
    assert [item.reason for item in routing.rejected] == [f"the course is {ONE}; its COOP-Id was altered or lost"]


def test_r19_course_that_is_gone_is_absent() -> None:
    routing = routed(two())
    part = routing.slices[ONE]
    assert (part.course, part.course_absent, part.proves_absence) == (None, True, False)


def test_d20_coop_id_in_a_row_that_was_set_aside_is_told_of_a_course_that_is_gone() -> None:
    lanes = {ONE: LANES[ONE]}
    routing = route(export(one("N9"), at("N9", "8")), lanes, lambda key: key[0] == "N9", lambda key: key[0] == "N9")
    assert routing.slices[ONE].course_absent
    assert routing.slices[ONE].id_stands
    assert not routed(two()).slices[ONE].id_stands
    assert routed(one("N9", "Raum 5"), two()).slices[ONE].id_stands, "renumbered, and its COOP-Id altered"


def test_r15_neighbour_with_the_coop_id_does_not_inherit_a_deleted_course() -> None:
    routing = routed(one(coop_id=TWO), at("N1"))
    assert taken(routing, ONE) == ("N1", ["1"])
    assert routing.slices[TWO].course_absent


def known(**bookings: set[str]) -> dict[str, Any]:
    """Say which bookings the two courses held, by Beleg-ID; each was shown as ``at`` writes it."""
    by_id = {ONE: bookings.get("one", set()), TWO: bookings.get("two", set())}
    traces = {coop_id: traces_of_ids(ids) for coop_id, ids in by_id.items()}
    return {"booking_ids": lambda coop_id: frozenset(by_id[coop_id]), "traces": traces.__getitem__}


def traces_of_ids(ids: Iterable[str]) -> tuple[Trace, ...]:
    return tuple(trace_of_row(booked(booking_id), MASTER, composed=False) for booking_id in sorted(ids))


def followed(*rows: CourseRow | BookingRow, lanes: dict[str, KnownLane] | None = None, **bookings: set[str]) -> Routing:
    return route(export(*rows), lanes or LANES, lambda _: False, None, **known(**bookings))


def test_r20_course_that_changed_number_and_all_its_bookings_follows_its_coop_id() -> None:
    routing = followed(one("N9"), two(), at("N9", "8"), one={"7"})
    assert taken(routing, ONE) == ("N9", ["8"])


def test_r20_renumbered_course_is_known_by_the_reference_of_a_mirror_that_was_merged() -> None:
    """All its numbers are others, and who booked since was not known: no second course is to be made (R28)."""
    world = shared()
    known = (trace_of_booking(world.state.bookings["301:7"], MASTER, world.people, composed=False, complete=None),)
    merged = mirror("80", "301:7", tnr="T90", person=ANNA, at="2026-01-06T10:00:00+01:00", number="N9")
    new = at("N9", "81", person=BERND, at="2026-01-07T10:00:00+01:00")
    routing = route(export(one("N9"), two(), merged, new), LANES, lambda _: False, traces=lambda _: known)
    assert taken(routing, ONE) == ("N9", ["80", "81"])
    routing = route(export(one("N9"), two(), new), LANES, lambda _: False, traces=lambda _: known)
    assert routing.slices[ONE].course_absent, "without it this may be a parallel course (D15)"


@pytest.mark.parametrize("when", ["2026-01-06T10:00:00+01:00", "2026-01-05T00:00:00+01:00"], ids=["later", "no time"])
def test_r15_parallel_course_that_took_the_coop_id_along_is_not_a_deleted_one(when: str) -> None:
    """Title and first day are equal, but other people booked it: nobody may hear of them (D15)."""
    routing = followed(one("N9"), two(), at("N9", "8", at=when, person=BERND), one={"7"})
    assert routing.slices[ONE].course_absent
    assert routing.slices[ONE].bookings == []
    assert ("N9", PERIOD) in {item.key for item in routing.rejected}


@pytest.mark.parametrize("rows", [(), (at("N9", "7"),), (at("N9", "9"),)], ids=["none", "one of two", "others"])
@pytest.mark.parametrize("held", [{"7", "8"}, set()], ids=["booked", "empty"])
def test_r15_copy_in_a_partial_export_is_no_renumbered_course(rows: tuple[BookingRow, ...], held: set[str]) -> None:
    """The course itself need not be in it; once taken for it, the copy would stay the shared course."""
    routing = route(export(one("N9"), *rows, kind=Kind.DELTA), LANES, lambda _: False, **known(one=held))
    assert [item.key for item in routing.rejected] == [("N9", PERIOD)]
    assert routing.rejected[0].reason == (
        f"COOP-Id {ONE} stood in N1 ({PERIOD}), and a partial export cannot tell whether this is that course or a copy"
    )
    assert routing.rejected[0].remedy == 'export in full; in a copy empty "Externe Kurs-Nr."'
    assert ONE not in routing.slices
    assert routing.catalogue == [], "else the next complete export would take it for a course that stood beside"


def test_r15_course_that_lost_its_coop_id_stays_while_anybody_is_booked_there() -> None:
    """Somebody was moved to the copy that has the COOP-Id now; the others are no orphans."""
    routing = followed(one("N1", ""), one("N9"), two(), at("N1", "7"), at("N9", "8"), at("N9", "9"), one={"7", "8"})
    assert taken(routing, ONE) == ("N1", ["7"])
    assert [item.key for item in routing.rejected] == [("N9", PERIOD)]
    assert "8" in routing.slices[ONE].protected


def test_r20_course_made_anew_under_the_old_number_is_another_where_all_that_was_booked_went_along() -> None:
    routing = followed(one("N1", ""), one("N9"), two(), at("N1", "9"), at("N9", "7"), at("N9", "8"), one={"7", "8"})
    assert taken(routing, ONE) == ("N9", ["7", "8"])


def test_r20_partial_export_with_all_that_was_booked_shows_a_renumbered_course() -> None:
    rows = (at("N9", "7"), at("N9", "8"), at("N9", "9"))
    routing = route(export(one("N9"), *rows, kind=Kind.DELTA), LANES, lambda _: False, **known(one={"7", "8"}))
    assert taken(routing, ONE) == ("N9", ["7", "8", "9"])


def test_r20_renumbered_course_whose_people_were_all_booked_again_is_known_by_them() -> None:
    """They have other ids and seconds, but name, phone and mail."""
    routing = followed(one("N9"), two(), at("N9", "8", at="2026-01-06T10:00:00+01:00"), one={"7"})
    assert taken(routing, ONE) == ("N9", ["8"])


NOBODY = Person("", "", "", "")
NAMELESS: dict[str, Any] = {"at": "2026-01-05T00:00:00+01:00", "person": NOBODY, "tnr": "T99"}
"""What a row may show of whom nothing tells: neither second, nor name, nor mail or phone."""

HAD = Former({("N8", PERIOD)}, {"Aquarell", "Malen"}, {MASTER_FACTS.starts_on, date(2026, 3, 23)})


def back(*rows: CourseRow | BookingRow, is_local: bool = False, former: Former = HAD, **how: Any) -> Routing:
    """Route what shows the course under N8, the number that it had before N1 and with which "7" was booked."""
    lanes = LANES | {ONE: FIRST._replace(former=lambda _: former)}
    return route(export(*rows, **how), lanes, lambda _: is_local, **known(one={"7"}))


@pytest.mark.parametrize("period", [PERIOD, None])
@pytest.mark.parametrize(
    "facts", [{}, {"title": "Malen"}, {"starts_on": date(2026, 3, 23)}], ids=["as now", "title", "first day"]
)
@pytest.mark.parametrize("booked_there", [NAMELESS, {"person": ANNA}], ids=["nobody known", "known by name"])
def test_r20_d20_course_under_a_number_that_it_had_is_known_by_title_and_first_day_that_it_had(
    period: str | None, facts: dict[str, Any], booked_there: dict[str, Any]
) -> None:
    routing = back(one("N8", period=period, **facts), two(), at("N8", "9", **booked_there))
    assert taken(routing, ONE) == ("N8", ["9"])
    assert routing.rejected == []


@pytest.mark.parametrize(
    ("course", "others", "how"),
    [
        (one("N9"), [], {}),
        (one("N8", period="25H"), [], {}),
        (one("N8", title="Kochen"), [], {}),
        (one("N8", starts_on=date(2026, 3, 24)), [], {}),
        (one("N8", title=None), [], {"former": HAD._replace(titles={"Aquarell", None})}),
        (one("N8"), [one()], {}),
        (one("N8"), [one(coop_id="")], {}),
        (one("N8"), [], {"is_local": True}),
        (one("N8"), [], {"kind": Kind.DELTA}),
        (one("N8"), [], {"courses_complete": False}),
        (one("N8", title="Yoga"), [], {"former": HAD._replace(titles={"Aquarell", "Yoga"})}),
    ],
    ids=[
        "other number", "other period", "title it never had", "day it never had", "no title", "beside it",
        "its number without id", "reported beside it", "partial", "no proof", "title of a shared one that is gone",
    ],
)  # fmt: skip
def test_r15_row_with_the_coop_id_that_is_not_as_the_course_was_is_a_copy(
    course: CourseRow, others: list[CourseRow], how: dict[str, Any]
) -> None:
    there = msgspec.structs.replace(at(course.number, "9", **NAMELESS), period=course.period or "")
    routing = back(course, *others, there, **how)
    assert [item.key for item in routing.rejected if item.about == "course"] == [(course.number, course.period)]
    assert (part := routing.slices.get(ONE)) is None or part.course is None or part.course.number == "N1"


@pytest.mark.parametrize("facts", [{}, {"title": "Malen"}])
def test_r15_d15_course_under_a_former_number_where_certainly_others_booked_is_a_copy(facts: dict[str, Any]) -> None:
    routing = back(one("N8", **facts), two(), at("N8", "9", at="2026-01-07T10:00:00+01:00", person=BERND))
    assert ("N8", PERIOD) in {item.key for item in routing.rejected}
    assert routing.slices[ONE].bookings == []


@pytest.mark.parametrize("rows", [(), (at("N9", "8", status="S", at="2026-01-06T10:00:00+01:00", person=BERND),)])
def test_r20_course_in_which_nobody_else_booked_follows_its_coop_id(rows: tuple[BookingRow, ...]) -> None:
    assert taken(followed(one("N9"), two(), *rows, one={"7"}), ONE) == ("N9", [row.booking_id for row in rows])


@pytest.mark.parametrize("bookings", [("8",), ()])
def test_r15_copy_for_another_day_is_no_renumbered_course_where_people_had_booked(bookings: tuple[str, ...]) -> None:
    copy = one("N9", starts_on=date(2026, 5, 5))
    routing = followed(copy, two(), *(at("N9", booking) for booking in bookings), one={"7"})
    assert routing.slices[ONE].course_absent
    assert ("N9", PERIOD) in {item.key for item in routing.rejected}


@pytest.mark.parametrize("number", ["N9", "LOCAL"])
@pytest.mark.parametrize("kind", [Kind.FULL, Kind.DELTA])
def test_b11_booking_in_a_course_that_was_set_aside_is_not_gone(number: str, kind: Kind) -> None:
    """Somebody rebooked it into a copy that took the COOP-Id along, or the course was made anew where it had been."""
    routing = route(
        export(one("N1"), one(number), two(), at(number, "7"), at("N1", "8"), kind=kind),
        LANES,
        lambda key: key[0] == "LOCAL",
        **known(one={"7", "8"}),
    )
    assert taken(routing, ONE) == ("N1", ["8"])
    assert (number, PERIOD) in {item.key for item in routing.rejected}
    assert "7" in routing.slices[ONE].protected


def test_b11_booking_in_a_course_whose_row_cannot_be_read_is_not_gone() -> None:
    unreadable = export(one("N1"), two(), at("N9", "7"), rejected=(aside("course", ("N9", PERIOD)),))
    routing = route(unreadable, LANES, lambda _: False, None, **known(one={"7", "8"}))
    assert "7" in routing.slices[ONE].protected


def beside_a_copy(held: KnownSeat, **more: Any) -> frozenset[str]:
    """Route the row 7 in a copy that was set aside; gives what it protects of a booking known under that Beleg-ID."""
    told = export(one("N1"), one("N9"), two(), at("N9", "7"), **more)
    return route(told, LANES, lambda _: False, seats=lambda _: iter([(ONE, []), (TWO, [held])])).slices[TWO].protected


def test_d18_beleg_id_that_somebody_else_has_in_a_course_that_was_set_aside_protects_nobody() -> None:
    row, before = at("N9", "7"), "2026-01-07T08:09:10+01:00"
    other = KnownSeat(f"{MASTER}:7~2", "7", "T-other", BERND, before)
    assert "7" not in beside_a_copy(other), "all is another's, so the former row is gone (D18a, D3)"
    assert "7" in beside_a_copy(other, rejected=(aside("booking", ("7", "N2", PERIOD)),)), "one that cannot be read"
    for same in (
        {"participant_no": row.participant_no},
        {"person": ANNA},
        {"booked_at": row.booked_at},
        {"booked_at": ""},
        {"person": None},
    ):
        assert "7" in beside_a_copy(other._replace(**same)), "it may be the booking, wherever the course belongs (B11)"


def test_b16_mirror_in_a_course_that_was_set_aside_is_not_gone_whatever_its_beleg_id() -> None:
    routing = followed(one("N1"), one("N9"), two(), at("N9", "77", of="301:7"), one={"7"})
    assert routing.slices[ONE].protected >= {"77", "301:7"}


@pytest.mark.parametrize(
    ("row", "stands"),
    [
        (at("N2", "77", of="301:7"), True),
        (at("N2", "77", of="301:7", status="S"), True),
        (at("LOCAL", "77", of="301:7"), True),
        (at("N2", "77", of="301:71"), False),
    ],
    ids=["shared", "cancelled", "nobody shares", "another"],
)
def test_b11_mirror_that_stands_in_another_course_is_seen(row: BookingRow, stands: bool) -> None:
    routing = followed(one("N1"), two(), one("LOCAL", ""), row, one={"7"})
    assert routing.slices[ONE].elsewhere("301:7") == stands


def test_r15_booking_in_a_course_that_shows_the_coop_id_of_another_is_not_gone() -> None:
    routing = followed(one("N1"), two(coop_id=ONE), at("N2", "7"), one={"7"}, two={"9"})
    assert "7" in routing.slices[ONE].protected


def test_d18_mirror_in_a_course_with_another_coop_id_is_nobody_who_had_its_beleg_id_before() -> None:
    """A restored program gives the number of whom it lost to a mirror, which can be read."""
    routing = followed(one("N1"), two(coop_id=ONE), at("N2", "7", of="301:9"), one={"7"}, two={"9"})
    assert routing.slices[ONE].protected >= {"301:9"}
    assert "7" not in routing.slices[ONE].protected


def test_b11_booking_that_stands_in_a_course_of_its_own_is_gone_from_the_other() -> None:
    routing = followed(one("N1"), one("LOCAL", ""), two(), at("LOCAL", "7"), at("N1", "8"), one={"7", "8"})
    assert "7" not in routing.slices[ONE].protected
    assert routing.slices[ONE].proves_absence


CHANGED: dict[str, Any] = {"title": "Pastell", "starts_on": date(2026, 5, 5)}


@pytest.mark.parametrize(
    ("rows", "follows"),
    [
        ([one("N9", **CHANGED), two()], True),
        ([one("N9", **CHANGED), two(), one("LOCAL", "")], True),
        ([one("N9", **CHANGED), one("N8", TWO)], False),
        ([one("N9", **CHANGED), two(), one("N8", "")], False),
        ([one("N9", **CHANGED, markers=("100",)), two()], False),
    ],
    ids=["alone", "beside a local course", "beside an exchanged one", "beside a new one", "as an Abo-Kurs"],
)
def test_r20_course_that_lost_number_title_and_day_is_known_by_its_coop_id_alone_unless_something_tells_against_it(
    rows: list[CourseRow], follows: bool
) -> None:
    routing = routed(*rows)
    assert (ONE in routing.slices and routing.slices[ONE].course is not None) == follows
    assert follows or routing.slices[ONE].course_absent


def test_r20_course_known_before_is_not_known_by_its_coop_id_alone() -> None:
    """It stood in the catalogue, although no complete export has shown it beside every shared course."""
    routing = route(export(one("N9", **CHANGED), two()), LANES, lambda key: key[0] == "N9", lambda _: False)
    assert routing.slices[ONE].course_absent
    assert [course.number for course in routing.catalogue] == ["N9"]


def test_r15_course_that_was_given_the_coop_id_of_another_shows_its_people_to_nobody() -> None:
    """Both courses are under other numbers, one lost its COOP-Id, and is another by title or first day too."""
    routing = followed(one("N9", TWO, title="Pastell"), two("N8", ""), at("N9", "7"), at("N9", "8"), one={"6"})
    assert TWO not in routing.slices or routing.slices[TWO].course is None
    assert len(routing.rejected) == 2


@pytest.mark.parametrize("when", ["before", "at once"])
def test_r15_course_of_a_coop_id_nobody_issued_does_not_become_a_deleted_one(when: str) -> None:
    """Number and title are others as well; its bookings tell which course it is, so that nobody is missing."""
    rows = one("N9", "999-COOP-9" if when == "before" else TWO, **CHANGED), at("N9", "7")
    routing = followed(*rows, one={"7"})
    assert not any(part.course for part in routing.slices.values())
    assert routing.rejected[0].about == "course"


@pytest.mark.parametrize("markers", [("100",), ()])
def test_r20_abo_course_that_lost_number_title_and_day_may_have_lost_its_mark_too(markers: tuple[str, ...]) -> None:
    abo = "301-COOP-1"
    lanes = {abo: KnownLane(abo, "N1", PERIOD, ENDS, "Aquarell", MASTER_FACTS.starts_on)}
    assert taken(routed(one("N9", abo, **CHANGED, markers=markers), lanes=lanes), abo) == ("N9", [])


@pytest.mark.parametrize("day", [YOGA["starts_on"], date(2026, 5, 5)], ids=["the day of the other", "another day"])
def test_r15_title_of_another_course_that_is_gone_tells_against_the_coop_id(day: date) -> None:
    """Two courses whose COOP-Ids were exchanged got other numbers and another day: nobody's Ausfall ends the other."""
    aquarell = one("N8", TWO, title="Aquarell", starts_on=date(2026, 5, 5))
    routing = routed(aquarell, one("N9", ONE, title="Yoga", starts_on=day))
    assert (routing.slices[ONE].course, routing.slices[TWO].course) == (None, None)
    assert {item.key for item in routing.rejected} == {("N8", PERIOD), ("N9", PERIOD)}


@pytest.mark.parametrize(("markers", "number"), [(("100",), "N9"), ((), None)])
def test_r15_row_with_nothing_but_the_coop_id_of_an_abo_may_be_a_course_of_its_vhs_that_is_gone(
    markers: tuple[str, ...], number: str | None
) -> None:
    abo = "301-COOP-1"
    lanes = {abo: KnownLane(abo, "N1", PERIOD, ENDS, "Aquarell", MASTER_FACTS.starts_on), TWO: LANES[TWO]}
    routing = routed(one("N9", abo, **CHANGED, markers=markers), lanes=lanes)
    assert taken(routing, abo) == (number, [])
    assert routing.slices[TWO].course_absent
    assert [item.key for item in routing.rejected] == [("N9", PERIOD)] * (number is None)


@pytest.mark.parametrize(("markers", "follows"), [(("100",), False), ((), True)])
def test_r15_new_abo_course_of_its_title_and_day_without_coop_id_tells_against_another_row_that_has_the_id(
    markers: tuple[str, ...], follows: bool
) -> None:
    """Two Abo-Kurse were renumbered, their COOP-Ids exchanged, and one of these was lost: whose people are whose?"""
    abo = "301-COOP-1"
    lanes = {abo: KnownLane(abo, "N1", PERIOD, ENDS, "Aquarell", MASTER_FACTS.starts_on)}
    routing = routed(one("N9", abo, **CHANGED, markers=("100",)), one("N8", "", markers=markers), lanes=lanes)
    assert (routing.slices[abo].course is not None) is follows
    assert follows or {item.key for item in routing.rejected} == {("N8", PERIOD), ("N9", PERIOD)}


def test_r20_renumbered_course_is_followed_although_somebody_was_booked_into_another_course() -> None:
    local = one("LOCAL", None, title="Chor")
    routing = followed(one("N9"), local, two(), at("LOCAL", "7"), one={"7"})
    assert taken(routing, ONE) == ("N9", [])


def test_r15_bookings_in_another_row_tell_against_the_coop_id() -> None:
    routing = followed(one("N9", TWO), two("N8", ONE), at("N9", "7"), one={"7"})
    assert routing.slices[ONE].course_absent
    assert routing.slices[TWO].course_absent
    assert {item.key for item in routing.rejected} >= {("N9", PERIOD), ("N8", PERIOD)}


def test_r15_title_and_day_of_another_course_tell_against_the_coop_id() -> None:
    routing = followed(two("N9", ONE), two={"7"})
    assert routing.slices[ONE].course_absent
    assert not routing.slices.get(TWO) or routing.slices[TWO].course is None


def test_r15_slip_that_nobody_else_ever_showed_gives_way_to_the_coop_id_put_right() -> None:
    slip = KnownLane(TWO, "N9", PERIOD, ENDS, "Aquarell", MASTER_FACTS.starts_on, alone=True)
    routing = followed(one("N9"), at("N9", "7"), lanes={ONE: FIRST, TWO: slip})
    assert taken(routing, ONE) == ("N9", ["7"])
    assert routing.slices[TWO].course_absent


def test_r15_lone_course_is_no_slip_where_the_other_course_stands_in_another_row() -> None:
    """The COOP-Ids of two courses were exchanged, one was renumbered and lost the other's."""
    lone = KnownLane(TWO, "N9", PERIOD, ENDS, "Yoga", date(2026, 4, 1), alone=True)
    routing = followed(two("N9", ONE), one("N8", ""), at("N9", "7"), lanes={ONE: FIRST, TWO: lone})
    assert taken(routing, TWO) == ("N9", ["7"]), "nobody else hears of who booked there"
    assert routing.slices[ONE].course is None
    alone = followed(two("N9", ONE), at("N9", "7"), lanes={ONE: FIRST, TWO: lone})
    assert taken(alone, ONE) == ("N9", ["7"])


def test_r15_slip_that_people_booked_gives_way_where_the_course_brings_bookings_of_its_own() -> None:
    slip = KnownLane(TWO, "N9", PERIOD, ENDS, "Yoga", date(2026, 4, 1), alone=True)
    rows = (two("N9", ONE), at("N9", "7"), at("N9", "8"))
    routing = followed(*rows, lanes={ONE: FIRST, TWO: slip}, one={"8"}, two={"7"})
    assert taken(routing, ONE) == ("N9", ["7", "8"])
    assert routing.slices[TWO].course_absent


def test_r15_course_that_people_booked_does_not_give_way_to_the_coop_id_of_another() -> None:
    lone = KnownLane(TWO, "N9", PERIOD, ENDS, "Yoga", date(2026, 4, 1), alone=True)
    routing = followed(two("N9", ONE), at("N9", "7"), lanes={ONE: FIRST, TWO: lone}, two={"7"})
    assert taken(routing, TWO) == ("N9", ["7"])
    assert routing.slices[ONE].course_absent


def test_r15_row_of_an_occupancy_export_says_that_it_holds_counts_only() -> None:
    assert routed(one(), kind=Kind.OCCUPANCY).slices[ONE].counts_only
    assert not routed(one()).slices[ONE].counts_only


def test_b1_live_mirror_in_a_course_nobody_shares_is_set_aside() -> None:
    local = one("LOCAL", None)
    routing = routed(
        one(), local, at("LOCAL", "7", of="301:1"), at("LOCAL", "8"), at("LOCAL", "9", status="S", of="301:2")
    )
    assert [(item.about, item.key) for item in routing.rejected] == [("booking", ("7", "LOCAL", PERIOD))]


def test_course_copied_into_the_next_period_is_no_renumbering() -> None:
    lane = KnownLane(ONE, "N1", PERIOD, date(2026, 2, 1))
    copied = row(MASTER, number="N1", period="26H", coop_id=ONE)
    routing = routed(copied, lanes={ONE: lane}, scope_from=date(2026, 3, 1))
    assert ONE not in routing.slices
    assert [item.about for item in routing.rejected] == ["course"]


# --- what proves an absence -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {"kind": Kind.DELTA},
        {"kind": Kind.OCCUPANCY},
        {"bookings_complete": False},
        {"has_bookings": False},
        {"rejected": (aside("booking", None),)},
        {"rejected": (aside("booking", ("", "N1", PERIOD)),)},
    ],
)
def test_b11a_only_a_complete_full_export_proves_that_a_booking_is_gone(how: dict[str, Any]) -> None:
    assert not routed(one(), two(), **how).slices[ONE].proves_absence


@pytest.mark.parametrize(
    "how",
    [
        {"kind": Kind.DELTA},
        {"courses_complete": False},
        {"rejected": (aside("course", None),)},
        {"rejected": (aside("course", ("N1", PERIOD)),)},
    ],
)
def test_b11a_only_a_complete_full_export_proves_that_a_course_is_gone(how: dict[str, Any]) -> None:
    assert ONE not in routed(two(), **how).slices


def test_b11d_absent_course_proves_nothing_about_its_bookings() -> None:
    assert not routed(two()).slices[ONE].proves_absence


def test_b11a_course_out_of_scope_cannot_vanish_nor_can_its_bookings() -> None:
    later = date(2026, 6, 1)
    assert ONE not in routed(two(), scope_from=later).slices
    assert not routed(one(), two(), scope_from=later).slices[ONE].proves_absence
    assert routed(one(), two(), scope_from=ENDS).slices[ONE].proves_absence


def test_b11a_course_without_a_last_day_is_in_scope() -> None:
    lane = KnownLane(ONE, "N1", PERIOD, None)
    assert routed(lanes={ONE: lane}, scope_from=date(2026, 6, 1)).slices[ONE].course_absent


def test_d17_row_that_says_not_whose_it_is_takes_the_proof_from_its_course_only() -> None:
    slices = routed(one(), two(), rejected=(aside("booking", ("", "N1", PERIOD)),)).slices
    assert (slices[ONE].suspended is not None, slices[ONE].proves_absence) == (True, False)
    assert (slices[TWO].suspended, slices[TWO].proves_absence) == (None, True)


def test_b11_set_aside_rows_protect_their_bookings() -> None:
    routing = routed(one(), two(), rejected=(aside("booking", ("7", "N1", PERIOD)),))
    assert "7" in routing.slices[ONE].protected


def test_b11_own_booking_under_another_beleg_id_protects_what_it_names() -> None:
    routing = routed(one(), two(), at("N1", "50", of="563:1"))
    assert routing.slices[ONE].bookings == []
    assert {"1", "50"} <= routing.slices[ONE].protected


def test_b16_own_reference_under_the_right_beleg_id_is_taken() -> None:
    assert taken(routed(one(), two(), at("N1", "1", of="563:1")), ONE) == ("N1", ["1"])


def test_bookings_of_a_course_that_is_not_in_a_partial_export_reach_it() -> None:
    routing = routed(at("N1"), kind=Kind.DELTA)
    assert taken(routing, ONE) == (None, ["1"])
    assert not routing.slices[ONE].course_absent


def test_source_without_periods_is_matched_by_number() -> None:
    nameless = row(MASTER, number="N1", period=None, coop_id=None)
    assert taken(routed(nameless, kind=Kind.CATALOGUE), ONE) == ("N1", [])


# --- a VHS's own reference in its own row ----------------------------------------------------------------------------


def restored(*rows: BookingRow, known_as: str = "6") -> list[str]:
    """Route a course with the row 5 that names the VHS's own booking 563:6, known under a Beleg-ID; gives what is
    taken.
    """
    seats = [KnownSeat(f"{MASTER}:6", known_as, "T6", ANNA)]
    named = msgspec.structs.replace(at("N1", "5", of=f"{MASTER}:6"), line=4)
    found = route(export(one(), two(), named, *rows), LANES, lambda _: False, seats=lambda _: iter([(ONE, seats)]))
    return taken(found, ONE)[1]


def test_d20_own_reference_in_a_row_that_was_written_again_is_understood() -> None:
    assert restored() == ["5"], "the name fits, and nobody else is 563:6"
    assert restored(known_as="5") == ["5"], "under this Beleg-ID it is known by now"
    assert restored(at("N1", "6", of="301:7", person=None)) == ["5", "6"], "its Beleg-ID is a mirror's now"


def test_d18_own_reference_in_a_copied_row_is_set_aside() -> None:
    assert restored(at("N1", "6")) == ["6"], "the booking itself stands there"
    stranger = at("N1", "5", of=f"{MASTER}:6", person=BERND)
    seats = [(ONE, [KnownSeat(f"{MASTER}:6", "6", "T6", ANNA)])]
    found = route(export(one(), two(), stranger), LANES, lambda _: False, seats=lambda _: iter(seats))
    assert taken(found, ONE)[1] == [], "it is another person"


def pasted(*, known: KnownSeat, person: Person = ANNA) -> Routing:
    """Route a course in which the own row 5 has the reference of the mirror in row 8."""
    own = msgspec.structs.replace(at("N1", "5", of="301:7", person=person), line=4)
    mirror = msgspec.structs.replace(at("N1", "8", of="301:7", person=BERND), line=5)
    return route(export(one(), two(), own, mirror), LANES, lambda _: False, seats=lambda _: iter([(ONE, [known])]))


def test_d17_own_booking_into_which_a_reference_was_pasted_is_set_aside_and_protected() -> None:
    own = at("N1", "5")
    found = pasted(known=KnownSeat(f"{MASTER}:5", "5", own.participant_no, ANNA))
    assert taken(found, ONE)[1] == ["8"]
    (item,) = found.rejected
    assert (item.reason, item.remedy) == (
        "this VHS's own booking names 301:7, which is row 8",
        "empty Koop-Beleg-ID in a booking of your own",
    )
    assert "5" in found.slices[ONE].protected


def test_d26_second_row_of_a_mirror_that_is_no_own_booking_is_the_mirrors() -> None:
    own = at("N1", "5")
    strangers = [
        KnownSeat(f"{MASTER}:6", "6", own.participant_no, ANNA),
        KnownSeat(f"{MASTER}:5", "5", "T-other", ANNA),
        KnownSeat(f"{MASTER}:5", "5", own.participant_no, BERND),
    ]
    for known in strangers:
        assert taken(pasted(known=known), ONE)[1] == ["5", "8"]


# --- what is set aside ------------------------------------------------------------------------------------------------

COPY = (
    'empty "Externe Kurs-Nr." there; but if it is the shared course itself, delete N1 or give that another number, '
    "and number it N1 again"
)
SET_ASIDE: list[tuple[list[CourseRow | BookingRow], tuple[str, ...], tuple[str, str, str]]] = [
    (
        [one("N8", ""), two()],
        ("N8", PERIOD),
        (
            "Externe Kurs-Nr.",
            "the course is 563-COOP-1; its COOP-Id was altered or lost",
            'put the COOP-Id back into "Externe Kurs-Nr." and export again',
        ),
    ),
    (
        [one(), two(), one("N8", "563-COOP-9"), one("N9", "563-COOP-9")],
        ("N8", PERIOD),
        (
            "Externe Kurs-Nr.",
            "COOP-Id 563-COOP-9 stands in 2 courses",
            'empty "Externe Kurs-Nr." in the course that was copied and export again',
        ),
    ),
    (
        [one(), two(), one("N9")],
        ("N9", PERIOD),
        ("Externe Kurs-Nr.", "COOP-Id 563-COOP-1 is a copy: it belongs to N1 (26F)", COPY),
    ),
    (
        [one(), two(), at("N99")],
        ("1", "N99", PERIOD),
        ("Kursnummer", "booking of course N99 (26F), which this VHS never reported", "export the course as well"),
    ),
    (
        [one(), two(), at("N1", "5", of="563:6")],
        ("5", "N1", PERIOD),
        (
            "Koop-Beleg-ID",
            "Koop-Beleg-ID 563:6 names this VHS's own booking under another Beleg-ID",
            "empty Koop-Beleg-ID in a booking of your own",
        ),
    ),
    (
        [one(), two(), at("LOCAL", "5", of="301:7")],
        ("5", "LOCAL", PERIOD),
        (
            "Koop-Beleg-ID",
            "booking 301:7 of another VHS stands in course LOCAL (26F), which nobody shares",
            f"{COPIED}; else set status S in this row, or put the COOP-Id right",
        ),
    ),
]


@pytest.mark.parametrize(
    ("rows", "key", "why"),
    SET_ASIDE,
    ids=["lost COOP-Id", "two with one COOP-Id", "copy", "unknown course", "own reference", "strayed mirror"],
)
def test_row_set_aside_says_where_it_stands_why_and_what_to_do(
    rows: list[CourseRow | BookingRow], key: tuple[str, ...], why: tuple[str, str, str]
) -> None:
    item = routed(*rows).rejected[0]
    is_course = len(key) == 2
    assert (item.column, item.reason, item.remedy) == why
    assert (item.about, item.key) == ("course" if is_course else "booking", key)
    assert (item.file, item.line) == (("kurse.csv", 2) if is_course else ("belegungen.csv", 3))
    assert item.raw == b"", "the bytes are in the file; a copy would outlive the person's wish to be forgotten (D15)"


@pytest.mark.parametrize(
    ("item", "proves"),
    [
        (aside("course", None), False),
        (aside("course", ("X", PERIOD)), True),
        (aside("course", ("N1", PERIOD)), False),
        (aside("booking", None), True),
    ],
    ids=["a course that cannot be named", "another course", "this very course", "a booking"],
)
def test_b11_r19_only_a_row_set_aside_that_may_be_the_course_speaks_for_it(item: Rejected, proves: bool) -> None:
    routing = routed(two(), rejected=(item,))
    assert (ONE in routing.slices and routing.slices[ONE].course_absent) is proves


@pytest.mark.parametrize("same_title", [True, False])
def test_d18_r20_ids_made_of_the_course_number_say_nothing_of_which_course_it_is(same_title: bool) -> None:
    """N1 became N2, which became N9, in one night: the Beleg-IDs of one course are now those of the other."""
    second = FIRST._replace(coop_id=TWO, number="N2") if same_title else SECOND
    rows = [at("N2", "N2/26F/0", tnr="T1"), at("N9", "N9/26F/0", tnr="T2")]
    report = export(one("N2"), one("N9", TWO) if same_title else two("N9"), *rows, composed=True)
    ids = {ONE: frozenset({"N1/26F/0"}), TWO: frozenset({"N2/26F/0"})}
    traces = {coop_id: (trace_of_row(row, MASTER, composed=True),) for coop_id, row in zip(LANES, rows, strict=True)}
    found = route(
        report,
        {ONE: FIRST, TWO: second},
        lambda key: key[0] == "LOCAL",
        booking_ids=ids.__getitem__,
        traces=traces.__getitem__,
    )
    assert {coop_id: part.bookings for coop_id, part in found.slices.items()} == {ONE: rows[:1], TWO: rows[1:]}
    assert found.rejected == []
    assert all(part.proves_absence for part in found.slices.values())


@pytest.mark.parametrize("how", [{"kind": Kind.DELTA}, {"has_bookings": False}], ids=["delta", "no bookings"])
@pytest.mark.parametrize(
    "rows",
    [
        (one("N9"), one("N1", "", title="Töpfern", starts_on=date(2026, 9, 1))),
        (one("N9"), one("N1", "")),
        (one("N1", TWO), one("N2", ONE)),
        (two("N1"), one("N2")),
        (one("N1", "", title="Töpfern", starts_on=date(2026, 9, 1)),),
    ],
    ids=["given to another", "alike", "exchanged and alike", "exchanged", "only the other is shown"],
)
def test_r20_number_that_another_course_has_now_is_told_by_participants_alone(
    rows: tuple[CourseRow, ...], how: dict[str, Any]
) -> None:
    """Who was told to write the COOP-Id back would share a course that nobody shares, and who booked it (D15)."""
    booked_now = () if "has_bookings" in how else (at("N1", "9"),)
    routing = route(export(*rows, *booked_now, **how), LANES, lambda _: False, **known(one={"7"}, two={"8"}))
    assert [part.bookings for part in routing.slices.values() if part.coop_id == ONE or part.course is not None] == []
    assert sorted(str(item.key) for item in routing.rejected) == sorted(str((row.number, PERIOD)) for row in rows)
    assert routing.catalogue == [], "else the next complete export would take it for a course that stood beside"


@pytest.mark.parametrize(
    ("held", "told"),
    [((), True), ((at("N9", "8", person=BERND, at="2026-02-03T10:00:00+01:00"),), False)],
    ids=["nobody", "somebody else"],
)
def test_d20_course_that_is_to_be_made_again_is_known_under_whichever_number_it_shows_its_coop_id(
    held: tuple[BookingRow, ...], *, told: bool
) -> None:
    """It was made and got another number before any export showed it; who had booked waits to be written again."""
    lanes = LANES | {ONE: FIRST._replace(title=None, starts_on=None)}
    traces = {ONE: (trace_of_row(at("N1", "7"), MASTER, composed=False),), TWO: ()}
    routing = route(export(one("N9"), two(), *held), lanes, lambda _: False, traces=traces.__getitem__)
    assert (routing.slices[ONE].course is not None) is told
    assert bool(routing.rejected) is not told, "who booked since need not be of this course, and it is asked"


def test_r20_mirror_under_a_number_of_which_nothing_is_told_need_not_be_cancelled() -> None:
    rows = (one("N9"), one("N1", ""), at("N1", "6", of="301:6"))
    routing = route(export(*rows, kind=Kind.DELTA), LANES, lambda _: False, **known(one={"7"}))
    assert routing.rejected[-1].remedy.startswith("export in full, with the bookings")


def test_d25_mirrors_in_a_course_nobody_shares_are_strays_unless_they_show_an_s() -> None:
    stray = mirror("8", "301:7", number="LOCAL")
    rows = [mirror("9", "301:9", "S", number="LOCAL"), stray]
    assert routed(one(), two(), row(MASTER, number="LOCAL", coop_id=""), *rows).strays == {"301:7": stray}


def unsure(*ids: str) -> tuple[Trace, ...]:
    """Trace bookings that partial exports alone have shown."""
    return tuple(trace._replace(sure=False) for trace in traces_of_ids(ids))


COOKING: dict[str, Any] = {"title": "Kochen", "starts_on": date(2026, 5, 5)}


@pytest.mark.parametrize("sure", [("1", "2"), ()], ids=["booked before", "nobody before"])
def test_d28_who_came_by_the_number_alone_does_not_tell_which_course_it_is(sure: tuple[str, ...]) -> None:
    """COOP-Id, title and first day stand under another number, and the one here shows another course."""
    known = {ONE: traces_of_ids(sure) + unsure("9"), TWO: ()}
    stand = [at("N9", booking_id) for booking_id in sure]
    cook, courses = at("N1", "9"), (one("N1", "", **COOKING), one("N9"), two())
    routing = route(export(*courses, cook, at("N1", "10"), *stand), LANES, lambda _: False, traces=known.__getitem__)
    assert taken(routing, ONE) == ("N9", list(sure))
    assert [row.number for row in routing.catalogue] == ["N1"]
    assert routing.slices[ONE].is_another(cook)


def test_d28_who_came_by_the_number_alone_does_not_keep_a_course_that_exchanged_it_with_another() -> None:
    known = {ONE: traces_of_ids({"1"}), TWO: traces_of_ids({"2"}) + unsure("9")}
    rows = one("N2"), two("N1"), at("N2", "1"), at("N2", "9"), at("N1", "2")
    routing = route(export(*rows), LANES, lambda _: False, traces=known.__getitem__)
    assert (taken(routing, ONE), taken(routing, TWO)) == (("N2", ["1", "9"]), ("N1", ["2"]))
    assert not routing.rejected
    assert routing.slices[TWO].is_another(rows[3])


def test_r15_partial_export_does_not_tell_a_lost_coop_id_by_who_came_by_the_number_alone() -> None:
    known = {ONE: traces_of_ids({"1"}) + unsure("9"), TWO: ()}
    rows = one("N1", "", **COOKING), at("N1", "9")
    routing = route(export(*rows, kind=Kind.DELTA), LANES, lambda _: False, traces=known.__getitem__)
    assert ONE not in routing.slices
    assert routing.rejected[0].remedy.startswith("export in full")


@pytest.mark.parametrize("facts", [{"title": "Kochen"}, {"title": None}, {}], ids=["day alike", "not stated", "alike"])
def test_r20_course_that_may_have_been_copied_to_another_number_is_not_certainly_another(facts: dict[str, Any]) -> None:
    """Who is left there is asked about, and not cancelled."""
    known = {ONE: traces_of_ids({"1"}), TWO: ()}
    rows = one("N1", "", **facts), one("N9"), two(), at("N9", "1"), at("N1", "9")
    routing = route(export(*rows), LANES, lambda _: False, traces=known.__getitem__)
    assert taken(routing, ONE) == ("N9", ["1"])
    assert not routing.slices[ONE].is_another(rows[-1])


LEGACY = "563-KNR-26F-N1"
SHARED_BY_NUMBER = {LEGACY: FIRST._replace(coop_id=LEGACY)}
"""A course that is shared without COOP-Id, as 563 has it."""


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ([one("N1", "", **COOKING), one("N9", ""), at("N9", "7"), at("N1", "9")], True),
        ([one("N1", "", title="Kochen"), one("N9", ""), at("N9", "7"), at("N1", "9")], True),
        ([one("N1", "", title="Kochen"), one("N9", "", title="Neu"), at("N9", "7"), at("N1", "9")], True),
        ([one("N1", "", **COOKING), at("N1", "9")], True),
        ([one("N1", "", **COOKING), at("N1", "7")], False),
        ([one("N1", "", title="Kochen"), at("N1", "9")], False),
        ([one("N1", "", title="Kochen"), one("N9", ""), at("N9", "9"), at("N1", "7")], False),
    ],
    ids=["exchanged", "on the same day", "told by people", "given away", "revised", "emptied", "copied"],
)
@pytest.mark.parametrize("kind", [Kind.FULL, Kind.DELTA])
def test_r20_course_without_coop_id_whose_number_shows_another_is_held(
    rows: list[CourseRow | BookingRow], held: bool, kind: Kind
) -> None:
    """Nobody is missing by it, and nobody who booked the other course is shown to anybody."""
    known = {LEGACY: traces_of_ids({"7"})}
    report = export(*rows, kind=kind)
    routing = route(report, SHARED_BY_NUMBER, lambda key: key[0] == "N9", traces=known.__getitem__)
    assert (LEGACY not in routing.slices) == held
    remedies = [item.remedy for item in routing.rejected if item.key == ("N1", PERIOD)]
    assert [remedy.startswith("a course without COOP-Id is known by its number alone") for remedy in remedies] == (
        [True] if held else []
    )


# --- the weights of number, COOP-Id, title, first day and bookings ----------------------------------------------------

OTHER_DAY, OTHER_TITLE, OTHERS = {"starts_on": date(2026, 9, 1)}, {"title": "Kochen"}, dict(COOKING)
PLACES = ("N9 N9 N9", "N9 N9 N1", "N9 N1 N1", "N1 N1 N1", "- - -")
"""Where the three bookings of the course stand now: under the number with its COOP-Id, its old one, or nowhere."""

WEIGHTS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("renumbered, its number given to another", {}, OTHERS, "N9 N9 ask ask N9"),
    ("and to another of the same day", {}, OTHER_TITLE, "N9 N9 ask ask N9"),
    ("and to another of the same title", {}, OTHER_DAY, "N9 N9 ask ask N9"),
    ("postponed as well", OTHER_DAY, OTHERS, "N9 N9 ask ask ask"),
    ("another title as well", OTHER_TITLE, OTHERS, "N9 N9 ask ask ask"),
    ("copied", {}, {}, "N9 N1 N1 N1 N1"),
    ("copied to another day", OTHER_DAY, {}, "N9 N1 N1 N1 N1"),
    ("given to another course", OTHERS, {}, "N9 N1 N1 N1 N1"),
    ("both edited", OTHERS, OTHERS, "N9 ask N1 N1 N1"),
    ("both postponed", OTHER_DAY, OTHER_DAY, "N9 ask N1 N1 N1"),
]
"""What COOP-Id and old number show of title and first day, and for each of the places which row is the course: where
it is N1, that has lost its COOP-Id, and is told so."""


@pytest.mark.parametrize("of_other", ["", TWO], ids=["no COOP-Id", "that of another"])
@pytest.mark.parametrize(
    ("there", "here", "places", "expected"),
    [
        pytest.param(there, here, places, expected, id=f"{name}: {places}")
        for name, there, here, result in WEIGHTS
        for places, expected in zip(PLACES, result.split(), strict=True)
    ],
)
def test_r20_d28_row_with_the_coop_id_and_row_with_the_number_are_weighed(
    there: dict[str, Any], here: dict[str, Any], places: str, expected: str, of_other: str
) -> None:
    """Whom it is asked about is shown to nobody, and no COOP-Id is written into a course before that is known."""
    known = {ONE: traces_of_ids({"1", "2", "3"}), TWO: ()}
    stand = [at(number, str(count)) for count, number in enumerate(places.split(), 1) if number != "-"]
    rows = [one("N9", **there), one("N1", of_other, **here)] + ([] if of_other else [two()])
    report = export(*rows, *stand, at("N9", "8"), at("N1", "9"))
    routing = route(report, LANES, lambda _: False, traces=known.__getitem__)
    if expected == "ask":
        assert ONE not in routing.slices, "it is not lost, and nobody is missing"
        assert {item.key for item in routing.rejected if item.about == "course"} == {("N9", PERIOD), ("N1", PERIOD)}
        assert routing.catalogue == [], "the next export asks again"
    else:
        assert taken(routing, ONE)[0] == expected
        assert {row.booking_id for row in routing.slices[ONE].bookings} >= {"8" if expected == "N9" else "9"}


@pytest.mark.parametrize("here", [OTHERS, {}], ids=["another course", "alike"])
def test_d28_partial_export_with_one_who_was_moved_does_not_tell_whose_the_number_is(here: dict[str, Any]) -> None:
    """Nobody is told to write the COOP-Id into that course, and nobody of it is shown to anybody."""
    rows = one("N9"), one("N1", "", **here), at("N1", "7"), at("N1", "9")
    routing = route(export(*rows, kind=Kind.DELTA), LANES, lambda _: False, **known(one={"7", "8"}))
    assert ONE not in routing.slices
    assert {item.key for item in routing.rejected} == {("N9", PERIOD), ("N1", PERIOD)}


def test_r20_d25_shared_courses_that_give_their_numbers_on_are_followed_whoever_was_moved_between_them() -> None:
    rows = one("N9"), two("N1"), at("N9", "1"), at("N9", "2"), at("N1", "3"), at("N1", "4")
    routing = followed(*rows, one={"1", "2", "3"}, two={"4"})
    assert (taken(routing, ONE), taken(routing, TWO)) == (("N9", ["1", "2"]), ("N1", ["3", "4"]))
    stand = at("N2", "1"), at("N2", "5"), at("N1", "2"), at("N1", "4"), at("N1", "6")
    routing = followed(one("N2"), two("N1"), *stand, one={"1", "2", "3"}, two={"4", "5", "6"})
    assert not routing.slices, "as many of the one stand with its number as with its COOP-Id"
    assert {item.key for item in routing.rejected} == {("N1", PERIOD), ("N2", PERIOD)}


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ([one("N1", "", **OTHERS), at("N1", "9")], True),
        ([one("N1", "", **OTHERS), at("N1", "1"), at("N1", "9")], False),
        ([one("N1", "", **OTHERS), one("N9", ""), at("N9", "1"), at("N9", "2"), at("N1", "3")], True),
        ([one("N1", "", **OTHER_DAY), one("N9", ""), at("N9", "8"), at("N1", "9")], True),
        ([one("N1", "", **OTHER_DAY), at("N1", "9")], False),
        ([one("N1", ""), at("N1", "9")], False),
    ],
    ids=["given away", "one stayed", "most went on", "told by title and day", "emptied", "alike"],
)
def test_d28_number_alone_makes_no_course_the_shared_one_whose_coop_id_is_nowhere(
    rows: list[CourseRow | BookingRow], held: bool
) -> None:
    routing = followed(*rows, two(), one={"1", "2", "3"})
    assert (ONE not in routing.slices) == held
    remedies = [item.remedy for item in routing.rejected if item.key == ("N1", PERIOD)]
    assert [remedy.startswith("if this is the shared course") for remedy in remedies] == [True] * held


def test_d12_course_without_coop_id_is_held_where_most_of_it_stands_under_another_number() -> None:
    stand = at("N9", "1"), at("N9", "2"), at("N1", "3"), at("N1", "9")
    rows = one("N9", ""), one("N1", "", **OTHERS), *stand
    held = traces_of_ids({"1", "2", "3"})
    routing = route(export(*rows), SHARED_BY_NUMBER, lambda key: key[0] == "N9", traces={LEGACY: held}.__getitem__)
    assert LEGACY not in routing.slices
