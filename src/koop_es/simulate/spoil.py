"""What people and spreadsheets do to the file of an export before it is sent; nobody in it has done anything (C2).

The manifest is right about the file all the same: rows and checksums are counted after the damage, as a connector does
that exports what it finds.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from koop_es.connectors import manifest
from koop_es.connectors.export_writer import PATHS
from koop_es.simulate.rows import UNSAID

Table = list[list[str]]
"""The rows of a file, the first of them its headings."""

NUMBERS = ("Beleg-ID", "TNR", "Kursnummer")
"""Columns that a spreadsheet takes for numbers."""

SHIFTED = ("Status", "Kursnummer", "TNR", "Beleg-ID")
SENTINELS = ("NULL", "#NAME?", "01.01.1900")
UNREADABLE = (("Gebucht am", "31.02.2026"), ("Gebucht am", ""), ("TNR", ""), ("Beleg-ID", ""), ("Status", ""))

AHEAD = (30, 60 * 5, 60 * 26, 60 * 24 * 40)
"""Minutes by which a clock runs ahead; more than a day is refused (D23)."""


def emptied(table: Table, value: int) -> Table:
    """Leave the headings and nothing else (D19)."""
    return table[:1]


def zeros(table: Table, value: int) -> Table:
    """Lose leading zeros, as a spreadsheet does that opens the file (D18d)."""
    return _column(table, _numbers(table, value), lambda cell: cell.lstrip("0") or cell)


def quoted(table: Table, value: int) -> Table:
    """Write ``="0045"`` for 0045, as some exports do to keep the zeros (D18d)."""
    return _column(table, _numbers(table, value), lambda cell: f'="{cell}"' if cell else cell)


def hashes(table: Table, value: int) -> Table:
    """Show what a spreadsheet shows in a column that is too narrow (D18d)."""
    return _column(table, _numbers(table, value), lambda cell: "########" if cell else cell)


def exponent(table: Table, value: int) -> Table:
    """Show a long number as a spreadsheet does (D18d)."""
    return _column(table, _numbers(table, value), lambda cell: "1,2E+11" if cell else cell)


def decimal(table: Table, value: int) -> Table:
    """Show a whole number with a decimal (D18d)."""
    return _column(table, _numbers(table, value), lambda cell: f"{cell}.0" if cell.isdigit() else cell)


def letters(table: Table, value: int) -> Table:
    """Swap two status letters, as a wrong map does (D31)."""
    one, two = swapped(value)
    return _column(table, [_at(table, "Status")], lambda cell: {one: two, two: one}.get(cell, cell))


def swapped(value: int) -> tuple[str, str]:
    """Say which two letters are swapped, an "S" as the second."""
    return (("A", "S"), ("A", "W"), ("W", "S"))[value % 3]


def shifted(table: Table, value: int) -> Table:
    """Shift one column by a row, as sorting it alone does (D25, D31)."""
    at, rows = _at(table, SHIFTED[value % len(SHIFTED)]), table[1:]
    cells = [row[at] for row in rows]
    cells = cells[1:] + cells[:1]
    return [table[0], *([*row[:at], cell, *row[at + 1 :]] for row, cell in zip(rows, cells, strict=True))]


def ausfall(table: Table, value: int) -> Table:
    """Show every course as cancelled (D31)."""
    if "Ausfall" not in table[0]:
        table = [[*table[0], "Ausfall"], *([*row, ""] for row in table[1:])]
    return _column(table, [_at(table, "Ausfall")], lambda cell: "W")


def blank(table: Table, value: int) -> Table:
    """Add rows of empty cells (D17)."""
    return [*table, *([""] * len(table[0]) for _ in range(1 + value % 4))]


def cell(table: Table, value: int) -> Table:
    """Make one cell of some rows unreadable (D17)."""
    heading, text = UNREADABLE[value % len(UNREADABLE)]
    at = _at(table, heading)
    odd = (value + number for number in range(len(table)))
    return [
        [*row[:at], text, *row[at + 1 :]] if number and which % 3 == 0 else row
        for number, (row, which) in enumerate(zip(table, odd, strict=True))
    ]


def sentinels(table: Table, value: int) -> Table:
    """Write what programs write for nothing where phone and mail are (D29)."""
    text = SENTINELS[value % len(SENTINELS)]
    return _column(table, [_at(table, "Telefon"), _at(table, "E-Mail")], lambda cell: text if cell else cell)


BOOKINGS: dict[str, Callable[[Table, int], Table]] = {
    "emptied": emptied, "zeros": zeros, "quoted": quoted, "hashes": hashes, "exponent": exponent, "decimal": decimal,
    "letters": letters, "shifted": shifted, "blank": blank, "cell": cell, "sentinels": sentinels,
}  # fmt: skip
"""Fate of an export -> what becomes of its bookings."""

COURSES = {"ausfall": ausfall}

HARMLESS = frozenset({"blank", "eof", "ahead"})
"""Fates after which a file says what it said before."""

FATES = BOOKINGS.keys() | COURSES.keys() | HARMLESS


def spoil(path: Path, fate: str, value: int) -> None:
    """Do to the files of an export what its fate says; names that are none go in any case."""
    bookings, courses = path / PATHS["bookings"], path / PATHS["courses"]
    if bookings.exists() and fate in BOOKINGS:
        _rewrite(bookings, lambda table: BOOKINGS[fate](table, value))
    if courses.exists() and fate in COURSES:
        _rewrite(courses, lambda table: COURSES[fate](table, value))
    if bookings.exists():
        data = bookings.read_bytes().replace(UNSAID.encode(), b"")
        bookings.write_bytes(data + b"\x1a" * (fate == "eof"))
    _state(path, ahead=AHEAD[value % len(AHEAD)] if fate == "ahead" else 0, counted=fate != "blank" or value % 2 == 0)


def replaced(path: Path, heading: str, cells: Mapping[str, str]) -> None:
    """Write other texts into a column of an export's bookings, as another version of a program does."""
    _rewrite(
        path / PATHS["bookings"],
        lambda rows: _column(rows, [_at(rows, heading)], lambda cell: cells.get(cell, cell)),
    )
    _state(path, ahead=0, counted=True)


def _state(path: Path, *, ahead: int, counted: bool) -> None:
    """State in the manifest what the files are now; rows of empty cells are counted or not."""
    stated = json.loads((path / manifest.NAME).read_bytes())
    for part in stated["files"].values():
        file = path / part["path"]
        if "sha256" in part:
            rows = [row for row in _read(file)[1:] if counted or any(row)]
            part |= {"rows": len(rows), "sha256": sha256(file.read_bytes()).hexdigest()}
    at = datetime.fromisoformat(stated["exported_at"]) + timedelta(minutes=ahead)
    stated["exported_at"] = at.isoformat()
    (path / manifest.NAME).write_text(json.dumps(stated, ensure_ascii=False, indent=2), encoding="utf-8")


def read(file: Path) -> list[dict[str, str]]:
    """Give the rows of a file as it is, heading -> text; none where there is no file."""
    headings, *rows = _read(file) if file.exists() else [[]]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def _read(file: Path) -> Table:
    text = file.read_bytes().rstrip(b"\x1a").decode()
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def _rewrite(file: Path, change: Callable[[Table], Table]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(change(_read(file)))
    file.write_bytes(text.getvalue().encode())


def _at(table: Table, heading: str) -> int:
    return table[0].index(heading)


def _numbers(table: Table, value: int) -> list[int]:
    """Choose the column that went through the spreadsheet, or all of them."""
    chosen = NUMBERS if value % 4 == len(NUMBERS) else (NUMBERS[value % 4],)
    return [_at(table, heading) for heading in chosen]


def _column(table: Table, places: list[int], change: Callable[[str], str]) -> Table:
    return [
        table[0],
        *([change(cell) if at in places else cell for at, cell in enumerate(row)] for row in table[1:]),
    ]
