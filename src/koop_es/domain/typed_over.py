"""Mirrors in which somebody else stands: staff of a VHS that gets no names took the nameless row for a free place, and
entered somebody of their own (D18, D6), or it was that of another citizen from the beginning (D18).

The row names a booking and is only that one, while a person stands in it of whom nobody knows. Until somebody has put
it right, nothing is written there, an "S" in it is asked about, and its removal ends nobody.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.another_person import ask_of_another, is_of_another
from koop_es.domain.cooperation import ANOTHER, Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import TYPED_OVER
from koop_es.domain.merges import same_name
from koop_es.domain.observation import BookingRow
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import is_same_id, witness_of_row


def take_typed_over(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Note that a mirror without name shows somebody else under a TNR of their own, or shows nobody any more (D6).

    Where names are seen somebody else stands there only from the beginning, for as long as nothing of the row is that
    of the booking (D18).
    """
    stands = seat.shows_another
    if booking.owner == draft.moment.vhs:
        return
    if sees_identity(draft.state, draft.state.lanes[draft.moment.vhs], booking):
        if not stands or is_of_another(draft, booking, row, first=False):
            return
    elif stands == _is_typed_over(draft, booking, seat, row):
        return
    number = row.participant_no if row.participant_no != seat.participant_no else None
    version = booking.person_version if stands else ANOTHER
    draft.add(e.BookingReported, "D6", row=row, ref=booking.ref, person_version=version, participant_no=number)


def _is_typed_over(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row names somebody who is not the booking's person.

    A name alone says nothing: programs write a word of theirs where they need one. It does with another TNR.
    """
    if row.ref != booking.ref or row.person is None or not witness_of_row(row).name:
        return False
    known = draft.person(booking.person_id, booking.person_version)
    if known is not None and same_name(row.person, known):
        return False
    number = row.participant_no
    return seat.shows_another or bool(number and seat.participant_no and not is_same_id(number, seat.participant_no))


def ask_whom(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Ask whom an "S" means that stands in a mirror which was typed over, or is another citizen's (D18)."""
    if sees_identity(draft.state, draft.state.lanes[draft.moment.vhs], booking):
        ask_of_another(draft, booking.ref, row)
        return
    draft.add(e.CancellationDelivered, "D18", row=row, cause=booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D18", row=row, ref=booking.ref, why=TYPED_OVER)
