"""Names that were erased, listed so that a backup which is put back can be rid of them (D15, G8).

No name can be read in such a list: it holds digests, made with the secret of the store, by which whoever has the store
recognises the name where it stands. They are kept in the store and noted beside its backups, as fences are.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import msgspec

from koop_es.store.transaction import Tx

KEPT, UNLISTED = "erased ", "unlisted "
"""How the keys begin of notes about names that were erased, and that they are not noted beside the backups yet."""

DIGEST_BYTES = 16
"""Bytes of a digest that are kept: of some thousand words no two are taken for each other."""

PARTS = re.compile(r"[^\s,;/|()\[\]]+")
"""What a text falls into where a name and a first name may be parted."""

_EDGE_DASHES = "-–—"


class Pair(msgspec.Struct, frozen=True):
    """Two parts of a name as they stand one behind the other: how many words each has, and their digest."""

    first: int
    second: int
    digest: str


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """A name that was erased: whose it was, when, in which store, and the digests of its words and of its parts.

    Without digests, in a store that has no secret, it can only be counted.
    """

    erased: Literal["instructor", "set_aside"]
    erased_at: str
    store: str = ""
    words: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()

    @property
    def key(self) -> str:
        """Tell it from all others: the same for a name that is erased once more."""
        known = [self.erased, self.store, *sorted(self.words)] if self.words else [self.erased, self.erased_at]
        return sha256(msgspec.json.encode(known)).hexdigest()[: 2 * DIGEST_BYTES]


class _Kind(msgspec.Struct, frozen=True):
    """What tells such a line from that of a fence."""

    erased: Any = None


_read_kind, _read_line = msgspec.json.Decoder(_Kind).decode, msgspec.json.Decoder(Erased).decode


class Key(NamedTuple):
    """By what a store makes digests: its secret, and the name under which all its backups are known."""

    secret: str
    store: str

    def word(self, text: str) -> str:
        """Digest a word of a name, as rows that were set aside are searched for it."""
        return self._digest("word", text)

    def pair(self, first: str, second: str) -> str:
        """Digest two parts of a name, each of words with a blank between them."""
        return self._digest("pair", f"{plain(first)}\n{plain(second)}")

    def _digest(self, kind: str, text: str) -> str:
        made = hmac.digest(self.secret.encode(), f"koop-es erased {kind}\n{text}".encode(), "sha256")
        return made[:DIGEST_BYTES].hex()


def plain(text: str) -> str:
    """Write a part of a name as it is compared: whatever its letter case, blanks and the encoding of its accents."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def parts(text: str) -> list[tuple[int, int]]:
    """Give where the words of a text begin and end, without dashes at their edges."""
    found = []
    for word in PARTS.finditer(text):
        inner = word[0].strip(_EDGE_DASHES)
        if inner:
            start = word.start() + word[0].index(inner)
            found.append((start, start + len(inner)))
    return found


def put(tx: Tx, erased: Erased) -> None:
    """Keep that a name was erased, in the transaction that does it, until it is noted beside all backups."""
    value = msgspec.json.encode(erased).decode()
    for kind in (KEPT, UNLISTED):
        tx.run("note_put", key=f"{kind}{erased.key}", value=value)


def keep(tx: Tx, names: Iterable[Erased]) -> None:
    """Keep what is noted beside a backup already."""
    known = {erased.key: erased for erased in everything(tx)}
    for erased in names:
        if erased.key not in known or known[erased.key].erased_at < erased.erased_at:
            tx.run("note_put", key=f"{KEPT}{erased.key}", value=msgspec.json.encode(erased).decode())


def everything(tx: Tx) -> list[Erased]:
    """Read all names that were erased."""
    return _read(tx, KEPT)


def unlisted(tx: Tx) -> list[Erased]:
    """Read those that are to be noted beside the backups still."""
    return _read(tx, UNLISTED)


def listed(tx: Tx, names: Iterable[Erased]) -> None:
    """Record that names are noted beside the backups, or that these are known to lack a note."""
    now = {erased.key: erased for erased in unlisted(tx)}
    for erased in names:
        if now.get(erased.key) == erased:  # not where it was erased once more meanwhile
            tx.run("note_delete", key=f"{UNLISTED}{erased.key}")


def to_lines(names: Iterable[Erased]) -> str:
    """Write them as JSON lines, in which nobody is named."""
    return "".join(msgspec.json.encode(erased).decode() + "\n" for erased in names)


def from_line(line: bytes) -> Erased | None:
    """Read a line of what ``to_lines`` wrote; None where it is of something else. Raises ValueError."""
    return _read_line(line) if _read_kind(line).erased is not None else None


def latest(names: Iterable[Erased]) -> Iterator[Erased]:
    """Give each name once, as it was erased last."""
    yield from {erased.key: erased for erased in sorted(names, key=lambda one: one.erased_at)}.values()


def _read(tx: Tx, kind: str) -> list[Erased]:
    return [msgspec.json.decode(value, type=Erased) for value in tx.notes(kind).values()]
