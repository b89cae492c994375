"""What the rules forbid and exports show all the same: every violation is a function of the state.

``found`` names those that stand now; what ``observe`` adds to the stream is only the difference to those that are
open. So each opens once per cooperation, VHS and code, closes when the proper state is shown again, and the order in
which the VHSs report cannot change which are open in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from koop_es.domain.cooperation import Booking, Cooperation, Held, Lane, Seat
from koop_es.domain.course import ABO_MARKER, INFO_LABELS, SHAREABLE_TYPES, euros
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CONFIRMED
from koop_es.domain.terms import normal_rate
from koop_es.domain.wanted import BAVARIAN_COOPERATION, BAVARIAN_KINDS, changes, is_open, name_of

CRITICAL = "critical"
WARNING = "warning"
INFO = "info"

CONTENT_FIELDS = ("title", "programme_title", "info", "dvv_category")
"""What counts as the content of a course that the Master should leave alone after release (R18)."""


_PRICE = ("fee_cents", "pass_through_cents")


class Violation(NamedTuple):
    """One violation: its code (domain 2.8), where it stands, which booking it is about, how grave it is and what was
    found.
    """

    code: str
    vhs: str
    ref: str
    severity: str
    rule: str
    detail: dict[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same violation."""
        return (self.code, self.vhs, self.ref)

    @property
    def opening(self) -> dict[str, str]:
        """What its opening says of it: what has become of an absence since is for those to say who are asked now."""
        return {name: value for name, value in self.detail.items() if name != "as"}


TEXTS: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": ('"NIE bei vhsKOOP" was set after the release. {remedy}'),
    "COOP_ID_CHANGED": (
        '"Externe Kurs-Nr." shows {found} instead of {expected}. The course is frozen at this VHS until the COOP-'
        "Id is back; the change list restores it."
    ),
    "COOP_ID_LOST": (
        '"Externe Kurs-Nr." is empty instead of {expected}. The course is frozen at this VHS until the COOP-Id is'
        " back; the change list restores it."
    ),
    "COURSE_VANISHED": (
        "The course {course} is missing from a complete export and was not cancelled. Nothing was deleted or "
        "cancelled elsewhere. {remedy}"
    ),
    "COURSE_RENUMBERED": "The course was renumbered from {expected} to {found}. {remedy}",
    "RATE_CHANGED": (
        "The Master's rate is {found} instead of {expected} percent for the Master. Accepted terms stay in force. "
        "{remedy}"
    ),
    "MASTER_PRICE_CHANGED": (
        "The Master's fee (of it pass-through) is {found} instead of {expected}. Accepted terms stay in force. {remedy}"
    ),
    "SUBSCRIBER_PRICE_DIFFERS": (
        "The fee (of it pass-through) is {found} instead of the accepted {expected}. {remedy}"
    ),
    "CONTENT_CHANGED_AFTER_RELEASE": "Content changed after the release: {found}. {remedy}",
    "TYPE_NO_LONGER_SHAREABLE": "The course is now {found}, which cannot be shared. {remedy}",
    "SUFFIX_LINES_MISSING": "The info text lacks {found}. An Abo-Kurs must stay recognisable. {remedy}",
    "INSTRUCTOR_REPLACED": ('"{expected}" is no longer among the instructors ({found}). {remedy}'),
    "MAX_GUARD_OFF": '"Belegen nur bis Maximum" is off. {remedy}',
    "MARKER_MISSING": "Kennzeichen 100 is missing. {remedy}",
    "COUNTED_TWICE": "The Abo-Kurs would be counted in the statistics: {found}. {remedy}",
    "ABSENCES_SUSPENDED": (
        "Since export {found} it cannot be told whether {refs} are still there: {reason}. Nobody is cancelled for "
        "that, and a removal does not count. {remedy}"
    ),
    "BOOKING_REMOVED": ("Booking {ref} was removed instead of cancelled with status S. {remedy}"),
    "PARTICIPANTS_MERGED": "Participants of booking {ref} were merged: {found}. {remedy}",
    "OVERBOOKED": "{found} confirmed bookings for {expected} seats; without a seat: {refs}. {remedy}",
    "UNKNOWN_STATUS": (
        "Booking {ref} shows the unknown status {found}. It is frozen at this VHS until it shows A, W or S."
    ),
    "CANCELLED_ONLY_AT_SUBSCRIBER": ("The Abo-Kurs is marked as cancelled, the Master's course is not. {remedy}"),
    "SEQUENCE_RESTARTED": (
        "An export with sequence {found} came after export {expected} and is younger ({since}): the count seems to "
        "have begun anew, and until that is accepted nothing more is taken in. {remedy}"
    ),
    "LETTERS_CHANGED_TOGETHER": (
        "{found} cancelled bookings show A or W again at once. Nothing is written until it is known whether the "
        "letters "
        "are mapped wrongly, the program was restored, or somebody decided so. {remedy}"
    ),
    "EFFECTS_WITHHELD": (
        "What this VHS shows would do too much to others at once and is held back: {found}. Nobody else was told. "
        "{remedy}"
    ),
    "AUSFALL_TAKEN_BACK": (
        "The Master took its Ausfall back: the course lives, and so do the bookings that were cancelled only by it. "
        "Not yet seen live at {found}. {remedy}"
    ),
    "CANCELLED_BOOKING_REACTIVATED": (
        "Booking {ref} is cancelled and shows {found} again. S is final: a new registration is a new booking. {remedy}"
    ),
    "BELEG_ID_REUSED": (
        "The program gave the Beleg-ID {found} of booking {expected} to another registration, which is {ref} here. "
        "Should {expected} still live, enter it again; else it gets S everywhere at the second complete export "
        "without it. This ends when {expected} shows S everywhere."
    ),
    "MIRROR_WITHOUT_REFERENCE": (
        "The row {found} is the mirror {expected} without its Koop-Beleg-ID (so are {refs}). Enter the reference "
        "there; where the program has no such field, nothing is to be done, and changes name the Beleg-ID."
    ),
    "MIRROR_DOUBLED": (
        "Booking {ref} stands in the rows {found}: it is one seat. Delete the rows that are too many; S counts only "
        "where all of them show it."
    ),
    "REGISTRATION_HELD": (
        "The new row {found} may be booking {ref}: it waits, and its seat is unknown to the others. A complete export "
        "tells, or the mirror of {ref} being there with its Koop-Beleg-ID."
    ),
    "MOVED_AND_CANCELLED": "{found} cancelled booking {ref}; its own VHS did not know, and moved it to "
    "course {expected}, where it is another booking. Is that one cancelled as well? {remedy}",
    "CANCELLATION_UNCLEAR": (
        "Cancelled or not? {refs}: the booking lives again, and its row showed an S that may be ours or a person's. "
        "{found}. {remedy}"
    ),
    "APPLIED_NOT_SEEN": ("Given out and still not written after three complete exports: {found}. {remedy}"),
}
"""Code -> what an operator reads, also of a VHS as a whole, with the details put in; ``{remedy}`` is what to do."""

REMEDIES: dict[str, str] = {
    "NEVER_FLAG_AFTER_RELEASE": "Take the tick out; Abos and bookings go on.",
    "COOP_ID_CHANGED": 'The change list puts {expected} back into "Externe Kurs-Nr."; it may be done by hand as well.',
    "COOP_ID_LOST": 'The change list puts {expected} back into "Externe Kurs-Nr."; it may be done by hand as well.',
    "COURSE_VANISHED": "Restore the course, or cancel it with Ausfall.",
    "COURSE_RENUMBERED": "Nothing is lost; if the new number was not meant, give the course its former one.",
    "RATE_CHANGED": "Restore the rate, or let both sides confirm new terms (koop-es amend-terms).",
    "MASTER_PRICE_CHANGED": "Restore the fee, or let both sides confirm new terms (koop-es amend-terms).",
    "SUBSCRIBER_PRICE_DIFFERS": "The change list restores it.",
    "CONTENT_CHANGED_AFTER_RELEASE": "Inform the subscribers.",
    "TYPE_NO_LONGER_SHAREABLE": "Restore the type, or let the Abos end and cancel the course.",
    "SUFFIX_LINES_MISSING": "Add the lines again.",
    "INSTRUCTOR_REPLACED": "The change list adds it again.",
    "MAX_GUARD_OFF": "The change list switches it on again.",
    "MARKER_MISSING": "The change list sets it again.",
    "COUNTED_TWICE": "The change list corrects it.",
    "ABSENCES_SUSPENDED": "Put the row right (koop-es quarantine list) and export again.",
    "BOOKING_REMOVED": ("Restore it if it should live: at the second complete export without it the other VHSs get S."),
    "PARTICIPANTS_MERGED": "Look whether both records were of one person, and undo the merge if they were not.",
    "OVERBOOKED": "Put those on the waiting list, cancel them with S, or raise TN max at the Master.",
    "UNKNOWN_STATUS": "Set A, W or S in that row.",
    "CANCELLED_ONLY_AT_SUBSCRIBER": "The change list takes the mark back.",
    "LETTERS_CHANGED_TOGETHER": (
        "Look at the status letters of the profile: with the right ones the next export settles it. Where they are "
        "right, "
        "koop-es withheld approve {refs} takes the letters for what they are: S is set again where it is final."
    ),
    "EFFECTS_WITHHELD": (
        "Look whether the export was read with the right profile and is whole: with the former values it settles "
        "itself. "
        "Where it is meant, koop-es withheld approve {refs}."
    ),
    "AUSFALL_TAKEN_BACK": "Tell the participants; the change lists take the Ausfall back.",
    "CANCELLED_BOOKING_REACTIVATED": "The change list sets S again.",
    "MOVED_AND_CANCELLED": (
        "Ask who set the S: koop-es confirm-cancellation {course} --booking {refs} --vhs {owner} --reason TEXT cancels "
        "the booking where it is now, with --reject it lives there."
    ),
    "CANCELLATION_UNCLEAR": (
        "Ask this VHS: koop-es confirm-cancellation makes it S everywhere, with --reject it stays A or becomes it."
    ),
    "APPLIED_NOT_SEEN": (
        "Look into the connector's log: the row shows something else than the change list expects, or it never writes."
    ),
    "SEQUENCE_RESTARTED": (
        "If the program really counts anew (new machine, restored backup): koop-es vhs restart-sequence, then ingest "
        "the export again; if not, have whoever sends old exports stop."
    ),
}
"""Code -> what to do about it; of a code that is not here, what an operator reads says all there is to say (D30)."""

ASKED = (
    "Booking {ref} is missing at its owner, which proves nothing: it went with a course that lives again, or with a "
    "program that went back. It counts until somebody decides: koop-es restore-booking {course} --booking {ref} --vhs "
    "{owner} --reason TEXT writes it again; with --reject it is cancelled everywhere."
)
"""What BOOKING_REMOVED says where it is asked whether the booking lives (D20, D24)."""

NEVER_THERE = (
    "Booking {ref} is held at {found} and unknown at its owner. If it was removed there, or written into the wrong "
    "course, set status S where it is held; if it should live, its owner books it."
)
"""What BOOKING_REMOVED says where the owner never showed the booking itself."""


REASONS: dict[str, str] = {
    "row_unreadable": "a row of this course was set aside that does not say whose it is",
    "course_unreadable": "a row was set aside that says neither whose it is nor of which course",
    "course_unknown": "a row of a course that was never reported was set aside, and does not say whose it is",
}
"""Why absences are suspended, by the code in the log (D17)."""

WITHHELD = (
    "Booking {ref} was removed instead of cancelled with status S, among too many at once. Restore it, or let an "
    "operator decide: koop-es withheld list."
)
"""What BOOKING_REMOVED says while its cancellation is withheld (D4)."""

ORPHAN = (
    "Booking {ref} was removed instead of cancelled with status S; therefore all others have it cancelled. If it "
    "should live, restore the same row: it lives again when the next export shows it."
)
"""What BOOKING_REMOVED says once the booking is taken for removed (D3)."""

VARIANTS: dict[str, str] = {"never_there": NEVER_THERE, "asked": ASKED, "withheld": WITHHELD, "orphan": ORPHAN}
"""What one code says in particular cases."""


def variant(code: str, detail: dict[str, str]) -> str | None:
    """Name the case of a code that has a text of its own, None for the usual one."""
    if code != "BOOKING_REMOVED":
        return None
    return "never_there" if "found" in detail else "asked" if "owner" in detail else detail.get("as")


def text(code: str, detail: dict[str, str], ref: str) -> str:
    """Say a violation in words."""
    template = VARIANTS[case] if (case := variant(code, detail)) else TEXTS[code]
    values = {"ref": ref, **detail}
    if code == "ABSENCES_SUSPENDED":
        values["reason"] = REASONS.get(detail.get("reason", ""), "")
    return template.format_map(values | {"remedy": REMEDIES.get(code, "").format_map(values)})


def found(state: Cooperation, about: Collection[Booking] | None = None) -> Iterator[Violation]:
    """Find every violation that the state shows now; ``about`` limits the bookings it looks at."""
    if state.ended:
        return
    bookings = state.bookings.values() if about is None else about
    for vhs in sorted(state.lanes):
        lane = state.lanes[vhs]
        if lane.active:
            yield from _lane_violations(state, lane)
    unreferenced = (
        {code == "MIRROR_WITHOUT_REFERENCE" for code, _, _ in state.violations} if about is not None else set()
    )
    for booking in bookings:
        for vhs, seat in booking.seats.items():
            if is_odd(seat):
                yield from _seat_violations(state, booking, vhs, seat)
                unreferenced.add(seat.unreferenced)
    if True in unreferenced:
        yield from _unreferenced(state)
    yield from _held(state)
    yield from _about_change_lists(state)
    yield from _withheld(state)
    yield from _unclaimed(state, bookings)
    yield from _overbooked(state)
    yield from _taken_back(state)


def _lane_violations(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    yield from _identity(state, lane)
    if lane.vhs == state.master:
        yield from _master(state, lane)
    elif state.master is not None and lane.delivered and lane.present:
        yield from _subscriber(state, lane)


def _unreferenced(state: Cooperation) -> Iterator[Violation]:
    """Mirrors that lack their Koop-Beleg-ID: said once for each VHS, whose program may have no such field (D26)."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for booking in state.bookings.values():
        for vhs, seat in booking.seats.items():
            if seat.unreferenced and seat.held and state.active_lane(vhs) is not None:
                rows.setdefault(vhs, []).append((booking.ref, seat.booking_id))
    for vhs in sorted(rows):
        ref, booking_id = min(rows[vhs])
        detail = {"expected": ref, "found": booking_id, "refs": ", ".join(ref for ref, _ in sorted(rows[vhs]))}
        yield Violation("MIRROR_WITHOUT_REFERENCE", vhs, "", WARNING, "D26", detail)


def _held(state: Cooperation) -> Iterator[Violation]:
    """Rows that wait until it is clear whose bookings they are, one for each booking they may be (B15, D26, D27)."""
    rows: dict[tuple[str, str], list[str]] = {}
    for (vhs, booking_id), ref in sorted(state.held.items()):
        if state.active_lane(vhs) is not None:
            rows.setdefault((vhs, ref), []).append(booking_id)
    for (vhs, ref), held in rows.items():
        yield Violation("REGISTRATION_HELD", vhs, ref, WARNING, "D27", {"found": ", ".join(held)})


def _identity(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """Number, COOP-Id, presence, what is unreadable: the same at Master and Abo (R15, R19, R20, R34, R35, R44, D17)."""
    if lane.altered is not None:
        code = "COOP_ID_CHANGED" if lane.altered else "COOP_ID_LOST"
        yield Violation(code, lane.vhs, "", CRITICAL, "R15", {"expected": state.coop_id, "found": lane.altered})
    if not lane.present and not state.cancelled:
        rule = "R19" if lane.vhs == state.master else "R34"
        yield Violation("COURSE_VANISHED", lane.vhs, "", CRITICAL, rule, {"course": _name(lane.number, lane.period)})
    if (lane.number, lane.period) != (lane.first_number, lane.first_period):
        detail = {
            "expected": _name(lane.first_number, lane.first_period),
            "found": _name(lane.number, lane.period),
        }
        yield Violation("COURSE_RENUMBERED", lane.vhs, "", CRITICAL if state.legacy else INFO, "R20", detail)

    if lane.suspended is not None:
        refs, reason, export = lane.suspended
        detail = {"found": export, "reason": reason, "refs": ", ".join(refs)}
        yield Violation("ABSENCES_SUSPENDED", lane.vhs, "", WARNING, "D17", detail)


def _name(number: str, period: str) -> str:
    return f"{number} ({period})" if period else number


def _master(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """What the Master must leave alone after the release (R3, R9, R10, R16-R18)."""
    row, terms = lane.row, lane.released_terms
    if row.never_share:
        yield Violation("NEVER_FLAG_AFTER_RELEASE", lane.vhs, "", CRITICAL, "R3", {})
    if terms is not None and not _shows_former_terms(lane):
        yield from _master_terms(lane)
    changed = [
        name
        for name in CONTENT_FIELDS
        if getattr(row, name) is not None and getattr(lane.released, name) not in (None, getattr(row, name))
    ]
    if state.cancelled and row.cancelled is False:
        changed.append("cancelled")
    if changed:
        detail = {"found": ", ".join(changed)}
        yield Violation("CONTENT_CHANGED_AFTER_RELEASE", lane.vhs, "", WARNING, "R18", detail)
    if row.bamf or (row.course_type is not None and row.course_type not in SHAREABLE_TYPES):
        kind = "BAMF-funded" if row.bamf else f"of type {row.course_type}"
        yield Violation(
            "TYPE_NO_LONGER_SHAREABLE", lane.vhs, "", CRITICAL, "R10" if row.bamf else "R9", {"found": kind}
        )


def _shows_former_terms(lane: Lane) -> bool:
    """Tell whether a Master has not reported its money fields since everybody agreed to other terms (D13)."""
    reported = max(lane.row_changed.get(name, 0) for name in (*_PRICE, "rate"))
    return lane.former_terms is not None and reported < lane.terms_version


def _master_terms(lane: Lane) -> Iterator[Violation]:
    """Rate and fee at the Master against the released terms (R16, R17)."""
    terms, row = lane.released_terms, lane.row
    assert terms is not None, "called only where the release carried terms"
    shown = normal_rate(row.rate, row.fee_cents)
    was_shown = bool(normal_rate(lane.released_row.rate, lane.released_row.fee_cents))
    if (shown is not None and shown != terms.rate) or (shown is None and row.rate == "" and was_shown):
        detail = {"expected": terms.rate, "found": shown or "empty"}
        yield Violation("RATE_CHANGED", lane.vhs, "", CRITICAL, "R16", detail)
    fee = terms.fee_cents if row.fee_cents is None else row.fee_cents
    passed = terms.pass_through_cents if row.pass_through_cents is None else row.pass_through_cents
    if (fee, passed) != (terms.fee_cents, terms.pass_through_cents):
        detail = {"expected": _price(terms.fee_cents, terms.pass_through_cents), "found": _price(fee, passed)}
        yield Violation("MASTER_PRICE_CHANGED", lane.vhs, "", CRITICAL, "R17", detail)


def _price(fee_cents: int, pass_through_cents: int) -> str:
    return f"{euros(fee_cents)} ({euros(pass_through_cents)})"


def _subscriber(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """What an Abo-VHS must leave alone after subscribing (R33, R37, R39-R41, R47, T2-T5)."""
    row, terms = lane.row, state.terms_of(lane.vhs)
    told = max(lane.facts_changed.get(name, 0) for name in _PRICE)
    if terms is not None and told <= max(lane.row_changed.get(name, 0) for name in _PRICE):
        fee = terms.fee_cents if row.fee_cents is None else row.fee_cents
        passed = terms.pass_through_cents if row.pass_through_cents is None else row.pass_through_cents
        if (fee, passed) != (terms.fee_cents, terms.pass_through_cents):
            detail = {"expected": _price(terms.fee_cents, terms.pass_through_cents), "found": _price(fee, passed)}
            yield Violation("SUBSCRIBER_PRICE_DIFFERS", lane.vhs, "", CRITICAL, "R33", detail)
    missing = [label for label in INFO_LABELS if row.info is not None and label not in row.info]
    if missing:
        yield Violation("SUFFIX_LINES_MISSING", lane.vhs, "", WARNING, "R37", {"found": " ".join(missing)})
    if lane.instructor and row.instructor is not None and lane.instructor.casefold() not in row.instructor.casefold():
        detail = {"expected": lane.instructor, "found": row.instructor or "none"}
        yield Violation("INSTRUCTOR_REPLACED", lane.vhs, "", WARNING, "R39", detail)
    if row.max_guard is False:
        yield Violation("MAX_GUARD_OFF", lane.vhs, "", WARNING, "R40", {})
    if row.markers is not None and ABO_MARKER not in row.markers:
        yield Violation("MARKER_MISSING", lane.vhs, "", WARNING, "R41", {})
    counted = _counted(lane)
    if counted:
        yield Violation("COUNTED_TWICE", lane.vhs, "", CRITICAL, "T2", {"found": ", ".join(counted)})
    if row.cancelled and not state.cancelled and not lane.untold:
        yield Violation("CANCELLED_ONLY_AT_SUBSCRIBER", lane.vhs, "", WARNING, "R47", {})


def _counted(lane: Lane) -> list[str]:
    """List what would make statistics count an Abo-Kurs: "anrechenbar", or a Bavarian code other than 75/76 and 04
    (T2, T3, T5).
    """
    row, result = lane.row, []
    if row.countable:
        result.append("Anrechenbar")
    if lane.event_kind is not None:
        if row.event_kind is not None and row.event_kind not in BAVARIAN_KINDS:
            result.append(f"Veranstaltungsart {row.event_kind or 'empty'}")
        if row.cooperation_code is not None and row.cooperation_code != BAVARIAN_COOPERATION:
            result.append(f"Kooperation {row.cooperation_code or 'empty'}")
    return result


def is_odd(seat: Seat) -> bool:
    """Tell whether a violation can be about this seat at all: of most it cannot, and most of the time went there."""
    return bool(
        seat.absences
        or (seat.shown_cancelled and seat.live)
        or seat.unknown_status is not None
        or seat.survivor is not None
        or seat.merged_from is not None
        or seat.former is not None
        or seat.doubles
        or seat.unreferenced
        or seat.waiting
    )


def _seat_violations(state: Cooperation, booking: Booking, vhs: str, seat: Seat) -> Iterator[Violation]:
    """Removed, merged, unreadable and revived bookings (B6, B9, B13, D5)."""
    if seat.doubles:
        found = ", ".join(f"{booking_id} ({letter})" for booking_id, letter in seat.doubles)
        yield Violation("MIRROR_DOUBLED", vhs, booking.ref, WARNING, "D26", {"found": found})
    if (
        seat.former is not None
        and (former := state.bookings.get(seat.former))
        and _lives_on(former, vhs, over=state.cancelled)
    ):
        detail = {"expected": former.ref, "found": seat.booking_id}
        yield Violation("BELEG_ID_REUSED", vhs, booking.ref, WARNING, "D18", detail)
    if seat.unknown_status is not None:
        yield Violation("UNKNOWN_STATUS", vhs, booking.ref, WARNING, "B6", {"found": seat.unknown_status})
    if booking.moved and vhs == booking.owner and state.moved_in_doubt(booking):
        others = ", ".join(f"VHS {other}" for other in sorted(booking.cancelled_by - {vhs}))
        detail = {"found": others, "expected": booking.moved_to, "refs": booking.ref}
        detail |= {"course": state.coop_id, "owner": vhs}
        yield Violation("MOVED_AND_CANCELLED", vhs, booking.ref, CRITICAL, "D25", detail)
    if state.is_final(booking):
        if seat.shown_cancelled and seat.held and seat.live:
            yield _reactivated(booking, vhs, seat)
        return
    if booking.cancelled and seat.shown_cancelled and seat.held and seat.live:
        yield _reactivated(booking, vhs, seat)
    if seat.asked:
        detail = {"course": state.coop_id, "owner": vhs}
        yield Violation("BOOKING_REMOVED", vhs, booking.ref, WARNING, "D24", detail)
    elif seat.absences and not (seat.orphaned and seat.answered):
        yield Violation("BOOKING_REMOVED", vhs, booking.ref, WARNING, "B9", _absence(seat))
    if seat.survivor is not None:
        what = f"{seat.survivor} is a booking of the same person; cancel the one that is too many"
        yield Violation("PARTICIPANTS_MERGED", vhs, booking.ref, CRITICAL, "B13", {"found": what})
    elif seat.merged_from is not None:
        what = f"TNR {seat.merged_from} became {seat.participant_no}; the booking goes on"
        yield Violation("PARTICIPANTS_MERGED", vhs, booking.ref, CRITICAL, "B13", {"found": what})


def _lives_on(former: Booking, vhs: str, *, over: bool) -> bool:
    """Tell whether a booking whose Beleg-ID another has now lives, or is still shown as live elsewhere (D18a).

    Where its own row is back, under whatever Beleg-ID, nobody takes one for the other any more.
    """
    seat = former.seats.get(vhs)
    if seat is None or seat.held:
        return False
    if not (former.cancelled or over):
        return True
    return any(other.live and other.held for where, other in former.seats.items() if where != vhs)


WRITTEN = {
    "open": "Nothing is written over it",
    "given": "A was given out over it, since it was ours by all that is known",
    "wanted": "A is about to be given out over it",
}
"""What CANCELLATION_UNCLEAR says was written."""


def _about_change_lists(state: Cooperation) -> Iterator[Violation]:
    """What became of change lists: an "S" that nobody knows whose it is, and changes that are never written, one alarm
    each per VHS (D21, D22).
    """
    for vhs in sorted(state.lanes):
        lane = state.lanes[vhs]
        if not lane.active:
            continue
        by_state: dict[str, list[str]] = {}
        for ref in sorted(lane.unclear):
            booking = state.bookings[ref]
            if booking.claimed and not state.is_cancelled(booking):
                by_state.setdefault(_written(lane, booking), []).append(ref)
        if by_state:
            refs = ", ".join(sorted(ref for refs in by_state.values() for ref in refs))
            found = "; ".join(f"{WRITTEN[how]} ({', '.join(refs)})" for how, refs in sorted(by_state.items()))
            yield Violation("CANCELLATION_UNCLEAR", vhs, "", CRITICAL, "D21", {"refs": refs, "found": found})
        yield from _refused(state, lane)


def _written(lane: Lane, booking: Booking) -> str:
    if is_open(lane, booking):
        return "open"
    seat = booking.seats[lane.vhs]
    return "given" if seat.given is not None and seat.given.value != "S" else "wanted"


def _refused(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """Changes of rows that were given out, and that three complete exports since do not show (D22)."""
    if lane.refused:
        refused = (change for change in changes(state, lane.vhs) if change.given and name_of(change) in lane.refused)
        still = sorted(map(name_of, refused))
        if still:
            yield Violation("APPLIED_NOT_SEEN", lane.vhs, "", WARNING, "D22", {"found": ", ".join(still)})


def _absence(seat: Seat) -> dict[str, str]:
    """Say what has become of an absence: a suspicion so far, withheld, or taken for removed (D3, D4)."""
    if seat.withheld is not None:
        return {"as": "withheld"}
    return {"as": "orphan"} if seat.orphaned else {}


def _unclaimed(state: Cooperation, bookings: Collection[Booking]) -> Iterator[Violation]:
    """Live mirrors of bookings that their owner, whose bookings are read, does not have: nobody answers for them."""
    mirrors = [b for b in bookings if not b.claimed and not state.is_cancelled(b)]
    if not mirrors:
        return
    readable = {
        vhs
        for b in state.bookings.values()
        for vhs, seat in b.seats.items()
        if seat.booking_id and state.active_lane(vhs)
    }
    for booking in mirrors:
        held = sorted(vhs for vhs, seat in booking.seats.items() if seat.held and seat.live)
        if held and booking.owner in readable:
            detail = {"found": "VHS " + ", ".join(held)}
            yield Violation("BOOKING_REMOVED", booking.owner, booking.ref, WARNING, "B1", detail)


def _withheld(state: Cooperation) -> Iterator[Violation]:
    """What of a VHS's exports is held back because it would do too much to others at once (D31)."""
    waiting: dict[str, list[Held]] = {vhs: list(lane.waiting) for vhs, lane in state.lanes.items() if lane.waiting}
    for booking in state.bookings.values():
        for vhs, seat in booking.seats.items():
            if seat.waiting:
                waiting.setdefault(vhs, []).extend(seat.waiting)
    for vhs, held in sorted(waiting.items()):
        letters = [item for item in held if item.effect == Effect.LETTER]
        if letters:
            detail = {"found": str(len(letters)), "refs": letters[0].withheld_id}
            yield Violation("LETTERS_CHANGED_TOGETHER", vhs, "", CRITICAL, "D31", detail)
        others = [item for item in held if item.effect != Effect.LETTER]
        if others:
            counts = Counter(item.effect for item in others)
            found = ", ".join(f"{counts[effect]} {effect}" for effect in sorted(counts))
            ids = sorted({item.withheld_id for item in others})
            yield Violation("EFFECTS_WITHHELD", vhs, "", CRITICAL, "D31", {"found": found, "refs": ", ".join(ids)})


def _taken_back(state: Cooperation) -> Iterator[Violation]:
    """An Ausfall that was taken back is told to all who take part, until all show the course live (D24)."""
    untold = sorted(lane.vhs for lane in state.lanes.values() if lane.active and lane.untold and lane.present)
    for vhs in sorted(state.lanes) if untold else ():
        if state.lanes[vhs].active:
            yield Violation("AUSFALL_TAKEN_BACK", vhs, "", CRITICAL, "D24", {"found": "VHS " + ", ".join(untold)})


def _reactivated(booking: Booking, vhs: str, seat: Seat) -> Violation:
    shown = seat.status or CONFIRMED
    return Violation("CANCELLED_BOOKING_REACTIVATED", vhs, booking.ref, CRITICAL, "D5", {"found": shown.value})


def _overbooked(state: Cooperation) -> Iterator[Violation]:
    """More confirmed bookings than seats over all VHSs, naming those beyond capacity in order (B7, B8, D7)."""
    if state.capacity is None or state.master is None or len(state.bookings) <= state.capacity:
        return
    beyond = state.beyond_capacity()
    if beyond:
        count = state.capacity + len(beyond)
        detail = {"expected": str(state.capacity), "found": str(count), "refs": ", ".join(beyond)}
        yield Violation("OVERBOOKED", state.master, "", CRITICAL, "B8", detail)
