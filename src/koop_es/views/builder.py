"""The derived tables built from the log: stream by stream, in pages, each event read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from koop_es.domain.errors import StoreUnusable
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import is_cooperation, is_institution
from koop_es.store import MAX_POSITION, Row, Store, Tx
from koop_es.store.codec import stories
from koop_es.store.collector import uncollected
from koop_es.store.record import StoredRow, Story
from koop_es.views.derived import TABLES, Said, Touched, by_table, rows_of, rows_of_institution
from koop_es.views.differences import Findings, Kept, compare, kept

PAGE = 5_000
"""Events read together, as many as a transaction of an ingest writes: some 10 MB in memory with what comes of them."""

WRITTEN_TOGETHER = 50_000
"""Events whose rows are written in one transaction: every one of them writes pages of all indices again, and this many
rows are some 5 MB, written in a tenth of a second."""

SAMPLES = 256
"""Events whose streams are looked up to divide the log: parts then differ by some per cent in size."""

Beside = Literal["next", "back"]
"""The tables that a rebuild fills, or those that were live before."""


class RebuildOvertaken(StoreUnusable):
    """Another rebuild of this store was begun and goes on in place of this one; nothing was changed."""

    code = "rebuild_overtaken"


class Part(NamedTuple):
    """A part of the log: the streams behind one up to another, in the order of the database."""

    after: str
    upto: str


class Built(NamedTuple):
    """What was built of some streams, with their events, and where what is kept differed."""

    stories: dict[str, Story]
    rows: dict[str, list[Row]]
    findings: Findings
    events: int


def parts(store: Store, count: int) -> list[Part]:
    """Divide the log into parts of about as many events each; fewer where there are few streams."""
    with store.reading() as tx:
        last = tx.row("event_last_stream")
        if last is None or last[0] is None:
            return []
        head = tx.head()
        positions = sorted({max(1, head * number // SAMPLES) for number in range(SAMPLES)})
        samples = [row[0] for row in tx.rows("event_samples", positions=positions)] if count > 1 else []
    inner = {samples[len(samples) * number // count]: None for number in range(1, count)} if samples else {}
    bounds = ["", *(stream for stream in inner if stream != last[0]), last[0]]
    return [Part(*bound) for bound in pairwise(bounds)]


def build(store: Store, part: Part) -> Iterator[Built]:
    """Build the rows of a part of the log and compare them with what is kept at the same moment."""
    stream, version = part.after, MAX_POSITION
    carried: list[StoredRow] = []
    while True:
        with uncollected():
            with store.reading() as tx:
                page = tx.rows_by_stream(stream, version, part.upto, PAGE)
                whole = carried + page
                # The last stream of a full page may go on in the next one.
                cut = _begin_of_last(whole) if len(page) == PAGE else len(whole)
                carried = whole[cut:]
                told = stories(whole[:cut])
                found = kept(tx, list(told))
            built = _built(told, found, len(page))
        yield built
        if len(page) < PAGE:
            return
        _, stream, version, _, _ = page[-1]


def _begin_of_last(rows: Sequence[StoredRow]) -> int:
    """Find where the last stream begins."""
    begin = len(rows)
    while begin and rows[begin - 1][1] == rows[-1][1]:
        begin -= 1
    return begin


def build_some(tx: Tx, coop_ids: Sequence[str]) -> Built:
    """Build the rows of some cooperations and compare them with what is kept; those the log does not know have none."""
    told = tx.stories(coop_ids)
    return _built(told, kept(tx, coop_ids), sum(len(story.rows) for story in told.values()))


def _built(told: dict[str, Story], found: Kept, events: int) -> Built:
    heads = {stream: story.rows[-1][0] for stream, story in told.items() if story.rows}
    rows = by_table(_rows_of(stream, story) for stream, story in told.items() if story.rows)
    return Built(told, rows, compare(found, rows, heads), events)


def _rows_of(stream: str, story: Story) -> dict[str, list[Row]]:
    if is_cooperation(stream):
        return rows_of(_touched(stream, story))
    return rows_of_institution(Said(stream, story.events, story.positions)) if is_institution(stream) else by_table(())


def _touched(coop_id: str, story: Story) -> Touched:
    return Touched(fold(coop_id, story.events), story.events, story.positions)


def write(tx: Tx, beside: Beside, attempt: int, rows: dict[str, list[Row]], anew: Sequence[str] = ()) -> None:
    """Write rows into tables that are not live, first taking out those of the cooperations written ``anew``.

    Raises RebuildOvertaken.
    """
    check(tx, attempt)
    for table in TABLES:
        if anew:
            tx.run(f"{beside}_{table}_delete", coop_ids=anew)
        tx.write_rows(f"{beside}_{table}_insert", rows[table])


def check(tx: Tx, attempt: int) -> None:
    """Make sure that no other rebuild was begun, which a process may not have heard of; raises RebuildOvertaken."""
    if tx.rows("rebuild_attempt") != [(attempt,)]:
        raise RebuildOvertaken


Told = Callable[[int, int], None]
"""Is told how many events were read, and how many rows of views were made of them."""


def fill(store: Store, part: Part, attempt: int | None, told: Told) -> Findings:
    """Build a part of the log into the tables beside, or only compare it where there is no ``attempt``."""
    findings = Findings()
    waiting, events = by_table(()), 0
    for built in build(store, part):
        findings.add(built.findings)
        told(built.events, len(built.rows["views"]))
        events += built.events
        if attempt is not None:
            for table, rows in built.rows.items():
                waiting[table] += rows
            if events >= WRITTEN_TOGETHER:
                _put(store, attempt, waiting)
                waiting, events = by_table(()), 0
    if attempt is not None:
        _put(store, attempt, waiting)
    return findings


def _put(store: Store, attempt: int, rows: dict[str, list[Row]]) -> None:
    with store.write() as tx:
        write(tx, "next", attempt, rows)
