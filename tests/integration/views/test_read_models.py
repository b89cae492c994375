"""Every view is a pure fold of the log: what is kept equals what replay gives, at every position."""

from __future__ import annotations

import json
from typing import Any

from msgspec.json import encode

from koop_es.domain.evolve import fold
from koop_es.domain.wanted import changes
from koop_es.store import Store
from koop_es.views import change_list, status, view, violations
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER
from tests.integration.ingest.conftest import NOW


def test_what_is_kept_equals_what_replay_of_the_log_gives(story: Store) -> None:
    for vhs in NUMBERS:
        kept = view(story, vhs)
        assert kept == view(story, vhs, at=story.head())
        assert len(kept["courses"]) == 2


def test_change_lists_equal_those_of_the_replayed_states(story: Store) -> None:
    states = {
        coop_id: fold(coop_id, (item.event for item in events)) for coop_id, events in story.load([COOP, OTHER]).items()
    }
    for vhs in NUMBERS:
        expected = {change.id for state in states.values() for change in changes(state, vhs)}
        assert {change["id"] for change in change_list(story, vhs)} == expected
        assert expected


def test_open_violations_equal_those_of_the_replayed_states(story: Store) -> None:
    found = {(item["code"], item["vhs"], item["ref"] or "") for item in violations(story)}
    states = [fold(coop_id, (item.event for item in events)) for coop_id, events in story.load([COOP, OTHER]).items()]
    assert found == {key for state in states for key in state.violations}
    assert found


def test_every_prefix_of_the_log_can_be_seen_and_shows_nothing_of_later(story: Store) -> None:
    made: set[str] = set()
    for item in story.read(0, 10_000):
        made.add(getattr(item.event, "ref", ""))
        for course in view(story, MASTER, at=item.position)["courses"]:
            assert {booking["ref"] for booking in course["bookings"]} <= made
    assert view(story, MASTER, at=0)["courses"] == []


def test_a_cause_is_always_an_earlier_event_of_the_same_stream(story: Store) -> None:
    for vhs in NUMBERS:
        for change in change_list(story, vhs):
            (event,) = story.read(change["because"]["event"] - 1, 1)
            assert event.stream == change["coop_id"]
            assert (event.event.type, event.event.rule) == (change["because"]["type"], change["because"]["rule"])
    for events in story.load([COOP, OTHER]).values():
        assert all(item.event.cause is None or item.event.cause < item.version for item in events)


def test_change_ids_are_unique_stable_and_name_their_vhs(story: Store) -> None:
    ids = [change["id"] for vhs in NUMBERS for change in change_list(story, vhs)]
    assert len(ids) == len(set(ids))
    assert ids == [change["id"] for vhs in NUMBERS for change in change_list(story, vhs)]
    assert all(
        change["id"].startswith(f"{vhs}:{change['coop_id']}:") for vhs in NUMBERS for change in change_list(story, vhs)
    )


def test_changes_come_oldest_first_with_a_course_before_its_bookings(story: Store) -> None:
    for vhs in NUMBERS:
        positions = [change["because"]["event"] for change in change_list(story, vhs)]
        assert positions == sorted(positions)


def test_d1_names_go_to_owner_and_master_only(story: Store) -> None:
    def named(vhs: str) -> set[str]:
        return {b["owner"] for item in view(story, vhs)["courses"] for b in item["bookings"] if b["name"] is not None}

    assert (named(MASTER), named(NEAR), named(FAR)) == ({MASTER, NEAR, FAR}, {NEAR}, {FAR})


def test_d15_the_log_and_the_views_hold_no_personal_data(story: Store) -> None:
    log = b"".join(encode(item.event) for item in story.read(0, 10_000)).decode()
    lists = json.dumps([change_list(story, FAR), violations(story), status(story, now=NOW)])
    for secret in ("Muster", "Vera 5", "507-2433", "@example.org"):
        assert secret not in log
        assert secret not in lists


def test_status_counts_what_the_lists_hold(story: Store) -> None:
    answer: dict[str, Any] = status(story, now=NOW)
    assert not answer["converged"]
    for item in answer["vhs"]:
        assert item["pending_changes"] == len(change_list(story, item["vhs"]))
        assert item["open_violations"] == len(violations(story, vhs=item["vhs"]))
        assert isinstance(item["pending_changes"], int)
