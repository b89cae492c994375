"""The engine's own store is put back from a backup, and life goes on: what it gave out since it does not know (D21)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Bare, Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place

EVERYBODY = (MASTER, NEAR, FAR)
REF = f"{NEAR}:5050"


@dataclass
class Quiet(Program):
    """A program that keeps no editors."""

    def export(self, **manifest: Any) -> Path:
        editors = {key: row["Bearbeitet von"] for key, row in self.bookings.items()}
        for row in self.bookings.values():
            row["Bearbeitet von"] = ""
        path = super().export(**manifest)
        for key, row in self.bookings.items():
            row["Bearbeitet von"] = editors[key]
        return path


class BareQuiet(Bare, Quiet):
    """A program that keeps neither editors nor references."""


PROGRAMS = {"plain": Program, "quiet": Quiet, "bare": Bare, "bare and quiet": BareQuiet}


@dataclass
class Restore:
    """Three Volkshochschulen, their store, and how it is put back into another place."""

    koop: Console
    network: dict[str, Program]
    folder: Path
    elsewhere: str
    backups: list[Path] = field(default_factory=list)

    def take_in(self, *vhss: str) -> None:
        for vhs in vhss or EVERYBODY:
            assert self.koop.call("ingest", self.network[vhs].export()).status in {0, 1}

    def settle(self) -> None:
        settle(self.koop, self.network.values(), rounds=4)

    def back_up(self) -> None:
        self.backups.append(self.folder / "koop.backup")
        self.koop.ask("backup", self.backups[-1])

    def put_back(self) -> None:
        Console(self.elsewhere, self.koop.capsys).ask("restore", self.backups[-1])
        self.koop = Console(self.elsewhere, self.koop.capsys, "2026-04-28T08:00")
        for program in self.network.values():
            program.month = "2026-04"

    def answer(self, vhs: str, *options: str) -> None:
        """Answer what is asked about at a VHS, where anything is."""
        words = ("confirm-cancellation", COOP, "--booking", REF, "--vhs", vhs, *options, "--reason", "asked by phone")
        if (vhs, "CANCELLATION_UNCLEAR") in self.koop.open_codes():
            self.koop.ask(*words)

    def statuses(self) -> set[str]:
        return {self.koop.held(vhs)[REF] for vhs in EVERYBODY}


Begin = Callable[[Mapping[str, str]], Restore]


def agreed(koop: Console, folder: Path, *kinds: tuple[str, str]) -> dict[str, Program]:
    """Let three VHSs agree about one booking, with programs of these kinds."""
    network = programs(folder)
    for vhs, kind in kinds:
        network[vhs] = PROGRAMS[kind](vhs, network[vhs].folder, courses=network[vhs].courses)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **{"Gebucht am": "02.02.2026 09:15:31"})
    for vhs in EVERYBODY:
        koop.ingest(network[vhs].export())
    settle(koop, network.values(), rounds=4)
    return network


@pytest.fixture
def begin(koop: Console, sqlite_place: Place, tmp_path: Path) -> Begin:
    def begun(kinds: Mapping[str, str]) -> Restore:
        network = pour(sqlite_place, agreed, koop, tmp_path / "exports", *kinds.items())
        return Restore(koop, network, tmp_path, f"sqlite:///{tmp_path / 'elsewhere.db'}")

    return begun


def cancelled_wrongly(history: Restore, vhs: str = MASTER) -> str:
    """Let the booking be cancelled everywhere by a wrong export of a VHS, and name that export."""
    history.network[vhs].row(REF).update({"Status": "S", "Bearbeitet von": "Kern"})
    history.take_in(vhs)
    history.settle()
    return f"{vhs}#{history.network[vhs].sequence - 1}"


@pytest.mark.parametrize("order", list(permutations([FAR, NEAR, "withdraw"])))
@pytest.mark.parametrize("kind", ["plain", "quiet"])
def test_d21_whoever_answers_first_after_a_restore_the_owner_is_told_its_letter(
    begin: Begin, kind: str, order: tuple[str, ...]
) -> None:
    history = begin(dict.fromkeys(EVERYBODY, kind))
    network, koop = history.network, history.koop
    network[MASTER].row(REF).update({"Status": "S", "Bearbeitet von": "Kern"})
    wrong = koop.take_in(network[MASTER].export())["export"]
    network[NEAR].obey(koop.changes(NEAR))
    network[NEAR].row(REF)["Bearbeitet von"] = "Kern"  # who put a phone right
    history.take_in(NEAR)
    history.settle()
    history.back_up()
    network[FAR].row(REF).update({"Status": "A", "Bearbeitet von": "WS"})  # the export was withdrawn, and "A" given out
    history.put_back()
    history.take_in()
    assert history.statuses() == {"A"}
    assert {(vhs, "CANCELLATION_UNCLEAR") for vhs in (FAR, NEAR)} <= history.koop.open_codes()
    for who in order:
        if who == "withdraw":
            reply = history.koop.call("withdraw-export", wrong, "--yes", "--reason", "it was withdrawn yesterday")
            # Once it is decided at the VHS that showed "A", nothing is left to be taken back, and it says so.
            assert reply.status == 0 or "nothing of export" in reply.out
        else:
            history.answer(who, "--reject")
    history.answer(MASTER, "--reject")
    history.settle()
    assert history.statuses() == {"A"}
    assert {network[vhs].row(REF)["Status"] for vhs in EVERYBODY} == {"A"}
    assert "CANCELLATION_UNCLEAR" not in {code for _, code in history.koop.open_codes()}


@pytest.mark.parametrize("meant", [True, False])
@pytest.mark.parametrize("kind", ["quiet", "plain"])
def test_d21_s_that_an_owner_set_again_since_the_backup_is_asked_about_there(
    begin: Begin, kind: str, meant: bool
) -> None:
    history = begin({NEAR: kind})
    near = history.network[NEAR]
    near.row(REF).update({"Status": "S", "Bearbeitet von": "Kern"})
    wrong = history.koop.take_in(near.export())["export"]
    history.koop.ask("withdraw-export", wrong, "--yes", "--reason", "the column was shifted")
    near.obey(history.koop.changes(NEAR))
    history.back_up()
    history.take_in(NEAR)
    history.settle()
    assert near.row(REF)["Status"] == "A"
    near.row(REF).update({"Status": "S", "Bearbeitet von": "Kern" if kind == "quiet" else "Maier"})
    history.put_back()
    history.take_in()
    assert (NEAR, "CANCELLATION_UNCLEAR") in history.koop.open_codes()
    near.obey(history.koop.changes(NEAR))
    assert near.row(REF)["Status"] == "S", "nothing is written over it"
    history.answer(NEAR, *(() if meant else ("--reject",)))
    history.settle()
    assert history.statuses() == {"S" if meant else "A"}


# --- mirrors that were written after the backup, in a program without references (D26) -------------------------------


def booked_since(history: Restore, **person: str) -> str:
    """Let a booking be made and settle everywhere after the backup, and put the store back; gives its reference."""
    history.back_up()
    texts = {"Gebucht am": "20.03.2026 11:12:13", **person}
    ref = history.network[NEAR].book(NUMBERS[NEAR][COOP], "6001", **texts)
    history.take_in(NEAR)
    history.settle()
    history.put_back()
    return ref


def everywhere(history: Restore) -> dict[str, str]:
    """Give what all VHSs should hold, which is the same."""
    (found,) = {tuple(sorted(history.koop.held(vhs).items())) for vhs in EVERYBODY}
    return dict(found)


@pytest.mark.parametrize("order", list(permutations(EVERYBODY)))
@pytest.mark.parametrize("kind", ["bare", "bare and quiet", "plain", "quiet"])
def test_d26_mirror_that_was_written_after_the_backup_is_no_registration_after_a_restore(
    begin: Begin, kind: str, order: tuple[str, ...]
) -> None:
    history = begin({MASTER: kind})
    ref = booked_since(history)
    for _ in range(3):
        for vhs in order:
            history.take_in(vhs)
            assert not any(other.startswith(f"{MASTER}:") for other in history.koop.held(MASTER)), "nobody booked there"
        for vhs in order:
            changes = history.koop.changes(vhs)
            assert not any(change["kind"] == "booking.create" for change in changes), "it stands everywhere already"
            history.network[vhs].obey(changes)
    assert everywhere(history) == {REF: "A", ref: "A"}
    assert history.koop.open_codes() <= {(MASTER, "MIRROR_WITHOUT_REFERENCE")}


@pytest.mark.parametrize("order", list(permutations(EVERYBODY)))
@pytest.mark.parametrize("kind", ["bare", "bare and quiet"])
def test_d26_registration_of_after_the_backup_is_not_lost_in_a_program_without_references(
    begin: Begin, kind: str, order: tuple[str, ...]
) -> None:
    history = begin({MASTER: kind})
    history.back_up()
    own = history.network[MASTER].book(
        NUMBERS[MASTER][COOP], "9901", **{"Gebucht am": "20.03.2026 11:12:13", "Bearbeitet von": "WS"}
    )
    history.take_in(MASTER)
    history.settle()
    history.put_back()
    history.take_in(*order)
    waits = (MASTER, "REGISTRATION_HELD") in history.koop.open_codes()
    assert waits is (order[-1] != MASTER), "as long as one of the others has not told what is booked there"
    history.take_in(*order)
    history.settle()
    assert everywhere(history) == {REF: "A", own: "A"}
    assert "REGISTRATION_HELD" not in {code for _, code in history.koop.open_codes()}


def test_d26_who_answers_for_a_vhs_that_reports_no_more_lets_a_row_count_after_a_restore(begin: Begin) -> None:
    history = begin({MASTER: "bare"})
    ref = booked_since(history)
    history.take_in(MASTER, NEAR)
    history.take_in(MASTER)
    assert ref in history.koop.held(MASTER), "it is that one, whoever is silent"
    own = history.network[MASTER].book(NUMBERS[MASTER][COOP], "9901", **{"Bearbeitet von": "WS"})
    history.take_in(MASTER)
    assert own in history.koop.held(MASTER), "what is entered after the first export is a registration"


def test_d26_row_waits_until_somebody_answers_for_a_vhs_that_reports_no_more(begin: Begin) -> None:
    history = begin({MASTER: "bare"})
    history.back_up()
    own = history.network[MASTER].book(NUMBERS[MASTER][COOP], "9901", **{"Bearbeitet von": "WS"})
    history.put_back()
    history.take_in(MASTER, NEAR)
    history.take_in(MASTER)
    (said,) = [item for item in history.koop.violations() if item["code"] == "REGISTRATION_HELD"]
    assert "9901" in said["text"]
    assert "koop-es acknowledge" in said["text"]
    history.koop.ask("acknowledge", f"vhs:{FAR}", "STORE_PUT_BACK", "--vhs", FAR, "--reason", "takes no part now")
    history.take_in(MASTER)
    assert own in history.koop.held(MASTER)


@pytest.mark.parametrize("order", list(permutations(EVERYBODY)))
def test_d26_mirror_without_name_that_was_written_after_the_backup_takes_no_second_seat_unsaid(
    begin: Begin, order: tuple[str, ...]
) -> None:
    history = begin({FAR: "bare"})
    ref = booked_since(history)
    far = history.network[FAR]
    for _ in range(2):
        history.take_in(*order)
        for change in history.koop.changes(FAR):
            if change["kind"] == "booking.create" and change["id"] not in far.obeyed:  # its connector has no reference
                far.bookings["M-2"] = far.row(ref) | {"Beleg-ID": "M-2", "TNR": "9M-2"}
                far.obeyed.append(change["id"])
    history.take_in(*order)
    assert everywhere(history) == {REF: "A", ref: "A"}
    assert ("M-2" in far.bookings) is (order.index(FAR) < order.index(NEAR))
    assert ("M-2" in far.bookings) is ((FAR, "REGISTRATION_HELD") in history.koop.open_codes())
