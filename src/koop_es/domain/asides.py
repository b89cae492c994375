"""Rows of bookings that were set aside: whom they protect, and which absences nobody can tell for them (D17).

*Not usable* and *absent* are two things. A row that could not be used still says, as far as it is legible, whose it is.
Where it says nothing that is known, and not enough to be somebody new, one of the bookings that seem to be missing may
be its own: the absences of its course are then neither counted nor forgotten in this export.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from koop_es.domain.cooperation import Cooperation, Lane
from koop_es.domain.draft import People
from koop_es.domain.observation import BookingRow, Person, Rejected
from koop_es.domain.slices import Key, Suspension
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import Shown, differ, is_another, normalised, witness_of_person, witness_of_row

ROW_UNREADABLE = "row_unreadable"
"""A row of this very course says neither whose it is nor that it is new."""

COURSE_UNREADABLE = "course_unreadable"
"""Such a row whose course cannot be read: it may be of any."""

COURSE_UNKNOWN = "course_unknown"
"""Such a row under a course number that this VHS never reported: it may be of any."""


class Aside(NamedTuple):
    """What is legible of a booking's row that was set aside; empty where nothing is.

    A ``period`` of None is one that could not be read; ``by_us`` says that the connector edited the row last.
    """

    file: str
    line: int
    booking_id: str = ""
    ref: str = ""
    number: str = ""
    period: str | None = None
    participant_no: str = ""
    name: str = ""
    first_name: str = ""
    by_us: bool = False

    @property
    def new(self) -> bool:
        """Tell whether it says enough to be somebody new, if it is nobody who is known."""
        return bool(self.booking_id and self.participant_no and self.name)


class KnownSeat(NamedTuple):
    """A booking as its VHS last showed it, and the person, where there is one.

    One that is ``awaited`` it never showed: the booking was given out to be made there, with this person.
    """

    ref: str
    booking_id: str
    participant_no: str
    person: Person | None
    booked_at: str = ""
    awaited: bool = False

    def is_not(self, row: BookingRow) -> bool:
        """Tell whether a legible row under its Beleg-ID is certainly another registration: so say TNR, name, time, and
        mail or phone (D18a).
        """
        before = witness_of_person(Shown(self.booking_id, self.participant_no, self.booked_at), self.person)
        now = witness_of_row(row)
        return differ(before, now, "number") and is_another(before, now)

    def fits(self, row: Aside) -> bool:
        """Tell whether a row that was set aside may be this one's: by Beleg-ID, reference, TNR or name.

        One that is awaited is told by its reference, in a row without one by the name it was given out with (D26).
        """
        if self.awaited:
            return row.ref == self.ref if row.ref else self._named(row)
        return (
            (row.booking_id != "" and row.booking_id == self.booking_id)
            or (row.ref != "" and row.ref == self.ref)
            or (row.participant_no != "" and row.participant_no == self.participant_no)
            or self._named(row)
        )

    def _named(self, row: Aside) -> bool:
        """Compare the names; a row that lacks the first name (a company) is compared by the other."""
        if self.person is None or not row.name or normalised(row.name) != normalised(self.person.name):
            return False
        return not row.first_name or normalised(row.first_name) == normalised(self.person.first_name)


Seats = Callable[[Collection[str]], Iterator[tuple[str, list[KnownSeat]]]]
"""Gives what a VHS last showed of some cooperations; asked only where rows were set aside."""


def seats_of(state: Cooperation, vhs: str, people: People) -> list[KnownSeat]:
    """List what a VHS last showed of a cooperation, and what was given out to be made there and was not seen yet; whom
    it lost to the others for good is not looked for.
    """
    shown = [
        KnownSeat(
            booking.ref,
            seat.booking_id,
            seat.participant_no,
            people.get((booking.person_id, booking.person_version)) if booking.person_id is not None else None,
            seat.booked_at or booking.booked_at or "",
        )
        for booking in state.bookings.values()
        if (seat := booking.seats.get(vhs)) is not None and seat.status is not None
    ]
    lane = state.lanes.get(vhs)
    return [*shown, *_awaited(state, lane, people)] if lane is not None and lane.creates_given else shown


def _awaited(state: Cooperation, lane: Lane, people: People) -> Iterator[KnownSeat]:
    """Give the mirrors that were given out to a VHS and that it has never shown (D17, D26)."""
    for ref, create in lane.creates_given.items():
        booking = state.bookings.get(ref)
        seat = booking.seats.get(lane.vhs) if booking is not None else None
        if booking is None or (seat is not None and seat.status is not None):
            continue
        named = booking.person_id is not None and sees_identity(state, lane, booking)
        person = people.get((booking.person_id or "", create.person_version)) if named else None
        yield KnownSeat(ref, "", "", person, booking.booked_at, awaited=True)


def aside_of(item: Rejected) -> Aside:
    """Read what is legible of a row that was set aside."""
    told, (booking_id, number, period) = item.told, (*(item.key or ()), "", "", "")[:3]
    return Aside(
        item.file,
        item.line,
        told.booking_id or booking_id,
        told.ref or "",
        told.number or number,
        told.period or period or None,
        told.participant_no or "",
        told.name or "",
        told.first_name or "",
        told.by_us,
    )


class Weighed(NamedTuple):
    """What rows that were set aside come to: who is shielded from being missed, and what cannot be told, by COOP-Id.

    ``fits`` has each row with the cooperation of its course, where that is known, and the bookings it may be.
    """

    shielded: dict[str, frozenset[str]]
    suspended: dict[str, Suspension]
    fits: Sequence[tuple[Aside, str | None, list[tuple[str, KnownSeat]]]] = ()


def weigh(
    rows: Iterable[Aside],
    coop_ids: Collection[str],
    course_of: Callable[[Key], str | None],
    is_local: Callable[[Key], bool],
    seats: Seats,
) -> Weighed:
    """Weigh rows that were set aside against what the VHS last showed (D17).

    ``coop_ids`` are the cooperations in which absence would count, ``course_of`` finds that of a course, ``is_local``
    tells whether nobody shares it, so that its rows concern no booking of anybody.
    """
    concerned: list[tuple[Aside, str | None]] = []
    for row in rows:
        key = (row.number, row.period)
        target = course_of(key) if row.number and row.period else None
        if target is None and row.number and row.period and is_local(key):
            continue
        if target is None or target in coop_ids:
            concerned.append((row, target))
    if not concerned:
        return Weighed({}, {})
    everywhere = any(target is None for _, target in concerned)
    asked = sorted(coop_ids) if everywhere else sorted({target for _, target in concerned if target is not None})
    known = dict(seats(asked))
    shielded: dict[str, set[str]] = {}
    may_be: list[tuple[Aside, str | None, list[tuple[str, KnownSeat]]]] = []
    lost: dict[str, list[tuple[str, Aside]]] = {}
    for row, target in concerned:
        pool = asked if target is None else [target]
        fits = _fits(row, [(coop_id, seat) for coop_id in pool for seat in known.get(coop_id, ())], target)
        tells = any(row.ref or not seat.awaited for _, seat in fits)
        may_be.append((row, target, fits))
        for coop_id, seat in fits:
            shielded.setdefault(coop_id, set()).add(seat.ref)
        if not (tells or row.new):
            for coop_id in pool:
                lost.setdefault(coop_id, []).append((_reason(row, target), row))
    every = {coop_id: frozenset(refs) for coop_id, refs in shielded.items()}
    return Weighed(every, _suspensions(lost), may_be)


def _fits(row: Aside, pool: Sequence[tuple[str, KnownSeat]], target: str | None) -> list[tuple[str, KnownSeat]]:
    """Find the bookings that a row of a course may be: none that is awaited where its Beleg-ID says whose it is, any
    of these where it says nothing else than that the connector wrote it (D26).
    """
    fits = [(coop_id, seat) for coop_id, seat in pool if seat.fits(row)]
    if not row.ref and any(seat.booking_id == row.booking_id != "" for _, seat in fits):
        return [(coop_id, seat) for coop_id, seat in fits if not seat.awaited]
    if not fits and row.by_us and not row.ref and target is not None:
        return [(coop_id, seat) for coop_id, seat in pool if seat.awaited]
    return fits


def _reason(row: Aside, target: str | None) -> str:
    if target is not None:
        return ROW_UNREADABLE
    return COURSE_UNKNOWN if row.number and row.period else COURSE_UNREADABLE


def _suspensions(lost: Mapping[str, list[tuple[str, Aside]]]) -> dict[str, Suspension]:
    """Say for each cooperation what is the nearest reason, and the first of the rows it stands on."""
    found = {}
    for coop_id, rows in lost.items():
        reason = min((reason for reason, _ in rows), key=(ROW_UNREADABLE, COURSE_UNKNOWN, COURSE_UNREADABLE).index)
        first = min((row for why, row in rows if why == reason), key=lambda row: (row.file, row.line))
        found[coop_id] = Suspension(reason, first.file, first.line)
    return found
