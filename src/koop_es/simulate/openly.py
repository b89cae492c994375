"""What the engine says openly that it cannot tell: the only thing a rehearsal excuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from koop_es.domain.violation_texts import text
from koop_es.ingest import quarantine
from koop_es.simulate.seam import SeamStore
from koop_es.views import violations

UNTOLD = ("COURSE_VANISHED", "COOP_ID_CHANGED", "COOP_ID_LOST")
"""Violations that say that a VHS's row of a shared course is not known for sure (R15, R19, R20)."""

_WAITS = re.compile(r"new row (.+?) may be")
"""Names the Beleg-IDs of rows that wait, in what REGISTRATION_HELD says (D25, D27)."""

_COOP_ID = re.compile(r"\d+-COOP-\d+")


def rows_that_wait(text: str) -> list[str]:
    """Name the rows that a violation says may be the booking it is about: it asks about who stands in them, too."""
    found = _WAITS.search(text)
    return found.group(1).split(", ") if found else []


def courses_nobody_can_tell(store: SeamStore) -> frozenset[tuple[str, str]]:
    """Name the VHSs and COOP-Ids of which a violation or a row set aside says that nobody knows which row they are."""
    return _said(store, store.writes)


@lru_cache(1)
def _said(store: SeamStore, _: int) -> frozenset[tuple[str, str]]:
    """Read it once between two transactions that write: a rehearsal asks for each course of each export."""
    return frozenset((vhs, coop_id) for vhs, said in _texts(store) for coop_id in _COOP_ID.findall(said))


def _texts(store: SeamStore) -> Iterator[tuple[str, str]]:
    for violation in violations(store, say=_only_untold):
        if violation["code"] in UNTOLD:
            yield violation["vhs"], f"{violation['coop_id']} {violation['text']}"
    for item in quarantine.listed(store):
        if item["about"] == "course":
            yield item["vhs"], item["reason"]


def _only_untold(code: str, details: dict[str, str], ref: str) -> str:
    return text(code, details, ref) if code in UNTOLD else ""
