"""Rows that claim the same identity: of identical ones one is used, of differing ones none."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from koop_es.connectors.notes import Notes
from koop_es.domain.observation import BookingRow, CourseRow, Told, told_by, told_by_course

Key = tuple[str, ...]
R = TypeVar("R", CourseRow, BookingRow)


def same_name(row: CourseRow | BookingRow) -> Key:
    """Give what must be unique in a file: number and period of a course, the Beleg-ID of a booking."""
    return (row.booking_id,) if isinstance(row, BookingRow) else (row.number, row.period or "")


def full_key(row: CourseRow | BookingRow) -> Key:
    """Give the identity that a rejected row is remembered by."""
    prefix = (row.booking_id,) if isinstance(row, BookingRow) else ()
    return (*prefix, row.number, row.period or "")


def all_told(row: CourseRow | BookingRow) -> Told:
    """Give what a row tells that can be read, but not used (D17)."""
    return told_by(row) if isinstance(row, BookingRow) else told_by_course(row)


def settle(rows: list[R], notes: Notes) -> tuple[list[R], dict[int, R]]:
    """Split rows into those to use and, by line, those that contradict another row of the same identity.

    A row that repeats another is left out with a notice.
    """
    seen: set[Key] = set()
    twice: set[Key] = set()
    for row in rows:
        name = same_name(row)
        (twice if name in seen else seen).add(name)
    if not twice:
        return rows, {}
    groups: dict[Key, list[R]] = {name: [] for name in twice}
    for row in rows:
        if (name := same_name(row)) in twice:
            groups[name].append(row)
    dropped: set[int] = set()
    conflicts: dict[int, R] = {}
    for name, group in groups.items():
        if len({_content(row) for row in group}) == 1:
            dropped |= {row.line for row in group[1:]}
            notes.notice(
                group[1].line, f"{' / '.join(name)} stands {len(group)} times, each time the same; one is used"
            )
        else:
            conflicts |= {row.line: row for row in group}
    return [row for row in rows if row.line not in dropped and row.line not in conflicts], conflicts


def _content(row: CourseRow | BookingRow) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(row, line=0))
