"""A full export of any size, as a connector of a large Master-VHS writes it, seeded by nothing but its size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from koop_es.connectors.columns import BOOKINGS, COURSES

VHS = "563"
PER_COURSE = 40
"""Bookings of a course: a lecture more than a language course, so that rows and not courses are what is measured."""

Change = Literal["none", "together", "spread"]
"""How one row in a hundred is another one in an export that has changed (P4): eight of forty in one course of twenty,
as courses are booked for weeks and then hardly any more, or in as many courses as can be, two of five.
"""

TOUCHED = 20
IN_A_TOUCHED_ONE = 8
EVERY_CHANGED = 100

COURSE = {
    "Periode": "26F", "Titel": "Obstbäume schneiden", "Typ": "Normalkurs", "Datum von": "02.03.2026",
    "Datum bis": "30.05.2026", "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07", "TN max": "100", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
}  # fmt: skip
BOOKING = {
    "Periode": "26F",
    "Vorname": "Änne",
    "Bearbeitet von": "Büro",
}


@dataclass(frozen=True, slots=True)
class Export:
    """An export on disk."""

    path: Path
    rows: int

    @property
    def files(self) -> list[Path]:
        """List its data files."""
        return [self.path / "kurse.csv", self.path / "belegungen.csv"]


def write(
    path: Path, rows: int, *, sequence: int, change: Change = "none", shared: int = 1, per_course: int = PER_COURSE
) -> Export:
    """Write so many booking rows, every hundredth of them cancelled where something has changed.

    One course in ``shared`` has a COOP-Id, the others are nobody else's; each has ``per_course`` bookings.
    """
    path.mkdir(parents=True)
    courses = -(-rows // per_course)
    headings = list(COURSES.headings.values())
    numbered = (
        COURSE | {"Kursnummer": f"K{n}", "Externe Kurs-Nr.": "" if n % shared else f"{VHS}-COOP-{n + 1}"}
        for n in range(courses)
    )
    files = {"courses": _file(path / "kurse.csv", headings, numbered, courses)}
    bookings = (
        BOOKING
        | {
            "Beleg-ID": str(n),
            "Kursnummer": f"K{n // per_course}",
            "TNR": str(n * 7),
            "Name": f"Teilnehmer {n}",
            "Telefon": f"0941 {n}",
            "E-Mail": f"t{n}@example.org",
            "Status": "S" if _is_changed(n, change) else "A",
            "Gebucht am": f"{1 + n % 28:02}.{1 + n % 2:02}.2026 {8 + n % 12:02}:{n % 60:02}",
        }
        for n in range(rows)
    )
    files["bookings"] = _file(path / "belegungen.csv", list(BOOKINGS.headings.values()), bookings, rows)
    manifest = {
        "format": "koop-export/1", "vhs": VHS, "system": "kufersql", "sequence": sequence,
        "exported_at": f"2026-03-{sequence:02}T02:00:00+01:00", "kind": "full", "encoding": "utf-8", "files": files,
    }  # fmt: skip
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return Export(path, rows)


def _is_changed(row: int, change: Change) -> bool:
    course, place = divmod(row, PER_COURSE)
    if change == "together":
        return course % TOUCHED == 0 and place < IN_A_TOUCHED_ONE
    return change == "spread" and row % EVERY_CHANGED == 0


def _file(path: Path, headings: list[str], rows: Iterable[dict[str, str]], count: int) -> dict[str, object]:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(headings) + "\r\n")
        file.writelines(";".join(row.get(heading, "") for heading in headings) + "\r\n" for row in rows)
    with path.open("rb") as written:
        return {"path": path.name, "rows": count, "sha256": hashlib.file_digest(written, "sha256").hexdigest()}
