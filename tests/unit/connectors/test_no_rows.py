"""Rows that are none (D17): empty cells, and the end-of-file mark of DOS."""

from __future__ import annotations

import hashlib

import pytest

from koop_es.connectors import ExportQuarantined, read_export

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

EMPTY = ";" * 11 + "\r\n"
USERS = "Name;Vorname;E-Mail;Im Internet anzeigen;Aktiv\r\n"
USER = "Kern;Ina;kern@vhs.example;W;W\r\n"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "empty",
    [EMPTY, " ; ;\u00a0;;;;;;;;;\r\n", '"";' * 11 + '""\r\n', ";;;\r\n"],
    ids=["empty", "blanks", "quoted", "fewer"],
)
def test_d17_rows_of_empty_cells_are_no_rows_counted_or_not(export: Export, empty: str, rows: int) -> None:
    report = read_export(export(None, BOOKINGS + empty + BOOKING + empty, rows={"bookings": rows}))
    assert [row.booking_id for row in report.bookings] == ["8841"]
    assert (report.rejected, report.bookings_complete, report.rows) == ([], True, 1)


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("mark", ["\x1a", "\x1a\r\n", "\x1a\n\n", "\r\n\x1a"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_d17_a_lone_end_of_file_mark_is_no_row(export: Export, mark: str, encoding: str, rows: int) -> None:
    both = {"courses": rows, "bookings": rows, "users": rows}
    folder = export(
        COURSES + COURSE + mark, BOOKINGS + BOOKING + mark, USERS + USER + mark, rows=both, encoding=encoding
    )
    report = read_export(folder)
    assert (len(report.courses), len(report.bookings), report.users, report.rejected) == (1, 1, 1, [])


@pytest.mark.parametrize("rows", [0, 4])
def test_d17_other_counts_are_no_proof(export: Export, rows: int) -> None:
    with pytest.raises(ExportQuarantined, match="rows"):
        read_export(export(None, BOOKINGS + BOOKING + EMPTY * 2, rows={"bookings": rows}))


def test_d17_empty_rows_of_courses_and_users_are_no_rows(export: Export) -> None:
    folder = export(COURSES + COURSE + ";" * 13 + "\r\n", None, USERS + USER + ";;;;\r\n")
    report = read_export(folder)
    assert (len(report.courses), report.users, report.rejected) == (1, 1, [])


def test_d17_a_row_without_its_identity_is_still_a_row(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + EMPTY + ";;;;Müller;;;;;;;\r\n"))
    assert [(item.column, item.line) for item in report.rejected] == [("Beleg-ID", 3)]


def test_d17_empty_rows_do_not_make_beleg_ids_doubled(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + EMPTY * 3 + BOOKING + BOOKING.replace("8841", "8842")))
    assert [row.booking_id for row in report.bookings] == ["8841", "8842"]
    assert not report.notices


def test_d17_the_proof_is_of_the_bytes_as_they_are(export: Export) -> None:
    folder = export(None, BOOKINGS + BOOKING + "\x1a")
    digest = hashlib.sha256((folder / "belegungen.csv").read_bytes()).hexdigest()
    assert digest in (folder / "manifest.json").read_text()
    assert read_export(folder).bookings_complete


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize(("rows", "mark"), [(2, "\x1a\r\n"), (3, "\x1a\r\n"), (2, ";\x1a\r\n")])
def test_d17_an_end_of_file_mark_amid_the_rows_is_said_and_the_rows_behind_it_are_read(
    export: Export, rows: int, mark: str, encoding: str
) -> None:
    other, user = BOOKING.replace("8841", "8842"), USER.replace("kern", "kurz")
    courses = COURSES + COURSE + mark + COURSE.replace("10009", "10010")
    given = courses, BOOKINGS + BOOKING + mark + other, USERS + USER + mark + user
    every = {"courses": rows, "bookings": rows, "users": rows}
    report = read_export(export(*given, rows=every, encoding=encoding))
    assert (len(report.courses), len(report.bookings), report.users, report.rejected) == (2, 2, 2, [])
    assert [(item.file, item.line) for item in report.notices if "nothing but 0x1A" in item.text] == [
        (file, 3) for file in ("kurse.csv", "belegungen.csv", "benutzer.csv")
    ]


def test_d17_an_end_of_file_mark_in_a_row_of_empty_cells_is_said_by_its_column(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING + EMPTY.replace(";", ";\x1a", 1) + BOOKING))
    assert [(item.line, item.text) for item in report.notices if "0x1A" in item.text] == [
        (3, "Kursnummer holds nothing but 0x1A")
    ]


@pytest.mark.parametrize(("char", "named"), [("\x1a", "0x1A"), ("\x07", "0x07"), ("\x7f", "0x7F")])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_a_character_that_is_left_out_of_a_text_is_said_by_row_and_column(
    export: Export, char: str, named: str, encoding: str
) -> None:
    report = read_export(export(COURSES + COURSE.replace("Matte", f"M{char}tte"), encoding=encoding))
    assert [course.facts.info for course in report.courses] == ["Mtte"]
    assert [(item.line, item.text) for item in report.notices] == [
        (2, f"course 26-10009: Info holds {named}, which was left out; a letter may be lost there")
    ]


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("before", ["", '"'])
def test_d17_the_header_line_once_more_is_no_row_counted_or_not(
    export: Export, rows: int, encoding: str, before: str
) -> None:
    other, user = BOOKING.replace("8841", "8842"), USER.replace("kern", "kurz")
    again = [text.replace("Titel", f"{before}Titel{before}") for text in (COURSES, BOOKINGS, USERS)]
    given = (
        COURSES + COURSE + again[0] + COURSE.replace("10009", "10010"),
        BOOKINGS + BOOKING + again[1] + other,
        USERS + USER + again[2] + user,
    )
    every = {"courses": rows, "bookings": rows, "users": rows}
    report = read_export(export(*given, rows=every, encoding=encoding))
    assert (len(report.courses), len(report.bookings), report.users, report.rejected) == (2, 2, 2, [])
    assert [(item.file, item.line, item.text) for item in report.notices] == [
        (file, 3, "is the header line once more, and no row")
        for file in ("kurse.csv", "belegungen.csv", "benutzer.csv")
    ]
    assert (report.bookings_complete, report.courses_complete) == (True, True)


def test_d17_a_row_that_only_begins_like_the_header_is_a_row(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING + BOOKINGS.replace("Name", "Meier", 1)))
    assert [item.line for item in report.rejected] == [3]


def test_columns_without_a_heading_are_said(export: Export) -> None:
    text = BOOKINGS.replace("\r\n", ";;\r\n") + BOOKING.replace("\r\n", ";Notiz;\r\n")
    report = read_export(export(None, text))
    assert len(report.bookings) == 1
    assert [item.text for item in report.notices] == ["columns without a heading were left out: 13, 14"]


@pytest.mark.parametrize("phone", ["4,9942E+11", "9.41E+09", "########"])
def test_d29_a_phone_that_a_spreadsheet_has_rounded_is_not_stated(export: Export, phone: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("0941 1", phone)))
    (row,) = report.bookings
    assert row.person is not None
    assert (row.person.phone, row.unstated) == ("", ("phone",))
    assert [item.text for item in report.notices] == [
        f"booking 8841: Telefon {phone!r} is a number that a spreadsheet has rounded; what was known stands"
    ]


@pytest.mark.parametrize("phone", ["+49 941 1", "0941/1-E", "9411", "#31#0941", "0941 1 (abends)"])
def test_other_phones_are_stated(export: Export, phone: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("0941 1", phone)))
    assert [(row.person and row.person.phone, row.unstated) for row in report.bookings] == [(phone, ())]
