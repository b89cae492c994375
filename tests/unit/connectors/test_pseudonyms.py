"""Staff have pseudonyms that a list of their names does not undo (D15, T6)."""

from __future__ import annotations

import pytest

from koop_es.connectors.pseudonyms import pseudonym
from koop_es.domain.observation import actor_of

SECRET, OTHER = "00" * 16, "11" * 16


def test_d15_the_same_cell_has_another_pseudonym_in_another_store() -> None:
    found = {pseudonym("Büro", secret) for secret in (SECRET, OTHER)}
    assert len(found) == 2
    assert actor_of("Büro") not in found
    assert {actor_of(text) for text in found} == found, "a pseudonym stays what it is"
    assert pseudonym(" Büro", SECRET) == pseudonym("Büro", SECRET)


@pytest.mark.parametrize("cell", ["", "WS", "WS am 17.07.2025, 09:42", "staff-0123abcd"])
def test_t6_what_names_nobody_stays(cell: str) -> None:
    assert pseudonym(cell, SECRET) == cell


def test_a_store_without_a_secret_keeps_the_cell() -> None:
    assert pseudonym("Büro", "") == "Büro"
