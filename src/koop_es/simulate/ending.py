"""Where everybody stands when a rehearsal has come to rest, and what stands open: the end of the diary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import owner_of
from koop_es.ingest import quarantine
from koop_es.simulate.deeds import Question, Seat
from koop_es.simulate.openly import rows_that_wait
from koop_es.simulate.rows import WHO, course_of
from koop_es.simulate.staff import Staff
from koop_es.store import Store
from koop_es.views import open_violations, withheld

if TYPE_CHECKING:
    from koop_es.simulate.world import World

TWICE = "BOOKED_TWICE"
"""What is asked where somebody was booked twice and is there once: which of the two goes (B15). A merge asks none."""


def learn_refs(store: Store, staff: Staff) -> None:
    """Learn whose every booking reference of the log is, also one that no change list has named (D18a, D25).

    Whose letter nobody knew from the beginning is known by the Beleg-ID of the row alone (B6).
    """
    ids, places = sorted(set(staff.coop_ids.values())), {program.vhs: program for program in staff.programs}
    for coop_id, recorded in store.load(ids).items():
        state = fold(coop_id, (item.event for item in recorded))
        for booking in state.bookings.values():
            staff.facts.learn(booking.ref, booking.booked_at)
        for code, vhs, ref in state.violations:
            row = places[vhs].bookings.get(ref.partition(":")[2]) if code == "UNKNOWN_STATUS" else None
            if row is not None and WHO in row and owner_of(ref) == vhs and not state.bookings[ref].booked_at:
                staff.facts.label_of[ref] = int(row[WHO])


def write_ending(world: World) -> None:
    """Write into the diary who stands where in which program, and what stands open for people to answer."""
    learn_refs(world.store, world.staff)
    world.diary.seats = list(_seats(world))
    world.diary.questions = list(_questions(world))


def _seats(world: World) -> Iterator[Seat]:
    for vhs, program in enumerate(world.programs):
        shared = {key: course for (at, course), key in world.staff.place.items() if at == vhs}
        for booking, row in program.bookings.items():
            who, course = world.staff.label(vhs, row), shared.get(course_of(row))
            mirror = not program.ref_of(booking).startswith(f"{program.vhs}:")
            yield Seat(program.vhs, who, course, row["Status"], mirror)


def who_waits(staff: Staff, said: dict[str, Any]) -> set[int]:
    """Name the people in rows that wait since they may be somebody else's booking (D25, D27)."""
    vhs = next((at for at, program in enumerate(staff.programs) if program.vhs == said["vhs"]), None)
    if vhs is None or said["code"] != "REGISTRATION_HELD":
        return set()
    held = (staff.programs[vhs].bookings.get(row) for row in rows_that_wait(said["text"]))
    return {who for row in held if row is not None and (who := staff.label(vhs, row)) is not None}


def _questions(world: World) -> Iterator[Question]:
    courses = {coop_id: course for course, coop_id in world.staff.coop_ids.items()}
    whose = world.staff.facts.label_of
    for said in open_violations(world.store):
        code = TWICE if "cancel the one that is too many" in said["text"] else said["code"]
        who, course = whose.get(said["ref"] or ""), courses.get(said["coop_id"])
        yield Question(said["vhs"], code, who, course)
        for other in sorted(who_waits(world.staff, said) - {who}):
            yield Question(said["vhs"], code, other, course)
    for item in withheld(world.store):
        for ref in item["refs"]:
            who = whose.get(ref)
            course = world.staff.facts.course_of.get(who) if who is not None else None
            yield Question(item["vhs"], "WITHHELD", who, course)
    for row in quarantine.listed(world.store):
        yield Question(row["vhs"] or "", "SET_ASIDE", None, None)
