"""A store that has seen a story, and what every question was answered after each export of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.store import Store
from koop_es.views import change_list, status, view, violations
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.conftest import Place
from tests.integration.ingest.conftest import NOW

PAUSE = timedelta(minutes=5)


@dataclass
class Told:
    """What was so when an export had been taken in."""

    export: str
    at: datetime
    position: int
    views: dict[str, Any]
    changes: dict[str, Any]
    violations: dict[str, Any]
    status: dict[str, Any]


@dataclass
class Story:
    """A store, and what it said after each export."""

    store: Store
    told: list[Told] = field(default_factory=list)

    def take_in(self, path: Path) -> None:
        """Ingest one export five minutes after the one before, and ask everything."""
        now = NOW + PAUSE * len(self.told)
        result = ingest(self.store, path, Policy(), now=now)
        self.told.append(
            Told(
                f"{result.vhs}#{result.sequence}",
                now,
                self.store.head(),
                {vhs: view(self.store, vhs) for vhs in NUMBERS},
                {vhs: change_list(self.store, vhs) for vhs in NUMBERS},
                {vhs: violations(self.store, vhs=vhs) for vhs in NUMBERS},
                status(self.store, now=now),
            )
        )


def told(url: str, folder: Path) -> list[Told]:
    """Let three VHSs book, cancel, remove, wait, revise; one loses a COOP-Id and finds it again."""
    network = booked(folder)
    with Store.create(url) as store:
        story = Story(store)
        for program in network.values():
            story.take_in(program.export())
        network[NEAR].cancel(f"{NEAR}:500")
        network[FAR].remove(f"{FAR}:70000")
        network[MASTER].courses[0]["Kursort"] = "Stadtbücherei"
        network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W")
        for _ in range(2):
            for program in network.values():
                story.take_in(program.export())
        network[FAR].courses[0]["Externe Kurs-Nr."] = ""
        story.take_in(network[FAR].export())
        network[FAR].courses[0]["Externe Kurs-Nr."] = COOP
        story.take_in(network[FAR].export())
        story.take_in(network[FAR].export())
    return story.told


@pytest.fixture
def story(any_place: Place) -> Iterator[Story]:
    """A store that has seen a story, and what it said after each export."""
    found = any_place.pour(told)
    with Store.open(any_place.url) as store:
        yield Story(store, found)
