"""G3: exports that lack or damage rows nobody removed cancel nobody; a true orphan is "S" everywhere two rounds later.

What is promised of an export without a booking (domain B11, D3, D4, D17-D20, D31):

- without proof, partial, cut off, out of scope or with rows nobody can read it says nothing about what it lacks;
- a course it lacks is not there for a wrong filter's sake, so its bookings are not lost;
- a complete one makes a suspicion, which a second complete one in a row confirms; a row shown in between ends it;
- too many at once are withheld, however often they are lacking, and so are letters and courses in Ausfall;
- a row that went through a spreadsheet is there; a copy that was put back says nothing of what came after it.

What nobody could tell from what staff does is not drawn. Judged is by a list of people, who booked, cancelled and was
removed (C5): where the engine asks instead, somebody answers who knows it.

The bulk runs on typed reports where no file is damaged (``Paper``), a sample on files throughout (``Files``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.simulation import test_damaged
from tests.simulation.engines import Files, Paper, at_rest
from tests.simulation.losses import FATES
from tests.simulation.stories import judge, network_of, run
from tests.unit.domain.desk import ALL

Record = Callable[[str, object], None]


def bulk(first: int, exports: int, record_property: Record) -> Counter[str]:
    """Judge stories until they have had so many wrong exports; gives how many there were of each kind."""
    kinds, orphans, asked, seed = Counter[str](), 0, 0, first
    while kinds.total() < exports:
        network = network_of(seed)
        with at_rest(Paper, network) as engine:
            story = judge(engine, network, seed)
        kinds.update(story.kinds)
        orphans, asked, seed = orphans + len(story.lost), asked + story.asked, seed + 1
    record_property("losses", kinds.total())
    assert orphans > exports // 100, "the stories hold true orphans, or nothing was shown of them"
    assert asked >= exports // 1_000, "the guards had something to do, or nothing was shown of them"
    return kinds


FIRST = (0, 10_000, 30_000, 40_000, 50_000, 61_000, 63_000)
"""Seeds with which a thousand wrong exports each begin, of every kind in every thousand."""


def test_g3_ten_thousand_wrong_exports_are_judged_in_all() -> None:
    assert 1_000 * len(FIRST) + test_damaged.EXPORTS * len(test_damaged.SEEDS) == 10_000


@pytest.mark.parametrize("first", FIRST)
def test_g3_1_000_wrong_exports_cancel_nobody_and_true_orphans_are_s_within_two_rounds(
    first: int, record_property: Record
) -> None:
    kinds = bulk(first, 1_000, record_property)
    assert set(FATES) == {fate for fate, count in kinds.items() if count}, "every kind of damage is drawn"


ONCE_WRONG = (90_000_030,)
"""Stories that were judged wrongly once, or ended wrongly."""


@pytest.mark.parametrize("seed", ONCE_WRONG)
def test_g3_story_that_once_ended_otherwise_than_it_was_judged_stays_mended(seed: int) -> None:
    network = network_of(seed)
    with at_rest(Paper, network) as engine:
        judge(engine, network, seed)


SAMPLE = 6


@pytest.mark.parametrize("seed", range(SAMPLE))
def test_the_same_stories_on_files_and_a_store_cancel_nobody_and_agree_with_memory(seed: int) -> None:
    network, same = network_of(seed), network_of(seed)
    with at_rest(Paper, network) as paper, at_rest(Files, same) as engine:
        expected, _ = run(paper, network, seed)
        story, wrongly = run(engine, same, seed)
        assert wrongly == []
        assert engine.cancelled() == paper.cancelled()
        assert [same.to_do(engine, vhs) for vhs in ALL] == [network.to_do(paper, vhs) for vhs in ALL]
        assert (story.absences, story.kinds) == (expected.absences, expected.kinds)
    network = network_of(seed)
    with at_rest(Files, network) as engine:
        judge(engine, network, seed)


def test_stories_on_postgresql_cancel_nobody(postgres_url: str) -> None:
    network = network_of(3)
    with at_rest(Files, network, postgres_url) as engine:
        judge(engine, network, 3)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(SAMPLE, 2_000, 20))
def test_forty_thousand_wrong_exports_on_files_cancel_nobody(first: int, record_property: Record) -> None:
    done = 0
    for seed in range(first, first + 20):
        network = network_of(seed)
        with at_rest(Files, network) as engine:
            done += judge(engine, network, seed).wrong
    record_property("losses", done)
