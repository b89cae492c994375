"""The demo is the whole engine at work: it must end in agreement, and say the same every time."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from koop_es.cli.entry import run
from koop_es.connectors import read_export
from koop_es.store import Store
from koop_es.views import view

TYPES = (
    "CourseReleased",
    "CourseSubscribed",
    "BookingMade",
    "BookingDelivered",
    "BookingCancelled",
    "CancellationDelivered",
    "BookingPromoted",
    "BookingVanished",
    "OrphanDetected",
    "ParticipantsMerged",
    "CourseRevised",
)


def demo(*words: str) -> tuple[int, str]:
    """Run the demo in this process; returns exit status and standard output."""
    out = io.StringIO()
    with redirect_stdout(out):
        status = run(["demo", *words], as_json="--json" in words)
    return status, out.getvalue()


def story(text: str) -> list[str]:
    """Leave out the lines that name where things are kept."""
    return [line for line in text.splitlines() if not line.startswith(("The store is", "Look into", "The exports are"))]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    status, text = demo("--db", f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    assert status == 0
    return text


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    status, text = demo("--json", "--db", f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    assert status == 0
    answer: dict[str, Any] = json.loads(text)
    assert answer["schema"] == "koop-es/demo/1"
    return dict(answer["data"])


def test_demo_ends_when_every_vhs_agrees(told: str, data: dict[str, Any]) -> None:
    assert "Every VHS agrees." in told
    assert (data["agree"], data["disagreements"]) == (True, [])
    seats = [
        {booking["ref"]: booking["status"] for booking in seen["courses"][0]["bookings"]}
        for seen in data["views"].values()
    ]
    assert seats[0] == seats[1] == seats[2]
    assert sorted(seats[0].values()) == ["A", "A", "A", "A", "S", "S", "S"]


def test_demo_shows_every_promise_of_the_engine(data: dict[str, Any]) -> None:
    events = [line["text"] for step in data["steps"] for line in step["lines"] if line["kind"] == "event"]
    missing = [name for name in TYPES if not any(f"[{name}, " in text for text in events)]
    assert missing == []


def test_d1_demo_shows_names_to_owner_and_master_only(data: dict[str, Any]) -> None:
    for vhs, seen in data["views"].items():
        for booking in seen["courses"][0]["bookings"]:
            assert (booking["name"] is not None) == (vhs in (booking["owner"], "563"))


def test_demo_leaves_to_people_only_the_removal_and_the_merge(data: dict[str, Any]) -> None:
    assert [item["code"] for item in data["violations"]] == ["BOOKING_REMOVED", "PARTICIPANTS_MERGED"]


def test_d3_demo_tells_nobody_at_the_first_absence(data: dict[str, Any]) -> None:
    steps = {index: step["lines"] for index, step in enumerate(data["steps"])}
    first = next(index for index, lines in steps.items() if any("BookingVanished" in line["text"] for line in lines))
    assert [line for line in steps[first] if line["kind"] == "told"] == []
    assert any("booking.cancel" in line["text"] for line in steps[first + 1])


def test_demo_without_a_database_makes_a_temporary_one_and_keeps_it(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KOOP_DB", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    status, text = demo()
    assert status == 0
    assert story(text) == story(told)
    address = next(line for line in text.splitlines() if line.startswith("The store is kept: ")).partition(": ")[2]
    with Store.open(address) as store:
        assert view(store, "301")["courses"][0]["confirmed"] == 4
    assert len(list(tmp_path.iterdir())) == 1


def test_demo_keeps_exports_that_can_be_read_again(told: str, tmp_path: Path) -> None:
    kept = tmp_path / "exports"
    status, text = demo("--db", f"sqlite:///{tmp_path / 'demo.db'}", "--keep", str(kept))
    assert (status, story(text)) == (0, story(told))
    reports = [read_export(path) for path in sorted(kept.iterdir())]
    assert {report.vhs for report in reports} == {"563", "301", "412"}
    assert not any(report.rejected for report in reports)


def test_demo_says_the_same_on_both_databases(told: str, any_db_url: str) -> None:
    status, text = demo("--db", any_db_url)
    assert (status, story(text)) == (0, story(told))


def test_c3_demo_depends_on_no_hash_seed_time_zone_or_setting(told: str, tmp_path: Path) -> None:
    program = "from koop_es.cli import main; main()"
    strange = {
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "KOOP_ORPHAN_CONFIRMATIONS": "1",
        "KOOP_NOW": "2031-01-01",
    }
    ran = subprocess.run(
        [sys.executable, "-c", program, "demo", "--db", f"sqlite:///{tmp_path / 'demo.db'}"],
        env={**os.environ, **strange},
        capture_output=True,
        text=True,
        check=True,
    )
    assert story(ran.stdout) == story(told)


def test_demo_refuses_a_store_that_is_in_use_and_leaves_it_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    assert demo("--db", url)[0] == 0
    with Store.open(url) as store:
        head = store.head()
    status, text = demo("--db", url, "--json")
    assert status == 2
    assert json.loads(text)["error"]["code"] == "demo_store_in_use"
    assert demo("--db", url)[0] == 2
    assert "is in use" in capsys.readouterr().err
    with Store.open(url) as store:
        assert store.head() == head


def test_demo_takes_a_store_that_was_only_made(told: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    Store.create(url).close()
    status, text = demo("--db", url)
    assert (status, story(text)) == (0, story(told))


def test_demo_refuses_to_keep_exports_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    assert demo("--keep", str(tmp_path))[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
