"""By what people know a booking again in another row (D18)."""

from __future__ import annotations

import pytest

from koop_es.simulate.rows import Row, blank_booking, is_same

ANNA: Row = blank_booking() | {
    "Beleg-ID": "1", "TNR": "70001", "Name": "Maier", "Vorname": "Anna", "Telefon": "0151", "E-Mail": "a@example.org",
    "Gebucht am": "02.02.2026 09:00:00",
}  # fmt: skip
NUMBERS = {"Beleg-ID": "2", "TNR": "70002"}
MOMENT = {"Gebucht am": "03.02.2026 10:00:00"}
PERSON = {"Name": "Ersatz", "Vorname": "Eva", "Telefon": "09", "E-Mail": "e@example.org"}


@pytest.mark.parametrize("change", [NUMBERS, MOMENT, PERSON, NUMBERS | MOMENT, {"Beleg-ID": "2"} | MOMENT])
def test_d18_booking_goes_on_where_enough_of_its_row_is_as_it_was(change: Row) -> None:
    assert is_same(ANNA | change, ANNA)


@pytest.mark.parametrize(
    "change", [NUMBERS | PERSON, NUMBERS | MOMENT | {"Name": "Huber"}, MOMENT | PERSON | {"TNR": "8"}]
)
def test_d18_row_of_which_nothing_that_tells_is_as_it_was_is_another_registration(change: Row) -> None:
    assert not is_same(ANNA | change, ANNA)


def test_d18_cell_that_says_nothing_tells_nothing() -> None:
    nameless = ANNA | NUMBERS | {"Name": "", "Vorname": "", "Telefon": "", "E-Mail": ""}
    assert not is_same(nameless, nameless | {"Beleg-ID": "3", "TNR": "9"})
