"""What is derived from a cooperation's events: the rows of all derived tables, a pure function of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import compress
from operator import attrgetter
from typing import NamedTuple

import msgspec

from koop_es.domain.cooperation import Acknowledgement, Cooperation
from koop_es.domain.events import Event, ViolationAcknowledged, ViolationClosed, ViolationOpened
from koop_es.domain.violations import found
from koop_es.store import Row
from koop_es.views.documents import Document, documents

TABLES = ("views", "violations", "withheld", "members")
"""The derived tables, in the order in which they are locked and renamed."""

KEYS = {
    "views": ("coop_id", "vhs"),
    "violations": ("coop_id", "opened_position"),
    "withheld": ("coop_id", "vhs", "ref", "id"),
    "members": ("coop_id", "vhs"),
}
"""Table -> the columns that name a row."""

COLUMNS = {
    "views": (
        "vhs", "coop_id", "role", "course_number", "period", "title", "starts_on", "ends_on", "position",
        "pending", "suspects", "live", "alone", "doc", "changes",
    ),
    "violations": (
        "coop_id", "vhs", "code", "ref", "severity", "detail", "shown", "opened_position", "opened_at",
        "closed_position", "closed_at", "acknowledged",
    ),
    "withheld": ("vhs", "coop_id", "ref", "id"),
    "members": ("vhs", "coop_id", "since"),
}  # fmt: skip
"""Table -> its columns, in the order in which the store reads and writes them."""

Key = tuple[str, str, str]
"""A violation within its cooperation: code, VHS, booking."""

ABOUT_VIOLATIONS: frozenset[type[Event]] = frozenset({ViolationOpened, ViolationClosed, ViolationAcknowledged})

_encode = msgspec.json.Encoder().encode

_encode_detail = msgspec.json.Encoder(order="deterministic").encode
"""Details come out in one order, be they just found or read from the log, which keeps them in that order (D30)."""


class Touched(NamedTuple):
    """A cooperation after new events, with these and their positions; with all its events where it is built anew."""

    state: Cooperation
    events: Sequence[Event]
    positions: Sequence[int]

    @property
    def stream(self) -> str:
        """The stream the events are of."""
        return self.state.coop_id


class Said(NamedTuple):
    """New events of another stream, a VHS's own, with their positions; all of them where it is built anew."""

    stream: str
    events: Sequence[Event]
    positions: Sequence[int]


class Closing(NamedTuple):
    """A violation that was open before the events at hand, and closed in them."""

    key: Key
    position: int
    at: str


def views_of(item: Touched, only: Set[str] | None = None) -> list[Row]:
    """Make the view of everybody who takes part, or of ``only`` some."""
    position = item.positions[-1] if item.positions else 0
    return [_view(doc, position) for doc in documents(item.state, only)]


def _view(doc: Document, position: int) -> Row:
    return (
        doc.vhs,
        doc.coop_id,
        doc.role,
        doc.course_number,
        doc.period,
        doc.title,
        doc.starts_on.isoformat() if doc.starts_on is not None else None,
        doc.ends_on.isoformat() if doc.ends_on is not None else None,
        position,
        doc.pending,
        doc.suspects,
        doc.live,
        int(doc.alone),
        _encode(doc.course).decode(),
        _encode(doc.changes).decode(),
    )


def members_of(item: Touched) -> list[Row]:
    """Name who has to do with the cooperation from these events on; who had before stays as noted."""
    backwards = zip(map(attrgetter("vhs"), reversed(item.events)), reversed(item.positions), strict=True)
    since = dict(backwards)  # of each VHS the last one stays, which is its first
    return [(vhs, item.state.coop_id, position) for vhs, position in sorted(since.items())]


def withheld_of(state: Cooperation) -> list[Row]:
    """Name what the guards hold back: cancellations of the absent (D4, D19), and effects (D31), those of a course
    without a booking.
    """
    coop_id = state.coop_id
    found = [(vhs, coop_id, "", held.withheld_id) for vhs, lane in state.lanes.items() for held in lane.waiting]
    for booking in state.bookings.values():
        for vhs, seat in booking.seats.items():
            if seat.withheld is not None or seat.waiting:
                ids = [seat.withheld] if seat.withheld is not None else []
                found += [(vhs, coop_id, booking.ref, name) for name in (*ids, *(h.withheld_id for h in seat.waiting))]
    return found


def violations_of(item: Touched | Said) -> tuple[list[Row], list[Closing]]:
    """Follow the opening and closing of violations (domain 2.8).

    Gives those that opened in these events, and where older ones closed. ``detail`` is what a violation said when it
    opened; what an open one shows now, which may change (B8, D7), is for ``shown`` to say.
    """
    opened: list[tuple[ViolationOpened, int]] = []
    standing: dict[Key, int] = {}
    closed: dict[int, tuple[int, str]] = {}
    closings: list[Closing] = []
    about = map(ABOUT_VIOLATIONS.__contains__, map(type, item.events))  # few are
    for event, position in compress(zip(item.events, item.positions, strict=True), about):
        if isinstance(event, ViolationOpened):
            opened.append((event, position))
            standing[event.code, event.vhs, event.ref] = position
        elif isinstance(event, ViolationClosed):
            key = (event.code, event.vhs, event.ref)
            at = standing.pop(key, None)
            if at is None:
                closings.append(Closing(key, position, event.at))
            else:
                closed[at] = (position, event.at)
    stream = item.stream
    return [_violation(stream, event, at, *closed.get(at, (None, None))) for event, at in opened], closings


def _violation(coop_id: str, event: ViolationOpened, position: int, closed: int | None, closed_at: str | None) -> Row:
    detail = _encode_detail(event.detail).decode()
    where = coop_id, event.vhs, event.code, event.ref
    return *where, event.severity, detail, None, position, event.at, closed, closed_at, None


def acknowledged_of(item: Touched | Said) -> dict[Key, str]:
    """Find who answers for a violation that is open after these events, as it is kept (D30)."""
    found: dict[Key, str] = {}
    for event in item.events:
        if type(event) not in ABOUT_VIOLATIONS:
            continue
        assert isinstance(event, ViolationOpened | ViolationClosed | ViolationAcknowledged)
        key = (event.code, event.vhs, event.ref)
        found.pop(key, None)
        if isinstance(event, ViolationAcknowledged):
            found[key] = _encode_detail(Acknowledgement(event.reason, event.detail, event.until)).decode()
    return found


def shown(state: Cooperation) -> dict[Key, str | None]:
    """Tell what each open violation shows now, None for one that shows what it did when it opened."""
    if not state.violations:
        return {}
    about = [state.bookings[ref] for ref in {ref: None for _, _, ref in state.violations} if ref in state.bookings]
    details = {violation.key: _encode_detail(violation.detail).decode() for violation in found(state, about)}
    return {key: details.get(key) for key in state.violations}


def rows_of(item: Touched) -> dict[str, list[Row]]:
    """Make the rows of all derived tables from the whole story of a cooperation."""
    violations, _ = violations_of(item)
    if current := shown(item.state):
        violations = [_showing(row, current) for row in violations]
    if item.state.acknowledged:
        answered = acknowledged_of(item)
        violations = [_answered(row, answered) for row in violations]
    return {
        "views": views_of(item),
        "violations": violations,
        "withheld": withheld_of(item.state),
        "members": members_of(item),
    }


def rows_of_institution(item: Said) -> dict[str, list[Row]]:
    """Make the rows of all derived tables from the whole story of a VHS: its violations stand under its stream."""
    answered = acknowledged_of(item)
    violations = [_answered(row, answered) for row in violations_of(item)[0]]
    return {table: violations if table == "violations" else [] for table in TABLES}


def _showing(row: Row, current: dict[Key, str | None]) -> Row:
    """Put what an open violation shows now into its row."""
    coop_id, vhs, code, ref, severity, detail, _, position, at, closed, closed_at, answered = row
    now = current.get((code, vhs, ref)) if closed is None else None
    return coop_id, vhs, code, ref, severity, detail, now, position, at, closed, closed_at, answered


def _answered(row: Row, answered: dict[Key, str]) -> Row:
    """Put who answers for an open violation into its row."""
    _, vhs, code, ref, *_, closed, _, _ = row
    return (*row[:-1], answered.get((code, vhs, ref))) if closed is None else row


def by_table(items: Iterable[dict[str, list[Row]]]) -> dict[str, list[Row]]:
    """Put the rows of many cooperations together."""
    found: dict[str, list[Row]] = {table: [] for table in TABLES}
    for item in items:
        for table, rows in item.items():
            found[table] += rows
    return found
