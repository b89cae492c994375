"""Absence: which bookings a VHS held and lacks, what of that counts, and what comes of it (D3, D4, D17).

*Not usable*, *out of scope* and *absent* are three things: only a complete export that holds the course, and in which
nothing that cannot be read may be the booking, says that it is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from koop_es.domain import events as e
from koop_es.domain.acknowledged import first_shown
from koop_es.domain.alike import is_one_of_many
from koop_es.domain.cooperation import Booking, Cooperation, Seat
from koop_es.domain.draft import Draft
from koop_es.domain.identifiers import parse_export
from koop_es.domain.moves import is_left_behind, mirror_stands_elsewhere, move, stands_elsewhere
from koop_es.domain.observation import CANCELLED, BookingRow
from koop_es.domain.replaced import means_former
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.domain.wanted import wanted_status
from koop_es.domain.weight import Absent, Stock

GONE = 2
"""Complete exports without a cancelled booking after which nothing is counted any more."""


def missed(draft: Draft, part: Slice, shown: Collection[str]) -> list[str]:
    """List the live bookings this VHS held and now lacks; one that a row which was set aside may be is not (D17)."""
    vhs, bookings = draft.moment.vhs, draft.state.bookings
    result = []
    for ref in bookings.keys() - shown:
        booking = bookings[ref]
        seat = booking.seats.get(vhs)
        if seat is None or is_protected(part, ref, seat) or seat.booking_id in part.excused:
            continue
        if ref in part.seen_later:  # what was read before it was first shown does not say that it is gone (D23)
            continue
        wanted = wanted_status(draft.state, booking, vhs)
        missed = seat.live or wanted not in (None, CANCELLED)
        if draft.state.cancelled and not missed and vhs == booking.owner:  # its "S" is the Ausfall's (D24)
            missed = stands_elsewhere(draft, part, booking, seat) is not None
        waits = (seat.lost and not seat.doubted) or (
            seat.asked and seat.ask == "row"
        )  # a row of former times can go as any other (D20)
        if missed and not waits and not _went_up(draft, seat, shown):
            result.append(ref)
    return sorted(result)


def _went_up(draft: Draft, seat: Seat, shown: Collection[str]) -> bool:
    """Tell whether a booking went up in another of the same person that is still there and live: a human decides (B15).

    Without that one it is missing as any other.
    """
    if seat.survivor is None or seat.survivor not in shown:
        return False
    other = draft.state.bookings[seat.survivor].seats.get(draft.moment.vhs)
    return other is not None and other.live


def take_filed(draft: Draft, part: Slice, shown: dict[str, BookingRow]) -> None:
    """Read the "S" that was set in a mirror's row before this was filed in another course: it counts for all (B3, D6).

    So it is before a complete export has shown that row alive where it is now: from then on the mirror is delivered
    again, and the "S" is what was asked for (D25). Where the course could not be read then, nobody knows what was.
    """
    vhs, state = draft.moment.vhs, draft.state
    if not draft.readable or draft.judgement.back_at(state.coop_id) is not None:
        return
    for ref in sorted(state.bookings.keys() - shown.keys()):
        booking = state.bookings[ref]
        seat = booking.seats.get(vhs)
        if seat is None or booking.owner == vhs or not (seat.held and seat.live) or seat.status is None:
            continue
        if seat.absences or seat.lost or seat.orphaned or seat.asked or is_protected(part, ref, seat):
            continue
        rows = part.filed(ref)
        if not rows and seat.unreferenced and mirror_stands_elsewhere(draft, part, booking, seat):
            rows = [row for row in (part.stands(seat.booking_id),) if row is not None]
        if rows and all(row.status is CANCELLED for row in rows):
            shown[ref] = min(rows, key=lambda row: (row.booking_id != seat.booking_id, row.booking_id))


def is_protected(part: Slice, ref: str, seat: Seat | None) -> bool:
    """Tell whether a booking stands in a row that was set aside, legibly or by TNR or name (D17)."""
    return is_sighted(part, ref, seat) or ref in part.shielded


def is_sighted(part: Slice, ref: str, seat: Seat | None) -> bool:
    """Tell whether a row that was set aside legibly names a booking, by Beleg-ID or reference (D17)."""
    return ref in part.protected or (seat is not None and seat.booking_id in part.protected)


def is_gone(draft: Draft, seat: Seat) -> bool:
    """Tell whether a booking went with a program that went back, so that its numbers are given to others (D20)."""
    back = draft.judgement.back_at(draft.state.coop_id)
    return seat.lost or seat.asked > 0 or (back is not None and seat.since > back.count)


def take_sights(draft: Draft, part: Slice, shown: Collection[str]) -> None:
    """Take back the suspicion against bookings whose rows are there again, although they had to be set aside (B11).

    Only a legible Beleg-ID or Koop-Beleg-ID is such a sight (D17), and only of the booking whose row it is now: not of
    one that has moved (D25), nor of one whose Beleg-ID is another's in whichever course (D18a), nor of one that went
    with its program, which gives its numbers to others (D20).
    """
    if not part.protected:
        return
    vhs, bookings, now = draft.moment.vhs, draft.state.bookings, draft.state.reported_seats(draft.moment.vhs)
    for ref in sorted(ref for ref in bookings if ref not in shown and ref not in part.seen_later):
        booking = bookings[ref]
        seat = booking.seats.get(vhs)
        if seat is None or not seat.absences or seat.orphaned or seat.lost or seat.status is None:
            continue
        if seat.back and seat.asked and seat.ask == "row":
            continue
        if not is_sighted(part, ref, seat) or now.get(seat.booking_id) is not booking:
            continue
        if not part.taken(seat.booking_id):
            draft.add(e.BookingReappeared, "B11", ref=ref, status=seat.status)


def take_absence(draft: Draft, part: Slice, booking: Booking, policy: Policy) -> None:
    """Count one proven absence: suspicion first, orphan at the second complete export (D3); guards as B11, D2 and D4
    say.
    """
    vhs, ref = draft.moment.vhs, booking.ref
    seat = booking.seats[vhs]
    export = draft.moment.origin.export if draft.moment.origin is not None else ""
    if seat.orphaned or seat.absent_export == export:
        return
    if _takes_move(draft, part, booking, seat):
        # Also where it is cancelled: a second cause beside the Ausfall, which may be taken back (D24), and beside the
        # "S" of others, of which nobody knows whether it is meant where the row is now (D25).
        return
    if draft.state.is_final(booking):
        # Removed instead of written S: it is gone, and nothing is left to tell. Whether two exports lacked it counts
        # all the same, because the guard must not depend on what others did meanwhile (D19).
        lost = not draft.state.cancelled and vhs not in booking.cancelled_by
        if seat.absences < (GONE if lost else 1):
            if lost:
                _weigh(draft, booking, seat)
            draft.add(e.BookingVanished, "D5", cause=booking.changed or None, ref=ref)
        return
    if _is_removed_again(draft, booking, seat, policy) or _is_spared(draft, part, booking, seat, policy):
        return
    if policy.orphan_policy == "symmetric" or vhs == booking.owner:
        _weigh(draft, booking, seat)
    if seat.absences == 0:
        foreseen = policy.orphan_confirmations > 1 and draft.judgement.foreseen.holds(
            draft.state.coop_id, booking.owner
        )
        draft.add(e.BookingVanished, "D19" if foreseen else "D3", ref=ref)
        if policy.orphan_confirmations > 1:
            return
    if policy.orphan_policy == "owner_only" and vhs != booking.owner:
        draft.add(e.MirrorLost, "D2", cause=seat.absent_version, ref=ref)
    elif seat.withheld is not None:
        return  # what the mass guard holds back waits for an operator, however the counts change (D4)
    elif not draft.judgement.withholds_absence(draft.state.coop_id, booking.owner):
        draft.add(e.OrphanDetected, "D3", cause=seat.absent_version, ref=ref)
    else:
        draft.add(e.OrphanWithheld, "D4", cause=seat.absent_version, ref=ref, withheld_id=export)


def _is_removed_again(draft: Draft, booking: Booking, seat: Seat, policy: Policy) -> bool:
    """Count the absence of an orphan that was back and asked about: all others were told already (D3, D20)."""
    if not seat.returned:
        return False
    suspected = seat.absences > 0
    if not suspected:
        draft.add(e.BookingVanished, "D3", ref=booking.ref)
    if suspected or policy.orphan_confirmations == 1:
        draft.add(e.OrphanDetected, "D3", cause=seat.absent_version, ref=booking.ref)
    return True


def _is_spared(draft: Draft, part: Slice, booking: Booking, seat: Seat, policy: Policy) -> bool:
    """Take an absence that is no loss: a mirror is delivered again, of the owner's own booking it is asked whether it
    lives; nothing absent counts until that is answered (D5, D20, D24, D32, B11, R20).
    """
    if seat.doubted:  # the file that lacked it first was not cut: another one says so, too
        draft.add(e.MirrorLost, "D20", cause=seat.version, ref=booking.ref)
        return True
    if seat.asked:  # what its row meant is asked no more, but whether it lives (D20)
        draft.weight.beside += 1
        draft.add(e.BookingQuestioned, "D20", cause=seat.asked, ref=booking.ref)
        return True
    own = draft.moment.vhs == booking.owner
    if seat.taken_back:  # an operator has said that it lives
        rule = "D32"
    elif own:
        rule = "D24" if seat.spared else _sparing(draft, seat, policy)
        row = None if rule else stands_elsewhere(draft, part, booking, seat)
        if row is not None and is_left_behind(draft, part, seat, row):
            rule = "R20"
    else:
        rule = _no_loss(draft, part, booking, seat, policy) or ""
    if rule:
        kind = e.BookingQuestioned if own else e.MirrorLost
        draft.add(kind, rule, cause=booking.changed or None, ref=booking.ref)
    return bool(rule)


def _takes_move(draft: Draft, part: Slice, booking: Booking, seat: Seat) -> bool:
    """Cancel a booking at once whose row stands in another course (D25), unless that is withheld (D19, D31), proves
    nothing any more (D17), or the other course is this one under its former number (R20); what an Ausfall cancels
    anyway is no loss.
    """
    if seat.withheld is not None or draft.judgement.withholds_absence(draft.state.coop_id, booking.owner):
        return False
    if seat.taken_back:
        return False  # an operator has said that it is here, and nobody has moved the row back yet (D32)
    row = stands_elsewhere(draft, part, booking, seat)
    if row is None or is_over(draft) or is_left_behind(draft, part, seat, row):
        return False
    if not draft.state.cancelled:
        _weigh(draft, booking, seat, at_once=True)
    move(draft, booking, row)
    return True


def _weigh(draft: Draft, booking: Booking, seat: Seat, *, at_once: bool = False) -> None:
    """Note a loss for the guard, by this VHS's own picture; what moved is cancelled ``at_once`` (D19, D25)."""
    if seat.live:
        mirror_of = booking.owner if booking.owner != draft.moment.vhs else None
        nth = GONE if at_once else seat.absences + 1
        first = seat.absent_first if seat.absences else ""
        waiting = seat.withheld is not None
        absent = Absent(draft.state.coop_id, booking.ref, mirror_of, nth, waiting, first, at_once)
        draft.weight.absent.append(absent)


def is_nobodys(booking: Booking) -> bool:
    """Tell whether others hold a booking that its owner never showed, and no complete export of it has said so yet."""
    if booking.claimed or booking.disowned or booking.cancelled:
        return False
    return any(seat.held and seat.live for seat in booking.seats.values())


def note_unclaimed(draft: Draft, part: Slice, shown: Collection[str]) -> None:
    """Note the mirrors at others of bookings that their owner never showed and a complete export of it lacks (B1, B9).

    Nobody is cancelled by that: it is said, and somebody looks what became of them. A row that was set aside may be it,
    and after the last day nothing is said any more (D17).
    """
    vhs, bookings = draft.moment.vhs, draft.state.bookings
    for ref in sorted(bookings.keys() - shown):
        booking = bookings[ref]
        protected = ref in part.protected or ref in part.shielded
        if booking.owner == vhs and is_nobodys(booking) and not (protected or is_over(draft)):
            draft.add(e.BookingUnclaimed, "B9", ref=ref)


def note_strays(draft: Draft, part: Slice, shown: Collection[str]) -> None:
    """Note the mirrors that stand in another course, also those that did so before: they are lost to nobody, but a
    column that was shifted moves them with the own bookings (D19, D25).
    """
    vhs, bookings = draft.moment.vhs, draft.state.bookings
    for ref in bookings.keys() - shown:
        booking = bookings[ref]
        seat = booking.seats.get(vhs) if booking.owner != vhs else None
        if seat is not None and seat.live and not seat.orphaned and mirror_stands_elsewhere(draft, part, booking, seat):
            draft.weight.strays += 1


class Stood(NamedTuple):
    """How a booking stood at a VHS before an export: shown ``since`` one, and live ``until`` one, None where it still
    was.
    """

    since: int
    until: int | None


def stood(draft: Draft) -> dict[str, Stood]:
    """Note how every booking stands at this VHS, before its export is taken in (D19)."""
    seats = ((ref, booking.seats.get(draft.moment.vhs)) for ref, booking in draft.state.bookings.items())
    return {ref: Stood(seat.since, _live_until(seat)) for ref, seat in seats if seat and seat.status is not None}


def _live_until(seat: Seat) -> int | None:
    """Tell which export first showed a booking no longer live, by its own row alone; 0 where nobody kept it."""
    if not seat.live:
        return first_shown(seat, CANCELLED.value)
    if seat.held and seat.survivor is None:
        return None
    found = parse_export(seat.absent_first) if seat.absences else None
    return found[1] if found is not None else 0


def weigh_course(
    draft: Draft, before: Mapping[str, Stood], shown: Mapping[str, BookingRow], missing: Collection[str]
) -> None:
    """Count what this VHS showed live before the first of what it lacks was missing, and what of that is left (D19).

    Who is shown only since then does not make the loss a smaller one, nor does who was moved (D25), cancelled or lost
    since, and who was gone before is no part of it; whatever others did meanwhile.
    """
    weight, absent = draft.weight, {item.ref for item in draft.weight.absent}
    firsts = (parse_export(item.first) for item in weight.absent if item.first and not item.waiting)
    start = min((found[1] for found in firsts if found is not None), default=None)
    stock = {
        ref
        for ref, (since, until) in before.items()
        if (until is None if start is None else since < start and (until is None or until >= start))
    }
    gone = absent.union(missing, (ref for ref, row in shown.items() if row.status is CANCELLED))
    live = {ref for ref, (_, until) in before.items() if until is None}
    gone_before = [draft.state.bookings[ref] for ref in stock - live - absent] if start is not None else []
    moved = sum(booking.moved and booking.owner == draft.moment.vhs for booking in gone_before)
    weight.fresh = frozenset(live - stock)
    weight.stock = Stock(len(stock | absent), len((stock & live) - gone), moved)


def _no_loss(draft: Draft, part: Slice, booking: Booking, seat: Seat, policy: Policy) -> str | None:
    """Give the rule by which an absent mirror is no lost booking, but is delivered again where that lives.

    One that showed "S" was removed as a cancelled one (D5), and so was one that went while its course was cancelled
    (D24) or was itself gone (B11d); one that stands in another course was written there, and is not gone (B11, D25). Of
    several that nothing tells apart nobody knows whose row is gone, so that none is ended by it (D26); nor is somebody
    in whose place another takes part since, of whom that VHS did not know (D18c), or in whose row staff of that VHS had
    entered somebody of their own (D18).
    """
    if not seat.live:
        return "D5"
    if sparing := _sparing(draft, seat, policy):
        return sparing
    if mirror_stands_elsewhere(draft, part, booking, seat):
        return "B11"
    if seat.shows_another:
        return "D18"
    if seat.absences + 1 < policy.orphan_confirmations:
        return None
    if means_former(draft.state, booking, draft.moment.vhs, seat.person_version):
        return "D18"
    return "D26" if is_one_of_many(draft.state, draft.moment.vhs, booking, seat) else None


def _sparing(draft: Draft, seat: Seat, policy: Policy) -> str:
    """Give the rule by which what is missing went with its course, and nobody has decided on it (D24, B11d).

    A course that is back without any booking, or stands under another number with none that was in it, was deleted and
    entered anew. In one that is back the second export tells: by then a filter would show some of them again.
    """
    sparing = draft.state.lanes[draft.moment.vhs].sparing
    if sparing == "D24":
        return sparing
    back = sparing == "B11" and seat.absences + 1 >= policy.orphan_confirmations
    return "B11" if draft.emptied and (back or draft.renumbered) else ""


def tell_suspension(draft: Draft, part: Slice, shown: Collection[str]) -> None:
    """Say of which bookings an export cannot tell whether they are gone, and when one can again (D17).

    What ended for good is not looked for; after the last day nothing is.
    """
    lane, state = draft.state.lanes[draft.moment.vhs], draft.state
    before = lane.suspended
    if part.suspended is None:
        if before is not None and part.proves_absence:
            draft.add(e.AbsencesResumed, "D17")
        return
    refs = tuple(ref for ref in missed(draft, part, shown) if not state.is_final(state.bookings[ref]))
    if not refs or is_over(draft):
        if before is not None:
            draft.add(e.AbsencesResumed, "D17")
    elif before is None or (before.refs, before.reason) != (refs, part.suspended.reason):
        draft.add(e.AbsencesSuspended, "D17", row=part.suspended, refs=refs, reason=part.suspended.reason)


def archive(draft: Draft, booking: Booking) -> None:
    """Take in that the row of a booking is gone after the last day: it stays, and is billed; its VHS is told nothing
    more of it, unless the row is back or the course goes on (D17).
    """
    seat = booking.seats[draft.moment.vhs]
    if seat.held:
        draft.add(e.BookingArchived, "D17", ref=booking.ref)


def is_over(draft: Draft) -> bool:
    """Tell whether the course has ended, after which its absence and that of its bookings proves nothing (D17).

    Programs archive what is over. The later of the days counts that the Master and this VHS have.
    """
    return is_over_on(draft.state, draft.moment.vhs, date.fromisoformat(draft.moment.at[:10]))


def is_over_on(state: Cooperation, vhs: str, today: date) -> bool:
    """Tell the same of a course at a VHS on a day."""
    lane, master = state.lanes.get(vhs), state.master_lane
    found = (lane.row.ends_on if lane is not None else None, master.facts.ends_on if master is not None else None)
    days = [day for day in found if day is not None]
    return bool(days) and max(days) < today
