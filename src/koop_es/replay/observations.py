"""Observations: what each export showed of a cooperation, reconstructed from the log, the ledger and the vault.

The log holds no exports (ADR 0002), only what was decided on them. So an observation is put together from the events it
caused, and is believed only if the engine decides those very events on it, out of the state before. What an export
without events showed is what was shown before; the ledger says that there was one, and whether it proved absences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from koop_es.domain import events as e
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.course import given
from koop_es.domain.draft import Draft, Moment, People
from koop_es.domain.evolve import apply, fold
from koop_es.domain.evolve_echo import PUT_BACK, UNSIGNED, WRITTEN_SINCE
from koop_es.domain.given_mirrors import NOBODY_KNOWS
from koop_es.domain.identifiers import owner_of
from koop_es.domain.judgement import EVERYBODY, NO_ABSENCES, NOTHING, Absences, Effect, Judgement, WentBack
from koop_es.domain.observation import Kind, Origin, Person
from koop_es.domain.terms import Policy
from koop_es.replay.echoes import echoes
from koop_es.replay.exports import Export
from koop_es.replay.policies import policy_then
from koop_es.replay.sheet import ABSENCES, Facts, Shape, Sheet, Telling
from koop_es.replay.shown import take, take_no_coop_id
from koop_es.replay.steps import Commanded, Ids, Past, Seen, decide, is_violation, keep_all, moment_of, same
from koop_es.store import Recorded

MOST_SILENT = 3
"""Exports without events that count between two that had some, of one VHS: the first may make a suspicion, the second
an orphan (D3), and one more shows that nothing follows. A VHS that reports every five minutes has hundreds.
"""


def reconstruct(
    coop_id: str, recorded: Sequence[Recorded], ledger: Sequence[Export], people: People, policy: Policy
) -> Past:
    """Turn a history into the observations and commands that made it; ``policy`` is where the settings then are not
    told.
    """
    return _Reader(coop_id, tuple(recorded), ledger, people, policy).read()


def by_origin(recorded: Sequence[Recorded]) -> Iterator[tuple[Recorded, ...]]:
    """Cut a history into what came of one export or one command."""
    for _, group in groupby(recorded, lambda item: (_export(item.event), item.event.recorded_at, item.event.at)):
        items = list(group)
        if items[0].event.origin is not None:
            yield tuple(items)
            continue
        start = 0
        for index in range(1, len(items) + 1):
            # Two commands at the same time of a rehearsal clock: violations end what belongs to the first.
            if index == len(items) or (is_violation(items[index - 1].event) and not is_violation(items[index].event)):
                yield tuple(items[start:index])
                start = index


def _export(event: e.Event) -> str | None:
    return event.origin.export if event.origin is not None else None


class _Reader:
    """Goes through a history once and carries along the state and everybody's rows."""

    def __init__(
        self,
        coop_id: str,
        recorded: tuple[Recorded, ...],
        ledger: Sequence[Export],
        people: People,
        policy: Policy,
    ) -> None:
        self.recorded, self.policy, self.ledger = recorded, policy, ledger
        known = dict(people)
        for item in recorded:
            _stand_in(known, item.event)
        events = [item.event for item in recorded]
        made = {event.ref: event for event in events if isinstance(event, e.BookingMade)}
        for event in events:
            if isinstance(event, e.BookingAmended) and event.person_version is not None and event.ref in made:
                _keep(known, made[event.ref].person_id, event.person_version)
        merged = {(ev.vhs, ev.booking_id): ev for ev in events if isinstance(ev, e.ParticipantsMerged)}
        self.past = Past(coop_id, recorded, Facts(made, merged, known))
        self.people: dict[tuple[str, int], Person] = dict(known)
        self.state = Cooperation(coop_id)
        self.sheets: dict[str, Sheet] = {}
        self.exports = {export.name: export for export in ledger}
        self.new_id = Ids()

    def read(self) -> Past:
        silent = self._silent()
        groups = list(by_origin(self.recorded))
        steps: list[tuple[tuple[int, int, str], Any]] = [((group[0].position, 0, ""), group) for group in groups]
        steps += [((export.position, 1, export.moment.recorded_at), export) for export in silent]
        counted = Counter[str]()
        for _, step in sorted(steps, key=lambda item: item[0]):
            if isinstance(step, Export):
                counted[step.vhs] += 1
                if counted[step.vhs] <= MOST_SILENT:
                    self._repeat(step)
                continue
            counted.clear()
            self.policy = policy_then(self.policy, [item.event for item in step])
            if step[0].event.origin is not None:
                self._see(step, step[0].event.origin)
            else:
                self._command(step)
        return self.past

    def _silent(self) -> list[Export]:
        """List the complete reports that caused no event here; one without a position stands where its time puts it."""
        named = {name for item in self.recorded if (name := _export(item.event)) is not None}
        lanes = {item.event.vhs for item in self.recorded}
        return [
            export._replace(position=export.position if export.position >= 0 else self._position_at(export.moment))
            for export in self.ledger
            if export.kind is Kind.FULL and export.vhs in lanes and export.name not in named
        ]

    def _position_at(self, moment: Moment) -> int:
        before = [item.position for item in self.recorded if item.event.recorded_at <= moment.recorded_at]
        return before[-1] if before else 0

    # --- exports --------------------------------------------------------------------------------------------------

    def _see(self, group: tuple[Recorded, ...], origin: Origin) -> None:
        """Reconstruct an export from the events it caused."""
        first = group[0].event
        export = self.exports.get(origin.export)
        sheet = self._sheet(origin.vhs)
        events = [item.event for item in group]
        shown = self._take(sheet, group)
        absences = any(isinstance(event, ABSENCES) for event in events)
        kind = export.kind if export is not None else Kind.FULL
        proves = export.proves if export is not None else absences
        origin = Origin(vhs=origin.vhs, sha256=origin.sha256, sequence=origin.sequence)
        judgement = _judged(events)
        system = next((event.system for event in events if isinstance(event, _JOINED)), None)
        step = Seen(
            group[0].position,
            origin.vhs,
            origin.export,
            kind,
            system or (export.system if export is not None else None),
            Moment(origin.vhs, first.at, first.recorded_at, origin),
            group,
            shown,
            judgement,
            self.policy,
        )
        shapes = _shapes(kind, proves=proves)
        shape = self._shape(step, sheet, shapes)
        if ordered := shape is None:
            sheet.order(events)
            shape = self._shape(step, sheet, shapes)
        if shape is None:
            self.past.doubts.append(
                f"what export {origin.export} showed cannot be told from its events at position {group[0].position}; "
                "they are taken as they are"
            )
            for event in events:
                apply(self.state, event)
        self.past.steps.append(step._replace(shape=shape, ordered=ordered))

    def _shape(self, step: Seen, sheet: Sheet, shapes: list[Shape]) -> Shape | None:
        """Find the reading of an export on which the engine decides what was decided."""
        events = [item.event for item in step.events]
        return next((shape for shape in shapes if self._decides(step, sheet, shape, events)), None)

    def _take(self, sheet: Sheet, group: tuple[Recorded, ...]) -> dict[int, frozenset[str]]:
        """Write an export's events into the rows; returns which parts of each are echoes."""
        lane = self.state.lanes.get(sheet.vhs)
        adopting = lane is None or (lane.adopted and not lane.delivered)
        sheet.turn()
        shown = {}
        for item in group:
            shown[item.version] = echoes(self.state, item.event, adopting=adopting)
            take(sheet, item.event, Telling(self.state, shown[item.version], self.people, self.past.facts))
        return shown

    def _repeat(self, export: Export) -> None:
        """Let an export without events show what was shown before, if the engine finds nothing new in it either."""
        sheet = self.sheets.get(export.vhs)
        if sheet is None or (sheet.course is None and not sheet.rows):
            return
        sheet.turn()
        step = Seen(
            export.position,
            export.vhs,
            export.name,
            export.kind,
            export.system,
            export.moment,
            (),
            {},
            NOTHING,
            self.policy,
        )
        for shape in _repeats(proves=export.proves):
            if self._decides(step, sheet, shape, []):
                self.past.steps.append(step._replace(shape=shape))
                return

    def _decides(self, step: Seen, sheet: Sheet, shape: Shape, expected: list[e.Event]) -> bool:
        """Tell whether the engine decides the expected events on a reading; if so, the state has gone on with them."""
        outcome = decide(self.state, sheet.part(self.past.coop_id, shape, step.kind), step, self.people, self.new_id)
        if same(outcome.events, expected):
            keep_all(self.people, outcome)
            return True
        if outcome.events:
            done = self.state.version - len(outcome.events)
            self.state = fold(self.past.coop_id, (item.event for item in self.recorded[:done]))
        return False

    # --- commands -------------------------------------------------------------------------------------------------

    def _command(self, group: tuple[Recorded, ...]) -> None:
        """Take over a command; whether it looked at the violations shows in them."""
        before = self.state.version
        events = [item.event for item in group]
        for item in group:
            sheet = self._sheet(item.event.vhs)
            take(sheet, item.event, Telling(self.state, frozenset(), self.people, self.past.facts))
            if isinstance(item.event, e.CoopIdTaken):
                for other in self.sheets.values():
                    take_no_coop_id(other)
            apply(self.state, item.event)
        said = [event for event in events if not is_violation(event)]
        draft = Draft(
            fold(self.past.coop_id, (item.event for item in self.recorded[: before + len(said)])), moment_of(events[0])
        )
        draft.settle_violations()
        settles = same(draft.events, events[len(said) :])
        self.past.steps.append(Commanded(group[0].position, group, settles, self.policy))

    def _sheet(self, vhs: str) -> Sheet:
        return self.sheets.setdefault(vhs, Sheet(vhs))


def _judged(events: list[e.Event]) -> Judgement:
    """Tell what was withheld of an export by what came of it in this cooperation."""
    withheld = {owner_of(event.ref) for event in events if isinstance(event, e.OrphanWithheld)}
    happened = any(isinstance(event, e.OrphanDetected) for event in events)
    absences = NO_ABSENCES
    if withheld:
        absences = Absences(owners=tuple(sorted(withheld))) if happened else Absences(everywhere=True)
    waits = any(isinstance(event, e.MergeSuspected) and event.rule == "D19" for event in events)
    held = [event for event in events if isinstance(event, e.EffectWithheld) and not event.went]
    fields = {name for event in held if event.facts is not None for name in given(event.facts)}
    effects = {Effect(event.effect) for event in held}
    missing = [event for event in events if isinstance(event, e.BookingVanished)]
    foreseen = Absences(everywhere=waits)
    if many := {owner_of(event.ref) for event in missing if event.rule == "D19"}:
        few = any(event.rule == "D3" for event in missing)
        foreseen = Absences(owners=tuple(sorted(many))) if few and not waits else Absences(everywhere=True)
    cut = {owner_of(event.ref) for event in events if isinstance(event, e.MirrorLost) and event.doubted}
    doubted = Absences(owners=tuple(sorted(cut)))
    said = next((event for event in events if isinstance(event, e.CourseWentBack)), None)
    back = WentBack(said.moment, (), said.count, doubted=doubted) if said is not None else None
    asked = any(isinstance(event, e.CancellationUnclear) and _is_of_restore(event) for event in events)
    effect = tuple(sorted(effects)), tuple(sorted(fields))
    unknown = any(isinstance(event, e.RegistrationHeld) and event.ref == NOBODY_KNOWS for event in events)
    untold = (EVERYBODY,) if unknown else ()
    return Judgement(absences, foreseen, *effect, back, put_back=asked or unknown, untold=untold)


def _is_of_restore(event: e.CancellationUnclear) -> bool:
    """Tell whether an export asks about an "S" because the store was put back: only then about one elsewhere (D21)."""
    elsewhere = event.origin is not None and event.origin.vhs != event.vhs
    return event.why in (PUT_BACK, WRITTEN_SINCE) or (event.why == UNSIGNED and elsewhere)


_JOINED = (e.CourseReleased, e.CourseSubscribed)


def _shapes(kind: Kind, *, proves: bool) -> list[Shape]:
    """List the readings of an export that caused events, the likeliest first."""
    whole, touched = Shape(True, False), Shape(False, False)
    if kind is not Kind.FULL:
        return [touched, whole]
    if not proves:
        return [whole, touched]
    return [Shape(True, True), Shape(False, True, guarded=True), whole, touched]


def _repeats(*, proves: bool) -> list[Shape]:
    return [Shape(True, True), Shape(True, False)] if proves else [Shape(True, False)]


def _stand_in(people: dict[tuple[str, int], Person], event: e.Event) -> None:
    if isinstance(event, e.BookingMade):
        _keep(people, event.person_id, 1)


def _keep(people: dict[tuple[str, int], Person], person_id: str | None, version: int) -> None:
    """Put a stand-in where a person was erased: it equals itself and nobody else (D15)."""
    if person_id is not None:
        people.setdefault((person_id, version), Person(person_id, f"v{version}"))
