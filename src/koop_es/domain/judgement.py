"""Judgement: what is withheld of one export, decided once over all of its slices before anything is written.

Whoever applies a part of the export obeys the same judgement, also after a kill: it is kept beside the export while
that is applied in parts. It is a function of what the VHS showed before and shows now, never of what others did (D19).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Effect(StrEnum):
    """What an export may do to others besides losing bookings (D31)."""

    CANCELLATION = "cancellation"
    """A letter "S" (D31a)."""
    AUSFALL = "ausfall"
    """A course cancelled by its Master (D31b)."""
    REVISION = "revision"
    """Other facts of a course (D31c)."""
    PERSON = "person"
    """Other person data of the VHS's own bookings (D31d)."""
    LETTER = "letter"
    """An acknowledged "S" that shows "A" or "W" again (D31e)."""


class Absences(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which absences are withheld: ``everywhere``, in some ``courses``, of the mirrors of some ``owners``; ``reason``
    says why, in words of the rule (D4, D19).
    """

    everywhere: bool = False
    courses: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    reason: str = ""

    def holds(self, coop_id: str, owner: str) -> bool:
        """Tell whether the absence of a booking of ``owner`` in a course is withheld."""
        return self.everywhere or coop_id in self.courses or owner in self.owners


class WentBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """The program went back to the moment of an export, all over the VHS or in some ``courses`` (D20)."""

    moment: str
    courses: tuple[str, ...] = ()


class Judgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is withheld of one export: absences, effects of some kinds; and whether its program went back (D20).

    ``foreseen`` are the absences that would be withheld if the next complete export lacked the bookings as well: of
    these nothing is held back but new rows under the name of a missing booking (D19).
    """

    absences: Absences = Absences()
    foreseen: Absences = Absences()
    effects: tuple[Effect, ...] = ()
    went_back: WentBack | None = None

    def withholds_absence(self, coop_id: str, owner: str) -> bool:
        """Tell whether what would come of an absence in a course is held back (D4, D19)."""
        return self.absences.holds(coop_id, owner)

    def withholds(self, effect: Effect) -> bool:
        """Tell whether the effects of a kind are held back (D31)."""
        return effect in self.effects

    def to_text(self) -> str:
        """Write it as it is kept while an export is applied in parts."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_text(cls, text: str | None) -> Judgement:
        """Read what was kept; nothing is withheld where nothing was."""
        return msgspec.json.decode(text, type=cls) if text else NOTHING


NOTHING = Judgement()
"""Nothing is withheld."""

ALL_ABSENCES = Judgement(Absences(everywhere=True))
"""Every absence is withheld (D4)."""
