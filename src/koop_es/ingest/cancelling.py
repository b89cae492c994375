"""Confirming: an operator says whether a booking is cancelled, where no export can tell (D21, D25, D28)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain.cancellations import (
    NothingToConfirm,
    confirm_cancellation,
    end_where_it_is,
    live_where_it_is,
    reject_cancellation,
    settled_by,
)
from koop_es.domain.draft import Draft, Moment
from koop_es.domain.in_doubt import moved_in_doubt
from koop_es.ingest.command import load, moment, refuse_moved, write
from koop_es.ingest.references import References
from koop_es.store import Store


def confirm(store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str, reason: str, reject: bool = False) -> str:
    """Make an unclear "S", or one that waits (D31), an "S" everywhere, or with ``reject`` write over it; returns the
    letter the booking has now.

    Of a booking that was moved meanwhile it is said of where it is now, in the same transaction (D25). The first of
    two decisions stands. Raises CooperationUnknown, CancellationDecided and NothingToConfirm.
    """
    at = moment(vhs, now)

    def attempt() -> bool:
        with store.reading() as tx:
            draft = load(tx, coop_id, at)
            refuse_moved(draft)
            drafts = {coop_id: (draft.state.version, draft)}
            booking = draft.state.bookings.get(ref)
            seat = booking.seats.get(vhs) if booking is not None and moved_in_doubt(draft.state, booking) else None
            homes = References(tx, vhs, tuple).homes(seat.booking_id) if seat is not None else ()
            for home in homes:
                if home.coop_id not in drafts:
                    other: Draft = load(tx, home.coop_id, at)
                    drafts[home.coop_id] = other.state.version, other
        try:
            (reject_cancellation if reject else confirm_cancellation)(draft, ref, reason)
        except NothingToConfirm as error:
            raise _with_settlement(store, error, coop_id, vhs, ref) from None
        cancelled = not reject
        for home in homes:
            if seat is None or home.ref == ref:
                continue
            there = drafts[home.coop_id][1]
            if reject:
                cancelled |= live_where_it_is(there, home.ref, seat, reason)
            else:
                end_where_it_is(there, home.ref, seat, reason)
        with store.write() as tx:
            write(tx, [(version, decided) for version, decided in drafts.values() if decided.events])
            tx.run("slices_forget", coop_ids=sorted(drafts))  # what waited beside it is read again (D31)
        return cancelled

    return "S" if store.retrying(attempt) else "A"


def _with_settlement(store: Store, error: NothingToConfirm, coop_id: str, vhs: str, ref: str) -> NothingToConfirm:
    """Say of a question that stands open no more when it was settled, and how (D30)."""
    with store.reading() as tx:
        recorded = tx.load([coop_id])[coop_id]
    version = settled_by(coop_id, (item.event for item in recorded), vhs, ref)
    if version is None:
        return error
    item = recorded[version - 1]
    said = f"what was asked there was settled at {item.event.recorded_at} by event {item.position}, {item.event.type}"
    return NothingToConfirm(f"{error.message}; {said}", **error.details, settled=item.position)


def rejected_elsewhere(store: Store, *, vhs: str, coop_id: str, ref: str) -> list[tuple[str, int]]:
    """Name the other VHSs at which somebody said that the booking is not cancelled, with the positions of these
    decisions: each was about the "S" of that VHS alone, and one that makes it an "S" everywhere goes beyond them (D21).
    """
    with store.reading() as tx:
        draft = load(tx, coop_id, Moment(vhs, "", ""))
    lanes = sorted(draft.state.lanes.items())
    decided = {other: lane.decided[ref] for other, lane in lanes if other != vhs and ref in lane.decided}
    return [(other, draft.position(version)) for other, (how, version) in decided.items() if how == "rejected"]
