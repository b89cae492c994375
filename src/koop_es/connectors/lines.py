"""The physical lines of a file with their exact bytes, in any of the four encodings."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from koop_es.connectors import limits
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.profiles import Encoding

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_TEXT_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_CODEC = {"utf-8": "utf-8", "windows-1252": "cp1252", "iso-8859-15": "iso8859-15"}
_BLOCK = 1 << 16


class Lines:
    """Physical lines, ended by LF, CRLF or CR in any mixture; lines may be put back to be read again."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, file: str) -> None:
        """Read ``stream``; a byte order mark is taken off; iterating raises ExportQuarantined."""
        self._stream, self.file = stream, file
        self._back: deque[bytes] = deque()
        self._utf16 = encoding == "utf-16"
        self.codec = _CODEC.get(encoding, "utf-16-le")
        self._source = self._utf16_lines() if self._utf16 else self._byte_lines()

    def put_back(self, lines: Iterable[bytes]) -> None:
        """Give these lines again before any other."""
        self._back.extendleft(reversed(list(lines)))

    def text(self, raw: bytes) -> str:
        """Decode a line; bytes without meaning become lone surrogates, so that its cells can be told apart."""
        return raw.decode(self.codec, "replace" if self._utf16 else "surrogateescape")

    def __iter__(self) -> Iterator[bytes]:
        """Go on with the next line; lines may be put back even after the last."""
        back, source = self._back, self._source
        while True:
            if back:
                yield back.popleft()
            elif (line := next(source, None)) is not None:
                yield line
            else:
                return

    def _byte_lines(self) -> Iterator[bytes]:
        readline, first = self._stream.readline, True
        while line := readline(limits.LINE_BYTES + 1):
            if len(line) > limits.LINE_BYTES:
                raise self._too_long()
            if first and self.codec == "utf-8" and line.startswith(codecs.BOM_UTF8):
                line = line[len(codecs.BOM_UTF8) :]
            first = False
            carriage = line.find(b"\r")
            if carriage < 0 or (carriage == len(line) - 2 and line.endswith(b"\n")):
                yield line
            else:
                yield from _LINE.findall(line)

    def _utf16_lines(self) -> Iterator[bytes]:
        mark = self._stream.read(2)
        if mark == codecs.BOM_UTF16_BE:
            self.codec = "utf-16-be"
        decoder = codecs.getincrementaldecoder(self.codec)("strict")
        parts = [] if mark in {codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE} else [self._decoded(decoder, mark, not mark)]
        size = 0
        while block := self._stream.read(_BLOCK):
            parts.append(self._decoded(decoder, block, False))
            size += len(block)
            if size > limits.LINE_BYTES:
                raise self._too_long()
            if "\n" in parts[-1] or "\r" in parts[-1]:
                # A CR at the very end may still get its LF, so the last line always waits for more.
                *lines, rest = _TEXT_LINE.findall("".join(parts))
                yield from (line.encode(self.codec) for line in lines)
                parts, size = [rest], 2 * len(rest)
        parts.append(self._decoded(decoder, b"", True))
        yield from (line.encode(self.codec) for line in _TEXT_LINE.findall("".join(parts)))

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
