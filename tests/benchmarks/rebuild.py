"""Bar P5: all views built anew while readers are served, against the same views made by SQL, and by the library.

The control makes in the same database, by sets and in one transaction, what plain SQL can make of this workload's
events (``control_*.sql``): what each VHS holds and should hold of each booking, counts, violations, members, under the
same constraints. What both say is compared. The second control is the library's own way, event by event.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from koop_es.store import Store, Tx
from koop_es.store.statements import parse
from koop_es.views import view
from koop_es.views.rebuild import rebuild
from tests.benchmarks import library_projection
from tests.benchmarks.bars import Bar, Fresh, Size, settle
from tests.benchmarks.looking_back import EVENTS, PEOPLE, VHS
from tests.benchmarks.workload import FIRST_VHS, Template, fill, template

WORKERS = 2
LIBRARY_EVENTS = 4_000
"""Events for the library's way, which takes milliseconds for each."""

PAUSE_SECONDS = 0.1
"""Between two views read: whoever reads takes a part of a processor, and not the half of this machine."""

MOST_BYTES = 256_000_000
STATUSES = ("ref", "owner", "status", "reported")
"""What ours and the control both say of a booking."""


def measure(fresh: dict[str, Fresh], rounds: int, size: Size) -> Iterator[Bar]:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder, Store.create(fresh["sqlite"]()) as first:
        rows = template(first, Path(folder), people=PEOPLE)
    for name in ("sqlite", "postgres"):
        url = fresh[name]()
        with Store.create(url) as store:
            fill(store, rows, EVENTS[size], VHS)
            rebuild(store, url, workers=WORKERS)  # there are views to serve, and to compare with
            yield from _compare(name, store, url, rounds, partial(_library, fresh[name], rows))


def _library(fresh: Fresh, rows: Template) -> float:
    """Let the library project a log of its own, and return events per second."""
    url = fresh()
    with Store.create(url) as store:
        fill(store, rows, LIBRARY_EVENTS, VHS)
        head = store.head()
    return head / library_projection.seconds(url, head)


def _compare(name: str, store: Store, url: str, rounds: int, library: Callable[[], float]) -> Iterator[Bar]:
    total = store.head()
    figures: list[dict[str, float]] = []
    peak = 0
    for number in range(rounds):
        found = {"library": library()}
        # In turn, as the first finds the machine colder.
        for work in (_control, _ours) if number % 2 else (_ours, _control):
            with _readers(url), _peak() as highest:
                found[work.__name__] = _seconds(lambda work=work: work(store, url))  # type: ignore[misc]
            peak = max(peak, *highest)
        figures.append(found)
    _agree(store)
    ours = [total / found["_ours"] for found in figures]
    control = [total / found["_control"] for found in figures]
    idiomatic = [found["library"] for found in figures]
    yield _bar(name, "rebuild against SQL by sets", ours, control, 1.0)
    yield _bar(name, "rebuild against the library", ours, idiomatic, 50.0)
    most = peak / 1e6
    what = f"memory of a worker, {total:,} events"
    yield Bar("P8", what, name, "MB", most, None, most, MOST_BYTES / 1e6, False, (most, most))


def _bar(database: str, what: str, ours: list[float], control: list[float], least: float) -> Bar:
    ratios = [a / b for a, b in zip(ours, control, strict=True)]
    middle = statistics.median(ratios)
    spread = (min(ratios), max(ratios))
    medians = statistics.median(ours), statistics.median(control)
    return Bar("P5", what, database, "events/s", *medians, middle, least, True, spread)


def _seconds(work: Callable[[], object]) -> float:
    settle()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _ours(store: Store, url: str) -> None:
    result = rebuild(store, url, workers=WORKERS)
    assert (result.findings.count, result.written) == (0, True)


def _control(store: Store, url: str) -> None:
    del url
    with store.write() as tx:
        for statement in _statements(store).values():
            _cursor(tx).execute(statement)


def _statements(store: Store) -> dict[str, str]:
    database = "sqlite" if store.address.startswith("sqlite") else "postgres"
    return parse(Path(__file__).with_name(f"control_{database}.sql").read_text("utf-8"))


def _cursor(tx: Tx) -> Any:
    return tx._cursor  # type: ignore[attr-defined]


def _agree(store: Store) -> None:
    """See that ours and the control say the same of every booking, and count alike; else the control proves nothing."""
    with store.reading() as tx:
        kept, made = (_all(tx, f"SELECT coop_id, vhs, pending, live, doc FROM {t}_views") for t in ("koop", "control"))  # noqa: S608
        for what in ("count(*), count(closed_position) FROM {}_violations", "vhs, coop_id, since FROM {}_members"):
            assert _all(tx, f"SELECT {what.format('koop')}") == _all(tx, f"SELECT {what.format('control')}")
    assert [row[:4] for row in kept] == [row[:4] for row in made]
    assert all(_bookings(a[4]) == _bookings(b[4]) for a, b in zip(kept, made, strict=True))


def _all(tx: Tx, statement: str) -> list[Any]:
    return sorted(_cursor(tx).execute(statement).fetchall())


def _bookings(doc: str) -> list[tuple[str | None, ...]]:
    return [tuple(booking.get(name) for name in STATUSES) for booking in json.loads(doc)["bookings"]]


@contextmanager
def _readers(url: str) -> Iterator[None]:
    """Let another process read a view again and again; raises where it ever was not whole."""
    context: SpawnContext = multiprocessing.get_context("spawn")
    over, begun, whole = context.Event(), context.Event(), context.Value("i", 0)
    process = context.Process(target=_read, args=(url, over, begun, whole), daemon=True)
    process.start()
    assert begun.wait(60)
    try:
        yield
    finally:
        over.set()
        process.join(60)
    assert process.exitcode == 0, "a reader saw something else than whole views"
    assert whole.value > 1, "nothing was read meanwhile"


def _read(url: str, over: Any, begun: Any, whole: Any) -> None:
    with Store.open(url) as store:
        vhs = str(FIRST_VHS + VHS // 2)
        right = view(store, vhs)
        assert right["courses"]
        begun.set()
        while not over.wait(PAUSE_SECONDS):
            assert view(store, vhs) == right
            whole.value += 1


@contextmanager
def _peak() -> Iterator[list[int]]:
    """Watch the resident memory of the processes that a rebuild starts, where the system tells it."""
    highest, over = [0], threading.Event()
    before = {process.pid for process in multiprocessing.active_children()}

    def watch() -> None:
        while not over.wait(0.05):
            own = [process for process in multiprocessing.active_children() if process.pid not in before]
            highest.append(max((_resident(process) for process in own), default=0))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield highest
    finally:
        over.set()
        thread.join()


def _resident(process: BaseProcess) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    except OSError:
        return 0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0][1]) * 1024 if lines else 0
