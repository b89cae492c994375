"""KuferSQL's Internet-XML: root ``kurse``, one ``kurs`` each (domain 7.4); course data only.

Only the elements listed here are read, never instructors' telephone numbers or whatever else a full export carries.
"""

from __future__ import annotations

from datetime import date

from koop_es.connectors.notes import Notes
from koop_es.connectors.values import Unreadable, cents, count, day, identity, plain, prose, time_of_day
from koop_es.connectors.xml_course import Catalogue, CourseElement
from koop_es.connectors.xml_stream import Element, XmlStream
from koop_es.domain.course import CourseFacts
from koop_es.domain.observation import CourseRow
from koop_es.domain.release import FUNDED, hints_at

ROOT = "kurse"
RECORD = "kurs"
ALLOWED = frozenset(
    {
        *("knr", "semester", "haupttitel", "titelkurz", "titellang", "inhalt", "web_info", "ort", "fachb", "fachbtext"),
        *(
            "beginndat",
            "endedat",
            "beginnuhr",
            "endeuhr",
            "tnmin",
            "tnmax",
            "tnanmeldungen",
            "gebnorm",
            "ausfall",
            "dauer",
        ),
        *("termine", "termine/termin", "termine/termin/tag"),
        *("dozenten", "dozenten/dozent", "dozenten/dozent/vorname", "dozenten/dozent/name"),
    }
)

REPEATED = frozenset({"termine", "termine/termin", "dozenten", "dozenten/dozent"})
"""The elements that may stand more than once in theirs."""

_FALSE = frozenset({"F", "f", "0", "N", "n"})


def read(stream: XmlStream, catalogue: Catalogue) -> list[CourseRow]:
    """Read the courses of a file whose root has been recognised; raises ExportQuarantined."""
    funded: list[CourseElement] = []
    for record in stream.records():
        catalogue.take(record, lambda element: _course(element, catalogue.notes, funded), _key, REPEATED)
    if funded:
        catalogue.notes.notice(
            funded[0].element.line,
            f"{len(funded)} courses have a subject (fachbtext) that hints at BAMF funding, the first is "
            f"{funded[0].number}; such courses cannot be shared (R10)",
        )
    return catalogue.courses


def _course(element: Element, notes: Notes, funded: list[CourseElement]) -> CourseRow:
    course = CourseElement(element, "knr", notes)
    subject = _subject_of_funding(course)
    if subject:
        funded.append(course)
    starts_on, ends_on = course.day("beginndat", day), course.day("endedat", day)
    title = (
        course.lenient("haupttitel", prose) or course.lenient("titelkurz", prose) or course.lenient("titellang", prose)
    )
    long_title = course.lenient("titellang", prose)
    least, most = course.lenient("tnmin", count, expected=True), course.lenient("tnmax", count, expected=True)
    texts = [text for path in ("inhalt", "web_info") if (text := course.lenient(path, prose))]
    if not title:
        course.note("has no title")
    _look_at_seats(course, least, most)
    _look_at_days(course, starts_on, ends_on)
    return CourseRow(
        number=course.number,
        period=course.lenient("semester", identity),
        external_number=None,
        facts=CourseFacts(
            title=title,
            programme_title=long_title if long_title != title else None,
            info="\n".join(texts) if texts else None,
            starts_on=starts_on,
            ends_on=ends_on,
            starts_at=course.lenient("beginnuhr", time_of_day, expected=True),
            ends_at=course.lenient("endeuhr", time_of_day, expected=True),
            venue=course.lenient("ort", prose, expected=True),
            dvv_category=course.lenient("fachb", plain, expected=True),
            min_participants=least,
            capacity=most,
            fee_cents=course.lenient("gebnorm", cents),
            instructor=_instructors(element),
            cancelled=_cancelled(element),
        ),
        file=notes.file,
        line=element.line,
        subject=subject,
    )


def _key(element: Element) -> tuple[str, ...] | None:
    """Read the number and period of a course that cannot be used, as far as they can be."""
    number, period = element.find("knr"), element.find("semester")
    try:
        return (identity(number.text), plain(period.text) if period else "") if number else None
    except Unreadable:
        return None


def _subject_of_funding(course: CourseElement) -> str:
    """Read the text of the subject where it hints at BAMF funding, which no element states (R10)."""
    subject = course.lenient("fachbtext", prose) or ""
    return subject if hints_at(subject, FUNDED) else ""


def _cancelled(element: Element) -> bool | None:
    """Read "Ausfall": the element is there only for a cancelled course, so its absence carries nothing (R45)."""
    found = element.find("ausfall")
    return None if found is None else found.text.strip() not in _FALSE


def _instructors(element: Element) -> str | None:
    names = []
    for person in element.all("dozenten/dozent"):
        parts = [part.text.strip() for path in ("vorname", "name") if (part := person.find(path))]
        names.append(" ".join(part for part in parts if part))
    return prose(", ".join(name for name in names if name)) if names else None


def _look_at_seats(course: CourseElement, least: int | None, most: int | None) -> None:
    taken = course.lenient("tnanmeldungen", count)
    if taken is not None and most is not None and taken > most:
        course.note(f"has {taken} registrations (tnanmeldungen) for {most} seats (tnmax)")
    if least is not None and most is not None and least > most:
        course.note(f"needs {least} participants (tnmin) but has {most} seats (tnmax)")


def _look_at_days(course: CourseElement, starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        course.note(f"ends on {ends_on} (endedat) before it begins on {starts_on} (beginndat)")
    sessions: list[date] = []
    for found in course.element.all("termine/termin/tag"):
        try:
            sessions.append(day(plain(found.text)))
        except Unreadable as error:
            course.note(f"termin/tag {error.reason}", found)
    outside = [when for when in sessions if (starts_on and when < starts_on) or (ends_on and when > ends_on)]
    if outside:
        course.note(
            f"{len(outside)} of {len(sessions)} sessions (termin) lie outside its days, the first on {outside[0]}"
        )
    if len(set(sessions)) < len(sessions):
        course.note(f"{len(sessions) - len(set(sessions))} sessions (termin) fall on a day that has one already")
    stated = course.lenient("dauer", count)
    if sessions and stated is not None and stated != len(sessions):
        course.note(f"states {stated} sessions (dauer) and lists {len(sessions)}")
