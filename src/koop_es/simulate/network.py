"""A network of admin programs around one engine: all export, the engine ingests, all carry out their change lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from koop_es.domain.observation import Status
from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, give_out, ingest
from koop_es.simulate.program import Program
from koop_es.store import Store
from koop_es.views import view

ROUND = timedelta(minutes=5)
"""A real connector reports what has changed within five minutes (domain 7.2)."""


class NotSettled(Exception):
    """The change lists of a network were not empty after as many rounds as it was given."""


@dataclass(slots=True)
class Clock:
    """The time of a rehearsal: an aware date-time that passes only when told to."""

    now: datetime

    def advance(self, by: timedelta) -> datetime:
        """Let time pass and return what it is then."""
        self.now += by
        return self.now


@dataclass(slots=True)
class Round:
    """What one round brought: what became of each export, and by VHS the changes its connector was told."""

    exports: list[ExportResult] = field(default_factory=list)
    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class Network:
    """Admin programs and the engine between them; nothing gets lost on the way.

    A network with faults replaces ``report`` and ``deliver``, the only two ways between a program and the engine.
    """

    def __init__(
        self, store: Store, programs: Iterable[Program], policy: Policy, clock: Clock, *, directory: Path
    ) -> None:
        """Connect the programs, in the order they report; ``directory`` keeps their exports."""
        self.store, self.policy, self.clock, self.directory = store, policy, clock, directory
        self.programs = {program.vhs: program for program in programs}
        self.rounds = 0

    def report(self, program: Program) -> ExportResult:
        """Let one program export everything and the engine take it in."""
        path = program.export(self.directory, self.clock.now)
        return ingest(self.store, path, self.policy, now=self.clock.now)

    def deliver(self, program: Program) -> list[dict[str, Any]]:
        """Let one program's connector fetch its change list and carry it out; returns the list."""
        changes = give_out(self.store, program.vhs, now=self.clock.now)
        program.apply(changes)
        return changes

    def round(self) -> Round:
        """Let every program report, then every program's connector carry out its change list."""
        self.rounds += 1
        self.clock.advance(ROUND)
        programs = self.programs.values()
        exports = [self.report(program) for program in programs]
        return Round(exports, {program.vhs: self.deliver(program) for program in programs})

    def settle(self, max_rounds: int, watch: Callable[[Round], None] | None = None) -> int:
        """Go on until all change lists are empty and return the rounds; raises NotSettled after ``max_rounds``.

        ``watch`` is shown every round as it ends.
        """
        left: list[str] = []
        for done in range(1, max_rounds + 1):
            now = self.round()
            if watch is not None:
                watch(now)
            left = [change["id"] for changes in now.told.values() for change in changes]
            if not left:
                return done
        raise NotSettled(f"after {max_rounds} rounds there is still to be done: {', '.join(left)}")

    # --- agreement ----------------------------------------------------------------------------------------------------

    def views(self) -> dict[str, dict[str, Any]]:
        """Show what each VHS should hold, by VHS."""
        return {vhs: view(self.store, vhs) for vhs in self.programs}

    def disagreements(self) -> list[str]:
        """Say where the programs' own rows differ from their views or from each other's; empty when all agree.

        Everybody holds the same live bookings of a shared course, with the same status; a cancelled one may be missing
        where it never was alive (D1) or was removed.
        """
        found: list[str] = []
        everybody: dict[str, dict[str, dict[str, str]]] = {}
        for vhs, seen in self.views().items():
            for course in seen["courses"]:
                coop_id = course["coop_id"]
                held = _live(self.programs[vhs].held(coop_id))
                wanted = _live({booking["ref"]: booking["status"] for booking in course["bookings"]})
                everybody.setdefault(coop_id, {})[f"VHS {vhs}"] = held
                found += _differences(coop_id, {f"VHS {vhs}": held, f"its view (VHS {vhs})": wanted})
        for coop_id, holders in everybody.items():
            found += _differences(coop_id, holders)
        return found


def _live(statuses: dict[str, str]) -> dict[str, str]:
    return {ref: status for ref, status in statuses.items() if status != Status.CANCELLED}


def _differences(coop_id: str, holders: dict[str, dict[str, str]]) -> Iterator[str]:
    """Compare what several hold of one course, booking by booking."""
    for ref in sorted(set().union(*holders.values())):
        shown = {name: held.get(ref, "nothing") for name, held in holders.items()}
        if len(set(shown.values())) > 1:
            yield f"{coop_id} {ref}: " + ", ".join(f"{name} holds {status}" for name, status in shown.items())
