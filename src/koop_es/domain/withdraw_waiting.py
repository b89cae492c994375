"""What waits for an answer, or is asked about, ends with the export that said it where that is withdrawn (D31, D32).

Nobody was told of it, so that nothing is told back. An "S" stays remembered, as all that a withdrawn export did: it is
no claim until its row shows something else, and the change lists write what counts. But its VHS never acknowledged it:
neither is the row that shows its letter again another registration (D18, D5), nor a program that shows the "S" once
more one that went back (D20).
"""

from __future__ import annotations

from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Held
from koop_es.domain.course import CourseFacts, given
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import OVER, WENT, WRITTEN_SINCE
from koop_es.domain.in_doubt import withholds_s
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED, Origin
from koop_es.domain.withdraw_story import SHOWN_SINCE, Story, is_course_lacking, is_lacking, letter_in_next


def says_s(state: Cooperation, vhs: str) -> frozenset[str]:
    """Name the bookings whose row shows "S" at a VHS, be it that it waits (D31)."""
    seats = ((ref, booking.seats.get(vhs)) for ref, booking in state.bookings.items())
    return frozenset(ref for ref, seat in seats if seat is not None and (seat.status is CANCELLED or withholds_s(seat)))


def let_go(draft: Draft, event: e.Event, story: Story) -> str:
    """Answer for what the export said and that waits for an answer, or is asked about since (D31, D21): it is nobody's,
    unless the next complete export says it as well. What is missing then is asked about (D30).
    """
    ref, version = getattr(event, "ref", ""), story.version
    if isinstance(event, e.OrphanWithheld):
        _take_back_loss(draft, event, story)
        return ""
    if isinstance(event, e.EffectWithheld) and _waits_for(draft, event, version):
        if _is_held_again(draft, event, story):
            return SHOWN_SINCE.format(export=story.later[0])
        _take_back_waiting(draft, event, version)
        return ""
    if isinstance(event, e.BookingQuestioned | e.CourseWentBack):
        return _take_back_former(draft, event, story)
    if isinstance(event, e.EffectWithheld) and not ref:
        _take_back_asked(draft, event, story)
        return ""
    if not ref or ref in story.earlier or (why := _asked_about(draft, event, story)) is None:
        return ""
    if (export := _says_it_again(draft, ref, why, story)) is not None:
        return SHOWN_SINCE.format(export=export)
    _take_back_question(draft, ref, version, story.event.origin)
    return ""


def _is_held_again(draft: Draft, event: e.EffectWithheld, story: Story) -> bool:
    """Tell whether the next complete export shows what waits as well: what went with its program did after it (D20)."""
    if not story.later or is_course_lacking(story):
        return False
    if event.ref and is_lacking(event.ref, story):
        return False
    since = (other for other in story.told[story.version :] if isinstance(other, e.EffectWithheld) and other.went)
    went = [other for other in since if (other.vhs, other.ref, other.effect) == (event.vhs, event.ref, event.effect)]
    return not went or (went[0].origin is not None and went[0].origin.export in story.later[1:])


def _take_back_former(draft: Draft, event: e.BookingQuestioned | e.CourseWentBack, story: Story) -> str:
    """Answer what is asked about a former letter or person, or former facts, that the export showed as a program does
    which was put back: nobody means them, and what counts is written again, unless the next complete export shows them
    as well (D20). What it lacks the next one tells.
    """
    if not _is_asked(draft, event, story.version):
        return ""
    booking = draft.state.bookings[event.ref] if isinstance(event, e.BookingQuestioned) else None
    if story.later and not is_course_lacking(story) and (booking is None or not is_lacking(booking.ref, story)):
        return SHOWN_SINCE.format(export=story.later[0])
    export = event.origin.export if event.origin is not None else ""
    if booking is not None:
        draft.add(e.BookingRestored, "D32", cause=story.version, ref=booking.ref, reason=export)
    else:
        draft.add(e.CourseRestored, "D32", cause=story.version, reason=export)
    return ""


def _is_asked(draft: Draft, event: e.BookingQuestioned | e.CourseWentBack, version: int) -> bool:
    """Tell whether nobody has answered yet what an event of this version asks about what a row shows; of the course no
    more may be asked than that.
    """
    state, vhs = draft.state, draft.moment.vhs
    if isinstance(event, e.BookingQuestioned):
        seat = state.bookings[event.ref].seats.get(vhs)
        return event.what == "shown" and seat is not None and seat.asked == version
    lane, lost = state.lanes[vhs], given(event.lost)
    return bool(lane.asked_facts) and lane.asked_facts.items() <= lost.items()


def _take_back_asked(draft: Draft, event: e.EffectWithheld, story: Story) -> None:
    """Answer what is asked about an Ausfall or facts that waited and went with their program (D20): they were wrong,
    unless the next complete export showed them as well.
    """
    lane, told = draft.state.lanes[draft.moment.vhs], story.told[story.version :]
    said = given(event.facts) if event.facts is not None else {"cancelled": True}
    back = (other for other in told if isinstance(other, e.CourseWentBack) and other.vhs == event.vhs)
    went = next((other for other in back if said.keys() & given(other.lost).keys()), None)
    held = any(isinstance(other, e.EffectWithheld) and other.effect == event.effect for other in told)
    if held or went is None or went.origin is None or went.origin.export in story.later[1:]:
        return
    asked = [name for name, value in said.items() if lane.asked_facts.get(name) == value]
    former: dict[str, Any] = {name: False if name == "cancelled" else getattr(lane.facts, name) for name in asked}
    if former:
        draft.add(e.RevisionWithdrawn, "D32", cause=story.version, facts=CourseFacts(**former))


_SAYING = (
    e.BookingCancelled,
    e.BookingMade,
    e.BookingDelivered,
    e.CancellationDelivered,
    e.CancellationUnclear,
    e.EffectWithheld,
)
_OF_OTHERS = (OVER, WRITTEN_SINCE, "again")
"""Why questions stand that are about more than the "S" of one export."""


def _asked_about(draft: Draft, event: e.Event, story: Story) -> str | None:
    """Tell why it is asked about the "S" that an event says, None where it is not, or about more than that."""
    if not isinstance(event, _SAYING) or getattr(event, "status", CANCELLED) not in (CANCELLED, None):
        return None
    vhs, ref = draft.moment.vhs, event.ref
    booking, lane = draft.state.bookings[ref], draft.state.lanes[vhs]
    if isinstance(event, e.EffectWithheld) and event.status is not CANCELLED:
        return None
    if booking.moved and vhs == booking.owner:
        return None  # it is asked what the "S" of others is meant for (D25)
    since = (other for other in story.since(ref) if isinstance(other, e.EffectWithheld) and other.vhs == vhs)
    if any(other.status is CANCELLED for other in since):
        return None
    why = lane.unclear.get(ref)
    return None if why in _OF_OTHERS else why


def _says_it_again(draft: Draft, ref: str, why: str, story: Story) -> str | None:
    """Name the export that says the "S" of this one as well, which is asked about; None where none does: the next
    complete one, or any in which it is asked about anew.
    """
    vhs, booking = draft.moment.vhs, draft.state.bookings[ref]
    unclear = (event for event in story.since(ref) if isinstance(event, e.CancellationUnclear) and event.vhs == vhs)
    asked = [event.origin.export for event in unclear if event.origin is not None and event.origin.vhs == vhs]
    last = asked[-1] if asked else story.event.origin.export if story.event.origin is not None else ""
    if why != WENT and story.event.origin is not None and last != story.event.origin.export:
        return last
    if not story.later or is_course_lacking(story) or is_lacking(booking.ref, story):
        return None
    if why == WENT:  # the export in which it is asked shows it no more
        return story.later[0] if last in story.later[1:] else None
    return story.later[0] if letter_in_next(CANCELLED, ref, story) is CANCELLED else None


def ask_about_missing(draft: Draft, booking: Booking, story: Story) -> None:
    """Say of a row that a later complete export lacks as well what any would that came now: at the owner it is asked,
    elsewhere the mirror is delivered again (D30).
    """
    vhs = draft.moment.vhs
    lane, seat = draft.state.lanes[vhs], booking.seats.get(vhs)
    if not story.later or seat is None or not seat.absences or lane.unread or lane.suspended is not None:
        return
    kind = e.BookingQuestioned if vhs == booking.owner else e.MirrorLost
    draft.add(kind, "D32", cause=booking.changed, ref=booking.ref)


def _waits_for(draft: Draft, event: e.EffectWithheld, version: int) -> Held | None:
    """Find what an event of this version withheld, if it waits still."""
    state, vhs = draft.state, draft.moment.vhs
    at: Any = state.bookings[event.ref].seats.get(vhs) if event.ref else state.lanes.get(vhs)
    return next((held for held in at.waiting if held.version == version), None) if at is not None else None


def _take_back_waiting(draft: Draft, event: e.EffectWithheld, version: int) -> None:
    """Let go of what waits. An "S" that its row shows stays known, as one that was withdrawn: it is no claim, and
    whoever edited its row is remembered (T6). Whatever else a later export shows is weighed anew.
    """
    take_back_effect(draft, event.effect, event.ref, version, "D32", event.actor)


def take_back_effect(draft: Draft, effect: str, ref: str, version: int, rule: str, actor: str | None = None) -> None:
    """Let go of what was withheld in an event of this version, and remember an "S" that its row shows."""
    moment = draft.moment
    seat = draft.state.bookings[ref].seats[moment.vhs] if ref else None
    shown = effect == Effect.CANCELLATION and seat is not None and seat.held
    values: dict[str, Any] = {"vhs": moment.vhs, "at": moment.at, "recorded_at": moment.recorded_at, "cause": version}
    values |= {"actor": actor} if shown else {}
    draft.take(e.EffectDropped(rule=rule, effect=effect, ref=ref, shown=shown, **values))


def reject_waiting(draft: Draft, ref: str, reason: str) -> None:
    """Say that an "S" that waits is none, as somebody decided: the letter of its booking is written over it (D31)."""
    seat = draft.state.bookings[ref].seats[draft.moment.vhs]
    held = next(held for held in seat.waiting if held.status is CANCELLED)
    take_back_effect(draft, held.effect, ref, held.version, "D31")
    draft.add(e.CancellationRejected, "D31", ref=ref, reason=reason)


def _take_back_question(draft: Draft, ref: str, version: int, origin: Origin | None) -> None:
    """Answer what is asked about an "S" of the export, if anything is: it is nobody's, and its row no claim (D21)."""
    booking, vhs = draft.state.bookings[ref], draft.moment.vhs
    export = origin.export if origin is not None else ""
    draft.add(e.CancellationRejected, "D32", cause=version, ref=ref, reason=export)
    seat = booking.seats.get(vhs)
    if seat is not None and seat.held and seat.status is CANCELLED:
        draft.add(e.CancellationWithdrawn, "D32", cause=version, ref=ref)


def _take_back_loss(draft: Draft, event: e.OrphanWithheld, story: Story) -> None:
    """Let a loss that waits count no longer, as one that did not wait (D4)."""
    booking = draft.state.bookings[event.ref]
    seat = booking.seats.get(draft.moment.vhs)
    if seat is not None and seat.withheld == event.withheld_id:
        draft.add(e.CancellationWithdrawn, "D32", cause=story.version, ref=event.ref)
        ask_about_missing(draft, booking, story)
