"""Whole exports: manifest, header, proof, archive; and what is refused before a row is read."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors import ExportQuarantined, limits, open_export, read_export
from koop_es.connectors.errors import FileMissing, ProfileInvalid, UnknownFormat, VhsMismatch
from koop_es.domain.errors import BadInput
from koop_es.replay.words.readers import said as in_words

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

Edit = Callable[..., None]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "koop-export/2"),
        ("vhs", 563),
        ("vhs", "56a"),
        ("system", None),
        ("sequence", 0),
        ("sequence", "42"),
        ("sequence", 42.0),
        ("sequence", True),
        ("exported_at", "2026-03-02T02:00:00"),
        ("exported_at", 1772413200),
        ("kind", "nightly"),
        ("encoding", "latin1"),
        ("scope", {"courses_ending_from": "02.03.2026"}),
        ("files", None),
        ("files", {"courses": {"path": "../kurse.csv"}}),
        ("files", {"courses": {"path": "/etc/passwd"}}),
        ("files", {"courses": {"path": "C:kurse.csv"}}),
        ("files", {"courses": {"path": "a\\kurse.csv"}}),
        ("files", {"courses": {"path": ""}}),
        ("files", {"courses": {"path": "kurse.csv", "rows": -1}}),
        ("files", {"courses": {"path": "kurse.csv", "sha256": "abc"}}),
        ("files", {"courses": {"path": "fehlt.csv"}}),
    ],
)
def test_wrong_manifest_quarantines_and_says_whose_it_is(export: Export, edited: Edit, key: str, value: object) -> None:
    folder = export(COURSES + COURSE)
    edited(folder, **{key: value})
    with pytest.raises(ExportQuarantined) as caught:
        read_export(folder)
    error = caught.value
    assert error.code == "export_quarantined"
    assert error.reason
    assert error.remedy
    assert error.file
    assert error.vhs == (None if key == "vhs" else "563")
    assert error.sequence == (None if key == "sequence" else 42)
    assert error.details["reason"] == error.reason


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe{", b'{"vhs": "1", "vhs": "2"}', b'{"sequence": NaN}', b"[" * 100_000]
)
def test_unreadable_manifest_quarantines(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(ExportQuarantined):
        read_export(tmp_path)


def test_manifest_with_byte_order_mark_and_unknown_keys_is_read_and_they_are_noted(export: Export) -> None:
    folder = export(COURSES + COURSE, comment="hallo")
    path = folder / "manifest.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [notice.text for notice in read_export(folder).notices] == ["the key comment is not known and was ignored"]


def test_b11_wrong_checksum_quarantines_the_whole_export(export: Export) -> None:
    folder = export(COURSES + COURSE, BOOKINGS + BOOKING)
    (folder / "belegungen.csv").write_bytes((folder / "belegungen.csv").read_bytes()[:-5])
    with pytest.raises(ExportQuarantined, match="sha256") as caught:
        read_export(folder)
    assert (caught.value.file, caught.value.vhs, caught.value.sequence) == ("belegungen.csv", "563", 42)


def test_b11_wrong_row_count_quarantines_the_whole_export(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="has 1 rows where the manifest says 2"):
        read_export(export(COURSES + COURSE, rows={"courses": 2}))


def test_missing_columns_are_named(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match=r"missing: TNR, Gebucht am"):
        read_export(export(None, BOOKINGS.replace("TNR", "X").replace("Gebucht am", "Y")))


def test_doubled_column_is_named(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="twice: status, Status"):
        read_export(export(None, BOOKINGS.replace("Telefon", "status")))


def test_unknown_columns_are_noted_once_and_headings_tolerate_case_and_blanks(export: Export) -> None:
    head = BOOKINGS.replace("Gebucht am", " GEBUCHT  AM ").replace("Telefon", "Schuhgröße")
    report = read_export(export(None, head + BOOKING + BOOKING.replace("8841", "2")))
    assert len(report.bookings) == 2
    assert [notice.text for notice in report.notices] == ["columns that are not known were left out: Schuhgröße"]


def test_g8_a_heading_that_is_not_known_is_kept_nowhere(export: Export) -> None:
    head = BOOKINGS.replace("Telefon", "Kim Toni")
    cells = BOOKING.split(";")
    cells[BOOKINGS.split(";").index("Telefon")] = "1" * (limits.CELL_CHARS + 1)
    (item,) = read_export(export(None, head + ";".join(cells) + BOOKING.replace("8841", "2"))).rejected
    assert item.column == f"column {BOOKINGS.split(';').index('Telefon') + 1}"
    assert "Toni" not in f"{item.reason} {item.remedy} {item.column}"


def test_empty_file_has_no_header(export: Export) -> None:
    with pytest.raises(ExportQuarantined, match="without even a header"):
        read_export(export(""))


def test_other_vhs_than_named_is_refused(export: Export) -> None:
    with pytest.raises(VhsMismatch, match="563, not of 301"):
        read_export(export(COURSES + COURSE), vhs="301")


def test_path_that_is_not_there_and_formats_that_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_export(tmp_path / "nichts")
    with pytest.raises(UnknownFormat, match="manifest"):
        read_export(tmp_path)
    (tmp_path / "kurse.csv").write_text(COURSES)
    with pytest.raises(UnknownFormat):
        read_export(tmp_path / "kurse.csv")
    os.mkfifo(tmp_path / "rohr")
    with pytest.raises(UnknownFormat):
        read_export(tmp_path / "rohr")


def test_manifest_itself_may_be_named(export: Export) -> None:
    assert len(read_export(export(COURSES + COURSE) / "manifest.json").courses) == 1


def test_links_are_not_followed(export: Export, tmp_path: Path) -> None:
    folder = export(COURSES + COURSE)
    (folder / "kurse.csv").rename(tmp_path / "draussen.csv")
    (folder / "kurse.csv").symlink_to(tmp_path / "draussen.csv")
    with pytest.raises(ExportQuarantined, match="link"):
        read_export(folder)


def packed(folder: Path, target: Path, prefix: str = "", extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, prefix + path.name)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return target


@pytest.mark.parametrize("prefix", ["", "export-563/"])
def test_archive_reads_like_its_directory(export: Export, tmp_path: Path, prefix: str) -> None:
    folder = export(COURSES + COURSE, BOOKINGS + BOOKING)
    from_zip, from_folder = read_export(packed(folder, tmp_path / "e.zip", prefix)), read_export(folder)
    assert (from_zip.digest, from_zip.sha256) == (from_folder.digest, from_folder.sha256)
    assert (from_zip.courses, from_zip.bookings) == (from_folder.courses, from_folder.bookings)


@pytest.mark.parametrize("name", ["../böse.csv", "/etc/böse", "a/../../b", "C:/x"])
def test_archive_entry_that_leads_outside_is_refused(export: Export, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportQuarantined, match="leads out"):
        read_export(packed(export(COURSES + COURSE), tmp_path / "e.zip", extra={name: b""}))


def test_archive_bomb_is_refused(export: Export, tmp_path: Path) -> None:
    folder = export(COURSES + COURSE + "\n" * 50_000_000, rows={"courses": 1})
    with pytest.raises(ExportQuarantined, match="times its size"):
        read_export(packed(folder, tmp_path / "e.zip"))


def test_archive_with_a_link_too_many_or_doubled_entries_is_refused(export: Export, tmp_path: Path) -> None:
    folder = export(COURSES + COURSE)
    linked = packed(folder, tmp_path / "l.zip")
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ExportQuarantined, match="link"):
        read_export(linked)
    with pytest.raises(ExportQuarantined, match="entries"):
        read_export(packed(folder, tmp_path / "n.zip", extra={f"{n}.txt": b"" for n in range(101)}))
    with pytest.warns(UserWarning, match="Duplicate"):
        doubled = packed(folder, tmp_path / "d.zip", extra={"kurse.csv": b""})
    with pytest.raises(ExportQuarantined, match="twice"):
        read_export(doubled)


def test_nested_archive_is_left_alone(export: Export, tmp_path: Path) -> None:
    folder = export(COURSES + COURSE)
    inner = packed(folder, tmp_path / "inner.zip").read_bytes()
    assert len(read_export(packed(folder, tmp_path / "e.zip", extra={"inner.zip": inner})).courses) == 1


def test_damaged_archive_is_quarantined_at_every_cut(export: Export, tmp_path: Path) -> None:
    whole = packed(export(COURSES + COURSE * 1, BOOKINGS + BOOKING), tmp_path / "e.zip").read_bytes()
    for cut in range(4, len(whole), 37):
        (tmp_path / "cut.zip").write_bytes(whole[:cut])
        with pytest.raises(BadInput):
            read_export(tmp_path / "cut.zip")


def test_fingerprint_is_known_without_reading_rows(export: Export) -> None:
    with open_export(export(COURSES + COURSE)) as opened:
        report = opened.report()
        assert (opened.fingerprint.digest, opened.fingerprint.sha256) == (report.digest, report.sha256)
        assert (opened.fingerprint.vhs, opened.fingerprint.sequence) == ("563", 42)


def test_own_profile_maps_headings_letters_and_delimiter(export: Export, tmp_path: Path) -> None:
    profile = tmp_path / "eigen.toml"
    profile.write_text(
        'name = "eigen"\ndelimiter = "|"\ndates = "YYYY-MM-DD"\nstatus = {an = "A", ab = "S"}\n'
        '[columns.bookings]\nbooking_id = "Buchung"\nparticipant_no = ["Teilnehmer", "Kunde"]\n',
        encoding="utf-8",
    )
    text = "Buchung|Kursnummer|Periode|Kunde|Name|Vorname|Status|Gebucht am\n1|7|26F|T|M|E|ab|2026-01-02 10:00\n"
    (booking,) = read_export(export(None, text), profile=str(profile)).bookings
    assert (booking.status, booking.raw_status, booking.booked_at) == ("S", "ab", "2026-01-02T10:00:00+01:00")


@pytest.mark.parametrize("system", ["kufersql", "itm-manager", "cmx-organize", "native"])
def test_every_shipped_profile_accepts_the_native_headings(export: Export, system: str) -> None:
    assert len(read_export(export(COURSES + COURSE, BOOKINGS + BOOKING, system=system)).courses) == 1


def test_free_fields_of_kufersql_are_other_headings_of_the_three_koop_fields(export: Export) -> None:
    head = COURSES.replace("vhsKOOP-Verrechnung", "Freies Feld 40").replace("BAMF", "Freies Feld 39")
    facts = read_export(export(head + COURSE)).courses[0].facts
    assert (facts.rate, facts.never_share) == ("80", False)


WRONG_PROFILES = [
    ("", "name is missing: write a text"),
    ("name = 5", "name cannot be 5: write a text"),
    ('name = "x"\nfarbe = 1', "farbe is not known: known here are name, delimiter"),
    ('name = "x"\n[rate]\nfarbe = 1', "[rate] farbe is not known: known here are blank, other"),
    ('name = "x"\n[rate]\nblank = "x"', "[rate] blank cannot be 'x': write keep or link"),
    ('name = "x"\n[columns.kurse]\ntitle = "T"', "[columns] kurse is not known: known here are courses, bookings"),
    ('name = "x"\n[columns.courses]\nfarbe = "F"', "[columns.courses] farbe is no field: known are number"),
    ('name = "x"\n[columns.courses]\ntitle = 5', "[columns.courses] title cannot be 5: write a heading or a list"),
    ('name = "x"\n[columns.courses]\ntitle = ["T", 5]', "[columns.courses] title cannot be 5: write a heading"),
    ('name = "x"\n[columns]\ncourses = 5', "[columns] courses cannot be 5: write a heading"),
    ('name = "x"\n[columns.courses]\ntitle = " "', "[columns.courses] title has an empty heading"),
    ("name =", "is no TOML"),
    ('name = "x"\nbooleans = 5', "booleans cannot be 5: write a list"),
    ('name = "x"\ndelimiter = "ab"', "delimiter cannot be 'ab': write one of"),
    ('name = "x"\nencoding = "utf-7"', "encoding cannot be 'utf-7': write one of the encodings utf-8, windows-1252"),
    ('name = "x"\ndates = "MM/DD"', "dates cannot be 'MM/DD': write DD.MM.YYYY or"),
    ('name = "x"\nbooking_ids = "x"', "booking_ids cannot be 'x': write per vhs or per course"),
    ('name = "x"\nstatus = { A = "X" }', "[status] A cannot be 'X': the letter of the program stands on the left"),
    ('name = "x"\n[booleans]\ntrue = ["J", "X"]\nfalse = ["N", "X"]', "[booleans] 'X' cannot be true and false: "),
    ('name = "x"\n[booleans]\ntrue = ["J", ""]', "[booleans] '' cannot be true and false: "),
]


@pytest.mark.parametrize(("text", "said"), WRONG_PROFILES)
def test_wrong_profile_says_where_why_and_what_to_do(export: Export, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileInvalid) as caught:
        read_export(export(COURSES + COURSE), profile=str(tmp_path / "p.toml"))
    assert f"p.toml: {said}" in caught.value.message
    assert "pydantic" not in caught.value.message
    assert "Input should" not in caught.value.message
    assert in_words(caught.value.message, "de") != caught.value.message


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ('courses]\ntitle = "Name"\ninfo = "Name"', "'Name' stands for title and for info: leave it"),
        ('courses]\ntitle = "Name"\ninfo = ["Text", " n A me "]', "stands for title and for info: leave it"),
        ('courses]\ntitle = "Info"', "title cannot have 'Info', which is the heading of info: give that column"),
        ('courses]\ntitle = ["Haupttitel", "info "]', "title cannot have 'info ', which is the heading of info"),
        ('bookings]\nname = "Vorname"\nfirst_name = "Name"', "name cannot have 'Vorname', which is the heading"),
        ('users]\nname = "X"\nemail = "X"', "[columns.users] 'X' stands for name and for email"),
    ],
)
def test_one_heading_for_two_fields_is_refused_since_one_would_be_lost(
    export: Export, tmp_path: Path, columns: str, said: str
) -> None:
    (tmp_path / "p.toml").write_text(f'name = "x"\n[columns.{columns}', encoding="utf-8")
    with pytest.raises(ProfileInvalid) as caught:
        read_export(export(COURSES + COURSE), profile=str(tmp_path / "p.toml"))
    assert said in caught.value.message
    assert in_words(caught.value.message, "de") != caught.value.message


def test_one_heading_in_two_files_or_twice_for_one_field_is_none_too_many(export: Export, tmp_path: Path) -> None:
    columns = '[columns.courses]\nnumber = ["Kurs", "kurs", "Kursnummer"]\n[columns.bookings]\nnumber = "Kurs"\n'
    (tmp_path / "p.toml").write_text(f'name = "x"\n{columns}', encoding="utf-8")
    folder = export(COURSES.replace("Kursnummer", "Kurs") + COURSE, BOOKINGS.replace("Kursnummer", "Kurs") + BOOKING)
    report = read_export(folder, profile=str(tmp_path / "p.toml"))
    assert (len(report.courses), len(report.bookings)) == (1, 1)


def test_profile_may_begin_with_a_byte_order_mark(export: Export, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('name = "x"', encoding="utf-8-sig")
    assert len(read_export(export(COURSES + COURSE), profile=str(tmp_path / "p.toml")).courses) == 1


def test_unknown_profile_and_system_are_told(export: Export) -> None:
    with pytest.raises(ProfileInvalid, match="native"):
        read_export(export(COURSES + COURSE), profile="gibtsnicht")
    folder = export(COURSES + COURSE, system="lissy")
    with pytest.raises(ExportQuarantined, match="lissy"):
        read_export(folder)
    assert len(read_export(folder, profile="itm-manager").courses) == 1


def test_every_error_is_plain_data(export: Export) -> None:
    with pytest.raises(ExportQuarantined) as caught:
        read_export(export(COURSES + COURSE, rows={"courses": 9}))
    details: dict[str, Any] = caught.value.details
    assert json.loads(json.dumps(details)) == details


def test_d18_beleg_ids_that_are_counted_per_course_are_composed(export: Export, tmp_path: Path) -> None:
    profile = tmp_path / "eigen.toml"
    profile.write_text('name = "eigen"\nbooking_ids = "per course"\n')
    other = BOOKING.replace("26-10009", "K2")
    rows = BOOKING + other + other.replace("Müller", '"Müller"') + BOOKING.replace("8841", "9").replace(" 09:30", "x")
    report = read_export(export(None, BOOKINGS + rows), profile=str(profile))
    assert [row.booking_id for row in report.bookings] == ["26-10009/26F/8841", "K2/26F/8841"]
    assert any("stands 2 times" in notice.text for notice in report.notices)
    (rejected,) = report.rejected
    assert rejected.key == ("26-10009/26F/9", "26-10009", "26F")
    assert rejected.told.booking_id == "26-10009/26F/9"


def test_a_number_of_thousands_of_digits_is_named_as_that(export: Export) -> None:
    folder = export(COURSES + COURSE)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sequence": ', '"sequence": ' + "9" * 5_000))
    with pytest.raises(ExportQuarantined, match=r"holds a number of 50\d\d digits"):
        read_export(folder)
