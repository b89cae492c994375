"""Characters that no XML may hold: each costs its course, not the whole file, and is named."""

from __future__ import annotations

import re
from typing import NamedTuple

MARK = "\x7f"
"""Stands where such a character was while the file is read."""

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_UNDEFINED = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))  # in windows-1252
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_REFERENCE_BYTES = 14


class Bad(NamedTuple):
    """Where such a character stood in the bytes of the file, and how it was written."""

    offset: int
    raw: bytes

    def named(self) -> str:
        """Name the character."""
        if self.raw.startswith(b"&"):
            return self.raw.decode("ascii")
        return f"0x{self.raw[0]:02X}"


class Characters:
    """Puts a mark in the place of every such character, byte for byte, and remembers where.

    The bytes given back may be fewer than those that went in: what may be the beginning of a reference waits.
    """

    def __init__(self, *, windows: bool) -> None:
        """Look for control characters, and for bytes without meaning where the file is written in windows-1252."""
        wrong = _CONTROLS + (_UNDEFINED if windows else b"")
        self._table = bytes(ord(MARK) if byte in wrong else byte for byte in range(256))
        self._wrong = re.compile(b"[" + b"".join(re.escape(wrong[at : at + 1]) for at in range(len(wrong))) + b"]")
        self._waiting, self._at = b"", 0
        self.found: list[Bad] = []

    def clean(self, block: bytes) -> bytes:
        """Give the bytes to parse; an empty block is the end of the file."""
        data = self._waiting + block
        tail = data.rfind(b"&", max(0, len(data) - _REFERENCE_BYTES)) if block else -1
        if tail >= 0 and b";" not in data[tail:]:
            data, self._waiting = data[:tail], data[tail:]
        else:
            self._waiting = b""
        clean = data.translate(self._table)
        if clean != data:
            self.found += (Bad(self._at + match.start(), match[0]) for match in self._wrong.finditer(data))
        if b"&#" in clean:
            clean = _REFERENCE.sub(self._referred, clean)
        self._at += len(data)
        return clean

    def _referred(self, match: re.Match[bytes]) -> bytes:
        code = int(match[1], 16) if match[1] else int(match[2])
        if code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:
            return match[0]
        self.found.append(Bad(self._at + match.start(), match[0]))
        return MARK.encode() * len(match[0])

    def between(self, first: int, last: int) -> list[Bad]:
        """Give the characters that stood in some bytes, and forget those before."""
        self.found = [bad for bad in self.found if bad.offset >= first]
        return sorted(bad for bad in self.found if bad.offset < last)
