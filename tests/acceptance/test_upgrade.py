"""A store that an older koop-es made is brought up to date by `init`, views and change lists with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from koop_es.cli.answer import UNPROVEN
from koop_es.store import schema
from tests.acceptance.console import Console
from tests.acceptance.network import booked
from tests.integration.views.test_rebuild import execute


def test_init_of_an_older_store_builds_its_views_anew(
    koop: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in booked(tmp_path / "exports").values():
        koop.take_in(program.export())
    execute(koop.db, "UPDATE koop_views SET changes = replace(changes, 'expects', 'expected')")
    assert koop.call("verify").status == 1
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)  # its only step is the mark
    koop.ask("init")
    assert koop.call("verify").status == UNPROVEN, "nothing is wrong, and nothing was sealed"
