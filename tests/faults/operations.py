"""The operations that faults befall, each with the store as it is just before it: moments of one story."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.acceptance.console import NOW, Console, Reply
from tests.acceptance.exports import course
from tests.acceptance.network import COOP, FAR, MASTER, NEAR, NUMBERS, OTHER, programs
from tests.acceptance.program import Program, settle
from tests.faults.downgrade import downgrade
from tests.faults.rig import Rig

LOST = 2
"""More bookings than the rig's mass guard lets go at once (D4)."""

UNUSABLE = "31.02.2026"


@dataclass(frozen=True)
class Operation:
    """A command, how it ends when all is well, and how it ends where it was done before.

    ``done`` is an exit status and the code or rule in its error. ``whole`` says that it writes one transaction.
    """

    name: str
    ends: int = 0
    done: tuple[int, str] | None = None
    whole: bool = True


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("init"),
        Operation("ingest the first export", whole=False),
        Operation("ingest cancellations and absences", whole=False),
        Operation("approve", done=(4, "withheld_unknown")),
        Operation("release", done=(3, "R13")),
        Operation("migrate", whole=False),
        Operation("subscribe"),
        Operation("claim-seat"),
        Operation("quarantine retry"),
        Operation("forget", whole=False),
        Operation("rebuild"),
    )
}
"""The verbs that write; a new one gets a line here and its moment in ``tell``."""


class RigConsole(Console):
    """A console whose commands run in children of the rig."""

    def __init__(self, db: str, rig: Rig) -> None:
        super().__init__(db, cast(Any, None), NOW)
        object.__setattr__(self, "rig", rig)

    def call(self, *words: str | Path) -> Reply:
        rig: Rig = self.rig  # type: ignore[attr-defined]  # a frozen dataclass takes no field behind a default
        return rig.run(*self.words(*words), "--json").reply


Before = Callable[[str, tuple[str, ...]], None]
"""Is told the name and the words of an operation just before it happens."""


def tell(koop: RigConsole, folder: Path, before: Before) -> None:
    """Let the story happen on a store that is not there yet."""

    def happens(name: str, *words: str | Path) -> Reply:
        before(name, tuple(map(str, words)))
        reply = koop.call(*words)
        assert reply.status == OPERATIONS[name].ends, (name, reply)
        return reply

    network = _network(folder)
    happens("init", "init")
    happens("ingest the first export", "ingest", network[MASTER].export())
    for vhs in (NEAR, FAR):
        assert koop.call("ingest", network[vhs].export()).status == 0
    settle(koop, network.values())
    _absences(koop, network)
    happens("ingest cancellations and absences", "ingest", network[FAR].export())
    assert koop.call("ingest", network[NEAR].export()).status == 1
    (item,) = koop.call("withheld", "list").answer["data"]["withheld"]
    assert item["cancellations"] == LOST
    happens("approve", "withheld", "approve", item["id"], "--up-to", str(LOST))
    facts = ("--vhs", MASTER, "--course", "26-20000", "--period", "26F")
    coop_id = happens("release", "release", *facts, "--own-offer").answer["data"]["coop_id"]
    downgrade(koop.db)
    happens("migrate", "init")
    terms = ("--vhs", NEAR, "--number", "K-9", "--period", "26F", "--accept-rate", "80")
    happens("subscribe", "subscribe", coop_id, *terms)
    happens("claim-seat", "claim-seat", OTHER, "--vhs", NEAR, "--booking", f"{NEAR}:50")
    _set_aside_and_mended(koop, network[FAR])
    happens("quarantine retry", "quarantine", "retry")
    assert koop.call("quarantine", "list").answer["data"]["quarantine"] == []
    happens("forget", "forget", "--booking", f"{FAR}:300")
    happens("rebuild", "rebuild")


def _network(folder: Path) -> dict[str, Program]:
    """Make three VHSs with bookings on one course, two waiting on a full one, and a course nobody shares yet."""
    network = programs(folder)
    for program in network.values():
        for row in program.courses:
            row["TN max"] = "60" if row["Externe Kurs-Nr."] == COOP else "2"
    network[MASTER].courses += [course("26-20000"), course("26-20001")]
    for vhs in (MASTER, NEAR, FAR):
        for count in range(4):
            network[vhs].book(NUMBERS[vhs][COOP], f"{100 + count}")
    network[MASTER].book(NUMBERS[MASTER][OTHER], "1")
    for vhs in (NEAR, FAR):
        network[vhs].book(NUMBERS[vhs][OTHER], "50", "W")
    return network


def _absences(koop: Console, network: dict[str, Program]) -> None:
    """Report once what is gone, so that the next export proves it; the next one of FAR says other things as well."""
    for number in range(LOST):
        network[NEAR].remove(f"{NEAR}:{100 + number}")
    network[FAR].remove(f"{FAR}:100")
    for vhs in (NEAR, FAR):
        koop.take_in(network[vhs].export(), status=int(vhs == NEAR))  # the first absence of many is said (D19)
    network[FAR].cancel(f"{FAR}:102")
    network[FAR].cancel(f"{NEAR}:103")
    network[FAR].book(NUMBERS[FAR][COOP], "300", Telefon="0721 300")
    network[FAR].book(NUMBERS[FAR][OTHER], "301", "W", Telefon="0721 301")
    network[FAR].courses[0]["Kennzeichen"] = "17"


def _set_aside_and_mended(koop: Console, program: Program) -> None:
    """Take in an export of which one row is set aside, and put that row right in its file afterwards."""
    program.book(NUMBERS[FAR][COOP], "303")
    row = program.row(program.book(NUMBERS[FAR][COOP], "302", Telefon="0721 302"))
    good, row["Gebucht am"] = row["Gebucht am"], UNUSABLE
    path = program.export()
    assert koop.take_in(path, status=1)["quarantined_rows"] == 1
    row["Gebucht am"] = good
    shutil.rmtree(path)
    program.sequence -= 1
    assert program.export() == path
