"""Withholding: what an export would do to others and is not done, because it is too much at once (D31).

What is withheld is an event of its own. The state stays for everybody as it was; what the row shows is remembered until
somebody approves it, or until the VHS shows the former values again.
"""

from __future__ import annotations

from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Held, Lane, Seat
from koop_es.domain.course import CourseFacts, given
from koop_es.domain.draft import Draft
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import BookingRow, CourseRow, Person
from koop_es.domain.replaced import ask_whom, means_former
from koop_es.domain.wanted import SYNCED_FIELDS
from koop_es.domain.weight import renamed

LETTERS = (Effect.CANCELLATION, Effect.LETTER)
"""Effects of a row's letter: a seat waits for one of them at most."""


def waiting(at: Seat | Lane, *effects: Effect) -> Held | None:
    """Find what is withheld of a row, None for most."""
    return next((held for held in at.waiting if held.effect in effects), None) if at.waiting else None


def withheld_id(draft: Draft, effect: Effect) -> str:
    """Name what is withheld of one export by export and kind, ``563#42/cancellation``."""
    origin = draft.moment.origin
    return f"{origin.export if origin is not None else draft.moment.vhs}/{effect.value}"


def _hold(draft: Draft, effect: Effect, row: Any, **values: Any) -> None:
    draft.add(e.EffectWithheld, "D31", row=row, effect=effect, withheld_id=withheld_id(draft, effect), **values)


def _drop(draft: Draft, held: Held, row: Any, **values: Any) -> None:
    draft.add(e.EffectDropped, "D31", row=row, cause=held.version, effect=held.effect, **values)


def letter_is_withheld(draft: Draft, booking: Booking, seat: Seat, row: BookingRow, effect: Effect) -> bool:
    """Weigh a letter that would change what others hold; True if it is withheld (D31a, D31e).

    Where the Ausfall of the course is withheld, so is an "S" of its bookings: the one comes with the other.
    """
    held = waiting(seat, effect)
    if held is not None and held.status is row.status:
        return True
    if held is None:
        if draft.state.cancelled and effect is Effect.CANCELLATION:
            return False  # its course is called off: everybody has it as "S" anyway
        noted = draft.weight.cancelled if effect is Effect.CANCELLATION else draft.weight.revived
        noted.append(booking.ref)
        if not holds_letters(draft, effect):
            return False
    _hold(draft, effect, row, ref=booking.ref, status=row.status)
    return True


def holds_letters(draft: Draft, effect: Effect) -> bool:
    """Tell whether letters of an effect are withheld in this course, alone or with its Ausfall (D31)."""
    lane = draft.state.lanes.get(draft.moment.vhs)
    follows = effect is Effect.CANCELLATION and lane is not None and waiting(lane, Effect.AUSFALL) is not None
    return draft.judgement.withholds(effect) or (follows and not draft.state.cancelled)


def former_letter(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Let go of a withheld letter: the row shows the one that stands (D31)."""
    if (held := waiting(seat, *LETTERS)) is not None:
        _drop(draft, held, row, ref=booking.ref)


def person_is_withheld(
    draft: Draft, booking: Booking, seat: Seat, row: BookingRow, before: Person, after: Person
) -> bool:
    """Weigh other person data of an own booking; True if they are withheld (D31d). They are kept in the vault."""
    held = waiting(seat, Effect.PERSON)
    if held is not None and after == draft.person(booking.person_id, held.person_version):
        if held.went:  # it is there again
            _hold(draft, Effect.PERSON, row, ref=booking.ref, person_version=held.person_version)
        return True
    if held is None:
        draft.weight.renamed.append(renamed(booking.ref, before, after))
        if not draft.judgement.withholds(Effect.PERSON):
            return False
    version = booking.last_person + 1
    draft.keep_person(booking.person_id or "", version, booking.ref, after)
    _hold(draft, Effect.PERSON, row, ref=booking.ref, person_version=version)
    return True


def former_person(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Let go of withheld person data: the row shows those that stand (D31). Where its program was put back since, that
    is nobody's answer (D20).
    """
    held = waiting(seat, Effect.PERSON)
    if held is not None and not held.went:
        _drop(draft, held, row, ref=booking.ref)


def end_forgotten(draft: Draft, booking: Booking, seat: Seat, row: BookingRow | None = None) -> None:
    """Let go of withheld data of a person who was forgotten: they are gone, whatever the row shows (D31, D15)."""
    held = waiting(seat, Effect.PERSON)
    if held is not None and booking.person_id in draft.erased:
        _drop(draft, held, row, ref=booking.ref)


def keep_waiting(draft: Draft, ref: str, row: BookingRow | None, held: Held) -> None:
    """Let a person wait on whose row, if there is any, shows former values since its program was put back (D20)."""
    values: dict[str, Any] = {"effect": held.effect, "withheld_id": held.withheld_id, "ref": ref, "went": True}
    draft.add(e.EffectWithheld, "D20", row=row, cause=held.version, **values)


def ausfall_is_withheld(draft: Draft, lane: Lane, row: CourseRow) -> bool:
    """Weigh an Ausfall; True if it is withheld (D31b)."""
    if waiting(lane, Effect.AUSFALL) is not None:
        return True
    draft.weight.ausfall = True
    if not draft.judgement.withholds(Effect.AUSFALL):
        return False
    _hold(draft, Effect.AUSFALL, row)
    return True


def revisions_left(draft: Draft, lane: Lane, row: CourseRow, revised: dict[str, Any]) -> dict[str, Any]:
    """Weigh the facts a Master changes; gives those that are not withheld (D31c)."""
    held = waiting(lane, Effect.REVISION)
    kept = given(held.facts) if held is not None and held.facts is not None else {}
    news = {name: value for name, value in revised.items() if name in SYNCED_FIELDS and name not in kept}
    draft.weight.revised = tuple(news)
    judged = draft.judgement.fields if draft.judgement.withholds(Effect.REVISION) else ()
    holding = {name: value for name, value in revised.items() if name in kept or name in judged}
    if any(kept.get(name) != value for name, value in holding.items()):
        _hold(draft, Effect.REVISION, row, facts=CourseFacts(**(kept | holding)))
    return {name: value for name, value in revised.items() if name not in holding}


def former_facts(draft: Draft, lane: Lane, row: CourseRow) -> None:
    """Let go of what is withheld of a course where its row shows again what stands (D31)."""
    if not lane.waiting:
        return
    held = waiting(lane, Effect.AUSFALL)
    if held is not None and row.facts.cancelled is False:
        _drop(draft, held, row)
    held = waiting(lane, Effect.REVISION)
    if held is not None and held.facts is not None:
        shown = given(row.facts)
        back = tuple(name for name in given(held.facts) if name in shown and shown[name] == getattr(lane.row, name))
        if back:
            _drop(draft, held, row, fields=back)


# --- approval ---------------------------------------------------------------------------------------------------------


def approve_effects(draft: Draft, name: str) -> list[str]:
    """Let the effects that are withheld under an id happen, as what they are: from here on nobody can tell them from
    those of any other export (D31). Returns the bookings that it changes, and the cooperation for what is of its
    course; not those of which it is asked since whom their "S" means (D18c).
    """
    state, vhs = draft.state, draft.moment.vhs
    done = []
    lane = state.lanes.get(vhs)
    for held in lane.waiting if lane is not None else ():
        if held.withheld_id == name:
            _approve_course(draft, held)
            done.append(state.coop_id)
    for ref in sorted(state.bookings):
        seat = state.bookings[ref].seats.get(vhs)
        for held in seat.waiting if seat is not None else ():
            if held.withheld_id == name:
                if held.effect == Effect.PERSON and state.bookings[ref].person_id in draft.erased:
                    end_forgotten(draft, state.bookings[ref], state.bookings[ref].seats[vhs])
                    continue
                letter, final = held.effect == Effect.CANCELLATION, state.is_final(state.bookings[ref])
                _approve_booking(draft, state.bookings[ref], held)
                done += [ref] if not letter or (not final and state.is_final(state.bookings[ref])) else []
    return done


def approve_booking(draft: Draft, ref: str) -> None:
    """Let the "S" of one booking happen that waits at the draft's VHS (D31)."""
    booking = draft.state.bookings[ref]
    held = waiting(booking.seats[draft.moment.vhs], Effect.CANCELLATION)
    if held is not None:
        _approve_booking(draft, booking, held)


def _approve_course(draft: Draft, held: Held) -> None:
    if held.effect == Effect.AUSFALL:
        draft.add(e.CourseCancelled, "D31", cause=held.version)
    else:
        draft.add(e.CourseRevised, "D31", cause=held.version, facts=held.facts or CourseFacts())


def _approve_booking(draft: Draft, booking: Booking, held: Held) -> None:
    """Decide on a withheld letter or person. An "S" is one also where others have cancelled meanwhile: theirs may be
    taken back (D24, D32), or be that of a move (D25).
    """
    ref, final, vhs = booking.ref, draft.state.is_final(booking), draft.moment.vhs
    if held.effect == Effect.PERSON:
        shown = booking.seats[vhs].person_version
        draft.add(e.BookingAmended, "D31", cause=held.version, ref=ref, person_version=held.person_version)
        if held.went and booking.seats[vhs].held:  # its row shows the former one until that is written over (D20)
            draft.add(e.BookingReported, "D31", cause=held.version, ref=ref, person_version=shown)
    elif held.effect == Effect.LETTER:
        draft.add(e.BookingReported, "D5", cause=held.version, ref=ref, status=held.status)
    elif not final and means_former(draft.state, booking, vhs, booking.seats[vhs].person_version):
        ask_whom(draft, booking, cause=held.version)
    else:
        draft.add(e.BookingCancelled, "D31", cause=held.version, ref=ref)
