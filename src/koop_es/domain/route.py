"""An export taken apart: which rows belong to which cooperation, first the courses, then the bookings in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from koop_es.domain.admission import Stranger
from koop_es.domain.asides import Aside, KnownSeat, Seats, Weighed, aside_of, weigh
from koop_es.domain.belongings import Trace
from koop_es.domain.identifiers import booking_ref, is_legacy, owner_of
from koop_es.domain.merges import same_name
from koop_es.domain.misnamed import OWN_IS_NAMED_BY_NONE
from koop_es.domain.observation import (
    CANCELLED,
    BookingRow,
    CourseBookings,
    CourseRow,
    Kind,
    Rejected,
    Report,
    told_by,
)
from koop_es.domain.route_courses import WAIT, Courses, has_nothing_of
from koop_es.domain.slices import Key, KnownLane, Routing, Slice, StandsFor
from koop_es.domain.unstated import MirrorTraces, cancels, is_of, unusable, without_person


def route(
    report: Report,
    lanes: Mapping[str, KnownLane],
    is_catalogue: Callable[[Key], bool],
    is_local: Callable[[Key], bool] | None = None,
    booking_ids: Callable[[str], frozenset[str]] = lambda _: frozenset(),
    seats: Seats = lambda _: iter(()),
    mirrors: Callable[[str], MirrorTraces] = lambda _: MirrorTraces({}, ()),
    traces: Callable[[str], Sequence[Trace]] = lambda _: (),
    stranger: Callable[[CourseRow], Stranger | None] = lambda _: None,
    elsewhere: Callable[[BookingRow, str], str | None] = lambda *_: None,
) -> Routing:
    """Take an export apart.

    ``lanes`` are the cooperations the VHS takes part in, by COOP-Id; ``is_catalogue`` tells whether a course is known
    that nobody shares, so that its bookings are passed over, ``is_local`` whether it is certainly none of the shared;
    ``booking_ids`` gives the Beleg-IDs a cooperation's course holds at this VHS, and is asked only where a row leaves
    something unstated, ``traces`` what tells its bookings in whichever course they stand, and is asked only where a
    COOP-Id stands under another number than before; ``seats`` gives all that is known of them, and is asked only where
    rows of bookings were set aside (D17); ``mirrors`` tells those without reference, and is asked only where a row has
    no name either (D26); ``stranger`` tells why a row with a COOP-Id that is in none of the lanes makes its VHS take no
    part; ``elsewhere`` tells whose mirror of another course a row without reference is, which is set aside as that
    later, and is asked only where it has no name either (D25).
    """
    courses = Courses(report, lanes, is_catalogue, is_local or is_catalogue, traces, stranger)
    courses.assign()
    routing = Routing(courses.slices, courses.catalogue, courses.rejected)
    _Bookings(report, routing, courses, is_catalogue, booking_ids, mirrors, elsewhere).route(seats)
    return routing


class _Bookings:
    """Hands the bookings of an export to the slices of their courses."""

    def __init__(
        self,
        report: Report,
        routing: Routing,
        courses: Courses,
        is_catalogue: Callable[[Key], bool],
        booking_ids: Callable[[str], frozenset[str]],
        mirrors: Callable[[str], MirrorTraces],
        elsewhere: Callable[[BookingRow, str], str | None],
    ) -> None:
        self._booking_ids, self._mirrors, self._elsewhere = booking_ids, mirrors, elsewhere
        self._report, self._routing, self._courses, self._is_catalogue = report, routing, courses, is_catalogue
        self._asides: list[Aside] = [aside_of(item) for item in report.rejected if item.about == "booking"]

    def route(self, seats: Seats) -> None:
        """Hand them over; those of courses nobody shares are passed over and never kept (D15)."""
        report, routing = self._report, self._routing
        self._know_courses()
        complete = report.kind is Kind.FULL and report.has_bookings and report.bookings_complete
        for key, shown in self._courses.bookings.items():
            target = self._targets.get(key)
            if target is not None:
                part = routing.slices.get(target) or routing.slices.setdefault(target, Slice(target))
                self._take(part, shown, seats)
            elif self._is_local(key):
                if shown.mirrors:
                    say = _untold if key in self._courses.untold else partial(_strayed, complete=complete)
                    stray = [row for row in shown.rows if _is_stray(report, row)]
                    routing.rejected += map(say, stray)
                    routing.strays |= {row.ref or "": row for row in stray}
            else:
                reason = f"booking of course {key[0]} ({key[1]}), which this VHS never reported"
                for row in shown.rows:
                    self._set_aside(row, "Kursnummer", reason, "export the course as well")
        protected, given_on = self._protected(), self._given_on(seats) if complete else {}
        everywhere = Everywhere(self._courses.bookings)
        for part in routing.slices.values():
            part.proves_absence = part.proves_absence and complete and part.course is not None
            part.protected, part.elsewhere = protected - given_on.get(part.coop_id, frozenset()), everywhere.hold
            part.stands, part.is_another = everywhere.stands, partial(self._is_another, part)
            part.filed = everywhere.named
        self._say_whose(seats, self._suspend(seats) if complete else self._legible(seats))
        routing.rejected.sort(key=lambda item: (item.about != "course", item.line))

    def _know_courses(self) -> None:
        """Say which course is whose, and which are nobody's."""
        routing, courses = self._routing, self._courses
        local: set[Key] = {(row.number, row.period) for row in routing.catalogue}
        local |= {(row.number, None) for row in routing.catalogue}
        targets: dict[Key, str] = {}
        for lane in courses.lanes.values():
            found = routing.slices.get(lane.coop_id)
            # A course that moved is reached by its new number only: the old one may be a local course's by now (R20).
            key = (lane.number, lane.period)
            if (found is None or found.course is None) and key not in local and key not in courses.untold:
                targets[key] = lane.coop_id
        for coop_id, part in routing.slices.items():
            if part.course is not None:
                known = courses.lanes.get(coop_id)
                period = part.course.period
                if period is None:
                    period = known.period if known is not None else ""
                targets[part.course.number, period] = coop_id
        local |= {(item.key[0], item.key[1]) for item in routing.rejected if item.key is not None} | courses.untold
        self._local, self._targets = local, targets

    def _is_another(self, part: Slice, row: BookingRow) -> bool:
        """Tell whether a row stands in another shared course than this one, or in one of other title and first day."""
        target = self._targets.get((row.number, row.period))
        if target is not None or part.course is None:
            return target not in (None, part.coop_id)
        rows = [course for course in self._courses.by_number[row.number] if course.period in (row.period, None)]
        return bool(rows) and all(has_nothing_of(course.facts, part.course.facts) for course in rows)

    def _is_local(self, key: Key) -> bool:
        return key in self._local or self._is_catalogue(key)

    def _take(self, part: Slice, found: CourseBookings, seats: Seats) -> None:
        """Hand the bookings of a course to its slice, those aside that name another booking of their own VHS, or cannot
        be used without what they leave unstated (D29, D18d).
        """
        if not (found.own or found.twice or found.doubtful):  # as of nearly every course
            part.bookings = [*part.bookings, *found.rows] if part.bookings else found.rows
            return
        wrong = {row.line: row for row in found.own if row.ref != booking_ref(self._report.vhs, row.booking_id)}
        if wrong:
            wrong = self._misnamed(part, found, wrong, seats)
        for row in wrong.values():
            reason = f"Koop-Beleg-ID {row.ref} names this VHS's own booking under another Beleg-ID"
            self._set_aside(row, "Koop-Beleg-ID", reason, OWN_IS_NAMED_BY_NONE)
        for row, other in self._own_as_doubles(part, found, seats) if found.twice else ():
            wrong[row.line] = row
            reason = f"this VHS's own booking names {row.ref}, which is row {other}"
            self._set_aside(row, "Koop-Beleg-ID", reason, OWN_IS_NAMED_BY_NONE)
        read = {row.line: without_person(row) for row in self._own_cancelled(part, found, seats)}
        if doubtful := [row for row in found.doubtful if row.line not in read]:
            known = self._booking_ids(part.coop_id)
            here, named = {row.booking_id for row in found.rows}, {row.ref for row in found.rows}
            for item in unusable(doubtful, known, here, named, partial(self._mirrors, part.coop_id)):
                if self._elsewhere(item.row, part.coop_id) is not None:
                    continue
                wrong[item.row.line] = item.row
                self._set_aside(*item)
        rows = found.rows
        if wrong or read:
            rows = [read.get(row.line, row) for row in found.rows if row.line not in wrong]
        part.bookings = [*part.bookings, *rows] if part.bookings else rows

    def _own_cancelled(self, part: Slice, found: CourseBookings, seats: Seats) -> Iterator[BookingRow]:
        """Find rows with an "S" and no name that are own bookings by Beleg-ID and TNR: the person is known (D29)."""
        nameless = [row for row in found.doubtful if cancels(row)]
        if nameless:
            own = f"{self._report.vhs}:"
            known = {seat.booking_id: seat for _, told in seats([part.coop_id]) for seat in told}
            for row in nameless:
                seat = known.get(row.booking_id)
                if seat is None or not seat.ref.startswith(own) or seat.participant_no != row.participant_no:
                    continue
                if is_of(row, seat.person):
                    yield row

    def _own_as_doubles(self, part: Slice, found: CourseBookings, seats: Seats) -> Iterator[tuple[BookingRow, str]]:
        """Find the VHS's own bookings that name a mirror which has a row of its own, and that row's Beleg-ID.

        As their Beleg-ID, TNR and name are known they are what they were: nobody is absent by a reference that was
        pasted into their row (D17), and nobody has two seats (D26).
        """
        rows: dict[str, list[BookingRow]] = {}
        for row in found.rows:
            if row.ref is not None:
                rows.setdefault(row.ref, []).append(row)
        known = {seat.ref: seat for _, told in seats([part.coop_id]) for seat in told}
        for ref, same in rows.items():
            own = [row for row in same if self._is_known(known.get(booking_ref(self._report.vhs, row.booking_id)), row)]
            if len(same) > len(own) and owner_of(ref) != self._report.vhs:
                other = next(row.booking_id for row in same if row not in own)
                yield from ((row, other) for row in own)

    @staticmethod
    def _is_known(seat: KnownSeat | None, row: BookingRow) -> bool:
        if seat is None or (seat.booking_id, seat.participant_no) != (row.booking_id, row.participant_no):
            return False
        return row.person is None or seat.person is None or same_name(row.person, seat.person)

    def _misnamed(
        self, part: Slice, found: CourseBookings, rows: dict[int, BookingRow], seats: Seats
    ) -> dict[int, BookingRow]:
        """Leave out the rows that are the booking of the VHS's own that they name, under another Beleg-ID (D18b, D20).

        It was known under that Beleg-ID, or has the name, and no other row of the course is that booking.
        """
        own = f"{self._report.vhs}:"
        standing = {row.booking_id for row in found.rows if row.ref is None or row.ref.startswith(own)}
        known = {seat.ref: seat for _, told in seats([part.coop_id]) for seat in told}

        def is_it(row: BookingRow) -> bool:
            seat = known.get(row.ref or "")
            if seat is None or seat.booking_id == row.booking_id:
                return seat is not None
            named = row.person is not None and seat.person is not None and same_name(row.person, seat.person)
            return named and seat.booking_id not in standing

        return {line: row for line, row in rows.items() if not is_it(row)}

    def _set_aside(self, row: BookingRow, column: str, reason: str, remedy: str) -> None:
        item = rejected_booking(row, column, reason, remedy)
        self._routing.rejected.append(item)
        self._asides.append(aside_of(item))

    def _protected(self) -> frozenset[str]:
        """Name by Beleg-ID and reference what rows that were set aside legibly are, or stand for (D17)."""
        report, courses = self._report, self._courses
        protected = {name for row in self._asides for name in (row.booking_id, row.ref)}
        protected |= {row.ref.partition(":")[2] for shown in courses.bookings.values() for row in shown.own if row.ref}
        protected |= set(_in_courses_set_aside(report, self._routing, courses))
        return frozenset(protected - {""})

    def _given_on(self, seats: Seats) -> dict[str, frozenset[str]]:
        """Give by COOP-Id the Beleg-IDs that others have in courses that were set aside: nothing of the booking that
        had one stands there, so that it is missing like any other whose Beleg-ID was given on (D18a, D3).
        """
        named = {name for row in self._asides for name in (row.booking_id, row.ref)}  # whatever else they say (D17)
        aside = _rows_of_courses_set_aside(self._report, self._routing, self._courses)
        rows = {row.booking_id: row for row in aside if not row.ref and row.booking_id not in named}
        if not rows:
            return {}
        asked = sorted(coop_id for coop_id, part in self._routing.slices.items() if part.course is not None)
        return {
            coop_id: frozenset(
                seat.booking_id for seat in known if seat.booking_id in rows and seat.is_not(rows[seat.booking_id])
            )
            for coop_id, known in seats(asked)
        }

    def _legible(self, seats: Seats) -> Weighed:
        """Weigh the rows whose course can be read, of an export that proves nothing absent; what they may be that was
        given out and not seen yet is not given out anew for that (D22).
        """
        rows = [row for row in self._asides if (row.number, row.period) in self._targets]
        weighed = weigh(rows, set(self._targets.values()), self._targets.get, self._is_local, seats)
        for coop_id, ref in {
            (coop_id, seat.ref) for *_, fits in weighed.fits for coop_id, seat in fits if seat.awaited
        }:
            part = self._routing.slices.setdefault(coop_id, Slice(coop_id, protected=self._protected()))
            part.shielded |= {ref}
        return weighed

    def _suspend(self, seats: Seats) -> Weighed:
        """Take the proof from the slices in which a row that was set aside may be anybody's (D17)."""
        slices = self._routing.slices
        proving = {coop_id for coop_id, part in slices.items() if part.proves_absence}
        weighed = weigh(self._asides, proving, self._targets.get, self._is_local, seats)
        for coop_id, refs in weighed.shielded.items():
            slices[coop_id].shielded = refs
        for coop_id, suspension in weighed.suspended.items():
            slices[coop_id].suspended, slices[coop_id].proves_absence = suspension, False
        untold = frozenset(weighed.suspended)
        for part in slices.values():
            part.untold = untold
        return weighed

    def _say_whose(self, seats: Seats, weighed: Weighed) -> None:
        """Say of the rows that were set aside what they may be, so that no answer passes over them (D17, D28, D30)."""
        found = self._routing.stand_for
        for row, target, fits in weighed.fits:
            told = found.setdefault((row.file, row.line), [])
            told += [StandsFor(coop_id, seat.ref) for coop_id, seat in fits if not self._is_shown(coop_id, seat)]
            if target is not None:
                told.append(StandsFor(target))
        full = self._report.kind is Kind.FULL and self._report.has_bookings
        aside = [item for item in (*self._report.rejected, *self._routing.rejected) if item.about == "course"]
        lanes = self._courses.lanes if aside else {}
        for coop_id, lane in lanes.items():
            of_lane = (item for item in aside if _is_of(item, lane))
            for count, item in enumerate(of_lane):
                told = found.setdefault((item.file, item.line), [])
                told.append(StandsFor(coop_id))
                part = self._routing.slices.get(coop_id)
                if not count and full and (part is None or part.course is None):
                    own = dict(seats([coop_id])).get(coop_id, [])
                    told += [StandsFor(coop_id, seat.ref) for seat in own if not self._is_shown(coop_id, seat)]

    def _is_shown(self, coop_id: str, seat: KnownSeat) -> bool:
        """Tell whether a row that can be used shows a booking."""
        part = self._routing.slices.get(coop_id)
        rows = part.bookings if part is not None else ()
        return any(row.booking_id == seat.booking_id or row.ref == seat.ref for row in rows)


def _is_of(item: Rejected, lane: KnownLane) -> bool:
    """Tell whether the row of a course that was set aside may be a lane's own, or names its COOP-Id."""
    return item.key == (lane.number, lane.period) or item.told.external_number == lane.coop_id


class Everywhere:
    """The rows in all courses of an export, gone through when one is missed in its own."""

    def __init__(self, bookings: Mapping[tuple[str, str], CourseBookings]) -> None:
        """Look at nothing yet."""
        self._bookings = bookings
        self._refs: dict[str, list[BookingRow]] | None = None
        self._own: dict[str, tuple[str, str]] | None = None

    def hold(self, ref: str) -> bool:
        """Tell whether one of them is the mirror of a booking."""
        return bool(self.named(ref))

    def named(self, ref: str) -> Sequence[BookingRow]:
        """Find the rows that name a booking, in whichever course."""
        if self._refs is None:
            self._refs = {}
            for row in (row for found in self._bookings.values() for row in found.rows if row.ref):
                self._refs.setdefault(row.ref or "", []).append(row)
        return self._refs.get(ref, ())

    def stands(self, booking_id: str) -> BookingRow | None:
        """Find the VHS's own row under a Beleg-ID, in whichever course (D25)."""
        if self._own is None:
            self._own = {
                row.booking_id: key for key, found in self._bookings.items() for row in found.rows if not row.ref
            }
        key = self._own.get(booking_id)
        if key is None:
            return None
        return next(row for row in self._bookings[key].rows if row.booking_id == booking_id and not row.ref)


def _in_courses_set_aside(report: Report, routing: Routing, courses: Courses) -> Iterator[str]:
    """Name what stands in courses that were set aside, or whose COOP-Id is another one, by Beleg-ID and reference.

    Wherever such a course belongs, these bookings are not gone (B11). What can be read, and names another booking, is
    only that one, whoever had its Beleg-ID before (D18).
    """
    for row in _rows_of_courses_set_aside(report, routing, courses):
        yield from (row.booking_id, row.ref) if row.ref else (row.booking_id,)
    for coop_id, part in routing.slices.items():
        shown = part.course.external_number if part.course is not None else None
        if shown not in (None, coop_id) and not is_legacy(coop_id):
            yield from (row.ref or row.booking_id for row in part.bookings)


def _rows_of_courses_set_aside(report: Report, routing: Routing, courses: Courses) -> Iterator[BookingRow]:
    aside = {item.key[:2] for item in (*report.rejected, *routing.rejected) if item.about == "course" and item.key}
    for key, found in courses.bookings.items():
        if key in aside:
            yield from found.rows


def _is_stray(report: Report, row: BookingRow) -> bool:
    return bool(row.ref) and owner_of(row.ref or "") != report.vhs and row.status is not CANCELLED


COPIED = "if somebody registered here, in a copy of that row, set no S and empty its Koop-Beleg-ID"
"""What to do before anything else about a mirror that stands where it cannot be: nobody who registered in a row that
staff copied may be cancelled for it (B1).
"""


def _strayed(row: BookingRow, *, complete: bool) -> Rejected:
    """Set a mirror aside that stands in a course nobody shares: its owner's booking has no seat there (B1)."""
    reason = f"booking {row.ref} of another VHS stands in course {row.number} ({row.period}), which nobody shares"
    remedy = f"{COPIED}; else {set_s(complete=complete)}, or put the COOP-Id right"
    return rejected_booking(row, "Koop-Beleg-ID", reason, remedy)


def set_s(*, complete: bool) -> str:
    """Say what to do with the row of a mirror in another course: an "S" is the booking's own before a complete export
    has shown that this row is none of its course, and the mirror is delivered again (B3, D25).
    """
    return "set status S in this row" if complete else f"{WAIT}, and set no S before that"


def _untold(row: BookingRow) -> Rejected:
    """Set a mirror aside that stands in a course of which this export does not tell what it is (R20)."""
    reason = f"this export cannot tell which shared course {row.number} ({row.period}) is, if any"
    return rejected_booking(row, "Kursnummer", reason, f"{WAIT}; if it was, see what is said of the course")


def rejected_booking(row: BookingRow, column: str, reason: str, remedy: str) -> Rejected:
    """Set a row aside that could be read, with all that it tells; its bytes are still in the file."""
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
