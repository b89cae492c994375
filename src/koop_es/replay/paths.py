"""A state laid flat: every value people care about under a path that reads well and stays stable.

Persons appear as the number of their version and nothing else (D15). A path that holds nothing is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from koop_es.domain.cooperation import PERSON_DIFFERS, Booking, Cooperation, Lane, Seat
from koop_es.domain.course import HEADINGS, CourseFacts, euros, given, to_text
from koop_es.domain.events import Event
from koop_es.domain.terms import Terms
from koop_es.domain.wanted import Change, booking_change, course_changes, wanted_status
from koop_es.replay.subjects import letter

Paths = dict[str, str]
"""Path -> value as text."""

Pair = tuple[str, str]

COURSE = "course"
"""First word of the paths that are about the cooperation as a whole; all others begin with a VHS number."""

_YES, _NO = "yes", "no"


def flatten(state: Cooperation) -> Paths:
    """Lay a whole cooperation flat: what the Master decides, and what each VHS shows, should hold and has to write."""
    result = dict(_course(state))
    for ref in state.bookings:
        result |= flatten_booking(state, ref)
    return result


def flatten_booking(state: Cooperation, ref: str) -> Paths:
    """Lay one booking flat, at every VHS: the part of ``flatten`` that an event about it can change."""
    return dict(_booking(state, state.bookings[ref])) if ref in state.bookings else {}


def booking_of(event: Event) -> str | None:
    """Name the one booking whose paths an event can change, None where it can change any.

    A violation's booking is none: violations have paths of their own.
    """
    return None if hasattr(event, "code") else getattr(event, "ref", None)


def concerns(path: str, vhs: str) -> bool:
    """Tell whether a path is about one VHS or about all of them."""
    return path.startswith((f"{COURSE}/", f"{vhs}/"))


# --- course ---------------------------------------------------------------------------------------------------------


def _course(state: Cooperation) -> Iterator[Pair]:
    """Lay flat what is no booking: the release, the facts the Master decides, every VHS's course, the violations."""
    if state.master is not None:
        yield f"{COURSE}/master", state.master
    for name, is_so in (("closed", state.closed), ("withdrawn", state.withdrawn), ("cancelled", state.cancelled)):
        if is_so:
            yield f"{COURSE}/{name}", _YES
    if state.successor is not None:
        yield f"{COURSE}/successor", state.successor
    if state.master_lane is not None:
        yield from _facts(f"{COURSE}/decided", state.master_lane.facts)
    for lane in state.lanes.values():
        if lane.active:
            yield from _lane(state, lane)
    for code, vhs, ref in state.violations:
        yield "/".join(filter(None, (vhs, "violations", code, ref))), "open"


def _facts(path: str, facts: CourseFacts) -> Iterator[Pair]:
    for name, value in given(facts).items():
        yield f"{path}/{HEADINGS[name]}", to_text(name, value)


def _lane(state: Cooperation, lane: Lane) -> Iterator[Pair]:
    path = f"{lane.vhs}/{COURSE}"
    yield f"{path}/role", state.role(lane.vhs).value
    yield f"{path}/number", lane.number
    yield f"{path}/period", lane.period
    yield f"{path}/there", _YES if lane.delivered and lane.present else _NO
    yield f"{path}/identities", _YES if lane.identity or lane.vhs == state.master else _NO
    if lane.frozen:
        yield f"{path}/frozen", f'"Externe Kurs-Nr." shows "{lane.altered}"'
    if (terms := state.terms_of(lane.vhs)) is not None:
        yield f"{path}/terms", terms_text(terms)
    yield from _facts(f"{path}/shows", lane.row)
    if not state.ended and lane.present and state.master is not None:
        for change in course_changes(state, lane):
            yield from _course_change(lane, change)


def terms_text(terms: Terms) -> str:
    """Write money terms in one line: fee, pass-through items, the Master's percentage (R6)."""
    rate = f"{terms.rate} %" if terms.rate.isdigit() else terms.rate or "no rate"
    return f"{euros(terms.fee_cents)} ({euros(terms.pass_through_cents)}), {rate}"


def _course_change(lane: Lane, change: Change) -> Iterator[Pair]:
    path = f"{lane.vhs}/changes/{change.kind}"
    if lane.frozen and change.kind != "course.set_external_number":
        return
    if change.kind != "course.update":
        yield path, "pending"
    else:
        yield from ((f"{path}/{heading}", value) for heading, value in (change.fields or {}).items())


# --- bookings -------------------------------------------------------------------------------------------------------


def _booking(state: Cooperation, booking: Booking) -> Iterator[Pair]:
    path = f"{COURSE}/bookings/{booking.ref}"
    if booking.claimed:
        yield f"{path}/booked", booking.booked_at
        if booking.person_id is not None:
            yield f"{path}/person", person_text(booking.person_version)
    for vhs, lane in state.lanes.items():
        if lane.active:
            yield from _seat(state, lane, booking, booking.seats.get(vhs))


def _seat(state: Cooperation, lane: Lane, booking: Booking, seat: Seat | None) -> Iterator[Pair]:
    path = f"{lane.vhs}/bookings/{booking.ref}"
    wanted = None if state.ended else wanted_status(state, booking, lane.vhs)
    if wanted is not None:
        yield f"{path}/should", wanted.value
        if booking.claimed and (reason := state.reason(booking)) is not None:
            yield f"{path}/reason", reason.value
    if seat is not None:
        yield from _shown(path, lane, booking, seat)
    if _is_told(state, lane) and (change := booking_change(state, lane, booking)) is not None:
        yield f"{lane.vhs}/changes/{change.kind}/{booking.ref}", wanted.value if wanted is not None else "pending"


def _shown(path: str, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Pair]:
    shown = letter(lane, booking)
    if shown is not None:
        yield f"{path}/shows", shown
        if seat.person_version is not None and lane.vhs != booking.owner:
            yield f"{path}/person", person_text(seat.person_version)
    elif seat.status is not None:
        yield f"{path}/missing", _missing(lane, seat)


def _missing(lane: Lane, seat: Seat) -> str:
    if lane.unread:
        return "course frozen" if lane.frozen else "course archived" if lane.archived else "course missing"
    if seat.held:
        return "nobody can tell"
    if seat.archived:
        return "archived"
    if seat.lost:
        return "missing, maybe cut" if seat.doubted else "removed, delivered again"
    if seat.withheld is not None:
        return f"withheld by {seat.withheld}"
    return "orphan" if seat.orphaned else "suspected"


def _is_told(state: Cooperation, lane: Lane) -> bool:
    """Tell whether a VHS's change list names bookings at all, as ``wanted.changes`` does."""
    if state.ended or not lane.present or state.master is None or lane.frozen:
        return False
    return lane.vhs == state.master or lane.exists or not state.cancelled


def person_text(version: int) -> str:
    """Name a version of a person, and nothing else of it (D15)."""
    return "otherwise" if version <= PERSON_DIFFERS else f"v{version}"
