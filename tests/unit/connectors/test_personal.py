"""What is an identifier, and what is somebody who stands where one belongs (G8)."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koop_es.connectors.personal import is_somebody, may_be_somebody, names_somebody

IDENTIFIERS = [
    "1", "0045", "8841.0", "T-17", "T17", "B0001", "ABC1", "17/A", "26-10009/26F/12", "KNR 17", "Beleg Nr. 17",
    "TN 4 B", "A", "abcdefab", "deadbeef-cafe", "cmx54ac61de8949c", "8841~2", "٣٤", "", "-", "####", "NULL", "#NV",
    "01.01.1900", "M563-8841",
]  # fmt: skip
SOMEBODY = [
    "Müller", "MÜLLER", "müller", "Li", "Eva-Maria", "O'Neill", "Müller, Anna", "Anna Müller", "Anna Müller 1970",
    "von der Tann", "anna@example.org", "a1970@example.org", "Müller~2", "Ðorđe", "Иванов", "Café", '="Müller"',
    "N. N.", "Adda",
]  # fmt: skip


@pytest.mark.parametrize("text", IDENTIFIERS)
def test_g8_an_identifier_is_nobody(text: str) -> None:
    assert not is_somebody(text)


@pytest.mark.parametrize("text", SOMEBODY)
def test_g8_a_name_or_mail_is_somebody_and_is_seen_among_others(text: str) -> None:
    assert is_somebody(text)
    assert may_be_somebody(["8841", text, "T17"])
    assert may_be_somebody(["301:8841", f"301:{text}"])
    assert names_somebody("ref", f"301:{text}")
    assert not names_somebody("number", text)


@given(st.uuids())
def test_g8_a_uuid_is_nobody_in_whichever_form(value: UUID) -> None:
    assert not any(map(is_somebody, (str(value), value.hex, str(value).upper())))


@given(st.lists(st.text(st.characters(exclude_categories=["C"], exclude_characters="\n"), max_size=12), max_size=6))
def test_g8_whatever_is_somebody_is_seen_among_others(texts: list[str]) -> None:
    assert may_be_somebody(texts) or not any(names_somebody("booking_id", text) for text in texts)
    assert may_be_somebody(texts) or not any(names_somebody("ref", text) for text in texts if ":" in text)
