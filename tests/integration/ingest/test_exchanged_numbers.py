"""Course numbers that changed while an export without courses told of bookings by number alone (R20, D25, D28)."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from koop_es.ingest import quarantine
from koop_es.store import Store
from koop_es.views import change_list, open_violations
from tests.acceptance.exports import Row, abo, booking, course, mirror, write_export
from tests.integration.ingest.conftest import take_in

PAINTING, BALANCE = "412-COOP-1", "563-COOP-2"
MASTERS = {
    PAINTING: course("X1") | {"Externe Kurs-Nr.": PAINTING, "Titel": "Aquarell"},
    BALANCE: course("Y1") | {"Externe Kurs-Nr.": BALANCE, "Titel": "Bilanz", "Datum von": "03.05.2026"},
}
COOKING = course("Z1") | {"Externe Kurs-Nr.": "", "Titel": "Kochen", "Datum von": "05.05.2026"}


def _person(number: str, booking_id: str) -> Row:
    named = booking(number, booking_id, name=f"Muster-{booking_id}")
    return named | {"Telefon": f"0941 2{booking_id}", "Gebucht am": f"02.02.2026 09:{int(booking_id):02d}:00"}


class _Night:
    """VHS 301 and its exports, two of its courses being Abo-Kurse of others, who write what they are told at once."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self._folder, self._numbers = store, folder, count(1)
        self._mirrors: dict[str, dict[str, Row]] = {"412": {}, "563": {}}
        for vhs in self._mirrors:
            self._write(vhs)
        self.courses = [abo(MASTERS[PAINTING], "Z1", PAINTING), abo(MASTERS[BALANCE], "Z2", BALANCE)]
        self.people = [_person("Z1", "1"), _person("Z1", "2"), _person("Z2", "3")]
        self.full()

    def full(self) -> None:
        self._take_in(self.courses, self.people, "full")

    def bookings(self, *rows: Row) -> None:
        self._take_in(None, list(rows), "delta")

    def _take_in(self, courses: list[Row] | None, rows: list[Row], kind: str) -> None:
        number = next(self._numbers)
        at = f"2026-03-{number + 8:02d}T02:00:00+01:00"
        folder = self._folder / f"301-{number}"
        take_in(self.store, write_export(folder, "301", number, courses, rows, kind=kind, exported_at=at))
        for vhs in self._mirrors:
            self._write(vhs)

    def _write(self, vhs: str) -> None:
        """Carry out what a Master is told, and show it."""
        number = next(self._numbers)
        (row,) = (row for coop_id, row in MASTERS.items() if coop_id.startswith(vhs))
        rows = self._mirrors[vhs]
        for told in change_list(self.store, vhs):
            ref, status = told["booking"]["ref"], told["booking"]["status"]
            rows.setdefault(ref, mirror(row["Kursnummer"], f"{len(rows) + 50}", ref))
            rows[ref]["Status"] = status or rows[ref]["Status"]
        take_in(self.store, write_export(self._folder / f"{vhs}-{number}", vhs, number, [row], list(rows.values())))

    def renumber(self, numbers: dict[str, str]) -> None:
        for row in (*self.courses, *self.people):
            row["Kursnummer"] = numbers.get(row["Kursnummer"], row["Kursnummer"])

    def book(self, number: str, booking_id: str) -> Row:
        self.people.append(_person(number, booking_id))
        return self.people[-1]

    def seen_by(self, vhs: str) -> list[tuple[str, str]]:
        return sorted((ref, row["Status"]) for ref, row in self._mirrors[vhs].items())

    def settled(self) -> None:
        """No row waits, nothing is to be written into a course of 301, and only the other numbers are said."""
        assert not quarantine.listed(self.store)
        assert [item["kind"] for item in change_list(self.store, "301") if item["kind"].startswith("course")] == []
        assert {item["code"] for item in open_violations(self.store) if item["vhs"] == "301"} == {"COURSE_RENUMBERED"}


@pytest.fixture
def night(store: Store, tmp_path: Path) -> _Night:
    return _Night(store, tmp_path)


def test_d25_numbers_of_two_shared_courses_are_exchanged_while_a_delta_has_bookings_only(night: _Night) -> None:
    night.renumber({"Z1": "Z2", "Z2": "Z1"})
    night.bookings(night.book("Z2", "9"))
    assert ("301:9", "A") in night.seen_by("563"), "nothing tells yet that Z2 is another course now"
    for _ in range(2):
        night.full()
        assert night.seen_by("412") == [("301:1", "A"), ("301:2", "A"), ("301:9~2", "A")]
        assert night.seen_by("563") == [("301:3", "A"), ("301:9", "S")], "it has moved; nobody else is cancelled"
    night.settled()


def test_d28_number_is_given_to_a_course_nobody_shares_while_a_delta_has_bookings_only(night: _Night) -> None:
    night.renumber({"Z1": "Z9"})
    night.courses.append(dict(COOKING))
    night.bookings(night.book("Z1", "9"))
    for booking_id in ("10", "11"):
        night.book("Z1", booking_id)
        night.full()
        assert night.seen_by("412") == [("301:1", "A"), ("301:2", "A"), ("301:9", "S")], "no other is shown"
    night.settled()


def test_r20_who_may_be_left_behind_under_the_former_number_is_asked_about(night: _Night) -> None:
    """The first day is the same: it may be what is left of the course, under another title."""
    night.renumber({"Z1": "Z9"})
    night.courses.append(COOKING | {"Datum von": MASTERS[PAINTING]["Datum von"]})
    night.bookings(night.book("Z1", "9"))
    for _ in range(2):
        night.full()
        assert night.seen_by("412") == [("301:1", "A"), ("301:2", "A"), ("301:9", "A")]
        assert "BOOKING_REMOVED" in {item["code"] for item in open_violations(night.store)}


@pytest.mark.parametrize("numbers", [{"Z1": "Z2", "Z2": "Z1"}, {"Z1": "Z9"}])
def test_d25_known_booking_under_another_number_is_not_shown_there_by_a_delta(
    night: _Night, numbers: dict[str, str]
) -> None:
    night.renumber(numbers)
    night.people[0]["Telefon"] = "0941 1"
    night.bookings(night.people[0])
    assert night.seen_by("563") == [("301:3", "A")]
    night.full()
    assert (night.seen_by("412"), night.seen_by("563")) == ([("301:1", "A"), ("301:2", "A")], [("301:3", "A")])
    night.settled()


@pytest.mark.parametrize("cancelled", [False, True], ids=["takes place", "Ausfall"])
@pytest.mark.parametrize("first_day", [COOKING["Datum von"], MASTERS[PAINTING]["Datum von"]], ids=["other", "same"])
def test_r20_number_is_given_to_a_course_nobody_shares_and_one_of_the_people_moved_there(
    night: _Night, first_day: str, cancelled: bool
) -> None:
    """COOP-Id, title and most of the people stand under the other number: nobody hears of the course nobody shares."""
    night.people.append(_person("Z1", "7"))
    night.full()
    night.renumber({"Z1": "Z9"})
    night.courses.append(COOKING | {"Datum von": first_day, "Ausfall": "W" if cancelled else "F"})
    night.people[0]["Kursnummer"] = "Z1"
    night.book("Z1", "9")
    for _ in range(2):
        night.full()
        assert night.seen_by("412") == [("301:1", "A"), ("301:2", "A"), ("301:7", "A")]
        assert not [item for item in change_list(night.store, "301") if item["kind"].startswith("course")]
        assert {item["code"] for item in open_violations(night.store) if item["vhs"] == "301"} == {
            "COURSE_RENUMBERED",
            "BOOKING_REMOVED",
        }
