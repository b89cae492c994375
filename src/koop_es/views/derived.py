"""What is derived from a cooperation's events: the rows of all derived tables, a pure function of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import Event, ViolationClosed, ViolationOpened
from koop_es.domain.violations import found
from koop_es.views.documents import Document, documents

TABLES = ("views", "violations", "withheld", "members")
"""The derived tables, in the order in which they are locked and renamed."""

KEYS = {
    "views": ("coop_id", "vhs"),
    "violations": ("coop_id", "opened_position"),
    "withheld": ("coop_id", "vhs", "ref"),
    "members": ("coop_id", "vhs"),
}
"""Table -> the columns that name a row."""

COLUMNS = {
    "views": (
        "vhs", "coop_id", "role", "course_number", "period", "title", "starts_on", "ends_on", "position", "doc",
        "changes", "pending", "suspects", "live", "alone",
    ),
    "violations": (
        "coop_id", "vhs", "code", "ref", "severity", "detail", "shown", "opened_position", "opened_at",
        "closed_position", "closed_at",
    ),
    "withheld": ("vhs", "coop_id", "ref", "id"),
    "members": ("vhs", "coop_id", "since"),
}  # fmt: skip
"""Table -> its columns, in the order in which the store reads them."""

Record = dict[str, Any]
Key = tuple[str, str, str]
"""A violation within its cooperation: code, VHS, booking."""

_encode = msgspec.json.Encoder().encode


class Touched(NamedTuple):
    """A cooperation after new events, with these and their positions; with all its events where it is built anew."""

    state: Cooperation
    events: list[Event]
    positions: list[int]


class Closing(NamedTuple):
    """A violation that was open before the events at hand, and closed in them."""

    key: Key
    position: int
    at: str


def views_of(item: Touched) -> list[Record]:
    """Make the view of everybody who takes part."""
    return [_view(doc, item.positions[-1] if item.positions else 0) for doc in documents(item.state)]


def _view(doc: Document, position: int) -> Record:
    return {
        "vhs": doc.vhs,
        "coop_id": doc.coop_id,
        "role": doc.role,
        "course_number": doc.course_number,
        "period": doc.period,
        "title": doc.title,
        "starts_on": doc.starts_on.isoformat() if doc.starts_on is not None else None,
        "ends_on": doc.ends_on.isoformat() if doc.ends_on is not None else None,
        "position": position,
        "doc": _encode(doc.course).decode(),
        "changes": _encode(doc.changes).decode(),
        "pending": len(doc.changes),
        "suspects": doc.suspects,
        "live": doc.live,
        "alone": int(doc.alone),
    }


def members_of(item: Touched) -> list[Record]:
    """Name who has to do with the cooperation from these events on; who had before stays as noted."""
    since: dict[str, int] = {}
    for event, position in zip(item.events, item.positions, strict=True):
        since.setdefault(event.vhs, position)
    return [{"vhs": vhs, "coop_id": item.state.coop_id, "since": position} for vhs, position in sorted(since.items())]


def withheld_of(state: Cooperation) -> list[Record]:
    """Name the cancellations the mass guard holds back (D4)."""
    return [
        {"vhs": vhs, "coop_id": state.coop_id, "ref": booking.ref, "id": seat.withheld}
        for booking in state.bookings.values()
        for vhs, seat in booking.seats.items()
        if seat.withheld is not None
    ]


def violations_of(item: Touched) -> tuple[list[Record], list[Closing]]:
    """Follow the opening and closing of violations (domain 2.8).

    Gives those that opened in these events, and where older ones closed. ``detail`` is what a violation said when it
    opened; what an open one shows now, which may change (B8, D7), is for ``shown`` to say.
    """
    opened: list[Record] = []
    standing: dict[Key, Record] = {}
    closings: list[Closing] = []
    for event, position in zip(item.events, item.positions, strict=True):
        if isinstance(event, ViolationOpened):
            opened.append(_violation(item.state.coop_id, event, position))
            standing[event.code, event.vhs, event.ref] = opened[-1]
        elif isinstance(event, ViolationClosed):
            closing = Closing((event.code, event.vhs, event.ref), position, event.at)
            row = standing.pop(closing.key, None)
            if row is None:
                closings.append(closing)
            else:
                row.update(closed_position=position, closed_at=event.at)
    return opened, closings


def _violation(coop_id: str, event: ViolationOpened, position: int) -> Record:
    return {
        "coop_id": coop_id,
        "vhs": event.vhs,
        "code": event.code,
        "ref": event.ref,
        "severity": event.severity,
        "detail": _encode(event.detail).decode(),
        "shown": None,
        "opened_position": position,
        "opened_at": event.at,
        "closed_position": None,
        "closed_at": None,
    }


def shown(state: Cooperation) -> dict[Key, str | None]:
    """Tell what each open violation shows now, None for one that shows what it did when it opened."""
    if not state.violations:
        return {}
    details = {violation.key: _encode(violation.detail).decode() for violation in found(state)}
    return {key: details.get(key) for key in state.violations}


def rows_of(item: Touched) -> dict[str, list[Record]]:
    """Make the rows of all derived tables from the whole story of a cooperation."""
    violations, _ = violations_of(item)
    current = shown(item.state)
    for row in violations:
        if row["closed_position"] is None:
            row["shown"] = current.get((row["code"], row["vhs"], row["ref"]))
    return {
        "views": views_of(item),
        "violations": violations,
        "withheld": withheld_of(item.state),
        "members": members_of(item),
    }


def by_table(items: Iterable[dict[str, list[Record]]]) -> dict[str, list[Record]]:
    """Put the rows of many cooperations together."""
    found: dict[str, list[Record]] = {table: [] for table in TABLES}
    for item in items:
        for table, rows in item.items():
            found[table] += rows
    return found
