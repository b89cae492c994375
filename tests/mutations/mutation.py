"""A mutation: one small mistake in the engine, kept as data, and who has to notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENGINE = Path("src", "koop_es")
SIMULATOR = "simulate"


class NoLongerApplies(AssertionError):
    """The text a mutation replaces is not there exactly once: the engine was changed, change the mutation as well."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text of one file of the engine, which must stand there exactly once, and what it becomes."""

    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Carry out the edit in a copy of the project; raises NoLongerApplies."""
        path = root / ENGINE / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise NoLongerApplies(f"{self.file} has {text.count(self.old)} times: {self.old!r}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Seeds:
    """Caught by the simulation, within so many seeds in which the kind of fault was drawn.

    ``raises`` is the error that the mistake ends with, where it does not end with wrong bookings.
    """

    most: int = 60
    raises: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Caught by these tests (``path`` or ``path::name``), because the simulation does not judge it."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mistake: the edits that make it, the kind of fault or edit that brings it to light, and why it matters.

    Where no scenario draws a kind, it is the rule that is broken, as ``D17``.

    It is one mistake even where it takes two edits, because the engine guards against it in two places.
    """

    name: str
    kind: str
    why: str
    edits: tuple[Edit, ...]
    caught_by: Seeds | Named = Seeds()

    def apply(self, root: Path) -> None:
        """Make the mistake in a copy of the project; raises NoLongerApplies."""
        for edit in self.edits:
            edit.apply(root)


NULL = Mutation("null", "none", "changes nothing, so nobody may notice it", ())
