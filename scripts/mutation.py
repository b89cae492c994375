"""The mutation score of the domain (``make mutation``): small mistakes in every function, and whether a test notices.

mutmut plants the mistakes in ``mutants/`` and runs the tests that reach them; here its verdicts become a score by
module. Below 90 % the run fails (G9). Names choose a part: ``make mutation ARGS='koop_es.domain.merges.*'``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[1]
MUTANTS = Path("mutants")
BAR = 90.0
NOTICED = frozenset({"killed", "timeout", "segfault"})
"""A mutant that hangs or kills the interpreter is noticed; one that no test reaches is not."""

Verdict = tuple[str, str]
"""A mutant's name, and what became of it."""


def main(words: list[str] | None = None) -> int:
    """Run mutmut and print the score; returns 1 below the bar."""
    asked = _asked(words)
    os.chdir(ROOT)  # mutmut reads pyproject.toml and writes ./mutants
    if not asked.score:
        if not asked.names:
            # mutmut lets former verdicts stand although the tests may have changed since.
            shutil.rmtree(MUTANTS, ignore_errors=True)
        program = Path(sys.executable).with_name("mutmut")  # as a module it would import itself twice
        command = [str(program), "run", "--max-children", str(asked.workers), *asked.names]
        if subprocess.run(command, check=False).returncode:
            return 1
    found = [verdict for verdict in verdicts(MUTANTS) if chosen(verdict[0], asked.names)]
    sys.stdout.write(render(found, asked.fail_under))
    return 0 if score(found) >= asked.fail_under else 1


def verdicts(mutants: Path) -> Iterator[Verdict]:
    """Read what became of every mutant."""
    for path in sorted(mutants.rglob("*.py.meta")):
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield name, status_by_exit_code[code]


def chosen(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a mutant belongs to what was asked for; no patterns ask for all."""
    patterns = list(patterns)
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def score(found: Iterable[Verdict]) -> float:
    """Give the share of mutants that were noticed, in percent; where there are none, nothing was shown."""
    noticed = [status in NOTICED for _, status in found]
    return 100 * sum(noticed) / len(noticed) if noticed else 0.0


def render(found: list[Verdict], bar: float) -> str:
    """Give the unnoticed mutants and a table by module."""
    lines = [f"{status}: {name}" for name, status in found if status not in NOTICED]
    lines.append(f"{'module':<32} {'mutants':>7} {'noticed':>7} {'score':>7}  otherwise")
    modules: dict[str, list[Verdict]] = {}
    for verdict in found:
        modules.setdefault(verdict[0].rpartition(".")[0], []).append(verdict)
    lines += [_line(module, mine) for module, mine in modules.items()]
    lines.append(_line("all", found))
    if score(found) < bar:
        lines.append(f"The score is below {bar:g} %: `mutmut show NAME` shows a mutant; add the test it lacks.")
    return "\n".join(lines) + "\n"


def _line(title: str, found: list[Verdict]) -> str:
    statuses = Counter(status for _, status in found)
    noticed = sum(count for status, count in statuses.items() if status in NOTICED)
    others = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()) if status != "killed")
    return f"{title:<32} {len(found):>7} {noticed:>7} {score(found):>6.1f}%  {others}".rstrip()


def _asked(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutation", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fail-under", type=float, default=BAR, help="the score that has to be reached, in percent")
    parser.add_argument("--score", action="store_true", help="run nothing, only print the score of the last run")
    parser.add_argument("names", nargs="*", help="mutants to run, with * and ?; all if none is named")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
