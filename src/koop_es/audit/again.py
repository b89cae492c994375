"""What was erased by name is erased again in a store that was put back, without anybody knowing the names (D15, G8).

A list beside the backup holds digests of them. Whatever may be such a name in the store is digested and compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from koop_es.audit import anew, instructors, participants
from koop_es.ingest import erasure, recognised
from koop_es.store import Store, Tx, erased, fences
from koop_es.store.erased import Erased, Key, Pair

_EDGE = re.compile(r"(?<!\w)(?=\S)"), re.compile(r"(?<=\S)(?!\w)")
"""Where a name may begin within a word, and where it may end."""


class Again(NamedTuple):
    """How many names that were erased are erased again, and how many are not, since no digests of this store tell."""

    done: int = 0
    left: int = 0


def erase(store: Store, names: Iterable[Erased], now: datetime) -> tuple[Again, bool]:
    """Erase names again that are listed beside a backup, and texts that name somebody in the identifiers of whoever is
    forgotten; tells as well whether the log was written anew. Their bytes are on record to be taken out of the files.
    """
    known, key, at = list(erased.latest(names)), recognised.key_of(store), now.isoformat()
    ours = [one for one in known if key is not None and one.words and one.store == key.store]
    with store.write() as tx:
        tx.lock_log()
        erased.keep(tx, known)
        if key is not None and ours:
            _out_of_log(tx, key, ours, at)
            for name in sorted(recognised.in_rows(tx, key, ours)):
                erasure.wipe_named(tx, name, at)
        if new := participants.unnamed(tx, fences.streams(tx)):
            anew.write(tx, new, at)
        rewrote = tx.row("rewriting_since") is not None
    return Again(len(ours), len(known) - len(ours)), rewrote


def _out_of_log(tx: Tx, key: Key, names: list[Erased], at: str) -> None:
    found = _Found(key, (pair for one in names for pair in one.pairs))
    if not found.sizes:
        return
    for text in instructors.every_text(tx):
        found.look(text)
    if found.names:
        either = "|".join(f"(?:{instructors.pattern(name).pattern})" for name in sorted(found.names))
        instructors.rewrite(tx, re.compile(either, re.IGNORECASE), at)


class _Found:
    """The names that were found so far, each as ``Name, Vorname`` as it is written."""

    def __init__(self, key: Key, pairs: Iterable[Pair]) -> None:
        """Look for names by the digests of their two parts."""
        self._key = key
        self._seen = set[str]()
        self.sizes = defaultdict[tuple[int, int], set[str]](set)
        self.names = set[str]()
        for pair in pairs:
            self.sizes[pair.first, pair.second].add(pair.digest)

    def look(self, text: str) -> None:
        """Look at every place of a text where so many words stand one behind the other."""
        if text in self._seen:
            return
        self._seen.add(text)
        shown = unicodedata.normalize("NFC", text)
        words = [shown[start:end] for start, end in erased.parts(shown)]
        for (first, second), digests in self.sizes.items():
            for at in range(len(words) - first - second + 1):
                for one, other in _cut(words[at : at + first], words[at + first : at + first + second]):
                    if self._key.pair(one, other) in digests:
                        self.names.add(f"{one}, {other}")


def _cut(first: list[str], second: list[str]) -> Iterator[tuple[str, str]]:
    """Give two parts of a name, without what may stand before the first word of the one or behind the last of the
    other.
    """
    begins = {0, *(found.start() for found in _EDGE[0].finditer(first[0]))}
    ends = {len(second[-1]), *(found.start() for found in _EDGE[1].finditer(second[-1]))}
    for begin in sorted(begins):
        for end in sorted(ends):
            yield " ".join([first[0][begin:], *first[1:]]), " ".join([*second[:-1], second[-1][:end]])
