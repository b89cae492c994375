"""Deciding: the slices of an export against the states they meet. Plan and apply both go through here, nothing else
does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain

from koop_es.connectors import UNNAMED
from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.draft import Draft, Moment, RowCells, VaultEntry
from koop_es.domain.events import Event
from koop_es.domain.evolve import fold
from koop_es.domain.former_values import went_from
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.judgement import NO_ABSENCES, NOTHING, Judgement
from koop_es.domain.moves import has_come, is_forgotten, letter_left, may_have_moved
from koop_es.domain.observation import CANCELLED, BookingRow, Report, Status
from koop_es.domain.observe import observe_into
from koop_es.domain.older import compare, last_said
from koop_es.domain.slices import Home, Slice
from koop_es.domain.terms import Policy
from koop_es.domain.weight import Weight
from koop_es.ingest import ledger
from koop_es.ingest.references import References, was_booked_before
from koop_es.store import Tx, cells, fences, vault
from koop_es.store.fences import Fence

PERSON_ID_BYTES = 12
"""Length of a person's random id: 96 bits, so that two of some hundred millions never meet (D15)."""

PREFIX_BYTES = 9
"""Of these the first 72 bits are drawn once for the persons of one decision: their rows then lie side by side."""

PERSONS_OF_A_DECISION = 1 << 8 * (PERSON_ID_BYTES - PREFIX_BYTES)

_ENDINGS = tuple(f"{number:02x}" for number in range(256))
"""The last byte of an id, written once for all."""


def person_ids() -> Callable[[], str]:
    """Make the source of the random ids under which persons stand in the vault; no other random numbers are (D15).

    The ids of one source differ in their last 24 bits; whoever knows one learns nothing of a person from it.
    """

    def drawn() -> Iterator[Iterator[str]]:
        while True:
            prefix = secrets.token_hex(PREFIX_BYTES)
            for number in range(PERSONS_OF_A_DECISION // len(_ENDINGS)):
                yield map(f"{prefix}{number:04x}".__add__, _ENDINGS)

    return chain.from_iterable(drawn()).__next__


Forgotten = dict[str, str]
"""Forgotten persons of a cooperation: random id -> booking."""


@dataclass(slots=True)
class Decided:
    """What one slice adds to its stream: the state after, the version before, the events and persons, the name of
    the slice's rows; and the last fence before a forgotten person that was known when this was decided.
    """

    state: Cooperation
    expected: int
    events: list[Event]
    persons: list[VaultEntry]
    name: str
    fence: int
    cells: list[RowCells]
    weight: Weight
    fenced: list[Fence]


@dataclass(frozen=True, slots=True)
class Decider:
    """How the slices of one export are decided; ``settled`` says that its VHS had courses before, ``older`` that one is
    taken in already that was made after it (D23).
    """

    report: Report
    moment: Moment
    policy: Policy
    judgement: Judgement = NOTHING
    settled: bool = False
    older: bool = False

    def decide(self, tx: Tx, slices: Iterable[Slice]) -> list[Decided]:
        """Load the cooperations of some slices with few queries and observe each slice."""
        parts = list(slices)
        coop_ids = [part.coop_id for part in parts]
        told = tx.stories(coop_ids)
        people = vault.of_streams(tx, [coop_id for coop_id in coop_ids if told[coop_id].events])
        fence = fences.last(tx)
        erased = forgotten(tx, coop_ids) if fence else dict.fromkeys(coop_ids, Forgotten())
        new_person_id = person_ids()
        states = [fold(coop_id, told[coop_id].events) for coop_id in coop_ids]
        self._let_ask(tx, parts, states)
        if self.older and self.report.exported_at is not None:
            for part in parts:
                said = last_said(told[part.coop_id].events, self.report.vhs, self.moment.recorded_at)
                compare(part, said, self.report.exported_at)
        shown = cells.of_unclaimed(tx, self.report.vhs, states)
        result = []
        for part, state in zip(parts, states, strict=True):
            expected = state.version
            outcome = observe_into(
                state,
                part,
                self.moment,
                self.policy,
                people=people,
                new_person_id=new_person_id,
                system=self.report.system,
                judgement=self.judgement,
                erased=erased[part.coop_id].keys(),
                shown=shown.get(part.coop_id, {}),
            )
            # A name is made of the rows: of one with a forgotten person in it nothing is kept (D15), and whether a row
            # waits any longer for what becomes of another course the same rows do not tell (D25).
            unnamed = erased[part.coop_id] or outcome.fenced or _waits(state, self.report.vhs)
            name = UNNAMED if unnamed else part.name
            news = outcome.events, outcome.persons
            fenced = [Fence(who, part.coop_id, ref, self.moment.recorded_at) for who, ref in outcome.fenced]
            gone = {*erased[part.coop_id].values(), *(ref for _, ref in outcome.fenced)}
            # Whoever edited the row of a forgotten person may be that person, so its cells are not kept either.
            kept = [RowCells(c.vhs, c.coop_id, c.ref) if c.ref in gone else c for c in outcome.cells]
            result.append(Decided(state, expected, *news, name, fence, kept, outcome.weight, fenced))
        return result

    def _let_ask(self, tx: Tx, parts: list[Slice], states: list[Cooperation]) -> None:
        """Let the slices ask where their new Beleg-IDs were booked before (D18a, D25), and how far the last complete
        export reaches (D20): one query each, and only if asked.
        """
        vhs, own = self.report.vhs, booking_ref(self.report.vhs, "")
        if not self.settled:
            return

        def new() -> Iterator[str]:
            for part, state in zip(parts, states, strict=True):
                bookings = state.bookings
                known: dict[str, Booking] | None = None
                for row in part.bookings:
                    if row.ref:
                        continue
                    booking = bookings.get(own + row.booking_id)
                    usual = booking is not None and not booking.moved and vhs in booking.seats
                    if usual and row.status is not CANCELLED:
                        continue
                    if booking is None or booking.moved:  # another one may go on under its Beleg-ID (D18b)
                        known = state.reported_seats(vhs) if known is None else known
                        booking = known.get(row.booking_id)
                    seat = booking.seats.get(vhs) if booking is not None else None
                    if seat is None or (row.status is CANCELLED and seat.live):
                        yield row.booking_id

        references = References(tx, vhs, new, partial(ledger.complete_made_at, tx, self.report))
        left = _Left(tx, self.moment, references, self.judgement)
        complete_before = cache(partial(ledger.complete_before, tx, vhs, self.report.sequence or 0))
        for part in parts:
            part.homes, part.references, part.withheld = references.homes, references.of, references.withheld
            part.rekeyed = partial(self._rekeyed, references, part)
            part.letter_left, part.taken = partial(left.letter, part), partial(left.holds, part.coop_id)
            part.may_be, part.came = left.may_be, partial(left.came, part)
            part.forgotten = partial(left.forgotten, part)
            part.was_there, part.went_from = partial(left.was_there, part), left.went_from
            part.complete_before = complete_before

    def _rekeyed(self, references: References, part: Slice, row: BookingRow) -> Collection[Home]:
        """Find where a new row was booked before under a reference that its Beleg-ID does not tell (D18b, D25): only
        where the export cannot tell, or must not be believed, is it a question.
        """
        doubtful = not part.proves_absence or part.untold or self.judgement.absences != NO_ABSENCES
        return references.rekeyed(row) if doubtful or references.all_withheld() else ()


def _waits(state: Cooperation, vhs: str) -> bool:
    """Tell whether a row of a VHS waits because it may be a booking of another course (D25)."""
    return any(where == vhs and ref not in state.bookings for (where, _), ref in state.held.items())


@dataclass(slots=True)
class _Left:
    """Looks up other courses of Beleg-IDs: those that rows with "S" left (D25), those that have one now; both few."""

    tx: Tx
    moment: Moment
    references: References
    judgement: Judgement
    drafts: dict[str, Draft] = field(default_factory=dict)
    fences: list[Fence] | None = None

    def letter(self, part: Slice, row: BookingRow) -> Status | None:
        """Give the letter a row's booking had in another course, if its "S" was given out there: by its reference, or
        by the Beleg-ID under which it went on there (D18b).
        """
        for home in chain(self.references.homes(row.booking_id), self._namesakes(part, row)):
            if home.coop_id != part.coop_id and (letter := letter_left(self._draft(home.coop_id), home.ref, row)):
                return letter
        return None

    def may_be(self, home: Home, row: BookingRow) -> bool:
        """Tell whether a row may be that of a booking in another course, or is somebody else's (D25, D18a)."""
        return may_have_moved(self._draft(home.coop_id), home.ref, row)

    def came(self, part: Slice, row: BookingRow) -> bool:
        """Tell whether a row is, whole, that of a booking in another course, under whichever reference (D25, D18b)."""
        homes = chain(self.references.homes(row.booking_id), self.references.rekeyed(row))
        return any(
            home.coop_id != part.coop_id and has_come(self._draft(home.coop_id), home.ref, row) for home in homes
        )

    def forgotten(self, part: Slice, row: BookingRow) -> bool:
        """Tell whether a row shows somebody who was forgotten since it was booked, in whichever course (D18e)."""
        if self.fences is None:
            self.fences = fences.of_owner(self.tx, self.moment.vhs)
        since = (fence for fence in self.fences if was_booked_before(row, fence.forgotten_at))
        return any(is_forgotten(self._draft(fence.coop_id), part, fence.ref, row) for fence in since)

    def _namesakes(self, part: Slice, row: BookingRow) -> Iterator[Home]:
        """Give the bookings under a row's name that are not found under the Beleg-ID of their reference any more."""
        for home in self.references.named(row.person) if row.person is not None else ():
            if home.coop_id != part.coop_id and part.stands(home.ref.partition(":")[2].partition("~")[0]) is None:
                yield home

    def holds(self, coop_id: str, booking_id: str) -> bool:
        """Tell whether the row of another course than this one has a Beleg-ID of the VHS now (D18a)."""
        for home in self.references.homes(booking_id):
            if home.coop_id != coop_id:
                booking = self._draft(home.coop_id).state.bookings.get(home.ref)
                seat = booking.seats.get(self.moment.vhs) if booking is not None else None
                if seat is not None and seat.held and seat.booking_id == booking_id:
                    return True
        return False

    def was_there(self, part: Slice, row: BookingRow) -> bool:
        """Tell whether the row of another course stands where a booking under its Beleg-ID was before (D20)."""
        homes = {home.coop_id for home in self.references.homes(row.booking_id)} - {part.coop_id}
        lanes = (self._draft(coop_id).state.lanes.get(self.moment.vhs) for coop_id in sorted(homes))
        return any(lane is not None and (lane.number, lane.period) == (row.number, row.period) for lane in lanes)

    def went_from(self, home: Home, row: BookingRow) -> bool:
        """Tell whether a row is that of a booking of another course which went with its program, and waits (D20)."""
        return went_from(self._draft(home.coop_id), home.ref, row, self.judgement.back_at(home.coop_id))

    def _draft(self, coop_id: str) -> Draft:
        if coop_id not in self.drafts:
            state = fold(coop_id, self.tx.stories([coop_id])[coop_id].events)
            erased = forgotten(self.tx, [coop_id])[coop_id].keys()
            people = vault.of_streams(self.tx, [coop_id])
            self.drafts[coop_id] = Draft(state, self.moment, people, erased=erased)
        return self.drafts[coop_id]


def forgotten(tx: Tx, coop_ids: Iterable[str]) -> dict[str, Forgotten]:
    """Read by cooperation who was forgotten."""
    found: dict[str, Forgotten] = {coop_id: {} for coop_id in coop_ids}
    for fence in fences.of_streams(tx, found):
        found[fence.coop_id][fence.person_id] = fence.ref
    return found
