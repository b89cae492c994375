"""An export taken apart: which rows belong to which cooperation, first the courses, then the bookings in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from koop_es.domain.identifiers import booking_ref, is_legacy, owner_of
from koop_es.domain.observation import CANCELLED, BookingRow, CourseBookings, Kind, Rejected, Report, told_by
from koop_es.domain.route_courses import Courses
from koop_es.domain.slices import Key, KnownLane, Routing, Slice


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
    courses = Courses(report, lanes, is_local or is_catalogue, booking_ids)
    courses.assign()
    routing = Routing(courses.slices, courses.catalogue, courses.rejected)
    _route_bookings(report, routing, courses, is_catalogue)
    return routing


def _route_bookings(report: Report, routing: Routing, courses: Courses, is_catalogue: Callable[[Key], bool]) -> None:
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


def _in_courses_set_aside(report: Report, routing: Routing, courses: Courses) -> Iterator[str]:
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
    return Rejected(
        file=row.file,
        line=row.line,
        column=column,
        reason=reason,
        remedy=remedy,
        raw=b"",
        about="booking",
        key=(row.booking_id, row.number, row.period),
        told=told_by(row),
    )
