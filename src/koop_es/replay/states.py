"""The state after every event, as programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from koop_es.replay.frames import Frame, Frames
from koop_es.replay.grid import Row


def states(frames: Frames, begin: int = 1) -> Iterator[dict[str, Any]]:
    """Give all frames from a version on, as ``replay --json`` answers them."""
    return (_state(frames.frame(version)) for version in range(max(begin, 1), len(frames) + 1))


def _state(frame: Frame) -> dict[str, Any]:
    return {
        "position": frame.position,
        "version": frame.version,
        "event": frame.event,
        "columns": [asdict(column) for column in frame.grid.columns],
        "rows": [_row(row, frame) for row in frame.grid.rows.values()],
        "violations": [violation._asdict() for violation in frame.violations],
        "pending": {vhs: list(found) for vhs, found in frame.grid.pending.items()},
        "conflict": bool(frame.conflicts),
        "arisen": [list(place) for place in sorted(frame.arisen)],
    }


def _row(row: Row, frame: Frame) -> dict[str, Any]:
    """Give a row with its cells in the order of the columns."""
    places = ((row.key, column.vhs) for column in frame.grid.columns)
    cells = [
        asdict(cell) | {"notes": list(cell.notes), "changed": place in frame.changed}
        for place, cell in zip(places, row.cells, strict=True)
    ]
    return {"key": row.key, "kind": row.kind, "label": row.label, "reason": row.reason, "cells": cells}
