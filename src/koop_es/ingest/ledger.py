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
from koop_es.domain.identifiers import (
    HIGHEST_SEQUENCE,
    count_of,
    export_name,
    export_number,
    institution_stream,
    sequence_of,
)
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.observation import Kind, Report
from koop_es.domain.older import made_at
from koop_es.store import Tx

PUT_BACK = "STORE_PUT_BACK"
"""The violation of a VHS that has not told what it holds since the store was put back from a backup (D21)."""

LOOKED_AT = 20
"""Exports taken in last among which is looked for one that was made before another of a lower sequence (D23)."""

Outcome = Literal["applied", "unchanged", "superseded", "quarantined"]


class ExportUnfinished(StoreUnusable):
    """An earlier export of this VHS was begun and not finished; ingest it again first, or a newer full one."""

    code = "export_unfinished"


class ExportOvertaken(StoreUnusable):
    """A newer export of this VHS was applied meanwhile; this one has no more effect."""

    code = "export_overtaken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an export is not read at all; ``restarted`` where it came under a new count that nobody accepted, of which
    the first was made at ``since``, ``unheard`` where none was read of several in a row (D23).
    """

    status: Outcome
    reason: str
    rows: int = 0
    proves: bool = False
    restarted: bool = False
    since: str | None = None
    unheard: bool = False


class Older(NamedTuple):
    """When an export was ``made``, and which one taken in before was made after it, and when (D23)."""

    made: str
    export: str
    at: str


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
    role: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a VHS has reported; ``applying`` is sequence and sha256 of an export that is half applied.

    Sequences are numbers over all counts (D23). ``restarted`` says when the first export of a count was made that
    nobody has accepted yet, ``counted_from`` since when those of the present one are. Of files that nobody counts,
    those count that were made since ``files_from`` and taken in behind the line ``files_after`` of the ledger.
    """

    last_sequence: int = 0
    applying: tuple[int | None, str] | None = None
    applying_events: int = 0
    judgement: Judgement = NOTHING
    digest: str | None = None
    last_exported_at: str | None = None
    restarted: str | None = None
    counted_from: str | None = None
    files_from: str | None = None
    files_after: int = 0

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
    _, last, sequence, sha256, events, judged, digest, *marks = row
    applying = (sequence, sha256) if sha256 is not None else None
    return Progress(last, applying, events, Judgement.from_text(judged), digest, *marks)


def number(before: Progress, sequence: int | None, exported_at: str | None) -> int | None:
    """Number an export over all counts of its VHS: in the present one, in the one before if it was made before (D23).

    None where nobody counts.
    """
    if sequence is None:
        return None
    count = count_of(before.last_sequence)
    late = exported_at is not None and before.counted_from is not None and _earlier(exported_at, before.counted_from)
    return export_number(count - 1 if late and count > 1 else count, sequence)


def _earlier(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def verdict(tx: Tx, found: Fingerprint | Report, before: Progress, *, again: bool) -> Verdict | None:
    """Tell whether an export is superseded or unchanged, None if it must be read; raises ExportUnfinished.

    Its sequence is a ``number`` over all counts (D23); ``before`` is how far its VHS has reported.
    """
    if found.sequence is None:
        return _uncounted(tx, found, before)
    if found.sequence < before.last_sequence or (found.sequence == before.last_sequence and not again):
        late = _superseded(found, before.last_sequence, "was applied already")
        return _restarted(tx, found, before) or _unheard(tx, found, before) or late
    if before.applying is not None and before.applying[0] is not None:
        begun = before.applying[0]
        if found.sequence < begun:
            return _superseded(found, begun, "is being applied")
        if found.sequence > begun and found.kind is not Kind.FULL:
            raise ExportUnfinished(
                f"export {sequence_of(begun)} of VHS {found.vhs} was begun and not finished; ingest it again, or a "
                "newer full one",
                vhs=found.vhs,
                sequence=sequence_of(begun),
            )
        return None
    if again or before.digest != found.digest or _open_ends(tx, found.vhs):
        return None
    last = tx.row("export_of_digest", vhs=found.vhs, digest=found.digest)
    rows, proves = last if last is not None else (0, 0)
    return Verdict("unchanged", "the same data as in the last export", rows, bool(proves))


def _superseded(found: Fingerprint | Report, by: int, how: str) -> Verdict:
    return Verdict("superseded", f"export {sequence_of(by)} of VHS {found.vhs} {how}")


def _restarted(tx: Tx, found: Fingerprint | Report, before: Progress) -> Verdict | None:
    """Tell an export of a new count from an old one: made later than the last, and of bytes never seen (D23)."""
    assert found.sequence is not None, "called only for exports that are counted"
    last, made = before.last_exported_at, found.exported_at
    if last is None or made is None or not _earlier(last, made) or not _is_new(tx, found, before):
        return None
    return Verdict(
        "superseded",
        f"its sequence {sequence_of(found.sequence)} is not above {sequence_of(before.last_sequence)}, the last of "
        f"VHS {found.vhs}, but it was made later and is new: the count seems to have begun anew; if so, accept it with "
        f"koop-es vhs restart-sequence {found.vhs} --reason TEXT and ingest it again",
        restarted=True,
    )


def _is_new(tx: Tx, found: Fingerprint | Report, before: Progress) -> bool:
    """Tell whether an export is of bytes never seen, and not one of a former count."""
    made = found.exported_at
    if made is not None and before.counted_from is not None and _earlier(made, before.counted_from):
        return False
    return tx.row("export_seen", vhs=found.vhs, sha256=found.sha256) is None


def _unheard(tx: Tx, found: Fingerprint | Report, before: Progress) -> Verdict | None:
    """Tell several exports in a row that nobody reads from an old one that comes late (D23).

    The last one that was taken in may have been made by a clock that ran ahead, so that none after it is later. Then
    they were made after others of the same or a higher sequence all the same, and the count began anew.
    """
    assert found.sequence is not None, "called only for exports that are counted"
    others = tx.rows("export_unheard", vhs=found.vhs)
    if not others or not _is_new(tx, found, before):
        return None
    taken = tx.rows("exports_taken_in", vhs=found.vhs, limit=LOOKED_AT)
    anew = [
        made
        for number, made in (*others, (found.sequence, found.exported_at))
        if made is not None and any(higher >= number and _earlier(at, made) for higher, at in taken)
    ]
    count, last = len(others) + 1, sequence_of(before.last_sequence)
    return Verdict(
        "superseded",
        f"its sequence {sequence_of(found.sequence)} is not above {last}, the last of VHS {found.vhs}, and it is the "
        f"{count}. in a row that is new and not read: if its count has begun anew, or a clock ran ahead, accept it "
        f"with koop-es vhs restart-sequence {found.vhs} --reason TEXT and ingest them again",
        restarted=bool(anew),
        since=min(anew, key=datetime.fromisoformat, default=None),
        unheard=True,
    )


def _open_ends(tx: Tx, vhs: str) -> bool:
    """Tell whether an export must be read although it says what the last one said: something waits for it."""
    quarantined = tx.row("quarantine_open", vhs=vhs)
    if quarantined is not None and quarantined[0]:
        return True
    return tx.row("view_open_ends", vhs=vhs) is not None or put_back_at(tx, vhs) is not None


def put_back_at(tx: Tx, vhs: str) -> str | None:
    """Tell when the store was put back, where a VHS has not told since what it holds; None nearly always (D21)."""
    row = tx.row("violation_opened_at", coop_id=institution_stream(vhs), code=PUT_BACK)
    return row[0] if row is not None else None


def _uncounted(tx: Tx, found: Fingerprint | Report, before: Progress) -> Verdict | None:
    """Judge a source that counts no exports: by its bytes, and by its own time where it has one.

    What was taken in before its mark was set back does not count, nor what was made before that (D23).
    """
    latest = tx.row("export_latest_of_kind", vhs=found.vhs, kind=found.kind.value, line=before.files_after)
    if found.exported_at is not None:
        if latest is not None and latest[0] is not None and _earlier(found.exported_at, latest[0]):
            return Verdict("superseded", f"a file of {latest[0]} was applied already")
        if before.files_from is not None and _earlier(found.exported_at, before.files_from):
            return Verdict("superseded", f"files count anew from {before.files_from} on")
    known = tx.row("export_last_of_kind", vhs=found.vhs, kind=found.kind.value)
    if known is not None and known[0] == found.sha256 and put_back_at(tx, found.vhs) is None:
        return Verdict("unchanged", "these very bytes were applied last")
    return None


def made_before(tx: Tx, report: Report, now: str) -> Older | None:
    """Find an export of the present count that was made after this one and is taken in although its sequence is lower;
    None for nearly every export (D23).
    """
    if report.sequence is None or report.exported_at is None or report.kind not in (Kind.FULL, Kind.DELTA):
        return None
    first = export_number(count_of(report.sequence), 0)
    made = report.exported_at
    rows = tx.rows("exports_made", vhs=report.vhs, first=first, before=report.sequence, made=made, limit=LOOKED_AT)
    own = datetime.fromisoformat(made)
    times = ((made_at(exported_at, recorded_at, now), number) for number, exported_at, recorded_at in rows)
    found = [(at, number) for at, number in times if at is not None and at > own]
    if not found:
        return None
    at, number = max(found)
    return Older(made, export_name(report.vhs, number, ""), at.isoformat())


def lane_views(tx: Tx, vhs: str, numbers: Iterable[str] | None = None) -> dict[str, LaneView]:
    """Read where a VHS keeps its shared courses, by COOP-Id; all of them, or those under some numbers."""
    if numbers is None:
        rows = tx.rows("views_of_vhs_known", vhs=vhs)
    else:
        rows = tx.rows("views_of_vhs_numbered", vhs=vhs, numbers=sorted(numbers))
    return {
        coop_id: LaneView(
            number, period, title, _day(starts_on), _day(ends_on), pending, suspects, live, bool(alone), role
        )
        for coop_id, number, period, title, starts_on, ends_on, pending, suspects, live, alone, role in rows
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


def complete_before(tx: Tx, vhs: str, number: int) -> int | None:
    """Find the last export before one that was complete, by number; None where there is none (D20)."""
    row = tx.row("export_complete_before", vhs=vhs, before=number)
    return row[0] if row is not None else None


def complete_made_at(tx: Tx, report: Report) -> str | None:
    """Find when the last complete export of a VHS before one was made; None where there is none."""
    row = tx.row("export_complete_made", vhs=report.vhs, before=report.sequence or HIGHEST_SEQUENCE)
    return row[0] if row is not None else None


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
            f"{export_name(report.vhs, max(now.last_sequence, begun), '')} overtook "
            f"{export_name(report.vhs, report.sequence, '')}",
            vhs=report.vhs,
        )
    return now


def restarted(tx: Tx, vhs: str, at: str | None) -> None:
    """Record that exports came under a new count, the first made ``at``; or None: that this is settled (D23)."""
    tx.run("lane_restarted", vhs=vhs, at=at)


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


def advance(tx: Tx, report: Fingerprint | Report, now: datetime, *, whole: bool = True) -> None:
    """Record that an export is applied: the next one must have a higher sequence.

    One of which not the ``whole`` was taken in is no measure of what is new in the next.
    """
    common: dict[str, Any] = {"vhs": report.vhs, "system": report.system, "recorded_at": now.isoformat()}
    if report.sequence is None:
        tx.run("lane_seen", **common)
    else:
        # Only a full export says everything there is, so only its digest can prove that nothing has changed.
        digest = report.digest if report.kind is Kind.FULL and whole else None
        reading = (report.reading or None) if isinstance(report, Report) else None
        common |= {"reading": reading, "exported_at": report.exported_at}
        tx.run("lane_applied", sequence=report.sequence, digest=digest, **common)


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
