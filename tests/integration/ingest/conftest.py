"""A store in an empty database of each kind, and exports as a connector writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, ingest
from koop_es.settings import BERLIN
from koop_es.store import Store
from tests.conftest import Place, empty_store

NOW = datetime(2026, 3, 20, 8, tzinfo=BERLIN)


@pytest.fixture
def store(any_place: Place) -> Iterator[Store]:
    """A store of this test's own."""
    any_place.pour(empty_store)
    with Store.open(any_place.url) as made:
        yield made


def take_in(
    store: Store, path: Path, *, max_events: int = 5_000, dry_run: bool = False, profile: str | None = None
) -> ExportResult:
    """Ingest one export under the default policy at a fixed time."""
    return ingest(store, path, Policy(), now=NOW, max_events=max_events, dry_run=dry_run, profile=profile)
