"""An "S" that was given out, taken back and never shown is no claim when it is carried out at last, whatever happened
to its row, its course or its Abo meanwhile (D21).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.domain.draft import Draft
from koop_es.domain.legacy import LegacyAbo, adopt_legacy, carry_over
from koop_es.domain.observation import BookingRow
from koop_es.domain.subscription import subscribe, terminate_subscription
from koop_es.domain.terms import Policy, Terms
from koop_es.domain.withdraw import withdraw
from tests.unit.domain.world import (
    ABO,
    COOP,
    MASTER,
    MASTER_FACTS,
    NUMBERS,
    PERIOD,
    THIRD,
    World,
    held,
)

REF = "301:7"
LEGACY = f"{MASTER}-KNR-{PERIOD}-{NUMBERS[MASTER]}"
TERMS = Terms(9000, 1200, "80")
KERN = "Kern am 17.07.2026, 09:42"


@dataclass
class Program:
    """A network, and the program at one VHS to which an "S" was given out: whether it names editors, and keeps
    references.
    """

    vhs: str
    editor: str | None
    refs: bool = True
    legacy: bool = False

    def __post_init__(self) -> None:
        self.world = World(coop_id=LEGACY if self.legacy else COOP)
        self.more: dict[str, Any] = {}
        if self.legacy:
            self.world.decide(MASTER, self._adopt)
            self.more = {"coop_id": ""}
        for vhs in (MASTER, ABO, THIRD):
            self.world.report(vhs, **self.more)
        self.show(ABO)
        self.world.give(MASTER, ABO, THIRD)
        self.show(MASTER)
        self.show(THIRD)

    def _adopt(self, draft: Draft) -> None:
        abos = [LegacyAbo(vhs, NUMBERS[vhs], PERIOD) for vhs in (ABO, THIRD)]
        facts: dict[str, Any] = {"facts": MASTER_FACTS, "terms": TERMS, "abos": abos}
        adopt_legacy(draft, Policy(), number=NUMBERS[MASTER], period=PERIOD, **facts)

    def row(self, vhs: str, letter: str = "A", **more: Any) -> BookingRow:
        row = held(vhs, REF, letter, **more)
        return row if vhs != self.vhs or self.refs else msgspec.structs.replace(row, ref=None)

    def show(self, vhs: str, letter: str = "A", **more: Any) -> list[Any]:
        edited_by = more.pop("edited_by", self.editor if vhs == self.vhs else "WS")
        return self.world.report(vhs, self.row(vhs, letter, edited_by=edited_by, **more), **self.more)

    def given_and_taken_back(self, why: str) -> None:
        """Give an "S" out to all, and take it back before anybody shows it."""
        other = MASTER if self.vhs != MASTER else THIRD
        if why == "Ausfall":
            self.world.report(MASTER, self.row(MASTER, edited_by="WS"), cancelled=True, **self.more)
        elif why == "orphan":
            for _ in range(2):
                self.world.report(other, **self.more)
        else:
            self.show(other, "S", edited_by=KERN)
        last = self.world.events[-1].origin or next(e.origin for e in reversed(self.world.events) if e.origin)
        self.world.give(self.vhs)
        assert self.world.state.bookings[REF].unseen_s == {self.vhs}
        if why == "withdrawn":
            self.world.decide(other, lambda draft: withdraw(draft, last.export, list(self.world.events)))
        else:
            self.show(MASTER if why == "Ausfall" else other)
        assert not self.world.state.is_cancelled(self.world.state.bookings[REF])

    def listed(self) -> list[str]:
        return [str(change.status) for change in self.world.changes(self.vhs) if change.ref == REF]

    def letters(self) -> set[str]:
        return {self.world.statuses(vhs)[REF] for vhs in (MASTER, ABO, THIRD)}

    def asked(self) -> bool:
        return ("CANCELLATION_UNCLEAR", self.vhs, "") in self.world.open


def nothing(_: Program) -> None: ...


def abo_begins_again(program: Program) -> None:
    world, vhs = program.world, program.vhs

    def again(draft: Draft) -> None:
        draft.state.lanes[MASTER].markets = ("general",)  # a course that is known from exports alone has no market
        how: dict[str, Any] = {"accepted_rate": "80", "system": "kufersql", "markets": frozenset({"general"})}
        subscribe(draft, world.policy, number=NUMBERS[vhs], period=PERIOD, number_taken=False, **how)

    world.decide(MASTER, lambda draft: terminate_subscription(draft, vhs))
    world.decide(vhs, again)


def abo_made_again(program: Program) -> None:
    abo_begins_again(program)
    program.show(program.vhs)


def coop_id_assigned(program: Program) -> None:
    old, new = program.world, World()
    new.people, new.exports = old.people, old.exports
    new.decide(MASTER, lambda draft: carry_over(old.state, old.events, draft))
    program.world, program.more = new, {}


def letter_changed(program: Program) -> None:
    """Another letter is given out over the one that stands there, and seen."""
    for letter in ("W", "A"):
        program.show(ABO, letter)
        program.world.give(program.vhs)
        program.show(program.vhs, letter)


def row_gone_and_back(program: Program) -> None:
    program.world.report(program.vhs, **program.more)
    program.show(program.vhs)


def lost_and_back(program: Program) -> None:
    for _ in range(2):
        program.world.report(program.vhs, **program.more)
    program.show(program.vhs)


def course_gone_and_back(program: Program) -> None:
    program.world.report_without_course(program.vhs)
    program.show(program.vhs)


def coop_id_lost_and_back(program: Program) -> None:
    program.world.report(program.vhs, program.row(program.vhs), coop_id="")
    program.show(program.vhs)


def renumbered(program: Program) -> None:
    row = program.row(program.vhs, edited_by=program.editor)
    program.world.report(program.vhs, row, number="N-1", **program.more)


def participant_merged(program: Program) -> None:
    program.show(program.vhs, tnr="T99")


def forgotten(program: Program) -> None:
    person = program.world.state.bookings[REF].person_id
    program.world.erased.add(person or "")


Way = Callable[[Program], None]
WAYS: list[Way] = [
    nothing, letter_changed, row_gone_and_back, lost_and_back, course_gone_and_back, coop_id_lost_and_back, renumbered,
    participant_merged, forgotten,
]  # fmt: skip
"""Ways in which it might be forgotten what was given out."""

PROGRAMS = {
    "mirror, editors": (THIRD, "WS", True),
    "mirror": (THIRD, None, True),
    "mirror, editors, no references": (THIRD, "WS", False),
    "mirror, no references": (THIRD, None, False),
    "owner, editors": (ABO, "WS", True),
    "owner": (ABO, None, True),
}


@pytest.mark.parametrize("why", ["Ausfall", "orphan", "withdrawn"])
@pytest.mark.parametrize("kind", PROGRAMS)
@pytest.mark.parametrize("way", [*WAYS, abo_made_again, coop_id_assigned], ids=lambda way: way.__name__)
@pytest.mark.parametrize("reports", [0, 2])
def test_d21_s_that_was_given_out_cancels_nobody_when_it_is_carried_out_late(
    why: str, kind: str, way: Way, reports: int
) -> None:
    vhs, editor, refs = PROGRAMS[kind]
    if way is abo_made_again and vhs == ABO:
        pytest.skip("an Abo does not end on which a live booking hangs")
    program = Program(vhs, editor, refs, legacy=way is coop_id_assigned)
    program.given_and_taken_back(why)
    for _ in range(reports):
        program.show(vhs)
    way(program)
    for _ in range(reports):
        program.show(vhs)
    program.show(vhs, "S")
    assert program.letters() == {"A"}
    assert program.asked() or program.listed() == ["A"]
    for _ in range(3):
        program.world.give(vhs)
        program.show(vhs, "S")
    assert program.letters() == {"A"}
    known = vhs in program.world.state.bookings[REF].seats  # else it is a registration, and ends nobody's booking
    assert program.asked() or editor == "WS" or not known


@pytest.mark.parametrize("confirmed", [True, False])
def test_d21_an_operator_says_whether_a_late_s_was_meant(confirmed: bool) -> None:
    program = Program(THIRD, None)
    program.given_and_taken_back("Ausfall")
    for _ in range(2):
        program.show(THIRD)
    program.show(THIRD, "S")
    assert program.asked()
    assert program.world.detail("CANCELLATION_UNCLEAR")["late"] == REF
    assert program.listed() == [], "nothing is written over it before the answer"
    answer = confirm_cancellation if confirmed else reject_cancellation
    program.world.decide(THIRD, lambda draft: answer(draft, REF, "asked"))
    assert program.letters() == {"S" if confirmed else "A"}
    assert program.listed() == ([] if confirmed else ["A"])


def test_d21_what_a_person_signs_is_a_claim_long_after_an_s_was_taken_back() -> None:
    program = Program(THIRD, "WS")
    program.given_and_taken_back("Ausfall")
    for _ in range(2):
        program.show(THIRD)
    program.show(THIRD, "S", edited_by=KERN)
    assert program.letters() == {"S"}


def test_d21_an_s_that_was_shown_is_spent_and_the_next_one_is_a_claim() -> None:
    """The list was carried out, as an export showed: it is not carried out once more."""
    program = Program(THIRD, None)
    program.given_and_taken_back("orphan")
    program.show(THIRD, "S")
    assert program.world.state.bookings[REF].unseen_s == frozenset()
    program.world.give(THIRD)
    for _ in range(2):
        program.show(THIRD)
    program.show(THIRD, "S")
    assert program.letters() == {"S"}
    assert not program.asked()


def test_d21_a_late_s_of_a_cancelled_booking_is_an_acknowledgement() -> None:
    program = Program(THIRD, None)
    program.given_and_taken_back("orphan")
    for _ in range(2):
        program.show(THIRD)
    program.show(ABO, "S", edited_by=KERN)
    program.show(THIRD, "S")
    assert program.world.state.bookings[REF].cancelled_by == {ABO}
    assert not program.asked()


@pytest.mark.parametrize("editor", ["WS", None])
@pytest.mark.parametrize("way", [abo_made_again, coop_id_assigned], ids=lambda way: way.__name__)
def test_d21_an_s_that_the_connector_wrote_once_is_no_claim_under_another_abo_or_coop_id(
    editor: str | None, way: Way
) -> None:
    """Nothing was given out since, so that WS cannot have written it: it is of an old copy, or nobody knows."""
    program = Program(THIRD, "WS", legacy=way is coop_id_assigned)
    program.given_and_taken_back("orphan")
    program.show(THIRD, "S")
    program.world.give(THIRD)
    for _ in range(3):
        program.show(THIRD)
    way(program)
    program.show(THIRD, "S", edited_by=editor)
    assert program.letters() == {"A"}
    assert program.asked() or program.listed() == ["A"]


@pytest.mark.parametrize("way", [abo_begins_again, coop_id_assigned], ids=lambda way: way.__name__)
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("editor", ["WS", None, KERN])
def test_d21_an_s_that_stands_where_an_abo_or_coop_id_begins_cancels_nobody(
    way: Way, listed: bool, editor: str | None
) -> None:
    program = Program(THIRD, "WS", legacy=way is coop_id_assigned)
    program.given_and_taken_back("orphan")
    program.show(THIRD, "S", edited_by=editor)
    if program.asked():  # neither ends before somebody has answered (D9, D12)
        program.world.decide(THIRD, lambda draft: reject_cancellation(draft, REF, "asked"))
    way(program)
    if listed:
        program.world.give(THIRD)
    program.show(THIRD, "S", edited_by=editor)
    assert program.letters() == {"A"}
    assert program.asked() or program.listed() == ["A"]


@pytest.mark.parametrize("editor", ["WS", None])
def test_d21_a_row_that_was_lost_and_is_back_with_a_late_s_cancels_nobody(editor: str | None) -> None:
    program = Program(THIRD, editor)
    program.given_and_taken_back("withdrawn")
    for _ in range(2):
        program.show(THIRD)
    for _ in range(2):
        program.world.report(THIRD)
    assert program.letters() == {"S"}
    program.show(THIRD, "S")
    assert program.letters() == {"A"}
    assert program.asked() or program.listed() == ["A"]
