"""KuferSQL's Internet-XML, the real file and hostile ones."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.connectors.errors import UnknownFormat, VhsNeeded
from koop_es.domain.observation import Kind, Report

REAL = Path(__file__).parents[4] / "shared/data/kufersql/internet-export-40-courses.xml"
KURS = (
    "<kurs>\n<knr>161A</knr><semester>26F</semester><haupttitel>Töpfern</haupttitel><inhalt>A</inhalt><web_info>B</web_info>"
    "<ort>Saal</ort><fachb>A3</fachb><beginndat>03.04.2026</beginndat><endedat>02.06.2026</endedat>"
    "<beginnuhr>09:00</beginnuhr><endeuhr>13:00</endeuhr><tnmin>8</tnmin><tnmax>14</tnmax>"
    "<tnanmeldungen>13</tnanmeldungen><gebnorm>1.035,50</gebnorm>"
    "<dozenten><dozent><vorname>Eva</vorname><name>Huber</name><telefon>0941/12345</telefon></dozent></dozenten>"
    "<termine><termin><tag>03.04.2026</tag></termin><termin><tag>02.06.2026</tag></termin></termine>\n</kurs>"
)


def read(tmp_path: Path, content: str | bytes) -> Report:
    path = tmp_path / "internet.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_export(path, vhs="563")


def kurse(*courses: str, head: str = '<?xml version="1.0"?>') -> str:
    return f"{head}\n<kurse>{''.join(courses)}</kurse>"


def texts(report: Report) -> str:
    return "\n".join(notice.text for notice in report.notices)


@pytest.mark.skipif(not REAL.exists(), reason="the real KuferSQL file of ../shared/data is not on this machine")
def test_real_file_has_forty_courses_and_three_overbooked_ones() -> None:
    report = read_export(REAL, vhs="563")
    assert (len(report.courses), report.rejected, report.kind) == (40, [], Kind.CATALOGUE)
    first = report.courses[0]
    assert (first.number, first.line, first.facts.starts_on) == ("161A087-08", 3, date(2017, 4, 3))
    assert (first.period, first.external_number, first.facts.fee_cents, first.facts.rate) == (None, None, None, None)
    assert [(notice.line, notice.course_number) for notice in report.notices] == [
        (3, None),  # all of them are courses for integration, by their subject (R10)
        (927, "161A091-06"),
        (1060, "161A091-13"),
        (1351, "161A092-13"),
    ]


def test_fields_are_read_and_what_is_not_there_is_not_carried(tmp_path: Path) -> None:
    report = read(tmp_path, kurse(KURS))
    facts = report.courses[0].facts
    assert (report.courses[0].number, report.courses[0].period, report.courses[0].line) == ("161A", "26F", 2)
    assert (facts.title, facts.info, facts.fee_cents, facts.dvv_category) == ("Töpfern", "A\nB", 103550, "A3")
    assert (facts.course_type, facts.rate, facts.cancelled) == (None, None, None)
    assert not report.notices


def test_telephone_numbers_of_instructors_are_never_read(tmp_path: Path) -> None:
    report = read(tmp_path, kurse(KURS))
    assert report.courses[0].facts.instructor == "Eva Huber"
    assert "12345" not in repr(report)


def test_r45_ausfall_marks_a_cancelled_course(tmp_path: Path) -> None:
    report = read(tmp_path, kurse(KURS.replace("<tnmin>", "<ausfall>W</ausfall><tnmin>")))
    assert report.courses[0].facts.cancelled is True


@pytest.mark.parametrize(
    ("before", "after", "noted"),
    [
        ("<tnanmeldungen>13<", "<tnanmeldungen>15<", "15 registrations"),
        ("<tnmin>8<", "<tnmin>15<", "needs 15"),
        ("02.06.2026</endedat>", "02.03.2026</endedat>", "before it begins"),
        ("<tag>02.06.2026<", "<tag>02.07.2026<", "1 of 2 sessions"),
        ("<tag>02.06.2026<", "<tag>03.04.2026<", "has one already"),
        ("<tag>02.06.2026<", "<tag>bald<", "no day"),
        ("<ort>Saal</ort>", "", "has no ort"),
        ("<gebnorm>1.035,50", "<gebnorm>frei", "no amount"),
        ("<beginnuhr>09:00", "<beginnuhr>9 Uhr", "no time"),
        ("<beginndat>03.04.2026</beginndat>", "", "has no beginndat"),
    ],
)
def test_oddities_are_noted_with_line_and_course(tmp_path: Path, before: str, after: str, noted: str) -> None:
    report = read(tmp_path, kurse(KURS.replace(before, after)))
    assert len(report.courses) == 1
    assert noted in texts(report)
    assert all(notice.line >= 2 and notice.course_number == "161A" for notice in report.notices)


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("<knr>161A</knr>", "", "knr"),
        ("<knr>161A</knr>", "<knr> </knr>", "knr"),
        ("03.04.2026</beginndat>", "2026-04-03</beginndat>", "beginndat"),
        ("02.06.2026</endedat>", "31.06.2026</endedat>", "endedat"),
    ],
)
def test_course_that_cannot_be_used_is_rejected_with_its_bytes(
    tmp_path: Path, before: str, after: str, column: str
) -> None:
    bad = KURS.replace(before, after)
    report = read(tmp_path, kurse(bad, KURS))
    (rejected,) = report.rejected
    assert len(report.courses) == 1
    assert (rejected.raw, rejected.column, rejected.about) == (bad.encode(), column, "course")
    assert rejected.key == (None if column == "knr" else ("161A", "26F"))


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-15", "utf-16-le", "utf-16-be"])
def test_rejected_course_keeps_its_bytes_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    bad = KURS.replace("03.04.2026</b", "morgen</b")
    codec = {"windows-1252": "cp1252"}.get(encoding, encoding)
    declared = encoding if "utf" not in encoding else "utf-16"
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    raw = mark + kurse(bad, KURS, head=f'<?xml version="1.0" encoding="{declared}"?>').encode(codec)
    report = read(tmp_path, raw)
    assert report.rejected[0].raw == bad.encode(codec)
    assert report.courses[0].facts.title == "Töpfern"


def test_without_declaration_and_not_utf8_it_is_windows_1252(tmp_path: Path) -> None:
    report = read(tmp_path, kurse(KURS).encode("cp1252"))
    assert report.courses[0].facts.title == "Töpfern"
    assert "windows-1252" in texts(report)


def test_doubled_number_is_noted_and_a_differing_one_set_aside(tmp_path: Path) -> None:
    same, other = read(tmp_path, kurse(KURS, KURS)), read(tmp_path, kurse(KURS, KURS.replace("Töpfern", "Malen")))
    assert (len(same.courses), same.rejected, "161A stands twice" in texts(same)) == (1, [], True)
    assert (len(other.courses), len(other.rejected), "161A stands twice" in texts(other)) == (1, 1, True)


BOMB = '<!DOCTYPE kurse [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE kurse SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (kurse(KURS.replace("Saal", "&b;"), head='<?xml version="1.0"?>' + BOMB), "document type"),
        (kurse(KURS, head=OUTSIDE), "document type"),
        (kurse(KURS)[:-20], "well-formed"),
        (kurse(KURS, head='<?xml version="1.0" encoding="klingon"?>'), "encoding"),
        (kurse("<x>" * 50 + "</x>" * 50), "deep"),
        (kurse("".join(f"<x{n}/>" for n in range(6_000))), "different names"),
    ],
)
def test_hostile_xml_is_quarantined_with_its_reason(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(ExportQuarantined, match=reason) as caught:
        read(tmp_path, content)
    assert caught.value.remedy


def test_vhs_has_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "k.xml").write_text(kurse(KURS))
    with pytest.raises(VhsNeeded, match="--vhs"):
        read_export(tmp_path / "k.xml")


def test_other_xml_is_told_from_it(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"root html: it is a web page"):
        read(tmp_path, "<html/>")


def test_no_notice_names_a_person(tmp_path: Path) -> None:
    report = read(tmp_path, kurse(KURS.replace("<tnmin>8<", "<tnmin>x<")))
    assert not re.search("Huber", texts(report))
