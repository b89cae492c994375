"""What events say of the rows of the VHS they were observed at, those about the course here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.course import CourseFacts, given, merged
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import CourseRow
from koop_es.replay import echoes, shown_bookings, shown_identity
from koop_es.replay.echoes import told_fields
from koop_es.replay.sheet import Sheet, Telling, stamp


def take(sheet: Sheet, event: e.Event, told: Telling) -> None:
    """Let one event change the rows; events about another VHS's rows and violations change none."""
    if event.vhs == sheet.vhs and type(event) in _TAKE:
        _TAKE[type(event)](sheet, event, told)


def take_no_coop_id(sheet: Sheet) -> None:
    """Let a course that was shared without COOP-Id show none: the one it got is not written there yet (D12)."""
    if sheet.course is not None and sheet.course.external_number is not None:
        sheet.course = replace(sheet.course, external_number="")


def _released(sheet: Sheet, event: e.CourseReleased, told: Telling) -> None:
    external = told.state.coop_id if event.adopted else ""
    sheet.course_touched = True
    sheet.course = CourseRow(
        number=event.course_number, period=event.period, external_number=external, facts=event.reported, **stamp(event)
    )


def _subscribed(sheet: Sheet, event: e.CourseSubscribed, told: Telling) -> None:
    """Note where the Abo-Kurs will be; one that is made again after it was ended begins without mirrors."""
    sheet.place, sheet.course, sheet.gone = (event.course_number, event.period), None, False
    sheet.rows = {ref: row for ref, row in sheet.rows.items() if owner_of(ref) == sheet.vhs}


def _delivered(sheet: Sheet, event: e.CourseDelivered, told: Telling) -> None:
    if echoes.ROW in told.echo and told.state.active_lane(sheet.vhs) is None:
        return
    number, period = sheet.place
    external = told.state.coop_id if event.id_held else ""
    facts = merged(event.facts, _as_told(sheet, event.facts, told))
    sheet.course_touched, sheet.gone = True, False
    sheet.course = CourseRow(number=number, period=period, external_number=external, facts=facts, **stamp(event))


def _as_told(sheet: Sheet, facts: CourseFacts, told: Telling) -> CourseFacts:
    """Give the fields that are echoes as this history tells them, the others as they are."""
    lane = told.state.active_lane(sheet.vhs)
    fields = told_fields(told.state, lane) if lane is not None else {}
    values = {name: fields.get(name) if name in told.echo else value for name, value in given(facts).items()}
    return CourseFacts(**values)


def _changed(sheet: Sheet, event: e.CourseReported | e.CourseRevised, told: Telling) -> None:
    if sheet.course is not None:
        sheet.edit_course(event, facts=merged(sheet.course.facts, _as_told(sheet, event.facts, told)))


def _renumbered(sheet: Sheet, event: e.CourseRenumbered, told: Telling) -> None:
    sheet.place = (event.course_number, event.period)
    sheet.edit_course(event, number=event.course_number, period=event.period)


def _cancelled_course(sheet: Sheet, event: e.CourseCancelled, told: Telling) -> None:
    if sheet.course is not None:
        sheet.edit_course(event, facts=merged(sheet.course.facts, CourseFacts(cancelled=True)))


def _reinstated_course(sheet: Sheet, event: e.CourseReinstated, told: Telling) -> None:
    if sheet.course is not None:
        sheet.edit_course(event, facts=merged(sheet.course.facts, CourseFacts(cancelled=False)))


def _went_back(sheet: Sheet, event: e.CourseWentBack, told: Telling) -> None:
    if event.abo_lost:
        sheet.gone = True
    elif sheet.course is not None and given(event.facts):
        sheet.edit_course(event, facts=merged(sheet.course.facts, event.facts))


def _course_gone(sheet: Sheet, event: e.CourseVanished | e.CourseArchived, told: Telling) -> None:
    """Take the course out; absences that were only suspicions are let go of, so such a row counts as there (D3)."""
    sheet.gone = True
    for ref in list(sheet.lost):
        booking = told.state.bookings.get(ref)
        seat = booking.seats.get(sheet.vhs) if booking is not None else None
        if seat is not None and not (seat.orphaned or seat.lost or seat.withheld or seat.survivor):
            sheet.bring_back(ref)


def _not_seen(sheet: Sheet, event: e.ChangesNotSeen, told: Telling) -> None:
    """Note that the Abo-Kurs that was to be made is not there; what else is not seen, the rows show (D22)."""
    sheet.gone = sheet.gone or "create" in event.course
    sheet.unusable.difference_update(event.refs)


def _set_aside(sheet: Sheet, event: e.ChangesSetAside, told: Telling) -> None:
    """Let rows that cannot be used be what was given out, from this export on (D17, D22)."""
    sheet.unusable.update(event.refs)


def _course_back(sheet: Sheet, event: e.CourseReappeared | e.ReinstatementDelivered, told: Telling) -> None:
    sheet.edit_course(event)


def _id_there(sheet: Sheet, event: e.CoopIdDelivered, told: Telling) -> None:
    sheet.edit_course(event, external_number=told.state.coop_id)


def _id_altered(sheet: Sheet, event: e.CoopIdAltered, told: Telling) -> None:
    sheet.edit_course(event, external_number=event.found)


def _withheld(sheet: Sheet, event: e.EffectWithheld, told: Telling) -> None:
    if event.ref:
        shown_bookings.withheld(sheet, event, told)
    elif sheet.course is not None:
        news = event.facts if event.facts is not None else CourseFacts(cancelled=True)
        sheet.edit_course(event, facts=merged(sheet.course.facts, news))


def _dropped(sheet: Sheet, event: e.EffectDropped, told: Telling) -> None:
    """Show again what the VHS showed before; what an operator dropped is shown as it was (D31, D32)."""
    lane = told.state.lanes.get(sheet.vhs)
    if event.ref:
        shown_bookings.dropped(sheet, event, told)
    elif sheet.course is not None and lane is not None and event.origin is not None:
        values = {name: getattr(lane.row, name) for name in event.fields} or {"cancelled": False}
        sheet.edit_course(event, facts=merged(sheet.course.facts, CourseFacts(**values)))


_TAKE: dict[type[e.Event], Callable[[Sheet, Any, Telling], None]] = {
    **shown_bookings.TAKE,
    **shown_identity.TAKE,
    e.CourseReleased: _released,
    e.CourseSubscribed: _subscribed,
    e.CourseDelivered: _delivered,
    e.CourseReported: _changed,
    e.CourseRevised: _changed,
    e.CourseRenumbered: _renumbered,
    e.CourseCancelled: _cancelled_course,
    e.EffectWithheld: _withheld,
    e.EffectDropped: _dropped,
    e.CourseReinstated: _reinstated_course,
    e.ReinstatementDelivered: _course_back,
    e.CourseWentBack: _went_back,
    e.CourseVanished: _course_gone,
    e.CourseArchived: _course_gone,
    e.ChangesNotSeen: _not_seen,
    e.ChangesSetAside: _set_aside,
    e.CourseReappeared: _course_back,
    e.CoopIdDelivered: _id_there,
    e.CoopIdAltered: _id_altered,
}
"""Event -> what it says of the rows."""
