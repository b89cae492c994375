"""The state after every event, as programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from koop_es.replay.frames import Frames
from koop_es.replay.grid import Row


def states(frames: Frames, begin: int = 1) -> Iterator[dict[str, Any]]:
    """Give all frames from a version on, as ``replay --json`` answers them.

    A row that is as it was after the event before is the same object, so that a long story fits into memory.
    """
    kept: dict[str, tuple[object, dict[str, Any]]] = {}
    for version in range(max(begin, 1), len(frames) + 1):
        frame = frames.frame(version)
        for key, row in frame.grid.rows.items():
            told = row, [(key, column.vhs) in frame.changed for column in frame.grid.columns]
            if key not in kept or kept[key][0] != told:
                kept[key] = told, _row(*told)
        yield {
            "position": frame.position,
            "version": frame.version,
            "event": frame.event,
            "columns": [asdict(column) for column in frame.grid.columns],
            "rows": [kept[key][1] for key in frame.grid.rows],
            "violations": [violation._asdict() for violation in frame.violations],
            "pending": {vhs: [change._asdict() for change in found] for vhs, found in frame.grid.pending.items()},
            "conflict": bool(frame.conflicts),
            "arisen": [place._asdict() for place in sorted(frame.arisen)],
        }


def _row(row: Row, changed: list[bool]) -> dict[str, Any]:
    """Give a row with its cells in the order of the columns."""
    cells = [
        asdict(cell) | {"notes": list(cell.notes), "changed": news}
        for cell, news in zip(row.cells, changed, strict=True)
    ]
    return {"key": row.key, "kind": row.kind, "label": row.label, "reason": row.reason, "cells": cells}
