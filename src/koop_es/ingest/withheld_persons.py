"""What is withheld of persons who were forgotten: it goes with them, and not with the next export (D31, D15)."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from functools import partial

from koop_es.domain.draft import Draft
from koop_es.domain.withhold import end_forgotten
from koop_es.ingest.command import decide, moment
from koop_es.ingest.decide import forgotten
from koop_es.store import Store


def end(store: Store, now: datetime) -> None:
    """Let go of whatever is withheld of persons behind fences, in all cooperations."""
    with store.reading() as tx:
        waiting = {(coop_id, vhs, ref) for _, vhs, coop_id, ref in tx.rows("withheld_all")}
        gone = forgotten(tx, {coop_id for coop_id, _, _ in waiting})
    for coop_id, vhs in sorted({(coop_id, vhs) for coop_id, vhs, ref in waiting if ref in gone[coop_id].values()}):
        decide(store, coop_id, moment(vhs, now), partial(_end, gone[coop_id].keys()))


def _end(gone: Set[str], draft: Draft) -> None:
    draft.erased = gone
    for ref in sorted(draft.state.bookings):
        booking = draft.state.bookings[ref]
        if (seat := booking.seats.get(draft.moment.vhs)) is not None:
            end_forgotten(draft, booking, seat)
    if draft.events:
        draft.settle_violations()
