"""What stands in a slice of what its VHS acknowledged: it tells against a program that went back (D20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from koop_es.domain.acknowledged import (
    cancelled_between,
    fact_stands_since,
    first_shown,
    letter_of,
    person_name,
    row_stands_since,
    stands_since,
)
from koop_es.domain.cooperation import Booking, Cooperation, Undone
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.signs import is_told
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import wanted_status
from koop_es.domain.weight import UNTIMED, Standing
from koop_es.domain.witnesses import moment as moment_of


def standing_in(
    state: Cooperation,
    vhs: str,
    before: int,
    complete: int | None,
    shown: Collection[str] | None = None,
    edited: Collection[str] = (),
) -> Standing:
    """Tell what a VHS shows in a cooperation that it acknowledged in an export ``before`` this one.

    ``shown`` are the bookings that have a row which may be of before, by default all that it showed last. What went
    with its program once and is there again counts from its first time of all: a second restore may bring that back.
    Had the program gone back before the last ``complete`` export, that would have shown it; what partial exports first
    showed since, rows, letters, persons and facts, was entered after it, maybe after the program went back, and is no
    proof that it did not; nor is the letter of a row that was ``edited`` since it was acknowledged. What they showed as
    before, and still do, went with it, if it went back.
    """
    counts, work, entered, rows, booked = [0], list[int](), list[int](), False, dict[int, str]()
    mirrored = dict[int, str]()
    rewritten, former = list[tuple[int, int]](), list[int]()
    last = before if complete is None else complete
    for ref, booking in state.bookings.items():
        seat = booking.seats.get(vhs)
        if seat is None or seat.status is None or not (seat.held if shown is None else ref in shown):
            continue
        since = row_stands_since(seat)
        if since < before:
            (counts if since <= last else entered).append(since)
            times = booked if booking.owner == vhs else mirrored
            times[since] = max(times.get(since, ""), moment_of(seat.booked_at) or UNTIMED)
        for value in (letter_of(seat), person_name(seat.person_version)):
            count, again = stands_since(seat, value), first_shown(seat, value)
            # What was shown as before meanwhile, and is back since, was written again: that is no proof.
            if seat.since != count < before and not count < again > last:
                anew = count > last or (ref in edited and value == CANCELLED.value)
                (entered if anew else work if booking.owner == vhs else counts).append(count)
        rows = rows or 0 < since < before
        former += [
            item.since for item in seat.undone if last < item.export < before and _stands(state, booking, vhs, item)
        ]
        if seat.acked_before and (between := cancelled_between(seat)) is not None and between[1] <= last:
            rewritten.append(between)
    newest_row = max(counts)
    lane = state.lanes.get(vhs)
    if lane is not None and lane.present and lane.exists:
        values = (fact_stands_since(lane, name, getattr(lane.row, name)) for name in lane.acked)
        for count in (row_stands_since(lane), *values):
            if count < before:
                (counts if count <= last else entered).append(count)
        former += [
            item.since
            for name, item in lane.undone.items()
            if last < item.export < before
            and getattr(lane.row, name) == item.value
            and not is_told(state, lane, name, item.value)
        ]
    ends = sorted({max(counts), newest_row})
    at, copied = (tuple((count, times[count]) for count in ends if count in times) for times in (booked, mirrored))
    since_then = tuple(sorted(work)), tuple(sorted(entered)), at, tuple(rewritten), tuple(former), copied
    return Standing(max(counts), rows, newest_row, *since_then)


def _stands(state: Cooperation, booking: Booking, vhs: str, item: Undone) -> bool:
    """Tell whether a row still shows the former letter or person, and not because it was told to."""
    seat = booking.seats[vhs]
    if item.value == person_name(seat.person_version):
        return vhs == booking.owner or seat.person_version != booking.person_version
    if item.value != letter_of(seat):
        return False
    return vhs == booking.owner or seat.status is not wanted_status(state, booking, vhs)


def note_lacking(draft: Draft, shown: Collection[str]) -> None:
    """Note that a complete export lacks rows, also of who is cancelled: no sign, but they do not stand (D20)."""
    vhs = draft.moment.vhs
    seats = (draft.state.bookings[ref].seats.get(vhs) for ref in draft.state.bookings.keys() - shown)
    draft.weight.lacks = any(seat is not None and seat.held for seat in seats)


def note_standing(draft: Draft, part: Slice, shown: Mapping[str, BookingRow], fresh: Collection[str]) -> None:
    """Note what stands in a slice in which something is gone or as before, but for rows that are ``fresh`` (D20)."""
    if (draft.weight.signs or draft.weight.lacks) and draft.moment.origin is not None:
        before, vhs = draft.moment.origin.sequence or 0, draft.moment.vhs
        entered = {ref for ref, row in shown.items() if _is_entered_since(draft.state.bookings.get(ref), vhs, row)}
        complete, stand = part.complete_before(), shown.keys() - fresh
        draft.weight.standing = standing_in(draft.state, vhs, before, complete, stand, entered)


def _is_entered_since(booking: Booking | None, vhs: str, row: BookingRow) -> bool:
    """Tell whether a person edited an "S" since it was acknowledged as the connector's: a program that went back had
    lost it, and its staff may have set it again.
    """
    seat = booking.seats.get(vhs) if booking is not None else None
    if seat is None or row.status is not CANCELLED or seat.actor != WEB_SERVICE_USER:
        return False
    return by_person(actor_of(row.edited_by))
