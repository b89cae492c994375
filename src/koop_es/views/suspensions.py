"""Absences that nobody can tell: at which VHS, in which courses, why, and since when (D17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from koop_es.store import Tx

CODE = "ABSENCES_SUSPENDED"
"""The violation that stands open as long as absences are suspended."""

ALARM_AFTER = 2
"""Complete exports that cannot tell who is absent, after which somebody has to look (D17)."""

_detail = msgspec.json.Decoder(dict[str, str])


class Suspension(NamedTuple):
    """One course in which absences are suspended; ``exports`` counts the complete ones that could not tell."""

    vhs: str
    coop_id: str
    since: str
    export: str
    reason: str
    refs: tuple[str, ...]
    exports: int

    @property
    def alarms(self) -> bool:
        """Tell whether it stands for so long that somebody has to look."""
        return self.exports >= ALARM_AFTER


def suspended(tx: Tx, vhs: str = "") -> list[Suspension]:
    """List what is suspended now at one VHS or at all, by VHS and age."""
    found = []
    for where, coop_id, since, text, exports in tx.rows("suspended", vhs=vhs, code=CODE):
        detail = _detail.decode(text)
        refs = tuple(detail["refs"].split(", "))
        found.append(Suspension(where, coop_id, since, detail["found"], detail["reason"], refs, exports))
    return found


def counted(items: Iterable[Suspension]) -> dict[str, int]:
    """Count by VHS the bookings of which nobody can tell whether they are gone."""
    counts: dict[str, int] = {}
    for item in items:
        counts[item.vhs] = counts.get(item.vhs, 0) + len(item.refs)
    return counts
