"""C1, C2, C5, C6, R3: seeds of the simulation, in batches; every one must converge and satisfy the oracle."""

from __future__ import annotations

import os

import pytest

from koop_es.simulate.rehearsal import simulate

SEEDS = int(os.environ.get("KOOP_SOAK_SEEDS", "1000"))
"""Seeds of a soak run."""

BATCH = 10


def judge(first: int, count: int, steps: int = 200) -> None:
    failing = {}
    for seed in range(first, first + count):
        outcome = simulate(seed, steps=steps)
        if outcome.findings:
            failing[seed] = outcome.findings[:3]
    lines = [f"koop-es simulate --seed {seed} --steps {steps}: {found}" for seed, found in failing.items()]
    assert not failing, "\n".join(lines)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_network_with_faults_converges_and_the_oracle_agrees(first: int) -> None:
    judge(first, BATCH)
