"""What the pairing of rows comes to (D18, D26): ids that changed, rows that wait, mirrors that stand there oddly."""

from __future__ import annotations

from itertools import chain
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.absences import is_gone
from koop_es.domain.cooperation import Double, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.echoes import question
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import Judgement
from koop_es.domain.merges import find_twins
from koop_es.domain.moves import stands_elsewhere
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.paired import Hold, Pairing
from koop_es.domain.slices import Slice, nowhere
from koop_es.domain.witnesses import is_same_id

ZEROS = "zeros"
"""Likely cause of other ids: leading zeros came or went, as a spreadsheet does to a column."""


def take_ids(draft: Draft, pairing: Pairing) -> None:
    """Let bookings go on under other Beleg-IDs; where the participant number changed as well it is a merge (D18b, B15).

    Nothing is cancelled or booked by it, and whoever edited such a row says nothing about its letter (B13): where an
    "S" stands in it that was taken back, that is asked (D21). What went with its program has no row that could be
    merged: it is written again, or entered anew, and has new ids (D20).
    """
    vhs = draft.moment.vhs
    for ref in sorted(pairing.rekeyed):
        row, booking = pairing.shown[ref], draft.state.bookings[ref]
        seat = booking.seats[vhs]
        letter, stamp = seat.status, seat.actor
        draft.merged.add(row.booking_id)
        gone = is_gone(draft, seat) and not (seat.asked and seat.held)
        if gone or is_same_id(row.participant_no, seat.participant_no):
            rekey(draft, ref, row)  # a merge has a new TNR
        else:
            values: dict[str, Any] = {"participant_no": row.participant_no, "booking_id": row.booking_id}
            draft.add(e.ParticipantsMerged, "B15", row=row, ref=ref, **values)
        if letter is row.status is CANCELLED and not gone:
            question(draft, booking, row, stamp)


def rekey(draft: Draft, ref: str, row: BookingRow) -> None:
    """Let a booking go on under the ids of a row, and say what likely changed them (D18b)."""
    seat = draft.state.bookings[ref].seats[draft.moment.vhs]
    number = row.participant_no if row.participant_no != seat.participant_no else None
    likely = ZEROS if is_same_id(row.booking_id, seat.booking_id) else ""
    draft.add(
        e.BookingRekeyed, "D18", row=row, ref=ref, booking_id=row.booking_id, participant_no=number, likely=likely
    )


def take_twins(draft: Draft, part: Slice, pairing: Pairing, missing: list[str]) -> None:
    """Take bookings off the missing ones that went up in another booking of the same person (B15).

    One whose own row stands in another course went up in none: it moved (D25).
    """
    vhs, bookings = draft.moment.vhs, draft.state.bookings
    gone = [ref for ref in missing if stands_elsewhere(draft, part, bookings[ref], bookings[ref].seats[vhs]) is None]
    for twin in find_twins(draft, pairing.shown, gone, pairing.rekeyed):
        values: dict[str, Any] = {"participant_no": twin.row.participant_no, "booking_id": twin.row.booking_id}
        draft.add(e.ParticipantsMerged, "B15", row=twin.row, ref=twin.ref, survivor=twin.survivor, **values)
        missing.remove(twin.ref)


def let_movers_wait(draft: Draft, part: Slice, pairing: Pairing, judgement: Judgement) -> None:
    """Let new rows wait that may have come from another course, where this export cannot tell or must not be believed.

    A partial export need not show the row that is still there. While the absences of the course it left are withheld
    (a column that was shifted moves everybody, D19), or suspended (D17), its booking there lives on, also one whose
    Beleg-ID is another than its reference says (D18b). So it does while it is asked about there, because the program
    was put back to when its row stood here (D20). Who was given the Beleg-ID of somebody else waits for nobody (D18a).
    """
    bookings, vhs = draft.state.bookings, draft.moment.vhs
    if part.homes is nowhere or pairing.shown.keys() <= bookings.keys():
        return
    for ref in sorted(pairing.shown.keys() - bookings.keys()):
        row = pairing.shown[ref]
        if row.ref is not None:
            continue
        for home in chain(part.homes(row.booking_id), part.rekeyed(row)):
            held = judgement.withholds_absence(home.coop_id, vhs) or part.withheld(home.ref)
            doubtful = not part.proves_absence or home.coop_id in part.untold or held or part.went_from(home, row)
            if home.coop_id != draft.state.coop_id and doubtful and part.may_be(home, row):
                pairing.held.append(Hold(home.ref, pairing.shown.pop(ref), "D25"))
                break


def take_holds(draft: Draft, part: Slice, pairing: Pairing) -> None:
    """Say which rows wait, and of those that waited that they do not any more (B15, D26, D27)."""
    vhs, held = draft.moment.vhs, draft.state.held
    waiting = {hold.row.booking_id for hold in pairing.held}
    for hold in sorted(pairing.held, key=lambda hold: (hold.row.booking_id, hold.ref)):
        if held.get((vhs, hold.row.booking_id)) == hold.ref:
            continue
        kind = e.RegistrationHeld if hold.rule in ("D25", "D26") else e.MergeSuspected
        draft.add(kind, hold.rule, row=hold.row, ref=hold.ref, booking_id=hold.row.booking_id)
    over = [key for key in held if key[0] == vhs and key[1] not in waiting]
    if over:
        seen = {row.booking_id for row in pairing.shown.values()}
        for key in sorted(over):
            if part.proves_absence or key[1] in seen:
                draft.add(e.HoldEnded, "B15", ref=held[key], booking_id=key[1])


def take_doubles(draft: Draft, part: Slice, pairing: Pairing) -> None:
    """Note the rows of mirrors that stand there twice; an "S" counts only where all of them show it (D26).

    A partial export need not show all of them: the letters of the others are those shown last. While the row that
    speaks for the booking is none of those it shows, nothing else is said.
    """
    vhs, state, shown = draft.moment.vhs, draft.state, pairing.shown
    noted = {ref for where, ref in state.doubled if where == vhs}
    for ref in sorted(noted | pairing.doubled.keys()):
        seat = _seat(draft, ref)
        if seat is None or seat.status is None or ref not in shown:
            continue
        rows = pairing.doubled.get(ref, [shown[ref]])
        found = {} if part.proves_absence else {row.booking_id: row for row in seat.doubles}
        found |= _doubles(rows)
        if len(found) > 1:
            here = {row.booking_id for row in rows}
            others = any(found[other].letter != CANCELLED.value for other in found.keys() - here)
            unsaid = others if shown[ref].status is CANCELLED else seat.held and seat.booking_id in found.keys() - here
            if not unsaid:
                _go_on_in_the_other(draft, ref, seat, shown[ref])
            _note_doubles(draft, ref, seat, found, shown[ref])
            if unsaid:
                del shown[ref]
        elif seat.doubles:
            _go_on_in_the_other(draft, ref, seat, shown[ref])
            draft.add(e.MirrorSingle, "D26", row=shown[ref], ref=ref)


def _go_on_in_the_other(draft: Draft, ref: str, seat: Seat, row: BookingRow) -> None:
    """Let a booking go on in another of its rows, because its own is gone or shows "S": nobody was merged (D26)."""
    if row.booking_id != seat.booking_id and row.booking_id in {double.booking_id for double in seat.doubles}:
        rekey(draft, ref, row)


def take_new_doubles(draft: Draft, pairing: Pairing) -> None:
    """Note the rows of mirrors that stood there twice from the beginning (D26)."""
    for ref in sorted(pairing.doubled):
        seat = _seat(draft, ref)
        if seat is not None and not seat.doubles and len(found := _doubles(pairing.doubled[ref])) > 1:
            _note_doubles(draft, ref, seat, found, pairing.shown.get(ref))


def _note_doubles(draft: Draft, ref: str, seat: Seat, found: dict[str, Double], row: BookingRow | None) -> None:
    if tuple(sorted(found.values())) == seat.doubles:
        return
    letters = {double.booking_id: double.letter for double in found.values()}
    numbers = {double.booking_id: double.participant_no for double in found.values() if double.participant_no}
    draft.add(e.MirrorDoubled, "D26", row=row, ref=ref, rows=letters, participants=numbers)


def _seat(draft: Draft, ref: str) -> Seat | None:
    booking = draft.state.bookings.get(ref)
    return booking.seats.get(draft.moment.vhs) if booking is not None else None


def _doubles(rows: list[BookingRow]) -> dict[str, Double]:
    """Give the rows by Beleg-ID, each with its letter as the cooperation writes it, whatever its program does (B6)."""
    return {row.booking_id: Double(row.booking_id, _letter(row), row.participant_no) for row in rows}


def _letter(row: BookingRow) -> str:
    return row.status.value if row.status is not None else row.raw_status


def take_references(draft: Draft, pairing: Pairing) -> None:
    """Note mirrors whose rows lack the Koop-Beleg-ID, or have another's, once each (D26)."""
    vhs, state = draft.moment.vhs, draft.state
    for ref in sorted(pairing.unreferenced):
        booking = state.bookings.get(ref)
        seat = booking.seats.get(vhs) if booking is not None else None
        if seat is not None and not seat.unreferenced and owner_of(ref) != vhs and ref in pairing.shown:
            row = pairing.shown[ref]
            if row.ref != ref:
                draft.add(e.MirrorUnreferenced, "D26", row=row, ref=ref, booking_id=row.booking_id)
