"""Fences before persons who were forgotten (D15): put up before anything is erased, and never taken down.

From the moment a fence stands the vault gives the person to nobody, and no export brings the person back. They name a
person by the random id alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from koop_es.store.transaction import Tx


class Fence(NamedTuple):
    """Who was forgotten when, by random id; ``erased_at`` is None until what lay behind the fence is gone."""

    person_id: str
    coop_id: str
    ref: str
    forgotten_at: str
    erased_at: str | None = None


def put(tx: Tx, person_ids: Iterable[str], at: str) -> None:
    """Put up fences before persons of the vault; one that stands stays as it is. This waits for those who ``watch``."""
    tx.run("forgotten_put", person_ids=list(person_ids), at=at)


def copy(tx: Tx, fences: Iterable[Fence]) -> None:
    """Put up fences that stood in another store, or before the same person in another cooperation."""
    columns = ("person_id", "coop_id", "ref", "forgotten_at")
    tx.run_many("forgotten_copy", [dict(zip(columns, fence, strict=False)) for fence in fences])


def watch(tx: Tx) -> int:
    """Keep new fences from being put up to the end of a transaction that writes, and return what ``last`` returns."""
    tx.run("forgotten_watch")
    return last(tx)


def last(tx: Tx) -> int:
    """Tell which fence was put up last: as long as it is the same, there are no new ones."""
    row = tx.row("forgotten_head")
    return int(row[0]) if row is not None else 0


def everything(tx: Tx) -> list[Fence]:
    """Read all fences in the order they were put up."""
    return [Fence(*row) for row in tx.rows("forgotten_all")]


def unfinished(tx: Tx) -> list[Fence]:
    """Read the fences behind which there is still something to erase."""
    return [Fence(*row) for row in tx.rows("forgotten_unfinished")]


def found(tx: Tx, person_ids: Iterable[str], refs: Iterable[str]) -> list[Fence]:
    """Find fences by person or by booking."""
    return [Fence(*row) for row in tx.rows("forgotten_found", person_ids=list(person_ids), refs=list(refs))]


def of_streams(tx: Tx, coop_ids: Iterable[str]) -> list[Fence]:
    """Read the fences of some cooperations."""
    return [Fence(*row) for row in tx.rows("forgotten_of_streams", coop_ids=list(coop_ids))]


def of_owner(tx: Tx, vhs: str) -> list[Fence]:
    """Read the fences before bookings that are a VHS's own, in whichever cooperation."""
    return [Fence(*row) for row in tx.rows("forgotten_of_owner", since=f"{vhs}:", until=f"{vhs};")]


def to_lines(fences: Iterable[Fence]) -> str:
    """Write fences as a file of JSON lines, which names nobody: random ids, bookings, and since when."""
    return "".join(msgspec.json.encode(fence._asdict()).decode() + "\n" for fence in fences)


def from_lines(text: str) -> list[Fence]:
    """Read what ``to_lines`` wrote; raises ValueError or TypeError."""
    read = msgspec.json.Decoder(dict[str, Any]).decode
    return [Fence(**read(line)) for line in text.splitlines() if line.strip()]


def close(tx: Tx, person_ids: Iterable[str], at: str) -> None:
    """Record that what lay behind fences is erased; taken first, so that this transaction waits for nobody later."""
    tx.run("forgotten_erased", person_ids=list(person_ids), at=at)


def move(tx: Tx, old: str, new: str) -> None:
    """Let the fences of one cooperation belong to the one it goes on in (D12)."""
    tx.run("forgotten_move", old=old, new=new)
