"""The money terms of a cooperation and the policies that act when an observation becomes an event."""

from __future__ import annotations

from typing import Literal

import msgspec

LINK = "Link"
"""Rate that stands for forwarding customers to the Master instead of an Abo ("Verlinkung", R6)."""


class Terms(msgspec.Struct, frozen=True):
    """Fee, pass-through items (both in cents, gross) and the Master's percentage of the rest, or ``Link`` (R6, R25)."""

    fee_cents: int
    pass_through_cents: int
    rate: str


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide (never replay): orphans (D2, D3), guards (D4, D19, D31), identities (D1), Bavaria (D14),
    keywords (R23).
    """

    orphan_policy: Literal["symmetric", "owner_only"] = "symmetric"
    orphan_confirmations: int = 2
    guard_bookings: int = 10
    guard_percent: int = 10
    guard_absolute: int = 100
    guard_few: int = 3
    guard_course: int = 4
    guard_courses: int = 2
    guard_letters: int = 8
    guard_ausfall: int = 3
    guard_moved: int = 5
    guard_revised: int = 10
    guard_persons: int = 10
    guard_alike: int = 5
    guard_revived: int = 3
    identity_sharing: Literal["master_only", "all"] = "master_only"
    bavaria: frozenset[str] = frozenset()
    event_kind_course: str = "75"
    event_kind_single: str = "76"
    online_keyword_master: str = "onlinevhs.bayern-Master"
    online_keyword_subscriber: str = "onlinevhs.bayern-Abo"

    def is_bavarian(self, vhs: str) -> bool:
        """Tell whether the rules for VHSs in Bayern apply (T3, D14); ``*`` in the list stands for all."""
        return vhs in self.bavaria or "*" in self.bavaria

    def event_kind(self, course_type: str | None) -> str:
        """Choose the "Veranstaltungsart" of a Bavarian Abo-Kurs (D14)."""
        return self.event_kind_single if course_type == "Einzelveranstaltung" else self.event_kind_course

    def guard_trips(self, orphans: int, live: int) -> bool:
        """Tell whether one export would orphan too many bookings of a VHS with ``live`` live ones (D4)."""
        share_too_large = orphans * 100 > self.guard_percent * live
        return orphans > self.guard_absolute or (orphans > self.guard_bookings and share_too_large)


def normal_rate(rate: str | None, fee_cents: int | None) -> str | None:
    """Read a rate the way it is compared: a blank one of a free course is 0 (R6a), numbers lose leading zeros."""
    text = (rate or "").strip()
    if not text:
        return "0" if fee_cents == 0 and rate is not None else None
    if text.casefold() == LINK.casefold():
        return LINK
    return str(int(text)) if text.isascii() and text.isdigit() else text
