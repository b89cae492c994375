"""Four Volkshochschulen that share courses, their programs' data in plain dicts: what a sync is measured on.

One VHS is Master of a course, the three others hold it as an Abo-Kurs; of twenty bookings eight are the Master's,
twelve the others'. A program does its own work as fast as Python can, because that work is not what is measured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from koop_es.connectors.columns import BOOKINGS, COURSES

NAMES = ("563", "301", "412", "718")
BOOKINGS_PER_COURSE = 20
AT_MASTER = 8
"""Forty in a hundred book where the course takes place, the rest where they live."""

PERIOD = "26F"
FIRST_DAY = datetime(2026, 1, 7, 8, 0)
COURSE_HEADINGS = tuple(COURSES.headings.values())
BOOKING_HEADINGS = tuple(BOOKINGS.headings.values())
STATUS = BOOKING_HEADINGS.index("Status")
COURSE = {
    "Periode": PERIOD, "Titel": "Obstbäume schneiden", "Typ": "Normalkurs", "Datum von": "02.03.2026",
    "Datum bis": "30.05.2026", "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07", "TN max": "40", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
}  # fmt: skip

ABO = {
    "Kennzeichen": "100", "Belegen nur bis Maximum": "W",
    "Info": "Kursleitung: Veranstaltungsort: Lehrgarten Ausführende vhs: Master",
}  # fmt: skip
"""What an Abo-Kurs shows besides, so that nothing is the matter with it."""


@dataclass(slots=True)
class Centre:
    """One VHS: its courses by number, all bookings it holds by reference, and what its next export has to tell."""

    vhs: str
    courses: dict[str, dict[str, str]] = field(default_factory=dict)
    bookings: dict[str, list[str]] = field(default_factory=dict)
    news: dict[str, None] = field(default_factory=dict)
    course_news: dict[str, None] = field(default_factory=dict)
    sequence: int = 0
    last: int = 0

    def book(self, number: str) -> str:
        """Book a seat for somebody new and return the booking's reference."""
        self.last += 1
        person = f"{self.vhs}{self.last:06}"
        at = FIRST_DAY + timedelta(minutes=self.last)
        ref = f"{self.vhs}:{self.last}"
        self._keep(
            ref,
            [
                str(self.last), number, PERIOD, str(self.last * 7), f"Teilnehmer {person}", "Anna", f"0941 {person}",
                f"t{person}@example.org", "A", at.strftime("%d.%m.%Y %H:%M"), "", "Büro",
            ],
        )  # fmt: skip
        return ref

    def cancel(self, ref: str) -> None:
        """Set status "S" in a booking of this VHS."""
        self._keep(ref, [*self.bookings[ref][:STATUS], "S", *self.bookings[ref][STATUS + 1 :]])

    def apply(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Carry out a change list."""
        for change in changes:
            number = change["course"]["number"]
            if (booking := change.get("booking")) is None:
                self.courses[number] |= change["course"]["fields"]
                self.course_news[number] = None
                continue
            ref = booking["ref"]
            held = self.bookings.get(ref)
            if held is not None:
                self._keep(ref, [*held[:STATUS], booking["status"] or held[STATUS], *held[STATUS + 1 :]])
                continue
            self.last += 1
            at = booking["booked_at"]
            self._keep(
                ref,
                [
                    str(self.last), number, PERIOD, str(self.last * 7), booking["name"] or "",
                    booking["first_name"] or "", booking["phone"] or "", booking["email"] or "", booking["status"],
                    f"{at[8:10]}.{at[5:7]}.{at[:4]} {at[11:16]}", ref, "WS",
                ],
            )  # fmt: skip

    def _keep(self, ref: str, cells: list[str]) -> None:
        self.bookings[ref] = cells
        self.news[ref] = None

    def statuses(self) -> dict[str, str]:
        """Tell what this VHS shows of every booking."""
        return {ref: cells[STATUS] for ref, cells in self.bookings.items()}

    def export(self, folder: Path, at: datetime) -> Path:
        """Write everything the first time, from then on what has changed since, as a connector does."""
        self.sequence += 1
        first = self.sequence == 1
        path = folder / f"{self.vhs}-{self.sequence}"
        path.mkdir(parents=True)
        courses = [self.courses[number] for number in (self.courses if first else self.course_news)]
        bookings = [self.bookings[ref] for ref in (self.bookings if first else self.news)]
        self.news.clear()
        self.course_news.clear()
        files = {}
        if courses:
            rows = ([row.get(heading, "") for heading in COURSE_HEADINGS] for row in courses)
            files["courses"] = _file(path / "kurse.csv", COURSE_HEADINGS, rows, len(courses))
        files["bookings"] = _file(path / "belegungen.csv", BOOKING_HEADINGS, bookings, len(bookings))
        manifest = {
            "format": "koop-export/1", "vhs": self.vhs, "system": "kufersql", "sequence": self.sequence,
            "exported_at": at.isoformat(), "kind": "full" if first else "delta", "encoding": "utf-8", "files": files,
        }  # fmt: skip
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return path


def centres(bookings: int) -> list[Centre]:
    """Make the four with so many bookings together, rounded up to whole courses."""
    found = [Centre(name) for name in NAMES]
    for course in range(-(-bookings // BOOKINGS_PER_COURSE)):
        master = course % len(found)
        coop_id = f"{NAMES[master]}-COOP-{course // len(found) + 1}"
        for place, centre in enumerate(found):
            number = f"K{course}" if place == master else f"A{course}"
            place_fields = {"Kursnummer": number, "Externe Kurs-Nr.": coop_id}
            centre.courses[number] = COURSE | place_fields | ({} if place == master else ABO)
        for seat in range(BOOKINGS_PER_COURSE):
            place = master if seat < AT_MASTER else (master + 1 + seat % 3) % len(found)
            found[place].book(f"K{course}" if place == master else f"A{course}")
    return found


def documents(found: list[Centre]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give every booking as a document of its row's texts, with the place of the VHS that holds it at first."""
    for place, centre in enumerate(found):
        for ref, cells in centre.bookings.items():
            yield place, {"id": ref} | {h: cell for h, cell in zip(BOOKING_HEADINGS, cells, strict=True) if cell}


def _file(path: Path, headings: Iterable[str], rows: Iterable[list[str]], count: int) -> dict[str, object]:
    content = "".join(";".join(row) + "\r\n" for row in (list(headings), *rows)).encode()
    path.write_bytes(content)
    return {"path": path.name, "rows": count, "sha256": hashlib.sha256(content).hexdigest()}
