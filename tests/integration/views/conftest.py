"""A store in an empty database of each kind that has seen a whole story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from koop_es.store import Store
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.conftest import Place
from tests.integration.ingest.conftest import take_in


def told(url: str, folder: Path) -> None:
    """Make a store in which three VHSs booked, cancelled, removed, waited and revised."""
    network = booked(folder)
    with Store.create(url) as store:
        for program in network.values():
            take_in(store, program.export())
        network[NEAR].cancel(f"{NEAR}:500")
        network[FAR].remove(f"{FAR}:70000")
        network[MASTER].courses[0]["Kursort"] = "Stadtbücherei"
        network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W")
        for _ in range(2):
            for program in network.values():
                take_in(store, program.export())


@pytest.fixture
def story(any_place: Place) -> Iterator[Store]:
    """A store that has seen a whole story."""
    any_place.pour(told)
    with Store.open(any_place.url) as store:
        yield store
