"""What the cells of a booking must be: which name something, and which may hold a value that is none (D29, D18d)."""

from __future__ import annotations

from collections.abc import Callable

from koop_es.connectors.sentinels import is_error, is_first_day, is_no_day, is_none
from koop_es.connectors.spreadsheet import is_rounded
from koop_es.connectors.values import booking_id, identity, own_identity, reference


def _sentinel(text: str) -> str | None:
    return f"{text!r} is no value" if is_no_day(text) else None


def _no_phone(text: str) -> str | None:
    return f"{text!r} is a number that a spreadsheet has rounded" if is_rounded(text) else _sentinel(text)


def _no_moment(text: str) -> str | None:
    return f"{text!r} is no moment" if is_no_day(text) else None


def _no_name(text: str) -> str | None:
    return f"{text!r} is no name" if is_error(text) or is_first_day(text) else None


def _no_mail(text: str) -> str | None:
    if is_none(text):
        return f"{text!r} is no value"
    return "has no @ and is no e-mail address" if "@" not in text else None


NONE: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(("booking_id", "number", "period"), lambda _: None),  # these are refused instead
    **dict.fromkeys(("participant_no", "status", "ref"), _sentinel),
    "phone": _no_phone,
    "edited_by": lambda text: f"{text!r} is no value" if is_none(text) else None,
    **dict.fromkeys(("name", "first_name"), _no_name),
    "email": _no_mail,
    "booked_at": _no_moment,
}
"""What tells, for each field, that a cell states nothing, and why (D29)."""

IDENTITIES: dict[str, Callable[[str], str]] = {
    "booking_id": booking_id,
    "number": identity,
    "period": identity,
    "participant_no": own_identity,
    "ref": reference,
}


def nameless(found: tuple[str, ...], unstated: tuple[str, ...]) -> str | None:
    """Name the empty field of a row without Koop-Beleg-ID that lacks a name; None where it has what it needs.

    An own booking has both names. A mirror whose program has no field for the reference may have none (D26).
    """
    _, _, _, _, name, first_name, *_, ref, _ = found
    if ref:
        return None
    if not name and "name" not in unstated:
        return "name"
    return "first_name" if not first_name and "first_name" not in unstated else None


def is_doubtful(found: tuple[str, ...], unstated: tuple[str, ...]) -> bool:
    """Tell whether a row can only be used if what it does not state is known of its booking (D29)."""
    if not unstated:
        return False
    named = found[10] or not {"name", "first_name"}.intersection(unstated)
    return not named or bool({"participant_no", "status", "ref"}.intersection(unstated))
