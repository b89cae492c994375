"""KuferSQL's registration import: a new booking as an ``ANMELDUNGEN`` file of its own (domain 7.5).

Element names are upper case and the file is UTF-8. What an Abo-VHS sold is at the Master a company registration of that
VHS (B2). The booking reference and the COOP-Id go into ``BEMERKUNG``, from where the reference gets into
"Koop-Beleg-ID".
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from lxml import etree

from koop_es.connectors.errors import ExportQuarantined
from koop_es.domain.identifiers import owner_of
from koop_es.domain.observation import Status

NO_PARTICIPANT = "-1"
"""``ABW_TNR`` of a registration for the registering person (domain 7.5)."""

COMPANY = "F"
"""``GESCHLECHT`` of a company, and ``TYP`` of who takes part by a company registration (domain 7.5)."""

CHANNELS = (("T", "Telefon", "phone"), ("E", "eMail", "email"))
"""``KOMMART`` and ``KOMMBEZ`` as all public writers have them, and the key of a change."""

_NAME_BYTES = 200
_STAYS_IN_NAMES = "" if os.name == "nt" else ":"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Registration(msgspec.Struct, frozen=True):
    """One registration of an import file, read back; ``company`` is who registers the person, if anybody else does."""

    course_number: str
    status: str
    remark: str
    session_time: str
    company: str | None = None
    name: str | None = None
    first_name: str | None = None
    phone: str | None = None
    email: str | None = None


def can_say(change: Mapping[str, Any]) -> bool:
    """Tell whether the import can say a change: a new booking of another VHS, with name and time of booking (B2).

    It has no words for cancellations, corrections and courses, for a seat without a name, for a booking of the VHS's
    own that is written again under its Beleg-ID (D20), and for characters that no XML may hold.
    """
    booking = change.get("booking") or {}
    return (
        change["kind"] == "booking.create"
        and bool(booking.get("name"))
        and _session_time(change) is not None
        and owner_of(booking["ref"]) != change["vhs"]
        and not any(_NOT_XML.search(text) for text in booking.values() if isinstance(text, str))
    )


def file_name(change: Mapping[str, Any]) -> str:
    """Name the file of a change that can be said: ``<unix time of booking>-<change id>.xml``.

    What no file name may hold stands there as in an address (``%2F``); of a very long id the end is a digest.
    """
    name = quote(change["id"], safe=_STAYS_IN_NAMES)
    if len(name) > _NAME_BYTES:
        name = f"{name[:_NAME_BYTES]}-{hashlib.sha256(change['id'].encode()).hexdigest()[:16]}"
    return f"{_session_time(change)}-{name}.xml"


def registration(change: Mapping[str, Any]) -> bytes:
    """Write a change that can be said as an import file with one ``ANMELDUNG``, a company registration (B2)."""
    booking = change["booking"]
    root = etree.Element("ANMELDUNGEN")
    entry = etree.SubElement(root, "ANMELDUNG")
    company = etree.SubElement(entry, "STAMMDATEN")
    _add(company, "NAME", f"VHS {owner_of(booking['ref'])}")
    _add(company, "GESCHLECHT", COMPANY)
    _add(company, "BEMERKUNG", f"vhsKOOP {booking['ref']} {change['coop_id']}")
    _add(company, "SESSIONTIME", str(_session_time(change)))
    course = etree.SubElement(etree.SubElement(entry, "KURSE"), "KURS")
    _add(course, "KURSNUMMER", change["course"]["number"])
    _add(course, "STATUS", booking.get("status") or Status.CONFIRMED)
    _add(course, "ABW_TNR", NO_PARTICIPANT)
    _add(course, "ANZAHL", "1")
    participant = etree.SubElement(etree.SubElement(course, "WEITEREANM"), "WEITERANM")
    _add(participant, "TYP", COMPANY)
    person = etree.SubElement(participant, "WEITERSTAMM")
    for tag, key in (("NAME", "name"), ("VORNAME", "first_name")):
        _add(person, tag, booking.get(key))
    contacts = [(art, called, booking[key]) for art, called, key in CHANNELS if booking.get(key)]
    if contacts:
        channels = etree.SubElement(person, "KOMMUNIKATION")
        for texts in contacts:
            channel = etree.SubElement(channels, "KOMMUNIKATIONSEINTRAG")
            for tag, text in zip(("KOMMART", "KOMMBEZ", "KOMMWERT"), texts, strict=True):
                _add(channel, tag, text)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


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


def _session_time(change: Mapping[str, Any]) -> int | None:
    """Give the time of booking as a Unix time, None where it is not known to the second of a zone."""
    with suppress(ValueError):
        booked_at = datetime.fromisoformat(change["booking"].get("booked_at") or "")
        return int(booked_at.timestamp()) if booked_at.tzinfo is not None else None
    return None


def _add(parent: etree._Element, tag: str, text: str | None) -> None:
    """Add an element where it has a text."""
    if text:
        etree.SubElement(parent, tag).text = str(text)


def _read(element: etree._Element) -> Registration:
    registers = element.find("STAMMDATEN")
    other = element.find("KURSE/KURS/WEITEREANM/WEITERANM/WEITERSTAMM")
    person = other if other is not None else registers
    contacts = {
        entry.findtext("KOMMART"): entry.findtext("KOMMWERT") for entry in element.iterfind(".//KOMMUNIKATIONSEINTRAG")
    }

    def text(tag: str, of: etree._Element | None = person) -> str | None:
        return of.findtext(tag) if of is not None else None

    return Registration(
        course_number=element.findtext("KURSE/KURS/KURSNUMMER") or "",
        status=element.findtext("KURSE/KURS/STATUS") or "",
        remark=element.findtext("STAMMDATEN/BEMERKUNG") or "",
        session_time=element.findtext("STAMMDATEN/SESSIONTIME") or "",
        company=text("NAME", registers) if other is not None else None,
        name=text("NAME"),
        first_name=text("VORNAME"),
        phone=contacts.get("T"),
        email=contacts.get("E"),
    )
