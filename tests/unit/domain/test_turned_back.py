"""What was given out and is wanted no longer stands open until an export tells whether it was written (D30)."""

from __future__ import annotations

from typing import Any

import pytest

from koop_es.domain.cancellations import confirm_cancellation
from koop_es.domain.open_matters import open_matters
from koop_es.domain.withdraw import withdraw
from tests.unit.domain.world import ABO, MASTER, THIRD, World, held, row, shared, types

REF = "301:7"


def standing(world: World) -> list[tuple[str, str, str]]:
    return [(matter.kind, matter.vhs, matter.ref) for matter in open_matters(world.state)]


def pending(world: World, vhs: str) -> int:
    return next(document.pending for document in world.documents() if document.vhs == vhs)


def wrongly_cancelled() -> World:
    """Withdraw a wrong "S" after a change list has told it to the Master."""
    world = shared()
    world.give(MASTER, ABO, THIRD)
    origin = world.report(ABO, held(ABO, status="S", edited_by="Kern"))[0].origin
    assert origin is not None
    world.give(MASTER)
    world.report(ABO, held(ABO, edited_by="Kern"))
    world.decide(ABO, lambda draft: withdraw(draft, origin.export, list(world.events)))
    return world


def test_d30_an_s_that_was_given_out_and_taken_back_stands_open_until_a_complete_export() -> None:
    world = wrongly_cancelled()
    assert world.to_do(MASTER) == [], "who edited the S, which it would have to expect, is not known (D22)"
    assert standing(world) == [("turned_back", MASTER, REF)], "and nothing else was told"
    assert [pending(world, vhs) for vhs in (MASTER, ABO, THIRD)] == [1, 0, 0]
    world.report(MASTER, held(MASTER))
    assert standing(world) == []
    assert pending(world, MASTER) == 0


def test_d30_an_s_that_was_taken_back_and_had_been_written_is_put_right() -> None:
    world = wrongly_cancelled()
    world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    assert standing(world) == []
    assert world.to_do(MASTER) == [("booking.update", REF)]


@pytest.mark.parametrize("written", [False, True])
def test_d30_a_letter_that_was_given_out_before_somebody_confirmed_the_s_stands_open(written: bool) -> None:
    world = shared()
    world.give(MASTER, ABO, THIRD)
    origin = world.report(ABO, held(ABO, status="S", edited_by="Kern"))[0].origin
    assert origin is not None
    world.give(MASTER)
    world.report(MASTER, held(MASTER, status="S", edited_by="WS"))
    world.decide(ABO, lambda draft: withdraw(draft, origin.export, list(world.events)))
    world.give(ABO, MASTER)
    world.report(ABO, held(ABO, status="S", edited_by="Kurz"))
    world.decide(ABO, lambda draft: confirm_cancellation(draft, REF, "asked"))
    assert standing(world) == [("turned_back", MASTER, REF)]
    events = world.report(MASTER, held(MASTER, status="A" if written else "S", edited_by="WS"))
    assert ("FormerChangesNotSeen" in types(events)) is not written
    assert standing(world) == []
    assert (world.to_do(MASTER) == [("booking.cancel", REF)]) is written


@pytest.mark.parametrize("changed", [{"venue": "Ort B"}, {"cancelled": True}], ids=["a place", "Ausfall"])
def test_d30_facts_that_were_given_out_and_changed_back_stand_open(changed: dict[str, Any]) -> None:
    world = shared()
    world.give(MASTER, ABO, THIRD)
    world.report(MASTER, held(MASTER), course=row(MASTER, **changed))
    world.give(ABO)
    world.report(MASTER, held(MASTER))
    assert ("turned_back_course", ABO, "") in standing(world)
    assert {vhs for _, vhs, _ in standing(world)} == {ABO}
    assert pending(world, ABO) > 0 == pending(world, MASTER)
    world.report(ABO, held(ABO))
    assert standing(world) == []


def test_d30_what_a_partial_export_does_not_show_stands_open() -> None:
    world = wrongly_cancelled()
    world.report(MASTER, full=False)
    assert standing(world) == [("turned_back", MASTER, REF)]
