"""The mutation score: what counts as noticed, and that nothing measured is no success (G9)."""

from __future__ import annotations

import json
from pathlib import Path

from scripts import mutation

PLACE = Path("src", "koop_es", "domain")


def planted(folder: Path, **codes: int | None) -> list[mutation.Verdict]:
    """Write verdicts as mutmut keeps them, by the exit code of each mutant's tests."""
    place = folder / PLACE
    place.mkdir(parents=True)
    names = {f"koop_es.domain.seats.x_claim__{name}": code for name, code in codes.items()}
    (place / "seats.py.meta").write_text(json.dumps({"exit_code_by_key": names}), encoding="utf-8")
    return list(mutation.verdicts(folder))


def test_g9_killed_and_hanging_mutants_are_noticed_and_all_others_are_not(tmp_path: Path) -> None:
    found = planted(tmp_path, killed=1, hangs=36, survived=0, no_tests=33, never_run=None)
    assert mutation.score(found) == 40
    said = mutation.render(found, 90)
    assert "survived: koop_es.domain.seats.x_claim__survived" in said
    assert "not checked: koop_es.domain.seats.x_claim__never_run" in said
    assert "x_claim__killed" not in said
    assert "below 90 %" in said


def test_g9_score_at_the_bar_is_enough(tmp_path: Path) -> None:
    found = planted(tmp_path, survived=0, **{f"killed{n}": 1 for n in range(9)})
    assert mutation.score(found) == 90
    assert "below" not in mutation.render(found, 90)


def test_g9_nothing_measured_is_no_score(tmp_path: Path) -> None:
    assert mutation.score([]) == 0
    assert list(mutation.verdicts(tmp_path)) == []


def test_g9_names_choose_a_part() -> None:
    assert mutation.chosen("koop_es.domain.seats.x_claim__mutmut_1", [])
    assert mutation.chosen("koop_es.domain.seats.x_claim__mutmut_1", ["koop_es.domain.seats.*"])
    assert not mutation.chosen("koop_es.domain.seats.x_claim__mutmut_1", ["koop_es.domain.merges.*"])
