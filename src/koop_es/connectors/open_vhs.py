"""Open-vhs 0.9 to 1.2, the public course format of the DVV (domain 7.7); course data only.

Nothing in it is dependable but guid, number, name, category, first day and venue: two courses of its official sample
have one number, one ends before it begins. Oddities are noted and the course is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from koop_es.connectors.errors import ExportQuarantined
from koop_es.connectors.notes import Notes
from koop_es.connectors.sentinels import is_no_day
from koop_es.connectors.values import BERLIN, Unreadable, count, day, dot_cents, identity, plain, prose, time_of_day
from koop_es.connectors.xml_course import Catalogue, CourseElement
from koop_es.connectors.xml_stream import Element, XmlStream
from koop_es.domain.course import HYBRID, ONLINE, CourseFacts
from koop_es.domain.observation import CourseRow

NAMESPACE = "http://www.dvv-vhs.de/Open-VHS"
ROOT = "veranstaltungen"
RECORD = "veranstaltung"
EXPORT = "export"
VERSIONS = ("0.9", "1.0", "1.1", "1.2")
EXPORT_ALLOWED = frozenset({"erstellungszeitpunkt"})
_SESSION = ("", "/beginn_datum", "/beginn_uhrzeit", "/ende_uhrzeit")
ALLOWED = frozenset(
    {
        *("guid", "nummer", "name", "dvv_kategorie", "schlagwort", "beginn_datum", "ende_datum"),
        *("minimale_teilnehmerzahl", "aktuelle_teilnehmerzahl", "maximale_teilnehmerzahl"),
        *("merkmale", "merkmale/merkmal", "merkmale/merkmal/name", "merkmale/merkmal/wert"),
        *(
            "text",
            "text/eigenschaft",
            "text/text",
            "veranstaltungsort",
            "veranstaltungsort/name",
            "preis",
            "preis/betrag",
        ),
        *(f"{path}{below}" for path in ("termin", "ortetermine/termin") for below in _SESSION),
        "ortetermine",
        *(f"ortetermine/adresse{below}" for below in ("", "/lehrstaette", "/raum", "/strasse", "/plz", "/ort")),
    }
)

REPEATED = frozenset(
    {
        *("schlagwort", "text", "text/text", "merkmale", "merkmale/merkmal", "termin", "termin/beginn_datum"),
        *("ortetermine", "ortetermine/termin", "ortetermine/termin/beginn_datum", "ortetermine/adresse"),
    }
)
"""The elements that may stand more than once in theirs."""

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_ISO_TIME = re.compile(r"([0-9]{2}:[0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DIGITAL = {"online_angebot": ONLINE, "selbstlernangebot": ONLINE, "blended_learning": HYBRID}


def read(stream: XmlStream, catalogue: Catalogue) -> tuple[list[CourseRow], str | None]:
    """Read courses and time of export of a file whose root has been recognised; raises ExportQuarantined."""
    version, notes, exported_at = stream.attributes.get("version"), catalogue.notes, None
    if version not in VERSIONS:
        notes.notice(1, f"version {version!r} is none of {', '.join(VERSIONS)}; it is read as 1.2")
    if stream.root and stream.root[0] != NAMESPACE:
        notes.notice(1, f"the root is not in the namespace {NAMESPACE}")
    for record in stream.records():
        if record.element is not None and record.element.name == EXPORT:
            exported_at = _exported_at(record.element, notes)
        else:
            catalogue.take(record, lambda element: _course(element, notes), _key, REPEATED)
    _look_at_numbers(catalogue.courses, notes)
    return catalogue.courses, exported_at


def refuse_other(name: str, file: str) -> ExportQuarantined:
    """Make the error for the occupancy delta of Open-vhs, which names courses by guid alone and carries no course."""
    return ExportQuarantined(
        f"is an Open-vhs file with the root {name}, which carries no course data",
        file=file,
        line=1,
        remedy="give the course export, whose root is veranstaltungen",
    )


def _course(element: Element, notes: Notes) -> CourseRow:
    course = CourseElement(element, "nummer", notes)
    guid = course.lenient("guid", plain, expected=True)
    if guid and not _GUID.fullmatch(guid):
        course.note(f"guid {guid!r} is no GUID", element.find("guid"))
    starts_on = course.first_day("beginn_datum", _iso_day, missing="every course needs its first day")
    sessions = _sessions(course)
    ends_on = _last_day(course, starts_on, sessions)
    starts_at, ends_at = _times(course)
    _look_at_seats(course)
    return CourseRow(
        number=course.number,
        period=None,
        external_number=None,
        facts=CourseFacts(
            title=course.lenient("name", prose, expected=True),
            info=_info(course),
            starts_on=starts_on,
            ends_on=ends_on,
            starts_at=starts_at,
            ends_at=ends_at,
            venue=_venue(course),
            dvv_category=course.lenient("dvv_kategorie", plain, expected=True),
            min_participants=course.lenient("minimale_teilnehmerzahl", count),
            capacity=course.lenient("maximale_teilnehmerzahl", count, expected=True),
            fee_cents=course.lenient("preis/betrag", dot_cents, expected=True),
            delivery=_delivery(course),
            keywords=_keywords(course),
        ),
        file=notes.file,
        line=element.line,
        source_key=guid,
    )


def _key(element: Element) -> tuple[str, ...] | None:
    number = element.find("nummer")
    try:
        return (identity(number.text), "") if number else None
    except Unreadable:
        return None


def _last_day(course: CourseElement, starts_on: date | None, sessions: list[date]) -> date | None:
    stated = course.lenient("ende_datum", _iso_day)
    if stated is None or starts_on is None:
        return stated or max([*([starts_on] if starts_on else []), *sessions], default=None)
    if stated < starts_on:
        course.note(
            f"ends on {stated} (ende_datum) before it begins on {starts_on} (beginn_datum)",
            course.element.find("ende_datum"),
        )
    elif outside := [when for when in sessions if not starts_on <= when <= stated]:
        course.note(
            f"{len(outside)} of {len(sessions)} sessions (termin) lie outside its days, the first on {outside[0]}"
        )
    return stated


def _termine(course: CourseElement) -> Iterator[Element]:
    """Give the sessions; Berlin's dialect keeps them with their places in ``ortetermine`` (domain 7.7)."""
    yield from course.element.all("termin")
    yield from course.element.all("ortetermine/termin")


def _sessions(course: CourseElement) -> list[date]:
    found = []
    for element in (begin for session in _termine(course) for begin in session.all("beginn_datum")):
        try:
            found.append(_iso_day(plain(element.text)))
        except Unreadable as error:
            course.note(f"termin/beginn_datum {error.reason}", element)
    return found


def _venue(course: CourseElement) -> str | None:
    """Read where a course is held: of Berlin's dialect the first address, and a note where there are others."""
    element = course.element
    places = [place for address in element.all("ortetermine/adresse") if (place := _place(address))]
    if element.find("veranstaltungsort/name") is not None or not places:
        return course.lenient("veranstaltungsort/name", prose, expected=True)
    if others := len(dict.fromkeys(places)) - 1:
        course.note(f"is held at {others + 1} places (ortetermine); the first is taken: {places[0]}")
    return places[0]


def _place(address: Element) -> str:
    """Write an address in one line: house and room, or else street and town."""

    def read(name: str) -> str:
        found = address.find(name)
        return " ".join(prose(found.text).split()) if found is not None else ""

    named = [text for text in (read("lehrstaette"), read("raum")) if text and not is_no_day(text)]
    town = " ".join(text for text in (read("plz"), read("ort")) if text)
    return ", ".join(named if read("lehrstaette") else [text for text in (read("strasse"), town, *named) if text])


def _times(course: CourseElement) -> tuple[str | None, str | None]:
    """Read the times of the first session that has any; they are local, and an offset is left out and noted."""
    for session in _termine(course):
        begin, end = session.find("beginn_uhrzeit"), session.find("ende_uhrzeit")
        if begin is None and end is None:
            continue
        for element in (begin, end):
            if element and re.search(r"(Z|[+-][0-9]{2}:[0-9]{2})\s*$", element.text):
                course.note(f"time {element.text.strip()} carries an offset, which was left out", element)
                break
        return _iso_time(course, begin), _iso_time(course, end)
    return None, None


def _iso_time(course: CourseElement, element: Element | None) -> str | None:
    if element is None:
        return None
    match = _ISO_TIME.fullmatch(element.text.strip())
    try:
        return time_of_day(match[1] if match else element.text.strip()) or None
    except Unreadable as error:
        course.note(f"{element.name} {error.reason}", element)
        return None


def _iso_day(text: str) -> date:
    match = _ISO_DAY.fullmatch(text)
    return day(match[1] if match else text, "YYYY-MM-DD")


def _info(course: CourseElement) -> str | None:
    texts = [prose(part.text) for part in course.element.all("text/text")]
    return "\n\n".join(text for text in texts if text) or None


def _keywords(course: CourseElement) -> tuple[str, ...] | None:
    words = [prose(word.text) for word in course.element.all("schlagwort")]
    return tuple(dict.fromkeys(word for word in words if word)) or None


def _delivery(course: CourseElement) -> str | None:
    """Read how a course is held out of the feature ``kursart_digital`` (R8)."""
    for feature in course.element.all("merkmale/merkmal"):
        name, value = feature.find("name"), feature.find("wert")
        if name and value and name.text.strip() == "kursart_digital":
            kind = _DIGITAL.get(value.text.strip())
            if kind is None:
                course.note(f"kursart_digital {value.text.strip()!r} is not known", value)
            return kind
    return None


def _exported_at(element: Element, notes: Notes) -> str | None:
    found = element.find("erstellungszeitpunkt")
    if found is None:
        return None
    try:
        when = datetime.fromisoformat(found.text.strip())
    except ValueError:
        notes.notice(found.line, f"erstellungszeitpunkt {found.text.strip()[:40]!r} is no date-time")
        return None
    return (when if when.tzinfo else when.replace(tzinfo=BERLIN)).isoformat()


def _look_at_seats(course: CourseElement) -> None:
    least, taken = course.lenient("minimale_teilnehmerzahl", count), course.lenient("aktuelle_teilnehmerzahl", count)
    most = course.lenient("maximale_teilnehmerzahl", count)
    if most is not None and taken is not None and taken > most:
        course.note(f"has {taken} participants for {most} seats")
    if most is not None and least is not None and least > most:
        course.note(f"needs {least} participants but has {most} seats")


def _look_at_numbers(courses: list[CourseRow], notes: Notes) -> None:
    first: dict[str, CourseRow] = {}
    for course in courses:
        other = first.setdefault(course.number, course)
        if other is not course:
            notes.notice(
                course.line,
                f"number {course.number} is used by two courses, the other on line {other.line}",
                course.number,
            )
