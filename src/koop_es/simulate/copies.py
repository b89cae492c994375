"""Copies of an admin program's database, and what it is to put one back: all of it, one table or one course (D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from koop_es.simulate.program import Program
from koop_es.simulate.rows import WHO, CourseKey, Row, course_of

Part = Literal["all", "bookings", "course"]

POSTS = "Durchlaufende Posten"

KEPT = 8
"""Copies a program keeps, one for each of its last exports."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The tables of a program at one moment, with the counter of its connector and where staff kept which course."""

    at: datetime
    sequence: int
    courses: dict[CourseKey, Row]
    bookings: dict[str, Row]
    seats: dict[str, str]
    removed: dict[str, tuple[str, Row]]
    numbers: tuple[int, int]
    places: dict[int, CourseKey]
    left_web: frozenset[CourseKey] = frozenset()

    @classmethod
    def of(cls, program: Program, at: datetime, places: dict[int, CourseKey]) -> Copy:
        """Copy what a program holds now."""
        return cls(
            at,
            program.sequence,
            {key: dict(row) for key, row in program.courses.items()},
            {key: dict(row) for key, row in program.bookings.items()},
            dict(program.seats),
            dict(program.removed),
            (program.last_booking, program.last_participant),
            places,
            frozenset(program.left_web),
        )


def put_back(
    program: Program, copy: Copy, part: Part, course: CourseKey | None, *, counter: bool, numbers: bool
) -> set[int]:
    """Put a copy back, and its counter where that lies in the same database; returns whose rows are other than before,
    or went with a course that was deleted meanwhile and is back without them.

    One course is put back with its bookings and nothing else; the ``numbers`` that were given since are given again
    only where all of it is put back.
    """
    before, posts = _shown(program), {key: row[POSTS] for key, row in program.courses.items()}
    deleted = _with_deleted(program)
    if part == "course":
        _one_course(program, copy, course)
    else:
        program.bookings = {key: dict(row) for key, row in copy.bookings.items()}
        program.seats, program.removed = dict(copy.seats), dict(copy.removed)
        if part == "all":
            program.courses = {key: dict(row) for key, row in copy.courses.items()}
            program.left_web = set(copy.left_web)
            if numbers:
                program.last_booking, program.last_participant = copy.numbers
        else:  # bookings of courses that have another number now, or none, are lost with their key
            for ref, booking in list(program.seats.items()):
                if course_of(program.bookings[booking]) not in program.courses:
                    del program.bookings[booking], program.seats[ref]
    for key, row in program.courses.items():
        if not row[POSTS] and posts.get(key):
            row[POSTS] = "0,00"  # an empty cell would leave in force what stood there
    if counter:
        program.sequence, program.counts_anew = copy.sequence, True
    after = _shown(program)
    lost = {who for who, course in deleted.items() if course in program.courses and who not in after}
    return lost | {who for who in before.keys() | after.keys() if before.get(who) != after.get(who)}


def _one_course(program: Program, copy: Copy, course: CourseKey | None) -> None:
    if course is None or course not in copy.courses or course not in program.courses:
        return
    program.courses[course] = dict(copy.courses[course])
    program.left_web = (program.left_web - {course}) | (copy.left_web & {course})
    for ref, booking in list(program.seats.items()):
        if course_of(program.bookings[booking]) == course:
            del program.bookings[booking], program.seats[ref]
    for ref, booking in copy.seats.items():
        row = copy.bookings[booking]
        if course_of(row) == course and booking not in program.bookings and ref not in program.seats:
            program.bookings[booking], program.seats[ref] = dict(row), booking
            program.removed.pop(booking, None)


def _with_deleted(program: Program) -> dict[int, CourseKey]:
    """Tell whose rows went with which course that staff deleted, and that is not there."""
    gone = {course: held for course, (_, held) in program.deleted.items() if course not in program.courses}
    rows = [(course, row) for course, held in gone.items() for at, (_, row) in held.items() if at in program.removed]
    return {int(row[WHO]): course for course, row in rows if WHO in row}


def _shown(program: Program) -> dict[int, list[tuple[str, ...]]]:
    """Tell what each person's rows show."""
    found: dict[int, list[tuple[str, ...]]] = {}
    for row in program.bookings.values():
        if WHO in row:
            found.setdefault(int(row[WHO]), []).append(tuple(row.values()))
    return found
