"""The n-th call to the disk fails, for every n, and so does every statement: typed error, clean retry, no harm (G2)."""

from __future__ import annotations

import errno
from itertools import count

import pytest

from tests.faults import disk
from tests.faults.bench import SqliteBench
from tests.faults.kinds import some_of_each
from tests.faults.marks import each_operation, of_each, often
from tests.faults.ordeal import calm, loop

PAGE_BYTES = 4096

needs_a_broken_disk = pytest.mark.skipif(bool(disk.missing()), reason=disk.missing() or "-")


@needs_a_broken_disk
@often
@pytest.mark.parametrize(
    ("mode", "error", "kinds"),
    [
        pytest.param(disk.ONCE, errno.EIO, disk.ALL, id="one call ends with an I/O error"),
        pytest.param(disk.EVER, errno.ENOSPC, disk.WRITING, id="the disk is full from one call on"),
        pytest.param(disk.EVER, errno.EIO, disk.ALL, id="the disk is broken from one call on", marks=pytest.mark.soak),
        pytest.param(disk.ONCE, errno.ENOSPC, disk.WRITING, id="the disk is full once", marks=pytest.mark.soak),
    ],
)
def test_a_disk_that_fails_at_the_nth_call_does_no_harm(
    sqlite_bench: SqliteBench, name: str, mode: int, error: int, kinds: int, *, everywhere: bool
) -> None:
    def fault(n: int) -> dict[str, object]:
        return {"kind": "disk", "mode": mode, "at": n, "error": error, "kinds": kinds}

    places = count(1) if everywhere else some_of_each(calm(sqlite_bench, name, fault(0) | {"mode": disk.COUNT}))
    tally = loop(sqlite_bench, name, fault, places, counted=True)
    assert tally.points >= 10


@of_each
def test_a_statement_that_is_broken_off_does_no_harm(sqlite_bench: SqliteBench, name: str, *, everywhere: bool) -> None:
    def fault(n: int) -> dict[str, object]:
        return {"kind": "interrupt", "at": n}

    places = count(1) if everywhere else some_of_each(calm(sqlite_bench, name, fault(0)))
    tally = loop(sqlite_bench, name, fault, places, counted=True)
    assert tally.points >= 10
    assert tally.refused >= 5


@each_operation
def test_another_program_that_holds_the_file_does_no_harm(sqlite_bench: SqliteBench, name: str) -> None:
    def fault(n: int) -> dict[str, object]:
        return {"kind": "rival", "at": n, "file": str(sqlite_bench.file)}

    tally = loop(sqlite_bench, name, fault, count(1), counted=True)
    assert tally.codes == {"store_busy": tally.points}
    assert tally.points >= 1


@pytest.mark.parametrize("name", ["init", "ingest cancellations and absences"])
def test_a_store_that_may_not_grow_does_no_harm(sqlite_bench: SqliteBench, name: str) -> None:
    """The limit on pages is SQLite's own; it rises page by page.

    Smaller operations find room in pages there are, the first export too: in those of tables that migrations replaced.
    """
    sqlite_bench.fresh(name)
    held = sqlite_bench.file.stat().st_size // PAGE_BYTES if sqlite_bench.file.exists() else 1
    tally = loop(sqlite_bench, name, lambda n: {"kind": "pages", "at": held + n}, count(0), counted=False)
    assert tally.codes == {"store_full": tally.points}
    assert tally.points >= 2


@each_operation
@pytest.mark.parametrize("pages", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_a_file_that_may_not_grow_does_no_harm(sqlite_bench: SqliteBench, name: str, pages: int) -> None:
    """The limit on the size of a file is the kernel's; it rises by some pages."""
    tally = loop(sqlite_bench, name, lambda n: {"kind": "size", "at": n * PAGE_BYTES}, count(1, pages), counted=False)
    assert tally.points >= 3
