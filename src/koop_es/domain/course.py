"""What is known about a course: its facts, their German headings and their text form in an export row."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Any

import msgspec


class CourseFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The fields of a course as one VHS reports them; None means that the source does not carry the field.

    Money is in cents, days are calendar days, times are ``HH:MM`` in Europe/Berlin.
    """

    title: str | None = None
    programme_title: str | None = None
    info: str | None = None
    course_type: str | None = None
    bamf: bool | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    venue: str | None = None
    dvv_category: str | None = None
    min_participants: int | None = None
    capacity: int | None = None
    fee_cents: int | None = None
    pass_through_cents: int | None = None
    koop_key: bool | None = None
    rate: str | None = None
    never_share: bool | None = None
    markers: tuple[str, ...] | None = None
    countable: bool | None = None
    event_kind: str | None = None
    cooperation_code: str | None = None
    instructor: str | None = None
    max_guard: bool | None = None
    cancelled: bool | None = None
    delivery: str | None = None
    software: str | None = None
    access_data: str | None = None
    keywords: tuple[str, ...] | None = None


HEADINGS: dict[str, str] = {
    "title": "Titel",
    "programme_title": "Titel Programmheft",
    "info": "Info",
    "course_type": "Typ",
    "bamf": "BAMF",
    "starts_on": "Datum von",
    "ends_on": "Datum bis",
    "starts_at": "Uhrzeit von",
    "ends_at": "Uhrzeit bis",
    "venue": "Kursort",
    "dvv_category": "DVV-Fachbereich",
    "min_participants": "TN min",
    "capacity": "TN max",
    "fee_cents": "Gebühr",
    "pass_through_cents": "Durchlaufende Posten",
    "koop_key": "vhsKOOP-Key",
    "rate": "vhsKOOP-Verrechnung",
    "never_share": "NIE bei vhsKOOP",
    "markers": "Kennzeichen",
    "countable": "Anrechenbar",
    "event_kind": "Veranstaltungsart",
    "cooperation_code": "Kooperation",
    "instructor": "Dozent",
    "max_guard": "Belegen nur bis Maximum",
    "cancelled": "Ausfall",
    "delivery": "Kursart",
    "software": "Software",
    "access_data": "Zugangsdaten",
    "keywords": "Stichwörter",
}
"""Field of CourseFacts -> heading of ``kurse.csv``; the last four are optional (R8, R22, R23)."""

EXTRA_FIELDS = frozenset({"delivery", "software", "access_data", "keywords"})
"""Fields beyond the thirty headings that every export has; written only where they have a value."""

MONEY_FIELDS = frozenset({"fee_cents", "pass_through_cents"})

SHAREABLE_TYPES = ("Normalkurs", "Einzelveranstaltung")
"""The course types that may be shared (R9)."""

ABO_MARKER = "100"
""""Kennzeichen 100" marks an Abo-Kurs (R28, T4)."""

ONLINE = "Online-Kurs"
HYBRID = "Gemischt"
INFO_LABELS = ("Kursleitung:", "Veranstaltungsort:", "Ausführende vhs:")
"""The three lines at the end of the info text by which an Abo-Kurs is recognised (R28, R37)."""


NO_FACTS = CourseFacts()
"""Of which nothing is known."""

_FIELDS = CourseFacts.__struct_fields__
_values = attrgetter(*_FIELDS)
_DAYS = (date,)


def given(facts: CourseFacts) -> dict[str, Any]:
    """List the fields that are carried (not None), in the order of the struct, which leaves out the others itself."""
    found: dict[str, Any] = msgspec.to_builtins(facts, builtin_types=_DAYS)
    return found


def merged(base: CourseFacts, change: CourseFacts) -> CourseFacts:
    """Lay the carried fields of ``change`` over ``base``."""
    fields = given(change)
    return msgspec.structs.replace(base, **fields) if fields else base


def changed(before: CourseFacts, after: CourseFacts) -> dict[str, Any]:
    """List the fields that ``after`` carries with another value than ``before``."""
    both = zip(_FIELDS, _values(before), _values(after), strict=True)
    return {name: value for name, former, value in both if value is not None and former != value}


def to_text(name: str, value: Any) -> str:
    """Write one field the way an export row has it: ``DD.MM.YYYY``, decimal comma, ``W``/``F``, comma lists; None is
    empty.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "W" if value else "F"
    if isinstance(value, date):
        return f"{value.day:02d}.{value.month:02d}.{value.year:04d}"
    if isinstance(value, tuple):
        return ",".join(value)
    if name in MONEY_FIELDS:
        return euros(value)
    return str(value)


def euros(cents: int) -> str:
    """Write an amount of cents with decimal comma, ``62,40``."""
    return f"{cents // 100},{cents % 100:02d}"
