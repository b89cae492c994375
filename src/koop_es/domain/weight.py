"""Weight: what one slice would do to others, noted while it is observed (D19, D31).

Counted is what the VHS itself shows otherwise than before, never what others did meanwhile: so the order in which the
exports of several VHSs arrive changes no count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from koop_es.domain.observation import Person


class Absent(NamedTuple):
    """A booking that this VHS last showed live and now lacks; ``nth`` counts the complete exports without it.

    ``mirror_of`` is the owner of a mirror; ``waiting`` tells that the cancellation is withheld already, ``first`` names
    the export that first lacked it, where that is an earlier one. One that ``moved`` stands in another course (D25).
    """

    coop_id: str
    ref: str
    mirror_of: str | None
    nth: int
    waiting: bool
    first: str = ""
    moved: bool = False


class Stock(NamedTuple):
    """What of a course a VHS showed live before the first of its bookings was missing: how many they were, how many are
    ``left``, and how many it ``moved`` since to another course, in an earlier export (D19, D25).
    """

    had: int = 0
    left: int = 0
    moved: int = 0


class Renamed(NamedTuple):
    """Other person data of an own booking: who it is now, and the values of phone and mail that are new."""

    ref: str
    name: tuple[str, str]
    contacts: tuple[str, ...]


UNTIMED = "~"
"""Stands for the moment of a row without time of day: after all others, since it may be."""


class Sign(NamedTuple):
    """Something that a VHS acknowledged first in export number ``since`` and now lacks, or shows as before (D20).

    ``row`` tells that a row is gone, ``course`` that an Abo-Kurs is; ``anew`` that whoever stood in it was entered a
    second time since, or moved there and back: that alone is no restore. One that was ``gone`` from one export on and
    back in another was acknowledged ``again`` in that. ``booked`` is the moment a row that is gone, maybe a ``mirror``,
    was booked, empty where it has no time of day, None for all else. A row that moved back is ``exact`` where its
    editor is the one of before another moved it: staff who move somebody back leave a stamp of their own.
    """

    since: int
    row: bool = False
    anew: bool = False
    gone: int = 0
    again: int = 0
    booked: str | None = None
    course: bool = False
    exact: bool = False
    mirror: bool = False

    @property
    def is_former(self) -> bool:
        """Tell whether something is shown as before, and not only gone: no file that was cut shows that."""
        return self.anew or not (self.row or self.course)

    @property
    def last(self) -> int:
        """Tell in which export it was acknowledged last."""
        return max(self.since, self.again)

    def was_not_yet(self, moment: int) -> bool:
        """Tell whether a program of that moment would show so much: it was not there yet, or just gone."""
        return self.since > moment or 0 < self.gone <= moment < self.again


class Standing(NamedTuple):
    """What stands of what a VHS acknowledged: in which export the ``newest`` was, and whether there are ``rows``.

    ``newest_row`` is the same of its bookings alone. ``work`` are the exports of what its staff may have entered since
    a program went back: letters and persons in older rows of its own, a second time. ``entered`` are those of what only
    partial exports showed since the last complete one, rows, letters, persons and facts: that was not there before, so
    that it weighs nothing. ``booked`` says by export when the last of the VHS's own rows was booked that came in it,
    UNTIMED where one has no time of day, ``mirrored`` the same of mirrors. ``rewritten`` are the spans in which rows
    showed an "S" that was taken back. ``former`` are the exports of what partial exports showed as before since the
    last complete one: signs, too, beside one that the complete export shows.
    """

    newest: int = 0
    rows: bool = False
    newest_row: int = 0
    work: tuple[int, ...] = ()
    entered: tuple[int, ...] = ()
    booked: tuple[tuple[int, str], ...] = ()
    rewritten: tuple[tuple[int, int], ...] = ()
    former: tuple[int, ...] = ()
    mirrored: tuple[tuple[int, str], ...] = ()

    def was_otherwise(self, moment: int) -> bool:
        """Tell whether something that stands was otherwise at a moment, so that no copy of then shows it."""
        return any(since <= moment < again for since, again in self.rewritten)

    def together(self, other: Standing) -> Standing:
        """Put what stands in two courses together."""
        return Standing(
            max(self.newest, other.newest),
            self.rows or other.rows,
            max(self.newest_row, other.newest_row),
            self.work + other.work,
            self.entered + other.entered,
            self.booked + other.booked,
            self.rewritten + other.rewritten,
            self.former + other.former,
            self.mirrored + other.mirrored,
        )


NOTHING_STANDS = Standing()
NO_STOCK = Stock()


@dataclass(slots=True)
class Weight:
    """What one slice would do.

    ``absent`` are lost bookings, out of the ``stock`` of the course before the first absence, and ``fresh`` those it
    shows only since; ``strays`` are mirrors that stand in another course, ``beside`` who is missing with a part of the
    program (D20); ``cancelled`` those that show "S", ``revived`` those that show another letter after an
    acknowledged "S"; ``ausfall`` a course cancelled by its Master, ``revised`` the synced fields that it changes,
    ``renamed`` own bookings with other person data. ``signs`` of a program that went back are noted beside what is
    ``standing`` (D20), which is also known where the slice ``lacks`` rows that are no signs; of a course that is
    ``unread`` the export shows no row that could stand.
    """

    absent: list[Absent] = field(default_factory=list)
    stock: Stock = NO_STOCK
    fresh: frozenset[str] = frozenset()
    strays: int = 0
    beside: int = 0
    cancelled: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)
    ausfall: bool = False
    revised: tuple[str, ...] = ()
    renamed: list[Renamed] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    standing: Standing = NOTHING_STANDS
    lacks: bool = False
    unread: bool = False

    @property
    def nothing(self) -> bool:
        """Tell whether the slice does nothing to others that is weighed."""
        gone = self.absent or self.strays
        return not (gone or self.cancelled or self.revived or self.ausfall or self.revised or self.renamed)


def renamed(ref: str, before: Person, after: Person) -> Renamed:
    """Say what is new in the data of a person."""
    contacts = [
        value for value, former in ((after.phone, before.phone), (after.email, before.email)) if value != former
    ]
    return Renamed(ref, (after.name, after.first_name), tuple(value for value in contacts if value))
