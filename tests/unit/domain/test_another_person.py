"""An "S" in a mirror that names somebody else than the one who booked is asked about (D18, D21)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import msgspec
import pytest

from koop_es.domain.cancellations import reject_cancellation
from koop_es.domain.observation import BookingRow
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, network, types

REF = "301:7"
KERN = "Kern am 17.07.2026, 09:42"
BEFORE, AT = "2025-11-03T09:15:00+01:00", "2026-01-05T10:00:00+01:00"

OTHER = mirror("M", REF, "S", person=BERND, at=BEFORE, edited_by=KERN)
"""The mirror of somebody who cancelled long ago, whose Beleg-ID was given out again."""
OWN = booked("7", "A", person=ANNA, at=AT)


def report(rows: dict[str, BookingRow], order: Sequence[str]) -> World:
    world = network()
    for vhs in order:
        world.report(vhs, rows[vhs])
    return world


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
def test_d18_s_in_the_mirror_of_somebody_else_cancels_nobody_in_either_order(order: Sequence[str]) -> None:
    world = report({MASTER: OTHER, ABO: OWN}, order)
    assert {world.statuses(vhs)[REF] for vhs in (MASTER, ABO, THIRD)} == {"A"}
    assert ("CANCELLATION_UNCLEAR", MASTER, "") in world.open
    assert world.detail("CANCELLATION_UNCLEAR")["somebody_else"] == REF
    assert not world.to_do(MASTER), "nothing is written over it"
    world.decide(MASTER, lambda draft: reject_cancellation(draft, REF, "Bernd cancelled last year"))
    [change] = world.changes(MASTER)
    assert (change.kind, change.status) == ("booking.update", "A")


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
@pytest.mark.parametrize(
    "shown",
    [
        msgspec.structs.replace(OTHER, person=ANNA),
        msgspec.structs.replace(OTHER, booked_at=AT),
        msgspec.structs.replace(OTHER, booked_at="2026-01-05T10:00+01:00"),
        msgspec.structs.replace(OTHER, person=msgspec.structs.replace(BERND, email=ANNA.email)),
        msgspec.structs.replace(OTHER, person=msgspec.structs.replace(BERND, phone=ANNA.phone)),
        msgspec.structs.replace(OTHER, person=msgspec.structs.replace(ANNA, email="", phone="")),
        msgspec.structs.replace(OTHER, person=None, booked_at="2025-11-03T00:00:00+01:00"),
    ],
)
def test_d18_s_of_who_shares_a_witness_is_a_claim_in_either_order(shown: BookingRow, order: Sequence[str]) -> None:
    world = report({MASTER: shown, ABO: OWN}, order)
    assert {world.statuses(vhs)[REF] for vhs in (MASTER, ABO)} == {"S"}
    assert "CANCELLATION_UNCLEAR" not in world.codes


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO, THIRD))))
def test_d18_s_of_who_booked_counts_beside_one_of_somebody_else(order: Sequence[str]) -> None:
    own = msgspec.structs.replace(mirror("M3", REF, "S", edited_by=KERN), booked_at=AT)
    world = report({MASTER: OTHER, ABO: OWN, THIRD: own}, order)
    assert world.statuses(ABO)[REF] == "S"
    assert "CANCELLATION_UNCLEAR" not in world.codes


@pytest.mark.parametrize("order", list(permutations((THIRD, ABO))))
def test_d18_anonymous_mirror_is_told_by_its_moment_in_either_order(order: Sequence[str]) -> None:
    world = report({THIRD: msgspec.structs.replace(OTHER, person=None), ABO: OWN}, order)
    assert world.statuses(ABO)[REF] == "A"
    assert ("CANCELLATION_UNCLEAR", THIRD, "") in world.open


def test_d18_s_in_a_mirror_that_was_seen_before_is_asked_about_where_it_names_somebody_else() -> None:
    world = report({ABO: OWN, MASTER: msgspec.structs.replace(OTHER, status=held(MASTER).status)}, (ABO, MASTER))
    assert types(world.report(MASTER, OTHER)) == ["CancellationDelivered", "CancellationUnclear"]
    assert world.statuses(ABO)[REF] == "A"


def test_d18_mirror_of_somebody_else_that_is_removed_is_delivered_again() -> None:
    world = report({ABO: OWN, MASTER: OTHER}, (ABO, MASTER))
    world.report(MASTER)
    world.report(MASTER)
    assert world.to_do(MASTER) == [("booking.create", REF)]
    world.give(MASTER)
    world.report(MASTER, mirror("M9", REF, person=ANNA, at=AT, edited_by="WS"))
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert world.statuses(ABO)[REF] == "A"


# --- the mirror of another citizen that shows no S: store and program of the owner were put back together -------------

LIVE = msgspec.structs.replace(OTHER, status=OWN.status, raw_status="A", edited_by="WS")
SAID = ("MIRROR_SHOWS_ANOTHER", MASTER, REF)


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
def test_d18_mirror_of_another_citizen_is_not_written_over_in_either_order(order: Sequence[str]) -> None:
    world = report({MASTER: LIVE, ABO: OWN}, order)
    assert SAID in world.open
    for _ in range(2):
        world.report(MASTER, LIVE)
        assert not world.to_do(MASTER), "who stands there may hold a contract"
    world.report(ABO, msgspec.structs.replace(OWN, status=OTHER.status, raw_status="S"))
    assert not world.to_do(MASTER), "an S for the one would end the other"
    assert SAID in world.open


def test_d18_another_citizen_whose_row_loses_the_reference_has_a_booking_and_the_mirror_is_written() -> None:
    world = report({MASTER: LIVE, ABO: OWN}, (ABO, MASTER))
    found = types(world.report(MASTER, msgspec.structs.replace(LIVE, ref=None)))
    assert "BookingMade" in found
    assert world.to_do(MASTER) == [("booking.create", REF)]
    assert SAID not in world.open
    assert not world.to_do(ABO) or world.to_do(ABO) == [("booking.create", "563:M")]


def test_d18_s_in_the_mirror_of_another_citizen_is_asked_about() -> None:
    world = report({MASTER: LIVE, ABO: OWN}, (ABO, MASTER))
    world.report(MASTER, OTHER)
    assert world.statuses(ABO)[REF] == "A"
    assert world.detail("CANCELLATION_UNCLEAR")["somebody_else"] == REF


def test_d18_mirror_of_another_citizen_in_which_the_right_one_is_entered_is_one_as_any() -> None:
    world = report({MASTER: LIVE, ABO: OWN}, (MASTER, ABO))
    world.report(MASTER, msgspec.structs.replace(LIVE, person=ANNA))
    assert "MIRROR_SHOWS_ANOTHER" not in world.codes
    assert not world.to_do(MASTER)


@pytest.mark.parametrize("order", list(permutations((MASTER, ABO))))
@pytest.mark.parametrize(
    "shown",
    [
        msgspec.structs.replace(LIVE, booked_at=AT),
        msgspec.structs.replace(LIVE, booked_at="2026-01-05T10:00+01:00"),
        msgspec.structs.replace(LIVE, booked_at="2025-11-03T00:00:00+01:00"),
        msgspec.structs.replace(LIVE, person=msgspec.structs.replace(BERND, phone=ANNA.phone)),
        msgspec.structs.replace(LIVE, person=msgspec.structs.replace(BERND, email="", phone="")),
    ],
)
def test_d6_whoever_was_typed_over_a_mirror_at_the_master_is_written_over(
    shown: BookingRow, order: Sequence[str]
) -> None:
    world = report({MASTER: shown, ABO: OWN}, order)
    assert world.to_do(MASTER) == [("booking.update", REF)]
    assert "MIRROR_SHOWS_ANOTHER" not in world.codes
