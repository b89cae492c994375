"""Courses nobody shares, and rows of shared ones that stand in the wrong place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from koop_es.domain.course import CourseFacts
from koop_es.domain.errors import BadInput, Refused
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest, release
from koop_es.store import Store
from koop_es.views import change_list, view, violations
from tests.acceptance.exports import Row, booking, course, write_export
from tests.integration.ingest.conftest import NOW, take_in

COOP = "563-COOP-219"
SHARED = course("26-10009") | {"Externe Kurs-Nr.": COOP}


def report(store: Store, folder: Path, sequence: int, courses: list[Row], bookings: list[Row] | None = None) -> Any:
    return take_in(store, write_export(folder / f"{sequence}", "563", sequence, courses, bookings or []))


def let_go(store: Store, number: str, period: str = "26F") -> str:
    return release(store, Policy(), now=NOW, vhs="563", number=number, period=period, own_offer=True).coop_id


def test_unshared_courses_are_known_and_releasable_but_no_events(store: Store, tmp_path: Path) -> None:
    result = report(store, tmp_path, 1, [course(f"K{n}") for n in range(5)], [booking("K1", "1")])
    assert (result.status, result.events, store.head()) == ("applied", 0, 0)
    assert let_go(store, "K1") == "563-COOP-1"
    assert let_go(store, "K2") == "563-COOP-2"
    with pytest.raises(Refused) as refused:
        let_go(store, "K1")
    assert refused.value.rule == "R13"


def test_d15_bookings_of_unshared_courses_are_kept_nowhere(store: Store, tmp_path: Path) -> None:
    report(store, tmp_path, 1, [course("K1")], [booking("K1", "1", name="Unbeteiligt")])
    with store.reading() as tx:
        assert tx.rows("quarantine_list", all=1) == []
    assert store.head() == 0


def test_a_course_that_left_the_full_export_cannot_be_released(store: Store, tmp_path: Path) -> None:
    report(store, tmp_path, 1, [course("K1"), course("K2")])
    report(store, tmp_path, 2, [course("K2")])
    with pytest.raises(BadInput) as gone:
        let_go(store, "K1")
    with pytest.raises(BadInput) as other:
        let_go(store, "K2", "26H")
    assert (gone.value.code, other.value.code) == ("course_unknown", "course_unknown")
    assert "26F" in other.value.message


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        ({"NIE bei vhsKOOP": "W"}, "R2"),
        ({"Typ": "Kinderkurs"}, "R9"),
        ({"Typ": "Eltern-Kind-Kurs"}, "R9"),
        ({"BAMF": "W"}, "R10"),
        ({"Kennzeichen": "17,100"}, "R11"),
        ({"Externe Kurs-Nr.": "lokal-7"}, "D12"),
        ({"Kursort": ""}, "R5"),
        ({"DVV-Fachbereich": ""}, "R5"),
        ({"Uhrzeit von": ""}, "R5"),
        ({"vhsKOOP-Verrechnung": ""}, "R6a"),
        ({"vhsKOOP-Verrechnung": "80,5"}, "R6"),
        ({"vhsKOOP-Verrechnung": "101"}, "R6"),
        ({"Durchlaufende Posten": "90,01"}, "M6"),
        ({"Datum bis": "01.04.2026"}, "R5"),
    ],
)
def test_r2_to_r12_what_may_not_be_released_is_refused_by_its_rule(
    store: Store, tmp_path: Path, texts: dict[str, str], rule: str
) -> None:
    report(store, tmp_path, 1, [course("K1") | texts])
    with pytest.raises(Refused) as refused:
        let_go(store, "K1")
    assert refused.value.rule == rule
    assert store.head() == 0


def internet_xml(path: Path, subject: str) -> Path:
    """Write KuferSQL's Internet-XML of a course of this subject and of one of none."""
    days = "<beginndat>14.12.2026</beginndat><endedat>18.12.2026</endedat>"
    when = f"{days}<beginnuhr>18:30</beginnuhr><endeuhr>20:00</endeuhr>"
    rest = f"<semester>26F</semester><haupttitel>Deutsch</haupttitel><ort>Haus</ort><fachb>4.1</fachb>{when}"
    more = f"<tnmin>4</tnmin><tnmax>9</tnmax><gebnorm>90,00</gebnorm><fachbtext>{subject}</fachbtext>"
    path.write_text(f"<kurse><kurs><knr>A1</knr>{rest}{more}</kurs><kurs><knr>A2</knr>{rest}</kurs></kurse>")
    return path


def test_r10_release_warns_of_a_course_whose_subject_hints_at_funding(store: Store, tmp_path: Path) -> None:
    def warned(number: str, *, dry_run: bool = True) -> list[str]:
        known = CourseFacts(rate="80", fee_cents=9000)
        found = release(
            store, Policy(), now=NOW, vhs="563", number=number, period="26F", own_offer=True, given=known,
            dry_run=dry_run,
        )  # fmt: skip
        return [text for text in found.warnings if text.startswith("R10")]

    def read(subject: str) -> None:
        ingest(store, internet_xml(tmp_path / f"{subject}.xml", subject), Policy(), now=NOW, vhs="563")

    read("Sprachen: Integrationskurse")
    (said,) = warned("A1")
    assert "its subject 'Sprachen: Integrationskurse' hints at it" in said
    assert warned("A2") == []
    read("Sprachen")
    assert warned("A1") == []
    read("Berufssprachkurse")
    assert warned("A1", dry_run=False)
    with store.reading() as tx:
        assert b"Berufssprachkurse" not in b"".join(bytes(row[4]) for row in tx.rows("event_read", after=0, limit=99))


def test_d16_a_number_used_by_an_adopted_release_is_never_issued_again(store: Store, tmp_path: Path) -> None:
    report(store, tmp_path, 1, [SHARED, course("K1")])
    assert let_go(store, "K1") == "563-COOP-220"


def test_a_coop_id_copied_along_with_a_course_belongs_to_the_first(store: Store, tmp_path: Path) -> None:
    report(store, tmp_path, 1, [SHARED], [booking("26-10009", "1")])
    copy = course("27-10009", "27F") | {"Externe Kurs-Nr.": COOP}
    result = report(store, tmp_path, 2, [SHARED, copy], [booking("26-10009", "1")])
    assert result.quarantined_rows == 1
    (shown,) = view(store, "563")["courses"]
    assert (shown["course_number"], shown["confirmed"]) == ("26-10009", 1)
    assert violations(store) == []


def test_r20_a_renumbered_course_is_followed_with_its_bookings(store: Store, tmp_path: Path) -> None:
    report(store, tmp_path, 1, [SHARED], [booking("26-10009", "1")])
    report(store, tmp_path, 2, [SHARED | {"Kursnummer": "26-2"}], [booking("26-2", "1"), booking("26-2", "2")])
    (shown,) = view(store, "563")["courses"]
    assert (shown["course_number"], shown["confirmed"]) == ("26-2", 2)
    assert [item["code"] for item in violations(store)] == ["COURSE_RENUMBERED"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "COOP_ID_LOST"), ("563-COOP-291", "COOP_ID_CHANGED"), ("x", "COOP_ID_CHANGED")]
)
def test_r15_an_altered_coop_id_freezes_the_course_and_asks_for_it_back(
    store: Store, tmp_path: Path, text: str, code: str
) -> None:
    report(store, tmp_path, 1, [SHARED], [booking("26-10009", "1")])
    report(store, tmp_path, 2, [SHARED | {"Externe Kurs-Nr.": text}], [])
    report(store, tmp_path, 3, [SHARED | {"Externe Kurs-Nr.": text, "Titel": "anders"}], [])
    assert [item["code"] for item in violations(store)] == [code]
    assert [change["kind"] for change in change_list(store, "563")] == ["course.set_external_number"]
    (shown,) = view(store, "563")["courses"]
    assert shown["confirmed"] == 1
    report(store, tmp_path, 4, [SHARED], [booking("26-10009", "1")])
    assert violations(store) == []
    assert change_list(store, "563") == []
