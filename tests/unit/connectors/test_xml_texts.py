"""Texts in XML files: one bad character costs its course, markup loses no text, values that are none are not stated."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.domain.observation import Report

DECLARED = '<?xml version="1.0" encoding="windows-1252"?>'


def kurs(number: str, info: str = "Matte", title: str = "Töpfern", more: str = "") -> str:
    return (
        f"<kurs><knr>{number}</knr><semester>26F</semester><haupttitel>{title}</haupttitel><inhalt>{info}</inhalt>"
        f"<beginndat>01.12.2026</beginndat><endedat>15.12.2026</endedat><tnmin>4</tnmin><tnmax>12</tnmax>{more}</kurs>"
    )


def read(tmp_path: Path, *courses: str, declared: str = DECLARED, encoding: str = "cp1252") -> Report:
    path = tmp_path / "kurse.xml"
    path.write_bytes(f"{declared}<kurse>\n{chr(10).join(courses)}\n</kurse>".encode(encoding, "surrogateescape"))
    return read_export(path, vhs="563")


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        *(("\x0b", "0x0B"), ("\0", "0x00"), ("\x1f", "0x1F")),
        *((text, text) for text in ("&#11;", "&#x0;", "&#xFFFE;", "&#55296;")),
    ],
)
def test_d17_a_character_that_no_xml_may_hold_costs_its_course_only(tmp_path: Path, bad: str, named: str) -> None:
    report = read(tmp_path, kurs("A1"), kurs("B1", f"Zeile{bad}Zeile"), kurs("C1", "&#65;&#x42;"))
    assert [row.number for row in report.courses] == ["A1", "C1"]
    assert report.courses[1].facts.info == "AB"
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column, rejected.key) == (3, "inhalt", ("B1", "26F"))
    assert rejected.reason == f"inhalt of course B1 holds {named}, a character that no XML may hold"
    assert "course B1" in rejected.remedy
    assert bad.encode() in rejected.raw


def test_d17_a_byte_without_meaning_in_windows_1252_costs_its_course_only(tmp_path: Path) -> None:
    path = tmp_path / "kurse.xml"
    path.write_bytes(
        f"{DECLARED}<kurse>{kurs('A1')}{kurs('B1', 'x?y')}</kurse>".encode("cp1252").replace(b"x?y", b"x\x81y")
    )
    report = read_export(path, vhs="563")
    assert [row.number for row in report.courses] == ["A1"]
    assert "0x81" in report.rejected[0].reason


def test_d17_where_it_is_not_read_it_costs_nothing(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1", more="<intern>\x0b</intern>"))
    assert ([row.number for row in report.courses], report.rejected) == (["A1"], [])


@pytest.mark.parametrize("size", [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536, 131_070])
def test_d17_a_reference_may_lie_on_the_edge_of_a_block(tmp_path: Path, size: int) -> None:
    before = len(f"{DECLARED}<kurse>\n{kurs('A1', '')}".encode("cp1252").partition(b"</inhalt>")[0])
    report = read(tmp_path, kurs("A1", "x" * (size - before) + "&#11;" + "&#65;"), kurs("B1"))
    assert [row.number for row in report.courses] == ["B1"]
    assert [item.key for item in report.rejected] == [("A1", "26F")]


def test_a_delete_character_is_dropped_as_before(tmp_path: Path) -> None:
    (row,) = read(tmp_path, kurs("A1", "Mat\x7fte")).courses
    assert row.facts.info == "Matte"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Zeile 1<br/>Zeile 2 <b>fett</b> Ende", "Zeile 1\nZeile 2 fett Ende"),
        ("<p>Eins</p><p>Zwei <i>und <b>drei</b></i></p>", "Eins\n\nZwei und drei"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("a<SPAN>b</SPAN>c", "abc"),
    ],
)
def test_text_within_markup_is_kept_and_so_are_line_ends(tmp_path: Path, text: str, kept: str) -> None:
    (row,) = read(tmp_path, kurs("A1", text)).courses
    assert row.facts.info == kept


def test_r37_what_is_no_markup_is_still_not_read(tmp_path: Path) -> None:
    person = (
        "<dozenten><dozent><vorname>Ina</vorname><name>Kern</name><b>0941 1</b><telefon>2</telefon></dozent></dozenten>"
    )
    (row,) = read(tmp_path, kurs("A1", "Matte<telefon>0941</telefon>", more=person)).courses
    assert (row.facts.info, row.facts.instructor) == ("Matte", "Ina Kern")


@pytest.mark.parametrize("declared", [DECLARED, "", '<?xml version="1.0" encoding="utf-8"?>'])
@pytest.mark.parametrize("written", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_decides_in_xml(tmp_path: Path, declared: str, written: str) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    path = tmp_path / "kurse.xml"
    path.write_bytes(marks[written] + f"{declared}<kurse>{kurs('A1')}{kurs('A2', title='')}</kurse>".encode(written))
    report = read_export(path, vhs="563")
    assert [row.facts.title for row in report.courses] == ["Töpfern", None]
    said = [notice.text for notice in report.notices if "begins with the mark" in notice.text]
    assert bool(said) is (
        bool(declared) and not declared.endswith(f'{written.partition("-le")[0].partition("-be")[0]}"?>')
    )


def test_a_mark_that_the_bytes_contradict_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kurse.xml"
    path.write_bytes(codecs.BOM_UTF8 + f"{DECLARED}<kurse>{kurs('A1')}</kurse>".encode("cp1252"))
    with pytest.raises(ExportQuarantined, match="mark of utf-8, declares windows-1252, and is no utf-8"):
        read_export(path, vhs="563")


def test_windows_1252_under_the_name_of_iso_8859_1_loses_no_letter(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1", title="Šaty – „Nähen“"), declared=DECLARED.replace("windows-1252", "iso-8859-1"))
    assert [row.facts.title for row in report.courses] == ["Šaty – „Nähen“"]
    assert any(text.startswith("haupttitel holds 'Š' (0x8A)") for text in (notice.text for notice in report.notices))


@pytest.mark.parametrize("none", ["01.01.1900", "30.12.1899", "01.01.1753", "NULL", "#NV"])
def test_d29_a_value_that_is_none_is_not_stated_in_xml_either(tmp_path: Path, none: str) -> None:
    course = kurs("A1").replace("01.12.2026", none)
    report = read(tmp_path, course)
    (row,) = report.courses
    assert (row.facts.starts_on, row.facts.title, report.rejected) == (None, "Töpfern", [])
    assert any(f"beginndat {none!r} is no value" in notice.text for notice in report.notices)
