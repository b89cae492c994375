"""What comes of an export whose program went back: its former values are no claim, nor is lost what it lacks (D20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.absences import is_over, is_protected
from koop_es.domain.acknowledged import as_cancelled, fact_was_shown, letter_of, person_name, was_shown
from koop_es.domain.cooperation import Booking, Lane, Seat
from koop_es.domain.course import CourseFacts, changed, given
from koop_es.domain.draft import Draft
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect, WentBack
from koop_es.domain.moves import is_its_row, stands_elsewhere
from koop_es.domain.observation import CANCELLED, BookingRow, CourseRow, actor_of
from koop_es.domain.signs import is_told
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import wanted_status
from koop_es.domain.withhold import keep_waiting, letter_is_withheld, waiting
from koop_es.domain.witnesses import has_zeros_again


def take_former_course(draft: Draft, lane: Lane, part: Slice, *, gone: bool) -> None:
    """Take in what a program that went back shows of a course, so that nothing of it is read as anybody's will.

    An Abo-Kurs that was made after the moment and is ``gone`` is to be made again.
    """
    back = draft.judgement.back_at(draft.state.coop_id)
    if back is None or not lane.delivered:
        return
    if gone:
        if lane.vhs != draft.state.master and lane.since > back.count:
            draft.add(e.CourseWentBack, "D20", moment=back.moment, count=back.count, abo_lost=True)
        return
    if (row := part.course) is None:
        return
    news = changed(lane.row, row.facts)
    former = {
        name: value
        for name, value in news.items()
        if fact_was_shown(lane, name, value, back.count) and not is_told(draft.state, lane, name, value)
    }
    if former:
        lost = CourseFacts(**{name: getattr(lane.row, name) for name in former})
        values: dict[str, Any] = {"facts": CourseFacts(**former), "lost": lost}
        draft.add(e.CourseWentBack, "D20", row=row, moment=back.moment, count=back.count, **values)


def ask_about_waiting(draft: Draft, lane: Lane, row: CourseRow | None, back: WentBack) -> None:
    """Ask about an Ausfall and facts that wait for an answer (D31) where a Master's program that was put back shows
    former ones, or no course: they are what it lost, and written again if somebody says so.
    """
    shown = given(row.facts) if row is not None else {}
    for held in lane.waiting:
        said: dict[str, Any] = given(held.facts) if held.facts is not None else {"cancelled": True}
        former: dict[str, Any] = {name: False if name == "cancelled" else getattr(lane.row, name) for name in said}
        gone = [name for name in said if row is None or (name in shown and shown[name] == former[name])]
        if not gone:
            continue
        lost = CourseFacts(**{name: said[name] for name in gone})
        facts = CourseFacts(**{name: former[name] for name in gone if row is not None})
        values: dict[str, Any] = {"moment": back.moment, "count": back.count, "facts": facts, "lost": lost}
        draft.add(e.CourseWentBack, "D20", row=row, **values)
        fields = tuple(gone) if held.facts is not None else ()
        draft.add(e.EffectDropped, "D20", row=row, cause=held.version, effect=held.effect, fields=fields)


def keep_persons(draft: Draft, shown: Mapping[str, BookingRow]) -> None:
    """Let persons wait on where the program that was put back shows the former ones, or lacks the row (D20, D31)."""
    back = draft.judgement.back_at(draft.state.coop_id)
    for ref, booking in sorted(draft.state.bookings.items()) if back is not None else ():
        seat = booking.seats.get(draft.moment.vhs)
        held = waiting(seat, Effect.PERSON) if seat is not None else None
        if seat is None or held is None or held.went or back is None:
            continue
        row = shown.get(ref)
        if not seat.held or (row is not None and row.person == draft.person(booking.person_id, booking.person_version)):
            say(draft, back)
            keep_waiting(draft, ref, row, held)


def say(draft: Draft, back: WentBack) -> None:
    """Say once that the program went back in this course, before what it lost there is named."""
    lane, origin = draft.state.lanes[draft.moment.vhs], draft.moment.origin
    if lane.back is None or origin is None or lane.back.export != origin.export:
        draft.add(e.CourseWentBack, "D20", moment=back.moment, count=back.count)


def take_former_rows(draft: Draft, part: Slice, shown: Mapping[str, BookingRow], missing: list[str]) -> None:
    """Take in what a program that went back shows and lacks: nothing absent counts, and a former value is no claim.

    What others decided is given out again; of what its own VHS decides it is asked. What is settled is taken out of
    ``missing``; a booking that stands in another course was moved there (D25), unless it came here only since: then its
    row stands where it was before. A mirror of a file that may have been cut waits for a further export, unless it is
    known without its reference only where it was given out.
    """
    back = draft.judgement.back_at(draft.state.coop_id)
    if back is None:
        return
    state, vhs = draft.state, draft.moment.vhs
    keep_persons(draft, shown)
    for ref in sorted(shown):
        booking = state.bookings.get(ref)
        seat = booking.seats.get(vhs) if booking is not None else None
        if booking is not None and seat is not None and seat.status is not None:
            _take_former_row(draft, back, booking, seat, shown[ref])
    for ref in [] if is_over(draft) else list(missing):
        booking = state.bookings[ref]
        seat = booking.seats[vhs]
        if seat.orphaned or seat.returned or (owner_of(ref) == vhs and state.is_final(booking)):
            continue
        if stands_elsewhere(draft, part, booking, seat) is not None and not is_since(back, seat):
            continue
        missing.remove(ref)
        draft.weight.beside += seat.live
        say(draft, back)
        if owner_of(ref) == vhs:
            draft.add(e.BookingQuestioned, "D20", cause=booking.changed or None, ref=ref)
        else:
            doubted = back.doubted.holds(state.coop_id, booking.owner) and not (seat.doubted or seat.unreferenced)
            draft.add(e.MirrorLost, "D20", cause=booking.changed or None, ref=ref, doubted=doubted)
    _let_go_of_cancelled(draft, part, back, shown)


def is_since(back: WentBack, seat: Seat) -> bool:
    """Tell whether a row was first shown after the moment to which its program went back: it went with it (D20)."""
    return seat.since > back.count


def went_from(former: Draft, ref: str, row: BookingRow, back: WentBack | None) -> bool:
    """Tell whether a row is that of a booking which went with its program from another course and waits for a decision,
    by an export that shows it went ``back`` or an earlier one: it stands as before, and claims nothing.

    TNR, person and time tell: a program that was put back gives Beleg-IDs and TNRs of what it lost to others.
    """
    vhs, booking = former.moment.vhs, former.state.bookings.get(ref)
    seat = booking.seats.get(vhs) if booking is not None else None
    if booking is None or seat is None or booking.owner != vhs or former.state.is_final(booking):
        return False
    if row.booked_at != seat.booked_at or not is_its_row(former, booking, seat, row):
        return False
    if seat.asked and seat.back and seat.ask == "row":
        return True
    return back is not None and seat.live and seat.held and is_since(back, seat)


def _let_go_of_cancelled(draft: Draft, part: Slice, back: WentBack, shown: Mapping[str, BookingRow]) -> None:
    """Let go of mirrors with "S" that went with the program: their numbers are given to others now."""
    vhs = draft.moment.vhs
    for ref, booking in sorted(draft.state.bookings.items()):
        seat = booking.seats.get(vhs)
        if seat is None or ref in shown or owner_of(ref) == vhs or seat.status is not CANCELLED or seat.lost:
            continue
        if is_since(back, seat) and not is_protected(part, ref, seat) and seat.booking_id not in part.excused:
            say(draft, back)
            draft.add(e.MirrorLost, "D20", cause=booking.changed or None, ref=ref)


def _take_former_row(draft: Draft, back: WentBack, booking: Booking, seat: Seat, row: BookingRow) -> None:
    vhs, ref = draft.moment.vhs, booking.ref
    values: dict[str, Any]
    if seat.orphaned and not booking.cancelled_by:
        if row.status is None:
            return  # a letter that nobody knows says nothing (B6)
        say(draft, back)
        person = _former_person(draft, back, booking, seat, row)
        values = {"what": "orphan", "status": row.status, "person_version": person}
        draft.add(e.BookingQuestioned, "D20", row=row, ref=ref, **values)
        return
    if seat.absences or seat.lost or seat.asked:
        return
    status = row.status if _is_former_letter(draft, back, booking, seat, row) else None
    person = _former_person(draft, back, booking, seat, row)
    if status is None and person is None:
        return
    say(draft, back)
    own = vhs == booking.owner and not draft.state.is_final(booking)
    written = status is not None and seat.status is CANCELLED and draft.state.is_cancelled(booking)
    if own and not written:
        values = {"what": "shown", "status": status, "person_version": person}
        draft.add(e.BookingQuestioned, "D20", row=row, ref=ref, **values)
    else:
        draft.add(e.BookingWentBack, "D20", row=row, ref=ref, status=status, person_version=person)


def _is_former_letter(draft: Draft, back: WentBack, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether a row shows a letter of before; one of those that an "S" was taken for waits as D31e says."""
    if row.status in (None, seat.status, wanted_status(draft.state, booking, draft.moment.vhs)):
        return False
    assert row.status is not None, "that is the first of them"
    if row.status is CANCELLED and not as_cancelled(seat, actor_of(row.edited_by)):
        return False  # what was entered since is new work
    if not was_shown(seat, row.status.value, letter_of(seat), back.count):
        return False
    revived = seat.status is CANCELLED and draft.state.is_cancelled(booking)
    return not (revived and letter_is_withheld(draft, booking, seat, row, Effect.LETTER))


def _former_person(draft: Draft, back: WentBack, booking: Booking, seat: Seat, row: BookingRow) -> int | None:
    """Find the former version of the person a row shows; of who was forgotten none is known (D15)."""
    if row.person is None or booking.person_id is None or booking.person_id in draft.erased:
        return None
    now = seat.person_version or 0
    if row.person == draft.person(booking.person_id, now):
        return None
    wanted = draft.person(booking.person_id, booking.person_version)
    if row.person == wanted or has_zeros_again(row.person, wanted):
        return None  # that is told, or put right (D18d)
    known = (int(name[1:]) for name, _ in reversed(seat.acked) if name.startswith("p"))
    return next(
        (
            version
            for version in known
            if was_shown(seat, person_name(version), person_name(now), back.count)
            and row.person == draft.person(booking.person_id, version)
        ),
        None,
    )
