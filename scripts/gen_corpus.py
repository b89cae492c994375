"""Write the corpus of every event version ever written: ``tests/corpus/events/<topic>.jsonl`` (``make docs``).

The first line of a file says which fields the version has, nested types included; every further line is an event as it
stands in a log, byte for byte. A file that is there is never written again: what has been written stays as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from koop_es.domain.events import EVENTS, Event
from koop_es.store.codec import encode

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "events"

TEXTS = {
    "vhs": "563",
    "at": "2026-03-02T02:00:00+01:00",
    "recorded_at": "2026-03-02T02:00:05+01:00",
    "booked_at": "2026-02-14T10:30:00+01:00",
    "subscriber": "301",
    "ref": "563:8841",
    "survivor": "563:8842",
    "successor": "563-COOP-219",
    "predecessor": "563-KNR-26F-26-10009",
    "starts_at": "18:00",
    "ends_at": "20:15",
}
"""What stands in text fields whose form matters to the fold; any other holds its own name."""


def schema(kind: type[Event]) -> dict[str, dict[str, str]]:
    """Describe the fields of an event and of every type within it: name, type and default."""
    found: dict[str, dict[str, str]] = {}
    todo: list[inspect.Type] = [inspect.type_info(kind)]
    while todo:
        item = todo.pop()
        todo += _parts(item)
        if isinstance(item, inspect.StructType):
            found[item.cls.__name__] = {f.encode_name: _text(f.type) + _default(f) for f in item.fields}
        elif isinstance(item, inspect.EnumType):
            found[item.cls.__name__] = {member.name: str(member.value) for member in item.cls}
    return found


def samples(kind: type[Event]) -> Iterator[bytes]:
    """Give an event with all its fields, and one with only those that it must have."""
    for full in (True, False):
        yield encode(msgspec.convert(_value("", inspect.type_info(kind), full=full), kind))


def render(kind: type[Event]) -> bytes:
    """Write the file of one topic."""
    described = json.dumps(schema(kind), ensure_ascii=False)
    return b"\n".join([described.encode(), *dict.fromkeys(samples(kind))]) + b"\n"


def _parts(item: inspect.Type) -> list[inspect.Type]:
    if isinstance(item, inspect.StructType):
        return [field.type for field in item.fields]
    if isinstance(item, inspect.UnionType):
        return list(item.types)
    if isinstance(item, inspect.VarTupleType):
        return [item.item_type]
    if isinstance(item, inspect.DictType):
        return [item.key_type, item.value_type]
    return []


def _text(item: inspect.Type) -> str:
    if isinstance(item, inspect.StructType | inspect.EnumType):
        return item.cls.__name__
    if isinstance(item, inspect.UnionType):
        return " | ".join(_text(part) for part in item.types)
    name = type(item).__name__.removesuffix("Type").lower()
    parts = ", ".join(_text(part) for part in _parts(item))
    return f"{name}[{parts}]" if parts else name


def _default(field: inspect.Field) -> str:
    if field.required:
        return ""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return f" = {msgspec.json.encode(value).decode()}"


def _value(name: str, item: inspect.Type, *, full: bool) -> Any:  # noqa: PLR0911 - one line for each kind of type
    if isinstance(item, inspect.StructType):
        fields = [field for field in item.fields if full or field.required]
        return {field.encode_name: _value(field.encode_name, field.type, full=full) for field in fields}
    if isinstance(item, inspect.UnionType):
        return _value(name, next(part for part in item.types if not isinstance(part, inspect.NoneType)), full=full)
    if isinstance(item, inspect.VarTupleType):
        return [_value(name, item.item_type, full=full)]
    if isinstance(item, inspect.EnumType):
        return next(iter(item.cls)).value
    if isinstance(item, inspect.DictType):
        return {"key": _value("value", item.value_type, full=full)}
    if isinstance(item, inspect.BoolType):
        return True
    if isinstance(item, inspect.IntType):
        return 2
    if isinstance(item, inspect.DateType):
        return "2026-03-02"
    assert isinstance(item, inspect.StrType), f"{name}: a type no event had before, {item}"
    return TEXTS.get(name, name)


if __name__ == "__main__":
    for topic, kind in EVENTS.items():
        path = CORPUS / f"{topic}.jsonl"
        if "--write" not in sys.argv:
            sys.stdout.buffer.write(render(kind))
        elif not path.exists():
            CORPUS.mkdir(parents=True, exist_ok=True)
            path.write_bytes(render(kind))
