"""What an export says, course by course: checked row by row, or recognised by its bytes as what it said before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, overload

from koop_es.connectors.doubles import all_told, full_key, settle
from koop_es.connectors.grouping import DIGEST_BYTES, Group, Key, digest_of
from koop_es.connectors.notes import Notes
from koop_es.connectors.rows import BookingReader, CourseReader
from koop_es.connectors.sheet import Sheet
from koop_es.domain.course import CourseFacts
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import CANCELLED, BookingRow, CourseBookings, CourseRow, names_twice

R = TypeVar("R", CourseRow, BookingRow)

NAME_CHARS = 2 * DIGEST_BYTES
"""Length of the name of rows."""

KEPT_ROWS = 200_000
"""Bookings of an export that are kept as they were checked, some 130 MB, with which an ingest stays below 256 MiB;
those of a larger one are typed again when they are asked for."""

UNNAMED = ""
"""Stands for the name of rows that must be read the next time, whatever their bytes are."""


class Remembered(NamedTuple):
    """A course as it was last read without remark: whose it was, the name of its rows, its title and days."""

    coop_id: str
    name: str
    title: str | None
    starts_on: date | None
    ends_on: date | None


NOTHING: Mapping[Key, Remembered] = MappingProxyType({})


class Content:
    """The courses of an export with their bookings, of which only what must be is made into typed rows.

    ``meaning`` is everything that decides what the bytes of a row say: encoding, profile, headings.
    """

    def __init__(
        self, courses: Sheet[CourseReader] | None, bookings: Sheet[BookingReader] | None, meaning: str
    ) -> None:
        """Look at nothing yet."""
        self._courses, self._bookings = courses, bookings
        headings = [sheet.header.cells if sheet is not None else None for sheet in (courses, bookings)]
        self._meaning = digest_of(repr((meaning, headings)).encode())
        self._names: dict[Key, str] = {}
        self._remarked: set[Key] = set()
        self._kept: dict[Key, list[BookingRow]] = {}
        self._left_out: dict[Key, frozenset[int]] = {}

    def check_courses(self, notes: Notes, known: Mapping[Key, Remembered]) -> list[CourseRow]:
        """Type every course; one that is what it was when it was last read is only recognised."""
        sheet = self._courses
        if sheet is None:
            return []
        rows: list[CourseRow] = []
        for key, group in sheet.groups.items():
            if key is not None and (before := known.get(key)) is not None and self._is(before, key):
                rows.append(_recognised(before, next(group.places()).line, key, notes.file))
                continue
            remarks = notes.count
            found = sheet.checked(group, sheet.reader.row)
            for row in found:
                notes.keep(row)
            if group.rows > 1:
                found = self._settled(sheet, found, notes)
            if notes.count != remarks and key is not None:
                self._remarked.add(key)
            rows += found
        return sorted(rows, key=lambda row: row.line)

    def check_bookings(
        self, notes: Notes, vhs: str, known: Mapping[Key, Remembered]
    ) -> dict[tuple[str, str], CourseBookings]:
        """Check every booking, those aside that are what they were; they are typed again when they are asked for."""
        sheet = self._bookings
        if sheet is None:
            return {}
        found: dict[tuple[str, str], CourseBookings] = {}
        doubled: set[Key] = set()
        keep = sheet.total <= KEPT_ROWS
        for key, group in sheet.groups.items():
            if key is not None and not sheet.doubled and (before := known.get(key)) and self._is(before, key):
                found[key] = CourseBookings(_Rows(self, key, group.rows), [], mirrors=True)
                continue
            remarks = notes.count
            if keep:
                rows = sheet.checked(group, sheet.reader.row, sheet.reader.many.rows)
                refs = [(row.ref, row.status) for row in rows if row.ref]
                ids, count = (row.booking_id for row in rows), len(rows)
            else:
                rows, names = None, sheet.checked(group, sheet.reader.name, sheet.reader.many.names)
                refs = [(ref, status) for _, ref, status in names if ref]
                ids, count = (booking_id for booking_id, _, _ in names), len(names)
            doubtful = sheet.reader.take_doubtful()
            if key is None:
                continue  # none of its rows can be used
            twice = names_twice([ref for ref, _ in refs])
            if notes.count != remarks or doubtful or twice:  # what may be set aside for what is known is read again
                self._remarked.add(key)
            if rows is not None:
                self._kept[key] = rows
            if sheet.doubled and any(map(sheet.is_doubled, ids)):
                doubled.add(key)
            own = self._own(key, vhs) if any(owner_of(ref) == vhs for ref, _ in refs) else []
            mirrors = any(status is not CANCELLED for _, status in refs)
            found[key] = CourseBookings(_Rows(self, key, count), own, mirrors, doubtful, twice)
        self._leave_out(sheet, doubled, found, notes)
        if keep:
            sheet.let_go()
        return {key: item for key, item in found.items() if len(item.rows)}

    def name(self, key: Key) -> str:
        """Give what the rows of a course are known by the next time, UNNAMED where something was remarked."""
        return UNNAMED if key in self._remarked else self._bytes_name(key)

    def course(self, row: CourseRow) -> CourseRow:
        """Read a course in full that was only recognised."""
        if not row.recognised or self._courses is None:
            return row
        sheet = self._courses
        (found,) = sheet.again(sheet.groups[row.number, row.period or ""], sheet.repeating.row)
        return found

    def bookings(self, key: Key) -> list[BookingRow]:
        """Type the bookings of a course that can be used."""
        sheet = self._bookings
        if sheet is None:
            return []
        rows = self._kept.get(key)
        if rows is None:
            rows = sheet.again(sheet.groups[key], sheet.repeating.row, sheet.repeating.many.rows)
        left_out = self._left_out.get(key)
        return [row for row in rows if row.line not in left_out] if left_out else rows

    def _is(self, before: Remembered, key: Key) -> bool:
        """Tell whether the rows of a course are, byte for byte, what is remembered of it."""
        return self._bytes_name(key) == before.name

    def _bytes_name(self, key: Key) -> str:
        name = self._names.get(key)
        if name is None:
            course, bookings = self._groups(key)
            digests = (course.digest if course else b"") + b"|" + (bookings.digest if bookings else b"")
            name = self._names[key] = digest_of(self._meaning + digests).hex()
        return name

    def _groups(self, key: Key) -> tuple[Group | None, Group | None]:
        courses, bookings = self._courses, self._bookings
        return (
            courses.groups.get(key) if courses is not None else None,
            bookings.groups.get(key) if bookings is not None else None,
        )

    def _own(self, key: Key, vhs: str) -> list[BookingRow]:
        """List the bookings of a course that name one of the VHS itself."""
        return [row for row in self.bookings(key) if row.ref and owner_of(row.ref) == vhs]

    def _leave_out(
        self, sheet: Sheet[BookingReader], keys: set[Key], found: dict[tuple[str, str], CourseBookings], notes: Notes
    ) -> None:
        """Leave out bookings whose Beleg-ID another row has too; they stand in the courses of these keys."""
        rows = [row for key in keys for row in self.bookings(key) if sheet.is_doubled(row.booking_id)]
        if not rows:
            return
        used = {row.line for row in self._settled(sheet, sorted(rows, key=lambda row: row.line), notes)}
        gone: dict[Key, set[int]] = {}
        for row in rows:
            if row.line not in used:
                gone.setdefault((row.number, row.period), set()).add(row.line)
        for key, lines in gone.items():
            self._remarked.add(key)
            self._left_out[key] = frozenset(lines)
            item = found[key]
            own = [row for row in item.own if row.line not in lines]
            doubtful = [row for row in item.doubtful if row.line not in lines]
            rows_left = _Rows(self, key, len(item.rows) - len(lines))
            found[key] = CourseBookings(rows_left, own, item.mirrors, doubtful, item.twice)

    def _settled(self, sheet: Sheet[Any], rows: list[R], notes: Notes) -> list[R]:
        """Leave out doubled rows; those that contradict each other are set aside with their original bytes."""
        used, conflicts = settle(rows, notes)
        raws: dict[Key, dict[int, bytes]] = {}
        for key in {(row.number, row.period or "") for row in conflicts.values()}:
            raws[key] = sheet.raw(sheet.groups[key], frozenset(conflicts))
        for line in sorted(conflicts):
            row = conflicts[line]
            notes.reject(
                line,
                raws[row.number, row.period or ""][line],
                "another row of the same identity says something else",
                "find out which one is right, remove the other and export again",
                column=sheet.doubled_heading,
                key=full_key(row),
                told=all_told(row),
            )
        return used


class _Rows(Sequence[BookingRow]):
    """The bookings of one course, typed each time they are gone through."""

    def __init__(self, content: Content, key: Key, count: int) -> None:
        self._content, self._key, self._count = content, key, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[BookingRow]:
        return iter(self._content.bookings(self._key))

    @overload
    def __getitem__(self, index: int) -> BookingRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BookingRow]: ...
    def __getitem__(self, index: int | slice) -> BookingRow | Sequence[BookingRow]:
        return list(self)[index]


def _recognised(before: Remembered, line: int, key: Key, file: str) -> CourseRow:
    return CourseRow(
        number=key[0],
        period=key[1],
        external_number=before.coop_id,
        facts=CourseFacts(title=before.title, starts_on=before.starts_on, ends_on=before.ends_on),
        file=file,
        line=line,
        recognised=True,
    )
