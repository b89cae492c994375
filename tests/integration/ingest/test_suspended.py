"""Rows that cannot be used: nobody is cancelled for them, and what cannot be told is said (D17)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from koop_es.store import Store
from koop_es.views import status, violations
from koop_es.views.suspensions import suspended
from tests.acceptance.exports import Row, booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

COURSES = [course(f"0{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}"} for number in (261, 262)]
BOOKINGS = [
    booking(row["Kursnummer"], f"00{place}{seat}", name=f"Muster{place}{seat}") | {"TNR": f"00{place}{seat}"}
    for place, row in enumerate(COURSES)
    for seat in range(3)
]
REFS = {f"563:00{place}{seat}" for place in range(2) for seat in range(3)}


def night(store: Store, folder: Path, sequence: int, bookings: list[Row]) -> Any:
    return take_in(store, write_export(folder / f"563-{sequence}", "563", sequence, COURSES, bookings))


def begun(store: Store, folder: Path) -> None:
    assert night(store, folder, 1, BOOKINGS).status == "applied"


def events(store: Store, *, of: str = "") -> list[str]:
    with store.reading() as tx:
        loaded = tx.load(["563-COOP-261", "563-COOP-262"])
    return [item.event.type for stream in loaded.values() for item in stream if of in item.event.type]


def counted(store: Store) -> int:
    [row] = status(store, now=NOW)["vhs"]
    return int(row["suspended"])


def severities(store: Store, today: date | None = None) -> dict[str, str]:
    return {item["code"]: item["severity"] for item in violations(store, today=today)}


def test_d27_row_that_is_held_for_two_days_without_a_complete_export_alarms(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    merged = BOOKINGS[0] | {"Beleg-ID": "0099", "TNR": "0099"}
    take_in(store, write_export(tmp_path / "563-2", "563", 2, COURSES, [merged], kind="delta"))
    (held,) = violations(store)
    opened = date.fromisoformat(held["opened_at"][:10])
    assert severities(store, opened + timedelta(days=1)) == {"REGISTRATION_HELD": "warning"}
    assert severities(store, opened + timedelta(days=2)) == {"REGISTRATION_HELD": "critical"}


def test_d17_zeros_lost_in_the_bookings_only_cancel_nobody(store: Store, tmp_path: Path) -> None:
    """Case 20b: the course is legible and was never reported, Beleg-ID and TNR are unknown, the names are the same."""
    begun(store, tmp_path)
    lost = [
        row
        | {"Kursnummer": row["Kursnummer"].lstrip("0"), "Beleg-ID": row["Beleg-ID"].lstrip("0") or "0"}
        | {"TNR": row["TNR"].lstrip("0") or "0"}
        for row in BOOKINGS
    ]
    before = len(events(store))
    for sequence in (2, 3, 4):
        result = night(store, tmp_path, sequence, lost)
        assert (result.quarantined_rows, result.withheld_cancellations, result.suspended) == (6, 0, 0)
    assert len(events(store)) == before, "protected by name in all courses: nothing happened to anybody"


def test_d17_row_that_says_nothing_suspends_and_says_so(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    gone = BOOKINGS[1:]
    night(store, tmp_path, 2, gone)
    assert events(store, of="Vanished") == ["BookingVanished"]
    bad = [*gone, BOOKINGS[3] | {"Beleg-ID": "", "Kursnummer": "", "TNR": "", "Name": "", "Vorname": ""}]
    result = night(store, tmp_path, 3, bad)
    assert (result.suspended, counted(store)) == (1, 1)
    [notice] = [item for item in result.notices if "suspended" in item["text"]]
    assert (notice["file"], notice["line"]) == ("belegungen.csv", 7)
    assert "563:0000" in notice["text"]
    with store.reading() as tx:
        [found] = suspended(tx)
    assert found[3:6] == ("563#3", "course_unreadable", ("563:0000",))
    assert not found.alarms
    assert severities(store)["ABSENCES_SUSPENDED"] == "warning"
    result = night(store, tmp_path, 4, bad)
    assert (result.suspended, result.events) == (1, 0), "it is counted again and not told twice"
    assert severities(store)["ABSENCES_SUSPENDED"] == "critical", "somebody has to look now"
    with store.reading() as tx:
        [found] = suspended(tx)
    assert (found.export, found.exports, found.alarms) == ("563#3", 2, True)
    assert events(store, of="Orphan") == []
    result = night(store, tmp_path, 5, gone)
    assert (result.suspended, counted(store)) == (0, 0)
    assert events(store, of="Orphan") == ["OrphanDetected"], "n absent, n+1 suspended, n+2 absent: the second absence"


def test_d17_row_of_one_course_suspends_that_course_only(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    bad = [*BOOKINGS[1:3], *BOOKINGS[4:], BOOKINGS[0] | {"Beleg-ID": "########", "TNR": "", "Name": "", "Vorname": ""}]
    for sequence in (2, 3):
        result = night(store, tmp_path, sequence, bad)
    assert result.suspended == 1
    assert events(store, of="Orphan") == ["OrphanDetected"], "of the other course"
    codes = {(item["code"], item["coop_id"]) for item in violations(store)}
    assert codes == {("ABSENCES_SUSPENDED", "563-COOP-261"), ("BOOKING_REMOVED", "563-COOP-262")}


def test_d17_company_without_first_name_suspends_nobody(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    company = booking("0261", "9001", name="Müller GmbH") | {"Vorname": ""}
    for sequence in (2, 3):
        assert night(store, tmp_path, sequence, [*BOOKINGS[1:], company]).suspended == 0
    assert events(store, of="Orphan") == ["OrphanDetected"]


@pytest.mark.parametrize("kind", ["delta", "full"])
def test_d18_whose_beleg_id_a_company_has_by_now_takes_no_second_seat(store: Store, tmp_path: Path, kind: str) -> None:
    """The company's row is set aside, and tells all the same that the booking's own row is another one."""
    begun(store, tmp_path)
    before, former = events(store), BOOKINGS[0]["Beleg-ID"]
    company = booking("0261", former, name="Müller GmbH") | {"Vorname": "", "TNR": "97778"}
    rows = [company, BOOKINGS[0] | {"Beleg-ID": "9001"}, *BOOKINGS[1:]]
    shown = rows[:2] if kind == "delta" else rows
    take_in(store, write_export(tmp_path / "563-2", "563", 2, COURSES, shown, kind=kind))
    night(store, tmp_path, 3, rows)
    assert events(store).count("BookingMade") == before.count("BookingMade")
    assert events(store).count("BookingRekeyed") == 1


def test_d17_dry_run_says_what_would_be_suspended(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    bad = [*BOOKINGS[1:], BOOKINGS[0] | {"Beleg-ID": "", "TNR": "", "Name": "", "Vorname": ""}]
    path = write_export(tmp_path / "563-2", "563", 2, COURSES, bad)
    planned = take_in(store, path, dry_run=True)
    assert planned.suspended == 1
    assert [item["type"] for item in planned.plan] == ["AbsencesSuspended", "ViolationOpened"]
    assert take_in(store, path).suspended == 1


def test_d17_status_of_the_past_tells_it_too(store: Store, tmp_path: Path) -> None:
    begun(store, tmp_path)
    bad = [*BOOKINGS[1:], BOOKINGS[0] | {"Beleg-ID": "", "TNR": "", "Name": "", "Vorname": ""}]
    night(store, tmp_path, 2, bad)
    with store.reading() as tx:
        head = tx.head()
    night(store, tmp_path, 3, BOOKINGS)
    then = status(store, now=NOW + timedelta(days=1), at=head)
    assert [row["suspended"] for row in then["vhs"]] == [1]
    assert counted(store) == 0
