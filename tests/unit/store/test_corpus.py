"""Every event version ever written is read today: the corpus holds its bytes, and what its fields were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.domain import evolve
from koop_es.domain.events import EVENTS, Event
from koop_es.domain.upcast import newest
from koop_es.store.codec import decode, encode
from scripts.gen_corpus import CORPUS, schema

FILES = sorted(CORPUS.glob("*.jsonl"))
COOP = "563-COOP-219"
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def events(topic: str) -> list[Event]:
    return [decode(1, COOP, 1, topic, state).event for state in states(CORPUS / f"{topic}.jsonl")]


def states(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()[1:]


def test_every_event_is_in_the_corpus() -> None:
    missing = EVENTS.keys() - {file.stem for file in FILES}
    assert not missing, f"{sorted(missing)} are not in {CORPUS.name}: run make docs and commit what it writes"


@each_file
def test_what_was_ever_written_is_read_as_what_is_written_today(file: Path) -> None:
    assert states(file), "a version without bytes proves nothing"
    for event, state in zip(events(file.stem), states(file), strict=True):
        assert newest(file.stem) == event.TOPIC
        if file.stem == event.TOPIC:
            assert encode(event) == state


@each_file
def test_what_was_ever_written_folds(file: Path) -> None:
    before = [event for topic in ("CourseReleased", "CourseSubscribed", "BookingMade") for event in latest(topic)]
    for event in events(file.stem):
        if type(event) in evolve._APPLY:
            assert evolve.fold(COOP, [event]).version == 1
            assert evolve.fold(COOP, [*before, event]).version == len(before) + 1


def latest(name: str) -> list[Event]:
    return next(events(topic) for topic in EVENTS if topic.split(".")[1] == name)


@each_file
def test_fields_of_a_version_stay_as_they_were(file: Path) -> None:
    kind = EVENTS.get(file.stem)
    if kind is None:
        return
    written = json.loads(file.read_bytes().splitlines()[0])
    assert schema(kind) == written, (
        f"the fields of {file.stem} are not those it was first written with. A log may hold it already: give the class "
        f"VERSION = {kind.VERSION + 1}, add what reads the old fields to UPCASTS in domain/upcast.py, run make docs. "
        "docs/how-to/develop.md tells more"
    )
