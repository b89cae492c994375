"""A wrong export is taken back: what only it did to others is undone (D32).

What its VHS shows stays as it is remembered: those rows are acknowledgements of an export that was withdrawn, and no
claims, until they show something else. The change lists write what counts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import CourseFacts, given
from koop_es.domain.draft import Draft
from koop_es.domain.evolve import apply
from koop_es.domain.evolve_echo import OVER, WRITTEN_SINCE, is_rejected
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED, CONFIRMED, WEB_SERVICE_USER, Status
from koop_es.domain.put_back import ask_unsigned
from koop_es.domain.withdraw_story import (
    SHOWING,
    SHOWN_SINCE,
    Story,
    is_course_lacking,
    is_lacking,
    last_versions,
    letter_in_next,
    letter_of,
    shown_by,
)
from koop_es.domain.withdraw_waiting import ask_about_missing, let_go, says_s
from koop_es.domain.withhold import LETTERS, waiting


class Stays(NamedTuple):
    """What of a withdrawn export stays, and why."""

    coop_id: str
    ref: str
    type: str
    why: str


WITHDRAWN = "withdrawn"
"""Why a booking lives again."""

DECIDED = "somebody has decided otherwise since"
MADE = "bookings that an export made stay: cancel them where they are wrong"
APPROVED = "an operator has approved it; --with-approved takes that back as well"
NOT_KNOWN = "it cannot be taken back: the export's VHS has to show it otherwise"
STILL_OFF = "no complete export of its Master since takes this Ausfall back: it counts until one does"
OFF_FOR_GOOD = "its Master has shown this Ausfall once more, and what it resets after the last day revives nobody"
ELSEWHERE = "its row stands in another course, whose booking it is: nobody was booked here"
NO_ABO = "the Abo of its VHS has ended: it lives again where that subscribes the course again"
FOR_GOOD = (DECIDED, MADE, NOT_KNOWN, ELSEWHERE)
"""Why something stays whatever else is taken back: a later export that did nothing more can be withdrawn all the same.
"""

_Ending = e.BookingCancelled | e.BookingMoved | e.OrphanDetected
_Lettered = e.BookingReported | e.BookingWentBack | e.EffectWithheld


def withdraw(
    draft: Draft,
    export: str,
    told: Sequence[e.Event],
    *,
    with_approved: bool = False,
    only_approved: bool = False,
    later: Sequence[str] = (),
    withdrawn: Collection[str] = (),
    elsewhere: Callable[[Seat], bool] = lambda _: False,
    once_more: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Stays]:
    """Undo what an export of the draft's VHS did in a cooperation, whose whole story is ``told``; gives what stays.

    What was withheld of it and an operator approved is that operator's decision, and stays unless asked for, which may
    be afterwards: ``only_approved`` tells that all else was undone before.
    ``later`` are the exports of the VHS taken in from the first complete one after it on, which shows its rows once
    more; those that were withdrawn themselves aside. ``withdrawn`` are all that were taken back before, of any VHS, and
    ``once_more`` names for some of them what ``later`` does for this one.
    ``elsewhere`` tells whether the row of a booking is that of another one in another course of the VHS by now.
    """
    stays: list[Stays] = []
    state, vhs = draft.state, draft.moment.vhs
    before = Cooperation(state.coop_id)
    last = last_versions(told, vhs)
    earlier: frozenset[str] | None = None
    for version, event in enumerate(told, 1):
        approved = _is_approved(event, before, told, vhs, export)
        own = event.vhs == vhs and event.origin is not None and event.origin.export == export
        if own and earlier is None:
            earlier = says_s(before, vhs)
        if approved or (own and not only_approved):
            story = Story(told, version, last, later, withdrawn, elsewhere, earlier or frozenset(), once_more)
            why = APPROVED if approved and not with_approved else _undo(draft, before, event, story)
            kept = Stays(state.coop_id, getattr(event, "ref", ""), event.type, why)
            asked = isinstance(event, e.CancellationUnclear) and stays and stays[-1]._replace(type=event.type) == kept
            if why and not asked:
                stays.append(kept)
        apply(before, event)
    if draft.events:
        draft.settle_violations()
    return stays


def _is_approved(event: e.Event, before: Cooperation, told: Sequence[e.Event], vhs: str, export: str) -> bool:
    """Tell whether an operator has let happen what was withheld of this export: a loss (D4) or another effect (D31)."""
    if event.vhs != vhs:
        return False
    if isinstance(event, e.OrphanDetected) and event.approved:
        seat = before.bookings[event.ref].seats.get(vhs) if event.ref in before.bookings else None
        return seat is not None and seat.withheld == export
    if event.origin is not None or event.cause is None:
        return False
    held = told[event.cause - 1] if 0 < event.cause <= len(told) else None
    return isinstance(held, e.EffectWithheld) and held.origin is not None and held.origin.export == export


def _undo(draft: Draft, before: Cooperation, event: e.Event, story: Story) -> str:
    """Undo one event of the export, and what is asked about it; gives why it stays if it does."""
    return _undo_event(draft, before, event, story) or let_go(draft, event, story)


def _undo_event(draft: Draft, before: Cooperation, event: e.Event, story: Story) -> str:
    """Undo one event of the export; gives why it stays if it does."""
    if isinstance(event, _Ending) or (isinstance(event, e.BookingMade) and event.status is CANCELLED):
        return _live_again(draft, before, event.ref, story)
    if isinstance(event, e.BookingAmended | e.BookingPromoted):
        return _amend_back(draft, before, event, story)
    if isinstance(event, e.BookingReported | e.BookingWentBack):
        return _letter_back(draft, before, event, story)
    if isinstance(event, e.CourseRevised):
        return _revise_back(draft, before, event, story)
    if isinstance(event, e.BookingMade):
        return MADE
    if isinstance(event, e.CourseCancelled):
        return _take_place(draft, story)
    if isinstance(event, e.ParticipantsMerged | e.BookingRekeyed | e.CourseRenumbered):
        return NOT_KNOWN
    return ""


def _take_place(draft: Draft, story: Story) -> str:
    """Let a course take place again that this export called off; its Master shows the Ausfall until it is written.

    Where the next complete export showed the Ausfall as well, only the Master takes it back, and not after the last
    day (D24): whoever called the course off meanwhile, or had done so all along, is not overruled by a wrong file.
    """
    lane, version = draft.state.lanes[draft.moment.vhs], story.version
    if lane.cancelled_version != version:
        return "" if not draft.state.cancelled else DECIDED
    if story.later and _is_off_once_more(lane, story) and not is_course_lacking(story):
        return STILL_OFF if lane.row.cancelled else OFF_FOR_GOOD
    draft.add(e.CourseReinstated, "D32", cause=version)
    draft.add(e.CourseReported, "D32", cause=version, facts=CourseFacts(cancelled=True))
    draft.add(e.RevisionWithdrawn, "D32", cause=version, facts=CourseFacts(cancelled=False))
    return ""


def _is_off_once_more(lane: Lane, story: Story) -> bool:
    """Tell whether the Master showed the Ausfall in the next complete export as well, or anew after it had shown the
    course live; what our own list wrote again says nothing, whoever edited the row since (D21), nor does an export that
    was withdrawn itself (D32).
    """
    shown, given = list[e.CourseReported](), False
    for event in story.told[story.version :]:
        if event.vhs != story.event.vhs or not story.counts(event):
            continue
        given = given or (isinstance(event, e.ChangesGivenOut) and "cancel" in event.course)
        if isinstance(event, e.CourseReported) and event.facts.cancelled is not None:
            shown.append(event)
            if event.facts.cancelled and not given and event.actor != WEB_SERVICE_USER:
                return True
    reset = next((event.origin for event in shown if not event.facts.cancelled), None)
    return lane.row.cancelled is True if reset is None else reset.export in story.later[1:]


def _live_again(draft: Draft, before: Cooperation, ref: str, story: Story) -> str:
    """Let a booking live again that was cancelled by this export and by nothing else, also one that it first showed.

    Where others set "S" as well that stands, until it is taken back, too; this one counts no longer. Nor does it live
    while its owner has no Abo (D9), nor where only this export showed it, and its row is that of a booking of another
    course (D32).
    """
    vhs, booking = draft.moment.vhs, draft.state.bookings[ref]
    former = before.bookings.get(ref)
    if former is not None and vhs in former.cancelled_by:
        return ""  # it was this VHS's "S" before
    if _goes_on(draft, booking):
        return DECIDED
    if former is None and (seat := booking.seats.get(vhs)) is not None and not seat.live and story.elsewhere(seat):
        return ELSEWHERE
    if any(isinstance(event, e.BookingReinstated) for event in story.since(ref)):  # what ended it now came later
        return DECIDED if draft.state.is_cancelled(booking) else ""
    returned = _returned(draft, booking)
    causes = booking.cancelled_by | (booking.orphaned_by - returned)
    if not causes and any(lane.unclear.get(ref) == WRITTEN_SINCE for lane in draft.state.lanes.values()):
        causes = frozenset({vhs})  # it was withdrawn before, after the backup from which the store was put back
    if causes != {vhs} or draft.state.cancelled or booking.without_abo:
        if vhs in causes:
            draft.add(e.CancellationWithdrawn, "D32", cause=story.version, ref=ref)
        if booking.without_abo and not booking.cancelled_by:
            return NO_ABO
        return DECIDED if draft.state.is_cancelled(booking) else ""
    for other in sorted(returned - {vhs}):
        draft.add(e.CancellationWithdrawn, "D32", vhs=other, cause=story.version, ref=ref)
    letter, lived = _letter_since(booking, story), not draft.state.is_cancelled(booking)
    answered = lived and is_rejected(draft.state.lanes[vhs], ref)
    draft.add(e.BookingReinstated, "D32", cause=story.version, ref=ref, status=letter, reason=WITHDRAWN)
    _take_withheld(draft, booking)
    ask_about_missing(draft, booking, story)
    if not answered and (why := _why_meant(draft, booking, story)):
        draft.add(e.CancellationUnclear, "D32", ref=ref, why=why)
    ask_unsigned(draft, booking, "D32", lived=lived)
    return ""


def _take_withheld(draft: Draft, booking: Booking) -> None:
    """Take the letters that rows show over the "S" and that were withheld (D31e) for what they are: nothing forbids
    them any more.
    """
    for vhs, seat in sorted(booking.seats.items()):
        if seat.held and (held := waiting(seat, Effect.LETTER)) is not None:
            draft.add(e.BookingReported, "D32", vhs=vhs, cause=held.version, ref=booking.ref, status=held.status)


def _goes_on(draft: Draft, booking: Booking) -> bool:
    """Tell whether the row of a booking is that of another one already, with a reference of its own: it was moved and
    is back in the course (D25), or its row, no longer "S", was taken for another registration (D18a). It is one seat.
    """
    vhs, seat = draft.moment.vhs, booking.seats.get(draft.moment.vhs)
    if seat is None or not (booking.moved or seat.reused_by):
        return False
    others = (other for other in draft.state.bookings.values() if other.owner == vhs and other is not booking)
    held = (other.seats.get(vhs) for other in others if not other.moved)
    return any(at is not None and at.held and is_same_row(at, seat) for at in held)


def is_same_row(one: Seat, other: Seat) -> bool:
    """Tell whether two bookings have one row by now: Beleg-ID and TNR are the same."""
    return (one.booking_id, one.participant_no) == (other.booking_id, other.participant_no)


def _returned(draft: Draft, booking: Booking) -> set[str]:
    """Name the VHSs that had lost the booking and hold it again, which this "S" alone kept from counting (D5)."""
    seats = {vhs: booking.seats[vhs] for vhs in booking.orphaned_by if vhs != draft.moment.vhs}
    return {vhs for vhs, seat in seats.items() if seat.held and not seat.orphaned}


def _letter_since(booking: Booking, story: Story) -> Status:
    """Find the letter that the owner shows, or has last shown over the "S", or else the one before it (D6).

    What stands in a row that WS wrote last is nobody's decision, nor is what an export said that was taken back.
    """
    seat = booking.seats.get(booking.owner)
    mine = (told for told in story.numbered(booking.ref) if told[1].vhs == booking.owner)
    shown = [(version, event) for version, event in mine if isinstance(event, SHOWING)]
    letters = [
        (event.status, event.actor)
        for version, event in shown
        if isinstance(event, e.BookingReported | e.BookingWentBack) and _counts(version, event.status, story)
    ]
    if seat is not None:
        held = waiting(seat, Effect.LETTER) if seat.held else None
        last = held.version if held is not None else shown[-1][0] if shown else None
        letter = held.status if held is not None else seat.status
        if last is None or _counts(last, letter, story):
            letters.append((letter, seat.actor))
    meant = [status for status, actor in letters if actor != WEB_SERVICE_USER]
    return next((status for status in reversed(meant) if status not in (None, CANCELLED)), booking.status)


def _counts(version: int, letter: Status | None, story: Story) -> bool:
    """Tell whether the letter of a row counts that an event tells (D32)."""
    return letter is not None and shown_by(version, letter, story) is not None


def _letter_back(draft: Draft, before: Cooperation, event: e.BookingReported | e.BookingWentBack, story: Story) -> str:
    """Give a booking back the letter it had before this export showed another over an "S", with which it lives again
    since that "S" was taken back (D6).
    """
    booking, letter = draft.state.bookings[event.ref], event.status
    if event.vhs != booking.owner or letter is None or letter is CANCELLED or draft.state.is_cancelled(booking):
        return ""
    lived = next((other for other in story.since(event.ref) if isinstance(other, e.BookingReinstated)), None)
    if lived is None or lived.reason != WITHDRAWN or lived.status is not letter or booking.status is not letter:
        return ""
    if story.last.letters.get(event.ref, 0) > story.version or _is_shown_by_others(event, story):
        return ""
    if _is_shown_since(draft, event.ref, story, letter=letter):
        return SHOWN_SINCE.format(export=story.later[0])
    former = before.bookings[event.ref].status
    if former is not letter:
        draft.add(e.AmendmentWithdrawn, "D32", cause=story.version, ref=event.ref, status=former)
    return ""


def _is_shown_by_others(event: e.BookingReported | e.BookingWentBack, story: Story) -> bool:
    """Tell whether another export of the owner, which counts, reported the same letter since (D6)."""
    return any(
        isinstance(other, e.BookingReported | e.BookingWentBack)
        and (other.vhs, other.status) == (event.vhs, event.status)
        and other.actor != WEB_SERVICE_USER
        and _counts(version, other.status, story)
        for version, other in story.numbered(event.ref)
    )


def _why_meant(draft: Draft, booking: Booking, story: Story) -> str:
    """Say why somebody may mean the "S" that a VHS shows, or has shown, "" where nobody does: the next complete export
    showed it once more, or a person set it over the letter that was back, or nobody says who did (D21).

    Where another letter was written over it since, either that file was wrong as well, or the "S" was final (D5).
    """
    seat = booking.seats.get(draft.moment.vhs)
    if seat is None:
        return ""
    letters = _letters_since(draft, booking, story)
    shown = (shown_by(version, letter, story) for version, letter in letters)
    right = [export for export in shown if export is not None]
    once_more = bool(story.later) and (not right or right[0] in set(story.later) - {story.later[0]})
    if seat.live:
        lost = isinstance(story.event, e.OrphanDetected | e.BookingMoved) or not letters
        once_more = once_more and not lost and not is_lacking(booking.ref, story)
        return OVER if once_more or _is_cancelled_anew(draft, booking, story) else ""
    meant = once_more or _is_cancelled_anew(draft, booking, story)
    return "again" if seat.status is CANCELLED and meant else ""


def _is_cancelled_anew(draft: Draft, booking: Booking, story: Story) -> bool:
    """Tell whether somebody set "S" again after the letter was back, or waited to be (D31e): what was written over that
    says nothing (D5), nor that a list wrote it again.
    """
    back = False
    for version, event in story.numbered(booking.ref):
        if event.vhs != draft.moment.vhs:
            continue
        if isinstance(event, _Lettered) and event.status not in (None, CANCELLED):
            back = back or _counts(version, event.status, story)
        elif back and _shows_s(event) and event.actor != WEB_SERVICE_USER and _counts(version, CANCELLED, story):
            return True
    return False


def _shows_s(event: e.Event) -> bool:
    """Tell whether a row showed its "S" again, also where another letter of it waited (D31e)."""
    if isinstance(event, e.EffectDropped):
        return event.effect == Effect.LETTER
    return isinstance(event, e.CancellationDelivered | e.BookingCancelled)


def _letters_since(draft: Draft, booking: Booking, story: Story) -> list[tuple[int, Status]]:
    """Give the letters other than "S" that exports showed since, also one that was withheld (D31e), by version."""
    mine = (told for told in story.numbered(booking.ref) if told[1].vhs == draft.moment.vhs and told[1].origin)
    shown = ((version, event) for version, event in mine if isinstance(event, _Lettered))
    return [(version, event.status) for version, event in shown if event.status not in (None, CANCELLED)]


def _amend_back(
    draft: Draft,
    before: Cooperation,
    event: e.BookingAmended | e.BookingPromoted,
    story: Story,
) -> str:
    """Give a booking back the letter and the person it had, where nobody has given it others since, nor the next
    complete export shows them as well: whoever was promoted beside something wrong keeps the seat.
    """
    former: Booking = before.bookings[event.ref]
    version, last = story.version, story.last
    values: dict[str, Any] = {}
    letter: Status | None = CONFIRMED if isinstance(event, e.BookingPromoted) else event.status
    if letter is not None and letter is not CANCELLED:
        if last.letters.get(event.ref) != version or _is_given_anew(draft, event.ref, letter, story):
            return DECIDED
        if _is_shown_since(draft, event.ref, story, letter=letter):
            return SHOWN_SINCE.format(export=story.later[0])
        values["status"] = former.status if former.status is not letter else None
    if isinstance(event, e.BookingAmended) and event.person_version is not None:
        if last.persons.get(event.ref) != version:
            return DECIDED
        if _is_shown_since(draft, event.ref, story, person=event.person_version):
            return SHOWN_SINCE.format(export=story.later[0])
        values["person_version"] = former.person_version
    if not any(value is not None for value in values.values()):
        return NOT_KNOWN if not values else ""
    draft.add(e.AmendmentWithdrawn, "D32", cause=version, ref=event.ref, **values)
    return ""


def _is_given_anew(draft: Draft, ref: str, letter: Status, story: Story) -> bool:
    """Tell whether the row shows the letter because its VHS gave it once more, after it had shown another: no list of
    ours wrote it there, and no export that was withdrawn said so (D32).
    """
    seat = draft.state.bookings[ref].seats.get(draft.moment.vhs)
    if seat is None or not seat.held or seat.status is not letter or waiting(seat, *LETTERS) is not None:
        return False
    shown = list[tuple[Status, str | None]]()
    for event in story.told[story.version :]:
        if event.vhs != story.event.vhs or not story.counts(event):
            continue
        if isinstance(event, e.ChangesGivenOut) and (ref in event.confirmed or ref in event.waitlisted):
            return False
        if getattr(event, "ref", "") == ref and isinstance(event, SHOWING) and event.origin is not None:
            shown += [(status, event.actor)] if (status := letter_of(event)) is not None else []
    again, actor = shown[-1] if shown else (None, None)
    return again is letter is not shown[0][0] and actor != WEB_SERVICE_USER


def _is_shown_since(
    draft: Draft, ref: str, story: Story, *, letter: Status | None = None, person: int | None = None
) -> bool:
    """Tell whether the next complete export showed the letter or person that this one gave a booking, and its row
    still does: then it was not only this one that was wrong, or it is right (D32).

    Where that showed an "S" instead, the letter may be back only because our own list wrote it over that (D21).
    """
    booking, lane = draft.state.bookings[ref], draft.state.lanes[draft.moment.vhs]
    seat = booking.seats.get(draft.moment.vhs)
    if not story.later or seat is None or not seat.held or seat.asked or seat.unknown_status or lane.unread:
        return False
    if is_lacking(booking.ref, story) or is_course_lacking(story):
        return False
    if letter is not None:
        stands = seat.status is letter and waiting(seat, *LETTERS) is None
        return stands and letter_in_next(letter, ref, story) is letter
    return seat.person_version == person and waiting(seat, Effect.PERSON) is None


def _revise_back(draft: Draft, before: Cooperation, event: e.CourseRevised, story: Story) -> str:
    """Give the course back the facts it had, where nobody has given it others since, nor the next complete export shows
    them as well.
    """
    facts, lane = before.lanes[event.vhs].facts, draft.state.lanes[event.vhs]
    news = given(event.facts)
    mine = [name for name in news if story.last.facts.get(name) == story.version and getattr(facts, name) is not None]
    since = [] if not story.later or lane.unread or is_course_lacking(story) else _facts_shown(lane, news)
    back = {name: getattr(facts, name) for name in mine if name not in since}
    if back:
        draft.add(e.RevisionWithdrawn, "D32", cause=story.version, facts=CourseFacts(**back))
    if len(back) == len(news):
        return ""
    return SHOWN_SINCE.format(export=story.later[0]) if any(name in since for name in mine) else DECIDED


def _facts_shown(lane: Lane, news: dict[str, Any]) -> list[str]:
    """Name the facts that a Master's row still shows as they were given, and of which no others are withheld (D31)."""
    held = waiting(lane, Effect.REVISION)
    other = given(held.facts) if held is not None and held.facts is not None else {}
    return [name for name, value in news.items() if getattr(lane.row, name) == value and name not in other]
