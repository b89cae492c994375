"""The exports that were taken in, as the ledger has them: what an export without events left behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from koop_es.domain.draft import Moment
from koop_es.domain.observation import Kind, Origin
from koop_es.store import Tx

TAKEN_IN = ("applied", "unchanged")


class Export(NamedTuple):
    """A line of the ledger: one export that was taken in."""

    vhs: str
    name: str
    kind: Kind
    system: str | None
    moment: Moment
    position: int
    proves: bool


def ledger_of(tx: Tx, vhss: Iterable[str]) -> list[Export]:
    """Read from the ledger which exports of some VHSs were taken in; position -1 where a line does not know it."""
    return [
        _line(vhs, *row) for vhs in sorted(vhss) for row in tx.rows("exports_of_vhs", vhs=vhs) if row[7] in TAKEN_IN
    ]


def _line(vhs: str, sequence: int | None, kind: str, system: str, source: str, sha256: str, *rest: Any) -> Export:
    exported_at, recorded_at, *_, position, proves = rest
    origin = Origin(vhs=vhs, sha256=sha256, sequence=sequence)
    moment = Moment(vhs, exported_at or recorded_at, recorded_at, origin)
    where = -1 if position is None else position
    return Export(vhs, origin.export, Kind(kind), system or None, moment, where, bool(proves))
