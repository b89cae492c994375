"""The walk back: at which events a value became what it is.

The events are folded once, and every probe is asked after each of them. What changed the answer made the value; so
nothing is guessed, and no event can have an effect that the walk would miss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import ViolationClosed, ViolationOpened
from koop_es.replay.history import line, role
from koop_es.replay.timeline import Timeline
from koop_es.replay.words import Words

Probe = Callable[[Cooperation], Any]
"""Reads a value out of the state; it must be comparable and hold nothing of the state itself, which goes on."""

Parts = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""What is read out of the values of a probe, by its own name: of which probe, and how."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found: the state at its end, and of each probe every value with the version that made it."""

    timeline: Timeline
    state: Cooperation
    found: Mapping[str, list[tuple[int, Any]]]
    roles: list[str | None]

    def made(self, probe: str) -> int:
        """Tell the version of the event that made a probe's value, 0 if none ever did."""
        found = self.found[probe]
        return found[-1][0] if found else 0

    def value_at(self, probe: str, version: int) -> Any:
        """Tell what a probe's value was after a version, None before it had any."""
        return next((value for made, value in reversed(self.found[probe]) if made <= version), None)

    def chain(self, probe: str) -> list[int]:
        """List the versions that led to a probe's value, newest first: what changed it, and what caused that."""
        links: set[int] = set()
        waiting = [version for version, _ in self.found[probe]]
        while waiting:
            version = waiting.pop()
            event = self.timeline.event(version).event
            if version not in links and not isinstance(event, ViolationOpened | ViolationClosed):
                links.add(version)
                waiting += [event.cause] if event.cause else []
        return sorted(links, reverse=True)

    def told(self, version: int, words: Words) -> dict[str, Any]:
        """Tell the event of a version, with the rule it follows."""
        item = self.timeline.event(version)
        return line(item, self.roles[version - 1], words) | {"rule_text": words.rule(item.event.rule)}

    def position(self, version: int) -> int | None:
        """Tell the position of a version, None for none."""
        return self.timeline.event(version).position if version else None


def walk(timeline: Timeline, probes: Mapping[str, Probe], parts: Callable[[Cooperation], Parts]) -> Walk:
    """Fold the events of a cooperation once and note where each probe's value changes, and each part of one: which
    there are, the state at the end tells.
    """
    first = {name: probe(Cooperation(timeline.coop_id)) for name, probe in probes.items()}
    before = dict(first)
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in probes}
    roles: list[str | None] = []
    state = Cooperation(timeline.coop_id)
    for item, after in timeline.steps():
        state = after
        roles.append(role(after, item.event.vhs))
        for name, probe in probes.items():
            value = probe(after)
            if value != before[name]:
                before[name] = value
                found[name].append((item.version, value))
    for name, (whole, read) in parts(state).items():
        found[name] = _changes(read(first[whole]), [(version, read(value)) for version, value in found[whole]])
    return Walk(timeline, state, found, roles)


def _changes(before: Any, values: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """Leave out the values that are as the one before."""
    earlier = [before, *(value for _, value in values)]
    return [(version, value) for (version, value), former in zip(values, earlier, strict=False) if value != former]
