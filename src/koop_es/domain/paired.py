"""What the rows of a slice were found to be (D18, D26)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from koop_es.domain.observation import BookingRow


class Hold(NamedTuple):
    """A row that waits, the booking it may be, and the rule by which it does (B15, D26)."""

    ref: str
    row: BookingRow
    rule: str


@dataclass(slots=True)
class Pairing:
    """What the rows of a slice are.

    ``shown`` are rows by booking; of these ``rekeyed`` stand under another Beleg-ID than before (D18b), ``reused`` are
    new registrations under the Beleg-ID of a former booking, by their reference (D18a), ``replaced`` show another
    person (D18c), ``joined`` the person of another booking of the course, who was merged with theirs (B13), ``doubled``
    are the rows of mirrors that stand there twice, ``unreferenced`` mirrors without reference, or with that of another
    (D26). ``held`` are rows that wait. ``plain`` says that all stand under the Beleg-IDs and times they had before.
    """

    shown: dict[str, BookingRow] = field(default_factory=dict)
    rekeyed: list[str] = field(default_factory=list)
    reused: dict[str, str] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    doubled: dict[str, list[BookingRow]] = field(default_factory=dict)
    unreferenced: set[str] = field(default_factory=set)
    held: list[Hold] = field(default_factory=list)
    plain: bool = False
