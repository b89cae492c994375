"""How one admin program writes its files: headings, letters, styles; shipped as TOML, or a file of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from koop_es.connectors import plain_files
from koop_es.connectors.columns import BOOKINGS, COURSES, USERS, Layout, folded
from koop_es.connectors.errors import ProfileInvalid
from koop_es.connectors.values import DateStyle
from koop_es.domain.observation import Status

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Encoding = Literal["utf-8", "windows-1252", "iso-8859-15", "utf-16"]
SHIPPED = ("native", "kufersql", "itm-manager", "cmx-organize")

_PROFILE_BYTES = 1 << 20  # a profile is a page of text; a larger file is something else


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Booleans(_Part):
    """The letters for true and false; an empty cell is always false."""

    true: tuple[str, ...] = ("W",)
    false: tuple[str, ...] = ("F",)

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if both := sorted(set(self.true) & {*self.false, ""}):
            shown = ", ".join(map(repr, both))
            raise ValueError(f"[booleans] {shown} cannot be true and false: leave it in one; an empty cell is false")
        return self


class Rate(_Part):
    """What a rate that is no number means (R6a): kept as it is (``keep``), or forwarding to the Master (``link``)."""

    blank: Literal["keep", "link"] = "keep"
    other: Literal["keep", "link"] = "keep"


class Columns(_Part):
    """Accepted headings per field, beside the native ones."""

    courses: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    bookings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    users: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("courses", "bookings", "users", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if isinstance(value, dict):
            return {field: (names,) if isinstance(names, str) else names for field, names in value.items()}
        return value


class Profile(_Part):
    """One admin program's way of writing; everything not given is the native way."""

    name: str
    delimiter: str = Field(default=";", min_length=1, max_length=1, pattern=r"[;,|\t]")
    encoding: Encoding = "utf-8"
    dates: DateStyle = "DD.MM.YYYY"
    booleans: Booleans = Booleans()
    status: dict[str, Status] = Field(
        default_factory=lambda: {"A": Status.CONFIRMED, "W": Status.WAITLISTED, "S": Status.CANCELLED}
    )
    rate: Rate = Rate()
    columns: Columns = Columns()
    booking_ids: Literal["per vhs", "per course"] = "per vhs"
    """Where Beleg-IDs are counted; per course they are composed, ``course/period/id``, to be unique per VHS (D18)."""

    def fingerprint(self) -> str:
        """Give a checksum over everything that changes what a file means."""
        left_out = {"name"} if self.booking_ids == "per course" else {"name", "booking_ids"}  # as it was without it
        return sha256(self.model_dump_json(exclude=left_out).encode()).hexdigest()


def load(profile: str) -> Profile:
    """Load a shipped profile by name, or one's own by the path of its TOML file; raises ProfileInvalid."""
    if profile in SHIPPED:
        return _shipped(profile)
    path = Path(profile)
    if not _is_file(path):
        raise ProfileInvalid(
            f"there is no profile {profile!r}: name one of {', '.join(SHIPPED)} or the path of a TOML file",
            profile=profile,
        )
    try:
        return _parsed(plain_files.content(path, _PROFILE_BYTES).decode("utf-8-sig"), path.name)
    except plain_files.TooLarge as error:
        raise ProfileInvalid(
            f"{path.name}: larger than 1 MiB, so it is no profile: give a TOML file", profile=profile
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileInvalid(
            f"{path.name}: cannot be read ({error}): save it as UTF-8 text", profile=profile
        ) from error


@cache
def _shipped(name: str) -> Profile:
    text = files("koop_es.connectors").joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8")
    return _parsed(text, name)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than the file system takes
        return False


def _parsed(text: str, where: str) -> Profile:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a bare ValueError
        raise ProfileInvalid(f"{where}: is no TOML ({error}): correct that place", profile=where) from error
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        raise ProfileInvalid(f"{where}: {_told(error.errors()[0])}", profile=where) from error
    for part, layout in _LAYOUTS.items():
        if said := _wrong_headings(part, layout, getattr(profile.columns, part)):
            raise ProfileInvalid(f"{where}: {said}", profile=where)
    return profile


# --- what is wrong with one ------------------------------------------------------------------------------------------

_LAYOUTS = {"courses": COURSES, "bookings": BOOKINGS, "users": USERS}

_SHOWN = 40  # characters of a wrong value that are shown: more than any right one has

_TABLES: dict[str, type[_Part]] = {"": Profile, "booleans": Booleans, "rate": Rate, "columns": Columns}

_REMEDIES = {
    "name": 'write a text, such as name = "unsere-vhs"',
    "delimiter": 'write one of ";", ",", "|" and "\\t"',
    "encoding": f"write one of the encodings {', '.join(get_args(Encoding))}",
    "dates": "write DD.MM.YYYY or YYYY-MM-DD",
    "booking_ids": "write per vhs or per course",
    "status": 'the letter of the program stands on the left, and "A", "W" or "S" on the right, as in X = "S"',
    "booleans": 'write a list of letters for each, such as true = ["W", "J"]',
    "rate": "write keep or link for blank and for other",
    "columns": 'write a heading or a list of headings, such as title = ["Haupttitel"]',
}
"""What may stand under a key of the profile, or in one of its tables."""


def _told(error: ErrorDetails) -> str:
    """Say in which table and under which key something is wrong, why, and what to write there."""
    *tables, key = [str(part) for part in error["loc"] if not isinstance(part, int)]
    table = ".".join(tables)
    place = f"[{table}] {key}" if table else key
    if error["type"] == "extra_forbidden":
        return f"{place} is not known: known here are {', '.join(_TABLES[table].model_fields)}"
    remedy = _REMEDIES[tables[0] if tables else key]
    if error["type"] == "missing":
        return f"{place} is missing: {remedy}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{place} cannot be {repr(error['input'])[:_SHOWN]}: {remedy}"


def _wrong_headings(part: str, layout: Layout, columns: Mapping[str, Sequence[str]]) -> str | None:
    """Say which field is not known, or which heading does not tell one field from another: one of two would be lost."""
    if unknown := sorted(columns.keys() - layout.headings.keys()):
        return f"[columns.{part}] {', '.join(unknown)} is no field: known are {', '.join(layout.headings)}"
    native = {folded(heading): field for field, heading in layout.headings.items()}
    named: dict[str, str] = {}
    for field, headings in columns.items():
        for heading in headings:
            name = folded(heading)
            if not name:
                return f"[columns.{part}] {field} has an empty heading: write what stands in the header line"
            if (other := native.get(name, field)) != field:
                return (
                    f"[columns.{part}] {field} cannot have {heading!r}, which is the heading of {other}: "
                    "give that column another heading in the export"
                )
            if (other := named.setdefault(name, field)) != field:
                return f"[columns.{part}] {heading!r} stands for {other} and for {field}: leave it with one of the two"
    return None
