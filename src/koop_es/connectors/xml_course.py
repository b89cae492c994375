"""What the two XML formats share: reading the fields of one course leniently, with every oddity noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from koop_es.connectors.notes import Notes
from koop_es.connectors.values import Unreadable, identity, prose
from koop_es.connectors.xml_stream import Element, Record
from koop_es.domain.observation import CourseRow

T = TypeVar("T")


class CourseRejected(Exception):
    """A course cannot be used because of one element."""

    def __init__(self, column: str, line: int, reason: str, remedy: str) -> None:
        """Keep the element's name and line, why, and what to do."""
        super().__init__(reason)
        self.column, self.line, self.reason, self.remedy = column, line, reason, remedy


class CourseElement:
    """One course of an XML file, read field by field."""

    def __init__(self, element: Element, number_name: str, notes: Notes) -> None:
        """Read its number; raises CourseRejected where it has none."""
        self.element, self._notes = element, notes
        self.number = self.strict(number_name, identity, missing="every course needs its number")

    def strict(self, path: str, parse: Callable[[str], T], *, missing: str) -> T:
        """Read an element that the course cannot do without; raises CourseRejected."""
        found = self.element.find(path)
        if found is None:
            raise CourseRejected(path, self.element.line, "is missing", missing)
        return self._parsed(found, path, parse)

    def day(self, path: str, parse: Callable[[str], T]) -> T | None:
        """Read a day: None where it is missing (noted), raises CourseRejected where it is unreadable."""
        found = self.element.find(path)
        if found is None or not prose(found.text):
            self.note(f"has no {path}", found)
            return None
        return self._parsed(found, path, parse)

    def lenient(self, path: str, parse: Callable[[str], T], *, expected: bool = False) -> T | None:
        """Read an element: None where it is missing (noted if ``expected``), empty or unreadable (noted)."""
        found = self.element.find(path)
        if found is None:
            if expected:
                self.note(f"has no {path}")
            return None
        try:
            text = prose(found.text)
            return parse(text) if text else None
        except Unreadable as error:
            self.note(f"{path} {error.reason}", found)
            return None

    def note(self, text: str, at: Element | None = None) -> None:
        """Note an oddity of this course."""
        self._notes.notice((at or self.element).line, f"course {self.number}: {text}", self.number)

    def _parsed(self, found: Element, path: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(prose(found.text))
        except Unreadable as error:
            raise CourseRejected(path, found.line, f"{path} {error.reason}", error.remedy) from None


class Catalogue:
    """The courses of one XML file, each key once."""

    def __init__(self, notes: Notes) -> None:
        """Begin with no course."""
        self.courses: list[CourseRow] = []
        self._notes = notes
        self._first: dict[tuple[str, ...], CourseRow] = {}

    def take(
        self, record: Record, read: Callable[[Element], CourseRow], key: Callable[[Element], tuple[str, ...] | None]
    ) -> None:
        """Read one record into a course, or set it aside."""
        try:
            row = read(record.element)
        except CourseRejected as error:
            self._notes.reject(
                error.line, record.raw, error.reason, error.remedy, column=error.column, key=key(record.element)
            )
        else:
            self._add(row, record)

    def _add(self, row: CourseRow, record: Record) -> None:
        name = ("key", row.source_key) if row.source_key else ("number", row.number, row.period or "")
        first = self._first.setdefault(name, row)
        if first is row:
            self.courses.append(row)
            return
        shown = name[1]
        if first.facts == row.facts and first.number == row.number:
            self._notes.notice(
                row.line, f"{shown} stands twice, the same on line {first.line}; one is used", row.number
            )
            return
        self._notes.notice(
            row.line, f"{shown} stands twice, first on line {first.line}, and the two differ", row.number
        )
        self._notes.reject(
            row.line,
            record.raw,
            f"{shown} was used on line {first.line} for a course that differs; the first is kept",
            "give one of them another number in the admin program and export again",
            key=None,
        )
