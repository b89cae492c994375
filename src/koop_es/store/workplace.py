"""A workplace: the hidden folder beside a file, in which that file is made before it comes to stand under its name.

Everybody has a workplace of their own. Whoever works in one holds a lock in it, which the system lets go of when the
process dies: so what a killed run left is known, and the next one in the same folder clears it away.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from koop_es.store import private

PREFIX, SUFFIX = ".koop-", ".part"
"""Of the folder's name, which does not hold the name of the file: that may be as long as a name can be."""

LOCK = "lock"

ATTEMPTS = 100
"""How often a folder is made anew that somebody who clears up took for one that was left, before its lock was held."""


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """Make a folder beside a file, that only its owner enters, and take it away at the end; raises OSError."""
    for left in beside.parent.glob(f"{PREFIX}*{SUFFIX}"):
        _clear(left)
    folder, lock = _made(beside.parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made(parent: Path) -> tuple[Path, int]:
    """Make a folder and hold the lock in it."""
    for _ in range(ATTEMPTS):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
        folder.chmod(0o700)  # whatever the umask took
        with suppress(FileNotFoundError):
            private.ensure(folder / LOCK)
            lock = os.open(folder / LOCK, os.O_RDWR)
            if _hold(lock) is not False and _is_at(lock, folder / LOCK):
                return folder, lock
            os.close(lock)
    raise FileNotFoundError(f"somebody takes away what is made in {parent}")


def _clear(folder: Path) -> None:
    """Take a folder away in which nobody works; anything else under such a name is left alone."""
    with suppress(OSError):
        if folder.is_symlink() or not folder.is_dir():
            return
        try:
            lock = os.open(folder / LOCK, os.O_RDWR)
        except FileNotFoundError:
            folder.rmdir()  # killed before there was a lock; not if there is anything in it
            return
        try:
            if _hold(lock):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _hold(lock: int) -> bool | None:
    """Take a lock if nobody has it; None where the file system or the system knows no locks."""
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True


def _is_at(opened: int, path: Path) -> bool:
    """Return whether a file that was opened is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(opened), path.stat())
    except FileNotFoundError:
        return False
