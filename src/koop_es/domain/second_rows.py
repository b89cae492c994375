"""Second rows: what was given out to be written, and stands there in another row already, has two and one seat (D26).

A connector that works off a list of yesterday writes what staff has entered by hand since, or what the right copy of
the program holds. Nobody registers twice in one second: its row is that booking's, and no registration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from koop_es.domain.cooperation import Booking, Double
from koop_es.domain.draft import Draft
from koop_es.domain.given_mirrors import Given, fit_by_name
from koop_es.domain.merges import same_name
from koop_es.domain.observation import WEB_SERVICE_USER, BookingRow, Person, actor_of
from koop_es.domain.registrations import witness_of_seat
from koop_es.domain.tiers import NAME_AND_CONTACT, keys
from koop_es.domain.witnesses import Shown, witness_of_person, witness_of_row


def take_second_rows(
    draft: Draft, rows: list[BookingRow], shown: Mapping[str, BookingRow], doubled: dict[str, list[BookingRow]]
) -> list[BookingRow]:
    """Add to what is ``doubled`` the ``rows`` that fit no known booking, but one that is ``shown`` in another (D26).

    They have name and second of a mirror, or of what was ordered of an own booking that somebody had written again:
    what was answered was an old file, or staff entered it anew as well (D20). Returns the others.
    """
    for find in (_as_ordered, _by_name, _entered_anew) if rows and shown else ():
        while rows and (found := find(draft, rows, shown)):
            for number, ref in found.items():
                doubled.setdefault(ref, [shown[ref]]).append(rows[number])
            rows = [row for number, row in enumerate(rows) if number not in found]
    return rows


def is_copy(draft: Draft, booking: Booking, double: Double, row: BookingRow) -> bool:
    """Tell whether a row under the Beleg-ID of another row of a booking is that row: it has its moment, or TNR and name
    (D26). What staff entered beside it was booked at another moment.
    """
    seat = booking.seats[draft.moment.vhs]
    if row.booked_at == seat.booked_at:
        return True
    is_named = witness_of_row(row).name == witness_of_seat(draft, booking, seat).name != ""
    return is_named and row.participant_no == double.participant_no != ""


def _as_ordered(draft: Draft, rows: list[BookingRow], shown: Mapping[str, BookingRow]) -> dict[int, str]:
    """Find rows that show Beleg-ID and moment as ordered, also where their program keeps no time of day (D20)."""
    vhs, bookings = draft.moment.vhs, draft.state.bookings
    ordered: dict[tuple[str, str], Booking] = {}
    for ref in sorted(shown):
        if ref in bookings and (seat := bookings[ref].seats.get(vhs)) is not None:
            ordered |= dict.fromkeys(seat.ordered, bookings[ref])
    return {
        number: booking.ref
        for number, row in enumerate(rows)
        if (booking := ordered.get((row.booking_id, row.booked_at))) is not None
        and _may_be_by_order(draft, booking.ref, row)
        and any(row.person is not None and same_name(row.person, one) for one in _persons(draft, booking))
    }


def _by_name(draft: Draft, rows: list[BookingRow], shown: Mapping[str, BookingRow]) -> dict[int, str]:
    """Find rows that show name and second of what was given out.

    Of several people of one name and second it is no matter whose row it is: each keeps the seat.
    """
    fits = fit_by_name(rows, list(_given(draft, rows, shown)))
    pairs = (*reversed(fits.asked), *fits.found)
    return {number: ref for number, ref in pairs if _may_be_by_order(draft, ref, rows[number])}


def _may_be_by_order(draft: Draft, ref: str, row: BookingRow) -> bool:
    """Tell whether a row may be written by a list, whoever edited it: of an own booking only as long as what was given
    out is not seen. After that a list that is carried out late is told by WS (D20).
    """
    vhs = draft.moment.vhs
    late = draft.state.bookings[ref].owner == vhs and ref not in draft.state.lanes[vhs].creates_given
    return not late or actor_of(row.edited_by) in (None, WEB_SERVICE_USER)


def _persons(draft: Draft, booking: Booking) -> list[Person]:
    """List who booked, in all versions that are known."""
    found = (draft.person(booking.person_id, version) for version in range(booking.last_person, 0, -1))
    return [person for person in found if person is not None]


def _given(draft: Draft, rows: list[BookingRow], shown: Mapping[str, BookingRow]) -> Iterator[Given]:
    """List the bookings shown that may have been written once more, with what their rows may show."""
    vhs, times = draft.moment.vhs, {witness_of_row(row).time for row in rows} - {""}
    told = draft.state.lanes[vhs].told
    for ref, row in sorted(shown.items()) if times else ():
        booking = draft.state.bookings.get(ref)
        seat = booking.seats.get(vhs) if booking is not None else None
        if booking is None or seat is None or not (seat.ordered if booking.owner == vhs else ref in told):
            continue
        moments = dict.fromkeys((booking.booked_at, seat.booked_at, row.booked_at))
        moments |= dict.fromkeys(at for _, at in seat.ordered)
        if times.isdisjoint(moments):
            continue
        persons = [row.person, *_persons(draft, booking)] if row.person is not None else []
        letter = seat.status or booking.status
        yield Given(booking, letter, [witness_of_person(Shown("", "", at), one) for at in moments for one in persons])


def _entered_anew(draft: Draft, rows: list[BookingRow], shown: Mapping[str, BookingRow]) -> dict[int, str]:
    """Find rows of people whose booking went with the program, is to be written again, and is seen in this export for
    the first time: staff entered them as well (D20). Name and mail or phone tell (B15).
    """
    vhs, creates = draft.moment.vhs, draft.state.lanes[draft.moment.vhs].creates_given
    known = {
        key: ref
        for ref, row in sorted(shown.items())
        if ref in creates and (seat := draft.state.bookings[ref].seats.get(vhs)) is not None and seat.lost
        for key in keys(witness_of_row(row), NAME_AND_CONTACT)
    }
    found = {}
    for number, row in enumerate(rows) if known else ():
        ref = next((known[key] for key in keys(witness_of_row(row), NAME_AND_CONTACT) if key in known), None)
        if ref is not None:
            found[number] = ref
    return found
