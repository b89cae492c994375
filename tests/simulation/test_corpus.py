"""Scenarios that once failed, shrunk: each stays mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.simulate.rehearsal import rehearse
from koop_es.simulate.steps import read, save

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_scenario_that_once_failed_stays_mended(path: Path) -> None:
    assert rehearse(read(path)).findings == []


@pytest.mark.parametrize("path", CORPUS[:1], ids=lambda path: path.stem)
def test_scenario_survives_being_stored(path: Path, tmp_path: Path) -> None:
    scenario = read(path)
    save(scenario, tmp_path / "again.json")
    assert read(tmp_path / "again.json") == scenario
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()
