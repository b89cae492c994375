"""SQLite and PostgreSQL give the same story byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.console import Console
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, booked
from tests.acceptance.program import settle
from tests.conftest import empty_store


def story(koop: Console, folder: Path) -> dict[str, str]:
    """Let much happen, and give what every command that reads prints at four moments."""
    network = booked(folder)
    pages: dict[str, str] = {}

    def look(when: str) -> None:
        for vhs in NUMBERS:
            for command in ("view", "changes", "violations"):
                pages[f"{when}: {command} {vhs}"] = koop.call(command, "--vhs", vhs).out
        for coop_id in (COOP, OTHER):
            pages[f"{when}: history {coop_id}"] = koop.call("history", coop_id).out
        for words in (("status",), ("withheld", "list"), ("quarantine", "list"), ("violations", "--all")):
            pages[f"{when}: {' '.join(words)}"] = koop.call(*words).out

    for program in network.values():
        pages[f"ingest {program.vhs}"] = koop.call("ingest", program.export()).out
    look("adopted")
    settle(koop, network.values())
    look("settled")
    network[NEAR].cancel(f"{NEAR}:500")
    network[FAR].remove(f"{FAR}:70000")
    network[MASTER].courses[0] |= {"Kursort": "Stadtbücherei", "Gebühr": "95,00"}
    network[NEAR].courses[1] |= {"Kennzeichen": "17", "Belegen nur bis Maximum": "F"}
    network[NEAR].row(f"{NEAR}:531")["Status"] = "?"
    network[MASTER].book(NUMBERS[MASTER][COOP], "990", "W", Vorname="Ägidius", **{"Gebucht am": "31.02.2026"})
    for _ in range(2):
        for program in network.values():
            koop.call("ingest", program.export())
        look("edited")
    pages["settled again"] = str(settle(koop, network.values()))
    pages["view at"] = koop.call("view", "--vhs", MASTER, "--at", "20").out
    pages["show"] = koop.call("quarantine", "show", "1").out
    look("at the end")
    return pages


def same(page: str, folder: Path) -> str:
    """Leave out where the exports lie, and that the server of the tests does not wait for its disk."""
    return re.sub(r'"warnings": \[[^\]]*\]', "", page.replace(str(folder), ""))


def test_the_same_story_is_byte_equal_on_both_databases(
    sqlite_url: str, postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for kind, url in (("s", sqlite_url), ("p", postgres_url)):
        koop = Console(url, capsys)
        empty_store(url, tmp_path)  # with the same secret, by which staff have their pseudonyms
        folder = tmp_path / kind / "exports"
        told.append({name: same(page, folder) for name, page in story(koop, folder).items()})
    on_sqlite, on_postgres = told
    assert on_sqlite.keys() == on_postgres.keys()
    for name, page in on_sqlite.items():
        assert on_postgres[name] == page, name
    assert '"open": true' in on_sqlite["at the end: violations --all"]
