"""The cases: what came wrong once comes right, each for the kind of fault it stands for (``cases.py`` plays them)."""

from __future__ import annotations

import pytest

from tests.acceptance.cases import ABO, MASTER, begin, needs_cases
from tests.acceptance.console import Console

pytestmark = needs_cases


def test_the_base_of_the_cases_agrees(koop: Console) -> None:
    case = begin(koop, "00-base2")
    assert case.streams() == ["563-COOP-219", "563-COOP-220"]
    assert case.held() == {
        MASTER: {"563:8841": "A", "563:8842": "A", "563:8843": "A", "301:55": "A"},
        ABO: {"563:8841": "A", "563:8842": "A", "563:8843": "A", "301:55": "A"},
    }
    assert not case.cancelled()


# --- files: values that are none, blank rows, encodings -------------------------------------------------------------


# --- routing: what an unusable row protects -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["98i-mirror-new-id-bad-date", "98e-hash-ids"])
def test_d17_rows_that_cannot_be_used_cancel_nobody(koop: Console, name: str) -> None:
    case = begin(koop, name)
    before = case.held()
    for night in case.nights():
        answer = case.night(night)
        assert answer["quarantined_rows"] > 0
    assert not case.events("BookingVanished", "OrphanDetected", "BookingCancelled")
    assert not case.cancelled()
    assert case.held() == before


# --- pairing: identities --------------------------------------------------------------------------------------------


# --- guards: absences of many ---------------------------------------------------------------------------------------
