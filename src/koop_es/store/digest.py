"""Digests of a whole store: what makes two stores the same, row for row."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from koop_es.store.statements import statements
from koop_es.store.transaction import Tx

PREFIX = "whole_"
LOG = "log"

_encode = msgspec.json.Encoder().encode


class Digest(msgspec.Struct, frozen=True):
    """The rows of one table: how many, and the sha256 over all of them in their order."""

    rows: int
    sha256: str


def of_store(tx: Tx) -> dict[str, Digest]:
    """Digest every table, the log under the name ``log``."""
    names = [name for name in statements("sqlite") if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): _of_rows(tx, name) for name in names}


def of_log(tx: Tx) -> Digest:
    """Digest the log alone."""
    return _of_rows(tx, PREFIX + LOG)


def _of_rows(tx: Tx, name: str) -> Digest:
    count, sum_of_all = 0, sha256()
    for row in tx.each(name):
        sum_of_all.update(_encode(row))
        count += 1
    return Digest(count, sum_of_all.hexdigest())
