"""Bookings that stand where they cannot be: mirrors in another shared course than their own (D25), and new ones in a
course whose Abo has ended (D9).
"""

from __future__ import annotations

from collections.abc import Iterable

from koop_es.connectors import UNNAMED
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.route import rejected_booking
from koop_es.domain.slices import Routing, Slice
from koop_es.store import Tx, vault


def set_aside(tx: Tx, vhs: str, slices: Iterable[Slice], routing: Routing) -> None:
    """Set the rows aside, those aside that show "S" already; the booking is delivered again where it belongs.

    One query finds where the bookings are; one that its owner never reported is nobody's stray.
    """
    mirrors = {part.coop_id: [row for row in part.bookings if _is_mirror(row, vhs)] for part in slices}
    refs = {row.ref for rows in mirrors.values() for row in rows if row.ref}
    if not refs:
        return
    homes: dict[str, set[str]] = {}
    for ref, coop_id in vault.homes(tx, sorted(refs)):
        homes.setdefault(ref, set()).add(coop_id)
    for part in slices:
        stray = {
            row.line: row
            for row in mirrors[part.coop_id]
            if part.coop_id not in homes.get(row.ref or "", {part.coop_id})
        }
        if not stray:
            continue
        part.bookings = [row for row in part.bookings if row.line not in stray]
        part.name = UNNAMED
        part.protected |= {row.booking_id for row in stray.values()}  # whose else it may be here is not gone (D17)
        for row in stray.values():
            if row.status is not CANCELLED:
                reason = (
                    f"booking {row.ref} of another VHS stands in course {row.number} ({row.period}), not in its own"
                )
                remedy = "set status S in this row; the change list writes the booking into its course again"
                routing.rejected.append(rejected_booking(row, "Koop-Beleg-ID", reason, remedy))


def set_ended_aside(tx: Tx, vhs: str, slices: Iterable[Slice], routing: Routing) -> None:
    """Set the VHS's own live bookings aside in courses of Abos that an operator has ended (D9): the Master knows
    nothing of them, and nobody else says so.
    """
    booked = {part.coop_id: part for part in slices if any(_is_sold(row, vhs) for row in part.bookings)}
    if not booked:
        return
    took_part = {row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=tx.head())}
    asked = sorted(booked.keys() & took_part)
    for coop_id, recorded in tx.load(asked).items() if asked else ():
        state = fold(coop_id, (item.event for item in recorded))
        lane = state.lanes.get(vhs)
        if lane is None or lane.active or state.ended:
            continue
        for row in booked[coop_id].bookings:
            if _is_sold(row, vhs):
                reason = f"course {row.number} ({row.period}) carries {coop_id}, whose Abo of this VHS has ended"
                remedy = (
                    "subscribe it again; or take COOP-Id and Kennzeichen 100 out of the course, and tell the Master"
                )
                routing.rejected.append(rejected_booking(row, "Kursnummer", reason, remedy))


def _is_sold(row: BookingRow, vhs: str) -> bool:
    return not _is_mirror(row, vhs) and row.status is not None and row.status is not CANCELLED


def _is_mirror(row: BookingRow, vhs: str) -> bool:
    return bool(row.ref) and owner_of(row.ref or "") != vhs
