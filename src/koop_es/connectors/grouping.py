"""The rows of a file by course: where their bytes lie, and what these are known by. No cell is read as a value here.

What grows with the file are forty bytes for each run of rows of one course; where there are too many of them the rows
are put in order first.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from koop_es.connectors import limits
from koop_es.connectors.columns import Header, Layout
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.names import Names, mark
from koop_es.connectors.pile import Pile
from koop_es.connectors.table import Record, Span, Table
from koop_es.connectors.values import Unreadable, identity

Key = tuple[str, str]
"""Course number and period."""

DIGEST_BYTES = 16
"""128 bits: two texts that differ never meet by chance."""

MOST_RUNS = 1_000_000
"""Runs of rows whose places are remembered: some 50 MB."""

RUN_BYTES = 4 << 20
"""A run is read at once, so a longer one is two."""

_FIELDS = 5

_NONE = b"\0"
"""A course number that no plain record has."""


def digest_of(raw: bytes) -> bytes:
    """Digest the bytes of records."""
    return sha256(raw).digest()[:DIGEST_BYTES]


def chained(before: bytes, digest: bytes) -> bytes:
    """Digest records and those that follow them later in the file; ``before`` is empty for the first ones."""
    return digest_of(before + digest) if before else digest


class Scattered(Exception):
    """There are more runs than can be remembered."""


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
        self.digest = chained(self.digest, digest)

    def places(self) -> Iterator[Place]:
        """Give where the records lie."""
        found = self._places
        for at in range(0, len(found), _FIELDS):
            yield Place(found[at], found[at + 1], found[at + 2], found[at + 3], bool(found[at + 4]))


class Grouping:
    """All records of a table by course, and the names that more than one record may have."""

    def __init__(
        self,
        table: Table,
        header: Header,
        layout: Layout,
        codec: str,
        delimiter: str,
        pile: Pile | None = None,
        *,
        composed: bool = False,
    ) -> None:
        """Read the table to its end; raises ExportQuarantined, and Scattered where there is no ``pile``.

        ``composed`` says that Beleg-IDs are counted per course, so that names are to be told apart by course.
        """
        self._composed, self._path = composed, table.file
        self.pile, self._runs = pile, 0
        self.groups: dict[Key | None, Group] = {}
        self._raw: dict[tuple[bytes, bytes], Group] = {}
        self._codec, self._separator = codec, delimiter.encode(codec)
        self._number, self._period = header.at["number"], header.at["period"]
        self._name = header.at.get("booking_id", self._number)
        self._depth = max(self._number, self._period, self._name) + 1
        self._names = Names() if "booking_id" in layout.identity else None
        self._run = _Run((_NONE, _NONE), 0, 0)
        self._numbers: dict[Group, int] = {}
        for span in table.spans():
            if pile is not None:
                self._pile_up(pile, span, table)
            elif isinstance(span, Span):
                self._take_all(span)
            else:
                self._take(span, table.raw())
        self._close()
        if pile is not None:
            self._file(pile)

    def doubled(self) -> frozenset[int]:
        """Give the mark of every name that more than one record may have."""
        return self._names.doubled() - {mark(b"")} if self._names is not None else frozenset()

    def _take_all(self, span: Span) -> None:
        """Take in plain records; of those that begin and end within the block nothing is kept but what they come to."""
        separator, depth, block = self._separator, self._depth, span.block
        at_number, at_period, at_name = self._number, self._period, self._name
        carried = self._run.rows > 0 and self._run.reaches(span.offset)
        if not carried:
            self._close()
        number, period = self._run.key
        names: list[bytes] = []
        plainly = not self._composed
        begun = place = counted = 0
        for line in span.lines:
            cells = line.split(separator, depth)
            if cells[at_number] != number or cells[at_period] != period:
                rows = len(names) - counted
                if carried:
                    self._run.take(block[:place], rows)
                    self._close()
                    carried = False
                elif rows:
                    found = Place(span.line + counted, span.offset + begun, place - begun, rows, True)
                    self._add((number, period), found, digest_of(block[begun:place]))
                number, period = cells[at_number], cells[at_period]
                begun, counted = place, len(names)
            names.append(cells[at_name] if plainly else self._named(cells))
            place += len(line) + 1
        if not carried:
            self._run = _Run((number, period), span.line + counted, span.offset + begun)
        self._run.take(block[begun:place], len(names) - counted)
        if self._run.size > RUN_BYTES:
            self._close()
        self._note(names)

    def _take(self, record: Record, raw: bytes) -> None:
        """Take in a record that need not be plain."""
        cells = [cell.encode(self._codec, "surrogateescape") for cell in record.cells]
        key = cells[self._number], cells[self._period]
        if key != self._run.key or not self._run.reaches(record.offset):
            self._close()
            self._run = _Run(key, record.line, record.offset)
        self._run.take(raw, 1, plain=_is_plain(raw))
        self._note([self._named(cells)])

    def _close(self) -> None:
        run = self._run
        if run.rows:
            self._add(run.key, Place(run.line, run.offset, run.size, run.rows, run.plain), run.digest())
        self._run = _Run((_NONE, _NONE), 0, 0)

    def _add(self, key: tuple[bytes, bytes], place: Place, digest: bytes) -> None:
        self._runs += 1
        if self._runs > MOST_RUNS:
            raise Scattered
        self._add_to(self._group(key), place, digest)

    def _add_to(self, group: Group, place: Place, digest: bytes) -> None:
        group.add(place, digest)
        if group.key is not None and group.rows > limits.COURSE_ROWS:
            raise ExportQuarantined(
                f"course {group.key[0]} has more than {limits.COURSE_ROWS:,} rows",
                file=self._path,
                line=place.line or None,
                remedy="no course has so many: check the Kursnummer of the rows, and export again",
            )

    def _group(self, raw: tuple[bytes, bytes]) -> Group:
        group = self._raw.get(raw)
        if group is None:
            if len(self._raw) >= limits.COURSES:
                raise ExportQuarantined(
                    f"names more than {limits.COURSES:,} courses",
                    file=self._path,
                    remedy="no VHS has so many: check format, profile and delimiter, or export fewer periods",
                )
            number, period = (text.decode(self._codec, "surrogateescape") for text in raw)
            key = _key(number, period)
            group = self._raw[raw] = self.groups.setdefault(key, Group(key))
        return group

    def _pile_up(self, pile: Pile, span: Span | Record, table: Table) -> None:
        """Put records on the pile instead of remembering where they lie."""
        if isinstance(span, Record):
            raws, first = [table.raw()], span.line
            rows = [[cell.encode(self._codec, "surrogateescape") for cell in span.cells]]
        else:
            raws, first = [line + b"\n" for line in span.lines], span.line
            rows = [line.split(self._separator, self._depth) for line in span.lines]
        for line, (raw, cells) in enumerate(zip(raws, rows, strict=True), first):
            group = self._group((cells[self._number], cells[self._period]))
            pile.put(self._numbers.setdefault(group, len(self._numbers)), line, raw)
        self._note([self._named(cells) for cells in rows])

    def _file(self, pile: Pile) -> None:
        groups = {number: group for group, number in self._numbers.items()}
        for found in pile.sort():
            raws = [raw for _, raw in found.records]
            plain = all(_is_plain(raw) for raw in raws)
            digest = digest_of(b"".join(raws))
            self._add_to(groups[found.number], Place(0, found.offset, found.size, len(raws), plain), digest)

    def _named(self, cells: list[bytes]) -> bytes:
        name = cells[self._name]
        return b"/".join((cells[self._number], cells[self._period], name)) if self._composed and name else name

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
        self.hash = sha256()

    def digest(self) -> bytes:
        return self.hash.digest()[:DIGEST_BYTES]

    def reaches(self, offset: int) -> bool:
        """Tell whether what begins at an offset follows without a gap."""
        return self.offset + self.size == offset

    def take(self, raw: bytes, rows: int, *, plain: bool = True) -> None:
        if rows:
            self.hash.update(raw)
            self.size += len(raw)
            self.rows += rows
            self.plain = self.plain and plain


def _is_plain(raw: bytes) -> bool:
    """Tell whether a record is one line, and its cells lie between delimiters."""
    return b'"' not in raw and raw.find(b"\n") in (-1, len(raw) - 1) and not raw.endswith(b"\r")


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
