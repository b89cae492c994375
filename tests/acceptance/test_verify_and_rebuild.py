"""``rebuild``, ``seal`` and ``verify`` as an operator meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from koop_es.cli.answer import UNPROVEN
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import settle
from tests.acceptance.told import pour, reported
from tests.conftest import Place
from tests.integration.views.test_rebuild import execute


@pytest.fixture
def told(any_koop: Console, any_place: Place, tmp_path: Path) -> Console:
    """A console on a store that has taken in an export of each of three VHSs."""
    pour(any_place, reported, any_koop, tmp_path / "exports")
    return any_koop


def test_rebuild_tells_what_it_read_and_made_and_that_nothing_differed(told: Console) -> None:
    data = told.ask("rebuild")
    assert data["events"] > 0
    assert data["views"] == 2 * len(NUMBERS)
    assert (data["written"], data["differences"], data["found"]) == (True, 0, [])
    assert data["seconds"] >= 0


def test_rebuild_ends_with_1_and_names_each_row_that_differed(told: Console) -> None:
    execute(told.db, f"UPDATE koop_views SET title = 'x' WHERE vhs = '{FAR}' AND coop_id = '{COOP}'")  # noqa: S608
    (seen,) = told.ask("rebuild", "--check", status=1)["found"]
    (found,) = told.ask("rebuild", "--vhs", FAR, status=1)["found"]
    assert seen == found
    assert (found["table"], found["kind"], found["coop_id"], found["vhs"]) == ("views", "changed", COOP, FAR)
    assert found["columns"] == ["title"]
    assert found["event"] == told.ask("history", COOP)["events"][-1]["position"]
    assert told.ask("rebuild", "--coop-id", COOP)["differences"] == 0


def test_d30_a_question_after_a_withdrawn_export_is_kept_as_the_log_has_it(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    for program in network.values():
        koop.ask("ingest", program.export())
    settle(koop, network.values())
    ref = f"{NEAR}:{next(iter(network[NEAR].bookings))}"
    network[MASTER].cancel(ref)
    wrong = network[MASTER].export()
    koop.take_in(wrong)
    settle(koop, network.values())
    network[NEAR].row(ref)["Bearbeitet von"] = "lena"  # somebody opened the row and saved it
    koop.ask("ingest", network[NEAR].export())
    koop.ask("withdraw-export", f"{MASTER}#{wrong.name.rpartition('-')[2]}", "--reason", "wrong list", "--yes")
    network[NEAR].obey(koop.changes(NEAR))
    koop.take_in(network[NEAR].export())
    found = koop.ask("violations", "--vhs", NEAR, status=1)["violations"]
    assert [item["code"] for item in found] == ["CANCELLATION_UNCLEAR"]
    assert koop.ask("rebuild", "--check")["found"] == []
    koop.ask("verify", status=UNPROVEN)
    koop.ask("confirm-cancellation", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "asked")
    koop.ask("verify", status=UNPROVEN)


def test_going_back_needs_a_rebuild_first(told: Console) -> None:
    assert told.call("rebuild", "--back").status == 4
    told.ask("rebuild")
    assert told.ask("rebuild", "--back")["written"]


@pytest.mark.parametrize(
    "words",
    [
        ("rebuild", "--vhs", FAR, "--coop-id", COOP),
        ("rebuild", "--back", "--check"),
        ("rebuild", "--workers", "0"),
        ("verify", "--coop-id", COOP, "--witness", "1:ab"),
        ("seal", "--head", "/no/such/folder/head.json"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(told: Console, words: tuple[str, ...]) -> None:
    assert told.call(*words).status == 2


def test_a_cooperation_nobody_knows_and_a_witness_that_is_none_are_bad_input(told: Console) -> None:
    for words in (
        ("rebuild", "--coop-id", "9-COOP-9"),
        ("verify", "--coop-id", "9-COOP-9"),
        ("verify", "--witness", ""),
    ):
        assert told.call(*words).status == 4


def test_g7_verify_says_proven_broken_or_not_provable_with_a_status_each(koop: Console, tmp_path: Path) -> None:
    network = booked(tmp_path / "exports")
    for program in network.values():
        koop.take_in(program.export())
    checks = koop.ask("verify", status=UNPROVEN)["checks"]
    assert {check["name"] for check in checks if check["ok"] is None} == {"chain", "tables"}
    file = tmp_path / "head.json"
    sealed = koop.ask("seal", "--head", file)
    assert json.loads(file.read_text()).keys() == {"position", "digest", "commits", "beside"}
    found = koop.ask("verify", "--witness", file)
    assert found["ok"] is True
    assert {tuple(check) for check in found["checks"]} == {("name", "ok", "state", "detail")}
    assert {check["state"] for check in found["checks"]} == {"proven"}
    short = koop.ask("verify", "--witness", f"{sealed['position']}:{sealed['digest']}", status=UNPROVEN)["checks"]
    assert [check["name"] for check in short if check["ok"] is None] == ["witness"], "it is of the log alone"
    other = koop.ask("verify", "--witness", f"{sealed['position']}:{'0' * 64}", status=1)
    assert other["ok"] is False
    assert [check["name"] for check in other["checks"] if check["ok"] is False] == ["witness"]
    execute(koop.db, "UPDATE koop_persons SET name = 'Anders'")
    assert koop.refused("seal", status=5)["code"] == "sealed_otherwise"
    koop.ask("seal", "--anyway")
    koop.ask("verify")
    assert koop.call("verify", "--witness", file).status == 1
