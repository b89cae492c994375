"""Witnesses: what the cells of a row say about whose booking it is, written so that equal ones are the same text.

An empty cell, a sentinel (D29) and a time without time of day say nothing: they are the empty text, which is neither
equal to anything nor other (11.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from koop_es.domain.observation import BookingRow, Person

SENTINEL_YEARS = frozenset({"1753", "1899", "1900"})
"""Years of the days that programs write where they have none (D29)."""


DAY = len("2026-01-05")
"""So much of a moment of booking is left where a program keeps no time of day."""


class Witness(NamedTuple):
    """What a row or a known booking has to go by; ``time`` is empty where there is no time of day."""

    booking_id: str
    number: str
    time: str
    name: str
    mail: str
    phone: str


NOBODY = Witness("", "", "", "", "", "")
"""Says nothing."""

RECORD = ("number", "time", "name")
"""Cells that say whose row it is, without mail and phone."""


class Shown(NamedTuple):
    """Beleg-ID, TNR and time of booking as a program showed them."""

    booking_id: str
    participant_no: str
    booked_at: str


def witness_of_row(row: BookingRow) -> Witness:
    """Read the witnesses of a row; a name of which a part is unstated is none (D29)."""
    found = witness_of_person(Shown(row.booking_id, row.participant_no, row.booked_at), row.person)
    if row.unstated and ("name" in row.unstated or "first_name" in row.unstated):
        return found._replace(name="")
    return found


def witness_of_person(shown: Shown, person: Person | None) -> Witness:
    """Put together what was shown and the person, if that is known."""
    time = moment(shown.booked_at)
    if person is None:
        return Witness(spelled(shown.booking_id), spelled(shown.participant_no), time, "", "", "")
    name = f"{normalised(person.name)}/{normalised(person.first_name)}"
    return Witness(
        spelled(shown.booking_id),
        spelled(shown.participant_no),
        time,
        name if len(name) > 1 else "",
        normalised(person.email),
        digits(person.phone),
    )


def is_another(before: Witness, now: Witness) -> bool:
    """Tell whether a row is of another registration than its ids say: name and time, and mail or phone, are others.

    A program that was restored counts on from where it was, and gives out Beleg-ID and TNR a second time (D18, D20).
    Whoever shares the phone of a family is somebody else all the same.
    """
    return all(differ(before, now, cell) for cell in ("name", "time")) and any(
        differ(before, now, cell) for cell in ("mail", "phone")
    )


def has_its_numbers(before: Witness, now: Witness) -> bool:
    """Tell whether a row under the numbers of a booking that is gone is of somebody who was given these since (D20).

    The name is another, and so is the time; where a time is not stated, all that is of mail and phone. That says more
    than of a booking that stands (``is_another``): numbers of what is gone are given out again.
    """
    if not differ(before, now, "name"):
        return False
    if before.time and now.time:
        return before.time != now.time
    known = [(one, two) for one, two in ((before.mail, now.mail), (before.phone, now.phone)) if one and two]
    return bool(known) and all(one != two for one, two in known)


def differ(before: Witness, now: Witness, cell: str) -> bool:
    """Tell whether both say something and not the same."""
    one, two = getattr(before, cell), getattr(now, cell)
    return bool(one and two and one != two)


def is_silent(before: Witness, now: Witness, cells: Iterable[str] = RECORD) -> bool:
    """Tell whether no cell says that a row is another's: what is unstated is neither equal nor other (D29)."""
    pairs = ((getattr(before, name), getattr(now, name)) for name in cells)
    return all(not one or not other or one == other for one, other in pairs)


def is_replaced(before: Witness, now: Witness, *, same_id: bool) -> bool:
    """Tell whether another person takes part in place of the one who booked (D18c).

    One who shares mail or phone under the same Beleg-ID is taken for the same, whose name was put right.
    """
    if not (before.name and now.name) or before.name == now.name or before.number == now.number:
        return False
    mail, phone = before.mail and before.mail == now.mail, before.phone and before.phone == now.phone
    return not (same_id and (mail or phone))


def is_reached_otherwise(before: Witness, now: Witness) -> bool:
    """Tell whether a row has a mail or phone, and none that is known."""
    contacts = {(kind, value) for kind in ("mail", "phone") if (value := getattr(now, kind))}
    return bool(contacts) and not any(getattr(before, kind) == value for kind, value in contacts)


def moment(booked_at: str) -> str:
    """Give a time of booking, empty where it has no time of day or is a sentinel."""
    return "" if is_day_only(booked_at) or booked_at[:4] in SENTINEL_YEARS else booked_at


def is_day_only(booked_at: str) -> bool:
    """Tell whether a program that keeps no time of day wrote a moment: two registrations of one day look alike then."""
    return booked_at[11:16] in ("", "00:00")


def day_of(booked_at: str) -> str:
    """Give what a moment of booking without time of day says: its day, or the whole where it has seconds, as in the
    minute after midnight. Empty where there is a time of day, or a sentinel (D29).
    """
    if not is_day_only(booked_at) or booked_at[:4] in SENTINEL_YEARS:
        return ""
    return booked_at[:DAY] if booked_at[16:19] in ("", ":00") else booked_at


def days_of(booked_at: str) -> tuple[str, ...]:
    """List what a program without time of day may show of a moment of booking, written as ``day_of`` does."""
    if not booked_at or booked_at[:4] in SENTINEL_YEARS:
        return ()
    return tuple(dict.fromkeys((booked_at[:DAY], day_of(booked_at) or booked_at[:DAY])))


def spelled(text: str) -> str:
    """Write an id without the leading zeros that a spreadsheet takes away; it is compared so, never kept (D18)."""
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


def is_same_id(one: str, other: str) -> bool:
    """Tell whether two ids are the same but for leading zeros."""
    return spelled(one) == spelled(other)


def has_zeros_again(shown: Person, before: Person | None) -> bool:
    """Tell whether a person is the one of before but for the leading zeros of the phone, which a spreadsheet took away
    and which are there again (D18d).
    """
    if before is None or shown.phone == before.phone or spelled(shown.phone) != before.phone:
        return False
    return (shown.name, shown.first_name, shown.email) == (before.name, before.first_name, before.email)


def normalised(text: str) -> str:
    """Write a text as it is compared: letter case, accents' encoding and blanks aside."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold().split())


def digits(text: str) -> str:
    """Write a phone number as it is compared: its digits, with the country's code as a zero."""
    found = "".join(filter(str.isdigit, text))
    return "0" + found[2:] if found.startswith("49") and text.strip().startswith("+") else found
