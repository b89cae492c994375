"""What the details of violations hold of English, said in German."""

from __future__ import annotations

import re

from koop_es.domain.course import HEADINGS

_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "RATE_CHANGED": ((r"^empty$", "leer"),),
    "CONTENT_CHANGED_AFTER_RELEASE": tuple((rf"\b{name}\b", text) for name, text in HEADINGS.items()),
    "TYPE_NO_LONGER_SHAREABLE": ((r"^BAMF-funded$", "BAMF-gefördert"), (r"^of type (.*)$", r"vom Typ \1")),
    "INSTRUCTOR_REPLACED": ((r"^none$", "keiner eingetragen"),),
    "COUNTED_TWICE": ((r"\bempty\b", "leer"),),
    "CANCELLATION_UNCLEAR": (
        (r"Nothing is written over it", "Darüber wird nichts geschrieben"),
        (
            r"A was given out over it, since it was ours by all that is known",
            "Darüber wurde A ausgegeben, denn nach allem Bekannten war es unseres",
        ),
        (r"A is about to be given out over it", "Darüber wird A ausgegeben"),
    ),
    "PARTICIPANTS_MERGED": (
        (r"^TNR (.*) became (.*); the booking goes on$", r"aus TNR \1 wurde \2; die Belegung läuft weiter"),
        (
            r"^(.*) is a booking of the same person; cancel the one that is too many$",
            r"\1 ist eine Belegung derselben Person; bitte die überzählige stornieren",
        ),
    ),
}
"""Code -> what in its details is English, and how it is said here."""


def details(code: str, detail: dict[str, str]) -> dict[str, str]:
    """Say in German what the details of a violation hold of English; the log keeps them as they were found."""
    result = dict(detail)
    for pattern, text in _PARTS.get(code, ()):
        if "found" in result:
            result["found"] = re.sub(pattern, text, result["found"])
    return result
