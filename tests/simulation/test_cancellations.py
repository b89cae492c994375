"""G3: exports that lack rows nobody removed cancel nobody, and a true orphan is "S" everywhere two rounds later.

What is promised of an export without a booking (domain B11, D3, D4):

- without proof, partial, cut off, out of scope or with rows nobody can read it says nothing about what it lacks;
- a course it lacks is not there for a wrong filter's sake, so its bookings are not lost;
- a complete one makes a suspicion, which a second complete one in a row confirms; a row shown in between ends it;
- more than ten and a tenth of a VHS's bookings at once are withheld, however often they are lacking.

What lacks the same few bookings twice in a row, complete and proven, is by contract a true loss, and is not drawn.

The bulk runs on typed reports in memory (``Paper``), a sample on files, the reader, ingest and a database (``Files``).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from koop_es.simulate.rehearsal import MEMORY
from tests.simulation.engines import Files, Paper
from tests.simulation.losses import Engine, Network, Story
from tests.unit.domain.desk import ALL

Record = Callable[[str, object], None]

SIZES = (6, 6, 18, 30)
"""Bookings every VHS holds; from 20 on the mass guard has something to do."""

EXPORTS_PER_STORY = 25


def run(engine: Engine, seed: int, count: int = EXPORTS_PER_STORY) -> tuple[Story, set[str]]:
    """Let a story of wrong exports happen; gives it and who was cancelled in the course of it without being lost."""
    random = Random(seed)
    network = Network(random.choice(SIZES))
    network.connect(engine)
    story = Story(network, random)
    wrongly: set[str] = set()
    steps = story.steps(count)
    for export in steps:
        engine.take(export)
        story.note(export)
        wrongly |= engine.cancelled() - story.lost_for_good()
    return story, wrongly


def settle(engine: Engine, network: Network, rounds: int) -> None:
    """Let every VHS report all it has and then carry out its change list, so many times."""
    for _ in range(rounds):
        for vhs in ALL:
            engine.take(network.export(vhs))
        for vhs in ALL:
            network.obey(engine, vhs)


def judge(engine: Engine, seed: int, count: int = EXPORTS_PER_STORY) -> Story:
    """Run a story to its end: nobody is wrongly cancelled, and who is lost is "S" everywhere within two rounds."""
    story, wrongly = run(engine, seed, count)
    again = f"judge(Paper(), {seed}) cancels"
    assert wrongly == set(), f"{again} {sorted(wrongly)} without a reason"
    network, lost = story.network, story.network.truly_removed()
    settle(engine, network, 2)
    assert engine.cancelled() == lost, f"{again} {sorted(engine.cancelled() ^ lost)} or not, other than lost"
    for vhs in ALL:
        for ref, row in network.rows[vhs].items():
            assert row.raw_status == ("S" if ref in lost else "A"), f"judge(Paper(), {seed}): {ref} at {vhs}"
    settle(engine, network, 1)
    assert [engine.told(vhs) for vhs in ALL] == [{}, {}, {}]
    return story


@contextmanager
def files(url: str | None = None) -> Iterator[Files]:
    """Give a store of its own, in memory where the system has a place for that."""
    folder = Path(tempfile.mkdtemp(prefix="koop-es-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        with Files.on(url or f"sqlite:///{folder}/koop.db", folder) as engine:
            yield engine
    finally:
        shutil.rmtree(folder)


def bulk(first: int, exports: int, record_property: Record) -> None:
    done, withheld, orphans, seed = 0, 0, 0, first
    while done < exports:
        engine = Paper()
        story = judge(engine, seed)
        done += story.wrong
        withheld += engine.withheld
        orphans += len(story.network.truly_removed())
        seed += 1
    record_property("losses", done)
    assert orphans > exports // 100, "the stories hold true orphans, or nothing was shown of them"
    assert withheld > exports // 100, "the mass guard had something to do, or nothing was shown of it"


@pytest.mark.parametrize("first", range(0, 100_000, 25_000))
def test_d3_d4_2_500_wrong_exports_cancel_nobody_and_true_orphans_are_s_within_two_rounds(
    first: int, record_property: Record
) -> None:
    bulk(first, 2_500, record_property)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000_000, 11_000_000, 100_000))
def test_d3_d4_10_000_wrong_exports_cancel_nobody_a_hundred_times(first: int, record_property: Record) -> None:
    bulk(first, 10_000, record_property)


SAMPLE = 8


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_the_same_stories_on_files_and_a_store_cancel_nobody_and_agree_with_memory(seed: int) -> None:
    paper = Paper()
    expected, _ = run(paper, seed)
    with files() as engine:
        story, wrongly = run(engine, seed)
        assert wrongly == set()
        assert engine.cancelled() == paper.cancelled()
        assert {vhs: engine.told(vhs) for vhs in ALL} == {vhs: paper.told(vhs) for vhs in ALL}
        assert story.absences == expected.absences
    with files() as engine:
        judge(engine, seed)


def test_stories_on_postgresql_cancel_nobody(postgres_url: str) -> None:
    with files(postgres_url) as engine:
        judge(engine, 3)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(SAMPLE, 2_000, 20))
def test_forty_thousand_wrong_exports_on_files_cancel_nobody(first: int, record_property: Record) -> None:
    done = 0
    for seed in range(first, first + 20):
        with files() as engine:
            done += judge(engine, seed).wrong
    record_property("losses", done)
