"""The wire to PostgreSQL breaks at the n-th message, for every n: typed error, clean retry, nothing twice (G2)."""

from __future__ import annotations

from itertools import count

import pytest

from tests.faults.bench import PostgresBench
from tests.faults.kinds import some_of_each
from tests.faults.marks import each_operation, often, seldom
from tests.faults.ordeal import Tally, calm, loop
from tests.faults.wire import STARTUP, Break, Side, Snap

STEPS = STARTUP + b"QSc"
"""What a client ends a step with: startup, simple query, sync, end of a copy."""

ANSWERS = b"RGC"
"""What a server answers a step with: authentication, ready for a copy, command complete."""


def every_break(
    bench: PostgresBench, name: str, side: Side, how: Break, letters: bytes = b"", *, everywhere: bool = True
) -> tuple[Tally, int]:
    """Break the wire at every message of a side, or at some of each kind; gives what came of it, and how many answers
    to COMMIT were lost.
    """
    snaps: list[Snap] = []

    def fault(n: int) -> dict[str, object]:
        snaps.append(Snap(side, n, how, letters))
        return {"snap": snaps[-1]}

    tally = loop(
        bench, name, fault, count(1) if everywhere else some_of_each(calm(bench, name, fault(0))), counted=True
    )
    return tally, sum(snap.commits for snap in snaps)


@often
def test_a_step_that_is_lost_with_the_connection_does_no_harm(
    postgres_bench: PostgresBench, name: str, *, everywhere: bool
) -> None:
    tally, _ = every_break(postgres_bench, name, Side.CLIENT, Break.CUT, STEPS, everywhere=everywhere)
    assert tally.points >= 20
    assert tally.refused >= 5
    assert tally.survived >= 5, "most losses are made good by a repetition"


@often
def test_an_answer_that_is_lost_with_the_connection_does_no_harm(
    postgres_bench: PostgresBench, name: str, *, everywhere: bool
) -> None:
    """Among the answers is the one to COMMIT: the work is done and nobody was told."""
    tally, commits = every_break(postgres_bench, name, Side.SERVER, Break.CUT, ANSWERS, everywhere=everywhere)
    assert tally.points >= 20
    assert commits >= 1


@seldom
def test_a_server_that_goes_away_for_good_does_no_harm(postgres_bench: PostgresBench, name: str) -> None:
    tally, _ = every_break(postgres_bench, name, Side.CLIENT, Break.DOWN, STARTUP + b"Q")
    assert tally.points >= 5
    assert tally.codes == {"store_unreachable": tally.refused}
    assert tally.refused >= 4


@pytest.mark.soak
@each_operation
@pytest.mark.parametrize("side", Side)
def test_a_connection_that_is_lost_at_any_message_does_no_harm(
    postgres_bench: PostgresBench, name: str, side: Side
) -> None:
    tally, _ = every_break(postgres_bench, name, side, Break.CUT)
    assert tally.points >= 60
