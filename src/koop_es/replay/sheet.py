"""A sheet: the rows one VHS's program showed of a cooperation, put together again from the events its exports caused.

The log holds no exports. But an export causes an event for whatever it shows otherwise than the one before, so the rows
are the sum of the events. Names come from the vault by id and version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import People
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Status
from koop_es.domain.slices import Slice, Suspension


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
    at hand are about; ``hidden`` are rows it did not show, ``excused`` ones whose absence does not count any more,
    ``aside`` are Beleg-IDs in rows that were set aside, ``unusable`` bookings of which that is told until something
    else is (D22), ``elsewhere`` mirrors that it showed in another course,
    ``standing`` own rows, by Beleg-ID (D25); ``former`` references of a Beleg-ID that are taken (D18a),
    ``carried`` the letters of those whose "S" is that of the course they left (D25), ``exchanged`` the one whose "S" is
    asked about last, since its row may name another (D26).
    While absences are ``suspended``, the rows that are ``untold`` are not shown and do not count as gone (D17).
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
    aside: set[str] = field(default_factory=set)
    unusable: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    standing: dict[str, BookingRow] = field(default_factory=dict)
    former: dict[str, tuple[str, ...]] = field(default_factory=dict)
    carried: dict[str, Status] = field(default_factory=dict)
    exchanged: str = ""
    suspended: Suspension | None = None
    untold: set[str] = field(default_factory=set)

    def turn(self) -> None:
        """Begin with the next export."""
        self.touched, self.hidden, self.course_touched = set(), set(), False
        self.aside, self.elsewhere, self.standing = set(), set(), {}

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
            row
            for ref, row in self.rows.items()
            if (shape.whole or ref in self.touched) and ref not in self.hidden and ref not in self.unusable
        ]
        aside = self.aside.union(self.unusable, (self.rows[ref].booking_id for ref in self.unusable & self.rows.keys()))
        course = self.course if (shape.whole or self.course_touched) and not self.gone else None
        if course is not None and kind is Kind.CATALOGUE:
            course = replace(course, external_number=None)
        excused = {self.lost[ref].booking_id for ref in self.excused if ref in self.lost}
        if shape.guarded:
            excused |= {row.booking_id for ref, row in self.rows.items() if ref not in self.touched}
        return Slice(
            coop_id,
            course=course,
            bookings=rows,
            course_absent=self.gone and shape.proves,
            counts_only=kind is Kind.OCCUPANCY,
            proves_absence=shape.proves and self.suspended is None,
            protected=frozenset(aside),
            excused=frozenset(excused),
            suspended=self.suspended if shape.proves else None,
            elsewhere=frozenset(self.elsewhere).__contains__,
            stands=dict(self.standing).get,
            references=lambda booking_id: self.former.get(booking_id, ()),
            letter_left=lambda row: self.carried.get(row.booking_id),
        )

    # --- rows -----------------------------------------------------------------------------------------------------

    def edit_course(self, event: e.Event, /, **values: Any) -> None:
        """Change the course's row as an event says; it is there again if it was gone."""
        self.course_touched, self.gone = True, False
        if self.course is not None:
            self.course = replace(self.course, **stamp(event), **values)

    def edit(self, ref: str, event: e.Event, /, **values: Any) -> None:
        """Change a booking's row as an event says; one that is not there in this history stays away."""
        self.touched.add(ref)
        self.unusable.discard(ref)
        if ref in self.rows:
            self.rows[ref] = replace(self.rows[ref], **stamp(event), **values)

    def enter(self, ref: str, row: BookingRow) -> None:
        """Put a booking's row in."""
        self.touched.add(ref)
        self.unusable.discard(ref)
        self.lost.pop(ref, None)
        self.excused.discard(ref)
        self.rows[ref] = row

    def known(self, ref: str) -> BookingRow | None:
        """Give a booking's row as it was last shown, whether it is there or gone."""
        return self.rows.get(ref) or self.lost.get(ref)

    def leave_single(self, ref: str) -> None:
        """Take out the rows that a booking had beside its own (D26)."""
        for key in [key for key in self.rows if key.startswith(again(ref, ""))]:
            del self.rows[key]

    def remove(self, ref: str) -> None:
        """Take a booking's row out, and those it had beside it."""
        self.leave_single(ref)
        if ref in self.rows:
            self.lost[ref] = self.rows.pop(ref)

    def set_aside(self, ref: str) -> None:
        """Put back a row that was gone, but for this export it stands where it could not be used."""
        self.bring_back(ref)
        if ref in self.rows:
            self.hidden.add(ref)
            self.aside.add(self.rows[ref].booking_id)

    def suspend(self, refs: Iterable[str], suspension: Suspension | None) -> None:
        """Take out the rows of which nothing can be told, and put those back of which something can again (D17)."""
        self.suspended, before, self.untold = suspension, self.untold, set(refs)
        for ref in sorted(before - self.untold):
            self.bring_back(ref)
        for ref in sorted(self.untold):
            self.remove(ref)

    def bring_back(self, ref: str) -> None:
        """Put back a row that was gone."""
        if ref in self.lost:
            self.rows[ref] = self.lost.pop(ref)
        self.excused.discard(ref)


ABSENCES = (
    e.BookingVanished, e.BookingUnclaimed, e.BookingArchived, e.OrphanDetected, e.OrphanWithheld, e.MirrorLost,
    e.BookingQuestioned,
)  # fmt: skip
"""Events that say that a row is not there."""


def stamp(event: e.Event) -> dict[str, Any]:
    """Give what every row says of itself: its place in the export and who edited it, by pseudonym (ADR 0006)."""
    origin = event.origin
    return {
        "file": (origin.file if origin is not None else None) or "",
        "line": (origin.line if origin is not None else None) or 0,
        "edited_by": event.actor,
    }


def letter(status: Status) -> dict[str, Any]:
    """Give what a row shows for a status."""
    return {"status": status, "raw_status": status.value}


def beside(ref: str) -> str:
    """Name a row that waits under the Beleg-ID of a booking that is known: both are kept (D27)."""
    return f"{ref}?"


def again(ref: str, booking_id: str) -> str:
    """Name another row of a mirror that stands there twice (D26)."""
    return f"{ref}@{booking_id}"
