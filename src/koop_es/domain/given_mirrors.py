"""Which rows without reference are the mirrors that were given out to a VHS and that it has not shown yet (D26)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.given_out import Create
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, Status, actor_of
from koop_es.domain.witnesses import Witness, differ, is_reached_otherwise, witness_of_row


class Given(NamedTuple):
    """A mirror that was given out, its ``letter`` then, and what its row may show: its moment of booking, mail and
    phone may have been others then. ``minutes`` are the same where a program may keep no seconds, ``days`` where it
    may keep no time of day (``days_of``).
    """

    booking: Booking
    letter: Status
    witnesses: list[Witness]
    minutes: tuple[Witness, ...] = ()
    days: tuple[Witness, ...] = ()


class Fits(NamedTuple):
    """Rows by their number and the mirrors they are, and those that may be the mirrors of several people."""

    found: list[tuple[int, str]]
    asked: list[tuple[int, str]]


class Fit(NamedTuple):
    """A row that shows moment and name of a mirror; ``rank`` says how well mail and phone fit, the best first."""

    rank: int
    number: int
    mirror: Given


CONTACT = ("mail", "phone")


def went_with_program(state: Cooperation, vhs: str) -> list[Booking]:
    """List the mirrors that went with the program of a VHS and are not given out anew, in the order of their references
    (D20): where the file was only cut, their rows are still there (D26).
    """
    lane = state.lanes.get(vhs)
    again = lane.creates_given if lane is not None else {}
    return [
        booking
        for ref, booking in sorted(state.bookings.items())
        if booking.owner != vhs
        and booking.claimed
        and ref not in again
        and (seat := booking.seats.get(vhs)) is not None
        and seat.lost
        and seat.went_with
    ]


def fit_by_name(rows: list[BookingRow], given: list[Given]) -> Fits:
    """Pair rows with mirrors of the same second and name (D26).

    Where these fit more than one, mail and phone decide: those that fit exactly go first, then those that share one.
    Where these cannot tell either, the rows are asked about: one of them may be cancelled, and another citizen with it.
    """
    fits = [fit for number, row in enumerate(rows) for mirror in given if (fit := _fit(number, row, mirror))]
    return by_rank(rows, fits)


CONTRADICTED = 3
"""The last rank of all: one of mail and phone is another."""


def by_rank(rows: list[BookingRow], fits: list[Fit], last: int = CONTRADICTED) -> Fits:
    """Pair rows with mirrors, the best ``rank`` first; those beyond the ``last`` one are asked about."""
    exact = {fit.number for fit in fits if fit.rank == 0}  # one too many of these was written twice, and is no other's
    result, numbers, refs = Fits([], []), set[int](), set[str]()
    for rank in sorted({fit.rank for fit in fits}):
        left = [fit for fit in fits if fit.rank == rank and not (rank and fit.number in exact)]
        for group in _groups([fit for fit in left if fit.number not in numbers and fit.mirror.booking.ref not in refs]):
            pairs = [(fit.number, fit.mirror.booking.ref) for fit in sorted(group, key=lambda fit: _order(rows, fit))]
            if rank <= last and _can_be_told(rows, group):
                found = one_to_one(pairs)
                result.found.extend(found)
            else:
                found = list({**dict(reversed(pairs)), **dict(one_to_one(pairs))}.items())
                result.asked.extend(found)
                refs.update(ref for _, ref in pairs)
            numbers.update(number for number, _ in found)
            refs.update(ref for _, ref in found)
    return result


def _fit(number: int, row: BookingRow, mirror: Given) -> Fit | None:
    """Say how well a row fits a mirror; None where second or name is another, or mail and phone say that it is
    somebody else's (D26, D18a).
    """
    witness = witness_of_row(row)
    if not (witness.name and witness.time):
        return None
    known_as = (*mirror.witnesses, *mirror.minutes)
    alike = [known for known in known_as if (known.name, known.time) == (witness.name, witness.time)]
    ranks = [rank for known in alike if (rank := _rank(known, witness, actor_of(row.edited_by))) is not None]
    return Fit(min(ranks), number, mirror) if ranks else None


def _rank(known: Witness, now: Witness, actor: str | None) -> int | None:
    """Compare mail and phone: 0 all are equal, 1 one of them is, 2 none says anything, 3 one is another in a row that
    nobody but WS is known to have edited. None: both are others, or the one that is stated in a row that a person
    edited. That is a registration of somebody who has the name, and the minute where there are no seconds.
    """
    if any(getattr(known, cell) == getattr(now, cell) != "" for cell in CONTACT):
        return 0 if (known.mail, known.phone) == (now.mail, now.phone) else 1
    others = sum(differ(known, now, cell) for cell in CONTACT)
    if others == 0:
        return 2
    return 3 if others == 1 and actor in (None, WEB_SERVICE_USER) else None


def _order(rows: list[BookingRow], fit: Fit) -> tuple[bool, str, str, int]:
    """Order equal fits: the same letter first, then by reference and Beleg-ID (D18)."""
    row, booking = rows[fit.number], fit.mirror.booking
    return row.status is not booking.status, booking.ref, row.booking_id, fit.number


def _groups(fits: list[Fit]) -> list[list[Fit]]:
    """Put together the fits that share a row or a mirror, directly or by others."""
    groups: list[list[Fit]] = []
    for fit in fits:
        near = [group for group in groups if any(_touch(fit, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), fit])
    return groups


def _touch(one: Fit, other: Fit) -> bool:
    return one.number == other.number or one.mirror.booking.ref == other.mirror.booking.ref


def _can_be_told(rows: list[BookingRow], group: list[Fit]) -> bool:
    """Tell whether it may be said which row is which mirror: there is one mirror, or all are of people whom nothing
    tells apart and no row shows an "S" that is not theirs, so that it costs nobody a seat which is which.
    """
    bookings = {fit.mirror.booking.ref: fit.mirror for fit in group}
    if len(bookings) == 1:
        return True
    contacts = {frozenset((known.mail, known.phone) for known in mirror.witnesses) for mirror in bookings.values()}
    cancelled = sum(rows[number].status is CANCELLED for number in {fit.number for fit in group})
    known = sum(mirror.booking.status is CANCELLED for mirror in bookings.values())
    return len(contacts) == 1 and cancelled <= known


def fit_by_time(rows: list[BookingRow], given: list[Given]) -> Fits:
    """Pair rows with mirrors by the second alone, where it is unique on both sides (D26).

    A company registration shows the name of the Firma. Who has a name and a mail or phone that was not given out is
    somebody else: nobody but that person could have entered it.
    """
    rows_at: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        rows_at[witness_of_row(row).time].append(number)
    fits = []
    for time, mirrors in given_by_moment(given).items():
        numbers = [number for number in rows_at.get(time, ()) if not is_somebody_else(rows[number], mirrors)]
        if time and len(mirrors) == 1 and len(numbers) == 1:
            fits.append((numbers[0], mirrors[0].booking.ref))
    return Fits(one_to_one(fits), [])


def given_by_moment(given: list[Given], *, minutes: bool = False) -> dict[str, list[Given]]:
    """List mirrors by the moments of booking that their rows may show, also by their ``minutes`` alone, and anonymous
    ones by their ``days``.
    """
    found: dict[str, list[Given]] = defaultdict(list)
    for mirror in given:
        days = (one for one in mirror.days if not one.name)  # who has a name is told by it
        known = (*mirror.witnesses, *((*mirror.minutes, *days) if minutes else ()))
        for time in dict.fromkeys(wanted.time for wanted in known):
            found[time].append(mirror)
    return found


def is_somebody_else(row: BookingRow, mirrors: list[Given]) -> bool:
    """Tell whether a row has a name and a mail or phone of its own, and so is none of the ``mirrors``."""
    witness = witness_of_row(row)
    known = (wanted for mirror in mirrors for wanted in mirror.witnesses)
    return bool(witness.name) and all(is_reached_otherwise(wanted, witness) for wanted in known)


NOBODY_KNOWS = ""
"""What a row waits as that may be the mirror of a booking which its owner has not told of since the backup (D26)."""


def is_unseen(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether a booking of another VHS was never shown by this one, or went with its program."""
    booking = state.bookings.get(ref)
    if booking is None or booking.owner == vhs or not booking.claimed:
        return False
    seat = booking.seats.get(vhs)
    return seat is None or seat.status is None or seat.lost


def is_never_shown(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether a booking of another VHS was never shown by this one at all."""
    if not is_unseen(state, vhs, ref):
        return False
    seat = state.bookings[ref].seats.get(vhs)
    return seat is None or seat.status is None


def since_backup(state: Cooperation, vhs: str) -> list[str]:
    """List what rows of a VHS wait as since the store was put back: mirrors that this store has not given out (D26)."""
    given = state.lanes[vhs].creates_given if vhs in state.lanes else {}
    held = (ref for (where, _), ref in state.held.items() if where == vhs)
    return [ref for ref in held if ref == NOBODY_KNOWS or (ref not in given and is_never_shown(state, vhs, ref))]


def may_stand_there(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether a mirror may have been written after the backup, in a row that waits: it is not given out before
    somebody knows (D26).
    """
    return any(held in (NOBODY_KNOWS, ref) for held in since_backup(state, vhs))


def may_be_held(state: Cooperation, vhs: str, ref: str) -> bool:
    """Tell whether a row that waits may be a mirror that was given out: it waits as that one, or as another that was
    given out with a moment of booking of the same minute (D26).

    As long as it waits nobody knows that the mirror was not written: given out anew it would be a second row (D22).
    """
    held = {other for (at, _), other in state.held.items() if at == vhs}
    if not held or ref in held:
        return bool(held)
    lane = state.lanes.get(vhs)
    given = lane.creates_given if lane is not None else {}
    minutes = _minutes(given.get(ref))
    return any(not minutes.isdisjoint(_minutes(given.get(other))) for other in held)


def _minutes(create: Create | None) -> set[str]:
    return {moment[:MINUTE] for moment in create.moments} if create is not None else set()


def by_the_minute(moment: str) -> str:
    """Give a moment of booking as a program shows it that keeps no seconds."""
    return f"{moment[:MINUTE]}:00{moment[SECOND:]}" if moment else moment


MINUTE, SECOND = len("2026-01-05T10:00"), len("2026-01-05T10:00:00")
"""The part of a moment of booking that a program keeps that has no seconds, and that of one that has."""


def one_to_one(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Keep of some pairs of rows and bookings the first for each."""
    numbers, refs, found = set(), set(), []
    for number, ref in pairs:
        if number not in numbers and ref not in refs:
            numbers.add(number)
            refs.add(ref)
            found.append((number, ref))
    return found
