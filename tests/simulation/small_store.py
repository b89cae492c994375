"""The same small worlds on the real engine: admin programs, files, ingest and an SQLite store that is killed (C4).

Every move hands one export over. It may die at any statement of its ingest: then the store is as the crash left it,
the export is handed over again later, and others may come in between. States are told apart by all the store holds,
the numbering of events, random person ids, times and the record of what was handed over aside.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from koop_es.domain.events import Event
from koop_es.domain.evolve import fold
from koop_es.domain.observation import Person
from koop_es.domain.terms import Policy
from koop_es.ingest import ingest, release, subscribe
from koop_es.simulate.network import Clock, Network
from koop_es.simulate.program import ITM_MANAGER, KUFERSQL, Program
from koop_es.simulate.rows import CourseKey
from koop_es.simulate.seam import Killed, SeamStore
from koop_es.store import Store, vault
from koop_es.views import open_violations, view
from koop_es.views.documents import documents
from tests.simulation.small_world import ROUNDS, Explored, canonical, explore

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
MASTER, ABO, THIRD = VHSS = ("101", "102", "103")
MAIN, BESIDE = "Obstbäume schneiden", "Italienisch"
PERIOD = "26F"
COURSE = {
    "Info": "Theorie und Praxis.", "Typ": "Normalkurs", "Datum von": "02.03.2026", "Datum bis": "30.05.2026",
    "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten", "DVV-Fachbereich": "1.07", "TN max": "8",
    "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
}  # fmt: skip

Programs = dict[str, Program]


@dataclass(frozen=True)
class Deed:
    """What the staff of one VHS does, and how many complete exports of that VHS follow."""

    name: str
    vhs: str
    do: Callable[[Program], Any]
    exports: int = 1

    def __str__(self) -> str:
        """Give the name, for messages."""
        return self.name


def course(program: Program, title: str = MAIN) -> CourseKey:
    """Find a shared course at a VHS."""
    return next(key for key, row in program.courses.items() if row["Titel"] == title)


def person(name: str) -> Person:
    return Person("Muster", name, "", f"{name}@example.org")


REF = f"{ABO}:1"
"""The booking that most deeds are about; everybody holds it at the beginning."""

DEEDS = (
    Deed("Master books", MASTER, lambda p: p.book(course(p), person("Neu"), NOW)),
    Deed("owner books in both courses", ABO, lambda p: [p.book(course(p, t), person(t), NOW) for t in (MAIN, BESIDE)]),
    Deed("third cancels", THIRD, lambda p: p.cancel(p.find(REF))),
    Deed("owner removes", ABO, lambda p: p.remove("1"), exports=2),
    Deed("owner restores", ABO, lambda p: p.restore("1") if "1" not in p.bookings else None),
    Deed("third changes its price", THIRD, lambda p: p.edit(course(p), {"Gebühr": "70,00"})),
)
"""Every kind of operation the bar names but the merge, which the pure level has; the one in both courses needs two
transactions where the batch is small."""

ODD_DEEDS = (
    Deed("Master renumbers", MASTER, lambda p: p.renumber(course(p), "M-neu")),
    Deed("third loses the COOP-Id", THIRD, lambda p: p.edit(course(p), {"Externe Kurs-Nr.": ""})),
    Deed("Master has 3 seats", MASTER, lambda p: p.edit(course(p), {"TN max": "3"})),
    Deed("owner merges", ABO, lambda p: "1" in p.bookings and p.merge("1")),
    Deed("Master cancels the other course", MASTER, lambda p: p.cancel_course(course(p, BESIDE))),
)
"""What else only the whole engine can be asked about: numbers, COOP-Ids, two courses at once."""


@dataclass(frozen=True)
class Berth:
    """The bytes of a store, what stands in it, and how many exports of each VHS have arrived."""

    store: bytes
    holds: Any
    arrived: tuple[int, ...]


class StoreWorld:
    """An SQLite store in a directory, and a network at rest with two shared courses and four bookings; ``crashes``
    counts the ingests that died.
    """

    def __init__(self, directory: Path) -> None:
        """Bring the network to where every world begins, by release, subscription and change lists."""
        self.directory, self.file, self.policy = directory, directory / "koop.db", Policy()
        programs = {
            vhs: Program(vhs, system, f"VHS {vhs}", staff=f"Büro {vhs}")
            for vhs, system in zip(VHSS, (KUFERSQL, ITM_MANAGER, KUFERSQL), strict=True)
        }
        for number, title in enumerate((MAIN, BESIDE)):
            programs[MASTER].add_course(f"M-{number}", PERIOD, COURSE | {"Titel": title})
        with SeamStore.create(self.url) as store:
            network = self._network(store, programs)
            network.round()
            for number in (0, 1):
                self._share(store, number)
            network.settle(ROUNDS)
            for vhs, program in programs.items():
                program.book(course(program), person(vhs), NOW)
            programs[ABO].book(course(programs[ABO], BESIDE), person("Daneben"), NOW)
            network.settle(ROUNDS)
        self.start = Berth(self.file.read_bytes(), self._holds(), (0, 0, 0))
        self.crashes = 0
        self._programs = pickle.dumps(programs)

    @property
    def url(self) -> str:
        """The address of the store."""
        return f"sqlite:///{self.file}"

    def _network(self, store: Store, programs: Programs) -> Network:
        folder = self.directory / "exports"
        folder.mkdir(exist_ok=True)
        return Network(store, programs.values(), self.policy, Clock(NOW), directory=folder)

    def _share(self, store: Store, number: int) -> None:
        made = release(store, self.policy, now=NOW, vhs=MASTER, number=f"M-{number}", period=PERIOD, own_offer=True)
        for vhs in (ABO, THIRD):
            subscribe(
                store, self.policy, now=NOW, vhs=vhs, coop_id=made.coop_id, number=f"A-{number}", period=PERIOD,
                accepted_rate="80",
            )  # fmt: skip

    # --- exploring ----------------------------------------------------------------------------------------------------

    def explore(self, deeds: Iterable[Deed], *, crashes: bool, batch: int = 5_000) -> tuple[Explored[Berth], list[Any]]:
        """Let the exports arrive in every order, with ``crashes`` dying at every statement; returns what was found,
        and how the network ends from each end. ``batch`` bounds a transaction.
        """
        shutil.rmtree(self.directory / "exports")
        programs: Programs = pickle.loads(self._programs)  # noqa: S301 - our own
        post: dict[str, list[Path]] = {vhs: [] for vhs in VHSS}
        (self.directory / "exports").mkdir()
        for deed in deeds:
            program = programs[deed.vhs]
            deed.do(program)
            for _ in range(deed.exports):
                post[deed.vhs].append(program.export(self.directory / "exports", NOW))

        def moves(node: Berth) -> Iterator[Berth]:
            for place, vhs in enumerate(VHSS):
                if node.arrived[place] < len(post[vhs]):
                    yield from self._arrive(node, place, post[vhs][node.arrived[place]], batch, crashes=crashes)

        found = explore(self.start, moves, lambda node: (node.arrived, node.holds))
        return found, [self._rest(pickle.dumps(programs), node) for node in found.ends]

    def _arrive(self, node: Berth, place: int, path: Path, batch: int, *, crashes: bool) -> Iterator[Berth]:
        """Ingest an export, killed at its first statement, its second, and so on until it gets through."""
        for kill_at in count(1) if crashes else (0,):
            self.file.write_bytes(node.store)
            status = self._hand_over(path, batch, kill_at)
            self.crashes += status is None
            left = self.file.read_bytes()
            if status is not None:
                assert status in ("applied", "unchanged", "superseded")
                arrived = tuple(number + (at == place) for at, number in enumerate(node.arrived))
                yield Berth(left, self._holds(), arrived)
                return
            if left != node.store:
                yield replace(node, store=left, holds=self._holds())

    def _hand_over(self, path: Path, batch: int, kill_at: int) -> str | None:
        """Ingest an export and return what became of it, None where it died."""
        with SeamStore.open(self.url) as store:
            store.kill_at = kill_at
            try:
                return ingest(store, path, self.policy, now=NOW, max_events=batch).status
            except Killed:
                return None

    # --- looking ------------------------------------------------------------------------------------------------------

    def _holds(self) -> Any:
        """Give all that is in the store and matters for what comes; its views must be those of its events."""
        with Store.open(self.url) as store, store.reading() as tx:
            waiting = tx.rows("withheld_all")
            streams = sorted({row[0] for vhs in VHSS for row in tx.rows("views_of_vhs_known", vhs=vhs)})
            events = {coop: [item.event for item in items] for coop, items in tx.load(streams).items()}
            people = vault.of_streams(tx, streams)
            ledger = [(tx.row("lane_peek", vhs=vhs) or ())[:7] for vhs in VHSS]
            lanes = [(sorted(tx.rows("slices_of_vhs", vhs=vhs)), tx.rows("catalogue_of_vhs", vhs=vhs)) for vhs in VHSS]
            shown = {row[0]: row[4] for vhs in VHSS for row in tx.rows("view_of_vhs", vhs=vhs)}
        states = []
        for coop, said in events.items():
            self._compare(coop, said, shown)
            state = fold(coop, said)
            for booking in state.bookings.values():
                booking.person_id = repr(sorted((v, p) for (name, v), p in people.items() if name == booking.person_id))
            states.append(canonical(state))
        return repr((states, ledger, lanes, waiting))

    def _compare(self, coop: str, said: list[Event], shown: dict[str, str]) -> None:
        """The view of the VHS that comes last, as it stands in the table, is that of the events."""
        last = documents(fold(coop, said))[-1]
        assert shown[coop] == msgspec.json.encode(last.course).decode(), f"the view of {coop} is not that of its events"

    def _rest(self, programs: bytes, node: Berth) -> Any:
        """Let all connectors do their work until nothing is left; returns what everybody then sees and holds."""
        self.file.write_bytes(node.store)
        rested: Programs = pickle.loads(programs)  # noqa: S301 - our own
        with Store.open(self.url) as store:
            network = self._network(store, rested)
            network.settle(ROUNDS)
            assert network.disagreements() == []
            standing = sorted((v["code"], v["vhs"], v["ref"] or "", v["text"]) for v in open_violations(store))
            views = {vhs: view(store, vhs)["courses"] for vhs in VHSS}
        return views, standing, [(program.courses, _held(program)) for program in rested.values()]


def _held(program: Program) -> dict[str, list[str]]:
    """List what a program holds of each booking; its own numbers of mirrors aside, which count how they came."""
    rows = {ref: program.bookings[booking_id] for ref, booking_id in sorted(program.seats.items())}
    return {ref: [row[heading] for heading in ("Kursnummer", "Status", "Name", "E-Mail")] for ref, row in rows.items()}
