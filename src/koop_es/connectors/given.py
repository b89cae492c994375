"""Facts that an operator types: the same headings and text forms as in an export row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from koop_es.connectors.profiles import load
from koop_es.connectors.rows import fact_parser
from koop_es.connectors.values import Unreadable, cents, identity
from koop_es.domain.course import HEADINGS, CourseFacts
from koop_es.domain.errors import BadInput


class FactUnreadable(BadInput):
    """A fact that was given has no form that an export row could have."""

    code = "fact_unreadable"


def facts_from_text(given: Mapping[str, str]) -> CourseFacts:
    """Read facts by heading, ``{"Gebühr": "90,00"}``; raises FactUnreadable naming the heading."""
    fields = {heading: field for field, heading in HEADINGS.items()}
    profile = load("native")
    facts: dict[str, Any] = {}
    for heading, text in given.items():
        field = fields.get(heading)
        if field is None:
            known = ", ".join(HEADINGS.values())
            raise FactUnreadable(f"{heading!r} is no heading of a course: choose one of {known}", heading=heading)
        try:
            facts[field] = fact_parser(field, profile)(text)
        except Unreadable as error:
            raise FactUnreadable(f"{heading} {text!r}: {error.reason}; {error.remedy}", heading=heading) from None
    return CourseFacts(**facts)


def identity_from_text(text: str, heading: str) -> str:
    """Read a course number or period the way an export row carries it; raises FactUnreadable for one that no row
    could.
    """
    if not text.strip().isprintable():
        raise FactUnreadable(
            f"{heading} {text!r} holds a character that cannot be printed; type it anew", heading=heading
        )
    try:
        return identity(text)
    except Unreadable as error:
        raise FactUnreadable(f"{heading} {text!r}: {error.reason}; {error.remedy}", heading=heading) from None


def cents_from_text(text: str) -> int:
    """Read an amount with decimal comma in cents; raises FactUnreadable."""
    try:
        return cents(text)
    except Unreadable as error:
        raise FactUnreadable(f"{text!r}: {error.reason}; {error.remedy}") from None
