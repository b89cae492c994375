"""What the readers say about an export, in the language of whoever reads it.

The readers write plain English. German is found by pattern: a sentence is said in German as a whole, or in English as a
whole where nobody has put it into German yet. That every sentence of the readers is there is a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from string import Formatter
from typing import NamedTuple

from koop_es.replay.words.de_readers import LIBRARIES, SENTENCES

_HOLE = "{}"
_LONGEST = 2000
"""Longer than any sentence; what is longer quotes a whole header, and looking for patterns in it takes its time."""

_NAME_WORDS = 3
"""Most words of a column, an element or a key that is named in front of a sentence."""

_SPLITS = 200
"""Most ways to take a sentence apart that are tried."""


_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class _Pattern(NamedTuple):
    """The words of a sentence around what is put in, its German, and which of what is put in are sentences."""

    words: list[str]
    shape: re.Pattern[str]
    german: str
    sentences: frozenset[int]


class _German(NamedTuple):
    """A text in German, and how many words of it were left as they are."""

    left: int
    text: str


def said(text: str, lang: str) -> str:
    """Say in a language what a reader said in English."""
    found = _german(text) if lang == "de" and len(text) <= _LONGEST else None
    return text if found is None else found.text


@cache
def _patterns() -> list[_Pattern]:
    """Order the patterns so that the one with the most words of its own comes first."""
    known = SENTENCES | LIBRARIES
    ordered = sorted(known, key=lambda sentence: (-len(sentence.replace(_HOLE, "")), sentence))
    return [_pattern(one.split(_HOLE), known[one]) for one in ordered]


def _pattern(words: list[str], german: str) -> _Pattern:
    holes = [(field, how) for _, field, _, how in Formatter().parse(german) if field is not None]
    sentences = {int(field or place) for place, (field, how) in enumerate(holes) if how == "s"}
    return _Pattern(words, re.compile("(.*?)".join(map(re.escape, words)), re.DOTALL), german, frozenset(sentences))


@lru_cache(maxsize=4096)
def _german(text: str) -> _German | None:
    """Say one sentence or several in German, with as few words left as can be; None where nobody has said them so."""
    one = _sentence(text)
    if one is not None and not one.left:
        return one
    return min(filter(None, (one, _of_several(text))), key=lambda found: found.left, default=None)


@lru_cache(maxsize=4096)
def _sentence(text: str) -> _German | None:
    """Say a sentence in German; what stands where its German has ``{!s}`` must be a sentence itself."""
    best: _German | None = None
    for pattern in _patterns():
        for parts in _taken_apart(pattern, text):
            put_in = [_german(part) for part in parts]
            if any(put_in[place] is None for place in pattern.sentences):
                continue
            whole = [found or _as_it_is(part) for found, part in zip(put_in, parts, strict=True)]
            left = sum(found.left for found in whole)
            if best is None or left < best.left:
                best = _German(left, pattern.german.format(*(found.text for found in whole)))
                if not left:
                    return best
    return best


def _as_it_is(text: str) -> _German:
    """Leave a text as it is: what is quoted and one word, such as a name or a number, is not English."""
    return _German(max(0, len(_QUOTED.sub("", text).split()) - 1), text)


def _taken_apart(pattern: _Pattern, text: str) -> Iterator[tuple[str, ...]]:
    """Give what is put in, in the one way that is looked for first, or in every way where it matters."""
    first, last = pattern.words[0], pattern.words[-1]
    if not (text.startswith(first) and text.endswith(last) and all(word in text for word in pattern.words)):
        return  # told at once, as for nearly all
    found = pattern.shape.fullmatch(text)
    if found is None:
        return
    if not pattern.sentences:
        yield found.groups()
        return
    yield from islice(_ways(text[len(first) :], pattern.words[1:]), _SPLITS)


def _ways(text: str, words: list[str]) -> Iterator[tuple[str, ...]]:
    """Give every way to find words one after the other in a text, as what stands before each of them."""
    word, *rest = words
    if not rest:
        if text.endswith(word):
            yield (text[: len(text) - len(word)],)
        return
    for before, behind in _cut(text, word):
        for others in _ways(behind, rest):
            yield (before, *others)


def _of_several(text: str) -> _German | None:
    """Say several sentences in German, or one behind the name of what it is about."""
    best: _German | None = None
    for between in ("; ", ": ", " "):
        for before, behind in _cut(text, between):
            first = _german(before) if between == "; " else _sentence(before)
            if first is None and between != "; " and before.count(" ") < _NAME_WORDS:
                first = _as_it_is(before)
            rest = None if first is None else _german(behind) if between == "; " else _sentence(behind)
            if first is not None and rest is not None and (best is None or first.left + rest.left < best.left):
                best = _German(first.left + rest.left, f"{first.text}{between}{rest.text}")
    return best


def _cut(text: str, between: str) -> Iterator[tuple[str, str]]:
    """Cut a text in two, in every way."""
    at = text.find(between)
    while at >= 0:
        yield text[:at], text[at + len(between) :]
        at = text.find(between, at + 1)
