"""The diary of a rehearsal: what people did and meant, for a judge that knows nothing of the engine (C5)."""

from __future__ import annotations

from typing import get_args

import pytest

from koop_es.simulate.deeds import MEANING, ROUNDS, Deed, Diary, Intent
from koop_es.simulate.draw import ACTS
from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import Act, Changes, Export, Scenario, Shared, Step

BEGIN: tuple[Step, ...] = (
    Export(0), Export(1), Act("release", 0), Act("subscribe", 1), Changes(0), Changes(1), Export(0), Export(1),
)  # fmt: skip


def diary_of(*steps: Step) -> Diary:
    courses = (Shared(0, 4, 30, 9000),)
    outcome = rehearse(Scenario(seed=0, systems=("kufersql", "itm-manager"), courses=courses, steps=(*BEGIN, *steps)))
    assert outcome.findings == []
    return outcome.diary


def test_c5_a_deed_says_who_did_what_where_and_what_was_meant() -> None:
    diary = diary_of(Act("book", 1, 0, 7), Export(1), Changes(0), Act("merge", 1, 0, 7), Act("cancel", 0, 0, 7))
    assert [(deed.vhs, deed.verb, deed.intent, deed.letter) for deed in diary.of(7)] == [
        ("102", "book", "joins", "A"),
        ("102", "merge", "stays", "A"),
        ("101", "cancel", "leaves", "S"),
    ]
    assert {(seat.vhs, seat.who, seat.course, seat.letter, seat.mirror) for seat in diary.seats} == {
        ("101", 7, 0, "S", True),
        ("102", 7, 0, "S", False),
    }
    assert {(told.vhs, told.who, told.letter) for told in diary.told if told.who is not None} == {
        ("101", 7, "A"),
        ("102", 7, "S"),
    }
    assert diary.questions == []


def test_c5_a_removal_and_an_a_over_an_s_are_told_apart() -> None:
    away = (Act("remove", 1, 0, 7), Export(1), Act("restore", 1, 0, 7))
    diary = diary_of(Act("book", 1, 0, 7), Export(1), *away, Act("cancel", 1, 0, 7), Act("restore", 1, 0, 7))
    assert [deed.intent for deed in diary.of(7)] == ["joins", "removed", "returned", "leaves", "revives"]


def test_c5_what_cannot_be_done_is_no_deed() -> None:
    assert diary_of(Act("cancel", 1, 0, 7)).of(7) == []


def test_c5_an_s_where_one_stands_already_is_no_deed() -> None:
    """Nobody can see it, so that it is nobody's will when what had cancelled the booking is taken back (D24)."""
    over = (Act("ausfall", 0, value=1), Export(0), Changes(0), Changes(1), Act("cancel", 1, 0, 7), Export(1))
    diary = diary_of(Act("book", 1, 0, 7), Export(1), Changes(0), Export(0), *over, Act("unausfall", 0), Export(0))
    assert [deed.intent for deed in diary.of(7)] == ["joins"]
    assert {(seat.vhs, seat.letter) for seat in diary.seats if seat.who == 7} == {("101", "A"), ("102", "A")}


def test_c5_exports_are_kept_with_their_fault_and_what_became_of_them() -> None:
    diary = diary_of(Export(1, fate="cut"), Export(1, fate="lost"), Export(1, reach="delta"))
    mine = [sent for sent in diary.exports if sent.vhs == "102" and sent.step != ROUNDS][2:]
    assert [(sent.reach, sent.fault, sent.complete, sent.status) for sent in mine] == [
        ("full", "cut", False, "quarantined"),
        ("full", "lost", True, ""),
        ("delta", "", False, "unchanged"),
    ]


def test_c5_every_verb_has_a_meaning() -> None:
    assert set(ACTS) - {"restore", "book_local"} <= set(MEANING)
    assert set(MEANING.values()) <= set(get_args(Intent))
    assert Deed.__doc__


@pytest.mark.parametrize("keeps", [0, 1])
@pytest.mark.parametrize("again", [False, True])
def test_d9_whose_abo_has_ended_takes_no_part_until_it_is_made_again(keeps: int, again: bool) -> None:
    ends = (Act("book", 0, 0, 7), Export(0), Changes(1), Export(1), Act("terminate", 1, 0, 0, keeps), Export(1))
    left = (Act("cancel", 1, 0, 7), Act("cancel", 0, 0, 7), Act("book", 0, 0, 8), Export(0), Changes(1))
    diary = diary_of(*ends, *left, *((Act("subscribe", 1), Changes(1)) if again else ()))
    assert {(seat.vhs, seat.who) for seat in diary.seats if seat.course == 0 and seat.letter != "S"} == {
        ("101", 8), *((("102", 8),) if again else ()),
    }  # fmt: skip
    assert not any(deed.vhs == "102" and deed.verb == "cancel" for deed in diary.deeds)
