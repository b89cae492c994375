"""Every command where the output, the environment or the store is not as it should be: never a traceback, and a status
that means something (G2).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple, TextIO

import pytest

from koop_es.cli.entry import COMMANDS, run
from koop_es.store import Store, backup
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.conftest import Place
from tests.integration.ingest.conftest import NOW, take_in

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")

REFUSED = {2, 3, 4}
"""What a rule or the input forbids, told on standard error."""


class Known(NamedTuple):
    """Where what the commands are given lies."""

    next_export: str
    backup: str


def story(url: str, folder: Path) -> Known:
    """Make a store with a row set aside, what is to be taken in next, and a backup."""
    network = booked(folder / "exports")
    network[NEAR].row(network[NEAR].book(NUMBERS[NEAR][COOP], "77"))["Gebucht am"] = "31.02.2026"
    with Store.create(url) as store:
        for program in network.values():
            take_in(store, program.export())
        backup.make(store, folder / "koop.backup", NOW.isoformat())
    return Known(str(network[MASTER].export()), str(folder / "koop.backup"))


def lines(known: Known) -> list[str]:
    """Give a line of each command; words in braces are left to whoever runs it."""
    booking, reason = f"{NEAR}:500", "--reason x"
    course = f"--vhs {MASTER} --course {NUMBERS[MASTER][COOP]} --period 26F"
    return [
        "init",
        f"ingest {known.next_export}",
        f"check {known.next_export}",
        "template export --system kufersql --into {folder}/sample",
        f"release {course} --own-offer",
        f"subscribe {COOP} --vhs 77 --number K --period 26F --accept-rate 80",
        f"claim-seat {COOP} --vhs {NEAR} --booking {booking}",
        f"changes --vhs {MASTER}",
        f"changes --vhs {MASTER} --format kufer-xml --into {{folder}}/registrations",
        f"confirm-cancellation {COOP} --booking {booking} --vhs {MASTER} {reason}",
        f"view --vhs {MASTER}",
        f"history {COOP}",
        f"diff {COOP} --from 1",
        f"why {COOP}",
        f"whatif {COOP} --without-export {MASTER}#1",
        f"replay {COOP} --plain",
        "violations",
        f"acknowledge {COOP} COURSE_RENUMBERED --vhs {NEAR} {reason}",
        "withheld list",
        "withheld approve 1 --up-to 1",
        f"restore-course {COOP} --vhs {MASTER} {reason}",
        f"restore-booking {COOP} --booking {booking} --vhs {NEAR} {reason}",
        f"withdraw-export {MASTER}#1 {reason} --yes",
        "quarantine list",
        "quarantine show 1",
        "quarantine retry",
        "quarantine discard 1 --yes",
        f"forget --booking {booking} --yes",
        "forget --name Kim,Toni --in-quarantine --yes",
        "forget --finish",
        "backup {folder}/new.backup",
        f"restore {known.backup} --check",
        f"restore {known.backup} --replace --yes",
        f"vhs restart-sequence {MASTER} {reason}",
        "status",
        f"close-release {COOP} --vhs {MASTER}",
        f"withdraw-release {COOP} --vhs {MASTER} --yes",
        f"terminate-abo {COOP} --vhs {NEAR} --yes",
        f"amend-terms {COOP} --vhs {MASTER} --subscriber {NEAR} --fee 95,00 --rate 80",
        f"adopt {course} --abo {NEAR}:K-7:26F",
        f"assign-coop-id {COOP} --vhs {MASTER}",
        f"market join oberpfalz --vhs {NEAR}",
        "market list",
        "rebuild",
        "seal",
        "seal --head {folder}/head.json",
        "verify",
        "completion bash",
        "simulate --seed 1 --steps 1",
        "demo --incident list",
    ]


WITHOUT_STORE = {"check", "template", "completion", "simulate", "demo"}
"""Commands that open no store, or one of their own."""

MAKES_ONE = {"init", "restore"}


def test_every_command_is_tried() -> None:
    assert {line.split()[0] for line in lines(Known("", ""))} == set(COMMANDS)


@pytest.fixture
def known(sqlite_place: Place) -> Known:
    found = sqlite_place.pour(story)
    assert isinstance(found, Known)
    return found


Case = Callable[[ExitStack], tuple[TextIO | None, TextIO | None]]
"""Gives standard output and standard error."""


def full(stack: ExitStack) -> TextIO:
    stream = FULL.open("w")
    stack.callback(_closed, stream)
    return stream


def _closed(stream: TextIO) -> None:
    with suppress(OSError):  # for what it still held
        stream.close()


def narrow(errors: str) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=errors)


CASES: dict[str, Case] = {
    "the output is full": lambda stack: (full(stack), io.StringIO()),
    "the output is closed": lambda _stack: (None, io.StringIO()),
    "errors find no room": lambda stack: (io.StringIO(), full(stack)),
    "nothing takes a word": lambda _stack: (None, None),
    "the console has no umlauts": lambda _stack: (narrow("strict"), narrow("backslashreplace")),
}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("case", CASES)
def test_g2_no_command_ends_with_a_traceback_whatever_becomes_of_its_words(
    known: Known, sqlite_place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: str, as_json: bool
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    for number, line in enumerate(lines(known)):
        sqlite_place.pour(story)
        folder = tmp_path / str(number)
        folder.mkdir()
        words = _words(line, folder, sqlite_place.url, as_json)
        with ExitStack() as stack, monkeypatch.context() as patch:
            out, err = CASES[case](stack)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            status = run(words, as_json=as_json)
        if "output" in case or case == "nothing takes a word":
            assert status == 6 or (status in REFUSED and not as_json and err is not None), (line, status)
        else:
            assert status in {0, 1, 6, 7, *REFUSED}, (line, status)
            assert status != 2 or line.startswith("replay"), "a word of the line is wrong"
        if isinstance(err, io.StringIO):
            assert "Traceback" not in err.getvalue(), line


@pytest.mark.parametrize("there", ["nothing", "a folder", "no database"])
def test_g2_every_command_says_that_there_is_no_store(
    known: Known, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    for number, line in enumerate(lines(known)):
        folder = tmp_path / str(number)
        folder.mkdir()
        file, name = folder / "koop.db", line.split()[0]
        if there == "a folder":
            file.mkdir()
        elif there == "no database":
            file.write_bytes(b"no database at all\n" * 200)
        capsys.readouterr()
        status = run(_words(line, folder, f"sqlite:///{file}", as_json=True), as_json=True)
        if name in WITHOUT_STORE or name in MAKES_ONE:
            assert status in {0, 1, 4, 5}, line
        else:
            assert status in ({2, 5} if name == "replay" else {5}), (line, capsys.readouterr())
            assert file.exists() is (there != "nothing"), line


def test_g2_an_ingest_makes_a_store_only_where_none_was_named(known: Known, tmp_path: Path) -> None:
    """One that was named and is not there was lost, or another was meant."""
    assert run(["ingest", known.next_export, "--db", f"sqlite:///{tmp_path}/lost.db"], as_json=False) == 5
    assert not (tmp_path / "lost.db").exists()
    assert run(["ingest", known.next_export], as_json=False) == 0
    assert (tmp_path / "koop.db").exists()


def _words(line: str, folder: Path, db: str, as_json: bool) -> list[str]:
    words = [word.format(folder=folder) if "{" in word else word for word in line.split()]
    if words[0] != "completion":
        words += [*(["--db", db] if words[0] not in {"simulate", "demo"} else []), *(["--json"] if as_json else [])]
    return words
