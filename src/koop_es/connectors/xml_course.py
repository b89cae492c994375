"""What the two XML formats share: reading the fields of one course leniently, with every oddity noted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from koop_es.connectors import limits
from koop_es.connectors.encodings import UNREADABLE_REMEDY, Doubts
from koop_es.connectors.notes import Notes
from koop_es.connectors.sentinels import is_no_day
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


def _check_xml(record: Record, key: tuple[str, ...] | None, line: int) -> None:
    """Raise CourseRejected where a record is no XML (D17)."""
    course = f"course {key[0]}" if key and key[0] else "a course"
    if (flaw := record.flaw) is not None:
        name = f"{flaw.element} of {course}" if flaw.element else course
        raise CourseRejected(
            flaw.element or "", flaw.line if flaw.element else line, f"{name} {flaw.reason}",
            f"type that text of {course} anew in the admin program and export again; if it stays so, whoever wrote the "
            "export must mend it",
        )  # fmt: skip


class Catalogue:
    """The courses of one XML file, each key once."""

    def __init__(self, notes: Notes, doubts: Doubts) -> None:
        """Begin with no course; ``doubts`` are what the texts of the file are looked at for."""
        self.courses: list[CourseRow] = []
        self.notes, self._doubts = notes, doubts
        self._first: dict[tuple[str, ...], CourseRow] = {}

    def take(
        self,
        record: Record,
        read: Callable[[Element], CourseRow],
        key: Callable[[Element], tuple[str, ...] | None],
        repeated: Collection[str],
    ) -> None:
        """Read one record into a course, or set it aside; ``repeated`` are the paths that may stand more than once.

        What is no XML costs the course in which it stands, and no other.
        """
        element = record.element
        if element is None:
            if record.flaw is not None:
                self.notes.notice(record.flaw.line, f"between two courses: {record.flaw.reason}")
            return
        found = key(element)
        try:
            _check_xml(record, found, element.line)
            self._look(record, found)
            self._look_at_doubles(element, found, repeated)
            row = read(element)
        except CourseRejected as error:
            column = error.column or None
            self.notes.reject(error.line, record.raw, error.reason, error.remedy, column=column, key=found)
        else:
            self._add(row, record)

    def _look(self, record: Record, key: tuple[str, ...] | None) -> None:
        """Read every text as it is plainly meant, and say what was not as declared, or is passed over.

        Raises CourseRejected where a text cannot be read: it is too long, or holds what no XML may hold (D17).
        """
        course = f"course {key[0]}" if key and key[0] else "a course"
        for part in record.parts:
            text, number = part.text, key[0] if key else None
            if named := record.wrong(part):
                remedy = (
                    f"delete what cannot be seen in that text of {course} in the admin program, or type the text anew, "
                    "and export again"
                )
                raise CourseRejected(
                    part.name, part.line, f"{part.name} of {course} holds {named}",
                    UNREADABLE_REMEDY if self._doubts.dos else remedy,
                )  # fmt: skip
            if len(text) > limits.CELL_CHARS:
                raise CourseRejected(
                    part.name, part.line,
                    f"{part.name} of {course} has {len(text)} characters, more than {limits.CELL_CHARS}",
                    f"shorten that text of {course} in the admin program and export again",
                )  # fmt: skip
            if not text.isascii():
                text, remarks, wrong = self._doubts.read(text)
                part.parts = [text]
                if wrong:
                    raise CourseRejected(part.name, part.line, f"{part.name} of {course} {wrong}", UNREADABLE_REMEDY)
                for remark in remarks:
                    self.notes.notice(part.line, f"{part.name} {remark}", number)
                self.notes.unseen(part.line, number or "", part.name, text)
            for name in part.passed_over:
                said = f"{course}: {part.name} holds an element {name}, which is not read"
                self.notes.notice(part.line, said, number)

    def _look_at_doubles(self, element: Element, key: tuple[str, ...] | None, repeated: Collection[str]) -> None:
        """Say of an element that stands twice which one is read.

        Raises CourseRejected where it names the course: whose the rest is nobody knows then.
        """
        course, number = (f"course {key[0]}", key[0]) if key and key[0] else ("a course", None)
        told: dict[int, tuple[str, ...]] = {}  # of each first one, which many others may follow
        for path, first, other in _doubles(element, repeated):
            if (told.get(id(first)) or told.setdefault(id(first), _says(first))) == _says(other):
                said = f"{course}: {path} stands twice, the same on line {first.line}; one is used"
                self.notes.notice(other.line, said, number)
            elif path in limits.XML_NAMING:
                raise CourseRejected(
                    path, other.line, f"{course}: {path} stands twice, first on line {first.line}, and the two differ",
                    "let every course stand in an element of its own, with one number, and export again",
                )  # fmt: skip
            else:
                self.notes.notice(
                    other.line,
                    f"{course}: {path} stands twice, first on line {first.line}, and the two differ; the first is used",
                    number,
                )

    def _add(self, row: CourseRow, record: Record) -> None:
        name = ("key", row.source_key) if row.source_key else ("number", row.number, row.period or "")
        first = self._first.setdefault(name, row)
        if first is row:
            self.notes.keep(row)
            self.courses.append(row)
            return
        shown = name[1]
        if first.facts == row.facts and first.number == row.number:
            self.notes.notice(row.line, f"{shown} stands twice, the same on line {first.line}; one is used", row.number)
            return
        self.notes.notice(row.line, f"{shown} stands twice, first on line {first.line}, and the two differ", row.number)
        self.notes.reject(
            row.line,
            record.raw,
            f"{shown} was used on line {first.line} for a course that differs; the first is kept",
            "give one of them another number in the admin program and export again",
            key=None,
        )


def _doubles(element: Element, repeated: Collection[str], above: str = "") -> Iterator[tuple[str, Element, Element]]:
    """Find every element that stands a second time where one is read: its path, the first, and itself."""
    seen: dict[str, Element] = {}
    for child in element.children:
        path = f"{above}{child.name}"
        first = child if path in repeated else seen.setdefault(child.name, child)
        if first is not child:
            yield path, first, child
        if child.children:
            yield from _doubles(child, repeated, f"{path}/")


def _says(element: Element) -> tuple[str, ...]:
    """Give all texts of an element and of those in it."""
    return (prose(element.text), *(text for child in element.children for text in (child.name, *_says(child))))
