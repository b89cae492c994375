"""The derived tables built from the log: stream by stream, in pages, each event read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from koop_es.domain.errors import StoreUnusable
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import is_cooperation
from koop_es.store import MAX_POSITION, Recorded, Row, Store, Tx
from koop_es.views.derived import TABLES, Touched, by_table, rows_of
from koop_es.views.differences import Findings, Kept, compare, kept

PAGE = 5_000
"""Events read together, as many as a transaction of an ingest writes: some 10 MB in memory with what comes of them."""

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

    stories: dict[str, list[Recorded]]
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
    carried: list[Recorded] = []
    while True:
        with store.reading() as tx:
            page = tx.read_by_stream(stream, version, part.upto, PAGE)
            stories = _stories([*carried, *page])
            # The last stream of a full page may go on in the next one.
            carried = stories.pop(page[-1].stream) if len(page) == PAGE else []
            found = kept(tx, list(stories))
        yield _built(stories, found, len(page))
        if len(page) < PAGE:
            return
        stream, version = page[-1].stream, page[-1].version


def build_some(tx: Tx, coop_ids: Sequence[str]) -> Built:
    """Build the rows of some cooperations and compare them with what is kept; those the log does not know have none."""
    stories = tx.load(coop_ids)
    return _built(stories, kept(tx, coop_ids), sum(map(len, stories.values())))


def _stories(recorded: Iterable[Recorded]) -> dict[str, list[Recorded]]:
    found: dict[str, list[Recorded]] = {}
    for item in recorded:
        found.setdefault(item.stream, []).append(item)
    return found


def _built(stories: dict[str, list[Recorded]], found: Kept, events: int) -> Built:
    heads = {stream: story[-1].position for stream, story in stories.items() if story}
    rows = by_table(rows_of(_touched(s, story)) for s, story in stories.items() if story and is_cooperation(s))
    return Built(stories, rows, compare(found, rows, heads), events)


def _touched(coop_id: str, story: list[Recorded]) -> Touched:
    events = [item.event for item in story]
    return Touched(fold(coop_id, events), events, [item.position for item in story])


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
    for built in build(store, part):
        if attempt is not None:
            with store.write() as tx:
                write(tx, "next", attempt, built.rows)
        findings.add(built.findings)
        told(built.events, len(built.rows["views"]))
    return findings
