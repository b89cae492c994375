"""The long run (``make soak``): seeds of the simulation in parallel, then every test at soak size, and a report.

Figures are printed and kept in ``soak/`` (``report.json``, ``report.md``); ``--publish`` puts those of the last run
into ``docs/explanation/guarantees.md``. A long run may be made in parts, each kept ``--into`` a folder of its own.
``--losses 1000000`` judges so many wrong exports and nothing else (G3), in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from scripts import soak_losses, soak_report, soak_seeds, soak_tests

ROOT = Path(__file__).parents[1]
SHRUNK_AT_MOST = 5
"""Failing seeds that are shrunk: one mistake usually fails many, and each takes some minutes."""


def main(words: list[str] | None = None) -> int:
    """Run what is asked for; returns 1 if anything was found."""
    asked = _asked(words)
    if asked.publish:
        parts = [Path(name) for name in asked.tests] or [asked.into]
        soak_report.publish([json.loads((part / "report.json").read_text(encoding="utf-8")) for part in parts])
        return 0
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / ".gitignore").write_text("*\n", encoding="utf-8")
    report: dict[str, Any] = {"commit": _commit(), "command": _command(asked), "workers": asked.workers}
    good = True
    if asked.losses:
        report["workers"] = 1
        report["losses"] = _losses(asked, report)
        good = not report["losses"]["failing"]
    elif asked.seeds:
        report["simulation"] = _simulate(asked)
        good = not report["simulation"]["failing"]
        soak_report.write(report, asked.into)
    if not (asked.only_seeds or asked.losses):
        report["tests"] = soak_tests.run(asked.workers, asked.into, asked.tests)
        good = good and report["tests"]["status"] == 0
    soak_report.write(report, asked.into)
    sys.stdout.write(soak_report.render(report))
    return 0 if good else 1


def _asked(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.soak", description=(__doc__ or "").partition("\n")[0])
    limit = float(os.environ.get("KOOP_SOAK_SECONDS") or 0)
    parser.add_argument("--seeds", type=int, default=100_000, help="seeds to run, 0 for none")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--steps", type=int, default=200, help="steps of each seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--seconds", type=float, default=limit, help="end the seeds after that long (KOOP_SOAK_SECONDS)"
    )
    parser.add_argument("--losses", type=int, default=0, help="wrong exports to judge instead of all the rest (G3)")
    parser.add_argument("--only-seeds", action="store_true", help="run no tests")
    parser.add_argument("--into", type=Path, default=ROOT / "soak", help="where the report is kept")
    parser.add_argument(
        "--publish",
        action="store_true",
        help="put the figures kept there, or in the folders named, into the documentation",
    )
    parser.add_argument("tests", nargs="*", help="arguments for pytest instead of all tests")
    return parser.parse_args(words)


def _command(asked: argparse.Namespace) -> str:
    first = f" --first {asked.first}" if asked.first else ""
    if asked.losses:
        return f"python -m scripts.soak --losses {asked.losses}{first}"
    tests = " --only-seeds" if asked.only_seeds else "".join(f" {word}" for word in asked.tests)
    return f"python -m scripts.soak --seeds {asked.seeds}{first} --workers {asked.workers}{tests}"


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"


def _simulate(asked: argparse.Namespace) -> dict[str, Any]:
    """Run the seeds and shrink the first that fail."""
    tally = soak_seeds.run(
        range(asked.first, asked.first + asked.seeds), asked.steps, asked.workers, asked.seconds, _progress(), _say
    )
    for failing in tally.failing[:SHRUNK_AT_MOST]:
        sys.stderr.write(f"shrinking seed {failing['seed']}\n")
        kept = asked.into / f"simulate-{failing['seed']}.json"
        failing.update(soak_seeds.shrunk(failing["seed"], asked.steps, kept))
        failing["replay"] = f"koop-es simulate --scenario {kept}"
    return tally.figures()


def _losses(asked: argparse.Namespace, report: dict[str, Any]) -> dict[str, Any]:
    """Judge the wrong exports; the report is written now and then, so that a run that is ended leaves one."""

    def kept(tally: soak_losses.Tally) -> None:
        soak_report.write(report | {"losses": tally.figures()}, asked.into)

    progress = _progress("wrong exports")
    return soak_losses.run(asked.first, asked.losses, asked.seconds, progress, kept, _say).figures()


def _say(seed: int, findings: list[str]) -> None:
    """Name a failing seed as soon as it is known."""
    sys.stderr.write(f"seed {seed}: {findings[0]}\n")
    sys.stderr.flush()


def _progress(what: str = "seeds") -> soak_seeds.Progress:
    """Make a line of progress every few seconds: rate, findings so far and what is left."""
    started = shown = time.monotonic()

    def progress(done: int, total: int, failing: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < soak_seeds.SECONDS_BETWEEN and done < total:
            return
        shown = now
        rate = done / max(now - started, 0.001)
        left = (total - done) / max(rate, 0.001) / 60
        sys.stderr.write(f"{done:,} of {total:,} {what}, {rate:.1f}/s, {failing} failing, {left:.0f} minutes left\n")
        sys.stderr.flush()

    return progress


if __name__ == "__main__":
    sys.exit(main())
