"""What a driver is given, what it says, and the fold that all of them do; nothing but the standard library.

Some peers live in a Python of their own, which knows neither koop-es nor what that needs. A driver is started as
``python -m MODULE DATA SCRATCH DATABASE [WORKLOAD ...]``, says a JSON line for each figure and ends with status 3 where
a result is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BULK = 1_000
"""Events of any streams in one commit, where the peer can do that."""

PAGE = 1_000
"""Events that are read together."""

SINGLES = 1_000
"""Appends of one event (W5): a p99 of ten."""

SINGLE_STREAMS = 50
REPLICAS = 4
WRONG = 3
"""Status of a driver whose result is not what it must be."""

Row = list[Any]


class Given:
    """What a run of a driver is about: the data, a folder of its own, and a database where it needs one."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.data, self.scratch, self.database = Path(arguments[0]), Path(arguments[1]), arguments[2]
        self.asked = arguments[3:]

    @property
    def expected(self) -> dict[str, Any]:
        """What has to come out."""
        found: dict[str, Any] = json.loads((self.data / "expected.json").read_text())
        return found

    def asks(self, workload: str) -> bool:
        """Tell whether a workload is wanted."""
        return not self.asked or workload in self.asked

    def events(self) -> list[dict[str, Any]]:
        """Parse the log: batch, stream, version, type, data."""
        return _lines(self.data / "events.jsonl")

    def documents(self) -> list[tuple[int, dict[str, str]]]:
        """Parse the bookings of a sync, with the replica each begins at."""
        return [(line["at"], line["doc"]) for line in _lines(self.data / "documents.jsonl")]


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def batches(events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Divide the log into what one export adds to one stream."""
    found: dict[int, list[dict[str, Any]]] = {}
    for event in events:
        found.setdefault(event["batch"], []).append(event)
    return list(found.values())


def chunks(events: list[Any]) -> list[list[Any]]:
    """Divide the log into what one bulk commit holds."""
    return [events[start : start + BULK] for start in range(0, len(events), BULK)]


def beside(address: str, name: str) -> str:
    """Give the address of another database of the same PostgreSQL."""
    return re.sub(r"@/[^?]*", f"@/{name}", address, count=1)


def dumped(data: Any) -> bytes:
    """Write the data of an event as a peer stores them."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


# --- the fold ---------------------------------------------------------------------------------------------------------


class Fold:
    """Per VHS: courses released and subscribed, and the status it last showed of each booking, by reference."""

    def __init__(self) -> None:
        self.courses: dict[str, list[int]] = {}
        self.bookings: dict[str, dict[str, str]] = {}

    def apply(self, kind: str, vhs: str, ref: str) -> None:
        """Follow one event; ``ref`` is empty where it is of no booking."""
        if kind in {"BookingMade", "BookingDelivered"}:
            self.bookings.setdefault(vhs, {})[ref] = "A"
        elif kind in {"BookingCancelled", "CancellationDelivered"}:
            self.bookings[vhs][ref] = "S"
        elif kind in {"CourseReleased", "CourseSubscribed"}:
            self.courses.setdefault(vhs, [0, 0])[kind == "CourseSubscribed"] += 1

    def rows(self) -> list[Row]:
        """Count per VHS: released, subscribed, its own bookings that live or not, those of others likewise."""
        found = []
        for vhs in sorted(self.courses.keys() | self.bookings.keys()):
            counts = [0, 0, 0, 0]
            for ref, status in self.bookings.get(vhs, {}).items():
                counts[2 * (not ref.startswith(f"{vhs}:")) + (status == "S")] += 1
            found.append([vhs, *self.courses.get(vhs, [0, 0]), *counts])
        return found


def digest(rows: Iterable[Row]) -> str:
    """Name what a fold came to."""
    return hashlib.sha256(json.dumps(list(rows), separators=(",", ":")).encode()).hexdigest()


TABLES = (
    "CREATE TABLE shown_booking (vhs text NOT NULL, ref text NOT NULL, status text NOT NULL, PRIMARY KEY (vhs, ref))",
    "CREATE TABLE shown_vhs (vhs text PRIMARY KEY, released bigint NOT NULL, subscribed bigint NOT NULL)",
)
"""What a projection fills (W3): the fold as tables."""

TABLE_ROWS = """
SELECT v.vhs, v.released, v.subscribed,
       COALESCE(SUM(CASE WHEN b.ref LIKE v.vhs || ':%' AND b.status <> 'S' THEN 1 ELSE 0 END), 0) AS own_live,
       COALESCE(SUM(CASE WHEN b.ref LIKE v.vhs || ':%' AND b.status = 'S' THEN 1 ELSE 0 END), 0) AS own_cancelled,
       COALESCE(SUM(CASE WHEN b.ref NOT LIKE v.vhs || ':%' AND b.status <> 'S' THEN 1 ELSE 0 END), 0) AS live,
       COALESCE(SUM(CASE WHEN b.ref NOT LIKE v.vhs || ':%' AND b.status = 'S' THEN 1 ELSE 0 END), 0) AS cancelled
FROM shown_vhs v LEFT JOIN shown_booking b ON b.vhs = v.vhs
GROUP BY v.vhs, v.released, v.subscribed ORDER BY v.vhs
"""
"""The rows of the fold, read out of the tables."""


def statement(kind: str, vhs: str, ref: str) -> tuple[str, tuple[str | int, ...]] | None:
    """Give what a projection runs for one event, with ``?`` for its parameters; None where it has nothing to do."""
    if kind in {"BookingMade", "BookingDelivered"}:
        return "INSERT INTO shown_booking VALUES (?, ?, 'A')", (vhs, ref)
    if kind in {"BookingCancelled", "CancellationDelivered"}:
        return "UPDATE shown_booking SET status = 'S' WHERE vhs = ? AND ref = ?", (vhs, ref)
    if kind in {"CourseReleased", "CourseSubscribed"}:
        released = int(kind == "CourseReleased")
        return (
            "INSERT INTO shown_vhs VALUES (?, ?, ?) ON CONFLICT (vhs) DO UPDATE SET"
            " released = shown_vhs.released + excluded.released,"
            " subscribed = shown_vhs.subscribed + excluded.subscribed",
            (vhs, released, 1 - released),
        )
    return None


# --- the sync ---------------------------------------------------------------------------------------------------------


def document_digest(documents: Iterable[dict[str, Any]]) -> str:
    """Name a set of documents, whatever their order."""
    found = hashlib.sha256()
    for line in sorted(json.dumps(doc, sort_keys=True, ensure_ascii=False) for doc in documents):
        found.update(line.encode())
    return found.hexdigest()


def cancelled(
    documents: list[tuple[int, dict[str, str]]], phase: int
) -> tuple[list[tuple[int, dict[str, str]]], list[tuple[int, dict[str, str]]]]:
    """Set "S" in one booking of a hundred where it began, others in every phase; returns all, and those changed."""
    after, changed = [], []
    for number, (at, doc) in enumerate(documents):
        if number % 100 == phase:
            doc = doc | {"Status": "S"}  # noqa: PLW2901 - the one before stays as it was
            changed.append((at, doc))
        after.append((at, doc))
    return after, changed


# --- what a driver says -----------------------------------------------------------------------------------------------


class Clock:
    """Seconds of what ran inside ``timed``."""

    seconds = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Take the time of a block."""
    clock = Clock()
    started = time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - started


def say(workload: str, how: str, count: int, seconds: float, unit: str = "events/s") -> None:
    """Give a rate."""
    _say(workload, how, count / seconds, unit)


def say_ms(workload: str, how: str, seconds: float) -> None:
    """Give a time."""
    _say(workload, how, seconds * 1_000, "ms")


def say_singles(how: str, append: Callable[[int], object]) -> None:
    """Time appends of one event each, durable one by one, and give the median and the ninety-ninth of a hundred."""
    found = []
    for number in range(SINGLES):
        with timed() as clock:
            append(number)
        found.append(clock.seconds)
    found.sort()
    _say("W5 p50", how, found[len(found) // 2] * 1_000, "ms")
    _say("W5 p99", how, found[len(found) * 99 // 100] * 1_000, "ms")


def _say(workload: str, how: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"workload": workload, "how": how, "value": value, "unit": unit}) + "\n")
    sys.stdout.flush()


def check(right: bool, what: str) -> None:
    """End the run with status WRONG where a result is not what it must be."""
    if not right:
        sys.stderr.write(f"wrong: {what}\n")
        raise SystemExit(WRONG)
