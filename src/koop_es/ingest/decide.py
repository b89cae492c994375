"""Deciding: the slices of an export against the states they meet. Plan and apply both go through here, nothing else
does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Moment, VaultEntry
from koop_es.domain.events import Event, OrphanDetected
from koop_es.domain.evolve import fold
from koop_es.domain.observation import Report
from koop_es.domain.observe import observe_into
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.store import Tx, vault

_encode = msgspec.json.Encoder(order="deterministic").encode

PERSON_ID_BYTES = 12
"""Length of a person's random id: 96 bits, so that two of some hundred millions never meet (D15)."""


def new_person_id() -> str:
    """Draw the random id under which a person stands in the vault; the only random number there is (D15)."""
    return secrets.token_hex(PERSON_ID_BYTES)


@dataclass(slots=True)
class Decided:
    """What one slice adds to its stream: the state after, the version before, the events and persons, the slice's
    hash.
    """

    state: Cooperation
    expected: int
    events: list[Event]
    persons: list[VaultEntry]
    hash: str


@dataclass(frozen=True, slots=True)
class Decider:
    """How the slices of one export are decided."""

    report: Report
    moment: Moment
    policy: Policy
    withhold: bool = False

    def decide(self, tx: Tx, slices: Iterable[Slice]) -> list[Decided]:
        """Load the cooperations of some slices with few queries and observe each slice."""
        parts = list(slices)
        coop_ids = [part.coop_id for part in parts]
        streams = tx.load(coop_ids)
        people = vault.of_streams(tx, [coop_id for coop_id in coop_ids if streams[coop_id]])
        result = []
        for part in parts:
            state = fold(part.coop_id, (item.event for item in streams[part.coop_id]))
            expected = state.version
            outcome = observe_into(
                state,
                part,
                self.moment,
                self.policy,
                people=people,
                new_person_id=new_person_id,
                system=self.report.system,
                withhold=self.withhold,
            )
            result.append(Decided(state, expected, outcome.events, outcome.persons, slice_hash(part)))
        return result

    def orphans(self, tx: Tx, slices: Iterable[Slice]) -> int:
        """Count the bookings an export would orphan, what is withheld already included (D4)."""
        return sum(isinstance(event, OrphanDetected) for item in self.decide(tx, slices) for event in item.events)


def slice_hash(part: Slice) -> str:
    """Name what a slice says, wherever it stands in its file: the same hash means that nothing new is reported."""
    course = part.course
    said = (
        None if course is None else (course.number, course.period, course.external_number, course.facts),
        sorted(
            (b.booking_id, b.participant_no, b.raw_status, b.booked_at, b.ref or "", _encode(b.person))
            for b in part.bookings
        ),
        part.course_absent,
        part.proves_absence,
        sorted(part.protected) if part.proves_absence else (),
    )
    return hashlib.sha256(_encode(said)).hexdigest()
