"""``history`` and ``why`` as a program and an operator meet them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from koop_es.cli.entry import run
from tests.acceptance.console import Console, ended
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.told import pour, reported
from tests.conftest import Place

LINK = {"position", "version", "type", "at", "vhs", "export", "row", "rule", "text"}


@pytest.fixture
def shared(koop: Console, sqlite_place: Place, tmp_path: Path) -> Console:
    """A console on a store with three VHSs that share two courses."""
    pour(sqlite_place, reported, koop, tmp_path / "exports")
    return koop


def test_why_answers_with_a_chain_newest_first(shared: Console) -> None:
    answer = shared.ask("why", COOP, "--booking", f"{NEAR}:500", "--vhs", NEAR)
    assert all(link.keys() >= LINK for link in answer["chain"])
    assert [link["type"] for link in answer["chain"]] == ["BookingMade"]
    assert answer["chain"][0]["export"] == f"{NEAR}#1"


def test_why_tells_people_in_german(shared: Console, capsys: pytest.CaptureFixture[str]) -> None:
    words = shared.words("why", COOP, "--booking", f"{NEAR}:500", "--vhs", MASTER, "--lang", "de")
    assert run(words, as_json=False) == 0
    text = capsys.readouterr().out
    assert f"Die Belegung {NEAR}:500 soll bei VHS {MASTER} auf A stehen und zeigt dort nichts." in text
    assert f"In der Änderungsliste der VHS {MASTER} steht booking.create" in text


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (4, "cooperation_unknown", ("why", "563-COOP-9999")),
        (4, "cooperation_unknown", ("why", COOP, "--at", "0")),
        (4, "booking_unknown", ("why", COOP, "--booking", "301:4712")),
        (4, "vhs_not_involved", ("why", COOP, "--vhs", "999")),
        (4, "invalid_identifier", ("why", COOP, "--booking", "nothing")),
        (2, "wrong_usage", ("why", COOP, "--field", "Farbe")),
        (2, "wrong_usage", ("history", COOP, "--type", "Nothing")),
        (2, "wrong_usage", ("history", COOP, "--follow", "--until", "7")),
        (2, "export_unknown", ("history", COOP, "--since", f"{FAR}#99")),
        (4, "cooperation_unknown", ("history", "563-COOP-9999", "--follow")),
    ],
)
def test_wrong_questions_are_refused(shared: Console, status: int, code: str, words: tuple[str, ...]) -> None:
    reply = shared.call(*words)
    assert (reply.status, reply.error["code"]) == (status, code)


def test_violations_speak_german_with_the_same_keys(shared: Console, tmp_path: Path) -> None:
    program = booked(tmp_path / "later")[NEAR]
    program.sequence = 1
    program.courses[0]["Belegen nur bis Maximum"] = "F"
    shared.take_in(program.export())
    english = shared.call("violations").answer["data"]["violations"]
    german = shared.call("violations", "--lang", "de").answer["data"]["violations"]
    assert [{**one, "text": ""} for one in english] == [{**one, "text": ""} for one in german]
    assert "Die Änderungsliste schaltet es wieder ein." in german[0]["text"]


def test_history_follows_in_json_lines_until_it_is_stopped(shared: Console, tmp_path: Path) -> None:
    before = shared.events(COOP)
    process = shared.start("history", COOP, "--follow", "--json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert (first["schema"], first["data"]["events"]) == ("koop-es/history/1", before)
    program = booked(tmp_path / "later")[NEAR]
    program.sequence = 1
    program.book(NUMBERS[NEAR][COOP], "599")
    shared.take_in(program.export())
    second = json.loads(process.stdout.readline())
    assert before + second["data"]["events"] == shared.events(COOP)
    process.send_signal(signal.SIGINT)
    assert ended(process).status == 0
