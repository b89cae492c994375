"""The views built anew from nothing, beside the live ones, compared with them and exchanged in one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from koop_es.domain.errors import BadInput, CooperationUnknown
from koop_es.store import Store, Tx
from koop_es.store.errors import RebuildRunning, StoreBusy
from koop_es.store.schema import has_outdated_views
from koop_es.views.builder import Beside, Built, Part, build_some, check, fill, parts, write
from koop_es.views.derived import TABLES
from koop_es.views.differences import MOST_LISTED, Findings
from koop_es.views.workers import PARTS_EACH, fill_together

AT_ONCE = 200
"""Cooperations built together where they are named: some 5,000 events of usual courses."""

FEW = 50
"""Cooperations with new events that are left for the moment the log is locked: they take some ten milliseconds."""

EXCHANGES = 300
"""Attempts to exchange the tables: with the pauses between them about a minute, longer than any reader takes."""

PAUSE_SECONDS = 0.2
"""Pause between attempts, in which waiting readers get on."""

Progress = Callable[[int, int], None]
"""Told how many events are read, and about how many there are."""


class NoFormerViews(BadInput):
    """There are no former views to go back to: no rebuild has exchanged them yet; koop-es rebuild does."""

    code = "no_former_views"


class Rebuilt(msgspec.Struct):
    """What a rebuild did: events read, rows of views made, where what was kept differed, whether that was mended."""

    events: int = 0
    views: int = 0
    findings: Findings = msgspec.field(default_factory=Findings)
    position: int = 0
    written: bool = False


def rebuild(
    store: Store, url: str, *, workers: int = 1, only_check: bool = False, progress: Progress | None = None
) -> Rebuilt:
    """Build all views anew beside the live ones, compare, and exchange them; ``url`` is the store's, for processes.

    Ingests go on meanwhile and are caught up with. Where it is killed the live views are as they were, and the next
    one begins from nothing. ``only_check`` compares and writes nothing. Raises RebuildRunning and RebuildOvertaken.
    """
    if only_check:
        return _build(store, url, workers, None, progress)
    with _begun(store) as (attempt, stay):
        with store.write() as tx:
            check(tx, attempt)
            tx.discard("clear_")
        since = store.head()
        result = _build(store, url, workers, attempt, progress, stay)
        since = _catch_up(store, "next", attempt, since, stay)
        with store.write() as tx:
            check(tx, attempt)
            tx.run_series("analyze_")
        result.position = _exchange(store, "next", attempt, since, stay)
        result.written = True
        with store.write() as tx:
            check(tx, attempt)
            tx.discard("clear_")
    return result


def go_back(store: Store) -> Rebuilt:
    """Make the views live again that were before the last rebuild, after bringing them up to date.

    Only cooperations with events since then are written anew; the others are as they were. Raises NoFormerViews.
    """
    with _begun(store) as (attempt, stay):
        with store.reading() as tx:
            row = tx.row("rebuild_position")
        if row is None or row[0] is None:
            raise NoFormerViews
        since = _catch_up(store, "back", attempt, row[0], stay)
        return Rebuilt(position=_exchange(store, "back", attempt, since, stay), written=True)


def rebuild_some(store: Store, *, vhs: str | None = None, coop_id: str | None = None, only_check: bool) -> Rebuilt:
    """Build the views of one cooperation, or of all one VHS had to do with, anew in place, in one transaction.

    Raises CooperationUnknown.
    """
    result = Rebuilt()
    with store.reading() if only_check else store.write() as tx:
        if not only_check:
            tx.lock_log()
        coop_ids = [coop_id] if coop_id is not None else [row[0] for row in tx.rows("derived_of_vhs", vhs=vhs)]
        for built, chosen in _by_pages(tx, coop_ids):
            if not only_check:
                _write_live(tx, built, chosen)
            _count(result, built)
        if coop_id is not None and not result.events and not result.findings.count:
            raise CooperationUnknown(f"there is no cooperation {coop_id}", coop_id=coop_id)
        result.position = tx.head()
        result.written = not only_check
    return result


@contextmanager
def _begun(store: Store) -> Iterator[tuple[int, Callable[[], None]]]:
    with store.alone() as stay:
        with store.write() as tx:
            row = tx.row("rebuild_begin")
        if row is None:
            raise RebuildRunning
        yield row[0], stay


def _build(
    store: Store,
    url: str,
    workers: int,
    attempt: int | None,
    progress: Progress | None,
    stay: Callable[[], None] = lambda: None,
) -> Rebuilt:
    """Build every part of the log, and find what no event stands behind."""
    with store.reading() as tx:
        result, total = Rebuilt(position=tx.head()), _total(tx)

    def told(events: int, views: int) -> None:
        result.events += events
        result.views += views
        stay()
        if progress is not None:
            progress(result.events, max(total, result.events))

    shares: list[Part] = parts(store, workers * PARTS_EACH if workers > 1 else 1)
    if len(shares) > 1:
        result.findings.add(fill_together(url, shares, workers, attempt, told))
    else:
        for part in shares:
            result.findings.add(fill(store, part, attempt, told))
    with store.reading() as tx:
        strays = [row[0] for row in tx.rows("derived_strays", limit=MOST_LISTED)]
        result.findings.add(build_some(tx, strays).findings)
    return result


def empty_former(tx: Tx) -> None:
    """Empty the tables that were live before, and those that the next rebuild fills."""
    tx.run_series("former_")
    tx.run_series("clear_")
    tx.run("rebuild_mark", position=None)


def write_anew(tx: Tx, coop_ids: Sequence[str]) -> None:
    """Build the views of some cooperations anew in place, within a transaction that holds the log."""
    for built, chosen in _by_pages(tx, coop_ids):
        _write_live(tx, built, chosen)


def _total(tx: Tx) -> int:
    row = tx.row("event_count")
    return int(row[0]) if row is not None else 0


def _catch_up(store: Store, beside: Beside, attempt: int, since: int, stay: Callable[[], None]) -> int:
    """Write anew what got events since a position, until only few are left; returns up to where that was done."""
    while True:
        with store.reading() as tx:
            head, recent = tx.head(), _recent(tx, since)
        if len(recent) <= FEW:
            return since
        for start in range(0, len(recent), AT_ONCE):
            chosen = recent[start : start + AT_ONCE]
            with store.reading() as tx:
                built = build_some(tx, chosen)
            with store.write() as tx:
                write(tx, beside, attempt, built.rows, anew=chosen)
            stay()
        since = head


def _exchange(store: Store, beside: Beside, attempt: int, since: int, stay: Callable[[], None]) -> int:
    """Exchange the tables when nobody writes, and return the position of the log at that moment.

    Readers are waited for only shortly, because whoever comes after them waits as well; then it is tried again.
    """
    for left in reversed(range(EXCHANGES)):
        stay()
        try:
            with store.write() as tx:
                tx.lock_log()
                recent = _recent(tx, since)
                write(tx, beside, attempt, build_some(tx, recent).rows, anew=recent)
                tx.run("patience")
                tx.run_series("switch_" if beside == "next" else "return_")
                outdated = has_outdated_views(tx)
                if beside == "next":
                    tx.run("views_current")
                tx.run("rebuild_mark", position=tx.head())
                if outdated:  # no one goes back to what an older program wrote, free text of rows among it (D15)
                    empty_former(tx)
                return tx.head()
        except StoreBusy:
            if not left:
                raise
            time.sleep(PAUSE_SECONDS)
    raise StoreBusy


def _recent(tx: Tx, since: int) -> list[str]:
    return [row[0] for row in tx.rows("event_streams_after", after=since)]


def _by_pages(tx: Tx, coop_ids: Sequence[str]) -> Iterator[tuple[Built, Sequence[str]]]:
    for start in range(0, len(coop_ids), AT_ONCE):
        chosen = coop_ids[start : start + AT_ONCE]
        yield build_some(tx, chosen), chosen


def _write_live(tx: Tx, built: Built, chosen: Sequence[str]) -> None:
    for delete, insert, table in LIVE:
        tx.run(delete, coop_ids=chosen)
        tx.write_rows(insert, built.rows[table])


LIVE = (
    ("view_delete", "view_insert", TABLES[0]),
    ("violations_delete", "violation_insert", TABLES[1]),
    ("withheld_delete", "withheld_insert", TABLES[2]),
    ("members_delete", "member_note", TABLES[3]),
)
"""What writes the live tables."""


def _count(result: Rebuilt, built: Built) -> None:
    result.events += built.events
    result.views += len(built.rows["views"])
    result.findings.add(built.findings)
