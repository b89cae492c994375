"""The chain over the log: each seal holds a digest of the one before it and of every event since.

It is extended by ``seal``, never by an ingest. Whoever keeps a seal's position and digest elsewhere can prove later
that the log up to there is what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from koop_es.audit import sides
from koop_es.store import Row, Store, Tx
from koop_es.store.errors import StoreContended

PAGE = 5_000
"""Events read together, below 5 MB."""


class Seal(NamedTuple):
    """A link of the chain: up to which position, how many events since the one before, and their digest.

    ``commits`` is the count of writing transactions for which ``sides``, digests of the other tables, hold; None where
    somebody else wrote while they were made. ``sum`` covers the other fields.
    """

    position: int
    events: int
    digest: str
    sealed_at: str
    commits: int | None
    sides: str
    sum: str

    @property
    def right_sum(self) -> str:
        """What ``sum`` must be."""
        return hashlib.sha256(msgspec.json.encode(self[:-1])).hexdigest()

    @property
    def tables(self) -> dict[str, str]:
        """The digests of the other tables, by name."""
        return msgspec.json.decode(self.sides, type=dict[str, str])


START = Seal(0, 0, "", "", None, "{}", "")
"""What the first seal follows on."""


class Extended(NamedTuple):
    """A digest over the log from one position to another."""

    position: int
    events: int
    digest: str


def last(tx: Tx) -> Seal:
    """Read the newest seal, START where there is none."""
    row = tx.row("seal_last")
    return Seal(*row) if row is not None else START


def seal(store: Store, now: datetime) -> tuple[Seal, int]:
    """Extend the chain to the head of the log; returns the new head, and how many events were not sealed before.

    The other tables are digested in the same moment, without holding anybody up.
    """

    def attempt() -> tuple[Seal, int]:
        with store.reading() as tx:
            before = last(tx)
            new = _extend(before, _events(tx, before.position), tx.head())
            commits = tx.rows("commit_count")[0][0]
            digests = sides.digests(tx)
        with store.write() as tx:
            own = tx.rows("commit_own")[0][0]
            tx.lock_log()
            if last(tx) != before:
                raise StoreContended("somebody else sealed meanwhile")
            made = _sealed(before, new, now, digests if own == commits else None, own)
            tx.run("seal_put", **made._asdict())
        return made, new.events

    return store.retrying(attempt)


def _sealed(before: Seal, new: Extended, now: datetime, digests: dict[str, str] | None, own: int) -> Seal:
    # A seal at the position of the one before takes its place: the events are the same, the other tables may not be.
    same = before != START and new.position == before.position
    commits = own + 1 if digests is not None else None
    told = msgspec.json.encode(digests or {}, order="sorted").decode()
    events, digest = (before.events, before.digest) if same else (new.events, new.digest)
    made = Seal(new.position, events, digest, now.isoformat(), commits, told, "")
    return made._replace(sum=made.right_sum)


def extend(tx: Tx, before: Seal, upto: int) -> Extended:
    """Digest the log from behind a seal up to a position."""
    return _extend(before, _events(tx, before.position), upto)


def _extend(before: Seal, rows: Iterable[Row], upto: int) -> Extended:
    found = hashlib.sha256(before.digest.encode())
    count = 0
    for position, stream, version, topic, state in rows:
        if position > upto:
            break
        found.update(position.to_bytes(8, "big") + version.to_bytes(8, "big"))
        for part in (stream.encode(), topic.encode(), bytes(state)):
            found.update(len(part).to_bytes(8, "big") + part)
        count += 1
    return Extended(upto, count, found.hexdigest())


def _events(tx: Tx, after: int) -> Iterator[Row]:
    while page := tx.rows("event_read", after=after, limit=PAGE):
        yield from page
        after = page[-1][0]


class Head(msgspec.Struct, frozen=True):
    """What a witness keeps of a seal."""

    position: int
    digest: str


def head(made: Seal) -> dict[str, Any]:
    """Give what a witness should keep."""
    return {"position": made.position, "digest": made.digest}
