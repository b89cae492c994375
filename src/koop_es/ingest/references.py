"""Which references the Beleg-IDs of a VHS have in all of its courses (D18a, D25): asked of the vault, which names the
booking of every person, and of the fences before those who were forgotten. Both follow the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cache

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.judgement import effect_of
from koop_es.domain.observation import BookingRow, Person
from koop_es.domain.slices import Home
from koop_es.domain.witnesses import is_day_only, normalised
from koop_es.store import Tx, vault

NUMBERS_AT_ONCE = 8
"""Numbers behind ``~`` that are asked for together; most Beleg-IDs that were reused have one."""

STREAMS_AT_ONCE = 200
"""Cooperations read together where all of a VHS are."""


class References:
    """Looks up the homes of Beleg-IDs; the first question is answered for all new rows of a part at once."""

    def __init__(
        self,
        tx: Tx,
        vhs: str,
        new: Callable[[], Iterable[str]],
        complete: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Ask within a transaction; ``new`` names the Beleg-IDs that are likely to be asked for, ``complete`` tells
        when the last complete export before this one was made.
        """
        self._complete = cache(complete)
        self._tx, self._vhs, self._new = tx, vhs, new
        self._homes: dict[str, list[Home]] = {}
        self._asked = False
        self._withheld: set[str] | None = None
        self._rekeyed: dict[str, list[Home]] | None = None
        self._named: dict[tuple[str, str], list[Home]] | None = None
        self._frozen: set[str] | None = None

    def homes(self, booking_id: str) -> Collection[Home]:
        """Find where a Beleg-ID of this VHS stood, removed and cancelled bookings included."""
        if booking_id not in self._homes:
            ids = {booking_id}
            if not self._asked:
                self._asked = True
                ids.update(self._new())
            self._read(ids - self._homes.keys())
        return self._homes[booking_id]

    def of(self, booking_id: str) -> Collection[str]:
        """Give the references a Beleg-ID of this VHS has in any of its courses, also of a booking that nobody has read
        yet because it showed a letter that nobody knows (D18a, B6).
        """
        found, plain = [home.ref for home in self.homes(booking_id)], booking_ref(self._vhs, booking_id)
        if self._frozen is None:
            self._frozen = {row[0] for row in self._tx.rows("violations_frozen", vhs=self._vhs)}
        return found + sorted(ref for ref in self._frozen if ref.partition("~")[0] == plain and ref not in found)

    def named(self, person: Person) -> Collection[Home]:
        """Find the bookings of this VHS under a name, in courses where something is open: one that went on under
        another Beleg-ID is found by nothing else (D18b); forgotten people's are not.
        """
        if self._named is None:
            self._named = {}
            for ref, coop_id, one in vault.named(self._tx, self._vhs):
                self._named.setdefault(_name(one), []).append(Home(ref, coop_id))
        return self._named.get(_name(person), ()) if self._named else ()

    def withheld(self, ref: str) -> bool:
        """Tell whether a booking of this VHS is held back as missing (D19)."""
        return ref in self.all_withheld()

    def all_withheld(self) -> set[str]:
        """Give the bookings of this VHS that are held back as missing (D19)."""
        if self._withheld is None:
            rows = self._tx.rows("withheld_of_vhs", vhs=self._vhs)
            self._withheld = {ref for name, _, ref in rows if not effect_of(name)}
        return self._withheld

    def rekeyed(self, row: BookingRow) -> Collection[Home]:
        """Find the bookings of this VHS that have the Beleg-ID of a row although their references say otherwise (D18b).

        Only what was booked before a complete export can have other ids than it had. No table has these: all courses of
        the VHS are read for the first row that says so.
        """
        made_at = self._complete()
        if made_at is None or not was_booked_before(row, made_at):
            return ()
        if self._rekeyed is None:
            self._rekeyed = {}
            coop_ids = [row[0] for row in self._tx.rows("members_of_vhs", vhs=self._vhs, upto=self._tx.head())]
            for at in range(0, len(coop_ids), STREAMS_AT_ONCE):
                some = coop_ids[at : at + STREAMS_AT_ONCE]
                told = self._tx.stories(some)
                for coop_id in some:
                    self._note_rekeyed(fold(coop_id, told[coop_id].events))
        return self._rekeyed.get(row.booking_id, ())

    def _note_rekeyed(self, state: Cooperation) -> None:
        found = self._rekeyed if self._rekeyed is not None else {}
        for booking_id, booking in state.reported_seats(self._vhs).items():
            if booking.owner == self._vhs and booking_ref(self._vhs, booking_id) != booking.ref.partition("~")[0]:
                found.setdefault(booking_id, []).append(Home(booking.ref, state.coop_id))

    def _read(self, booking_ids: Collection[str]) -> None:
        """Read the homes of some Beleg-IDs, and more of those whose last numbers behind ``~`` are taken."""
        self._homes.update((booking_id, []) for booking_id in booking_ids)
        asked: dict[str, str] = {booking_ref(self._vhs, booking_id): booking_id for booking_id in booking_ids}
        first = 1
        while asked:
            last, more = first + NUMBERS_AT_ONCE, dict[str, str]()
            for ref, coop_id in vault.registrations(self._tx, sorted(asked), first, last):
                plain = ref if ref in asked else ref.rpartition("~")[0]
                self._homes[asked[plain]].append(Home(ref, coop_id))
                if ref != plain:
                    more[plain] = asked[plain]
            asked, first = more, last + 1


def was_booked_before(row: BookingRow, made_at: str) -> bool:
    """Tell whether a row says that it was booked before an export was made, or says nothing of it.

    Without a time of day an earlier day is before.
    """
    if not row.booked_at:
        return True
    booked, made = datetime.fromisoformat(row.booked_at), datetime.fromisoformat(made_at)
    return booked.date() < made.date() if is_day_only(row.booked_at) else booked < made


def _name(person: Person) -> tuple[str, str]:
    return normalised(person.name), normalised(person.first_name)
