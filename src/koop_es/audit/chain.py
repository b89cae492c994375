"""The chain over the log: each seal holds a digest of the one before it and of every event since.

It is extended by ``seal``, never by an ingest. Whoever keeps a seal's position and digest elsewhere can prove later
that the log up to there is what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from koop_es.audit import sides
from koop_es.audit.sides import Sides
from koop_es.store import Row, Store, Tx
from koop_es.store.errors import StoreContended, StoreDamaged

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
    def beside(self) -> Sides:
        """What it says of the other tables; an older one only has digests by name."""
        if not self.sides.startswith('{"tables":'):
            return Sides(msgspec.json.decode(self.sides, type=dict[str, str]))
        return msgspec.json.decode(self.sides, type=Sides)


START = Seal(0, 0, "", "", None, "{}", "")
"""What the first seal follows on."""


class SealedOtherwise(StoreDamaged):
    """Something beside the log is not what it was when it was sealed, and a new seal would hide that; verify first."""

    code = "sealed_otherwise"


class Extended(NamedTuple):
    """A digest over the log from one position to another."""

    position: int
    events: int
    digest: str


def last(tx: Tx) -> Seal:
    """Read the newest seal, START where there is none."""
    row = tx.row("seal_last")
    return Seal(*row) if row is not None else START


def seal(store: Store, now: datetime, *, anyway: bool = False) -> tuple[Seal, int]:
    """Extend the chain to the head of the log; returns the new head, and how many events were not sealed before.

    The other tables are digested in the same moment, without holding anybody up. Raises SealedOtherwise where they are
    not what the last seal says, unless it is sealed ``anyway``.
    """

    def attempt() -> tuple[Seal, int]:
        with store.reading() as tx:
            before = last(tx)
            new = _extend(before, _events(tx, before.position), tx.head())
            commits = tx.rows("commit_count")[0][0]
            digests = sides.digests(tx)
            grown = sides.grown(tx, new.position)
            if not anyway and (faults := changed(tx, before, commits, digests)):
                raise SealedOtherwise(
                    f"{store.address}: {'; '.join(faults)} when sealed {before.sealed_at}: koop-es verify; restore the "
                    "last backup, or seal --anyway",
                    faults=faults,
                )
        with store.write() as tx:
            own = tx.rows("commit_own")[0][0]
            tx.lock_log()
            if last(tx) != before:
                raise StoreContended("somebody else sealed meanwhile")
            made = _sealed(before, new, now, Sides(digests if own == commits else {}, grown), own)
            tx.run("seal_put", **made._asdict())
        return made, new.events

    return store.retrying(attempt)


def _sealed(before: Seal, new: Extended, now: datetime, beside: Sides, own: int) -> Seal:
    # A seal at the position of the one before takes its place: the events are the same, the other tables may not be.
    same = before != START and new.position == before.position
    commits = own + 1 if beside.tables else None
    told = msgspec.json.encode(beside).decode()
    events, digest = (before.events, before.digest) if same else (new.events, new.digest)
    made = Seal(new.position, events, digest, now.isoformat(), commits, told, "")
    return made._replace(sum=made.right_sum)


def changed(tx: Tx, made: Seal, commits: int | None, digests: dict[str, str]) -> list[str]:
    """Say what beside the log is not what a seal says of it."""
    beside = made.beside
    faults = sides.against(beside.grown, sides.grown(tx, made.position)).faults if beside.grown is not None else []
    if made.commits is not None and made.commits == commits:
        faults += [f"{name} is not what it was" for name in digests if digests[name] != beside.tables.get(name)]
    return faults


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


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a witness keeps of a seal; without ``beside`` it is of the log alone.

    ``commits`` is for which count of writing transactions the digests of all tables hold.
    """

    position: int
    digest: str
    commits: int | None = None
    beside: Sides | None = None


def head(made: Seal) -> Head:
    """Give what a witness should keep."""
    return Head(made.position, made.digest, made.commits, made.beside)
