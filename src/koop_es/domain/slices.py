"""Which part of an export belongs to which cooperation, and what its absence proves.

A course is found by its COOP-Id, and only where that is nowhere in the export by its number: then the COOP-Id was
altered. Nothing that cannot be told apart for certain is guessed: it is set aside with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from koop_es.domain.course import ABO_MARKER
from koop_es.domain.identifiers import booking_ref, is_issued, is_legacy, issuer, owner_of
from koop_es.domain.observation import CANCELLED, BookingRow, CourseBookings, CourseRow, Kind, Rejected, Report

Key = tuple[str, str | None]
"""Course number and period, case-sensitive, never cast; the period is None where a source has none."""


class KnownLane(NamedTuple):
    """Where a VHS keeps the course of one cooperation, as last reported.

    ``alone`` says that no other VHS ever showed its COOP-Id, so that it may be a slip of this one's.
    """

    coop_id: str
    number: str
    period: str
    ends_on: date | None
    title: str | None = None
    starts_on: date | None = None
    alone: bool = False


@dataclass(slots=True)
class Slice:
    """What one export says about one cooperation.

    ``course_absent`` and ``proves_absence`` are True only where a complete full export proves it (B11a, D3): the
    first for the course, the second for every booking that is not among ``bookings``, nor ``protected`` by a row that
    was set aside, nor ``excused`` because nobody knows. ``elsewhere`` tells whether a mirror stands in any course of
    the export. The row of a course that ``counts_only`` comes from an occupancy export and says nothing of
    all it leaves out. ``name`` is what the rows are known by, the same for the same rows; it is empty where they must
    be read whatever they are.
    """

    coop_id: str
    course: CourseRow | None = None
    bookings: Sequence[BookingRow] = field(default_factory=list)
    course_absent: bool = False
    counts_only: bool = False
    proves_absence: bool = False
    protected: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    elsewhere: Callable[[str], bool] = lambda _: False
    name: str = ""


@dataclass(slots=True)
class Routing:
    """An export taken apart: slices by COOP-Id, rows of the catalogue, which nobody opts out of (R1), and rows that
    belong nowhere (their bytes are still in the file).
    """

    slices: dict[str, Slice] = field(default_factory=dict)
    catalogue: list[CourseRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def route(
    report: Report,
    lanes: Mapping[str, KnownLane],
    is_catalogue: Callable[[Key], bool],
    is_local: Callable[[Key], bool] | None = None,
    booking_ids: Callable[[str], frozenset[str]] = lambda _: frozenset(),
) -> Routing:
    """Take an export apart.

    ``lanes`` are the cooperations the VHS takes part in, by COOP-Id; ``is_catalogue`` tells whether a course is known
    that nobody shares, so that its bookings are passed over, ``is_local`` whether it is certainly none of the shared;
    ``booking_ids`` gives the Beleg-IDs a cooperation's course holds at this VHS, and is asked only where a COOP-Id
    stands under another number than before.
    """
    courses = _Courses(report, lanes, is_local or is_catalogue, booking_ids)
    courses.assign()
    routing = Routing(courses.slices, courses.catalogue, courses.rejected)
    _route_bookings(report, routing, courses, is_catalogue)
    return routing


class _Courses:
    """Finds the slice of every course row."""

    def __init__(
        self,
        report: Report,
        lanes: Mapping[str, KnownLane],
        is_local: Callable[[Key], bool],
        booking_ids: Callable[[str], frozenset[str]],
    ) -> None:
        self.report = report
        self.booking_ids = booking_ids
        self.is_local = is_local
        self.lanes = lanes
        self.slices: dict[str, Slice] = {}
        self.catalogue: list[CourseRow] = []
        self.rejected: list[Rejected] = []
        self.taken: set[int] = set()
        self.by_id: dict[str, list[CourseRow]] = defaultdict(list)
        self.by_number: dict[str, list[CourseRow]] = defaultdict(list)
        for row in report.courses:
            self.by_number[row.number].append(row)
            if row.external_number and is_issued(row.external_number):
                self.by_id[row.external_number].append(row)
        self.bookings = report.bookings_by_course()
        self._shown: dict[tuple[str, str], frozenset[str]] = {}
        self.lane_keys = {(lane.number, lane.period): lane.coop_id for lane in lanes.values()}
        unreadable = any(item.about == "course" and item.key is None for item in report.rejected)
        self.proves = report.kind is Kind.FULL and report.courses_complete and not unreadable
        self.rejected_keys = {item.key for item in report.rejected if item.about == "course" and item.key is not None}

    def assign(self) -> None:
        """Give every row its place: the lanes first, then adoptions, the rest is catalogue."""
        for lane in sorted(self.lanes.values(), key=lambda lane: (lane.alone, lane.coop_id not in self.by_id)):
            self._assign_lane(lane)
        seen = Counter(row.external_number for row in self.report.courses if id(row) not in self.taken)
        for row in self.report.courses:
            if id(row) in self.taken:
                continue
            lost = self._lost_lane(row)
            if lost is not None:
                reason = f"the course is {lost.coop_id}; its COOP-Id was altered or lost"
                remedy = 'put the COOP-Id back into "Externe Kurs-Nr." and export again'
                self._reject(row, reason, remedy, known_as_local=False)
            elif not self._names_cooperation(row):
                self.catalogue.append(row)
            elif seen[row.external_number] > 1:
                reason = f"COOP-Id {row.external_number} stands in {seen[row.external_number]} courses"
                self._reject(row, reason, 'empty "Externe Kurs-Nr." in the course that was copied and export again')
            else:
                self._slice(row.external_number or "", row)

    def _names_cooperation(self, row: CourseRow) -> bool:
        issued = bool(row.external_number) and is_issued(row.external_number or "")
        return issued and self.report.kind is not Kind.CATALOGUE

    def _slice(self, coop_id: str, row: CourseRow | None) -> Slice:
        part = self.slices[coop_id] = Slice(coop_id, course=row, counts_only=self.report.kind is Kind.OCCUPANCY)
        if row is not None:
            self.taken.add(id(row))
            part.proves_absence = self._in_scope(row.facts.ends_on)
        return part

    def _assign_lane(self, lane: KnownLane) -> None:
        same_key = self._under_number(lane)
        with_id = [row for row in self.by_id[lane.coop_id] if not self._belongs_to_other(lane, row)]
        chosen = next((row for row in with_id if row in same_key), None)
        if chosen is None:
            moved = [row for row in with_id if self._may_be_renumbered(lane, row, stays=bool(same_key))]
            chosen = moved[0] if len(moved) == 1 else None
        for row in with_id:
            if row is not chosen:
                number, stays = lane.number, chosen is not None and chosen.number == lane.number
                itself = f" and {number} was made anew, delete {number}" if stays else f", number it {number} again"
                remedy = f'empty "Externe Kurs-Nr." there; but if it is the shared course itself{itself}'
                reason = f"COOP-Id {lane.coop_id} is a copy: it belongs to {lane.number} ({lane.period})"
                self._reject(row, reason, remedy)
        if chosen is None and len(same_key) == 1 and id(same_key[0]) not in self.taken:
            chosen = same_key[0]
        if chosen is not None:
            self._slice(lane.coop_id, chosen)
        elif not same_key and (lane.number, lane.period) not in self.rejected_keys and self._absence_counts(lane):
            self._slice(lane.coop_id, None).course_absent = True

    def _under_number(self, lane: KnownLane) -> list[CourseRow]:
        """List the rows under a lane's number; what another lane has taken is none of one that stands alone."""
        rows = (row for row in self.by_number[lane.number] if row.period in (lane.period, None))
        return [row for row in rows if not (lane.alone and id(row) in self.taken)]

    def _belongs_to_other(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row with a lane's COOP-Id stands under the number of another shared course and is that course.

        Then the COOP-Id was altered (R15), not the number (R20). It is so where the other's COOP-Id is nowhere, and
        where two changed places: unless its bookings, or title and first day, say for certain that the course moved,
        nothing is guessed.
        """
        other = self.lanes.get(self.lane_keys.get((row.number, row.period or ""), ""))
        if other is None or other is lane:
            return False
        shared = self._shares_bookings(other, row)
        slip = (
            other.alone and not lane.alone and (not shared or _is_course(row, lane) or self._shares_bookings(lane, row))
        )
        if slip and self.proves and not self._under_number(lane):
            return False  # the slip was the other COOP-Id, adopted while this course had it, and it is put right
        if not self.by_id[other.coop_id] or shared:
            return True
        return not self._shares_bookings(lane, row) and (not _is_course(row, lane) or _is_course(row, other))

    def _lost_lane(self, row: CourseRow) -> KnownLane | None:
        """Find the shared course that a row under another number is, where the export has it nowhere else (R15).

        A row without COOP-Id is asked only in a complete export: in a partial one the course need not be there at all.
        """
        if not (self._names_cooperation(row) or self.proves):
            return None
        absent = (self.lanes[c] for c in self.lanes if (part := self.slices.get(c)) is None or part.course is None)
        named = row.facts.title is not None and row.facts.starts_on is not None
        return next(
            (lane for lane in absent if (named and _is_course(row, lane)) or self._shares_bookings(lane, row)), None
        )

    def _may_be_renumbered(self, lane: KnownLane, row: CourseRow, *, stays: bool) -> bool:
        """Tell whether a row under another number is a lane's course, and not a copy that took the COOP-Id along (R20).

        Its bookings tell for certain. Where there are none on either side, title and first day do, and if these are
        others too, only a complete export shows that the old number is gone; a number that was a local course before
        is no renumbered one then, nor is any while a row still ``stays`` under the lane's own number.
        """
        known, shown = self.booking_ids(lane.coop_id), self._bookings_of(row)
        if known & shown:
            return True
        alike = _is_course(row, lane)
        if self._is_anothers(lane, row) or (known and not alike):
            return False  # neither its bookings nor its title and day: the COOP-Id moved, or was copied
        if stays and known:
            return False
        if alike:
            if known and shown and not self.proves:
                return False
        elif stays or not self.proves or not self._may_have_changed(lane, row):
            return False
        # A course copied into the next period takes "Externe Kurs-Nr." along; the original has left the export's scope.
        scope = self.report.scope_from
        left_scope = scope is not None and lane.ends_on is not None and lane.ends_on < scope
        return not (left_scope and row.period not in (lane.period, None))

    def _may_have_changed(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row with a lane's COOP-Id and nothing else of it may be its course all the same (R20).

        It is another where it was a local course, where it is an Abo-Kurs by its mark and the lane's is the Master's,
        and where title and first day stand in a row whose COOP-Id is that of another course and was not there before.
        """
        if self.is_local((row.number, row.period)):
            return False
        is_masters = issuer(lane.coop_id) == self.report.vhs and not is_legacy(lane.coop_id)
        if is_masters and ABO_MARKER in (row.facts.markers or ()):
            return False
        return not any(
            _is_course(other, lane)
            and is_issued(other.external_number or "")
            and self.lane_keys.get((other.number, other.period or "")) != other.external_number
            for other in self.report.courses
        )

    def _shares_bookings(self, lane: KnownLane, row: CourseRow) -> bool:
        return bool(self.booking_ids(lane.coop_id) & self._bookings_of(row))

    def _bookings_of(self, row: CourseRow) -> frozenset[str]:
        """List the Beleg-IDs an export shows under the number of a row."""
        key = (row.number, row.period or "")
        if key not in self._shown:
            found = self.bookings.get(key)
            self._shown[key] = frozenset(booking.booking_id for booking in found.rows) if found else frozenset()
        return self._shown[key]

    def _is_anothers(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether bookings, or title and first day, show a row to be the course of another COOP-Id."""
        alike = _is_course(row, lane)
        return any(
            self._shares_bookings(other, row) or (not alike and _is_course(row, other))
            for other in self._unsettled(lane)
        )

    def _unsettled(self, lane: KnownLane) -> list[KnownLane]:
        """List the other lanes whose COOP-Id does not stand where it stood; a slip that nobody booked is no rival."""
        return [
            other
            for other in self.lanes.values()
            if other is not lane
            and not (other.alone and not self.booking_ids(other.coop_id))
            and not any(row.external_number == other.coop_id for row in self.by_number[other.number])
        ]

    def _in_scope(self, ends_on: date | None) -> bool:
        scope = self.report.scope_from
        return scope is None or ends_on is None or ends_on >= scope

    def _absence_counts(self, lane: KnownLane) -> bool:
        return self.proves and self._in_scope(lane.ends_on)

    def _reject(self, row: CourseRow, reason: str, remedy: str, *, known_as_local: bool = True) -> None:
        """Set a row aside; its course stays known as one that nobody shares, so that it is not taken for another
        later.
        """
        self.taken.add(id(row))
        if known_as_local:
            self.catalogue.append(row)
        self.rejected.append(
            Rejected(
                file=row.file,
                line=row.line,
                column="Externe Kurs-Nr.",
                reason=reason,
                remedy=remedy,
                raw=b"",
                about="course",
                key=(row.number, row.period or ""),
            )
        )


def _is_course(row: CourseRow, lane: KnownLane) -> bool:
    return (row.facts.title, row.facts.starts_on) == (lane.title, lane.starts_on)


def _route_bookings(report: Report, routing: Routing, courses: _Courses, is_catalogue: Callable[[Key], bool]) -> None:
    """Hand every booking to its course's slice; those of courses nobody shares are passed over and never kept (D15)."""
    local = {(row.number, row.period) for row in routing.catalogue} | {(row.number, None) for row in routing.catalogue}
    targets = {}
    for lane in courses.lanes.values():
        found = routing.slices.get(lane.coop_id)
        # A course that moved is reached by its new number only: the old one may be that of a local course by now (R20).
        if (found is None or found.course is None) and (lane.number, lane.period) not in local:
            targets[lane.number, lane.period] = lane.coop_id
    for coop_id, part in routing.slices.items():
        if part.course is not None:
            known = courses.lanes.get(coop_id)
            period = part.course.period
            if period is None:
                period = known.period if known is not None else ""
            targets[part.course.number, period] = coop_id
    local |= {(item.key[0], item.key[1]) for item in routing.rejected if item.key is not None}
    unreadable = any(item.about == "booking" and (not item.key or not item.key[0]) for item in report.rejected)
    complete = report.kind is Kind.FULL and report.has_bookings and report.bookings_complete and not unreadable
    for key, shown in courses.bookings.items():
        target = targets.get(key)
        if target is not None:
            part = routing.slices.get(target) or routing.slices.setdefault(target, Slice(target))
            _take_bookings(report, routing, part, shown)
        elif key in local or is_catalogue(key):
            if shown.mirrors:
                routing.rejected += (_strayed(row) for row in shown.rows if _is_stray(report, row))
        else:
            reason = f"booking of course {key[0]} ({key[1]}), which this VHS never reported"
            remedy = "export the course as well"
            routing.rejected += (_rejected_booking(row, "Kursnummer", reason, remedy) for row in shown.rows)
    protected = {item.key[0] for item in (*report.rejected, *routing.rejected) if item.about == "booking" and item.key}
    protected |= {row.ref.partition(":")[2] for shown in courses.bookings.values() for row in shown.own if row.ref}
    protected |= set(_in_courses_set_aside(report, routing, courses))
    everywhere = frozenset(protected)
    mirrors = _Mirrors(courses.bookings.values())
    for part in routing.slices.values():
        part.proves_absence = part.proves_absence and complete and part.course is not None
        part.protected, part.elsewhere = everywhere, mirrors.hold
    routing.rejected.sort(key=lambda item: (item.about != "course", item.line))


class _Mirrors:
    """The mirrors in all courses of an export, gone through when one is missed in its own."""

    def __init__(self, bookings: Iterable[CourseBookings]) -> None:
        self._bookings = bookings
        self._refs: frozenset[str] | None = None

    def hold(self, ref: str) -> bool:
        """Tell whether one of them is the mirror of a booking."""
        if self._refs is None:
            self._refs = frozenset(row.ref for found in self._bookings for row in found.rows if row.ref)
        return ref in self._refs


def _in_courses_set_aside(report: Report, routing: Routing, courses: _Courses) -> Iterator[str]:
    """Name what stands in courses that were set aside, or whose COOP-Id is another one, by Beleg-ID and reference.

    Wherever such a course belongs, these bookings are not gone (B11).
    """
    aside = {item.key[:2] for item in (*report.rejected, *routing.rejected) if item.about == "course" and item.key}
    for key, found in courses.bookings.items():
        if key in aside:
            for row in found.rows:
                yield from (row.booking_id, row.ref) if row.ref else (row.booking_id,)
    for coop_id, part in routing.slices.items():
        shown = part.course.external_number if part.course is not None else None
        if shown not in (None, coop_id) and not is_legacy(coop_id):
            yield from (row.booking_id for row in part.bookings)


def _take_bookings(report: Report, routing: Routing, part: Slice, found: CourseBookings) -> None:
    """Hand the bookings of a course to its slice, those aside that name another booking of their own VHS."""
    wrong = {row.line: row for row in found.own if row.ref != booking_ref(report.vhs, row.booking_id)}
    for row in wrong.values():
        reason = f"Koop-Beleg-ID {row.ref} names this VHS's own booking under another Beleg-ID"
        remedy = "empty Koop-Beleg-ID in a booking of your own"
        routing.rejected.append(_rejected_booking(row, "Koop-Beleg-ID", reason, remedy))
    rows = [row for row in found.rows if row.line not in wrong] if wrong else found.rows
    part.bookings = [*part.bookings, *rows] if part.bookings else rows


def _is_stray(report: Report, row: BookingRow) -> bool:
    return bool(row.ref) and owner_of(row.ref or "") != report.vhs and row.status is not CANCELLED


def _strayed(row: BookingRow) -> Rejected:
    """Set a mirror aside that stands in a course nobody shares: its owner's booking has no seat there (B1)."""
    reason = f"booking {row.ref} of another VHS stands in course {row.number} ({row.period}), which nobody shares"
    return _rejected_booking(row, "Koop-Beleg-ID", reason, "set status S in this row, or put the COOP-Id right")


def _rejected_booking(row: BookingRow, column: str, reason: str, remedy: str) -> Rejected:
    key = (row.booking_id, row.number, row.period)
    return Rejected(
        file=row.file, line=row.line, column=column, reason=reason, remedy=remedy, raw=b"", about="booking", key=key
    )
