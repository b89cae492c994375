"""Events for the tests of the store: the smallest that say something."""

from __future__ import annotations

from koop_es.domain.events import BookingMade, Event
from koop_es.domain.observation import Origin, Status
from koop_es.store import Append, Store

AT = "2026-02-03T17:05:00+01:00"


def booking(number: int, vhs: str = "563") -> Event:
    """A booking of a VHS; the number makes it another one."""
    return BookingMade(
        vhs=vhs,
        rule="B1",
        at=AT,
        recorded_at=AT,
        origin=Origin(vhs=vhs, sha256="9f" * 32, sequence=42, file="belegung.csv", line=number),
        ref=f"{vhs}:{number}",
        booking_id=str(number),
        participant_no=str(number),
        status=Status.CONFIRMED,
        booked_at=AT,
    )


def bookings(count: int, first: int = 1) -> list[Event]:
    """Several bookings."""
    return [booking(number) for number in range(first, first + count)]


def append(store: Store, *appends: Append) -> list[list[int]]:
    """Append in a transaction of its own."""
    with store.write() as tx:
        return tx.append(appends)


def follow(store: Store, after: int, limit: int = 7) -> list[int]:
    """Read the log the way a follower does and return the positions."""
    seen: list[int] = []
    while page := store.read(seen[-1] if seen else after, limit):
        seen += [recorded.position for recorded in page]
    return seen
