"""``make bench-peers``: koop-es and other engines on one workload in one run, as a table or as JSON.

Rounds are interleaved, each beginning with another engine, and the medians count. Every result is checked; the exit
status is 1 if one is wrong. What is not installed is left out and said in the table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import warnings
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.bars import databases
from tests.benchmarks.centres import centres, documents
from tests.benchmarks.peers import history, jobs
from tests.benchmarks.peers.driver import Fold, digest
from tests.benchmarks.peers.jobs import JOBS, KOOP_ES, Job, WrongResult

SIZES = {"small": 10_000, "medium": 100_000, "large": 1_000_000}
EVENTS_PER_BOOKING = 5
"""Events of the log for each booking of the sync: in a log a booking is told by everybody, and some are cancelled."""

WORKLOADS = {
    "W1 per stream": "append, a durable commit for what one export adds to one course",
    "W1 bulk": "append, up to 1,000 events of any courses in one durable commit",
    "W2": "read everything in order and fold it",
    "W3": "rebuild the tables of a projection from the log",
    "W4 full": "sync of four replicas from nothing to agreement",
    "W4 delta": "the same after one booking in a hundred was cancelled",
    "W4 no-op": "the same after nothing has happened",
    "W5 p50": "append of one event, durable: median",
    "W5 p99": "append of one event, durable: the slowest but one in a hundred",
}

Key = tuple[str, str, str, str]
"""Workload, engine, database, way."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: the median and the spread over the rounds, and how many times better koop-es is.

    ``ahead`` is against the best way of koop-es on the same kind of database, and above one where koop-es is better;
    an engine with a storage of its own stands beside SQLite. None for koop-es itself.
    """

    workload: str
    engine: str
    database: str
    how: str
    unit: str
    median: float
    lowest: float
    highest: float
    ahead: float | None

    def cells(self) -> tuple[str, ...]:
        """Give the line as texts."""
        form = ",.2f" if self.unit == "ms" else ",.0f"
        return (
            self.workload,
            self.engine,
            self.database,
            self.how,
            f"{self.median:{form}} {self.unit}",
            f"{self.lowest:{form}} to {self.highest:{form}}",
            "" if self.ahead is None else f"{self.ahead:.2g} x",
        )


def main() -> int:
    """Measure what is there, round by round."""
    parser = argparse.ArgumentParser(prog="make bench-peers ARGS=…", description=__doc__)
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=f"only these: {', '.join(_engines())}")
    parser.add_argument("--size", choices=SIZES, default="small", help="events of the log: 10,000, 100,000, 1,000,000")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    asked = parser.parse_args()
    chosen = [item for item in JOBS if not asked.engines or item.name in asked.engines]
    missing = [(item, reason) for item in chosen if (reason := item.missing()) is not None]
    there = [item for item in chosen if item.missing() is None]
    figures: dict[tuple[Key, str], list[float]] = defaultdict(list)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings(), databases() as fresh:
        warnings.simplefilter("ignore")
        data = Path(name) / "data"
        _prepare(data, SIZES[asked.size])
        for number in range(asked.rounds):
            turn = number % len(there) if there else 0
            for item in there[turn:] + there[:turn]:
                sys.stderr.write(f"round {number + 1}: {item.name}, {item.database}\n")
                database = fresh["postgres"]() if item.database == "postgres" else "-"
                try:
                    found = jobs.run(item, data, database)
                except WrongResult as error:
                    wrong.append(str(error))
                    continue
                for figure in found:
                    key = (figure.workload, item.name, item.database, figure.how)
                    figures[key, figure.unit].append(figure.value)
                    sys.stderr.write(f"  {figure.workload}  {figure.how}  {figure.value:,.5g} {figure.unit}\n")
    lines = _lines(figures)
    if asked.json:
        _write_json(asked.size, lines, missing, wrong)
    else:
        _print(asked.size, lines, missing)
    sys.stderr.writelines(f"{text}\n" for text in wrong)
    return 1 if wrong else 0


def _engines() -> list[str]:
    return list(dict.fromkeys(item.name for item in JOBS))


def _prepare(folder: Path, events: int) -> None:
    log = list(history.events(events))
    found = Fold()
    for line in log:
        found.apply(line["type"], line["data"]["vhs"], line["data"].get("ref", ""))
    jobs.write_data(folder, log, documents(centres(events // EVENTS_PER_BOOKING)), digest(found.rows()))


def _lines(figures: dict[tuple[Key, str], list[float]]) -> list[Line]:
    ours: dict[tuple[str, str], float] = {}
    for ((workload, engine, database, _), unit), values in figures.items():
        if engine == KOOP_ES:
            best = min if unit == "ms" else max
            median = statistics.median(values)
            ours[workload, database] = best(median, ours.get((workload, database), median))
    found = []
    for ((workload, engine, database, how), unit), values in figures.items():
        median = statistics.median(values)
        mine = ours.get((workload, "sqlite" if database == "own" else database))
        ahead = None
        if engine != KOOP_ES and mine is not None:
            ahead = median / mine if unit == "ms" else mine / median
        found.append(Line(workload, engine, database, how, unit, median, min(values), max(values), ahead))
    order = list(WORKLOADS)
    return sorted(
        found, key=lambda line: (order.index(line.workload), line.median if line.unit == "ms" else -line.median)
    )


def _write_json(size: str, lines: list[Line], missing: list[tuple[Job, str]], wrong: list[str]) -> None:
    data: dict[str, Any] = {
        "size": size,
        "workloads": WORKLOADS,
        "lines": [asdict(line) for line in lines],
        "missing": [{"engine": item.name, "database": item.database, "reason": reason} for item, reason in missing],
        "wrong": wrong,
    }
    json.dump({"schema": "koop-es/bench-peers/1", "data": data}, sys.stdout)
    sys.stdout.write("\n")


def _print(size: str, lines: list[Line], missing: list[tuple[Job, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title=f"{SIZES[size]:,} events", title_justify="left")
    for heading in ("workload", "engine", "database", "way", "median", "spread", "koop-es is"):
        table.add_column(heading, justify="right" if heading in {"median", "spread", "koop-es is"} else "left")
    before = ""
    for line in lines:
        if line.workload != before:
            table.add_row(f"[bold]{line.workload}", *[""] * 6)
            before = line.workload
        table.add_row("", *line.cells()[1:])
    for item, reason in missing:
        table.add_row("left out", item.name, item.database, reason, "", "", "")
    console = Console(width=140)
    console.print(table)
    for name, text in WORKLOADS.items():
        console.print(f"{name}: {text}")


if __name__ == "__main__":
    sys.exit(main())
