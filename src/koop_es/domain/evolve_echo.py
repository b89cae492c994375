"""What change lists that were given out, and questions about an "S", do to the state (D18c, D21, D22)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import TOLD, Booking, Cooperation, Lane, Seat, let_go
from koop_es.domain.given_out import LAST_COUNTED, REFUSED_IN, Create, Given
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED, CONFIRMED, WAITLISTED, WEB_SERVICE_USER

PERSON = "person"
"""Why a question stands: the "S" was acknowledged, but the row was edited by a person last."""

UNSIGNED = "unsigned"
"""Why a question stands: the "S" was acknowledged, its program names no editors, and its reason was withdrawn (D32)."""

EXCHANGED, NAMED = "exchanged", "named"
"""Why a question stands: the "S" is in a row that names another booking, and about that one (D26)."""

MEANT = "meant"
"""Why it still does about the one that is named: somebody has said that the "S" is not that of the row's own (D26)."""

ALIKE = "alike"
"""Why a question stands: the "S" is in one of several rows that nothing tells apart (D26)."""

TYPED_OVER = "typed_over"
"""Why a question stands: the "S" is in a mirror in which staff entered somebody of their own (D18)."""

REPLACED = "replaced"
"""Why a question stands: the "S" may mean somebody in whose place another person takes part since (D18c)."""

SOMEBODY_ELSE = "somebody_else"
"""Why a question stands: the row of the "S" names another person than the one who booked (D18)."""

PUT_BACK = "put_back"
"""Why a question stands: the store was put back from a backup, and the "S" may be one it had given out since (D21)."""

WRITTEN_SINCE = "written_since"
"""Why a question stands: the store was put back, and since the backup it may have given a letter out over the "S" of a
booking that is cancelled by all it knows (D21).
"""

LATE = "late"
"""Why a question stands: an "S" was given out, taken back before any export showed it, and is shown long after, in a
row that names no editor: the old list was carried out, or somebody has cancelled (D21).
"""

APART = "apart"
"""Why a question stands: the "S" may have been set while its VHS took no part, between two Abos (D8, D21)."""

OVER = "over"
"""Why a question stands: a letter was written over an "S" that was shown again after its export was withdrawn (D32)."""

WENT = "went"
"""Why a question stands: the "S" was withheld, and before somebody answered its row showed former values in a program
that was put back, or was gone, or another "S" was written into it (D20, D31).
"""

OF_ITS_ROW = (EXCHANGED, NAMED, MEANT, ALIKE, REPLACED, TYPED_OVER, SOMEBODY_ELSE)
"""Why questions stand that are about the row of an "S", and end with it (D18, D26)."""

FORMER = "former"
"""Why a question stands: the connector wrote the "S" once, a letter was written over it since, and it is shown again:
an old copy was put back or read, unless somebody has cancelled in the connector's name (D20, D21).
"""


def _given_out(state: Cooperation, event: e.ChangesGivenOut) -> None:
    """Note what a VHS was told; a booking of which nothing is known here is passed over."""
    vhs, bookings = event.vhs, state.bookings
    lane = state.lanes.get(vhs)
    if lane is None:
        return
    lane.given = version = state.version
    if event.course:
        _tell(lane, {f"course.{kind}": end for kind, end in event.course.items()}, version, event.at)
    if event.creates:
        creates = lane.creates_given
        for ref, change in event.creates.items():
            if (booking := bookings.get(ref)) is None:
                continue
            at = booking.booked_at
            moments: tuple[str, ...] = (at,)
            if (before := creates.get(ref)) is not None:
                moments = before.moments if at in before.moments else (*before.moments, at)
            creates[ref] = Create(change, booking.status, booking.person_version, moments)
            if booking.owner == vhs and (seat := booking.seats.get(vhs)) is not None:
                seat.ordered = tuple(dict.fromkeys((*seat.ordered, (seat.booking_id, at))))
        _tell(lane, event.creates, version, event.at)
    if event.corrected:
        _tell(lane, event.corrected, version, event.at)
    for changes, letter in ((event.cancelled, CANCELLED), (event.confirmed, CONFIRMED), (event.waitlisted, WAITLISTED)):
        if changes:
            _tell(lane, changes, version, event.at)
            for ref in changes:
                booking = bookings.get(ref)
                if booking is not None and (seat := booking.seats.get(vhs)) is not None:
                    seat.given, seat.given_version = letter, version
                    if letter is CANCELLED:
                        booking.unseen_s |= {vhs}
                    elif seat.status is CANCELLED:
                        seat.over_s = letter


def _tell(lane: Lane, changes: Mapping[str, int | str], version: int, at: str) -> None:
    """Note changes that are given out; of one that is given out anew it is not forgotten that nobody saw it (D22)."""
    told, refused = lane.told, lane.refused
    for name, change in changes.items():
        before = told.get(name)
        given = told[name] = Given(change, version, at)
        if before is not None and before.anew and str(change).partition("-")[0] == str(before.anew):
            given.unseen, given.unseen_in, given.anew = before.unseen, before.unseen_in, before.anew
        elif refused:
            refused.discard(name)


def give_anew(lane: Lane, version: int) -> None:
    """Let mirrors that were given out and never seen be given out under new ids: they went with the program (D20), or
    with their course before an export showed it (D22). What an Abo was given that has ended gets new ids anyway (D9).
    """
    for ref in lane.creates_given.keys() & lane.told.keys():
        lane.told[ref].anew = version


def _not_seen(state: Cooperation, event: e.ChangesNotSeen) -> None:
    """Count another complete export without what was given out; the same export never counts twice."""
    lane = state.lanes.get(event.vhs)
    export = event.origin.export if event.origin is not None else ""
    for name in (*event.refs, *(f"course.{kind}" for kind in event.course)):
        if lane is not None and (given := lane.told.get(name)) is not None:
            was_aside, given.aside = given.aside, False
            if was_aside and given.unseen >= LAST_COUNTED:
                continue  # it was given out anew as often as it may be: it is said again, and no more
            given.unseen, given.unseen_in = given.unseen + 1, export
            if given.unseen % REFUSED_IN == 0:
                lane.refused.add(name)
                given.anew = state.version
                if name == "course.create":  # what was written into the course is gone with it
                    give_anew(lane, state.version)


def _set_aside(state: Cooperation, event: e.ChangesSetAside) -> None:
    """Note that rows which were set aside may be what was given out: an id that nobody was given yet is taken back, so
    that no second row is made, and a row that is there was written, however long that took (D17, D22).
    """
    lane = state.lanes.get(event.vhs)
    for ref in event.refs:
        if lane is None or (given := lane.told.get(ref)) is None:
            continue
        given.aside = True
        if given.anew != given.change:
            given.anew = 0
        if ref in lane.creates_given:
            given.unseen = 0
            lane.refused.discard(ref)


def _former_not_seen(state: Cooperation, event: e.FormerChangesNotSeen) -> None:
    lane = state.lanes.get(event.vhs)
    for name in (*event.refs, *(f"course.{kind}" for kind in event.course)):
        if lane is not None and name in lane.told:
            lane.told[name].seen = True


COURSE_CHANGES = ("course.create", "course.update", "course.cancel", "course.set_external_number")
"""Names of what a VHS can be told about a course itself."""


def note_report(lane: Lane, event: e.Event) -> None:
    """Note that an export of a VHS said what it shows of a booking, or of the course: what was given out about it is
    seen to be written or not (D30).
    """
    told, origin = lane.told, event.origin
    if origin is None or origin.vhs != event.vhs:
        return
    ref = getattr(event, "ref", None)
    if ref is not None:
        if (given := told.get(ref)) is not None:
            given.seen = True
        return
    for name in COURSE_CHANGES:
        if (given := told.get(name)) is not None:
            given.seen = True


def _unclear(state: Cooperation, event: e.CancellationUnclear) -> None:
    """Open a question; an "S" that may mean somebody else counts no longer while it stands: one who was replaced, or in
    whose row the owner's Beleg-ID is that of another person (D18). Nor does one that may have been taken back since the
    backup (D21).
    """
    lane, booking = state.lanes.get(event.vhs), state.bookings.get(event.ref)
    if event.why == SOMEBODY_ELSE and booking is not None and event.vhs in booking.cancelled_by:
        booking.cancelled_by -= {event.vhs}
        booking.changed = state.version  # it lives for the first time: nobody was told of it
    if event.why == REPLACED and booking is not None and event.vhs in booking.cancelled_by:
        booking.cancelled_by -= {event.vhs}
        live_again(state, booking, noted=True)
    if event.why == WRITTEN_SINCE and booking is not None and booking.cancelled:
        booking.cancelled_by = booking.orphaned_by = frozenset()
        live_again(state, booking, noted=True)
    if lane is not None:
        lane.unclear[event.ref] = event.why
        lane.decided.pop(event.ref, None)
        seat = _seat_of(state, event.ref, event.vhs)
        if seat is not None and event.why == WENT:
            seat.waiting = let_go(seat.waiting, Effect.CANCELLATION)
        if seat is not None and event.actor is not None and event.why != NAMED:
            seat.actor = event.actor


def _confirmed(state: Cooperation, event: e.CancellationConfirmed) -> None:
    """End a booking for good; what each VHS shows of it stays as it is."""
    booking = state.bookings.get(event.ref)
    if booking is None:
        return
    if not state.cancelled:  # else it is the Ausfall that counts, for as long as it stands
        booking.cancelled_by |= {event.vhs}
    booking.changed = state.version
    close_questions(state, event.ref)
    _answer_moved(booking, event)
    _decide(state, event, "confirmed")


def _rejected(state: Cooperation, event: e.CancellationRejected) -> None:
    """Let the letter of a living booking be written over an "S"; the change is a new one."""
    lane = state.lanes.get(event.vhs)
    if lane is not None and lane.unclear.pop(event.ref, None) == EXCHANGED:
        lane.unclear = {ref: MEANT if why == NAMED else why for ref, why in lane.unclear.items()}
    seat = _seat_of(state, event.ref, event.vhs)
    if seat is not None:
        seat.version = state.version
        if seat.survivor is not None:  # both live: the one whose row went up in the other's is written again (B15)
            seat.survivor, seat.lost = None, True
    if (booking := state.bookings.get(event.ref)) is not None and _answer_moved(booking, event):
        close_questions(state, event.ref)
    _decide(state, event, "rejected")


def _answer_moved(booking: Booking, event: e.CancellationConfirmed | e.CancellationRejected) -> bool:
    """Take what somebody says of a booking that was moved, of whomever's "S", for the answer to all of them (D25)."""
    if not (booking.moved and event.vhs == booking.owner):
        return False
    for seat in booking.seats.values():
        seat.waiting = let_go(seat.waiting, Effect.CANCELLATION)
    return True


def _decide(state: Cooperation, event: e.CancellationConfirmed | e.CancellationRejected, how: str) -> None:
    lane = state.lanes.get(event.vhs)
    if lane is not None:
        lane.decided[event.ref] = (how, state.version)


def _seat_of(state: Cooperation, ref: str, vhs: str) -> Seat | None:
    booking = state.bookings.get(ref)
    return booking.seats.get(vhs) if booking is not None else None


def live_again(state: Cooperation, booking: Booking, *, noted: bool = False, lived: bool = False) -> None:
    """Let a booking that was cancelled live again (D5, D24, D32): what each VHS was told is open once more.

    A VHS that was told "S" and does not show it yet may still write it. One that shows "S" under a person's name may
    mean it: that is a question (D21). Called by the fold of every event that takes an "S" back; ``noted`` tells that
    stores which do not note what they give out never wrote that event. Without an Abo of its owner it stays "S" (D9).
    A booking that ``lived`` already, because it was asked whether it does, is asked about where nobody answered yet.
    """
    booking.changed, booking.ever_cancelled = state.version, True
    if booking.without_abo:
        return
    live = not state.is_cancelled(booking)
    for vhs, seat in booking.seats.items():
        lane = state.lanes.get(vhs)
        if lane is not None and lane.unclear.get(booking.ref) == WRITTEN_SINCE:  # what was written there is explained
            del lane.unclear[booking.ref]
        if lane is None or not (lane.given or lane.renewed):  # nothing was ever given out here: as ADR 0006 says
            seat.told = TOLD if seat.status is not CANCELLED and not noted else 0
            continue
        seat.told = TOLD if seat.status is not CANCELLED and seat.given is CANCELLED else 0
        asked = lane.unclear.get(booking.ref) == REPLACED  # which says more, and lets nothing be written over it
        asked = asked or (lived and is_rejected(lane, booking.ref))
        if live and seat.status is CANCELLED and by_person(seat.actor) and not asked:
            ask(lane, booking.ref, PERSON)


def is_rejected(lane: Lane, ref: str) -> bool:
    """Tell whether somebody has said of the "S" of a booking at a VHS that it is none (D21)."""
    return ref not in lane.unclear and lane.decided.get(ref, ("", 0))[0] == "rejected"


def by_person(actor: str | None) -> bool:
    """Tell whether somebody of the staff edited a row last, and not the connector or nobody."""
    return actor is not None and actor != WEB_SERVICE_USER


def was_ours(seat: Seat) -> bool:
    """Tell whether an "S" was given out for a row and not settled since, or written there by the connector: what of it
    is shown once more is no claim, also where the row is read anew as that of another COOP-Id or Abo (D21).
    """
    return seat.given is CANCELLED or (seat.given_version > 0 and seat.cancelled_as == WEB_SERVICE_USER)


def take_over_unseen(state: Cooperation, booking: Booking, vhs: str) -> None:
    """Take over an "S" that was given out for a row which moved away and is back as another booking (D21, D25)."""
    seat = booking.seats[vhs]
    for former in state.bookings.values():
        if former is not booking and former.moved and vhs in former.unseen_s:
            left = former.seats[vhs]
            if (left.booking_id, left.participant_no) == (seat.booking_id, seat.participant_no):
                booking.unseen_s |= {vhs}


def ask_whether_meant(state: Cooperation, booking: Booking, vhs: str, seat: Seat) -> None:
    """Ask about an "S" of ours that arrives under a person's name when its booking lives again (D21)."""
    lane = state.lanes.get(vhs)
    if lane is None or not lane.given or state.is_cancelled(booking):
        return
    if booking.claimed and by_person(seat.actor):
        ask(lane, booking.ref, PERSON)


def ask(lane: Lane, ref: str, why: str) -> None:
    """Open a question about the "S" of a booking; an answer given before was to another one."""
    lane.unclear[ref] = why
    lane.decided.pop(ref, None)


def settle(state: Cooperation, booking: Booking, vhs: str, seat: Seat) -> None:
    """Close what a row that shows no "S" settles: an "S" that was taken back, and a question nobody answered for it.

    The question stays where "A" was written over a person's "S", or one that may be: what is shown then says nothing
    (D21), nor does it where that letter itself is what is asked about (D21, D32).
    """
    if state.is_cancelled(booking):
        return
    if seat.given is CANCELLED and not seat.told:
        seat.given = None
    lane = state.lanes.get(vhs)
    if lane is None or (why := lane.unclear.get(booking.ref)) is None:
        return
    written = seat.given is not None and seat.given is not CANCELLED
    acked, stays = why in (PERSON, UNSIGNED), why in (NAMED, MEANT, OVER, WRITTEN_SINCE, WENT)
    if not (acked or stays) or (acked and (vhs == booking.owner or not written)):
        del lane.unclear[booking.ref]
        _drop_named(lane)


def _replaced(state: Cooperation, event: e.ParticipantReplaced) -> None:
    """Note at its owner that another person takes part in place of the one who booked (D18c)."""
    booking = state.bookings.get(event.ref)
    if booking is None or (seat := booking.seats.get(event.vhs)) is None:
        return
    seat.actor = event.actor or seat.actor
    if event.vhs == booking.owner:
        booking.replaced, booking.replaced_version = booking.last_person, state.version


def _unclaimed(state: Cooperation, event: e.BookingUnclaimed) -> None:
    if (booking := state.bookings.get(event.ref)) is not None:
        booking.disowned = True


def keep_replaced(booking: Booking) -> None:
    """Let go of a person who takes part in place of another, where the one before does so again (D18c)."""
    kept = min(booking.replaced, booking.person_version)
    booking.replaced = kept if kept > 1 else 0


def close_questions(state: Cooperation, ref: str) -> None:
    """Close every question about a booking that somebody cancelled for good."""
    for lane in state.lanes.values():
        if lane.unclear:
            lane.unclear.pop(ref, None)
            _drop_named(lane)


def reask(state: Cooperation, booking: Booking, vhs: str) -> None:
    """Let an answer be one to the questions before it: of a booking that its owner moves since, or in which another VHS
    sets "S" that has not before, it is asked anew whom that is meant for (D25).
    """
    lane = state.lanes.get(booking.owner)
    if lane is not None and (vhs == booking.owner or (booking.moved and vhs not in booking.cancelled_by)):
        lane.decided.pop(booking.ref, None)


def _drop_named(lane: Lane) -> None:
    """Close the questions about bookings that rows only name, where no such row shows an open "S" any more (D26)."""
    if NAMED in lane.unclear.values() and EXCHANGED not in lane.unclear.values():
        lane.unclear = {ref: why for ref, why in lane.unclear.items() if why != NAMED}


APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    e.ChangesGivenOut: _given_out,
    e.ChangesNotSeen: _not_seen,
    e.ChangesSetAside: _set_aside,
    e.FormerChangesNotSeen: _former_not_seen,
    e.ParticipantReplaced: _replaced,
    e.BookingUnclaimed: _unclaimed,
    e.CancellationUnclear: _unclear,
    e.CancellationConfirmed: _confirmed,
    e.CancellationRejected: _rejected,
}
"""Event -> what it does."""
