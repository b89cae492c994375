"""Points in the history: a position of the log, a time, or an export, as people name them."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain.errors import WrongUsage
from koop_es.domain.identifiers import export_name, parse_export
from koop_es.settings import parse_time
from koop_es.store import MAX_POSITION, Store
from koop_es.store.times import position_at


class ExportUnknown(WrongUsage):
    """No export of that number was taken in for this VHS; koop-es status shows the last one."""

    code = "export_unknown"


def position_of(store: Store, text: str) -> int:
    """Find the position that ``1042``, ``2026-03-02T08:00``, ``563#42`` or ``563#2/42`` stands for.

    A time means all that was recorded until then, and what the log holds before it, also where a clock ran ahead
    meanwhile (D23); an export means all that was so when it had been taken in. Raises InvalidTime, ExportUnknown, and
    WrongUsage for a position no log can have.
    """
    cleaned = text.strip()
    if cleaned.isascii() and cleaned.isdigit():
        position = int(cleaned[:20])
        if position > MAX_POSITION:
            raise WrongUsage(f"{text}: no log is that long; koop-es status shows the last position")
        return position
    if (export := parse_export(cleaned)) is not None:
        return _after_export(store, *export)
    with store.reading() as tx:
        return position_at(tx, parse_time(cleaned))


def time_meant(store: Store, text: str) -> datetime | None:
    """Tell the time that is meant by a time or an export, None for a position, which has its own.

    The position that stands for it may be older: what is no event has none.
    """
    cleaned = text.strip()
    if cleaned.isascii() and cleaned.isdigit():
        return None
    if (export := parse_export(cleaned)) is not None:
        return datetime.fromisoformat(_line(store, *export)[1])
    return parse_time(cleaned)


def _after_export(store: Store, vhs: str, number: int) -> int:
    position, recorded_at = _line(store, vhs, number)
    if position is not None:
        return int(position)
    with store.reading() as tx:
        return position_at(tx, datetime.fromisoformat(recorded_at))


def _line(store: Store, vhs: str, number: int) -> tuple[int | None, str]:
    """Read where the log stood after an export, and when that was; raises ExportUnknown."""
    with store.reading() as tx:
        row = tx.row("export_position", vhs=vhs, sequence=number)
        if row is None:
            raise ExportUnknown(
                f"no export {export_name(vhs, number, '').partition('#')[2]} of VHS {vhs} was taken in; koop-es status "
                "shows the last one of each VHS",
                vhs=vhs,
                sequence=number,
            )
        return row[0], row[1]
