"""A process that runs commands of koop-es, each in a child of its own: ``python -m scripts.forked``.

Each line on standard input is a JSON object: the ``words`` of a command, the ``folder`` it runs in and its
``environment``. Each line on standard output is what the command printed, errors included. Forked from a process that
has imported the program, a child is spared what takes longer than most commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from koop_es.cli.entry import COMMANDS, main

ROOT = Path(__file__).parents[1]


class Forked:
    """The process, seen from outside."""

    def __init__(self) -> None:
        """Start it, without settings of anybody's; each command gets its own environment."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KOOP_")}
        kept |= {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "PYTHONIOENCODING": "utf-8"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.forked"],
            cwd=ROOT, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def run(self, words: list[str], folder: Path, environment: dict[str, str]) -> str:
        """Run a command and return what it prints, errors included."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"words": words, "folder": str(folder), "environment": environment}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: str = json.loads(self._process.stdout.readline())
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


# --- within the process -----------------------------------------------------------------------------------------------


def child(order: dict[str, Any], out: int) -> NoReturn:
    """Run one command in this process, and end it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, kept in ((0, nothing), (1, out), (2, out)):
        os.dup2(kept, number)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    with suppress(SystemExit):
        main(order["words"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def serve(order: dict[str, Any]) -> str:
    """Run one command in a child; gives what it printed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        child(order, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(pid, 0)
    return text


if __name__ == "__main__":
    for module in sorted({module for module, _ in COMMANDS.values()}):
        import_module(f"koop_es.cli.{module}")
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)
