"""One VHS's admin program in memory: its rows, what staff does with them and what the connector writes.

Nothing in it knows the engine. It reads change lists and writes exports, as the connector of a real program does, and
it is deterministic: its numbers come from counters, its times from whoever calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

from koop_es.connectors.export_writer import write_export
from koop_es.connectors.values import day, local_text
from koop_es.domain.identifiers import booking_ref, owner_of
from koop_es.domain.observation import Kind, Person, Status
from koop_es.simulate.connector import PERSON, apply
from koop_es.simulate.rows import (
    BY,
    CourseKey,
    NotAllowed,
    Row,
    blank_booking,
    blank_course,
    booking_row,
    course_of,
    course_row,
    seats_only,
    shows,
)

KUFERSQL, ITM_MANAGER, CMX_ORGANIZE = "kufersql", "itm-manager", "cmx-organize"

COUNTED_FROM = 3
"""Participants with whom cmxOrganize's statistics set "Anrechenbar" by themselves (T5)."""

Editors = Literal["name", "stamped", "none"]

FIRST_PARTICIPANT = 70_001
"""Participant numbers (TNR) begin far from the Beleg-IDs, so that nobody takes one for the other."""


def first_morning() -> datetime:
    """Give the time of day for a program nobody gave a clock."""
    return datetime(2026, 2, 2, 9, 0)


@dataclass(slots=True)
class Program:
    """The admin program of a VHS; ``system`` is ``kufersql``, ``itm-manager`` or ``cmx-organize``, ``staff`` who edits.

    ``editors`` says what "Bearbeitet von" shows (``signed``), ``digits`` to how many places its numbers are filled with
    zeros, ``reuses`` that it gives the highest Beleg-ID again after a removal, ``once`` that its connector never
    carries an id out again (D22) instead of doing so after the next export, ``now`` what its clock says,
    ``counts_anew`` that its connector began a new count that nobody has accepted.

    ``seats`` finds a row by its booking reference, also after a merge gave it another Beleg-ID; ``exported`` are the
    rows of courses and bookings in its last export, ``answers`` how often it changed something by itself (T5),
    ``repeated`` how often its connector was told an id that it had carried out.
    """

    vhs: str
    system: str
    name: str
    staff: str = "Büro"
    sequence: int = 0
    editors: Editors = "name"
    digits: int = 0
    reuses: bool = False
    once: bool = False
    counts_anew: bool = False
    now: Callable[[], datetime] = first_morning
    courses: dict[CourseKey, Row] = field(default_factory=dict)
    bookings: dict[str, Row] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    answers: int = 0
    repeated: int = 0
    exported: tuple[list[Row], list[Row]] = field(default_factory=lambda: ([], []))
    carried_out: set[str] = field(default_factory=set)
    removed: dict[str, tuple[str, Row]] = field(default_factory=dict)
    deleted: dict[CourseKey, tuple[Row, dict[str, tuple[str, Row]]]] = field(default_factory=dict)
    left_web: set[CourseKey] = field(default_factory=set)
    _exported: dict[CourseKey | str, Row] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)
    last_booking: int = 0
    last_participant: int = FIRST_PARTICIPANT - 1

    # --- staff: courses -----------------------------------------------------------------------------------------------

    def add_course(self, number: str, period: str, fields: Row) -> CourseKey:
        """Enter a course with the texts of its fields by heading; raises NotAllowed where the number is taken."""
        key = CourseKey(number, period)
        if self.is_taken(key):
            raise NotAllowed(f"course number {number} ({period}) is taken at {self.name}")
        place = {"Kursnummer": number, "Periode": period, "Erstellt von": self.staff}
        place |= {"Bearbeitet von": self.signed(self.staff)}
        self.keep_course(key, blank_course() | place | fields)
        return key

    def edit(self, course: CourseKey, fields: Row) -> None:
        """Change any fields of a course but its number; raises NotAllowed where a field cannot hold the text."""
        self.keep_course(course, self._course(course) | fields | {"Bearbeitet von": self.signed(self.staff)})

    def renumber(self, course: CourseKey, number: str, period: str | None = None) -> CourseKey:
        """Give a course another number or period, and its bookings with it (R20)."""
        row, key = self._course(course), CourseKey(number, course.period if period is None else period)
        if self.is_taken(key, leaving=course):
            raise NotAllowed(f"course number {number} ({key.period}) is taken at {self.name}")
        del self.courses[course]
        if course in self.left_web:
            self.left_web.add(key)
        place = {"Kursnummer": key.number, "Periode": key.period}
        self.keep_course(key, row | place | {"Bearbeitet von": self.signed(self.staff)})
        for booking in self._bookings_of(course):
            booking.update(place)
        return key

    def cancel_course(self, course: CourseKey, *, leave_web: bool = False) -> None:
        """Book an "Ausfall"; ``leave_web`` also takes the course out of every export, which KuferSQL offers (R44)."""
        if leave_web and self.system != KUFERSQL:
            raise NotAllowed(f"{self.system} keeps a cancelled course in its exports")
        self.edit(course, {"Ausfall": "W"})
        if leave_web:
            self.left_web.add(course)

    def delete_course(self, course: CourseKey) -> None:
        """Delete a course with its bookings, which nobody may do to a shared one (R19, R34)."""
        row = self._course(course)
        held = [key for key, booking in self.bookings.items() if course_of(booking) == course]
        for booking_id in held:
            self.remove(booking_id)
        del self.courses[course]
        self.deleted[course] = row, {booking_id: self.removed[booking_id] for booking_id in held}

    def restore_course(self, course: CourseKey) -> list[Row]:
        """Take the deletion of a course back, and of the bookings that went with it and are still to be had; gives
        those whose Beleg-ID or reference another row has by now, or had and was removed in its turn, and those of which
        a copy of the bookings that was put back meanwhile knows nothing.
        """
        if course not in self.deleted or self.is_taken(course):
            raise NotAllowed(f"course {course.number} of {self.name} has no place to return to")
        self.courses[course], held = self.deleted.pop(course)
        lost = []
        for booking_id, (ref, row) in held.items():
            known = booking_id in self.removed and self.removed[booking_id][1] is row
            if not known or booking_id in self.bookings or ref in self.seats:
                lost.append(row)
            else:
                self.restore(booking_id)
        return lost

    # --- staff: bookings ----------------------------------------------------------------------------------------------

    def book(self, course: CourseKey, person: Person, at: datetime, booking_id: str | None = None) -> str:
        """Book a seat and return the Beleg-ID; raises NotAllowed where "Belegen nur bis Maximum" forbids it (R40)."""
        row = self._course(course)
        if row["Belegen nur bis Maximum"] == "W" and self._confirmed(course) >= int(row["TN max"] or "0"):
            raise NotAllowed(f"course {course.number} is full at {self.name}; there is a waiting list")
        return self._add_own(course, person, at, Status.CONFIRMED, booking_id)

    def waitlist(self, course: CourseKey, person: Person, at: datetime) -> str:
        """Put a person on the waiting list and return the Beleg-ID (B17)."""
        self._course(course)
        return self._add_own(course, person, at, Status.WAITLISTED)

    def promote(self, booking_id: str) -> None:
        """Move a booking from the waiting list to a seat."""
        if self._booking(booking_id)["Status"] != Status.WAITLISTED:
            raise NotAllowed(f"booking {booking_id} of {self.name} is not on the waiting list")
        self.amend(booking_id, {"Status": Status.CONFIRMED.value})

    def cancel(self, booking_id: str) -> None:
        """Set status "S", the one right way to end a booking (B9)."""
        self.amend(booking_id, {"Status": Status.CANCELLED.value})

    def amend(self, booking_id: str, fields: Row) -> None:
        """Change any fields of a booking, by heading."""
        self.write_booking(booking_id, fields, self.staff)

    def remove(self, booking_id: str) -> None:
        """Take a booking out of the database ("entfernen"), which is forbidden and happens (B9)."""
        row, ref = self._booking(booking_id), self.ref_of(booking_id)
        self.removed[booking_id] = (ref, row)
        del self.bookings[booking_id], self.seats[ref]

    def restore(self, booking_id: str) -> None:
        """Take a removal back, or a cancellation: the latter against the rules, since "S" is final (D5)."""
        if booking_id in self.bookings or booking_id not in self.removed:
            self.amend(booking_id, {"Status": Status.CONFIRMED.value})
            return
        ref, row = self.removed[booking_id]
        if ref in self.seats or course_of(row) not in self.courses:
            raise NotAllowed(f"booking {booking_id} of {self.name} has no place to return to")
        del self.removed[booking_id]
        self.bookings[booking_id], self.seats[ref] = row, booking_id

    def merge(self, booking_id: str) -> str:
        """Merge a participant with a duplicate: the row goes on under a new TNR and a new Beleg-ID, returned (B13).

        A booking of the VHS's own that no export has shown yet is known by its new Beleg-ID only.
        """
        row, ref = self._booking(booking_id), self.ref_of(booking_id)
        unknown = owner_of(ref) == self.vhs and ref not in self.reported
        del self.bookings[booking_id], self.seats[ref]
        merged = row | {"TNR": self.next_participant(), "Bearbeitet von": self.signed(self.staff)}
        return self.add_row(merged, None if unknown else ref)

    def find(self, ref: str) -> str:
        """Find the Beleg-ID under which the program keeps anybody's booking; raises NotAllowed where it has none."""
        if ref not in self.seats:
            raise NotAllowed(f"{self.name} has no booking {ref}")
        return self.seats[ref]

    def seat(self, ref: str) -> str | None:
        """Find the Beleg-ID of a mirror, of either of two rows where one of them is gone (D26)."""
        found = (booking for other, booking in self.seats.items() if other.partition("#")[0] == ref)
        return self.seats.get(ref) or next(found, None)

    def ref_of(self, booking_id: str) -> str:
        """Name the booking a row stands for: ``<owner VHS>:<owner Beleg-ID>``."""
        return next(ref for ref, held in self.seats.items() if held == booking_id)

    def held(self, coop_id: str) -> dict[str, str]:
        """List what the program really holds of a shared course: status by booking reference."""
        keys = {key for key, row in self.courses.items() if row["Externe Kurs-Nr."] == coop_id}
        rows = {ref: self.bookings[booking_id] for ref, booking_id in self.seats.items()}
        return {ref: row["Status"] for ref, row in sorted(rows.items()) if course_of(row) in keys}

    # --- connector ----------------------------------------------------------------------------------------------------

    def apply(self, changes: Iterable[Mapping[str, Any]], *, bare: bool = False) -> int:
        """Carry out a change list as user WS and return how many changed anything (``connector``)."""
        return apply(self, changes, bare=bare)

    def install_anew(self) -> None:
        """Install the connector anew: it counts its exports from 1 and knows of none, nor of any change (D23)."""
        self.sequence, self.counts_anew = 0, True
        self.carried_out.clear()
        self._exported.clear()

    def double(self, ref: str) -> None:
        """Import a mirror a second time, under another Beleg-ID and TNR (D26)."""
        if ref in self.seats and owner_of(ref) != self.vhs:
            row = self.bookings[self.seats[ref]]
            self.add_row(row | {"TNR": self.next_participant()}, ref)

    def signed(self, user: str) -> str:
        """Give what stands in "Bearbeitet von" after an edit: a name, a name with the time, or nothing at all."""
        if self.editors == "none":
            return ""
        return f"{user} am {self.now():%d.%m.%Y, %H:%M}" if self.editors == "stamped" else user

    # --- connector: exports out ---------------------------------------------------------------------------------------

    def export(
        self,
        directory: Path,
        exported_at: datetime,
        kind: Kind = Kind.FULL,
        scope: date | None = None,
        *,
        proof: bool = True,
        archive: bool = False,
        left_out: Callable[[Row], bool] | None = None,
    ) -> Path:
        """Write the next ``koop-export/1`` of this program under a name of its own and return that.

        ``scope`` limits it to courses that end on or after this day. A delta holds what has changed since the last
        export, an occupancy export the courses with their seats only. ``left_out`` and ``proof`` False make it one
        that lacks rows, or the counts and checksums that would tell; ``archive`` packs it.
        """
        self.sequence += 1
        if not self.once:
            self.carried_out.clear()
        courses, bookings = self._shown(scope, kind)
        if left_out is not None:
            courses, bookings = ([row for row in part if not left_out(row)] for part in (courses, bookings))
        self.exported = courses, bookings
        rows = [course_row(row) for row in courses]
        occupancy = kind is Kind.OCCUPANCY
        return write_export(
            directory / f"{self.vhs}-{self.sequence:04d}{'.zip' if archive else ''}",
            vhs=self.vhs,
            sequence=self.sequence,
            exported_at=exported_at.isoformat(),
            courses=[seats_only(row) for row in rows] if occupancy else rows,
            bookings=None if occupancy else [booking_row(row, self.vhs) for row in bookings],
            system=self.system,
            kind=kind,
            scope_from=scope,
            proof=proof,
        )

    def _shown(self, scope: date | None, kind: Kind) -> tuple[list[Row], list[Row]]:
        """Choose the rows of an export, and remember them for the next delta; seats alone are no part of one."""
        courses: dict[CourseKey | str, Row] = {
            key: dict(row)
            for key, row in self.courses.items()
            if key not in self.left_web and (scope is None or day(row["Datum bis"]) >= scope)
        }
        if kind is Kind.OCCUPANCY:
            return list(courses.values()), []
        bookings: dict[CourseKey | str, Row] = {
            key: dict(row) for key, row in self.bookings.items() if course_of(row) in courses
        }
        before, self._exported = self._exported, courses | bookings
        self.reported |= {ref for ref, booking_id in self.seats.items() if booking_id in bookings}
        news = (
            [row for key, row in part.items() if kind is not Kind.DELTA or before.get(key) != row]
            for part in (courses, bookings)
        )
        return next(news), next(news)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def is_taken(self, key: CourseKey, leaving: CourseKey | None = None) -> bool:
        """Tell whether a number is used: alone it is KuferSQL's key, the other programs' together with the period."""
        others = [other for other in self.courses if other != leaving]
        return any(key.number == other.number and (self.system == KUFERSQL or key == other) for other in others)

    def _course(self, course: CourseKey) -> Row:
        if course not in self.courses:
            raise NotAllowed(f"{self.name} has no course {course.number} ({course.period})")
        return self.courses[course]

    def _booking(self, booking_id: str) -> Row:
        if booking_id not in self.bookings:
            raise NotAllowed(f"{self.name} has no booking {booking_id}")
        return self.bookings[booking_id]

    def _bookings_of(self, course: CourseKey) -> list[Row]:
        return [row for row in self.bookings.values() if course_of(row) == course]

    def _confirmed(self, course: CourseKey) -> int:
        return sum(row["Status"] == Status.CONFIRMED for row in self._bookings_of(course))

    def keep_course(self, key: CourseKey, row: Row) -> None:
        """Write a course; a program refuses what is no date or amount at once, not when it exports."""
        course_row(row)
        self.courses[key] = row

    def write_booking(self, booking_id: str, fields: Row, user: str) -> bool:
        """Write some fields of a booking as a user; False where they stand there already."""
        row = self._booking(booking_id)
        if shows(row, fields):
            return False
        waited = row["Status"] != Status.CONFIRMED
        kept = {} if self.editors == "none" and row["Status"] == fields.get("Status", row["Status"]) else {BY: user}
        row.update(fields | {"Bearbeitet von": self.signed(user)} | kept)
        if waited:
            self._count(row)
        return True

    def _add_own(
        self, course: CourseKey, person: Person, at: datetime, status: Status, booking_id: str | None = None
    ) -> str:
        fields = {heading: getattr(person, key) for heading, key in PERSON.items()}
        fields |= {"Kursnummer": course.number, "Periode": course.period, "TNR": self.next_participant()}
        fields |= {"Gebucht am": local_text(at.isoformat()), "Status": status.value, BY: self.staff}
        return self.add_row(fields | {"Bearbeitet von": self.signed(self.staff)}, None, booking_id)

    def add_row(self, row: Row, ref: str | None, booking_id: str | None = None) -> str:
        """Put a row under the next Beleg-ID, or the one given; it stands for ``ref``, without one for one's own."""
        booking_id = booking_id or self._next_booking()
        added = self.bookings[booking_id] = blank_booking() | row | {"Beleg-ID": booking_id}
        self.seats[self._free(ref or booking_ref(self.vhs, booking_id))] = booking_id
        self._count(added)
        return booking_id

    def _free(self, ref: str) -> str:
        """Give a reference under which no other row is found: a Beleg-ID may be used again, a mirror be doubled."""
        others = (f"{ref}#{number}" for number in count(2))
        return ref if ref not in self.seats else next(other for other in others if other not in self.seats)

    def _next_booking(self) -> str:
        """Count Beleg-IDs; a program that counts from its highest gives that of a removed row to somebody else.

        None gives one that a row has, such as one that was written again under its own after the count went back (D20).
        """
        self.last_booking += 1
        if self.reuses:
            self.last_booking = max(map(int, self.bookings), default=0) + 1
        while (number := str(self.last_booking).zfill(self.digits)) in self.bookings:
            self.last_booking += 1
        return number

    def next_participant(self) -> str:
        """Count TNRs, which are never used again."""
        self.last_participant += 1
        return str(self.last_participant).zfill(self.digits and self.digits + 1)

    def _count(self, booking: Row) -> None:
        """Do what cmxOrganize does behind its staff's back: with its third participant a course counts (T5)."""
        course = course_of(booking)
        third = booking["Status"] == Status.CONFIRMED and self._confirmed(course) == COUNTED_FROM
        if third and self.system == CMX_ORGANIZE:
            self.answers += self.courses[course]["Anrechenbar"] != "W"
            self.courses[course]["Anrechenbar"] = "W"
