"""The names things go by: VHS numbers, COOP-Ids, booking references and the ids of the other streams.

All of them are text and are never cast to a number: ``007`` and ``7`` are two different course numbers.
"""

from __future__ import annotations

import re
from typing import NewType

from koop_es.domain.errors import BadInput

VhsId = NewType("VhsId", str)
"""Number of a Volkshochschule as text, 1 to 10 digits."""

CoopId = NewType("CoopId", str)
"""Identity of a shared course over all VHSs, ``563-COOP-219`` (R14), and the id of its stream."""

BookingRef = NewType("BookingRef", str)
"""``<owner VHS>:<owner Beleg-ID>``, the identity of a booking everywhere in the engine (B16)."""

_VHS = re.compile(r"[0-9]{1,10}")
_COOP = re.compile(r"([0-9]{1,10})-COOP-([0-9]{1,12})")
_LEGACY = re.compile(r"([0-9]{1,10})-KNR-(.*)")
_REF = re.compile(r"([0-9]{1,10}):(.{1,60})")
_MARKET = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

GENERAL_MARKET = "general"
"""Slug of the general market ("Marktplatz"), which every VHS is in."""

ID_LIMIT = 40
"""Longest course number, period or Beleg-ID: real ones stay below 20 characters (domain 7.1); twice that is
generous."""


HIGHEST_SEQUENCE = 2**53 - 1
"""Highest sequence of an export: up to here every program and every JSON reader counts without rounding (D23)."""

_COUNTS = 2**10
"""Counts a VHS can begin: what a signed 64-bit number has room for above the sequence."""

_EXPORT = re.compile(r"([0-9]{1,10})#(?:([0-9]{1,4})/)?([0-9]{1,16})")


class InvalidIdentifier(BadInput):
    """An identifier has not the form it must have."""

    code = "invalid_identifier"


def vhs_id(text: str) -> VhsId:
    """Check the number of a VHS; raises InvalidIdentifier."""
    if not _VHS.fullmatch(text):
        raise InvalidIdentifier(f"{text!r} is no VHS number: give 1 to 10 digits, such as 563", value=text)
    return VhsId(text)


def coop_id(text: str) -> CoopId:
    """Check a COOP-Id, issued (``563-COOP-219``) or of a course shared before there were any (``563-KNR-…``, D12)."""
    if not (is_issued(text) or _LEGACY.fullmatch(text)):
        raise InvalidIdentifier(
            f"{text!r} is no COOP-Id: it looks like 563-COOP-219, the Master's VHS number and a running number",
            value=text,
        )
    return CoopId(text)


def is_issued(text: str) -> bool:
    """Tell whether a text has the form of an issued COOP-Id (R14); anything else in "Externe Kurs-Nr." is a local
    value.
    """
    return _COOP.fullmatch(text) is not None


def is_legacy(text: str) -> bool:
    """Tell whether an id names a shared course that has no COOP-Id (D12)."""
    return _LEGACY.fullmatch(text) is not None


def issue(vhs: str, number: int) -> CoopId:
    """Make the COOP-Id of a Master's next release (R14, D16)."""
    return CoopId(f"{vhs}-COOP-{number}")


def legacy(vhs: str, period: str, course_number: str) -> CoopId:
    """Name a shared course without COOP-Id by its Master, period and number, frozen at first sight (D12)."""
    return CoopId(f"{vhs}-KNR-{period}-{course_number}")


def issuer(coop: str) -> VhsId:
    """Read the VHS number in front of a COOP-Id: the Master that had it issued."""
    return VhsId(coop.partition("-")[0])


def running_number(coop: str) -> int | None:
    """Read the running number of an issued COOP-Id, None for any other."""
    match = _COOP.fullmatch(coop)
    return int(match[2]) if match else None


def booking_ref(vhs: str, booking_id: str) -> BookingRef:
    """Name the booking that its owner keeps under this Beleg-ID (B16)."""
    return BookingRef(f"{vhs}:{booking_id}")


def parse_ref(text: str) -> BookingRef:
    """Check a booking reference; raises InvalidIdentifier."""
    if not _REF.fullmatch(text):
        raise InvalidIdentifier(
            f"{text!r} is no booking reference: it looks like 563:8841, the owner's VHS number and its Beleg-ID",
            value=text,
        )
    return BookingRef(text)


def owner_of(ref: str) -> str:
    """Read the VHS that concluded the contract out of a booking reference (B1), at the Master the Firma (B2)."""
    return ref.partition(":")[0]


def export_number(count: int, sequence: int) -> int:
    """Number an export over all counts of its VHS: in the first count as its sequence, and higher in every later one.

    So a number never comes twice, and of two the later has the higher one (D23). Raises InvalidIdentifier.
    """
    if not (1 <= count <= _COUNTS and 0 <= sequence <= HIGHEST_SEQUENCE):
        raise InvalidIdentifier(f"no export can be number {sequence} of count {count}", count=count, sequence=sequence)
    return (count - 1) * (HIGHEST_SEQUENCE + 1) + sequence


def count_of(number: int) -> int:
    """Tell in which count of its VHS an export is numbered, 1 where the count never began anew."""
    return number // (HIGHEST_SEQUENCE + 1) + 1


def sequence_of(number: int) -> int:
    """Tell the sequence under which its VHS exported it."""
    return number % (HIGHEST_SEQUENCE + 1)


def export_name(vhs: str, number: int | None, sha256: str) -> str:
    """Name an export: ``563#42``, ``563#2/42`` in the second count (D23), and by its checksum where nobody counts."""
    if number is None:
        return f"{vhs}@{sha256[:12]}"
    count, sequence = count_of(number), sequence_of(number)
    return f"{vhs}#{sequence}" if count == 1 else f"{vhs}#{count}/{sequence}"


def parse_export(text: str) -> tuple[VhsId, int] | None:
    """Read VHS and number out of the name of an export, None for another text."""
    match = _EXPORT.fullmatch(text)
    if match is None or not 1 <= int(match[2] or 1) <= _COUNTS or int(match[3]) > HIGHEST_SEQUENCE:
        return None
    return VhsId(match[1]), export_number(int(match[2] or 1), int(match[3]))


def market_slug(text: str) -> str:
    """Check the short name of a market; raises InvalidIdentifier."""
    if not _MARKET.fullmatch(text):
        raise InvalidIdentifier(
            f"{text!r} is no market name: use small letters, digits and hyphens, such as oberpfalz", value=text
        )
    return text


def institution_stream(vhs: str) -> str:
    """Name the stream of a VHS's own events (export ledger)."""
    return f"vhs:{vhs}"


def is_institution(stream: str) -> bool:
    """Tell whether a stream is that of a VHS's own events."""
    return stream.startswith("vhs:")


def is_cooperation(stream: str) -> bool:
    """Tell whether a stream is a cooperation's, and not that of an institution or a market."""
    return not stream.startswith(("vhs:", "market:"))


def market_stream(market: str) -> str:
    """Name the stream of a mini-market."""
    return f"market:{market}"
