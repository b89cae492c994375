"""An Abo-Kurs whose Master does not have the course: a complete export of the Master says so, until it is put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import abo, course
from tests.acceptance.network import FAR, MASTER, NEAR
from tests.acceptance.program import Program, settle

RIGHT, WRONG = "563-COOP-5", "563-COOP-6"
HEADING = "Externe Kurs-Nr."


def said(koop: Console) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = koop.call("violations").answer["data"]["violations"]
    return [item for item in found if item["code"] == "COURSE_NEVER_SHOWN"]


@pytest.fixture
def network(any_koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Give an Abo-Kurs with a mistyped COOP-Id, and its Master, which is not connected yet."""
    found = {vhs: Program(vhs, tmp_path / "exports") for vhs in (MASTER, NEAR)}
    found[MASTER].courses.append(course("26-1") | {HEADING: RIGHT})
    found[NEAR].courses.append(abo(course("26-1"), "K-9", WRONG))
    found[NEAR].book("K-9", "2002")
    any_koop.take_in(found[NEAR].export())
    assert not said(any_koop), "its Master is not connected yet"
    return found


def test_r19_abo_of_a_course_that_its_master_lacks_is_said_once_until_the_coop_id_is_put_right(
    any_koop: Console, network: dict[str, Program]
) -> None:
    master, near = network[MASTER], network[NEAR]
    any_koop.take_in(master.export())
    (item,) = said(any_koop)
    assert item["vhs"] == MASTER
    assert f"{WRONG} (VHS {NEAR})" in item["text"]
    states = {one["vhs"]: one["state"] for one in any_koop.ask("status", status=1)["vhs"]}
    assert states[MASTER] == "behind"
    any_koop.take_in(master.export(), outcome="unchanged")
    assert said(any_koop) == [item], "it is opened once"
    near.courses[0][HEADING] = RIGHT
    any_koop.take_in(near.export())
    any_koop.ask("terminate-abo", WRONG, "--vhs", NEAR)
    any_koop.take_in(near.export())
    any_koop.take_in(master.export(), outcome="unchanged")
    assert not said(any_koop)
    settle(any_koop, network.values())
    (shown,) = any_koop.view(MASTER)["courses"]
    assert [(shown["coop_id"], one["ref"], one["status"]) for one in shown["bookings"]] == [
        (RIGHT, f"{NEAR}:2002", "A")
    ]
    assert not any_koop.ask("violations")["violations"]


def test_r19_an_abo_that_two_mistyped_alike_ends_at_each_of_them(
    any_koop: Console, network: dict[str, Program]
) -> None:
    network[FAR] = Program(FAR, network[MASTER].folder)
    network[FAR].courses.append(abo(course("26-1"), "99-0TON", WRONG))
    network[FAR].book("99-0TON", "7001")
    for vhs in (FAR, MASTER):
        any_koop.take_in(network[vhs].export())
    (item,) = said(any_koop)
    assert f"{WRONG} (VHS {NEAR}, VHS {FAR})" in item["text"]
    for vhs in (NEAR, FAR):
        network[vhs].courses[0][HEADING] = RIGHT
        any_koop.take_in(network[vhs].export())
        any_koop.ask("terminate-abo", WRONG, "--vhs", vhs)
        any_koop.take_in(network[vhs].export())
    settle(any_koop, network.values())
    assert not said(any_koop)
    assert any_koop.held(MASTER) == {f"{NEAR}:2002": "A", f"{FAR}:7001": "A"}
    assert not any_koop.ask("violations")["violations"]


def test_r19_what_a_master_lacks_ends_when_it_shows_the_course(any_koop: Console, network: dict[str, Program]) -> None:
    master = network[MASTER]
    any_koop.take_in(master.export())
    assert said(any_koop)
    master.courses.append(course("26-2") | {HEADING: WRONG})
    any_koop.take_in(master.export())
    assert not said(any_koop)


def test_r19_a_row_that_was_set_aside_may_be_the_course_that_a_master_seems_to_lack(
    any_koop: Console, network: dict[str, Program]
) -> None:
    master = network[MASTER]
    master.courses.append(course("26-2") | {HEADING: WRONG, "Datum von": "31.02.2026"})
    any_koop.ingest(master.export(), status=1)
    assert not said(any_koop)


def test_r19_an_abo_that_comes_later_is_said_by_an_export_of_its_master_that_says_nothing_new(
    any_koop: Console, network: dict[str, Program]
) -> None:
    master, near = network[MASTER], network[NEAR]
    any_koop.take_in(master.export())
    near.courses.append(abo(course("26-1"), "K-10", "563-COOP-7"))
    any_koop.take_in(near.export())
    any_koop.take_in(master.export(), outcome="unchanged")
    (item,) = said(any_koop)
    assert f"{WRONG} (VHS {NEAR}); 563-COOP-7 (VHS {NEAR})" in item["text"]
