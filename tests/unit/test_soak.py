"""The soak counts its seeds, keeps and shrinks those that fail, and says all figures in its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from koop_es.domain.judgement import NO_ABSENCES
from koop_es.simulate import rehearsal
from koop_es.simulate.steps import read
from scripts import soak, soak_report, soak_seeds, soak_tests

PAGE = soak_report.PAGE.read_text(encoding="utf-8")

REPORT: dict[str, Any] = {
    "commit": "abc",
    "command": "python -m scripts.soak --seeds 20 --workers 2",
    "workers": 2,
    "simulation": {
        "first": 0, "seeds": 20, "steps": 4_400, "seconds": 300, "faults": {"cut": 3}, "edits": {"book": 900},
        "rounds": {"2": 19, "6": 1}, "vhs": {"3": 20},
        "failing": [{"seed": 7, "findings": ["not converged"], "replay": "koop-es simulate --seed 7", "shrunk_to": 9}],
    },
    "tests": {
        "status": 1, "seconds": 61, "examples": 12_345, "log": "soak/tests.log", "outcomes": {"failed": 1, "passed": 9},
        "recorded": {"caught": 8, "mistakes": 9, "kills": 200}, "failing": ["tests.x::test_y"],
        "how": ["a | b | seed 1 | 1 | c"],
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def judged(seed: int, *findings: str) -> soak_seeds.Judged:
    return soak_seeds.Judged(seed, 3, 9, 2, {"cut": 1}, {"book": 2}, list(findings))


def test_seeds_are_counted_and_the_failing_ones_kept_in_order() -> None:
    tally = soak_seeds.Tally()
    for item in (judged(4, "late"), judged(3), judged(2, "alive", "late")):
        tally.add(item)
    figures = tally.figures()
    assert (figures["seeds"], figures["steps"], figures["faults"], figures["edits"]) == (3, 27, {"cut": 3}, {"book": 6})
    assert [(item["seed"], item["findings"]) for item in figures["failing"]] == [(2, ["alive", "late"]), (4, ["late"])]
    assert figures["failing"][0]["replay"] == "koop-es simulate --seed 2"


def test_seeds_in_processes_give_the_figures_of_seeds_in_a_row(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--first", "3", "--seeds", "7", "--steps", "4", "--workers", "2", "--only-seeds", "--into", str(tmp_path)]
    status = soak.main(words)
    alone = soak_seeds.Tally(first=3)
    for item in soak_seeds.judge(list(range(3, 10)), 4):
        alone.add(item)
    kept = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    expected = alone.figures()
    assert status == bool(expected["failing"])
    assert {key: kept["simulation"][key] for key in expected if key not in {"seconds", "failing"}} == {
        key: expected[key] for key in expected if key not in {"seconds", "failing"}
    }
    assert "7 of 7 seeds" in capsys.readouterr().err
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_seeds_end_when_time_is_up_and_what_ran_is_counted() -> None:
    told: list[int] = []
    tally = soak_seeds.run(
        range(1_000), 0, 1, 0.001, lambda done, total, failing: told.append(done), lambda seed, findings: None
    )
    assert 0 < tally.seeds <= 2 * soak_seeds.BATCH
    assert told[-1] == tally.seeds


def test_failing_seed_is_shrunk_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "MAX_ROUNDS", -5)  # nothing converges within less than no rounds
    shrunk = soak_seeds.shrunk(7, 0, tmp_path / "kept.json")
    assert shrunk["shrunk_to"] == len(read(tmp_path / "kept.json").steps)


def test_report_says_all_figures() -> None:
    text = soak_report.render(REPORT)
    for figure in ("20 (from 0", "5 minutes", "in 2 19, in 6 1", "cut 3", "book 900", "12,345", "8 of 9", "200"):
        assert figure in text, figure
    assert "`koop-es simulate --seed 7` (9 steps): not converged" in text
    assert "`tests.x::test_y`" in text
    assert "| a | b | seed 1 | 1 | c |" in text


def test_figures_are_put_between_the_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, encoding="utf-8")
    soak_report.publish([REPORT], page)
    soak_report.publish([REPORT], page)
    before, begin, rest = PAGE.partition(soak_report.BEGIN)
    after = rest.partition(soak_report.END)[2]
    assert page.read_text(encoding="utf-8") == before + begin + soak_report.table(REPORT) + soak_report.END + after


def test_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing", encoding="utf-8")
    with pytest.raises(SystemExit, match="has lost its marks"):
        soak_report.publish([REPORT], page)
    assert page.read_text(encoding="utf-8") == "nothing"


def test_report_of_the_tests_sums_what_they_record(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="t" name="a"><properties><property name="kills" value="3"/>'
        '<property name="how" value="x | y"/></properties></testcase><testcase classname="t" name="b"><failure/>'
        '<properties><property name="kills" value="4"/></properties></testcase><testcase classname="t" name="c">'
        "<skipped/></testcase></testsuite></testsuites>",
        encoding="utf-8",
    )
    assert soak_tests.read(report) == {
        "outcomes": {"failed": 1, "passed": 1, "skipped": 1},
        "recorded": {"kills": 7},
        "failing": ["t::b"],
        "how": ["x | y"],
    }


def test_wrong_exports_are_judged_counted_and_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert soak.main(["--losses", "20", "--first", "7", "--into", str(tmp_path)]) == 0
    kept = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["losses"]
    assert kept["first"] == 7
    assert kept["wrong"] == sum(kept["kinds"].values()) >= 20
    assert (kept["failing"], kept["stories"]) == ([], 1)
    said = capsys.readouterr().out
    assert "`python -m scripts.soak --losses 20 --first 7`" in said
    assert f"| wrong exports | {kept['wrong']} in 1 stories (from 7)" in said


def test_a_story_that_fails_is_named_at_once_and_in_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("koop_es.domain.guard._withheld", lambda *_: NO_ABSENCES)
    assert soak.main(["--losses", "300", "--into", str(tmp_path)]) == 1
    kept = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["losses"]
    assert kept["failed"] == len(kept["failing"]) > 0
    assert f"seed {kept['failing'][0]['seed']}: " in capsys.readouterr().err
    assert "## Stories that failed" in (tmp_path / "report.md").read_text(encoding="utf-8")
