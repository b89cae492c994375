"""Exports that were made before others of a lower sequence: what was read since then stands (D23, D3).

The sequence orders, but a reading of 02:00 that is sent after one of 10:00 proves nothing of what that showed: neither
that a booking made since is gone, nor that an Ausfall is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from koop_es.domain import events as e
from koop_es.domain.event import Event
from koop_es.domain.paired import Pairing
from koop_es.domain.slices import Slice

AT_MOST = timedelta(days=1)
"""How much older a reading can be: a file that says more was made by a clock that is wrong, or is an old one (D23)."""

_COURSE = (
    e.CourseReleased, e.CourseSubscribed, e.CourseDelivered, e.CourseReported, e.CourseRevised, e.CourseRenumbered,
    e.CourseCancelled, e.CourseReinstated, e.CourseVanished, e.CourseReappeared, e.CourseArchived, e.CoopIdAltered,
    e.CoopIdDelivered,
)  # fmt: skip
_NOT_READ = (e.ViolationOpened, e.ViolationClosed)


def made_at(exported_at: str, recorded_at: str, now: str) -> datetime | None:
    """Tell when an export was made at the latest: a clock that ran ahead is seen by when it came in (D23).

    None where that is still to come: the engine's own clock went back since, and nobody can tell.
    """
    recorded = datetime.fromisoformat(recorded_at)
    return min(datetime.fromisoformat(exported_at), recorded) if recorded <= datetime.fromisoformat(now) else None


def last_said(events: Iterable[Event], vhs: str, now: str) -> dict[str, datetime]:
    """Tell when the exports were made that last said something new of the bookings of a VHS, by reference, and of its
    course, under the empty text (D23).
    """
    found: dict[str, datetime] = {}
    for event in events:
        if event.vhs != vhs or event.origin is None or event.origin.vhs != vhs:
            continue
        for name in _about(event):
            at = made_at(event.at, event.recorded_at, now)
            if at is not None and (name not in found or found[name] < at):
                found[name] = at
    return found


def _about(event: Event) -> Iterator[str]:
    if isinstance(event, _COURSE):
        yield ""
    elif not isinstance(event, _NOT_READ) and (ref := getattr(event, "ref", "")):
        yield ref


def compare(part: Slice, said: dict[str, datetime], exported_at: str) -> None:
    """Have a slice know what was read after its export was made; it proves no absence of that, and what it shows of it
    is not read (D23).

    By more than a day it cannot be older: then the sequence orders what it shows, as ever, and it only proves nothing.
    """
    at = datetime.fromisoformat(exported_at)
    later = frozenset(name for name, when in said.items() if when > at)
    part.seen_later = later
    part.read_later = frozenset(name for name in later if said[name] - at <= AT_MOST)


def leave_later(part: Slice, pairing: Pairing) -> None:
    """Leave out all that the rows of an export would say of bookings that were read later (D23)."""
    later = part.read_later
    if not later:
        return
    pairing.rekeyed = [ref for ref in pairing.rekeyed if ref not in later]
    pairing.reused = {ref: former for ref, former in pairing.reused.items() if former not in later}
    pairing.replaced -= later
    pairing.joined -= later
    pairing.unreferenced -= later
    pairing.doubled = {ref: rows for ref, rows in pairing.doubled.items() if ref not in later}
    pairing.held = [hold for hold in pairing.held if hold.ref not in later]
