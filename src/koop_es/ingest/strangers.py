"""Courses with a COOP-Id that their VHS has no part in: asked when an export shows one (R31, D9, D16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from koop_es.domain.admission import Standing, Stranger, standing_of, stranger
from koop_es.domain.events import CourseReleased
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import is_issued
from koop_es.domain.observation import CourseRow, Kind, Report
from koop_es.domain.slices import KnownLane
from koop_es.store import Tx


def strangers(tx: Tx, report: Report, lanes: Mapping[str, KnownLane]) -> Callable[[CourseRow], Stranger | None]:
    """Make the look-up for the rows of an export; what it needs is read at once, and only if asked.

    A VHS whose Abo was ended is none: what it has booked since is said row by row (D9).
    """

    @cache
    def standings() -> dict[str, Standing]:
        ids = {row.external_number for row in report.courses if row.external_number} - lanes.keys()
        took_part = {row[0] for row in tx.rows("members_of_vhs", vhs=report.vhs, upto=tx.head())}
        return _standings(tx, sorted(filter(is_issued, ids)), took_part)

    @cache
    def markets() -> list[str]:
        return [row[0] for row in tx.rows("markets_of_vhs", vhs=report.vhs)]

    def asked(row: CourseRow) -> Stranger | None:
        if report.kind not in (Kind.FULL, Kind.DELTA) or not row.external_number:
            return None
        found = standings().get(row.external_number)
        return stranger(row.external_number, report.vhs, row, found, markets()) if found is not None else None

    return asked


def _standings(tx: Tx, coop_ids: list[str], took_part: set[str]) -> dict[str, Standing]:
    """Say how cooperations stand, by their first events and those who take part; one without any is put together, and
    so is one that was released through the engine, which may be closed since.
    """
    begun = tx.beginnings(coop_ids)
    seen = {row[0] for row in tx.rows("view_roles", coop_ids=list(begun))}
    found = dict.fromkeys(coop_ids, Standing())
    for coop_id, first in begun.items():
        if coop_id in seen and coop_id in took_part:
            del found[coop_id]
        elif coop_id not in seen or (isinstance(first, CourseReleased) and not _was_shown(first)):
            found[coop_id] = standing_of(fold(coop_id, tx.stories([coop_id])[coop_id].events))
    return found


def _was_shown(first: CourseReleased) -> bool:
    """Tell whether an export showed a release from before the engine was connected; a course that was taken up without
    COOP-Id got its own through the engine (D12).
    """
    return first.adopted and first.origin is not None
