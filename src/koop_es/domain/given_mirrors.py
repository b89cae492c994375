"""Which rows without reference are the mirrors that were given out to a VHS and that it has not shown yet (D26)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from koop_es.domain.cooperation import Booking
from koop_es.domain.observation import BookingRow
from koop_es.domain.witnesses import Witness, is_reached_otherwise, witness_of_row


class Given(NamedTuple):
    """A mirror that was given out, and what its row may show: its moment of booking may have been another then."""

    booking: Booking
    witnesses: list[Witness]


def fit_by_name(rows: list[BookingRow], given: list[Given]) -> list[tuple[int, str]]:
    """Pair rows with mirrors of the same second and name: the same letter first, then in order (D26)."""
    fits = []
    for number, row in enumerate(rows):
        witness = witness_of_row(row)
        for booking, witnesses in given:
            alike = ((witness.name, witness.time) == (wanted.name, wanted.time) for wanted in witnesses)
            if witness.name and witness.time and any(alike):
                fits.append((row.status is not booking.status, booking.ref, row.booking_id, number))
    return one_to_one((number, ref) for _, ref, _, number in sorted(fits))


def fit_by_time(rows: list[BookingRow], given: list[Given]) -> list[tuple[int, str]]:
    """Pair rows with mirrors by the second alone, where it is unique on both sides (D26).

    A company registration shows the name of the Firma. Who has a name and a mail or phone that was not given out is
    somebody else: nobody but that person could have entered it.
    """
    rows_at: dict[str, list[int]] = defaultdict(list)
    given_at: dict[str, list[tuple[str, Witness]]] = defaultdict(list)
    for number, row in enumerate(rows):
        rows_at[witness_of_row(row).time].append(number)
    for booking, witnesses in given:
        for wanted in witnesses:
            given_at[wanted.time].append((booking.ref, wanted))
    fits = []
    for time, found in given_at.items():
        if time and len(found) == 1 and len(rows_at.get(time, ())) == 1:
            number, (ref, wanted) = rows_at[time][0], found[0]
            witness = witness_of_row(rows[number])
            if not (witness.name and is_reached_otherwise(wanted, witness)):
                fits.append((number, ref))
    return one_to_one(fits)


def one_to_one(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Keep of some pairs of rows and bookings the first for each."""
    numbers, refs, found = set(), set(), []
    for number, ref in pairs:
        if number not in numbers and ref not in refs:
            numbers.add(number)
            refs.add(ref)
            found.append((number, ref))
    return found
