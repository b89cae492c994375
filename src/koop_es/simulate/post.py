"""The way between the admin programs and the engine, where everything that can happen to a file does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from koop_es.domain.observation import Kind
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest
from koop_es.ingest.ledger import ExportOvertaken, ExportUnfinished
from koop_es.simulate.network import Clock
from koop_es.simulate.oracle import Oracle, Shown
from koop_es.simulate.rows import Row, course_of
from koop_es.simulate.seam import Killed, SeamStore
from koop_es.simulate.staff import Staff, local_course
from koop_es.simulate.steps import Export

TAKEN = ("applied", "unchanged")
RETRY_AFTER = 3
"""Steps until somebody runs an ingest again that died."""


@dataclass(slots=True)
class Parcel:
    """An export on its way: ``tries`` of it died so far, ``cut`` says that its checksum cannot hold."""

    vhs: int
    path: Path
    sequence: int
    shown: Shown
    kill_at: int = 0
    batch: int = 0
    cut: bool = False
    tries: int = 0


class Post:
    """Carries exports to the engine and tells the oracle which of them it took in."""

    def __init__(self, store: SeamStore, policy: Policy, clock: Clock, staff: Staff, oracle: Oracle) -> None:
        """Take up service between the programs of ``staff`` and the store."""
        self.store, self.policy, self.clock, self.staff, self.oracle = store, policy, clock, staff, oracle
        self.directory = Path()
        self.waiting: list[tuple[int, int, Parcel]] = []
        self.sent: dict[int, list[Parcel]] = {}
        self.taken: dict[int, int] = {}
        self.half: set[int] = set()
        self.findings: list[str] = []
        self._posted = 0

    # --- sending ------------------------------------------------------------------------------------------------------

    def send(self, step: Export, now: int) -> str:
        """Let a VHS export, and put the file on its way."""
        parcel = self.pack(step)
        if step.fate != "lost":
            self._post(parcel, now + step.delay)
            if step.again is not None:
                self._post(parcel, now + step.delay + step.again)
        return f"export {parcel.sequence} {step.reach} {step.fate}"

    def pack(self, step: Export) -> Parcel:
        """Write an export as a step says it should turn out."""
        program = self.staff.programs[step.vhs]
        kind = {"delta": Kind.DELTA, "occupancy": Kind.OCCUPANCY}.get(step.reach, Kind.FULL)
        scope = self.clock.now.date() if step.reach == "scoped" else None
        archive = step.archive and step.fate != "cut"
        path = program.export(
            self.directory,
            self.clock.now,
            kind,
            scope,
            proof=step.fate != "proofless",
            archive=archive,
            left_out=_left_out(step),
        )
        cut = step.fate == "cut" and _cut(path)
        shown = self._shown(step.vhs, proves=kind is Kind.FULL and step.fate != "proofless")
        parcel = Parcel(step.vhs, path, program.sequence, shown, step.crash, step.batch, cut)
        self.sent.setdefault(step.vhs, []).append(parcel)
        return parcel

    def _post(self, parcel: Parcel, due: int) -> None:
        self._posted += 1
        self.waiting.append((due, self._posted, parcel))

    def _shown(self, vhs: int, *, proves: bool) -> Shown:
        """Note what an export shows of the shared courses, the way a person would read the file."""
        staff = self.staff
        courses, bookings = staff.programs[vhs].exported
        rows = {course_of(row): row for row in courses}
        places = {c: rows[key] for (at, c), key in staff.place.items() if at == vhs and key in rows}
        readable = {
            c for c, row in places.items() if c in staff.coop_ids and row["Externe Kurs-Nr."] == staff.coop_ids[c]
        }
        found: dict[int, tuple[str, str]] = {}
        for row in sorted(bookings, key=lambda row: row["Status"] != "S"):  # of two rows the one that lives counts
            who = staff.label(vhs, row)
            if who is not None:
                found[who] = row["Status"], row["Bearbeitet von"]
        return Shown(
            vhs,
            proves,
            frozenset(places),
            frozenset(readable),
            frozenset(c for c in readable if places[c]["Ausfall"] == "W"),
            found,
        )

    # --- delivering ---------------------------------------------------------------------------------------------------

    def deliver(self, now: int | None) -> list[str]:
        """Hand over what is due, everything where ``now`` is None, in the order it is due."""
        said = []
        while due := sorted(item for item in self.waiting if now is None or item[0] <= now):
            for item in due:
                self.waiting.remove(item)
                said.append(self.hand_over(item[2], now if now is not None else item[0]))
        return said

    def hand_over(self, parcel: Parcel, now: int = 0) -> str:
        """Ingest one export; one that dies is tried again some steps later."""
        store, vhs = self.store, parcel.vhs
        store.kill_at, parcel.kill_at = parcel.kill_at, 0
        expected = self._expected(parcel)
        try:
            result = ingest(store, parcel.path, self.policy, now=self.clock.now, max_events=parcel.batch or 5_000)
        except Killed:
            parcel.tries += 1
            self.half.add(vhs)
            self.oracle.take(parcel.shown, certain=False)
            self._post(parcel, now + RETRY_AFTER)
            return f"{parcel.path.name} killed"
        except (ExportOvertaken, ExportUnfinished) as error:
            self.half.add(vhs)
            return f"{parcel.path.name} {error.code}"
        finally:
            store.kill_at = 0
            self._let_pass()
        overtaken = result.status == "superseded" and parcel.sequence <= self.taken.get(vhs, 0)
        if vhs not in self.half and result.status not in expected and not overtaken:
            self.findings.append(f"status: export {parcel.path.name} was {result.status}, not {' or '.join(expected)}")
        if result.status in TAKEN:
            self.half.discard(vhs)
            self.taken[vhs] = max(self.taken.get(vhs, 0), parcel.sequence)
            self.oracle.take(parcel.shown, again=parcel.tries > 0)
        return f"{parcel.path.name} {result.status} {result.events} events"

    def _let_pass(self) -> None:
        """Run what was to fall in between and had no occasion."""
        if self.store.between is not None:
            _, happens = self.store.between
            self.store.between = None
            happens()

    def _expected(self, parcel: Parcel) -> tuple[str, ...]:
        """Say what must become of an export that arrives now (export-format 1)."""
        if parcel.cut:
            return ("quarantined",)
        return ("superseded",) if parcel.sequence <= self.taken.get(parcel.vhs, 0) else TAKEN

    def at_once(self, first: Export, other: Export, before: int) -> str:
        """Ingest one export while another's whole ingest falls before one of its writes."""
        one, two = self.pack(first), self.pack(other)
        said: list[str] = []

        def happens() -> None:
            said.append(self.hand_over(two))

        self.store.between = before, happens
        said.append(self.hand_over(one))
        return ", ".join(said)


def _left_out(step: Export) -> Callable[[Row], bool] | None:
    """Choose the rows that an export lacks without anybody's doing."""

    def odd(row: Row) -> bool:
        return (int(row["Beleg-ID"]) + step.value) % 3 == 0

    if step.fate in ("proofless", "thinned"):
        return lambda row: "Beleg-ID" in row and odd(row)
    if step.fate == "filtered":
        keep = local_course(step.vhs)
        return lambda row: course_of(row) != keep
    return None


def _cut(path: Path) -> bool:
    """Cut the bookings off in the middle; False where there was nothing to cut."""
    file = path / "belegungen.csv"
    if not file.exists():
        file = path / "kurse.csv"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    return len(data) > 1
