"""The write-ahead log of an SQLite file, as far as it tells which pages are in it."""

from __future__ import annotations

import os
import struct
from pathlib import Path

HEADER = struct.Struct(">4s3I8s2I")
"""Of the file: magic number, version, size of a page, count of checkpoints, salt and checksums."""

FRAME = struct.Struct(">2I8s2I")
"""Of a page in it: its number, the size of the store behind it, the salt of the file and checksums."""


def logged(log: Path, page_bytes: int) -> set[int]:
    """Name the pages that lie in the log of a store: none where there is no log, or that of another size of page."""
    found: set[int] = set()
    try:
        with log.open("rb") as file:
            head = file.read(HEADER.size)
            if len(head) < HEADER.size or HEADER.unpack(head)[2] != page_bytes:
                return found
            size, salt = os.fstat(file.fileno()).st_size, HEADER.unpack(head)[4]
            while len(frame := file.read(FRAME.size)) == FRAME.size:
                number, _, of, *_ = FRAME.unpack(frame)
                if of != salt:  # left by a log before
                    break
                if file.seek(page_bytes, os.SEEK_CUR) > size:  # cut off
                    break
                found.add(number)
    except FileNotFoundError:
        pass
    return found
