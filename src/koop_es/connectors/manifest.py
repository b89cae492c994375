"""``manifest.json`` of a ``koop-export/1``: whose export it is, what it covers, and the proof that it is whole."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails

from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.profiles import Encoding
from koop_es.domain.identifiers import HIGHEST_SEQUENCE
from koop_es.domain.observation import Kind

NAME = "manifest.json"
FORMAT = "koop-export/1"
Part = Literal["courses", "bookings", "users"]
PARTS: tuple[Part, ...] = ("courses", "bookings", "users")

_REMEDY = "correct the connector's manifest and export again"
_MOST_DIGITS = 100
"""No number of a manifest has a fifth of them."""

_KINDS = (Kind.FULL, Kind.DELTA, Kind.OCCUPANCY)


def _text_only(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 - pydantic turns a ValueError into a fault
    return value


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class DataFile(_Lenient):
    """One file of the export; ``rows`` and ``sha256`` together prove that it is whole."""

    path: StrictStr
    rows: Annotated[StrictInt, Field(ge=0)] | None = None
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        outside = pure.is_absolute() or ".." in pure.parts or re.match(r"[A-Za-z]:", path)
        if not path.strip() or outside or "\\" in path or not path.isprintable():
            raise ValueError("must be a relative path inside the export, with / and without ..")
        return str(pure)


class Scope(_Lenient):
    """What the export is limited to: courses that end on or after this day."""

    courses_ending_from: Annotated[date, BeforeValidator(_text_only)] | None = None


class Files(_Lenient):
    """The data files; any may be missing."""

    courses: DataFile | None = None
    bookings: DataFile | None = None
    users: DataFile | None = None


class Manifest(_Lenient):
    """The whole manifest."""

    format: Literal["koop-export/1"]
    vhs: Annotated[StrictStr, Field(pattern=r"^[0-9]{1,10}$")]
    system: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    sequence: Annotated[StrictInt, Field(ge=1, le=HIGHEST_SEQUENCE)]
    exported_at: Annotated[AwareDatetime, BeforeValidator(_text_only)]
    kind: Literal[Kind.FULL, Kind.DELTA, Kind.OCCUPANCY]
    scope: Scope | None = None
    encoding: Encoding | None = None
    files: Files

    @property
    def scope_from(self) -> date | None:
        """Give the day from which courses are in scope, None where everything is."""
        return self.scope.courses_ending_from if self.scope else None

    def parts(self) -> dict[Part, DataFile]:
        """List the data files that the manifest names."""
        return {part: file for part in PARTS if (file := getattr(self.files, part)) is not None}

    def unknown_keys(self) -> list[str]:
        """List the keys that the format does not know; they are ignored."""
        found = list(self.model_extra or {})
        found += [f"scope.{key}" for key in (self.scope.model_extra or {})] if self.scope else []
        found += [f"files.{key}" for key in self.files.model_extra or {}]
        for part, file in self.parts().items():
            found += [f"files.{part}.{key}" for key in file.model_extra or {}]
        return found


def parse(content: bytes) -> Manifest:
    """Read a manifest; raises ExportQuarantined with every fault and as much of whose export it is as could be read."""
    try:
        text = content.decode("utf-8-sig")
        raw = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole)
    except UnicodeDecodeError as error:
        raise _refused(f"is no UTF-8 text (byte {error.start})") from error
    except RecursionError as error:
        raise _refused("is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise _refused(f"is no JSON: {error.msg}", line=error.lineno) from error
    except ValueError as error:
        raise _refused(str(error)) from error
    if not isinstance(raw, dict):
        raise _refused("is no JSON object")
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        faults = [f"{'.'.join(str(step) for step in fault['loc'])}: {_said(fault)}" for fault in error.errors()[:10]]
        raise _refused("; ".join(faults)).of(**_whose(raw)) from error


_FORMS = {
    "vhs": "1 to 10 digits",
    "system": "small letters, digits and hyphens",
    "sha256": "64 hex digits",
    "exported_at": "an ISO date-time with offset, such as 2026-03-02T02:00:00+01:00",
    "courses_ending_from": "an ISO day, such as 2026-03-02",
}
_FAULTS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "literal_error": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "model_type": "must be an object",
}


def _said(fault: ErrorDetails) -> str:
    """Say one fault in the words of the format, as the key should have been written."""
    context = dict(fault.get("ctx") or {})
    if "expected" in context:
        context["expected"] = ", ".join(re.findall("'[^']*'", context["expected"]))
    if fault["type"] == "value_error":
        return str(context["error"])
    if (template := _FAULTS.get(fault["type"])) is not None:
        return template.format_map(context)
    key = str(fault["loc"][-1]) if fault["loc"] else ""  # a key that is no text is of no place
    return f"is not written as {_FORMS[key]}" if key in _FORMS else fault["msg"]


def _whose(raw: dict[str, Any]) -> dict[str, Any]:
    vhs, sequence, kind = raw.get("vhs"), raw.get("sequence"), raw.get("kind")
    return {
        "vhs": vhs if isinstance(vhs, str) and re.fullmatch(r"[0-9]{1,10}", vhs) else None,
        "sequence": sequence if type(sequence) is int and 1 <= sequence <= HIGHEST_SEQUENCE else None,
        "kind": kind if isinstance(kind, str) and kind in _KINDS else None,
        "sha256": None,
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"holds the key {key!r} twice")
        found[key] = value
    return found


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"holds a number of {len(text)} digits")
    return int(text)


def _no_number(text: str) -> object:
    raise ValueError(f"holds {text}, which is no JSON number")


def _refused(reason: str, line: int | None = None) -> ExportQuarantined:
    return ExportQuarantined(reason, file=NAME, line=line, remedy=_REMEDY)
