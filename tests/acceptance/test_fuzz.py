"""Fuzzing: whatever bytes come in, the program refuses or sets aside, loses no row and cancels nobody for them (G5)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.fuzzer import corpus, fuzz, play_again
from tests.fuzz.targets import TARGETS

Record = Callable[[str, object], None]

SECONDS = int(os.environ.get("KOOP_FUZZ_SECONDS", "600"))
"""How long the soak fuzzes."""

INPUTS = 400


def test_every_target_has_a_file_in_the_corpus() -> None:
    assert {file.name.partition("-")[0] for file in corpus()} == set(TARGETS)


@pytest.mark.parametrize("file", corpus(), ids=lambda file: file.name)
def test_corpus_holds(file: Path) -> None:
    assert play_again(file) is None


@pytest.mark.parametrize("first", range(0, INPUTS, 100))
def test_mutated_inputs_are_refused_or_set_aside_and_lose_no_row(first: int, record_property: Record) -> None:
    done, failures = fuzz(first, lambda seed: seed < first + 100)
    record_property("fuzz", done)
    assert not failures, "\n".join(failures)


@pytest.mark.soak
def test_ten_minutes_of_mutated_inputs_hold(record_property: Record) -> None:
    until = time.monotonic() + SECONDS
    done, failures = fuzz(int(time.time()) * 10_000, lambda _: time.monotonic() < until)
    record_property("fuzz", done)
    assert not failures, "\n".join(failures)
    assert done
