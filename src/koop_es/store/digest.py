"""Digests of a whole store: what makes two stores the same, row for row."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import msgspec

from koop_es.store.statements import series
from koop_es.store.transaction import Tx

LOG = "log"
"""The name under which the log is digested."""

SERIES = ("whole_", "side_")
"""How the statements begin that read a whole table: the log and what follows from it, and what lies beside it."""

PASSING = ("side_schema", "side_sequences")
"""What a database may keep otherwise although it holds the same."""

HALF_MADE = "_next"
"""How the tables end that a rebuild is filling."""

_encode = msgspec.json.Encoder().encode


class Digest(msgspec.Struct, frozen=True):
    """The rows of one table: how many, and the sha256 over all of them in their order."""

    rows: int
    sha256: str


def of_store(tx: Tx) -> dict[str, Digest]:
    """Digest every table, the log under the name ``log``."""
    names = [name for prefix in SERIES for name in series(prefix)]
    chosen = [name for name in names if name not in PASSING and not name.endswith(HALF_MADE)]
    return {name.partition("_")[2]: _of_rows(tx, name) for name in chosen}


def of_log(tx: Tx, rows: int) -> Digest:
    """Digest so many rows of the log alone, the first."""
    return _of_rows(tx, f"whole_{LOG}", rows)


def _of_rows(tx: Tx, name: str, rows: int | None = None) -> Digest:
    count, sum_of_all = 0, sha256()
    for row in islice(tx.each(name), rows):
        sum_of_all.update(_encode(row))
        count += 1
    return Digest(count, sum_of_all.hexdigest())
