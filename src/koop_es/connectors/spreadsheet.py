"""What only a spreadsheet writes where an identity should stand (D18d): nobody is booked or cancelled by it."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'?=[\"0-9]")
_APOSTROPHE = re.compile(r"['’][0-9]")
_TOO_NARROW = re.compile(r"#+")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")


def is_rounded(text: str) -> bool:
    """Tell whether a text is a long number as a spreadsheet shows it, with an exponent or not at all."""
    return _EXPONENT.fullmatch(text) is not None or _TOO_NARROW.fullmatch(text) is not None


def trace(text: str) -> str | None:
    """Say what a spreadsheet made of an identity, None where it made nothing of it.

    ``="0045"``, an apostrophe before a digit, ``####`` of a column that was too narrow, ``1,2E+11``. A dot is none:
    course numbers carry dots.
    """
    if text.isalnum():
        return None
    if _FORMULA.match(text):
        return "is a formula"
    if _APOSTROPHE.match(text):
        return "has an apostrophe before a digit"
    if _TOO_NARROW.fullmatch(text):
        return "is what a spreadsheet shows for a number in a narrow column"
    if _EXPONENT.fullmatch(text):
        return "is a number with an exponent, whose digits are lost"
    return None
