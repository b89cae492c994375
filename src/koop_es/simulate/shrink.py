"""Shrinks a failing scenario to the fewest steps with which it still fails in the same way (delta debugging)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from koop_es.simulate.steps import Changes, Export, Scenario, Step

Fails = Callable[[Scenario], bool]

MAX_TRIES = 3_000
"""Scenarios tried at most: some minutes, and more than a scenario of 200 steps has ever needed."""


def shrink(scenario: Scenario, fails: Fails, max_tries: int = MAX_TRIES) -> Scenario:
    """Take away steps, then make the rest simpler, as long as ``fails`` holds; the scenario given must fail.

    The steps that are left are a minimum in so far as none of them can go alone, unless ``max_tries`` ended it.
    """
    tries = _Tries(scenario, fails, max_tries)
    before = -1
    while len(tries.best.steps) != before and not tries.exhausted:
        before = len(tries.best.steps)
        _cut(tries)
        _simplify(tries)
    return tries.best


class _Tries:
    """The best scenario so far, and how many more may be tried."""

    def __init__(self, scenario: Scenario, fails: Fails, left: int) -> None:
        self.best, self.fails, self.left = scenario, fails, left

    @property
    def exhausted(self) -> bool:
        return self.left <= 0

    def keep(self, steps: tuple[Step, ...]) -> bool:
        """Try other steps; they are the best from now on if they fail as well."""
        if self.exhausted:
            return False
        self.left -= 1
        tried = msgspec.structs.replace(self.best, steps=steps)
        if not self.fails(tried):
            return False
        self.best = tried
        return True


def _cut(tries: _Tries) -> None:
    """Take away ever smaller runs of steps, from the end on, where most of what does not matter is."""
    size = max(1, len(tries.best.steps) // 2)
    while size and not tries.exhausted:
        at = len(tries.best.steps) - size
        while at > -size:
            steps = tries.best.steps
            tries.keep(steps[: max(at, 0)] + steps[max(at, 0) + size :] if at >= 0 else steps[size + at :])
            at -= size
        size //= 2


def _simplify(tries: _Tries) -> None:
    """Take the faults out of the steps that are left, one by one."""
    for at in range(len(tries.best.steps)):
        for simpler in _simpler(tries.best.steps[at]):
            steps = tries.best.steps
            tries.keep((*steps[:at], simpler, *steps[at + 1 :]))


def _simpler(step: Step) -> list[Step]:
    if isinstance(step, Export):
        plain = Export(step.vhs)
        return [plain] if step == plain else [plain, *_without(step, ("again", "crash", "batch", "delay", "archive"))]
    if isinstance(step, Changes):
        return [] if step == Changes(step.vhs) else [Changes(step.vhs)]
    return []


def _without(step: Export, names: tuple[str, ...]) -> list[Step]:
    default = Export(step.vhs)
    return [
        msgspec.structs.replace(step, **{name: getattr(default, name)})
        for name in names
        if getattr(step, name) != getattr(default, name)
    ]
