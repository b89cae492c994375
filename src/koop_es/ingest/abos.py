"""Abos: subscribed under a number of one's own, ended, or put on other terms."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import subscription
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.identifiers import GENERAL_MARKET
from koop_es.domain.terms import Policy, Terms
from koop_es.ingest import unshown
from koop_es.ingest.command import decide, moment
from koop_es.store import Store, Tx


def subscribe(
    store: Store,
    policy: Policy,
    *,
    now: datetime,
    vhs: str,
    coop_id: str,
    number: str,
    period: str,
    accepted_rate: str,
    web_release: bool = False,
    dry_run: bool = False,
) -> bool:
    """Subscribe a released course (R24-R32); returns False where this very Abo exists already. Raises Refused."""
    with store.reading() as tx:
        lane = tx.row("lane_peek", vhs=vhs)
        markets = frozenset(row[0] for row in tx.rows("markets_of_vhs", vhs=vhs)) | {GENERAL_MARKET}
        taken = _number_taken(tx, vhs, number, period, coop_id)
    system = lane[0] if lane is not None else None

    def work(draft: Draft) -> bool:
        if subscription.is_subscribed(draft.state, vhs, number, period):
            return False
        subscription.subscribe(
            draft,
            policy,
            number=number,
            period=period,
            accepted_rate=accepted_rate,
            system=system,
            markets=markets,
            number_taken=taken,
            web_release=web_release,
        )
        if dry_run:
            draft.events.clear()
        return True

    def check(tx: Tx) -> None:
        if _number_taken(tx, vhs, number, period, coop_id):
            raise Refused(
                f"course number {number} is taken at VHS {vhs}; choose another one", rule="R26", number=number
            )

    return decide(store, coop_id, moment(vhs, now), work, check)


def _number_taken(tx: Tx, vhs: str, number: str, period: str, coop_id: str) -> bool:
    """Tell whether a course number is taken at a VHS: in itm:MANAGER within the period, elsewhere at all (R26, 7.1).

    The course that has the COOP-Id already, before its Abo, is the one that is subscribed.
    """
    lane = tx.row("lane_peek", vhs=vhs)
    by_period = lane is not None and lane[0] == "itm-manager"
    shared = [p for other, p in tx.rows("view_by_number", vhs=vhs, number=number) if other != coop_id]
    local = [row[2:4] for row in tx.rows("catalogue_by_number", vhs=vhs, number=number)]
    others = [known for known, external in local if (known, external) != (period, coop_id)]
    return any(not by_period or known in (period, None) for known in (*shared, *others))


def terminate_subscription(
    store: Store, *, now: datetime, vhs: str, coop_id: str, preview: bool = False
) -> subscription.AboEnd:
    """End an Abo by an operator's hand (D9), or only tell what would end with it; raises Refused while a live booking
    hangs on it, or something waits for an answer.
    """
    with store.reading() as tx:
        lacked = unshown.is_lacked(tx, coop_id)

    def work(draft: Draft) -> subscription.AboEnd:
        ending = subscription.terminate_subscription(draft, vhs, never_shown=lacked)
        if preview:
            draft.events.clear()
        return ending

    return decide(store, coop_id, moment(vhs, now), work)


def confirm_terms(store: Store, *, now: datetime, vhs: str, coop_id: str, subscriber: str, terms: Terms) -> bool:
    """Confirm other terms of one Abo for one side; returns True once both did (D13). Raises Refused."""
    return decide(store, coop_id, moment(vhs, now), lambda draft: subscription.confirm_terms(draft, subscriber, terms))
