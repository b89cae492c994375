"""One CSV file of an export, gone through once to see which course each row belongs to, and read where it must be.

Typed rows are made when they are asked for and not kept, so that what a file holds never lies in memory as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import BinaryIO, Generic, Protocol, TypeVar

from koop_es.connectors.columns import Header, resolve
from koop_es.connectors.data_file import DataFile, keyed
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.grouping import DIGEST_BYTES, Group, Grouping, Key, Place
from koop_es.connectors.lines import Lines, physical
from koop_es.connectors.notes import Notes
from koop_es.connectors.rows import CellRefused, is_tidy
from koop_es.connectors.table import Broken, Table
from koop_es.domain.observation import BookingRow, CourseRow

R = TypeVar("R", CourseRow, BookingRow)
R_co = TypeVar("R_co", CourseRow, BookingRow, covariant=True)


class RowReader(Protocol[R_co]):
    """Types the cells of one record; raises CellRefused."""

    def row(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> R_co:
        """Type one record; a ``tidy`` one has no cell that must be cleaned."""


class Sheet(Generic[R]):
    """The rows of one file by course."""

    def __init__(
        self, file: DataFile, stream: BinaryIO, notes: Notes, typing: Callable[[Header, Notes], RowReader[R]]
    ) -> None:
        """Go through the file once; raises ExportQuarantined. What is no record goes to the notes."""
        self._file, self._stream, self._notes = file, stream, notes
        self._typing: Callable[[Header, Notes], RowReader[R]] = typing
        lines = Lines(stream, file.encoding, file.path)
        table = Table(lines, file.profile.delimiter, self._broken)
        self._key: Callable[[Sequence[str]], tuple[str, ...] | None] = lambda _: None
        self.header = Header(at={}, names={}, cells=table.header(), unknown=[])
        self.header = resolve(self.header.cells, file.layout, file.aliases, file.path)
        if self.header.unknown:
            notes.notice(1, f"columns that are not known were left out: {', '.join(self.header.unknown)}")
        self._key = keyed(self.header, file.layout)
        grouping = Grouping(table, self.header, file.layout, lines.codec, file.profile.delimiter)
        self.groups, self.doubled, self.total = grouping.groups, grouping.doubled(), table.count
        self.codec = lines.codec

    @property
    def doubled_heading(self) -> str:
        """Name the column whose value only one row may have."""
        return self._file.layout.headings[self._file.layout.identity[0]]

    def _broken(self, found: Broken) -> None:
        column = self.header.heading(found.column) if found.column is not None else None
        key = self._key(found.cells)
        self._notes.reject(found.line, found.raw, found.reason, found.remedy, column=column, key=key)

    def checked(self, group: Group) -> Iterator[R]:
        """Type the rows of a course; what is odd or cannot be used goes to the notes."""
        return self._typed(group, self._notes)

    def again(self, group: Group) -> Iterator[R]:
        """Type the rows of a course that were checked before; those that cannot be used are passed over."""
        return self._typed(group, None)

    def raw(self, group: Group, lines: frozenset[int]) -> dict[int, bytes]:
        """Give the original bytes of some rows of a course, by the line they begin on."""
        records = (
            (line, b"".join(self._physical(raw)[first:last]))
            for place, raw in self._places(group)
            for line, first, last, _ in self._records(place, raw)
        )
        return {line: raw for line, raw in records if line in lines}

    def _typed(self, group: Group, notes: Notes | None) -> Iterator[R]:
        read = self._typing(self.header, notes or Notes(self._file.path, self._notes.about)).row
        delimiter = self._file.profile.delimiter
        for place, raw in self._places(group):
            if place.plain:
                text = raw.decode(self.codec)
                text = text.replace("\r\n", "\n") if "\r" in text else text
                tidy = is_tidy(text.replace("\n", delimiter), delimiter)
                found = [(line, line.split(delimiter)) for line in text.removesuffix("\n").split("\n")]
                records = [(place.line + n, n, n + 1, cells) for n, (_, cells) in enumerate(found)]
            else:
                tidy, records = False, list(self._records(place, raw))
            for line, first, last, cells in records:
                try:
                    yield read(cells, line, tidy=tidy)
                except CellRefused as refused:
                    if notes is not None:
                        column = self.header.names.get(refused.field, self._file.layout.headings[refused.field])
                        whole = b"".join(self._physical(raw)[first:last])
                        notes.reject(line, whole, refused.reason, refused.remedy, column=column, key=self._key(cells))

    def _places(self, group: Group) -> Iterator[tuple[Place, bytes]]:
        """Read the bytes of a course again; they must be those that were summed up."""
        digest = b""
        for place in group.places():
            raw = self._read(place)
            digest = _chained(digest, raw)
            yield place, raw
        if digest != group.digest:
            raise ExportQuarantined("changed while it was being read", file=self._file.path, remedy="try again")

    def _read(self, place: Place) -> bytes:
        try:
            self._stream.seek(place.offset)
            return self._stream.read(place.size)
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            raise ExportQuarantined(reason, file=self._file.path, remedy="try again") from error

    def _records(self, place: Place, raw: bytes) -> Iterator[tuple[int, int, int, list[str]]]:
        """Cut bytes into records: the line each begins on, its first and last physical line, its cells."""
        lines = [line.decode(self.codec) for line in self._physical(raw)]
        reader = csv.reader(iter(lines), delimiter=self._file.profile.delimiter, strict=True)
        ends = [0]
        found = []
        for cells in reader:
            ends.append(reader.line_num)
            found.append(cells)
        for (first, last), cells in zip(pairwise(ends), found, strict=True):
            yield place.line + first, first, last, cells

    def _physical(self, raw: bytes) -> list[bytes]:
        return physical(raw, self.codec)


def _chained(digest: bytes, raw: bytes) -> bytes:
    found = blake2b(raw, digest_size=DIGEST_BYTES).digest()
    return blake2b(digest + found, digest_size=DIGEST_BYTES).digest() if digest else found


__all__ = ["Key", "RowReader", "Sheet"]
