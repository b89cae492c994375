"""A program that went back: what its rows show of former times is nobody's will, and what they lack is not lost (D20).

An export *went back to moment M* if everything this VHS first acknowledged after M is gone or at its former value, at
least two things, and something older stands. Signs are noted while the export is observed as any other; whether they
are a restore is decided once, over the whole VHS or over one course with three signs, before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from koop_es.domain import events as e
from koop_es.domain.absences import is_over, is_protected
from koop_es.domain.acknowledged import (
    fact_first_shown,
    fact_stands_since,
    fact_was_shown,
    first_shown,
    letter_of,
    person_name,
    row_stands_since,
    stands_since,
    was_shown,
)
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import CourseFacts, changed
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect, WentBack
from koop_es.domain.moves import is_elsewhere, is_its_row, stands_elsewhere
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, CourseRow, Status, actor_of
from koop_es.domain.slices import Slice
from koop_es.domain.wanted import wanted_fields, wanted_status
from koop_es.domain.weight import UNTIMED, Sign, Standing
from koop_es.domain.withhold import letter_is_withheld
from koop_es.domain.witnesses import has_zeros_again, is_same_id
from koop_es.domain.witnesses import moment as moment_of

LEAST_SIGNS = 2
"""Things of a whole VHS that must be gone or as before; a lone one is what it seems to be (D5, D6)."""

LEAST_SIGNS_OF_COURSE = 3
"""Things of one course, where only that was put back."""

LEAST_ROWS_OF_TABLE = 3
"""Rows, where only the table of bookings was put back and the courses show what they showed."""

LEAST_SIGNS_BESIDE_WORK = 3
"""Things where letters or persons of the VHS's own stand that are younger: its staff may have entered them again."""

LEAST_SIGNS_WITHIN = 3
"""Things where others stand that came in the same export, and all are only gone: maybe removals of the youngest."""


# --- whether it went back ---------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """What one slice of a complete export shows: what is gone or as before, and what of the older stands."""

    signs: Sequence[Sign]
    standing: Standing


def went_back(
    seen: Mapping[str, Seen], others: Callable[[], Iterable[Standing]], *, empty: bool = False
) -> WentBack | None:
    """Tell whether a program went back, all over the VHS or in some courses (D20); ``moment`` is left to be named.

    All over the VHS is also a table of bookings without the others: nothing is asked then of what the courses show.
    ``seen`` are the slices with signs or without some rows, by cooperation; ``others`` gives what stands in all the
    others one by one, and is asked only where these leave it possible. A booking file that is ``empty`` is no restore
    (D19).
    """
    signs = [sign for item in seen.values() for sign in item.signs]
    if len(signs) < LEAST_SIGNS:
        return None
    rows = [sign for sign in signs if sign.row]
    least, least_row = _least(signs, LEAST_SIGNS), _least(rows, LEAST_ROWS_OF_TABLE)
    everywhere = Standing()
    for item in seen.values():
        everywhere = everywhere.together(item.standing)
    border = any(sign.booked for sign in signs)  # what came in the same export as the youngest may be younger
    if everywhere.newest < least + border or everywhere.newest_row < least_row + border:
        for standing in others():
            everywhere = everywhere.together(standing)
            if everywhere.newest >= least + border and everywhere.newest_row >= least_row + border:
                break
    table = everywhere._replace(newest=everywhere.newest_row)
    for some, standing, count in ((signs, everywhere, LEAST_SIGNS), (rows, table, LEAST_ROWS_OF_TABLE)):
        if (found := _moment(some, standing, count, rows=not empty)) is not None:
            return WentBack("", (), found, sum(sign.was_not_yet(found) for sign in signs))
    courses = {
        coop_id: moment
        for coop_id, item in seen.items()
        if (moment := _moment(item.signs, item.standing, LEAST_SIGNS_OF_COURSE)) is not None
    }
    if not courses:
        return None
    moment = min(courses.values())
    gone = sum(sign.was_not_yet(courses[coop_id]) for coop_id in courses for sign in seen[coop_id].signs)
    return WentBack("", tuple(sorted(courses)), moment, gone)


def _least(signs: Sequence[Sign], count: int) -> int:
    """Give the export after which nothing may stand for so many signs to be younger; 0 where there are too few."""
    return sorted((sign.last for sign in signs), reverse=True)[count - 1] if len(signs) >= count else 0


def _moment(signs: Sequence[Sign], standing: Standing, least: int, *, rows: bool = False) -> int | None:
    """Find the moment after which nothing stands but fewer letters and persons than are gone, entered again since, and
    rows that were entered since; of several the last.

    Rows that are gone prove nothing where no row stands: none of the course, or none of the VHS but other ``rows``; nor
    do people alone who were entered anew.
    """
    since = {*standing.work, *standing.entered, *(sign.gone for sign in signs if sign.gone < sign.again)}
    for moment in sorted({standing.newest, *(at for at in since if at > standing.newest)}, reverse=True):
        younger = [sign for sign in signs if sign.was_not_yet(moment)]
        redone = sum(at > moment for at in standing.work)
        enough = max(least, LEAST_SIGNS_BESIDE_WORK, redone + 1) if redone else least
        if moment and len(younger) >= enough and not all(sign.anew for sign in younger):
            return None if any(sign.row for sign in younger) and not (standing.rows or rows) else moment
    return _moment_within(signs, standing, least)


def _moment_within(signs: Sequence[Sign], standing: Standing, least: int) -> int | None:
    """Find the export before the one within which a copy was made: part of what that first showed was in the copy.

    The times of booking tell it: of the VHS's own rows that came in it all that are gone were booked after all that
    stand. When mirrors were written nobody can tell, nor letters, persons and facts, so they count only beside such
    rows. Of two rows that are gone nothing tells that from staff who remove the youngest; a row and something that is
    as before are no work of staff.
    """
    border = standing.newest
    stood = max((moment for count, moment in standing.booked if count == border), default="")
    gone = [sign.booked for sign in signs if sign.since == border and sign.booked is not None]
    if not stood or not gone or min(gone) <= stood or border < 2:  # nothing older
        return None
    younger = [sign for sign in signs if sign.since >= border]
    former = any(sign.is_former and not sign.anew for sign in younger)
    enough = len(younger) >= max(least, LEAST_SIGNS if former else LEAST_SIGNS_WITHIN)
    return border - 1 if enough and not all(sign.anew for sign in younger) else None


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
    proof that it did not; nor is the letter of a row that was ``edited`` since it was acknowledged.
    """
    counts, work, entered, rows, booked = [0], list[int](), list[int](), False, dict[int, str]()
    last = before if complete is None else complete
    for ref, booking in state.bookings.items():
        seat = booking.seats.get(vhs)
        if seat is None or seat.status is None or not (seat.held if shown is None else ref in shown):
            continue
        since = row_stands_since(seat)
        if since < before:
            (counts if since <= last else entered).append(since)
            if booking.owner == vhs:
                booked[since] = max(booked.get(since, ""), moment_of(seat.booked_at) or UNTIMED)
        for value in (letter_of(seat), person_name(_person(seat))):
            count, again = stands_since(seat, value), first_shown(seat, value)
            # What was shown as before meanwhile, and is back since, was written again: that is no proof.
            if seat.since != count < before and not count < again > last:
                anew = count > last or (ref in edited and value == CANCELLED.value)
                (entered if anew else work if booking.owner == vhs else counts).append(count)
        rows = rows or 0 < since < before
    newest_row = max(counts)
    lane = state.lanes.get(vhs)
    if lane is not None and lane.present and lane.exists:
        values = (fact_stands_since(lane, name, getattr(lane.row, name)) for name in lane.acked)
        for count in (row_stands_since(lane), *values):
            if count < before:
                (counts if count <= last else entered).append(count)
    at = tuple((count, booked[count]) for count in sorted({max(counts), newest_row}) if count in booked)
    return Standing(max(counts), rows, newest_row, tuple(sorted(work)), tuple(sorted(entered)), at)


def _person(seat: Seat) -> int:
    return seat.person_version or 0


# --- signs, noted while an export is observed as any other -----------------------------------------------------------


def note_course(draft: Draft, lane: Lane, row: CourseRow) -> None:
    """Note the fields of a course that a complete export shows as before, and not because it was told to."""
    for name, value in changed(lane.row, row.facts).items() if draft.complete and lane.acked else ():
        count = fact_first_shown(lane, name, getattr(lane.row, name))
        if fact_was_shown(lane, name, value, count - 1) and not _is_told(draft, lane, name, value):
            draft.weight.signs.append(Sign(count))
            draft.off_as_before |= name == "cancelled" and value is True


def _is_told(draft: Draft, lane: Lane, name: str, value: Any) -> bool:
    """Tell whether a course is to show this very value: then it is written, and not of former times.

    An Abo-Kurs is to show what counts, its Master's what counts again after an export was withdrawn (D32).
    """
    if lane.vhs == draft.state.master:
        return name in lane.withdrawn and bool(getattr(lane.facts, name) == value)
    return bool(wanted_fields(draft.state, lane).get(name) == value)


def note_missing_course(draft: Draft, lane: Lane) -> None:
    """Note an Abo-Kurs that a complete export lacks, and the rows that stood in it."""
    if not draft.complete_courses or lane.vhs == draft.state.master:
        return
    draft.weight.signs.append(Sign(lane.since, course=True))
    for booking in draft.state.bookings.values():
        seat = booking.seats.get(lane.vhs)
        if seat is not None and seat.held and seat.live:
            draft.weight.signs.append(Sign(seat.since, row=True))


def note_missing(draft: Draft, part: Slice, missing: Iterable[str]) -> None:
    """Note the rows a complete export lacks for the first time, or since one that lacked too many to be believed (D19);
    of a course that is over that proves nothing (D17), and what stands in another course is not gone (D25), unless it
    stands where it was before it came here. An Ausfall that is back as before has ended nobody yet (D24).
    """
    for ref in () if is_over(draft) else missing:
        booking = draft.state.bookings[ref]
        seat = booking.seats[draft.moment.vhs]
        ended = booking.cancelled if draft.off_as_before else draft.state.is_cancelled(booking)
        if not seat.live or seat.taken_back or seat.doubted or ended:
            continue
        if seat.absences and not (seat.foreseen or seat.withheld):
            continue
        row = stands_elsewhere(draft, part, booking, seat)
        moved_back = row is not None and part.was_there(row)
        if moved_back or not is_elsewhere(draft, part, booking, seat):
            own = moment_of(seat.booked_at) if booking.owner == draft.moment.vhs else None
            sign = Sign(seat.since, row=True, anew=moved_back, gone=seat.gone, again=seat.again, booked=own)
            draft.weight.signs.append(sign)


def note_moved_back(draft: Draft, shown: Mapping[str, BookingRow]) -> None:
    """Note the own bookings that moved to another course and whose row stands again where it was (D25), as they did
    before; they lack nowhere, and alone that is no restore.
    """
    state, vhs = draft.state, draft.moment.vhs
    moved = [booking for booking in state.bookings.values() if booking.moved] if draft.complete else []
    new = {row.booking_id: row for ref, row in shown.items() if ref not in state.bookings} if moved else {}
    for booking in moved if new else ():
        seat = booking.seats.get(vhs)
        if seat is None or booking.owner != vhs or (row := new.get(seat.booking_id)) is None:
            continue
        if row.booked_at == seat.booked_at and is_its_row(draft, booking, seat, row):
            draft.weight.signs.append(Sign(seat.gone, anew=True))


def note_anew(draft: Draft, shown: Mapping[str, BookingRow], rekeyed: Collection[str]) -> frozenset[str]:
    """Note the own bookings whose row is gone and that were entered anew since, at another time, and mirrors that were
    written anew; gives all that go on in a row that no export showed yet: they do not stand (D20).
    """
    state, vhs, fresh = draft.state, draft.moment.vhs, set(rekeyed)
    bookings = state.bookings
    for ref, row in shown.items() if draft.complete and bookings else ():
        if (booking := bookings.get(ref)) is None or (seat := booking.seats.get(vhs)) is None:
            continue
        if booking.owner != vhs:
            if _is_written_anew(seat, row):
                fresh.add(ref)
                draft.weight.signs.append(Sign(seat.since, row=True, anew=True))
            continue
        if row.booked_at == seat.booked_at:
            continue
        if not seat.live or not (before := moment_of(seat.booked_at)) or moment_of(row.booked_at) <= before:
            continue
        fresh.add(ref)
        if not (seat.absences or state.is_cancelled(booking)):
            draft.weight.signs.append(Sign(seat.since, row=True, anew=True))
    return frozenset(fresh)


def _is_written_anew(seat: Seat, row: BookingRow) -> bool:
    """Tell whether a connector made a mirror a second time: its former row went, if a list that was on its way
    to a program that went back was carried out there (D22), and more may have gone with it.
    """
    if not seat.live or seat.absences or seat.lost or seat.doubles or actor_of(row.edited_by) != WEB_SERVICE_USER:
        return False
    return row.booking_id != seat.booking_id and not is_same_id(row.participant_no, seat.participant_no)


def note_letter(draft: Draft, booking: Booking, seat: Seat, status: Status) -> None:
    """Note a letter of a row that a complete export shows as before, and not because it was told to.

    Nobody was told yet to write over the "S" of an Ausfall that the same export takes back: where all of them show what
    they showed before, together with the course, nothing tells staff from a program that went back, and that is asked
    (D24, D31e).
    """
    if seat.status is None:
        return
    written_over = draft.reinstated and seat.status is CANCELLED
    if written_over or status is not wanted_status(draft.state, booking, draft.moment.vhs):
        note_value(draft, seat, seat.status.value, status.value)


def note_value(draft: Draft, seat: Seat, now: str, shown: str) -> None:
    """Note a letter or person of a row that a complete export shows as before."""
    count = first_shown(seat, now)
    if draft.complete and was_shown(seat, shown, now, count - 1):
        draft.weight.signs.append(Sign(count))


def note_former_person(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Note person data of an own booking that a complete export shows as before, unless they count again (D32), or only
    the zeros are back that a spreadsheet took away (D18d): that is a repair.
    """
    now = draft.person(booking.person_id, booking.person_version)
    if row.person is None or row.person == now or has_zeros_again(row.person, now):
        return
    for name, _ in seat.acked if draft.complete else ():
        if name.startswith("p") and row.person == draft.person(booking.person_id, int(name[1:])):
            note_value(draft, seat, person_name(seat.person_version), name)
            return


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


# --- what comes of it -------------------------------------------------------------------------------------------------


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
        if fact_was_shown(lane, name, value, back.count) and not _is_told(draft, lane, name, value)
    }
    if former:
        lost = CourseFacts(**{name: getattr(lane.row, name) for name in former})
        values: dict[str, Any] = {"facts": CourseFacts(**former), "lost": lost}
        draft.add(e.CourseWentBack, "D20", row=row, moment=back.moment, count=back.count, **values)


def _say(draft: Draft, back: WentBack) -> None:
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
        _say(draft, back)
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
            _say(draft, back)
            draft.add(e.MirrorLost, "D20", cause=booking.changed or None, ref=ref)


def _take_former_row(draft: Draft, back: WentBack, booking: Booking, seat: Seat, row: BookingRow) -> None:
    vhs, ref = draft.moment.vhs, booking.ref
    values: dict[str, Any]
    if seat.orphaned and not booking.cancelled_by:
        if row.status is None:
            return  # a letter that nobody knows says nothing (B6)
        _say(draft, back)
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
    _say(draft, back)
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
    if not was_shown(seat, row.status.value, letter_of(seat), back.count):
        return False
    revived = seat.status is CANCELLED and draft.state.is_cancelled(booking)
    return not (revived and letter_is_withheld(draft, booking, seat, row, Effect.LETTER))


def _former_person(draft: Draft, back: WentBack, booking: Booking, seat: Seat, row: BookingRow) -> int | None:
    """Find the former version of the person a row shows; of who was forgotten none is known (D15)."""
    if row.person is None or booking.person_id is None or booking.person_id in draft.erased:
        return None
    now = _person(seat)
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
