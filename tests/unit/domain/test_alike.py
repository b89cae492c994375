"""Anonymous mirrors that nothing tells apart: rows that wait, are paired by their number, and end nobody (D22, D26)."""

from __future__ import annotations

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation
from koop_es.domain.cooperation import GIVEN_ANEW, REFUSED_IN
from koop_es.domain.observation import BookingRow, Person
from tests.unit.domain.world import ABO, THIRD, World, booked, network, types

AT = "2026-01-05T10:00:00+01:00"
FAMILY = {"7": Person("Maier", "Eva"), "8": Person("Maier", "Jan"), "9": Person("Maier", "Tim")}
REFS = [f"{ABO}:{number}" for number in FAMILY]


def family(letters: str = "AAA") -> World:
    """Give a network in which three bookings of one second were given out to a VHS that gets no names."""
    world = network()
    world.report(ABO, *[booked(n, letter, person=p) for (n, p), letter in zip(FAMILY.items(), letters, strict=True)])
    world.give(THIRD)
    return world


def bare(booking_id: str, status: str = "A", at: str = AT) -> BookingRow:
    """Give a row that shows neither name nor reference, as the connector wrote it."""
    return msgspec.structs.replace(booked(booking_id, status, at=at, edited_by="WS"), person=None)


def seats(world: World) -> dict[str, str]:
    found = {ref: booking.seats.get(THIRD) for ref, booking in world.state.bookings.items()}
    return {ref: seat.booking_id for ref, seat in found.items() if seat is not None and seat.held}


def test_d26_as_many_anonymous_rows_as_were_given_out_are_their_seats_in_order() -> None:
    world = family()
    world.report(THIRD, bare("902"), bare("1001"), bare("900"))
    assert seats(world) == dict(zip(REFS, ("900", "902", "1001"), strict=True))
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", THIRD, "")}
    assert world.changes(THIRD) == []
    assert world.report(THIRD, bare("902"), bare("1001"), bare("900")) == []


def test_d26_anonymous_rows_are_the_seats_of_the_letters_that_were_given_out() -> None:
    world = family("AWA")
    world.report(THIRD, bare("900", "W"), bare("901"), bare("902"))
    assert seats(world) == dict(zip(REFS, ("901", "900", "902"), strict=True))


@pytest.mark.parametrize(
    "rows",
    [
        [bare("900"), bare("901")],
        [bare(str(number)) for number in range(900, 904)],
        [bare("900"), bare("901"), bare("902", "S")],
        [bare("900", at="2026-01-05T10:00:59+01:00"), bare("901"), bare("902")],
    ],
    ids=["too few", "too many", "another letter", "another second"],
)
def test_d22_a_create_is_not_given_out_anew_while_a_row_that_is_held_may_be_it(rows: list[BookingRow]) -> None:
    world = family()
    ids = [change.id for change in world.changes(THIRD)]
    for _ in range(REFUSED_IN * (2 + GIVEN_ANEW)):
        world.report(THIRD, *rows)
        assert [change.id for change in world.give(THIRD)] == ids
    assert {code for code, _, _ in world.open} == {"REGISTRATION_HELD"}
    assert world.detail("REGISTRATION_HELD")["refs"] == ", ".join(REFS)
    for _ in range(REFUSED_IN):
        world.report(THIRD)
    assert not set(ids) & {change.id for change in world.give(THIRD)}, "they were deleted, and are written anew"
    world.report(THIRD, bare("910"), bare("911"), bare("912"))
    assert (list(seats(world)), world.changes(THIRD)) == (REFS, [])


def test_d26_an_s_in_one_of_several_rows_that_nothing_tells_apart_is_a_question() -> None:
    world = family()
    rows = [bare("900"), bare("901"), bare("902")]
    world.report(THIRD, *rows)
    cancelled = msgspec.structs.replace(bare("901", "S"), edited_by="kern")
    assert "BookingCancelled" not in types(world.report(THIRD, rows[0], cancelled, rows[2]))
    assert world.detail("CANCELLATION_UNCLEAR")["alike"] == REFS[1]
    assert world.statuses(ABO) == dict.fromkeys(REFS, "A")
    world.decide(THIRD, lambda draft: confirm_cancellation(draft, REFS[1], "asked"))
    assert [change.ref for change in world.changes(ABO)] == [REFS[1]]


def test_d26_who_removes_one_of_several_rows_that_nothing_tells_apart_ends_nobody() -> None:
    world = family()
    rows = [bare("900"), bare("901"), bare("902")]
    world.report(THIRD, *rows)
    for _ in range(3):
        world.report(THIRD, rows[0], rows[2])
    assert "OrphanDetected" not in types(world.events)
    assert [(change.kind, change.ref) for change in world.changes(THIRD)] == [("booking.create", REFS[1])]


def test_d26_an_s_that_was_given_out_is_its_own_in_a_row_that_nothing_tells_apart() -> None:
    world = family()
    world.report(THIRD, bare("900"), bare("901"), bare("902"))
    world.report(ABO, *[booked(n, "S" if n == "8" else "A", person=person) for n, person in FAMILY.items()])
    assert [(change.kind, change.booking_id) for change in world.give(THIRD)] == [("booking.cancel", "901")]
    world.report(THIRD, bare("900"), bare("901", "S"), bare("902"))
    assert "CANCELLATION_UNCLEAR" not in world.codes
    assert world.statuses(ABO) == dict(zip(REFS, "ASA", strict=True))
