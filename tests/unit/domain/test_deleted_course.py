"""D28: an "S" is asked about in a course that its owner deletes; nobody is cancelled by one that somebody rejects."""

from __future__ import annotations

from functools import partial

import pytest

from koop_es.domain.cancellations import (
    CancellationDecided,
    NothingToConfirm,
    confirm_cancellation,
    questions,
    reject_cancellation,
)
from tests.unit.domain.world import ABO, MASTER, THIRD, World, held, network

OWNERS = pytest.mark.parametrize("owner", [ABO, MASTER])
WHOLE = (MASTER, ABO, THIRD)


def asked(owner: str) -> World:
    """Give a network whose owner shows a person's "S" in a booking that lives again, so that it is asked about."""
    world, ref = network(), f"{owner}:7"
    world.report(owner, held(owner, ref))
    others = [vhs for vhs in WHOLE if vhs != owner]
    world.give(*others)
    for vhs in others:
        world.report(vhs, held(vhs, ref))
    for _ in range(2):
        world.report(THIRD)
    world.give(*WHOLE)
    world.report(owner, held(owner, ref, "S", edited_by="anna"))
    world.report(THIRD, held(THIRD, ref))
    assert questions(world.state) == [(owner, ref)]
    return world


def gone(world: World, owner: str, exports: int = 2) -> None:
    for _ in range(exports):
        world.report_without_course(owner)


def letters(world: World, owner: str) -> set[str]:
    return {world.statuses(vhs)[f"{owner}:7"] for vhs in WHOLE}


@OWNERS
def test_d28_s_that_is_rejected_in_a_deleted_course_cancels_nobody_and_is_asked_no_more(owner: str) -> None:
    world, ref = asked(owner), f"{owner}:7"
    gone(world, owner)
    world.decide(owner, partial(reject_cancellation, ref=ref, reason="she comes"))
    assert questions(world.state) == []
    assert "CANCELLATION_UNCLEAR" not in world.codes
    gone(world, owner, 3)
    for vhs in (MASTER, ABO, THIRD):
        if vhs != owner:
            world.give(vhs)
            world.report(vhs, held(vhs, ref))
    assert letters(world, owner) == {"A"}
    assert world.changes(owner) == [], "there is no row to write it into"
    world.report(owner, held(owner, ref, "S", edited_by="anna"))
    assert [(change.kind, change.decided) for change in world.changes(owner)] == [("booking.update", True)]
    assert letters(world, owner) == {"A"}


@OWNERS
@pytest.mark.parametrize("exports", [1, 2])
def test_d28_booking_whose_course_was_deleted_after_its_s_was_rejected_can_be_ended(owner: str, exports: int) -> None:
    """The deletion is another question than the "S": else nobody could ever end the Abo."""
    world, ref = asked(owner), f"{owner}:7"
    world.decide(owner, partial(reject_cancellation, ref=ref, reason="she comes"))
    with pytest.raises(CancellationDecided, match="rejected"):
        world.decide(owner, partial(confirm_cancellation, ref=ref, reason="the course is there"))
    gone(world, owner, exports)
    assert letters(world, owner) == {"A"}, "nobody is cancelled before somebody says so"
    world.decide(owner, partial(confirm_cancellation, ref=ref, reason="really deleted"))
    assert letters(world, owner) == {"S"}
    with pytest.raises(CancellationDecided, match="confirmed"):
        world.decide(owner, partial(confirm_cancellation, ref=ref, reason="once more"))


@OWNERS
def test_d28_who_was_said_to_live_in_a_deleted_course_is_not_ended_by_the_next_operator(owner: str) -> None:
    """Of two decisions the first stands (D21), until the course was there again and is deleted once more."""
    world, ref = asked(owner), f"{owner}:7"
    gone(world, owner)
    world.decide(owner, partial(reject_cancellation, ref=ref, reason="she comes"))
    with pytest.raises(CancellationDecided, match="rejected"):
        world.decide(owner, partial(confirm_cancellation, ref=ref, reason="deleted"))
    assert letters(world, owner) == {"A"}
    world.report(owner, held(owner, ref))
    gone(world, owner)
    world.decide(owner, partial(confirm_cancellation, ref=ref, reason="deleted for good"))
    assert letters(world, owner) == {"S"}


@OWNERS
def test_d28_only_the_owner_s_deleted_course_opens_the_decision_anew(owner: str) -> None:
    world, ref = asked(owner), f"{owner}:7"
    world.decide(owner, partial(reject_cancellation, ref=ref, reason="she comes"))
    gone(world, THIRD)
    for vhs in (owner, THIRD):
        with pytest.raises((CancellationDecided, NothingToConfirm)):
            world.decide(vhs, partial(confirm_cancellation, ref=ref, reason="deleted"))
    assert letters(world, owner) == {"A"}
