"""The rows of a file by course: where their bytes lie, and what these are known by. No cell is read as a value here.

What grows with the file are forty bytes for each run of rows of one course.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from koop_es.connectors.columns import Header, Layout
from koop_es.connectors.names import Names
from koop_es.connectors.table import Record, Span, Table
from koop_es.connectors.values import Unreadable, identity

Key = tuple[str, str]
"""Course number and period."""

DIGEST_BYTES = 16
"""128 bits: two texts that differ never meet by chance."""

_FIELDS = 5

_NONE = b"\0"
"""A course number that no plain record has."""


class Place(NamedTuple):
    """Records of one course that follow each other: line and offset of the first, their bytes and their number.

    ``plain`` ones are a line each, and their cells lie between delimiters.
    """

    line: int
    offset: int
    size: int
    rows: int
    plain: bool


class Group:
    """The records of one course in a file, in the order of the file; ``key`` is None where it cannot be read."""

    __slots__ = ("_places", "digest", "key", "rows")

    def __init__(self, key: Key | None) -> None:
        """Begin without records."""
        self.key, self.digest, self.rows = key, b"", 0
        self._places = array("Q")

    def add(self, place: Place, digest: bytes) -> None:
        """Take in records with the digest of their bytes."""
        self._places.extend(place)
        self.rows += place.rows
        self.digest = blake2b(self.digest + digest, digest_size=DIGEST_BYTES).digest() if self.digest else digest

    def places(self) -> Iterator[Place]:
        """Give where the records lie."""
        found = self._places
        for at in range(0, len(found), _FIELDS):
            yield Place(found[at], found[at + 1], found[at + 2], found[at + 3], bool(found[at + 4]))


class Grouping:
    """All records of a table by course, and the names that more than one record may have."""

    def __init__(self, table: Table, header: Header, layout: Layout, codec: str, delimiter: str) -> None:
        """Read the table to its end; raises ExportQuarantined."""
        self.groups: dict[Key | None, Group] = {}
        self._raw: dict[tuple[bytes, bytes], Group] = {}
        self._codec, self._separator = codec, delimiter.encode(codec)
        self._number, self._period = header.at["number"], header.at["period"]
        self._name = header.at.get("booking_id", self._number)
        self._depth = max(self._number, self._period, self._name) + 1
        self._names = Names() if "booking_id" in layout.identity else None
        self._run = _Run((_NONE, _NONE), 0, 0)
        for span in table.spans():
            if isinstance(span, Span):
                self._take_all(span)
            else:
                self._take(span, table.raw())
        self._close()

    def doubled(self) -> frozenset[int]:
        """Give the mark of every name that more than one record may have."""
        return self._names.doubled() if self._names is not None else frozenset()

    def _take_all(self, span: Span) -> None:
        separator, depth, end, block = self._separator, self._depth, len(span.end), span.block
        at_number, at_period, at_name = self._number, self._period, self._name
        number, period = self._run.key if self._run.reaches(span.offset) else (_NONE, _NONE)
        names: list[bytes] = []
        begun = place = counted = 0
        for line in span.lines:
            cells = line.split(separator, depth)
            if cells[at_number] != number or cells[at_period] != period:
                self._run.take(block[begun:place], len(names) - counted)
                self._close()
                number, period = cells[at_number], cells[at_period]
                begun, counted = place, len(names)
                self._run = _Run((number, period), span.line + counted, span.offset + begun)
            names.append(cells[at_name])
            place += len(line) + end
        self._run.take(block[begun:place], len(names) - counted)
        self._note(names)

    def _take(self, record: Record, raw: bytes) -> None:
        """Take in a record that need not be plain."""
        cells = [cell.encode(self._codec, "surrogateescape") for cell in record.cells]
        key = cells[self._number], cells[self._period]
        if key != self._run.key or not self._run.reaches(record.offset):
            self._close()
            self._run = _Run(key, record.line, record.offset)
        plain = b'"' not in raw and raw.find(b"\n") in (-1, len(raw) - 1) and not raw.endswith(b"\r")
        self._run.take(raw, 1, plain=plain)
        self._note([cells[self._name]])

    def _close(self) -> None:
        run = self._run
        if run.rows:
            group = self._raw.get(run.key)
            if group is None:
                number, period = (text.decode(self._codec, "surrogateescape") for text in run.key)
                group = self._raw[run.key] = self._group(_key(number, period))
            group.add(Place(run.line, run.offset, run.size, run.rows, run.plain), run.hash.digest())
        self._run = _Run((_NONE, _NONE), 0, 0)

    def _group(self, key: Key | None) -> Group:
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(key)
        return group

    def _note(self, names: list[bytes]) -> None:
        """Remember the names of records; nearly all have nothing to clean, which one look at all of them tells."""
        if self._names is None:
            return
        if not b"".join(names).isalnum():
            names = [_cleaned(name, self._codec) for name in names]
        self._names.add(names)


class _Run:
    """Records of one course that follow each other, still growing."""

    __slots__ = ("hash", "key", "line", "offset", "plain", "rows", "size")

    def __init__(self, key: tuple[bytes, bytes], line: int, offset: int) -> None:
        self.key, self.line, self.offset = key, line, offset
        self.size = self.rows = 0
        self.plain = True
        self.hash = blake2b(digest_size=DIGEST_BYTES)

    def reaches(self, offset: int) -> bool:
        """Tell whether what begins at an offset follows without a gap."""
        return self.offset + self.size == offset

    def take(self, raw: bytes, rows: int, *, plain: bool = True) -> None:
        if rows:
            self.hash.update(raw)
            self.size += len(raw)
            self.rows += rows
            self.plain = self.plain and plain


_period = lru_cache(maxsize=256)(identity)


def _key(number: str, period: str) -> Key | None:
    try:
        return identity(number), _period(period)
    except Unreadable:
        return None


def _cleaned(name: bytes, codec: str) -> bytes:
    if name.isalnum():
        return name
    try:
        return identity(name.decode(codec)).encode(codec, "surrogateescape")
    except (Unreadable, UnicodeError):
        return name
