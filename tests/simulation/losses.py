"""Three VHSs that hold the same people, what their staff does, and exports that are wrong in every way that happens.

Drawn from a seed. Who has a contract, who cancelled and who was removed is a list of people (``Contract``); nothing
here knows an event, a guard of the engine or what anybody was told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Literal, Protocol

import msgspec

from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Person, Status
from koop_es.settings import BERLIN
from tests.unit.domain.desk import ALL, WS
from tests.unit.domain.world import MASTER, booked, row

COOPS = ("563-COOP-219", "563-COOP-220", "563-COOP-221")
PERSON = ("name", "first_name", "phone", "email")
AFTER_THE_END = date(2026, 6, 1)
BEGIN = datetime(2026, 2, 2, 2, 0, tzinfo=BERLIN)
PAUSES = (timedelta(minutes=5), timedelta(hours=4), timedelta(hours=12), timedelta(days=1))
"""Between one export and the next, whosoever they are."""

Proof = Literal["whole", "no rows", "no sums", "none", "none of bookings"]
PROOFS: tuple[Proof, ...] = ("no rows", "no sums", "none", "none of bookings")

SPOILT = ("zeros", "quoted", "hashes", "exponent", "decimal", "cell", "blank", "eof", "sentinels", "shifted")
"""Fates of a file after which its rows are there, in whatever form (``koop_es.simulate.spoil``)."""

FILTERS = ("own", "mirrors", "course", "beginning", "sample")
"""Which bookings another filter leaves."""

FATES = (
    "proofless", "proofless", "delta", "occupancy", "scoped", "courseless", "rowless", "no bookings", "no courses",
    "broken", "keyless", "thinned", "thinned", "cut", "mass", "mass", "emptied", "filter", "filter", "restored",
    "restored", "restored", "letters", "ausfall", *SPOILT,
)  # fmt: skip
"""What becomes of an export."""

LEAST_LETTERS = 8
"""Letters that change at once by which a wrong map can be told from what staff does (D31a)."""

LEAST_AUSFALL = 3
"""Courses that are called off at once by which a wrong column can be told from what a Master decides (D31b)."""

MOST_ENDED = 3
"""People whom the staff of one VHS takes out."""

LEAST_GONE = 2
"""People who were shown since a copy was made, by which a restore can be told from a removal (D20)."""


class Export(msgspec.Struct, kw_only=True):
    """One export of a VHS: what it shows and how far it proves it; ``broken`` rows are there and unreadable.

    ``keyless`` says that not even the identity of the broken rows can be read. ``fate`` and ``value`` are what is done
    to the files before they are sent (``koop_es.simulate.spoil``); ``sound`` says that nothing is wrong with it.
    """

    vhs: str
    at: datetime
    courses: list[CourseRow] | None
    bookings: list[BookingRow] | None
    broken: list[BookingRow] = []
    keyless: bool = False
    kind: Kind = Kind.FULL
    proof: Proof = "whole"
    scope: date | None = None
    cut: bool = False
    fate: str = ""
    value: int = 0
    sound: bool = False

    def proves(self, of: Literal["courses", "bookings"]) -> bool:
        """Tell whether the manifest proves that one file is whole (B11a)."""
        lacking = self.proof in ("no rows", "no sums", "none", f"none of {of}")
        return self.kind is Kind.FULL and getattr(self, of) is not None and not lacking


class Engine(Protocol):
    """What takes exports in and says who is cancelled, what a VHS has to write and what people are asked."""

    def take(self, export: Export) -> None:
        """Take one export in."""

    def cancelled(self) -> set[str]:
        """Name the bookings that are cancelled for anybody."""

    def give(self, vhs: str, at: datetime) -> list[dict[str, Any]]:
        """Hand a VHS its change list."""

    def asked(self) -> set[str]:
        """Name the bookings somebody is asked about."""

    def went_back(self, vhs: str) -> bool:
        """Tell whether it was said of a VHS that its program went back."""

    def answer(self, out: Set[str], at: datetime) -> None:
        """Let somebody who knows who is ``out`` answer what is asked."""


# --- people and what the VHSs really hold -----------------------------------------------------------------------------


@dataclass
class Contract:
    """What one person has: through which VHS, in which course, and who ended it how."""

    ref: str
    place: int
    left: Literal["", "cancelled", "removed"] = ""
    at: str = ""

    @property
    def owner(self) -> str:
        """The VHS through which the person booked."""
        return owner_of(self.ref)


@cache
def _course(vhs: str, place: int) -> CourseRow:
    return row(vhs, number=f"0{vhs}{place}", coop_id=COOPS[place], capacity=200, edited_by="Büro")


@cache
def _booking(vhs: str, ref: str, place: int, status: str, edited_by: str) -> BookingRow:
    """Give the row in which a VHS holds somebody; all numbers have leading zeros, and no two the same."""
    owner, _, number = ref.replace("~", "9").partition(":")  # a registration anew under the same Beleg-ID (D18a)
    who = Person("Muster", f"Kind {number}", f"0721 {number}", f"{owner}.{number}@example.org")
    mirror = vhs != owner
    booking_id = f"0{ALL.index(vhs) + 1}{number}" if mirror else number
    return booked(
        booking_id,
        status,
        of=ref if mirror else None,
        tnr=f"00{booking_id}",
        person=who if vhs in (MASTER, owner) else None,
        at=f"2026-01-{1 + int(number) // 60 % 28:02}T10:{int(number) % 60:02}:00+01:00",
        number=f"0{vhs}{place}",
        edited_by=edited_by,
    )


@dataclass
class Network:
    """Three VHSs that hold the same bookings in ``places`` courses, and the list of people; staff books, cancels, and
    removes, which makes true orphans. ``spared`` are those whose course was itself gone after a VHS had removed them:
    what is missing when it is back is no loss there (B11).
    """

    size: int
    places: int = 2
    people: dict[str, Contract] = field(default_factory=dict)
    rows: dict[str, dict[str, BookingRow]] = field(default_factory=dict)
    spared: set[tuple[str, str]] = field(default_factory=set)
    now: datetime = BEGIN

    def __post_init__(self) -> None:
        """Book everybody at one VHS, one after the other."""
        self.rows = {vhs: {} for vhs in ALL}
        for number in range(self.size):
            ref = self.book(ALL[number % 3], number % self.places)
            for vhs in ALL:
                self.write(vhs, ref, "A", WS if vhs != owner_of(ref) else "Büro")

    # --- what staff does ----------------------------------------------------------------------------------------------

    def book(self, vhs: str, place: int) -> str:
        """Book one person more."""
        ref = f"{vhs}:{len(self.people):04}"
        self.people[ref] = Contract(ref, place)
        self.write(vhs, ref, "A", "Büro")
        return ref

    def cancel(self, vhs: str, ref: str) -> None:
        """Set somebody to "S" who cancelled."""
        self.write(vhs, ref, "S", "Büro")
        contract = self.people[ref]
        contract.left, contract.at = contract.left or "cancelled", contract.at or vhs

    def remove(self, vhs: str, ref: str) -> None:
        """Take somebody's row out."""
        del self.rows[vhs][ref]
        contract = self.people[ref]
        contract.left, contract.at = "removed", vhs

    def write(self, vhs: str, ref: str, status: str, edited_by: str) -> None:
        """Write the row of somebody."""
        self.rows[vhs][ref] = _booking(vhs, ref, self.place(ref), status, edited_by)

    def obey(self, engine: Engine, vhs: str) -> None:
        """Carry out the change list of a VHS; a row that does not show what is expected is left (D22)."""
        for change in engine.give(vhs, self.now):
            if "booking" not in change:
                continue
            ref, status = change["booking"]["ref"], change["booking"]["status"]
            present = self.rows[vhs].get(ref)
            if change["kind"] == "booking.create":
                if present is None:
                    self.write(vhs, ref, status, WS)
                    self._bring_back(engine, vhs, ref)
            elif present is not None:
                shown = {"TNR": present.participant_no, "Status": present.raw_status}
                if all(shown.get(name, text) == text for name, text in change["expects"].items()):
                    who = {name: text for name in PERSON if (text := change["booking"].get(name)) is not None}
                    person = msgspec.structs.replace(present.person, **who) if present.person is not None else None
                    self.rows[vhs][ref] = msgspec.structs.replace(
                        present,
                        status=Status(status or present.raw_status),
                        raw_status=status or present.raw_status,
                        person=person,
                        edited_by=WS,
                    )

    def to_do(self, engine: Engine, vhs: str) -> list[str]:
        """List what the change list of a VHS says of bookings."""
        return [change["booking"]["ref"] for change in engine.give(vhs, self.now) if "booking" in change]

    def tick(self) -> None:
        """Let half a day pass."""
        self.now += timedelta(hours=12)

    def _bring_back(self, engine: Engine, vhs: str, ref: str) -> None:
        """Let somebody live again whose removal was taken for part of a restore, which the VHS is asked about (D20), or
        of the course that was gone (B11).
        """
        contract = self.people[ref.partition("~")[0]]
        no_loss = engine.went_back(vhs) or (vhs, ref) in self.spared
        if (contract.left, contract.at) == ("removed", vhs) and no_loss:
            contract.left, contract.at = "", ""

    # --- what is true -------------------------------------------------------------------------------------------------

    def out(self) -> set[str]:
        """Name those who cancelled or were removed for good."""
        return {ref for ref, contract in self.people.items() if contract.left}

    def place(self, ref: str) -> int:
        """Tell in which course a booking is."""
        return self.people[ref.partition("~")[0]].place

    def is_out(self, ref: str) -> bool:
        """Tell whether a booking is ended, or is none of a person."""
        return ref not in self.people or bool(self.people[ref].left)

    def live(self, vhs: str) -> list[str]:
        """List whom a VHS holds live."""
        return sorted(ref for ref, held in self.rows[vhs].items() if held.raw_status != "S")

    def untrue(self) -> list[str]:
        """List who is not where they should be: live at every VHS, or out at every one."""
        wrong = []
        for ref, contract in self.people.items():
            held = {vhs: self.rows[vhs][ref].raw_status if ref in self.rows[vhs] else "" for vhs in ALL}
            good = {"S", ""} if contract.left else {"A"}
            wrong += [f"{ref} ({contract.left or 'in'}) is {held[vhs] or 'not there'} at {vhs}" for vhs in ALL
                      if held[vhs] not in good]  # fmt: skip
        anew = {ref for held in self.rows.values() for ref, row in held.items() if row.raw_status != "S"}
        return wrong + [f"{ref} never booked, but has a seat" for ref in sorted(anew - self.people.keys())]

    # --- exports ------------------------------------------------------------------------------------------------------

    def export(self, vhs: str, without: Collection[str] = (), rows: Mapping[str, BookingRow] | None = None) -> Export:
        """Let a VHS export everything, or everything but some bookings, or what it held once."""
        held, left_out = self.rows[vhs] if rows is None else rows, set(without)
        return Export(
            vhs=vhs,
            at=self.now,
            courses=[_course(vhs, place) for place in range(self.places)],
            bookings=[held[ref] for ref in sorted(held, key=_number) if ref not in left_out],
            sound=rows is None and not left_out,
        )

    def connect(self, engine: Engine) -> None:
        """Let the engine learn the courses, then every booking from its owner, then its mirrors."""
        for vhs in ALL:
            engine.take(self.export(vhs, without=self.rows[vhs]))
        for vhs in ALL:
            engine.take(self.export(vhs, without=[ref for ref in self.rows[vhs] if owner_of(ref) != vhs]))
        for vhs in ALL:
            engine.take(self.export(vhs))
        assert engine.cancelled() == set()
        assert [engine.give(vhs, self.now) for vhs in ALL] == [[], [], []]


def _number(ref: str) -> str:
    return ref.partition(":")[2]


# --- what goes wrong --------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Exports of one network drawn from a seed, wrong ones and whole ones mixed, while staff goes on working.

    What nobody can tell from what staff does is not drawn: a complete and proven export that lacks twice in a row, and
    below the mass guard, the same booking of a course that is there; a handful of wrong letters; a copy that lacks one
    person. Nor is what is asked about: a course that was gone and is back without any of its bookings (B11d).
    ``absences`` counts losses in the contract's words, ``lost`` are those who were lost as often as it takes.
    """

    network: Network
    random: Random
    engine: Engine
    absences: dict[tuple[str, str], int] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    copies: dict[str, list[dict[str, BookingRow]]] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    fate: str = ""
    asked: int = 0
    wrong: int = 0

    def steps(self, count: int) -> Iterator[Export]:
        """Draw wrong exports until there are ``count``, whole ones on top; each must be noted once it is taken in."""
        while self.wrong < count:
            self.network.now += self.random.choice(PAUSES)
            vhs = self.random.choice(ALL)
            self._staff(vhs)
            fate = self.fate = self.random.choice(FATES)
            before, exports = self.wrong, self._fate(vhs, fate)
            self.kinds[fate] = self.kinds.get(fate, 0) + self.wrong - before
            for export in exports:
                self.network.now += self.random.choice(PAUSES)
                export.at = self.network.now
                yield export
            if self.random.random() < 0.15:
                yield self.network.export(vhs)
            if self.random.random() < 0.25:
                self.network.obey(self.engine, self.random.choice(ALL))

    def justified(self) -> set[str]:
        """Name those who may be cancelled by now: who cancelled, or was lost as often as it takes."""
        return {ref for ref, contract in self.network.people.items() if contract.left == "cancelled"} | self.lost

    def _staff(self, vhs: str) -> None:
        network, dice, live = self.network, self.random.random(), self.network.live(vhs)
        known = self.copies[vhs][-1] if vhs in self.copies else {}  # whom nobody was shown, nobody can lose
        mine = [ref for ref in live if ref in known and not network.is_out(ref)]
        ended = [contract for contract in network.people.values() if contract.at == vhs]
        if dice < 0.15 and len(network.people) < 2 * network.size:
            network.book(vhs, self.random.randrange(network.places))
        elif dice < 0.25 and len(ended) < MOST_ENDED and len(mine) > 4:
            network.remove(vhs, self.random.choice(mine))
        elif dice < 0.3 and len(ended) < MOST_ENDED and len(mine) > 4:
            network.cancel(vhs, self.random.choice(mine))

    def _fate(self, vhs: str, fate: str) -> list[Export]:
        network, random = self.network, self.random
        match fate:
            case "courseless" | "rowless":
                self.wrong += 1
                place = random.randrange(network.places)
                return [self._without_course(vhs, place, bookings=fate == "rowless"), network.export(vhs)]
            case "mass" | "emptied":
                refs = network.live(vhs) if fate == "mass" else list(network.rows[vhs])
                if fate == "mass":
                    refs = random.sample(refs, random.randint(12, len(refs))) if len(refs) >= 20 else []
                return self._again(network.export(vhs, refs), vhs) if self._is_too_many(vhs, refs) else []
            case "filter":
                return self._filtered(vhs)
            case "restored":
                return self._restored(vhs)
            case "letters" | "ausfall" | "shifted":
                return self._said_otherwise(vhs, fate)
            case fate if fate in SPOILT:
                return self._again(self._spoilt(vhs, fate, random.randrange(1000)), vhs)
        self.wrong += 1
        return [self._once(vhs, fate)]

    def _once(self, vhs: str, fate: str) -> Export:
        """Draw an export of which a single one is wrong; it lacks some bookings or shows some that are unreadable."""
        network, random = self.network, self.random
        some = self._some(vhs)
        thin = network.export(vhs, some)
        match fate:
            case "proofless":
                thin.proof = random.choice(PROOFS)
            case "delta":
                thin.kind = Kind.DELTA
            case "occupancy":
                thin.kind, thin.bookings = Kind.OCCUPANCY, None
            case "scoped":
                thin.scope = AFTER_THE_END
            case "no bookings":
                thin.bookings = None
            case "no courses":
                thin.courses = None
            case "broken" | "keyless":
                thin.broken, thin.keyless = [network.rows[vhs][ref] for ref in some[:5]], fate == "keyless"
                thin.bookings = network.export(vhs, some[:5]).bookings
            case "cut":
                thin.cut = True
            case _:
                thin = network.export(vhs, [ref for ref in some if not self.absences.get((vhs, ref))])
        return thin

    def _some(self, vhs: str) -> list[str]:
        refs = sorted(self.network.rows[vhs])
        return self.random.sample(refs, self.random.randint(1, len(refs)))

    def _again(self, export: Export, vhs: str) -> list[Export]:
        """Let the same come once or several times in a row, before a whole one, and after one if anybody is missing."""
        times = self.random.randint(1, 6)
        self.wrong += times
        again = [msgspec.structs.replace(export) for _ in range(times)]
        held = self.network.rows[vhs]
        sound = [] if self.copies.get(vhs, [None])[-1] == held and not self._lacks(vhs) else [self.network.export(vhs)]
        return [*sound, *again, self.network.export(vhs)]

    def _lacks(self, vhs: str) -> bool:
        return any(self.absences.get((vhs, ref)) for ref in self.network.people)

    def _spoilt(self, vhs: str, fate: str, value: int) -> Export:
        return msgspec.structs.replace(self.network.export(vhs), fate=fate, value=value, sound=False)

    def _without_course(self, vhs: str, place: int, *, bookings: bool) -> Export:
        """Leave out a whole course by a wrong filter, with or without its bookings."""
        gone = [] if bookings else [ref for ref, who in self.network.people.items() if who.place == place]
        export = self.network.export(vhs, gone)
        export.sound = False
        export.courses = [course for course in export.courses or [] if course.number != f"0{vhs}{place}"]
        return export

    def _filtered(self, vhs: str) -> list[Export]:
        """Leave out bookings by a filter: many again and again, few once only."""
        network, random = self.network, self.random
        refs, kind = sorted(network.rows[vhs], key=_number), random.choice(FILTERS)
        place, some = random.randrange(network.places), random.randrange(1, len(refs))
        match kind:
            case "own":
                gone = [ref for ref in refs if owner_of(ref) != vhs]
            case "mirrors":
                gone = [ref for ref in refs if owner_of(ref) == vhs]
            case "course":
                gone = [ref for ref in refs if network.place(ref) != place]
            case "beginning":
                gone = refs[some:]
            case _:
                gone = random.sample(refs, some)
        if gone and self._is_too_many(vhs, gone):
            return self._again(network.export(vhs, gone), vhs)
        self.wrong += 1
        return [network.export(vhs, [ref for ref in gone if not self.absences.get((vhs, ref))])]

    def _is_too_many(self, vhs: str, gone: Collection[str]) -> bool:
        """Tell whether all who are left out are so many at once that nobody may take them for lost (D4, D19)."""
        live = set(self.network.live(vhs))
        lost, most = live & set(gone), len(live) + MOST_ENDED  # who was removed just now may count as live yet
        if len(lost) > 100 or (len(lost) > 10 and len(lost) * 10 > most):
            return True
        if len(lost) >= 3 and (2 * len(lost) > most or len(gone) == len(self.network.rows[vhs])):
            return True
        sizes = {
            place: (
                sum(self.network.place(ref) == place for ref in live),
                sum(self.network.place(ref) == place for ref in lost),
            )
            for place in range(self.network.places)
        }
        emptied = {place for place, (had, less) in sizes.items() if had == less >= 4}
        pairs = {place for place, (had, less) in sizes.items() if had == less >= 2}
        emptied |= pairs if len(pairs) > 1 else set()
        return bool(lost) and all(self.network.place(ref) in emptied for ref in lost)

    def _restored(self, vhs: str) -> list[Export]:
        """Put back what an earlier complete export showed, and after a while what was there before (D20)."""
        copies = self.copies.get(vhs, [])
        if not copies:
            return []
        copy, now = self.random.choice(copies), self.network.rows[vhs]
        shown = self.shown.get(vhs, set())
        younger = [ref for ref in self.network.live(vhs) if ref in shown - copy.keys() and not self.network.is_out(ref)]
        stands = [ref for ref in copy if ref in now and copy[ref] is now[ref]]
        if len(younger) < LEAST_GONE or not stands:
            return []
        return self._again(self.network.export(vhs, rows=copy), vhs)

    def _said_otherwise(self, vhs: str, fate: str) -> list[Export]:
        """Swap letters, shift a column, tick Ausfall everywhere: where so much is said at once that nobody means it."""
        value, live = self.random.randrange(1000), self.network.live(vhs)
        if fate == "letters" and value % 3 == 1:
            value += 1  # A for W is what an owner may well mean
        if fate == "letters" and value % 3 == 0 and sum(not self.network.is_out(ref) for ref in live) < LEAST_LETTERS:
            return []
        if fate == "shifted" and value % 4 == 0 and len(live) < len(self.network.rows[vhs]):
            return []  # an "S" in the wrong row is an "S"
        if fate == "shifted" and value % 4 == 1 and not self._is_many_moved(vhs):
            return []
        if fate == "ausfall" and vhs == MASTER and self.network.places < LEAST_AUSFALL:
            return []
        return self._again(self._spoilt(vhs, fate, value), vhs)

    def _is_many_moved(self, vhs: str) -> bool:
        """Tell whether a shift by one puts more than half of a VHS's live rows into another course (D19, D25)."""
        held = sorted(self.network.rows[vhs], key=_number)
        live = set(self.network.live(vhs))
        moved = [one for one, next_one in zip(held, held[1:] + held[:1], strict=True)
                 if one in live and self.network.place(one) != self.network.place(next_one)]  # fmt: skip
        return len(moved) >= 3 and 2 * len(moved) > len(live) + MOST_ENDED

    def note(self, export: Export) -> None:
        """Count absences as the contract says: full, the bookings proven, the course there, the row in no form."""
        if export.cut or export.kind is Kind.OCCUPANCY:
            return
        vhs = export.vhs
        shown = {booking.booking_id for booking in export.bookings or []}
        there = {broken.booking_id for broken in export.broken}
        numbers = {course.number for course in export.courses or []}
        proves = export.proves("bookings") and export.scope is None
        proves = proves and not (export.broken and export.keyless)
        whole = proves and export.proves("courses") and not export.fate and not export.broken
        for ref, contract in self.network.people.items():
            booking_id = _booking(vhs, ref, contract.place, "A", "Büro").booking_id
            if f"0{vhs}{contract.place}" not in numbers:
                if export.proves("courses") and (contract.left, contract.at) == ("removed", vhs):
                    self.network.spared.add((vhs, ref))
                continue  # a course that is not there proves nothing, neither for its bookings nor against them
            if booking_id in shown:
                self.absences[vhs, ref] = 0
                self.shown.setdefault(vhs, set()).add(ref)
            elif proves and booking_id not in there:
                count = self.absences[vhs, ref] = self.absences.get((vhs, ref), 0) + 1
                if count >= 2 and (contract.left, contract.at) == ("removed", vhs):
                    self.lost.add(ref)
        held = self.network.rows[vhs]
        if whole and len(numbers) == self.network.places and shown == {row.booking_id for row in held.values()}:
            self.copies.setdefault(vhs, []).append(dict(held))
