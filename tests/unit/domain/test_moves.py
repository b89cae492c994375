"""A VHS's own bookings that stand in another of its courses (D25)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import msgspec
import pytest

from koop_es.domain.cancellations import CancellationDecided, confirm_cancellation, reject_cancellation
from koop_es.domain.cooperation import Reason
from koop_es.domain.events import Event
from koop_es.domain.in_doubt import moved_in_doubt
from koop_es.domain.observation import BookingRow, Person, Status
from koop_es.domain.restoring import restore_booking
from koop_es.domain.slices import Home, Slice, Suspension
from koop_es.domain.withdraw import DECIDED, withdraw
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    network,
    row,
    shared,
    types,
)

OTHER = "563-COOP-220"
THERE = "K-10"


def export(
    world: World,
    *rows: BookingRow,
    stands: Collection[BookingRow] = (),
    homes: dict[str, list[Home]] | None = None,
    full: bool = True,
    untold: Collection[str] = (),
    withheld: Collection[str] = (),
    protected: Collection[str] = (),
    taken: Collection[str] = (),
    rekeyed: Collection[Home] = (),
    came: Collection[str] = (),
    **how: Any,
) -> list[Event]:
    """Let 301 export this course: ``stands`` are its rows in all courses, ``homes`` where its Beleg-IDs were; rows that
    are ``protected`` were set aside, ``taken`` are Beleg-IDs that the row of another course has now, ``rekeyed`` where
    bookings have the Beleg-IDs of its rows under other references, ``came`` the Beleg-IDs of rows that were whole in
    another course.
    """
    known: Callable[[str], Collection[Home]] = lambda booking_id: (homes or {}).get(booking_id, ())  # noqa: E731
    part = Slice(
        world.coop_id,
        course=row(ABO, coop_id=world.coop_id),
        bookings=list(rows),
        proves_absence=full,
        stands={item.booking_id: item for item in stands}.get,
        homes=known,
        references=lambda booking_id: [home.ref for home in known(booking_id)],
        untold=frozenset(untold),
        withheld=withheld.__contains__,
        protected=frozenset(protected),
        taken=taken.__contains__,
        rekeyed=lambda _: rekeyed,
        came=lambda item: item.booking_id in came,
    )
    return world.observe(ABO, part, **how)


def there(**changed: Any) -> BookingRow:
    return msgspec.structs.replace(held(ABO), number=THERE, **changed)


def elsewhere(ref: str = "301:7") -> dict[str, list[Home]]:
    return {"7": [Home(ref, OTHER)]}


# --- where it left ----------------------------------------------------------------------------------------------------


def test_d25_moved_booking_is_cancelled_at_once_where_it_left() -> None:
    world = shared()
    assert types(export(world, stands=[there()])) == ["BookingMoved"]
    booking = world.state.bookings["301:7"]
    assert world.state.reason(booking) is Reason.MOVED
    for other in (MASTER, THIRD):
        assert world.to_do(other) == [("booking.cancel", "301:7")]
        assert types(world.report(other, held(other, status="S"))) == ["CancellationDelivered"]
    assert world.to_do(ABO) == []
    assert types(export(world, stands=[there()])) == [], "and it is said once"
    assert world.open == set()


def renumbered(
    world: World, *rows: BookingRow, number: str = "K-99", stands: Collection[BookingRow] = ()
) -> list[Event]:
    """Let 301 export this course under another number; ``stands`` are its rows in all courses."""
    part = Slice(
        world.coop_id,
        course=msgspec.structs.replace(row(ABO, coop_id=world.coop_id), number=number),
        bookings=list(rows),
        proves_absence=True,
        stands={item.booking_id: item for item in stands}.get,
    )
    return world.observe(ABO, part)


def left(**changed: Any) -> BookingRow:
    course = row(ABO)
    return msgspec.structs.replace(held(ABO), number=course.number, period=course.period, **changed)


def test_r20_row_left_under_the_former_number_is_asked_about_and_no_move() -> None:
    """The course is copied to a new number, the COOP-Id with it, and people are moved over one by one."""
    world = shared()
    assert types(renumbered(world, stands=[left()])) == ["CourseRenumbered", "BookingQuestioned"]
    assert world.open == {("COURSE_RENUMBERED", ABO, ""), ("BOOKING_REMOVED", ABO, "301:7")}
    for _ in range(3):
        assert types(renumbered(world, stands=[left()])) == []
    assert [world.to_do(vhs) for vhs in (MASTER, THIRD, ABO)] == [[], [], []]
    assert types(renumbered(world, held(ABO))) == ["BookingReappeared"]
    assert world.open == {("COURSE_RENUMBERED", ABO, "")}


def test_r20_row_left_behind_a_renumbering_that_a_partial_export_told_is_asked_about() -> None:
    world = shared()
    renumbered(world, held(ABO))
    assert types(renumbered(world, stands=[left()])) == ["BookingQuestioned"], "left there, or moved back"


def test_r20_s_in_a_row_left_under_the_former_number_is_one() -> None:
    world = shared()
    assert types(renumbered(world, stands=[left(status=Status.CANCELLED)])) == ["CourseRenumbered", "BookingMoved"]


def test_d25_row_in_another_course_of_one_that_was_renumbered_is_a_move() -> None:
    world = shared()
    assert types(renumbered(world, stands=[there()])) == ["CourseRenumbered", "BookingMoved"]


def test_r20_row_left_under_any_former_number_is_asked_about() -> None:
    world, number = shared(), row(ABO).number
    renumbered(world, held(ABO))
    assert types(renumbered(world, held(ABO), number=number)) == ["CourseRenumbered"]
    assert types(renumbered(world, number=number, stands=[msgspec.structs.replace(left(), number="K-99")])) == [
        "BookingQuestioned"
    ]


def test_d25_event_names_the_row_where_it_stands() -> None:
    world = shared()
    [event] = [item for item in export(world, stands=[there(line=44)]) if item.type == "BookingMoved"]
    assert event.origin is not None
    assert (event.origin.line, event.course_number) == (44, THERE)  # type: ignore[attr-defined]


@pytest.mark.parametrize("sight", ["7", "301:7"])
def test_d17_row_set_aside_is_no_sight_of_a_booking_that_moved(sight: str) -> None:
    """The row lives in the other course: told "S" there, its citizen would lose the seat."""
    world = shared()
    export(world, stands=[there()])
    for full in (True, False):
        assert types(export(world, protected=[sight], full=full)) == []
        assert world.to_do(ABO) == []


def test_d25_r15_whoever_moved_has_no_row_here_when_the_course_was_away_meanwhile() -> None:
    """The row lives in the other course: told "S" there, its citizen would lose the seat."""
    world = shared()
    export(world, stands=[there()])
    world.report(ABO, course=row(ABO, coop_id="901-COOP-7"))
    world.report_without_course(ABO)
    world.report(ABO, course=row(ABO, coop_id=world.coop_id), protected=["7"])
    assert world.to_do(ABO) == []


def test_d25_d24_row_that_stands_here_as_another_registration_has_moved_nowhere() -> None:
    """In a course that was called off, the same person booked anew in the row that showed the "S" of the Ausfall."""
    world = shared()
    world.report(MASTER, held(MASTER), cancelled=True)
    world.report(ABO, held(ABO, status="S"))
    again = held(ABO, at="2026-02-20T09:00:00+01:00")
    assert types(export(world, again, stands=[again])) == ["BookingMade", "BelegIdReused"]
    assert not world.state.bookings["301:7"].moved


def test_d17_row_set_aside_is_no_sight_of_whoever_had_its_beleg_id_before() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    assert types(export(world, taken=["7"])) == ["BookingVanished"], "removed instead of written S"
    assert types(export(world, protected=["7"], taken=["7"])) == [], "the row of another course has the Beleg-ID now"
    assert world.to_do(ABO) == []
    assert types(export(world, protected=["7"])) == ["BookingReappeared"]
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]


def test_d25_another_person_or_tnr_under_the_beleg_id_is_no_move() -> None:
    for row_there in (there(person=BERND), there(participant_no="T99")):
        world = shared()
        assert types(export(world, stands=[row_there])) == ["BookingVanished"]


def test_d25_a_row_left_in_the_former_course_is_no_move() -> None:
    world = shared()
    assert types(export(world, held(ABO), stands=[there()])) == []


def test_d25_moved_booking_of_somebody_who_is_booked_twice_is_no_merge() -> None:
    """The order of judging has D25 before D18 and B15: its own row says where it went."""
    world = shared()
    twice = booked("8", tnr="T8")
    export(world, held(ABO), twice)
    assert types(export(world, twice, stands=[there(), twice])) == ["BookingMoved"]
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}
    assert types(export(world, twice, stands=[there(), twice])) == []


BEN = Person("Muster", "Ben", ANNA.phone, ANNA.email)


@pytest.mark.parametrize(
    "relative",
    [
        booked("8", tnr="T8", person=ANNA, at="2026-01-20T09:00:00+01:00"),
        booked("8", tnr="T8", person=BEN),
    ],
    ids=["father and son of one name and mail", "brother and sister of one order"],
)
def test_d25_nobody_who_is_new_in_the_former_course_is_who_has_moved(relative: BookingRow) -> None:
    """D25 stands before D18: the whole row says where it went, and weaker witnesses make nobody else of it."""
    world = shared()
    assert types(export(world, relative, stands=[there(), relative])) == ["BookingMade", "BookingMoved"]
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}
    world.give(MASTER, THIRD)
    world.report(MASTER, held(MASTER, status="S", edited_by="Kern"))
    assert world.statuses(ABO) == {"301:7": "S", "301:8": "A"}, "an S for who has moved ends nobody else"
    assert ("MOVED_AND_CANCELLED", ABO, "301:7") in world.open


def test_d25_who_has_moved_under_another_name_is_nobody_else_in_the_former_course() -> None:
    """Beleg-ID, TNR and second are the whole row, too: somebody married on the day of the move."""
    world, ben = shared(), booked("8", tnr="T8", person=BEN)
    married = there(person=msgspec.structs.replace(ANNA, name="Neu"))
    assert types(export(world, ben, stands=[married, ben])) == ["BookingMade", "BookingVanished"]


def test_d18_who_is_entered_again_in_the_former_course_goes_on_there() -> None:
    """A row of TNR and person is left in the former course: nobody has moved (D25)."""
    world, again = shared(), booked("8", tnr=held(ABO).participant_no)
    assert types(export(world, again, stands=[there(), again])) == ["BookingRekeyed"]


def test_d25_row_that_came_from_another_course_is_nobody_of_this_one() -> None:
    """The place of who is gone was given to a relative, whose row was moved here whole."""
    world, ben = shared(), booked("8", tnr="T8", person=BEN)
    assert types(export(world, ben, stands=[ben], came=["8"])) == ["BookingMade", "BookingVanished"]


def test_d18_two_bookings_of_one_person_that_exchanged_their_beleg_ids_stay_where_they_are() -> None:
    world, other = shared(), booked("8", tnr=held(ABO).participant_no)
    assert types(export(world, other, stands=[there(), other], came=["8"])) == ["BookingRekeyed"]


def test_d25_only_a_complete_export_tells() -> None:
    world = shared()
    assert types(export(world, stands=[there()], full=False)) == []


def test_d25_a_moved_mirror_is_no_move_of_the_booking() -> None:
    world = shared()
    assert types(world.report(MASTER, elsewhere=["301:7"])) == ["MirrorLost"]
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d25_a_moved_mirror_without_reference_is_no_move_of_the_booking() -> None:
    """Whose program has no field for the Koop-Beleg-ID moves somebody else's citizen, and not its own (D26)."""
    world = shared()
    bare = msgspec.structs.replace(held(MASTER), ref=None)
    world.report(MASTER, bare)
    for _ in range(3):
        assert set(types(world.report(MASTER, stands=[bare]))) <= {"MirrorLost"}
        assert world.to_do(MASTER) == [("booking.create", "301:7")], "it is delivered again where it belongs"
        assert world.to_do(ABO) == world.to_do(THIRD) == []


def test_d25_row_of_another_tnr_under_the_beleg_id_of_a_mirror_is_not_the_mirror() -> None:
    world = shared()
    bare = msgspec.structs.replace(held(MASTER), ref=None)
    world.report(MASTER, bare)
    stranger = msgspec.structs.replace(bare, participant_no="T99")
    assert types(world.report(MASTER, stands=[stranger])) == ["BookingVanished"]


@pytest.mark.parametrize("moved_first", [True, False])
def test_d25_s_of_another_beside_a_move_is_asked_in_either_order(moved_first: bool) -> None:
    world = shared()
    world.report(THIRD, held(THIRD), booked("9"))
    world.give(MASTER, ABO)
    if moved_first:
        export(world, stands=[there()])
        assert "MOVED_AND_CANCELLED" not in world.codes
    assert "BookingCancelled" in types(world.report(MASTER, held(MASTER, status="S")))
    if not moved_first:
        assert "MOVED_AND_CANCELLED" not in world.codes
        assert types(export(world, stands=[there()])) == ["ChangesNotSeen", "BookingMoved"]
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.PARTICIPANT
    assert ("MOVED_AND_CANCELLED", ABO, "301:7") in world.open
    assert world.detail("MOVED_AND_CANCELLED")["found"] == f"VHS {MASTER}"
    assert THERE in world.detail("MOVED_AND_CANCELLED")["expected"]
    export(world, stands=[there()])
    assert ("MOVED_AND_CANCELLED", ABO, "301:7") in world.open, "until somebody answers"
    world.decide(ABO, lambda draft: reject_cancellation(draft, "301:7", "asked"))
    assert "MOVED_AND_CANCELLED" not in world.codes
    with pytest.raises(CancellationDecided):
        world.decide(ABO, lambda draft: confirm_cancellation(draft, "301:7", "asked"))


def test_d25_s_that_the_owner_had_is_no_question_where_its_row_is_taken_elsewhere() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    world.give(ABO)
    assert types(export(world, held(ABO, status="S"))) == ["CancellationDelivered"]
    assert "BookingMoved" not in types(export(world, stands=[there()]))
    assert world.open == set()


def test_d25_s_written_as_told_beside_a_move_is_no_question() -> None:
    world = shared()
    export(world, stands=[there()])
    world.give(MASTER)
    assert types(world.report(MASTER, held(MASTER, status="S"))) == ["CancellationDelivered"]
    assert world.open == set()


def test_d25_shifted_column_is_withheld_and_never_s_at_once() -> None:
    world = shared()
    assert types(export(world, stands=[there()], withhold=True)) == ["BookingVanished"]
    assert types(export(world, stands=[there()], withhold=True)) == ["OrphanWithheld"]
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert types(export(world, held(ABO))) == ["BookingReappeared"], "the column is right again"


def test_d25_nothing_moves_after_the_last_day() -> None:
    world = shared()
    assert types(export(world, stands=[there()], on=date(2026, 6, 1))) == ["BookingArchived"]
    assert world.statuses(MASTER) == {"301:7": "A"}


# --- where it is ------------------------------------------------------------------------------------------------------


def test_d25_where_it_is_it_has_a_reference_of_its_own() -> None:
    world = network()
    assert types(export(world, booked("7"), homes=elsewhere())) == ["BookingMade"]
    assert list(world.state.bookings) == ["301:7~2"]


def test_d25_moved_back_it_is_another_booking_again() -> None:
    world = shared()
    export(world, stands=[there()])
    homes = {"7": [Home("301:7", world.coop_id), Home("301:7~2", OTHER)]}
    assert types(export(world, held(ABO), stands=[held(ABO)], homes=homes)) == ["BookingMade"]
    assert world.statuses(ABO) == {"301:7": "S", "301:7~3": "A"}
    assert "CANCELLED_BOOKING_REACTIVATED" not in world.codes
    assert types(export(world, held(ABO), stands=[held(ABO)], homes=homes)) == []
    assert types(export(world, stands=[there()], homes=homes)) == ["BookingMoved"], "and may leave once more"


@pytest.mark.parametrize("by", ["WS", None])
def test_d21_d25_s_that_was_given_out_before_a_booking_moved_is_no_claim_when_it_is_back(by: str | None) -> None:
    """The row is the same: what was given out for it may be written as long as no export has shown it."""
    world = shared()
    world.give(MASTER, ABO, THIRD)
    for _ in range(2):
        world.report(THIRD)
    world.give(ABO)
    world.report(THIRD, held(THIRD))
    export(world, stands=[there()])
    homes = {"7": [Home("301:7", world.coop_id), Home("301:7~2", OTHER)]}
    export(world, held(ABO), stands=[held(ABO)], homes=homes)
    for _ in range(3):
        export(world, held(ABO), stands=[held(ABO)], homes=homes)
    late = held(ABO, status="S", edited_by=by)
    export(world, late, stands=[late], homes=homes)
    assert world.statuses(MASTER)["301:7~3"] == "A"
    assert ("CANCELLATION_UNCLEAR" in world.codes) is (by is None)


def test_d32_booking_that_moved_and_is_back_goes_on_in_the_other_when_the_export_is_taken_back() -> None:
    world = shared()
    export(world, stands=[there()])
    wrong = f"{ABO}#{world.exports[ABO]}"
    homes = {"7": [Home("301:7", world.coop_id), Home("301:7~2", OTHER)]}
    export(world, held(ABO), stands=[held(ABO)], homes=homes)
    stays = world.decide(ABO, lambda draft: withdraw(draft, wrong, list(world.events)))
    assert [item.why for item in stays] == [DECIDED]
    assert world.statuses(ABO) == {"301:7": "S", "301:7~3": "A"}, "one row is one seat"


@pytest.mark.parametrize("shown_once_more", [True, False])
def test_d32_row_that_a_withdrawn_export_had_moved_is_the_reinstated_booking(shown_once_more: bool) -> None:
    """The next right export shows the row where it always was: one row is one seat, and nothing is missing."""
    world = shared()
    export(world, stands=[there()])
    wrong = f"{ABO}#{world.exports[ABO]}"
    assert world.decide(ABO, lambda draft: withdraw(draft, wrong, list(world.events))) == []
    homes = {"7": [Home("301:7", world.coop_id), Home("301:7~2", OTHER)]}
    if shown_once_more:
        assert types(export(world, stands=[there()], homes=homes)) == ["BookingQuestioned"]
    export(world, held(ABO), stands=[held(ABO)], homes=homes)
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.open == set()
    assert types(export(world, stands=[there()], homes=homes)) == ["BookingMoved"], "and staff may move it after all"


def test_d32_s_of_others_beside_a_move_that_was_withdrawn_is_meant_for_the_course() -> None:
    world = shared()
    world.report(THIRD, held(THIRD), booked("9"))
    world.give(MASTER, ABO, THIRD)
    export(world, stands=[there()])
    wrong = f"{ABO}#{world.exports[ABO]}"
    world.report(MASTER, held(MASTER, status="S"))
    world.decide(ABO, lambda draft: withdraw(draft, wrong, list(world.events)))
    booking = world.state.bookings["301:7"]
    assert (world.state.reason(booking), moved_in_doubt(world.state, booking)) == (Reason.PARTICIPANT, False)


def test_d25_row_of_a_partial_export_waits_for_a_complete_one() -> None:
    world = network()
    assert types(export(world, booked("7"), homes=elsewhere(), full=False)) == ["RegistrationHeld"]
    assert types(export(world, booked("7"), homes=elsewhere(), full=False)) == []
    assert types(export(world, booked("7"), homes=elsewhere())) == ["BookingMade"]


def test_d25_row_of_a_booking_that_has_another_beleg_id_waits_as_well() -> None:
    world, home = network(), [Home("301:3", OTHER)]
    assert types(export(world, booked("7"), rekeyed=home, full=False)) == ["RegistrationHeld"]
    assert world.state.bookings == {}, "no seat doubles"
    assert types(export(world, booked("7"), rekeyed=home)) == ["BookingMade"]


def test_d25_row_waits_while_its_booking_is_held_back_since_an_earlier_export() -> None:
    world = network()
    assert types(export(world, booked("7"), homes=elsewhere(), withheld=["301:7"])) == ["RegistrationHeld"]
    assert types(export(world, booked("7"), homes=elsewhere(), withheld=["301:8"])) == ["BookingMade"]


def test_d25_row_waits_while_the_absences_of_the_course_it_left_are_withheld_or_suspended() -> None:
    for how in ({"withhold": True}, {"untold": [OTHER]}):
        world = network()
        assert types(export(world, booked("7"), homes=elsewhere(), **how)) == ["RegistrationHeld"]
        assert world.state.bookings == {}, "no seat doubles"


def test_d25_row_of_its_own_course_never_waits() -> None:
    world = shared()
    assert types(export(world, held(ABO), homes={"7": [Home("301:7", world.coop_id)]}, full=False)) == []


# --- while the course is in Ausfall -----------------------------------------------------------------------------------


def ausfall(world: World, *, on: bool) -> None:
    world.report(MASTER, held(MASTER, status="S" if on else "A"), cancelled=on)


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("move_first", [False, True])
def test_d24_booking_moved_during_the_ausfall_does_not_live_again(move_first: bool, told: bool) -> None:
    world = shared()
    if move_first:
        assert types(export(world, stands=[there()])) == ["BookingMoved"]
    ausfall(world, on=True)
    if not move_first:
        if told:
            export(world, held(ABO, status="S"))
        assert types(export(world, stands=[there()])) == ["BookingMoved"]
    assert types(export(world, stands=[there()])) == [], "and it is said once"
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.COURSE
    world.report(MASTER, held(MASTER, status="S"))
    export(world, stands=[there()])
    assert world.state.reason(world.state.bookings["301:7"]) is Reason.MOVED
    assert ("booking.update", "301:7") not in world.to_do(THIRD) + world.to_do(MASTER) + world.to_do(ABO)
    assert world.codes <= {"AUSFALL_TAKEN_BACK"}, "nothing is asked"


def test_d24_booking_that_moved_is_no_question_where_the_ausfall_is_taken_back_before_it_is_seen() -> None:
    world = shared()
    ausfall(world, on=True)
    export(world, held(ABO, status="S"))
    ausfall(world, on=False)
    assert types(export(world, stands=[there()])) == ["BookingMoved", "ReinstatementDelivered"]


def test_d24_row_with_the_s_of_an_ausfall_in_another_course_is_no_move() -> None:
    world = shared()
    ausfall(world, on=True)
    export(world, held(ABO, status="S"))
    assert types(export(world, stands=[there(status=Status.CANCELLED)])) == []


def test_d24_nothing_moves_out_of_an_ausfall_that_is_withheld_or_over() -> None:
    for how in ({"withhold": True}, {"on": date(2026, 6, 1)}):
        world = shared()
        ausfall(world, on=True)
        assert "BookingMoved" not in types(export(world, stands=[there()], **how))


def told_of_a_move() -> World:
    """Give a world in which 301 moved its booking, and the Master and 412 were told so."""
    world = shared()
    world.report(THIRD, held(THIRD), booked("9"))
    world.give(MASTER, ABO)
    export(world, stands=[there()])
    world.give(MASTER, THIRD)
    return world


def test_d21_s_of_a_move_that_a_person_of_another_vhs_set_is_asked() -> None:
    world = told_of_a_move()
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by="Kern"), booked("9")))[0] == "BookingCancelled"
    assert world.detail("MOVED_AND_CANCELLED")["found"] == f"VHS {THIRD}"
    world.report(THIRD, held(THIRD, status="S", edited_by="WS"), booked("9"))
    assert ("MOVED_AND_CANCELLED", ABO, "301:7") in world.open, "until somebody answers"
    world.decide(ABO, lambda draft: reject_cancellation(draft, "301:7", "she comes"))
    assert "MOVED_AND_CANCELLED" not in world.codes


@pytest.mark.parametrize("by", ["WS", None])
def test_d21_s_of_a_move_that_no_person_set_is_acknowledged(by: str | None) -> None:
    world = told_of_a_move()
    assert types(world.report(THIRD, held(THIRD, status="S", edited_by=by), booked("9"))) == ["CancellationDelivered"]
    assert "MOVED_AND_CANCELLED" not in world.codes


def test_d21_s_of_an_ausfall_beside_a_move_is_acknowledged_whoever_edited_it() -> None:
    world = told_of_a_move()
    world.report(MASTER, held(MASTER), cancelled=True)
    world.give(THIRD)
    by_staff = held(THIRD, status="S", edited_by="Kern")
    assert "BookingCancelled" not in types(world.report(THIRD, by_staff, booked("9"), cancelled=True))


@pytest.mark.parametrize("by", ["WS", "Kern"])
@pytest.mark.parametrize("ref", [None, "301:7"])
def test_d20_d32_what_is_written_again_is_no_registration_while_the_row_of_a_withdrawn_move_stands(
    ref: str | None, by: str
) -> None:
    """The moved row is a booking of its own by now; whoever is asked has said that this one lives (D20)."""
    world = shared()
    export(world, stands=[there()])
    world.decide(ABO, lambda draft: withdraw(draft, "301#3", list(world.events)))
    export(world, stands=[there()])
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "the move was a mistake"))
    [change] = world.give(ABO)
    assert (change.kind, change.ref) == ("booking.create", "301:7")
    again = booked("8", of=ref, tnr="T8", edited_by=f"{by} am 01.03.2026, 10:00")
    for _ in range(4):
        export(world, again, stands=[there(), again], protected={"7"} if ref else ())
        assert not world.give(ABO)
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert not world.codes


# --- an "S" whose row was filed away ----------------------------------------------------------------------------------


def test_d25_s_in_a_mirror_that_was_filed_in_another_course_counts_for_all() -> None:
    world = shared()
    filed = [held(MASTER, status="S", edited_by="Kern")]
    assert "BookingCancelled" in types(world.report(MASTER, filed=filed))
    assert world.statuses(ABO) == {"301:7": "S"}
    assert world.to_do(MASTER) == [], "its own row shows it, and nobody writes the booking anew"
    assert world.report(MASTER, filed=filed) == []


def test_d25_s_in_a_mirror_that_was_shown_alive_in_the_other_course_is_what_was_asked_for() -> None:
    world = shared()
    world.report(MASTER, strays=[held(MASTER)])
    for _ in range(2):
        world.report(MASTER, filed=[held(MASTER, status="S", edited_by="Kern")])
    assert world.statuses(ABO) == {"301:7": "A"}
    assert world.to_do(MASTER) == [("booking.create", "301:7")]


@pytest.mark.parametrize("how", ["partial", "frozen", "one of two", "suspended"])
def test_d25_s_in_another_course_is_no_claim_where_nobody_can_tell(how: str) -> None:
    world = shared()
    filed = [held(MASTER, status="S", edited_by="Kern")]
    if how == "frozen":
        world.report(MASTER, held(MASTER), coop_id="")
    if how == "suspended":
        world.report(MASTER, suspended=Suspension("row_unreadable", "belegungen.csv", 2))
    if how == "one of two":
        filed.append(held(MASTER))
    world.report(MASTER, filed=filed, full=how != "partial")
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d21_s_that_was_told_is_acknowledged_in_a_row_that_was_filed_in_another_course() -> None:
    world = shared()
    world.report(ABO, held(ABO, status="S", edited_by="Kern"))
    world.give(MASTER)
    assert types(world.report(MASTER, filed=[held(MASTER, status="S", edited_by="WS")])) == ["CancellationDelivered"]
    assert world.open == set()
