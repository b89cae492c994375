"""Fences before persons who were forgotten (D15): put up before anything is erased, and never taken down.

From the moment a fence stands the vault gives the person to nobody, and no export brings the person back. They name a
person by the random id alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from koop_es.store.transaction import Tx

ROWS_AT_ONCE = 1_000
"""So many fences are put up, or looked behind, together: there may be more than fit the memory."""


class Fence(NamedTuple):
    """Who was forgotten when, by random id; ``erased_at`` is None until what lay behind the fence is gone."""

    person_id: str
    coop_id: str
    ref: str
    forgotten_at: str
    erased_at: str | None = None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fence as a line of a file has it."""

    person_id: str
    coop_id: str
    ref: str
    forgotten_at: str
    erased_at: str | None = None


_read = msgspec.json.Decoder(_Line).decode


def put(tx: Tx, person_ids: Iterable[str], at: str) -> None:
    """Put up fences before persons of the vault; one that stands stays as it is. This waits for those who ``watch``."""
    tx.run("forgotten_put", person_ids=list(person_ids), at=at)


def copy(tx: Tx, fences: Iterable[Fence]) -> None:
    """Put up fences that stood in another store, or before the same person in another cooperation."""
    columns = ("person_id", "coop_id", "ref", "forgotten_at")
    rows = (dict(zip(columns, fence, strict=False)) for fence in fences)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        tx.run_many("forgotten_copy", batch)


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


def streams(tx: Tx) -> set[str]:
    """Read of which cooperations somebody is forgotten."""
    return {str(row[1]) for row in tx.each("forgotten_all")}


def unfinished(tx: Tx) -> list[Fence]:
    """Read the fences behind which there is still something to erase."""
    return [Fence(*row) for row in tx.rows("forgotten_unfinished")]


def next_unfinished(tx: Tx, after: int) -> tuple[list[Fence], int]:
    """Read some of them behind a place, with the place where the next begin; 0 where these are the last."""
    rows = tx.rows("forgotten_unfinished_next", after=after, limit=ROWS_AT_ONCE)
    return [Fence(*row[1:]) for row in rows], int(rows[-1][0]) if len(rows) == ROWS_AT_ONCE else 0


def count(tx: Tx) -> int:
    """Count the fences."""
    ((number,),) = tx.rows("grown_forgotten")
    return int(number)


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


def from_lines(lines: Iterable[bytes]) -> Iterator[Fence]:
    """Read what ``to_lines`` wrote, one by one; raises ValueError or TypeError."""
    yield from map(from_line, filter(bytes.strip, lines))


def from_line(line: bytes) -> Fence:
    """Read one line of it."""
    return Fence(*msgspec.structs.astuple(_read(line)))


def close(tx: Tx, person_ids: Iterable[str], at: str) -> None:
    """Record that what lay behind fences is erased; taken first, so that this transaction waits for nobody later."""
    tx.run("forgotten_erased", person_ids=list(person_ids), at=at)


def move(tx: Tx, old: str, new: str) -> None:
    """Let the fences of one cooperation belong to the one it goes on in (D12)."""
    tx.run("forgotten_move", old=old, new=new)
