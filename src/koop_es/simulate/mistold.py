"""What a file says that its admin program does not: read from the file itself, beside the rows it was written from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from koop_es.connectors.export_writer import PATHS
from koop_es.simulate.deeds import Diary, Mistold
from koop_es.simulate.rows import UNSAID, course_of
from koop_es.simulate.spoil import read

if TYPE_CHECKING:
    from koop_es.simulate.staff import Staff


def mistold(staff: Staff, vhs: int, path: Path) -> Mistold:
    """Compare a file whose rows are in their places with the rows of the program it was written from."""
    courses, bookings = staff.programs[vhs].exported
    said_of_courses, said_of_bookings = read(path / PATHS["courses"]), read(path / PATHS["bookings"])
    led = {key: course for (at, course), key in staff.place.items() if at == vhs == staff.masters[course]}
    ended = {
        led[course_of(row)]
        for row, said in zip(courses, said_of_courses, strict=True)
        if course_of(row) in led and said["Ausfall"] == "W" != row["Ausfall"]
    }
    cancelled, elsewhere, undated = set(), set(), set()
    for row, said in zip(bookings, said_of_bookings, strict=True):
        who = staff.label(vhs, row)
        if who is None:
            continue
        if said["Status"] == "S" != row["Status"]:
            cancelled.add(who)
        if course_of(said) != course_of(row):
            elsewhere.add(who)
        if not said["Gebucht am"] and row["Gebucht am"]:
            undated.add(who)
    return Mistold(frozenset(cancelled), frozenset(elsewhere), frozenset(ended), frozenset(undated))


def put_elsewhere(diary: Diary) -> frozenset[int]:
    """Name of whom wrong files said that they stand in another course (D25)."""
    return frozenset().union(*(sent.mistold.elsewhere for sent in diary.exports if sent.status == "applied"))


def was_put_elsewhere(diary: Diary, who: int) -> bool:
    """Tell whether a wrong file said of somebody that they stand in another course (D25)."""
    return who in put_elsewhere(diary)


def never_booked(staff: Staff, who: int, coop_id: str) -> bool:
    """Tell whether somebody is in a course only because a wrong file said so (D25)."""
    facts = staff.facts
    elsewhere = staff.coop_ids.get(facts.course_of.get(who, -1)) != coop_id and who not in facts.moved
    return elsewhere and was_put_elsewhere(staff.diary, who)


def shared_by(staff: Staff, vhs: int) -> tuple[frozenset[int], int]:
    """Give who holds a live row in a shared course of a VHS, and how many of those it is the Master of.

    A company's row is set aside, and counts for nobody (D17).
    """
    program, places = staff.programs[vhs], {key for (at, _), key in staff.place.items() if at == vhs}
    rows = [row for row in program.bookings.values() if row["Status"] in ("A", "W") and course_of(row) in places]
    people = [row for row in rows if row["Vorname"] != UNSAID or row["Name"] == UNSAID]
    live = {who for row in people if (who := staff.label(vhs, row)) is not None}
    return frozenset(live), sum(at == vhs == staff.masters[course] for at, course in staff.place)
