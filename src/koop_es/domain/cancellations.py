"""Whether a booking is cancelled: an operator says so where nobody can tell (D21, D25), where its "S" waits (D31), or
where its course is gone (D28).
"""

from __future__ import annotations

from collections.abc import Iterable

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.errors import Refused
from koop_es.domain.evolve import apply
from koop_es.domain.in_doubt import moved_in_doubt, withholds_s
from koop_es.domain.wanted import is_asked
from koop_es.domain.withdraw_waiting import reject_waiting
from koop_es.domain.withhold import approve_booking


class CancellationDecided(Refused):
    """Another operator has decided this already; the first decision stands (D21)."""

    code = "cancellation_decided"


class NothingToConfirm(Refused):
    """Nobody asks whether this booking is cancelled; koop-es violations shows what is asked (D21)."""

    code = "nothing_to_confirm"


def end_where_it_is(draft: Draft, ref: str, former: Seat, reason: str) -> None:
    """Cancel a booking in the course to which its row was moved, as an operator said of the ``former`` one (D25).

    Nothing is done about another person's booking that has the Beleg-ID, nor about one that is cancelled.
    """
    booking = _goes_on(draft, ref, former)
    if booking is not None and not booking.cancelled_by:
        draft.add(e.CancellationConfirmed, "D25", ref=ref, reason=reason)
        draft.settle_violations()


def live_where_it_is(draft: Draft, ref: str, former: Seat, reason: str) -> bool:
    """Let the letter of a booking be written in the course to which its row was moved, where its "S" is asked about, as
    an operator said of the ``former`` one (D25); tells whether it is cancelled there all the same.
    """
    booking = _goes_on(draft, ref, former)
    if booking is not None and ref in draft.state.lanes[draft.moment.vhs].unclear:
        draft.add(e.CancellationRejected, "D25", ref=ref, reason=reason)
        draft.settle_violations()
    return booking is not None and draft.state.is_cancelled(booking)


def _goes_on(draft: Draft, ref: str, former: Seat) -> Booking | None:
    """Find the booking in which a ``former`` one goes on, none where it is another person's."""
    booking = draft.state.bookings.get(ref)
    seat = booking.seats.get(draft.moment.vhs) if booking is not None else None
    if booking is None or seat is None or not booking.claimed or booking.moved:
        return None
    same = seat.participant_no in (former.participant_no, former.merged_from)
    return booking if same or seat.merged_from == former.participant_no else None


def confirm_cancellation(draft: Draft, ref: str, reason: str) -> None:
    """Make an "S" that nobody can tell, or that waits, an "S" everywhere (D21, D31), or end a booking whose owner's
    course is gone (D28).

    The draft's VHS is where the question stands. Raises CancellationDecided and NothingToConfirm.
    """
    _check(draft, ref, ending=True)
    rule = _rule(draft, ref)
    if rule == "D31":
        approve_booking(draft, ref)
    draft.add(e.CancellationConfirmed, rule, ref=ref, reason=reason)
    draft.settle_violations()


def reject_cancellation(draft: Draft, ref: str, reason: str) -> None:
    """Say that an "S" that nobody can tell, or that waits, is none: the booking's letter is written over it (D21, D31).

    Raises CancellationDecided and NothingToConfirm.
    """
    _check(draft, ref, ending=False)
    rule = _rule(draft, ref)
    if rule == "D31":
        reject_waiting(draft, ref, reason)
    else:
        draft.add(e.CancellationRejected, "D21" if rule == "D28" else rule, ref=ref, reason=reason)
    draft.settle_violations()


def questions(state: Cooperation) -> list[tuple[str, str]]:
    """List the VHSs and bookings whose "S" is a question (D21)."""
    return [
        (vhs, ref)
        for vhs, lane in sorted(state.lanes.items())
        for ref in sorted(lane.unclear)
        if is_asked(state, lane, state.bookings[ref])
    ]


def settled_by(coop_id: str, told: Iterable[e.Event], vhs: str, ref: str) -> int | None:
    """Find the version of the event that settled what was asked last about the "S" of a booking at a VHS, or waited
    there; None where nothing ever did, or it stands open (D21, D31).
    """
    state, stood, settled = Cooperation(coop_id), False, None
    for version, event in enumerate(told, 1):
        apply(state, event)
        booking, lane = state.bookings.get(ref), state.lanes.get(vhs)
        stands = booking is not None and lane is not None and (ref in lane.unclear or _waits(booking, vhs))
        settled = None if stands else version if stood else settled
        stood = stands
    return settled


def _rule(draft: Draft, ref: str) -> str:
    if moved_in_doubt(draft.state, draft.state.bookings[ref]):
        return "D25"
    if _waits(draft.state.bookings[ref], draft.moment.vhs):
        return "D31"
    if _went_up(draft.state.bookings[ref], draft.moment.vhs):
        return "B15"
    return "D21" if ref in draft.state.lanes[draft.moment.vhs].unclear else "D28"


def _waits(booking: Booking, vhs: str) -> bool:
    """Tell whether the "S" in a booking's row waits for an answer (D31), where it is the VHS's to answer for (D25)."""
    return not booking.moved and vhs in booking.seats and withholds_s(booking.seats[vhs])


def _went_up(booking: Booking, vhs: str) -> bool:
    """Tell whether a booking went up in another row of the same person, so that somebody decides about it (B15)."""
    return vhs in booking.seats and booking.seats[vhs].survivor is not None


def _check(draft: Draft, ref: str, *, ending: bool) -> None:
    state, vhs = draft.state, draft.moment.vhs
    booking, lane = state.bookings.get(ref), state.lanes.get(vhs)
    if booking is None or not booking.claimed:
        raise NothingToConfirm(f"{state.coop_id} has no booking {ref}", rule="D21", ref=ref)
    if lane is None:
        raise NothingToConfirm(f"VHS {vhs} does not take part in {state.coop_id}", rule="D21", ref=ref, vhs=vhs)
    if vhs == booking.owner and moved_in_doubt(state, booking):
        return
    if lane.active and _waits(booking, vhs):
        return
    if is_asked(state, lane, booking):
        if state.cancelled and not ending:
            raise NothingToConfirm(
                f"{state.coop_id} is in Ausfall: its bookings live again once an export of the Master takes that back",
                rule="D24",
                ref=ref,
                vhs=vhs,
            )
        return
    if not lane.active:
        raise NothingToConfirm(f"VHS {vhs} takes part in {state.coop_id} no more", rule="D21", ref=ref, vhs=vhs)
    if (state.is_cancelled(booking) or ref not in lane.unclear) and not (ending and _is_deleted_since(booking, lane)):
        _refuse_second(draft, booking, vhs)
    if (ref in lane.unclear or _went_up(booking, vhs)) and not state.is_cancelled(booking):
        return
    if ending and not state.is_cancelled(booking) and is_course_gone(booking, lane):
        return
    standing = ", ".join(f"VHS {other}" for other in sorted(state.lanes) if ref in state.lanes[other].unclear)
    where = f"; the question stands at {standing}" if standing and not state.is_cancelled(booking) else ""
    if moved_in_doubt(state, booking):
        where = f", as VHS {booking.owner} moved it; the question stands there"
    how = "it is cancelled" if state.is_cancelled(booking) else "it lives"
    raise NothingToConfirm(
        f"nobody asks whether booking {ref} is cancelled at VHS {vhs}: {how}{where}", rule="D21", ref=ref, vhs=vhs
    )


def is_course_gone(booking: Booking, lane: Lane) -> bool:
    """Tell whether a booking's own VHS no longer has the course, so that its bookings can be ended (D28).

    Those of one that is archived after its last day are billed, and stay (D17).
    """
    return lane.vhs == booking.owner and not lane.present and not lane.archived


def _is_deleted_since(booking: Booking, lane: Lane) -> bool:
    """Tell whether its own VHS deleted a booking's course after somebody had said of an "S" in it that it is none: that
    answered another question, and does not keep the booking for ever (D28).
    """
    how, version = lane.decided.get(booking.ref, ("", 0))
    return how == "rejected" and version < lane.gone_version and is_course_gone(booking, lane)


def _refuse_second(draft: Draft, booking: Booking, vhs: str) -> None:
    """Name the decision that stands: the one of this VHS's question, or the "S" everywhere that answered all."""
    state = draft.state
    for other in sorted(state.lanes, key=lambda name: (name != vhs, name)):
        how, version = state.lanes[other].decided.get(booking.ref, ("", 0))
        if how == "confirmed" or (how and other == vhs):
            raise CancellationDecided(
                f"booking {booking.ref} was decided already: {how} at VHS {other} by event "
                f"{draft.position(version)} of {state.coop_id}; the first decision stands",
                rule="D21",
                ref=booking.ref,
                vhs=other,
                decision=how,
                version=version,
            )
