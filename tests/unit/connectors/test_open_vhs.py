"""Open-vhs: the official sample with all its oddities, and variations of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from koop_es.connectors import ExportQuarantined, read_export
from koop_es.domain.observation import Report

REAL = Path(__file__).parents[4] / "shared/data/openvhs/open-vhs-1.2-official-sample.xml"
COURSE = (
    "<veranstaltung><guid>0F48F5A8-C22C-4AFF-B891-77095CD84029</guid><nummer><![CDATA[VG1]]></nummer><name>Windows</name>"
    '<dvv_kategorie version="2.0">5.01</dvv_kategorie><merkmale><merkmal><name>kursart_digital</name>'
    "<wert>blended_learning<!-- <wert>x</wert> --></wert></merkmal></merkmale>"
    "<maximale_teilnehmerzahl>12</maximale_teilnehmerzahl><beginn_datum>2021-02-03</beginn_datum>"
    "<veranstaltungsort><name>Campus</name></veranstaltungsort>"
    "<termin><beginn_datum>2021-02-03</beginn_datum><beginn_uhrzeit>18:30:00</beginn_uhrzeit></termin>"
    "<termin><beginn_datum>2021-03-01</beginn_datum></termin><preis><betrag>82.8</betrag></preis></veranstaltung>"
)


def read(tmp_path: Path, *courses: str, version: str = "1.2", root: str = "veranstaltungen") -> Report:
    path = tmp_path / "open.xml"
    head = f'<openvhs:{root} version="{version}" xmlns:openvhs="http://www.dvv-vhs.de/Open-VHS">'
    path.write_text(f"{head}{''.join(courses)}</openvhs:{root}>", encoding="utf-8")
    return read_export(path, vhs="563")


def texts(report: Report) -> str:
    return "\n".join(notice.text for notice in report.notices)


@pytest.mark.skipif(not REAL.exists(), reason="the official sample of ../shared/data is not on this machine")
def test_official_sample_is_read_whole_and_its_oddities_are_noted() -> None:
    report = read_export(REAL, vhs="563")
    assert (len(report.courses), report.rejected) == (6, [])
    assert report.exported_at == "2021-02-01T03:00:00+02:00"
    assert [course.number for course in report.courses].count("T58130") == 2
    assert len({course.source_key for course in report.courses}) == 6
    assert [course.facts.fee_cents for course in report.courses] == [8280, 10900, 6960, 13000, 0, None]
    for oddity in ("before it begins", "is no GUID", "carries an offset", "used by two courses", "has no preis/betrag"):
        assert oddity in texts(report)
    assert report.courses[3].facts.ends_on == date(2021, 1, 31), "kept as it is"


def test_missing_last_day_is_the_last_session(tmp_path: Path) -> None:
    facts = read(tmp_path, COURSE).courses[0].facts
    assert (facts.starts_on, facts.ends_on, facts.starts_at) == (date(2021, 2, 3), date(2021, 3, 1), "18:30")


def test_missing_last_day_without_sessions_is_the_first(tmp_path: Path) -> None:
    alone = COURSE[: COURSE.index("<termin>")] + "</veranstaltung>"
    assert read(tmp_path, alone).courses[0].facts.ends_on == date(2021, 2, 3)


def test_r8_digital_feature_says_how_the_course_is_held(tmp_path: Path) -> None:
    report = read(tmp_path, COURSE, COURSE.replace("blended_learning", "online_angebot").replace("0F48", "1F48"))
    assert [course.facts.delivery for course in report.courses] == ["Gemischt", "Online-Kurs"]


@pytest.mark.parametrize(("version", "noted"), [("0.9", False), ("1.1", False), ("2.0", True)])
def test_older_versions_are_tolerated_and_unknown_ones_noted(tmp_path: Path, version: str, noted: bool) -> None:
    assert ("version" in texts(read(tmp_path, COURSE, version=version))) is noted


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.0", 0), ("19.90", 1990), ("1200", 120000), ("0.1", 10), ("9.999", None)]
)
def test_amount_with_decimal_point_is_exact(tmp_path: Path, amount: str, cents: int | None) -> None:
    assert read(tmp_path, COURSE.replace("82.8", amount)).courses[0].facts.fee_cents == cents


@pytest.mark.parametrize(
    ("before", "column"), [("<![CDATA[VG1]]>", "nummer"), ("2021-02-03</beginn_datum><v", "beginn_datum")]
)
def test_course_without_number_or_first_day_is_rejected(tmp_path: Path, before: str, column: str) -> None:
    bad = COURSE.replace(before, "</beginn_datum><v" if column == "beginn_datum" else "")
    report = read(tmp_path, bad, COURSE)
    assert (len(report.courses), report.rejected[0].column, report.rejected[0].raw) == (1, column, bad.encode())


def test_occupancy_delta_is_refused_clearly(tmp_path: Path) -> None:
    with pytest.raises(ExportQuarantined, match="belegungsstatus"):
        read(tmp_path, root="belegungsstatus")


BERLIN = COURSE[: COURSE.index("<veranstaltungsort>")] + (
    "<ortetermine><adresse><lehrstaette>Haus am Park</lehrstaette><strasse>Parkallee 1</strasse><plz>10115</plz>"
    "<ort>Berlin</ort><raum>2.01</raum></adresse>"
    "<termin><wochentag>Mittwoch</wochentag><beginn_datum>2021-02-03</beginn_datum><beginn_uhrzeit>18:30</beginn_uhrzeit>"
    "<ende_datum>2021-02-03</ende_datum><ende_uhrzeit>20:00</ende_uhrzeit></termin>"
    "<termin><beginn_datum>2021-03-01</beginn_datum></termin></ortetermine><preis><betrag>66.00</betrag></preis>"
    "</veranstaltung>"
)
"""As Berlin writes it: places and sessions together, within ``ortetermine``."""


def test_sessions_and_place_of_the_berlin_dialect_are_read(tmp_path: Path) -> None:
    report = read(tmp_path, BERLIN)
    facts = report.courses[0].facts
    assert (facts.ends_on, facts.starts_at, facts.ends_at) == (date(2021, 3, 1), "18:30", "20:00")
    assert (facts.venue, facts.fee_cents) == ("Haus am Park, 2.01", 6600)
    assert report.notices == []


def test_of_several_places_of_the_berlin_dialect_the_first_is_taken_and_noted(tmp_path: Path) -> None:
    street = "<adresse><strasse>Parkallee 1</strasse><plz>10115</plz><ort>Berlin</ort></adresse>"
    twice = BERLIN.replace("<adresse>", f"{street}{street}<adresse>", 1)
    report = read(tmp_path, twice)
    assert report.courses[0].facts.venue == "Parkallee 1, 10115 Berlin"
    assert "is held at 2 places (ortetermine); the first is taken: Parkallee 1, 10115 Berlin" in texts(report)
    assert "has no veranstaltungsort/name" in texts(read(tmp_path, BERLIN.replace("adresse>", "anschrift>")))
