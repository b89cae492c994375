"""The judgement at the end of a rehearsal: programs and views against the oracle, and against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from koop_es.connectors import cents_from_text
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect
from koop_es.simulate.draw import LOCAL
from koop_es.simulate.ending import who_waits
from koop_es.simulate.openly import courses_nobody_can_tell
from koop_es.simulate.rows import UNSAID, Row, course_of, is_marked
from koop_es.simulate.staff import UNKNOWN_LETTER
from koop_es.simulate.unnoticed import stays_where_it_stood
from koop_es.simulate.world import World, unlike_replay
from koop_es.views import open_violations, view, withheld

LIVE = ("A", "W")
STRANGER = -1
"""Stands for a booking that nobody knows who made."""

SAME = ("Datum von", "Datum bis", "Uhrzeit von", "Uhrzeit bis", "TN max")
"""What the Master decides and every Abo-Kurs shows in the end (R21)."""


class Judge:
    """Looks at a world that has come to rest."""

    def __init__(self, world: World) -> None:
        """Read every program once."""
        self.world, self.staff = world, world.staff
        held = withheld(world.store)
        self.waiting = {self._who(ref) for item in held for ref in item["refs"]}
        # Letters and the like wait for an answer, and nobody writes anything until then (D31).
        self.asked = {self._who(ref) for item in held if item["kind"] != "absence" for ref in item["refs"]}
        # Of these an A or W over an "S" counts for nothing yet, and takes no seat (D31e).
        self.back = {self._who(ref) for item in held if item["kind"] == Effect.LETTER for ref in item["refs"]}
        self.masters = [course.master for course in world.scenario.courses]
        self.untold = courses_nobody_can_tell(world.store)
        self.open: dict[tuple[str, str], set[str]] = {}
        self.held, others = set[int](), set[int]()
        for violation in open_violations(world.store):
            if violation["code"] == "REGISTRATION_HELD":
                self.held.add(self._who(violation["ref"]))
                others |= who_waits(self.staff, violation) - {self._who(violation["ref"])}
            self.open.setdefault((violation["coop_id"], violation["vhs"]), set()).add(violation["code"])
        # What an owner lost with a course that lives again: somebody has to say whether it lives (D24). Who is there
        # once and was booked twice keeps both until somebody says which one goes (B15), also after the end (D17).
        waits = ("restore-booking", "cancel the one that is too many")
        asked = (item["ref"] for item in open_violations(world.store) if any(text in item["text"] for text in waits))
        self.asked |= {self._who(ref) for ref in asked} | others  # nobody knows who stands in a row that waits (D25)
        self.held |= others
        self.rows: dict[int, dict[int, list[tuple[str, Row]]]] = {vhs: {} for vhs in range(len(world.programs))}
        for vhs, program in enumerate(world.programs):
            for row in program.bookings.values():
                who = self.staff.label(vhs, row)
                if who is not None:
                    self.rows[vhs].setdefault(who, []).append((row["Status"], row))
        places = {program.vhs: vhs for vhs, program in enumerate(world.programs)}
        self.doubled: dict[tuple[int, int], list[tuple[str, Row]]] = {}
        for violation in open_violations(world.store):
            if violation["code"] == "MIRROR_DOUBLED":  # two rows of one seat, which is said (D26)
                seat = places[violation["vhs"]], self._who(violation["ref"])
                rows = self.rows[seat[0]].get(seat[1], [])
                self.doubled[seat] = list(rows)
                rows[:] = {status: (status, row) for status, row in rows}.values()
        # A letter nobody knows stood where nothing of the booking is shown any more: people have to settle it (B6).
        self.unread = {
            self._who(violation["ref"])
            for violation in open_violations(world.store)
            if violation["code"] == "UNKNOWN_STATUS"
            and self._who(violation["ref"]) not in self.rows[places[violation["vhs"]]]
        } - {STRANGER}

    def findings(self) -> Iterator[str]:
        """Say everything that is not as it must be."""
        for who in sorted(self.staff.facts.course_of):
            yield from self._booking(who)
        for course in range(len(self.world.scenario.courses)):
            yield from self._course(course)
        yield from self._views()
        yield from unlike_replay(self.world.store, [program.vhs for program in self.world.programs])

    def takes_part(self, vhs: int, course: int) -> bool:
        """Tell whether a VHS has the course, shared and in its exports.

        Left out is a row that is set aside because nobody can tell which course it is, or because it is not marked as
        an Abo-Kurs and never was when an export showed it.
        """
        key, program = self.staff.key(vhs, course), self.world.programs[vhs]
        if key is None or course not in self.staff.coop_ids or key in program.left_web:
            return False
        row = program.courses[key]
        if row["Externe Kurs-Nr."] != self.staff.coop_ids[course]:
            return False
        untold = (program.vhs, self.staff.coop_ids[course]) in self.untold
        unmarked = self.masters[course] != vhs and (vhs, course) not in self.staff.facts.marked
        return not untold or ((vhs, course) not in self.staff.facts.blurred and (not unmarked or is_marked(row)))

    def _booking(self, who: int) -> Iterator[str]:
        facts = self.staff.facts
        owner, course = facts.owner_of[who], facts.course_of[who]
        if who in facts.moved:
            yield from self._left(who)
            if who in facts.gone:
                return
        verdict = self.world.oracle.verdict(who, withheld=who in self.world.ever_withheld)
        held = {vhs: [status for status, _ in self.rows[vhs].get(who, [])] for vhs in self._parties(who, course)}
        if (
            owner not in held
            or who in self.unread
            or who in self.asked
            or any(UNKNOWN_LETTER in letters for letters in held.values())
        ):
            return
        live = {vhs: sorted(status for status in statuses if status in LIVE) for vhs, statuses in held.items()}
        if verdict == "cancelled" and any(live.values()):
            yield f"still alive: person {who} is cancelled and {self._shown(held)}"
        elif verdict == "live" and held[owner] and not all(live.values()):
            yield f"wrongly cancelled or missing: person {who} lives and {self._shown(held)}"
        elif verdict != "cancelled" and held[owner] and len({tuple(statuses) for statuses in live.values()}) > 1:
            yield f"disagreement: person {who} ({verdict}): {self._shown(held)}"
        elif len(live[owner]) == 1 and facts.letter[who] not in (None, *live[owner]):
            yield f"letter: person {who} was given {facts.letter[who]} by the owner and {self._shown(held)}"
        else:
            yield from self._person(who, owner, held)

    def _left(self, who: int) -> Iterator[str]:
        """Who was moved is out of the course that was left, at every VHS (D25); their rows there are then forgotten.

        Where the course itself is gone at the owner, or has another number and none of those who had booked, nobody
        can tell who left it before, and that is said (B11d, R19, R20).
        """
        facts, world = self.staff.facts, self.world
        owner = facts.owner_of[who]
        here = None if who in facts.gone else facts.course_of[who]
        places = {(vhs, key): course for (vhs, course), key in self.staff.place.items()}
        for vhs, rows in self.rows.items():
            stood = [(places.get((vhs, course_of(row))), status) for status, row in rows.get(who, [])]
            for course, status in stood:
                left = course is not None and course != here and self.takes_part(vhs, course)
                if left and course is not None and self._is_gone(owner, course):
                    continue
                if (owner, who, course) in world.oracle.stays:
                    continue  # nobody moves out of a course that is over (D17)
                if left and status in LIVE and who not in world.ever_withheld and vhs != owner:
                    where = f"VHS {world.programs[vhs].vhs} holds {status}"
                    yield f"still alive: person {who} left course {course} and {where}"
            if here is not None and any(course == here for course, _ in stood):
                rows[who] = [row for row, (course, _) in zip(rows[who], stood, strict=True) if course == here]

    def _is_gone(self, vhs: int, course: int) -> bool:
        """Tell whether a VHS has lost a course, or nobody can know which row it is, and it is said openly."""
        told = (self.world.programs[vhs].vhs, self.staff.coop_ids.get(course, "")) in self.untold
        return told and (self.staff.key(vhs, course) is None or (vhs, course) in self.staff.facts.blurred)

    def _person(self, who: int, owner: int, parties: Iterable[int]) -> Iterator[str]:
        """Name and phone as the owner has them go to the Master, and to others only where all may know (D1, B4, B5).

        Of two rows of one mirror, which is said, they are compared in one (D26).
        """
        scenario, course = self.world.scenario, self.staff.facts.course_of[who]
        theirs = [row for status, row in self.rows[owner].get(who, []) if status in LIVE]
        for vhs in parties:
            known = scenario.all_identities or vhs == scenario.courses[course].master
            if vhs == owner or len(theirs) != 1:
                continue
            wanted = [theirs[0][heading] if known else "" for heading in ("Name", "Telefon")]
            twice = [row for status, row in self.doubled.get((vhs, who), ()) if status in LIVE]
            if any(_said(row) == wanted for row in twice):
                continue
            for status, row in self.rows[vhs].get(who, []):
                if status in LIVE and _said(row) != wanted:
                    yield f"person {who} is {row['Name']} {row['Telefon']} at {vhs}, not {' '.join(wanted)}"

    def _parties(self, who: int, course: int) -> list[int]:
        """List the VHSs that must agree about somebody.

        Left out is one where the booking stands in another course, into which it was written while the COOP-Id was
        wrong, and one that lost it where the mass guard still holds back what follows from that (D4).
        """
        return [
            vhs
            for vhs, rows in self.rows.items()
            if self.takes_part(vhs, course)
            and all(course_of(row) == self.staff.place[vhs, course] for _, row in rows.get(who, []))
            and not (who in self.waiting and (not rows.get(who) or who in self.staff.facts.rebooked))
            and not self._archived(vhs, who)
        ]

    def _shown(self, held: dict[int, list[str]]) -> str:
        return ", ".join(
            f"VHS {self.world.programs[vhs].vhs} holds {'+'.join(s) or 'nothing'}" for vhs, s in held.items()
        )

    def _course(self, course: int) -> Iterator[str]:
        master = self.world.scenario.courses[course].master
        if not self.takes_part(master, course):
            return
        key = self.staff.place[master, course]
        theirs = self.world.programs[master].courses[key]
        for vhs, program in enumerate(self.world.programs):
            if vhs == master or not self.takes_part(vhs, course):
                continue
            row = program.courses[self.staff.place[vhs, course]]
            for heading in SAME:
                if row[heading] != theirs[heading]:
                    yield f"course {course}: {heading} is {row[heading]} at {program.vhs}, not {theirs[heading]}"
            yield from self._abo(course, vhs, row, theirs)
            if not is_marked(row) or row["Anrechenbar"] == "W":
                marks = f"Kennzeichen {row['Kennzeichen']!r}, Anrechenbar {row['Anrechenbar']!r}"
                yield f"course {course}: {program.vhs} shows {marks}"
        yield from self._seats(course, int(theirs["TN max"]))
        yield from self._flags(course, theirs)

    def _abo(self, course: int, vhs: int, row: Row, theirs: Row) -> Iterator[str]:
        """An Abo-Kurs costs what was agreed, is cancelled with its Master, and keeps its own texts (R29, R33, D11)."""
        where = f"course {course} at {self.world.programs[vhs].vhs}:"
        for heading, text in self.staff.facts.kept[vhs, course].items():
            if row[heading] != text:
                yield f"{where} {heading} is {row[heading]!r}, not {text!r} as it was written there"
        if course in self.world.oracle.exported_ausfall and row["Ausfall"] != "W":
            yield f"{where} is not cancelled with its Master"
        if course in self.world.oracle.revived and theirs["Ausfall"] == "F" and row["Ausfall"] == "W":
            yield f"{where} is still cancelled, and its Master took that back"
        if course not in self.staff.facts.ausfall and row["Ausfall"] == "W":
            yield f"{where} is cancelled, and not by its Master"
        changed = self.open.get((self.staff.coop_ids[course], self.world.programs[self.masters[course]].vhs), set())
        if (_price(row) != _price(theirs)) != ("MASTER_PRICE_CHANGED" in changed):
            yield f"{where} costs {_price(row)}, {_price(theirs)} at its Master, where {sorted(changed)} are open"

    def _flags(self, course: int, row: Row) -> Iterator[str]:
        """What must not be at a Master is said as long as it is there, and no longer (R3, R9)."""
        master = self.world.programs[self.masters[course]].vhs
        said = self.open.get((self.staff.coop_ids[course], master), set())
        for code, there in (
            ("NEVER_FLAG_AFTER_RELEASE", row["NIE bei vhsKOOP"] == "W"),
            ("TYPE_NO_LONGER_SHAREABLE", row["Typ"] != "Normalkurs"),
        ):
            if there != (code in said):
                yield f"violation: {code} is {'not ' if there else ''}open for course {course} at {master}"

    def _seats(self, course: int, capacity: int) -> Iterator[str]:
        """Confirmed bookings never exceed the seats unless OVERBOOKED stands open (B8).

        A row that waits takes none, nor does a letter that is withheld, and that is said (D25, D31).
        """
        facts = self.staff.facts
        taken = [
            who
            for who, where in facts.course_of.items()
            if where == course
            and who not in facts.gone
            and who not in self.held | self.back
            and any(status == "A" for status, _ in self.rows[facts.owner_of[who]].get(who, []))
            and self.takes_part(facts.owner_of[who], course)
        ]
        coop_id, master = self.staff.coop_ids[course], self.world.programs[self.masters[course]].vhs
        if len(taken) > capacity and "OVERBOOKED" not in self.open.get((coop_id, master), set()):
            yield f"overbooked: {len(taken)} of {capacity} seats of {coop_id} are taken and nobody was told"

    def _views(self) -> Iterator[str]:
        """Every VHS holds what its view says it should (C5)."""
        courses = {coop_id: number for number, coop_id in self.staff.coop_ids.items()}
        views = [view(self.world.store, program.vhs)["courses"] for program in self.world.programs]
        run = {shown["coop_id"] for seen in views for shown in seen if shown["role"] == "master"}
        for vhs, program in enumerate(self.world.programs):
            for shown in views[vhs]:
                course = courses.get(shown["coop_id"])
                # Nobody is told anything of a course whose Master has never reported it.
                if course is None or shown["coop_id"] not in run or not self.takes_part(vhs, course):
                    continue
                wanted = Counter((self._who(b["ref"]), b["status"]) for b in shown["bookings"] if b["status"] in LIVE)
                held = Counter(
                    (who, status)
                    for who, rows in self.rows[vhs].items()
                    for status, row in rows
                    if status in LIVE
                    and course_of(row) == self.staff.place[vhs, course]
                    and not self._is_stray(vhs, who, course)
                )
                for who, status in sorted((wanted - held) + (held - wanted)):
                    if self._stays_elsewhere(who, course) or self._is_under_a_company(vhs, who):
                        continue
                    if (vhs, who, course) in self.world.oracle.stays:
                        continue
                    if not self._excused(who) and not self._archived(vhs, who):
                        side = "its view" if (who, status) in wanted else "its program"
                        yield f"view: person {who} is {status} only in {side} at {program.vhs} ({shown['coop_id']})"

    def _is_under_a_company(self, vhs: int, who: int) -> bool:
        """Tell whether the Beleg-ID of somebody whose row is gone was given to a company: its row is set aside, and may
        be theirs (D17).
        """
        program, staff = self.world.programs[vhs], self.staff
        own = (ref.partition(":")[2] for ref in staff.facts.refs_of.get(who, ()) if owner_of(ref) == program.vhs)
        rows = (program.bookings[booking] for booking in own if booking in program.bookings)
        return not self.rows[vhs].get(who) and any(row["Vorname"] == UNSAID for row in rows)

    def _stays_elsewhere(self, who: int, course: int) -> bool:
        """Tell whether somebody is booked in a course that is not theirs since a wrong file showed them there when it
        was over (D17, D32).
        """
        said = self.staff.last_days(course)
        last = said.get(self.masters[course], max(said.values())) if said else None
        mine = self.staff.facts.course_of.get(who) == course
        return not mine and stays_where_it_stood(self.staff.diary, who, last)

    def _is_stray(self, vhs: int, who: int, course: int) -> bool:
        """Tell whether a row is the mirror of a booking of another course: set aside, and written anew there (D25)."""
        facts = self.staff.facts
        return facts.owner_of.get(who, vhs) != vhs and facts.course_of.get(who, course) != course

    def _archived(self, vhs: int, who: int) -> bool:
        """Tell whether a row is gone since its course is over, which proves nothing (D17)."""
        return (vhs, who) in self.world.oracle.archived and not self.rows[vhs].get(who)

    def _who(self, ref: str) -> int:
        return self.staff.facts.label_of.get(ref, STRANGER)

    def _excused(self, who: int) -> bool:
        """Leave out what people settle, unknown letters and what the mass guard holds, and what nobody shares."""
        if who in self.waiting or who in self.unread or who in self.asked or who >= LOCAL:
            return True
        return any(status == UNKNOWN_LETTER for rows in self.rows.values() for status, _ in rows.get(who, []))


def _said(row: Row) -> list[str]:
    """Give name and phone as a row says them."""
    return [row["Name"].replace(UNSAID, ""), row["Telefon"]]


def _price(row: Row) -> tuple[int, int]:
    """Give fee and pass-through items in cents; an empty field costs nothing."""
    return cents_from_text(row["Gebühr"] or "0"), cents_from_text(row["Durchlaufende Posten"] or "0")
