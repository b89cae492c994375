"""Stories of the small world as timelines and walks."""

from __future__ import annotations

from koop_es.replay.explain import sentence
from koop_es.replay.frames import Frames
from koop_es.replay.grid import Row
from koop_es.replay.page import page, text
from koop_es.replay.stepper import Sheet, Stepper
from koop_es.replay.timeline import Timeline
from koop_es.store import Recorded
from tests.unit.domain.world import ABO, COOP, MASTER, World, held, network, shared

APART = 10
"""Positions between two events of the cooperation: others write into the log too."""


def timeline(world: World) -> Timeline:
    """Give a world's events as they would be read from the log."""
    recorded = (Recorded(version * APART, COOP, version, event) for version, event in enumerate(world.events, 1))
    return Timeline(COOP, tuple(recorded))


def frames(world: World, booking: str | None = None) -> Frames:
    return Frames(timeline(world), booking)


def walk(world: World, *, begin: int = 1, booking: str | None = None) -> Stepper:
    return Stepper(frames(world, booking), int, told_last, begin=begin)


def screen(stepper: Stepper, width: int = 80, height: int = 24) -> list[str]:
    return text(page(stepper, width, height))


def sheet(stepper: Stepper, command: str) -> Sheet:
    found = stepper.do(command)
    assert found is not None
    return found


def removed_once() -> World:
    """A booking that arrived everywhere, and is missing from one export of its owner."""
    world = shared("301:7")
    world.report(ABO)
    return world


def removed_twice() -> World:
    """A booking that its owner removed: S is wanted at the others, and has arrived at one of them."""
    world = removed_once()
    world.report(ABO)
    world.report(MASTER, held(MASTER, "301:7", "S"))
    return world


def crowd(count: int) -> World:
    """A course that one Master and so many Abo-VHSs share, nobody booked."""
    return network(vhss=(MASTER, *(str(400 + number) for number in range(count))))


def told_last(frames: Frames, version: int, row: Row, vhs: str) -> list[str]:
    """Explain a cell where there is no store to ask: by what happened last."""
    return [f"{row.label} at {vhs}", sentence(frames.told[version - 1])]
