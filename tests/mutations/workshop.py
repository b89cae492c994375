"""Where a mistake is made: a copy of the project, and the processes that are asked about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from tests.mutations.mutation import ENGINE, Mutation, Named, Seeds
from tests.mutations.suite import READY

PROJECT = Path(__file__).parents[2]
COPIED = ("src", "tests", "scripts", "docs", "pyproject.toml", "README.md")
LIMIT_SECONDS = 1_800
FAILED = 1
"""Exit status of pytest where tests failed; others say that none was found, or that they could not be read."""


@dataclass(frozen=True, slots=True)
class Caught:
    """How a mistake was noticed: ``by`` a seed or a test, with what it said; ``tried`` seeds or tests before that."""

    by: str
    said: str
    tried: int
    seed: int | None = None


@contextmanager
def workshop(mutation: Mutation) -> Iterator[Workshop]:
    """Copy the project and make one mistake in the copy; raises NoLongerApplies."""
    with TemporaryDirectory(prefix="koop-es-mutation-") as name:
        root = Path(name)
        for part in COPIED:
            source = PROJECT / part
            if source.is_dir():
                shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, root / part)
        mutation.apply(root)
        yield Workshop(root)


class Workshop:
    """A copy of the project; what runs here imports the engine of the copy."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.missed = ""
        self._server: subprocess.Popen[str] | None = None
        self._before: dict[str, str] = {}

    @contextmanager
    def serving(self, paths: list[str]) -> Iterator[None]:
        """Keep a process that has imported the engine and collected these tests.

        The engine is compiled once, and what was compiled counts only for the very text it was made of: the time and
        the size of a file are the same for many a mistake.
        """
        compile_dir(self.root / ENGINE, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        command = [sys.executable, "-m", "tests.mutations.suite", "--serve", *paths]
        with subprocess.Popen(
            command, cwd=self.root, env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            self._server = server
            try:
                assert server.stdout is not None
                assert server.stdout.readline().strip() == READY, "the tests could not be collected"
                yield
            finally:
                self._server = None
                server.communicate()  # nobody asks any more, and so it ends

    @contextmanager
    def making(self, mutation: Mutation) -> Iterator[None]:
        """Make a mistake for a while; raises NoLongerApplies."""
        files = {self.root / ENGINE / edit.file for edit in mutation.edits}
        self._before = {str(file): file.read_text(encoding="utf-8") for file in files}
        try:
            mutation.apply(self.root)
            yield
        finally:
            for file, content in self._before.items():
                Path(file).write_text(content, encoding="utf-8")
            self._before = {}

    def catch(self, mutation: Mutation, first: int = 0) -> Caught | None:
        """Let those whom a mutation names look for it; None if they notice nothing."""
        if isinstance(mutation.caught_by, Named):
            return self.test(mutation.caught_by)
        return self.hunt(mutation.kind, mutation.caught_by, first)

    def judge(self, first: int, last: int) -> dict[str, Any]:
        """Run seeds with every kind of fault and give the findings by seed."""
        found: dict[str, Any] = self._ask({"kind": "none", "first": first, "last": last})["findings"]
        return found

    def hunt(self, kind: str, seeds: Seeds, first: int) -> Caught | None:
        """Hunt for a seed that goes wrong by one kind of fault."""
        asked = {"kind": kind, "first": first, "most": seeds.most, "raises": seeds.raises}
        answer = self._ask(asked)
        if answer["seed"] is None:
            self.missed = f"{answer['tried']} seeds, of which {answer['elsewhere']} go wrong without {kind!r} as well"
            return None
        return Caught(
            f"seed {answer['seed']}", answer["finding"].strip().splitlines()[-1], answer["tried"], answer["seed"]
        )

    def test(self, tests: Named) -> Caught | None:
        """Run tests; what counts is an assertion that failed, not a test that could not run.

        Who serves is asked first. Where it notices nothing, or cannot say, they are run in a process of their own.
        """
        if self._server is not None:
            answer = self._served({"paths": tests.paths, "before": self._before})
            if "said" in answer and "ImportError" not in answer["said"]:
                return Caught(answer["name"], answer["said"].partition("\n")[0], answer["tried"])
        return self._tested(tests)

    def _served(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._server is not None
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def _tested(self, tests: Named) -> Caught | None:
        report = self.root / "report.xml"
        report.unlink(missing_ok=True)
        done = self._run(["-m", "tests.mutations.suite", f"--junitxml={report}", *tests.paths], "")
        if done.returncode == 0:
            return None
        said = done.stdout + done.stderr
        assert done.returncode == FAILED, f"the tests could not be run:\n{said[-3000:]}"
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest wrote it
        failed = [(case.get("name", ""), case.find("failure")) for case in cases]
        for tried, (name, failure) in enumerate(failed, 1):
            if failure is not None and "ImportError" not in failure.get("message", ""):
                return Caught(name, failure.get("message", "").partition("\n")[0], tried)
        raise AssertionError(f"no test failed, and yet not all is well:\n{said[-3000:]}")

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        done = self._run(["-m", "tests.mutations.hunt"], json.dumps(question))
        assert done.returncode == 0, f"the hunt broke off:\n{done.stderr[-3000:]}"
        answer: dict[str, Any] = json.loads(done.stdout)
        assert answer["engine"] == str((self.root / ENGINE / "__init__.py").resolve()), "another engine was hunted"
        return answer

    def _run(self, words: list[str], stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env=self._environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )

    def _environment(self) -> dict[str, str]:
        theirs = ("KOOP_", "PYTEST_", "PYTHONDONTWRITEBYTECODE")  # whoever serves is to keep what was compiled
        kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
        return kept | {"PYTHONPATH": os.pathsep.join([str(self.root / "src"), str(self.root)])}
