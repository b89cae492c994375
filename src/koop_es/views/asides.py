"""What no event says and no answer may pass over: rows that are set aside now, with the bookings and courses each may
be (D17, D30), and who was forgotten (D15).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from koop_es.domain.cooperation import Cooperation, SetAside
from koop_es.domain.slices import StandsFor
from koop_es.store import Tx, fences

PERSON_COLUMNS = frozenset({"Name", "Vorname", "Telefon", "E-Mail"})
"""Columns whose reasons may quote what stands in them; then only the place is told (D15)."""

_stand_for = msgspec.json.Decoder(list[StandsFor])


class Row(NamedTuple):
    """One row of the quarantine; ``reason`` is empty where it may quote personal data."""

    id: int
    sequence: int | None
    place: str
    column: str | None
    about: str
    reason: str
    remedy: str
    raw: bytes
    since: str
    stands_for: list[StandsFor]

    @property
    def told(self) -> SetAside:
        """Give what answers say of it."""
        return SetAside(self.id, self.place, self.since, self.reason or self.column or "", self.remedy)


def rows(tx: Tx, vhs: str) -> Iterator[Row]:
    """Read the rows of a VHS that are set aside, the first one first."""
    for item, sequence, file, line, column, about, reason, remedy, raw, since, stands in tx.rows(
        "quarantine_rows", vhs=vhs
    ):
        said = "" if column in PERSON_COLUMNS else reason
        found = _stand_for.decode(stands) if stands else []
        yield Row(item, sequence, f"{file}:{line}", column, about, said, remedy, bytes(raw), since, found)


def of_vhs(tx: Tx, vhs: str) -> dict[tuple[str, str], list[SetAside]]:
    """Find what rows of a VHS that are set aside may be: by COOP-Id and booking, without one of the course."""
    found: dict[tuple[str, str], list[SetAside]] = {}
    for row in rows(tx, vhs):
        for target in row.stands_for:
            found.setdefault((target.coop_id, target.ref), []).append(row.told)
    return found


def put_in(tx: Tx, state: Cooperation) -> None:
    """Put what is set aside now, and who was forgotten, into the state of a cooperation, for those who answer questions
    about it.
    """
    state.forgotten = {fence.ref for fence in fences.of_streams(tx, [state.coop_id])}
    for vhs, lane in state.lanes.items():
        found = of_vhs(tx, vhs)
        lane.aside = {ref: told for (coop_id, ref), told in found.items() if coop_id == state.coop_id}
