"""The full screen of the stepper: textual draws the pages and reads the keys, everything else is the stepper's.

The only module that imports textual, and itself imported only when a screen is opened.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from koop_es.replay.page import Line, page
from koop_es.replay.stepper import COMMANDS, Sheet, Stepper

STYLES = {
    "title": "bold",
    "status": "reverse",
    "differs": "bold red",
    "changed": "green",
    "marked": "reverse",
    "quiet": "dim",
}
"""Style of a part -> how it stands out; none of them says what the marks do not say too."""

KEYS = {"right": "n", "space": "n", "left": "p", "shift+tab": "back", "slash": "/", "question_mark": "?"}
"""Key as textual calls it -> command, where it is not the command itself."""

ASKING = {"g": "go to position, time or export: ", "/": "search booking, VHS, type or word: "}
"""Commands that want a text -> what is asked."""


class SheetScreen(ModalScreen[None]):
    """A text to be read; it scrolls if it is long."""

    AUTO_FOCUS = "VerticalScroll"
    CSS = "VerticalScroll { height: 1fr; } #close { height: 1; }"

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet

    def compose(self) -> ComposeResult:
        """Lay out the text, and below it how to go on."""
        with VerticalScroll():
            yield Static(Text("\n".join([self.sheet.title, "", *self.sheet.lines])))
        yield Static(Text("up and down scroll, q or escape closes", style=STYLES["quiet"]), id="close")

    def on_key(self, event: events.Key) -> None:
        """Close the text."""
        if event.key in {"q", "escape", "enter"}:
            event.stop()
            self.dismiss()


class StepperApp(App[None]):
    """The walk on a whole terminal."""

    CSS = "#page { height: 1fr; } #ask { dock: bottom; height: 1; display: none; }"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+c", "quit", "quit")]

    def __init__(self, stepper: Stepper) -> None:
        super().__init__()
        self.stepper = stepper
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Lay out the page, and the line in which a text is typed."""
        yield Static(id="page")
        yield Input(id="ask", compact=True)

    def on_mount(self) -> None:
        """Show the first page."""
        self.draw()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the page out anew once the new size is known."""
        self.call_after_refresh(self.draw)

    def draw(self) -> None:
        """Show the frame one stands at."""
        width, height = self.size
        if width and height:
            self.query_one("#page", Static).update(as_text(page(self.stepper, width, height)))

    def on_key(self, event: events.Key) -> None:
        """Carry out the command of a key, or ask for the text it wants."""
        if self.query_one("#ask", Input).has_focus:
            if event.key == "escape":
                self._stop_asking()
            return
        if isinstance(self.screen, SheetScreen):
            return
        command = KEYS.get(event.key, event.character or event.key)
        if command not in COMMANDS:
            command = event.key
        event.stop()
        event.prevent_default()
        if command == "q":
            self.exit()
        elif command in ASKING:
            self._ask(command)
        elif command in COMMANDS:
            self.carry_out(command)

    def carry_out(self, command: str) -> None:
        """Do what a command says, and show where it led or what it gives to read."""
        sheet = self.stepper.do(command)
        self.draw()
        if sheet is not None:
            self.push_screen(SheetScreen(sheet))

    def _ask(self, command: str) -> None:
        self._asked = command
        line = self.query_one("#ask", Input)
        line.placeholder, line.value, line.display = ASKING[command], "", True
        line.focus()

    def _stop_asking(self) -> None:
        line = self.query_one("#ask", Input)
        line.display = False
        self.set_focus(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Carry out the command that was asked a text for."""
        self._stop_asking()
        self.carry_out(f"{self._asked} {event.value}")


def as_text(lines: list[Line]) -> Text:
    """Give the lines of a page their styles."""
    return Text("\n", no_wrap=True, overflow="crop").join(
        Text.assemble(*((part.text, STYLES.get(part.style, "")) for part in line)) for line in lines
    )
