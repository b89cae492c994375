"""Writing a ``koop-export/1`` as an admin program's connector does: for the simulation, the demo and the tests."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from koop_es.connectors import manifest
from koop_es.connectors.cells import neutralise
from koop_es.connectors.columns import BOOKINGS, COURSES, USERS, Layout, course_layout
from koop_es.connectors.errors import EncodingTooNarrow
from koop_es.connectors.profiles import Encoding, Profile
from koop_es.connectors.values import local_text
from koop_es.domain.course import EXTRA_FIELDS, CourseFacts, to_text
from koop_es.domain.observation import BookingRow, CourseRow, Kind

PATHS: dict[manifest.Part, str] = {"courses": "kurse.csv", "bookings": "belegungen.csv", "users": "benutzer.csv"}

_CODEC = {"utf-8": "utf-8", "windows-1252": "cp1252", "iso-8859-15": "iso8859-15", "utf-16": "utf-16"}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the same rows give the same bytes


class UserRow(msgspec.Struct, frozen=True):
    """One user of an admin program; ``shown`` is "Im Internet anzeigen" (P8)."""

    name: str
    first_name: str
    email: str
    shown: bool = True
    active: bool = True


def write_export(  # noqa: PLR0913 - one argument per key of the manifest
    target: Path,
    *,
    vhs: str,
    sequence: int,
    exported_at: str,
    courses: Sequence[CourseRow] | None = None,
    bookings: Sequence[BookingRow] | None = None,
    users: Sequence[UserRow] | None = None,
    system: str = "kufersql",
    kind: Kind = Kind.FULL,
    scope_from: date | None = None,
    encoding: Encoding = "utf-8",
    proof: bool = True,
    profile: Profile | None = None,
) -> Path:
    """Write an export as a directory, or as an archive where ``target`` ends in ``.zip``; the manifest comes last.

    ``exported_at`` is ISO with offset. A part that is None is left out; ``proof`` False leaves out row counts and
    checksums. A column that no row carries is left out unless the format requires it. With a ``profile`` the columns
    have the headings that it names first, and the file its delimiter. Raises EncodingTooNarrow.
    """
    tables = {
        "courses": None
        if courses is None
        else (_course_columns(courses, kind), [_course_cells(row) for row in courses]),
        "bookings": None if bookings is None else (BOOKINGS, [_booking_cells(row) for row in bookings]),
        "users": None if users is None else (USERS, [_user_cells(row) for row in users]),
    }
    contents: dict[str, bytes] = {}
    files: dict[str, dict[str, Any]] = {}
    for part, path in PATHS.items():
        if (table := tables[part]) is not None:
            contents[path] = _csv(*table, encoding, path, _wording(profile, part))
            checks = {"rows": len(table[1]), "sha256": sha256(contents[path]).hexdigest()} if proof else {}
            files[part] = {"path": path, **checks}
    stated = {
        "format": manifest.FORMAT,
        "vhs": vhs,
        "system": system,
        "sequence": sequence,
        "exported_at": exported_at,
        "kind": kind.value,
        **({"scope": {"courses_ending_from": scope_from.isoformat()}} if scope_from else {}),
        "encoding": encoding,
        "files": files,
    }
    contents[manifest.NAME] = msgspec.json.format(msgspec.json.encode(stated))
    _store(target, contents)
    return target


def _course_columns(rows: Sequence[CourseRow], kind: Kind) -> Layout:
    layout = course_layout(kind)
    carried = {
        field for row in rows for field in CourseFacts.__struct_fields__ if getattr(row.facts, field) is not None
    }
    carried |= {
        field
        for field in ("external_number", "created_by", "edited_by")
        if any(getattr(row, field) is not None for row in rows)
    }
    if not rows:
        carried = set(COURSES.headings) - EXTRA_FIELDS
    wanted = layout.required | carried
    if layout.carried is not None:
        wanted &= layout.carried
    headings = {field: name for field, name in layout.headings.items() if field in wanted}
    return Layout(headings, layout.required, layout.identity)


def _course_cells(row: CourseRow) -> dict[str, str]:
    facts = {field: to_text(field, getattr(row.facts, field)) for field in CourseFacts.__struct_fields__}
    own = {
        field: getattr(row, field) or "" for field in ("number", "period", "external_number", "created_by", "edited_by")
    }
    return own | facts


def _booking_cells(row: BookingRow) -> dict[str, str]:
    person = row.person
    return {
        "booking_id": row.booking_id,
        "number": row.number,
        "period": row.period,
        "participant_no": row.participant_no,
        "name": person.name if person else "",
        "first_name": person.first_name if person else "",
        "phone": person.phone if person else "",
        "email": person.email if person else "",
        "status": row.raw_status,
        "booked_at": local_text(row.booked_at),
        "ref": row.ref or "",
        "edited_by": row.edited_by or "",
    }


def _user_cells(row: UserRow) -> dict[str, str]:
    return {
        "name": row.name,
        "first_name": row.first_name,
        "email": row.email,
        "shown": "W" if row.shown else "F",
        "active": "W" if row.active else "F",
    }


def _wording(profile: Profile | None, part: manifest.Part) -> tuple[str, dict[str, str]]:
    """Give the delimiter, and the headings that take the place of the native ones."""
    if profile is None:
        return ";", {}
    return profile.delimiter, {field: names[0] for field, names in getattr(profile.columns, part).items() if names}


def _csv(
    layout: Layout,
    rows: list[dict[str, str]],
    encoding: Encoding,
    path: str,
    wording: tuple[str, dict[str, str]],
) -> bytes:
    delimiter, own = wording
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(own.get(field, heading) for field, heading in layout.headings.items())
    writer.writerows([neutralise(row[field]) for field in layout.headings] for row in rows)
    try:
        return text.getvalue().encode(_CODEC[encoding])
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise EncodingTooNarrow(f"{path}: {encoding} has no {letter!r}: write utf-8", file=path) from error


def _store(target: Path, contents: dict[str, bytes]) -> None:
    if target.suffix == ".zip":
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w") as archive:
            for path, content in contents.items():
                archive.writestr(zipfile.ZipInfo(path, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
        return
    target.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        (target / path).write_bytes(content)
