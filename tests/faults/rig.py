"""A process that runs commands of koop-es, each with a fault: ``python -m tests.faults.rig``.

Each line on standard input is a JSON object: ``words`` of a command and a ``fault``. Each line on standard output is
what became of it. It is a process of its own because a failing disk has to be there when it starts; a command that may
be killed runs in a child of it. One that fails leaves this process to the next: what it forgets to let go is noticed.

The engine is the real one. Under a fault only its pauses between attempts are left out, which would show nothing.
"""

from __future__ import annotations

import gc
import io
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from koop_es.cli import abo, forget, ingest, quarantine, release, seats, views  # noqa: F401 - imported before the fork
from koop_es.cli import store as _store  # noqa: F401 - same
from koop_es.cli.entry import run
from koop_es.store import postgres, postgres_recorder, sqlite_recorder, store
from tests.acceptance.console import Reply, clean_environment
from tests.faults import disk
from tests.faults.kinds import kind_of

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL

SETTINGS = {"KOOP_MAX_EVENTS_PER_TRANSACTION": "5", "KOOP_GUARD_BOOKINGS": "1", "KOOP_LOG_LEVEL": "error"}
"""So that a small ingest writes several transactions, and a few lost bookings trip the mass guard."""

Fault = dict[str, Any]
"""``kind`` and its parameters, ``killing`` if it may end the process; an empty one is none."""

Found = dict[str, Any]
"""How a command ended, as it goes over the pipe."""

Child = tuple[int, int]
"""A process and the pipe it writes to."""


@dataclass(frozen=True)
class Ending:
    """How a command ended; ``points`` counts the places at which the fault could have struck, -1 if it was killed.

    ``kinds`` names what was done at each of them, the same word for the same, where nothing struck (``at`` is 0).
    """

    reply: Reply
    points: int
    kinds: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        return self.reply.status


class Rig:
    """The process, seen from a test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, *words: str | Path, fault: Fault | None = None) -> Ending:
        """Run a command, under a fault if one is given."""
        self._say({"words": [*map(str, words)], "fault": fault or {}})
        return _ending(self._hear())

    def together(self, commands: list[list[str]]) -> Callable[[], list[Ending]]:
        """Run commands at once, each in a child of its own; gives what waits for all of them."""
        self._say({"together": commands})
        self._process_says("all are running")
        return lambda: [_ending(found) for found in self._hear()]

    def _say(self, order: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def _process_says(self, text: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{text}\n"


def _ending(found: Found) -> Ending:
    return Ending(Reply(found["status"], found["out"], found["err"]), found["points"], tuple(found["kinds"]))


@contextmanager
def rig(library: Path | None) -> Iterator[Rig]:
    """Start the process, with the library of the failing disk if there is one."""
    preload = {"LD_PRELOAD": str(library)} if library is not None else {}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.rig"],
        cwd=ROOT, env=clean_environment() | preload | SETTINGS, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        yield Rig(process)
        assert process.stdin is not None
        process.stdin.close()


# --- within the process -----------------------------------------------------------------------------------------------


class Points:
    """Counts the places at which a fault may strike, and names what is done there."""

    def __init__(self) -> None:
        self.count = 0
        self.kinds: list[str] = []


@contextmanager
def armed(fault: Fault) -> Iterator[Points]:
    """Arm a fault in this process as long as it lasts."""
    points = Points()
    with without_pauses(bool(fault)), _armed(fault, points):
        yield points


@contextmanager
def without_pauses(are_left_out: bool) -> Iterator[None]:
    """Repeat at once what has failed, while a fault is armed."""
    with pytest.MonkeyPatch.context() as patch:
        if are_left_out:
            patch.setattr(time, "sleep", lambda _: None)
        yield


@contextmanager
def _armed(fault: Fault, points: Points) -> Iterator[None]:
    match fault.get("kind"):
        case "disk":
            broken = disk.Disk()
            broken.arm(fault["mode"], fault["at"], fault["error"], fault["kinds"])
            try:
                yield
            finally:
                points.count = broken.calls
                points.kinds = [] if fault["at"] else broken.kinds
                broken.arm(disk.COUNT, 0, 0, 0)
        case "interrupt":
            with statements(points, fault["at"], lambda connection: connection.interrupt()):
                yield
        case "kill":
            with statements(points, fault["at"], lambda _: os.kill(os.getpid(), signal.SIGKILL)):
                yield
        case "rival":
            with rival(points, fault["at"], fault["file"]):
                yield
        case "pages":
            with settings(f"PRAGMA max_page_count = {fault['at']}"):
                yield
        case "size":
            # Python ignores SIGXFSZ, so what goes beyond the limit fails with EFBIG.
            resource.setrlimit(resource.RLIMIT_FSIZE, (fault["at"], resource.RLIM_INFINITY))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        case "impatience":
            with impatience():
                yield
        case _:
            yield


@contextmanager
def impatience() -> Iterator[None]:
    """Give up soon where PostgreSQL answers nobody, instead of asking again and again for half a minute each."""
    original = postgres_recorder.KoopPostgresDatastore.__init__

    def impatient(self: postgres_recorder.KoopPostgresDatastore, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        self.pool.timeout = 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_recorder.KoopPostgresDatastore, "__init__", impatient)
        for module in (postgres, postgres_recorder):
            patch.setattr(module, "CONNECT_SECONDS", 1)
        patch.setattr(store, "LOST_ATTEMPTS", 2)
        yield


@contextmanager
def statements(points: Points, at: int, strike: Callable[[sqlite3.Connection], None], only: str = "") -> Iterator[None]:
    """Count the statements of every SQLite connection, and strike at one of them as SQLite begins to run it."""
    original = sqlite_recorder.KoopSQLitePool._create_connection

    def watched(pool: sqlite_recorder.KoopSQLitePool) -> Any:
        made = original(pool)
        connection = made._sqlite_conn

        def tick(statement: str) -> None:
            if statement.startswith(only):
                points.count += 1
                if not at:
                    points.kinds.append(kind_of(statement))
                if points.count == at:
                    strike(connection)

        connection.set_trace_callback(tick)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_recorder.KoopSQLitePool, "_create_connection", watched)
        yield


@contextmanager
def settings(pragma: str) -> Iterator[None]:
    """Open every SQLite connection with one setting more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_recorder, "SETTINGS", (*sqlite_recorder.SETTINGS, pragma))
        yield


@contextmanager
def rival(points: Points, at: int, file: str) -> Iterator[None]:
    """Let another connection begin to write just before the n-th transaction does, and not let go."""
    other = sqlite3.connect(file, isolation_level=None, timeout=0)

    def hold(_: sqlite3.Connection) -> None:
        other.execute("BEGIN IMMEDIATE")

    try:
        with settings("PRAGMA busy_timeout = 0"), statements(points, at, hold, "BEGIN IMMEDIATE"):
            yield
    finally:
        other.close()


def here(words: list[str], fault: Fault) -> Found:
    """Run one command in this process; gives how it ended."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err, armed(fault) as points:
        try:
            status = run(words, as_json="--json" in words)
        except BaseException as error:  # what a user would see as a traceback
            status = -1
            err.write(f"Traceback: {error!r}")
    return {
        "status": status,
        "out": out.getvalue(),
        "err": err.getvalue(),
        "points": points.count,
        "kinds": points.kinds,
    }


def fork(words: list[str], fault: Fault) -> Child:
    """Run one command in a child, which may be killed; gives where it writes how it ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as told:
            json.dump(here(words, fault), told)
        os._exit(0)
    os.close(writing)
    return pid, reading


def end(child: Child) -> Found:
    """Wait for a child; gives how it ended."""
    pid, reading = child
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(pid, 0)
    if not text:
        return {"status": os.waitstatus_to_exitcode(status), "out": "", "err": "", "points": -1, "kinds": []}
    found: Found = json.loads(text)
    return found


def serve(order: Any) -> Any:
    """Do what a line asks for: one command, or several at once."""
    if "together" in order:
        children = [fork(words, {}) for words in order["together"]]
        print("all are running", flush=True)
        return [end(child) for child in children]
    words, fault = order["words"], order["fault"]
    return end(fork(words, fault)) if fault.get("killing") else here(words, fault)


if __name__ == "__main__":
    gc.freeze()  # a child that collects would copy every page it shares
    gc.set_threshold(100_000, 20, 100)  # as in tests/conftest.py
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)
