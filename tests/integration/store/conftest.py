"""A store in an empty database of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from koop_es.store import Store
from tests.conftest import Place, empty_store


@pytest.fixture
def store(any_place: Place) -> Iterator[Store]:
    """A store of this test's own."""
    any_place.pour(empty_store)
    with Store.open(any_place.url) as made:
        yield made
