"""Scenarios that once failed, shrunk: each stays mended, and in it nobody sees what an event says to others."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import read, save
from tests.simulation.test_reach import events_that_reach_few

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_scenario_that_once_failed_stays_mended(path: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'koop.db'}"
    assert rehearse(read(path), url).findings == []
    assert events_that_reach_few(url)


@pytest.mark.parametrize("path", CORPUS[:1], ids=lambda path: path.stem)
def test_scenario_survives_being_stored(path: Path, tmp_path: Path) -> None:
    scenario = read(path)
    save(scenario, tmp_path / "again.json")
    assert read(tmp_path / "again.json") == scenario
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
