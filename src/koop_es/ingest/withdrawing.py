"""Withdrawing: an operator takes back an export that was wrong (D32). The export stays in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from koop_es.domain.cooperation import Seat
from koop_es.domain.draft import Draft
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.events import BookingReinstated, ExportWithdrawn
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import export_name, institution_stream
from koop_es.domain.observation import CANCELLED
from koop_es.domain.withdraw import FOR_GOOD, Stays, is_same_row, withdraw
from koop_es.ingest import institution
from koop_es.ingest.command import moment, write
from koop_es.ingest.references import References
from koop_es.store import Store, Tx

TAKEN_IN = ("applied", "unchanged")
"""What becomes of an export that was read."""

STREAMS_AT_ONCE = 500
"""Cooperations looked through together for events of the export."""


class ExportNotApplied(BadInput):
    """No export of this name did anything to others; koop-es history names the exports behind events."""

    code = "export_not_applied"


class OnItsWay(NamedTuple):
    """An "S" that was given out to a VHS, of a booking that lives again, and that no export of it has shown yet."""

    coop_id: str
    ref: str
    vhs: str


class Withdrawn(NamedTuple):
    """What comes back, as events by cooperation, what stays, and what may still be written somewhere."""

    events: list[tuple[str, Any]]
    stays: list[Stays]
    on_its_way: list[OnItsWay]


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
    afterwards. A complete export that did nothing itself can be taken back as well: what it showed no longer keeps what
    one before it did, and that one can be taken back once more. Raises ExportNotApplied where it did nothing, and
    Refused where somebody took it back before.
    """

    def attempt() -> Withdrawn:
        with store.reading() as tx:
            decided = _decisions(tx, vhs)
            before = [item for item in decided if item[1].export == export]
            since = _since(tx, vhs, export)
            later = _from_complete(since, {event.export for _, event in decided})
            # What an export that was taken back after this one kept can come back now.
            anew = bool(before) and any(at > before[-1][0] and _names(since, event) for at, event in decided)
            only_approved = bool(before) and not anew
            drafts, stays = _drafts(tx, vhs, export, now, with_approved or only_approved, only_approved, later)
            if before and not (drafts and (with_approved or anew)):
                raise _was_withdrawn(before[0], approved=bool(drafts))
            witness = not before and _is_complete(tx, vhs, export)
        events = [(draft.state.coop_id, event) for _, draft in drafts for event in draft.events]
        if not events and not stays and not witness:
            raise ExportNotApplied(
                f"nothing that export {export} of VHS {vhs} did to others can be taken back: it cancelled nobody, and "
                "revised nothing",
                export=export,
            )
        if not events and stays and not (witness and all(item.why in FOR_GOOD for item in stays)):
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
        return Withdrawn(events, stays, [item for _, draft in drafts for item in _on_its_way(draft)])

    return store.retrying(attempt)


def _on_its_way(draft: Draft) -> Iterator[OnItsWay]:
    """Name the VHSs that were given out an "S" of a booking that lives again, and did not show it yet (D21, D32)."""
    for event in draft.events:
        if isinstance(event, BookingReinstated):
            for vhs, seat in sorted(draft.state.bookings[event.ref].seats.items()):
                if seat.live and seat.told and seat.given is CANCELLED:
                    yield OnItsWay(draft.state.coop_id, event.ref, vhs)


def refuse_withdrawn(tx: Tx, vhs: str, export: str) -> None:
    """Raise Refused where an export was withdrawn: of two decisions the first stands (D32)."""
    if before := _withdrawals(tx, vhs, export):
        raise _was_withdrawn(before[0])


def _withdrawals(tx: Tx, vhs: str, export: str) -> list[tuple[int, ExportWithdrawn]]:
    """Find the decisions that took an export back, with their positions, the first one first."""
    return [(at, event) for at, event in _decisions(tx, vhs) if event.export == export]


def _decisions(tx: Tx, vhs: str) -> list[tuple[int, ExportWithdrawn]]:
    """Find the decisions that took any export of a VHS back, with their positions, the first one first."""
    stream = institution_stream(vhs)
    told = ((item.position, item.event) for item in tx.load([stream])[stream])
    return [(at, event) for at, event in told if isinstance(event, ExportWithdrawn)]


def _was_withdrawn(decision: tuple[int, ExportWithdrawn], *, approved: bool = False) -> Refused:
    """Name the decision that stands, and the way to what was ``approved`` of the export and stayed (D32)."""
    position, event = decision
    said = f"export {event.export} was withdrawn at {event.recorded_at}: {event.reason}"
    if approved:
        said += "; what was approved of it stayed, and --with-approved takes that back as well"
    return Refused(said, rule="D32", export=event.export, position=position)


def _drafts(
    tx: Tx, vhs: str, export: str, now: datetime, with_approved: bool, only_approved: bool, later: list[str]
) -> tuple[list[tuple[int, Draft]], list[Stays]]:
    """Decide in every cooperation of the VHS that has events of the export, or ``only_approved`` ones of it."""
    drafts: list[tuple[int, Draft]] = []
    stays: list[Stays] = []
    taken_back, references = _TakenBack(tx), References(tx, vhs, list)
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
                withdrawn=taken_back(state.lanes),
                once_more=taken_back.once_more(state.lanes),
                elsewhere=partial(_stands_elsewhere, tx, references, vhs, coop_id),
            )
            if draft.events:
                drafts.append((expected, draft))
    return drafts, stays


def _stands_elsewhere(tx: Tx, references: References, vhs: str, here: str, seat: Seat) -> bool:
    """Tell whether a row of a VHS is that of a booking in another of its courses by now (D32)."""
    for home in references.homes(seat.booking_id):
        if home.coop_id == here:
            continue
        state = fold(home.coop_id, tx.stories([home.coop_id])[home.coop_id].events)
        there = state.bookings[home.ref].seats.get(vhs) if home.ref in state.bookings else None
        if there is not None and there.held and is_same_row(there, seat):
            return True
    return False


class _TakenBack:
    """Names the exports that were taken back, of some VHSs, and what was taken in after each; looked up once."""

    def __init__(self, tx: Tx) -> None:
        self._tx, self._known = tx, dict[str, dict[str, list[str]]]()

    def __call__(self, vhss: Collection[str]) -> frozenset[str]:
        return frozenset(self.once_more(vhss))

    def once_more(self, vhss: Collection[str]) -> dict[str, list[str]]:
        """Name by export that was taken back those of its VHS since, from the next complete one on (D32)."""
        for vhs in vhss:
            if vhs not in self._known:
                self._known[vhs] = self._look_up(vhs)
        return {export: later for vhs in vhss for export, later in self._known[vhs].items()}

    def _look_up(self, vhs: str) -> dict[str, list[str]]:
        withdrawn = {event.export for _, event in _decisions(self._tx, vhs)}
        told = _taken_in(self._tx, vhs) if withdrawn else []
        return {export: _from_complete(_after(told, export), withdrawn) for export in withdrawn}


def _taken_in(tx: Tx, vhs: str) -> list[tuple[str, bool]]:
    """Name the exports of a VHS that were taken in, in order, and tell which of them are complete."""
    return [
        (export_name(vhs, sequence, sha256), bool(proves))
        for sequence, _, _, _, sha256, _, _, status, *_, proves in tx.rows("exports_of_vhs", vhs=vhs)
        if status in TAKEN_IN
    ]


def _since(tx: Tx, vhs: str, export: str) -> list[tuple[str, bool]]:
    """Name the exports of the VHS that were taken in after this one."""
    return _after(_taken_in(tx, vhs), export)


def _after(told: list[tuple[str, bool]], export: str) -> list[tuple[str, bool]]:
    """Give of the exports that were taken in those after one."""
    names = [name for name, _ in told]
    return told[len(names) - names[::-1].index(export) :] if export in names else []


def _from_complete(since: list[tuple[str, bool]], withdrawn: set[str]) -> list[str]:
    """Name the exports from the first complete one on, without those that are ``withdrawn``."""
    left = [(name, proves) for name, proves in since if name not in withdrawn]
    first = next((number for number, (_, proves) in enumerate(left) if proves), len(left))
    return [name for name, _ in left[first:]]


def _names(exports: list[tuple[str, bool]], event: ExportWithdrawn) -> bool:
    return any(name == event.export for name, _ in exports)


def _is_complete(tx: Tx, vhs: str, export: str) -> bool:
    """Tell whether an export was taken in that proves what is there, so that it may keep what one before it did."""
    return (export, True) in _taken_in(tx, vhs)
