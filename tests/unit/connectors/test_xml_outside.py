"""What lies outside the root, beside the courses, or twice in one of them is read or named."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.connectors.errors import UnknownFormat
from koop_es.domain.observation import Report

from .test_xml_broken import MARKS, NAMES
from .test_xml_texts import kurs

OPEN_VHS = (
    '<veranstaltungen xmlns="http://www.dvv-vhs.de/Open-VHS" version="1.2">{}</veranstaltungen>',
    "<veranstaltung><guid>{}</guid><nummer>{}</nummer><name>Yoga</name><beginn_datum>2026-12-01</beginn_datum>{}"
    "</veranstaltung>",
)


def read(
    tmp_path: Path, content: str, *, encoding: str = "utf-8", before: str = "", behind: str = "", odd: bytes = b""
) -> Report:
    path = tmp_path / "kurse.xml"
    declared = f'<?xml version="1.0" encoding="{NAMES.get(encoding, encoding)}"?>\n'
    path.write_bytes(MARKS[encoding] + f"{before}{declared}{content}{behind}".encode(encoding) + odd)
    return read_export(path, vhs="563")


def said(report: Report) -> list[tuple[int, str]]:
    return [(notice.line, notice.text) for notice in report.notices if "has no" not in notice.text]


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize(("blanks", "lines"), [("\n", 1), ("  ", 0), ("\r\n\t\r\n", 2), ("\r", 1), (" \n" * 200, 200)])
def test_d17_blanks_before_the_declaration_are_said_and_passed_over(
    tmp_path: Path, blanks: str, lines: int, encoding: str
) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1')}\n{kurs('B1', 'a & b')}</kurse>", encoding=encoding, before=blanks)
    assert [(row.number, row.line, row.facts.title) for row in report.courses] == [("A1", 3 + lines, "Töpfern")]
    assert said(report) == [(1, "blanks before the XML declaration were passed over")]
    assert [(item.line, item.key) for item in report.rejected] == [(4 + lines, ("B1", "26F"))]
    assert report.rejected[0].raw in (tmp_path / "kurse.xml").read_bytes()


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("behind", ["\x1a", "\0", "\n\x1a\r\n", "\0" * 200_000, "<!-- x -->\n\x1a"])
def test_d17_what_carries_nothing_behind_the_root_is_said_and_passed_over(
    tmp_path: Path, behind: str, encoding: str
) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1')}</kurse>", encoding=encoding, behind=behind)
    assert ([row.number for row in report.courses], report.rejected) == (["A1"], [])
    assert [text for _, text in said(report)] == [
        "what stands behind the end of the root carries nothing, and was passed over"
    ]


@pytest.mark.parametrize("encoding", MARKS)
def test_d17_so_is_the_one_byte_that_dos_writes_behind_a_file_of_whatever_encoding(
    tmp_path: Path, encoding: str
) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1')}</kurse>\n", encoding=encoding, odd=b"\x1a")
    assert ([row.number for row in report.courses], report.rejected) == (["A1"], [])


@pytest.mark.parametrize("encoding", [name for name in MARKS if name.startswith("utf-16")])
@pytest.mark.parametrize("behind", ["", "\n", " " * 131_000])
@pytest.mark.parametrize("odd", [b"\n", b"\0", b" ", b"x", b"\x1a"])
def test_d17_half_a_letter_at_the_end_of_utf16_is_said(tmp_path: Path, odd: bytes, behind: str, encoding: str) -> None:
    """A file that was cut off may end so: whoever reads the answer is told."""
    for padding in range(2):  # so that the last byte stands at the beginning of what is read at once, too
        inside = f"<kurse>\n{kurs('A1')}{' ' * padding}</kurse>"
        report = read(tmp_path, inside, encoding=encoding, behind=behind, odd=odd)
        assert ([row.number for row in report.courses], report.rejected) == (["A1"], [])
        assert [text for _, text in said(report)] == [
            f"ends with half a letter of UTF-16, 0x{odd.hex().upper()}, which was passed over"
        ]


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize(
    "behind", ["x", "\x1ax", "<kurse/>", f"\x1a<kurse>{kurs('B1')}</kurse>", "\x1a" * 99_999 + "x"]
)
def test_what_says_something_behind_the_root_is_never_passed_over(tmp_path: Path, behind: str, encoding: str) -> None:
    with pytest.raises(ExportQuarantined, match="is no well-formed XML"):
        read(tmp_path, f"<kurse>{kurs('A1')}</kurse>", encoding=encoding, behind=behind)


def test_a_file_that_was_cut_off_and_ends_with_nothing_is_refused_as_ever(tmp_path: Path) -> None:
    for cut in (f"<kurse>{kurs('A1')}", f"<kurse>{kurs('A1')}<kurs><knr>B1</knr>"):
        with pytest.raises(ExportQuarantined):
            read(tmp_path, cut, behind="\x1a\0")


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("written", [str.upper, str.title, lambda name: name.replace("r", "R")])
def test_names_in_other_letters_are_read_and_said(tmp_path: Path, written: object, encoding: str) -> None:
    content = f"<kurse>\n{kurs('A1')}\n{kurs('B1', 'a & b')}\n{kurs('C1')}</kurse>"
    for name in ("kurse", "kurs", "knr", "beginndat"):
        for mark in ("<", "</"):
            content = content.replace(f"{mark}{name}>", f"{mark}{written(name)}>")  # type: ignore[operator]
    report = read(tmp_path, content, encoding=encoding)
    assert [(row.number, row.facts.starts_on is None) for row in report.courses] == [("A1", False), ("C1", False)]
    assert [item.key for item in report.rejected] == [("B1", "26F")]
    assert [text for _, text in said(report)][:2] == [
        f"elements named {written('kurse')} were read as kurse",  # type: ignore[operator]
        f"elements named {written('kurs')} were read as kurs",  # type: ignore[operator]
    ]
    assert len(said(report)) <= 4


def test_names_of_open_vhs_in_other_letters_are_read_and_said(tmp_path: Path) -> None:
    root, course = OPEN_VHS
    content = root.format(course.format("", "A1", "")).replace("nummer", "Nummer").replace("veranst", "VERANST")
    report = read(tmp_path, content)
    assert [row.number for row in report.courses] == ["A1"]
    assert (1, "elements named Nummer were read as nummer") in [(1, text) for _, text in said(report)]


def test_what_lies_beside_the_courses_is_named_once(tmp_path: Path) -> None:
    others = "<veranstaltungen><x/></veranstaltungen><kategorie>a</kategorie>"
    report = read(tmp_path, f"<kurse>\n{others}{kurs('A1')}{others}</kurse>")
    assert [row.number for row in report.courses] == ["A1"]
    assert [text for _, text in said(report)] == [
        f"elements named {name} lie beside the courses, and are not read" for name in ("veranstaltungen", "kategorie")
    ]


def test_a_course_that_lies_elsewhere_than_courses_do_is_named(tmp_path: Path) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1')}<liste>\n{kurs('B1')}\n{kurs('C1')}</liste></kurse>")
    assert [row.number for row in report.courses] == ["A1"]
    assert said(report)[1:] == [(line, "kurs lies in liste, where none is read") for line in (4, 5)]
    related = f"<verwandt>{kurs('B1')}</verwandt>"
    report = read(tmp_path, f"<kurse>\n{kurs('A1', more=related)}</kurse>")
    assert said(report) == [(3, "course A1: kurs holds an element kurs, which is not read")]


@pytest.mark.parametrize("encoding", MARKS)
def test_d17_a_course_in_a_course_costs_the_outer_one_and_is_read_itself(tmp_path: Path, encoding: str) -> None:
    content = f"<kurse>\n{kurs('A1')}\n{kurs('B1', more=kurs('X1') + '<ort>Aula</ort>')}\n{kurs('C1')}</kurse>"
    report = read(tmp_path, content, encoding=encoding)
    assert [row.number for row in report.courses] == ["A1", "X1", "C1"]
    assert next((item.key, item.reason) for item in report.rejected) == (
        ("B1", "26F"),
        "course B1 <kurs> is not closed before another one begins",
    )
    assert any(text.startswith("between two courses") and "Aula" in text for _, text in said(report))


@pytest.mark.parametrize("name", ["knr", "semester"])
def test_d17_a_course_that_names_itself_twice_is_set_aside(tmp_path: Path, name: str) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1')}\n{kurs('B1', more=f'<{name}>X1</{name}>')}</kurse>")
    assert [row.number for row in report.courses] == ["A1"]
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column, rejected.key) == (4, name, ("B1", "26F"))
    assert rejected.reason == f"course B1: {name} stands twice, first on line 4, and the two differ"


def test_two_courses_that_have_run_together_are_set_aside(tmp_path: Path) -> None:
    report = read(tmp_path, f"<kurse>{(kurs('A1') + kurs('B1')).replace('</kurs><kurs>', '')}</kurse>")
    assert (report.courses, len(report.rejected)) == ([], 1)


TWICE = [("haupttitel", "Ofen"), ("inhalt", "Ton"), ("beginndat", "02.12.2026"), ("tnmax", "99"), ("tnmin", "")]


@pytest.mark.parametrize(("name", "text"), TWICE)
def test_of_whatever_else_stands_twice_the_first_is_read_and_that_is_said(tmp_path: Path, name: str, text: str) -> None:
    once = read(tmp_path, f"<kurse>\n{kurs('A1')}</kurse>").courses
    report = read(tmp_path, f"<kurse>\n{kurs('A1', more=f'<{name}>{text}</{name}>')}</kurse>")
    assert ([row.facts for row in report.courses], report.rejected) == ([row.facts for row in once], [])
    assert said(report) == [
        (3, f"course A1: {name} stands twice, first on line 3, and the two differ; the first is used")
    ]


def test_an_element_that_stands_twice_and_says_the_same_is_said_only(tmp_path: Path) -> None:
    report = read(tmp_path, f"<kurse>\n{kurs('A1', more='<knr> A1 </knr>')}</kurse>")
    assert [row.number for row in report.courses] == ["A1"]
    assert said(report) == [(3, "course A1: knr stands twice, the same on line 3; one is used")]


def test_what_may_stand_more_than_once_is_said_of_none(tmp_path: Path) -> None:
    many = (
        "<termine><termin><tag>01.12.2026</tag></termin><termin><tag>08.12.2026</tag></termin></termine>"
        "<dozenten><dozent><name>A</name></dozent><dozent><name>B</name></dozent></dozenten>"
    )
    assert said(read(tmp_path, f"<kurse>{kurs('A1', more=many)}</kurse>")) == []
    root, course = OPEN_VHS
    many = (
        "<schlagwort>a</schlagwort><schlagwort>b</schlagwort><text><text>a</text></text><text><text>b</text></text>"
        "<termin><beginn_datum>2026-12-01</beginn_datum></termin><termin><beginn_datum>2026-12-02</beginn_datum></termin>"
    )
    guid = "{12345678-1234-1234-1234-123456789012}"
    report = read(tmp_path, root.format(course.format(guid, "A1", many)))
    assert not [text for _, text in said(report) if "twice" in text]
    report = read(tmp_path, root.format(course.format(guid, "A1", "<preis><betrag>1.00</betrag></preis>" * 2)))
    assert any("preis stands twice, the same" in text for _, text in said(report))
    price = "<preis><betrag>1.00</betrag></preis><preis><betrag>2.00</betrag></preis>"
    report = read(tmp_path, root.format(course.format(guid, "A1", price)))
    assert any("preis stands twice, first on line" in text for _, text in said(report))


def test_a_web_page_and_an_unknown_root_are_named_as_ever(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="with the root Buchungen"):
        read(tmp_path, "<Buchungen/>", before="\n")
    with pytest.raises(UnknownFormat, match=r"is a web page \(HTML\)"):
        read(tmp_path, "<HTML/>", before="\n")
