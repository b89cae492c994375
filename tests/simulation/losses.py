"""Exports that lack rows nobody removed, in every way that happens, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random
from typing import Literal, Protocol

import msgspec

from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Person, Status
from tests.unit.domain.desk import ALL, WS
from tests.unit.domain.world import MASTER, held, row

COOPS = ("563-COOP-219", "563-COOP-220")
AFTER_THE_END = date(2026, 6, 1)

Proof = Literal["whole", "no rows", "no sums", "none", "none of bookings"]
PROOFS: tuple[Proof, ...] = ("no rows", "no sums", "none", "none of bookings")


class Export(msgspec.Struct, kw_only=True):
    """One export of a VHS: what it shows and how far it proves it; ``broken`` rows are there and unreadable.

    ``keyless`` says that not even the identity of the broken rows can be read.
    """

    vhs: str
    courses: list[CourseRow] | None
    bookings: list[BookingRow] | None
    broken: list[BookingRow] = []
    keyless: bool = False
    kind: Kind = Kind.FULL
    proof: Proof = "whole"
    scope: date | None = None
    cut: bool = False

    def proves(self, of: Literal["courses", "bookings"]) -> bool:
        """Tell whether the manifest proves that one file is whole (B11a)."""
        lacking = self.proof in ("no rows", "no sums", "none", f"none of {of}")
        return self.kind is Kind.FULL and getattr(self, of) is not None and not lacking


class Engine(Protocol):
    """What takes exports in and says who is cancelled and what a VHS has to write."""

    def take(self, export: Export) -> None:
        """Take one export in."""

    def cancelled(self) -> set[str]:
        """Name the bookings that are cancelled for anybody."""

    def told(self, vhs: str) -> dict[str, str]:
        """Name the bookings a VHS is told to write, with their status."""


# --- what the VHSs really hold ----------------------------------------------------------------------------------------


@cache
def _course(vhs: str, place: int) -> CourseRow:
    return row(vhs, number=f"{vhs}-{place}", coop_id=COOPS[place], capacity=200)


@cache
def _booking(vhs: str, ref: str, place: int, status: str) -> BookingRow:
    who = Person("Muster", f"Kind {ref}", "", f"{ref.replace(':', '.')}@example.org")
    person = who if vhs in (MASTER, owner_of(ref)) else None
    edited_by = WS if status == "S" else "Büro"
    return held(vhs, ref, status, number=f"{vhs}-{place}", person=person, edited_by=edited_by)


@dataclass
class Network:
    """Three VHSs that hold the same bookings; staff removes some at one of them, which makes true orphans."""

    size: int
    rows: dict[str, dict[str, BookingRow]] = field(default_factory=dict)
    removed: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        refs = [(f"{ALL[n % 3]}:{n}", n % len(COOPS)) for n in range(self.size)]
        self.rows = {vhs: {ref: _booking(vhs, ref, place, "A") for ref, place in refs} for vhs in ALL}
        self.removed = {vhs: set() for vhs in ALL}
        self.place = dict(refs)

    def export(self, vhs: str, without: Iterable[str] = ()) -> Export:
        """Let a VHS export everything, or everything but some bookings."""
        left_out = set(without)
        courses = [_course(vhs, place) for place in range(len(COOPS))]
        bookings = [booking for ref, booking in self.rows[vhs].items() if ref not in left_out]
        return Export(vhs=vhs, courses=courses, bookings=bookings)

    def connect(self, engine: Engine) -> None:
        """Let the engine learn the courses, then every booking from its owner, then its mirrors."""
        for vhs in ALL:
            engine.take(self.export(vhs, without=self.rows[vhs]))
        for vhs in ALL:
            engine.take(self.export(vhs, without=[ref for ref in self.rows[vhs] if owner_of(ref) != vhs]))
        for vhs in ALL:
            engine.take(self.export(vhs))
        assert engine.cancelled() == set()
        assert [engine.told(vhs) for vhs in ALL] == [{}, {}, {}]

    def remove(self, vhs: str, ref: str) -> None:
        del self.rows[vhs][ref]
        self.removed[vhs].add(ref)

    def obey(self, engine: Engine, vhs: str) -> None:
        """Write what the change list of a VHS says."""
        for ref, status in engine.told(vhs).items():
            if ref in self.rows[vhs]:
                assert status == Status.CANCELLED, (ref, status)
                self.rows[vhs][ref] = _booking(vhs, ref, self.place[ref], "S")

    def truly_removed(self) -> set[str]:
        return set().union(*self.removed.values())


# --- what goes wrong --------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """Exports of one network drawn from a seed, wrong ones and whole ones mixed, while staff removes a few bookings.

    What the engine cannot tell from a true loss is not drawn: a complete and proven export that lacks, twice in a row
    and below the mass guard, the same booking of a course that is there. Nor is what is asked about: a course that was
    gone and is back without any of its bookings (B11d). ``absences`` counts losses in the contract's words.
    """

    network: Network
    random: Random
    absences: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: int = 0

    def steps(self, count: int) -> Iterator[Export]:
        """Draw wrong exports until there are ``count``, whole ones on top; each must be noted once it is taken in."""
        while self.wrong < count:
            vhs = self.random.choice(ALL)
            self._staff(vhs)
            yield from self._fate(vhs)
            if self.random.random() < 0.25:
                yield self.network.export(vhs)

    def lost_for_good(self) -> set[str]:
        """Name the bookings removed at a VHS that has proved so twice in a row."""
        return {ref for (vhs, ref), count in self.absences.items() if count >= 2 and ref in self.network.removed[vhs]}

    def _staff(self, vhs: str) -> None:
        rows = self.network.rows[vhs]
        if self.random.random() < 0.1 and len(self.network.removed[vhs]) < 3 and len(rows) > 4:
            self.network.remove(vhs, self.random.choice(sorted(rows)))

    def _fate(self, vhs: str) -> list[Export]:
        network, random = self.network, self.random
        some = self._some(vhs)
        fates = ["proofless", "proofless", "delta", "occupancy", "scoped", "courseless", "rowless", "no bookings"]
        fate = random.choice([*fates, "no courses", "broken", "keyless", "thinned", "thinned", "cut", "mass"])
        thin = network.export(vhs, some)
        match fate:
            case "proofless":
                wrong = msgspec.structs.replace(thin, proof=random.choice(PROOFS))
            case "delta":
                wrong = msgspec.structs.replace(thin, kind=Kind.DELTA)
            case "occupancy":
                wrong = msgspec.structs.replace(thin, kind=Kind.OCCUPANCY, bookings=None)
            case "scoped":
                wrong = msgspec.structs.replace(thin, scope=AFTER_THE_END)
            case "courseless" | "rowless":
                self.wrong += 1
                wrong = self._filtered(vhs, random.randrange(len(COOPS)), bookings=fate == "rowless")
                return [wrong, network.export(vhs)]
            case "no bookings":
                wrong = msgspec.structs.replace(thin, bookings=None)
            case "no courses":
                wrong = msgspec.structs.replace(thin, courses=None)
            case "broken" | "keyless":
                rows = [network.rows[vhs][ref] for ref in some]
                wrong = msgspec.structs.replace(thin, broken=rows[:5], keyless=fate == "keyless")
                wrong.bookings = network.export(vhs, some[:5]).bookings
            case "cut":
                wrong = msgspec.structs.replace(thin, cut=True)
            case "mass":
                return self._mass(vhs)
            case _:
                fresh = [ref for ref in some if not self.absences.get((vhs, ref))]
                wrong = network.export(vhs, fresh)
        self.wrong += 1
        return [wrong]

    def _some(self, vhs: str) -> list[str]:
        refs = sorted(self.network.rows[vhs])
        return self.random.sample(refs, self.random.randint(1, len(refs)))

    def _filtered(self, vhs: str, place: int, *, bookings: bool) -> Export:
        """Leave out a whole course by a wrong filter, with or without its bookings."""
        gone = [] if bookings else [ref for ref, at in self.network.place.items() if at == place]
        export = self.network.export(vhs, gone)
        export.courses = [course for course in export.courses or [] if course.number != f"{vhs}-{place}"]
        return export

    def _mass(self, vhs: str) -> list[Export]:
        """Leave out the same many bookings again and again, then show them again (D4)."""
        network = self.network
        refs = sorted(network.rows[vhs])
        if len(refs) < 20:
            return []
        gone = self.random.sample(refs, self.random.randint(12, len(refs)))
        times = self.random.randint(2, 4)
        self.wrong += times
        return [network.export(vhs)] + [network.export(vhs, gone) for _ in range(times)] + [network.export(vhs)]

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
        for ref, place in self.network.place.items():
            booking_id = _booking(vhs, ref, place, "A").booking_id
            if f"{vhs}-{place}" not in numbers:
                continue  # a course that is not there proves nothing, neither for its bookings nor against them
            if booking_id in shown:
                self.absences[vhs, ref] = 0
            elif proves and booking_id not in there:
                self.absences[vhs, ref] = self.absences.get((vhs, ref), 0) + 1
