"""Three VHSs around the real engine, one step at a time, and what an onlooker can tell about them.

The engine is used only through what ``koop_es.ingest``, ``koop_es.views`` and the store offer to anybody. What it ought
to say is worked out from the rows of the exports it took in.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from koop_es.domain.cancellations import questions
from koop_es.domain.errors import KoopError, Refused
from koop_es.domain.evolve import fold
from koop_es.domain.observation import Kind
from koop_es.domain.terms import Policy, Terms
from koop_es.ingest import approve, claim_seat, confirm, confirm_terms, give_out, ingest, release, subscribe
from koop_es.simulate.network import Clock, Network
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL, Program
from koop_es.simulate.rehearsal import MEMORY
from koop_es.simulate.rows import CourseKey, Row, course_of
from koop_es.simulate.seam import Killed, SeamStore
from koop_es.simulate.staff import PERIOD, UNKNOWN_LETTER, Staff, local_course
from koop_es.simulate.steps import Act
from koop_es.views import change_list, open_violations, view, withheld
from tests.simulation.small_store import COURSE

VHSS = range(3)
MASTER = 0
PATIENCE = 7
"""Rounds to wait for a network to come to rest: reports, COOP-Ids put back, orphans, answers of a program (T5)."""

STEP = timedelta(minutes=7)


@dataclass
class Parcel:
    """An export on its way: what it covers, and the rows it shows."""

    vhs: int
    sequence: int
    path: Path
    kind: Kind
    whole: bool
    courses: list[Row]
    bookings: list[Row]


@dataclass
class Shown:
    """What the exports that the engine took in of one VHS show together."""

    courses: dict[CourseKey, Row] = field(default_factory=dict)
    bookings: dict[str, Row] = field(default_factory=dict)
    ever: set[int] = field(default_factory=set)

    def take(self, parcel: Parcel) -> None:
        if parcel.kind is Kind.OCCUPANCY:
            for row in parcel.courses:
                if course_of(row) in self.courses:
                    self.courses[course_of(row)]["TN max"] = row["TN max"]
            return
        if parcel.kind is Kind.FULL and parcel.whole:
            self.courses, self.bookings = {}, {}
        self.courses |= {course_of(row): dict(row) for row in parcel.courses}
        self.bookings |= {row["Beleg-ID"]: dict(row) for row in parcel.bookings}


class LiveNetwork:
    """One shared course, its Master and two Abo-VHSs, and one booking of each."""

    def __init__(self, seats: int, policy: Policy) -> None:
        """Share a course by release, subscription and change lists; the store is in memory where that can be."""
        self.directory = Path(tempfile.mkdtemp(prefix="koop-es-", dir=MEMORY if MEMORY.is_dir() else None))
        self.store = SeamStore.create(f"sqlite:///{self.directory}/koop.db")
        self.clock, self.policy = Clock(datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))), policy
        self.programs = [
            Program(str(101 + vhs), system, f"VHS{vhs}", staff=f"Büro{vhs}")
            for vhs, system in enumerate((KUFERSQL, ITM_MANAGER, CMX_ORGANIZE))
        ]
        self.staff = Staff(self.programs, (MASTER,), self.clock)
        self.waiting: list[Parcel] = []
        self.past: list[Parcel] = []
        self.shown = [Shown() for _ in VHSS]
        self.half: set[int] = set()
        self.merged: set[int] = set()
        for vhs, program in enumerate(self.programs):
            program.add_course(*local_course(vhs), COURSE | {"Titel": "Italienisch"})
        key = self.programs[MASTER].add_course("M-0", PERIOD, COURSE | {"Titel": "Obstbaum", "TN max": str(seats)})
        self.staff.place[MASTER, 0] = key
        for vhs in VHSS:
            self.export(vhs)
        self.coop_id = self._share()
        for vhs in (*VHSS, *VHSS):
            self.sync(vhs)
            self.act("book", vhs, who=vhs)
            self.export(vhs)

    def _share(self) -> str:
        now, master = self.clock.now, self.programs[MASTER].vhs
        made = release(self.store, self.policy, now=now, vhs=master, number="M-0", period=PERIOD, own_offer=True)
        self.staff.coop_ids[0] = made.coop_id
        for vhs in VHSS[1:]:
            subscribe(
                self.store,
                self.policy,
                now=now,
                vhs=self.programs[vhs].vhs,
                coop_id=made.coop_id,
                number="A-0",
                period=PERIOD,
                accepted_rate="80",
            )
            self.staff.place[vhs, 0] = CourseKey("A-0", PERIOD)
        return made.coop_id

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.directory)

    # --- what happens -------------------------------------------------------------------------------------------------

    def act(self, verb: str, vhs: int, who: int = 0, value: int = 0) -> bool:
        """Let staff do something; False where there is no occasion."""
        self.clock.advance(STEP)
        done = self.staff.act(Act(verb, vhs, 0, who, value))
        if done and verb == "merge":
            self.merged.add(who)
        return done

    def pack(self, vhs: int, kind: Kind = Kind.FULL, *, whole: bool = True, cut: bool = False) -> Parcel:
        """Write an export; one that is not whole carries no proof, one that is cut belies its checksum."""
        self.clock.advance(STEP)
        program = self.programs[vhs]
        path = program.export(self.directory, self.clock.now, kind, proof=whole)
        courses, bookings = ([dict(row) for row in rows] for rows in program.exported)
        if cut:
            data = (path / "kurse.csv").read_bytes()
            (path / "kurse.csv").write_bytes(data[: len(data) // 2])
        parcel = Parcel(vhs, program.sequence, path, kind, whole, courses, bookings)
        self.past.append(parcel)
        return parcel

    def hand_over(self, parcel: Parcel, *, kill_at: int = 0, batch: int = 5_000) -> str:
        """Ingest an export and remember what the engine has seen by it; one that dies waits to come again."""
        self.store.kill_at = kill_at
        try:
            result = ingest(self.store, parcel.path, self.policy, now=self.clock.now, max_events=batch)
        except Killed:
            self.half.add(parcel.vhs)
            self.waiting.append(parcel)
            return "killed"
        except KoopError as error:
            return error.code
        finally:
            self.store.kill_at = 0
        if result.status in ("applied", "unchanged"):
            self.shown[parcel.vhs].take(parcel)
            self.shown[parcel.vhs].ever |= {
                who for row in parcel.bookings if (who := self.staff.label(parcel.vhs, row)) is not None
            }
            self.half.discard(parcel.vhs)
        return result.status

    def export(self, vhs: int) -> str:
        """Let a VHS report everything, without any fault."""
        return self.hand_over(self.pack(vhs))

    def sync(self, vhs: int) -> int:
        """Let a VHS's connector carry out its change list."""
        return self.programs[vhs].apply(give_out(self.store, self.programs[vhs].vhs, now=self.clock.now))

    def claim(self, vhs: int, who: int) -> str:
        """Let a VHS claim a freed seat; a refusal is an answer."""
        refs = self.staff.facts.refs_of.get(who)
        if not refs:
            return "no occasion"
        now, name = self.clock.now, self.programs[vhs].vhs
        try:
            return claim_seat(self.store, now=now, vhs=name, coop_id=self.coop_id, ref=refs[0])
        except Refused as error:
            return error.code

    def approve(self) -> int:
        """Approve all that the mass guard holds back."""
        held = withheld(self.store)
        for item in held:
            approve(self.store, now=self.clock.now, withheld_id=item["id"])
        return len(held)

    def answer(self) -> None:
        """Say of every "S" that nobody can tell what the people say who booked and cancelled (D21)."""
        facts = self.staff.facts
        state = fold(self.coop_id, (item.event for item in self.store.load([self.coop_id])[self.coop_id]))
        for vhs, ref in questions(state)[:1]:
            rejected = facts.label_of.get(ref, -1) not in facts.cancelled
            now, reason = self.clock.now, "asked"
            confirm(self.store, now=now, vhs=vhs, coop_id=self.coop_id, ref=ref, reason=reason, reject=rejected)

    def agree(self, vhs: int, side: int, fee_cents: int) -> None:
        """Let one side confirm another fee for a subscriber (D13)."""
        confirm_terms(
            self.store,
            now=self.clock.now,
            vhs=self.programs[side].vhs,
            coop_id=self.coop_id,
            subscriber=self.programs[vhs].vhs,
            terms=Terms(fee_cents, 0, "80"),
        )

    def rest(self) -> None:
        """Put right what only people can, and go on until nobody is told anything."""
        for parcel in list(self.waiting):
            self.waiting.remove(parcel)
            self.hand_over(parcel)
        for vhs in VHSS:
            self.act("undelete", vhs)
            self.act("restore_id", vhs)
            for booking, row in list(self.programs[vhs].bookings.items()):
                if row["Status"] == UNKNOWN_LETTER:
                    self.programs[vhs].amend(booking, {"Status": "A"})
        for _ in range(PATIENCE):
            for vhs in VHSS:
                self.export(vhs)
            self.approve()
            self.answer()
            if not sum([self.sync(vhs) for vhs in VHSS]) and not any(self.changes(vhs) for vhs in VHSS):
                return

    # --- what there is to see -----------------------------------------------------------------------------------------

    def changes(self, vhs: int) -> list[dict[str, Any]]:
        return change_list(self.store, self.programs[vhs].vhs)

    def view(self, vhs: int, at: int | None = None) -> list[dict[str, Any]]:
        courses: list[dict[str, Any]] = view(self.store, self.programs[vhs].vhs, at=at)["courses"]
        return courses

    def open_codes(self) -> set[str]:
        return {violation["code"] for violation in open_violations(self.store)}

    def whose(self, ref: str) -> int:
        """Tell by its reference who was booked."""
        return self.staff.facts.label_of[ref]

    def readable(self, vhs: int) -> Row | None:
        """Give the course row a VHS last showed, None where it was gone, unreadable or half taken in."""
        key = self.staff.place[vhs, 0]
        row = self.shown[vhs].courses.get(key)
        if row is None or row["Externe Kurs-Nr."] != self.coop_id or vhs in self.half:
            return None
        return row

    def letters(self, vhs: int) -> dict[int, Row]:
        """Give the booking rows of the shared course a VHS last showed, by who was booked."""
        key = self.staff.place[vhs, 0]
        rows = self.shown[vhs].bookings.values()
        found = ((self.staff.label(vhs, row), row) for row in rows if course_of(row) == key)
        return {who: row for who, row in found if who is not None}

    def disagreements(self) -> list[str]:
        """Say where programs and views differ; what only people can settle aside (B15)."""
        network = Network(self.store, self.programs, self.policy, self.clock, directory=self.directory)
        unsettled = {ref for ref, who in self.staff.facts.label_of.items() if who in self.merged}
        return [line for line in network.disagreements() if line.split()[1].rstrip(":") not in unsettled]
