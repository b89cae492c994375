"""A sheet: the rows one VHS's program showed of a cooperation, put together again from the events its exports caused.

The log holds no exports. But an export causes an event for whatever it shows otherwise than the one before, so the rows
are the sum of the events. Names come from the vault by id and version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import PERSON_DIFFERS, Cooperation
from koop_es.domain.course import CourseFacts, given, merged
from koop_es.domain.draft import People
from koop_es.domain.identifiers import booking_ref, owner_of
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Person, Status
from koop_es.domain.slices import Slice
from koop_es.replay import echoes
from koop_es.replay.echoes import told_fields, told_status

STRANGER = Person("?", "?")
"""Stands for the names in a row that are none the owner ever had."""


class Facts(NamedTuple):
    """What the log says of bookings, wherever in it: who made them, which rows they went on in after a merge."""

    made: Mapping[str, e.BookingMade]
    merged: Mapping[tuple[str, str], e.ParticipantsMerged]
    people: People


class Telling(NamedTuple):
    """What an event is read against: the state before its export, the parts of it that are echoes, and the persons
    known in that state.
    """

    state: Cooperation
    echo: frozenset[str]
    people: People
    facts: Facts


class Shape(NamedTuple):
    """How much of a sheet an export showed: the whole or only what was new, and whether it proved absences.

    ``guarded`` leaves rows that are not shown out of the proof: the export may have set them aside.
    """

    whole: bool
    proves: bool
    guarded: bool = False


@dataclass(slots=True)
class Sheet:
    """The rows of one VHS; ``lost`` keeps those that are gone, in case they come back.

    ``touched`` are the bookings, and ``course_touched`` tells whether it is the course, that the events of the export
    at hand are about; ``hidden`` are rows it did not show, ``excused`` ones whose absence does not count any more.
    """

    vhs: str
    course: CourseRow | None = None
    place: tuple[str, str] = ("", "")
    gone: bool = False
    rows: dict[str, BookingRow] = field(default_factory=dict)
    lost: dict[str, BookingRow] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    course_touched: bool = False
    hidden: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)

    def turn(self) -> None:
        """Begin with the next export."""
        self.touched, self.hidden, self.course_touched = set(), set(), False

    def take(self, event: e.Event, told: Telling) -> None:
        """Let one event change the rows; events about another VHS's rows and violations change none."""
        if event.vhs == self.vhs and type(event) in _TAKE:
            _TAKE[type(event)](self, event, told)

    def excuse(self, event: e.Event) -> None:
        """Leave a booking that is gone out of every proof of absence until it is back."""
        if isinstance(event, ABSENCES) and event.ref in self.lost:
            self.excused.add(event.ref)

    def order(self, events: Sequence[e.Event]) -> None:
        """Put the mirrors of an export in the order of its events.

        A mirror keeps the day of booking it was made with, whatever its owner changes later, and rows are read in the
        order of these days.
        """
        after = ""
        for ref in dict.fromkeys(ref for event in events if (ref := getattr(event, "ref", "")) in self.touched):
            if ref not in self.rows:
                continue
            if owner_of(ref) == self.vhs and self.rows[ref].status is not None:
                after = self.rows[ref].booked_at
            else:
                after = f"{after}!"
                self.rows[ref] = replace(self.rows[ref], booked_at=after)

    def part(self, coop_id: str, shape: Shape, kind: Kind) -> Slice:
        """Give what an export of a shape and kind showed of the cooperation."""
        rows = [
            row for ref, row in self.rows.items() if (shape.whole or ref in self.touched) and ref not in self.hidden
        ]
        course = self.course if (shape.whole or self.course_touched) and not self.gone else None
        if course is not None and kind is Kind.CATALOGUE:
            course = replace(course, external_number=None)
        protected = {self.lost[ref].booking_id for ref in self.excused if ref in self.lost}
        if shape.guarded:
            protected |= {row.booking_id for ref, row in self.rows.items() if ref not in self.touched}
        return Slice(
            coop_id,
            course=course,
            bookings=rows,
            course_absent=self.gone and shape.proves,
            counts_only=kind is Kind.OCCUPANCY,
            proves_absence=shape.proves,
            protected=frozenset(protected),
        )

    # --- rows -----------------------------------------------------------------------------------------------------

    def edit_course(self, event: e.Event, /, **values: Any) -> None:
        """Change the course's row as an event says; it is there again if it was gone."""
        self.course_touched, self.gone = True, False
        if self.course is not None:
            self.course = replace(self.course, **_stamp(event), **values)

    def edit(self, ref: str, event: e.Event, /, **values: Any) -> None:
        """Change a booking's row as an event says; one that is not there in this history stays away."""
        self.touched.add(ref)
        if ref in self.rows:
            self.rows[ref] = replace(self.rows[ref], **_stamp(event), **values)

    def enter(self, ref: str, row: BookingRow) -> None:
        """Put a booking's row in."""
        self.touched.add(ref)
        self.lost.pop(ref, None)
        self.excused.discard(ref)
        self.rows[ref] = row

    def remove(self, ref: str) -> None:
        """Take a booking's row out."""
        if ref in self.rows:
            self.lost[ref] = self.rows.pop(ref)

    def bring_back(self, ref: str) -> None:
        """Put back a row that was gone."""
        if ref in self.lost:
            self.rows[ref] = self.lost.pop(ref)
        self.excused.discard(ref)


ABSENCES = (e.BookingVanished, e.OrphanDetected, e.OrphanWithheld, e.MirrorLost)
"""Events that say that a row is not there."""


def _stamp(event: e.Event) -> dict[str, Any]:
    """Give what every row says of itself: its place in the export and who edited it, by pseudonym (ADR 0006)."""
    origin = event.origin
    return {
        "file": (origin.file if origin is not None else None) or "",
        "line": (origin.line if origin is not None else None) or 0,
        "edited_by": event.actor,
    }


def _status(status: Status) -> dict[str, Any]:
    return {"status": status, "raw_status": status.value}


# --- course ---------------------------------------------------------------------------------------------------------


def _released(sheet: Sheet, event: e.CourseReleased, told: Telling) -> None:
    external = told.state.coop_id if event.adopted else ""
    sheet.course_touched = True
    sheet.course = CourseRow(
        number=event.course_number, period=event.period, external_number=external, facts=event.reported, **_stamp(event)
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
    sheet.course = CourseRow(number=number, period=period, external_number=external, facts=facts, **_stamp(event))


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


def _course_gone(sheet: Sheet, event: e.CourseVanished, told: Telling) -> None:
    sheet.gone = True


def _course_back(sheet: Sheet, event: e.CourseReappeared, told: Telling) -> None:
    sheet.edit_course(event)


def _id_there(sheet: Sheet, event: e.CoopIdDelivered, told: Telling) -> None:
    sheet.edit_course(event, external_number=told.state.coop_id)


def _id_altered(sheet: Sheet, event: e.CoopIdAltered, told: Telling) -> None:
    sheet.edit_course(event, external_number=event.found)


# --- bookings -------------------------------------------------------------------------------------------------------


def _person(told: Telling, ref: str, version: int | None, *, near: bool = False) -> Person | None:
    """Find the person a row shows: as told, or the version it had; ``near`` is a stranger of the same name."""
    booking = told.state.bookings.get(ref)
    if version is None:
        return None
    if echoes.PERSON in told.echo and booking is not None and booking.person_id is not None:
        return told.people.get((booking.person_id, booking.person_version))
    made = told.facts.made.get(ref)
    known = made.person_id if made is not None and made.person_id is not None else ""
    if version != PERSON_DIFFERS:
        return told.facts.people.get((known, version))
    if near and booking is not None and (person := told.facts.people.get((known, booking.person_version))):
        return replace(person, name=f"{person.name} ")
    return STRANGER


def _made(sheet: Sheet, event: e.BookingMade, told: Telling) -> None:
    row = BookingRow(
        booking_id=event.booking_id,
        number="",
        period="",
        participant_no=event.participant_no,
        booked_at=event.booked_at,
        person=told.facts.people.get((event.person_id, 1)) if event.person_id is not None else None,
        **_status(event.status),
        **_stamp(event),
    )
    sheet.enter(event.ref, row)


def _amended(sheet: Sheet, event: e.BookingAmended, told: Telling) -> None:
    values: dict[str, Any] = {} if event.status is None else _status(event.status)
    if event.person_version is not None:
        values["person"] = _person(told._replace(echo=echoes.NONE), event.ref, event.person_version)
    values |= {name: value for name in ("participant_no", "booked_at") if (value := getattr(event, name)) is not None}
    sheet.edit(event.ref, event, **values)


def _promoted(sheet: Sheet, event: e.BookingPromoted, told: Telling) -> None:
    if not event.claimed:
        sheet.edit(event.ref, event, **_status(Status.CONFIRMED))


def _cancelled(sheet: Sheet, event: e.BookingCancelled, told: Telling) -> None:
    sheet.bring_back(event.ref)
    sheet.edit(event.ref, event, **_status(Status.CANCELLED))


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
        booked_at=_booked_at(told, event.ref),
        ref=event.ref,
        person=_person(told, event.ref, event.person_version),
        **_status(status),
        **_stamp(event),
    )
    sheet.enter(event.ref, row)


def _booked_at(told: Telling, ref: str) -> str:
    booking, made = told.state.bookings.get(ref), told.facts.made.get(ref)
    if booking is not None and booking.claimed:
        return booking.booked_at
    return made.booked_at if made is not None else ""


def _reported(sheet: Sheet, event: e.BookingReported, told: Telling) -> None:
    booking = told.state.bookings.get(event.ref)
    values: dict[str, Any] = {}
    if event.status is not None:
        is_echo = echoes.STATUS in told.echo and booking is not None
        values |= _status(told_status(told.state, booking) if is_echo and booking is not None else event.status)
    if event.person_version is not None:
        near = sheet.rows[event.ref].ref is None if event.ref in sheet.rows else False
        values["person"] = _person(told, event.ref, event.person_version, near=near)
    for name in ("participant_no", "booking_id"):
        if (value := getattr(event, name)) is not None:
            values[name] = value
    sheet.edit(event.ref, event, **values)


def _s_there(sheet: Sheet, event: e.CancellationDelivered, told: Telling) -> None:
    booking = told.state.bookings.get(event.ref)
    sheet.touched.add(event.ref)
    if echoes.STATUS not in told.echo or (booking is not None and told.state.is_cancelled(booking)):
        sheet.edit(event.ref, event, **_status(Status.CANCELLED))


def _absent(sheet: Sheet, event: e.BookingVanished, told: Telling) -> None:
    if not getattr(event, "approved", False):
        sheet.remove(event.ref)


def _back(sheet: Sheet, event: e.BookingReappeared | e.BookingReinstated, told: Telling) -> None:
    """Bring a row back; one that its VHS would not have been told to make again stays away."""
    booking = told.state.bookings.get(event.ref)
    if echoes.ROW in told.echo and (booking is None or told.state.is_cancelled(booking)):
        return
    sheet.bring_back(event.ref)
    sheet.edit(event.ref, event, **_status(event.status))


def _merged(sheet: Sheet, event: e.ParticipantsMerged, told: Telling) -> None:
    """Let a booking go on in another row, or be gone where it went up in one that was there before (B13, B15)."""
    if event.survivor is not None:
        sheet.remove(event.ref)
        sheet.touched.add(event.survivor)
        return
    sheet.rows.pop(booking_ref(sheet.vhs, event.booking_id), None)
    sheet.bring_back(event.ref)
    moved: dict[str, Any] = {"participant_no": event.participant_no, "booking_id": event.booking_id}
    if event.rule == "B15":
        moved["ref"] = None
    sheet.edit(event.ref, event, **moved)


def _suspected(sheet: Sheet, event: e.MergeSuspected, told: Telling) -> None:
    """Put in the row that cannot be told yet: what it is shows later in the log, or it is taken for the same person."""
    ref = booking_ref(sheet.vhs, event.booking_id)
    made, booking = told.facts.made.get(ref), told.state.bookings.get(event.ref)
    version = booking.person_version if booking is not None else 1
    merge = told.facts.merged.get((sheet.vhs, event.booking_id))
    no_echo = told._replace(echo=echoes.NONE)
    row = BookingRow(
        booking_id=event.booking_id,
        number="",
        period="",
        participant_no=made.participant_no if made is not None else merge.participant_no if merge is not None else "?",
        booked_at=made.booked_at if made is not None else _booked_at(told, event.ref),
        person=_person(no_echo, ref, 1) if made is not None else _person(no_echo, event.ref, version),
        **_status(made.status if made is not None else Status.CONFIRMED),
        **_stamp(event),
    )
    sheet.enter(ref, row)
    sheet.hidden.add(event.ref)


def _unknown(sheet: Sheet, event: e.UnknownStatusSeen, told: Telling) -> None:
    sheet.bring_back(event.ref)
    letter: dict[str, Any] = {"status": None, "raw_status": event.raw_status}
    if event.ref in sheet.rows:
        sheet.edit(event.ref, event, **letter)
        return
    own = owner_of(event.ref) == sheet.vhs
    row = BookingRow(
        booking_id=event.ref.partition(":")[2] if own else f"?{event.ref}",
        number="",
        period="",
        participant_no="",
        booked_at=_booked_at(told, event.ref),
        ref=None if own else event.ref,
        **letter,
        **_stamp(event),
    )
    sheet.enter(event.ref, row)


_TAKE: dict[type[e.Event], Callable[[Sheet, Any, Telling], None]] = {
    e.CourseReleased: _released,
    e.CourseSubscribed: _subscribed,
    e.CourseDelivered: _delivered,
    e.CourseReported: _changed,
    e.CourseRevised: _changed,
    e.CourseRenumbered: _renumbered,
    e.CourseCancelled: _cancelled_course,
    e.CourseVanished: _course_gone,
    e.CourseReappeared: _course_back,
    e.CoopIdDelivered: _id_there,
    e.CoopIdAltered: _id_altered,
    e.BookingMade: _made,
    e.BookingAmended: _amended,
    e.BookingPromoted: _promoted,
    e.BookingCancelled: _cancelled,
    e.BookingDelivered: _mirrored,
    e.BookingReported: _reported,
    e.CancellationDelivered: _s_there,
    e.BookingVanished: _absent,
    e.OrphanDetected: _absent,
    e.OrphanWithheld: _absent,
    e.MirrorLost: _absent,
    e.BookingReappeared: _back,
    e.BookingReinstated: _back,
    e.ParticipantsMerged: _merged,
    e.MergeSuspected: _suspected,
    e.UnknownStatusSeen: _unknown,
}
"""Event -> what it says of the rows of its VHS."""
