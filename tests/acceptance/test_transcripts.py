"""The how-to pages say what the program says: every command in them is run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from koop_es.simulate.incidents import INCIDENTS
from scripts import gen_transcripts
from scripts.forked import Forked


@pytest.fixture(scope="module")
def forked() -> Iterator[Forked]:
    """What runs the commands of all pages."""
    with Forked() as process:
        yield process


@pytest.mark.parametrize("page", gen_transcripts.pages(), ids=lambda page: page.stem)
def test_commands_of_a_page_print_what_it_quotes(page: Path, forked: Forked) -> None:
    assert page.read_text(encoding="utf-8") == gen_transcripts.render(page, forked), "run make docs"


def test_every_incident_has_a_page_that_works_it_out() -> None:
    pages = {page.stem: page.read_text(encoding="utf-8") for page in gen_transcripts.pages()}
    for name in INCIDENTS:
        assert f"koop-es demo --incident {name}" in pages[name]
        assert pages[name].count("$ koop-es") >= 4
