"""What one VHS sees of one cooperation, as it is kept: a pure function of the state, without personal data (D15)."""

from __future__ import annotations

from datetime import date

import msgspec

from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.identifiers import issuer
from koop_es.domain.observation import Status
from koop_es.domain.wanted import Change, changes, sees_identity, wanted_status


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
    """One shared course as a VHS sees it."""

    title: str | None
    capacity: int | None
    bookings: list[BookingView]


class Document(msgspec.Struct, frozen=True):
    """The whole of what is kept for one VHS and one cooperation: the view, the change list and the counts beside them.

    ``suspects`` are bookings that are being watched: absent ones (D3, D4) and ones with a cancellation taken back
    (D5), ``live`` those this VHS last showed as A or W. ``alone`` says that nobody else ever showed this COOP-Id.
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


def documents(state: Cooperation) -> list[Document]:
    """Give every participating VHS's document, by VHS number."""
    if state.ended:
        return []
    return [_document(state, state.lanes[vhs]) for vhs in sorted(state.lanes) if state.lanes[vhs].active]


def document(state: Cooperation, vhs: str) -> Document | None:
    """Give one VHS's document, None if it does not take part."""
    lane = None if state.ended else state.active_lane(vhs)
    return _document(state, lane) if lane is not None else None


def _document(state: Cooperation, lane: Lane) -> Document:
    master = state.master_lane
    facts = master.facts if master is not None else lane.row
    seats = [(booking, booking.seats[lane.vhs]) for booking in state.bookings.values() if lane.vhs in booking.seats]
    title = lane.row.title if lane.row.title is not None else facts.title
    return Document(
        vhs=lane.vhs,
        coop_id=state.coop_id,
        role=state.role(lane.vhs).value,
        course_number=lane.number,
        period=lane.period,
        title=lane.row.title,
        starts_on=lane.row.starts_on,
        ends_on=lane.row.ends_on or facts.ends_on,
        course=CourseView(title, facts.capacity, _bookings(state, lane)),
        changes=changes(state, lane.vhs),
        suspects=sum(1 for b, s in seats if _is_watched(state, lane.vhs, b, s)),
        live=sum(1 for _, seat in seats if seat.live and not seat.absences),
        alone=lane.adopted and len(state.lanes) == 1 and issuer(state.coop_id) != lane.vhs,
    )


def _is_watched(state: Cooperation, vhs: str, booking: Booking, seat: Seat) -> bool:
    # An owner's row may be gone while it last showed an orphan's "S" that was taken back: that counts as well (D3, D5).
    counts = seat.live or vhs == booking.owner
    absent = counts and seat.absences > 0 and not seat.orphaned and not state.is_final(booking)
    return absent or seat.told_cancelled


def _bookings(state: Cooperation, lane: Lane) -> list[BookingView]:
    found = (_booking(state, lane, booking) for booking in state.bookings.values())
    return sorted((item for item in found if item is not None), key=lambda item: item.ref)


def _booking(state: Cooperation, lane: Lane, booking: Booking) -> BookingView | None:
    wanted = wanted_status(state, booking, lane.vhs)
    if wanted is None:
        return None
    seat = booking.seats.get(lane.vhs)
    reason = state.reason(booking) if booking.claimed and wanted is Status.CANCELLED else None
    identity = sees_identity(state, lane, booking)
    return BookingView(
        ref=booking.ref,
        owner=booking.owner,
        status=wanted,
        reported=seat.status if seat is not None and seat.held else None,
        reason=reason.value if reason is not None else None,
        person_id=booking.person_id if identity else None,
        person_version=booking.person_version if identity else 0,
    )
