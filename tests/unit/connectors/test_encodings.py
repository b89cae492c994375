"""Files that are not written as they declare: windows-1252 is recognised, contradictions are refused."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.connectors.errors import UnknownFormat
from koop_es.domain.observation import Report

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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", ["Matte\x85", "Matte\x85 Decke", "Matte\x85\nDecke", "\x85Matte \x96 Decke"])
def test_an_ellipsis_that_became_a_control_character_is_said_alone_and_beside_others(
    export: Export, text: str, encoding: str
) -> None:
    quoted = f'"{text}"'
    folder = export(
        COURSES + COURSE.replace("Matte", quoted),
        BOOKINGS + rows("Mül\x85ler;Eva"),
        rows={"courses": 1, "bookings": 1},
        encoding=encoding,
    )
    report = read_export(folder)
    assert [course.facts.info for course in report.courses] == [text.replace("\x85", "…").replace("\x96", "–")]
    assert names(report) == ["Mül…ler;Eva"]
    told = [notice.text for notice in report.notices if "'…' (0x85)" in notice.text]
    assert [text.partition(" ")[0] for text in told] == ["Info", "Name"]


@pytest.mark.parametrize("written", ["\x85", "&#133;", "&#x85;"])
@pytest.mark.parametrize("beside", ["", " &#150; Decke"])
def test_an_ellipsis_that_became_a_control_character_of_xml_is_said(tmp_path: Path, written: str, beside: str) -> None:
    path = tmp_path / "kurse.xml"
    path.write_text(f"<kurse>{KURS.format(f'Matte{written} mehr{beside}')}</kurse>", encoding="utf-8")
    report = read_export(path, vhs="563")
    assert [row.facts.title for row in report.courses] == ["Matte… mehr" + beside.replace("&#150;", "–")]
    assert sum("'…' (0x85)" in notice.text for notice in report.notices) == 1


UNSEEN = ["\u200d", "\u200c", "\u00ad", "\u200b", "\u200e", "\u2060", "\ufeff", " \u00ad\u00a0"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_cannot_be_seen_at_the_ends_of_a_text_is_said(export: Export, unseen: str, encoding: str) -> None:
    name = f"U+{ord(unseen.strip()[0]):04X}"
    courses = COURSE.replace("Yoga", f"{unseen}Yoga").replace("Matte", f"Matte{unseen}")
    given = rows(f"Müller{unseen};{unseen}Eva")
    report = read_export(export(COURSES + courses, BOOKINGS + given, encoding=encoding))
    assert [(course.facts.title, course.facts.info) for course in report.courses] == [("Yoga", "Matte")]
    assert names(report) == ["Müller;Eva"]
    told = [notice.text for notice in report.notices if f"holds {name} at an end" in notice.text]
    assert [text.partition(" holds")[0] for text in told] == [
        "course 26-10009: Titel", "course 26-10009: Info", "booking 1: Name", "booking 1: Vorname"
    ]  # fmt: skip
    assert not any("Müller" in text or "Eva" in text for text in told)


def test_blanks_at_the_ends_of_a_text_and_signs_amid_it_are_not_said(export: Export) -> None:
    courses = COURSE.replace("Yoga", " Yo\u00adga\u00a0").replace("Matte", "\u2007Matte\t")
    report = read_export(export(COURSES + courses, BOOKINGS + rows("Mü\u200dller;Eva ")))
    assert not [notice for notice in report.notices if "at an end" in notice.text]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_xml_says_what_cannot_be_seen_at_an_end(tmp_path: Path, unseen: str) -> None:
    path = tmp_path / "kurse.xml"
    path.write_text(f"<kurse>{KURS.format(f'Yoga{unseen}')}</kurse>", encoding="utf-8")
    report = read_export(path, vhs="563")
    assert [row.facts.title for row in report.courses] == ["Yoga"]
    told = [notice.text.partition(" holds")[0] for notice in report.notices if "at an end" in notice.text]
    assert told == ["course A1: haupttitel"]


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


LETTERS = ("Žižek;Saša", "Müller;Zoë", "Bœuf;Eva")


def said(report: Report) -> list[tuple[int, str]]:
    return [(notice.line, notice.text) for notice in report.notices if notice.file == "belegungen.csv"]


def names(report: Report) -> list[str]:
    return [f"{row.person.name};{row.person.first_name}" for row in report.bookings if row.person]


def rows(*given: str) -> str:
    return "".join(
        BOOKING.replace("8841", str(number)).replace("Müller;Eva", who) for number, who in enumerate(given, 1)
    )


def test_rows_of_two_encodings_are_each_read_by_themselves(export: Export) -> None:
    mixed = rows("Žižek;Saša").encode("iso-8859-15") + rows("Šárka;Eva", "x").encode("cp1252").split(b"\n")[0] + b"\n"
    mixed = mixed.replace(b"1;26-10009", b"9;26-10009", 1)
    report = read_export(export(None, BOOKINGS.encode() + mixed, encoding="iso-8859-15", rows={"bookings": 2}))
    assert names(report) == ["Žižek;Saša", "Šárka;Eva"]
    assert any("partly it is windows-1252" in text for line, text in said(report) if line == 1)
    assert any(text.startswith("Name holds 'Ž' ('´' in windows-1252)") for line, text in said(report) if line == 2)
    assert (3, "Name holds 'Š' (0x8A) of windows-1252: read as that") in said(report)


@pytest.mark.parametrize("declared", ["iso-8859-15", "windows-1252"])
def test_umlauts_of_dos_are_set_aside_and_named(export: Export, declared: str) -> None:
    given = rows("Mädler;Eva", "Köhler;Ida", "Müller;Uwe", "Meier;Eva")
    report = read_export(
        export(None, BOOKINGS.encode() + given.encode("cp850"), encoding=declared, rows={"bookings": 4})
    )
    assert names(report) == ["Meier;Eva"]
    assert {item.column for item in report.rejected} == {"Name"}
    assert "cp850" in report.rejected[0].reason
    assert any("cp850" in text for line, text in said(report) if line == 1)


@pytest.mark.parametrize("declared", ["iso-8859-15", "windows-1252"])
@pytest.mark.parametrize("name", ["Mädler;Eva", "Abel;René-Jörg", "Schröder;Eva"])
def test_one_name_with_an_umlaut_of_dos_is_set_aside(export: Export, name: str, declared: str) -> None:
    content = BOOKINGS.encode() + rows("Meier;Eva", name).encode("cp850")
    report = read_export(export(None, content, encoding=declared, rows={"bookings": 2}))
    assert names(report) == ["Meier;Eva"]
    (rejected,) = report.rejected
    assert (rejected.line, "cp850" in rejected.reason) == (3, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_a_sign_amid_the_letters_of_a_name_is_said(export: Export, encoding: str) -> None:
    given = rows("Ren‚;Eva", "Meier;Fran‡oise", "™zdemir;Mich‰l")
    report = read_export(export(None, BOOKINGS + given, encoding=encoding, rows={"bookings": 3}))
    assert names(report) == ["Ren‚;Eva", "Meier;Fran‡oise", "™zdemir;Mich‰l"]
    assert [(line, text.split(",")[0]) for line, text in said(report)] == [
        (2, "Name holds 'n‚'"), (3, "Vorname holds 'n‡o'"), (4, "Name holds '™z'"), (4, "Vorname holds 'h‰l'"),
    ]  # fmt: skip


def test_umlauts_of_dos_that_became_other_letters_long_ago_are_said(export: Export) -> None:
    report = read_export(export(COURSES + COURSE.replace("Matte", "f„r M„dchen"), BOOKINGS + rows("M„dler;Eva")))
    assert sorted((n.file, n.line, n.text.split(",")[0]) for n in report.notices if "cp850" in n.text) == [
        ("belegungen.csv", 2, "Name holds 'M„d'"), ("kurse.csv", 2, "Info holds 'f„r'"),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize(
    "name",
    [
        "O’Brien;D’Arcy", "Žižek;Saša", "Müller–Lüdenscheid;Eva", "Œuvrard;Zoë", "Muster „Mausi“;Eva", "Beyer;Eva (†)",
        "Meier…;Eva", "Ÿlma;Eva", "d‘Angelo;Šárka",
    ],
)  # fmt: skip
def test_nothing_is_said_of_true_names(export: Export, name: str, encoding: str) -> None:
    report = read_export(export(None, BOOKINGS + rows(name), encoding=encoding))
    assert (names(report), report.notices) == ([name], [])


def test_some_letters_of_utf_8_in_another_encoding_are_said(export: Export) -> None:
    content = (
        BOOKINGS.encode() + rows("Müller;Eva").encode() + rows("x", "Köhler;Zoë").encode("cp1252").splitlines(True)[1]
    )
    report = read_export(export(None, content, encoding="windows-1252", rows={"bookings": 2}))
    assert names(report) == ["MÃ¼ller;Eva", "Köhler;Zoë"]
    assert [line for line, text in said(report) if "looks like one letter of utf-8" in text] == [2]


def test_a_lost_letter_is_said(export: Export) -> None:
    report = read_export(export(None, BOOKINGS + rows("M\ufffdller;Eva")))
    assert [(line, "a letter was lost" in text) for line, text in said(report)] == [(2, True)]


def test_an_ellipsis_under_the_name_of_iso_8859_is_no_line_end(export: Export) -> None:
    report = read_export(export((COURSES + COURSE.replace("Matte", "Matte…")).encode("cp1252"), encoding="iso-8859-15"))
    assert report.courses[0].facts.info == "Matte…"


def test_half_a_letter_of_utf_16_costs_its_row_only(export: Export) -> None:
    content = (BOOKINGS + rows("Müller;Eva", "Huber;Xx", "Meier;Eva")).encode("utf-16-le")
    content = content.replace(b"X\0x\0", b"X\0\0\xd8")
    report = read_export(export(None, codecs.BOM_UTF16_LE + content, encoding="utf-16", rows={"bookings": 3}))
    assert names(report) == ["Müller;Eva", "Meier;Eva"]
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column) == (3, "Vorname")
    assert "half a letter" in rejected.reason
    assert "declare the encoding" in rejected.remedy


def test_a_control_character_without_meaning_in_a_text_sets_its_course_aside(export: Export) -> None:
    report = read_export(export(COURSES + COURSE.replace("Matte", "Ma\x81tte")))
    assert [(item.column, "0x81" in item.reason) for item in report.rejected] == [("Info", True)]


KURS = "<kurs><knr>A1</knr><haupttitel>{}</haupttitel><beginndat>01.12.2026</beginndat></kurs>"


@pytest.mark.parametrize(
    ("text", "written", "declared", "read", "remark"),
    [
        ("Töpfern", "utf-8", "windows-1252", "TÃ¶pfern", "all of it is valid utf-8"),
        ("Töpfern", "utf-8", "iso-8859-1", "TÃ¶pfern", "all of it is valid utf-8"),
        ("„Nähen“ – ½ m", "cp1252", "iso-8859-15", "„Nähen“ – ½ m", "read as windows-1252"),
        ("„Nähen“", "cp1252", "latin1", "„Nähen“", "read as windows-1252"),
        ("Töpfern", "iso-8859-15", "iso-8859-15", "Töpfern", None),
        ("Töpfern", "cp1252", "windows-1252", "Töpfern", None),
        ("Töpfern", "cp850", "windows-1252", "T”pfern", None),
        ("Töpfern", "cp850", "iso-8859-1", "T”pfern", "read as windows-1252"),
    ],
)
def test_xml_is_judged_as_csv_is(
    tmp_path: Path, text: str, written: str, declared: str, read: str, remark: str | None
) -> None:
    path = tmp_path / "kurse.xml"
    content = f'<?xml version="1.0" encoding="{declared}"?><kurse>{KURS.format(text)}</kurse>'
    path.write_bytes(content.encode(written))
    report = read_export(path, vhs="563")
    assert [row.facts.title for row in report.courses] == [read]
    found = [notice.text for notice in report.notices if notice.text.startswith("declared as")]
    assert len(found) == (remark is not None)
    assert all((remark or "") in text for text in found)
    doubted = [notice.text for notice in report.notices if "umlaut of cp850" in notice.text or "(0x94)" in notice.text]
    assert len(doubted) == (written == "cp850")


@pytest.mark.parametrize("start", [b"<br />\n<b>Fatal error</b>: x", b"<head><title>x", b"<div class='login'>"])
def test_pieces_of_web_pages_are_named_too(export: Export, tmp_path: Path, start: bytes) -> None:
    (tmp_path / "kurse.xml").write_bytes(start)
    with pytest.raises(UnknownFormat, match=r"is a web page \(HTML\)"):
        read_export(tmp_path / "kurse.xml", vhs="563")
    with pytest.raises(ExportQuarantined, match=r"is a web page \(HTML\)"):
        read_export(export(None, start))


BOTH = "Ž.;ŠŽ", "Meier;Œ", "š;Zœ", "Ÿ;ž", "€;Š-Ž"


@pytest.mark.parametrize("other", ["Eva – Maria;x", "Šárka;Saša – Œ"])
@pytest.mark.parametrize("name", BOTH)
def test_every_letter_that_is_another_in_the_encoding_it_was_not_read_in_is_said(
    export: Export, name: str, other: str
) -> None:
    given = rows(name).encode("iso-8859-15") + rows("x;x", other).encode("cp1252").splitlines(True)[1]
    report = read_export(export(None, BOOKINGS.encode() + given, encoding="iso-8859-15", rows={"bookings": 2}))
    shown = names(report)[0]
    odd = set(name) & set("ŠšŽžŒœŸ€")
    told = " ".join(text for line, text in said(report) if line == 2)
    assert all(f"{char!r}" in told for char in odd), "as declared"
    assert shown == name or all(f"{char!r}" in told for char in set(shown) - set(name)), "and as it is read"


def test_both_kinds_of_letters_in_one_text_are_said(export: Export) -> None:
    name = "Žižek –".encode("iso-8859-15", "replace").replace(b"?", b"\x96").decode("latin-1")
    given = rows(f"{name};Eva", "´ek;Eva").encode("latin-1")
    report = read_export(export(None, BOOKINGS.encode() + given, encoding="iso-8859-15", rows={"bookings": 2}))
    told = [text for line, text in said(report) if line == 2]
    assert any("'–' (0x96)" in text for text in told)
    assert any("'Ž'" in text for text in told)


@pytest.mark.parametrize(("declared", "count"), [("iso-8859-15", 1), ("iso-8859-1", 0)])
def test_xml_says_it_too(tmp_path: Path, declared: str, count: int) -> None:
    courses = KURS.format("Tanz – Ball") + KURS.replace("A1", "A2").format("½ Tag")
    path = tmp_path / "kurse.xml"
    path.write_bytes(f'<?xml version="1.0" encoding="{declared}"?><kurse>\n{courses}</kurse>'.encode("cp1252"))
    found = [notice for notice in read_export(path, vhs="563").notices if "'½' ('œ' in iso-8859-15)" in notice.text]
    assert [(item.line, item.course_number) for item in found] == [(2, "A2")] * count


def test_xml_in_an_encoding_that_is_not_known_is_told_what_to_declare(tmp_path: Path) -> None:
    (tmp_path / "kurse.xml").write_bytes(b'<?xml version="1.0" encoding="foo-9"?><kurse></kurse>')
    with pytest.raises(ExportQuarantined, match="not known") as refused:
        read_export(tmp_path / "kurse.xml", vhs="563")
    assert refused.value.remedy == "declare the encoding that the file has"


OF_DOS = ["Özil;Eva", "Ärger;Eva", "Übel;Eva", "MÜLLER;Eva", "GRÄBER;Eva", "Weiß;Eva", "Abel;René", "Meier;Änne"]


@pytest.mark.parametrize("declared", ["iso-8859-15", "windows-1252"])
@pytest.mark.parametrize(
    "evidence", [("Müller;Uwe",), ("Mädler;Eva", "Köhler;Ida", "Bär;Ida", "Bäcker;Ida", "Löw;Ida")]
)
@pytest.mark.parametrize("name", OF_DOS)
def test_in_a_file_of_dos_every_umlaut_is_doubted_wherever_it_stands(
    export: Export, name: str, evidence: tuple[str, ...], declared: str
) -> None:
    """Read as windows-1252 they are ``™zil``, ``Žrger``, ``šbel``, ``MšLLER``, ``GRŽBER``, ``Weiá``, ``Ren‚``."""
    given = rows(*evidence, name, "Meier;Eva").encode("cp850")
    report = read_export(
        export(None, BOOKINGS.encode() + given, encoding=declared, rows={"bookings": len(evidence) + 2})
    )
    assert names(report) == ["Meier;Eva"]
    assert {item.remedy for item in report.rejected} == {"write the export in utf-8 or windows-1252, and declare that"}


@pytest.mark.parametrize("declared", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize("name", ["™zil;Eva", "™ZIL;Eva", "K™HLER;Eva", "šbel;Eva", "MšLLER;Eva", "Meier;Eva šlkü"])
def test_what_no_name_begins_with_is_said(export: Export, name: str, declared: str) -> None:
    report = read_export(export(None, BOOKINGS + rows("Meier;Eva", name), encoding=declared))
    assert names(report) == ["Meier;Eva", name]
    assert [(line, "letters may come out wrong" in text) for line, text in said(report)] == [(3, True)]


def test_where_a_file_may_be_of_dos_a_letter_that_begins_a_name_is_doubted(export: Export) -> None:
    given = rows("Žrger;Eva", "šbel;Eva", "™zil;Eva", "Meier;Eva").encode("cp1252")
    files = (COURSES + COURSE.replace("Matte", "f„r M„dchen")).encode("cp1252"), BOOKINGS.encode() + given
    report = read_export(export(*files, encoding="windows-1252", rows={"courses": 1, "bookings": 4}))
    assert names(report) == ["Žrger;Eva", "Meier;Eva"]
    assert [(line, text.split(",")[0]) for line, text in said(report)] == [(2, "Name holds 'Žr'")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize("name", ["Žižek;Žarko", "ŽIŽEK;SAŠA", "Šimek;Miloš", "ŠIMEK;Ida", "Ökonom;Özlem", "BOŽIĆ;Eva"])
def test_nothing_is_said_of_names_that_begin_so_in_truth(export: Export, name: str, encoding: str) -> None:
    name = name.replace("Ć", "C") if encoding == "windows-1252" else name
    report = read_export(export(None, BOOKINGS + rows(name, "Meier;Eva"), encoding=encoding))
    assert (names(report), report.notices) == ([name, "Meier;Eva"], [])


@pytest.mark.parametrize(
    ("declared", "remedy"), [("windows-1252", "write the export in utf-8 or"), ("utf-8", "declare")]
)
def test_the_remedy_names_what_can_be_declared(export: Export, declared: str, remedy: str) -> None:
    given = rows("Müller;Eva").encode("cp850" if declared == "windows-1252" else "cp1252")
    (rejected,) = read_export(export(None, BOOKINGS.encode() + given, encoding=declared, rows={"bookings": 1})).rejected
    assert rejected.remedy.startswith(remedy)


@pytest.mark.parametrize("declared", ["cp850", "IBM850", "cp437"])
def test_xml_that_declares_an_encoding_of_dos_is_read_as_that(tmp_path: Path, declared: str) -> None:
    text = "Ärger über Öl, Übung für Mädchen"
    content = f'<?xml version="1.0" encoding="{declared}"?><kurse>{KURS.format(text)}</kurse>'
    (tmp_path / "kurse.xml").write_bytes(content.encode("cp850"))
    report = read_export(tmp_path / "kurse.xml", vhs="563")
    assert [row.facts.title for row in report.courses] == [text]
    assert not [notice.text for notice in report.notices if "cp850" in notice.text]


def test_xml_of_dos_is_told_which_encoding_to_write(tmp_path: Path) -> None:
    content = f'<?xml version="1.0" encoding="windows-1252"?><kurse>{KURS.format("Mühle")}</kurse>'
    (tmp_path / "kurse.xml").write_bytes(content.encode("cp850"))
    (rejected,) = read_export(tmp_path / "kurse.xml", vhs="563").rejected
    assert rejected.remedy == "write the export in utf-8 or windows-1252, and declare that"
