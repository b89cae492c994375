"""C4: whatever the order in which exports arrive and wherever an ingest dies, a small network ends the same.

Not held against the engine, because two orders of *working* are two histories: exports of one VHS arrive in their
order, and nobody carries out a change list before all have arrived.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from koop_es.simulate.rehearsal import MEMORY
from tests.simulation.small_store import DEEDS, ODD_DEEDS, Deed, StoreWorld
from tests.simulation.small_world import CORE, IDENTITY, MEANWHILE, MORE, Operation, PureWorld, sets_of
from tests.unit.domain.world import ABO

EVERYTHING = CORE + MORE


@pytest.fixture(scope="module")
def pure() -> PureWorld:
    return PureWorld()


@pytest.fixture
def stored() -> Iterator[StoreWorld]:
    """A world in memory where there is such a place: its store is written thousands of times."""
    directory = Path(tempfile.mkdtemp(prefix="koop-es-", dir=MEMORY if MEMORY.is_dir() else None))
    yield StoreWorld(directory)
    shutil.rmtree(directory)


def all_alike(ends: list[Any], names: Iterable[Operation | Deed]) -> None:
    assert ends, f"{', '.join(map(str, names))}: no end was reached"
    for end in ends[1:]:
        assert end == ends[0], f"{', '.join(map(str, names))}: orders of arrival end differently"


def visit(pure: PureWorld, worlds: Iterable[tuple[Operation, ...]], *, merge: bool = True) -> tuple[int, int]:
    """Explore worlds; returns how many there were, and the states they have."""
    states = []
    for operations in worlds:
        found, ends = pure.explore(operations, merge=merge)
        all_alike(ends, operations)
        states.append(found.states)
    return len(states), sum(states)


def test_c4_d18_identity_does_not_depend_on_what_others_do_meanwhile(pure: PureWorld) -> None:
    """A merge at one VHS and an "S" at another end the same in both orders: "What a row is" (11.1)."""
    books = Operation("owner books", ABO, "book", (2, "A"))
    beside = [operation for operation in EVERYTHING if operation.name in MEANWHILE]
    assert len(beside) == len(MEANWHILE)
    worlds = [(books, odd, *others) for odd in IDENTITY for others in sets_of(beside, 2)]
    visit(pure, worlds)


def visit_stored(world: StoreWorld, worlds: Iterable[Sequence[Deed]], **how: Any) -> tuple[int, int]:
    states = []
    for deeds in worlds:
        found, ends = world.explore(deeds, **how)
        all_alike(ends, deeds)
        states.append(found.states)
    return len(states), sum(states)


# --- the domain alone -------------------------------------------------------------------------------------------------


def test_c4_all_sets_of_six_operations_end_the_same_in_every_order(pure: PureWorld) -> None:
    """All 246 sets of up to six of the eight core operations, in every order of arrival."""
    number, states = visit(pure, sets_of(CORE, 6))
    print(f"{number} worlds, {states} states")
    assert number == 246
    assert states >= 3_000


def test_c4_every_two_operations_end_the_same_in_every_order(pure: PureWorld) -> None:
    """Each of the 27 operations alone, and each against each other."""
    number, states = visit(pure, sets_of(EVERYTHING, 2))
    print(f"{number} worlds, {states} states")
    assert number == len(EVERYTHING) * (len(EVERYTHING) + 1) / 2
    assert states >= 1_300


def test_d6_owner_decides_a_or_w_also_while_an_orphans_s_stands(pure: PureWorld) -> None:
    """C4: three operations that once ended differently, because what the owner said meanwhile was forgotten."""
    names = ("Master removes the mirror", "Master restores the mirror", "owner puts on the waiting list")
    found, ends = pure.explore([operation for operation in EVERYTHING if operation.name in names])
    assert len(found.ends) > 1
    all_alike(ends, [])


@pytest.mark.soak
@pytest.mark.parametrize("first", range(len(EVERYTHING)), ids=lambda number: str(EVERYTHING[number]))
def test_c4_every_four_operations_end_the_same_in_every_order(pure: PureWorld, first: int) -> None:
    """All sets of up to four of all operations, by the one that comes first in the list."""
    rest = EVERYTHING[first + 1 :]
    visit(pure, ((EVERYTHING[first], *others) for others in ((), *sets_of(rest, 3))))


@pytest.mark.soak
@pytest.mark.parametrize("missing", CORE, ids=str)
def test_c4_nothing_is_overlooked_where_states_are_merged(pure: PureWorld, missing: Operation) -> None:
    """The core again, every order walked to its end by itself, so that no two states are taken for one."""
    left = [operation for operation in CORE if operation is not missing]
    visit(pure, sets_of(left, 6, least=5), merge=False)


# --- the whole engine -------------------------------------------------------------------------------------------------


def test_c4_orders_of_arrival_end_the_same_on_the_real_engine(stored: StoreWorld) -> None:
    """All sets of up to two of eleven deeds, and the six of the core together, through files and an SQLite store."""
    number, states = visit_stored(stored, (*sets_of(DEEDS + ODD_DEEDS, 2), DEEDS), crashes=False)
    print(f"{number} worlds, {states} states")
    assert number == 67
    assert states >= 270


@pytest.mark.parametrize("batch", [1, 5_000], ids=["small transactions", "one transaction"])
def test_c4_crash_at_any_statement_changes_no_end(stored: StoreWorld, batch: int) -> None:
    """All sets of up to two of three deeds, every order of arrival, every ingest dying at every statement, also the
    one that finishes it; in between other VHSs' exports arrive. With small transactions a crash leaves one course
    taken in and the other not.
    """
    number, states = visit_stored(stored, sets_of(DEEDS[1:4], 2), crashes=True, batch=batch)
    print(f"{number} worlds, {states} states, {stored.crashes} crashes")
    assert number == 6
    assert states >= (50 if batch == 1 else 40)
    assert stored.crashes >= 1_000


@pytest.mark.soak
@pytest.mark.parametrize("size", range(1, 7))
@pytest.mark.parametrize("batch", [1, 5_000], ids=["small transactions", "one transaction"])
def test_c4_crash_at_any_statement_of_six_deeds_changes_no_end(stored: StoreWorld, batch: int, size: int) -> None:
    """All 63 sets of up to six deeds, with every order of arrival and every crash."""
    visit_stored(stored, sets_of(DEEDS, size, least=size), crashes=True, batch=batch)
    print(f"{stored.crashes} crashes")


@pytest.mark.soak
@pytest.mark.parametrize("size", range(3, 5))
def test_c4_orders_of_arrival_of_four_deeds_end_the_same_on_the_real_engine(stored: StoreWorld, size: int) -> None:
    visit_stored(stored, sets_of(DEEDS + ODD_DEEDS, size, least=size), crashes=False)
