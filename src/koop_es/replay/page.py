"""One frame as lines of text, so that a terminal of 80 x 24 holds it; every mark can be read without colour."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from koop_es.replay.grid import Cell, Column, Row
from koop_es.replay.stepper import Stepper

LABEL = 21
"""Columns for the label of a row: "Durchlaufende Posten", the longest heading but one, and a gap."""

NARROWEST, WIDEST = 15, 30
"""Bounds of a VHS's column: "A > S orphan !*" fits the one, more than the other would only spread the columns."""

HEAD_LINES = 2
"""Lines for the event in words: all but the longest violations fit into 160 columns."""

HINTS = "n next p back c conflict g go / search e event b cause y why ? help q quit"


class Part(NamedTuple):
    """A piece of a line; ``style`` is one of those the screen knows: plain, title, status, differs, changed,
    marked, quiet."""

    text: str
    style: str = "plain"


Line = list[Part]


def page(stepper: Stepper, width: int, height: int | None = None) -> list[Line]:
    """Lay out the frame a walk stands at; without ``height`` every row is shown and every column.

    With one the rows and columns scroll so that the marked cell is seen; the first column stays.
    """
    head, foot = _head(stepper, width), _foot(stepper, width)
    if height is not None:
        head += [[]] * (HEAD_LINES - len(head))  # so that the grid stays where it is
    room = None if height is None else max(height - len(head) - len(foot) - 1, 1)
    columns, cell_width = _columns(stepper, width, all_of_them=height is None)
    rows = stepper.rows()
    first, last = _window([row.key for row in rows].index(stepper.place.what), len(rows), room)
    label = f"rows {first + 1}-{last} of {len(rows)}" if last - first < len(rows) else stepper.frames.timeline.coop_id
    body = [_headings(stepper, label, columns, cell_width)]
    body += [_row(stepper, row, columns, cell_width) for row in rows[first:last]]
    filler: list[Line] = [[] for _ in range((room or 0) - (last - first))]
    return [*head, *body, *filler, *foot]


def text(lines: list[Line]) -> list[str]:
    """Give lines as plain text."""
    return ["".join(part.text for part in line).rstrip() for line in lines]


def _head(stepper: Stepper, width: int) -> list[Line]:
    event = stepper.frame.event
    row = f" {event['row']}" if event["row"] else ""
    when = event["at"][:16].replace("T", " ")
    said = f"{event['type']} [{event['rule']}] {when}{row}: {event['text']}"
    return [[Part(line, "title")] for line in _wrapped(said, width, HEAD_LINES)]


def _foot(stepper: Stepper, width: int) -> list[Line]:
    frame = stepper.frame
    pending = ", ".join(f"{vhs} {len(found)}" for vhs, found in frame.grid.pending.items())
    lines: list[Line] = [[Part(_cut(f"changes to be written: {pending}", width))]]
    if frame.violations:
        named = "; ".join(f"{v.code} at {v.vhs}" + (f" ({v.ref})" if v.ref else "") for v in frame.violations)
        lines += [[Part(line, "differs")] for line in _wrapped(f"! {len(frame.violations)} open: {named}", width, 2)]
    event = f"event {frame.version} of {len(stepper.frames)} | position {frame.position}"
    where = f"{event} | {frame.event['export'] or 'no export'} | VHS {frame.event['vhs']}"
    lines.append([Part(_cut(where, width), "status")])
    lines.append([Part(_cut(stepper.message or HINTS, width), "title" if stepper.message else "quiet")])
    return lines


def _wrapped(said: str, width: int, most: int) -> list[str]:
    return textwrap.wrap(said, width, max_lines=most, placeholder=" …", break_on_hyphens=False)


# --- the grid ---------------------------------------------------------------------------------------------------------


def _columns(stepper: Stepper, width: int, *, all_of_them: bool) -> tuple[list[int], int]:
    """Choose the columns that fit, the first and those about the marked one, and how wide each is."""
    count, free = len(stepper.frames.columns), max(width - LABEL, NARROWEST)
    if all_of_them:
        return list(range(count)), min(max(free // count, NARROWEST), WIDEST)
    fitting = min(max(free // NARROWEST, 1), count)
    marked = stepper.frames.columns.index(stepper.place.where)
    if fitting == 1:
        return [marked], min(free, WIDEST)
    first, last = _window(max(marked - 1, 0), count - 1, fitting - 1)
    return [0, *range(first + 1, last + 1)], min(free // fitting, WIDEST)


def _window(marked: int, count: int, room: int | None) -> tuple[int, int]:
    """Give first and last of so many that there is room for, the marked one in the middle where that is possible."""
    if room is None or room >= count:
        return 0, count
    first = min(max(marked - room // 2, 0), count - room)
    return first, first + room


def _headings(stepper: Stepper, label: str, columns: list[int], width: int) -> Line:
    line = [Part(_padded(label, LABEL), "quiet")]
    shown = stepper.frame.grid.columns
    for place, index in enumerate(columns):
        hidden = place > 0 and index > columns[place - 1] + 1
        line.append(Part(_padded(f"{'… ' if hidden else ' '}{_heading(shown[index])}", width), "title"))
    if columns[-1] < len(shown) - 1:
        line[-1] = Part(line[-1].text[:-2] + " …", "title")
    return line


def _heading(column: Column) -> str:
    return f"{column.vhs} {column.role or '-'}"


def _row(stepper: Stepper, row: Row, columns: list[int], width: int) -> Line:
    label = f"{row.label} {row.reason}" if row.reason in {"orphan", "course"} else row.label
    line = [Part(_padded(label, LABEL))]
    for index in columns:
        place = (row.key, stepper.frames.columns[index])
        changed, marked = place in stepper.frame.changed, place == stepper.place
        line.append(_cell(row.cells[index], changed=changed, marked=marked, width=width))
    return line


def _cell(cell: Cell, *, changed: bool, marked: bool, width: int) -> Part:
    shown = cell_text(cell)
    marks = ("!" if cell.differs else "") + ("*" if changed else "")
    room = width - 1 - (len(marks) + 1 if marks else 0)  # the place of the mark parts it from the cell before
    said = f"{'>' if marked else ' '}{_cut(shown, room)}{' ' if marks else ''}{marks}"
    style = "marked" if marked else "differs" if cell.differs else "changed" if changed else "plain"
    return Part(f"{said:<{width}}", style)


def cell_text(cell: Cell) -> str:
    """Say what a cell shows and, where that is something else, what it should show; and why it is looked at."""
    shows = "-" if cell.shows is None else cell.shows or "empty"
    at_odds = cell.differs and cell.should is not None and cell.should != cell.shows
    said = f"{shows} > {cell.should or 'empty'}" if at_odds else shows
    return " ".join((" ".join(said.split()), *cell.notes))


def _padded(said: str, width: int) -> str:
    return f"{_cut(said, width - 1):<{width}}"


def _cut(said: str, width: int) -> str:
    return said if len(said) <= width else said[: max(width - 1, 0)] + "…"
