"""A rehearsal: a scenario carried out on the real engine, brought to rest, judged and told."""

from __future__ import annotations

import json
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from koop_es.domain.observation import Status
from koop_es.simulate import citizens
from koop_es.simulate.deeds import Diary, Terms
from koop_es.simulate.draw import draw
from koop_es.simulate.ending import write_ending
from koop_es.simulate.judge import Judge
from koop_es.simulate.post import Alarm
from koop_es.simulate.seam import SeamStore
from koop_es.simulate.staff import TO_MASTER, UNKNOWN_LETTER
from koop_es.simulate.steps import Act, Scenario
from koop_es.simulate.world import World
from koop_es.views import open_violations, view

MAX_ROUNDS = 3
"""Rounds a network has to converge in once the faults stop (C1): report, carry out, and an orphan's second absence.

There is one more where people leave a wrong COOP-Id to the change list or have brought an orphan back that is yet to be
reported, one where a course goes on that somebody still shows as over, and one where a program answers what it is told
with a change of its own (T5).
"""

PATIENCE = 7
"""Rounds after which nobody waits any longer: more than any chain of answers is long, and one that tells nothing."""

ANEW = 3
"""Rounds more where what a connector wrote was undone before an export showed it, and it carries no id out again: what
three exports do not show is given out under a new one (D22).
"""

MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
"""Where a store that nobody keeps is put if there is such a place: Linux's file system in memory."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rehearsal ended; ``digest`` is of all that happened and of where all ended, ``diary`` what people meant.

    ``alarms`` are those of the guards, false ones among them.
    """

    scenario: Scenario
    converged: bool
    rounds: int
    digest: str
    findings: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    diary: Diary = field(default_factory=Diary)
    alarms: list[Alarm] = field(default_factory=list)


def simulate(seed: int, *, steps: int = 200, vhs: int | None = None, store_url: str | None = None) -> Outcome:
    """Draw the scenario of a seed and carry it out; ``store_url`` names an empty database, without one it is in a file.

    The outcome depends on the arguments alone, whatever the database (C3).
    """
    return rehearse(draw(seed, steps=steps, vhs=vhs), store_url)


def rehearse(scenario: Scenario, store_url: str | None = None) -> Outcome:
    """Carry out a scenario; whatever the engine raises is a finding."""
    with _workshop(store_url) as (url, directory), SeamStore.create(url) as store:
        world = World(scenario, store, directory)
        rounds, allowed, findings = 0, MAX_ROUNDS, []
        try:
            world.run()
            _repair(world)
            allowed += _waits_for_ids(world) or _waits_for_life(world)
            allowed += _waits_for_days(world)
            allowed += any(program.counts_anew for program in world.programs)  # nothing is read before (D23)
            for program in world.programs:
                program.answers = program.repeated = 0
            rounds = _settle(world)
            allowed += any(program.answers for program in world.programs)
            allowed += ANEW * any(program.repeated for program in world.programs if program.once)
            allowed += bool(world.withdrawn)  # decided in the first round, so that everything begins after it (D32)
            late = f"not converged: changes were told in round {min(rounds, _patience(world))} still"
            write_ending(world)
            findings = [late] * (rounds > allowed) + [*world.findings, *Judge(world).findings()]
            findings += [f"citizens: {found}" for found in citizens.findings(world.diary, _terms(world))]
        except Exception:
            findings = [*world.findings, f"raised: {traceback.format_exc()}"]
        converged = 0 < rounds <= allowed
        return Outcome(
            scenario, converged, rounds, _digest(world, rounds), findings, world.trace, world.diary, world.post.alarms
        )


@contextmanager
def _workshop(store_url: str | None) -> Iterator[tuple[str, Path]]:
    where = str(MEMORY) if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="koop-es-", dir=where) as name:
        if store_url is None:
            Path(name, "koop.db").write_bytes(_empty())
        yield store_url or f"sqlite:///{name}/koop.db", Path(name)


@cache
def _empty() -> bytes:
    """Make the store once in which nothing was told yet: its tables are those of every rehearsal of this process."""
    with tempfile.TemporaryDirectory(prefix="koop-es-") as name:
        SeamStore.create(f"sqlite:///{name}/koop.db").close()
        return Path(name, "koop.db").read_bytes()


def _repair(world: World) -> None:
    """Let people put right what only they can; all else where the scenario says that they do."""
    staff, repair = world.staff, world.scenario.repair
    for vhs, program in enumerate(world.programs):
        known = {course["coop_id"]: course["course_number"] for course in view(world.store, program.vhs)["courses"]}
        for course, shared in enumerate(world.scenario.courses):
            key = staff.key(vhs, course)
            if key is None:
                continue
            coop_id = staff.coop_ids.get(course, "")
            # A change list finds a course whose id is wrong by its number, so it must know that one.
            if repair or known.get(coop_id) != key.number or not staff.ids_differ(vhs):
                staff.act(Act("restore_id", vhs, course))
            if repair and shared.master == vhs:
                program.edit(key, TO_MASTER)
        for booking, row in list(program.bookings.items()):
            if repair and row["Status"] == UNKNOWN_LETTER:
                staff.put_right(vhs, booking)


def _settle(world: World) -> int:
    """Go on until nobody is told anything and nothing new is reported; returns after how many rounds that was so.

    The last round is one in which every export said what the one before it said, so that it must not add an event (C6).
    """
    last_told, patience = 0, _patience(world)
    for number in range(1, patience + 1):
        before = world.store.head()
        if world.round():
            last_told = number
        elif number > last_told + 1 and world.store.head() == before:
            return last_told + 1
    if last_told < patience - 1:
        world.findings.append("not idempotent: exports that say nothing new still add events")
    return patience + 1


def _patience(world: World) -> int:
    return PATIENCE + ANEW * world.scenario.once


def _terms(world: World) -> Terms:
    """Say what people agreed: all that the citizens' oracle is told besides what they did and meant (C5)."""
    scenario, names = world.scenario, [program.vhs for program in world.programs]
    shared = {course: terms for course, terms in enumerate(scenario.courses) if terms.adopted_by is not None}
    last_day = {}
    for course, terms in enumerate(scenario.courses):
        if said := world.post.last_days(course):
            last_day[course] = said.get(terms.master, said[max(said)])
    return Terms(
        {course: frozenset(names[vhs] for vhs in (t.master, *(t.adopted_by or ()))) for course, t in shared.items()},
        scenario.confirmations,
        scenario.owner_only,
        last_day,
    )


def _waits_for_ids(world: World) -> bool:
    """Tell whether a COOP-Id is wrong where people leave it so.

    Nothing of that course is read until the change list has put the id back (R15): one round before the others.
    """
    staff = world.staff
    return any(
        program.courses[key]["Externe Kurs-Nr."] != coop_id
        for vhs, program in enumerate(world.programs)
        for course, coop_id in staff.coop_ids.items()
        if (key := staff.key(vhs, course)) is not None
    )


def _waits_for_life(world: World) -> bool:
    """Tell whether an orphan is back at the VHS that lost it and no export has shown it.

    It lives again with the first round (D5), and only from then on do absences of others count, two of them (D3).
    """
    for program in world.programs:
        for course in view(world.store, program.vhs)["courses"]:
            lost = [booking["ref"] for booking in course["bookings"] if booking["reason"] == "orphan"]
            held = (program.bookings[program.seats[ref]]["Status"] for ref in lost if ref in program.seats)
            if any(status != Status.CANCELLED for status in held):
                return True
    return False


def _waits_for_days(world: World) -> bool:
    """Tell whether a VHS shows a course as over that its Master lets go on: until then no absence counts (D17)."""
    today = world.clock.now.date()
    for course, shared in enumerate(world.scenario.courses):
        ends = {
            vhs: datetime.strptime(program.courses[key]["Datum bis"], "%d.%m.%Y").date()
            for vhs, program in enumerate(world.programs)
            if (key := world.staff.key(vhs, course)) is not None
        }
        if shared.master in ends and min(ends.values()) < today <= ends[shared.master]:
            return True
    return False


def _digest(world: World, rounds: int) -> str:
    """Digest all that happened and where everybody ended; positions of the log differ between databases."""
    courses = {program.vhs: view(world.store, program.vhs)["courses"] for program in world.programs}
    rows = [[sorted(program.courses.items()), sorted(program.bookings.items())] for program in world.programs]
    standing = [(v["code"], v["vhs"], v["coop_id"], v["ref"], v["text"]) for v in open_violations(world.store)]
    said = json.dumps([world.trace, courses, rows, standing, rounds], ensure_ascii=False, sort_keys=True)
    return sha256(said.encode()).hexdigest()
