"""``make bench``: every bar of speed in one table, or as JSON; the exit status is 1 if one is missed."""

from __future__ import annotations

import argparse
import json
import sys

import structlog

from tests.benchmarks import append, delta, growth, ingest, looking_back, rebuild, sync
from tests.benchmarks.bars import HEADINGS, SIZES, Bar, databases

BENCHMARKS = {
    "P1": append.measure,
    "P2-P4": ingest.measure,
    "P5": rebuild.measure,
    "P6": delta.measure,
    "P7": looking_back.measure,
    "P8": growth.measure,
    "P9": sync.measure,
}


def main() -> int:
    """Measure what is asked for and print it as it comes."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("bars", nargs="*", metavar="BAR", help=f"only these: {', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--size", choices=SIZES, default="medium", help="how much is measured (medium: some minutes)")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    asked = parser.parse_args()
    if unknown := [name for name in asked.bars if name not in BENCHMARKS]:
        parser.error(f"no bar {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    found: list[Bar] = []
    with databases() as fresh:
        for name in asked.bars or BENCHMARKS:
            for bar in BENCHMARKS[name](fresh, asked.rounds, asked.size):
                sys.stderr.write("  ".join(bar.cells()) + "\n")
                found.append(bar)
    if asked.json:
        json.dump({"schema": "koop-es/bench/1", "data": {"bars": [bar.answer() for bar in found]}}, sys.stdout)
        sys.stdout.write("\n")
    else:
        _table(found)
    return 0 if all(bar.reached for bar in found) else 1


def _table(found: list[Bar]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    for bar in found:
        table.add_row(*bar.cells())
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
