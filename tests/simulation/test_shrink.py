"""A failing scenario shrinks to the steps that make it fail, without the faults that do not matter."""

from __future__ import annotations

import msgspec

from koop_es.simulate.draw import draw
from koop_es.simulate.shrink import shrink
from koop_es.simulate.steps import Act, Export, Scenario, Step

WANTED: tuple[Step, ...] = (Act("book", 0, who=900), Export(1), Act("cancel", 1, who=900))


def fails(scenario: Scenario) -> bool:
    """Stand for a fault that needs three steps in their order, in whatever company."""
    left = list(WANTED)
    for step in scenario.steps:
        plain = Export(step.vhs) if isinstance(step, Export) else step
        if left and plain == left[0]:
            del left[0]
    return not left


def failing() -> Scenario:
    scenario = draw(7)
    hidden: tuple[Step, ...] = (WANTED[0], Export(1, reach="delta", delay=3, crash=5), WANTED[2])
    steps = list(scenario.steps)
    for at, step in zip((40, 90, 150), hidden, strict=True):
        steps.insert(at, step)
    return msgspec.structs.replace(scenario, steps=tuple(steps))


def test_failing_scenario_shrinks_to_the_steps_that_matter() -> None:
    assert shrink(failing(), fails).steps == WANTED


def test_shrinking_ends_after_as_many_tries_as_allowed() -> None:
    tried = []

    def counted(scenario: Scenario) -> bool:
        tried.append(scenario)
        return fails(scenario)

    small = shrink(failing(), counted, max_tries=20)
    assert len(tried) == 20
    assert fails(small)
