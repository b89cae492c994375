"""A store in an empty database of each kind that has seen a whole story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from koop_es.store import Store
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.integration.ingest.conftest import take_in


@pytest.fixture
def story(any_db_url: str, tmp_path: Path) -> Iterator[Store]:
    """A store in which three VHSs booked, cancelled, removed, waited and revised."""
    network = booked(tmp_path / "exports")
    with Store.create(any_db_url) as store:
        for program in network.values():
            take_in(store, program.export())
        network[NEAR].cancel(f"{NEAR}:500")
        network[FAR].remove(f"{FAR}:70000")
        network[MASTER].courses[0]["Kursort"] = "Stadtbücherei"
        network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W")
        for _ in range(2):
            for program in network.values():
                take_in(store, program.export())
        yield store
