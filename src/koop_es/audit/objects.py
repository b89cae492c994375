"""What the schema of a store is made of: its tables and indices, and nothing that acts by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from koop_es.store import Tx
from koop_es.store.digest import LOG, PASSING, SERIES
from koop_es.store.schema import SCHEMA_VERSION
from koop_es.store.sqlite_recorder import fresh_schema
from koop_es.store.statements import made_on_postgres, series

_LOGS = {"stored_events": "table", "koop_events": "table", "koop_events_notification_id_idx": "index"}
_COUNT = "koop_commits"
"""The count of writing transactions, which is on SQLite only."""

TABLES = frozenset(
    f"koop_{name.removeprefix(prefix)}"
    for prefix in SERIES
    for name in series(prefix)
    if name not in (*PASSING, f"whole_{LOG}")
)
INDICES = frozenset(
    {
        *("koop_catalogue_by_number", "koop_exports_by_sequence", "koop_exports_by_vhs", "koop_exports_effects"),
        *("koop_forgotten_by_stream", "koop_persons_by_booking", "koop_persons_by_stream"),
    }
)


def faults(tx: Tx) -> Iterable[str]:
    """Name what koop-es has not made, as a trigger that changes what is written, and what of its own is missing."""
    expected = {**dict.fromkeys(TABLES, "table"), **dict.fromkeys(INDICES, "index")}
    there = [(str(kind), str(name), str(of)) for kind, name, of in tx.rows("objects")]
    for kind, name, of in there:
        if expected.get(name) != kind and _LOGS.get(name) != kind and (kind, name) != ("table", _COUNT):
            yield f"{kind} {name} is not of koop-es" + (f", and belongs to {of}" if of != name else "")
    missing = expected.keys() - {name for _, name, _ in there}
    yield from (f"{expected[name]} {name} is missing" for name in sorted(missing))
    yield from _otherwise([(str(table), str(line)) for table, line in tx.rows("objects_lines")])
    made = tx.rows("objects_made")
    right = dict(fresh_schema(SCHEMA_VERSION)) if made else {}
    for name, sql in made:
        if name in right and _plain(sql) != _plain(right[name]):
            yield f"{name} is not made as koop-es makes it"


def _otherwise(lines: list[tuple[str, str]]) -> Iterator[str]:
    """Name what PostgreSQL's tables have that ``init`` has not made, and what they lack, table by table."""
    tables = {table for table, _ in lines}
    right = {(table, line) for table, line in made_on_postgres() if table in tables}
    for table in sorted(tables & {name for name, _ in right}):
        there, wanted = ({line for name, line in found if name == table} for found in (lines, right))
        yield from (f"{table} has {line}, which koop-es has not made" for line in sorted(there - wanted))
        yield from (f"{table} lacks {line}" for line in sorted(wanted - there))


def _plain(sql: str) -> str:
    """Leave out of a statement what SQLite changes in it when a table gets another name."""
    return re.sub(r'[\s"]+', "", sql).casefold()
