"""Instructors are forgotten: their names are taken out of the facts of courses, in the log as well.

Names of instructors are facts of courses that the programme prints, so they stand in events, and no id in their place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from koop_es.audit import anew, chain
from koop_es.audit.anew import Changed
from koop_es.domain.observation import NO_LETTER
from koop_es.ingest import erasure, recognised
from koop_es.ingest.erasure import Erasure, NameMissing
from koop_es.store import Store, Tx, erased

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def preview(store: Store, name: str) -> Erasure:
    """Find where an instructor's name stands; raises NameMissing for less than a name and a first name."""
    with store.reading() as tx:
        return _found(tx, pattern(name), name)


def forget(store: Store, name: str, *, now: datetime) -> Erasure:
    """Take an instructor's name out of events, views, catalogue and what was set aside; raises NameMissing.

    It is one transaction that holds the log; seals are made again over the events as they are now.
    """
    sought = pattern(name)

    def work() -> Erasure:
        with store.write() as tx:
            tx.lock_log()
            found = _found(tx, sought, name)
            erased.put(tx, recognised.of_instructor(store, name, written(name), now.isoformat()))
            rewrite(tx, sought, now.isoformat())
            erasure.wipe_named(tx, name, now.isoformat())
            return found

    found = store.retrying(work)
    return replace(found, **erasure.conclude(store, now.isoformat())._asdict())


def pattern(name: str) -> re.Pattern[str]:
    """Find a name in texts: name and first name in either order, written as ``_BETWEEN`` and ``_BRACKETED`` say;
    one word could be any word of a title.
    """
    forms = {form for pair in written(name) for form in _spelled(*pair)}
    longest = sorted(forms, key=lambda pair: (-sum(map(len, pair)), pair))
    spaced = [tuple(map(_spaced, pair)) for pair in longest]
    plain, bracketed = ("|".join(form.format(*pair) for pair in spaced) for form in (_BETWEEN, _BRACKETED))
    return re.compile(rf"(?=[(\[])(?:{bracketed})|(?<!\w)(?:{plain})", re.IGNORECASE)


def written(name: str) -> list[tuple[str, str]]:
    """Give the two parts of a name in either order, parted wherever they may be; raises NameMissing."""
    last, comma, first = (part.strip() for part in name.partition(","))
    words = f"{first} {last}".split() if comma else name.split()
    if len(words) < 2 or (comma and not (first and last)) or not all(re.search(r"\w", word) for word in words):
        raise NameMissing
    halves = [(words[:at], words[at:]) for at in ((len(first.split()),) if comma else range(1, len(words)))]
    joined = [(" ".join(front), " ".join(back)) for front, back in halves]
    return [*joined, *((back, front) for front, back in joined)]


def _surname(name: str) -> re.Pattern[str]:
    """Find the surname wherever it stands: what is before the comma, else the last word."""
    last, comma, _ = name.partition(",")
    own = last if comma else name.rsplit(maxsplit=1)[-1]
    either = "|".join(_spaced(text) for (text,) in sorted(_spelled(own)))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def _spelled(*parts: str) -> set[tuple[str, ...]]:
    """Give parts of a name in the letters that programs write them with; in capitals ß is SS."""
    spelled = (parts, tuple(part.upper() for part in parts))
    return {tuple(unicodedata.normalize(kind, part) for part in text) for kind in ("NFC", "NFD") for text in spelled}


def _spaced(part: str) -> str:
    return r"\s+".join(map(re.escape, part.split()))


_MARKS = ",;/|([)]"
"""What may stand between a name and a first name, besides blanks."""

_BETWEEN = (
    r"{0}(?:\s*[,;/|]\s*|\s+[-–—]\s*|\s*[-–—]\s+|\s+){1}(?!\w)"
    r"|{0}\s*[,;/|]?\s*\(\s*{1}(?!\w)(?:\s*\))?|{0}\s*[,;/|]?\s*\[\s*{1}(?!\w)(?:\s*\])?"
)
"""How the two are written one behind the other, the second in brackets or not; a dash has a blank beside it."""

_BRACKETED = r"\(\s*{0}\s*\)\s*[,;/|]?\s*{1}(?!\w)|\[\s*{0}\s*\]\s*[,;/|]?\s*{1}(?!\w)"
"""How they are written with the first in brackets."""

_PARTED = re.compile(rf"[\s{re.escape(_MARKS)}]")
"""What every text has in it in which a name and a first name stand."""

_NEXT = "\x1f"
"""Stands between the items of a list while it is searched; for a pattern it is a blank."""


def _found(tx: Tx, sought: re.Pattern[str], name: str) -> Erasure:
    events, streams = 0, set[str]()
    for _, stream, _ in _events(tx, sought):
        events += 1
        streams.add(stream)
    courses = sum(1 for _ in _catalogue(tx, sought))
    aside = erasure.named_aside(tx, name)
    alone = _alone(tx, sought, _surname(name), streams) if streams else 0
    where = {"events": events, "streams": sorted(streams), "catalogue": courses, "surname_alone": alone}
    names = ("target", "made_at", "position")
    backups = [dict(zip(names, row, strict=True)) for row in tx.rows("backups")]
    return Erasure([], len(aside), [], [], backups, erasure.is_keyed(tx), set_aside=aside, instructor=where)


def _log(tx: Tx) -> Iterator[tuple[int, str, bytes]]:
    """Give position, stream and text of every event."""
    after = 0
    while page := tx.rows("event_read", after=after, limit=chain.PAGE):
        after = page[-1][0]
        for position, stream, _, _, state in page:
            yield position, stream, bytes(state)


def _events(tx: Tx, sought: re.Pattern[str]) -> Iterator[Changed]:
    """Give the events in which a name stands, as they are without it."""
    for position, stream, state in _log(tx):
        if (new := _without(state, sought)) is not None:
            yield Changed(position, stream, new)


def _alone(tx: Tx, sought: re.Pattern[str], surname: re.Pattern[str], streams: set[str]) -> int:
    """Count the events of these streams in which the surname is left without the first name beside it."""
    texts = (_decode(_without(state, sought) or state) for _, stream, state in _log(tx) if stream in streams)
    return sum(1 for value in texts if any(map(surname.search, _texts(value))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
        if isinstance(value, list) and len(value) > 1 and all(isinstance(item, str) for item in value):
            yield _NEXT.join(value)


def every_text(tx: Tx) -> Iterator[str]:
    """Give every text of events and catalogue in which a name and a first name may stand; a list also as one text."""
    for _, _, state in _log(tx):
        yield from (text for text in _texts(_decode(state)) if _PARTED.search(text))
    for row in tx.each("side_catalogue"):
        yield from (text for text in _texts(_decode(str(row[6]))) if _PARTED.search(text))


def _catalogue(tx: Tx, sought: re.Pattern[str]) -> Iterator[dict[str, Any]]:
    for row in tx.each("side_catalogue"):
        vhs, key, facts = row[0], row[1], row[6]
        if (new := _without(str(facts).encode(), sought)) is not None:
            yield {"vhs": vhs, "key": key, "facts": new.decode()}


def _without(text: bytes, sought: re.Pattern[str]) -> bytes | None:
    """Give a JSON text without a name, None where it does not hold it."""
    value = _decode(text)
    new = _walked(value, sought)
    return _encode(new) if new != value else None


def _walked(value: Any, sought: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return sought.sub(NO_LETTER, value) if _PARTED.search(value) else value
    if isinstance(value, list):
        return _listed([_walked(item, sought) for item in value], sought)
    if isinstance(value, dict):
        return {key: _walked(item, sought) for key, item in value.items()}
    return value


def _listed(items: list[Any], sought: re.Pattern[str]) -> list[Any]:
    """Take a name out of a list that was parted at its comma; each item that held a part of it is kept without that."""
    if len(items) < 2 or not all(isinstance(item, str) and _NEXT not in item for item in items):
        return items
    return sought.sub(_emptied, _NEXT.join(items)).split(_NEXT)


def _emptied(found: re.Match[str]) -> str:
    return _NEXT.join([NO_LETTER] * (1 + found.group().count(_NEXT)))


def rewrite(tx: Tx, sought: re.Pattern[str], at: str) -> None:
    """Take names out of events, views and catalogue, in a transaction that holds the log."""
    new = list(_events(tx, sought))
    tx.run_many("catalogue_rewrite", list(_catalogue(tx, sought)))
    anew.write(tx, new, at)
