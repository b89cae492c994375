"""Several processes at once: exactly one gets the last seat, and nobody's export is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.console import Console, Reply
from tests.acceptance.exports import abo
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, master_course, programs
from tests.acceptance.program import Program, settle
from tests.faults.rig import rig

EIGHT = ("563", "301", "412", "77", "1001", "20", "645", "9")


AtOnce = Callable[..., list[Reply]]


@pytest.fixture(scope="module")
def at_once() -> Iterator[AtOnce]:
    """Runs commands in processes of their own, which begin at the same moment."""
    with rig(None) as processes:
        yield lambda *commands: [
            ending.reply for ending in processes.together([[*words, "--json"] for words in commands])()
        ]


def full_but_one(koop: Console, folder: Path) -> tuple[dict[str, Program], list[str]]:
    """Make a course of two seats with one taken, and two VHSs with somebody waiting each."""
    network = programs(folder)
    for program in network.values():
        for row in program.courses:
            row["TN max"] = "2"
    network[MASTER].book(NUMBERS[MASTER][COOP], "1")
    waiting = [network[vhs].book(NUMBERS[vhs][COOP], "50", "W") for vhs in (NEAR, FAR)]
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    return network, waiting


def test_d7_of_two_rivals_at_once_exactly_one_gets_the_last_seat(
    any_koop: Console, at_once: AtOnce, tmp_path: Path
) -> None:
    network, waiting = full_but_one(any_koop, tmp_path / "exports")
    replies = at_once(
        *(any_koop.words("claim-seat", COOP, "--vhs", ref.partition(":")[0], "--booking", ref) for ref in waiting)
    )
    assert sorted(reply.status for reply in replies) == [0, 3], replies
    winner = next(ref for ref, reply in zip(waiting, replies, strict=True) if reply.status == 0)
    loser = next(reply for reply in replies if reply.status == 3)
    assert loser.error["details"]["rule"] == "D7"
    held = any_koop.held(MASTER)
    assert sorted(held[ref] for ref in waiting) == ["A", "W"]
    assert held[winner] == "A"
    assert settle(any_koop, network.values()) <= 2
    assert network[winner.partition(":")[0]].row(winner)["Status"] == "A"
    assert any_koop.open_codes() == set()


def test_b19_only_the_owner_claims_a_seat_for_its_booking(koop: Console, tmp_path: Path) -> None:
    _, waiting = full_but_one(koop, tmp_path / "exports")
    error = koop.refused("claim-seat", COOP, "--vhs", FAR, "--booking", waiting[0], status=3)
    assert error["details"]["rule"] == "B19"
    assert koop.ask("claim-seat", COOP, "--vhs", NEAR, "--booking", waiting[0])["status"] == "A"
    assert koop.ask("claim-seat", COOP, "--vhs", NEAR, "--booking", waiting[0])["status"] == "A", "asked twice, kept"
    assert koop.refused("claim-seat", COOP, "--vhs", FAR, "--booking", waiting[1], status=3)["details"]["rule"] == "D7"


def test_b8_more_bookings_than_seats_are_facts_and_named_in_order(koop: Console, tmp_path: Path) -> None:
    network, _ = full_but_one(koop, tmp_path / "exports")
    late = network[NEAR].book(NUMBERS[NEAR][COOP], "60", **{"Gebucht am": "03.02.2026 10:00"})
    latest = network[FAR].book(NUMBERS[FAR][COOP], "61", **{"Gebucht am": "03.02.2026 11:00"})
    for vhs in (FAR, NEAR):
        koop.take_in(network[vhs].export())
    (found,) = koop.violations()
    assert (found["code"], found["vhs"]) == ("OVERBOOKED", MASTER)
    assert latest in found["text"]
    assert late not in found["text"]
    network[FAR].cancel(latest)
    koop.take_in(network[FAR].export())
    assert koop.violations() == []


def test_eight_vhss_that_share_five_courses_report_at_once_and_nothing_is_lost(
    any_koop: Console, at_once: AtOnce, tmp_path: Path
) -> None:
    shared = [f"563-COOP-{number}" for number in range(219, 224)]
    network = {vhs: Program(vhs, tmp_path / "exports") for vhs in EIGHT}
    for number, coop_id in enumerate(shared):
        master = master_course(COOP) | {"Kursnummer": f"26-{number}", "Externe Kurs-Nr.": coop_id, "TN max": "500"}
        network[MASTER].courses.append(master)
        for vhs in EIGHT[1:]:
            network[vhs].courses.append(abo(master, f"K-{number}", coop_id))
    for count in range(2):
        refs = {
            program.book(course["Kursnummer"], f"{count}{number}{seat}")
            for program in network.values()
            for number, course in enumerate(program.courses)
            for seat in range(4)
        }
        replies = at_once(*(any_koop.words("ingest", program.export()) for program in network.values()))
        assert [reply.status for reply in replies] == [0] * len(EIGHT), replies
        assert {reply.answer["data"]["exports"][0]["status"] for reply in replies} == {"applied"}
        for vhs in EIGHT:
            held = any_koop.held(vhs)
            assert refs <= held.keys()
            assert set(held.values()) == {"A"}
        for coop_id in shared:
            events = any_koop.events(coop_id)
            assert [event["version"] for event in events] == list(range(1, len(events) + 1))
            made = [event["ref"] for event in events if event["type"] == "BookingMade"]
            assert len(made) == len(set(made)) == len(EIGHT) * 4 * (count + 1)
    assert settle(any_koop, network.values()) == 1
    assert any_koop.open_codes() == set()
