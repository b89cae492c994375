"""Change lists, ``koop-change/1``: what one VHS's connector has to write, as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from koop_es.domain.errors import BadInput

COURSE_KINDS = ("course.create", "course.update", "course.cancel", "course.set_external_number")
BOOKING_KINDS = ("booking.create", "booking.update", "booking.cancel")
KINDS = COURSE_KINDS + BOOKING_KINDS

_KEYS = ("id", "vhs", "coop_id", "kind", "course", "booking", "expects", "because")
_NEEDED = ("id", "vhs", "coop_id", "kind", "course", "because")
_BOOKING_KEYS = ("ref", "status", "name", "first_name", "phone", "email", "booked_at", "booking_id")
_OPTIONAL_KEYS = {"booked_at", "booking_id"}


class ChangeInvalid(BadInput):
    """A change has not the form of koop-change/1."""

    code = "change_invalid"


def jsonl(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Write changes as lines of JSON without line end, keys in the order of the format; raises ChangeInvalid."""
    for change in changes:
        yield json.dumps(ordered(change), ensure_ascii=False, allow_nan=False)


def ordered(change: Mapping[str, Any]) -> dict[str, Any]:
    """Check a change and bring its keys into the order of the format; raises ChangeInvalid."""
    kind = change.get("kind")
    missing = [key for key in _NEEDED if not change.get(key)]
    if kind in BOOKING_KINDS and not change.get("booking", {}).get("ref"):
        missing.append("booking.ref")
    if kind in ("course.create", "course.update") and "fields" not in change.get("course", {}):
        missing.append("course.fields")
    if missing or kind not in KINDS:
        raise ChangeInvalid(
            f"change {change.get('id')!r} of kind {kind!r} has no {', '.join(missing) or 'known kind'}: "
            f"every change has {', '.join(_NEEDED)}, and kind is one of {', '.join(KINDS)}",
            id=change.get("id"),
        )
    found = {key: change[key] for key in _KEYS if change.get(key) is not None}
    if booking := found.get("booking"):
        found["booking"] = {
            key: booking.get(key) for key in _BOOKING_KEYS if key not in _OPTIONAL_KEYS or key in booking
        }
    return found


def parse(line: str) -> dict[str, Any]:
    """Read one line of a change list, as a connector does; raises ChangeInvalid."""
    try:
        change = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ChangeInvalid(f"the line is no JSON ({error}): fetch the change list again") from error
    if not isinstance(change, dict) or any(not isinstance(change.get(key, {}), dict) for key in ("course", "booking")):
        raise ChangeInvalid("the line is no change: fetch the change list again")
    return ordered(change)
