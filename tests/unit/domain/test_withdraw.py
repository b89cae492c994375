"""An export that is taken back: only what it did alone is undone (D32)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest

from koop_es.domain.cancellations import confirm_cancellation
from koop_es.domain.judgement import NOTHING, Effect, Judgement, WentBack
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.restoring import restore_booking
from koop_es.domain.withdraw import DECIDED, OFF_FOR_GOOD, STILL_OFF, Stays, withdraw
from koop_es.domain.withhold import approve_effects
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, booked, held, row, shared, types

CARL = Person("Carlsen", "Carl", "030 555", "carl@example.org")

MARRIED = Person("Beispiel", "Anna", ANNA.phone, ANNA.email)

REVIVED = Judgement(effects=(Effect.LETTER,))

LATER = ("later",)
"""Exports that came since, in which nothing was shown otherwise."""


def told() -> World:
    """Give a shared booking, and lists that were given out to all: from here on an "S" not given out is a claim."""
    world = shared()
    world.report(THIRD, held(THIRD), booked("9"))
    world.give(MASTER, ABO, THIRD)
    return world


def take_back(world: World, export: str, vhs: str = ABO, *, withdrawn: Collection[str] = ()) -> list[Stays]:
    stays: list[Stays] = world.decide(
        vhs, lambda draft: withdraw(draft, export, list(world.events), withdrawn=withdrawn)
    )
    return stays


def wrong(world: World, *rows: BookingRow, vhs: str = ABO, **how: Any) -> str:
    """Let a VHS export what is wrong, and give the name of the export."""
    assert world.report(vhs, *rows, **how) != []
    return f"{vhs}#{world.exports[vhs]}"


def test_d32_booking_that_only_the_export_cancelled_lives_again() -> None:
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert take_back(world, export) == []
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d32_booking_that_somebody_else_cancelled_as_well_stays_cancelled() -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    assert "BookingCancelled" in types(world.report(MASTER, held(MASTER, status="S")))
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER)["301:7"] == "S"


def test_d32_booking_that_two_wrong_exports_cancelled_lives_when_both_are_taken_back() -> None:
    world = told()
    exports = wrong(world, held(ABO, status="S")), wrong(world, held(MASTER, status="S"), vhs=MASTER)
    assert [stays.why for stays in take_back(world, exports[0])] == [DECIDED]
    assert "CancellationWithdrawn" in types(world.events)
    assert world.statuses(THIRD)["301:7"] == "S"
    assert take_back(world, exports[1], MASTER) == []
    assert world.statuses(THIRD)["301:7"] == "A"


def test_d32_booking_that_the_export_made_with_an_s_lives() -> None:
    world = shared()
    export = wrong(world, held(ABO), booked("8", status="S"))
    world.report(ABO, held(ABO), booked("8", status="W"))
    assert take_back(world, export) == []
    assert world.statuses(MASTER) == {"301:7": "A", "301:8": "W"}


@pytest.mark.parametrize("again", [True, False])
def test_d32_s_that_a_later_export_shows_again_is_asked_about_and_not_written_over(again: bool) -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events), later=LATER if again else ()))
    assert world.statuses(MASTER)["301:7"] == "A", "for the others it lives"
    asked = {ref for ref, why in world.state.lanes[ABO].unclear.items() if why == "again"}
    assert asked == ({"301:7"} if again else set())
    assert any(change.ref == "301:7" for change in world.changes(ABO)) is not again


@pytest.mark.parametrize(("again", "asked"), [(True, {"301:7"}), (False, set())])
def test_d32_s_that_a_later_export_showed_again_before_it_was_written_over_is_asked_about(
    again: bool, asked: set[str]
) -> None:
    world = told()
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    next_one = f"{MASTER}#{world.exports[MASTER] + 1}"
    if again:
        world.report(MASTER, held(MASTER, status="S"))
    world.report(MASTER, held(MASTER))
    later = (next_one, f"{MASTER}#{world.exports[MASTER]}")
    world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events), later=later))
    assert world.statuses(THIRD)["301:7"] == "A", "for the others it lives"
    world.report(MASTER, held(MASTER))
    assert set(world.state.lanes[MASTER].unclear) == asked, "what is shown since is what is asked about"
    if again:
        world.decide(MASTER, lambda draft: confirm_cancellation(draft, "301:7", "asked"))
        assert world.statuses(THIRD)["301:7"] == "S"


@pytest.mark.parametrize(("shown", "asked"), [("AS", "again"), ("SA", "over")])
def test_d32_letter_that_only_another_wrong_export_showed_does_not_keep_an_s_from_being_asked_about(
    shown: str, asked: str
) -> None:
    """Of two exports after the wrong "S" one is right and shows it as well, the other is taken back before."""
    world = told()
    export = wrong(world, held(ABO, status="S"))
    names = []
    for letter in shown:
        world.report(ABO, held(ABO, status=letter))
        names.append(f"{ABO}#{world.exports[ABO]}")
    right, other = (names[shown.index("S")],), (names[shown.index("A")],)
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events), later=right, withdrawn=other))
    assert world.state.lanes[ABO].unclear == {"301:7": asked}


def test_d32_orphan_that_is_back_lives_when_the_s_that_kept_it_from_living_is_taken_back() -> None:
    world = told()
    wrong(world)
    wrong(world)
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    world.report(ABO, held(ABO))
    assert world.statuses(THIRD)["301:7"] == "S"
    assert take_back(world, export, MASTER) == []
    assert world.statuses(THIRD)["301:7"] == "A"


def test_d32_letter_is_the_one_the_owner_shows_since() -> None:
    world = told()
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    world.report(ABO, held(ABO, status="W"))
    assert take_back(world, export, MASTER) == []
    assert world.statuses(THIRD)["301:7"] == "W"


@pytest.mark.parametrize("owner_first", [True, False])
def test_d32_letter_over_an_s_goes_with_the_export_that_showed_it(owner_first: bool) -> None:
    world = told()
    of_master = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    of_owner = wrong(world, held(ABO, status="W"))
    exports = [(of_owner, ABO), (of_master, MASTER)]
    first, second = exports if owner_first else exports[::-1]
    take_back(world, *first)
    take_back(world, *second, withdrawn={first[0]})
    assert world.statuses(THIRD)["301:7"] == "A"


def test_d32_letter_over_an_s_that_another_export_showed_as_well_stays() -> None:
    world = told()
    of_master = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    of_owner = wrong(world, held(ABO, status="W"))
    world.report(ABO, held(ABO))
    world.report(ABO, held(ABO, status="W"))
    take_back(world, of_master, MASTER)
    assert take_back(world, of_owner, withdrawn={of_master}) == []
    assert world.statuses(THIRD)["301:7"] == "W"


@pytest.mark.parametrize("waiting", [True, False], ids=["the letter waited", "the letter was written over"])
@pytest.mark.parametrize("after", ["A", "S"])
def test_d32_s_that_somebody_set_anew_is_asked_about(waiting: bool, after: str) -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    world.report(ABO, held(ABO), judgement=REVIVED if waiting else None)
    world.report(ABO, held(ABO, status="S"))
    world.report(ABO, held(ABO, status=after))
    take_back(world, export)
    assert set(world.state.lanes[ABO].unclear) == {"301:7"}


def test_d32_orphan_that_somebody_cancelled_as_well_stays_cancelled() -> None:
    world = told()
    wrong(world)
    export = wrong(world)
    world.report(MASTER, held(MASTER, status="S"))
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER)["301:7"] == "S"


@pytest.mark.parametrize("later", ["A", ""])
def test_d32_letter_that_the_owner_gave_since_stays(later: str) -> None:
    world = shared()
    export = wrong(world, held(ABO, status="W"))
    if later:
        world.report(ABO, held(ABO, status=later))
        world.report(ABO, held(ABO, status="W"))
    stays = [item.why for item in take_back(world, export)]
    assert (stays, world.statuses(MASTER)) == (([DECIDED], {"301:7": "W"}) if later else ([], {"301:7": "A"}))


@pytest.mark.parametrize(
    ("after", "stays"),
    [("A W", True), ("A", False), ("", False), ("A given W", False), ("A W A", False)],
    ids=["given anew", "as before", "never shown otherwise", "written by a list", "taken back by its staff"],
)
def test_d32_letter_that_the_owner_gave_anew_over_a_former_one_that_was_asked_about_stays(
    after: str, stays: bool
) -> None:
    """The right file that followed the wrong one looked as if the program had gone back, and counted for nothing."""
    world = told()
    moment = world.exports[ABO]
    export = wrong(world, held(ABO, status="W"))
    former = Judgement(went_back=WentBack(f"{ABO}#{moment}", (), moment, 2))
    for letter in after.split():
        if letter == "given":
            world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "asked"))
            assert "booking.update" in [change.kind for change in world.give(ABO)]
        else:
            world.report(ABO, held(ABO, status=letter), judgement=former if letter == "A" else NOTHING)
    assert [item.why for item in take_back(world, export)] == ([DECIDED] if stays else [])
    assert world.statuses(MASTER)["301:7"] == ("W" if stays else "A")


@pytest.mark.parametrize("later", [True, False])
def test_d32_person_that_the_owner_gave_since_stays(later: bool) -> None:
    world = shared()
    export = wrong(world, held(ABO, person=MARRIED))
    if later:
        world.report(ABO, held(ABO, person=ANNA))
        world.report(ABO, held(ABO, person=MARRIED))
    stays = [item.why for item in take_back(world, export)]
    booking = world.state.bookings["301:7"]
    shown = world.people[booking.person_id or "", booking.person_version]
    assert (stays, shown) == (([DECIDED], MARRIED) if later else ([], ANNA))


def test_d32_other_export_undoes_nothing_of_it() -> None:
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    assert take_back(world, f"{export}0") == []
    assert world.statuses(MASTER) == {"301:7": "S"}


@pytest.mark.parametrize("again", [True, False])
def test_d32_ausfall_that_the_master_set_again_since_stays(again: bool) -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    export = f"{MASTER}#{world.exports[MASTER]}"
    if again:
        world.report(MASTER, held(MASTER))
        world.report(MASTER, held(MASTER), cancelled=True)
    stays = [item.why for item in take_back(world, export, MASTER)]
    assert (stays, world.state.cancelled) == (([DECIDED], True) if again else ([], False))


@pytest.mark.parametrize("gone", [False, True])
def test_d32_d24_ausfall_that_the_next_complete_export_shows_as_well_is_the_masters_to_take_back(gone: bool) -> None:
    world = shared()
    export = wrong(world, held(MASTER), vhs=MASTER, cancelled=True)
    world.report(MASTER, held(MASTER), cancelled=True)
    later = f"{MASTER}#{world.exports[MASTER]}"
    if gone:
        world.report_without_course(MASTER)
    stays = world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events), later=(later, "last")))
    assert ([item.why for item in stays], world.state.cancelled) == ([STILL_OFF], True)
    world.report(MASTER, held(MASTER))
    assert not world.state.cancelled


@pytest.mark.parametrize(("shown", "off"), [((True, False), True), ((False, True, False), True), ((False,), False)])
def test_d32_d24_ausfall_shown_once_more_and_reset_after_the_last_day_stays(shown: tuple[bool, ...], off: bool) -> None:
    """What is reset after the last day revives nobody, so that only what the Master showed before it tells (D24)."""
    world, over, later = shared(), date(2026, 6, 1), []
    world.report(MASTER, held(MASTER), cancelled=True, on=over)
    export = f"{MASTER}#{world.exports[MASTER]}"
    for cancelled in shown:
        world.report(
            MASTER,
            held(MASTER),
            course=row(MASTER, cancelled=cancelled, edited_by="Kern am 01.06.2026, 09:00"),
            on=over,
        )
        later.append(f"{MASTER}#{world.exports[MASTER]}")
    stays = world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events), later=later), on=over)
    assert ([item.why for item in stays], world.state.cancelled) == (([OFF_FOR_GOOD], True) if off else ([], False))


@pytest.mark.parametrize(
    ("editor", "told", "off"), [("WS", False, False), ("Kern", False, True), ("Kern", True, False)]
)
def test_d32_ausfall_that_only_our_list_wrote_again_is_taken_back(editor: str, told: bool, off: bool) -> None:
    """After its last day a course does not live again by itself (D24), so that the list writes the wrong Ausfall.

    Whoever edited a row since in which it was told to be written says nothing (D21).
    """
    world, over = shared(), date(2026, 6, 1)
    world.report(MASTER, held(MASTER), cancelled=True, on=over)
    export = f"{MASTER}#{world.exports[MASTER]}"
    world.report(MASTER, held(MASTER), on=over)
    later = f"{MASTER}#{world.exports[MASTER]}"
    if told:
        world.give(MASTER)
    written = row(MASTER, cancelled=True, edited_by=f"{editor} am 01.06.2026, 09:00")
    world.report(MASTER, held(MASTER), course=written, on=over)
    world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events), later=(later, "last")), on=over)
    assert world.state.cancelled is off


def test_d32_ausfall_that_another_wrong_export_set_once_more_is_taken_back() -> None:
    """The right one in between looked like a restore, and takes back no Ausfall (D20)."""
    world = shared()
    moment = world.exports[MASTER]
    first = wrong(world, held(MASTER), vhs=MASTER, cancelled=True)
    former = Judgement(went_back=WentBack(f"{MASTER}#{moment}", (), moment, 2))
    world.report(MASTER, held(MASTER), judgement=former)
    right = f"{MASTER}#{world.exports[MASTER]}"
    second = wrong(world, held(MASTER), vhs=MASTER, cancelled=True)
    world.report(MASTER, held(MASTER), judgement=former)
    assert world.state.cancelled
    told, later = list(world.events), (right, f"{MASTER}#{world.exports[MASTER]}")
    stays = world.decide(MASTER, lambda draft: withdraw(draft, first, told, later=later, withdrawn={second}))
    assert (stays, world.state.cancelled) == ([], False)


def test_d32_ausfall_of_a_course_that_the_next_complete_export_lacks_is_taken_back() -> None:
    world = shared()
    export = wrong(world, held(MASTER), vhs=MASTER, cancelled=True)
    world.report_without_course(MASTER)
    lacking = f"{MASTER}#{world.exports[MASTER]}"
    assert world.decide(MASTER, lambda draft: withdraw(draft, export, list(world.events), later=(lacking,))) == []
    assert not world.state.cancelled


@pytest.mark.parametrize("waiting", [True, False])
def test_d32_d18a_row_that_was_taken_for_another_registration_since_is_one_seat(waiting: bool) -> None:
    """Over the wrong "S" the name was put right, so that the row was read as a registration (D5): it holds the seat."""
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    if waiting:
        assert "EffectWithheld" in types(world.report(ABO, held(ABO), judgement=REVIVED))
    world.report(ABO, booked("7", person=MARRIED))
    assert world.statuses(MASTER) == {"301:7": "S", "301:7~2": "A"}
    assert world.decide(ABO, lambda draft: approve_effects(draft, f"{ABO}#{world.exports[ABO] - 1}/letter")) == []
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER) == {"301:7": "S", "301:7~2": "A"}


def test_d32_d18a_former_holder_of_a_beleg_id_lives_beside_who_has_it_now() -> None:
    world = shared()
    export = wrong(world, held(ABO, status="S"))
    world.report(ABO, booked("7", tnr="T8", person=CARL, at="2026-02-02T09:00:00+01:00"))
    assert take_back(world, export) == []
    assert world.statuses(MASTER) == {"301:7": "A", "301:7~2": "A"}


@pytest.mark.parametrize("letter", ["A", "W"])
def test_d32_letters_that_were_withheld_over_the_s_count_when_the_export_is_taken_back(letter: str) -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    world.give(MASTER, THIRD)
    assert types(world.report(ABO, held(ABO, status=letter), judgement=REVIVED))[0] == "EffectWithheld"
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events), later=LATER))
    assert not world.state.lanes[ABO].unclear, "its row shows no S"
    assert world.codes == set()
    assert world.statuses(MASTER)["301:7"] == letter


def test_d21_d32_question_about_an_s_shown_again_closes_when_its_row_shows_its_letter() -> None:
    world = told()
    export = wrong(world, held(ABO, status="S"))
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events), later=LATER))
    assert world.codes == {"CANCELLATION_UNCLEAR"}
    world.report(ABO, held(ABO))
    assert world.codes == set()


def test_d32_what_a_later_export_cancelled_stays_when_an_earlier_one_is_taken_back() -> None:
    world = told()
    wrong(world)
    export = wrong(world)
    world.report(ABO, held(ABO))
    world.report(ABO, held(ABO, status="S"))
    assert [stays.why for stays in take_back(world, export)] == [DECIDED]
    assert world.statuses(MASTER)["301:7"] == "S"


def test_d32_d30_nobody_says_that_a_row_is_there_which_the_last_export_lacks() -> None:
    world = told()
    wrong(world)
    export = wrong(world)
    take_back(world, export)
    assert not world.state.bookings["301:7"].seats[ABO].held
    assert world.codes == {"BOOKING_REMOVED"}
    assert world.detail("BOOKING_REMOVED") == {"as": "taken_back"}
    assert world.statuses(MASTER)["301:7"] == "A"
    world.report(ABO, held(ABO))
    assert "BOOKING_REMOVED" not in world.codes


@pytest.mark.parametrize("vhs", [ABO, MASTER])
def test_d32_d30_what_later_exports_lack_as_well_is_said_at_once(vhs: str) -> None:
    world = told()
    wrong(world, vhs=vhs)
    export = wrong(world, vhs=vhs)
    world.report(vhs)
    world.decide(vhs, lambda draft: withdraw(draft, export, list(world.events), later=LATER))
    asked, lost = world.state.bookings["301:7"].seats[vhs].asked > 0, ("booking.create", "301:7") in world.to_do(vhs)
    assert (asked, lost) == ((True, False) if vhs == ABO else (False, True))
    assert "BOOKING_REMOVED" in world.codes
    world.report(vhs, held(vhs))
    assert "BOOKING_REMOVED" not in world.codes


@pytest.mark.parametrize(("edited_by", "asked"), [("Kern", True), (None, True), ("WS", False)])
def test_d21_d32_s_set_over_the_letter_that_was_back_is_asked_about_unless_the_connector_wrote_it(
    edited_by: str | None, asked: bool
) -> None:
    """Where a program names no editors, nobody can tell whether it is the one of the change list or a cancellation."""
    world = told()
    export = wrong(world, held(ABO, status="S"))
    world.report(ABO, held(ABO))
    world.give(MASTER, ABO, THIRD)
    world.report(ABO, held(ABO, status="S", edited_by=edited_by))
    world.decide(ABO, lambda draft: withdraw(draft, export, list(world.events), later=LATER))
    assert world.statuses(MASTER)["301:7"] == "A"
    assert (world.state.lanes[ABO].unclear.get("301:7") == "again") is asked
    assert any(change.ref == "301:7" for change in world.changes(ABO)) is not asked


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("edited_by", "asked"), [(None, True), ("WS", False)])
def test_d21_d32_s_that_a_program_without_editors_acknowledged_is_asked_about_and_written_over(
    edited_by: str | None, asked: bool, before: bool
) -> None:
    """Somebody there may have cancelled before the wrong "S" was told; A is given out all the same, whether it was
    shown before the withdrawal or after.
    """
    world = told()
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    world.give(MASTER, ABO, THIRD)
    if not before:
        take_back(world, export, MASTER)
    world.report(THIRD, held(THIRD, status="S", edited_by=edited_by), booked("9"))
    if before:
        take_back(world, export, MASTER)
    assert (world.state.lanes[THIRD].unclear.get("301:7") == "unsigned") is asked
    assert ("booking.update", "301:7") in world.to_do(THIRD)
    world.give(THIRD)
    world.report(THIRD, held(THIRD, edited_by=edited_by), booked("9"))
    assert ("CANCELLATION_UNCLEAR" in world.codes) is asked, "what was written says nothing"
    if asked:
        world.decide(THIRD, lambda draft: confirm_cancellation(draft, "301:7", "asked"))
        assert world.statuses(MASTER)["301:7"] == "S"


def test_d24_d32_it_is_said_until_the_master_shows_its_withdrawn_ausfall_no_longer() -> None:
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    take_back(world, f"{MASTER}#{world.exports[MASTER]}", MASTER)
    assert MASTER in world.detail("AUSFALL_TAKEN_BACK")["found"]
    world.report(ABO, held(ABO))
    world.report(THIRD, held(THIRD))
    assert world.detail("AUSFALL_TAKEN_BACK") == {"found": f"VHS {MASTER}"}
    world.report(MASTER, held(MASTER))
    assert "AUSFALL_TAKEN_BACK" not in world.codes


@pytest.mark.parametrize("before", [True, False])
def test_d21_d32_nothing_is_written_over_the_s_of_an_owner_whose_program_names_no_editors(before: bool) -> None:
    world = told()
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    world.give(MASTER, ABO, THIRD)
    if not before:
        take_back(world, export, MASTER)
    world.report(ABO, held(ABO, status="S"))
    if before:
        take_back(world, export, MASTER)
    assert world.state.lanes[ABO].unclear == {"301:7": "unsigned"}
    assert ("booking.update", "301:7") not in world.to_do(ABO)


def test_d32_s_that_was_given_out_again_after_a_withdrawal_is_ours() -> None:
    world = told()
    export = wrong(world, held(MASTER, status="S"), vhs=MASTER)
    world.give(MASTER, ABO, THIRD)
    take_back(world, export, MASTER)
    world.report(THIRD, held(THIRD), booked("9"))
    for status in ("A", "A", "S"):
        world.report(ABO, held(ABO, status=status, edited_by="Kern"))
    assert "301:7" in {change.ref for change in world.give(THIRD)}
    assert "CancellationUnclear" not in types(world.report(THIRD, held(THIRD, status="S"), booked("9")))
    assert world.statuses(THIRD)["301:7"] == "S"
