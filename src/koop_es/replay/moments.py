"""Points in the history: a position of the log, a time, or an export, as people name them."""

from __future__ import annotations

import re
from datetime import datetime

from koop_es.domain.errors import WrongUsage
from koop_es.settings import parse_time
from koop_es.store import MAX_POSITION, Store, Tx

_EXPORT = re.compile(r"([0-9]{1,10})#([0-9]{1,18})")


class ExportUnknown(WrongUsage):
    """No export of that number was taken in for this VHS; koop-es status shows the last one."""

    code = "export_unknown"


def position_of(store: Store, text: str) -> int:
    """Find the position that ``1042``, ``2026-03-02T08:00`` or ``563#42`` stands for.

    A time means all that was recorded until then, an export all that was so when it had been taken in. Raises
    InvalidTime, ExportUnknown, and WrongUsage for a position no log can have.
    """
    cleaned = text.strip()
    if cleaned.isascii() and cleaned.isdigit():
        position = int(cleaned[:20])
        if position > MAX_POSITION:
            raise WrongUsage(f"{text}: no log is that long; koop-es status shows the last position")
        return position
    if export := _EXPORT.fullmatch(cleaned):
        return _after_export(store, export[1], int(export[2]))
    with store.reading() as tx:
        return position_at(tx, parse_time(cleaned))


def _after_export(store: Store, vhs: str, sequence: int) -> int:
    with store.reading() as tx:
        row = tx.row("export_position", vhs=vhs, sequence=sequence)
        if row is None:
            raise ExportUnknown(
                f"no export {sequence} of VHS {vhs} was taken in; koop-es status shows the last one of each VHS",
                vhs=vhs,
                sequence=sequence,
            )
        position, recorded_at = row
        return int(position) if position is not None else position_at(tx, datetime.fromisoformat(recorded_at))


def position_at(tx: Tx, moment: datetime) -> int:
    """Find the last position recorded at or before a moment, 0 if there is none.

    The log is searched by halving, so that a million events cost twenty reads. Where a clock was set back, the times in
    the log go back as well; then it is a position at which the time passes the moment, and there may be others.
    """
    below, above = 0, tx.head() + 1
    while above - below > 1:
        middle = (below + above) // 2
        page = tx.read(middle - 1, 1)  # positions may have gaps: this is the first at or after the middle
        if page and page[0].position < above and datetime.fromisoformat(page[0].event.recorded_at) <= moment:
            below = page[0].position
        else:
            above = middle
    return below
