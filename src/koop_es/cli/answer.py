"""Answers: one JSON object for programs, tables for people, and the exit status that both rely on.

An answer that cannot be written, since standard output is full, closed or narrower than its letters, is told on
standard error with what was done.
"""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import click

from koop_es.cli.output import Unwritten, as_json, drop, in_utf8, said, say, tidy, tidy_json, writing
from koop_es.domain.errors import AnswerUnwritten, BadInput, KoopError, Refused, StoreUnusable, WrongUsage

if TYPE_CHECKING:
    from rich.console import Console

DONE, FOUND, USAGE, REFUSED, BAD_INPUT, UNUSABLE, UNWRITTEN, UNPROVEN = range(8)
"""The exit statuses: done, done and found what it looks for, wrong usage, refused by a rule, bad input, store not
usable, answer not written, nothing found wrong and nothing proven (``verify``).
"""

_STATUS: tuple[tuple[type[KoopError], int], ...] = (
    (WrongUsage, USAGE),
    (Refused, REFUSED),
    (BadInput, BAD_INPUT),
    (StoreUnusable, UNUSABLE),
    (AnswerUnwritten, UNWRITTEN),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: data for programs, a way to show it to people, and the exit status.

    ``instead`` is said on standard error where the answer cannot be written; without it all of the answer is.
    """

    data: dict[str, Any]
    show: Callable[[Console], None]
    status: int = DONE
    instead: str | None = None


NOTHING_DONE = "nothing was changed"
"""Said instead of the answer of a command that only reads."""


def give(name: str, answer: Answer | Iterator[Answer], *, as_json: bool, reads: bool = False) -> int:
    """Print an answer, or answers as they come until somebody stops them (Ctrl-C); returns the exit status.

    Where it cannot be written, what was done stands on standard error: nothing for a command that only ``reads``.
    """
    if isinstance(answer, Iterator):
        try:
            for part in answer:
                if give(name, part, as_json=as_json, reads=reads) == UNWRITTEN:
                    return UNWRITTEN
        except KeyboardInterrupt:
            return DONE
        return DONE
    try:
        with writing():
            if as_json:
                _print(_answer(name, answer))
            else:
                answer.show(console())
    except Unwritten as lost:
        return _told_instead(name, answer, lost, as_json=as_json, reads=reads)
    return answer.status


def _told_instead(name: str, answer: Answer, lost: Unwritten, *, as_json: bool, reads: bool) -> int:
    """Tell on standard error what was done, if that can be written."""
    instead = NOTHING_DONE if reads else answer.instead
    if say(f"koop-es: the answer could not be written ({lost}); {instead or 'this was done:'}") and instead is None:
        try:
            if as_json:
                _print(_answer(name, answer), sys.stderr)
            else:
                answer.show(console(stderr=True))
        except OSError:  # nobody can be told any more
            drop(sys.stderr)
    return UNWRITTEN


def was_being_written(error: OSError | UnicodeEncodeError) -> bool:
    """Tell whether an error is of click's own writing, as of help; any other may be of a disk where work is done."""
    return traceback.extract_tb(error.__traceback__)[-1].filename == click.utils.__file__


def unwritten(error: OSError | UnicodeEncodeError | Unwritten) -> int:
    """Tell on standard error that help, or a step of a replay, could not be written; returns the exit status."""
    drop(sys.stdout)
    lost = error if isinstance(error, Unwritten) else said(error)
    say(f"koop-es: the answer could not be written ({lost}); {NOTHING_DONE}")
    return UNWRITTEN


def console(*, stderr: bool = False) -> Console:
    """Open the console: colours and widths on a terminal, plain text of full width when it is none."""
    from rich.console import Console

    class Pipe(Console):
        """A console that does not end the program by itself when nobody reads it any more."""

        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - rich calls this while it handles the error

        def print(self, *objects: Any, **how: Any) -> None:
            super().print(*(tidy(part) if isinstance(part, str) else part for part in objects), **how)

    stream = (sys.stderr if stderr else sys.stdout) or io.StringIO()  # closed: nobody looks on
    return Pipe(file=stream, highlight=False, soft_wrap=not stream.isatty(), width=None if stream.isatty() else 200)


def fail(error: KoopError, *, as_json: bool) -> int:
    """Print an error of ours; returns its exit status."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), BAD_INPUT)
    return _error(status, error.code, error.message, error.details, as_json=as_json)


def usage(error: click.ClickException, *, as_json: bool) -> int:
    """Print an error in the way the command was called; returns its exit status."""
    if as_json or not isinstance(error, click.UsageError):
        return _error(USAGE, "wrong_usage", error.format_message(), {}, as_json=as_json)
    text = io.StringIO()
    error.show(text)
    return USAGE if say(text.getvalue().rstrip("\n")) else UNWRITTEN


def _error(status: int, code: str, message: str, details: dict[str, Any], *, as_json: bool) -> int:
    if not as_json:
        return status if say(f"koop-es: {message}") else UNWRITTEN
    try:
        with writing():
            _print({"schema": "koop-es/error/1", "error": {"code": code, "message": message, "details": details}})
    except Unwritten as lost:
        say(f"koop-es: the answer could not be written ({lost}); {message}")
        return UNWRITTEN
    return status


def _answer(name: str, answer: Answer) -> dict[str, Any]:
    return {"schema": f"koop-es/{name}/1", "data": answer.data}


def _print(value: Mapping[str, Any], stream: TextIO | None = None) -> None:
    in_utf8(stream or sys.stdout).write(f"{as_json(value)}\n")


def json_lines(found: Iterable[str]) -> Callable[[Console], None]:
    """Make the way to write lines of JSON that only programs read."""

    def show(out: Console) -> None:
        in_utf8(out.file).writelines(f"{tidy_json(line)}\n" for line in found)  # type: ignore[arg-type]

    return show


STYLES = {
    "critical": "bold red",
    "warning": "yellow",
    "quarantined": "bold red",
    "superseded": "yellow",
    "applied": "green",
    "open": "yellow",
}
"""Cells that stand out on a terminal, by their whole text; every one of them can be read without colour."""


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Callable[[Console], None]:
    """Make the way to show rows as a table; an empty one is said in words."""
    cells = [[_cell(value) for value in row] for row in rows]

    def show(out: Console) -> None:
        from rich.table import Table

        if not cells:
            out.print(f"{title}: none", markup=False)
            return
        body = Table(title=_cell(title), title_justify="left", title_style="bold", box=None, pad_edge=False)
        for heading in headings:
            body.add_column(heading, overflow="fold")
        for row in cells:
            body.add_row(*row)
        out.print(body)

    return show


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = tidy(str(value))
    style = STYLES.get(text)
    return f"[{style}]{text}[/]" if style is not None else escape(text)


def lines(*texts: str) -> Callable[[Console], None]:
    """Make the way to show plain lines."""

    def show(out: Console) -> None:
        for text in texts:
            out.print(text, markup=False)

    return show
