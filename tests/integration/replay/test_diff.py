"""Diff: the values at two points and the event between them; and where two VHSs disagree since when."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import fold
from koop_es.domain.wanted import changes
from koop_es.replay.diff import Backwards, diff, diff_of_vhs, trace
from koop_es.replay.disagreement import NoPart, disagreements
from koop_es.replay.paths import flatten
from koop_es.replay.timeline import Timeline
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.store import Store
from koop_es.views import change_list, view
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER
from tests.integration.replay.conftest import Story


def streams(store: Store) -> list[str]:
    with store.reading() as tx:
        return sorted({row[0] for row in tx.rows("members", upto=tx.head())})


@pytest.mark.parametrize("seed", range(4))
def test_what_is_traced_event_by_event_is_the_whole_laid_flat(seed: int, sqlite_url: str) -> None:
    rehearse(draw(seed, steps=80), sqlite_url)
    with Store.open(sqlite_url) as store:
        for coop_id in streams(store):
            recorded = Timeline.load(store, coop_id).recorded
            for upto in {len(recorded) // 3, len(recorded) // 2, len(recorded)}:
                state = fold(coop_id, (item.event for item in recorded[:upto]))
                assert trace(Cooperation(coop_id), recorded[:upto], {}).paths == flatten(state)


@pytest.mark.parametrize("seed", range(4))
def test_the_event_named_is_the_one_after_which_the_value_stayed(seed: int, sqlite_url: str) -> None:
    rehearse(draw(seed, steps=40), sqlite_url)
    with Store.open(sqlite_url) as store:
        coop_id = streams(store)[0]
        timeline = Timeline.load(store, coop_id)
        flat = [(0, flatten(timeline.state(0)))]
        flat += [(item.position, flatten(state)) for item, state in timeline.steps()]
        start = flat[len(flat) // 2]
        for item in diff(store, coop_id, start[0], store.head()):
            path = item["path"]
            steps = [at for (_, one), (at, two) in pairwise(flat) if one.get(path) != two.get(path)]
            assert item["event"] == steps[-1] > start[0]
            assert (item["before"], item["after"]) == (start[1].get(path), flat[-1][1].get(path))


@pytest.mark.parametrize("seed", range(3))
def test_pending_changes_laid_flat_are_those_of_the_change_list(seed: int, sqlite_url: str) -> None:
    rehearse(draw(seed, steps=60), sqlite_url)
    with Store.open(sqlite_url) as store:
        for coop_id in streams(store):
            for _, state in Timeline.load(store, coop_id).steps():
                paths = flatten(state)
                for vhs in state.lanes:
                    listed = {
                        f"{vhs}/changes/{change.kind}" + (f"/{change.ref}" if change.ref else "")
                        for change in changes(state, vhs)
                        if change.kind != "course.update"
                    }
                    laid = {path for path in paths if path.startswith(f"{vhs}/changes/")}
                    assert {path for path in laid if "/course.update/" not in path} == listed


def test_what_is_laid_flat_says_what_the_view_says(story: Story) -> None:
    for told in story.told:
        for vhs in NUMBERS:
            for course in told.views[vhs]["courses"]:
                paths = flatten(Timeline.load(story.store, course["coop_id"]).at(told.position))
                prefix = f"{vhs}/bookings/"
                shown = {path.split("/")[2] for path in paths if path.startswith(prefix) and path.endswith("/should")}
                assert shown == {booking["ref"] for booking in course["bookings"]}
                for booking in course["bookings"]:
                    assert paths[f"{prefix}{booking['ref']}/should"] == booking["status"]
                    assert paths.get(f"{prefix}{booking['ref']}/shows") == booking["reported"]
                    assert paths.get(f"{prefix}{booking['ref']}/reason") == booking["reason"]


def by_path(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["path"]: item for item in found}


def test_a_cancellation_is_named_with_the_event_that_did_it(story: Story) -> None:
    found = by_path(diff(story.store, COOP, story.told[2].position, story.store.head()))
    told = found[f"{NEAR}/bookings/{NEAR}:500/should"]
    assert (told["before"], told["after"], told["type"], told["vhs"]) == ("A", "S", "BookingCancelled", NEAR)
    venue = found["course/decided/Kursort"]
    assert (venue["after"], venue["type"]) == ("Stadtbücherei", "CourseRevised")
    assert found[f"{FAR}/bookings/{FAR}:70000/missing"]["after"] == "orphan"


def test_nothing_between_a_point_and_itself(story: Story) -> None:
    assert diff(story.store, COOP, story.store.head(), story.store.head()) == []


def test_from_nothing_everything_is_new(story: Story) -> None:
    found = diff(story.store, COOP, 0, story.store.head())
    assert all(item["before"] is None and item["event"] for item in found)
    assert {item["path"]: item["after"] for item in found} == flatten(Timeline.load(story.store, COOP).state())


def test_the_differences_of_a_vhs_are_those_of_its_cooperations_that_concern_it(story: Story) -> None:
    start, head = story.told[2].position, story.store.head()
    found = diff_of_vhs(story.store, FAR, start, head)
    single = [item for coop_id in (COOP, OTHER) for item in diff(story.store, coop_id, start, head, vhs=FAR)]
    assert sorted(found, key=str) == sorted(single, key=str)
    assert {item["coop_id"] for item in found} >= {COOP}
    assert all(item["path"].startswith((f"{FAR}/", "course/")) for item in found)


def test_no_difference_holds_personal_data(story: Story) -> None:
    names = {
        booking[key]
        for course in view(story.store, MASTER)["courses"]
        for booking in course["bookings"]
        for key in ("name", "first_name")
        if booking[key]
    }
    assert names
    told = str(diff(story.store, COOP, 0, story.store.head()))
    assert not [name for name in names if name in told]


def test_points_the_wrong_way_round_are_refused(story: Story) -> None:
    with pytest.raises(Backwards, match="exchange them"):
        diff(story.store, COOP, 9, 3)
    with pytest.raises(Backwards):
        diff_of_vhs(story.store, FAR, 9, 3)


def test_two_vhss_disagree_on_what_has_not_arrived_since_the_event_that_brought_it(story: Story) -> None:
    found = by_path(disagreements(story.store, COOP, MASTER, NEAR))
    waiting = found[f"bookings/{MASTER}:990"]
    assert (waiting[MASTER], waiting[NEAR], waiting["type"]) == ("W", None, "BookingMade")
    listed = {change["id"] for change in change_list(story.store, NEAR)}
    assert len(waiting["changes"]) == 1
    assert set(waiting["changes"]) <= listed
    assert found["course/Kursort"]["type"] == "CourseRevised"
    # Older than the Abo: the two disagree since there were two.
    assert found[f"bookings/{MASTER}:8800"]["type"] == "CourseSubscribed"
    # Cancelled before it ever arrived at the other: nobody misses it (D1).
    assert f"bookings/{NEAR}:500" not in found


def test_before_the_change_two_vhss_did_not_disagree_on_it(story: Story) -> None:
    early = by_path(disagreements(story.store, COOP, MASTER, NEAR, at=story.told[2].position))
    assert "course/Kursort" not in early
    assert f"bookings/{MASTER}:8800" in early


def test_once_a_network_is_settled_no_two_vhss_disagree(tmp_path: Path, sqlite_url: str) -> None:
    from koop_es.simulate.demo import Demo

    with Store.create(sqlite_url) as store:
        outcome = Demo(store, tmp_path, lambda _: None).run()
        for one, other in (("563", "301"), ("301", "412")):
            assert disagreements(store, outcome.coop_id, one, other) == []


def test_a_vhs_that_takes_no_part_is_refused(story: Story) -> None:
    with pytest.raises(NoPart, match="VHS 999 takes no part"):
        disagreements(story.store, COOP, MASTER, "999")
