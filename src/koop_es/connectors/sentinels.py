"""Values that are none (D29): what databases and spreadsheets write where they have nothing.

Such a cell states nothing, so the last value stands. Every reader asks here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

NULLS = frozenset({"NULL", "null", "<NULL>", "<null>", "\\N"})
"""What databases and programs write for nothing. ``Null`` is a name."""

_ERROR = re.compile(
    r"#(?:NAME\?|NV|N/A|NA|WERT!|VALUE!|REF!|BEZUG!|DIV/0!|ZAHL!|NUM!|NULL!|ÜBERLAUF!|SPILL!|KALK!|CALC!|FELD!|FIELD!"
    r"|VERBINDEN!|CONNECT!|BLOCKIERT!|BLOCKED!|UNBEKANNT!|UNKNOWN!|DATEN_ABRUFEN|GETTING_DATA)",
    re.IGNORECASE,
)
"""What spreadsheets show where a formula has no value, in German and in English."""

_NO_DAY = re.compile(
    r"(?:01\.01\.(?:1753|1900|0001)|3[01]\.12\.1899|00\.0[01]\.(?:1900|0000)"
    r"|(?:1753|1900|0001)-01-01|1899-12-3[01]|1900-0[01]-00|0000-00-00)"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)?"
)
"""First days of calendars: SQL Server 1753, Access and OLE 30.12.1899, Excel 1900 and its day 0, .NET 0001, MySQL 0."""

SIGNS = ("#", "<", "\\")
"""Marks that hardly any cell has, of which one stands in every value that is none, but for NULL and days."""

_DAY_SIGNS = ("1900", "1753", "1899", "0001", "0000")

_DAY_MARKS = tuple(mark for year in _DAY_SIGNS for mark in (f".{year}", f"{year}-"))
"""The same with what stands before or behind a year, which hardly a name or number has."""

BARE_NULLS = ("NULL", "null")
"""Those that have none of these marks."""


def is_error(text: str) -> bool:
    """Tell whether a cell shows a spreadsheet's error in place of a value."""
    return _ERROR.fullmatch(text) is not None


def is_none(text: str) -> bool:
    """Tell whether a cell holds a value that is none, a day aside."""
    return text in NULLS or is_error(text)


def is_first_day(text: str) -> bool:
    """Tell whether a cell shows the first day of some calendar, which programs write for no day, wherever it stands."""
    return _NO_DAY.fullmatch(text) is not None


def is_no_day(text: str) -> bool:
    """Tell whether a cell of which no value is a day holds a value that is none, or a day or moment is none."""
    if text.isalnum():  # every other value that is none has a mark
        return text in BARE_NULLS
    return is_none(text) or is_first_day(text)


def may_be_first_day(columns: Iterable[Sequence[str]]) -> bool:
    """Tell at once of most columns that none of their cells is such a day."""
    text = "\n".join(chain.from_iterable(columns))
    return ("." in text or "-" in text) and any(mark in text for mark in _DAY_MARKS)


def may_be_none(cells: Sequence[str]) -> bool:
    """Tell at once of most rows that none of their cells holds such a value."""
    text = "\n".join(cells)
    return any(sign in text for sign in (*SIGNS, *BARE_NULLS, *_DAY_SIGNS))
