"""Confirming: an operator says whether a booking is cancelled, where no export can tell (D21, D28)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain.cancellations import confirm_cancellation, reject_cancellation
from koop_es.ingest.command import decide, moment
from koop_es.store import Store


def confirm(store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str, reason: str, reject: bool = False) -> str:
    """Make an unclear "S" an "S" everywhere, or with ``reject`` write over it; returns the letter decided.

    The first of two decisions stands. Raises CooperationUnknown, CancellationDecided and NothingToConfirm.
    """
    work = reject_cancellation if reject else confirm_cancellation
    decide(store, coop_id, moment(vhs, now), lambda draft: work(draft, ref, reason))
    return "A" if reject else "S"
