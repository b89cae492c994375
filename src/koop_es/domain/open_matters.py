"""What stands open in a cooperation: the one place where every kind of open matter is found (D30).

``why``, ``view``, ``status`` and ``diff`` read from here, so that none of them passes over what another one tells. A
new kind is one function below, in one of the tuples at the end, and two sentences in the words: ``m_<kind>`` says what
stands open, ``n_<kind>`` what to do about it. What a kind does to the state of a VHS says ``STATES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from koop_es.domain.absences import is_over_on
from koop_es.domain.cooperation import Booking, Cooperation, Lane, Seat, SetAside, may_be_aside
from koop_es.domain.course import HEADINGS
from koop_es.domain.errors import Refused
from koop_es.domain.in_doubt import moved_in_doubt, setting_s
from koop_es.domain.judgement import Effect
from koop_es.domain.turned_back import turned_back
from koop_es.domain.violations import Violation, found, is_odd

VIOLATION: Final = "violation"


class Matter(NamedTuple):
    """One matter that stands open at a VHS, about one booking or, without ``ref``, about the course.

    ``version`` is that of the event since which it does, 0 where there is none; ``values`` are what its sentences put
    in beside ``vhs`` and ``ref``. ``code`` is that of the violation, or of the violation that says the same.
    """

    kind: str
    vhs: str
    ref: str = ""
    version: int = 0
    values: Mapping[str, str] = MappingProxyType({})
    code: str = ""


STATES: dict[str, str] = {
    "suspected": "behind",
    "suspected_copy": "behind",
    "suspected_many": "behind",
    "suspected_back": "behind",
    "suspected_over": "behind",
    "missing": "behind",
    "missing_abo": "behind",
    "asked": "behind",
    "asked_shown": "behind",
    "asked_orphan": "behind",
    "asked_course": "behind",
    "unreadable": "frozen",
    "frozen": "frozen",
    "withheld": "withheld",
    "suspended": "suspended",
    "set_aside": "quarantined",
    "set_aside_course": "quarantined",
    "withheld_effect": "withheld",
    "withheld_letter": "withheld",
    "turned_back": "behind",
    "turned_back_course": "behind",
}
"""Kind -> in which state, at best, a VHS is at which it stands open (D30)."""

SUSPICIONS = ("suspected", "suspected_copy", "suspected_many", "suspected_back")
"""Kinds of a first absence, that is none any more once the course is over."""

MOVED = "MOVED_AND_CANCELLED"
"""Others set "S" in a booking that its owner moved: somebody says for what it was meant (D25)."""

DOUBLE = "PARTICIPANTS_MERGED of two bookings"
"""Two bookings of one person became one row: somebody decides which of them goes (B15)."""

OF_VIOLATIONS: dict[str, str] = {
    "COURSE_VANISHED": "behind",
    "REGISTRATION_HELD": "behind",
    "SEQUENCE_RESTARTED": "blocked",
    "STORE_PUT_BACK": "late",
    "COURSE_NEVER_SHOWN": "behind",
    "COOP_ID_CHANGED": "frozen",
    "COOP_ID_LOST": "frozen",
    "UNKNOWN_STATUS": "frozen",
    "CANCELLATION_UNCLEAR": "withheld",
    "BOOKINGS_WITHOUT_ABO": "withheld",
    MOVED: "withheld",
    "MIRROR_SHOWS_ANOTHER": "withheld",
    "LETTERS_CHANGED_TOGETHER": "withheld",
    "ABSENCES_SUSPENDED": "suspended",
    "PROGRAM_WENT_BACK": "suspended",
    DOUBLE: "suspended",
}
"""Violation -> in which state, at best, a VHS is at which it stands open (D30); of others all may show the same."""


def is_suspicion(code: str, detail: Mapping[str, str]) -> bool:
    """Tell whether a violation is of a booking that is absent and not taken for removed yet (D3)."""
    return code == "BOOKING_REMOVED" and (not detail or detail.get("as") in ("foreseen", "taken_back"))


def state_of(code: str, detail: Mapping[str, str]) -> str | None:
    """Tell in which state, at best, a VHS is at which a violation stands open, None where it leaves that as it is."""
    if is_suspicion(code, detail) or (code == "BOOKING_REMOVED" and "owner" in detail):  # it is asked about (D24)
        return "behind"
    return OF_VIOLATIONS.get(DOUBLE if code == "PARTICIPANTS_MERGED" and "course" in detail else code)


def open_matters(state: Cooperation) -> Iterator[Matter]:
    """Find everything that stands open in a cooperation but its violations and what connectors have to write."""
    if state.ended:
        return
    for vhs in sorted(state.lanes):
        lane = state.lanes[vhs]
        if lane.active:
            for of_lane in OF_LANES:
                yield from of_lane(state, lane)
        else:
            yield from _set_aside_course(state, lane)  # what was booked since its Abo ended (D9)
    for booking in state.bookings.values():
        for vhs, seat in booking.seats.items():
            at = state.active_lane(vhs)
            if at is not None and _may_matter(seat):
                for of_seat in OF_SEATS:
                    yield from of_seat(state, at, booking, seat)


def violations_too(state: Cooperation, standing: Iterable[Violation] | None = None) -> Iterator[Matter]:
    """Find everything that stands open, violations as well: first what has a kind of its own, then what rules forbid.

    ``standing`` are the violations, where they were found already. A violation is left out where a matter of another
    kind says the same.
    """
    said = set()
    for matter in open_matters(state):
        said.add((matter.code, matter.vhs, matter.ref))
        yield matter
    for item in found(state) if standing is None else standing:
        if item.key not in said:
            version = state.violations.get(item.key, 0)
            yield Matter(VIOLATION, item.vhs, item.ref, version, item.detail, item.code)


ANSWERED = frozenset({
    "asked", "asked_shown", "asked_orphan", "asked_course", "withheld", "withheld_effect", "withheld_letter", "double",
})  # fmt: skip
"""Kinds of what somebody has to answer, beside violations that ask something."""

ASKING = frozenset({"CANCELLATION_UNCLEAR", MOVED})
"""Violations that ask whether a booking is cancelled."""


def unanswered(state: Cooperation, vhs: str) -> list[Matter]:
    """List what waits for somebody's answer at a VHS, also where the question about its "S" stands at the owner that
    moved the booking: no command that ends its part in the cooperation may end that as well (D9, D12, D30).
    """
    found = [
        matter
        for matter in violations_too(state)
        if matter.vhs == vhs and (matter.kind in ANSWERED or matter.code in ASKING)
    ]
    moved = [booking for booking in state.bookings.values() if booking.moved and moved_in_doubt(state, booking)]
    for booking in moved:
        if vhs in setting_s(state, booking) - booking.cancelled_by:
            found.append(Matter(VIOLATION, booking.owner, booking.ref, code=MOVED))
    return found


def refuse_unanswered(state: Cooperation, vhss: Iterable[str], what: str, rule: str) -> None:
    """Refuse to end something while questions stand open that would end with it (D9, D12); raises Refused."""
    found = [matter for vhs in sorted(vhss) for matter in unanswered(state, vhs)]
    if found:
        at = ", ".join(f"VHS {vhs}" for vhs in sorted({matter.vhs for matter in found}))
        raise Refused(
            f"{what} while {len(found)} matters of {state.coop_id} wait for an answer at {at}: koop-es violations, "
            "koop-es withheld list and koop-es why say what they are and how each is answered",
            rule=rule,
            matters=[{"vhs": item.vhs, "ref": item.ref or None, "code": item.code or item.kind} for item in found],
        )


def as_of(state: Cooperation, matters: Iterable[Matter], today: date) -> Iterator[Matter]:
    """Say suspicions as what they are once their course is over: no second absence follows any more (D3, D17).

    One that somebody answers for is left out (D30).
    """
    for matter in matters:
        if matter.kind not in SUSPICIONS or not is_over_on(state, matter.vhs, today):
            yield matter
            continue
        said = state.acknowledged.get((matter.code, matter.vhs, matter.ref))
        kind = {"suspected_many": "foreseen", "suspected_back": "taken_back"}.get(matter.kind)
        if said is None or not said.holds({"as": kind} if kind else {}, today):
            yield matter._replace(kind="suspected_over", values={"coop_id": state.coop_id})


# --- about the course at one VHS ------------------------------------------------------------------------------------


def _frozen(_: Cooperation, lane: Lane) -> Iterator[Matter]:
    """The COOP-Id was altered: none of its bookings are read at this VHS (R15)."""
    if lane.altered is not None:
        code = "COOP_ID_CHANGED" if lane.altered else "COOP_ID_LOST"
        yield Matter("frozen", lane.vhs, "", lane.identity_version, code=code)


def _missing(state: Cooperation, lane: Lane) -> Iterator[Matter]:
    """The course left the exports of this VHS; its bookings count as neither there nor gone (R19, R34, R44)."""
    if not lane.present and not lane.archived and not state.cancelled:
        since = state.violations.get(("COURSE_VANISHED", lane.vhs, ""), 0)
        kind = "missing" if lane.vhs == state.master else "missing_abo"
        yield Matter(kind, lane.vhs, "", since, {"coop_id": state.coop_id}, "COURSE_VANISHED")


def _suspended(state: Cooperation, lane: Lane) -> Iterator[Matter]:
    """Of some bookings nobody can tell whether they are gone: a row was set aside that may be theirs (D17)."""
    if lane.suspended is not None:
        since = state.violations.get(("ABSENCES_SUSPENDED", lane.vhs, ""), 0)
        for ref in lane.suspended.refs:
            if not state.is_final(state.bookings[ref]):
                yield Matter("suspended", lane.vhs, ref, since, {"export": lane.suspended.export})


def _set_aside_course(_: Cooperation, lane: Lane) -> Iterator[Matter]:
    """Rows of the course, or that name its COOP-Id, were set aside: the first says of what kind they are (D30)."""
    if rows := lane.aside.get(""):
        yield Matter("set_aside_course", lane.vhs, "", 0, _values(rows[0]) | {"count": str(len(rows))})


def _values(row: SetAside) -> dict[str, str]:
    return {name: str(value) for name, value in row._asdict().items()}


def _course_effect(_: Cooperation, lane: Lane) -> Iterator[Matter]:
    """What the course shows would do too much to others at once and waits for an answer (D31)."""
    for held in lane.waiting:
        yield Matter("withheld_effect", lane.vhs, "", held.version, {"id": held.withheld_id})


def _turned_back(state: Cooperation, lane: Lane) -> Iterator[Matter]:
    """What was given out is wanted no longer, and no export has told whether it was carried out (D30)."""
    for name, given in turned_back(state, lane):
        about_booking = name in state.bookings
        kind = "turned_back" if about_booking else "turned_back_course"
        yield Matter(kind, lane.vhs, name if about_booking else "", given.version)


# --- about one booking at one VHS -----------------------------------------------------------------------------------


def _may_matter(seat: Seat) -> bool:
    """Tell whether a matter can be about this seat at all: of most it cannot, and it is asked of every one."""
    return is_odd(seat) or bool(seat.asked)


def _suspected(state: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """A complete export lacked the booking: a suspicion that does not count yet (D3), or no longer (D32)."""
    counts = seat.live and not (seat.orphaned or seat.lost or booking.orphaned_by)
    if seat.absences and counts and not (seat.withheld or seat.asked) and _goes_on(state, lane, booking):
        kind = "suspected" if lane.vhs == booking.owner else "suspected_copy"
        kind = "suspected_back" if seat.taken_back else "suspected_many" if seat.foreseen else kind
        yield Matter(kind, lane.vhs, booking.ref, seat.absent_version, code="BOOKING_REMOVED")


def _withheld(state: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """The cancellation of an absent booking waits for an operator (D4)."""
    if seat.withheld is not None and not state.is_final(booking):
        values = {"id": seat.withheld}
        yield Matter("withheld", lane.vhs, booking.ref, seat.absent_version, values, "BOOKING_REMOVED")


def _effect(state: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """What the row shows would do too much to others at once and waits for an answer (D31); an "S" that shows another
    letter again is a question of its own (D31e).
    """
    for held in seat.waiting:
        values = {"id": held.withheld_id}
        if held.effect == Effect.LETTER:
            yield Matter("withheld_letter", lane.vhs, booking.ref, held.version, values | {"coop_id": state.coop_id})
        else:
            yield Matter("withheld_effect", lane.vhs, booking.ref, held.version, values)


def _asked(state: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """The booking is missing at its owner, which proves nothing: somebody decides whether it lives (D20, D24)."""
    if seat.asked and not booking.cancelled_by:
        values = {"coop_id": state.coop_id}
        if seat.ask == "row" and booking.ref in state.forgotten:
            values = {"course": state.coop_id, "owner": lane.vhs, "forgotten": booking.ref}
            yield Matter(VIOLATION, lane.vhs, booking.ref, seat.asked, values, "BOOKING_REMOVED")
            return
        kind, code = ("asked", "BOOKING_REMOVED") if seat.ask == "row" else (f"asked_{seat.ask}", "")
        yield Matter(kind, lane.vhs, booking.ref, seat.asked, values, code)


def _asked_course(state: Cooperation, lane: Lane) -> Iterator[Matter]:
    """What a Master's program lost of its course waits for a decision (D20)."""
    if lane.asked_facts:
        names = ", ".join(HEADINGS[name] for name in sorted(lane.asked_facts))
        since = lane.back.version if lane.back is not None else 0
        yield Matter("asked_course", lane.vhs, "", since, {"coop_id": state.coop_id, "fields": names})


def _set_aside(state: Cooperation, lane: Lane) -> Iterator[Matter]:
    """A row that may be a booking's was set aside: what it shows now, or whether it was written as it was told to be,
    nobody can tell (D17, D30).
    """
    for ref, rows in lane.aside.items():
        booking = state.bookings.get(ref)
        if booking is not None and may_be_aside(lane, booking):
            yield Matter("set_aside", lane.vhs, ref, 0, _values(rows[0]))


def _double(state: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """Two records of one person that both were booked were merged: a human decides which one goes (B15)."""
    if seat.survivor is not None and not state.is_final(booking):
        values = {"survivor": seat.survivor}
        yield Matter("double", lane.vhs, booking.ref, seat.version, values, "PARTICIPANTS_MERGED")


def _unreadable(_: Cooperation, lane: Lane, booking: Booking, seat: Seat) -> Iterator[Matter]:
    """The row shows a letter that nobody knows and is frozen (B6)."""
    if seat.unknown_status is not None:
        values = {"found": seat.unknown_status}
        yield Matter("unreadable", lane.vhs, booking.ref, seat.version, values, "UNKNOWN_STATUS")


def _goes_on(state: Cooperation, lane: Lane, booking: Booking) -> bool:
    return lane.present and not lane.frozen and not state.is_final(booking)


OfLane = Callable[[Cooperation, Lane], Iterator[Matter]]
OfSeat = Callable[[Cooperation, Lane, Booking, Seat], Iterator[Matter]]

OF_LANES: tuple[OfLane, ...] = (
    _frozen,
    _missing,
    _course_effect,
    _suspended,
    _asked_course,
    _set_aside_course,
    _set_aside,
    _turned_back,
)
"""What can stand open about the course at a VHS."""

OF_SEATS: tuple[OfSeat, ...] = (_withheld, _effect, _suspected, _asked, _double, _unreadable)
"""What can stand open about a booking at a VHS; ``_may_matter`` must know the fields of the seat it is found by."""
