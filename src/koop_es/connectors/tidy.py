"""The bookings of one course read column by column, where nothing in any of them is to be cleaned or remarked.

That is what nearly all are. Whatever else a row may hold is for ``rows`` to say, row by row; both read the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import contains
from typing import NamedTuple
from unicodedata import is_normalized

from koop_es.connectors.columns import BOOKINGS, Header
from koop_es.connectors.encodings import LOST, has_odd_sign
from koop_es.connectors.personal import may_be_somebody
from koop_es.connectors.profiles import Profile
from koop_es.connectors.pseudonyms import pseudonym
from koop_es.connectors.sentinels import may_be_first_day
from koop_es.connectors.values import Unreadable, moment
from koop_es.domain.errors import BadInput
from koop_es.domain.identifiers import ID_LIMIT, owner_of, parse_ref
from koop_es.domain.observation import BookingRow, Person, Status

Column = Sequence[str]

Named = tuple[str, str | None, Status | None]
"""Beleg-ID, Koop-Beleg-ID and status of a row."""


class _Columns(NamedTuple):
    """The fields of ``belegungen.csv`` in the order of the layout, each with its cells."""

    booking_id: Column
    number: Column
    period: Column
    participant_no: Column
    name: Column
    first_name: Column
    phone: Column
    email: Column
    status: Column
    booked_at: Column
    ref: Column
    edited_by: Column


assert _Columns._fields == tuple(BOOKINGS.headings), "columns stand in the order of the layout"


def composed(number: str, period: str, booking_id: str) -> str:
    """Name a booking of a program that counts Beleg-IDs per course, so that they are unique per VHS (D18)."""
    return f"{number}/{period}/{booking_id}"


class TidyBookings:
    """Reads many records at once; None where one of them has to be looked at by itself."""

    def __init__(self, header: Header, profile: Profile, vhs: str, file: str, secret: str = "") -> None:
        """Remember where each field stands; one without a column is empty in every row."""
        self._places = [header.at.get(field) for field in BOOKINGS.headings]
        self._letters, self._style, self._vhs, self._file = profile.status, profile.dates, vhs, file
        self._shared: dict[str, str] = {}
        self._secret = secret
        self._composed = profile.booking_ids == "per course"

    def rows(self, records: Sequence[Sequence[str]], lines: Sequence[int]) -> list[BookingRow] | None:
        """Type records; each begins on the line beside it."""
        found = self._columns(records)
        moments = self._moments(found)
        if moments is None:
            return None
        letter, file, person = self._letters.get, self._file, Person
        numbers, periods, letters, editors = map(
            self._alike, (found.number, found.period, found.status, found.edited_by)
        )
        people = zip(found.name, found.first_name, found.phone, found.email, strict=True)
        return [
            BookingRow(
                booking_id, number, period, tnr, letter(raw), raw, at, file, line, ref or None,
                person(*who) if any(who) else None, editor or None, (), cell or None,
            )
            for booking_id, number, period, tnr, raw, at, line, ref, who, editor, cell in zip(
                found.booking_id, numbers, periods, found.participant_no, letters, moments, lines, found.ref, people,
                *self._editors(editors), strict=True,
            )
        ]  # fmt: skip

    def _editors(self, cells: Column) -> tuple[Iterable[str], Iterable[str]]:
        """Give what stands for the editors, and their cells where that is something else."""
        if not self._secret:
            return cells, repeat("", len(cells))
        return map(pseudonym, cells, repeat(self._secret)), cells

    def names(self, records: Sequence[Sequence[str]], lines: Sequence[int]) -> list[Named] | None:
        """Check records as ``rows`` does and give only what they are called and their status."""
        found = self._columns(records)
        if self._moments(found) is None:
            return None
        return list(zip(found.booking_id, found.ref, map(self._letters.get, found.status), strict=True))

    def _columns(self, records: Sequence[Sequence[str]]) -> _Columns:
        columns, empty = list(zip(*records, strict=True)), ("",) * len(records)
        found = _Columns(*(columns[place] if place is not None else empty for place in self._places))
        if not self._composed or not all(found.booking_id):
            return found
        return found._replace(booking_id=list(map(composed, found.number, found.period, found.booking_id)))

    def _moments(self, found: _Columns) -> list[str] | None:
        """Give the moments of booking, None where a cell keeps its row from being used or there is a remark."""
        for column in (found.booking_id, found.participant_no, set(found.number), set(found.period)):
            if not all(column) or max(map(len, column)) > ID_LIMIT:
                return None
        if not all(len(letter) == 1 or letter in self._letters for letter in set(found.status)):
            return None
        if self._is_odd(found) or self._may_name_somebody(found):
            return None
        if any(found.ref):
            if not all(map(self._is_named, found.ref, found.name, found.first_name)):
                return None
        elif not (all(found.name) and all(found.first_name)):
            return None
        style = self._style
        try:
            return [moment(text, style) for text in found.booked_at]
        except Unreadable:
            return None

    def _is_odd(self, found: _Columns) -> bool:
        """Tell whether an identity may be a spreadsheet's (D18d), or a mail none (D29): ``rows`` looks closer.

        What has a single mark of a value that is none is not tidy, days that are none are no moments, and number and
        period were read when the rows were put to their course. Here is what is left: an exponent, decimals, a mail
        without ``@``, the first day of a calendar where no day stands.
        """
        ids, numbers = "".join(found.booking_id), "".join(found.participant_no)
        if not ids.isalnum() and ("+" in ids or "." in ids or "," in ids):
            return True
        letters = tuple(set(found.status))
        if (
            "E+" in "".join(found.phone).upper()
            or "+" in numbers
            or may_be_first_day((found.participant_no, letters, found.name, found.first_name, found.phone))
        ):
            return True
        return any(found.email) and not all(map(contains, filter(None, found.email), repeat("@")))

    def _may_name_somebody(self, found: _Columns) -> bool:
        """Tell whether a person may stand where an identifier belongs (G8): ``rows`` looks closer."""
        ids: Column = found.booking_id
        if self._composed:
            parts = zip(found.booking_id, found.number, found.period, strict=True)
            ids = [cell[len(composed(number, period, "")) :] for cell, number, period in parts]
        return (
            may_be_somebody(ids)
            or may_be_somebody(found.participant_no)
            or (any(found.ref) and may_be_somebody(found.ref))
        )

    def _is_named(self, ref: str, name: str, first_name: str) -> bool:
        """Tell whether a row is a mirror of another VHS's booking, or has the names that an own one must have (B4)."""
        if not ref:
            return bool(name and first_name)
        try:
            return owner_of(parse_ref(ref)) != self._vhs
        except BadInput:
            return False

    def _alike(self, column: Column) -> Column:
        """Keep one text for all cells that say the same, as many do."""
        if column.count(column[0]) == len(column):
            return (self._shared.setdefault(column[0], column[0]),) * len(column)
        return [self._shared.setdefault(cell, cell) for cell in column]


def is_tidy(cells: str, delimiter: str) -> bool:
    """Tell whether cells, all with a delimiter behind them, have nothing to clean: nearly all have not.

    Looked for is also what a value that is none (D29) or a spreadsheet's identity (D18d) has: marks, which take no
    time to find, and ``NULL``.
    """
    probe = f";{cells if delimiter == ';' else cells.replace(delimiter, ';')}"
    return (
        probe.isprintable()
        and "; " not in probe
        and " ;" not in probe
        and ";'" not in probe
        and not ("#" in probe or "<" in probe or "\\" in probe or "=" in probe or "~" in probe or "’" in probe)
        and ";NULL;" not in probe
        and ";null;" not in probe
        and LOST not in probe
        and _is_composed(probe)
    )


def _is_composed(text: str) -> bool:
    """Tell whether a text is in form NFC and has no odd sign; for letters of Western Europe that is told at once."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return is_normalized("NFC", text) and not has_odd_sign(text)
    return True
