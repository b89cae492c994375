"""The named SQL statements, read once from ``sql/sqlite.sql`` and ``sql/postgres.sql``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Dialect = Literal["sqlite", "postgres"]

_HEADER = re.compile(r"-- ([a-z][a-z0-9_]*): (.+)")


def parse(text: str) -> dict[str, str]:
    """Split a file of statements into name -> SQL, in the order of the file.

    A block begins with ``-- name: what it does``; other comments are dropped. Raises ValueError for a name that is
    given twice, for SQL before the first name and for a name without SQL: all of them mistakes of ours.
    """
    lines: dict[str, list[str]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            name = header[1]
            if name in lines:
                raise ValueError(f"line {number}: the name {name} is given twice")
            lines[name] = []
        elif line.strip() and not line.startswith("--"):
            if not name:
                raise ValueError(f"line {number}: SQL before the first name")
            lines[name].append(line)
    if empty := [name for name, sql in lines.items() if not sql]:
        raise ValueError(f"{empty[0]} has no SQL")
    return {name: "\n".join(sql) for name, sql in lines.items()}


@cache
def statements(dialect: Dialect) -> MappingProxyType[str, str]:
    """List the statements of one database, name -> SQL."""
    return MappingProxyType(parse(files("koop_es.store").joinpath("sql", f"{dialect}.sql").read_text("utf-8")))


def series(prefix: str) -> list[str]:
    """List the names of the statements that begin alike and run one after the other, in order."""
    return [name for name in statements("sqlite") if name.startswith(prefix)]


def migration(version: int) -> list[str]:
    """List the names of the statements that lead to a version of the tables, in order."""
    return series(f"migration_{version}_")


@cache
def made_on_postgres() -> tuple[tuple[str, str], ...]:
    """List what ``objects_lines`` says of the tables of an empty store: a table and a line of it.

    It is kept in a file, since a role that only reads cannot make tables to compare with.
    """
    text = files("koop_es.store").joinpath("sql", "postgres_tables.txt").read_text("utf-8")
    return tuple((table, line) for table, _, line in (row.partition(": ") for row in text.splitlines()))
