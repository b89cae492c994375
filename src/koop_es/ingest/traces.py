"""The traces that forgotten persons leave in rows that were set aside: how they are known, and how they are left out.

While the vault still has their data, these tell; afterwards the bookings' references and Beleg-IDs do. A row too many
loses its bytes and nothing else, so what may be a trace is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple, get_args

import msgspec

from koop_es.connectors.encodings import meant
from koop_es.connectors.profiles import Encoding
from koop_es.domain.cooperation import Seat
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import Person, Rejected
from koop_es.domain.witnesses import normalised
from koop_es.store import Tx, fences
from koop_es.store.fences import Fence

ENCODINGS = tuple(
    codec
    for encoding in get_args(Encoding)
    for codec in (("utf-16-le", "utf-16-be") if encoding == "utf-16" else (encoding,))
)
"""How the bytes of a row may be read: every encoding of exports; those of two bytes in either order, without a mark."""

FURTHER = ("cp850", "cp437", "cp852", "cp1250", "iso8859-2", "mac-roman")
"""How else they may be written, whatever was declared: as DOS or a neighbour does, or as XML may say of itself."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""What may stand amid the letters of a word without being seen: control characters, soft hyphens, zero widths."""

_ODD = "\u0300-\u036f\ufffd\x80-\x84\x86-\x9f\u2200-\u22ff\u2500-\u25ff"
_SIGNS = "[\xa1-\xb6\xb8-\xbf\xd7\xf7\u201a\u201c-\u201e\u2020-\u2022\u02c6\u2030\u2039]"
_BEFORE = rf"(?<![\w{_ODD}])(?<![^\W\d_]{_SIGNS})(?<![{_ODD}]{_SIGNS})(?<!\xe3[\u2013\u2014\u2018\u2019])"
_BEHIND = rf"(?![\w{_ODD}])(?! [\u0300-\u036f])(?!{_SIGNS}[^\W\d_])(?!{_SIGNS}[{_ODD}])"
"""What is not beside a word that stands alone: letters, and what letters are in an encoding that is not theirs, such as
a sign between two others.
"""

WORD = re.compile(r"(?:[^\s,;]| (?=[\u0300-\u036f]))+")
"""A word of a name, or of a text in which one is looked for; an accent that stands alone is a blank with one above it.
"""

_JOINS = re.compile(r"[/\\._]+"), re.compile(r"[/\\._-]+")
"""What joins the words of a path; a hyphen may, or be part of a name."""

_BETWEEN_CELLS = re.compile(r'[;,\t"\r\n\0]+')


class _Whole(NamedTuple):
    """A text that is looked for where it stands alone, and not within other words."""

    text: str

    def is_in(self, shown: str) -> bool:
        """Tell whether a text holds it; nearly none does, which is told without a pattern."""
        return self.text in shown and re.search(_BEFORE + re.escape(self.text) + _BEHIND, shown) is not None


class Traces(NamedTuple):
    """What forgotten persons are known by: texts of which all must be there, and the Beleg-IDs of their bookings.

    A booking's reference is such a text, and so are its TNR and moment together. Each may be found in another encoding:
    the cells of one row come from several programs.
    """

    texts: list[list[_Whole]]
    booking_ids: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, tx: Tx, forgotten: Iterable[Fence], people: Iterable[Person] = ()) -> Traces:
        """Collect the traces of some persons: their data as far as they are known, references and Beleg-IDs."""
        fenced = list(forgotten)
        texts: set[tuple[str, ...]] = {(fence.ref,) for fence in fenced}
        for person in people:
            texts |= {(person.name, person.first_name), (person.phone,), (person.email,)}
        ids: set[tuple[str, str]] = {(owner_of(fence.ref), fence.ref.partition(":")[2]) for fence in fenced}
        streams = tx.load(fence.coop_id for fence in fenced)
        refs = {fence.ref for fence in fenced}
        for coop_id, recorded in streams.items():
            for booking in fold(coop_id, (item.event for item in recorded)).bookings.values():
                if booking.ref not in refs:
                    continue
                ids |= {(vhs, seat.booking_id) for vhs, seat in booking.seats.items() if seat.booking_id}
                # Where the Beleg-ID is another's by now, the TNR tells (D18e).
                given_away = [(vhs, seat) for vhs, seat in booking.seats.items() if seat.reused_by is not None]
                ids -= {(vhs, seat.booking_id) for vhs, seat in given_away}
                ids |= {(vhs, seat.participant_no) for vhs, seat in given_away if seat.participant_no}
                texts.update(text for seat in booking.seats.values() for text in _numbered(seat))
        return cls(_patterns(texts), frozenset(ids))

    @classmethod
    def of_name(cls, name: str) -> Traces:
        """Look for a name: all its words, in whichever order."""
        return cls(_patterns([words_of(name)]), frozenset())

    @classmethod
    def of_forgotten(cls, tx: Tx, vhs: str, rejected: list[Rejected]) -> Traces:
        """Collect the traces by which rows of a VHS that cannot be used may lead to somebody who was forgotten."""
        if not any(item.about == "booking" for item in rejected):
            return cls([], frozenset())
        shared = [row[0] for row in tx.rows("views_of_vhs_known", vhs=vhs)]
        return cls.of(tx, fences.of_streams(tx, shared))

    def lie_in(self, vhs: str, raw: bytes, reason: str) -> bool:
        """Tell whether a row of a VHS, or the reason why it was set aside, holds a trace of any of these persons."""
        texts = readings(raw)
        if any((vhs, cell.strip()) in self.booking_ids for text in texts for cell in _BETWEEN_CELLS.split(text)):
            return True
        return self._stand_in((*texts, reason))

    def are_in_path(self, path: str) -> bool:
        """Tell whether a path names any of these persons; what joins words in it counts as a blank."""
        return self._stand_in(in_path(path))

    def _stand_in(self, texts: Iterable[str]) -> bool:
        """Tell whether all texts of a person are found, each in any of these ``texts``."""
        if not self.texts:
            return False
        shown = all_shown(texts)
        return any(all(part.is_in(shown) for part in parts) for parts in self.texts)

    def wiped(self, vhs: str, rejected: list[Rejected]) -> list[Rejected]:
        """Leave out of rows of a VHS that are about to be set aside what they hold of these persons."""
        return [self._wiped(vhs, item) for item in rejected] if self.texts else rejected

    def _wiped(self, vhs: str, item: Rejected) -> Rejected:
        named = item.key is not None and (vhs, item.key[0]) in self.booking_ids
        if item.about != "booking" or not (named or self.lie_in(vhs, item.raw, item.reason)):
            return item
        return msgspec.structs.replace(item, raw=b"", reason="a row of somebody who was erased cannot be used")


def words_of(name: str) -> tuple[str, ...]:
    """Give the words of a name, which may stand in any order."""
    return tuple(WORD.findall(_UNSEEN.sub("", name)))


def all_shown(texts: Iterable[str]) -> str:
    """Write texts one below the other as a name is looked for in them, with and without what is not seen in them."""
    seen = dict.fromkeys(form for text in texts for form in (text, _UNSEEN.sub("", text)))
    return "\n".join(dict.fromkeys(map(normalised, seen)))  # in none of which is a line feed left


def in_path(path: str) -> tuple[str, ...]:
    """Read a path in every way that may name somebody: what joins words in it is a blank."""
    return tuple(joins.sub(" ", path) for joins in _JOINS)


def _numbered(seat: Seat) -> Iterator[tuple[str, ...]]:
    """Write TNR and moment of a booking as a row may have them: they tell where its Beleg-ID cannot be read (D18e)."""
    if not (seat.participant_no and seat.booked_at):
        return
    day, clock = seat.booked_at[:10], seat.booked_at[11:16]
    for written in (".".join(reversed(day.split("-"))), day):
        yield seat.participant_no, written, clock
    yield seat.participant_no, f"{day}T{clock}"


def readings(raw: bytes) -> list[str]:
    """Read bytes in every way a reader may have: in each encoding, with letters that became control characters, and
    with what CSV doubles and XML writes out.
    """
    codecs = ENCODINGS if raw.isascii() else (*ENCODINGS, *FURTHER)
    read = dict.fromkeys(raw.decode(codec, "replace") for codec in codecs)
    texts = dict.fromkeys(form for one in read for form in (one, meant(one)))
    written_out = (unescape(text.replace('""', '"')) for text in texts if '""' in text or "&" in text)
    return list(dict.fromkeys([*texts, *written_out]))


def _patterns(texts: Iterable[tuple[str, ...]]) -> list[list[_Whole]]:
    patterns = ([_Whole(_shown(part)) for part in parts if _shown(part)] for parts in sorted(texts))
    return [parts for parts in patterns if parts]


def _shown(text: str) -> str:
    return normalised(_UNSEEN.sub("", text))
