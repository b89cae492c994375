"""Every test at soak size, and the figures the tests record about themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
SEEDS = "tests/simulation/test_seeds.py::test_c1_network_with_faults_converges_and_the_oracle_agrees"
"""Left out: its seeds are run by ``soak_seeds.py``, with figures."""

EXAMPLES = re.compile(r"(\d+) passing(?: examples)?,")
_NUMBER = re.compile(r"-?\d+")


def run(workers: int, into: Path, arguments: list[str]) -> dict[str, Any]:
    """Run pytest and read its report."""
    report, log = into / "tests.xml", into / "tests.log"
    chosen = arguments or ["tests", f"--deselect={SEEDS}"]
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        status = subprocess.run(
            [sys.executable, "-m", "pytest", "--no-header", "-n", str(workers), "-m", "soak or not soak",
             "--hypothesis-profile=soak", "--hypothesis-show-statistics", f"--junitxml={report}", *chosen],
            cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip
    found = read(report) if report.exists() else {}
    examples = sum(int(count) for count in EXAMPLES.findall(log.read_text(encoding="utf-8")))
    return {
        "status": status,
        "seconds": round(time.monotonic() - started),
        "examples": examples,
        "log": str(log),
    } | found


def read(report: Path) -> dict[str, Any]:
    """Read what pytest wrote: tests by outcome, failing ones, and the sum of every number a test has recorded.

    A test adds to the report with ``record_property("kills", 100)``; ``how`` is kept as text.
    """
    outcomes: Counter[str] = Counter()
    recorded: Counter[str] = Counter()
    failing: list[str] = []
    how: list[str] = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest wrote it
        outcome = _outcome(case)
        outcomes[outcome] += 1
        if outcome == "failed":
            failing.append(f"{case.get('classname', '')}::{case.get('name', '')}")
        for item in case.iter("property"):
            name, value = item.get("name", ""), item.get("value", "")
            if _NUMBER.fullmatch(value):
                recorded[name] += int(value)
            elif name == "how":
                how.append(value)
    return {
        "outcomes": dict(sorted(outcomes.items())),
        "recorded": dict(sorted(recorded.items())),
        "failing": sorted(failing),
        "how": sorted(how),
    }


def _outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"
