"""Pairing: which row of an export is which of the VHS's own known bookings (D18), and which are mirrors (D26).

Rows and bookings are paired one to one, best witnesses first. A *witness* is a cell that says something: an empty
cell, a sentinel, a time without time of day is none, neither equal nor other. What a row is depends on this VHS's rows
alone, never on what others did meanwhile. Only rows that are not found under their Beleg-ID and TNR are weighed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import NamedTuple

from koop_es.domain.absences import is_sighted
from koop_es.domain.alike import fit_alike
from koop_es.domain.as_before import goes_on_as_before, stands_as_before_its_merge
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.given_mirrors import MINUTE, Fits, Given, fit_by_name, fit_by_time
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.merges import is_merged_into_another
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.registrations import is_registration, witness_of_seat
from koop_es.domain.second_rows import take_second_rows
from koop_es.domain.slices import Slice, no_references
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import (
    Shown,
    Witness,
    differ,
    has_its_numbers,
    is_another,
    is_replaced,
    is_same_id,
    witness_of_person,
    witness_of_row,
)


class Hold(NamedTuple):
    """A row that waits, the booking it may be, and the rule by which it does (B15, D26)."""

    ref: str
    row: BookingRow
    rule: str


@dataclass(slots=True)
class Pairing:
    """What the rows of a slice are.

    ``shown`` are rows by booking; of these ``rekeyed`` stand under another Beleg-ID than before (D18b), ``reused`` are
    new registrations under the Beleg-ID of a former booking, by their reference (D18a), ``replaced`` show another
    person (D18c), ``joined`` the person of another booking of the course, who was merged with theirs (B13), ``doubled``
    are the rows of mirrors that stand there twice, ``unreferenced`` mirrors without reference, or with that of another
    (D26). ``held`` are rows that wait. ``plain`` says that all stand under the Beleg-IDs and times they had before.
    """

    shown: dict[str, BookingRow] = field(default_factory=dict)
    rekeyed: list[str] = field(default_factory=list)
    reused: dict[str, str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    doubled: dict[str, list[BookingRow]] = field(default_factory=dict)
    unreferenced: set[str] = field(default_factory=set)
    held: list[Hold] = field(default_factory=list)
    plain: bool = False


def pair(draft: Draft, part: Slice) -> Pairing:
    """Tell what every row of a slice is (D18, D26)."""
    vhs, state = draft.moment.vhs, draft.state
    known, own = state.reported_seats(vhs), f"{vhs}:"
    copies = _copies(draft)
    back = draft.judgement.back_at(state.coop_id) is not None
    result = Pairing()
    new = not (known or copies) and all(row.ref is None for row in part.bookings)  # a course's first rows
    shown, odd, foreign = result.shown, list(part.bookings) if new else [], 0
    for row in part.bookings if not new else ():
        ref = row.ref
        if ref is None or ref.startswith(own):
            booking = known.get(row.booking_id)
            copied = copies.get(row.booking_id) if copies and booking is None else None
            if copied is not None and copied.seats[vhs].booked_at == row.booked_at:
                booking = copied
            elif (
                booking is None
                or not _is_plainly(seat := booking.seats[vhs], row)
                or ((back or seat.lost or seat.asked) and is_gone(draft, seat))
                or (booking.owner != vhs and is_registration(draft, booking, seat, row))
            ):
                odd.append(row)
                continue
            ref = booking.ref
            if row.ref is None and booking.owner != vhs and "ref" not in row.unstated:
                result.unreferenced.add(ref)
        else:
            foreign += 1
            booking = known.get(row.booking_id)
            if booking is not None and booking.ref != ref and _is_misnamed(draft, booking, row):
                ref = booking.ref
                result.unreferenced.add(ref)
        if ref in shown:
            result.doubled.setdefault(ref, [shown[ref]]).append(row)
        else:
            shown[ref] = row
    if odd and (state.bookings or not _are_first(part, own, odd, shown)):
        _Weighing(draft, part, known, result).weigh(odd)
    for ref, rows in result.doubled.items():
        shown[ref] = nearest(state.bookings.get(ref), vhs, rows)
    result.plain = not (odd or foreign)
    return result


def _are_first(part: Slice, own: str, rows: list[BookingRow], shown: dict[str, BookingRow]) -> bool:
    """Take the rows of a course that has no bookings yet for new registrations under their Beleg-IDs, unless one of
    these was another's in any course (D18a).
    """
    found = {own + row.booking_id: row for row in rows}
    if len(found) < len(rows):
        return False
    if part.references is not no_references and any(part.references(row.booking_id) for row in rows):
        return False
    shown.update(found)
    return True


def _copies(draft: Draft) -> dict[str, Booking]:
    """Find the further rows of mirrors that stand there twice, by Beleg-ID (D26)."""
    state, vhs = draft.state, draft.moment.vhs
    noted = [ref for where, ref in state.doubled if where == vhs]
    return {
        double.booking_id: state.bookings[ref]
        for ref in sorted(noted)
        for double in state.bookings[ref].seats[vhs].doubles
    }


def nearest(booking: Booking | None, vhs: str, rows: Iterable[BookingRow]) -> BookingRow:
    """Choose the row that speaks for a mirror that stands there twice: an "S" only where all rows show it (D26).

    Among equals it is the one under the Beleg-ID reported before, else one with its reference, the lowest Beleg-ID
    first.
    """
    seat = booking.seats.get(vhs) if booking is not None else None
    known = seat.booking_id if seat is not None else ""
    return min(
        rows, key=lambda row: (row.status is CANCELLED, row.booking_id != known, row.ref is None, row.booking_id)
    )


def _is_plainly(seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row under a known Beleg-ID is it without a second look: TNR, time and letter agree (D18)."""
    return (
        seat.participant_no == row.participant_no
        and seat.booked_at == row.booked_at
        and (row.status is CANCELLED or seat.status is not CANCELLED)
        and not seat.absences
        and seat.reused_by is None
    )


def _is_misnamed(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Tell whether a row is the mirror it was although its Koop-Beleg-ID names another booking: a slip (D26).

    It has Beleg-ID, TNR and time of a live mirror, or of one that stays "S" or was misnamed before; without a time
    nothing else in it may say that it is another's. Nor is a create open for the booking it names.
    """
    vhs = draft.moment.vhs
    seat, lane = booking.seats[vhs], draft.state.lanes[vhs]
    if booking.owner == vhs or seat.status is None or seat.lost or seat.participant_no != row.participant_no:
        return False
    if not (seat.live or row.status is CANCELLED or seat.unreferenced) or row.ref in lane.creates_given:
        return False
    before, now = witness_of_seat(draft, booking, seat), witness_of_row(row)
    return now.time == before.time if now.time and before.time else _is_silent(before, now)


def _is_its_own(seat: Seat, row: BookingRow) -> bool:
    return (seat.booking_id, seat.participant_no) == (row.booking_id, row.participant_no)


def is_gone(draft: Draft, seat: Seat) -> bool:
    """Tell whether a booking went with a program that went back, so that its numbers are given to others (D20)."""
    back = draft.judgement.back_at(draft.state.coop_id)
    return seat.lost or seat.asked > 0 or (back is not None and seat.since > back.count)


# --- tiers ------------------------------------------------------------------------------------------------------------

Keys = Iterator[tuple[str, ...]]


def _said(*values: str) -> Keys:
    if all(values):
        yield values


def _id_and_all(one: Witness) -> Keys:
    return _said(one.booking_id, one.number, one.name)


def _id_and_record(one: Witness) -> Keys:
    yield from _said("number", one.booking_id, one.number)
    yield from _said("name", one.booking_id, one.name)


def _number_name_time(one: Witness) -> Keys:
    return _said(one.number, one.name, one.time)


def _name_and_contact(one: Witness) -> Keys:
    yield from _said("mail", one.name, one.mail)
    yield from _said("phone", one.name, one.phone)


def _id_and_any(one: Witness) -> Keys:
    yield from _said("time", one.booking_id, one.time)
    yield from _said("mail", one.booking_id, one.mail)
    yield from _said("phone", one.booking_id, one.phone)


def _time_and_contact(one: Witness) -> Keys:
    yield from _said("mail", one.time, one.mail)
    yield from _said("phone", one.time, one.phone)


def _name_and_time(one: Witness) -> Keys:
    return _said(one.name, one.time)


def _number_and_time(one: Witness) -> Keys:
    return _said(one.number, one.time)


def _time(one: Witness) -> Keys:
    return _said(one.time)


def _id(one: Witness) -> Keys:
    return _said(one.booking_id)


RECORD = ("number", "time", "name")
"""Cells that say whose row it is, without mail and phone."""


class _Tier(NamedTuple):
    """One kind of witnesses that agree; ``alone`` asks for exactly one fit on both sides, ``erased`` is for the
    forgotten, of whom neither name nor contact is left (D18e), ``silent`` names cells that must not say otherwise.
    """

    keys: Callable[[Witness], Keys]
    alone: bool = False
    erased: bool = False
    same_id: bool = False
    silent: tuple[str, ...] = ()


TIERS = (
    _Tier(_id_and_all, same_id=True),
    _Tier(_id_and_record, same_id=True),
    _Tier(_number_name_time),
    _Tier(_number_and_time, erased=True),
    _Tier(_name_and_contact),
    _Tier(_id_and_any, same_id=True),
    _Tier(_time_and_contact, alone=True),
    _Tier(_time, alone=True, erased=True),
    _Tier(_name_and_time, alone=True, silent=("mail", "phone")),
    _Tier(_id, same_id=True, silent=RECORD),
)
"""The order of D18: Beleg-ID with TNR or name; TNR with name and time; name with mail or phone; Beleg-ID with any
other; time with mail or phone. Last what name and second or only its Beleg-ID tell, where the rest is unstated (D29).
"""


# --- weighing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Free:
    """A known booking that no row was found for yet."""

    booking: Booking
    seat: Seat
    erased: bool
    witness: Witness

    @property
    def ref(self) -> str:
        return self.booking.ref


class _Weighing:
    """Finds what the rows are that are not found under their Beleg-ID and participant number."""

    def __init__(self, draft: Draft, part: Slice, known: dict[str, Booking], result: Pairing) -> None:
        self.draft, self.part, self.known, self.result = draft, part, known, result
        self.vhs, self.state = draft.moment.vhs, draft.state
        self.lane = self.state.lanes[self.vhs]
        self.free = [self._free(booking, seat) for booking, seat in self._left()]
        self.taken: set[str] = set()
        self.asked: set[str] = set()

    def _left(self) -> Iterator[tuple[Booking, Seat]]:
        """Give the bookings this VHS is known to have, and that no row shows; what was set aside is not free (D17)."""
        part, shown = self.part, self.result.shown
        here = {row.booking_id for row in part.bookings}  # in a course without its COOP-Id yet these are protected, too
        for ref, booking in self.state.bookings.items():
            seat = booking.seats.get(self.vhs)
            if seat is None or ref in shown or seat.status is None or not seat.booking_id:
                continue
            if seat.booking_id in part.excused:
                continue
            if (
                is_sighted(part, ref, seat)
                and seat.booking_id not in here
                and not self._is_anothers(ref, booking, seat)
            ):
                continue
            if booking.moved and booking.owner == self.vhs:
                continue  # its row stands in another course, or is back as another registration (D25)
            yield booking, seat

    def _is_anothers(self, ref: str, booking: Booking, seat: Seat) -> bool:
        """Tell whether the row of another course that protects a booking by its Beleg-ID is somebody else's: TNR and
        name are others. Then another row may be the booking (D18).
        """
        row = self.part.stands(seat.booking_id) if ref not in self.part.protected else None
        if row is None:
            return False
        before, now = self._free(booking, seat).witness, witness_of_row(row)
        return differ(before, now, "number") and differ(before, now, "name")

    def _free(self, booking: Booking, seat: Seat) -> _Free:
        draft = self.draft
        erased = booking.person_id in draft.erased and sees_identity(self.state, self.lane, booking)
        return _Free(booking, seat, erased, witness_of_seat(draft, booking, seat))

    def weigh(self, rows: list[BookingRow]) -> None:
        """Find what rows are: mirrors whose reference was lost (D26), known bookings (D18), new registrations."""
        left = self._mirrors(rows, fit_by_name)
        if self.free and left:
            left = self._pair(left)
        left = self._mirrors(left, fit_by_time)
        if self.part.proves_absence and all(row.ref is None for row in self.part.bookings):
            left = self._mirrors(left, fit_alike, twice=(False,))
        left = take_second_rows(self.state, self.vhs, left, self.result.shown, self.result.doubled)
        for row in sorted(left, key=lambda row: (row.booked_at, row.booking_id)):
            if (ref := self._may_be_ours(row)) is not None:
                self.result.held.append(Hold(ref, row, "D26"))
            elif (held := self._may_be_known(row)) is not None:
                self.result.held.append(Hold(held, row, "B15"))
            else:
                self._register(row)

    def _pair(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Pair rows with known bookings, best witnesses first; returns the rows that are none (D18)."""
        left = {number: (row, witness_of_row(row)) for number, row in enumerate(rows)}
        homes = {row.booking_id for row in rows}
        cells = [set(values) - {""} for values in zip(*(witness for _, witness in left.values()), strict=True)]
        # Whoever shares no cell with any of the rows is none of them: in a large course that is nearly everybody.
        self.free = [one for one in self.free if any(map(set.__contains__, cells, one.witness))]
        free = {one.ref: one for one in self.free}
        for tier in TIERS:
            if not (left and free):
                break
            for number, ref in self._fits(tier, left, free, homes):
                if number in left and ref in free:
                    row, one = left.pop(number)[0], free.pop(ref)
                    self._found(row, one)
        self.free = list(free.values())
        return [row for row, _ in left.values()]

    def _fits(
        self, tier: _Tier, left: dict[int, tuple[BookingRow, Witness]], free: dict[str, _Free], homes: set[str]
    ) -> list[tuple[int, str]]:
        """List the pairs whose witnesses agree in a tier: the same letter first, then in the order of the Beleg-IDs."""
        by_key: dict[tuple[str, ...], list[_Free]] = defaultdict(list)
        for one in free.values():
            if one.erased or not tier.erased:
                for key in tier.keys(one.witness):
                    by_key[key].append(one)
        if not by_key:
            return []
        fits: dict[tuple[int, str], tuple[bool, bool, str, str, str]] = {}
        for number, (row, witness) in left.items():
            for key in tier.keys(witness):
                for one in by_key.get(key, ()):
                    if tier.silent and not _is_silent(one.witness, witness, tier.silent):
                        continue
                    if self._may_go_on(one, row, witness, homes, same_id=tier.same_id):
                        fits[number, one.ref] = (
                            one.seat.status is not row.status,
                            one.seat.booking_id != row.booking_id,
                            one.seat.booking_id,
                            row.booking_id,
                            one.ref,
                        )
        if tier.alone:
            numbers, refs = Counter(number for number, _ in fits), Counter(ref for _, ref in fits)
            fits = {(n, r): order for (n, r), order in fits.items() if numbers[n] == 1 == refs[r]}
        return sorted(fits, key=fits.__getitem__)

    def _may_go_on(self, one: _Free, row: BookingRow, witness: Witness, homes: set[str], *, same_id: bool) -> bool:
        """Tell whether a booking may go on in a row at all.

        One last shown "S" does only in a row that shows "S", or has equal name and time (D18, D5); so does one whose
        "S" somebody wrote over, in any row but its own. Under another Beleg-ID none does of which the others were told
        "S" as an orphan; nor one that is gone since an earlier export (B15), unless the row kept its time of booking,
        or TNR and name, or people were entered again in another order. One that is asked about goes on in it, and so
        does one that was given out to be written again, or waits for that as one of its own: staff enters anew what was
        lost (D20, D24).
        """
        seat = one.seat
        final = seat.status is CANCELLED or (seat.shown_cancelled and not _is_its_own(seat, row))
        if final and row.status is not CANCELLED and not self._keeps_s(one, row, witness, same_id):
            return False
        if row.booking_id == seat.booking_id:
            if is_another(one.witness, witness) or is_registration(self.draft, one.booking, seat, row):
                return False
            stands = seat.asked > 0 and seat.held
            return stands or not (is_gone(self.draft, seat) and has_its_numbers(one.witness, witness))
        to_be_written = one.booking.owner == self.vhs or one.ref in self.lane.creates_given
        if seat.orphaned or seat.survivor is not None or (seat.lost and not to_be_written):
            return False
        same_one = witness.number == one.witness.number and witness.name == one.witness.name != ""
        expected = bool(seat.asked) or row.booked_at == seat.booked_at or self._was_entered_again(one, row, homes)
        return not seat.absences or same_one or expected

    def _keeps_s(self, one: _Free, row: BookingRow, witness: Witness, same_id: bool) -> bool:
        """Tell whether a row without an "S" is a booking last shown with one: name and time are equal (D18, D5), or
        many are shown as before (D20, D31e).

        A mirror that shows nobody's name is told by Beleg-ID and TNR besides (D26).
        """
        if row.status is None and same_id:
            return True  # a letter nobody knows freezes the booking and claims nothing (B6)
        if same_id and goes_on_as_before(self.draft, one.booking, one.seat, row):
            return True
        if stands_as_before_its_merge(self.draft, one.booking, one.seat, row):
            return True
        if witness.time and witness.time == one.witness.time:
            if one.erased or (same_id and one.booking.owner != self.vhs and not (witness.name or one.witness.name)):
                return witness.number == one.witness.number
            return witness.name == one.witness.name != ""
        # What WS wrote back over an "S" that was taken back is the booking, although its program keeps no time.
        echo = same_id and actor_of(row.edited_by) == WEB_SERVICE_USER
        return echo and not self.state.is_cancelled(one.booking)

    def _was_entered_again(self, one: _Free, row: BookingRow, homes: set[str]) -> bool:
        before = self.known.get(row.booking_id)
        return one.seat.booking_id in homes and before is not None and before.seats[self.vhs].absences > 0

    def _found(self, row: BookingRow, one: _Free) -> None:
        """Take a row for a known booking; what a partial export cannot tell for certain waits (B15)."""
        result, ref, same_id = self.result, one.ref, row.booking_id == one.seat.booking_id
        if not same_id and not self.part.proves_absence:
            result.held.append(Hold(ref, row, "B15"))
            return
        result.shown[ref] = row
        if row.ref is None and one.booking.owner != self.vhs and "ref" not in row.unstated:
            result.unreferenced.add(ref)
        if not same_id:
            result.rekeyed.append(ref)
        if is_merged_into_another(self.draft, self.part, one.booking, row):
            result.joined.add(ref)
        elif is_replaced(one.witness, witness_of_row(row), same_id=same_id):
            result.replaced.add(ref)

    # --- new registrations --------------------------------------------------------------------------------------------

    def _may_be_known(self, row: BookingRow) -> str | None:
        """Find the booking that a row of a partial export may be, which only a complete one can tell (B15, D27).

        A row that waits goes on waiting, whatever is corrected meanwhile, until its booking is shown beside it. One
        under the Beleg-ID of another booking may be one of two that were exchanged.
        """
        if self.part.proves_absence:
            return None
        ref = self.state.held.get((self.vhs, row.booking_id))
        if ref is not None and ref in self.state.bookings and ref not in self.result.shown:
            seat = self.state.bookings[ref].seats.get(self.vhs)
            if seat is not None and seat.status is not None:
                return ref
        if row.booking_id not in self.known:
            return None
        witness = witness_of_row(row)
        alike = (
            one.ref
            for one in self.free
            if not is_same_id(one.seat.booking_id, row.booking_id)
            and not (one.seat.orphaned or one.seat.lost or one.seat.status is CANCELLED)
            and (witness.number == one.witness.number or witness.name == one.witness.name != "")
        )
        return min(alike, default=None)

    def _register(self, row: BookingRow) -> None:
        """Give a new registration its reference: one of its own where its Beleg-ID was another's (D18a)."""
        ref = self._reference(row.booking_id)
        self.taken.add(ref)
        self.result.shown[ref] = row
        former = self.known.get(row.booking_id)
        if former is not None and former.ref not in self.result.shown and former.ref != ref:
            self.result.reused[ref] = former.ref

    def _reference(self, booking_id: str) -> str:
        """Name a booking: ``301:1001``, or ``301:1001~2`` where that is taken in any course of this VHS (D18a, B16)."""
        base, bookings = booking_ref(self.vhs, booking_id), self.state.bookings
        elsewhere = [ref for ref in self.part.references(booking_id) if ref not in bookings]
        if not (elsewhere or base in bookings or base in self.taken):
            return base
        for ref in chain((base,), (f"{base}~{number}" for number in count(2))):
            seat = bookings[ref].seats.get(self.vhs) if ref in bookings else None
            if ref not in self.taken and ref not in elsewhere and (seat is None or not seat.booking_id):
                return ref
        raise AssertionError("there is always a next number")

    # --- mirrors without reference ------------------------------------------------------------------------------------

    def _given(self, *, doubled: bool = False) -> list[Booking]:
        """List the mirrors that were given out to this VHS and that it has not shown yet, or where they may be
        ``doubled`` not before this export (D26).
        """
        bookings, shown = self.state.bookings, self.result.shown
        return [
            booking
            for ref in sorted(self.lane.creates_given)
            if (booking := bookings.get(ref)) is not None and (ref in shown) == doubled and self._is_open(booking)
        ]

    def _is_open(self, booking: Booking) -> bool:
        seat = booking.seats.get(self.vhs)
        return booking.claimed and booking.owner != self.vhs and (seat is None or seat.status is None or seat.lost)

    def _mirrors(
        self,
        rows: list[BookingRow],
        fitting: Callable[[list[BookingRow], list[Given]], Fits],
        twice: tuple[bool, ...] = (False, True),
    ) -> list[BookingRow]:
        """Take rows without reference for the mirrors given out that they fit (D26); returns the others.

        One that stands there with its reference as well was made twice: its connector was broken off in between. Rows
        that may be the mirrors of several people wait.
        """
        for doubled in twice if self.lane.creates_given else ():
            given = [booking for booking in self._given(doubled=doubled) if booking.ref not in self.asked]
            if not (given and rows):
                continue
            fits = fitting(rows, [self._wanted(booking) for booking in given])
            found, asked = dict(fits.found), self._ask(rows, fits)
            for number, ref in found.items():
                if doubled:
                    self.result.doubled.setdefault(ref, [self.result.shown[ref]]).append(rows[number])
                else:
                    self.result.shown[ref] = rows[number]
                    self.result.unreferenced.add(ref)
            rows = [row for number, row in enumerate(rows) if number not in found and number not in asked]
        return rows

    def _ask(self, rows: list[BookingRow], fits: Fits) -> set[int]:
        """Let rows wait that may be the mirrors of several people; known Beleg-IDs tell others (D26)."""
        asked = [(number, ref) for number, ref in fits.asked if rows[number].booking_id not in self.known]
        self.result.held.extend(Hold(ref, rows[number], "D26") for number, ref in asked)
        self.asked.update(ref for _, ref in fits.asked)
        return {number for number, _ in asked}

    def _wanted(self, booking: Booking) -> Given:
        """Say what a mirror given out shows at this VHS, with the moment of booking of each time it was given out."""
        create = self.lane.creates_given[booking.ref]
        named = sees_identity(self.state, self.lane, booking)
        versions = dict.fromkeys((create.person_version, booking.person_version))
        persons = [self.draft.person(booking.person_id, version) for version in versions] if named else [None]
        moments = dict.fromkeys((*create.moments, booking.booked_at))
        shown = [Shown("", "", at) for at in moments if at]
        return Given(booking, create.status, [witness_of_person(one, person) for person in persons for one in shown])

    def _may_be_ours(self, row: BookingRow) -> str | None:
        """Find the mirror that an unmatched row by WS may be while one is given out and open (D26).

        Of several it is one that was given out with its minute.
        """
        if not self.lane.creates_given or actor_of(row.edited_by) != WEB_SERVICE_USER or row.booking_id in self.known:
            return None
        refs = [booking.ref for booking in self._given()]
        given, minute = self.lane.creates_given, row.booked_at[:MINUTE]
        return next(
            (ref for ref in refs if any(moment[:MINUTE] == minute for moment in given[ref].moments)),
            next(iter(refs), None),
        )


def _is_silent(before: Witness, now: Witness, cells: Iterable[str] = RECORD) -> bool:
    """Tell whether no cell says that a row is another's: what is unstated is neither equal nor other (D29)."""
    pairs = ((getattr(before, name), getattr(now, name)) for name in cells)
    return all(not one or not other or one == other for one, other in pairs)
