"""What goes out: change lists, registration imports, exports, and cells a spreadsheet cannot run."""

from __future__ import annotations

import csv
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors import read_export
from koop_es.connectors.cells import neutralise, restore
from koop_es.connectors.changes import ChangeInvalid, jsonl, ordered, parse
from koop_es.connectors.errors import EncodingTooNarrow, ExportQuarantined
from koop_es.connectors.export_writer import UserRow, write_export
from koop_es.connectors.registration_folder import RegistrationsUnclear, RegistrationsUnwritten, foreseen, write
from koop_es.connectors.registrations import file_name, read_back, registration
from koop_es.domain.course import CourseFacts
from koop_es.domain.observation import BookingRow, CourseRow, Person, Status

CHANGE: dict[str, Any] = {
    "id": "301:563-COOP-219:booking:563:8841:7",
    "vhs": "301",
    "coop_id": "563-COOP-219",
    "kind": "booking.create",
    "course": {"number": "26-10009", "period": "26F"},
    "booking": {"ref": "563:8841", "status": "A", "name": None, "first_name": None, "phone": None, "email": None},
    "because": {"event": 1042, "type": "BookingMade", "rule": "B3"},
}


def change(kind: str, **booking: str | None) -> dict[str, Any]:
    return CHANGE | {"kind": kind, "booking": CHANGE["booking"] | booking}


def test_change_is_one_line_in_the_order_of_the_format() -> None:
    (line,) = jsonl([dict(reversed(CHANGE.items()))])
    assert line == json.dumps(CHANGE)
    assert parse(line) == CHANGE


def test_letters_stay_letters() -> None:
    assert "Müller" in next(jsonl([change("booking.create", name="Müller")]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "booking.delete"},
        {"id": ""},
        {"because": None},
        {"booking": {}},
        {"kind": "course.update"},
    ],
)
def test_change_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ChangeInvalid):
        list(jsonl([CHANGE | wrong]))


@pytest.mark.parametrize("line", ["", "[]", "{", '{"course": 1}', "[" * 100_000])
def test_line_that_is_no_change_is_refused(line: str) -> None:
    with pytest.raises(ChangeInvalid):
        parse(line)


BOOKED = "2026-01-02T09:30:00+01:00"
SOLD = CHANGE | {
    "id": "563:563-COOP-219:booking:301:55:7",
    "vhs": "563",
    "booking": CHANGE["booking"] | {"ref": "301:55", "name": "Gäste", "first_name": "Eva", "booked_at": BOOKED},
}


def sold(kind: str = "booking.create", **booking: str | None) -> dict[str, Any]:
    """Give a change of the Master's, about a booking that VHS 301 sold."""
    return SOLD | {"kind": kind, "booking": SOLD["booking"] | booking}


def test_b2_a_booking_of_an_abo_vhs_is_a_company_registration_of_that_vhs() -> None:
    xml = registration(sold(name="Müller & <Söhne>", phone="+49 941 1", email="eva@example.org", status="W"))
    assert (
        xml.decode()
        == """<?xml version='1.0' encoding='UTF-8'?>
<ANMELDUNGEN>
  <ANMELDUNG>
    <STAMMDATEN>
      <NAME>VHS 301</NAME>
      <GESCHLECHT>F</GESCHLECHT>
      <BEMERKUNG>vhsKOOP 301:55 563-COOP-219</BEMERKUNG>
      <SESSIONTIME>1767342600</SESSIONTIME>
    </STAMMDATEN>
    <KURSE>
      <KURS>
        <KURSNUMMER>26-10009</KURSNUMMER>
        <STATUS>W</STATUS>
        <ABW_TNR>-1</ABW_TNR>
        <ANZAHL>1</ANZAHL>
        <WEITEREANM>
          <WEITERANM>
            <TYP>F</TYP>
            <WEITERSTAMM>
              <NAME>Müller &amp; &lt;Söhne&gt;</NAME>
              <VORNAME>Eva</VORNAME>
              <KOMMUNIKATION>
                <KOMMUNIKATIONSEINTRAG>
                  <KOMMART>T</KOMMART>
                  <KOMMBEZ>Telefon</KOMMBEZ>
                  <KOMMWERT>+49 941 1</KOMMWERT>
                </KOMMUNIKATIONSEINTRAG>
                <KOMMUNIKATIONSEINTRAG>
                  <KOMMART>E</KOMMART>
                  <KOMMBEZ>eMail</KOMMBEZ>
                  <KOMMWERT>eva@example.org</KOMMWERT>
                </KOMMUNIKATIONSEINTRAG>
              </KOMMUNIKATION>
            </WEITERSTAMM>
          </WEITERANM>
        </WEITEREANM>
      </KURS>
    </KURSE>
  </ANMELDUNG>
</ANMELDUNGEN>
"""
    )
    (back,) = read_back(xml)
    assert (back.company, back.name, back.phone) == ("VHS 301", "Müller & <Söhne>", "+49 941 1")


@pytest.mark.parametrize(
    "rest",
    [
        sold("booking.cancel", status="S"),
        sold("booking.update"),
        sold(name=None),
        sold(name=""),
        sold(booked_at=None),
        sold(booked_at="unknown"),
        sold(ref="563:8841", booking_id="8841"),
        SOLD | {"kind": "course.cancel", "booking": None},
    ],
)
def test_d20_b2_what_the_import_cannot_say_is_listed_for_people(rest: dict[str, Any], tmp_path: Path) -> None:
    assert write("563", [rest], tmp_path) == ([], 0, 1)
    assert [parse(line) for line in (tmp_path / "rest.jsonl").read_text().splitlines()] == list(map(ordered, [rest]))
    assert not list(tmp_path.glob("*.xml"))


@pytest.mark.parametrize(
    ("change_id", "name"),
    [
        (SOLD["id"], f"1767342600-{SOLD['id']}.xml"),
        ("563:563-COOP-1:booking:301:26-1/26F/5:7", "1767342600-563:563-COOP-1:booking:301:26-1%2F26F%2F5:7.xml"),
        ("../../etc%2F", "1767342600-..%2F..%2Fetc%252F.xml"),
    ],
)
def test_file_of_a_registration_is_named_by_time_of_booking_and_change(change_id: str, name: str) -> None:
    assert file_name(SOLD | {"id": change_id}) == name


def test_file_of_a_registration_with_an_endless_id_has_a_name_of_its_own() -> None:
    names = {file_name(SOLD | {"id": "ü" * 300 + end}) for end in "ab"}
    assert len(names) == 2
    assert all(len(name) < 255 for name in names)


def test_a_registration_is_written_once_also_after_it_was_imported(tmp_path: Path) -> None:
    again = SOLD | {"id": f"{SOLD['id'][:-1]}9"}
    assert write("563", [SOLD], tmp_path).files == [file_name(SOLD)]
    assert read_back((tmp_path / file_name(SOLD)).read_bytes())
    assert write("563", [SOLD], tmp_path) == ([], 1, 0)
    (tmp_path / file_name(SOLD)).unlink()  # KuferSQL took it
    assert foreseen("563", [SOLD, again], tmp_path) == ([file_name(again)], 1, 0)
    assert write("563", [SOLD, again], tmp_path) == ([file_name(again)], 1, 0)
    assert not (tmp_path / file_name(SOLD)).exists()


def test_a_registration_whose_run_was_killed_is_finished_once(tmp_path: Path) -> None:
    name = file_name(SOLD)
    part = tmp_path / f".{name}.part"
    part.write_bytes(b"<half")  # killed before it was noted: written anew
    assert write("563", [SOLD], tmp_path).files == [name]
    assert read_back((tmp_path / name).read_bytes())
    (tmp_path / name).rename(part)  # killed after it was noted: it only gets its name
    assert write("563", [SOLD], tmp_path).files == [name]
    (tmp_path / name).rename(part)  # and nobody asks for it any more
    assert write("563", [], tmp_path).files == []
    assert not part.exists()


def test_a_registration_whose_note_was_lost_or_cut_off_is_not_written_over(tmp_path: Path) -> None:
    write("563", [SOLD], tmp_path)
    notes = tmp_path / "written.jsonl"
    notes.write_text(notes.read_text()[:-9])
    again = SOLD | {"id": f"{SOLD['id'][:-1]}9"}
    assert write("563", [SOLD, again], tmp_path) == ([file_name(again)], 1, 0)
    (tmp_path / file_name(SOLD)).unlink()
    assert write("563", [SOLD, again], tmp_path) == ([], 2, 0)


@pytest.mark.parametrize(
    "damage", [b"\0" * 40, b"x", b'{"id": "5:a", "file": 1}', b'{"id": "5:a"}', b'{"id": "\xff", "file": "b"}', b"[]"]
)
def test_a_damaged_memory_is_refused_before_a_registration_is_written_twice(tmp_path: Path, damage: bytes) -> None:
    write("563", [SOLD], tmp_path)
    (tmp_path / file_name(SOLD)).unlink()  # KuferSQL took it
    again = SOLD | {"id": f"{SOLD['id'][:-1]}9"}
    notes = tmp_path / "written.jsonl"
    notes.write_bytes(damage + b"\n")
    for run in (write, foreseen):
        with pytest.raises(RegistrationsUnclear, match=r"written.jsonl, line 1: .* take that line from a copy"):
            run("563", [SOLD, again], tmp_path)
    assert not list(tmp_path.glob("*.xml"))


def test_b2_a_last_line_that_an_editor_left_without_line_feed_is_read(tmp_path: Path) -> None:
    write("563", [SOLD], tmp_path)
    (tmp_path / file_name(SOLD)).unlink()  # KuferSQL took it
    notes = tmp_path / "written.jsonl"
    notes.write_text(notes.read_text().removesuffix("\n"))
    assert write("563", [SOLD], tmp_path) == ([], 1, 0)
    again = SOLD | {"id": f"{SOLD['id'][:-1]}9"}
    assert write("563", [SOLD, again], tmp_path) == ([file_name(again)], 1, 0)
    (tmp_path / file_name(again)).unlink()
    assert write("563", [SOLD, again], tmp_path) == ([], 2, 0)


@pytest.mark.parametrize("emptied", [True, False])
def test_b2_a_memory_that_was_lost_is_refused_until_somebody_decides(emptied: bool, tmp_path: Path) -> None:
    assert write("563", [], tmp_path) == write("563", [], tmp_path) == ([], 0, 0), "nothing was written so far"
    write("563", [SOLD], tmp_path)
    (tmp_path / file_name(SOLD)).unlink()  # KuferSQL took it
    notes = tmp_path / "written.jsonl"
    copy = notes.read_bytes()
    if emptied:
        notes.write_bytes(b"")
    else:
        notes.unlink()
    for run in (write, foreseen):
        with pytest.raises(RegistrationsUnclear, match=r"empty or gone, .*: put a copy of it back, or delete .*\.lock"):
            run("563", [SOLD], tmp_path)
    notes.write_bytes(copy)
    assert write("563", [SOLD], tmp_path) == ([], 1, 0)
    notes.unlink()
    (tmp_path / ".lock").unlink()
    assert write("563", [SOLD], tmp_path).files == [file_name(SOLD)]


def as_an_earlier_version_left_it(folder: Path) -> None:
    write("563", [SOLD], folder)
    (folder / ".lock").write_bytes(b"")


@pytest.mark.parametrize("taken", [True, False, "put away"])
@pytest.mark.parametrize("emptied", [True, False])
def test_b2_a_memory_of_an_earlier_version_that_was_lost_is_refused_as_far_as_files_tell(
    emptied: bool, taken: bool | str, tmp_path: Path
) -> None:
    as_an_earlier_version_left_it(tmp_path)
    if taken:
        (tmp_path / "importiert").mkdir()
        (tmp_path / file_name(SOLD)).rename(tmp_path / "importiert" / file_name(SOLD))
    if taken is True:
        (tmp_path / "importiert" / file_name(SOLD)).unlink()
    notes = tmp_path / "written.jsonl"
    if emptied:
        notes.write_bytes(b"")
    else:
        notes.unlink()
    again = SOLD | {"id": f"{SOLD['id'][:-1]}9"}
    if taken is True and not emptied:
        return  # nobody can tell: explanation/limits.md
    for run in (write, foreseen):
        with pytest.raises(RegistrationsUnclear, match=r"empty or gone, .*: put a copy of it back, or delete .*\.lock"):
            run("563", [SOLD, again], tmp_path)
    (tmp_path / ".lock").unlink()
    assert file_name(again) in write("563", [SOLD, again], tmp_path).files


def test_b2_a_folder_of_an_earlier_version_is_known_from_the_first_run_on(tmp_path: Path) -> None:
    as_an_earlier_version_left_it(tmp_path)
    (tmp_path / file_name(SOLD)).unlink()  # KuferSQL took it
    assert write("563", [SOLD], tmp_path) == ([], 1, 0)
    (tmp_path / "written.jsonl").unlink()
    with pytest.raises(RegistrationsUnclear):
        write("563", [SOLD], tmp_path)


@pytest.mark.parametrize("between", [[], [SOLD]])
def test_b2_notes_that_a_killed_run_left_empty_hold_nothing_up(between: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / f".{file_name(SOLD)}.part").write_bytes(b"<half")
    for name in (".lock", "written.jsonl"):
        (tmp_path / name).write_bytes(b"")
    write("563", between, tmp_path)
    write("563", [SOLD], tmp_path)
    assert read_back((tmp_path / file_name(SOLD)).read_bytes())
    (tmp_path / "rest.jsonl").unlink()
    (tmp_path / "other.xml").write_bytes(b"<x/>")
    assert write("563", [SOLD], tmp_path) == ([], 1, 0)


def test_b2_files_of_others_are_no_sign_that_something_was_written(tmp_path: Path) -> None:
    write("563", [], tmp_path)
    for name in ("kurse.xml", "2026-kurse.xml", "1-x.xml"):
        (tmp_path / name).write_bytes(b"<kurse/>")
    assert write("563", [SOLD], tmp_path).files == [file_name(SOLD)]


@pytest.mark.parametrize("name", ["written.jsonl", "rest.jsonl", ".lock", ".rest.jsonl.part"])
def test_g2_a_pipe_in_the_folder_is_refused_and_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(RegistrationsUnwritten, match="is no file"):
        write("563", [SOLD], tmp_path)


def test_the_folder_of_another_vhs_is_refused(tmp_path: Path) -> None:
    theirs = sold("booking.cancel", status="S")
    write("563", [SOLD], tmp_path / "a")
    write("563", [theirs], tmp_path / "b")
    for folder in ("a", "b"):
        rest = (tmp_path / folder / "rest.jsonl").read_bytes()
        with pytest.raises(RegistrationsUnclear, match="is the folder of VHS 563: give VHS 301 one of its own"):
            write("301", [], tmp_path / folder)
        assert (tmp_path / folder / "rest.jsonl").read_bytes() == rest
    assert write("301", [], tmp_path / "c").rest == 0


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond some bytes, as on a disk that is full."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


@pytest.mark.parametrize("size", [0, 20, 90, 500, 1_200])
def test_g2_what_no_room_was_for_is_written_once_when_called_again(size: int, tmp_path: Path) -> None:
    changes = [SOLD, *(sold("booking.cancel", status="S") for _ in range(9))]
    with files_of_at_most(size), pytest.raises(RegistrationsUnwritten):
        write("563", changes, tmp_path)
    taken = [file.read_bytes() for file in tmp_path.glob("*.xml")]
    for file in tmp_path.glob("*.xml"):
        file.unlink()  # KuferSQL took it
    done = write("563", changes, tmp_path)
    assert done.rest == len((tmp_path / "rest.jsonl").read_text().splitlines()) == 9
    taken += [file.read_bytes() for file in tmp_path.glob("*.xml")]
    assert taken == [registration(SOLD)]


def test_b4_registration_carries_phone_and_mail_only_where_they_are_there() -> None:
    assert b"KOMM" not in registration(sold())


@pytest.mark.parametrize("wrong", ["\x00", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize("field", ["name", "first_name", "phone", "email"])
def test_what_no_xml_may_hold_is_for_people(tmp_path: Path, wrong: str, field: str) -> None:
    assert write("563", [sold(**{field: f"a{wrong}b"})], tmp_path) == ([], 0, 1)


@pytest.mark.parametrize("xml", [b"", b"<KURSE/>", b'<!DOCTYPE a [<!ENTITY b "c">]><ANMELDUNGEN/>'])
def test_file_that_is_no_registration_import_is_refused(xml: bytes) -> None:
    with pytest.raises(ExportQuarantined):
        read_back(xml)


@pytest.mark.parametrize(
    "text", ["=1+1", "+49", "-5", "@a", "\tx", "\rx", "'=1", "''+1", "'t Hooft", "O'Neill", "", "a"]
)
def test_g6_formula_cells_are_neutralised_and_restored(text: str) -> None:
    guarded = neutralise(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restore(guarded) == text


def booking(booking_id: str, **fields: Any) -> BookingRow:
    given: dict[str, Any] = {
        "booking_id": booking_id,
        "number": "26-10009",
        "period": "26F",
        "participant_no": "T1",
        "status": Status.CONFIRMED,
        "raw_status": "A",
        "booked_at": "2026-01-02T09:30:00+01:00",
        "file": "belegungen.csv",
        "line": 2,
        "person": Person("=HYPERLINK()", "Eva", "+49 941 1", "eva@example.org"),
    }
    return BookingRow(**(given | fields))


def test_g6_written_export_holds_no_formula_and_reads_back(tmp_path: Path) -> None:
    rows = [booking("1"), booking("2", line=3, ref="301:9", person=None)]
    write_export(tmp_path / "e", vhs="563", sequence=1, exported_at="2026-01-02T03:00:00+01:00", bookings=rows)
    with (tmp_path / "e/belegungen.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream, delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert read_export(tmp_path / "e").bookings == rows


def test_written_archive_is_the_same_every_time(tmp_path: Path) -> None:
    stated: dict[str, Any] = {"vhs": "563", "sequence": 1, "exported_at": "2026-01-02T03:00:00+01:00"}
    users = [UserRow("A", "B", "a@b.de")]
    one = write_export(tmp_path / "1.zip", bookings=[booking("1")], users=users, **stated).read_bytes()
    two = write_export(tmp_path / "2.zip", bookings=[booking("1")], users=users, **stated).read_bytes()
    assert one == two
    assert read_export(tmp_path / "1.zip").users == 1


def test_character_that_the_encoding_lacks_is_named(tmp_path: Path) -> None:
    row = CourseRow(
        number="1", period="26F", external_number="", facts=CourseFacts(title="Čeština"), file="kurse.csv", line=2
    )
    with pytest.raises(EncodingTooNarrow, match="Č"):
        write_export(
            tmp_path, vhs="1", sequence=1, exported_at="2026-01-02T03:00:00Z", courses=[row], encoding="windows-1252"
        )
