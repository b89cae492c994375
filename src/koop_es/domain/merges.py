"""Merged participants ("zusammenführen"): who is the same person, and who was booked twice and is now there once.

Naive reading would cancel a citizen's seat and book a new one. Two records with the same normalised name and the same
mail or phone are one person (B14, B15); in which row a booking goes on is told in ``pairing`` (D18).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from koop_es.domain.cooperation import Booking
from koop_es.domain.draft import Draft
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import CANCELLED, BookingRow, Person
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import digits, normalised, spelled


class Twin(NamedTuple):
    """A vanished booking, and the other booking of the same person in whose row it went up."""

    ref: str
    row: BookingRow
    survivor: str


def find_twins(
    draft: Draft, shown: dict[str, BookingRow], missing: list[str], rekeyed: Collection[str] = ()
) -> list[Twin]:
    """Find the vanished bookings whose person is booked a second time, in the order of the references (B15).

    That is a true double booking, for a human to decide, whichever of the two TNRs the surviving row has now, also if a
    partial export showed that one first. Who was booked twice under one TNR from the beginning was not merged; nor did
    anybody go up in a booking that is ``rekeyed``, unless it has the vanished one's Beleg-ID now. What this VHS shows
    alone counts.
    """
    vhs, state = draft.moment.vhs, draft.state
    result = []
    for ref in missing:
        booking = state.bookings[ref]
        seat = booking.seats[vhs]
        if seat.absences or seat.orphaned or not sees_identity(state, state.lanes[vhs], booking):
            continue  # gone since an earlier export, or a name this VHS never got (D1)
        person = draft.person(booking.person_id, booking.person_version)
        if person is None or (booking.cancelled and seat.status is CANCELLED):
            continue
        survivors = [
            other
            for other, row in shown.items()
            if row.person is not None
            and row.status is not CANCELLED  # nobody goes on in a booking that is cancelled
            and other in state.bookings
            and (other not in rekeyed or row.booking_id == seat.booking_id)
            and (row.participant_no != seat.participant_no or _had_another(state.bookings[other], vhs, row))
            and is_same_person(person, row.person)
        ]
        if survivors:
            result.append(Twin(ref, shown[min(survivors)], min(survivors)))
    return result


def _had_another(booking: Booking, vhs: str, row: BookingRow) -> bool:
    """Tell whether a VHS showed a booking under another TNR than its row has now (B13)."""
    seat = booking.seats.get(vhs)
    if seat is None or seat.status is None:
        return False
    return seat.merged_from is not None or seat.participant_no != row.participant_no


def is_same_person(one: Person, other: Person) -> bool:
    """Tell whether two records are of one person: equal name, and equal mail or phone (B15)."""
    if not same_name(one, other):
        return False
    mails = normalised(one.email), normalised(other.email)
    phones = digits(one.phone), digits(other.phone)
    return (mails[0] != "" and mails[0] == mails[1]) or (phones[0] != "" and phones[0] == phones[1])


def is_merged_into_another(draft: Draft, part: Slice, booking: Booking, row: BookingRow) -> bool:
    """Tell whether a row of a VHS's own booking has the TNR of another one that lives in the course (B13, B15).

    Whoever is booked there already is no substitute for the one who was booked here (D18c). Of what a partial export
    leaves out counts what was shown last.
    """
    vhs, rows = draft.moment.vhs, {other.booking_id: other for other in part.bookings}
    number, seat = spelled(row.participant_no), booking.seats[vhs]
    if booking.owner != vhs or not row.participant_no or number == spelled(seat.participant_no):
        return False
    own = (other for other in rows.values() if other.ref is None or owner_of(other.ref) == vhs)
    live = {other.booking_id: other.participant_no for other in own if other.status is not CANCELLED}
    for booking_id, other in () if part.proves_absence else draft.state.reported_seats(vhs).items():
        if other.owner == vhs and booking_id not in rows and other.seats[vhs].live and other.seats[vhs].held:
            live[booking_id] = other.seats[vhs].participant_no
    return any(
        spelled(other) == number
        for booking_id, other in live.items()
        if booking_id not in (row.booking_id, seat.booking_id)
    )


def same_name(one: Person, other: Person) -> bool:
    """Tell whether two records carry the same name, letter case, accents' encoding and blanks aside."""
    return (normalised(one.name), normalised(one.first_name)) == (normalised(other.name), normalised(other.first_name))
