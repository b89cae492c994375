"""A mirror without name in which staff entered a customer of their own (D18, D6)."""

from __future__ import annotations

from typing import Any

import msgspec

from koop_es.domain.cancellations import reject_cancellation
from koop_es.domain.observation import BookingRow, Person
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, booked, held, listed, types

REF = "301:7"
WILLI = Person("Neu", "Willi", "03", "willi@example.org")
OPEN = ("MIRROR_SHOWS_ANOTHER", THIRD, REF)


def nameless(**changed: Any) -> BookingRow:
    return msgspec.structs.replace(held(THIRD), **changed)


def willi(**changed: Any) -> BookingRow:
    """Give the row of the mirror with Willi, his TNR and his moment in it; the reference is on another page."""
    values: dict[str, Any] = {"person": WILLI, "participant_no": "T99", "booked_at": "2026-01-14T10:10:10+01:00"}
    return nameless(**(values | {"edited_by": "Blau"} | changed))


def typed_over() -> World:
    world = listed()
    assert types(world.report(THIRD, willi())) == ["BookingReported"]
    return world


def test_d18_customer_typed_over_a_nameless_mirror_is_said_and_stays_until_somebody_answers() -> None:
    world = typed_over()
    assert world.open == {OPEN}
    assert world.severity("MIRROR_SHOWS_ANOTHER") == "critical"
    assert types(world.report(THIRD, willi())) == [], "and it is said once"
    assert world.to_do(THIRD) == []
    world.report(ABO, held(ABO, status="S"))
    assert ("booking.cancel", REF) in world.to_do(MASTER)
    assert world.to_do(THIRD) == [], "an S for the one would end the other"
    assert OPEN in world.open


def test_d18_customer_whose_row_loses_the_reference_is_a_registration_and_the_mirror_is_written_again() -> None:
    for kept in ({}, {"booked_at": held(THIRD).booked_at}):
        world = typed_over()
        found = types(world.report(THIRD, willi(ref=None, **kept)))
        assert "BookingMade" in found
        assert "MirrorLost" in found, "the seat of the former is written again"
        assert OPEN not in world.open
        assert ("booking.create", REF) in world.to_do(THIRD)
        assert not [kind for kind, ref in world.to_do(MASTER) + world.to_do(ABO) if kind == "booking.cancel"]


def test_d18_mirror_that_shows_nobody_again_is_no_question() -> None:
    world = typed_over()
    world.report(THIRD, nameless(participant_no="T99"))
    assert world.open == set()
    world.report(ABO, held(ABO, status="S"))
    assert world.to_do(THIRD) == [("booking.cancel", REF)]


def test_d18_s_in_a_mirror_that_was_typed_over_is_asked() -> None:
    for world, first in ((typed_over(), False), (listed(), True)):
        assert types(world.report(THIRD, willi(status=held(ABO, status="S").status, raw_status="S"))), first
        assert world.statuses(ABO) == {REF: "A"}, "nobody knows whom it means"
        assert world.detail("CANCELLATION_UNCLEAR")["typed_over"] == REF
        world.decide(THIRD, lambda draft: reject_cancellation(draft, REF, "it was Willi's"))
        assert world.to_do(THIRD) == world.to_do(ABO) == []
        assert world.open == {OPEN}


def test_d18_removal_of_a_mirror_that_was_typed_over_ends_nobody() -> None:
    world = typed_over()
    for _ in range(3):
        world.report(THIRD)
    assert world.to_do(THIRD) == [("booking.create", REF)]
    assert world.to_do(ABO) == world.to_do(MASTER) == []


def test_d18_a_name_alone_in_a_mirror_or_the_true_one_says_nothing() -> None:
    world = listed()
    assert types(world.report(THIRD, nameless(person=Person("vhsKOOP", "301", "", "")))) == []
    assert types(world.report(THIRD, nameless(person=ANNA, participant_no="T99"))) in ([], ["ParticipantsMerged"])
    assert "MIRROR_SHOWS_ANOTHER" not in world.codes


def test_d6_walk_in_typed_over_a_mirror_at_the_master_is_written_over() -> None:
    """There the name is known, and the change list puts it right."""
    world = listed()
    world.report(MASTER, msgspec.structs.replace(held(MASTER), person=WILLI, participant_no="T99"))
    assert world.to_do(MASTER) == [("booking.update", REF)]
    assert "MIRROR_SHOWS_ANOTHER" not in world.codes


def test_d18_own_booking_under_another_tnr_is_not_typed_over() -> None:
    world = listed()
    world.report(ABO, held(ABO, person=WILLI, tnr="T99"), booked("9"))
    assert "MIRROR_SHOWS_ANOTHER" not in world.codes
