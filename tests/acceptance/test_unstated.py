"""What a row leaves unstated (D29) beside what is known: the last value stands, and nothing is sent on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import Row, booking, course, write_export
from tests.acceptance.network import MASTER, NEAR

COOP = "563-COOP-219"
SHARED = course("26-10009") | {"Externe Kurs-Nr.": COOP}
ABO = course("K-318") | {"Externe Kurs-Nr.": COOP, "Kennzeichen": "100"}
MARIA = booking("K-318", "77") | {"Name": "Kern", "Vorname": "Maria", "Telefon": "0941 1", "E-Mail": "m@kern.example"}


@pytest.fixture
def known(koop: Console, tmp_path: Path) -> Console:
    """A network in which the Master was told of a booking of the other VHS."""
    koop.take_in(write_export(tmp_path / "m1", MASTER, 1, [SHARED], []))
    koop.take_in(write_export(tmp_path / "n1", NEAR, 1, [ABO], [MARIA]))
    return koop


@pytest.mark.parametrize(
    "cells",
    [
        {"Telefon": "NULL"},
        {"E-Mail": "#NAME?"},
        {"E-Mail": "m.kern.example"},
        {"Name": "#NV", "Vorname": "#WERT!"},
        {"TNR": "NULL"},
        {"Status": "#REF!"},
        {"Gebucht am": "01.01.1900 00:00"},
        {"Gebucht am": ""},
        {"Bearbeitet von": "NULL"},
        {"Koop-Beleg-ID": "NULL"},
        {"Koop-Beleg-ID": "#NV"},
        {"Telefon": "#NV", "E-Mail": "NULL", "TNR": "#NV", "Status": "NULL", "Gebucht am": "NULL", "Name": "#NV"},
    ],
    ids=lambda cells: "+".join(f"{key}={value}" for key, value in cells.items()),
)
def test_d29_the_last_value_stands_and_nothing_is_sent_on(known: Console, tmp_path: Path, cells: Row) -> None:
    events, changes = known.events(COOP), known.changes(MASTER)
    for night in (2, 3):
        export = known.take_in(
            write_export(tmp_path / f"n{night}", NEAR, night, [ABO], [MARIA | cells]), outcome="unchanged"
        )
        assert export["notices"]
    assert known.events(COOP) == events
    assert [change["booking"] for change in known.changes(MASTER)] == [change["booking"] for change in changes]


def test_d29_what_is_stated_beside_it_is_news(known: Console, tmp_path: Path) -> None:
    row = MARIA | {"Telefon": "NULL", "E-Mail": "neu@kern.example"}
    known.take_in(write_export(tmp_path / "n2", NEAR, 2, [ABO], [row]))
    (change,) = (change for change in known.changes(MASTER) if change["kind"].startswith("booking"))
    assert (change["booking"]["phone"], change["booking"]["email"]) == ("0941 1", "neu@kern.example")


def test_d29_a_booking_without_a_time_is_booked_and_told_the_time_later(known: Console, tmp_path: Path) -> None:
    row = MARIA | {"Beleg-ID": "78", "TNR": "T78", "Name": "Null", "Gebucht am": "30.12.1899"}
    known.take_in(write_export(tmp_path / "n2", NEAR, 2, [ABO], [MARIA, row]))
    made = {change["booking"]["ref"]: change["booking"] for change in known.changes(MASTER) if "booking" in change}
    assert made[f"{NEAR}:78"]["booked_at"] is None
    known.take_in(write_export(tmp_path / "n3", NEAR, 3, [ABO], [MARIA, row | {"Gebucht am": "01.03.2026 10:00"}]))
    made = {change["booking"]["ref"]: change["booking"] for change in known.changes(MASTER) if "booking" in change}
    assert made[f"{NEAR}:78"]["booked_at"] == "2026-03-01T10:00:00+01:00"


@pytest.mark.parametrize("cells", [{"TNR": "NULL"}, {"Status": "#NV"}, {"Name": "#NAME?"}, {"Koop-Beleg-ID": "#REF!"}])
def test_d29_where_nothing_is_known_a_required_cell_sets_its_row_aside(
    known: Console, tmp_path: Path, cells: Row
) -> None:
    row = MARIA | {"Beleg-ID": "78", "TNR": "T78"} | cells
    export = known.take_in(write_export(tmp_path / "n2", NEAR, 2, [ABO], [MARIA, row]), outcome="unchanged", status=1)
    assert export["quarantined_rows"] == 1
    (item,) = known.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["column"], item["remedy"]) == (*cells, "fill it in the admin program")


def test_d18_decimals_are_a_spreadsheets_only_where_the_id_was_known_without(known: Console, tmp_path: Path) -> None:
    mine = MARIA | {"Beleg-ID": "77.0"}
    for night in (2, 3):
        export = known.take_in(
            write_export(tmp_path / f"n{night}", NEAR, night, [ABO], [mine]), status=1, outcome="unchanged"
        )
        assert export["quarantined_rows"] == 1
    assert known.held(NEAR) == {f"{NEAR}:77": "A"}
    new = booking("K-318", "90.0") | {"Name": "Berg", "Vorname": "Ute"}
    known.take_in(write_export(tmp_path / "n4", NEAR, 4, [ABO], [MARIA, new]))
    assert known.held(NEAR) == {f"{NEAR}:77": "A", f"{NEAR}:90.0": "A"}


def test_d18_a_course_number_with_decimals_is_a_spreadsheets_only_where_it_was_known_without(
    koop: Console, tmp_path: Path
) -> None:
    plain, dotted = SHARED | {"Kursnummer": "4061"}, course("5061.0") | {"Externe Kurs-Nr.": "563-COOP-220"}
    bookings = [booking("4061", "1"), booking("5061.0", "2")]
    koop.take_in(write_export(tmp_path / "1", MASTER, 1, [plain, dotted], bookings))
    changed = [plain | {"Kursnummer": "4061.0"}, dotted]
    for night in (2, 3, 4):
        rows = [bookings[0] | {"Kursnummer": "4061.0"}, bookings[1]]
        koop.take_in(write_export(tmp_path / str(night), MASTER, night, changed, rows), status=1, outcome="unchanged")
    assert set(koop.held(MASTER).values()) == {"A"}
    assert not [event for event in koop.events(COOP) if event["type"] in ("CourseRenumbered", "CourseVanished")]


NOBODY = {"Name": "", "Vorname": "", "Telefon": "", "E-Mail": ""}


@pytest.mark.parametrize(
    "cells", [{}, {"Vorname": "Maria"}, {"Telefon": "0941 1"}], ids=["all", "but one name", "phone"]
)
@pytest.mark.parametrize("at", ["02.02.2026 09:15", "02.02.2026 00:00"], ids=["time", "day only"])
def test_d29_s_of_somebody_whose_name_was_emptied_is_one(koop: Console, tmp_path: Path, at: str, cells: Row) -> None:
    """Who cancels may have asked to be erased: Beleg-ID and TNR say whose row it is, and the letter is legible (B3)."""
    row = MARIA | {"Gebucht am": at}
    koop.take_in(write_export(tmp_path / "m1", MASTER, 1, [SHARED], []))
    koop.take_in(write_export(tmp_path / "n1", NEAR, 1, [ABO], [row, booking("K-318", "78")]))
    gone = row | NOBODY | cells | {"Status": "S"}
    for night in (2, 3):
        path = write_export(tmp_path / f"n{night}", NEAR, night, [ABO], [gone, booking("K-318", "78")])
        result = koop.take_in(path, outcome="applied" if night == 2 else "unchanged")
        assert result["quarantined_rows"] == 0
    told = {item["booking"]["ref"] for item in koop.changes(MASTER) if item["kind"] == "booking.create"}
    assert told == {f"{NEAR}:78"}
    assert [event["type"] for event in koop.events(COOP)].count("BookingCancelled") == 1
    assert not any(event["type"] == "BookingAmended" for event in koop.events(COOP)), "who it was stands"


@pytest.mark.parametrize(
    "cells",
    [
        {"Status": "A"},
        {"Status": "S", "TNR": "9"},
        {"Status": "S", "Vorname": "Ute"},
        {"Status": "S", "Beleg-ID": "99"},
    ],
    ids=["no S", "another TNR", "another name", "another Beleg-ID"],
)
def test_d17_row_without_a_name_that_may_be_anybodys_is_set_aside(known: Console, tmp_path: Path, cells: Row) -> None:
    path = write_export(tmp_path / "n2", NEAR, 2, [ABO], [MARIA | NOBODY | cells])
    assert known.take_in(path, outcome="unchanged", status=1)["quarantined_rows"] == 1
    assert not any(event["type"] == "BookingCancelled" for event in known.events(COOP))
