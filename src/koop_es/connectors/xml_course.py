"""What the two XML formats share: reading the fields of one course leniently, with every oddity noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from koop_es.connectors.encodings import has_controls, meant, named
from koop_es.connectors.notes import Notes
from koop_es.connectors.sentinels import is_no_day
from koop_es.connectors.values import Unreadable, identity, prose
from koop_es.connectors.xml_characters import MARK
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

    def first_day(self, path: str, parse: Callable[[str], T], *, missing: str) -> T | None:
        """Read a day that must be there, as ``strict`` does, None where it is a value that is none (D29)."""
        found = self.element.find(path)
        if found is not None and self._is_unstated(found, path):
            return None
        return self.strict(path, parse, missing=missing)

    def day(self, path: str, parse: Callable[[str], T]) -> T | None:
        """Read a day: None where it is missing (noted), raises CourseRejected where it is unreadable."""
        found = self.element.find(path)
        if found is None or not prose(found.text):
            self.note(f"has no {path}", found)
            return None
        if self._is_unstated(found, path):
            return None
        return self._parsed(found, path, parse)

    def _is_unstated(self, found: Element, path: str) -> bool:
        """Tell, with a notice, that an element holds a value that is none (D29)."""
        text = prose(found.text)
        if not is_no_day(text):
            return False
        self.note(f"{path} {text!r} is no value; what was known stands, and nothing is sent on", found)
        return True

    def lenient(self, path: str, parse: Callable[[str], T], *, expected: bool = False) -> T | None:
        """Read an element: None where it is missing (noted if ``expected``), empty or unreadable (noted)."""
        found = self.element.find(path)
        if found is None:
            if expected:
                self.note(f"has no {path}")
            return None
        if self._is_unstated(found, path):
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


def _within(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _within(child)


def _check_characters(record: Record, key: tuple[str, ...] | None) -> None:
    """Raise CourseRejected where a text that is read holds a character that no XML may hold."""
    if not record.bad:
        return
    for element in _within(record.element):
        if MARK in element.text:
            course = f"course {key[0]}" if key else "a course"
            raise CourseRejected(
                element.name,
                element.line,
                f"{element.name} of {course} holds {record.bad[0].named()}, a character that no XML may hold",
                f"delete what cannot be seen in that text of {course} in the admin program, or type the text anew, and "
                "export again",
            )


def _read_as_meant(element: Element, notes: Notes) -> None:
    """Read control characters as the letters of windows-1252 that are plainly meant, and say where."""
    for part in _within(element):
        if has_controls(part.text):
            part.parts = [meant(part.text)]
            notes.notice(part.line, f"{part.name} holds {named(part.text)} of windows-1252: read as that")


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
        """Read one record into a course, or set it aside.

        A character that no XML may hold costs the course in whose text it stands, and no other.
        """
        _read_as_meant(record.element, self._notes)
        try:
            _check_characters(record, key(record.element))
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
