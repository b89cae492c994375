"""Putting an old copy of an admin program back, and whether anybody can tell it from what staff does (D20)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from koop_es.connectors.values import day
from koop_es.simulate.copies import Copy, Part, put_back
from koop_es.simulate.deeds import IN_EXPORTS, LEFT_THE_EXPORTS, UNTOLD, WENT
from koop_es.simulate.program import Program
from koop_es.simulate.rows import UNSAID, WHO, CourseKey, course_of
from koop_es.simulate.steps import Act

if TYPE_CHECKING:
    from koop_es.simulate.staff import Staff

PARTS: tuple[Part, ...] = ("all", "bookings", "course")


def go_back(staff: Staff, act: Act, program: Program) -> bool:
    """Restore the program from an older copy: all of it, its bookings or one course, and maybe its counter (D20)."""
    copies = staff.copies.get(act.vhs, [])
    if not copies:
        return False
    copy, part = copies[-1 - act.value // 10 % len(copies)], PARTS[act.value % 3]
    counter = act.value // 100 % 2 == 1 and part == "all"
    key = staff.key(act.vhs, act.course % len(staff.masters))
    plain = is_plain(staff, act.vhs, copy, part, key)
    before, held = _ausfall(staff, act.vhs), _held(staff, act.vhs)
    # Where nobody can tell that somebody is gone, whoever is given their Beleg-ID and TNR is they to everybody (D18).
    changed = put_back(program, copy, part, key, counter=counter, numbers=plain)
    if part == "all":
        staff.place.update({(act.vhs, course): place for course, place in copy.places.items()})
    _note_courses(staff, act, before, plain=plain)
    for course in sorted(held - _held(staff, act.vhs)):
        staff.note(Act("go_back", act.vhs, course), "course", note=WENT)
    for who in sorted(changed & staff.facts.course_of.keys()):
        staff.facts.went_back.add((act.vhs, who))
        staff.facts.unseen_since[act.vhs, who] = len(staff.diary.exports)
        if not plain:
            staff.facts.untold.add((act.vhs, who))
            staff.facts.contested = True  # under a number it had before, a row is another registration (D18)
        if not plain or staff.facts.letter[who] != staff.facts.letter_shown.get(who):
            staff.facts.letter[who] = None  # also one that no export showed went, and nobody knows of it
        staff.note(Act("go_back", act.vhs, act.course, who), "lost", note=part if plain else UNTOLD)
        if staff.facts.owner_of[who] == act.vhs:
            _note_moved_back(staff, act.vhs, who, plain=plain)
    if counter:
        program.carried_out.clear()
    return True


def _note_moved_back(staff: Staff, vhs: int, who: int, *, plain: bool) -> None:
    """Note who stands again in the course they were moved out of: nobody can tell that from moving them back (D25),
    also after a ``plain`` restore where that course is shared only later, or where they had gone to one that nobody
    shares. No booking of theirs is asked about then, and their only row is left as it is: a registration (D20).
    """
    held, facts = staff.row(vhs, who), staff.facts
    stands = None if held is None else course_of(staff.programs[vhs].bookings[held])
    known = staff.coop_ids if plain and who not in facts.gone else ()
    untold = [number for number in range(len(staff.masters)) if number not in known]
    course = next((number for number in untold if stands is not None and staff.key(vhs, number) == stands), None)
    if course is None or (course == facts.course_of[who] and who not in facts.gone):
        return
    staff.note(Act("go_back", vhs, course, who), "moves", other=course, note=UNTOLD)
    facts.moved.add(who)
    facts.gone.discard(who)
    facts.course_of[who] = course


def _held(staff: Staff, vhs: int) -> set[int]:
    """Say which shared courses a VHS has."""
    return {course for course in staff.coop_ids if staff.key(vhs, course) is not None}


def _ausfall(staff: Staff, vhs: int) -> dict[int, tuple[bool, bool]]:
    """Tell which courses of its own a Master shows as cancelled, and which of them left its exports (R44)."""
    found, program = {}, staff.programs[vhs]
    for course, master in enumerate(staff.masters):
        if master == vhs and (key := staff.key(vhs, course)) is not None:
            found[course] = program.courses[key]["Ausfall"] == "W", key in program.left_web
    return found


def _note_courses(staff: Staff, act: Act, before: dict[int, tuple[bool, bool]], *, plain: bool) -> None:
    """Note what a restore did to courses: own texts are old again, and so is an Ausfall that no export can tell."""
    courses = staff.programs[act.vhs].courses
    for (vhs, course), texts in staff.facts.kept.items():
        if vhs == act.vhs and (key := staff.key(vhs, course)) is not None:
            texts.update({name: courses[key][name] for name in texts})
    program = staff.programs[act.vhs]
    for course, (cancelled, hidden) in _ausfall(staff, act.vhs).items():
        was_cancelled, was_hidden = before.get(course, (cancelled, hidden))
        if was_hidden and not hidden:
            staff.note(Act("go_back", act.vhs, course), "course", note=IN_EXPORTS)
        if hidden and not was_hidden:
            staff.facts.ausfall.add(course)
            staff.note(Act("go_back", act.vhs, course), "course over", note=LEFT_THE_EXPORTS)
        if hidden or cancelled == (was_cancelled or was_hidden):
            continue
        deeds = [deed for deed in staff.diary.deeds if deed.course == course and deed.intent == "course over"]
        shown = any(
            deeds and sent.vhs == program.vhs and sent.when > deeds[-1].when and sent.was_read
            for sent in staff.diary.exports
        )
        if plain and shown and not was_hidden:
            continue  # what others were told stands (D20)
        if cancelled:
            staff.facts.ausfall.add(course)
        staff.note(Act("go_back", act.vhs, course), "course over" if cancelled else "course lives", note=UNTOLD)


def last_shown(staff: Staff, vhs: str, since: datetime) -> datetime:
    """Say when the exports that were taken in last showed all that the program held then.

    A delta holds what changed since the export before it, so it shows that only where none went missing since a full
    one.
    """
    shown, missing = since, False
    for sent in staff.diary.exports:
        if sent.vhs != vhs or sent.when < since:
            continue
        missing = not sent.was_read or (missing and sent.reach != "full")
        shown = shown if missing else sent.when
    return shown


def is_plain(staff: Staff, vhs: int, copy: Copy, part: Part, course: CourseKey | None) -> bool:
    """Tell whether exports show plainly that a copy was put back: what D20 asks for, counted from copies alone.

    The copy is what a complete export showed that was taken in, no COOP-Id is wrong, nor was in the last export, which
    then showed nobody of its course (R15), and at least two people who were shown since are gone and somebody else is
    there yet; where not all of the program was put back three, and the other in the same course. A company's row is set
    aside, and tells nothing (D17). Else nobody can tell it from removing.
    """
    program, facts = staff.programs[vhs], staff.facts
    taken = [sent for sent in staff.diary.exports if sent.vhs == program.vhs and sent.was_read and sent.when >= copy.at]
    if not taken or taken[0].when != copy.at or not taken[0].is_sound:
        return False
    last = last_shown(staff, program.vhs, copy.at)
    shown = next((kept for kept in staff.copies[vhs] if kept.at == last), copy)
    rows = {number: staff.key(vhs, number) for number in staff.coop_ids}
    places = {key: staff.coop_ids[number] for number, key in rows.items() if key is not None}
    for number, coop_id in staff.coop_ids.items():
        kept = [(one.courses, one.places.get(number)) for one in (copy, shown)]
        for held, key in (*kept, (program.courses, rows[number])):
            if key in held and held[key]["Externe Kurs-Nr."] != coop_id:
                return False
    today = staff.clock.now.date()
    going_on = {key for key in places if key in program.courses and day(program.courses[key]["Datum bis"]) >= today}
    before = {
        int(row[WHO]) for row in copy.bookings.values() if WHO in row and (part != "course" or course_of(row) == course)
    }
    old = [course_of(row) for row in copy.bookings.values() if row["Vorname"] != UNSAID]
    if part != "all":  # only what is shared counts, and of one course only that
        old = [place for place in old if place in places and (part != "course" or place == course)]
    if not old:
        return False
    touched = {deed.who for deed in staff.diary.deeds if deed.vhs == program.vhs and deed.intent in ("removed", "lost")}
    gone = {
        int(row[WHO])
        for row in shown.bookings.values()
        if WHO in row and row["Vorname"] != UNSAID and row["Status"] in ("A", "W") and course_of(row) in going_on
        if (part != "course" or course_of(row) == course)
    }
    return len(gone - before - facts.cancelled - touched) >= (2 if part == "all" else 3)
