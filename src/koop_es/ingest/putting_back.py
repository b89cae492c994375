"""A store that was put back from a backup: until a VHS has told what it holds, nobody knows what it was told (D21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from koop_es.domain.draft import Moment
from koop_es.domain.events import Event
from koop_es.domain.observation import Kind, Report
from koop_es.domain.violations import WARNING
from koop_es.ingest import institution, ledger
from koop_es.ingest.ledger import PUT_BACK
from koop_es.store import Store, Tx


def note(store: Store, now: datetime, made_at: str) -> int:
    """Note in the stream of every VHS that ever reported that the store is one of a backup that was ``made_at`` a time;
    returns how many these are (D21).
    """
    at, detail = now.isoformat(), {"since": made_at}
    with store.write() as tx:
        known = [row[0] for row in tx.rows("lanes_that_reported")]
        for vhs in known:
            moment = Moment(vhs, at, at)
            before = [institution.closed(moment, PUT_BACK, "D21")] if ledger.put_back_at(tx, vhs) is not None else []
            institution.append(tx, vhs, [*before, institution.opened(moment, PUT_BACK, WARNING, "D21", detail)])
    return len(known)


def settled(tx: Tx, report: Report, moment: Moment) -> Sequence[Event]:
    """Say that a VHS has told what it holds since the store was put back: a complete export that was made after that
    does, or any full one where its VHS never gives proof (D21).
    """
    at = ledger.put_back_at(tx, report.vhs)
    if at is None or report.kind is not Kind.FULL or datetime.fromisoformat(moment.at) < datetime.fromisoformat(at):
        return ()
    if not report.proves_absence and (not report.has_bookings or ledger.complete_made_at(tx, report) is not None):
        return ()
    return (institution.closed(moment, PUT_BACK, "D21"),)
