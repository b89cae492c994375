"""Write the reference of all errors from their classes: ``docs/reference/errors.md`` (``make docs``)."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import koop_es
from koop_es.domain.errors import AnswerUnwritten, BadInput, KoopError, Refused, StoreUnusable, WrongUsage

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "errors.md"

FAMILIES: tuple[tuple[type[KoopError], int, str], ...] = (
    (WrongUsage, 2, "Wrong usage"),
    (Refused, 3, "Refused by a rule of the domain"),
    (BadInput, 4, "Bad input"),
    (StoreUnusable, 5, "The store cannot be used"),
    (AnswerUnwritten, 6, "The answer could not be written"),
)

HEAD = """# Errors

Written by `make docs` from the error classes; change their docstrings, not this page.

Every error has a code that keeps its meaning, and a message that says what, where, why and what to do. With `--json` it
is `{"schema": "koop-es/error/1", "error": {"code", "message", "details"}}`. The exit status tells the family.
What standard output does not take, since it is full, closed or lacks a letter (`PYTHONIOENCODING`), stands on standard
error (exit status 6). JSON, change lists and XML are UTF-8 whatever the console. Texts for people show control
characters, and letters that turn others round, by their numbers (`\\x1b`, `\\u202e`); JSON escapes them (`\\u001b`).
"""


def errors() -> list[type[KoopError]]:
    """List every error class of the package, by code."""
    for module in pkgutil.walk_packages(koop_es.__path__, "koop_es."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return sorted(set(_below(KoopError)), key=lambda error: (error.code, error.__name__))


def _below(error: type[KoopError]) -> Iterator[type[KoopError]]:
    for child in error.__subclasses__():
        if child.__module__.startswith("koop_es."):
            yield child
            yield from _below(child)


def render() -> str:
    """Write the page: one table per exit status."""
    every = errors()
    parts = [HEAD]
    for family, status, title in FAMILIES:
        parts.append(f"\n## {title} (exit status {status})\n\n| code | message |\n| - | - |\n")
        parts += [_row(error) for error in every if issubclass(error, family)]
    others = [error for error in every if not issubclass(error, tuple(family for family, _, _ in FAMILIES))]
    if others:
        parts += ["\n## Others\n\n| code | message |\n| - | - |\n", *map(_row, others)]
    return "".join(parts)


def _row(error: type[KoopError]) -> str:
    message = " ".join((error.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|").replace("``", "`")
    return f"| `{error.code}` | {message} |\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())
