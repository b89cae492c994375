"""Intake: one export is let in, or stays outside because it is too late, says nothing new, or cannot be used."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from koop_es.connectors import ExportQuarantined, Fingerprint, manifest, open_export
from koop_es.connectors.source import Directory
from koop_es.domain.observation import Report
from koop_es.domain.terms import Policy
from koop_es.ingest import ledger, quarantine
from koop_es.ingest.apply import Progress, apply
from koop_es.ingest.arrival import ExportResult, arrive
from koop_es.ingest.plan import preview
from koop_es.ingest.together import Order, started
from koop_es.store import Store
from koop_es.store.collector import uncollected

MOST_KEPT_BYTES = 1_000_000
"""Bytes of an unusable manifest that the quarantine keeps: a thousand times what a real one has."""


def ingest(  # noqa: PLR0913 - everything that is decided about an export goes through here
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
    workers: int = 1,
    progress: Progress | None = None,
) -> ExportResult:
    """Take in one export, or only plan it.

    ``again`` lets the last applied export be read once more, for rows set aside; ``max_events`` bounds a transaction;
    ``workers`` processes decide a large one together.
    An export that cannot be used is set aside and says so; raises BadInput for a path that is none.
    """
    try:
        with open_export(path, profile=profile, vhs=vhs) as export:
            found = export.fingerprint
            line, verdict = _gate(store, found, again=again)
            if verdict is not None:
                return _skipped(store, path, found, verdict, now, dry_run=dry_run)
            order = Order(path, profile, vhs, policy, now, max_events, line, found.sha256)
            with started(store, export, order, 1 if dry_run else workers) as crew, uncollected():
                arrival = arrive(store, path, export, policy, now, max_events, line)
                if arrival.report.sequence is None:
                    line, verdict = _gate(store, arrival.report, again=again)
                if verdict is not None:
                    return _skipped(store, path, arrival.report, verdict, now, dry_run=dry_run)
                return preview(store, arrival) if dry_run else apply(store, arrival, crew, progress)
    except ExportQuarantined as error:
        return _set_aside(store, path, error, vhs, now, dry_run=dry_run)


def _gate(store: Store, found: Fingerprint | Report, *, again: bool) -> tuple[int, ledger.Verdict | None]:
    """Tell where the ledger ends, and why this export need not be read, if it need not."""
    with store.reading() as tx:
        return ledger.last_line(tx, found.vhs), ledger.verdict(tx, found, again=again)


def _skipped(
    store: Store, path: Path, found: Fingerprint | Report, verdict: ledger.Verdict, now: datetime, *, dry_run: bool
) -> ExportResult:
    """Record an export that has no effect: superseded, or byte for byte what was applied last."""
    if not dry_run:
        with store.write() as tx:
            ledger.ensure(tx, found.vhs)
            if found.sequence is not None and found.sequence < ledger.peek(tx, found.vhs, lock=True).last_sequence:
                verdict = ledger.Verdict("superseded", "a newer export was applied meanwhile")
            ledger.record(
                tx, found, verdict.status, now, reason=verdict.reason, rows=verdict.rows, proves=verdict.proves
            )
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
