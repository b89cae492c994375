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


@pytest.fixture
def begin(koop: Console, tmp_path: Path) -> Begin:
    def begun(kinds: Mapping[str, str]) -> Restore:
        network = programs(tmp_path / "exports")
        for vhs, kind in kinds.items():
            network[vhs] = PROGRAMS[kind](vhs, network[vhs].folder, courses=network[vhs].courses)
        network[NEAR].book(NUMBERS[NEAR][COOP], "5050", **{"Gebucht am": "02.02.2026 09:15:31"})
        history = Restore(koop, network, tmp_path, f"sqlite:///{tmp_path / 'elsewhere.db'}")
        history.take_in()
        history.settle()
        return history

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
            history.koop.ask("withdraw-export", wrong, "--yes", "--reason", "it was withdrawn yesterday")
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
