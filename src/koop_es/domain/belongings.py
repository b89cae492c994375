"""Which course a row is by its bookings: what was shown there before, against what stands there now (R20, D28)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from koop_es.domain.acknowledged import row_stands_since
from koop_es.domain.cooperation import Booking
from koop_es.domain.draft import People
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.witnesses import Shown, Witness, witness_of_person, witness_of_row


class Trace(NamedTuple):
    """What tells a booking in whichever course it stands.

    ``ids`` are its Beleg-ID together with TNR or time, for a Beleg-ID alone may be another's meanwhile (D18a); TNR and
    time where Beleg-IDs are made of the course's number; and of a mirror its Koop-Beleg-ID, which outlasts a merge.
    ``others`` tell one that has other ids now: its time of day, and name with mail or phone. ``live`` says that it is
    there and not "S", ``own`` that it is no mirror. One that is not ``sure`` no complete export has shown yet: by the
    number alone it was put into the course, which may be another's meanwhile (R20).
    """

    ids: frozenset[str]
    others: frozenset[str]
    live: bool
    own: bool
    sure: bool = True


def trace_of_row(row: BookingRow, vhs: str, *, composed: bool) -> Trace:
    """Read the trace of a VHS's row; ``composed`` where Beleg-IDs are made of the course's number."""
    own, witness = row.ref is None or row.ref.startswith(f"{vhs}:"), witness_of_row(row)
    ids = _ids(Shown(row.booking_id, row.participant_no, row.booked_at), witness, composed=composed)
    reference = (row.ref,) if row.ref and not own else ()
    return Trace(frozenset((*ids, *reference)), frozenset(_others(witness)), row.status is not CANCELLED, own)


def trace_of_booking(booking: Booking, vhs: str, people: People, *, composed: bool, complete: int | None) -> Trace:
    """Read the trace of a booking as a VHS showed it last; a forgotten person is missing among the people, and
    ``complete`` is the number of the last complete export, if any.
    """
    seat = booking.seats[vhs]
    shown = Shown(seat.booking_id, seat.participant_no, seat.booked_at)
    person = people.get((booking.person_id or "", seat.person_version or booking.person_version))
    witness = witness_of_person(shown, person)
    ids, own = _ids(shown, witness, composed=composed), booking.owner == vhs
    reference = () if own else (booking.ref,)
    sure = complete is None or row_stands_since(seat) <= complete
    return Trace(frozenset((*ids, *reference)), frozenset(_others(witness)), seat.held and seat.live, own, sure)


def _ids(shown: Shown, witness: Witness, *, composed: bool) -> Iterator[str]:
    if composed:
        yield f"{shown.participant_no} {shown.booked_at}"
    elif shown.booking_id:
        cells = {"number": shown.participant_no and witness.number, "time": witness.time}
        yield from (f"{shown.booking_id} {name} {cell}" for name, cell in cells.items() if cell)


def _others(witness: Witness) -> Iterator[str]:
    if witness.time:
        yield witness.time
    if witness.name:
        yield from (f"{witness.name} {contact}" for contact in (witness.mail, witness.phone) if contact)


def shares(known: Sequence[Trace], shown: Sequence[Trace]) -> bool:
    """Tell whether a booking that was known stands there."""
    return not _all_ids(known).isdisjoint(_all_ids(shown))


def standing(known: Iterable[Trace], shown: Sequence[Trace]) -> int:
    """Count what of the bookings that were known stands there."""
    there = _all_ids(shown)
    return sum(not there.isdisjoint(trace.ids) for trace in known)


def took_all_over(known: Sequence[Trace], shown: Sequence[Trace]) -> bool:
    """Tell whether all that was booked, and anything was, stands there."""
    live, there = [trace for trace in known if trace.live], _all_ids(shown)
    return bool(live) and not any(there.isdisjoint(trace.ids) for trace in live)


def has_others(known: Sequence[Trace], shown: Sequence[Trace]) -> bool:
    """Tell whether somebody booked there who was not known: it may be a course that nobody shares."""
    held = _all_ids(known)
    return any(held.isdisjoint(trace.ids) for trace in shown if trace.own)


def may_be_the_same(known: Sequence[Trace], shown: Sequence[Trace]) -> bool:
    """Tell whether what was booked may stand there under other ids.

    Where people booked both, one of them at least is known by the second of the booking, or by name and mail or phone:
    a parallel course that was copied has other people.
    """
    live, there = _all_others(known), _all_others(trace for trace in shown if trace.own)
    anybody = any(trace.live for trace in known) and any(trace.live and trace.own for trace in shown)
    return not anybody or not live.isdisjoint(there)


def are_others(known: Sequence[Trace], shown: Sequence[Trace]) -> bool:
    """Tell whether the people who booked are certainly others: of both some are known by the second of the booking, or
    by name and mail or phone, and of none the same.
    """
    live, there = _all_others(known), _all_others(trace for trace in shown if trace.own)
    return bool(live and there) and live.isdisjoint(there)


def _all_others(traces: Iterable[Trace]) -> frozenset[str]:
    return frozenset[str]().union(*(trace.others for trace in traces if trace.live))


def _all_ids(traces: Iterable[Trace]) -> frozenset[str]:
    return frozenset[str]().union(*(trace.ids for trace in traces))
