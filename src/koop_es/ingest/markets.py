"""Mini-markets: who is a member (R31)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain.events import MarketJoined, MarketLeft
from koop_es.domain.identifiers import market_slug, market_stream
from koop_es.store import Append, Store


def join_market(store: Store, *, now: datetime, market: str, vhs: str) -> bool:
    """Make a VHS a member of a mini-market (R31); returns False if it is one."""
    return _membership(store, now, market, vhs, joins=True)


def leave_market(store: Store, *, now: datetime, market: str, vhs: str) -> bool:
    """End a membership; existing Abos survive (R31, Q17). Returns False if there was none."""
    return _membership(store, now, market, vhs, joins=False)


def _membership(store: Store, now: datetime, market: str, vhs: str, *, joins: bool) -> bool:
    stream = market_stream(market_slug(market))

    def attempt() -> bool:
        with store.reading() as tx:
            head = len(tx.load([stream])[stream])
            member = (market,) in [tuple(row) for row in tx.rows("markets_of_vhs", vhs=vhs)]
        if member == joins:
            return False
        kind = MarketJoined if joins else MarketLeft
        event = kind(vhs=vhs, rule="R31", at=now.isoformat(), recorded_at=now.isoformat())
        with store.write() as tx:
            tx.append([Append(stream, head, [event])])
            tx.run("market_join" if joins else "market_leave", market=market, vhs=vhs)
        return True

    return store.retrying(attempt)
