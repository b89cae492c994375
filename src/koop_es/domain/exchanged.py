"""Exchanged references: a mirror's row whose Koop-Beleg-ID names another booking (D18, D26).

Beleg-ID, TNR and time say that the row is the mirror it was, and staff who look for a booking by its reference find it
all the same. An "S" in it is nobody's before somebody has said whom it means.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking
from koop_es.domain.draft import Draft
from koop_es.domain.observation import BookingRow
from koop_es.domain.witnesses import NOBODY, Shown, Witness, witness_of_person, witness_of_row


def named_instead(draft: Draft, booking: Booking, row: BookingRow) -> Booking | None:
    """Find the booking that the row of a mirror names in its place, where nothing in the row says whose it is (D26).

    A name, else a mail or phone, that is one's and not the other's says it.
    """
    other = draft.state.bookings.get(row.ref or "")
    seat = other.seats.get(draft.moment.vhs) if other is not None else None
    if other is None or other is booking or seat is None or seat.status is None:
        return None
    said, one, another = witness_of_row(row), _known(draft, booking), _known(draft, other)
    cells = ((said.name, one.name, another.name), (said.mail, one.mail, another.mail))
    for now, here, there in (*cells, (said.phone, one.phone, another.phone)):
        if now and now == here != there:
            return None
    return other


def _known(draft: Draft, booking: Booking) -> Witness:
    person = draft.person(booking.person_id, booking.person_version)
    return witness_of_person(Shown("", "", ""), person) if person is not None else NOBODY


def take_exchanged(draft: Draft, booking: Booking, other: Booking, row: BookingRow) -> None:
    """Ask whom an "S" means in a row that is one booking's and names another: both live until it is answered (D26)."""
    draft.add(e.CancellationDelivered, "D26", row=row, cause=booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D26", row=row, ref=booking.ref, why="exchanged")
    draft.add(e.CancellationUnclear, "D26", row=row, ref=other.ref, why="named")
