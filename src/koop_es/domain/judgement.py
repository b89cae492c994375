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


_EFFECTS = frozenset(effect.value for effect in Effect)


def effect_of(withheld_id: str) -> str:
    """Name the effect that is withheld, empty for absences; ``563#2/42`` are those of a new count's export (D23)."""
    tail = withheld_id.rpartition("/")[2]
    return tail if tail in _EFFECTS else ""


def export_of(withheld_id: str) -> str:
    """Name the export of what is withheld: ``563#42/cancellation`` and ``563#42`` are both of ``563#42``."""
    effect = effect_of(withheld_id)
    return withheld_id.removesuffix(f"/{effect}") if effect else withheld_id


EVERYBODY = "*"
"""Stands for all VHSs."""


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

    def together(self, other: Absences) -> Absences:
        """Put what two judgements hold back together."""
        return Absences(
            self.everywhere or other.everywhere,
            tuple(sorted({*self.courses, *other.courses})),
            tuple(sorted({*self.owners, *other.owners})),
            self.reason or other.reason,
        )


NO_ABSENCES = Absences()


class WentBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """The program went back to the moment of an export, all over the VHS or in some ``courses`` (D20).

    ``count`` is the export's number, ``gone`` counts what is missing or shown as before. Where mirrors are
    ``doubted`` the file may have been cut: they are written again only if the next complete export lacks them, too
    (D19).
    """

    moment: str
    courses: tuple[str, ...] = ()
    count: int = 0
    gone: int = 0
    doubted: Absences = NO_ABSENCES


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an export does to others: as many bookings cancelled, revived and renamed, and which courses it touches.

    ``revised`` names the courses by field; date, time and place are one, ``place``. ``live`` is how many bookings the
    VHS last showed live before an export that is the first to lack some, 0 for all others (D19); of those it lacks
    too, ``beside`` went with a part of the program, so that they are not lost (D20).
    """

    cancelled: int = 0
    revived: int = 0
    renamed: int = 0
    ausfall: tuple[str, ...] = ()
    revised: dict[str, tuple[str, ...]] = {}
    live: int = 0
    beside: int = 0

    def __add__(self, other: Done) -> Done:
        """Put what two exports do together; a course that both touch counts once, and what was live says nothing."""
        names = sorted(self.revised.keys() | other.revised.keys())
        return Done(
            self.cancelled + other.cancelled,
            self.revived + other.revived,
            self.renamed + other.renamed,
            tuple(sorted({*self.ausfall, *other.ausfall})),
            {name: tuple(sorted({*self.revised.get(name, ()), *other.revised.get(name, ())})) for name in names},
        )


NOTHING_DONE = Done()


class Judgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is withheld of one export: absences, effects of some kinds; and whether its program went back (D20).

    ``foreseen`` are the absences that would be withheld if the next complete export lacked the bookings as well: of
    these nothing is held back but new rows under the name of a missing booking (D19). ``fields`` are those of a course
    whose revisions are withheld (D31c). ``done`` is what the export does to others that is not withheld. The store was
    ``put_back`` from a backup, and this is the first that tells what its VHS holds since (D21). Other VHSs that are
    ``untold`` have not told so yet, so that mirrors of what they booked since may stand in rows that do not say whose
    they are (D26).
    """

    absences: Absences = NO_ABSENCES
    foreseen: Absences = NO_ABSENCES
    effects: tuple[Effect, ...] = ()
    fields: tuple[str, ...] = ()
    went_back: WentBack | None = None
    done: Done = NOTHING_DONE
    put_back: bool = False
    untold: tuple[str, ...] = ()

    def is_untold(self, vhs: str) -> bool:
        """Tell whether another VHS has not told yet what it holds since the store was put back (D21)."""
        return vhs in self.untold or EVERYBODY in self.untold

    def back_at(self, coop_id: str) -> WentBack | None:
        """Tell to which moment the program went back in a course (D20)."""
        back = self.went_back
        return back if back is not None and (not back.courses or coop_id in back.courses) else None

    def withholds_absence(self, coop_id: str, owner: str) -> bool:
        """Tell whether what would come of an absence in a course is held back (D4, D19)."""
        return self.absences.holds(coop_id, owner)

    def withholds(self, effect: Effect) -> bool:
        """Tell whether the effects of a kind are held back (D31)."""
        return effect in self.effects

    @property
    def free(self) -> bool:
        """Tell whether the export is applied as it is: nothing of it is withheld, and nothing waits."""
        return (
            self.absences == NO_ABSENCES
            and self.foreseen == NO_ABSENCES
            and not self.effects
            and self.went_back is None
        )

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
