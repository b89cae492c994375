"""Exports as a connector would write them, by hand from the words of the contract and with no code of the engine."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

Row = dict[str, str]
"""One row of a file: heading -> text."""

COURSES = (
    "Kursnummer", "Periode", "Externe Kurs-Nr.", "Titel", "Titel Programmheft", "Info", "Typ", "BAMF", "Datum von",
    "Datum bis", "Uhrzeit von", "Uhrzeit bis", "Kursort", "DVV-Fachbereich", "TN min", "TN max", "Gebühr",
    "Durchlaufende Posten", "vhsKOOP-Key", "vhsKOOP-Verrechnung", "NIE bei vhsKOOP", "Kennzeichen", "Anrechenbar",
    "Veranstaltungsart", "Kooperation", "Dozent", "Belegen nur bis Maximum", "Ausfall", "Erstellt von",
    "Bearbeitet von",
)  # fmt: skip
BOOKINGS = (
    "Beleg-ID", "Kursnummer", "Periode", "TNR", "Name", "Vorname", "Telefon", "E-Mail", "Status", "Gebucht am",
    "Koop-Beleg-ID", "Bearbeitet von",
)  # fmt: skip
USERS = ("Name", "Vorname", "E-Mail", "Im Internet anzeigen", "Aktiv")

FILES = {"courses": "kurse.csv", "bookings": "belegungen.csv", "users": "benutzer.csv"}
HEADINGS = {"courses": COURSES, "bookings": BOOKINGS, "users": USERS}

WHOLE = ("rows", "sha256")
"""What proves that a file is whole; less of it proves nothing."""


def course(number: str, period: str = "26F", **texts: str) -> Row:
    """Give a course that may be released; ``texts`` are further cells, by heading without blanks."""
    row = dict.fromkeys(COURSES, "") | {
        "Kursnummer": number,
        "Periode": period,
        "Titel": f"Töpfern {number}",
        "Info": "Schürze mitbringen.\nTon wird gestellt.",
        "Typ": "Normalkurs",
        "BAMF": "F",
        "Datum von": "14.04.2026",
        "Datum bis": "30.06.2026",
        "Uhrzeit von": "18:30",
        "Uhrzeit bis": "20:00",
        "Kursort": "Werkhaus, Raum 2",
        "DVV-Fachbereich": "2.07",
        "TN min": "6",
        "TN max": "12",
        "Gebühr": "90,00",
        "Durchlaufende Posten": "12,00",
        "vhsKOOP-Key": "W",
        "vhsKOOP-Verrechnung": "80",
        "NIE bei vhsKOOP": "F",
        "Anrechenbar": "W",
        "Dozent": "Berta Beispiel",
        "Belegen nur bis Maximum": "W",
        "Ausfall": "F",
        "Erstellt von": "Büro",
        "Bearbeitet von": "Büro",
    }
    return row | texts


def abo(master: Row, number: str, coop_id: str, period: str = "26F") -> Row:
    """Give the Abo-Kurs of a course as rule R28 wants it, made before the engine was connected."""
    own = {
        "Kursnummer": number,
        "Periode": period,
        "Externe Kurs-Nr.": coop_id,
        "Info": f"{master['Info']}\nKursleitung: Berta Beispiel\nVeranstaltungsort: Werkhaus\nAusführende vhs: VHS 563",
        "vhsKOOP-Key": "F",
        "Kennzeichen": "17,100",
        "Anrechenbar": "F",
        "Dozent": "VHS 563",
        "Erstellt von": "WS",
        "Bearbeitet von": "WS",
    }
    return master | own


def booking(number: str, booking_id: str, status: str = "A", period: str = "26F", name: str = "Muster") -> Row:
    """Give a booking of the VHS's own."""
    return dict.fromkeys(BOOKINGS, "") | {
        "Beleg-ID": booking_id,
        "Kursnummer": number,
        "Periode": period,
        "TNR": f"7{booking_id}",
        "Name": name,
        "Vorname": f"Vera {booking_id}",
        "Telefon": "0941 507-2433",
        "E-Mail": f"vera.{booking_id}@example.org",
        "Status": status,
        "Gebucht am": "02.02.2026 09:15",
        "Bearbeitet von": "Büro",
    }


def mirror(number: str, booking_id: str, ref: str, status: str = "A", period: str = "26F") -> Row:
    """Give the mirror, without identity, of another VHS's booking."""
    nobody = {"Name": "", "Vorname": "", "Telefon": "", "E-Mail": "", "Koop-Beleg-ID": ref, "Bearbeitet von": "WS"}
    return booking(number, booking_id, status, period) | nobody


def csv_text(headings: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Write rows as the contract has them: ``;``, a header line, RFC 4180 quoting."""
    names = list(headings)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return text.getvalue()


def write_export(
    folder: Path,
    vhs: str,
    sequence: int,
    courses: list[Row] | None = None,
    bookings: list[Row] | None = None,
    users: list[Row] | None = None,
    *,
    proof: Iterable[str] = WHOLE,
    encoding: str = "utf-8",
    **manifest: Any,
) -> Path:
    """Write an export as a directory and give its path; a part that is None is left out, ``proof`` names what is
    stated of each file, ``manifest`` are further keys or other values of it.
    """
    folder.mkdir(parents=True)
    tables = {"courses": courses, "bookings": bookings, "users": users}
    contents = {
        part: csv_text(HEADINGS[part], rows).encode("cp1252" if encoding == "windows-1252" else encoding)
        for part, rows in tables.items()
        if rows is not None
    }
    files: dict[str, dict[str, Any]] = {}
    for part, content in contents.items():
        (folder / FILES[part]).write_bytes(content)
        stated = {"rows": len(tables[part] or []), "sha256": sha256(content).hexdigest()}
        files[part] = {"path": FILES[part], **{key: stated[key] for key in proof}}
    stated_of_all = {
        "format": "koop-export/1",
        "vhs": vhs,
        "system": "kufersql",
        "sequence": sequence,
        "exported_at": f"2026-03-{1 + sequence % 28:02}T02:00:00+01:00",
        "kind": "full",
        "encoding": encoding,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(stated_of_all | manifest, ensure_ascii=False, indent=2))
    return folder
