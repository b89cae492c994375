"""G5: whatever file a command is given is read to a bound, and nothing that could wait or go on for ever."""

from __future__ import annotations

import os
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from koop_es.store import fences
from koop_es.store.fences import Fence
from tests.acceptance.console import Console
from tests.acceptance.exports import booking, course, write_export

SPARSE_BYTES = 300 << 20
MOST_BYTES = 32 << 20
GIVEN = {
    "--fences": ("restore", "{backup}", "--db", "{new}", "--fences", "{file}"),
    "--scenario": ("simulate", "--scenario", "{file}"),
    "--from": ("subscribe", "--vhs", "301", "--from", "{file}"),
    "--witness": ("verify", "--witness", "{file}"),
    "--profile": ("check", "{export}", "--profile", "{file}"),
}
SECONDS = 50


@contextmanager
def within_bounds(most: int = MOST_BYTES) -> Iterator[None]:
    """See that a command neither waits nor takes memory."""

    def late(*_: object) -> None:
        raise TimeoutError

    former = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def sparse(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(SPARSE_BYTES)


def lines(file: Path) -> None:
    """Write lines that are none of what is expected, as many as a sparse file has bytes of in a tenth."""
    with file.open("wb") as stream:
        for _ in range(SPARSE_BYTES >> 24):
            stream.write(b"[1,2]\n" * ((1 << 20) // 6))


UNFIT: dict[str, Callable[[Path], None]] = {
    "larger than any": sparse,
    "nothing but lines": lines,
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.skipif(os.name == "nt", reason="it has no such files")
@pytest.mark.parametrize("option", GIVEN)
@pytest.mark.parametrize("what", [*UNFIT, "a device"])
def test_g5_what_no_file_of_its_kind_is_like_is_refused_and_takes_no_memory(
    koop: Console, tmp_path: Path, option: str, what: str
) -> None:
    file = Path("/dev/zero") if what == "a device" else tmp_path / "given"
    if what in UNFIT:
        UNFIT[what](file)
    koop.ask("init")
    koop.ask("backup", tmp_path / "a.backup")
    export = write_export(tmp_path / "export", "301", 1, [course("26-1")], [booking("26-1", "1")])
    places = {"backup": tmp_path / "a.backup", "new": f"sqlite:///{tmp_path}/new.db", "file": file, "export": export}
    with within_bounds():
        reply = koop.call(*(word.format(**places) for word in GIVEN[option]))
    assert reply.status in (2, 4), reply
    assert "Traceback" not in reply.err
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("beside", [True, False], ids=["beside the backup", "given"])
def test_d15_a_list_of_the_forgotten_may_be_longer_than_the_memory(
    any_koop: Console, tmp_path: Path, postgres_url: str, beside: bool
) -> None:
    many, most = 12_000, 8 << 20
    any_koop.ask("init")
    any_koop.ask("backup", tmp_path / "a.backup")
    listed = tmp_path / ("a.backup.forgotten" if beside else "list")
    stand = (Fence(f"{number:032x}", "563-COOP-1", f"563:{number}", "2026-03-20T08:00") for number in range(many))
    listed.write_text(fences.to_lines(stand) + '\n{"person_id": "00"}\n')
    given = () if beside else ("--fences", str(listed))
    new = f"sqlite:///{tmp_path}/new.db" if any_koop.db.startswith("sqlite") else postgres_url
    console, restore = Console(new, any_koop.capsys), ("restore", str(tmp_path / "a.backup"), *given)
    with within_bounds(most):
        assert console.refused(*restore, status=4)["code"] == "fences_unreadable"
    listed.write_text(listed.read_text().replace('\n{"person_id": "00"}\n', "\n"))
    with within_bounds(most):
        done = console.ask(*restore)
    assert done["forgotten"] == many
