"""Questions outlive what they hang on: they are answered, or stand open where somebody sees them (D20, D25, D31)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from koop_es.domain import evolve_echo as why
from koop_es.domain.cancellations import NothingToConfirm, confirm_cancellation, reject_cancellation
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.events import CancellationDelivered, CancellationUnclear
from koop_es.domain.judgement import Effect, Judgement, WentBack
from koop_es.domain.legacy import carry_over
from koop_es.domain.open_matters import unanswered, violations_too
from koop_es.domain.subscription import terminate_subscription
from koop_es.domain.withdraw import withdraw
from koop_es.domain.withhold import approve_effects
from tests.unit.domain.world import ABO, COOP, MASTER, THIRD, World, booked, held, listed, types

REF = "301:7"
LETTERS = Judgement(effects=(Effect.CANCELLATION,))
WITHHELD = "withheld"
REASONS = (
    why.PERSON, why.UNSIGNED, why.EXCHANGED, why.ALIKE, why.TYPED_OVER, why.REPLACED, why.SOMEBODY_ELSE, why.PUT_BACK,
    why.APART, why.OVER, why.FORMER, why.WENT, why.WRITTEN_SINCE, why.NAMED, why.MEANT, why.LATE, "stamp", "still",
    "again", "alone", "untold", "cannot_compare", "moved",
)  # fmt: skip
OWN = (why.PERSON, why.PUT_BACK, why.FORMER, "stamp", "alone", "moved", WITHHELD)

each_matter = pytest.mark.parametrize("kind", [*REASONS, WITHHELD])


def asked(kind: str, vhs: str = THIRD) -> World:
    """Let a matter stand open about the "S" that a VHS shows."""
    world = listed()
    world.give(ABO)
    if kind == WITHHELD:
        world.report(vhs, held(vhs, status="S", edited_by="Blau"), judgement=LETTERS)
        return world

    def ask(draft: Draft) -> None:
        draft.add(CancellationDelivered, "D21", cause=draft.state.version, ref=REF)
        draft.add(CancellationUnclear, "D21", ref=REF, why=kind)
        draft.settle_violations()

    world.decide(vhs, ask)
    return world


def waits(world: World) -> set[tuple[str, str]]:
    """Name where what about the booking waits for an answer."""
    asking = ("CANCELLATION_UNCLEAR", "MOVED_AND_CANCELLED")
    return {
        (matter.code or matter.kind, matter.vhs)
        for matter in violations_too(world.state)
        if (matter.code in asking or matter.kind == "withheld_effect") and matter.ref in ("", REF)
    }


def back(vhs: str) -> Judgement:
    return Judgement(went_back=WentBack(f"{vhs}#0", (), 0, 2))


# --- what ends, and what does not -------------------------------------------------------------------------------------


def the_owner_moves_it(world: World, vhs: str) -> None:
    world.report(ABO, stands=[booked("7", number="K-2")])
    assert world.state.bookings[REF].moved
    world.give(vhs)
    world.report(vhs, held(vhs, status="S"))


def its_program_went_back(world: World, vhs: str) -> None:
    world.report(vhs, held(vhs), judgement=back(vhs))
    world.report(vhs, held(vhs))


def its_row_went_with_the_program(world: World, vhs: str) -> None:
    world.report(vhs, judgement=back(vhs))
    world.give(vhs)
    world.report(vhs, held(vhs, edited_by="WS"))
    world.report(vhs, held(vhs, edited_by="WS"))


def the_course_is_gone(world: World, vhs: str) -> None:
    world.report_without_course(vhs)


def its_coop_id_is_altered(world: World, vhs: str) -> None:
    world.report(vhs, held(vhs, status="S"), coop_id="")


def it_is_renumbered(world: World, vhs: str) -> None:
    world.report(vhs, held(vhs, status="S"), number="K-77")


def the_course_is_called_off_and_takes_place(world: World, vhs: str) -> None:
    world.report(MASTER, held(MASTER), cancelled=True)
    world.give(vhs)
    world.report(vhs, held(vhs, status="S"))
    world.report(MASTER, held(MASTER))


def who_booked_is_forgotten(world: World, vhs: str) -> None:
    world.erased.add(world.state.bookings[REF].person_id or "")
    world.report(vhs, held(vhs, status="S"))


def its_participant_is_merged(world: World, vhs: str) -> None:
    world.report(vhs, held(vhs, status="S", tnr="T700"))


def another_export_is_withdrawn(world: World, vhs: str) -> None:
    world.report(vhs, held(vhs, status="S", edited_by="Blau"))
    told = list(world.events)
    world.decide(vhs, lambda draft: withdraw(draft, f"{vhs}#{world.exports[vhs]}", told))


Ending = Callable[[World, str], None]
ENDINGS: tuple[Ending, ...] = (
    the_owner_moves_it,
    its_program_went_back,
    its_row_went_with_the_program,
    the_course_is_gone,
    its_coop_id_is_altered,
    it_is_renumbered,
    the_course_is_called_off_and_takes_place,
    who_booked_is_forgotten,
    its_participant_is_merged,
    another_export_is_withdrawn,
)


@each_matter
@pytest.mark.parametrize("ends", ENDINGS, ids=lambda ends: ends.__name__)
def test_d20_d25_d31_what_is_asked_about_an_s_stands_open_whatever_else_ends(ends: Ending, kind: str) -> None:
    world = asked(kind)
    assert waits(world)
    ends(world, THIRD)
    explained = kind == why.WRITTEN_SINCE and ends is the_course_is_called_off_and_takes_place  # that writes letters
    assert bool(waits(world)) is not explained, "it was nobody's answer"
    assert world.state.is_cancelled(world.state.bookings[REF]) is (ends is the_owner_moves_it)


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("ends", ENDINGS[1:2] + ENDINGS[3:], ids=lambda ends: ends.__name__)
def test_d20_d31_what_is_asked_about_an_s_of_the_owner_stands_open_whatever_else_ends(ends: Ending, kind: str) -> None:
    world = asked(kind, ABO)
    ends(world, ABO)
    assert waits(world), "it was nobody's answer"


@each_matter
def test_d9_d30_an_abo_does_not_end_while_something_waits_for_an_answer(kind: str) -> None:
    world = asked(kind)
    with pytest.raises(Refused, match=f"at VHS {THIRD}") as refused:
        world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))
    assert refused.value.rule == "D9"
    answer(world, kind)
    world.decide(MASTER, lambda draft: terminate_subscription(draft, THIRD))
    assert not waits(world)


@each_matter
def test_d9_d25_an_abo_does_not_end_while_a_question_about_a_move_hangs_on_it(kind: str) -> None:
    world = asked(kind)
    world.report(ABO, stands=[booked("7", number="K-2")])
    for vhs in (THIRD, ABO):
        with pytest.raises(Refused, match=f"at VHS {ABO}"):
            world.decide(MASTER, partial(terminate_subscription, subscriber=vhs))
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "asked"))
    for vhs in (THIRD, ABO):
        world.decide(MASTER, partial(terminate_subscription, subscriber=vhs))
    assert not waits(world)


@each_matter
def test_d12_no_coop_id_is_assigned_while_something_waits_for_an_answer(kind: str) -> None:
    world = asked(kind)
    world.state.coop_id = "563-KNR-26F-26-10009"
    with pytest.raises(Refused, match="wait for an answer"):
        World().decide(MASTER, lambda draft: carry_over(world.state, world.events, draft))


def answer(world: World, kind: str) -> None:
    if kind == WITHHELD:
        world.decide(THIRD, lambda draft: approve_effects(draft, f"412#{world.exports[THIRD]}/cancellation"))
    else:
        world.decide(THIRD, lambda draft: confirm_cancellation(draft, REF, "asked"))
    world.decide(MASTER, lambda draft: draft.settle_violations())
    if kind == WITHHELD:
        assert world.state.bookings[REF].cancelled_by == {THIRD}


# --- one by one -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["stamp", WITHHELD])
def test_d25_an_s_that_waits_for_an_answer_when_its_booking_is_moved_is_asked_about_at_the_owner(kind: str) -> None:
    world = asked(kind)
    world.report(ABO, stands=[booked("7", number="K-2")])
    assert ("MOVED_AND_CANCELLED", ABO) in waits(world)
    assert world.detail("MOVED_AND_CANCELLED")["found"] == f"VHS {THIRD}"
    with pytest.raises(NothingToConfirm, match=f"VHS {ABO} moved it; the question stands there"):
        world.decide(THIRD, lambda draft: confirm_cancellation(draft, REF, "asked"))
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "asked"))
    assert not waits(world)


def test_d25_an_s_after_the_abo_of_the_owner_has_ended_is_asked_about_as_before() -> None:
    world = listed()
    world.report(ABO, stands=[booked("7", number="K-2")])
    world.decide(MASTER, lambda draft: terminate_subscription(draft, ABO))
    world.report(THIRD, held(THIRD, status="S", edited_by="Blau"))
    assert waits(world) == {("MOVED_AND_CANCELLED", ABO)}
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "asked"))
    assert not waits(world)


def test_d25_an_answer_about_the_s_of_one_vhs_is_none_about_that_of_another() -> None:
    world = listed()
    world.report(ABO, stands=[booked("7", number="K-2")])
    world.report(THIRD, held(THIRD, status="S", edited_by="Blau"))
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "asked"))
    world.report(THIRD, held(THIRD, status="S", edited_by="Grau"))
    assert not waits(world), "that was answered"
    world.report(MASTER, held(MASTER, status="S", edited_by="Rot"))
    assert waits(world) == {("MOVED_AND_CANCELLED", ABO)}


def test_d31_an_s_that_is_approved_counts_whoever_cancelled_meanwhile() -> None:
    world = asked(WITHHELD)
    world.report(MASTER, held(MASTER, status="S"))
    world.decide(THIRD, lambda draft: approve_effects(draft, f"412#{world.exports[THIRD]}/cancellation"))
    assert world.state.bookings[REF].cancelled_by == {MASTER, THIRD}


def test_d31_a_withheld_s_in_whose_row_somebody_else_was_entered_is_asked_about() -> None:
    world = asked(WITHHELD)
    world.report(THIRD, booked("M412-7", tnr="T99", at="2026-02-20T10:00:00+01:00"), references={"M412-7": ()})
    assert waits(world)


def test_d20_a_row_that_shows_another_letter_by_itself_is_an_answer() -> None:
    for kind in ("stamp", WITHHELD):
        world = asked(kind)
        world.report(THIRD, held(THIRD, edited_by="Grau"))
        assert not waits(world)
        assert world.state.coop_id == COOP
        assert unanswered(world.state, THIRD) == []


def test_d20_an_s_that_is_set_anew_after_the_restore_is_a_claim() -> None:
    world = asked("stamp")
    its_program_went_back(world, THIRD)
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by="Grau")))[0] == "BookingCancelled"
    assert not waits(world)
