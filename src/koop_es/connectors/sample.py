"""A sample export of a small invented VHS, in the headings and the encoding of an admin program: every column once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from koop_es.connectors import profiles
from koop_es.connectors.export_writer import UserRow, write_export
from koop_es.connectors.values import moment
from koop_es.domain.course import INFO_LABELS, CourseFacts
from koop_es.domain.observation import WEB_SERVICE_USER, BookingRow, CourseRow, Person, Status

VHS, PARTNER = "563", "301"
EXPORTED_AT = "2026-03-02T02:00:00+01:00"
PERIOD = "26F"

_LABELLED = (f"VHS {PARTNER}", "online", f"VHS {PARTNER}")

_OWN = CourseFacts(
    title="Töpfern am Abend",
    programme_title="Töpfern für Anfängerinnen und Anfänger",
    info="Schürze mitbringen.\nTon wird gestellt.",
    course_type="Normalkurs",
    bamf=False,
    starts_on=date(2026, 4, 14),
    ends_on=date(2026, 6, 30),
    starts_at="18:30",
    ends_at="20:00",
    venue="Werkhaus, Raum 2",
    dvv_category="2.07",
    min_participants=6,
    capacity=12,
    fee_cents=9000,
    pass_through_cents=1200,
    koop_key=True,
    rate="80",
    never_share=False,
    markers=(),
    countable=True,
    event_kind="",
    cooperation_code="",
    instructor="Berta Beispiel",
    max_guard=True,
    cancelled=False,
    delivery="Präsenz",
    software="",
    access_data="",
    keywords=("Keramik", "Handwerk"),
)

_ABO = msgspec.structs.replace(
    _OWN,
    title="Spanisch A1",
    programme_title="Spanisch für den Urlaub",
    info="\n".join(
        ("Lehrbuch im Kurs.", *(f"{label} {text}" for label, text in zip(INFO_LABELS, _LABELLED, strict=True)))
    ),
    venue="online",
    dvv_category="4.22",
    pass_through_cents=0,
    koop_key=False,
    markers=("100",),
    countable=False,
    event_kind="75",
    cooperation_code="04",
    instructor=f"VHS {PARTNER}",
    delivery="Online-Kurs",
    software="Zoom",
    access_data="https://example.org/raum",
    keywords=("Sprache",),
)

COURSES = (("26-10009", None, _OWN), ("26-10010", f"{PARTNER}-COOP-17", _ABO))
"""A course of its own, ready to be released, and one subscribed from another VHS: number, COOP-Id, facts."""


def write_sample(target: Path, system: str) -> Path:
    """Write a full export with proof, as a directory, the way the connector of ``system`` would."""
    profile = profiles.load(system)
    return write_export(
        target,
        vhs=VHS,
        sequence=1,
        exported_at=EXPORTED_AT,
        system=system,
        encoding=profile.encoding,
        profile=profile,
        courses=[_course(number, coop_id, facts) for number, coop_id, facts in COURSES],
        bookings=list(_bookings()),
        users=[
            UserRow("Beispiel", "Berta", "berta@example.org"),
            UserRow("Muster", "Max", "max@example.org", shown=False, active=False),
        ],
    )


def _course(number: str, coop_id: str | None, facts: CourseFacts) -> CourseRow:
    return CourseRow(
        number=number,
        period=PERIOD,
        external_number=coop_id or "",
        facts=facts,
        file="",
        line=0,
        created_by="Büro",
        edited_by="Büro",
    )


def _bookings() -> tuple[BookingRow, ...]:
    """Give a seat, a place on the waiting list and a cancellation of its own, and a mirror as a connector wrote it."""
    (own, _, _), (abo, _, _) = COURSES
    eva = Person("Musterfrau", "Eva", "0941 12345", "eva@example.org")
    return (
        _booking("8841", own, "70001", Status.CONFIRMED, "02.02.2026 09:30:15", eva),
        _booking("8842", own, "70002", Status.WAITLISTED, "03.02.2026 10:05:00", Person("Probe", "Paul", "", "")),
        _booking("8843", abo, "70003", Status.CANCELLED, "03.02.2026 11:20:41", Person("Test", "Tina", "", "")),
        _booking("8844", abo, "70004", Status.CONFIRMED, "04.02.2026 16:45:02", None, f"{PARTNER}:55"),
    )


def _booking(
    booking_id: str, number: str, tnr: str, status: Status, at: str, person: Person | None, ref: str | None = None
) -> BookingRow:
    return BookingRow(
        booking_id=booking_id,
        number=number,
        period=PERIOD,
        participant_no=tnr,
        status=status,
        raw_status=status.value,
        booked_at=moment(at),
        file="",
        line=0,
        ref=ref,
        person=person,
        edited_by=WEB_SERVICE_USER if ref else "Büro",
    )
