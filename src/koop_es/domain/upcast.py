"""Events of former versions: how what was once written is read as what is written today.

An event that must be said otherwise gets a new version (``VERSION = 2`` in its class), and one function here that turns
the fields of the version before into its own. Functions are chained version by version, so that each is written once
and never touched again. Nothing in the log is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from koop_es.domain.events import EVENTS
from koop_es.domain.observation import letter_of

Fields = dict[str, Any]
"""An event as plain JSON: its fields by name, those left out that had their default."""


def _lettered(fields: Fields) -> Fields:
    """Leave out what was typed into a cell of the status, which may be free text (D15)."""
    return fields | {"raw_status": letter_of(fields["raw_status"])}


def _of_letters(fields: Fields) -> Fields:
    """Leave the same out of a violation that shows it (D15)."""
    detail = fields.get("detail", {})
    if fields["code"] != "UNKNOWN_STATUS" or "found" not in detail:
        return fields
    return fields | {"detail": detail | {"found": letter_of(detail["found"])}}


UPCASTS: dict[str, Callable[[Fields], Fields]] = {
    "koop.BookingDelivered.1": lambda fields: fields,
    "koop.BookingReinstated.1": lambda fields: fields,
    "koop.CourseReappeared.1": lambda fields: fields,
    "koop.EffectDropped.1": lambda fields: fields,
    "koop.EffectWithheld.1": lambda fields: fields,
    "koop.MirrorDoubled.1": lambda fields: fields,
    "koop.MirrorLost.1": lambda fields: fields,
    "koop.UnknownStatusSeen.1": _lettered,
    "koop.ViolationAcknowledged.1": _of_letters,
    "koop.ViolationOpened.1": _of_letters,
}
"""Topic of a former version -> what makes its fields those of the next version."""


def newest(topic: str) -> str:
    """Follow a topic to the one its event is written under today; raises KeyError for one that leads to none."""
    while topic not in EVENTS:
        if topic not in UPCASTS:
            raise KeyError(topic)
        topic = following(topic)
    return topic


def lift(topic: str, fields: Fields) -> Fields:
    """Turn the fields of a former version into those of today, version by version; raises KeyError as ``newest``."""
    while topic not in EVENTS:
        fields = UPCASTS[topic](fields)
        topic = following(topic)
    return fields


def following(topic: str) -> str:
    """Name the next version of a topic."""
    name, _, version = topic.rpartition(".")
    return f"{name}.{int(version) + 1}"
