"""The connector of a simulated program: it carries out change lists as user WS, as ``koop-change/1`` has it.

What it does not know it leaves: an unknown kind, an unknown letter, a row that is not as the change expects it (D22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from koop_es.connectors.values import local_text
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import WEB_SERVICE_USER, Status
from koop_es.simulate.rows import (
    BY,
    UNSAID,
    CourseKey,
    NotAllowed,
    Row,
    blank_course,
    booking_row,
    course_of,
    course_row,
    shows,
)

if TYPE_CHECKING:
    from koop_es.simulate.program import Program

PERSON = {"Name": "name", "Vorname": "first_name", "Telefon": "phone", "E-Mail": "email"}
"""Heading -> key of a change: what a row says about a person."""

EDITOR = "Bearbeitet von"
LETTERS = frozenset(Status)


def apply(program: Program, changes: Iterable[Mapping[str, Any]], *, bare: bool = False) -> int:
    """Carry out ``koop-change/1`` records as user WS and return how many changed anything.

    A record whose row shows already what it asks for changes nothing. An id is carried out once (``Program.once``), so
    that a list that comes twice does not undo what staff did in between; one whose row was not as expected is left for
    the next list. ``bare`` imports new mirrors without their reference, as a program does that has no field for it
    (D26).
    """
    done = 0
    for change in changes:
        program.repeated += change["id"] in program.carried_out
        if change["id"] not in program.carried_out and _is_expected(program, change):
            program.carried_out.add(change["id"])
            done += _carry_out(program, change, bare=bare)
    return done


def _carry_out(program: Program, change: Mapping[str, Any], *, bare: bool) -> bool:
    about, _, verb = change["kind"].partition(".")
    if about == "booking":
        return _booking(program, change, verb, bare=bare)
    fields: Row = dict(change["course"].get("fields") or {})
    key = _course_of(program, change)
    if verb == "set_external_number":  # the id is what is wrong, so the number tells the course
        place = CourseKey(change["course"]["number"], change["course"]["period"])
        key = place if place in program.courses else key
    if verb == "create":
        return key is None and _create_course(program, fields)
    if verb == "cancel":
        fields = {"Ausfall": "W"}
    elif verb == "set_external_number":
        fields = {"Externe Kurs-Nr.": change["coop_id"]}
    elif verb != "update":
        return False  # a kind of a later format
    if key is None or shows(program.courses[key], fields):
        return False
    program.keep_course(key, program.courses[key] | fields | {EDITOR: program.signed(WEB_SERVICE_USER)})
    return True


def _is_expected(program: Program, change: Mapping[str, Any]) -> bool:
    """Tell whether a row is as a change was decided on; a change that names no conditions has none (D22)."""
    if change["kind"] in ("course.update", "course.cancel", "booking.create") and _course_of(program, change) is None:
        return False  # nothing to write into yet: it is left, and carried out when it is listed again
    expects = {heading: text or "" for heading, text in (change.get("expects") or {}).items()}
    if not expects:
        return True
    if "booking" in change:
        held = _row_of(program, change["booking"])
        return held is None or _is_like(program.bookings[held], expects, program.vhs)
    key = _course_of(program, change)
    return key is None or _is_like(program.courses[key], expects, None)


def _is_like(row: Row, expects: Row, vhs: str | None) -> bool:
    """Compare as read, so that 90 is 90,00; the editor's cell as it stands."""
    if EDITOR in expects and row[EDITOR] != expects[EDITOR]:
        return False
    asked = {heading: text for heading, text in expects.items() if heading in row and row[heading] != text}
    try:
        if vhs is None:
            return course_row(row) == course_row(row | asked)
        return booking_row(row, vhs) == booking_row(row | asked, vhs)
    except NotAllowed:
        return not asked


def _create_course(program: Program, fields: Row) -> bool:
    key = course_of(fields)
    if program.is_taken(key):
        return False
    program.keep_course(key, blank_course() | fields)
    return True


def _course_of(program: Program, change: Mapping[str, Any]) -> CourseKey | None:
    """Find the course a change is about by its COOP-Id, and by its number where that is nowhere.

    Where the COOP-Id stands under another number than the change says, nothing is written before an export has told
    which is which: staff may have exchanged or copied it, and an Ausfall written into the wrong course is an Ausfall.
    """
    key = CourseKey(change["course"]["number"], change["course"]["period"])
    with_id = [key for key, row in program.courses.items() if row["Externe Kurs-Nr."] == change["coop_id"]]
    if change["kind"] == "course.create":
        return with_id[0] if with_id else None
    return key if key in with_id or (key in program.courses and not with_id) else None


def _booking(program: Program, change: Mapping[str, Any], verb: str, *, bare: bool) -> bool:
    booking, course = change["booking"], _course_of(program, change)
    fields: Row = {}
    if booking["status"] is not None:
        if booking["status"] not in LETTERS:
            return False
        fields["Status"] = booking["status"]
    if verb != "cancel":  # what is null stays as it is
        fields |= {heading: booking[key] for heading, key in PERSON.items() if booking[key] is not None}
    held = _row_of(program, booking, new=verb == "create")
    if held is not None and verb == "create" and course is not None and course != course_of(program.bookings[held]):
        # Written into another course while COOP-Ids were exchanged: a mirror stands where its course is.
        program.bookings[held].update({"Kursnummer": course.number, "Periode": course.period})
        return True
    if held is not None:
        return verb in ("update", "cancel") and program.write_booking(held, fields, WEB_SERVICE_USER)
    if verb != "create" or course is None:
        return False
    return _create_booking(program, booking, course, fields, bare=bare)


def _create_booking(
    program: Program, booking: Mapping[str, Any], course: CourseKey, fields: Row, *, bare: bool
) -> bool:
    """Write a mirror, or one's own booking anew that a restored program lost: under its Beleg-ID where that is named.

    Another has it otherwise, and it gets one of its own (D20).
    """
    ref, mirror = booking["ref"], owner_of(booking["ref"]) != program.vhs
    wanted = booking.get("booking_id")
    fields |= {"Kursnummer": course.number, "Periode": course.period, "TNR": program.next_participant()}
    fields |= {"Gebucht am": local_text(booking["booked_at"]), "Koop-Beleg-ID": ref if mirror and not bare else ""}
    fields |= {EDITOR: program.signed(WEB_SERVICE_USER), BY: WEB_SERVICE_USER}
    if bare and booking["name"] is None:
        fields |= {"Name": UNSAID, "Vorname": UNSAID}
    program.add_row(fields, ref, wanted if not mirror and wanted not in program.bookings else None)
    return True


def _row_of(program: Program, booking: Mapping[str, Any], *, new: bool = False) -> str | None:
    """Find the row a change is about: by the Beleg-ID it names, a mirror by its reference, one's own by that in it.

    The Beleg-ID of one's own may have been given to somebody else since (D18a): what is to be written as ``new`` is
    not the row that stands under it now, but one of that second (D20); an "S" of another name is a registration of
    before, in which a restored program shows again what was cancelled (D5).
    """
    ref: str = booking["ref"]
    named = booking.get("booking_id")
    if new and owner_of(ref) == program.vhs:
        at = local_text(booking["booked_at"])
        own = ((key, row) for key, row in program.bookings.items() if not row["Koop-Beleg-ID"])
        found = ((key, row) for key, row in own if row["Gebucht am"] == at)
        return next((key for key, row in found if row["Status"] != "S" or row["Name"] == booking["name"]), None)
    if new:
        return program.seat(ref)
    if named is not None and named in program.bookings:
        return str(named)
    if owner_of(ref) != program.vhs:
        return program.seat(ref)
    number = ref.partition(":")[2]
    return number if named is None and number in program.bookings else program.seats.get(ref)
