"""Names that more than one row of a file may have, found in bounded memory however long the file is."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO

SHARES = 64
"""Names are told apart in so many shares one after the other: of forty million a share takes some 60 MB."""

HELD = 2_000_000
"""Marks of names kept in memory, 16 MB; more of them lie in a file without a name until they are compared."""

_BYTES = array("q").itemsize


def mark(name: bytes) -> int:
    """Give a number that stands for a name within this process: equal for equal names, else hardly ever."""
    return hash(name)


class Names:
    """The marks of the names of all rows."""

    def __init__(self) -> None:
        """Begin without names."""
        self._shares = [array("q") for _ in range(SHARES)]
        self._held = 0
        self._file: IO[bytes] | None = None
        self._chunks: list[list[tuple[int, int]]] = [[] for _ in range(SHARES)]

    def add(self, names: list[bytes]) -> None:
        """Take in the names of rows."""
        shares = self._shares
        for one in map(hash, names):
            shares[one % SHARES].append(one)
        self._held += len(names)
        if self._held > HELD:
            self._put_away()

    def doubled(self) -> frozenset[int]:
        """Give the mark of every name that more than one row may have, and let go of all of them."""
        found: set[int] = set()
        for number in range(SHARES):
            marks = self._share(number)
            if len(set(marks)) != len(marks):
                found |= _twice(marks)
        if self._file is not None:
            self._file.close()
        return frozenset(found)

    def _share(self, number: int) -> array[int]:
        marks = array("q")
        if self._file is not None:
            for offset, count in self._chunks[number]:
                self._file.seek(offset)
                marks.frombytes(self._file.read(count * _BYTES))
        marks.extend(self._shares[number])
        return marks

    def _put_away(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - it lives as long as the marks in it, and has no name
        self._file.seek(0, 2)
        for number, marks in enumerate(self._shares):
            self._chunks[number].append((self._file.tell(), len(marks)))
            self._file.write(marks.tobytes())
        self._shares = [array("q") for _ in range(SHARES)]
        self._held = 0


def _twice(marks: Iterable[int]) -> set[int]:
    seen: set[int] = set()
    found: set[int] = set()
    for one in marks:
        (found if one in seen else seen).add(one)
    return found
