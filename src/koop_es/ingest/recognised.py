"""Names that were erased are recognised again in rows set aside and in the ledger, by digests of their words (G8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from koop_es.domain.witnesses import normalised
from koop_es.ingest.traces import WORD, all_shown, in_path, readings, words_of
from koop_es.store import Store, Tx
from koop_es.store.erased import Erased, Key, Pair, parts

MOST_WORDS = 64
"""Words of a name of which digests are kept: whatever has more is counted, and its line would be longer than any."""

MOST_PIECES = 64
"""Pieces of a word that are looked at: of one with so many marks in it the rest is no name."""

ROWS_AT_ONCE = 200
"""Rows of the ledger that are read together."""

_START, _END = re.compile(r"(?<!\w)(?=\S)|^"), re.compile(r"(?<=\S)(?!\w)|$")


def key_of(store: Store) -> Key | None:
    """Give the key by which a store makes digests; None for one that has no secret."""
    return Key(store.secret, store.known_as) if store.secret else None


def of_rows(store: Store, name: str, at: str) -> Erased:
    """Give what is kept of a name that is erased out of rows set aside."""
    key = key_of(store)
    words = _words(key, name) if key is not None and _is_short(name) else ()
    return Erased(erased="set_aside", erased_at=at, store=store.known_as, words=words)


def of_instructor(store: Store, name: str, pairs: Iterable[tuple[str, str]], at: str) -> Erased:
    """Give what is kept of an instructor's name that is erased, with the ways in which it may be written."""
    key = key_of(store)
    if key is None or not _is_short(name):
        return Erased(erased="instructor", erased_at=at, store=store.known_as)
    made = (
        Pair(len(one), len(other), key.pair(" ".join(one), " ".join(other)))
        for one, other in (map(_parts, pair) for pair in pairs)
    )
    words = _words(key, name)
    return Erased(erased="instructor", erased_at=at, store=key.store, words=words, pairs=tuple(dict.fromkeys(made)))


def in_rows(tx: Tx, key: Key, names: Iterable[Erased]) -> set[str]:
    """Find the names of which all words may stand in a row that was set aside, or in a line of the ledger, as they are
    written there: whoever looks for these afterwards sees whether each stands alone.
    """
    wanted, found = list(names), set[str]()
    digests = {word for erased in wanted for word in erased.words}
    known: dict[str, str | None] = {}
    for text in _texts(tx):
        here = dict[str, str]()
        for piece in set(pieces(text)):
            if piece not in known:
                known[piece] = made if (made := key.word(piece)) in digests else None
            if (digest := known[piece]) is not None:
                here[digest] = piece
        found |= {" ".join(here[word] for word in one.words) for one in wanted if here.keys() >= set(one.words)}
    return found


def pieces(text: str) -> Iterator[str]:
    """Give what may be a word of a name in a text: it stands alone there, and not within another word."""
    for word in WORD.findall(text):
        starts, ends = ([found.start() for found in edge.finditer(word)] for edge in (_START, _END))
        if len(starts) * len(ends) <= MOST_PIECES:
            yield from (word[start:end] for start in starts for end in ends if start < end)
        else:
            yield from (word, *re.findall(r"\w+", word))


def shown_words(name: str) -> list[str]:
    """Give the words of a name as they are compared."""
    return [shown for word in words_of(name) if (shown := normalised(word))]


def _parts(text: str) -> list[str]:
    return [text[start:end] for start, end in parts(text)]


def _words(key: Key, name: str) -> tuple[str, ...]:
    return tuple(sorted({key.word(word) for word in shown_words(name)}))


def _is_short(name: str) -> bool:
    return len(words_of(name)) <= MOST_WORDS


def _texts(tx: Tx) -> Iterator[str]:
    after = 0
    while page := tx.rows("quarantine_bytes", after=after, limit=ROWS_AT_ONCE):
        for _, _, source, _, _, reason, raw in page:
            yield all_shown((*readings(bytes(raw)), str(reason)))
            yield all_shown(in_path(str(source)))
        after = page[-1][0]
    after = 0
    while page := tx.rows("exports_texts", after=after, limit=ROWS_AT_ONCE):
        for _, _, source, reason in page:
            yield all_shown((str(reason or ""),))
            yield all_shown(in_path(str(source)))
        after = page[-1][0]
