"""Answers: one JSON object for programs, tables for people, and the exit status that both rely on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from koop_es.domain.errors import BadInput, KoopError, Refused, StoreUnusable, WrongUsage

if TYPE_CHECKING:
    from rich.console import Console

DONE, FOUND, USAGE, REFUSED, BAD_INPUT, UNUSABLE = range(6)
"""The exit statuses: done, done and found what it looks for, wrong usage, refused by a rule, bad input, store not
usable.
"""

_STATUS: tuple[tuple[type[KoopError], int], ...] = (
    (WrongUsage, USAGE),
    (Refused, REFUSED),
    (BadInput, BAD_INPUT),
    (StoreUnusable, UNUSABLE),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: data for programs, a way to show it to people, and the exit status."""

    data: dict[str, Any]
    show: Callable[[Console], None]
    status: int = DONE


def give(name: str, answer: Answer | Iterator[Answer], *, as_json: bool) -> int:
    """Print an answer, or answers as they come until somebody stops them (Ctrl-C); returns the exit status."""
    if isinstance(answer, Iterator):
        try:
            for part in answer:
                give(name, part, as_json=as_json)
                sys.stdout.flush()
        except KeyboardInterrupt:
            return DONE
        return DONE
    if as_json:
        _print({"schema": f"koop-es/{name}/1", "data": answer.data})
    else:
        answer.show(console())
    return answer.status


def console(*, stderr: bool = False) -> Console:
    """Open the console: colours and widths on a terminal, plain text of full width when it is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, soft_wrap=not stream.isatty(), width=None if stream.isatty() else 200)


def fail(error: KoopError, *, as_json: bool) -> int:
    """Print an error of ours; returns its exit status."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), BAD_INPUT)
    _error(error.code, error.message, error.details, as_json=as_json)
    return status


def usage(error: click.ClickException, *, as_json: bool) -> int:
    """Print an error in the way the command was called; returns its exit status."""
    if as_json or not isinstance(error, click.UsageError):
        _error("wrong_usage", error.format_message(), {}, as_json=as_json)
    else:
        error.show()
    return USAGE


def _error(code: str, message: str, details: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print({"schema": "koop-es/error/1", "error": {"code": code, "message": message, "details": details}})
    else:
        click.echo(f"koop-es: {message}", err=True)


def _print(value: dict[str, Any]) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


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
    text = str(value)
    style = STYLES.get(text)
    return f"[{style}]{text}[/]" if style is not None else escape(text)


def lines(*texts: str) -> Callable[[Console], None]:
    """Make the way to show plain lines."""

    def show(out: Console) -> None:
        for text in texts:
            out.print(text, markup=False)

    return show
