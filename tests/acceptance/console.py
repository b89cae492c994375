"""koop-es as a program or an operator meets it: words in, an exit status and one JSON object out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from koop_es.cli.entry import run

SRC = Path(__file__).parents[2] / "src"
NOW = "2026-03-20T08:00"
LIMIT_SECONDS = 60

# A shell lets what it starts in the background ignore Ctrl-C, and so would all that is started from there.
CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
PROGRAM = [sys.executable, "-c", f"{CTRL_C}; from koop_es.cli import main; main()"]


@dataclass(frozen=True)
class Reply:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """Read standard output, which holds one JSON object and nothing else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        assert self.out.count("\n") == 1
        return found

    @property
    def error(self) -> dict[str, Any]:
        """Read an error: its schema, and code, message and details in it."""
        answer = self.answer
        assert answer["schema"] == "koop-es/error/1"
        assert answer.keys() == {"schema", "error"}
        error: dict[str, Any] = answer["error"]
        assert error.keys() == {"code", "message", "details"}
        assert error["code"]
        assert error["message"]
        assert "Traceback" not in self.err
        return error


@dataclass(frozen=True)
class Console:
    """A console on one store; ``now`` is its rehearsal clock."""

    db: str
    capsys: pytest.CaptureFixture[str]
    now: str = NOW

    def words(self, *words: str | Path) -> list[str]:
        return [*map(str, words), "--db", self.db, "--now", self.now]

    def call(self, *words: str | Path) -> Reply:
        """Run a command with ``--json`` in this process."""
        self.capsys.readouterr()
        status = run([*self.words(*words), "--json"], as_json=True)
        captured = self.capsys.readouterr()
        return Reply(status, captured.out, captured.err)

    def ask(self, *words: str | Path, status: int = 0) -> dict[str, Any]:
        """Run a command that must end with this status; gives its data."""
        reply = self.call(*words)
        assert reply.status == status, reply
        answer = reply.answer
        assert answer.keys() == {"schema", "data"}
        assert answer["schema"] == f"koop-es/{words[0]}/1"
        data: dict[str, Any] = answer["data"]
        return data

    def refused(self, *words: str | Path, status: int) -> dict[str, Any]:
        """Run a command that must fail with this status; gives its error."""
        reply = self.call(*words)
        assert reply.status == status, reply
        return reply.error

    def read(self, *words: str | Path) -> Reply:
        """Run a command without ``--json`` in this process, for what people read."""
        self.capsys.readouterr()
        status = run(self.words(*words), as_json=False)
        captured = self.capsys.readouterr()
        return Reply(status, captured.out, captured.err)

    # --- what stories ask for again and again -------------------------------------------------------------------------

    def ingest(self, *paths: Path, status: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("ingest", *paths, status=status)["exports"]
        return found

    def ingest_of(self, vhs: str, path: Path) -> list[dict[str, Any]]:
        """Ingest a file that does not say whose it is."""
        found: list[dict[str, Any]] = self.ask("ingest", path, "--vhs", vhs)["exports"]
        return found

    def refused_items(self, *words: str | Path) -> list[str]:
        """Try to subscribe what must fail; gives the rules that refuse, item by item."""
        return [item["rule"] for item in self.ask(*words, status=3)["failed"]]

    def take_in(self, path: Path, *, outcome: str = "applied", status: int = 0) -> dict[str, Any]:
        """Ingest one export that must come out so; gives its entry of ``exports``."""
        (export,) = self.ingest(path, status=status)
        assert export["status"] == outcome, export
        return export

    def view(self, vhs: str) -> dict[str, Any]:
        """Give the view of a VHS without its position, which says when and not what."""
        view = self.ask("view", "--vhs", vhs)
        assert isinstance(view.pop("position"), int)
        return view

    def booking(self, vhs: str, ref: str) -> dict[str, Any] | None:
        found = [b for course in self.view(vhs)["courses"] for b in course["bookings"] if b["ref"] == ref]
        assert len(found) <= 1
        return found[0] if found else None

    def held(self, vhs: str) -> dict[str, str]:
        """Give what a VHS should hold: booking -> status."""
        return {b["ref"]: b["status"] for course in self.view(vhs)["courses"] for b in course["bookings"]}

    def changes(self, vhs: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("changes", "--vhs", vhs)["changes"]
        return found

    def violations(self, *words: str) -> list[dict[str, Any]]:
        reply = self.call("violations", *words)
        found: list[dict[str, Any]] = reply.answer["data"]["violations"]
        assert reply.status == int(any(item["open"] for item in found))
        return found

    def open_codes(self, *words: str) -> set[tuple[str, str]]:
        return {(item["vhs"], item["code"]) for item in self.violations(*words)}

    def status(self) -> dict[str, dict[str, Any]]:
        reply = self.call("status")
        data = reply.answer["data"]
        assert reply.status == int(not data["converged"])
        return {item["vhs"]: item for item in data["vhs"]}

    def events(self, coop_id: str, *options: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("history", coop_id, *options)["events"]
        return found

    # --- a process of its own -----------------------------------------------------------------------------------------

    def start(self, *words: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start the program itself."""
        return subprocess.Popen(
            [*PROGRAM, *self.words(*words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
            env=clean_environment() | environment,
        )

    def run(self, *words: str | Path, **environment: str) -> Reply:
        """Run the program itself to its end."""
        return ended(self.start(*words, **environment))


def ended(process: subprocess.Popen[str]) -> Reply:
    """Wait for a process."""
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    return Reply(process.returncode, out, err)


def clean_environment() -> dict[str, str]:
    """Give the environment without settings of the engine, and with its source findable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KOOP_")}
    return kept | {"PYTHONPATH": str(SRC)}
