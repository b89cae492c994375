"""The tables beside the log: digests of all they hold, table by table, and of what in them only grows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from koop_es.store import Row, Tx
from koop_es.store.statements import series

PREFIX = "side_"
"""How the statements begin that read a whole table; a new table of the store needs one."""


class Grown(msgspec.Struct, frozen=True):
    """What is so for good, whoever writes afterwards: what the vault held, how many were forgotten, the numbers.

    ``numbers`` are the last running numbers of COOP-Ids by Master, which only rise (D16).
    """

    persons: str
    forgotten: int
    numbers: dict[str, int]


class Sides(msgspec.Struct, frozen=True):
    """What a seal says of the tables beside the log: digests of all of them, and of what in them only grows."""

    tables: dict[str, str]
    grown: Grown | None = None


def grown(tx: Tx, position: int) -> Grown:
    """Digest what was there when the log ended at a position; only an erasure takes anything of it away."""
    numbers = {vhs: int(last) for vhs, last in tx.rows("side_numbers")}
    forgotten = int(tx.rows("grown_forgotten")[0][0])
    return Grown(_digest(tx.each("grown_persons", upto=position)), forgotten, numbers)


class Against(msgspec.Struct, frozen=True):
    """What came of comparing: what is not as it was, and what cannot be told any more."""

    faults: list[str]
    open: list[str]


def against(then: Grown, now: Grown) -> Against:
    """Compare what only grows with what it was."""
    fewer = now.forgotten < then.forgotten
    faults = ["somebody who was forgotten is not forgotten any more"] if fewer else []
    lower = [(vhs, last) for vhs, last in then.numbers.items() if now.numbers.get(vhs, 0) < last]
    faults += [f"the last number of VHS {vhs} was {last}" for vhs, last in lower]
    if now.persons == then.persons:
        return Against(faults, [])
    if now.forgotten == then.forgotten:
        return Against([*faults, "the vault is not what it was"], [])
    return Against(faults, ["the vault, since somebody was forgotten"])


def digests(tx: Tx) -> dict[str, str]:
    """Digest every table beside the log, each in the order of its key."""
    return {name.removeprefix(PREFIX): _digest(tx.each(name)) for name in series(PREFIX)}


def _digest(rows: Iterable[Row]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(len(row).to_bytes(2, "big"))
        for value in row:
            kind, data = _plain(value)
            found.update(kind + len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def _plain(value: Any) -> tuple[bytes, bytes]:
    """Write a value so that no other value is written alike."""
    if value is None:
        return b"n", b""
    if isinstance(value, str):
        return b"t", value.encode()
    if isinstance(value, bytes | memoryview):
        return b"b", bytes(value)
    return b"i", str(value).encode()
