"""KuferSQL's registration import: new and cancelled bookings as ``ANMELDUNGEN`` XML (domain 7.5).

Element names are upper case and the file is UTF-8. The booking reference and the COOP-Id go into ``BEMERKUNG``, from
where the connector keeps the reference in "Koop-Beleg-ID".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from lxml import etree

from koop_es.connectors.errors import ExportQuarantined
from koop_es.domain.observation import Status

NO_PARTICIPANT = "-1"
"""``ABW_TNR`` of a registration for the registering person (domain 7.5)."""

_STATUS = {"booking.create": None, "booking.cancel": Status.CANCELLED}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class RegistrationFile(msgspec.Struct, frozen=True):
    """One import file: its bytes, how many bookings it holds, and how many changes of which kind it cannot carry."""

    xml: bytes
    bookings: int
    skipped: dict[str, int]


class Registration(msgspec.Struct, frozen=True):
    """One registration of an import file, read back."""

    course_number: str
    status: str
    remark: str
    name: str | None = None
    first_name: str | None = None
    phone: str | None = None
    email: str | None = None


def kufer_xml(changes: Iterable[Mapping[str, Any]]) -> bytes:
    """Write the bookings of a change list as a registration import; other kinds of changes are left out."""
    return registration_file(changes).xml


def registration_file(changes: Iterable[Mapping[str, Any]]) -> RegistrationFile:
    """Write the bookings of a change list as a registration import and count what it cannot carry.

    A new booking has its own status (``A``, or ``W`` on the waiting list), a cancelled one ``S``. Course changes and
    corrections of a booking have no place in the format.
    """
    root = etree.Element("ANMELDUNGEN")
    skipped: Counter[str] = Counter()
    for change in changes:
        if change["kind"] in _STATUS:
            root.append(_registration(change))
        else:
            skipped[change["kind"]] += 1
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return RegistrationFile(xml, len(root), dict(sorted(skipped.items())))


def read_back(xml: bytes) -> list[Registration]:
    """Read a registration import, as KuferSQL does; raises ExportQuarantined where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ExportQuarantined(str(error), file="ANMELDUNGEN", remedy="write the file anew") from error
    if root.tag != "ANMELDUNGEN" or root.getroottree().docinfo.internalDTD is not None:
        raise ExportQuarantined("is no registration import", file="ANMELDUNGEN", remedy="its root is ANMELDUNGEN")
    return [_read(element) for element in root.iterchildren("ANMELDUNG")]


def _registration(change: Mapping[str, Any]) -> etree._Element:
    booking = change["booking"]
    registration = etree.Element("ANMELDUNG")
    person = etree.SubElement(registration, "STAMMDATEN")
    for tag, key in (("NAME", "name"), ("VORNAME", "first_name")):
        _add(person, tag, booking.get(key))
    _add(person, "BEMERKUNG", f"vhsKOOP {booking['ref']} {change['coop_id']}")
    contacts = [(art, booking[key]) for art, key in (("T", "phone"), ("E", "email")) if booking.get(key)]
    if contacts:
        channel = etree.SubElement(person, "KOMMUNIKATION")
        for art, value in contacts:
            entry = etree.SubElement(channel, "KOMMUNIKATIONSEINTRAG")
            _add(entry, "KOMMART", art)
            _add(entry, "KOMMWERT", value)
    course = etree.SubElement(etree.SubElement(registration, "KURSE"), "KURS")
    _add(course, "KURSNUMMER", change["course"]["number"])
    _add(course, "STATUS", _STATUS[change["kind"]] or booking.get("status") or Status.CONFIRMED)
    _add(course, "ABW_TNR", NO_PARTICIPANT)
    _add(course, "ANZAHL", "1")
    return registration


def _add(parent: etree._Element, tag: str, text: str | None) -> None:
    """Add an element where it has a text; characters that XML cannot hold are replaced."""
    if text:
        etree.SubElement(parent, tag).text = _NOT_XML.sub("\ufffd", str(text))


def _read(element: etree._Element) -> Registration:
    contacts = {
        entry.findtext("KOMMART"): entry.findtext("KOMMWERT")
        for entry in element.iterfind("STAMMDATEN/KOMMUNIKATION/KOMMUNIKATIONSEINTRAG")
    }
    return Registration(
        course_number=element.findtext("KURSE/KURS/KURSNUMMER") or "",
        status=element.findtext("KURSE/KURS/STATUS") or "",
        remark=element.findtext("STAMMDATEN/BEMERKUNG") or "",
        name=element.findtext("STAMMDATEN/NAME"),
        first_name=element.findtext("STAMMDATEN/VORNAME"),
        phone=contacts.get("T"),
        email=contacts.get("E"),
    )
