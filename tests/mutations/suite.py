"""Runs tests on the engine of the current directory and on no other; a process of its own.

``python -m tests.mutations.suite PATH...`` runs them once. With ``--serve`` before paths it collects those tests once.
Each line of standard input, a JSON object with ``paths`` and what files of the engine said ``before`` a mistake was
made in them, is answered by a child of its own, in which the functions that the mistake changes are exchanged; it is
spared importing and collecting, and knows nothing of what another child ran.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.mutations.exchange import Functions, NotOnlyFunctions, exchange, functions
from tests.mutations.mutation import ENGINE

ANOTHER_ENGINE = 70
LIMIT_SECONDS = 1_800

READY = "ready"
"""What whoever serves says first, once the engine is imported: until then no mistake may be made in it."""

PLAIN = ("-o", "addopts=--strict-markers --strict-config --import-mode=importlib", "-p", "no:cacheprovider")
"""The options of the project, those aside that are for plugins; soak tests are run as well where they are named."""

MEMORY = Path("/dev/shm")  # noqa: S108 - only ever the parent of a new directory
"""Where tests find their temporary directories, if there is such a place."""


def run(words: list[str], plugins: list[object]) -> int:
    """Give the exit status of pytest, which stops at the first failure.

    No plugin of others is loaded: none is needed, and together they take longer than most tests that are named.
    """
    import koop_es

    if Path(koop_es.__file__).resolve().parent != (Path.cwd() / ENGINE).resolve():
        return ANOTHER_ENGINE
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main(["--no-header", "-q", "-x", *PLAIN, *words], plugins=plugins))


# --- one process that serves many -------------------------------------------------------------------------------------


class Server:
    """A plugin that in place of running what was collected runs what is asked for, until nobody asks any more."""

    def __init__(self, asked: int, answered: int) -> None:
        """Take the files that questions and answers go through; pytest takes the standard ones for itself."""
        self.asked = os.fdopen(asked, encoding="utf-8")
        self.answered = os.fdopen(answered, "w", encoding="utf-8")
        self.reports: list[pytest.TestReport] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what became of a test."""
        self.reports.append(report)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer one line after the other."""
        known = functions(ENGINE.absolute())
        gc.freeze()
        print(READY, file=self.answered, flush=True)
        for line in self.asked:
            answer = self.answer_of(session, known, json.loads(line))
            print(answer, file=self.answered, flush=True)
        return True

    def answer_of(self, session: pytest.Session, known: Functions, asked: dict[str, Any]) -> str:
        """Let a child answer; of one that was killed there is no answer, which is said."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.alarm(LIMIT_SECONDS)
            os.close(reading)
            said = json.dumps(self.tested(session, known, asked))
            with os.fdopen(writing, "w", encoding="utf-8") as told:
                told.write(said)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as told:
            answer = told.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return answer if status == 0 else json.dumps({"why": f"a child ended with {status}"})

    def tested(self, session: pytest.Session, known: Functions, asked: dict[str, Any]) -> dict[str, Any]:
        """Run tests up to the first that fails.

        Gives ``tried``, how many were run, and of one that failed its ``name`` and what was ``said``, or else ``why``
        they say nothing.
        """
        items = [item for path in asked["paths"] for item in session.items if _is_of(item.nodeid, path)]
        if not items:
            return {"why": "no test of that name was found"}
        try:
            exchange(known, asked["before"])
        except NotOnlyFunctions as error:
            return {"why": f"{error} is run when it is imported"}
        for tried, (item, after) in enumerate(zip(items, [*items[1:], None], strict=True), 1):
            self.reports.clear()
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            for report in self.reports:
                if report.failed:
                    session._setupstate.teardown_exact(None)
                    crash = getattr(report.longrepr, "reprcrash", None)
                    if report.when != "call" or crash is None:
                        return {"why": report.longreprtext}
                    return {"tried": tried, "name": item.name, "said": crash.message}
        return {"tried": len(items)}


def _is_of(nodeid: str, path: str) -> bool:
    return nodeid == path or nodeid.startswith((f"{path}[", f"{path}::"))


def serve(paths: list[str]) -> int:
    """Collect tests, and run whatever is asked for until nobody asks any more."""
    server = Server(os.dup(0), os.dup(1))
    for number in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    with tempfile.TemporaryDirectory(prefix="koop-es-served-", dir=MEMORY if MEMORY.is_dir() else None) as place:
        return run([f"--basetemp={place}/of-one-child", "--tb=short", *paths], [server])


if __name__ == "__main__":
    sys.exit(serve(sys.argv[2:]) if sys.argv[1] == "--serve" else run(sys.argv[1:], []))
