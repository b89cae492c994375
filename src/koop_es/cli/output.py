"""What reaches a terminal or a program: no control characters, true bytes, and a word where nothing can be written (G2,
G6).

Texts for people show control characters as they would be typed in a program (``\\x1b``); JSON holds them as JSON does
(``\\u001b``), in UTF-8 whatever the console.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import click

_NEVER_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u2028\u2029"  # line ends of which neither a terminal nor a reader of JSON lines knows
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides and isolates
    "\ud800-\udfff]"  # halves of a letter, which no encoding holds
)


class Unwritten(Exception):
    """Standard output took no more: it is full or was closed, or has no such letter."""


class Closed(io.TextIOBase):
    """Stands where standard output was closed before the program began: whoever writes is told, as of any other."""

    def write(self, text: str) -> int:
        """Refuse to take anything; raises Unwritten."""
        raise Unwritten("it is closed")


def tidy(text: str) -> str:
    """Give a text as a terminal may have it (G6)."""
    return _NEVER_SHOWN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def tidy_json(text: str) -> str:
    """Give JSON that means the same, as a terminal may have it (G6)."""
    return _NEVER_SHOWN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def as_json(value: Any) -> str:
    """Write a value as one line of JSON, without its end."""
    return tidy_json(json.dumps(value, ensure_ascii=False))


def in_utf8(stream: TextIO) -> TextIO:
    """Let a stream write UTF-8 whatever the console; what a program reads is that by contract (G6)."""
    if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
        stream.reconfigure(encoding="utf-8", errors="strict", newline="\n")
    return stream


@contextmanager
def writing() -> Iterator[None]:
    """Write all of a block; raises Unwritten, and throws away what is left, so that nothing tries it again."""
    try:
        yield
        sys.stdout.flush()
    except (OSError, UnicodeEncodeError) as error:
        drop(sys.stdout)
        raise Unwritten(said(error)) from None


def said(error: OSError | UnicodeEncodeError) -> str:
    """Say why a text could not be written."""
    if isinstance(error, UnicodeEncodeError):
        letter = error.object[error.start]
        return f"its encoding {error.encoding} has no {letter}: set PYTHONIOENCODING=utf-8, or take --json"
    return error.strerror or str(error)


def drop(stream: TextIO | None) -> None:
    """Send what a stream still holds nowhere: the interpreter would try it once more as it ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[union-attr]
        os.close(nowhere)


def say(text: str) -> bool:
    """Tell people something on standard error; False where that is full or closed."""
    if not sys.stderr:
        return False
    try:
        sys.stderr.write(f"{tidy(text)}\n")
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)
        return False
    return True


def show(text: str) -> None:
    """Write a line of an answer for people; raises Unwritten."""
    with writing():
        sys.stdout.write(f"{tidy(text)}\n")


def ask(question: str) -> None:
    """Ask on a terminal; raises click's Abort unless the answer is yes."""
    click.confirm(tidy(question), abort=True, err=True)


class Log(io.TextIOBase):
    """Where the log goes: standard error, as long as that takes it. No work stops because its log cannot be written."""

    def write(self, text: str) -> int:
        """Write to standard error, or nowhere."""
        with suppress(OSError, AttributeError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush standard error, if it can be."""
        with suppress(OSError, AttributeError):
            sys.stderr.flush()
