"""What was so at a position of the log: the same documents the read models hold, folded from the events up to there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import sequence_of
from koop_es.domain.violations import found
from koop_es.store import Tx
from koop_es.views.derived import withheld_of
from koop_es.views.documents import Document, document

STREAMS_AT_ONCE = 500
"""Cooperations whose events are in memory together: some 25,000 events of a usual course, below 50 MB."""


def states(tx: Tx, coop_ids: Iterable[str], position: int) -> Iterator[Cooperation]:
    """Fold cooperations from their events up to a position, in the order given."""
    left = iter(coop_ids)
    while page := list(islice(left, STREAMS_AT_ONCE)):
        for coop_id, recorded in tx.load(page, upto=position).items():
            yield fold(coop_id, (item.event for item in recorded))


def documents_of(tx: Tx, vhs: str, position: int) -> list[Document]:
    """Give what a VHS saw at a position, by COOP-Id."""
    coop_ids = [row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=position)]
    found = (document(state, vhs) for state in states(tx, coop_ids, position))
    return [doc for doc in found if doc is not None]


def violation_details(
    tx: Tx, coop_ids: Iterable[str], position: int
) -> dict[tuple[str, str, str, str], dict[str, str]]:
    """Read what the violations open at a position showed then, by COOP-Id, code, VHS and booking."""
    return {
        (state.coop_id, *violation.key): violation.detail
        for state in states(tx, sorted(set(coop_ids)), position)
        for violation in found(state)
    }


def status(tx: Tx, position: int, moment: datetime | None, vhs: str | None) -> list[dict[str, Any]]:
    """Tell how each VHS stood at a position; ``moment`` is what ages are counted to.

    What was set aside at that position is not told: quarantined rows are no events.
    """
    streams: defaultdict[str, set[str]] = defaultdict(set)
    for coop_id, member in tx.rows("members", upto=position):
        streams[coop_id].add(member)
    chosen = [coop_id for coop_id, members in streams.items() if vhs is None or vhs in members]
    courses, pending, open_count, withheld = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    untold = Counter[str]()
    for state in states(tx, chosen, position):
        for where in state.lanes:
            if (doc := document(state, where)) is not None:
                courses[where] += 1
                pending[where] += len(doc.changes)
        open_count.update(where for _, where, _ in state.violations)
        for name, lane in state.lanes.items():
            untold[name] += len(lane.suspended.refs) if lane.suspended is not None else 0
        withheld.update(row[0] for row in withheld_of(state))
    exports = {row[0]: row[1:] for row in tx.rows("exports_as_of", vhs=vhs or "", upto=position)}
    known = sorted(
        ({vhs} if vhs is not None else {m for members in streams.values() for m in members}) | exports.keys()
    )
    return [
        _status(name, exports.get(name), moment, courses[name], pending[name], open_count[name], withheld[name])
        | {"suspended": untold[name]}
        for name in known
    ]


def _status(
    vhs: str,
    export: tuple[Any, ...] | None,
    moment: datetime | None,
    courses: int,
    pending: int,
    open_count: int,
    withheld: int,
) -> dict[str, Any]:
    system, sequence, last_at = export or (None, None, None)
    age = (moment - datetime.fromisoformat(last_at)).total_seconds() if last_at and moment is not None else None
    return {
        "vhs": vhs,
        "system": system or None,
        "last_sequence": sequence_of(sequence) if sequence else None,
        "last_export_at": last_at,
        "age_seconds": int(age) if age is not None else None,
        "courses": courses,
        "pending_changes": pending,
        "open_violations": open_count,
        "withheld": withheld,
        "quarantined": None,
        "unfinished_sequence": None,
        "converged": pending == 0,
    }
