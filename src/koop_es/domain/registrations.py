"""Numbers given again: a row that has the Beleg-ID and TNR of a mirror and no reference, and is somebody else's (D18a).

A program that was put back to a former moment counts on from there, and gives the numbers of mirrors that went with it
to whoever registers next (D20). Such a row shows neither second nor name of what was given out: it is a registration
(D26). One that only lost its Koop-Beleg-ID shows at least one of the two.
"""

from __future__ import annotations

from koop_es.domain.cooperation import PERSON_DIFFERS, Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.observation import BookingRow
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import (
    Shown,
    Witness,
    is_another,
    is_reached_otherwise,
    witness_of_person,
    witness_of_row,
)

MINUTE = len("2026-01-05T10:00")
"""So much of a moment is left where a spreadsheet takes the seconds away."""


def witness_of_seat(draft: Draft, booking: Booking, seat: Seat) -> Witness:
    """Give what a VHS is known to have shown of a booking; of a mirror without identity there is no name (D1)."""
    shown = Shown(seat.booking_id, seat.participant_no, seat.booked_at)
    if not sees_identity(draft.state, draft.state.lanes[draft.moment.vhs], booking):
        return witness_of_person(shown, None)
    return witness_of_person(shown, draft.person(booking.person_id, seat.person_version or booking.person_version))


def is_registration(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row under the Beleg-ID of a mirror is a registration of the VHS's own (D18a, D26).

    It names somebody else than was given out: a mirror without identity has no name at all. Its second is another as
    well; where the program keeps no time of day, it has a mail or phone that was not given out. Whoever shares mail or
    phone is taken for the same, whose name was put right, unless all the rest is another's.
    """
    if row.ref is not None or booking.owner == draft.moment.vhs:
        return False
    before, now = witness_of_seat(draft, booking, seat), witness_of_row(row)
    if seat.shows_another and now.name:
        return True  # who was typed over a mirror has a row of their own by now (D18)
    if is_another(before, now):
        return True
    if not now.name or now.name == before.name or _shares_contact(before, now):
        return False
    reached = is_reached_otherwise(before, now)
    if not (before.time and now.time):
        return reached
    # Where the row showed another name than was given out, as that of a Firma, its name says nothing.
    known = reached or seat.person_version != PERSON_DIFFERS
    return known and before.time[:MINUTE] != now.time[:MINUTE]


def _shares_contact(before: Witness, now: Witness) -> bool:
    return (before.mail == now.mail != "") or (before.phone == now.phone != "")
