"""Small worlds, explored to the end: three VHSs, one shared course, some operations, every order of arrival (C4).

Everybody works first, out of touch: each operation is followed by a complete export, which waits in its VHS's own
queue. Then the exports arrive, those of one VHS in their order and those of different VHSs in every order there is,
and at the end the network comes to rest. The search is breadth-first over states; two that differ only in how the
events of different lanes were numbered are one (``canonical``).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import Any, Generic, TypeVar

import msgspec

from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.draft import Moment
from koop_es.domain.observation import Origin, Person
from koop_es.domain.observe import observe_into
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import Change
from tests.unit.domain.desk import ALL, WS, Desk, Office
from tests.unit.domain.world import ABO, COOP, MASTER, THIRD, person_ids, row

N = TypeVar("N")
T = TypeVar("T")

FIRST_DAY = date(2026, 2, 10)
ROUNDS = 4
"""Rounds after which a small network must be at rest: report, carry out, an orphan's second absence, and a silent
one."""


@dataclass
class Explored(Generic[N]):
    """What a search found: how many different states there are, how many moves lead to them, and which are ends."""

    states: int = 0
    moves: int = 0
    ends: list[N] = field(default_factory=list)


def explore(
    start: N, moves: Callable[[N], Iterable[N]], digest: Callable[[N], Hashable], *, merge: bool = True
) -> Explored[N]:
    """Visit every state that moves lead to, breadth-first; ``merge`` visits those of one digest once."""
    found, seen, front = Explored[N](states=1), {digest(start)}, [start]
    while front:
        beyond = []
        for node in front:
            after = list(moves(node))
            found.moves += len(after)
            if not after:
                found.ends.append(node)
            for other in after:
                name = digest(other)
                if merge and name in seen:
                    continue
                seen.add(name)
                beyond.append(other)
        found.states += len(beyond)
        front = beyond
    return found


# --- states -----------------------------------------------------------------------------------------------------------

VERSIONS = frozenset({
    "version", "absent_version", "person_changed", "changed", "terms_version", "facts_changed", "row_changed",
    "cancelled_version", "replaced_version", "subscribed_version",
    "identity_version", "released_version", "violations",
})  # fmt: skip
"""What counts events. Decisions ask of it only whether there was one at all, save after ``TermsAmended``, which no
operation here causes; two orders of arrival always differ in it.
"""


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Name the fields of a kind of state; none of what is no state."""
    if kind in (Booking, Lane, Seat):
        names: tuple[str, ...] = kind.__struct_fields__
        return names
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()


def canonical(value: Any) -> Any:
    """Give a state as nested tuples in which only the numbering of the events is left out."""
    kind: Any = type(value)
    if names := _names(kind):
        return tuple(
            _whether(getattr(value, name)) if name in VERSIONS else canonical(getattr(value, name)) for name in names
        )
    if isinstance(value, dict):
        return tuple(sorted((str(key), canonical(item)) for key, item in value.items()))
    if isinstance(value, set | frozenset):
        return tuple(sorted(map(str, value)))
    return value


def _whether(version: Any) -> Any:
    return tuple(sorted(map(str, version))) if isinstance(version, dict) else version > 0


# --- operations -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """What somebody does at one VHS, and how many complete exports of that VHS follow."""

    name: str
    vhs: str
    verb: str
    args: tuple[Any, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()
    exports: int = 1

    def __str__(self) -> str:
        """Give the name, for messages."""
        return self.name


REF = f"{ABO}:1"
"""The booking that most operations are about: everybody holds it at the beginning."""

CORE = (
    Operation("Master books", MASTER, "book", (2, "A")),
    Operation("owner books", ABO, "book", (2, "A")),
    Operation("third cancels", THIRD, "set_status", (REF, "S")),
    Operation("owner removes", ABO, "remove", (REF,), exports=2),
    Operation("owner restores", ABO, "restore", (REF,)),
    Operation("owner merges", ABO, "merge", (REF,)),
    Operation("Master has 4 seats", MASTER, "edit", facts=(("capacity", 4),)),
    Operation("Abo changes its price", ABO, "edit", facts=(("fee_cents", 8500),)),
)
"""Every kind of operation the bar names: book at two owners, cancel anywhere, remove, restore, merge, course edits."""

MORE = (
    Operation("Master cancels", MASTER, "set_status", (REF, "S")),
    Operation("owner cancels", ABO, "set_status", (REF, "S")),
    Operation("owner revives", ABO, "set_status", (REF, "A")),
    Operation("Master removes the mirror", MASTER, "remove", (REF,), exports=2),
    Operation("Master restores the mirror", MASTER, "restore", (REF,)),
    Operation("third removes the mirror", THIRD, "remove", (REF,), exports=2),
    Operation("third restores the mirror", THIRD, "restore", (REF,)),
    Operation("owner waits", ABO, "book", (3, "W")),
    Operation("owner puts on the waiting list", ABO, "set_status", (REF, "W")),
    Operation("third waits", THIRD, "book", (2, "W")),
    Operation("third promotes", THIRD, "set_status", (f"{THIRD}:2", "A")),
    Operation("third moves a mirror to the waiting list", THIRD, "set_status", (REF, "W")),
    Operation("owner changes the phone", ABO, "set_phone", (REF, "1")),
    Operation("Master changes the phone", MASTER, "set_phone", (REF, "2")),
    Operation("Master moves the course", MASTER, "edit", facts=(("venue", "Aula"),)),
    Operation("third moves its course", THIRD, "edit", facts=(("venue", "Keller"),)),
    Operation("third takes off the maximum", THIRD, "edit", facts=(("max_guard", False),)),
    Operation("Master cancels the course", MASTER, "edit", facts=(("cancelled", True),)),
    Operation("unknown letter at the Master", MASTER, "set_status", (f"{THIRD}:1", "X")),
)
"""Further ones, against each other and against the core."""

IDENTITY = (
    Operation("owner merges and the time is rewritten", ABO, "merge_anew", (REF, 25)),
    Operation("owner exchanges ids", ABO, "exchange", (REF, f"{ABO}:2")),
    Operation("owner gives the id to somebody else", ABO, "reuse", (REF, 20), exports=2),
    Operation("owner gives the booking to somebody else", ABO, "substitute", (REF,)),
    Operation("Master gives the mirror a Beleg-ID and TNR of its own", MASTER, "merge", (REF,)),
)
"""What changes ids, against whatever others do meanwhile (D18)."""

MEANWHILE = ("Master cancels", "third cancels", "owner cancels", "owner revives", "third removes the mirror",
             "third restores the mirror", "Master cancels the course", "owner changes the phone")  # fmt: skip
"""Operations beside which an identity must not be told otherwise, by their names."""


def sets_of(operations: Sequence[T], most: int, least: int = 1) -> Iterator[tuple[T, ...]]:
    """List all sets of up to ``most`` operations; those of one VHS happen in the order they are listed in."""
    for size in range(least, most + 1):
        yield from combinations(operations, size)


class Till(Desk):
    """A desk whose connector writes prices too."""

    def apply(self, change: Change, people: Mapping[tuple[str, int], Person]) -> None:
        fields = dict(change.fields or {})
        if "Gebühr" in fields:
            euros, _, cents = fields.pop("Gebühr").partition(",")
            self.facts = msgspec.structs.replace(self.facts, fee_cents=100 * int(euros) + int(cents))
            self.facts_by = WS
            change = msgspec.structs.replace(change, fields=fields)
        super().apply(change, people)


# --- the pure level ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parcel:
    """One export on its way: what it says of the course, and when it was made."""

    part: Slice
    moment: Moment
    sequence: int


@dataclass(frozen=True)
class Moored:
    """The engine's state of the cooperation, the persons it knows, and how many exports of each VHS have arrived."""

    state: Cooperation
    people: dict[tuple[str, int], Person]
    arrived: tuple[int, ...]


class PureWorld:
    """The domain alone, ``observe`` and ``evolve``, from a network at rest in which each VHS has one booking."""

    def __init__(self) -> None:
        """Bring the network to where every world begins."""
        office = Office(desks={vhs: Till(vhs) for vhs in ALL})
        for vhs in ALL:
            office.desks[vhs].book(1, "A")
            office.export(vhs)
        office.settle(2)
        self._office = pickle.dumps(office)
        self.policy = office.world.policy

    def begin(self, operations: Iterable[Operation]) -> tuple[Office, dict[str, list[Parcel]]]:
        """Let everybody work; returns the desks as they then are, and the exports on their way."""
        office: Office = pickle.loads(self._office)  # noqa: S301 - our own
        post: dict[str, list[Parcel]] = {vhs: [] for vhs in ALL}
        for operation in operations:
            desk = office.desks[operation.vhs]
            getattr(desk, operation.verb)(*operation.args, **dict(operation.facts))
            for _ in range(operation.exports):
                post[desk.vhs].append(parcel_of(desk, office.world.exports[desk.vhs] + len(post[desk.vhs]) + 1))
        return office, post

    def explore(self, operations: Iterable[Operation], *, merge: bool = True) -> tuple[Explored[Moored], list[Any]]:
        """Let the exports arrive in every order; returns what was found, and how the network ends from each end."""
        office, post = self.begin(operations)

        def moves(node: Moored) -> Iterator[Moored]:
            for place, vhs in enumerate(ALL):
                if node.arrived[place] < len(post[vhs]):
                    yield self._arrive(node, place, post[vhs][node.arrived[place]])

        start = Moored(office.world.state, office.world.people, (0,) * len(ALL))
        found = explore(start, moves, lambda node: (node.arrived, canonical(node.state)), merge=merge)
        sent = {vhs: office.world.exports[vhs] + len(post[vhs]) for vhs in ALL}
        return found, [self._rest(office, node, sent) for node in found.ends]

    def _arrive(self, node: Moored, place: int, parcel: Parcel) -> Moored:
        state: Cooperation = pickle.loads(pickle.dumps(node.state, -1))  # noqa: S301 - our own, and faster than a copy
        outcome = observe_into(
            state,
            parcel.part,
            parcel.moment,
            self.policy,
            people=node.people,
            new_person_id=person_ids(parcel.moment.vhs, parcel.sequence).__next__,
            system="kufersql",
        )
        people = node.people | {(entry.person_id, entry.version): entry.person for entry in outcome.persons}
        arrived = tuple(count + (at == place) for at, count in enumerate(node.arrived))
        return Moored(state, people, arrived)

    def _rest(self, office: Office, node: Moored, sent: dict[str, int]) -> Any:
        """Let all connectors do their work until nothing is left; returns what everybody then sees and holds."""
        rested: Office = pickle.loads(pickle.dumps(office, -1))  # noqa: S301 - our own
        rested.world.state, rested.world.people, rested.world.exports = node.state, dict(node.people), dict(sent)
        rested.settle(ROUNDS)
        left = {vhs: rested.world.to_do(vhs) for vhs in ALL}
        assert not any(left.values()), f"not at rest: {left}"
        held = {
            vhs: sorted((ref, entry.status, entry.person) for ref, entry in desk.entries.items())
            for vhs, desk in rested.desks.items()
        }
        facts = {vhs: desk.facts for vhs, desk in rested.desks.items()}
        return rested.world.documents(), rested.world.open, held, facts


def parcel_of(desk: Desk, sequence: int) -> Parcel:
    """Make the complete export of a desk as it is now; it keeps what it says when work goes on."""
    course = row(desk.vhs, coop_id=desk.external, edited_by=desk.facts_by)
    course = msgspec.structs.replace(course, facts=desk.facts)
    at = f"{(FIRST_DAY + timedelta(days=sequence)).isoformat()}T02:00:00+01:00"
    origin = Origin(vhs=desk.vhs, sha256=f"{desk.vhs}-{sequence}", sequence=sequence)
    return Parcel(
        Slice(COOP, course=course, bookings=desk.rows(), proves_absence=True),
        Moment(desk.vhs, at, at, origin),
        sequence,
    )
