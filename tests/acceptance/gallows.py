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
import sys
import time
from typing import NoReturn

from koop_es.cli import abo, ingest, release, seats, store, views  # noqa: F401 - imported before the fork
from koop_es.cli.entry import run
from koop_es.store import postgres  # noqa: F401 - same

STEP_SECONDS = 0.001


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
