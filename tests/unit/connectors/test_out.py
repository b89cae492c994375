"""What goes out: change lists, registration imports, exports, and cells a spreadsheet cannot run."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors import read_export
from koop_es.connectors.cells import neutralise, restore
from koop_es.connectors.changes import ChangeInvalid, jsonl, parse
from koop_es.connectors.errors import EncodingTooNarrow, ExportQuarantined
from koop_es.connectors.export_writer import UserRow, write_export
from koop_es.connectors.registrations import kufer_xml, read_back, registration_file
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


def test_registration_import_reads_back() -> None:
    changes = [
        change("booking.create", name="Müller & <Söhne>", first_name="Eva", phone="+49 941 1", email="eva@example.org"),
        change("booking.create"),
        change("booking.create", status="W"),
        change("booking.cancel", status="S"),
        change("booking.update"),
        CHANGE | {"kind": "course.cancel", "booking": None},
    ]
    written = registration_file(changes)
    back = read_back(written.xml)
    assert [found.status for found in back] == ["A", "A", "W", "S"]
    assert (back[0].name, back[0].first_name, back[0].phone) == ("Müller & <Söhne>", "Eva", "+49 941 1")
    assert (back[1].name, back[1].email, back[1].course_number) == (None, None, "26-10009")
    assert "563:8841" in back[0].remark
    assert (written.bookings, written.skipped) == (4, {"booking.update": 1, "course.cancel": 1})
    assert written.xml == kufer_xml(changes)
    assert written.xml.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<ANMELDUNGEN>")


def test_b4_registration_carries_names_phone_and_mail_only_where_they_are_there() -> None:
    xml = kufer_xml([change("booking.create")]).decode()
    assert "NAME" not in xml.replace("KURSNUMMER", "")
    assert "KOMMUNIKATION" not in xml


def test_characters_that_xml_cannot_hold_do_not_break_the_file() -> None:
    (back,) = read_back(kufer_xml([change("booking.create", name="Mü\x00ll\x1fer\ud800")]))
    assert back.name == "Mü\ufffdll\ufffder\ufffd"


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
