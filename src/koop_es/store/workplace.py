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
from enum import Enum
from pathlib import Path

from koop_es.store import private

PREFIX, SUFFIX = ".koop-", ".part"
"""Of the folder's name, which does not hold the name of the file: that may be as long as a name can be."""

LOCK = "lock"

ATTEMPTS = 100
"""How often a folder is made anew that somebody who clears up took for one that was left, before its lock was held."""


class Use(Enum):
    """What becomes of a workplace: somebody works in it; it was left; it cannot be told; it is none or holds nothing;
    or there is something in it and no lock.
    """

    WORKED_IN = "worked_in"
    LEFT = "left"
    UNKNOWN = "unknown"
    NOTHING = "nothing"
    UNLOCKED = "unlocked"


def workplaces(parent: Path) -> list[Path]:
    """Find what is named as workplaces are in a folder."""
    return list(parent.glob(f"{PREFIX}*{SUFFIX}"))


def use(folder: Path) -> Use:
    """Tell what becomes of a workplace, without touching it."""
    try:
        if folder.is_symlink() or not folder.is_dir():
            return Use.NOTHING
        try:
            lock = os.open(folder / LOCK, os.O_RDONLY)
        except FileNotFoundError:
            return Use.UNLOCKED if any(folder.iterdir()) else Use.NOTHING
        try:
            return {True: Use.LEFT, False: Use.WORKED_IN, None: Use.UNKNOWN}[_hold(lock, shared=True)]
        finally:
            os.close(lock)
    except OSError:
        return Use.UNKNOWN


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """Make a folder beside a file, that only its owner enters, and take it away at the end; raises OSError."""
    for left in workplaces(beside.parent):
        clear(left)
    folder, lock = _made(beside.parent)
    try:
        yield folder
    finally:
        _remove(folder)
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
            os.close(lock)  # somebody looked at it before the lock was held
        _remove(folder)
    raise FileNotFoundError(f"somebody takes away what is made in {parent}")


def clear(folder: Path, *, ours: bool = False) -> None:
    """Take a folder away in which nobody works; anything else under such a name is left alone.

    One that is known to be ``ours`` goes without its lock as well: whoever took it away was killed.
    """
    with suppress(OSError):
        if folder.is_symlink() or not folder.is_dir():
            return
        try:
            lock = os.open(folder / LOCK, os.O_RDWR)
        except FileNotFoundError:
            if ours:
                _remove(folder)
            else:
                folder.rmdir()  # killed before there was a lock; not if there is anything in it
            return
        try:
            if _hold(lock):
                _remove(folder)
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
    """Take a folder away, the lock last: a process that is killed meanwhile leaves a workplace as such."""
    with suppress(OSError):
        for item in folder.iterdir():
            if item.name != LOCK:
                shutil.rmtree(item) if item.is_dir() and not item.is_symlink() else item.unlink()
        shutil.rmtree(folder, ignore_errors=True)


def _hold(lock: int, *, shared: bool = False) -> bool | None:
    """Take a lock if nobody has it; None where the file system or the system knows no locks."""
    try:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
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
