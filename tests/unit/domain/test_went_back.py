"""D20: an admin program that went back to an earlier moment, in the course of one cooperation."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from koop_es.domain.errors import Refused
from koop_es.domain.events import Event
from koop_es.domain.judgement import Absences, Judgement, WentBack
from koop_es.domain.observation import BookingRow, Origin, Person
from koop_es.domain.observe import observe
from koop_es.domain.restoring import reject_booking, reject_course, restore_booking, restore_course
from koop_es.domain.slices import Slice
from koop_es.domain.violation_texts import text
from koop_es.domain.violations import found as standing
from koop_es.domain.weight import Sign, Standing
from koop_es.domain.went_back import Seen, went_back
from koop_es.domain.withdraw import withdraw
from koop_es.replay.subjects import course_subject
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    COOP,
    MASTER,
    THIRD,
    World,
    booked,
    held,
    mirror,
    person_ids,
    row,
    shared,
    types,
)

OWN, OTHER = "301:8", "563:3"
FORESEEN = Judgement(foreseen=Absences(everywhere=True))


def nobody_else() -> list[Standing]:
    return []


def whole(*signs: int, newest: int = 1, rows: bool = True, gone: bool = True) -> WentBack | None:
    seen = {"a": Seen([Sign(since, row=gone) for since in signs], Standing(newest, rows))}
    return went_back(seen, nobody_else, empty=not rows)


# --- whether it went back ---------------------------------------------------------------------------------------------


def test_d20_two_things_younger_than_all_that_stands_are_a_program_that_went_back() -> None:
    found = whole(5, 4, newest=3)
    assert found is not None
    assert (found.count, found.gone, found.courses) == (3, 2, ())


@pytest.mark.parametrize(
    ("signs", "newest"),
    [((5,), 3), ((5, 3), 3), ((5, 4), 4), ((2, 2, 2), 3), ((5, 5), 0)],
    ids=["a lone S undone", "one older", "one as old as what stands", "removals of old ones", "nothing older stands"],
)
def test_d20_less_is_what_it_seems_to_be(signs: tuple[int, ...], newest: int) -> None:
    assert whole(*signs, newest=newest) is None


def test_d20_an_empty_booking_file_is_no_restore() -> None:
    assert whole(5, 5, 5, newest=1, rows=False) is None
    assert whole(5, 5, newest=1, rows=False, gone=False) is not None, "former values need no older row"


def test_d20_what_stands_in_any_other_course_tells_against_it() -> None:
    seen = {"a": Seen([Sign(5, row=True), Sign(5, row=True)], Standing(2, rows=True))}
    assert went_back(seen, lambda: [Standing(6, rows=True)]) is None
    assert went_back(seen, lambda: [Standing(4, rows=True)]) is not None


def test_d20_other_courses_are_not_looked_at_where_enough_stands_already() -> None:
    def never() -> list[Standing]:
        raise AssertionError("nothing may be loaded for that")

    seen = {"a": Seen([Sign(5, row=True), Sign(2, row=True)], Standing(4, rows=True))}
    assert went_back(seen, never) is None
    assert went_back({"a": Seen([Sign(5, row=True)], Standing(1, rows=True))}, never) is None


def test_d20_one_course_that_was_put_back_needs_three_things() -> None:
    one = Seen([Sign(5, row=True)] * 3, Standing(2, rows=True))
    found = went_back({"a": one}, lambda: [Standing(9, rows=True)])
    assert found is not None
    assert (found.courses, found.count) == (("a",), 2)
    two = Seen([Sign(5, row=True)] * 2, Standing(2, rows=True))
    assert went_back({"a": two}, lambda: [Standing(9, rows=True)]) is None


def test_d20_a_table_of_bookings_that_was_put_back_without_the_courses_needs_three_rows() -> None:
    here, courses_stand = [Sign(5, row=True)] * 3, Standing(7, rows=True, newest_row=2)
    found = went_back({"a": Seen(here, courses_stand)}, lambda: [Standing(8, rows=True, newest_row=4)])
    assert found is not None
    assert (found.courses, found.count) == ((), 4)
    assert went_back({"a": Seen(here[:2], courses_stand)}, nobody_else) is None
    assert went_back({"a": Seen(here, Standing(7))}, nobody_else) is None, "where no other row stands all are gone"
    elsewhere = Standing(6, rows=True, newest_row=6)
    assert went_back({"a": Seen([Sign(5), *here[:2]], courses_stand)}, lambda: [elsewhere]) is None


def work(*signs: int, newest: int = 1, redone: tuple[int, ...] = ()) -> WentBack | None:
    seen = {"a": Seen([Sign(since, row=True) for since in signs], Standing(newest, rows=True, work=redone))}
    return went_back(seen, nobody_else)


def test_d20_what_staff_enter_a_second_time_in_older_rows_does_not_hide_a_restore() -> None:
    found = work(5, 5, 5, redone=(5,))
    assert found is not None
    assert (found.count, found.gone) == (1, 3)
    found = work(5, 5, 5, newest=1, redone=(2, 4, 5))
    assert found is not None
    assert found.count == 4, "as much of it as may be stood before"


@pytest.mark.parametrize(
    ("signs", "redone"),
    [((5, 5), (5,)), ((5, 5, 5), (5, 5, 6)), ((3, 3, 3), (5, 6, 7))],
    ids=["two removals beside one number put right", "as much work as removals", "older removals"],
)
def test_d20_removals_beside_work_are_removals(signs: tuple[int, ...], redone: tuple[int, ...]) -> None:
    assert work(*signs, redone=redone) is None


def test_d20_rows_that_were_entered_since_weigh_nothing_against_a_restore() -> None:
    def found(*signs: int, redone: tuple[int, ...] = ()) -> WentBack | None:
        standing = Standing(1, rows=True, work=redone, entered=(4, 7, 7, 8))
        return went_back({"a": Seen([Sign(since, row=True) for since in signs], standing)}, nobody_else)

    went = found(3, 3)
    assert went is not None
    assert (went.count, went.gone) == (1, 2)
    went = found(6, 5)
    assert went is not None
    assert went.count == 4, "the last of what may have stood then"
    assert found(3) is None, "a lone one is what it seems to be"
    assert found(3, 3, redone=(5,)) is None, "letters and persons weigh beside them"


def test_d20_a_row_that_was_gone_for_a_while_went_back_to_that_while() -> None:
    returned, mirror_of_later = Sign(1, row=True, gone=5, again=8), Sign(9, row=True)
    found = went_back({"a": Seen([returned, mirror_of_later], Standing(3, rows=True))}, nobody_else)
    assert found is not None
    assert (found.count, found.gone) == (5, 2)
    assert went_back({"a": Seen([returned, Sign(4, row=True)], Standing(3, rows=True))}, nobody_else) is None, "no one"
    assert went_back({"a": Seen([returned, mirror_of_later], Standing(8, rows=True))}, nobody_else) is None
    assert went_back({"a": Seen([returned], Standing(3, rows=True))}, nobody_else) is None, "removed once more"


def test_d20_people_entered_anew_alone_are_no_restore() -> None:
    anew = Sign(5, row=True, anew=True)
    assert went_back({"a": Seen([anew, anew], Standing(1, rows=True))}, nobody_else) is None
    assert went_back({"a": Seen([anew, Sign(5, row=True)], Standing(1, rows=True))}, nobody_else) is not None


# --- what comes of it -------------------------------------------------------------------------------------------------


def back(world: World, vhs: str, *rows: BookingRow, to: int, **changed: Any) -> list[Event]:
    """Let a VHS export what its program holds after it went back to an export."""
    judgement = Judgement(went_back=WentBack(f"{vhs}#{to}", (), to, 2))
    return world.report(vhs, *rows, judgement=judgement, **changed)


def mine(status: str = "A", booking_id: str = "8", **more: Any) -> BookingRow:
    return booked(booking_id, status, **{"person": BERND, "at": "2026-01-07T10:00:00+01:00", **more})


def theirs(status: str = "A", **more: Any) -> BookingRow:
    return mirror("M3", OTHER, status, at="2026-01-08T10:00:00+01:00", **more)


def busy() -> tuple[World, int]:
    """Give a world in which 301 has since its last backup a new booking and the mirror of one; and that export."""
    world = shared()
    moment = world.exports[ABO]
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"))
    world.report(ABO, held(ABO), mine(), theirs())
    return world, moment


def test_d20_signs_are_what_was_acknowledged_since() -> None:
    world, _ = busy()
    weight = world.weigh(ABO, held(ABO))
    assert [sign.since for sign in weight.signs] == [3, 3]
    assert weight.standing._replace(booked=()) == Standing(2, rows=True, newest_row=2)


def test_d20_a_mirror_that_was_written_and_went_before_it_was_seen_is_given_out_again_under_a_new_id() -> None:
    world, moment = busy()
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"), booked("4"))
    [first] = world.give(ABO)
    back(world, ABO, held(ABO), to=moment)
    again = next(change for change in world.give(ABO) if change.ref == "563:4")
    assert (again.kind, first.ref) == ("booking.create", "563:4")
    assert again.id != first.id


def test_d20_mirrors_are_given_out_again_under_new_ids_and_nobody_is_cancelled() -> None:
    world, moment = busy()
    assert types(back(world, ABO, held(ABO), to=moment)) == ["CourseWentBack", "BookingQuestioned", "MirrorLost"]
    assert world.to_do(ABO) == [("booking.create", OTHER)]
    assert world.statuses(THIRD) == {"301:7": "A", OWN: "A", OTHER: "A"}
    assert world.detail("PROGRAM_WENT_BACK") == {"found": f"301#{moment}", "refs": f"{OWN}, {OTHER}"}
    first = world.changes(ABO)[0].id
    for _ in range(3):
        assert types(world.report(ABO, held(ABO))) == []
    assert world.weigh(ABO, held(ABO)).signs == [], "it is not judged anew"
    world.report(ABO, held(ABO), theirs())
    assert world.to_do(ABO) == []
    back(world, ABO, held(ABO), to=moment)
    assert world.changes(ABO)[0].id != first, "an id is carried out once"


def test_d20_a_mirror_made_again_is_acknowledged_anew() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    world.give(ABO)
    world.report(ABO, held(ABO), theirs())
    [sign] = world.weigh(ABO, held(ABO)).signs
    assert sign.since == world.exports[ABO]


def test_d20_a_mirror_that_was_written_again_and_stands_in_its_former_row_was_merged_by_nobody() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    world.give(ABO)
    world.report(ABO, held(ABO), mirror("M9", OTHER, at="2026-01-08T10:00:00+01:00"))
    assert world.state.bookings[OTHER].seats[ABO].participant_no == "TM9"
    assert "ParticipantsMerged" not in types(world.report(ABO, held(ABO), mine(), theirs()))
    seat = world.state.bookings[OTHER].seats[ABO]
    assert (seat.booking_id, seat.participant_no) == ("M3", "TM3")
    assert "PARTICIPANTS_MERGED" not in world.codes


def test_d20_a_mirror_that_is_back_before_it_was_given_out_is_what_it_was() -> None:
    world, moment = busy()
    since = world.exports[ABO]
    back(world, ABO, held(ABO), to=moment)
    world.report(ABO, held(ABO), mine(), theirs())
    weight = world.weigh(ABO, held(ABO))
    assert [sign.since for sign in weight.signs] == [since, since], "the program was put right, and goes back again"
    assert weight.standing.newest == 2


@pytest.mark.parametrize("named", [True, False])
def test_d20_d26_a_mirror_without_reference_that_was_cancelled_and_is_back_is_no_registration(*, named: bool) -> None:
    """The file that lacked it was cut and looked like a restore; nobody was told to make the mirror again."""
    vhs, owner, at = (MASTER, ABO, "2026-01-07T10:00:00+01:00") if named else (ABO, MASTER, "2026-01-08T10:00:00+01:00")
    ref, person = f"{owner}:9", BERND if named else None
    world = shared()
    moment, rows = world.exports[vhs], [held(vhs), booked("8", at="2026-01-06T10:00:00+01:00")]
    world.report(owner, held(owner), booked("9", person=BERND, at=at))
    world.give(vhs)
    bare = msgspec.structs.replace(mirror("M3", ref, person=person, at=at, edited_by="WS"), ref=None)
    world.report(vhs, *rows, bare)
    back(world, vhs, held(vhs), to=moment)
    world.report(owner, held(owner), booked("9", "S", person=BERND, at=at))
    world.report(vhs, *rows, bare)
    assert world.to_do(vhs) == [("booking.cancel", ref)]
    assert f"{vhs}:M3" not in world.state.bookings


def test_d20_values_that_are_back_are_no_proof_against_a_second_restore() -> None:
    """Otherwise who came after the second copy would be taken for removed."""
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A"), venue="Raum 9")
    now = held(ABO, status="A"), mine(), theirs()
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"))
    world.report(ABO, *now, venue="Raum 9")
    back(world, ABO, held(ABO, status="W"), to=moment)
    world.report(ABO, *now, venue="Raum 9")
    weight = world.weigh(ABO, held(ABO, status="A"), venue="Raum 9")
    assert [sign.since for sign in weight.signs] == [4, 4]
    assert weight.standing._replace(booked=()) == Standing(3, rows=True, newest_row=2, work=(3,))


def test_d20_a_mirror_that_was_made_again_is_no_proof_against_a_second_restore() -> None:
    """The second copy may be one of before the first restore, in which it stands as well."""
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    world.give(ABO)
    world.report(ABO, held(ABO), theirs())
    assert world.state.bookings[OTHER].seats[ABO].since == world.exports[ABO]
    assert world.weigh(ABO, theirs()).standing.newest_row == 3


def test_d20_rows_that_an_unbelievable_night_lacked_first_are_signs_all_the_same() -> None:
    """A program that was put back after an export without bookings cancels nobody who came since (D19)."""
    world, moment = busy()
    assert types(world.report(ABO, judgement=FORESEEN))[:3] == ["BookingVanished"] * 3
    weight = world.weigh(ABO, held(ABO))
    assert [sign.since for sign in weight.signs] == [3, 3]
    found = types(back(world, ABO, held(ABO), to=moment))
    assert sorted(found) == ["BookingQuestioned", "BookingReappeared", "CourseWentBack", "MirrorLost"]
    assert world.to_do(ABO) == [("booking.create", OTHER)]


def test_d20_rows_that_were_withheld_as_missing_are_written_again() -> None:
    world, moment = busy()
    world.report(ABO, judgement=FORESEEN)
    assert types(world.report(ABO, withhold=True)) == ["OrphanWithheld"] * 3
    back(world, ABO, held(ABO), to=moment)
    assert world.to_do(ABO) == [("booking.create", OTHER)]
    assert world.detail("PROGRAM_WENT_BACK") == {"found": f"301#{moment}", "refs": f"{OWN}, {OTHER}"}
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "backup"))
    assert world.to_do(ABO) == [("booking.create", OTHER), ("booking.create", OWN)]


def test_d20_who_was_missing_the_night_before_is_no_sign() -> None:
    world, _ = busy()
    world.report(ABO, held(ABO))
    assert world.weigh(ABO, held(ABO)).signs == [], "one after the other they are removals"


def test_d20_what_others_cancelled_meanwhile_is_gone_all_the_same() -> None:
    """What a row is depends on that VHS's rows alone, whichever of the exports was read first."""
    world, _ = busy()
    world.report(MASTER, held(MASTER), booked("3", "S", person=BERND, at="2026-01-08T10:00:00+01:00"))
    world.report(THIRD, held(THIRD), mirror("T8", OWN, "S", at="2026-01-07T10:00:00+01:00"))
    weight = world.weigh(ABO, held(ABO))
    assert [sign.since for sign in weight.signs] == [3, 3]
    assert weight.standing._replace(booked=()) == Standing(2, rows=True, newest_row=2)


def test_d20_who_is_shown_as_cancelled_and_gone_with_the_rest_does_not_stand() -> None:
    world, _ = busy()
    world.report(ABO, held(ABO), mine(status="S"), theirs())
    weight = world.weigh(ABO, held(ABO))
    assert ([sign.since for sign in weight.signs], weight.lacks) == ([3], True)
    assert weight.standing._replace(booked=()) == Standing(2, rows=True, newest_row=2)
    world.report(ABO, held(ABO), mine(status="S"), theirs(status="S"))
    weight = world.weigh(ABO, held(ABO))
    assert (weight.signs, weight.standing.newest) == ([], 2), "nor where nothing of its course is a sign"


@pytest.mark.parametrize("gone", ["a night", "a night of a letter that nobody knows"])
def test_d20_the_question_about_a_former_letter_is_open_again_when_its_row_is_back(gone: str) -> None:
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A"))
    back(world, ABO, held(ABO, status="W"), to=moment)
    assert types(world.report(ABO)) == ["BookingQuestioned"]
    if gone != "a night":
        world.report(ABO, held(ABO, status="X"))
    world.report(ABO, held(ABO, status="W"))
    assert world.to_do(ABO) == [], "what the row means is for somebody to say"
    assert ("PROGRAM_WENT_BACK", ABO, "") in world.open
    world.decide(ABO, lambda draft: reject_booking(draft, "301:7", "back on the list"))
    assert world.statuses(MASTER) == {"301:7": "W"}
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_a_row_that_is_back_with_what_counts_is_asked_about_no_more() -> None:
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A"))
    back(world, ABO, held(ABO, status="W"), to=moment)
    world.report(ABO)
    world.report(ABO, held(ABO, status="A"))
    assert "PROGRAM_WENT_BACK" not in world.codes
    with pytest.raises(Refused, match="nothing is asked"):
        world.decide(ABO, lambda draft: reject_booking(draft, "301:7", "too late"))


def test_d20_a_beleg_id_in_a_row_set_aside_does_not_say_that_a_lost_booking_is_there() -> None:
    """Its program gives the number to somebody else; the next nights would cancel it everywhere (D17)."""
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    for _ in range(2):
        assert world.report(ABO, held(ABO), protected=["8"]) == []
    assert types(world.report(ABO, held(ABO))) == []
    assert world.statuses(MASTER)[OWN] == "A"
    assert ("PROGRAM_WENT_BACK", ABO, "") in world.open


@pytest.mark.parametrize("was_there", [False, True])
def test_d20_what_stands_in_another_course_is_not_gone_unless_it_stands_where_it_was_before(was_there: bool) -> None:
    world, _ = busy()
    part = Slice(
        COOP, course=row(ABO), bookings=[held(ABO)], proves_absence=True, elsewhere=OTHER.__eq__,
        stands={"8": mine()}.get, was_there=lambda _: was_there,
    )  # fmt: skip
    origin = Origin(vhs=ABO, sha256="later", sequence=9)
    outcome = observe(
        world.state, part, world.moment(ABO, None, origin), world.policy, people=world.people,
        new_person_id=person_ids(ABO, 9).__next__,
    )  # fmt: skip
    assert [sign.since for sign in outcome.weight.signs] == ([3] if was_there else [])


@pytest.mark.parametrize(("since_then", "said"), [(True, "BookingQuestioned"), (False, "BookingMoved")])
def test_d20_a_row_that_stands_where_it_was_before_is_asked_about_and_moved_nowhere(
    since_then: bool, said: str
) -> None:
    """Whose row came here only since the moment went with the program; whose row was here then was moved by staff."""
    world, moment = busy()
    to = moment if since_then else world.exports[ABO]
    found = types(back(world, ABO, held(ABO), theirs(), to=to, stands=[held(ABO), mine()]))
    assert said in found
    assert ("BookingMoved" in found) != since_then
    assert world.state.is_cancelled(world.state.bookings[OWN]) != since_then


def test_d20_an_orphan_that_was_put_back_and_is_gone_with_a_mirror_of_later_went_with_its_program() -> None:
    world = shared()
    for _ in range(2):
        world.report(ABO)
    assert world.state.bookings["301:7"].orphaned_by == {ABO}
    moment = world.exports[ABO]
    world.report(ABO, held(ABO))
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"))
    world.report(ABO, held(ABO), theirs())
    weight = world.weigh(ABO)
    assert [(sign.since, sign.gone, sign.again) for sign in weight.signs] == [(2, 3, 5), (6, 0, 0)]
    standing = Standing(weight.standing.newest, rows=True)
    found = went_back({"a": Seen(weight.signs, standing)}, nobody_else)
    assert found is not None
    assert found.count == moment - 1, "as it was while it was gone"
    assert not {"BookingVanished", "OrphanDetected"} & set(types(back(world, ABO, to=found.count)))


def test_d20_a_booking_that_moved_and_stands_where_it_was_went_back_where_it_is_not_alone() -> None:
    world, there = shared(), booked("7", number="K-77")
    world.report(ABO, stands=[there])
    assert world.state.bookings["301:7"].moved
    weight = world.weigh(ABO, held(ABO))
    assert weight.signs == [Sign(world.exports[ABO], anew=True)]
    alone = Seen([*weight.signs] * 2, Standing(1, rows=True))
    assert went_back({"a": alone}, nobody_else) is None, "whoever moves two people back is asked nothing"
    beside = Seen([*weight.signs, Sign(world.exports[ABO], row=True)], Standing(1, rows=True))
    assert went_back({"a": beside}, nobody_else) is not None
    assert world.weigh(ABO, held(ABO, tnr="T9")).signs == [], "somebody else under its Beleg-ID"
    exact = Sign(world.exports[ABO], anew=True, exact=True)
    assert went_back({"a": Seen([exact, *weight.signs], Standing(1, rows=True))}, nobody_else) is None, "one alone"
    assert went_back({"a": Seen([exact, exact], Standing(1, rows=True))}, nobody_else) is not None


def test_d20_an_s_of_others_is_told_though_it_is_asked_what_the_owners_row_means() -> None:
    world, moment = busy()
    world.report(ABO, held(ABO, status="W"), mine(), theirs())
    back(world, ABO, held(ABO), to=moment)
    assert world.to_do(ABO) == [("booking.create", OTHER)], "its former letter is asked about"
    world.report(THIRD, held(THIRD, status="S"))
    assert ("booking.cancel", "301:7") in world.to_do(ABO)


def test_d20_own_bookings_wait_and_it_closes_when_all_is_acknowledged_or_decided() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    world.report(ABO, held(ABO), theirs())
    assert ("PROGRAM_WENT_BACK", ABO, "") in world.open
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "backup"))
    [change] = world.changes(ABO)
    assert (change.kind, change.ref, change.booking_id) == ("booking.create", OWN, "8")
    world.report(MASTER, held(MASTER), booked("3", person=BERND, at="2026-01-08T10:00:00+01:00"), venue="Raum 2")
    world.report(ABO, held(ABO), theirs(), mine())
    assert "PROGRAM_WENT_BACK" not in world.codes, "whatever else is pending"
    assert world.to_do(ABO) == [("course.update", "Kursort")]


def test_d20_a_beleg_id_taken_meanwhile_is_not_used_again() -> None:
    world, moment = busy()
    stranger = booked(
        "8", person=Person("Neu", "Nora", "1", "n@example.org"), tnr="T99", at="2026-02-20T09:00:00+01:00"
    )
    back(world, ABO, held(ABO), stranger, to=moment)
    assert "301:8~2" in world.state.bookings
    assert world.statuses(MASTER)[OWN] == "A"


def test_d18_d20_whose_beleg_id_was_taken_is_not_to_be_entered_by_hand_where_somebody_decides() -> None:
    world, moment = busy()
    stranger = booked(
        "8", person=Person("Neu", "Nora", "1", "n@example.org"), tnr="T99", at="2026-02-20T09:00:00+01:00"
    )
    back(world, ABO, held(ABO), stranger, theirs(), to=moment)
    assert world.detail("BELEG_ID_REUSED")["as"] == "asked"
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "backup"))
    detail = world.detail("BELEG_ID_REUSED")
    assert detail["as"] == "restored"
    assert "not enter it by hand" in text("BELEG_ID_REUSED", detail, "301:8~2")


@pytest.mark.parametrize(
    ("phone", "mail", "at"),
    [("1", "n@example.org", "09:00"), ("", "", "09:00"), ("1", "n@example.org", "00:00")],
    ids=["all", "neither mail nor phone", "no time of day"],
)
def test_d20_beleg_id_and_tnr_of_what_went_prove_nothing_when_the_rest_says_otherwise(
    phone: str, mail: str, at: str
) -> None:
    world, moment = busy()
    stranger = booked("8", person=Person("Neu", "Nora", phone, mail), at=f"2026-02-20T{at}:00+01:00")
    assert "BookingMade" in types(back(world, ABO, held(ABO), stranger, to=moment))
    assert world.statuses(MASTER)["301:8~2"] == world.statuses(MASTER)[OWN] == "A"
    assert world.state.bookings[OWN].seats[ABO].asked


def test_d20_what_is_written_again_under_another_beleg_id_is_the_booking() -> None:
    world, moment = busy()
    stranger = booked(
        "8", person=Person("Neu", "Nora", "1", "n@example.org"), tnr="T99", at="2026-02-20T09:00:00+01:00"
    )
    back(world, ABO, held(ABO), stranger, theirs(), to=moment)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "backup"))
    again = booked("9", person=BERND, tnr="T100", at="2026-01-07T10:00:00+01:00", edited_by="WS")
    [change] = world.give(ABO)
    assert (change.kind, change.ref, change.booking_id) == ("booking.create", OWN, None)
    world.report(ABO, held(ABO), stranger, theirs(), again)
    assert world.state.bookings[OWN].seats[ABO].booking_id == "9"
    assert world.to_do(ABO) == []
    assert world.codes <= {"BELEG_ID_REUSED"}, "it was ordered, and nobody was merged"


def test_d20_really_removed_is_s_at_once() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), to=moment)
    world.decide(ABO, lambda draft: reject_booking(draft, OWN, "she knows"))
    assert world.state.is_cancelled(world.state.bookings[OWN])
    world.report(ABO, held(ABO), theirs())
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_an_s_is_written_again_and_nobody_is_accused() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(THIRD, held(THIRD, status="S", edited_by="Kern"))
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    events = back(world, ABO, held(ABO), to=moment)
    assert types(events) == ["CourseWentBack", "BookingWentBack"]
    assert world.codes == {"PROGRAM_WENT_BACK"}
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]
    assert world.statuses(MASTER) == {"301:7": "S"}
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    assert world.open == set()


def test_d20_the_former_letter_of_its_own_booking_is_no_claim() -> None:
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A"))
    assert [sign.since for sign in world.weigh(ABO, held(ABO, status="W")).signs] == [3]
    back(world, ABO, held(ABO, status="W"), to=moment)
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.to_do(ABO) == [], "it waits for a decision"
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "she has a seat"))
    assert world.to_do(ABO) == [("booking.update", "301:7")]
    world.report(ABO, held(ABO, status="A"))
    assert "PROGRAM_WENT_BACK" not in world.codes


@pytest.mark.parametrize(
    ("row", "as_before"),
    [
        ({}, True),
        ({"at": "2026-02-20T10:00:00+01:00"}, False),
        ({"tnr": "T99"}, False),
        ({"booking_id": "9"}, False),
        ({"person": Person("Neu", "Nora", ANNA.phone, ANNA.email)}, False),
    ],
    ids=["its row", "a later one", "another TNR", "another Beleg-ID", "another person"],
)
def test_d20_row_in_which_a_cancelled_booking_was_before_its_merge_is_no_registration(
    row: dict[str, Any], as_before: bool
) -> None:
    """Entered anew and cancelled since: nobody is to have the seat that she gave up."""
    world = shared()
    moment = world.exports[ABO]
    anew = booked("70", tnr="T70", at="2026-02-03T10:00:00+01:00")
    world.report(ABO, anew)
    world.report(ABO, booked("70", "S", tnr="T70", at="2026-02-03T10:00:00+01:00"))
    events = back(world, ABO, booked(**{"booking_id": "7", **row}), to=moment)
    assert ("BookingMade" not in types(events)) is as_before
    assert world.statuses(MASTER)["301:7"] == "S"
    assert (world.to_do(ABO) == [("booking.cancel", "301:7")]) is as_before


def test_d20_the_former_letter_may_be_meant() -> None:
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A"))
    back(world, ABO, held(ABO, status="W"), to=moment)
    world.decide(ABO, lambda draft: reject_booking(draft, "301:7", "back on the list"))
    assert world.statuses(MASTER) == {"301:7": "W"}
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_former_person_data_are_no_claim() -> None:
    world = shared()
    moment = world.exports[ABO]
    moved = Person("Muster", "Anna", "0721 9999", "anna@example.org")
    world.report(ABO, held(ABO, person=moved))
    assert [sign.since for sign in world.weigh(ABO, held(ABO)).signs] == [3]
    back(world, ABO, held(ABO), to=moment)
    assert world.state.bookings["301:7"].person_version == 2
    assert types(world.report(ABO, held(ABO))) == []
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "the new phone"))
    [change] = world.changes(ABO)
    assert (change.kind, change.person_version) == ("booking.update", 2)
    world.report(ABO, held(ABO, person=Person("Muster", "Anna", "0721 5555", "anna@example.org")))
    assert world.state.bookings["301:7"].person_version == 3, "a number of a person is not used twice"


def test_d20_d18d_zeros_that_are_back_after_a_spreadsheet_are_a_repair_and_no_sign() -> None:
    whole, cut = (Person("Muster", "Anna", phone, "anna@example.org") for phone in ("07219999", "7219999"))
    world = shared()
    world.report(ABO, held(ABO, person=whole))
    world.report(ABO, held(ABO, person=cut))
    assert world.weigh(ABO, held(ABO, person=whole)).signs == []
    assert types(world.report(ABO, held(ABO, person=whole))) == ["BookingAmended"]
    back(world, ABO, held(ABO, person=cut), to=world.exports[ABO] - 1)
    booking = world.state.bookings["301:7"]
    assert world.people[booking.person_id or "", booking.person_version] == whole, (
        "but zeros that go again are asked about"
    )


def test_d20_a_row_of_former_times_that_is_gone_before_anybody_answers_is_asked_about_as_gone() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=Person("Muster", "Anna", "0721 9999", "anna@example.org")))
    back(world, ABO, held(ABO), to=moment)
    assert types(world.report(ABO)) == ["BookingQuestioned"]
    assert world.report(ABO) == []
    assert "BOOKING_REMOVED" in world.codes
    assert world.statuses(MASTER) == {"301:7": "A"}
    world.decide(ABO, lambda draft: reject_booking(draft, "301:7", "really removed"))
    assert world.statuses(MASTER) == {"301:7": "S"}


def test_d20_former_person_data_may_be_meant() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=Person("Muster", "Anna", "0721 9999", "anna@example.org")))
    back(world, ABO, held(ABO), to=moment)
    world.decide(ABO, lambda draft: reject_booking(draft, "301:7", "the old phone"))
    booking = world.state.bookings["301:7"]
    assert world.people[booking.person_id or "", booking.person_version] == ANNA
    world.report(ABO, held(ABO, person=Person("Muster", "Anna", "0721 5555", "anna@example.org")))
    assert world.state.bookings["301:7"].person_version == 3


def test_d20_a_returned_orphan_is_not_reinstated_unasked() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    back(world, THIRD, held(THIRD), to=1)
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.to_do(THIRD) == []
    world.decide(THIRD, lambda draft: restore_booking(draft, "301:7", "she comes"))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d20_a_returned_orphan_that_was_meant_gets_its_s() -> None:
    world = shared()
    for _ in range(2):
        world.report(THIRD)
    back(world, THIRD, held(THIRD), to=1)
    world.decide(THIRD, lambda draft: reject_booking(draft, "301:7", "removed on purpose"))
    assert world.statuses(MASTER) == {"301:7": "S"}
    assert world.to_do(THIRD) == [("booking.cancel", "301:7")]


def returned() -> World:
    """Give a world in which 301 put a phone number right, removed the booking, and then had its program put back."""
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=mended()))
    for _ in range(2):
        world.report(ABO)
    back(world, ABO, held(ABO), to=moment)
    return world


def is_asked(world: World) -> bool:
    open_now = {item.code: item.detail.get("refs") for item in standing(world.state)}
    return open_now.get("PROGRAM_WENT_BACK") == "301:7" and set(world.statuses(MASTER).values()) == {"S"}


def test_d20_a_returned_orphan_is_listed_with_the_person_it_shows_and_that_is_no_claim() -> None:
    world = returned()
    assert is_asked(world)
    assert world.state.bookings["301:7"].person_version == 2
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "she comes"))
    [change] = world.changes(ABO)
    assert (change.kind, change.person_version) == ("booking.update", 2), "what counted is written again"


ROWS_OF_A_RETURNED_ORPHAN: dict[str, list[BookingRow]] = {
    "another phone": [held(ABO, person=Person("Muster", "Anna", "0721 5555", "anna@example.org"))],
    "the waiting list": [held(ABO, status="W")],
    "another TNR": [held(ABO, tnr="T99")],
    "no letter that anybody knows": [held(ABO, status="X")],
    "nothing": [],
}


@pytest.mark.parametrize("since", ROWS_OF_A_RETURNED_ORPHAN)
def test_d20_a_returned_orphan_waits_whatever_its_row_shows_since(since: str) -> None:
    world = returned()
    world.report(ABO, *ROWS_OF_A_RETURNED_ORPHAN[since])
    assert is_asked(world)
    world.report(ABO, held(ABO))
    assert is_asked(world), "no question is lost"
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "she comes"))
    assert "S" not in world.statuses(MASTER).values()


def test_d20_a_returned_orphan_that_is_removed_again_or_set_to_s_is_asked_about_no_more() -> None:
    world = returned()
    world.report(ABO)
    assert is_asked(world), "one export is a suspicion (D3)"
    world.report(ABO)
    assert "PROGRAM_WENT_BACK" not in world.codes
    other = returned()
    other.report(ABO, held(ABO, status="S", edited_by="Kern"))
    assert "PROGRAM_WENT_BACK" not in other.codes
    assert other.state.bookings["301:7"].cancelled_by == {ABO}


def test_d20_whoever_cancels_a_returned_orphan_answers_what_is_asked() -> None:
    world = returned()
    world.report(THIRD, held(THIRD, status="S", edited_by="Kern"))
    assert world.to_do(ABO) == [("booking.cancel", "301:7")]
    with pytest.raises(Refused, match="cancelled at VHS 412"):
        world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "she comes"))
    world.report(ABO, held(ABO, status="S", edited_by="WS"))
    assert world.open == set()


def test_d20_of_a_former_letter_and_person_it_is_asked_until_the_row_shows_both_as_they_count() -> None:
    world = shared(status="W")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="A", person=mended()))
    back(world, ABO, held(ABO, status="W"), to=moment)
    world.report(ABO, held(ABO, status="A"))
    assert "PROGRAM_WENT_BACK" in world.codes
    assert world.to_do(ABO) == [], "the phone waits"
    world.report(ABO, held(ABO, status="A", person=mended()))
    assert world.open == set()
    with pytest.raises(Refused, match="nothing is asked"):
        world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "again"))


def test_b13_a_merge_of_a_row_that_is_asked_about_stays_a_merge() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=mended()))
    back(world, ABO, held(ABO), to=moment)
    world.report(ABO, booked("50", tnr="T50"))
    assert world.state.bookings["301:7"].seats[ABO].booking_id == "50"
    assert "PARTICIPANTS_MERGED" in world.codes


def test_d20_what_was_entered_since_is_new_work() -> None:
    world, moment = busy()
    new = booked("20", person=Person("Neu", "Nora", "1", "n@example.org"), at="2026-02-20T09:00:00+01:00")
    assert "BookingMade" in types(back(world, ABO, held(ABO, status="S", edited_by="Kern"), new, to=moment))
    assert world.statuses(MASTER)["301:20"] == "A"
    assert world.statuses(MASTER)["301:7"] == "S"


CLARA, DORA = (
    Person("Lang", "Clara", "0941 1", "clara@example.org"),
    Person("Kurz", "Dora", "0941 2", "dora@example.org"),
)
LATER = "2026-02-20T09:00:00+01:00"


def busier() -> tuple[World, int]:
    """Give a world in which 301 has three new bookings since its last backup, and put a phone number right."""
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=mended()), mine(), clara(), dora())
    return world, moment


def mended() -> Person:
    return Person("Muster", "Anna", "0721 9999", "anna@example.org")


def clara(booking_id: str = "18", **more: Any) -> BookingRow:
    return booked(booking_id, **{"person": CLARA, "at": "2026-01-07T11:00:00+01:00", **more})


def dora() -> BookingRow:
    return booked("19", person=DORA, at="2026-01-07T12:00:00+01:00")


def judged(world: World, *rows: BookingRow) -> WentBack | None:
    weight = world.weigh(ABO, *rows)
    return went_back({"a": Seen(weight.signs, weight.standing)}, nobody_else)


def test_d20_a_list_on_its_way_that_is_carried_out_by_a_restored_program_hides_nothing() -> None:
    """The connector makes the mirror again, under ids the program gives a second time."""
    world, moment = busy()
    world.report(ABO, held(ABO), mine(), theirs())
    anew = mirror("9", OTHER, at="2026-01-08T10:00:00+01:00", tnr="T9", edited_by="WS")
    found = judged(world, held(ABO), anew)
    assert found is not None
    assert (found.count, found.gone) == (moment, 2)
    assert judged(world, held(ABO), mine(), anew) is None, "a mirror made again alone is no restore"
    by_hand = msgspec.structs.replace(anew, edited_by="Kern")
    assert judged(world, held(ABO), by_hand) is None, "nor is one that staff entered again beside a removal"


def emil(at: str) -> BookingRow:
    return booked("17", person=Person("Lauf", "Emil", "0941 3", "emil@example.org"), at=at)


def test_d20_a_copy_of_the_day_keeps_what_came_in_the_same_export_before_it() -> None:
    """Backups are made between two exports: what the next one first shows is in the copy in part."""
    world = shared()
    early = "2026-01-07T09:00:00+01:00"
    world.report(ABO, held(ABO), emil(early), mine(at="2026-01-07T10:00:00+01:00"), clara(), dora())
    found = judged(world, held(ABO), emil(early))
    assert found is not None
    assert (found.count, found.gone) == (2, 3), "the export before the one it was made within"


def copied(ref: str, at: str) -> BookingRow:
    return mirror(f"M{ref}", f"{THIRD}:{ref}", at=f"2026-01-07T{at}:00+01:00")


def elsewhere(world: World, *refs: str) -> None:
    """Let another VHS book people, whose mirrors can be written then."""
    rows = (booked(ref, at=f"2026-01-07T{9 + place:02}:00:00+01:00") for place, ref in enumerate(refs))
    world.report(THIRD, held(THIRD), *rows)


def test_d20_a_copy_of_the_day_keeps_a_mirror_that_was_written_before_it() -> None:
    """The connector wrote it when the export before had come; what the copy lacks was booked since."""
    world = shared()
    elsewhere(world, "51")
    stands = copied("51", "09:00")
    world.report(ABO, held(ABO), stands, mine(), clara(), dora())
    found = judged(world, held(ABO), stands)
    assert found is not None
    assert (found.count, found.gone) == (2, 3)
    assert judged(world, held(ABO), stands, dora()) is None, "the two of which one stands that was booked later"


def test_d20_a_copy_of_the_day_lacks_the_mirrors_that_were_written_since() -> None:
    world = shared()
    refs = ("51", "52", "53", "54")
    elsewhere(world, *refs)
    copies = [copied(ref, f"{9 + place:02}:00") for place, ref in enumerate(refs)]
    world.report(ABO, held(ABO), *copies)
    found = judged(world, held(ABO), copies[0])
    assert found is not None
    assert (found.count, found.gone) == (2, 3)
    assert judged(world, held(ABO), *copies[:2]) is None, "two may be removals"
    assert judged(world, held(ABO), copies[3]) is None, "one that stands was booked later"


def test_d20_a_copy_of_the_day_is_seen_by_a_row_that_is_gone_and_something_as_before() -> None:
    world = shared()
    early = emil("2026-01-07T09:00:00+01:00")
    world.report(ABO, held(ABO, person=mended()), early, mine())
    found = judged(world, held(ABO), early)
    assert found is not None
    assert (found.count, found.gone) == (2, 2)
    assert judged(world, held(ABO, person=mended()), early) is None, "a lone row is a removal"
    world = shared()
    world.report(ABO, held(ABO, person=mended()), early, mine(), clara())
    assert judged(world, held(ABO), early, clara()) is None, "one that stands was booked later"


def test_d20_b6_former_person_data_beside_a_letter_nobody_knows_are_a_sign() -> None:
    world = shared()
    early = emil("2026-01-07T09:00:00+01:00")
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, person=mended()), early, mine())
    assert judged(world, held(ABO, status="X"), early) is not None
    assert judged(world, held(ABO, status="X", person=mended()), early) is None
    back(world, ABO, held(ABO, status="X"), early, to=moment)
    assert types(world.report(ABO, held(ABO), early)) == ["BookingReported"], "the letter is known again, and asked"
    assert world.state.bookings["301:7"].person_version == 2, "the former phone is no claim"


def test_d20_the_two_youngest_rows_of_an_export_are_removed_by_staff() -> None:
    world = shared()
    early = emil("2026-01-07T09:00:00+01:00")
    world.report(ABO, held(ABO), early, mine(), clara())
    assert judged(world, held(ABO), early) is None


@pytest.mark.parametrize("at", ["2026-01-07T11:30:00+01:00", "2026-01-07T00:00:00+01:00"])
def test_d20_removals_of_an_export_that_are_not_its_youngest_are_removals(at: str) -> None:
    world = shared()
    world.report(ABO, held(ABO), emil(at), mine(at="2026-01-07T10:00:00+01:00"), clara(), dora())
    assert judged(world, held(ABO), emil(at)) is None, "one that stands was booked later, or nobody knows when"


def test_d20_one_of_three_entered_anew_before_the_export_hides_no_restore() -> None:
    world, moment = busier()
    again = mine(at=LATER, tnr="T20")
    for entered in (again, msgspec.structs.replace(again, booking_id="20")):
        found = judged(world, held(ABO), entered)
        assert found is not None
        assert found.count == moment
    back(world, ABO, held(ABO), msgspec.structs.replace(again, booking_id="20"), to=moment)
    assert not world.state.bookings[OWN].seats[ABO].asked, "it goes on in the row that was entered anew"
    assert {ref for _, _, ref in world.open if ref} >= {"301:18", "301:19"}
    assert set(world.statuses(MASTER).values()) == {"A"}


def test_d20_a_phone_number_put_right_a_second_time_hides_no_restore() -> None:
    world, moment = busier()
    found = judged(world, held(ABO, person=mended()))
    assert found is not None
    assert (found.count, found.gone) == (moment, 3)


def test_d20_an_s_that_staff_set_again_hides_no_restore() -> None:
    world, moment = busy()
    world.report(THIRD, held(THIRD, status="S", edited_by="Kern"))
    world.report(ABO, held(ABO, status="S", edited_by="WS"), mine(), theirs())
    found = judged(world, held(ABO, status="S", edited_by="Kern"))
    assert found is not None
    assert (found.count, found.gone) == (moment, 2)
    assert judged(world, held(ABO, status="S", edited_by="WS")) is None, "the connector's stands as it was acknowledged"


def test_d20_removals_beside_work_that_nobody_lost_are_removals() -> None:
    world, _ = busier()
    assert judged(world, held(ABO, person=mended()), mine()) is None, "two of three, and one stands"
    assert judged(world, held(ABO, person=mended()), mine(tnr="T99", booking_id="20")) is None, "a merge keeps the time"
    world.report(ABO, held(ABO, person=mended()), mine(), clara(), dora(), booked("30", person=ANNA, at=LATER))
    assert judged(world, held(ABO, person=mended()), booked("30", person=ANNA, at=LATER)) is None


# --- entered anew while it is asked -----------------------------------------------------------------------------------


def test_d20_whoever_is_asked_about_goes_on_in_a_row_entered_anew() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), theirs(), to=moment)
    world.report(ABO, held(ABO), theirs(), mine(booking_id="20", tnr="T20", at=LATER))
    assert world.state.bookings[OWN].seats[ABO].booking_id == "20"
    assert world.statuses(MASTER) == {"301:7": "A", OWN: "A", OTHER: "A"}
    assert world.codes == set(), "the row that was lost is nobody's who was merged"
    with pytest.raises(Refused, match="stands there, under Beleg-ID 20"):
        world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))


def test_d20_a_row_entered_anew_waits_in_a_partial_export_and_nothing_is_written_again_meanwhile() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), theirs(), to=moment)
    again = mine(booking_id="20", tnr="T20", at=LATER)
    world.report(ABO, again, full=False)
    assert set(world.statuses(MASTER)) == {"301:7", OWN, OTHER}
    with pytest.raises(Refused, match="Beleg-ID 20 may be"):
        world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.report(ABO, held(ABO), theirs(), again)
    assert set(world.statuses(MASTER)) == {"301:7", OWN, OTHER}


def test_d20_whoever_is_to_be_written_again_and_is_entered_by_hand_first_has_one_seat() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), theirs(), to=moment)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.report(ABO, held(ABO), theirs(), mine(booking_id="20", tnr="T20", at=LATER))
    assert world.statuses(MASTER) == {"301:7": "A", OWN: "A", OTHER: "A"}
    assert world.to_do(ABO) == []


def test_d20_nobody_is_written_again_who_stands_there_anew() -> None:
    world, moment = busy()
    back(world, ABO, held(ABO), theirs(), to=moment)
    slip = Person(BERND.name, BERND.first_name, "0", "")
    world.report(ABO, held(ABO), theirs(), mine(booking_id="20", tnr="T20", at=LATER, person=slip))
    world.report(ABO, held(ABO), theirs(), mine(booking_id="20", tnr="T20", at=LATER))
    with pytest.raises(Refused, match="stands there again as 301:20"):
        world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.decide(ABO, lambda draft: reject_booking(draft, OWN, "he is 301:20"))
    assert world.state.is_cancelled(world.state.bookings[OWN])
    assert world.statuses(MASTER) == {"301:7": "A", OTHER: "A", "301:20": "A"}


def test_d20_a_second_booking_of_before_is_no_second_seat() -> None:
    world = shared()
    twice = booked("4", person=BERND, at="2026-01-02T10:00:00+01:00")
    world.report(ABO, held(ABO), twice)
    moment = world.exports[ABO]
    world.report(ABO, held(ABO), twice, mine(), clara())
    back(world, ABO, held(ABO), twice, to=moment)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "both are his"))
    assert ("booking.create", OWN) in world.to_do(ABO)


def test_d20_a_customer_entered_anew_is_the_same_booking() -> None:
    world, moment = busy()
    again = booked("9", person=BERND, tnr="T77", at="2026-01-07T10:00:00+01:00")
    assert "BookingQuestioned" not in types(back(world, ABO, held(ABO), again, theirs(), to=moment))
    assert world.statuses(MASTER)[OWN] == "A"


# --- a file that may have been cut, and what was written again all the same -------------------------------------------


def cut(world: World, *rows: BookingRow, to: int) -> list[Event]:
    """Let 301 export what looks like its program of an export, though so much may be gone with a cut file (D19)."""
    doubted = WentBack(f"{ABO}#{to}", (), to, 2, doubted=Absences(owners=(MASTER,)))
    return world.report(ABO, *rows, judgement=Judgement(went_back=doubted))


def test_d20_a_mirror_of_a_file_that_may_have_been_cut_is_written_again_once_another_one_lacks_it() -> None:
    world, moment = busy()
    assert types(cut(world, held(ABO), to=moment)) == ["CourseWentBack", "BookingQuestioned", "MirrorLost"]
    assert world.to_do(ABO) == []
    assert types(world.report(ABO, held(ABO), full=False)) == [], "a partial export tells nothing of it"
    assert world.to_do(ABO) == []
    assert types(world.report(ABO, held(ABO))) == ["MirrorLost"]
    assert world.to_do(ABO) == [("booking.create", OTHER)]
    assert world.detail("PROGRAM_WENT_BACK")["refs"] == f"{OWN}, {OTHER}"
    assert types(world.report(ABO, held(ABO))) == []
    world.give(ABO)
    world.report(ABO, held(ABO), mine(), theirs())
    assert world.codes == set()


def test_d20_a_mirror_that_another_restored_copy_lacks_is_written_again() -> None:
    world, moment = busy()
    cut(world, held(ABO), to=moment)
    cut(world, held(ABO), to=moment)
    assert world.to_do(ABO) == [("booking.create", OTHER)]


@pytest.mark.parametrize("status", ["A", "S"])
def test_d20_a_mirror_of_a_file_that_was_cut_is_what_it_was_when_the_next_shows_it(status: str) -> None:
    world, moment = busy()
    cut(world, held(ABO), to=moment)
    world.report(ABO, held(ABO), mine(), theirs(status, edited_by="Kern"))
    assert world.to_do(ABO) == []
    assert world.codes == set()
    assert world.state.is_cancelled(world.state.bookings[OTHER]) == (status == "S")


def test_d20_a_mirror_that_only_a_create_given_out_makes_known_is_not_waited_for() -> None:
    world, moment = busy()
    world.report(ABO, held(ABO), mine(), msgspec.structs.replace(theirs(), ref=None))
    assert world.state.bookings[OTHER].seats[ABO].unreferenced
    cut(world, held(ABO), to=moment)
    assert world.to_do(ABO) == [("booking.create", OTHER)]


def written_again() -> tuple[World, BookingRow]:
    """Give a world in which an own booking was written again although its row stood there: an old file came."""
    world, moment = busy()
    back(world, ABO, held(ABO), theirs(), to=moment)
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "paper"))
    world.give(ABO)
    return world, mine(booking_id="30", tnr="T30", edited_by="WS")


def test_d20_d26_who_was_written_again_beside_the_own_row_has_one_seat_and_an_s_counts_where_both_show_it() -> None:
    world, second = written_again()
    world.report(ABO, held(ABO), mine(), theirs(), second)
    assert world.statuses(MASTER) == {"301:7": "A", OWN: "A", OTHER: "A"}
    assert world.detail("MIRROR_DOUBLED") == {"found": "30 (A), 8 (A)"}
    world.report(ABO, held(ABO), mine("S"), theirs(), second)
    assert not world.state.is_cancelled(world.state.bookings[OWN])
    assert world.detail("MIRROR_DOUBLED") == {"found": "30 (A), 8 (S)"}, "it is said"
    world.report(ABO, held(ABO), mine("S"), theirs(), mine("S", booking_id="30", tnr="T30", edited_by="WS"))
    assert world.state.is_cancelled(world.state.bookings[OWN])


@pytest.mark.parametrize("edited_by", ["WS", None, "Kern"])
def test_d20_d26_a_list_that_is_carried_out_after_the_row_was_seen_makes_no_second_seat(edited_by: str | None) -> None:
    world, second = written_again()
    world.report(ABO, held(ABO), mine(), theirs())
    world.report(ABO, held(ABO), mine(), theirs(), msgspec.structs.replace(second, edited_by=edited_by))
    seats = {"301:7", OWN, OTHER} | ({"301:30"} if edited_by == "Kern" else set())
    assert set(world.statuses(MASTER)) == seats, "what staff enters later is a registration"


def test_d20_d26_of_nobody_else_a_row_of_the_same_second_is_a_second_one() -> None:
    world, second = written_again()
    both = Person("Zander", "Zoe", "", "z@example.org")
    world.report(ABO, held(ABO), mine(), theirs(), msgspec.structs.replace(second, person=both))
    assert "301:30" in world.statuses(MASTER)
    assert "MIRROR_DOUBLED" not in world.codes


# --- courses ----------------------------------------------------------------------------------------------------------


def test_d20_former_facts_of_the_master_are_no_revision() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    assert [sign.since for sign in world.weigh(MASTER, held(MASTER)).signs] == [moment + 1] * 2
    assert types(back(world, MASTER, held(MASTER), to=moment)) == ["CourseWentBack"]
    lane = world.state.master_lane
    assert lane is not None
    assert (lane.facts.venue, lane.facts.starts_at) == ("Raum 2", "19:00")
    assert world.to_do(MASTER) == []
    world.decide(MASTER, lambda draft: restore_course(draft, "the new room"))
    assert world.to_do(MASTER) == [("course.update", "Uhrzeit von, Kursort")]
    with pytest.raises(Refused, match="that stands"):
        world.decide(MASTER, lambda draft: reject_course(draft, "no"))
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_former_facts_may_be_meant() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    back(world, MASTER, held(MASTER), to=moment)
    world.decide(MASTER, lambda draft: reject_course(draft, "the old room"))
    lane = world.state.master_lane
    assert lane is not None
    assert (lane.facts.venue, lane.facts.starts_at) == ("Raum 1", "18:00")
    assert world.changes(MASTER) == []
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_no_ausfall_is_taken_back() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), cancelled=True)
    back(world, MASTER, held(MASTER), to=moment)
    assert world.state.cancelled
    assert ("course.cancel", "") not in world.to_do(MASTER), "it waits for a decision"
    world.decide(MASTER, lambda draft: restore_course(draft, "it is off"))
    assert ("course.cancel", "") in world.to_do(MASTER)


def called_off() -> tuple[World, int]:
    """Give a world in which the Master called the course off and shows the "S" of that; and the export before."""
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), cancelled=True)
    for vhs in (MASTER, ABO, THIRD):
        world.report(vhs, held(vhs, status="S", edited_by="WS"), cancelled=True, edited_by="WS")
    return world, moment


def test_d20_an_ausfall_that_is_gone_with_the_s_it_made_went_back_with_the_program() -> None:
    world, moment = called_off()
    weight = world.weigh(MASTER, held(MASTER))
    assert len(weight.signs) == 2
    found = went_back({"a": Seen(weight.signs, weight.standing)}, nobody_else)
    assert found is not None
    assert found.count == moment
    back(world, MASTER, held(MASTER), to=moment)
    assert world.state.cancelled
    assert set(world.statuses(ABO).values()) == {"S"}
    assert "AUSFALL_TAKEN_BACK" not in world.codes
    world.decide(MASTER, lambda draft: reject_course(draft, "it takes place"))
    world.report(MASTER, held(MASTER))
    world.report(ABO, held(ABO))
    world.report(THIRD, held(THIRD))
    assert world.open == set(), "staff who took it back and wrote the letters over are asked once"
    assert [set(world.statuses(vhs).values()) for vhs in (MASTER, ABO, THIRD)] == [{"A"}] * 3


@pytest.mark.parametrize("times", [1, 2])
def test_d20_an_ausfall_that_was_taken_back_and_is_there_again_went_back_with_the_program(times: int) -> None:
    world = shared()
    moment = 0
    for _ in range(times):
        world.report(MASTER, held(MASTER), cancelled=True)
        moment = world.exports[MASTER]
        world.report(MASTER, held(MASTER))
    world.report(MASTER, held(MASTER), booked("9", person=BERND, at="2026-01-07T10:00:00+01:00"))
    weight = world.weigh(MASTER, held(MASTER), cancelled=True)
    assert [sign.since for sign in weight.signs] == [moment + 1, moment + 2]
    found = went_back({"a": Seen(weight.signs, weight.standing)}, nobody_else)
    assert found is not None
    assert found.count <= moment
    back(world, MASTER, held(MASTER), to=found.count, cancelled=True)
    assert not world.state.cancelled
    assert world.statuses(ABO) == {"301:7": "A", "563:9": "A"}
    assert world.detail("PROGRAM_WENT_BACK")["refs"] == "563:9, Ausfall"


def test_d24_a_master_who_calls_a_course_off_once_more_is_believed() -> None:
    world = shared()
    for cancelled in (True, False):
        world.report(MASTER, held(MASTER), cancelled=cancelled)
    weight = world.weigh(MASTER, held(MASTER), cancelled=True)
    assert went_back({"a": Seen(weight.signs, weight.standing)}, nobody_else) is None
    world.report(MASTER, held(MASTER), cancelled=True)
    assert world.state.cancelled


def test_d24_staff_who_take_an_ausfall_back_and_leave_the_letters_are_believed() -> None:
    world, _ = called_off()
    weight = world.weigh(MASTER, held(MASTER, status="S"))
    assert len(weight.signs) == 1
    assert went_back({"a": Seen(weight.signs, weight.standing)}, nobody_else) is None


def test_d20_an_ausfall_taken_back_by_decision_lives_again() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), cancelled=True)
    back(world, MASTER, held(MASTER), to=moment)
    world.decide(MASTER, lambda draft: reject_course(draft, "it takes place"))
    assert not world.state.cancelled


def test_d20_fields_of_an_abo_are_written_again_and_kept_by_nobody() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    world.report(ABO, held(ABO), venue="Raum 2", starts_at="19:00", edited_by="WS")
    back(world, ABO, held(ABO), to=moment, edited_by="Kern")
    assert world.to_do(ABO) == [("course.update", "Uhrzeit von, Kursort")]
    assert "PROGRAM_WENT_BACK" in world.codes
    world.report(ABO, held(ABO), venue="Raum 2", starts_at="19:00", edited_by="WS")
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_the_stubborn_clerk_acknowledges_nothing_new() -> None:
    world = shared()
    for _ in range(2):
        world.report(ABO, held(ABO), fee_cents=9500)
        world.report(ABO, held(ABO), fee_cents=9000, edited_by="WS")
    signs = world.weigh(ABO, held(ABO), fee_cents=9500).signs
    assert [sign for sign in signs if sign.since > 1] == []


def test_d20_an_abo_kurs_whose_coop_id_stands_in_a_row_set_aside_did_not_go_with_its_program() -> None:
    world, _ = busy()
    judgement = Judgement(went_back=WentBack("301#0", (), 0, 2))
    gone = Slice(COOP, course_absent=True, id_stands=True)
    assert "CourseWentBack" not in types(world.observe(ABO, gone, judgement=judgement))
    assert "COURSE_VANISHED" in world.codes


def test_d20_an_abo_kurs_that_is_gone_is_made_again_with_its_mirrors() -> None:
    world, _ = busy()
    judgement = Judgement(went_back=WentBack("301#0", (), 0, 2))
    events = world.report_without_course(ABO, judgement=judgement)
    assert types(events) == ["CourseWentBack"]
    kinds = [kind for kind, _ in world.to_do(ABO)]
    assert kinds == ["course.create", "booking.create"]
    assert "COURSE_VANISHED" not in world.codes
    assert types(world.report_without_course(ABO)) == []
    world.report(ABO, theirs())
    world.decide(ABO, lambda draft: restore_booking(draft, OWN, "x"))
    world.decide(ABO, lambda draft: restore_booking(draft, "301:7", "x"))
    world.report(ABO, theirs(), mine(), held(ABO))
    assert "PROGRAM_WENT_BACK" not in world.codes


def test_d20_a_course_out_of_scope_of_the_judgement_is_read_as_ever() -> None:
    world, moment = busy()
    judgement = Judgement(went_back=WentBack(f"301#{moment}", ("563-COOP-999",), moment, 3))
    assert "BookingVanished" in types(world.report(ABO, held(ABO), judgement=judgement))


def test_d20_facts_say_nothing_of_people() -> None:
    world, moment = busy()
    events = back(world, ABO, held(ABO), to=moment)
    assert all(ANNA.name not in repr(event) and BERND.name not in repr(event) for event in events)


# --- what is answered meanwhile ---------------------------------------------------------------------------------------


def test_d30_d20_course_of_a_program_that_went_back_is_not_as_it_should_be() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    back(world, MASTER, held(MASTER), to=moment)
    asked = course_subject(MASTER)
    assert asked(world.state).condition == "course_asked"
    world.decide(MASTER, lambda draft: restore_course(draft, "the new room"))
    assert asked(world.state).condition == "course_differs"
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    assert asked(world.state).condition == "course_agrees"


# --- nothing was put back: an export in between was wrong -------------------------------------------------------------


def withdraw_last_but_one(world: World, vhs: str) -> None:
    export = f"{vhs}#{world.exports[vhs] - 1}"
    world.decide(vhs, lambda draft: withdraw(draft, export, list(world.events)))


def test_d32_d20_a_wrong_letter_taken_back_leaves_nothing_open_where_the_former_one_is_shown_again() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="W", person=BERND))
    back(world, ABO, held(ABO), to=moment)
    assert "PROGRAM_WENT_BACK" in world.codes
    withdraw_last_but_one(world, ABO)
    assert "PROGRAM_WENT_BACK" not in world.codes
    assert world.statuses(MASTER) == {"301:7": "A"}
    assert world.to_do(ABO) == [], "its row shows what counts"


def test_d32_d20_of_a_letter_that_is_not_shown_again_it_stays_asked() -> None:
    world = shared()
    moment = world.exports[ABO]
    world.report(ABO, held(ABO, status="W"))
    world.report(ABO, held(ABO, status="W", person=BERND))
    back(world, ABO, held(ABO), to=moment)
    withdraw_last_but_one(world, ABO)
    assert "PROGRAM_WENT_BACK" in world.codes, "the letter is of an export that was not taken back"


def test_d32_d20_wrong_facts_taken_back_leave_nothing_open_where_the_former_ones_are_shown_again() -> None:
    world = shared()
    moment = world.exports[MASTER]
    world.report(MASTER, held(MASTER), venue="Raum 2", starts_at="19:00")
    back(world, MASTER, held(MASTER), to=moment)
    assert "PROGRAM_WENT_BACK" in world.codes
    withdraw_last_but_one(world, MASTER)
    assert "PROGRAM_WENT_BACK" not in world.codes
    lane = world.state.lanes[MASTER]
    assert (lane.facts.venue, lane.facts.starts_at) == ("Raum 1", "18:00")
    assert world.to_do(MASTER) == []
