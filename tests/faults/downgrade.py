"""Brings a store back to the first version of the tables, as an older koop-es would have left it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from koop_es.store import Store, schema
from koop_es.store.statements import migration, statements

TABLE = re.compile(r"CREATE TABLE (\w+)")
INDEX = re.compile(r"CREATE INDEX (\w+)")
COLUMN = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+)")


def downgrade(url: str) -> None:
    """Undo every migration but the first, the last one first."""
    dialect: Any = "sqlite" if url.startswith("sqlite") else "postgres"
    with Store.open(url) as store, store.write() as tx:
        for statement in undone([statements(dialect)[name] for name in _names()]):
            tx._cursor.execute(statement)  # type: ignore[attr-defined]
        tx.run("schema_mark", version="1")


def _names() -> list[str]:
    steps = range(2, schema.SCHEMA_VERSION + 1)
    return [name for step in steps for name in migration(step)]


def undone(done: list[str]) -> Iterator[str]:
    """Give the statements that take others back; what only filled a table goes with the table."""
    for statement in reversed(done):
        if found := TABLE.match(statement):
            yield f"DROP TABLE {found[1]}"
        elif found := INDEX.match(statement):
            yield f"DROP INDEX {found[1]}"
        elif found := COLUMN.match(statement):
            yield f"ALTER TABLE {found[1]} DROP COLUMN {found[2]}"
        elif not statement.startswith(("INSERT", "UPDATE")):
            raise ValueError(f"nothing is known that takes this back: {statement}")
