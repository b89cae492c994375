"""Values that are none (D29), and identities that are none (D18d), in rows of CSV files."""

from __future__ import annotations

import pytest

from koop_es.connectors import open_export, read_export
from koop_es.domain.observation import Report

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

NONES = ["NULL", "null", "<NULL>", "\\N", "#NAME?", "#NV", "#N/A", "#WERT!", "#VALUE!", "#REF!", "#BEZUG!", "#DIV/0!"]
NO_DAYS = ["01.01.1753", "30.12.1899", "31.12.1899", "00.01.1900", "01.01.1900", "01.01.0001", "00.00.0000", *NONES]
"""What databases and spreadsheets write for nothing; the days are the first ones of their calendars."""


def texts(report: Report) -> list[str]:
    return [notice.text for notice in report.notices]


@pytest.mark.parametrize("none", NONES)
@pytest.mark.parametrize(
    ("cell", "field", "heading"),
    [("0941 1", "phone", "Telefon"), ("eva@example.org", "email", "E-Mail"), ("T1", "participant_no", "TNR"),
     ("A;02", "status", "Status")],
)  # fmt: skip
def test_d29_a_value_that_is_none_is_not_stated_and_noted(
    export: Export, none: str, cell: str, field: str, heading: str
) -> None:
    new = none + cell[1:] if field == "status" else none
    report = read_export(export(None, BOOKINGS + BOOKING.replace(cell, new, 1)))
    (row,) = report.bookings
    assert row.unstated == (field,)
    assert not report.rejected
    assert none not in repr(row)
    assert any(heading in text and repr(none) in text for text in texts(report))


@pytest.mark.parametrize("none", sorted(set(NO_DAYS) - set(NONES)))
@pytest.mark.parametrize(
    ("cell", "field"),
    [("Müller", "name"), ("Eva", "first_name"), ("0941 1", "phone"), ("T1", "participant_no"), ("A;02", "status")],
)
def test_d29_a_first_day_of_a_calendar_is_not_stated_wherever_it_stands(
    export: Export, none: str, cell: str, field: str
) -> None:
    new = none + cell[1:] if field == "status" else none
    with open_export(export(None, BOOKINGS + BOOKING.replace(cell, new, 1))) as opened:
        report = opened.report()
    (found,) = report.bookings_by_course().values()
    (row,) = found.rows
    assert (row.unstated, report.rejected) == ((field,), [])
    assert none not in repr(row)
    assert any(repr(none) in text for text in texts(report))


@pytest.mark.parametrize("heading", ["Titel", "Kursort", "Dozent", "Uhrzeit von", "TN max", "Gebühr"])
def test_d29_a_first_day_of_a_calendar_is_no_fact_of_a_course(export: Export, heading: str) -> None:
    headings = f"{COURSES.strip()};Kursort;Dozent".split(";")
    cells = f"{COURSE.strip()};Aula;R. Muster".split(";")
    cells[headings.index(heading)] = "30.12.1899"
    report = read_export(export(f"{';'.join(headings)}\r\n{';'.join(cells)}\r\n", None))
    (row,) = report.courses
    assert len(row.unstated) == 1
    assert "1899" not in repr(row)


@pytest.mark.parametrize("cell", ["8841", "26F"])
def test_d29_a_first_day_of_a_calendar_names_nothing(export: Export, cell: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace(cell, "01.01.1900", 1)))
    assert (report.bookings, len(report.rejected)) == ([], 1)


@pytest.mark.parametrize("none", NO_DAYS)
@pytest.mark.parametrize("clock", ["", " 00:00", " 14:30:00"])
def test_d29_a_moment_that_is_none_sets_no_row_aside_and_is_no_witness(export: Export, none: str, clock: str) -> None:
    shown = none if none in NONES else none + clock
    (row,) = read_export(export(None, BOOKINGS + BOOKING.replace("02.01.2026 09:30", shown))).bookings
    assert (row.booked_at, row.unstated) == ("", ("booked_at",))


def test_d29_an_empty_moment_sets_no_row_aside(export: Export) -> None:
    (row,) = read_export(export(None, BOOKINGS + BOOKING.replace("02.01.2026 09:30", ""))).bookings
    assert (row.booked_at, row.unstated) == ("", ("booked_at",))


def test_d29_null_is_a_name_and_only_noted(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("Müller;Eva", "NULL;NULL")))
    (row,) = report.bookings
    assert row.person is not None
    assert (row.person.name, row.person.first_name, row.unstated) == ("NULL", "NULL", ())
    assert len(report.notices) == 2


@pytest.mark.parametrize("name", ["Null", "Nuller", "#1", "NaN", "Wert"])
def test_d29_what_only_looks_like_it_is_a_value(export: Export, name: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("Müller", name).replace("0941 1", "1900 0001")))
    (row,) = report.bookings
    assert row.person is not None
    assert (row.person.name, row.person.phone, row.unstated, report.notices) == (name, "1900 0001", (), [])


def test_d29_an_error_is_no_name_and_the_row_waits_to_be_known(export: Export) -> None:
    with open_export(export(None, BOOKINGS + BOOKING.replace("Müller", "#NAME?"))) as opened:
        (found,) = opened.report().bookings_by_course().values()
    assert [(row.booking_id, row.unstated) for row in found.doubtful] == [("8841", ("name",))]


def test_d29_a_mail_without_an_at_sign_is_not_stated(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("eva@example.org", "eva.example.org")))
    (row,) = report.bookings
    assert (row.person and row.person.email, row.unstated) == ("", ("email",))
    assert any("no @" in text for text in texts(report))


@pytest.mark.parametrize("none", NO_DAYS)
@pytest.mark.parametrize("cell", ["02.03.2026", "30.06.2026"])
def test_d29_a_day_of_a_course_that_is_none_is_not_stated(export: Export, none: str, cell: str) -> None:
    report = read_export(export(COURSES + COURSE.replace(cell, none)))
    (row,) = report.courses
    field = "starts_on" if cell == "02.03.2026" else "ends_on"
    assert (getattr(row.facts, field), row.unstated) == (None, (field,))
    assert any(repr(none) in text for text in texts(report))


@pytest.mark.parametrize("none", NONES)
@pytest.mark.parametrize(
    ("cell", "field"),
    [("Yoga", "title"), ("90,00", "fee_cents"), ("12", "capacity"), ("19:00", "starts_at"), ("Matte", "info"),
     ("80", "rate"), ("Normalkurs", "course_type")],
)  # fmt: skip
def test_d29_a_fact_that_is_none_is_not_stated(export: Export, none: str, cell: str, field: str) -> None:
    (row,) = read_export(export(COURSES + COURSE.replace(f";{cell};", f";{none};", 1))).courses
    assert (getattr(row.facts, field), row.unstated) == (None, (field,))


@pytest.mark.parametrize("none", ["NULL", "#NV"])
def test_d29_a_coop_id_that_is_none_is_not_an_empty_one(export: Export, none: str) -> None:
    (row,) = read_export(export(COURSES + COURSE.replace("563-COOP-219", none))).courses
    assert (row.external_number, row.unstated) == (None, ("external_number",))


@pytest.mark.parametrize(
    "trace", ["########", "##", "'0045", "’0045", "=0045", "1,2E+11", "8.84E+03", "1E+5", "#NV", "NULL"]
)
@pytest.mark.parametrize(("cell", "column"), [("8841", "Beleg-ID"), ("26-10009", "Kursnummer"), ("T1", "TNR")])
def test_d18_what_only_a_spreadsheet_writes_is_no_identity(export: Export, trace: str, cell: str, column: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace(cell, trace, 1)))
    if column == "TNR" and trace in NONES:
        return  # a required cell that is not stated: the last value stands
    (rejected,) = report.rejected
    assert (rejected.column, report.bookings) == (column, [])


@pytest.mark.parametrize("number", ["4061.0", "101.10", "26E101", "E+5", "1E5", "#1", "26-#7", "K'1", "12,5"])
def test_d18_what_a_program_may_write_is_an_identity(export: Export, number: str) -> None:
    report = read_export(export(COURSES + COURSE.replace("26-10009", number)))
    assert [row.number for row in report.courses] == [number]


@pytest.mark.parametrize(
    ("booking_id", "usable"), [("8841~2", False), ("8841~x", True), ("~8841", False), ("a~2b", True)]
)
def test_d18_a_beleg_id_that_ends_in_a_tilde_and_digits_is_refused(
    export: Export, booking_id: str, usable: bool
) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("8841", booking_id, 1)))
    assert bool(report.bookings) is usable
    assert bool(report.rejected) is not usable


def test_d18_many_traces_are_said_in_one_sentence_with_the_cause(export: Export) -> None:
    rows = "".join(BOOKING.replace("8841", f"{count},2E+11") for count in range(5))
    report = read_export(export(None, BOOKINGS + rows))
    assert [text for text in texts(report) if "spreadsheet" in text] == [
        "5 rows were set aside: the file went through a spreadsheet, which changes ids: export it again and send it on "
        "unopened"
    ]
