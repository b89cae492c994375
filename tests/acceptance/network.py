"""Three Volkshochschulen that shared two courses before the engine was connected."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.exports import Row, abo, course
from tests.acceptance.program import Program

MASTER, NEAR, FAR = "563", "301", "412"
COOP, OTHER = "563-COOP-219", "563-COOP-220"

NUMBERS = {
    MASTER: {COOP: "26-10009", OTHER: "26-10010"},
    NEAR: {COOP: "K-2204", OTHER: "K-2205"},
    FAR: {COOP: "99-0TON", OTHER: "99-1TON"},
}
"""What each VHS calls the two courses."""


def master_course(coop_id: str) -> Row:
    """Give a course as its Master has it, released before."""
    return course(NUMBERS[MASTER][coop_id]) | {"Externe Kurs-Nr.": coop_id}


def programs(folder: Path) -> dict[str, Program]:
    """Make the three admin programs: both courses, nobody booked yet."""
    network = {vhs: Program(vhs, folder) for vhs in NUMBERS}
    for coop_id in (COOP, OTHER):
        master = master_course(coop_id)
        network[MASTER].courses.append(master)
        for vhs in (NEAR, FAR):
            network[vhs].courses.append(abo(master, NUMBERS[vhs][coop_id], coop_id))
    return network


def booked(folder: Path) -> dict[str, Program]:
    """Make the three admin programs with bookings of all three VHSs, none of them known elsewhere yet."""
    network = programs(folder)
    for vhs, first in ((MASTER, "88"), (NEAR, "5"), (FAR, "700")):
        for coop_id in (COOP, OTHER):
            number = NUMBERS[vhs][coop_id]
            for count in range(2):
                network[vhs].book(number, f"{first}{len(network[vhs].bookings)}{count}")
    return network
