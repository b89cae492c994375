"""How a VHS stands: one word out of all that is open there, the gravest that holds (D30)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.cooperation import Acknowledgement
from koop_es.domain.identifiers import export_name, sequence_of
from koop_es.domain.open_matters import is_suspicion, state_of

AGREES = "agrees"

STATES = (
    AGREES, "unseen", "behind", "late", "blocked", "quarantined", "frozen", "withheld", "suspended", "silent",
)  # fmt: skip
"""The states of a VHS, the later the graver; only in the first one does it show all that it should."""

UNHEARD = 2
"""New exports in a row that were superseded, from which on nobody knows what their VHS shows (D23, D30)."""

STALE = timedelta(days=1)
"""How old the last export may be where only superseded ones came since: the oldest of nightly ones that is no alarm."""

Open = tuple[str, str, Mapping[str, str]]
"""What stands open: VHS, code of the violation, and its details as they are now."""

_detail = msgspec.json.Decoder(dict[str, str])


class Facts(NamedTuple):
    """What tables and log tell of one VHS, to be put into a word; None where it is not known of a former moment, or may
    not be read.
    """

    vhs: str
    system: str | None
    number: int | None
    last_at: str | None
    courses: int
    pending: int
    withheld: int
    quarantined: int | None
    unfinished: int | None
    superseded: int
    unheard: int


def of_rows(rows: Iterable[tuple[str, str, str, str | None]], today: date | None) -> list[Open]:
    """Read violations as the database has them, without those that somebody answers for."""
    found = ((vhs, code, _detail.decode(text), said) for vhs, code, text, said in rows)
    return [(vhs, code, detail) for vhs, code, detail, said in found if not is_acknowledged(said, detail, today)]


def is_acknowledged(said: str | None, detail: Mapping[str, str], today: date | None) -> bool:
    """Tell whether somebody answers for a violation as it shows itself now (D30)."""
    return said is not None and acknowledgement(said).holds(detail, today)


acknowledgement = msgspec.json.Decoder(Acknowledgement).decode
"""Reads who answers for a violation."""


def answer(
    facts: Facts, standing: Sequence[Open], suspended: int, *, now: datetime | None, max_age: timedelta | None
) -> dict[str, Any]:
    """Say how one VHS stands; the keys of ``status``. ``standing`` are the violations open there."""
    last_at = datetime.fromisoformat(facts.last_at) if facts.last_at is not None else None
    age = now - last_at if now is not None and last_at is not None else None
    suspects = sum(is_suspicion(code, detail) for _, code, detail in standing)
    state = _state(facts, standing, suspended, age, max_age)
    return {
        "vhs": facts.vhs,
        "name": None,
        "state": state,
        "converged": state == AGREES,
        "system": facts.system or None,
        "last_sequence": sequence_of(facts.number) if facts.number else None,
        "last_export": export_name(facts.vhs, facts.number, "") if facts.number else None,
        "last_export_at": facts.last_at,
        "age_seconds": int(age.total_seconds()) if age is not None else None,
        "courses": facts.courses,
        "pending_changes": facts.pending,
        "open_violations": len(standing),
        "withheld": facts.withheld,
        "quarantined": facts.quarantined,
        "suspended": suspended,
        "suspects": suspects,
        "superseded_since": facts.superseded,
        "unfinished_sequence": sequence_of(facts.unfinished) if facts.unfinished is not None else None,
    }


def _state(
    facts: Facts, standing: Sequence[Open], suspended: int, age: timedelta | None, max_age: timedelta | None
) -> str:
    """Find the gravest state that holds."""
    never = facts.last_at is None and not facts.quarantined and facts.unfinished is None
    stale = age is not None and facts.superseded > 0 and age > STALE
    old = max_age is not None and (age is None or age > max_age)
    holds = {
        "silent": never and not facts.superseded,
        "suspended": suspended > 0,
        "withheld": facts.withheld > 0,
        "quarantined": bool(facts.quarantined),
        "late": stale or old or facts.unheard >= UNHEARD,
        "behind": facts.pending > 0 or facts.unfinished is not None,
        "unseen": facts.quarantined is None,
    }
    found = {state for state, does in holds.items() if does}
    found |= {state for _, code, detail in standing if (state := state_of(code, detail)) is not None}
    return max(found, key=STATES.index, default=AGREES)
