"""Mirrors without reference: rows that are those given out to a VHS and not shown yet, or may be (D26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from koop_es.domain.alike import fit_alike, words_for_nobody
from koop_es.domain.cooperation import Booking, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.given_mirrors import (
    MINUTE,
    NOBODY_KNOWS,
    Fits,
    Given,
    by_the_minute,
    is_somebody_else,
    is_unseen,
    since_backup,
    went_with_program,
)
from koop_es.domain.given_out import Create
from koop_es.domain.merges import same_name
from koop_es.domain.observation import WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.paired import Hold, Pairing
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import sees_all, sees_identity
from koop_es.domain.witnesses import Shown, days_of, witness_of_person, witness_of_row


class BareMirrors:
    """Finds the rows of one slice that are mirrors without reference."""

    def __init__(self, draft: Draft, part: Slice, known: dict[str, Booking], result: Pairing) -> None:
        """Take what is found into ``result``; ``known`` are the bookings of this VHS by Beleg-ID."""
        self.draft, self.part, self.known, self.result = draft, part, known, result
        self.vhs, self.state = draft.moment.vhs, draft.state
        self.lane = self.state.lanes[self.vhs]
        self.asked: set[str] = set()
        self.forgotten = draft.judgement.put_back or bool(self.state.held and since_backup(self.state, self.vhs))
        self.keeps_references = any(row.ref is not None for row in part.bookings) or (
            not part.proves_absence and any(map(self._is_referenced, self.state.bookings.values()))
        )

    def _given(self) -> list[Booking]:
        """List the mirrors that were given out to this VHS and that it has not shown yet (D26), also those that may
        have been, by a list that went with the store (D21).
        """
        return [booking for booking in self._open() if booking.ref not in self.result.shown]

    def _twice(self) -> list[Booking]:
        """List the mirrors given out that this export is the first to show, where they may stand twice (D26)."""
        return [booking for booking in self._open() if booking.ref in self.result.shown]

    def _went(self) -> list[Booking]:
        """List the mirrors that went with the program and are not given out anew (D20)."""
        return [booking for booking in went_with_program(self.state, self.vhs) if booking.ref not in self.result.shown]

    def _open(self) -> list[Booking]:
        listed = self.state.bookings if self.forgotten else self.lane.creates_given
        return [self.state.bookings[ref] for ref in sorted(listed) if is_unseen(self.state, self.vhs, ref)]

    def _is_referenced(self, booking: Booking) -> bool:
        seat = booking.seats.get(self.vhs)
        return seat is not None and seat.held and booking.owner != self.vhs and not seat.unreferenced

    def take(
        self,
        rows: list[BookingRow],
        fitting: Callable[[list[BookingRow], list[Given]], Fits],
        *,
        open_only: bool = False,
    ) -> list[BookingRow]:
        """Take rows without reference for the mirrors given out that they fit (D26); returns the others.

        One that stands there with its reference as well was made twice: its connector was broken off in between. A
        row that fits none of these may be one that went with its program, where only the file was cut (D20): it is no
        registration, also if its booking was cancelled meanwhile. Rows that may be the mirrors of several people wait.
        """
        passes = ((self._given, False), (self._twice, True), (self._went, False))
        for listed, doubled in passes[:1] if open_only else passes:
            given = [booking for booking in listed() if booking.ref not in self.asked] if rows else []
            if not given:
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

    def take_alike(self, rows: list[BookingRow]) -> list[BookingRow]:
        """Take the rows of anonymous mirrors that nothing tells apart, and let those wait that may be some (D26)."""
        if not rows or not (self.forgotten or self.lane.creates_given):
            return rows
        complete = self.part.proves_absence and not self.keeps_references

        def fitting(left: list[BookingRow], given: list[Given]) -> Fits:
            return fit_alike(left, given, words_for_nobody(left, given, self.under_words()), complete=complete)

        return self.take(rows, fitting, open_only=True)

    def under_words(self) -> Iterator[BookingRow]:
        """Give the rows of known mirrors that show another name than that of who booked (D26)."""
        for ref, row in self.result.shown.items():
            booking = self.state.bookings.get(ref)
            if booking is not None and booking.owner != self.vhs and row.person is not None:
                person = self.draft.person(booking.person_id, booking.person_version)
                if person is None or not same_name(row.person, person):
                    yield row

    def _ask(self, rows: list[BookingRow], fits: Fits) -> set[int]:
        """Let rows wait that may be the mirrors of several people; known Beleg-IDs tell others (D26)."""
        asked = [(number, ref) for number, ref in fits.asked if rows[number].booking_id not in self.known]
        self.result.held.extend(Hold(ref, rows[number], "D26") for number, ref in asked)
        self.asked.update(ref for _, ref in fits.asked)
        return {number for number, _ in asked}

    def _wanted(self, booking: Booking) -> Given:
        """Say what a mirror given out shows at this VHS, with the moment of booking of each time it was given out, also
        without its seconds or time of day where no references are kept; of one that went what it last showed.
        """
        create = self.lane.creates_given.get(booking.ref)
        if create is None:
            seat = booking.seats.get(self.vhs) or Seat()
            version = seat.person_version or booking.person_version
            create = Create(0, seat.status or booking.status, version, (seat.booked_at,))
        named = sees_identity(self.state, self.lane, booking)
        versions = dict.fromkeys((create.person_version, booking.person_version))
        persons = [self.draft.person(booking.person_id, version) for version in versions] if named else [None]
        moments = dict.fromkeys((*create.moments, booking.booked_at))
        shown = [Shown("", "", at) for at in moments if at]
        known = [witness_of_person(one, person) for person in persons for one in shown]
        if self.keeps_references:
            return Given(booking, create.status, known)
        # A row of nothing but a minute may show any second of it.
        minutes = tuple(one._replace(time=by_the_minute(one.time)) for one in known)
        if booking.ref not in self.lane.creates_given:
            return Given(booking, create.status, known, minutes)
        days = [Shown("", "", day) for day in dict.fromkeys(day for at in moments for day in days_of(at))]
        by_day = (witness_of_person(one, person)._replace(time=one.booked_at) for person in persons for one in days)
        return Given(booking, create.status, known, minutes, tuple(by_day))

    def may_be_ours(self, row: BookingRow) -> str | None:
        """Find the mirror that an unmatched row by WS may be while one is given out and open (D26).

        Of several it is one that was given out with its minute. Without a name a row is no registration, whoever
        edited it: it may be the mirror whose Beleg-ID it has, too.
        """
        known = self.known.get(row.booking_id)
        if row.person is None and row.ref is None and known is not None and known.owner != self.vhs:
            return known.ref
        by_connector = row.person is None or actor_of(row.edited_by) == WEB_SERVICE_USER
        if known is not None:
            return None
        if by_connector and self.lane.creates_given:
            given, minute = self.lane.creates_given, row.booked_at[:MINUTE]
            refs = [booking.ref for booking in self._given() if booking.ref in given]
            found = (ref for ref in refs if any(moment[:MINUTE] == minute for moment in given[ref].moments))
            if (ref := next(found, next(iter(refs), None))) is not None:
                return ref
        return self._may_be_forgotten(row) if self.forgotten else None

    def _may_be_forgotten(self, row: BookingRow) -> str | None:
        """Find the mirror that a row may be which a list that went with the store had given out (D21, D26): one of its
        minute, or without a time of day of its name; or while others have not told since the backup what was booked
        there, one of which nobody knows. What a person signed is a registration, and so is who is reached otherwise.
        """
        if row.person is not None and by_person(actor_of(row.edited_by)):
            return None
        witness = witness_of_row(row)
        for booking in self._given():
            known = self._wanted(booking)
            if is_somebody_else(row, [known]):
                continue
            if any(
                one.time[:MINUTE] == witness.time[:MINUTE] if witness.time else one.name == witness.name
                for one in known.witnesses
            ):
                return booking.ref
        return NOBODY_KNOWS if self._may_be_unknown(row) else None

    def _may_be_unknown(self, row: BookingRow) -> bool:
        """Tell whether a row may be the mirror of a booking that its own VHS has not told of since the backup (D26).

        A VHS that gets no names has no mail or phone in its mirrors. Only a Master, who gets them all, waits for rows
        that wait elsewhere: they may be what is booked there, and its own are nobody's copies.
        """
        state, judgement = self.state, self.draft.judgement
        new = judgement.put_back or state.held.get((self.vhs, row.booking_id)) == NOBODY_KNOWS
        if not new or self.keeps_references or row.person is None:
            return False
        if not sees_all(state, self.lane) and (row.person.email or row.person.phone):
            return False
        if state.master is None and judgement.untold:
            return True
        others = {vhs for vhs, lane in state.lanes.items() if lane.active} - {self.vhs}
        if any(map(judgement.is_untold, others)):
            return True
        waiting = {vhs for (vhs, _), ref in state.held.items() if ref == NOBODY_KNOWS}
        return self.vhs == state.master and not waiting.isdisjoint(others)
