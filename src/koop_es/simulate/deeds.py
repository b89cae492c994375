"""What people did and meant, as a plain list: all that a judge needs who knows nothing of the engine (C5).

A rehearsal keeps a ``Diary``. It is written where people act, never from what the engine says, and holds five lists:

- ``deeds``: what somebody did on purpose or by mistake, and what was meant by it (``Deed``);
- ``exports``: which files were written, which of them arrived, and what was wrong with them (``Sent``);
- ``told``: what each change list said about whom (``Told``): "was anybody told otherwise on the way?";
- ``seats``: where everybody stands in every admin program at the end, row by row (``Seat``);
- ``questions``: what stands open at the end and concerns whom (``Question``): where nobody could know, one is enough.

**People.** ``who`` is a number. It stands for one registration that somebody holds, for as long as it is meant to be
the same: through a merge, another Beleg-ID, a move to another course, a substitute who takes the place over, a program
that was restored. Who registers a second time after leaving keeps the number too (verb ``rebook``). A row of a program
carries the number where no export shows it (``rows.WHO``), so that a Beleg-ID given to another confuses nobody here.

**What is meant** (``Intent``), read in the order of the list; the last word about somebody counts:

==============  ========================================================================================================
joins           ``who`` has a contract in ``course`` from now on, by the letter ``letter`` (A a seat, W waiting); one
                live seat at every VHS of the course is right; ``note`` is UNTOLD where a booking goes on of which
                nothing is as it was, so that it reads as another
letter          the owner gives ``who`` another letter: ``letter``
leaves          ``who`` is out: on purpose, by an "S" at any VHS (D2); nobody may hold a live seat; ``note`` says where
                no row names who set it (UNNAMED)
removed         somebody at ``vhs`` took the row out instead of cancelling. If it stays away in as many complete exports
                as the policy asks for, this is leaving (D3; by ``owner_only`` only at the owner); if the row is back
                before, it was nothing. A VHS that counts less, because it was withheld, asks
returned        a removed row is back at ``vhs``: ``who`` is to live, if nothing but its absence had cancelled (D5)
revives         somebody wrote A over an "S" at ``vhs``. Somebody who left stays out (D5); who was cancelled only
                because a row was missing there lives; anything else is a question
moves           ``who`` goes from ``course`` to the course ``other``, None for one that nobody shares: out of the first
                everywhere, one live seat everywhere in the other (D25)
stays           something about the row, nothing about the contract: merged, touched, name or phone corrected, another
                Beleg-ID, an unknown letter, a substitute (D18c)
lost            ``who`` had a row, a letter or an "S" at ``vhs`` and it is gone or old again, and nobody meant that: a
                program was restored from a copy (D20). What was true before is still true; where ``note`` is UNTOLD
                the restore was too small to be told from what staff does, and reads like that
course over     the Master cancelled ``course`` (Ausfall): everybody in it is out (D11); ``note`` says where the course
                left the exports with it, for good but for a restore (R44)
course lives    the Master took the Ausfall back: who was out only because of it is in again (D24)
course gone     ``vhs`` deleted the course or lost its COOP-Id, or ended its Abo (verb ``terminate``) and takes
                part no more; says nothing about the people in it (R15, R19, D9)
course back     it is there again, or the COOP-Id is right
course          anything else about a course: price, number, dates
decides         an operator decided (``verb``: approve, approve absence, reject, restore-booking, ...), knowing the
                truth; ``letter`` is "S" where the decision ends a booking and "A" where it keeps or restores one
nothing         a fault of a file, a clock, a counter or a connector: nobody meant anything at all
==============  ========================================================================================================

A deed that could not be done (no such row, not allowed by the program) is no deed. ``step`` is the number of the step
in the scenario, -1 for what people put right after the last one, -2 in the rounds that follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Intent = Literal[
    "joins", "letter", "leaves", "removed", "returned", "revives", "moves", "stays", "lost",
    "course over", "course lives", "course gone", "course back", "course", "decides", "nothing",
]  # fmt: skip

UNTOLD = "untold"
"""Note of a restore that nobody could tell from rows that were removed or written over."""

WENT = "went with a restore"
"""Note of a course that is not there any more since its program was put back."""

UNNAMED = "unnamed"
"""Note of an "S" in a program that names no editors: where one was given out as well before an export shows it, nobody
can tell the two apart, and "A" is written over it if the booking lives again (D21).
"""

APPROVE_ABSENCE = "approve absence"
"""Verb of an operator who approves that bookings are gone (D4)."""

ANEW = "stands anew"
"""Verb of an operator who is asked about a row that stands there as another booking: the former one is given up."""

PUT_RIGHT, ROUNDS = -1, -2
"""Numbers of the steps that are none: what people put right in the end, and the rounds that follow."""

LEFT_THE_EXPORTS = "left the exports"
"""Note of an Ausfall with which a course is in no export any more (R44)."""

IN_EXPORTS = "in the exports again"
"""Note of a course that had left the exports, and is in them since its program was put back."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody at ``vhs`` did ``verb``, meaning ``intent``; ``other`` is the course of a move, ``letter`` the row's."""

    when: datetime
    step: int
    vhs: str
    verb: str
    intent: Intent
    who: int | None = None
    course: int | None = None
    other: int | None = None
    letter: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mistold:
    """What a file says and its program does not: who shows "S", who stands in another course, what is called off.

    ``ended`` are courses of which the VHS is the Master; of who is ``undated`` it does not say when they booked.
    """

    cancelled: frozenset[int] = frozenset()
    elsewhere: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    undated: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """An export was written, and ``status`` is what became of it: ``applied``, ``quarantined``, "" while on its way.

    ``reach`` and ``fault`` are those of the step; ``complete`` says whether it was full and proven; ``step`` is
    that of the writing. ``live`` are those whose row in a shared course said A or W there, ``led`` how many shared
    courses the VHS was the Master of, ``mistold`` is what the file said instead. Letters of those who are ``held`` wait
    for an answer, as was said when it was taken in (D31).
    """

    when: datetime
    step: int
    vhs: str
    sequence: int
    reach: str
    fault: str
    complete: bool
    status: str = ""
    live: frozenset[int] = frozenset()
    led: int = 0
    mistold: Mistold = Mistold()
    held: frozenset[int] = frozenset()

    @property
    def was_read(self) -> bool:
        """Tell whether it was taken in, or would have been if it had said anything new."""
        return self.status in ("applied", "unchanged")

    @property
    def is_sound(self) -> bool:
        """Tell whether it shows all that its program holds: full and proven, and nothing was wrong with it."""
        return self.complete and self.reach == "full" and not self.fault


@dataclass(frozen=True, slots=True)
class Told:
    """A change list said ``letter`` about ``who`` to a VHS, "" where it left the letter alone."""

    when: datetime
    step: int
    vhs: str
    kind: str
    who: int | None
    course: int | None
    letter: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One row of an admin program at the end: ``course`` is None where nobody shares it."""

    vhs: str
    who: int | None
    course: int | None
    letter: str
    mirror: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What stands open at the end and is said to people: a violation, what is withheld, a row or export set aside.

    ``who`` is None where it concerns a course, ``course`` is None where it concerns all of the VHS.
    """

    vhs: str
    code: str
    who: int | None
    course: int | None


NEWS = frozenset(
    {
        "SUFFIX_LINES_MISSING", "CONTENT_CHANGED_AFTER_RELEASE", "MASTER_PRICE_CHANGED", "NEVER_FLAG_AFTER_RELEASE",
        "OVERBOOKED", "RATE_CHANGED", "TYPE_NO_LONGER_SHAREABLE", "COURSE_RENUMBERED", "PARTICIPANTS_MERGED",
    }
)  # fmt: skip
"""What is said of prices, texts, numbers and what staff must not do: it asks nobody whether a person is in or out."""


def concerns(question: Question, who: int, course: int, vhs: str) -> bool:
    """Tell whether an open question is about the person, or about the course or all of that VHS."""
    if question.code in NEWS:
        return False
    if question.who is not None:
        return question.who == who
    return question.vhs == vhs and question.course in (None, course)


@dataclass(slots=True)
class Diary:
    """All that people did in one rehearsal, and where everybody stands in the end."""

    deeds: list[Deed] = field(default_factory=list)
    exports: list[Sent] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    step: int = 0

    def note(self, when: datetime, vhs: str, verb: str, intent: Intent, **about: object) -> None:
        """Write one deed down, at the step that is being carried out; ``about`` are its other fields."""
        self.deeds.append(Deed(when, self.step, vhs, verb, intent, **about))  # type: ignore[arg-type]

    def of(self, who: int) -> list[Deed]:
        """Give what was done about somebody, oldest first, and what was done to everybody at once."""
        return [deed for deed in self.deeds if deed.who == who]


@dataclass(frozen=True, slots=True)
class Terms:
    """What people agreed before the first step: who takes part in which course, and what absences count for (D2, D3).

    ``last_day`` of a course is missing where nobody holds it any more, nor said it before.
    """

    parties: Mapping[int, frozenset[str]]
    confirmations: int = 2
    owner_only: bool = False
    last_day: Mapping[int, date] = field(default_factory=dict)


Moment = tuple[int, int, float]


_AFTER = {PUT_RIGHT: 1, ROUNDS: 2}


def moment(item: Deed | Sent | Told) -> Moment:
    """Order what happened by step, because clocks jump; what is put right and the rounds come last."""
    after = _AFTER.get(item.step, 0)
    return after, max(item.step, 0), item.when.timestamp() if after == 2 else 0.0


MEANING: Mapping[str, Intent] = {
    "book": "joins", "wait": "joins", "rebook": "joins", "book_company": "joins", "reuse": "joins",
    "promote": "letter", "claim": "letter", "cancel": "leaves", "remove": "removed",
    "merge": "stays", "amend_person": "stays", "letter": "stays", "letter_back": "stays", "touch": "stays",
    "correct_name": "stays", "exchange_belegs": "stays", "substitute": "stays",
    "misplace": "stays", "move": "moves", "go_back": "lost", "reinstall": "nothing",
    "edit": "course", "renumber": "course", "lose_id": "course gone", "alter_id": "course gone",
    "copy_id": "course gone", "exchange_ids": "course gone", "restore_id": "course back", "delete": "course gone",
    "undelete": "course back", "ausfall": "course over", "unausfall": "course lives",
    "release": "course back", "subscribe": "course back", "terminate": "course gone", "approve": "decides",
}  # fmt: skip
"""What each verb of a scenario means; ``restore`` is told from the row, and a verb that nobody means is "nothing"."""


def parties(diary: Diary, terms: Terms) -> dict[int, frozenset[str]]:
    """Give by course who takes part in the end: those of the beginning and who released or subscribed since, but for
    those whose Abo has ended.
    """
    found = dict(terms.parties)
    for deed in diary.deeds:
        if deed.verb == "terminate" and deed.course is not None:
            found[deed.course] = found.get(deed.course, frozenset()) - {deed.vhs}
        if deed.verb in ("release", "subscribe") and deed.course is not None:
            found[deed.course] = found.get(deed.course, frozenset()) | {deed.vhs}
    return found
