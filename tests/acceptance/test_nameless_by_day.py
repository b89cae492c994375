"""D1, D26: an anonymous mirror in a program that keeps neither references nor a time of day, nor needs a name.

Course, day and that nobody stands in it tell such a row where a change list has made it. What shows anything else is
set aside or waits: nobody gets a second seat by it, and nobody is cancelled.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import BOOKINGS
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER
from tests.acceptance.sparse import DAY, MIDNIGHT, SECOND, ZEROS, Sparse
from tests.acceptance.test_mirrors_by_day import World, make, people

NOBODY = dict.fromkeys(BOOKINGS, "") | {"Periode": "26F", "Status": "A", "Gebucht am": "02.02.2026 00:00:00"}
"""A row of the far VHS in which nobody stands, of the day on which the others were booked."""


def nameless(
    koop: Console, folder: Path, *, editors: bool, moment: str = DAY, count: int = 3, at: str = SECOND
) -> World:
    """Give a network in which some people have booked at the near VHS, of whom the far one is to hold the seats."""
    world = make(koop, folder, editors=editors, moment=moment)
    far = world.network[FAR]
    assert isinstance(far, Sparse)
    far.word = ""
    world.book(*people(reached=True)[:count], at=moment if moment == MIDNIGHT else at)
    return world


def put(world: World, booking_id: str, **texts: str) -> None:
    """Enter a row at the far VHS by hand."""
    row = NOBODY | {"Beleg-ID": booking_id, "Kursnummer": NUMBERS[FAR][COOP], "TNR": f"7{booking_id}"}
    world.network[FAR].bookings[booking_id] = row | {name.replace("_", " "): text for name, text in texts.items()}


def refs(count: int) -> list[str]:
    return [f"{NEAR}:500{number}" for number in range(count)]


def set_aside(world: World) -> int:
    return len(world.koop.call("quarantine", "list").answer["data"]["quarantine"])


@pytest.mark.parametrize("moment", [DAY, ZEROS, MIDNIGHT, SECOND], ids=["day", "zeros", "midnight", "second"])
@pytest.mark.parametrize("editors", [True, False], ids=["editors", "no editors"])
def test_d1_d26_seat_without_name_is_taken_in_and_told_its_s(
    koop: Console, tmp_path: Path, *, editors: bool, moment: str
) -> None:
    world = nameless(koop, tmp_path, editors=editors, moment=moment)
    world.rounds()
    assert world.live(FAR) == refs(3)
    assert set_aside(world) == 0
    assert world.is_at_rest(), "the list is acknowledged"
    world.network[NEAR].cancel(refs(3)[1])
    world.rounds()
    assert len(world.live(FAR)) == 2
    assert koop.held(FAR) == dict(zip(refs(3), "ASA", strict=True))
    assert world.is_at_rest()


@pytest.mark.parametrize("editors", [True, False], ids=["editors", "no editors"])
def test_d26_s_in_one_of_several_seats_without_name_is_asked_about_and_cancels_nobody(
    koop: Console, tmp_path: Path, *, editors: bool
) -> None:
    world = nameless(koop, tmp_path, editors=editors)
    world.rounds()
    world.network[FAR].row(refs(3)[0]).update({"Status": "S", "Bearbeitet von": "Büro"})
    world.rounds()
    assert koop.held(MASTER) == dict.fromkeys(refs(3), "A")
    assert (FAR, "CANCELLATION_UNCLEAR") in koop.open_codes()


@pytest.mark.parametrize(
    ("editors", "texts"),
    [
        pytest.param(True, {"Bearbeitet_von": "Büro"}, id="a person entered it"),
        pytest.param(False, {"Name": "Firma Beispiel"}, id="a company"),
        pytest.param(False, {"Telefon": "0941 4711"}, id="a phone"),
        pytest.param(False, {"Gebucht_am": "03.02.2026 00:00"}, id="another day"),
    ],
)
@pytest.mark.parametrize(("status", "at"), [("A", SECOND), ("S", SECOND), ("A", ZEROS), ("S", ZEROS)])
def test_b4_row_without_name_that_need_not_be_the_mirror_is_set_aside_and_cancels_nobody(
    koop: Console, tmp_path: Path, editors: bool, texts: dict[str, str], status: str, at: str
) -> None:
    """It stands there before the connector has written what it was told."""
    world = nameless(koop, tmp_path, editors=editors, count=1, at=at)
    world.report()
    given = {vhs: koop.changes(vhs) for vhs in world.network}
    put(world, "K1", **texts, Status=status)
    for _ in range(3):
        world.report()
        assert koop.held(MASTER) == {refs(1)[0]: "A"}
    assert set_aside(world) == 1
    for vhs, program in world.network.items():
        program.obey(given[vhs])
    world.rounds()
    assert koop.held(MASTER) == {refs(1)[0]: "A"}
    assert len(world.live(FAR)) == 1 + (status == "A")


def test_d26_s_in_a_row_without_name_that_is_seen_for_the_first_time_cancels_nobody(
    koop: Console, tmp_path: Path
) -> None:
    world = nameless(koop, tmp_path, editors=False, count=1)
    world.report()
    given = {vhs: koop.changes(vhs) for vhs in world.network}
    put(world, "K1", Status="S")
    for _ in range(3):
        world.report()
        assert koop.held(MASTER) == {refs(1)[0]: "A"}
    assert (FAR, "REGISTRATION_HELD") in koop.open_codes()
    for vhs, program in world.network.items():
        program.obey(given[vhs])
    world.rounds()
    assert koop.held(MASTER) == {refs(1)[0]: "A"}
    assert world.live(FAR) == refs(1)


def test_d17_own_booking_whose_name_was_emptied_is_no_mirror_of_its_day(koop: Console, tmp_path: Path) -> None:
    world = nameless(koop, tmp_path, editors=False, count=0)
    ref = world.network[FAR].book(NUMBERS[FAR][COOP], "9001", **{"Gebucht am": SECOND})
    world.rounds(2)
    world.book(*people(reached=True)[:1], at=SECOND)
    world.report()
    given = koop.changes(FAR)
    world.network[FAR].row(ref).update({"Name": "", "Vorname": "", "Telefon": "", "E-Mail": ""})
    for _ in range(3):
        world.report()
        assert koop.held(MASTER)[ref] == "A", "it stands there, whatever it lacks"
    world.network[FAR].obey(given)
    world.rounds()
    assert koop.held(MASTER) == {ref: "A", refs(1)[0]: "A"}


@pytest.mark.parametrize("moment", [DAY, SECOND], ids=["day", "second"])
@pytest.mark.parametrize("cancelled", [False, True], ids=["A", "S"])
def test_d25_seat_without_name_that_is_filed_in_another_course_keeps_nobody_there_from_being_missed(
    koop: Console, tmp_path: Path, moment: str, cancelled: bool
) -> None:
    """Beleg-ID and TNR say whose it is: it is made again where it belongs, and the lists come to rest (D17, D22)."""
    world = nameless(koop, tmp_path, editors=True, moment=moment, count=1)
    far = world.network[FAR]
    ref = far.book(NUMBERS[FAR][OTHER], "9001", **{"Gebucht am": SECOND})
    world.rounds()
    seat = far.row(refs(1)[0])
    seat.update({"Kursnummer": NUMBERS[FAR][OTHER], "Bearbeitet von": "Büro", "Koop-Beleg-ID": ""})
    koop.call("ingest", far.export(kind="delta"))
    far.remove(ref)
    world.rounds()
    if cancelled:  # as the remedy of the row says
        seat["Status"] = "S"
        world.rounds()
    assert koop.held(MASTER) == {refs(1)[0]: "A", ref: "S"}
    assert refs(1)[0] in world.live(FAR), "it is written again into its own course"
    assert world.is_at_rest()
    assert (FAR, "ABSENCES_SUSPENDED") not in koop.open_codes()
