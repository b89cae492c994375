"""Anonymous mirrors that nothing tells apart: rows that wait, are paired by their number, and end nobody (D22, D26)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from koop_es.domain.cancellations import confirm_cancellation
from koop_es.domain.given_out import GIVEN_ANEW, REFUSED_IN
from koop_es.domain.observation import BookingRow, Person, Status
from tests.unit.domain.world import ABO, MASTER, THIRD, World, booked, network, types

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


def called(booking_id: str, name: str = "Teilnehmer", at: str = AT, **more: Any) -> BookingRow:
    """Give a row without reference under a word that the connector wrote, or under somebody's own name."""
    return booked(booking_id, at=at, person=Person(name, "vhsKOOP", **more))


def held_for_long(world: World, rows: list[BookingRow]) -> list[str]:
    """Let rows wait for longer than anything is given out anew: all that is given out keeps its ids, which it gives."""
    ids = [change.id for change in world.changes(THIRD)]
    for _ in range(REFUSED_IN * (2 + GIVEN_ANEW)):
        world.report(THIRD, *rows)
        assert [change.id for change in world.give(THIRD)] == ids
    assert {code for code, _, _ in world.open} == {"REGISTRATION_HELD"}
    return ids


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


def test_d26_rows_under_a_word_of_the_connector_are_the_seats_of_their_moment() -> None:
    world = family()
    rows = [called("900"), called("901"), called("902")]
    world.report(THIRD, *rows)
    assert seats(world) == dict(zip(REFS, ("900", "901", "902"), strict=True))
    assert world.report(THIRD, *rows) == []
    cancelled = msgspec.structs.replace(rows[1], status=Status.CANCELLED)
    assert "BookingCancelled" not in types(world.report(THIRD, rows[0], cancelled, rows[2]))
    assert world.detail("CANCELLATION_UNCLEAR")["alike"] == REFS[1]


def test_d26_who_has_a_name_of_his_own_beside_the_seats_of_a_moment_is_a_registration() -> None:
    world = family()
    world.report(THIRD, called("900"), called("901"), called("902"), called("903", "Kurz"))
    assert seats(world) == {**dict(zip(REFS, ("900", "901", "902"), strict=True)), f"{THIRD}:903": "903"}
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", THIRD, "")}


@pytest.mark.parametrize("own", [{"email": "kurz@example.org"}, {"phone": "0911 44"}])
def test_d26_who_has_mail_or_phone_of_his_own_hides_no_mirror_of_his_moment(own: dict[str, str]) -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.give(THIRD)
    world.report(THIRD, called("900"), called("901", "Kurz", **own))
    assert seats(world) == {REFS[0]: "900", f"{THIRD}:901": "901"}


def test_d26_rows_too_few_are_seats_and_what_is_lacking_is_still_to_be_written() -> None:
    """The connector was broken off, or writes one after the other: which of a family is there matters to nobody."""
    world = family()
    world.report(THIRD, bare("900"), called("901"), called("902"))
    assert len(seats(world)) == len(REFS)
    world = family()
    world.report(THIRD, bare("900"), bare("901"))
    assert seats(world) == dict(zip(REFS, ("900", "901"), strict=False))
    assert [(change.kind, change.ref) for change in world.changes(THIRD)] == [("booking.create", REFS[2])]


def test_d26_rows_of_a_minute_are_the_seats_of_its_seconds_whoever_booked() -> None:
    """Two VHSs booked in one minute, and the program of the third keeps no seconds."""
    world = network()
    world.report(ABO, booked("7", at="2026-01-05T10:00:20+01:00"))
    world.report(MASTER, booked("8", at="2026-01-05T10:00:40+01:00"))
    world.give(THIRD)
    rows = [called("900"), called("901")]
    world.report(THIRD, *rows)
    assert seats(world) == {f"{ABO}:7": "900", f"{MASTER}:8": "901"}
    for _ in range(3):
        world.report(THIRD, rows[0])
    assert "OrphanDetected" not in types(world.events), "nobody knows whose row is gone"


@pytest.mark.parametrize("vhs", [THIRD, MASTER])
def test_d26_a_name_of_his_own_in_the_minute_of_a_mirror_waits_until_that_is_there(vhs: str) -> None:
    """Who registered there before the connector wrote the mirror is not the one whose name is written over."""
    world = network()
    world.report(ABO, booked("7", at="2026-01-05T10:00:20+01:00"))
    world.give(vhs)
    own = called("900", "Kurz")
    world.report(vhs, own)
    assert world.open == {("REGISTRATION_HELD", vhs, REFS[0])}
    copy = bare("901") if vhs == THIRD else booked("901")
    world.report(vhs, own, copy)
    found = {ref: booking.seats[vhs].booking_id for ref, booking in world.state.bookings.items()}
    assert found == {REFS[0]: "901", f"{vhs}:900": "900"}
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", vhs, "")}


def test_d26_rows_of_two_minutes_under_one_word_are_mirrors() -> None:
    world = network()
    world.report(ABO, booked("7", at="2026-01-05T10:00:20+01:00"), booked("8", at="2026-01-05T11:00:20+01:00"))
    world.give(THIRD)
    world.report(THIRD, called("900"), called("901", at="2026-01-05T11:00:00+01:00"))
    assert seats(world) == {REFS[0]: "900", REFS[1]: "901"}


def test_d26_a_part_of_an_export_tells_no_rows_apart_and_makes_none_a_registration() -> None:
    world = family()
    world.report(THIRD, called("900"), full=False)
    assert types(world.events).count("BookingMade") == len(REFS)
    assert "REGISTRATION_HELD" in world.codes
    world.report(THIRD, called("900"), called("901"), called("902"))
    assert seats(world) == dict(zip(REFS, ("900", "901", "902"), strict=True))
    assert "REGISTRATION_HELD" not in world.codes


def test_d26_words_in_place_of_names_that_were_given_out_wait() -> None:
    """The Master gets the names: which row of a company is whose would be written over by a guess."""
    world = network()
    world.report(ABO, *[booked(number, person=person) for number, person in FAMILY.items()])
    world.give(MASTER)
    world.report(MASTER, called("900", "VHS 301"), called("901", "VHS 301"), called("902", "Kurz"))
    assert world.statuses(MASTER) == {**dict.fromkeys(REFS, "A"), f"{MASTER}:902": "A"}
    assert "REGISTRATION_HELD" in world.codes


def test_d26_d18b_rows_under_a_word_that_get_other_numbers_go_on() -> None:
    world = family()
    world.report(THIRD, called("900"), called("901"), called("902"))
    world.report(THIRD, called("900"), called("911"), called("912"))
    assert seats(world) == dict(zip(REFS, ("900", "911", "912"), strict=True))
    assert "BookingMade" not in types(world.events[-4:])


@pytest.mark.parametrize("person", [None, Person("Teilnehmer", "vhsKOOP")], ids=["no name", "a word"])
def test_b4_a_booking_of_whom_no_name_is_known_gives_the_master_nothing_to_write(person: Person | None) -> None:
    world = network()
    world.report(ABO, booked("7", person=None))
    world.give(MASTER)
    world.report(MASTER, booked("900", of=REFS[0], person=person))
    assert world.changes(MASTER) == []


@pytest.mark.parametrize(
    "rows",
    [
        [bare(str(number)) for number in range(900, 904)],
        [bare("900"), bare("901"), bare("902", "S")],
        [called("900"), called("901"), called("902"), called("903")],
        [called("900"), bare("901"), called("902", "Kurz")],
        [called("900"), called("902", "Kurz"), called("903", "Lang")],
    ],
    ids=["too many", "another letter", "too many under a word", "somebody else beside too few", "three names"],
)
def test_d22_a_create_is_not_given_out_anew_while_a_row_that_is_held_may_be_it(rows: list[BookingRow]) -> None:
    world = family()
    ids = held_for_long(world, rows)
    assert world.detail("REGISTRATION_HELD")["refs"] == ", ".join(REFS)
    for _ in range(REFUSED_IN):
        world.report(THIRD)
    assert not set(ids) & {change.id for change in world.give(THIRD)}, "they were deleted, and are written anew"
    world.report(THIRD, bare("910"), bare("911"), bare("912"))
    assert (list(seats(world)), world.changes(THIRD)) == (REFS, [])


@pytest.mark.parametrize(
    "rows",
    [[called("900", "Kurz")], [bare("900", "W")], [bare("900"), bare("901", "W")]],
    ids=["somebody else", "another letter", "two of three"],
)
def test_d22_no_create_of_the_moment_is_given_out_anew_while_fewer_rows_wait(rows: list[BookingRow]) -> None:
    held_for_long(family(), rows)


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
