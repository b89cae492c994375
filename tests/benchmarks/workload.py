"""A log of any length: what one real network did, stamped out under other VHS numbers and COOP-Ids.

The template is what the engine itself wrote for one course that four Volkshochschulen share. Only the numbers that name
VHSs and the cooperation are replaced, so that every stamped stream folds as the template does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from koop_es.domain.observation import Person
from koop_es.domain.terms import Policy
from koop_es.settings import BERLIN
from koop_es.simulate.network import Clock, Network
from koop_es.simulate.program import CMX_ORGANIZE, ITM_MANAGER, KUFERSQL, Program
from koop_es.store import Store
from koop_es.store.codec import encode

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=BERLIN)
NAMES = ("9000000001", "9000000002", "9000000003", "9000000004")
"""VHS numbers that no other text of the template holds."""

COOP = f"{NAMES[0]}-COOP-1"
BATCH = 5_000
FIRST_VHS = 1_000
COURSE = {
    "Titel": "Obstbäume schneiden", "Info": "Theorie und Praxis.", "Typ": "Normalkurs", "Datum von": "02.03.2026",
    "Datum bis": "30.05.2026", "Uhrzeit von": "18:00", "Uhrzeit bis": "20:15", "Kursort": "Lehrgarten",
    "DVV-Fachbereich": "1.07", "TN max": "400", "Gebühr": "90,00", "vhsKOOP-Verrechnung": "80", "Ausfall": "F",
    "Externe Kurs-Nr.": COOP,
}  # fmt: skip

Row = tuple[str, int, str, bytes]


def template(store: Store, folder: Path, *, people: int) -> list[Row]:
    """Let four Volkshochschulen share one course, ``people`` book at each, every fourth cancel; give the log's rows."""
    systems = (KUFERSQL, ITM_MANAGER, CMX_ORGANIZE, KUFERSQL)
    programs = [Program(vhs, system, f"VHS {vhs}") for vhs, system in zip(NAMES, systems, strict=True)]
    keys = [
        program.add_course(f"K{count}", "26F", COURSE | ({"Kennzeichen": "100"} if count else {}))
        for count, program in enumerate(programs)
    ]
    clock = Clock(NOW)
    network = Network(store, programs, Policy(), clock, directory=folder)
    network.settle(8)
    for number in range(people):
        person = Person(f"Teilnehmer {number}", "Test", "0941 1", f"t{number}@example.org")
        booked = [program.book(key, person, clock.now) for program, key in zip(programs, keys, strict=True)]
        if number % 4 == 3:
            network.round()
            for program, booking in zip(programs, booked, strict=True):
                program.cancel(booking)
    network.settle(8)
    recorded = store.load([COOP])[COOP]
    return [(COOP, item.version, item.event.TOPIC, encode(item.event)) for item in recorded]


def stamped(rows: list[Row], streams: int, vhs: int) -> Iterator[tuple[str, list[str], list[Row]]]:
    """Give as many streams as asked for, shared among ``vhs`` Volkshochschulen: COOP-Id, participants, rows."""
    for number in range(streams):
        # A step that shares no factor with most counts, so that every VHS meets many others.
        names = [str(FIRST_VHS + (number + place * 7) % vhs) for place in range(len(NAMES))]
        coop_id = f"{names[0]}-COOP-{number + 1}"
        yield (
            coop_id,
            names,
            [(coop_id, version, topic, _named(state, names, coop_id)) for _, version, topic, state in rows],
        )


def _named(state: bytes, names: list[str], coop_id: str) -> bytes:
    state = state.replace(COOP.encode(), coop_id.encode())
    for old, new in zip(NAMES, names, strict=True):
        state = state.replace(old.encode(), new.encode())
    return state


def fill(store: Store, rows: list[Row], events: int, vhs: int) -> int:
    """Write at least so many events as ready rows, with who takes part in what; returns the streams written."""
    streams = -(-events // len(rows))
    pages = stamped(rows, streams, vhs)
    per_batch = max(1, BATCH // len(rows))
    while page := list(islice(pages, per_batch)):
        with store.write() as tx:
            last = tx._insert([row for _, _, stream in page for row in stream])
            first = last - sum(len(stream) for _, _, stream in page) + 1
            tx.write_rows("member_note", _members(page, first))
    return streams


def _members(page: list[tuple[str, list[str], list[Row]]], first: int) -> Iterator[tuple[str, str, int]]:
    for coop_id, names, stream in page:
        yield from ((name, coop_id, first) for name in names)
        first += len(stream)
