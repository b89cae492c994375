"""The projector: writes the read models of the cooperations a transaction has touched, in that same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import Event, ViolationClosed, ViolationOpened
from koop_es.domain.violations import Violation, found
from koop_es.store import Tx
from koop_es.views.documents import Document, documents

_encode = msgspec.json.Encoder().encode


class Touched(NamedTuple):
    """A cooperation after new events, with these and their positions."""

    state: Cooperation
    events: list[Event]
    positions: list[int]


def project(tx: Tx, touched: Iterable[Touched]) -> None:
    """Bring views, change lists, violations and withheld cancellations of the touched cooperations up to date."""
    cooperations = list(touched)
    coop_ids = [item.state.coop_id for item in cooperations]
    tx.run("view_delete", coop_ids=coop_ids)
    tx.run_many("view_insert", (_row(doc, item) for item in cooperations for doc in documents(item.state)))
    tx.run_many("member_note", (row for item in cooperations for row in _members(item)))
    tx.run("withheld_delete", coop_ids=coop_ids)
    tx.run_many("withheld_insert", (row for item in cooperations for row in _withheld(item.state)))
    for item in cooperations:
        _project_violations(tx, item)


def _row(doc: Document, item: Touched) -> dict[str, Any]:
    return {
        "vhs": doc.vhs,
        "coop_id": doc.coop_id,
        "role": doc.role,
        "course_number": doc.course_number,
        "period": doc.period,
        "title": doc.title,
        "starts_on": doc.starts_on.isoformat() if doc.starts_on is not None else None,
        "ends_on": doc.ends_on.isoformat() if doc.ends_on is not None else None,
        "position": item.positions[-1] if item.positions else 0,
        "doc": _encode(doc.course).decode(),
        "changes": _encode(doc.changes).decode(),
        "pending": len(doc.changes),
        "suspects": doc.suspects,
        "live": doc.live,
        "alone": int(doc.alone),
    }


def _members(item: Touched) -> list[dict[str, Any]]:
    """Name who has to do with the cooperation from these events on; who had before stays as noted."""
    since: dict[str, int] = {}
    for event, position in zip(item.events, item.positions, strict=True):
        since.setdefault(event.vhs, position)
    return [{"vhs": vhs, "coop_id": item.state.coop_id, "since": position} for vhs, position in sorted(since.items())]


def _withheld(state: Cooperation) -> list[dict[str, Any]]:
    return [
        {"vhs": vhs, "id": seat.withheld, "coop_id": state.coop_id, "ref": booking.ref}
        for booking in state.bookings.values()
        for vhs, seat in booking.seats.items()
        if seat.withheld is not None
    ]


def _project_violations(tx: Tx, item: Touched) -> None:
    """Follow the opening and closing of violations in the order they happened (domain 2.8)."""
    for event, position in zip(item.events, item.positions, strict=True):
        key = {"coop_id": item.state.coop_id, "vhs": event.vhs}
        if isinstance(event, ViolationOpened):
            tx.run(
                "violation_open",
                **key,
                code=event.code,
                ref=event.ref,
                severity=event.severity,
                detail=_encode(event.detail).decode(),
                position=position,
                at=event.at,
            )
        elif isinstance(event, ViolationClosed):
            tx.run("violation_close", **key, code=event.code, ref=event.ref, position=position, at=event.at)
    if item.state.violations:
        tx.run_many("violation_detail", (_detail(item.state.coop_id, standing) for standing in found(item.state)))


def _detail(coop_id: str, standing: Violation) -> dict[str, Any]:
    """Keep what an open violation shows current: who has no seat may change while a course is overbooked (B8, D7)."""
    return {
        "coop_id": coop_id,
        "vhs": standing.vhs,
        "code": standing.code,
        "ref": standing.ref,
        "detail": _encode(standing.detail).decode(),
    }
