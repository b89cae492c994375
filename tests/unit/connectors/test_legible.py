"""What a row that cannot be used still tells, cell by cell (D17)."""

from __future__ import annotations

import pytest

from koop_es.connectors import read_export
from koop_es.domain.observation import Rejected, Told

from .conftest import BOOKING, BOOKINGS, COURSE, COURSES, Export

WHOLE = Told(
    booking_id="8841", ref="", number="26-10009", period="26F", participant_no="T1", name="Müller", first_name="Eva",
    external_number="", edited_by="",
)  # fmt: skip


def rejected_booking(export: Export, row: str) -> Rejected:
    (rejected,) = read_export(export(None, BOOKINGS + row)).rejected
    return rejected


def test_d17_a_bad_cell_leaves_all_others_legible(export: Export) -> None:
    assert rejected_booking(export, BOOKING.replace("02.01.2026 09:30", "kaputt")).told == WHOLE


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("8841;", "########;", "booking_id"),
        ("8841;", '="008841";', "booking_id"),
        ("8841;", "'0045;", "booking_id"),
        ("8841;", "1,2E+11;", "booking_id"),
        ("8841;", "#NV;", "booking_id"),
        ("8841;", f"{'8' * 41};", "booking_id"),
        ("26-10009", "##", "number"),
        ("26F", "NULL", "period"),
        ("T1", "'0077", "participant_no"),
        ("T1", "1E+05", "participant_no"),
    ],
)
def test_d18_what_only_a_spreadsheet_writes_is_illegible_and_the_rest_is_not(
    export: Export, before: str, after: str, field: str
) -> None:
    row = BOOKING.replace(before, after, 1)
    if '"' in after:
        row = BOOKING.replace("8841", '"=""008841"""', 1)
    rejected = rejected_booking(export, row)
    assert getattr(rejected.told, field) is None
    assert {name: getattr(rejected.told, name) for name in WHOLE.__struct_fields__ if name != field} == {
        name: getattr(WHOLE, name) for name in WHOLE.__struct_fields__ if name != field
    }


def test_d17_the_reference_of_a_mirror_stays_legible(export: Export) -> None:
    told = rejected_booking(export, BOOKING.replace("02.01.2026 09:30;", "kaputt;301:55").replace("8841", "##")).told
    assert (told.booking_id, told.ref, told.participant_no) == (None, "301:55", "T1")


def test_d17_no_cell_of_a_row_with_another_number_of_columns_is_sure(export: Export) -> None:
    assert rejected_booking(export, BOOKING.replace("\r\n", ";x\r\n")).told == Told(external_number="")


def test_d17_cells_before_a_broken_quote_are_sure(export: Export) -> None:
    told = rejected_booking(export, BOOKING.replace("Müller", '"Müller')).told
    assert (told.booking_id, told.course, told.participant_no) == ("8841", ("26-10009", "26F"), "T1")
    assert (told.name, told.ref) == (None, None)


def test_d17_rows_of_one_identity_that_contradict_each_other_tell_all(export: Export) -> None:
    rows = BOOKING + BOOKING.replace(";A;", ";S;")
    assert [item.told for item in read_export(export(None, BOOKINGS + rows)).rejected] == [
        WHOLE,
        WHOLE,
    ]


def test_d28_a_course_that_is_set_aside_tells_its_number_and_coop_id(export: Export) -> None:
    (rejected,) = read_export(export(COURSES + COURSE.replace("02.03.2026", "32.03.2026"))).rejected
    assert (rejected.told.course, rejected.told.external_number) == (("26-10009", "26F"), "563-COOP-219")


def test_d15_what_a_row_tells_shows_no_name() -> None:
    assert "Müller" not in repr(WHOLE)
    assert "Eva" not in repr(WHOLE)
    assert "8841" in repr(WHOLE)
