"""The rows of a simulated admin program: as its staff sees them, heading -> text, and as an export types them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from koop_es.connectors.columns import BOOKINGS, COURSES, resolve
from koop_es.connectors.export_writer import PATHS
from koop_es.connectors.notes import Notes
from koop_es.connectors.profiles import Profile
from koop_es.connectors.rows import BookingReader, CellRefused, CourseReader
from koop_es.domain.course import CourseFacts
from koop_es.domain.observation import BookingRow, CourseRow

Row = dict[str, str]
"""A row as staff sees it: heading of the export -> text."""

WHO, BY = "@who", "@by"
"""Headings that no export has: whose registration a row is, and who last edited it; no connector reads them.

Where a program names no editors it is who wrote the letter: a phone that is corrected in a row with our "S" makes it
nobody's, and nobody could see it (D21).
"""

UNSAID = "OhneNamen"
"""Stands where a row has no name, and is taken out of the file: an export writes no booking of one's own without."""

COURSE_HEADINGS = tuple(COURSES.headings.values())
BOOKING_HEADINGS = tuple(BOOKINGS.headings.values())

MOST_ROWS = 10_000
"""Rows whose types are remembered, some 10 MB: between two exports of a program hardly any row changes."""

_NATIVE = Profile(name="native")
_COURSE_HEADER = resolve(COURSE_HEADINGS, COURSES, {}, PATHS["courses"])
_BOOKING_HEADER = resolve(BOOKING_HEADINGS, BOOKINGS, {}, PATHS["bookings"])


class NotAllowed(Exception):
    """The admin program does not let anybody do this."""


class CourseKey(NamedTuple):
    """Where a course stands in a program: its number and period."""

    number: str
    period: str


def blank_course() -> Row:
    """Give a course row in which nothing is filled in."""
    return dict.fromkeys(COURSE_HEADINGS, "")


def blank_booking() -> Row:
    """Give a booking row in which nothing is filled in."""
    return dict.fromkeys(BOOKING_HEADINGS, "")


def course_of(row: Row) -> CourseKey:
    """Tell which course a row is, or a booking is of."""
    return CourseKey(row["Kursnummer"], row["Periode"])


def shows(row: Row, fields: Row) -> bool:
    """Tell whether a row has these texts already."""
    return all(row.get(heading) == text for heading, text in fields.items())


def is_marked(row: Row) -> bool:
    """Tell whether a course row is marked as an Abo-Kurs, by Kennzeichen 100."""
    return "100" in row["Kennzeichen"].split(",")


def course_row(row: Row) -> CourseRow:
    """Type a course; raises NotAllowed where a field holds what an admin program does not take."""
    return _typed_course(tuple(row[heading] for heading in COURSE_HEADINGS))


@lru_cache(MOST_ROWS)
def _typed_course(cells: tuple[str, ...]) -> CourseRow:
    reader = CourseReader(_COURSE_HEADER, _NATIVE, Notes(PATHS["courses"], "course"))
    try:
        return reader.row(list(cells), 0)
    except CellRefused as error:
        raise NotAllowed(f"{COURSES.headings[error.field]} {error.reason}: {error.remedy}") from None


def booking_row(row: Row, vhs: str) -> BookingRow:
    """Type a booking of a VHS; raises NotAllowed where a field holds what an admin program does not take."""
    return _typed_booking(tuple(row[heading] for heading in BOOKING_HEADINGS), vhs)


@lru_cache(MOST_ROWS)
def _typed_booking(cells: tuple[str, ...], vhs: str) -> BookingRow:
    reader = BookingReader(_BOOKING_HEADER, _NATIVE, Notes(PATHS["bookings"], "booking"), vhs)
    try:
        return reader.row(list(cells), 0)
    except CellRefused as error:
        raise NotAllowed(f"{BOOKINGS.headings[error.field]} {error.reason}: {error.remedy}") from None


def is_same(row: Row, shown: Row) -> bool:
    """Tell whether a booking of one's own goes on in a row, from what an export showed of it (D18)."""
    name, booked, beleg, tnr, phone, mail = (
        all(row[heading] and row[heading] == shown[heading] for heading in headings)
        for headings in (("Name", "Vorname"), ("Gebucht am",), ("Beleg-ID",), ("TNR",), ("Telefon",), ("E-Mail",))
    )
    reached = phone or mail
    return (beleg and (tnr or name or booked or reached)) or (tnr and name and booked) or (reached and (name or booked))


def seats_only(row: CourseRow) -> CourseRow:
    """Leave of a course what an occupancy export says: which it is, and its seats."""
    return CourseRow(
        number=row.number,
        period=row.period,
        external_number=row.external_number,
        facts=CourseFacts(capacity=row.facts.capacity),
        file=row.file,
        line=row.line,
    )
