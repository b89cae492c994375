"""What is done at the places where a fault may strike, and some places of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WORDS = {"SELECT": 1, "WITH": 1, "VALUES": 1, "CREATE": 2, "ALTER": 2, "DROP": 2}
"""First word of a statement -> how many words tell its kind: what is read or shaped is told by no name."""

WORDS_ELSE = 3
"""How many tell it where something is written: what is done, and to which table."""


def kind_of(statement: str) -> str:
    """Name the kind of a statement, by its first words."""
    words = statement.replace(";", " ;").split()
    return " ".join(words[: WORDS.get(words[0].upper(), WORDS_ELSE) if words else 0])


def some_of_each(kinds: Sequence[str]) -> Iterable[int]:
    """Give the first and the last place of each kind, counted from 1; and one behind all."""
    first = {kind: place for place, kind in reversed([*enumerate(kinds, 1)])}
    last = {kind: place for place, kind in enumerate(kinds, 1)}
    return [*sorted({*first.values(), *last.values()}), len(kinds) + 1_000]
