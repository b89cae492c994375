"""A row that shows what its program was told to write is that booking, and no registration (D18, D20, D21).

A program that keeps only the day of a booking, or shows the minute after midnight, has no moment to tell it by; and
who wrote a letter over an "S" is not said where no editors are kept. What was given out, and is not seen yet, says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.given_mirrors import Fit, Fits, Given, by_rank, one_to_one
from koop_es.domain.merges import same_name
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, Person, actor_of
from koop_es.domain.registrations import witness_of_seat
from koop_es.domain.witnesses import DAY, Witness, day_of, is_day_only, is_same_id, is_silent, witness_of_row

CONTACT = ("mail", "phone")


def is_written_over(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row in which a letter stands over an "S" is the booking of before (D21): Beleg-ID, TNR, day and
    person are the same, and it shows the letter given out, unless a person says to have written it.

    Of a booking that lives by all that is known it does not matter who wrote the letter: nobody can have meant to book
    it anew.
    """
    if not (is_same_id(row.booking_id, seat.booking_id) and is_same_id(row.participant_no, seat.participant_no)):
        return False
    if not (is_of_day(row, seat.booked_at) and _is_of_person(draft, booking, seat, row)):
        return False
    if seat.over_s is not None and row.status is seat.over_s and is_by_list(row):
        return True
    return booking.claimed and not draft.state.is_cancelled(booking)


def is_by_list(row: BookingRow) -> bool:
    """Tell whether a row may be written by a change list: nobody else is known to have edited it."""
    return actor_of(row.edited_by) in (None, WEB_SERVICE_USER)


def is_of_day(row: BookingRow, booked_at: str) -> bool:
    """Tell whether a row may show a moment of booking: one of the two is the other's day, or not stated."""
    now = row.booked_at
    if not now or not booked_at or now == booked_at:
        return True
    return now[:DAY] == booked_at[:DAY] and (is_day_only(now) or is_day_only(booked_at))


def _is_of_person(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row names who booked, or shares mail or phone; a mirror without a name stays without one."""
    if booking.person_id in draft.erased:
        return True  # of whom nothing is left to compare (D18e)
    before, now = witness_of_seat(draft, booking, seat), witness_of_row(row)
    if not (before.name and now.name):
        return before.name == now.name
    if any(getattr(before, cell) == getattr(now, cell) != "" for cell in CONTACT):
        return True
    return _names(draft, booking, row)


def _names(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    return row.person is not None and any(same_name(row.person, person) for person in persons(draft, booking))


def persons(draft: Draft, booking: Booking) -> Iterator[Person]:
    """Give who booked, in all versions that are known, the last one first."""
    for version in range(booking.last_person, 0, -1):
        person = draft.person(booking.person_id, version)
        if person is not None:
            yield person


def fit_orders(draft: Draft, rows: list[BookingRow], free: Iterable[tuple[Booking, Seat]]) -> list[tuple[int, str]]:
    """Pair rows with the own bookings that were given out to be written again and are not seen yet (D20).

    Such a row names who booked and the day, and nobody but the connector is known to have edited it; which Beleg-ID it
    got is the program's choice. What keeps another time, mail or phone is somebody else's, or was booked anew.
    """
    vhs, creates = draft.moment.vhs, draft.state.lanes[draft.moment.vhs].creates_given
    fits: list[tuple[tuple[bool, bool, str], int, str]] = []
    for booking, seat in free:
        if booking.owner != vhs or not seat.lost or booking.ref not in creates:
            continue
        before = witness_of_seat(draft, booking, seat)
        for number, row in enumerate(rows):
            now = witness_of_row(row)
            if _is_ordered(draft, booking, seat, row) and is_silent(before, now, CONTACT):
                told = any(getattr(before, cell) == getattr(now, cell) != "" for cell in CONTACT)
                order = (all(row.booking_id != name for name, _ in seat.ordered), not told, row.booking_id)
                fits.append((order, number, booking.ref))
    return one_to_one((number, ref) for _, number, ref in sorted(fits))


def _is_ordered(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row names the person and the day of an own booking that was given out to be written again."""
    if row.ref not in (None, booking.ref) or not is_by_list(row) or not row.booked_at:
        return False
    moments = (booking.booked_at, *(at for _, at in seat.ordered))
    return any(at and is_of_day(row, at) for at in moments) and _names(draft, booking, row)


ALIKE, SHARED, SILENT, ENDED = range(4)
"""How well a row of a mirror's name and day fits it: mail and phone are equal, or one of them is; the row has neither
and the mirror was given out with one; the row shows an "S" that the booking does not have. The last two wait.
"""


def fit_by_day(rows: list[BookingRow], given: list[Given]) -> Fits:
    """Pair rows that have no time of day, and that nobody is known to have edited by hand, with the mirrors given out
    that have their name and day (D18, D26).

    That says less than a second: whoever has another mail or phone is somebody else, and what may as well be a walk-in
    of the same name, or would cancel a citizen, waits.
    """
    known: dict[tuple[str, str], list[tuple[Witness, Given]]] = defaultdict(list)
    for mirror in given:
        for one in mirror.days:
            if one.name:
                known[one.name, one.time].append((one, mirror))
    fits: dict[tuple[int, str], Fit] = {}
    for number, row in enumerate(rows) if known else ():
        now = witness_of_row(row)
        if row.ref is not None or not now.name or not is_by_list(row):
            continue
        for before, mirror in known.get((now.name, day_of(row.booked_at)), ()):
            rank, key = _rank_by_day(before, now, mirror, row), (number, mirror.booking.ref)
            if rank is not None and (key not in fits or rank < fits[key].rank):
                fits[key] = Fit(rank, number, mirror)
    return by_rank(rows, list(fits.values()), last=SHARED)


def _rank_by_day(before: Witness, now: Witness, mirror: Given, row: BookingRow) -> int | None:
    """Compare mail and phone of a row with a mirror of its name and day; None where these are somebody else's."""
    alike = (before.mail, before.phone) == (now.mail, now.phone)
    shared = any(getattr(before, cell) == getattr(now, cell) != "" for cell in CONTACT)
    if not (alike or shared) and (now.mail or now.phone):
        return None
    if row.status is CANCELLED and CANCELLED not in (mirror.letter, mirror.booking.status):
        return ENDED
    return ALIKE if alike else SHARED if shared else SILENT
