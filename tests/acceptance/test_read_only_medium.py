"""A store that was copied to a read-only medium can be checked and read there, and nowhere is anything written (G7)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from koop_es.store import Store
from koop_es.store.errors import StoreBusy
from tests.acceptance.console import Console
from tests.acceptance.network import COOP, NEAR, booked

Medium = Callable[[Path], Path]


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Medium]:
    """Copy a folder to a file system that is mounted read-only then; only where this user may mount one."""
    place = tmp_path / "medium"
    place.mkdir()
    if shutil.which("mount") is None or not _mounted("-t", "tmpfs", "tmpfs", place):
        pytest.skip("no file system can be mounted here")

    def burn(folder: Path) -> Path:
        assert _mounted("-o", "remount,rw", place)
        shutil.copytree(folder, place, dirs_exist_ok=True)
        assert _mounted("-o", "remount,ro", place)
        return place

    yield burn
    subprocess.run(["umount", str(place)], check=True)


def _mounted(*words: str | Path) -> bool:
    return subprocess.run(["mount", *map(str, words)], capture_output=True, check=False).returncode == 0


@pytest.fixture
def sealed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Console:
    """A console on a store in a folder of its own, which was sealed."""
    (tmp_path / "store").mkdir()
    koop = Console(f"sqlite:///{tmp_path / 'store' / 'koop.db'}", capsys)
    koop.ask("init")
    for program in booked(tmp_path / "exports").values():
        koop.ask("ingest", program.export())
    koop.ask("seal", "--head", tmp_path / "head.json")
    return koop


def test_g7_a_sealed_copy_on_a_read_only_medium_is_proven_and_read(
    sealed: Console, medium: Medium, tmp_path: Path
) -> None:
    copied = Console(f"sqlite:///{medium(tmp_path / 'store') / 'koop.db'}", sealed.capsys)
    assert [check for check in copied.ask("verify")["checks"] if not check["ok"]] == []
    copied.ask("verify", "--witness", tmp_path / "head.json")
    for words in (("view", "--vhs", NEAR), ("history", COOP)):
        assert copied.ask(*words) == sealed.ask(*words), words
    assert copied.call("status").answer["data"]["position"] == sealed.call("status").answer["data"]["position"]
    assert sorted(file.name for file in (tmp_path / "medium").iterdir()) == ["koop.db"]


@pytest.mark.parametrize("words", [("seal",), ("rebuild",), ("init",)])
def test_g2_what_writes_is_refused_on_a_read_only_medium(
    sealed: Console, medium: Medium, tmp_path: Path, words: tuple[str, ...]
) -> None:
    copied = Console(f"sqlite:///{medium(tmp_path / 'store') / 'koop.db'}", sealed.capsys)
    assert copied.refused(*words, status=5)["code"] == "store_read_only"


def test_g7_a_flipped_bit_on_a_read_only_medium_is_found(sealed: Console, medium: Medium, tmp_path: Path) -> None:
    file = tmp_path / "store" / "koop.db"
    content = bytearray(file.read_bytes())
    at = content.index(b"563-COOP-219")
    content[at] ^= 1
    file.write_bytes(content)
    copied = Console(f"sqlite:///{medium(tmp_path / 'store') / 'koop.db'}", sealed.capsys)
    copied.ask("verify", status=1)


def test_g7_a_copy_with_a_log_that_nobody_can_read_with_it_is_not_read_without(
    sealed: Console, medium: Medium, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with Store.open(sealed.db) as store:
        with store.write() as tx:
            tx.run("erasing_mark", at="2026-03-20T08:00:00+01:00")
        shutil.copytree(tmp_path / "store", copy)
    (copy / "koop.db-shm").unlink()
    copied = Console(f"sqlite:///{medium(copy) / 'koop.db'}", sealed.capsys)
    assert copied.refused("verify", status=5)["code"] == "store_read_only"


def test_g7_what_is_written_elsewhere_while_it_is_read_here_is_noticed(
    sealed: Console, medium: Medium, tmp_path: Path
) -> None:
    place = medium(tmp_path / "store")
    with Store.open(f"sqlite:///{place / 'koop.db'}") as store:
        with store.reading() as tx:
            assert tx.head()
        with pytest.raises(StoreBusy, match="written elsewhere"), store.reading() as tx:
            assert tx.head()
            (tmp_path / "store" / "koop.db").touch()
            medium(tmp_path / "store")
