from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from koop_es.connectors import read_export
from koop_es.domain.observation import Kind, Person, Report, Status
from koop_es.simulate.copies import Copy, put_back
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL, Program
from koop_es.simulate.rows import WHO, CourseKey, NotAllowed

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
COURSE = {
    "Titel": "Obstbäume schneiden",
    "Typ": "Normalkurs",
    "Datum von": "02.03.2026",
    "Datum bis": "23.03.2026",
    "TN max": "4",
    "Gebühr": "90,00",
    "Anrechenbar": "F",
    "Externe Kurs-Nr.": "563-COOP-1",
    "Belegen nur bis Maximum": "W",
}
ANNA = Person("Berger", "Anna", "09421 1001", "anna.berger@example.org")
KEY = CourseKey("26-10009", "26F")


def program(system: str = KUFERSQL, vhs: str = "563") -> Program:
    made = Program(vhs, system, "Straubing")
    made.add_course(*KEY, COURSE)
    return made


def exported(made: Program, directory: Path, **wanted: Any) -> Report:
    return read_export(made.export(directory, NOW, **wanted))


def change(kind: str, number: int = 1, **parts: Any) -> dict[str, Any]:
    course = {"number": KEY.number, "period": KEY.period, **parts.pop("course", {})}
    return {"id": f"563:563-COOP-1:{kind}:{number}", "kind": kind, "coop_id": "563-COOP-1", "course": course, **parts}


def booking(ref: str, status: str = "A", name: str | None = None, **other: str) -> dict[str, str | None]:
    person = {"name": name, "first_name": name, "phone": None, "email": None}
    return {"ref": ref, "status": status, "booked_at": "2026-02-02T09:00:00+01:00", **person, **other}


def test_export_says_what_staff_entered(tmp_path: Path) -> None:
    made = program()
    first = made.book(KEY, ANNA, NOW)
    report = exported(made, tmp_path)
    assert (report.vhs, report.system, report.sequence, report.kind) == ("563", KUFERSQL, 1, Kind.FULL)
    assert report.courses_complete
    assert report.bookings_complete
    assert report.rejected == []
    (course,), (seat,) = report.courses, report.bookings
    assert (course.number, course.external_number, course.facts.fee_cents) == (KEY.number, "563-COOP-1", 9000)
    assert (course.created_by, course.edited_by) == ("Büro", "Büro")
    assert (seat.booking_id, seat.status, seat.person, seat.ref) == (first, Status.CONFIRMED, ANNA, None)
    assert seat.booked_at == "2026-02-02T09:00:00+01:00"


def test_every_export_has_the_next_sequence(tmp_path: Path) -> None:
    made = program()
    assert [exported(made, tmp_path).sequence for _ in range(3)] == [1, 2, 3]


def test_same_doings_give_the_same_bytes(tmp_path: Path) -> None:
    paths = []
    for directory in ("one", "other"):
        made = program()
        made.merge(made.book(KEY, ANNA, NOW))
        paths.append(made.export(tmp_path / directory, NOW))
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in paths]
    assert contents[0] == contents[1]


def test_delta_holds_only_what_changed_since_the_last_export(tmp_path: Path) -> None:
    made = program()
    made.book(KEY, ANNA, NOW)
    exported(made, tmp_path)
    second = made.book(KEY, ANNA, NOW)
    report = exported(made, tmp_path, kind=Kind.DELTA)
    assert report.courses == []
    assert [row.booking_id for row in report.bookings] == [second]


def test_occupancy_export_shows_seats_and_no_booking(tmp_path: Path) -> None:
    made = program()
    made.book(KEY, ANNA, NOW)
    report = exported(made, tmp_path, kind=Kind.OCCUPANCY)
    assert [row.facts.capacity for row in report.courses] == [4]
    assert not report.has_bookings


def test_scope_leaves_out_courses_that_have_ended_with_their_bookings(tmp_path: Path) -> None:
    made = program()
    made.book(KEY, ANNA, NOW)
    report = exported(made, tmp_path, scope=date(2026, 3, 24))
    assert (report.courses, report.bookings, report.scope_from) == ([], [], date(2026, 3, 24))
    assert len(exported(made, tmp_path, scope=date(2026, 3, 23)).courses) == 1


def test_r44_cancelled_course_may_leave_the_exports_of_kufersql_only(tmp_path: Path) -> None:
    kufer, itm = program(), program(ITM_MANAGER)
    kufer.cancel_course(KEY, leave_web=True)
    assert exported(kufer, tmp_path).courses == []
    itm.cancel_course(KEY)
    assert exported(itm, tmp_path).courses[0].facts.cancelled is True
    with pytest.raises(NotAllowed):
        itm.cancel_course(KEY, leave_web=True)


def test_number_is_unique_per_program_in_kufersql_and_per_period_in_the_others() -> None:
    with pytest.raises(NotAllowed, match="taken"):
        program().add_course(KEY.number, "26H", COURSE)
    for system in (ITM_MANAGER, CMX_ORGANIZE):
        assert program(system).add_course(KEY.number, "26H", COURSE) == (KEY.number, "26H")
        with pytest.raises(NotAllowed, match="taken"):
            program(system).add_course(*KEY, COURSE)


def test_t5_cmx_organize_counts_a_course_with_its_third_participant() -> None:
    for system, counted in ((KUFERSQL, "F"), (ITM_MANAGER, "F"), (CMX_ORGANIZE, "W")):
        made = program(system)
        made.book(KEY, ANNA, NOW)
        made.apply([change("booking.create", booking=booking("301:1"))])
        waiting = made.waitlist(KEY, ANNA, NOW)
        assert made.courses[KEY]["Anrechenbar"] == "F"
        made.promote(waiting)
        assert made.courses[KEY]["Anrechenbar"] == counted


def test_full_course_takes_people_on_the_waiting_list_only() -> None:
    made = program()
    for _ in range(4):
        made.book(KEY, ANNA, NOW)
    with pytest.raises(NotAllowed, match="full"):
        made.book(KEY, ANNA, NOW)
    assert made.bookings[made.waitlist(KEY, ANNA, NOW)]["Status"] == "W"
    made.edit(KEY, {"Belegen nur bis Maximum": "F"})
    assert made.book(KEY, ANNA, NOW)


def test_field_that_cannot_hold_a_text_keeps_its_value() -> None:
    made = program()
    with pytest.raises(NotAllowed, match="Gebühr"):
        made.edit(KEY, {"Gebühr": "umsonst"})
    assert made.courses[KEY]["Gebühr"] == "90,00"


def test_merge_gives_the_same_person_a_new_row_under_new_numbers(tmp_path: Path) -> None:
    made = program()
    first = made.book(KEY, ANNA, NOW)
    made.export(tmp_path, NOW)
    before = dict(made.bookings[first])
    merged = made.merge(first)
    after = made.bookings[merged]
    assert first not in made.bookings
    assert {name for name in after if after[name] != before[name]} == {"Beleg-ID", "TNR"}
    assert (made.ref_of(merged), made.find("563:1")) == ("563:1", merged)


def test_booking_merged_before_any_export_showed_it_is_known_by_its_new_number_only() -> None:
    made = program()
    merged = made.merge(made.book(KEY, ANNA, NOW))
    assert made.ref_of(merged) == f"563:{merged}"
    with pytest.raises(NotAllowed):
        made.find("563:1")


def test_merged_mirror_still_stands_for_the_booking_of_its_owner() -> None:
    made = program()
    made.apply([change("booking.create", booking=booking("301:1"))])
    assert made.ref_of(made.merge("1")) == "301:1"


def test_removed_booking_can_be_put_back_as_it_was() -> None:
    made = program()
    first = made.book(KEY, ANNA, NOW)
    before = dict(made.bookings[first])
    made.remove(first)
    assert made.held("563-COOP-1") == {}
    with pytest.raises(NotAllowed):
        made.find("563:1")
    made.restore(first)
    assert made.bookings[first] == before
    assert made.held("563-COOP-1") == {"563:1": "A"}


def test_renumbered_course_keeps_its_bookings() -> None:
    made = program()
    made.book(KEY, ANNA, NOW)
    assert made.renumber(KEY, "26-10010") == ("26-10010", "26F")
    assert made.held("563-COOP-1") == {"563:1": "A"}
    assert KEY not in made.courses


def test_deleted_course_takes_its_bookings_along(tmp_path: Path) -> None:
    made = program()
    made.book(KEY, ANNA, NOW)
    made.delete_course(KEY)
    report = exported(made, tmp_path)
    assert (report.courses, report.bookings) == ([], [])


def test_a_copy_put_back_tells_who_went_with_a_course_that_was_deleted_since() -> None:
    made = program()
    made.bookings[made.book(KEY, ANNA, NOW)][WHO] = "0"
    copy = Copy.of(made, NOW, {})
    made.bookings[made.book(KEY, ANNA, NOW)][WHO] = "1"
    made.delete_course(KEY)
    assert put_back(made, copy, "all", None, counter=False, numbers=True) == {0, 1}
    assert put_back(made, copy, "all", None, counter=False, numbers=True) == set(), "that is known by now"


def test_connector_writes_a_mirror_under_numbers_of_its_own_as_ws() -> None:
    made = program()
    assert made.apply([change("booking.create", booking=booking("301:77", name="Fuchs"))]) == 1
    row = made.bookings[made.find("301:77")]
    assert (row["Beleg-ID"], row["Koop-Beleg-ID"], row["Bearbeitet von"]) == ("1", "301:77", "WS")
    assert (row["Name"], row["Telefon"], row["Gebucht am"]) == ("Fuchs", "", "02.02.2026 09:00:00")


def test_list_that_comes_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    made = program()
    changes = [
        change("booking.create", 1, booking=booking("301:1")),
        change("booking.update", 2, booking=booking("301:1", "W")),
        change("booking.cancel", 3, booking=booking("301:1", "S")),
        change("course.update", 4, course={"fields": {"Gebühr": "80,00"}}),
        change("course.cancel", 5),
        change("course.set_external_number", 6),
    ]
    assert made.apply(json.loads(json.dumps(changes))) == 5
    rows = json.dumps([list(made.courses.values()), made.bookings])
    assert made.apply(changes) == 0
    made.export(tmp_path, NOW)
    assert made.apply(changes[2:]) == 0
    assert json.dumps([list(made.courses.values()), made.bookings]) == rows


def test_change_that_staff_undid_is_carried_out_again_after_the_next_export(tmp_path: Path) -> None:
    made = program()
    told = [change("course.update", course={"fields": {"Gebühr": "80,00"}})]
    assert made.apply(told) == 1
    made.edit(KEY, {"Gebühr": "90,00"})
    assert made.apply(told) == 0
    made.export(tmp_path, NOW)
    assert made.apply(told) == 1


def test_connector_creates_an_abo_course_once_and_never_over_another(tmp_path: Path) -> None:
    made = Program("301", ITM_MANAGER, "Karlsruhe")
    fields = {**COURSE, "Kursnummer": "26-24", "Periode": "26F", "Erstellt von": "WS"}
    told = [change("course.create", course={"number": "26-24", "fields": fields})]
    assert made.apply(told) == 1
    made.export(tmp_path, NOW)
    assert made.apply(told) == 0
    assert made.courses[CourseKey("26-24", "26F")]["Erstellt von"] == "WS"
    other = Program("301", ITM_MANAGER, "Karlsruhe")
    other.add_course("26-24", "26F", COURSE | {"Externe Kurs-Nr.": ""})
    assert other.apply(told) == 0


def test_connector_writes_into_no_other_course_and_finds_one_by_number_after_the_id_was_lost() -> None:
    """The COOP-Id under another number may have been exchanged; once an export told the number, it is that course."""
    made = program()
    key = made.renumber(KEY, "26-10010")
    fields = {"fields": {"Kursort": "Aula"}}
    assert made.apply([change("course.update", 1, course=fields)]) == 0
    assert made.apply([change("course.update", 1, course=fields | {"number": "26-10010"})]) == 1
    made.edit(key, {"Externe Kurs-Nr.": ""})
    made.renumber(key, KEY.number)
    assert made.apply([change("course.set_external_number", 2)]) == 1
    assert made.courses[KEY]["Externe Kurs-Nr."] == "563-COOP-1"


def test_cancellation_finds_a_booking_of_ones_own_after_a_merge(tmp_path: Path) -> None:
    made = program()
    first = made.book(KEY, ANNA, NOW)
    made.export(tmp_path, NOW)
    merged = made.merge(first)
    assert made.apply([change("booking.cancel", booking=booking("563:1", "S"))]) == 1
    assert made.bookings[merged]["Status"] == "S"


def test_d20_beleg_id_of_a_row_is_given_to_no_other_after_the_count_went_back() -> None:
    made = program()
    first = made.book(KEY, ANNA, NOW)
    made.last_booking -= 1
    second = made.book(KEY, ANNA, NOW)
    assert first != second
    assert set(made.bookings) == {first, second}


def test_deleted_course_comes_back_without_the_row_whose_beleg_id_is_anothers() -> None:
    made = program()
    other = made.add_course("26-10010", "26F", COURSE | {"Externe Kurs-Nr.": ""})
    first = made.book(KEY, ANNA, NOW)
    made.delete_course(KEY)
    made.book(other, ANNA, NOW, first)
    made.amend(first, {"Status": "S"})
    assert [row["Beleg-ID"] for row in made.restore_course(KEY)] == [first]
    assert made.bookings[first]["Status"] == "S", "nobody has written into the other's row"


def test_deleted_course_comes_back_without_the_row_whose_beleg_id_was_given_to_somebody_who_is_gone() -> None:
    made = program()
    other = made.add_course("26-10010", "26F", COURSE | {"Externe Kurs-Nr.": ""})
    first = made.book(KEY, ANNA, NOW)
    made.delete_course(KEY)
    made.book(other, ANNA, NOW, first)
    made.remove(first)
    assert [row["Kursnummer"] for row in made.restore_course(KEY)] == [KEY.number]
    assert first not in made.bookings, "the row that was removed last was of another course"


def test_d20_deleted_course_comes_back_without_the_row_that_a_copy_of_the_bookings_took_out() -> None:
    made = program()
    before = Copy.of(made, NOW, {})
    first = made.book(KEY, ANNA, NOW)
    made.delete_course(KEY)
    put_back(made, before, "bookings", None, counter=False, numbers=False)
    assert [row["Beleg-ID"] for row in made.restore_course(KEY)] == [first], "no table of bookings holds it any more"
    assert first not in made.bookings
