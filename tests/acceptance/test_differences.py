"""diff and whatif as people call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR
from tests.acceptance.program import Program
from tests.acceptance.told import pour, reported
from tests.conftest import Place


@pytest.fixture
def network(any_koop: Console, any_place: Place, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that have reported once."""
    return pour(any_place, reported, any_koop, tmp_path / "exports")


def test_diff_finds_what_an_export_changed(any_koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].cancel(f"{NEAR}:500")
    any_koop.ask("ingest", network[NEAR].export())
    found = any_koop.ask("diff", COOP, "--from", f"{NEAR}#1", "--to", f"{NEAR}#2", status=1)["changes"]
    told = {item["path"]: item for item in found}
    assert told[f"{NEAR}/bookings/{NEAR}:500/should"]["after"] == "S"
    events = {event["position"]: event["type"] for event in any_koop.ask("history", COOP)["events"]}
    assert all(events[item["event"]] == item["type"] for item in found)
    assert any_koop.ask("diff", "--vhs", NEAR, "--from", f"{NEAR}#1", status=1)["changes"]
    assert any_koop.ask("diff", COOP, "--from", f"{NEAR}#2")["changes"] == []


def test_diff_between_two_vhss_ends_with_1_while_they_disagree(any_koop: Console, network: dict[str, Program]) -> None:
    found = any_koop.ask("diff", COOP, "--between", f"{MASTER},{NEAR}", status=1)["differences"]
    pending = {change["id"] for vhs in (MASTER, NEAR) for change in any_koop.changes(vhs)}
    assert found
    assert all(set(item["changes"]) <= pending and item["changes"] for item in found)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["diff"], 2, "--from"),
        (["diff", "--from", "1"], 2, "COOP-ID"),
        (["diff", COOP], 2, "--from"),
        (["diff", COOP, "--from", "1", "--at", "2"], 2, "--at goes with --between"),
        (["diff", COOP, "--from", "yesterday"], 2, "no time"),
        (["diff", COOP, "--from", "9", "--to", "3"], 2, "exchange them"),
        (["diff", COOP, "--from", f"{NEAR}#99"], 2, "no export 99"),
        (["diff", COOP, "--between", MASTER], 2, "two VHS numbers"),
        (["diff", COOP, "--between", f"{MASTER},{MASTER}"], 2, "two VHS numbers"),
        (["diff", COOP, "--between", f"{MASTER},{NEAR}", "--from", "1"], 2, "one moment"),
        (["diff", COOP, "--between", f"{MASTER},999"], 4, "takes no part"),
        (["diff", "563-COOP-999", "--from", "1"], 4, "no cooperation"),
        (["diff", "nonsense", "--from", "1"], 4, "no COOP-ID"),
    ],
)
def test_a_question_diff_does_not_understand_says_what_to_do(
    any_koop: Console, network: dict[str, Program], words: list[str], status: int, message: str
) -> None:
    reply = any_koop.call(*words)
    assert reply.status == status
    assert message.casefold() in reply.error["message"].casefold()
    assert FAR in network


def test_whatif_tells_what_would_be_different_and_writes_nothing(
    any_koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].cancel(f"{NEAR}:500")
    any_koop.ask("ingest", network[NEAR].export())
    history = any_koop.ask("history", COOP)["events"]
    cancelled = next(event["position"] for event in history if event["type"] == "BookingCancelled")
    answer = any_koop.ask("whatif", COOP, "--without", str(cancelled), status=1)
    assert answer["exact"]
    assert answer["doubts"] == []
    told = {item["path"]: item for item in answer["changes"]}
    assert told[f"{NEAR}/bookings/{NEAR}:500/should"]["before"] == "S"
    assert told[f"{NEAR}/bookings/{NEAR}:500/should"]["after"] == "A"
    assert told[f"{NEAR}/bookings/{NEAR}:500/should"]["event"] == cancelled
    assert [item["position"] for item in answer["missing"]] == [cancelled]
    assert any_koop.ask("whatif", COOP, "--without-export", f"{NEAR}#2", status=1)["changes"] == answer["changes"]
    assert any_koop.ask("whatif", COOP, "--rule", "orphan_confirmations=1")["changes"] == []
    assert any_koop.ask("history", COOP)["events"] == history


def test_whatif_takes_in_a_file_that_was_never_there(any_koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].cancel(f"{NEAR}:500")
    path = network[NEAR].export()
    answer = any_koop.ask("whatif", COOP, "--with-export", path, status=1)
    assert "BookingCancelled" in {item["type"] for item in answer["instead"]}
    before = any_koop.ask("whatif", COOP, "--with-export", path, "--after", f"{NEAR}#1", status=1)
    assert "BookingCancelled" in {item["type"] for item in before["instead"]}


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["whatif", COOP], 2, "say what is changed"),
        (["whatif", COOP, "--without", "x"], 2, "the position of an event"),
        (["whatif", COOP, "--without", "99999"], 2, "no event there"),
        (["whatif", COOP, "--without-export", "42"], 2, "such as 563#42"),
        (["whatif", COOP, "--without-export", f"{NEAR}#99"], 2, "no export 99"),
        (["whatif", COOP, "--rule", "nonsense=1"], 2, "there is no rule"),
        (["whatif", COOP, "--rule", "orphan_policy=none"], 2, "give symmetric or owner_only"),
        (["whatif", COOP, "--rule", "guard_percent=5", "--after", "1"], 2, "--after says when"),
        (["whatif", COOP, "--with-export", "nowhere"], 4, "there is no"),
        (["whatif", "563-COOP-999", "--rule", "guard_percent=5"], 4, "no cooperation"),
    ],
)
def test_a_question_whatif_does_not_understand_says_what_to_do(
    any_koop: Console, network: dict[str, Program], words: list[str], status: int, message: str
) -> None:
    reply = any_koop.call(*words)
    assert reply.status == status
    assert message.casefold() in reply.error["message"].casefold()
    assert FAR in network
