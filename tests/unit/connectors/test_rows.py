"""Rows of CSV files: what is read, what is rejected with its place, and what is only noted."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from koop_es.connectors import read_export
from koop_es.connectors.columns import BOOKINGS as BOOKING_COLUMNS
from koop_es.connectors.columns import COURSES as COURSE_COLUMNS
from koop_es.domain.observation import Kind, Status

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

FIELDS = (*COURSE_COLUMNS.headings, *BOOKING_COLUMNS.headings)


def test_whole_export_is_typed(export: Export) -> None:
    report = read_export(export(COURSES + COURSE, BOOKINGS + BOOKING))
    course, booking = report.courses[0], report.bookings[0]
    assert (report.vhs, report.sequence, report.kind, report.system) == ("563", 42, Kind.FULL, "kufersql")
    assert (course.number, course.period, course.external_number, course.line) == ("26-10009", "26F", "563-COOP-219", 2)
    assert (course.facts.fee_cents, course.facts.starts_on, course.facts.bamf) == (9000, date(2026, 3, 2), False)
    assert course.facts.venue is None, "a column that is not there is not carried"
    assert (booking.status, booking.booked_at) == (Status.CONFIRMED, "2026-01-02T09:30:00+01:00")
    assert booking.person is not None
    assert booking.person.name == "Müller"
    assert report.courses_complete
    assert report.bookings_complete
    assert not report.rejected


@pytest.mark.parametrize("missing", ["rows", "sha256", "both"])
def test_b11_without_proof_an_export_is_usable_but_not_complete(export: Export, missing: str) -> None:
    folder = export(COURSES + COURSE, BOOKINGS + BOOKING, proof=missing != "both")
    if missing != "both":
        text = (folder / "manifest.json").read_text().replace(f'"{missing}"', '"unproven"')
        (folder / "manifest.json").write_text(text)
    report = read_export(folder)
    assert len(report.bookings) == 1
    assert (report.courses_complete, report.bookings_complete) == (False, False)


def test_b11_a_delta_is_never_complete(export: Export) -> None:
    assert not read_export(export(COURSES + COURSE, kind="delta")).courses_complete


def test_full_export_without_bookings_says_so(export: Export) -> None:
    report = read_export(export(COURSES + COURSE))
    assert (report.has_bookings, report.bookings_complete) == (False, False)


@pytest.mark.parametrize(
    ("before", "after", "column", "reason"),
    [
        ("02.03.2026", "2026-03-02", "Datum von", "no day"),
        ("02.03.2026", "31.02.2026", "Datum von", "no day"),
        ("19:00", "25:00", "Uhrzeit von", "no time"),
        ("90,00", "90.00", "Gebühr", "no amount"),
        ("90,00", "90,001", "Gebühr", "no amount"),
        ("90,00", "-90,00", "Gebühr", "no amount"),
        ("90,00", "100000,01", "Gebühr", "more than"),
        (";12;", ";zwölf;", "TN max", "no number"),
        ("Matte;F", "Matte;vielleicht", "BAMF", "neither true nor false"),
        ("26-10009", "", "Kursnummer", "empty"),
        ("26-10009", "9" * 41, "Kursnummer", "41 characters"),
    ],
)
def test_unreadable_course_cell_rejects_its_row_alone(
    export: Export, before: str, after: str, column: str, reason: str
) -> None:
    bad = COURSE.replace(before, after, 1)
    report = read_export(export(COURSES + bad + COURSE.replace("10009", "10010")))
    (rejected,) = report.rejected
    assert [course.number for course in report.courses] == ["26-10010"]
    assert (rejected.file, rejected.line, rejected.column) == ("kurse.csv", 2, column)
    assert reason in rejected.reason
    assert rejected.remedy
    assert rejected.raw == bad.encode()
    assert rejected.key == (None if column == "Kursnummer" else ("26-10009", "26F"))


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("02.01.2026 09:30", "02.01.2026", "Gebucht am"),
        ("02.01.2026 09:30", "29.03.2026 02:30", "Gebucht am"),
        (";A;", ";;", "Status"),
        ("T1", "", "TNR"),
        (":30;;", ":30;8841;", "Koop-Beleg-ID"),
        (":30;;", ":30;abc:8841;", "Koop-Beleg-ID"),
    ],
)
def test_unreadable_booking_cell_rejects_its_row_alone(export: Export, before: str, after: str, column: str) -> None:
    bad = BOOKING.replace(before, after, 1)
    report = read_export(export(None, BOOKINGS + bad + BOOKING.replace("8841", "8842")))
    (rejected,) = report.rejected
    assert [booking.booking_id for booking in report.bookings] == ["8842"]
    assert (rejected.about, rejected.column, rejected.raw) == ("booking", column, bad.encode())
    assert rejected.key == ("8841", "26-10009", "26F")


def test_b6_unknown_status_letter_keeps_the_row_with_the_letter(export: Export) -> None:
    (booking,) = read_export(export(None, BOOKINGS + BOOKING.replace(";A;", ";X;"))).bookings
    assert (booking.status, booking.raw_status) == (None, "X")


def test_hour_that_comes_twice_is_read_as_the_first(export: Export) -> None:
    rows = BOOKING.replace("02.01.2026 09:30", "25.10.2026 02:30:15")
    (booking,) = read_export(export(None, BOOKINGS + rows)).bookings
    assert booking.booked_at == "2026-10-25T02:30:15+02:00"


def test_b5_mirror_without_identity_has_no_person(export: Export) -> None:
    mirror = "9;26-10009;26F;T9;;;;;A;02.01.2026 09:30;301:77;WS\r\n"
    (booking,) = read_export(export(None, BOOKINGS + mirror)).bookings
    assert (booking.ref, booking.person, booking.edited_by) == ("301:77", None, "WS")


def test_course_numbers_stay_text_and_lose_only_invisible_edges(export: Export) -> None:
    rows = COURSE.replace("26-10009", "\u00a0007\u200b") + COURSE.replace("26-10009", "7")
    report = read_export(export(COURSES + rows))
    assert [course.number for course in report.courses] == ["007", "7"]
    assert any("invisible" in notice.text and notice.line == 2 for notice in report.notices)


@pytest.mark.parametrize("column", ["Beleg-ID", "Kursnummer", "Periode", "TNR"])
@pytest.mark.parametrize(("before", "after"), [("\u00a0", ""), ("", "\u200b"), ("\ufeff", "\ufeff")])
def test_what_cannot_be_seen_at_an_id_is_taken_off_and_noted(
    export: Export, column: str, before: str, after: str
) -> None:
    cells = BOOKING.split(";")
    place = BOOKINGS.split(";").index(column)
    shown = cells[place]
    cells[place] = f"{before}{shown}{after}"
    report = read_export(export(None, BOOKINGS + ";".join(cells)))
    assert [(n.line, n.course_number, n.text) for n in report.notices] == [
        (2, "26-10009", f"{column}: invisible characters around {shown!r} were taken off")
    ]


def test_blanks_at_ids_are_noted_once_for_the_column(export: Export) -> None:
    rows = "".join(BOOKING.replace("8841", f" {number} ") for number in range(5000))
    report = read_export(export(None, BOOKINGS + rows, rows={"bookings": 5000}))
    assert len(report.bookings) == 5000
    assert [n.text for n in report.notices] == ["Beleg-ID: blanks around '0' were taken off; other rows are not listed"]


def test_text_is_composed(export: Export) -> None:
    (booking,) = read_export(export(None, BOOKINGS + BOOKING.replace("ü", "u\u0308"))).bookings
    assert booking.person is not None
    assert booking.person.name == "Müller"


def test_course_that_ends_before_it_begins_is_kept_and_noted(export: Export) -> None:
    report = read_export(export(COURSES + COURSE.replace("30.06.2026", "30.06.2025")))
    assert len(report.courses) == 1
    assert report.notices[0].course_number == "26-10009"
    assert "before it begins" in report.notices[0].text


def test_identical_rows_count_once_and_differing_ones_not_at_all(export: Export) -> None:
    other = BOOKING.replace("8841", "9000")
    report = read_export(export(None, BOOKINGS + BOOKING * 2 + other + other.replace(";A;", ";S;")))
    assert [booking.booking_id for booking in report.bookings] == ["8841"]
    assert [(row.line, row.key) for row in report.rejected] == [
        (4, ("9000", "26-10009", "26F")),
        (5, ("9000", "26-10009", "26F")),
    ]
    assert report.rejected[1].raw == other.replace(";A;", ";S;").encode()
    assert any("8841" in notice.text for notice in report.notices)


def test_doubled_course_is_told_by_number_and_period(export: Export) -> None:
    rows = COURSE + COURSE.replace("26F", "26H") + COURSE.replace("Yoga", "Pilates")
    report = read_export(export(COURSES + rows))
    assert [course.period for course in report.courses] == ["26H"]
    assert [row.line for row in report.rejected] == [2, 4]


@pytest.mark.parametrize(
    ("cell", "read"), [("80", "80"), ("link", "Link"), ("", ""), ("80 %", "80 %"), ("viel", "viel")]
)
def test_r6_rate_is_kept_as_it_is_so_that_the_release_can_refuse_it(export: Export, cell: str, read: str) -> None:
    (course,) = read_export(export(COURSES + COURSE.replace(";80;", f";{cell};"))).courses
    assert course.facts.rate == read


@pytest.mark.parametrize(("cell", "read"), [("80", "80"), ("0", "0"), ("", "Link"), ("80 %", "Link"), ("viel", "Link")])
def test_r6a_itm_manager_reads_whatever_is_no_number_as_link(export: Export, cell: str, read: str) -> None:
    folder = export(COURSES + COURSE.replace(";80;", f";{cell};"), system="itm-manager")
    assert read_export(folder).courses[0].facts.rate == read


def test_users_are_checked_and_counted_but_not_kept(export: Export) -> None:
    head = "Name;Vorname;E-Mail;Im Internet anzeigen;Aktiv\n"
    report = read_export(export(None, None, head + "A;B;a@b.de;W;W\nC;D;c d@b.de;W;W\nE;F;e@f.de;W;F\n"))
    assert report.users == 2
    assert [(row.about, row.column, row.line) for row in report.rejected] == [("user", "E-Mail", 3)]
    assert report.rows == 3


def test_occupancy_needs_only_the_identity_of_the_course(export: Export) -> None:
    (course,) = read_export(export("Kursnummer;Periode;TN max\n7;26F;9\n", kind="occupancy")).courses
    assert (course.facts.capacity, course.facts.title) == (9, None)


def test_empty_required_facts_are_kept_for_the_release_to_name(export: Export) -> None:
    report = read_export(export(COURSES + COURSE.replace("Yoga", "").replace("02.03.2026", "")))
    assert (report.courses[0].facts.title, report.courses[0].facts.starts_on) == ("", None)
    assert any("Titel, Datum von" in notice.text for notice in report.notices)


def test_thousands_point_and_single_place_are_exact(export: Export) -> None:
    rows = COURSE.replace("90,00", "1.234,5")
    assert read_export(export(COURSES + rows)).courses[0].facts.fee_cents == 123450


def test_same_rows_under_a_new_sequence_have_the_same_digest(export: Export, tmp_path: Path) -> None:
    first = read_export(export(COURSES + COURSE))
    second = read_export(export(COURSES + COURSE, sequence=43, exported_at="2026-03-03T02:00:00+01:00"))
    delta = read_export(export(COURSES + COURSE, sequence=44, kind="delta"))
    assert first.digest == second.digest
    assert first.sha256 != second.sha256
    assert delta.digest != first.digest, "the same rows prove less in a delta"


@pytest.mark.parametrize("others", ["", "8842;26-10009;26F;T2;Muster;Max;;;A;02.01.2026 09:30;;\r\n"])
def test_g8_text_in_the_status_sets_its_row_aside_and_is_not_repeated(export: Export, others: str) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace(";A;", ";Kim anrufen;") + others))
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column, rejected.reason) == (2, "Status", "is longer than a letter")
    assert rejected.key == ("8841", "26-10009", "26F"), "it protects its booking"
    assert rejected.told.name == "Müller"
    assert "write one of A, W, S" in rejected.remedy
    assert len(report.bookings) == bool(others)
    assert "Kim" not in repr((report.bookings, report.notices, rejected.reason, rejected.remedy))


def test_b6_words_of_the_profile_are_letters(export: Export, tmp_path: Path) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text('name = "ours"\nstatus = { angemeldet = "A", Warteliste = "W", storniert = "S" }\n')
    rows = BOOKING.replace(";A;", ";angemeldet;") + BOOKING.replace("8841", "8842").replace(";A;", ";storno;")
    report = read_export(export(None, BOOKINGS + rows), profile=str(profile))
    assert [(row.booking_id, row.status) for row in report.bookings] == [("8841", "A")]
    assert report.rejected[0].remedy.startswith("write one of angemeldet, Warteliste, storniert")


def test_messages_name_columns_as_the_file_does(export: Export) -> None:
    courses = COURSES.replace(";Titel;", ";Haupttitel;") + COURSE.replace(";Yoga;", ";;").replace(";90,00;", ";;")
    report = read_export(export(courses.replace("02.03.2026", "01.01.1900"), BOOKINGS))
    assert [notice.text for notice in report.notices] == [
        "course 26-10009: Datum von '01.01.1900' is no value; what was known stands, and nothing is sent on",
        "course 26-10009 has no Haupttitel, Gebühr; it cannot be released like that",
    ]


def test_no_message_of_a_reader_names_a_field_of_the_program(export: Export) -> None:
    """Every cell of a row in turn is empty, too long, no value, or holds a control character."""
    fields = re.compile(r"\b(" + "|".join(name for name in FIELDS if "_" in name) + r")\b")
    for head, row, part in ((COURSES, COURSE, 0), (BOOKINGS, BOOKING, 1)):
        for place in range(row.count(";") + 1):
            for bad in ("", "x" * 101, "NULL", "a\vb", "#NV", "~"):
                cells = row.rstrip().split(";")
                cells[place] = bad
                report = read_export(export(*[None, None][:part], head + ";".join(cells) + "\r\n"))
                for item in report.rejected:
                    assert not fields.search(f"{item.reason} {item.remedy} {item.column}"), item
                for notice in report.notices:
                    assert not fields.search(notice.text), notice
