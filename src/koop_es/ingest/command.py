"""Commands: what a VHS or an operator decides through koop-es itself rather than in an admin program."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from koop_es.domain.draft import Draft, Moment
from koop_es.domain.errors import CooperationUnknown, Refused
from koop_es.domain.evolve import fold
from koop_es.store import Append, Store, Tx
from koop_es.views import project
from koop_es.views.derived import Touched

T = TypeVar("T")


def moment(vhs: str, now: datetime) -> Moment:
    """Say who decides when; no export row stands behind a command."""
    return Moment(vhs, now.isoformat(), now.isoformat())


def load(tx: Tx, coop_id: str, at: Moment) -> Draft:
    """Load a cooperation to decide about; raises CooperationUnknown."""
    recorded = tx.load([coop_id])[coop_id]
    if not recorded:
        raise CooperationUnknown(
            f"there is no cooperation {coop_id}; koop-es view --vhs V shows those of a VHS", coop_id=coop_id
        )
    state = fold(coop_id, (item.event for item in recorded))
    return Draft(state, at, position=lambda version: recorded[version - 1].position)


def refuse_moved(draft: Draft) -> None:
    """Refuse to decide about a course under the name it had before its COOP-Id: nobody would hear of it (D12)."""
    if (successor := draft.state.successor) is not None:
        raise Refused(f"{draft.state.coop_id} goes on as {successor}: decide there", rule="D12", coop_id=successor)


def decide(
    store: Store,
    coop_id: str,
    at: Moment,
    work: Callable[[Draft], T],
    check: Callable[[Tx], None] | None = None,
) -> T:
    """Load a cooperation, let ``work`` decide, and write what it added; again from the start after a conflict.

    ``check`` may refuse inside the transaction, when nobody else can write any more.
    """

    def attempt() -> T:
        with store.reading() as tx:
            draft = load(tx, coop_id, at)
        refuse_moved(draft)
        expected = draft.state.version
        answer = work(draft)
        if draft.events:
            with store.write() as tx:
                write(tx, [(expected, draft)])
                if check is not None:
                    check(tx)
        return answer

    return store.retrying(attempt)


def write(tx: Tx, drafts: list[tuple[int, Draft]]) -> None:
    """Append what drafts decided, with the versions they began from, and bring the views up to date.

    The next exports of all participants are read even if they say what the last ones said: it may mean something new
    now.
    """
    positions = tx.append([Append(draft.state.coop_id, expected, draft.events) for expected, draft in drafts])
    project(tx, [Touched(d.state, d.events, at) for (_, d), at in zip(drafts, positions, strict=True)])
    for vhs in sorted({vhs for _, draft in drafts for vhs in draft.state.lanes}):
        tx.run("lane_unsettle", vhs=vhs)
