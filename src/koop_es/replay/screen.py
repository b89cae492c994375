"""The full screen of the stepper: textual draws the pages and reads the keys, everything else is the stepper's.

The only module that imports textual, and itself imported only when a screen is opened. Keys are taken one after the
other in one place, so that whoever types ahead or pastes is understood.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from koop_es.replay.page import Line, Part, page
from koop_es.replay.stepper import COMMANDS, Sheet, Stepper

STYLES = {"title": "bold", "status": "reverse", "differs": "bold red", "changed": "green", "marked": "reverse",
          "quiet": "dim"}  # fmt: skip
"""Style of a part -> how it stands out; none of them says what the marks do not say too."""

KEYS = {"right": "n", "space": "n", "enter": "n", "left": "p", "shift+tab": "back"}
"""Key as textual calls it -> command, where it is neither the command nor its letter."""

ASKING = {"g": "go to position, time or export: ", "/": "search booking, VHS, type or word: "}
"""Commands that want a text -> what is asked."""


class StepperApp(App[None]):
    """The walk on a whole terminal: a page, in its last line a question while one is asked, or a text to be read."""

    CSS = "Screen { overflow: hidden; } Static { width: 100%; height: 100%; text-wrap: nowrap; }"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, stepper: Stepper, tidy: Callable[[str], str] = str) -> None:
        """Walk with a stepper; ``tidy`` makes of a text what a terminal may have (G6)."""
        super().__init__()
        self.stepper = stepper
        self._tidy = tidy
        self.sheet: Sheet | None = None
        self.asked = ""
        self._typed = ""
        self._top = 0

    def compose(self) -> ComposeResult:
        """Lay out one widget that holds all."""
        yield Static()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the page out anew once the new size is known; the first size comes this way too."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show the frame one stands at, or the text that is read."""
        width, height = self.size
        if self.sheet is not None:
            lines = self._sheet_lines(self.sheet, width, height)
        else:
            lines = page(self.stepper, width, height)
            if self.asked:
                lines[-1] = [Part(ASKING[self.asked] + self._typed, "title"), Part(" ", "marked")]
        self.query_one(Static).update(as_text(lines, self._tidy))

    def on_key(self, event: events.Key) -> None:
        """Take a key: for the text that is read, the question that is asked, or as a command."""
        event.stop()
        event.prevent_default()
        if event.key == "ctrl+c":
            self.exit()
        elif self.sheet is not None:
            self._read(event.key)
        elif self.asked:
            self._type(event.key, event.character if event.is_printable else None)
        else:
            self._command(KEYS.get(event.key, event.key if event.key in COMMANDS else event.character or ""))
        self.draw()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text as an answer."""
        if self.asked:
            self._typed += " ".join(event.text.split())
            self.draw()

    def _command(self, command: str) -> None:
        if command == "q":
            self.exit()
        elif command in ASKING:
            self.asked = command
        elif command in COMMANDS:
            self.sheet = self.stepper.do(command)

    def _type(self, key: str, character: str | None) -> None:
        if key == "enter":
            self.sheet = self.stepper.do(f"{self.asked} {self._typed}")
        if key in {"enter", "escape"}:
            self.asked = self._typed = ""
        elif key == "backspace":
            self._typed = self._typed[:-1]
        else:
            self._typed += character or ""

    def _read(self, key: str) -> None:
        step = {"down": 1, "up": -1, "pagedown": self.size.height - 2, "pageup": 2 - self.size.height}
        self._top += step.get(key, 0)
        if key in {"q", "escape", "enter"}:
            self.sheet, self._top = None, 0

    def _sheet_lines(self, sheet: Sheet, width: int, height: int) -> list[Line]:
        said = [sheet.title, "", *(part for line in sheet.lines for part in _wrapped(line, width))]
        room = max(height - 1, 1)
        self._top = min(max(self._top, 0), max(len(said) - room, 0))
        shown: list[Line] = [[Part(line)] for line in said[self._top : self._top + room]]
        shown += [[] for _ in range(room - len(shown))]
        more = f"lines {self._top + 1}-{min(self._top + room, len(said))} of {len(said)}; up and down scroll, "
        return [*shown, [Part(f"{more if len(said) > room else ''}q or escape closes", "quiet")]]


def _wrapped(line: str, width: int) -> list[str]:
    """Wrap a line of a text to be read, with what goes on further in than where it began."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, max(width, len(indent) + 10), subsequent_indent=indent, break_on_hyphens=False) or [""]


def as_text(lines: list[Line], tidy: Callable[[str], str] = str) -> Text:
    """Give the lines of a page their styles."""
    return Text("\n", no_wrap=True, overflow="crop").join(
        Text.assemble(*((tidy(part.text), STYLES.get(part.style, "")) for part in line)) for line in lines
    )
