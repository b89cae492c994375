"""What one export says about each cooperation, and what its absence proves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from koop_es.domain.observation import BookingRow, CourseRow, Rejected, Status

Key = tuple[str, str | None]
"""Course number and period, case-sensitive, never cast; the period is None where a source has none."""


class Former(NamedTuple):
    """What a VHS showed of a shared course so far: the numbers and periods it had before, and every title and first
    day of it, those of now among them (R20, D20).
    """

    keys: Collection[tuple[str, str]] = ()
    titles: Collection[str | None] = ()
    first_days: Collection[date | None] = ()


def no_former(_: str) -> Former:
    """Know of no course what it was before."""
    return Former()


class KnownLane(NamedTuple):
    """Where a VHS keeps the course of one cooperation, as last reported.

    ``alone`` says that no other VHS ever showed its COOP-Id, so that it may be a slip of this one's. ``former`` gives
    by COOP-Id what the course was before, and is asked only where nothing else tells what a row is (R20).
    """

    coop_id: str
    number: str
    period: str
    ends_on: date | None
    title: str | None = None
    starts_on: date | None = None
    alone: bool = False
    former: Callable[[str], Former] = no_former


class Home(NamedTuple):
    """Where a booking of a VHS is, or once was: its reference and its cooperation."""

    ref: str
    coop_id: str


class StandsFor(NamedTuple):
    """What a row that was set aside may be (D17): a booking that no other row of its export shows, or something of a
    course, where there is no ``ref``.
    """

    coop_id: str
    ref: str = ""


class Suspension(NamedTuple):
    """Why absence proves nothing in a course although the export is complete (D17): a code, and the first of the rows
    that were set aside and may be anybody's.
    """

    reason: str
    file: str
    line: int


def nowhere(_: str) -> Collection[Home]:
    """Know of no Beleg-ID that it was booked before."""
    return ()


def no_references(_: str) -> Collection[str]:
    """Know of no Beleg-ID under which references it was booked before."""
    return ()


@dataclass(slots=True)
class Slice:
    """What one export says about one cooperation.

    ``course_absent`` and ``proves_absence`` are True only where a complete full export proves it (B11a, D3): the
    first for the course, which or whose COOP-Id may stand in a row that was set aside (``id_stands``), the second
    for every booking that is not among ``bookings``, nor ``protected`` by a row that was set aside, nor ``excused``
    because nobody knows. ``elsewhere`` tells whether a mirror stands in any course of the export, ``filed`` gives its
    rows there (D25), ``strays`` a row of it in a course that is not its own and shows no "S".
    ``references`` gives the references a Beleg-ID of this
    VHS has in any of its courses (D18a). The row of a course that ``counts_only`` comes
    from an occupancy export and says nothing of all it leaves out.
    ``name`` is what the rows are known by, the same for the same rows; it is empty where they must
    be read whatever they are.

    Of the bookings that are not there, those that are ``shielded`` may stand in a row that was set aside, by TNR or
    name, and are not counted; where the absences are ``suspended``, none is counted, nor any forgotten (D17). A row of
    the export that stands in whichever course is found by ``stands`` from its Beleg-ID (D25); that a partial export
    shows none proves nothing. ``is_another`` tells of such a row whether its course is certainly another than this one
    (R20).
    ``homes`` gives where a Beleg-ID of this VHS was booked so far, in whichever of its courses, ``rekeyed`` where a
    booking has the Beleg-ID of a row although its reference says otherwise (D18b), ``may_be`` tells whether a row may
    be the one of such a home (D18a), and ``taken`` whether the row of another course has a Beleg-ID, as that last
    showed (D18a), ``came`` whether a row is, whole, that of a booking in another course (D25).
    ``forgotten`` tells whether a row shows somebody of whom a booking in any course was forgotten (D18e). ``untold``
    are the cooperations of the export whose absences are suspended.
    ``withheld`` tells whether a booking of this VHS is missing in another course and held
    back since an earlier export (D19). ``letter_left`` gives, of a row with an "S" that was given out for the course it
    left, the letter of its booking there (D25). ``was_there`` tells whether the row of another course stands where a
    booking under its Beleg-ID was before, and ``went_from`` whether a booking of another course went with a program
    that was put back, so that its row may stand here as before (D20). ``complete_before`` gives the number of the last
    complete export before (D20). Of the bookings ``seen_later``, and of the course where the empty text is among them,
    something was read that is newer than this export, which proves no absence of them; what it shows of those
    ``read_later`` is not taken in (D23).
    """

    coop_id: str
    course: CourseRow | None = None
    bookings: Sequence[BookingRow] = field(default_factory=list)
    course_absent: bool = False
    id_stands: bool = False
    counts_only: bool = False
    proves_absence: bool = False
    protected: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    shielded: frozenset[str] = frozenset()
    suspended: Suspension | None = None
    came: Callable[[BookingRow], bool] = lambda _: False
    forgotten: Callable[[BookingRow], bool] = lambda _: False
    references: Callable[[str], Collection[str]] = no_references
    elsewhere: Callable[[str], bool] = lambda _: False
    filed: Callable[[str], Sequence[BookingRow]] = lambda _: ()
    strays: Callable[[str], BookingRow | None] = lambda _: None
    stands: Callable[[str], BookingRow | None] = lambda _: None
    is_another: Callable[[BookingRow], bool] = lambda _: False
    homes: Callable[[str], Collection[Home]] = nowhere
    rekeyed: Callable[[BookingRow], Collection[Home]] = lambda _: ()
    may_be: Callable[[Home, BookingRow], bool] = lambda _, __: True
    taken: Callable[[str], bool] = lambda _: False
    untold: frozenset[str] = frozenset()
    withheld: Callable[[str], bool] = lambda _: False
    letter_left: Callable[[BookingRow], Status | None] = lambda _: None
    was_there: Callable[[BookingRow], bool] = lambda _: False
    went_from: Callable[[Home, BookingRow], bool] = lambda _, __: False
    complete_before: Callable[[], int | None] = lambda: None
    seen_later: frozenset[str] = frozenset()
    read_later: frozenset[str] = frozenset()
    name: str = ""


@dataclass(slots=True)
class Routing:
    """An export taken apart: slices by COOP-Id, rows of the catalogue, which nobody opts out of (R1), and rows that
    belong nowhere (their bytes are still in the file).

    ``stand_for`` says of rows that were set aside, by file and line, what they may be; ``strays`` are mirrors that
    stand in another course than their own and show no "S", by reference (D25).
    """

    slices: dict[str, Slice] = field(default_factory=dict)
    catalogue: list[CourseRow] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    stand_for: dict[tuple[str, int], list[StandsFor]] = field(default_factory=dict)
    strays: dict[str, BookingRow] = field(default_factory=dict)
