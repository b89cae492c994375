"""Files that only their owner may read, from their first byte and whatever the umask says (G10)."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal

OWNER_ONLY = 0o600

OPEN = "open_to_others"
"""Code of the warning that others may read the store."""

OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
"""The rights by which somebody else reads a file, or writes into it what its owner is told."""


def new(path: Path) -> BinaryIO:
    """Make a file and open it for writing; raises FileExistsError where there is anything under its name."""
    return _opened(path, os.O_EXCL, "wb")


def more(path: Path) -> BinaryIO:
    """Open a file for reading, and writing behind its end, and make it where there is none; a former one becomes its
    owner's too. Raises OSError for what is no plain file: a link would lead to another one, a pipe waits for a reader.
    """
    return _opened(path, os.O_APPEND, "a+b")


def add_lines(path: Path, lines: bytes) -> None:
    """Write JSON lines behind the last whole one of a plain file, all of them or none; raises OSError.

    A file that has other names as well is replaced by one of its own first: nothing is written through to those.
    """
    while True:
        with more(path) as file, _alone(file):
            if not _is_at(file, path):  # somebody replaced it meanwhile
                continue
            if _has_other_names(file):
                _replace(path, file)
                continue
            _add(file, lines)
            return


def _add(file: BinaryIO, lines: bytes) -> None:
    file.seek(0)
    former = file.read()
    whole, left = former.rfind(b"\n") + 1, lines
    try:
        if former[whole:].rstrip().endswith(b"}"):  # only its end is missing
            whole, left = len(former), b"\n" + lines
        if whole < len(former):  # torn
            os.ftruncate(file.fileno(), whole)
        while left:
            left = left[os.write(file.fileno(), left) :]
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            os.ftruncate(file.fileno(), whole)
        raise


def _replace(path: Path, file: BinaryIO) -> None:
    """Put a file of the same content, which has no other name, in the place of one; whoever does so holds its lock."""
    copy = path.with_name(f".koop-{sha256(path.name.encode()).hexdigest()[:16]}.list")
    copy.unlink(missing_ok=True)  # a run that was killed left it
    file.seek(0)
    try:
        with new(copy) as other:
            other.write(file.read())
            other.flush()
            os.fsync(other.fileno())
        copy.replace(path)
    except OSError:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        raise


def _has_other_names(file: BinaryIO) -> bool:
    return os.fstat(file.fileno()).st_nlink > 1


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False


@contextmanager
def _alone(file: BinaryIO) -> Iterator[None]:
    """Keep others who do the same waiting, where the system knows locks; closing the file lets go of it."""
    with suppress(ImportError, OSError):
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(file, fcntl.LOCK_EX)
    yield


def ensure(path: Path) -> None:
    """Make an empty file, for another program that opens it later; one that is there stays as it is."""
    with suppress(FileExistsError):
        new(path).close()


def open_to_others(path: Path) -> bool:
    """Return whether others than its owner may read or write a file; not where there is none, nor on Windows."""
    if os.name == "nt":  # its rights are not in these bits
        return False
    with suppress(FileNotFoundError):
        return bool(path.stat().st_mode & OTHERS)
    return False


def warnings(files: Iterable[Path]) -> list[dict[str, str]]:
    """Say which of some files others may read or write, and how that is ended; nothing where none is."""
    found = [shlex.quote(str(file)) for file in files if open_to_others(file)]
    if not found:
        return []
    text = f"others than its owner may read or write what holds names: chmod 600 {' '.join(found)}"
    return [{"code": OPEN, "text": text}]


def _opened(path: Path, flags: int, mode: Literal["wb", "a+b"]) -> BinaryIO:
    flags |= os.O_CREAT | (os.O_RDWR if "+" in mode else os.O_WRONLY)
    for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"):  # not every system has each
        flags |= getattr(os, name, 0)
    file = os.fdopen(_plain(os.open(path, flags, OWNER_ONLY)), mode)
    try:
        _own(file)
    except OSError:
        file.close()
        raise
    return file


def _plain(descriptor: int) -> int:
    """Give back what was opened if it is a plain file; raises OSError, and closes it, if not."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no plain file")


def _own(file: BinaryIO) -> None:
    """Give a file the rights that a umask took from it, and take those away that a former one left to others; not one
    that has other names, to which its rights belong as well.
    """
    if _has_other_names(file):
        return
    if hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(file.fileno()).st_mode) != OWNER_ONLY:
        os.fchmod(file.fileno(), OWNER_ONLY)
