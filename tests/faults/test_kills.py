"""kill -9 at random calls to the disk, statements and messages of every verb: nothing half done, a rerun ends it (G1).

The moments are drawn among all that a run has, so every kill hits. Kills by the clock are in
tests/acceptance/test_kill.py.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.faults import disk
from tests.faults.bench import Bench, PostgresBench, SqliteBench
from tests.faults.marks import each_operation
from tests.faults.ordeal import Tally, judge
from tests.faults.rig import KILLED, Fault
from tests.faults.wire import Break, Side, Snap

SEED = 20260302

EACH = 8
"""Kills per verb and database; with the hundred by the clock more than the 200 of G1."""

EACH_IN_SOAK = 650
"""The same for 10,000."""

few_or_many = pytest.mark.parametrize("kills", [EACH, pytest.param(EACH_IN_SOAK, marks=pytest.mark.soak)])


def disk_kinds() -> list[Fault]:
    """List the ways to die in SQLite: at a statement, at a call to the disk, within a write."""
    kinds: list[Fault] = [{"kind": "kill"}]
    if not disk.missing():
        kinds.append({"kind": "disk", "mode": disk.KILL, "error": 0, "kinds": disk.ALL})
        kinds.append({"kind": "disk", "mode": disk.TORN, "error": 0, "kinds": disk.WRITE})
    return kinds


def hang(bench: Bench, name: str, kills: int, draw: Callable[[int], Fault]) -> Tally:
    """Kill so many runs of a verb; ``draw`` gives the next fault. See after each what is left."""
    moment, tally, drawn = bench.moments[name], Tally(), 0
    while tally.points < kills:
        fault = draw(drawn)
        drawn += 1
        assert drawn <= 3 * kills, f"of {drawn} kills only {tally.points} hit a running {name}"
        bench.fresh(name)
        ended = bench.run(moment, fault)
        if ended.status != KILLED:  # on PostgreSQL the pool opens one connection more or less, of some dozen messages
            assert ended.status == moment.operation.ends, f"{name}, {fault}: {ended}"
            continue
        tally.points += 1
        judge(bench, moment, ended, tally, f"{name}, {fault}")
    print(f"{name}: {tally}")  # shown by pytest -rP
    return tally


@each_operation
@few_or_many
def test_a_verb_killed_anywhere_is_done_wholly_or_not_at_all_on_sqlite(
    sqlite_bench: SqliteBench, name: str, kills: int
) -> None:
    random, kinds = Random(f"{SEED} {name}"), disk_kinds()
    points = []
    for fault in kinds:
        sqlite_bench.fresh(name)
        points.append(sqlite_bench.run(sqlite_bench.moments[name], fault | {"at": 0}).points)
    assert min(points) >= 8

    def draw(number: int) -> Fault:
        way = number % len(kinds)
        return kinds[way] | {"at": random.randint(1, points[way]), "killing": True}

    assert hang(sqlite_bench, name, kills, draw).points == kills


@each_operation
@few_or_many
def test_a_verb_killed_anywhere_is_done_wholly_or_not_at_all_on_postgresql(
    postgres_bench: PostgresBench, name: str, kills: int
) -> None:
    random, points = Random(f"{SEED} {name}"), []
    for side in Side:
        snap = Snap(side, 0)
        postgres_bench.fresh(name)
        postgres_bench.run(postgres_bench.moments[name], {"snap": snap})
        points.append(snap.points)
    assert min(points) >= 60

    def draw(number: int) -> Fault:
        way = number % len(points)
        return {"snap": Snap(list(Side)[way], random.randint(1, points[way]), Break.KILL)}

    assert hang(postgres_bench, name, kills, draw).points == kills
