"""What the tables beside the log add to an answer: the age of a VHS's newest export, and rows that were set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.identifiers import export_name, institution_stream
from koop_es.store import MAX_POSITION, Tx, vault
from koop_es.views import asides

LINES = 300
"""Lines of the ledger that are looked at: a day of exports every five minutes (288), so that the last nightly full one
is among them.
"""

_detail = msgspec.json.Decoder(dict[str, str])
_CELLS = re.compile(rb"[;,\t\r\n\"]+")


class Export(NamedTuple):
    """A line of the ledger; ``position`` is where the log stood afterwards, None in a ledger of an older version."""

    name: str
    kind: str
    at: str
    recorded_at: str
    status: str
    position: int | None
    proves: bool

    @property
    def taken_in(self) -> bool:
        """Tell whether the export was read, or said what the one before had said."""
        return self.status in ("applied", "unchanged")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the ledger and the quarantine hold of one VHS.

    ``newest`` is the last export taken in, ``after`` the last one since that was not, and ``superseded`` how many of
    those there are; ``of_vhs`` are the violations open about the VHS as a whole, ``aside`` the rows that name what was
    asked for.
    """

    newest: Export | None = None
    after: Export | None = None
    superseded: int = 0
    of_vhs: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)


def gather(tx: Tx, vhs: str, booking_ids: set[str], at: int | None) -> Evidence:
    """Read the newest export of a VHS, one that came after it and was not taken in, and rows set aside.

    ``booking_ids`` are Beleg-IDs and references; a row that holds one of them as a cell seems to be about it. ``at``
    is a position of the log: what was set aside then is not known.
    """
    upto = MAX_POSITION if at is None else at
    lines = _lines(tx, vhs, upto)
    since = list(takewhile(lambda line: not line.taken_in, lines))
    newest = lines[len(since)] if len(since) < len(lines) else None
    superseded = sum(line.status == "superseded" for line in since)
    aside = set_aside(tx, vhs, booking_ids) if at is None else []
    return Evidence(newest, since[0] if since else None, superseded, _of_vhs(tx, vhs, upto), aside)


def _of_vhs(tx: Tx, vhs: str, upto: int) -> list[tuple[str, dict[str, str]]]:
    """Read what stands open about a VHS as a whole (D23)."""
    stream = institution_stream(vhs)
    rows = tx.rows("violations", vhs=vhs, coop_id=stream, closed_too=0, upto=upto)
    return [(row[0], _detail.decode(row[5])) for row in rows]


def proved_since(tx: Tx, vhs: str, position: int, upto: int) -> bool:
    """Tell whether an export of a VHS that proves what is absent was taken in after a position."""
    return any(
        line.taken_in and line.proves and line.position is not None and line.position > position
        for line in _lines(tx, vhs, upto)
    )


def _lines(tx: Tx, vhs: str, upto: int) -> list[Export]:
    return [_export(vhs, row) for row in tx.rows("exports_newest", vhs=vhs, upto=upto, limit=LINES)]


def _export(vhs: str, row: tuple[Any, ...]) -> Export:
    sequence, kind, sha256, at, recorded_at, status, position, proves = row
    return Export(export_name(vhs, sequence, sha256), kind, at, recorded_at, status, position, bool(proves))


def set_aside(tx: Tx, vhs: str, booking_ids: set[str]) -> list[dict[str, Any]]:
    """Find the rows of a VHS's bookings in the quarantine that hold one of some Beleg-IDs or references."""
    if not booking_ids:
        return []
    wanted = {text.encode() for text in booking_ids}
    found = []
    for row in asides.rows(tx, vhs):
        if row.about == "booking" and wanted & {cell.strip() for cell in _CELLS.split(row.raw)}:
            export = export_name(vhs, row.sequence, "") if row.sequence is not None else None
            told = {"column": row.column, "reason": row.reason or None}
            found.append({"id": row.id, "vhs": vhs, "export": export, "row": row.place, **told})
    return found


def in_catalogue(tx: Tx, vhs: str, coop_id: str) -> list[str]:
    """List the courses of a VHS that nobody shares and that carry a COOP-Id all the same."""
    rows = tx.rows("catalogue_of_vhs", vhs=vhs)
    return [
        f"{number} ({period})" if period else number for _, number, period, external, *_ in rows if external == coop_id
    ]


def persons(tx: Tx, state: Cooperation, ref: str) -> dict[int, str | None]:
    """Read the names of a booking's person by version, None where they were erased (D15)."""
    booking = state.bookings[ref]
    if booking.person_id is None:
        return {}
    known = vault.of_ids(tx, [booking.person_id])
    found: dict[int, str | None] = {}
    for version in range(1, booking.person_version + 1):
        person = known.get((booking.person_id, version))
        found[version] = f"{person.first_name} {person.name}".strip() if person is not None else None
    return found


def age(at: str, now: datetime) -> tuple[str, int]:
    """Tell how long ago something was, in the largest unit that fits: days, hours or minutes."""
    seconds = max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return unit, seconds // length
    return "minutes", seconds // 60
