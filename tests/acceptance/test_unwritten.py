"""Answers that cannot be written: the output is full, closed, too narrow, or nobody reads it any more (G2)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.console import PROGRAM, Console, Reply, clean_environment
from tests.acceptance.exports import booking, course, write_export
from tests.acceptance.network import COOP, MASTER, NEAR, NUMBERS, booked
from tests.acceptance.program import Program

FULL = Path("/dev/full")
Run = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")


@pytest.fixture
def network(koop: Console, tmp_path: Path) -> dict[str, Program]:
    """Give a network whose first exports were taken in, so that each has changes to carry out."""
    found = booked(tmp_path / "exports")
    for program in found.values():
        koop.take_in(program.export())
    return found


def onto_full(*words: str) -> subprocess.CompletedProcess[str]:
    with FULL.open("w") as full:
        return subprocess.run(
            [*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=clean_environment()
        )


def closed(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose standard output is closed from the beginning."""
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, *words]
    return subprocess.run(shell, stderr=subprocess.PIPE, text=True, check=False, env=clean_environment())


@pytest.mark.parametrize(
    ("onto", "words"),
    [
        (onto_full, ["violations"]),
        (onto_full, ["--help"]),
        (closed, ["--help"]),
        (closed, ["view", "--help"]),
        (closed, ["status", "--json"]),
        (closed, ["history", COOP]),
    ],
)
def test_g2_a_reading_answer_that_cannot_be_written_changed_nothing(
    koop: Console, network: dict[str, Program], onto: Run, words: list[str]
) -> None:
    ended = onto(*(words if "--help" in words else koop.words(*words)))
    assert ended.returncode == 6
    assert ended.stderr.startswith("koop-es: the answer could not be written (")
    assert ended.stderr.endswith("); nothing was changed\n")


def test_g2_what_a_command_did_stands_on_standard_error(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "9000")
    late = str(network[NEAR].export())
    ended = onto_full(*koop.words("ingest", late, "--json"))
    assert ended.returncode == 6
    said, answer = ended.stderr.splitlines()
    assert said.endswith("this was done:")
    assert [one["status"] for one in json.loads(answer)["data"]["exports"]] == ["applied"]
    assert koop.ask("ingest", late)["exports"][0]["status"] == "superseded"


def test_g2_d21_a_change_list_that_was_not_written_is_the_same_when_called_again(
    koop: Console, network: dict[str, Program]
) -> None:
    before = koop.ask("changes", "--vhs", MASTER, "--preview")["changes"]
    ended = onto_full(*koop.words("changes", "--vhs", MASTER))
    assert ended.returncode == 6
    assert "call it again" in ended.stderr
    assert before
    assert koop.changes(MASTER) == before


def test_g2_an_error_that_cannot_be_written_stands_on_standard_error(koop: Console) -> None:
    ended = onto_full(*koop.words("history", "999-COOP-1", "--json"))
    assert ended.returncode == 6
    assert "999-COOP-1" in ended.stderr


def test_g2_a_store_that_finds_no_room_says_which_exports_were_taken_in_before(koop: Console, tmp_path: Path) -> None:
    shared = course("K1") | {"Externe Kurs-Nr.": COOP, "TN max": "3000"}
    small = write_export(tmp_path / "563-1", "563", 1, [shared], [])
    large = write_export(tmp_path / "563-2", "563", 2, [shared], [booking("K1", str(n)) for n in range(3_000)])
    room = Path(koop.db.removeprefix("sqlite:///")).stat().st_size // 512 + 1_200  # blocks: for the first alone
    shell = ["sh", "-c", f'ulimit -f {room}; exec "$@"', "sh", *PROGRAM]
    words = koop.words("ingest", small, large, "--json")
    ended = subprocess.run([*shell, *words], capture_output=True, text=True, check=False, env=clean_environment())
    assert ended.returncode == 5, ended
    error = json.loads(ended.stdout)["error"]
    assert error["message"].endswith(f"This concerns {large}; before it: {small} applied.")
    assert [item["status"] for item in error["details"]["exports"]] == ["applied"]
    assert koop.status()["563"]["last_sequence"] == 1


@pytest.mark.parametrize("words", [["history", COOP, "--json"], ["view", "--help"]])
def test_g2_nobody_reads_any_more(koop: Console, network: dict[str, Program], words: list[str]) -> None:
    with subprocess.Popen(
        [*PROGRAM, *koop.words(*words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    ) as reading:
        assert reading.stdout is not None and reading.stderr is not None
        reading.stdout.close()
        said = reading.stderr.read()
    assert reading.returncode == 6
    assert "Traceback" not in said
    assert said.endswith("nothing was changed\n")


def narrow(koop: Console, *words: str) -> Reply:
    return koop.run(*words, PYTHONIOENCODING="ascii")


def test_g2_a_letter_that_the_console_lacks_is_named_and_the_answer_counts_as_unwritten(
    koop: Console, network: dict[str, Program]
) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "9000", Name="Łukasiewicz")
    late = str(network[NEAR].export())
    koop.take_in(Path(late))
    reply = narrow(koop, "view", "--vhs", MASTER)
    assert reply.status == 6
    assert "its encoding ascii has no \\xf6: set PYTHONIOENCODING=utf-8" in reply.err
    assert reply.err.endswith("; nothing was changed\n")


def test_g6_what_programs_read_is_utf_8_whatever_the_console(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "9000", Name="Łukasiewicz")
    koop.take_in(network[NEAR].export())
    wide = koop.run("view", "--vhs", MASTER, "--json")
    assert "Łukasiewicz" in wide.out
    assert narrow(koop, "view", "--vhs", MASTER, "--json") == wide
    listed = narrow(koop, "changes", "--vhs", MASTER)
    assert (listed.status, listed.err) == (0, "")
    assert "Łukasiewicz" in listed.out


def test_g2_a_file_that_finds_no_room_is_an_answer_that_was_not_written(koop: Console, tmp_path: Path) -> None:
    error = koop.refused("seal", "--head", FULL, status=6)
    assert (error["code"], "the log is sealed" in error["message"]) == ("file_unusable", True)
    (tmp_path / "file").write_text("")
    sample = koop.refused("template", "export", "--system", "kufersql", "--into", tmp_path / "file" / "s", status=6)
    exports = koop.refused("demo", "--keep", tmp_path / "file" / "exports", status=6)
    assert {sample["code"], exports["code"]} == {"file_unusable"}


@pytest.mark.parametrize("way", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize("words", [["history", "999-COOP-1"], ["histery"]])
def test_g2_an_error_that_nobody_can_be_told_has_a_status_of_its_own(
    koop: Console, network: dict[str, Program], way: str, words: list[str]
) -> None:
    shell = ["sh", "-c", f'exec "$@" {way}', "sh", *PROGRAM, *koop.words(*words)]
    assert subprocess.run(shell, check=False, env=clean_environment()).returncode == 6


def test_g2_work_goes_on_where_its_log_cannot_be_written(koop: Console, network: dict[str, Program]) -> None:
    network[NEAR].book(NUMBERS[NEAR][COOP], "9000")
    words = koop.words("ingest", str(network[NEAR].export()))
    shell = ["sh", "-c", 'exec env KOOP_LOG_LEVEL=debug "$@" 2>/dev/full', "sh", *PROGRAM, *words]
    ended = subprocess.run(shell, stdout=subprocess.PIPE, text=True, check=False, env=clean_environment())
    assert ended.returncode == 0
    assert "applied" in ended.stdout
