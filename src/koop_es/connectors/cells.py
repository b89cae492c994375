"""Cells a spreadsheet would run as a formula: made harmless on the way out, restored on the way in (G6)."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_GUARD = "'"


def neutralise(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula, or that already looks guarded."""
    return _GUARD + text if text.lstrip(_GUARD).startswith(_FORMULA_STARTS) else text


def restore(text: str) -> str:
    """Take the apostrophe away again: ``restore(neutralise(text)) == text`` for every text."""
    if text.startswith(_GUARD) and text.lstrip(_GUARD).startswith(_FORMULA_STARTS):
        return text[1:]
    return text
