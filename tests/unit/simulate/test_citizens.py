"""The citizens' oracle against diaries written by hand: every intent, and both verdicts (C5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from koop_es.simulate.citizens import findings
from koop_es.simulate.deeds import (
    ANEW,
    IN_EXPORTS,
    LEFT_THE_EXPORTS,
    ROUNDS,
    UNNAMED,
    UNTOLD,
    WENT,
    Deed,
    Diary,
    Intent,
    Mistold,
    Question,
    Seat,
    Sent,
    Terms,
    Told,
)

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
MASTER, OWNER, OTHER = "101", "102", "103"
ALL = (MASTER, OWNER, OTHER)
TERMS = Terms({0: frozenset(ALL), 1: frozenset(ALL)}, last_day={0: date(2026, 3, 1), 1: date(2026, 3, 1)})
ANNA = 7


class Story:
    """A diary that is written step by step."""

    def __init__(self, *, shown: bool = True) -> None:
        self.diary, self.step = Diary(), 0
        self.did("book", "joins", letter="A")
        if shown:
            self.exports(OWNER)

    def _now(self) -> tuple[datetime, int]:
        self.step += 1
        return START + timedelta(minutes=self.step), self.step

    def did(
        self, verb: str, intent: Intent, vhs: str = OWNER, *, letter: str = "", all_of_it: bool = False,
        other: int | None = None, note: str = "",
    ) -> Story:  # fmt: skip
        when, step = self._now()
        who = None if all_of_it else ANNA
        self.diary.deeds.append(Deed(when, step, vhs, verb, intent, who, 0, other, letter, note))
        return self

    def exports(self, vhs: str, times: int = 1, *, fault: str = "", status: str = "applied", days: int = 0) -> Story:
        for _ in range(times):
            when, step = self._now()
            sent = Sent(when + timedelta(days=days), step, vhs, step, "full", fault, status != "quarantined", status)
            self.diary.exports.append(sent)
        return self

    def told(self, letter: str, vhs: str = MASTER, kind: str = "booking.cancel") -> Story:
        when, step = self._now()
        self.diary.told.append(Told(when, step, vhs, kind, ANNA, 0, letter))
        return self

    def sits(self, letter: str, *places: str, course: int | None = 0) -> Story:
        self.diary.seats += [Seat(vhs, ANNA, course, letter, vhs != OWNER) for vhs in places]
        return self

    def asks(self, code: str, vhs: str = OWNER, who: int | None = ANNA, course: int | None = 0) -> Story:
        self.diary.questions.append(Question(vhs, code, who, course))
        return self

    def found(self, terms: Terms = TERMS) -> str:
        return "; ".join(findings(self.diary, terms))


def test_who_joined_has_one_live_seat_everywhere() -> None:
    assert Story().sits("A", *ALL).found() == ""
    assert "0 live seats at 101" in Story().sits("A", OWNER, OTHER).found()
    assert "0 live seats at 101" in Story().sits("S", MASTER).sits("A", OWNER, OTHER).found()
    assert "2 live seats at 103" in Story().sits("A", *ALL, OTHER).found()
    assert Story().sits("A", *ALL).sits("S", OTHER).found() == ""


def test_a_vhs_that_subscribed_since_takes_part() -> None:
    story = Story().did("subscribe", "course back", "104", all_of_it=True).sits("A", *ALL)
    assert "0 live seats at 104" in story.found()
    assert story.sits("W", "104").found() == ""


def test_a_seat_that_nobody_booked_is_found() -> None:
    assert "never booked" in Story().sits("A", *ALL).sits("A", OTHER, course=1).found()
    assert Story().sits("A", *ALL).sits("A", OTHER, course=None).found() == ""


def test_d17_a_company_is_where_it_booked_and_nobody_reads_of_it_in_a_course_that_is_over() -> None:
    def booked(*places: str) -> Story:
        story = Story().sits("S", *ALL)
        story.diary.deeds.append(Deed(START, 0, OWNER, "book_company", "joins", 9))
        story.diary.seats += [Seat(vhs, 9, 0, "A", False) for vhs in places]
        return story

    assert "never booked" in booked(OWNER).found()
    assert booked(OWNER).did("ausfall", "course over", MASTER, all_of_it=True).found() == ""
    assert "at 103, but never" in booked(OWNER, OTHER).did("ausfall", "course over", MASTER, all_of_it=True).found()


def test_another_letter_leaves_the_contract() -> None:
    story = Story().did("promote", "letter", letter="A")
    assert story.sits("A", *ALL).found() == ""
    assert Story().did("promote", "letter", letter="A").sits("A", OWNER, OTHER).found()


@pytest.mark.parametrize("vhs", ALL)
def test_who_left_anywhere_is_out_everywhere(vhs: str) -> None:
    assert Story().did("cancel", "leaves", vhs, letter="S").sits("S", *ALL).found() == ""
    found = Story().did("cancel", "leaves", vhs, letter="S").sits("S", MASTER, OWNER).sits("A", OTHER).found()
    assert "is out, but a live seat at 103" in found


@pytest.mark.parametrize("merged", [False, True])
def test_b15_who_was_merged_and_removed_unseen_may_be_another_registration_when_back(merged: bool) -> None:
    story = Story().exports(OWNER)
    if merged:
        story.did("merge", "stays", letter="A")
    story.did("remove", "removed").exports(OWNER, 2).did("cancel", "leaves", OTHER, letter="S")
    story.did("restore", "returned", letter="A").exports(OWNER)
    assert ("is out" in story.sits("A", *ALL).found()) != merged


def test_who_books_again_is_in_again() -> None:
    left = Story().did("cancel", "leaves", letter="S").exports(OWNER)
    left.did("rebook", "joins", letter="A").exports(OWNER).sits("S", *ALL)
    assert "0 live seats" in left.found()
    assert left.sits("A", *ALL).found() == ""


def test_who_books_again_without_having_left_may_have_been_taken_out_elsewhere() -> None:
    story = Story().did("remove", "removed", OTHER).did("rebook", "joins", letter="A").exports(OTHER, 2)
    assert story.sits("S", MASTER, OWNER).found() == ""
    assert "nobody is asked" in story.sits("A", OWNER).found()


def test_who_is_booked_again_after_an_s_elsewhere_has_the_same_booking_and_is_out() -> None:
    """The owner's new row is the same booking by name and mail, whichever of the two is read first (D18)."""
    story = Story().did("cancel", "leaves", OTHER, letter="S").did("rebook", "joins", letter="A").exports(OWNER)
    assert story.sits("S", *ALL).found() == ""
    story.diary.seats.clear()
    assert "is out, but a live seat" in story.sits("A", *ALL).found()


@pytest.mark.parametrize("note", [UNTOLD, ""])
def test_d18_a_row_under_former_numbers_that_a_small_restore_brings_back_may_be_another_registration(note: str) -> None:
    story = Story().did("rebook", "joins", letter="A").did("cancel", "leaves", letter="S").exports(OWNER)
    story.did("go_back", "lost", letter="A", note=note).exports(OWNER)
    assert ("is out, but a live seat" in story.sits("A", *ALL).found()) is (note == "")


@pytest.mark.parametrize("shown", [True, False])
def test_d18_who_is_booked_again_over_an_s_of_ours_may_be_another_registration(shown: bool) -> None:
    """The row last showed the "S" of an Ausfall; where it showed A again it was the same booking (D5)."""
    story = Story().told("S", OWNER).exports(OWNER).told("A", OWNER)
    if shown:
        story.exports(OWNER)
    story.did("rebook", "joins", letter="A").did("cancel", "leaves", OTHER, letter="S").exports(OWNER)
    assert ("is out, but a live seat" in story.sits("A", *ALL).found()) is shown


def test_who_is_booked_again_before_any_export_is_not_the_booking_that_others_cancelled() -> None:
    story = Story(shown=False).did("cancel", "leaves", OTHER, letter="S").did("rebook", "joins", letter="A")
    assert "0 live seats" in story.exports(OWNER).sits("S", *ALL).found()


@pytest.mark.parametrize("fault", ["thinned", ""])
def test_who_is_booked_again_where_rows_or_an_s_were_lost_may_be_either_but_everywhere(fault: str) -> None:
    story = Story().did("cancel", "leaves", OTHER, letter="S").exports(OWNER, fault=fault)
    if not fault:
        story.did("restore", "revives", letter="A")
    story.did("rebook", "joins", letter="A").exports(OWNER).sits("S", OTHER)
    assert story.found() == ""
    assert "nobody is asked" in story.sits("A", OWNER).found()


def test_d18_who_went_on_under_other_numbers_as_somebody_else_reads_as_a_registration_of_their_own() -> None:
    def replaced() -> Story:
        return Story().did("merge", "stays").did("substitute", "joins", letter="A", note=UNTOLD)

    assert replaced().told("S").sits("S", OTHER).sits("A", *ALL).found() == ""
    assert "0 live seats at 103" in replaced().sits("A", MASTER, OWNER).found()
    cancelled = Story().did("cancel", "leaves", OTHER, letter="S").did("substitute", "joins", letter="A", note=UNTOLD)
    assert cancelled.sits("A", *ALL).found() == ""


def test_who_was_entered_after_the_course_left_the_exports_is_known_to_nobody() -> None:
    story = Story(shown=False)
    story.diary.deeds.clear()
    story.did("ausfall", "course over", OWNER, all_of_it=True, note=LEFT_THE_EXPORTS).did("book", "joins", letter="A")
    assert story.exports(OWNER).sits("A", OWNER).found() == ""
    assert "was never shown, but a live seat at 103" in story.sits("A", OTHER).found()
    shown = Story().did("ausfall", "course over", OWNER, all_of_it=True, note=LEFT_THE_EXPORTS)
    assert "is out" in shown.sits("A", OWNER).found()


def test_an_ausfall_with_which_the_course_left_the_exports_is_known_if_one_said_so_before_the_last_day() -> None:
    def left(days: int) -> str:
        story = Story().did("ausfall", "course over", OWNER, all_of_it=True, note=LEFT_THE_EXPORTS)
        return story.exports(OWNER, days=days).sits("A", *ALL).found()

    assert "is out" in left(0)
    assert left(60) == "", "it looks like a course that was archived"


def test_an_ausfall_with_which_the_course_left_the_exports_is_taken_back_for_nobody() -> None:
    story = Story().did("ausfall", "course over", OWNER, all_of_it=True, note=LEFT_THE_EXPORTS)
    story.did("unausfall", "course lives", OWNER, all_of_it=True)
    assert story.sits("S", *ALL).found() == ""


def test_d17_who_left_a_course_that_was_over_when_it_left_the_exports_keeps_the_row_there() -> None:
    def left(days: int) -> str:
        story = Story().did("ausfall", "course over", MASTER, all_of_it=True, note=LEFT_THE_EXPORTS)
        story.exports(MASTER, days=days).did("cancel", "leaves", OWNER, letter="S")
        return story.sits("A", MASTER).sits("S", OWNER, OTHER).found()

    assert "is out, but a live seat at 101" in left(0)
    assert left(60) == ""


def test_d20_course_that_a_restore_put_into_the_exports_again_lives() -> None:
    def left() -> Story:
        return Story().did("ausfall", "course over", OWNER, all_of_it=True, note=LEFT_THE_EXPORTS)

    back = left().did("go_back", "course", OWNER, all_of_it=True, note=IN_EXPORTS)
    assert "is out" in back.sits("A", *ALL).found(), "its Ausfall stands there yet"
    back.did("go_back", "course lives", OWNER, all_of_it=True, note=UNTOLD)
    assert back.found() == ""
    assert "is out" in left().did("go_back", "course lives", OWNER, all_of_it=True).sits("A", *ALL).found()


def test_an_s_taken_away_before_anybody_saw_it_was_nothing() -> None:
    story = Story().did("cancel", "leaves", letter="S").did("restore", "revives", letter="A")
    assert story.sits("A", *ALL).found() == ""
    assert "0 live seats" in Story().did("cancel", "leaves").did("restore", "revives").sits("S", *ALL).found()


def test_an_s_that_only_a_frozen_course_showed_was_read_by_nobody() -> None:
    story = Story().did("lose_id", "course gone", OTHER, all_of_it=True).did("cancel", "leaves", OTHER, letter="S")
    story.exports(OTHER).did("restore_id", "course back", OTHER, all_of_it=True).did("remove", "removed", OTHER)
    assert "nobody is asked" in story.exports(OTHER, 2).sits("A", MASTER, OWNER).found()
    assert story.sits("A", OTHER).found() == ""


def test_an_s_that_nobody_saw_before_its_course_was_deleted_is_known_to_nobody() -> None:
    for shown in (0, 1):
        story = Story().did("cancel", "leaves", OTHER, letter="S").exports(OTHER, shown)
        story.did("delete", "course gone", OTHER, all_of_it=True).sits("A", MASTER, OWNER)
        assert ("is out" in story.found()) == bool(shown)


def test_b6_an_s_under_a_letter_that_nobody_knows_was_shown_to_nobody() -> None:
    story = Story().did("cancel", "leaves", letter="S").did("letter", "stays", letter="X").exports(OWNER)
    story.did("cancel", "leaves", letter="S").did("restore", "revives", letter="A")
    assert story.sits("A", *ALL).found() == ""
    story.exports(OWNER).did("cancel", "leaves", letter="S").exports(OWNER)
    assert "is out" in story.found()
    seen = Story().did("cancel", "leaves", letter="S").exports(OWNER).did("letter", "stays", letter="X")
    assert "is out" in seen.exports(OWNER).did("restore", "revives", letter="A").sits("A", *ALL).found()


def test_an_s_that_was_shown_is_final() -> None:
    story = Story().did("cancel", "leaves", letter="S").exports(OWNER).did("restore", "revives", letter="A")
    assert "is out" in story.sits("A", *ALL).found()
    story.diary.seats.clear()
    assert story.sits("S", *ALL).found() == ""


def test_an_a_over_a_shown_s_with_another_identity_is_a_registration_or_none_but_everywhere() -> None:
    story = Story().did("cancel", "leaves", letter="S").exports(OWNER).did("restore", "revives", letter="A")
    story.did("merge", "stays", letter="A").exports(OWNER).sits("S", *ALL)
    assert story.found() == ""
    story.sits("A", OWNER)
    assert "nobody is asked" in story.found()
    assert story.sits("A", MASTER, OTHER).found() == ""


def test_an_a_over_an_s_that_nobody_meant_is_the_same_everywhere_or_asked() -> None:
    story = Story().did("restore", "revives", letter="A").sits("A", OWNER)
    assert "nobody is asked" in story.found()
    assert story.asks("CANCELLATION_UNCLEAR").found() == ""


def test_a_row_taken_out_by_its_owner_is_leaving_after_two_complete_exports() -> None:
    removed = Story().did("remove", "removed").exports(OWNER, 2)
    assert "is out, but a live seat at 101" in removed.sits("A", MASTER).sits("S", OTHER).found()
    assert Story().did("remove", "removed").exports(OWNER, 2).sits("S", MASTER, OTHER).found() == ""


def test_one_absence_or_a_cut_file_is_no_leaving_and_is_the_same_everywhere() -> None:
    once = Story().did("remove", "removed").exports(OWNER).exports(OWNER, 3, fault="cut", status="quarantined")
    assert "nobody could know" in once.sits("A", MASTER, OTHER).found()
    assert once.asks("WITHHELD", course=None, who=None).found() == ""


def test_a_question_about_prices_or_elsewhere_answers_nothing() -> None:
    once = Story().did("remove", "removed").exports(OWNER).sits("A", MASTER, OTHER)
    once.asks("MASTER_PRICE_CHANGED", who=None).asks("WITHHELD", "104", who=None).asks("UNKNOWN_STATUS", who=ANNA + 1)
    assert "nobody is asked" in once.found()


def test_after_the_last_day_an_absence_proves_nothing() -> None:
    late = Story().did("remove", "removed").exports(OWNER, 2, days=60).sits("A", MASTER, OTHER)
    assert late.found() == ""
    assert "in at 103, out at 101" in Story().did("remove", "removed").exports(OWNER, days=60).sits("A", OTHER).found()


def test_a_row_that_came_back_is_in() -> None:
    back = Story().did("remove", "removed").exports(OWNER, 2).did("restore", "returned", letter="A")
    assert "0 live seats at 101" in back.sits("A", OWNER).found()
    assert back.sits("A", MASTER, OTHER).found() == ""


def test_who_moved_is_out_here_and_in_there() -> None:
    moved = Story().did("move", "moves", other=1).exports(OWNER).sits("A", *ALL, course=1)
    assert moved.found() == ""
    assert "is out, but a live seat at 103" in moved.sits("A", OTHER).found()
    assert "course 1: has a contract" in Story().did("move", "moves", other=1).sits("S", *ALL).found()
    assert Story().did("move", "moves", other=None).sits("S", *ALL).found() == ""


def test_d17_who_moved_and_is_first_shown_elsewhere_after_the_last_day_is_where_they_were() -> None:
    late = Story().did("move", "moves", other=None).exports(OWNER, days=60)
    assert late.sits("A", MASTER, OTHER).found() == ""
    half = Story().did("move", "moves", other=None).exports(OWNER, days=60).sits("A", OTHER)
    assert "in at 103, out at 101" in half.found(), "the same everywhere"
    cut = Story().did("move", "moves", other=None).exports(OWNER, fault="cut", status="quarantined")
    assert cut.exports(OWNER, days=60).sits("A", MASTER, OTHER).found() == ""


def test_d25_who_moved_is_out_where_one_export_of_the_owner_said_so_in_time_or_anything_else_ended_it() -> None:
    shown = Story().did("move", "moves", other=None).exports(OWNER).exports(OWNER, days=60)
    assert "is out, but a live seat at 101, 103" in shown.sits("A", MASTER, OTHER).found()
    others = Story().did("move", "moves", other=None).exports(MASTER).exports(OWNER, days=60)
    assert others.sits("A", MASTER, OTHER).found() == "", "of another VHS, which says nothing of it"
    over = Story().did("move", "moves", other=None).did("ausfall", "course over", MASTER, all_of_it=True)
    assert "is out" in over.exports(OWNER, days=60).sits("A", MASTER, OTHER).found()
    left = Story().did("cancel", "leaves", OTHER, letter="S").did("move", "moves", other=None)
    assert "is out" in left.exports(OWNER, days=60).sits("A", MASTER).found()


@pytest.mark.parametrize("intent", ["stays", "lost", "nothing", "course"])
def test_what_is_not_about_the_contract_changes_nothing(intent: Intent) -> None:
    assert Story().did("merge", intent, letter="A").sits("A", *ALL).found() == ""
    assert "0 live seats" in Story().did("merge", intent, letter="A").sits("S", *ALL).found()


def test_ausfall_ends_all_and_taking_it_back_ends_that() -> None:
    over = Story().did("ausfall", "course over", MASTER, all_of_it=True)
    assert "is out" in over.sits("A", *ALL).found()
    lives = Story().did("ausfall", "course over", MASTER, all_of_it=True)
    lives.did("unausfall", "course lives", MASTER, all_of_it=True).exports(MASTER)
    assert "0 live seats" in lives.sits("S", *ALL).found()
    assert lives.sits("A", *ALL).found() == ""


def test_an_ausfall_taken_back_in_a_course_that_is_not_read_is_known_to_nobody() -> None:
    story = Story().did("ausfall", "course over", MASTER, all_of_it=True)
    story.did("alter_id", "course gone", MASTER, all_of_it=True).did(
        "unausfall", "course lives", MASTER, all_of_it=True
    )
    story.exports(MASTER).did("delete", "course gone", MASTER, all_of_it=True).exports(MASTER)
    assert story.sits("S", *ALL).found() == ""
    assert "nobody is asked" in story.sits("A", OWNER).found()


def test_an_ausfall_taken_back_after_the_last_day_is_no_more_so_for_who_is_entered_later() -> None:
    story = Story(shown=False).did("ausfall", "course over", MASTER, all_of_it=True)
    story.did("unausfall", "course lives", MASTER, all_of_it=True).did("book", "joins", letter="A")
    over = Terms(TERMS.parties, last_day={0: date(2026, 2, 1)})
    assert story.exports(MASTER).exports(OWNER).sits("S", *ALL).found(over) == ""
    assert "0 live seats" in story.found()


@pytest.mark.parametrize("note", ["", UNTOLD])
def test_d20_an_ausfall_that_went_with_a_restore_may_be_written_again_for_who_is_entered_later_too(note: str) -> None:
    story = Story(shown=False).did("ausfall", "course over", MASTER, all_of_it=True)
    story.did("go_back", "course lives", MASTER, all_of_it=True, note=note).did("book", "joins", letter="A")
    story.exports(MASTER).exports(OWNER).sits("S", *ALL)
    assert ("0 live seats" in story.found()) == (note != UNTOLD)


def test_an_ausfall_taken_back_in_a_row_of_the_master_that_was_set_aside_is_asked_there() -> None:
    story = Story().did("ausfall", "course over", MASTER, all_of_it=True)
    story.did("unausfall", "course lives", MASTER, all_of_it=True).exports(MASTER).sits("S", *ALL)
    assert "0 live seats" in story.found()
    story.asks("SET_ASIDE", OTHER, None, None)
    assert "0 live seats" in story.found(), "another VHS's row says nothing of it"
    assert story.asks("SET_ASIDE", MASTER, None, None).found() == ""


def test_an_s_by_hand_during_the_ausfall_is_theirs() -> None:
    story = Story().did("ausfall", "course over", MASTER, all_of_it=True).did("cancel", "leaves", letter="S")
    story.did("unausfall", "course lives", MASTER, all_of_it=True)
    assert story.sits("S", *ALL).found() == ""
    assert "is out" in story.sits("A", OTHER).found()


@pytest.mark.parametrize(("note", "told"), [(UNNAMED, True), (UNNAMED, False), ("", True)])
def test_d21_an_s_by_hand_that_no_row_names_goes_with_the_one_that_was_given_out_before_it_was_shown(
    note: str, told: bool
) -> None:
    story = Story().did("ausfall", "course over", MASTER, all_of_it=True).did("cancel", "leaves", letter="S", note=note)
    if told:
        story.told("S", OWNER)
    story.exports(OWNER).did("unausfall", "course lives", MASTER, all_of_it=True)
    assert ("is out" in story.sits("A", *ALL).found()) == (note != UNNAMED or not told)


@pytest.mark.parametrize(("note", "told"), [(UNNAMED, True), (UNNAMED, False), ("", True)])
@pytest.mark.parametrize(("verb", "intent"), [("give_back", "returned"), ("go_back", "lost")])
def test_d21_an_s_by_hand_that_no_row_names_goes_with_that_of_a_loss_whose_row_is_back(
    verb: str, intent: Intent, note: str, told: bool
) -> None:
    story = Story().did("remove", "removed", OTHER).did("cancel", "leaves", letter="S", note=note).exports(OTHER, 2)
    if told:
        story.told("S", OWNER)
    story.did(verb, intent, OTHER, letter="A").exports(OTHER).exports(OWNER)
    assert ("is out" in story.sits("A", *ALL).found()) == (note != UNNAMED or not told)


@pytest.mark.parametrize("missing", [False, True])
def test_d21_d3_a_rejected_s_brings_no_row_back_that_its_owner_removed(missing: bool) -> None:
    story = Story().exports(MASTER, fault="letters")
    if missing:
        story.did("remove", "removed")
    story.did("reject", "decides", OTHER, letter="A").exports(OWNER, 2)
    assert ("0 live seats" in story.sits("S", *ALL).found()) is not missing


@pytest.mark.parametrize("frozen", [False, True])
def test_d3_r15_exports_of_a_course_under_another_id_prove_no_absence(frozen: bool) -> None:
    story = Story().did("remove", "removed")
    if frozen:
        story.did("alter_id", "course gone", all_of_it=True)
    story.exports(OWNER, 2)
    if frozen:
        story.did("restore_id", "course back", all_of_it=True)
    assert ("is out" in story.sits("A", MASTER, OTHER).found()) is not frozen


@pytest.mark.parametrize("known", [False, True])
def test_d24_an_s_of_the_owner_that_came_with_the_ausfall_and_is_an_a_again_is_the_same_everywhere(
    known: bool,
) -> None:
    story = Story().did("cancel", "leaves")
    if known:
        story.exports(OWNER)
    story.did("ausfall", "course over", MASTER, all_of_it=True).exports(OWNER).exports(MASTER)
    story.did("restore", "revives", letter="A").exports(OWNER)
    story.did("unausfall", "course lives", MASTER, all_of_it=True).exports(MASTER)
    assert ("is out" in story.sits("A", *ALL).found()) == known, "one that was shown before is final (D5)"


@pytest.mark.parametrize(("told", "between", "found"), [("S", 0, ""), ("S", 1, "2 live"), ("", 0, "2 live")])
def test_d18_other_numbers_and_another_name_in_a_row_that_was_to_be_s_may_be_somebody_else(
    told: str, between: int, found: str
) -> None:
    story = Story().told(told, OWNER).did("merge", "stays", letter="A").exports(OWNER, between)
    story.did("correct_name", "stays", letter="A").sits("A", *ALL, OTHER).asks("BOOKING_REMOVED")
    story.diary.told = [item for item in story.diary.told if item.letter]
    text = "; ".join(item for item in findings(story.diary, TERMS) if "was told" not in item)
    assert found in text if found else text == ""


def test_d32_an_s_in_a_row_of_which_a_wrong_file_said_so_before_goes_with_that() -> None:
    said = Mistold(cancelled=frozenset({ANNA}))
    for others, lives in ((0, True), (1, False)):
        story = Story()
        wrong = replace(story.exports(OWNER).diary.exports.pop(), fault="letters", mistold=said)
        story.diary.exports.append(wrong)
        story.exports(OWNER, others).did("cancel", "leaves").exports(OWNER).did("restore", "revives", letter="A")
        found = story.exports(OWNER).sits("A", *ALL).found()
        assert ("is out" not in found) == lives, "a file in between showed the A"


@pytest.mark.parametrize("who", [ANNA, 8])
def test_d31_d20_an_s_that_waits_and_goes_with_a_restore_is_known_to_nobody(who: int) -> None:
    story = Story().did("cancel", "leaves")
    waiting = replace(story.exports(OWNER).diary.exports.pop(), held=frozenset({who}))
    story.diary.exports.append(waiting)
    story.did("go_back", "lost", letter="A", note=UNTOLD).exports(OWNER)
    assert ("is out" in story.sits("A", *ALL).found()) == (who != ANNA)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("who", [ANNA, 8])
def test_d18_d29_a_letter_over_an_s_first_read_without_its_moment_may_be_a_new_registration(
    who: int, before: int
) -> None:
    story = Story().did("cancel", "leaves").exports(OWNER).did("restore", "revives", letter="A").exports(OWNER, before)
    undated = replace(story.exports(OWNER).diary.exports.pop(), fault="cell", mistold=Mistold(undated=frozenset({who})))
    story.diary.exports.append(undated)
    assert ("is out" in story.exports(OWNER).sits("A", *ALL).found()) == (who != ANNA or before > 0)


@pytest.mark.parametrize(("fault", "lives"), [("letters", True), ("thinned", False), ("", False)])
def test_d32_an_s_that_a_wrong_file_showed_first_may_go_with_that(fault: str, lives: bool) -> None:
    story = Story().did("cancel", "leaves").exports(OWNER, fault=fault).exports(OWNER)
    story.did("restore", "revives", letter="A").exports(OWNER)
    assert ("is out" not in story.sits("A", *ALL).found()) == lives


def test_a_row_missing_when_the_ausfall_was_taken_back_is_asked_about() -> None:
    story = Story().did("remove", "removed").exports(OWNER).did("ausfall", "course over", MASTER, all_of_it=True)
    story.did("unausfall", "course lives", MASTER, all_of_it=True).exports(OWNER, 3).sits("A", MASTER, OTHER)
    assert "nobody is asked" in story.found()
    assert story.asks("BOOKING_REMOVED").found() == ""


def test_that_a_row_is_missing_is_no_question_where_the_owner_took_it_out_for_good() -> None:
    story = Story().did("remove", "removed").exports(OWNER, 2).sits("A", MASTER, OTHER).asks("BOOKING_REMOVED")
    assert "is out" in story.found()


def test_a_course_deleted_says_nothing_about_people_and_somebody_is_asked() -> None:
    gone = Story().did("delete", "course gone", OTHER, all_of_it=True).sits("A", MASTER, OWNER)
    assert "0 live seats at 103" in gone.found()
    assert gone.asks("COURSE_VANISHED", OTHER, None).found() == ""
    back = Story().did("delete", "course gone", OTHER, all_of_it=True)
    assert "0 live seats" in back.did("undelete", "course back", OTHER, all_of_it=True).sits("A", MASTER, OWNER).found()


@pytest.mark.parametrize(("verb", "intent", "note"), [("delete", "course gone", ""), ("go_back", "course", WENT)])
def test_a_course_gone_after_its_last_day_is_archived(verb: str, intent: Intent, note: str) -> None:
    story = Story().did(verb, intent, OTHER, all_of_it=True, note=note).sits("A", MASTER, OWNER)
    assert "0 live seats at 103" in story.found()
    assert story.found(Terms(TERMS.parties, last_day={0: date(2026, 2, 1)})) == ""
    assert (
        Story()
        .exports(OWNER)
        .did("delete", "course gone", OTHER, all_of_it=True)
        .exports(OTHER, days=60)
        .sits("A", MASTER, OWNER)
        .found()
        == ""
    ), "deleted before, and nobody could know before the end"


def test_a_course_that_nobody_shares_is_its_own_affair() -> None:
    assert Story().sits("S", OWNER).found(Terms({1: frozenset(ALL)})) == ""


def test_a_decision_stands() -> None:
    assert "is out" in Story().did("confirm", "decides", letter="S").sits("A", *ALL).found()
    kept = Story().did("cancel", "leaves", letter="S").exports(OWNER).did("reject", "decides", letter="A")
    assert "0 live seats" in kept.sits("S", *ALL).found()
    assert kept.sits("A", *ALL).found() == ""


def test_a_row_that_an_operator_restored_is_no_more_taken_out() -> None:
    story = Story().did("remove", "removed").exports(OWNER, 2)
    assert "is out" in story.sits("A", *ALL).found()
    assert story.did("restore", "decides").found() == ""


def test_an_approved_absence_ends_when_the_row_is_back() -> None:
    story = Story().did("remove", "removed").exports(OWNER, 2).did("approve", "decides", letter="S")
    assert "is out" in story.sits("A", *ALL).found()
    assert story.did("restore", "returned", letter="A").found() == ""


def test_told_s_without_a_reason_is_found_though_all_is_well_in_the_end() -> None:
    assert "was told S at step 3" in Story().told("S").sits("A", *ALL).found()
    assert "was told S" in Story().told("S").did("cancel", "leaves", letter="S").sits("S", *ALL).found()
    assert Story().did("cancel", "leaves", letter="S").told("S").sits("S", *ALL).found() == ""
    assert Story().told("A").sits("A", *ALL).found() == ""


def test_told_s_about_the_row_that_was_given_up_for_another_is_no_lie() -> None:
    assert Story().did("rebook", "joins", letter="A").told("S").sits("S", OTHER).sits("A", *ALL).found() == ""
    told = Story().did(ANEW, "decides").told("S")
    assert told.sits("S", OTHER).sits("A", *ALL).found() == "", "an operator was asked about it"


def test_an_s_that_still_stands_and_is_asked_about_is_no_lie() -> None:
    story = Story().told("S").sits("S", *ALL).asks("COURSE_VANISHED", who=None)
    assert story.found() == ""
    story.diary.seats.clear()
    assert "was told S" in story.sits("A", *ALL).found()


CROWD = frozenset(range(100, 111))
"""Others who booked at the owner, beside Anna."""


def _wrong(fault: str, said: Mistold, *, vhs: str = OWNER, led: int = 0, complete: bool = True) -> Story:
    """Let eleven others book, and the VHS export a file that says what is not so."""
    story = Story(shown=False)
    anna = story.diary.deeds[0]
    story.diary.deeds += [replace(anna, who=who) for who in CROWD]
    story.exports(vhs).exports(vhs, fault=fault)
    live = CROWD | {ANNA}
    story.diary.exports = [replace(sent, live=live, led=led) for sent in story.diary.exports]
    story.diary.exports[-1] = replace(story.diary.exports[-1], mistold=said, complete=complete)
    return story.told("S").sits("A", *ALL)


def _of(story: Story) -> bool:
    """Tell whether Anna is said to have been told "S" without a reason."""
    return f"{ANNA} in course 0: {MASTER} was told S" in story.found()


@pytest.mark.parametrize(("others", "found"), [(6, False), (7, True)])
def test_d31a_told_s_by_a_wrong_letter_is_a_lie_where_so_many_have_to_be_withheld(others: int, found: bool) -> None:
    said = Mistold(cancelled=frozenset({ANNA, *sorted(CROWD)[:others]}))
    assert _of(_wrong("letters", said)) is found


def test_told_s_by_a_wrong_file_that_said_nothing_of_the_person_is_a_lie() -> None:
    assert _of(_wrong("letters", Mistold(cancelled=frozenset({100}))))


def test_d18_told_s_by_ids_in_the_wrong_rows_is_a_lie() -> None:
    assert _of(_wrong("shifted", Mistold()))


def test_d32_told_s_after_the_wrong_export_was_taken_back_is_a_lie() -> None:
    story = _wrong("letters", Mistold(cancelled=frozenset({ANNA})))
    assert not _of(story)
    story.diary.told.clear()
    name = f"{OWNER}#{story.diary.exports[-1].sequence}"
    assert _of(story.did("withdraw-export", "decides", all_of_it=True, note=name).told("S"))


@pytest.mark.parametrize(
    ("vhs", "complete", "others", "found"),
    [(OWNER, True, 5, False), (OWNER, True, 6, True), (OWNER, False, 0, True), (OTHER, True, 0, True)],
)
def test_d25_told_s_by_a_wrong_course_is_a_lie_but_for_few_in_a_complete_export_of_the_owner(
    vhs: str, complete: bool, others: int, found: bool
) -> None:
    said = Mistold(elsewhere=frozenset({ANNA, *sorted(CROWD)[:others]}))
    assert _of(_wrong("shifted", said, vhs=vhs, complete=complete)) is found


@pytest.mark.parametrize(
    ("right", "seat", "found"),
    [
        ({}, MASTER, False),
        ({"fault": "thinned"}, MASTER, True),
        ({"status": "quarantined"}, MASTER, True),
        (None, MASTER, True),
        ({}, OTHER, True),
        ({}, "", True),
    ],
    ids=["known there again", "rows lost", "set aside", "no other export", "seat elsewhere", "no seat"],
)
def test_d25_d32_s_of_who_was_moved_and_back_before_that_was_taken_back_is_the_former_bookings(
    right: dict[str, str] | None, seat: str, found: bool
) -> None:
    story = _wrong("shifted", Mistold(elsewhere=frozenset({ANNA})))
    name = f"{OWNER}#{story.diary.exports[-1].sequence}"
    story.diary.told.clear()
    if right is not None:
        story.exports(OWNER, fault=right.get("fault", ""), status=right.get("status", "applied"))
    story.did("withdraw-export", "decides", all_of_it=True, note=name)
    if seat:
        story.told("A", seat, "booking.create")
    assert _of(story.told("S")) is found


@pytest.mark.parametrize(("courses", "found"), [((0, 1), False), ((0, 1, 2), True), ((1,), True)])
def test_d31b_told_s_by_a_wrong_ausfall_is_a_lie_where_so_many_have_to_be_withheld(
    courses: tuple[int, ...], found: bool
) -> None:
    story = _wrong("ausfall", Mistold(ended=frozenset(courses)), vhs=MASTER, led=3)
    terms = Terms({course: frozenset(ALL) for course in range(3)}, last_day={0: date(2026, 3, 1)})
    assert (f"{ANNA} in course 0: {MASTER} was told S" in story.found(terms)) is found


def test_told_s_after_an_absence_is_found_unless_it_was_confirmed() -> None:
    assert "was told S" in Story().did("remove", "removed").exports(OWNER).told("S").sits("S", *ALL).found()
    assert Story().did("remove", "removed").exports(OWNER, 2).told("S").sits("S", *ALL).found() == ""
    between = Story().did("remove", "removed").exports(OWNER).did("restore", "returned", letter="A").exports(OWNER)
    assert "was told S" in between.exports(OWNER).told("S").sits("A", *ALL).found()


@pytest.mark.parametrize(("others", "found"), [(1, False), (2, True)])
def test_d19_told_s_after_files_without_rows_is_a_lie_where_so_many_have_to_be_withheld(
    others: int, found: bool
) -> None:
    story = Story().exports(OWNER)
    crowd = frozenset({ANNA, *sorted(CROWD)[:others]})
    story.diary.exports[-1] = replace(story.diary.exports[-1], live=crowd)
    story.exports(OWNER, 2, fault="emptied").told("S").told("A").sits("A", *ALL)
    assert ("was told S" in story.found()) is found


def test_told_s_after_files_that_lost_rows_is_nobodys_lie() -> None:
    thinned = Story().exports(OWNER, 2, fault="thinned").exports(OWNER).told("S").told("A").sits("A", *ALL)
    assert thinned.found() == ""
    filtered = Story().exports(OWNER, 2, fault="filtered").told("S").sits("A", *ALL)
    assert "was told S" in filtered.found()


def test_who_was_lost_by_files_and_never_shown_since_may_be_either_but_everywhere() -> None:
    """Two proven files lacked the row, and its course was deleted before one showed it again (D3, D5)."""
    lost = Story().exports(OTHER, 2, fault="thinned").did("delete", "course gone", OTHER, all_of_it=True).exports(OTHER)
    assert lost.sits("S", MASTER, OWNER).found() == ""
    assert "nobody is asked" in lost.sits("A", OWNER).found()
    shown = Story().exports(OTHER, 2, fault="thinned").exports(OTHER)
    shown.did("delete", "course gone", OTHER, all_of_it=True).exports(OTHER)
    assert "0 live seats" in shown.sits("S", MASTER, OWNER).found()


def test_d20_who_was_lost_by_files_and_went_with_a_restore_may_be_either_but_everywhere() -> None:
    """Two proven files lacked the row, and none showed it again before its program was put back (D3, D5)."""

    def story(*, shown: bool) -> Story:
        lost = Story().exports(OTHER, 2, fault="thinned")
        return (lost.exports(OTHER) if shown else lost).did("go_back", "lost", OTHER).exports(OTHER)

    assert story(shown=False).sits("S", MASTER, OWNER).found() == ""
    assert "nobody is asked" in story(shown=False).sits("A", OWNER).found()
    assert "0 live seats" in story(shown=True).sits("S", MASTER, OWNER).found()


def test_a_mirror_taken_out_cancels_nobody_where_only_owners_count() -> None:
    policy = Terms(TERMS.parties, owner_only=True, last_day=TERMS.last_day)
    story = Story().exports(OTHER).did("remove", "removed", OTHER).exports(OTHER, 2).told("S").sits("A", *ALL)
    assert story.found() == ""
    assert "was told S" in story.found(policy)


def test_the_rounds_come_after_all_steps() -> None:
    story = Story().did("cancel", "leaves", letter="S")
    story.diary.told.append(Told(START, ROUNDS, MASTER, "booking.cancel", ANNA, 0, "S"))
    assert story.sits("S", *ALL).found() == ""
