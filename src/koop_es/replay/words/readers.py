"""What the readers say about an export, in the language of whoever reads it.

The readers write plain English. German is found by pattern, so that a sentence nobody has put into German yet is still
said, in English; that every sentence of the readers is there is a test.
"""

from __future__ import annotations

import re
from functools import cache

from koop_es.replay.words.de_readers import SENTENCES

_HOLE = "{}"
_LONGEST = 2000
"""Longer than any sentence; what is longer quotes a whole header, and looking for patterns in it takes its time."""


def said(text: str, lang: str) -> str:
    """Say in a language what a reader said in English."""
    return (_german(text) or text) if lang == "de" and len(text) <= _LONGEST else text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Order the patterns so that the one with the most words of its own comes first."""
    ordered = sorted(SENTENCES, key=lambda sentence: (-len(sentence.replace(_HOLE, "")), sentence))
    return [(re.compile("(.*?)".join(map(re.escape, one.split(_HOLE))), re.DOTALL), SENTENCES[one]) for one in ordered]


def _german(text: str) -> str | None:
    for pattern, words in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            return words.format(*(_german(part) or part for part in found.groups()))
    for between in ("; ", ": ", " "):  # several sentences, or one about a key or an element named in front
        first, _, rest = text.partition(between)
        if rest and (german := _german(rest)) is not None:
            return f"{_german(first) or first}{between}{german}"
    return None
