"""What a violation says is kept as the log has it, be it just found or read again (D30)."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import Any

import pytest

from koop_es.domain.events import Event, ViolationAcknowledged, ViolationOpened
from koop_es.domain.violation_texts import REMEDIES, TEXTS, VARIANTS
from koop_es.store.codec import decode, encode
from koop_es.views.derived import Said, acknowledged_of, violations_of

AT = "2026-03-02T12:00:00+01:00"


def details(code: str) -> dict[str, str]:
    """Fill all that the texts of a violation put in, in an order that is not that of the log."""
    texts = [TEXTS[code], REMEDIES.get(code, ""), *VARIANTS.values()]
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return {name: name for name in sorted(names - {"ref", "remedy"}, reverse=True)}


def kept(events: Sequence[Event]) -> object:
    said = Said("563-COOP-1", events, range(1, len(events) + 1))
    return violations_of(said), acknowledged_of(said)


@pytest.mark.parametrize("code", TEXTS)
def test_d30_details_are_kept_as_a_rebuild_makes_them(code: str) -> None:
    about: dict[str, Any] = {
        "vhs": "301",
        "rule": "D30",
        "at": AT,
        "recorded_at": AT,
        "code": code,
        "detail": details(code),
    }
    new = [ViolationOpened(severity="warning", **about), ViolationAcknowledged(reason="known", **about)]
    again = [decode(1, "563-COOP-1", 1, event.TOPIC, encode(event)).event for event in new]
    assert kept(new) == kept(again)
