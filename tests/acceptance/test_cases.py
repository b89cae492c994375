"""The cases: what came wrong once comes right, each for the kind of fault it stands for (``cases.py`` plays them)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from koop_es.connectors import read_export
from tests.acceptance.cases import ABO, FOLDER, MASTER, NOW, Case, begin, needs_cases, play
from tests.acceptance.console import Console

pytestmark = needs_cases


def test_the_base_of_the_cases_agrees(koop: Console) -> None:
    case = begin(koop, "00-base2")
    assert case.streams() == ["563-COOP-219", "563-COOP-220"]
    assert case.held() == {
        MASTER: {"563:8841": "A", "563:8842": "A", "563:8843": "A", "301:55": "A"},
        ABO: {"563:8841": "A", "563:8842": "A", "563:8843": "A", "301:55": "A"},
    }
    assert not case.cancelled()


# --- files: values that are none, blank rows, encodings -------------------------------------------------------------


def test_d17_case_02e_rows_of_empty_cells_are_no_rows_and_the_deletion_counts(koop: Console) -> None:
    case = play(koop, "02e-blank-rows-3-nights")
    assert [answer["quarantined_rows"] for answer in case.answers.values()] == [0, 0, 0]
    assert [answer["rows"] for answer in case.answers.values()] == [6, 6, 6]
    assert [event["export"] for event in case.events("BookingVanished", "OrphanDetected")] == ["563#3", "563#4"]
    assert case.cancelled() == {"563:8842"}
    assert ("301", "booking.cancel") in case.kinds_of_changes()


def test_d17_case_14_a_lone_end_of_file_mark_is_no_row(koop: Console) -> None:
    case = play(koop, "14-eof-1a")
    assert case.answers["563-3"]["status"] == "unchanged"
    assert case.answers["563-3"]["quarantined_rows"] == 0
    assert not case.cancelled()


def test_d29_case_04d_days_that_are_none_are_not_sent_on(koop: Console) -> None:
    case = play(koop, "04d-both-1900")
    notices = [notice["text"] for notice in case.answers["563-3"]["notices"]]
    assert [text for text in notices if "Datum von '01.01.1900' is no value" in text]
    assert not case.events(since="563#3")
    assert ("301", "course.update") not in case.kinds_of_changes()


def test_d29_case_98b_values_that_are_none_are_not_sent_on(koop: Console) -> None:
    case = play(koop, "98b-null-phone")
    assert "301:57" not in case.koop.held(MASTER), "without a name known before, the row waits"
    (made,) = [change for change in case.koop.changes(MASTER) if change["kind"] == "booking.create"]
    assert (made["booking"]["ref"], made["booking"]["phone"], made["booking"]["email"]) == ("301:56", None, None)
    assert {item["column"] for item in case.quarantined()} == {"Name"}
    notices = [notice["text"] for notice in case.answers["301-2"]["notices"]]
    assert any("Telefon 'NULL' is no value" in text for text in notices)
    assert any("Vorname is NULL; it is taken for a name" in text for text in notices)


def test_d18_case_20c_ids_written_as_formulas_cancel_and_book_nobody(koop: Console) -> None:
    case = play(koop, "20c-eq-all")
    assert not case.cancelled()
    assert not case.events("BookingMade", "BookingVanished", "OrphanDetected", since="563#2")
    assert case.answers["563-2"]["quarantined_rows"] == 9
    causes = [notice["text"] for notice in case.answers["563-4"]["notices"] if "spreadsheet" in notice["text"]]
    assert len(causes) == 2, "one sentence for each file"
    assert all("export it again and send it on unopened" in item["remedy"] for item in case.quarantined())


def test_case_11l_no_letter_of_a_name_is_dropped(koop: Console) -> None:
    case = play(koop, "11l-names-to-master")
    (made,) = [change for change in case.koop.changes(MASTER) if change["kind"] == "booking.create"]
    assert (made["booking"]["name"], made["booking"]["first_name"]) == ("Žižek", "Saša")
    notices = [(notice["line"], notice["text"]) for notice in case.answers["301-2"]["notices"]]
    assert (6, "Name holds 'Ž' (0x8E), 'ž' (0x9E) of windows-1252: read as that") in notices


def test_case_30_one_bad_character_costs_its_course_only(koop: Console) -> None:
    (answer,) = koop.ask("ingest", FOLDER / "30-ctrl-0b/kurse.xml", "--vhs", MASTER, status=1)["exports"]
    assert (answer["status"], answer["rows"], answer["quarantined_rows"]) == ("applied", 3, 1)
    (item,) = koop.ask("quarantine", "list", status=1)["quarantine"]
    assert (item["column"], item["line"]) == ("inhalt", 4)
    assert item["reason"] == "inhalt of course B1 holds 0x0B, a character that no XML may hold"
    assert "course B1" in item["remedy"]


def test_case_37_a_byte_order_mark_decides(koop: Console) -> None:
    (answer,) = koop.ingest_of(MASTER, FOLDER / "37-bom-cp1252-decl/kurse.xml")
    assert any("begins with the mark of utf-8: read as utf-8" in notice["text"] for notice in answer["notices"])
    report = read_export(FOLDER / "37-bom-cp1252-decl/kurse.xml", vhs=MASTER)
    assert report.courses[1].facts.title == "Töpfern"


def test_case_39_text_within_markup_is_kept(koop: Console) -> None:
    report = read_export(FOLDER / "39-mixed/kurse.xml", vhs=MASTER)
    assert report.courses[1].facts.info == "Zeile 1\nZeile 2 fett Ende"
    assert koop.ingest_of(MASTER, FOLDER / "39-mixed/kurse.xml")[0]["status"] == "applied"


def test_case_46_a_web_page_is_named_as_what_it_is(koop: Console) -> None:
    error = koop.refused("ingest", FOLDER / "46-html/kurse.xml", "--vhs", MASTER, status=4)
    assert "it is a web page (HTML)" in error["message"]
    assert "DOCTYPE" not in error["message"]


def test_case_61a_back_slashes_in_a_zip_are_folders(koop: Console) -> None:
    case = begin(koop, "61a-zip-backslash")
    (answer,) = case.koop.ingest(case.folder / "563-3.zip")
    assert answer["status"] in {"applied", "unchanged"}
    assert not case.cancelled()


# --- routing: what an unusable row protects -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["98i-mirror-new-id-bad-date", "98e-hash-ids"])
def test_d17_rows_that_cannot_be_used_cancel_nobody(koop: Console, name: str) -> None:
    case = begin(koop, name)
    before = case.held()
    for night in case.nights():
        answer = case.night(night)
        assert answer["quarantined_rows"] > 0
    assert not case.events("BookingVanished", "OrphanDetected", "BookingCancelled")
    assert not case.cancelled()
    assert case.held() == before


@pytest.mark.parametrize("name", ["01e-bad-date-sibling", "01h-scope"])
def test_d28_a_course_beside_a_shared_one_is_left_alone(koop: Console, name: str) -> None:
    case = begin(koop, name)
    before = case.held()
    for night in case.nights():
        case.night(night)
        assert not [item for item in case.quarantined() if "COOP-Id" in item["reason"]]
    assert not case.events("CourseVanished", "CoopIdAltered", "OrphanDetected")
    assert not case.cancelled()
    assert case.held().keys() == before.keys()


# --- pairing: identities --------------------------------------------------------------------------------------------


def test_d18_case_20a_leading_zeros_gone_are_the_same_bookings_and_the_cause_is_named(koop: Console) -> None:
    case = begin(koop, "20a-leading-zeros")
    for night in case.nights():
        case.night(night)
    assert not case.cancelled()
    assert not case.events("BookingVanished", "OrphanDetected")
    assert len(case.events("BookingRekeyed")) == 6
    refs = {f"563:000884{number}" for number in range(1, 7)}
    assert set(case.held()[MASTER]) == refs
    assert "leading zeros" in case.events("BookingRekeyed")[0]["text"]


def test_d18_case_20a_one_sentence_names_the_cause(koop: Console) -> None:
    case = Case(replace(koop, now=NOW), FOLDER / "20a-leading-zeros")
    for export in ("563-1", "301-1"):
        case.koop.take_in(case.folder / export)
    said = [notice["text"] for notice in case.night("563-2")["notices"]]
    assert len([text for text in said if text.startswith("6 bookings in 2 shared courses") and "zeros" in text]) == 1
    assert not case.night("563-3")["notices"]


# --- guards: absences of many ---------------------------------------------------------------------------------------


def test_d19_an_empty_booking_file_is_said_at_the_first_night_and_withheld(koop: Console) -> None:
    case = begin(koop, "90a-empty-report")
    first, *others = case.nights()
    answer = case.night(first)
    assert answer["foreseen"]
    assert "missing for the first time" in answer["notices"][-1]["text"]
    for name in others:
        case.night(name)
    assert not case.cancelled()
    (item,) = case.koop.call("withheld", "list").answer["data"]["withheld"]
    assert (item["kind"], item["items"]) == ("absence", 4)
