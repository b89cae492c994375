"""Runs tests on the engine of the current directory and on no other; a process of its own.

``python -m tests.mutations.suite PATH...`` runs them once. With ``--serve`` before paths it learns what those tests
import beside the engine and the tests themselves, imports that, and runs each line of standard input, a JSON object
with the ``words`` for pytest and the file for what is ``said``, in a child of its own; it answers with the exit status.
A child is spared what takes longer than most tests, and knows nothing of the engine that another child saw.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from tests.mutations.mutation import ENGINE

ANOTHER_ENGINE = 70
LIMIT_SECONDS = 1_800

PLAIN = ("-o", "addopts=--strict-markers --strict-config --import-mode=importlib", "-p", "no:cacheprovider")
"""The options of the project, those aside that are for plugins; soak tests are run as well where they are named."""

COPIED = ("koop_es", "tests", "scripts")
"""What a mistake may be made in or may reach: every child imports it anew."""


def run(words: list[str]) -> int:
    """Give the exit status of pytest, which stops at the first failure.

    No plugin is loaded: none is needed, and together they take longer than most tests that are named.
    """
    import koop_es  # not before: whoever serves may know no engine

    if Path(koop_es.__file__).resolve().parent != (Path.cwd() / ENGINE).resolve():
        return ANOTHER_ENGINE
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main(["--no-header", "-q", "-x", *PLAIN, *words]))


# --- one process that serves many -------------------------------------------------------------------------------------


def child(words: list[str], said: str) -> NoReturn:
    """Run tests in this process, which was forked for them, and end it; what takes too long is killed."""
    signal.alarm(LIMIT_SECONDS)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, kept in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, out)):
        os.dup2(kept, number)
    status = run(words)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def status_of(words: list[str], said: str) -> int:
    """Run tests in a child; negative if a signal ended it."""
    pid = os.fork()
    if pid == 0:
        child(words, said)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def imported_by(paths: list[str]) -> list[str]:
    """Name what tests import, themselves and the engine aside; another process imports it, so this one stays as it is.

    It also leaves the tests in the form in which pytest runs them, so no child has to rewrite them.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        run(["--collect-only", *paths])
        with os.fdopen(writing, "w", encoding="utf-8") as told:
            json.dump([name for name in sys.modules if name.partition(".")[0] not in COPIED], told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        names: list[str] = json.load(told)
    os.waitpid(pid, 0)
    return names


def serve(paths: list[str]) -> None:
    """Run whatever is asked for until nobody asks any more."""
    for name in imported_by(paths):
        with suppress(ImportError):  # what pytest calls a test that it imports is no module's name
            import_module(name)
    assert not [name for name in sys.modules if name.partition(".")[0] == ENGINE.name], "a child would not import it"
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        print(status_of(asked["words"], asked["said"]), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2:])
    else:
        sys.exit(run(sys.argv[1:]))
