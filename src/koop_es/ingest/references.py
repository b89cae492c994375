"""Which references the Beleg-IDs of a VHS have in all of its courses (D18a, D25): asked of the vault, which names the
booking of every person, and of the fences before those who were forgotten. Both follow the log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from koop_es.domain.identifiers import booking_ref
from koop_es.domain.judgement import effect_of
from koop_es.domain.slices import Home
from koop_es.store import Tx, vault

NUMBERS_AT_ONCE = 8
"""Numbers behind ``~`` that are asked for together; most Beleg-IDs that were reused have one."""


class References:
    """Looks up the homes of Beleg-IDs; the first question is answered for all new rows of a part at once."""

    def __init__(self, tx: Tx, vhs: str, new: Callable[[], Iterable[str]]) -> None:
        """Ask within a transaction; ``new`` names the Beleg-IDs that are likely to be asked for."""
        self._tx, self._vhs, self._new = tx, vhs, new
        self._homes: dict[str, list[Home]] = {}
        self._asked = False
        self._withheld: set[str] | None = None

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
        """Give the references a Beleg-ID of this VHS has in any of its courses."""
        return [home.ref for home in self.homes(booking_id)]

    def withheld(self, ref: str) -> bool:
        """Tell whether a booking of this VHS is held back as missing (D19)."""
        if self._withheld is None:
            rows = self._tx.rows("withheld_of_vhs", vhs=self._vhs)
            self._withheld = {ref for name, _, ref in rows if not effect_of(name)}
        return ref in self._withheld

    def _read(self, booking_ids: Collection[str]) -> None:
        """Read the homes of some Beleg-IDs, and of those that have one, those with a number behind ``~``."""
        self._homes.update((booking_id, []) for booking_id in booking_ids)
        asked: dict[str, str] = {booking_ref(self._vhs, booking_id): booking_id for booking_id in booking_ids}
        last = 1
        while asked:
            found: dict[str, list[Home]] = {}
            for ref, coop_id in vault.homes(self._tx, sorted(asked)):
                found.setdefault(asked[ref], []).append(Home(ref, coop_id))
            for booking_id, homes in found.items():
                self._homes[booking_id] += homes
            asked = {
                f"{booking_ref(self._vhs, booking_id)}~{number}": booking_id
                for booking_id in found
                for number in range(last + 1, last + 1 + NUMBERS_AT_ONCE)
            }
            last += NUMBERS_AT_ONCE
