"""One VHS's admin program with its connector, as plainly as can be: rows by heading, staff, and change lists obeyed.

It shares no code with the engine or its simulation: what it knows of the formats is what the contract says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.acceptance.console import Console
from tests.acceptance.exports import BOOKINGS, COURSES, Row, booking, write_export

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Program:
    """The admin program of a VHS; ``folder`` is where its exports go, ``month`` the one in which they are made."""

    vhs: str
    folder: Path
    sequence: int = 0
    courses: list[Row] = field(default_factory=list)
    bookings: dict[str, Row] = field(default_factory=dict)
    obeyed: list[str] = field(default_factory=list)
    month: str = "2026-03"

    # --- staff --------------------------------------------------------------------------------------------------------

    def book(self, number: str, booking_id: str, status: str = "A", **texts: str) -> str:
        """Enter a booking; gives its reference."""
        period = next(row["Periode"] for row in self.courses if row["Kursnummer"] == number)
        self.bookings[booking_id] = booking(number, booking_id, status, period) | texts
        return f"{self.vhs}:{booking_id}"

    def cancel(self, ref: str) -> None:
        self.row(ref)["Status"] = "S"

    def remove(self, ref: str) -> Row:
        """Remove a booking, which nobody should do; gives the row, so that it can be put back."""
        return self.bookings.pop(self.row(ref)["Beleg-ID"])

    def restore(self, row: Row) -> None:
        self.bookings[row["Beleg-ID"]] = row

    def row(self, ref: str) -> Row:
        """Find the row of a booking: a mirror by its Koop-Beleg-ID, an own one by its Beleg-ID."""
        found = self._find(ref)
        assert found is not None, f"VHS {self.vhs} has no booking {ref}"
        return found

    def _find(self, ref: str) -> Row | None:
        owner, _, booking_id = ref.partition(":")
        if owner == self.vhs:
            return self.bookings.get(booking_id)
        return next((row for row in self.bookings.values() if row["Koop-Beleg-ID"] == ref), None)

    # --- connector ----------------------------------------------------------------------------------------------------

    def export(self, **manifest: Any) -> Path:
        """Write a full export of everything under the next sequence."""
        self.sequence += 1
        folder = self.folder / f"{self.vhs}-{self.sequence}"
        made = {"exported_at": f"{self.month}-{1 + self.sequence % 28:02}T02:00:00+01:00"}
        return write_export(
            folder, self.vhs, self.sequence, self.courses, list(self.bookings.values()), **(made | manifest)
        )

    def obey(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Write what a change list asks for: each id once, and only where the row shows what is expected (D22)."""
        for change in changes:
            assert change["vhs"] == self.vhs
            kind, _, verb = change["kind"].partition(".")
            if change["id"] in self.obeyed or not self._shows(change.get("expects", {}), change):
                continue
            (self._course if kind == "course" else self._booking)(verb, change)
            self.obeyed.append(change["id"])

    def _shows(self, expected: Mapping[str, str], change: Mapping[str, Any]) -> bool:
        """Tell whether the row a change is about holds the values it was decided on."""
        row = self._find(change["booking"]["ref"]) if "booking" in change else self._course_row(change)
        return all(row is not None and value(row[heading]) == value(text) for heading, text in expected.items())

    def _course_row(self, change: Mapping[str, Any]) -> Row | None:
        place = (change["course"]["number"], change["course"]["period"])
        return next((row for row in self.courses if (row["Kursnummer"], row["Periode"]) == place), None)

    def _course(self, verb: str, change: Mapping[str, Any]) -> None:
        fields = {name: text for name, text in change["course"].get("fields", {}).items() if name in COURSES}
        if verb == "create":
            self.courses.append(dict.fromkeys(COURSES, "") | fields)
            return
        row = self._course_row(change)
        assert row is not None
        news = {
            "update": fields,
            "cancel": {"Ausfall": "W"},
            "set_external_number": {"Externe Kurs-Nr.": change["coop_id"]},
        }
        row.update(news[verb] | {"Bearbeitet von": "WS"})

    def _booking(self, verb: str, change: Mapping[str, Any]) -> None:
        told = change["booking"]
        # Its own booking that is restored without a Beleg-ID is a new row: another may have that Beleg-ID by now (D20).
        new = verb == "create" and told["ref"].startswith(f"{self.vhs}:") and "booking_id" not in told
        row = self._find(told["ref"]) if not new else None
        if row is None:
            assert verb == "create", f"VHS {self.vhs} has no booking {told['ref']} to {verb}"
            # The admin program's own number; taken from the reference it is the same in whatever order things arrive.
            # A booking of its own that is restored (D20) has a Beleg-ID already.
            booking_id = told.get("booking_id") or "M" + told["ref"].replace(":", "-").replace("~", "-")
            row = self.bookings[booking_id] = dict.fromkeys(BOOKINGS, "") | {
                "Beleg-ID": booking_id,
                "Kursnummer": change["course"]["number"],
                "Periode": change["course"]["period"],
                "TNR": f"9{booking_id}",
                "Koop-Beleg-ID": "" if told["ref"] == f"{self.vhs}:{booking_id}" else told["ref"],
                "Gebucht am": f"{datetime.fromisoformat(told['booked_at']).astimezone(BERLIN):%d.%m.%Y %H:%M:%S}",
            }
        names = {"Name": "name", "Vorname": "first_name", "Telefon": "phone", "E-Mail": "email"}
        row.update({heading: told[key] for heading, key in names.items() if told[key] is not None})
        row.update({"Status": told["status"]} if told["status"] is not None else {})
        row["Bearbeitet von"] = "WS"


class Bare(Program):
    """A program whose connector has nowhere to keep the Koop-Beleg-ID of a mirror."""

    def export(self, **manifest: Any) -> Path:
        refs = {key: row["Koop-Beleg-ID"] for key, row in self.bookings.items()}
        for row in self.bookings.values():
            row["Koop-Beleg-ID"] = ""
        path = super().export(**manifest)
        for key, row in self.bookings.items():
            row["Koop-Beleg-ID"] = refs[key]
        return path


def value(text: str) -> object:
    """Read a cell as the value it stands for: 90 is 90,00, and lists have no order."""
    try:
        return Decimal(text.replace(".", "").replace(",", ".")) if "," in text else Decimal(text)
    except InvalidOperation:
        return frozenset(part.strip() for part in text.split(","))


def settle(koop: Console, programs: Iterable[Program], *, rounds: int = 3) -> int:
    """Let every program obey its change list and report, until all agree; gives how many rounds it took."""
    network = list(programs)
    for count in range(rounds + 1):
        lists = {program.vhs: koop.changes(program.vhs) for program in network}
        if not any(lists.values()):
            # Who is frozen or has something set aside has nothing to write either, and does not agree (D30).
            assert not any(item["pending_changes"] for item in koop.status().values())
            return count
        for program in network:
            program.obey(lists[program.vhs])
        for program in network:
            # 1 where a row is set aside, which keeps nothing else from agreeing.
            assert koop.call("ingest", program.export()).status in {0, 1}
    left = {vhs: [(change["kind"], change["coop_id"]) for change in found] for vhs, found in lists.items() if found}
    raise AssertionError(f"not converged after {rounds} rounds: {left}")
