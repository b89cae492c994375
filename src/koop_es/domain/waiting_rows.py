"""Rows that wait: while absences are withheld, a new row may be a missing booking that only changed its ids (D19)."""

from __future__ import annotations

from collections.abc import Collection

from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.merges import same_name
from koop_es.domain.paired import Hold, Pairing


def let_wait(draft: Draft, pairing: Pairing, missing: Collection[str]) -> None:
    """Let new rows wait that have the name of a booking that is withheld, so that no seat doubles (D19)."""
    state, vhs, shown = draft.state, draft.moment.vhs, pairing.shown
    if not state.bookings or shown.keys() <= state.bookings.keys():
        return
    new = [ref for ref in sorted(shown.keys() - state.bookings.keys()) if shown[ref].person is not None]
    if not new:
        return
    for ref in sorted(state.bookings):
        booking = state.bookings[ref]
        seat = booking.seats.get(vhs)
        if seat is None or not _may_double(draft, booking, seat, missing, pairing):
            continue
        if (known := draft.person(booking.person_id, booking.person_version)) is None:
            continue
        waits = seat.withheld is not None or ref in missing
        found = next(
            (
                other
                for other in new
                if (who := shown[other].person) is not None
                and same_name(who, known)
                and (waits or state.held.get((vhs, shown[other].booking_id)) == ref)
            ),
            None,
        )
        if found is not None:
            new.remove(found)
            pairing.held.append(Hold(ref, shown.pop(found), "D19"))


def _may_double(draft: Draft, booking: Booking, seat: Seat, missing: Collection[str], pairing: Pairing) -> bool:
    """Tell whether a booking is missing among so many that it may only have changed its ids (D19)."""
    ref, judgement, coop_id = booking.ref, draft.judgement, draft.state.coop_id
    if not seat.live or ref in pairing.shown or seat.orphaned or seat.lost:
        return False
    if ref in missing:
        holds = judgement.foreseen.holds(coop_id, booking.owner) or judgement.absences.holds(coop_id, booking.owner)
        return holds or seat.withheld is not None
    return seat.withheld is not None or ref in draft.state.held.values()
