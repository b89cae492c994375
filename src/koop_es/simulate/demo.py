"""The demo: three Volkshochschulen share one course, and whatever their staff does, all end up with the same seats.

Nothing in it is faked: the admin programs are simulated, but store, ingest, views and change lists are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from koop_es.domain.errors import Refused
from koop_es.domain.observation import Person
from koop_es.domain.terms import Policy
from koop_es.ingest import claim_seat, release, subscribe
from koop_es.simulate.network import Clock, Network, Round
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL, Program
from koop_es.simulate.rows import CourseKey
from koop_es.simulate.wording import change_sentences, event_sentences
from koop_es.store import Store
from koop_es.views import open_violations

START = datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
MASTER, FIRST, SECOND = "563", "301", "412"
PERIOD = "26F"
RATE = "80"
MAX_ROUNDS = 4
"""Rounds a step may take: report, carry out, acknowledge, and one more where a program answers back (T5)."""

SAME_EVERYWHERE = ("Datum von", "Datum bis", "Uhrzeit von", "TN max", "Gebühr", "Durchlaufende Posten")
"""What all three programs must show alike in the end; the price because R33 says so."""

COURSE = {
    "Titel": "Obstbäume schneiden",
    "Info": "Theorie und Praxis des Winterschnitts.",
    "Typ": "Normalkurs",
    "Datum von": "02.03.2026",
    "Datum bis": "23.03.2026",
    "Uhrzeit von": "18:00",
    "Uhrzeit bis": "20:15",
    "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07",
    "TN min": "3",
    "TN max": "4",
    "Gebühr": "90,00",
    "Durchlaufende Posten": "12,00",
    "vhsKOOP-Verrechnung": RATE,
    "Anrechenbar": "W",
    "Belegen nur bis Maximum": "W",
    "Dozent": "Josef Lindner",
}
LOCAL = COURSE | {"Titel": "Italienisch A1", "Info": "", "DVV-Fachbereich": "4.09", "vhsKOOP-Verrechnung": ""}

ANNA = Person("Berger", "Anna", "09421 1001", "anna.berger@example.org")
DORA = Person("Eder", "Dora", "09421 1002", "dora.eder@example.org")
BERND = Person("Fuchs", "Bernd", "0721 2001", "bernd.fuchs@example.org")
EMIL = Person("Graf", "Emil", "0721 2002", "emil.graf@example.org")
FRIDA = Person("Huber", "Frida", "0721 2003", "frida.huber@example.org")
CLARA = Person("Kern", "Clara", "089 3001", "clara.kern@example.org")
GUSTAV = Person("Lang", "Gustav", "089 3002", "gustav.lang@example.org")


@dataclass(slots=True)
class Line:
    """One sentence of the story: what people did (``staff``), an ``event``, or what a VHS's connector was ``told``."""

    kind: Literal["staff", "event", "told"]
    text: str
    vhs: str | None = None


@dataclass(slots=True)
class Step:
    """One chapter of the story: its title, its day and what happened, in order."""

    title: str
    day: str
    lines: list[Line] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Tell what people did."""
        self.lines.append(Line("staff", text))


@dataclass(slots=True)
class Outcome:
    """How the story ended; ``disagreements`` is empty when every VHS agrees."""

    coop_id: str
    rounds: int
    views: dict[str, dict[str, Any]]
    courses: dict[str, dict[str, str]]
    violations: list[dict[str, Any]]
    disagreements: list[str]

    @property
    def agree(self) -> bool:
        """Tell whether all programs hold the same."""
        return not self.disagreements


class Demo:
    """The story, told step by step to ``listener``; exports are kept in ``directory``."""

    def __init__(self, store: Store, directory: Path, listener: Callable[[Step], None]) -> None:
        """Set up the three admin programs before anything has been reported; the store must be empty."""
        self.store, self.listener, self.policy = store, listener, Policy()
        self.master = Program(MASTER, KUFERSQL, "Straubing")
        self.first = Program(FIRST, ITM_MANAGER, "Karlsruhe")
        self.second = Program(SECOND, CMX_ORGANIZE, "München Nord")
        programs = (self.master, self.first, self.second)
        self.names = {program.vhs: program.name for program in programs}
        self.clock = Clock(START)
        self.network = Network(store, programs, self.policy, self.clock, directory=directory)
        self.courses: dict[str, CourseKey] = {}
        self.coop_id = ""
        self.position = 0
        self.unusable: list[str] = []

    def run(self) -> Outcome:
        """Tell the whole story and say how it ended."""
        for chapter in (
            self._connect, self._release, self._subscribe, self._book, self._cancel, self._wait, self._claim,
            self._remove, self._remain_removed, self._merge, self._change_price, self._change_date,
        ):  # fmt: skip
            chapter()
        return self.outcome()

    def outcome(self) -> Outcome:
        """Say how things stand: what each VHS sees and shows, and where they differ."""
        rows = {program.vhs: self._row(program) for program in self.network.programs.values()}
        return Outcome(
            self.coop_id,
            self.network.rounds,
            self.network.views(),
            rows,
            open_violations(self.store),
            self.unusable + self.network.disagreements() + _differences(rows),
        )

    # --- telling ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _step(self, title: str) -> Iterator[Step]:
        """Tell one chapter; the next one is a day later."""
        step = Step(title, f"{self.clock.now:%d.%m.%Y}")
        yield step
        self.listener(step)
        self.clock.advance(timedelta(days=1))

    def _heard(self, step: Step, now: Round | None = None) -> None:
        """Tell the events since the last time, and what one round asked of each VHS."""
        recorded = self.store.read(self.position, 1_000)
        self.position = recorded[-1].position if recorded else self.position
        step.lines += [Line("event", text) for text in event_sentences(recorded, self.names)]
        if now is None:
            return
        for export in now.exports:
            if export.status == "quarantined" or export.quarantined_rows:
                self.unusable.append(f"VHS {export.vhs}: export {export.sequence} could not be used: {export.reason}")
        for vhs, changes in now.told.items():
            step.lines += [Line("told", f"{self.names[vhs]}: {text}", vhs) for text in change_sentences(changes)]

    def _settle(self, step: Step) -> None:
        self.network.settle(MAX_ROUNDS, lambda now: self._heard(step, now))

    def _seat(self, step: Step, program: Program, person: Person, *, waiting: bool = False) -> str:
        """Let staff enter one person and return the booking's reference."""
        enter = program.waitlist if waiting else program.book
        ref = program.ref_of(enter(self.courses[program.vhs], person, self.clock.advance(timedelta(minutes=1))))
        where = "puts {} on the waiting list (Warteliste)" if waiting else "books {}"
        step.say(f"{program.name} {where.format(f'{person.first_name} {person.name}')}: {ref}")
        return ref

    def _row(self, program: Program) -> dict[str, str]:
        return program.courses[self.courses[program.vhs]]

    # --- chapters -----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        with self._step("Three admin programs report for the first time") as step:
            self.courses[MASTER] = self.master.add_course("26-10009", PERIOD, COURSE)
            self.first.add_course("26-40416", PERIOD, LOCAL)
            self.second.add_course("D040106", PERIOD, LOCAL)
            for program in self.network.programs.values():
                step.say(f"{program.name} (VHS {program.vhs}, {program.system}) exports its catalogue")
            self._settle(step)
            step.say("Nobody shares anything yet, so nothing is news: not one event")

    def _release(self) -> None:
        with self._step("Straubing releases a course and becomes its Master-VHS") as step:
            done = release(
                self.store,
                self.policy,
                now=self.clock.now,
                vhs=MASTER,
                number="26-10009",
                period=PERIOD,
                own_offer=True,
            )
            self.coop_id = done.coop_id
            step.say(f"Straubing releases 26-10009, {COURSE['Titel']}, at {RATE} percent for the Master")
            step.say(f"It is given the COOP-Id {done.coop_id}")
            self._heard(step)
            self._settle(step)

    def _subscribe(self) -> None:
        with self._step("Two Abo-VHSs subscribe, and WS creates their courses") as step:
            self._abo(step, self.first, "26-2411FX", "70")
            self._abo(step, self.first, "26-2411FX", RATE)
            self._abo(step, self.second, "VG5010105", RATE)
            self._settle(step)

    def _abo(self, step: Step, program: Program, number: str, rate: str) -> None:
        said = f"{program.name} subscribes as {number} and accepts {rate} percent"
        try:
            subscribe(
                self.store,
                self.policy,
                now=self.clock.now,
                vhs=program.vhs,
                coop_id=self.coop_id,
                number=number,
                period=PERIOD,
                accepted_rate=rate,
            )
        except Refused as refusal:
            said += f": refused by {refusal.rule}, {refusal.message}"
        else:
            self.courses[program.vhs] = CourseKey(number, PERIOD)
        step.say(said)
        self._heard(step)

    def _book(self) -> None:
        with self._step("People book at all three, and everybody holds every seat") as step:
            self.anna = self._seat(step, self.master, ANNA)
            self.bernd = self._seat(step, self.first, BERND)
            self.clara = self._seat(step, self.second, CLARA)
            step.say("With a third participant cmxOrganize marks a course as anrechenbar by itself")
            self._settle(step)

    def _cancel(self) -> None:
        with self._step("The Master cancels a booking of an Abo-VHS") as step:
            self.master.cancel(self.master.find(self.bernd))
            step.say(f"Straubing sets Bernd Fuchs, booked at Karlsruhe as {self.bernd}, to S")
            self._settle(step)

    def _wait(self) -> None:
        with self._step("The course fills up, and two VHSs keep a waiting list") as step:
            self.dora = self._seat(step, self.master, DORA)
            self.emil = self._seat(step, self.first, EMIL)
            self._settle(step)
            self.frida = self._seat(step, self.first, FRIDA, waiting=True)
            self.gustav = self._seat(step, self.second, GUSTAV, waiting=True)
            self._settle(step)

    def _claim(self) -> None:
        with self._step("A seat becomes free and goes to the first claim (Windhundverfahren)") as step:
            self.master.cancel(self.master.find(self.dora))
            step.say(f"Straubing sets its Dora Eder to S ({self.dora})")
            self._settle(step)
            self._claim_seat(step, self.second, self.gustav, GUSTAV)
            self._claim_seat(step, self.first, self.frida, FRIDA)
            self._settle(step)

    def _claim_seat(self, step: Step, program: Program, ref: str, who: Person) -> None:
        now = self.clock.advance(timedelta(minutes=1))
        said = f"{program.name} claims the free seat for {who.first_name} {who.name} ({ref})"
        try:
            claim_seat(self.store, now=now, vhs=program.vhs, coop_id=self.coop_id, ref=ref)
        except Refused as refusal:
            step.say(f"{said}: refused by {refusal.rule}, {refusal.message}")
        else:
            step.say(f"{said}: granted")
        self._heard(step)

    def _remove(self) -> None:
        with self._step("A booking is removed (entfernt) instead of cancelled") as step:
            self.first.remove(self.first.find(self.emil))
            step.say(f"Karlsruhe deletes Emil Graf ({self.emil}) from its database")
            self._settle(step)

    def _remain_removed(self) -> None:
        with self._step("The booking stays away, and its seat goes to somebody else") as step:
            step.say("Karlsruhe's next complete export still lacks it")
            self._settle(step)
            self._claim_seat(step, self.first, self.frida, FRIDA)
            self._settle(step)

    def _merge(self) -> None:
        with self._step("Participants are merged (zusammengeführt), and nobody is cancelled") as step:
            before = self.master.bookings[self.master.find(self.anna)]["TNR"]
            after = self.master.bookings[self.master.merge(self.master.find(self.anna))]["TNR"]
            step.say(f"Straubing merges two records of Anna Berger: TNR {before} becomes {after}")
            self._settle(step)

    def _change_price(self) -> None:
        with self._step("An Abo-VHS changes the price, which R33 forbids") as step:
            self.second.edit(self.courses[SECOND], {"Gebühr": "85,00"})
            step.say("München Nord sells the course for 85,00 instead of 90,00")
            self._settle(step)

    def _change_date(self) -> None:
        with self._step("The Master moves the course by a week") as step:
            self.master.edit(self.courses[MASTER], {"Datum von": "09.03.2026", "Datum bis": "30.03.2026"})
            step.say("Straubing moves the course to 09.03.2026 - 30.03.2026")
            self._settle(step)


def _differences(rows: dict[str, dict[str, str]]) -> list[str]:
    """Compare the course as the three programs show it."""
    return [
        f"{heading}: " + ", ".join(f"VHS {vhs} shows {row[heading]}" for vhs, row in rows.items())
        for heading in SAME_EVERYWHERE
        if len({row[heading] for row in rows.values()}) > 1
    ]
