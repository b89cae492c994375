"""What was so at a position of the log: the same documents the read models hold, folded from the events up to there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import fold
from koop_es.domain.violations import found
from koop_es.store import Tx, times
from koop_es.views.derived import withheld_of
from koop_es.views.documents import Document, document
from koop_es.views.standing import Facts, Open, answer, of_rows

STREAMS_AT_ONCE = 500
"""Cooperations whose events are in memory together: some 25,000 events of a usual course, below 50 MB."""


def states(tx: Tx, coop_ids: Iterable[str], position: int) -> Iterator[Cooperation]:
    """Fold cooperations from their events up to a position, in the order given."""
    left = iter(coop_ids)
    while page := list(islice(left, STREAMS_AT_ONCE)):
        for coop_id, story in tx.stories(page, upto=position).items():
            yield fold(coop_id, story.events)


def documents_of(tx: Tx, vhss: Iterable[str], position: int) -> dict[str, list[Document]]:
    """Give what each of some VHSs saw at a position, by COOP-Id."""
    found: dict[str, dict[str, Document | None]] = {
        vhs: dict.fromkeys(row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=position)) for vhs in vhss
    }
    for state in states(tx, dict.fromkeys(chain.from_iterable(found.values())), position):
        for vhs, docs in found.items():
            if state.coop_id in docs:
                docs[state.coop_id] = document(state, vhs)
    return {vhs: [doc for doc in docs.values() if doc is not None] for vhs, docs in found.items()}


def violation_details(
    tx: Tx, coop_ids: Iterable[str], position: int
) -> dict[tuple[str, str, str, str], dict[str, str]]:
    """Read what the violations open at a position showed then, by COOP-Id, code, VHS and booking."""
    return {
        (state.coop_id, *violation.key): violation.detail
        for state in states(tx, sorted(set(coop_ids)), position)
        for violation in found(state)
    }


def status(
    tx: Tx, position: int, moment: datetime | None, vhs: str | None, max_age: timedelta | None
) -> list[dict[str, Any]]:
    """Tell how each VHS stood at a position and a moment, which is what ages are counted to.

    What the tables beside the log say is told as of the moment: behind a position much may come that is no event, such
    as exports that say nothing new, and rows that are set aside.
    """
    when = moment.isoformat() if moment is not None else times.EVER
    streams: defaultdict[str, set[str]] = defaultdict(set)
    for coop_id, member in tx.rows("members", upto=position):
        streams[coop_id].add(member)
    chosen = [coop_id for coop_id, members in streams.items() if vhs is None or vhs in members]
    courses, pending, withheld, untold = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    standing: defaultdict[str, list[Open]] = defaultdict(list)
    for state in states(tx, chosen, position):
        for where in state.lanes:
            if (doc := document(state, where)) is not None:
                courses[where] += 1
                pending[where] += doc.pending
        for item in _standing(state, moment.date() if moment is not None else None):
            standing[item[0]].append(item)
        for name, lane in state.lanes.items():
            untold[name] += len(lane.suspended.refs) if lane.suspended is not None else 0
        withheld.update(row[0] for row in withheld_of(state))
    for item in of_rows(
        tx.rows("status_violations_of_vhs", vhs=vhs or "", upto=position), moment.date() if moment else None
    ):
        standing[item[0]].append(item)
    exports = {row[0]: row[1:] for row in tx.rows("exports_as_of", vhs=vhs or "", upto=position, moment=when)}
    members = {vhs} if vhs is not None else {m for members in streams.values() for m in members}
    readable = not any(name == "koop_quarantine" for (name,) in tx.rows("names_unseen"))
    aside: dict[str, int] = dict(tx.rows("status_quarantined", vhs=vhs or "", moment=when)) if readable else {}
    known = sorted(members | exports.keys() | aside.keys())
    superseded: dict[str, int] = dict(tx.rows("status_superseded", vhss=known, upto=position, moment=when))
    unheard: dict[str, int] = dict(tx.rows("status_unheard", vhss=known, upto=position, moment=when))
    result = []
    for name in known:
        system, number, last_at = exports.get(name, (None, None, None))
        facts = Facts(
            name,
            system,
            number,
            last_at,
            courses[name],
            pending[name],
            withheld[name],
            aside.get(name, 0) if readable else None,
            None,
            superseded[name],
            unheard[name],
        )
        result.append(answer(facts, standing[name], untold[name], now=moment, max_age=max_age))
    return result


def _standing(state: Cooperation, today: date | None) -> Iterator[Open]:
    """Read what stood open, as it was then; in the middle of an export some of it may not be opened yet."""
    shown = {violation.key: violation.detail for violation in found(state)}
    for code, where, ref in state.violations:
        said, detail = state.acknowledged.get((code, where, ref)), shown.get((code, where, ref), {})
        if said is None or not said.holds(detail, today):
            yield where, code, detail
