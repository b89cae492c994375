"""``koop-es check``: an export judged without a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from tests.acceptance.exports import booking, course, write_export


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "301-1", "301", 1, [course("K-1")], [booking("K-1", "55")])


def test_check_needs_no_store_makes_none_and_answers_by_its_status(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write_export(tmp_path / "301-2", "301", 2, [course("K-1") | {"Gebühr": "90.5"}])
    assert run(["check", str(export)], as_json=False) == 0
    assert "nothing to remark" in capsys.readouterr().out
    assert run(["check", str(export), str(bad)], as_json=False) == 1
    assert "kurse.csv, line 2, Gebühr: '90.5' is no amount" in capsys.readouterr().out
    (bad / "kurse.csv").unlink()
    assert run(["check", str(bad), "--lang", "de"], as_json=False) == 4
    assert "ABGELEHNT: kurse.csv: ist nicht da" in capsys.readouterr().out
    assert run(["check", str(bad), str(export), "--lang", "de", "--json"], as_json=True) == 1
    first, second = json.loads(capsys.readouterr().out)["data"]["exports"]
    assert (first["usable"], first["findings"][0]["text"]) == (False, "is not there"), "programs read English"
    assert (second["usable"], second["courses"], second["bookings"], second["findings"]) == (True, 1, 1, [])
    assert not list(tmp_path.rglob("*.db"))


def test_what_the_readers_say_is_said_in_german_by_ingest_and_quarantine_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write_export(tmp_path / "301-2", "301", 2, [course("K-1") | {"Gebühr": "90.5"}])
    none, db = tmp_path / "none.txt", str(tmp_path / "koop.db")
    none.write_text("x")
    assert run(["init", "--db", db], as_json=False) == 0
    for words, said in (
        (["ingest", str(bad), str(none)], "none.txt hat kein Format, das koop-es liest"),
        (["quarantine", "list"], "ist kein Betrag"),
        (["quarantine", "show", "1"], "reason: '90.5' ist kein Betrag"),
    ):
        run([*words, "--db", db, "--lang", "de"], as_json=False)
        assert said in " ".join(capsys.readouterr().out.split())
    run(["quarantine", "list", "--db", db, "--lang", "de", "--json"], as_json=True)
    assert json.loads(capsys.readouterr().out)["data"]["quarantine"][0]["reason"] == "'90.5' is no amount"


def test_check_refuses_what_ingest_refuses_for_its_clock(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(export), "--now", "2020-01-01T10:00"], as_json=False) == 4
    assert "is more than a day ahead of the clock" in capsys.readouterr().out


def test_a_sample_is_written_once_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    into = str(tmp_path / "sample")
    assert run(["template", "export", "--system", "kufersql", "--into", into], as_json=False) == 0
    assert run(["check", into], as_json=False) == 0
    assert run(["template", "export", "--system", "kufersql", "--into", into], as_json=False) == 2
    assert "is not empty" in capsys.readouterr().err
