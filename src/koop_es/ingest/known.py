"""What the store knows of a VHS before an export of it is read: where its shared courses are, and what was said."""

from __future__ import annotations

from typing import NamedTuple, Self

from koop_es.connectors import Key, Remembered
from koop_es.domain.observation import Kind
from koop_es.ingest import ledger
from koop_es.ingest.ledger import LaneView
from koop_es.store import Tx


class Known(NamedTuple):
    """Shared courses by COOP-Id, the names of what was said of them, and where the log stood at that moment."""

    head: int
    lanes: dict[str, LaneView]
    names: dict[str, str]

    @classmethod
    def read(cls, tx: Tx, vhs: str, kind: Kind) -> Self:
        """Read it all at one moment; only full exports are named by their rows."""
        names = ledger.names(tx, vhs) if kind is Kind.FULL else {}
        return cls(tx.head(), ledger.lane_views(tx, vhs), names)

    def current(self, tx: Tx, vhs: str, kind: Kind) -> Known:
        """Read it again where the log has gone on since."""
        return self if tx.head() == self.head else self.read(tx, vhs, kind)

    def remembered(self) -> dict[Key, Remembered]:
        """Give the courses that are recognised by their rows."""
        return ledger.remembered(self.lanes, self.names)
