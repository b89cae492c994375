"""What was given out and may stand in a row that was set aside: not usable is not absent (D17, D22)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from koop_es.domain.asides import Aside, aside_of, seats_of, weigh
from koop_es.domain.events import ChangesNotSeen
from koop_es.domain.given_out import GIVEN_ANEW, REFUSED_IN
from koop_es.domain.observation import ILLEGIBLE, Person, Rejected, Told
from koop_es.domain.slices import Suspension
from koop_es.domain.turned_back import turned_back
from koop_es.domain.wanted import Change
from tests.unit.domain.world import (
    ABO,
    ANNA,
    BERND,
    COOP,
    MASTER,
    THIRD,
    World,
    booked,
    mirror,
    network,
    types,
)

WS = "WS"
REF = f"{ABO}:7"
NOT_SEEN = ("APPLIED_NOT_SEEN", MASTER, "")
NAMED: dict[str, dict[str, Any]] = {"by reference": {"protected": {REF}}, "by name": {"shielded": {REF}}}


def delivered() -> tuple[World, Change]:
    """Let the Abo-VHS book Anna, and give the Master the mirror to make."""
    world = network()
    world.report(ABO, booked("7", person=ANNA))
    [change] = world.give(MASTER)
    return world, change


def set_aside(world: World, how: str = "by reference", **more: Any) -> list[str]:
    return types(world.report(MASTER, **(NAMED[how] | more)))


@pytest.mark.parametrize("how", NAMED)
@pytest.mark.parametrize("full", [True, False], ids=["complete", "partial"])
def test_d17_a_create_in_a_row_that_was_set_aside_is_neither_said_nor_given_out_anew(how: str, full: bool) -> None:
    world, change = delivered()
    assert set_aside(world, how, full=full) == ["ChangesSetAside"]
    for _ in range(2 * REFUSED_IN):
        assert set_aside(world, how, full=full) == [], "it is noted once"
    assert NOT_SEEN not in world.open
    assert world.give(MASTER) == [change], "the same id, which is carried out once"


@pytest.mark.parametrize("how", NAMED)
def test_d17_a_create_whose_row_is_gone_again_is_given_out_anew(how: str) -> None:
    world, change = delivered()
    set_aside(world, how)
    for count in range(REFUSED_IN):
        assert NOT_SEEN not in world.open, count
        assert isinstance(world.report(MASTER)[0], ChangesNotSeen)
    assert NOT_SEEN in world.open
    [anew] = world.give(MASTER)
    assert (anew.kind, anew.ref) == (change.kind, change.ref)
    assert anew.id != change.id


@pytest.mark.parametrize("letter", ["A", "S", "W"])
def test_d17_a_row_that_is_legible_again_is_what_was_given_out(letter: str) -> None:
    world, _ = delivered()
    for _ in range(REFUSED_IN + 1):
        set_aside(world)
    world.report(MASTER, mirror("90", REF, letter, person=ANNA, edited_by=WS))
    assert world.state.lanes[MASTER].creates_given == {}
    if letter == "A":
        assert world.changes(MASTER) == []
    elif letter == "S":
        assert world.statuses(ABO)[REF] == "S", "nobody asked for that S: it is the Master's own"
    else:
        assert [(c.kind, c.status) for c in world.changes(MASTER)] == [("booking.update", "A")]


@pytest.mark.parametrize("given_anew", [False, True], ids=["to be given out anew", "given out anew"])
def test_d17_a_late_row_that_is_set_aside_ends_what_was_said_and_takes_an_id_back(given_anew: bool) -> None:
    world, first = delivered()
    for _ in range(REFUSED_IN):
        world.report(MASTER)
    assert NOT_SEEN in world.open
    last = world.give(MASTER) if given_anew else [first]
    set_aside(world)
    assert NOT_SEEN not in world.open, "an export shows a row of it"
    assert world.give(MASTER) == last, "no further id is given out"
    for _ in range(REFUSED_IN):
        world.report(MASTER)
    assert NOT_SEEN in world.open
    assert world.give(MASTER)[0].id not in {first.id, last[0].id}


def test_d17_rows_that_come_and_go_are_told_each_time() -> None:
    world, _ = delivered()
    for _ in range(2 + GIVEN_ANEW):
        assert set_aside(world) == ["ChangesSetAside"]
        assert types(world.report(MASTER)) == ["ChangesNotSeen"]


def test_d30_a_create_that_is_cancelled_while_its_row_is_set_aside_stays_open_until_the_row_is_told() -> None:
    world, _ = delivered()
    set_aside(world)
    world.report(ABO, booked("7", "S", person=ANNA))
    for _ in range(2):
        set_aside(world)
    assert [name for name, _ in turned_back(world.state, world.state.lanes[MASTER])] == [REF]
    world.report(MASTER, mirror("90", REF, person=ANNA, edited_by=WS))
    assert [(c.kind, c.ref) for c in world.changes(MASTER)] == [("booking.cancel", REF)]


def test_d17_an_export_made_before_the_list_says_nothing_of_it() -> None:
    world, _ = delivered()
    world.report(ABO, booked("7", person=ANNA))
    assert set_aside(world, on=date(2026, 1, 1)) == []


# --- rows that were there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [{"protected": {REF}}, {"protected": {"90"}}, {"shielded": {REF}}])
@pytest.mark.parametrize("before", [0, REFUSED_IN, REFUSED_IN * (1 + GIVEN_ANEW)])
def test_d17_an_s_given_out_to_a_row_that_is_set_aside_is_neither_refused_nor_repeated(
    named: dict[str, Any], before: int
) -> None:
    world, _ = delivered()
    world.report(MASTER, mirror("90", REF, person=ANNA, edited_by=WS))
    world.report(ABO, booked("7", "S", person=ANNA))
    world.give(MASTER)
    for _ in range(before):
        world.report(MASTER, mirror("90", REF, person=ANNA, edited_by=WS))
        world.give(MASTER)
    assert (NOT_SEEN in world.open) == (before > 0)
    [given] = world.changes(MASTER)
    for _ in range(2 * REFUSED_IN):
        world.report(MASTER, **named)
        assert world.give(MASTER) == [given]
    assert NOT_SEEN not in world.open, "nobody can tell what the row shows"
    world.report(MASTER, mirror("90", REF, person=ANNA, edited_by=WS))
    assert (NOT_SEEN in world.open) == (before > 0), "it shows A still: what was said is said again"
    world.report(MASTER, mirror("90", REF, "S", person=ANNA, edited_by=WS))
    assert world.changes(MASTER) == []
    assert NOT_SEEN not in world.open


def test_d17_a_correction_given_out_to_a_row_that_is_set_aside_waits_for_it() -> None:
    world, _ = delivered()
    world.report(MASTER, mirror("90", REF, person=ANNA, edited_by=WS))
    world.report(ABO, booked("7", person=Person("Muster", "Anna", "0721 99", "anna@example.org")))
    [given] = world.give(MASTER)
    for _ in range(2 * REFUSED_IN):
        set_aside(world)
    assert NOT_SEEN not in world.open
    assert world.give(MASTER) == [given]


# --- which rows they are ----------------------------------------------------------------------------------------------

OTHER = Person("Muster", "Bea", "", "bea@example.org")


def shields(**legible: Any) -> tuple[set[str], Suspension | None]:
    """Weigh a row of the Master that was set aside, while the mirrors of Anna and Bea are awaited there."""
    world = network()
    world.report(ABO, booked("7", person=ANNA), booked("8", person=OTHER, at="2026-01-06T10:00:00+01:00"))
    world.report(MASTER, booked("1", person=BERND))
    world.give(MASTER)
    row = Aside("belegungen.csv", 9, number="N1", period="26F", **legible)
    known = seats_of(world.state, MASTER, world.people)
    found = weigh([row], {COOP}, lambda _: COOP, lambda _: False, lambda _: iter([(COOP, known)]))
    return set(found.shielded.get(COOP, ())), found.suspended.get(COOP)


NEW: dict[str, Any] = {"booking_id": "90", "participant_no": "T90"}


@pytest.mark.parametrize(
    ("row", "refs"),
    [
        (NEW | {"ref": REF, "name": "Muster", "first_name": "Anna"}, {REF}),
        (NEW | {"ref": REF}, {REF}),
        (NEW | {"name": "Muster", "first_name": "Anna"}, {REF}),
        (NEW | {"name": "MUSTER"}, {REF, f"{ABO}:8"}),
        (NEW | {"name": "Muster", "first_name": "Cleo"}, set()),
        (NEW | {"name": "VHS 301", "by_us": True}, {REF, f"{ABO}:8"}),
        (NEW | {"name": "VHS 301"}, set()),
        (NEW | {"ref": f"{ABO}:99", "name": "Muster", "first_name": "Anna"}, set()),
        ({"booking_id": "1", "participant_no": "T1", "name": "Muster", "first_name": "Anna"}, {f"{MASTER}:1"}),
        ({"booking_id": "1", "participant_no": "T1", "name": "Beispiel", "by_us": True}, {f"{MASTER}:1"}),
    ],
    ids=[
        "all",
        "no name",
        "no reference",
        "no first name",
        "another first name",
        "Firma by WS",
        "Firma by nobody",
        "another reference",
        "known Beleg-ID",
        "own row by WS",
    ],
)
def test_d17_row_that_was_set_aside_is_what_was_given_out_by_reference_or_name(
    row: dict[str, Any], refs: set[str]
) -> None:
    assert shields(**row) == (refs, None)


@pytest.mark.parametrize("legible", [{"name": "Muster", "first_name": "Anna"}, {"by_us": True}])
def test_d17_row_that_says_too_little_suspends_its_course_whatever_was_given_out(legible: dict[str, Any]) -> None:
    refs, suspended = shields(**legible)
    assert REF in refs
    assert suspended is not None


def test_b4_a_vhs_that_gets_no_names_has_none_to_be_told_by() -> None:
    world = network()
    world.report(ABO, booked("7", person=ANNA))
    world.give(THIRD)
    [known] = seats_of(world.state, THIRD, world.people)
    assert (known.ref, known.awaited, known.person) == (REF, True, None)


def test_t6_only_the_connector_is_told_as_editor_of_a_row_that_was_set_aside() -> None:
    item = Rejected(file="f", line=9, reason="?", remedy="?", raw=b"", about="booking", told=ILLEGIBLE)
    assert not aside_of(item).by_us
    by_us = Rejected(file="f", line=9, reason="?", remedy="?", raw=b"", about="booking", told=Told(edited_by="WS"))
    assert aside_of(by_us).by_us
