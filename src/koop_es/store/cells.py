"""Cells of rows as exported, beside the log because they hold personal data (D15): what a change list expects.

Kept only where a change may have to quote them (D22): the editor of a row with "S", and the person of a mirror that is
none the owner ever had.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from koop_es.domain.cooperation import PERSON_DIFFERS, Cooperation
from koop_es.domain.draft import RowCells
from koop_es.domain.observation import CANCELLED, Person
from koop_es.store.transaction import Tx


class Cells(NamedTuple):
    """The cells of one row: who edited it last, empty where that is not needed, and the person, None likewise."""

    editor: str
    person: Person | None


def put(tx: Tx, rows: Iterable[RowCells]) -> None:
    """Keep the cells of some rows in place of those kept before; of one that needs none, nothing any more."""
    found = {(row.coop_id, row.ref, row.vhs): row for row in rows}
    if not found:
        return
    tx.write_rows("cells_drop", sorted(found))
    tx.write_rows(
        "cells_insert",
        [
            (r.coop_id, r.ref, r.vhs, r.editor, *((p.name, p.first_name, p.phone, p.email) if p else (None,) * 4))
            for r in found.values()
            if r.editor or r.person is not None
            for p in (r.person,)
        ],
    )


def of_vhs(tx: Tx, vhs: str, coop_ids: Iterable[str]) -> dict[tuple[str, str], Cells]:
    """Read what is kept of the rows of one VHS, by cooperation and booking."""
    return {
        (coop_id, ref): Cells(editor, Person(*person) if person[0] is not None else None)
        for coop_id, ref, editor, *person in tx.rows("cells_of_vhs", vhs=vhs, coop_ids=list(coop_ids))
    }


def of_unclaimed(tx: Tx, owner: str, states: Iterable[Cooperation]) -> dict[str, dict[tuple[str, str], Person]]:
    """Read the persons in the mirrors of bookings that their owner has not reported yet, by cooperation, VHS and
    booking (D18); nothing is read where there are none, as nearly everywhere.
    """
    asked: dict[str, set[str]] = {}
    for state in states:
        for booking in state.bookings.values():
            if not booking.claimed and booking.owner == owner:
                for vhs, seat in booking.seats.items():
                    if seat.status is CANCELLED or seat.person_version == PERSON_DIFFERS:
                        asked.setdefault(vhs, set()).add(state.coop_id)
    found: dict[str, dict[tuple[str, str], Person]] = {}
    for vhs in sorted(asked):
        for (coop_id, ref), kept in of_vhs(tx, vhs, sorted(asked[vhs])).items():
            if kept.person is not None:
                found.setdefault(coop_id, {})[vhs, ref] = kept.person
    return found


def forget(tx: Tx, persons: Iterable[str]) -> int:
    """Erase what is kept of the rows of forgotten persons' bookings, and return how many rows that were (D15)."""
    return tx.run("cells_forget", person_ids=list(persons))
