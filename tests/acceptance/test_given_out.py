"""What `changes` gives out, whose "S" it then is, and what an operator says where nobody can tell (D21, D22)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle
from tests.acceptance.told import pour
from tests.conftest import Place

KERN = "Kern am 17.07.2025, 09:42"
ASKED = ("--reason", "asked at the desk")
REF = f"{NEAR}:9000"


def with_one_more(koop: Console, folder: Path) -> dict[str, Program]:
    """Let three VHSs agree, with one more booking of VHS 301 everywhere."""
    found = booked(folder)
    found[NEAR].book(
        NUMBERS[NEAR][COOP], "9000", Name="Öztürk", Vorname="Ada", **{"Telefon": "0341 1", "E-Mail": "a@b.de"}
    )
    for program in found.values():
        koop.take_in(program.export())
    settle(koop, found.values())
    return found


@pytest.fixture
def network(koop: Console, sqlite_place: Place, tmp_path: Path) -> dict[str, Program]:
    return pour(sqlite_place, with_one_more, koop, tmp_path / "exports")


def events(koop: Console, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = koop.ask("history", COOP, *more)["events"]
    return found


def about(koop: Console, vhs: str, *more: str) -> dict[str, Any] | None:
    found = koop.ask("changes", "--vhs", vhs, *more)["changes"]
    return next((change for change in found if change.get("booking", {}).get("ref") == REF), None)


def lose(koop: Console, program: Program) -> dict[str, str]:
    """Let VHS 301 remove its booking, until it is an orphan; gives the row."""
    row = program.remove(REF)
    for _ in range(2):
        koop.take_in(program.export())
    return row


def unclear(koop: Console, network: dict[str, Program], editor: str) -> None:
    """Let the Master show the orphan's "S" under an editor, and let the lost row return."""
    row = lose(koop, network[NEAR])
    for vhs in (MASTER, FAR):
        network[vhs].obey(koop.changes(vhs))
    network[MASTER].row(REF)["Bearbeitet von"] = editor
    for vhs in (MASTER, FAR):
        koop.take_in(network[vhs].export())
    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())


def test_d21_changes_gives_out_once_and_preview_and_at_give_nothing_out(
    koop: Console, network: dict[str, Program], tmp_path: Path
) -> None:
    lose(koop, network[NEAR])
    given = len(events(koop, "--type", "ChangesGivenOut", "--vhs", FAR))
    looked = about(koop, FAR, "--preview")
    assert about(koop, FAR, "--at", "999999") == looked
    assert len(events(koop, "--type", "ChangesGivenOut", "--vhs", FAR)) == given
    assert about(koop, FAR) == looked
    assert len(events(koop, "--type", "ChangesGivenOut", "--vhs", FAR)) == given + 1
    assert about(koop, FAR) == looked
    koop.ask("changes", "--vhs", FAR, "--format", "kufer-xml", "--into", tmp_path / "anmeldungen")
    assert len(events(koop, "--type", "ChangesGivenOut", "--vhs", FAR)) == given + 1


def test_d21_history_is_not_flooded_with_what_was_given_out(koop: Console, network: dict[str, Program]) -> None:
    assert not [event for event in events(koop) if event["type"] == "ChangesGivenOut"]
    told = [event for event in events(koop, "--given") if event["type"] == "ChangesGivenOut"]
    assert told and all(event["text"] for event in told)


def test_d22_a_change_says_what_the_row_must_show(koop: Console, network: dict[str, Program]) -> None:
    lose(koop, network[NEAR])
    change = about(koop, MASTER)
    row = network[MASTER].row(REF)
    assert change is not None and change["booking"]["status"] == "S"
    assert change["expects"] == {"TNR": row["TNR"], "Status": "A"}


def test_d22_a_correction_names_what_changes_and_carries_no_status(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].row(REF).update({"Telefon": "0341 2", "E-Mail": ""})
    koop.take_in(network[NEAR].export())
    change = about(koop, MASTER)
    assert change is not None and change["kind"] == "booking.update"
    booking = change["booking"]
    assert (booking["status"], booking["name"], booking["first_name"]) == (None, None, None)
    assert (booking["phone"], booking["email"]) == ("0341 2", "")
    texts = {heading: change["expects"][heading] for heading in ("Telefon", "E-Mail")}
    assert texts == {"Telefon": "0341 1", "E-Mail": "a@b.de"}
    settle(koop, network.values())
    assert network[MASTER].row(REF)["Telefon"] == "0341 2"


def test_d22_a_stranger_in_a_mirror_is_expected_by_name_and_forgotten_with_the_booking(
    koop: Console, network: dict[str, Program]
) -> None:
    network[MASTER].row(REF)["Name"] = "Oeztuerk-Fremd"
    koop.take_in(network[MASTER].export())
    change = about(koop, MASTER)
    assert change is not None and change["booking"]["name"] == "Öztürk"
    assert change["expects"]["Name"] == "Oeztuerk-Fremd"
    koop.ask("forget", "--booking", REF, "--yes")
    assert "Oeztuerk-Fremd" not in repr(koop.ask("changes", "--vhs", MASTER, "--preview"))


def test_d22_a_connector_leaves_a_row_that_staff_edited_since(koop: Console, network: dict[str, Program]) -> None:
    unclear(koop, network, "WS am 17.07.2025, 09:00")
    change = about(koop, MASTER)
    assert change is not None and change["booking"]["status"] == "A"
    assert change["expects"]["Status"] == "S"
    assert change["expects"]["Bearbeitet von"] == "WS am 17.07.2025, 09:00"
    network[MASTER].row(REF)["Bearbeitet von"] = KERN  # set "S" by hand between export and writing
    network[MASTER].obey([change])
    assert network[MASTER].row(REF)["Status"] == "S"
    koop.take_in(network[MASTER].export())
    assert about(koop, MASTER) is None, "another stamp: nothing is written over it"
    [found] = [v for v in koop.ask("violations", status=1)["violations"] if v["code"] == "CANCELLATION_UNCLEAR"]
    assert (found["vhs"], found["severity"], REF in found["text"]) == (MASTER, "critical", True)


@pytest.mark.parametrize(("more", "letter"), [((), "S"), (("--reject",), "A")])
def test_d21_an_operator_answers_and_the_second_is_refused(
    koop: Console, network: dict[str, Program], more: tuple[str, ...], letter: str
) -> None:
    unclear(koop, network, KERN)
    answer = koop.ask("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, *ASKED, *more)
    assert answer["status"] == letter
    refused = koop.call("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, *ASKED)
    assert (refused.status, refused.error["code"]) == (3, "cancellation_decided")
    assert "first decision stands" in refused.error["message"]
    settle(koop, network.values())
    assert {network[vhs].row(REF)["Status"] for vhs in (MASTER, NEAR, FAR)} == {letter}


def test_d21_who_confirms_is_told_that_it_was_rejected_at_another_vhs(
    koop: Console, network: dict[str, Program]
) -> None:
    row = lose(koop, network[NEAR])
    for vhs in (MASTER, FAR):
        network[vhs].obey(koop.changes(vhs))
        network[vhs].row(REF)["Bearbeitet von"] = KERN
        koop.take_in(network[vhs].export())
    network[NEAR].restore(row)
    koop.take_in(network[NEAR].export())
    first = koop.ask("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, *ASKED, "--reject")
    assert first["overridden"] == []
    second = koop.ask("confirm-cancellation", COOP, "--booking", REF, "--vhs", FAR, *ASKED)
    (named,) = second["overridden"]
    assert named["vhs"] == MASTER
    rejected = next(event for event in events(koop) if event["type"] == "CancellationRejected")
    assert named["event"] == rejected["position"]


def test_d30_why_says_that_it_was_asked_about_a_beleg_id(koop: Console, network: dict[str, Program]) -> None:
    asked = f"{MASTER}:{network[MASTER].row(REF)['Beleg-ID']}"
    for name, said in ((REF, False), (asked, True)):
        answer = koop.ask("why", COOP, "--booking", name, "--vhs", MASTER)
        assert answer["subject"]["ref"] == REF
        assert (f"{asked} is no reference" in answer["value"]["text"]) is said


def test_d21_without_a_question_there_is_nothing_to_confirm(koop: Console, network: dict[str, Program]) -> None:
    refused = koop.call("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, *ASKED)
    assert (refused.status, refused.error["code"]) == (3, "nothing_to_confirm")
    assert koop.call("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, "--reason", " ").status == 2


def test_d22_who_cannot_compare_is_asked_about_before_anything_is_overwritten(
    koop: Console, network: dict[str, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    unclear(koop, network, "WS am 17.07.2025, 09:00")
    monkeypatch.setenv("KOOP_CANNOT_COMPARE", MASTER)
    assert about(koop, MASTER) is None
    assert "CANCELLATION_UNCLEAR" in {v["code"] for v in koop.ask("violations", status=1)["violations"]}
    koop.ask("confirm-cancellation", COOP, "--booking", REF, "--vhs", MASTER, "--reject", *ASKED)
    change = about(koop, MASTER)
    assert change is not None and change["booking"]["status"] == "A"
