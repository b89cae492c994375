"""Weighing: which known booking a row is that is not found under its Beleg-ID and TNR (D18)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

from koop_es.domain.absences import is_gone, is_sighted
from koop_es.domain.alike import fit_alike, shows_nobody, words_for_nobody
from koop_es.domain.as_before import goes_on_as_before, stands_as_before_its_merge
from koop_es.domain.as_told import fit_by_day, fit_orders, is_written_over
from koop_es.domain.bare_mirrors import BareMirrors
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.given_mirrors import Given, fit_by_name, fit_by_time
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.merges import is_merged_into_another
from koop_es.domain.moves import has_left, is_its_row
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.paired import Hold, Pairing
from koop_es.domain.registrations import is_registration, witness_of_seat
from koop_es.domain.second_rows import take_second_rows
from koop_es.domain.slices import Slice
from koop_es.domain.tiers import TIERS, Cells, Tier, keys, record_of
from koop_es.domain.unstated import stands_bare
from koop_es.domain.wanted import sees_identity
from koop_es.domain.witnesses import (
    Witness,
    differ,
    has_its_numbers,
    is_another,
    is_replaced,
    is_same_id,
    is_silent,
    witness_of_row,
)


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


class Weighing:
    """Finds what the rows are that are not found under their Beleg-ID and participant number."""

    def __init__(self, draft: Draft, part: Slice, known: dict[str, Booking], result: Pairing) -> None:
        """Take what is found into ``result``; ``known`` are the bookings of this VHS by Beleg-ID."""
        self.draft, self.part, self.known, self.result = draft, part, known, result
        self.vhs, self.state = draft.moment.vhs, draft.state
        self.lane = self.state.lanes[self.vhs]
        self.free = [self._free(booking, seat) for booking, seat in self._left()]
        self.taken: set[str] = set()
        self.came: dict[str, bool] = {}
        self.mirrors = BareMirrors(draft, part, known, result)

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
        name are others. Then another row may be the booking (D18). One that somebody decided is written again has a row
        of its own: whoever has its Beleg-ID by now is not it (D20).
        """
        if ref in self.part.protected:
            return False
        if seat.restoring and booking.owner == self.vhs:
            return True
        row = self.part.stands(seat.booking_id)
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
        left = self._nameless(self._ordered(self.mirrors.take(rows, fit_by_name)))
        left = self._by_day(left)
        if self.free and left:
            left = self.mirrors.take(self._renumbered(self._pair(left)), fit_by_day, open_only=True)
        left = self.mirrors.take_alike(self.mirrors.take(left, fit_by_time))
        left = take_second_rows(self.draft, left, self.result.shown, self.result.doubled)
        for row in sorted(left, key=lambda row: (row.booked_at, row.booking_id)):
            if (ref := self.mirrors.may_be_ours(row)) is not None:
                self.result.held.append(Hold(ref, row, "D26"))
            elif (held := self._may_be_known(row)) is not None:
                self.result.held.append(Hold(held, row, "B15"))
            else:
                self._register(row)

    def _nameless(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Take rows without a name for the mirrors given out with their second, where that is unique, whatever Beleg-ID
        and TNR they got: these may be those of an own booking that went with the program (D26 before D18, D20). Returns
        the others.
        """
        if not (rows and self.lane.creates_given and self.free):
            return rows
        times = Counter(witness_of_row(row).time for row in rows)
        times.update(one.witness.time for one in self.free)
        early = [row for row in rows if row.person is None and times[witness_of_row(row).time] == 1]
        left = self.mirrors.take(early, fit_by_time, open_only=True)
        found = {id(row) for row in early} - {id(row) for row in left}
        return [row for row in rows if id(row) not in found]

    def _by_day(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Take rows for the mirrors given out with their name and day, whatever Beleg-ID and TNR they got, but for the
        names of known bookings whose rows are not found yet (D26 before D18). Returns the others.
        """
        if not (rows and self.lane.creates_given):
            return rows
        names = {one.witness.name for one in self.free}
        early = [row for row in rows if witness_of_row(row).name not in names]
        left = {id(row) for row in self.mirrors.take(early, fit_by_day, open_only=True)}
        found = {id(row) for row in early} - left
        return [row for row in rows if id(row) not in found]

    def _ordered(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Take rows for the own bookings that were given out to be written again (D20); returns the others."""
        if not (rows and self.lane.creates_given):
            return rows
        free = {one.ref: one for one in self.free}
        found = dict(fit_orders(self.draft, rows, ((one.booking, one.seat) for one in self.free)))
        for number, ref in found.items():
            self._found(rows[number], free[ref])
        self.free = [one for one in self.free if one.ref not in found.values()]
        return [row for number, row in enumerate(rows) if number not in found]

    def _pair(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Pair rows with known bookings, best witnesses first; returns the rows that are none (D18)."""
        left = {number: (row, witness_of_row(row)) for number, row in enumerate(rows)}
        homes = {row.booking_id for row in rows}
        cells = [set(values) - {""} for values in zip(*(witness for _, witness in left.values()), strict=True)]
        # Whoever shares no cell with any of the rows is none of them: in a large course that is nearly everybody.
        self.free = [one for one in self.free if any(map(set.__contains__, cells, one.witness))]
        self.free = [one for one in self.free if not has_left(self.draft, self.part, one.booking, one.seat, rows)]
        free = {one.ref: one for one in self.free}
        known = zip(*(one.witness for one in free.values()), strict=True)
        pairs = zip(Witness._fields, cells, known, strict=False)
        equal = {cell for cell, new, old in pairs if not new.isdisjoint(old)}  # in all other cells nobody can agree
        for tier in TIERS:
            if not (left and free):
                break
            for number, ref in self._fits(tier, tier.among(equal), left, free, homes):
                if number in left and ref in free:
                    row, one = left.pop(number)[0], free.pop(ref)
                    self._found(row, one)
        self.free = list(free.values())
        return [row for row, _ in left.values()]

    def _renumbered(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Take rows with neither name nor reference, or a word in place of a name, for the mirrors of their second
        whose rows are gone: these have neither either, and got other numbers (D26, D18b). Returns the others.
        """
        bare = {one.ref: one for one in self.free if stands_bare(one.booking, one.seat) and not one.witness.name}
        if not bare:
            return rows
        given = [Given(one.booking, one.booking.status, [one.witness]) for one in bare.values()]
        words = words_for_nobody(rows, given, self.mirrors.under_words())
        nobodys = [row for row in rows if row.ref is None and shows_nobody(row, words)]
        fits = fit_alike(nobodys, given, words, complete=True)
        found = {nobodys[number].booking_id: ref for number, ref in fits.found}
        for row in nobodys:
            if row.booking_id in found:
                self._found(row, bare[found[row.booking_id]])
        return [row for row in rows if row.booking_id not in found]

    def _fits(
        self,
        tier: Tier,
        kinds: list[Cells],
        left: dict[int, tuple[BookingRow, Witness]],
        free: dict[str, _Free],
        homes: set[str],
    ) -> list[tuple[int, str]]:
        """List the pairs whose witnesses agree in a tier: the same letter first, then in the order of the Beleg-IDs."""
        by_key: dict[tuple[str, ...], list[_Free]] = defaultdict(list)
        for one in free.values() if kinds else ():
            if one.erased or not tier.erased:
                for key in keys(one.witness, kinds):
                    by_key[key].append(one)
        if not by_key:
            return []
        fits: dict[tuple[int, str], tuple[bool, bool, str, str, str]] = {}
        for number, (row, witness) in left.items():
            for key in keys(witness, kinds):
                for one in by_key.get(key, ()):
                    if tier.silent and not is_silent(one.witness, witness, tier.silent):
                        continue
                    if tier.yields and _is_given_anew(one, row, witness, left, free):
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

        One last shown "S" does only in a row that shows "S", or has equal name and time (D18, D5), unless that "S" was
        withdrawn with its export (D32); so does one whose "S" somebody wrote over, in any row but its own. Under
        another Beleg-ID none does of which the others were told "S" as an orphan; nor one that is gone since an earlier
        export (B15), unless the row kept its time of booking, or TNR and name, or people were entered again in another
        order. One that is asked about goes on in it, and so does one that was given out to be written again, or waits
        for that as one of its own: staff enters anew what was lost (D20, D24).
        """
        seat = one.seat
        shown = seat.status is CANCELLED and not seat.taken_back
        final = shown or (seat.shown_cancelled and not _is_its_own(seat, row))
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
        return (not seat.absences or same_one or expected) and not self._has_come(one, row)

    def _has_come(self, one: _Free, row: BookingRow) -> bool:
        """Tell whether a row came whole from another course, so that it is no booking of this one by weaker witnesses
        (D25 before D18). Two bookings of one person that exchanged their Beleg-IDs stay where they are.
        """
        if row.booking_id not in self.came:
            self.came[row.booking_id] = self.part.came(row)
        if not self.came[row.booking_id]:
            return False
        stays = self.part.stands(one.seat.booking_id) is not None
        return not (stays and is_its_row(self.draft, one.booking, one.seat, row))

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
        if same_id and is_written_over(self.draft, one.booking, one.seat, row):
            return True
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


def _is_given_anew(
    one: _Free, row: BookingRow, witness: Witness, left: dict[int, tuple[BookingRow, Witness]], free: dict[str, _Free]
) -> bool:
    """Tell whether a row has the Beleg-ID of a booking only because these were given anew: TNR or time is another, and
    with the name they are together another booking's, or the booking's stand in another row (D18).

    Where the letters stay with the Beleg-IDs and not with the people, two were entered for each other.
    """
    if not any(differ(one.witness, witness, cell) for cell in ("number", "time")):
        return False
    stays = one.seat.status is row.status
    if (record := record_of(witness)) is not None:
        others = (other for other in free.values() if other is not one and record_of(other.witness) == record)
        if any(other.seat.status is row.status or not stays for other in others):
            return True
    if (record := record_of(one.witness)) is None:
        return False
    rows = (other for other, known in left.values() if other is not row and record_of(known) == record)
    return any(other.status is one.seat.status or not stays for other in rows)


def _is_its_own(seat: Seat, row: BookingRow) -> bool:
    return (seat.booking_id, seat.participant_no) == (row.booking_id, row.participant_no)
