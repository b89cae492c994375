"""Which operations a test befalls: each of them every time, or some of them every time and the others in the soak."""

from __future__ import annotations

import pytest

from tests.faults.operations import OPERATIONS

OFTEN = {"init", "ingest cancellations and absences", "approve", "release"}
"""Operations that are tried every time; the others write in the same ways."""

each_operation = pytest.mark.parametrize("name", OPERATIONS)
seldom = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "release" else pytest.mark.soak) for name in OPERATIONS]
)
often = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.soak) for name in OPERATIONS]
)
