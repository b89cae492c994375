"""When exports last showed all that a program held, before a copy of it is put back (D20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from koop_es.simulate.deeds import Sent
from koop_es.simulate.restores import last_shown

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
VHS = "102"


@pytest.mark.parametrize(
    ("exports", "last"),
    [
        ("full applied, delta unchanged", 1),
        ("full applied, full superseded, delta unchanged", 0),
        ("full applied, delta lost, full applied, delta applied", 3),
        ("full applied, full ", 0),
    ],
)
def test_d20_delta_shows_all_only_where_no_export_before_it_is_missing(exports: str, last: int) -> None:
    sent = []
    for number, (reach, status) in enumerate(text.split(" ") for text in exports.split(", ")):
        at = START + timedelta(hours=number)
        sent.append(Sent(at, number, VHS, number, reach, "", complete=reach == "full", status=status))
    staff: Any = SimpleNamespace(diary=SimpleNamespace(exports=sent))
    assert last_shown(staff, VHS, START) == START + timedelta(hours=last)
