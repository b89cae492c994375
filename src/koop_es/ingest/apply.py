"""Apply: what was decided about an arrival is written, and the views are current when it is done.

An export that fits is applied in one transaction. A larger one is applied in several; a kill between them leaves the
store whole, and the same command finishes the work: what was applied already says nothing new, the same export never
counts an absence twice, and what was judged stays judged. How far an export has come stands in the store
and nowhere else: a transaction may be repeated although it was carried out, and two may apply one export at once.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import msgspec

from koop_es.domain.events import Event, ExportApplied
from koop_es.domain.judgement import Judgement, export_of
from koop_es.domain.observation import Kind, Rejected
from koop_es.domain.slices import Slice
from koop_es.ingest import catalogue, going_back, institution, ledger, putting_back, quarantine, unshown, weighing
from koop_es.ingest.arrival import Arrival, ExportResult
from koop_es.ingest.decide import Decided
from koop_es.ingest.other_ids import OtherIds
from koop_es.ingest.plan import Plan, count
from koop_es.ingest.traces import Traces
from koop_es.store import Append, Store, Tx, cells, fences, numbers, vault
from koop_es.store.errors import StoreContended, at
from koop_es.views import project, project_institution
from koop_es.views.derived import Touched

Progress = Callable[[int, int], None]
"""Told how many cooperations of an export are done, and how many there are."""


class Others(Protocol):
    """The processes that write some of the parts, if there are any."""

    @property
    def size(self) -> int:
        """Count who takes part, oneself included."""

    def agree(self, parts: Sequence[Sequence[Slice]], judgement: Judgement) -> None:
        """Let those help who planned the same parts."""

    def begin(self, number: int, count: int) -> None:
        """Let the others write the parts that follow a part."""

    def end(self, number: int) -> Iterator[int]:
        """Wait for the parts that follow a part; gives those that nobody wrote."""


def apply(store: Store, arrival: Arrival, others: Others, progress: Progress | None = None) -> ExportResult:
    """Decide and write, in one transaction if the export fits into one."""
    return Run(store, arrival).apply(others, progress or (lambda done, total: None))


class _Ending(NamedTuple):
    """What the last part of an export comes to, and what is noted of all of it."""

    decided: list[Decided]
    change: catalogue.CatalogueChange
    events: int
    withheld: int
    marks: list[Append]


class Run:
    """One export on its way into the store."""

    def __init__(self, store: Store, arrival: Arrival, *, helps: bool = False) -> None:
        """Plan what is to be decided, and judge what is withheld of it (D4, D19, D31); who only helps is told that."""
        self.store, self.arrival, self.report, self.now = store, arrival, arrival.report, arrival.now
        self.other_ids = OtherIds()
        with store.reading() as tx:
            self.plan = Plan(tx, arrival)
            before = ledger.peek(tx, self.report.vhs)
            ready: list[list[Decided]] | None = None
            if helps or before.begun(self.report):
                self.judgement = before.judgement
            else:
                self.judgement, ready = self.plan.judge(tx)
            self.decider = self.plan.decider(self.judgement)
            self.parts = list(self.plan.parts())
            # What fits into one transaction is decided here and now, and again only if somebody else writes meanwhile.
            only = self.parts[0] if self.parts else []
            self._ready = dict(enumerate(ready or []))
            self._ended = [self._end(tx, before, only, self._ready.pop(0, None))] if len(self.parts) <= 1 else []

    def obey(self, judgement: Judgement) -> None:
        """Take over what was judged for all of the export (D4, D19, D31)."""
        self.judgement, self.decider = judgement, self.plan.decider(judgement)

    def apply(self, others: Others, progress: Progress) -> ExportResult:
        """Write part after part, and with the last one what marks the export as applied."""
        total = len(self.plan.slices)
        *parts, last = self.parts or [[]]
        if len(parts) > 1:
            others.agree([*parts, last], self.judgement)
        done = 0
        for number in range(0, len(parts), others.size):
            decided = self._ready.pop(number, None) or self.decide(parts[number])
            for left in others.end(number - others.size):
                self.write(parts[left])
            self.write(parts[number], decided)
            others.begin(number, len(parts))
            done += sum(map(len, parts[number : number + others.size]))
            progress(done, total)
        for left in others.end((len(parts) - 1) // others.size * others.size):
            self.write(parts[left])
        result: ExportResult = self.store.retrying(lambda: self._finish(last))
        progress(total, total)
        if (logs := sys.modules.get("structlog")) is not None:  # whoever reads logs has imported it, which takes long
            logs.get_logger().info("export applied", export=result.export, status=result.status, events=result.events)
        return result

    def decide(self, part: Sequence[Slice]) -> list[Decided]:
        """Decide one part against the store as it is."""
        with self.store.reading() as tx:
            return self.decider.decide(tx, part)

    def write(self, part: Sequence[Slice], decided: list[Decided] | None = None) -> None:
        """Write one part of a large export; the rest follows in transactions of its own.

        What was ``decided`` already is decided again where somebody else wrote meanwhile.
        """
        ready = [decided] if decided is not None else []

        def written() -> list[Decided]:
            found = ready.pop() if ready else self.decide(part)
            with self.store.write() as tx:
                self._append(tx, found)
                before = ledger.check(tx, self.report)
                if ledger.taken_in_after(tx, self.report, self.arrival.line) is None:
                    events = before.events_of(self.report) + count(found)[0]
                    ledger.applying(tx, self.report, events, self.judgement)
            return found

        self.other_ids.count(self.store.retrying(written))

    def _end(
        self, tx: Tx, before: ledger.Progress, part: Sequence[Slice], ready: list[Decided] | None = None
    ) -> _Ending:
        """Decide the last part, and all that is said about the export as a whole."""
        decided = ready if ready is not None else self.decider.decide(tx, part)
        events, withheld = count(decided)
        events += before.events_of(self.report)
        withheld += self._withheld(tx) if before.begun(self.report) else 0
        said: list[Event] = [*going_back.said(self.plan.moment, self.judgement.went_back)]
        said += [self._applied(events)] if events else []
        if before.restarted is not None and self.report.sequence is not None:  # the former count goes on after all
            said.append(institution.closed(self.plan.moment, "SEQUENCE_RESTARTED", "D23"))
        said += putting_back.settled(tx, self.report, self.plan.moment)
        said += self._unshown(tx)
        marks = [institution.mark(tx, self.report.vhs, said)] if said else []
        return _Ending(decided, self.plan.catalogue(tx), events, withheld, marks)

    def _unshown(self, tx: Tx) -> list[Event]:
        """Say which courses of others this VHS is the Master of and does not have, as far as the export tells (R19)."""
        report, routing = self.report, self.plan.routing
        if report.kind is not Kind.FULL or not report.courses_complete:
            return []
        if any(item.about == "course" for item in chain(report.rejected, routing.rejected)):
            return []  # a row that was set aside may be one of them (D17)
        shown = {coop_id for coop_id, part in routing.slices.items() if part.course is not None}
        return unshown.said(tx, self.plan.moment, shown)

    def _finish(self, part: Sequence[Slice]) -> ExportResult:
        """Write the last part together with everything that marks the export as applied."""
        report, seen = self.report, self.now.isoformat()
        if self._ended:
            ending = self._ended.pop()
        else:
            with self.store.reading() as tx:
                ready = self._ready.pop(len(self.parts) - 1, None)
                ending = self._end(tx, ledger.peek(tx, report.vhs), part, ready)
        decided, change, events, withheld, marks = ending
        with self.store.write() as tx:
            self._append(tx, decided, marks)
            ledger.check(tx, report)
            if (line := ledger.taken_in_after(tx, report, self.arrival.line)) is not None:
                return self._result(line)
            catalogue.write(tx, report.vhs, change, seen)
            rejected = [*report.rejected, *self._with_bytes(self.plan.routing.rejected)]
            rejected = Traces.of_forgotten(tx, report.vhs, rejected).wiped(report.vhs, rejected)
            quarantined = quarantine.put(tx, report, rejected, seen, self.arrival.path, self.plan.routing.stand_for)
            if report.kind in (Kind.FULL, Kind.CATALOGUE):
                quarantine.resolve(tx, report, rejected, seen)
            line = ledger.Line("applied" if events or not change.empty else "unchanged", events, quarantined, withheld)
            ledger.record(
                tx, report, line.status, self.now, events=events, quarantined_rows=quarantined, withheld=withheld
            )
            ledger.advance(tx, report, self.now, whole=self.plan.older is None)
            weighing.note(tx, report, self.judgement)
            if self.judgement.put_back:
                numbers.note_adopted(tx, putting_back.shown(report, rejected))
            untold = self.plan.untold(tx)
        self.other_ids.count(decided)
        result = self._result(line)
        result.tell_suspensions(untold)
        return result

    def _append(self, tx: Tx, decided: list[Decided], marks: list[Append] | None = None) -> None:
        """Append events with persons and views; slices without news only leave their hash.

        Raises StoreContended where somebody was forgotten since this was decided (D15).
        """
        news = [item for item in decided if item.events]
        appends = [Append(item.state.coop_id, item.expected, item.events) for item in news]
        positions = tx.append([*appends, *(marks or [])])
        fence = fences.watch(tx)
        if any(item.fence != fence for item in decided):
            raise at(StoreContended, self.store.address, "a person was forgotten meanwhile")
        if fenced := [one for item in news for one in item.fenced]:
            fences.copy(tx, fenced)
            fences.close(tx, [one.person_id for one in fenced], self.now.isoformat())
        vault.put(tx, chain.from_iterable(item.persons for item in news))
        cells.put(tx, chain.from_iterable(item.cells for item in decided))
        project(tx, [Touched(item.state, item.events, where) for item, where in zip(news, positions, strict=False)])
        for said, where in zip(marks or [], positions[len(news) :], strict=True):
            project_institution(tx, said.stream, said.events, where)
        vhs = self.report.vhs
        tx.run_many("slice_put", ({"vhs": vhs, "coop_id": item.state.coop_id, "hash": item.name} for item in decided))
        numbers.note_adopted(tx, (item.state.coop_id for item in news if item.expected == 0))

    def _applied(self, events: int) -> ExportApplied:
        """Say in the log of the VHS how many events its export caused."""
        moment = self.plan.moment
        return ExportApplied(
            vhs=moment.vhs,
            rule="2",
            at=moment.at,
            recorded_at=moment.recorded_at,
            origin=moment.origin,
            kind=self.report.kind.value,
            rows=self.report.rows,
            events=events,
        )

    def _withheld(self, tx: Tx) -> int:
        """Count what the parts written before hold back (D4, D31)."""
        export = self.plan.origin.export
        return sum(export_of(name) == export for name, *_ in tx.rows("withheld_of_vhs", vhs=self.report.vhs))

    def _with_bytes(self, rejected: list[Rejected]) -> list[Rejected]:
        """Fetch the original bytes of rows that turned out to belong nowhere once the whole export was known."""
        if not rejected:
            return []
        files: defaultdict[str, set[int]] = defaultdict(set)
        for item in rejected:
            files[item.file].add(item.line)
        export = self.arrival.export
        raw = {(file, line): data for file, lines in files.items() for line, data in export.raw(file, lines).items()}
        return [msgspec.structs.replace(item, raw=raw.get((item.file, item.line), b"")) for item in rejected]

    def _result(self, line: ledger.Line) -> ExportResult:
        result = self.arrival.result(
            line.status, events=line.events, quarantined_rows=line.quarantined_rows, withheld=line.withheld
        )
        result.notices += self.other_ids.notices()
        result.judged(self.judgement)
        result.tell_older(self.plan.older)
        return result
