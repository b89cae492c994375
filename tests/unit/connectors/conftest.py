from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COURSES = (
    "Kursnummer;Periode;Externe Kurs-Nr.;Titel;Typ;Datum von;Datum bis;Uhrzeit von;Uhrzeit bis;TN max;Gebühr;"
    "vhsKOOP-Verrechnung;Info;BAMF\r\n"
)
COURSE = "26-10009;26F;563-COOP-219;Yoga;Normalkurs;02.03.2026;30.06.2026;19:00;20:30;12;90,00;80;Matte;F\r\n"
BOOKINGS = (
    "Beleg-ID;Kursnummer;Periode;TNR;Name;Vorname;Telefon;E-Mail;Status;Gebucht am;Koop-Beleg-ID;Bearbeitet von\r\n"
)
BOOKING = "8841;26-10009;26F;T1;Müller;Eva;0941 1;eva@example.org;A;02.01.2026 09:30;;\r\n"

Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Write an export directory out of raw file contents; keywords replace keys of the manifest."""

    def make(
        courses: str | bytes | None = None,
        bookings: str | bytes | None = None,
        users: str | bytes | None = None,
        *,
        proof: bool = True,
        rows: dict[str, int] | None = None,
        **stated: Any,
    ) -> Path:
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        encoding = {"windows-1252": "cp1252"}.get(stated.get("encoding", "utf-8"), stated.get("encoding", "utf-8"))
        files: dict[str, dict[str, Any]] = {}
        for part, path, content in (
            ("courses", "kurse.csv", courses),
            ("bookings", "belegungen.csv", bookings),
            ("users", "benutzer.csv", users),
        ):
            if content is None:
                continue
            raw = content.encode(encoding) if isinstance(content, str) else content
            (folder / path).write_bytes(raw)
            files[part] = {"path": path}
            if proof:
                files[part] |= {"sha256": hashlib.sha256(raw).hexdigest()}
                files[part] |= {"rows": (rows or {}).get(part, raw.decode(encoding, "replace").strip().count("\n"))}
        manifest = {
            "format": "koop-export/1",
            "vhs": "563",
            "system": "kufersql",
            "sequence": 42,
            "exported_at": "2026-03-02T02:00:00+01:00",
            "kind": "full",
            "encoding": "utf-8",
            "files": files,
        } | stated
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def edited() -> Callable[..., None]:
    """Change keys of a manifest that has been written."""

    def edit(folder: Path, **changes: Any) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")

    return edit
