"""Seats: a freed one is claimed, and cancellations that were held back are approved."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import seats
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.identifiers import parse_export
from koop_es.domain.judgement import Effect, effect_of, export_of
from koop_es.ingest.command import decide, load, moment, write
from koop_es.ingest.decide import forgotten
from koop_es.ingest.withdrawing import refuse_withdrawn
from koop_es.store import Store


class WithheldUnknown(BadInput):
    """Nothing is withheld under this id; ``koop-es withheld list`` shows what is."""

    code = "withheld_unknown"


def claim_seat(store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str) -> str:
    """Claim a freed seat for a waiting booking; exactly one of several rivals gets it, others raise Refused (D7)."""
    return decide(store, coop_id, moment(vhs, now), lambda draft: seats.claim_seat(draft, ref))


def of_forgotten(store: Store, withheld_id: str) -> list[str]:
    """Name the bookings under an id of which other persons are withheld, and whose own is forgotten: an approval ends
    that and writes nothing (D31, D15).
    """
    if effect_of(withheld_id) != Effect.PERSON:
        return []
    with store.reading() as tx:
        waiting = [(row[2], row[3]) for row in tx.rows("withheld_all") if row[0] == withheld_id]
        gone = forgotten(tx, {coop_id for coop_id, _ in waiting})
    return sorted(ref for coop_id, ref in waiting if ref in gone[coop_id].values())


def approve(
    store: Store, *, now: datetime, withheld_id: str, up_to: int | None = None, by: str | None = None
) -> list[str]:
    """Let what is withheld under an id happen, all of it or nothing; returns the bookings and courses (D4, D31).

    ``by`` is the VHS that confirms, which can only confirm its own; without it an operator does, anybody's. Raises
    WithheldUnknown, and Refused where there are more than ``up_to``, where it is another VHS's, or where its export was
    withdrawn: what waits still is said by a later one as well (D32).
    """

    def attempt() -> list[str]:
        with store.reading() as tx:
            rows = [row for row in tx.rows("withheld_all") if row[0] == withheld_id]
            if not rows:
                if (named := parse_export(export_of(withheld_id))) is not None:
                    refuse_withdrawn(tx, named[0], export_of(withheld_id))
                raise WithheldUnknown(
                    f"nothing is withheld under {withheld_id}; see koop-es withheld list", id=withheld_id
                )
            if by is not None and by != rows[0][1]:
                raise Refused(
                    f"{withheld_id} is of VHS {rows[0][1]}: VHS {by} can confirm only its own", rule="D31", vhs=by
                )
            if up_to is not None and len(rows) > up_to:
                raise Refused(
                    f"{len(rows)} items are withheld under {withheld_id}, more than the {up_to} approved; "
                    "nothing was done",
                    rule="D4",
                    withheld=len(rows),
                )
            vhs = rows[0][1]
            drafts = [load(tx, coop_id, moment(vhs, now)) for coop_id in sorted({row[2] for row in rows})]
            for draft in drafts:
                draft.erased = forgotten(tx, [draft.state.coop_id])[draft.state.coop_id].keys()
        refs, decided = [], []
        for draft in drafts:
            expected = draft.state.version
            refs += seats.approve_withheld(draft, withheld_id)
            if draft.events:
                decided.append((expected, draft))
        with store.write() as tx:
            write(tx, decided)
            # What waited because of it, a new row under a withheld name, is read again (D19).
            tx.run("slices_forget", coop_ids=[draft.state.coop_id for _, draft in decided])
        return refs

    return store.retrying(attempt)
