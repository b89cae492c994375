"""A CSV file as records: strict RFC 4180, every record with its exact original bytes, broken ones set aside singly."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

import msgspec

from koop_es.connectors import delimiters, limits
from koop_es.connectors.encodings import UNREADABLE_REMEDY
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.lines import Lines
from koop_es.connectors.values import clean

_LEADING_CELLS = 3
"""So many cells before its first quote make a line the beginning of a row: the identity of a row stands in front, and a
line of running text hardly has three semicolons."""


_CORRECTED = "correct the row in the admin program or in its export and export again"
_ENCODED = "declare the encoding that the file has, or write this row as the others; then export again"

_END_OF_FILE = "\x1a"
"""What DOS wrote behind the last line of a file, and some programs still do."""


_OTHER_LINE_END = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What ends a line elsewhere: whoever writes it between rows makes all of them one header line."""


def is_said(cell: str) -> bool:
    """Tell whether a cell says anything: blanks and an end-of-file mark of DOS say nothing (D17)."""
    return bool(cell) and bool(clean(cell).strip(_END_OF_FILE + " "))


class Broken(msgspec.Struct, frozen=True):
    """A record that is none: ``cells`` are those whose place is beyond doubt."""

    line: int
    raw: bytes
    reason: str
    remedy: str
    cells: list[str]
    column: int | None = None


class Record(NamedTuple):
    """One record: the physical line it begins on, where its bytes lie in the file, and its cells."""

    line: int
    offset: int
    size: int
    cells: list[str]


class Span(NamedTuple):
    """Plain records that follow each other, one a line, as ``Plain`` gives them; ``line`` is that of the first."""

    line: int
    offset: int
    block: bytes
    lines: list[bytes]


class Unclear(NamedTuple):
    """How many fewer rows, and how many more, a file may have than were counted, since quotes do not close."""

    fewer: int = 0
    more: int = 0


class Table:
    """The records of one file, in order.

    While a record is being handled ``raw()`` gives its bytes. ``count`` counts the records after the header, broken
    ones included and blank lines excluded, which is what ``rows`` of a manifest means; ``empty`` counts the lines that
    are no rows although a program may count them: empty cells, fewer than the header's, a lone 0x1A (D17).
    ``first`` is the header line, or what stands in its place, once it was read, and ``header_line`` where it begins.
    """

    def __init__(self, lines: Lines, delimiter: str, broken: Callable[[Broken], None]) -> None:
        """Read ``lines``; ``broken`` is told of every record that cannot be separated into the header's columns."""
        self._lines, self._delimiter, self._broken = lines, delimiter, broken
        self.first, self.header_line = "", 1
        self._pulled: list[bytes] = []
        self._flaw: str | None = None
        self._line = 0
        self._rescanned = 0
        self._width = 0
        self._blanks = 0
        self._ends: list[tuple[int, int]] = []
        self._unclear, self._unclear_to = Unclear(), -1
        self.count = 0
        self.empty = 0

    @property
    def codec(self) -> str:
        """Name the codec of the file, once its first line was read."""
        return self._lines.codec

    @property
    def delimiter(self) -> str:
        """Give what stands between cells."""
        return self._delimiter

    @property
    def file(self) -> str:
        """Name the file."""
        return self._lines.file

    @property
    def unclear(self) -> Unclear:
        """Tell how far the count may be wrong (D17): quotes that do not close hide where rows begin.

        Where they hide it up to the end of the file none are hidden: there a file that was cut off ends.
        """
        return self._unclear._replace(more=0) if self._unclear_to == self._line else self._unclear

    def say_ends(self, say: Callable[[int, str], None]) -> None:
        """Say, once all is read, where a lone 0x1A stands amid the rows and not behind the last."""
        for line, count in self._ends:
            if count < self.count:
                say(line, "holds nothing but 0x1A, the end of a file of DOS, although rows follow")

    def raw(self) -> bytes:
        """Give the original bytes of the record that is being handled."""
        return b"".join(self._pulled)

    def header(self) -> list[str]:
        """Read the header line; raises ExportQuarantined where there is none.

        A line before it that names the delimiter to Excel (``sep=;``) is passed over.
        """
        reader = self._reader()
        while True:
            self.header_line = self._line + 1
            try:
                cells = next(reader)
                self.first = self._lines.text(self._pulled[0])
            except StopIteration:
                raise self._no_header("is empty, without even a header line") from None
            except csv.Error as error:
                self.first = self._lines.text(self._pulled[0])
                raise self._no_header(f"has no readable header line: {_words(error)}") from error
            if self._flaw:
                raise self._no_header(f"has no readable header line: {self._flaw}")
            self._taken()
            if self._line == 1 and delimiters.named(self.first) == self._delimiter:
                self.empty += 1
                continue
            if cells:
                if any(_OTHER_LINE_END.search(clean(cell)) for cell in cells):
                    raise self._no_header("the header line holds a line end that CSV does not have, such as U+0085")
                self._width = len(cells)
                return cells

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (physical line the record begins on, cells) of every whole record."""
        codec, delimiter, pulled = self._lines.codec, self._delimiter, self._pulled
        for span in self.spans():
            if isinstance(span, Record):
                yield span.line, span.cells
                continue
            number = span.line
            for line in span.lines:
                pulled[:] = (line, b"\n")
                yield number, line.decode(codec).removesuffix("\r").split(delimiter)
                number += 1
            pulled.clear()

    def spans(self) -> Iterator[Span | Record]:
        """Yield all whole records in order: many plain ones together, any other by itself."""
        while True:
            plain = self._lines.plain(self._delimiter, self._width)
            if plain is not None:
                first = self._line + 1
                self._line += len(plain.lines)
                self.count += len(plain.lines)
                yield Span(first, *plain)
            elif (yield from self._one_by_one()):
                return

    def _one_by_one(self) -> Generator[Record, None, bool]:
        """Yield the whole records up to where plain ones may follow; True at the end of the file."""
        width, limit, pulled, lines = self._width, limits.CELL_CHARS, self._pulled, self._lines
        reader = self._reader()
        while True:
            try:
                for cells in reader:
                    if len(cells) == width and self._flaw is None and len(pulled) == 1 and len(pulled[0]) <= limit:
                        self.count += 1
                        yield self._record(cells)
                        self._line += 1
                        pulled.clear()
                    elif not cells:
                        self._blank()
                    elif self._handled(cells):
                        yield self._record(cells)
                        self._taken()
                    else:
                        reader = self._reader()
                        break
                    if lines.between_blocks:
                        return False
                else:
                    return True
            except csv.Error as error:
                self._separate(self._why(error), unclosed=True)
                reader = self._reader()

    def _record(self, cells: list[str]) -> Record:
        size = sum(map(len, self._pulled))
        return Record(self._line + 1, self._lines.offset - size, size, cells)

    def _blank(self) -> None:
        self._blanks += 1
        if self._blanks > limits.BLANK_LINES:
            raise ExportQuarantined(
                f"has more than {limits.BLANK_LINES} blank lines",
                file=self._lines.file,
                line=self._line + 1,
                remedy="check the export of the admin program and export again",
            )
        self._taken()

    def _why(self, error: csv.Error) -> str:
        first = len(self._pulled[0]) if len(self._pulled) == 1 else 0
        if first > limits.RECORD_BYTES:
            return f"the row has more than {limits.RECORD_BYTES >> 20} MiB"
        if first > limits.CELL_CHARS:
            return f"a cell has more than {limits.CELL_CHARS} characters"
        return f"its quotes do not close: {_words(error)}"

    def _handled(self, cells: list[str]) -> bool:
        """Deal with a record that is not plainly good; True where it is good after all."""
        flaw = self._flaw
        if flaw is None and len(cells) < self._width and not any(map(is_said, cells)):
            self.empty += len(cells) > 1 or _END_OF_FILE in cells[0]
            if any(_END_OF_FILE in cell for cell in cells):
                self._ends.append((self._line + 1, self.count))
            self._blank()
            return False
        if len(cells) != self._width:
            self._separate(f"has {len(cells)} columns where the header has {self._width}", unclosed=False)
            return False
        place = _place(cells, flaw)
        if flaw is None and place is None:
            self.count += 1
            return True
        reason = flaw or f"the cell has {len(cells[place or 0])} characters, more than {limits.CELL_CHARS}"
        self._report(len(self._pulled), reason, cells, place)
        return False

    def _separate(self, reason: str, *, unclosed: bool) -> None:
        """Set a record aside that broken quotes may have drawn other rows into, and go on at the next row.

        Where quotes are not closed, what follows up to the next row belongs to the broken one, and the cells before the
        first quote stand in their columns beyond doubt.
        """
        lines = self._pulled
        self._rescan(sum(map(len, lines)) if len(lines) > 1 else 0)
        end = 1
        while end < len(lines) and not self._begins_row(lines[end:], unclosed):
            end += 1
        if unclosed and end == len(lines):
            for raw in self._lines:
                if self._begins_row([raw], unclosed) or self._long_enough():
                    self._lines.put_back([raw])
                    break
                lines.append(raw)
            end = len(lines)
        cells = self._before_quote(lines[0]) if end == 1 and unclosed else []
        if unclosed or end > 1 or self._line == self._unclear_to:  # what follows may be the rest of its text
            self._unclear = Unclear(self._unclear.fewer + 1, self._unclear.more + end - 1)
            self._unclear_to = self._line + end
        self._report(end, reason, cells, None)

    def _long_enough(self) -> bool:
        return len(self._pulled) >= limits.RECORD_LINES or sum(map(len, self._pulled)) > limits.RECORD_BYTES

    def _begins_row(self, lines: list[bytes], unclosed: bool) -> bool:
        return (unclosed and self._looks_like_row(lines[0])) or self._whole(lines)

    def _looks_like_row(self, raw: bytes) -> bool:
        """Tell whether a line begins a row whatever its quotes say: by its first cells, or by as many as a row has.

        A quote before the first cell is passed over, where that says something: so begins no end of a text.
        """
        most = self._width - 1
        needed = min(_LEADING_CELLS, most)
        text = self._lines.text(raw[: limits.CELL_CHARS])
        if needed < 1:
            return False
        if needed == _LEADING_CELLS and text.count(self._delimiter) >= most:
            return True
        if len(self._before_quote(raw)) >= needed:
            return True
        cells = text[1:].partition('"')[0].split(self._delimiter, limits.COLUMNS) if text[:1] == '"' else [""]
        return is_said(cells[0]) and len(cells) > needed == _LEADING_CELLS

    def _before_quote(self, raw: bytes) -> list[str]:
        """Give the cells of a line that end before its first quote: broken quotes cannot have moved them."""
        text = self._lines.text(raw[: limits.CELL_CHARS])
        return text.partition('"')[0].split(self._delimiter, limits.COLUMNS)[:-1]

    def _whole(self, lines: list[bytes]) -> bool:
        """Tell whether lines begin with a record of the header's width."""

        def texts() -> Iterator[str]:
            for raw in lines:
                self._rescan(len(raw))
                yield self._lines.text(raw)

        try:
            cells = next(csv.reader(texts(), delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(cells) == self._width

    def _rescan(self, size: int) -> None:
        self._rescanned += size
        if self._rescanned > limits.RESCAN_BYTES:
            raise ExportQuarantined(
                "quotes do not close in row after row",
                file=self._lines.file,
                line=self._line + 1,
                remedy="double the quotes inside quoted cells (RFC 4180) and export again",
            )

    def _report(self, end: int, reason: str, cells: list[str], column: int | None) -> None:
        """Pass on the first ``end`` pulled lines as a broken record and put the others back."""
        taken, rest = self._pulled[:end], self._pulled[end:]
        self.count += 1
        self._broken(
            Broken(
                line=self._line + 1,
                raw=b"".join(taken),
                reason=reason,
                remedy=self._remedy(reason),
                cells=cells,
                column=column,
            )
        )
        self._lines.put_back(rest)
        self._line += end
        self._pulled.clear()
        self._flaw = None

    def _remedy(self, reason: str) -> str:
        """Say what helps: which encoding a file has can be declared only where it is one of four."""
        if reason != self._flaw or "encoding" not in reason:
            return _CORRECTED
        return UNREADABLE_REMEDY if self.codec == "cp1252" else _ENCODED

    def _taken(self) -> None:
        self._line += len(self._pulled)
        self._pulled.clear()
        self._flaw = None

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        """Hand the csv module one physical line after the other and remember which went into the present record."""
        pulled, size = self._pulled, 0
        for raw in self._lines:
            size = size + len(raw) if pulled else len(raw)
            pulled.append(raw)
            if size > limits.RECORD_BYTES or len(pulled) > limits.RECORD_LINES:
                raise csv.Error("the record does not end")
            codec = self._lines.codec
            try:
                text = raw.decode(codec)
            except UnicodeDecodeError as error:
                text = self._lines.text(raw)
                half = codec.startswith("utf-16")
                what = "holds half a letter, which" if half else f"byte 0x{raw[error.start]:02X}"
                self._flaw = f"{what} has no meaning in the declared encoding"
            if "\0" in text:
                self._flaw = "holds a NUL character"
            yield text

    def _no_header(self, reason: str) -> ExportQuarantined:
        return ExportQuarantined(
            reason, file=self._lines.file, line=self.header_line, remedy="check encoding and delimiter, export again"
        )


def _words(error: csv.Error) -> str:
    """Say what the csv module found in words of ours."""
    text = str(error)
    if "expected after" in text:
        return "a quote is followed by text"
    if "field limit" in text:
        return f"a cell has more than {limits.CELL_CHARS} characters"
    return "there is no second one" if "unexpected end" in text else text


def _place(cells: list[str], flaw: str | None) -> int | None:
    """Find the cell that is too long, or holds what could not be decoded."""
    for index, cell in enumerate(cells):
        if len(cell) > limits.CELL_CHARS or (
            flaw and any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in cell)
        ):
            return index
    return None
