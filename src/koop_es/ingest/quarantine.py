"""The quarantine: rows and whole exports that cannot be used, kept with reason, remedy and original bytes until they
can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from koop_es.connectors import Fingerprint
from koop_es.domain.errors import BadInput
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import export_name, sequence_of
from koop_es.domain.observation import Kind, Rejected, Report
from koop_es.domain.slices import StandsFor
from koop_es.store import Row, Store, Tx
from koop_es.views import asides

COLUMNS = (
    "id", "vhs", "sequence", "source", "file", "line", "column", "about", "reason", "remedy", "state",
    "first_seen", "last_seen",
)  # fmt: skip


_encode = msgspec.json.Encoder().encode


class NotInQuarantine(BadInput):
    """There is nothing under this number in the quarantine; ``koop-es quarantine list`` shows what there is."""

    code = "not_in_quarantine"


class StandsForBooking(BadInput):
    """The row is, or may be, that of a booking which lives: what it shows nobody knows as long as it comes so.

    Do in the admin program what is said of the row; ``--anyway`` gives it up all the same.
    """

    code = "stands_for_booking"


def digest(item: Rejected) -> str:
    """Name a row that was set aside by its bytes and reason, so that the same one is kept once."""
    return digest_of(item.reason, item.column or "", item.raw)


def digest_of(reason: str, place: str, raw: bytes) -> str:
    """Digest what was set aside; ``place`` is the column of a row, the path of a whole export."""
    return hashlib.sha256(b"\0".join((reason.encode(), place.encode(), raw))).hexdigest()


def put(
    tx: Tx,
    report: Report,
    rejected: Iterable[Rejected],
    seen: str,
    path: Path,
    stand_for: Mapping[tuple[str, int], Sequence[StandsFor]],
) -> int:
    """Set rows of the export at ``path`` aside, with what they may be; returns how many."""
    rows = [
        {
            "vhs": report.vhs,
            "sequence": report.sequence,
            "source": str(path.resolve()),
            "file": item.file,
            "line": item.line,
            "col": item.column,
            "about": item.about,
            "reason": item.reason,
            "remedy": item.remedy,
            "raw": item.raw,
            "digest": digest(item),
            "seen": seen,
            "stands_for": _encode(found).decode() if (found := stand_for.get((item.file, item.line))) else None,
        }
        for item in rejected
    ]
    tx.run_many("quarantine_put", rows)
    return len(rows)


def put_export(
    tx: Tx,
    *,
    vhs: str,
    sequence: int | None,
    source: str,
    file: str,
    column: str | None,
    reason: str,
    remedy: str,
    raw: bytes,
    seen: str,
) -> None:
    """Set a whole export aside: its place and its manifest's bytes; the files themselves stay where they are."""
    tx.run_many(
        "quarantine_put",
        [
            {
                "vhs": vhs,
                "sequence": sequence,
                "source": source,
                "file": file,
                "line": 0,
                "col": column,
                "about": "export",
                "reason": reason,
                "remedy": remedy,
                "raw": raw,
                "digest": digest_of(reason, source, raw),
                "seen": seen,
                "stands_for": None,
            }
        ],
    )


def resolve(tx: Tx, report: Report, standing: Iterable[Rejected], seen: str) -> None:
    """Mark what a newer full report of the same files no longer rejects as resolved, and exports it is newer than."""
    files = sorted(set(report.files))
    tx.run("quarantine_resolve", vhs=report.vhs, files=files, digests=[digest(item) for item in standing], seen=seen)
    resolve_exports(tx, report, seen)


def resolve_exports(tx: Tx, report: Report | Fingerprint, seen: str) -> None:
    """Mark exports that could not be used as resolved, now that a newer full one was taken in."""
    if report.sequence is not None and report.kind is Kind.FULL:
        tx.run("quarantine_resolve_exports", vhs=report.vhs, sequence=report.sequence, seen=seen)


AHEAD = "exported_at"
"""What is written as the column of an export that was made later than the clock says (D23)."""


class Waiting(NamedTuple):
    """An export that waits until the clock is where it says it was made; its files lie where they lay."""

    id: int
    number: int | None
    path: Path


def waiting(tx: Tx, vhs: str) -> list[Waiting]:
    """Find the exports of a VHS that wait for the clock, in the order of their numbers (D23)."""
    return [Waiting(item, number, Path(source)) for item, number, source in tx.rows("quarantine_ahead", vhs=vhs)]


def taken_up(tx: Tx, item: int, seen: str) -> None:
    """Mark an export that waited for the clock as resolved."""
    tx.run("quarantine_taken_up", id=item, seen=seen)


def listed(store: Store, *, everything: bool = False) -> list[dict[str, Any]]:
    """List what is set aside, open items or all; without the bytes."""
    with store.reading() as tx:
        rows = tx.rows("quarantine_list", all=int(everything))
    return [_item(row) for row in rows]


def everything(tx: Tx) -> list[dict[str, Any]]:
    """List all that is or was set aside; without the bytes."""
    return [_item(row) for row in tx.rows("quarantine_list", all=1)]


def _item(row: Row) -> dict[str, Any]:
    item = dict(zip(COLUMNS, row, strict=True))
    number = item["sequence"]
    item["sequence"] = sequence_of(number) if number is not None else None
    item["export"] = export_name(item["vhs"], number, "") if number is not None else None
    return item


def shown(store: Store, item: int) -> tuple[dict[str, Any], bytes]:
    """Read one item with its original bytes; raises NotInQuarantine."""
    with store.reading() as tx:
        row = tx.row("quarantine_show", id=item)
    if row is None:
        raise NotInQuarantine(f"there is no item {item} in the quarantine; see koop-es quarantine list", id=item)
    return _item(row[:-1]), bytes(row[-1])


def discard(store: Store, item: int, now: datetime, *, anyway: bool = False) -> None:
    """Give an item up for good: its bytes go, what was wrong with it stays on record.

    Raises NotInQuarantine, and StandsForBooking unless it is given up ``anyway``: no answer tells of such a row any
    more, while its VHS goes on showing something that nobody can read (D30).
    """
    found, _ = shown(store, item)
    if not anyway:
        with store.reading() as tx:
            _check_unbooked(tx, item, found["vhs"])
    with store.write() as tx:
        tx.run("quarantine_discard", id=item, empty=b"", seen=now.isoformat())


def _check_unbooked(tx: Tx, item: int, vhs: str) -> None:
    """Raise StandsForBooking where a row may be that of a booking which its VHS is known to have (D17, D30)."""
    row = next((row for row in asides.rows(tx, vhs) if row.id == item), None)
    if row is None:
        return
    told = tx.stories([target.coop_id for target in row.stands_for if target.ref])
    for target in row.stands_for:
        if not target.ref:
            continue
        state = fold(target.coop_id, told[target.coop_id].events)
        booking = state.bookings.get(target.ref)
        seat = booking.seats.get(vhs) if booking is not None else None
        lane = state.active_lane(vhs)
        if booking is None or lane is None:
            continue
        awaited = target.ref in lane.creates_given and not state.is_cancelled(booking)
        if awaited or (seat is not None and seat.held and seat.live):
            raise StandsForBooking(
                f"item {item} may be the row of booking {target.ref} in {target.coop_id}, which lives, and nobody "
                f"knows what it shows as long as it comes so; {row.remedy}, or discard it --anyway",
                id=item,
                ref=target.ref,
                coop_id=target.coop_id,
            )
