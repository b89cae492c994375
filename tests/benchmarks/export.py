"""A full export of any size, as a connector of a large Master-VHS writes it, seeded by nothing but its size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from koop_es.connectors.columns import BOOKINGS, COURSES

VHS = "563"
PER_COURSE = 40
"""Bookings of a course: a lecture more than a language course, so that rows and not courses are what is measured."""

EVERY_CHANGED = 100
"""One row in a hundred is another one in an export that has changed (P4)."""

COURSE = {
    "Periode": "26F", "Titel": "Obstbäume schneiden", "Typ": "Normalkurs", "Datum von": "02.03.2026",
    "Datum bis": "30.05.2026", "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07", "TN max": "100", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
}  # fmt: skip
BOOKING = {
    "Periode": "26F",
    "Vorname": "Anna",
    "Telefon": "0941 1",
    "Gebucht am": "02.02.2026 10:00",
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


def write(path: Path, rows: int, *, sequence: int, changed: bool = False, shared: int = 1) -> Export:
    """Write so many booking rows; ``changed`` makes every hundredth of them a cancelled one.

    Every ``shared``-th course has a COOP-Id, the others belong to the catalogue.
    """
    path.mkdir(parents=True)
    courses = -(-rows // PER_COURSE)
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
            "Kursnummer": f"K{n // PER_COURSE}",
            "TNR": str(n * 7),
            "Name": f"Teilnehmer {n}",
            "E-Mail": f"t{n}@example.org",
            "Status": "S" if changed and n % EVERY_CHANGED == 0 else "A",
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


def _file(path: Path, headings: list[str], rows: Iterable[dict[str, str]], count: int) -> dict[str, object]:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(headings) + "\r\n")
        file.writelines(";".join(row.get(heading, "") for heading in headings) + "\r\n" for row in rows)
    with path.open("rb") as written:
        return {"path": path.name, "rows": count, "sha256": hashlib.file_digest(written, "sha256").hexdigest()}
