"""Stepping through a cooperation: where one stands, which cell is marked, and what each command does to that.

Nothing here knows a terminal: the full screen and the plain one send the same commands and show the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from koop_es.domain.errors import KoopError
from koop_es.replay.explain import Why, sentence
from koop_es.replay.frames import Frame, Frames, Place
from koop_es.replay.grid import FIELD, Row
from koop_es.store.codec import encode

ALWAYS_SHOWN = frozenset({"title", "starts_on", "venue", "capacity", "fee_cents", "cancelled"})
"""Course fields with a row of their own in every frame; the others show up where they differ or change."""

QUIET = frozenset({"course", "period"})
"""Rows about the course that say nothing while all is well."""

SEARCHED = ("type", "vhs", "ref", "export", "rule", "text")
"""What a search looks at, of the lines that ``history`` tells."""


class Sheet(NamedTuple):
    """A text to be read before going on: an event as it is stored, a chain of reasons, the commands."""

    title: str
    lines: list[str]


class Stepper:
    """A walk through the frames; ``find`` gives the position of the log that a text names, as ``--at`` does, and
    ``why`` explains a cell.
    """

    def __init__(self, frames: Frames, find: Callable[[str], int], why: Why, *, begin: int = 1) -> None:
        """Stand after the event of a version."""
        self.frames = frames
        self.find = find
        self.why = why
        self.all_fields = False
        self.message = ""
        self.place = Place("", frames.columns[0])
        self._searched = ""
        self.frame: Frame
        self._stand(begin)

    def do(self, command: str) -> Sheet | None:
        """Carry out one command of ``COMMANDS``, with what it looks for behind it; nothing at all means ``n``.

        Gives a text where there is one to read; what could not be done is said in ``message``.
        """
        self.message = ""
        name, _, argument = (command.strip() or "n").partition(" ")
        if name not in COMMANDS and name[0] in "g/":
            name, argument = name[0], f"{name[1:]} {argument}"
        if name not in COMMANDS:
            self.message = f"{name!r} is no command; ? lists them"
            return None
        return COMMANDS[name].work(self, argument.strip())

    # --- where one stands ---------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """List the rows that are worth their line in this frame."""
        return [row for row in self.frame.grid.rows.values() if self.all_fields or self._is_shown(row)]

    def _is_shown(self, row: Row) -> bool:
        if row.key not in QUIET and (row.kind != FIELD or row.key in ALWAYS_SHOWN):
            return True
        came = {vhs for key, vhs in self.frame.changed if key == "course"}  # there everything is new
        changed = any(key == row.key and vhs not in came for key, vhs in self.frame.changed)
        return changed or any(cell.differs for cell in row.cells)

    def _stand(self, version: int) -> None:
        """Stand after the event of a version, and mark the first cell that it changed, or else is about."""
        self.frame = self.frames.frame(min(max(version, 1), len(self.frames)))
        rows, event = self.rows(), self.frame.event
        cells = [Place(row.key, vhs) for row in rows for vhs in self.frames.columns]
        about = Place(f"booking:{event['ref']}", event["vhs"])
        news = [cell for cell in cells if cell in self.frame.changed] or [about] * (about in cells)
        if news and self.place not in news:
            self.place = news[0]
        elif self.place not in cells:
            self.place = Place(rows[0].key, self.place.where)

    # --- commands -----------------------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Go some events on or back; the ends are ends."""
        version = self.frame.version + by
        if not 1 <= version <= len(self.frames):
            self.message = "this is the last event" if by > 0 else "this is the first event"
        self._stand(version)

    def run_to_conflict(self, step: int) -> None:
        """Go to the next event, or the one before, that brings a conflict: a cell that differs or a violation."""
        version = self.frames.conflict_from(self.frame.version, step)
        if version is None:
            self.message = f"no event {'after' if step > 0 else 'before'} this one brings a conflict"
            return
        self._stand(version)
        self.message = "conflict: " + ", ".join(sorted(" ".join(place) for place in self.frame.arisen))

    def go_to(self, text: str) -> None:
        """Go to the last event at or before a position, a time or an export."""
        if not text:
            self.message = "g wants a position, a time, or an export such as 563#42 behind it"
            return
        try:
            position = self.find(text)
        except KoopError as error:
            self.message = error.message
            return
        version = self.frames.timeline.version_at(position)
        if version == 0:
            self.message = f"nothing had happened at {text}; this is the first event"
        self._stand(version)

    def search(self, text: str) -> None:
        """Go to the next event that holds a text, from the first one again after the last; no text: the same again."""
        self._searched = wanted = (text or self._searched).casefold()
        count, here = len(self.frames), self.frame.version
        for ahead in range(1, count + 1 if wanted else 1):
            version = (here - 1 + ahead) % count + 1
            told = self.frames.told[version - 1]
            if any(wanted in str(told[name] or "").casefold() for name in SEARCHED):
                self._stand(version)
                self.message = "from the beginning again" if version <= here else ""
                return
        self.message = (
            f"no event holds {wanted!r}" if wanted else "/ wants a text behind it: a booking, VHS, type, word"
        )

    def go_to_cause(self) -> None:
        """Go to the event that this one follows from."""
        cause = self.frame.event["cause"]
        if cause is None:
            self.message = "this event follows from no other one of this cooperation"
        else:
            self._stand(cause)

    def select(self, rows: int, columns: int) -> None:
        """Mark another cell, so many rows down and columns to the right; the ends of a row meet."""
        shown = [row.key for row in self.rows()]
        vhss = self.frames.columns
        row = min(max(shown.index(self.place.what) + rows, 0), len(shown) - 1)
        column = (vhss.index(self.place.where) + columns) % len(vhss)
        self.place = Place(shown[row], vhss[column])

    def show_all_fields(self) -> None:
        """Show every course field, or again only those worth their line."""
        self.all_fields = not self.all_fields
        self._stand(self.frame.version)

    def raw_event(self) -> Sheet:
        """Give the event as it is stored, and what it follows from."""
        version = self.frame.version
        item = self.frames.timeline.event(version)
        stored = msgspec.json.format(encode(item.event), indent=2).decode()
        cause = item.event.cause
        lines = [f"position {item.position}, version {item.version}, {item.event.TOPIC}", *stored.splitlines(), ""]
        if cause is None:
            return Sheet("event", [*lines, "follows from no other event of this cooperation"])
        return Sheet("event", [*lines, f"follows from {sentence(self.frames.told[cause - 1])} (b goes there)"])

    def explain(self) -> Sheet:
        """Tell why the marked cell holds what it holds."""
        row, vhs = self.frame.grid.rows[self.place.what], self.place.where
        return Sheet(f"why {row.label} at VHS {vhs}", self.why(self.frames, self.frame.version, row, vhs))

    def help(self) -> Sheet:
        """List the commands."""
        return Sheet("commands", [f"{name:<6}{command.text}" for name, command in COMMANDS.items()] + LEGEND)


class Command(NamedTuple):
    """What a command does, in words and in deed; the deed is given what stands behind the command."""

    text: str
    work: Callable[[Stepper, str], Sheet | None]


COMMANDS: dict[str, Command] = {
    "n": Command("next event (right, space, or an empty line)", lambda s, _: s.step(1)),
    "p": Command("event before (left)", lambda s, _: s.step(-1)),
    "home": Command("first event", lambda s, _: s.step(1 - s.frame.version)),
    "end": Command("last event", lambda s, _: s.step(len(s.frames) - s.frame.version)),
    "c": Command("on to the next event that brings a conflict", lambda s, _: s.run_to_conflict(1)),
    "C": Command("back to the last event that brought one", lambda s, _: s.run_to_conflict(-1)),
    "g": Command("go to a position, a time, or an export: g 1042, g 2026-03-02, g 563#42", lambda s, t: s.go_to(t)),
    "/": Command("search a booking, VHS, type or word: /563:8841; / alone searches on", lambda s, t: s.search(t)),
    "e": Command("the event as it is stored, and its cause", lambda s, _: s.raw_event()),
    "b": Command("go to the cause of this event", lambda s, _: s.go_to_cause()),
    "y": Command("why the cell marked > holds what it holds", lambda s, _: s.explain()),
    "down": Command("mark the cell below; also up, and tab or shift+tab for the next VHS", lambda s, _: s.select(1, 0)),
    "up": Command("mark the cell above", lambda s, _: s.select(-1, 0)),
    "tab": Command("mark the cell of the next VHS", lambda s, _: s.select(0, 1)),
    "back": Command("mark the cell of the VHS before (shift+tab)", lambda s, _: s.select(0, -1)),
    "f": Command(
        "all course fields, or only those that differ, change or matter always", lambda s, _: s.show_all_fields()
    ),
    "?": Command("this list", lambda s, _: s.help()),
    "q": Command("end", lambda s, _: None),
}
"""Command -> what it does; ``q`` is for whoever runs the walk to see."""

LEGEND = [
    "",
    "A cell shows what the VHS last reported. 'A > S' shows A and should show S; '- > A' should hold what it does not.",
    "!  differs: a change waits to be written, or nobody is told because the row is suspected, withheld or frozen",
    "*  changed by this event      >  the marked cell      -  nothing",
    "Words behind a status: suspected (missing from one complete export), orphan, withheld (mass guard), lost, merged,",
    "frozen (unknown letter), person (only the person differs), unclaimed (its owner does not have it).",
]
"""How to read a page."""
