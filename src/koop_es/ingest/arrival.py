"""An arrival: an export that was let in, on which terms it is taken in, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from koop_es.connectors import Export
from koop_es.domain.identifiers import export_name, sequence_of
from koop_es.domain.judgement import NO_ABSENCES, Judgement
from koop_es.domain.observation import Kind, Notice, Report
from koop_es.domain.slices import Suspension
from koop_es.domain.terms import Policy
from koop_es.domain.violation_texts import REASONS
from koop_es.ingest.known import NOTHING_KNOWN, Known
from koop_es.ingest.ledger import Older
from koop_es.store import Store


class Untold(NamedTuple):
    """Bookings of which an export cannot tell whether they are gone, and why (D17)."""

    refs: tuple[str, ...]
    suspension: Suspension


@dataclass(slots=True)
class ExportResult:
    """What became of one export; the keys of ``ingest`` answers.

    ``code`` is that of what it opened for the VHS as a whole (D20, D23), ``taken_up`` are exports that had waited for
    the clock and came before it. ``unheard`` says that none was read of several in a row (D23).
    """

    path: str
    vhs: str | None
    sequence: int | None
    kind: str | None
    status: str
    rows: int = 0
    events: int = 0
    quarantined_rows: int = 0
    withheld_cancellations: int = 0
    suspended: int = 0
    withheld: dict[str, Any] = field(default_factory=dict)
    foreseen: bool = False
    unheard: bool = False
    reason: str | None = None
    export: str | None = None
    code: str | None = None
    taken_up: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    plan: list[dict[str, Any]] = field(default_factory=list)

    def tell_suspensions(self, untold: list[Untold]) -> None:
        """Count the bookings of which nobody can tell whether they are gone, and say for which rows (D17)."""
        self.suspended = sum(len(item.refs) for item in untold)
        of_row: dict[Suspension, list[str]] = {}
        for item in untold:
            of_row.setdefault(item.suspension, []).extend(item.refs)
        for why, refs in sorted(of_row.items()):
            text = f"absences are suspended, {REASONS[why.reason]}: {', '.join(refs)}"
            self.notices.append({"file": why.file, "line": why.line, "course": None, "text": text})

    def tell_older(self, older: Older | None) -> None:
        """Say that an export was made before another that is taken in already, and what that means (D23)."""
        if older is not None:
            text = (
                f"it was made at {older.made}, before export {older.export} of {older.at}, which is taken in already: "
                "nothing that was read since then counts as gone or taken back by it. Where a clock is wrong, set it "
                "right; a connector numbers its exports in the order in which it reads (D23)"
            )
            self.notices.append({"file": "", "line": 0, "course": None, "text": text})

    def judged(self, judgement: Judgement) -> None:
        """Say what was judged: which absences and effects are withheld, and what would be at the next export (D19)."""
        self.foreseen = judgement.foreseen != NO_ABSENCES
        if self.foreseen:
            text = (
                f"missing for the first time: {FORESEEN[judgement.foreseen.reason]}. Nobody is cancelled; if the next "
                "complete export lacks them as well, their cancellations are withheld. Look for a filter or an empty "
                "file, or export again"
            )
            self.notices.append({"file": "", "line": 0, "course": None, "text": text})
        if (back := judgement.went_back) is not None:
            where = f"in {', '.join(back.courses)}" if back.courses else "in all courses"
            text = (
                f"the program was put back to what export {back.moment} showed ({where}): {back.gone} things are gone "
                "or as before, and none of that counts (D20). koop-es violations says what waits for a decision"
            )
            self.notices.append({"file": "", "line": 0, "course": None, "text": text})
            self.code = self.code or "PROGRAM_WENT_BACK"
        reasons = [FORESEEN[judgement.absences.reason]] if judgement.absences.reason else []
        self.withheld = {"absences": reasons, "effects": [effect.value for effect in judgement.effects]}

    def answer(self) -> dict[str, Any]:
        """Give the result as plain data, without the plan."""
        data = asdict(self)
        del data["plan"], data["unheard"]
        return data


FORESEEN = {
    "D4": "more bookings than the mass guard lets pass",
    "D19 half": "more than half of this VHS's live bookings",
    "D19 empty": "all bookings: the booking file has no row",
    "D19 course": "all bookings of whole courses",
    "D19 owner": "all mirrors of another VHS",
}
"""Why absences are withheld, in words (D4, D19)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One export that was let in, validated and not yet compared with anything; ``export`` is open for its rows.

    ``max_events`` bounds a transaction; ``line`` is the last line the ledger held of this VHS when the export was let
    in: a later line about the same export says that it was applied meanwhile. ``known`` is from the same moment. The
    report's sequence is its number over all counts of its VHS (D23).
    """

    path: Path
    report: Report
    export: Export
    policy: Policy
    now: datetime
    max_events: int
    line: int
    known: Known

    def result(self, status: str, *, events: int, quarantined_rows: int, withheld: int) -> ExportResult:
        """Say what became of it."""
        report = self.report
        return ExportResult(
            path=str(self.path),
            vhs=report.vhs,
            sequence=sequence_of(report.sequence) if report.sequence is not None else None,
            kind=report.kind.value,
            status=status,
            export=export_name(report.vhs, report.sequence, report.sha256),
            rows=report.rows,
            events=events,
            quarantined_rows=quarantined_rows,
            withheld_cancellations=withheld,
            notices=[_noticed(notice) for notice in report.notices],
        )


def arrive(
    store: Store,
    path: Path,
    export: Export,
    policy: Policy,
    now: datetime,
    max_events: int,
    line: int,
    number: int | None,
) -> Arrival:
    """Validate an export that was let in under a number, but for what is known of it; raises ExportQuarantined."""
    known = NOTHING_KNOWN
    if export.fingerprint.kind is Kind.FULL:
        with store.reading() as tx:
            known = Known.before(tx, export.fingerprint.vhs)
    report = export.report(known.remembered())
    report.sequence = number
    return Arrival(path, report, export, policy, now, max_events, line, known)


def _noticed(notice: Notice) -> dict[str, Any]:
    return {"file": notice.file, "line": notice.line, "course": notice.course_number, "text": notice.text}
