"""Plan: what an arrival means for the store as it is. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, lru_cache, partial
from hashlib import sha256
from itertools import chain
from typing import Any

import msgspec

from koop_es.connectors import UNNAMED
from koop_es.domain.acknowledged import shown_so_far
from koop_es.domain.admission import Stranger
from koop_es.domain.asides import KnownSeat, Seats, seats_of
from koop_es.domain.belongings import Trace, trace_of_booking
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Moment
from koop_es.domain.events import EffectWithheld, OrphanWithheld
from koop_es.domain.evolve import fold
from koop_es.domain.judgement import NOTHING, Judgement
from koop_es.domain.observation import BookingRow, CourseRow, Kind, Origin, Report
from koop_es.domain.route import route
from koop_es.domain.slices import Former, KnownLane, Routing, Slice, no_former
from koop_es.domain.unstated import MirrorTraces, mirror_traces
from koop_es.domain.violation_texts import text as violation_text
from koop_es.domain.weight import Weight
from koop_es.ingest import catalogue, going_back, ledger, putting_back, strays, weighing
from koop_es.ingest.arrival import Arrival, ExportResult, Untold
from koop_es.ingest.decide import Decided, Decider
from koop_es.ingest.other_ids import OtherIds
from koop_es.ingest.strangers import strangers
from koop_es.store import Store, Tx, vault
from koop_es.views import suspensions

STREAMS_AT_ONCE = 1_000
"""Cooperations loaded together: their states and people stay within some 50 MB, and one query reads them all."""


KEPT = 30_000
"""Rows of courses with news up to which what is decided of them is kept until it is written: some 60 MB."""


class Plan:
    """An export taken apart: the slices that are news, and all that is decided about the export as a whole."""

    def __init__(self, tx: Tx, arrival: Arrival) -> None:
        """Drop the slices that say what was said before and have nothing to settle."""
        self.arrival, self.report = arrival, arrival.report
        report, recorded_at = self.report, arrival.now.isoformat()
        self.origin = Origin(vhs=report.vhs, sha256=report.sha256, sequence=report.sequence)
        self.moment = Moment(report.vhs, report.exported_at or recorded_at, recorded_at, self.origin)
        known = arrival.known.now(tx, report)
        self._known = known.lanes
        self.older = ledger.made_before(tx, report, recorded_at)
        lanes = known_lanes(self._known, _former(tx, report.vhs))
        bare = strays.Bare(tx, self.moment)
        self.routing = routed(tx, report, lanes, strangers(tx, report, lanes), bare.elsewhere)
        content, named = arrival.export.content, Names(arrival)
        self.routing.catalogue = [content.course(row) for row in self.routing.catalogue]
        self.slices: list[Slice] = []
        for coop_id, part in sorted(self.routing.slices.items()):
            part.name = named(part) if self.older is None else UNNAMED
            if _is_news(part, known.names.get(coop_id), self._known.get(coop_id)):
                self._read(part)
        if report.kind in (Kind.FULL, Kind.DELTA):
            if self._known:
                strays.set_aside(tx, report, self.slices, self.routing)
                self._read_also(strays.homes(tx, self.routing))
                strays.set_bare_aside(bare, self.slices, self.routing, complete=report.proves_absence)
            unknown = [part for part in self.slices if part.coop_id not in self._known]
            strays.set_ended_aside(tx, report.vhs, unknown, self.routing)

    def _read(self, part: Slice) -> None:
        self.slices.append(part)
        if part.course is not None:
            part.course = self.arrival.export.content.course(part.course)

    def _read_also(self, parts: list[Slice]) -> None:
        """Read courses that may show nothing new, because something is shown of them in another."""
        news = {part.coop_id for part in self.slices}
        for part in parts:
            if part.coop_id not in news:
                part.name = UNNAMED
                self._read(part)
        self.slices.sort(key=lambda part: part.coop_id)

    def parts(self) -> Iterator[list[Slice]]:
        """Cut the news into parts, a transaction each."""
        return _parts(self.slices, self.arrival.max_events)

    def decider(self, judgement: Judgement) -> Decider:
        """Say how the slices are decided."""
        terms = self.arrival.policy, judgement, bool(self._known), self.older is not None
        return Decider(self.report, self.moment, *terms)

    def judge(self, tx: Tx) -> tuple[Judgement, list[list[Decided]] | None]:
        """Decide, over all slices and before anything is written, what is withheld of this export (D4, D19, D31).

        It is decided as if nothing were withheld, and weighed. Where nothing is withheld, and its news are not so many
        that they must not be kept, that is what is decided of it, part by part, and nothing is decided twice. What
        nobody was told of before has no weight.
        """
        decider, parts = self.decider(self._before(tx)), list(self.parts())
        many = sum(len(part.bookings) + 1 for part in self.slices) > KEPT
        if len(parts) > 1 and (many or not self._known):
            return self._judged(tx, self._weigh(tx, decider)), None
        decided = [decider.decide(tx, part) for part in parts or [[]]]
        judgement = self._judged(tx, {item.state.coop_id: item.weight for part in decided for item in part})
        return judgement, decided if judgement.free else None

    def _judged(self, tx: Tx, weights: Mapping[str, Weight]) -> Judgement:
        """Weigh an export; of a program that went back only what it says beside that, which is decided first (D20)."""
        every = self._known if self.report.kind is Kind.FULL else None

        def weighed(what: Mapping[str, Weight]) -> Judgement:
            return weighing.judge(tx, self.report, self.moment.at, what, self.arrival.policy, every)

        before = self._before(tx)
        back = going_back.judge(tx, self.report, weights, lambda: weighed(weights))
        if back is not None:
            before = msgspec.structs.replace(before, went_back=back)
            weights = self._weigh(tx, self.decider(before))
        return msgspec.structs.replace(weighed(weights), went_back=back, put_back=before.put_back, untold=before.untold)

    def _before(self, tx: Tx) -> Judgement:
        """Say what is known before an export is weighed: whether the store was put back since the last one, and which
        other VHSs have not reported since, where rows may wait for that (D21, D26).
        """
        put_back = ledger.put_back_at(tx, self.report.vhs) is not None
        if not put_back and not any(lane.suspects for lane in self._known.values()):
            return NOTHING
        untold = putting_back.untold(tx, self.report, self.arrival.now.date())
        return Judgement(put_back=put_back, untold=untold) if put_back or untold else NOTHING

    def _weigh(self, tx: Tx, decider: Decider) -> dict[str, Weight]:
        known = [part for part in self.slices if part.coop_id in self._known]  # nobody was told of the others
        return {
            item.state.coop_id: item.weight
            for part in _parts(known, self.arrival.max_events)
            for item in decider.decide(tx, part)
        }

    def untold(self, tx: Tx) -> list[Untold]:
        """List of whom this export could not tell whether they are gone, once it is written (D17)."""
        if not any(part.suspended is not None for part in self.routing.slices.values()):
            return []
        found = suspensions.suspended(tx, self.report.vhs)
        slices = ((item, self.routing.slices.get(item.coop_id)) for item in found)
        return [Untold(item.refs, part.suspended) for item, part in slices if part is not None and part.suspended]

    def catalogue(self, tx: Tx) -> catalogue.CatalogueChange:
        """Compare the courses nobody shares with those reported before."""
        report = self.report
        if report.kind is Kind.OCCUPANCY:
            return catalogue.CatalogueChange([], [])
        rows = self.routing.catalogue
        if report.kind is Kind.DELTA:  # its rows say nothing of courses under other numbers
            known = catalogue.read_numbers(tx, report.vhs, {row.number for row in rows})
        else:
            known = catalogue.read(tx, report.vhs)
        rejected = {item.key[0] for item in report.rejected if item.about == "course" and item.key}
        if any(item.about == "course" and not item.key for item in report.rejected):
            rejected |= {entry.number for entry in known.values()}
        held = {coop_id for coop_id, part in self.routing.slices.items() if part.course is not None}
        complete = report.kind is Kind.FULL and report.courses_complete
        beside_all = complete and ledger.shared(tx, report.vhs) <= held
        return catalogue.compare(known, report, rows, rejected, beside_all=beside_all)


def known_lanes(
    views: Mapping[str, ledger.LaneView], former: Callable[[str], Former] = no_former
) -> dict[str, KnownLane]:
    """Say where a VHS keeps its shared courses, by COOP-Id."""
    return {
        coop_id: KnownLane(coop_id, v.number, v.period, v.ends_on, v.title, v.starts_on, v.alone, former)
        for coop_id, v in views.items()
    }


def routed(
    tx: Tx,
    report: Report,
    lanes: Mapping[str, KnownLane],
    stranger: Callable[[CourseRow], Stranger | None] = lambda _: None,
    elsewhere: Callable[[BookingRow, str], str | None] = lambda *_: None,
) -> Routing:
    """Take an export apart, with what is known of the VHS's other courses."""
    local = catalogue.Local(tx, report.vhs)
    vhs = report.vhs
    return route(
        report,
        lanes,
        local.holds,
        local.surely_holds,
        _booking_ids(tx, vhs),
        _seats(tx, vhs),
        _mirrors(tx, vhs),
        _traces(tx, report),
        stranger,
        elsewhere,
    )


def preview(store: Store, arrival: Arrival) -> ExportResult:
    """Decide everything and write nothing."""
    with store.reading() as tx:
        plan = Plan(tx, arrival)
        judgement, ready = plan.judge(tx)
        decider = plan.decider(judgement)
        parts = ready if ready is not None else [decider.decide(tx, part) for part in plan.parts()]
        decided = [item for part in parts for item in part]
        change = plan.catalogue(tx)
    events, withheld = count(decided)
    result = arrival.result(
        "applied" if events or not change.empty else "unchanged",
        events=events,
        quarantined_rows=len(arrival.report.rejected) + len(plan.routing.rejected),
        withheld=withheld,
    )
    result.tell_suspensions(_untold(plan, decided))
    other_ids = OtherIds()
    other_ids.count(decided)
    result.notices += other_ids.notices()
    result.judged(judgement)
    result.tell_older(plan.older)
    result.plan = [_planned(item.state.coop_id, event) for item in decided for event in item.events]
    return result


def _untold(plan: Plan, decided: list[Decided]) -> list[Untold]:
    """List what ``Plan.untold`` would, before it is written."""
    parts = ((item.state.lanes.get(plan.report.vhs), plan.routing.slices[item.state.coop_id]) for item in decided)
    return [
        Untold(lane.suspended.refs, part.suspended)
        for lane, part in parts
        if lane is not None and lane.suspended is not None and part.suspended is not None
    ]


def count(decided: list[Decided]) -> tuple[int, int]:
    """Count the events that were decided, and those among them that say that something is withheld (D4, D31)."""
    kinds = Counter(map(type, chain.from_iterable(item.events for item in decided)))
    held = kinds[OrphanWithheld] + kinds[EffectWithheld]
    if kinds[EffectWithheld]:  # what waited before is none that is withheld now (D20)
        held -= sum(isinstance(event, EffectWithheld) and event.went for item in decided for event in item.events)
    return kinds.total(), held


def _booking_ids(tx: Tx, vhs: str) -> Callable[[str], frozenset[str]]:
    """Make the look-up of the Beleg-IDs a cooperation's course holds at a VHS; each is read once, and only if asked."""

    @cache
    def booking_ids(coop_id: str) -> frozenset[str]:
        state = fold(coop_id, tx.stories([coop_id])[coop_id].events)
        return frozenset(state.reported_seats(vhs))

    return booking_ids


def _traces(tx: Tx, report: Report) -> Callable[[str], tuple[Trace, ...]]:
    """Make the look-up of what tells the bookings in a cooperation's course at a VHS; only if asked (D18, R20)."""
    vhs = report.vhs

    @cache
    def traces(coop_id: str) -> tuple[Trace, ...]:
        state = fold(coop_id, tx.stories([coop_id])[coop_id].events)
        people, known = vault.of_streams(tx, [coop_id]), state.reported_seats(vhs)
        complete = ledger.complete_before(tx, vhs, report.sequence or 0)
        shown = (booking for booking_id, booking in known.items() if booking_id)
        how = partial(trace_of_booking, vhs=vhs, people=people, composed=report.composed, complete=complete)
        return tuple(map(how, shown))

    return traces


def _former(tx: Tx, vhs: str) -> Callable[[str], Former]:
    """Make the look-up of what a VHS showed of a cooperation's course so far; only if asked (R20, D20)."""

    @cache
    def former(coop_id: str) -> Former:
        return former_of(fold(coop_id, tx.stories([coop_id])[coop_id].events), vhs)

    return former


def former_of(state: Cooperation, vhs: str) -> Former:
    """Say what a VHS showed of a cooperation's course so far (R20, D20)."""
    lane = state.lanes[vhs]
    return Former(lane.former_keys, shown_so_far(lane, "title"), shown_so_far(lane, "starts_on"))


def _mirrors(tx: Tx, vhs: str) -> Callable[[str], MirrorTraces]:
    """Make the look-up of what tells a VHS's mirrors without reference (D26); each is read once, and only if asked."""

    @cache
    def mirrors(coop_id: str) -> MirrorTraces:
        state = fold(coop_id, tx.stories([coop_id])[coop_id].events)
        return mirror_traces(state, vhs, put_back=ledger.put_back_at(tx, vhs) is not None)

    return mirrors


def _seats(tx: Tx, vhs: str) -> Seats:
    """Make the look-up of what a VHS last showed in some cooperations, with the persons (D17); only if asked."""

    def seats(coop_ids: Collection[str]) -> Iterator[tuple[str, list[KnownSeat]]]:
        asked = list(coop_ids)
        for at in range(0, len(asked), STREAMS_AT_ONCE):
            some = asked[at : at + STREAMS_AT_ONCE]
            told, people = tx.stories(some), vault.of_streams(tx, some)
            for coop_id in some:
                yield coop_id, seats_of(fold(coop_id, told[coop_id].events), vhs, people)

    return seats


def _is_news(part: Slice, before: str | None, lane: ledger.LaneView | None) -> bool:
    """Tell whether a slice must be decided; ``before`` is the name of what its VHS said last."""
    return lane is None or lane.pending > 0 or lane.suspects > 0 or part.name == UNNAMED or part.name != before


class Names:
    """Names slices by their rows and by what absence proves in them: of the same name is what says the same."""

    def __init__(self, arrival: Arrival) -> None:
        """Name the slices of an arrival."""
        self._content, self._full = arrival.export.content, arrival.report.kind is Kind.FULL

    def __call__(self, part: Slice) -> str:
        """Name a slice, UNNAMED where its rows alone do not tell what it says.

        It must show title, days and its own COOP-Id: by these a course is recognised without being read.
        """
        row = part.course
        if not self._full or row is None or row.external_number != part.coop_id:
            return UNNAMED
        if row.facts.title is None or row.facts.starts_on is None or row.facts.ends_on is None:
            return UNNAMED
        rows = self._content.name((row.number, row.period or ""))
        if not rows or part.suspended is not None:
            return rows and f"{rows}.{_suspended(part.suspended.reason) if part.suspended is not None else ''}"
        return f"{rows}.{_absences(part.protected, part.shielded) if part.proves_absence else ''}"


@lru_cache(maxsize=2)
def _absences(protected: frozenset[str], shielded: frozenset[str]) -> str:
    """Name what the rows of an export prove absent: all but what is protected or shielded (D17)."""
    return sha256(repr((sorted(protected), *sorted(shielded))).encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _suspended(reason: str) -> str:
    """Name why the rows of an export prove nothing absent although it is complete (D17)."""
    return sha256(reason.encode()).hexdigest()[:16]


def _parts(slices: list[Slice], max_events: int) -> Iterator[list[Slice]]:
    """Cut a list of slices so that each part stays below a number of events, as far as rows tell."""
    part: list[Slice] = []
    weight = 0
    for item in slices:
        part.append(item)
        weight += len(item.bookings) + 1
        if weight >= max_events or len(part) >= STREAMS_AT_ONCE:
            yield part
            part, weight = [], 0
    if part:
        yield part


def _planned(coop_id: str, event: Any) -> dict[str, Any]:
    answer = {
        "coop_id": coop_id,
        "type": event.type,
        "vhs": event.vhs,
        "rule": event.rule,
        "ref": getattr(event, "ref", None),
    }
    if event.type == "ViolationOpened":
        answer["text"] = violation_text(event.code, event.detail, event.ref)
    return answer
