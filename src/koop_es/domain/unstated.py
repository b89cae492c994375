"""What a row leaves unstated (D29), or states in a spreadsheet's spelling (D18d), beside what is known.

A value that is none is no claim: what was known stands, and nothing is sent on. Only where nothing is known yet can a
row not be used without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.evolve_echo import by_person
from koop_es.domain.given_mirrors import by_the_minute, is_unseen, since_backup, went_with_program
from koop_es.domain.observation import CANCELLED, WEB_SERVICE_USER, BookingRow, CourseRow, Person, actor_of
from koop_es.domain.witnesses import day_of, days_of, is_day_only, normalised

DECIMALS = (".0", ",0")
"""An identity that ends so may be a number that a spreadsheet wrote with decimals: where the VHS had it without."""

SPREADSHEET = "the file went through a spreadsheet, which changes ids: export it again and send it on unopened"
"""What to do about identities that only a spreadsheet writes: one text for all, by which they are counted (D18d)."""

_PERSON = ("name", "first_name", "phone", "email")
_NEEDED = {"participant_no": "TNR", "status": "Status", "name": "Name", "first_name": "Vorname", "ref": "Koop-Beleg-ID"}


NAMELESS = ("is empty in a booking of the VHS's own", "fill it in the admin program")
"""Why a booking without a name cannot be used, and what to do."""

UNTOLD_MIRROR = (
    "is empty, as in a copy that a change list has made, and nothing in the row tells of which booking",
    "enter its Koop-Beleg-ID, and no name, which would make it a registration of its own with a second seat; where the "
    "program has no such field, let Gebucht am be exported as it was given out",
)
"""The same of a row by WS while mirrors that were given out are not shown yet (D26)."""


class MirrorTraces(NamedTuple):
    """What tells a mirror without reference in the rows of a VHS (D26): the mirrors it showed by their Beleg-IDs, the
    moments of booking of those that were given out to it and that it has not shown yet, or that went with its program
    (D20), and by their moments the Beleg-IDs of those that ``stood`` there without reference. ``days`` is what a
    program without time of day keeps of the moments of those that were given out.
    """

    booking_ids: Mapping[str, str]
    moments: Collection[str]
    stood: Mapping[str, Sequence[str]] = MappingProxyType({})
    days: Collection[str] = frozenset()


class Unusable(NamedTuple):
    """A row that cannot be used as it is: the column at fault, why, and what to do."""

    row: BookingRow
    column: str
    reason: str
    remedy: str


def mirror_traces(state: Cooperation, vhs: str, *, put_back: bool = False) -> MirrorTraces:
    """Say what tells the mirrors that a VHS keeps without reference (D26), also of those that a list may have told to
    make which went with a store that was ``put_back`` since (D21).
    """
    lane, others = state.lanes.get(vhs), [booking for booking in state.bookings.values() if booking.owner != vhs]
    shown = {booking.seats[vhs].booking_id: booking.ref for booking in others if vhs in booking.seats}
    given = lane.creates_given if lane is not None else {}
    moments = {at for ref, create in given.items() if ref in state.bookings for at in create.moments}
    stood: dict[str, list[str]] = {}
    for booking in others:
        seat = booking.seats.get(vhs)
        if seat is not None and stands_bare(booking, seat):
            stood.setdefault(seat.booked_at, []).append(seat.booking_id)
    moments |= {booking.booked_at for booking in others if booking.ref in given}
    days = frozenset(day for moment in moments for day in days_of(moment))
    if put_back or (state.held and since_backup(state, vhs)):
        moments |= {booking.booked_at for booking in others if is_unseen(state, vhs, booking.ref)}
    moments |= {by_the_minute(moment) for moment in moments}
    moments |= {booking.seats[vhs].booked_at for booking in went_with_program(state, vhs)}
    return MirrorTraces(shown, moments, stood, days)


def stands_bare(booking: Booking, seat: Seat) -> bool:
    """Tell whether a VHS keeps a live mirror without its reference (D26)."""
    return seat.unreferenced and seat.live and not (seat.lost or seat.orphaned) and booking.claimed


def cancels(row: BookingRow) -> bool:
    """Tell whether a row without reference shows an "S" and lacks a name: who cancels may have asked to be erased."""
    return row.status is CANCELLED and _lacks_name(row) is not None


def is_of(row: BookingRow, person: Person | None) -> bool:
    """Tell whether what is left of the name in a row is that of a person."""
    shown = row.person if row.person is not None else Person("", "")
    names = ((getattr(shown, field), getattr(person, field, "")) for field in ("name", "first_name"))
    return all(not now or normalised(now) == normalised(before) for now, before in names)


def without_person(row: BookingRow) -> BookingRow:
    """Take the empty cells of a person for unstated: the "S" of a booking that is known can be read (D29, B3)."""
    shown = row.person if row.person is not None else Person("", "")
    empty = [field for field in _PERSON if not getattr(shown, field) and field not in row.unstated]
    return msgspec.structs.replace(row, unstated=(*row.unstated, *empty))


def unusable(
    doubtful: Sequence[BookingRow],
    known: Collection[str],
    here: Collection[str],
    named: Collection[str | None],
    mirrors: Callable[[], MirrorTraces],
) -> Iterator[Unusable]:
    """Name the rows that cannot be used, of those that may only be if their booking is known.

    ``known`` are the Beleg-IDs the VHS reported before, ``here`` those of the course in this export, ``named`` the
    references in it: none where the program keeps none. A required cell may be unstated where its last value is known
    (D29). ``8841.0`` is what a spreadsheet made of ``8841`` only where there was an ``8841`` and no ``8841.0`` (D18d).
    A row with neither name nor reference can only be one of the ``mirrors``, which are asked for then, and none that
    another row names (D26).
    """
    nameless = Counter(row.booked_at for row in doubtful if row.booking_id not in known and _lacks_name(row))
    for row in doubtful:
        if lacking := _lacks_name(row):
            bare, new = mirrors(), row.booking_id not in known
            told = _is_known(row, bare, named)
            if is_day_only(row.booked_at):
                told = told or (new and not any(named) and _is_of_day(row, bare))
            else:
                told = told or row.booked_at in bare.moments
                told = told or (nameless[row.booked_at] == 1 and _is_renumbered(row, bare, here))
            if not told:
                ours = bool(bare.moments) and new and _may_be_ours(row)
                yield Unusable(row, lacking, *(UNTOLD_MIRROR if ours else NAMELESS))
            continue
        if row.booking_id in known:
            continue
        if without_decimals(row.booking_id) in known:
            reason = f"{row.booking_id!r} is {without_decimals(row.booking_id)!r} with decimals"
            yield Unusable(row, "Beleg-ID", reason, SPREADSHEET)
        elif field := next((field for field in _NEEDED if field in row.unstated), None):
            if field in ("name", "first_name") and row.ref:
                continue
            reason = "is not stated in a booking that is not known yet"
            yield Unusable(row, _NEEDED[field], reason, "fill it in the admin program")


def _is_known(row: BookingRow, bare: MirrorTraces, named: Collection[str | None]) -> bool:
    """Tell whether a row has the Beleg-ID of a mirror that does not stand in another row, with its reference."""
    ref = bare.booking_ids.get(row.booking_id)
    return ref is not None and ref not in named


def _is_renumbered(row: BookingRow, bare: MirrorTraces, here: Collection[str]) -> bool:
    """Tell whether a row is the one anonymous mirror of its moment, whose row is gone: it was merged (D26, D18b)."""
    stood = bare.stood.get(row.booked_at, ())
    return row.person is None and len(stood) == 1 and stood[0] not in here


def _is_of_day(row: BookingRow, bare: MirrorTraces) -> bool:
    """Tell whether a row may be an anonymous mirror that was given out, where its program keeps neither references nor
    a time of day (D26): it shows nobody at all, its day, and that no person entered it.
    """
    return row.person is None and day_of(row.booked_at) in bare.days and not by_person(actor_of(row.edited_by))


def _may_be_ours(row: BookingRow) -> bool:
    """Tell whether a row may be an anonymous mirror that a connector wrote (D26)."""
    return row.person is None and actor_of(row.edited_by) == WEB_SERVICE_USER


def _lacks_name(row: BookingRow) -> str | None:
    """Give the heading of the name that a row without reference lacks; None where it lacks none, or leaves it unstated
    (D29).
    """
    if row.ref or "ref" in row.unstated:
        return None
    person = row.person if row.person is not None else Person("", "")
    if not person.name and "name" not in row.unstated:
        return _NEEDED["name"]
    return _NEEDED["first_name"] if not person.first_name and "first_name" not in row.unstated else None


def without_decimals(text: str) -> str | None:
    """Give an identity as it was before a spreadsheet wrote it with decimals; None where it has none (D18d)."""
    return text[:-2] if text.endswith(DECIMALS) and text[:-2].isascii() and text[:-2].isdigit() else None


def spelled_otherwise(row: CourseRow, known: Collection[tuple[str, str]]) -> str | None:
    """Give the number a course had before a spreadsheet wrote it with decimals, None where its number is its own.

    Course numbers may carry dots, so a dot by itself says nothing (D18d). ``known`` are numbers and periods.
    """
    before = without_decimals(row.number)
    period = row.period or ""
    return before if before is not None and (before, period) in known and (row.number, period) not in known else None


def last_stated(draft: Draft, booking: Booking | None, seat: Seat | None, row: BookingRow) -> BookingRow:
    """Put what this VHS showed last in the place of what its row leaves unstated (D29)."""
    values: dict[str, object] = {}
    if seat is not None and "participant_no" in row.unstated:
        values["participant_no"] = seat.participant_no or ""
    if seat is not None and seat.status is not None and "status" in row.unstated:
        frozen = seat.unknown_status
        values |= {"status": None if frozen else seat.status, "raw_status": frozen or seat.status.value}
    if booking is not None and "booked_at" in row.unstated:
        values["booked_at"] = booking.booked_at
    if booking is not None and not set(_PERSON).isdisjoint(row.unstated):
        values["person"] = _person(draft, booking, seat, row)
    return msgspec.structs.replace(row, **values) if values else row


def _person(draft: Draft, booking: Booking, seat: Seat | None, row: BookingRow) -> Person | None:
    """Fill in of a person what the row leaves unstated; of one who was erased nothing is known (D15)."""
    shown = seat.person_version if seat is not None and draft.moment.vhs != booking.owner else None
    known = draft.person(booking.person_id, shown or booking.person_version)
    if known is None:
        return row.person
    stated = row.person if row.person is not None else Person("", "")
    last = {field: getattr(known, field) for field in _PERSON if field in row.unstated}
    return msgspec.structs.replace(stated, **last)
