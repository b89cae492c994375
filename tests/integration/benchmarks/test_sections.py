"""The sections of time exclude each other and leave nothing out, and what was watched is put back."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from tests.benchmarks.sections import BUILDING, REST, TAKING_IN, watching


def test_what_is_spent_inside_another_section_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(100))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(now)))
    work = SimpleNamespace(inner=lambda: None)

    def outer() -> None:
        work.inner()

    work.outer = outer
    before = (work.outer, work.inner)
    with watching([(work, "outer", "outer"), (work, "inner", "inner")]) as sections:
        work.outer()
        work.inner()
    assert sections.seconds == {"outer": 2.0, "inner": 2.0, REST: 3.0}
    assert (work.outer, work.inner) == before


def test_section_that_fails_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(100))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(now)))
    work = SimpleNamespace(fails=lambda: 1 / 0)
    with watching([(work, "fails", "failing")]) as sections, pytest.raises(ZeroDivisionError):
        work.fails()
    assert sections.seconds == {"failing": 1.0, REST: 2.0}


@pytest.mark.parametrize("watched", [TAKING_IN, BUILDING])
def test_everything_watched_is_there(watched: tuple[tuple[object, str, str], ...]) -> None:
    assert all(callable(getattr(owner, name)) for owner, name, _ in watched)
