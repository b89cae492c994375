"""The engines that are measured: how each one's driver is started, and whether it can be."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.benchmarks.peers.driver import TABLE_ROWS, TABLES, WRONG

ROOT = Path(__file__).parents[3]
PLACE = ROOT / ".peers"
PYTHON = PLACE / "python"
NODE = PLACE / "node"

MOST_SECONDS = 3_600
"""A driver that has not ended after an hour has hung: the slowest takes half of that at the greatest size."""

Home = Literal["ours", "python", "node"]
Database = Literal["sqlite", "postgres", "own"]


@dataclass(frozen=True, slots=True)
class Job:
    """One engine on one database; ``home`` is where it is installed: with the project, or in .peers."""

    name: str
    database: Database
    home: Home
    driver: str

    def missing(self) -> str | None:
        """Say why it cannot be run, None where it can."""
        if self.home == "ours" or (self.home == "python" and (PYTHON / "ready").exists()):
            return None
        if self.home == "node" and shutil.which("node") is None:
            return "no node on this machine"
        return None if self.home == "node" and (NODE / "ready").exists() else "not installed (scripts/peers.sh)"


KOOP_ES = "koop-es"
JOBS = (
    Job(KOOP_ES, "sqlite", "ours", "koop_es_itself"),
    Job(KOOP_ES, "postgres", "ours", "koop_es_itself"),
    Job("eventsourcing", "sqlite", "ours", "eventsourcing_peer"),
    Job("eventsourcing", "postgres", "ours", "eventsourcing_peer"),
    Job("UmaDB", "own", "python", "umadb_peer"),
    Job("Emmett", "sqlite", "node", "emmett_sqlite.mjs"),
    Job("Emmett", "postgres", "node", "emmett_postgres.mjs"),
    Job("PouchDB", "own", "node", "pouchdb.mjs"),
    Job("pycrdt", "own", "python", "pycrdt_peer"),
)


def job(name: str) -> Job:
    """Find the first job of an engine."""
    return next(item for item in JOBS if item.name == name)


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing a driver measured: events or bookings a second, or milliseconds."""

    workload: str
    how: str
    value: float
    unit: str


class WrongResult(Exception):
    """A driver's result was not what it must be, or it failed."""


def run(item: Job, data: Path, database: str, workloads: Iterable[str] = ()) -> list[Figure]:
    """Run a driver in a process of its own on a folder of its own; raises WrongResult."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            status, answers, errors = _ended([*_started(item), str(data), scratch, database, *workloads])
        except subprocess.TimeoutExpired as error:
            raise WrongResult(f"{item.name} on {item.database} hung: no end after {MOST_SECONDS} seconds") from error
    if status != 0:
        what = "is wrong" if status == WRONG else f"ended with status {status}"
        raise WrongResult(f"{item.name} on {item.database} {what}: {errors.strip()[-2_000:]}")
    return [Figure(**json.loads(line)) for line in answers.splitlines() if line.startswith("{")]


def _ended(command: list[str]) -> tuple[int, str, str]:
    """Run a driver to its end; where it is not awaited, a server it has started ends with it."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            answers, errors = process.communicate(timeout=MOST_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, answers, errors


def _started(item: Job) -> list[str]:
    if item.home == "node":
        script = Path(__file__).parent / item.driver
        return ["node", "--max-old-space-size=8192", str(script), str(NODE)]
    python = sys.executable if item.home == "ours" else str(PYTHON / "bin" / "python")
    return [python, "-m", f"tests.benchmarks.peers.{item.driver}"]


def write_data(
    folder: Path, events: Iterable[dict[str, object]], documents: Iterable[tuple[int, dict[str, str]]], digest: str
) -> None:
    """Write what drivers read: the log, the bookings of a sync, and what has to come out."""
    folder.mkdir(parents=True)
    _write(folder / "events.jsonl", events)
    _write(folder / "documents.jsonl", ({"at": at, "doc": doc} for at, doc in documents))
    expected = {"digest": digest, "sql": {"tables": TABLES, "rows": TABLE_ROWS}}
    (folder / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


def _write(path: Path, lines: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
