"""A state under observation: each event is stamped, kept and applied at once, so that the next decision sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import msgspec

from koop_es.domain import violations
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import Event, ViolationClosed, ViolationOpened
from koop_es.domain.evolve import apply
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.observation import Origin, Person, actor_of
from koop_es.domain.weight import Weight

People = Mapping[tuple[str, int], Person]
"""The vault's persons by id and version, as far as a decision may have to compare them."""


class VaultEntry(msgspec.Struct, frozen=True, gc=False):
    """A person, or a new version of one, to be kept in the vault together with the event that names it (D15)."""

    person_id: str
    version: int
    coop_id: str
    ref: str
    person: Person


class RowCells(msgspec.Struct, frozen=True, gc=False):
    """Cells of a row as exported, to be kept outside the log for what change lists expect (D15, D22).

    ``editor`` is "Bearbeitet von" of a row with "S", ``person`` one that the owner never had; empty where not needed.
    """

    vhs: str
    coop_id: str
    ref: str
    editor: str = ""
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When and out of which export decisions are made: ISO times with offset, and the export as origin."""

    vhs: str
    at: str
    recorded_at: str
    origin: Origin | None = None

    def origin_of(self, row: Any) -> Origin | None:
        """Name a row of the export."""
        origin = self.origin
        if origin is None:
            return None
        return Origin(origin.vhs, origin.sha256, origin.sequence, row.file, row.line)


@dataclass(slots=True)
class Draft:
    """The events one observation or command adds to a stream, and the persons that go with them.

    ``erased`` are the ids of persons who were erased: whatever a row says of them is no news (D15). ``merged`` are the
    Beleg-IDs of rows that bookings go on in since this export (B15), ``renumbered`` says that the course stands under
    another number, ``emptied`` that no booking that was in it does any more (B11), ``reinstated`` that its Ausfall is
    taken back in it (D24), ``off_as_before`` that one which was taken back is shown again (D20).
    ``judgement`` says what of the export is withheld, ``weight`` what it would do to others (D19, D31). An export is
    ``complete`` where it proves what is absent, and ``complete_courses`` where it proves that the course is, which was
    ``readable`` before it.
    ``fenced`` are persons who were forgotten in another cooperation, by id and booking (D18e). ``shown`` are those in
    mirrors whose owner has not reported the booking, by VHS and booking (D18). ``position`` gives the
    place in the log of the event of a version, by which people know it.
    """

    state: Cooperation
    moment: Moment
    people: People = field(default_factory=dict)
    new_person_id: Callable[[], str] = lambda: ""
    erased: Set[str] = frozenset()
    merged: set[str] = field(default_factory=set)
    renumbered: bool = False
    emptied: bool = False
    reinstated: bool = False
    off_as_before: bool = False
    judgement: Judgement = NOTHING
    weight: Weight = field(default_factory=Weight)
    complete: bool = False
    complete_courses: bool = False
    readable: bool = False
    events: list[Event] = field(default_factory=list)
    persons: list[VaultEntry] = field(default_factory=list)
    cells: list[RowCells] = field(default_factory=list)
    fenced: list[tuple[str, str]] = field(default_factory=list)
    position: Callable[[int], int] = lambda version: version
    known: dict[tuple[str, int], Person] = field(default_factory=dict)
    shown: Mapping[tuple[str, str], Person] = field(default_factory=dict)

    def add(
        self,
        kind: type[Event],
        rule: str,
        *,
        row: Any = None,
        cause: int | None = None,
        vhs: str | None = None,
        **values: Any,
    ) -> int:
        """Decide an event and apply it; returns its version. ``row`` is the export row it stands on."""
        moment = self.moment
        event = kind(
            vhs=vhs or moment.vhs,
            rule=rule,
            at=moment.at,
            recorded_at=moment.recorded_at,
            origin=moment.origin if row is None else moment.origin_of(row),
            cause=cause,
            actor=None if row is None else actor_of(getattr(row, "edited_by", None)),
            **values,
        )
        return self.take(event)

    def take(self, event: Event) -> int:
        """Apply an event that is made already, where there are many; returns its version."""
        apply(self.state, event)
        self.events.append(event)
        return self.state.version

    def person(self, person_id: str | None, version: int) -> Person | None:
        """Find a person by id and version, among those just added and those in the vault."""
        if person_id is None:
            return None
        key = (person_id, version)
        return (self.known.get(key) if self.known else None) or self.people.get(key)

    def keep_person(self, person_id: str, version: int, ref: str, person: Person) -> None:
        """Hand a person over to the vault."""
        self.known[person_id, version] = person
        self.persons.append(VaultEntry(person_id, version, self.state.coop_id, ref, person))

    def fence(self, person_id: str, ref: str) -> None:
        """Let somebody who was forgotten be nobody under this booking either (D15, D18e)."""
        self.fenced.append((person_id, ref))
        self.erased = {*self.erased, person_id}

    def keep_cells(self, ref: str, editor: str = "", person: Person | None = None) -> None:
        """Hand over the cells of a row that a change list may have to quote; without any, they are needed no more."""
        self.cells.append(RowCells(self.moment.vhs, self.state.coop_id, ref, editor, person))

    def settle_violations(self) -> None:
        """Open the violations that now stand and close those that do not any more (domain 2.8)."""
        cause = self.state.version or None
        standing = {violation.key: violation for violation in violations.found(self.state)}
        for code, vhs, ref in sorted(self.state.violations.keys() - standing.keys()):
            self.add(ViolationClosed, "2.8", vhs=vhs, cause=cause, code=code, ref=ref)
        for key in sorted(standing.keys() - self.state.violations.keys()):
            found = standing[key]
            self.add(
                ViolationOpened,
                found.rule,
                vhs=found.vhs,
                cause=cause,
                code=found.code,
                severity=found.severity,
                ref=found.ref,
                detail=found.opening,
            )
