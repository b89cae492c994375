"""The command: its keys, its story, its exit status, and the scenario it keeps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from koop_es.simulate import rehearsal
from koop_es.simulate.draw import draw
from koop_es.simulate.rehearsal import simulate
from koop_es.simulate.steps import read, save


def test_simulate_answers_with_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--seed", "7", "--steps", "30", "--vhs", "2", "--json"], as_json=True) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "koop-es/simulate/1"
    data = answer["data"]
    assert data.keys() >= {"seed", "steps", "faults", "converged", "rounds", "digest"}
    assert (data["seed"], data["converged"], data["findings"]) == (7, True, [])
    assert data["digest"] == simulate(7, steps=30, vhs=2).digest


def test_simulate_tells_the_story_and_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "--seed", "7", "--steps", "30", "--vhs", "2"], as_json=False) == 0
    story = capsys.readouterr().out
    assert "0 export 0: export 1 full whole; 101-0001 applied" in story
    assert "all is as it must be" in story


def test_saved_scenario_is_carried_out_like_its_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.json"
    assert run(["simulate", "--seed", "7", "--steps", "30", "--save", str(kept), "--json"], as_json=True) == 0
    first = json.loads(capsys.readouterr().out)["data"]
    assert run(["simulate", "--scenario", str(kept), "--json"], as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["data"]["digest"] == first["digest"]
    assert read(kept) == draw(7, steps=30)


def test_file_that_is_no_scenario_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"seed": "seven"}')
    assert run(["simulate", "--scenario", str(broken), "--json"], as_json=True) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "scenario_unreadable"


def test_store_that_is_in_use_is_left_alone(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--seed", "7", "--steps", "10", "--vhs", "2", "--db", sqlite_url, "--json"]
    assert run(words, as_json=True) == 0
    capsys.readouterr()
    assert run(words, as_json=True) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "demo_store_in_use"


def test_finding_ends_with_status_one_and_a_scenario_to_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rehearsal, "MAX_ROUNDS", -5)  # nothing converges within less than no rounds
    save(draw(7, steps=0, vhs=2), tmp_path / "in.json")
    kept = tmp_path / "out.json"
    words = ["simulate", "--scenario", str(tmp_path / "in.json"), "--save", str(kept), "--json"]
    assert run(words, as_json=True) == 1
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["converged"], data["scenario"]) == (False, str(kept))
    assert data["findings"][0].startswith("not converged")
    assert read(kept) == draw(7, steps=0, vhs=2)
