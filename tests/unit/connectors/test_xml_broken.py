"""What is no XML within one course costs that course, which is named, and no other (D17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, limits, read_export
from koop_es.domain.observation import Report
from koop_es.domain.release import FUNDED

from .test_xml_texts import kurs

MARKS = {"utf-8": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "cp1252": b""}
NAMES = {"cp1252": "windows-1252", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}


def read(tmp_path: Path, *courses: str, encoding: str = "utf-8", raw: tuple[bytes, bytes] = (b"", b"")) -> Report:
    path = tmp_path / "kurse.xml"
    declared = f'<?xml version="1.0" encoding="{NAMES.get(encoding, encoding)}"?>'
    content = MARKS[encoding] + f"{declared}\n<kurse>\n{chr(10).join(courses)}\n</kurse>".encode(encoding)
    path.write_bytes(content.replace(*raw) if raw[0] else content)
    return read_export(path, vhs="563")


BROKEN = {
    "an ampersand": ("Kunst & Kultur", "inhalt of course B1 is no well-formed XML: it holds & where XML writes &amp;"),
    "a sign": ("2 < 3", "inhalt of course B1 is no well-formed XML: it holds < where XML writes &lt;"),
    "an open tag": ("a<br>b", "inhalt of course B1 is no well-formed XML: <br> is not closed"),
    "tags that cross": ("<b><i>x</b></i>", "inhalt of course B1 is no well-formed XML: <i> is not closed"),
    "a comment": ("a <!-- b", "inhalt of course B1 is no well-formed XML: <!-- is not closed"),
    "a section": ("a <![CDATA[ b", "inhalt of course B1 is no well-formed XML: <![CDATA[ is not closed"),
    "an instruction": ("a <?b c", "inhalt of course B1 is no well-formed XML: <? is not closed"),
    "an entity of HTML": ("a&nbsp;b", "inhalt of course B1 holds &nbsp;, an entity that XML does not have"),
    "a prefix nobody declared": ("<o:p>x</o:p>", "inhalt of course B1 is no well-formed XML: unbound prefix"),
    "an attribute twice": ("<b a='1' a='2'/>", "inhalt of course B1 is no well-formed XML: duplicate attribute"),
    "elements 40 deep": ("<a>" * 40 + "</a>" * 40, "inhalt of course B1 has elements that lie more than 32 deep"),
    "a text of 100,001 letters": ("x" * 100_001, "inhalt of course B1 has 100001 characters, more than 100000"),
    "a text of 6 MB": ("x" * 6_000_000, "inhalt of course B1 is longer than 4 MiB"),
    "a tag of 300 kB": (f"<b a='{'x' * 300_000}'/>", "inhalt of course B1 has a tag longer than 128 KiB"),
    "a comment of 5 MB": (f"<!--{'x' * 5_000_000}-->", "inhalt of course B1 is longer than 4 MiB"),
    "30,000 elements": ("x<b/>" * 30_000, "inhalt of course B1 has more than 20,000 elements in one course"),
}


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_d17_what_is_no_xml_costs_its_course_only(tmp_path: Path, text: str, reason: str, encoding: str) -> None:
    report = read(tmp_path, kurs("A1"), kurs("B1", text), kurs("C1"), encoding=encoding)
    assert [(row.number, row.line, row.facts.title) for row in report.courses] == [
        ("A1", 3, "Töpfern"),
        ("C1", 5, "Töpfern"),
    ]
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column, rejected.key) == (4, "inhalt", ("B1", "26F"))
    assert rejected.reason.startswith(reason)
    assert "course B1" in rejected.remedy
    assert rejected.raw.startswith("<kurs>".encode(encoding))
    assert rejected.raw in (tmp_path / "kurse.xml").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["\x0b", "&#11;"])
def test_d17_a_character_no_xml_may_hold_costs_its_course_in_utf_16_too(
    tmp_path: Path, text: str, encoding: str
) -> None:
    report = read(tmp_path, kurs("A1"), kurs("B1", text), kurs("C1"), encoding=encoding)
    assert [row.number for row in report.courses] == ["A1", "C1"]
    assert [item.key for item in report.rejected] == [("B1", "26F")]


def test_d17_a_byte_of_another_encoding_costs_its_course_and_is_named(tmp_path: Path) -> None:
    courses = [kurs(f"K{number}", "Mx?ller" if number % 3 else "x") for number in range(300)]
    report = read(tmp_path, *courses, raw=(b"x?", b"\xfc"))
    assert [row.line - 3 for row in report.courses] == list(range(0, 300, 3))
    assert [item.line - 3 for item in report.rejected] == [number for number in range(300) if number % 3]
    assert report.rejected[0].reason.startswith(
        "inhalt of course K1 holds the byte 0xFC, which has no meaning in utf-8, near"
    )


def test_d17_a_course_is_named_by_what_stands_behind_the_fault(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1"), kurs("B1").replace("<kurs>", "<kurs><x>&</x>"), kurs("C1"))
    assert [item.key for item in report.rejected] == [("B1", "26F")]
    report = read(tmp_path, kurs("A1"), kurs("B1").replace("<kurs>", "<kurs a='1' a='2'>"), kurs("C1"))
    assert [item.key for item in report.rejected] == [("B1", "26F")]
    assert [row.number for row in report.courses] == ["A1", "C1"]


def test_d17_a_character_no_xml_may_hold_in_the_first_tag_costs_no_more_than_what_else_is_wrong(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1"), kurs("B1", "2 < 3"), kurs("C1"), raw=(b"<kurse>", b"<kurse a='\x03'>"))
    assert [row.number for row in report.courses] == ["A1", "C1"]
    assert [item.key for item in report.rejected] == [("B1", "26F")]


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize(
    ("opened", "later"),
    [
        ("<!-- b", "c --> d"),
        ("<![CDATA[ b", "c ]]> d"),
        ("<?b", "c ?> d"),
        ("<!-- b", "<!-- c --> d"),
        ("<![CDATA[ b", "<![CDATA[c]]> d"),
        ("<!-- a --> <!-- b", "d"),
    ],
)
def test_d17_what_is_closed_in_another_course_hides_no_course(
    tmp_path: Path, opened: str, later: str, encoding: str
) -> None:
    courses = kurs("A1"), kurs("B1", opened), kurs("X1"), kurs("C1", later), kurs("D1")
    report = read(tmp_path, *courses, encoding=encoding)
    rejected = [item.key[0] for item in report.rejected if item.key]
    assert sorted([row.number for row in report.courses] + rejected) == ["A1", "B1", "C1", "D1", "X1"]
    assert [name for name in rejected if name != "C1"] == ["B1"]
    assert report.rejected[0].line == 4


@pytest.mark.parametrize("text", ["<!-- a -->b", "<![CDATA[b]]>", "<?a?>b", f"<!--{'x' * 200_000}-->b"])
def test_comments_sections_and_instructions_that_close_are_read_as_ever(tmp_path: Path, text: str) -> None:
    hidden = f"<!-- {kurs('H1')} -->"
    report = read(tmp_path, kurs("A1", text), hidden, kurs("B1", text))
    assert ([row.number for row in report.courses], report.rejected) == (["A1", "B1"], [])
    assert {row.facts.info for row in report.courses} == {"b"}


@pytest.mark.parametrize("opened", ["<!-- b", "<![CDATA[ b", "<?b"])
def test_many_courses_that_open_what_they_never_close_cost_no_more_than_themselves(tmp_path: Path, opened: str) -> None:
    report = read(tmp_path, *(kurs(f"K{number}", f"{'x' * 3_000}{opened}") for number in range(500)), kurs("A1"))
    assert [row.number for row in report.courses] == ["A1"]
    assert [item.line - 3 for item in report.rejected] == list(range(500))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("half", ["\ud83d", "\ude00", "\ude00\ud83d"])
def test_half_a_letter_costs_its_course_and_changes_no_other_letter(tmp_path: Path, half: str, encoding: str) -> None:
    """What stands behind half a letter is not read as its other half, wherever the blocks that are read end."""
    path = tmp_path / "kurse.xml"
    good, bad = kurs("A1", "\U0001f600" * 40_000 + "ns Berger"), kurs("B1", f"Ha{half}ns Berger")
    for shift in range(3):
        text = f"<kurse>{' ' * shift}\n{good}\n{bad}\n{kurs('C1')}</kurse>"
        path.write_bytes(MARKS[encoding] + text.encode(encoding, "surrogatepass"))
        report = read_export(path, vhs="563")
        assert str(report.courses[0].facts.info).endswith("ns Berger")
        assert [row.number for row in report.courses] == ["A1", "C1"]
        (rejected,) = report.rejected
        assert rejected.reason == f"inhalt of course B1 holds 0x{ord(half[0]):04X}, half a letter of utf-16"


@pytest.mark.parametrize("encoding", MARKS)
def test_d17_a_character_no_xml_may_hold_in_an_attribute_of_a_course_is_said(tmp_path: Path, encoding: str) -> None:
    marked = kurs("B1").replace("<kurs>", "<kurs a='x\x03'>")
    report = read(tmp_path, kurs("A1"), marked, kurs("C1"), encoding=encoding)
    assert [row.number for row in report.courses] == ["A1", "C1"]
    assert "0x03, a character that no XML may hold" in report.rejected[0].reason


@pytest.mark.parametrize("order", ["ABC", "ACB", "BAC"])
def test_d17_a_course_that_is_never_closed_costs_itself_only(tmp_path: Path, order: str) -> None:
    courses = [kurs(f"{name}1") if name != "B" else kurs("B1").replace("</kurs>", "") for name in order]
    report = read(tmp_path, *courses)
    assert [row.number for row in report.courses] == ["A1", "C1"]
    (rejected,) = report.rejected
    assert (rejected.line, rejected.key, rejected.raw.count(b"<kurs>")) == (3 + order.index("B"), ("B1", "26F"), 1)
    assert "<kurs> is not closed" in rejected.reason


def test_what_stands_between_two_courses_is_said_and_costs_none(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1"), "Kunst & Kultur", kurs("B1"))
    assert ([row.number for row in report.courses], report.rejected) == (["A1", "B1"], [])
    assert any(item.line == 4 and item.text.startswith("between two courses") for item in report.notices)


@pytest.mark.parametrize("cut", [20, 150, 300, 500])
def test_a_file_that_was_cut_off_is_refused_as_a_whole(tmp_path: Path, cut: int) -> None:
    read(tmp_path, kurs("A1"), kurs("B1", "2 < 3"), kurs("C1"))
    path = tmp_path / "kurse.xml"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ExportQuarantined, match="well-formed"):
        read_export(path, vhs="563")


def test_an_entity_where_nothing_is_read_costs_nothing(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1", more="<intern>a&nbsp;b</intern>"))
    assert ([row.number for row in report.courses], report.rejected) == (["A1"], [])


def test_text_in_an_element_that_is_no_markup_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    report = read(tmp_path, kurs("A1", "eins<zeile>zwei</zeile>"))
    assert report.courses[0].facts.info == "eins"
    assert any(item.text == "course A1: inhalt holds an element zeile, which is not read" for item in report.notices)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"<n{number}/>" for number in range(limits.XML_NAMES)),
        "".join(f"<n a{number}='1'/>" for number in range(limits.XML_NAMES)),
        "".join(f"<n xmlns:p{number}='u'/>" for number in range(limits.XML_NAMES)),
        "".join(f"<n xmlns='u{number}'/>" for number in range(limits.XML_NAMES)),
        "".join(f"<n>&e{number};</n>" for number in range(limits.XML_NAMES)),
        f"<{'n' * 2_000}/>",
    ],
    ids=["elements", "attributes", "prefixes", "namespaces", "entities", "a long one"],
)
def test_names_that_no_program_has_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ExportQuarantined, match="more than 5,000 different names"):
        read(tmp_path, kurs("A1", more=text))


def test_courses_that_take_too_much_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COURSES_BYTES", 10_000)
    with pytest.raises(ExportQuarantined, match="MiB of memory"):
        read(tmp_path, *(kurs(f"A{number}", "x" * 1_000) for number in range(6)))


@pytest.mark.parametrize("word", [*FUNDED, "Integrationskurse"])
def test_r10_subjects_that_hint_at_funding_are_pointed_out_once_for_the_file(tmp_path: Path, word: str) -> None:
    more = f"<fachb>D4</fachb><fachbtext>Deutsch:\n{word.title()} A1</fachbtext>"
    report = read(tmp_path, kurs("A1", more=more), kurs("A2", more=more))
    assert {row.facts.dvv_category for row in report.courses} == {"D4"}
    (said,) = [notice.text for notice in report.notices if "R10" in notice.text]
    assert said.startswith("2 courses have a subject (fachbtext) that hints at BAMF funding, the first is A1;")
    report = read(tmp_path, kurs("A1", more="<fachb>D4</fachb><fachbtext>Deutsch</fachbtext>"))
    assert not any("R10" in notice.text for notice in report.notices)
