"""The reference connector of the documents, against the real program: two VHSs whose programs are SQLite files."""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors.check import check
from tests.acceptance.console import Console
from tests.acceptance.exports import BOOKINGS, COURSES, Row, booking, course

SOURCE = Path(__file__).parents[2] / "docs" / "examples" / "connector.py"
MASTER, ABO = "563", "301"
NUMBERS = {MASTER: "26-10009", ABO: "K-2204"}


def load() -> Any:
    spec = importlib.util.spec_from_file_location("reference_connector", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


connector = load()


@dataclass
class Office:
    """A VHS with its program and the connector beside it."""

    vhs: str
    db: sqlite3.Connection
    outbox: Path
    koop: Console
    now: datetime = datetime(2026, 2, 2, 3, 0, tzinfo=connector.BERLIN)

    def enter(self, table: str, row: Row) -> None:
        connector.insert(self.db, table, row)

    def type(self, ref_cells: Row, cells: Row) -> None:
        """Save a row of a booking as staff does."""
        row = connector.find(self.db, "belegungen", ref_cells)
        for heading, text in (cells | {"Bearbeitet von": "Büro"}).items():
            where = [text, row["rowid"]]
            self.db.execute(f'UPDATE belegungen SET "{heading}" = ? WHERE rowid = ?', where)  # noqa: S608

    def report(self) -> dict[str, Any]:
        self.now += timedelta(days=1)
        folder = connector.export(self.db, self.vhs, self.outbox, self.now)
        assert check(folder).findings == []
        (answer,) = self.koop.ask("ingest", folder)["exports"]
        return dict(answer)

    def listed(self) -> list[dict[str, Any]]:
        return list(self.koop.ask("changes", "--vhs", self.vhs)["changes"])

    def obey(self, changes: list[dict[str, Any]]) -> list[str]:
        return list(connector.apply(self.db, self.vhs, map(json.dumps, changes)))

    def rows(self) -> list[Row]:
        found = self.db.execute("SELECT * FROM belegungen ORDER BY rowid")
        return [dict(zip(connector.columns(self.db, "belegungen"), row, strict=True)) for row in found]

    def row(self, cells: Row) -> Row:
        return dict(connector.find(self.db, "belegungen", cells))


@pytest.fixture
def offices(koop: Console, tmp_path: Path) -> Iterator[dict[str, Office]]:
    """The course of the Master stands, is released and subscribed; the Abo-VHS's program is empty."""
    found = {}
    for vhs in NUMBERS:
        db = connector.connect(tmp_path / f"{vhs}.db")
        for table, headings in (("kurse", COURSES), ("belegungen", BOOKINGS)):
            db.execute(f"CREATE TABLE {table} ({', '.join(f'{heading!r} TEXT' for heading in headings)})")
        found[vhs] = Office(vhs, db, tmp_path / "outbox", koop)
    found[MASTER].enter("kurse", course(NUMBERS[MASTER]))
    for office in found.values():
        office.report()
    words = ("release", "--vhs", MASTER, "--course", NUMBERS[MASTER], "--period", "26F", "--own-offer")
    coop_id = koop.ask(*words)["coop_id"]
    terms = ("--number", NUMBERS[ABO], "--period", "26F", "--accept-rate", "80")
    koop.ask("subscribe", coop_id, "--vhs", ABO, *terms)
    settle(found)
    yield found
    for office in found.values():
        office.db.close()


def settle(offices: dict[str, Office]) -> None:
    """Let every office obey and report until nothing is asked of anybody."""
    for _ in range(4):
        for office in offices.values():
            office.obey(office.listed())
            office.report()
    assert not any(office.listed() for office in offices.values())
    assert offices[MASTER].koop.ask("status")["vhs"][0]["state"] == "agrees"


def test_the_reference_connector_keeps_two_vhss_in_agreement(offices: dict[str, Office]) -> None:
    master, abo = offices[MASTER], offices[ABO]
    made = dict(connector.find(abo.db, "kurse", {"Kursnummer": NUMBERS[ABO]}))
    assert (made["Kennzeichen"], made["Anrechenbar"], made["Gebühr"], made["Bearbeitet von"]) == (
        "100", "F", "90,00", "WS",
    )  # fmt: skip
    master.enter("belegungen", booking(NUMBERS[MASTER], "8841"))
    abo.enter("belegungen", booking(NUMBERS[ABO], "55"))
    for office in offices.values():
        office.report()
    settle(offices)
    mirror = master.row({"Koop-Beleg-ID": f"{ABO}:55"})
    assert (mirror["Name"] != "", mirror["Status"], mirror["Bearbeitet von"]) == (True, "A", "WS")
    assert (mirror["Beleg-ID"], mirror["Kursnummer"]) == ("8842", NUMBERS[MASTER])
    assert abo.row({"Koop-Beleg-ID": f"{MASTER}:8841"})["Name"] == "", "the Master's people are nobody else's business"

    abo.type({"Beleg-ID": "55"}, {"Telefon": "0941 999"})
    abo.report()
    settle(offices)
    assert master.row({"Koop-Beleg-ID": f"{ABO}:55"})["Telefon"] == "0941 999"

    master.type({"Koop-Beleg-ID": f"{ABO}:55"}, {"Status": "S"})
    master.report()
    settle(offices)
    assert abo.row({"Beleg-ID": "55"})["Status"] == "S"
    assert abo.row({"Koop-Beleg-ID": f"{MASTER}:8841"})["Status"] == "A"


def test_a_list_that_comes_twice_changes_nothing_the_second_time(offices: dict[str, Office]) -> None:
    master, abo = offices[MASTER], offices[ABO]
    abo.enter("belegungen", booking(NUMBERS[ABO], "55"))
    abo.report()
    changes = master.listed()
    assert [change["kind"] for change in changes] == ["booking.create"]
    assert master.obey(changes) == []
    before = master.rows()
    assert master.obey([*changes, *changes]) == []
    assert master.rows() == before


def test_d29_a_booking_without_a_moment_is_written_and_so_is_what_comes_behind_it(offices: dict[str, Office]) -> None:
    master, abo = offices[MASTER], offices[ABO]
    abo.enter("belegungen", booking(NUMBERS[ABO], "55") | {"Gebucht am": ""})
    abo.enter("belegungen", booking(NUMBERS[ABO], "56"))
    abo.koop.call("ingest", connector.export(abo.db, ABO, abo.outbox, abo.now + timedelta(days=1)))
    assert master.obey(master.listed()) == []
    assert [row["Koop-Beleg-ID"] for row in master.rows()] == [f"{ABO}:55", f"{ABO}:56"]


def test_what_is_not_as_expected_and_what_is_unknown_is_left(offices: dict[str, Office]) -> None:
    master, abo = offices[MASTER], offices[ABO]
    abo.enter("belegungen", booking(NUMBERS[ABO], "55"))
    abo.report()
    settle(offices)
    master.type({"Koop-Beleg-ID": f"{ABO}:55"}, {"Status": "S"})
    master.report()
    changes = abo.listed()
    assert [change["kind"] for change in changes] == ["booking.cancel"]
    abo.type({"Beleg-ID": "55"}, {"Status": "W"})
    assert abo.obey(changes) == [changes[0]["id"]]
    assert abo.row({"Beleg-ID": "55"})["Status"] == "W", "staff said something meanwhile, which no export told"
    abo.report()
    settle(offices)
    assert {abo.row({"Beleg-ID": "55"})["Status"], master.row({"Koop-Beleg-ID": f"{ABO}:55"})["Status"]} == {"S"}
    unknown = {**changes[0], "id": "x", "kind": "booking.transfer"}
    assert abo.obey([unknown, {**unknown, "id": "y", "kind": "course.split"}]) == ["x", "y"]


def test_values_are_compared_and_texts_are_not() -> None:
    value = connector.value
    assert value("Gebühr", "90") == value("Gebühr", "90,00")
    assert value("Gebühr", "1.090,00") == value("Gebühr", "1090")
    assert value("TNR", "007") != value("TNR", "7")
    assert value("Ausfall", "") == value("Ausfall", "F")
    assert value("Kennzeichen", "100, 7") == value("Kennzeichen", "7,100")


PLACE = {"number": "M1", "period": "26F"}
CHANGE = {"vhs": MASTER, "coop_id": "563-COOP-1", "course": PLACE}
NOBODY = {"name": None, "first_name": None, "phone": None, "email": None}
CANCEL = CHANGE | {
    "id": "cancel",
    "kind": "booking.cancel",
    "booking": {"ref": "563:1", "status": "S", **NOBODY},
    "expects": {"TNR": "71", "Status": "A", "Bearbeitet von": ""},
}
CREATE = CHANGE | {
    "id": "create",
    "kind": "booking.create",
    "booking": {"ref": "301:9", "status": "A", **NOBODY, "name": "Müller", "first_name": "Änne"},
}


def program(path: Path, types: Row | None = None, without: str = "", coop_id: str | None = "563-COOP-1") -> Any:
    """Make a program with a course and a booking, in columns as programs have them."""
    db = connector.connect(path)
    course_row = dict.fromkeys(COURSES, None) | {"Kursnummer": "M1", "Periode": "26F", "Externe Kurs-Nr.": coop_id}
    row = dict.fromkeys(BOOKINGS, "") | {"Beleg-ID": "1", "Kursnummer": "M1", "Periode": "26F", "TNR": "71"}
    for table, cells in (("kurse", course_row), ("belegungen", row | {"Status": "A", "Telefon": None})):
        kept = {heading: cell for heading, cell in cells.items() if heading != without}
        headings = ", ".join(f'"{heading}" {(types or {}).get(heading, "TEXT")}' for heading in kept)
        db.execute(f"CREATE TABLE {table} ({headings})")
        db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(kept))})", list(kept.values()))  # noqa: S608
    return db


def carried_out(db: Any, *changes: dict[str, Any]) -> list[str]:
    return list(connector.apply(db, MASTER, map(json.dumps, changes)))


def test_b4_an_unknown_kind_and_an_unknown_letter_are_left_and_the_rest_goes_on(tmp_path: Path) -> None:
    db = program(tmp_path / "p.db")
    bill = {"id": "bill", "vhs": MASTER, "coop_id": "563-COOP-1", "kind": "invoice.create"}
    odd = CREATE | {"id": "odd", "booking": {**CREATE["booking"], "status": "X"}}  # type: ignore[dict-item]
    assert carried_out(db, bill, odd, CANCEL) == ["bill", "odd"]
    assert db.execute("SELECT Status FROM belegungen").fetchall() == [("S",)]


@pytest.mark.parametrize(
    ("types", "without"),
    [
        ({}, "Bearbeitet von"),
        ({"TNR": "INTEGER", "Beleg-ID": "INTEGER PRIMARY KEY"}, ""),
        ({"TNR": "", "TN max": "INTEGER"}, ""),
    ],
    ids=["no-editor", "numbers", "no-types"],
)
def test_b4_the_connector_writes_into_any_program_that_the_contract_allows(
    types: Row, without: str, tmp_path: Path
) -> None:
    db = program(tmp_path / "p.db", types, without)
    fields = {"TN max": "12", "Bearbeitet von": "WS"}
    update = CHANGE | {"id": "u", "kind": "course.update", "course": PLACE | {"fields": fields}}
    assert carried_out(db, update | {"expects": {"TN max": ""}}, CANCEL, CREATE) == []
    assert connector.find(db, "belegungen", {"Beleg-ID": "1"})["Status"] == "S"
    assert connector.find(db, "belegungen", {"Koop-Beleg-ID": "301:9"})["Name"] == "Müller"
    assert connector.find(db, "kurse", {"TN max": "12"})["Kursnummer"] == "M1"


@pytest.mark.parametrize("coop_id", [None, "", "563-COOP-2"], ids=["nothing", "empty", "another"])
def test_d11_an_ausfall_is_written_where_number_and_coop_id_stand_and_nowhere_else(
    coop_id: str | None, tmp_path: Path
) -> None:
    db = program(tmp_path / "p.db", coop_id=coop_id)
    ausfall = CHANGE | {"id": "ausfall", "kind": "course.cancel", "expects": {"Ausfall": ""}}
    assert carried_out(db, ausfall) == ["ausfall"]
    named = CHANGE | {"id": "n", "kind": "course.set_external_number", "expects": {"Externe Kurs-Nr.": coop_id or ""}}
    assert carried_out(db, named, ausfall) == []
    assert connector.find(db, "kurse", {"Externe Kurs-Nr.": "563-COOP-1"})["Ausfall"] == "W"


def test_b4_a_change_list_is_utf8_whatever_the_console_is(tmp_path: Path) -> None:
    db = program(tmp_path / "p.db")
    words = [sys.executable, str(SOURCE), "apply", str(tmp_path / "p.db"), MASTER]
    console = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    subprocess.run(words, input=f"{json.dumps(CREATE, ensure_ascii=False)}\n".encode(), env=console, check=True)
    assert connector.find(db, "belegungen", {"Koop-Beleg-ID": "301:9"})["Name"] == "Müller"
