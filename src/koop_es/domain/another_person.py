"""The mirror of somebody else: the Beleg-ID in its reference was given to another citizen since (D18, D21).

A program that counts on from the highest Beleg-ID gives it out again once a row is deleted, and the former mirror still
stands elsewhere with that reference. Whoever booked has not cancelled with it: it is asked, whichever of the two
rows was reported first. Nor is a mirror that shows no "S" written over: the one who stands there may hold a contract.
"""

from __future__ import annotations

from collections.abc import Iterator

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import SOMEBODY_ELSE
from koop_es.domain.observation import BookingRow
from koop_es.domain.witnesses import Shown, Witness, differ, is_another, witness_of_person, witness_of_row

CELLS = ("name", "mail", "phone")

MINUTE = len("2026-01-05T10:00")
"""So much of a moment a program keeps that has no seconds."""


def is_of_another(draft: Draft, booking: Booking, row: BookingRow, *, first: bool) -> bool:
    """Tell whether a mirror's row with "S" is that of another person than the one who booked (D18).

    One without name is told by its moment alone, and only where it is seen for the ``first`` time: later the owner may
    have corrected it.
    """
    shown = witness_of_row(row)
    return (first or bool(shown.name)) and _differs(draft, booking, shown)


def was_of_another(draft: Draft, booking: Booking, vhs: str, seat: Seat) -> bool:
    """Tell the same of a mirror's row that was reported before its owner showed the booking, by the cells that are kept
    of it; of a name that is not kept any more only the moment is left.
    """
    return _differs(draft, booking, _shown_before(draft, booking, vhs, seat))


def is_another_citizen(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Tell whether a mirror that is seen first is that of another citizen: name, mail or phone and moment of booking
    are others, and nothing is the same (D18).

    Store and program of the owner were put back together, and the Beleg-ID was given out again. Who is typed over a
    mirror leaves its moment, and is written over (D6).
    """
    return _is_another_citizen(draft, booking, witness_of_row(row))


def was_another_citizen(draft: Draft, booking: Booking, vhs: str, seat: Seat) -> bool:
    """Tell the same of a mirror that was reported before its owner showed the booking, by the cells that are kept."""
    return _is_another_citizen(draft, booking, _shown_before(draft, booking, vhs, seat))


def _shown_before(draft: Draft, booking: Booking, vhs: str, seat: Seat) -> Witness:
    person = draft.shown.get((vhs, booking.ref))
    return witness_of_person(Shown("", "", seat.booked_at), person)


def _is_another_citizen(draft: Draft, booking: Booking, shown: Witness) -> bool:
    if not _differs(draft, booking, shown):
        return False
    return any(is_another(one, shown) for one in _known(draft, booking))


def ask_of_another(draft: Draft, ref: str, row: BookingRow) -> None:
    """Ask whom an "S" means that a row shows which names another person: nobody is cancelled (D18, D21)."""
    cause = draft.state.bookings[ref].changed or None
    draft.add(e.CancellationDelivered, "D18", row=row, cause=cause, ref=ref)
    draft.add(e.CancellationUnclear, "D18", row=row, ref=ref, why=SOMEBODY_ELSE)


def _differs(draft: Draft, booking: Booking, shown: Witness) -> bool:
    """Tell whether a row shares no witness with a booking, and has others (D18)."""
    if not booking.claimed or booking.person_id in draft.erased:
        return False
    known = list(_known(draft, booking))
    if any(_is_same_time(one.time, shown.time) for one in known):
        return False
    cells = [cell for cell in CELLS if getattr(shown, cell)]
    if any(getattr(one, cell) == getattr(shown, cell) for one in known for cell in cells):
        return False
    return any(differ(one, shown, cell) for one in known for cell in ("time", *cells))


def _known(draft: Draft, booking: Booking) -> Iterator[Witness]:
    """Give what the owner ever showed of who booked, and when."""
    seat = booking.seats.get(booking.owner)
    moments = dict.fromkeys((booking.booked_at, seat.booked_at if seat is not None else ""))
    for version in range(max(booking.last_person, 1), 0, -1):
        for moment in moments:
            yield witness_of_person(Shown("", "", moment), draft.person(booking.person_id, version))


def _is_same_time(one: str, other: str) -> bool:
    """Tell whether two moments are the same, by the minute where one of them has no seconds."""
    if not one or not other or one == other:
        return bool(one) and one == other
    whole = one[:MINUTE] == other[:MINUTE]
    return whole and any(text[MINUTE:].startswith((":00", "+", "Z")) or len(text) == MINUTE for text in (one, other))
