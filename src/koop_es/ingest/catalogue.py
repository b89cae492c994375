"""The catalogue: the last reported rows of courses that nobody shares. They are no events (ADR 0002).

A full export replaces a VHS's catalogue; a catalogue source (KuferSQL's Internet-XML, Open-vhs) may add and update
what is known but never proves an absence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec

from koop_es.domain.course import CourseFacts, merged
from koop_es.domain.observation import CourseRow, Kind, Report
from koop_es.store import Row, Tx


class _Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands beside the facts in the same text, so that it gets into no event."""

    subject: str | None = None


_facts = msgspec.json.Decoder(CourseFacts)
_beside = msgspec.json.Decoder(_Subject)


@dataclass(frozen=True, slots=True)
class Entry:
    """One course of the catalogue; ``unsure`` until a complete export showed it beside every shared course of its VHS.

    Until then it may be one of these itself, renumbered and without its COOP-Id.
    ``subject`` hints at BAMF funding (R10).
    """

    key: str
    number: str
    period: str | None
    external_number: str | None
    source: str
    facts: CourseFacts
    unsure: bool = False
    subject: str | None = None


@dataclass(slots=True)
class CatalogueChange:
    """What an export changes in the catalogue: entries to write and keys to drop."""

    put: list[Entry]
    drop: list[str]

    @property
    def empty(self) -> bool:
        """Tell whether the catalogue stays as it is."""
        return not self.put and not self.drop


def entry_of(row: Row) -> Entry:
    """Read an entry from the database."""
    key, number, period, external_number, source, facts, unsure = row
    subject = _beside.decode(facts).subject
    return Entry(key, number, period, external_number, source, _facts.decode(facts), bool(unsure), subject)


def read(tx: Tx, vhs: str) -> dict[str, Entry]:
    """Read the catalogue of a VHS, by key."""
    return {entry.key: entry for entry in map(entry_of, tx.rows("catalogue_of_vhs", vhs=vhs))}


def read_numbers(tx: Tx, vhs: str, numbers: Iterable[str]) -> dict[str, Entry]:
    """Read the courses of a VHS's catalogue that have one of some numbers, by key."""
    rows = (row for number in sorted(numbers) for row in tx.rows("catalogue_by_number", vhs=vhs, number=number))
    return {entry.key: entry for entry in map(entry_of, rows)}


class Local:
    """Looks up whether a course is in the catalogue of a VHS; a number is read when it is first asked for."""

    def __init__(self, tx: Tx, vhs: str) -> None:
        """Ask within a transaction."""
        self._tx, self._vhs = tx, vhs
        self._found: dict[str, list[tuple[str | None, bool]]] = {}

    def holds(self, key: tuple[str, str | None]) -> bool:
        """Tell whether there is a course of this number and period, or of any period where none is given."""
        return any(key[1] in (period, None) for period, _ in self._of(key[0]))

    def surely_holds(self, key: tuple[str, str | None]) -> bool:
        """Tell whether there is one that is certainly none of the shared courses."""
        return any(key[1] in (period, None) and not unsure for period, unsure in self._of(key[0]))

    def _of(self, number: str) -> list[tuple[str | None, bool]]:
        if number not in self._found:
            rows = self._tx.rows("catalogue_by_number", vhs=self._vhs, number=number)
            self._found[number] = [(row[2], bool(row[6])) for row in rows]
        return self._found[number]


def compare(
    known: dict[str, Entry], report: Report, rows: list[CourseRow], rejected: set[str], *, beside_all: bool
) -> CatalogueChange:
    """Compare an export's unshared courses with the catalogue.

    ``rejected`` are course numbers that could not be read; ``beside_all`` says that this complete export holds every
    shared course of the VHS, so that what it shows beside them is none of them.
    """
    by_number: dict[str, list[Entry]] = {}
    for entry in known.values():
        by_number.setdefault(entry.number, []).append(entry)
    change = CatalogueChange([], [])
    seen: set[str] = set()
    for row in rows:
        entry = _merged(row, by_number.get(row.number, []), change)
        before = known.get(entry.key)
        entry = replace(entry, unsure=not beside_all and (before is None or before.unsure))
        seen.add(entry.key)
        if known.get(entry.key) != entry:
            change.put.append(entry)
    if report.kind is Kind.FULL and report.courses_complete:
        gone = (entry for entry in known.values() if entry.key not in seen and entry.number not in rejected)
        change.drop += [entry.key for entry in gone if _in_scope(entry.facts.ends_on, report.scope_from)]
    change.drop = sorted(set(change.drop) - seen)
    return change


def _in_scope(ends_on: date | None, scope: date | None) -> bool:
    return scope is None or ends_on is None or ends_on >= scope


def _merged(row: CourseRow, known: list[Entry], change: CatalogueChange) -> Entry:
    """Lay a row over what other sources say about the same course, where there is exactly one it can be."""
    same = [e for e in known if e.period == row.period or e.period is None or row.period is None]
    exact = [e for e in same if e.key == (row.source_key or "")] or [e for e in same if e.period == row.period]
    matches = exact if row.source_key is None or not exact else [e for e in exact if e.key == row.source_key]
    matches = matches or (same if row.source_key is None else [])
    key = row.source_key or f"{row.number}|{row.period or ''}"
    if len(matches) != 1:
        return Entry(key, row.number, row.period, row.external_number, row.file, row.facts, subject=row.subject or None)
    before = matches[0]
    if row.source_key is None and row.period is None:
        key = before.key
    elif before.key != key:
        change.drop.append(before.key)
    external = row.external_number if row.external_number is not None else before.external_number
    period = row.period if row.period is not None else before.period
    subject = (row.subject or None) if row.subject is not None else before.subject
    return Entry(key, row.number, period, external, row.file, merged(before.facts, row.facts), subject=subject)


def write(tx: Tx, vhs: str, change: CatalogueChange, noted_at: str) -> None:
    """Write what changed."""
    if change.drop:
        tx.run("catalogue_delete", vhs=vhs, keys=change.drop)
    tx.run_many("catalogue_put", (_params(vhs, entry, noted_at) for entry in change.put))


def _text_of(facts: CourseFacts, subject: str | None) -> str:
    """Write the facts of a course that nobody shares, and what hints at its funding beside them."""
    text = msgspec.json.encode(facts).decode()
    if subject is None:
        return text
    both = (text[1:-1], msgspec.json.encode(_Subject(subject)).decode()[1:-1])
    return f"{{{','.join(filter(None, both))}}}"


def _params(vhs: str, entry: Entry, noted_at: str) -> dict[str, Any]:
    return {
        "vhs": vhs,
        "key": entry.key,
        "number": entry.number,
        "period": entry.period,
        "external_number": entry.external_number,
        "source": entry.source,
        "facts": _text_of(entry.facts, entry.subject),
        "unsure": int(entry.unsure),
        "noted_at": noted_at,
    }
