"""A million wrong exports (G3): stories of damaged, partial, filtered, emptied and restored exports, judged by a list
of people, one after the other in one process, with figures.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripts.soak_process import prepare
from tests.simulation.engines import Paper, at_rest
from tests.simulation.stories import judge, network_of

Progress = Callable[[int, int, int], None]
"""Told how many wrong exports are done, how many there are to be, and how many stories failed."""

Found = Callable[[int, list[str]], None]
"""Told at once which story failed, and what with."""

STORED = 300
"""Characters kept of a finding."""

SHOWN = 50
"""Failing stories that the report names."""


@dataclass(slots=True)
class Tally:
    """The figures of all stories so far: wrong exports by kind, all exports, true orphans, bookings that were asked
    about in the end, and the sound exports of which a guard held something back.
    """

    first: int = 0
    stories: int = 0
    exports: int = 0
    orphans: int = 0
    asked: int = 0
    sound: int = 0
    alarms: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    failing: list[dict[str, Any]] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """Count the wrong exports."""
        return self.kinds.total()

    def figures(self) -> dict[str, Any]:
        """Give the figures as plain data."""
        return {
            "first": self.first,
            "stories": self.stories,
            "wrong": self.wrong,
            "exports": self.exports,
            "orphans": self.orphans,
            "asked": self.asked,
            "sound": self.sound,
            "alarms": self.alarms,
            "seconds": round(self.seconds),
            "kinds": dict(sorted(self.kinds.items())),
            "failing": self.failing[:SHOWN],
            "failed": len(self.failing),
        }


def run(
    first: int, exports: int, seconds: float, progress: Progress, kept: Callable[[Tally], None], found: Found
) -> Tally:
    """Judge stories from a seed on until they have had so many wrong exports, or the seconds (0: any) are over.

    ``kept`` is called now and then, so that a run that is broken off leaves what it found.
    """
    prepare()
    tally, started = Tally(first), time.monotonic()
    while tally.wrong < exports and not (seconds and tally.seconds > seconds):
        before = len(tally.failing)
        _tell(tally, first + tally.stories)
        for item in tally.failing[before:]:
            found(item["seed"], [item["finding"]])
        tally.seconds = time.monotonic() - started
        progress(tally.wrong, exports, len(tally.failing))
        if tally.stories % 1_000 == 0:
            kept(tally)
    return tally


def _tell(tally: Tally, seed: int) -> None:
    network = network_of(seed)
    with at_rest(Paper, network) as engine:
        before = engine.sequence
        try:
            story = judge(engine, network, seed)
        except Exception as error:  # whatever it is, it is a finding
            said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            tally.failing.append({"seed": seed, "finding": said[:STORED]})
        else:
            tally.kinds.update(story.kinds)
            tally.orphans, tally.asked = tally.orphans + len(story.lost), tally.asked + story.asked
        tally.stories, tally.exports = tally.stories + 1, tally.exports + engine.sequence - before
        tally.sound, tally.alarms = tally.sound + engine.sound, tally.alarms + engine.alarms
