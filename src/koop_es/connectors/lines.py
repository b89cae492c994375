"""The physical lines of a file with their exact bytes, in any of the four encodings."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from koop_es.connectors import limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.profiles import Encoding

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_TEXT_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CODEC = {"utf-8": "utf-8", "windows-1252": "cp1252", "iso-8859-15": "iso8859-15"}
_BLOCK = 1 << 18
"""Bytes read at once: some two thousand rows, so that one unusual cell keeps few others from being read together."""

_HALVES = "surrogatepass"
"""Half a letter of UTF-16 costs its row: the lines around it can be told apart."""

_UTF16_BLOCK = 1 << 16


class Plain(NamedTuple):
    """Whole lines without anything unusual: each is a record of its own, and its cells lie between delimiters.

    ``lines`` are without their line feeds, but with the carriage returns before these, if there are any.
    """

    offset: int
    block: bytes
    lines: list[bytes]


class Lines:
    """Physical lines, ended by LF, CRLF or CR in any mixture; lines may be put back to be read again.

    ``offset`` is the place in the file behind the last line that was handed out.
    """

    def __init__(self, stream: BinaryIO, encoding: Encoding, file: str) -> None:
        """Read ``stream``; a byte order mark is taken off; iterating raises ExportQuarantined."""
        self._stream, self.file = stream, file
        self._back: deque[bytes] = deque()
        self._utf16 = encoding == "utf-16"
        self.codec = _CODEC.get(encoding, "utf-16-le")
        self.offset = 0
        self._block, self._at = b"", 0
        self._source = self._utf16_lines() if self._utf16 else self._byte_lines()
        self._blocks = iter(()) if self._utf16 else self._whole_lines()

    def put_back(self, lines: Iterable[bytes]) -> None:
        """Give these lines again before any other."""
        again = list(lines)
        self._back.extendleft(reversed(again))
        self.offset -= sum(map(len, again))

    def text(self, raw: bytes) -> str:
        """Decode a line; bytes without meaning become lone surrogates, so that its cells can be told apart."""
        return raw.decode(self.codec, _HALVES if self._utf16 else "surrogateescape")

    @property
    def between_blocks(self) -> bool:
        """Tell whether the lines that come next may be plain ones."""
        return not self._utf16 and self._at == len(self._block) and not self._back

    def plain(self, delimiter: str, width: int) -> Plain | None:
        """Give all lines of the block that comes next, if every one of them is plainly a record of ``width`` cells.

        None where anything is out of the ordinary, at the end of the file, and for UTF-16: then go on line by line.
        """
        if self._utf16 or self._back:
            return None
        if self._at == len(self._block):
            self._block, self._at = next(self._blocks, b""), 0
        block, offset = self._block[self._at :], self.offset
        if not block.endswith(b"\n") or b'"' in block or b"\0" in block or width < 2:
            return None
        lines = block.split(b"\n")
        lines.pop()
        if b"\r" in block and not block.count(b"\r") == block.count(b"\r\n") == len(lines):
            return None
        separator = delimiter.encode(self.codec)
        counts = {line.count(separator) for line in lines}
        if counts != {width - 1} or max(map(len, lines)) > limits.CELL_CHARS:
            return None
        try:
            block.decode(self.codec)
        except UnicodeDecodeError:
            return None
        self.offset += len(block)
        self._at = len(self._block)
        return Plain(offset, block, lines)

    def __iter__(self) -> Iterator[bytes]:
        """Go on with the next line; lines may be put back even after the last."""
        back, source = self._back, self._source
        while True:
            if back:
                line: bytes | None = back.popleft()
            else:
                line = next(source, None)
            if line is None:
                return
            self.offset += len(line)
            yield line

    def _byte_lines(self) -> Iterator[bytes]:
        while True:
            if self._at == len(self._block):
                self._block, self._at = next(self._blocks, b""), 0
                if not self._block:
                    return
            block, at = self._block, self._at
            stop = block.find(b"\n", at) + 1 or len(block)
            self._at = stop
            line = block[at:stop]
            carriage = line.find(b"\r")
            if carriage < 0 or (carriage == len(line) - 2 and line.endswith(b"\n")):
                yield line
            else:
                first, *others = _LINE.findall(line)
                self._back.extendleft(reversed(others))
                yield first

    def _whole_lines(self) -> Iterator[bytes]:
        """Read blocks that end with a line feed, the last one with the file; without any they end with a CR.

        A CR at the very end may still get its LF, and waits for more.
        """
        rest = b""
        if self.codec == "utf-8":
            rest = self._stream.read(len(codecs.BOM_UTF8))
            if rest == codecs.BOM_UTF8:
                rest, self.offset = b"", len(codecs.BOM_UTF8)
        while data := self._stream.read(_BLOCK):
            ended = b"\n" if b"\n" in data else b"\r"
            stop = data.rfind(ended, 0, None if ended == b"\n" else -1) + 1
            if stop:
                block, rest = rest + data[:stop], data[stop:]
                self._bounded(block.index(ended))
                yield block
            else:
                rest += data
                self._bounded(len(rest))
        if rest:
            self._bounded(len(rest))
            yield rest

    def _bounded(self, length: int) -> None:
        if length > limits.LINE_BYTES:
            raise self._too_long()

    def _utf16_lines(self) -> Iterator[bytes]:
        mark = self._stream.read(2)
        self.offset = 2 if mark in {codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE} else 0
        if mark == codecs.BOM_UTF16_BE:
            self.codec = "utf-16-be"
        decoder = codecs.getincrementaldecoder(self.codec)(_HALVES)
        parts = [] if mark in {codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE} else [self._decoded(decoder, mark, not mark)]
        size = 0
        while block := self._stream.read(_UTF16_BLOCK):
            parts.append(self._decoded(decoder, block, False))
            size += len(block)
            if size > limits.LINE_BYTES:
                raise self._too_long()
            if "\n" in parts[-1] or "\r" in parts[-1]:
                # A CR at the very end may still get its LF, so the last line always waits for more.
                *lines, rest = _TEXT_LINE.findall("".join(parts))
                yield from (line.encode(self.codec, _HALVES) for line in lines)
                parts, size = [rest], 2 * len(rest)
        parts.append(self._decoded(decoder, b"", True))
        yield from (line.encode(self.codec, _HALVES) for line in _TEXT_LINE.findall("".join(parts)))

    def _decoded(self, decoder: codecs.IncrementalDecoder, block: bytes, final: bool) -> str:
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as error:
            raise self._unseparable(
                f"is no utf-16, although that is declared ({error.reason})", "declare the encoding that the file has"
            ) from error

    def _too_long(self) -> ExportQuarantined:
        limit = limits.LINE_BYTES >> 20
        return self._unseparable(f"a line is longer than {limit} MiB", "check line ends and format of the file")

    def _unseparable(self, reason: str, remedy: str) -> ExportQuarantined:
        return ExportQuarantined(reason, file=self.file, remedy=remedy)


def physical(raw: bytes, codec: str) -> list[bytes]:
    """Cut bytes into physical lines with their ends."""
    if codec.startswith("utf-16"):
        return [line.encode(codec, _HALVES) for line in _TEXT_LINE.findall(raw.decode(codec, _HALVES))]
    return _LINE.findall(raw)
