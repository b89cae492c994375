"""What the store knows of a VHS before an export of it is read: where its shared courses are, and what was said."""

from __future__ import annotations

from typing import NamedTuple, Self

from koop_es.connectors import Key, Remembered
from koop_es.domain.observation import Kind, Report
from koop_es.ingest import ledger
from koop_es.ingest.ledger import LaneView
from koop_es.store import Tx


class Known(NamedTuple):
    """Shared courses by COOP-Id, the names of what was said of them, and where the log stood at that moment."""

    head: int
    lanes: dict[str, LaneView]
    names: dict[str, str]

    @classmethod
    def before(cls, tx: Tx, vhs: str) -> Self:
        """Read what the courses of a full export are recognised by, before it is read."""
        return cls(tx.head(), ledger.lane_views(tx, vhs), ledger.names(tx, vhs))

    def now(self, tx: Tx, report: Report) -> Known:
        """Read it again where the log has gone on since, and of an export with nothing but bookings their courses."""
        if report.kind is Kind.FULL:
            return self if tx.head() == self.head else self.before(tx, report.vhs)
        # A course that is reported may be any of them under another number; a booking names its course.
        numbers = None if report.courses else {number for number, _ in report.bookings_by_course()}
        return Known(self.head, ledger.lane_views(tx, report.vhs, numbers), {})

    def remembered(self) -> dict[Key, Remembered]:
        """Give the courses that are recognised by their rows."""
        return ledger.remembered(self.lanes, self.names)


NOTHING_KNOWN = Known(-1, {}, {})
"""Of an export of which nothing is recognised, because it does not hold everything."""
