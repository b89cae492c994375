"""Seats: a freed one is claimed, and cancellations that were held back are approved."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import seats
from koop_es.domain.errors import BadInput, Refused
from koop_es.ingest.command import decide, load, moment, write
from koop_es.store import Store


class WithheldUnknown(BadInput):
    """Nothing is withheld under this id; ``koop-es withheld list`` shows what is."""

    code = "withheld_unknown"


def claim_seat(store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str) -> str:
    """Claim a freed seat for a waiting booking; exactly one of several rivals gets it, others raise Refused (D7)."""
    return decide(store, coop_id, moment(vhs, now), lambda draft: seats.claim_seat(draft, ref))


def approve(store: Store, *, now: datetime, withheld_id: str, up_to: int | None = None) -> list[str]:
    """Let the cancellations withheld under an id happen, all of them or none; returns the bookings (D4).

    Raises WithheldUnknown, and Refused where there are more than ``up_to``.
    """

    def attempt() -> list[str]:
        with store.reading() as tx:
            rows = [row for row in tx.rows("withheld_all") if row[0] == withheld_id]
            if not rows:
                raise WithheldUnknown(
                    f"nothing is withheld under {withheld_id}; see koop-es withheld list", id=withheld_id
                )
            if up_to is not None and len(rows) > up_to:
                raise Refused(
                    f"{len(rows)} cancellations are withheld under {withheld_id}, more than the {up_to} approved; "
                    f"nothing was "
                    "cancelled",
                    rule="D4",
                    withheld=len(rows),
                )
            vhs = rows[0][1]
            drafts = [load(tx, coop_id, moment(vhs, now)) for coop_id in sorted({row[2] for row in rows})]
        refs, decided = [], []
        for draft in drafts:
            expected = draft.state.version
            refs += seats.approve_withheld(draft, withheld_id)
            if draft.events:
                decided.append((expected, draft))
        with store.write() as tx:
            write(tx, decided)
        return refs

    return store.retrying(attempt)
