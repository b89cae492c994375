"""The kinds of faults and edits that a scenario draws, and how to take one kind out of a scenario.

Taking it out is the control of the experiment: a mistake of the engine is caught *by* a kind of fault where the same
scenario ends well without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from koop_es.simulate.draw import ACTS, FATES
from koop_es.simulate.staff import ABO_EDITS, MASTER_EDITS
from koop_es.simulate.steps import Act, Changes, Export, Jump, Resend, Rivals, Scenario, Step

Change = Callable[[Step], tuple[Step, ...]]


def _export(**plain: Any) -> Change:
    return lambda step: (msgspec.structs.replace(step, **plain),) if isinstance(step, Export) else (step,)


def _fate(fate: str) -> Change:
    whole = _export(fate="whole")
    return lambda step: whole(step) if isinstance(step, Export) and step.fate == fate else (step,)


def _reach(reach: str) -> Change:
    full = _export(reach="full")
    return lambda step: full(step) if isinstance(step, Export) and step.reach == reach else (step,)


def _list(**plain: Any) -> Change:
    return lambda step: (msgspec.structs.replace(step, **plain),) if isinstance(step, Changes) else (step,)


def _no(kind: type[Step]) -> Change:
    return lambda step: () if isinstance(step, kind) else (step,)


def _one_after_the_other(step: Step) -> tuple[Step, ...]:
    return (Export(step.vhs), Export(step.other)) if isinstance(step, Rivals) else (step,)


def _act(verb: str) -> Change:
    return lambda step: () if isinstance(step, Act) and step.verb == verb else (step,)


WAY: dict[str, Change] = {
    "lost": _fate("lost"),
    **{fate: _fate(fate) for fate in FATES},
    "late": _export(delay=0),
    "doubled": _export(again=None),
    "crash": _export(crash=0),
    "error": _export(error=0),
    "old one again": _no(Resend),
    "at once": _one_after_the_other,
    "list late": _list(delay=0),
    "list twice": _list(times=1),
    "clock jump": _no(Jump),
    "delta": _reach("delta"),
    "occupancy": _reach("occupancy"),
    "scoped": _reach("scoped"),
}
"""What happens between the programs and the engine, by kind -> how it does not happen."""

STAFF: dict[str, Change] = {verb: _act(verb) for verb in ACTS if verb != "edit"}
"""What staff does, by verb -> how it is not done; edits of courses go by their heading."""

HEADINGS = sorted({heading for fields in (*MASTER_EDITS, *ABO_EDITS) for heading in fields})
"""The fields of a course that staff edits; a kind ``edit Gebühr`` is one of them."""

POLICIES: dict[str, dict[str, Any]] = {
    "owner only": {"owner_only": False},
    "one confirmation": {"confirmations": 2},
    "names to all": {"all_identities": False},
}
"""Policies that a scenario draws -> the usual ones."""


def kinds() -> list[str]:
    """List every kind there is."""
    return [*WAY, *STAFF, *(f"edit {heading}" for heading in HEADINGS), *POLICIES]


def alone(scenario: Scenario, kind: str) -> Scenario:
    """Leave of all that happens on the way only one kind; an edit or a policy stands among all that was drawn."""
    if kind not in WAY:
        return scenario
    for other in WAY.keys() - {kind}:
        scenario = _each(scenario, WAY[other])
    return scenario


def without(scenario: Scenario, kind: str) -> Scenario:
    """Take one kind out of a scenario."""
    if kind in POLICIES:
        return msgspec.structs.replace(scenario, **POLICIES[kind])
    if kind.startswith("edit "):
        return _each(scenario, lambda step: _unless_heading(scenario, step, kind.removeprefix("edit ")))
    return _each(scenario, (WAY | STAFF)[kind])


def _each(scenario: Scenario, change: Change) -> Scenario:
    steps = tuple(left for step in scenario.steps for left in change(step))
    return msgspec.structs.replace(scenario, steps=steps)


def _unless_heading(scenario: Scenario, step: Step, heading: str) -> tuple[Step, ...]:
    if not isinstance(step, Act) or step.verb != "edit":
        return (step,)
    master = scenario.courses[step.course % len(scenario.courses)].master == step.vhs
    edits = MASTER_EDITS if master else ABO_EDITS
    return () if heading in edits[step.value % len(edits)] else (step,)
