"""The columns of the three files of a ``koop-export/1``, and how a header line finds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from koop_es.connectors import delimiters, limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.values import clean
from koop_es.domain.course import HEADINGS
from koop_es.domain.observation import Kind

if TYPE_CHECKING:
    from koop_es.connectors.table import Table


class Layout(msgspec.Struct, frozen=True):
    """One kind of file: field -> native heading, which fields every file must have, and which name a row.

    Only the fields of ``carried`` are read where it is given; the others are known and passed over.
    """

    headings: dict[str, str]
    required: frozenset[str]
    identity: tuple[str, ...]
    carried: frozenset[str] | None = None


COURSES = Layout(
    headings={
        "number": "Kursnummer",
        "period": "Periode",
        "external_number": "Externe Kurs-Nr.",
        **HEADINGS,
        "created_by": "Erstellt von",
        "edited_by": "Bearbeitet von",
    },
    required=frozenset({"number", "period", "title", "course_type", "starts_on", "ends_on", "capacity", "fee_cents"}),
    identity=("number", "period"),
)

OCCUPANCY = Layout(
    headings=COURSES.headings,
    required=frozenset({"number", "period"}),
    identity=COURSES.identity,
    carried=frozenset({"number", "period", "min_participants", "capacity"}),
)
"""The course file of an occupancy export carries counts only: what is blank there is not taken away."""

BOOKINGS = Layout(
    headings={
        "booking_id": "Beleg-ID",
        "number": "Kursnummer",
        "period": "Periode",
        "participant_no": "TNR",
        "name": "Name",
        "first_name": "Vorname",
        "phone": "Telefon",
        "email": "E-Mail",
        "status": "Status",
        "booked_at": "Gebucht am",
        "ref": "Koop-Beleg-ID",
        "edited_by": "Bearbeitet von",
    },
    required=frozenset({"booking_id", "number", "period", "participant_no", "status", "booked_at"}),
    identity=("booking_id", "number", "period"),
)

USERS = Layout(
    headings={
        "name": "Name",
        "first_name": "Vorname",
        "email": "E-Mail",
        "shown": "Im Internet anzeigen",
        "active": "Aktiv",
    },
    required=frozenset({"name", "first_name", "email", "shown", "active"}),
    identity=("email",),
)


def course_layout(kind: Kind) -> Layout:
    """Choose the layout of the course file for a kind of export."""
    return OCCUPANCY if kind is Kind.OCCUPANCY else COURSES


class Header(msgspec.Struct, frozen=True):
    """The columns of one file: where each known field stands, what the file calls it, what is not known, and the line
    on which they are named.
    """

    at: dict[str, int]
    names: dict[str, str]
    cells: list[str]
    unknown: list[str]
    line: int = 1

    def left_out(self) -> list[str]:
        """Say which columns are not read, those without a heading by their numbers."""
        bare = [str(at + 1) for at, cell in enumerate(self.cells) if not cell]
        named = [f"columns that are not known were left out: {', '.join(self.unknown)}"] if self.unknown else []
        return named + ([f"columns without a heading were left out: {', '.join(bare)}"] if bare else [])

    def is_again(self, cells: Sequence[str]) -> bool:
        """Tell whether a row is the header line once more, as where files were put together."""
        return cells[0] != "" and [clean(cell) for cell in cells] == self.cells

    def heading(self, column: int) -> str:
        """Give what the file calls a column that is known, and of any other its number: this is kept, and a heading
        that nobody knows may be a name (D15).
        """
        known = column in self.at.values()
        return self.cells[column] if known else f"column {column + 1}"


def folded(heading: str) -> str:
    """Bring a heading into the form in which headings are compared: letter case and blanks do not count."""
    return NATIVE.get(heading) or _fold(heading)


def _fold(heading: str) -> str:
    return re.sub(r"\s+", "", clean(heading)).casefold()


NATIVE = {name: _fold(name) for layout in (COURSES, OCCUPANCY, BOOKINGS, USERS) for name in layout.headings.values()}
"""The native headings, which nearly every file has, in the form in which they are compared."""


@lru_cache(maxsize=64)
def _fields_by_heading(named: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Give the fields by their headings in the form in which these are compared; of two alike the last one counts."""
    return {folded(heading): field for field, heading in named}


def header_of(table: Table, layout: Layout, aliases: Mapping[str, Sequence[str]]) -> Header:
    """Read the header line of a table; raises ExportQuarantined, with its delimiter where that is another one."""
    try:
        cells = table.header()
        return resolve(cells, layout, aliases, table.file, table.header_line)
    except ExportQuarantined as refused:
        known = {
            folded(heading) for heading in (*layout.headings.values(), *(a for of in aliases.values() for a in of))
        }
        delimiter = delimiters.named(table.first) or delimiters.other(
            table.first, table.delimiter, lambda cell: folded(cell) in known
        )
        if delimiter is None:
            raise
        remedy = delimiters.remedy(delimiter, table.delimiter)
        raise ExportQuarantined(refused.reason, file=refused.file, line=refused.line, remedy=remedy) from None


def resolve(
    cells: Sequence[str], layout: Layout, aliases: Mapping[str, Sequence[str]], file: str, line: int = 1
) -> Header:
    """Find the fields of a layout in a header line, which begins on a ``line``, by the native headings and those of the
    profile.

    Raises ExportQuarantined where a required one is missing, a known one stands twice, or there are more than 200. It
    names none but known ones: the reason is kept, and the line may be a row of somebody (D15).
    """
    if len(cells) > limits.COLUMNS:
        raise ExportQuarantined(
            f"the header has {len(cells)} columns, more than {limits.COLUMNS}",
            file=file,
            line=line,
            remedy="check the delimiter",
        )
    of_profile = ((field, alias) for field, names in aliases.items() for alias in names)
    named = (*layout.headings.items(), *of_profile)
    header, doubled = _found(tuple(cells), named, layout.carried)
    if doubled:
        raise ExportQuarantined(
            f"columns that mean the same stand twice: {', '.join(dict.fromkeys(doubled))}",
            file=file,
            line=line,
            remedy="leave one of them out of the export",
        )
    if missing := [
        heading for field, heading in layout.headings.items() if field in layout.required - header.at.keys()
    ]:
        known = _known(cells, _fields_by_heading(named))
        raise ExportQuarantined(
            f"columns are missing: {', '.join(missing)}; "
            f"the header has {len(cells)} columns, of which these are known: {known}",
            file=file,
            line=line,
            remedy="add them, or name a profile that knows their headings, and check delimiter and encoding",
        )
    return header if line == header.line else msgspec.structs.replace(header, line=line)


@lru_cache(maxsize=64)
def _found(
    cells: tuple[str, ...], named: tuple[tuple[str, str], ...], carried: frozenset[str] | None
) -> tuple[Header, list[str]]:
    """Find the fields of a header line, and headings that stand twice; a program writes the same line every time."""
    field_of = _fields_by_heading(named)
    at: dict[str, int] = {}
    unknown: list[str] = []
    doubled: list[str] = []
    for index, cell in enumerate(cells):
        field = field_of.get(folded(cell))
        if field is None:
            unknown.append(clean(cell))
        elif field in at:
            doubled += [clean(cells[at[field]]), clean(cell)]
        elif carried is None or field in carried:
            at[field] = index
    names = {field: clean(cells[index]) for field, index in at.items()}
    unknown = [name for name in unknown if name]
    return Header(at=at, names=names, cells=[clean(cell) for cell in cells], unknown=unknown), doubled


def _known(cells: Sequence[str], field_of: Mapping[str, str]) -> str:
    """Name the headings that are known, and nothing else: a line where a header is missing holds people (D15)."""
    return ", ".join(clean(cell) for cell in cells if folded(cell) in field_of) or "none"
