"""The cases: what came wrong once comes right, each for the kind of fault it stands for (``cases.py`` plays them)."""

from __future__ import annotations

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


# --- pairing: identities --------------------------------------------------------------------------------------------


# --- guards: absences of many ---------------------------------------------------------------------------------------
