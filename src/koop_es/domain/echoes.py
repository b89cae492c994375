"""Our own "S" and somebody's: what was given out tells them apart, and what cannot be told is a question (D21, D22)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.absences import is_protected
from koop_es.domain.cooperation import (
    PERSON_DIFFERS,
    TOLD,
    Booking,
    Cooperation,
    Lane,
    Seat,
)
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import FORMER, LATE, PERSON, UNSIGNED, by_person
from koop_es.domain.given_mirrors import may_be_held
from koop_es.domain.given_out import LAST_COUNTED, Given
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, actor_of
from koop_es.domain.slices import Slice
from koop_es.domain.turned_back import turned_back
from koop_es.domain.wanted import Change, booking_change, changes, given_out, name_of

STILL_IN = 2
"""Complete exports with an "S" over which "A" was given out, after which it may be somebody's (D21)."""


def told_anything(draft: Draft) -> bool:
    """Tell whether this VHS was ever given anything out in this cooperation; else the rule by editor holds (ADR
    0006).
    """
    lane = draft.state.lanes.get(draft.moment.vhs)
    return lane is not None and lane.given > 0


def is_echo(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether an "S" is our own: one that was given out to this VHS and not settled since, whoever edited the row
    last (D21). What was not given out cannot have been written by WS.
    """
    if not told_anything(draft):
        if any(lane.given for lane in draft.state.lanes.values()):  # lists are noted, and none of this VHS is
            return actor_of(row.edited_by) == WEB_SERVICE_USER and _was_cancelled(draft, booking)
        return _is_echo_by_editor(draft, booking, seat, row)
    if seat.told and (seat.given is CANCELLED or actor_of(row.edited_by) == WEB_SERVICE_USER):
        return True
    if seat.given is CANCELLED:
        return draft.state.is_cancelled(booking) or draft.moment.vhs in booking.unseen_s
    # Settled by two reports that showed it not: only the connector itself can still be so late.
    settled = seat.given is None and seat.given_version > 0
    return (settled or draft.moment.vhs in booking.unseen_s) and actor_of(row.edited_by) == WEB_SERVICE_USER


def _is_echo_by_editor(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell by the editor whether an "S" is our own, where nothing was ever given out: stores of yesterday (ADR 0006).

    Who edited the row tells (T6), unless it says nobody, or the very person it named before, or somebody who merged
    it, which says nothing about the "S" (B13): then what the VHS should have been told tells.
    """
    cancelled = draft.state.is_cancelled(booking)
    actor = actor_of(row.edited_by)
    if actor == WEB_SERVICE_USER:
        return _was_cancelled(draft, booking)
    if row.booking_id in draft.merged or (row.participant_no, row.booking_id) != (seat.participant_no, seat.booking_id):
        return cancelled or seat.told > 0
    return actor in (None, seat.actor) and (cancelled or seat.told == TOLD)


def is_acknowledged(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Tell whether an "S" in a course that is frozen is surely ours (R15)."""
    if told_anything(draft):
        return is_echo(draft, booking, seat, row)
    by_us = actor_of(row.edited_by) == WEB_SERVICE_USER
    return by_us and _was_cancelled(draft, booking)


def _was_cancelled(draft: Draft, booking: Booking) -> bool:
    return draft.state.is_cancelled(booking) or booking.ever_cancelled


def note_given(draft: Draft, *, compares: bool = True) -> None:
    """Note what is new in the change list of the draft's VHS as given out (D21); the same list again adds nothing.

    A connector that does not compare before it writes is told nothing that overwrites an "S" before an operator has
    decided: a question is opened in its place (D22). So it is where nothing explains the "S" that would be overwritten
    (D21).
    """
    vhs, asked = draft.moment.vhs, False
    for change in changes(draft.state, vhs):
        blind = not compares and unseen_overwrite(change)
        if blind or _is_unexplained(draft.state, vhs, change):
            rule, why = ("D22", "cannot_compare") if blind else ("D21", "untold")
            draft.add(e.CancellationUnclear, rule, ref=change.ref, why=why)
            asked = True
    if asked:
        draft.settle_violations()
    told: dict[str, Any] = given_out(change for change in changes(draft.state, vhs) if not change.given)
    if told:
        draft.add(e.ChangesGivenOut, "D21", **told)
        if draft.state.violations:
            draft.settle_violations()


def unseen_overwrite(change: Change) -> bool:
    """Tell whether a change writes over an "S" that no operator decided about: not for who cannot compare (D22)."""
    return change.writes_over_s and not change.decided


def _is_unexplained(state: Cooperation, vhs: str, change: Change) -> bool:
    """Tell whether a change is about to write over an "S" that nothing in the log explains: it was never given out to
    this VHS, nor taken back with its export (D32), nor is it a former letter (D20), and nobody was asked about it.

    Such an "S" was not a claim when it was shown, as one of the Master while its own course is cancelled, so that it
    ended nobody; but nobody else can have meant it either (D21, D24).
    """
    if change.given or change.decided or change.ref is None or not change.writes_over_s:
        return False
    seat, lane = state.bookings[change.ref].seats[vhs], state.lanes[vhs]
    if change.ref in lane.unclear or seat.taken_back or seat.back or seat.actor == WEB_SERVICE_USER:
        return False
    return seat.given is not CANCELLED and seat.given_version <= seat.version


def question(draft: Draft, booking: Booking, row: BookingRow, stamp: str | None, *, anew: bool = False) -> None:
    """Ask about an "S" that still stands where its booking lives again and that was edited since it was acknowledged
    under another ``stamp``, or is set ``anew``: a row that showed another letter meanwhile, be it one that nobody
    knows, shows no "S" of ours any more (D21, B6).
    """
    state, vhs = draft.state, draft.moment.vhs
    lane = state.lanes.get(vhs)
    if lane is None or not lane.given or not booking.claimed or state.is_cancelled(booking):
        return
    actor = actor_of(row.edited_by)
    edited = anew or (by_person(actor) and actor != stamp)
    if edited and lane.unclear.get(booking.ref) in (None, PERSON, UNSIGNED):
        draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why="stamp")


def take_echo(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> None:
    """Take an "S" of ours for acknowledged. Where it is shown only after the export that brought it was withdrawn, and
    the program names no editors, it may be somebody's all the same: which of the two came first decides nothing (D21,
    D32).
    """
    draft.add(e.CancellationDelivered, "B3", row=row, cause=booking.changed or None, ref=booking.ref)
    late = 0 < seat.given_version < booking.withdrawn and booking.claimed and not draft.state.is_cancelled(booking)
    if late and actor_of(row.edited_by) is None and booking.ref not in draft.state.lanes[draft.moment.vhs].unclear:
        draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=UNSIGNED)


def may_be_late(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Tell whether an "S" may be one that was given out, taken back and never shown: its row names nobody who edited it
    (D21).

    It hangs on no course, Abo or COOP-Id, and on no time: what was handed out once may be carried out at any time.
    """
    return draft.moment.vhs in booking.unseen_s and actor_of(row.edited_by) is None


def ask_about_late(draft: Draft, booking: Booking, row: BookingRow) -> bool:
    """Ask about an "S" that may be a late one of ours, where its booking lives (D21); tells whether it is none that
    can be taken for a claim.
    """
    if not may_be_late(draft, booking, row):
        return False
    draft.add(e.CancellationDelivered, "D21", row=row, cause=booking.changed or None, ref=booking.ref)
    if not draft.state.is_cancelled(booking):
        draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=LATE)
    return True


def ask_about_former(draft: Draft, booking: Booking, seat: Seat, row: BookingRow) -> bool:
    """Ask about an "S" by WS that was acknowledged, taken back and written over: what was not given out WS cannot have
    written, so that it is of former times and no claim, if nobody cancels in its name (D20, D21). Tells whether it is
    asked.
    """
    over = seat.given is not None and seat.given is not CANCELLED
    by_us = actor_of(row.edited_by) == WEB_SERVICE_USER == seat.cancelled_as
    if not (over and by_us and any(name == CANCELLED.value for name, _ in seat.acked)):
        return False
    draft.add(e.CancellationDelivered, "D21", row=row, cause=booking.changed or None, ref=booking.ref)
    draft.add(e.CancellationUnclear, "D21", row=row, ref=booking.ref, why=FORMER)
    return True


def withdrawn_s(draft: Draft) -> list[str]:
    """List the bookings whose "S" this VHS last showed in an export that was withdrawn (D32)."""
    vhs = draft.moment.vhs
    return sorted(
        ref
        for ref, booking in draft.state.bookings.items()
        if (seat := booking.seats.get(vhs)) is not None and seat.taken_back and not seat.live
    )


def question_alone(draft: Draft, was_wrong: Collection[str], shown: Mapping[str, BookingRow]) -> None:
    """Ask about an "S" that stays while others that were withdrawn with it show their letters again: the file was wrong
    and is right now, so that somebody may have meant this one (D21, D32).
    """
    rows = {ref: shown[ref] for ref in was_wrong if ref in shown}
    if all(row.status is CANCELLED for row in rows.values()):
        return
    for ref, row in rows.items():
        if row.status is CANCELLED and not draft.state.is_cancelled(draft.state.bookings[ref]):
            draft.add(e.CancellationUnclear, "D21", row=row, ref=ref, why="alone")


def keep_cells(draft: Draft, booking: Booking, seat: Seat, row: BookingRow, was: tuple[bool, bool]) -> None:
    """Keep the cells of a row that a change list may have to quote (D22): who edited an "S", and a person that the
    owner never had. ``was`` tells whether the row showed "S", and such a person, before.
    """
    standing = was[0] and draft.state.is_cancelled(booking)
    differs = seat.person_version == PERSON_DIFFERS and row.person is not None
    if row.status is CANCELLED and standing and not differs:
        return  # kept when the "S" was first shown
    editor = (row.editor or row.edited_by or "").strip() if row.status is CANCELLED else ""
    person = row.person if differs and booking.person_id not in draft.erased else None
    if editor or person is not None or True in was:
        draft.keep_cells(booking.ref, editor, person)


def note_what_is_seen(draft: Draft, part: Slice, shown: Mapping[str, BookingRow]) -> None:
    """Note what an export says of the changes that were given out: that they may stand in rows which were set aside,
    or that a complete one does not show them (D17, D22).
    """
    if told_anything(draft):
        if part.protected or part.shielded:
            note_set_aside(draft, part, shown)
        if part.proves_absence:
            note_not_seen(draft, part, shown)


def note_not_seen(draft: Draft, part: Slice, shown: Mapping[str, BookingRow]) -> None:
    """Note which changes that were given out a complete export made since does not show (D22); an "S" that stays under
    "A" and is not the connector's is a question then (D21).
    """
    state, vhs = draft.state, draft.moment.vhs
    lane = state.lanes[vhs]
    _note_former(draft, lane, part, shown)
    missing = [item for item in _outstanding(draft, lane) if _is_told(draft, item[0], part, shown)]
    if not missing:
        return
    refs, course = [], []
    for change, given in missing:
        if change.ref is None:
            course.append(change.kind.partition(".")[2])
        elif change.writes_over_s and _still_cancelled(lane, change, given, shown[change.ref]):
            draft.add(e.CancellationUnclear, "D21", row=shown[change.ref], ref=change.ref, why="still")
        else:
            refs.append(change.ref)
    if refs or course:
        draft.add(e.ChangesNotSeen, "D22", refs=tuple(sorted(refs)), course=tuple(sorted(course)))


def note_course_not_seen(draft: Draft, lane: Lane, part: Slice) -> None:
    """Note that a complete export lacks what was given out of a course of which nothing else is read: the COOP-Id of
    one that is frozen (R15), or an Abo-Kurs that was to be made (D22, R28).
    """
    if lane.frozen and part.course is not None and part.proves_absence:
        kind = "set_external_number"
    elif not lane.exists and part.course_absent:
        kind = "create"
    else:
        return
    if any(change.kind == f"course.{kind}" for change, _ in _outstanding(draft, lane)):
        draft.add(e.ChangesNotSeen, "D22", refs=(), course=(kind,))


def _note_former(draft: Draft, lane: Lane, part: Slice, shown: Mapping[str, BookingRow]) -> None:
    """Note what of the changes that are wanted no longer a complete export made since does not show (D30)."""
    refs, course = [], []
    for name, given in turned_back(draft.state, lane):
        if datetime.fromisoformat(draft.moment.at) <= datetime.fromisoformat(given.at):
            continue
        booking = draft.state.bookings.get(name)
        if booking is None:
            if part.course is not None:
                course.append(name.partition(".")[2])
        elif name in shown or not (lane.vhs in booking.seats or _may_stand_there(draft, part, booking)):
            refs.append(name)
    if refs or course:
        draft.add(e.FormerChangesNotSeen, "D30", refs=tuple(sorted(refs)), course=tuple(sorted(course)))


def _outstanding(draft: Draft, lane: Lane) -> list[tuple[Change, Given]]:
    """List the changes of rows that were given out before this export was made and are still to be written."""
    moment = draft.moment
    export = moment.origin.export if moment.origin is not None else ""
    found = []
    for change in changes(draft.state, lane.vhs) if lane.told else ():
        given = lane.told.get(name_of(change))
        if given is None or not change.given or (given.unseen >= LAST_COUNTED and not given.aside):
            continue
        if given.unseen_in != export and datetime.fromisoformat(moment.at) > datetime.fromisoformat(given.at):
            found.append((change, given))
    return found


def _is_told(draft: Draft, change: Change, part: Slice, shown: Mapping[str, BookingRow]) -> bool:
    """Tell whether an export says of a change that it was not written: it shows the row without it, or lacks it."""
    if change.ref is None:
        return part.course is not None
    if change.ref in shown:
        return True
    return change.kind == "booking.create" and not _may_stand_there(draft, part, draft.state.bookings[change.ref])


def _may_stand_there(draft: Draft, part: Slice, booking: Booking) -> bool:
    """Tell whether a row that waits, or was set aside, may be a mirror, or an owner's booking written again: not usable
    is not absent (D17, D26).
    """
    vhs = draft.moment.vhs
    return is_protected(part, booking.ref, booking.seats.get(vhs)) or may_be_held(draft.state, vhs, booking.ref)


def note_set_aside(draft: Draft, part: Slice, shown: Mapping[str, BookingRow]) -> None:
    """Note which changes that were given out may be written in rows that an export has, and that were set aside (D17,
    D22): nobody can tell, so that nothing is said of them and no create is given out anew. It is noted once.
    """
    state, vhs = draft.state, draft.moment.vhs
    found = []
    for name, given in state.lanes[vhs].told.items():
        if given.aside or name in shown or (booking := state.bookings.get(name)) is None:
            continue
        if not is_protected(part, name, booking.seats.get(vhs)) or name in part.seen_later:
            continue
        made_since = datetime.fromisoformat(draft.moment.at) > datetime.fromisoformat(given.at)
        if made_since and booking_change(state, state.lanes[vhs], booking) is not None:
            found.append(name)
    if found:
        draft.add(e.ChangesSetAside, "D17", refs=tuple(sorted(found)))


def _still_cancelled(lane: Lane, change: Change, given: Given, row: BookingRow) -> bool:
    """Tell whether an "S" that the connector did not write outlasted the "A" given out over it (D21).

    Whoever cancels in earnest where a wrong "S" of the same editor was written over leaves a row that looks like one
    over which nothing was written; given out anew, "A" would undo the cancellation. Where it is asked about already
    that a person may mean it, "A" is given out all the same.
    """
    if given.unseen + 1 < STILL_IN:
        return False
    editor = actor_of(row.edited_by)
    return editor is None or (editor != WEB_SERVICE_USER and change.ref not in lane.unclear)
