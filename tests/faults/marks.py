"""Which operations a test befalls, and where: all of them everywhere in the soak, every time a part of that."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.faults.operations import OPERATIONS

OFTEN = {"init", "ingest cancellations and absences", "approve", "release"}
"""Operations that are tried every time; the others write in the same ways."""

LONG = {"init", "ingest the first export", "ingest cancellations and absences", "migrate", "forget", "rebuild"}
"""Operations with a hundred places or more where a fault may strike: every time it strikes at some of each kind."""

each_operation = pytest.mark.parametrize("name", OPERATIONS)
seldom = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "release" else pytest.mark.soak) for name in OPERATIONS]
)


def _of(names: Iterable[str]) -> pytest.MarkDecorator:
    """Let a fault strike operations everywhere, but those that are LONG at some places of each kind; in the soak all of
    them everywhere.
    """
    short = {name for name in names if name not in LONG}
    everywhere = [pytest.param(name, True, marks=() if name in short else pytest.mark.soak) for name in OPERATIONS]
    long = [pytest.param(name, False, id=f"{name}, some of each kind") for name in names if name in LONG]
    return pytest.mark.parametrize(("name", "everywhere"), [*everywhere, *long])


of_each, often = _of(OPERATIONS), _of([name for name in OPERATIONS if name in OFTEN])
