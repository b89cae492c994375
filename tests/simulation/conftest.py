"""Networks log as much as the engine does for a day: nobody reads it, and saying it takes longer than some tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from scripts.soak_process import quiet


@pytest.fixture(autouse=True, scope="package")
def _quiet() -> Iterator[None]:
    before = structlog.get_config()
    quiet()
    yield
    structlog.configure(**before)
