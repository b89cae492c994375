"""A flipped bit of the store file, and a file cut off: verify finds it, or what can be read is what it was (G7)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from koop_es.cli.answer import DONE, FOUND, UNPROVEN, UNUSABLE
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, booked

SEED = 20260302

FLIPS = 250
CUTS = 30
"""Bytes that are flipped and lengths the file is cut to, spread over all pages; the soak takes them all."""

some_or_all = pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.soak)])


@pytest.fixture
def sealed(koop: Console, tmp_path: Path) -> Path:
    """The file of a store that has seen a story, something in every table, and was sealed as the last thing."""
    network = booked(tmp_path / "exports")
    for program in network.values():
        koop.ask("ingest", program.export())
    koop.ask("market", "join", "oberpfalz", "--vhs", NEAR)
    network[NEAR].cancel(f"{NEAR}:500")
    network[FAR].row(network[FAR].book(NUMBERS[FAR][COOP], "71000"))["Gebucht am"] = "31.02.2026"
    network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W")
    for program in network.values():
        koop.call("ingest", program.export())
    koop.ask("rebuild")
    koop.ask("seal")
    koop.ask("verify")
    return Path(koop.db.removeprefix("sqlite:///"))


def content(file: Path) -> dict[str, Any]:
    """Read all that a store holds; bytes that nobody uses change nothing of it."""
    connection = sqlite3.connect(file)
    try:
        made = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        tables = [name for kind, name, *_ in made if kind == "table"]
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
        return {"made": made} | rows
    finally:
        connection.close()


def settle(koop: Console, file: Path, data: bytes, right: dict[str, Any], what: str) -> bool:
    """Put a damaged file in place and verify it; returns whether that found anything."""
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    file.write_bytes(data)
    reply = koop.call("verify")
    assert "Traceback" not in reply.err, f"{what}: {reply}"
    assert reply.status in {DONE, FOUND, UNPROVEN, UNUSABLE}, f"{what}: {reply}"
    if reply.status == DONE:
        assert content(file) == right, f"{what} was not found"
    return reply.status != DONE


def places(size: int, count: int, *, everywhere: bool) -> Sequence[int]:
    """Name places in a file, one drawn in each of so many stretches of the same length, or all."""
    random = Random(SEED)
    drawn = sorted(random.randrange(size * number // count, size * (number + 1) // count) for number in range(count))
    return range(size) if everywhere else [*drawn, size - 1]


@some_or_all
def test_a_flipped_bit_is_found_or_changes_nothing_that_can_be_read(
    koop: Console, sealed: Path, everywhere: bool
) -> None:
    data, right, random, found = sealed.read_bytes(), content(sealed), Random(SEED), 0
    for place in places(len(data), FLIPS, everywhere=everywhere):
        flipped = bytes((data[place] ^ (1 << random.randrange(8)),))
        damaged = data[:place] + flipped + data[place + 1 :]
        found += settle(koop, sealed, damaged, right, f"byte {place} of {len(data)}")
    assert found > FLIPS // 10


@some_or_all
def test_a_file_that_is_cut_off_is_found(koop: Console, sealed: Path, everywhere: bool) -> None:
    data, right = sealed.read_bytes(), content(sealed)
    for length in places(len(data), CUTS, everywhere=everywhere):
        assert settle(koop, sealed, data[:length], right, f"cut to {length}")
