"""What one VHS sees of one cooperation, as it is kept: a pure function of the state, without personal data (D15)."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

import msgspec

from koop_es.domain.absences import is_nobodys
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Reason, Role, Seat
from koop_es.domain.given_mirrors import since_backup
from koop_es.domain.identifiers import issuer
from koop_es.domain.observation import CANCELLED, Status
from koop_es.domain.turned_back import turned_back
from koop_es.domain.wanted import Change, changes, sees_all, status_at

_ROLES = {role: role.value for role in Role}
_REASONS = {reason: reason.value for reason in Reason}
"""Names by themselves, as of letters (``acknowledged.LETTERS``)."""


class BookingView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One booking as a VHS should hold it and as it last showed it; the person only by id and version, and only if
    shared.
    """

    ref: str
    owner: str
    status: Status
    reported: Status | None = None
    reason: str | None = None
    person_id: str | None = None
    person_version: int = 0


class CourseView(msgspec.Struct, frozen=True, omit_defaults=True):
    """One shared course as a VHS sees it.

    ``turned_back`` are the bookings, and "" for the course, about which something else was given out than is wanted by
    now, and not seen since (D30).
    """

    title: str | None
    capacity: int | None
    bookings: list[BookingView]
    turned_back: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """The whole of what is kept for one VHS and one cooperation: the view, the change list and the counts beside them.

    ``suspects`` are bookings that are being watched: absent ones (D3, D4) and ones with a cancellation taken back
    (D5), ``live`` those this VHS last showed as A or W. ``alone`` says that nobody else ever showed this COOP-Id,
    ``pending`` counts its changes and what was given out, is wanted no longer and was not seen since (D30).
    """

    vhs: str
    coop_id: str
    role: str
    course_number: str
    period: str
    title: str | None
    starts_on: date | None
    ends_on: date | None
    course: CourseView
    changes: list[Change]
    suspects: int
    live: int
    alone: bool
    pending: int


def documents(state: Cooperation, only: Set[str] | None = None) -> list[Document]:
    """Give every participating VHS's document, or those of ``only`` some, by VHS number."""
    if state.ended:
        return []
    bookings = _ordered(state)
    vhss = sorted(state.lanes if only is None else state.lanes.keys() & only)
    return [_document(state, state.lanes[vhs], bookings) for vhs in vhss if state.lanes[vhs].active]


def document(state: Cooperation, vhs: str) -> Document | None:
    """Give one VHS's document, None if it does not take part."""
    lane = None if state.ended else state.active_lane(vhs)
    return _document(state, lane, _ordered(state)) if lane is not None else None


def _ordered(state: Cooperation) -> list[Booking]:
    return [state.bookings[ref] for ref in sorted(state.bookings)]


def _document(state: Cooperation, lane: Lane, ordered: list[Booking]) -> Document:
    master = state.master_lane
    facts = master.facts if master is not None else lane.row
    bookings, suspects, live = _bookings(state, lane, ordered)
    listed = changes(state, lane.vhs)
    turned = turned_back(state, lane, listed)
    about = tuple(sorted({name if name in state.bookings else "" for name, _ in turned})) if turned else ()
    title = lane.row.title if lane.row.title is not None else facts.title
    return Document(
        vhs=lane.vhs,
        coop_id=state.coop_id,
        role=_ROLES[state.role(lane.vhs)],
        course_number=lane.number,
        period=lane.period,
        title=lane.row.title,
        starts_on=lane.row.starts_on,
        ends_on=lane.row.ends_on or facts.ends_on,
        course=CourseView(title, facts.capacity, bookings, about),
        changes=listed,
        suspects=suspects,
        live=live,
        alone=lane.adopted and len(state.lanes) == 1 and issuer(state.coop_id) != lane.vhs,
        pending=len(listed) + len(turned),
    )


def _is_absent(state: Cooperation, vhs: str, booking: Booking, seat: Seat) -> bool:
    # An owner's row may be gone while it last showed an orphan's "S" that was taken back: that counts as well (D3, D5).
    if state.is_final(booking):  # watched until a second export lacks it as well (D19)
        return seat.live and seat.absences == 1 and not (state.cancelled or vhs in booking.cancelled_by)
    return (seat.live or vhs == booking.owner) and not seat.orphaned


def _bookings(state: Cooperation, lane: Lane, ordered: list[Booking]) -> tuple[list[BookingView], int, int]:
    """Show every booking that the VHS should hold, and count those it has to watch and those that are live there.

    What is the same for all of them is asked once.
    """
    vhs, over = lane.vhs, state.cancelled
    all_named = sees_all(state, lane)
    unread = lane.unread
    untold = () if lane.suspended is None else lane.suspended.refs
    found: list[BookingView] = []
    live = 0
    suspects = int(lane.sparing == "D24")  # what is missing after an Ausfall was taken back has to be seen once
    if state.held:
        suspects += len(since_backup(state, vhs))  # what waits for others to report has to be read again (D26)
    for booking in ordered:
        seat = booking.seats.get(vhs)
        reported = reason = None
        if seat is not None:
            if seat.told or (seat.absences and _is_absent(state, vhs, booking, seat)):
                suspects += 1
            if not seat.absences:
                shown = seat.status
                there = not (unread or seat.lost or seat.archived or (untold and booking.ref in untold))
                if there and seat.unknown_status is None and seat.survivor is None and seat.reused_by is None:
                    reported = shown  # as ``shows`` tells
                    if seat.waiting:
                        reported = next((held.status for held in seat.waiting if held.status is not None), reported)
                if shown is not None and shown is not CANCELLED:
                    live += 1
        elif vhs == booking.owner and is_nobodys(booking):
            suspects += 1  # a complete export without it has to be seen once (B9)
        if booking.claimed and not (over or booking.cancelled_by or booking.orphaned_by or booking.without_abo):
            wanted = booking.status  # as status_at tells, which most are
        elif (ended := status_at(booking, seat, over=over)) is None:
            continue
        else:
            wanted = ended
            if wanted is CANCELLED and booking.claimed and (why := state.reason(booking)) is not None:
                reason = _REASONS[why]
        if all_named or vhs == booking.owner:  # by place, because a rebuild makes so many
            person_id, version = booking.person_id, booking.person_version
            found.append(BookingView(booking.ref, booking.owner, wanted, reported, reason, person_id, version))
        else:
            found.append(BookingView(booking.ref, booking.owner, wanted, reported, reason))
    return found, suspects, live
