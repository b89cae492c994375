"""Every promise of the page of the guarantees names tests, and they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "guarantees.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`\s]+)::(\w+)`", PAGE)))
SECTIONS = [part for part in PAGE.split("\n## ")[1:] if part.partition("\n")[2].lstrip().startswith("| promise |")]


@cache
def names_in(path: Path) -> set[str]:
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_named_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file(), f"guarantees.md names {path}"
    assert name in names_in(ROOT / path), f"guarantees.md names {path}::{name}"


def test_every_promise_names_a_test() -> None:
    assert len(SECTIONS) >= 8
    for section in SECTIONS:
        promises = [line for line in section.splitlines() if line.startswith("| ")][2:]
        assert promises, section
        for promise in promises:
            assert "::test_" in promise.split(" | ")[1], promise
