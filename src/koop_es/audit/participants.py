"""A participant is forgotten, in the log as well: a TNR or Beleg-ID that names somebody is taken out of it (G8).

The log names nobody, but an older koop-es took for an identifier whatever stood in its column: where columns were
exchanged for a night, a name. Of the courses of whoever is forgotten such texts are replaced, each by one of its own
that says nothing, so that what was equal stays equal. They cannot be taken out of the reference of a booking, by which
everything knows it: that is named.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from koop_es.audit import anew
from koop_es.audit.anew import Changed
from koop_es.connectors.personal import names_somebody
from koop_es.domain.observation import NO_LETTER
from koop_es.ingest import erasure
from koop_es.ingest.erasure import Erasure
from koop_es.store import Store, Tx

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

IDENTIFIERS = ("booking_id", "participant_no")
REFERENCES = ("ref", "former", "survivor")

OF_BOOKINGS = frozenset({"MIRROR_WITHOUT_REFERENCE", "REGISTRATION_HELD"})
"""Violations without a reference whose details quote identifiers of bookings."""


class _Event(NamedTuple):
    """An event as it is kept."""

    position: int
    stream: str
    state: dict[str, Any]


def preview(store: Store, person_ids: Iterable[str], refs: Iterable[str]) -> Erasure:
    """Tell what ``forget`` would erase, and what it cannot reach; raises PersonUnknown."""
    found = erasure.preview(store, person_ids, refs)
    with store.reading() as tx:
        return _with(found, *_searched(tx, _courses(found)))


def forget(store: Store, person_ids: Iterable[str], refs: Iterable[str], *, now: datetime) -> Erasure:
    """Erase persons as ``erasure.forget`` does, and take texts that name somebody out of the identifiers in the log.

    These go first: once the vault is empty, it is the erasure that is on record to be finished. Raises PersonUnknown.
    """
    ids, bookings = list(person_ids), list(refs)
    found = preview(store, ids, bookings)

    def work() -> Erasure:
        with store.write() as tx:
            tx.lock_log()
            new, named = _searched(tx, _courses(found))
            anew.write(tx, new, now.isoformat())
            return _with(found, new, named)

    if found.identifiers is not None and found.identifiers["events"]:
        found = store.retrying(work)
    return replace(erasure.forget(store, ids, bookings, now=now), identifiers=found.identifiers)


def _with(found: Erasure, new: list[Changed], refs: list[str]) -> Erasure:
    streams = sorted({one.stream for one in new})
    return replace(found, identifiers={"events": len(new), "streams": streams, "references": refs})


def _courses(found: Erasure) -> set[str]:
    return {target.coop_id for target in found.targets}


def unnamed(tx: Tx, coop_ids: set[str]) -> list[Changed]:
    """Give the events of courses in which an identifier names somebody, as they are without (G8)."""
    return _searched(tx, coop_ids)[0]


def _searched(tx: Tx, coop_ids: set[str]) -> tuple[list[Changed], list[str]]:
    """Find the events that are to be written anew, as they are then, and the references that name somebody."""
    events = list(_events(tx, coop_ids))
    refs = {text for event in events for text in _texts(event, REFERENCES) if names_somebody("ref", text)}
    told = {text for event in events for text in _texts(event, IDENTIFIERS) if names_somebody("booking_id", text)}
    told -= {ref.partition(":")[2].partition("~")[0] for ref in refs}  # they go on under the same name as before
    if not told:
        return [], sorted(refs)
    instead = {text: f"{NO_LETTER}{secrets.token_hex(4)}" for text in sorted(told)}
    either = "|".join(re.escape(text) for text in sorted(told, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)")
    new = [
        Changed(event.position, event.stream, _encode(state))
        for event in events
        if (state := _without(event.state, instead, pattern)) != event.state
    ]
    return sorted(new), sorted(refs)


def _events(tx: Tx, coop_ids: set[str]) -> Iterator[_Event]:
    """Read the events of courses, and of what they were before they had their COOP-Ids (D12)."""
    todo, seen = set(coop_ids), set[str]()
    while todo := todo - seen:
        seen |= todo
        found = [
            _Event(row[0], stream, _decode(row[4])) for stream, story in tx.stories(todo).items() for row in story.rows
        ]
        todo = {text for event in found for text in _texts(event, ("predecessor",))}
        yield from found


def _texts(event: _Event, fields: Iterable[str]) -> Iterator[str]:
    return (text for field in fields if isinstance(text := event.state.get(field), str))


def _without(state: dict[str, Any], instead: dict[str, str], pattern: re.Pattern[str]) -> dict[str, Any]:
    new = {key: instead.get(value, value) if key in IDENTIFIERS else value for key, value in state.items()}
    detail = state.get("detail")
    if isinstance(detail, dict) and (state.get("ref") or state.get("code") in OF_BOOKINGS):
        new["detail"] = {key: pattern.sub(lambda found: instead[found[0]], text) for key, text in detail.items()}
    return new
