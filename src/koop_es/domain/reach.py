"""Whom an event reaches: who should hold something else after it, or is shown otherwise than before."""

from __future__ import annotations

from collections.abc import Iterable

from koop_es.domain import events as e
from koop_es.domain.evolve_echo import REPLACED, SOMEBODY_ELSE, WRITTEN_SINCE

OWN_ROW: frozenset[type[e.Event]] = frozenset({
    e.CourseDelivered, e.CoopIdDelivered, e.BookingDelivered, e.BookingReported, e.BookingVanished,
    e.BookingReappeared, e.CancellationDelivered, e.OrphanWithheld, e.ParticipantsMerged,
    e.MergeSuspected, e.UnknownStatusSeen, e.ChangesGivenOut, e.CancellationUnclear,
    e.ReinstatementDelivered, e.BookingQuestioned, e.RemovalConfirmed, e.BookingWentBack, e.CourseWentBack,
    e.CourseRestored, e.FormerFactsConfirmed, e.BookingArchived, e.ChangesNotSeen,
    e.ChangesSetAside, e.FormerChangesNotSeen,
})  # fmt: skip
"""Events that say what one VHS's own row shows: what it reported becomes another, and nobody else's wanted or reported
does, or what it alone was told. Most are acknowledgements, of which every booking has as many as there are VHSs."""

LETS_LIVE = frozenset({REPLACED, SOMEBODY_ELSE, WRITTEN_SINCE})
"""Questions by which a booking lives that was cancelled everywhere (D18, D21). When one is rejected, what waited for
that answer is told to all; so is a booking that lives again because its mirror, and nobody, was lost (D18c)."""

NOBODY: frozenset[type[e.Event]] = frozenset({e.ViolationOpened, e.ViolationClosed, e.ViolationAcknowledged})
"""Events that change neither what anybody should hold nor what anybody shows."""


def reached(events: Iterable[e.Event]) -> frozenset[str] | None:
    """Name the VHSs whose picture of a cooperation some of its events change; None for all who take part."""
    found: set[str] = set()
    for event in events:
        kind = type(event)
        if isinstance(event, e.CancellationUnclear) and event.why in LETS_LIVE:
            return None
        if kind in OWN_ROW:
            found.add(event.vhs)
        elif kind not in NOBODY:
            return None
    return frozenset(found)
