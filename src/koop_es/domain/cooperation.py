"""The state of one cooperation: a course, the VHSs that share it and their bookings.

Three pictures lie in it for every VHS. *Reported* is what its last export showed (``Lane.row``, ``Seat.status``),
*agreed* is that together with what it was told, *wanted* is what it should hold (``wanted.py``). Nothing here is ever
stored: it is the fold of the stream's events (``evolve.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from koop_es.domain.course import NO_FACTS, CourseFacts, given
from koop_es.domain.given_out import Create, Given
from koop_es.domain.identifiers import is_legacy
from koop_es.domain.observation import CANCELLED, CONFIRMED, Status
from koop_es.domain.terms import LINK, Terms

ANOTHER = -1
"""Version of a person in a mirror without name that staff have typed over with somebody of their own (D18)."""

PERSON_DIFFERS = 0
"""Person version of a row that does not show any version the owner ever reported."""


class Role(StrEnum):
    """What a VHS is in a cooperation."""

    MASTER = "master"
    SUBSCRIBER = "subscriber"


class Reason(StrEnum):
    """Why a booking is cancelled, the strongest first."""

    COURSE = "course"
    PARTICIPANT = "participant"
    MOVED = "moved"
    ORPHAN = "orphan"
    ABO = "abo"


TOLD = 2
"""Reports that an "S" which was taken back is remembered for."""


class Double(NamedTuple):
    """One row of a mirror that stands there twice: its letter, and its TNR where the log has it (D26)."""

    booking_id: str
    letter: str
    participant_no: str = ""


class Held(msgspec.Struct, frozen=True, gc=False):
    """What a row shows and is withheld (D31): a letter, a version of a person, or facts of a course.

    ``effect`` is its kind, ``version`` that of the event that withheld it. One that ``went`` with a program that was
    put back is shown no more (D20).
    """

    effect: str
    withheld_id: str
    version: int
    status: Status | None = None
    person_version: int = 0
    facts: CourseFacts | None = None
    went: bool = False


def let_go(waiting: tuple[Held, ...], effect: str, fields: Collection[str] = ()) -> tuple[Held, ...]:
    """Take out what is withheld no longer: all of an effect, or only some ``fields`` of the facts of a course."""
    found = []
    for held in waiting:
        if held.effect != effect:
            found.append(held)
        elif fields and held.facts is not None:
            left = {name: value for name, value in given(held.facts).items() if name not in fields}
            found += [msgspec.structs.replace(held, facts=CourseFacts(**left))] if left else []
    return tuple(found)


class Undone(NamedTuple):
    """A former ``value`` that is shown again from an ``export`` on, in place of one acknowledged first in ``since``."""

    value: Any
    since: int
    export: int


class Seat(msgspec.Struct, gc=False):
    """One booking as one VHS last reported it; ``status`` is None before it ever did.

    ``absences`` counts complete exports in a row that lacked it (D3), ``absent_export`` names the last of them, so
    that the same export never counts twice, and ``absent_first`` the first, in which so many were missing that the
    next would be withheld where it is ``foreseen`` (D19). A mirror that is ``lost`` is delivered again, one that is
    ``doubted`` not before a further complete export lacks it (D20). ``told`` remembers an "S" that was
    wanted and taken back: it is TOLD until a report shows something else, and 1 until the next, because the first may
    be older than the "S" (ADR 0006).
    ``spared`` marks an "S" of an Ausfall that was taken back: to remove it is no loss (D24). ``asked`` is the version
    of the question whether the booking lives, for as long as it is open, ``answered`` that of its last answer (D20,
    D24). ``version`` is the version of the last event about this seat. ``given`` is the letter this VHS was last told,
    and ``given_version`` the event that told it; None again once an "S" that was taken back is settled (D21).
    ``over_s`` is the letter given out over the "S" it shows, until it shows another letter or a new "S" (D21).

    ``booking_id``, ``participant_no`` and ``booked_at`` are what this VHS showed, also of a mirror: by these a row is
    told again (D18). ``reused_by`` is the booking that has this one's Beleg-ID now, ``former`` the one whose Beleg-ID
    this one has (D18a). ``taken_back`` says that what was made of its "S" or absence was withdrawn (D32), ``unsaid``
    that it never acknowledged the "S" it shows, which waited until then (D31).
    ``doubles`` are the rows of a mirror that stands there twice, with their letters, and ``unreferenced`` says that its
    row lacks the Koop-Beleg-ID (D26). ``waiting`` is what of its row is withheld (D31). ``archived`` says that its row
    left the exports after the last day of the course: it stays, and nothing is told there (D17).

    ``since`` is the number of the export that first showed the row, ``acked`` has letters and persons with that of the
    export that first showed each; ``since_before`` and ``acked_before`` are the same of a row that was made again, and
    of what went with a program, when they were shown for the first time of all. ``gone`` is the number of the export
    that lacked the row first, ``again`` of the one that showed it once more; ``went_with`` are Beleg-ID and TNR of the
    rows of a mirror that went with its program. ``ordered`` are Beleg-ID and moment of booking with which a row of its
    owner was given out to be written again, also after it was seen. ``cancelled_as`` is who had edited the row when it
    last showed an "S", ``undone`` has letters and persons that are shown as before. ``back`` is the version at which
    its program lost something of it, 0 once that is settled, and ``ask`` says what is asked (D20).
    """

    status: Status | None = None
    booking_id: str = ""
    participant_no: str = ""
    booked_at: str = ""
    person_version: int | None = None
    shown_cancelled: bool = False
    actor: str | None = None
    version: int = 0
    since: int = 0
    absences: int = 0
    absent_export: str = ""
    absent_first: str = ""
    absent_version: int = 0
    foreseen: bool = False
    withheld: str | None = None
    orphaned: bool = False
    lost: bool = False
    doubted: bool = False
    archived: bool = False
    spared: bool = False
    taken_back: bool = False
    unsaid: bool = False
    asked: int = 0
    answered: int = 0
    merged_from: str | None = None
    survivor: str | None = None
    suspected: str | None = None
    unknown_status: str | None = None
    told: int = 0
    person_changed: int = 0
    reused_by: str | None = None
    former: str | None = None
    doubles: tuple[Double, ...] = ()
    unreferenced: bool = False
    given: Status | None = None
    given_version: int = 0
    over_s: Status | None = None
    waiting: tuple[Held, ...] = ()
    acked: tuple[tuple[str, int], ...] = ()
    went_with: tuple[tuple[str, str], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    gone: int = 0
    again: int = 0
    since_before: int = 0
    acked_before: tuple[tuple[str, int], ...] = ()
    back: int = 0
    ask: str = ""
    cancelled_as: str | None = None
    undone: tuple[Undone, ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether the VHS's last export showed the booking."""
        gone = self.absences or self.lost or self.archived
        return not gone and self.status is not None and self.reused_by is None

    @property
    def shows_another(self) -> bool:
        """Tell whether its row, a mirror without name, was typed over with somebody else (D18)."""
        return self.person_version == ANOTHER

    @property
    def returned(self) -> bool:
        """Tell whether its row was removed and is back with a program that went back, and nobody decided yet (D20)."""
        return self.asked > 0 and self.ask == "orphan"

    @property
    def restoring(self) -> bool:
        """Tell whether somebody decided that it is written again, and it is not there yet (D20)."""
        return self.lost and self.answered > 0

    @property
    def live(self) -> bool:
        """Tell whether the VHS last reported the booking as confirmed or waiting, gone since or not."""
        return self.status is not None and self.status is not CANCELLED


class Booking(msgspec.Struct, gc=False):
    """One booking over all VHSs; its owner decides person and A/W, anyone the "S" (D6).

    ``claimed`` is False while only mirrors of it were seen and its owner has not reported it; it is ``disowned`` once a
    complete export of its owner lacks it then. ``cancelled_by`` are the VHSs that set "S", ``orphaned_by`` those that
    lost it, and ``without_abo`` that its owner's Abo ended after that: it lives no more before there is another (D9).
    ``left_by`` are VHSs whose Abo ended while they held it and who have not shown it since (D8). ``unseen_s`` are those
    to whom an "S" was given out that no export has shown since (D21). ``moved`` says that its owner's row stands in
    another course, ``moved_to`` names it (D25). ``replaced`` is the version of the person who takes part in place of
    another, or 0, and ``replaced_version`` that of the event that says so (D18c). ``withdrawn`` is the version at which
    it lived again as an export was withdrawn (D32), ``changed`` that of what last changed what others hold.
    """

    ref: str
    owner: str
    claimed: bool = False
    disowned: bool = False
    status: Status = CONFIRMED
    booked_at: str = ""
    person_id: str | None = None
    person_version: int = 0
    changed: int = 0
    withheld_person: int = 0
    cancelled_by: frozenset[str] = frozenset()
    orphaned_by: frozenset[str] = frozenset()
    ever_cancelled: bool = False
    without_abo: bool = False
    left_by: frozenset[str] = frozenset()
    unseen_s: frozenset[str] = frozenset()
    moved: bool = False
    moved_to: str = ""
    replaced: int = 0
    replaced_version: int = 0
    withdrawn: int = 0
    seats: dict[str, Seat] = msgspec.field(default_factory=dict)

    @property
    def last_person(self) -> int:
        """Give the highest version of the person that was ever kept, applied or withheld (D31d)."""
        return max(self.person_version, self.withheld_person)

    @property
    def cancelled(self) -> bool:
        """Tell whether the booking itself is cancelled, its course aside."""
        return bool(self.cancelled_by or self.orphaned_by) or self.without_abo


class Back(NamedTuple):
    """To which moment the program of a VHS went back, and which export showed it (D20)."""

    moment: str
    export: str
    version: int


class Suspended(NamedTuple):
    """Absences that could not be told (D17): of which bookings, why, since which export."""

    refs: tuple[str, ...]
    reason: str
    export: str


class SetAside(NamedTuple):
    """A row that was set aside: its number in the quarantine, where it stands, since when, why, what to do."""

    id: int
    row: str
    since: str
    reason: str
    remedy: str


class Lane(msgspec.Struct):
    """One VHS in the cooperation.

    ``former_keys`` are numbers and periods the course had here before (R20). ``row`` is the course as it last reported
    it, ``kept`` the local values of harmless fields that stand until the Master changes them (R38). ``suspended`` are
    absences of which its last complete export tells nothing (D17). A course that is not ``present`` is missing since
    ``gone_version``, or ``archived``, out of the exports after its last day (D17). After an Ausfall was taken back the
    lane is ``untold`` until an export shows the course live (D24); until a complete one did, ``sparing`` is the rule by
    which what is missing is no loss: it was called off (D24), or gone (B11). Its Abo was made again at ``renewed``.

    ``given`` is the version of the last event that gave something out to it, 0 where nothing ever was (D21); ``told``
    has what was given out last by booking, of the course by kind of change. ``creates_given`` are mirrors it was told
    to make and does not show yet, as it was told. ``unclear`` are bookings whose "S" here is a question, with why;
    ``decided`` says how operators answered one, and with which event. ``refused`` names what was told and not seen in
    REFUSED_IN exports. ``waiting`` is what of its row is withheld (D31).

    ``aside`` are rows that were set aside, by the booking each may be, by "" those of the course: no event says so, and
    only who answers questions puts it in (D30).

    ``since`` and ``acked``, ``since_before`` and ``acked_before`` are what they are for a seat, of the course and its
    fields. After its program went ``back``, ``back_fields`` are to be shown again, and a Master's ``asked_facts`` wait
    for a decision; ``restoring`` are those to be written at the Master. ``abo_lost`` is True until the Abo-Kurs is
    there again, ``undone`` has fields as before (D20).
    """

    vhs: str
    number: str = ""
    period: str = ""
    first_number: str = ""
    first_period: str = ""
    former_keys: set[tuple[str, str]] = msgspec.field(default_factory=set)
    system: str | None = None
    claims_release: bool = False
    released: CourseFacts = NO_FACTS
    released_row: CourseFacts = NO_FACTS
    released_terms: Terms | None = None
    former_terms: Terms | None = None
    terms_version: int = 0
    markets: tuple[str, ...] = ()
    facts: CourseFacts = NO_FACTS
    terms: Terms | None = None
    row: CourseFacts = NO_FACTS
    kept: set[str] = msgspec.field(default_factory=set)
    delivered: bool = False
    id_held: bool = False
    altered: str | None = None
    present: bool = True
    gone_version: int = 0
    archived: bool = False
    active: bool = True
    adopted: bool = False
    identity: bool = False
    event_kind: str | None = None
    instructor: str | None = None
    keyword: str | None = None
    facts_changed: dict[str, int] = msgspec.field(default_factory=dict)
    row_changed: dict[str, int] = msgspec.field(default_factory=dict)
    cancelled_version: int = 0
    untold: bool = False
    sparing: str = ""
    subscribed_version: int = 0
    renewed: int = 0
    identity_version: int = 0
    suspended: Suspended | None = None
    given: int = 0
    told: dict[str, Given] = msgspec.field(default_factory=dict)
    creates_given: dict[str, Create] = msgspec.field(default_factory=dict)
    unclear: dict[str, str] = msgspec.field(default_factory=dict)
    decided: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    refused: set[str] = msgspec.field(default_factory=set)
    waiting: tuple[Held, ...] = ()
    withdrawn: set[str] = msgspec.field(default_factory=set)
    since: int = 0
    acked: dict[str, tuple[tuple[Any, int], ...]] = msgspec.field(default_factory=dict)
    since_before: int = 0
    acked_before: dict[str, tuple[tuple[Any, int], ...]] = msgspec.field(default_factory=dict)
    back: Back | None = None
    back_fields: set[str] = msgspec.field(default_factory=set)
    asked_facts: dict[str, Any] = msgspec.field(default_factory=dict)
    restoring: dict[str, Any] = msgspec.field(default_factory=dict)
    restored_version: int = 0
    abo_lost: bool = False
    undone: dict[str, Undone] = msgspec.field(default_factory=dict)
    aside: dict[str, list[SetAside]] = msgspec.field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Tell whether the course is there at this VHS: its export showed it, or it was shared before the engine."""
        return self.delivered or self.adopted

    @property
    def unread(self) -> bool:
        """Tell whether no booking of the course is read at this VHS now: it is frozen there, or missing."""
        return self.altered is not None or not self.present

    @property
    def frozen(self) -> bool:
        """Tell whether nothing but an "S" of ours may be read out of this VHS's rows: the COOP-Id was altered (R15)."""
        return self.altered is not None


def shows(lane: Lane, booking: Booking) -> Status | None:
    """Tell what the VHS's last complete export and the partial ones since show of a booking (D30).

    None where they do not hold it, also because it went up in another row (B15), and where nobody can tell: the course
    is frozen or missing, the letter is unknown, or a row that may be this one was set aside. A letter that is withheld
    is shown all the same (D31).
    """
    seat = booking.seats.get(lane.vhs)
    if seat is None or not seat.held or seat.survivor is not None or seat.unknown_status is not None:
        return None
    if lane.altered is not None or not lane.present:  # as ``unread`` tells
        return None
    if (lane.suspended is not None and booking.ref in lane.suspended.refs) or booking.ref in lane.aside:
        return None
    if not seat.waiting:
        return seat.status
    return next((held.status for held in seat.waiting if held.status is not None), seat.status)


def may_be_aside(lane: Lane, booking: Booking) -> bool:
    """Tell whether a row that is set aside may be that of a booking which the VHS holds, or was told to make (D17)."""
    if booking.ref not in lane.aside:
        return False
    seat = booking.seats.get(lane.vhs)
    return booking.ref in lane.creates_given or (seat is not None and seat.held)


class Acknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """That somebody answers for an open violation as it was (D30); ``until`` is an ISO day, None for no end."""

    reason: str
    detail: dict[str, str]
    until: str | None = None

    def holds(self, detail: Mapping[str, str], today: date | None) -> bool:
        """Tell whether it still counts: the violation shows the same, and the day has not come."""
        over = self.until is not None and today is not None and self.until <= today.isoformat()
        return not over and dict(detail) == self.detail


@dataclass(slots=True)
class Cooperation:
    """The fold of one stream; ``version`` is that of its last event, 0 for none.

    A course that was taken up without COOP-Id is ``unnamed`` until it has one (D12).
    ``held`` are rows that wait, by VHS and Beleg-ID, with the booking each may be (B15, D26, D27); ``doubled`` mirrors
    that stand in several rows, by VHS and reference (D26). ``forgotten`` are bookings of people who were forgotten: no
    event says so, and only who answers questions puts it in (D15).
    """

    coop_id: str
    version: int = 0
    master: str | None = None
    released_version: int = 0
    closed: bool = False
    withdrawn: bool = False
    successor: str | None = None
    unnamed: bool = False
    lanes: dict[str, Lane] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    violations: dict[tuple[str, str, str], int] = field(default_factory=dict)
    acknowledged: dict[tuple[str, str, str], Acknowledgement] = field(default_factory=dict)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    doubled: set[tuple[str, str]] = field(default_factory=set)
    confirmed_terms: dict[tuple[str, str], Terms] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def role(self, vhs: str) -> Role:
        """Tell what a VHS is in this cooperation."""
        return Role.MASTER if vhs == self.master else Role.SUBSCRIBER

    @property
    def master_lane(self) -> Lane | None:
        """The Master's lane, None while only subscribers were seen."""
        return self.lanes[self.master] if self.master is not None else None

    @property
    def cancelled_version(self) -> int:
        """Version at which the Master cancelled the course, 0 if it did not; an Abo-VHS cannot (R47)."""
        lane = self.master_lane
        return lane.cancelled_version if lane is not None else 0

    @property
    def cancelled(self) -> bool:
        """Tell whether the Master cancelled the course (D11)."""
        return self.master is not None and self.lanes[self.master].cancelled_version > 0

    @property
    def ended(self) -> bool:
        """Tell whether the cooperation takes no observations any more."""
        return self.withdrawn or self.successor is not None

    @property
    def legacy(self) -> bool:
        """Tell whether the course is shared without a COOP-Id, so that its number is its identity (D12); what was told
        of it before it got one counts as such, also where it is told once more under that.
        """
        return self.unnamed or is_legacy(self.coop_id)

    @property
    def linked(self) -> bool:
        """Tell whether customers are forwarded to the Master instead of booking an Abo (R6)."""
        lane = self.master_lane
        return lane is not None and lane.released_terms is not None and lane.released_terms.rate == LINK

    @property
    def capacity(self) -> int | None:
        """Seats of the course over all VHSs: the Master's maximum (B8)."""
        lane = self.master_lane
        return lane.facts.capacity if lane is not None else None

    @property
    def starts_on(self) -> date | None:
        """First day of the course as the Master has it."""
        lane = self.master_lane
        return lane.facts.starts_on if lane is not None else None

    def active_lane(self, vhs: str) -> Lane | None:
        """Find the lane of a VHS that takes part, None for any other."""
        lane = self.lanes.get(vhs)
        return lane if lane is not None and lane.active else None

    def subscribers(self) -> list[Lane]:
        """List the lanes of the Abo-VHSs that take part, by VHS number."""
        return [self.lanes[vhs] for vhs in sorted(self.lanes) if vhs != self.master and self.lanes[vhs].active]

    def terms_of(self, vhs: str) -> Terms | None:
        """Find the terms that count for a VHS: those it accepted, else those of the release (D13)."""
        lane = self.lanes.get(vhs)
        if lane is not None and lane.terms is not None:
            return lane.terms
        master = self.master_lane
        return master.released_terms if master is not None else None

    def is_cancelled(self, booking: Booking) -> bool:
        """Tell whether a booking is cancelled, by itself or with its course (D11)."""
        by_itself = booking.cancelled_by or booking.orphaned_by or booking.without_abo
        return bool(by_itself) or self.cancelled

    def is_final(self, booking: Booking) -> bool:
        """Tell whether a cancellation stands whatever rows show: "S" is final, an orphan alone is not (D5), an Ausfall
        lasts until the Master takes it back (D24), the end of an Abo until its VHS subscribes again (D9).
        """
        return bool(booking.cancelled_by) or booking.without_abo or self.cancelled

    def reason(self, booking: Booking) -> Reason | None:
        """Tell why a booking is cancelled, None if it is not; the course before the participant before the orphan, and
        the end of its owner's Abo last.

        Moved is one that nobody else cancelled (D25).
        """
        if self.cancelled:
            return Reason.COURSE
        if booking.cancelled_by:
            return Reason.MOVED if booking.moved and booking.cancelled_by == {booking.owner} else Reason.PARTICIPANT
        if booking.orphaned_by:
            return Reason.ORPHAN
        return Reason.ABO if booking.without_abo else None

    def confirmed(self) -> list[Booking]:
        """List the live bookings that hold a seat, in the order of the waiting list: booked at, owner, booking (D7).

        One that does not state when it was booked comes last (D29).
        """
        seats = [b for b in self.bookings.values() if b.status is CONFIRMED and b.claimed and not b.cancelled]
        return [] if self.cancelled else sorted(seats, key=lambda b: (not b.booked_at, b.booked_at, b.owner, b.ref))

    def beyond_capacity(self) -> list[str]:
        """Name the bookings that have no seat any more, in order (B8, D7)."""
        seats = self.capacity
        return [] if seats is None or len(self.bookings) <= seats else [b.ref for b in self.confirmed()[seats:]]

    def reported_seats(self, vhs: str) -> dict[str, Booking]:
        """Map the Beleg-IDs of a VHS's rows to the bookings they stand for.

        Of two that had one Beleg-ID it is the one that is there, else the one whose row was seen last (D18a). One that
        moved to another course is none any more, also where its row is back (D25).
        """
        found: dict[str, Booking] = {}
        for booking in self.bookings.values():
            seat = booking.seats.get(vhs)
            if seat is None or (booking.moved and vhs == booking.owner):
                continue
            other = found.setdefault(seat.booking_id, booking)
            if other is not booking and _is_later(seat, other.seats[vhs]):
                found[seat.booking_id] = booking
        return found


def _is_later(seat: Seat, other: Seat) -> bool:
    """Tell which of two bookings a Beleg-ID stands for now: the one that is there, else the one seen last (D18a)."""
    return (seat.reused_by is None, seat.held, seat.version) > (other.reused_by is None, other.held, other.version)
