"""Letters after the store was put back from a backup: they may have been given out since, and forgotten (D21, T6).

The store does not know what it gave out after the backup. Who edited a row last still tells: what persons set is a
claim as ever; of an "S" by WS, or by nobody who is named, it is asked, and so it is of another letter over an "S",
until a complete export of its VHS has come.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import PUT_BACK, WRITTEN_SINCE, by_person
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, Status, actor_of


def may_be_forgotten(draft: Draft, row: BookingRow) -> bool:
    """Tell whether an "S" that was not given out may be our own all the same, of a list that went with the store (D21).

    Where this VHS told what it holds since the store was put back, it may not.
    """
    return draft.judgement.put_back and not by_person(actor_of(row.edited_by))


def ask_whose(draft: Draft, ref: str, row: BookingRow, *, delivered: bool = False) -> None:
    """Ask whose an "S" is: nobody is cancelled, and nothing is written over it, before somebody has said (D21).

    The row is taken to show it, unless it is ``delivered`` with it already.
    """
    if not delivered:
        cause = draft.state.bookings[ref].changed or None
        draft.add(e.CancellationDelivered, "D21", row=row, cause=cause, ref=ref)
    draft.add(e.CancellationUnclear, "D21", row=row, ref=ref, why=PUT_BACK)


def may_be_written_since(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row shows another letter than "S" that may have been given out since the backup, by a decision
    that went with the store: its booking is cancelled by all that is known, and no person signed the row (D21).

    Where the "S" was given out and not seen yet, the row was written since only if somebody else had edited it before.
    """
    actor = actor_of(row.edited_by)
    if not draft.judgement.put_back or row.status in (None, CANCELLED) or by_person(actor):
        return False
    if draft.judgement.back_at(draft.state.coop_id) is not None or not booking.claimed or booking.moved:
        return False  # a program that went back tells of former times (D20), a moved booking where its row stands (D25)
    if not draft.state.is_cancelled(booking):
        return False
    if seat.status is CANCELLED:
        return True
    return seat.given is CANCELLED and actor == WEB_SERVICE_USER != seat.actor


def ask_whether_it_lives(draft: Draft, booking: Booking, row: BookingRow, status: Status) -> None:
    """Ask whether a booking lives again: nothing is written anywhere before somebody has said (D21)."""
    draft.add(e.BookingReported, "D5", row=row, ref=booking.ref, status=status)
    draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=WRITTEN_SINCE)
