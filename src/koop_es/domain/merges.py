"""Merged participants ("zusammenführen"): a booking that only seems to be gone because its participant number changed.

Naive reading would cancel a citizen's seat and book a new one. A vanished booking and a row of the same course, in
the same complete export, with the same normalised name and the same mail or phone are one booking (B14, B15).
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from koop_es.domain.cooperation import Booking
from koop_es.domain.draft import Draft
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.observation import CANCELLED, BookingRow, Person
from koop_es.domain.wanted import sees_identity


class Merge(NamedTuple):
    """A vanished booking and the row it goes on in; ``survivor`` is set where that row was a booking of its own
    before.
    """

    ref: str
    row: BookingRow
    survivor: str | None


def match_merges(draft: Draft, shown: dict[str, BookingRow], missing: list[str]) -> list[Merge]:
    """Find the rows in which vanished bookings go on, in the order of the references (B15).

    A row that is new takes over the identity; one that was booked before is a true double booking for a human to
    decide. Of a person who was erased only the moment of booking is left to go by, and only for a new row (D15).
    """
    if not missing:
        return []
    vhs, state = draft.moment.vhs, draft.state
    free = dict(shown)
    result = []
    for ref in missing:
        booking = state.bookings[ref]
        person = draft.person(booking.person_id, booking.person_version)
        if person is None and booking.person_id not in draft.erased:
            continue
        if not sees_identity(state, state.lanes[vhs], booking):
            continue  # this VHS never got the name: the same name in a new row is a registration of its own (D1)
        seat = booking.seats[vhs]
        if seat.orphaned:
            continue  # the others were told "S" already: whoever appears now registered anew (D5)
        number, gone = seat.participant_no, seat.absences > 0
        ended = state.is_final(booking) or (booking.cancelled and seat.status is CANCELLED)
        matches = [
            (other in state.bookings, other)
            for other, row in free.items()
            if row.person is not None
            and row.participant_no != number
            and _may_be(person, row.person, fresh=other not in state.bookings, same_moment=_same_moment(booking, row))
            # A merged row keeps its day of booking; a new registration has its own. It must not inherit an "S" (D5),
            # nor the place of a booking that is gone since an earlier export (B15).
            and not ((gone or ended) and row.booked_at != booking.booked_at)
            and not (ended and is_day_only(row.booked_at))
            and not (gone and other in state.bookings)
        ]
        if not matches or (person is None and len(matches) > 1):
            continue
        known, other = min(matches)
        row = free[other]
        if known:
            result.append(Merge(ref, row, survivor=other))
        elif other == booking_ref(vhs, row.booking_id):
            del free[other]
            result.append(Merge(ref, row, survivor=None))
    return result


def suspect_merges(draft: Draft, shown: dict[str, BookingRow]) -> list[Merge]:
    """Find new rows of a partial export that belong to the person of a booking the export does not show (B15)."""
    vhs, state = draft.moment.vhs, draft.state
    fresh = {ref: row for ref, row in shown.items() if ref not in state.bookings and row.person is not None}
    if not fresh:
        return []
    absent = sorted(
        ref
        for ref, booking in state.bookings.items()
        if ref not in shown
        and booking.owner == vhs
        and (seat := booking.seats.get(vhs))
        and not (seat.orphaned or seat.lost)
        and (seat.live or seat.held)
    )
    found = [merge for merge in match_merges(draft, fresh, absent) if merge.survivor is None]
    # Where an "S" is shown that was taken back, only a row of the same moment can be the merged one.
    live = {ref for ref in absent if state.bookings[ref].seats[vhs].live}
    return [merge for merge in found if merge.ref in live or merge.row.booked_at == state.bookings[merge.ref].booked_at]


def _may_be(person: Person | None, shown: Person, *, fresh: bool, same_moment: bool) -> bool:
    return is_same_person(person, shown) if person is not None else fresh and same_moment


def _same_moment(booking: Booking, row: BookingRow) -> bool:
    return row.booked_at == booking.booked_at and not is_day_only(row.booked_at)


def is_day_only(booked_at: str) -> bool:
    """Tell whether a program that keeps no time of day wrote a moment: two registrations of one day look alike then."""
    return booked_at[11:16] in ("", "00:00")


def is_same_person(one: Person, other: Person) -> bool:
    """Tell whether two records are of one person: equal name, and equal mail or phone (B15)."""
    if not same_name(one, other):
        return False
    mails = normalised(one.email), normalised(other.email)
    phones = _digits(one.phone), _digits(other.phone)
    return (mails[0] != "" and mails[0] == mails[1]) or (phones[0] != "" and phones[0] == phones[1])


def same_name(one: Person, other: Person) -> bool:
    """Tell whether two records carry the same name, letter case, accents' encoding and blanks aside."""
    return (normalised(one.name), normalised(one.first_name)) == (normalised(other.name), normalised(other.first_name))


def normalised(text: str) -> str:
    """Write a text as it is compared: letter case, accents' encoding and blanks aside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digits(text: str) -> str:
    digits = "".join(char for char in text if char.isdigit())
    return "0" + digits[2:] if digits.startswith("49") and text.strip().startswith("+") else digits
