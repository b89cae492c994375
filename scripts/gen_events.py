"""Write the reference of all events from their classes: ``docs/reference/events.md`` (``make docs``)."""

from __future__ import annotations

import sys
from pathlib import Path

from koop_es.domain.events import EVENTS, Event

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "events.md"

HEAD = """# Events

Written by `make docs` from the event classes; change their docstrings, not this page.

An event is stored as plain JSON under its topic; a field that has its default value is left out. Names and meanings
stay. The topic ends with the version of the fields; [how to change an event](../how-to/develop.md#change-an-event).
"""


def render() -> str:
    """Write the page: what all events carry, then one row per type."""
    common = ", ".join(f"`{name}`" for name in Event.__struct_fields__)
    parts = [HEAD, f"\nAll events carry {common}.\n"]
    parts.append("\n| event | topic | meaning | fields of its own |\n| - | - | - | - |\n")
    for topic, event in EVENTS.items():
        own = ", ".join(f"`{name}`" for name in event.__struct_fields__ if name not in Event.__struct_fields__)
        meaning = " ".join((event.__doc__ or "").split("\n\n")[0].split()).replace("|", "\\|").replace("``", "`")
        parts.append(f"| `{event.__name__}` | `{topic}` | {meaning} | {own or 'none'} |\n")
    return "".join(parts)


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(render(), encoding="utf-8")
    else:
        sys.stdout.write(render())
