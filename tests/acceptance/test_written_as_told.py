"""D5, D18, D20, D21, D24: a row that shows what its program was told to write is that booking, and no registration.

A program that keeps only the day of a booking, or the minute after midnight, has no time of day to tell two
registrations by; one without editors does not say who wrote a letter either. What was given out tells then.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Program
from tests.acceptance.sparse import DAY, MIDNIGHT, SECOND, Sparse
from tests.acceptance.told import pour
from tests.conftest import Place

_KEPT = [(editors, True, moment) for editors in (True, False) for moment in (SECOND, DAY, MIDNIGHT)]
_ALL = (*_KEPT, (True, False, DAY), (False, False, DAY))


def _named(kinds: Iterable[tuple[bool, bool, str]]) -> list[object]:
    return [pytest.param(kind, id=f"{kind[2][11:]} {'WS' * kind[0]}{'' if kind[1] else ' bare'}") for kind in kinds]


KINDS = _named(_ALL)
UNSIGNED = _named(kind for kind in _ALL if not kind[0])
"""Programs by what they keep: editors, references, the moment; and those without editors."""


@dataclass
class Story:
    """Three VHSs; of one, who keeps little, somebody is booked."""

    koop: Console
    near: Sparse
    network: dict[str, Program]

    @property
    def ref(self) -> str:
        return f"{NEAR}:5001"

    def rounds(self, count: int = 3) -> None:
        """Let everybody report and carry out its list."""
        for _ in range(count):
            for program in self.network.values():
                self.koop.call("ingest", program.export())
            for program in self.network.values():
                program.obey(self.koop.changes(program.vhs))

    def seats(self) -> dict[str, int]:
        """Count the live rows of the one person at each VHS."""
        return {
            vhs: sum(row["Name"] == "Kern" and row["Status"] != "S" for row in program.bookings.values())
            for vhs, program in self.network.items()
        }

    def open(self) -> set[tuple[str, str]]:
        return {
            (vhs, code)
            for vhs, code in self.koop.open_codes()
            if code not in ("MIRROR_WITHOUT_REFERENCE", "AUSFALL_TAKEN_BACK")
        }


def begun(koop: Console, folder: Path, editors: bool, references: bool, moment: str) -> dict[str, Program]:
    """Let three VHSs report, one of which keeps so much, and has somebody booked."""
    network = programs(folder)
    far = network.pop(FAR)
    before = network[NEAR]
    near = Sparse(NEAR, before.folder, courses=before.courses, editors=editors, references=references, moment=moment)
    network[NEAR] = near
    story = Story(koop, near, network)
    koop.ask("ingest", far.export())
    near.book(NUMBERS[NEAR][COOP], "5000", **{"Name": "Alt", "Gebucht am": SECOND})
    story.rounds()
    return network


@pytest.fixture
def story(koop: Console, sqlite_place: Place, tmp_path: Path, request: pytest.FixtureRequest) -> Story:
    network = pour(sqlite_place, begun, koop, tmp_path / "exports", *request.param)
    near = network[NEAR]
    assert isinstance(near, Sparse)
    return Story(koop, near, network)


def book(story: Story) -> None:
    at = story.near.moment if story.near.moment == MIDNIGHT else SECOND
    nobody = {"Telefon": "", "E-Mail": "", "Gebucht am": at}
    story.near.book(NUMBERS[NEAR][COOP], "5001", **({"Name": "Kern", "Vorname": "Otto"} | nobody))
    story.rounds()


def set_ausfall(story: Story, letter: str) -> None:
    (course,) = (row for row in story.network[MASTER].courses if row["Externe Kurs-Nr."] == COOP)
    course["Ausfall"] = letter


ONE_SEAT = {MASTER: 1, NEAR: 1}


@pytest.mark.parametrize("renamed", ["Kern", "Kerner"])
@pytest.mark.parametrize("story", KINDS, indirect=True)
def test_d24_an_a_written_back_after_an_ausfall_is_the_booking(story: Story, renamed: str) -> None:
    book(story)
    set_ausfall(story, "W")
    story.rounds()
    story.near.row(story.ref)["Vorname"] = renamed  # put right while the course was called off
    story.rounds(1)
    set_ausfall(story, "F")
    story.rounds()
    assert story.seats() == ONE_SEAT
    assert story.open() == set()


@pytest.mark.parametrize("story", KINDS, indirect=True)
@pytest.mark.parametrize("by_hand", [False, True], ids=["by list", "by hand"])
def test_d21_an_a_that_somebody_decided_is_the_booking(story: Story, *, by_hand: bool) -> None:
    book(story)
    story.near.cancel(story.ref)
    story.rounds(1)
    wrong = f"{NEAR}#{story.near.sequence}"
    story.rounds(1)
    story.koop.ask("withdraw-export", wrong, "--reason", "wrong", "--yes")
    story.rounds(1)
    if (NEAR, "CANCELLATION_UNCLEAR") in story.koop.open_codes():
        words = ("confirm-cancellation", COOP, "--booking", story.ref, "--vhs", NEAR, "--reason", "asked", "--reject")
        story.koop.ask(*words)
    if by_hand:
        story.near.row(story.ref).update({"Status": "A", "Bearbeitet von": "Büro"})
    story.rounds()
    assert story.seats() == ONE_SEAT
    assert story.open() == set()


@pytest.mark.parametrize("story", KINDS, indirect=True)
@pytest.mark.parametrize("taken", [False, True], ids=["same Beleg-ID", "another Beleg-ID"])
def test_d20_what_is_written_again_is_the_booking(story: Story, *, taken: bool) -> None:
    copy = deepcopy(story.near.bookings)
    story.network[MASTER].book(NUMBERS[MASTER][COOP], "8800", **{"Gebucht am": "03.02.2026 10:11:12"})
    story.near.book(NUMBERS[NEAR][COOP], "5002", **{"Name": "Neu", "Gebucht am": SECOND})
    book(story)
    story.near.bookings = copy
    if taken:
        story.near.book(NUMBERS[NEAR][COOP], "5001", **{"Gebucht am": "04.02.2026 10:00:00", "TNR": "79999"})
    for _ in range(2):
        story.koop.call("ingest", story.near.export())
    story.koop.ask("restore-booking", COOP, "--booking", story.ref, "--vhs", NEAR, "--reason", "asked")
    for _ in range(5):
        story.near.obey(story.koop.changes(NEAR))
        story.koop.call("ingest", story.near.export())
    story.rounds(1)
    assert story.seats() == ONE_SEAT


@pytest.mark.parametrize("story", KINDS, indirect=True)
def test_d21_an_a_of_a_list_is_the_booking_also_where_another_cancelled_it_meanwhile(story: Story) -> None:
    book(story)
    set_ausfall(story, "W")
    story.rounds()
    set_ausfall(story, "F")
    story.rounds(1)
    master = story.network[MASTER]
    story.koop.ingest(master.export())
    master.row(story.ref).update({"Status": "S", "Bearbeitet von": "Büro"})
    story.koop.ingest(master.export())
    story.rounds()
    assert story.seats() == {MASTER: 0, NEAR: 0}
    refs = [booking["ref"] for course in story.koop.view(NEAR)["courses"] for booking in course["bookings"]]
    assert f"{story.ref}~2" not in refs


@pytest.mark.parametrize("story", UNSIGNED, indirect=True)
def test_d5_d18_who_is_booked_anew_over_an_s_has_a_seat_of_their_own(story: Story) -> None:
    """Nobody was told to write that letter: the booking stays cancelled, and the person is booked once more."""
    book(story)
    story.near.cancel(story.ref)
    story.rounds()
    story.near.row(story.ref).update({"Status": "A", "Gebucht am": "05.02.2026 11:00:00"})
    story.rounds()
    assert story.seats() == ONE_SEAT
    assert story.koop.booking(NEAR, f"{story.ref}~2") is not None


BARE = _named((editors, False, SECOND) for editors in (True, False))


@pytest.mark.parametrize("story", BARE, indirect=True)
def test_d26_a_mirror_with_the_numbers_of_an_own_booking_that_went_is_not_that_booking(story: Story) -> None:
    """The program counts on from its backup, and keeps no references: the second of the list tells."""
    near, number = story.near, NUMBERS[NEAR][COOP]
    copy = deepcopy(near.bookings)
    story.network[MASTER].book(NUMBERS[MASTER][COOP], "8800", **{"Gebucht am": "03.02.2026 10:11:12"})
    near.book(number, "5002", **{"Name": "Neu", "Gebucht am": "02.02.2026 11:11:11"})
    book(story)
    near.bookings = copy
    for _ in range(4):
        story.koop.call("ingest", near.export())
        near.obey(story.koop.changes(NEAR))
        written = near.bookings.pop(f"M{MASTER}-8800", None)
        if written is not None:
            near.bookings["5001"] = written | {"Beleg-ID": "5001", "TNR": "75001"}
    assert (NEAR, "BOOKING_REMOVED") in story.open()
    words = ("restore-booking", COOP, "--booking", story.ref, "--vhs", NEAR, "--reason", "asked")
    assert story.koop.ask(*words)["decided"] == "restored"
    for _ in range(3):
        near.obey(story.koop.changes(NEAR))
        story.koop.call("ingest", near.export())
    story.rounds(1)
    assert story.seats() == ONE_SEAT
    assert near.bookings["5001"]["Name"] == ""
