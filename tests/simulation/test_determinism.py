"""C3: the outcome of a seed depends on the seed alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import simulate

SAMPLE = range(7, 1_000_007, 200_000)
STEPS = 80


@pytest.mark.parametrize("seed", SAMPLE)
def test_c3_seed_gives_the_same_trace_and_digest_twice(seed: int) -> None:
    first, second = simulate(seed, steps=STEPS), simulate(seed, steps=STEPS)
    assert first.trace == second.trace
    assert first.digest == second.digest


@pytest.mark.parametrize("seed", SAMPLE)
def test_c3_seed_gives_the_same_digest_on_postgres(seed: int, postgres_url: str) -> None:
    assert simulate(seed, steps=STEPS, store_url=postgres_url).digest == simulate(seed, steps=STEPS).digest


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "America/New_York", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    ],
    ids=["new-york", "tokyo"],
)
def test_c3_hash_seed_time_zone_and_locale_change_nothing(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "koop_es", "simulate", "--seed", "7", "--json"]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
    answer = json.loads(done.stdout)["data"]
    assert answer["digest"] == simulate(7).digest


def test_scenario_is_drawn_before_anything_happens() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
    assert len(draw(7, vhs=12).systems) == 12
