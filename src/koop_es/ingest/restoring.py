"""Restoring: what somebody decides about bookings that went with a program or a course, put into the log (D20)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import restoring
from koop_es.ingest.command import decide, moment
from koop_es.store import Store


def restore_booking(
    store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str, reason: str, reject: bool = False
) -> None:
    """Decide about a booking that its owner no longer shows: it is written again, or with ``reject`` cancelled (D20).

    Raises Refused where nothing is asked about it, or somebody decided already: of two decisions the first stands.
    """
    work = restoring.reject_booking if reject else restoring.restore_booking
    decide(store, coop_id, moment(vhs, now), lambda draft: work(draft, ref, reason))
