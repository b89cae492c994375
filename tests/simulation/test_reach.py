"""Whom an event reaches, over simulated networks: nobody else's picture changes with it.

The scenarios that once failed are looked at in the same way, where they are carried out anyhow (``test_corpus``).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import apply
from koop_es.domain.reach import NOBODY, OWN_ROW, reached
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.store import Store
from koop_es.views.documents import Document, documents
from tests.simulation.thousand import FOLLOWED

GONE_BACK = (4_000, 4_001, 4_002, 4_011)
"""Seeds in which programs are restored from a backup."""

RARE = {
    "BookingArchived",
    "CourseRestored",
    "FormerFactsConfirmed",
    "ViolationAcknowledged",
}
"""Events of operators and of courses that are over, which these seeds do not bring about."""


def events_that_reach_few(url: str) -> Counter[str]:
    """Follow every stream of a store, look at all pictures after each event, and count the events that reach few."""
    found: Counter[str] = Counter()
    states: dict[str, Cooperation] = {}
    looked_at: dict[str, dict[str, Document]] = {}  # all pictures of a stream, as long as they are those of its state
    with Store.open(url) as store:
        for item in store.read(0, 100_000):
            if "-COOP-" not in item.stream and "-KNR-" not in item.stream:
                continue
            state = states.setdefault(item.stream, Cooperation(item.stream))
            only, before = reached([item.event]), looked_at.pop(item.stream, None)
            if only is None:
                apply(state, item.event)
                continue
            before = before or {doc.vhs: doc for doc in documents(state)}
            apply(state, item.event)
            found[item.event.type] += 1
            after = looked_at[item.stream] = {doc.vhs: doc for doc in documents(state)}
            assert before.keys() == after.keys()
            changed = {vhs for vhs in after if after[vhs] != before[vhs]}
            assert changed <= only, f"{item.event.type} at {item.position} changes what {changed - only} sees"
            assert documents(state, only) == [after[vhs] for vhs in sorted(only & after.keys())]
    return found


def test_event_that_reaches_few_changes_nobody_elses_picture(tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    scenarios = [*map(draw, FOLLOWED), *(draw(seed, kinds=["went back"]) for seed in GONE_BACK)]
    for number, scenario in enumerate(scenarios):
        url = f"sqlite:///{tmp_path}/{number}.db"
        assert rehearse(scenario, url).findings == [], f"seed {scenario.seed}"
        found += events_that_reach_few(url)
    assert {kind.__name__ for kind in OWN_ROW | NOBODY} == found.keys() | RARE
