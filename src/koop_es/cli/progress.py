"""How far a long command is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from koop_es.cli.answer import console


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Give what to tell how many events are done and how many there are; None where nobody looks on."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress("events", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=out) as bar:
        task = bar.add_task("events")
        yield lambda done, total: bar.update(task, completed=done, total=total)
