"""Seeds of the simulation, judged in parallel processes and counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import Outcome, rehearse
from koop_es.simulate.shrink import shrink
from koop_es.simulate.steps import Act, save
from scripts.soak_process import prepare, quiet

Progress = Callable[[int, int, int], None]
"""Told how many seeds are done, how many there are, and how many of them failed."""

Found = Callable[[int, list[str]], None]
"""Told at once which seed failed, and what with: a run of hours may be ended before its report."""

SECONDS_BETWEEN = 10
BATCH = 5
"""Seeds that a process is given at once: some seconds' work, so that little is lost when time is up."""

STORED = 300
"""Characters kept of a finding; one that was raised ends with what matters."""


MOST_TRIES = 1_000
"""Scenarios tried to shrink one: some minutes; ``koop-es simulate --seed N`` goes on longer."""


class Judged(NamedTuple):
    """What became of one seed."""

    seed: int
    vhs: int
    steps: int
    rounds: int
    faults: dict[str, int]
    edits: dict[str, int]
    findings: list[str]


@dataclass(slots=True)
class Tally:
    """The figures of all seeds so far."""

    first: int = 0
    seeds: int = 0
    steps: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    vhs: Counter[int] = field(default_factory=Counter)
    failing: list[dict[str, Any]] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one seed."""
        self.seeds += 1
        self.steps += judged.steps
        self.faults.update(judged.faults)
        self.edits.update(judged.edits)
        self.rounds[judged.rounds] += 1
        self.vhs[judged.vhs] += 1
        if judged.findings:
            replay = f"koop-es simulate --seed {judged.seed}"
            self.failing.append({"seed": judged.seed, "findings": judged.findings, "replay": replay})

    def figures(self) -> dict[str, Any]:
        """Give the figures as plain data, in an order that depends on nothing but them."""
        return {
            "first": self.first,
            "seeds": self.seeds,
            "steps": self.steps,
            "seconds": round(self.seconds),
            "faults": dict(sorted(self.faults.items())),
            "edits": dict(sorted(self.edits.items())),
            "rounds": {str(rounds): count for rounds, count in sorted(self.rounds.items())},
            "vhs": {str(vhs): count for vhs, count in sorted(self.vhs.items())},
            "failing": sorted(self.failing, key=lambda item: int(item["seed"])),
        }


def judge(seeds: list[int], steps: int) -> list[Judged]:
    """Rehearse some seeds; runs in a process of its own."""
    return [_judged(rehearse(draw(seed, steps=steps))) for seed in seeds]


def _judged(outcome: Outcome) -> Judged:
    scenario = outcome.scenario
    edits = Counter(step.verb for step in scenario.steps if isinstance(step, Act))
    return Judged(
        scenario.seed,
        len(scenario.systems),
        len(scenario.steps),
        outcome.rounds,
        scenario.faults,
        dict(edits),
        [
            finding if len(finding) <= STORED else f"{finding[:60]} … {finding[-STORED:]}"
            for finding in outcome.findings
        ],
    )


def run(seeds: range, steps: int, workers: int, seconds: float, progress: Progress, found: Found) -> Tally:
    """Judge seeds in as many processes as asked for, until all are done or the seconds (0: any) are over."""
    started = time.monotonic()
    tally = Tally(first=seeds.start)
    batches = _batches(seeds)
    # Spawned, not forked: a process that was forked from one with threads may hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=prepare) as pool:
        running: set[Future[list[Judged]]] = {
            pool.submit(judge, batch, steps) for batch in islice(batches, 2 * workers)
        }
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                for judged in future.result():
                    tally.add(judged)
                    if judged.findings:
                        found(judged.seed, judged.findings)
            over = seconds and time.monotonic() - started > seconds
            running |= {pool.submit(judge, batch, steps) for batch in islice(batches, 0 if over else len(done))}
            progress(tally.seeds, len(seeds), len(tally.failing))
    tally.seconds = time.monotonic() - started
    tally.failing.sort(key=lambda item: int(item["seed"]))
    return tally


def _batches(seeds: range) -> Iterator[list[int]]:
    for start in range(0, len(seeds), BATCH):
        yield list(seeds[start : start + BATCH])


def shrunk(seed: int, steps: int, kept: Path) -> dict[str, Any]:
    """Shrink a failing seed as long as its first finding stays of the same kind, and keep the scenario in a file."""
    quiet()
    scenario = draw(seed, steps=steps)
    kind = rehearse(scenario).findings[0].partition(":")[0]
    small = shrink(
        scenario, lambda tried: any(f.partition(":")[0] == kind for f in rehearse(tried).findings), MOST_TRIES
    )
    save(small, kept)
    return {"shrunk_to": len(small.steps), "scenario": str(kept)}
