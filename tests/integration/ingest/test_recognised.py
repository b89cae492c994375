"""Rows that are, byte for byte, what they were are recognised and not read; all that is news is still seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors.rows import BookingReader, CourseReader
from koop_es.connectors.tidy import TidyBookings
from koop_es.store import Store
from koop_es.views import change_list, open_violations, view
from tests.acceptance.exports import Row, booking, course, write_export
from tests.integration.ingest.conftest import take_in

COURSES = [course(f"K{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}"} for number in range(1, 7)]
BOOKINGS = [booking(row["Kursnummer"], f"{number}{seat}") for number, row in enumerate(COURSES) for seat in range(4)]

Typed = Callable[[], set[str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Tell of which courses rows were read since the last time."""
    seen: set[str] = set()
    for kind in (BookingReader, CourseReader):
        row = kind.row

        def watched(self: Any, cells: Any, line: int, *, tidy: bool = False, row: Any = row) -> Any:
            found = row(self, cells, line, tidy=tidy)
            seen.add(found.number)
            return found

        monkeypatch.setattr(kind, "row", watched)
    rows = TidyBookings.rows

    def watched_rows(self: Any, records: Any, lines: Any) -> Any:
        found = rows(self, records, lines)
        seen.update(row.number for row in found or ())
        return found

    monkeypatch.setattr(TidyBookings, "rows", watched_rows)

    def since() -> set[str]:
        found = set(seen)
        seen.clear()
        return found

    yield since


def export(
    folder: Path, sequence: int, bookings: list[Row] = BOOKINGS, courses: list[Row] = COURSES, **how: Any
) -> Path:
    return write_export(folder / f"563-{sequence}", "563", sequence, courses, bookings, **how)


def changed(rows: list[Row], name: str, **texts: str) -> list[Row]:
    return [row | texts if name in (row.get("Beleg-ID"), row["Kursnummer"]) else row for row in rows]


def status_of(store: Store, ref: str) -> str:
    (found,) = [b for c in view(store, "563")["courses"] for b in c["bookings"] if b["ref"] == ref]
    return str(found["status"])


def test_only_the_course_with_a_changed_row_is_read(store: Store, tmp_path: Path, typed: Typed) -> None:
    take_in(store, export(tmp_path, 1))
    assert len(typed()) == 6
    result = take_in(store, export(tmp_path, 2, changed(BOOKINGS, "12", Status="S")))
    assert (result.status, result.rows, typed()) == ("applied", 30, {"K2"})
    assert status_of(store, "563:12") == "S"


def test_a_changed_course_is_read_with_its_bookings(store: Store, tmp_path: Path, typed: Typed) -> None:
    take_in(store, export(tmp_path, 1))
    typed()
    take_in(store, export(tmp_path, 2, courses=changed(COURSES, "K3", Titel="Drehen")))
    assert typed() == {"K3"}


def test_what_a_delta_said_in_between_is_compared_again(store: Store, tmp_path: Path, typed: Typed) -> None:
    take_in(store, export(tmp_path, 1))
    delta = changed(BOOKINGS, "12", Status="W")
    take_in(store, write_export(tmp_path / "d", "563", 2, [], delta[4:8], kind="delta"))
    assert status_of(store, "563:12") == "W"
    typed()
    take_in(store, export(tmp_path, 3))
    assert "K2" in typed()
    assert status_of(store, "563:12") == "A"


def test_rows_in_another_order_say_nothing_new(store: Store, tmp_path: Path) -> None:
    take_in(store, export(tmp_path, 1))
    assert take_in(store, export(tmp_path, 2, BOOKINGS[::-1], COURSES[::-1])).events == 0


def test_what_was_remarked_is_remarked_each_time(store: Store, tmp_path: Path, typed: Typed) -> None:
    odd = changed(BOOKINGS, "12", **{"Gebucht am": "31.02.2026 10:00"})
    courses = changed(COURSES, "K4", **{"Datum bis": "01.01.2026"})
    take_in(store, export(tmp_path, 1, odd, courses))
    typed()
    for sequence in (2, 3):
        result = take_in(store, export(tmp_path, sequence, changed(odd, "00", Telefon=str(sequence)), courses))
        assert (result.quarantined_rows, len(result.notices)) == (1, 1)
        assert typed() == {"K1", "K2", "K4"}


def test_d3_a_booking_is_missed_as_soon_as_its_broken_row_is_gone(store: Store, tmp_path: Path) -> None:
    """A row that cannot be used protects its booking; the course itself stays as it is when the row goes."""
    take_in(store, export(tmp_path, 1))
    without = [row for row in BOOKINGS if row["Beleg-ID"] != "12"]
    broken = booking("K9", "12") | {"Gebucht am": "31.02.2026 10:00"}
    take_in(store, export(tmp_path, 2, [*without, broken]))
    assert not [change for change in change_list(store, "563") if "booking" in change]
    result = take_in(store, export(tmp_path, 3, without))
    assert result.events == 2, "it vanished, and that is a violation"


def test_a_beleg_id_that_comes_up_twice_is_found_though_one_of_its_rows_is_known(
    store: Store, tmp_path: Path, typed: Typed
) -> None:
    take_in(store, export(tmp_path, 1))
    typed()
    result = take_in(store, export(tmp_path, 2, changed(BOOKINGS, "12", **{"Beleg-ID": "31"})))
    assert result.quarantined_rows == 2
    assert {"K2", "K4"} <= typed()


def test_other_headings_have_everything_read_again(store: Store, tmp_path: Path, typed: Typed) -> None:
    take_in(store, export(tmp_path, 1))
    typed()
    path = export(tmp_path, 2, proof=())
    file = path / "belegungen.csv"
    file.write_bytes(file.read_bytes().replace(b"Telefon", b"Fon", 1))
    take_in(store, path)
    assert len(typed()) == 6


def test_a_course_that_took_another_ones_coop_id_is_seen_though_that_one_is_known(store: Store, tmp_path: Path) -> None:
    take_in(store, export(tmp_path, 1))
    copy = course("K9") | {"Externe Kurs-Nr.": "563-COOP-2"}
    result = take_in(store, export(tmp_path, 2, courses=[*COURSES, copy]))
    assert result.quarantined_rows == 1
    assert result.events == 0


def test_b9_what_others_hold_and_the_owner_never_showed_is_looked_for_in_rows_that_are_known(
    store: Store, tmp_path: Path, typed: Typed
) -> None:
    """The owner's rows may be what they were: that they lack a booking is news all the same."""
    take_in(store, export(tmp_path, 1, BOOKINGS[4:]))
    abo = course("A1") | {"Externe Kurs-Nr.": "563-COOP-1", "Kennzeichen": "100", "Anrechenbar": "F"}
    mirror = booking("A1", "9") | {"Koop-Beleg-ID": "563:77"}
    take_in(store, write_export(tmp_path / "301-1", "301", 1, [abo], [mirror]))
    typed()
    take_in(store, export(tmp_path, 2, changed(BOOKINGS[4:], "12", Status="S")))
    assert typed() == {"K1", "K2"}
    assert ("BOOKING_REMOVED", "563:77") in {(found["code"], found["ref"]) for found in open_violations(store)}
    take_in(store, export(tmp_path, 3, changed(BOOKINGS[4:], "12", Status="S", Telefon="1")))
    assert typed() == {"K2"}
