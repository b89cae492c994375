"""Events to bytes and back: plain JSON with the fields in the order of the struct, one decoder for each topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from koop_es.domain.events import EVENTS, Event
from koop_es.store.errors import StatementFailed, StoreDamaged, UnknownEvent
from koop_es.store.record import Append, NewRow, Recorded, StoredRow

_encode = msgspec.json.Encoder(order="deterministic").encode
"""Also mappings within an event come out in one order, so that equal events have equal bytes."""


@cache
def _decoder(topic: str) -> msgspec.json.Decoder[Event]:
    return msgspec.json.Decoder(EVENTS[topic])


def encode(event: Event) -> bytes:
    """Write the state of an event; raises StatementFailed for a type that is not among the events."""
    if EVENTS.get(event.TOPIC) is not type(event):
        raise StatementFailed(f"{type(event).__name__} is no event of the log")
    return _encode(event)


def decode(position: int, stream: str, version: int, topic: str, state: bytes) -> Recorded:
    """Read one stored event; raises UnknownEvent for a topic of a newer version, StoreDamaged for broken bytes."""
    try:
        return Recorded(position, stream, version, _decoder(topic).decode(state))
    except KeyError:
        raise UnknownEvent(
            f"{topic} at position {position} is unknown: install the newer koop-es that wrote it",
            position=position,
            topic=topic,
        ) from None
    except msgspec.MsgspecError as error:
        raise StoreDamaged(
            f"{stream} version {version}, position {position}, is no {topic}: {error}; restore the last backup",
            position=position,
            stream=stream,
            version=version,
        ) from error


def decode_all(rows: Iterable[StoredRow]) -> list[Recorded]:
    """Read many stored events; the loop is written out because it runs once for every event of a rebuild."""
    found: list[Recorded] = []
    decoders: dict[str, msgspec.json.Decoder[Event]] = {}
    for position, stream, version, topic, state in rows:
        try:
            event = decoders[topic].decode(state)
        except KeyError:
            found.append(decode(position, stream, version, topic, state))
            decoders[topic] = _decoder(topic)
        except msgspec.MsgspecError:
            found.append(decode(position, stream, version, topic, state))
        else:
            found.append(Recorded(position, stream, version, event))
    return found


def encode_all(appends: Sequence[Append]) -> list[NewRow]:
    """Write the rows of new events, the first of a stream as version 1."""
    return [
        (stream, version, event.TOPIC, encode(event))
        for stream, expected, events in appends
        for version, event in enumerate(events, expected + 1)
    ]
