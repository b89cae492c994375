"""The records of a file put in the order of their courses, where they lie too scattered to remember each one's place.

They go through a file without a name in two steps: into heaps by course number, then heap by heap in order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple, cast

HEAPS = 256
"""A heap is sorted in memory: of a file of 5 GB it has 20 MB."""

FLUSH_BYTES = 1 << 16
"""Bytes of a heap that are written together: with all heaps some 16 MB."""

_FRAME = struct.Struct("<QII")


class Filed(NamedTuple):
    """The records of one course in the file: its number, where they lie, and what they are."""

    number: int
    offset: int
    size: int
    records: list[tuple[int, bytes]]


class Pile:
    """Records on their way into the order of their courses, each with the line it begins on."""

    def __init__(self) -> None:
        """Begin with empty heaps."""
        self._heaps = [bytearray() for _ in range(HEAPS)]
        self._pieces: list[list[tuple[int, int]]] = [[] for _ in range(HEAPS)]
        self._unsorted = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - it has no name and goes with the pile
        self.file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - likewise

    def close(self) -> None:
        """Let go of all records."""
        self._unsorted.close()
        self.file.close()

    def put(self, number: int, line: int, raw: bytes) -> None:
        """Put a record of the course of this number on its heap."""
        heap = self._heaps[number % HEAPS]
        heap += _FRAME.pack(line, number, len(raw))
        heap += raw
        if len(heap) > FLUSH_BYTES:
            self._flush(number % HEAPS)

    def sort(self) -> Iterator[Filed]:
        """File all records course by course."""
        for place in range(HEAPS):
            self._flush(place)
            courses: dict[int, list[tuple[int, bytes]]] = {}
            for offset, size in self._pieces[place]:
                self._unsorted.seek(offset)
                for line, number, raw in _frames(self._unsorted.read(size)):
                    courses.setdefault(number, []).append((line, raw))
            for number, records in courses.items():
                offset = self.file.tell()
                for line, raw in records:
                    self.file.write(_FRAME.pack(line, number, len(raw)) + raw)
                yield Filed(number, offset, self.file.tell() - offset, records)

    def _flush(self, place: int) -> None:
        if heap := self._heaps[place]:
            offset = self._unsorted.tell()
            self._unsorted.write(heap)
            self._pieces[place].append((offset, len(heap)))
            self._heaps[place] = bytearray()


def filed(raw: bytes) -> list[tuple[int, bytes]]:
    """Read the records of a course, with the lines they began on."""
    return [(line, record) for line, _, record in _frames(raw)]


def _frames(raw: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at < len(raw):
        line, number, size = _FRAME.unpack_from(raw, at)
        at += _FRAME.size
        yield line, number, raw[at : at + size]
        at += size
