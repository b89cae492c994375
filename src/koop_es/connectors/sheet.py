"""One CSV file of an export, gone through once to see which course each row belongs to, and read where it must be.

Typed rows are made when they are asked for and not kept, so that what a file holds never lies in memory as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import cache, partial
from io import SEEK_END
from itertools import chain, pairwise
from typing import BinaryIO, Generic, NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from koop_es.connectors.columns import Header, header_of
from koop_es.connectors.data_file import DataFile, keyed
from koop_es.connectors.encodings import UNREADABLE_REMEDY, is_unclear
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.grouping import RUN_BYTES, Group, Grouping, Place, Scattered, chained, digest_of
from koop_es.connectors.legible import told
from koop_es.connectors.lines import Lines, physical
from koop_es.connectors.names import mark
from koop_es.connectors.notes import Notes
from koop_es.connectors.pile import Pile, filed
from koop_es.connectors.rows import BookingReader, CellRefused, CourseReader
from koop_es.connectors.source import faults_named, seekable
from koop_es.connectors.table import Broken, Table, is_said
from koop_es.connectors.tidy import composed, is_tidy
from koop_es.domain.observation import ILLEGIBLE, Told

Reader = TypeVar("Reader", CourseReader, BookingReader)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

NAMES = frozenset({"name", "first_name"})
"""The fields that hold nothing but a name."""

WHOLE_BYTES = 32 << 20
"""A file of up to this size, some 300,000 bookings, is held where rows are read again, as they may lie scattered."""


class Work(Protocol[T_co]):
    """Works on the cells of one record; raises CellRefused."""

    def __call__(self, cells: Sequence[str], line: int, *, tidy: bool = False) -> T_co:
        """Work on one record; a ``tidy`` one has no cell that must be cleaned."""


class Together(Protocol[T]):
    """Works on many tidy records at once; None where one of them must be worked on by itself."""

    def __call__(self, records: Sequence[Sequence[str]], lines: Sequence[int]) -> list[T] | None:
        """Work on records; each begins on the line beside it."""


Refused = Callable[[CellRefused, bytes, int, Sequence[str]], None]
"""Is told what keeps a row from being used: the piece it is in, its place there and its cells."""


class Sheet(Generic[Reader]):
    """The rows of one file by course; what ``reader`` finds odd is noted, what ``repeating`` finds was noted before."""

    def __init__(
        self, file: DataFile, kept: ExitStack, notes: Notes, typing: Callable[[Header, Notes], Reader]
    ) -> None:
        """Go through the file once; raises ExportQuarantined. What is no record goes to the notes.

        The file stays open until ``kept`` is closed.
        """
        stream = kept.enter_context(seekable(file.source, file.path))
        with faults_named(file.source, file.path):
            self._go_through(file, stream, kept, notes)
        self.reader: Reader = typing(self.header, notes)
        self.repeating: Reader = typing(self.header, Notes(file.path, notes.about))

    def _go_through(self, file: DataFile, stream: BinaryIO, kept: ExitStack, notes: Notes) -> None:
        self._file, self._stream, self._notes = file, stream, notes
        table = self._table()
        self._key: Callable[[Sequence[str]], tuple[str, ...] | None] = lambda _: None
        self.header = Header(at={}, names={}, cells=[], unknown=[])
        self.header = header_of(table, file.layout, file.aliases)
        for text in self.header.left_out():
            notes.notice(self.header.line, text)
        self._key = keyed(self.header, file.layout)
        self.codec = table.codec
        noted = notes.count
        try:
            grouping = self._grouped(table)
        except Scattered:
            notes.forget(noted)
            stream.seek(0)
            table = self._table()
            table.header()
            pile = kept.enter_context(closing(Pile()))
            grouping = self._grouped(table, pile)
            self._stream = pile.file
        table.say_ends(notes.notice)
        self._filed = self._stream is not stream
        self._whole: bytes | None = None
        self.groups, self.doubled = grouping.groups, grouping.doubled()
        self.empty = self._empty_rows() + self._headers_again()
        self.total = table.count - self.empty
        self.empty += table.empty
        self.unclear = table.unclear

    def _table(self) -> Table:
        lines = Lines(self._stream, self._file.encoding, self._file.path)
        return Table(lines, self._file.profile.delimiter, self._broken)

    def _grouped(self, table: Table, pile: Pile | None = None) -> Grouping:
        profile = self._file.profile
        return Grouping(
            table, self.header, self._file.layout, self.codec, profile.delimiter, pile, composed=self._composes
        )

    def _empty_rows(self) -> int:
        """Count the rows whose cells are all empty, which are no rows (D17): they belong to no course.

        ``empty`` are those that a program may have counted, or not; ``total`` leaves them out.
        """
        group = self.groups.get(None)
        if group is None:
            return 0
        found = 0
        for piece in self._pieces(group):
            for line, cells in zip(piece.lines, self._cut(piece)[1], strict=True):
                if not any(map(is_said, cells)):
                    found += 1
                    if (place := next((at for at, cell in enumerate(cells) if "\x1a" in cell), None)) is not None:
                        self._notes.notice(line, f"{self.header.heading(place)} holds nothing but 0x1A")
        if found == group.rows:
            del self.groups[None]
        return found

    def _headers_again(self) -> int:
        """Count, and say, the rows that are the header line once more, which are no rows (D17)."""
        number, period = (self.header.cells[self.header.at[field]] for field in ("number", "period"))
        group = self.groups.get((number, period))
        if group is None:
            return 0
        lines = [
            line
            for piece in self._pieces(group)
            for line, cells in zip(piece.lines, self._cut(piece)[1], strict=True)
            if self.header.is_again(cells)
        ]
        if len(lines) < group.rows:  # some rows only look like it: each is judged by itself
            return 0
        del self.groups[number, period]
        for line in lines:
            self._notes.notice(line, "is the header line once more, and no row")
        return len(lines)

    def is_doubled(self, name: str) -> bool:
        """Tell whether more than one row may have a name."""
        return bool(self.doubled) and mark(name.encode(self.codec, "surrogateescape")) in self.doubled

    @property
    def doubled_heading(self) -> str:
        """Name the column whose value only one row may have."""
        return self._file.layout.headings[self._file.layout.identity[0]]

    def _broken(self, found: Broken) -> None:
        column = self.header.heading(found.column) if found.column is not None else None
        key = self._named_key(found.cells)
        shown = self._told(found.cells) if self.header.at else ILLEGIBLE
        self._notes.reject(found.line, found.raw, found.reason, found.remedy, column=column, key=key, told=shown)

    def _named_key(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        found = self._key(cells)
        if found is not None and self._composes:
            booking_id, number, period = found
            return composed(number, period, booking_id), number, period
        return found

    def _told(self, cells: Sequence[str]) -> Told:
        """Give what a row tells; a Beleg-ID counted per course tells nothing without its course (D18)."""
        found = told(self.header, cells)
        if not self._composes or not found.booking_id:
            return found
        name = composed(*found.course, found.booking_id) if found.course is not None else None
        return replace(found, booking_id=name)

    @property
    def _composes(self) -> bool:
        return self._file.profile.booking_ids == "per course" and "booking_id" in self._file.layout.identity

    def checked(self, group: Group, work: Work[T], together: Together[T] | None = None) -> list[T]:
        """Let the rows of a course be worked on; what is odd or cannot be used goes to the notes.

        Rows that have nothing to clean are worked on ``together`` where that is possible.
        """
        return self._worked(group, work, together, self._refused, self._notes)

    def again(self, group: Group, work: Work[T], together: Together[T] | None = None) -> list[T]:
        """Let the rows of a course be worked on that were before; those that cannot be used are passed over."""
        return self._worked(group, work, together, lambda *_: None, None)

    def _worked(
        self, group: Group, work: Work[T], together: Together[T] | None, refused: Refused, notes: Notes | None
    ) -> list[T]:
        found: list[T] = []
        for piece in self._pieces(group):
            tidy, records = self._cut(piece)
            if tidy and group.key and together is not None and (many := together(records, piece.lines)) is not None:
                found += many
                continue
            originals = cache(partial(piece.records, self.codec))  # split once, and only where a row is refused
            for index, (line, cells) in enumerate(zip(piece.lines, records, strict=True)):
                if group.key is None and not any(map(is_said, cells)):
                    continue
                try:
                    if not tidy:
                        cells = self._meant(cells, line, notes)  # noqa: PLW2901 - read as they are meant
                    found.append(work(cells, line, tidy=tidy))
                except CellRefused as error:
                    refused(error, originals()[index], line, cells)
        return found

    def _meant(self, cells: list[str], line: int, notes: Notes | None) -> list[str]:
        """Read every letter as it is plainly meant, and say what was not as declared; raises CellRefused."""
        doubts, text = self._file.doubts, ";".join(cells)
        if text.isascii() or not (is_unclear(text) or doubts.touch(text)):
            return cells
        found = list(cells)
        for field, place in self.header.at.items():
            found[place], remarks, unreadable = doubts.read(cells[place], is_name=field in NAMES)
            if unreadable:
                raise CellRefused(field, unreadable, UNREADABLE_REMEDY)
            if notes is not None:
                for remark in remarks:
                    notes.notice(line, f"{self.header.heading(place)} {remark}")
        return found

    def _refused(self, refused: CellRefused, whole: bytes, line: int, cells: Sequence[str]) -> None:
        column = self.header.names.get(refused.field, self._file.layout.headings[refused.field])
        shown = self._told(cells)
        key = self._named_key(cells)
        self._notes.reject(line, whole, refused.reason, refused.remedy, column=column, key=key, told=shown)

    def raw(self, group: Group, wanted: frozenset[int]) -> dict[int, bytes]:
        """Give the original bytes of some rows of a course, by the line they begin on."""
        found: dict[int, bytes] = {}
        for piece in self._pieces(group):
            found |= {
                line: raw for line, raw in zip(piece.lines, piece.records(self.codec), strict=True) if line in wanted
            }
        return found

    def _pieces(self, group: Group) -> Iterator[_Piece]:
        """Read the rows of a course again; their bytes must be those that were summed up.

        Plain rows are put together, however scattered they lie.
        """
        digest = b""
        plain: list[tuple[Place, bytes]] = []
        size = 0
        for place in group.places():
            raw = self._read(place)
            gathered = place.plain and not self._filed and raw.endswith(b"\n")
            if gathered:
                digest = chained(digest, digest_of(raw))
                plain.append((place, raw))
                size += len(raw)
                if size < RUN_BYTES:
                    continue
            yield from _together(plain)
            plain, size = [], 0
            if not gathered:
                piece = self._piece(place, raw)
                digest = chained(digest, digest_of(piece.raw))
                yield piece
        yield from _together(plain)
        if digest != group.digest:
            raise ExportQuarantined("changed while it was being read", file=self._file.path, remedy="try again")

    def _piece(self, place: Place, raw: bytes) -> _Piece:
        if self._filed:
            records = filed(raw)
            whole = b"".join(record for _, record in records)
            return _Piece(whole, place.plain, [line for line, _ in records], records)
        if place.plain:
            return _Piece(raw, True, range(place.line, place.line + place.rows), None)
        lines = physical(raw, self.codec)
        texts = (line.decode(self.codec) for line in lines)
        reader = csv.reader(texts, delimiter=self._file.profile.delimiter, strict=True)
        ends: list[int] = [0]
        for _ in reader:
            ends.append(reader.line_num)
        found = [(place.line + first, b"".join(lines[first:last])) for first, last in pairwise(ends)]
        return _Piece(raw, False, [line for line, _ in found], found)

    def _read(self, place: Place) -> bytes:
        """Read some rows; a small file is read as a whole the first time."""
        if self._whole is None:
            with faults_named(self._file.source, self._file.path):
                if self._stream.seek(0, SEEK_END) > WHOLE_BYTES:
                    self._stream.seek(place.offset)
                    return self._stream.read(place.size)
                self._stream.seek(0)
                self._whole = self._stream.read()
        return self._whole[place.offset : place.offset + place.size]

    def let_go(self) -> None:
        """Let go of a file that was read as a whole; it is read anew if more is asked of it."""
        self._whole = None

    def _cut(self, piece: _Piece) -> tuple[bool, list[list[str]]]:
        """Cut records into cells, and tell whether none of these must be cleaned."""
        delimiter = self._file.profile.delimiter
        if not piece.plain:
            texts = (physical(raw, self.codec) for raw in piece.records(self.codec))
            return False, [
                next(csv.reader((line.decode(self.codec) for line in lines), delimiter=delimiter, strict=True))
                for lines in texts
            ]
        text = piece.raw.decode(self.codec)
        text = text.replace("\r\n", "\n") if "\r" in text else text
        found = [line.split(delimiter) for line in text.removesuffix("\n").split("\n")]
        tidy = is_tidy(text.replace("\n", delimiter), delimiter)
        return tidy and not self._file.doubts.touch(text), found


class _Piece(NamedTuple):
    """Some rows of a course: their bytes, and the line each begins on."""

    raw: bytes
    plain: bool
    lines: Sequence[int]
    found: list[tuple[int, bytes]] | None

    def records(self, codec: str) -> list[bytes]:
        """Give the bytes of each row; plain ones are a line each."""
        return [raw for _, raw in self.found] if self.found is not None else physical(self.raw, codec)


def _together(places: Sequence[tuple[Place, bytes]]) -> Iterator[_Piece]:
    """Make one piece of plain rows, if there are any."""
    if not places:
        return
    lines = [range(place.line, place.line + place.rows) for place, _ in places]
    yield _Piece(b"".join(raw for _, raw in places), True, lines[0] if len(lines) == 1 else [*chain(*lines)], None)
