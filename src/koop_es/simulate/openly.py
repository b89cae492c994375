"""What the engine says openly that it cannot tell: the only thing a rehearsal excuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from koop_es.ingest import quarantine
from koop_es.store import Store
from koop_es.views import open_violations

UNTOLD = ("COURSE_VANISHED", "COOP_ID_CHANGED", "COOP_ID_LOST")
"""Violations that say that a VHS's row of a shared course is not known for sure (R15, R19, R20)."""

_WAITS = re.compile(r"new row (.+?) may be")
"""Names the Beleg-IDs of rows that wait, in what REGISTRATION_HELD says (D25, D27)."""

_COOP_ID = re.compile(r"\d+-COOP-\d+")


def rows_that_wait(text: str) -> list[str]:
    """Name the rows that a violation says may be the booking it is about: it asks about who stands in them, too."""
    found = _WAITS.search(text)
    return found.group(1).split(", ") if found else []


def courses_nobody_can_tell(store: Store) -> set[tuple[str, str]]:
    """Name the VHSs and COOP-Ids of which a violation or a row set aside says that nobody knows which row they are."""
    return {(vhs, coop_id) for vhs, text in _texts(store) for coop_id in _COOP_ID.findall(text)}


def _texts(store: Store) -> Iterator[tuple[str, str]]:
    for violation in open_violations(store):
        if violation["code"] in UNTOLD:
            yield violation["vhs"], f"{violation['coop_id']} {violation['text']}"
    for item in quarantine.listed(store):
        if item["about"] == "course":
            yield item["vhs"], item["reason"]
