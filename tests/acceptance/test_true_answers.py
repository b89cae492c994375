"""What an operator is told at night holds if it is followed word for word (D30)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from koop_es.cli.answer import UNPROVEN
from koop_es.ingest import erasure
from koop_es.store import Store
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program, settle
from tests.integration.ingest.conftest import NOW

NOTHING = "There is nothing to do."
REF = f"{NEAR}:500"


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Three VHSs that agree."""
    found = booked(tmp_path / "exports")
    for program in found.values():
        koop.take_in(program.export())
    settle(koop, found.values())
    return found


def why(koop: Console, *words: str) -> dict[str, Any]:
    return koop.ask("why", COOP, *words)


# --- what is acknowledged (D30) -------------------------------------------------------------------------------------


def test_d30_an_acknowledged_letter_counts_again_when_the_booking_is_cancelled(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].row(REF)["Status"] = "X"
    koop.take_in(network[NEAR].export())
    koop.ask("acknowledge", COOP, "UNKNOWN_STATUS", "--vhs", NEAR, "--booking", REF, "--reason", "X means invoiced")
    settle(koop, network.values())
    assert koop.violations() == []
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    settle(koop, network.values())
    (found,) = koop.violations()
    assert (found["code"], found["vhs"]) == ("UNKNOWN_STATUS", NEAR)
    assert "What should be written there meanwhile is not: Status S." in found["text"]
    assert koop.status()[NEAR]["state"] == "frozen"
    assert network[NEAR].row(REF)["Status"] == "X"
    koop.ask("verify", status=UNPROVEN)


def test_d30_an_acknowledged_letter_counts_again_when_the_person_changes(
    koop: Console, network: dict[str, Program]
) -> None:
    network[MASTER].row(REF)["Status"] = "X"
    koop.take_in(network[MASTER].export())
    koop.ask("acknowledge", COOP, "UNKNOWN_STATUS", "--vhs", MASTER, "--booking", REF, "--reason", "X means invoiced")
    network[NEAR].row(REF)["Telefon"] = "0941 999"
    koop.take_in(network[NEAR].export())
    (found,) = koop.violations()
    assert "What should be written there meanwhile is not: Person." in found["text"]


@pytest.mark.parametrize(("code", "foreign"), [("COOP_ID_CHANGED", "999-COOP-1"), ("COURSE_VANISHED", None)])
def test_d30_an_acknowledged_course_counts_again_when_a_booking_in_it_is_cancelled(
    koop: Console, network: dict[str, Program], code: str, foreign: str | None
) -> None:
    near = network[NEAR]
    (row,) = (row for row in near.courses if row["Kursnummer"] == NUMBERS[NEAR][COOP])
    if foreign is None:
        near.courses.remove(row)
        near.bookings = {name: row for name, row in near.bookings.items() if row["Kursnummer"] != NUMBERS[NEAR][COOP]}
    else:
        row["Externe Kurs-Nr."] = foreign
    koop.ask("ingest", near.export())
    koop.ask("acknowledge", COOP, code, "--vhs", NEAR, "--reason", "they are at it")
    assert koop.violations() == []
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    (found,) = koop.violations()
    assert found["code"] == code
    assert f"What should be written there meanwhile is not: {REF}." in found["text"]
    koop.ask("verify", status=UNPROVEN)


# --- rows that are set aside (D17) ----------------------------------------------------------------------------------


def spoilt(program: Program, ref: str, tnr: str = "77") -> Path:
    """Export with the row of a booking as a spreadsheet leaves it, and what staff entered in it illegible with it."""
    row = program.row(ref)
    kept, spoiled = dict(row), {"Beleg-ID": "5,00E+02", "TNR": f'="{tnr}"', "Status": "S"}
    row.update(spoiled)
    made = program.export()
    row.update(kept)
    return made


def test_d17_why_view_and_diff_tell_a_row_that_was_set_aside_and_may_be_the_booking(
    koop: Console, network: dict[str, Program]
) -> None:
    koop.ask("ingest", spoilt(network[NEAR], REF), status=1)
    for vhs in (NEAR, MASTER):
        answer = why(koop, "--booking", REF, "--vhs", vhs)
        assert NOTHING not in answer["now"]
        assert [item["kind"] for item in answer["open"] if item["ref"] == REF] == ["set_aside"]
        assert any("koop-es quarantine show 1" in text and "2026-03-20" in text for text in answer["now"])
    answer = why(koop, "--booking", REF, "--vhs", NEAR)
    assert (answer["value"]["shown"], answer["value"]["condition"]) == (None, "set_aside")
    assert next(item["shown"] for item in answer["seen"] if item["vhs"] == NEAR) == "!"
    found = koop.booking(NEAR, REF)
    assert found is not None
    assert (found["reported"], found["open"]) == (None, ["SET_ASIDE"])
    between = koop.call("diff", COOP, "--between", f"{MASTER},{NEAR}").answer["data"]
    assert ("set_aside", REF) in {(item["kind"], item["ref"]) for item in between["open"]}
    about = why(koop, "--vhs", NEAR)
    assert NOTHING not in about["now"]
    assert "set_aside_course" in {item["kind"] for item in about["open"]}
    other = koop.booking(NEAR, f"{MASTER}:880")
    koop.take_in(network[NEAR].export(), outcome="unchanged")
    assert why(koop, "--booking", REF, "--vhs", NEAR)["now"] == [NOTHING]
    assert other is None or other["open"] == []


def test_d17_what_else_an_export_shows_legibly_is_still_shown(koop: Console, network: dict[str, Program]) -> None:
    koop.ask("ingest", spoilt(network[NEAR], REF), status=1)
    (course,) = (course for course in koop.view(NEAR)["courses"] if course["coop_id"] == COOP)
    assert course["open"] == ["SET_ASIDE"]
    assert {b["ref"] for b in course["bookings"] if b["reported"] is None} == {REF}


def test_d28_a_copied_coop_id_is_told_of_the_course(koop: Console, network: dict[str, Program]) -> None:
    (row,) = (row for row in network[MASTER].courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    network[MASTER].courses.append(row | {"Kursnummer": "26-99999"})
    koop.ask("ingest", network[MASTER].export(), status=1)
    answer = why(koop, "--vhs", MASTER)
    assert NOTHING not in answer["now"]
    assert "set_aside_course" in {item["kind"] for item in answer["open"]}
    assert all(b["reported"] is not None for c in koop.view(MASTER)["courses"] for b in c["bookings"])


def test_d28_bookings_of_a_course_whose_row_is_set_aside_are_shown_only_where_rows_show_them(
    koop: Console, network: dict[str, Program]
) -> None:
    (row,) = (row for row in network[NEAR].courses if row["Kursnummer"] == NUMBERS[NEAR][COOP])
    row["Datum von"] = "31.02.2026"
    network[NEAR].remove(REF)
    koop.ask("ingest", network[NEAR].export(), status=1)
    found = {b["ref"]: b["reported"] for c in koop.view(NEAR)["courses"] for b in c["bookings"] if c["coop_id"] == COOP}
    assert found.pop(REF) is None
    assert set(found.values()) == {"A"}
    assert NOTHING not in why(koop, "--booking", REF, "--vhs", NEAR)["now"]


# --- remedies, followed word for word (D28) -------------------------------------------------------------------------


def test_d28_an_abo_kurs_that_is_gone_is_ended_as_its_remedy_says_and_nobody_else_is_cancelled(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    number = NUMBERS[NEAR][COOP]
    near.courses = [row for row in near.courses if row["Kursnummer"] != number]
    near.bookings = {name: row for name, row in near.bookings.items() if row["Kursnummer"] != number}
    koop.ask("ingest", near.export())
    (found,) = koop.violations()
    (told,) = (item for item in why(koop, "--vhs", NEAR)["open"] if item["code"] == "COURSE_VANISHED")
    for text in (found["text"], told["remedy"]):
        assert "Ausfall" not in text
        assert f"koop-es terminate-abo {COOP} --vhs {NEAR}" in text
        assert f"koop-es confirm-cancellation {COOP} --booking REF --vhs {NEAR} --reason TEXT" in text
    refused = koop.refused("terminate-abo", COOP, "--vhs", NEAR, "--yes", status=3)
    assert "confirm-cancellation" in refused["message"]
    for ref in [ref for ref in refused["details"]["refs"] if ref.startswith(NEAR)]:
        koop.ask("confirm-cancellation", COOP, "--booking", ref, "--vhs", NEAR, "--reason", "they ended it")
    koop.ask("terminate-abo", COOP, "--vhs", NEAR, "--yes")
    settle(koop, network.values())
    (course,) = (course for course in koop.view(MASTER)["courses"] if course["coop_id"] == COOP)
    assert {b["ref"] for b in course["bookings"] if b["status"] == "A"} == {
        b["ref"] for b in course["bookings"] if b["owner"] != NEAR
    }
    assert koop.violations() == []


def test_r19_a_master_s_course_that_is_gone_says_what_an_ausfall_does(
    koop: Console, network: dict[str, Program]
) -> None:
    master = network[MASTER]
    number = NUMBERS[MASTER][COOP]
    master.courses = [row for row in master.courses if row["Kursnummer"] != number]
    koop.ask("ingest", master.export())
    (found,) = koop.violations()
    assert "that cancels the bookings of every VHS" in found["text"]
    assert "terminate-abo" not in found["text"]


# --- status of a former moment --------------------------------------------------------------------------------------


def test_d30_status_of_a_moment_is_what_status_said_then(any_koop: Console, tmp_path: Path) -> None:
    koop, network = any_koop, booked(tmp_path / "exports")
    for program in network.values():
        koop.take_in(program.export())
    settle(koop, network.values())
    near = network[NEAR]

    def asked(now: str, *words: str) -> dict[str, dict[str, Any]]:
        answer = replace(koop, now=now).call("status", *words).answer["data"]
        return {item["vhs"]: {name: item[name] for name in SAME} for item in answer["vhs"]}

    def came(now: str, path: Path) -> None:
        replace(koop, now=now).call("ingest", path)

    said = {}
    for day, tnr in ((21, ""), (22, "77"), (23, ""), (24, "78")):
        came(f"2026-03-{day}T08:00", spoilt(near, REF, tnr) if tnr else near.export())
        at = f"2026-03-{day}T09:30"
        said[at] = asked(at)
    replace(koop, now="2026-03-24T10:00").ask("quarantine", "discard", "2", "--yes", "--anyway")
    said["2026-03-24T11:00"] = asked("2026-03-24T11:00")
    assert [said[at][NEAR]["state"] for at in said] == ["agrees", "quarantined", "agrees", "quarantined", "agrees"]
    assert {at: asked("2026-04-01T08:00", "--at", at) for at in said} == said


SAME = ("state", "last_sequence", "last_export_at", "age_seconds", "pending_changes", "quarantined", "suspended")


# --- many that are missing for the first time (D19) -----------------------------------------------------------------


def test_d19_the_first_absence_of_many_does_not_threaten_with_what_will_be_withheld(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    near.bookings = dict(list(near.bookings.items())[-2:])
    koop.ask("ingest", near.export(), status=1)
    found = koop.violations("--vhs", NEAR)
    assert len(found) > 3
    assert REF in {item["ref"] for item in found}
    answer = why(koop, "--booking", REF, "--vhs", MASTER)
    for text in (*(item["text"] for item in found), *answer["now"]):
        assert "get S" not in text
        assert "answer" in text
    assert koop.status()[NEAR]["suspects"] == len(found)
    koop.ask("ingest", near.export(), status=1)
    assert koop.status()[NEAR]["withheld"] > 3
    assert koop.changes(MASTER) == []
    koop.ask("verify", status=UNPROVEN)


# --- an Ausfall that was taken back (D24, D32) ----------------------------------------------------------------------


@pytest.mark.parametrize("withdrawn", [False, True])
def test_d24_d32_an_ausfall_that_was_taken_back_is_told_as_what_it_is(
    koop: Console, network: dict[str, Program], withdrawn: bool
) -> None:
    (row,) = (row for row in network[MASTER].courses if row["Kursnummer"] == NUMBERS[MASTER][COOP])
    row["Ausfall"] = "W"
    wrong = network[MASTER].export()
    koop.take_in(wrong)
    if withdrawn:  # before the Master shows it once more
        for program in (network[NEAR], network[FAR]):
            program.obey(koop.changes(program.vhs))
            koop.take_in(program.export())
        words = ("withdraw-export", f"{MASTER}#{wrong.name.rpartition('-')[2]}", "--reason", "wrong list", "--yes")
        told = koop.read(*words).out.splitlines()
        assert len(told) == len(set(told))
    else:
        settle(koop, network.values())
        row["Ausfall"] = "F"
        koop.take_in(network[MASTER].export())
    texts = []
    for vhs in (NEAR, FAR, *([MASTER] if withdrawn else ())):
        answer = why(koop, "--vhs", vhs)
        assert answer["value"]["condition"] == "ausfall_goes"
        assert answer["otherwise"] == []
        texts += [answer["value"]["text"], *(item["text"] for item in (*answer["chain"], *answer["open"]))]
    texts += [item["text"] for item in koop.violations()]
    assert not any("at VHS 301 alone" in text or f"Had VHS {MASTER}" in text for text in texts)
    assert any(text.startswith(f"VHS {MASTER} took its Ausfall back") for text in texts) is not withdrawn
    assert any(text.startswith("an operator took the Ausfall") for text in texts) is withdrawn
    settle(koop, network.values())
    assert koop.violations() == []


# --- what else could have been --------------------------------------------------------------------------------------


def test_d3_without_the_s_a_booking_that_its_owner_removed_unasked_would_be_an_orphan(
    koop: Console, network: dict[str, Program]
) -> None:
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    network[NEAR].remove(REF)  # nobody there was told of the S
    koop.ask("ingest", network[NEAR].export())
    (said,) = why(koop, "--booking", REF, "--vhs", MASTER)["otherwise"]
    assert said.endswith(f"be missing from a complete export of VHS {NEAR}: a suspicion.")
    for _ in range(2):
        koop.ask("ingest", network[NEAR].export())
    (said,) = why(koop, "--booking", REF, "--vhs", MASTER)["otherwise"]
    assert said.startswith(f"Had VHS {MASTER} not set S, it would be missing from several complete exports")
    position = next(item["position"] for item in koop.events(COOP) if item["type"] == "BookingCancelled")
    changes = koop.ask("whatif", COOP, "--without", str(position), status=1)["changes"]
    should = {item["path"]: item["after"] for item in changes if "should" in item["path"]}
    assert set(should.values()) <= {"S"}
    reasons = {item["after"] for item in changes if item["path"].endswith("/reason")}
    assert reasons == {"orphan"}


def test_d5_without_the_s_a_row_that_was_removed_because_of_it_would_be_there(
    koop: Console, network: dict[str, Program]
) -> None:
    network[MASTER].cancel(REF)
    koop.take_in(network[MASTER].export())
    koop.changes(NEAR)
    network[NEAR].remove(REF)
    for _ in range(2):
        koop.ask("ingest", network[NEAR].export())
    position = next(item["position"] for item in koop.events(COOP) if item["type"] == "BookingCancelled")
    changes = koop.ask("whatif", COOP, "--without", str(position), status=1)["changes"]
    assert {item["after"] for item in changes if item["path"] == f"{MASTER}/bookings/{REF}/should"} == {"A"}
    assert why(koop, "--booking", REF, "--vhs", MASTER)["otherwise"] == [
        f"Had VHS {MASTER} not set S, it would have status A."
    ]


# --- decisions (D20) ------------------------------------------------------------------------------------------------


def test_d20_a_decided_removal_is_told_as_a_decision_and_a_second_one_names_its_position(
    koop: Console, network: dict[str, Program]
) -> None:
    near = network[NEAR]
    kept = dict(near.bookings)
    new = [near.book(NUMBERS[NEAR][COOP], booking_id) for booking_id in ("591", "592")]
    koop.take_in(near.export())
    settle(koop, network.values())
    near.bookings = kept  # the program was put back
    koop.ask("ingest", near.export(), status=1)
    decide = ("restore-booking", COOP, "--booking", new[0], "--vhs", NEAR, "--reason", "asked them")
    koop.ask(*decide, "--reject")
    answer = why(koop, "--booking", new[0], "--vhs", NEAR)
    assert answer["value"]["condition"] == "orphan_decided"
    assert "as many complete exports" not in answer["value"]["text"]
    assert answer["otherwise"] == ["Without that decision it would live, and still be asked about."]
    position = next(item["position"] for item in koop.events(COOP) if item["type"] == "RemovalConfirmed")
    refused = koop.refused(*decide, status=3)
    assert f"by event {position} of {COOP}" in refused["message"]
    assert refused["details"]["decided"] == position
    assert "not taking part" not in koop.read("history", "--vhs", NEAR).out


# --- a withheld Ausfall (D31) ---------------------------------------------------------------------------------------


def test_d31b_a_withheld_ausfall_is_told_at_the_course_and_at_its_bookings(
    koop: Console, network: dict[str, Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOP_GUARD_AUSFALL", "1")
    for row in network[MASTER].courses:
        row["Ausfall"] = "W"
    koop.ask("ingest", network[MASTER].export(), status=1)
    assert why(koop, "--vhs", MASTER)["value"]["condition"] == "course_waits"
    answer = why(koop, "--booking", REF, "--vhs", NEAR)
    assert NOTHING not in answer["now"]
    assert "withheld_effect" in {item["kind"] for item in answer["open"]}
    (held,) = koop.ask("withheld", "list", status=1)["withheld"]
    reply = koop.read("withheld", "approve", held["id"], "--yes")
    courses = len(NUMBERS[MASTER])
    assert reply.out.strip() == f"{courses} courses are called off, and all their bookings become S at all VHSs"


@pytest.mark.parametrize("forgotten", [2, 10])
def test_d31_d15_an_approval_says_of_whom_nothing_is_written_since_they_are_forgotten(
    koop: Console, network: dict[str, Program], monkeypatch: pytest.MonkeyPatch, forgotten: int
) -> None:
    """Their erasure was broken off behind the fence."""
    near = network[NEAR]
    own = [near.book(NUMBERS[NEAR][COOP], f"6{count:02}") for count in range(10)]
    koop.take_in(near.export())
    settle(koop, network.values())
    for number, ref in enumerate(own):
        near.row(ref)["Telefon"] = f"0999{number}"
    koop.ask("ingest", near.export(), status=1)
    (held,) = koop.ask("withheld", "list", status=1)["withheld"]
    assert held["items"] == 10
    with Store.open(koop.db) as store, monkeypatch.context() as patch:
        patch.setattr(erasure, "conclude", lambda *_: erasure.Concluded(False, "", (), ()))
        erasure.forget(store, (), own[:forgotten], now=NOW)
    done = " ".join(koop.run("withheld", "approve", held["id"], "--yes").out.split())
    told = f"{forgotten} of 10 are of people who were forgotten: nothing is written, and none waits"
    written = "8 bookings get the persons their VHS shows, wherever persons are named; " if forgotten == 2 else ""
    assert done == written + told
    assert koop.ask("withheld", "list")["withheld"] == []


def test_d31a_an_approval_counts_only_whom_it_cancels(koop: Console, network: dict[str, Program]) -> None:
    near = network[NEAR]
    own = [near.book(NUMBERS[NEAR][COOP], f"6{count:02}") for count in range(12)]
    koop.take_in(near.export())
    settle(koop, network.values())
    for ref in own[:10]:
        near.cancel(ref)
    koop.ask("ingest", near.export(), status=1)
    network[MASTER].cancel(own[0])  # somebody else has cancelled one of them by now
    koop.ask("ingest", network[MASTER].export())
    (held,) = koop.ask("withheld", "list", status=1)["withheld"]
    done = koop.read("withheld", "approve", held["id"], "--yes").out.strip()
    assert done == (
        "9 bookings become S at all VHSs, which is final; 1 of 10 were decided meanwhile or are asked about, and "
        "nothing changes for them"
    )
