"""What each VHS should hold, and the change list: wanted minus reported.

Both are pure functions of the state. A change keeps its id until an export acknowledges it and a different change never
gets the same one, because the id ends with the version of the event that made the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from operator import attrgetter
from typing import Any

import msgspec

from koop_es.domain.acknowledged import LETTERS
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat
from koop_es.domain.course import (
    ABO_MARKER,
    EXTRA_FIELDS,
    HEADINGS,
    INFO_LABELS,
    CourseFacts,
    to_text,
)
from koop_es.domain.given_mirrors import may_stand_there
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.observation import CANCELLED, Status

SYNCED_FIELDS = (
    "course_type", "bamf", "starts_on", "ends_on", "starts_at", "ends_at", "venue", "dvv_category",
    "min_participants", "capacity", "delivery", "software", "access_data",
)  # fmt: skip
"""Fields of the Master that follow every change to the Abo-Kurse (R21, R22); title, programme title and info do not,
they are the Abo-VHS's to add to (R29, R36). In the order of the struct: the id of a change depends on it.
"""

_synced = attrgetter(*SYNCED_FIELDS)

BAVARIAN_KINDS = ("75", "76")
"""The "Veranstaltungsarten" an Abo-Kurs in Bayern may have (T3, D14)."""

BAVARIAN_COOPERATION = "04"
"""The "Kooperation" code of an Abo-Kurs in Bayern (T3)."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a VHS's connector has to write; ``because`` is the version of the event that asks for it.

    ``expects`` are the headings the row must show for it to be written, with their texts, as far as the log may hold
    them; ``shown_version`` is the version of the person that stands in the row, where that is to be replaced (D22).
    ``given`` tells that this very change was given out already, ``decided`` that an operator wants it (D21).
    ``status`` is None where the letter stays.

    ``booking_id`` is given where an owner keeps its booking under another Beleg-ID than ``ref`` says, after a merge
    (B15), and where a booking is written again at its owner (D20).
    """

    id: str
    kind: str
    because: int
    fields: dict[str, str] | None = None
    ref: str | None = None
    status: Status | None = None
    person_id: str | None = None
    person_version: int = 0
    booked_at: str | None = None
    booking_id: str | None = None
    expects: dict[str, str] | None = None
    shown_version: int | None = None
    given: bool = False
    decided: bool = False

    @property
    def writes_over_s(self) -> bool:
        """Tell whether the change takes an "S" away from a row (D21, D22)."""
        return self.status is not None and self.status is not CANCELLED and (self.expects or {}).get("Status") == "S"

    @property
    def end(self) -> str:
        """What tells the change's id from those of other changes of the same thing."""
        return self.id.rpartition(":")[2]


def name_of(change: Change) -> str:
    """Name what a change is about within its VHS and cooperation: a booking, or the kind for the course itself."""
    return change.ref or change.kind


def master_name(vhs: str) -> str:
    """Name the Master the way it is entered as instructor of an Abo-Kurs (R28)."""
    return f"VHS {vhs}"


def wanted_status(state: Cooperation, booking: Booking, vhs: str) -> Status | None:
    """Tell the status a VHS should hold for a booking, None where it should hold nothing of it.

    A booking cancelled before the VHS ever held it is not delivered (D1); one whose owner has not reported it yet
    stays as it is shown.
    """
    return status_at(booking, booking.seats.get(vhs), over=state.cancelled)


def status_at(booking: Booking, seat: Seat | None, *, over: bool) -> Status | None:
    """Tell the same for one seat, where it is known whether the Master cancelled the course (``over``)."""
    if not booking.claimed:
        return seat.status if seat is not None and seat.held else None
    if not (over or booking.cancelled_by or booking.orphaned_by or booking.without_abo):
        return booking.status
    return CANCELLED if seat is not None and seat.status is not None else None


def sees_all(state: Cooperation, lane: Lane) -> bool:
    """Tell whether a VHS gets the names of all: the Master, and others where the Abo was made so (D1, B4, B5)."""
    return lane.identity or lane.vhs == state.master


def sees_identity(state: Cooperation, lane: Lane, booking: Booking) -> bool:
    """Tell whether a VHS gets the names of one booking: its owner does, and whoever sees all (D1, B4, B5)."""
    return lane.vhs == booking.owner or sees_all(state, lane)


def changes(state: Cooperation, vhs: str) -> list[Change]:
    """List what a VHS's admin program has to write, the course first, then its bookings by age of the change."""
    lane = state.active_lane(vhs)
    if lane is None or state.ended or not lane.present or state.master is None:
        return []
    course = course_changes(state, lane)
    if lane.frozen:
        # A connector that finds courses by COOP-Id would write into another one: first the id, then the rest (R15).
        return [change for change in course if change.kind == "course.set_external_number"]
    if lane.vhs != state.master and not lane.exists and not course:
        return []
    return course + sorted(_booking_changes(state, lane), key=attrgetter("because", "id"))


def _booking_changes(state: Cooperation, lane: Lane) -> Iterator[Change]:
    """Give the changes of all bookings; most are held as they should be, and are passed over as cheaply as can be."""
    vhs, over = lane.vhs, state.cancelled
    all_named = sees_all(state, lane)
    for booking in state.bookings.values():
        seat = booking.seats.get(vhs)
        if seat is not None and not seat.lost:
            cancelled = over or booking.cancelled_by or booking.orphaned_by or booking.without_abo
            if seat.status is (CANCELLED if cancelled else booking.status) and (
                cancelled or seat.person_version == booking.person_version or not (all_named or vhs == booking.owner)
            ):
                if seat.doubles:
                    yield from _letters_of_doubles(state, lane, booking, seat, over=over)
                continue
        if (change := _change_at(state, lane, booking, seat, over=over)) is not None:
            yield from (change,) if seat is None or not seat.doubles else _to_each(change, seat)


def _to_each(change: Change, seat: Seat) -> Iterator[Change]:
    """Address every row of a mirror that stands there twice, those aside that show what is wanted (D26).

    Each expects its own TNR: a row may be deleted as asked for, and its Beleg-ID be somebody else's by then (D22).
    """
    about, _, version = change.id.rpartition(":")
    for booking_id, letter, participant_no in seat.doubles:
        if change.kind != "booking.cancel" or letter != CANCELLED.value:
            own = {"TNR": participant_no} if participant_no else {}
            expects = change.expects if booking_id == seat.booking_id else {**own, "Status": letter}
            name = f"{about}@{booking_id}:{version}"
            yield msgspec.structs.replace(change, id=name, booking_id=booking_id, expects=expects)


def _letters_of_doubles(
    state: Cooperation, lane: Lane, booking: Booking, seat: Seat, *, over: bool
) -> Iterator[Change]:
    """Write the letter of a mirror into its other rows that show A for W, or W for A: it is one seat (D26).

    An "S" in one of them is no matter: the seat is that of the others.
    """
    wanted = status_at(booking, seat, over=over)
    live = wanted is not None and wanted is not CANCELLED and seat.unknown_status is None
    if not (live and wanted is seat.status and booking.claimed):
        return
    given = lane.told.get(booking.ref)
    version = max(booking.changed, seat.version, given.anew if given is not None else 0, lane.renewed)
    for booking_id, letter, participant_no in seat.doubles:
        if letter in (Status.CONFIRMED.value, Status.WAITLISTED.value) and letter != wanted:
            yield Change(
                id=f"{lane.vhs}:{state.coop_id}:booking:{booking.ref}@{booking_id}:{version}",
                kind="booking.update",
                because=version,
                ref=booking.ref,
                status=wanted,
                booked_at=booking.booked_at or None,
                booking_id=booking_id,
                expects=({"TNR": participant_no} if participant_no else {}) | {"Status": letter},
                given=given is not None and given.change == str(version),
                decided=booking.ref in lane.decided,
            )


def given_out(found: Iterable[Change]) -> dict[str, dict[str, Any]]:
    """Sort changes by what an event must say of them when they are given out (D21): the fields of ChangesGivenOut."""
    told: dict[str, dict[str, Any]] = {}
    for change in found:
        kind = change.kind.partition(".")[2]
        if change.ref is None:
            told.setdefault("course", {})[kind] = change.end
        else:
            name = "creates" if kind == "create" else _TOLD_AS[change.status]
            told.setdefault(name, {})[change.ref] = int(change.end)
    return told


_TOLD_AS: dict[Status | None, str] = {
    CANCELLED: "cancelled",
    Status.CONFIRMED: "confirmed",
    Status.WAITLISTED: "waitlisted",
    None: "corrected",
}


# --- course ---------------------------------------------------------------------------------------------------------


def course_changes(state: Cooperation, lane: Lane) -> list[Change]:
    """List the changes of the course itself: creation with all automatic entries (R28), updates, Ausfall, COOP-Id."""
    if lane.vhs != state.master and not lane.exists:
        if state.cancelled:
            return []
        return [_course_change(state, lane, "create", creation_fields(state, lane))]
    result = []
    if not lane.id_held and not state.legacy:
        result.append(_course_change(state, lane, "set_external_number", None))
    if state.cancelled and lane.row.cancelled is False and "cancelled" not in lane.asked_facts:
        result.append(_course_change(state, lane, "cancel", None))
    fields = differing_fields(state, lane)
    if lane.restoring:
        fields |= _restored_fields(state, lane)
    if fields:
        result.append(_course_change(state, lane, "update", fields))
    return result


def _restored_fields(state: Cooperation, lane: Lane) -> dict[str, Any]:
    """Give what is to be written at the Master of what its program lost, as somebody decided (D20)."""
    lost = {name: value for name, value in lane.restoring.items() if getattr(lane.row, name) != value}
    if state.cancelled:
        lost.pop("cancelled", None)  # an Ausfall has a change of its own
    return lost


def _course_change(state: Cooperation, lane: Lane, kind: str, fields: dict[str, Any] | None) -> Change:
    """Make a change of the course; its id holds the version that asked for it and, for fields, what they should be.

    Of an Abo that was made again none has an id of the former one: what was carried out for that is not again (D22).
    """
    texts = None if fields is None else {HEADINGS.get(k, k): to_text(k, v) for k, v in fields.items()}
    version = max(_course_cause(state, lane, kind, fields or {}), lane.renewed)
    if (given := lane.told.get(f"course.{kind}")) is not None:
        version = max(version, given.anew)
    content = "" if kind != "update" else "-" + sha256(repr(texts).encode()).hexdigest()[:8]
    identity = f"{lane.vhs}:{state.coop_id}:course.{kind}:{version}{content}"
    return Change(
        id=identity,
        kind=f"course.{kind}",
        because=version,
        fields=texts,
        expects=_expected_of_course(lane, kind, fields or {}),
        given=given is not None and given.change == f"{version}{content}",
    )


def _expected_of_course(lane: Lane, kind: str, fields: dict[str, Any]) -> dict[str, str] | None:
    """Say what the fields to be written show now, as far as the VHS's export has a column for them (D22)."""
    if kind == "create":
        return None
    if kind == "set_external_number":
        return {"Externe Kurs-Nr.": lane.altered or ""}
    names = ["cancelled"] if kind == "cancel" else list(fields)
    shown = {name: getattr(lane.row, name) for name in names}
    return {HEADINGS[name]: to_text(name, value) for name, value in shown.items() if value is not None}


def _course_cause(state: Cooperation, lane: Lane, kind: str, fields: dict[str, Any]) -> int:
    """Find the version of the event that asks for a change of the course."""
    if kind == "update":
        versions = (max(last_change(state, lane, name), lane.row_changed.get(name, 0)) for name in fields)
        return max(*versions, state.released_version if not lane.subscribed_version else 0, lane.subscribed_version, 0)
    if kind == "cancel":
        return max(state.cancelled_version, lane.row_changed.get("cancelled", 0))
    if kind == "create":
        return lane.subscribed_version
    return max(
        lane.identity_version, lane.subscribed_version, state.released_version if lane.vhs == state.master else 0
    )


def creation_fields(state: Cooperation, lane: Lane) -> dict[str, Any]:
    """Give every field of a new Abo-Kurs, the ones of its own creation only included (R28, R29, R30, T2-T4)."""
    master = state.master_lane
    assert master is not None, "an Abo-Kurs is created only where the Master is known"
    facts = master.facts
    fields: dict[str, Any] = {
        "Kursnummer": lane.number,
        "Periode": lane.period,
        "Externe Kurs-Nr.": "" if state.legacy else state.coop_id,
    }
    wanted = wanted_fields(state, lane)
    wanted |= {
        "title": facts.title,
        "programme_title": facts.programme_title,
        "info": abo_info(facts, state.master or ""),
        "koop_key": False,
        "never_share": False,
        "rate": (state.terms_of(lane.vhs) or _NO_TERMS).rate,
        "cancelled": False,
    }
    fields |= {name: wanted.get(name) for name in HEADINGS if name not in EXTRA_FIELDS or wanted.get(name)}
    return fields | {"Erstellt von": "WS", "Bearbeitet von": "WS"}


class _NoTerms:
    rate = ""


_NO_TERMS = _NoTerms()


def abo_info(facts: CourseFacts, master: str) -> str:
    """Append the three lines by which an Abo-Kurs is recognised, and the software of an online course (R22, R28,
    R37).
    """
    values = (facts.instructor or "", facts.venue or "", master_name(master))
    lines = [f"{label} {value}".rstrip() for label, value in zip(INFO_LABELS, values, strict=True)]
    if facts.software:
        lines.append(f"Software: {facts.software}")
    return "\n".join(([facts.info] if facts.info else []) + lines)


def wanted_fields(state: Cooperation, lane: Lane) -> dict[str, Any]:
    """Give the fields an Abo-Kurs should show for as long as it lives (R21, R28, R33, R39-R41, T2-T4)."""
    master = state.master_lane
    if master is None:
        return {}
    fields = {
        name: value
        for name, value in zip(SYNCED_FIELDS, _synced(master.facts), strict=True)
        if value is not None and name not in lane.kept
    }
    terms = state.terms_of(lane.vhs)
    if terms is not None:
        fields |= {"fee_cents": terms.fee_cents, "pass_through_cents": terms.pass_through_cents}
    row = lane.row
    fields |= {
        "markers": _with(row.markers, ABO_MARKER),
        "countable": False,
        "instructor": _with_instructor(row.instructor, lane.instructor),
        "max_guard": True,
    }
    if lane.event_kind is not None:
        fields["event_kind"] = row.event_kind if row.event_kind in BAVARIAN_KINDS else lane.event_kind
        fields["cooperation_code"] = BAVARIAN_COOPERATION
    if lane.keyword is not None:
        fields["keywords"] = _with(row.keywords, lane.keyword)
    if not state.cancelled:
        fields["cancelled"] = False
    return fields


def _with(values: tuple[str, ...] | None, value: str) -> tuple[str, ...]:
    present = values or ()
    return present if value in present else (*present, value)


def _with_instructor(present: str | None, required: str | None) -> str | None:
    if not required or (present and required.casefold() in present.casefold()):
        return present
    return f"{required}, {present}" if present else required


def differing_fields(state: Cooperation, lane: Lane) -> dict[str, Any]:
    """Give the wanted fields the VHS's row shows otherwise (D6); the Master decides its own, so it has none.

    A field that the VHS's export has no column for is told only after somebody changed it.
    """
    if lane.vhs == state.master:  # but what it shows out of an export that was withdrawn (D32)
        return {
            name: value
            for name in ((*SYNCED_FIELDS, "cancelled") if lane.withdrawn else ())
            if name in lane.withdrawn and (value := getattr(lane.facts, name)) != getattr(lane.row, name)
        }
    row = lane.row
    return {
        name: value
        for name, value in wanted_fields(state, lane).items()
        if value is not None
        and (shown := getattr(row, name)) != value
        and (shown is not None or last_change(state, lane, name) > 0)
    }


def last_change(state: Cooperation, lane: Lane, name: str) -> int:
    """Find the version at which a field last changed for a VHS, by the Master or by agreement (D13); 0 for never."""
    master = state.master_lane
    return max(lane.facts_changed.get(name, 0), master.facts_changed.get(name, 0) if master is not None else 0)


# --- bookings -------------------------------------------------------------------------------------------------------


def booking_change(state: Cooperation, lane: Lane, booking: Booking) -> Change | None:
    """Give what a VHS has to write about one booking, None if it holds what it should (B3, D1, D2, D6)."""
    over, seat = state.cancelled, booking.seats.get(lane.vhs)
    change = _change_at(state, lane, booking, seat, over=over)
    if change is None and seat is not None and seat.doubles and not seat.lost:
        return next(_letters_of_doubles(state, lane, booking, seat, over=over), None)
    return change


def _change_at(state: Cooperation, lane: Lane, booking: Booking, seat: Seat | None, *, over: bool) -> Change | None:
    wanted = status_at(booking, seat, over=over)
    if wanted is None or not booking.claimed or (seat is not None and seat.unknown_status is not None):
        return None
    shows_person = sees_identity(state, lane, booking)
    kind = _booking_kind(state, lane, booking, seat, wanted, identity=shows_person)
    if kind is None:
        return None
    version = booking.changed
    if seat is not None:
        version = max(version, seat.version if seat.status is not wanted or not seat.held else seat.person_changed)
        if kind == "update":  # what is left of a change when its letter was written is another change
            version = max(version, seat.version, seat.person_changed if shows_person else 0)
    if over and wanted is CANCELLED:
        version = max(version, state.cancelled_version)
    given, person_version = lane.told.get(booking.ref) if lane.told else None, booking.person_version
    anew = max(given.anew if given is not None else 0, lane.renewed)
    create = lane.creates_given.get(booking.ref) if kind == "create" else None
    if create is not None and create.change >= anew:
        # What has changed since follows once it is seen: one change has one id, and that is carried out once (D22).
        version, wanted, person_version = create.change, create.status, create.person_version
    else:
        version = max(version, anew)
    named, lettered, expects = shows_person, True, None
    if kind != "create" and seat is not None and seat.status is not None:
        named = shows_person and (kind == "cancel" or seat.person_version != booking.person_version)
        lettered = seat.status is not wanted
        expects = {"TNR": seat.participant_no} if seat.participant_no else {}
        expects["Status"] = LETTERS[seat.status]
    return Change(
        id=f"{lane.vhs}:{state.coop_id}:booking:{booking.ref}:{version}",
        kind=f"booking.{kind}",
        because=version,
        ref=booking.ref,
        status=wanted if lettered else None,
        person_id=booking.person_id if named else None,
        person_version=person_version if named else 0,
        booked_at=booking.booked_at or None,
        booking_id=_again(state, lane, seat) if kind == "create" else _moved(lane, booking, seat),
        expects=expects,
        shown_version=seat.person_version if named and kind == "update" and seat is not None else None,
        given=given is not None and given.change == version,
        decided=booking.ref in lane.decided,
    )


def _again(state: Cooperation, lane: Lane, seat: Seat | None) -> str | None:
    """Name the Beleg-ID under which an owner's booking is written again, None where it stands for another one (D20).

    Those of other cooperations are not known here: the change list looks there (``views.change_lists``).
    """
    known = seat.booking_id if seat is not None and seat.answered else ""
    if not known:
        return None
    others = (booking.seats.get(lane.vhs) for booking in state.bookings.values())
    taken = any(other is not seat and other.booking_id == known and other.held for other in others if other)
    return None if taken else known


def _moved(lane: Lane, booking: Booking, seat: Seat | None) -> str | None:
    """Give the Beleg-ID of a row that cannot be found by its reference: an owner's under another one (B15, D18), a
    mirror without Koop-Beleg-ID, one of two with the same (D26).
    """
    if seat is None or not seat.booking_id:
        return None
    if lane.vhs == booking.owner:
        return seat.booking_id if booking.ref != booking_ref(lane.vhs, seat.booking_id) else None
    return seat.booking_id if seat.unreferenced or seat.doubles else None


def is_open(state: Cooperation, lane: Lane, booking: Booking) -> bool:
    """Tell whether nothing may be written over the "S" of a booking that lives: nobody knows whose it is (D21).

    Over one that was acknowledged under a person, or where nobody says under whom, "A" is written, except at the owner;
    over none while it is asked whether the booking lives at all.
    """
    if any(other.active and _may_live(other, booking) for other in state.lanes.values()):
        return True
    why = lane.unclear.get(booking.ref) if lane.unclear else None
    return why is not None and (why not in ("person", "unsigned") or lane.vhs == booking.owner)


def _may_live(lane: Lane, booking: Booking) -> bool:
    """Tell whether it is asked about a booking if it was taken back since the backup that it is cancelled (D21)."""
    return bool(lane.unclear) and lane.unclear.get(booking.ref) == "written_since"


def is_asked(state: Cooperation, lane: Lane, booking: Booking) -> bool:
    """Tell whether it is asked at a VHS if a booking is cancelled (D21): while the course is in Ausfall, only whether
    that was taken back since the backup.
    """
    if not booking.claimed or booking.ref not in lane.unclear:
        return False
    return not state.is_cancelled(booking) or (not booking.cancelled and _may_live(lane, booking))


def _may_be_meant(lane: Lane, booking: Booking) -> bool:
    """Tell whether somebody may have set the "S" of this very booking: a question that a row of another person, or one
    that stands for several, does not leave open when it goes (D18, D26).
    """
    meant = ("stamp", "still", "again", "alone", "late", "untold")
    return bool(lane.unclear) and lane.unclear.get(booking.ref) in meant


def _booking_kind(
    state: Cooperation, lane: Lane, booking: Booking, seat: Seat | None, wanted: Status, *, identity: bool
) -> str | None:
    if seat is None or seat.status is None or seat.lost:
        restored = seat is not None and seat.lost  # to the owner only what somebody decided to restore (D20, D24)
        # Nor is a row that went with an "S" of which it is asked whether somebody meant it (D21).
        waits = seat is not None and (seat.doubted or (seat.status is CANCELLED and _may_be_meant(lane, booking)))
        waits = waits or (bool(state.held) and may_stand_there(state, lane.vhs, booking.ref))
        return "create" if wanted is not CANCELLED and not waits and (lane.vhs != booking.owner or restored) else None
    elsewhere = seat.archived or seat.survivor is not None or seat.reused_by is not None
    if seat.absences or elsewhere or seat.shows_another:
        return None  # there is no row, or somebody else stands in it (D18)
    if seat.waiting and wanted is not CANCELLED and any(held.status is not None for held in seat.waiting):
        return None  # its row shows a letter that is withheld: nothing is written before somebody has decided (D31)
    if seat.asked:
        by_others = booking.cancelled_by if seat.returned else (booking.cancelled_by | booking.orphaned_by) - {lane.vhs}
        if not by_others:
            return None  # an "S" of others is written whatever its row means (D6, D20)
    if seat.status is not wanted:
        if wanted is CANCELLED:
            return "cancel" if booking.cancelled or not _may_live(lane, booking) else None
        return None if seat.status is CANCELLED and is_open(state, lane, booking) else "update"
    if wanted is CANCELLED or not identity or seat.person_version == booking.person_version:
        return None
    return "update" if booking.person_id is not None else None  # of whom no name is known nothing can be written
