"""Every event of koop-es: what can be said to have happened, immutable, as plain JSON under a short stable topic.

Each event names its lane (the VHS it was observed at), the rule it follows from, when it was reported and recorded,
the export row it goes back to and the event of the same stream that caused it. No personal data stands in any of them
(D15).
"""

# ruff: noqa: PLC0414, RUF012 - aliases: every event is found here, wherever it lies; defaults: a struct copies them

from __future__ import annotations

from typing import ClassVar

from koop_es.domain.course import CourseFacts
from koop_es.domain.event import EVENTS as EVENTS
from koop_es.domain.event import Event as Event
from koop_es.domain.event import type_name as type_name
from koop_es.domain.events_of_lists import ChangesGivenOut as ChangesGivenOut
from koop_es.domain.events_of_lists import ChangesNotSeen as ChangesNotSeen
from koop_es.domain.events_of_lists import ChangesSetAside as ChangesSetAside
from koop_es.domain.events_of_lists import FormerChangesNotSeen as FormerChangesNotSeen
from koop_es.domain.events_of_vhs import ExportApplied as ExportApplied
from koop_es.domain.events_of_vhs import ExportWithdrawn as ExportWithdrawn
from koop_es.domain.events_of_vhs import MarketJoined as MarketJoined
from koop_es.domain.events_of_vhs import MarketLeft as MarketLeft
from koop_es.domain.events_of_vhs import ProgramWentBack as ProgramWentBack
from koop_es.domain.events_of_vhs import SequenceRestarted as SequenceRestarted
from koop_es.domain.events_of_violations import ViolationAcknowledged as ViolationAcknowledged
from koop_es.domain.events_of_violations import ViolationClosed as ViolationClosed
from koop_es.domain.events_of_violations import ViolationOpened as ViolationOpened
from koop_es.domain.observation import Status
from koop_es.domain.terms import Terms

# --- course ---------------------------------------------------------------------------------------------------------


class CourseReleased(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The Master released its course for Abos (R4, R14), or an export showed that it had (adopted).

    ``identity`` and ``event_kind`` are for the case that the VHS turns out to be an Abo-VHS without "Kennzeichen 100".
    """

    course_number: str
    period: str
    facts: CourseFacts
    reported: CourseFacts
    terms: Terms | None = None
    markets: tuple[str, ...] = ("general",)
    system: str | None = None
    adopted: bool = False
    identity: bool = False
    event_kind: str | None = None
    predecessor: str | None = None


class ReleaseClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The release takes no new Abos; existing ones go on (D9)."""


class ReleaseWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The release was taken back while it had no Abo (D9)."""


class CourseSubscribed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS subscribed the course under a number of its own and accepted the terms (R24, R25), or had done so
    (adopted).

    The remaining fields are the automatic entries decided at that moment (R28): whether the VHS sees identities (D1),
    its Bavarian codes (T3), the name that stays among the instructors (R39) and the keyword of online courses (R23).
    """

    course_number: str
    period: str
    terms: Terms | None = None
    system: str | None = None
    adopted: bool = False
    web_release: bool = False
    identity: bool = False
    event_kind: str | None = None
    instructor: str | None = None
    keyword: str | None = None


class SubscriptionTerminated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An operator ended an Abo on which no live booking hung (D9)."""


class TermsConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """One side agreed to other terms for one Abo; they count once both did (D13)."""

    subscriber: str
    terms: Terms


class TermsAmended(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Master and Abo-VHS both confirmed other terms; they count from here on (D13)."""

    subscriber: str
    terms: Terms


class CourseRevised(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The Master changed facts it decides about; ``facts`` holds the changed ones (R18, R21, D11)."""

    facts: CourseFacts
    urgent: bool = False


class CourseReported(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS's row shows other values than before without deciding them: an acknowledgement or a local edit (D6)."""

    facts: CourseFacts


class CourseDelivered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The Abo-VHS's export shows the Abo-Kurs for the first time (R28)."""

    facts: CourseFacts
    id_held: bool = True


class CourseRenumbered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The course carries another number or period at this VHS; the COOP-Id still names it (R20)."""

    course_number: str
    period: str


class CourseCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The Master cancelled the course ("Ausfall"); all bookings become "S" with reason course (R47, D11)."""


class CourseReinstated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The Master took its Ausfall back before the course's last day; the course lives again, and so do the bookings
    that were cancelled only by it (D24).
    """


class ReinstatementDelivered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS shows the course live after its Ausfall was taken back; what a ``complete`` export still lacks was removed
    while the course was cancelled, and from the next one on what is missing counts again (D24, D3).
    """

    complete: bool = False


class CourseWentBack(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The admin program shows this course as in an earlier export, the ``moment``, of number ``count``: it was put back
    (D20). ``facts`` are the former values it shows, ``lost`` those that it showed since; neither is anybody's will.

    ``abo_lost`` says that the Abo-Kurs, which was made after the moment, is gone: it is made again.
    """

    moment: str
    count: int
    facts: CourseFacts = CourseFacts()
    lost: CourseFacts = CourseFacts()
    abo_lost: bool = False


class CourseRestored(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody decided that what a Master's program lost of its course is written there again (D20, D32)."""

    reason: str


class FormerFactsConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody decided that the former values a Master's program shows are meant (D20)."""

    reason: str


class CourseVanished(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export no longer holds the course; never read as a deletion (R19, R34, R44)."""


class CourseArchived(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export no longer holds a course that is over; it has not vanished, and nothing is told there (D17)."""


class CourseReappeared(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A course that vanished or was archived is there again; ``empty``: without any booking (B11)."""

    VERSION: ClassVar[int] = 2

    empty: bool = False


class CoopIdDelivered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The row carries the COOP-Id: for the first time at the Master, or again after it was altered (R14, R15)."""


class CoopIdAltered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """ "Externe Kurs-Nr." no longer holds the COOP-Id; the course is frozen at this VHS until it does (R15)."""

    found: str


class CoopIdAssigned(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A course shared without COOP-Id got one; its story goes on in that stream (D12)."""

    successor: str


class CoopIdTaken(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A course that was shared without COOP-Id goes on here: what stands before was told of ``predecessor`` (D12)."""

    predecessor: str


# --- bookings -------------------------------------------------------------------------------------------------------


class BookingMade(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The owner reported a booking for the first time (B1, B3); the person is named by id and version only (D15)."""

    ref: str
    booking_id: str
    participant_no: str
    status: Status
    booked_at: str
    person_id: str | None = None


class BookingAmended(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The owner changed the booking's person data, day of booking, participant number or put it on the waiting list."""

    ref: str
    status: Status | None = None
    person_version: int | None = None
    participant_no: str | None = None
    booked_at: str | None = None


class BookingPromoted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The booking moved from the waiting list to a seat, by its owner or by an accepted claim (B19, D7)."""

    ref: str
    claimed: bool = False


class BookingCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A participating VHS set status "S" (B3); final (D5)."""

    ref: str


class BookingMoved(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The owner's row stands in another course now: the booking is cancelled where it left, for good (D25).

    Where it is, if that course is shared, it is a booking with a reference of its own.
    """

    ref: str
    course_number: str
    period: str


class BookingDelivered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS's export shows the mirror of another VHS's booking for the first time; version 0 of a person: not as the
    owner has it. ``booked_at`` is given where the row has another than the owner's (D18).
    """

    VERSION: ClassVar[int] = 2

    ref: str
    booking_id: str
    participant_no: str
    status: Status
    person_version: int | None = None
    booked_at: str | None = None


class BookingReported(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A VHS's row shows other values than before without deciding them: an acknowledgement or a local edit (D6)."""

    ref: str
    status: Status | None = None
    person_version: int | None = None
    participant_no: str | None = None
    booking_id: str | None = None


class CancellationDelivered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The "S" a VHS was told has arrived there."""

    ref: str


class BookingVanished(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete full export no longer holds the booking: a suspicion without effect on others (D3)."""

    ref: str


class BookingUnclaimed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export of its owner does not hold a booking that its owner never showed, and of which others hold
    mirrors: nobody answers for it (B1, B9).
    """

    ref: str


class BookingArchived(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export lacks a booking of a course that is over: it stays, and is told there no more (D17)."""

    ref: str


class BookingReappeared(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A booking that vanished or was archived is there again (D3, D17), if only in a row that was set aside (B11)."""

    ref: str
    status: Status


class OrphanDetected(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The booking is gone for good at this VHS and gets status "S" at all the others (B10, D2, D3)."""

    ref: str
    approved: bool = False


class OrphanWithheld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The mass guard held this orphan's cancellation back until an operator approves it (D4)."""

    ref: str
    withheld_id: str


class EffectWithheld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An export would have done too much to others at once: this part of it is held back until somebody approves it, or
    until the VHS shows the former values again (D31). ``effect`` is its kind; a person is named by version only (D15).
    One that ``went`` with a program that was put back is shown no more, and waits all the same (D20).
    """

    VERSION: ClassVar[int] = 2

    effect: str
    withheld_id: str
    went: bool = False
    ref: str = ""
    status: Status | None = None
    person_version: int | None = None
    facts: CourseFacts | None = None


class EffectDropped(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What was withheld is void: the VHS shows the former values again, its export was withdrawn, or somebody said that
    an "S" is none (D31, D32).

    ``fields`` are those of a course that are no longer withheld; empty for all. An "S" that is ``shown`` stands in its
    row all the same, and is no claim until that shows something else.
    """

    VERSION: ClassVar[int] = 2

    effect: str
    ref: str = ""
    fields: tuple[str, ...] = ()
    shown: bool = False


class MirrorLost(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A mirror is gone from its course and nobody is cancelled: under ``owner_only`` (B12, D2), after it showed "S"
    (D5), because it stands in another course (B11), because its program went back (D20), or because it was that of
    somebody in whose place another person takes part (D18c). It is delivered again where
    the booking lives; one that is ``doubted``, as its file may have been cut, once another complete export lacks it.
    """

    VERSION: ClassVar[int] = 2

    ref: str
    doubted: bool = False


class AbsencesSuspended(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export lacks these bookings, but holds a row that may be theirs and says not whose it is: their
    absence is neither counted nor forgotten (D17). The origin is that row.
    """

    refs: tuple[str, ...]
    reason: str


class AbsencesResumed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A complete export tells again who is absent in the course (D17)."""


class BookingQuestioned(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What is meant is asked, and nobody is told anything until somebody decides; ``what`` says of what (D20, D24).

    ``row``: the owner no longer shows its booking, which proves nothing, because the row was removed while the course
    was cancelled, went with its program, or was left under a former number of the course; or it was to be written
    again, and who booked it was forgotten. ``shown``: the row shows a
    former letter or person. ``orphan``: a row is back that was removed after the moment to which the program went back.
    """

    ref: str
    what: str = "row"
    status: Status | None = None
    person_version: int | None = None


class BookingWentBack(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A row shows a former letter or person because its program went back: no claim, and it is written again (D20)."""

    ref: str
    status: Status | None = None
    person_version: int | None = None


class BookingRestored(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody decided that a booking which was asked about lives; it is written again at its owner (D20, D24, D32)."""

    ref: str
    reason: str


class RemovalConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody decided that a booking which was asked about was really removed; all others get "S" (D20, D24)."""

    ref: str
    reason: str


class BookingReinstated(Event, frozen=True, kw_only=True, omit_defaults=True):
    """It lives again, an orphan that is shown again (D5), or its export was ``withdrawn``: ``reason`` (D32)."""

    VERSION: ClassVar[int] = 2

    ref: str
    status: Status
    reason: str = ""


class CancellationWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An "S" or a loss counts no longer: its export was withdrawn, and others cancelled the booking, too; or the row is
    back that was lost, and nothing but the "S" of an export that was withdrawn kept it from living (D5, D32).
    """

    ref: str


class RevisionWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Facts are again what they were before an export that was withdrawn; the Master is told them (D32)."""

    facts: CourseFacts


class AmendmentWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Letter or person are again what they were before an export that was withdrawn; the owner is told them (D32)."""

    ref: str
    status: Status | None = None
    person_version: int | None = None


class ParticipantsMerged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Participants were merged and the booking changed its number; it keeps its identity and is not cancelled (B13,
    B15).

    ``survivor`` is the other booking of the same person where that was in the course already: a human must decide.
    """

    ref: str
    participant_no: str
    booking_id: str
    survivor: str | None = None


class MergeSuspected(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A partial export shows a new row of a person whose booking it does not show: it waits for a complete one (B15).

    Then it is a merge if the old row is gone, and a booking of its own if both are there.
    """

    ref: str
    booking_id: str


class RegistrationHeld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A new row may be ``ref``, and it cannot be told yet: it waits.

    So does a row without reference, written by WS, that may be a mirror which was given out and is not there yet (D26),
    and one under a Beleg-ID that may only have moved here from another course (D25). ``ref`` is empty where it may be
    the mirror of a booking of which this store does not know, since it was put back from a backup (D26).
    """

    ref: str
    booking_id: str


class HoldEnded(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A row that waited is what it was before, or is not there any more (B15, D26)."""

    ref: str
    booking_id: str


class BookingRekeyed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The booking goes on under another Beleg-ID, or its ids are spelled otherwise; nobody is cancelled (D18).

    ``likely`` names the likely cause: ``zeros`` where leading zeros came or went.
    """

    ref: str
    booking_id: str
    participant_no: str | None = None
    likely: str = ""


class BelegIdReused(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The program gave the Beleg-ID of the booking ``former`` to a registration with a reference of its own (D18)."""

    ref: str
    former: str
    booking_id: str


class ParticipantReplaced(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Another person takes part in place of the one who booked; the booking goes on (D18)."""

    ref: str


class MirrorUnreferenced(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A mirror's row lacks its Koop-Beleg-ID or has another's; what it shows tells it, its Beleg-ID names it (D26)."""

    ref: str
    booking_id: str


class MirrorReferenced(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The row of a mirror has its Koop-Beleg-ID again (D26)."""

    ref: str


class MirrorDoubled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Two rows or more have the reference of one mirror: it is one seat, and cancelled only where all show "S" (D26).

    ``rows`` are their letters by Beleg-ID, ``participants`` their TNRs, so that a change meets no other row (D22).
    """

    VERSION: ClassVar[int] = 2

    ref: str
    rows: dict[str, str]
    participants: dict[str, str] = {}


class MirrorSingle(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Of a mirror that stood there twice one row is left (D26)."""

    ref: str


class CancellationUnclear(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A booking lives and a VHS shows "S" that may be our own or somebody's: a question stands open (D21).

    ``why`` is ``stamp`` (the row was edited since the "S" was acknowledged), ``still`` (it is still "S" two complete
    exports after "A" was given out), ``alone`` (others withdrawn with it show their letters again, D32), ``again`` (its
    export was withdrawn, and another one shows it as well, D32), ``over`` (so it was, before another letter stood
    there), ``unsigned`` (its reason was taken back, and nobody says who edited it, D32), ``moved`` (it may be that of
    the course it left, D25), ``exchanged`` (the row names another booking, D26), ``named`` (this one is that other
    booking), ``alike`` (the row is one of several that nothing tells apart, D26), ``replaced`` (it may mean somebody in
    whose place another person takes part, D18c), ``typed_over`` (staff entered somebody of their own in the row, D18),
    ``somebody_else`` (the row names another person than the one who booked, D18), ``cannot_compare`` (it would be
    overwritten unseen, D22), ``put_back`` (the store was put back, and may have given it out before),
    ``written_since`` (so it was, and may have given another letter out over the "S" before), ``former`` (WS wrote it
    once, and another letter over it since, D20), ``late`` (it was given out, and taken back before it was shown) or
    ``untold`` (it was never given out there).
    """

    ref: str
    why: str


class CancellationConfirmed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An operator says that the booking is cancelled: "S" everywhere, final (D21, D28)."""

    ref: str
    reason: str


class CancellationRejected(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An operator says that the "S" a VHS shows is nobody's cancellation: "A" is written over it (D21)."""

    ref: str
    reason: str


class UnknownStatusSeen(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The row carries a status letter outside the map; this booking is frozen at this VHS until it does not (B6)."""

    VERSION: ClassVar[int] = 2

    ref: str
    raw_status: str
