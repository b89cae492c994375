"""G8 in a rehearsal: somebody is forgotten again and again, while everything else goes on."""

from __future__ import annotations

import re
from random import Random

import msgspec
import pytest

from koop_es.ingest import erasure
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import Act
from koop_es.simulate.world import World
from koop_es.store import vault

EVERY = 15
"""Steps between two erasures: a dozen in a scenario of two hundred steps, so that there are others as well."""

KNOWN_BY_NAME = {"merge", "rebook"}
"""What staff does that is told from a removal by the name: of a forgotten person it is a removal and a new booking."""

UNLIKE_THE_OWNER = re.compile(r"person \d+ is .* at \d+, not ")
"""What the judge says where a program shows other data than the owner: of forgotten persons nobody is told any more."""


def findings(seed: int, patch: pytest.MonkeyPatch, url: str | None = None) -> tuple[int, list[str]]:
    """Run a seed; gives how many were forgotten, and what is wrong."""
    random, steps = Random(seed), 0
    forgotten: set[str] = set()
    wrong: list[str] = []
    arrivals = World._arrivals

    def forgetful(world: World, now: int | None) -> None:
        nonlocal steps
        arrivals(world, now)
        steps += 1
        if steps % EVERY == 0 and (persons := everybody(world)):
            person = random.choice(persons)
            forgotten.add(person)
            erasure.forget(world.store, [person], [], now=world.clock.now)
        if now is None:
            wrong.extend(f"{person} is back" for person in forgotten & set(everybody(world)))

    drawn = draw(seed)
    kept = tuple(step for step in drawn.steps if not (isinstance(step, Act) and step.verb in KNOWN_BY_NAME))
    with patch.context() as within:
        within.setattr(World, "_arrivals", forgetful)
        outcome = rehearse(msgspec.structs.replace(drawn, steps=kept), url)
    return len(forgotten), wrong + [text for text in outcome.findings if not UNLIKE_THE_OWNER.match(text)]


def everybody(world: World) -> list[str]:
    """List the persons in the vault by booking, since their ids are drawn at random."""
    refs = [f"{program.vhs}:{booking}" for program in world.programs for booking in program.bookings]
    with world.store.reading() as tx:
        return [held.person_id for held in vault.held(tx, [], refs)]


@pytest.mark.parametrize("first", range(0, 20, 10))
def test_g8_a_network_that_forgets_converges_and_brings_nobody_back(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = 0
    for seed in range(first, first + 10):
        count, wrong = findings(seed, monkeypatch)
        forgotten += count
        assert not wrong, f"seed {seed}: {wrong[:3]}"
    assert forgotten > 50


@pytest.mark.parametrize("seed", [1, 2])
def test_g8_a_network_on_postgresql_that_forgets_converges_too(
    seed: int, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, wrong = findings(seed, monkeypatch, postgres_url)
    assert (count > 5, wrong) == (True, [])
