"""Withdrawing: an operator takes back an export that was wrong (D32). The export stays in the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from koop_es.domain.draft import Draft
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.events import ExportWithdrawn
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import export_name, institution_stream
from koop_es.domain.withdraw import Stays, withdraw
from koop_es.ingest import institution
from koop_es.ingest.command import moment, write
from koop_es.store import Store, Tx

TAKEN_IN = ("applied", "unchanged")
"""What becomes of an export that was read."""

STREAMS_AT_ONCE = 500
"""Cooperations looked through together for events of the export."""


class ExportNotApplied(BadInput):
    """No export of this name did anything to others; koop-es history names the exports behind events."""

    code = "export_not_applied"


class Withdrawn(NamedTuple):
    """What comes back, as events by cooperation, and what stays."""

    events: list[tuple[str, Any]]
    stays: list[Stays]


def withdraw_export(
    store: Store,
    *,
    now: datetime,
    vhs: str,
    export: str,
    reason: str,
    with_approved: bool = False,
    preview: bool = False,
) -> Withdrawn:
    """Take an export back: what only it cancelled lives again, what it revised is what it was (D32).

    What was withheld of it and an operator approved comes back only ``with_approved``, which can be asked for
    afterwards. Raises ExportNotApplied where it did nothing, and Refused where somebody took it back before.
    """

    def attempt() -> Withdrawn:
        with store.reading() as tx:
            before = _withdrawals(tx, vhs, export)
            drafts, stays = _drafts(tx, vhs, export, now, with_approved or bool(before), bool(before))
            if before and not (with_approved and drafts):
                raise _was_withdrawn(before[0], approved=bool(drafts))
        events = [(draft.state.coop_id, event) for _, draft in drafts for event in draft.events]
        if not events and not stays:
            raise ExportNotApplied(
                f"nothing that export {export} of VHS {vhs} did to others can be taken back: it cancelled nobody, and "
                "revised nothing",
                export=export,
            )
        if not events:
            raise Refused(f"nothing of export {export} can be taken back: {stays[0].why}", rule="D32", export=export)
        if not preview:
            at = moment(vhs, now)
            told = ExportWithdrawn(
                vhs=vhs, rule="D32", at=at.at, recorded_at=at.recorded_at, export=export, reason=reason
            )
            with store.write() as tx:
                if len(known := _withdrawals(tx, vhs, export)) > len(before):
                    raise _was_withdrawn(known[-1])
                institution.append(tx, vhs, [told])
                write(tx, drafts)
                tx.run("slices_forget", coop_ids=[draft.state.coop_id for _, draft in drafts])
        return Withdrawn(events, stays)

    return store.retrying(attempt)


def refuse_withdrawn(tx: Tx, vhs: str, export: str) -> None:
    """Raise Refused where an export was withdrawn: of two decisions the first stands (D32)."""
    if before := _withdrawals(tx, vhs, export):
        raise _was_withdrawn(before[0])


def _withdrawals(tx: Tx, vhs: str, export: str) -> list[tuple[int, ExportWithdrawn]]:
    """Find the decisions that took an export back, with their positions, the first one first."""
    stream = institution_stream(vhs)
    told = ((item.position, item.event) for item in tx.load([stream])[stream])
    return [(at, event) for at, event in told if isinstance(event, ExportWithdrawn) and event.export == export]


def _was_withdrawn(decision: tuple[int, ExportWithdrawn], *, approved: bool = False) -> Refused:
    """Name the decision that stands, and the way to what was ``approved`` of the export and stayed (D32)."""
    position, event = decision
    said = f"export {event.export} was withdrawn at {event.recorded_at}: {event.reason}"
    if approved:
        said += "; what was approved of it stayed, and --with-approved takes that back as well"
    return Refused(said, rule="D32", export=event.export, position=position)


def _drafts(
    tx: Tx, vhs: str, export: str, now: datetime, with_approved: bool, only_approved: bool
) -> tuple[list[tuple[int, Draft]], list[Stays]]:
    """Decide in every cooperation of the VHS that has events of the export, or ``only_approved`` ones of it."""
    drafts: list[tuple[int, Draft]] = []
    stays: list[Stays] = []
    later = _later(tx, vhs, export)
    coop_ids = [row[0] for row in tx.rows("members_of_vhs", vhs=vhs, upto=tx.head())]
    for start in range(0, len(coop_ids), STREAMS_AT_ONCE):
        for coop_id, recorded in tx.load(coop_ids[start : start + STREAMS_AT_ONCE]).items():
            events = [item.event for item in recorded]
            if not any(event.origin is not None and event.origin.export == export for event in events):
                continue
            state = fold(coop_id, events)
            if state.ended:
                continue
            draft = Draft(state, moment(vhs, now))
            expected = state.version
            stays += withdraw(
                draft,
                export,
                events,
                with_approved=with_approved,
                only_approved=only_approved,
                later=later,
            )
            if draft.events:
                drafts.append((expected, draft))
    return drafts, stays


def _later(tx: Tx, vhs: str, export: str) -> list[str]:
    """Name the exports of the VHS that were taken in from the first complete one after this one on."""
    told = [
        (export_name(vhs, sequence, sha256), proves)
        for sequence, _, _, _, sha256, _, _, status, *_, proves in tx.rows("exports_of_vhs", vhs=vhs)
        if status in TAKEN_IN
    ]
    names = [name for name, _ in told]
    after = told[len(names) - names[::-1].index(export) :] if export in names else []
    first = next((number for number, (_, proves) in enumerate(after) if proves), len(after))
    return [name for name, _ in after[first:]]
