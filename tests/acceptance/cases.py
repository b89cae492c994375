"""Small inputs that failed once, each of a kind: played as their table says, on a new store.

They lie beside the project (``../shared/cases``) and are read there. Where they are absent, their tests are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.console import Console

FOLDER = Path(__file__).parents[2].parent / "shared" / "cases"
BASE = "00-base2"
ORDER = ("563-1", "301-1", "563-2")
"""The exports of a base in the order in which they are taken in."""
NOW = "2026-11-25T10:00"
MASTER, ABO = "563", "301"
_EXPORT = re.compile(r"\d{3}-\d+")

needs_cases = pytest.mark.skipif(not FOLDER.is_dir(), reason="the cases (../shared/cases) are not on this machine")


@dataclass(frozen=True)
class Case:
    """A case while it is played: the console of its store, and what each of its exports answered."""

    koop: Console
    folder: Path
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The entry of ``exports`` per folder, ``563-3`` -> status, events, quarantined_rows, ..."""

    def nights(self) -> list[str]:
        """Name the exports of the case that come after its base, in order."""
        found = (path.name for path in self.folder.iterdir() if path.is_dir() and _EXPORT.fullmatch(path.name))
        own = [name for name in found if name not in ORDER or not (self.folder / ORDER[0]).is_dir()]
        return sorted(own, key=lambda name: (int(name.split("-")[1]), name))

    def night(self, name: str) -> dict[str, Any]:
        """Take in one export of the case; gives its entry of ``exports``."""
        answer: dict[str, Any] = self.koop.call("ingest", self.folder / name).answer["data"]["exports"][0]
        self.answers[name] = answer
        return answer

    # --- what a test asks ---------------------------------------------------------------------------------------------

    def streams(self) -> list[str]:
        """Name the cooperations that either VHS sees."""
        return sorted({course["coop_id"] for vhs in (MASTER, ABO) for course in self.koop.view(vhs)["courses"]})

    def events(self, *types: str, since: str | None = None) -> list[dict[str, Any]]:
        """Give the events of all streams by position: of these types, from this export (``563#3``), or all."""
        found = [event for stream in self.streams() for event in self.koop.events(stream)]
        found = [event for event in found if not types or event["type"] in types]
        return sorted(
            (event for event in found if since in (None, event["export"])), key=lambda event: event["position"]
        )

    def held(self) -> dict[str, dict[str, str]]:
        """Give what each VHS should hold: VHS -> booking -> status."""
        return {vhs: self.koop.held(vhs) for vhs in (MASTER, ABO)}

    def cancelled(self) -> set[str]:
        """Name the bookings that are cancelled anywhere."""
        return {ref for held in self.held().values() for ref, status in held.items() if status == "S"}

    def changes(self) -> dict[str, list[dict[str, Any]]]:
        return {vhs: self.koop.changes(vhs) for vhs in (MASTER, ABO)}

    def kinds_of_changes(self) -> set[tuple[str, str]]:
        """Tell what the change lists want: (VHS, kind)."""
        return {(vhs, change["kind"]) for vhs, changes in self.changes().items() for change in changes}

    def quarantined(self) -> list[dict[str, Any]]:
        """List the rows and files that are set aside."""
        data = self.koop.call("quarantine", "list").answer["data"]
        return [item for value in data.values() if isinstance(value, list) for item in value]


def begin(koop: Console, name: str) -> Case:
    """Play the base of a case: the one inside its folder, or the common one; its own exports come after it."""
    koop = replace(koop, now=NOW)
    folder = FOLDER / name
    base = folder if (folder / ORDER[0]).is_dir() else FOLDER / BASE
    case = Case(koop, folder)
    for export in ORDER:
        if base == folder:
            case.night(export)
        else:
            koop.take_in(base / export)
    return case


def play(koop: Console, name: str, nights: Iterable[str] | None = None) -> Case:
    """Play a case to its end, or these of its exports."""
    case = begin(koop, name)
    for night in case.nights() if nights is None else nights:
        case.night(night)
    return case
