"""What the events about bookings say of the rows of the VHS they were observed at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import ANOTHER, PERSON_DIFFERS
from koop_es.domain.evolve_echo import NAMED
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import BookingRow, Person, Status
from koop_es.domain.slices import Suspension
from koop_es.replay import echoes
from koop_es.replay.echoes import told_status
from koop_es.replay.sheet import Sheet, Telling, beside, letter, stamp

STRANGER = Person("?", "?")
"""Stands for the names in a row that are none the owner ever had."""

CITIZEN = Person("?", "?", "0", "?@?")
"""Stands for another citizen, of whom nothing is that of who booked (D18)."""


def shown_person(told: Telling, ref: str, version: int | None, *, near: bool = False) -> Person | None:
    """Find the person a row shows: as told, or the version it had; ``near`` is a stranger of the same name."""
    booking = told.state.bookings.get(ref)
    if version is None:
        return None
    if echoes.PERSON in told.echo and booking is not None and booking.person_id is not None:
        return told.people.get((booking.person_id, booking.person_version))
    made = told.facts.made.get(ref)
    known = made.person_id if made is not None and made.person_id is not None else ""
    if version > PERSON_DIFFERS:
        return told.facts.people.get((known, version))
    if near and booking is not None and (person := told.facts.people.get((known, booking.person_version))):
        return replace(person, name=f"{person.name} ")
    return CITIZEN if version == ANOTHER else STRANGER


def _made(sheet: Sheet, event: e.BookingMade, told: Telling) -> None:
    row = BookingRow(
        booking_id=event.booking_id,
        number="",
        period="",
        participant_no=event.participant_no,
        booked_at=event.booked_at,
        person=told.facts.people.get((event.person_id, 1)) if event.person_id is not None else None,
        **letter(event.status),
        **stamp(event),
    )
    base, _, number = event.ref.partition("~")
    if number:  # another course had the lower numbers, or this one
        sheet.former[event.booking_id] = (base, *(f"{base}~{n}" for n in range(2, int(number))))
    sheet.rows.pop(beside(base), None)
    sheet.enter(event.ref, row)


def _amended(sheet: Sheet, event: e.BookingAmended, told: Telling) -> None:
    values: dict[str, Any] = {} if event.status is None else letter(event.status)
    if event.person_version is not None:
        values["person"] = shown_person(told._replace(echo=echoes.NONE), event.ref, event.person_version)
    values |= {name: value for name in ("participant_no", "booked_at") if (value := getattr(event, name)) is not None}
    sheet.edit(event.ref, event, **values)


def _promoted(sheet: Sheet, event: e.BookingPromoted, told: Telling) -> None:
    if not event.claimed:
        sheet.edit(event.ref, event, **letter(Status.CONFIRMED))


def _cancelled(sheet: Sheet, event: e.BookingCancelled, told: Telling) -> None:
    sheet.bring_back(event.ref)
    sheet.edit(event.ref, event, **letter(Status.CANCELLED))


def _mirrored(sheet: Sheet, event: e.BookingDelivered, told: Telling) -> None:
    """Put in a mirror; one that its VHS would not have been told to make is not there (D1)."""
    booking = told.state.bookings.get(event.ref)
    if echoes.ROW in told.echo and (booking is None or not booking.claimed):
        return
    if echoes.ALIVE in told.echo and booking is not None and told.state.is_cancelled(booking):
        return
    status = event.status if echoes.STATUS not in told.echo or booking is None else told_status(told.state, booking)
    row = BookingRow(
        booking_id=event.booking_id,
        number="",
        period="",
        participant_no=event.participant_no,
        booked_at=booked_at(told, event.ref) if event.booked_at is None else event.booked_at,
        ref=event.ref,
        person=shown_person(told, event.ref, event.person_version),
        **letter(status),
        **stamp(event),
    )
    sheet.enter(event.ref, row)


def booked_at(told: Telling, ref: str) -> str:
    """Give the time of booking a row shows: the owner's as it is known, or the one the booking is made with."""
    booking, made = told.state.bookings.get(ref), told.facts.made.get(ref)
    if booking is not None and booking.claimed:
        return booking.booked_at
    return made.booked_at if made is not None else ""


def _reported(sheet: Sheet, event: e.BookingReported, told: Telling) -> None:
    booking = told.state.bookings.get(event.ref)
    values: dict[str, Any] = {}
    if event.status is not None:
        is_echo = echoes.STATUS in told.echo and booking is not None
        values |= letter(told_status(told.state, booking) if is_echo and booking is not None else event.status)
    if event.person_version is not None:
        near = sheet.rows[event.ref].ref is None if event.ref in sheet.rows else False
        values["person"] = shown_person(told, event.ref, event.person_version, near=near)
    for name in ("participant_no", "booking_id"):
        if (value := getattr(event, name)) is not None:
            values[name] = value
    sheet.edit(event.ref, event, **values)


def _s_there(sheet: Sheet, event: e.CancellationDelivered, told: Telling) -> None:
    booking = told.state.bookings.get(event.ref)
    sheet.touched.add(event.ref)
    if event.rule == "D25" and (row := sheet.rows.get(event.ref)) is not None and row.status is not None:
        sheet.carried[row.booking_id] = row.status
    if echoes.STATUS not in told.echo or (booking is not None and told.state.is_cancelled(booking)):
        sheet.edit(event.ref, event, **letter(Status.CANCELLED))


def _still_s(sheet: Sheet, event: e.CancellationUnclear, told: Telling) -> None:
    """Let a row that still shows "S" say who edited it; a question about a connector says nothing of the row (D22).

    A booking that is only named stands in the Koop-Beleg-ID of the row that was asked about just before (D26).
    """
    if event.why == NAMED:
        if (row := sheet.rows.get(sheet.exchanged)) is not None:
            sheet.rows[sheet.exchanged] = replace(row, ref=event.ref)
    elif event.origin is not None and event.rule != "D20":  # which is asked whatever the row shows
        sheet.exchanged = event.ref
        sheet.edit(event.ref, event, **letter(Status.CANCELLED))


def _absent(sheet: Sheet, event: e.BookingVanished | e.BookingArchived, told: Telling) -> None:
    if not getattr(event, "approved", False):
        sheet.remove(event.ref)
    if event.rule == "B11":
        sheet.elsewhere.add(event.ref)


def _former(sheet: Sheet, event: e.BookingWentBack | e.BookingQuestioned, told: Telling) -> None:
    """Let a row show what it did before its program was put back, or be gone with it (D20)."""
    if isinstance(event, e.BookingQuestioned) and event.what == "row":
        sheet.remove(event.ref)
        return
    sheet.bring_back(event.ref)
    values = letter(event.status) if event.status is not None else {}
    if event.person_version is not None:
        values["person"] = shown_person(told._replace(echo=echoes.NONE), event.ref, event.person_version)
    sheet.edit(event.ref, event, **values)


def _back(sheet: Sheet, event: e.BookingReappeared | e.BookingReinstated, told: Telling) -> None:
    """Bring a row back; one that its VHS would not have been told to make again stays away."""
    booking = told.state.bookings.get(event.ref)
    if echoes.ROW in told.echo and (booking is None or told.state.is_cancelled(booking)):
        return
    if event.rule == "B11":
        sheet.set_aside(event.ref)
        return
    if getattr(event, "reason", ""):
        return  # what its VHS shows stays wrong until it is written (D32)
    sheet.bring_back(event.ref)
    sheet.edit(event.ref, event, **letter(event.status))


def _moved(sheet: Sheet, event: e.BookingMoved, told: Telling) -> None:
    row = sheet.known(event.ref)
    sheet.remove(event.ref)
    if row is not None:
        place: dict[str, Any] = {"number": event.course_number, "period": event.period}
        sheet.standing[row.booking_id] = replace(row, **place, **stamp(event))


def _untold(sheet: Sheet, event: e.AbsencesSuspended, told: Telling) -> None:
    origin = event.origin
    where = (origin.file or "", origin.line or 0) if origin is not None else ("", 0)
    sheet.suspend(event.refs, Suspension(event.reason, *where))


def _told_again(sheet: Sheet, event: e.AbsencesResumed, told: Telling) -> None:
    sheet.suspend((), None)


def _unknown(sheet: Sheet, event: e.UnknownStatusSeen, told: Telling) -> None:
    sheet.bring_back(event.ref)
    unknown: dict[str, Any] = {"status": None, "raw_status": event.raw_status}
    if event.ref in sheet.rows:
        sheet.edit(event.ref, event, **unknown)
        return
    own = owner_of(event.ref) == sheet.vhs
    row = BookingRow(
        booking_id=event.ref.partition(":")[2] if own else f"?{event.ref}",
        number="",
        period="",
        participant_no="",
        booked_at=booked_at(told, event.ref),
        ref=None if own else event.ref,
        **unknown,
        **stamp(event),
    )
    sheet.enter(event.ref, row)


def withheld(sheet: Sheet, event: e.EffectWithheld, told: Telling) -> None:
    """Show what the row shows, whatever came of it (D31): the former values once these went (D20)."""
    if event.went:
        if event.origin is not None and event.origin.line is not None:
            _former_person(sheet, event, told)
        return
    values: dict[str, Any] = letter(event.status) if event.status is not None else {}
    if event.person_version is not None:
        values["person"] = shown_person(told._replace(echo=echoes.NONE), event.ref, event.person_version)
    sheet.bring_back(event.ref)
    sheet.edit(event.ref, event, **values)


def dropped(sheet: Sheet, event: e.EffectDropped, told: Telling) -> None:
    """Show again what the VHS showed before."""
    booking = told.state.bookings.get(event.ref)
    seat = booking.seats.get(sheet.vhs) if booking is not None else None
    if booking is None or seat is None or event.origin is None:
        return
    if event.effect == Effect.PERSON:
        _former_person(sheet, event, told)
    elif seat.status is not None:
        sheet.edit(event.ref, event, **letter(seat.status))


def _former_person(sheet: Sheet, event: e.EffectWithheld | e.EffectDropped, told: Telling) -> None:
    version = told.state.bookings[event.ref].person_version
    sheet.edit(event.ref, event, person=shown_person(told._replace(echo=echoes.NONE), event.ref, version))


TAKE: dict[type[e.Event], Callable[[Sheet, Any, Telling], None]] = {
    e.BookingMade: _made,
    e.BookingAmended: _amended,
    e.BookingPromoted: _promoted,
    e.BookingCancelled: _cancelled,
    e.BookingDelivered: _mirrored,
    e.BookingReported: _reported,
    e.CancellationDelivered: _s_there,
    e.CancellationUnclear: _still_s,
    e.BookingVanished: _absent,
    e.BookingArchived: _absent,
    e.OrphanDetected: _absent,
    e.OrphanWithheld: _absent,
    e.MirrorLost: _absent,
    e.BookingQuestioned: _former,
    e.BookingWentBack: _former,
    e.BookingReappeared: _back,
    e.BookingReinstated: _back,
    e.UnknownStatusSeen: _unknown,
    e.BookingMoved: _moved,
    e.AbsencesSuspended: _untold,
    e.AbsencesResumed: _told_again,
}
"""Event -> what it says of the rows; those on which row is which booking stand in ``shown_identity``."""
