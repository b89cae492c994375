"""The oracle: where each booking must end, worked out from what people did and what exports showed, and nothing else.

It shares no code with ``domain`` and ``views``. It knows less than the engine, and says only what is certain: a booking
must live, must be cancelled, or may be either as long as all agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from koop_es.simulate.facts import Facts
from koop_es.simulate.unnoticed import MISTELLING

Verdict = Literal["live", "cancelled", "either"]

WRITTEN_BY_CONNECTOR = "WS"

MANY = 8
"""Bookings that no file cancels by a letter before somebody has looked, where they are more than a third (D31a)."""

MANY_BACK = 3
"""Bookings with "S" that show another letter again at once, which is asked about before it counts (D31e)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one export showed of shared courses: status and editor of each row by who booked.

    ``moved`` are those whose Beleg-ID is another than before, ``courses`` says in which course each stands, None in no
    shared one. ``readable`` are the courses whose row carried the right COOP-Id, ``there`` those that had a row at all;
    ``proves`` says that the export was full and complete; ``looks`` are number, title and first day of each course,
    ``belongings`` what its bookings are known by, ``doubled`` those whose COOP-Id stands in two rows. ``over`` are the
    courses that had ended before the scope of the export, or before its day: it says nothing of who is absent from
    them; ``nearly`` those that had ended for some (D17). ``ausfall`` are cancelled courses with the right COOP-Id,
    ``ended`` those with another. ``day`` is the day the export was made, ``last_days`` that of each course. Whoever
    stands there ``twice`` has one seat, by any letter of these rows (D26). ``marked`` are those with Kennzeichen 100.
    Letters of those who are ``held`` wait for an answer, and that is said (D31).
    """

    vhs: int
    sequence: int
    proves: bool
    there: frozenset[int]
    readable: frozenset[int]
    ausfall: frozenset[int]
    ended: frozenset[int]
    rows: Mapping[int, tuple[str, str]]
    moved: frozenset[int]
    courses: Mapping[int, int | None]
    looks: Mapping[int, tuple[str, str, str]]
    belongings: Mapping[int, frozenset[str]]
    doubled: frozenset[int]
    over: frozenset[int]
    nearly: frozenset[int]
    day: date
    last_days: Mapping[int, date]
    twice: Mapping[int, frozenset[str]] = field(default_factory=dict)
    marked: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()


@dataclass(slots=True)
class Oracle:
    """Follows the exports the engine took in, in the order it took them.

    ``confirmations`` and ``owner_only`` are the policies D3 and D2. ``archived`` are bookings that a VHS no longer
    showed when their course was over: they stay, and are billed (D17), also where their "S" was taken back since;
    ``ended`` are those it ever showed with "S". Of those who are ``said_wrongly`` to be "S" no file has shown another
    letter since the wrong one: an "S" that is meant is ``exported_as_mistold``, and goes with it (D32).
    ``under_ausfall`` are those whose "S" was first shown while their course was cancelled, and stands since;
    ``acknowledged`` those whose "S" stands since it was shown as the connector's: whoever edits something else of the
    row later means no "S" (D21). ``read`` are those who were ever shown in a course with its COOP-Id (R15).
    ``stood`` says where a row was shown, until an export showed in time that it is there no more; where the first that
    did came when the course may have been over, nobody moved out of it (D17, D25): ``stays``, by VHS, who and course.
    """

    facts: Facts
    confirmations: int
    owner_only: bool
    masters: tuple[int, ...]
    absences: dict[tuple[int, int], int] = field(default_factory=dict)
    certain_absences: dict[tuple[int, int], int] = field(default_factory=dict)
    missed_by: dict[tuple[int, int], int] = field(default_factory=dict)
    ever_lost: set[int] = field(default_factory=set)
    exported_s: set[tuple[int, int | None]] = field(default_factory=set)
    exported_as_mistold: set[tuple[int, int]] = field(default_factory=set)
    said_wrongly: set[tuple[int, int]] = field(default_factory=set)
    exported_ausfall: set[int] = field(default_factory=set)
    ended_as_another: set[int] = field(default_factory=set)
    doubtful: set[tuple[int, int]] = field(default_factory=set)
    archived: set[tuple[int, int]] = field(default_factory=set)
    ended: set[tuple[int, int]] = field(default_factory=set)
    revived: set[int] = field(default_factory=set)
    last_days: dict[int, date] = field(default_factory=dict)
    mistold: set[int] = field(default_factory=set)
    called_off: set[int] = field(default_factory=set)
    under_ausfall: set[tuple[int, int]] = field(default_factory=set)
    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    read: set[tuple[int, int]] = field(default_factory=set)
    stood: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    stays: set[tuple[int, int, int]] = field(default_factory=set)

    def take(self, shown: Shown, *, certain: bool = True) -> None:
        """Take in what one export showed; ``certain`` is False where its ingest died and may have got anywhere."""
        if certain:
            self.facts.known |= {(shown.vhs, course) for course in shown.readable}
            own = {course for course in shown.ausfall if self.masters[course] == shown.vhs}
            # What stands there only because a list wrote what a wrong file had said goes with that file (D32).
            own -= self.called_off - self.facts.called_off
            self.exported_ausfall |= {course for course in own if self._is_clear(shown, course)}
        self._note_under_ausfall(shown, certain=certain)
        self._take_back(shown, certain=certain)
        back = {(shown.vhs, who) for who, (status, _) in shown.rows.items() if status != "S"} & self.said_wrongly
        if certain and len(back) < MANY_BACK:  # of so many nothing counts before somebody has looked
            self.said_wrongly -= back
        for who, (status, editor) in shown.rows.items():
            course = self.facts.course_of.get(who)
            if course is None:
                continue
            if shown.courses[who] in shown.readable:
                self.read.add((shown.vhs, who))
            if certain and shown.proves:
                self._note_place(shown, who, shown.courses[who])
            if certain:
                self.doubtful.discard((shown.vhs, who))
            if course in shown.ended and (shown.vhs, course) in self.facts.blurred:
                self.ended_as_another.add(who)  # its VHS cancelled it as what everybody must take for another course
            if status != "S":
                if certain and shown.vhs == self.facts.owner_of[who]:
                    self.facts.letter_shown[who] = status
                if certain:
                    self.exported_as_mistold.discard((shown.vhs, who))
                    self.acknowledged.discard((shown.vhs, who))
                self.absences[shown.vhs, who] = 0
                read = certain and shown.courses[who] in self._read_in(shown)
                if read or (shown.vhs, who) in self.certain_absences:
                    self.certain_absences[shown.vhs, who] = 0  # what was never seen for sure is not lost for sure
                self.missed_by.pop((shown.vhs, who), None)
                continue
            self.absences.pop((shown.vhs, who), None)
            self.ended.add((shown.vhs, who))
            if certain:
                self._take_s(shown, who, course, editor)
        if shown.proves:
            self._miss(shown, certain=certain)

    def _take_s(self, shown: Shown, who: int, course: int, editor: str) -> None:
        """Take in an "S" that was read for certain: somebody meant it, unless the connector wrote it."""
        seat = shown.vhs, who
        if editor == WRITTEN_BY_CONNECTOR:
            self.acknowledged |= {seat} - self.said_wrongly
            return
        clear = self._is_clear(shown, course) and seat not in self.acknowledged
        clear &= shown.proves or who not in shown.moved  # merged, or another booking: that waits (B15)
        clear &= who not in shown.held
        # While the course is cancelled nobody can tell whose "S" it is, also once that is taken back (D21, D24).
        clear &= course not in self.exported_ausfall and seat not in self.under_ausfall
        if clear and seat in self.said_wrongly:
            self.exported_as_mistold.add(seat)
        elif clear:
            self.exported_s.add((who, shown.courses[who]))

    def _note_place(self, shown: Shown, who: int, here: int | None) -> None:
        """Follow a row from course to course; out of one that is over none moves, nor is one written anew (D17, D25).

        Where a copy of the course's COOP-Id stands in no shared one, a row in that is set aside, and has left nothing.
        """
        stood = self.stood.setdefault((shown.vhs, who), set())
        for course in tuple(stood):
            copied = here is None and course in shown.doubled
            left = course != here and course in shown.readable and not copied
            if left and course in shown.nearly:
                self.stays.add((shown.vhs, who, course))
            elif left or course == here:
                stood.discard(course)
                self.stays.discard((shown.vhs, who, course))
        if here is not None:
            stood.add(here)

    def _note_under_ausfall(self, shown: Shown, *, certain: bool) -> None:
        """Note whose "S" is first shown while the course is cancelled, with the Ausfall's end at the latest, or after a
        file that said so wrongly.
        """
        over = self.exported_ausfall | self.called_off
        for who, (status, _) in shown.rows.items():
            seat = shown.vhs, who
            if status != "S" and certain:
                self.under_ausfall.discard(seat)
            elif status == "S" and self.facts.course_of.get(who) in over:
                self.under_ausfall |= {seat} if seat in self.absences or seat not in self.ended else set()

    def _take_back(self, shown: Shown, *, certain: bool) -> None:
        """Follow an Ausfall that the Master took back before the last day it had told (D24)."""
        for course in (c for c in shown.readable if self.masters[c] == shown.vhs):
            over = course in self.last_days and shown.day > self.last_days[course]
            if course in shown.ausfall:
                self.revived.discard(course)
            elif course in self.exported_ausfall and not over:
                self.exported_ausfall.discard(course)
                if certain and self._is_clear(shown, course):
                    self.revived.add(course)
            if certain and self._is_clear(shown, course):
                self.last_days[course] = shown.last_days[course]

    def doubt(self, shown: Shown) -> None:
        """Note that a damaged file may have lacked what its VHS holds: a true absence after it may be the second."""
        self.doubtful |= {(shown.vhs, who) for who in shown.rows}

    def mistell(self, shown: Shown, fate: str, swapped_for_s: str) -> None:
        """Note what a file says that nobody meant, before it is taken in.

        Of some "S" others may be told, of many not before somebody has looked (D31): what nobody shares is none, nor an
        own booking that nobody knew, nor a company, whose row is set aside (D17). What an Ausfall that nobody meant
        does, others may be told as well.
        """
        if fate not in MISTELLING:
            return
        self._note_told_only_here(shown)
        if not swapped_for_s:  # an "S" that is meant, and first shown by a wrong file, goes with it (D32)
            ended = {who for who in shown.rows if shown.rows[who][0] == "S" and (shown.vhs, who) not in self.ended}
            self.said_wrongly |= {(shown.vhs, who) for who in ended}
        if fate == "ausfall":
            self.called_off |= {course for course in shown.last_days if self.masters[course] == shown.vhs}
        else:
            people = shown.rows.keys() & self.facts.course_of.keys()
            shared = {who for who in people if shown.courses[who] in self._read_in(shown)}
            live = {who for who in shared if shown.rows[who][0] in ("A", "W")}
            swapped = {who for who in live if shown.rows[who][0] in swapped_for_s}
            if fate == "shifted":  # the "S" of another may stand where a letter that nobody knows froze a live one (B6)
                swapped = {who for who in shared if shown.rows[who][0] != "S"}
            own = {who for who in swapped if self.facts.owner_of.get(who) == shown.vhs}
            known = swapped - {who for who in own if (shown.vhs, who) not in self.read}
            known -= {who for who in known if self.may_be_told(who)}  # their "S" may be one that was told
            self.said_wrongly |= {(shown.vhs, who) for who in swapped}
            few = len(known) < MANY or len(known) * 3 <= len(live)
            self.mistold |= swapped if few or fate == "shifted" else frozenset()

    def _note_told_only_here(self, shown: Shown) -> None:
        """Note what goes with a wrong file when it is taken back, although it is true: a letter that no other said, and
        an absence that it was the last to prove (D32).
        """
        for who in shown.rows:
            is_owner = self.facts.owner_of.get(who) == shown.vhs
            if is_owner and self.facts.letter.get(who) != self.facts.letter_shown.get(who):
                self.facts.letter[who] = None
        for (vhs, who), count in self.absences.items():
            if vhs == shown.vhs and who not in shown.rows and count + 1 == self.confirmations:
                self.certain_absences.pop((vhs, who), None)

    def _read_in(self, shown: Shown) -> set[int]:
        """Give the courses whose rows are read: those with their COOP-Id, and by their number those that never had one
        (R14, R15).
        """
        return {*shown.readable, *(course for course in shown.there if (shown.vhs, course) not in self.facts.known)}

    def _is_clear(self, shown: Shown, course: int) -> bool:
        """Tell whether everybody could know which row of an export a course is."""
        return course in shown.readable and (shown.vhs, course) not in self.facts.blurred

    def _miss(self, shown: Shown, *, certain: bool) -> None:
        """Count absences; certain ones where the course was read for sure, so that they must have had an effect."""
        gone = {who for vhs, who in self.ended if vhs == shown.vhs and who not in shown.rows}
        self.archived |= {(shown.vhs, who) for who in gone if self.facts.course_of[who] in shown.over}
        for (vhs, who), count in self.absences.items():
            if vhs != shown.vhs or who in shown.rows:
                continue
            if self.facts.course_of[who] in shown.over:
                self.archived.add((vhs, who))
                continue
            if self.facts.course_of[who] not in shown.there:
                self._forget(vhs, who, certain=certain)
                continue
            if (vhs, who) in self.facts.unseen_since.keys() - self.facts.untold:
                continue  # nobody removed it since it was shown last: it went with a restore (D20)
            if self.missed_by.get((vhs, who)) == shown.sequence:
                continue  # the same export never counts twice, however often it is tried
            self.missed_by[vhs, who] = shown.sequence
            self.absences[vhs, who] = count + 1 + ((vhs, who) in self.doubtful)
            if (vhs, who) in self.certain_absences:
                surely = certain and self.facts.course_of[who] not in shown.nearly
                surely &= (vhs, who) not in self.facts.untold
                self.certain_absences[vhs, who] += surely and self._is_clear(shown, self.facts.course_of[who])
            if self._is_lost(vhs, who):
                self.ever_lost.add(who)

    def _forget(self, vhs: int, who: int, *, certain: bool) -> None:
        """Let go of absences that led to nothing yet: without its course an absence is none, nor one before it."""
        if (vhs, who) in self.certain_absences and not self._is_lost(vhs, who, certain=True):
            self.certain_absences[vhs, who] = 0
        if certain and not self._is_lost(vhs, who):
            self.absences[vhs, who] = 0
            self.missed_by.pop((vhs, who), None)  # one that died before counts when it is tried again

    def _is_lost(self, vhs: int, who: int, *, certain: bool = False) -> bool:
        counts = not self.owner_only or self.facts.owner_of[who] == vhs
        found = self.certain_absences if certain else self.absences
        return counts and found.get((vhs, who), 0) >= self.confirmations

    def may_be_told(self, who: int) -> bool:
        """Tell whether there is any reason that could cancel somebody by now."""
        facts = self.facts
        if who in facts.moved:
            return True  # where they left (D25)
        if who in self.mistold or facts.course_of.get(who) in self.called_off:
            return True  # a file said so, and nobody could tell
        if who in facts.cancelled or who in self.ever_lost or who in facts.rebooked or who in self.ended_as_another:
            return True
        return facts.course_of.get(who) in facts.ausfall or any(who == other for _, other in facts.untold)

    def verdict(self, who: int, *, withheld: bool) -> Verdict:
        """Say where somebody's booking must have ended; ``withheld`` where the mass guard holds its "S" back (D4)."""
        facts = self.facts
        course = facts.course_of[who]
        missed = [vhs for vhs, other in self.absences if other == who]
        said = (who, course) in self.exported_s or any(who == other for _, other in self.exported_as_mistold)
        surely = said and who not in self.ever_lost and who not in facts.rebooked
        if who in facts.gone:
            return "either"  # in no shared course any more
        if course in self.exported_ausfall or surely:
            return "cancelled"
        if who in facts.cancelled or who in self.ended_as_another or course in facts.ausfall:
            return "either"
        if any(who == other for _, other in facts.untold):
            return "either"  # a restore that nobody could tell from removing (D20)
        if not any(self._is_lost(vhs, who) for vhs in missed):
            return "live"
        certain = any(self._is_lost(vhs, who, certain=True) for vhs in missed)
        certain &= who not in facts.rebooked  # who registered anew has a booking of their own, which nobody lost (D5)
        return "cancelled" if certain and not withheld else "either"
