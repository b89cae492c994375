"""What was given out and is wanted no longer, before anybody saw whether it was carried out (D21, D30).

Nothing is left to be written then, and yet nobody knows that the VHS shows what it should: its connector may have done
what it was told, and only an export tells. The opposite cannot be given out: what the row would have to show for it, as
who edited the "S", stood in no export (D22).
"""

from __future__ import annotations

from collections.abc import Collection

from koop_es.domain.cooperation import Booking, Cooperation, Lane
from koop_es.domain.given_out import Given
from koop_es.domain.wanted import Change, booking_change, changes, name_of


def turned_back(state: Cooperation, lane: Lane, listed: Collection[Change] | None = None) -> list[tuple[str, Given]]:
    """List what a VHS was told and should no longer show, while no export of it has told since what it shows.

    Named are bookings by their references, changes of the course by their kinds. ``listed`` is its change list, where
    that is known.
    """
    unseen = [(name, given) for name, given in lane.told.items() if not given.seen]
    if not unseen or not _is_read(state, lane):
        return []
    pending = {name_of(change) for change in (changes(state, lane.vhs) if listed is None else listed)}
    return [(name, given) for name, given in unseen if name not in pending]


def is_turned_back(state: Cooperation, lane: Lane, booking: Booking) -> bool:
    """Tell the same of one booking."""
    given = lane.told.get(booking.ref)
    if given is None or given.seen or not _is_read(state, lane):
        return False
    return booking_change(state, lane, booking) is None


def is_course_turned_back(state: Cooperation, lane: Lane, listed: Collection[Change]) -> bool:
    """Tell the same of the course itself, where it is there and read as what it is; ``listed`` are its changes."""
    unseen = [name for name, given in lane.told.items() if not given.seen and name not in state.bookings]
    if not unseen or not _is_read(state, lane):
        return False
    pending = {name_of(change) for change in listed}
    return any(name not in pending for name in unseen)


def _is_read(state: Cooperation, lane: Lane) -> bool:
    """Tell whether the next export of a VHS says what it shows of the course."""
    there = lane.exists or lane.vhs == state.master
    return lane.active and there and not (state.ended or lane.unread or state.master is None)
