"""The ledger of exports: which one of a VHS was applied last, what came late or twice, and what was begun and not
finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from koop_es.connectors import NAME_CHARS, UNNAMED, Fingerprint, Key, Remembered
from koop_es.domain.errors import StoreUnusable
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.observation import Kind, Report
from koop_es.store import Tx

Outcome = Literal["applied", "unchanged", "superseded", "quarantined"]


class ExportUnfinished(StoreUnusable):
    """An earlier export of this VHS was begun and not finished; ingest it again first, or a newer full one."""

    code = "export_unfinished"


class ExportOvertaken(StoreUnusable):
    """A newer export of this VHS was applied meanwhile; this one has no more effect."""

    code = "export_overtaken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an export is not read at all."""

    status: Outcome
    reason: str
    rows: int = 0
    proves: bool = False


class LaneView(NamedTuple):
    """Where a VHS keeps one shared course, and what is open there."""

    number: str
    period: str
    title: str | None
    starts_on: date | None
    ends_on: date | None
    pending: int
    suspects: int
    live: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a VHS has reported; ``applying`` is sequence and sha256 of an export that is half applied."""

    last_sequence: int = 0
    applying: tuple[int | None, str] | None = None
    applying_events: int = 0
    judgement: Judgement = NOTHING
    digest: str | None = None

    def begun(self, report: Report) -> bool:
        """Tell whether it is this export that is half applied."""
        return self.applying == (report.sequence, report.sha256)

    def events_of(self, report: Report) -> int:
        """Count the events this export caused so far, 0 where none of it is applied."""
        return self.applying_events if self.begun(report) else 0


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger says of an export that was taken in."""

    status: Outcome
    events: int
    quarantined_rows: int
    withheld: int


def peek(tx: Tx, vhs: str, *, lock: bool = False) -> Progress:
    """Read how far a VHS has reported; ``lock`` keeps others from changing it to the end of the transaction."""
    row = tx.row("lane_get" if lock else "lane_peek", vhs=vhs)
    if row is None:
        return Progress()
    _, last, sequence, sha256, events, judged, digest, _ = row
    applying = (sequence, sha256) if sha256 is not None else None
    return Progress(last, applying, events, Judgement.from_text(judged), digest)


def verdict(tx: Tx, found: Fingerprint | Report, *, again: bool) -> Verdict | None:
    """Tell whether an export is superseded or unchanged, None if it must be read; raises ExportUnfinished."""
    if found.sequence is None:
        return _uncounted(tx, found)
    before = peek(tx, found.vhs)
    if found.sequence < before.last_sequence or (found.sequence == before.last_sequence and not again):
        return Verdict("superseded", f"export {before.last_sequence} of VHS {found.vhs} was applied already")
    if before.applying is not None and before.applying[0] is not None:
        begun = before.applying[0]
        if found.sequence < begun:
            return Verdict("superseded", f"export {begun} of VHS {found.vhs} is being applied")
        if found.sequence > begun and found.kind is not Kind.FULL:
            raise ExportUnfinished(
                f"export {begun} of VHS {found.vhs} was begun and not finished; ingest it again, or a newer full one",
                vhs=found.vhs,
                sequence=begun,
            )
        return None
    if again or before.digest != found.digest or _open_ends(tx, found.vhs):
        return None
    last = tx.row("export_of_digest", vhs=found.vhs, digest=found.digest)
    rows, proves = last if last is not None else (0, 0)
    return Verdict("unchanged", "the same data as in the last export", rows, bool(proves))


def _open_ends(tx: Tx, vhs: str) -> bool:
    """Tell whether an export must be read although it says what the last one said: something waits for it."""
    quarantined = tx.row("quarantine_open", vhs=vhs)
    if quarantined is not None and quarantined[0]:
        return True
    return tx.row("view_open_ends", vhs=vhs) is not None


def _uncounted(tx: Tx, found: Fingerprint | Report) -> Verdict | None:
    """Judge a source that counts no exports: by its bytes, and by its own time where it has one."""
    latest = tx.row("export_latest_of_kind", vhs=found.vhs, kind=found.kind.value)
    if found.exported_at is not None and latest is not None and latest[0] is not None:
        newest = datetime.fromisoformat(latest[0])
        if datetime.fromisoformat(found.exported_at) < newest:
            return Verdict("superseded", f"a file of {latest[0]} was applied already")
    known = tx.row("export_last_of_kind", vhs=found.vhs, kind=found.kind.value)
    if known is not None and known[0] == found.sha256:
        return Verdict("unchanged", "these very bytes were applied last")
    return None


def lane_views(tx: Tx, vhs: str, numbers: Iterable[str] | None = None) -> dict[str, LaneView]:
    """Read where a VHS keeps its shared courses, by COOP-Id; all of them, or those under some numbers."""
    if numbers is None:
        rows = tx.rows("views_of_vhs_known", vhs=vhs)
    else:
        rows = tx.rows("views_of_vhs_numbered", vhs=vhs, numbers=sorted(numbers))
    return {
        coop_id: LaneView(number, period, title, _day(starts_on), _day(ends_on), pending, suspects, live, bool(alone))
        for coop_id, number, period, title, starts_on, ends_on, pending, suspects, live, alone in rows
    }


def remembered(lanes: Mapping[str, LaneView], names: Mapping[str, str]) -> dict[Key, Remembered]:
    """Give what a VHS last said of its shared courses, where nothing is open and the same rows say nothing new."""
    return {
        (lane.number, lane.period): Remembered(coop_id, name[:NAME_CHARS], lane.title, lane.starts_on, lane.ends_on)
        for coop_id, lane in lanes.items()
        if not (lane.pending or lane.suspects) and (name := names.get(coop_id, UNNAMED)) != UNNAMED
    }


def names(tx: Tx, vhs: str) -> dict[str, str]:
    """Read the names of what a VHS last said, by COOP-Id."""
    return dict(tx.rows("slices_of_vhs", vhs=vhs))


def shared(tx: Tx, vhs: str) -> set[str]:
    """Name the cooperations a VHS takes part in."""
    return {row[0] for row in tx.rows("views_of_vhs_known", vhs=vhs)}


@lru_cache(maxsize=4096)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def ensure(tx: Tx, vhs: str) -> None:
    """Make the row of a VHS, if it never reported."""
    tx.run("lane_ensure", vhs=vhs)


def last_line(tx: Tx, vhs: str) -> int:
    """Tell where the ledger of a VHS ends."""
    row = tx.row("export_last_line", vhs=vhs)
    return int(row[0] or 0) if row is not None else 0


def taken_in_after(tx: Tx, report: Report, line: int) -> Line | None:
    """Find this very export behind a line of the ledger: somebody has taken it in meanwhile, perhaps we ourselves."""
    row = tx.row("export_after", vhs=report.vhs, line=line, kind=report.kind.value, sha256=report.sha256)
    return Line(*row) if row is not None else None


def check(tx: Tx, report: Report) -> Progress:
    """Make sure that no newer export of the VHS came in between, nor will before the transaction ends.

    Returns how far the VHS has reported; raises ExportOvertaken.
    """
    now = peek(tx, report.vhs, lock=True)
    if now == Progress():  # it never reported, so there is no row that could be locked
        ensure(tx, report.vhs)
        now = peek(tx, report.vhs, lock=True)
    if report.sequence is None:
        return now
    begun = now.applying[0] if now.applying is not None and now.applying[0] is not None else 0
    if report.sequence < max(now.last_sequence, begun):
        raise ExportOvertaken(
            f"export {max(now.last_sequence, begun)} of VHS {report.vhs} overtook export {report.sequence}",
            vhs=report.vhs,
        )
    return now


def applying(tx: Tx, report: Report, events: int, judgement: Judgement) -> None:
    """Record that an export is applied in parts, and what was judged for all of it."""
    tx.run(
        "lane_applying",
        vhs=report.vhs,
        sequence=report.sequence,
        sha256=report.sha256,
        events=events,
        judgement=judgement.to_text(),
    )


def advance(tx: Tx, report: Fingerprint | Report, now: datetime) -> None:
    """Record that an export is applied: the next one must have a higher sequence."""
    common: dict[str, Any] = {"vhs": report.vhs, "system": report.system, "recorded_at": now.isoformat()}
    if report.sequence is None:
        tx.run("lane_seen", **common)
    else:
        # Only a full export says everything there is, so only its digest can prove that nothing has changed.
        digest = report.digest if report.kind is Kind.FULL else None
        tx.run("lane_applied", sequence=report.sequence, digest=digest, exported_at=report.exported_at, **common)


def record(
    tx: Tx,
    report: Fingerprint | Report,
    status: Outcome,
    now: datetime,
    *,
    events: int = 0,
    quarantined_rows: int = 0,
    withheld: int = 0,
    reason: str | None = None,
    rows: int = 0,
    proves: bool = False,
) -> None:
    """Add an export to the ledger, with where the log stands and whether it proves what is absent.

    ``rows`` and ``proves`` are those of one that was not read.
    """
    read = report if isinstance(report, Report) else None
    tx.run(
        "export_insert",
        vhs=report.vhs,
        sequence=report.sequence,
        kind=report.kind.value,
        system=report.system or "",
        source=report.source,
        sha256=report.sha256,
        digest=report.digest,
        exported_at=report.exported_at,
        recorded_at=now.isoformat(),
        status=status,
        reason=reason,
        rows=read.rows if read is not None else rows,
        events=events,
        quarantined_rows=quarantined_rows,
        withheld=withheld,
        position=tx.head(),
        proves=int(read.proves_absence if read is not None else proves),
    )


def record_unusable(
    tx: Tx, *, vhs: str, sequence: int | None, kind: str | None, source: str, reason: str, now: datetime
) -> None:
    """Add an export that could not be read to the ledger."""
    tx.run(
        "export_insert",
        vhs=vhs,
        sequence=sequence,
        kind=kind or "",
        system="",
        source=source,
        sha256="",
        digest="",
        exported_at=None,
        recorded_at=now.isoformat(),
        status="quarantined",
        reason=reason,
        rows=0,
        events=0,
        quarantined_rows=0,
        withheld=0,
        position=tx.head(),
        proves=0,
    )
