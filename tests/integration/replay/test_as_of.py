"""As-of: every question about the past gets the answer it got then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from koop_es.replay.moments import ExportUnknown, position_of
from koop_es.store import Store
from koop_es.views import change_list, status, view, violations
from tests.acceptance.network import COOP, NUMBERS
from tests.integration.replay.conftest import PAUSE, Story


def test_views_and_change_lists_of_the_past_are_what_they_were(story: Story) -> None:
    assert len({told.position for told in story.told}) > len(story.told) / 2
    for told in story.told:
        for vhs in NUMBERS:
            assert view(story.store, vhs, at=told.position) == told.views[vhs]
            assert change_list(story.store, vhs, at=told.position) == told.changes[vhs]


def test_violations_of_the_past_are_what_they_were(story: Story) -> None:
    assert any(told.violations[vhs] for told in story.told for vhs in NUMBERS)
    for told in story.told:
        for vhs in NUMBERS:
            assert violations(story.store, vhs=vhs, at=told.position) == told.violations[vhs]
    codes = {item["code"] for item in violations(story.store, closed_too=True, at=story.told[-1].position)}
    assert "COOP_ID_LOST" in codes


def test_status_of_the_past_is_what_it_was(story: Story) -> None:
    for told in story.told:
        then = status(story.store, now=story.told[-1].at, at=told.position)
        assert [_comparable(item) for item in then["vhs"]] == [_comparable(item) for item in told.status["vhs"]]
        assert then["converged"] == told.status["converged"]
        for vhs in NUMBERS:
            alone = status(story.store, now=told.at, at=told.position, vhs=vhs)["vhs"]
            assert alone == [item for item in then["vhs"] if item["vhs"] == vhs] or alone[0]["courses"] == 0


def _comparable(item: dict[str, object]) -> dict[str, object]:
    # An export without news moves the log no further: what the ledger said of it is told at the same position.
    left_out = {"age_seconds", "quarantined", "last_export", "last_export_at", "last_sequence", "system"}
    return {name: value for name, value in item.items() if name not in left_out}


def test_an_export_stands_for_the_position_at_which_it_was_taken_in(story: Story) -> None:
    for told in story.told:
        assert position_of(story.store, told.export) == told.position


def test_a_time_stands_for_all_that_was_recorded_until_then(story: Story) -> None:
    for told in story.told:
        assert position_of(story.store, told.at.isoformat()) == told.position
        assert position_of(story.store, (told.at + PAUSE - timedelta(seconds=1)).isoformat()) == told.position
    before = story.told[0].at - timedelta(seconds=1)
    assert position_of(story.store, before.isoformat()) == 0


def test_an_export_that_was_never_taken_in_is_refused(story: Story) -> None:
    with pytest.raises(ExportUnknown, match="no export 99 of VHS 563"):
        position_of(story.store, "563#99")


def test_before_anything_happened_there_is_nothing(story: Story) -> None:
    for vhs in NUMBERS:
        assert view(story.store, vhs, at=0)["courses"] == []
        assert change_list(story.store, vhs, at=0) == []
    assert violations(story.store, at=0, closed_too=True) == []


def test_a_ledger_of_an_older_version_is_read_by_its_times(story: Story) -> None:
    store: Store = story.store
    with store.write() as tx:
        tx._cursor.execute("UPDATE koop_exports SET position = NULL")  # type: ignore[attr-defined]
    assert position_of(store, story.told[0].export) == story.told[0].position
    assert COOP in {course["coop_id"] for course in view(store, "563", at=story.told[0].position)["courses"]}
