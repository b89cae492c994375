"""The page for connector authors names every column, says truly which are needed, and its examples are an export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from koop_es.connectors.check import check
from koop_es.connectors.columns import BOOKINGS, COURSES, USERS, Layout, resolve
from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.manifest import DataFile, Files, Manifest, Scope
from koop_es.domain.course import HEADINGS
from koop_es.domain.release import MANDATORY

from .conftest import Export

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "exports.md").read_text(encoding="utf-8")
TABLES = {"kurse.csv": COURSES, "belegungen.csv": BOOKINGS, "benutzer.csv": USERS}
KINDS = (
    "course.create", "course.update", "course.cancel", "course.set_external_number",
    "booking.create", "booking.update", "booking.cancel",
)  # fmt: skip


def columns(file: str) -> dict[str, tuple[str, str]]:
    """Give column -> need and example, as the table of a file has them."""
    section = PAGE.split("\n## Columns\n")[1].split(f"\n`{file}`, one row")[1].split("\n\n")[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines()[2:]]
    assert all(len(row) == 5 for row in cells)
    return {row[0].strip("` "): (row[2].strip(), row[3].strip("` ")) for row in cells}


@pytest.mark.parametrize(("file", "layout"), TABLES.items())
def test_every_column_is_on_the_page_and_its_need_is_true(file: str, layout: Layout) -> None:
    found = columns(file)
    assert sorted(found) == sorted(layout.headings.values())
    required = {layout.headings[field] for field in layout.required}
    assert {name for name, (need, _) in found.items() if need == "always"} == required
    for name, (need, example) in found.items():
        assert need != "always" or example, f"{name} has no example"
        assert (need == "own") == (file == "belegungen.csv" and name in {"Name", "Vorname"})
    if layout is COURSES:
        release = {name for name, (need, _) in found.items() if need in {"release", "always"}}
        assert {HEADINGS[field] for field in MANDATORY} <= release


def test_the_examples_of_the_page_are_an_export_without_a_remark(export: Export) -> None:
    texts = []
    for file in TABLES:
        found = columns(file)
        cells = (f'"{example}"' for _, example in found.values())
        texts.append(f"{';'.join(found)}\r\n{';'.join(cells)}\r\n")
    checked = check(export(*texts))
    assert checked.findings == []
    assert (checked.courses, checked.bookings, checked.users) == (1, 1, 1)


def test_every_key_of_the_manifest_and_every_kind_of_change_is_on_the_page() -> None:
    manifest = PAGE.split("\n## Manifest\n")[1].split("\n## ")[0]
    for model in (Manifest, Scope, Files, DataFile):
        for key in model.model_fields:
            assert re.search(rf"`[^`]*\b{key}\b[^`]*`", manifest), key
    back = PAGE.split("\n## What has to be written back\n")[1].split("\n## ")[0]
    for kind in KINDS:
        assert f"| `{kind}`" in back


def test_d15_a_line_where_a_header_is_missing_is_never_quoted() -> None:
    cells = ["2", "26-1", "26F", "70002", "Zwickelhuber", "Notburga", "0941 777666", "z@example.org", "A", "Vorname"]
    with pytest.raises(ExportQuarantined) as refused:
        resolve(cells, BOOKINGS, {}, "belegungen.csv")
    assert refused.value.reason == (
        "columns are missing: Beleg-ID, Kursnummer, Periode, TNR, Status, Gebucht am; "
        "the header has 10 columns, of which these are known: Vorname"
    )
