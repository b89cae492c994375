"""A store in an empty database of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from koop_es.store import Store


@pytest.fixture
def store(any_db_url: str) -> Iterator[Store]:
    """A store of this test's own."""
    with Store.create(any_db_url) as made:
        yield made
