"""Which row of an export is which shared course (R15, R19, R20).

A course is found by its COOP-Id, and only where that is nowhere in the export by its number: then the COOP-Id was
altered. Nothing that cannot be told apart for certain is guessed: it is set aside with a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from koop_es.domain.admission import Stranger
from koop_es.domain.belongings import (
    Trace,
    are_others,
    has_others,
    may_be_the_same,
    shares,
    standing,
    took_all_over,
    trace_of_row,
)
from koop_es.domain.course import ABO_MARKER, CourseFacts
from koop_es.domain.identifiers import is_issued, is_legacy, issuer
from koop_es.domain.observation import CourseRow, Kind, Rejected, Report, told_by_course
from koop_es.domain.slices import Key, KnownLane, Slice
from koop_es.domain.unstated import SPREADSHEET, spelled_otherwise

EMPTY_IT = 'empty "Externe Kurs-Nr."'

UNTOLD = "its COOP-Id is in another course or another's in it, and an export without all bookings cannot tell"

WAIT = "export in full, with the bookings"

GIVE_BACK = (
    "give both courses their former numbers, and write no COOP-Id into a course that nobody shares; or, if this is the "
    "shared course, put its COOP-Id back here and empty it there; then export again"
)
"""What to do where a shared course and one that nobody shares seem to have exchanged their numbers (D28)."""

GIVE_ANOTHER = (
    "if this is the shared course, put its COOP-Id back here; if it is another, give it another number, and put the "
    "COOP-Id into the shared course where that has none; then export again"
)
"""What to do where the number of a shared course shows another, and its COOP-Id stands nowhere (R15, R20)."""

NUMBER_ALONE = (
    "a course without COOP-Id is known by its number alone: give both courses their former numbers and export in full, "
    "with the bookings; or, if this is the shared course, change its title and its first day one after the other"
)
"""What to do where a course that is shared without COOP-Id seems to have given its number to another (D12, R20)."""

SPELLING = ("is the number of a shared course with decimals", SPREADSHEET)


class Courses:
    """Finds the slice of every course row: what they are is in ``slices``, ``catalogue`` and ``rejected``."""

    def __init__(
        self,
        report: Report,
        lanes: Mapping[str, KnownLane],
        is_known: Callable[[Key], bool],
        is_local: Callable[[Key], bool],
        traces: Callable[[str], Sequence[Trace]],
        stranger: Callable[[CourseRow], Stranger | None] = lambda _: None,
    ) -> None:
        self.report, self.stranger = report, stranger
        self.traces = traces
        self.is_known, self.is_local = is_known, is_local
        self.lanes = lanes
        self.slices: dict[str, Slice] = {}
        self.catalogue: list[CourseRow] = []
        self.rejected: list[Rejected] = []
        self.taken: set[int] = set()
        self.untold: set[Key] = set()
        self.left: list[tuple[KnownLane, CourseRow]] = []
        self.absent: list[KnownLane] = []
        self.by_id: dict[str, list[CourseRow]] = defaultdict(list)
        self.by_number: dict[str, list[CourseRow]] = defaultdict(list)
        self.lane_keys = {(lane.number, lane.period): lane.coop_id for lane in lanes.values()}
        misspelled = [(row, number) for row in report.courses if (number := spelled_otherwise(row, self.lane_keys))]
        for row, _ in misspelled:
            self._reject(row, *SPELLING, known_as_local=False, column="Kursnummer")
        for row in report.courses:
            if id(row) in self.taken:
                continue
            self.by_number[row.number].append(row)
            if row.external_number and is_issued(row.external_number):
                self.by_id[row.external_number].append(row)
        self.bookings = report.bookings_by_course()
        self._shown: dict[tuple[str, str], list[Trace]] = {}
        unreadable = any(item.about == "course" and item.key is None for item in report.rejected)
        self.proves = report.kind is Kind.FULL and report.courses_complete and not unreadable
        self.rejected_keys = {item.key for item in report.rejected if item.about == "course" and item.key is not None}
        self.rejected_keys |= {(number, row.period or "") for row, number in misspelled}
        named = (item.told.external_number for item in report.rejected if item.about == "course")
        self.rejected_ids = {coop_id for coop_id in named if coop_id}

    def assign(self) -> None:
        """Give every row its place: the lanes first, then adoptions, the rest is catalogue."""
        for lane in sorted(self.lanes.values(), key=lambda lane: (lane.alone, lane.coop_id not in self.by_id)):
            self._assign_lane(lane)
        for lane, row in self.left:
            if id(row) not in self.taken:
                self._hold(lane, row)
        without = (self.lanes[c] for c in self.lanes if (part := self.slices.get(c)) is None or part.course is None)
        self.absent = [lane for lane in without if not self._is_aside(lane)]
        seen = Counter(row.external_number for row in self.report.courses if id(row) not in self.taken)
        for row in self.report.courses:
            if id(row) in self.taken:
                continue
            lost = self._lost_lane(row)
            if lost is not None:
                if (part := self.slices.get(lost.coop_id)) is not None:
                    part.id_stands = True  # it did not go with its program (D20)
                reason = f"the course is {lost.coop_id}; its COOP-Id was altered or lost"
                remedy = 'put the COOP-Id back into "Externe Kurs-Nr." and export again'
                if is_legacy(lost.coop_id):
                    reason = f"the course is the one that was shared as {lost.number} ({lost.period}), without COOP-Id"
                    remedy = f"number it {lost.number} again and export again"
                self._reject(row, reason, remedy, known_as_local=False)
            elif not self._names_cooperation(row):
                self.catalogue.append(row)
            elif seen[row.external_number] > 1:
                reason = f"COOP-Id {row.external_number} stands in {seen[row.external_number]} courses"
                self._reject(row, reason, 'empty "Externe Kurs-Nr." in the course that was copied and export again')
            elif (stranger := self.stranger(row)) is not None:
                self._reject(row, stranger.reason, stranger.remedy)
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
        same_key, aside = self._under_number(lane), self._is_aside(lane)
        with_id = [row for row in self.by_id[lane.coop_id] if not self._belongs_to_other(lane, row)]
        if aside:  # its own row is there and cannot be used: what stands beside it is not it (D28)
            same_key = [row for row in same_key if row in with_id]
        chosen = next((row for row in with_id if row in same_key), None)
        if chosen is None and not aside:
            stays = any(not self._is_neighbour(lane, row) for row in same_key)
            moved = [row for row in with_id if self._may_be_renumbered(lane, row, stays=stays)]
            chosen = moved[0] if len(moved) == 1 else None
        left = same_key[0] if chosen is None and len(same_key) == 1 and id(same_key[0]) not in self.taken else None
        waits = left is not None and self._may_have_left(lane, left)
        for row in with_id:
            if row is not chosen:
                told = chosen is not None or self._stood_beside(row) or (self._tells(lane) and not waits)
                if not told:
                    self.untold.add((row.number, row.period or ""))
                self._reject(row, *self._of_copy(lane, row, chosen or left, waits=waits), known_as_local=told)
        if left is not None and waits:
            self.left.append((lane, left))
        elif left is not None:
            chosen = left
        if chosen is not None:
            self._slice(lane.coop_id, chosen)
        elif not same_key and not aside and self._absence_counts(lane):
            if self.by_id[lane.coop_id] and not self._tells(lane):
                return
            part = self._slice(lane.coop_id, None)
            part.course_absent, part.id_stands = True, bool(with_id)

    def _may_have_left(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether the course may have another number now, and the row under its old one be another's (R20, R15).

        So it is where its COOP-Id stands in another row, where this one has that of another shared course, or has
        none, and title and first day are others too. Only participants tell: until an export shows them no COOP-Id is
        lost or altered, for who is told to write it here would share a course that nobody shares (D28, D15).
        """
        found = row.external_number
        if self.report.kind not in (Kind.FULL, Kind.DELTA):
            return False
        if is_legacy(lane.coop_id):
            return self._gave_number_away(lane, row)
        if found in (None, lane.coop_id):
            return False
        if self._tells(lane):
            return self._is_neighbour(lane, row) or self._is_undecided(lane, row) or self._has_lost_all(lane, row)
        named = bool(self.by_id[lane.coop_id]) or found in self.lanes
        stays = took_all_over(self._booked(lane), self._bookings_of(row))
        return (named or has_nothing_of(row.facts, lane)) and not stays

    def _is_undecided(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether the row that has the COOP-Id of a lane's course may be it rather than the one under its number:
        title and first day say so, or these are not all as they were here and more of what was booked stands there.
        Where the witnesses are at odds nobody is told anything of either row (R20, D28).
        """
        others = [other for other in self.by_id[lane.coop_id] if other is not row]
        if _more_like(lane, others, row):
            return True
        most = self._weigh(lane, others) > self._weigh(lane, [row])
        return most and not _is_like(lane, row)

    def _has_lost_all(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row has nothing but the number of a lane's course, whose COOP-Id is nowhere (R15, D28)."""
        return not self.by_id[lane.coop_id] and self._gave_number_away(lane, row)

    def _gave_number_away(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a course that nothing but its number tells may have given it to another: title or first day are
        others and nobody stands here who had booked, but title and first day, or who had booked, stand in another row;
        or both are others; or more of what was booked stands in another row than here (R20, D12). Whoever booked here
        would be shown to the others, and be it for good.
        """
        if not _is_another(row, lane):
            return False
        others = [other for other in self.report.courses if other is not row]
        here, there = self._weigh(lane, [row]), self._weigh(lane, others)
        if here:
            return there > here
        if there or any(_is_course(other, lane) for other in others):
            return True
        return any(trace.live for trace in self.traces(lane.coop_id)) and has_nothing_of(row.facts, lane)

    def _weigh(self, lane: KnownLane, rows: Sequence[CourseRow]) -> int:
        """Count how much of what was booked in a lane's course stands in that of the rows where most of it does."""
        booked = self._booked(lane)
        return max((standing(booked, self._bookings_of(row)) for row in rows), default=0) if booked else 0

    def _is_neighbour(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row of a complete export under a lane's number is another course, which has that number now:
        the COOP-Id stands in a row that has more of title and first day of the lane's course than this, and nobody
        stands here who had booked for certain, or more of them stand there (R20): who was moved into a course does not
        make it the one that he left. Or it stands in one that was reported beside, nobody who had
        booked stands here, and title or first day are others, or other people are booked (D28).
        """
        others = [other for other in self.by_id[lane.coop_id] if other is not row]
        if not others or row.external_number in (None, lane.coop_id) or not self._tells(lane):
            return False
        if alike := _more_like(lane, others, row):
            here = standing(self._surely_booked(lane), self._bookings_of(row))
            return not here or self._weigh(lane, alike) > here
        known, shown = self.traces(lane.coop_id), self._bookings_of(row)
        other = any(map(self._stood_beside, others)) and (not _is_course(row, lane) or has_others(known, shown))
        return other and not shares(known, shown)

    def _hold(self, lane: KnownLane, row: CourseRow) -> None:
        """Set the row under a lane's number aside, and its bookings with it, until an export tells (R20), or the two
        courses that exchanged their numbers are told apart by people (D28).
        """
        self.untold |= {(row.number, row.period or ""), (lane.number, lane.period)}
        if is_legacy(lane.coop_id):
            reason = f"{row.number} ({lane.period}) shows another course than the one that was shared under this number"
            self._reject(row, reason, NUMBER_ALONE, known_as_local=False)
            return
        if not self._tells(lane):
            reason = f"{row.number} ({lane.period}) need not be {lane.coop_id} any more: {UNTOLD}"
            self._reject(row, reason, WAIT, known_as_local=False)
            return
        others = [other for other in self.by_id[lane.coop_id] if other is not row]
        self.untold |= {(other.number, other.period or "") for other in others}
        numbers = ", ".join(other.number for other in others)
        if not others:
            reason = f"{row.number} ({lane.period}) shows another course than {lane.coop_id}, whose COOP-Id is nowhere"
            self._reject(row, reason, GIVE_ANOTHER, known_as_local=False)
            return
        reason = f"{row.number} ({lane.period}) shows another course than {lane.coop_id}, whose COOP-Id is in {numbers}"
        self._reject(row, reason, GIVE_BACK, known_as_local=False)

    def _tells(self, lane: KnownLane) -> bool:
        """Tell whether this export is complete, with the bookings where anybody ever booked: they tell for certain."""
        shown = self.report.has_bookings and self.report.bookings_complete
        return self.proves and (shown or not self.traces(lane.coop_id))

    def _of_copy(self, lane: KnownLane, row: CourseRow, chosen: CourseRow | None, *, waits: bool) -> tuple[str, str]:
        """Say why a row with a lane's COOP-Id is not its course, or not yet while another ``waits``, and what to do."""
        number = f"{lane.number} ({lane.period})"
        if not self._can_tell(lane, row):
            if chosen is None or waits:
                reason = f"COOP-Id {lane.coop_id} stood in {number}, and a partial export cannot tell"
                return f"{reason} whether this is that course or a copy", f"export in full; in a copy {EMPTY_IT}"
        elif waits:
            reason = f"COOP-Id {lane.coop_id} stood in {number}, and nothing tells which of the two is that course"
            return reason, f"see what is said of {lane.number}"
        stays = chosen is not None and chosen.number == lane.number
        itself = f"delete {lane.number} or give that another number, and " if stays else ""
        remedy = f"{EMPTY_IT} there; but if it is the shared course itself, {itself}number it {lane.number} again"
        return f"COOP-Id {lane.coop_id} is a copy: it belongs to {number}", remedy

    def _can_tell(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether this export says what a row with a lane's COOP-Id is; else the next complete one does."""
        return self._stood_beside(row) or self._tells(lane)

    def _is_aside(self, lane: KnownLane) -> bool:
        """Tell whether the row of a lane's course was set aside: then it is not lost, and nothing else is it (D28)."""
        return (lane.number, lane.period) in self.rejected_keys or lane.coop_id in self.rejected_ids

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
        if self._is_neighbour(other, row) and self._weigh(other, self.by_id[other.coop_id]):
            return False  # the other is where its COOP-Id is, whoever was moved into this one (D25)
        shared = self._shares_bookings(other, row)
        itself = _is_course(row, lane) or self._shares_bookings(lane, row)
        slip = other.alone and not lane.alone and (itself or not (shared or self._is_elsewhere(lane, row)))
        if slip and self.proves and not self._under_number(lane):
            return False  # the slip was the other COOP-Id, adopted while this course had it, and it is put right
        if not self.by_id[other.coop_id] or shared:
            return True
        return not self._shares_bookings(lane, row) and (not _is_course(row, lane) or _is_course(row, other))

    def _is_elsewhere(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether title and first day of a lane's course stand in another row than this one (R15)."""
        return any(_is_course(other, lane) for other in self.report.courses if other is not row)

    def _lost_lane(self, row: CourseRow) -> KnownLane | None:
        """Find the shared course that a row under another number is, where the export has it nowhere else (R15).

        A row without COOP-Id is asked only in a complete export: in a partial one the course need not be there at all.
        A shared course whose row was set aside is not lost. One that left the scope may be, and a course that was
        reported beside it may have become it, only where all that was booked stands there (D28, R20).
        """
        if not (self._names_cooperation(row) or self.proves):
            return None
        named = row.facts.title is not None and row.facts.starts_on is not None
        return next(
            (
                lane
                for lane in self.absent
                if (
                    self._became(lane, row)
                    if self._stood_beside(row)
                    else self._shares_bookings(lane, row)
                    or (named and self._in_scope(lane.ends_on) and _is_course(row, lane))
                )
            ),
            None,
        )

    def _stood_beside(self, row: CourseRow) -> bool:
        return self.is_local((row.number, row.period))

    def _may_be_renumbered(self, lane: KnownLane, row: CourseRow, *, stays: bool) -> bool:
        """Tell whether a row under another number is a lane's course, and not a copy that took the COOP-Id along (R20).

        Its bookings tell for certain. Only a complete export shows that the old number is gone: in a partial one all
        that was booked must stand there, because a copy is not taken back any more. So it must while a row still
        ``stays`` under the lane's own number, and in a course that was reported beside it (D28).
        """
        known, shown = self.traces(lane.coop_id), self._bookings_of(row)
        if self._stood_beside(row):
            return not stays and self._became(lane, row)
        if stays or not self.proves:
            return took_all_over(known, shown) or (self.proves and not known and self._looks_like(lane, row))
        same = shares(known, shown) or (may_be_the_same(known, shown) and self._looks_like(lane, row))
        return same or (not are_others(known, shown) and self._is_as_before(lane, row))

    def _is_as_before(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row of a complete export with a lane's COOP-Id is its course under a number that it had, with
        title and first day that it had: its program was put back, or it was given that number again (R20, D20).
        """
        facts, former = row.facts, lane.former(lane.coop_id)
        had = any(number == row.number and row.period in (period, None) for number, period in former.keys)
        if not had or facts.title not in former.titles or facts.starts_on not in former.first_days:
            return False
        return None not in (facts.title, facts.starts_on) and not self._is_anothers(lane, row)

    def _became(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row that was reported beside a lane's course is that now: all that was booked stands there,
        and nobody else, who may have booked a course that nobody shares and of whom nobody may hear (D28, D15).
        """
        known, shown = self.traces(lane.coop_id), self._bookings_of(row)
        return self.proves and took_all_over(known, shown) and not has_others(known, shown)

    def _looks_like(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row of a complete export is a lane's course by its COOP-Id and nothing that tells against it.

        Title and first day tell; where these are others too, nobody may have booked it. Of an Abo-Kurs that is to be
        made again nothing is known that could tell against the row (D20).
        """
        alike, unknown = _is_course(row, lane), lane.title is None and lane.starts_on is None
        if self._is_anothers(lane, row):
            return False
        booked = not unknown and self.traces(lane.coop_id)
        if not alike and (booked or not self._may_have_changed(lane, row)):
            return False
        # A course copied into the next period takes "Externe Kurs-Nr." along; the original has left the export's scope.
        scope = self.report.scope_from
        left_scope = scope is not None and lane.ends_on is not None and lane.ends_on < scope
        return not (left_scope and row.period not in (lane.period, None))

    def _may_have_changed(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row with a lane's COOP-Id and nothing else of it may be its course all the same (R20).

        It is another where it was reported before, where it is an Abo-Kurs by its mark and the lane's is the Master's,
        where it may be one of the VHS's own, and where title and first day stand in a row that was not there before:
        one whose COOP-Id is that of another course, or an Abo-Kurs by its mark that has none.
        """
        if self._under_number(lane) or self.is_known((row.number, row.period)):
            return False
        is_masters = self._is_masters(lane)
        if (is_masters and _is_marked(row)) or (not is_masters and self._may_be_an_own_one(lane, row)):
            return False
        return not any(
            _is_course(other, lane) and self._may_have_lost_id(other, masters=is_masters)
            for other in self.report.courses
        )

    def _may_be_an_own_one(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a row without the mark of an Abo-Kurs may be a course that its VHS shares itself, and of which
        the export has neither number nor COOP-Id: one of its own got the COOP-Id of an Abo (R15).
        """
        gone = (one for one in self._unsettled(lane) if not (self.by_id[one.coop_id] or self._under_number(one)))
        return not _is_marked(row) and any(self._is_masters(one) for one in gone)

    def _is_masters(self, lane: KnownLane) -> bool:
        return issuer(lane.coop_id) == self.report.vhs and not is_legacy(lane.coop_id)

    def _may_have_lost_id(self, row: CourseRow, *, masters: bool) -> bool:
        """Tell whether a row that was not there before may be a shared course that has the COOP-Id of another, or has
        none: an Abo-Kurs by its mark, or by lack of it one of the ``masters`` (R15).
        """
        if is_issued(row.external_number or ""):
            return self.lane_keys.get((row.number, row.period or "")) != row.external_number
        return _is_marked(row) is not masters and not self.is_known((row.number, row.period))

    def _shares_bookings(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether a booking of a lane stands in a row: one that is certainly of its course, if any is (R20)."""
        return shares(self._booked(lane), self._bookings_of(row))

    def _booked(self, lane: KnownLane) -> Sequence[Trace]:
        """Trace what was certainly booked in a lane's course; whatever was, where no complete export has shown it."""
        return self._surely_booked(lane) or self.traces(lane.coop_id)

    def _surely_booked(self, lane: KnownLane) -> list[Trace]:
        """Trace what a complete export has shown of a lane: what partial ones added came in by the number alone."""
        return [trace for trace in self.traces(lane.coop_id) if trace.sure]

    def _bookings_of(self, row: CourseRow) -> list[Trace]:
        """Trace the bookings that an export shows under the number of a row."""
        key, report = (row.number, row.period or ""), self.report
        if key not in self._shown:
            rows = found.rows if (found := self.bookings.get(key)) else ()
            self._shown[key] = [trace_of_row(shown, report.vhs, composed=report.composed) for shown in rows]
        return self._shown[key]

    def _is_anothers(self, lane: KnownLane, row: CourseRow) -> bool:
        """Tell whether bookings show a row to be the course of another COOP-Id, or its title does, with its first day
        where both courses have one title.
        """
        return any(
            self._shares_bookings(other, row)
            or (row.facts.title is not None and row.facts.title == other.title != lane.title)
            or (_is_course(row, other) and not _is_course(row, lane))
            for other in self._unsettled(lane)
        )

    def _unsettled(self, lane: KnownLane) -> list[KnownLane]:
        """List the other lanes whose COOP-Id does not stand where it stood; a slip that nobody booked is no rival."""
        return [
            other
            for other in self.lanes.values()
            if other is not lane
            and not (other.alone and not self.traces(other.coop_id))
            and not any(row.external_number == other.coop_id for row in self.by_number[other.number])
        ]

    def _in_scope(self, ends_on: date | None) -> bool:
        scope = self.report.scope_from
        return scope is None or ends_on is None or ends_on >= scope

    def _absence_counts(self, lane: KnownLane) -> bool:
        return self.proves and self._in_scope(lane.ends_on)

    def _reject(
        self, row: CourseRow, reason: str, remedy: str, *, known_as_local: bool = True, column: str = "Externe Kurs-Nr."
    ) -> None:
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
                column=column,
                reason=reason,
                remedy=remedy,
                raw=b"",
                about="course",
                key=(row.number, row.period or ""),
                told=told_by_course(row),
            )
        )


def _is_marked(row: CourseRow) -> bool:
    """Tell whether a course is an Abo-Kurs by its mark (R28)."""
    return ABO_MARKER in (row.facts.markers or ())


def has_nothing_of(facts: CourseFacts, others: CourseFacts | KnownLane) -> bool:
    """Tell whether title and first day of two courses are both stated, and both others (R20, D29)."""
    stated = None not in (facts.title, facts.starts_on, others.title, others.starts_on)
    return stated and facts.title != others.title and facts.starts_on != others.starts_on


def _is_another(row: CourseRow, lane: KnownLane) -> bool:
    """Tell whether title or first day of a row are another's; what is not stated tells nothing (D29)."""
    shown, known = (row.facts.title, row.facts.starts_on), (lane.title, lane.starts_on)
    return None not in (*shown, *known) and shown != known


def _more_like(lane: KnownLane, rows: Sequence[CourseRow], than: CourseRow) -> list[CourseRow]:
    """List the rows that have more of title and first day of a lane's course than another may have (R20, D29)."""
    least = sum(_is_same_or_unstated(lane, than))
    return [row for row in rows if sum(cell is not None and cell == known for cell, known in _told(lane, row)) > least]


def _is_like(lane: KnownLane, row: CourseRow) -> bool:
    """Tell whether neither title nor first day of a row are others than those of a lane's course (D29)."""
    return all(_is_same_or_unstated(lane, row))


def _is_same_or_unstated(lane: KnownLane, row: CourseRow) -> Iterator[bool]:
    return (None in (cell, known) or cell == known for cell, known in _told(lane, row))


def _told(lane: KnownLane, row: CourseRow) -> tuple[tuple[object, object], ...]:
    return (row.facts.title, lane.title), (row.facts.starts_on, lane.starts_on)


def _is_course(row: CourseRow, lane: KnownLane) -> bool:
    return (row.facts.title, row.facts.starts_on) == (lane.title, lane.starts_on)
