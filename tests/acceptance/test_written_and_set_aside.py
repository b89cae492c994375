"""D17, D22, D30: what a connector wrote into a row that cannot be used is written, and is not ordered again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import Row
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Program

NIGHTS = 4
"""Complete exports: one more than after which a change that none shows is given out anew (D22)."""

DATE = {"Gebucht am": "32.03.2026 10:00"}


@dataclass
class Spoiling(Program):
    """A program of whose rows some cells come out ``spoilt``, by reference, and which may have no ``references``."""

    spoilt: dict[str, Row] = field(default_factory=dict)
    references: bool = True

    def export(self, **manifest: Any) -> Path:
        kept = self.bookings
        nothing = {} if self.references else {"Koop-Beleg-ID": ""}
        self.bookings = {
            key: row | nothing | self.spoilt.get(row["Koop-Beleg-ID"] or f"{self.vhs}:{row['Beleg-ID']}", {})
            for key, row in kept.items()
        }
        path = super().export(**manifest)
        self.bookings = kept
        return path


@dataclass
class Story:
    """Three VHSs, and what somebody booked at one of them comes out spoilt ``at`` another."""

    koop: Console
    network: dict[str, Program]
    at: Spoiling
    ids: list[str] = field(default_factory=list)
    day: int = 1

    def console(self) -> Console:
        return replace(self.koop, now=f"2026-03-{self.day:02}T08:00")

    def answer(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = self.console().call(*words).answer["data"]
        return found

    @property
    def ref(self) -> str:
        return f"{NEAR}:5001"

    def nights(self, count: int, *, gone: bool = False) -> None:
        """Let all report and carry out what they are told; ``gone`` takes the row out before each export."""
        for _ in range(count):
            self.day += 1
            for vhs, program in self.network.items():
                if gone and vhs == self.at.vhs:
                    program.bookings = {
                        key: row for key, row in program.bookings.items() if row["Koop-Beleg-ID"] != self.ref
                    }
                export = program.export(exported_at=f"2026-03-{self.day:02}T02:00:00+01:00")
                self.console().call("ingest", export)
                told = self.console().changes(vhs)
                self.ids += [c["id"] for c in told if vhs == self.at.vhs and c["id"] not in self.ids]
                program.obey(told)

    @property
    def said(self) -> set[str]:
        return {item["code"] for item in self.answer("violations")["violations"]}

    @property
    def rows(self) -> int:
        """Count the rows that have the reference, or would have."""
        return sum(row["Koop-Beleg-ID"] == self.ref for row in self.at.bookings.values())

    def state(self) -> str:
        found = {item["vhs"]: str(item["state"]) for item in self.answer("status")["vhs"]}
        return found[self.at.vhs]

    def why(self) -> dict[str, Any]:
        return self.answer("why", COOP, "--vhs", self.at.vhs, "--booking", self.ref)


def written(koop: Console, folder: Path, at: str, cells: Row, *, references: bool = True) -> Story:
    """Let somebody book, and the other programs write it, of which one exports its row spoilt."""
    network = programs(folder)
    spoiling = Spoiling(at, folder, courses=network[at].courses, references=references)
    network[at] = spoiling
    story = Story(koop, network, spoiling)
    story.nights(1)
    network[NEAR].book(NUMBERS[NEAR][COOP], "5001", **{"Name": "Adler", "Vorname": "Eva"})
    spoiling.spoilt = {story.ref: cells}
    story.nights(1)
    story.nights(1)
    assert story.rows == 1
    return story


CELLS = (
    DATE,
    {"TNR": "#REF!"},
    {"Beleg-ID": "1,2E+11"},
    {"Kursnummer": "#NAME?"},
    {"Status": "#NV"},
    {"Name": "", "Vorname": "", "Bearbeitet von": ""} | DATE,
    {"Koop-Beleg-ID": "#NV"},
)
NAMED = [pytest.param(cells, id="+".join(f"{key}={text}" for key, text in cells.items())) for cells in CELLS]


def check(story: Story) -> None:
    """Expect that nothing is ordered twice or said to be unwritten, and that the row is said to be set aside."""
    story.nights(NIGHTS)
    told = [item for item in story.ids if f":booking:{story.ref}:" in item]
    assert (story.rows, len(told)) == (1, 1)
    assert "APPLIED_NOT_SEEN" not in story.said
    assert story.answer("quarantine", "list")["quarantine"]
    assert story.state() not in ("agrees", "behind")
    assert "set_aside" in {matter["kind"] for matter in story.why()["open"]}
    story.at.spoilt = {}
    story.nights(2)
    assert (story.rows, story.said, story.state()) == (1, set(), "agrees")


@pytest.mark.parametrize("cells", NAMED)
def test_d17_what_the_master_wrote_in_a_row_that_cannot_be_used_is_not_ordered_again(
    koop: Console, tmp_path: Path, cells: Row
) -> None:
    check(written(koop, tmp_path, MASTER, cells))


@pytest.mark.parametrize("cells", NAMED[:4])
def test_d17_nor_is_it_in_a_program_that_keeps_no_references(koop: Console, tmp_path: Path, cells: Row) -> None:
    story = written(koop, tmp_path, MASTER, cells, references=False)
    story.nights(NIGHTS)
    told = [item for item in story.ids if f":booking:{story.ref}:" in item]
    assert (story.rows, len(told)) == (1, 1)
    assert "APPLIED_NOT_SEEN" not in story.said


@pytest.mark.parametrize("cells", [DATE, {"Status": "#NV"}])
def test_b4_nor_is_it_where_nobody_has_a_name(koop: Console, tmp_path: Path, cells: Row) -> None:
    check(written(koop, tmp_path, FAR, cells))


def test_d22_the_row_that_vanishes_is_ordered_anew(koop: Console, tmp_path: Path) -> None:
    story = written(koop, tmp_path, MASTER, DATE)
    story.nights(NIGHTS)
    story.nights(1, gone=True)
    story.at.spoilt = {}
    story.nights(NIGHTS)
    assert len([item for item in story.ids if f":booking:{story.ref}:" in item]) == 2
    assert (story.rows, story.said, story.state()) == (1, set(), "agrees")


def test_d30_an_s_for_a_row_that_is_set_aside_waits_and_is_acknowledged_once_it_is_legible(
    koop: Console, tmp_path: Path
) -> None:
    story = written(koop, tmp_path, MASTER, {})
    story.nights(1)
    story.at.spoilt = {story.ref: DATE}
    story.network[NEAR].cancel(story.ref)
    story.nights(2 * NIGHTS)
    told = [item for item in story.ids if f":booking:{story.ref}:" in item]
    assert len(told) == 2, "the mirror, and one S"
    assert "APPLIED_NOT_SEEN" not in story.said
    story.at.spoilt = {}
    story.nights(2)
    assert story.at.row(story.ref)["Status"] == "S"
    assert (story.said, story.state()) == (set(), "agrees")


def test_d30_who_cancels_while_the_row_is_set_aside_is_cancelled_there_once_it_is_legible(
    koop: Console, tmp_path: Path
) -> None:
    story = written(koop, tmp_path, MASTER, DATE)
    story.network[NEAR].cancel(story.ref)
    story.nights(NIGHTS)
    assert story.state() not in ("agrees", "behind")
    assert "nothing" not in " ".join(story.why()["now"]).lower()
    story.at.spoilt = {}
    story.nights(3)
    assert (story.at.row(story.ref)["Status"], story.state()) == ("S", "agrees")


def test_d17_a_row_that_was_written_cannot_be_given_up_without_a_word(koop: Console, tmp_path: Path) -> None:
    story = written(koop, tmp_path, MASTER, DATE)
    story.nights(1)
    (item,) = story.answer("quarantine", "list")["quarantine"]
    refused = story.console().call("quarantine", "discard", item["id"])
    assert refused.error["code"] == "stands_for_booking"
