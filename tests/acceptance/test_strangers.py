"""A COOP-Id typed into a course makes nobody a participant: not past a market, a closed release, a rate never accepted
(R25, R31, D9), and nobody the Master whose number it does not begin with (D16).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import abo, course
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Program, settle

ISSUED = "563-COOP-1"
OWN, TYPED = "26-10009", "99-0TON"


def aside(koop: Console) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = koop.call("quarantine", "list").answer["data"]["quarantine"]
    return found


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Give three programs that the engine knows: the Master released one course to a mini-market of nobody else."""
    found = {vhs: Program(vhs, tmp_path / "exports") for vhs in (MASTER, NEAR, FAR)}
    found[MASTER].courses.append(course(OWN))
    for program in found.values():
        koop.take_in(program.export(), outcome="applied" if program.courses else "unchanged")
    koop.ask("release", "--vhs", MASTER, "--course", OWN, "--period", "26F", "--own-offer", "--market", "oberpfalz")
    return found


def type_in(program: Program) -> None:
    program.courses.append(abo(course(OWN), TYPED, ISSUED))


def test_r31_vhs_outside_the_market_gets_and_does_nothing_by_typing_the_coop_id(
    koop: Console, network: dict[str, Program]
) -> None:
    master, far = network[MASTER], network[FAR]
    customer = master.book(OWN, "1", Name="Meister")
    settle(koop, [master])
    type_in(far)
    far.book(TYPED, "7001")
    far.bookings["7002"] = master.bookings["1"] | {
        "Beleg-ID": "7002",
        "Kursnummer": TYPED,
        "Koop-Beleg-ID": customer,
        "Status": "S",
    }
    assert koop.take_in(far.export(), status=1)["quarantined_rows"] == 1
    (item,) = aside(koop)
    assert (item["vhs"], item["column"]) == (FAR, "Externe Kurs-Nr.")
    assert f"no Abo of {ISSUED}" in item["reason"]
    assert f"koop-es subscribe {ISSUED} --vhs {FAR} --number {TYPED} --period 26F" in item["remedy"]
    assert item["remedy"].startswith('empty "Externe Kurs-Nr."')
    assert "once this VHS is in oberpfalz (koop-es market join)" in item["remedy"], "else it would be refused (R31)"
    assert koop.view(FAR)["courses"] == []
    assert koop.changes(FAR) == []
    assert koop.booking(MASTER, customer) is not None
    assert koop.held(MASTER) == {customer: "A"}
    assert koop.status()[FAR]["state"] == "quarantined"

    far.courses.clear()
    far.bookings.clear()
    koop.ingest(far.export())
    assert aside(koop) == []


def test_d9_closed_release_is_not_entered_by_its_coop_id(koop: Console, network: dict[str, Program]) -> None:
    koop.ask("close-release", ISSUED, "--vhs", MASTER)
    type_in(network[FAR])
    koop.take_in(network[FAR].export(), status=1)
    assert koop.view(FAR)["courses"] == []
    assert koop.status()[FAR]["state"] == "quarantined"
    (item,) = aside(koop)
    assert "subscribe" not in item["remedy"], "it would be refused (D9)"


def test_r25_a_course_with_the_coop_id_is_subscribed_under_its_own_number(
    koop: Console, network: dict[str, Program]
) -> None:
    far = network[FAR]
    type_in(far)
    booked = far.book(TYPED, "7001")
    koop.take_in(far.export(), status=1)
    koop.ask("market", "join", "oberpfalz", "--vhs", FAR)
    koop.ask("subscribe", ISSUED, "--vhs", FAR, "--number", TYPED, "--period", "26F", "--accept-rate", "80")
    koop.ingest(far.export())
    settle(koop, [network[MASTER], far])
    assert aside(koop) == []
    assert koop.held(MASTER) == {booked: "A"}
    assert koop.status()[FAR]["state"] == "agrees"


def test_d9_a_withdrawn_coop_id_is_said_until_the_field_is_empty_and_the_course_released_anew(
    koop: Console, network: dict[str, Program]
) -> None:
    master = network[MASTER]
    settle(koop, [master])
    koop.ask("withdraw-release", ISSUED, "--vhs", MASTER)
    again = ("release", "--vhs", MASTER, "--course", OWN, "--period", "26F", "--own-offer")
    assert "was withdrawn" in koop.refused(*again, status=3)["message"]
    koop.take_in(master.export(), status=1)
    (item,) = aside(koop)
    assert f"release {ISSUED} was withdrawn" in item["reason"]
    assert 'empty "Externe Kurs-Nr."' in item["remedy"]
    assert koop.status()[MASTER]["state"] == "quarantined"
    assert ISSUED in koop.refused(*again, status=3)["message"]

    master.courses[0]["Externe Kurs-Nr."] = ""
    koop.ingest(master.export())
    assert aside(koop) == []
    assert koop.ask(*again)["coop_id"] == "563-COOP-2"


def test_d16_nobody_else_is_the_master_of_a_coop_id_whichever_reports_first(koop: Console, tmp_path: Path) -> None:
    network = programs(tmp_path / "exports")
    stranger, subscriber, master = (network[vhs] for vhs in (NEAR, FAR, MASTER))
    for program in network.values():
        program.courses = [row for row in program.courses if row["Externe Kurs-Nr."] == COOP]
    stranger.courses[0]["Kennzeichen"] = ""
    subscriber.book(NUMBERS[FAR][COOP], "7001", Name="Geheim")
    koop.take_in(stranger.export(), status=1)
    koop.take_in(subscriber.export())
    assert koop.view(NEAR)["courses"] == []
    assert koop.changes(NEAR) == []
    assert [course["role"] for course in koop.view(FAR)["courses"]] == ["subscriber"]
    (item,) = aside(koop)
    assert "belongs to VHS 563" in item["reason"]
    assert "set Kennzeichen 100" in item["remedy"]

    koop.take_in(master.export())
    stranger.book(NUMBERS[NEAR][COOP], "1001", Name="Geheim")
    koop.take_in(stranger.export(), outcome="unchanged", status=1)
    assert koop.view(NEAR)["courses"] == [], "its Master having reported makes it no Abo-Kurs (R28, D1)"
    assert [change["booking"]["ref"] for change in koop.changes(MASTER) if "booking" in change] == [f"{FAR}:7001"]

    stranger.bookings.clear()
    stranger.courses[0]["Kennzeichen"] = "100"
    koop.ingest(stranger.export())
    assert aside(koop) == []
    told = [change["booking"] for change in koop.changes(NEAR) if "booking" in change]
    assert [(booking["ref"], booking["name"]) for booking in told] == [(f"{FAR}:7001", None)]
