"""A process that runs commands of koop-es in children and kills them: ``python -m tests.acceptance.gallows``.

Each line on standard input is a JSON list: seconds after which the child is killed with signal 9 (null for never), and
the words of a command. Each line on standard output is the child's exit status, -9 if it was killed, and the seconds it
ran. Forked from a process that has imported everything, a child reaches the store within milliseconds, so that the
moments drawn lie in its work and not in the start of an interpreter.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from koop_es.cli import abo, ingest, release, seats, store, views  # noqa: F401 - imported before the fork
from koop_es.cli.entry import run
from koop_es.store import postgres  # noqa: F401 - same
from tests.acceptance.console import clean_environment

ROOT = Path(__file__).parents[2]

KILLED = -signal.SIGKILL
STEP_SECONDS = 0.001


@dataclass
class Gallows:
    """A process that runs commands and kills them."""

    process: subprocess.Popen[str]

    def run(self, *words: str | Path, after: float | None = None) -> tuple[int, float]:
        """Run a command, kill it after so many seconds; gives its exit status and how long it ran."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([after, *map(str, words)]) + "\n")
        self.process.stdin.flush()
        status, seconds = json.loads(self.process.stdout.readline())
        return status, seconds


def gallows(max_events: int) -> Iterator[Gallows]:
    """Start the process; its commands write transactions of about so many events."""
    environment = clean_environment() | {
        "KOOP_MAX_EVENTS_PER_TRANSACTION": str(max_events),
        "KOOP_LOG_LEVEL": "error",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.gallows"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Gallows(process)
        assert process.stdin is not None
        process.stdin.close()


# --- within the process -----------------------------------------------------------------------------------------------


def child(words: list[str]) -> NoReturn:
    """Run one command silently and end."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - os.devnull is a name, not a path of ours
        sys.stdout = nowhere
        os._exit(run(words, as_json="--json" in words))


def hang(words: list[str], after: float | None) -> tuple[int, float]:
    """Run a command and kill it after so many seconds; gives its exit status and how long it ran."""
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        child(words)
    while after is None or time.monotonic() - began < after:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), time.monotonic() - began
        time.sleep(STEP_SECONDS)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began


if __name__ == "__main__":
    for line in sys.stdin:
        after, *words = json.loads(line)
        print(json.dumps(hang(words, after)), flush=True)
