"""Ingest: one export goes in, events come out, views are current when it is done.

An export that fits is applied in one transaction. A larger one is applied in several; a kill between them leaves the
store whole, and the same command finishes the work: what was applied already says nothing new, the same export never
counts an absence twice, and what the mass guard decided stays decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import structlog

from koop_es.connectors import ExportQuarantined, Fingerprint, manifest, open_export
from koop_es.connectors.source import Directory
from koop_es.domain.draft import Moment
from koop_es.domain.events import ExportApplied, OrphanWithheld
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import institution_stream, issuer, running_number
from koop_es.domain.observation import Kind, Notice, Origin, Rejected, Report
from koop_es.domain.slices import KnownLane, Routing, Slice, route
from koop_es.domain.terms import Policy
from koop_es.domain.violations import text as violation_text
from koop_es.ingest import catalogue, ledger, quarantine
from koop_es.ingest.decide import Decided, Decider, slice_hash
from koop_es.store import Append, Store, Tx, numbers, vault
from koop_es.views import project
from koop_es.views.projector import Touched

log = structlog.get_logger()

Progress = Callable[[int, int], None]
"""Told how many cooperations of an export are done, and how many there are."""

STREAMS_AT_ONCE = 1_000
"""Cooperations loaded together: their states and people stay within some 50 MB, and one query reads them all."""

MOST_KEPT_BYTES = 1_000_000
"""Bytes of an unusable manifest that the quarantine keeps: a thousand times what a real one has."""


@dataclass(slots=True)
class ExportResult:
    """What became of one export; the keys of ``ingest`` answers."""

    path: str
    vhs: str | None
    sequence: int | None
    kind: str | None
    status: str
    rows: int = 0
    events: int = 0
    quarantined_rows: int = 0
    withheld_cancellations: int = 0
    reason: str | None = None
    notices: list[dict[str, Any]] = field(default_factory=list)
    plan: list[dict[str, Any]] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        """Give the result as plain data, without the plan."""
        data = asdict(self)
        del data["plan"]
        return data


def ingest(
    store: Store,
    path: Path,
    policy: Policy,
    *,
    now: datetime,
    profile: str | None = None,
    vhs: str | None = None,
    dry_run: bool = False,
    again: bool = False,
    max_events: int = 5_000,
    progress: Progress | None = None,
) -> ExportResult:
    """Take in one export, or only plan it.

    ``again`` lets the last applied export be read once more, for rows set aside; ``max_events`` bounds a transaction.
    An export that cannot be used is set aside and says so; raises BadInput for a path that is none.
    """
    try:
        with open_export(path, profile=profile, vhs=vhs) as export:
            found = export.fingerprint
            verdict = _gate(store, found, again=again)
            if verdict is not None:
                return _skipped(store, path, found, verdict, now, dry_run=dry_run)
            report = export.report()
            overtaken = _gate(store, report, again=again) if report.sequence is None else None
            if overtaken is not None:
                return _skipped(store, path, report, overtaken, now, dry_run=dry_run)
    except ExportQuarantined as error:
        return _set_aside(store, path, error, vhs, now, dry_run=dry_run)
    run = _Run(store, path, report, policy, now, max_events, progress, profile)
    return run.plan() if dry_run else run.apply()


def _gate(store: Store, found: Fingerprint | Report, *, again: bool) -> ledger.Verdict | None:
    with store.reading() as tx:
        return ledger.verdict(tx, found, again=again)


def _skipped(
    store: Store, path: Path, found: Fingerprint | Report, verdict: ledger.Verdict, now: datetime, *, dry_run: bool
) -> ExportResult:
    """Record an export that has no effect: superseded, or byte for byte what was applied last."""
    if not dry_run:
        with store.write() as tx:
            ledger.ensure(tx, found.vhs)
            if found.sequence is not None and found.sequence < ledger.peek(tx, found.vhs, lock=True).last_sequence:
                verdict = ledger.Verdict("superseded", "a newer export was applied meanwhile")
            ledger.record(tx, found, verdict.status, now, reason=verdict.reason, rows=verdict.rows)
            if verdict.status == "unchanged":
                ledger.advance(tx, found, now)
    return ExportResult(
        str(path), found.vhs, found.sequence, found.kind.value, verdict.status, verdict.rows, reason=verdict.reason
    )


def _set_aside(
    store: Store, path: Path, error: ExportQuarantined, vhs: str | None, now: datetime, *, dry_run: bool
) -> ExportResult:
    """Record an export that cannot be used as a whole; nothing else changes."""
    where = error.vhs or vhs
    if where is not None and not dry_run:
        seen = now.isoformat()
        with store.write() as tx:
            ledger.ensure(tx, where)
            quarantine.put_export(
                tx,
                vhs=where,
                sequence=error.sequence,
                source=str(path.resolve()),
                file=error.file,
                reason=error.reason,
                remedy=error.remedy,
                raw=_manifest_bytes(path),
                seen=seen,
            )
            ledger.record_unusable(
                tx, vhs=where, sequence=error.sequence, kind=error.kind, source=str(path), reason=error.reason, now=now
            )
    return ExportResult(str(path), where, error.sequence, error.kind, "quarantined", reason=error.message)


def _manifest_bytes(path: Path) -> bytes:
    """Read the beginning of a manifest that could not be used; a link is not followed."""
    if not path.is_dir():
        return b""
    try:
        with Directory(path).open(manifest.NAME) as file:
            return file.read(MOST_KEPT_BYTES)
    except (OSError, ExportQuarantined):
        return b""


class _Run:
    """One export on its way into the store."""

    def __init__(
        self,
        store: Store,
        path: Path,
        report: Report,
        policy: Policy,
        now: datetime,
        max_events: int,
        progress: Progress | None,
        profile: str | None,
    ) -> None:
        self.store, self.path, self.report, self.policy, self.now = store, path, report, policy, now
        self.max_events, self.progress, self.profile = max_events, progress, profile
        at = report.exported_at or now.isoformat()
        origin = Origin(vhs=report.vhs, sha256=report.sha256, sequence=report.sequence)
        self.moment = Moment(report.vhs, at, now.isoformat(), origin)
        self.events = 0
        self.withheld = 0

    # --- plan -----------------------------------------------------------------------------------------------------

    def plan(self) -> ExportResult:
        """Decide everything and write nothing."""
        with self.store.reading() as tx:
            routing, slices, known = self._prepare(tx)
            decider = self._decider(self._guard(tx, slices, known))
            decided = [item for part in _chunks(slices, self.max_events) for item in decider.decide(tx, part)]
            change = self._catalogue(tx, routing)
        self._count(decided)
        status = "applied" if self.events or not change.empty else "unchanged"
        result = self._result(status, len(self.report.rejected) + len(routing.rejected), routing)
        result.plan = [_planned(item.state.coop_id, event) for item in decided for event in item.events]
        return result

    # --- apply ----------------------------------------------------------------------------------------------------

    def apply(self) -> ExportResult:
        """Decide and write, in one transaction if the export fits into one."""
        with self.store.reading() as tx:
            routing, slices, known = self._prepare(tx)
            before = ledger.peek(tx, self.report.vhs)
            resumed = before.applying == (self.report.sequence, self.report.sha256)
            tripped = before.guard_tripped if resumed else self._guard(tx, slices, known)
        self.events = before.applying_events if resumed else 0
        decider = self._decider(tripped)
        chunks = list(_chunks(slices, self.max_events))
        done = 0
        for chunk in chunks[:-1]:
            self.store.retrying(lambda chunk=chunk: self._write(decider, chunk, tripped))  # type: ignore[misc]
            done += len(chunk)
            self._tell(done, len(slices))
        last = chunks[-1] if chunks else []
        result: ExportResult = self.store.retrying(lambda: self._finish(decider, last, routing))
        self._tell(len(slices), len(slices))
        log.info("export applied", vhs=result.vhs, sequence=result.sequence, status=result.status, events=result.events)
        return result

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    def _write(self, decider: Decider, chunk: list[Slice], tripped: bool) -> None:
        """Write one part of a large export; the rest follows in transactions of its own."""
        with self.store.reading() as tx:
            decided = decider.decide(tx, chunk)
        with self.store.write() as tx:
            self._append(tx, decided)
            ledger.check(tx, self.report)
            events = self.events + sum(len(item.events) for item in decided)
            ledger.applying(tx, self.report, events, guard_tripped=tripped)
        self._count(decided)

    def _finish(self, decider: Decider, chunk: list[Slice], routing: Routing) -> ExportResult:
        """Write the last part together with everything that marks the export as applied."""
        report = self.report
        with self.store.reading() as tx:
            decided = decider.decide(tx, chunk)
            change = self._catalogue(tx, routing)
            head = len(tx.load([institution_stream(report.vhs)])[institution_stream(report.vhs)])
        events, withheld = self.events, self.withheld
        self._count(decided)
        try:
            with self.store.write() as tx:
                extra = [self._applied(head)] if self.events else []
                self._append(tx, decided, extra)
                ledger.ensure(tx, report.vhs)
                ledger.check(tx, report)
                catalogue.write(tx, report.vhs, change, self.now.isoformat())
                rejected = [*report.rejected, *self._with_bytes(routing.rejected)]
                count = quarantine.put(tx, report, rejected, self.now.isoformat(), self.path)
                if report.kind is not Kind.OCCUPANCY:
                    files = {row.file for row in report.courses} | {row.file for row in report.bookings}
                    files |= {item.file for item in rejected}
                    if report.kind is not Kind.DELTA:
                        quarantine.resolve(tx, report.vhs, files, rejected, self.now.isoformat())
                status: ledger.Outcome = "applied" if self.events or not change.empty else "unchanged"
                ledger.record(
                    tx, report, status, self.now, events=self.events, quarantined_rows=count, withheld=self.withheld
                )
                ledger.advance(tx, report, self.now)
        except BaseException:
            self.events, self.withheld = events, withheld
            raise
        return self._result(status, count, routing)

    def _append(self, tx: Tx, decided: list[Decided], extra: list[Append] | None = None) -> None:
        """Append events with persons and views; slices without news only leave their hash."""
        news = [item for item in decided if item.events]
        appends = [Append(item.state.coop_id, item.expected, item.events) for item in news]
        positions = tx.append([*appends, *(extra or [])])
        vault.put(tx, (entry for item in news for entry in item.persons))
        project(tx, [Touched(item.state, item.events, at) for item, at in zip(news, positions, strict=False)])
        vhs = self.report.vhs
        tx.run_many("slice_put", ({"vhs": vhs, "coop_id": item.state.coop_id, "hash": item.hash} for item in decided))
        for item in news:
            number = running_number(item.state.coop_id)
            if number is not None and item.expected == 0:
                numbers.note_adopted(tx, issuer(item.state.coop_id), number)

    def _applied(self, head: int) -> Append:
        moment = self.moment
        event = ExportApplied(
            vhs=moment.vhs,
            rule="2",
            at=moment.at,
            recorded_at=moment.recorded_at,
            origin=moment.origin,
            kind=self.report.kind.value,
            rows=self.report.rows,
            events=self.events,
        )
        return Append(institution_stream(moment.vhs), head, [event])

    # --- what both need -------------------------------------------------------------------------------------------

    def _prepare(self, tx: Tx) -> tuple[Routing, list[Slice], dict[str, ledger.LaneView]]:
        """Take the export apart and drop the slices that say what was said before and have nothing to settle."""
        report = self.report
        known = ledger.lane_views(tx, report.vhs)
        entries = catalogue.read(tx, report.vhs)
        keys = _numbers(entries.values())
        sure = _numbers(entry for entry in entries.values() if not entry.unsure)
        lanes = {
            coop_id: KnownLane(coop_id, v.number, v.period, v.ends_on, v.title, v.starts_on, v.alone)
            for coop_id, v in known.items()
        }
        routing = route(report, lanes, keys.__contains__, sure.__contains__, _booking_ids(tx, report.vhs))
        hashes: dict[str, str] = dict(tx.rows("slices_of_vhs", vhs=report.vhs))
        news = [part for coop_id, part in sorted(routing.slices.items()) if _is_news(part, hashes, known.get(coop_id))]
        return routing, news, known

    def _guard(self, tx: Tx, slices: list[Slice], known: dict[str, ledger.LaneView]) -> bool:
        """Tell whether this export would orphan too many bookings at once (D4)."""
        watched = self.policy.orphan_confirmations == 1
        risky = [
            p for p in slices if p.proves_absence and (lane := known.get(p.coop_id)) and (watched or lane.suspects)
        ]
        live = sum(lane.live + lane.suspects for lane in known.values())
        orphans = sum(self._decider(False).orphans(tx, part) for part in _chunks(risky, self.max_events))
        return self.policy.guard_trips(orphans, live)

    def _decider(self, withhold: bool) -> Decider:
        return Decider(self.report, self.moment, self.policy, withhold=withhold)

    def _catalogue(self, tx: Tx, routing: Routing) -> catalogue.CatalogueChange:
        if self.report.kind is Kind.OCCUPANCY:
            return catalogue.CatalogueChange([], [])
        known = catalogue.read(tx, self.report.vhs)
        rejected = {item.key[0] for item in self.report.rejected if item.about == "course" and item.key}
        if any(item.about == "course" and not item.key for item in self.report.rejected):
            rejected |= {entry.number for entry in known.values()}
        shared = ledger.lane_views(tx, self.report.vhs)
        complete = self.report.kind is Kind.FULL and self.report.courses_complete
        held = {coop_id for coop_id, part in routing.slices.items() if part.course is not None}
        beside_all = complete and shared.keys() <= held
        return catalogue.compare(known, self.report, routing.catalogue, rejected, beside_all=beside_all)

    def _count(self, decided: list[Decided]) -> None:
        self.events += sum(len(item.events) for item in decided)
        self.withheld += sum(isinstance(event, OrphanWithheld) for item in decided for event in item.events)

    def _with_bytes(self, rejected: list[Rejected]) -> list[Rejected]:
        """Fetch the original bytes of rows that turned out to belong nowhere once the whole export was known."""
        if not rejected:
            return []
        files = {item.file: {other.line for other in rejected if other.file == item.file} for item in rejected}
        with open_export(self.path, profile=self.profile, vhs=self.report.vhs) as export:
            raw = {
                (file, line): data for file, lines in files.items() for line, data in export.raw(file, lines).items()
            }
        return [msgspec.structs.replace(item, raw=raw.get((item.file, item.line), b"")) for item in rejected]

    def _result(self, status: str, quarantined: int, routing: Routing) -> ExportResult:
        report = self.report
        return ExportResult(
            path=str(self.path),
            vhs=report.vhs,
            sequence=report.sequence,
            kind=report.kind.value,
            status=status,
            rows=report.rows,
            events=self.events,
            quarantined_rows=quarantined,
            withheld_cancellations=self.withheld,
            notices=[_noticed(notice) for notice in report.notices],
        )


def _numbers(entries: Iterable[catalogue.Entry]) -> set[tuple[str, str | None]]:
    """List the keys under which courses of the catalogue may be meant, with and without their period."""
    return {key for entry in entries for key in ((entry.number, entry.period), (entry.number, None))}


def _booking_ids(tx: Tx, vhs: str) -> Callable[[str], frozenset[str]]:
    """Make the look-up of the Beleg-IDs a cooperation's course holds at a VHS; each is read once, and only if asked."""

    @cache
    def booking_ids(coop_id: str) -> frozenset[str]:
        state = fold(coop_id, (item.event for item in tx.load([coop_id])[coop_id]))
        return frozenset(state.reported_seats(vhs))

    return booking_ids


def _is_news(part: Slice, hashes: dict[str, str], lane: ledger.LaneView | None) -> bool:
    if lane is None or lane.pending or lane.suspects:
        return True
    return hashes.get(part.coop_id) != slice_hash(part)


def _chunks(slices: list[Slice], max_events: int) -> Iterator[list[Slice]]:
    """Cut a list of slices so that each part stays below a number of events, as far as rows tell."""
    chunk: list[Slice] = []
    weight = 0
    for part in slices:
        chunk.append(part)
        weight += len(part.bookings) + 1
        if weight >= max_events or len(chunk) >= STREAMS_AT_ONCE:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


def _noticed(notice: Notice) -> dict[str, Any]:
    return {"file": notice.file, "line": notice.line, "course": notice.course_number, "text": notice.text}


def _planned(coop_id: str, event: Any) -> dict[str, Any]:
    answer = {
        "coop_id": coop_id,
        "type": event.type,
        "vhs": event.vhs,
        "rule": event.rule,
        "ref": getattr(event, "ref", None),
    }
    if event.type == "ViolationOpened":
        answer["text"] = violation_text(event.code, event.detail, event.ref)
    return answer
