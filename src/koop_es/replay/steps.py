"""The steps of a history: what was observed and what was commanded, in an order that can be gone through again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import ANOTHER, Cooperation
from koop_es.domain.draft import Moment, People
from koop_es.domain.evolve_echo import SOMEBODY_ELSE
from koop_es.domain.judgement import Judgement
from koop_es.domain.observation import Kind, Person
from koop_es.domain.observe import Outcome, observe_into
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.replay.sheet import Facts, Shape
from koop_es.replay.shown_bookings import CITIZEN
from koop_es.store import Recorded


class Seen(NamedTuple):
    """One export's observation of the cooperation; ``events`` are those it caused.

    ``shape`` is None where no reading of it gives those events: then they are taken as they are. ``ordered`` tells that
    its mirrors stood in the order of the events. ``policy`` are the settings then, as far as the events tell them.
    """

    position: int
    vhs: str
    name: str
    kind: Kind
    system: str | None
    moment: Moment
    events: tuple[Recorded, ...]
    echoes: Mapping[int, frozenset[str]]
    judgement: Judgement
    policy: Policy
    shape: Shape | None = None
    ordered: bool = False


class Commanded(NamedTuple):
    """What somebody decided through koop-es itself; ``settles`` tells whether violations were looked at afterwards."""

    position: int
    events: tuple[Recorded, ...]
    settles: bool
    policy: Policy


Step = Seen | Commanded


@dataclass(slots=True)
class Past:
    """A cooperation's history as steps that can be taken again; ``doubts`` say what could not be reconstructed."""

    coop_id: str
    recorded: tuple[Recorded, ...]
    facts: Facts
    steps: list[Step] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def decide(
    state: Cooperation, part: Slice, step: Seen, people: People, new_id: Ids, policy: Policy | None = None
) -> Outcome:
    """Let the engine decide about an observation, the state given being carried along."""
    return observe_into(
        state,
        part,
        step.moment,
        policy or step.policy,
        people=people,
        new_person_id=new_id,
        system=step.system,
        judgement=step.judgement,
        shown=_shown(state, step, people),
    )


def _shown(state: Cooperation, step: Seen, people: People) -> dict[tuple[str, str], Person]:
    """Say whom the mirrors of bookings showed that their owner reported in a step: nobody kept it, but where somebody
    else was seen in one, it was asked or said (D18).
    """
    events = [item.event for item in step.events]
    made = [event for event in events if isinstance(event, e.BookingMade) and event.ref in state.bookings]
    unclear = (event for event in events if isinstance(event, e.CancellationUnclear) and event.why == SOMEBODY_ELSE)
    asked = {(event.vhs, event.ref) for event in unclear}
    others = (event for event in events if isinstance(event, e.BookingReported) and event.person_version == ANOTHER)
    citizens = {(event.vhs, event.ref): CITIZEN for event in others}
    return {
        (vhs, event.ref): citizens.get((vhs, event.ref), person)
        for event in made
        if (person := people.get((event.person_id or "", 1))) is not None
        for vhs in state.lanes
        if (vhs, event.ref) not in asked
    }


def keep_all(people: dict[tuple[str, int], Person], outcome: Outcome) -> None:
    """Keep the persons that go with decisions."""
    people.update({(entry.person_id, entry.version): entry.person for entry in outcome.persons})


def moment_of(event: e.Event) -> Moment:
    """Give the moment of a command."""
    return Moment(event.vhs, event.at, event.recorded_at)


def is_violation(event: e.Event) -> bool:
    """Tell whether an event is found in a state rather than shown by a row."""
    return isinstance(event, e.ViolationOpened | e.ViolationClosed)


def same(one: Sequence[e.Event], other: Sequence[e.Event]) -> bool:
    """Tell whether events say the same; a person's id is drawn at random (D15)."""
    return len(one) == len(other) and all(plain(a) == plain(b) for a, b in zip(one, other, strict=True))


def plain(event: e.Event) -> e.Event:
    """Take out of an event what was drawn at random."""
    return replace(event, person_id="") if isinstance(event, e.BookingMade) and event.person_id else event


class Ids:
    """Names for persons of a history that did not happen; no vault keeps them."""

    def __init__(self) -> None:
        """Begin to count."""
        self.count = 0

    def __call__(self) -> str:
        """Give the next one."""
        self.count += 1
        return f"imagined-{self.count}"
