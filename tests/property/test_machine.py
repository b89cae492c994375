"""C7: a stateful machine over the public API, with the invariants looked at after every step.

Staff does what it likes at three VHSs, exports come whole, partial, cut, late, twice or die half way, change lists are
carried out at once or late. Nothing here knows how the engine decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from koop_es.domain.cooperation import Cooperation
from koop_es.domain.events import BookingReinstated, OrphanDetected
from koop_es.domain.evolve import evolve, fold
from koop_es.domain.observation import Kind
from koop_es.domain.terms import Policy
from koop_es.replay.history import Filter, history
from koop_es.simulate.staff import UNKNOWN_LETTER
from koop_es.store import Recorded
from tests.property.live_network import MASTER, VHSS, LiveNetwork

LIVE = ("A", "W")
FINAL = ("participant", "course")
SOME_EXPORTS = 25
"""Exports after which a course may be cancelled, deleted or frozen, so that something has happened before; the network
needs nine to be set up.
"""

SAME = ("Datum von", "Datum bis", "Uhrzeit von", "Uhrzeit bis", "TN max")
"""What the Master decides and every Abo-Kurs shows (R21)."""

VERBS = ("cancel", "remove", "restore", "restore", "promote", "promote", "amend_person", "merge")
ODD_VERBS = (
    "letter",
    "letter_back",
    "letter_back",
    "delete",
    "undelete",
    "lose_id",
    "alter_id",
    "restore_id",
    "renumber",
)
AFTERWARDS = ("nothing", "full", "full", "full twice", "full twice", "delta", "synced")

vhs_numbers = st.sampled_from(VHSS)
people = st.integers(0, 6)
afterwards = st.sampled_from(AFTERWARDS)

Change = dict[str, Any]


def content(change: Change) -> str:
    """Say what a change asks for: where its row stands by now is only its address."""
    booking = {key: value for key, value in (change.get("booking") or {}).items() if key != "booking_id"}
    fields = change["course"].get("fields")
    return json.dumps([change["vhs"], change["coop_id"], change["kind"], fields, booking], sort_keys=True)


class Network(RuleBasedStateMachine):
    """What can happen, in any order."""

    network: LiveNetwork

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[tuple[int, list[Change]]] = []
        self.final: set[tuple[int, str]] = set()
        self.dead: set[str] = set()
        self.said: dict[str, str] = {}
        self.lists: dict[int, list[Change]] = {}
        self.pictures: dict[int, list[Any]] = {}
        self.state: Cooperation | None = None
        self.position = 0
        self.views: list[list[dict[str, Any]]] = []
        self.changes: list[list[Change]] = []
        self.log: list[Recorded] = []

    @initialize(
        seats=st.sampled_from((2, 3, 8)),
        confirmations=st.sampled_from((1, 2, 2)),
        owner_only=st.sampled_from((False, False, True)),
        guard=st.sampled_from((10, 10, 0)),
    )
    def connect(self, seats: int, confirmations: int, owner_only: bool, guard: int) -> None:
        policy = Policy(
            orphan_confirmations=confirmations,
            orphan_policy="owner_only" if owner_only else "symmetric",
            guard_bookings=guard,
        )
        self.network = LiveNetwork(seats, policy)

    # --- staff --------------------------------------------------------------------------------------------------------

    def _do(self, vhs: int, verb: str, then: str, who: int = 0, value: int = 0) -> None:
        """Let staff do something, and its VHS's connector what it does next."""
        network = self.network
        network.act(verb, vhs, who, value)
        if then == "synced":
            network.sync(vhs)
        if then == "delta":
            network.hand_over(network.pack(vhs, Kind.DELTA))
        elif then != "nothing":
            for _ in range(1 + (then == "full twice")):
                network.export(vhs)

    @rule(vhs=vhs_numbers, who=people, waits=st.booleans(), then=afterwards)
    def book(self, vhs: int, who: int, waits: bool, then: str) -> None:
        self._do(vhs, "wait" if waits else "book", then, who)

    @rule(vhs=vhs_numbers, who=people, verb=st.sampled_from(VERBS), value=st.integers(1, 2), then=afterwards)
    def handle_booking(self, vhs: int, who: int, verb: str, value: int, then: str) -> None:
        booked = sorted(self.network.staff.facts.owner_of)
        self._do(vhs, verb, then, booked[who % len(booked)], value)

    @rule(vhs=vhs_numbers, who=people, twice=st.booleans(), restored=st.booleans())
    def remove_and_report(self, vhs: int, who: int, twice: bool, restored: bool) -> None:
        """What happens to removed bookings takes several steps in a row, which chance alone hardly finds."""
        booked = sorted(self.network.staff.facts.owner_of)
        self._do(vhs, "remove", "full twice" if twice else "full", booked[who % len(booked)])
        if restored:
            self.network.sync((vhs + 1) % len(VHSS))
            self.network.export((vhs + 1) % len(VHSS))
            self._do(vhs, "restore", "full", booked[who % len(booked)])

    @rule(vhs=vhs_numbers, value=st.integers(0, 16), then=afterwards)
    def edit_course(self, vhs: int, value: int, then: str) -> None:
        self._do(vhs, "edit", then, value=value)

    @precondition(lambda self: len(self.network.past) > SOME_EXPORTS)
    @rule(vhs=vhs_numbers, verb=st.sampled_from(ODD_VERBS), value=st.integers(0, 2), then=afterwards, who=people)
    def do_something_odd(self, vhs: int, verb: str, value: int, then: str, who: int) -> None:
        if self.network.readable(vhs) is not None:
            self.network.staff.facts.known.add((vhs, 0))
        self._do(vhs, verb, then, who, value)

    @precondition(lambda self: len(self.network.past) > SOME_EXPORTS)
    @rule(sure=st.integers(0, 5))
    def cancel_course(self, sure: int) -> None:
        if sure == 0:  # nothing else can happen to its bookings afterwards
            self._do(MASTER, "ausfall", "full", value=1)

    # --- exports and change lists -------------------------------------------------------------------------------------

    @rule(vhs=vhs_numbers, kind=st.sampled_from((Kind.DELTA, Kind.FULL, Kind.OCCUPANCY)), cut=st.booleans())
    def export_a_part(self, vhs: int, kind: Kind, cut: bool) -> None:
        parcel = self.network.pack(vhs, kind, whole=cut or kind is not Kind.FULL, cut=cut)
        assert (self.network.hand_over(parcel) == "quarantined") == cut

    @rule(vhs=vhs_numbers, kind=st.sampled_from((Kind.DELTA, Kind.FULL)))
    def export_for_later(self, vhs: int, kind: Kind) -> None:
        self.network.waiting.append(self.network.pack(vhs, kind))

    @rule(vhs=vhs_numbers, kill_at=st.integers(1, 40))
    def export_and_die(self, vhs: int, kill_at: int) -> None:
        self.network.hand_over(self.network.pack(vhs), kill_at=kill_at, batch=1)

    @precondition(lambda self: self.network.waiting)
    @rule(place=st.integers(0, 5))
    def arrive(self, place: int) -> None:
        self.network.hand_over(self.network.waiting.pop(place % len(self.network.waiting)))

    @rule(back=st.integers(1, 8))
    def arrive_again(self, back: int) -> None:
        """C6: what was applied, or is older than that, says nothing new."""
        parcel = self.network.past[-min(back, len(self.network.past))]
        before = self.network.store.head()
        if parcel.vhs not in self.network.half and parcel not in self.network.waiting:
            assert self.network.hand_over(parcel) in ("superseded", "quarantined")
            assert self.network.store.head() == before

    @rule(everybody=st.booleans(), vhs=vhs_numbers, reports=st.booleans())
    def carry_out(self, everybody: bool, vhs: int, reports: bool) -> None:
        for one in VHSS if everybody else [vhs]:
            self.network.sync(one)
            if reports:
                self.network.export(one)

    @rule(vhs=vhs_numbers)
    def fetch_for_later(self, vhs: int) -> None:
        self.fetched.append((vhs, self.network.changes(vhs)))

    @precondition(lambda self: self.fetched)
    @rule()
    def carry_out_late(self) -> None:
        vhs, changes = self.fetched.pop(0)
        self.network.programs[vhs].apply(changes)

    # --- decisions ----------------------------------------------------------------------------------------------------

    @rule(vhs=vhs_numbers, who=people)
    def claim(self, vhs: int, who: int) -> None:
        free = self._free_seats()
        waits = {booking["ref"] for booking in self._bookings(MASTER) if booking["status"] == "W"}
        answer = self.network.claim(vhs, who)
        if answer == "A" and self.network.staff.facts.refs_of[who][0] in waits:
            assert free > 0

    @rule(vhs=st.sampled_from(VHSS[1:]), fee_cents=st.sampled_from((0, 9_000, 9_500)))
    def decide(self, vhs: int, fee_cents: int) -> None:
        """Approve what is withheld (D4), or agree on another fee (D13)."""
        if fee_cents == 0:
            self.network.approve()
        else:
            for side in (vhs, MASTER):
                self.network.agree(vhs, side, fee_cents)

    # --- invariants ---------------------------------------------------------------------------------------------------

    @invariant()
    def all_laws_hold(self) -> None:
        """Look at everything once, and then at every law."""
        network = self.network
        self.views = [network.view(vhs) for vhs in VHSS]
        self.changes = [network.changes(vhs) for vhs in VHSS]
        self.log = network.store.load([network.coop_id])[network.coop_id]
        self.cancelled_bookings_stay_cancelled_except_by_d5()
        self.live_bookings_have_an_owner_that_takes_part()
        self.names_go_to_owner_and_master_only()
        self.more_seats_than_there_are_are_never_silent()
        self.replay_gives_what_was_kept()
        self.ids_of_changes_are_stable()
        self.change_lists_name_exactly_what_differs()

    def _bookings(self, vhs: int) -> Iterator[dict[str, Any]]:
        for course in self.views[vhs]:
            yield from course["bookings"]

    def _free_seats(self) -> int:
        [course] = self.views[MASTER]
        return int(course["capacity"]) - int(course["confirmed"])

    def cancelled_bookings_stay_cancelled_except_by_d5(self) -> None:
        """A participant's or the course's "S" for ever, an orphan's until the VHS that lost it shows it again."""
        revived = self._reinstated()
        for vhs in VHSS:
            for booking in self._bookings(vhs):
                ref, status, reason = booking["ref"], booking["status"], booking["reason"]
                if ref in self.dead:
                    assert (status, reason in FINAL) == ("S", True), f"{ref} lives again at {vhs}"
                if (vhs, ref) in self.final and status != "S":
                    assert ref in revived, f"{ref} lives again at {vhs}, and nobody who lost it has it again"
                if reason in FINAL:
                    self.dead.add(ref)
                (self.final.add if status == "S" and reason else self.final.discard)((vhs, ref))

    def _reinstated(self) -> set[str]:
        """Name the bookings shown again by a VHS that had lost them."""
        lost: dict[str, set[str]] = {}
        revived = set()
        for event in (item.event for item in self.log):
            if isinstance(event, OrphanDetected):
                lost.setdefault(event.ref, set()).add(event.vhs)
            elif isinstance(event, BookingReinstated):
                assert event.vhs in lost.get(event.ref, set()), f"{event.vhs} brought back what it never lost"
                lost[event.ref].discard(event.vhs)
                revived.add(event.ref)
        return revived

    def live_bookings_have_an_owner_that_takes_part(self) -> None:
        members = {self.network.programs[vhs].vhs for vhs in VHSS if self.views[vhs]}
        for vhs in VHSS:
            for booking in self._bookings(vhs):
                assert booking["owner"] in members
                assert booking["ref"].startswith(f"{booking['owner']}:")

    def names_go_to_owner_and_master_only(self) -> None:
        """D1: nobody else reads or is told a name."""
        for vhs in VHSS[1:]:
            own = self.network.programs[vhs].vhs
            told = [(c["booking"]["ref"], c["booking"]["name"]) for c in self.changes[vhs] if "booking" in c]
            for ref, name in [(b["ref"], b["name"]) for b in self._bookings(vhs)] + told:
                assert name is None or ref.startswith(f"{own}:")

    def more_seats_than_there_are_are_never_silent(self) -> None:
        overbooked = self._free_seats() < 0
        assert overbooked == ("OVERBOOKED" in self.network.open_codes())

    def replay_gives_what_was_kept(self) -> None:
        """The state followed event by event is the fold of the stored ones, and the views are that state's."""
        recorded, state = self.log, self.state or Cooperation(self.network.coop_id)
        for item in recorded[state.version :]:
            state = evolve(state, item.event)
        self.state = state
        assert fold(self.network.coop_id, (item.event for item in recorded)) == state
        assert len(history(self.network.store, self.network.coop_id, only=Filter(given=True))) == state.version
        self.pictures[self.network.store.head()] = self.views

    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        """A view as of a position is what it showed then."""
        if self.pictures:
            self._compare(data.draw(st.sampled_from(sorted(self.pictures))))

    def _compare(self, position: int) -> None:
        for vhs in VHSS:
            assert self.network.view(vhs, at=position) == self.pictures[position][vhs], f"view at {position}"

    def ids_of_changes_are_stable(self) -> None:
        """The same change keeps its id, a different one never gets it; nothing changes where nothing was said."""
        head = self.network.store.head()
        for vhs in VHSS:
            changes = self.changes[vhs]
            ids = [change["id"] for change in changes]
            assert len(set(ids)) == len(ids)
            for change in changes:
                known = self.said.setdefault(change["id"], content(change))
                assert known == content(change), f"{change['id']} was given to another change"
            if head == self.position:
                assert changes == self.lists.get(vhs, changes)
            self.lists[vhs] = changes
        self.position = head

    def change_lists_name_exactly_what_differs(self) -> None:
        """Wanted minus reported, from the rows of the exports that were taken in: empty exactly where all agree."""
        for vhs in VHSS:
            course = self.network.readable(vhs)
            if course is None:
                continue
            listed = self.changes[vhs]
            self._check_bookings(vhs, {c["booking"]["ref"]: c for c in listed if "booking" in c})
            told = {k: v for c in listed if c["kind"] == "course.update" for k, v in c["course"]["fields"].items()}
            vain = {heading: text for heading, text in told.items() if course[heading] == text}
            assert not vain, f"{vhs} is told what it shows: {vain}"
            master = self.network.readable(MASTER)
            if master is not None and vhs != MASTER:
                assert {h for h in SAME if master[h] != course[h]} == told.keys() & set(SAME)

    def _check_bookings(self, vhs: int, listed: dict[str, Change]) -> None:
        network = self.network
        shown, facts = network.letters(vhs), network.staff.facts
        for booking in self._bookings(vhs):
            ref, status = booking["ref"], booking["status"]
            who, change = network.whose(ref), listed.pop(ref, None)
            if who in network.merged:
                continue  # which row goes on in which is for the merge to say (B15)
            if who not in shown:
                never = who not in network.shown[vhs].ever and facts.owner_of[who] != vhs
                if status == "S":
                    assert change is None, f"{ref} was never alive here and is told S"
                elif never:
                    assert change is not None, f"{ref} is missing at {vhs} and not told"
                    assert (change["kind"], change["booking"]["status"]) == ("booking.create", status)
            elif shown[who]["Status"] == UNKNOWN_LETTER:
                assert change is None, f"{ref} is frozen at {vhs} (B6)"
            elif shown[who]["Status"] != status:
                assert change is not None, f"{ref} shows {shown[who]['Status']} at {vhs}, should be {status}"
                assert change["booking"]["status"] == status
            elif change is not None:
                assert vhs == MASTER, f"{ref} shows {status} at {vhs} and is told {change}"
                assert change["booking"]["phone"] != (shown[who]["Telefon"] or None)
        assert not listed, "changes of bookings that the view does not have"

    def teardown(self) -> None:
        """Brought to rest, all agree, and every change list is empty."""
        if not hasattr(self, "network"):
            return
        try:
            for position in sorted(self.pictures)[:: max(1, len(self.pictures) // 5)]:
                self._compare(position)
            self.network.rest()
            assert [self.network.changes(vhs) for vhs in VHSS] == [[], [], []]
            assert self.network.disagreements() == []
            head = self.network.store.head()
            for vhs in VHSS:
                self.network.export(vhs)
            assert self.network.store.head() == head, "an export that says nothing new added an event"
        finally:
            self.network.close()


TestNetwork = Network.TestCase
TestNetwork.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=50)
