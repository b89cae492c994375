"""One cell of an export as a value: text, day, time, money, count; and the reason where it is none.

Every function takes the cell's text and raises Unreadable with a reason and a remedy. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from koop_es.connectors import limits, personal, spreadsheet
from koop_es.connectors.cells import restore
from koop_es.connectors.sentinels import is_no_day
from koop_es.domain.errors import BadInput
from koop_es.domain.identifiers import ID_LIMIT, parse_ref
from koop_es.domain.unstated import SPREADSHEET

BERLIN = ZoneInfo("Europe/Berlin")
DateStyle = Literal["DD.MM.YYYY", "YYYY-MM-DD"]

_EDGE = " \t\r\n\v\f\u00a0\u00ad\u2007\u200b\u200c\u200d\u200e\u200f\u202f\u2060\ufeff"
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
"""What ``clean`` takes off that is no blank: some of these are part of a word in other scripts."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LEFT_OUT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LINE_END = re.compile("\r\n|[\r\v\f\u2028\u2029]")  # word processors leave all of these in info texts
_DAY: dict[DateStyle, re.Pattern[str]] = {
    "DD.MM.YYYY": re.compile(r"(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})"),
    "YYYY-MM-DD": re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
}
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_EURO = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]{1,2}))?")
_COUNT = re.compile(r"[0-9]{1,6}")
_NUMBERED = re.compile(r"~[0-9]+\Z")


class Unreadable(ValueError):
    """A cell holds no value of its kind."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Keep why, and what to do about it."""
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def clean(text: str) -> str:
    """Strip blanks, no-break and zero-width characters from both ends, compose (NFC) and take off a formula guard."""
    text = text.strip(_EDGE) if text.isascii() else unicodedata.normalize("NFC", text).strip(_EDGE)
    return restore(text).strip(_EDGE) if text[:1] == "'" else text


def unseen(text: str) -> str | None:
    """Name what ``clean`` takes off the ends of a text that cannot be seen, blanks left out."""
    if text.isascii() or len(core := text.strip(_EDGE)) == len(text):
        return None
    before, _, after = text.partition(core) if core else (text, "", "")
    found = dict.fromkeys(char for char in before + after if char in _UNSEEN)
    return ", ".join(f"U+{ord(char):04X}" for char in found) or None


def plain(text: str) -> str:
    """Read a text of one line; a line break or control character in it means that rows have run together."""
    text = clean(text)
    if not text.isprintable() and (_CONTROL.search(text) or _LINE_END.search(text) or "\n" in text):
        raise Unreadable("holds a line break or control character", "take it out in the admin program")
    return text


def left_out(text: str) -> str | None:
    """Name the first control character that ``prose`` leaves out of a text: programs write 0x1A for a lost letter."""
    found = None if text.isprintable() else _LEFT_OUT.search(text)
    return f"0x{ord(found[0]):02X}" if found else None


def prose(text: str) -> str:
    """Read a text that may have lines: every kind of line end becomes a line feed, other control characters go."""
    if not text.isprintable():  # first, so that what it leaves at the edges goes too, and the text reads back as it is
        text = _CONTROL.sub("", _LINE_END.sub("\n", text))
    return clean(text)


def identity(text: str) -> str:
    """Read a course number, period, Beleg-ID or TNR: free text, never a number (domain 7.1), at most 40 characters.

    A value that is none (D29), or one that only a spreadsheet writes (D18d), identifies nothing.
    """
    text = plain(text)
    if not text:
        raise Unreadable("is empty", "every row needs it; fill it in the admin program")
    if len(text) > ID_LIMIT:
        raise Unreadable(f"has {len(text)} characters, more than {ID_LIMIT}", "check whether columns have shifted")
    return _identifying(text)


def own_identity(text: str) -> str:
    """Read a Beleg-ID or TNR: an identity in which nobody is named (G8)."""
    text = identity(text)
    if personal.names_somebody("booking_id", text):
        raise Unreadable(personal.NO_IDENTIFIER, personal.REMEDY)
    return text


def booking_id(text: str) -> str:
    """Read a Beleg-ID: one that ends in ``~`` and digits would be taken for another registration (D18a)."""
    text = own_identity(text)
    if _NUMBERED.search(text):
        raise Unreadable(
            f"{_shown(text)} ends in ~ and digits, by which koop-es tells registrations apart",
            "give the booking another Beleg-ID, or compose Beleg-IDs in the profile",
        )
    return text


def reference(text: str) -> str:
    """Read a Koop-Beleg-ID: owner and Beleg-ID of a booking, in which nobody is named (G8)."""
    text = plain(text)
    if personal.names_somebody("ref", text):
        raise Unreadable(personal.NO_IDENTIFIER, personal.REMEDY)
    text = _identifying(text)
    try:
        return parse_ref(text)
    except BadInput:
        remedy = "write <owner VHS>:<owner Beleg-ID>, such as 563:8841, or leave it empty"
        raise Unreadable(f"{text!r} is no booking reference", remedy) from None


@lru_cache(maxsize=8192)
def _identifying(text: str) -> str:
    if is_no_day(text):
        raise Unreadable(f"{_shown(text)} states nothing", "correct it in the admin program and export again")
    if (written := spreadsheet.trace(text)) is not None:
        raise Unreadable(f"{_shown(text)} {written}", SPREADSHEET)
    return text


@lru_cache(maxsize=8192)
def day(text: str, style: DateStyle = "DD.MM.YYYY") -> date:
    """Read a calendar day in the style of the profile."""
    if is_no_day(text):
        raise Unreadable(f"{_shown(text)} is no day, but the first of some calendar", "correct it in the admin program")
    match = _DAY[style].fullmatch(text)
    first, last = limits.YEARS
    if match and first <= int(match["y"]) <= last:
        try:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            pass
    raise Unreadable(f"{_shown(text)} is no day", f"write it as {style}, in the years {first} to {last}")


@lru_cache(maxsize=8192)
def time_of_day(text: str) -> str:
    """Read a time of day and give it as ``HH:MM``; empty stays empty."""
    if not text:
        return ""
    if not _TIME.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is no time of day", "write it as HH:MM")
    return text[:5]


def moment(text: str, style: DateStyle = "DD.MM.YYYY") -> str:
    """Read a local date-time of Europe/Berlin and give it as ISO with offset and seconds.

    Of an hour that comes twice in autumn the first is meant; one that spring leaves out is refused.
    """
    clock = _clock(text[10:])
    if clock is None:
        raise Unreadable(f"{_shown(text)} is no date-time", f"write it as {style} HH:MM or {style} HH:MM:SS")
    iso_day, offset = _ISO_DAY[style](text[:10])
    return f"{iso_day}T{clock}{offset or _offset(iso_day, clock)}"


@lru_cache(maxsize=8192)
def _clock(text: str) -> str | None:
    """Read what follows a day, a blank or ``T`` and a time, as ``HH:MM:SS``; None where it is something else."""
    if text[:1] not in {" ", "T"} or not _TIME.fullmatch(text, 1):
        return None
    return text[1:] if len(text) == len(" HH:MM:SS") else f"{text[1:]}:00"


@lru_cache(maxsize=8192)
def local_text(moment_iso: str) -> str:
    """Write an ISO date-time with offset as ``DD.MM.YYYY HH:MM:SS`` in Europe/Berlin, the reverse of moment."""
    when = datetime.fromisoformat(moment_iso).astimezone(BERLIN)
    return f"{when.day:02d}.{when.month:02d}.{when.year:04d} {when:%H:%M:%S}"


def _iso_day(style: DateStyle) -> Callable[[str], tuple[str, str | None]]:
    """Make what reads a day and its offset from UTC, None for the two days of a year on which the clocks change.

    It is one for each style: what is remembered by the text alone is found in half of the time.
    """

    @lru_cache(maxsize=4096)
    def read(text: str) -> tuple[str, str | None]:
        when = day(text, style)
        start = datetime(when.year, when.month, when.day, tzinfo=BERLIN)
        offset, later = start.utcoffset(), start.replace(hour=23, minute=59, second=59).utcoffset()
        return when.isoformat(), _written(offset) if offset == later else None

    return read


_ISO_DAY = {style: _iso_day(style) for style in _DAY}


def _offset(iso_day: str, clock: str) -> str:
    first = datetime.fromisoformat(f"{iso_day}T{clock}").replace(tzinfo=BERLIN)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    if before is not None and after is not None and before < after:
        raise Unreadable(
            f"{clock} did not exist on {iso_day}: the clocks went forward", "correct the time in the admin program"
        )
    return _written(before)


def _written(offset: timedelta | None) -> str:
    seconds = int(offset.total_seconds()) if offset else 0
    return f"{'-' if seconds < 0 else '+'}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"


@lru_cache(maxsize=4096)
def cents(text: str) -> int:
    """Read an amount in EUR with decimal comma and optional thousands points as exact cents, ``1.234,50`` -> 123450."""
    match = _EURO.fullmatch(text)
    if not match:
        raise Unreadable(f"{_shown(text)} is no amount", "write it with a decimal comma and two places, such as 62,40")
    amount = int(match[1].replace(".", "")) * 100 + int((match[2] or "").ljust(2, "0"))
    if amount > limits.MONEY_CENTS:
        raise Unreadable(f"{_shown(text)} is more than {limits.MONEY_CENTS // 100} EUR", "check the place of the comma")
    return amount


@lru_cache(maxsize=4096)
def dot_cents(text: str) -> int:
    """Read an amount with a decimal point, as Open-vhs has it, as exact cents: ``82.8`` -> 8280, ``0.00`` -> 0."""
    match = re.fullmatch(r"\+?([0-9]{1,9})(?:\.([0-9]{1,2})0*)?", text)
    if not match:
        raise Unreadable(f"{_shown(text)} is no amount", "write it with a decimal point, such as 82.80")
    amount = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if amount > limits.MONEY_CENTS:
        raise Unreadable(f"{_shown(text)} is more than {limits.MONEY_CENTS // 100} EUR", "check the decimal point")
    return amount


def count(text: str) -> int:
    """Read a number of participants, 0 to 999,999."""
    if not _COUNT.fullmatch(text):
        raise Unreadable(f"{_shown(text)} is no number of participants", "write a whole number")
    return int(text)


def items(text: str) -> tuple[str, ...]:
    """Read a comma list; empty items are left out."""
    return tuple(item for part in prose(text).split(",") if (item := part.strip(_EDGE)))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
