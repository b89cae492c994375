"""Abos that are made, end and are made again, and what the VHS does with its copy of the course (D8, D9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koop_es.domain.errors import Refused
from koop_es.ingest import subscribe as make_abo
from koop_es.ingest import terminate_subscription
from koop_es.simulate.rows import CourseKey, course_of
from koop_es.simulate.staff import PERIOD
from koop_es.simulate.steps import Act

if TYPE_CHECKING:
    from koop_es.simulate.world import World

NO_OCCASION = "no occasion"

RATE = "80"
"""The rate of every course, which whoever subscribes one accepts (R25)."""


def terminate(world: World, act: Act) -> str:
    """End an Abo of whom nobody who lives has booked there, and delete its course or leave a copy of it as it is.

    Nobody touches that copy: what is done in it is the VHS's own affair until the course is subscribed again. Where an
    old copy of the database is to be put back, no Abo ends: it would bring back rows that nobody shares any more.
    """
    staff, course = world.staff, act.course % len(world.scenario.courses)
    key, program = staff.key(act.vhs, course), world.programs[act.vhs]
    if key is None or course not in staff.coop_ids or staff.masters[course] == act.vhs or world.post.copying:
        return NO_OCCASION
    rows = (row for row in program.bookings.values() if course_of(row) == key and row["Status"] != "S")
    who = {staff.label(act.vhs, row) for row in rows}
    if any(staff.facts.owner_of.get(one, act.vhs) == act.vhs for one in who if one is not None):
        return NO_OCCASION  # a row of their own, whoever knows of it
    try:
        terminate_subscription(world.store, now=world.clock.now, vhs=program.vhs, coop_id=staff.coop_ids[course])
    except Refused as refused:
        if "matters" not in refused.details:
            raise
        return NO_OCCASION  # something waits for an answer there (D9)
    staff.note(act, "course gone")
    staff.facts.kept.pop((act.vhs, course), None)
    del staff.place[act.vhs, course]
    if act.value % 2:
        staff.left[act.vhs, course] = key
        return "terminated, and its copy stays"
    program.delete_course(key)
    del program.deleted[key]
    if program.courses[staff.local(act.vhs)]["Externe Kurs-Nr."] == staff.coop_ids[course]:
        program.edit(staff.local(act.vhs), {"Externe Kurs-Nr.": ""})  # a copy, for which nobody could look later
    return "terminated"


def subscribe(world: World, act: Act) -> str:
    """Subscribe a course, also once more: under the number of a copy that stands there since an Abo ended, or a new
    one. Raises Refused.
    """
    staff, course = world.staff, act.course % len(world.scenario.courses)
    if course not in staff.coop_ids or (act.vhs, course) in staff.place:
        return NO_OCCASION
    kept = staff.left.get((act.vhs, course))
    place = kept if kept in world.programs[act.vhs].courses else CourseKey(f"A-{course}", PERIOD)
    make_abo(
        world.store,
        world.policy,
        now=world.clock.now,
        vhs=world.programs[act.vhs].vhs,
        coop_id=staff.coop_ids[course],
        number=place.number,
        period=place.period,
        accepted_rate=RATE,
    )
    staff.left.pop((act.vhs, course), None)
    staff.place[act.vhs, course] = place
    world.post.looks[act.vhs, course] = (place.number, "", "")
    staff.note(act, "course back")
    return "done"
