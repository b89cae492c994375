"""Events to bytes and back: plain JSON with the fields in the order of the struct, one decoder for each topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import msgspec

from koop_es.domain import upcast
from koop_es.domain.events import EVENTS, Event
from koop_es.store.errors import StatementFailed, StoreDamaged, UnknownEvent
from koop_es.store.record import Append, NewRow, Recorded, StoredRow, Story

_encode = msgspec.json.Encoder(order="deterministic").encode
"""Also mappings within an event come out in one order, so that equal events have equal bytes."""


@cache
def _reader(topic: str) -> Callable[[bytes], Event]:
    """Find how events of a topic are read: straight away, or those of a former version by way of the later ones."""
    read = msgspec.json.Decoder(EVENTS[upcast.newest(topic)]).decode
    if topic in EVENTS:
        return read
    as_it_was = msgspec.json.Decoder(dict[str, Any]).decode

    def lifted(state: bytes) -> Event:
        fields = as_it_was(state)
        try:
            return read(_encode(upcast.lift(topic, fields)))
        except (LookupError, TypeError, ValueError) as error:
            raise msgspec.ValidationError(f"{type(error).__name__} in its fields") from error

    return lifted


def encode(event: Event) -> bytes:
    """Write the state of an event; raises StatementFailed for a type that is not among the events."""
    _refuse_unknown(type(event))
    return _encode(event)


def _refuse_unknown(kind: type[Event]) -> None:
    if EVENTS.get(kind.TOPIC) is not kind:
        raise StatementFailed(f"{kind.__name__} is no event of the log")


def decode(position: int, stream: str, version: int, topic: str, state: bytes) -> Recorded:
    """Read one stored event; raises UnknownEvent for a topic of a newer version, StoreDamaged for broken bytes."""
    try:
        read = _reader(topic)
    except KeyError:
        raise UnknownEvent(
            f"{topic} at position {position} is unknown: install the newer koop-es that wrote it",
            position=position,
            topic=topic,
        ) from None
    try:
        return Recorded(position, stream, version, read(state))
    except msgspec.MsgspecError as error:
        raise StoreDamaged(
            f"{stream} version {version}, position {position}, is no {topic}: {error}; restore the last backup",
            position=position,
            stream=stream,
            version=version,
        ) from error


class _Readers(dict[str, Callable[[bytes], Event]]):
    """Topic -> how it is read, found when it first occurs."""

    def __missing__(self, topic: str) -> Callable[[bytes], Event]:
        reader = self[topic] = _reader(topic)
        return reader


def events_of(rows: Sequence[StoredRow]) -> list[Event]:
    """Read the events of many rows; raises what ``decode`` raises, for the first that cannot be read."""
    readers = _Readers()
    try:
        return [readers[topic](state) for _, _, _, topic, state in rows]
    except (KeyError, msgspec.MsgspecError):
        return [decode(*row).event for row in rows]


def decode_all(rows: Sequence[StoredRow]) -> list[Recorded]:
    """Read many stored events, with their places."""
    with_events = zip(rows, events_of(rows), strict=True)
    return [Recorded(position, stream, version, event) for (position, stream, version, _, _), event in with_events]


def stories(rows: Sequence[StoredRow]) -> dict[str, Story]:
    """Read whole streams whose rows stand together, each in version order."""
    events = events_of(rows)
    found: dict[str, Story] = {}
    start = 0
    for stream, group in groupby(rows, key=itemgetter(1)):
        own = list(group)
        found[stream] = Story(own, events[start : start + len(own)])
        start += len(own)
    return found


def encode_all(appends: Sequence[Append]) -> list[NewRow]:
    """Write the rows of new events, the first of a stream as version 1; raises what ``encode`` raises."""
    for kind in dict.fromkeys(map(type, chain.from_iterable(append.events for append in appends))):
        _refuse_unknown(kind)
    return [
        (stream, version, event.TOPIC, _encode(event))
        for stream, expected, events in appends
        for version, event in enumerate(events, expected + 1)
    ]
