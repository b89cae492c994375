"""Files that are not written as they declare: windows-1252 is recognised, contradictions are refused."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.connectors.errors import UnknownFormat

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

NAMES = "Žižek;Saša"


def test_windows_1252_under_the_name_of_iso_8859_is_read_as_what_it_is(export: Export) -> None:
    booking = BOOKING.replace("Müller;Eva", NAMES)
    files = (
        (COURSES + COURSE.replace("Matte", "1½ m – „Matte“")).encode("cp1252"),
        (BOOKINGS + booking).encode("cp1252"),
    )
    report = read_export(export(*files, encoding="iso-8859-15"))
    (row,), (shown,) = report.bookings, report.courses
    assert row.person is not None
    assert (row.person.name, row.person.first_name) == ("Žižek", "Saša")
    assert shown.facts.info == "1½ m – „Matte“"
    said = [(notice.line, notice.text) for notice in report.notices if notice.file == "belegungen.csv"]
    assert (2, "Name holds 'Ž' (0x8E), 'ž' (0x9E) of windows-1252: read as that") in said
    assert (2, "Vorname holds 'š' (0x9A) of windows-1252: read as that") in said
    assert any("read as windows-1252" in text for line, text in said if line == 1)


def test_what_is_iso_8859_15_stays_it(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + BOOKING.replace("Müller;Eva", NAMES), encoding="iso-8859-15"))
    (row,) = report.bookings
    assert row.person is not None
    assert (row.person.name, row.person.first_name, report.notices) == ("Žižek", "Saša", [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_letters_that_became_control_characters_are_read_as_they_are_meant(export: Export, encoding: str) -> None:
    report = read_export(
        export(None, BOOKINGS + BOOKING.replace("Müller;Eva", "\x8ei\x9eek;Sa\x9aa"), encoding=encoding)
    )
    (row,) = report.bookings
    assert row.person is not None
    assert (row.person.name, row.person.first_name) == ("Žižek", "Saša")
    assert [notice.line for notice in report.notices] == [2, 2]


def test_a_control_character_without_meaning_sets_its_row_aside(export: Export) -> None:
    (rejected,) = read_export(export(None, BOOKINGS + BOOKING.replace("Eva", "E\x81va"))).rejected
    assert (rejected.column, rejected.told.booking_id, rejected.told.first_name) == ("Vorname", "8841", None)


@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-15", "utf-16", "utf-8"])
@pytest.mark.parametrize("written", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_that_contradicts_the_declaration_is_refused(
    export: Export, declared: str, written: str
) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    folder = export(
        None, marks[written] + (BOOKINGS + BOOKING).encode(written), encoding=declared, rows={"bookings": 1}
    )
    if written.startswith(declared):
        assert read_export(folder).bookings_complete
        return
    with pytest.raises(ExportQuarantined, match=rf"mark of {written[:6].rstrip('-')}, but {declared} is declared"):
        read_export(folder)


PAGES = [
    b"<!DOCTYPE html>\n<html><head></head><body>Session expired</body></html>",
    b"\n <HTML><body><br>unclosed</HTML>",
    b"\xef\xbb\xbf<!-- x --><!doctype HTML PUBLIC '-//W3C//DTD XHTML 1.0'><html/>",
    b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>',
]


@pytest.mark.parametrize("page", PAGES)
def test_a_web_page_is_named_as_what_it_is(export: Export, tmp_path: Path, page: bytes) -> None:
    (tmp_path / "kurse.xml").write_bytes(page)
    with pytest.raises(UnknownFormat, match=r"is a web page \(HTML\)"):
        read_export(tmp_path / "kurse.xml", vhs="563")
    with pytest.raises(ExportQuarantined, match=r"is a web page \(HTML\)"):
        read_export(export(None, page))


def test_back_slashes_in_a_zip_are_folders(export: Export, tmp_path: Path) -> None:
    folder = export(COURSES + COURSE)
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        for path in folder.iterdir():
            archive.writestr(zipfile.ZipInfo(f"export\\{path.name}"), path.read_bytes())
    assert len(read_export(tmp_path / "e.zip").courses) == 1


@pytest.mark.parametrize("name", ["..\\kurse.csv", "\\kurse.csv", "C:\\kurse.csv", "a\\..\\..\\kurse.csv"])
def test_what_leads_out_of_a_zip_is_refused_with_back_slashes_too(export: Export, tmp_path: Path, name: str) -> None:
    manifest = export(COURSES + COURSE) / "manifest.json"
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("manifest.json", manifest.read_bytes())
        archive.writestr(zipfile.ZipInfo(name), b"")
    with pytest.raises(ExportQuarantined, match="leads out of the archive"):
        read_export(tmp_path / "e.zip")
