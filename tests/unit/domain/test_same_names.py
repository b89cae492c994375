"""D26, D18: people of one name who booked in one second, of whom mirrors were given out that show no reference."""

from __future__ import annotations

import msgspec
import pytest

from koop_es.domain.observation import Person
from tests.unit.domain.world import ABO, ANNA, MASTER, THIRD, World, booked, network, types

OTHER = Person(ANNA.name, ANNA.first_name, "0911 55", "other@example.org")
SECOND = "2026-01-05T10:00:33+01:00"


def given(of_third: Person = OTHER, of_abo: Person = ANNA) -> World:
    """Give a network in which mirrors of two people of one name were given out to the Master, who shows none yet."""
    world = network()
    world.report(ABO, booked("7", person=of_abo))
    world.report(THIRD, booked("8", person=of_third))
    world.give(MASTER)
    return world


def shown(world: World) -> dict[str, str]:
    """Say under which Beleg-IDs the Master is known to have the bookings."""
    seats = {ref: booking.seats.get(MASTER) for ref, booking in world.state.bookings.items()}
    return {ref: seat.booking_id for ref, seat in seats.items() if seat is not None and seat.booking_id}


@pytest.mark.parametrize("numbers", [("900", "901"), ("901", "900")])
def test_d26_mail_and_phone_tell_whose_s_it_is_of_two_of_one_name_and_second(numbers: tuple[str, str]) -> None:
    world = given()
    annas, others = numbers
    world.report(MASTER, booked(annas, "S"), booked(others, person=OTHER))
    third = next(ref for ref in world.state.bookings if ref != "301:7")
    assert shown(world) == {"301:7": annas, third: others}
    assert world.statuses(ABO) == {"301:7": "S", third: "A"}
    assert [change.kind for change in world.changes(MASTER)] == []


def test_d26_of_two_of_one_name_who_fits_exactly_goes_before_who_shares_a_phone() -> None:
    sister = Person(ANNA.name, ANNA.first_name, ANNA.phone, "")
    world = given(of_third=sister)
    world.report(MASTER, booked("900", person=sister), booked("901"))
    third = next(ref for ref in world.state.bookings if ref != "301:7")
    assert shown(world) == {"301:7": "901", third: "900"}


def test_d26_an_s_that_may_be_of_either_of_two_people_is_asked_about() -> None:
    world, unreached = given(), msgspec.structs.replace(ANNA, phone="", email="")
    rows = (booked("900", "S", person=unreached), booked("901", person=unreached))
    assert types(world.report(MASTER, *rows)) == ["RegistrationHeld", "RegistrationHeld"]
    assert world.report(MASTER, *rows) == []
    assert set(world.statuses(ABO).values()) == {"A"}
    assert world.codes == {"REGISTRATION_HELD"}
    third = next(ref for ref in world.state.bookings if ref != "301:7")
    world.report(MASTER, booked("900", "S", of=third, person=OTHER), rows[1])
    assert world.statuses(THIRD)[third] == "S"
    assert world.statuses(ABO) == {"301:7": "A"}
    assert "REGISTRATION_HELD" not in world.codes


def test_d26_an_s_of_one_of_two_whom_nothing_tells_apart_is_asked_about() -> None:
    world = given(of_third=ANNA)
    world.report(MASTER, booked("900", "S"), booked("901"))
    assert set(world.statuses(ABO).values()) == {"A"}
    assert world.codes == {"REGISTRATION_HELD"}


def test_d26_two_whom_nothing_tells_apart_and_nobody_cancelled_have_a_row_each() -> None:
    world = given(of_third=ANNA)
    world.report(MASTER, booked("900"), booked("901"))
    assert sorted(shown(world).values()) == ["900", "901"]
    assert world.codes == {"MIRROR_WITHOUT_REFERENCE"}


@pytest.mark.parametrize("at", [SECOND, "2026-01-05T10:00:00+01:00"])
def test_d26_who_has_the_name_and_another_mail_and_phone_is_no_mirror_given_out(at: str) -> None:
    world = network()
    world.report(ABO, booked("7", at=at))
    world.give(MASTER)
    own = booked("900", person=OTHER, at=at, edited_by="kern")
    world.report(MASTER, own)
    assert world.statuses(MASTER) == {"301:7": "A", "563:900": "A"}
    assert [(change.kind, change.ref) for change in world.changes(MASTER)] == [("booking.create", "301:7")]
    world.report(MASTER, own, booked("901", at=at, edited_by="WS"))
    world.report(ABO, booked("7", "S", at=at))
    assert world.statuses(MASTER) == {"301:7": "S", "563:900": "A"}
    assert [(change.kind, change.booking_id) for change in world.changes(MASTER)] == [("booking.cancel", "901")]


@pytest.mark.parametrize(
    "person", [Person("Muster", "Anna", "", OTHER.email), Person("Muster", "Anna", OTHER.phone, "")]
)
def test_d26_one_contact_that_is_another_in_a_row_a_person_edited_is_a_registration(person: Person) -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.give(MASTER)
    world.report(MASTER, booked("900", person=person, edited_by="kern"))
    assert world.statuses(MASTER) == {"301:7": "A", "563:900": "A"}


@pytest.mark.parametrize(
    "person", [Person("Muster", "Anna", ANNA.phone, OTHER.email), Person("Muster", "Anna", "", "")]
)
def test_d26_a_mirror_of_which_staff_corrected_the_mail_or_took_it_away_stays_the_mirror(person: Person) -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.give(MASTER)
    world.report(MASTER, booked("900", person=person, edited_by="kern"))
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d26_a_row_by_ws_with_another_mail_and_phone_waits_while_a_mirror_is_open() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.give(MASTER)
    assert types(world.report(MASTER, booked("900", person=OTHER, edited_by="WS"))) == ["RegistrationHeld"]
    assert world.statuses(MASTER) == {"301:7": "A"}


def test_d26_a_mirror_that_shows_what_the_owner_corrected_meanwhile_is_that_mirror() -> None:
    world = network()
    world.report(ABO, booked("7"))
    world.give(MASTER)
    world.report(ABO, booked("7", person=OTHER))
    world.report(MASTER, booked("900", person=OTHER, edited_by="WS"))
    assert shown(world) == {"301:7": "900"}
