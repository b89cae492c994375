"""A history run again under a question: what would have been decided. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec.structs import replace

from koop_es.domain import events as e
from koop_es.domain import guard
from koop_es.domain.cooperation import Cooperation, Seat
from koop_es.domain.course import HYBRID, ONLINE
from koop_es.domain.draft import Draft, Moment
from koop_es.domain.errors import Refused
from koop_es.domain.evolve import apply
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.observation import Person
from koop_es.domain.seats import claim_seat
from koop_es.domain.slices import Slice
from koop_es.domain.terms import Policy
from koop_es.domain.wanted import Change, changes, given_out
from koop_es.replay.echoes import STATUS
from koop_es.replay.policies import GUARD
from koop_es.replay.sheet import Sheet, Telling
from koop_es.replay.shown import take
from koop_es.replay.steps import Commanded, Ids, Past, Seen, decide, is_violation, keep_all, moment_of
from koop_es.store import Recorded

Insertion = Callable[[Cooperation], tuple[Slice, Seen]]
"""An export that is put in: reads its file against the state it meets."""


class Question(NamedTuple):
    """What is changed: versions of events left out, names of exports left out, rules, and exports put in after a
    position.
    """

    without: frozenset[int] = frozenset()
    without_exports: frozenset[str] = frozenset()
    rules: Mapping[str, Any] = {}
    inserted: tuple[tuple[int, Insertion], ...] = ()


class Dropped(NamedTuple):
    """A command that makes no sense in the other history, and why."""

    item: Recorded
    reason: str


@dataclass(slots=True)
class Rerun:
    """The other history: its events and where it ends, and what of the real one could not be taken over."""

    past: Past
    question: Question
    state: Cooperation = field(init=False)
    events: list[e.Event] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    left_out: frozenset[int] = frozenset()
    _sheets: dict[str, Sheet] = field(default_factory=dict)
    _people: dict[tuple[str, int], Person] = field(default_factory=dict)
    _versions: dict[int, int] = field(default_factory=dict)
    _new_id: Ids = field(default_factory=Ids)

    def __post_init__(self) -> None:
        """Begin with nothing but the persons."""
        self.state = Cooperation(self.past.coop_id)
        self._people = dict(self.past.facts.people)
        self.left_out = with_consequences(self.past.recorded, self.question.without)

    def run(self) -> Rerun:
        """Take all steps again; returns itself."""
        waiting = sorted(self.question.inserted, key=lambda item: item[0])
        for step in self.past.steps:
            while waiting and waiting[0][0] < step.position:
                self._insert(waiting.pop(0)[1])
            if isinstance(step, Seen):
                self._see(step)
            else:
                self._command(step)
        for _, insertion in waiting:
            self._insert(insertion)
        return self

    # --- exports --------------------------------------------------------------------------------------------------

    def _see(self, step: Seen) -> None:
        """Let an export show what it would have shown, and decide on it."""
        sheet = self._sheet(step.vhs)
        sheet.turn()
        for item in step.events:
            self._write(sheet, item, step.echoes[item.version])
        if step.name in self.question.without_exports:
            return
        if step.shape is None:
            self._as_it_was(step)
            return
        if step.ordered:
            sheet.order([item.event for item in step.events])
        self._give_out_echoes(step)
        self._decide(step, sheet.part(self.past.coop_id, step.shape, step.kind))

    def _give_out_echoes(self, step: Seen) -> None:
        """Give out, where it was not, what rows of this export show only because their VHS was told so (D21)."""
        told = {getattr(item.event, "ref", None) for item in step.events if STATUS in step.echoes[item.version]}
        lane = self.state.lanes.get(step.vhs)
        if told and lane is not None and lane.given:
            found = [c for c in changes(self.state, step.vhs) if c.ref in told and c.status == "S" and not c.given]
            self._give_out(found, step.moment)

    def _give_out(self, found: Iterable[Change], moment: Moment) -> None:
        fields: dict[str, Any] = given_out(found)
        if fields:
            draft = Draft(self.state, moment)
            draft.add(e.ChangesGivenOut, "D21", **fields)
            self.events += draft.events

    def _write(self, sheet: Sheet, item: Recorded, echo: frozenset[str]) -> None:
        if item.version in self.left_out:
            sheet.excuse(item.event)
        else:
            take(sheet, item.event, Telling(self.state, echo, self._people, self.past.facts))

    def _decide(self, step: Seen, part: Slice) -> None:
        policy = self._policy(step.policy)
        if GUARD & self.question.rules.keys():
            step = step._replace(judgement=self._judged(step, part, policy))
        outcome = decide(self.state, part, step, self._people, self._new_id, policy)
        keep_all(self._people, outcome)
        self.events += outcome.events

    def _judged(self, step: Seen, part: Slice, policy: Policy) -> Judgement:
        """Ask the guards with what this cooperation alone holds and does (D4, D19, D31)."""
        tried = decide(deepcopy(self.state), part, step._replace(judgement=NOTHING), self._people, Ids(), policy)
        return guard.judge_alone(self.state, step.vhs, tried.weight, policy)

    def _policy(self, policy: Policy) -> Policy:
        return replace(policy, **self.question.rules)

    def _insert(self, insertion: Insertion) -> None:
        part, step = insertion(self.state)
        self._decide(step._replace(policy=self._policy(step.policy)), part)

    def _as_it_was(self, step: Seen) -> None:
        """Take the events of an export that cannot be reconstructed as they are."""
        for item in step.events:
            if item.version not in self.left_out and not is_violation(item.event):
                self._apply(item, item.event)
        self._settle(step.moment)

    # --- commands -------------------------------------------------------------------------------------------------

    def _command(self, step: Commanded) -> None:
        """Take a command over as far as it makes sense."""
        for item in step.events:
            if item.version in self.left_out or is_violation(item.event):
                continue
            if isinstance(item.event, e.ChangesGivenOut):
                moment = moment_of(item.event)
                self._give_out((c for c in changes(self.state, moment.vhs) if not c.given), moment)
                self._versions[item.version] = self.state.version
                continue
            if (reason := objection(self.state, item.event)) is not None:
                self.dropped.append(Dropped(item, reason))
                continue
            sheet = self._sheet(item.event.vhs)
            take(sheet, item.event, Telling(self.state, frozenset(), self._people, self.past.facts))
            self._apply(item, self._under_rules(item.event, self._policy(step.policy)))
        if step.settles:
            self._settle(moment_of(step.events[0].event))

    def _apply(self, item: Recorded, event: e.Event) -> None:
        cause = self._versions.get(event.cause, event.cause) if event.cause is not None else None
        event = replace(event, cause=cause)
        apply(self.state, event)
        self._versions[item.version] = self.state.version
        self.events.append(event)

    def _settle(self, moment: Moment) -> None:
        draft = Draft(self.state, moment)
        draft.settle_violations()
        self.events += draft.events

    def _under_rules(self, event: e.Event, policy: Policy) -> e.Event:
        """Decide again what an Abo is given by the settings (D1, D14, R23), where it is they that are changed."""
        rules = self.question.rules.keys()
        if not isinstance(event, e.CourseSubscribed) or event.rule == "D12":
            return event
        master = self.state.master_lane
        values: dict[str, Any] = {}
        if "identity_sharing" in rules:
            values["identity"] = policy.identity_sharing == "all"
        bavarian = policy.is_bavarian(event.vhs)
        if rules & {"bavaria", "event_kind_course", "event_kind_single"} and master is not None:
            values["event_kind"] = policy.event_kind(master.facts.course_type) if bavarian else None
        if rules & {"bavaria", "online_keyword_subscriber"} and master is not None:
            online = master.facts.delivery in (ONLINE, HYBRID)
            values["keyword"] = policy.online_keyword_subscriber if online and bavarian else None
        return replace(event, **values)

    def _sheet(self, vhs: str) -> Sheet:
        return self._sheets.setdefault(vhs, Sheet(vhs))


def with_consequences(recorded: Iterable[Recorded], versions: frozenset[int]) -> frozenset[int]:
    """Add to events all that follows from them, by cause; violations are found again anyway.

    That a cancelled row is gone follows only where its VHS knew of the "S"; else staff removed it all the same.
    """
    result = set(versions)
    knew: set[tuple[str, str]] = set()
    for item in recorded:
        event = item.event
        if isinstance(event, e.ChangesGivenOut):
            knew |= {(event.vhs, ref) for ref in event.cancelled}
        elif isinstance(event, e.BookingCancelled | e.CancellationDelivered):
            knew.add((event.vhs, event.ref))
        unasked = isinstance(event, e.BookingVanished) and (event.vhs, event.ref) not in knew
        if event.cause in result and not is_violation(event) and not unasked:
            result.add(item.version)
    return frozenset(result)


def objection(state: Cooperation, event: e.Event) -> str | None:
    """Say why a command makes no sense in a state, None if it does; the rules are those of the commands themselves."""
    if isinstance(event, e.BookingPromoted):
        try:
            claim_seat(Draft(deepcopy(state), moment_of(event)), event.ref)
        except Refused as refusal:
            return refusal.message
        booking = state.bookings[event.ref]
        return None if booking.status != "A" else f"booking {event.ref} has a seat already"
    if isinstance(event, e.OrphanDetected) and event.approved:
        seat = _seat(state, event.ref, event.vhs)
        waits = seat is not None and (seat.withheld or seat.answered)  # withheld by a guard, or asked about (D20)
        return None if waits else f"nothing is withheld of booking {event.ref}"
    if isinstance(event, e.BookingRestored | e.RemovalConfirmed):
        seat = _seat(state, event.ref, event.vhs)
        return None if seat is not None and seat.asked else f"nothing is asked about booking {event.ref}"
    return _objection_to_course(state, event)


def _seat(state: Cooperation, ref: str, vhs: str) -> Seat | None:
    booking = state.bookings.get(ref)
    return booking.seats.get(vhs) if booking is not None else None


def _objection_to_course(state: Cooperation, event: e.Event) -> str | None:
    if event.rule == "D12" or isinstance(event, e.CourseReleased):
        return None
    if state.master is None or state.ended:
        return "the course is not released"
    if isinstance(event, e.CourseSubscribed) and state.active_lane(event.vhs) is not None:
        return f"VHS {event.vhs} has the Abo already"
    if isinstance(event, e.SubscriptionTerminated) and state.active_lane(event.vhs) is None:
        return f"VHS {event.vhs} has no Abo"
    if isinstance(event, e.TermsConfirmed | e.TermsAmended) and state.active_lane(event.subscriber) is None:
        return f"VHS {event.subscriber} has no Abo"
    if isinstance(event, e.TermsAmended):
        sides = (event.subscriber, state.master)
        agreed = all(state.confirmed_terms.get((side, event.subscriber)) == event.terms for side in sides)
        return None if agreed else "not both sides confirmed these terms"
    if isinstance(event, e.ReleaseWithdrawn) and state.subscribers():
        return "there are Abos"
    return None
