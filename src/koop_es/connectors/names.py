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

AT_ONCE = 250_000
"""Marks that are compared at once, in some 25 MB, without being told apart."""

_BYTES = array("q").itemsize


def mark(name: bytes) -> int:
    """Give a number that stands for a name within this process: equal for equal names, else hardly ever."""
    return hash(name)


class Names:
    """The marks of the names of all rows."""

    def __init__(self) -> None:
        """Begin without names."""
        self._marks = array("q")
        self._file: IO[bytes] | None = None
        self._chunks: list[list[tuple[int, int]]] = [[] for _ in range(SHARES)]

    def add(self, names: list[bytes]) -> None:
        """Take in the names of rows."""
        self._marks.extend(map(hash, names))
        if len(self._marks) > HELD:
            self._put_away()

    def doubled(self) -> frozenset[int]:
        """Give the mark of every name that more than one row may have, and let go of all of them."""
        if self._file is None and len(self._marks) <= AT_ONCE:
            return frozenset(_twice(self._marks))
        found: set[int] = set()
        shares = _told_apart(self._marks)
        for number in range(SHARES):
            found |= _twice(self._share(number, shares[number]))
        if self._file is not None:
            self._file.close()
        return frozenset(found)

    def _share(self, number: int, last: array[int]) -> array[int]:
        marks = array("q")
        if self._file is not None:
            for offset, count in self._chunks[number]:
                self._file.seek(offset)
                marks.frombytes(self._file.read(count * _BYTES))
        marks.extend(last)
        return marks

    def _put_away(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - it lives as long as the marks in it, and has no name
        self._file.seek(0, 2)
        for number, marks in enumerate(_told_apart(self._marks)):
            self._chunks[number].append((self._file.tell(), len(marks)))
            self._file.write(marks.tobytes())
        self._marks = array("q")


def _told_apart(marks: Iterable[int]) -> list[array[int]]:
    shares = [array("q") for _ in range(SHARES)]
    for one in marks:
        shares[one % SHARES].append(one)
    return shares


def _twice(marks: array[int]) -> set[int]:
    """Give what is there more than once; nearly always that is nothing, which is told at once."""
    if len(set(marks)) == len(marks):
        return set()
    seen: set[int] = set()
    found: set[int] = set()
    for one in marks:
        (found if one in seen else seen).add(one)
    return found
