"""History: told export by export, filtered, followed, in two languages."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from koop_es.domain.errors import CooperationUnknown
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.replay.history import Filter, event_types, follow, groups, history
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.integration.ingest.conftest import NOW
from tests.integration.replay.conftest import Story


def test_every_event_names_the_role_its_vhs_had(story: Story) -> None:
    roles = {(event["vhs"], event["role"]) for event in history(story.store, COOP)}
    assert roles >= {(MASTER, "master"), (NEAR, "subscriber"), (FAR, "subscriber")}


def test_events_of_one_export_stand_under_one_heading(story: Story) -> None:
    events = history(story.store, COOP)
    found = groups(events)
    assert [event for group in found for event in group.events] == events
    for group in found:
        assert len({event["export"] for event in group.events}) == 1
        assert f"export {group.events[0]['export']} · VHS" in group.heading
    assert all(a.events[0]["export"] != b.events[0]["export"] for a, b in pairwise(found))


def test_what_came_after_and_what_came_up_to_a_moment_are_the_whole(story: Story) -> None:
    events = history(story.store, COOP)
    for told in story.told:
        before = history(story.store, COOP, only=Filter(until=told.position))
        after = history(story.store, COOP, only=Filter(since=told.position))
        assert before + after == events


def test_filters_are_by_vhs_booking_and_type(story: Story) -> None:
    events = history(story.store, COOP)
    ref = f"{FAR}:70000"
    assert history(story.store, COOP, only=Filter(vhs=NEAR)) == [e for e in events if e["vhs"] == NEAR]
    about = history(story.store, COOP, only=Filter(ref=ref))
    assert about == [e for e in events if e["ref"] == ref]
    assert {"BookingMade", "BookingVanished", "OrphanDetected"} <= {e["type"] for e in about} <= set(event_types())
    kinds = frozenset({"OrphanDetected", "BookingVanished"})
    assert {e["type"] for e in history(story.store, COOP, only=Filter(types=kinds))} == kinds


def test_german_says_the_same_events_in_other_words(story: Story) -> None:
    english, german = history(story.store, COOP), history(story.store, COOP, lang="de")
    assert [{**e, "text": ""} for e in english] == [{**e, "text": ""} for e in german]
    assert all(one["text"] != other["text"] for one, other in zip(english, german, strict=True))


def test_following_tells_what_was_and_then_what_comes_once_each(story: Story, tmp_path: Path) -> None:
    program = booked(tmp_path / "later")[NEAR]
    program.sequence = 90
    program.book(NUMBERS[NEAR][COOP], "777")
    pauses = 0

    def meanwhile() -> None:
        nonlocal pauses
        pauses += 1
        ingest(story.store, program.export(), Policy(), now=NOW)

    told = follow(story.store, COOP, meanwhile)
    first = next(told)
    assert first == history(story.store, COOP)
    news = next(told)
    assert pauses == 1
    assert f"{NEAR}:777" in {event["ref"] for event in news}
    assert first + news == history(story.store, COOP)


def test_a_cooperation_that_never_was_is_not_followed(story: Story) -> None:
    with pytest.raises(CooperationUnknown):
        next(follow(story.store, "563-COOP-9999", lambda: None))
