"""Why, over simulated networks: every value at every VHS is explained, down to the event that made it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.open_matters import violations_too
from koop_es.domain.wanted import changes
from koop_es.replay.subjects import booking_subject, course_subject, lane_of
from koop_es.replay.timeline import Timeline
from koop_es.replay.why import Question, why
from koop_es.replay.words import LANGUAGES, WORDS
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.store import Store
from tests.simulation.thousand import EXPLAINED

asking = import_module("koop_es.replay.why")
PLACEHOLDER = re.compile(r"\{\w+\}")

States = Callable[[int], Cooperation]
"""Gives the state of a cooperation after the event of a version."""


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the same story be read once for all that is asked about it, and walked back once for both languages."""
    load, walk_of = Timeline.load, asking._walk_of
    story = cache(lambda store, coop_id, upto: load(store, coop_id, upto=upto))
    monkeypatch.setattr(Timeline, "load", lambda store, coop_id, *, upto=None: story(store, coop_id, upto))
    told: dict[Any, Any] = {}

    def walked(timeline: Timeline, *asked: str) -> Any:
        key = (timeline.coop_id, len(timeline.recorded), *asked)
        if key not in told:
            told.clear()
            told[key] = walk_of(timeline, *asked)
        return told[key]

    monkeypatch.setattr(asking, "_walk_of", walked)


@pytest.mark.parametrize("seed", EXPLAINED)
def test_every_value_at_every_vhs_is_explained_by_the_event_that_made_it(seed: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/koop.db"
    assert rehearse(draw(seed), url).findings == []
    explained: Counter[str] = Counter()
    with Store.open(url) as store:
        with store.reading() as tx:
            streams = sorted({row[0] for row in tx.rows("members", upto=2**62)})
        for coop_id in streams:
            timeline = Timeline.load(store, coop_id)
            state_at = cache(timeline.state)  # asked for about every booking, and nobody changes one
            # The end, where all agree, and places in the middle, where they do not.
            for version in {len(timeline.recorded), len(timeline.recorded) // 2, len(timeline.recorded) * 3 // 4} - {0}:
                _explain_all(store, timeline, state_at, version, explained)
    assert len(explained) >= 3, explained


def _explain_all(store: Store, timeline: Timeline, state_at: States, version: int, explained: Counter[str]) -> None:
    state = state_at(version)
    at = timeline.event(version).position
    for vhs in sorted(state.lanes):
        if lane_of(state, vhs) is None:
            continue
        told = changes(state, vhs)
        pending = {change.ref: change.kind for change in told if change.ref is not None}
        for ref in (None, *sorted(state.bookings)):
            answers = [why(store, Question(timeline.coop_id, ref, vhs, None, at, lang)) for lang in LANGUAGES]
            _check(state_at, version, answers, vhs, ref)
            _check_open(state, answers, ref)
            if ref is not None:
                assert answers[0]["value"]["pending"] == pending.get(ref)
                # In the middle of an export, whoever asks, there may be things no export ends with; all else is one.
                explained[answers[0]["value"]["condition"]] += 1


def _check_open(state: Cooperation, answers: list[dict[str, Any]], ref: str | None) -> None:
    """Nobody is told that there is nothing to do while something stands open for what was asked (D30)."""
    standing = [matter for matter in violations_too(state) if ref is None or matter.ref == ref]
    for lang, answer in zip(LANGUAGES, answers, strict=True):
        nothing = WORDS[lang].say("n_nothing") in answer["now"]
        assert not (nothing and standing), (standing, answer)
        assert nothing == (answer["now"] == [WORDS[lang].say("n_nothing")])


def _check(state_at: States, version: int, answers: list[dict[str, Any]], vhs: str, ref: str | None) -> None:
    answer = answers[0]
    assert answer["chain"], answer
    assert answer["chain"][-1]["export"] is not None or answer["chain"][-1]["vhs"], "a row or a command at the root"
    for other in answers:
        text = json.dumps(other, ensure_ascii=False)
        assert not PLACEHOLDER.search(text), text
        assert [link["position"] for link in other["chain"]] == [link["position"] for link in answer["chain"]]
    positions = [link["position"] for link in answer["chain"]]
    assert positions == sorted(set(positions), reverse=True)
    subject = booking_subject(ref, vhs, "status") if ref is not None else course_subject(vhs)
    newest = answer["chain"][0]["version"]
    now = subject(state_at(version))
    assert subject(state_at(newest)) == now, "nothing after the newest link changed the value"
    assert subject(state_at(newest - 1)) != now, "without the newest link the value is another"
