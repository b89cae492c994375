"""What an operator may choose: every setting is an environment variable that begins with ``KOOP_``.

Settings steer decisions only where an observation becomes an event; replay never reads one.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from koop_es.domain.errors import KoopError, WrongUsage
from koop_es.domain.identifiers import vhs_id

BERLIN = ZoneInfo("Europe/Berlin")
"""The time zone of every time that names none: all Volkshochschulen keep it."""

PREFIX = "KOOP_"
EVERY_VHS = "*"
DEFAULT_DB = "sqlite:///koop.db"

_HIDDEN = "***"
_USERINFO = re.compile(r"(?<=://)([^:/@?#]*):.*@", re.DOTALL)
_PASSWORD_PARAMETER = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^&\s]*)", re.IGNORECASE)
_DB_SCHEMES = ("sqlite:///", "postgresql://", "postgres://")
_GERMAN_TIME = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")


class InvalidTime(WrongUsage):
    """A text is no time: give 2017-03-01, 2017-03-01T10:00 or 01.03.2017, with or without an offset."""

    code = "invalid_time"


class SettingsInvalid(WrongUsage):
    """A setting has a value it cannot have."""

    code = "settings_invalid"


_SPAN = re.compile(r"([0-9]{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_span(text: str) -> timedelta:
    """Read a span of time, ``15m``, ``36h`` or ``2d``; raises InvalidTime."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        raise InvalidTime(f"{text!r} is no span of time: give a number with s, m, h, d or w, such as 36h", value=text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def parse_time(text: str) -> datetime:
    """Read a time as people and programs write it: ISO 8601 or German, a day alone meaning its first moment.

    Args:
        text: ``2017-03-01``, ``2017-03-01T10:00``, ``2017-03-01 10:00:30+01:00``, ``01.03.2017``, ``01.03.2017 10:00``.
            Without an offset it is local time in Europe/Berlin; of the hour that autumn has twice, the first.

    Returns:
        The time in Europe/Berlin, so that its ``date()`` is the local day.

    Raises:
        InvalidTime: where the text is none of these, or names the hour that spring leaves out.
    """
    cleaned = text.strip()
    german = _GERMAN_TIME.fullmatch(cleaned)
    if german:
        day, month, year, clock = german.groups()
        cleaned = f"{year}-{month:0>2}-{day:0>2}T{clock or '00:00':0>5}"
    try:
        time = datetime.fromisoformat(cleaned)
        if time.tzinfo is not None:
            return time.astimezone(BERLIN)
        local = time.replace(tzinfo=BERLIN)
        exists = local.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == time
    except (ValueError, OverflowError):
        raise InvalidTime(
            f"{text!r} is no time: give 2017-03-01, 2017-03-01T10:00 or 01.03.2017, with or without an offset",
            value=text,
        ) from None
    if not exists:
        raise InvalidTime(
            f"{text!r} does not exist in Europe/Berlin: the clock was put forward; give a time an hour later",
            value=text,
        )
    return local


def redacted_url(url: str) -> str:
    """Write a database URL without its password, for messages and logs."""
    return _PASSWORD_PARAMETER.sub(rf"\1{_HIDDEN}", _USERINFO.sub(rf"\1:{_HIDDEN}@", url))


def _time(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=BERLIN)
    return _plain(parse_time, value) if isinstance(value, str) else value


def _vhs_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = {part.strip() for part in value.split(",")} - {""}
    return frozenset(part if part == EVERY_VHS else _plain(vhs_id, part) for part in parts)


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _plain(parse: Any, value: str) -> Any:
    """Let a parser's own error become a reason that pydantic can carry."""
    try:
        return parse(value)
    except KoopError as error:
        raise ValueError(error.message) from None


class _Environment(PydanticBaseSettingsSource):
    """The variables of the environment that are set, as text, which is what all fields read.

    The library's source looks through the type of every field each time, in every command.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Give the text of one field, its name, and that nothing is to be decoded; None where it is not set."""
        del field
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Give the text of every field that is set; an empty one is not."""
        found = {name.upper(): text for name, text in os.environ.items() if text and name.upper().startswith(PREFIX)}
        return {name: found[variable(name)] for name in self.settings_cls.model_fields if variable(name) in found}


class Settings(BaseSettings):
    """Everything an operator may choose, with the rule or decision each setting belongs to."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    db: SecretStr = Field(
        SecretStr(DEFAULT_DB),
        description="A file, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
    )
    now: Annotated[datetime | None, BeforeValidator(_time)] = Field(
        None, description="a time such as 2017-03-01 or 2017-03-01T10:00"
    )
    orphan_policy: Literal["symmetric", "owner_only"] = Field("symmetric", description="symmetric or owner_only")
    orphan_confirmations: int = Field(2, ge=1, le=2, description="1 or 2")
    # The limits of the mass guard are those of D4; the upper bounds only catch slips of the keyboard.
    guard_bookings: int = Field(10, ge=0, le=1_000_000, description="a whole number of bookings from 0")
    guard_percent: int = Field(10, ge=0, le=100, description="a whole number of percent, 0 to 100")
    guard_absolute: int = Field(100, ge=0, le=1_000_000, description="a whole number of bookings from 0")
    # The limits of D19 and D31; the shares that go with them (a half, a third) are not for choosing.
    guard_few: int = Field(3, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    guard_course: int = Field(4, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    guard_courses: int = Field(2, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    guard_letters: int = Field(8, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    guard_ausfall: int = Field(3, ge=1, le=1_000_000, description="a whole number of courses from 1")
    guard_moved: int = Field(5, ge=1, le=1_000_000, description="a whole number of courses from 1")
    guard_revised: int = Field(10, ge=1, le=1_000_000, description="a whole number of courses from 1")
    guard_persons: int = Field(10, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    guard_alike: int = Field(5, ge=2, le=1_000_000, description="a whole number of people from 2")
    guard_revived: int = Field(3, ge=1, le=1_000_000, description="a whole number of bookings from 1")
    identity_sharing: Literal["master_only", "all"] = Field("master_only", description="master_only or all")
    bavaria: Annotated[frozenset[str], NoDecode, BeforeValidator(_vhs_list)] = Field(
        frozenset(), description="VHS numbers with commas between them, such as 563,301, or * for all"
    )
    cannot_compare: Annotated[frozenset[str], NoDecode, BeforeValidator(_vhs_list)] = Field(
        frozenset(), description="VHS numbers with commas between them, such as 563,301, or * for all"
    )
    event_kind_course: Literal["75", "76"] = Field("75", description="75 or 76")
    event_kind_single: Literal["75", "76"] = Field("76", description="75 or 76")
    online_keyword_master: str = Field(
        "onlinevhs.bayern-Master", min_length=1, max_length=100, description="a text of 1 to 100 characters"
    )
    online_keyword_subscriber: str = Field(
        "onlinevhs.bayern-Abo", min_length=1, max_length=100, description="a text of 1 to 100 characters"
    )
    # PostgreSQL holds the table lock 50 to 200 ms for 5,000 to 20,000 events; longer would keep others waiting.
    max_events_per_transaction: int = Field(5_000, ge=1, le=20_000, description="a whole number, 1 to 20000")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "warning", description="debug, info, warning or error"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what is given and the environment alone: there are no files of settings."""
        return init_settings, _Environment(settings_cls)

    @field_validator("db")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and ":" not in url.partition("/")[0]:  # a plain path, as it stands in a shell
            return SecretStr(f"{_DB_SCHEMES[0]}{url}")
        if not url.startswith(_DB_SCHEMES) or url == _DB_SCHEMES[0]:
            raise ValueError("it is no path, and begins with neither sqlite:///FILE nor postgresql://")
        return value

    @classmethod
    def read(cls, **given: Any) -> Self:
        """Read the environment; what is given (an option of the command line) stands above it, None is not given.

        Raises:
            SettingsInvalid: names each wrong setting by its variable or option, the reason and the remedy. No message
                contains the value of a database URL.
        """
        given = {name: value for name, value in given.items() if value is not None}
        try:
            return cls(**given)
        except ValidationError as error:
            problems = [_problem(cls, item["loc"], item["msg"], given) for item in error.errors(include_input=False)]
            raise SettingsInvalid("; ".join(problems), settings=problems) from None

    def can_compare(self, vhs: str) -> bool:
        """Tell whether the connector of a VHS compares before it writes; else nothing overwrites an "S" there without
        an operator's word (D22).
        """
        return vhs not in self.cannot_compare and EVERY_VHS not in self.cannot_compare

    @property
    def db_url(self) -> str:
        """The database URL with its password, for the store alone."""
        return self.db.get_secret_value()

    def in_bavaria(self, vhs: str) -> bool:
        """Tell whether a VHS is in Bavaria, where Abo-Kurse carry codes and keywords of their own (R23, T3, D14)."""
        return vhs in self.bavaria or EVERY_VHS in self.bavaria


def variable(name: str) -> str:
    """Name the environment variable of a setting, ``guard_percent`` -> ``KOOP_GUARD_PERCENT``."""
    return PREFIX + name.upper()


def _problem(settings: type[Settings], place: tuple[int | str, ...], reason: str, given: dict[str, Any]) -> str:
    """Say which setting is wrong, why, and what it may be."""
    name = str(place[0]).removeprefix(PREFIX.lower())
    field = settings.model_fields[name]
    called = f"--{name.replace('_', '-')}" if name in given else variable(name)
    reason = reason.removeprefix("Value error, ").removeprefix("Input ")
    remedy = "" if "give " in reason else f"; give {field.description}"
    return f"{called} cannot be used: {reason}{remedy}"
