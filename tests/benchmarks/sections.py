"""``make bench-sections``: where the time of an export, a delta, a sync and a rebuild goes.

Functions are wrapped while the clock runs. What is spent in a watched function inside another counts for the inner one
only; what is watched nowhere is the rest. One process and wall-clock time, so that waiting for a server or a disk is
seen. The wrapping costs some tenths of a microsecond a call; no function is watched that is called for every row.
"""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from koop_es.connectors import sheet
from koop_es.domain import draft
from koop_es.ingest import apply, decide, plan
from koop_es.store import Store, postgres, sqlite, transaction, vault
from koop_es.views import builder, derived
from koop_es.views.rebuild import rebuild
from tests.benchmarks import centres, sync
from tests.benchmarks.bars import SIZES, Fresh, Size, databases, settle
from tests.benchmarks.export import Change, write
from tests.benchmarks.ingest import ROWS, _take_in
from tests.benchmarks.looking_back import EVENTS, PEOPLE, VHS
from tests.benchmarks.region import delta, settle_in, take_in
from tests.benchmarks.workload import NOW, fill, template

REST = "the rest"
DELTAS = 200

Watched = tuple[Any, str, str]
"""Where a function is looked up, its name there, and the section it belongs to."""

_TX = (sqlite.SqliteTx, postgres.PostgresTx)

TAKING_IN: tuple[Watched, ...] = (
    (sheet, "Grouping", "going through files by course"),
    (sheet.Sheet, "checked", "checking rows that are not known by their bytes"),
    (sheet.Sheet, "again", "typing rows of courses that are decided"),
    (plan, "routed", "which course belongs to which cooperation"),
    (transaction.Tx, "stories", "loading streams"),
    (vault, "of_streams", "loading persons"),
    (decide, "fold", "folding"),
    (decide, "observe_into", "observing: what is new, and the state after it"),
    (draft.Draft, "settle_violations", "violations"),
    (transaction, "encode_all", "events to JSON"),
    *((tx, "_insert", "events into the log") for tx in _TX),
    (vault, "put", "persons into the vault"),
    (apply, "project", "views, change lists and what else is derived"),
    (sqlite.SqliteEngine, "control", "BEGIN and COMMIT"),
)
BUILDING: tuple[Watched, ...] = (
    (transaction.Tx, "rows_by_stream", "reading rows of the log"),
    (builder, "stories", "decoding"),
    (builder, "fold", "folding"),
    (derived, "documents", "what each VHS sees"),
    (derived, "views_of", "and as rows"),
    (derived, "shown", "violations"),
    (derived, "violations_of", "violations"),
    (builder, "kept", "reading what is kept, to compare"),
    (builder, "compare", "comparing"),
    (builder, "write", "writing rows"),
    (sqlite.SqliteEngine, "control", "BEGIN and COMMIT"),
)


class Sections:
    """The time of each section, one inside another counted once."""

    def __init__(self) -> None:
        """Begin in no section."""
        self.seconds: dict[str, float] = {}
        self._open = [REST]
        self._since = time.perf_counter()

    def enter(self, name: str) -> None:
        """Begin a section, inside the one that is open."""
        self._charge()
        self._open.append(name)

    def leave(self) -> None:
        """Go on with the section outside."""
        self._charge()
        self._open.pop()

    def _charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open[-1]] = self.seconds.get(self._open[-1], 0.0) + now - self._since
        self._since = now


@contextmanager
def watching(watched: Sequence[Watched]) -> Iterator[Sections]:
    """Wrap functions as long as the clock runs."""
    found = Sections()
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in watched]
    for (owner, name, function), (_, _, section) in zip(before, watched, strict=True):
        setattr(owner, name, _wrapped(found, function, section))
    settle()
    found._since = time.perf_counter()
    try:
        yield found
        found._charge()
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _wrapped(found: Sections, function: Callable[..., Any], section: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        found.enter(section)
        try:
            return function(*args, **kwargs)
        finally:
            found.leave()

    return timed


class Table(NamedTuple):
    """One piece of work on one database: seconds of each section, and of how many things each is told."""

    what: str
    database: str
    unit: str
    things: int
    seconds: dict[str, float]

    def rows(self) -> list[tuple[str, float]]:
        """Give microseconds a thing, the sections in the order of the work."""
        return [(name, value / self.things * 1e6) for name, value in self.seconds.items()]


def measure(database: str, fresh: Fresh, size: Size, rounds: int) -> Iterator[Table]:
    """Measure every piece of work on one database; the median of the rounds counts."""
    yield from _exports(database, fresh, ROWS[size], rounds)
    yield _deltas(database, fresh, rounds)
    yield _syncs(database, fresh, sync.BOOKINGS[size] // 4, rounds)
    yield _rebuilds(database, fresh, EVENTS[size], rounds)


def _exports(database: str, fresh: Fresh, rows: int, rounds: int) -> Iterator[Table]:
    kinds: tuple[Change, ...] = ("none", "together", "spread")
    found: dict[str, list[Sections]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as name:
        exports = [write(Path(name) / kind, rows, sequence=n, change=kind) for n, kind in enumerate(kinds, 1)]

        for _ in range(rounds):
            for kind, export in zip(kinds, exports, strict=True):
                with Store.create(fresh()) as store:
                    if kind != "none":
                        _take_in(store, exports[0])
                    with watching(TAKING_IN) as sections:
                        _take_in(store, export)
                found[kind].append(sections)

    told = ("first export", "1 % changed, in 5 % of the courses", "1 % changed, in 40 % of them")
    for what, kind in zip(told, kinds, strict=True):
        yield Table(what, database, "row", rows, _median(found[kind], TAKING_IN))


def _deltas(database: str, fresh: Fresh, rounds: int) -> Table:
    with tempfile.TemporaryDirectory() as name, Store.create(fresh()) as first:
        found = template(first, Path(name), people=4)
    taken: list[Sections] = []
    with tempfile.TemporaryDirectory() as name:
        url = fresh()
        with Store.create(url) as store:
            region = settle_in(store, url, found, events=100_000, vhs=20, catalogue=1_000)
            for news in [delta(region, Path(name)) for _ in range(20)]:
                take_in(region, news)
            for _ in range(rounds):
                waiting = [delta(region, Path(name)) for _ in range(DELTAS)]
                with watching(TAKING_IN) as sections:
                    for news in waiting:
                        take_in(region, news)
                taken.append(sections)
    return Table("one booking as a delta", database, "delta", DELTAS, _median(taken, TAKING_IN))


def _syncs(database: str, fresh: Fresh, bookings: int, rounds: int) -> Table:
    taken: list[Sections] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name, Store.create(fresh()) as store:
            network = centres.centres(bookings)
            exports = (
                (sync, "settle", "programs write their exports"),
                (centres.Centre, "export", "programs write their exports"),
                (sync, "give_out", "giving out change lists"),
                (centres.Centre, "apply", "programs carry them out"),
            )
            with watching(TAKING_IN + exports) as sections:
                sync.converge(store, network, Path(name), NOW)
            sections.seconds.pop("programs write their exports")
            taken.append(sections)
    return Table("a sync of four from nothing", database, "booking", bookings, _median(taken, TAKING_IN))


def _rebuilds(database: str, fresh: Fresh, events: int, rounds: int) -> Table:
    with tempfile.TemporaryDirectory() as name, Store.create(fresh()) as first:
        rows = template(first, Path(name), people=PEOPLE)
    url = fresh()
    taken: list[Sections] = []
    with Store.create(url) as store:
        fill(store, rows, events, VHS)
        rebuild(store, url)
        for _ in range(rounds):
            with watching(BUILDING) as sections:
                rebuild(store, url)
            taken.append(sections)
        total = store.head()
    return Table("a rebuild by one process", database, "event", total, _median(taken, BUILDING))


def _median(taken: list[Sections], watched: Sequence[Watched]) -> dict[str, float]:
    """Take the median of every section, in the order they are named in; those of no time are left out."""
    order = dict.fromkeys([*(section for _, _, section in watched), *taken[0].seconds])
    order[REST] = order.pop(REST)
    found = {name: statistics.median(item.seconds.get(name, 0.0) for item in taken) for name in order}
    return {name: value for name, value in found.items() if value}


def main() -> int:
    """Print a table for each piece of work."""
    parser = argparse.ArgumentParser(prog="make bench-sections ARGS=…", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", choices=SIZES, default="medium", help="how much is measured")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    parser.add_argument("--database", choices=("sqlite", "postgres"), action="append", help="only this one")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    tables: list[Table] = []
    with databases() as fresh:
        for database in asked.database or ("sqlite", "postgres"):
            for table in measure(database, fresh[database], asked.size, asked.rounds):
                tables.append(table)
                if not asked.json:
                    _print(table)
    if asked.json:
        data = [table._asdict() | {"microseconds": dict(table.rows())} for table in tables]
        json.dump({"schema": "koop-es/bench-sections/1", "data": {"tables": data}}, sys.stdout)
        sys.stdout.write("\n")
    return 0


def _print(table: Table) -> None:
    rows = table.rows()
    total = sum(value for _, value in rows)
    sys.stdout.write(f"\n{table.what}, {table.database}: {total:,.2f} us a {table.unit}\n")
    for name, value in rows:
        sys.stdout.write(f"{value:10,.2f}  {value / total:4.0%}  {name}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
