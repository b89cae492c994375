"""What the staff of the simulated VHSs does, allowed or not: each public method is a verb a scenario may use.

A verb that has no object, because nobody was booked or the program does not let anybody do it, does nothing and says
so with False. ``Staff`` keeps what only the people themselves know: who booked where, and which of them cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import msgspec

from koop_es.connectors.values import day, local_text
from koop_es.domain.observation import WEB_SERVICE_USER, Person
from koop_es.simulate.copies import Copy
from koop_es.simulate.deeds import LEFT_THE_EXPORTS, MEANING, UNNAMED, UNTOLD, Diary, Intent
from koop_es.simulate.facts import Facts
from koop_es.simulate.network import Clock
from koop_es.simulate.office import EDITS
from koop_es.simulate.program import KUFERSQL, Program
from koop_es.simulate.rows import UNSAID, WHO, CourseKey, NotAllowed, Row, course_of, is_same
from koop_es.simulate.steps import Act

PERIOD = "26F"

MASTER_EDITS: tuple[Row, ...] = (
    {"Gebühr": "95,00"}, {"vhsKOOP-Verrechnung": "60"}, {"NIE bei vhsKOOP": "W"}, {"Titel": "Neuer Titel"},
    {"Uhrzeit von": "17:00"}, {"Uhrzeit von": "18:00"}, {"Kursort": "Aula"}, {"Kursort": "Lehrgarten"}, {"TN max": "3"},
    {"TN max": "8"}, {"Datum von": "09.03.2026"}, {"Datum bis": "30.05.2026"}, {"Info": "Bitte Schere mitbringen."},
    {"Typ": "Kinderkurs"}, {"Durchlaufende Posten": "3,00"}, {"Dozent": "Petra Vogel"}, {"DVV-Fachbereich": "2.01"},
)  # fmt: skip
ABO_EDITS: tuple[Row, ...] = (
    {"Gebühr": "85,00"}, {"Kennzeichen": ""}, {"Kennzeichen": "7,100"}, {"Anrechenbar": "W"}, {"Info": "Ohne alles"},
    {"Dozent": "Eigene Kraft"}, {"Belegen nur bis Maximum": "F"}, {"Kursort": "Zweigstelle"}, {"TN max": "99"},
    {"Titel": "Unser Titel"}, {"Uhrzeit von": "19:30"}, {"Ausfall": "W"}, {"Datum von": "10.03.2026"},
    {"vhsKOOP-Verrechnung": "10"},
)  # fmt: skip
"""What is edited at the Master and at an Abo-VHS: all that a rule of ``domain.md`` 2.3 or 2.5 speaks of (R16-R18,
R33-R41).
"""

TO_MASTER: dict[str, str] = {"NIE bei vhsKOOP": "", "vhsKOOP-Verrechnung": "80", "Typ": "Normalkurs"}
"""What people put back at a Master in the end, because the engine writes nothing there (R3, R9, R16)."""

WRITTEN_ONCE = ("Titel", "Titel Programmheft", "Info")
"""What the change list writes when it creates an Abo-Kurs and never again (R29)."""

UNKNOWN_LETTER = "X"

_NOTED_APART = frozenset({"letter_back", "move", "go_back", "ausfall"})
"""Verbs that are written down where they are done, person by person or before it."""

IDENTIFYING = frozenset({"rebook", "merge", "exchange_belegs", "correct_name", "amend_person", "substitute"})
"""Verbs that change by what a row is known: its numbers, its moment, its person (D18)."""

_ABOUT_PEOPLE = frozenset({"joins", "letter", "leaves", "removed", "returned", "revives", "moves", "stays", "lost"})


class Staff:
    """The people at all VHSs; they find courses by number and bookings by who booked."""

    def __init__(
        self, programs: list[Program], masters: tuple[int, ...], clock: Clock, diary: Diary | None = None
    ) -> None:
        """Employ the staff of some programs; ``masters`` says by course who runs it, ``diary`` keeps what they do."""
        self.diary = diary or Diary()
        self.copies: dict[int, list[Copy]] = {}
        self.programs, self.masters, self.clock = programs, masters, clock
        self.facts = Facts()
        self.place: dict[tuple[int, int], CourseKey] = {}
        self.left: dict[tuple[int, int], CourseKey] = {}
        """Copies of courses whose Abo has ended, which nobody touches (D8)."""
        self.coop_ids: dict[int, str] = {}

    def act(self, act: Act) -> bool:
        """Do something, and write it down; False where it cannot be done."""
        meant = self._meaning(act)
        try:
            done = self._do(act, self.programs[act.vhs % len(self.programs)])
        except NotAllowed:
            return False
        if done and act.verb not in _NOTED_APART:
            self.note_row(act, meant)
        return done

    def note_row(self, act: Act, meant: Intent) -> None:
        """Write down what somebody did to a row: where a booking of one's own has another identity than any export may
        have shown last, it reads as another registration of the same person, whatever was meant (D18).
        """
        held = self.row(act.vhs, act.who) if act.verb in IDENTIFYING else None
        if held is not None and self.facts.owner_of.get(act.who) == act.vhs:
            row = self.programs[act.vhs].bookings[held]
            shown = [shown for _, shown in self.facts.written[act.vhs, act.who]]
            live = row["Status"] != "S"
            if live and any(one["Status"] == "S" and one["Name"] != row["Name"] for one in shown):
                self.facts.rebooked.add(act.who)  # over an "S" another name is another registration (D18, D5)
            elif live and not all(is_same(row, one) for one in shown):
                self.facts.rebooked.add(act.who)
                self.note(act, "joins", note=UNTOLD)
                return
        self.note(act, meant)

    def _do(self, act: Act, program: Program) -> bool:
        if act.verb in EDITS:
            return EDITS[act.verb](self, act, program)
        verb: Callable[[Act, Program], bool] = getattr(self, act.verb)
        return verb(act, program)

    def _meaning(self, act: Act) -> Intent:
        """Say what a verb is going to mean, from how things are before it."""
        course = act.course % len(self.masters)
        if act.verb == "restore":
            return "returned" if self.row(act.vhs, act.who) is None else "revives"
        if act.verb == "unausfall" and self.masters[course] != act.vhs:
            return "course"
        return MEANING.get(act.verb, "nothing")

    def note(self, act: Act, meant: Intent, **about: object) -> None:
        """Write down what somebody did: about whom, in which course, and which letter stands there now."""
        program, who = self.programs[act.vhs % len(self.programs)], act.who
        course: int | None = act.course % len(self.masters)
        person = meant in _ABOUT_PEOPLE
        if person:
            course = self.facts.course_of.get(who)
        held = self.row(act.vhs, who) if person else None
        letter = program.bookings[held]["Status"] if held is not None else ""
        unnamed = UNNAMED if meant == "leaves" and program.editors == "none" else ""
        told = {"who": who if person else None, "course": course, "letter": letter, "note": unnamed} | about
        self.diary.note(self.clock.now, program.vhs, act.verb, meant, **told)

    # --- looking ------------------------------------------------------------------------------------------------------

    def key(self, vhs: int, course: int) -> CourseKey | None:
        """Find where a VHS keeps a course, None where it has none."""
        key = self.place.get((vhs, course))
        return key if key in self.programs[vhs].courses else None

    def note_created(self, vhs: int) -> None:
        """Look where a connector made a course anew that staff had deleted under another number."""
        courses = self.programs[vhs].courses
        kept = {self.key(vhs, course) for course in self.coop_ids}
        made = {
            row["Externe Kurs-Nr."]: key
            for key, row in courses.items()
            if row["Erstellt von"] == WEB_SERVICE_USER and key not in kept
        }
        for course, coop_id in self.coop_ids.items():
            if (vhs, course) in self.place and self.key(vhs, course) is None and coop_id in made:
                self.place[vhs, course] = made[coop_id]

    def last_days(self, course: int) -> dict[int, date]:
        """Say by VHS which last day of a course its exports may say: a row that has left them says none while
        there are others (R44).
        """
        keys = {at: key for (at, number), key in self.place.items() if number == course}
        held = {at: (self.programs[at], key) for at, key in keys.items() if key in self.programs[at].courses}
        seen = {at: (program, key) for at, (program, key) in held.items() if key not in program.left_web}
        return {at: day(program.courses[key]["Datum bis"]) for at, (program, key) in (seen or held).items()}

    def row(self, vhs: int, who: int) -> str | None:
        """Find the Beleg-ID under which a VHS keeps somebody's booking."""
        program = self.programs[vhs]
        held = (program.seats[ref] for ref in self.facts.refs_of.get(who, ()) if ref in program.seats)
        if self.left:
            left = {key for (at, _), key in self.left.items() if at == vhs}
            held = (booking for booking in held if course_of(program.bookings[booking]) not in left)
        return next((booking for booking in held if program.bookings[booking].get(WHO, str(who)) == str(who)), None)

    def label(self, vhs: int, row: Row) -> int | None:
        """Tell whose booking a row is."""
        if WHO in row:
            return int(row[WHO])
        return self.facts.label_of.get(row["Koop-Beleg-ID"] or f"{self.programs[vhs].vhs}:{row['Beleg-ID']}")

    def ids_differ(self, vhs: int) -> bool:
        """Tell whether no COOP-Id stands in the wrong course of a VHS, copied or exchanged."""
        rows = self.programs[vhs].courses
        right = {self.key(vhs, course): coop_id for course, coop_id in self.coop_ids.items()}
        ids = set(self.coop_ids.values())
        return all(
            row["Externe Kurs-Nr."] in ("", right.get(key)) or row["Externe Kurs-Nr."] not in ids
            for key, row in rows.items()
        )

    def course(self, act: Act) -> CourseKey:
        """Find the course of a step; raises NotAllowed where the VHS has none."""
        key = self.key(act.vhs, act.course % len(self.masters))
        if key is None:
            raise NotAllowed
        return key

    def _shared(self, act: Act) -> CourseKey:
        if (act.vhs, act.course % len(self.masters)) not in self.facts.known:
            raise NotAllowed
        return self.course(act)

    def held(self, act: Act) -> str:
        """Find the Beleg-ID of somebody's booking; raises NotAllowed where the VHS has none."""
        found = self.row(act.vhs, act.who)
        if found is None:
            raise NotAllowed
        return found

    # --- bookings -----------------------------------------------------------------------------------------------------

    def book(self, act: Act, program: Program) -> bool:
        """Book a seat, on the waiting list where the course is full (B1, B17)."""
        return self.register(act, program, program.book)

    def wait(self, act: Act, program: Program) -> bool:
        """Put somebody on the waiting list (B17)."""
        return self.register(act, program, program.waitlist)

    def register(self, act: Act, program: Program, how: Callable[..., str]) -> bool:
        """Book somebody who has no booking yet in the course of a step."""
        key, course = self.course(act), act.course % len(self.masters)
        if act.who in self.facts.owner_of:
            return False
        booking = self._enter(act, program, how, key, self.person(act.who, act.vhs))
        self.facts.course_of[act.who], self.facts.owner_of[act.who] = course, act.vhs
        self.facts.letter[act.who] = program.bookings[booking]["Status"]
        return True

    def _enter(self, act: Act, program: Program, how: Callable[..., str], key: CourseKey, person: Person) -> str:
        """Enter somebody in a course, on the waiting list where it is full."""
        at = self.moment(program, act.who)
        try:
            booking = how(key, person, at)
        except NotAllowed:
            booking = program.waitlist(key, person, at)
        self.mark(program, booking, act.who)
        return booking

    def moment(self, program: Program, who: int) -> datetime:
        """Give the second at which somebody registers, which no two people share at one VHS.

        It is not within the minute after midnight, which reads as a day without its time (D18).
        """
        at, registered = self.clock.now, self.facts.registered
        if (at.hour, at.minute) == (0, 0):
            at += timedelta(minutes=1)
        while (program.vhs, local_text(at.isoformat())) in registered:
            at += timedelta(seconds=1)
        registered[program.vhs, local_text(at.isoformat())] = who
        return at

    @staticmethod
    def person(who: int, vhs: int) -> Person:
        """Name somebody who books at a VHS."""
        return Person(f"Name{who}", f"Vor{who}", f"0{vhs}-{who}", f"p{who}@example.org")

    @staticmethod
    def local(vhs: int) -> CourseKey:
        """Say where a VHS keeps the course that it shares with nobody."""
        return local_course(vhs)

    def doubt(self, who: int, booking_id: str, program: Program) -> None:
        """Note that nobody can tell any more whose "S" a row shows: it is going to name its editor."""
        if program.bookings[booking_id]["Status"] == "S":
            self.facts.cancelled.add(who)

    def mark(self, program: Program, booking: str, who: int) -> None:
        """Remember whose row this is, under whatever numbers it goes on."""
        program.bookings[booking][WHO] = str(who)
        self.facts.name(who, program.ref_of(booking))

    def note_mirrors(self, vhs: int) -> None:
        """Remember whose the rows are that a connector just wrote; it was told so by the second of the booking."""
        program = self.programs[vhs]
        new = {booking for booking, row in program.bookings.items() if WHO not in row}
        for ref, booking in program.seats.items():
            who = self.facts.label_of.get(ref.partition("#")[0])
            if booking in new and who is not None:
                program.bookings[booking][WHO] = str(who)

    def book_local(self, act: Act, program: Program) -> bool:
        """Book a course that nobody shares (D15)."""
        at = self.moment(program, act.who)
        self.mark(program, program.book(local_course(act.vhs), self.person(act.who, act.vhs), at), act.who)
        return True

    def cancel(self, act: Act, program: Program) -> bool:
        """Set "S", at any VHS that holds the booking (B3); where it stands already nobody does anything."""
        held = self.held(act)
        if program.bookings[held]["Status"] == "S":
            return False
        program.cancel(held)
        self.facts.cancelled.add(act.who)
        return True

    def remove(self, act: Act, program: Program) -> bool:
        """Remove a booking row (B9)."""
        program.remove(self.held(act))
        return True

    def restore(self, act: Act, program: Program) -> bool:
        """Bring a removed row back, or set "A" again where it shows "S" (D5)."""
        held = self.row(act.vhs, act.who)
        if held is not None:
            if program.bookings[held]["Status"] != "S":
                return False
            program.restore(held)
            self._give(act.who, act.vhs, "A")
            return True
        refs = self.facts.refs_of.get(act.who, ())
        gone = [
            booking  # its number may have gone to somebody else meanwhile, whose row was removed as well (D18a)
            for booking, (ref, row) in program.removed.items()
            if ref in refs and row.get(WHO, str(act.who)) == str(act.who)
        ]
        if not gone:
            return False
        program.restore(gone[-1])
        letter = program.bookings[gone[-1]]["Status"]
        if (
            letter in ("A", "W")
            and self.facts.owner_of.get(act.who) == act.vhs
            and self.facts.letter[act.who] != letter
        ):
            self.facts.letter[act.who] = None  # somebody gave it a seat while the row was away
        return True

    def merge(self, act: Act, program: Program) -> bool:
        """Merge a participant with a duplicate (B13)."""
        booking = program.merge(self.held(act))
        if self.facts.owner_of.get(act.who) == act.vhs:
            self.facts.name(act.who, f"{program.vhs}:{booking}")
        return True

    def rebook(self, act: Act, program: Program) -> bool:
        """Remove a booking of one's own and enter whoever stands in it anew, under other numbers (B14).

        Where no export has shown yet which letter they had, as after a claim, nobody can tell it from the former one.
        """
        held = self.held(act)
        row = program.bookings[held]
        if self.facts.owner_of[act.who] != act.vhs or row["Status"] != "A":
            return False
        key = course_of(row)
        program.remove(held)
        person = Person(row["Name"], row["Vorname"], row["Telefon"], row["E-Mail"])
        booking = self._enter(act, program, program.book, key, person)
        unseen = self.facts.letter[act.who] != self.facts.letter_shown.get(act.who)
        self.facts.rebooked.add(act.who)
        self._give(act.who, act.vhs, program.bookings[booking]["Status"])
        if unseen:
            self.facts.letter[act.who] = None
        return True

    def promote(self, act: Act, program: Program) -> bool:
        """Give a waiting booking a seat."""
        program.promote(self.held(act))
        self._give(act.who, act.vhs, "A")
        return True

    def amend_person(self, act: Act, program: Program) -> bool:
        """Correct the phone of a booking; only the owner's correction counts (D6).

        The mail stays: with name, phone and mail all changed a merge cannot be told from a removal (B15).
        """
        held = self.held(act)
        if program.bookings[held]["Name"] in ("", UNSAID):
            return False
        self.doubt(act.who, held, program)
        program.amend(held, {"Telefon": f"0{act.value}"})
        return True

    def letter(self, act: Act, program: Program) -> bool:
        """Set a status nobody knows (B6)."""
        program.amend(self.held(act), {"Status": UNKNOWN_LETTER})
        return True

    def letter_back(self, act: Act, program: Program) -> bool:
        """Set "A" where an unknown status stands."""
        held = self.held(act)
        if program.bookings[held]["Status"] != UNKNOWN_LETTER:
            return False
        self.put_right(act.vhs, held)
        return True

    def put_right(self, vhs: int, booking_id: str) -> None:
        """Set "A" in a row whose status nobody knows."""
        program = self.programs[vhs]
        program.amend(booking_id, {"Status": "A"})
        who = self.label(vhs, program.bookings[booking_id])
        if who is not None:
            self._give(who, vhs, "A")
            self.note(Act("letter_back", vhs, 0, who), "stays")

    def _give(self, who: int, vhs: int, letter: str) -> None:
        if self.facts.owner_of.get(who) == vhs:
            self.facts.letter[who] = letter
            self.facts.given_at[who] = self.clock.now

    def note_overwritten(self, refs: Iterable[str], fetched_at: datetime) -> None:
        """Note the letters over which a connector wrote before an export had shown them, or an older list.

        Which of the two stands is chance.
        """
        for ref in refs:
            who = self.facts.label_of.get(ref, -1)
            unseen = self.facts.letter.get(who) != self.facts.letter_shown.get(who)
            if unseen or self.facts.given_at.get(who, fetched_at) > fetched_at:
                self.facts.letter[who] = None

    # --- courses ------------------------------------------------------------------------------------------------------

    def edit(self, act: Act, program: Program) -> bool:
        """Edit a course, also what must not be edited (R16-R18, R33-R41)."""
        key, course = self.course(act), act.course % len(self.masters)
        edits = MASTER_EDITS if self.masters[course] == act.vhs else ABO_EDITS
        fields = edits[act.value % len(edits)]
        program.edit(key, fields)
        if edits is ABO_EDITS:
            self.facts.kept[act.vhs, course] |= {name: fields[name] for name in WRITTEN_ONCE if name in fields}
        return True

    def renumber(self, act: Act, program: Program) -> bool:
        """Give a course another number (R20)."""
        key, course = self.course(act), act.course % len(self.masters)
        self.place[act.vhs, course] = program.renumber(key, f"N-{course}-{act.value % 7}")
        return True

    def lose_id(self, act: Act, program: Program) -> bool:
        """Empty "Externe Kurs-Nr." (R15)."""
        program.edit(self._shared(act), {"Externe Kurs-Nr.": ""})
        return True

    def alter_id(self, act: Act, program: Program) -> bool:
        """Write something else into "Externe Kurs-Nr." (R15)."""
        program.edit(self._shared(act), {"Externe Kurs-Nr.": f"{900 + act.vhs}-COOP-7" if act.value % 2 else "Raum 5"})
        return True

    def copy_id(self, act: Act, program: Program) -> bool:
        """Copy a COOP-Id into the local course, as copying a course does (R15)."""
        text = program.courses[self._shared(act)]["Externe Kurs-Nr."]
        program.edit(local_course(act.vhs), {"Externe Kurs-Nr.": text})
        return True

    def exchange_ids(self, act: Act, program: Program) -> bool:
        """Exchange the COOP-Ids of two courses (R15)."""
        beside = (act.course + 1) % len(self.masters)
        key, other = self._shared(act), self.key(act.vhs, beside)
        if other is None or other == key or (act.vhs, beside) not in self.facts.known:
            return False
        first, second = (program.courses[place]["Externe Kurs-Nr."] for place in (key, other))
        program.edit(key, {"Externe Kurs-Nr.": second})
        program.edit(other, {"Externe Kurs-Nr.": first})
        self.note(msgspec.structs.replace(act, course=beside), "course gone")
        return True

    def restore_id(self, act: Act, program: Program) -> bool:
        """Put the COOP-Id back, and take a copy out of the local course."""
        coop_id = self.coop_ids.get(act.course % len(self.masters))
        key = self.course(act)
        if program.courses[local_course(act.vhs)]["Externe Kurs-Nr."]:
            program.edit(local_course(act.vhs), {"Externe Kurs-Nr.": ""})
        if coop_id is None or program.courses[key]["Externe Kurs-Nr."] == coop_id:
            return False
        program.edit(key, {"Externe Kurs-Nr.": coop_id})
        return True

    def delete(self, act: Act, program: Program) -> bool:
        """Delete a shared course (R19, R34); where a list that comes late makes it anew, nothing is written in it.

        A row of another course that was put into it by mistake is taken out with it (B9).
        """
        key, course = self.course(act), act.course % len(self.masters)
        rows = [row for row in program.bookings.values() if course_of(row) == key and WHO in row]
        program.delete_course(key)
        self.facts.kept.pop((act.vhs, course), None)
        self._note_strays(act, "removed", rows)
        return True

    def _note_strays(self, act: Act, meant: Intent, rows: list[Row]) -> None:
        """Write down what became of rows that stand in a course and are of another."""
        for who in sorted(int(row[WHO]) for row in rows):
            if self.facts.course_of.get(who, act.course % len(self.masters)) != act.course % len(self.masters):
                self.note(msgspec.structs.replace(act, who=who), meant)

    def undelete(self, act: Act, program: Program) -> bool:
        """Take such a deletion back; a row whose Beleg-ID was given to somebody else since is not to be had again."""
        key = self.place.get((act.vhs, act.course % len(self.masters)))
        if key is None:
            return False
        for row in program.restore_course(key):
            if WHO in row and self.row(act.vhs, int(row[WHO])) is None:
                self.note(msgspec.structs.replace(act, who=int(row[WHO])), "lost", letter="", note=UNTOLD)
        self._note_strays(act, "returned", [row for row in program.bookings.values() if course_of(row) == key])
        return True

    def ausfall(self, act: Act, program: Program) -> bool:
        """Cancel a course at its Master; in KuferSQL it may leave the exports with it (R44, R47)."""
        key, course = self.course(act), act.course % len(self.masters)
        if self.masters[course] != act.vhs:
            return False
        leaves = program.system == KUFERSQL and act.value % 3 == 0
        program.cancel_course(key, leave_web=leaves)
        self.facts.ausfall.add(course)
        self.facts.called_off.add(course)
        self.note(act, "course over", note=LEFT_THE_EXPORTS if leaves else "")
        return True

    def note_ausfall(self, vhs: int) -> None:
        """Note an Ausfall that stands at a Master, also one that a connector wrote while COOP-Ids were exchanged."""
        for course, master in enumerate(self.masters):
            key = self.key(vhs, course)
            if master == vhs and key is not None and self.programs[vhs].courses[key]["Ausfall"] == "W":
                self.facts.ausfall.add(course)

    def unausfall(self, act: Act, program: Program) -> bool:
        """Take the Ausfall of a course back, which counts until its last day (D24)."""
        program.edit(self.course(act), {"Ausfall": "F"})
        return True


def local_course(vhs: int) -> CourseKey:
    """Say where each VHS keeps the course that it shares with nobody."""
    return CourseKey(f"L-{vhs}", PERIOD)
