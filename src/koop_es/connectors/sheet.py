"""One CSV file of an export, gone through once to see which course each row belongs to, and read where it must be.

Typed rows are made when they are asked for and not kept, so that what a file holds never lies in memory as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import BinaryIO, Generic, Protocol, TypeVar

from koop_es.connectors.columns import Header, resolve
from koop_es.connectors.data_file import DataFile, keyed
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.grouping import DIGEST_BYTES, Group, Grouping, Place
from koop_es.connectors.lines import Lines, physical
from koop_es.connectors.names import mark
from koop_es.connectors.notes import Notes
from koop_es.connectors.rows import BookingReader, CellRefused, CourseReader, is_tidy
from koop_es.connectors.table import Broken, Table

Reader = TypeVar("Reader", CourseReader, BookingReader)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Work(Protocol[T_co]):
    """Works on the cells of one record; raises CellRefused."""

    def __call__(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> T_co:
        """Work on one record; a ``tidy`` one has no cell that must be cleaned."""


class Sheet(Generic[Reader]):
    """The rows of one file by course; what ``reader`` finds odd is noted, what ``repeating`` finds was noted before."""

    def __init__(
        self, file: DataFile, stream: BinaryIO, notes: Notes, typing: Callable[[Header, Notes], Reader]
    ) -> None:
        """Go through the file once; raises ExportQuarantined. What is no record goes to the notes."""
        self._file, self._stream, self._notes = file, stream, notes
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
        self.reader: Reader = typing(self.header, notes)
        self.repeating: Reader = typing(self.header, Notes(file.path, notes.about))

    def is_doubled(self, name: str) -> bool:
        """Tell whether more than one row may have a name."""
        return bool(self.doubled) and mark(name.encode(self.codec, "surrogateescape")) in self.doubled

    @property
    def doubled_heading(self) -> str:
        """Name the column whose value only one row may have."""
        return self._file.layout.headings[self._file.layout.identity[0]]

    def _broken(self, found: Broken) -> None:
        column = self.header.heading(found.column) if found.column is not None else None
        key = self._key(found.cells)
        self._notes.reject(found.line, found.raw, found.reason, found.remedy, column=column, key=key)

    def checked(self, group: Group, work: Work[T]) -> Iterator[T]:
        """Let the rows of a course be worked on; what is odd or cannot be used goes to the notes."""
        for place, raw in self._places(group):
            tidy, lines, records = self._cut(place, raw)
            for line, cells in zip(lines, records, strict=False):
                try:
                    yield work(cells, line, tidy=tidy)
                except CellRefused as refused:
                    column = self.header.names.get(refused.field, self._file.layout.headings[refused.field])
                    whole = self._whole(place, raw, lines, line)
                    self._notes.reject(line, whole, refused.reason, refused.remedy, column=column, key=self._key(cells))

    def again(self, group: Group, work: Work[T]) -> list[T]:
        """Let the rows of a course be worked on that were before; those that cannot be used are passed over."""
        found: list[T] = []
        for place, raw in self._places(group):
            tidy, lines, records = self._cut(place, raw)
            for line, cells in zip(lines, records, strict=False):
                with suppress(CellRefused):
                    found.append(work(cells, line, tidy=tidy))
        return found

    def raw(self, group: Group, wanted: frozenset[int]) -> dict[int, bytes]:
        """Give the original bytes of some rows of a course, by the line they begin on."""
        found: dict[int, bytes] = {}
        for place, raw in self._places(group):
            _, lines, _ = self._cut(place, raw)
            found |= {line: self._whole(place, raw, lines, line) for line in lines if line in wanted}
        return found

    def _whole(self, place: Place, raw: bytes, lines: Sequence[int], line: int) -> bytes:
        """Give the bytes of the record that begins on a line: up to where the next one begins."""
        later = [other for other in lines if other > line]
        last = later[0] - place.line if later else None
        return b"".join(physical(raw, self.codec)[line - place.line : last])

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

    def _cut(self, place: Place, raw: bytes) -> tuple[bool, Sequence[int], list[list[str]]]:
        """Cut bytes into records and tell whether no cell must be cleaned, and on which line each record begins."""
        delimiter = self._file.profile.delimiter
        if place.plain:
            text = raw.decode(self.codec)
            text = text.replace("\r\n", "\n") if "\r" in text else text
            found = [line.split(delimiter) for line in text.removesuffix("\n").split("\n")]
            return is_tidy(text.replace("\n", delimiter), delimiter), range(place.line, place.line + len(found)), found
        reader = csv.reader(
            (line.decode(self.codec) for line in physical(raw, self.codec)), delimiter=delimiter, strict=True
        )
        begins, found = [place.line], []
        for cells in reader:
            found.append(cells)
            begins.append(place.line + reader.line_num)
        return False, begins[:-1], found


def _chained(digest: bytes, raw: bytes) -> bytes:
    found = blake2b(raw, digest_size=DIGEST_BYTES).digest()
    return blake2b(digest + found, digest_size=DIGEST_BYTES).digest() if digest else found
