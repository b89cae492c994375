"""Brings a store back to the first version of the tables, as an older koop-es would have left it."""

from __future__ import annotations

import re
from typing import Any

from koop_es.store import Store
from koop_es.store.statements import migration, statements
from koop_es.store.transaction import Row

TABLE = re.compile(r"CREATE TABLE (koop_\w+)")
LOG = "koop_events"
NUMBER = "id"
"""A column that counts by itself; nothing refers to it."""


def downgrade(url: str) -> None:
    """Put what the tables of the first version held into new ones of that version, and drop all others."""
    dialect: Any = "sqlite" if url.startswith("sqlite") else "postgres"
    with Store.open(url) as store, store.write() as tx:
        cursor = tx._cursor  # type: ignore[attr-defined]
        tables = [name for name in _tables(cursor, dialect) if name != LOG]
        held = {name: _rows(cursor, name) for name in tables}
        for name in tables:
            cursor.execute(f"DROP TABLE {name}")
        for name in migration(1):
            tx.run(name)
            if made := TABLE.match(statements(dialect)[name]):
                _fill(cursor, made[1], *held.get(made[1], ([], [])), dialect)
        tx.run("schema_mark", version="1")


def _tables(cursor: Any, dialect: str) -> list[str]:
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 5) = 'koop_'",
        "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND left(tablename, 5) = 'koop_'",
    }
    return [name for (name,) in cursor.execute(asked[dialect]).fetchall()]


def _rows(cursor: Any, table: str) -> tuple[list[str], list[Row]]:
    found = cursor.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    return [column[0] for column in cursor.description], [tuple(row) for row in found]


def _fill(cursor: Any, table: str, columns: list[str], rows: list[Row], dialect: str) -> None:
    cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
    kept = [column[0] for column in cursor.description if column[0] in columns and column[0] != NUMBER]
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(kept))
    for row in rows:
        values = [row[columns.index(name)] for name in kept]
        cursor.execute(f"INSERT INTO {table} ({', '.join(kept)}) VALUES ({marks})", values)  # noqa: S608
