"""The world of a scenario: its programs, staff, post and engine, and the steps carried out one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from koop_es.connectors.values import day
from koop_es.domain.cancellations import questions
from koop_es.domain.course import euros
from koop_es.domain.errors import KoopError
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import export_name
from koop_es.domain.judgement import Effect, export_of
from koop_es.domain.terms import Policy
from koop_es.ingest import approve, claim_seat, confirm, give_out, release
from koop_es.simulate import operator
from koop_es.simulate.abos import RATE, subscribe, terminate
from koop_es.simulate.deeds import APPROVE_ABSENCE, PUT_RIGHT, ROUNDS, Diary, Told
from koop_es.simulate.ending import learn_refs
from koop_es.simulate.mistold import never_booked, was_put_elsewhere
from koop_es.simulate.network import Clock
from koop_es.simulate.openly import courses_nobody_can_tell
from koop_es.simulate.oracle import Oracle
from koop_es.simulate.post import Post
from koop_es.simulate.program import Program
from koop_es.simulate.rows import UNSAID, CourseKey, course_of
from koop_es.simulate.seam import SeamStore
from koop_es.simulate.staff import PERIOD, Staff, local_course
from koop_es.simulate.steps import Act, Changes, Export, Jump, Resend, Rivals, Scenario, Shared, Step
from koop_es.simulate.unnoticed import MISTELLING
from koop_es.store import Store
from koop_es.views import view, views_as_of, withheld

T = TypeVar("T")

START = datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
FIRST_DAY = datetime(2026, 3, 2, tzinfo=ZoneInfo("Europe/Berlin"))
STEP = timedelta(minutes=7)
"""Time that passes with a step: no round number, so that nothing meets at full hours by chance."""

COURSE = {
    "Titel": "Obstbäume schneiden",
    "Info": "Theorie und Praxis.",
    "Typ": "Normalkurs",
    "Uhrzeit von": "18:00",
    "Uhrzeit bis": "20:15",
    "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07",
    "vhsKOOP-Verrechnung": RATE,
    "Ausfall": "F",
}
ADOPTED_FROM = 900
"""Running number of the COOP-Ids from before the engine: beyond those that a rehearsal issues."""


class World:
    """Everything a scenario is about; ``trace`` says step by step what happened, ``findings`` what must not."""

    def __init__(self, scenario: Scenario, store: SeamStore, directory: Path) -> None:
        """Set up programs and courses; nothing has been reported yet."""
        self.scenario, self.store = scenario, store
        self.clock = Clock(START)
        self.programs = [
            Program(
                str(101 + number),
                system,
                f"VHS{number}",
                staff=f"Büro{number}",
                editors=_of(scenario.editors, number, "name"),
                digits=_of(scenario.padded, number, 0),
                reuses=_of(scenario.reusing, number, default=False),
                once=scenario.once,
                now=lambda: self.clock.now,
            )
            for number, system in enumerate(scenario.systems)
        ]
        self.policy = Policy(
            orphan_policy="owner_only" if scenario.owner_only else "symmetric",
            orphan_confirmations=scenario.confirmations,
            guard_bookings=scenario.guard,
            identity_sharing="all" if scenario.all_identities else "master_only",
        )
        masters = tuple(course.master for course in scenario.courses)
        self.diary = Diary()
        self.staff = Staff(self.programs, masters, self.clock, self.diary)
        self.oracle = Oracle(self.staff.facts, scenario.confirmations, scenario.owner_only, masters)
        self.post = Post(store, self.policy, self.clock, self.staff, self.oracle)
        self.post.directory = directory
        self.post.copying = any(isinstance(step, Act) and step.verb == "go_back" for step in scenario.steps)
        self.fetched: list[tuple[int, Changes, datetime, list[dict[str, Any]]]] = []
        self.trace: list[str] = []
        self.findings = self.post.findings
        self.ever_withheld: set[int] = set()
        self.withdrawn: set[str] = set()
        for number, program in enumerate(self.programs):
            program.add_course(*local_course(number), _fields(Shared(number, 20, 30, 0)) | {"Titel": "Italienisch"})
        for number, course in enumerate(scenario.courses):
            self._begin(number, course)

    def _begin(self, number: int, course: Shared) -> None:
        """Enter a course at its Master, and at those who had subscribed it before the engine (adoption)."""
        staff, fields = self.staff, _fields(course) | {"Titel": f"Obstbäume schneiden {number}"}
        if course.adopted_by is not None:
            staff.coop_ids[number] = f"{self.programs[course.master].vhs}-COOP-{ADOPTED_FROM + number}"
            fields |= {"Externe Kurs-Nr.": staff.coop_ids[number]}
            abo = fields | {"Kennzeichen": "100", "Anrechenbar": "F", "Belegen nur bis Maximum": "W"}
            for vhs in course.adopted_by:
                key = CourseKey(f"A-{number}", PERIOD)
                staff.place[vhs, number] = self.programs[vhs].add_course(*key, abo)
        staff.place[course.master, number] = self.programs[course.master].add_course(f"M-{number}", PERIOD, fields)

    # --- steps --------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Carry out all steps; what is on its way then arrives."""
        for now, step in enumerate(self.scenario.steps):
            self.diary.step = now
            self.clock.advance(STEP)
            self._arrivals(now)
            self.trace.append(f"{now} {_name(step)}: {self._carry_out(step, now)}")
            if self.scenario.operator and now % self.scenario.operator == 0:
                self.trace += operator.look(self)
        self._arrivals(None)
        self.diary.step = PUT_RIGHT

    def _arrivals(self, now: int | None) -> None:
        self.trace += self.post.deliver(now)
        due = [item for item in self.fetched if now is None or item[0] <= now]
        self.fetched = [item for item in self.fetched if item not in due]
        for _, step, fetched_at, changes in due:
            done = self._write(step.vhs, changes, fetched_at, step.how)
            self.trace.append(f"{self.programs[step.vhs].vhs} wrote {done}")

    def _write(self, vhs: int, changes: list[dict[str, Any]], fetched_at: datetime, how: str = "") -> int:
        """Let a connector carry out a change list; what it writes into the wrong course is there all the same."""
        program = self.programs[vhs]
        done = program.apply(changes, bare=how == "bare")
        if how == "doubled":
            for ref in [c["booking"]["ref"] for c in changes if c["kind"] == "booking.create"]:
                program.double(ref)
        self.staff.note_created(vhs)
        self.staff.note_mirrors(vhs)
        self.staff.note_ausfall(vhs)
        self.staff.note_overwritten((change["booking"]["ref"] for change in changes if "booking" in change), fetched_at)
        return done

    def _carry_out(self, step: Step, now: int) -> str:
        match step:
            case Act(verb="release" | "subscribe" | "terminate" | "claim" | "approve"):
                return self._decide(step)
            case Act():
                return "done" if self.staff.act(step) else "no occasion"
            case Export():
                said = self.post.send(step, now)
                return "; ".join([said, *self.post.deliver(now)])
            case Resend():
                sent = self.post.sent.get(step.vhs, [])
                return self.post.hand_over(sent[-1 - step.back % len(sent)], now) if sent else "no occasion"
            case Rivals():
                said = self.post.at_once(Export(step.vhs), Export(step.other), step.before)
                self.findings += unlike_replay(self.store, [program.vhs for program in self.programs])
                return said
            case Changes():
                changes = self.fetch(step.vhs)
                at = self.clock.now
                self.fetched += [(now + step.delay * (time + 1), step, at, changes) for time in range(step.times)]
                self._arrivals(now)
                return "; ".join(change["id"] for change in changes)
            case Jump():
                self.clock.advance(timedelta(minutes=step.minutes))
                return self.clock.now.isoformat()

    def fetch(self, vhs: int) -> list[dict[str, Any]]:
        """Fetch a change list; nobody may be told an "S" for which there is no reason."""
        changes = give_out(self.store, self.programs[vhs].vhs, now=self.clock.now)
        for change in changes:
            booking = change.get("booking")
            if booking is None:
                continue
            who = self.staff.facts.learn(booking["ref"], booking.get("booked_at"))
            self.staff.facts.told_in.setdefault(booking["ref"], change["coop_id"])
            course = self.staff.facts.course_of.get(who) if who is not None else None
            told = Told(
                self.clock.now, self.diary.step, change["vhs"], change["kind"], who, course, booking["status"] or ""
            )
            self.diary.told.append(told)
            if who is None or (who not in self.staff.facts.course_of and not was_put_elsewhere(self.diary, who)):
                self.findings.append(f"leak: {change['id']} is about a booking nobody shares")
            elif booking["status"] == "S" and not self._may_be_told(who, change["coop_id"]):
                self.findings.append(f"wrongly cancelled: {change['id']} tells S for person {who} without a reason")
        return changes

    def _may_be_told(self, who: int, coop_id: str) -> bool:
        """Tell whether there is any reason for an "S": who is in another course, or in one that nobody shares, has no
        seat in this one, although a wrong file said so (D25).
        """
        course = self.staff.facts.course_of.get(who)
        elsewhere = course is None or (
            self.staff.coop_ids.get(course) != coop_id and was_put_elsewhere(self.diary, who)
        )
        return elsewhere or self.oracle.may_be_told(who)

    def _decide(self, act: Act) -> str:
        """Let somebody use koop-es itself; a refusal is an answer."""
        staff, program = self.staff, self.programs[act.vhs]
        course = act.course % len(self.scenario.courses)
        try:
            if act.verb == "claim":
                if staff.facts.contested:  # a Beleg-ID that was exchanged names somebody else
                    learn_refs(self.store, staff)
                known = staff.facts.refs_of.get(act.who, ())
                refs = [ref for ref in known if staff.facts.label_of.get(ref) == act.who]
                coop_id = staff.coop_ids.get(staff.facts.course_of.get(act.who, -1))
                if not refs or coop_id is None:
                    return "no occasion"
                head, held = self.store.head(), staff.row(act.vhs, act.who)
                given = claim_seat(self.store, now=self.clock.now, vhs=program.vhs, coop_id=coop_id, ref=refs[0])
                if self.store.head() == head and held is not None and program.bookings[held]["Status"] != given:
                    return "known already"  # out of a file with other letters than the program has
                staff.facts.letter[act.who] = given
                staff.note(act, "letter", letter=given)
                return given
            if act.verb == "approve":
                return self._approve_some(program)
            if act.verb == "release":
                return self._release(act, program, course)
            if act.verb == "terminate":
                return terminate(self, act)
            return subscribe(self, act)
        except KoopError as error:
            return error.code

    def _release(self, act: Act, program: Program, course: int) -> str:
        key = self.staff.key(act.vhs, course)
        if course in self.staff.coop_ids or key is None or self.scenario.courses[course].master != act.vhs:
            return "no occasion"
        made = release(
            self.store,
            self.policy,
            now=self.clock.now,
            vhs=program.vhs,
            number=key.number,
            period=key.period,
            own_offer=True,
        )
        self.staff.coop_ids[course] = made.coop_id
        self.staff.note(act, "course back")
        return made.coop_id

    def _approve_some(self, program: Program) -> str:
        """Let an operator approve what the mass guard holds back of one VHS (D4)."""
        said = []
        for item in self._withheld():
            if item["vhs"] != program.vhs or self._is_wrong(item):
                continue
            self._note_withheld(item)
            approve(self.store, now=self.clock.now, withheld_id=item["id"])
            self._decided(_verb(item), program.vhs, item["refs"], _means(item))
            said.append(item["id"])
        return "; ".join(said) or "no occasion"

    def _withheld(self) -> Iterator[dict[str, Any]]:
        """Give what is withheld, one after the other: what is approved may answer for another, which waits no more."""
        seen = set[str]()
        while item := next((one for one in withheld(self.store) if one["id"] not in seen), None):
            seen.add(item["id"])
            yield item

    def _answer(self) -> None:
        """Let operators say of every "S" that nobody can tell what the people who booked and cancelled say (D21).

        An answer may have been one to others of its cooperation, too: what is still asked is looked up after each.
        """
        for coop_id in sorted(set(self.staff.coop_ids.values())):
            while asked := self._asked(coop_id):
                self._answer_one(coop_id, *asked[0])

    def _asked(self, coop_id: str) -> list[tuple[str, str]]:
        recorded = self.store.load([coop_id]).get(coop_id, [])
        return questions(fold(coop_id, (item.event for item in recorded)))

    def _answer_one(self, coop_id: str, vhs: str, ref: str) -> None:
        facts = self.staff.facts
        who = facts.label_of.get(ref, -1)
        rejected = who not in facts.cancelled and who not in self.oracle.ended_as_another
        stray = never_booked(self.staff, who, coop_id)
        rejected &= not stray
        letter = confirm(
            self.store, now=self.clock.now, vhs=vhs, coop_id=coop_id, ref=ref, reason="asked", reject=rejected
        )
        self.trace.append(f"{vhs} asked about {ref}: {letter}")
        if not stray:  # nothing is said of the course that they have booked
            self._decided("reject" if rejected else "confirm", vhs, [ref], letter)

    def _decided(self, verb: str, vhs: str, refs: Iterable[str], letter: str) -> None:
        """Write down that an operator decided, booking by booking."""
        facts = self.staff.facts
        for ref in refs:
            who = facts.label_of.get(ref)
            course = facts.course_of.get(who) if who is not None else None
            self.diary.note(self.clock.now, vhs, verb, "decides", who=who, course=course, letter=letter)

    def _is_wrong(self, item: dict[str, Any]) -> bool:
        """Tell whether nobody meant what is withheld: its file was wrong, or an old copy was put back."""
        wrong = {export_name(e.vhs, e.sequence, "") for e in self.diary.exports if e.fault in MISTELLING}
        if export_of(item["id"]) in wrong:
            return True
        vhs = next(number for number, program in enumerate(self.programs) if program.vhs == item["vhs"])
        facts = self.staff.facts
        return any((vhs, facts.label_of.get(ref, -1)) in facts.went_back for ref in item["refs"])

    def _note_withheld(self, item: dict[str, Any]) -> None:
        self.ever_withheld |= {self.staff.facts.label_of.get(ref, -1) for ref in item["refs"]}

    # --- rounds without faults ----------------------------------------------------------------------------------------

    def round(self) -> int:
        """Let all export and then carry out their change lists; returns how many changes they were told.

        Left out are those that wait for people, because the row stands in a course that was set aside, or was itself.
        """
        self.diary.step = ROUNDS
        for vhs in range(len(self.programs)):
            self.clock.advance(STEP)
            self.trace.append(self.post.hand_over(self.post.pack(Export(vhs))))
        self._approve()
        self._answer()
        self.trace += operator.look(self)
        told = 0
        for vhs in range(len(self.programs)):
            changes = self.fetch(vhs)
            told += sum(not self._stands_aside(vhs, change) for change in changes)
            self.trace.append(f"{self.programs[vhs].vhs} told {'; '.join(change['id'] for change in changes)}")
            self._write(vhs, changes, self.clock.now)
        return told

    @staticmethod
    def _is_companys(program: Program, change: dict[str, Any]) -> bool:
        """Tell whether the Beleg-ID of a booking was given to a company: its row is set aside, and until somebody puts
        it right nobody can tell whether it is that booking (D17).
        """
        owner, _, booking_id = change.get("booking", {}).get("ref", "").partition(":")
        row = program.bookings.get(change.get("booking", {}).get("booking_id") or booking_id)
        return owner == program.vhs and row is not None and row["Vorname"] == UNSAID

    def _stands_aside(self, vhs: int, change: dict[str, Any]) -> bool:
        """Tell whether a booking's row stands in another course than its own, and a copy is said to be there, or the
        course itself stands there under another number, and that is said (R15, R28).

        No export can show then what a connector wrote into it.
        """
        program, course = self.programs[vhs], change["course"]
        kept = {row["Externe Kurs-Nr."] for row in program.courses.values()}
        if change["coop_id"] in kept and CourseKey(course["number"], course["period"]) not in program.courses:
            return (program.vhs, change["coop_id"]) in courses_nobody_can_tell(self.store)
        if self._is_archived(vhs, change) or self._is_companys(program, change):
            return True
        held = program.seats.get(change["booking"]["ref"]) if "booking" in change else None
        if held is None or course_of(program.bookings[held]) == CourseKey(course["number"], course["period"]):
            return False
        return (program.vhs, change["coop_id"]) in courses_nobody_can_tell(self.store)

    def _is_archived(self, vhs: int, change: dict[str, Any]) -> bool:
        """Tell whether a course that is over is gone from a program: nobody writes in it any more (D17)."""
        kept = {row["Externe Kurs-Nr."] for row in self.programs[vhs].courses.values()}
        if change["kind"] == "course.create" or change["coop_id"] in kept:
            return False
        shown = [
            row["Datum bis"]
            for program in self.programs
            for row in program.courses.values()
            if row["Externe Kurs-Nr."] == change["coop_id"]
        ]
        return all(day(text) < self.clock.now.date() for text in shown)

    def _approve(self) -> None:
        """Approve what the mass guard holds back, where people repair at all (D4); not what nobody meant."""
        for item in self._withheld():
            self._note_withheld(item)
            if self.scenario.repair and not self._is_wrong(item):
                approve(self.store, now=self.clock.now, withheld_id=item["id"])
                self._decided(_verb(item), item["vhs"], item["refs"], _means(item))


def _verb(item: dict[str, Any]) -> str:
    """Say what is approved: an absence, which ends as soon as the row is shown again (D5), or something else."""
    return APPROVE_ABSENCE if item["kind"] == "absence" else "approve"


def _means(item: dict[str, Any]) -> str:
    """Say which letter an approval gives: an "S" where a loss or a cancellation was withheld, else none (D31)."""
    return "S" if item["kind"] in ("absence", Effect.CANCELLATION, Effect.AUSFALL) else ""


def _of(values: tuple[T, ...], number: int, default: T) -> T:
    """Give what a scenario says of one VHS; one of yesterday says nothing."""
    return values[number] if number < len(values) else default


def _fields(course: Shared) -> dict[str, str]:
    last = FIRST_DAY + timedelta(days=course.days)
    return COURSE | {
        "Datum von": f"{FIRST_DAY:%d.%m.%Y}",
        "Datum bis": f"{last:%d.%m.%Y}",
        "TN max": str(course.seats),
        "Gebühr": euros(course.fee),
    }


def unlike_replay(store: Store, vhss: Iterable[str]) -> list[str]:
    """Compare what is kept for each VHS with the replay of the log; says where they differ."""
    return [
        f"replay: the view of VHS {vhs} is not what the log says"
        for vhs, replayed in views_as_of(store, vhss, store.head()).items()
        if view(store, vhs, set_aside=False)["courses"] != replayed["courses"]
    ]


def _name(step: Step) -> str:
    if isinstance(step, Act):
        return f"{step.verb} vhs {step.vhs} course {step.course} who {step.who}"
    return f"{type(step).__name__.lower()} {getattr(step, 'vhs', '')}".rstrip()
