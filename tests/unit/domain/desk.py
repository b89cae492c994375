"""The desk of one VHS: its rows, what its staff does with them, and what its connector writes.

Nothing here knows the engine's rules. Every act of the staff carries a name of its own, every act of the connector
``WS`` (T6), as the admin programs keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from koop_es.domain.course import CourseFacts
from koop_es.domain.events import Event
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.wanted import Change
from tests.unit.domain.world import ABO, COOP, MASTER, THIRD, World, booked, facts_of, row

WS = "WS"
ALL = (MASTER, ABO, THIRD)


@dataclass
class Entry:
    """One booking as an admin program keeps it."""

    booking_id: str
    tnr: str
    status: str
    person: Person | None
    day: int
    by: str


@dataclass
class Desk:
    """One VHS: its course row and its bookings by reference."""

    vhs: str
    facts: CourseFacts = field(init=False)
    facts_by: str = ""
    external: str = COOP
    entries: dict[str, Entry] = field(default_factory=dict)
    removed: dict[str, Entry] = field(default_factory=dict)
    numbers: int = 100
    acts: int = 0

    def __post_init__(self) -> None:
        self.facts = facts_of(self.vhs)

    # --- staff --------------------------------------------------------------------------------------------------------

    def staff(self) -> str:
        self.acts += 1
        return f"staff {self.vhs}/{self.acts}"

    def number(self) -> str:
        self.numbers += 1
        return str(self.numbers)

    def book(self, booking_id: int, status: str) -> None:
        ref = f"{self.vhs}:{booking_id}"
        person = Person("Muster", f"Kind {booking_id} von {self.vhs}", "", f"{ref}@example.org")
        if ref not in self.entries and ref not in self.removed:
            self.entries[ref] = Entry(str(booking_id), f"T{booking_id}", status, person, booking_id, self.staff())

    def set_status(self, ref: str, status: str) -> None:
        entry = self.entries.get(ref)
        if entry is not None and entry.status != status:
            entry.status, entry.by = status, self.staff()

    def set_phone(self, ref: str, phone: str) -> None:
        entry = self.entries.get(ref)
        if entry is not None and entry.person is not None and entry.person.phone != phone:
            entry.person, entry.by = msgspec.structs.replace(entry.person, phone=phone), self.staff()

    def substitute(self, ref: str) -> None:
        """Let somebody else take the place of who registered, with a participant number of their own."""
        entry = self.entries.get(ref)
        if entry is not None:
            entry.person, entry.tnr, entry.by = Person("Ersatz", "Eva", "", "eva@example.org"), "T77", self.staff()

    def merge(self, ref: str) -> None:
        entry = self.entries.get(ref)
        if entry is not None and entry.person is not None:
            entry.booking_id, entry.tnr, entry.by = self.number(), f"T{self.number()}", self.staff()

    def merge_anew(self, ref: str, day: int) -> None:
        """Merge in a program that writes the time of booking anew."""
        self.merge(ref)
        if ref in self.entries:
            self.entries[ref].day = day

    def exchange(self, one: str, other: str) -> None:
        """Let two bookings have each other's Beleg-IDs."""
        if one in self.entries and other in self.entries:
            ids = self.entries[other].booking_id, self.entries[one].booking_id
            self.entries[one].booking_id, self.entries[other].booking_id = ids

    def reuse(self, ref: str, day: int) -> None:
        """Remove a booking, and give its Beleg-ID to somebody else."""
        if ref in self.entries:
            gone = self.entries.pop(ref)
            person = Person("Fremd", "Fritz", "", "fritz@example.org")
            self.entries[f"{ref}~2"] = Entry(gone.booking_id, self.number(), "A", person, day, self.staff())

    def remove(self, ref: str) -> None:
        if ref in self.entries:
            self.removed[ref] = self.entries.pop(ref)

    def restore(self, ref: str) -> None:
        if ref in self.removed and ref not in self.entries:
            self.entries[ref] = self.removed.pop(ref)

    def edit(self, **facts: Any) -> None:
        edited = msgspec.structs.replace(self.facts, **facts)
        if edited != self.facts:
            self.facts, self.facts_by = edited, self.staff()

    # --- connector ----------------------------------------------------------------------------------------------------

    def rows(self) -> list[BookingRow]:
        return [
            booked(
                entry.booking_id,
                entry.status,
                of=None if owner_of(ref) == self.vhs else ref,
                tnr=entry.tnr,
                person=entry.person,
                at=f"2026-01-{entry.day + 1:02d}T10:00:00+01:00",
                edited_by=entry.by,
            )
            for ref, entry in self.entries.items()
        ]

    def export(self, world: World, *, full: bool = True, again: bool = False) -> list[Event]:
        course = row(self.vhs, coop_id=self.external, edited_by=self.facts_by)
        course = msgspec.structs.replace(course, facts=self.facts)
        return world.report(self.vhs, *self.rows(), course=course, full=full, again=again)

    def apply(self, change: Change, people: Mapping[tuple[str, int], Person]) -> None:
        if change.kind == "course.set_external_number":
            self.external = COOP
        elif change.ref is None:
            texts = {"Ausfall": "W"} if change.kind == "course.cancel" else change.fields or {}
            self.facts = msgspec.structs.replace(self.facts, **{READ[k][0]: READ[k][1](v) for k, v in texts.items()})
            self.facts_by = WS
        else:
            self._apply_booking(change, people)

    def _apply_booking(self, change: Change, people: Mapping[tuple[str, int], Person]) -> None:
        ref = change.ref or ""
        person = people.get((change.person_id or "", change.person_version))
        entry = self._find(ref, change.booking_id)
        if entry is not None:
            entry.status = entry.status if change.status is None else str(change.status)
            entry.person, entry.by = person or entry.person, WS
        elif change.kind == "booking.create":
            day = int((change.booked_at or "")[8:10]) - 1
            self.removed.pop(ref, None)
            self.entries[ref] = Entry(self.number(), f"T{self.number()}", str(change.status), person, day, WS)

    def _find(self, ref: str, booking_id: str | None) -> Entry | None:
        """Find a row: an own booking by its Beleg-ID, which a merge may have changed, a mirror by its reference."""
        if owner_of(ref) != self.vhs:
            return self.entries.get(ref)
        wanted = booking_id or ref.partition(":")[2]
        own = [entry for other, entry in self.entries.items() if owner_of(other) == self.vhs]
        return next((entry for entry in own if entry.booking_id == wanted), None)


READ: dict[str, tuple[str, Any]] = {
    "Kursort": ("venue", str),
    "TN max": ("capacity", int),
    "Ausfall": ("cancelled", lambda text: text == "W"),
    "Kennzeichen": ("markers", lambda text: tuple(text.split(","))),
    "Belegen nur bis Maximum": ("max_guard", lambda text: text == "W"),
}
"""The headings the staff of these tests edits, and how an admin program reads them."""


@dataclass
class Office:
    """All desks around one cooperation."""

    world: World = field(default_factory=World)
    desks: dict[str, Desk] = field(default_factory=lambda: {vhs: Desk(vhs) for vhs in ALL})

    def export(self, vhs: str, *, full: bool = True) -> list[Event]:
        return self.desks[vhs].export(self.world, full=full)

    def sync(self, vhs: str) -> None:
        """Carry out the change list of a VHS."""
        for change in self.world.changes(vhs):
            self.desks[vhs].apply(change, self.world.people)

    def settle(self, rounds: int) -> None:
        """Let every VHS carry out its changes and export, round by round."""
        for _ in range(rounds):
            for vhs in ALL:
                self.sync(vhs)
                self.export(vhs)
