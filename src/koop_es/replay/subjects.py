"""What can be asked about: a booking or one of its fields, a course or one of its fields, each at one VHS.

A subject reads its value out of the state: what the VHS should hold, what it shows, and how that stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from koop_es.domain.acknowledged import LETTERS
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat, may_be_aside, shows
from koop_es.domain.course import HEADINGS, to_text
from koop_es.domain.errors import WrongUsage
from koop_es.domain.observation import Status
from koop_es.domain.terms import normal_rate
from koop_es.domain.turned_back import is_course_turned_back, is_turned_back
from koop_es.domain.wanted import (
    Change,
    booking_change,
    course_changes,
    creation_fields,
    differing_fields,
    is_open,
    sees_identity,
    wanted_fields,
    wanted_status,
)


class Value(NamedTuple):
    """What a VHS should hold and what it shows, as text or None, and how that stands.

    ``reason`` says why a booking is cancelled, ``condition`` what is the matter (a sentence of the words), ``pending``
    which change the VHS's connector has to write.
    """

    wanted: str | None = None
    shown: str | None = None
    reason: str | None = None
    condition: str = "not_involved"
    pending: str | None = None


NOTHING = Value()

Subject = Callable[[Cooperation], Value]

PLACE_FIELDS = {"number": "Kursnummer", "period": "Periode", "coop_id": "Externe Kurs-Nr."}
"""What names a course at a VHS, beside its facts."""

BOOKING_FIELDS = {
    "status": "Status",
    "person": "Person",
    "participant_no": "TNR",
    "booking_id": "Beleg-ID",
    "booked_at": "Gebucht am",
}
"""What can be asked of a booking; a person is asked for as a whole."""

_PERSON_HEADINGS = ("Name", "Vorname", "Telefon", "E-Mail", "first_name", "phone", "email")

ONE_SHOT = frozenset({"title", "programme_title", "info", "koop_key", "never_share", "rate"})
"""Fields written when an Abo-Kurs is made and never again (R29)."""

MONEY = frozenset({"fee_cents", "pass_through_cents"})
"""Fields that follow the accepted terms (R33, D13)."""


def course_field(text: str) -> str:
    """Find a field of the course by its heading in ``kurse.csv`` or its name; raises WrongUsage."""
    return _field(text, PLACE_FIELDS | HEADINGS, "a course")


def booking_field(text: str) -> str:
    """Find a field of a booking by its heading in ``belegungen.csv`` or its name; raises WrongUsage."""
    if text.casefold() in {name.casefold() for name in _PERSON_HEADINGS}:
        return "person"
    return _field(text, BOOKING_FIELDS, "a booking")


def _field(text: str, known: dict[str, str], what: str) -> str:
    for name, heading in known.items():
        if text.casefold() in (name.casefold(), heading.casefold()):
            return name
    raise WrongUsage(f"--field {text} is no field of {what}; there are {', '.join(known.values())}", field=text)


def lane_of(state: Cooperation, vhs: str) -> Lane | None:
    """Find a VHS that takes part in a cooperation that goes on, None for any other."""
    return None if state.ended else state.active_lane(vhs)


# --- bookings -------------------------------------------------------------------------------------------------------


def booking_subject(ref: str, vhs: str, field: str) -> Subject:
    """Make the subject of one field of a booking at one VHS."""
    read = _status if field == "status" else _detail(field)

    def value(state: Cooperation) -> Value:
        lane, booking = lane_of(state, vhs), state.bookings.get(ref)
        return NOTHING if lane is None or booking is None else read(state, lane, booking)

    return value


def _status(state: Cooperation, lane: Lane, booking: Booking) -> Value:
    wanted = wanted_status(state, booking, lane.vhs)
    reason = state.reason(booking) if booking.claimed else None
    return Value(
        LETTERS[wanted] if wanted is not None else None,
        letter(lane, booking),
        reason.value if reason is not None else None,
        condition(state, lane, booking, wanted),
        pending(state, lane, booking),
    )


def letter(lane: Lane, booking: Booking) -> str | None:
    """Give the letter a VHS shows of a booking, also one that nobody knows (B6); None where it shows none (D30)."""
    unknown = unknown_letter(lane, booking)
    if unknown is not None:
        return unknown
    shown = shows(lane, booking)
    return LETTERS[shown] if shown is not None else None


def unknown_letter(lane: Lane, booking: Booking) -> str | None:
    """Give the letter that nobody knows in the row a VHS shows of a booking (B6).

    A row that somebody took for an orphan's is there again with it, and nobody can tell of one that may be set aside.
    """
    seat = booking.seats.get(lane.vhs)
    if seat is None or seat.unknown_status is None or seat.reused_by is not None or lane.unread:
        return None
    suspended = lane.suspended is not None and booking.ref in lane.suspended.refs
    return None if suspended else seat.unknown_status


def pending(state: Cooperation, lane: Lane, booking: Booking) -> str | None:
    """Tell which change of a booking stands in a VHS's change list; as ``changes`` does for all of them."""
    blocked = lane.unread or state.master is None
    unborn = lane.vhs != state.master and not lane.exists and state.cancelled
    change = None if blocked or unborn else booking_change(state, lane, booking)
    return change.kind if change is not None else None


def condition(state: Cooperation, lane: Lane, booking: Booking, wanted: Status | None) -> str:
    """Say how a booking stands at a VHS, the gravest first."""
    seat = booking.seats.get(lane.vhs)
    if lane.unread:
        return "frozen" if lane.frozen else "archived_with_course" if lane.archived else "course_missing"
    suspended = seat is not None and lane.suspended is not None and booking.ref in lane.suspended.refs
    if suspended and not state.is_final(booking):
        return "suspended"
    if unknown_letter(lane, booking) is not None:
        return "unknown_status" if booking.claimed or lane.vhs != booking.owner else "unknown_at_owner"
    if may_be_aside(lane, booking):
        return "set_aside"
    if seat is None or seat.status is None:
        return _unseen(state, lane, booking)
    how = _read(state, lane, booking, seat, wanted)
    return "turned_back" if how == "agrees" and is_turned_back(state, lane, booking) else how


def _read(state: Cooperation, lane: Lane, booking: Booking, seat: Seat, wanted: Status | None) -> str:
    waits = seat.waiting and not (seat.absences or seat.lost)
    if waits and any(held.status is not None for held in seat.waiting):
        return "letter_waits"
    if seat.status is Status.CANCELLED and is_open(state, lane, booking) and not state.is_cancelled(booking):
        return "unclear"
    return _seated(state, booking, seat, wanted, owner=lane.vhs == booking.owner)


def _unseen(state: Cooperation, lane: Lane, booking: Booking) -> str:
    if not booking.claimed:
        return "unclaimed"
    if state.is_cancelled(booking):
        return "never_held"
    return "not_yet" if lane.exists or lane.vhs == state.master else "no_course_yet"


def _seated(state: Cooperation, booking: Booking, seat: Seat, wanted: Status | None, *, owner: bool) -> str:
    gone = seat.absences or seat.lost or seat.reused_by is not None
    if gone or (seat.asked and not booking.cancelled_by):
        return _absent(state, booking, seat, owner=owner)
    if seat.survivor is not None and state.is_final(booking):
        return "absent_final"
    if seat.survivor is not None or seat.archived:
        return "double" if seat.survivor is not None else "archived"
    if not booking.claimed:
        return "unclaimed"
    if seat.status is not wanted:
        if wanted is Status.CANCELLED:
            return "reactivated" if seat.shown_cancelled else "not_told"
        if seat.status is Status.CANCELLED:
            return "old_s"
        return "owner_told" if owner else "letter"
    return "agrees"


def _asked(seat: Seat) -> str:
    if seat.ask == "row":
        return "asked"
    return "asked_shown" if seat.ask == "shown" else "asked_orphan"


def _absent(state: Cooperation, booking: Booking, seat: Seat, *, owner: bool) -> str:
    if seat.lost:
        return "restored" if owner else "doubted" if seat.doubted else "lost"
    if seat.asked:
        return _asked(seat)
    if seat.withheld is not None and not state.is_final(booking):
        return "withheld"
    if seat.orphaned:
        return "orphan_decided" if seat.answered else "orphan"
    if state.is_cancelled(booking):
        return "absent_final"
    if not seat.absences:
        return "reused"
    return "absent_back" if seat.taken_back else "absent"


def _detail(field: str) -> Callable[[Cooperation, Lane, Booking], Value]:
    def value(state: Cooperation, lane: Lane, booking: Booking) -> Value:
        seat = booking.seats.get(lane.vhs)
        if field == "person":
            return _person(state, lane, booking, seat)
        shown = getattr(seat, field, None) if seat is not None else None
        if field == "booked_at":
            return Value(
                booking.booked_at or None, booking.booked_at if _is_owner(lane, booking) else None, None, "own"
            )
        return Value(shown or None, shown or None, None, "own")

    return value


def _is_owner(lane: Lane, booking: Booking) -> bool:
    return lane.vhs == booking.owner


def _person(state: Cooperation, lane: Lane, booking: Booking, seat: Seat | None) -> Value:
    """Name the person's versions only (D15); version 0 is one that the owner never had."""
    if not sees_identity(state, lane, booking):
        return Value(None, None, None, "no_identity")
    wanted = str(booking.person_version) if booking.person_id else None
    shown = str(seat.person_version) if seat is not None and seat.person_version is not None else None
    told = pending(state, lane, booking)
    if _is_owner(lane, booking):
        return Value(wanted, shown, None, "owner_person", told)
    how = "agrees" if wanted == shown else "person_differs" if shown == "0" else "person_old" if shown else "not_yet"
    return Value(wanted, shown, None, how, told)


# --- courses --------------------------------------------------------------------------------------------------------


def course_subject(vhs: str) -> Subject:
    """Make the subject of a course at a VHS: whether it is there, cancelled, frozen, and shows what it should."""

    def value(state: Cooperation) -> Value:
        lane = lane_of(state, vhs)
        if lane is None:
            return Value(None, None, None, _gone(state, vhs))
        wanted = "cancelled" if state.cancelled else "there"
        pending = course_pending(state, lane)
        how, told = _course_condition(state, lane, pending), ",".join(change.id for change in pending)
        return Value(wanted, _shown(state, lane), f"{lane.number}/{lane.period}", how, told)

    return value


def _gone(state: Cooperation, vhs: str) -> str:
    if state.successor is not None:
        return "moved"
    if state.withdrawn:
        return "withdrawn"
    return "abo_ended" if vhs in state.lanes else "not_involved"


def course_pending(state: Cooperation, lane: Lane) -> list[Change]:
    """List the changes of a course that stand in a VHS's change list."""
    if not lane.present or state.master is None or state.ended:
        return []
    found = course_changes(state, lane)
    return [change for change in found if not lane.frozen or change.kind == "course.set_external_number"]


def _shown(state: Cooperation, lane: Lane) -> str | None:
    if not lane.exists and lane.vhs != state.master:
        return None
    if not lane.present:
        return "archived" if lane.archived else "missing"
    return "cancelled" if lane.row.cancelled else "there"


def _course_condition(state: Cooperation, lane: Lane, pending: list[Change]) -> str:
    subscriber = lane.vhs != state.master
    if lane.frozen:
        return "course_frozen"
    if not lane.present:
        return "course_archived" if lane.archived else "course_gone"
    if subscriber and not lane.exists:
        return "course_not_made" if not state.cancelled else "course_never_made"
    if lane.row.cancelled and not state.cancelled:
        return "ausfall_alone" if subscriber and not lane.untold else "ausfall_goes"
    if state.cancelled and lane.row.cancelled is False:
        return "ausfall_not_told" if subscriber else "ausfall_taken_back"
    if lane.asked_facts:
        return "course_asked"
    if lane.restoring or any(change.kind == "course.update" for change in pending):
        return "course_differs"
    return "course_waits" if lane.waiting else _course_as_wanted(state, lane, pending)


def _course_as_wanted(state: Cooperation, lane: Lane, pending: list[Change]) -> str:
    """Say of a course that was shown as it should be whether anybody may have written otherwise since (D30)."""
    return "course_turned_back" if is_course_turned_back(state, lane, pending) else "course_agrees"


def field_subject(vhs: str, name: str) -> Subject:
    """Make the subject of one field of a course at a VHS."""

    def value(state: Cooperation) -> Value:
        lane = lane_of(state, vhs)
        if lane is None:
            return Value(None, None, None, _gone(state, vhs))
        if name in PLACE_FIELDS:
            return _place(state, lane, name)
        return _fact(state, lane, name)

    return value


def _place(state: Cooperation, lane: Lane, name: str) -> Value:
    if name == "coop_id":
        shown = state.coop_id if lane.id_held else lane.altered
        told = any(change.kind == "course.set_external_number" for change in course_pending(state, lane))
        how = "course_frozen" if lane.frozen else "agrees" if lane.id_held else "not_yet"
        return Value(state.coop_id, shown, None, how, "course.set_external_number" if told else None)
    shown = getattr(lane, name)
    return Value(shown, shown, None, "own_number")


def _fact(state: Cooperation, lane: Lane, name: str) -> Value:
    shown = getattr(lane.row, name)
    if lane.vhs == state.master:
        return _master_fact(state, lane, name)
    wanted = creation_fields(state, lane) if not lane.exists and state.master else wanted_fields(state, lane)
    if name in lane.kept:
        return Value(_text(name, shown), _text(name, shown), None, "kept")
    if name == "cancelled" and state.cancelled:
        return _ausfall(state, lane)
    if wanted.get(name) is None:
        how = "one_shot" if name in ONE_SHOT else "own_field"
        return Value(_text(name, shown), _text(name, shown), None, how)
    told = "course.create" if not lane.exists else "course.update" if name in differing_fields(state, lane) else None
    blocked = lane.frozen or not lane.present
    how = "told" if shown == wanted[name] else "not_yet" if not lane.exists else "field_differs"
    if told is None and how == "field_differs":
        how = "no_column"
    return Value(_text(name, wanted[name]), _text(name, shown), None, how, None if blocked else told)


def _ausfall(state: Cooperation, lane: Lane) -> Value:
    told = any(change.kind == "course.cancel" for change in course_pending(state, lane))
    how = "ausfall_not_told" if lane.row.cancelled is False else "agrees" if lane.exists else "course_never_made"
    return Value("W", _text("cancelled", lane.row.cancelled), None, how, "course.cancel" if told else None)


def _master_fact(state: Cooperation, lane: Lane, name: str) -> Value:
    shown = _text(name, getattr(lane.row, name))
    terms = lane.released_terms
    if terms is not None and name in MONEY | {"rate"}:
        wanted = _text(name, getattr(terms, name))
        if name == "rate" and shown is not None:
            shown = normal_rate(shown, lane.row.fee_cents) or shown
        return Value(wanted, shown, None, "agrees" if wanted == shown or shown is None else "terms_differ")
    return Value(shown, shown, None, "master_decides")


def _text(name: str, value: Any) -> str | None:
    return None if value is None else to_text(name, value)
