"""Two ways to hand an export to the engine, which must come to the same.

``Files`` writes real exports and ingests them into a real store. ``Paper`` hands over typed reports where nothing was
done to the files, and reads damaged ones once however often they come; everything behind the reader is what ingest
does: the plan, the guards over the whole export, the store and its views.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import msgspec

from koop_es.connectors import UNNAMED, Fingerprint
from koop_es.connectors import Export as Opened
from koop_es.connectors.export_writer import PATHS, write_export
from koop_es.connectors.exports import open_export
from koop_es.domain.cooperation import Cooperation
from koop_es.domain.evolve import fold
from koop_es.domain.observation import CANCELLED, BookingRow, CourseRow, Report
from koop_es.domain.terms import Policy
from koop_es.ingest import ExportResult, approve, confirm, give_out, ingest, restore_booking
from koop_es.ingest.apply import apply
from koop_es.ingest.arrival import arrive
from koop_es.ingest.together import ALONE
from koop_es.simulate.rehearsal import MEMORY
from koop_es.simulate.spoil import spoil
from koop_es.store import Store
from koop_es.views import open_violations, violations, withheld
from koop_es.views.documents import CourseView
from tests.simulation.losses import Export, Network
from tests.unit.domain.desk import ALL

_view = msgspec.json.Decoder(CourseView)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder of its own, in memory where the system has a place for that."""
    path = Path(tempfile.mkdtemp(prefix="koop-es-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@dataclass
class Files:
    """Real files, the real reader, ingest, store and views.

    ``alarms`` counts the ``sound`` exports of which a guard held something back, or took them for a restore.
    """

    store: Store
    folder: Path
    policy: Policy = field(default_factory=Policy)
    sequence: int = 0
    withheld: int = 0
    sound: int = 0
    alarms: int = 0

    def take(self, export: Export) -> None:
        self.sequence += 1
        result = self._ingested(export)
        assert (result.status == "quarantined") == export.cut, result
        assert result.quarantined_rows >= len(export.broken) or export.cut
        self.withheld += result.withheld_cancellations
        if export.sound:
            self.sound += 1
            self.alarms += bool(result.withheld_cancellations or result.code == "PROGRAM_WENT_BACK")

    def cancelled(self) -> set[str]:
        with self.store.reading() as tx:
            rows = [row[4] for vhs in ALL for row in tx.rows("view_of_vhs", vhs=vhs)]
        return {b.ref for document in rows for b in _view.decode(document).bookings if b.status is CANCELLED}

    def give(self, vhs: str, at: datetime) -> list[dict[str, Any]]:
        return give_out(self.store, vhs, now=at)

    def asked(self) -> set[str]:
        """Name the bookings about which something stands open that only people can answer."""
        found = {ref for item in withheld(self.store) for ref in item["refs"]}
        found |= {item["ref"] for item in open_violations(self.store) if item["code"] == "CANCELLATION_UNCLEAR"}
        return found | {ref for _, _, ref in self._questions()}

    def went_back(self, vhs: str) -> bool:
        return any(item["code"] == "PROGRAM_WENT_BACK" for item in violations(self.store, vhs=vhs, closed_too=True))

    def answer(self, out: Set[str], at: datetime) -> None:
        """Approve what is withheld of those who are out, restore the others, and say of an unclear "S" what it is."""
        for item in withheld(self.store):
            meant = item["cancellations"] or item["kind"] == "letter"  # an "S" that is final is written again (D5)
            if meant and item["refs"] and out >= set(item["refs"]):
                approve(self.store, now=at, withheld_id=item["id"])
        for coop_id, vhs, ref in self._questions():
            values = {"vhs": vhs, "coop_id": coop_id, "ref": ref, "reason": "asked"}
            restore_booking(self.store, now=at, reject=ref in out, **values)
        for coop_id, vhs, ref in self._unclear():
            values = {"vhs": vhs, "coop_id": coop_id, "ref": ref, "reason": "asked"}
            confirm(self.store, now=at, reject=ref not in out, **values)

    def _questions(self) -> list[tuple[str, str, str]]:
        """List who is missing at a VHS without its proving anything: cooperation, VHS, booking (D20, D24)."""
        return [
            (state.coop_id, vhs, ref)
            for state in self._states()
            for ref, booking in state.bookings.items()
            for vhs, seat in booking.seats.items()
            if seat.asked and not booking.cancelled_by
        ]

    def _unclear(self) -> list[tuple[str, str, str]]:
        """List the "S" of which nobody knows whose they are: cooperation, VHS, booking (D21)."""
        asked = {(item["coop_id"], item["vhs"]) for item in open_violations(self.store)
                 if item["code"] == "CANCELLATION_UNCLEAR"}  # fmt: skip
        return [
            (state.coop_id, vhs, ref)
            for state in self._states()
            for vhs, lane in state.lanes.items()
            for ref in sorted(lane.unclear)
            if (state.coop_id, vhs) in asked
        ]

    def _states(self) -> list[Cooperation]:
        with self.store.reading() as tx:
            coop_ids = sorted({row[0] for vhs in ALL for row in tx.rows("views_of_vhs_known", vhs=vhs)})
            stories = tx.stories(coop_ids)
        return [fold(coop_id, stories[coop_id].events) for coop_id in coop_ids]

    def _ingested(self, export: Export) -> ExportResult:
        path = self._write(export)
        result = ingest(self.store, path, self.policy, now=export.at)
        shutil.rmtree(path)
        return result

    def _write(self, export: Export) -> Path:
        path = self.folder / str(self.sequence)
        shown = None if export.bookings is None else [*export.bookings, *export.broken]
        write_export(
            path,
            vhs=export.vhs,
            sequence=self.sequence,
            exported_at=export.at.isoformat(),
            courses=export.courses,
            bookings=shown,
            kind=export.kind,
            scope_from=export.scope,
        )
        if export.fate:
            spoil(path, export.fate, export.value)
        if export.broken:
            self._break(path / PATHS["bookings"], export)
        if export.cut:
            file = path / PATHS["bookings"]
            file.write_bytes(file.read_bytes()[:-40])
        elif export.broken or export.proof != "whole":
            self._state(path, export)
        return path

    def _break(self, file: Path, export: Export) -> None:
        """Spoil the rows: their day of booking, or where nothing shall be readable their columns."""
        lines = file.read_bytes().decode().split("\r\n")
        ids = {broken.booking_id for broken in export.broken}
        for index, line in enumerate(lines):
            cells = line.split(";")
            if cells[0] in ids:
                lines[index] = line + ";" if export.keyless else line.replace(cells[9], "31.02.2026 10:00")
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


@dataclass
class Paper(Files):
    """The same without writing and reading what nobody damaged, and what was read before."""

    read: tuple[Export, Report] | None = None

    def _ingested(self, export: Export) -> ExportResult:
        if export.cut:
            return super()._ingested(export)
        typed = cast(Opened, Typed(self._report(export), self.sequence, export.at))
        arrival = arrive(self.store, self.folder, typed, self.policy, export.at, 5_000, 0, self.sequence)
        return apply(self.store, arrival, ALONE)

    def _report(self, export: Export) -> Report:
        """Give what a reader makes of an export: by itself, or once where its files are damaged."""
        if not (export.fate or export.broken):
            return _typed(export)
        if self.read is None or msgspec.structs.replace(self.read[0], at=export.at) != export:
            path = self._write(export)
            with open_export(path) as opened:
                found = opened.report()
                found.by_course = {
                    key: replace(item, rows=list(item.rows)) for key, item in found.bookings_by_course().items()
                }
            shutil.rmtree(path)
            self.read = export, found
        return self.read[1]


class Typed:
    """An export as the reader gives it: its fingerprint, its report, and its courses by name."""

    def __init__(self, report: Report, sequence: int, at: datetime) -> None:
        self.content, self._remarked = self, bool(report.rejected or report.notices)
        self._courses = {(row.number, row.period or ""): row for row in report.courses}
        self._bookings = report.bookings_by_course()
        name = f"{sequence:064}"
        self._report = msgspec.structs.replace(
            report, sequence=sequence, exported_at=at.isoformat(), sha256=name, digest=name
        )
        self.fingerprint = Fingerprint(
            source="",
            vhs=report.vhs,
            system=report.system,
            sequence=sequence,
            kind=report.kind,
            exported_at=at.isoformat(),
            sha256=name,
            digest=name,
        )

    def report(self, known: object) -> Report:
        """Give the report; every row is given in full, also one that would be recognised."""
        return self._report

    def course(self, row: CourseRow) -> CourseRow:
        return row

    def name(self, key: tuple[str, str]) -> str:
        """Name the rows of a course: of the same name is what says the same."""
        if self._remarked:
            return UNNAMED
        rows = self._bookings[key].rows if key in self._bookings else ()
        return sha256(repr((self._courses.get(key), rows)).encode()).hexdigest()[:32]

    def raw(self, file: str, lines: Collection[int]) -> dict[int, bytes]:
        return dict.fromkeys(lines, b"")


def _typed(export: Export) -> Report:
    return Report(
        source="",
        vhs=export.vhs,
        system="kufersql",
        sequence=None,
        kind=export.kind,
        exported_at=None,
        scope_from=export.scope,
        sha256="",
        digest="",
        courses=[_placed_course(row, line) for line, row in enumerate(export.courses or (), 2)],
        bookings=[_placed(row, line) for line, row in enumerate(export.bookings or (), 2)],
        rejected=[],
        notices=[],
        has_bookings=export.bookings is not None,
        courses_complete=export.proves("courses"),
        bookings_complete=export.proves("bookings"),
    )


@lru_cache(maxsize=20_000)
def _placed(row: BookingRow, line: int) -> BookingRow:
    return msgspec.structs.replace(row, line=line)


@lru_cache(maxsize=100)
def _placed_course(row: CourseRow, line: int) -> CourseRow:
    return msgspec.structs.replace(row, line=line)


_AT_REST: dict[tuple[int, int], bytes] = {}
"""Stores of networks at rest, by the size of the network: all of a size begin alike."""


@contextmanager
def at_rest(kind: type[Files], network: Network, url: str | None = None) -> Iterator[Files]:
    """Give a store of its own in which a network has come to rest."""
    with folder() as path:
        file, name = path / "koop.db", (network.size, network.places)
        known = _AT_REST.get(name) if url is None and kind is Paper else None
        if known is not None:
            file.write_bytes(known)
        with Store.open(f"sqlite:///{file}") if known else Store.create(url or f"sqlite:///{file}") as store:
            engine = kind(store, path)
            if known is None:
                network.connect(engine)
            else:
                engine.sequence = 3 * len(ALL)
            if known is None and url is None:
                with store.reading() as tx:
                    tx.copy(path / "copy.db")
                _AT_REST[name] = (path / "copy.db").read_bytes()
            yield engine
