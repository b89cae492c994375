"""D18a, D26: whoever has Beleg-ID and TNR of a mirror by now, and its row shows neither second nor name of that."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from koop_es.domain.events import Event
from koop_es.domain.observation import BookingRow, Person, Status
from koop_es.domain.went_back import Seen, went_back
from tests.unit.domain.world import ABO, ANNA, BERND, MASTER, THIRD, World, booked, held, mirror, network, shared, types

SECOND = "2026-01-05T10:00:33+01:00"
LATER = "2026-02-20T11:30:00+01:00"
CARL = Person("Busch", "Carl", "0911 55", "carl@example.org")
UNREACHED = Person("Busch", "Carl", "", "")


def taken(vhs: str, **changed: Any) -> BookingRow:
    """Give a row of the VHS's own under Beleg-ID and TNR of the mirror it had of Anna's booking."""
    return booked(f"M{vhs}-7", **{"person": CARL, "at": LATER, **changed})


def export(world: World, vhs: str, *rows: BookingRow, **more: Any) -> list[Event]:
    """Let a VHS export its rows; of those without reference the whole export knows (D25)."""
    return world.report(vhs, *rows, stands=[row for row in rows if row.ref is None], **more)


@pytest.mark.parametrize("person", [CARL, UNREACHED, Person("Busch", "Carl", ANNA.phone, CARL.email)])
@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d18a_numbers_of_a_mirror_given_again_are_another_registration(vhs: str, person: Person) -> None:
    world = shared()
    row = taken(vhs, person=person)
    said = types(export(world, vhs, row))
    assert said == ["BookingMade", "BelegIdReused", "BookingVanished"]
    new = f"{vhs}:M{vhs}-7"
    assert world.statuses(ABO) == {"301:7": "A", new: "A"}
    assert world.codes == {"BELEG_ID_REUSED", "BOOKING_REMOVED"}, "nobody is told to enter the reference there"
    export(world, vhs, row, _again(vhs))
    export(world, vhs, msgspec.structs.replace(row, status=Status.CANCELLED, raw_status="S"), _again(vhs))
    assert world.statuses(vhs) == {"301:7": "A", new: "S"}


def _again(vhs: str) -> BookingRow:
    """Give the mirror as it is written again, under other numbers."""
    return mirror("M99", "301:7", person=ANNA if vhs == MASTER else None)


@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d18a_without_time_of_day_mail_or_phone_tells_who_has_the_numbers_of_a_mirror(vhs: str) -> None:
    world = shared()
    assert "BookingMade" in types(export(world, vhs, taken(vhs, at="2026-02-20T00:00:00+01:00")))


@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d18a_who_registers_on_the_day_of_a_mirror_and_has_its_numbers_is_another(vhs: str) -> None:
    world, day = network(), "2026-01-05T00:00:00+01:00"
    for where in (ABO, MASTER, THIRD):
        world.report(where, held(where, at=day))
    assert "BookingMade" in types(export(world, vhs, taken(vhs, at=day)))


LOST = {
    "only the reference": SECOND,
    "and the seconds": "2026-01-05T10:00:00+01:00",
    "and the time of day": "2026-01-05T00:00:00+01:00",
    "and the time": LATER,
}


@pytest.mark.parametrize("at", LOST.values(), ids=LOST)
@pytest.mark.parametrize("vhs", [MASTER, THIRD])
def test_d26_a_row_that_lost_its_reference_goes_on_as_mirror(vhs: str, at: str) -> None:
    world = network()
    for where in (ABO, MASTER, THIRD):
        world.report(where, held(where, at=SECOND))
    bare = msgspec.structs.replace(held(vhs, at=SECOND), ref=None, booked_at=at)
    for _ in range(3):
        export(world, vhs, bare)
    assert world.statuses(ABO) == {"301:7": "A"} == world.statuses(vhs)
    assert world.open == {("MIRROR_WITHOUT_REFERENCE", vhs, "")}


@pytest.mark.parametrize(
    "person",
    [Person("Muster-Beispiel", "Anna", ANNA.phone, ANNA.email), Person("Muster-Beispiel", "Anna", "", ANNA.email)],
)
def test_d26_name_put_right_in_a_mirror_that_keeps_mail_or_phone_makes_nobody_new(person: Person) -> None:
    world = shared()
    export(world, MASTER, taken(MASTER, person=person))
    assert world.statuses(ABO) == {"301:7": "A"}


def test_d26_a_mirror_under_the_name_of_a_firma_is_not_told_by_its_name() -> None:
    firma = Person("VHS 301", "Firma", "", "")
    world = shared()
    bare = msgspec.structs.replace(held(MASTER, person=firma), ref=None)
    export(world, MASTER, bare)
    export(world, MASTER, msgspec.structs.replace(bare, booked_at=LATER))
    assert world.statuses(ABO) == {"301:7": "A"}
    export(world, MASTER, taken(MASTER))
    assert world.statuses(ABO) == {"301:7": "A", "563:M563-7": "A"}, "who has a mail of her own is somebody"


def test_d25_whose_numbers_were_given_to_another_stands_in_no_other_course() -> None:
    for stranger in (taken(MASTER, number="K-99"), taken(MASTER)):
        world = shared()
        rows = [stranger] if stranger.number != "K-99" else []
        assert "BookingVanished" in types(world.report(MASTER, *rows, stands=[stranger]))


def test_d20_numbers_of_lost_mirrors_that_are_given_again_do_not_hide_a_restore() -> None:
    people = [CARL, BERND, Person("Neu", "Nele", "", "")]
    for again in range(4):
        world = shared()
        own = [booked(str(number), person=ANNA, at=f"2026-01-0{number}T10:00:00+01:00") for number in (1, 2, 3)]
        world.report(MASTER, held(MASTER), *own)
        mirrors = [mirror(f"N{row.booking_id}", f"563:{row.booking_id}", at=row.booked_at) for row in own]
        world.report(ABO, held(ABO), *mirrors)
        new = [booked(f"N{place + 1}", person=person, at=LATER) for place, person in enumerate(people[:again])]
        rows = [held(ABO), *new]
        weight = world.weigh(ABO, *rows, stands=rows)
        found = went_back({"a": Seen(weight.signs, weight.standing)}, lambda: [])
        assert found is not None
        assert (found.count, found.gone) == (2, 3)
