"""The projector: writes what is derived from the cooperations a transaction has touched, in that same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from koop_es.domain.events import Event
from koop_es.domain.reach import reached
from koop_es.store import Tx
from koop_es.views.derived import (
    ABOUT_VIOLATIONS,
    Said,
    Touched,
    acknowledged_of,
    members_of,
    shown,
    views_of,
    violations_of,
    withheld_of,
)


def project(tx: Tx, touched: Iterable[Touched]) -> None:
    """Bring views, change lists, violations and withheld cancellations of the touched cooperations up to date."""
    cooperations = list(touched)
    _project_views(tx, cooperations)
    tx.write_rows("member_note", (row for item in cooperations for row in members_of(item)))
    tx.run("withheld_delete", coop_ids=[item.state.coop_id for item in cooperations])
    tx.write_rows("withheld_insert", (row for item in cooperations for row in withheld_of(item.state)))
    for item in cooperations:
        _project_violations(tx, item)


def _project_views(tx: Tx, cooperations: Sequence[Touched]) -> None:
    """Write the views of all whom the events reach; those of the others hold up to these events as they are."""
    by_reach: dict[Set[str] | None, list[Touched]] = {}
    for item in cooperations:
        by_reach.setdefault(reached(item.events), []).append(item)
    for only, items in by_reach.items():
        coop_ids = [item.state.coop_id for item in items]
        if only is None:
            tx.run("view_delete", coop_ids=coop_ids)
            continue
        if only:
            tx.run("view_delete_of", coop_ids=coop_ids, vhss=sorted(only))
        tx.run_many("view_stand", [{"coop_id": item.state.coop_id, "position": item.positions[-1]} for item in items])
    tx.write_rows(
        "view_insert", (row for only, items in by_reach.items() for item in items for row in views_of(item, only))
    )


def project_institution(tx: Tx, stream: str, events: Sequence[Event], positions: Sequence[int]) -> None:
    """Follow the violations of a VHS as a whole; they stand under the name of its stream (D23)."""
    _follow_violations(tx, Said(stream, events, positions))


def _follow_violations(tx: Tx, item: Touched | Said) -> None:
    if ABOUT_VIOLATIONS.isdisjoint(map(type, item.events)):  # as in nearly all
        return
    opened, closings = violations_of(item)
    for (code, vhs, ref), position, at in closings:
        tx.run("violation_close", coop_id=item.stream, vhs=vhs, code=code, ref=ref, position=position, at=at)
    if opened:
        tx.write_rows("violation_insert", opened)
    for (code, vhs, ref), said in acknowledged_of(item).items():
        tx.run("violation_acknowledge", coop_id=item.stream, vhs=vhs, code=code, ref=ref, said=said)


def _project_violations(tx: Tx, item: Touched) -> None:
    """Follow the opening and closing of violations, and keep current what the open ones show."""
    coop_id = item.state.coop_id
    _follow_violations(tx, item)
    if current := shown(item.state):
        rows = (
            {"coop_id": coop_id, "code": c, "vhs": v, "ref": r, "shown": text} for (c, v, r), text in current.items()
        )
        tx.run_many("violation_shown", rows)
