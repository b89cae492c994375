"""What a terminal gets: no control characters, and no letter that turns the others round (G6)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from koop_es.cli.output import tidy, tidy_json
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked

NASTY = "Ana\u202egnat\u2066\u2028"
NEVER = {*map(chr, (*range(9), *range(11, 32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F))),
         *map(chr, range(0x2066, 0x206A))}  # fmt: skip

COMMANDS = [
    ["view", "--vhs", MASTER],
    ["history", COOP],
    ["why", COOP],
    ["why", COOP, "--booking", f"{NEAR}:9000"],
    ["diff", "--vhs", MASTER],
    ["diff", COOP, "--from", "1", "--to", "9999"],
    ["changes", "--vhs", MASTER, "--preview"],
    ["changes", "--vhs", NEAR, "--preview"],
    ["violations"],
    ["violations", "--lang", "de"],
    ["quarantine", "list"],
    ["quarantine", "show", "1"],
    ["replay", COOP, "--plain"],
    ["status"],
    ["forget", "--booking", f"{NEAR}:9000", "--dry-run"],
    ["ingest", f"nowhere{NASTY}\x1b[2J\x9b"],
    ["history", f"{NASTY}\x1b[2J\x9b"],
    [f"{NASTY}\x1b[2J\x9b"],
    ["view", f"--{NASTY}\x1b[2J\x9b"],
]


@pytest.fixture
def nasty(koop: Console, tmp_path: Path) -> Console:
    """Give a console on a network whose cells hold what must never reach a terminal."""
    network = booked(tmp_path / "exports")
    for program in network.values():
        koop.take_in(program.export())
    near = network[NEAR]
    near.book(NUMBERS[NEAR][COOP], "9000", **{"Name": NASTY, "Vorname": NASTY, "Bearbeitet von": NASTY})
    near.book(NUMBERS[NEAR][COOP], "9001", **{"Status": NASTY})
    near.book(NUMBERS[NEAR][COOP], f"90{NASTY}", **{"Gebucht am": NASTY})
    for program in network.values():
        for course in program.courses:
            course["Titel"] = NASTY
    for vhs in (NEAR, MASTER):
        koop.call("ingest", network[vhs].export())
    return koop


def test_g6_no_answer_holds_what_a_terminal_would_obey(nasty: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    told = ""
    for words in COMMANDS:
        nasty.capsys.readouterr()
        run(nasty.words(*words), as_json=False)
        captured = nasty.capsys.readouterr()
        assert not NEVER & {*captured.out, *captured.err}, words
        told += captured.out
        nasty.capsys.readouterr()
        run([*nasty.words(*words), "--json"], as_json=True)
        captured = nasty.capsys.readouterr()
        assert not NEVER & {*captured.out, *captured.err}, words
        assert json.loads(captured.out)
    assert "Ana\\u202egnat" in told


@pytest.mark.parametrize("letter", [*sorted(NEVER), "\ud800"])
def test_g6_a_letter_that_is_never_shown_is_named_and_the_same_in_json(letter: str) -> None:
    assert tidy(f"a{letter}b") == f"a{letter.encode('unicode_escape').decode()}b"
    written = json.dumps(f"a{letter}b", ensure_ascii=False)
    assert letter not in tidy_json(written)
    assert json.loads(tidy_json(written)) == f"a{letter}b"


def test_g6_letters_of_any_script_stay() -> None:
    text = "Žižek, Saša\tاسم\u200f \u200dשלום 名前\n"
    assert tidy(text) == tidy_json(text) == text
