"""An export put into a history that never had it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from koop_es.connectors import read_export
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Moment
from koop_es.domain.errors import BadInput
from koop_es.domain.judgement import NOTHING
from koop_es.domain.observation import Origin, Report
from koop_es.domain.slices import KnownLane, Slice
from koop_es.domain.terms import Policy
from koop_es.ingest import ledger
from koop_es.ingest.plan import former_of, known_lanes, routed
from koop_es.replay.rerun import Insertion
from koop_es.replay.steps import Seen
from koop_es.store import Store
from koop_es.views.documents import document


class NothingSaid(BadInput):
    """The export says nothing about this cooperation."""

    code = "nothing_said"


def insertion(
    store: Store, path: Path, policy: Policy, *, position: int, now: datetime, profile: str | None = None
) -> Insertion:
    """Read an export that is to be taken in after a position, under settings; raises the errors of read_export."""
    report = read_export(path, profile=profile, secret=store.secret)
    recorded_at = now.isoformat()
    origin = Origin(vhs=report.vhs, sha256=report.sha256, sequence=report.sequence)
    moment = Moment(report.vhs, report.exported_at or recorded_at, recorded_at, origin)
    step = Seen(
        position,
        report.vhs,
        origin.export,
        report.kind,
        report.system,
        moment,
        (),
        {},
        judgement=NOTHING,
        policy=policy,
    )
    return lambda state: (_part(store, report, state, path), step)


def _part(store: Store, report: Report, state: Cooperation, path: Path) -> Slice:
    """Find what an export says about a cooperation as it stands; its VHS's other courses are where they are now."""
    with store.reading() as tx:
        lanes = known_lanes(ledger.lane_views(tx, report.vhs))
        lanes.pop(state.coop_id, None)
        if (doc := document(state, report.vhs)) is not None:
            known = doc.course_number, doc.period, doc.ends_on, doc.title, doc.starts_on, doc.alone
            lanes[state.coop_id] = KnownLane(state.coop_id, *known, lambda _: former_of(state, report.vhs))
        part = routed(tx, report, lanes).slices.get(state.coop_id)
    if part is None:
        raise NothingSaid(f"{path} of VHS {report.vhs} says nothing about {state.coop_id}", file=str(path))
    return part
