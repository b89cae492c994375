"""The frames of a cooperation: after every event the whole grid, what that event changed, and what stands open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from koop_es.domain import violation_texts, violations
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import HEADINGS, CourseFacts, given
from koop_es.domain.events import ViolationOpened
from koop_es.domain.evolve import apply
from koop_es.replay.explain import told
from koop_es.replay.grid import NOTHING, Grid, grid
from koop_es.replay.timeline import Timeline
from koop_es.replay.why import BookingUnknown


class Place(NamedTuple):
    """Where something is: a row's key and a VHS, or the code of a violation and the VHS and booking it is about."""

    what: str
    where: str


class Open(NamedTuple):
    """An open violation, in words."""

    code: str
    severity: str
    vhs: str
    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What was so after one event.

    ``event`` tells it as ``history`` does. ``changed`` are the cells that are not as they were before it, ``conflicts``
    what is at odds after it: cells that differ and open violations; ``arisen`` are those that it brought.
    """

    version: int
    position: int
    event: dict[str, Any]
    grid: Grid
    violations: tuple[Open, ...]
    changed: frozenset[Place]
    conflicts: frozenset[Place]
    arisen: frozenset[Place]


class Frames:
    """All frames of a cooperation, made when asked for; with a booking only its row and the course's."""

    def __init__(self, timeline: Timeline, booking: str | None = None) -> None:
        """Tell the events once; raises BookingUnknown."""
        self.timeline = timeline
        self.booking = booking
        self.told = [told(item, state) for item, state in timeline.steps()]
        last = timeline.state()
        if booking is not None and booking not in last.bookings:
            raise BookingUnknown(
                f"{timeline.coop_id} has no booking {booking}; koop-es replay {timeline.coop_id} shows all of them",
                coop_id=timeline.coop_id,
                ref=booking,
            )
        seen = {item.event.vhs for item in timeline.recorded}
        self.columns = sorted(seen, key=lambda vhs: (vhs != last.master, vhs))
        self._fields = _fields(timeline)
        self._brings: dict[int, bool] = {}
        self._state = Cooperation(timeline.coop_id)
        self._before: tuple[Grid, frozenset[Place]] | None = None

    def __len__(self) -> int:
        """Count the events."""
        return len(self.timeline.recorded)

    def __iter__(self) -> Iterator[Frame]:
        """Go through all frames."""
        return (self.frame(version) for version in range(1, len(self) + 1))

    def frame(self, version: int) -> Frame:
        """Give what was so after the event of a version, from 1 on."""
        if self._state.version != version - 1 or self._before is None:
            # Folding costs two microseconds an event and a grid a thousand times that, so that states need not be kept.
            self._state = self.timeline.state(version - 1)
            self._before = self._picture()[:2]
        before, stood = self._before
        item = self.timeline.event(version)
        apply(self._state, item.event)
        after, conflicts, standing = self._picture()
        self._before = after, conflicts
        self._brings[version] = bool(conflicts - stood)
        return Frame(
            version,
            item.position,
            self.told[version - 1],
            after,
            standing,
            frozenset(_changed(before, after)),
            conflicts,
            conflicts - stood,
        )

    def conflict_from(self, version: int, step: int = 1) -> int | None:
        """Find the next version, or with ``step`` -1 the one before, whose event brings a conflict; None if none
        does.
        """
        while 1 <= (version := version + step) <= len(self):
            if self._brings[version] if version in self._brings else self.frame(version).arisen:
                return version
        return None

    def _picture(self) -> tuple[Grid, frozenset[Place], tuple[Open, ...]]:
        shown = grid(self._state, self.columns, self._fields, self.booking)
        standing = tuple(self._open())
        places = [
            Place(row.key, column.vhs)
            for row in shown.rows.values()
            for column, cell in zip(shown.columns, row.cells, strict=True)
            if cell.differs
        ]
        places += [Place(violation.code, f"{violation.vhs} {violation.ref}".rstrip()) for violation in standing]
        return shown, frozenset(places), standing

    def _open(self) -> Iterator[Open]:
        """List the open violations in the order they opened; who has no seat may have changed since then (D7)."""
        if not self._state.violations:
            return
        now = {violation.key: violation.detail for violation in violations.found(self._state)}
        for (code, vhs, ref), version in self._state.violations.items():
            if self.booking in (None, ref) or not ref:
                event = self.timeline.event(version).event
                assert isinstance(event, ViolationOpened), "the version of a violation is that of its opening"
                detail = now.get((code, vhs, ref), event.detail)
                yield Open(code, event.severity, vhs, ref, violation_texts.text(code, detail, ref))


def _changed(before: Grid, after: Grid) -> Iterator[Place]:
    nothing = (NOTHING,) * len(after.columns)
    for key, row in after.rows.items():
        old = before.rows[key].cells if key in before.rows else nothing
        for column, was, now in zip(after.columns, old, row.cells, strict=True):
            if was != now:
                yield Place(key, column.vhs)


def _fields(timeline: Timeline) -> list[str]:
    """List the course fields that any export of this story carried, in the order of an export's columns."""
    carried: set[str] = set()
    for item in timeline.recorded:
        for name in ("facts", "reported"):
            facts = getattr(item.event, name, None)
            if isinstance(facts, CourseFacts):
                carried |= given(facts).keys()
    return [name for name in HEADINGS if name in carried]
