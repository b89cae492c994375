"""A real disk that fails, for processes that are started with it: ``disk.c``, compiled when it is first needed."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")

OPEN, READ, WRITE, SYNC, TRUNCATE, UNLINK, MAP = (1 << bit for bit in range(7))
WRITING = OPEN | WRITE | TRUNCATE
"""What a full disk refuses."""

ALL = OPEN | READ | WRITE | SYNC | TRUNCATE | UNLINK | MAP
"""What a broken disk refuses. SQLite renames nothing, so there is no rename to fail."""

COUNT, ONCE, EVER, KILL, TORN = range(5)
"""What happens at a call: nothing; it fails; it and all later ones fail; the process ends before it or within it."""


def missing() -> str:
    """Say why no such disk can be made here, nothing if it can."""
    if sys.platform != "linux":
        return "preloading a library is tested on Linux only"
    return "" if shutil.which("cc") else "no C compiler (cc) to make the failing disk with"


def compiled(folder: Path) -> Path:
    """Compile the library and give its path."""
    made = folder / "disk.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
    return made


class Disk:
    """The library within a process that was started with it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])

    def arm(self, mode: int, at: int, error: int, kinds: int) -> None:
        self._library.disk_arm(mode, at, error, kinds)

    @property
    def calls(self) -> int:
        """How many calls were counted since it was armed."""
        count: int = self._library.disk_calls()
        return count

    @property
    def kinds(self) -> list[str]:
        """Name what each of these calls did, and to which file; the same word for the same."""
        return [str(self._library.disk_kind(n)) for n in range(1, self.calls + 1)]
