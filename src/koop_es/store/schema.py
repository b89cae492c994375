"""The version of the tables and the steps that lead to it."""

from __future__ import annotations

import re
from functools import cache

from koop_es.store import times
from koop_es.store.errors import PlaceTaken, SchemaTooNew, SchemaTooOld, StoreDamaged, StoreMissing, StoreScattered, at
from koop_es.store.statements import migration, statements
from koop_es.store.transaction import Tx

SCHEMA_VERSION = 6
"""Version this program reads and writes; the statements ``migration_<n>_*`` lead from version n - 1 to n."""

TIMES_SINCE = 4
"""Version since which the store keeps when positions of the log were reached (D23)."""


def version(tx: Tx) -> int:
    """Read the version of the tables, 0 where there are none."""
    return _versions(tx, "")[0]


def has_outdated_views(tx: Tx) -> bool:
    """Tell whether the tables of a store that is open were brought up to date, but the views are still those an older
    program made.
    """
    row = tx.row("schema_version")
    return row is not None and row[1] is not None


def check(tx: Tx, where: str) -> None:
    """Raise StoreMissing, SchemaTooNew or SchemaTooOld unless tables and views are of this program's version, and
    StoreScattered or StoreDamaged unless all are there, and in one place.
    """
    found, views_of = _versions(tx, where)
    if found == 0:
        raise at(StoreMissing, where)
    if found > SCHEMA_VERSION:
        raise _too_new(where, found)
    if found < SCHEMA_VERSION:
        reason = f"its tables are version {found}, this koop-es needs {SCHEMA_VERSION}"
        raise at(SchemaTooOld, where, reason, found=found)
    if views_of is not None:
        reason = f"its views are still those of version {views_of}"
        raise at(SchemaTooOld, where, reason, found=int(views_of))


def migrate(tx: Tx, where: str) -> int:
    """Bring the tables to this program's version within the given transaction and return the version they had.

    The views of an older store are outdated from then on, until a rebuild exchanges them. The caller holds the schema
    lock. Raises SchemaTooNew for tables of a newer program, StoreScattered and StoreDamaged where there are some, but
    elsewhere or not all: a second log is never made. Raises PlaceTaken where there is no store but something else.
    """
    found, _ = _versions(tx, where)
    if found == 0:
        _check_empty(tx, where)
    if found > SCHEMA_VERSION:
        raise _too_new(where, found)
    tx.create_log()
    for step in range(found + 1, SCHEMA_VERSION + 1):
        tx.run_series(f"migration_{step}_")
        if step == TIMES_SINCE:
            times.fill(tx)
        tx.run("schema_mark", version=str(step))
    if 0 < found < SCHEMA_VERSION:
        tx.run("views_outdated", version=str(found))
    return found


def _versions(tx: Tx, where: str) -> tuple[int, str | None]:
    """Read the version of the tables, 0 where there are none, and of which older version the views still are."""
    here = _tables(tx, where)
    if not here & MARKS:
        return 0, None
    if not here & LOGS or META not in here:
        raise at(StoreDamaged, where, f"{META} is missing" if here & LOGS else "the table of the log is missing")
    row = tx.row("schema_version")
    if row is None or not all(value is None or str(value).isdecimal() for value in row):
        raise StoreDamaged("the version of the tables is no number; restore the last backup")
    missing = sorted(tables_of(min(int(row[0]), SCHEMA_VERSION)) - here)
    if missing:
        raise at(StoreDamaged, where, f"{', '.join(missing)} missing")
    return int(row[0]), row[1]


NAMED = 3
"""So many of the things that lie where a store is to be are named: enough to know whose they are."""


def _check_empty(tx: Tx, where: str) -> None:
    """Raise PlaceTaken where something lies that nobody could tell later from what was put into the store (G7)."""
    others = list(dict.fromkeys(str(of) for _, _, of in tx.rows("objects")))
    if others:
        named = ", ".join([*others[:NAMED], *(["…"] if len(others) > NAMED else [])])
        place = f"the schema {tx.schemas[0]}" if tx.schemas != ("main",) else "the file"
        raise at(PlaceTaken, where, f"{place} holds {named}, which is not of koop-es", others=others[:NAMED])


META = "koop_meta"
LOGS = {"koop_events", "stored_events"}
"""The library's table, by its name on each database."""

MARKS = {META, *LOGS}
"""Tables by which a store is known."""


def _tables(tx: Tx, where: str) -> set[str]:
    """Name the tables where new ones would be made. Raises StoreScattered where there is a log in another schema of the
    search path, or in any other of the database while there is none here.
    """
    rows = tx.rows("schema_tables")
    first, *path = tx.schemas
    here = {table for schema, table in rows if schema == first}
    logs = sorted({schema for schema, table in rows if schema != first and table in MARKS})
    if elsewhere := [schema for schema in logs if schema in path or not here & MARKS]:
        raise at(
            StoreScattered,
            where,
            f"there are tables in the schema {' and '.join(elsewhere)}, but the search path begins with {first}",
            schemas=[*elsewhere, first],
        )
    return here


@cache
def tables_of(version: int) -> set[str]:
    """Name the tables that a store of a version has beside the log."""
    found: set[str] = set()
    for number in range(1, version + 1):
        for text in map(statements("sqlite").__getitem__, migration(number)):
            found |= set(re.findall(r"CREATE TABLE (koop_\w+)", text))
            found -= set(re.findall(r"DROP TABLE (koop_\w+)", text))
            for old, new in re.findall(r"ALTER TABLE (koop_\w+) RENAME TO (koop_\w+)", text):
                found = found - {old} | {new}
    return found - _ON_SQLITE_ALONE


_ON_SQLITE_ALONE = {"koop_commits"}
"""PostgreSQL counts its transactions itself."""


def _too_new(where: str, found: int) -> Exception:
    return at(SchemaTooNew, where, f"its tables are version {found}, this koop-es knows {SCHEMA_VERSION}", found=found)
