"""Mirrors that nothing tells apart: anonymous ones of one moment and letter at a VHS without references (D26).

Rows of them are their seats, whichever is whose. So nobody is ended by one of these rows alone: an "S" in it is asked
about, and one that is removed is given out again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import chain, cycle

from koop_es.domain import events as e
from koop_es.domain.as_told import is_by_list
from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import ALIKE
from koop_es.domain.given_mirrors import MINUTE, Fits, Given, given_by_moment, is_somebody_else
from koop_es.domain.observation import BookingRow
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import day_of, is_day_only, witness_of_row


def fit_alike(rows: list[BookingRow], given: list[Given], words: Collection[str], *, complete: bool) -> Fits:
    """Pair rows with the anonymous mirrors of their moment, in the order of Beleg-IDs and references: no cell tells
    these apart (D26).

    Such a row shows no name, or one of the ``words`` that a program writes where it needs one. Where more stand there
    than were given out, letters are others, or somebody of a name of his own may be one of them, all are asked about:
    none of them is a registration before it is known which are the mirrors. So is what an export shows that is not
    ``complete``, a word in place of a name that was given out, and the only row of a mirror's minute under a name of
    its own: of its second it would be that mirror.
    """
    rows_at: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        rows_at[_moment(row)].append(number)
    result, refs = Fits([], []), set[str]()
    for time, at in given_by_moment(given, minutes=True).items():
        mirrors = [mirror for mirror in at if mirror.booking.ref not in refs]
        numbers = [number for number in rows_at.get(time, ()) if not is_somebody_else(rows[number], mirrors)]
        if not (time and mirrors and numbers):
            continue
        only = len(numbers) == len(mirrors) == 1
        plain = numbers if only and _is_its_second(time, mirrors[0]) else _nobodys(rows, numbers, words)
        nameless = not any(wanted.name for mirror in mirrors for wanted in mirror.witnesses)
        may_be = only or (nameless and len(plain) < len(mirrors))
        others = [number for number in numbers if number not in plain] if may_be else []
        told = complete and nameless and not others and _have_one_moment(mirrors)
        # Of a day alone an "S" that was not given out need not be the mirror's: anybody may have booked on that day.
        pairs = _in_order(rows, plain, mirrors, whatever_letter=only and not is_day_only(time)) if told else None
        if pairs is None:
            mirrors.sort(key=lambda mirror: _by_length(mirror.booking.ref))
            waiting = sorted(plain + others, key=lambda number: _by_length(rows[number].booking_id))
            asked = list(zip(waiting, (mirror.booking.ref for mirror in cycle(mirrors)), strict=False))
            result.asked.extend(asked)
            refs.update(mirror.booking.ref for mirror in mirrors if asked)
        else:
            result.found.extend(pairs)
            refs.update(ref for _, ref in pairs)
    return result


def _moment(row: BookingRow) -> str:
    """Give the moment of booking that a row shows, or its day where it has no more, and nobody has signed a name."""
    shown = witness_of_row(row)
    return shown.time or (day_of(row.booked_at) if is_by_list(row) or not shown.name else "")


def words_for_nobody(rows: Iterable[BookingRow], given: list[Given], mirrors: Iterable[BookingRow]) -> frozenset[str]:
    """Find the words that a program writes where it needs a name: two rows or more of mirrors show them, of which some
    may be known ``mirrors`` under a name that is not theirs (D26).
    """
    moments = given_by_moment(given, minutes=True)
    at = ((row, moments.get(_moment(row))) for row in rows)
    shown = chain((row for row, given_then in at if given_then and not is_somebody_else(row, given_then)), mirrors)
    counted = Counter(name for row in shown if (name := witness_of_row(row).name))
    return frozenset(name for name, often in counted.items() if often > 1)


def shows_nobody(row: BookingRow, words: Collection[str]) -> bool:
    """Tell whether a row shows no name, or a word in its place (D26)."""
    name = witness_of_row(row).name
    return not name or name in words


def _nobodys(rows: list[BookingRow], numbers: list[int], words: Collection[str]) -> list[int]:
    return [number for number in numbers if shows_nobody(rows[number], words)]


def _is_its_second(time: str, mirror: Given) -> bool:
    return any(time == wanted.time for wanted in mirror.witnesses)


def _have_one_moment(mirrors: list[Given]) -> bool:
    """Tell whether mirrors were given out with one moment each, whether its seconds are kept or not."""
    return all(len({wanted.time[:MINUTE] for wanted in mirror.witnesses}) == 1 for mirror in mirrors)


def _in_order(
    rows: list[BookingRow], numbers: list[int], mirrors: list[Given], *, whatever_letter: bool
) -> list[tuple[int, str]] | None:
    """Pair rows with mirrors of their letter; None where there are not enough of these."""
    if whatever_letter:
        return [(number, mirror.booking.ref) for number, mirror in zip(numbers, mirrors, strict=True)]
    numbers = sorted(numbers, key=lambda number: _by_length(rows[number].booking_id))
    left: dict[str, list[str]] = defaultdict(list)
    for mirror in sorted(mirrors, key=lambda mirror: _by_length(mirror.booking.ref), reverse=True):
        left[mirror.letter.value].append(mirror.booking.ref)
    if Counter(_letter(rows[number]) for number in numbers) - Counter({key: len(refs) for key, refs in left.items()}):
        return None
    return [(number, left[_letter(rows[number])].pop()) for number in numbers]


def _by_length(text: str) -> tuple[int, str]:
    return len(text), text


def _letter(row: BookingRow) -> str:
    return row.status.value if row.status is not None else ""


def is_one_of_many(state: Cooperation, vhs: str, booking: Booking, seat: Seat) -> bool:
    """Tell whether other mirrors of living bookings at a VHS look like this one: anonymous, of its moment, none of
    them with a reference (D26).
    """
    lane = state.lanes.get(vhs)
    if lane is None or not seat.unreferenced or not booking.claimed or sees_identity(state, lane, booking):
        return False
    return any(
        other is not booking
        and other.owner != vhs
        and (at := other.seats.get(vhs)) is not None
        and at.booked_at == seat.booked_at
        and at.unreferenced
        and (at.held or at.lost)
        and not state.is_cancelled(other)
        for other in state.bookings.values()
    )


def take_one_of_many(draft: Draft, booking: Booking, row: BookingRow) -> None:
    """Ask whom an "S" means in one of several rows that nothing tells apart: all live until it is answered (D26)."""
    draft.add(e.CancellationDelivered, "D26", row=row, cause=booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D26", row=row, ref=booking.ref, why=ALIKE)
