"""What still stands open for what was asked about, and what to do about it: no answer may pass over it (D30)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.judgement import Effect, effect_of
from koop_es.domain.open_matters import VIOLATION, Matter, violations_too
from koop_es.domain.violations import Violation
from koop_es.replay.words import Words

SAYS_REMEDY_OF: dict[str, str] = {
    "n_final": "CANCELLED_BOOKING_REACTIVATED",
    "n_restore_orphan": "BOOKING_REMOVED",
    "n_owner_books": "BOOKING_REMOVED",
    "n_beyond": "OVERBOOKED",
}
"""Sentence about a booking -> the violation whose remedy it says in better words."""

SHOWN_AT_MOST = 6
"""Further matters that are named one by one; of more the rest is counted."""


def of_booking(state: Cooperation, vhs: str, ref: str, standing: Iterable[Violation] | None = None) -> list[Matter]:
    """Find what stands open for a booking, at every VHS, and for its course at the VHS asked about;
    ``standing`` are all violations, where they were found already.
    """
    beyond = ref in state.beyond_capacity()
    return [
        matter
        for matter in violations_too(state, standing)
        if matter.ref == ref
        or is_named(matter.values, ref)
        or _is_its_row(state, matter, ref)
        or (matter.code == "OVERBOOKED" and beyond)
        or effect_of(matter.values.get("id", "")) == Effect.AUSFALL  # it would cancel all bookings of the course
        or (not matter.ref and matter.vhs == vhs and matter.kind != VIOLATION)
    ]


def _is_its_row(state: Cooperation, matter: Matter, ref: str) -> bool:
    """Tell whether a row that waits stands under the Beleg-ID of a booking, although it may be another's: that of one
    which moved on, whose row is back where it had been (D25, D20).
    """
    booking = state.bookings.get(ref)
    seat = booking.seats.get(matter.vhs) if booking is not None else None
    waits = matter.code == "REGISTRATION_HELD" and seat is not None and bool(seat.booking_id)
    return waits and seat is not None and seat.booking_id in matter.values.get("found", "").split(", ")


def is_named(detail: Mapping[str, str], ref: str) -> bool:
    """Tell whether a matter of several bookings names this one among its ``refs``."""
    return ref in detail.get("refs", "").split(", ")


def of_course(
    state: Cooperation, vhs: str, standing: Iterable[Violation] | None = None
) -> tuple[list[Matter], list[Matter]]:
    """Find what stands open for the course at a VHS, and all else in the cooperation."""
    matters = list(violations_too(state, standing))
    here = [matter for matter in matters if not matter.ref and matter.vhs == vhs]
    return here, [matter for matter in matters if matter.ref or matter.vhs != vhs]


def unanswered(state: Cooperation, matters: Iterable[Matter], today: date | None) -> list[Matter]:
    """Leave out the violations that somebody answers for (D30)."""
    found = []
    for matter in matters:
        said = state.acknowledged.get((matter.code, matter.vhs, matter.ref)) if matter.kind == VIOLATION else None
        if said is None or not said.holds(matter.values, today):
            found.append(matter)
    return found


def remedies(matters: Iterable[Matter], words: Words, said: Iterable[str] = ()) -> list[str]:
    """Say what to do about each matter; ``said`` names the sentences that are said already."""
    covered = {SAYS_REMEDY_OF[name] for name in said if name in SAYS_REMEDY_OF}
    found = [remedy(matter, words) for matter in matters if matter.kind != VIOLATION or matter.code not in covered]
    return list(dict.fromkeys(found))


def remedy(matter: Matter, words: Words) -> str:
    """Say what to do about one matter."""
    if matter.kind != VIOLATION:
        return words.say(f"n_{matter.kind}", vhs=matter.vhs, ref=matter.ref, **_values(matter, words))
    text = words.remedy(matter.code, dict(matter.values), matter.ref)
    return words.say("n_remedy", code=matter.code, vhs=matter.vhs, remedy=text)


def text(matter: Matter, words: Words) -> str:
    """Say what stands open."""
    if matter.kind != VIOLATION:
        return words.say(f"m_{matter.kind}", vhs=matter.vhs, ref=matter.ref, **_values(matter, words))
    return words.violation(matter.code, dict(matter.values), matter.ref)


def _values(matter: Matter, words: Words) -> dict[str, str]:
    """Give what a matter's sentences put in, times as people write them."""
    return {name: words.time(value) if name == "since" else value for name, value in matter.values.items()}


CODES = {
    "asked_shown": "PROGRAM_WENT_BACK",
    "asked_orphan": "PROGRAM_WENT_BACK",
    "asked_course": "PROGRAM_WENT_BACK",
    "suspended": "ABSENCES_SUSPENDED",
    "withheld_effect": "EFFECTS_WITHHELD",
    "withheld_letter": "LETTERS_CHANGED_TOGETHER",
}
"""Kind of matter -> the violation that people know it by, where it has no code of its own."""


def further(state: Cooperation, matters: list[Matter], words: Words) -> list[str]:
    """Name in one sentence what stands open in the cooperation beside what was asked about."""
    if not matters:
        return []
    named = [
        " ".join(filter(None, (matter.code or CODES.get(matter.kind, matter.kind), f"(VHS {matter.vhs})", matter.ref)))
        for matter in matters[:SHOWN_AT_MOST]
    ]
    if (left := len(matters) - SHOWN_AT_MOST) > 0:
        named.append(words.say("and_more", count=left))
    return [words.say("n_further", coop_id=state.coop_id, matters=words.listed(named))]


def answer(matters: Iterable[Matter], words: Words) -> list[dict[str, Any]]:
    """Give matters as data, each with what stands open and what to do about it."""
    return [
        {
            "kind": matter.kind,
            "code": matter.code or None,
            "vhs": matter.vhs,
            "ref": matter.ref or None,
            "text": text(matter, words),
            "remedy": remedy(matter, words),
        }
        for matter in matters
    ]
