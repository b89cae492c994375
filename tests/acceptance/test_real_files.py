"""The real files: a KuferSQL catalogue of 2017 carried to convergence, and the oddities of the Open-vhs sample."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.acceptance.console import Console
from tests.acceptance.exports import Row, course
from tests.acceptance.program import Program, settle

DATA = Path(__file__).parents[3] / "shared" / "data"
KUFER = DATA / "kufersql" / "internet-export-40-courses.xml"
OPEN_VHS = DATA / "openvhs" / "open-vhs-1.2-official-sample.xml"
NUMBER, PERIOD = "161A087-08", "17F"
SUBSCRIBERS = {"301": "ALPHA-1", "412": "99-0ALPHA"}

kufersql = pytest.mark.skipif(not KUFER.exists(), reason="the real KuferSQL file of ../shared/data is not here")
open_vhs = pytest.mark.skipif(not OPEN_VHS.exists(), reason="the Open-vhs sample of ../shared/data is not here")


@pytest.fixture
def in_2017(koop: Console) -> Console:
    """A console whose clock stands before the courses of the file began."""
    return Console(koop.db, koop.capsys, "2017-03-01T10:00")


def as_row(number: str) -> Row:
    """Give a course of the file as its admin program would export it in the neutral format."""
    found = next(k for k in ElementTree.parse(KUFER).getroot() if k.findtext("knr") == number)  # noqa: S314 - known file

    def text(name: str) -> str:
        return (found.findtext(name) or "").strip()

    return course(number, PERIOD, Titel=text("haupttitel"), Info=text("inhalt"), Kursort=text("ort"), Dozent="") | {
        "Datum von": text("beginndat"),
        "Datum bis": text("endedat"),
        "Uhrzeit von": text("beginnuhr"),
        "Uhrzeit bis": text("endeuhr"),
        "DVV-Fachbereich": text("fachb"),
        "TN min": text("tnmin"),
        "TN max": text("tnmax"),
    }


@kufersql
def test_a_real_kufersql_course_is_released_subscribed_booked_and_converges(in_2017: Console, tmp_path: Path) -> None:
    koop = in_2017
    (export,) = koop.ingest_of("563", KUFER)
    assert (export["rows"], export["events"], export["quarantined_rows"]) == (40, 0, 0)
    release = ("release", "--vhs", "563", "--course", NUMBER, "--period", PERIOD, "--own-offer")
    assert "Gebühr" in str(koop.refused(*release, status=3)["details"])
    assert koop.refused(*release, "--fee", "90,00", status=3)["details"]["rule"] == "R6a"
    released = koop.ask(*release, "--fee", "90,00", "--rate", "80", "--pass-through", "12,00")
    coop_id = released["coop_id"]
    assert coop_id == "563-COOP-1"
    assert koop.refused(*release, "--fee", "90,00", "--rate", "80", status=3)["details"]["rule"] == "R13"
    programs = {vhs: Program(vhs, tmp_path, month="2017-02") for vhs in ("563", *SUBSCRIBERS)}
    programs["563"].courses.append(as_row(NUMBER))
    for vhs, number in SUBSCRIBERS.items():
        words = ("subscribe", coop_id, "--vhs", vhs, "--number", number, "--period", PERIOD, "--accept-rate")
        assert koop.refused_items(*words, "75") == ["R25"]
        assert koop.ask(*words, "80")["failed"] == []
    assert settle(koop, programs.values()) <= 2
    for vhs, number in SUBSCRIBERS.items():
        (row,) = programs[vhs].courses
        assert (row["Kursnummer"], row["Externe Kurs-Nr."], row["Kennzeichen"]) == (number, coop_id, "100")
        assert (row["Datum von"], row["TN max"], row["Gebühr"]) == ("03.04.2017", "14", "90,00")
    assert programs["563"].courses[0]["Externe Kurs-Nr."] == coop_id

    texts = {"Gebucht am": "01.03.2017 12:00"}
    own = programs["563"].book(NUMBER, "4711", **texts)
    theirs = [programs[vhs].book(number, "1", **texts) for vhs, number in SUBSCRIBERS.items()]
    for program in programs.values():
        koop.take_in(program.export())
    assert settle(koop, programs.values()) <= 2
    assert all(koop.held(vhs) == dict.fromkeys([own, *theirs], "A") for vhs in programs)
    programs["412"].cancel(own)
    programs["301"].cancel(theirs[0])
    for program in programs.values():
        koop.ingest(program.export())
    assert settle(koop, programs.values()) <= 2
    for vhs in programs:
        assert koop.held(vhs) == {own: "S", theirs[0]: "S", theirs[1]: "A"}
        assert koop.changes(vhs) == []
    assert koop.ask("status")["converged"] is True
    assert koop.violations() == []


@kufersql
def test_the_same_kufersql_file_again_is_unchanged(in_2017: Console) -> None:
    assert in_2017.ingest_of("563", KUFER)[0]["status"] == "applied"
    assert in_2017.ingest_of("563", KUFER)[0]["status"] == "unchanged"
    assert in_2017.refused("ingest", KUFER, status=4)["code"] == "vhs_needed"


@kufersql
def test_every_course_of_the_kufersql_file_may_be_released_in_its_time_and_none_today(
    in_2017: Console, koop: Console
) -> None:
    in_2017.ingest_of("563", KUFER)
    numbers = [k.findtext("knr") or "" for k in ElementTree.parse(KUFER).getroot()]  # noqa: S314 - known file
    for number in numbers:
        words = ("release", "--vhs", "563", "--course", number, "--period", PERIOD, "--own-offer", "--dry-run")
        assert in_2017.ask(*words, "--fee", "90,00", "--rate", "80")["coop_id"] is None
        assert koop.call(*words, "--fee", "90,00", "--rate", "80").status == 3, "a course that has begun"


@open_vhs
def test_the_open_vhs_sample_is_known_with_each_oddity_named(koop: Console) -> None:
    (export,) = koop.ingest_of("301", OPEN_VHS)
    assert (export["rows"], export["quarantined_rows"], export["status"]) == (6, 0, "applied")
    texts = " / ".join(notice["text"] for notice in export["notices"])
    for oddity in (
        "number T58130 is used by two courses",
        "ends on 2021-01-31 (ende_datum) before it begins on 2021-02-06",
        "guid 'T58129' is no GUID",
        "time 13:00:00+02:00 carries an offset",
        "T58129: has no preis",
    ):
        assert oddity in texts
    assert all(notice["line"] > 0 for notice in export["notices"])


@open_vhs
def test_release_of_an_ambiguous_open_vhs_number_is_refused_clearly(koop: Console) -> None:
    koop.ingest_of("301", OPEN_VHS)
    in_2021 = Console(koop.db, koop.capsys, "2021-01-15")
    words = ("release", "--vhs", "301", "--period", "21F", "--own-offer", "--rate", "80", "--course")
    error = in_2021.refused(*words, "T58130", status=3)
    assert "2 courses" in error["message"]
    assert "T58130" in error["message"]
    assert in_2021.refused(*words, "T58131", status=4)["code"] == "course_unknown"
