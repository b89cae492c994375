"""A large export applied by several processes: the log is the one that one process writes, whoever is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from koop_es.connectors import open_export
from koop_es.domain.judgement import NOTHING
from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, ingest, together
from koop_es.store import Store
from koop_es.store.codec import encode
from tests.acceptance.exports import booking, course, write_export
from tests.conftest import empty_store
from tests.integration.ingest.conftest import NOW

COURSES = [course(f"K{number}") | {"Externe Kurs-Nr.": f"563-COOP-{number}"} for number in range(1, 25)]
BOOKINGS = [booking(row["Kursnummer"], f"{number}-{seat}") for number, row in enumerate(COURSES) for seat in range(5)]


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small export be large enough to share."""
    monkeypatch.setattr(together, "WORTH_BYTES", 1)


def take_in(store: Store, path: Path, workers: int, progress: Any = None) -> ExportResult:
    return ingest(store, path, Policy(), now=NOW, max_events=10, workers=workers, progress=progress)


def log_of(store: Store) -> list[tuple[Any, ...]]:
    """Give the log as it is but for the random ids of persons."""
    return [
        (item.position, item.stream, item.version, encode(item.event).split(b'"person_id"')[0])
        for item in store.read(0, 10_000)
    ]


def export(folder: Path) -> Path:
    return write_export(folder / "e", "563", 1, COURSES, BOOKINGS)


@pytest.mark.parametrize("workers", [2, 3])
def test_the_log_is_the_one_that_one_process_writes(
    store: Store, any_db_url: str, tmp_path: Path, workers: int
) -> None:
    path = export(tmp_path)
    result = take_in(store, path, workers)
    assert (result.status, result.rows, result.events) == ("applied", 144, 144)
    empty_store(f"sqlite:///{tmp_path}/alone.db", tmp_path)
    with Store.open(f"sqlite:///{tmp_path}/alone.db") as alone:
        take_in(alone, path, 1)
        assert log_of(store) == log_of(alone)


def test_a_process_that_is_killed_is_done_without(store: Store, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(done: int, total: int) -> None:
        for process in multiprocessing.active_children():
            if not killed and process.pid is not None:
                os.kill(process.pid, signal.SIGKILL)
                killed.append(process.pid)

    result = take_in(store, export(tmp_path), 2, kill)
    assert killed
    assert (result.status, result.events) == ("applied", 144)
    assert not multiprocessing.active_children()


def test_a_process_that_fails_says_so(store: Store, tmp_path: Path) -> None:
    path = export(tmp_path)
    with open_export(path) as opened:
        found = opened.fingerprint
        order = together.Order(tmp_path / "gone", None, None, Policy(), NOW, 10, 0, found.sha256, 1)
        with together.started(store, opened, order, 2) as crew, pytest.raises(Exception, match="gone"):
            crew.agree([], NOTHING)


def test_who_plans_something_else_is_done_without(store: Store, tmp_path: Path) -> None:
    path = export(tmp_path)
    with open_export(path) as opened:
        order = together.Order(path, None, None, Policy(), NOW, 10, 0, opened.fingerprint.sha256, 1)
        with together.started(store, opened, order, 2) as crew:
            crew.agree([], NOTHING)
            crew.begin(0, 2)
            assert list(crew.end(0)) == [1]
