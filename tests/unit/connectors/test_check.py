"""An export judged by itself, without a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.connectors.check import Checked, check

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export


def said(checked: Checked) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(found.level, found.file, found.line, found.column) for found in checked.findings]


def test_a_good_export_is_read_to_its_end_and_nothing_is_said(export: Export) -> None:
    checked = check(export(COURSES + COURSE, BOOKINGS + BOOKING))
    assert (checked.vhs, checked.system, checked.sequence, checked.kind) == ("563", "kufersql", 42, "full")
    assert (checked.courses, checked.bookings, checked.users) == (1, 1, 0)
    assert checked.usable
    assert checked.proves_absence
    assert checked.findings == []


def test_whatever_a_reader_can_say_of_rows_is_said_with_its_place(export: Export) -> None:
    courses = COURSES + COURSE + COURSE.replace("26-10009", "26-10010").replace("02.03.2026", "31.02.2026")
    bookings = BOOKINGS + BOOKING + BOOKING.replace("8841", "8842").replace(";A;", ";X;")
    bookings += BOOKING.replace("8841", "8843").replace(";T1;", ";NULL;")
    checked = check(export(courses, bookings.replace("Bearbeitet von", "Bearbeiter", 1)))
    assert said(checked) == [
        ("set aside", "kurse.csv", 3, "Datum von"),
        ("set aside if new", "belegungen.csv", 4, "TNR"),
        ("frozen", "belegungen.csv", 3, "Status"),
        ("noted", "belegungen.csv", 1, None),
        ("noted", "belegungen.csv", 4, None),
    ]
    assert checked.usable
    assert "Bearbeiter" in checked.findings[3].text


def test_an_export_that_is_refused_says_why_and_whose_it_is(export: Export) -> None:
    checked = check(export(COURSES + COURSE, rows={"courses": 2}))
    assert said(checked) == [("refused", "kurse.csv", None, None)]
    assert not checked.usable
    assert (checked.vhs, checked.sequence) == ("563", 42)
    assert checked.findings[0].remedy == "export again, in full"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("vhs", 563, "vhs: must be a text"),
        ("vhs", "VHS 563", "vhs: is not written as 1 to 10 digits"),
        ("sequence", "42", "sequence: must be a whole number"),
        ("sequence", 0, "sequence: must be at least 1"),
        ("kind", "all", "kind: must be one of 'full', 'delta', 'occupancy'"),
        ("exported_at", "02.03.2026", "exported_at: is not written as an ISO date-time with offset, such as"),
        ("exported_at", "2026-03-02T02:00:00", "exported_at: is not written as an ISO date-time with offset, such as"),
        ("scope", {"courses_ending_from": "02.03.2026"}, "scope.courses_ending_from: is not written as an ISO day"),
        ("files", [], "files: must be an object"),
        ("files", {"courses": {}}, "files.courses.path: is missing"),
        ("encoding", "latin-1", "encoding: must be one of 'utf-8', 'windows-1252', 'iso-8859-15', 'utf-16'"),
    ],
)
def test_faults_of_a_manifest_are_said_in_the_words_of_the_format(
    export: Export, key: str, value: object, text: str
) -> None:
    checked = check(export(COURSES + COURSE, **{key: value}))
    assert checked.findings[0].text.startswith(text)


def test_what_is_no_export_at_all_is_refused_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    for path in (tmp_path / "notes.txt", tmp_path / "gone", tmp_path):
        checked = check(path)
        assert [found.level for found in checked.findings] == ["refused"]
        assert not checked.usable


def test_one_export_of_a_wrong_letter_is_said_once_with_the_number_of_rows(export: Export) -> None:
    bookings = BOOKINGS + "".join(BOOKING.replace("8841", str(8841 + n)).replace(";A;", ";X;") for n in range(50))
    (found,) = check(export(None, bookings)).findings
    assert (found.level, found.line) == ("frozen", 2)
    assert found.text == "'X' is no letter of the profile; rows that show it: 50"


def test_findings_are_plain_data(export: Export) -> None:
    import msgspec

    checked = check(export(COURSES + COURSE, rows={"courses": 2}))
    assert json.loads(msgspec.json.encode(checked))["findings"][0]["level"] == "refused"
