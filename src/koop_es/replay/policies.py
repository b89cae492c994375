"""The settings of the past, as far as decisions tell them, and the settings of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from koop_es.domain import events as e
from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import owner_of
from koop_es.domain.terms import Policy
from koop_es.settings import Settings, SettingsInvalid

GUARD = frozenset(name for name in Policy.__struct_fields__ if name.startswith("guard_"))
"""The settings of the guards, which look at everything of a VHS (D4, D19, D31)."""


class RuleInvalid(WrongUsage):
    """There is no such rule, or it cannot have this value; docs/reference/settings.md lists them."""

    code = "rule_invalid"


def rules_of(texts: Iterable[str]) -> dict[str, Any]:
    """Read rules as they are asked for, ``orphan_policy=owner_only``; raises RuleInvalid."""
    found: dict[str, Any] = {}
    for text in texts:
        name, given, value = text.partition("=")
        name = name.strip()
        if name not in Policy.__struct_fields__:
            raise RuleInvalid(f"there is no rule {name!r}; there are {', '.join(Policy.__struct_fields__)}", rule=name)
        wanted = Settings.model_fields[name].description
        if not given:
            raise RuleInvalid(f"--rule {name} lacks a value: give {name}=VALUE with {wanted}", rule=name)
        try:
            found[name] = getattr(Settings.read(**{name: value.strip()}), name)
        except SettingsInvalid:
            raise RuleInvalid(f"{name} cannot be {value.strip()!r}; give {wanted}", rule=name, value=value) from None
    return found


def policy_then(policy: Policy, events: Sequence[e.Event]) -> Policy:
    """Read the settings out of what one export or command decided; what it does not tell stays as it was."""
    return msgspec.structs.replace(policy, **_orphans(events), **_joined(policy, events))


def _orphans(events: Sequence[e.Event]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    suspected = {event.ref for event in events if isinstance(event, e.BookingVanished) and event.rule != "D5"}
    settled = {event.ref for event in events if isinstance(event, e.OrphanDetected | e.OrphanWithheld | e.MirrorLost)}
    if suspected:
        told["orphan_confirmations"] = 1 if suspected & settled else 2
    for event in events:
        if isinstance(event, e.MirrorLost) and event.rule == "D2":
            told["orphan_policy"] = "owner_only"
        elif isinstance(event, e.OrphanDetected | e.OrphanWithheld) and event.origin is not None:
            told |= {"orphan_policy": "symmetric"} if owner_of(event.ref) != event.vhs else {}
    return told


def _joined(policy: Policy, events: Sequence[e.Event]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for event in events:
        adopted = isinstance(event, e.CourseReleased) and event.adopted and event.origin is not None
        if not (adopted or isinstance(event, e.CourseSubscribed)) or event.rule == "D12":
            continue
        assert isinstance(event, e.CourseReleased | e.CourseSubscribed)
        told["identity_sharing"] = "all" if event.identity else "master_only"
        known = told.get("bavaria", policy.bavaria)
        told["bavaria"] = known | {event.vhs} if event.event_kind is not None else known - {event.vhs, "*"}
        if event.event_kind is not None:
            told |= {"event_kind_course": event.event_kind, "event_kind_single": event.event_kind}
        if isinstance(event, e.CourseSubscribed) and event.keyword is not None:
            told["online_keyword_subscriber"] = event.keyword
    return told
