"""Stories of wrong exports, told to an engine and judged by a list of people (G3, C5)."""

from __future__ import annotations

from random import Random

from tests.simulation.losses import Engine, Network, Story
from tests.unit.domain.desk import ALL

SIZES = (6, 6, 9, 12, 24)
"""Bookings every VHS holds; from 20 on the mass guard has something to do."""

EXPORTS_PER_STORY = 36


def network_of(seed: int) -> Network:
    """Draw how many bookings and courses a network has."""
    random = Random(f"network {seed}")
    return Network(random.choice(SIZES), random.choice((2, 2, 3)))


def run(engine: Engine, network: Network, seed: int, count: int = EXPORTS_PER_STORY) -> tuple[Story, list[str]]:
    """Let a story of wrong exports happen; gives it and who was cancelled in the course of it without reason."""
    story = Story(network, Random(seed), engine)
    wrongly: list[str] = []
    for export in story.steps(count):
        engine.take(export)
        story.note(export)
        justified = story.justified()
        cancelled = engine.cancelled() & network.people.keys()
        wrongly += [f"{ref} ({story.fate})" for ref in sorted(cancelled - justified)]
        if wrongly:
            break
    return story, wrongly


def settle(engine: Engine, network: Network, rounds: int) -> None:
    """Let every VHS report all it has and then carry out its change list, so many times."""
    for _ in range(rounds):
        for vhs in ALL:
            network.tick()
            engine.take(network.export(vhs))
        for vhs in ALL:
            network.obey(engine, vhs)


def judge(engine: Engine, network: Network, seed: int, count: int = EXPORTS_PER_STORY) -> Story:
    """Run a story to its end: nobody is wrongly cancelled or told so, and who is out is "S" everywhere within two
    rounds, or somebody is asked about them; two rounds after the answer everybody is where they should be.
    """
    story, wrongly = run(engine, network, seed, count)
    assert wrongly == [], f"seed {seed} cancels {', '.join(wrongly)} without a reason"
    settle(engine, network, 2)
    out, asked = network.out(), engine.asked()
    story.asked = len(asked)
    wrong = [line for line in network.untrue() if line.partition(" ")[0] not in asked]
    assert wrong == [], f"seed {seed}: {'; '.join(wrong)}, and nobody is asked"
    if asked:
        engine.answer(out, network.now)
        settle(engine, network, 2)
    cancelled = engine.cancelled() & network.people.keys()
    assert cancelled == out, f"seed {seed} cancels {sorted(cancelled ^ out)} or not, other than out"
    assert network.untrue() == [], f"seed {seed}: {'; '.join(network.untrue())}"
    if any(network.to_do(engine, vhs) for vhs in ALL):
        settle(engine, network, 1)
    assert [network.to_do(engine, vhs) for vhs in ALL] == [[], [], []], f"seed {seed} does not come to rest"
    return story
