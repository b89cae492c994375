"""Courses shared before there were COOP-Ids: taken up, and moved to a COOP-Id (D12)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import legacy as adopting
from koop_es.domain import release as releasing
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import CourseFacts
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.events import CoopIdAssigned
from koop_es.domain.identifiers import legacy
from koop_es.domain.legacy import LegacyAbo
from koop_es.domain.terms import Policy
from koop_es.ingest.command import load, moment, refuse_moved, write
from koop_es.ingest.releases import candidate_of, entries_of, next_coop_id, refuse_shared
from koop_es.store import Store, fences
from koop_es.store.errors import VersionConflict


def adopt_legacy(
    store: Store,
    policy: Policy,
    *,
    now: datetime,
    vhs: str,
    number: str,
    period: str,
    abos: list[LegacyAbo],
    given: CourseFacts | None = None,
) -> str:
    """Take up a course that was shared before there were COOP-Ids; returns the id it goes by (D12). Raises Refused."""
    with store.reading() as tx:
        candidate = candidate_of(tx, vhs, number, period, given or CourseFacts())
        for abo in abos:
            refuse_shared(tx, abo.vhs, abo.number, abo.period, None)
    terms = releasing.terms_of(candidate)
    coop_id = legacy(vhs, period, number)

    def attempt() -> str:
        draft = Draft(Cooperation(coop_id), moment(vhs, now))
        facts = releasing.completed(candidate)
        adopting.adopt_legacy(draft, policy, number=number, period=period, facts=facts, terms=terms, abos=abos)
        with store.write() as tx:
            write(tx, [(0, draft)])
            for place, course, course_period in ((vhs, number, period), *((a.vhs, a.number, a.period) for a in abos)):
                keys = [entry.key for entry in entries_of(tx, place, course, course_period)]
                tx.run("catalogue_delete", vhs=place, keys=keys)
        return coop_id

    try:
        return store.retrying(attempt, attempts=1)
    except VersionConflict:
        raise Refused(f"course {number} ({period}) of VHS {vhs} is shared already as {coop_id}", rule="R13") from None


def assign_coop_id(store: Store, *, now: datetime, vhs: str, legacy_id: str) -> str:
    """Move a course that is shared without COOP-Id to a real one, bookings and all; returns it (D12, R14, D16).

    Raises Refused.
    """

    def attempt() -> str:
        with store.reading() as tx:
            old = load(tx, legacy_id, moment(vhs, now))
            story = tx.stories([legacy_id])[legacy_id].events
        refuse_moved(old)
        expected = old.state.version
        with store.write() as tx:
            coop_id = next_coop_id(tx, vhs, now)
            new = Draft(Cooperation(coop_id), moment(vhs, now))
            adopting.carry_over(old.state, story, new)
            old.add(CoopIdAssigned, "D12", successor=coop_id)
            old.settle_violations()  # what stands open goes on under the COOP-Id
            write(tx, [(expected, old), (0, new)])
            fences.watch(tx)
            tx.run("persons_move", old=legacy_id, new=coop_id)
            tx.run("cells_move", old=legacy_id, new=coop_id)
            fences.move(tx, legacy_id, coop_id)
        return coop_id

    return store.retrying(attempt)
