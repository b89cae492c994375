"""What a VHS acknowledged, and in which of its exports first: rows, letters, persons, fields of a course (D20).

A value that comes back counts from its first time on: whoever types the same price again each night acknowledges
nothing new. Only the counts of exports are kept, and only where something changed; no personal data (D15).
"""

from __future__ import annotations

from typing import Any

from koop_es.domain.cooperation import Cooperation, Lane, Seat, Undone
from koop_es.domain.course import given
from koop_es.domain.events import Event
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.observation import CANCELLED, Status

LETTERS = {status: status.value for status in Status}
"""The letters by themselves: up to Python 3.11, to ask a member of an enum for its value takes two calls."""


def count_of_export(event: Event) -> int:
    """Tell the number of the export an event goes back to, over all counts of its VHS (D23); 0 where there is none."""
    return (event.origin.sequence or 0) if event.origin is not None else 0


# --- rows -------------------------------------------------------------------------------------------------------------


def person_name(version: int | None) -> str:
    """Name a version of a person among what was acknowledged."""
    return f"p{version or 0}"


def note(seat: Seat, before: str, after: str, count: int) -> None:
    """Note that a row shows another letter or person than ``before``, for the first time or again."""
    known = seat.acked
    if not known and before != after:
        seat.acked = ((before, seat.since), (after, count))
        return
    names = [name for name, _ in known]
    if before not in names:
        known = (*known, (before, seat.since))
    if after != before and after not in names:
        known = (*known, (after, count))
    seat.acked = known
    if (since := first_shown(seat, before)) > first_shown(seat, after):
        others = (item for item in seat.undone if item.value.startswith("p") is not after.startswith("p"))
        seat.undone = (*others, Undone(after, since, count))


def note_person(seat: Seat, version: int, event: Event) -> None:
    """Note which version of a person a row shows from an export on (D20)."""
    if version != seat.person_version:
        note(seat, person_name(seat.person_version), person_name(version), count_of_export(event))


def note_letter(seat: Seat, status: Status, count: int, *, cancelled: bool) -> None:
    """Note that a row shows another letter. One that is written over an "S" which was taken back, so that its booking
    is not ``cancelled``, is acknowledged as for the first time: that is decided, and no value that comes and goes. A
    copy of before shows the "S" once more (D20). Nothing is acknowledged anew over an "S" that never was (D31).
    """
    if seat.unsaid:
        seat.unsaid = False
        return
    after = LETTERS[status]
    if seat.status is CANCELLED and not cancelled and any(name == after for name, _ in seat.acked):
        take_back(seat, after)
    note(seat, letter_of(seat), after, count)


def first_shown(seat: Seat, value: str) -> int:
    """Tell in which export a row first showed a value; the one it began with as long as it shows another is noted."""
    return next((count for name, count in seat.acked if name == value), seat.since)


def was_shown(seat: Seat, value: str, now: str, moment: int) -> bool:
    """Tell whether a value is a former one: shown up to a moment, before the one that stands ``now`` and is younger."""
    return any(name == value and count <= moment for name, count in seat.acked) and first_shown(seat, now) > moment


def stands_since(seat: Seat, value: str) -> int:
    """Tell in which export a row showed a value for the first time of all, also before it went with a program."""
    return min((first_shown(seat, value), *(count for name, count in seat.acked_before if name == value)))


def row_stands_since(at: Seat | Lane) -> int:
    """Tell in which export a row, or a course, stood for the first time of all, also before it was made again."""
    return at.since_before or at.since


def take_back(seat: Seat, lost: str) -> None:
    """Let go of a value that went with a program: when it is shown again, that is for the first time.

    But it is no proof then that the program did not go back to a moment when it stood before.
    """
    if lost not in dict(seat.acked_before):
        seat.acked_before = (*seat.acked_before, (lost, first_shown(seat, lost)))
    seat.acked = tuple((name, count) for name, count in seat.acked if name != lost)


def cancelled_between(seat: Seat) -> tuple[int, int] | None:
    """Tell from which export to which a row showed an "S" over which the letter that stands was written (D20)."""
    at = next((count for name, count in seat.acked if name == LETTERS[CANCELLED]), None)
    again = first_shown(seat, letter_of(seat))
    return (at, again) if at is not None and at < again else None


def as_cancelled(seat: Seat, actor: str | None) -> bool:
    """Tell whether an "S" is of former times by who edited its row: the one of then, the connector, or nobody (D20)."""
    return not by_person(actor) or actor == seat.cancelled_as


def letter_of(seat: Seat) -> str:
    """Name the letter a row shows."""
    return LETTERS[seat.status] if isinstance(seat.status, Status) else ""


# --- courses ----------------------------------------------------------------------------------------------------------


def note_fact(lane: Lane, name: str, before: Any, after: Any, count: int) -> None:
    """Note that the row of a course shows another value in a field, for the first time or again."""
    known = lane.acked.get(name) or ((before, lane.since),)
    if after not in [value for value, _ in known]:
        known = (*known, (after, count))
    lane.acked[name] = known
    if (since := fact_first_shown(lane, name, before)) > fact_first_shown(lane, name, after):
        lane.undone[name] = Undone(after, since, count)


def fact_first_shown(lane: Lane, name: str, value: Any) -> int:
    """Tell in which export the row of a course first showed a value."""
    return next((count for known, count in lane.acked.get(name, ()) if known == value), lane.since)


def fact_was_shown(lane: Lane, name: str, value: Any, moment: int) -> bool:
    """Tell whether a value of a field is a former one: shown up to a moment, before the younger one that stands."""
    known = lane.acked.get(name, ())
    younger = fact_first_shown(lane, name, getattr(lane.row, name)) > moment
    return younger and any(former == value and count <= moment for former, count in known)


def shown_so_far(lane: Lane, name: str) -> set[Any]:
    """List the values that the row of a course showed in a field so far, the one of now among them."""
    return {getattr(lane.row, name), *(value for value, _ in lane.acked.get(name, ()))}


def fact_stands_since(lane: Lane, name: str, value: Any) -> int:
    """Tell in which export the row of a course showed a value for the first time of all."""
    before = (count for known, count in lane.acked_before.get(name, ()) if known == value)
    return min((fact_first_shown(lane, name, value), *before))


def take_fact_back(lane: Lane, name: str, lost: Any) -> None:
    """Let go of a value that went with a program, as of one of a row."""
    before = lane.acked_before.get(name, ())
    if all(value != lost for value, _ in before):
        lane.acked_before[name] = (*before, (lost, fact_first_shown(lane, name, lost)))
    lane.acked[name] = tuple((value, count) for value, count in lane.acked.get(name, ()) if value != lost)


# --- what a program lost ----------------------------------------------------------------------------------------------


def former_facts(lane: Lane) -> dict[str, Any]:
    """Give what the Master's row shows in the fields that are asked about."""
    shown = given(lane.row)
    return {name: shown[name] for name in lane.asked_facts if name in shown}


def has_lost(state: Cooperation, lane: Lane) -> bool:
    """Tell whether something of what a program lost is neither shown again nor decided (D20)."""
    if lane.back is None:
        return False
    if lane.back_fields or lane.asked_facts or lane.restoring or (lane.abo_lost and not state.cancelled):
        return True
    return bool(open_refs(state, lane.vhs))


def open_refs(state: Cooperation, vhs: str) -> list[str]:
    """List the bookings a program lost that are neither shown again nor decided; what is cancelled is no loss, but of
    an orphan that is back it is asked whether it is (D20).
    """
    found = []
    for ref, booking in state.bookings.items():
        seat = booking.seats.get(vhs)
        if seat is None or not seat.back:
            continue
        if seat.returned or not (state.is_cancelled(booking) and (seat.lost or not seat.held)):
            found.append(ref)
    return sorted(found)
