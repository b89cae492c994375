"""All that a store holds, row by row, in a form in which two stores that say the same are equal.

Left out are positions and numbers of rows, which a transaction that was rolled back may use up, how often a rebuild was
begun and the tables it fills before they count, the ids that persons drew, the secret of the store and what it
replaced, and the ledger's lines about exports that came again: a repetition is not hushed up there.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

POSITIONS = {"position", "opened_position", "closed_position", "notification_id", "since", "attempt"}
NUMBERED = {"koop_exports", "koop_forgotten", "koop_quarantine", "koop_violations"}
"""Tables whose rows are numbered, in the column ``id``."""

BESIDE = ("_next", "koop_commits")
"""How the names end of tables that a rebuild fills and nobody reads, and of the count of transactions."""

LOGS = {"stored_events", "koop_events"}
LOG = "events"

PERSON_ID = re.compile(r"\b[0-9a-f]{24}\b")

MOST_KNOWN = 100
"""Pictures that are kept."""

Row = tuple[Any, ...]
Picture = dict[str, list[Row]]
"""Table -> its rows, sorted; none of a store that is not there."""


def picture(url: str) -> Picture:
    """Read everything; on SQLite the file is checked as well, and one of the same bytes as before is not read again."""
    if not url.startswith("sqlite:"):
        return _plainly(_postgres(url))
    file = Path(url.removeprefix("sqlite:///"))
    if not file.exists() or any(file.with_name(f"{file.name}{end}").exists() for end in ("-wal", "-journal")):
        return _plainly(_sqlite(file))
    return _of_bytes(sha256(file.read_bytes()).digest(), file)


_KNOWN: dict[bytes, Picture] = {}
"""What files of these bytes hold that were looked at; nobody changes a picture."""


def _of_bytes(digest: bytes, file: Path) -> Picture:
    if digest not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[digest] = _plainly(_sqlite(file))
    return _KNOWN[digest]


def _plainly(found: Picture) -> Picture:
    return _without_chance({name: rows for name, rows in found.items() if not name.endswith(BESIDE)})


def _sqlite(file: Path) -> Picture:
    if not file.exists():
        return {}
    connection = sqlite3.connect(file)
    try:
        assert {text for (text,) in connection.execute("PRAGMA integrity_check")} == {"ok"}
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in connection.execute(names)]
        return {_plain(name): _rows(name, connection.execute(f"SELECT * FROM {name}")) for name in tables}  # noqa: S608
    finally:
        connection.close()


def _postgres(url: str) -> Picture:
    with psycopg.connect(url) as connection:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = [name for (name,) in connection.execute(names)]
        return {
            _plain(name): _rows(name, connection.execute(f"SELECT * FROM {name}".encode()))  # noqa: S608
            for name in tables
        }


def _plain(table: str) -> str:
    return LOG if table in LOGS else table


def _rows(table: str, cursor: Any) -> list[Row]:
    names = [column[0] for column in cursor.description]
    kept = [at for at, name in enumerate(names) if name not in POSITIONS and not (name == "id" and table in NUMBERED)]
    rows: Iterable[Row] = cursor.fetchall()
    if table == "koop_meta":
        rows = [row for row in rows if row[0] not in {"secret", "replaced"}]
    if table == "koop_exports":
        status = names.index("status")
        rows = [row for row in rows if row[status] != "superseded"]
    return [tuple(row[at] for at in kept) for row in rows]


def _without_chance(found: Picture) -> Picture:
    """Name persons by their booking and not by the id they drew, and put rows in order."""
    persons = {row[0]: f"person of {row[2]} {row[3]}" for row in found.get("koop_persons", [])}

    def plain(cell: Any) -> Any:
        text = cell.decode() if isinstance(cell, bytes) else cell
        return PERSON_ID.sub(lambda hit: persons.get(hit[0], hit[0]), text) if isinstance(text, str) else text

    return {name: sorted((tuple(map(plain, row)) for row in rows), key=repr) for name, rows in found.items()}


def streams(found: Picture) -> dict[str, list[Row]]:
    """Give the events of each stream."""
    by_stream: dict[str, list[Row]] = {}
    for row in found.get(LOG, []):
        by_stream.setdefault(row[0], []).append(row)
    return by_stream
