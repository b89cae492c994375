"""What is withheld of a row, and let go again (D31)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Held, Lane, Seat, let_go
from koop_es.domain.evolve_echo import keep_replaced
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED


def _place(state: Cooperation, event: e.EffectWithheld | e.EffectDropped) -> Seat | Lane:
    if event.ref:
        booking = state.bookings.get(event.ref)
        if booking is None:
            booking = state.bookings[event.ref] = Booking(event.ref, owner_of(event.ref))
        return booking.seats.setdefault(event.vhs, Seat())
    return state.lanes.setdefault(event.vhs, Lane(event.vhs))


def _effect_withheld(state: Cooperation, event: e.EffectWithheld) -> None:
    held = Held(event.effect, event.withheld_id, state.version, event.status, event.person_version or 0, event.facts)
    at = _place(state, event)
    if event.went:
        at.waiting = tuple(replace(one, went=one.went or one.effect == event.effect) for one in at.waiting)
        return
    if event.ref:
        booking = state.bookings[event.ref]
        booking.withheld_person = max(booking.withheld_person, held.person_version)
    at.waiting = (*(other for other in at.waiting if other.effect != event.effect), held)


def _effect_dropped(state: Cooperation, event: e.EffectDropped) -> None:
    at = _place(state, event)
    at.waiting = let_go(at.waiting, event.effect, event.fields)
    if event.ref and event.effect == Effect.PERSON:
        keep_replaced(state.bookings[event.ref])
    if event.shown and isinstance(at, Seat):
        at.status, at.version, at.taken_back, at.unsaid = CANCELLED, state.version, True, True
        at.actor = at.cancelled_as = event.actor or at.actor


APPLY: dict[type[e.Event], Callable[[Cooperation, Any], None]] = {
    e.EffectWithheld: _effect_withheld,
    e.EffectDropped: _effect_dropped,
}
"""Event -> what it does."""
