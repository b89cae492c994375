"""Whoever has which id: in a complete export nobody is lost by it, and letters follow the people (D18)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from koop_es.domain.observation import BookingRow, Person
from tests.unit.domain.world import ABO, MASTER, World, booked, mirror, network, types

SIZE = 6


def person(number: int) -> Person:
    return Person("Muster", f"Kind {number}", f"0721 {number}", f"kind{number}@example.org")


def row_of(who: int, booking_id: int, letter: str, *, tnr: int | None = None, day_only: bool = False) -> BookingRow:
    at = "2026-01-05T00:00:00+01:00" if day_only else f"2026-01-05T10:00:{who:02d}+01:00"
    number = f"T{who if tnr is None else tnr}"
    return booked(str(booking_id), letter, tnr=number, person=person(who), at=at)


def known(letters: list[str], *, day_only: bool) -> World:
    world = network()
    world.report(ABO, *[row_of(who, who, letter, day_only=day_only) for who, letter in enumerate(letters)])
    alive = [who for who, letter in enumerate(letters) if letter != "S"]
    world.report(MASTER, *[mirror(f"M{who}", f"{ABO}:{who}", letters[who], person=person(who)) for who in alive])
    return world


def ids_of(world: World) -> dict[str, str]:
    return {ref: booking.seats[ABO].booking_id for ref, booking in world.state.bookings.items()}


@given(
    letters=st.lists(st.sampled_from("AWS"), min_size=SIZE, max_size=SIZE),
    ids=st.permutations(range(2 * SIZE)),
    numbers=st.permutations(range(SIZE)),
    renumber=st.booleans(),
    day_only=st.booleans(),
    order=st.permutations(range(SIZE)),
)
def test_d18_ids_given_out_anew_cancel_nobody_and_letters_follow_the_people(
    letters: list[str], ids: list[int], numbers: list[int], renumber: bool, day_only: bool, order: list[int]
) -> None:
    """Ids are exchanged, shifted or new; TNRs stay with the people, or are drawn anew from beyond the old ones."""
    world = known(letters, day_only=day_only)
    before = world.statuses(MASTER)
    tnr = {who: (SIZE + numbers[who] if renumber else who) for who in range(SIZE)}
    rows = [row_of(who, ids[who], letters[who], tnr=tnr[who], day_only=day_only) for who in order]
    for _ in range(3):
        world.report(ABO, *rows)
    assert set(world.state.bookings) == {f"{ABO}:{who}" for who in range(SIZE)}
    assert ids_of(world) == {f"{ABO}:{who}": str(ids[who]) for who in range(SIZE)}
    assert not {"BookingVanished", "OrphanDetected", "BookingCancelled"} & set(types(world.events))
    assert world.statuses(MASTER) == before
    assert world.report(ABO, *rows) == []


@given(
    letters=st.lists(st.sampled_from("AWS"), min_size=SIZE, max_size=SIZE),
    ids=st.permutations(range(2 * SIZE)),
    one_order=st.booleans(),
    order=st.permutations(range(SIZE)),
)
def test_d18_ids_given_out_anew_follow_the_tnr_among_people_of_one_name_and_household(
    letters: list[str], ids: list[int], one_order: bool, order: list[int]
) -> None:
    """Nothing but the TNR tells them apart, and the second where they did not book together."""

    def namesake(who: int, booking_id: int) -> BookingRow:
        at = f"2026-01-05T10:00:{0 if one_order else who:02d}+01:00"
        return booked(str(booking_id), letters[who], tnr=f"T{who}", person=person(0), at=at)

    world = network()
    world.report(ABO, *[namesake(who, who) for who in range(SIZE)])
    rows = [namesake(who, ids[who]) for who in order]
    for _ in range(3):
        world.report(ABO, *rows)
    assert ids_of(world) == {f"{ABO}:{who}": str(ids[who]) for who in range(SIZE)}
    assert not {"BookingVanished", "BookingCancelled", "ParticipantsMerged"} & set(types(world.events))
    assert world.report(ABO, *rows) == []


@given(
    letters=st.lists(st.sampled_from("AW"), min_size=SIZE, max_size=SIZE),
    ids=st.permutations(range(SIZE)),
    shown=st.sets(st.integers(0, SIZE - 1)),
)
def test_d18_part_of_an_exchange_books_and_cancels_nobody(letters: list[str], ids: list[int], shown: set[int]) -> None:
    """A delta shows some of the rows; the complete export after it settles the rest."""
    world = known(letters, day_only=False)
    rows = [row_of(who, ids[who], letters[who]) for who in range(SIZE)]
    world.report(ABO, *[rows[who] for who in sorted(shown)], full=False)
    assert set(world.state.bookings) == {f"{ABO}:{who}" for who in range(SIZE)}
    world.report(ABO, *rows)
    assert ids_of(world) == {f"{ABO}:{who}": str(ids[who]) for who in range(SIZE)}
    assert world.state.held == {}
    assert world.open == set()
