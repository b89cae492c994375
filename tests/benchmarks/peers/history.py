"""The log that all engines are given: seeded events of the kinds koop-es writes, in the order exports would bring them.

Every course is one stream: released by a VHS, subscribed by three others, twenty bookings, of which 15 in a hundred are
cancelled. Each booking and each cancellation is reported by its owner and, an export later, by the three others. A
batch is what one export adds to one stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from koop_es.domain.course import CourseFacts
from koop_es.domain.events import (
    BookingCancelled,
    BookingDelivered,
    BookingMade,
    CancellationDelivered,
    CourseDelivered,
    CourseReleased,
    CourseSubscribed,
    Event,
)
from koop_es.domain.observation import Origin, Status
from koop_es.domain.terms import Terms
from koop_es.settings import BERLIN
from koop_es.store.codec import encode

SEED = 563
VHS = 24
TAKING_PART = 4
BOOKINGS = 20
MADE_IN = 4
"""Rounds of exports in which bookings are made; cancellations follow two rounds later, and their echo one more."""

ROUNDS = MADE_IN + 4
CANCELLED = 0.15
PER_COURSE = 1 + 2 * (TAKING_PART - 1) + round(BOOKINGS * (1 + CANCELLED)) * TAKING_PART
"""Events of a course, on average."""

FIRST_DAY = datetime(2026, 1, 7, 2, 0, tzinfo=BERLIN)
WORDS = ("Spanisch", "Aquarell", "Obstbäume", "Buchhaltung", "Gitarre", "Rhetorik", "Grundkurs", "Aufbau", "Abend")


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking: who owns it, and the rounds in which it is made and cancelled."""

    owner: str
    number: int
    made: int
    cancelled: int | None

    @property
    def ref(self) -> str:
        """Its reference, as everybody knows it."""
        return f"{self.owner}:{self.number}"


@dataclass(frozen=True, slots=True)
class Course:
    """A course: its COOP-Id, who takes part (the Master first), its facts and bookings."""

    coop_id: str
    taking_part: list[str]
    facts: CourseFacts
    bookings: list[Booking]


def events(count: int) -> Iterator[dict[str, Any]]:
    """Give about so many events, whole courses of them, as drivers read them: batch, stream, version, type, data."""
    rng = Random(SEED)
    courses = [_course(rng, number) for number in range(1, round(count / PER_COURSE) + 1)]
    versions = dict.fromkeys((course.coop_id for course in courses), 0)
    batch = 0
    for number in range(ROUNDS):
        for place in range(TAKING_PART):
            for course in sorted(courses, key=lambda course: (course.taking_part[place], course.coop_id)):
                told = list(_told(course, course.taking_part[place], number))
                batch += bool(told)
                for event in told:
                    versions[course.coop_id] += 1
                    yield {
                        "batch": batch,
                        "stream": course.coop_id,
                        "version": versions[course.coop_id],
                        "type": event.type,
                        "data": msgspec.json.decode(encode(event)),
                    }


def _course(rng: Random, number: int) -> Course:
    taking_part = [str(500 + place) for place in rng.sample(range(VHS), TAKING_PART)]
    day = date(2026, 3, 1) + timedelta(days=rng.randrange(60))
    facts = CourseFacts(
        title=" ".join(rng.sample(WORDS, 3)),
        info=" ".join(rng.choices(WORDS, k=20)),
        course_type="Normalkurs",
        starts_on=day,
        ends_on=day + timedelta(days=70),
        starts_at="18:00",
        ends_at="20:15",
        venue=f"Raum {rng.randrange(400)}",
        dvv_category="1.07",
        capacity=40,
        fee_cents=rng.randrange(2_000, 24_000, 100),
        rate="80",
        cancelled=False,
    )
    bookings = []
    for seat in range(BOOKINGS):
        owner = taking_part[0] if rng.random() < 0.4 else rng.choice(taking_part[1:])
        made = rng.randrange(MADE_IN)
        cancelled = made + 2 if rng.random() < CANCELLED else None
        bookings.append(Booking(owner, number * BOOKINGS + seat, made, cancelled))
    return Course(f"{taking_part[0]}-COOP-{number}", taking_part, facts, bookings)


def _told(course: Course, vhs: str, number: int) -> Iterator[Event]:
    """Give what one VHS's export says about a course in one round."""
    at = (FIRST_DAY + timedelta(days=number)).isoformat()
    sha256 = f"{int(vhs) * ROUNDS + number:064x}"
    origin = Origin(vhs=vhs, sha256=sha256, sequence=number + 1, file="belegungen.csv", line=number + 2)
    common: dict[str, Any] = {"vhs": vhs, "at": at, "recorded_at": at, "origin": origin}
    if number == 0:
        yield from _begun(course, vhs, common)
    for booking in course.bookings:
        own = booking.owner == vhs
        if booking.made == number - (not own):
            yield _made(booking, common) if own else _delivered(booking, vhs == course.taking_part[0], common)
        if booking.cancelled is not None and booking.cancelled == number - (not own):
            kind = BookingCancelled if own else CancellationDelivered
            yield kind(rule="B3", ref=booking.ref, **common)


def _begun(course: Course, vhs: str, common: dict[str, Any]) -> Iterator[Event]:
    number = course.coop_id.rpartition("-")[2]
    terms = Terms(course.facts.fee_cents or 0, 0, "80")
    place: dict[str, Any] = {"course_number": f"K{number}", "period": "26F", "terms": terms, "system": "kufersql"}
    if vhs == course.taking_part[0]:
        yield CourseReleased(rule="R14", facts=course.facts, reported=course.facts, **place, **common)
        return
    shown = msgspec.structs.replace(course.facts, markers=("100",), countable=False, max_guard=True)
    yield CourseSubscribed(rule="R24", **place, **common)
    yield CourseDelivered(rule="R28", facts=shown, **common)


def _made(booking: Booking, common: dict[str, Any]) -> Event:
    return BookingMade(
        rule="B1",
        ref=booking.ref,
        booking_id=str(booking.number),
        participant_no=str(booking.number * 7),
        status=Status.CONFIRMED,
        booked_at=common["at"],
        person_id=f"{booking.number:024x}",
        **common,
    )


def _delivered(booking: Booking, names: bool, common: dict[str, Any]) -> Event:
    return BookingDelivered(
        rule="B3",
        ref=booking.ref,
        booking_id=str(900_000 + booking.number),
        participant_no=str(booking.number * 9),
        status=Status.CONFIRMED,
        person_version=1 if names else None,
        actor="WS",
        **common,
    )
