"""Files that a command is given beside its exports: plain ones only, and no more of one than its kind ever has.

A pipe or device could keep a command waiting for ever, or never end; a file of any size could fill the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 16


class NotPlain(OSError):
    """It is a pipe, a device or a folder."""


class TooLarge(ValueError):
    """A file, or a line of one, is larger than any of its kind."""


def opened(path: Path | str) -> BinaryIO:
    """Open a plain file for reading; raises NotPlain or another OSError, and ValueError for an impossible name."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb", buffering=BLOCK_BYTES)
    os.close(descriptor)
    raise NotPlain(errno.EINVAL, "it is no plain file")


def content(path: Path, most: int) -> bytes:
    """Read a plain file of at most so many bytes; raises TooLarge, and what ``opened`` raises."""
    with opened(path) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise TooLarge(f"it is larger than {most} bytes")
    return found


def lines(path: Path, most: int) -> Iterator[bytes]:
    """Read a plain file line by line, each of at most so many bytes; raises TooLarge, and what ``opened`` raises."""
    with opened(path) as file:
        for number in count(1):
            line = file.readline(most + 1)
            if len(line) > most:
                raise TooLarge(f"line {number} is longer than {most} bytes")
            if not line:
                return
            yield line
