"""Hunts for a seed in which a mistake of the engine comes to light; runs as a process of its own, on a copy.

Reads one JSON object from standard input, writes one to standard output. The engine is whichever ``koop_es`` this
process imports, and the answer says from where.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

import structlog

import koop_es
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import Scenario
from tests.mutations.faults import alone, without

RARE = 20
"""A kind of fault that not even one seed in twenty draws is not hunted any longer."""


def hunt(first: int, most: int, kind: str, raises: str) -> dict[str, Any]:
    """Try seeds until one goes wrong because of a kind of fault, and goes well without it.

    ``tried`` counts the seeds in which that kind was drawn, ``elsewhere`` those that went wrong without it as well.
    """
    tried = elsewhere = 0
    for seed in count(first):
        if tried == most or seed == first + RARE * most:
            break
        drawn = draw(seed, kinds=())
        scenario, control = alone(drawn, kind), without(alone(drawn, kind), kind)
        if scenario == control:
            continue
        tried += 1
        found = findings(scenario, raises)
        if not found:
            continue
        if findings(control, raises):
            elsewhere += 1
            continue
        return {"seed": seed, "tried": tried, "elsewhere": elsewhere, "finding": found[0]}
    return {"seed": None, "tried": tried, "elsewhere": elsewhere, "finding": ""}


def findings(scenario: Scenario, raises: str) -> list[str]:
    """Rehearse; an error counts only where it is the one that ``raises`` names."""
    found = rehearse(scenario).findings
    return [item for item in found if not item.startswith("raised") or (raises and f"{raises}:" in item)]


def main() -> None:
    """Answer one question."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asked = json.load(sys.stdin)
    answer: dict[str, Any] = {"engine": str(Path(koop_es.__file__).resolve())}
    if asked["kind"] == "none":
        found = {seed: rehearse(draw(seed, kinds=())).findings for seed in range(asked["first"], asked["last"])}
        answer |= {"findings": {seed: said for seed, said in found.items() if said}}
    else:
        answer |= hunt(asked["first"], asked["most"], asked["kind"], asked["raises"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
