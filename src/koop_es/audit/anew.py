"""Events are written anew without what must not stand in them: the only thing that ever changes an event.

It changes a text, never what an event says happened. It is on record, so that ``verify`` can tell an older witness why
its digests do not hold any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from koop_es.audit import chain
from koop_es.audit.chain import START, Seal
from koop_es.audit.sides import Sides
from koop_es.domain.identifiers import is_cooperation
from koop_es.store import Tx
from koop_es.views.rebuild import empty_former, write_anew

_encode = msgspec.json.Encoder().encode


class Changed(NamedTuple):
    """An event as it is without what must not stand in it."""

    position: int
    stream: str
    state: bytes


class Rewritten(msgspec.Struct, frozen=True):
    """From which position on events were written anew without a name, and when that was last done."""

    position: int
    at: str


def rewritten(tx: Tx) -> Rewritten | None:
    """Read whether events were ever written anew."""
    row = tx.row("rewritten")
    return msgspec.json.decode(row[0], type=Rewritten) if row is not None else None


def write(tx: Tx, new: Sequence[Changed], at: str) -> None:
    """Write events anew, in order of their positions, and what was built of them, in a transaction that holds the log.

    Their bytes are on record to be taken out of the files. Seals are made again over the events as they are now.
    """
    tx.run_many("event_rewrite", ({"position": one.position, "state": one.state} for one in new))
    coop_ids = sorted({one.stream for one in new if is_cooperation(one.stream)})
    tx.run("rewriting_mark", at=at)
    tx.run("slices_forget", coop_ids=coop_ids)
    tx.run("lanes_unsettle", coop_ids=coop_ids)
    write_anew(tx, coop_ids)
    empty_former(tx)
    if new:
        before = rewritten(tx)
        first = min(new[0].position, before.position if before is not None else new[0].position)
        tx.run("rewritten_put", said=_encode(Rewritten(first, at)).decode())
        _seal_again(tx)


def _seal_again(tx: Tx) -> None:
    """Make the chain again over the events as they are now; what a seal says of what only grows still holds."""
    before = START
    for made in [Seal(*row) for row in tx.rows("seals")]:
        new = chain.extend(tx, before, made.position)
        told = msgspec.json.encode(Sides({}, made.beside.grown)).decode()
        again = Seal(made.position, new.events, new.digest, made.sealed_at, None, told, "")
        before = again._replace(sum=again.right_sum)
        tx.run("seal_put", **before._asdict())
