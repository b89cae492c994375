"""How much memory a piece of work takes at most: done in a process of its own, which then says so."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Literal

import structlog

from koop_es.audit.verify import verify
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.store import Store
from koop_es.views.rebuild import rebuild

What = Literal["rebuild", "verify", "read", "ingest"]

OVER_THE_LOG: tuple[What, ...] = ("rebuild", "verify", "read")
"""What passes over the whole history."""

PAGE = 5_000
"""Events read together, as many as a rebuild reads."""


def peak_mib(what: What, url: str, path: Path | None = None) -> float:
    """Do it and return the most memory the process had resident, in MiB; ``path`` is the export to take in."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", what, url, *([str(path)] if path is not None else [])]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def _work(what: str, url: str, path: str | None) -> None:
    with Store.open(url) if path is None else Store.create(url) as store:
        if what == "rebuild":
            rebuild(store, url)
        elif what == "verify":
            assert all(check.ok for check in verify(store) if check.name in {"events", "views"})
        elif what == "read":
            after = 0
            while page := store.read(after, PAGE):
                after = page[-1].position
        else:
            assert path is not None
            from tests.benchmarks.workload import NOW

            assert ingest(store, Path(path), Policy(), now=NOW).status == "applied"


def _peak_mib() -> float:
    """Read the peak of this process.

    Linux hands ``ru_maxrss`` of whoever started a program on to it, so there the kernel's own figure is read.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS
    return peak / 2**20


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    _work(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    sys.stdout.write(str(_peak_mib()))
