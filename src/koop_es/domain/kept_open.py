"""Questions outlive what they hang on: an answer ends them, or a row that shows otherwise as a claim of its own.

What a program shows that went back is nobody's claim (D20), nor is a row that the connector wrote anew after the former
one was gone (B12), nor an "S" that others had written into the row (D21). A withheld "S" that is shown no more, and
that nobody has answered for, goes on as a question (D31).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation, Lane
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import OF_ITS_ROW, WENT
from koop_es.domain.former_values import say
from koop_es.domain.in_doubt import withholds_s
from koop_es.domain.observation import CANCELLED


class Question(NamedTuple):
    """What stands open about the "S" of a booking at one VHS: why, and whether its row is ``unwritten``, so that the
    connector makes it anew. One that is ``withheld`` is none yet.
    """

    why: str
    unwritten: bool
    withheld: bool


def standing(state: Cooperation, vhs: str) -> dict[str, Question]:
    """Find the questions about an "S" at a VHS, and what is withheld of it, by booking."""
    lane = state.lanes.get(vhs)
    if lane is None:
        return {}
    asked = lane.unclear.items()
    found = {ref: Question(why, _is_unwritten(state, lane, ref, why), withheld=False) for ref, why in asked}
    for ref, booking in state.bookings.items():
        seat = booking.seats.get(vhs)
        if seat is not None and ref not in found and withholds_s(seat):
            found[ref] = Question(WENT, unwritten=False, withheld=True)
    return found


def _is_unwritten(state: Cooperation, lane: Lane, ref: str, why: str) -> bool:
    booking = state.bookings.get(ref)
    seat = booking.seats.get(lane.vhs) if booking is not None else None
    if seat is None or seat.status is None:
        return True
    return seat.lost and (seat.back > 0 or why not in OF_ITS_ROW)


def keep_open(draft: Draft, before: Mapping[str, Question]) -> None:
    """Ask again what an export has ended without an answer (D20, D21, D31)."""
    state, vhs = draft.state, draft.moment.vhs
    lane, back = state.lanes[vhs], draft.judgement.back_at(state.coop_id)
    answered = {event.ref for event in draft.events if isinstance(event, e.BookingCancelled)}
    for ref in sorted(before.keys() - lane.unclear.keys() - answered):
        why, unwritten, withheld = before[ref]
        seat = state.bookings[ref].seats.get(vhs)
        if withheld and seat is not None:
            gone = seat.lost or seat.reused_by is not None
            if withholds_s(seat) and not gone and (seat.held or back is None):
                continue
            ended = back is not None or gone or seat.status is CANCELLED
        else:
            ended = back is not None or unwritten
        if ended:
            if back is not None:
                say(draft, back)
            draft.add(e.CancellationUnclear, "D20", ref=ref, why=why)
