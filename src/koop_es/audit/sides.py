"""The tables beside the log: digests of all they hold, table by table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from koop_es.store import Row, Tx
from koop_es.store.statements import series

PREFIX = "side_"
"""How the statements begin that read a whole table; a new table of the store needs one."""


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
