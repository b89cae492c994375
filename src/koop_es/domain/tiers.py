"""Tiers: which witnesses tell that a row is a known booking, the best first (D18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from koop_es.domain.witnesses import RECORD, Witness

Cells = tuple[str, ...]
"""Names of cells of a witness that are asked together: all are stated, and equal."""


def keys(one: Witness, kinds: Iterable[Cells]) -> Iterator[tuple[str, ...]]:
    """Give what a witness states in each of some kinds of cells; two with a key in common agree in it."""
    for cells in kinds:
        values = [getattr(one, cell) for cell in cells]
        if all(values):
            yield (*cells, *values)


def record_of(one: Witness) -> tuple[str, ...] | None:
    """Give TNR, name and time, which together are one booking's, None where one of them is not stated."""
    return (one.number, one.name, one.time) if one.number and one.name and one.time else None


class Tier(NamedTuple):
    """One kind of witnesses that agree, in all cells of one of ``kinds``; ``alone`` asks for exactly one fit on both
    sides, ``erased`` is for the forgotten, of whom neither name nor contact is left (D18e), ``silent`` names cells that
    must not say otherwise. ``yields`` leaves a pair to later tiers where TNR, name and time of row or booking are
    together another's.
    """

    kinds: tuple[Cells, ...]
    alone: bool = False
    erased: bool = False
    same_id: bool = False
    silent: tuple[str, ...] = ()
    yields: bool = False

    def among(self, cells: set[str]) -> list[Cells]:
        """Give the kinds that can agree at all where no other cell does."""
        return [kind for kind in self.kinds if cells.issuperset(kind)]


NAME_AND_CONTACT = (("name", "mail"), ("name", "phone"))
"""What tells a person (B15)."""

_ID_AND_RECORD = (("booking_id", "number"), ("booking_id", "name"))

TIERS = (
    Tier((("booking_id", "number", "name"),), same_id=True, yields=True),
    Tier(_ID_AND_RECORD, same_id=True, yields=True),
    Tier((("number", "name", "time"),)),
    Tier(_ID_AND_RECORD, same_id=True),
    Tier((("number", "time"),), erased=True),
    Tier(NAME_AND_CONTACT),
    Tier((("booking_id", "time"), ("booking_id", "mail"), ("booking_id", "phone")), same_id=True),
    Tier((("time", "mail"), ("time", "phone")), alone=True),
    Tier((("time",),), alone=True, erased=True),
    Tier((("name", "time"),), alone=True, silent=("mail", "phone")),
    Tier((("booking_id",),), same_id=True, silent=RECORD),
)
"""The order of D18: Beleg-ID with TNR or name; TNR with name and time; name with mail or phone; Beleg-ID with any
other; time with mail or phone. Last what name and second or only its Beleg-ID tell, where the rest is unstated (D29).
A Beleg-ID whose row has another TNR or time, which are somebody else's of that name, was given anew: it follows those.
"""
