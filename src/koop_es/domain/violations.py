"""What the rules forbid and exports show all the same: every violation is a function of the state.

``found`` names those that stand now; what ``observe`` adds to the stream is only the difference to those that are
open. So each opens once per cooperation, VHS and code, closes when the proper state is shown again, and the order in
which the VHSs report cannot change which are open in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from koop_es.domain.acknowledged import has_lost, open_refs
from koop_es.domain.cooperation import ANOTHER, Booking, Cooperation, Held, Lane, Seat
from koop_es.domain.course import ABO_MARKER, HEADINGS, INFO_LABELS, SHAREABLE_TYPES, euros
from koop_es.domain.evolve_echo import (
    ALIKE,
    APART,
    EXCHANGED,
    FORMER,
    LATE,
    MEANT,
    NAMED,
    PUT_BACK,
    REPLACED,
    SOMEBODY_ELSE,
    TYPED_OVER,
    WENT,
    WRITTEN_SINCE,
)
from koop_es.domain.given_mirrors import NOBODY_KNOWS, is_never_shown, may_be_held
from koop_es.domain.in_doubt import moved_in_doubt, setting_s
from koop_es.domain.judgement import Effect
from koop_es.domain.observation import CANCELLED, CONFIRMED
from koop_es.domain.terms import normal_rate
from koop_es.domain.wanted import (
    BAVARIAN_COOPERATION,
    BAVARIAN_KINDS,
    booking_change,
    changes,
    is_asked,
    is_open,
    name_of,
    sees_identity,
    wanted_status,
)

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
        """What its opening says of it: what has become of an absence since, and what waits to be written, is for those
        to say who are asked now.
        """
        return {name: value for name, value in self.detail.items() if name not in ("as", "waiting")}


def found(state: Cooperation, about: Collection[Booking] | None = None) -> Iterator[Violation]:
    """Find every violation that the state shows now; ``about`` limits the bookings it looks at, and what is said of all
    of them together to what is open.
    """
    if state.ended:
        return
    bookings = state.bookings.values() if about is None else about
    for vhs in sorted(state.lanes):
        lane = state.lanes[vhs]
        if lane.active:
            yield from _lane_violations(state, lane)
    opened = {code for code, _, _ in state.violations} if about is not None else set()
    unreferenced = {"MIRROR_WITHOUT_REFERENCE" in opened}
    odd = [(booking, vhs, seat) for booking in bookings for vhs, seat in booking.seats.items() if is_odd(seat)]
    for booking, vhs, seat in odd:
        yield from _seat_violations(state, booking, vhs, seat)
        unreferenced.add(seat.unreferenced)
    if True in unreferenced:
        yield from _unreferenced(state)
    yield from _held(state)
    yield from _about_change_lists(state)
    if about is None:
        yield from _withheld(state, [(vhs, seat) for _, vhs, seat in odd])
    elif not opened.isdisjoint(WITHHELD):
        yield from _withheld(state, (item for booking in state.bookings.values() for item in booking.seats.items()))
    yield from _unclaimed(state, bookings)
    yield from _overbooked(state)
    yield from _taken_back(state)
    yield from _without_abo(state)
    yield from _went_back(state)


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
        alike = _anonymous(state, state.lanes[vhs], ref)
        detail = {"found": ", ".join(held)} | ({"refs": ", ".join(alike)} if alike else {})
        # No export tells of mirrors given out by being complete alone.
        given = ref in state.lanes[vhs].creates_given or ref == NOBODY_KNOWS or is_never_shown(state, vhs, ref)
        detail |= {"as": "copy" if ref else "backup"} if given and not alike else {}
        yield Violation("REGISTRATION_HELD", vhs, ref, WARNING, "D26" if given else "D27", detail)


def _anonymous(state: Cooperation, lane: Lane, held: str) -> list[str]:
    """List the mirrors without a name, given out and not shown yet, that rows may be that wait as one of them (D26)."""
    booking = state.bookings.get(held)
    if held not in lane.creates_given or booking is None or sees_identity(state, lane, booking):
        return []
    return sorted(
        change.ref
        for change in changes(state, lane.vhs)
        if change.kind == "booking.create" and change.ref and change.given and may_be_held(state, lane.vhs, change.ref)
    )


def _identity(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """Number, COOP-Id, presence, what is unreadable: the same at Master and Abo (R15, R19, R20, R34, R35, R44, D17)."""
    if lane.altered is not None:
        code = "COOP_ID_CHANGED" if lane.altered else "COOP_ID_LOST"
        detail = {"expected": state.coop_id, "found": lane.altered} | _waiting_at(state, lane)
        yield Violation(code, lane.vhs, "", CRITICAL, "R15", detail)
    if not lane.present and not lane.archived and not state.cancelled:
        rule = "R19" if lane.vhs == state.master else "R34"
        detail = {"course": _name(lane.number, lane.period)} | _waiting_at(state, lane)
        if lane.vhs != state.master:
            detail |= {"abo": state.coop_id, "at": lane.vhs}
        yield Violation("COURSE_VANISHED", lane.vhs, "", CRITICAL, rule, detail)
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


def _waiting_at(state: Cooperation, lane: Lane) -> dict[str, str]:
    """Name the bookings about which something should be written in a course that nobody can write into.

    Who answered for it has not answered for what others decide afterwards (D30).
    """
    if state.master is None or not lane.exists:
        return {}
    refs = sorted(booking.ref for booking in state.bookings.values() if booking_change(state, lane, booking))
    named = [*refs[:MOST_NAMED], *([f"… ({len(refs)})"] if len(refs) > MOST_NAMED else [])]
    return {"waiting": ", ".join(named)} if named else {}


def _waiting_in(state: Cooperation, booking: Booking, vhs: str, seat: Seat) -> dict[str, str]:
    """Say what should be written into a row with an unknown letter, and is not (B6, D30)."""
    lane = state.active_lane(vhs)
    wanted = wanted_status(state, booking, vhs) if lane is not None and booking.claimed else None
    if lane is None or wanted is None:
        return {}
    if wanted is not (seat.status or CONFIRMED):
        return {"waiting": f"Status {wanted.value}"}
    old = seat.person_version is not None and seat.person_version != booking.person_version
    return {"waiting": "Person"} if old and vhs != booking.owner and sees_identity(state, lane, booking) else {}


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
    if seat.absences or seat.unreferenced or seat.doubles or seat.waiting:
        return True
    if seat.unknown_status is not None or seat.survivor is not None or seat.person_version == ANOTHER:
        return True
    return seat.merged_from is not None or seat.former is not None or (seat.shown_cancelled and seat.live)


def _seat_violations(state: Cooperation, booking: Booking, vhs: str, seat: Seat) -> Iterator[Violation]:
    """Removed, merged, unreadable and revived bookings (B6, B9, B13, D5)."""
    if any(double.letter != CANCELLED.value for double in seat.doubles):
        found = ", ".join(f"{double.booking_id} ({double.letter})" for double in seat.doubles)
        yield Violation("MIRROR_DOUBLED", vhs, booking.ref, WARNING, "D26", {"found": found})
    if seat.shows_another and seat.held and booking.claimed:
        detail = {"found": seat.booking_id}
        yield Violation("MIRROR_SHOWS_ANOTHER", vhs, booking.ref, CRITICAL, "D18", detail)
    if (
        seat.former is not None
        and (former := state.bookings.get(seat.former))
        and _lives_on(former, vhs, over=state.cancelled)
    ):
        detail = {"expected": former.ref, "found": seat.booking_id} | _decided(former.seats[vhs])
        yield Violation("BELEG_ID_REUSED", vhs, booking.ref, WARNING, "D18", detail)
    if seat.unknown_status is not None:
        detail = {"found": seat.unknown_status} | _waiting_in(state, booking, vhs, seat)
        yield Violation("UNKNOWN_STATUS", vhs, booking.ref, WARNING, "B6", detail)
    if booking.moved and vhs == booking.owner and moved_in_doubt(state, booking):
        others = ", ".join(f"VHS {other}" for other in sorted(setting_s(state, booking)))
        detail = {"found": others, "expected": booking.moved_to, "refs": booking.ref}
        detail |= {"course": state.coop_id, "owner": vhs}
        yield Violation("MOVED_AND_CANCELLED", vhs, booking.ref, CRITICAL, "D25", detail)
    if state.is_final(booking):
        if seat.shown_cancelled and seat.held and seat.live and not seat.back:
            yield _reactivated(booking, vhs, seat)
        return
    if booking.cancelled and seat.shown_cancelled and seat.held and seat.live and not seat.back:
        yield _reactivated(booking, vhs, seat)
    if seat.asked and seat.ask == "row":
        detail = {"course": state.coop_id, "owner": vhs}
        detail |= {"forgotten": booking.ref} if booking.ref in state.forgotten else {}
        yield Violation("BOOKING_REMOVED", vhs, booking.ref, WARNING, "D24", detail)
    elif seat.absences and not seat.back and not (seat.orphaned and seat.answered):
        yield Violation("BOOKING_REMOVED", vhs, booking.ref, WARNING, "B9", _absence(seat))
    if seat.survivor is not None:
        what = f"{seat.survivor} is a booking of the same person; cancel the one that is too many"
        detail = {"found": what, "course": state.coop_id, "at": vhs}
        yield Violation("PARTICIPANTS_MERGED", vhs, booking.ref, CRITICAL, "B15", detail)
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


def _decided(seat: Seat) -> dict[str, str]:
    """Say what is decided, or asked, about a booking whose Beleg-ID another has: whoever entered it again by hand as
    well would take a second seat for it (D18a, D20).
    """
    if seat.asked and seat.ask == "row":
        return {"as": "asked"}
    return {"as": "restored"} if seat.lost else {}


WRITTEN = {
    "open": "Nothing is written over it",
    "given": "A was given out over it, since it was ours by all that is known",
    "wanted": "A is about to be given out over it",
}
"""What CANCELLATION_UNCLEAR says was written."""

CASES: dict[str, tuple[str, ...]] = {
    "exchanged": (EXCHANGED, NAMED, MEANT),
    "alike": (ALIKE,),
    "replaced": (REPLACED,),
    "typed_over": (TYPED_OVER,),
    "somebody_else": (SOMEBODY_ELSE,),
    "put_back": (PUT_BACK,),
    "written_since": (WRITTEN_SINCE,),
    "apart": (APART,),
    "former": (FORMER,),
    "late": (LATE,),
    "went": (WENT,),
}
"""Case of which CANCELLATION_UNCLEAR has a text of its own -> why the question stands."""


def _about_change_lists(state: Cooperation) -> Iterator[Violation]:
    """What became of change lists: an "S" that nobody knows whose it is, and changes that are never written, one alarm
    each per VHS (D21, D22).
    """
    for vhs in sorted(state.lanes):
        lane = state.lanes[vhs]
        by_state: dict[str, list[str]] = {}
        for ref in sorted(lane.unclear):
            booking = state.bookings[ref]
            if is_asked(state, lane, booking):
                by_state.setdefault(_written(state, lane, booking), []).append(ref)
        if by_state:
            refs = ", ".join(sorted(ref for refs in by_state.values() for ref in refs))
            found = "; ".join(f"{WRITTEN[how]} ({', '.join(refs)})" for how, refs in sorted(by_state.items()))
            detail = {"refs": refs, "found": found}
            for case, reasons in CASES.items():
                if of_case := sorted(ref for refs in by_state.values() for ref in refs if lane.unclear[ref] in reasons):
                    detail[case] = ", ".join(of_case)
            of_rows, of_people = ("exchanged", "alike"), ("replaced", "typed_over", "somebody_else")
            rule = "D26" if detail.keys() & of_rows else "D18" if detail.keys() & of_people else "D21"
            yield Violation("CANCELLATION_UNCLEAR", vhs, "", CRITICAL, rule, detail)
        if lane.active:
            yield from _refused(state, lane)


def _written(state: Cooperation, lane: Lane, booking: Booking) -> str:
    if is_open(state, lane, booking):
        return "open"
    seat = booking.seats.get(lane.vhs)
    return "given" if seat is not None and seat.given is not None and seat.given.value != "S" else "wanted"


def _refused(state: Cooperation, lane: Lane) -> Iterator[Violation]:
    """Changes of rows that were given out, and that three complete exports since do not show (D22)."""
    if lane.refused:
        still = sorted(
            name
            for change in changes(state, lane.vhs)
            if (name := name_of(change)) in lane.refused
            and not lane.told[name].aside
            and not (change.kind == "booking.create" and may_be_held(state, lane.vhs, name))
            and (change.given or change.because == lane.told[name].anew)
        )
        if still:
            yield Violation("APPLIED_NOT_SEEN", lane.vhs, "", WARNING, "D22", {"found": ", ".join(still)})


def _absence(seat: Seat) -> dict[str, str]:
    """Say what has become of an absence: a suspicion so far, one of so many that they will be withheld, withheld, taken
    for removed, or that taken back (D3, D4, D19, D32).
    """
    if seat.withheld is not None:
        return {"as": "withheld"}
    if seat.orphaned:
        return {"as": "orphan"}
    if seat.taken_back:
        return {"as": "taken_back"}
    return {"as": "foreseen"} if seat.foreseen else {}


def _unclaimed(state: Cooperation, bookings: Collection[Booking]) -> Iterator[Violation]:
    """Live mirrors of bookings that their owner, whose bookings are read, does not have (B1, B9)."""
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
        if held and (booking.disowned or booking.owner in readable):
            detail = {"found": "VHS " + ", ".join(held)}
            yield Violation("BOOKING_REMOVED", booking.owner, booking.ref, WARNING, "B1", detail)


WITHHELD = ("LETTERS_CHANGED_TOGETHER", "EFFECTS_WITHHELD")
"""What says that something is held back, of all rows of a VHS together."""


def _withheld(state: Cooperation, odd: Iterable[tuple[str, Seat]]) -> Iterator[Violation]:
    """What of a VHS's exports is held back because it would do too much to others at once (D31).

    ``odd`` are the seats it can be about.
    """
    waiting: dict[str, list[Held]] = {vhs: list(lane.waiting) for vhs, lane in state.lanes.items() if lane.waiting}
    for vhs, seat in odd:
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
    """An Ausfall that was taken back is told to all who take part, until all show the course live (D24), also the
    Master whose export was withdrawn (D32).
    """
    lanes = (lane for lane in state.lanes.values() if lane.active and lane.present)
    untold = sorted(lane.vhs for lane in lanes if lane.untold or _shows_withdrawn_ausfall(state, lane))
    for vhs in sorted(state.lanes) if untold else ():
        if state.lanes[vhs].active:
            yield Violation("AUSFALL_TAKEN_BACK", vhs, "", CRITICAL, "D24", {"found": "VHS " + ", ".join(untold)})


def _without_abo(state: Cooperation) -> Iterator[Violation]:
    """Bookings that would live again if their VHS still had an Abo: asked at the Master, who may hold them (D9, B1)."""
    if state.master is None or state.cancelled or all(lane.active for lane in state.lanes.values()):
        return
    held = [b for b in state.bookings.values() if b.without_abo and not (b.cancelled_by or b.orphaned_by)]
    if held:
        owners = ", ".join(f"VHS {vhs}" for vhs in sorted({booking.owner for booking in held}))
        detail = {"found": owners, "refs": ", ".join(sorted(booking.ref for booking in held)), "course": state.coop_id}
        yield Violation("BOOKINGS_WITHOUT_ABO", state.master, "", CRITICAL, "D9", detail)


def _shows_withdrawn_ausfall(state: Cooperation, lane: Lane) -> bool:
    """Tell whether a Master still shows an Ausfall that counts no longer, because its export was withdrawn (D32)."""
    return not state.cancelled and bool(lane.row.cancelled) and "cancelled" in lane.withdrawn


MOST_NAMED = 20
"""Bookings that are named one by one; of more a list tells nobody anything."""


def _went_back(state: Cooperation) -> Iterator[Violation]:
    """What a program lost stands open until all of it is acknowledged or decided, whatever else is pending (D20)."""
    for vhs, lane in sorted(state.lanes.items()):
        if lane.back is None or not lane.active or not has_lost(state, lane):
            continue
        refs = open_refs(state, vhs)
        named = [*refs[:MOST_NAMED], *(["…"] if len(refs) > MOST_NAMED else [])]
        fields = sorted({*lane.back_fields, *lane.asked_facts, *lane.restoring})
        named += [HEADINGS[name] for name in fields]
        if lane.abo_lost:
            named.append(_name(lane.number, lane.period))
        detail = {"found": lane.back.moment, "refs": ", ".join(named)}
        yield Violation("PROGRAM_WENT_BACK", vhs, "", CRITICAL, "D20", detail)


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
