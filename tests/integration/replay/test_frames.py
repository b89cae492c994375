"""The stepper on a real store: at every position it shows what the views of that moment say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from koop_es.replay.frames import Frame, Frames
from koop_es.replay.grid import BOOKING, Cell
from koop_es.replay.states import states
from koop_es.replay.timeline import Timeline
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import rehearse
from koop_es.store import Store
from koop_es.views import change_list, view, violations
from tests.acceptance.network import COOP, NUMBERS
from tests.integration.replay.conftest import Story


def held(frame: Frame, vhs: str) -> dict[str, tuple[str, str | None]]:
    """Give what a frame says that a VHS should hold, and what it shows: booking -> both letters."""
    return {ref: (cell.should, cell.shows) for ref, cell in cells(frame, vhs).items() if cell.should is not None}


def cells(frame: Frame, vhs: str) -> dict[str, Cell]:
    column = [column.vhs for column in frame.grid.columns].index(vhs)
    return {row.label: row.cells[column] for row in frame.grid.rows.values() if row.kind == BOOKING}


def viewed(course: dict[str, Any], frame: Frame, vhs: str) -> dict[str, tuple[str, str | None]]:
    """Give the same as a view says it, which leaves out a letter that nobody can read (B6): the frame shows it."""
    letters = {ref: cell.shows for ref, cell in cells(frame, vhs).items() if "frozen" in cell.notes}
    return {b["ref"]: (b["status"], letters.get(b["ref"], b["reported"])) for b in course["bookings"]}


def test_every_frame_shows_what_the_views_of_its_position_say(story: Story) -> None:
    frames = Frames(Timeline.load(story.store, COOP))
    for told in story.told:
        frame = frames.frame(frames.timeline.version_at(told.position))
        for vhs in NUMBERS:
            courses = [course for course in told.views[vhs]["courses"] if course["coop_id"] == COOP]
            for course in courses:
                assert held(frame, vhs) == {b["ref"]: (b["status"], b["reported"]) for b in course["bookings"]}
            kinds = [change["kind"] for change in told.changes[vhs] if change["coop_id"] == COOP]
            pending = frame.grid.pending.get(vhs, ())
            assert sorted(change.kind for change in pending) == sorted(kinds)
        standing = {(v["code"], v["vhs"], v["ref"] or "") for vhs in NUMBERS for v in told.violations[vhs]
                    if v["coop_id"] == COOP}  # fmt: skip
        assert {(v.code, v.vhs, v.ref) for v in frame.violations} == standing


@pytest.mark.parametrize("seed", range(12))
def test_the_last_frame_of_a_simulated_network_equals_its_views(seed: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'network.db'}"
    rehearse(draw(seed, steps=120), url)
    compared = 0
    with Store.open(url) as store:
        open_now = violations(store)
        vhss = {column for coop in _cooperations(store) for column in Frames(Timeline.load(store, coop)).columns}
        for vhs in sorted(vhss):
            changes = change_list(store, vhs)
            for course in view(store, vhs)["courses"]:
                frames = Frames(Timeline.load(store, course["coop_id"]))
                frame = frames.frame(len(frames))
                assert held(frame, vhs) == viewed(course, frame, vhs)
                told = [
                    (c["kind"], c.get("booking", {}).get("ref")) for c in changes if c["coop_id"] == course["coop_id"]
                ]
                assert sorted(frame.grid.pending[vhs], key=repr) == sorted(told, key=repr)
                standing = {(v["code"], v["vhs"], v["ref"] or "", v["text"]) for v in open_now
                            if v["coop_id"] == course["coop_id"]}  # fmt: skip
                assert {(v.code, v.vhs, v.ref, v.text) for v in frame.violations} == standing
                compared += 1
    assert compared


@pytest.mark.parametrize("seed", range(6))
def test_every_frame_of_a_simulated_network_can_be_laid_out(seed: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'network.db'}"
    rehearse(draw(seed, steps=60), url)
    with Store.open(url) as store:
        for coop in _cooperations(store):
            frames = Frames(Timeline.load(store, coop))
            assert [state["version"] for state in states(frames)] == list(range(1, len(frames) + 1))
            for frame in frames:
                differing = {place.what for place in frame.conflicts} & frame.grid.rows.keys()
                assert differing == {key for key, row in frame.grid.rows.items() if any(c.differs for c in row.cells)}


def _cooperations(store: Store) -> list[str]:
    with store.reading() as tx:
        streams = {item.stream for item in tx.read(0, tx.head())}
    return sorted(stream for stream in streams if "-COOP-" in stream or "-KNR-" in stream)
