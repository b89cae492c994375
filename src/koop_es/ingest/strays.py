"""Bookings that stand where they cannot be: mirrors in another shared course than their own (D25), and new ones in a
course whose Abo has ended (D9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from koop_es.connectors import UNNAMED
from koop_es.domain.draft import Draft, Moment
from koop_es.domain.events import (
    BookingDelivered,
    BookingRekeyed,
    BookingReported,
    MirrorUnreferenced,
    ParticipantsMerged,
)
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import booking_ref, owner_of
from koop_es.domain.observation import CANCELLED, BookingRow, Report
from koop_es.domain.registrations import is_registration
from koop_es.domain.route import COPIED, rejected_booking, set_s
from koop_es.domain.slices import Routing, Slice, StandsFor
from koop_es.domain.unstated import mirror_traces
from koop_es.ingest import misnamed
from koop_es.store import Tx, vault


def set_aside(tx: Tx, report: Report, slices: Iterable[Slice], routing: Routing) -> None:
    """Set the rows aside, those aside that show "S" already; the booking is delivered again where it belongs.

    One query finds where the bookings are; one that its owner never reported is nobody's stray. So it finds the rows
    whose reference may not be theirs.
    """
    vhs, complete = report.vhs, report.proves_absence
    mirrors = {part.coop_id: [row for row in part.bookings if row.ref and _is_mirror(row, vhs)] for part in slices}
    refs = {ref for rows in mirrors.values() for row in rows for ref in (row.ref, booking_ref(vhs, row.booking_id))}
    if not refs:
        return
    homes: dict[str, set[str]] = {}
    for ref, coop_id in vault.homes(tx, sorted(ref for ref in refs if ref)):
        homes.setdefault(ref, set()).add(coop_id)
    doubtful = {
        coop_id: [row for row in rows if row.ref not in homes or booking_ref(vhs, row.booking_id) in homes]
        for coop_id, rows in mirrors.items()
    }
    misnamed.set_aside(tx, report, {part.coop_id: part for part in slices}, doubtful, routing)
    for part in slices:
        stray = {
            row.line: row
            for row in mirrors[part.coop_id]
            if part.coop_id not in homes.get(row.ref or "", {part.coop_id})
        }
        if not stray:
            continue
        routing.strays |= {row.ref or "": row for row in stray.values() if row.status is not CANCELLED}
        _take_out(part, {line: (row, row.ref or "") for line, row in stray.items()}, routing, complete=complete)


def homes(tx: Tx, routing: Routing) -> list[Slice]:
    """List the slices of the courses to which strays belong, which are to know of them (D5, D25)."""
    found = {coop_id for _, coop_id in vault.homes(tx, sorted(routing.strays))} if routing.strays else set()
    parts = [routing.slices[coop_id] for coop_id in sorted(routing.slices.keys() & found)]
    for part in parts:
        part.strays = routing.strays.get
    return parts


def set_bare_aside(bare: Bare, slices: Iterable[Slice], routing: Routing, *, complete: bool) -> None:
    """Set the rows without reference aside that are mirrors of another shared course (D25)."""
    for part in slices:
        told = [(row, bare.elsewhere(row, part.coop_id)) for row in part.bookings if not row.ref]
        stray = {row.line: (row, ref) for row, ref in told if ref is not None}
        if stray:
            _take_out(part, stray, routing, complete=complete)


_NUMBERED = (BookingDelivered, BookingReported, BookingRekeyed, ParticipantsMerged, MirrorUnreferenced)
"""Events that say under which Beleg-ID or TNR a VHS shows a mirror."""


class Bare:
    """The mirrors a VHS ever showed without their reference, by the numbers its program gave them (D26); looked up for
    the first row without reference.
    """

    def __init__(self, tx: Tx, moment: Moment) -> None:
        """Ask within a transaction about the rows of an export."""
        self._tx, self._moment = tx, moment
        self._homes: dict[str, dict[str, str]] | None = None
        self._numbers: dict[tuple[str, str], set[str]] = {}
        self._drafts: dict[str, Draft] = {}
        self._given: dict[str, Collection[str]] = {}

    def elsewhere(self, row: BookingRow, coop_id: str) -> str | None:
        """Tell whose mirror of another shared course a row without reference is, None where it is none (D25): it has
        Beleg-ID and TNR of one that this VHS showed there without its reference.

        One that shows what was given out to it for the course it stands in is the mirror it seems (D26), and so is one
        that was booked there before. Whoever was given the numbers since is a registration, and is told no "S" (D18a).
        """
        ref = None if row.ref else self._mirror(row, coop_id)
        if ref is None:
            return None
        known = booking_ref(self._moment.vhs, row.booking_id)
        if any(home == coop_id for _, home in vault.homes(self._tx, [known])):
            return None
        if coop_id not in self._given:
            state = fold(coop_id, self._tx.stories([coop_id])[coop_id].events)
            self._given[coop_id] = mirror_traces(state, self._moment.vhs).moments
        return ref if row.booked_at not in self._given[coop_id] else None

    def _read(self) -> dict[str, dict[str, str]]:
        found, vhs = dict[str, dict[str, str]](), self._moment.vhs
        coop_ids = [row[0] for row in self._tx.rows("violations_bare", vhs=vhs)]
        for coop_id, recorded in self._tx.load(coop_ids).items() if coop_ids else ():
            events = (item.event for item in recorded if item.event.vhs == vhs)
            told = [event for event in events if isinstance(event, _NUMBERED)]
            bare = {event.ref for event in told if isinstance(event, MirrorUnreferenced)}
            for event in told:
                if event.ref not in bare:
                    continue
                if event.booking_id is not None:
                    found.setdefault(event.booking_id, {})[coop_id] = event.ref
                if not isinstance(event, MirrorUnreferenced) and event.participant_no is not None:
                    self._numbers.setdefault((coop_id, event.ref), set()).add(event.participant_no)
        return found

    def _mirror(self, row: BookingRow, coop_id: str) -> str | None:
        if self._homes is None:
            self._homes = self._read()
        homes = self._homes.get(row.booking_id, {})
        if coop_id in homes:
            return None
        for home, ref in homes.items():
            if row.participant_no in self._numbers.get((home, ref), ()) and not self._is_anothers(home, ref, row):
                return ref
        return None

    def _is_anothers(self, coop_id: str, ref: str, row: BookingRow) -> bool:
        """Tell whether a row with the numbers of a mirror is a registration of the VHS's own (D18a)."""
        if coop_id not in self._drafts:
            state = fold(coop_id, self._tx.stories([coop_id])[coop_id].events)
            self._drafts[coop_id] = Draft(state, self._moment, vault.of_streams(self._tx, [coop_id]))
        draft = self._drafts[coop_id]
        booking = draft.state.bookings[ref]
        seat = booking.seats.get(self._moment.vhs)
        return seat is not None and is_registration(draft, booking, seat, row)


def _take_out(part: Slice, stray: Mapping[int, tuple[BookingRow, str]], routing: Routing, *, complete: bool) -> None:
    """Take stray rows out of a slice; whose else one may be there is not gone (D17)."""
    part.bookings = [row for row in part.bookings if row.line not in stray]
    part.name = UNNAMED
    part.protected |= {row.booking_id for row, _ in stray.values()}
    for row, ref in stray.values():
        if row.status is not CANCELLED:
            reason = f"booking {ref} of another VHS stands in course {row.number} ({row.period}), not in its own"
            remedy = f"{set_s(complete=complete)}; the change list writes the booking into its course again"
            remedy = f"{COPIED}; else {remedy}" if row.ref else remedy
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
                routing.stand_for.setdefault((row.file, row.line), []).append(StandsFor(coop_id))


def _is_sold(row: BookingRow, vhs: str) -> bool:
    return not _is_mirror(row, vhs) and row.status is not None and row.status is not CANCELLED


def _is_mirror(row: BookingRow, vhs: str) -> bool:
    return bool(row.ref) and owner_of(row.ref or "") != vhs
