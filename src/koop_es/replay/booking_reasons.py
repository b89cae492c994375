"""What is to be said about a booking at a VHS: what collided, which rules decided, what could have been, what to do.

Every sentence follows from the state and from the events the walk went over; where something cannot be told from them
it is not said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from koop_es.domain import events as e
from koop_es.domain.cooperation import Booking, Cooperation
from koop_es.domain.identifiers import booking_ref
from koop_es.domain.observation import Status
from koop_es.replay.subjects import Value, lane_of, pending
from koop_es.replay.walk import Walk
from koop_es.replay.words import Words

_CLAIMS = (
    e.BookingCancelled,
    e.BookingMoved,
    e.BookingVanished,
    e.BookingArchived,
    e.OrphanDetected,
    e.OrphanWithheld,
    e.MirrorLost,
    e.BookingQuestioned,
    e.BookingReinstated,
    e.BookingReported,
)
"""Events in which one VHS says something that another may have said otherwise."""

RULE_OF: dict[str, str] = {
    "not_told": "B3",
    "reactivated": "D5",
    "old_s": "D5",
    "letter_waits": "D31",
    "unclear": "D21",
    "letter": "D6",
    "owner_told": "D7",
    "unknown_status": "B6",
    "unknown_at_owner": "B6",
    "frozen": "R15",
    "course_missing": "R44",
    "archived_with_course": "D17",
    "archived": "D17",
    "absent": "D3",
    "absent_back": "D32",
    "reused": "D18",
    "suspended": "D17",
    "set_aside": "D17",
    "orphan": "D3",
    "orphan_decided": "D20",
    "withheld": "D4",
    "absent_final": "D5",
    "double": "B15",
    "never_held": "D1",
    "unclaimed": "B1",
    "no_course_yet": "R28",
    "no_identity": "D1",
    "person_differs": "D6",
    "person_old": "D6",
}
"""Condition -> the rule behind it, beside that of the event which decided."""


class Said(NamedTuple):
    """A sentence, by its name in the words, with what is put in."""

    name: str
    values: dict[str, Any]


_WITHOUT = {"-": "gone", "!": "unread"}

UNKNOWN = "?"
"""What stands before a letter that nobody knows (B6)."""


def said(when: str, vhs: str, shown: str, words: Words) -> str:
    """Say what a VHS shows or showed: a letter, one that nobody knows (``?X``), gone (``-``), or not read (``!``)."""
    if shown.startswith(UNKNOWN):
        return words.say(f"{when}_unknown", vhs=vhs, status=words.short(shown.removeprefix(UNKNOWN)))
    return words.say(f"{when}_{_WITHOUT.get(shown, 'shown')}", vhs=vhs, status=shown)


def _say(name: str, **values: Any) -> Said:
    return Said(name, values)


class BookingReasons:
    """Finds the sentences about one booking at one VHS."""

    def __init__(self, walk: Walk, booking: Booking, vhs: str, value: Value, words: Words) -> None:
        """Take the walk with the probes ``value``, ``decided`` and ``seen <VHS>``."""
        self.walk, self.booking, self.vhs, self.value, self.words = walk, booking, vhs, value, words
        self.state: Cooperation = walk.state
        self.common = {"ref": booking.ref, "owner": booking.owner, "vhs": vhs, "shown": value.shown}

    # --- what collided ------------------------------------------------------------------------------------------------

    def collided(self) -> list[tuple[int, str]]:
        """Find where a VHS's claim met others that said otherwise: the event's version, and the sentence."""
        found = []
        for version in self.walk.chain("value"):
            event = self.walk.timeline.event(version).event
            if not isinstance(event, _CLAIMS) or (isinstance(event, e.BookingReported) and event.status is None):
                continue
            mine = self.walk.value_at(f"seen {event.vhs}", version)
            others = [
                said("then", vhs, shown, self.words)
                for vhs in sorted(self.state.lanes)
                if vhs != event.vhs and (shown := self.walk.value_at(f"seen {vhs}", version)) not in (None, mine)
            ]
            if others:
                text = self.words.say("collided", text=self.words.event(event), others=self.words.listed(others))
                found.append((version, text))
        return found

    # --- which rules --------------------------------------------------------------------------------------------------

    def rules(self) -> list[tuple[str, int]]:
        """List the rules that decided, each with the version of its event, 0 for none."""
        made = self.walk.made("decided")
        found = [(self.walk.timeline.event(made).event.rule, made)] if made else []
        rule, since = RULE_OF.get(self.value.condition), self.walk.made(f"seen {self.vhs}")
        if self.value.condition in {
            "lost",
            "doubted",
            "asked",
            "restored",
            "asked_shown",
            "asked_orphan",
        }:  # by which rule, its event says
            since = self.booking.seats[self.vhs].version
            rule = self.walk.timeline.event(since).event.rule
        if rule is not None and rule not in dict(found):
            found.append((rule, since))
        if self.booking.ref in self.state.beyond_capacity():
            found.append(("D7", 0))
        return found

    # --- what else could have been ------------------------------------------------------------------------------------

    def otherwise(self) -> list[Said]:
        """Say what would have been otherwise, where the rules leave no doubt."""
        booking, state = self.booking, self.state
        found: list[Said] = []
        if state.cancelled:
            name = "o_no_ausfall_s" if booking.cancelled else "o_no_ausfall"
            found.append(_say(name, status=booking.status.value))
        elif booking.cancelled_by:
            found += self._had_nobody_cancelled()
        else:
            for vhs in sorted(booking.orphaned_by):
                found += self._had_it_been_shown(vhs)
        if booking.ref in state.beyond_capacity():
            seats = [other.ref for other in state.confirmed()].index(booking.ref) + 1
            found.append(_say("o_seats", seats=seats))
        if self.value.condition in ("unknown_status", "unknown_at_owner"):
            found.append(_say("o_letter", vhs=self.vhs))
        return found

    def _had_nobody_cancelled(self) -> list[Said]:
        by = sorted(self.booking.cancelled_by)
        if len(by) > 1 or self.booking.orphaned_by:
            return [_say("o_several", vhss=self.words.listed(sorted({*by, *self.booking.orphaned_by})))]
        if self.booking.moved:
            return []
        made = self._last(e.BookingMade, by[0])
        if made is not None and made.status is Status.CANCELLED:
            return []  # it was never shown as anything else: nobody knows what it would be
        gone = {
            vhs: seat.absences
            for vhs, seat in self.booking.seats.items()
            if seat.absences and vhs != by[0] and not (seat.shown_cancelled or seat.given is Status.CANCELLED)
        }
        if gone:  # removed there as well, which does not count only because it is cancelled (D5)
            name = "o_no_s_gone" if max(gone.values()) > 1 else "o_no_s_suspected"
            return [_say(name, vhs=by[0], vhss=self.words.listed(sorted(gone)), status=self.booking.status.value)]
        return [_say("o_no_s", vhs=by[0], status=self.booking.status.value)]

    def _had_it_been_shown(self, vhs: str) -> list[Said]:
        """Say what another export, or another setting, would have made of an orphan (D2, D3, D4)."""
        event = self._last(e.OrphanDetected, vhs)
        if event is None:
            return []
        booking, alone = self.booking, self.booking.orphaned_by == {vhs}
        others = self.words.listed(sorted(booking.orphaned_by - {vhs}) or [vhs])
        found = []
        if event.approved:
            found.append(_say("o_not_decided" if event.rule == "D20" else "o_not_approved", vhs=vhs))
        elif event.origin is not None:
            name = "o_shown_again" if alone else "o_shown_again_but"
            found.append(_say(name, export=event.origin.export, vhs=vhs, others=others))
        if vhs != booking.owner and alone:
            found.append(_say("o_owner_only", vhs=vhs))
        return found

    def _last(self, kind: type[Any], vhs: str) -> Any:
        items = reversed(self.walk.timeline.recorded)
        ref = self.booking.ref
        return next(
            (i.event for i in items if isinstance(i.event, kind) and i.event.vhs == vhs and i.event.ref == ref), None
        )

    # --- what to do ---------------------------------------------------------------------------------------------------

    def now(self) -> list[Said]:
        """Say what is to be done, and by whom."""
        found: list[Said] = []
        if self.value.pending is not None:
            found.append(_say("n_pending", vhs=self.vhs, kind=self.value.pending))
        by_condition = {"reactivated": "n_final", "unclaimed": "n_owner_books"}
        if self.value.condition in by_condition:
            found.append(_say(by_condition[self.value.condition], **self.common))
        if not self.state.cancelled and self.booking.cancelled_by:
            found.append(_say("n_new_booking"))
        elif not self.state.cancelled and (removed := self._where_removed()):
            found.append(_say("n_restore_orphan", vhss=self.words.listed(removed)))
        if self.booking.without_abo and not (self.state.cancelled or self.booking.cancelled_by):
            found.append(_say("n_without_abo", owner=self.booking.owner, coop_id=self.state.coop_id))
        found += self._seat()
        found += self._ids()
        waiting = self._waiting_elsewhere()
        if waiting:
            found.append(_say("n_elsewhere", vhss=self.words.listed(waiting)))
        return found

    def _where_removed(self) -> list[str]:
        """List the VHSs at which the booking was removed and is not back; where it is, it is decided (D20)."""
        seats = self.booking.seats
        return [vhs for vhs in sorted(self.booking.orphaned_by) if not (vhs in seats and seats[vhs].returned)]

    def _seat(self) -> list[Said]:
        state, booking = self.state, self.booking
        if not booking.claimed or state.is_cancelled(booking) or state.capacity is None:
            return []
        taken = len(state.confirmed())
        if booking.status is Status.WAITLISTED:
            name = "n_claim" if taken < state.capacity else "n_full"
            values = {"coop_id": state.coop_id, "owner": booking.owner, "ref": booking.ref}
            return [_say(name, taken=taken, seats=state.capacity, **values)]
        if booking.ref in state.beyond_capacity():
            place = [other.ref for other in state.confirmed()].index(booking.ref) + 1
            return [_say("n_beyond", place=place, seats=state.capacity, owner=booking.owner, master=state.master)]
        return []

    def _ids(self) -> list[Said]:
        """Say under which Beleg-ID the booking is found at the VHS, and whose that was or is (D18, D26)."""
        seat = self.booking.seats.get(self.vhs)
        if seat is None or not seat.booking_id:
            return []
        values = {"vhs": self.vhs, "booking_id": seat.booking_id}
        if seat.reused_by is not None:
            return [_say("n_reused", by=seat.reused_by, **values)]
        found = []
        if seat.former is not None:
            found.append(_say("n_former", former=seat.former, **values))
        elif self.vhs == self.booking.owner and booking_ref(self.vhs, seat.booking_id) != self.booking.ref:
            found.append(_say("n_rekeyed", **values))
        if seat.unreferenced:
            found.append(_say("n_unreferenced", **values))
        return found

    def _waiting_elsewhere(self) -> list[str]:
        lanes = (lane_of(self.state, vhs) for vhs in sorted(self.state.lanes) if vhs != self.vhs)
        return [lane.vhs for lane in lanes if lane is not None and pending(self.state, lane, self.booking)]
