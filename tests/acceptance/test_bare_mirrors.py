"""An admin program that has no field for the reference of a mirror, and gets no names either (D26, D1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, programs
from tests.acceptance.program import Bare, Program, settle


@dataclass
class Wordy(Bare):
    """One that keeps no editors either, and where its connector writes a ``word`` of its own for a name it lacks.

    ``kept`` says how much of a moment of booking the program keeps.
    """

    word: str = "Teilnehmer"
    kept: int = len("02.02.2026 09:15:31")

    def export(self, **manifest: Any) -> Path:
        editors = {key: row["Bearbeitet von"] for key, row in self.bookings.items()}
        for row in self.bookings.values():
            row |= {"Bearbeitet von": "", "Gebucht am": row["Gebucht am"][: self.kept]}
        path = super().export(**manifest)
        for key, row in self.bookings.items():
            row["Bearbeitet von"] = editors[key]
        return path

    def _booking(self, verb: str, change: Mapping[str, Any]) -> None:
        super()._booking(verb, change)
        row = self.row(change["booking"]["ref"])
        if self.word and not row["Name"]:
            row |= {"Name": self.word, "Vorname": "vhsKOOP"}


def with_a_bare_mirror(koop: Console, tmp_path: Path) -> tuple[dict[str, Program], str]:
    """Let a booking settle of which the far VHS holds a mirror with neither name nor reference."""
    network = programs(tmp_path / "exports")
    network[FAR] = Bare(FAR, network[FAR].folder, courses=network[FAR].courses)
    ref = network[NEAR].book(NUMBERS[NEAR][COOP], "1001", **{"Gebucht am": "02.02.2026 09:15:31"})
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values(), rounds=4)
    return network, ref


def test_d26_a_mirror_with_neither_name_nor_reference_is_known_by_its_second(koop: Console, tmp_path: Path) -> None:
    network = programs(tmp_path / "exports")
    network[FAR] = Bare(FAR, network[FAR].folder, courses=network[FAR].courses)
    ref = network[NEAR].book(NUMBERS[NEAR][COOP], "1001", **{"Gebucht am": "02.02.2026 09:15:31"})
    network[FAR].book(NUMBERS[FAR][COOP], "7001", **{"Gebucht am": "02.02.2026 10:00:12"})
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values(), rounds=4)
    assert koop.held(FAR)[ref] == "A"

    network[NEAR].cancel(ref)
    koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=4)
    assert network[FAR].row(ref)["Status"] == "S"
    assert network[FAR].row(f"{FAR}:7001")["Status"] == "A"


def test_d26_a_mirror_with_neither_name_nor_reference_that_lives_again_is_no_registration(
    koop: Console, tmp_path: Path
) -> None:
    """Its row was removed at the owner for two exports, and is back: A was written over the "S" (D5, D18)."""
    network, ref = with_a_bare_mirror(koop, tmp_path)
    row = network[NEAR].remove(ref)
    for _ in range(2):
        koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=4)
    assert network[FAR].row(ref)["Status"] == "S"

    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=4)
    assert {vhs: koop.held(vhs) for vhs in network} == {vhs: {ref: "A"} for vhs in network}


def test_d20_a_mirror_with_neither_name_nor_reference_that_a_cut_file_lacked_is_told_its_s(
    koop: Console, tmp_path: Path
) -> None:
    """The file looked like a restore, and the booking was cancelled before the next one came."""
    network = programs(tmp_path / "exports")
    network[FAR] = Bare(FAR, network[FAR].folder, courses=network[FAR].courses)
    network[FAR].book(NUMBERS[FAR][COOP], "7001", **{"Gebucht am": "02.02.2026 10:00:12"})
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values(), rounds=2)
    first = network[NEAR].book(NUMBERS[NEAR][COOP], "1001", **{"Gebucht am": "02.02.2026 11:15:31"})
    other = network[NEAR].book(NUMBERS[NEAR][COOP], "1002", **{"Gebucht am": "02.02.2026 11:15:47"})
    koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=3)
    rows = [network[FAR].remove(ref) for ref in (first, other)]
    koop.take_in(network[FAR].export(), status=1)
    for row in rows:
        network[FAR].restore(row)
    network[NEAR].cancel(first)
    koop.take_in(network[NEAR].export())
    assert koop.take_in(network[FAR].export())["quarantined_rows"] == 0
    settle(koop, network.values(), rounds=4)
    assert network[FAR].row(first)["Status"] == "S"
    assert network[FAR].row(other)["Status"] == "A"


def test_b4_a_booking_without_a_name_that_is_no_mirror_is_set_aside(koop: Console, tmp_path: Path) -> None:
    network = programs(tmp_path / "exports")
    network[FAR].book(NUMBERS[FAR][COOP], "7001", **{"Vorname": "", "Gebucht am": "02.02.2026 10:00:12"})
    for program in network.values():
        found = koop.take_in(program.export(), status=int(program is network[FAR]))
        assert found["quarantined_rows"] == int(program is network[FAR])


def test_d26_a_copy_that_nothing_tells_is_not_asked_for_a_name(koop: Console, tmp_path: Path) -> None:
    network = programs(tmp_path / "exports")
    network[FAR] = Bare(FAR, network[FAR].folder, courses=network[FAR].courses)
    ref = network[NEAR].book(NUMBERS[NEAR][COOP], "1001", **{"Gebucht am": "02.02.2026 09:15:31"})
    for program in network.values():
        koop.take_in(program.export())
    network[FAR].obey(koop.changes(FAR))
    network[FAR].row(ref)["Gebucht am"] = "02.02.2026 09:16"
    koop.take_in(network[FAR].export(), outcome="unchanged", status=1)
    (item,) = koop.call("quarantine", "list").answer["data"]["quarantine"]
    assert (item["column"], "of which booking" in item["reason"]) == ("Name", True)
    assert "enter its Koop-Beleg-ID, and no name" in item["remedy"]

    network[FAR].row(ref)["Gebucht am"] = "02.02.2026 09:15:31"
    koop.take_in(network[FAR].export())
    assert koop.held(FAR) == {ref: "A"}
    assert koop.booking(FAR, ref)["reported"] == "A"  # type: ignore[index]

    lost = network[FAR].book(NUMBERS[FAR][COOP], "7001", **{"Name": "", "Vorname": "", "Telefon": "", "E-Mail": ""})
    network[FAR].row(lost)["Bearbeitet von"] = "WS"
    koop.take_in(network[FAR].export(), outcome="unchanged", status=1)
    (item,) = koop.call("quarantine", "list").answer["data"]["quarantine"]
    assert item["remedy"] == "fill it in the admin program"


def test_d26_a_mirror_with_neither_name_nor_reference_that_was_merged_goes_on(koop: Console, tmp_path: Path) -> None:
    network, ref = with_a_bare_mirror(koop, tmp_path)
    row = network[FAR].row(ref)
    del network[FAR].bookings[row["Beleg-ID"]]
    row |= {"Beleg-ID": "7777", "TNR": "97777"}
    network[FAR].bookings["7777"] = row
    koop.take_in(network[FAR].export())
    assert koop.held(FAR)[ref] == "A"
    assert koop.call("quarantine", "list").answer["data"]["quarantine"] == []

    network[NEAR].cancel(ref)
    koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=4)
    assert network[FAR].row(ref)["Status"] == "S"


def test_d26_a_second_row_with_neither_name_nor_reference_is_nobody_s_registration(
    koop: Console, tmp_path: Path
) -> None:
    network, ref = with_a_bare_mirror(koop, tmp_path)
    network[FAR].bookings["7777"] = network[FAR].row(ref) | {"Beleg-ID": "7777", "TNR": "97777"}
    koop.take_in(network[FAR].export(), outcome="unchanged", status=1)
    assert koop.held(FAR) == {ref: "A"}
    (item,) = koop.call("quarantine", "list").answer["data"]["quarantine"]
    assert item["column"] == "Name"


def test_d17_a_company_under_the_number_of_a_mirror_that_stands_in_another_row_is_set_aside(
    koop: Console, tmp_path: Path
) -> None:
    network = programs(tmp_path / "exports")
    ref = network[NEAR].book(NUMBERS[NEAR][COOP], "1001", **{"Gebucht am": "02.02.2026 09:15:31"})
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values(), rounds=4)
    row = network[FAR].remove(ref)
    former = row["Beleg-ID"]
    network[FAR].restore(row | {"Beleg-ID": "7777"})
    company = {"TNR": "97778", "Name": "Firma Kern", "Vorname": "", "Gebucht am": "02.02.2026 10:00:12"}
    network[FAR].book(NUMBERS[FAR][COOP], former, **company)
    assert koop.take_in(network[FAR].export(), status=1)["quarantined_rows"] == 1
    assert {vhs: koop.held(vhs) for vhs in network} == {vhs: {ref: "A"} for vhs in network}


@pytest.mark.parametrize("kept", [len("02.02.2026 09:15:31"), len("02.02.2026 09:15")], ids=["seconds", "minutes"])
@pytest.mark.parametrize("word", ["Teilnehmer", ""], ids=["a word", "no name"])
def test_d26_a_family_is_told_its_s_where_no_names_references_and_editors_are_kept(
    koop: Console, tmp_path: Path, word: str, kept: int
) -> None:
    """Two who booked in one second, and a third in its minute: their rows are no registrations of the VHS's own."""
    network = programs(tmp_path / "exports")
    network[FAR] = Wordy(FAR, network[FAR].folder, courses=network[FAR].courses, word=word, kept=kept)
    own = network[FAR].book(NUMBERS[FAR][COOP], "7001", **{"Gebucht am": "02.02.2026 08:00:12"})
    number, at = NUMBERS[NEAR][COOP], "02.02.2026 09:15:31"
    eva = network[NEAR].book(number, "1001", Name="Huber", Vorname="Eva", **{"Gebucht am": at})
    max_ = network[NEAR].book(number, "1002", Name="Huber", Vorname="Max", **{"Gebucht am": at})
    third = network[MASTER].book(NUMBERS[MASTER][COOP], "8801", **{"Gebucht am": "02.02.2026 09:15:47"})
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values(), rounds=4)
    assert koop.held(FAR) == {own: "A", eva: "A", max_: "A", third: "A"}
    assert koop.call("quarantine", "list").answer["data"]["quarantine"] == []

    for ref in (eva, max_):
        network[NEAR].cancel(ref)
    koop.take_in(network[NEAR].export())
    settle(koop, network.values(), rounds=4)
    letters = {own: "A", eva: "S", max_: "S", third: "A"}
    assert {ref: network[FAR].row(ref)["Status"] for ref in letters} == letters
    assert {vhs: koop.held(vhs) for vhs in network} == dict.fromkeys(network, letters)
