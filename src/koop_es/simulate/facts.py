"""What the people of the simulated VHSs know and no export needs to show; all by number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from koop_es.connectors.values import local_text
from koop_es.domain.identifiers import owner_of
from koop_es.simulate.rows import WHO, Row


@dataclass(slots=True)
class Facts:
    """What people know that no export needs to show: by who was booked, in courses, at VHSs, all by number.

    ``letter`` is what the owner last gave somebody, A or W, None where two people gave it at once, ``letter_shown``
    what its exports last showed. ``kept`` are the texts an Abo-VHS wrote over those that are written once (R29).
    ``known`` are the VHSs and courses that an export has shown with their COOP-Id; before that a wrong COOP-Id is no
    altered one but another course's. ``ausfall`` are courses of which an Ausfall stood at their Master, ``called_off``
    those that its people called off. ``blurred`` are those that changed so much at once that nobody could tell them.
    ``moved`` are those whom their VHS put into another course, ``gone`` those who are in no shared one any more, and
    ``went_back`` says at which VHS whose row is older than people meant, after a restore; ``untold`` where that was too
    little to be told from what staff does (D20); ``unseen_since`` those of them whom no export has surely shown since,
    each with the number of the first that could.
    ``marked`` are the VHSs and courses that an export has shown as an Abo-Kurs, with Kennzeichen 100.
    ``registered`` says who registered where at which second, which no two people did, ``contested`` that a number went
    from one to another. ``written`` are the rows of somebody that exports showed since the last that was surely read,
    each with the number of the export. ``told_in`` says of each reference in which course a list told of it first.
    """

    course_of: dict[int, int] = field(default_factory=dict)
    owner_of: dict[int, int] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    rebooked: set[int] = field(default_factory=set)
    letter: dict[int, str | None] = field(default_factory=dict)
    letter_shown: dict[int, str] = field(default_factory=dict)
    given_at: dict[int, datetime] = field(default_factory=dict)
    kept: dict[tuple[int, int], Row] = field(default_factory=lambda: defaultdict(dict))
    ausfall: set[int] = field(default_factory=set)
    called_off: set[int] = field(default_factory=set)
    known: set[tuple[int, int]] = field(default_factory=set)
    marked: set[tuple[int, int]] = field(default_factory=set)
    blurred: set[tuple[int, int]] = field(default_factory=set)
    label_of: dict[str, int] = field(default_factory=dict)
    refs_of: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    told_in: dict[str, str] = field(default_factory=dict)

    moved: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    went_back: set[tuple[int, int]] = field(default_factory=set)
    untold: set[tuple[int, int]] = field(default_factory=set)
    unseen_since: dict[tuple[int, int], int] = field(default_factory=dict)
    registered: dict[tuple[str, str], int] = field(default_factory=dict)
    contested: bool = False
    written: dict[tuple[int, int], list[tuple[int, Row]]] = field(default_factory=lambda: defaultdict(list))

    def note_written(self, vhs: int, export: int, rows: Iterable[Row]) -> None:
        """Note the rows that an export shows; until a later one is surely read, it may be the last that was."""
        for row in rows:
            if WHO in row:
                self.written[vhs, int(row[WHO])].append((export, row))

    def note_read(self, vhs: int, export: int, people: Iterable[int]) -> None:
        """Note whose rows of an export were surely read: what was written before says nothing of them any more, and
        whoever went back with a restore before it stands there again, and can be removed as anybody (D3, D20).
        """
        for who in people:
            if self.unseen_since.get((vhs, who), export + 1) <= export:
                del self.unseen_since[vhs, who]
            rows = self.written[vhs, who]
            rows[:] = [written for written in rows if written[0] >= export]

    def learn(self, ref: str, booked_at: str | None) -> int | None:
        """Find whose a booking reference is, by the second of the registration where it was told; None for nobody.

        The number alone does not tell: a Beleg-ID may have been given to somebody else (D18a).
        """
        if booked_at:
            who = self.registered.get((owner_of(ref), local_text(booked_at)))
            if who is not None and self.label_of.get(ref) != who:
                self.label_of[ref] = who
                self.refs_of[who].append(ref)
        return self.label_of.get(ref)

    def name(self, who: int, ref: str) -> None:
        """Remember that a booking reference stands for somebody, as far as anybody can tell by its number."""
        self.contested |= self.label_of.setdefault(ref, who) != who
        self.refs_of[who].append(ref)
