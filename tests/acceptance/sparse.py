"""Admin programs that keep little: no editors, no references, no time of day, or a word where nobody has a name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.exports import Row
from tests.acceptance.program import Program

DAY, ZEROS, MIDNIGHT, SECOND = "02.02.2026 00:00", "02.02.2026 00:00:00", "02.02.2026 00:00:59", "02.02.2026 09:15:31"
"""How a program shows when somebody booked: its day, the same with seconds, just after midnight, the second."""


@dataclass
class Sparse(Program):
    """A program that may keep neither ``editors`` nor ``references`` nor a time of day (``moment`` is ``DAY`` or
    ``ZEROS``), and writes a ``word`` where it needs a name.
    """

    editors: bool = True
    references: bool = True
    moment: str = SECOND
    word: str = ""

    def export(self, **manifest: Any) -> Path:
        kept = self.bookings, self.courses
        self.bookings = {key: self._as_kept(row) for key, row in self.bookings.items()}
        if not self.editors:
            self.courses = [row | {"Bearbeitet von": ""} for row in self.courses]
        path = super().export(**manifest)
        self.bookings, self.courses = kept
        return path

    def _as_kept(self, row: Row) -> Row:
        day = row["Gebucht am"][:10]
        shown = {"Gebucht am": {DAY: f"{day} 00:00", ZEROS: f"{day} 00:00:00"}.get(self.moment, row["Gebucht am"])}
        shown |= {} if self.references else {"Koop-Beleg-ID": ""}
        shown |= {} if self.editors else {"Bearbeitet von": ""}
        return row | shown | ({"Name": self.word, "Vorname": "vhsKOOP"} if self.word and not row["Name"] else {})
