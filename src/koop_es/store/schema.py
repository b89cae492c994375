"""The version of the tables and the steps that lead to it."""

from __future__ import annotations

from koop_es.store import times
from koop_es.store.errors import SchemaTooNew, SchemaTooOld, StoreDamaged, StoreMissing, at
from koop_es.store.transaction import Tx

SCHEMA_VERSION = 6
"""Version this program reads and writes; the statements ``migration_<n>_*`` lead from version n - 1 to n."""

TIMES_SINCE = 4
"""Version since which the store keeps when positions of the log were reached (D23)."""


def version(tx: Tx) -> int:
    """Read the version of the tables, 0 where there are none."""
    return _versions(tx)[0]


def has_outdated_views(tx: Tx) -> bool:
    """Tell whether the tables were brought up to date, but the views are still those an older program made."""
    return _versions(tx)[1] is not None


def check(tx: Tx, where: str) -> None:
    """Raise StoreMissing, SchemaTooNew or SchemaTooOld unless tables and views are of this program's version."""
    found, views_of = _versions(tx)
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
    lock. Raises SchemaTooNew for tables of a newer program.
    """
    found = version(tx)
    if found > SCHEMA_VERSION:
        raise _too_new(where, found)
    for step in range(found + 1, SCHEMA_VERSION + 1):
        tx.run_series(f"migration_{step}_")
        if step == TIMES_SINCE:
            times.fill(tx)
        tx.run("schema_mark", version=str(step))
    if 0 < found < SCHEMA_VERSION:
        tx.run("views_outdated", version=str(found))
    return found


def _versions(tx: Tx) -> tuple[int, str | None]:
    """Read the version of the tables, 0 where there are none, and of which older version the views still are."""
    if tx.row("schema_known") is None:
        return 0, None
    row = tx.row("schema_version")
    if row is None:
        return 0, None
    if not all(value is None or str(value).isdecimal() for value in row):
        raise StoreDamaged("the version of the tables is no number; restore the last backup")
    return int(row[0]), row[1]


def _too_new(where: str, found: int) -> Exception:
    return at(SchemaTooNew, where, f"its tables are version {found}, this koop-es knows {SCHEMA_VERSION}", found=found)
