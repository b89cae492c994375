"""Intake: one export is let in, or stays outside because it is too late, says nothing new, or cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from koop_es.connectors import Export, ExportQuarantined, Fingerprint, manifest, open_export
from koop_es.connectors.source import Directory
from koop_es.domain.draft import Moment
from koop_es.domain.errors import BadInput
from koop_es.domain.events import Event
from koop_es.domain.identifiers import export_name, sequence_of
from koop_es.domain.observation import Origin, Report
from koop_es.domain.terms import Policy
from koop_es.domain.violations import CRITICAL
from koop_es.ingest import institution, ledger, quarantine, unshown
from koop_es.ingest.apply import Progress, apply
from koop_es.ingest.arrival import ExportResult, arrive
from koop_es.ingest.plan import preview
from koop_es.ingest.together import Order, started
from koop_es.store import Store, Tx
from koop_es.store.collector import uncollected

MOST_KEPT_BYTES = 1_000_000
"""Bytes of an unusable manifest that the quarantine keeps: a thousand times what a real one has."""

AHEAD = timedelta(days=1)
"""How far an export may be ahead of the clock: a wrong time zone is hours, a wrong date is days (D23)."""

RESTARTED = "SEQUENCE_RESTARTED"

Known = TypeVar("Known", Fingerprint, Report)


class ExportAhead(ExportQuarantined):
    """The export says that it was made more than a day from now; it is tried again when the clock is right."""

    code = "export_ahead"


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
    ``workers`` processes decide a large one together. Exports of the same VHS that waited for the clock come before it
    where the clock is right now (D23).
    An export that cannot be used is set aside and says so; raises BadInput for a path that is none.
    """
    terms = _Terms(policy, now, profile, max_events, workers, progress)
    taken_up: list[ExportResult] = []
    try:
        with open_export(path, profile=profile, vhs=vhs, secret=store.secret) as export:
            check_clock(export.fingerprint, path, now)
            if dry_run:
                return _one(store, path, export, terms, vhs, dry_run=True, again=again)
            with store.reading() as tx:
                waiting = quarantine.waiting(tx, export.fingerprint.vhs)
            itself = [item for item in waiting if item.path == path.resolve()]
            taken_up = _take_up(store, [item for item in waiting if item not in itself], export.fingerprint, terms)
            result = _one(store, path, export, terms, vhs, dry_run=False, again=again)
            _settle(store, itself, now)
    except ExportQuarantined as error:
        result = _set_aside(store, path, error, vhs, now, dry_run=dry_run)
    result.taken_up = [item.answer() for item in taken_up]
    return result


@dataclass(frozen=True, slots=True)
class _Terms:
    """On which terms exports are taken in."""

    policy: Policy
    now: datetime
    profile: str | None
    max_events: int
    workers: int
    progress: Progress | None


def _one(
    store: Store, path: Path, export: Export, terms: _Terms, vhs: str | None, *, dry_run: bool, again: bool
) -> ExportResult:
    found, line, verdict = _gate(store, export.fingerprint, again=again)
    if verdict is not None:
        return _skipped(store, path, found, verdict, terms.now, dry_run=dry_run)
    common = terms.policy, terms.now, terms.max_events, line
    order = Order(path, terms.profile, vhs, *common, found.sha256, found.sequence)
    with started(store, export, order, 1 if dry_run else terms.workers) as crew, uncollected():
        arrival = arrive(store, path, export, *common, found.sequence)
        if found.sequence is None:
            check_clock(arrival.report, path, terms.now)
            report, line, verdict = _gate(store, arrival.report, again=again)
            if verdict is not None:
                return _skipped(store, path, report, verdict, terms.now, dry_run=dry_run)
        if dry_run:
            return preview(store, arrival)
        try:
            return apply(store, arrival, crew, terms.progress)
        except ledger.ExportOvertaken:  # it is superseded as if the newer one had come first
            known, line, verdict = _gate(store, arrival.report, again=again)
            if verdict is None:
                raise
            return _skipped(store, path, known, verdict, terms.now, dry_run=False)


def _gate(store: Store, found: Known, *, again: bool) -> tuple[Known, int, ledger.Verdict | None]:
    """Number an export, tell where the ledger ends, and why the export need not be read, if it need not."""
    with store.reading() as tx:
        before = ledger.peek(tx, found.vhs)
        number = ledger.number(before, found.sequence, found.exported_at)
        if number != found.sequence:
            found = msgspec.structs.replace(found, sequence=number)
        return found, ledger.last_line(tx, found.vhs), ledger.verdict(tx, found, before, again=again)


# --- the clock --------------------------------------------------------------------------------------------------------


def check_clock(found: Fingerprint | Report, path: Path, now: datetime) -> None:
    """Refuse what was made more than a day from now: one of the clocks is wrong (D23); raises ExportAhead."""
    if found.exported_at is None or datetime.fromisoformat(found.exported_at) <= now + AHEAD:
        return
    counted = found.sequence is not None
    raise ExportAhead(
        f"exported_at {found.exported_at} is more than a day ahead of the clock ({now.isoformat(timespec='seconds')})",
        file=manifest.NAME if counted else path.name,
        remedy="set right whichever clock is wrong; left where it lies it is tried again by itself, before the next "
        "export of this VHS or with koop-es quarantine retry",
        vhs=found.vhs,
        sequence=found.sequence,
        kind=found.kind,
        sha256=found.sha256,
    )


def _take_up(store: Store, waiting: list[quarantine.Waiting], found: Fingerprint, terms: _Terms) -> list[ExportResult]:
    """Take in what waited for the clock and was made before this export, now that the clock is right (D23)."""
    if not waiting:
        return []
    with store.reading() as tx:
        number = ledger.number(ledger.peek(tx, found.vhs), found.sequence, found.exported_at)
    results = []
    for item in waiting:
        if number is not None and item.number is not None and item.number >= number:
            continue
        result = _take_up_one(store, item.path, found.vhs, terms)
        if result is not None:
            results.append(result)
            _settle(store, [item], terms.now)
    return results


def _settle(store: Store, done: list[quarantine.Waiting], now: datetime) -> None:
    if done:
        with store.write() as tx:
            for item in done:
                quarantine.taken_up(tx, item.id, now.isoformat())


def _take_up_one(store: Store, path: Path, vhs: str, terms: _Terms) -> ExportResult | None:
    """Try one export again; None where its time has not come, or its files are gone."""
    try:
        with open_export(path, profile=terms.profile, vhs=vhs, secret=store.secret) as export:
            check_clock(export.fingerprint, path, terms.now)
            return _one(store, path, export, terms, vhs, dry_run=False, again=False)
    except (BadInput, ledger.ExportUnfinished):
        return None  # it stays set aside, with what was said of it


# --- what is not read -------------------------------------------------------------------------------------------------


def _skipped(
    store: Store, path: Path, found: Fingerprint | Report, verdict: ledger.Verdict, now: datetime, *, dry_run: bool
) -> ExportResult:
    """Record an export that has no effect: superseded, or byte for byte what was applied last."""
    if not dry_run:
        verdict = store.retrying(lambda: _recorded(store, found, verdict, now))
    return ExportResult(
        str(path),
        found.vhs,
        sequence_of(found.sequence) if found.sequence is not None else None,
        found.kind.value,
        verdict.status,
        verdict.rows,
        reason=verdict.reason,
        export=export_name(found.vhs, found.sequence, found.sha256),
        code=RESTARTED if verdict.restarted else None,
        unheard=verdict.unheard,
    )


def _recorded(store: Store, found: Fingerprint | Report, verdict: ledger.Verdict, now: datetime) -> ledger.Verdict:
    """Write the line of the ledger, and what such an export opens or closes in the stream of its VHS (D23)."""
    with store.write() as tx:
        if said := _said(tx, found, verdict, ledger.peek(tx, found.vhs), now):
            institution.append(tx, found.vhs, said)
        ledger.ensure(tx, found.vhs)
        before = ledger.peek(tx, found.vhs, lock=True)
        if (
            found.sequence is not None
            and found.sequence < before.last_sequence
            and not (verdict.restarted or verdict.unheard)
        ):
            verdict = ledger.Verdict("superseded", "a newer export was applied meanwhile")
        ledger.record(tx, found, verdict.status, now, reason=verdict.reason, rows=verdict.rows, proves=verdict.proves)
        if verdict.status == "unchanged":
            ledger.advance(tx, found, now)
            quarantine.resolve_exports(tx, found, now.isoformat())
        if verdict.restarted and before.restarted is None:
            ledger.restarted(tx, found.vhs, verdict.since or found.exported_at)
    return verdict


def _said(
    tx: Tx, found: Fingerprint | Report, verdict: ledger.Verdict, before: ledger.Progress, now: datetime
) -> list[Event]:
    recorded_at = now.isoformat()
    origin = Origin(vhs=found.vhs, sha256=found.sha256, sequence=found.sequence)
    moment = Moment(found.vhs, found.exported_at or recorded_at, recorded_at, origin)
    if verdict.restarted and before.restarted is None and found.sequence is not None:
        detail = {
            "expected": str(sequence_of(before.last_sequence)),
            "found": str(sequence_of(found.sequence)),
            "since": verdict.since or moment.at,
        }
        return [institution.opened(moment, RESTARTED, CRITICAL, "D23", detail)]
    if verdict.status != "unchanged":
        return []
    goes_on = before.restarted is not None and found.sequence is not None
    events: list[Event] = [institution.closed(moment, RESTARTED, "D23")] if goes_on else []
    return events + (unshown.said(tx, moment) if verdict.proves else [])


def _set_aside(
    store: Store, path: Path, error: ExportQuarantined, vhs: str | None, now: datetime, *, dry_run: bool
) -> ExportResult:
    """Record an export that cannot be used as a whole; nothing else changes."""
    where = error.vhs or vhs
    if where is not None and not dry_run:
        seen = now.isoformat()
        with store.write() as tx:
            ledger.ensure(tx, where)
            number = ledger.number(ledger.peek(tx, where), error.sequence, None)
            quarantine.put_export(
                tx,
                vhs=where,
                sequence=number,
                source=str(path.resolve()),
                file=error.file,
                column=quarantine.AHEAD if isinstance(error, ExportAhead) else None,
                reason=error.reason,
                remedy=error.remedy,
                raw=_manifest_bytes(path),
                seen=seen,
            )
            ledger.record_unusable(
                tx, vhs=where, sequence=number, kind=error.kind, source=str(path), reason=error.reason, now=now
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
