"""What one export of one VHS says, typed: the input of every decision.

A row keeps the place it stood in (file and line), because every event must be able to say what caused it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal

import msgspec

from koop_es.domain.course import CourseFacts
from koop_es.domain.identifiers import export_name, owner_of

WEB_SERVICE_USER = "WS"
"""Technical user as which the connector writes (T6): a change by WS is our own echo, one by anybody else a local
edit.
"""

PSEUDONYM = "staff-"
"""How a pseudonym of one of the staff begins."""

_PSEUDONYM = re.compile(rf"{PSEUDONYM}[0-9a-f]{{8}}")


@lru_cache(maxsize=4096)
def actor_of(edited_by: str | None) -> str | None:
    """Say who edited a row without naming a person (D15): ``WS``, a pseudonym of one of the staff, None for nobody.

    KuferSQL writes ``WS am 17.07.2025, 09:42``; another name or another time is another pseudonym. A pseudonym stays
    what it is, so that a row can be put together again from the log.
    """
    text = (edited_by or "").strip()
    if not text:
        return None
    if text == WEB_SERVICE_USER or text.startswith(f"{WEB_SERVICE_USER} "):
        return WEB_SERVICE_USER
    if _PSEUDONYM.fullmatch(text):
        return text
    return f"{PSEUDONYM}{sha256(text.encode()).hexdigest()[:8]}"


NO_LETTER = "…"
"""Stands for a status that is no letter: it may be free text, and no free text of a row enters the log (D15)."""


def letter_of(raw_status: str) -> str:
    """Give a status that is not in the status map as the log may hold it (B6, D15)."""
    return raw_status if len(raw_status) <= 1 else NO_LETTER


class Kind(StrEnum):
    """What an export covers; only a full one can prove an absence (B11a)."""

    FULL = "full"
    DELTA = "delta"
    OCCUPANCY = "occupancy"
    CATALOGUE = "catalogue"


class Status(StrEnum):
    """State of a booking, by the letters the admin programs use (B6)."""

    CONFIRMED = "A"
    WAITLISTED = "W"
    CANCELLED = "S"


CONFIRMED: Final = Status.CONFIRMED
WAITLISTED: Final = Status.WAITLISTED
CANCELLED: Final = Status.CANCELLED
"""The members by themselves: up to Python 3.11, to name one through its class takes as long as to make an event."""


class Person(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The personal data that travel with a booking: names, phone and e-mail, nothing else (B4)."""

    name: str
    first_name: str
    phone: str = ""
    email: str = ""


class CourseRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One course of an export.

    ``period`` and ``external_number`` are None where the source has no such column; ``external_number`` is empty
    where the column is there and holds nothing. ``source_key`` tells two courses of one number apart (Open-vhs
    ``guid``). Of a row that was only ``recognised`` as what it was before, title and days are all of the facts.
    ``unstated`` names the fields whose cell holds a value that is none (D29); they are None, as if not carried.
    ``subject`` is a text of the subject that hints at BAMF funding (R10), empty where it does not, None where the
    source has no such text; it is kept in the catalogue alone, for the release.
    """

    number: str
    period: str | None
    external_number: str | None
    facts: CourseFacts
    file: str
    line: int
    source_key: str | None = None
    created_by: str | None = None
    edited_by: str | None = None
    recognised: bool = False
    unstated: tuple[str, ...] = ()
    subject: str | None = None


class BookingRow(msgspec.Struct, frozen=True, gc=False):
    """One booking ("Belegung") of an export.

    ``status`` is None where the letter is not in the status map; ``raw_status`` is the letter itself (B6). ``ref`` is
    the Koop-Beleg-ID of a mirrored booking, None for the VHS's own. ``booked_at`` is an ISO date-time with offset.
    ``person`` is None in a mirror without identity.

    ``edited_by`` is a pseudonym where the store has a secret for it, and ``editor`` then the cell as it was exported.
    ``unstated`` names the fields whose cell holds a value that is none (D29): ``participant_no``, ``status``,
    ``booked_at``, ``ref``, ``name``, ``first_name``, ``phone``, ``email``. They are empty, which is no witness and no
    claim: the last value stands.
    """

    booking_id: str
    number: str
    period: str
    participant_no: str
    status: Status | None
    raw_status: str
    booked_at: str
    file: str
    line: int
    ref: str | None = None
    person: Person | None = None
    edited_by: str | None = None
    unstated: tuple[str, ...] = ()
    editor: str | None = None


@dataclass(slots=True)
class CourseBookings:
    """The bookings of one course of an export; ``rows`` may be typed anew each time they are gone through.

    ``own`` are those whose Koop-Beleg-ID names a booking of the VHS itself; ``mirrors`` is False where none is a live
    mirror of another VHS's booking. ``doubtful`` are those that can only be used if what they leave unstated is known
    already (D29), or whose Beleg-ID may be one that a spreadsheet wrote (D18d). ``twice`` says that several rows have
    one Koop-Beleg-ID (D26).
    """

    rows: Sequence[BookingRow]
    own: list[BookingRow]
    mirrors: bool = True
    doubtful: list[BookingRow] = field(default_factory=list)
    twice: bool = False


def names_twice(refs: Sequence[str]) -> bool:
    """Tell whether two rows have one Koop-Beleg-ID."""
    return len(set(refs)) < len(refs)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a row that cannot be used still tells, cell by cell (D17).

    None is a cell that cannot be read, or whose place is not certain; an empty text is a cell that says nothing. A cell
    that holds what no program writes as an identity (a sentinel, the trace of a spreadsheet: D29, D18d) cannot be read.
    The names are personal data: they are there to be compared, never stored, logged or shown (D15).
    """

    booking_id: str | None = None
    ref: str | None = None
    number: str | None = None
    period: str | None = None
    participant_no: str | None = None
    name: str | None = None
    first_name: str | None = None
    external_number: str | None = None
    edited_by: str | None = None

    @property
    def by_us(self) -> bool:
        """Tell whether the connector edited the row last (T6); nobody else is named here."""
        return self.edited_by == WEB_SERVICE_USER

    @property
    def course(self) -> tuple[str, str] | None:
        """Give number and period of its course where both are legible."""
        return (self.number, self.period) if self.number and self.period else None

    def __repr__(self) -> str:
        """Show everything but the names (D15)."""
        shown = (field for field in self.__struct_fields__ if field not in ("name", "first_name"))
        return f"Told({', '.join(f'{field}={getattr(self, field)!r}' for field in shown)})"


ILLEGIBLE: Final = Told()
"""What a row tells of which no cell can be read."""


def told_by(row: BookingRow) -> Told:
    """Give what a row tells that was read, but cannot be used where it stands (D17)."""
    return Told(
        booking_id=row.booking_id,
        ref=row.ref or "",
        number=row.number,
        period=row.period,
        participant_no=None if "participant_no" in row.unstated else row.participant_no,
        name=row.person.name if row.person is not None else "",
        first_name=row.person.first_name if row.person is not None else "",
        external_number="",
        edited_by=actor if (actor := actor_of(row.edited_by)) == WEB_SERVICE_USER else "",
    )


def told_by_course(row: CourseRow) -> Told:
    """Give what the row of a course tells that was read, but cannot be used (D17, D28)."""
    return Told(number=row.number, period=row.period or "", external_number=row.external_number or "")


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be used: where it stood, why, what to do, and its original bytes.

    ``key`` is as much of its identity as could be read: (number, period) of a course, (booking id, number, period) of a
    booking; None where not all of it could. ``about`` says which of them. ``told`` is whatever else of it is legible,
    so that a booking is not taken for absent because its row cannot be used (D17); it is never written down.
    """

    file: str
    line: int
    reason: str
    remedy: str
    raw: bytes
    about: Literal["course", "booking", "user"]
    column: str | None = None
    key: tuple[str, ...] | None = None
    told: Told = ILLEGIBLE


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something odd in a file that does not keep it from being used."""

    file: str
    line: int
    text: str
    course_number: str | None = None


class Report(msgspec.Struct, kw_only=True):
    """One export, read and validated.

    ``sequence`` and ``exported_at`` (ISO with offset) are None where the source has none. ``sha256`` is of the export
    as a whole, ``digest`` of its data alone, so that the same data under a new sequence have the same digest.
    ``*_complete`` is True where row count and checksum prove that the file holds everything (B11a). ``files`` are those
    that were read, ``reading`` names the profile they were read with, ``composed`` says that Beleg-IDs are made of the
    course's number (D18). The bookings are either listed in the order of their file, or given ``by_course``.
    """

    source: str
    vhs: str
    system: str | None
    sequence: int | None
    kind: Kind
    exported_at: str | None
    scope_from: date | None
    sha256: str
    digest: str
    courses: list[CourseRow]
    bookings: list[BookingRow]
    rejected: list[Rejected]
    notices: list[Notice]
    has_bookings: bool = False
    courses_complete: bool = False
    bookings_complete: bool = False
    users: int = 0
    files: tuple[str, ...] = ()
    by_course: dict[tuple[str, str], CourseBookings] | None = None
    reading: str = ""
    composed: bool = False

    @property
    def rows(self) -> int:
        """Count the rows of the export, usable or not."""
        bookings = sum(len(item.rows) for item in self.bookings_by_course().values())
        return len(self.courses) + bookings + self.users + len(self.rejected)

    def bookings_by_course(self) -> dict[tuple[str, str], CourseBookings]:
        """Give the bookings by number and period of their course."""
        if self.by_course is not None:
            return self.by_course
        found: dict[tuple[str, str], list[BookingRow]] = {}
        for row in self.bookings:
            found.setdefault((row.number, row.period), []).append(row)
        return {
            key: CourseBookings(
                rows,
                [row for row in rows if row.ref and owner_of(row.ref) == self.vhs],
                twice=names_twice([row.ref for row in rows if row.ref]),
            )
            for key, rows in found.items()
        }

    @property
    def proves_absence(self) -> bool:
        """Tell whether what the export lacks is gone at the VHS (B11a); single cooperations may still be out of it."""
        return self.kind is Kind.FULL and self.courses_complete and self.has_bookings and self.bookings_complete


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The export row an event goes back to.

    ``sequence`` is its number over all counts of its VHS (D23), None for sources that count no exports.
    """

    vhs: str
    sha256: str
    sequence: int | None = None
    file: str | None = None
    line: int | None = None

    @property
    def export(self) -> str:
        """Name the export, ``563#42``, ``563#2/42`` (D23) or, without a sequence, by the beginning of its checksum."""
        return export_name(self.vhs, self.sequence, self.sha256)
