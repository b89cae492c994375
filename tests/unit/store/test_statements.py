"""The files of named statements."""

from __future__ import annotations

import re

import pytest

from koop_es.store.schema import SCHEMA_VERSION
from koop_es.store.statements import migration, parse, statements


def test_both_databases_have_the_same_statements_in_the_same_order() -> None:
    assert list(statements("sqlite")) == list(statements("postgres"))


def test_both_databases_take_the_same_parameters() -> None:
    for name, text in statements("sqlite").items():
        named = set(re.findall(r"(?<!:):(\w+)", text))
        assert named == set(re.findall(r"%\((\w+)\)s", statements("postgres")[name])), name


def test_every_version_of_the_tables_has_its_steps() -> None:
    assert all(migration(version) for version in range(1, SCHEMA_VERSION + 1))
    assert migration(SCHEMA_VERSION + 1) == []


def test_a_block_runs_to_the_next_name_and_comments_are_dropped() -> None:
    text = "-- remark\n\n-- a: First.\nSELECT 1\n-- why so\nFROM x\n\n-- ==== part ====\n-- b: Second.\nSELECT 2\n"
    assert parse(text) == {"a": "SELECT 1\nFROM x", "b": "SELECT 2"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-- a: x\nSELECT 1\n-- a: y\nSELECT 2", "line 3: the name a is given twice"),
        ("SELECT 1", "line 1: SQL before the first name"),
        ("-- a: x\n\n-- b: y\nSELECT 2", "a has no SQL"),
    ],
)
def test_a_broken_file_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(text)
