"""Where what is kept differs from what the log says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Literal

import msgspec

from koop_es.store import Row, Tx
from koop_es.views.derived import COLUMNS, KEYS, TABLES

MOST_LISTED = 1_000
"""Differences that a report names one by one, the others are counted: more than anybody reads, and below 1 MB."""

Kept = dict[str, list[Row]]
"""Table -> its rows, as the store reads them."""


class Difference(msgspec.Struct, frozen=True):
    """One row that is not as the log says: changed, missing or surplus.

    ``event`` is the position of the cooperation's last event, with which the right value is complete; None where the
    log knows nothing of the cooperation. ``columns`` are those that differ. No values: they may be long.
    """

    table: str
    kind: Literal["changed", "missing", "surplus"]
    coop_id: str
    vhs: str
    about: str
    columns: list[str]
    event: int | None


class Findings(msgspec.Struct):
    """All differences, the first of them one by one."""

    count: int = 0
    listed: list[Difference] = []

    def add(self, other: Findings) -> None:
        """Take in what was found elsewhere."""
        self.count += other.count
        self.listed += other.listed[: MOST_LISTED - len(self.listed)]


def kept(tx: Tx, coop_ids: Sequence[str]) -> Kept:
    """Read the rows of some cooperations from all derived tables."""
    return {table: tx.rows(f"derived_{table}", coop_ids=coop_ids) for table in TABLES}


def compare(found: Kept, right: Kept, heads: dict[str, int]) -> Findings:
    """Compare what is kept with what the log says; ``heads`` has the position of each cooperation's last event."""
    findings = Findings()
    for table in TABLES:
        if found[table] == right[table]:
            continue  # usually, and in the same order
        name = itemgetter(*(COLUMNS[table].index(column) for column in KEYS[table]))
        theirs = {name(row): row for row in found[table]}
        ours = {name(row): row for row in right[table]}
        _note(findings, table, "missing", (row for key, row in ours.items() if key not in theirs), heads)
        for key, row in theirs.items():
            if key not in ours:
                _note(findings, table, "surplus", [row], heads)
            elif row != ours[key]:
                differing = [c for c, kept, made in zip(COLUMNS[table], row, ours[key], strict=True) if kept != made]
                _note(findings, table, "changed", [row], heads, differing)
    return findings


def _note(
    findings: Findings,
    table: str,
    kind: Literal["changed", "missing", "surplus"],
    rows: Iterable[Row],
    heads: dict[str, int],
    columns: Sequence[str] = (),
) -> None:
    coop_id, vhs, *about = _NAMED[table]
    for row in rows:
        findings.count += 1
        if len(findings.listed) < MOST_LISTED:
            named = " ".join([str(row[place]) for place in about])
            found = Difference(table, kind, row[coop_id], row[vhs], named, [*columns], heads.get(row[coop_id]))
            findings.listed.append(found)


_NAMED = {
    table: [columns.index(name) for name in ("coop_id", "vhs", "code", "ref", "opened_position") if name in columns]
    for table, columns in COLUMNS.items()
}
"""Table -> the places of the columns that say what a row is about."""
