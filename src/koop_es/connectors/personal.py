"""What is no identifier but somebody's name or mail, in a column of Beleg-IDs, TNRs or Koop-Beleg-IDs (G8).

It comes there where columns slip or are exchanged. The log keeps identifiers for good, so none may name a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from koop_es.connectors.sentinels import is_no_day

NO_IDENTIFIER = "is no identifier, but text that may name somebody"
"""Said of such a cell: what stands in it is not repeated."""

REMEDY = "check whether columns were exchanged or have shifted, and export again; an identifier has a digit in it"

FIELDS = frozenset({"booking_id", "participant_no", "ref"})
"""Identifiers of bookings; a course number or period may be a word."""

_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(r"~[0-9]+\Z")
_LETTERS = re.compile(r"[^\W\d_].*?[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]{3,}[.,;]?\s+[^\W\d_]{3,}")
_CODE = re.compile(r"[A-Fa-f-]{8,}")
_LINES_WITHOUT_DIGIT = re.compile(r"(?:^|:)[^\d\n:]+$", re.MULTILINE)


def is_somebody(text: str) -> bool:
    """Tell whether an identifier holds what names a person: an ``@``, two words side by side, or letters and no digit.

    Numbers, UUIDs, hashes, ``T-17`` and ``B0001`` do not. Of hexadecimal digits alone a code may happen to have letters
    only; a single letter is no name. What is no value at all (D29) is for others to say.
    """
    text = _NUMBERED.sub("", text)
    if "@" in text or _WORDS.search(text):
        return True
    if _DIGIT.search(text) or not _LETTERS.search(text):
        return False
    return not (_CODE.fullmatch(text) or is_no_day(text))


def names_somebody(field: str, text: str) -> bool:
    """Tell whether a cell of a booking is somebody where an identifier belongs; of a reference its Beleg-ID counts."""
    return field in FIELDS and is_somebody(text.partition(":")[2] or text if field == "ref" else text)


def may_be_somebody(column: Iterable[str]) -> bool:
    """Tell whether one of many identifiers or references may be such, which ``is_somebody`` then tells of each.

    Of numbers alone that is told at once.
    """
    joined = "\n".join(column)
    if joined.replace("\n", "").isdecimal():
        return False
    return "@" in joined or " " in joined or "~" in joined or _LINES_WITHOUT_DIGIT.search(joined) is not None
