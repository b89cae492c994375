"""What the events about which row is which booking say of the rows of the VHS they were observed at (B15, D18, D26)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.identifiers import booking_ref, owner_of
from koop_es.domain.observation import BookingRow, Status
from koop_es.replay import echoes
from koop_es.replay.sheet import Sheet, Telling, again, beside, letter, stamp
from koop_es.replay.shown_bookings import STRANGER, booked_at, shown_person


def _merged(sheet: Sheet, event: e.ParticipantsMerged, told: Telling) -> None:
    """Let a booking go on in another row, or be gone where it went up in one that was there before (B13, B15)."""
    if event.survivor is not None:
        sheet.remove(event.ref)
        sheet.touched.add(event.survivor)
        return
    _wait_no_more(sheet, event.booking_id, told)
    sheet.bring_back(event.ref)
    moved: dict[str, Any] = {"participant_no": event.participant_no, "booking_id": event.booking_id}
    if event.rule == "B15":
        moved["ref"] = None
    sheet.edit(event.ref, event, **moved)


def _wait_no_more(sheet: Sheet, booking_id: str, told: Telling) -> None:
    """Take out a row that waited; one that is a booking by itself stays."""
    ref = booking_ref(sheet.vhs, booking_id)
    sheet.rows.pop(beside(ref), None)
    if ref not in told.state.bookings:
        sheet.rows.pop(ref, None)


def _rekeyed(sheet: Sheet, event: e.BookingRekeyed, told: Telling) -> None:
    """Let a booking go on under other ids (D18)."""
    _wait_no_more(sheet, event.booking_id, told)
    sheet.bring_back(event.ref)
    number = {} if event.participant_no is None else {"participant_no": event.participant_no}
    sheet.edit(event.ref, event, booking_id=event.booking_id, ref=None, **number)


def _reused(sheet: Sheet, event: e.BelegIdReused, told: Telling) -> None:
    """Take out the row of the booking whose Beleg-ID is another's now (D18)."""
    sheet.remove(event.former)
    sheet.touched |= {event.ref, event.former}


def _waits(sheet: Sheet, event: e.RegistrationHeld, told: Telling) -> None:
    """Leave out a row of which nothing is known but that it waits (D26)."""


def _waited(sheet: Sheet, event: e.HoldEnded, told: Telling) -> None:
    _wait_no_more(sheet, event.booking_id, told)


def _replaced(sheet: Sheet, event: e.ParticipantReplaced, told: Telling) -> None:
    """Let the row of a mirror show names that its owner never had; an owner's new names are kept by version (D18c).

    Under another Beleg-ID it is the mail or phone, which stayed, that tells whose row it is.
    """
    sheet.touched.add(event.ref)
    row, made, booking = sheet.rows.get(event.ref), told.facts.made.get(event.ref), told.state.bookings.get(event.ref)
    if row is None or made is None or made.person_id is None or owner_of(event.ref) == sheet.vhs:
        return
    newest = booking.person_version if booking is not None else 1
    if any(row.person == told.facts.people.get((made.person_id, version)) for version in range(1, newest + 1)):
        return  # names that the owner had
    seat = booking.seats.get(sheet.vhs) if booking is not None else None
    person = told.facts.people.get((made.person_id, (seat.person_version if seat is not None else None) or newest))
    merge = told.facts.merged.get((sheet.vhs, row.booking_id))
    moved = merge is not None and merge.ref == event.ref and _is_of_one_export(merge, event)
    names = replace(person, name="?", first_name="?") if moved and person is not None else STRANGER
    sheet.edit(event.ref, event, person=names)


def _doubled(sheet: Sheet, event: e.MirrorDoubled, told: Telling) -> None:
    """Put the other rows of a mirror in beside its own, each with the letter it showed (D26)."""
    sheet.leave_single(event.ref)
    sheet.touched.add(event.ref)
    row = sheet.rows.get(event.ref)
    if row is None:
        return
    for booking_id, raw in event.rows.items():
        key = event.ref if booking_id == row.booking_id else again(event.ref, booking_id)
        number = event.participants.get(booking_id, row.participant_no)
        status = Status(raw) if raw in set(Status) else None
        sheet.rows[key] = replace(row, booking_id=booking_id, participant_no=number, status=status, raw_status=raw)
        sheet.touched.add(key)


def _single(sheet: Sheet, event: e.MirrorSingle, told: Telling) -> None:
    sheet.leave_single(event.ref)
    sheet.touched.add(event.ref)


def _unreferenced(sheet: Sheet, event: e.MirrorUnreferenced, told: Telling) -> None:
    row = sheet.rows.get(event.ref)
    named = row.ref if row is not None and row.ref != event.ref else None
    sheet.edit(event.ref, event, booking_id=event.booking_id, ref=named)


def _referenced(sheet: Sheet, event: e.MirrorReferenced, told: Telling) -> None:
    sheet.edit(event.ref, event, ref=event.ref)


def _suspected(sheet: Sheet, event: e.MergeSuspected, told: Telling) -> None:
    """Put in the row that cannot be told yet: what it is shows later in the log, or it is taken for the same person.

    A Beleg-ID that was another booking's already does not show that one any more, as where two were exchanged (D27).
    """
    ref = booking_ref(sheet.vhs, event.booking_id)
    made, booking, before = told.facts.made.get(ref), told.state.bookings.get(event.ref), sheet.known(event.ref)
    is_known = made is not None and _is_earlier(made, event)
    key = beside(ref) if is_known else str(ref)
    no_echo = told._replace(echo=echoes.NONE)
    if made is not None and not is_known:
        number, status, time = made.participant_no, made.status, made.booked_at
        person = shown_person(no_echo, ref, 1)
    else:
        merge = told.facts.merged.get((sheet.vhs, event.booking_id))
        number = merge.participant_no if merge is not None else before.participant_no if before is not None else "?"
        status = before.status if before is not None and before.status is not None else Status.CONFIRMED
        time = booked_at(told, event.ref)
        person = shown_person(no_echo, event.ref, booking.person_version if booking is not None else 1)
    row = BookingRow(
        booking_id=event.booking_id,
        number="",
        period="",
        participant_no=number,
        booked_at=time,
        person=person,
        **letter(status),
        **stamp(event),
    )
    sheet.hidden |= {event.ref, *(other for other, old in sheet.rows.items() if old.booking_id == event.booking_id)}
    sheet.hidden.discard(key)
    sheet.enter(key, row)


def _is_of_one_export(one: e.Event, other: e.Event) -> bool:
    at, there = one.origin, other.origin
    return at is not None and there is not None and at.export == there.export


def _is_earlier(one: e.Event, other: e.Event) -> bool:
    """Tell whether an event came of an earlier export of a VHS than another."""
    first, second = (event.origin.sequence or 0 if event.origin is not None else 0 for event in (one, other))
    return (one.recorded_at, first) < (other.recorded_at, second)


TAKE: dict[type[e.Event], Callable[[Sheet, Any, Telling], None]] = {
    e.ParticipantsMerged: _merged,
    e.MergeSuspected: _suspected,
    e.RegistrationHeld: _waits,
    e.HoldEnded: _waited,
    e.BookingRekeyed: _rekeyed,
    e.BelegIdReused: _reused,
    e.ParticipantReplaced: _replaced,
    e.MirrorDoubled: _doubled,
    e.MirrorSingle: _single,
    e.MirrorUnreferenced: _unreferenced,
    e.MirrorReferenced: _referenced,
}
"""Event -> what it says of the rows."""
