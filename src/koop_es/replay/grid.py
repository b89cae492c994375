"""The grid of one cooperation: what every VHS shows of the course and of each booking, beside what it should show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import HEADINGS, to_text
from koop_es.domain.observation import Status
from koop_es.domain.wanted import Change, changes, differing_fields, wanted_fields, wanted_status
from koop_es.replay.subjects import letter

COURSE, FIELD, BOOKING = "course", "field", "booking"
"""The three kinds of rows: that the course is there and what it is called, its fields, and its bookings."""

THERE, MISSING, ARCHIVED = "there", "missing", "archived"


@dataclass(frozen=True, slots=True)
class Cell:
    """One row at one VHS: what it shows and what it should show, None for nothing.

    ``differs`` says that both are at odds or a change waits to be written; ``notes`` say why a booking is looked at:
    those of ``_notes``, ``person`` where only the person is shown otherwise, ``unclaimed`` where its owner lacks it.
    """

    shows: str | None = None
    should: str | None = None
    differs: bool = False
    notes: tuple[str, ...] = ()


NOTHING = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid: a cell for each VHS in the order of the columns; ``reason`` is why a booking is
    cancelled.
    """

    key: str
    kind: str
    label: str
    cells: tuple[Cell, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One VHS: ``role`` is None before it takes part, when its Abo has ended, and when the cooperation has."""

    vhs: str
    role: str | None
    course_number: str
    period: str


class Pending(NamedTuple):
    """One change that a VHS's connector has to write; ``ref`` is None where it is the course's."""

    kind: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns, rows by key, and what each VHS's connector has to write."""

    columns: tuple[Column, ...]
    rows: dict[str, Row]
    pending: dict[str, tuple[Pending, ...]]


def grid(state: Cooperation, vhss: Iterable[str], fields: Iterable[str], booking: str | None = None) -> Grid:
    """Lay out a state: one column for each of ``vhss``, a row for each of these fields, and the bookings.

    ``booking`` names the only booking to be shown. What should be shown is what the views say (D6), and what differs is
    what the change lists say, together with suspicions and frozen rows, which nobody is told.
    """
    lanes = [state.lanes.get(vhs) for vhs in vhss]
    columns = tuple(_column(state, vhs, lane) for vhs, lane in zip(vhss, lanes, strict=True))
    lists = {vhs: changes(state, vhs) for vhs in vhss}
    rows = [_presence(lanes, lists), _named("number", "Kursnummer", lanes), _named("period", "Periode", lanes)]
    rows += [_identity(state, lanes), *_fields(state, lanes, fields)]
    told = {(vhs, change.ref) for vhs, found in lists.items() for change in found if change.ref is not None}
    for ref in sorted(state.bookings) if booking is None else [booking] * (booking in state.bookings):
        rows.append(_booking(state, state.bookings[ref], columns, told))
    pending = {vhs: tuple(Pending(change.kind, change.ref) for change in found) for vhs, found in lists.items()}
    return Grid(columns, {row.key: row for row in rows}, pending)


def _column(state: Cooperation, vhs: str, lane: Lane | None) -> Column:
    if lane is None:
        return Column(vhs, None, "", "")
    role = state.role(vhs).value if lane.active and not state.ended else None
    return Column(vhs, role, lane.number, lane.period)


# --- the course -------------------------------------------------------------------------------------------------------


def _presence(lanes: list[Lane | None], lists: dict[str, list[Change]]) -> Row:
    created = {vhs for vhs, found in lists.items() if any(change.kind == "course.create" for change in found)}
    return Row("course", COURSE, "Kurs", tuple(_there(lane, created) for lane in lanes))


def _there(lane: Lane | None, created: set[str]) -> Cell:
    if lane is None:
        return NOTHING
    should = THERE if lane.active else None
    if not lane.exists:
        return Cell(None, should, lane.vhs in created)
    if lane.archived:
        return Cell(ARCHIVED, should)  # after its last day, which is as it should be (D17)
    return Cell(THERE if lane.present else MISSING, should, lane.active and not lane.present)


def _named(name: str, label: str, lanes: list[Lane | None]) -> Row:
    """Show the number or period under which each VHS keeps the course; it may be called what its VHS likes (R20)."""
    return Row(name, COURSE, label, tuple(Cell(getattr(lane, name)) if lane else NOTHING for lane in lanes))


def _identity(state: Cooperation, lanes: list[Lane | None]) -> Row:
    """Show which COOP-Id each VHS holds; where it was altered the rows of that VHS are frozen (R14, R15)."""

    def cell(lane: Lane | None) -> Cell:
        if lane is None or not lane.exists or state.legacy:
            return NOTHING
        shown = state.coop_id if lane.id_held else lane.altered
        asked = lane.active and not state.ended and (lane.vhs == state.master or lane.present)
        notes = ("frozen",) if lane.frozen else ()
        return Cell(shown, state.coop_id, asked and not lane.id_held, notes)

    return Row("coop_id", COURSE, "COOP-Id", tuple(cell(lane) for lane in lanes))


def _fields(state: Cooperation, lanes: list[Lane | None], fields: Iterable[str]) -> list[Row]:
    asked = [_asked(state, lane) if lane is not None else ({}, {}) for lane in lanes]
    return [
        Row(name, FIELD, HEADINGS[name], tuple(_field(name, lane, a) for lane, a in zip(lanes, asked, strict=True)))
        for name in fields
    ]


def _asked(state: Cooperation, lane: Lane) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the fields a VHS should show, and those of them its connector has to write."""
    if not lane.active or state.ended or not lane.exists:
        return {}, {}
    wanted = {} if lane.vhs == state.master else wanted_fields(state, lane)
    differing = differing_fields(state, lane)
    if state.cancelled and lane.row.cancelled is False:
        wanted, differing = wanted | {"cancelled": True}, differing | {"cancelled": True}
    return wanted, differing


def _field(name: str, lane: Lane | None, asked: tuple[dict[str, Any], dict[str, Any]]) -> Cell:
    if lane is None:
        return NOTHING
    wanted, differing = asked
    shown = getattr(lane.row, name)
    shows = None if shown is None else to_text(name, shown)
    should = to_text(name, wanted[name]) if wanted.get(name) is not None else shows
    return Cell(shows, should, name in differing)


# --- bookings ---------------------------------------------------------------------------------------------------------


def _booking(state: Cooperation, booking: Booking, columns: tuple[Column, ...], told: set[tuple[str, str]]) -> Row:
    reason = state.reason(booking)
    cells = tuple(_seat(state, booking, column, (column.vhs, booking.ref) in told) for column in columns)
    return Row(f"booking:{booking.ref}", BOOKING, booking.ref, cells, reason.value if reason is not None else None)


def _seat(state: Cooperation, booking: Booking, column: Column, told: bool) -> Cell:
    seat = booking.seats.get(column.vhs)
    lane = state.lanes.get(column.vhs)
    shows = letter(lane, booking) if lane is not None else None
    wanted = wanted_status(state, booking, column.vhs) if column.role is not None else None
    # Whoever does not hold a cancelled booking lacks nothing (D1, B11).
    at_odds = wanted is not None and shows != wanted and not (wanted is Status.CANCELLED and shows is None)
    notes = _notes(seat) if seat is not None else ()
    if told and not at_odds:
        notes = (*notes, "person")
    if not booking.claimed and column.vhs == booking.owner:
        notes = (*notes, "unclaimed")
    return Cell(_letter(shows), _letter(wanted), at_odds or told, notes)


def _letter(status: Status | str | None) -> str | None:
    return None if status is None else str(status)


def _notes(seat: Seat) -> tuple[str, ...]:
    """Say why a booking is looked at here: suspicions (D3), orphans (B11), the guard (D4), mirrors removed under
    ``owner_only`` (D2), merges (B15), letters nobody knows (B6).
    """
    found = {
        "frozen": seat.unknown_status is not None,
        "orphan": seat.orphaned,
        "withheld": seat.withheld is not None,
        "lost": seat.lost,
        "suspected": bool(seat.absences) and not (seat.orphaned or seat.lost or seat.withheld),
        "merged": seat.merged_from is not None or seat.survivor is not None,
    }
    return tuple(note for note, holds in found.items() if holds)
