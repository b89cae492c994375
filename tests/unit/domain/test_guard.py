"""The limits of the guard, each from both sides: what is withheld, and what is one less and happens (D4, D19, D31)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import pytest

from koop_es.domain.guard import PLACE, PLACE_AND_TIME, Held, Losses, judge_absences, judge_effects, left_of
from koop_es.domain.judgement import NO_ABSENCES, NOTHING_DONE, Absences, Done, Effect, Judgement, effect_of, export_of
from koop_es.domain.terms import Policy
from koop_es.domain.weight import Absent, Renamed, Stock, Weight
from tests.unit.domain.world import ABO, BERND, MASTER, booked, held, shared

POLICY = Policy()
MANY = 1_000
"""So many that no share of them is reached."""


def missing(*courses: str, mirror_of: str | None = None, nth: int = 2, waiting: bool = False) -> list[Absent]:
    """One absent booking in each of the courses, which may be named more than once."""
    return [Absent(coop_id, f"563:{n}", mirror_of, nth, waiting) for n, coop_id in enumerate(courses)]


def judged(
    absent: Iterable[Absent],
    *,
    live: int = MANY,
    of_course: Mapping[str, int] | None = None,
    moved: int = 0,
    empty: bool = False,
    standing: Collection[str] = (),
    beside: int = 0,
    strays: int = 0,
) -> tuple[Absences, Absences]:
    """Judge losses of courses that had so many, of which the first was ``moved`` out of by so many before."""
    absent, had = list(absent), of_course or dict.fromkeys("KLMNOPQRSTUVWXYZ", MANY)
    gone = Counter(item.coop_id for item in absent)
    stocks = {
        coop_id: Stock(number, number - gone[coop_id] - (0 if n else moved), 0 if n else moved)
        for n, (coop_id, number) in enumerate(had.items())
    }
    return judge_absences(Losses(absent, live, live, stocks, empty, standing.__contains__, beside, strays), POLICY)


def withheld(absent: Iterable[Absent], **how: object) -> str:
    """Say by which limit the second absence of bookings is withheld, and check that the first one is said so too."""
    absent = list(absent)
    second, _ = judged(absent, **how)  # type: ignore[arg-type]
    nothing, foreseen = judged([item._replace(nth=1) for item in absent], **how)  # type: ignore[arg-type]
    assert (nothing, foreseen) == (NO_ABSENCES, second), (
        "the first absence of so many is said, and nothing is held back"
    )
    return second.reason


# --- absences ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "live", "reason"),
    [(11, 109, "D4"), (11, 110, ""), (10, 99, ""), (101, 10_000, "D4"), (100, 10_000, "")],
)
def test_d4_more_than_ten_and_a_tenth_or_more_than_a_hundred(count: int, live: int, reason: str) -> None:
    assert withheld(missing(*"K" * count), live=live) == reason


@pytest.mark.parametrize(("count", "live", "reason"), [(3, 5, "D19 half"), (3, 6, ""), (2, 2, ""), (4, 7, "D19 half")])
def test_d19_three_and_more_than_half_of_the_live_ones(count: int, live: int, reason: str) -> None:
    assert withheld(missing(*"KLMN"[:count]), live=live) == reason


@pytest.mark.parametrize(("count", "had", "reason"), [(4, 4, "D19 course"), (4, 5, ""), (3, 3, "")])
def test_d19_all_of_a_course_that_had_four(count: int, had: int, reason: str) -> None:
    assert withheld(missing(*"K" * count), of_course={"K": had}) == reason


def test_d19_who_was_moved_since_the_first_absence_is_among_those_who_are_gone() -> None:
    of_four = {"K": 4}
    assert judged(missing(*"KKK"), of_course=of_four, moved=1)[0].reason == "D19 course"
    assert judged(missing(*"KK"), of_course=of_four, moved=1)[0] == NO_ABSENCES, "one is left"
    assert judged(missing(*"KKK"), live=9, moved=2)[0].reason == "D19 half"
    assert judged(missing(*"KKK"), live=10, moved=2)[0] == NO_ABSENCES


def test_d19_what_moves_now_counts_with_what_is_missing_for_the_first_time() -> None:
    moves = [item._replace(moved=True) for item in missing(*"KK")]
    now, foreseen = judged([*moves, *missing(*"KKK", nth=1)], live=9)
    assert (now, foreseen.reason) == (NO_ABSENCES, "D19 half")
    now, foreseen = judged([*moves, *missing(*"KKK", nth=1)], of_course={"K": 5})
    assert (now, foreseen.reason) == (NO_ABSENCES, "D19 course"), "who moved is there, and need not wait"
    now, _ = judged([*missing("K"), *missing(*"KKK", nth=1)], of_course={"K": 4})
    assert now.reason == "D19 course", "who was missing before is not there"


def test_d19_who_went_beside_with_a_part_of_the_program_makes_the_loss_of_the_others_no_smaller_one() -> None:
    assert judged(missing(*"KL"), live=7, beside=2)[0].reason == "D19 half"
    assert judged(missing(*"KL"), live=8, beside=2)[0] == NO_ABSENCES
    assert judged(missing(*"KL"), live=100, beside=9)[0].reason == "D4"
    assert judged(missing(*"KL", nth=1), live=7, beside=2)[1] == NO_ABSENCES, "it is said of what is missing since then"


def test_d19_mirrors_that_stand_elsewhere_count_with_own_bookings_that_move() -> None:
    moves = [item._replace(moved=True) for item in missing(*"KK")]
    assert judged(moves, live=7, strays=2)[0].reason == "D19 half"
    assert judged(moves, live=8, strays=2)[0] == NO_ABSENCES
    assert judged(missing(*"KK"), live=7, strays=2)[0] == NO_ABSENCES, "where nobody moves they are somebody's order"


def test_d19_all_of_two_courses_that_had_two_and_of_these_only() -> None:
    had = {"K": 2, "L": 2, "M": 1, "N": 3}
    assert withheld(missing(*"KK"), of_course=had) == ""
    assert withheld(missing(*"KKM"), of_course=had) == "", "one booking is no course"
    assert withheld(missing(*"KKNN"), of_course=had) == "", "one stands in the other"
    held, _ = judged(missing(*"KKLLM"), of_course=had)
    assert held == Absences(courses=("K", "L"), reason="D19 course")
    assert held.holds("K", "563")
    assert not held.holds("M", "563"), "elsewhere a single one is a removal"


def test_d19_all_mirrors_of_another_vhs_if_three() -> None:
    assert withheld(missing(*"KLM", mirror_of="301")) == "D19 owner"
    assert withheld(missing(*"KL", mirror_of="301")) == ""
    assert withheld(missing(*"KLM", mirror_of="301"), standing=["301"]) == "", "one of them still stands"
    assert withheld(missing(*"KLM")) == "", "its own ones are no other VHS's"
    held, _ = judged(missing(*"KLM", mirror_of="301"))
    assert held.holds("Z", "301")
    assert not held.holds("K", "563")


@pytest.mark.parametrize(("live", "reason"), [(3, "D19 empty"), (2, "")])
def test_d19_no_row_in_a_booking_file_that_had_three(live: int, reason: str) -> None:
    assert withheld(missing("K"), live=live, empty=True) == reason


def test_d19_what_waits_already_is_judged_with_what_is_new_and_not_by_itself() -> None:
    waiting = missing(*"KL", waiting=True)
    assert judged(waiting, live=5) == (NO_ABSENCES, NO_ABSENCES)
    assert judged([*waiting, *missing("M")], live=5)[0].reason == "D19 half"
    assert judged([*waiting, *missing("M", nth=1)], live=5) == (NO_ABSENCES, NO_ABSENCES)


def test_d19_losses_are_counted_against_what_was_shown_live_before_the_first_absence() -> None:
    world = shared()
    world.report(ABO, held(ABO), booked("8", person=BERND))
    for nth in (1, 2):
        weight = world.weigh(ABO, held(ABO))
        assert (weight.stock, [(item.ref, item.nth) for item in weight.absent]) == (Stock(2, 1), [("301:8", nth)])
        world.report(ABO, held(ABO))


def test_d19_a_loss_counts_whatever_others_did_meanwhile() -> None:
    world = shared()
    world.report(MASTER, held(MASTER, status="S"))
    assert [(item.ref, item.nth) for item in world.weigh(ABO).absent] == [("301:7", 1)]


# --- effects ----------------------------------------------------------------------------------------------------------


def effects(
    done: Done,
    before: Done = NOTHING_DONE,
    *,
    live: int = MANY,
    own: int = MANY,
    led: int = MANY,
    people: Iterable[Renamed] = (),
    any_at_all: bool = False,
) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    held = Held(live, lambda: own, led)
    return judge_effects(done, before, [Weight(renamed=list(people))], held, POLICY, any_at_all=any_at_all)


NOTHING = ((), ())


@pytest.mark.parametrize(("count", "live", "held"), [(8, 23, True), (8, 24, False), (7, 7, False)])
def test_d31a_eight_letters_and_more_than_a_third(count: int, live: int, held: bool) -> None:
    assert effects(Done(cancelled=count), live=live) == (((Effect.CANCELLATION,), ()) if held else NOTHING)


def test_d31e_where_s_are_read_as_a_what_is_read_as_s_is_in_question_too() -> None:
    assert effects(Done(revived=3, cancelled=1)) == ((Effect.CANCELLATION, Effect.LETTER), ())
    assert effects(Done(revived=2, cancelled=1)) == NOTHING
    assert effects(Done(revived=3)) == ((Effect.LETTER,), ())


def test_d31a_more_than_a_hundred_letters_in_any_case() -> None:
    assert effects(Done(cancelled=100)) == NOTHING
    assert effects(Done(cancelled=101)) == ((Effect.CANCELLATION,), ())


def test_d31a_small_exports_that_do_the_same_count_together_against_what_was_held_before_them() -> None:
    assert effects(Done(cancelled=1), Done(cancelled=7), live=16) == ((Effect.CANCELLATION,), ())
    assert effects(Done(cancelled=1), Done(cancelled=7), live=17) == NOTHING, "eight of twenty-four"
    assert effects(Done(cancelled=1), Done(cancelled=100)) == ((Effect.CANCELLATION,), ())
    assert effects(NOTHING_DONE, Done(cancelled=200), live=1) == NOTHING, "what was done is done"


@pytest.mark.parametrize(("count", "led", "held"), [(3, 8, True), (3, 9, False), (2, 2, False)])
def test_d31b_ausfall_on_three_and_more_than_a_third(count: int, led: int, held: bool) -> None:
    assert effects(Done(ausfall=tuple("KLM"[:count])), led=led) == (((Effect.AUSFALL,), ()) if held else NOTHING)


@pytest.mark.parametrize(
    ("name", "count", "led", "held"),
    [
        (PLACE, 5, 9, True), (PLACE, 5, 10, False), (PLACE, 4, 4, False),
        ("capacity", 10, 19, True), ("capacity", 10, 20, False), ("capacity", 9, 9, False),
    ],
)  # fmt: skip
def test_d31c_places_of_five_or_another_field_of_ten_and_more_than_half(
    name: str, count: int, led: int, held: bool
) -> None:
    found, fields = effects(Done(revised={name: tuple("KLMNOPQRST"[:count])}), led=led)
    assert (found == (Effect.REVISION,)) is held
    assert set(fields) == ((PLACE_AND_TIME if name == PLACE else {name}) if held else set())


def test_d31c_one_course_that_is_changed_twice_counts_once() -> None:
    again = Done(revised={PLACE: tuple("KLMN")})
    assert effects(again, again, led=4) == NOTHING
    assert effects(Done(revised={PLACE: ("O",)}), again, led=5)[0] == (Effect.REVISION,)


@pytest.mark.parametrize(("count", "own", "held"), [(10, 19, True), (10, 20, False), (9, 9, False)])
def test_d31d_other_people_in_ten_and_more_than_half(count: int, own: int, held: bool) -> None:
    assert effects(Done(renamed=count), own=own) == (((Effect.PERSON,), ()) if held else NOTHING)


def test_d31d_one_mail_or_phone_for_five_people_and_not_for_five_bookings_of_one() -> None:
    five = [Renamed(f"563:{n}", (f"Person{n}", "A"), ("info@vhs.example",)) for n in range(5)]
    assert effects(Done(renamed=5), people=five) == ((Effect.PERSON,), ())
    assert effects(Done(renamed=4), people=five[:4]) == NOTHING
    assert effects(Done(renamed=5), people=[item._replace(name=("One", "A")) for item in five]) == NOTHING


def test_d31e_three_letters_back_at_once_however_many_there_are() -> None:
    assert effects(Done(revived=3)) == ((Effect.LETTER,), ())
    assert effects(Done(revived=2)) == NOTHING
    assert effects(Done(revived=1), Done(revived=2)) == ((Effect.LETTER,), ())


def test_d31_another_profile_lowers_every_limit_to_any() -> None:
    one = Done(1, 1, 1, ("K",), {"venue": ("K",), PLACE: ("K",)})
    assert effects(one) == NOTHING
    assert effects(one, any_at_all=True)[0] == (
        Effect.CANCELLATION, Effect.AUSFALL, Effect.REVISION, Effect.PERSON, Effect.LETTER,
    )  # fmt: skip
    assert effects(NOTHING_DONE, any_at_all=True) == NOTHING


def test_d31_what_is_withheld_counts_for_no_later_export() -> None:
    one = Done(8, 3, 10, ("K",), {PLACE: ("K",), "capacity": ("L",)})
    assert left_of(one, Judgement()) == one
    assert left_of(one, Judgement(effects=tuple(Effect), fields=("venue", "capacity"))) == Done()
    held = Judgement(effects=(Effect.REVISION, Effect.CANCELLATION), fields=("venue",))
    assert left_of(one, held) == Done(0, 3, 10, ("K",), {"capacity": ("L",)})


def test_d23_d31_what_is_withheld_of_a_new_count_is_named_by_its_export() -> None:
    assert [export_of(name) for name in ("563#42/letter", "563#42", "563#2/42/letter", "563#2/42")] == [
        "563#42", "563#42", "563#2/42", "563#2/42",
    ]  # fmt: skip
    assert [effect_of(name) for name in ("563#42/letter", "563#42", "563#2/42")] == ["letter", "", ""]
