"""What else happens at the desks of an office, each a verb of a scenario: found by examiners, seen everywhere (C2).

They touch rows, correct names, give a Beleg-ID to somebody else, exchange two, move people to other courses, restore
an old copy of the database and install the connector anew. Nobody of those whose rows these are has done anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from koop_es.domain.identifiers import owner_of
from koop_es.simulate.program import Program
from koop_es.simulate.restores import go_back
from koop_es.simulate.rows import BY, UNSAID, course_of
from koop_es.simulate.steps import Act

if TYPE_CHECKING:
    from koop_es.simulate.staff import Staff

Edit = Callable[["Staff", Act, Program], bool]


def touch(staff: Staff, act: Act, program: Program) -> bool:
    """Save a row without changing it, so that it names somebody else as its editor (D21)."""
    held = staff.held(act)
    row, signed = program.bookings[held], program.signed(program.staff)
    if row["Bearbeitet von"] == signed:
        return False
    staff.doubt(act.who, held, program)
    row.update({"Bearbeitet von": signed, BY: program.staff})
    return True


def correct_name(staff: Staff, act: Act, program: Program) -> bool:
    """Correct the name of somebody; only the owner's correction counts (D6)."""
    held = staff.held(act)
    name = program.bookings[held]["Name"]
    if name in ("", UNSAID):
        return False
    staff.doubt(act.who, held, program)
    if staff.facts.owner_of.get(act.who) == act.vhs:
        _rename_over_s(staff, act)
    program.amend(held, {"Name": f"{name}n" if len(name) % 2 else name[:-1]})
    return True


def _rename_over_s(staff: Staff, act: Act) -> None:
    """Note who has cancelled and whose row is to have another name: with a letter that lives it is another registration
    (D18, D5).
    """
    if act.who in staff.facts.cancelled:
        staff.facts.rebooked.add(act.who)


def reuse(staff: Staff, act: Act, program: Program) -> bool:
    """Register somebody under the Beleg-ID of a booking that was removed, as some programs do by themselves (D18a)."""
    own = [
        booking
        for booking, (ref, _) in program.removed.items()
        if owner_of(ref) == program.vhs and booking not in program.bookings
    ]
    if not own or act.who in staff.facts.owner_of:
        return False
    free = own[act.value % len(own)]
    return staff.register(act, program, lambda key, person, at: program.book(key, person, at, free))


def exchange_belegs(staff: Staff, act: Act, program: Program) -> bool:
    """Exchange the Beleg-IDs of two bookings of one's own in a course, as sorting one column does (D18)."""
    first = staff.held(act)
    key = course_of(program.bookings[first])
    own = [
        booking
        for ref, booking in program.seats.items()
        if owner_of(ref) == program.vhs and booking != first and course_of(program.bookings[booking]) == key
    ]
    if staff.facts.owner_of.get(act.who) != act.vhs or not own:
        return False
    other = own[act.value % len(own)]
    refs = program.ref_of(first), program.ref_of(other)
    one, two = program.bookings[first], program.bookings[other]
    changed = staff.label(act.vhs, program.bookings[other])
    program.bookings[first], program.bookings[other] = two | {"Beleg-ID": first}, one | {"Beleg-ID": other}
    program.seats[refs[0]], program.seats[refs[1]] = other, first
    staff.facts.contested = True  # who was never shown before is known by the number that was exchanged
    if changed is not None:
        staff.note_row(msgspec.structs.replace(act, who=changed), "stays")
    return True


def move(staff: Staff, act: Act, program: Program) -> bool:
    """Move somebody of one's own to another course, back, or to one that nobody shares (D25).

    Out of a course that is over nobody moves any more: nothing that is absent there says anything (D17).
    """
    held, who = staff.held(act), act.who
    row, facts = program.bookings[held], staff.facts
    if facts.owner_of.get(who) != act.vhs or row["Status"] not in ("A", "W") or who in facts.gone:
        return False
    if _is_over(staff, act.vhs, facts.course_of[who]):
        return False
    course: int | None = act.course % len(staff.masters)
    key = staff.key(act.vhs, act.course % len(staff.masters))
    if key is None or course == facts.course_of[who]:
        course, key = None, staff.local(act.vhs)
    row.update({"Kursnummer": key.number, "Periode": key.period, BY: program.staff})
    row["Bearbeitet von"] = program.signed(program.staff)
    staff.note(act, "moves", other=course)
    facts.moved.add(who)
    if course is None:
        facts.gone.add(who)
    else:
        facts.course_of[who] = course
    return True


def _is_over(staff: Staff, vhs: int, course: int) -> bool:
    """Tell whether a course has ended as its VHS and its Master show it."""
    ends = [end for at, end in staff.last_days(course).items() if at in (vhs, staff.masters[course])]
    return bool(ends) and max(ends) < staff.clock.now.date()


def misplace(staff: Staff, act: Act, program: Program) -> bool:
    """Put somebody else's booking into another course by mistake: nobody moves (D25)."""
    held, who = staff.held(act), act.who
    key = staff.key(act.vhs, act.course % len(staff.masters))
    if staff.facts.owner_of.get(who) in (None, act.vhs) or key is None:
        return False
    row = program.bookings[held]
    if (row["Kursnummer"], row["Periode"]) == key:
        return False
    row.update({"Kursnummer": key.number, "Periode": key.period})
    return True


def substitute(staff: Staff, act: Act, program: Program) -> bool:
    """Let somebody else take the place of who registered; the booking goes on, unless it was cancelled (D18c)."""
    held = staff.held(act)
    if staff.facts.owner_of.get(act.who) != act.vhs or program.bookings[held]["Status"] != "A":
        return False
    _rename_over_s(staff, act)
    other = {
        "Name": f"Ersatz{act.who}",
        "Vorname": "Eva",
        "Telefon": f"09-{act.who}",
        "E-Mail": f"e{act.who}@example.org",
    }
    program.amend(held, other | ({"TNR": program.next_participant()} if act.value % 2 else {}))
    return True


def book_company(staff: Staff, act: Act, program: Program) -> bool:
    """Book a company, which has no "Vorname": its row is set aside, and nobody else's absence is its business (D17)."""
    key = staff.course(act)
    at = staff.moment(program, act.who)
    booking = program.book(key, staff.person(act.who, act.vhs), at)
    program.bookings[booking].update({"Name": f"Firma {act.who}", "Vorname": UNSAID})
    staff.mark(program, booking, act.who)
    return True


def reinstall(staff: Staff, act: Act, program: Program) -> bool:
    """Install the connector anew: it counts from 1 again and remembers nothing (D23)."""
    if not program.sequence:
        return False
    program.install_anew()
    return True


EDITS: dict[str, Edit] = {
    "touch": touch, "correct_name": correct_name, "reuse": reuse, "exchange_belegs": exchange_belegs, "move": move,
    "misplace": misplace, "substitute": substitute, "book_company": book_company, "go_back": go_back,
    "reinstall": reinstall,
}  # fmt: skip
"""Verb -> what it does; like the methods of ``Staff`` each says whether there was an occasion."""
