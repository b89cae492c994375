"""Stepping without a screen: a page after every command, the commands line by line from wherever lines come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from koop_es.replay.page import LABEL, WIDEST, page, text
from koop_es.replay.stepper import Stepper


def walk(stepper: Stepper, commands: Iterable[str], show: Callable[[str], object]) -> None:
    """Show the frame one stands at, and after each command where it led, until ``q`` or the last line."""
    width = LABEL + WIDEST * len(stepper.frames.columns)
    _show(page_lines(stepper, width), show)
    for command in commands:
        if command.strip() == "q":
            return
        sheet = stepper.do(command)
        _show([f"{sheet.title}:", *sheet.lines] if sheet is not None else page_lines(stepper, width), show)


def page_lines(stepper: Stepper, width: int) -> list[str]:
    """Give the page with what there is to say about the last command, and without the keys of a screen."""
    lines = text(page(stepper, width)[:-1])
    return [*lines, stepper.message] if stepper.message else lines


def _show(lines: list[str], show: Callable[[str], object]) -> None:
    for line in [*lines, ""]:
        show(line)
