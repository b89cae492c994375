"""After a restore of the store: letters that may have been given out since the backup are asked about (D21, T6)."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Mapping
from contextlib import suppress
from itertools import permutations, product

import pytest

from koop_es.domain.cancellations import (
    CancellationDecided,
    NothingToConfirm,
    confirm_cancellation,
    reject_cancellation,
)
from koop_es.domain.judgement import Judgement
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.withdraw import withdraw
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, network, types

REF = "301:7"
KERN = "Kern am 17.07.2026, 09:42"
WS = "WS am 17.07.2026, 10:00"
PUT_BACK = Judgement(put_back=True)
EVERYWHERE = (MASTER, ABO, THIRD)


def listed() -> World:
    """Give the booking of VHS 301 everywhere, in a network whose change lists were given out."""
    world = network()
    world.report(ABO, held(ABO))
    world.give(MASTER, THIRD)
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs, edited_by=WS))
    return world


def told(world: World) -> dict[str, str]:
    """Read which letter each VHS should hold."""
    return {vhs: world.statuses(vhs)[REF] for vhs in EVERYWHERE}


@pytest.mark.parametrize("editor", [WS, None])
@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
def test_d21_s_that_no_person_signed_is_no_claim_after_the_store_was_put_back(
    editor: str | None, order: tuple[str, ...]
) -> None:
    world = listed()
    for vhs in order:
        world.report(vhs, held(vhs, status="S", edited_by=editor), judgement=PUT_BACK)
    assert set(told(world).values()) == {"A"}
    assert {vhs for code, vhs, _ in world.open if code == "CANCELLATION_UNCLEAR"} == set(EVERYWHERE)
    assert world.detail("CANCELLATION_UNCLEAR")["put_back"] == REF
    assert not any(change.status for vhs in EVERYWHERE for change in world.give(vhs)), "nothing is written over it"
    for vhs in EVERYWHERE:
        world.report(vhs, held(vhs, status="S", edited_by=editor))
    assert set(told(world).values()) == {"A"}, "the question stands in later exports"


def test_d21_what_a_person_signed_is_a_claim_after_the_store_was_put_back() -> None:
    world = listed()
    world.report(MASTER, held(MASTER, status="S", edited_by=WS), judgement=PUT_BACK)
    assert types(world.report(ABO, held(ABO, status="S", edited_by=KERN), judgement=PUT_BACK)) == ["BookingCancelled"]
    assert set(told(world).values()) == {"S"}
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d21_without_a_restore_an_s_that_was_not_given_out_is_a_claim_whoever_signed_it() -> None:
    world = listed()
    assert types(world.report(ABO, held(ABO, status="S", edited_by=WS))) == ["BookingCancelled"]


@pytest.mark.parametrize("meant", [False, True])
def test_d21_an_operator_says_whose_s_it_is_after_a_restore(meant: bool) -> None:
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=WS), judgement=PUT_BACK)
    answer = confirm_cancellation if meant else reject_cancellation
    world.decide(ABO, lambda draft: answer(draft, REF, "the list of yesterday says so"))
    assert set(told(world).values()) == {"S" if meant else "A"}
    [change] = [change for change in world.changes(MASTER if meant else ABO) if change.ref == REF]
    assert change.status == ("S" if meant else "A")


@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
def test_d21_booking_that_the_backup_did_not_know_is_asked_about_in_every_order(order: tuple[str, ...]) -> None:
    world = network()
    for vhs in order:
        world.report(vhs, held(vhs, status="S", edited_by=WS), judgement=PUT_BACK)
    assert set(told(world).values()) == {"A"}
    assert {vhs for code, vhs, _ in world.open if code == "CANCELLATION_UNCLEAR"} == set(EVERYWHERE)


def test_d21_question_of_a_restore_ends_when_the_row_shows_its_letter_again() -> None:
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=WS), judgement=PUT_BACK)
    world.report(ABO, held(ABO, edited_by=KERN))
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert set(told(world).values()) == {"A"}


# --- another letter over an S: whoever let the booking live again did so after the backup ----------------------------


def cancelled() -> World:
    """Give the same booking, cancelled by VHS 301 and shown with "S" everywhere, as a backup has it."""
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=KERN))
    world.give(MASTER, THIRD)
    for vhs in (MASTER, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by=WS))
    return world


def given_anywhere(world: World) -> list[str]:
    """Give out every change list, and name the VHSs that were told a letter."""
    return [vhs for vhs in EVERYWHERE for change in world.give(vhs) if change.status]


@pytest.mark.parametrize("editor", [WS, None])
@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
def test_d21_letter_over_an_s_that_no_person_signed_is_asked_about_after_the_store_was_put_back(
    editor: str | None, order: tuple[str, ...]
) -> None:
    world = cancelled()
    for vhs in order:
        world.report(vhs, held(vhs, edited_by=editor), judgement=PUT_BACK)
        assert given_anywhere(world) == [], "nobody is told S, and no S is written over"
    assert set(told(world).values()) == {"A"}
    assert world.detail("CANCELLATION_UNCLEAR")["written_since"] == REF
    for vhs in order:
        world.report(vhs, held(vhs, edited_by=editor))
    assert given_anywhere(world) == []
    assert "CANCELLATION_UNCLEAR" in world.codes, "the question stands in later exports"


@pytest.mark.parametrize("lives", [True, False])
def test_d21_an_operator_says_whether_a_booking_lives_again_after_a_restore(lives: bool) -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER, edited_by=WS), judgement=PUT_BACK)
    world.report(THIRD, held(THIRD, status="S", edited_by=WS), judgement=PUT_BACK)
    assert given_anywhere(world) == [], "over the S of the others nothing is written either"
    answer = reject_cancellation if lives else confirm_cancellation
    world.decide(MASTER, lambda draft: answer(draft, REF, "the export of yesterday was withdrawn"))
    assert set(told(world).values()) == {"A" if lives else "S"}
    assert given_anywhere(world) == ([THIRD] if lives else [MASTER])


def test_d32_an_export_that_was_withdrawn_after_the_backup_is_withdrawn_once_more() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER, edited_by=WS), judgement=PUT_BACK)
    world.report(ABO, held(ABO, edited_by=WS), judgement=PUT_BACK)
    wrong = next(event for event in world.events if event.type == "BookingCancelled").origin
    assert wrong is not None
    assert world.decide(ABO, lambda draft: withdraw(draft, wrong.export, list(world.events))) == []
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert set(told(world).values()) == {"A"}
    assert given_anywhere(world) == [THIRD]


@pytest.mark.parametrize("editor", [WS, KERN])
def test_d21_letter_that_was_written_over_an_s_on_its_way_is_asked_about_after_a_restore(editor: str) -> None:
    world = listed()
    world.report(ABO, held(ABO, status="S", edited_by=KERN))
    world.report(ABO, held(ABO, edited_by=KERN))
    world.give(ABO)  # "S" is told over the letter, and the backup is made
    world.report(ABO, held(ABO, edited_by=editor), judgement=PUT_BACK)
    by_ws = editor == WS
    assert ("CANCELLATION_UNCLEAR" in world.codes) is by_ws, "a person's row is as it was before the backup"
    assert set(told(world).values()) == {"A" if by_ws else "S"}
    assert given_anywhere(world) == ([] if by_ws else [MASTER, ABO, THIRD])


def test_d21_what_a_person_wrote_over_an_s_is_no_question_after_a_restore() -> None:
    world = cancelled()
    world.report(MASTER, held(MASTER, edited_by=KERN), judgement=PUT_BACK)
    assert set(told(world).values()) == {"S"}
    assert "CANCELLATION_UNCLEAR" not in world.codes


def test_d21_d24_letters_of_an_ausfall_that_was_taken_back_since_the_backup_wait_for_the_master() -> None:
    world = listed()
    world.report(MASTER, held(MASTER, status="S", edited_by=WS), cancelled=True)
    world.give(ABO, THIRD)
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by=WS), cancelled=True)
    world.report(ABO, held(ABO, edited_by=WS), judgement=PUT_BACK)
    assert given_anywhere(world) == []
    assert world.detail("CANCELLATION_UNCLEAR")["written_since"] == REF
    with pytest.raises(NothingToConfirm):
        world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "the course takes place"))
    world.report(MASTER, held(MASTER, edited_by=WS), judgement=PUT_BACK)
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert set(told(world).values()) == {"A"}


# --- one decision, several questions: whoever answers first is not asked again ---------------------------------------


def withdrawn_since(edited: Mapping[str, str | None], written: Collection[str]) -> tuple[World, str]:
    """Give the booking, cancelled by VHS 563 in a wrong export, after a restore: "A" was ``written`` at some VHSs,
    and the rows of the others, ``edited`` as they were, show "S"; with the name of that export.
    """
    world = listed()
    world.report(MASTER, held(MASTER, status="S", edited_by=edited[MASTER]))
    world.give(ABO, THIRD)
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by=edited[vhs]))
    wrong = next(event for event in world.events if event.type == "BookingCancelled").origin
    assert wrong is not None
    for vhs in EVERYWHERE:
        again = held(vhs, edited_by=edited[vhs] and WS) if vhs in written else None
        world.report(vhs, again or held(vhs, status="S", edited_by=edited[vhs]), judgement=PUT_BACK)
    return world, wrong.export


def ends(world: World) -> tuple[object, ...]:
    """Say how a history ends: letters, what is to be written, and what is open."""
    to_write = [(vhs, change.kind, change.status) for vhs in EVERYWHERE for change in world.changes(vhs)]
    return told(world), to_write, sorted(world.open)


@pytest.mark.parametrize("written", [(MASTER,), (ABO,), (THIRD,), (MASTER, THIRD), (MASTER, ABO)])
@pytest.mark.parametrize("editors", list(product([KERN, WS, None], [KERN, None], [KERN, WS, None])))
def test_d21_d32_in_whatever_order_an_operator_answers_after_a_restore_it_ends_the_same(
    editors: tuple[str | None, ...], written: tuple[str, ...]
) -> None:
    begun, wrong = withdrawn_since(dict(zip(EVERYWHERE, editors, strict=True)), written)
    asked = sorted(vhs for vhs, lane in begun.state.lanes.items() if REF in lane.unclear)
    found = set()
    for order in permutations([*asked, "withdraw"]):
        world = pickle.loads(pickle.dumps(begun))  # noqa: S301 - our own
        for vhs in order:
            with suppress(NothingToConfirm, CancellationDecided):
                if vhs == "withdraw":
                    world.decide(MASTER, lambda draft, world=world: withdraw(draft, wrong, list(world.events)))
                else:
                    world.decide(vhs, lambda draft: reject_cancellation(draft, REF, "it was withdrawn yesterday"))
        found.add(repr(ends(world)))
        assert "CANCELLATION_UNCLEAR" not in world.codes, order
        assert {vhs for vhs in EVERYWHERE if any(c.status for c in world.changes(vhs))} == set(EVERYWHERE) - {*written}
    assert len(found) == 1


def test_d21_the_owner_who_answered_first_is_told_its_letter_after_a_restore() -> None:
    world, wrong = withdrawn_since({MASTER: WS, ABO: KERN, THIRD: WS}, (THIRD,))
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "Kern had put in a phone"))
    world.decide(MASTER, lambda draft: withdraw(draft, wrong, list(world.events)))
    assert "CANCELLATION_UNCLEAR" not in world.codes
    [change] = world.changes(ABO)
    assert (change.status, change.decided) == ("A", True)


@pytest.mark.parametrize("meant", [False, True])
def test_d21_s_of_an_owner_without_editors_is_asked_about_where_its_booking_lives_again_after_a_restore(
    meant: bool,
) -> None:
    """It was taken back and written over since the backup, and then its owner cancelled."""
    world, _ = withdrawn_since({MASTER: None, ABO: None, THIRD: None}, (MASTER,))
    assert ("CANCELLATION_UNCLEAR", ABO, "") in world.open
    world.decide(MASTER, lambda draft: reject_cancellation(draft, REF, "it was withdrawn yesterday"))
    assert not [change for change in world.give(ABO) if change.status], "nothing is written over the owner's S"
    answer = confirm_cancellation if meant else reject_cancellation
    world.decide(ABO, lambda draft: answer(draft, REF, "the owner said so"))
    assert set(told(world).values()) == {"S" if meant else "A"}


def taken_back_before(vhs: str, editor: str | None, *, by: str, shown: bool = True) -> World:
    """Give the booking in a backup that was made when an "S" of ``by`` had been taken back with its export: VHS ``vhs``
    was given it out and has ``shown`` it or not, was told "A" over it, and has not shown that.
    """
    world = listed()
    world.report(by, held(by, status="S", edited_by=editor if by == vhs else KERN))
    wrong = next(event for event in world.events if event.type == "BookingCancelled").origin
    assert wrong is not None
    world.give(vhs)
    if shown and by != vhs:
        world.report(vhs, held(vhs, status="S", edited_by=editor))
    world.decide(by, lambda draft: withdraw(draft, wrong.export, list(world.events)))
    world.give(vhs)
    return world


@pytest.mark.parametrize("vhs", [ABO, MASTER])
@pytest.mark.parametrize(("by", "shown"), [("", True), (THIRD, True), (THIRD, False)])
def test_d21_s_that_nobody_signed_is_not_written_over_unasked_after_a_restore(vhs: str, by: str, shown: bool) -> None:
    """It was taken back before the backup, its letter written over it since, and then somebody cancelled."""
    world = taken_back_before(vhs, None, by=by or vhs, shown=shown)
    world.report(vhs, held(vhs, status="S"), judgement=PUT_BACK)
    assert ("CANCELLATION_UNCLEAR", vhs, "") in world.open
    assert set(told(world).values()) == {"A"}
    if vhs == ABO or not by:  # else "A" is written all the same (D32)
        assert not [change for change in world.give(vhs) if change.status]
    world.decide(vhs, lambda draft: confirm_cancellation(draft, REF, "somebody cancelled"))
    assert set(told(world).values()) == {"S"}


@pytest.mark.parametrize("vhs", [ABO, MASTER])
def test_d21_s_by_ws_that_was_taken_back_before_the_backup_is_ours_after_a_restore(vhs: str) -> None:
    world = taken_back_before(vhs, WS, by=THIRD)
    world.report(vhs, held(vhs, status="S", edited_by=WS), judgement=PUT_BACK)
    assert ("CANCELLATION_UNCLEAR", vhs, "") not in world.open
    assert [change.status for change in world.changes(vhs)] == ["A"]


def test_d21_an_answer_is_not_asked_for_again_with_each_export_until_the_store_knows_what_a_vhs_holds() -> None:
    world = taken_back_before(ABO, None, by=ABO)
    world.report(ABO, held(ABO, status="S"), full=False, judgement=PUT_BACK)
    world.decide(ABO, lambda draft: reject_cancellation(draft, REF, "that is the one of yesterday"))
    world.report(ABO, held(ABO, status="S"), judgement=PUT_BACK)
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert [change.status for change in world.changes(ABO)] == ["A"]


@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
@pytest.mark.parametrize("editor", [None, KERN])
def test_d21_d24_s_set_after_an_ausfall_was_taken_back_is_asked_about_after_a_restore(
    editor: str | None, order: tuple[str, ...]
) -> None:
    """The Ausfall was taken back since the backup, everybody written again, and then the owner cancelled."""
    world = listed()
    world.report(MASTER, held(MASTER, status="S", edited_by=WS), cancelled=True)
    world.give(ABO, THIRD)
    for vhs in (ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by=editor), cancelled=True)
    for vhs in order:
        own = held(vhs, status="S", edited_by=editor) if vhs == ABO else held(vhs, edited_by=editor and WS)
        world.report(vhs, own, judgement=PUT_BACK)
    assert ("CANCELLATION_UNCLEAR", ABO, "") in world.open
    assert not [change for change in world.give(ABO) if change.status]
    assert set(told(world).values()) == {"A"}


@pytest.mark.parametrize("editor", [None, WS, KERN])
def test_d21_s_of_a_row_that_was_lost_is_no_claim_after_a_restore_unless_a_person_signed_it(editor: str | None) -> None:
    world = listed()
    world.report(THIRD)
    world.report(THIRD)
    assert "OrphanDetected" in types(world.events)
    world.report(THIRD, held(THIRD, status="S", edited_by=editor), judgement=PUT_BACK)
    assert set(told(world).values()) == {"S" if editor == KERN else "A"}
    assert ("CANCELLATION_UNCLEAR" in world.codes) is (editor != KERN)


# --- rows without reference: mirrors that were written since the backup, or registrations (D26) ----------------------

AT = "2026-02-05T10:00:31+01:00"
NAMED_ONLY = Person("Muster", "Anna", "", "")


def rounds(order: tuple[str, ...], rows: Mapping[str, BookingRow], count: int = 3) -> World:
    """Let all report after a restore what they hold, in an order, again and again; each tells with its first export."""
    world, told = network(), set[str]()
    world.give(*EVERYWHERE)
    for _ in range(count):
        for vhs in order:
            untold = tuple(sorted({*EVERYWHERE} - told - {vhs}))
            judgement = Judgement(put_back=vhs not in told, untold=untold)
            world.report(vhs, *([rows[vhs]] if vhs in rows else []), judgement=judgement)
            told.add(vhs)
            if {MASTER, ABO} <= rows.keys() and MASTER in told:
                assert ("booking.create", "301:77") not in world.to_do(MASTER), "it may stand there"
    return world


@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
@pytest.mark.parametrize("editor", [None, WS])
@pytest.mark.parametrize("person", [ANNA, NAMED_ONLY])
def test_d26_mirror_without_reference_is_known_after_a_restore_in_every_order(
    person: Person, editor: str | None, order: tuple[str, ...]
) -> None:
    rows = {vhs: booked(f"{vhs}-1", at=AT, person=person, edited_by=editor) for vhs in (MASTER,)}
    world = rounds(order, rows | {ABO: booked("77", at=AT, person=person, edited_by=editor)})
    assert sorted(world.state.bookings) == ["301:77"]
    assert {code for code, vhs, _ in world.open if vhs == MASTER} == {"MIRROR_WITHOUT_REFERENCE"}


@pytest.mark.parametrize("order", list(permutations(EVERYWHERE)))
@pytest.mark.parametrize("editor", [None, WS, KERN])
@pytest.mark.parametrize("vhs", EVERYWHERE)
def test_d26_registration_of_since_the_backup_is_kept_in_every_order(
    vhs: str, editor: str | None, order: tuple[str, ...]
) -> None:
    world = rounds(order, {vhs: booked("77", at=AT, person=NAMED_ONLY, edited_by=editor)})
    assert sorted(world.state.bookings) == [f"{vhs}:77"]
    assert "REGISTRATION_HELD" not in world.codes


def test_d26_row_waits_while_another_vhs_has_not_told_and_nothing_is_made_beside_it() -> None:
    world = network()
    world.give(*EVERYWHERE)
    row = booked("9", at=AT, person=ANNA, edited_by=WS)
    untold = Judgement(put_back=True, untold=(ABO, THIRD))
    assert types(world.report(MASTER, row, judgement=untold)) == ["RegistrationHeld"]
    assert world.detail("REGISTRATION_HELD") == {"found": "9", "as": "backup"}
    world.report(ABO, booked("8", at="2026-02-05T11:00:00+01:00", person=BERND), judgement=Judgement(untold=(THIRD,)))
    assert world.to_do(MASTER) == []
    assert world.to_do(THIRD) == [("booking.create", "301:8")]
    assert types(world.report(MASTER, row, judgement=Judgement(untold=(THIRD,)))) == [], "it waits on"
    assert "BookingMade" in types(world.report(MASTER, row)), "all have told"
    assert world.to_do(MASTER) == [("booking.create", "301:8")]


@pytest.mark.parametrize("named", [True, False])
def test_d26_who_is_named_as_the_editor_of_a_row_or_reached_otherwise_waits_for_nobody(named: bool) -> None:
    world = network()
    world.give(*EVERYWHERE)
    vhs = MASTER if named else ABO
    row = booked("9", at=AT, person=ANNA, edited_by=KERN if named else WS)
    judgement = Judgement(put_back=True, untold=tuple(sorted({*EVERYWHERE} - {vhs})))
    assert types(world.report(vhs, row, judgement=judgement)) == ["BookingMade"]


def test_d26_row_of_a_program_that_keeps_no_time_of_day_waits_as_the_one_of_its_name() -> None:
    world = network()
    world.report(ABO, booked("77", at="2026-02-05T00:00:00+01:00", person=NAMED_ONLY))
    row = booked("9", at="2026-02-05T00:00:00+01:00", person=NAMED_ONLY, edited_by=WS)
    world.report(MASTER, row, judgement=PUT_BACK)
    assert world.detail("REGISTRATION_HELD") == {"found": "9", "as": "copy"}
    assert world.to_do(MASTER) == []
    reached = booked("9", at="2026-02-05T00:00:00+01:00", person=Person("Muster", "Anna", "0941 55", ""), edited_by=WS)
    assert "BookingMade" in types(world.report(MASTER, reached)), "mail or phone tell them apart"
