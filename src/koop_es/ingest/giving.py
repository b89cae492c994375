"""Giving out: a change list is handed to a VHS's connector, and what is new in it counts as told from then on (D21)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from koop_es.domain.draft import Draft, Moment
from koop_es.domain.echoes import note_given, unseen_overwrite
from koop_es.domain.evolve import fold
from koop_es.domain.wanted import Change, changes
from koop_es.ingest.command import moment
from koop_es.store import Append, Store, Tx
from koop_es.views import project
from koop_es.views.change_lists import Pending, answers, pending
from koop_es.views.derived import Touched

STREAMS_AT_ONCE = 1_000
"""Cooperations whose events are loaded together."""


def give_out(store: Store, vhs: str, *, now: datetime, compares: bool = True) -> list[dict[str, Any]]:
    """Hand a VHS its change list (``koop-change/1``) and note what is new in it; the same list again writes nothing.

    What is new is noted in the stream of each cooperation that has some, in the transaction in which the list is read.
    A VHS whose connector does not compare before it writes is handed nothing that overwrites an "S" before an operator
    has decided: a question is opened in its place (D22).
    """
    blind = not compares

    def attempt() -> list[dict[str, Any]]:
        with store.reading() as tx:
            found = pending(tx, vhs)
            if not any(_is_news(change, blind=blind) for item in found for change in item.changes):
                return answers(tx, vhs, found)
        with store.write() as tx:
            return answers(tx, vhs, _noted(tx, pending(tx, vhs), moment(vhs, now), blind=blind))

    return store.retrying(attempt)


def _is_news(change: Change, *, blind: bool) -> bool:
    return not change.given or (blind and unseen_overwrite(change))


def _noted(tx: Tx, found: list[Pending], at: Moment, *, blind: bool) -> list[Pending]:
    """Write what is new, and give the list as it then is; raises VersionConflict where somebody else writes."""
    news = [item.coop_id for item in found if any(_is_news(change, blind=blind) for change in item.changes)]
    drafts: dict[str, tuple[int, Draft]] = {}
    for start in range(0, len(news), STREAMS_AT_ONCE):
        for coop_id, story in tx.stories(news[start : start + STREAMS_AT_ONCE]).items():
            draft = Draft(fold(coop_id, story.events), at)
            expected = draft.state.version
            note_given(draft, compares=not blind)
            drafts[coop_id] = (expected, draft)
    written = [(expected, draft) for expected, draft in drafts.values() if draft.events]
    positions = tx.append([Append(draft.state.coop_id, expected, draft.events) for expected, draft in written])
    project(tx, [Touched(d.state, d.events, where) for (_, d), where in zip(written, positions, strict=True)])
    return [
        item._replace(changes=changes(drafts[item.coop_id][1].state, at.vhs)) if item.coop_id in drafts else item
        for item in found
    ]
