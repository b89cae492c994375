"""Two ways to hand an export to the engine, which must come to the same.

``Paper`` hands over typed reports and keeps states in memory: routing, observation, policy and mass guard are the
engine's own, only the lines that count what the guard is asked (``ingest/plan.py``) are written again. ``Files``
writes real exports and ingests them into a real store.
"""

from __future__ import annotations

import json
import pickle
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from koop_es.connectors.export_writer import PATHS, write_export
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.draft import Moment
from koop_es.domain.events import OrphanDetected
from koop_es.domain.judgement import ALL_ABSENCES, NOTHING
from koop_es.domain.observation import Origin, Person, Rejected, Report
from koop_es.domain.observe import observe_into
from koop_es.domain.route import route
from koop_es.domain.slices import KnownLane, Slice
from koop_es.domain.terms import Policy
from koop_es.domain.wanted import changes
from koop_es.ingest import ingest
from koop_es.settings import BERLIN
from koop_es.store import Store
from koop_es.views import change_list, view
from koop_es.views.documents import documents
from tests.simulation.losses import Export
from tests.unit.domain.desk import ALL
from tests.unit.domain.world import person_ids

AT = "2026-03-02T02:00:00+01:00"
NOW = datetime.fromisoformat(AT).astimezone(BERLIN)

# --- in memory --------------------------------------------------------------------------------------------------------


@dataclass
class Paper:
    """The domain alone, one cooperation a course."""

    policy: Policy = field(default_factory=Policy)
    states: dict[str, Cooperation] = field(default_factory=dict)
    people: dict[tuple[str, int], Person] = field(default_factory=dict)
    sequence: int = 0
    withheld: int = 0

    def take(self, export: Export) -> None:
        if export.cut:
            return  # its checksum fails, and the reader refuses it: the files show that, here is nothing to observe
        self.sequence += 1
        routing = route(_report(export, self.sequence), self._lanes(export.vhs), lambda _: False)
        parts = list(routing.slices.values())
        risky = [part for part in parts if self._suspects(part.coop_id, export.vhs)]
        trial = {part.coop_id: self._copy(part.coop_id) for part in risky}
        orphans = sum(self._observe(trial[part.coop_id], part, export.vhs, withhold=False) for part in risky)
        withhold = orphans > self.policy.guard_bookings and self.policy.guard_trips(orphans, self._live(export.vhs))
        self.withheld += orphans if withhold else 0
        for part in parts:
            if part in risky and not withhold:
                self.states[part.coop_id] = trial[part.coop_id]
            else:
                state = self.states.setdefault(part.coop_id, Cooperation(part.coop_id))
                self._observe(state, part, export.vhs, withhold=withhold)

    def cancelled(self) -> set[str]:
        return {ref for state in self.states.values() for ref, b in state.bookings.items() if b.claimed and b.cancelled}

    def told(self, vhs: str) -> dict[str, str]:
        found = [change for state in self.states.values() for change in changes(state, vhs)]
        return {change.ref or change.kind: str(change.status) for change in found}

    def _observe(self, state: Cooperation, part: Slice, vhs: str, *, withhold: bool) -> int:
        origin = Origin(vhs=vhs, sha256=f"{self.sequence}", sequence=self.sequence)
        outcome = observe_into(
            state,
            part,
            Moment(vhs, AT, AT, origin),
            self.policy,
            people=self.people,
            new_person_id=person_ids(f"{vhs}/{part.coop_id}", self.sequence).__next__,
            system="kufersql",
            judgement=ALL_ABSENCES if withhold else NOTHING,
        )
        self.people |= {(entry.person_id, entry.version): entry.person for entry in outcome.persons}
        return sum(isinstance(event, OrphanDetected) for event in outcome.events)

    def _copy(self, coop_id: str) -> Cooperation:
        state: Cooperation = pickle.loads(pickle.dumps(self.states[coop_id], pickle.HIGHEST_PROTOCOL))  # noqa: S301
        return state

    def _suspects(self, coop_id: str, vhs: str) -> bool:
        state = self.states.get(coop_id)
        return state is not None and any(b.seats[vhs].absences for b in state.bookings.values() if vhs in b.seats)

    def _live(self, vhs: str) -> int:
        found = [document for state in self.states.values() for document in documents(state) if document.vhs == vhs]
        return sum(document.live + document.suspects for document in found)

    def _lanes(self, vhs: str) -> dict[str, KnownLane]:
        known = {coop_id: state.lanes[vhs] for coop_id, state in self.states.items() if vhs in state.lanes}
        return {
            coop_id: KnownLane(coop_id, lane.number, lane.period, lane.row.ends_on, lane.row.title, lane.row.starts_on)
            for coop_id, lane in known.items()
        }


def _report(export: Export, sequence: int) -> Report:
    key = None if export.keyless else ("booking_id", "number", "period")
    return Report(
        source="",
        vhs=export.vhs,
        system="kufersql",
        sequence=sequence,
        kind=export.kind,
        exported_at=AT,
        scope_from=export.scope,
        sha256=str(sequence),
        digest="",
        courses=export.courses or [],
        bookings=export.bookings or [],
        rejected=[
            Rejected(
                file="",
                line=2,
                reason="",
                remedy="",
                raw=b"",
                about="booking",
                key=key and tuple(getattr(broken, name) for name in key),
            )
            for broken in export.broken
        ],
        notices=[],
        has_bookings=export.bookings is not None,
        courses_complete=export.proves("courses"),
        bookings_complete=export.proves("bookings"),
    )


# --- files and store --------------------------------------------------------------------------------------------------


@dataclass
class Files:
    """Real files, the real reader, ingest, store and views."""

    store: Store
    folder: Path
    policy: Policy = field(default_factory=Policy)
    sequence: int = 0
    withheld: int = 0

    @classmethod
    def on(cls, url: str, folder: Path) -> AbstractContextManager[Files]:
        return closing(cls(Store.create(url), folder))

    def close(self) -> None:
        self.store.close()

    def take(self, export: Export) -> None:
        self.sequence += 1
        path = self._write(export)
        result = ingest(self.store, path, self.policy, now=NOW)
        assert (result.status == "quarantined") == export.cut, result
        assert result.quarantined_rows >= len(export.broken) or export.cut
        self.withheld += result.withheld_cancellations

    def cancelled(self) -> set[str]:
        seen = [view(self.store, vhs) for vhs in ALL]
        return {b["ref"] for one in seen for course in one["courses"] for b in course["bookings"] if b["status"] == "S"}

    def told(self, vhs: str) -> dict[str, str]:
        found = change_list(self.store, vhs)
        return {c["booking"]["ref"] if "booking" in c else c["kind"]: c.get("booking", c)["status"] for c in found}

    def _write(self, export: Export) -> Path:
        path = self.folder / str(self.sequence)
        shown = None if export.bookings is None else [*export.bookings, *export.broken]
        write_export(
            path,
            vhs=export.vhs,
            sequence=self.sequence,
            exported_at=AT,
            courses=export.courses,
            bookings=shown,
            kind=export.kind,
            scope_from=export.scope,
        )
        if export.broken:
            self._break(path / PATHS["bookings"], export)
        if export.cut:
            file = path / PATHS["bookings"]
            file.write_bytes(file.read_bytes()[:-40])
        else:
            self._state(path, export)
        return path

    def _break(self, file: Path, export: Export) -> None:
        """Spoil the rows: their day of booking, or where nothing shall be readable their columns."""
        lines = file.read_bytes().decode().split("\r\n")
        ids = {broken.booking_id for broken in export.broken}
        for index, line in enumerate(lines):
            if line.partition(";")[0] in ids:
                lines[index] = line + ";" if export.keyless else line.replace("05.01.2026", "31.02.2026")
        file.write_bytes("\r\n".join(lines).encode())

    def _state(self, path: Path, export: Export) -> None:
        """Bring the manifest's proof in line with what the export is to prove."""
        manifest = json.loads((path / "manifest.json").read_text())
        for part, stated in manifest["files"].items():
            stated["sha256"] = sha256((path / stated["path"]).read_bytes()).hexdigest()
            for key, lacks in (("rows", "no rows"), ("sha256", "no sums")):
                if export.proof in (lacks, "none", f"none of {part}"):
                    del stated[key]
        (path / "manifest.json").write_text(json.dumps(manifest))
