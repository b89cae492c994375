"""An operator who looks at what stands open, knows the truth and decides rightly, by what the command line uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.errors import KoopError, Refused
from koop_es.domain.evolve import fold
from koop_es.domain.identifiers import export_name
from koop_es.ingest import restore_booking, restore_course
from koop_es.ingest.counting import restart_sequence
from koop_es.ingest.withdrawing import withdraw_export
from koop_es.simulate.deeds import ANEW
from koop_es.simulate.mistold import never_booked
from koop_es.simulate.rows import BY, WHO, CourseKey, course_of
from koop_es.simulate.unnoticed import MISTELLING
from koop_es.views import open_violations

if TYPE_CHECKING:
    from koop_es.simulate.world import World


_ABOUT_CONTRACTS = frozenset({"joins", "letter", "leaves", "removed", "returned", "revives", "moves"})


def look(world: World) -> list[str]:
    """Answer what people have to answer; says what was decided."""
    return [*restart_counts(world), *withdraw(world), *restore(world)]


def withdraw(world: World) -> list[str]:
    """Take back the exports whose letters, courses or columns were wrong, as far as they did anything, or kept what one
    before them did, the latest first (D32).
    """
    said = []
    for sent in reversed(world.diary.exports):
        name = export_name(sent.vhs, sent.sequence, "")
        if sent.fault not in MISTELLING or not sent.was_read or name in world.withdrawn:
            continue
        world.withdrawn.add(name)
        try:
            withdraw_export(world.store, now=world.clock.now, vhs=sent.vhs, export=name, reason=sent.fault)
        except KoopError as error:
            said.append(f"{name} {error.code}")
        else:
            world.diary.note(world.clock.now, sent.vhs, "withdraw-export", "decides", note=name)
            said.append(f"{name} withdrawn")
    return said


def restore(world: World) -> list[str]:
    """Decide about what a restored program lost, or its course that lives again: whoever is to come is restored (D20).

    A row that went with a restore, or with a course that was deleted, is written again; one that somebody removed was
    meant to be.
    """
    said, facts = [], world.staff.facts
    places = {program.vhs: number for number, program in enumerate(world.programs)}
    for coop_id, recorded in world.store.load(sorted(set(world.staff.coop_ids.values()))).items():
        state = fold(coop_id, (item.event for item in recorded))
        for ref, booking in sorted(state.bookings.items()):
            for vhs, seat in sorted(booking.seats.items()):
                if not seat.asked or booking.cancelled_by:
                    continue
                program = world.programs[places[vhs]]
                who = facts.label_of.get(ref, _who_moved(world, ref))
                row = program.bookings.get(program.seats.get(ref, ""))
                here = _places(world, places[vhs], coop_id)
                there = row is not None and row.get(WHO) == str(who) and course_of(row) in here
                if seat.ask == "row" and there and not _is_of_another(state, vhs, ref, program.seats[ref]):
                    continue  # it is there again: the next export shows it
                lost = (places[vhs], who) in facts.went_back or not _was_taken_out(world, who)
                stray = never_booked(world.staff, who, coop_id)
                lost &= not stray
                meant = not _is_as_given(world, vhs, ref) if seat.ask == "shown" else seat.ask == "row" and lost
                values = {"vhs": vhs, "coop_id": coop_id, "ref": ref, "reason": "asked"}
                anew = meant and seat.ask == "row" and _stands_anew(world, places[vhs], who, coop_id)
                try:
                    restore_booking(world.store, now=world.clock.now, reject=anew or not meant, **values)
                except Refused:  # who is to come stands in the course of before, or was entered anew and has that seat
                    if _move_again(world, places[vhs], who, coop_id):
                        said.append(f"{vhs} was asked about {ref}: moved there again")
                        continue
                    restore_booking(world.store, now=world.clock.now, reject=True, **values)
                    anew = True
                course = next(course for course, known in world.staff.coop_ids.items() if known == coop_id)
                if anew:
                    world.diary.note(world.clock.now, vhs, ANEW, "decides", who=who, course=course)
                    said.append(f"{vhs} was asked about {ref}: it stands there anew")
                    continue
                live = seat.ask == "shown" and row is not None and row["Status"] != "S"
                ends = "" if meant or live else "S"  # what was really removed is "S" at once, and stays
                if ends and not stray:
                    facts.cancelled.add(who)
                world.diary.note(
                    world.clock.now, vhs, "restore" if meant else "reject", "decides",
                    who=who, course=course, letter=ends,
                )  # fmt: skip
                said.append(f"{vhs} was asked about {ref}: {'restored' if meant else 'rejected'}")
        for vhs, lane in sorted(state.lanes.items()):
            if lane.asked_facts and lane.active and not state.ended:
                meant = "cancelled" in lane.asked_facts and _is_as_called_off(world, places[vhs], coop_id)
                values = {"vhs": vhs, "coop_id": coop_id, "reason": "asked"}
                restore_course(world.store, now=world.clock.now, reject=meant, **values)
                said.append(f"{vhs} was asked about {coop_id}: {'rejected' if meant else 'restored'}")
    return said


def _stands_anew(world: World, vhs: int, who: int, coop_id: str) -> bool:
    """Tell whether somebody was entered anew in the course: to write the former row again would book them twice."""
    rows = (row for row in world.programs[vhs].bookings.values() if row.get(WHO) == str(who))
    return any(row["Status"] in ("A", "W") and course_of(row) in _places(world, vhs, coop_id) for row in rows)


def _is_of_another(state: Cooperation, vhs: str, ref: str, booking_id: str) -> bool:
    """Tell whether a row was taken for another booking than it was: it is not there again as what it was (D18)."""
    seats = ((other, booking.seats.get(vhs)) for other, booking in state.bookings.items() if other != ref)
    return any(seat is not None and seat.held and seat.booking_id == booking_id for _, seat in seats)


def _places(world: World, vhs: int, coop_id: str) -> set[CourseKey | None]:
    """Say where a VHS keeps a shared course."""
    staff = world.staff
    return {staff.key(vhs, course) for course, known in staff.coop_ids.items() if known == coop_id}


def _who_moved(world: World, ref: str) -> int:
    """Tell who goes by a reference with a number since their row was moved (D25), -1 where nobody does."""
    who = world.staff.facts.label_of.get(ref.partition("~")[0], -1)
    return who if who in world.staff.facts.moved else -1


def _move_again(world: World, vhs: int, who: int, coop_id: str) -> bool:
    """Let staff move whose row stands in the course of before the restore, which they had left (D20, D25)."""
    staff, program = world.staff, world.programs[vhs]
    course = next(course for course, known in staff.coop_ids.items() if known == coop_id)
    held, key = staff.row(vhs, who), staff.key(vhs, course)
    if held is None or key is None or course_of(program.bookings[held]) == key:
        return False
    row = program.bookings[held]
    row.update({"Kursnummer": key.number, "Periode": key.period, BY: program.staff})
    row["Bearbeitet von"] = program.signed(program.staff)
    return True


def _is_as_given(world: World, vhs: str, ref: str) -> bool:
    """Tell whether a row shows the letter that its owner last gave, or the "S" of who cancelled: then what was shown in
    between was wrong.
    """
    facts, program = world.staff.facts, next(program for program in world.programs if program.vhs == vhs)
    row = program.bookings.get(program.seats.get(ref, ""))
    who = facts.label_of.get(ref, -1)
    at = next(number for number, one in enumerate(world.programs) if one is program)
    if row is None or (at, who) in facts.went_back:
        return False
    return row["Status"] == facts.letter.get(who) or (row["Status"] == "S" and _was_taken_out(world, who))


def _is_as_called_off(world: World, vhs: int, coop_id: str) -> bool:
    """Tell whether a Master's row shows the Ausfall that its staff last set, or that they took it back (D24)."""
    staff, program = world.staff, world.programs[vhs]
    course = next(course for course, known in staff.coop_ids.items() if known == coop_id)
    verbs = [deed.verb for deed in world.diary.deeds if (deed.vhs, deed.course) == (program.vhs, course)]
    last = [verb for verb in verbs if verb in ("ausfall", "unausfall")][-1:]
    key = staff.key(vhs, course)
    shown = program.courses[key]["Ausfall"] if key is not None else ""
    return last == ["ausfall" if shown == "W" else "unausfall"]


def _was_taken_out(world: World, who: int) -> bool:
    """Tell whether the last thing people did about somebody's contract was to end it, or to take its row out, or
    whether they have moved to a course that nobody shares: there their row may have gone and come back since (D25).
    """
    if who in world.staff.facts.gone:
        return True
    meant = [deed.intent for deed in world.diary.deeds if deed.who == who and deed.intent in _ABOUT_CONTRACTS]
    return bool(meant) and meant[-1] in ("leaves", "removed", "moves")


def restart_counts(world: World) -> list[str]:
    """Accept the new count of every connector that was installed anew, or restored with its counter (D23)."""
    asked = {said["vhs"] for said in open_violations(world.store) if said["code"] == "SEQUENCE_RESTARTED"}
    said = []
    for number, program in enumerate(world.programs):
        if program.vhs in asked and program.counts_anew:
            restart_sequence(world.store, now=world.clock.now, vhs=program.vhs, reason="connector installed anew")
            program.counts_anew = False
            world.post.forget_count(number)
            world.diary.note(world.clock.now, program.vhs, "restart-sequence", "decides")
            said.append(f"{program.vhs} counts anew")
    return said
