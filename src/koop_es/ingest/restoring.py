"""Restoring: what somebody decides about what went with a program or a course, put into the log (D20, D24)."""

from __future__ import annotations

from datetime import datetime

from koop_es.domain import restoring
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.ingest.command import decide, load, moment
from koop_es.ingest.decide import forgotten
from koop_es.ingest.references import References
from koop_es.store import Store, Tx, vault


def restore_booking(
    store: Store, *, now: datetime, vhs: str, coop_id: str, ref: str, reason: str, reject: bool = False
) -> bool:
    """Decide about a booking that is asked about: it is written again, or with ``reject`` what is shown is meant (D20).

    Tells whether the booking lives then: where its row is there with a former letter or person, those are meant.
    Raises Refused where nothing is asked about it, or somebody decided already: of two decisions the first stands. Who
    was forgotten is not written again, nor who was entered anew meanwhile.
    """

    def work(draft: Draft) -> bool:
        with store.reading() as tx:
            draft.erased = forgotten(tx, [coop_id])[coop_id].keys()
            draft.people = vault.of_streams(tx, [coop_id])
            if not reject:
                _refuse_while_it_stands_elsewhere(tx, draft, ref)
        (restoring.reject_booking if reject else restoring.restore_booking)(draft, ref, reason)
        return not draft.state.is_cancelled(draft.state.bookings[ref])

    return decide(store, coop_id, moment(vhs, now), work)


def _refuse_while_it_stands_elsewhere(tx: Tx, draft: Draft, ref: str) -> None:
    """Refuse to write a booking again whose row stands in the course of before: it is moved there again (D20, D25).

    Raises Refused.
    """
    vhs, booking = draft.moment.vhs, draft.state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if seat is None or not seat.asked or seat.ask != "row":
        return
    for home in References(tx, vhs, tuple).homes(seat.booking_id):
        if home.coop_id == draft.state.coop_id:
            continue
        state = load(tx, home.coop_id, draft.moment).state
        if state.held.get((vhs, seat.booking_id)) == ref:
            raise Refused(
                f"the row of booking {ref} stands in course {state.lanes[vhs].number}, as before the program was put "
                f"back: move it to {draft.state.lanes[vhs].number} there, or decide with --reject, and it stays",
                rule="D20",
                ref=ref,
            )


def restore_course(store: Store, *, now: datetime, vhs: str, coop_id: str, reason: str, reject: bool = False) -> None:
    """Decide about the facts a Master's program lost: they are written there again, or the former ones meant (D20).

    Raises Refused.
    """
    work = restoring.reject_course if reject else restoring.restore_course
    decide(store, coop_id, moment(vhs, now), lambda draft: work(draft, reason))
