"""Letters after the store was put back from a backup: they may have been given out since, and forgotten (D21, T6).

The store does not know what it gave out after the backup. Who edited a row last still tells: what persons set is a
claim as ever; of an "S" by WS, or by nobody who is named, it is asked, and so it is of another letter over an "S",
until a complete export of its VHS has come.
"""

from __future__ import annotations

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import PUT_BACK, UNSIGNED, WRITTEN_SINCE, by_person, is_rejected
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
    """Ask whether a booking lives again: nothing is written anywhere before somebody has said (D21).

    An "S" that others show and that nobody signed may have been set again since, as one that a person signed (D21).
    """
    draft.add(e.BookingReported, "D5", row=row, ref=booking.ref, status=status)
    draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=WRITTEN_SINCE)
    ask_unsigned(draft, booking, "D21")


def ask_unsigned(draft: Draft, booking: Booking, rule: str, *, lived: bool = False) -> None:
    """Ask about the "S" that another VHS shows and whose program names no editors, where its booking lives again:
    somebody there may have entered it. It is written over all the same, except at the owner (D21, D32).

    Where the booking ``lived`` already and somebody has answered for that "S", the answer stands.
    """
    if draft.state.is_cancelled(booking) or not booking.claimed:
        return
    for vhs, seat in sorted(booking.seats.items()):
        lane = draft.state.active_lane(vhs)
        if vhs == draft.moment.vhs or lane is None or not lane.given or booking.ref in lane.unclear:
            continue
        if lived and is_rejected(lane, booking.ref):
            continue
        if seat.status is CANCELLED and seat.held and not seat.taken_back and seat.actor is None:
            draft.add(e.CancellationUnclear, rule, vhs=vhs, ref=booking.ref, why=UNSIGNED)


def ask_about_standing(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Ask about an "S" that a row shows as it did, where the booking lives: over it another letter may have been
    written since the backup, and the "S" be set again. Who edited the row tells that, where somebody is named (D21).
    """
    lane = draft.state.lanes.get(draft.moment.vhs)
    if lane is None or not draft.judgement.put_back or actor_of(row.edited_by) is not None:
        return
    if draft.judgement.back_at(draft.state.coop_id) is not None or draft.state.is_cancelled(booking):
        return
    if booking.claimed and not (booking.ref in lane.unclear or booking.ref in lane.decided):
        draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=PUT_BACK)


def ask_after_ausfall(draft: Draft) -> None:
    """Ask about what others show as "S" where a Master takes back, in its first export since the store was put back, an
    Ausfall: that may have been taken back long before, and an "S" be set since (D21, D24).
    """
    if draft.judgement.put_back:
        for _, booking in sorted(draft.state.bookings.items()):
            ask_unsigned(draft, booking, "D21")
