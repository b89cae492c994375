"""Course facts: what is not carried is no value, and every value has one text form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from koop_es.domain.course import EXTRA_FIELDS, HEADINGS, CourseFacts, changed, euros, given, merged, to_text
from koop_es.domain.terms import normal_rate
from tests.unit.domain.world import MASTER_FACTS


def test_every_field_has_a_heading_of_its_own() -> None:
    assert tuple(HEADINGS) == CourseFacts.__struct_fields__
    assert len(set(HEADINGS.values())) == len(HEADINGS)
    assert set(HEADINGS) >= EXTRA_FIELDS


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("title", "Aquarell", "Aquarell"),
        ("title", None, ""),
        ("starts_on", date(2026, 3, 2), "02.03.2026"),
        ("starts_on", date(999, 3, 2), "02.03.0999"),
        ("cancelled", True, "W"),
        ("cancelled", False, "F"),
        ("fee_cents", 6240, "62,40"),
        ("fee_cents", 5, "0,05"),
        ("capacity", 0, "0"),
        ("markers", ("7", "100"), "7,100"),
        ("markers", (), ""),
    ],
)
def test_values_are_written_the_way_an_export_row_has_them(name: str, value: Any, text: str) -> None:
    assert to_text(name, value) == text


def test_amounts_have_two_decimals() -> None:
    assert [euros(cents) for cents in (0, 9, 100, 123456)] == ["0,00", "0,09", "1,00", "1234,56"]


def test_what_is_not_carried_overrides_nothing() -> None:
    news = CourseFacts(title="", cancelled=False, capacity=0)
    after = merged(MASTER_FACTS, news)
    assert (after.title, after.cancelled, after.capacity, after.venue) == ("", False, 0, "Raum 1")
    assert merged(MASTER_FACTS, CourseFacts()) is MASTER_FACTS


def test_only_carried_values_that_differ_are_changes() -> None:
    news = CourseFacts(title="Öl", venue="Raum 1", markers=("7",))
    assert changed(MASTER_FACTS, news) == {"title": "Öl", "markers": ("7",)}
    assert given(news) == {"title": "Öl", "venue": "Raum 1", "markers": ("7",)}


@pytest.mark.parametrize(
    ("rate", "fee_cents", "expected"),
    [
        ("80", 9000, "80"),
        (" 080 ", 9000, "80"),
        ("link", 9000, "Link"),
        ("LINK", 0, "Link"),
        ("", 0, "0"),
        (None, 0, None),
        ("", 9000, None),
        ("", None, None),
        ("80 %", 9000, "80 %"),
        ("²", 9000, "²"),
    ],
)
def test_r6a_rates_are_compared_in_one_form(rate: str | None, fee_cents: int | None, expected: str | None) -> None:
    assert normal_rate(rate, fee_cents) == expected
