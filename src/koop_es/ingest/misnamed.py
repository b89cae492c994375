"""Rows whose Koop-Beleg-ID cannot be theirs, set aside: what they may be is protected and not missing (D17, D18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koop_es.connectors import UNNAMED
from koop_es.domain.asides import aside_of, seats_of, weigh
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import People
from koop_es.domain.evolve import fold
from koop_es.domain.misnamed import Misnamed, misnamed
from koop_es.domain.observation import BookingRow, Report
from koop_es.domain.route import rejected_booking
from koop_es.domain.slices import Routing, Slice, StandsFor
from koop_es.ingest import ledger
from koop_es.store import Tx, vault


def set_aside(
    tx: Tx, report: Report, slices: Mapping[str, Slice], doubtful: Mapping[str, Sequence[BookingRow]], routing: Routing
) -> None:
    """Look through the ``doubtful`` rows, by COOP-Id, and set those aside that are nobody's mirror."""
    asked = sorted(coop_id for coop_id, rows in doubtful.items() if rows)
    if not asked:
        return
    settled = ledger.complete_made_at(tx, report) is not None
    told, people = tx.stories(asked), vault.of_streams(tx, asked)
    for coop_id in asked:
        state = fold(coop_id, told[coop_id].events)
        if report.vhs in state.lanes:
            found = list(misnamed(state, report.vhs, doubtful[coop_id], people, settled=settled))
            if found:
                _take_out(slices[coop_id], found, routing, state, people, report.vhs)


def _take_out(
    part: Slice, found: Sequence[Misnamed], routing: Routing, state: Cooperation, people: People, vhs: str
) -> None:
    """Take the rows out of a slice; whose else one may be there is not gone (D17)."""
    lines = {item.row.line for item in found}
    rejected = [rejected_booking(item.row, "Koop-Beleg-ID", item.reason, item.remedy) for item in found]
    part.bookings = [row for row in part.bookings if row.line not in lines]
    part.name = UNNAMED
    part.protected |= {item.row.booking_id for item in found}
    routing.rejected += rejected
    known = seats_of(state, vhs, people)
    weighed = weigh(
        map(aside_of, rejected),
        {part.coop_id},
        lambda _: part.coop_id,
        lambda _: False,
        lambda coop_ids: ((coop_id, known) for coop_id in coop_ids),
    )
    shown = {row.booking_id for row in part.bookings}
    for row, _, fits in weighed.fits:
        told = routing.stand_for.setdefault((row.file, row.line), [])
        told += [StandsFor(coop_id, seat.ref) for coop_id, seat in fits if seat.booking_id not in shown]
        told.append(StandsFor(part.coop_id))
    part.shielded |= weighed.shielded.get(part.coop_id, frozenset())
    if part.proves_absence and (suspension := weighed.suspended.get(part.coop_id)) is not None:
        part.suspended, part.proves_absence = suspension, False
        part.untold |= {part.coop_id}
