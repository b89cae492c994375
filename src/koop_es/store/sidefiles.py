"""What SQLite keeps beside a store's file: its log and journal, which it takes for those of whatever has the name (G1).

Where the file is lost they may hold its last changes, with names in them. So they reach no other store, and stay.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from koop_es.store.statements import statements

SUFFIXES = ("-wal", "-shm", "-journal")
"""How their names end, behind that of the file."""

KEPT = ".before-"
"""What stands between the name of a store and the number of a former one that is kept beside it."""


def leftovers(path: Path) -> list[Path]:
    """Name the files beside a store's file, or its place, that SQLite would read with whatever stands there."""
    return [file for file in _beside(path) if os.path.lexists(file)]


def holding(path: Path) -> list[Path]:
    """Name those of the files in which there may be changes: what tells where they are does not count, nor does an
    empty one.
    """
    return [file for file in _beside(path) if not file.name.endswith("-shm") and _bytes(file)]


def is_emptied(path: Path) -> bool:
    """Return whether a store's file is empty although it has a log: no store that is being made looks so."""
    return bool(_bytes(path.with_name(f"{path.name}{SUFFIXES[0]}"))) and not _bytes(path)


def former(path: Path) -> list[Path]:
    """Name the files of former stores that were kept aside beside one."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}{KEPT}*"))


def is_still(path: Path) -> bool:
    """Return whether nobody can write a store, as one on a read-only medium: its file system is mounted read-only, and
    no log lies beside its file that would have to be read with it.
    """
    if leftovers(path) or not hasattr(os, "statvfs"):  # Windows has none
        return False
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def free_name(path: Path) -> Path:
    """Name where a former store is kept aside: under no name that it, or anything beside it, has already, but for one
    that a run which was killed gave to this very file.
    """
    for file in former(path):
        if path.exists() and file.exists() and path.samefile(file) and not leftovers(file):
            return file
    numbered = (path.with_name(f"{path.name}{KEPT}{number}") for number in count(1))
    return next(name for name in numbered if not os.path.lexists(name) and not leftovers(name))


def set_aside(path: Path, kept: Path) -> list[Path]:
    """Give what lies beside a store's file names that go with ``kept``; raises OSError."""
    moved = []
    for file in leftovers(path):
        new = kept.with_name(f"{kept.name}{file.name.removeprefix(path.name)}")
        file.replace(new)
        moved.append(new)
    return moved


def is_open(path: Path) -> bool:
    """Return whether another program has a store open, sound or damaged: it then keeps others from having it alone,
    which SQLite is asked for before it reads anything. Of an emptied one it would throw the log away: it is not asked.
    """
    if is_emptied(path):
        return False
    import sqlite3  # noqa: PLC0415 - what works on PostgreSQL needs none of it

    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            connection.isolation_level = None
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return False


def written(path: Path) -> int | None:
    """Return how many transactions have written into a store; None where that cannot be read, or it counts none."""
    if is_emptied(path):
        return None
    import sqlite3  # noqa: PLC0415 - what works on PostgreSQL needs none of it

    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
        ((count,),) = connection.execute(statements("sqlite")["commit_count"]).fetchall()
        return None if count is None else int(count)
    return None


@contextmanager
def placing(path: Path) -> Iterator[None]:
    """Keep others waiting who make, replace or open a store in the same folder: nobody takes a new store's log for one
    that was left, nor writes into a store that is being replaced.

    Windows knows no such lock, and gives no log another name that somebody has open.
    """
    with _locked(path.parent, shared=False):
        yield


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Wait for whoever makes or replaces a store in a folder, and keep them waiting until it is open: then it is seen
    that it is (``is_open``). Many may open at once.
    """
    with _locked(path.parent, shared=True):
        yield


@contextmanager
def _locked(parent: Path, *, shared: bool) -> Iterator[None]:
    folder: int | None = None
    try:
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 - there is none on Windows

            folder = os.open(parent, os.O_RDONLY)
            fcntl.flock(folder, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        if folder is not None:
            os.close(folder)


def _bytes(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:
        return 0


def _beside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{suffix}") for suffix in SUFFIXES]
