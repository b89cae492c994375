"""The parts of an explanation: a value with its sentences, rules with their events, open violations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from koop_es.domain.violations import Violation
from koop_es.replay.still_open import is_named
from koop_es.replay.subjects import Value
from koop_es.replay.walk import Walk
from koop_es.replay.words import Words

OWN = frozenset({"one_shot", "own_field", "own_number", "own", "kept", "master_decides"})
"""Conditions in which nobody tells the VHS what to show."""


def value(value: Value, text: str) -> dict[str, Any]:
    """Tell a value as data, with its sentences."""
    return {
        "wanted": value.wanted,
        "shown": value.shown,
        "reason": value.reason,
        "condition": value.condition,
        "pending": value.pending or None,
        "text": text,
    }


def sentences(common: dict[str, Any], value: Value, words: Words, *, main: bool) -> str:
    """Say what should be and what is, and then what is the matter; ``main`` is the booking or course itself."""
    nothing = words.say("nothing")
    values = common | value._asdict()
    values |= {"wanted": words.short(value.wanted or nothing), "shown": words.short(value.shown or nothing)}
    parts = []
    if main and "ref" in common:
        reason = f" ({words.say(f'reason_{value.reason}')})" if value.reason else ""
        parts.append(words.say("value" if value.wanted else "value_none", **values, reason_text=reason))
    elif not main and common["field"] == "person":
        parts += [words.say("value_person", **values)] if value.wanted else []
    elif not main:
        parts.append(words.say("value_own" if value.condition in OWN else "value_field", **values))
    return " ".join([*parts, words.say(f"c_{value.condition}", **values)])


def rules(found: Walk, rules: list[tuple[str, int]], words: Words) -> list[dict[str, Any]]:
    """Tell the rules that decided, each with the event that followed it."""
    return [
        {
            "rule": rule,
            "statement": words.rule(rule),
            "position": found.position(version),
            "event": found.told(version, words)["text"] if version else None,
        }
        for rule, version in rules
    ]


def violations(standing: Iterable[Violation], vhs: str, ref: str, found: Walk, words: Words) -> list[dict[str, Any]]:
    """Tell the open violations an answer is about: of a booking those at all VHSs, of a course those at one."""
    state = found.state
    beyond = ref and ref in state.beyond_capacity()
    result: list[dict[str, Any]] = []
    for item in standing:
        about = item.ref == ref or is_named(item.detail, ref) if ref else item.vhs == vhs and not item.ref
        if about or (beyond and item.code == "OVERBOOKED"):
            text = words.violation(item.code, item.detail, item.ref)
            version = state.violations.get(item.key, 0)
            result.append(
                {
                    "code": item.code,
                    "vhs": item.vhs,
                    "severity": item.severity,
                    "rule": item.rule,
                    "position": found.position(version),
                    "text": text,
                }
            )
    return result
