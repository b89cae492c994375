"""One CSV file of an export, read into typed rows; what cannot be used goes to the notes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import msgspec

from koop_es.connectors.columns import Header, Layout, header_of
from koop_es.connectors.encodings import NO_DOUBTS, Doubts
from koop_es.connectors.lines import Lines
from koop_es.connectors.notes import Notes
from koop_es.connectors.personal import FIELDS
from koop_es.connectors.profiles import Encoding, Profile
from koop_es.connectors.rows import CellRefused
from koop_es.connectors.source import Source, reading
from koop_es.connectors.table import Broken, Table, Unclear, is_said
from koop_es.connectors.users import UserReader
from koop_es.connectors.values import Unreadable, identity, own_identity

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Key = tuple[str, ...] | None


class _RowReader(Protocol[Row_co]):
    def row(self, cells: Sequence[str], line: int) -> Row_co: ...


class DataFile(msgspec.Struct, frozen=True):
    """Where one file lies and how it is written, and what its texts are looked at for because of that."""

    source: Source
    path: str
    layout: Layout
    aliases: dict[str, tuple[str, ...]]
    encoding: Encoding
    profile: Profile
    vhs: str
    doubts: Doubts = NO_DOUBTS

    def users(self, notes: Notes) -> tuple[int, int, int, Unclear]:
        """Count the good rows of ``benutzer.csv``, all of them, empty and unclear ones; raises ExportQuarantined."""
        rows, total, empty, unclear = self._read(notes, lambda header: UserReader(header, self.profile))
        return len(rows), total, empty, unclear

    def raw(self, lines: Collection[int]) -> dict[int, bytes]:
        """Read the original bytes of the records that begin on some lines; raises ExportQuarantined."""
        with self._table(lambda _: None) as table:
            table.header()
            return {line: table.raw() for line, _ in table.records() if line in lines}

    def _read(self, notes: Notes, typing: Callable[[Header], _RowReader[Row]]) -> tuple[list[Row], int, int, Unclear]:
        rows: list[Row] = []
        empty = 0
        key: Callable[[Sequence[str]], Key] = lambda _: None  # noqa: E731 - until the header is known

        def broken(found: Broken) -> None:
            column = header.heading(found.column) if found.column is not None else None
            notes.reject(found.line, found.raw, found.reason, found.remedy, column=column, key=key(found.cells))

        with self._table(broken) as table:
            header = header_of(table, self.layout, self.aliases)
            for text in header.left_out():
                notes.notice(header.line, text)
            key = keyed(header, self.layout)
            read = typing(header).row
            for line, cells in table.records():
                if not any(map(is_said, cells)):
                    empty += 1  # no row (D17)
                    continue
                if header.is_again(cells):
                    empty += 1
                    notes.notice(line, "is the header line once more, and no row")
                    continue
                try:
                    rows.append(read(cells, line))
                except CellRefused as refused:
                    column = header.names.get(refused.field, self.layout.headings[refused.field])
                    notes.reject(line, table.raw(), refused.reason, refused.remedy, column=column, key=key(cells))
            table.say_ends(notes.notice)
            return rows, table.count - empty, empty + table.empty, table.unclear

    @contextmanager
    def _table(self, broken: Callable[[Broken], None]) -> Iterator[Table]:
        with reading(self.source, self.path) as stream:
            yield Table(Lines(stream, self.encoding, self.path), self.profile.delimiter, broken)


def keyed(header: Header, layout: Layout) -> Callable[[Sequence[str]], Key]:
    """Make the function that reads as much of a row's identity as can be read: all of it or nothing."""
    places = [(own_identity if field in FIELDS else identity, header.at[field]) for field in layout.identity]

    def key(cells: Sequence[str]) -> Key:
        try:
            return tuple(read(cells[place]) for read, place in places)
        except (Unreadable, IndexError):
            return None

    return key
